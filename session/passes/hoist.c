/* What a loop's body computes from slices and captured values alone is computed before the loop: for all steps at once, or, if
 * it is the same in each, once. The products gain by it; what leads to them, or is stacked as it is, goes along. */
#include <string.h>

#include "graph/loop.h"
#include "session/passes/pass.h"

/* When a body's value is known: in its step alone, before the loop as one of all steps' values, or before the loop as such. */
enum { IN_STEP, ALL_STEPS, ALWAYS };

typedef struct {
    ir_ctx *c;
    ir_block *to; /* where the loop is: what is hoisted is added there */
    ir_node *node;
    ir_loop *loop;
} hoisting;

/* ---- ops on views, step by step ------------------------------------------------------------------------------------------------ */

typedef struct {
    const ir_node *of; /* the body's node */
} steps_attrs;

static tf_view without_steps(const tf_view *v)
{
    tf_view less = *v;
    less.rank--;
    memmove(less.dims, less.dims + 1, (size_t)less.rank * sizeof *less.dims);
    memmove(less.strides, less.strides + 1, (size_t)less.rank * sizeof *less.strides);
    return less;
}

static void put_strides(tf_view *v, const tf_view *one, int64_t step)
{
    memcpy(v->strides + 1, one->strides, (size_t)one->rank * sizeof *one->strides);
    v->strides[0] = step;
}

/* The node's own rule, on one step's operands. */
static bool ask_rule(tf_kernel_ctx *k, bool part, int which, int64_t *offset)
{
    const ir_node *of = ((const steps_attrs *)k->attrs)->of;
    tf_view *in = tf1c_alloc((size_t)(k->n_in + k->n_out) * sizeof *in), *out = in + k->n_in;
    if (!in) /* it is copied then */
        return false;
    for (int i = 0; i < k->n_in; i++)
        in[i] = part || i == of->def->viewed ? without_steps(&k->in[i]) : k->in[i];
    for (int i = 0; i < k->n_out; i++)
        out[i] = without_steps(&k->out[i]);
    tf_kernel_ctx one = { .def = of->def,
                          .attrs = of->attrs,
                          .T = of->T,
                          .U = of->U,
                          .n_in = k->n_in,
                          .n_out = k->n_out,
                          .in = in,
                          .out = out,
                          .name = of->name };
    const bool lies = part ? of->def->part(&one, which, offset) : of->def->view(&one, which, offset);
    if (lies && part)
        put_strides(&k->in[which], &in[which], k->out[0].strides[0]);
    else if (lies)
        put_strides(&k->out[which], &out[which], k->in[of->def->viewed].strides[0]);
    tf1c_free(in);
    return lies;
}

static bool steps_view(tf_kernel_ctx *k, int output, int64_t *offset) { return ask_rule(k, false, output, offset); }
static bool steps_part(tf_kernel_ctx *k, int input, int64_t *offset) { return ask_rule(k, true, input, offset); }

/* One record for each input that may be the one viewed. */
#define STEPS_VIEW(which)                                                                                                         \
    {                                                                                                                             \
        .name = "(steps)", .in = "in:?*", .out = "out:?*", .attrs_size = sizeof(steps_attrs), .traits = TF_VIEW, .viewed = which, \
        .view = steps_view, .gradient = tf_no_gradient                                                                            \
    }
static const tf_op_def view_ops[] = { STEPS_VIEW(0), STEPS_VIEW(1) };
enum { VIEW_OPS = sizeof view_ops / sizeof *view_ops };
static const tf_op_def parts_op = { .name = "(steps)",
                                    .in = "in:?*",
                                    .out = "out:?*",
                                    .attrs_size = sizeof(steps_attrs),
                                    .traits = TF_PARTS,
                                    .part = steps_part,
                                    .gradient = tf_no_gradient };

/* ---- what may leave ----------------------------------------------------------------------------------------------------------------- */

static bool may_leave(const ir_node *n)
{
    return ir_is_pure(n) && !n->n_after && !n->effect && n->n_out && !n->out[0].known && n->n_in <= IR_MOST_OPERANDS &&
           n->n_out <= IR_MOST_OPERANDS;
}

