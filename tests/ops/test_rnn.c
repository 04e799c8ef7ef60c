/* Cells, wrappers, static_rnn, dynamic_rnn and layers against what TensorFlow 1.15.5 answered (tests/golden/rnn.npz, made by
 * make_rnn.py): nodes, initial weights, outputs, states and gradients of every variable; and what TF's word is for mistakes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/alloc.h"
#include "graph/node.h"
#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/fill.h"
#include "ops/array/placeholder.h"
#include "ops/layers/layers.h"
#include "ops/math/arithmetic.h"
#include "ops/math/matmul.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"
#include "ops/rnn/cell.h"
#include "ops/rnn/rnn.h"
#include "ops/state/initializers.h"
#include "ops/state/variables.h"
#include "ops/training/moving_averages.h"
#include "session/session.h"
#include "support.h"

enum { BATCH = 3, STEPS = 4, DEPTH = 3 };

static tf_graph *graph;
static struct tf_with_ graph_block;
static void open_graph(void)
{
    catch_errors();
    graph = tf_graph_new();
    graph_block = tf_graph_open_(graph);
}
static void close_graph(void)
{
    tf_with_close_(&graph_block);
    tf_graph_free(graph);
}

/* ---- the models: the same as in make_rnn.py --------------------------------------------------------------------------------- */
typedef struct {
    tf_tensor x, length;
    tf_list ys; /* outputs, then the state's tensors */
} model;
typedef void model_fn(model *m);

static void add_all(model *m, tf_list list)
{
    for (int i = 0; i < list.n; i++)
        tf_append(&m->ys, list.items[i]);
}
static void add_state(model *m, const tf_state *s) { add_all(m, tf_state_flatten(s)); }
static void take_list(model *m, tf_rnn_list r)
{
    add_all(m, r.outputs);
    add_state(m, r.state);
}
static void take(model *m, tf_rnn r)
{
    tf_append(&m->ys, r.outputs);
    add_state(m, r.state);
}

#define STATIC(id, make, ...)                                                               \
    static void id(model *m)                                                                \
    {                                                                                       \
        tf_cell *cell = make;                                                               \
        tf_list xs = tf_unstack(m->x, STEPS, 1);                                            \
        take_list(m, tf_nn_static_rnn(cell, xs, .dtype = tf_get_dtype(m->x), __VA_ARGS__)); \
    }
#define DYNAMIC(id, make, ...)                                                            \
    static void id(model *m)                                                              \
    {                                                                                     \
        tf_cell *cell = make;                                                             \
        take(m, tf_nn_dynamic_rnn(cell, m->x, .dtype = tf_get_dtype(m->x), __VA_ARGS__)); \
    }

static tf_cell_output my_step(tf_cell *self, tf_tensor x, tf_state *state, tf_source here)
{
    (void)self;
    (void)here;
    tf_tensor w = tf_get_variable("w", SHAPE(DEPTH, 4)), u = tf_get_variable("u", SHAPE(4, 4));
    tf_tensor in = tf_matmul(x, w), back = tf_matmul(tf_state_tensor(state), u);
    tf_tensor h = tf_tanh(tf_raw_ops_add_v2(in, back, .name = "add"));
    return (tf_cell_output){ h, tf_state_new(h) };
}
static tf_cell *my_cell(void)
{
    return tf_cell_new(.class_name = "MyCell", .state_size = { .shape = SHAPE(4) }, .output_size = SHAPE(4), .call = my_step);
}

static tf_cell *multi(bool tuple)
{
    tf_cell *below = tf_nn_rnn_cell_basic_lstm_cell(4, .state_is_tuple = tuple), *above = tf_nn_rnn_cell_gru_cell(2);
    return tf_nn_rnn_cell_multi_rnn_cell(CELLS(below, above), .state_is_tuple = tuple);
}
static tf_cell *gru_and_rnn(void)
{
    tf_cell *below = tf_nn_rnn_cell_gru_cell(4), *above = tf_nn_rnn_cell_basic_rnn_cell(2);
    return tf_contrib_rnn_multi_rnn_cell(CELLS(below, above));
}
static tf_tensor times_mean(tf_tensor in, tf_tensor out)
{
    tf_tensor mean = tf_reduce_mean(in);
    return tf_mul(out, mean);
}
#define DROPOUT(...)                                                                                           \
    tf_nn_rnn_cell_dropout_wrapper(tf_nn_rnn_cell_basic_lstm_cell(4), TF_T(.5), .output_keep_prob = TF_T(.75), \
                                   .state_keep_prob = TF_T(.6), .seed = 3, __VA_ARGS__)

STATIC(basic_rnn, tf_nn_rnn_cell_basic_rnn_cell(4))
STATIC(basic_rnn_relu, tf_contrib_rnn_basic_rnn_cell(.num_units = 4, .activation = tf_nn_relu))
STATIC(basic_lstm, tf_contrib_rnn_basic_lstm_cell(4))
STATIC(basic_lstm_forget, tf_nn_rnn_cell_basic_lstm_cell(4, .forget_bias = .25, .activation = tf_nn_softsign))
STATIC(basic_lstm_one_state, tf_nn_rnn_cell_basic_lstm_cell(4, .state_is_tuple = false))
STATIC(lstm, tf_contrib_rnn_lstm_cell(4))
STATIC(lstm_peepholes, tf_nn_rnn_cell_lstm_cell(4, .use_peepholes = true, .initializer = tf_random_normal_initializer(.seed = 4)))
STATIC(lstm_projection, tf_nn_rnn_cell_lstm_cell(4, .use_peepholes = true, .num_proj = 2, .cell_clip = .5, .proj_clip = .3))
STATIC(lstm_one_state, tf_nn_rnn_cell_lstm_cell(4, .num_proj = 2, .state_is_tuple = false))
STATIC(gru, tf_contrib_rnn_gru_cell(4))
STATIC(gru_named, tf_nn_rnn_cell_gru_cell(4, .name = "mine", .bias_initializer = tf_zeros_initializer()))
STATIC(multi_tuple, multi(true))
STATIC(multi_one_state, multi(false))
STATIC(dropout, DROPOUT())
STATIC(dropout_graph_seed, tf_nn_rnn_cell_dropout_wrapper(tf_nn_rnn_cell_gru_cell(4), .output_keep_prob = TF_T(.75)))
STATIC(dropout_variational, DROPOUT(.variational_recurrent = true, .input_size = DEPTH, .dtype = tf_float32))
STATIC(residual, tf_contrib_rnn_residual_wrapper(tf_nn_rnn_cell_gru_cell(DEPTH)))
STATIC(residual_fn, tf_nn_rnn_cell_residual_wrapper(tf_nn_rnn_cell_gru_cell(4), .residual_fn = times_mean))
STATIC(user_cell, my_cell())
STATIC(scope, tf_nn_rnn_cell_basic_rnn_cell(4), .scope = "here")
STATIC(static_lengths, tf_nn_rnn_cell_basic_lstm_cell(4), .sequence_length = TF_T(m->length))
DYNAMIC(dynamic, tf_nn_rnn_cell_basic_lstm_cell(4))
DYNAMIC(dynamic_time_major, tf_nn_rnn_cell_lstm_cell(4), .time_major = true)
DYNAMIC(dynamic_lengths, tf_nn_rnn_cell_basic_lstm_cell(4), .sequence_length = TF_T(m->length))
DYNAMIC(dynamic_multi, gru_and_rnn(), .sequence_length = TF_T(m->length))
DYNAMIC(dynamic_dropout, DROPOUT())
DYNAMIC(dynamic_user_cell, my_cell())
DYNAMIC(dynamic_double, tf_nn_rnn_cell_gru_cell(4), .sequence_length = TF_T(m->length))

