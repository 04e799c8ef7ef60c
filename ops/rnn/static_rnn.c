/* static_rnn and static_bidirectional_rnn, and what they share with the loops. TF1: python/ops/rnn.py */
#include "ops/rnn/rnn.h"

#include <string.h>

#include "ops/array/concat.h"
#include "ops/array/fill.h"
#include "ops/array/sequence.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/reduce.h"
#include "ops/rnn/rnn_step.h"

static tf_tensor recorded(void) { return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) }; }

/* ---- scopes: the variable scope that is given, or one by name, or the open one again (TF passes its object) ------------------------ */

struct tf_with_ tf1c_rnn_scope(tf_variable_scope given, const char *name, bool again, tf_source here)
{
    tf_graph *g = tf1c_current_graph();
    if (again && g)
        return tf1c_scope_again(g->universe->variable_scope.name);
    return tf_variable_scope_open_(
        (struct tf_variable_scope_args){ .here = here, .name_or_scope = tf1c_scope_or(given, name), .auxiliary_name_scope = true });
}

/* ---- lengths -------------------------------------------------------------------------------------------------------------------- */

tf_tensor tf1c_zero_output(const tf_cell *cell, tf_operand batch, tf_dtype dtype)
{
    tf_tensor shape = tf1c_batch_shape(batch, cell->output_size);
    tf_tensor zeros = tf_zeros(shape, .dtype = dtype);
    if (!tf_is_poisoned(zeros))
        tf_set_shape_(zeros, tf1c_static_batch(batch, cell->output_size), (tf_source){ 0 });
    return zeros;
}

tf_dtype tf1c_state_dtype(const tf_state *s, tf_dtype given)
{
    while (!given && s && s->n)
        s = s->items[0];
    return given ? given : s ? tf_get_dtype(s->tensor) : tf_float32;
}

tf_tensor tf1c_copy_rows(tf_tensor past, tf_tensor before, tf_tensor after)
{
    if (tf_get_shape(after).known && tf_get_shape(after).rank == 0)
        return after;
    tf_tensor t = tf_where(past, before, after);
    if (!tf_is_poisoned(t) && !tf_is_poisoned(before))
        tf_set_shape_(t, tf_get_shape(before), (tf_source){ 0 });
    return t;
}

tf_state *tf1c_copy_state(tf_tensor past, tf_state *before, tf_state *after)
{
    if (!before->n || before->n != after->n)
        return before->n ? after
                         : tf1c_state_leaf(tf1c_copy_rows(past, before->tensor,
                                                          after->n ? (tf_tensor){ .op = tf1c_poison(NULL) } : after->tensor));
    tf_state *s = tf1c_state_of(after->n, after->items, after->lstm);
    for (int i = 0; i < s->n; i++)
        ((tf_state **)s->items)[i] = tf1c_copy_state(past, before->items[i], after->items[i]);
    return s;
}

tf_cell_output tf1c_copy_through(tf_cell_output out, tf_state *state, tf_tensor past, tf_tensor zero_output)
{
    out.output = tf1c_copy_rows(past, zero_output, out.output);
    out.state = tf1c_copy_state(past, state, out.state);
    return out;
}

/* ---- checks ------------------------------------------------------------------------------------------------------------------------ */

static bool check_depth(tf_tensor t, tf_source here)
{
    tf_dims d = tf_get_shape(t);
    for (int i = 1; i < d.rank; i++)
        if (d.dims[i] == NONE)
            return tf_fail(tf_value_error, tf1c_source(here), NULL,
                           "Input size (dimension %d of inputs) must be accessible via shape inference, but saw value None.",
                           i - 1),
                   false;
    return true;
}

