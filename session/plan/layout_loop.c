/* Where a body's arguments and results lie: elements as moving views, results straight where they are wanted, the state in the
 * element just stacked or in two buffers in turn. */
#include <string.h>

#include "session/plan/layout.h"

static tf_view contiguous_view(const ir_value *v)
{
    tf_view as;
    tf_view_set(&as, NULL, v->view.dtype, ir_dims(&v->view));
    return as;
}

static ir_node *copy_in(ir_ctx *c, ir_block *b, ir_value *v)
{
    ir_node *copy = ir_copy_of(c, v);
    if (!copy)
        return NULL;
    copy->effect = true;
    copy->order = c->order++;
    ir_add_node(c, b, copy);
    return copy;
}

/* `result` ends up at the address that `slot` holds: written there by its producer, or copied. Gives the value there. */
static ir_value *into_slot(ir_ctx *c, ir_block *b, ir_value *result, int slot)
{
    tf_view as = contiguous_view(result);
    ir_value *v = result;
    if (!ir_may_place(b, result, &as)) {
        ir_node *copy = copy_in(c, b, result);
        if (!copy)
            return NULL;
        v = &copy->out[0];
    }
    memcpy(v->view.strides, as.strides, sizeof as.strides);
    v->place = IR_SLOT;
    v->slot = slot;
    return v;
}

static bool place_stacked(ir_ctx *c, ir_loop *l)
{
    for (int i = 0; i < l->n_stacked; i++) {
        ir_value *r = l->stacked[i].result, *there = into_slot(c, &l->body, r, l->stacked[i].slot);
        if (!there)
            return false;
        for (int j = 0; j < l->n_carried; j++)
            if (l->carried[j].next == r && l->carried[j].follows < 0)
                l->carried[j].follows = i;
        l->stacked[i].result = there;
    }
    return true;
}

static bool place_states(ir_ctx *c, ir_loop *l)
{
    for (int i = 0; i < l->n_carried; i++) {
        ir_carried *s = &l->carried[i];
        s->bytes = (ir_bytes(s->arg) + 63) / 64 * 64;
        if (s->follows >= 0)
            continue;
        s->next_slot = c->n_slots++;
        if (!(s->next = into_slot(c, &l->body, s->next, s->next_slot)))
            return false;
    }
    return true;
}

/* sum ← sum + result, each step. */
static bool add_up(ir_ctx *c, ir_node *n, ir_summed *s)
{
    ir_node *add = ir_node_new(c, tf1c_basic.add_n, 2, 1);
    if (!add)
        return false;
    ir_value *sum = &n->out[s->output];
    add->in[0] = sum;
    add->in[1] = s->result;
    add->out[0].view = sum->view;
    ir_set_view(&add->out[0], sum, 0);
    add->T = sum->view.dtype;
    add->name = n->name;
    add->here = n->here;
    if (s->result->node) /* right behind it: they may be fused */
        add->order = s->result->node->order;
    add->effect = true;
    ir_add_node(c, &n->loop->body, add);
    return !c->failed;
}

bool ir_place_ports(ir_ctx *c, ir_node *n)
{
    ir_loop *l = n->loop;
    for (int i = 0; i < l->n_sliced; i++) {
        const tf_view *outer = &n->in[l->sliced[i].input]->view;
        memcpy(l->sliced[i].arg->view.strides, outer->strides + 1, (TF_MAX_RANK - 1) * sizeof *outer->strides);
    }
    if (!place_stacked(c, l) || !place_states(c, l))
        return false;
    for (int i = 0; i < l->n_summed; i++)
        if (!add_up(c, n, &l->summed[i]))
            return false;
    l->body.n_results = 0; /* all of them have their places */
    return true;
}

bool ir_place_results(ir_ctx *c, ir_node *n)
{
    for (int w = 0; w < 2; w++) {
        ir_block *b = &n->branch->bodies[w];
        for (int o = 0; o < b->n_results; o++) {
            ir_value *r = b->results[o], *out = &n->out[o];
            if (!r)
                continue;
            if (!ir_may_place(b, r, &out->view)) {
                ir_node *copy = copy_in(c, b, r);
                if (!copy)
                    return false;
                r = &copy->out[0];
            }
            memcpy(r->view.strides, out->view.strides, sizeof out->view.strides);
            ir_set_view(r, out, 0);
        }
        b->n_results = 0;
    }
    return true;
}
