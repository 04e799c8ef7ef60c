/* Building bodies: arguments, what they capture of the graphs around them, and the node that holds them. */
#include "graph/loop.h"

#include <string.h>

static const tf_attr_def arg_fields[] = { TF_ATTR(tf1c_arg_attrs, outer, TF_ATTR_POINTER), { 0 } };
const tf_op_def tf1c_arg_op = { .name = "Arg",
                                .in = "",
                                .out = "output:?",
                                .attrs = arg_fields,
                                .attrs_size = sizeof(tf1c_arg_attrs),
                                .traits = TF_SOURCE_OP,
                                .gradient = tf_no_gradient };

/* ---- growing arrays in the graph's memory -------------------------------------------------------------------------------- */

static void *append(tf_graph *g, void *items, int *n, int *capacity, size_t size)
{
    if (*n == *capacity) {
        int bigger = *capacity ? 2 * *capacity : 8;
        void *more = tf1c_graph_alloc(g, (size_t)bigger * size);
        if (!more)
            return NULL;
        if (*n)
            memcpy(more, items, (size_t)*n * size);
        items = more;
        *capacity = bigger;
    }
    ++*n;
    return items;
}

/* ---- arguments and captures -------------------------------------------------------------------------------------------------- */

tf_tensor tf1c_body_arg(tf1c_body *b, tf1c_in_kind kind, tf_tensor outer, tf_dims shape)
{
    const tf1c_arg_attrs attrs = { outer, kind, b->n_in };
    const char *name = tf1c_unique_name(b->graph, kind == TF1C_CAPTURED ? "captured" : kind == TF1C_SLICED ? "element" : "state");
    tf_operation *op = name ? tf1c_node(b->graph, &tf1c_arg_op, name, tf1c_source((tf_source){ 0 }), &attrs, 0, NULL, 1) : NULL;
    tf1c_in_port *in = op ? append(b->graph, b->in, &b->n_in, &b->cap_in, sizeof *in) : NULL;
    if (in)
        b->in = in;
    if (!in || !tf1c_note_port(b->graph, &b->outers, kind, outer, b->n_in - 1))
        return (tf_tensor){ .op = tf1c_record_mistake(b->graph) };
    op->outputs[0] = (tf1c_output){ tf_get_dtype(outer), shape };
    op->n_controls = 0;
    if (kind == TF1C_CAPTURED && outer.op->read)
        op->read = op; /* a variable stays one: assigned to, and read by a node of the body */
    in[b->n_in - 1] = (tf1c_in_port){ .kind = kind, .outer = outer, .arg = { .op = op } };
    return (tf_tensor){ .op = op };
}

tf_tensor tf1c_body_parameter(tf1c_body *b, tf_dtype dtype, tf_dims shape)
{
    const tf1c_arg_attrs attrs = { .kind = TF1C_CARRIED, .port = -1 };
    const char *name = tf1c_unique_name(b->graph, "arg");
    tf_operation *op = name ? tf1c_node(b->graph, &tf1c_arg_op, name, tf1c_source((tf_source){ 0 }), &attrs, 0, NULL, 1) : NULL;
    if (!op)
        return (tf_tensor){ .op = tf1c_record_mistake(b->graph) };
    op->outputs[0] = (tf1c_output){ dtype, shape };
    op->n_controls = 0;
    return (tf_tensor){ .op = op };
}

/* The body's argument of that kind for a tensor outside, the one that is there or a new one. */
static tf_tensor argument_for(tf1c_body *b, tf1c_in_kind kind, tf_tensor outer, tf_dims shape)
{
    tf_tensor t = tf1c_import(b->parent, outer, tf1c_source((tf_source){ 0 }));
    if (tf1c_is_mistake(t.op))
        return t;
    const int port = tf1c_port_of(&b->outers, kind, t);
    if (port >= 0 && tf_same_tensor(b->in[port].outer, t)) /* import_loop.c turns sequences round */
        return b->in[port].arg;
    return tf1c_body_arg(b, kind, t, shape);
}

