/* Reverse mode, graph to graph. TF1: python/ops/gradients_util.py _GradientsHelper, _AggregatedGrads. */
#include <stdio.h>
#include <string.h>

#include "graph/node.h"

/* What flows back into one tensor: dense and sparse contributions, in the order they came. */
typedef struct contribution {
    struct contribution *next;
    tf_indexed_slices slices; /* dense if indices is none: `values` alone */
} contribution;

typedef struct {
    tf_graph *g;
    tf1c_arena arena;     /* contributions and marks, gone when done */
    char *wanted;         /* per node: on a path from an x */
    char *stopped;        /* per node: a stop_gradients tensor's, or not reached from the ys */
    contribution ***into; /* per node, per output */
    tf_list stop;
    tf_status status;
} backprop;

static bool is_listed(tf_list list, tf_tensor t)
{
    for (int i = 0; i < list.n; i++)
        if (tf_same_tensor(list.items[i], t))
            return true;
    return false;
}

static void no_memory(backprop *b)
{
    if (!b->status)
        b->status = tf_fail(tf_memory_error, tf1c_source((tf_source){ 0 }), NULL, "no memory left for the gradients");
}

static void contribute(backprop *b, tf_tensor to, tf_indexed_slices slices)
{
    if (!slices.values.op || b->status)
        return;
    if (to.op->graph != b->g || to.op->index < 0)
        return;
    contribution ***slot = &b->into[to.op->index];
    if (!*slot && !(*slot = tf1c_arena_alloc(&b->arena, (size_t)to.op->n_outputs * sizeof **slot))) {
        no_memory(b);
        return;
    }
    contribution *c = tf1c_arena_alloc(&b->arena, sizeof *c), **end = &(*slot)[to.index];
    if (!c) {
        no_memory(b);
        return;
    }
    *c = (contribution){ NULL, slices };
    while (*end)
        end = &(*end)->next;
    *end = c;
}

/* ---- what a gradient function calls ------------------------------------------------------------------------------------ */

void tf_add_sparse_grad(tf_grad_ctx *g, int i, tf_indexed_slices dx)
{
    backprop *b = g->private_;
    const tf_tensor in = g->in[i];
    if (in.op->graph != b->g || !b->wanted[in.op->index] || is_listed(b->stop, in))
        return;
    if (dx.values.op && !dx.indices.op && !tf_is_poisoned(dx.values)) { /* it is of in's shape, whatever could be inferred */
        tf_dims *shape = &dx.values.op->outputs[dx.values.index].shape, merged;
        if (tf_merge_dims(*shape, in.op->outputs[in.index].shape, &merged))
            *shape = merged;
    }
    contribute(b, in, dx);
}

void tf_add_grad(tf_grad_ctx *g, int i, tf_tensor dx) { tf_add_sparse_grad(g, i, (tf_indexed_slices){ .values = dx }); }

bool tf1c_grad_wanted(const tf_grad_ctx *g, int i)
{
    const backprop *b = g->private_;
    const tf_tensor in = g->in[i];
    return in.op->graph == b->g && b->wanted[in.op->index] && !is_listed(b->stop, in);
}

tf_tensor tf_grad_out(tf_grad_ctx *g, int i)
{
    if (g->dys[i].op)
        return g->dys[i];
    return tf_op_unary(tf1c_basic.zeros_like, tf_operand_tensor(g->out[i]), (struct tf_name_args){ 0 }, "zeros_like");
}

void tf_no_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    (void)g;
    (void)dy;
}

void tf1c_undefined_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    backprop *b = g->private_;
    (void)dy;
    if (!b->status)
        b->status = tf_fail(tf_lookup_error, tf1c_source(g->op->here), g->op->name,
                            "No gradient defined for operation '%s' (op type: %s)", g->op->name, g->op->def->name);
}

void tf1c_disable_gradient(tf_grad_ctx *g, const char *reason)
{
    backprop *b = g->private_;
    if (!b->status)
        b->status =
            tf_fail(tf_lookup_error, tf1c_source(g->op->here), g->op->name, "Gradient explicitly disabled. Reason: %s", reason);
}

