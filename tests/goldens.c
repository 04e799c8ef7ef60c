#include "goldens.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <check.h>

#include "session/tf1c.h"

#ifndef TEST_DIR
#define TEST_DIR "tests"
#endif

/* ---- the models of make_goldens.py, node for node --------------------------------------------------------------------- */

typedef struct {
    tf_tensor x, y, loss, accuracy, keep_prob; /* keep_prob: a none handle where there is no dropout */
    tf_operation *train;
} model;

static tf_tensor accuracy_of(tf_tensor logits, tf_tensor y)
{
    return tf_reduce_mean(tf_cast(tf_equal(tf_argmax(logits, 1), tf_argmax(y, 1)), tf_float32));
}

static model rows_lstm(tf_optimizer *optimizer)
{
    model m = { .x = tf_placeholder(tf_float32, SHAPE(NONE, 28, 28)), .y = tf_placeholder(tf_float32, SHAPE(NONE, 10)) };
    tf_tensor w = tf_variable(tf_random_normal(SHAPE(128, 10), .seed = 2), .name = "out_w");
    tf_tensor b = tf_variable(tf_random_normal(SHAPE(10), .seed = 3), .name = "out_b");
    tf_rnn_list rnn = tf_contrib_rnn_static_rnn(tf_contrib_rnn_basic_lstm_cell(128, .forget_bias = 1.0), tf_unstack(m.x, 28, 1),
                                                .dtype = tf_float32);
    tf_tensor logits = tf_add(tf_matmul(tf_at(rnn.outputs, -1), w), b);
    m.loss = tf_reduce_mean(tf_nn_softmax_cross_entropy_with_logits(.logits = logits, .labels = m.y));
    m.accuracy = accuracy_of(logits, m.y);
    m.train = tf_minimize(optimizer, m.loss);
    return m;
}
static model rows_lstm_adam(void) { return rows_lstm(tf_train_adam_optimizer(.001)); }
static model rows_lstm_sgd(void) { return rows_lstm(tf_train_gradient_descent_optimizer(.001)); }

typedef struct {
    tf_tensor w, b;
} weights;

static tf_tensor scan_step(tf_tensor state, tf_tensor x, void *context)
{
    const weights *v = context;
    tf_list hc = tf_unstack(state);
    tf_list zifo = tf_split(tf_add(tf_matmul(tf_concat(LIST(x, tf_at(hc, 0)), 1), v->w), v->b), 4, .axis = 1);
    tf_tensor c =
        tf_add(tf_mul(tf_at(hc, 1), tf_sigmoid(tf_at(zifo, 2))), tf_mul(tf_nn_tanh(tf_at(zifo, 0)), tf_sigmoid(tf_at(zifo, 1))));
    return tf_stack(LIST(tf_mul(c, tf_sigmoid(tf_at(zifo, 3))), c));
}

static tf_tensor map_step(tf_tensor state, void *context)
{
    const weights *v = context;
    return tf_nn_tanh(tf_add(tf_matmul(state, v->w), v->b));
}

static model digits_scan(void)
{
    model m = { .x = tf_placeholder(tf_float32, SHAPE(NONE, NONE, 8)), .y = tf_placeholder(tf_float32, SHAPE(NONE, 10)) };
    weights in = { tf_variable(tf_zeros(SHAPE(58, 200)), .name = "W"), tf_variable(tf_zeros(SHAPE(200)), .name = "B") };
    weights out = { tf_variable(tf_truncated_normal(SHAPE(50, 10), .stddev = .01, .seed = 2), .name = "Wv"),
                    tf_variable(tf_truncated_normal(SHAPE(10), .stddev = .01, .seed = 3), .name = "bv") };
    tf_tensor h0 = tf_matmul(tf_getitem(m.x, ":, 0, :"), tf_zeros(SHAPE(8, 50)));
    tf_tensor elems = tf_transpose(tf_transpose(m.x, .perm = PERM(2, 0, 1)));
    tf_tensor states = tf_scan(scan_step, elems, .initializer = tf_stack(LIST(h0, h0)), .context = &in, .name = "states");
    tf_tensor outputs = tf_map_fn(map_step, tf_getitem(states, ":, 0, :, :"), .context = &out);
    tf_tensor output = tf_nn_softmax(tf_getitem(outputs, "-1"));
    m.loss = tf_neg(tf_reduce_sum(tf_mul(m.y, tf_log(output))));
    m.accuracy = accuracy_of(output, m.y);
    m.train = tf_minimize(tf_train_adam_optimizer(), m.loss);
    return m;
}