static tf_tensor capture(tf1c_body *b, tf_tensor outer) { return argument_for(b, TF1C_CAPTURED, outer, tf_get_shape(outer)); }
static tf_tensor slice_of(tf1c_body *b, tf_tensor outer, tf_dims shape) { return argument_for(b, TF1C_SLICED, outer, shape); }

/* The port of f that t is the argument of; -1: it is none. */
static int port_of(const tf1c_body *f, tf_tensor t)
{
    const int port = t.op->def == &tf1c_arg_op ? ((const tf1c_arg_attrs *)t.op->attrs)->port : -1;
    return port >= 0 && port < f->n_in && tf_same_tensor(f->in[port].arg, t) ? port : -1;
}

/* A constant is made anew, wherever it is read. */
static tf_tensor constant_again(tf1c_body *b, tf_ndarray value)
{
    tf1c_const_attrs attrs = { value };
    const char *name = tf1c_unique_name(b->graph, "Const");
    tf_operation *op =
        name ? tf1c_node(b->graph, tf1c_basic.constant, name, tf1c_source((tf_source){ 0 }), &attrs, 0, NULL, 1) : NULL;
    if (!op)
        return (tf_tensor){ .op = tf1c_record_mistake(b->graph) };
    op->outputs[0] = (tf1c_output){ value.dtype, value.shape };
    return (tf_tensor){ .op = op };
}

enum { DEEPEST = 16 }; /* how far back small arithmetic is followed */

/* What is computed from shapes and constants alone: axes to sum over, numbers of elements. */
static bool from_shapes(const tf_operation *op, int depth)
{
    const unsigned bad = TF_STATEFUL | TF_SIDE_EFFECT | TF_WRITES_REF | TF_SOURCE_OP | TF_LOOP | TF_BRANCH;
    if (op->def->traits & TF_SHAPE_ONLY || op->def == tf1c_basic.constant)
        return true;
    if (op->def->traits & bad || op->def->resource_size || !op->n_inputs || depth > DEEPEST)
        return false;
    for (int i = 0; i < op->n_inputs; i++)
        if (!from_shapes(op->inputs[i].op, depth + 1))
            return false;
    return true;
}

static bool reads_argument(const tf_operation *op, int depth)
{
    if (op->def == &tf1c_arg_op || depth > DEEPEST)
        return true;
    for (int i = 0; i < op->n_inputs; i++)
        if (reads_argument(op->inputs[i].op, depth + 1))
            return true;
    return false;
}

/* The node that makes t once more, in this body: shapes must be known where it is used, which a saved value's are not. */
static tf_tensor made_again(tf1c_body *b, tf_tensor t)
{
    const tf_operation *op = t.op;
    tf_source here = tf1c_source((tf_source){ 0 });
    tf_tensor *inputs = tf1c_graph_alloc(b->graph, (size_t)op->n_inputs * sizeof *inputs);
    const char *name = inputs ? tf1c_unique_name(b->graph, op->def->name) : NULL;
    for (int i = 0; name && i < op->n_inputs; i++) {
        inputs[i] = tf1c_import(b->graph, op->inputs[i], here);
        if (tf_is_poisoned(inputs[i]))
            return inputs[i];
    }
    tf_operation *copy = name ? tf1c_node(b->graph, op->def, name, here, op->attrs, op->n_inputs, inputs, op->n_outputs) : NULL;
    if (!copy)
        return (tf_tensor){ .op = tf1c_record_mistake(b->graph) };
    memcpy(copy->outputs, op->outputs, (size_t)op->n_outputs * sizeof *op->outputs);
    copy->T = op->T;
    copy->U = op->U;
    return (tf_tensor){ .op = copy, .index = t.index };
}

/* Whether the body assigns to the variable that port `in` captures. */
static bool assigns(const tf1c_body *b, int in)
{
    for (int i = 0; i < b->graph->n_ops; i++) {
        const tf_operation *op = b->graph->ops[i];
        for (int j = tf1c_refs(op->def); j-- > 0;)
            if (tf_same_tensor(op->inputs[j], b->in[in].arg))
                return true;
    }
    return false;
}

