/* A loop's gradient with little memory: both go by spans of steps, the loop keeps the states that its spans begin with, and each span of
 * the gradient computes the loop's span anew from them before it goes back over it. The same kernels give the same bits. */
#include <math.h>
#include <string.h>

#include "session/passes/pass.h"

/* ---- which ---------------------------------------------------------------------------------------------------------------------- */

/* Nothing in it hangs on when, or how often, it runs. */
static bool may_run_again(const ir_node *n)
{
    const ir_loop *l = n->loop;
    if (!ir_may_go_by_spans(n, 2) || l->n_summed)
        return false;
    for (int i = 0; i < l->body.n; i++)
        if (!ir_is_pure(l->body.nodes[i]) || l->body.nodes[i]->n_after || l->body.nodes[i]->effect)
            return false;
    return true;
}

static bool is_stack_of(const ir_node *n, const ir_value *v) { return v->node == n && n->loop->n_stacked && v->index != n->region; }

static ir_node *gradient_of(const ir_block *b, int at)
{
    const ir_node *f = b->nodes[at];
    for (int i = at + 1; i < b->n; i++) {
        ir_node *g = b->nodes[i];
        if (!g->loop || g->loop->steps != f->loop->steps || g->loop->reverse == f->loop->reverse || !ir_may_go_by_spans(g, 2))
            continue;
        for (int k = 0; k < g->loop->n_sliced; k++)
            if (is_stack_of(f, g->in[g->loop->sliced[k].input]))
                return g;
    }
    return NULL;
}

/* The divisor next to what is wanted; 1: none is near. */
static int64_t divisor_near(int64_t steps, int64_t wanted)
{
    if (wanted > steps / 2)
        wanted = steps / 2;
    for (int64_t d = 0; d <= wanted / 2; d++)
        for (int64_t k = wanted - d; k <= wanted + d; k += d ? 2 * d : 1)
            if (k >= 2 && k <= steps / 2 && steps % k == 0)
                return k;
    return 1;
}

static int64_t steps_between(const ir_ctx *c, const ir_node *n)
{
    const int64_t steps = n->loop->steps, root = (int64_t)sqrt((double)steps);
    if (c->checkpoint_steps)
        return divisor_near(steps, c->checkpoint_steps > 0 ? c->checkpoint_steps : root);
    return n->loop->swaps && ir_bytes_stacked(n) >= ir_long.bytes ? divisor_near(steps, root) : 1;
}

/* ---- a loop once more --------------------------------------------------------------------------------------------------------------- */

static ir_value *slot_like(ir_ctx *c, const tf_view *view) { return ir_slot_value(c, view->dtype, ir_dims(view)); }

static ir_value *copy_or_itself(ir_value *v) { return v->copy ? v->copy : v; }

static ir_node *copy_of_node(ir_ctx *c, const ir_node *n, int room)
{
    ir_node *copy = ir_node_like(c, n, n->def, n->n_in, room);
    if (!copy)
        return NULL;
    copy->waits = n->waits;
    copy->region = n->region;
    copy->room = room;
    copy->n_out = n->n_out;
    for (int j = 0; j < n->n_in; j++)
        copy->in[j] = copy_or_itself(n->in[j]);
    for (int o = 0; o < n->n_out; o++) {
        copy->out[o].view = n->out[o].view;
        copy->out[o].known = n->out[o].known;
        n->out[o].copy = &copy->out[o];
    }
    return copy;
}

static bool copy_ports(ir_ctx *c, const ir_loop *l, ir_loop *to, int room)
{
    to->sliced = ir_alloc(c, (size_t)l->n_sliced * sizeof *to->sliced);
    to->carried = ir_alloc(c, (size_t)l->n_carried * sizeof *to->carried);
    to->stacked = ir_alloc(c, (size_t)room * sizeof *to->stacked);
    for (int i = 0; !c->failed && i < l->n_sliced; i++) {
        to->sliced[i] = l->sliced[i];
        to->sliced[i].arg = l->sliced[i].arg->copy = slot_like(c, &l->sliced[i].arg->view);
    }
    for (int i = 0; !c->failed && i < l->n_carried; i++) {
        to->carried[i] = l->carried[i];
        to->carried[i].arg = l->carried[i].arg->copy = slot_like(c, &l->carried[i].arg->view);
        to->carried[i].output = -1;
    }
    return !c->failed;
}

