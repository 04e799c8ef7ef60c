/* The passes: each rewrites a block and leaves it computing the same. They know the plan's graph, and nothing of sessions. */
#ifndef TF1C_SESSION_PASSES_PASS_H
#define TF1C_SESSION_PASSES_PASS_H

#include "session/plan/ir.h"

/* Before layout; of one block each. */
bool ir_pass_simplify(ir_ctx *c, ir_block *b);
bool ir_pass_dots(ir_ctx *c, ir_block *b);
bool ir_pass_recompute(ir_ctx *c, ir_block *b);
bool ir_pass_checkpoints(ir_ctx *c, ir_block *b);
bool ir_pass_spans(ir_ctx *c, ir_block *b);
bool ir_pass_hoist(ir_ctx *c, ir_block *b);
bool ir_pass_sums(ir_ctx *c, ir_block *b);
bool ir_pass_affine(ir_ctx *c, ir_block *b);
bool ir_pass_narrow(ir_ctx *c, ir_block *b);
bool ir_pass_ports(ir_ctx *c, ir_block *b);

/* In the running order; of a block and those within. */
bool ir_pass_pack(ir_ctx *c, ir_block *b);
bool ir_pass_fuse(ir_ctx *c, ir_block *b);

/* passes/spans.c: n, of block b, goes on as a loop over spans of so many steps, a divisor of its own; added to `to` with the views of
 * what it stacks. Its body is one node, a loop over a span's steps. */
bool ir_go_by_spans(ir_ctx *c, ir_block *b, ir_block *to, ir_node *n, int64_t steps);
bool ir_may_go_by_spans(const ir_node *n, int64_t fewest);

/* pass.c: what they share */
/* A loop whose values of all steps take so many bytes is long: the caches do not have them. A span's should take about `span`, and be
 * of at least `fewest` steps. Tests change it, to make loops of a few steps long. */
typedef struct {
    int64_t bytes, span, fewest;
} ir_lengths;
extern ir_lengths ir_long;
void ir_count_uses(ir_block *b); /* of the values of this block and those around it that it reads */
void ir_apply_replacements(ir_block *b); /* of values whose `replaced` a pass has set */
const ir_stacked *ir_stack_of(const ir_loop *l, const ir_value *result); /* NULL: nobody stacks it */
int64_t ir_bytes_stacked(const ir_node *n);                              /* of all that the loop stacks */
/* What a pass took out of node n and added to b from `first` on, n itself not: it sees the variables as n does, which comes after
 * these assignments. */
bool ir_after_assignments_of(ir_ctx *c, ir_block *b, int first, const ir_node *n);

/* passes/fuse.c: what a fused node computes, step by step. */
typedef struct {
    const char *op; /* "copy" where there is none */
    const char *name; /* of the node it was; NULL of what is copied */
    int n_in;
    struct ir_fused_operand {
        bool external; /* input `index` of the node, else the result of step `index` */
        int index;
    } in[4];
    int out; /* the node's output that keeps the result; -1: none */
} ir_fused_step;
bool ir_fused_step_at(const ir_node *n, int i, ir_fused_step *s); /* false: not a fused node, or no such step */

#endif
