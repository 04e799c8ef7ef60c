/* A long loop becomes a loop over spans of steps, each a loop of its own. What the passes that follow take out of a loop, to be done
 * before or after it for all steps at once (products of slices, weight gradients), is done for a span's: its operands are in the
 * cache still, and there is memory for those of one span alone. */
#include <string.h>

#include "graph/loop.h"
#include "session/passes/pass.h"

/* ---- the axis of steps as two, and one again ------------------------------------------------------------------------------ */

static bool split_view(tf_kernel_ctx *k, int output, int64_t *offset)
{
    tf_view *out = &k->out[output];
    const tf_view *in = &k->in[0];
    out->strides[0] = out->dims[1] * in->strides[0];
    memcpy(out->strides + 1, in->strides, (size_t)in->rank * sizeof *in->strides);
    *offset = 0;
    return true;
}
static const tf_op_def split_op = {
    .name = "(spans)", .in = "x:?", .out = "spans:?", .traits = TF_VIEW, .view = split_view, .gradient = tf_no_gradient
};

static tf_dims in_spans(const tf_view *v, int64_t steps)
{
    tf_dims d = tf1c_stacked_dims(v->dims[0] / steps, ir_dims(v));
    d.dims[1] = steps;
    return d;
}

/* ---- what is worth it -------------------------------------------------------------------------------------------------------- */

/* Bytes a step that leaving the loop would bring to memory: operands of sums of products, products of slices. */
static int64_t bytes_leaving(const ir_loop *l)
{
    int64_t bytes = 0;
    for (int i = 0; i < l->n_summed; i++) {
        const ir_node *term = l->summed[i].result->node;
        for (int j = 0; term && term->block == l->body.id && term->def && term->def->sums_along && j < term->n_in; j++)
            if (!ir_slice_of(l, term->in[j]) && !ir_stack_of(l, term->in[j]) && !ir_is_captured(l, term->in[j]))
                bytes += ir_bytes(term->in[j]);
    }
    for (int i = 0; i < l->body.n; i++) {
        const ir_node *n = l->body.nodes[i];
        if (n->def && n->def->traits & TF_PRODUCT && n->n_in == 2 && n->n_out == 1 && ir_slice_of(l, n->in[0]) &&
            ir_is_captured(l, n->in[1]))
            bytes += ir_bytes(&n->out[0]);
    }
    return bytes;
}

/* The divisor of all steps that is the largest within reach; 1: none is near. */
static int64_t span_of(int64_t steps, int64_t wanted)
{
    for (int64_t k = wanted; k > wanted / 4 && k >= ir_long.fewest; k--)
        if (steps % k == 0)
            return k;
    return 1;
}

bool ir_may_go_by_spans(const ir_node *n, int64_t fewest)
{
    const ir_loop *l = n->loop;
    if (!l || l->steps < 2 * fewest || l->condition.n_results || l->n_written || l->spans)
        return false;
    for (int i = 0; i < l->n_sliced; i++)
        if (n->in[l->sliced[i].input]->view.rank >= TF_MAX_RANK)
            return false;
    for (int i = 0; i < l->n_stacked; i++)
        if (n->out[l->stacked[i].output].view.rank >= TF_MAX_RANK)
            return false;
    return true;
}

static int64_t steps_of_span(const ir_node *n)
{
    if (!ir_may_go_by_spans(n, ir_long.fewest))
        return 1;
    const int64_t steps = n->loop->steps, bytes = bytes_leaving(n->loop);
    if (bytes == 0 || steps * bytes < ir_long.bytes)
        return 1;
    const int64_t wanted = ir_long.span / bytes;
    return span_of(steps, wanted < steps / 2 ? wanted : steps / 2);
}

/* ---- one loop ------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    ir_ctx *c;
    ir_block *to; /* where the loop is */
    ir_node *outer, *inner;
    int64_t steps; /* of a span */
} spanning;

/* A node over all the outer one's inputs and outputs, of which some become the spans'. */
static ir_node *inner_node(ir_ctx *c, const ir_node *n)
{
    ir_node *m = ir_node_like(c, n, n->def, n->n_in, n->room + n->loop->n_carried);
    if (!m)
        return NULL;
    m->effect = n->effect;
    m->loop = n->loop;
    m->region = n->region;
    m->room = m->n_out;
    m->n_out = n->n_out;
    memcpy(m->in, n->in, (size_t)n->n_in * sizeof *n->in);
    for (int i = 0; i < n->n_out; i++)
        m->out[i].view = n->out[i].view;
    return m;
}

static ir_loop *loop_over_spans(ir_ctx *c, const ir_node *n, int64_t spans)
{
    const ir_loop *l = n->loop;
    ir_loop *o = ir_alloc(c, sizeof *o);
    if (!o)
        return NULL;
    *o = (ir_loop){ .reverse = l->reverse, .steps = spans, .spans = true, .trip = -1, .count_output = -1 };
    o->body.id = c->block_ids++;
    o->body.owner = o;
    o->sliced = ir_alloc(c, (size_t)l->n_sliced * sizeof *o->sliced);
    o->carried = ir_alloc(c, (size_t)l->n_carried * sizeof *o->carried);
    o->stacked = ir_alloc(c, (size_t)n->room * sizeof *o->stacked);
    o->summed = ir_alloc(c, (size_t)l->n_summed * sizeof *o->summed);
    return c->failed ? NULL : o;
}

