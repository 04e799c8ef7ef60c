/* cond and case: both branches are bodies of one Branch node, of which a run takes one. What was made outside of them runs
 * whichever is taken, as in TF1. */
#include <string.h>

#include "graph/loop.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/cond.h"
#include "ops/control_flow/counts.h"
#include "ops/family.h"
#include "ops/math/range.h"

static const tf_op_def branch_op;

/* Inputs: pred, what the false body captures, what the true body captures. */
static int first_input(const tf1c_branch_attrs *a, int which) { return which ? 1 + a->bodies[0]->n_in : 1; }

static const char *branch_scope(tf_graph *g, const char *name, int which)
{
    return tf1c_graph_printf(g, "%s/%s", name, which ? "true" : "false");
}

/* Output o in its static shape: what both agree on. */
static tf1c_output output_of(const tf1c_branch_attrs *a, int o)
{
    tf_tensor f = a->bodies[0]->out[o].result, t = a->bodies[1]->out[o].result, any = f.op ? f : t;
    tf1c_output out = any.op->outputs[any.index];
    if (!f.op || !t.op)
        return out;
    tf_dims x = tf_get_shape(f), y = tf_get_shape(t);
    if (!x.known || !y.known || x.rank != y.rank) {
        out.shape = (tf_dims){ 0 };
        return out;
    }
    for (int i = 0; i < x.rank; i++)
        out.shape.dims[i] = x.dims[i] == y.dims[i] ? x.dims[i] : NONE;
    return out;
}

tf_operation *tf1c_branch_node(const tf1c_branch_attrs *a, tf_tensor pred, const char *exact_name, tf_source here)
{
    tf_graph *g = a->bodies[0]->parent;
    int n = 1 + a->bodies[0]->n_in + a->bodies[1]->n_in;
    tf_tensor *inputs = tf1c_graph_alloc(g, (size_t)n * sizeof *inputs);
    if (!inputs)
        return tf1c_record_mistake(g);
    inputs[0] = pred;
    for (int which = 0; which < 2; which++)
        for (int i = 0; i < a->bodies[which]->n_in; i++)
            inputs[first_input(a, which) + i] = a->bodies[which]->in[i].outer;
    tf_operation *op = tf1c_node(g, &branch_op, exact_name, here, a, n, inputs, a->bodies[0]->n_out);
    if (!op)
        return tf1c_record_mistake(g);
    for (int o = 0; o < op->n_outputs; o++)
        op->outputs[o] = output_of(a, o);
    return tf1c_await_outside(a->bodies[0], op) && tf1c_await_outside(a->bodies[1], op) ? op : tf1c_record_mistake(g);
}

/* ---- gradient: a branch of the branches' gradients --------------------------------------------------------------------------- */

/* One more output, of one body alone: what its backward body reads. */
static tf_tensor save(tf_operation *op, int which, tf_tensor result)
{
    tf1c_branch_attrs *a = op->attrs;
    for (int o = 0; o < op->n_outputs; o++)
        if (tf_same_tensor(a->bodies[which]->out[o].result, result))
            return (tf_tensor){ .op = op, .index = o };
    if (!tf1c_room_for_output(op, &a->bodies[0]->room) || !tf1c_body_result(a->bodies[which], TF1C_FINAL, -1, result) ||
        !tf1c_body_result(a->bodies[!which], TF1C_FINAL, -1, (tf_tensor){ 0 }))
        return (tf_tensor){ 0 };
    op->outputs[op->n_outputs] = output_of(a, op->n_outputs);
    op->graph->universe->version++;
    return (tf_tensor){ .op = op, .index = op->n_outputs++ };
}

typedef struct {
    tf_grad_ctx *g;
    int which;
    tf1c_body *b;
    tf_tensor *dxs;
    int *x_port;    /* of each x: the forward body's input */
    int n_xs, made; /* so many operations, by what is in the branch */
} reversing;

static tf_tensor saved_in_forward(tf1c_body *b, tf_tensor t, void *reverse)
{
    const reversing *r = reverse;
    (void)b;
    return save((tf_operation *)r->g->op, r->which, t);
}