void tf_gradient_disabled(tf_grad_ctx *g, tf_tensor dy)
{
    char reason[256];
    (void)dy;
    snprintf(reason, sizeof reason, "second derivative of '%s' (op type: %s) is not defined.", g->op->name, g->op->def->name);
    tf1c_disable_gradient(g, reason);
}

/* ---- sums ------------------------------------------------------------------------------------------------------------------- */

static tf_indexed_slices add_dense(int n, const tf_tensor *terms)
{
    if (n == 1)
        return (tf_indexed_slices){ .values = terms[0] };
    tf_operand *in = tf1c_alloc((size_t)n * sizeof *in);
    if (!in)
        return (tf_indexed_slices){ .values =
                                        tf_mistake(tf_memory_error, (tf_source){ 0 }, NULL, "no memory left for the gradients") };
    for (int i = 0; i < n; i++)
        in[i] = tf_operand_tensor(terms[i]);
    tf_operation *sum = tf_op_new(tf1c_basic.add_n, (struct tf_op_args){ .n_inputs = n, .inputs = in });
    tf1c_free(in);
    return (tf_indexed_slices){ .values = { sum, 0 } };
}

/* All sparse: rows and indices one after the other. Any dense: the sparse ones become dense. */
static tf_indexed_slices aggregate(const contribution *c)
{
    int n = 0;
    bool dense = false;
    for (const contribution *i = c; i; i = i->next, n++)
        dense |= !i->slices.indices.op;
    if (!c || n == 1)
        return c ? c->slices : (tf_indexed_slices){ 0 };
    tf_list values = { 0 }, indices = { 0 };
    for (const contribution *i = c; i; i = i->next) {
        tf_append_(&values, dense && i->slices.indices.op ? tf1c_basic.densify(i->slices) : i->slices.values, (tf_source){ 0 });
        if (!dense)
            tf_append_(&indices, i->slices.indices, (tf_source){ 0 });
    }
    if (dense)
        return add_dense(values.n, values.items);
    return (tf_indexed_slices){ tf1c_basic.concat_rows(values), tf1c_basic.concat_rows(indices), c->slices.dense_shape };
}

/* The sum, kept in place of its terms: an x may be on the way to another. */
static tf_indexed_slices settle(contribution *c)
{
    tf_indexed_slices sum = aggregate(c);
    if (c)
        *c = (contribution){ NULL, sum };
    return sum;
}

/* ---- the walk --------------------------------------------------------------------------------------------------------------------- */

static void mark_wanted(backprop *b, int n_xs, const tf_tensor *xs)
{
    for (int i = 0; i < n_xs; i++)
        if (xs[i].op->graph == b->g)
            b->wanted[xs[i].op->index] = 1;
    for (int i = 0; i < b->g->n_ops; i++) {
        const tf_operation *op = b->g->ops[i];
        for (int j = 0; j < op->n_inputs && !b->wanted[i]; j++)
            b->wanted[i] =
                op->inputs[j].op->graph == b->g && b->wanted[op->inputs[j].op->index] && !is_listed(b->stop, op->inputs[j]);
    }
}

/* TF fills in zeros for the outputs of an op that nothing flows back to, if something does to others, as long as the op itself is
 * on the way to an x: the gradient at such an output is those zeros, not None. */
static bool zeros_beside(const backprop *b, tf_tensor x)
{
    bool on_the_way = false, beside = false;
    contribution *const *into = b->into[x.op->index];
    if (x.op->def->traits & (TF_LOOP | TF_BRANCH)) /* there every result is an op of its own */
        return false;
    for (int i = 0; i < x.op->n_inputs; i++)
        on_the_way |= x.op->inputs[i].op->graph == b->g && b->wanted[x.op->inputs[i].op->index];
    for (int i = 0; i < x.op->n_outputs; i++)
        beside |= into[i] != NULL;
    return on_the_way && beside && !into[x.index] && TF_FLOATING & TF_DTYPE_BIT(x.op->outputs[x.index].dtype);
}

static bool flows(const tf_indexed_slices *dys, int n)
{
    for (int i = 0; i < n; i++)
        if (dys[i].values.op)
            return true;
    return false;
}