static bool span_slices(spanning *s)
{
    ir_loop *l = s->inner->loop, *o = s->outer->loop;
    for (int i = 0; i < l->n_sliced; i++) {
        const int input = l->sliced[i].input;
        ir_value *all = s->outer->in[input];
        ir_node *spans = ir_node_new(s->c, &split_op, 1, 1);
        if (!spans)
            return false;
        const tf_dims dims = in_spans(&all->view, s->steps);
        spans->in[0] = all;
        spans->T = all->view.dtype;
        spans->name = s->outer->name;
        spans->order = s->outer->order;
        tf_view_set(&spans->out[0].view, NULL, all->view.dtype, dims);
        ir_add_node(s->c, s->to, spans);
        s->outer->in[input] = &spans->out[0];
        if (!(s->inner->in[input] = ir_slot_value(s->c, all->view.dtype, tf1c_element_dims(dims))))
            return false;
        o->sliced[o->n_sliced++] = (ir_sliced){ input, s->inner->in[input] };
    }
    return true;
}

static bool span_states(spanning *s)
{
    ir_loop *l = s->inner->loop, *o = s->outer->loop;
    for (int i = 0; i < l->n_carried; i++) {
        ir_carried *k = &l->carried[i];
        ir_value *arg = ir_slot_value(s->c, k->arg->view.dtype, ir_dims(&k->arg->view));
        if (!arg)
            return false;
        o->carried[o->n_carried] = *k;
        if (k->output < 0)
            k->output = s->inner->n_out++;
        s->inner->out[k->output].view = arg->view;
        o->carried[o->n_carried].arg = arg;
        o->carried[o->n_carried++].next = &s->inner->out[k->output];
        s->inner->in[k->input] = arg;
    }
    return true;
}

/* Whoever read the stacked result reads it through a view from now on. */
static bool span_results(spanning *s, ir_node **joined)
{
    ir_loop *l = s->inner->loop, *o = s->outer->loop;
    for (int i = 0; i < l->n_stacked; i++) {
        const int output = l->stacked[i].output;
        ir_value *all = &s->outer->out[output], *of_span = &s->inner->out[output];
        const tf_dims whole = ir_dims(&all->view), spans = in_spans(&all->view, s->steps);
        joined[i] = ir_view_node(s->c, all, whole);
        if (!joined[i])
            return false;
        joined[i]->name = s->outer->name;
        joined[i]->order = s->outer->order;
        all->replaced = &joined[i]->out[0];
        tf_view_set(&all->view, NULL, all->view.dtype, spans);
        tf_view_set(&of_span->view, NULL, all->view.dtype, tf1c_element_dims(spans));
        o->stacked[o->n_stacked++] = (ir_stacked){ output, of_span, s->c->n_slots++ };
    }
    for (int i = 0; i < l->n_summed; i++)
        o->summed[o->n_summed++] = (ir_summed){ l->summed[i].output, &s->inner->out[l->summed[i].output] };
    return true;
}

/* n goes on as the loop over spans; its old body is that of the node within. joined: the views of its stacked results. */
static bool span(ir_ctx *c, ir_block *to, ir_node *n, int64_t steps, ir_node **joined)
{
    spanning s = { c, to, n, inner_node(c, n), steps };
    ir_loop *o = loop_over_spans(c, n, n->loop->steps / steps);
    if (!s.inner || !o)
        return false;
    n->loop = o;
    if (!span_slices(&s) || !span_states(&s) || !span_results(&s, joined))
        return false;
    s.inner->loop->steps = steps;
    s.inner->loop->count_output = -1;
    ir_add_node(c, &o->body, s.inner);
    ir_list_results(c, o);
    return !c->failed;
}

/* ---- a block --------------------------------------------------------------------------------------------------------------------- */

bool ir_go_by_spans(ir_ctx *c, ir_block *b, ir_block *out, ir_node *n, int64_t steps)
{
    const int count = n->loop->n_stacked;
    ir_node **joined = ir_alloc(c, (size_t)count * sizeof *joined);
    if (!joined || !span(c, out, n, steps, joined))
        return false;
    ir_apply_replacements(b); /* the views are not in it yet: they read what they stand for */
    ir_add_node(c, out, n);
    for (int i = 0; i < count; i++) {
        n->out[n->loop->stacked[i].output].replaced = NULL;
        ir_add_node(c, out, joined[i]);
    }
    return !c->failed;
}

bool ir_pass_spans(ir_ctx *c, ir_block *b)
{
    ir_block out = ir_emptied(b);
    for (int i = 0; i < b->n && !c->failed; i++) {
        ir_node *n = b->nodes[i];
        const int64_t steps = steps_of_span(n);
        if (steps == 1)
            ir_add_node(c, &out, n);
        else if (!ir_go_by_spans(c, b, &out, n, steps))
            return false;
    }
    *b = out;
    return !c->failed;
}
