/* What a long loop saves for its gradient is computed anew there where that costs less than memory: elementwise of other values that
 * are saved, the same bits from the same kernels. An LSTM's tanh c is one of c before, i, j and f. */
#include <string.h>

#include "session/passes/pass.h"

enum { MOST_NODES = 6 };

typedef struct {
    ir_ctx *c;
    ir_node *forward, *backward;
    ir_value *kept[MOST_NODES + 1]; /* of the forward body: what is computed anew, so far */
    ir_node *copies[MOST_NODES + 1];
    int n;
} recomputing;

/* ---- who saves what for whom ------------------------------------------------------------------------------------------------- */

static const ir_stacked *stack_given(const ir_node *n, const ir_value *out)
{
    for (int i = 0; i < n->loop->n_stacked; i++)
        if (&n->out[n->loop->stacked[i].output] == out)
            return &n->loop->stacked[i];
    return NULL;
}

/* The backward body's value for one of the forward body: a slice of what was saved, or what both read from outside. */
static ir_value *there(const recomputing *r, ir_value *v)
{
    const ir_loop *l = r->backward->loop;
    for (int i = 0; i < r->n; i++)
        if (r->kept[i] == v)
            return &r->copies[i]->out[0];
    if (ir_is_captured(r->forward->loop, v))
        return v;
    for (int i = 0; i < l->n_sliced; i++) {
        const ir_stacked *s = stack_given(r->forward, r->backward->in[l->sliced[i].input]);
        if (s && s->result == v && !l->sliced[i].arg->replaced)
            return l->sliced[i].arg;
    }
    return NULL;
}

/* ---- computing it anew -------------------------------------------------------------------------------------------------------------- */

static bool is_cheap(const recomputing *r, const ir_value *v)
{
    const ir_node *n = v->node;
    return n && n->block == r->forward->loop->body.id && n->def && n->def->strips && n->n_out == 1 && ir_is_pure(n) &&
           !n->n_after && !n->effect && TF_FLOATING & TF_DTYPE_BIT(n->T);
}

static bool copy_node(recomputing *r, ir_value *v)
{
    const ir_node *n = v->node;
    ir_node *copy = ir_node_like(r->c, n, n->def, n->n_in, 1);
    if (!copy)
        return false;
    copy->order = r->backward->loop->body.nodes[0]->order;
    copy->out[0].view = n->out[0].view;
    for (int j = 0; j < n->n_in; j++) {
        copy->in[j] = there(r, n->in[j]);
        if (ir_is_captured(r->forward->loop, n->in[j]) && !n->in[j]->known)
            ir_add_input(r->c, r->backward, n->in[j]);
    }
    r->kept[r->n] = v;
    r->copies[r->n++] = copy;
    return !r->c->failed;
}

/* v of the forward body, and what leads to it, from values that are there; false: not so, or not in MOST_NODES. */
static bool recompute(recomputing *r, ir_value *v, bool itself)
{
    if (!itself && there(r, v))
        return true;
    if (!is_cheap(r, v))
        return false;
    for (int j = 0; j < v->node->n_in; j++)
        if (!recompute(r, v->node->in[j], false))
            return false;
    return r->n < MOST_NODES && copy_node(r, v);
}

/* ---- a loop and its gradient ------------------------------------------------------------------------------------------------------------ */

/* What nobody else reads is not saved any more (ports.c sees to that). */
static bool recompute_slices(ir_ctx *c, ir_node *forward, ir_node *backward)
{
    ir_loop *l = backward->loop;
    for (int i = 0; i < l->n_sliced; i++) {
        const ir_value *saved = backward->in[l->sliced[i].input];
        const ir_stacked *s = stack_given(forward, saved);
        recomputing r = { .c = c, .forward = forward, .backward = backward };
        if (!s || saved->uses != 1 || !recompute(&r, s->result, true))
            continue;
        l->sliced[i].arg->replaced = &r.copies[r.n - 1]->out[0];
        ir_apply_replacements(&l->body);
        if (!ir_put_first(c, &l->body, r.n, r.copies))
            return false;
    }
    return !c->failed;
}

static bool are_loop_and_gradient(const ir_node *f, const ir_node *g)
{
    return f->loop && g->loop && f != g && f->loop->steps >= 1 && f->loop->steps == g->loop->steps &&
           f->loop->reverse != g->loop->reverse && g->loop->body.n > 0;
}

bool ir_pass_recompute(ir_ctx *c, ir_block *b)
{
    ir_count_uses(b);
    for (int i = 0; i < b->n; i++) {
        ir_node *forward = b->nodes[i];
        if (!forward->loop || forward->loop->spans || ir_bytes_stacked(forward) < ir_long.bytes)
            continue;
        for (int j = i + 1; j < b->n; j++)
            if (are_loop_and_gradient(forward, b->nodes[j]) && !recompute_slices(c, forward, b->nodes[j]))
                return false;
    }
    return !c->failed;
}
