/* Every stream of tests/golden/random.npz: what TensorFlow 1.15.5 draws for a graph's seed and an op's, in a session's first
 * and second run, and for ops without a seed of their own. Uniform numbers and integers bit for bit, normal ones to 1e-6. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support.h"
#include "tf1c.h"

typedef tf_tensor draw(int64_t seed);

static tf_tensor random_normal(int64_t seed) { return tf_random_normal(SHAPE(7, 5), .mean = 1, .stddev = 2, .seed = seed); }
static tf_tensor random_normal_f64(int64_t seed) { return tf_random_normal(SHAPE(11), .dtype = tf_float64, .seed = seed); }
static tf_tensor truncated_normal(int64_t seed) { return tf_truncated_normal(SHAPE(40), .stddev = .5, .seed = seed); }
static tf_tensor random_uniform(int64_t seed) { return tf_random_uniform(SHAPE(9, 3), -1, 3, .seed = seed); }
static tf_tensor random_uniform_i32(int64_t seed) { return tf_random_uniform(SHAPE(33), 0, 1000, .dtype = tf_int32, .seed = seed); }
static tf_tensor random_uniform_i64(int64_t seed)
{
    return tf_random_uniform(SHAPE(33), -5, 1000000007, .dtype = tf_int64, .seed = seed);
}
static tf_tensor random_shuffle(int64_t seed) { return tf_random_shuffle(tf_range(20), .seed = seed); }
static tf_tensor multinomial(int64_t seed)
{
    tf_ndarray p = NP_FLOAT2D({ .1f, .2f, .7f }, { .5f, .4f, .1f });
    return tf_multinomial(tf_log(p), 16, .seed = seed);
}
static tf_tensor dropout(int64_t seed) { return tf_nn_dropout(tf_ones(SHAPE(6, 6)), TF_T(.7), .seed = seed); }
static tf_tensor glorot_uniform(int64_t seed) { return tf_initial_value(tf_glorot_uniform_initializer(.seed = seed), SHAPE(6, 8)); }
static tf_tensor large_random_normal(int64_t seed) { return tf_random_normal(SHAPE(3000), .seed = seed); }

static const struct {
    const char *name;
    draw *make;
    double tolerance;
} kinds[] = {
    { "random_normal", random_normal, 1e-6 },
    { "random_normal_f64", random_normal_f64, 1e-12 },
    { "truncated_normal", truncated_normal, 1e-6 },
    { "random_uniform", random_uniform, 0 },
    { "random_uniform_i32", random_uniform_i32, 0 },
    { "random_uniform_i64", random_uniform_i64, 0 },
    { "random_shuffle", random_shuffle, 0 },
    { "multinomial", multinomial, 0 },
    { "dropout", dropout, 0 },
    { "glorot_uniform", glorot_uniform, 0 },
    { "large_random_normal", large_random_normal, 1e-6 },
};
enum { KINDS = sizeof kinds / sizeof *kinds };
static const int64_t graph_seeds[] = { 1, 1234, 87654321 }, op_seeds[] = { 0, 42 };

static tf_graph *graph;
static struct tf_with_ block;

static void open_graph(void)
{
    catch_errors();
    graph = tf_graph_new();
    block = tf_graph_open_(graph);
}

static void close_graph(void)
{
    tf_with_close_(&block);
    tf_graph_free(graph);
}

static np_npz *golden(void)
{
    char path[512];
    np_npz *npz = np_npz_open(data_path("golden/random.npz", path, sizeof path));
    ck_assert_msg(npz != NULL, "%s: %s", path, caught()->message);
    return npz;
}

static void compare(np_npz *npz, const char *key, tf_ndarray got, double tolerance)
{
    tf_ndarray want = np_npz_get(npz, key);
    ck_assert_msg(want.data != NULL, "random.npz holds no %s", key);
    const char *difference = array_difference(got, want, tolerance);
    ck_assert_msg(!difference, "%s: %s", key, difference);
    np_free(&want);
}

static tf_ndarray run(tf_session *session, tf_tensor t)
{
    tf_ndarray out = { 0 };
    ck_assert_msg(tf_run(session, FETCH(t, &out)) == tf_ok, "%s", caught()->message);
    return out;
}

START_TEST(streams_of_given_seeds_are_tensorflows)
{
    const int kind = _i % KINDS, graph_seed = _i / KINDS % 3, op_seed = _i / KINDS / 3;
    np_npz *npz = golden();
    open_graph();
    tf_set_random_seed(graph_seeds[graph_seed]);
    tf_tensor t = kinds[kind].make(op_seeds[op_seed]);
    tf_session *session = tf_session(.graph = graph);
    for (int i = 1; i <= 2; i++) {
        char key[96];
        snprintf(key, sizeof key, "%s/%d/%d/run%d", kinds[kind].name, (int)graph_seeds[graph_seed], (int)op_seeds[op_seed], i);
        tf_ndarray got = run(session, t);
        compare(npz, key, got, kinds[kind].tolerance);
        np_free(&got);
    }
    tf_close(session);
    close_graph();
    np_npz_close(npz);
}
END_TEST

START_TEST(a_new_session_starts_the_stream_again)
{
    open_graph();
    tf_tensor t = tf_random_uniform(SHAPE(5), .seed = 3);
    tf_ndarray first[2];
    for (int i = 0; i < 2; i++) {
        tf_session *session = tf_session(.graph = graph);
        first[i] = run(session, t);
        tf_ndarray second = run(session, t);
        ck_assert(memcmp(first[i].data, second.data, np_nbytes(second)) != 0);
        np_free(&second);
        tf_close(session);
    }
    ck_assert(memcmp(first[0].data, first[1].data, np_nbytes(first[0])) == 0);
    np_free(&first[0]);
    np_free(&first[1]);
    close_graph();
}
END_TEST

START_TEST(without_any_seed_every_session_draws_afresh)
{
    open_graph();
    tf_tensor t = tf_random_uniform(SHAPE(5)), u = tf_random_uniform(SHAPE(5));
    tf_ndarray a[2], b[2];
    for (int i = 0; i < 2; i++) {
        tf_session *session = tf_session(.graph = graph);
        a[i] = run(session, t);
        b[i] = run(session, u);
        tf_close(session);
    }
    ck_assert(memcmp(a[0].data, a[1].data, np_nbytes(a[0])) != 0);
    ck_assert(memcmp(a[0].data, b[0].data, np_nbytes(a[0])) != 0);
    for (int i = 0; i < 2; i++) {
        np_free(&a[i]);
        np_free(&b[i]);
    }
    close_graph();
}
END_TEST

/* What random_normal, random_uniform and truncated_normal draw where only the graph has a seed depends on the ops made before. */
START_TEST(seeds_derived_from_the_number_of_ops_are_tensorflows)
{
    static const char *const names[] = { "random_normal", "random_uniform", "truncated_normal" };
    np_npz *npz = golden();
    tf_tensor t[2];
    char key[96];
    open_graph();
    tf_set_random_seed(7);
    for (int i = 0; i < 2; i++)
        t[i] = _i == 0 ? tf_random_normal(SHAPE(4)) : _i == 1 ? tf_random_uniform(SHAPE(4)) : tf_truncated_normal(SHAPE(4));
    tf_session *session = tf_session(.graph = graph);
    for (int i = 0; i < 2; i++) {
        tf_ndarray got = run(session, t[i]);
        snprintf(key, sizeof key, "%s/7/%s_op", names[_i], i ? "second" : "first");
        compare(npz, key, got, _i == 1 ? 0 : 1e-6);
        np_free(&got);
    }
    tf_close(session);
    close_graph();
    np_npz_close(npz);
}
END_TEST

