/* What the other passes have left unread is not passed into loops, nor saved by them: a gradient that wanted a shape alone needs
 * no stack of values. */
#include <string.h>

#include "session/passes/pass.h"

/* ---- who reads what ------------------------------------------------------------------------------------------------------------ */

static bool is_among(ir_value *const *list, int n, const ir_value *v)
{
    for (int i = 0; i < n; i++)
        if (list[i] == v)
            return true;
    return false;
}

/* Also by what is inside of the block's nodes. */
static bool is_read_in(const ir_block *b, const ir_value *v)
{
    for (int i = 0; i < b->n; i++) {
        const ir_node *n = b->nodes[i];
        if (is_among(n->in, n->n_in, v))
            return true;
        ir_block *inner[2];
        for (int k = ir_bodies(n, inner); k-- > 0;)
            if (is_read_in(inner[k], v))
                return true;
    }
    return is_among(b->results, b->n_results, v);
}

static bool is_read_by_loop(const ir_loop *l, const ir_value *v) { return is_read_in(&l->body, v) || is_read_in(&l->condition, v); }

/* ---- what a loop saves ----------------------------------------------------------------------------------------------------------- */

static bool drop_stacks(ir_ctx *c, const ir_block *b, ir_node *n)
{
    ir_loop *l = n->loop;
    int kept = 0, before = l->n_stacked;
    for (int i = 0; i < l->n_stacked; i++) {
        ir_value *out = &n->out[l->stacked[i].output];
        if (is_read_in(b, out))
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

static void drop_slices(ir_loop *l)
{
    int kept = 0;
    for (int i = 0; i < l->n_sliced; i++)
        if (is_read_by_loop(l, l->sliced[i].arg))
            l->sliced[kept++] = l->sliced[i];
    l->n_sliced = kept;
}

static bool is_port(const ir_loop *l, int input)
{
    bool port = input == l->trip;
    for (int i = 0; i < l->n_sliced; i++)
        port |= l->sliced[i].input == input;
    for (int i = 0; i < l->n_carried; i++)
        port |= l->carried[i].input == input;
    return port;
}

static void drop_inputs(ir_ctx *c, ir_node *n)
{
    ir_loop *l = n->loop;
    int *now = ir_alloc(c, (size_t)n->n_in * sizeof *now), kept = 0;
    if (!now)
        return;
    for (int i = 0; i < n->n_in; i++) {
        now[i] = kept;
        if (is_port(l, i) || is_read_by_loop(l, n->in[i]))
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
    for (int i = b->n; i-- > 0 && !c->failed;) {
        ir_node *n = b->nodes[i];
        if (!n->loop)
            continue;
        if (!drop_stacks(c, b, n))
            return false;
        drop_slices(n->loop);
        drop_inputs(c, n);
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