/* Nothing in the data makes it fail (an index would): it may run though the loop does not take a step. */
static bool cannot_fail(const ir_node *n)
{
    for (int i = 0; i < n->n_in && n->def->traits & TF_VIEW; i++)
        if (i != n->def->viewed && !n->in[i]->known)
            return false;
    return n->def->traits & (TF_VIEW | TF_PARTS | TF_PRODUCT) || (n->def->strips && TF_FLOATING & TF_DTYPE_BIT(n->T));
}

static bool is_plain_product(const ir_node *n)
{
    return n->def->traits & TF_PRODUCT && n->def->product && n->n_in == 2 && n->n_out == 1;
}

static int count_when(const ir_node *n, int when)
{
    int count = 0;
    for (int i = 0; i < n->n_in; i++)
        count += n->in[i]->when == when;
    return count;
}

/* The view's rule answers for one step, laid out side by side. */
static bool is_fixed_view(const ir_node *n)
{
    tf_view out;
    int64_t offset;
    if (n->def->viewed >= VIEW_OPS || n->n_in <= n->def->viewed || n->in[n->def->viewed]->when != ALL_STEPS ||
        count_when(n, ALL_STEPS) != 1)
        return false;
    for (int o = 0; o < n->n_out; o++)
        if (!ir_view_rule(n, o, &out, &offset))
            return false;
    return true;
}

/* Whether each step's rows may be put below each other: output rows depend on rows of these inputs alone. */
static bool has_rows(const ir_node *n)
{
    for (int i = 0; i < n->n_in; i++)
        if ((n->def->rows >> i & 1) != (n->in[i]->when == ALL_STEPS) ||
            (n->in[i]->when == ALL_STEPS && n->in[i]->view.rank < (i ? 1 : 2)))
            return false;
    for (int o = 0; o < n->n_out; o++)
        if (!n->out[o].view.rank)
            return false;
    return n->def->rows != 0;
}

static bool may_batch(const ir_node *n)
{
    unsigned traits = n->def->traits;
    for (int o = 0; o < n->n_out; o++)
        if (n->out[o].view.rank >= TF_MAX_RANK)
            return false;
    if (n->def->strips)
        return n->n_out == 1;
    if (traits & TF_SUM || traits & TF_PARTS)
        return count_when(n, ALL_STEPS) == n->n_in && n->n_out == 1;
    if (traits & TF_VIEW)
        return is_fixed_view(n);
    if (is_plain_product(n))
        return n->in[0]->when == ALL_STEPS && n->in[1]->when == ALWAYS && !n->def->product(n->attrs).transpose_a;
    return has_rows(n);
}

static int when_known(const hoisting *h, const ir_node *n)
{
    const bool steps = h->loop->steps >= 1;
    if (!may_leave(n) || count_when(n, IN_STEP) || (!steps && !cannot_fail(n)))
        return IN_STEP;
    if (count_when(n, ALL_STEPS) == 0)
        return ALWAYS;
    return steps && may_batch(n) ? ALL_STEPS : IN_STEP;
}

/* A constant of the body's that comes after others of each step. */
static bool has_to_wait(const ir_loop *l, const ir_value *v) { return v->node && v->node->block == l->body.id && v->node->waits; }

static void mark_values(hoisting *h)
{
    ir_loop *l = h->loop;
    for (int i = 0; i < l->body.n; i++) {
        const ir_node *n = l->body.nodes[i];
        for (int j = 0; j < n->n_in; j++) {
            n->in[j]->when = ir_is_captured(l, n->in[j]) && !has_to_wait(l, n->in[j]) ? ALWAYS : IN_STEP;
            n->in[j]->outside = n->in[j];
        }
    }
    for (int i = 0; i < l->n_sliced; i++) {
        l->sliced[i].arg->when = l->steps >= 1 ? ALL_STEPS : IN_STEP;
        l->sliced[i].arg->outside = h->node->in[l->sliced[i].input];
    }
    for (int i = 0; i < l->body.n; i++) {
        ir_node *n = l->body.nodes[i];
        int when = when_known(h, n);
        for (int o = 0; o < n->n_out; o++)
            if (!n->out[o].known)
                n->out[o].when = when;
    }
}

/* ---- what gains by leaving -------------------------------------------------------------------------------------------------------- */

/* A view that its readers may want copied, for it leaves no elements side by side. */
static bool scatters(const ir_node *n)
{
    tf_view out;
    int64_t offset;
    for (int o = 0; o < n->n_out; o++)
        if (!ir_view_rule(n, o, &out, &offset) || !tf_view_contiguous(&out))
            return true;
    return false;
}

