/* TF1C_TRACE=FILE: what each thread does in each run, as Chrome's trace events. One file a process; runs write to it as they
 * go, and after each write it is whole. */
#ifndef TF1C_SESSION_EXEC_TRACE_H
#define TF1C_SESSION_EXEC_TRACE_H

#include "session/plan/ir.h"

enum { TRACE_EVENTS = 512, TRACE_DEPTH = 4 };

typedef struct {
    int64_t begin, end;  /* ns */
    const ir_node *node; /* NULL: waiting for the other threads */
    int worker;
    int depth;                 /* of loops around it */
    int32_t step[TRACE_DEPTH]; /* of each, outermost first */
} tf1c_trace_event;

/* One worker's part of one run, on its own stack. */
typedef struct {
    int worker, depth, n;
    bool written;                    /* to the file */
    struct tf1c_step_timing *timing; /* to a run's metadata; NULL */
    int64_t step[TRACE_DEPTH];
    tf1c_trace_event events[TRACE_EVENTS];
} tf1c_trace_lane;

int tf1c_trace_open(tf_source here); /* the new session's number, from 1, or 0: no trace is wanted, or none can be written (a report, once) */
bool tf1c_trace_mine(void);          /* false in a forked child: the file is its parent's */
int64_t tf1c_trace_now(void);
void tf1c_trace_add(tf1c_trace_lane *lane, const ir_node *node, int64_t begin); /* until now */
void tf1c_trace_flush(tf1c_trace_lane *lane);
void tf1c_trace_run(int session, int64_t begin); /* a whole run of the calling thread, until now */
void tf1c_trace_close(void);                     /* with a session: reports, once, if writing has failed */

#endif
