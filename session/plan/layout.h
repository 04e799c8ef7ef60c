/* Layout: which value lies inside another one's memory, and what therefore needs no code. */
#ifndef TF1C_SESSION_PLAN_LAYOUT_H
#define TF1C_SESSION_PLAN_LAYOUT_H

#include "session/plan/ir.h"

/* layout.c */
bool ir_layout(ir_ctx *c, ir_block *b);   /* views, parts, copies where a kernel wants contiguous memory */
bool ir_may_place(const ir_block *b, const ir_value *v, const tf_view *as); /* whether v's producer can write it so, elsewhere */
bool ir_same_place(const ir_value *a, const ir_value *b); /* the same elements in the same order at the same address */
void ir_set_view(ir_value *v, ir_value *in, int64_t offset);

/* layout_loop.c: before the bodies are laid out */
bool ir_place_ports(ir_ctx *c, ir_node *n);   /* of a loop */
bool ir_place_results(ir_ctx *c, ir_node *n); /* of a branch's bodies */

#endif
