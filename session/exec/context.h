/* What one run borrows: memory, addresses, shared flags. */
#ifndef TF1C_SESSION_EXEC_CONTEXT_H
#define TF1C_SESSION_EXEC_CONTEXT_H

#include <stdatomic.h>

#include "core/strings.h"
#include "core/team.h"
#include "session/plan/binding.h"

typedef struct tf1c_context {
    struct tf1c_context *next;
    tf1c_string_heap strings; /* made by the run's kernels; gone when the context is used anew */
    char *arena;
    size_t arena_size;
    char **slots; /* n_slots per worker, worker after worker */
    int slots_capacity;
    char *staging; /* feeds that had to be cast */
    size_t staging_size;
    char *snapshot; /* what a new start of this run puts back */
    size_t snapshot_size;
    tf_ndarray *feeds; /* as the plan's tensors want them */
    int feeds_capacity;
    tf1c_barrier barrier;
    atomic_int failed;
    bool overflow; /* a loop took more steps than it has room for: bind with more, run again */
    bool goes_on; /* a loop whose condition has been looked at */
    tf_status status;
    char message[512];
    const ir_node *culprit;
} tf1c_context;

/* A free one, if there is, whose arena is to hold so many bytes, or a new one; NULL without memory. The parts of a run find those of the
 * run before. Callers hold the session's lock. */
tf1c_context *tf1c_context_borrow(tf1c_context **pool, size_t arena);
void tf1c_context_give_back(tf1c_context **pool, tf1c_context *x); /* x and those after it; NULL: none */
bool tf1c_context_fit_feeds(tf1c_context *x, int n, tf_source here); /* false after a report */
bool tf1c_context_fit(tf1c_context *x, const tf1c_binding *b, tf_source here); /* false after a report */
void tf1c_contexts_free(tf1c_context *pool);

#endif