static void static_both_of(model *m, tf_operand length)
{
    tf_cell *fw = tf_nn_rnn_cell_basic_rnn_cell(4), *bw = tf_nn_rnn_cell_gru_cell(2);
    tf_birnn_list r =
        tf_nn_static_bidirectional_rnn(fw, bw, tf_unstack(m->x, STEPS, 1), .dtype = tf_float32, .sequence_length = length);
    add_all(m, r.outputs);
    add_state(m, r.output_state_fw);
    add_state(m, r.output_state_bw);
}
static void static_both(model *m) { static_both_of(m, (tf_operand){ 0 }); }
static void static_both_lengths(model *m) { static_both_of(m, TF_T(m->length)); }

static void dynamic_both_of(model *m, tf_operand length)
{
    tf_cell *fw = tf_nn_rnn_cell_basic_lstm_cell(4), *bw = tf_nn_rnn_cell_gru_cell(2);
    tf_birnn r = tf_nn_bidirectional_dynamic_rnn(fw, bw, m->x, .dtype = tf_float32, .sequence_length = length);
    add_all(m, LIST(r.output_fw, r.output_bw));
    add_state(m, r.output_state_fw);
    add_state(m, r.output_state_bw);
}
static void dynamic_both(model *m) { dynamic_both_of(m, (tf_operand){ 0 }); }
static void dynamic_both_lengths(model *m) { dynamic_both_of(m, TF_T(m->length)); }

static void stacked_both(model *m)
{
    tf_cell *a = tf_nn_rnn_cell_basic_lstm_cell(4), *b = tf_nn_rnn_cell_gru_cell(3);
    tf_cell *c = tf_nn_rnn_cell_gru_cell(2), *d = tf_nn_rnn_cell_basic_lstm_cell(5);
    tf_stacked_birnn r = tf_contrib_rnn_stack_bidirectional_dynamic_rnn(CELLS(a, b), CELLS(c, d), m->x, .dtype = tf_float32,
                                                                        .sequence_length = m->length);
    tf_append(&m->ys, r.outputs);
    add_state(m, r.output_states_fw);
    add_state(m, r.output_states_bw);
}

static void with_state(model *m)
{
    tf_cell *cell = tf_nn_rnn_cell_lstm_cell(2);
    float values[2 * BATCH];
    for (int i = 0; i < 2 * BATCH; i++)
        values[i] = (float)(-1 + i * (2 / (2. * BATCH - 1)));
    tf_tensor c = tf_constant(np_array(values, tf_float32, SHAPE(BATCH, 2)));
    tf_list xs = tf_unstack(m->x, STEPS, 1);
    tf_state *start = tf_nn_rnn_cell_lstm_state_tuple(c, tf_mul(c, .5));
    take_list(m, tf_nn_static_rnn(cell, xs, .initial_state = start));
}

static void after(model *m)
{
    tf_cell *cell = tf_nn_rnn_cell_basic_lstm_cell(4);
    tf_rnn r = tf_nn_dynamic_rnn(cell, m->x, .dtype = tf_float32, .sequence_length = TF_T(m->length));
    tf_tensor logits = tf_contrib_layers_fully_connected(r.outputs, .num_outputs = 5, .activation_fn = NULL);
    tf_append(&m->ys, tf_layers_dense(logits, 2, .activation = tf_nn_relu));
    add_state(m, r.state);
}

static void layers(model *m)
{
    tf_tensor y = tf_layers_dense(m->x, 5, .activation = tf_nn_relu);
    y = tf_layers_dense(y, 4, .use_bias = false, .name = "named");
    y = tf_contrib_layers_fully_connected(y, 3);
    y = tf_layers_flatten(y);
    y = tf_layers_dropout(y, TF_T(.25), .training = TF_T(true), .seed = 5);
    y = tf_layers_dense(tf_layers_dropout(y), 2);
    tf_append(&m->ys, tf_contrib_layers_flatten(y));
}

static void tutorial(model *m)
{
    (void)m;
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 28, 28));
    tf_list xs = tf_unstack(x, 28, 1);
    tf_cell *cell = tf_contrib_rnn_basic_lstm_cell(128, .forget_bias = 1.0);
    tf_rnn_list rnn = tf_contrib_rnn_static_rnn(cell, xs, .dtype = tf_float32);
    tf_tensor weights = tf_variable(tf_random_normal(SHAPE(128, 10)));
    tf_tensor biases = tf_variable(tf_random_normal(SHAPE(10)));
    tf_nn_softmax(tf_raw_ops_add_v2(tf_matmul(tf_at(rnn.outputs, -1), weights), biases, .name = "add"));
}

/* nodes: all the same; or ours are among TF's, with the same number (loops and conditions are made otherwise); or those before
 * the cell alone. */