static tf_tensor save_result(tf_operation *loop, tf_tensor result);

/* A backward body reads a tensor of the forward one: what was captured or sliced there is here too, constants and shapes are
 * made again, the rest is saved step by step. A constant that comes of an argument stays a function of it, for the derivative of
 * this body. */
static tf_tensor from_forward(tf1c_body *b, tf_tensor t)
{
    const tf1c_body *f = b->forward_body;
    tf_ndarray value;
    const bool floating = TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(t));
    if ((!floating || !reads_argument(t.op, 0)) && tf_constant_value(t, &value))
        return constant_again(b, value);
    if (!floating && from_shapes(t.op, 0))
        return made_again(b, t);
    int port = port_of(f, t);
    if (port >= 0 && f->in[port].kind == TF1C_CAPTURED)
        return capture(b, b->forward->inputs[b->forward_input + port]);
    if (port >= 0 && f->in[port].kind == TF1C_SLICED)
        return slice_of(b, b->forward->inputs[b->forward_input + port], tf_get_shape(t));
    if (t.op->def == tf1c_basic.identity && t.op->inputs[0].op->read) { /* a read of a captured variable */
        port = port_of(f, t.op->inputs[0]);
        if (port >= 0 && !assigns(f, port))
            return capture(b, (tf_tensor){ .op = b->forward->inputs[b->forward_input + port].op->read });
    }
    if (b->save) {
        tf_tensor saved = b->save(b, t, b->save_arg);
        return tf_is_none(saved) ? (tf_tensor){ .op = tf1c_record_mistake(b->graph) } : capture(b, saved);
    }
    tf_tensor saved = save_result(b->forward, t);
    return tf_is_none(saved) ? (tf_tensor){ .op = tf1c_record_mistake(b->graph) } : slice_of(b, saved, tf_get_shape(t));
}

/* ---- what TF reads on the way back --------------------------------------------------------------------------------------------- */

tf1c_body *tf1c_body_around(const tf1c_body *b)
{
    tf1c_body *around = b->parent->parent ? b->parent->import_arg : NULL;
    return around && around->forward_body ? around : NULL;
}

static bool is_loop(const tf1c_body *b) { return b->forward_body && !b->save; }

int tf1c_loops_around(const tf1c_body *b)
{
    int loops = 0;
    for (; b; b = tf1c_body_around(b))
        loops += is_loop(b);
    return loops;
}

tf1c_reads *tf1c_reads_of(tf1c_body *b)
{
    const tf1c_body *around = b && b->forward_body ? tf1c_body_around(b) : NULL;
    return b && (is_loop(b) || (around && is_loop(around))) ? &b->reads : NULL;
}

/* By TF's GetLoopConstantEnter an Identity of what was captured is that: the port; -1: t is no such thing. */
static int captured_port(const tf1c_body *f, tf_tensor t)
{
    while (t.op->def == tf1c_basic.identity && t.op->inputs[0].op->graph == f->graph)
        t = t.op->inputs[0];
    const int port = port_of(f, t);
    return port >= 0 && f->in[port].kind == TF1C_CAPTURED ? port : -1;
}

/* What was captured of another loop's steps is kept there once more; what that one captured enters it, too. */
static void note_captured(tf1c_body *b, tf_tensor outer)
{
    tf1c_body *around = tf1c_body_around(b);
    const bool of_step = tf1c_reads_of(around) && outer.op->graph == around->forward_body->graph;
    const bool passed_on = of_step && captured_port(around->forward_body, outer) >= 0;
    if (passed_on)
        tf1c_note_read(around, outer);
    if (!is_loop(b)) {
        b->reads.values += !passed_on;
        return;
    }
    const bool constant = of_step && outer.op->def == tf1c_basic.constant;
    b->reads.constants += constant;
    b->reads.captured += !constant;
    if (of_step && !passed_on && !constant)
        around->reads.made++;
}