/* The batch size as far as the inputs tell; false after a report. */
static bool check_inputs(const tf_tensor *x, int n, int64_t *batch, tf_source here)
{
    char text[TF_DIMS_TEXT];
    tf_dims first = tf_get_shape(x[0]);
    *batch = NONE;
    if (!first.known)
        return tf_fail(tf_value_error, tf1c_source(here), NULL,
                       "Input size (depth of inputs) must be accessible via shape inference, but saw value None."),
               false;
    if (first.rank == 1) {
        *batch = first.dims[0];
        return true;
    }
    for (int i = 0; i < n; i++) {
        tf_dims d = tf_get_shape(x[i]);
        if (d.known && d.rank < 2)
            return tf_fail(tf_value_error, tf1c_source(here), NULL, "Shape %s must have rank at least 2",
                           tf_dims_text(d, text, sizeof text)),
                   false;
        if (d.known && !tf_merge_dim(*batch, d.dims[0], batch))
            return tf_fail(tf_value_error, tf1c_source(here), NULL, "Dimensions %lld and %lld are not compatible",
                           (long long)*batch, (long long)d.dims[0]),
                   false;
        if (!check_depth(x[i], here))
            return false;
    }
    *batch = first.dims[0];
    return true;
}

/* ---- static_rnn ------------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    tf_cell *cell;
    int n;
    tf_tensor *x;
    tf_operand batch;
    tf_state *state;
    tf_tensor length, zero_output; /* none without sequence_length */
    tf_tensor mistake;
    tf_source here;
} unrolling;

static tf_rnn_list spoiled(const tf_cell *cell, int n, tf_tensor mistake)
{
    return (tf_rnn_list){ tf_mistake_list(n, mistake),
                          cell ? tf1c_state_for(&cell->state_size, mistake) : tf1c_state_leaf(mistake) };
}

/* As they are: in a branch each is taken hold of by the step that reads it, as in TF, whose seeds are counted over that. */
static bool take_inputs(unrolling *r, tf_list inputs)
{
    tf_graph *g = tf1c_current_graph();
    r->x = g ? tf1c_graph_alloc(g, (size_t)(inputs.n + 1) * sizeof *r->x) : NULL;
    if (!r->x)
        return r->mistake = (tf_tensor){ .op = tf1c_poison(g) }, false;
    for (int i = 0; i < inputs.n; i++) {
        r->x[i] = inputs.items[i];
        if (tf_is_poisoned(r->x[i]))
            return r->mistake = r->x[i], false;
    }
    r->n = inputs.n;
    return true;
}

static bool take_batch(unrolling *r)
{
    int64_t batch;
    if (!check_inputs(r->x, r->n, &batch, r->here))
        return r->mistake = recorded(), false;
    r->batch = batch > 0 ? tf_operand_integer(batch) : tf_operand_tensor(tf_getitem(tf_shape(r->x[0]), "0"));
    return true;
}

static bool take_state(unrolling *r, tf_state *initial, tf_dtype dtype)
{
    if (initial)
        r->state = initial;
    else if (dtype)
        r->state = tf_zero_state_(r->cell, r->batch, dtype, r->here);
    else
        r->mistake = tf_mistake(tf_value_error, r->here, NULL, "If no initial_state is provided, dtype must be specified");
    return r->state;
}

static bool take_length(unrolling *r, tf_operand given, tf_dtype dtype)
{
    given = tf1c_given(given);
    if (!given.kind)
        return true;
    tf_tensor length = tf_convert(given, tf_dtype_unset, r->here, "sequence_length");
    tf_dims d = tf_get_shape(length);
    if (tf_is_poisoned(length))
        r->mistake = length;
    else if (d.known && d.rank != 1)
        r->mistake = tf_mistake(tf_value_error, r->here, NULL, "sequence_length must be a vector of length batch_size");
    if (r->mistake.op)
        return false;
    r->zero_output = tf1c_zero_output(r->cell, r->batch, tf1c_state_dtype(r->state, dtype));
    tf1c_skip("Const", 1);
    if (r->batch.kind == TF_OPERAND_INTEGER)
        tf1c_skip("Const", 1);
    r->length = tf_cast(length, tf_int32);
    tf_reduce_min(r->length); /* TF skips whole steps by these; here rows are selected, which gives the same numbers */
    tf_reduce_max(r->length);
    return true;
}

