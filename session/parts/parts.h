/* Runs in parts: what is passed from part to part; for session/ alone. */
#ifndef TF1C_SESSION_PARTS_PARTS_H
#define TF1C_SESSION_PARTS_PARTS_H

#include "session/plan/split.h"
#include "session/run.h"

/* What lives until the run, or a step of a loop, is over. Zero-initialized is empty. */
typedef struct {
    tf1c_context *contexts; /* whose arenas hold values */
    struct tf1c_part_memory *blocks;
} tf1c_part_arena;
void *tf1c_part_alloc(tf1c_part_arena *k, size_t size); /* 64-byte aligned; NULL after a report */
bool tf1c_part_array(tf1c_part_arena *k, tf_ndarray *a, tf_dtype dtype, tf_dims dims); /* not cleared; false after a report */
bool tf1c_part_copy(tf1c_part_arena *k, tf_ndarray *to, const tf_ndarray *from); /* `to` may be `from`; false after a report */
void tf1c_part_release(tf_session *s, tf1c_part_arena *k);

/* Values that a loop stacks, if their shapes differ: of no dtype, [steps], its data an array of tf_ndarray. Only the loop's
 * gradient, which goes step by step as well, reads it. */
static inline bool tf1c_is_ragged(const tf_ndarray *a) { return a->dtype == tf_dtype_unset && a->data; }

/* parts.c: what plan p fetches, for as long as `k` lives. r->s->order held by r alone. */
tf_status tf1c_run_part(const tf1c_run *r, tf1c_plan *p, const tf_ndarray *feeds, tf_ndarray *out, tf1c_part_arena *k);
/* stepwise.c: a loop or branch that no plan can hold; `in` and `out` as the operation's inputs and outputs. */
tf_status tf1c_run_loop(const tf1c_run *r, const tf1c_split *split, const tf_ndarray *in, tf_ndarray *out, tf1c_part_arena *k);
tf_status tf1c_run_branch(const tf1c_run *r, const tf1c_split *split, const tf_ndarray *in, tf_ndarray *out, tf1c_part_arena *k);

#endif