void tf1c_note_read(tf1c_body *b, tf_tensor t)
{
    const tf1c_body *f = b->forward_body;
    if (t.op->graph != f->graph)
        return;
    const int port = captured_port(f, t);
    const tf_tensor noted = port >= 0 ? f->in[port].arg : t;
    if (tf1c_port_of(&b->reads.noted, 0, noted) >= 0)
        return;
    tf1c_note_port(b->graph, &b->reads.noted, 0, noted, 0);
    const tf_tensor outer = port >= 0 ? b->forward->inputs[b->forward_input + port] : (tf_tensor){ 0 };
    if (outer.op && !outer.op->of_each_step)
        note_captured(b, outer);
    else if (t.op->def == tf1c_basic.constant)
        b->reads.constants++;
    else
        b->reads.values++;
}

static tf_tensor import(tf_graph *graph, tf_tensor t, void *body)
{
    tf1c_body *b = body;
    if (!b->forward_body || t.op->graph != b->forward_body->graph)
        return capture(b, t);
    const int made = graph->universe->last_id; /* what is read counts apart */
    if (b->reads.unsaid)
        tf1c_note_read(b, t);
    const tf_tensor read = from_forward(b, t);
    graph->universe->last_id = made;
    return read;
}

/* ---- opening, closing ----------------------------------------------------------------------------------------------------------- */

tf1c_body *tf1c_body_open(const char *scope, tf_source here)
{
    tf_graph *parent = tf1c_current_graph();
    tf1c_body *b = parent ? tf1c_graph_alloc(parent, sizeof *b) : NULL;
    if (!b)
        return NULL;
    (void)here;
    *b = (tf1c_body){ .parent = parent, .trip = -1 };
    b->graph = tf1c_body_new(parent, scope);
    if (!b->graph)
        return NULL;
    b->graph->import = import;
    b->graph->import_arg = b;
    b->opened = tf_graph_open_(b->graph);
    return b;
}

void tf1c_body_close(tf1c_body *b) { tf_with_close_(&b->opened); }

bool tf1c_body_result(tf1c_body *b, tf1c_out_kind kind, int carried, tf_tensor result)
{
    tf1c_out_port *out = append(b->graph, b->out, &b->n_out, &b->cap_out, sizeof *out);
    if (!out)
        return false;
    b->out = out;
    out[b->n_out - 1] = (tf1c_out_port){ .kind = kind, .carried = carried, .result = result };
    return tf_is_none(result) || tf1c_note_port(b->graph, &b->results, kind, result, b->n_out - 1);
}

/* ---- the node ------------------------------------------------------------------------------------------------------------------------- */

tf_dims tf1c_stacked_dims(int64_t steps, tf_dims each)
{
    tf_dims d = each;
    if (!d.known || d.rank >= TF_MAX_RANK)
        return (tf_dims){ 0 };
    memmove(d.dims + 1, d.dims, (size_t)d.rank * sizeof *d.dims);
    d.dims[0] = steps;
    d.rank++;
    return d;
}

tf_dims tf1c_element_dims(tf_dims all)
{
    if (!all.known || !all.rank)
        return (tf_dims){ 0 };
    memmove(all.dims, all.dims + 1, (size_t)(all.rank - 1) * sizeof *all.dims);
    all.rank--;
    return all;
}

bool tf1c_fits_stacked(tf_dims each, const char *name)
{
    if (!each.known || each.rank < TF_MAX_RANK)
        return true;
    tf_fail(tf_value_error, tf1c_source((tf_source){ 0 }), name, "Shape must be at most rank %d but is rank %d", TF_MAX_RANK,
            each.rank + 1);
    return false;
}

