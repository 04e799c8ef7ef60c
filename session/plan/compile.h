/* What making a binding needs beyond its graph: for the stages that begin with the user's graph, and end with the session's threads. */
#ifndef TF1C_SESSION_PLAN_COMPILE_H
#define TF1C_SESSION_PLAN_COMPILE_H

#include "session/plan/plan.h"

typedef struct {
    ir_ctx ir;
    tf1c_planner *planner;
    tf1c_binding *binding;
    const tf1c_plan *plan;
    const tf_ndarray *feeds; /* of this run, for the values that shapes depend on */
    tf1c_viewer *viewer; /* NULL in runs */
} tf1c_compilation;

bool ir_emit(tf1c_compilation *c);      /* shard.c: instructions, shards, barriers */
bool ir_list_snapshot(tf1c_compilation *c); /* snapshot.c, of the instructions */

#endif
