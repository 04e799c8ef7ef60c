/* scan, map_fn, foldl, foldr (while_loop: while.c): each opens a body, calls the user's function in it once, and closes it into one
 * Loop node. The rule that differentiates them all is loop_gradient. */
#include "ops/control_flow/loops.h"

#include <string.h>

#include "graph/loop.h"
#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/fill.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/counts.h"
#include "ops/control_flow/looping.h"
#include "ops/family.h"
#include "ops/math/gradient_counts.h"

/* ---- Loop: d captured = Σ over steps, d sliced = stacked, d carried = carried, the other way round ----------------------- */

typedef struct {
    tf_grad_ctx *g;
    const tf1c_body *f; /* the body differentiated */
    tf1c_body *b;       /* the one being built */
    int n_ys, n_xs;
    tf_tensor *ys, *dys, *xs, *start; /* start: what flows into each final output */
    int *x_port;                      /* of each x: f's input port */
    int *state_of;                    /* of each of f's carried ports: b's input port for its gradient, or -1 */
    tf_tensor *dxs;
    char *reached; /* by f's operations: those made of an x, at whichever step */
    tf1c_back counts;
} reversing;

static bool is_floating(tf_tensor t) { return TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(t)); }

static bool reversing_memory(reversing *r)
{
    tf_graph *g = tf1c_current_graph();
    size_t n = (size_t)(r->f->n_in + r->f->n_out + 1);
    r->ys = tf1c_graph_alloc(g, n * sizeof *r->ys);
    r->dys = tf1c_graph_alloc(g, n * sizeof *r->dys);
    r->xs = tf1c_graph_alloc(g, n * sizeof *r->xs);
    r->start = tf1c_graph_alloc(g, n * sizeof *r->start);
    r->x_port = tf1c_graph_alloc(g, n * sizeof *r->x_port);
    r->state_of = tf1c_graph_alloc(g, n * sizeof *r->state_of);
    r->dxs = tf1c_graph_alloc(g, n * sizeof *r->dxs);
    r->reached = tf1c_graph_alloc(g, (size_t)r->f->graph->n_ops + 1);
    return r->ys && r->dys && r->xs && r->start && r->x_port && r->state_of && r->dxs && r->reached;
}

/* Marks the nodes of the body that output o is made of. */
static void mark_sources(const tf1c_body *f, int o, char *marks)
{
    const tf_graph *g = f->graph;
    if (!f->out[o].result.op || f->out[o].result.op->graph != g)
        return;
    marks[f->out[o].result.op->index] = 1;
    for (int i = f->out[o].result.op->index; i >= 0; i--)
        for (int j = 0; marks[i] && j < g->ops[i]->n_inputs; j++)
            if (g->ops[i]->inputs[j].op->graph == g)
                marks[g->ops[i]->inputs[j].op->index] = 1;
}

/* Whether final state o counts: something flows into it, or into what a step makes of it. The others have no gradient: zeros
 * that flowed on from them could meet an infinite slope outside. */
static bool find_counting(const reversing *r, char *counts)
{
    const tf1c_body *f = r->f;
    char *marks = tf1c_graph_alloc(tf1c_current_graph(), (size_t)f->graph->n_ops + 1);
    if (!marks)
        return false;
    for (int o = 0; o < r->g->n_out; o++)
        counts[o] = r->g->dys[o].op != NULL;
    for (bool more = true; more;) {
        more = false;
        for (int o = 0; o < r->g->n_out; o++)
            if (counts[o])
                mark_sources(f, o, marks);
        for (int o = 0; o < r->g->n_out; o++)
            if (!counts[o] && f->out[o].kind == TF1C_FINAL && marks[f->in[f->out[o].carried].arg.op->index])
                counts[o] = more = true;
    }
    return true;
}

/* What flows into the final states, made in the graph around: zeros where nothing does. */
static void start_states(reversing *r)
{
    char *counts = tf1c_graph_alloc(tf1c_current_graph(), (size_t)r->g->n_out + 1);
    if (!counts || !find_counting(r, counts))
        return;
    for (int o = 0; o < r->g->n_out; o++)
        if (r->f->out[o].kind == TF1C_FINAL && counts[o] && is_floating(r->g->out[o]))
            r->start[o] = tf_grad_out(r->g, o);
}

static void add_ys(reversing *r)
{
    for (int i = 0; i < r->f->n_in; i++)
        r->state_of[i] = -1;
    for (int o = 0; o < r->g->n_out; o++) {
        const tf1c_out_port *port = &r->f->out[o];
        tf_tensor dy = port->kind == TF1C_FINAL ? r->start[o] : r->g->dys[o], in_body;
        if (!dy.op || !port->result.op || !is_floating(port->result))
            continue;
        if (port->kind == TF1C_FINAL) {
            in_body = tf1c_body_arg(r->b, TF1C_CARRIED, dy, tf_get_shape(port->result));
            r->state_of[port->carried] = r->b->n_in - 1;
        } else if (port->kind == TF1C_STACKED) {
            in_body = tf1c_body_arg(r->b, TF1C_SLICED, dy, tf_get_shape(port->result));
        } else {
            in_body = tf1c_import(r->b->graph, dy, r->g->op->here);
        }
        r->ys[r->n_ys] = port->result;
        r->dys[r->n_ys++] = in_body;
    }
}