typedef enum { SAME, AMONG, FIRST } node_check;
static const struct {
    const char *name;
    model_fn *build;
    node_check nodes;
} cases[] = {
    { "basic_rnn", basic_rnn, SAME },
    { "basic_rnn_relu", basic_rnn_relu, SAME },
    { "basic_lstm", basic_lstm, SAME },
    { "basic_lstm_forget", basic_lstm_forget, SAME },
    { "basic_lstm_one_state", basic_lstm_one_state, SAME },
    { "lstm", lstm, SAME },
    { "lstm_peepholes", lstm_peepholes, SAME },
    { "lstm_projection", lstm_projection, SAME },
    { "lstm_one_state", lstm_one_state, SAME },
    { "gru", gru, SAME },
    { "gru_named", gru_named, SAME },
    { "multi", multi_tuple, SAME },
    { "multi_one_state", multi_one_state, SAME },
    { "dropout", dropout, SAME },
    { "dropout_graph_seed", dropout_graph_seed, SAME },
    { "dropout_variational", dropout_variational, SAME },
    { "residual", residual, SAME },
    { "residual_fn", residual_fn, SAME },
    { "user_cell", user_cell, SAME },
    { "with_state", with_state, SAME },
    { "scope", scope, SAME },
    { "static_lengths", static_lengths, FIRST },
    { "static_both", static_both, SAME },
    { "static_both_lengths", static_both_lengths, FIRST },
    { "dynamic", dynamic, AMONG },
    { "dynamic_time_major", dynamic_time_major, AMONG },
    { "dynamic_lengths", dynamic_lengths, AMONG },
    { "dynamic_multi", dynamic_multi, AMONG },
    { "dynamic_dropout", dynamic_dropout, AMONG },
    { "dynamic_user_cell", dynamic_user_cell, AMONG },
    { "dynamic_both", dynamic_both, AMONG },
    { "dynamic_both_lengths", dynamic_both_lengths, AMONG },
    { "stacked_both", stacked_both, AMONG },
    { "dynamic_double", dynamic_double, AMONG },
    { "after", after, AMONG },
    { "layers", layers, SAME },
    { "tutorial", tutorial, SAME },
};
enum { CASES = sizeof cases / sizeof *cases };

/* ---- goldens ---------------------------------------------------------------------------------------------------------------------- */
static np_npz *golden;
static const char *case_name;

static const char *key_of(const char *kind, const char *name)
{
    static char key[4][256];
    static int next;
    char *k = key[next = (next + 1) % 4];
    snprintf(k, sizeof key[0], "%s/%s%s", case_name, kind, name);
    return k;
}
static tf_ndarray golden_array(const char *kind, const char *name) { return np_npz_get(golden, key_of(kind, name)); }

static model build_case(int i)
{
    char path[512];
    case_name = cases[i].name;
    golden = np_npz_open(data_path("golden/rnn.npz", path, sizeof path));
    ck_assert_msg(golden != NULL, "%s is missing", path);
    open_graph();
    tf_set_random_seed(7);
    model m = { 0 };
    m.x = tf_placeholder(strstr(case_name, "double") ? tf_float64 : tf_float32, SHAPE(NONE, STEPS, DEPTH), .name = "x");
    m.length = tf_placeholder(tf_int32, SHAPE(NONE), .name = "length");
    cases[i].build(&m);
    ck_assert_msg(caught()->count == 0, "%s: %s: %s", case_name, tf_status_name(caught()->code), caught()->message);
    return m;
}
static void close_case(void)
{
    close_graph();
    np_npz_close(golden);
}

/* "12 MatMul rnn/gru_cell/MatMul rnn/gru_cell/concat:0 …" */
static const char *node_line(const tf_operation *op, bool inputs, char *text, size_t n)
{
    size_t at = (size_t)snprintf(text, n, "%d %s %s", op->id, tf_op_type(op), tf_op_name(op));
    for (int i = 0; inputs && i < tf_op_input_count(op) && at < n; i++)
        at += (size_t)snprintf(text + at, n - at, " %s:%d", tf_op_name(tf_op_input(op, i).op), tf_op_input(op, i).index);
    return text;
}

static bool has_line(const char *lines, const char *line, bool whole)
{
    size_t n = strlen(line);
    for (const char *p = strstr(lines, line); p; p = strstr(p + 1, line))
        if ((p == lines || p[-1] == '\n') && (p[n] == '\n' || !p[n] || (!whole && p[n] == ' ')))
            return true;
    return false;
}

START_TEST(nodes_are_tensorflows)
{
    char line[2048];
    build_case(_i);
    tf_ndarray nodes = golden_array("", "nodes");
    char *lines = calloc(1, np_nbytes(nodes) + 1);
    memcpy(lines, nodes.data, np_nbytes(nodes));
    int n = tf_graph_operation_count(graph), theirs = 1;
    for (const char *p = lines; *p; p++)
        theirs += *p == '\n';
    for (int i = 0; i < n; i++) {
        const tf_operation *op = tf_graph_operation(graph, i);
        bool loops = cases[_i].nodes != SAME;
        const char *last = strrchr(op->name, '/') ? strrchr(op->name, '/') + 1 : op->name;
        if (loops && (strcmp(tf_op_type(op), "Loop") == 0 || strcmp(last, "CheckSeqLen") == 0 || strstr(op->name, "/time")))
            continue;
        if (cases[_i].nodes == FIRST && strstr(op->name, "cell/"))
            break;
        node_line(op, !loops, line, sizeof line);
        ck_assert_msg(has_line(lines, line, !loops), "%s: TensorFlow has no node\n  %s", case_name, line);
    }
    ck_assert_msg(cases[_i].nodes != SAME || n == theirs, "%s: %d nodes, TensorFlow has %d", case_name, n, theirs);
    free(lines);
    np_free(&nodes);
    close_case();
}
END_TEST

static void check_array(tf_ndarray got, const char *kind, const char *name, double tolerance)
{
    tf_ndarray want = golden_array(kind, name);
    const char *difference = array_difference(got, want, tolerance);
    ck_assert_msg(!difference, "%s: %s%s: %s", case_name, kind, name, difference);
    np_free(&want);
}

