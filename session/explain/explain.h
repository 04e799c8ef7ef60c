/* The plan as text; what ir_text.c, explain.c and instructions.c share. */
#ifndef TF1C_SESSION_EXPLAIN_EXPLAIN_H
#define TF1C_SESSION_EXPLAIN_EXPLAIN_H

#include <stdio.h>

#include "session/plan/pipeline.h"

/* ir_text.c: the graph, one line a node. Values are numbered in the order in which they appear; v->number keeps what the last
 * text gave it. `places`: instead of which value another lies in, its address in the run (after place.c). */
typedef struct {
    FILE *f;
    const tf1c_plan *plan; /* whose feeds and fetches have names */
    int n;                 /* values so far */
    bool places;
} ir_writer;
void ir_write_graph(ir_writer *w, ir_block *b);
void ir_write_node(ir_writer *w, const ir_node *n, int depth); /* its line alone, without the line's end; numbers as they are */
void ir_write_value(ir_writer *w, const ir_value *v);          /* "%3:float32[2,3]" */
void ir_write_loop_ports(ir_writer *w, const ir_node *n, int depth);

/* explain.c */
char *tf1c_explain(tf1c_planner *s, tf1c_plan *p, const tf_ndarray *feeds); /* s->lock held; NULL after a report */

/* instructions.c */
void ir_write_code(FILE *f, const tf1c_plan *p, const tf1c_binding *b);
bool ir_write_memory(FILE *f, const tf1c_plan *p, const tf1c_binding *b); /* false without memory */

#endif
