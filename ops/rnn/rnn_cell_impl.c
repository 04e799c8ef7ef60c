/* The cells: BasicRNNCell, BasicLSTMCell, LSTMCell, GRUCell. Node for node as TF1: python/ops/rnn_cell_impl.py */
#include <math.h>

#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/slice.h"
#include "ops/math/arithmetic.h"
#include "ops/math/clip.h"
#include "ops/math/matmul.h"
#include "ops/math/unary.h"
#include "ops/rnn/cell.h"
#include "ops/state/initializers.h"
#include "ops/state/variables.h"

/* ---- what the cells share ------------------------------------------------------------------------------------------------- */

/* Python's x + y. */
#define plus(x, y) tf_raw_ops_add_v2(x, y, .name = "add")

/* The value of a variable of the cell: in a loop it is read outside, once. Once one could not be made (`before`), the others are not asked for. */
static tf_tensor weight(const tf_cell *cell, tf_tensor before, const char *name, tf_dims shape, tf_initializer initializer)
{
    if (before.op && tf_is_poisoned(before))
        return before;
    tf_tensor variable = tf_get_variable(name, shape, .dtype = cell->dtype, .initializer = initializer);
    return tf_is_poisoned(variable) || !variable.op->read ? variable : (tf_tensor){ .op = variable.op->read };
}

static const tf_initializer scope_initializer = { 0 };
static const tf_tensor first = { 0 };

/* [x, h]·kernel + bias, rows of [batch, units]. */
static tf_tensor affine(tf_tensor x, tf_tensor h, tf_tensor kernel, tf_tensor bias)
{
    tf_tensor xh = tf_concat(LIST(x, h), 1);
    return tf_nn_bias_add(tf_matmul(xh, kernel), bias);
}

static tf_activation *or_tanh(tf_activation *activation) { return activation ? activation : (tf_tanh); }

static bool check_units(int64_t units, const char *class_name, tf_source here, tf_tensor *mistake)
{
    if (units > 0)
        return true;
    *mistake = tf_mistake(tf_value_error, here, NULL, "%s: num_units must be positive, got %lld", class_name, (long long)units);
    return false;
}

static bool check_dtype(tf_dtype dtype, tf_source here, tf_tensor *mistake)
{
    if (!dtype || TF_FLOATING & TF_DTYPE_BIT(dtype))
        return true;
    *mistake = tf_mistake(tf_value_error, here, NULL, "RNN cell only supports floating point inputs, but saw dtype: <dtype: '%s'>",
                          tf_dtype_name(dtype));
    return false;
}

/* k: the arguments `a`, checked and copied into the graph; its weights come after them. */
#define NEW_CONTEXT(class_name, type)                                                                         \
    TF_FROM(a.here);                                                                                          \
    tf_tensor mistake;                                                                                        \
    if (!check_units(a.num_units, class_name, a.here, &mistake) || !check_dtype(a.dtype, a.here, &mistake)) { \
        return tf1c_cell_mistake(mistake);                                                                    \
    }                                                                                                         \
    type *k = tf1c_current_graph() ? tf1c_graph_alloc(tf1c_current_graph(), sizeof *k) : NULL;                \
    if (!k) {                                                                                                 \
        return tf1c_cell_mistake((tf_tensor){ .op = tf1c_poison(NULL) });                                     \
    }                                                                                                         \
    k->a = a;

/* What every cell takes from its arguments `a` and their copy `k`. */
#define FROM_ARGUMENTS .name = a.name, .kind = TF_CELL_LAYER, .dtype = a.dtype, .reuse = a.reuse, .context = k

/* ---- BasicRNNCell: h' = act([x, h]·kernel + bias) ------------------------------------------------------------------------------ */
typedef struct {
    struct tf_basic_rnn_cell_args a;
    tf_tensor kernel, bias;
} basic_rnn;

static void basic_rnn_build(tf_cell *self, tf_dims inputs, tf_source here)
{
    (void)here;
    basic_rnn *k = self->context;
    int64_t n = k->a.num_units;
    k->kernel = weight(self, first, "kernel", SHAPE(inputs.dims[1] + n, n), scope_initializer);
    k->bias = weight(self, k->kernel, "bias", SHAPE(n), tf_zeros_initializer());
}

static tf_cell_output basic_rnn_call(tf_cell *self, tf_tensor x, tf_state *state, tf_source here)
{
    (void)here;
    const basic_rnn *k = self->context;
    tf_tensor h = or_tanh(k->a.activation)(affine(x, state->tensor, k->kernel, k->bias));
    return (tf_cell_output){ h, tf1c_state_leaf(h) };
}

tf_cell *tf_nn_rnn_cell_basic_rnn_cell_(struct tf_basic_rnn_cell_args a)
{
    NEW_CONTEXT("BasicRNNCell", basic_rnn)
    return tf_cell_new_((tf_cell){ .class_name = "BasicRNNCell",
                                   FROM_ARGUMENTS,
                                   .state_size = { .shape = SHAPE(a.num_units) },
                                   .output_size = SHAPE(a.num_units),
                                   .build = basic_rnn_build,
                                   .call = basic_rnn_call },
                        a.here);
}