/* How many steps, as far as the graph tells; NONE if it does not. */
static int64_t static_steps(const tf1c_body *b, const tf_operation *op)
{
    tf_dims trip;
    if (b->trip >= 0 && tf1c_partial_ints(op->inputs[b->trip], &trip) && trip.known)
        return trip.dims[0] >= 0 || trip.dims[0] == NONE ? trip.dims[0] : 0;
    for (int i = 0; i < b->n_in && b->trip < 0; i++)
        if (b->in[i].kind == TF1C_SLICED) {
            tf_dims d = tf_get_shape(op->inputs[i]);
            if (d.known && d.rank && d.dims[0] != NONE)
                return d.dims[0];
        }
    return NONE;
}

static tf1c_output output_of(const tf1c_body *b, const tf_operation *op, const tf1c_out_port *o)
{
    if (o->kind == TF1C_COUNT)
        return (tf1c_output){ tf_int32, { .known = true } };
    tf1c_output out = o->result.op->outputs[o->result.index];
    if (o->kind == TF1C_STACKED)
        out.shape = tf1c_stacked_dims(static_steps(b, op), out.shape);
    if (o->kind == TF1C_FINAL) /* what the state is known to be at every step */
        out.shape = tf_get_shape(b->in[o->carried].arg);
    return out;
}

/* ---- what a body waits for that is not in it -------------------------------------------------------------------------------------- */

typedef struct {
    const tf_graph *g;
    char *seen;
    const tf_operation **stack;
    int n;
    tf_operation **found; /* control inputs of other graphs, and mistakes */
    int n_found, cap_found;
    bool failed;
} awaiting;

static void reach(awaiting *w, const tf_operation *op)
{
    if (op->graph != w->g || tf1c_is_mistake(op) || w->seen[op->index])
        return;
    w->seen[op->index] = 1;
    w->stack[w->n++] = op;
}

static void wait_outside(awaiting *w, tf_operation *op)
{
    for (int i = 0; i < w->n_found; i++)
        if (w->found[i] == op)
            return;
    w->failed |= !tf1c_append_ptr(&w->found, &w->n_found, &w->cap_found, &op, sizeof op);
}

static void reach_results(awaiting *w, const tf1c_body *b)
{
    for (int i = 0; i < b->n_out; i++)
        if (b->out[i].result.op)
            reach(w, b->out[i].result.op);
    if (b->has_condition && !tf_is_none(b->condition))
        reach(w, b->condition.op);
    while (w->n) {
        const tf_operation *op = w->stack[--w->n];
        for (int i = 0; i < op->n_inputs; i++)
            reach(w, op->inputs[i].op);
        for (int i = 0; i < op->n_controls; i++)
            if (op->controls[i]->graph != w->g || tf1c_is_mistake(op->controls[i]))
                wait_outside(w, op->controls[i]);
            else
                reach(w, op->controls[i]);
    }
}

static bool add_controls(tf_operation *op, int n, tf_operation *const *more)
{
    tf_operation **all = tf1c_graph_alloc(op->graph, (size_t)(op->n_controls + n) * sizeof *all + 1);
    if (!all)
        return false;
    if (op->n_controls)
        memcpy(all, op->controls, (size_t)op->n_controls * sizeof *all);
    if (n)
        memcpy(all + op->n_controls, more, (size_t)n * sizeof *all);
    op->controls = all;
    op->n_controls += n;
    return true;
}

bool tf1c_await_outside(const tf1c_body *b, tf_operation *node)
{
    size_t n = (size_t)b->graph->n_ops + 1;
    awaiting w = { .g = b->graph, .seen = tf1c_alloc_zero(n), .stack = tf1c_alloc(n * sizeof *w.stack) };
    w.failed = !w.seen || !w.stack;
    if (!w.failed)
        reach_results(&w, b);
    w.failed |= w.n_found && !add_controls(node, w.n_found, w.found);
    tf1c_free(w.seen);
    tf1c_free(w.stack);
    tf1c_free(w.found);
    if (w.failed)
        tf_fail(tf_memory_error, tf1c_source((tf_source){ 0 }), NULL, "no memory left for the graph");
    return !w.failed;
}