static void add_xs(reversing *r)
{
    for (int i = 0; i < r->f->n_in; i++) {
        const tf1c_in_port *port = &r->f->in[i];
        bool wanted = port->kind == TF1C_CARRIED ? r->state_of[i] >= 0 : tf1c_grad_wanted(r->g, i);
        if (!wanted || !is_floating(port->arg))
            continue;
        r->xs[r->n_xs] = port->arg;
        r->x_port[r->n_xs++] = i;
    }
}

static bool has_known_shape(const tf_operation *op)
{
    for (int i = 0; i < op->n_outputs; i++)
        if (!tf_dims_fully_known(op->outputs[i].shape))
            return false;
    return true;
}

/* The output of the forward loop that an argument is saved in; none if it is no such argument. */
static tf_tensor saved_in(const reversing *r, const tf_operation *op)
{
    if (op->def != &tf1c_arg_op || ((const tf1c_arg_attrs *)op->attrs)->kind != TF1C_SLICED)
        return (tf_tensor){ 0 };
    tf_tensor outer = ((const tf1c_arg_attrs *)op->attrs)->outer;
    while (outer.op->def == &tf1c_arg_op && ((const tf1c_arg_attrs *)outer.op->attrs)->kind == TF1C_CAPTURED)
        outer = ((const tf1c_arg_attrs *)outer.op->attrs)->outer;
    return outer.op == r->g->op ? r->f->out[outer.index].result : (tf_tensor){ 0 };
}

/* Whether what op gives may have another shape though its inputs have the same. */
static bool decides_shapes(const tf_operation *op)
{
    if (op->def->data_shape || op->def->call || op->def->traits & TF_BRANCH)
        return !has_known_shape(op);
    if (!(op->def->traits & TF_LOOP))
        return false;
    const tf1c_body *b = ((const tf1c_loop_attrs *)op->attrs)->body;
    if (b->has_condition || b->trip >= 0)
        return true;
    for (int i = 0; i < b->graph->n_ops; i++)
        if (decides_shapes(b->graph->ops[i]))
            return true;
    return false;
}

/* Whether the shapes of what is marked in g may differ from step to step: data, a branch or a state decides. Marks in `forward`
 * what was saved of there. */
static bool marked_vary(const reversing *r, const tf_graph *g, char *marks, char *forward)
{
    for (int i = g->n_ops; i-- > 0;) {
        const tf_operation *op = g->ops[i];
        if (!marks[i] || has_known_shape(op))
            continue;
        const tf_tensor saved = saved_in(r, op);
        if (decides_shapes(op))
            return true;
        if (op->def == &tf1c_arg_op && ((const tf1c_arg_attrs *)op->attrs)->kind == TF1C_CARRIED)
            return true;
        if (saved.op && saved.op->graph == r->f->graph)
            forward[saved.op->index] = 1;
        for (int j = 0; j < op->n_inputs; j++)
            if (op->inputs[j].op->graph == g)
                marks[op->inputs[j].op->index] = 1;
    }
    return false;
}

static bool may_vary(const reversing *r, tf_tensor t)
{
    char *marks = tf1c_alloc_zero((size_t)r->b->graph->n_ops + 1), *forward = tf1c_alloc_zero((size_t)r->f->graph->n_ops + 1);
    bool vary = !marks || !forward;
    if (!vary && t.op->graph == r->b->graph) {
        marks[t.op->index] = 1;
        vary = marked_vary(r, r->b->graph, marks, forward) || marked_vary(r, r->f->graph, forward, forward);
    }
    tf1c_free(marks);
    tf1c_free(forward);
    return vary;
}

static bool add_result(reversing *r, tf1c_out_kind kind, int carried, tf_tensor dx)
{
    dx = tf1c_import(r->b->graph, dx, r->g->op->here);
    return !tf_is_poisoned(dx) && tf1c_body_result(r->b, kind, carried, dx);
}

/* The gradients as results of the new body; out_of tells for each of f's inputs which output holds its own. That of a table
 * whose rows are gathered stays sparse: each step's values, and in the output after them its indices. */