static bool backprop_branch(reversing *r, const tf1c_body *f, int first, tf_source here)
{
    tf_graph *g = r->b->parent;
    size_t n = (size_t)(f->n_in + r->g->n_out + 1);
    tf_tensor *ys = tf1c_graph_alloc(g, n * sizeof *ys), *dys = tf1c_graph_alloc(g, n * sizeof *dys),
              *xs = tf1c_graph_alloc(g, n * sizeof *xs);
    r->dxs = tf1c_graph_alloc(g, n * sizeof *r->dxs);
    r->x_port = tf1c_graph_alloc(g, n * sizeof *r->x_port);
    int n_ys = 0;
    if (!ys || !dys || !xs || !r->dxs || !r->x_port)
        return false;
    for (int o = 0; o < r->g->n_out; o++) {
        tf_tensor y = f->out[o].result;
        if (!r->g->dys[o].op || !y.op || !(TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(y))))
            continue;
        ys[n_ys] = y;
        dys[n_ys++] = tf1c_import(r->b->graph, r->g->dys[o], here);
    }
    for (int i = 0; i < f->n_in; i++)
        if (TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(f->in[i].arg)) && tf1c_grad_wanted(r->g, first + i)) {
            xs[r->n_xs] = f->in[i].arg;
            r->x_port[r->n_xs++] = i;
        }
    const int begin = tf1c_count_now();
    const bool good =
        !n_ys || !r->n_xs || !tf1c_backprop(n_ys, ys, dys, r->n_xs, xs, tf1c_gradient_is_gated(r->g), NULL, r->dxs, here);
    r->made = tf1c_count_now() - begin;
    return good;
}

/* What a branch has for an input of the forward node: nothing, a tensor, or rows of one. */
enum { NO_GRADIENT, DENSE, SPARSE };

static tf_tensor gradient_of(const reversing *r, int port)
{
    for (int x = 0; x < r->n_xs; x++)
        if (r->x_port[x] == port)
            return r->dxs[x];
    return (tf_tensor){ 0 };
}

static bool add_result(reversing *r, tf_tensor dx)
{
    dx = tf1c_import(r->b->graph, dx, r->g->op->here);
    return !tf_is_poisoned(dx) && tf1c_body_result(r->b, TF1C_FINAL, -1, dx);
}

/* For each input of the forward node that either branch has a gradient for, both branches give one: zeros where they have none;
 * in all rows, as TF does, where the other's is sparse. */
static bool add_results(reversing *r, const tf1c_branch_attrs *a, char *const *has, const tf_tensor *inputs)
{
    for (int which = 0; which < 2; which++)
        for (int i = 0; i < a->bodies[which]->n_in; i++) {
            const tf_tensor x = inputs[first_input(a, which) + i];
            tf_tensor dx = which == r->which ? gradient_of(r, i) : (tf_tensor){ 0 };
            if (has[which][i] == DENSE && !add_result(r, dx.op ? dx : tf_zeros_like(x)))
                return false;
            if (has[which][i] != SPARSE)
                continue;
            tf_tensor like = tf_slices(gradient_of(&r[which - r->which], i)).indices;
            tf_indexed_slices s = tf_slices(dx);
            if (!dx.op)
                s = (tf_indexed_slices){
                    .values = tf_zeros_like(x),
                    .indices = tf1c_cast(tf_range(tf_getitem(tf_shape(x), "0")), tf_get_dtype(like), r->g->op->here),
                };
            if (!add_result(r, s.values) || !add_result(r, s.indices))
                return false;
        }
    return true;
}

/* The outputs of the gradient's node in the order in which add_results made them. */
static void hand_back(tf_grad_ctx *g, tf_operation *op, char *const *has)
{
    const tf1c_branch_attrs *a = g->attrs;
    for (int w = 0, o = 0; w < 2; w++)
        for (int i = 0; i < a->bodies[w]->n_in; i++) {
            const int input = first_input(a, w) + i;
            if (has[w][i] == DENSE)
                tf_add_grad(g, input, (tf_tensor){ .op = op, .index = o });
            else if (has[w][i] == SPARSE)
                tf_add_sparse_grad(
                    g, input,
                    (tf_indexed_slices){ { .op = op, .index = o }, { .op = op, .index = o + 1 }, tf_shape(g->in[input]) });
            o += has[w][i]; /* 0, 1 or 2 outputs */
        }
}

