/* dynamic_rnn: the cell as the body of one loop. TF1: python/ops/rnn.py dynamic_rnn, _dynamic_rnn_loop, _rnn_step */
#include "graph/loop.h"
#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/identity.h"
#include "ops/array/pad.h"
#include "ops/array/sequence.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/counts.h"
#include "ops/control_flow/looping.h"
#include "ops/data_flow/tensor_array_loop.h"
#include "ops/family.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/range.h"
#include "ops/math/reduce.h"
#include "ops/rnn/rnn_step.h"

/* ---- CheckSeqLen: lengths [batch], passed on if there is one for each row of x [time, batch, …] --------------------------- */

typedef struct {
    const char *checked; /* "rnn/sequence_length" */
} check_lengths_attrs;
static const tf_attr_def check_lengths_fields[] = { TF_ATTR(check_lengths_attrs, checked, TF_ATTR_STRING), { 0 } };

static void check_lengths_shape(tf_shape_ctx *c)
{
    const check_lengths_attrs *a = tf_shape_attrs(c);
    tf_dims length = *tf_in_dims(c, 0), x = *tf_in_dims(c, 1);
    tf_set_out(c, 0, length);
    if (tf_shape_at_run(c) && (length.rank != 1 || length.dims[0] != x.dims[1]))
        tf_shape_error(c, "assertion failed: [Expected shape for Tensor %s:0 is ] [%lld] [ but saw shape: ] [%lld]", a->checked,
                       (long long)x.dims[1], (long long)(length.rank ? length.dims[0] : 0));
}

static bool check_lengths_view(tf_kernel_ctx *k, int output, int64_t *offset)
{
    for (int i = 0; i < k->in[0].rank; i++)
        k->out[output].strides[i] = k->in[0].strides[i];
    *offset = 0;
    return true;
}

static const tf_op_def check_lengths_op = {
    .name = "CheckSeqLen",
    .in = "sequence_length:U, x:T",
    .out = "output:U",
    .U = TF_INDEX,
    .attrs = check_lengths_fields,
    .attrs_size = sizeof(check_lengths_attrs),
    .traits = TF_VIEW,
    .shape = check_lengths_shape,
    .view = check_lengths_view,
    .gradient = tf_no_gradient,
};

/* ---- before the loop --------------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_cell *cell;
    tf_source here;
    tf_tensor x, mistake; /* x [time, batch, depth] */
    tf_tensor length, steps, zero_output;
    tf_operand batch;
    tf_state *state;
    tf_dtype dtype;
    bool swaps;
} rnn_call;

tf_tensor tf1c_swap_batch_time(tf_tensor x)
{
    tf_dims d = tf_get_shape(x);
    if (tf_is_poisoned(x) || (d.known && d.rank < 2))
        return x;
    const tf_tensor others = tf_range(2, tf_rank(x));
    const tf_tensor perm = TF1C_CONCAT(tf_operand_dims(SHAPE(1, 0)), tf_operand_tensor(others));
    tf_tensor y = tf_transpose(x, .perm_tensor = tf_operand_tensor(perm));
    if (d.known && !tf_is_poisoned(y)) {
        int64_t first = d.dims[0];
        d.dims[0] = d.dims[1];
        d.dims[1] = first;
        tf_set_shape_(y, d, (tf_source){ 0 });
    }
    return y;
}

static tf_operand batch_size(tf_tensor x)
{
    int64_t known = tf_get_shape(x).dims[1];
    return known > 0 ? tf_operand_integer(known) : tf_operand_tensor(tf_getitem(tf_shape(x), "1"));
}