/* TF wraps each step in two conds: their nodes come before the cell's (LessEqual, Switch …), which seeds of weights depend
 * on, and after them (one Switch a captured tensor and cond, Merges). */
static void skip_cond(const tf_state *state)
{
    tf1c_skip("LessEqual", 2);
    tf1c_skip("cond", 5 + tf1c_state_leaves(state));
}

static bool add_distinct(tf_list *list, tf_tensor t)
{
    for (int i = 0; i < list->n; i++)
        if (tf_same_tensor(list->items[i], t))
            return false;
    tf_append(list, t);
    return true;
}

/* What the nodes of a step take from outside, weights included. TF makes a Switch for each, when the first node takes it: seeds of
 * the weights that come after are counted over it. */
typedef struct {
    int first;
    tf_list captured;
} step_captures;

static void count_captures(const tf_operation *op, void *arg)
{
    step_captures *s = arg;
    for (int i = 0; i < op->n_inputs; i++) {
        tf_tensor t = op->inputs[i];
        bool weight = t.op->n_inputs == 1 && t.op->inputs[0].op->read == t.op;
        if ((t.op->index < s->first || weight) && add_distinct(&s->captured, t))
            op->graph->universe->last_id++;
    }
}

static void skip_after(const tf_list *captured, const tf_list *before, tf_cell_output after)
{
    tf_list made = tf_state_flatten(after.state), distinct = { 0 };
    tf_list seen = *captured;
    seen.capacity = 0;
    add_distinct(&distinct, after.output);
    for (int i = 0; i < made.n; i++)
        add_distinct(&distinct, made.items[i]);
    int old = 0;
    for (int i = 0; i < before->n; i++)
        old += add_distinct(&seen, before->items[i]) ? 2 : 1;
    tf1c_current_graph()->universe->last_id += 7 + 2 * distinct.n + 4 + old + 2 * (1 + made.n);
}

static tf_cell_output step_of_lengths(unrolling *r, int t)
{
    tf_graph *g = tf1c_current_graph();
    tf_tensor past = tf_less_equal(r->length, t);
    skip_cond(r->state);
    step_captures step = { .first = g->n_ops };
    tf_list before = tf_state_flatten(r->state);
    g->added = count_captures;
    g->added_arg = &step;
    tf_cell_output out = tf_call_(r->cell, tf_operand_tensor(r->x[t]), r->state, r->here);
    g->added = NULL;
    if (tf_is_poisoned(out.output))
        return out;
    skip_after(&step.captured, &before, out);
    return tf1c_copy_through(out, r->state, past, r->zero_output);
}

static tf_rnn_list unroll(unrolling *r)
{
    tf_list outputs = { 0 };
    tf1c_universe *u = tf1c_current_graph()->universe;
    for (int t = 0; t < r->n; t++) {
        if (t > 0)
            u->variable_scope.reuse = tf_reuse_true;
        tf_cell_output out =
            r->length.op ? step_of_lengths(r, t) : tf_call_(r->cell, tf_operand_tensor(r->x[t]), r->state, r->here);
        tf_append(&outputs, out.output);
        r->state = out.state;
    }
    if (outputs.n != r->n)
        return spoiled(r->cell, r->n, (tf_tensor){ .op = tf1c_poison(NULL) });
    return (tf_rnn_list){ outputs, r->state };
}

