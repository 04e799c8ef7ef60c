/* Plans in parts. */
#ifndef TF1C_SESSION_PLAN_SPLIT_H
#define TF1C_SESSION_PLAN_SPLIT_H

#include "session/plan/plan.h"

/* What does not depend on operation `at` runs first, then `at` alone, or its inputs become feeds, then the
 * rest. The parts may be cut again. */
typedef struct {
    enum { TF1C_FROM_FEED, TF1C_FROM_BEFORE, TF1C_FROM_CONSTANT, TF1C_FROM_VARIABLE } kind;
    int index;
} tf1c_origin; /* of an input of `at` */
typedef struct {
    tf1c_plan *plan, *condition; /* fed all the body's arguments; condition NULL: none */
    int *fetch_of;               /* per output port: which fetch of the plan; -1: nobody wants it */
} tf1c_body_plan;
struct tf1c_split {
    const tf_operation *at;
    const char *wanted;        /* of a loop or branch: which outputs; else NULL */
    bool apart;                /* computed outside of plans; else it is in `after`, which knows its inputs' values */
    tf1c_plan *before, *after; /* after's feeds: the plan's, what `before` fetches, the outputs of `at` if it is apart */
    int *rows_in; /* per fetch of `before`: which other one holds how many rows a loop stacked there; -1: it is as it is */
    tf1c_origin *origins;
    tf1c_body_plan body_plans[2];      /* a loop's body; a branch's two */
};
bool tf1c_split_plan(tf1c_planner *planner, tf1c_plan *p, const tf_operation *at); /* false after a report */
void tf1c_split_free(tf1c_split *split);
/* Values whose shapes differ from step to step, read by another than the loop's gradient. */
tf_status tf1c_ragged_error(tf_source here, const char *op);
bool tf1c_runs_stepwise(const tf1c_planner *planner, const tf_operation *op); /* a loop or branch that has been run step by step */

#endif