static bool take_x(rnn_call *r, tf_operand given, bool time_major)
{
    char text[256];
    r->x = tf_convert(given, tf_dtype_unset, r->here, "inputs");
    if (!tf_is_poisoned(r->x) && !time_major)
        r->x = tf1c_swap_batch_time(r->x);
    tf_dims d = tf_get_shape(r->x);
    if (tf_is_poisoned(r->x))
        r->mistake = r->x;
    else if (!d.known)
        r->mistake = tf_mistake(tf_value_error, r->here, NULL, "as_list() is not defined on an unknown TensorShape.");
    else if (d.rank < 2)
        r->mistake = tf_mistake(tf_value_error, r->here, NULL, "Expected input tensor %s to have rank at least 2",
                                tf_tensor_text(r->x, text, sizeof text));
    return !r->mistake.op;
}

static bool take_length(rnn_call *r, tf_operand given)
{
    char text[TF_DIMS_TEXT];
    given = tf1c_given(given);
    if (!given.kind)
        return true;
    tf_tensor length = tf_cast(given, tf_int32);
    tf_dims d = tf_get_shape(length);
    if (tf_is_poisoned(length))
        r->mistake = length;
    else if (d.known && d.rank != 1)
        r->mistake =
            tf_mistake(tf_value_error, r->here, NULL, "sequence_length must be a vector of length batch_size, but saw shape: %s",
                       tf_dims_text(d, text, sizeof text));
    else
        r->length = tf_identity(length, .name = "sequence_length");
    return !r->mistake.op;
}

static bool take_state(rnn_call *r, tf_state *initial)
{
    r->batch = batch_size(r->x);
    if (initial)
        r->state = initial;
    else if (r->dtype)
        r->state = tf_zero_state_(r->cell, r->batch, r->dtype, r->here);
    else
        r->mistake = tf_mistake(tf_value_error, r->here, NULL, "If there is no initial_state, you must give a dtype.");
    return !r->mistake.op;
}

/* TF asserts the lengths' shape with ten nodes; they count for seeds. */
static void check_length(rnn_call *r)
{
    if (!r->length.op)
        return;
    static const struct {
        const char *name;
        int n;
    } nodes[] = { { "Shape", 1 }, { "stack", 1 }, { "Equal", 1 }, { "Const", 1 }, { "All", 1 }, { "Assert", 5 } };
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
        tf1c_skip(nodes[i].name, nodes[i].n);
    const check_lengths_attrs attrs = { tf_op_name(tf_tensor_op(r->length)) };
    const tf_operand in[2] = { tf_operand_tensor(r->length), tf_operand_tensor(r->x) };
    r->length = (tf_tensor){
        .op = tf_op_new(&check_lengths_op,
                        (struct tf_op_args){ .here = r->here, .name = "CheckSeqLen", .attrs = &attrs, .n_inputs = 2, .inputs = in })
    };
}

static bool take_steps(rnn_call *r)
{
    char text[TF_DIMS_TEXT];
    tf_dims d = tf_get_shape(r->x);
    r->steps = tf_getitem(tf_shape(r->x), "0");
    tf_operand batch = batch_size(r->x);
    if (d.rank < 3)
        return r->mistake = tf_mistake(tf_value_error, r->here, NULL, "Shape %s must have rank at least 3",
                                       tf_dims_text(d, text, sizeof text)),
               false;
    for (int i = 2; i < d.rank; i++)
        if (d.dims[i] == NONE)
            return r->mistake =
                       tf_mistake(tf_value_error, r->here, NULL,
                                  "Input size (depth of inputs) must be accessible via shape inference, but saw value None."),
                   false;
    r->zero_output = tf1c_zero_output(r->cell, batch, tf1c_state_dtype(r->state, r->dtype));
    if (r->length.op) { /* TF runs to the longest length alone; the rows beyond are zeros either way */
        tf_reduce_min(r->length);
        tf_reduce_max(r->length);
    }
    return true;
}

/* ---- the loop --------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    const rnn_call *r;
    tf1c_looping loop;
    tf_list before, after; /* the state's tensors in the body */
    tf_list outer;
    int *ports, *outputs;
    tf1c_tensor_array_written *arrays;
} stepping;