static void through(backprop *b, tf_operation *op)
{
    if (!op->n_inputs || !b->into[op->index])
        return;
    enum { FEW = 8 };
    tf_tensor few_dys[FEW], few_out[FEW], *dys = few_dys, *out = few_out;
    tf_indexed_slices few_sums[FEW], *sums = few_sums;
    int n = op->n_outputs;
    if (n > FEW) {
        dys = tf1c_arena_alloc(&b->arena, (size_t)n * sizeof *dys);
        out = tf1c_arena_alloc(&b->arena, (size_t)n * sizeof *out);
        sums = tf1c_arena_alloc(&b->arena, (size_t)n * sizeof *sums);
        if (!dys || !out || !sums) {
            no_memory(b);
            return;
        }
    }
    char name[512];
    const char *scope = name;
    snprintf(name, sizeof name, "%s_grad", op->name);
    TF_SCOPE(scope, "grad");
    for (int i = 0; i < n; i++) {
        sums[i] = settle(b->into[op->index][i]);
        out[i] = (tf_tensor){ op, i };
    }
    if (!flows(sums, n))
        return;
    for (int i = 0; i < n; i++)
        dys[i] = sums[i].indices.op ? tf1c_basic.densify(sums[i]) : sums[i].values;
    tf_grad_ctx g = { op, op->n_inputs, n, op->inputs, out, dys, op->attrs, b };
    if (op->def == tf1c_basic.identity) { /* a variable's read, above all: sparse stays sparse */
        tf_add_sparse_grad(&g, 0, sums[0]);
        return;
    }
    if (!op->def->gradient) {
        tf1c_undefined_gradient(&g, dys[0]);
        return;
    }
    if (TF_FLOATING & TF_DTYPE_BIT(op->outputs[0].dtype) || n > 1)
        op->def->gradient(&g, dys[0]);
}

static bool prepare(backprop *b)
{
    size_t n = (size_t)b->g->n_ops + 1;
    b->wanted = tf1c_arena_alloc(&b->arena, n);
    b->into = tf1c_arena_alloc(&b->arena, n * sizeof *b->into);
    if (!b->wanted || !b->into)
        no_memory(b);
    return !b->status;
}

tf_status tf1c_backprop(int n_ys, const tf_tensor *ys, const tf_tensor *dys, int n_xs, const tf_tensor *xs, tf_list stop_gradients,
                        tf_indexed_slices *dxs, tf_source here)
{
    TF_FROM(here);
    backprop b = { .g = ys[0].op->graph, .stop = stop_gradients };
    memset(dxs, 0, (size_t)n_xs * sizeof *dxs);
    int last = 0; /* nodes that the gradient itself adds come after it */
    if (prepare(&b)) {
        mark_wanted(&b, n_xs, xs);
        for (int i = 0; i < n_ys; i++) {
            contribute(&b, ys[i], (tf_indexed_slices){ .values = dys[i] });
            last = ys[i].op->index > last ? ys[i].op->index : last;
        }
    }
    for (int i = last; i >= 0 && !b.status; i--)
        if (b.wanted[i])
            through(&b, b.g->ops[i]);
    for (int i = 0; i < n_xs && !b.status; i++)
        if (xs[i].op->graph == b.g && b.into[xs[i].op->index]) {
            dxs[i] = settle(b.into[xs[i].op->index][xs[i].index]);
            if (zeros_beside(&b, xs[i]))
                dxs[i].values =
                    tf_op_unary(tf1c_basic.zeros_like, tf_operand_tensor(xs[i]), (struct tf_name_args){ 0 }, "zeros_like");
        }
    tf1c_arena_free(&b.arena);
    return b.status;
}

/* ---- the public ends ------------------------------------------------------------------------------------------------------------------ */