/* In a loop, the predicate is kept, and what is read in the branches. */
static int count_back(const reversing *r, const tf1c_branch_attrs *a, char *const *has)
{
    const tf_grad_ctx *g = r->g;
    tf1c_body *around = tf1c_body_around(r->b);
    tf1c_branch_back c = { .gated = tf1c_gradient_is_gated(g), .loops = tf1c_loops_around(r->b) };
    for (int o = 0; o < g->n_out; o++)
        c.results += g->dys[o].op && TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(g->out[o]));
    for (int w = 0; w < 2; w++) {
        for (int i = 0; i < a->bodies[w]->n_in; i++)
            if (has[w][i] != NO_GRADIENT)
                c.captured[tf_dims_fully_known(tf_get_shape(g->in[first_input(a, w) + i]))]++;
        c.kept += r[w].b->reads.values + r[w].b->reads.made;
        c.constants += r[w].b->reads.constants;
    }
    if (around) {
        around->reads.made++;
        around->reads.in_branches |= c.kept || c.captured[0];
    }
    return tf1c_count_branch_back(c);
}

static void branch_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    (void)dy;
    const tf1c_branch_attrs *a = g->attrs;
    tf_source here = tf1c_source(g->op->here);
    tf_graph *graph = tf1c_current_graph();
    const char *name = tf1c_unique_name(graph, "cond");
    tf1c_branch_attrs back = { { NULL, NULL }, { NULL, NULL }, 0 };
    reversing r[2] = { { .g = g, .which = 0 }, { .g = g, .which = 1 } };
    char *has[2] = { NULL, NULL };
    bool good = name;
    tf1c_gradient_reads_shapes(g, 0);
    tf1c_gradient_gives(g, 0);
    for (int w = 0; w < 2 && good; w++) {
        const char *scope = branch_scope(graph, name, w);
        has[w] = tf1c_graph_alloc(graph, (size_t)a->bodies[w]->n_in + 1);
        r[w].b = scope && has[w] ? tf1c_body_open(scope, here) : NULL;
        if (!(good = r[w].b))
            break;
        back.bodies[w] = r[w].b;
        back.graphs[w] = r[w].b->graph;
        r[w].b->forward = (tf_operation *)g->op;
        r[w].b->forward_body = a->bodies[w];
        r[w].b->forward_input = first_input(a, w);
        r[w].b->save = saved_in_forward;
        r[w].b->save_arg = &r[w];
        good = backprop_branch(&r[w], a->bodies[w], first_input(a, w), here);
        for (int x = 0; good && x < r[w].n_xs; x++)
            has[w][r[w].x_port[x]] = !r[w].dxs[x].op ? NO_GRADIENT : tf_is_none(tf_slices(r[w].dxs[x]).indices) ? DENSE : SPARSE;
        tf1c_body_close(r[w].b);
    }
    if (good)
        tf1c_gradient_makes(g, r[0].made + r[1].made + count_back(r, a, has) + a->more_back);
    for (int w = 0; w < 2 && good; w++) {
        struct tf_with_ in = tf_graph_open_(r[w].b->graph);
        good = add_results(&r[w], a, has, g->in);
        tf_with_close_(&in);
    }
    if (!good)
        return;
    const char *node_name = tf1c_graph_printf(graph, "%s/Branch", name);
    tf_operation *op =
        node_name ? tf1c_branch_node(&back, tf1c_import(graph, g->in[0], here), node_name, here) : tf1c_poison(graph);
    if (!tf1c_is_mistake(op))
        hand_back(g, op, has);
}

static const tf_attr_def branch_fields[] = { { "false", TF_ATTR_BODY, offsetof(tf1c_branch_attrs, graphs) },
                                             { "true", TF_ATTR_BODY, offsetof(tf1c_branch_attrs, graphs) + sizeof(tf_graph *) },
                                             { 0 } };
static const tf_op_def branch_op = {
    .name = "Branch",
    .in = "inputs:?*",
    .out = "outputs:?*",
    .attrs = branch_fields,
    .attrs_size = sizeof(tf1c_branch_attrs),
    .traits = TF_BRANCH,
    .gradient = branch_gradient,
};

void tf1c_branch_makes(tf_tensor result, int more)
{
    if (result.op->def == &branch_op)
        ((tf1c_branch_attrs *)result.op->attrs)->more_back = more;
}

