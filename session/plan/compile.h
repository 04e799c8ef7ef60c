/* What making a binding needs beyond its graph: for the stages that begin with the user's graph, and end with the session's threads. */
#ifndef TF1C_SESSION_PLAN_COMPILE_H
#define TF1C_SESSION_PLAN_COMPILE_H

#include "session/plan/plan.h"

/* A branch of which the shapes tell which body is taken. */
typedef struct tf1c_decided {
    const tf_operation *branch;
    int taken;
    const struct tf1c_decided *next;
} tf1c_decided;

typedef struct {
    ir_ctx ir;
    tf1c_planner *planner;
    tf1c_binding *binding;
    const tf1c_plan *plan;
    const tf_ndarray *feeds; /* of this run, for the values that shapes depend on */
    tf1c_viewer *viewer; /* NULL in runs */
    const tf1c_decided *decided; /* the last one first */
} tf1c_compilation;

bool ir_emit(tf1c_compilation *c);      /* shard.c: instructions, shards, barriers */
bool ir_list_snapshot(tf1c_compilation *c); /* snapshot.c, of the instructions */

#endif
