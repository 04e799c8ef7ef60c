/* tf.contrib.layers.optimize_loss: nodes but the gradients', losses and variables after three steps, held against TensorFlow 1.15.5's
 * (golden/make_optimize_loss.py). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/fixture.h"
#include "tf1c.h"

static tf_tensor w, table, loss;

static void make_net_of(bool sparse)
{
    static const float rows[5][2] = { { 1, 2 }, { 3, 4 }, { 5, 6 }, { 7, 8 }, { 9, 10 } };
    w = tf_get_variable("w", SHAPE(4, 2), .initializer = tf_constant_initializer(0.5));
    table = tf_get_variable("table", .initializer = np_array((void *)rows, tf_float32, SHAPE(5, 2)));
    tf_get_variable("unused", SHAPE(2), .initializer = tf_zeros_initializer());
    const tf_tensor x = tf_constant(NP_FLOAT2D({ 1, 2, 3, 4 }, { 4, 3, 2, 1 }));
    const tf_tensor second = sparse ? tf_nn_embedding_lookup(table, NP_INT(1, 3))
                                    : tf_matmul(tf_constant(NP_FLOAT2D({ 0, 1, 0, 0, 0 }, { 0, 0, 0, 1, 0 })), table);
    const tf_tensor product = tf_matmul(x, w);
    loss = tf_reduce_mean(tf_square(tf_operator_add(product, second)));
}
static void make_net(void) { make_net_of(false); }

static tf_tensor plain(void)
{
    make_net();
    tf_train_get_or_create_global_step();
    const tf_tensor moved = tf_get_variable("moved", SCALAR, .initializer = tf_zeros_initializer(), .trainable = false);
    tf_add_to_collection(TF_UPDATE_OPS, tf_assign_add(moved, 2.0));
    return tf_contrib_layers_optimize_loss(loss, .learning_rate = 0.01, .optimizer = "SGD");
}

static tf_tensor halved_rate(tf_tensor learning_rate, tf_tensor global_step, void *context)
{
    (void)context;
    return tf_train_exponential_decay(learning_rate, global_step, 2, 0.5);
}
static tf_tensor decayed(void)
{
    make_net();
    const tf_tensor step = tf_train_get_or_create_global_step();
    return tf_contrib_layers_optimize_loss(loss, step, 0.01, "Adam", .clip_gradients = 1.5, .name = "train",
                                           .learning_rate_decay_fn = halved_rate,
                                           .summaries = NP_STRING("learning_rate", "loss", "gradients", "gradient_norm"));
}

static tf_tensor multiplied(void)
{
    make_net();
    const tf_tensor step = tf_train_get_or_create_global_step(), rate = tf_constant(0.01, .name = "rate");
    tf_ndarray none = np_zeros(SHAPE(0), tf_string);
    const tf_tensor train = tf_contrib_layers_optimize_loss(loss, step, rate, "Momentum", .gradient_noise_scale = 0.1,
                                                            .gradient_multipliers = TF_MULTIPLIERS({ w, 0.5 }), .variables = w,
                                                            .increment_global_step = false, .summaries = none);
    np_free(&none);
    return train;
}

static tf_tensor sparse(void)
{
    make_net_of(true);
    return tf_contrib_layers_optimize_loss(loss, .learning_rate = 0.1, .optimizer = "Adagrad",
                                           .gradient_multipliers = TF_MULTIPLIERS({ table, 2 }, { w, 0.5 }),
                                           .variables = LIST(table, w), .summaries = NP_STRING("gradients"));
}

static tf_tensor noisy(void)
{
    make_net_of(true);
    return tf_contrib_layers_optimize_loss(loss, .learning_rate = 0.1, .optimizer = "RMSProp", .gradient_noise_scale = 0.1,
                                           .variables = LIST(table, w));
}

static tf_tensor by_object(void)
{
    make_net();
    tf_optimizer *optimizer = tf_train_ftrl_optimizer(0.1);
    return tf_contrib_layers_optimize_loss(loss, .optimizer = optimizer, .clip_gradients = 2);
}

static tf_optimizer *momentum_of(tf_tensor learning_rate, void *context)
{
    return tf_train_momentum_optimizer(learning_rate, *(double *)context);
}
static tf_grads_and_vars half_of_w(tf_grads_and_vars pairs, void *context)
{
    (void)context;
    for (int i = 0; i < pairs.n; i++)
        if (tf_same_tensor(pairs.items[i].var, w))
            return tf_zip(LIST(tf_operator_mul(pairs.items[i].grad, 0.5)), LIST(w));
    return pairs;
}
static tf_tensor by_function(void)
{
    make_net();
    double half = 0.5;
    const tf_tensor step = tf_train_get_or_create_global_step();
    return tf_contrib_layers_optimize_loss(loss, step, 0.1, .optimizer_fn = momentum_of, .clip_gradients_fn = half_of_w,
                                           .context = &half);
}

static const struct {
    const char *name;
    tf_tensor (*train)(void);
    bool sparse; /* whose nodes are others here: a node stands for slices, and one for an update of rows */
} cases[] = {
    { "plain", plain, false }, { "decayed", decayed, false },     { "multiplied", multiplied, false },  { "sparse", sparse, true },
    { "noisy", noisy, true },  { "by_object", by_object, false }, { "by_function", by_function, false }
};
enum { CASES = sizeof cases / sizeof cases[0] };