static void load_weights(tf_session *s, tf_list variables)
{
    for (int i = 0; i < variables.n; i++) {
        tf_ndarray value = { 0 }, weight = golden_array("var/", tf_op_name(variables.items[i].op));
        ck_assert(tf_run(s, FETCH(variables.items[i], &value)) == tf_ok);
        check_array(value, "init/", tf_op_name(variables.items[i].op), 1e-6);
        ck_assert(tf_load(variables.items[i], weight, s) == tf_ok);
        np_free(&value);
        np_free(&weight);
    }
}

START_TEST(values_and_gradients_are_tensorflows)
{
    model m = build_case(_i);
    double tolerance = tf_get_dtype(m.x) == tf_float64 ? 1e-12 : 1e-5;
    tf_list variables = tf_trainable_variables(), xs = { 0 };
    for (int i = 0; i < variables.n; i++)
        tf_append(&xs, variables.items[i]);
    tf_append(&xs, m.x);
    if (!m.ys.n) {
        close_case();
        return;
    }
    tf_list dxs = tf_gradients(m.ys, xs);
    tf_session *s = tf_session();
    ck_assert(tf_run(s, tf_global_variables_initializer()) == tf_ok);
    load_weights(s, variables);
    enum { MOST = 64 };
    tf_fetch fetches[MOST];
    tf_ndarray got[MOST] = { 0 }, x = golden_array("", "x"), length = golden_array("", "length");
    int n = 0;
    for (int i = 0; i < m.ys.n; i++, n++)
        fetches[n] = tf_into_array(tf_fetch_tensor(m.ys.items[i]), &got[n]);
    for (int i = 0; i < dxs.n; i++, n++)
        fetches[n] = tf_into_array(tf_fetch_tensor(dxs.items[i]), &got[n]);
    tf_status status = tf_run_fetches(s, (tf_fetches){ .n = n, .items = fetches }, FEED(m.x, x, m.length, length), TF_SOURCE);
    ck_assert_msg(status == tf_ok, "%s: %s: %s", case_name, tf_status_name(caught()->code), caught()->message);
    for (int i = 0; i < m.ys.n; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", i);
        check_array(got[i], "out", name, tolerance);
    }
    for (int i = 0; i < variables.n; i++)
        check_array(got[m.ys.n + i], "grad/", tf_op_name(variables.items[i].op), tolerance);
    check_array(got[n - 1], "", "dx", tolerance);
    for (int i = 0; i < n; i++)
        np_free(&got[i]);
    np_free(&x);
    np_free(&length);
    tf_close(s);
    close_case();
}
END_TEST

/* ---- static_rnn = dynamic_rnn, on the same weights -------------------------------------------------------------------------------- */
static tf_cell *any_cell(int i)
{
    switch (i) {
    case 0: return tf_nn_rnn_cell_basic_rnn_cell(4);
    case 1: return tf_nn_rnn_cell_basic_lstm_cell(4);
    case 2: return tf_nn_rnn_cell_lstm_cell(4, .use_peepholes = true, .num_proj = 2, .cell_clip = .5);
    case 3: return tf_nn_rnn_cell_gru_cell(4);
    case 4: return multi(true);
    default: return tf_nn_rnn_cell_residual_wrapper(tf_nn_rnn_cell_gru_cell(DEPTH));
    }
}
enum { ANY_CELLS = 6 };

static double worst_difference(const tf_ndarray *a, const tf_ndarray *b, int n)
{
    double worst = 0;
    for (int k = 0; k < n; k++) {
        ck_assert(tf_dims_equal(a[k].shape, b[k].shape));
        for (int64_t i = 0; i < np_size(a[k]); i++)
            worst = fmax(worst, fabs(np_get(a[k], i) - np_get(b[k], i)));
    }
    return worst;
}

static void compare_loops(int which, tf_dtype dtype, bool lengths)
{
    open_graph();
    tf_set_random_seed(3);
    tf_tensor x = tf_placeholder(dtype, SHAPE(NONE, STEPS, DEPTH)), n = tf_placeholder(tf_int32, SHAPE(NONE));
    tf_cell *cell = any_cell(which);
    tf_operand length = lengths ? TF_T(n) : (tf_operand){ 0 };
    tf_rnn_list unrolled = tf_nn_static_rnn(cell, tf_unstack(x, STEPS, 1), .dtype = dtype, .sequence_length = length);
    tf_rnn looped = tf_nn_dynamic_rnn(cell, x, .dtype = dtype, .sequence_length = length);
    tf_list xs = { 0 }, variables = tf_trainable_variables(), ys[2] = { 0 };
    for (int i = 0; i < variables.n; i++)
        tf_append(&xs, variables.items[i]);
    tf_append(&xs, x);
    for (int k = 0; k < 2; k++) {
        tf_append(&ys[k], k ? looped.outputs : tf_stack(unrolled.outputs, .axis = 1));
        tf_list state = tf_state_flatten(k ? looped.state : unrolled.state);
        for (int i = 0; i < state.n; i++)
            tf_append(&ys[k], state.items[i]);
        tf_list dxs = tf_gradients(ys[k], xs);
        for (int i = 0; i < dxs.n; i++)
            tf_append(&ys[k], dxs.items[i]);
    }
    tf_session *s = tf_session();
    tf_run(s, tf_global_variables_initializer());
    double data[2 * STEPS * DEPTH];
    for (int i = 0; i < 2 * STEPS * DEPTH; i++)
        data[i] = sin(i * i);
    tf_ndarray X = np_array(data, tf_float64, SHAPE(2, STEPS, DEPTH)), some_lengths = NP_INT(3, 0), got[2][32] = { 0 };
    tf_fetch fetches[64];
    for (int k = 0, at = 0; k < 2; k++)
        for (int i = 0; i < ys[k].n; i++)
            fetches[at++] = tf_into_array(tf_fetch_tensor(ys[k].items[i]), &got[k][i]);
    ck_assert(tf_run_fetches(s, (tf_fetches){ .n = 2 * ys[0].n, .items = fetches }, FEED(x, X, n, some_lengths), TF_SOURCE) ==
              tf_ok);
    double worst = worst_difference(got[0], got[1], ys[0].n);
    ck_assert_msg(worst <= (dtype == tf_float64 ? 1e-13 : 1e-6), "cell %d, %s%s: static_rnn and dynamic_rnn differ by %g", which,
                  tf_dtype_name(dtype), lengths ? " with lengths" : "", worst);
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < ys[k].n; i++)
            np_free(&got[k][i]);
    tf_close(s);
    close_graph();
}

