/* Bindings: what a plan is for one set of fed shapes. */
#ifndef TF1C_SESSION_PLAN_BINDING_H
#define TF1C_SESSION_PLAN_BINDING_H

#include "session/plan/code.h"
#include "session/resource.h"

/* What a run that may have to start anew changes, and is kept before it. */
typedef struct ir_snapshot {
    struct ir_snapshot *next;
    void *data;
    size_t size;
} ir_snapshot;

/* What is built for one set of fed shapes. */
typedef struct tf1c_binding {
    struct tf1c_binding *next;
    tf1c_arena memory;
    uint64_t used; /* the session's clock at its last run */
    int n_feeds;
    tf_dims *feed_dims;
    void **feed_values; /* of feeds that shapes depend on: what they were; else NULL */
    ir_block block;
    ir_instruction *code;
    int n_code;
    int n_slots, n_shards;
    size_t arena_size;
    int64_t scratch, scratch_at; /* bytes a shard, of any instruction: workers need not be at the same one; where they begin */
    int64_t views, views_at;     /* likewise for the operands of instructions that have more of them than the stack takes */
    ir_operand *fetched; /* one a fetched tensor */
    tf1c_resource **read, **written; /* variables that must be initialized before; that are after */
    int n_read, n_written;
    int64_t loop_capacity; /* the plan's, when this was bound */
    ir_snapshot *snapshot;         /* by snapshot.c */
    size_t snapshot_bytes;
    bool blas, own_products; /* it calls BLAS; it has products by kernels of our own */
    bool assigns; /* some variable changes: the run takes the session for itself */
} tf1c_binding;

/* What comes of making one. */
typedef enum {
    TF1C_DONE,
    TF1C_FAILED, /* after a report */
    TF1C_CUT     /* a shape depends on data that only a run can tell: it runs in parts; no report */
} tf1c_outcome;

void tf1c_binding_free(tf1c_binding *b);

/* snapshot.c: what a run that may have to start anew changes; memory: b->snapshot_bytes */
void tf1c_snapshot_take(const tf1c_binding *b, char *memory);
void tf1c_snapshot_restore(const tf1c_binding *b, const char *memory);

#endif