static np_npz *npz;
static void open_cases(void)
{
    char path[512];
    open_session();
    npz = np_npz_open(data_path("golden/optimize_loss.npz", path, sizeof path));
    ck_assert_ptr_nonnull(npz);
    tf_set_random_seed(5);
}
static void close_cases(void)
{
    np_npz_close(npz);
    close_session();
}

static tf_ndarray golden(int i, const char *what)
{
    char name[40];
    snprintf(name, sizeof name, "%s_%s", cases[i].name, what);
    return np_npz_get(npz, name);
}

/* Line by line. */
static void check_nodes(const char *name, tf_ndarray text)
{
    tf_graph *g = tf_get_default_graph();
    const char *at = text.data, *end = at + np_size(text);
    for (int i = 0; i < tf_graph_operation_count(g); i++) {
        char got[256];
        const tf_operation *op = tf_graph_operation(g, i);
        if (strstr(tf_op_name(op), "/gradients/"))
            continue;
        const int n = snprintf(got, sizeof got, "%s %s", tf_op_type(op), tf_op_name(op));
        const char *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
        const int want = (int)((newline ? newline : end) - at);
        ck_assert_msg(n == want && memcmp(got, at, (size_t)n) == 0, "%s: node %d is %s and not %.*s", name, i, got, want, at);
        at = newline ? newline + 1 : end;
    }
    ck_assert_msg(at == end, "%s: TensorFlow has more nodes: %.*s", name, (int)(end - at), at);
}

START_TEST(its_nodes_are_tensorflows)
{
    const tf_tensor train = cases[_i].train();
    tf_ndarray text = golden(_i, "nodes");
    ck_assert(!tf_is_poisoned(train));
    if (!cases[_i].sparse)
        check_nodes(cases[_i].name, text);
    np_free(&text);
}
END_TEST

static void check_values(int i)
{
    tf_ndarray want = golden(i, "values");
    const tf_list all = tf_global_variables();
    int64_t at = 0;
    for (int v = 0; v < all.n; v++) {
        tf_ndarray got = { 0 };
        must(tf_run(sess, FETCH(all.items[v], &got)));
        for (int64_t j = 0; j < np_size(got); j++, at++)
            ck_assert_msg(fabs(np_get(got, j) - np_get(want, at)) <= 1e-5 * fmax(1, fabs(np_get(want, at))),
                          "%s: %s[%d] is %.8g and not %.8g", cases[i].name, tf_op_name(all.items[v].op), (int)j, np_get(got, j),
                          np_get(want, at));
        np_free(&got);
    }
    ck_assert_int_eq(at, np_size(want));
    np_free(&want);
}

START_TEST(its_steps_are_tensorflows)
{
    const tf_tensor train = cases[_i].train();
    tf_ndarray want = golden(_i, "losses");
    must(tf_run(sess, tf_global_variables_initializer()));
    for (int step = 0; step < 3; step++) {
        float got;
        must(tf_run(sess, FETCH(train, &got)));
        ck_assert_msg(fabs(got - np_get(want, step)) <= 1e-5 * fabs(np_get(want, step)), "%s: step %d: %.8g and not %.8g",
                      cases[_i].name, step, (double)got, np_get(want, step));
    }
    check_values(_i);
    np_free(&want);
}
END_TEST

START_TEST(mistakes_are_said_in_tensorflows_words)
{
    make_net();
    tf_contrib_layers_optimize_loss(loss, .optimizer = "SGD");
    must_have_reported(tf_value_error, "Learning rate is None, but should be specified if optimizer is string (SGD).");
    tf_contrib_layers_optimize_loss(loss, .learning_rate = 0.1, .optimizer = "sgd");
    must_have_reported(tf_value_error, "you provided sgd.");
    tf_contrib_layers_optimize_loss(loss, .learning_rate = -0.1, .optimizer = "SGD");
    must_have_reported(tf_value_error, "Invalid learning_rate -0.1.");
    tf_contrib_layers_optimize_loss(loss, .learning_rate = w, .optimizer = "SGD");
    must_have_reported(tf_value_error, "Learning rate should be 0d Tensor or float.");
    tf_contrib_layers_optimize_loss(loss, .learning_rate = 0.1);
    must_have_reported(tf_value_error, "Unrecognized optimizer: should be string");
    tf_contrib_layers_optimize_loss(loss, .learning_rate = 0.1, .optimizer = "SGD", .learning_rate_decay_fn = halved_rate);
    must_have_reported(tf_value_error, "global_step is required for learning_rate_decay_fn.");
    tf_contrib_layers_optimize_loss(loss, .learning_rate = 0.1, .optimizer = "SGD", .summaries = NP_STRING("losses"));
    must_have_reported(tf_value_error, "you provided losses.");
    tf_contrib_layers_optimize_loss(w, .learning_rate = 0.1, .optimizer = "SGD");
    must_have_reported(tf_value_error, "Expected scalar shape for w/read:0, saw shape: (4, 2).");
    tf_contrib_layers_optimize_loss(loss, loss, 0.1, "SGD");
    must_have_reported(tf_type_error, "Existing \"global_step\" does not have integer type");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optimize_loss");
    TCase *all = tcase_create("cases");
    tcase_add_checked_fixture(all, open_cases, close_cases);
    tcase_add_loop_test(all, its_nodes_are_tensorflows, 0, CASES);
    tcase_add_loop_test(all, its_steps_are_tensorflows, 0, CASES);
    tcase_add_test(all, mistakes_are_said_in_tensorflows_words);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
