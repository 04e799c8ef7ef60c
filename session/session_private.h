/* What a session is; for session/ alone. */
#ifndef TF1C_SESSION_SESSION_PRIVATE_H
#define TF1C_SESSION_SESSION_PRIVATE_H

#include <pthread.h>

#include "session/exec/context.h"
#include "session/lifetime.h"
#include "session/plan/plan.h"

/* What stands between tf_run and the runs of a monitored session; it begins the monitor's own struct. */
typedef struct tf1c_monitor {
    tf_status (*run)(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here); /* NULL: plainly */
    void (*close)(tf_session *s, tf_source here); /* before the session is; takes itself off */
} tf1c_monitor;
/* How many calls deep this thread is in what a monitor does, or serves: runs are the session's own then. */
extern _Thread_local int tf1c_within_monitor;

struct tf_session {
    tf_graph *graph;
    tf_session *outer_default; /* of an interactive one */
    tf_session *next, *next_idle; /* of all handles; of those that may serve anew */
    tf1c_lifetime life;
    tf1c_monitor *monitor; /* NULL: none */
    int traced; /* its number in the file that TF1C_TRACE names; 0: none */
    pthread_mutex_t lock; /* resources, planner, contexts */
    pthread_rwlock_t order; /* runs that assign hold it alone */
    tf1c_resources resources;
    tf1c_planner planner;
    tf1c_context *contexts; /* free ones */
};

/* The value of one integer tensor. */
tf_status tf1c_run_integer(tf_session *s, tf_tensor t, int64_t *value, tf_source here); /* session.c */
tf_session *tf1c_session_on(tf_graph *graph, int threads); /* session.c: open, with the defaults; NULL without memory */

#endif
