/* What the other passes have left unread is not passed into loops, nor saved by them: a gradient that wanted a shape alone needs
 * no stack of values. */
#include <string.h>

#include "session/passes/pass.h"

/* ---- who reads what ------------------------------------------------------------------------------------------------------------ */

/* `of` a block: what is read after the node at hand, of this block's values alone; NULL: what is read inside one node. */
static void mark_list(ir_value *const *list, int n, int mark, const ir_block *of)
{
    for (int i = 0; i < n; i++) {
        ir_value *v = list[i];
        if (v && !of) /* what a branch has no value for is none */
            v->read_by = mark;
        else if (v && v->node && v->node->block == of->id)
            v->read_after = mark;
    }
}

static void mark_node(const ir_node *n, int mark, const ir_block *of);

static void mark_block(const ir_block *b, int mark, const ir_block *of)
{
    for (int i = 0; i < b->n; i++)
        mark_node(b->nodes[i], mark, of);
    mark_list(b->results, b->n_results, mark, of);
}

/* Also what is read inside of it. */
static void mark_node(const ir_node *n, int mark, const ir_block *of)
{
    ir_block *inner[2];
    mark_list(n->in, n->n_in, mark, of);
    for (int k = ir_bodies(n, inner); k-- > 0;)
        mark_block(inner[k], mark, of);
}

static int mark_loop_reads(ir_ctx *c, const ir_loop *l)
{
    mark_block(&l->body, ++c->marks, NULL);
    mark_block(&l->condition, c->marks, NULL);
    return c->marks;
}

/* ---- what a loop saves ----------------------------------------------------------------------------------------------------------- */

static bool drop_stacks(ir_ctx *c, ir_node *n, int mark)
{
    ir_loop *l = n->loop;
    int kept = 0, before = l->n_stacked;
    for (int i = 0; i < l->n_stacked; i++) {
        ir_value *out = &n->out[l->stacked[i].output];
        if (out->read_after == mark)
            l->stacked[kept++] = l->stacked[i];
        else
            out->view = (tf_view){ 0 }; /* it needs no memory */
    }
    l->n_stacked = kept;
    if (kept == before)
        return true;
    ir_list_results(c, l);
    ir_prune(&l->body);
    return ir_pass_ports(c, &l->body); /* a loop within may have stacked it for this one */
}

/* ---- what a loop is given ---------------------------------------------------------------------------------------------------------- */

static void drop_slices(ir_loop *l, int mark)
{
    int kept = 0;
    for (int i = 0; i < l->n_sliced; i++)
        if (l->sliced[i].arg->read_by == mark)
            l->sliced[kept++] = l->sliced[i];
    l->n_sliced = kept;
}

/* The inputs that the loop has a use of its own for: 1; the others 0. */
static void mark_ports(const ir_loop *l, int *ports)
{
    if (l->trip >= 0)
        ports[l->trip] = 1;
    for (int i = 0; i < l->n_sliced; i++)
        ports[l->sliced[i].input] = 1;
    for (int i = 0; i < l->n_carried; i++)
        ports[l->carried[i].input] = 1;
}

static void drop_inputs(ir_ctx *c, ir_node *n, int mark)
{
    ir_loop *l = n->loop;
    int *now = ir_alloc(c, (size_t)n->n_in * sizeof *now), kept = 0;
    if (!now)
        return;
    mark_ports(l, now);
    for (int i = 0; i < n->n_in; i++) {
        const bool keep = now[i] || n->in[i]->read_by == mark;
        now[i] = kept;
        if (keep)
            n->in[kept++] = n->in[i];
    }
    n->n_in = kept;
    for (int i = 0; i < l->n_sliced; i++)
        l->sliced[i].input = now[l->sliced[i].input];
    for (int i = 0; i < l->n_carried; i++)
        l->carried[i].input = now[l->carried[i].input];
    l->trip = l->trip >= 0 ? now[l->trip] : l->trip;
}

/* From the last node on: what reads a loop's outputs comes after it. */
static bool drop_ports(ir_ctx *c, ir_block *b)
{
    const int after = ++c->marks;
    mark_list(b->results, b->n_results, after, b);
    for (int i = b->n; i-- > 0 && !c->failed;) {
        ir_node *n = b->nodes[i];
        if (n->loop) {
            if (!drop_stacks(c, n, after))
                return false;
            const int inside = mark_loop_reads(c, n->loop);
            drop_slices(n->loop, inside);
            drop_inputs(c, n, inside);
        }
        mark_node(n, after, b);
    }
    return !c->failed;
}

/* Again where nodes between two loops, views of stacks, were left without readers. */
bool ir_pass_ports(ir_ctx *c, ir_block *b)
{
    int before;
    do {
        before = b->n;
        if (!drop_ports(c, b))
            return false;
        ir_prune(b);
    } while (b->n < before);
    return !c->failed;
}
