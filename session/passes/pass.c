/* What the passes share: who reads what, replacing values, what a loop captures, the order of assignments. */
#include <string.h>

#include "session/passes/pass.h"

ir_lengths ir_long = { 24 << 20, 2 << 20, 4 };

/* ---- uses --------------------------------------------------------------------------------------------------------------- */

static void reset_uses(ir_block *b)
{
    for (int i = 0; i < b->n; i++) {
        for (int o = 0; o < b->nodes[i]->n_out; o++)
            b->nodes[i]->out[o].uses = 0;
        for (int j = 0; j < b->nodes[i]->n_in; j++)
            b->nodes[i]->in[j]->uses = 0;
    }
}

static void add_uses(ir_block *b)
{
    ir_block *inner[2];
    for (int i = 0; i < b->n; i++) {
        for (int j = 0; j < b->nodes[i]->n_in; j++)
            b->nodes[i]->in[j]->uses++;
        for (int k = ir_bodies(b->nodes[i], inner); k-- > 0;)
            add_uses(inner[k]);
    }
    for (int i = 0; i < b->n_results; i++)
        if (b->results[i])
            b->results[i]->uses++;
}

void ir_count_uses(ir_block *b)
{
    reset_uses(b);
    add_uses(b);
}

static void follow(ir_value **at)
{
    while (*at && (*at)->replaced)
        *at = (*at)->replaced;
}

static void follow_ports(ir_loop *l)
{
    for (int i = 0; i < l->n_carried; i++)
        follow(&l->carried[i].next);
    for (int i = 0; i < l->n_stacked; i++)
        follow(&l->stacked[i].result);
    for (int i = 0; i < l->n_summed; i++)
        follow(&l->summed[i].result);
}

/* One sweep for all replacements of a pass. In a body a captured value is read as it is, so it goes inside too. */
void ir_apply_replacements(ir_block *b)
{
    ir_block *inner[2];
    for (int i = 0; i < b->n; i++) {
        for (int j = 0; j < b->nodes[i]->n_in; j++)
            follow(&b->nodes[i]->in[j]);
        for (int k = ir_bodies(b->nodes[i], inner); k-- > 0;)
            ir_apply_replacements(inner[k]);
    }
    for (int i = 0; i < b->n_results; i++)
        follow(&b->results[i]);
    if (b->owner)
        follow_ports(b->owner);
}

/* ---- loops ---------------------------------------------------------------------------------------------------- */

const ir_stacked *ir_stack_of(const ir_loop *l, const ir_value *result)
{
    for (int i = 0; i < l->n_stacked; i++)
        if (l->stacked[i].result == result)
            return &l->stacked[i];
    return NULL;
}

int64_t ir_bytes_stacked(const ir_node *n)
{
    int64_t bytes = 0;
    for (int i = 0; i < n->loop->n_stacked; i++)
        bytes += ir_bytes(&n->out[n->loop->stacked[i].output]);
    return bytes;
}

/* ---- order -------------------------------------------------------------------------------------------------------------- */

static bool assigns(const ir_node *n)
{
    return (n->def && n->def->traits & TF_WRITES_REF) || (n->loop && n->loop->n_written) || (n->branch && n->branch->n_written);
}

static void need_all(ir_value **in, int n_in, ir_node **after, int n_after)
{
    for (int j = 0; j < n_in; j++)
        if (in[j]->node)
            in[j]->node->needed = true;
    for (int j = 0; j < n_after; j++)
        after[j]->needed = true;
}

bool ir_after_assignments_of(ir_ctx *c, ir_block *b, int first, const ir_node *n)
{
    int count = 0;
    for (int i = 0; i < b->n; i++) {
        count += assigns(b->nodes[i]);
        b->nodes[i]->needed = false;
    }
    if (!count || first == b->n)
        return true;
    ir_node **after = ir_alloc(c, (size_t)count * sizeof *after);
    if (!after)
        return false;
    count = 0;
    need_all(n->in, n->n_in, n->after, n->n_after);
    for (int i = first; i-- > 0;) {
        ir_node *before = b->nodes[i];
        if (!before->needed)
            continue;
        need_all(before->in, before->n_in, before->after, before->n_after);
        if (assigns(before))
            after[count++] = before;
    }
    for (int i = first; i < b->n && count; i++) {
        b->nodes[i]->after = after;
        b->nodes[i]->n_after = count;
    }
    return true;
}