static ir_node *copy_of_loop(ir_ctx *c, const ir_node *n)
{
    const ir_loop *l = n->loop;
    ir_node *copy = copy_of_node(c, n, n->room);
    ir_loop *to = ir_alloc(c, sizeof *to);
    if (!copy || !to)
        return NULL;
    *to = *l;
    to->body = (ir_block){ .id = c->block_ids++, .owner = to };
    copy->loop = to;
    if (!copy_ports(c, l, to, n->room))
        return NULL;
    for (int i = 0; i < l->body.n && !c->failed; i++) {
        ir_node *inner = copy_of_node(c, l->body.nodes[i], l->body.nodes[i]->n_out);
        if (inner)
            ir_add_node(c, &to->body, inner);
    }
    for (int i = 0; !c->failed && i < l->n_carried; i++)
        to->carried[i].next = copy_or_itself(l->carried[i].next);
    for (int i = 0; !c->failed && i < l->n_stacked; i++)
        to->stacked[i] = (ir_stacked){ l->stacked[i].output, copy_or_itself(l->stacked[i].result), c->n_slots++ };
    ir_list_results(c, to);
    return c->failed ? NULL : copy;
}

/* ---- the gradient over what is computed anew ------------------------------------------------------------------------------------------ */

typedef struct {
    ir_ctx *c;
    ir_node *forward, *backward, *again; /* both by spans; the forward span in the backward one's body */
} linking;

/* Its sequences, the states that its spans begin with, stacked, and what it captures become the backward loop's. */
static bool give_inputs(linking *k)
{
    const ir_loop *l = k->forward->loop, *inner = k->again->loop;
    bool *given = ir_alloc(k->c, (size_t)k->again->n_in * sizeof *given);
    if (!given)
        return false;
    for (int i = 0; i < inner->n_sliced; i++) {
        const int input = inner->sliced[i].input;
        given[input] = true;
        if (!(k->again->in[input] = ir_add_slice(k->c, k->backward, k->forward->in[l->sliced[i].input])))
            return false;
    }
    for (int i = 0; i < inner->n_carried; i++) {
        const int input = inner->carried[i].input;
        given[input] = true;
        if (!(k->again->in[input] = ir_add_slice(k->c, k->backward, ir_add_stack(k->c, k->forward, l->carried[i].arg))))
            return false;
    }
    for (int j = 0; j < k->again->n_in; j++)
        if (!given[j] && !k->again->in[j]->known)
            ir_add_input(k->c, k->backward, k->again->in[j]);
    ir_list_results(k->c, k->forward->loop);
    return !k->c->failed;
}

/* The forward loop's stack under the two views that lead to an input of the backward loop; -1: it is none. */
static int stack_under(const linking *k, const ir_value *spans)
{
    const ir_value *whole = spans->node && spans->node->n_in == 1 ? spans->node->in[0] : NULL;
    const ir_value *stack = whole && whole->node && whole->node->n_in == 1 ? whole->node->in[0] : NULL;
    return stack && stack->node == k->forward ? stack->index : -1;
}

static bool link(ir_ctx *c, ir_node *forward, ir_node *backward)
{
    linking k = { c, forward, backward, NULL };
    ir_loop *l = backward->loop;
    const ir_node *span = forward->loop->body.nodes[0];
    const int sliced = l->n_sliced;
    if (forward->n_out + forward->loop->n_carried > forward->room)
        return true;
    k.again = copy_of_loop(c, span);
    if (!k.again || !give_inputs(&k))
        return false;
    for (int i = 0; i < sliced; i++) {
        const int output = stack_under(&k, backward->in[l->sliced[i].input]);
        if (output >= 0)
            l->sliced[i].arg->replaced = &k.again->out[output];
    }
    ir_apply_replacements(&l->body);
    k.again->order = backward->order;
    return ir_put_first(c, &l->body, 1, &k.again);
}

/* ---- a block ------------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    ir_node *forward, *backward;
    int64_t steps;
} pair;

static const pair *pair_with(const pair *pairs, int n, const ir_node *node)
{
    for (int i = 0; i < n; i++)
        if (pairs[i].forward == node || pairs[i].backward == node)
            return &pairs[i];
    return NULL;
}

static int find_pairs(const ir_ctx *c, const ir_block *b, pair *pairs)
{
    int n = 0;
    for (int i = 0; i < b->n; i++) {
        ir_node *f = b->nodes[i], *g = f->loop && may_run_again(f) ? gradient_of(b, i) : NULL;
        const int64_t steps = g ? steps_between(c, f) : 1;
        if (steps > 1 && !pair_with(pairs, n, f) && !pair_with(pairs, n, g))
            pairs[n++] = (pair){ f, g, steps };
    }
    return n;
}

bool ir_pass_checkpoints(ir_ctx *c, ir_block *b)
{
    pair *pairs = ir_alloc(c, (size_t)b->n * sizeof *pairs);
    const int n = pairs ? find_pairs(c, b, pairs) : 0;
    ir_block out = ir_emptied(b);
    if (n == 0)
        return !c->failed;
    for (int i = 0; i < b->n && !c->failed; i++) {
        ir_node *node = b->nodes[i];
        const pair *p = pair_with(pairs, n, node);
        if (!p)
            ir_add_node(c, &out, node);
        else if (!ir_go_by_spans(c, b, &out, node, p->steps) || (node == p->backward && !link(c, p->forward, node)))
            return false;
    }
    *b = out;
    return !c->failed;
}