static bool stepping_memory(stepping *s, tf_graph *g)
{
    const size_t n = (size_t)s->outer.n + 1;
    s->ports = tf1c_graph_alloc(g, n * sizeof *s->ports);
    s->outputs = tf1c_graph_alloc(g, n * sizeof *s->outputs);
    s->arrays = tf1c_graph_alloc(g, n * sizeof *s->arrays);
    return s->ports && s->outputs && s->arrays;
}

/* Whether `index` is part of the state, begins as 0 and grows by 1. */
static bool counts_steps(tf_tensor index, void *context)
{
    const stepping *s = context;
    for (int i = 0; i < s->before.n; i++)
        if (tf_same_tensor(index, s->before.items[i]))
            return tf1c_is_counter(s->outer.items[i], index, s->after.items[i]);
    return false;
}

static tf_dims row_dims(tf_tensor x)
{
    tf_dims d = tf_get_shape(x);
    for (int i = 1; i < d.rank; i++)
        d.dims[i - 1] = d.dims[i];
    d.rank--;
    return d;
}

/* Part i of the state after the step. */
static void take_next(stepping *s, int i)
{
    const tf_tensor before = s->before.items[i], after = s->after.items[i];
    tf1c_body *b = s->loop.b;
    bool good = true;
    s->outputs[i] = b->n_out;
    if (tf1c_is_tensor_array(before)) {
        good = tf1c_tensor_array_results(b, before, after, counts_steps, s, &s->arrays[i], s->r->here);
    } else {
        tf1c_check_invariant(&s->loop, s->outer.items[i], before, after);
        good = s->loop.poison || tf1c_body_result(b, TF1C_FINAL, s->ports[i], after);
    }
    if (!good)
        s->loop.poison = tf1c_record_mistake(b->parent);
}

/* Outputs: the stacked output, then the state's tensors. */
static void build_body(stepping *s, tf_tensor time, tf_list outer)
{
    const rnn_call *r = s->r;
    tf1c_looping *l = &s->loop;
    tf1c_body *b = l->b;
    tf1c_universe *u = b->graph->universe;
    tf_tensor past = { 0 };
    int n = 3 + outer.n, base = u->last_id + 26 + 4 * n +
                                (r->length.op ? 2 : 0); /* where TF's cell begins: seeds are counted over its loop's nodes */
    for (int i = 0; i < outer.n; i++) {
        const tf_tensor t = outer.items[i];
        s->ports[i] = b->n_in;
        tf_append(&s->before,
                  tf1c_is_tensor_array(t) ? tf1c_tensor_array_arg(b, t) : tf1c_body_arg(b, TF1C_CARRIED, t, tf_get_shape(t)));
    }
    tf_tensor x = tf1c_body_arg(b, TF1C_SLICED, r->x, row_dims(r->x));
    if (r->length.op)
        past = tf_greater_equal(tf1c_body_arg(b, TF1C_SLICED, time, (tf_dims){ .known = true }), r->length);
    u->last_id = base;
    tf_state *state = tf1c_state_pack(r->state, s->before.items);
    tf_cell_output out = tf_call_(r->cell, tf_operand_tensor(x), state, r->here);
    if (past.op && !tf_is_poisoned(out.output))
        out = tf1c_copy_through(out, state, past, r->zero_output);
    tf_list after = tf_state_flatten(out.state);
    tf_tensor y = tf1c_loop_result(l, out.output);
    if (!l->poison && after.n != outer.n)
        tf1c_spoil(l, tf_mistake(tf_value_error, r->here, NULL,
                                 "The two structures don't have the same nested structure: a state of %d tensors became one of %d.",
                                 outer.n, after.n));
    if (!l->poison && !tf1c_body_result(b, TF1C_STACKED, -1, y))
        l->poison = tf1c_record_mistake(b->parent);
    for (int i = 0; i < after.n && !l->poison; i++)
        tf_append(&s->after, tf1c_is_tensor_array(after.items[i]) ? after.items[i] : tf1c_loop_result(l, after.items[i]));
    for (int i = 0; i < after.n && !l->poison; i++)
        take_next(s, i);
    u->last_id += 9 + 2 * n;
}