static tf_rnn_list static_rnn(tf_cell *cell, tf_list inputs, struct tf_static_rnn_args a, bool again)
{
    unrolling r = { .cell = cell, .here = a.here };
    inputs = tf1c_sound_list(inputs, a.here);
    if (!tf1c_is_cell(cell, "cell", a.here))
        return spoiled(NULL, inputs.n, recorded());
    if (inputs.n < 1)
        return spoiled(cell, 1, tf_mistake(tf_value_error, a.here, NULL, "inputs must not be empty"));
    struct tf_with_ scope = tf1c_rnn_scope(a.scope, "rnn", again, a.here);
    tf1c_variable_scope saved = tf1c_current_graph() ? tf1c_current_graph()->universe->variable_scope : (tf1c_variable_scope){ 0 };
    bool good = take_inputs(&r, inputs) && take_batch(&r) && take_state(&r, a.initial_state, a.dtype) &&
                take_length(&r, a.sequence_length, a.dtype);
    tf_rnn_list out = good ? unroll(&r) : spoiled(cell, inputs.n, r.mistake);
    if (tf1c_current_graph())
        tf1c_current_graph()->universe->variable_scope = saved;
    tf_with_close_(&scope);
    return out;
}

static tf_rnn_list nn_static_rnn_of(tf_cell *cell, tf_list inputs, struct tf_static_rnn_args a)
{
    TF_FROM(a.here);
    return static_rnn(cell, inputs, a, false);
}

tf_rnn_list tf_nn_static_rnn_(struct tf_static_rnn_args a)
{
    return nn_static_rnn_of(a.cell, tf1c_given_list(a.inputs, a.here), a);
}

/* ---- static_bidirectional_rnn -------------------------------------------------------------------------------------------------------------- */

/* The list from its end, or each row's first `length` entries from theirs. */
static tf_list reversed(tf_list list, tf_operand length)
{
    tf_list out = { 0 };
    if (!length.kind) {
        for (int i = list.n - 1; i >= 0; i--)
            tf_append(&out, list.items[i]);
        return out;
    }
    tf_tensor joined = tf_stack(list);
    return tf_unstack(tf_reverse_sequence(joined, length, 0, 1));
}

static tf_birnn_list nn_static_bidirectional_rnn_of(tf_cell *cell_fw, tf_cell *cell_bw, tf_list inputs,
                                                    struct tf_static_birnn_args a)
{
    TF_FROM(a.here);
    inputs = tf1c_sound_list(inputs, a.here);
    if (!tf1c_is_cell(cell_fw, "cell_fw", a.here) || !tf1c_is_cell(cell_bw, "cell_bw", a.here)) {
        tf_rnn_list none = spoiled(NULL, inputs.n, recorded());
        return (tf_birnn_list){ none.outputs, none.state, none.state };
    }
    if (inputs.n < 1) {
        tf_rnn_list none = spoiled(NULL, 1, tf_mistake(tf_value_error, a.here, NULL, "inputs must not be empty"));
        return (tf_birnn_list){ none.outputs, none.state, none.state };
    }
    tf_rnn_list fw = { 0 }, bw = { 0 };
    a.sequence_length = tf1c_given(a.sequence_length);
    struct tf_static_rnn_args one = { .here = a.here, .dtype = a.dtype, .sequence_length = a.sequence_length };
    struct tf_with_ outer = tf1c_rnn_scope(a.scope, "bidirectional_rnn", false, a.here);
    tf_with_variable_scope("fw") {
        one.initial_state = a.initial_state_fw;
        fw = static_rnn(cell_fw, inputs, one, true);
    }
    tf_with_variable_scope("bw") {
        one.initial_state = a.initial_state_bw;
        bw = static_rnn(cell_bw, reversed(inputs, a.sequence_length), one, true);
    }
    tf_with_close_(&outer);
    tf_list back = reversed(bw.outputs, a.sequence_length), outputs = { 0 };
    for (int i = 0; i < fw.outputs.n && i < back.n; i++)
        tf_append(&outputs, tf_concat(LIST(fw.outputs.items[i], back.items[i]), 1));
    return (tf_birnn_list){ outputs, fw.state, bw.state };
}

tf_birnn_list tf_nn_static_bidirectional_rnn_(struct tf_static_birnn_args a)
{
    return nn_static_bidirectional_rnn_of(a.cell_fw, a.cell_bw, tf1c_given_list(a.inputs, a.here), a);
}
