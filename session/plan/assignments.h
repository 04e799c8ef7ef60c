/* Who comes before whom on account of the variables that a block assigns. */
#ifndef TF1C_SESSION_PLAN_ASSIGNMENTS_H
#define TF1C_SESSION_PLAN_ASSIGNMENTS_H

#include "session/plan/ir.h"

/* writer, which assigns the variable at that root, runs after reader. */
typedef struct {
    ir_node *reader, *writer;
    const ir_value *variable;
    int input; /* of the reader, the first that reads it; -1: the reader assigns it too */
    bool gone; /* for schedule.c */
} ir_waiting;

/* All of a block in its order, numbered: in *waits, in the plan's memory. False after a report. */
bool ir_order_assignments(ir_ctx *c, ir_block *b, ir_waiting **waits, int *n);
/* The variables that a node assigns: an optimizer's op its slots too, a body maybe several. */
int ir_n_written(const ir_node *n);
ir_value *ir_written(const ir_node *n, int i); /* its root */
bool ir_assigns(const ir_node *n, const ir_value *variable); /* whether it, or its body, overwrites the variable at that root */

#endif