static bool add_results(reversing *r, int *out_of, bool *sparse)
{
    for (int x = 0; x < r->n_xs; x++) {
        const int i = r->x_port[x];
        const tf1c_in_kind kind = r->f->in[i].kind;
        const tf_indexed_slices s = tf_slices(r->dxs[x]);
        tf_tensor dx = r->dxs[x];
        if (!dx.op && kind != TF1C_CARRIED)
            continue;
        if (!dx.op)
            dx = tf_zeros_like(r->b->in[r->state_of[i]].arg);
        sparse[i] = kind == TF1C_CAPTURED && s.indices.op && tf_get_shape(s.values).known &&
                    tf_get_shape(s.values).rank < TF_MAX_RANK && !may_vary(r, s.indices);
        out_of[i] = r->b->n_out;
        if (sparse[i]) {
            if (!add_result(r, TF1C_STACKED, -1, s.values) || !add_result(r, TF1C_STACKED, -1, s.indices))
                return false;
            continue;
        }
        tf1c_out_kind out = kind == TF1C_CAPTURED ? TF1C_SUMMED : kind == TF1C_SLICED ? TF1C_STACKED : TF1C_FINAL;
        if (!add_result(r, out, kind == TF1C_CARRIED ? r->state_of[i] : -1, dx))
            return false;
    }
    return true;
}

/* All steps' rows below each other, after a first one of zeros for row 0, with which TF's sum begins. TF1:
 * control_flow_ops.py AddBackpropIndexedSlicesAccumulator */
static void add_sparse_grad(tf_grad_ctx *g, int i, tf_tensor values, tf_tensor indices)
{
    const tf1c_body *f = ((const tf1c_loop_attrs *)g->attrs)->body;
    if (f->has_condition || f->trip >= 0) { /* as many steps as were taken, of those there is room for */
        const tf_list count = LIST(tf1c_loop_count((tf_operation *)g->op));
        values = tf_getitem_tensors(values, count, ":{}");
        indices = tf_getitem_tensors(indices, count, ":{}");
    }
    tf_tensor shape = tf_shape(g->in[i]), row = tf_getitem(shape, "1:");
    tf_tensor one = tf_convert(tf_operand_dims(SHAPE(1)), tf_int32, (tf_source){ 0 }, NULL),
              all = tf_convert(tf_operand_dims(SHAPE(-1)), tf_int32, (tf_source){ 0 }, NULL);
    tf_tensor zeros = tf_zeros(tf_concat(LIST(one, row), 0), .dtype = tf_get_dtype(values)),
              first = tf_zeros(SHAPE(1), .dtype = tf_get_dtype(indices));
    tf_tensor rows = tf_reshape(values, tf_concat(LIST(all, row), 0)), places = tf_reshape(indices, SHAPE(-1));
    tf_add_sparse_grad(g, i, (tf_indexed_slices){ tf_concat(LIST(zeros, rows), 0), tf_concat(LIST(first, places), 0), shape });
}

static bool is_marked(const tf_graph *g, tf_tensor t, const char *marks)
{
    return t.op && t.op->graph == g && is_floating(t) && marks[t.op->index];
}

static void mark_reached(const reversing *r)
{
    const tf1c_body *f = r->f;
    char *marks = r->reached;
    const tf_graph *g = f->graph;
    for (int i = 0; i < f->n_in; i++)
        marks[f->in[i].arg.op->index] = is_floating(f->in[i].arg) && tf1c_grad_wanted(r->g, i);
    for (bool more = true; more;) {
        more = false;
        for (int i = 0; i < g->n_ops; i++)
            for (int j = 0; j < g->ops[i]->n_inputs && !marks[i]; j++)
                marks[i] = is_marked(g, g->ops[i]->inputs[j], marks);
        for (int o = 0; o < f->n_out; o++) {
            char *state = f->out[o].kind == TF1C_FINAL ? &marks[f->in[f->out[o].carried].arg.op->index] : NULL;
            if (state && !*state && is_marked(g, f->out[o].result, marks))
                *state = more = true;
        }
    }
}

/* TF begins with zeros at the end of every variable that is a float, as what is written into any array is; through those alone that
 * come of an x and lead to a y it goes back. */
static void count_variables(reversing *r)
{
    tf1c_back *c = &r->counts;
    for (int o = 0; o < r->g->n_out; o++) {
        const tf1c_out_port *port = &r->f->out[o];
        const bool state = port->kind == TF1C_FINAL, flows = r->g->dys[o].op;
        if (port->saved || port->kind == TF1C_COUNT || (state && !is_floating(r->g->out[o])))
            continue;
        if (state && r->start[o].op && r->reached[r->f->in[port->carried].arg.op->index])
            c->states++;
        else if (!state && flows)
            c->written++;
        else
            c->unused++;
        if (!flows && state && !tf_dims_fully_known(tf_get_shape(r->g->out[o])))
            c->zeros_of_shape++;
        else if (!flows)
            c->zeros += state ? tf1c_count_zeros(r->g->out[o]) : 1;
    }
}

/* What flows out for x. */
static void count_given(tf1c_back *c, tf1c_in_kind kind, tf_tensor x, tf_tensor dx, bool sparse)
{
    const bool known = tf_dims_fully_known(tf_get_shape(!dx.op ? x : sparse ? tf_slices(dx).values : dx));
    c->dense += kind != TF1C_CAPTURED && tf_slices(dx).indices.op;
    if (kind == TF1C_CARRIED)
        c->patched[known] += !dx.op;
    else if (dx.op && kind == TF1C_SLICED)
        c->read++;
    else if (dx.op)
        (sparse ? c->rows : c->sums)[known]++;
}

