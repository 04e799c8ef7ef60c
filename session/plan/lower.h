/* Lowering: from the operations of a plan to nodes with concrete shapes. */
#ifndef TF1C_SESSION_PLAN_LOWER_H
#define TF1C_SESSION_PLAN_LOWER_H

#include "session/plan/compile.h"

/* lower.c */
typedef struct ir_scope {
    const tf_graph *graph;
    ir_node **nodes;   /* by operation index */
    ir_value **args;   /* a body's arguments, by operation index */
    ir_value **fed;    /* of the root: by feed */
    ir_block *block;
    bool once;         /* in no loop: what is known in it is known for the whole run */
} ir_scope;
tf1c_outcome ir_build(tf1c_compilation *c, const tf_operation **at);
/* wanted: per output of a loop */
tf1c_outcome ir_build_node(tf1c_compilation *c, ir_scope *s, const tf_operation *op, const char *wanted);
ir_value *ir_value_in(const tf1c_compilation *c, const ir_scope *s, tf_tensor t);
bool ir_demand(tf1c_compilation *c, ir_value *v); /* computes v now, if shapes may depend on it */
bool ir_size_fits(tf_source here, const char *name, tf_dims d, tf_dtype dtype); /* false after a report: more than can be */

/* lower_loop.c; first what loops and branches check, whichever way they run; reported */
tf_status tf1c_check_pred(const tf_operation *op, tf_dims pred);
tf_status tf1c_check_length(const tf_operation *op, tf_dims sliced, int64_t *steps); /* *steps: NONE before the first one */
tf1c_outcome ir_build_loop(tf1c_compilation *c, ir_scope *s, ir_node *n, const tf_operation *op, const char *wanted);
tf1c_outcome ir_build_branch(tf1c_compilation *c, ir_scope *s, ir_node *n, const tf_operation *op, const char *wanted);

#endif