static model dynamic(tf_cell *cell, bool lstm)
{
    model m = { .x = tf_placeholder(tf_float32, SHAPE(NONE, 28, 28)), .y = tf_placeholder(tf_float32, SHAPE(NONE, 10)) };
    tf_tensor wi = tf_variable(tf_random_normal(SHAPE(28, 128), .seed = 2), .name = "w_in");
    tf_tensor bi = tf_variable(tf_constant(.1, .shape = SHAPE(128)), .name = "b_in");
    tf_tensor wo = tf_variable(tf_random_normal(SHAPE(128, 10), .seed = 3), .name = "w_out");
    tf_tensor bo = tf_variable(tf_constant(.1, .shape = SHAPE(10)), .name = "b_out");
    tf_tensor in = tf_reshape(tf_add(tf_matmul(tf_reshape(m.x, SHAPE(-1, 28)), wi), bi), SHAPE(-1, 28, 128));
    tf_rnn rnn = tf_nn_dynamic_rnn(cell, in, .initial_state = tf_zero_state(cell, 128, tf_float32), .time_major = false);
    tf_tensor logits = tf_add(tf_matmul(lstm ? tf_state_h(rnn.state) : tf_state_tensor(rnn.state), wo), bo);
    m.loss = tf_reduce_mean(tf_nn_softmax_cross_entropy_with_logits(.logits = logits, .labels = m.y));
    m.accuracy = accuracy_of(logits, m.y);
    m.train = tf_minimize(tf_train_adam_optimizer(.001), m.loss);
    return m;
}
static model dynamic_rnn(void) { return dynamic(tf_nn_rnn_cell_basic_rnn_cell(128), false); }
static model dynamic_lstm(void) { return dynamic(tf_nn_rnn_cell_basic_lstm_cell(128), true); }

static model lengths(void)
{
    model m = { .x = tf_placeholder(tf_float32, SHAPE(NONE, 28, 28)), .y = tf_placeholder(tf_float32, SHAPE(NONE, 10)) };
    tf_tensor n = tf_add(tf_mul(tf_cast(tf_argmax(m.y, 1), tf_int32), 3), 1);
    tf_rnn rnn = tf_nn_dynamic_rnn(tf_nn_rnn_cell_basic_lstm_cell(32), m.x, .sequence_length = TF_T(n), .dtype = tf_float32);
    tf_tensor w = tf_variable(tf_random_normal(SHAPE(32, 10), .seed = 2), .name = "out_w");
    tf_tensor b = tf_variable(tf_random_normal(SHAPE(10), .seed = 3), .name = "out_b");
    tf_tensor logits = tf_add(tf_matmul(tf_state_h(rnn.state), w), b);
    tf_tensor cross = tf_reduce_mean(tf_nn_softmax_cross_entropy_with_logits(.logits = logits, .labels = m.y));
    m.loss = tf_add(cross, tf_mul(.01, tf_reduce_mean(tf_square(rnn.outputs))));
    m.accuracy = accuracy_of(logits, m.y);
    m.train = tf_minimize(tf_train_adam_optimizer(.005), m.loss);
    return m;
}