/* Whether steps do more than compute: assign, print, check; in bodies of theirs too. */
static bool has_effects(const tf_graph *g)
{
    for (int i = 0; i < g->n_ops; i++) {
        const tf_operation *op = g->ops[i];
        if (op->def->traits & (TF_SIDE_EFFECT | TF_WRITES_REF))
            return true;
        for (int body = tf_op_body_count(op); body-- > 0;)
            if (has_effects(tf_op_body(op, body)))
                return true;
    }
    return false;
}

/* TF counts the steps back by those that were taken, so that they are, for what they do, even where nothing is read that they compute. */
static bool await_forward(const tf1c_body *b, tf_operation *op)
{
    return !b->forward || b->forward->graph != op->graph || !has_effects(b->forward_body->graph) ||
           add_controls(op, 1, &b->forward);
}

tf_operation *tf1c_loop_node(tf1c_body *b, const tf_op_def *def, const char *exact_name, tf_source here)
{
    tf_tensor *inputs = tf1c_graph_alloc(b->parent, (size_t)b->n_in * sizeof *inputs + 1);
    if (!inputs)
        return tf1c_record_mistake(b->parent);
    for (int i = 0; i < b->n_in; i++)
        inputs[i] = b->in[i].outer;
    tf1c_loop_attrs attrs = { b, b->graph };
    tf_operation *op = tf1c_node(b->parent, def, exact_name, here, &attrs, b->n_in, inputs, b->n_out);
    if (!op)
        return tf1c_record_mistake(b->parent);
    for (int i = 0; i < b->n_out; i++)
        op->outputs[i] = output_of(b, op, &b->out[i]);
    return tf1c_await_outside(b, op) && await_forward(b, op) ? op : tf1c_record_mistake(b->parent);
}

bool tf1c_room_for_output(tf_operation *op, int *room)
{
    if (op->n_outputs < *room)
        return true;
    const int more = 2 * op->n_outputs + 4;
    tf1c_output *outputs = tf1c_graph_alloc(op->graph, (size_t)more * sizeof *outputs);
    if (!outputs)
        return false;
    if (op->n_outputs)
        memcpy(outputs, op->outputs, (size_t)op->n_outputs * sizeof *outputs);
    op->outputs = outputs;
    *room = more;
    return true;
}

static tf_tensor add_output(tf_operation *loop, tf1c_out_kind kind, tf_tensor result)
{
    tf1c_body *b = ((tf1c_loop_attrs *)loop->attrs)->body;
    if (!tf1c_room_for_output(loop, &b->room) || !tf1c_body_result(b, kind, -1, result))
        return (tf_tensor){ 0 };
    loop->outputs[loop->n_outputs] = output_of(b, loop, &b->out[loop->n_outputs]);
    loop->graph->universe->version++;
    return (tf_tensor){ .op = loop, .index = loop->n_outputs++ };
}

/* One more stacked output of a loop that is there already: what a backward body reads. None after a report. */
static tf_tensor save_result(tf_operation *loop, tf_tensor result)
{
    const tf1c_body *b = ((tf1c_loop_attrs *)loop->attrs)->body;
    const int stacked = tf1c_port_of(&b->results, TF1C_STACKED, result);
    if (stacked >= 0)
        return (tf_tensor){ .op = loop, .index = stacked };
    if (!tf1c_fits_stacked(tf_get_shape(result), loop->name))
        return (tf_tensor){ 0 };
    tf_tensor saved = add_output(loop, TF1C_STACKED, result);
    if (saved.op)
        b->out[saved.index].saved = true;
    return saved;
}

tf_tensor tf1c_loop_count(tf_operation *loop)
{
    const tf1c_body *b = ((tf1c_loop_attrs *)loop->attrs)->body;
    for (int i = 0; i < b->n_out; i++)
        if (b->out[i].kind == TF1C_COUNT)
            return (tf_tensor){ .op = loop, .index = i };
    return add_output(loop, TF1C_COUNT, (tf_tensor){ 0 });
}