START_TEST(unrolled_and_looped_are_the_same_model)
{
    for (int lengths = 0; lengths < 2; lengths++) {
        compare_loops(_i, tf_float32, lengths);
        compare_loops(_i, tf_float64, lengths);
    }
}
END_TEST

/* ---- states ----------------------------------------------------------------------------------------------------------------------------- */

START_TEST(states_are_looked_into)
{
    open_graph();
    tf_tensor c = tf_constant(1.0), h = tf_constant(2.0);
    tf_state *pair = tf_contrib_rnn_lstm_state_tuple(c, h), *leaf = tf_state_new(h), *both = tf_state_tuple(pair, leaf);
    ck_assert(tf_same_tensor(tf_state_c(pair), c) && tf_same_tensor(tf_state_h(pair), h));
    ck_assert(tf_same_tensor(tf_state_h(leaf), h) && tf_same_tensor(tf_state_tensor(leaf), h));
    ck_assert(tf_state_at(both, 0) == pair && tf_state_at(both, -1) == leaf);
    ck_assert_int_eq(tf_state_flatten(both).n, 3);
    ck_assert_int_eq(caught()->count, 0);
    ck_assert(tf_is_poisoned(tf_state_c(leaf)));
    ck_assert_str_eq(caught()->message, "'Tensor' object has no attribute 'c'");
    catch_errors();
    ck_assert(tf_is_poisoned(tf_state_h(both)) && tf_is_poisoned(tf_state_tensor(both)) &&
              tf_is_poisoned(tf_state_tensor(tf_state_at(both, 2))));
    ck_assert(tf_is_poisoned(tf_state_tensor(tf_state_at(leaf, 0))) && tf_is_poisoned(tf_state_c(NULL)) &&
              tf_is_poisoned(tf_state_tensor(NULL)));
    ck_assert_int_eq(caught()->count, 6);
    close_graph();
}
END_TEST

START_TEST(a_fetched_state_is_fed_again)
{
    open_graph();
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(2, 2, DEPTH)), all = tf_placeholder(tf_float32, SHAPE(2, 4, DEPTH));
    tf_cell *cell = multi(true);
    tf_state *start = tf_zero_state(cell, 2, tf_float32);
    tf_rnn part = tf_nn_dynamic_rnn(cell, x, .initial_state = start);
    tf_rnn whole = tf_nn_dynamic_rnn(cell, all, .initial_state = start);
    tf_session *s = tf_session();
    tf_run(s, tf_global_variables_initializer());
    float data[4 * 2 * DEPTH], halves[2][2 * 2 * DEPTH];
    for (int i = 0; i < 2 * 4 * DEPTH; i++)
        data[i] = sinf((float)i);
    for (int b = 0; b < 2; b++)
        for (int i = 0; i < 4 * DEPTH; i++)
            halves[i / (2 * DEPTH)][b * 2 * DEPTH + i % (2 * DEPTH)] = data[b * 4 * DEPTH + i];
    tf_ndarray X = np_array(data, tf_float32, SHAPE(2, 4, DEPTH)), A = np_array(halves[0], tf_float32, SHAPE(2, 2, DEPTH)),
               B = np_array(halves[1], tf_float32, SHAPE(2, 2, DEPTH));
    tf_state_value state = { 0 }, last = { 0 };
    float sum = 0;
    ck_assert(tf_run(s, FETCH(whole.state, &last), FEED(all, X)) == tf_ok);
    ck_assert(tf_run(s, FETCH(part.state, &state), FEED(x, A)) == tf_ok);
    ck_assert_int_eq(state.n, 3);
    const void *memory = state.arrays[2].data;
    ck_assert(tf_run(s, FETCH(part.state, &state, tf_reduce_sum(part.outputs), &sum), FEED(x, B, start, state)) == tf_ok);
    ck_assert_msg(state.arrays[2].data == memory, "memory is not reused");
    for (int i = 0; i < 3; i++)
        ck_assert_msg(!array_difference(state.arrays[i], last.arrays[i], 1e-6), "array %d", i);
    tf_feeds feeds = { 0 };
    ck_assert(tf_feed_set(&feeds, x, A) == tf_ok && tf_feed_set(&feeds, start, last) == tf_ok);
    ck_assert(tf_run(s, FETCH(part.state, NULL), feeds) == tf_ok);
    tf_feeds_free(&feeds);
    ck_assert_int_eq(caught()->count, 0);
    ck_assert(tf_run(s, FETCH(part.state, &state), FEED(x, B, start, A)) == tf_value_error);
    ck_assert_str_eq(caught()->message, "Cannot feed a value of 1 arrays for a state of 3 tensors.");
    tf_state_free(&state);
    tf_state_free(&last);
    tf_state_free(NULL);
    tf_close(s);
    close_graph();
}
END_TEST

