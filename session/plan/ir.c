/* Blocks and the blocks within them: walks, and what stays true of every block whoever has changed it. */
#include "session/plan/ir.h"

int ir_bodies(const ir_node *n, ir_block *bodies[2])
{
    if (!n->loop && !n->branch)
        return 0;
    bodies[0] = n->loop ? &n->loop->condition : &n->branch->bodies[1];
    bodies[1] = n->loop ? &n->loop->body : &n->branch->bodies[0];
    return 2;
}

bool ir_each_block(ir_ctx *c, ir_block *b, bool (*rewrite)(ir_ctx *c, ir_block *b))
{
    ir_block *inner[2];
    for (int i = 0; i < b->n; i++)
        for (int k = ir_bodies(b->nodes[i], inner); k-- > 0;)
            if (!ir_each_block(c, inner[k], rewrite))
                return false;
    return rewrite(c, b);
}

void ir_renumber(ir_block *b)
{
    for (int i = 0; i < b->n; i++)
        b->nodes[i]->position = i;
}

void ir_list_results(ir_ctx *c, ir_loop *l)
{
    ir_block *b = &l->body;
    b->results = ir_alloc(c, (size_t)(l->n_carried + l->n_stacked + l->n_summed) * sizeof *b->results);
    b->n_results = 0;
    if (!b->results)
        return;
    for (int i = 0; i < l->n_carried; i++)
        b->results[b->n_results++] = l->carried[i].next;
    for (int i = 0; i < l->n_stacked; i++)
        b->results[b->n_results++] = l->stacked[i].result;
    for (int i = 0; i < l->n_summed; i++)
        b->results[b->n_results++] = l->summed[i].result;
}

/* ---- dropping what nothing needs ------------------------------------------------------------------------------------------------------ */

static bool waits_too(const ir_node *reader, const ir_node *before)
{
    for (int i = 0; reader && i < reader->n_after; i++)
        if (reader->after[i] == before)
            return true;
    return false;
}

/* Whether whoever needs the known value of n has something to wait for all the same; a reader may wait for it by itself. */
static bool has_to_wait(const ir_node *n, const ir_node *reader)
{
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i]->node && n->in[i]->node->waits)
            return true;
    for (int i = 0; i < n->n_after; i++)
        if (!waits_too(reader, n->after[i]))
            return true;
    return false;
}

/* v may be none: what a branch has no value for. */
static void need_value(ir_value *v, const ir_node *reader)
{
    if (v && v->node && (!v->known || (v->node->waits && has_to_wait(v->node, reader))))
        v->node->needed = true;
}

void ir_prune(ir_block *b)
{
    for (int i = 0; i < b->n; i++)
        b->nodes[i]->needed = b->nodes[i]->effect;
    for (int i = 0; i < b->n_results; i++)
        need_value(b->results[i], NULL);
    int kept = 0;
    for (int i = b->n; i-- > 0;) {
        ir_node *n = b->nodes[i];
        if (!n->needed)
            continue;
        for (int j = 0; j < n->n_in; j++)
            if (!(n->def && n->def->traits & TF_SHAPE_ONLY))
                need_value(n->in[j], n);
        for (int j = 0; j < n->n_after; j++)
            n->after[j]->needed = true;
    }
    for (int i = 0; i < b->n; i++)
        if (b->nodes[i]->needed)
            b->nodes[kept++] = b->nodes[i];
    b->n = kept;
}