/* What a loop around this one keeps of its own steps: how many were taken here, the shapes of zeros, and of an array the handle within
 * and without, the flow, the numbers of its elements; that of its first is a constant. */
static void keep_around(const reversing *r)
{
    enum { STEPS = 1, ARRAY = 4 };
    const tf1c_back *c = &r->counts;
    tf1c_reads *around = tf1c_body_around(r->b) ? &tf1c_body_around(r->b)->reads : NULL;
    if (!around)
        return;
    around->made += STEPS + ARRAY * (c->read + c->written) + c->sums[0] + c->zeros_of_shape + (c->from_first ? c->read : 0);
    around->constants += c->from_first ? c->read + c->written : 0;
}

static bool is_start_wanted(const reversing *r)
{
    for (int i = 0; i < r->f->n_in; i++)
        if (r->f->in[i].kind == TF1C_CARRIED && tf1c_grad_wanted(r->g, i))
            return true;
    return false;
}

/* What TF's gradient of this loop is made of, once it is made. */
static void count_back(reversing *r, const bool *sparse)
{
    tf1c_back *c = &r->counts;
    const tf1c_body *around = tf1c_body_around(r->b);
    c->from_first = r->f->from_first && is_start_wanted(r);
    c->reads = &r->b->reads;
    c->loops = tf1c_loops_around(r->b);
    c->in_branch = around && around->save;
    count_variables(r);
    for (int x = 0; x < r->n_xs; x++) {
        const int i = r->x_port[x];
        if (r->f->in[i].kind != TF1C_CARRIED || r->reached[r->xs[x].op->index])
            count_given(c, r->f->in[i].kind, r->xs[x], r->dxs[x], sparse[i]);
    }
    keep_around(r);
}

/* Where back_prop is false: how its steps are counted, what flows in as far as the loop, and zeros where nothing does. */
static int count_ended(const tf_grad_ctx *g, const tf1c_body *f)
{
    static const tf1c_reads nothing;
    tf1c_back c = { .reads = &nothing };
    for (int o = 0; o < g->n_out; o++)
        if (f->out[o].kind == TF1C_STACKED)
            c.arrays_ended += g->dys[o].op != NULL;
        else if (f->out[o].kind == TF1C_FINAL && is_floating(g->out[o]) && !g->dys[o].op)
            c.zeros += tf1c_count_zeros(g->out[o]);
    return tf1c_count_loop_back(c);
}

/* As many steps as the forward loop took: what was sliced says so, unless only the run itself can tell. */
static void set_trip(reversing *r)
{
    bool told = false;
    for (int i = 0; i < r->b->n_in; i++)
        told |= r->b->in[i].kind == TF1C_SLICED;
    if (told && !r->f->has_condition && r->f->trip < 0)
        return;
    tf_tensor count = tf1c_loop_count((tf_operation *)r->g->op);
    if (tf_is_none(count))
        return;
    tf1c_body_arg(r->b, TF1C_CAPTURED, tf1c_import(r->b->parent, count, r->g->op->here), (tf_dims){ .known = true });
    r->b->trip = r->b->n_in - 1;
}

static const tf_op_def loop_op;

static void loop_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    (void)dy;
    tf_source here = tf1c_source(g->op->here);
    reversing r = { .g = g, .f = ((const tf1c_loop_attrs *)g->attrs)->body, .counts.gated = tf1c_gradient_is_gated(g) };
    tf_graph *graph = tf1c_current_graph();
    const char *name = tf1c_unique_name(graph, "while");
    tf1c_gradient_reads_shapes(g, 0); /* the loop around: this one's counts are its own */
    tf1c_gradient_gives(g, 0);
    if (r.f->ends) {
        tf1c_gradient_makes(g, count_ended(g, r.f));
        return;
    }
    int *out_of = name ? tf1c_graph_alloc(graph, (size_t)(r.f->n_in + 1) * sizeof *out_of) : NULL;
    bool *sparse = out_of ? tf1c_graph_alloc(graph, (size_t)r.f->n_in + 1) : NULL;
    if (!sparse || !reversing_memory(&r))
        return;
    start_states(&r);
    if (!(r.b = tf1c_body_open(name, here)))
        return;
    r.b->forward = (tf_operation *)g->op;
    r.b->forward_body = r.f;
    r.b->reverse = !r.f->reverse;
    int n_forward = r.f->n_in;
    for (int i = 0; i < n_forward; i++)
        out_of[i] = -1;
    add_ys(&r);
    add_xs(&r);
    mark_reached(&r);
    const int begin = tf1c_count_now();
    bool good = r.n_ys && r.n_xs && !tf1c_backprop(r.n_ys, r.ys, r.dys, r.n_xs, r.xs, r.counts.gated, r.reached, r.dxs, here);
    const int made = tf1c_count_now() - begin;
    good = good && add_results(&r, out_of, sparse);
    if (good)
        set_trip(&r);
    tf1c_body_close(r.b);
    if (!good)
        return;
    count_back(&r, sparse);
    tf1c_gradient_makes(g, made + tf1c_count_loop_back(r.counts));
    const char *node_name = tf1c_graph_printf(graph, "%s/Loop", name);
    tf_operation *op = node_name ? tf1c_loop_node(r.b, &loop_op, node_name, here) : tf1c_poison(graph);
    for (int i = 0; i < n_forward && !tf1c_is_mistake(op); i++)
        if (out_of[i] >= 0 && sparse[i])
            add_sparse_grad(g, i, (tf_tensor){ .op = op, .index = out_of[i] }, (tf_tensor){ .op = op, .index = out_of[i] + 1 });
        else if (out_of[i] >= 0)
            tf_add_grad(g, i, (tf_tensor){ .op = op, .index = out_of[i] });
}