START_TEST(masks_have_tensorflows_seeds)
{
    /* int(hashlib.md5((str(seed) + salt).encode()).hexdigest()[:8], 16) & 0x7FFFFFFF */
    static const struct {
        int64_t seed;
        const char *salt;
        int index;
        int64_t want;
    } rows[] = { { 3, "input", 0, 371649270 },
                 { 3, "state", 1, 602375191 },
                 { 9, "output", 0, 973570703 },
                 { -7, "output", 12, 1563101366 },
                 { 123456789012, "state", 0, 35778920 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_int_eq(tf1c_salted_seed(rows[i].seed, rows[i].salt, rows[i].index), rows[i].want);
    ck_assert(tf1c_salted_seed(TF_NO_SEED, "output", 0) == TF_NO_SEED);
}
END_TEST

/* The seeds that the weights of a step's cells draw with, and an op made after: TF's seed2 of their random ops, under graph seed 1. */
static int seeds_of(tf_cell *cell, int *seeds)
{
    tf_tensor x = tf_constant(1.0, .shape = SHAPE(3, 3, 2)), lengths = tf_constant(NP_INT(0, 2, 3));
    int n = 0;
    tf_nn_static_rnn(cell, tf_unstack(x, .axis = 1), .sequence_length = TF_T(lengths), .dtype = tf_float32);
    tf_random_normal(SHAPE(2), .name = "last");
    char *text = tf_graph_text(tf_get_default_graph());
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        const char *seed = strstr(line, " seed2=");
        if (seed && (strstr(line, "/kernel/") || strstr(line, "last/")) && n < 8)
            seeds[n++] = atoi(seed + 7);
    }
    free(text);
    return n;
}
#define LSTM2 tf_nn_rnn_cell_lstm_cell(2)
#define GRU2 tf_nn_rnn_cell_gru_cell(2)
#define RNN2 tf_nn_rnn_cell_basic_rnn_cell(2)
static tf_cell *two_lstms(void) { return tf_nn_rnn_cell_multi_rnn_cell(CELLS(LSTM2, LSTM2)); }
static tf_cell *two_grus(void) { return tf_nn_rnn_cell_multi_rnn_cell(CELLS(GRU2, GRU2)); }
static tf_cell *three_rnns(void) { return tf_nn_rnn_cell_multi_rnn_cell(CELLS(RNN2, RNN2, RNN2)); }
static tf_cell *dropped_inputs(void) { return tf_nn_rnn_cell_dropout_wrapper(LSTM2, .input_keep_prob = .5, .seed = 4); }
static const struct {
    tf_cell *(*cell)(void);
    int n, seeds[8];
} seeded[] = { { two_lstms, 3, { 63, 100, 366 } },
               { two_grus, 5, { 45, 59, 98, 112, 348 } },
               { three_rnns, 4, { 54, 77, 99, 291 } },
               { dropped_inputs, 2, { 65, 279 } } };
enum { SEEDED = sizeof seeded / sizeof *seeded };

START_TEST(weights_of_unrolled_steps_have_tensorflows_seeds)
{
    int seeds[8];
    catch_errors();
    tf_reset_default_graph();
    tf_set_random_seed(1);
    int n = seeds_of(seeded[_i].cell(), seeds);
    ck_assert_int_eq(n, seeded[_i].n);
    for (int i = 0; i < n; i++)
        ck_assert_msg(seeds[i] == seeded[_i].seeds[i], "%d: %d instead of %d", i, seeds[i], seeded[_i].seeds[i]);
    tf_reset_default_graph();
}
END_TEST

/* ---- mistakes ------------------------------------------------------------------------------------------------------------------------------- */
static tf_operand wrong_lengths(void)
{
    static int32_t one_by_one[1];
    return tf_operand_array(np_array(one_by_one, tf_int32, SHAPE(1, 1)));
}
static tf_list one(tf_tensor t) { return tf_list_new_(1, &t, TF_SOURCE); }
#define X(...) tf_placeholder(tf_float32, SHAPE(__VA_ARGS__))
#define GRU tf_nn_rnn_cell_gru_cell(4)
#define MISTAKES(ROW)                                                                                                                \
    ROW(value, tf_nn_static_rnn(GRU, one(X(2, 3))), "If no initial_state is provided, dtype must be specified")                      \
    ROW(value, tf_nn_dynamic_rnn(GRU, X(2, 5, 3)), "If there is no initial_state, you must give a dtype.")                           \
    ROW(value, tf_nn_static_rnn(GRU, ((tf_list){ 0 }), .dtype = tf_float32), "inputs must not be empty")                             \
    ROW(value, tf_nn_static_rnn(GRU, one(X(NONE, NONE)), .dtype = tf_float32),                                                       \
        "Input size (dimension 0 of inputs) must be accessible via shape inference, but saw value None.")                            \
    ROW(value, tf_nn_dynamic_rnn(GRU, X(2, 5, NONE), .dtype = tf_float32),                                                           \
        "Input size (depth of inputs) must be accessible via shape inference, but saw value None.")                                  \
    ROW(value, tf_nn_dynamic_rnn(GRU, X(2, 5), .dtype = tf_float32), "Shape (5, 2) must have rank at least 3")                       \
    ROW(value, tf_nn_dynamic_rnn(GRU, X(2), .dtype = tf_float32),                                                                    \
        "Expected input tensor Tensor(\"Placeholder:0\", shape=(2,), dtype=float32) to have rank at least 2")                        \
    ROW(value, tf_nn_static_rnn(GRU, one(tf_placeholder(tf_float32, SCALAR)), .dtype = tf_float32),                                  \
        "Shape () must have rank at least 2")                                                                                        \
    ROW(value, tf_nn_static_rnn(GRU, one(X(2, 3, 4)), .dtype = tf_float32),                                                          \
        "Input 0 of layer gru_cell is incompatible with the layer: expected ndim=2, found ndim=3. Full shape received: [2, 3, 4]")   \
    ROW(value, tf_nn_static_rnn(GRU, LIST(X(2, 3), X(4, 3)), .dtype = tf_float32), "Dimensions 2 and 4 are not compatible")          \
    ROW(value, tf_nn_static_rnn(GRU, one(tf_placeholder(tf_int32, SHAPE(2, 3))), .dtype = tf_float32),                               \
        "RNN cell only supports floating point inputs, but saw dtype: <dtype: 'int32'>")                                             \
    ROW(value, tf_nn_static_rnn(GRU, one(X(2, 3)), .dtype = tf_float32, .sequence_length = wrong_lengths()),                         \
        "sequence_length must be a vector of length batch_size")                                                                     \
    ROW(value, tf_nn_dynamic_rnn(GRU, X(2, 5, 3), .dtype = tf_float32, .sequence_length = wrong_lengths()),                          \
        "sequence_length must be a vector of length batch_size, but saw shape: (1, 1)")                                              \
    ROW(value, tf_call(GRU, X(2, NONE), tf_state_new(X(2, 4))), "Expected inputs.shape[-1] to be known, saw shape: (2, None)")       \
    ROW(value, tf_nn_rnn_cell_multi_rnn_cell(((tf_cells){ 0 })), "Must specify at least one cell for MultiRNNCell.")                 \
    ROW(value, tf_nn_rnn_cell_multi_rnn_cell(CELLS(tf_nn_rnn_cell_basic_lstm_cell(3)), .state_is_tuple = false),                     \
        "Some cells return tuples of states, but the flag state_is_tuple is not set.  State sizes are: [LSTMStateTuple(c=3, h=3)]")  \
    ROW(value,                                                                                                                       \
        tf_call(tf_nn_rnn_cell_multi_rnn_cell(CELLS(GRU)), X(2, 4),                                                                  \
                tf_state_new(tf_placeholder(tf_float32, SHAPE(2, 4), .name = "s"))),                                                 \
        "Expected state to be a tuple of length 1, but received: Tensor(\"s:0\", shape=(2, 4), dtype=float32)")                      \
    ROW(value, tf_nn_rnn_cell_dropout_wrapper(GRU, TF_T(1.5)), "Parameter input_keep_prob must be between 0 and 1: 1")               \
    ROW(value, tf_nn_rnn_cell_dropout_wrapper(GRU, .state_keep_prob = TF_T(-.5)),                                                    \
        "Parameter state_keep_prob must be between 0 and 1: 0")                                                                      \
    ROW(value,                                                                                                                       \
        tf_nn_static_rnn(tf_nn_rnn_cell_dropout_wrapper(GRU, .output_keep_prob = TF_T(0.)), one(X(2, 3)), .dtype = tf_float32),      \
        "rate must be a scalar tensor or a float in the range [0, 1), got 1")                                                        \
    ROW(value, tf_nn_rnn_cell_dropout_wrapper(GRU, TF_T(.5), .variational_recurrent = true),                                         \
        "When variational_recurrent=True, dtype must be provided")                                                                   \
    ROW(value, tf_nn_rnn_cell_dropout_wrapper(GRU, TF_T(.5), .variational_recurrent = true, .dtype = tf_float32),                    \
        "When variational_recurrent=True and input_keep_prob < 1.0 or is unknown, input_size must be provided")                      \
    ROW(value, tf_nn_static_rnn(tf_nn_rnn_cell_residual_wrapper(GRU), one(X(NONE, 3)), .dtype = tf_float32),                         \
        "Shapes (?, 3) and (?, 4) are incompatible")                                                                                 \
    ROW(value, tf_nn_dynamic_rnn(GRU, X(2, 5, 3), .initial_state = tf_state_new(X(2, 3))),                                           \
        "Dimensions must be equal, but are 6 and 7 for 'rnn/while/gru_cell/MatMul' (op: 'MatMul') with input shapes: [2,6], [7,8].") \
    ROW(type, tf_nn_static_rnn(NULL, one(X(2, 3)), .dtype = tf_float32),                                                             \
        "The argument 'cell' (None) is not an RNNCell: it is NULL.")                                                                 \
    ROW(type, tf_cell_new(.state_size = { .shape = SHAPE(4) }, .output_size = SHAPE(4)), "The cell has no call function.")           \
    ROW(value, tf_layers_dense(X(2, NONE), 3), "The last dimension of the inputs to `Dense` should be defined. Found `None`.")       \
    ROW(value, tf_contrib_layers_fully_connected(X(2, NONE), 3),                                                                     \
        "The last dimension of the inputs to `Dense` should be defined. Found `None`.")                                              \
    ROW(type, tf_layers_dense(tf_placeholder(tf_int32, SHAPE(2, 3)), 3),                                                             \
        "Unable to build `Dense` layer with non-floating point dtype <dtype: 'int32'>")                                              \
    ROW(value, tf_layers_dense(X(3), 3),                                                                                             \
        "Input 0 of layer dense is incompatible with the layer: : expected min_ndim=2, found ndim=1. Full shape received: [3]")      \
    ROW(value, tf_layers_flatten(tf_placeholder(tf_float32)),                                                                        \
        "Input 0 of layer flatten is incompatible with the layer: its rank is undefined, but the layer requires a defined rank.")    \
    ROW(value, tf_layers_dropout(X(2, 3), TF_T(1.5), .training = TF_T(true)),                                                        \
        "rate must be a scalar tensor or a float in the range [0, 1), got 1.5")

#define CHECK_MISTAKE(class, expr, text)                                                                                     \
    do {                                                                                                                     \
        open_graph();                                                                                                        \
        (void)(expr);                                                                                                        \
        ck_assert_msg(caught()->count == 1, "%s: %d reports, the first: %s", text, caught()->count, caught()->message);      \
        ck_assert_msg(strcmp(caught()->message, text) == 0, "the message is\n  %s\nand not\n  %s", caught()->message, text); \
        ck_assert_msg(caught()->code == tf_##class##_error, "%s: a %s", text, tf_status_name(caught()->code));               \
        ck_assert_msg(caught()->where.file &&strstr(caught()->where.file, "test_rnn.c"), "%s: blamed on %s", text,           \
                      caught()->where.file);                                                                                 \
        close_graph();                                                                                                       \
    } while (0);

START_TEST(mistakes_are_told_in_tensorflows_words)
{ MISTAKES(CHECK_MISTAKE) } END_TEST

static bool message_begins(const char *text) { return strncmp(caught()->message, text, strlen(text)) == 0; }

START_TEST(a_second_cell_in_a_scope_is_refused)
{
    open_graph();
    tf_list xs = one(X(2, 3));
    tf_nn_static_rnn(tf_nn_rnn_cell_basic_lstm_cell(4), xs, .dtype = tf_float32);
    tf_rnn_list second = tf_nn_static_rnn(tf_nn_rnn_cell_basic_lstm_cell(4), xs, .dtype = tf_float32);
    ck_assert_int_eq(caught()->count, 1);
    ck_assert(message_begins(
        "Variable rnn/basic_lstm_cell/kernel already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope? Originally defined at:"));
    ck_assert(tf_is_poisoned(tf_at(second.outputs, 0)) && tf_is_poisoned(tf_state_c(second.state)));
    catch_errors();
    tf_cell *again = tf_nn_rnn_cell_basic_lstm_cell(4);
    tf_with_variable_scope("other")
        tf_nn_static_rnn(again, xs, .dtype = tf_float32);
    tf_nn_static_rnn(again, xs, .dtype = tf_float32);
    ck_assert_int_eq(caught()->count, 0);
    ck_assert_int_eq(tf_trainable_variables().n, 4);
    close_graph();
}
END_TEST

START_TEST(lengths_of_another_batch_are_refused_when_run)
{
    open_graph();
    tf_tensor x = X(NONE, 4, 3), n = tf_placeholder(tf_int32, SHAPE(NONE));
    tf_rnn r = tf_nn_dynamic_rnn(GRU, x, .dtype = tf_float32, .sequence_length = TF_T(n));
    tf_session *s = tf_session();
    tf_run(s, tf_global_variables_initializer());
    tf_ndarray zeros = np_zeros(SHAPE(3, 4, 3), tf_float32), out = { 0 }, two = NP_INT(1, 2), three = NP_INT(1, 2, 100);
    ck_assert(tf_run(s, FETCH(r.outputs, &out), FEED(x, zeros, n, two)) == tf_invalid_argument);
    ck_assert_str_eq(caught()->message,
                     "assertion failed: [Expected shape for Tensor rnn/sequence_length:0 is ] [3] [ but saw shape: ] [2]");
    ck_assert(tf_run(s, FETCH(r.outputs, &out), FEED(x, zeros, n, three)) == tf_ok);
    np_free(&zeros);
    np_free(&out);
    tf_close(s);
    close_graph();
}
END_TEST

/* ---- memory ----------------------------------------------------------------------------------------------------------------------------------- */
static long allocations_left;
static bool allow(size_t size)
{
    (void)size;
    return allocations_left-- > 0;
}

static void build_much(void)
{
    tf_cell *cell = tf_nn_rnn_cell_dropout_wrapper(multi(true), .output_keep_prob = TF_T(.5), .seed = 1);
    tf_tensor x = X(NONE, 2, 3);
    tf_ndarray lengths = NP_INT(1, 2);
    tf_rnn r = tf_nn_dynamic_rnn(cell, x, .dtype = tf_float32, .sequence_length = TF_T(lengths));
    tf_rnn_list u = tf_nn_static_rnn(cell, tf_unstack(x, 2, 1), .dtype = tf_float32);
    tf_tensor y = tf_layers_dense(tf_layers_flatten(r.outputs), 2, .activation = tf_nn_relu);
    tf_state_flatten(u.state);
    tf_reduce_sum(y);
}

START_TEST(building_survives_every_failing_allocation)
{
    long n = 0;
    for (bool all = false; !all; n = n < 40 ? n + 1 : n + n / 8) {
        catch_errors();
        allocations_left = n;
        tf1c_alloc_hook = allow;
        tf_graph *g = tf_graph_new();
        if (g)
            tf_with_graph(g)
                build_much();
        all = allocations_left > 0;
        tf_graph_free(g);
        tf1c_alloc_hook = NULL;
        ck_assert_msg(all || caught()->count > 0, "allocation %ld failed and nobody said so", n);
    }
}
END_TEST

/* A cell enters its scope again at each call; its name is free again when a scope around it by name is left. */
START_TEST(a_cell_called_elsewhere_leaves_its_name_taken)
{
    const char *const names[] = { "a/basic_lstm_cell/kernel", "a/basic_lstm_cell/bias", "a/basic_lstm_cell_1/kernel",
                                  "a/basic_lstm_cell_1/bias" };
    tf_cell *cell = tf_nn_rnn_cell_basic_lstm_cell(2);
    const tf_tensor x = tf_ones(SHAPE(2, 3));
    tf_state *state = tf_zero_state(cell, 2, tf_float32);
    tf_with_variable_scope("a") {
        tf_call(cell, x, state);
        tf_with_variable_scope("below")
            tf_call(cell, x, state);
    }
    for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
        if (elsewhere)
            tf_with_variable_scope("b")
                tf_call(cell, x, state);
        tf_with_variable_scope("a", .reuse = tf_AUTO_REUSE)
            tf_call(tf_nn_rnn_cell_basic_lstm_cell(2), x, state);
        ck_assert_int_eq(tf_global_variables().n, elsewhere ? 4 : 2);
    }
    for (int i = 0; i < 4; i++)
        ck_assert_str_eq(tf_op_name(tf_tensor_op(tf_at(tf_global_variables(), i))), names[i]);
    ck_assert_int_eq(caught()->count, 0);
}
END_TEST

/* As above, of a layer that is an object. */
START_TEST(a_layer_applied_elsewhere_leaves_its_name_taken)
{
    tf_layer *layer = tf_layers_Dense(2);
    const tf_tensor x = tf_ones(SHAPE(2, 3));
    tf_with_variable_scope("a")
        tf_apply(layer, x);
    tf_with_variable_scope("b")
        tf_apply(layer, x);
    tf_with_variable_scope("a")
        tf_layers_dense(x, 2);
    ck_assert_int_eq(tf_global_variables().n, 4);
    ck_assert_str_eq(tf_op_name(tf_tensor_op(tf_at(tf_global_variables(), 2))), "a/dense_1/kernel");
    ck_assert_int_eq(caught()->count, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rnn");
    TCase *goldens = tcase_create("goldens"), *rest = tcase_create("rest");
    tcase_set_timeout(goldens, 60);
    tcase_set_timeout(rest, 60);
    tcase_add_loop_test(goldens, nodes_are_tensorflows, 0, CASES);
    tcase_add_loop_test(goldens, values_and_gradients_are_tensorflows, 0, CASES);
    tcase_add_loop_test(rest, unrolled_and_looped_are_the_same_model, 0, ANY_CELLS);
    tcase_add_test(rest, states_are_looked_into);
    tcase_add_test(rest, a_fetched_state_is_fed_again);
    tcase_add_test(rest, masks_have_tensorflows_seeds);
    tcase_add_loop_test(rest, weights_of_unrolled_steps_have_tensorflows_seeds, 0, SEEDED);
    tcase_add_test(rest, mistakes_are_told_in_tensorflows_words);
    tcase_add_test(rest, a_second_cell_in_a_scope_is_refused);
    tcase_add_test(rest, a_cell_called_elsewhere_leaves_its_name_taken);
    tcase_add_test(rest, a_layer_applied_elsewhere_leaves_its_name_taken);
    tcase_add_test(rest, lengths_of_another_batch_are_refused_when_run);
    tcase_add_test(rest, building_survives_every_failing_allocation);
    suite_add_tcase(suite, goldens);
    suite_add_tcase(suite, rest);
    return run_suite(suite);
}