static tf_rnn spoiled(const tf_cell *cell, tf_tensor mistake)
{
    return (tf_rnn){ mistake, cell ? tf1c_state_for(&cell->state_size, mistake) : tf1c_state_leaf(mistake) };
}

static tf_rnn run_loop(rnn_call *r)
{
    tf_graph *g = tf1c_current_graph();
    stepping s = { .r = r };
    tf_list outer = tf_state_flatten(r->state), start = { 0 };
    for (int i = 0; i < outer.n; i++) {
        const bool as_is = tf_is_poisoned(outer.items[i]) || tf1c_is_tensor_array(outer.items[i]);
        tf_tensor t = as_is ? outer.items[i] : tf1c_import(g, outer.items[i], r->here);
        if (tf_is_poisoned(t))
            return spoiled(r->cell, (tf_tensor){ .op = tf_tensor_op(t) });
        tf_append(&start, t);
    }
    int ids = g->universe->last_id;
    tf_tensor time = r->length.op ? tf_range_((struct tf_range_args){ .here = r->here,
                                                                      .start = tf_operand_integer(0),
                                                                      .limit = tf_operand_tensor(r->steps),
                                                                      .delta = tf_operand_integer(1),
                                                                      .name = "time" })
                                  : (tf_tensor){ 0 };
    g->universe->last_id = ids + 1;
    s.outer = start;
    if (!tf1c_open_loop(&s.loop, NULL, "while", r->here))
        return spoiled(r->cell, (tf_tensor){ .op = s.loop.poison });
    s.loop.b->swaps = r->swaps;
    if (stepping_memory(&s, g))
        build_body(&s, time, start);
    else
        s.loop.poison = tf1c_record_mistake(g);
    tf_operation *op = tf1c_close_counted(&s.loop, tf1c_count_now());
    tf1c_skip("Const", 1);
    if (tf_dims_fully_known(tf_get_shape(r->x)))
        tf1c_skip("Const", 1);
    if (tf1c_is_mistake(op))
        return spoiled(r->cell, (tf_tensor){ .op = op });
    tf_tensor *final = tf1c_graph_alloc(g, (size_t)(start.n + 1) * sizeof *final);
    for (int i = 0; final && i < start.n; i++)
        final[i] = tf1c_is_tensor_array(start.items[i]) ? tf1c_tensor_array_after(&s.arrays[i], op, (tf_tensor){ 0 }, r->here)
                                                        : (tf_tensor){ .op = op, .index = s.outputs[i] };
    return final ? (tf_rnn){ { .op = op }, tf1c_state_pack(r->state, final) }
                 : spoiled(r->cell, (tf_tensor){ .op = tf1c_poison(g) });
}

/* In whatever scope is open. */
static tf_rnn run_cell(tf_cell *cell, tf_operand inputs, struct tf_dynamic_rnn_args a)
{
    rnn_call r = { .cell = cell, .here = a.here, .dtype = a.dtype, .swaps = a.swap_memory };
    bool good = take_x(&r, inputs, a.time_major) && take_length(&r, a.sequence_length) && take_state(&r, a.initial_state);
    if (good) {
        check_length(&r);
        good = take_steps(&r);
    }
    if (!good)
        return spoiled(cell, r.mistake);
    tf_rnn out = run_loop(&r);
    if (!a.time_major)
        out.outputs = tf1c_swap_batch_time(out.outputs);
    return out;
}

static tf_rnn no_cell(void) { return spoiled(NULL, (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) }); }