/* ---- building ------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_branch_fn *one;
    tf_branch_list_fn *many;
} branch_fn;

static tf_tensor body_mistake(tf1c_body *b, tf_tensor mistake)
{
    tf1c_body_close(b);
    return mistake;
}

static tf_list call_branch(const branch_fn *f, void *context)
{
    TF1C_BY_USER;
    if (f->many)
        return f->many(context);
    tf_tensor one = f->one(context);
    return tf_list_new_(1, &one, (tf_source){ 0 });
}

/* What a variable is as a result: its value, which TF has captured already. */
static tf_tensor read_here(tf_tensor variable)
{
    const tf_tensor value = tf_identity(variable);
    tf1c_count_more(-1);
    return value;
}

static tf_tensor fill_body(tf1c_body *b, const branch_fn *f, void *context, tf_source here)
{
    tf_list results = call_branch(f, context);
    for (int i = 0; i < results.n; i++) {
        tf_tensor t = results.items[i];
        if (tf_is_none(t))
            return body_mistake(
                b, tf_mistake(tf_value_error, here, NULL, "A branch of tf.cond returned None where a tensor was expected."));
        t = tf_is_poisoned(t) ? t : t.op->read ? read_here(t) : tf1c_import(b->graph, t, here);
        if (tf_is_poisoned(t))
            return body_mistake(b, t);
        if (!tf1c_body_result(b, TF1C_FINAL, -1, t))
            return body_mistake(b, (tf_tensor){ .op = tf1c_record_mistake(b->parent) });
    }
    tf1c_body_close(b);
    return (tf_tensor){ 0 };
}

static tf_tensor check_branches(const tf1c_branch_attrs *a, tf_source here)
{
    if (a->bodies[0]->n_out != a->bodies[1]->n_out)
        return tf_mistake(tf_value_error, here, NULL, "true_fn and false_fn must return the same number of values: %d and %d",
                          a->bodies[1]->n_out, a->bodies[0]->n_out);
    for (int o = 0; o < a->bodies[0]->n_out; o++) {
        tf_tensor f = a->bodies[0]->out[o].result, t = a->bodies[1]->out[o].result;
        if (tf_get_dtype(f) != tf_get_dtype(t))
            return tf_mistake(tf_value_error, here, NULL, "Outputs of true_fn and false_fn must have the same type: %s, %s",
                              tf_dtype_name(tf_get_dtype(t)), tf_dtype_name(tf_get_dtype(f)));
    }
    return (tf_tensor){ 0 };
}

static tf_tensor check_pred(tf_tensor pred, tf_source here)
{
    tf_dims d = tf_get_shape(pred);
    char shape[TF_DIMS_TEXT];
    if (tf_is_poisoned(pred))
        return pred;
    if (tf_get_dtype(pred) != tf_bool)
        return tf_mistake(tf_type_error, here, pred.op->name,
                          "Input 'pred' of 'Switch' Op has type %s that does not match expected type of bool.",
                          tf_dtype_name(tf_get_dtype(pred)));
    if (d.known && d.rank)
        return tf_mistake(tf_value_error, here, pred.op->name,
                          "Shape must be rank 0 but is rank %d for 'cond/Switch' (op: 'Switch') with input shapes: %s, %s.", d.rank,
                          tf_dims_kernel_text(d, shape, sizeof shape), shape);
    return (tf_tensor){ 0 };
}

enum { BESIDE_BRANCHES = 4 }; /* TF's Switch of the predicate and three Identities */

