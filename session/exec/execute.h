/* Running a binding. */
#ifndef TF1C_SESSION_EXEC_EXECUTE_H
#define TF1C_SESSION_EXEC_EXECUTE_H

#include <stdatomic.h>

#include "core/strings.h"
#include "core/team.h"
#include "session/plan/binding.h"
#include "session/session.h"

/* What one run borrows: memory, addresses, shared flags. */
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

tf_status tf1c_execute(tf_session *s, const tf1c_binding *b, tf1c_context *x, const tf_ndarray *feeds); /* no report made */

#endif