static tf_rnn dynamic_rnn(tf_cell *cell, tf_operand inputs, struct tf_dynamic_rnn_args a, bool again)
{
    if (!tf1c_is_cell(cell, "cell", a.here))
        return no_cell();
    struct tf_with_ scope = tf1c_rnn_scope(a.scope, "rnn", again, a.here);
    const tf_rnn out = run_cell(cell, inputs, a);
    tf_with_close_(&scope);
    return out;
}

static tf_rnn nn_dynamic_rnn_of(tf_cell *cell, tf_operand inputs, struct tf_dynamic_rnn_args a)
{
    TF_FROM(a.here);
    return dynamic_rnn(cell, inputs, a, false);
}

tf_rnn tf_nn_dynamic_rnn_(struct tf_dynamic_rnn_args a) { return nn_dynamic_rnn_of(a.cell, tf1c_given(a.inputs), a); }

tf_rnn tf_call_fused_(struct tf_call_fused_args a)
{
    TF_FROM(a.here);
    if (!tf1c_is_cell(a.cell, "cell", a.here))
        return no_cell();
    if (!a.initial_state && !a.dtype)
        return spoiled(a.cell, tf_mistake(tf_value_error, a.here, NULL, "Either initial_state or dtype needs to be specified"));
    return run_cell(a.cell, tf1c_given(a.inputs),
                    (struct tf_dynamic_rnn_args){ .here = a.here,
                                                  .sequence_length = a.sequence_length,
                                                  .initial_state = a.initial_state,
                                                  .dtype = a.dtype,
                                                  .time_major = true });
}

/* ---- bidirectional_dynamic_rnn -------------------------------------------------------------------------------------------------------- */

static tf_tensor reversed(tf_tensor x, tf_operand length, bool time_major)
{
    if (length.kind)
        return tf_reverse_sequence(x, length, time_major ? 0 : 1, time_major ? 1 : 0);
    return tf_reverse(x, AXES(time_major ? 0 : 1));
}

static tf_birnn nn_bidirectional_dynamic_rnn_of(tf_cell *cell_fw, tf_cell *cell_bw, tf_operand inputs,
                                                struct tf_bidirectional_rnn_args a)
{
    TF_FROM(a.here);
    tf_rnn fw = { 0 }, bw = { 0 };
    a.sequence_length = tf1c_given(a.sequence_length);
    struct tf_dynamic_rnn_args one = { .here = a.here,
                                       .sequence_length = a.sequence_length,
                                       .dtype = a.dtype,
                                       .swap_memory = a.swap_memory,
                                       .time_major = a.time_major };
    if (!tf1c_is_cell(cell_fw, "cell_fw", a.here) || !tf1c_is_cell(cell_bw, "cell_bw", a.here)) {
        fw = no_cell();
        return (tf_birnn){ fw.outputs, fw.outputs, fw.state, fw.state };
    }
    struct tf_with_ outer = tf1c_rnn_scope(a.scope, "bidirectional_rnn", false, a.here);
    tf_tensor x = tf_convert(inputs, tf_dtype_unset, a.here, "inputs");
    tf_with_variable_scope("fw") {
        one.initial_state = a.initial_state_fw;
        fw = dynamic_rnn(cell_fw, tf_operand_tensor(x), one, true);
    }
    tf_with_variable_scope("bw") {
        one.initial_state = a.initial_state_bw;
        bw = tf_is_poisoned(fw.outputs)
                 ? spoiled(cell_bw, fw.outputs)
                 : dynamic_rnn(cell_bw, tf_operand_tensor(reversed(x, a.sequence_length, a.time_major)), one, true);
    }
    tf_with_close_(&outer);
    tf_tensor back = tf_is_poisoned(bw.outputs) ? bw.outputs : reversed(bw.outputs, a.sequence_length, a.time_major);
    return (tf_birnn){ fw.outputs, back, fw.state, bw.state };
}