/* What flows in at each y: as given, or ones. */
static bool starting_gradients(tf_list ys, tf_list grad_ys, tf_tensor *dys, tf_source here)
{
    if (grad_ys.n && grad_ys.n != ys.n) {
        tf_fail(tf_value_error, here, NULL, "Passed %d grad_ys for %d ys", grad_ys.n, ys.n);
        return false;
    }
    for (int i = 0; i < ys.n; i++) {
        tf_tensor given = grad_ys.n ? grad_ys.items[i] : (tf_tensor){ 0 };
        char name[32];
        snprintf(name, sizeof name, "grad_ys_%d", i);
        if (!given.op) {
            dys[i] = tf_op_unary(tf1c_basic.ones_like, tf_operand_tensor(ys.items[i]), (struct tf_name_args){ .name = name }, NULL);
            continue;
        }
        dys[i] = tf_convert(tf_operand_tensor(given), tf_dtype_unset, here, name);
        if (tf_get_dtype(given) != tf_get_dtype(ys.items[i]) && !tf_is_poisoned(given)) {
            tf_fail(tf_type_error, here, ys.items[i].op->name,
                    "Gradient type %s generated for real-valued tensor %s:%d with type %s must be real",
                    tf_dtype_name(tf_get_dtype(given)), ys.items[i].op->name, ys.items[i].index,
                    tf_dtype_name(tf_get_dtype(ys.items[i])));
            return false;
        }
    }
    return true;
}

static tf_operation *first_poison(tf_list list)
{
    for (int i = 0; i < list.n; i++)
        if (tf_is_poisoned(list.items[i]))
            return tf_tensor_op(list.items[i]);
    return NULL;
}

static bool has_none(tf_list list)
{
    for (int i = 0; i < list.n; i++)
        if (tf_is_none(list.items[i]))
            return true;
    return false;
}

tf_status tf_sparse_gradients_(tf_list ys, tf_list xs, tf_indexed_slices *gradients, struct tf_gradients_args a)
{
    tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    memset(gradients, 0, (size_t)xs.n * sizeof *gradients);
    if (ys.n == 0 || xs.n == 0)
        return tf_ok;
    if (has_none(ys) || has_none(xs))
        return tf_fail(tf_value_error, here, NULL, "None values not supported.");
    if (first_poison(ys) || first_poison(xs))
        return tf_invalid_argument;
    tf_tensor *dys = tf1c_alloc_zero((size_t)ys.n * sizeof *dys), *values = tf1c_alloc_zero((size_t)ys.n * sizeof *values);
    tf_status status = tf_ok;
    if (!dys || !values)
        status = tf_fail(tf_memory_error, here, NULL, "no memory left for the gradients");
    if (!status) {
        TF_SCOPE(a.name, "gradients");
        for (int i = 0; i < ys.n; i++)
            values[i] = ys.items[i].op->read ? (tf_tensor){ ys.items[i].op->read, 0 } : ys.items[i];
        if (!starting_gradients((tf_list){ .n = ys.n, .items = values }, a.grad_ys, dys, here))
            status = tf_last_error()->code;
        else
            status = tf1c_backprop(ys.n, values, dys, xs.n, xs.items, a.stop_gradients, gradients, here);
    }
    tf1c_free(dys);
    tf1c_free(values);
    return status;
}

tf_list tf_gradients_(tf_list ys, tf_list xs, struct tf_gradients_args a)
{
    TF_FROM(a.here);
    tf_graph *g = tf1c_current_graph();
    if (has_none(ys) || has_none(xs))
        return tf_mistake_list(xs.n, tf_mistake(tf_value_error, a.here, NULL, "None values not supported."));
    tf_operation *poison = first_poison(ys) ? first_poison(ys) : first_poison(xs);
    if (poison || !g)
        return tf_mistake_list(xs.n, (tf_tensor){ poison ? poison : tf1c_poison(g), 0 });
    tf_indexed_slices *slices = tf1c_graph_alloc(g, (size_t)xs.n * sizeof *slices + 1);
    tf_tensor *dxs = tf1c_graph_alloc(g, (size_t)xs.n * sizeof *dxs + 1);
    if (!slices || !dxs || tf_sparse_gradients_(ys, xs, slices, a))
        return tf_mistake_list(xs.n, (tf_tensor){ tf1c_record_mistake(g), 0 });
    for (int i = 0; i < xs.n; i++)
        dxs[i] = slices[i].indices.op ? tf1c_basic.densify(slices[i]) : slices[i].values;
    return (tf_list){ .n = xs.n, .items = dxs };
}
