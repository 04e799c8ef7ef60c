/* What a session is; for session/ alone. */
#ifndef TF1C_SESSION_SESSION_PRIVATE_H
#define TF1C_SESSION_SESSION_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "session/exec/execute.h"
#include "session/plan/plan.h"
#include "session/resource.h"

struct tf_session {
    tf_graph *graph;
    tf_session *outer_default; /* of an interactive one */
    tf_session *next, *next_idle; /* of all handles; of those that may serve anew */
    atomic_uint state;            /* closed or not, and how many are inside: lifetime.c */
    atomic_bool released;         /* what it owned is gone */
    bool at_rest, torn;           /* at a fork */
    int threads;
    int traced;       /* its number in the file that TF1C_TRACE names; 0: none */
    char *passes_off; /* tf_config's, or the environment's TF1C_PASSES_OFF */
    pthread_mutex_t lock;   /* plans, contexts, resources */
    pthread_rwlock_t order; /* runs that assign hold it alone */
    tf1c_plan *plans;
    tf1c_context *contexts; /* free ones */
    tf1c_resource *resources;
    tf1c_map resource_of; /* by op name */
    tf1c_map cut;         /* loops and branches that have been run step by step, by op name */
    uint64_t clock;
    size_t largest_arena; /* of any binding so far */
    int under_way; /* runs: what they use is not released */
};

#endif