/* In n->needed: what leaves. From the last node on, so that what leads to one that leaves is asked after it. */
static int choose(hoisting *h)
{
    ir_block *b = &h->loop->body;
    int chosen = 0;
    for (int i = 0; i < b->n; i++)
        b->nodes[i]->needed = false;
    for (int i = b->n; i-- > 0;) {
        ir_node *n = b->nodes[i];
        int when = n->n_out ? n->out[0].when : IN_STEP;
        if (when == IN_STEP)
            continue;
        bool views = n->def->traits & (TF_VIEW | TF_PARTS);
        n->needed |=
            when == ALWAYS ? !(n->def->traits & TF_VIEW) || scatters(n) : !views && !n->def->strips && !(n->def->traits & TF_SUM);
        for (int o = 0; o < n->n_out && when == ALL_STEPS; o++)
            n->needed |= ir_stack_of(h->loop, &n->out[o]) != NULL;
        chosen += n->needed;
        for (int j = 0; j < n->n_in && n->needed; j++)
            if (n->in[j]->node && n->in[j]->node->block == b->id && !n->in[j]->known)
                n->in[j]->node->needed = true;
    }
    return chosen;
}

/* ---- outside -------------------------------------------------------------------------------------------------------------------------- */

static tf_dims of_all_steps(const hoisting *h, const tf_view *v) { return tf1c_stacked_dims(h->loop->steps, ir_dims(v)); }

static tf_dims as_rows(const hoisting *h, const tf_view *v)
{
    tf_dims d = ir_dims(v);
    d.dims[0] *= h->loop->steps;
    return d;
}

static ir_value *reshaped(hoisting *h, ir_value *v, tf_dims dims, const ir_node *like)
{
    ir_node *view = ir_view_node(h->c, v, dims);
    if (!view)
        return NULL;
    view->name = like->name;
    view->order = h->node->order;
    ir_add_node(h->c, h->to, view);
    return &view->out[0];
}

/* A stepwise operand of lower rank than the result: its axes are the last ones. */
static ir_value *aligned(hoisting *h, ir_value *v, const ir_node *n)
{
    int rank = n->out[0].view.rank, missing = rank - v->view.rank;
    if (v->when != ALL_STEPS || !missing)
        return v->outside;
    tf_dims d = { .known = true, .rank = rank + 1, .dims = { h->loop->steps } };
    for (int i = 0; i < rank; i++)
        d.dims[1 + i] = i < missing ? 1 : v->view.dims[i - missing];
    return reshaped(h, v->outside, d, n);
}

static ir_node *copy_of(hoisting *h, const ir_node *n, const tf_op_def *def, const void *attrs)
{
    ir_node *copy = ir_node_like(h->c, n, def, n->n_in, n->n_out);
    if (!copy)
        return NULL;
    copy->attrs = attrs;
    copy->order = h->node->order;
    for (int j = 0; j < n->n_in; j++)
        copy->in[j] = n->in[j]->outside;
    for (int o = 0; o < n->n_out; o++)
        tf_view_set(&copy->out[o].view, NULL, n->out[o].view.dtype,
                    n->out[o].when == ALL_STEPS ? of_all_steps(h, &n->out[o].view) : ir_dims(&n->out[o].view));
    return copy;
}

static ir_node *on_views(hoisting *h, const ir_node *n)
{
    steps_attrs *attrs = ir_alloc(h->c, sizeof *attrs);
    if (!attrs)
        return NULL;
    *attrs = (steps_attrs){ n };
    return copy_of(h, n, n->def->traits & TF_PARTS ? &parts_op : &view_ops[n->def->viewed], attrs);
}

/* All steps' rows below each other, and each result as one of all steps again. */
static bool by_rows(hoisting *h, ir_node *n, unsigned rows)
{
    ir_node *copy = copy_of(h, n, n->def, n->attrs);
    for (int j = 0; copy && j < n->n_in; j++)
        if (rows >> j & 1 && !(copy->in[j] = reshaped(h, n->in[j]->outside, as_rows(h, &n->in[j]->view), n)))
            return false;
    if (!copy)
        return false;
    ir_add_node(h->c, h->to, copy);
    for (int o = 0; o < n->n_out; o++) {
        tf_view_set(&copy->out[o].view, NULL, n->out[o].view.dtype, as_rows(h, &n->out[o].view));
        if (!(n->out[o].outside = reshaped(h, &copy->out[o], of_all_steps(h, &n->out[o].view), n)))
            return false;
    }
    return true;
}

