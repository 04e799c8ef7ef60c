/* What builds loops: a body opened, the user's function called in it, its results checked, the node. Not for users. */
#ifndef TF1C_OPS_CONTROL_FLOW_LOOPING_H
#define TF1C_OPS_CONTROL_FLOW_LOOPING_H

#include "graph/loop.h"
#include "ops/control_flow/loops.h"

typedef struct {
    tf_source here;
    const char *scope; /* "states/while" */
    const char *node;  /* "states/while/Loop" */
    tf1c_body *b;
    tf_operation *poison;
} tf1c_looping;

bool tf1c_open_loop(tf1c_looping *l, const char *name, const char *default_name, tf_source here);
void tf1c_spoil(tf1c_looping *l, tf_tensor mistake);
tf_operation *tf1c_close_counted(tf1c_looping *l, int count); /* as if so many operations had been made by then */
tf_tensor tf1c_loop_result(tf1c_looping *l, tf_tensor t);     /* what the user's function gave back, as a tensor of the body */
void tf1c_check_invariant(tf1c_looping *l, tf_tensor var, tf_tensor arg, tf_tensor next);
tf_tensor tf1c_of_arrays(tf_tensor t); /* t, made by no operation of TF's, nor is its gradient: TensorArrays do it there */
bool tf1c_callable(bool given, const char *name, tf_source here, tf_tensor *mistake); /* else TF's message and false */
tf_list tf1c_values_of(tf_list list, tf_source here, const char *name);

/* A loop while a condition holds, each step of which may give things beside its variables: those are stacked, as what is written
 * into a TensorArray at each step's own number. The functions' `context` is the caller's. */
typedef struct {
    tf_source here;
    tf_while_cond *cond;
    tf_while_body *body; /* the next variables, then what is to be stacked */
    tf_list vars;
    const tf_dims *shape_invariants;
    bool ends;            /* no gradient goes on through it */
    int stacked;          /* so much is */
    tf_operand limit;     /* at most so many steps: none, an integer, or a scalar int32 tensor */
    void *context;
    const char *name;
} tf1c_while;
/* The last variables, then what was stacked [steps, …]; a list of mistakes after a report. */
tf_list tf1c_while_loop(const tf1c_while *w);

#endif