/* ---- GRUCell -------------------------------------------------------------------------------------------------------------------- */
typedef struct {
    struct tf_gru_cell_args a;
    tf_tensor gates_kernel, gates_bias, candidate_kernel, candidate_bias;
} gru;

static void gru_build(tf_cell *self, tf_dims inputs, tf_source here)
{
    (void)here;
    gru *k = self->context;
    int64_t n = k->a.num_units, depth = inputs.dims[1] + n;
    bool own = tf1c_given_initializer(&k->a.bias_initializer);
    k->gates_kernel = weight(self, first, "gates/kernel", SHAPE(depth, 2 * n), k->a.kernel_initializer);
    k->gates_bias =
        weight(self, k->gates_kernel, "gates/bias", SHAPE(2 * n), own ? k->a.bias_initializer : tf_constant_initializer(1.0));
    k->candidate_kernel = weight(self, k->gates_bias, "candidate/kernel", SHAPE(depth, n), k->a.kernel_initializer);
    k->candidate_bias =
        weight(self, k->candidate_kernel, "candidate/bias", SHAPE(n), own ? k->a.bias_initializer : tf_zeros_initializer());
}

static tf_cell_output gru_call(tf_cell *self, tf_tensor x, tf_state *state, tf_source here)
{
    (void)here;
    const gru *k = self->context;
    tf_tensor h = state->tensor;
    tf_list ru = tf_split(tf_sigmoid(affine(x, h, k->gates_kernel, k->gates_bias)), 2, .axis = 1);
    tf_tensor r = tf_at(ru, 0), u = tf_at(ru, 1);
    tf_tensor rh = tf_mul(r, h);
    tf_tensor c = or_tanh(k->a.activation)(affine(x, rh, k->candidate_kernel, k->candidate_bias));
    tf_tensor kept = tf_mul(u, h);
    tf_tensor taken = tf_mul(tf_sub(1, u), c);
    tf_tensor next = plus(kept, taken);
    return (tf_cell_output){ next, tf1c_state_leaf(next) };
}

tf_cell *tf_nn_rnn_cell_gru_cell_(struct tf_gru_cell_args a)
{
    NEW_CONTEXT("GRUCell", gru)
    return tf_cell_new_((tf_cell){ .class_name = "GRUCell",
                                   FROM_ARGUMENTS,
                                   .state_size = { .shape = SHAPE(a.num_units) },
                                   .output_size = SHAPE(a.num_units),
                                   .build = gru_build,
                                   .call = gru_call },
                        a.here);
}

/* ---- BasicLSTMCell ------------------------------------------------------------------------------------------------------------------ */
typedef struct {
    struct tf_basic_lstm_cell_args a;
    tf_tensor kernel, bias;
} basic_lstm;

static void basic_lstm_build(tf_cell *self, tf_dims inputs, tf_source here)
{
    (void)here;
    basic_lstm *k = self->context;
    int64_t n = k->a.num_units;
    k->kernel = weight(self, first, "kernel", SHAPE(inputs.dims[1] + n, 4 * n), scope_initializer);
    k->bias = weight(self, k->kernel, "bias", SHAPE(4 * n), tf_zeros_initializer());
}

static tf_cell_output lstm_output(tf_tensor c, tf_tensor h, bool tuple)
{
    if (!tuple)
        return (tf_cell_output){ h, tf1c_state_leaf(tf_concat(LIST(c, h), 1)) };
    tf_state *parts[2] = { tf1c_state_leaf(c) };
    parts[1] = tf1c_state_leaf(h);
    return (tf_cell_output){ h, tf1c_state_of(2, parts, true) };
}

static tf_cell_output basic_lstm_call(tf_cell *self, tf_tensor x, tf_state *state, tf_source here)
{
    (void)here;
    const basic_lstm *k = self->context;
    tf_activation *act = or_tanh(k->a.activation);
    tf_operand one = tf_operand_tensor(tf_constant(1));
    tf_tensor c, h;
    if (k->a.state_is_tuple) {
        c = state->items[0]->tensor;
        h = state->items[1]->tensor;
    } else {
        tf_list ch = tf_split(state->tensor, 2, .axis_tensor = one);
        c = tf_at(ch, 0);
        h = tf_at(ch, 1);
    }
    tf_list ijfo = tf_split(affine(x, h, k->kernel, k->bias), 4, .axis_tensor = one);
    tf_tensor i = tf_at(ijfo, 0), j = tf_at(ijfo, 1), f = tf_at(ijfo, 2), o = tf_at(ijfo, 3);
    tf_tensor forget_bias = tf_constant(k->a.forget_bias, .dtype = tf_get_dtype(f));
    tf_tensor kept = tf_multiply(c, tf_sigmoid(tf_add(f, forget_bias)));
    tf_tensor open = tf_sigmoid(i);
    tf_tensor taken = tf_multiply(open, act(j));
    tf_tensor next_c = tf_add(kept, taken);
    tf_tensor shown = act(next_c);
    tf_tensor next_h = tf_multiply(shown, tf_sigmoid(o));
    return lstm_output(next_c, next_h, k->a.state_is_tuple);
}