static bool put_outside(hoisting *h, ir_node *n)
{
    bool all = n->out[0].when == ALL_STEPS;
    if (all && is_plain_product(n))
        return by_rows(h, n, 1);
    if (all && !n->def->strips && !(n->def->traits & (TF_SUM | TF_VIEW | TF_PARTS)))
        return by_rows(h, n, n->def->rows);
    ir_node *copy = all && n->def->traits & (TF_VIEW | TF_PARTS) ? on_views(h, n) : copy_of(h, n, n->def, n->attrs);
    for (int j = 0; copy && all && n->def->strips && j < n->n_in; j++)
        if (!(copy->in[j] = aligned(h, n->in[j], n)))
            return false;
    if (!copy)
        return false;
    ir_add_node(h->c, h->to, copy);
    for (int o = 0; o < n->n_out; o++)
        n->out[o].outside = &copy->out[o];
    return true;
}

/* ---- the body without them --------------------------------------------------------------------------------------------------------------- */

/* In the body it is a slice now. */
static bool slice(hoisting *h, ir_value *v) { return (v->replaced = ir_add_slice(h->c, h->node, v->outside)) != NULL; }

/* What stacks a value of all steps is that value. */
static void unstack(hoisting *h)
{
    ir_loop *l = h->loop;
    int kept = 0;
    for (int i = 0; i < l->n_stacked; i++) {
        ir_value *v = l->stacked[i].result;
        if (v->node && v->node->block == l->body.id && v->node->needed && v->when == ALL_STEPS)
            h->node->out[l->stacked[i].output].replaced = v->outside;
        else
            l->stacked[kept++] = l->stacked[i];
    }
    l->n_stacked = kept;
}

/* What stays in the body reads, the loop's results among it. Gives the mark. */
static int mark_reads(const hoisting *h)
{
    const ir_loop *l = h->loop;
    const int mark = ++h->c->marks;
    for (int i = 0; i < l->body.n; i++)
        for (int j = 0; j < l->body.nodes[i]->n_in && !l->body.nodes[i]->needed; j++)
            l->body.nodes[i]->in[j]->read_by = mark;
    for (int i = 0; i < l->n_carried; i++)
        l->carried[i].next->read_by = mark;
    for (int i = 0; i < l->n_summed; i++)
        l->summed[i].result->read_by = mark;
    for (int i = 0; i < l->n_stacked; i++)
        l->stacked[i].result->read_by = mark;
    return mark;
}

static bool replace(hoisting *h, ir_node *n, int read)
{
    for (int o = 0; o < n->n_out; o++) {
        ir_value *v = &n->out[o];
        if (v->read_by != read)
            continue;
        if (v->when == ALL_STEPS ? !slice(h, v) : (ir_add_input(h->c, h->node, v->outside), v->replaced = v->outside, h->c->failed))
            return false;
    }
    return true;
}

static bool hoist(hoisting *h)
{
    ir_block *b = &h->loop->body;
    const int first = h->to->n;
    for (int i = 0; i < b->n; i++)
        if (b->nodes[i]->needed && !put_outside(h, b->nodes[i]))
            return false;
    if (!ir_after_assignments_of(h->c, h->to, first, h->node))
        return false;
    unstack(h);
    const int read = mark_reads(h);
    for (int i = 0; i < b->n; i++)
        if (b->nodes[i]->needed && !replace(h, b->nodes[i], read))
            return false;
    ir_apply_replacements(b);
    ir_list_results(h->c, h->loop);
    ir_prune(b);
    return !h->c->failed;
}

bool ir_pass_hoist(ir_ctx *c, ir_block *b)
{
    ir_block out = ir_emptied(b);
    for (int i = 0; i < b->n && !c->failed; i++) {
        ir_node *n = b->nodes[i];
        hoisting h = { c, &out, n, n->loop };
        if (n->loop && !n->loop->n_written) {
            mark_values(&h);
            if (choose(&h) && !hoist(&h))
                return false;
        }
        ir_add_node(c, &out, n);
    }
    *b = out;
    ir_apply_replacements(b);
    ir_prune(b);
    return !c->failed;
}