static const tf_attr_def loop_fields[] = { TF_ATTR(tf1c_loop_attrs, graph, TF_ATTR_BODY), { 0 } };
static const tf_op_def loop_op = {
    .name = "Loop",
    .in = "inputs:?*",
    .out = "outputs:?*",
    .attrs = loop_fields,
    .attrs_size = sizeof(tf1c_loop_attrs),
    .traits = TF_LOOP,
    .gradient = loop_gradient,
};

/* ---- building a loop ------------------------------------------------------------------------------------------------------ */

bool tf1c_open_loop(tf1c_looping *l, const char *name, const char *default_name, tf_source here)
{
    tf_graph *g = tf1c_current_graph();
    l->here = tf1c_source(here);
    const char *outer = g ? tf1c_unique_name(g, name ? name : default_name) : NULL;
    l->scope = !outer ? NULL : strcmp(default_name, "while") == 0 ? outer : tf1c_graph_printf(g, "%s/while", outer);
    l->node = l->scope ? tf1c_graph_printf(g, "%s/Loop", l->scope) : NULL;
    l->b = l->node ? tf1c_body_open(l->scope, here) : NULL;
    if (!l->b)
        l->poison = g ? tf1c_record_mistake(g) : tf1c_poison(NULL);
    return l->b;
}

void tf1c_spoil(tf1c_looping *l, tf_tensor mistake) { l->poison = l->poison ? l->poison : tf_tensor_op(mistake); }

static tf_operation *close_loop(tf1c_looping *l)
{
    tf1c_body_close(l->b);
    return l->poison ? l->poison : tf1c_loop_node(l->b, &loop_op, l->node, l->here);
}

/* As if so many operations had been made by then. */
tf_operation *tf1c_close_counted(tf1c_looping *l, int count)
{
    tf_operation *op = close_loop(l);
    tf1c_count_as(count);
    return op;
}

/* What the user's function gave back, as a tensor of the body. */
tf_tensor tf1c_loop_result(tf1c_looping *l, tf_tensor t)
{
    if (tf_is_none(t)) {
        tf1c_spoil(
            l, tf_mistake(tf_value_error, l->here, NULL, "The body of '%s' returned None where a tensor was expected.", l->scope));
        return (tf_tensor){ .op = l->poison };
    }
    if (t.op->read && !tf_is_poisoned(t))
        t = tf_identity(t);
    else if (!tf_is_poisoned(t))
        t = tf1c_import(l->b->graph, t, l->here);
    if (tf_is_poisoned(t))
        tf1c_spoil(l, t);
    return t;
}

static bool check_elems(tf_list elems, tf_source here, tf_tensor *mistake)
{
    int64_t n = NONE;
    for (int i = 0; i < elems.n; i++) {
        tf_dims d = tf_get_shape(elems.items[i]);
        *mistake = elems.items[i];
        if (tf_is_poisoned(elems.items[i]))
            return false;
        if (d.known && !d.rank) {
            *mistake =
                tf_mistake(tf_value_error, here, elems.items[i].op->name, "elems must be a 1+ dimensional Tensor, not a scalar");
            return false;
        }
        if (d.known && !tf_merge_dim(n, d.dims[0], &n)) {
            *mistake = tf_mistake(tf_value_error, here, elems.items[i].op->name, "Dimensions %lld and %lld are not compatible",
                                  (long long)n, (long long)d.dims[0]);
            return false;
        }
    }
    return true;
}

static void check_state(tf1c_looping *l, tf_tensor before, tf_tensor after)
{
    tf_dims merged;
    char saw[TF_DIMS_TEXT], expected[TF_DIMS_TEXT];
    if (tf_is_poisoned(after))
        return;
    if (tf_get_dtype(before) != tf_get_dtype(after))
        tf1c_spoil(l, tf_mistake(tf_type_error, l->here, NULL, "The state enters the body of '%s' as %s and leaves it as %s.",
                                 l->scope, tf_dtype_name(tf_get_dtype(before)), tf_dtype_name(tf_get_dtype(after))));
    else if (!tf_merge_dims(tf_get_shape(before), tf_get_shape(after), &merged))
        tf1c_spoil(l, tf_mistake(tf_value_error, l->here, NULL, "Inconsistent shapes: saw %s but expected %s ",
                                 tf_dims_text(tf_get_shape(after), saw, sizeof saw),
                                 tf_dims_text(tf_get_shape(before), expected, sizeof expected)));
}