static tf_list branch(tf_operand predicate, branch_fn when_true, branch_fn when_false, struct tf_case_args a)
{
    tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    const bool have_true = when_true.one || when_true.many, have_false = when_false.one || when_false.many;
    if (!have_true || !have_false)
        return tf_mistake_list(1,
                               tf_mistake(tf_type_error, here, NULL, "%s must be callable.", have_true ? "false_fn" : "true_fn"));
    tf_tensor pred = tf1c_import(tf1c_current_graph(), tf_convert(predicate, tf_dtype_unset, here, "pred"), here),
              mistake = check_pred(pred, here);
    tf_graph *g = tf1c_current_graph();
    const char *name = g && tf_is_none(mistake) ? tf1c_unique_name(g, a.name ? a.name : "cond") : NULL;
    tf1c_branch_attrs attrs = { { NULL, NULL }, { NULL, NULL }, 0 };
    const branch_fn *fns[2] = { &when_false, &when_true };
    tf1c_count_more(BESIDE_BRANCHES);
    for (int i = 1; i >= 0 && tf_is_none(mistake); i--) { /* the true branch is built first, as in TF */
        const char *scope = name ? branch_scope(g, name, i) : NULL;
        attrs.bodies[i] = scope ? tf1c_body_open(scope, here) : NULL;
        if (!attrs.bodies[i])
            mistake = (tf_tensor){ .op = tf1c_record_mistake(g) };
        else
            mistake = fill_body(attrs.bodies[i], fns[i], a.context, here);
        attrs.graphs[i] = attrs.bodies[i] ? attrs.bodies[i]->graph : NULL;
    }
    if (tf_is_none(mistake))
        mistake = check_branches(&attrs, here);
    if (!tf_is_none(mistake))
        return tf_mistake_list(attrs.bodies[1] ? attrs.bodies[1]->n_out : 1, mistake);
    const int count = tf1c_count_now() + attrs.bodies[0]->n_out; /* a Merge each */
    const char *node = tf1c_graph_printf(g, "%s/Merge", name);
    tf_operation *op = node ? tf1c_branch_node(&attrs, pred, node, here) : tf1c_poison(g);
    tf1c_count_as(count);
    return tf1c_outputs(op, attrs.bodies[0]->n_out);
}

/* A bare true arrives as 1. */
static tf_operand predicate(tf_operand given)
{
    const tf_operand pred = tf1c_given(given);
    return pred.kind == TF_OPERAND_INTEGER && !given.kind && (pred.as.integer | 1) == 1 ? tf_operand_bool(pred.as.integer) : pred;
}

tf_tensor tf_cond_(struct tf_cond_args a)
{
    const struct tf_case_args rest = { a.here, a.context, a.name };
    const branch_fn taken = { .one = a.true_fn ? a.true_fn : a.fn1 }, other = { .one = a.false_fn ? a.false_fn : a.fn2 };
    return tf_at(branch(predicate(a.pred), taken, other, rest), 0);
}

tf_list tf_cond_list_(struct tf_cond_list_args a)
{
    const struct tf_case_args rest = { a.here, a.context, a.name };
    const branch_fn taken = { .many = a.true_fn ? a.true_fn : a.fn1 }, other = { .many = a.false_fn ? a.false_fn : a.fn2 };
    return branch(predicate(a.pred), taken, other, rest);
}

/* ---- case: conds inside each other ------------------------------------------------------------------------------------------------- */

typedef struct {
    int n;
    const tf_tensor *preds;
    tf_branch_fn *const *fns, *default_fn;
    struct tf_case_args args;
} remaining_cases;

static tf_tensor take_first(void *context)
{
    const remaining_cases *c = context;
    return c->fns[0](c->args.context);
}

static tf_tensor take_rest(void *context)
{
    const remaining_cases *c = context;
    if (c->n == 1)
        return c->default_fn(c->args.context);
    return tf_case_(c->n - 1, c->preds + 1, c->fns + 1, c->default_fn, c->args);
}

tf_tensor tf_case_(int n, const tf_tensor *preds, tf_branch_fn *const *fns, tf_branch_fn *default_fn, struct tf_case_args a)
{
    if (n < 0 || (n && (!preds || !fns)))
        return tf_mistake(tf_value_error, a.here, NULL, "tf_case was given %d cases without predicates or functions.", n);
    for (int i = 0; i < n; i++)
        if (!fns[i])
            return tf_mistake(tf_type_error, a.here, NULL, "fn for pred %s must be callable.",
                              tf_is_none(preds[i]) ? "None" : tf_op_name(preds[i].op));
    if (!default_fn)
        return tf_mistake(tf_type_error, a.here, NULL, "default must be callable.");
    if (n < 1)
        return default_fn(a.context);
    remaining_cases c = { n, preds, fns, default_fn, a };
    return tf_cond_((struct tf_cond_args){ .here = a.here,
                                           .pred = tf_operand_tensor(preds[0]),
                                           .true_fn = take_first,
                                           .false_fn = take_rest,
                                           .context = &c,
                                           .name = a.name ? a.name : "case" });
}

/* clang-format off */
tf1c_op_family tf1c_family_cond = {
    &branch_op,
    NULL,
};
