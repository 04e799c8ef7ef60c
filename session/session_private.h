/* What a session is; for session/ alone. */
#ifndef TF1C_SESSION_SESSION_PRIVATE_H
#define TF1C_SESSION_SESSION_PRIVATE_H

#include <pthread.h>

#include "session/exec/context.h"
#include "session/lifetime.h"
#include "session/plan/plan.h"

struct tf_session {
    tf_graph *graph;
    tf_session *outer_default; /* of an interactive one */
    tf_session *next, *next_idle; /* of all handles; of those that may serve anew */
    tf1c_lifetime life;
    int traced; /* its number in the file that TF1C_TRACE names; 0: none */
    pthread_mutex_t lock; /* resources, planner, contexts */
    pthread_rwlock_t order; /* runs that assign hold it alone */
    tf1c_resources resources;
    tf1c_planner planner;
    tf1c_context *contexts; /* free ones */
};

tf_session *tf1c_session_on(tf_graph *graph, int threads); /* session.c: open, with the defaults; NULL without memory */

#endif