void tf1c_check_invariant(tf1c_looping *l, tf_tensor var, tf_tensor arg, tf_tensor next)
{
    tf_dims before = tf_get_shape(arg), after = tf_get_shape(next), merged;
    char entered[TF_DIMS_TEXT], left[TF_DIMS_TEXT];
    if (tf_is_poisoned(next))
        return;
    if (tf_get_dtype(arg) != tf_get_dtype(next)) {
        tf1c_spoil(l, tf_mistake(tf_type_error, l->here, NULL,
                                 "Input tensor '%s:%d' enters the loop with dtype %s, but has dtype %s after one iteration.",
                                 var.op->name, var.index, tf_dtype_name(tf_get_dtype(arg)), tf_dtype_name(tf_get_dtype(next))));
        return;
    }
    bool fits = !before.known || (after.known && tf_merge_dims(before, after, &merged));
    for (int i = 0; fits && before.known && i < before.rank; i++) /* the invariant may not know less afterwards */
        fits = before.dims[i] == NONE || after.dims[i] == before.dims[i];
    if (!fits)
        tf1c_spoil(
            l,
            tf_mistake(
                tf_value_error, l->here, NULL,
                "Input tensor '%s:%d' enters the loop with shape %s, but has shape %s after one iteration. To allow the shape to vary across iterations, use the `shape_invariants` argument of tf.while_loop to specify a less-specific shape.",
                var.op->name, var.index, tf_dims_text(before, entered, sizeof entered), tf_dims_text(after, left, sizeof left)));
}

/* ---- scan and the folds ---------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_scan_fn *one;
    tf_scan_list_fn *many;
    void *context;
} scan_fn;

static tf_list call_scan(const scan_fn *f, tf_list state, tf_list xs)
{
    TF1C_BY_USER;
    if (f->many)
        return f->many(state, xs, f->context);
    tf_tensor next = f->one(tf_at(state, 0), tf_at(xs, 0), f->context);
    return tf_list_new_(1, &next, (tf_source){ 0 });
}

tf_tensor tf1c_of_arrays(tf_tensor t)
{
    if (!tf_is_poisoned(t))
        t.op->gradient_uncounted = true;
    return t;
}

/* Without an initializer the first element is the state and the loop goes over the rest. */
static tf_list rest_of(tf_list elems, bool reverse)
{
    tf_list rest = { 0 };
    for (int i = 0; i < elems.n; i++)
        tf_append(&rest, tf1c_of_arrays(reverse ? tf_getitem(elems.items[i], ":-1") : tf_getitem(elems.items[i], "1:")));
    return rest;
}
static tf_list first_of(tf_list elems, bool reverse, bool keep)
{
    tf_list first = { 0 };
    for (int i = 0; i < elems.n; i++) {
        tf_tensor e = elems.items[i];
        if (keep)
            tf_append(&first, tf1c_of_arrays(reverse ? tf_getitem(e, "-1:") : tf_getitem(e, ":1")));
        else
            tf_append(&first, tf1c_of_arrays(reverse ? tf_getitem(e, "-1") : tf_getitem(e, "0")));
    }
    return first;
}

/* Outputs 0 … n-1 are the stacked states (if asked for), then come the final ones. */
static tf_operation *scan_loop(const scan_fn *f, tf_list elems, tf_list init, bool reverse, bool stacked, tf1c_counts counts,
                               const char *name, const char *default_name, tf_source here)
{
    tf1c_looping l = { 0 };
    if (!tf1c_open_loop(&l, name, default_name, here))
        return l.poison;
    l.b->reverse = reverse;
    tf_list state = { 0 }, xs = { 0 };
    for (int i = 0; i < init.n; i++)
        tf_append(&state, tf1c_body_arg(l.b, TF1C_CARRIED, init.items[i], tf_get_shape(init.items[i])));
    for (int i = 0; i < elems.n; i++)
        tf_append(&xs, tf1c_body_arg(l.b, TF1C_SLICED, elems.items[i], tf1c_element_dims(tf_get_shape(elems.items[i]))));
    tf1c_count_as(counts.begin + counts.before);
    tf_list next = tf1c_sound_list(call_scan(f, state, xs), here);
    if (next.n != init.n)
        tf1c_spoil(&l, tf_mistake(tf_value_error, l.here, NULL,
                                  "The two structures don't have the same nested structure: fn takes %d states and returned %d.",
                                  init.n, next.n));
    for (int pass = stacked ? 0 : 1; pass < 2 && !l.poison; pass++)
        for (int i = 0; i < next.n && !l.poison; i++) {
            tf_tensor t = tf1c_loop_result(&l, next.items[i]);
            if (stacked)
                check_state(&l, state.items[i], t);
            else
                tf1c_check_invariant(&l, init.items[i], state.items[i], t);
            if (!l.poison && !pass && !tf1c_fits_stacked(tf_get_shape(t), l.scope))
                l.poison = tf1c_record_mistake(l.b->parent);
            if (!l.poison && !tf1c_body_result(l.b, pass ? TF1C_FINAL : TF1C_STACKED, pass ? i : -1, t))
                l.poison = tf1c_record_mistake(l.b->parent);
        }
    return tf1c_close_counted(&l, tf1c_count_now() + counts.after);
}