tf_birnn tf_nn_bidirectional_dynamic_rnn_(struct tf_bidirectional_rnn_args a)
{
    return nn_bidirectional_dynamic_rnn_of(a.cell_fw, a.cell_bw, tf1c_given(a.inputs), a);
}

/* ---- stack_bidirectional_dynamic_rnn ---------------------------------------------------------------------------------------------------- */

static bool one_a_layer(const tf_state *states, int layers) { return !states || (!states->tensor.op && states->n == layers); }

static const char *wrong_stack(const struct tf_stacked_birnn_args *a)
{
    if (a->cells_fw.n < 1 || !a->cells_fw.items)
        return "Must specify at least one fw cell for BidirectionalRNN.";
    if (a->cells_bw.n < 1 || !a->cells_bw.items)
        return "Must specify at least one bw cell for BidirectionalRNN.";
    if (a->cells_fw.n != a->cells_bw.n)
        return "Forward and Backward cells must have the same depth.";
    if (!one_a_layer(a->initial_states_fw, a->cells_fw.n))
        return "initial_states_fw must be a list of state tensors (one per layer).";
    if (!one_a_layer(a->initial_states_bw, a->cells_bw.n))
        return "initial_states_bw must be a list of state tensors (one per layer).";
    return NULL;
}

static tf_birnn layer(const struct tf_stacked_birnn_args *a, tf_operand inputs, int i)
{
    return nn_bidirectional_dynamic_rnn_of(
        a->cells_fw.items[i], a->cells_bw.items[i], inputs,
        (struct tf_bidirectional_rnn_args){ .here = a->here,
                                            .sequence_length = a->sequence_length,
                                            .initial_state_fw = a->initial_states_fw ? a->initial_states_fw->items[i] : NULL,
                                            .initial_state_bw = a->initial_states_bw ? a->initial_states_bw->items[i] : NULL,
                                            .dtype = a->dtype,
                                            .swap_memory = a->swap_memory,
                                            .time_major = a->time_major });
}

tf_stacked_birnn tf_contrib_rnn_stack_bidirectional_dynamic_rnn_(struct tf_stacked_birnn_args a)
{
    TF_FROM(a.here);
    a.inputs = tf1c_given(a.inputs);
    a.sequence_length = tf1c_given(a.sequence_length);
    const char *wrong = wrong_stack(&a);
    const tf_tensor mistake = wrong ? tf_mistake(tf_value_error, a.here, NULL, "%s", wrong) : (tf_tensor){ 0 };
    tf_graph *g = tf1c_current_graph();
    tf_state **states = wrong || !g ? NULL : tf1c_graph_alloc(g, 2 * (size_t)a.cells_fw.n * sizeof *states);
    if (!states) {
        const tf_rnn none = spoiled(NULL, wrong ? mistake : (tf_tensor){ .op = tf1c_poison(g) });
        return (tf_stacked_birnn){ none.outputs, none.state, none.state };
    }
    const int layers = a.cells_fw.n;
    tf_tensor x = { 0 };
    tf_with_variable_scope(tf1c_scope_or(a.scope, "stack_bidirectional_rnn")) {
        for (int i = 0; i < layers; i++) {
            const char *name = tf1c_graph_printf(g, "cell_%d", i);
            tf_with_variable_scope(name ? name : "cell") {
                const tf_birnn both = layer(&a, i ? tf_operand_tensor(x) : a.inputs, i);
                states[i] = both.output_state_fw;
                states[layers + i] = both.output_state_bw;
                x = tf_is_poisoned(both.output_bw) ? both.output_bw : tf_concat(LIST(both.output_fw, both.output_bw), 2);
            }
        }
    }
    return (tf_stacked_birnn){ x, tf1c_state_of(layers, states, false), tf1c_state_of(layers, states + layers, false) };
}

/* clang-format off */
tf1c_op_family tf1c_family_dynamic_rnn = {
    &check_lengths_op,
    NULL,
};
