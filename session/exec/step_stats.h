/* What one execution took, collected from its workers for a tf_run_metadata; for session/ alone. */
#ifndef TF1C_SESSION_EXEC_STEP_STATS_H
#define TF1C_SESSION_EXEC_STEP_STATS_H

#include <pthread.h>

#include "session/exec/trace.h"
#include "session/run_metadata.h"

struct tf_run_metadata {
    tf1c_arena memory; /* of names, labels and outputs */
    tf_node_exec_stats *nodes;
    int n, capacity;
    int64_t epoch; /* what is added to the trace's clock: ns from 1970 */
    bool failed;   /* no memory was left for all of it */
};

extern _Thread_local tf_run_metadata *tf1c_traced_run; /* that the calling thread's run is to fill; NULL: none */

/* Events of all workers of one execution. */
typedef struct tf1c_step_timing {
    pthread_mutex_t lock;
    tf1c_trace_event *events;
    int n, capacity;
    bool failed;
} tf1c_step_timing;
void tf1c_step_timing_add(tf1c_step_timing *t, const tf1c_trace_lane *lane); /* by any worker */
void tf1c_step_timing_end(tf1c_step_timing *t, tf_run_metadata *to, const tf_graph *graph); /* releases t */

void tf1c_run_metadata_clear(tf_run_metadata *m);

#endif