/* A body that is there; else TF's message and false. */
bool tf1c_callable(bool given, const char *name, tf_source here, tf_tensor *mistake)
{
    if (!given)
        *mistake = tf_mistake(tf_type_error, here, NULL, "%s must be callable.", name);
    return given;
}

/* In a body what this loop is given has entered that one. */
static tf_tensor entering(tf_operand given, const char *name, tf_source here)
{
    return tf1c_import(tf1c_current_graph(), tf_convert(given, tf_dtype_unset, here, name), here);
}

tf_list tf1c_values_of(tf_list list, tf_source here, const char *name)
{
    tf_list values = { 0 };
    for (int i = 0; i < list.n; i++)
        tf_append(&values, entering(tf_operand_tensor(list.items[i]), name, here));
    return values;
}

static tf_list scan(const scan_fn *f, tf_list elems, tf_list init, bool reverse, bool stacked, struct tf_scan_args a,
                    const char *default_name)
{
    tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    tf_tensor mistake;
    elems = tf1c_sound_list(elems, here);
    init = tf1c_sound_list(init, here);
    if (!tf1c_callable(f->one || f->many, "fn", here, &mistake) || !check_elems(elems, here, &mistake))
        return tf_mistake_list(init.n ? init.n : elems.n, mistake);
    elems = tf1c_values_of(elems, here, "elems");
    const bool from_first = !init.n;
    init = tf1c_values_of(init, here, "initializer");
    tf1c_counted counted = tf1c_counted_over(elems, from_first ? elems.n : init.n);
    counted.from_first = from_first;
    counted.reverse = reverse;
    const tf1c_counts counts = stacked ? tf1c_count_scan(counted) : tf1c_count_fold(counted);
    tf_list first = from_first ? first_of(elems, reverse, true) : (tf_list){ 0 };
    tf_list start = from_first ? first_of(elems, reverse, false) : init;
    tf_list over = from_first ? rest_of(elems, reverse) : elems, out = { 0 };
    tf_operation *op = scan_loop(f, over, start, reverse, stacked, counts, a.name, default_name, here);
    const int count = tf1c_count_now();
    if (tf1c_is_mistake(op))
        return tf_mistake_list(start.n, (tf_tensor){ .op = op });
    ((const tf1c_loop_attrs *)op->attrs)->body->swaps = a.swap_memory;
    ((const tf1c_loop_attrs *)op->attrs)->body->ends = !a.back_prop;
    ((const tf1c_loop_attrs *)op->attrs)->body->from_first = from_first;
    for (int i = 0; i < start.n; i++) {
        tf_tensor t = { .op = op, .index = i };
        if (stacked && from_first) {
            const tf_tensor begin = a.back_prop ? first.items[i] : tf_stop_gradient(first.items[i]);
            t = tf1c_of_arrays(tf_concat(reverse ? LIST(t, begin) : LIST(begin, t), 0));
        }
        tf_append(&out, t);
    }
    tf1c_count_as(count);
    return out;
}

/* What is looped over, or begun with, as a list. */
static tf_list list_given(tf_operand given, const char *name, tf_source here)
{
    if (given.kind == TF_OPERAND_LIST)
        return given.as.list;
    const tf_tensor t = entering(given, name, here);
    return tf_list_new_(1, &t, here);
}

static tf_list scan_args(scan_fn f, bool reverse, bool stacked, struct tf_scan_args a, const char *default_name)
{
    TF_FROM(a.here);
    const bool several = !tf1c_given(a.initializer).kind;
    const tf_operand first =
        several ? tf1c_given(a.initializers) : tf_operand_given_(a.initializer, a.text, 2, ".initializer", a.here);
    const tf_list init = first.kind ? list_given(first, "initializer", a.here) : (tf_list){ 0 };
    const tf_list elems = list_given(tf1c_given(a.elems), "elems", a.here);
    f.context = a.context;
    if (f.one && (elems.n > 1 || init.n > 1))
        return tf_mistake_list(1, tf_mistake(tf_type_error, a.here, NULL,
                                             "fn takes one state and one tensor; with lists it is a function of lists, "
                                             "tf_list fn(tf_list state, tf_list xs, void *context)"));
    return scan(&f, elems, init, reverse, stacked, a, default_name);
}