/* Of sizes that nothing has yet looked at. */
static int64_t sum_of(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

tf_cell *tf_nn_rnn_cell_basic_lstm_cell_(struct tf_basic_lstm_cell_args a)
{
    NEW_CONTEXT("BasicLSTMCell", basic_lstm)
    return tf_cell_new_((tf_cell){ .class_name = "BasicLSTMCell",
                                   FROM_ARGUMENTS,
                                   .state_size = a.state_is_tuple
                                                     ? tf1c_lstm_size(a.num_units, a.num_units)
                                                     : (tf_state_size){ .shape = SHAPE(sum_of(a.num_units, a.num_units)) },
                                   .output_size = SHAPE(a.num_units),
                                   .build = basic_lstm_build,
                                   .call = basic_lstm_call },
                        a.here);
}

/* ---- LSTMCell: BasicLSTMCell with peepholes, projection and clipping -------------------------------------------------------------------- */
typedef struct {
    struct tf_lstm_cell_args a;
    int64_t h_units;
    tf_tensor kernel, bias, w_f, w_i, w_o, projection;
} lstm;

static void lstm_build(tf_cell *self, tf_dims inputs, tf_source here)
{
    (void)here;
    lstm *k = self->context;
    int64_t n = k->a.num_units;
    k->kernel = weight(self, first, "kernel", SHAPE(inputs.dims[1] + k->h_units, 4 * n), k->a.initializer);
    k->bias = weight(self, k->kernel, "bias", SHAPE(4 * n), tf_zeros_initializer());
    if (k->a.use_peepholes) {
        k->w_f = weight(self, k->bias, "w_f_diag", SHAPE(n), k->a.initializer);
        k->w_i = weight(self, k->w_f, "w_i_diag", SHAPE(n), k->a.initializer);
        k->w_o = weight(self, k->w_i, "w_o_diag", SHAPE(n), k->a.initializer);
    }
    if (k->a.num_proj)
        k->projection =
            weight(self, k->a.use_peepholes ? k->w_o : k->bias, "projection/kernel", SHAPE(n, k->a.num_proj), k->a.initializer);
}

/* σ(gate), or σ(gate + w·c) */
static tf_tensor gate_of(const lstm *k, tf_tensor gate, tf_tensor w, tf_tensor c)
{
    return tf_sigmoid(k->a.use_peepholes ? plus(gate, tf_mul(w, c)) : gate);
}

static tf_tensor clipped(tf_tensor x, double bound) { return isnan(bound) ? x : tf_clip_by_value(x, -bound, bound); }

static tf_cell_output lstm_call(tf_cell *self, tf_tensor x, tf_state *state, tf_source here)
{
    (void)here;
    const lstm *k = self->context;
    tf_activation *act = or_tanh(k->a.activation);
    tf_tensor c, h;
    if (k->a.state_is_tuple) {
        c = state->items[0]->tensor;
        h = state->items[1]->tensor;
    } else {
        c = tf_slice(state->tensor, SHAPE(0, 0), SHAPE(-1, k->a.num_units));
        h = tf_slice(state->tensor, SHAPE(0, k->a.num_units), SHAPE(-1, k->h_units));
    }
    tf_list ijfo = tf_split(affine(x, h, k->kernel, k->bias), 4, .axis = 1);
    tf_tensor i = tf_at(ijfo, 0), j = tf_at(ijfo, 1), f = tf_at(ijfo, 2), o = tf_at(ijfo, 3);
    tf_tensor forget = gate_of(k, plus(f, k->a.forget_bias), k->w_f, c);
    tf_tensor kept = tf_mul(forget, c);
    tf_tensor open = gate_of(k, i, k->w_i, c);
    tf_tensor taken = tf_mul(open, act(j));
    tf_tensor next_c = clipped(plus(kept, taken), k->a.cell_clip);
    tf_tensor show = gate_of(k, o, k->w_o, next_c);
    tf_tensor next_h = tf_mul(show, act(next_c));
    if (k->a.num_proj)
        next_h = clipped(tf_matmul(next_h, k->projection), k->a.proj_clip);
    return lstm_output(next_c, next_h, k->a.state_is_tuple);
}

tf_cell *tf_nn_rnn_cell_lstm_cell_(struct tf_lstm_cell_args a)
{
    NEW_CONTEXT("LSTMCell", lstm)
    k->h_units = a.num_proj ? a.num_proj : a.num_units;
    return tf_cell_new_((tf_cell){ .class_name = "LSTMCell",
                                   FROM_ARGUMENTS,
                                   .state_size = a.state_is_tuple
                                                     ? tf1c_lstm_size(a.num_units, k->h_units)
                                                     : (tf_state_size){ .shape = SHAPE(sum_of(a.num_units, k->h_units)) },
                                   .output_size = SHAPE(k->h_units),
                                   .build = lstm_build,
                                   .call = lstm_call },
                        a.here);
}