static model char_rnn_of(int64_t seed, int vocabulary)
{
    model m = { .x = tf_placeholder(tf_int32, SHAPE(NONE, NONE)),
                .y = tf_placeholder(tf_int32, SHAPE(NONE, NONE)),
                .keep_prob = tf_placeholder(tf_float32, SCALAR) };
    tf_cell *cell =
        tf_contrib_rnn_dropout_wrapper(tf_contrib_rnn_basic_lstm_cell(64), .output_keep_prob = TF_T(m.keep_prob), .seed = seed);
    tf_rnn rnn = tf_nn_dynamic_rnn(cell, tf_one_hot(m.x, vocabulary), .dtype = tf_float32);
    tf_tensor logits = tf_contrib_layers_fully_connected(rnn.outputs, .num_outputs = vocabulary, .activation_fn = NULL);
    m.loss = tf_reduce_mean(tf_nn_sparse_softmax_cross_entropy_with_logits(.logits = logits, .labels = m.y));
    m.accuracy = tf_reduce_mean(tf_cast(tf_equal(tf_argmax(logits, 2, .output_type = tf_int32), m.y), tf_float32));
    m.train = tf_minimize(tf_train_adam_optimizer(.01), m.loss);
    return m;
}

/* ---- replaying -------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    model (*build)(void);        /* NULL: the character model */
    double keep_prob, variables; /* bound of the final variables' absolute difference */
} runs[] = {
    { "mnist_rows_lstm_adam", rows_lstm_adam, 0, 1e-4 },
    { "mnist_rows_lstm_sgd", rows_lstm_sgd, 0, 1e-4 },
    { "digits_scan_lstm_adam", digits_scan, 0, 3e-4 },
    { "mnist_dynamic_rnn_adam", dynamic_rnn, 0, 3e-4 },
    { "mnist_dynamic_lstm_adam", dynamic_lstm, 0, 3e-4 },
    { "mnist_lengths_lstm_adam", lengths, 0, 3e-4 },
    { "char_rnn_adam", NULL, 1.0, 3e-4 },
    { "char_rnn_dropout_serial_adam", NULL, 0.5, 3e-4 },
};

struct golden_run {
    int i;
    np_npz *z;
    tf_ndarray x, y, loss, accuracy;
    int64_t batch, steps;
    model model;
    tf_operation *initialize;
};

static char what[256]; /* is replayed, for messages */

static tf_ndarray golden(np_npz *z, const char *prefix, const tf_operation *variable)
{
    char key[256];
    snprintf(key, sizeof key, "%s/%s", prefix, tf_op_name(variable));
    tf_ndarray a = np_npz_get(z, key);
    ck_assert_msg(a.data != NULL, "no %s", key);
    return a;
}

static void load_variables(np_npz *z, tf_session *s)
{
    tf_list variables = tf_trainable_variables();
    for (int i = 0; i < variables.n; i++) {
        tf_ndarray value = golden(z, "init", tf_at(variables, i).op);
        ck_assert_int_eq(tf_load(tf_at(variables, i), value, s), tf_ok);
        np_free(&value);
    }
}

static void check_variables(np_npz *z, tf_session *s, double bound)
{
    tf_list variables = tf_trainable_variables();
    for (int i = 0; i < variables.n; i++) {
        tf_ndarray want = golden(z, "final", tf_at(variables, i).op), got = { 0 };
        ck_assert_int_eq(tf_run(s, FETCH(tf_at(variables, i), &got)), tf_ok);
        ck_assert_int_eq(np_size(got), np_size(want));
        for (int64_t j = 0; j < np_size(want); j++)
            ck_assert_msg(fabs(np_get(want, j) - np_get(got, j)) <= bound, "%s: %s[%lld] is %.9g, TensorFlow has %.9g", what,
                          tf_op_name(tf_at(variables, i).op), (long long)j, np_get(got, j), np_get(want, j));
        np_free(&want);
        np_free(&got);
    }
}