static tf_tensor scan_one(tf_scan_fn *fn, bool reverse, bool stacked, struct tf_scan_args a, const char *default_name)
{
    return tf_at(scan_args((scan_fn){ .one = fn }, reverse, stacked, a, default_name), 0);
}
tf_tensor tf_scan_(tf_scan_fn *fn, struct tf_scan_args a) { return scan_one(fn, a.reverse, true, a, "scan"); }
tf_tensor tf_foldl_(tf_scan_fn *fn, struct tf_scan_args a) { return scan_one(fn, false, false, a, "foldl"); }
tf_tensor tf_foldr_(tf_scan_fn *fn, struct tf_scan_args a) { return scan_one(fn, true, false, a, "foldr"); }

tf_list tf_scan_list_(tf_scan_list_fn *fn, struct tf_scan_args a)
{
    return scan_args((scan_fn){ .many = fn }, a.reverse, true, a, "scan");
}
tf_list tf_foldl_list_(tf_scan_list_fn *fn, struct tf_scan_args a)
{
    return scan_args((scan_fn){ .many = fn }, false, false, a, "foldl");
}
tf_list tf_foldr_list_(tf_scan_list_fn *fn, struct tf_scan_args a)
{
    return scan_args((scan_fn){ .many = fn }, true, false, a, "foldr");
}

/* ---- map_fn ------------------------------------------------------------------------------------------------------------------- */

static void check_mapped(tf1c_looping *l, tf_tensor t, tf_dtype want)
{
    if (!tf_is_poisoned(t) && want && tf_get_dtype(t) != want)
        tf1c_spoil(l, tf_mistake(tf_invalid_argument, l->here, NULL, "TensorArray dtype is %s but Op is trying to write dtype %s.",
                                 tf_dtype_kernel_name(want), tf_dtype_kernel_name(tf_get_dtype(t))));
}

static tf_list call_map(tf_map_callable *one, tf_map_list_callable *many, tf_list xs, void *context)
{
    TF1C_BY_USER;
    if (many)
        return many(xs, context);
    tf_tensor single = one(tf_at(xs, 0), context);
    return tf_list_new_(1, &single, (tf_source){ 0 });
}

static tf_list map(tf_map_callable *one, tf_map_list_callable *many, tf_list elems, tf_dtype want, struct tf_map_args a)
{
    tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    tf_tensor mistake;
    tf1c_looping l = { 0 };
    elems = tf1c_sound_list(elems, here);
    if (!tf1c_callable(one || many, "fn", here, &mistake) || !check_elems(elems, here, &mistake))
        return tf_mistake_list(elems.n, mistake);
    elems = tf1c_values_of(elems, here, "elems");
    tf1c_counted counted = tf1c_counted_over(elems, many ? elems.n : 1); /* as many results as sequences, until they are known */
    const tf1c_counts guessed = tf1c_count_map(counted);
    if (!tf1c_open_loop(&l, a.name, "map", here))
        return tf_mistake_list(elems.n, (tf_tensor){ .op = l.poison });
    tf_list xs = { 0 };
    for (int i = 0; i < elems.n; i++)
        tf_append(&xs, tf1c_body_arg(l.b, TF1C_SLICED, elems.items[i], tf1c_element_dims(tf_get_shape(elems.items[i]))));
    tf1c_count_as(guessed.begin + guessed.before);
    tf_list results = tf1c_sound_list(call_map(one, many, xs, a.context), here);
    counted.states = results.n;
    for (int i = 0; i < results.n && !l.poison; i++) {
        tf_tensor t = tf1c_loop_result(&l, results.items[i]);
        check_mapped(&l, t, want);
        if (!l.poison && (!tf1c_fits_stacked(tf_get_shape(t), l.scope) || !tf1c_body_result(l.b, TF1C_STACKED, -1, t)))
            l.poison = tf1c_record_mistake(l.b->parent);
    }
    const tf1c_counts counts = tf1c_count_map(counted);
    l.b->ends = !a.back_prop;
    tf_operation *op = tf1c_close_counted(&l, counts.begin + counts.before - guessed.before + counts.after);
    return tf1c_outputs(op, results.n);
}

tf_tensor tf_map_fn_(tf_map_callable *fn, struct tf_map_args a)
{
    TF_FROM(a.here);
    const tf_list elems = list_given(tf1c_given(a.elems), "elems", a.here);
    if (elems.n > 1)
        return tf_mistake(
            tf_type_error, a.here, NULL,
            "fn takes one tensor; for a list of them it is a function of lists, tf_list fn(tf_list xs, void *context)");
    return tf_at(map(fn, NULL, elems, a.dtype || elems.n < 1 ? a.dtype : tf_get_dtype(elems.items[0]), a), 0);
}
tf_list tf_map_fn_list_(tf_map_list_callable *fn, struct tf_map_args a)
{
    return map(NULL, fn, list_given(tf1c_given(a.elems), "elems", a.here), a.dtype, a);
}

/* clang-format off */
tf1c_op_family tf1c_family_loops = {
    &loop_op,
    &tf1c_arg_op,
    NULL,
};