/* A layer in one line, as tutorials write it: the weights come before the bias, in names and in what is drawn. TF 1.15.5:
 * tf.set_random_seed(7), x = tf.constant([[1., 2.]]), then the line below. */
START_TEST(variables_made_within_one_expression_draw_in_the_order_they_are_written)
{
    open_graph();
    tf_set_random_seed(7);
    tf_tensor x = tf_constant(NP_FLOAT2D({ 1, 2 }));
    tf_tensor layer =
        tf_nn_relu(tf_add(tf_matmul(x, tf_variable(tf_random_normal(SHAPE(2, 3)))), tf_variable(tf_random_normal(SHAPE(3)))));
    tf_tensor weights = tf_get_tensor_by_name(graph, "Variable:0"), bias = tf_get_tensor_by_name(graph, "Variable_1:0");
    tf_session *session = tf_session(.graph = graph);
    tf_run(session, tf_global_variables_initializer());
    tf_ndarray got[] = { run(session, weights), run(session, bias), run(session, layer) };
    const tf_ndarray want[] = {
        NP_FLOAT2D({ -0.43790116906166077f, -1.7534533739089966f, -2.2072646617889404f },
                   { -1.1140024662017822f, 2.304117441177368f, -1.477815866470337f }),
        NP_FLOAT(-1.9078086614608765f, -0.47489821910858154f, -0.3380057215690613f),
        NP_FLOAT2D({ 0, 2.379883289337158f, 0 }),
    };
    for (int i = 0; i < 3; i++) {
        const char *difference = array_difference(got[i], want[i], 1e-6);
        ck_assert_msg(!difference, "%d: %s", i, difference);
        np_free(&got[i]);
    }
    tf_close(session);
    close_graph();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("random");
    TCase *t = tcase_create("streams");
    tcase_add_loop_test(t, streams_of_given_seeds_are_tensorflows, 0, KINDS * 3 * 2);
    tcase_add_loop_test(t, seeds_derived_from_the_number_of_ops_are_tensorflows, 0, 3);
    tcase_add_test(t, variables_made_within_one_expression_draw_in_the_order_they_are_written);
    tcase_add_test(t, a_new_session_starts_the_stream_again);
    tcase_add_test(t, without_any_seed_every_session_draws_afresh);
    suite_add_tcase(s, t);
    return run_suite(s);
}