static void check_step(const model *m, tf_session *s, tf_ndarray x, tf_ndarray y, double keep_prob, double loss, double accuracy,
                       int step, bool train)
{
    float got_loss, got_accuracy;
    tf_feeds feeds = { 0 };
    tf_feed_set(&feeds, m->x, x);
    tf_feed_set(&feeds, m->y, y);
    if (!tf_is_none(m->keep_prob))
        tf_feed_set(&feeds, m->keep_prob, keep_prob);
    ck_assert_int_eq(tf_run(s, FETCH(m->loss, &got_loss, m->accuracy, &got_accuracy), feeds), tf_ok);
    ck_assert_msg(fabs(got_loss - loss) <= 1e-5 * fabs(loss), "%s, step %d: loss %.9g, TensorFlow has %.9g", what, step, got_loss,
                  loss);
    ck_assert_msg(fabs(got_accuracy - accuracy) < 1e-6, "%s, step %d: accuracy %.9g, TensorFlow has %.9g", what, step, got_accuracy,
                  accuracy);
    if (train)
        ck_assert_int_eq(tf_run(s, m->train, feeds), tf_ok);
    tf_feeds_free(&feeds);
}

static int64_t largest(tf_ndarray a)
{
    double most = 0;
    for (int64_t i = 0; i < np_size(a); i++)
        most = fmax(most, np_get(a, i));
    return (int64_t)most;
}

int golden_count(void) { return (int)(sizeof runs / sizeof *runs); }
const char *golden_name(int i) { return runs[i].name; }

static int64_t number(np_npz *z, const char *name)
{
    tf_ndarray a = np_npz_get(z, name);
    int64_t n = (int64_t)np_get(a, 0);
    np_free(&a);
    return n;
}

golden_run *golden_open(int i)
{
    char path[512];
    snprintf(path, sizeof path, "%s/golden/%s.npz", TEST_DIR, runs[i].name);
    golden_run *g = calloc(1, sizeof *g);
    ck_assert_ptr_nonnull(g);
    np_npz *z = np_npz_open(path);
    ck_assert_ptr_nonnull(z);
    tf_reset_default_graph();
    tf_set_random_seed(1);
    *g = (golden_run){ .i = i,
                       .z = z,
                       .x = np_npz_get(z, "x"),
                       .y = np_npz_get(z, "y"),
                       .loss = np_npz_get(z, "loss"),
                       .accuracy = np_npz_get(z, "accuracy"),
                       .batch = number(z, "batch"),
                       .steps = number(z, "steps") };
    g->model = runs[i].build ? runs[i].build() : char_rnn_of(runs[i].keep_prob < 1 ? 9 : TF_NO_SEED, (int)largest(g->x) + 1);
    g->initialize = tf_global_variables_initializer();
    return g;
}

void golden_replay(const golden_run *g, const char *passes_off, int threads, int64_t most_steps)
{
    int64_t b = g->batch, n = g->x.shape.dims[0] / b * b, end = g->steps < most_steps ? g->steps : most_steps;
    tf_session *s = tf_session(.config = tf_config_proto(.intra_op_parallelism_threads = threads, .passes_off = passes_off));
    snprintf(what, sizeof what, "%s without passes '%s', %d threads", runs[g->i].name, passes_off ? passes_off : "", threads);
    ck_assert_int_eq(tf_run(s, g->initialize), tf_ok);
    load_variables(g->z, s);
    for (int64_t k = 0; k < end; k++) {
        int64_t at = k * b % n;
        check_step(&g->model, s, np_slice(g->x, at, at + b), np_slice(g->y, at, at + b), runs[g->i].keep_prob, np_get(g->loss, k),
                   np_get(g->accuracy, k), (int)k, k + 1 < end || end == g->steps);
    }
    if (end == g->steps)
        check_variables(g->z, s, runs[g->i].variables);
    tf_close(s);
}

void golden_close(golden_run *g)
{
    tf_ndarray *arrays[] = { &g->x, &g->y, &g->loss, &g->accuracy };
    for (int j = 0; j < 4; j++)
        np_free(arrays[j]);
    np_npz_close(g->z);
    free(g);
    tf_reset_default_graph();
}
