/* Distributions, against what TensorFlow 1.15.5 answered (golden/make_distributions.py): values, names, and how many operations were
 * made, on which numbers hang that are drawn later by the graph's seed. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ops/control_flow/counts.h"
#include "tests/fixture.h"
#include "tf1c.h"

static tf_distribution *normal(void)
{
    tf_tensor loc = tf_constant(NP_FLOAT(-1, 0, .5, 2));
    return tf_distributions_normal(loc, tf_constant(NP_FLOAT(.5, 1, 2, .25)));
}
static tf_distribution *other(void)
{
    tf_tensor loc = tf_constant(NP_FLOAT(0, 0, 1, 1));
    return tf_distributions_normal(loc, tf_constant(1.5));
}
static tf_distribution *uniform(void) { return tf_distributions_uniform(tf_constant(NP_FLOAT(-2, 0, 0, 1)), 2.5); }
static tf_distribution *bernoulli(void) { return tf_distributions_bernoulli(.logits = tf_constant(NP_FLOAT(-2, 0, .5, 3))); }
static tf_distribution *chances(void)
{
    return tf_distributions_bernoulli(.probs = tf_constant(NP_FLOAT(.1, .5, .75, .9)), .dtype = tf_float32);
}
static tf_distribution *categorical(void)
{
    return tf_distributions_categorical(.logits = tf_constant(NP_FLOAT2D({ 1, 0, -1 }, { 0, 0, 2 }, { .5, .25, 0 })));
}
static tf_distribution *shares(void)
{
    return tf_distributions_categorical(.probs = tf_constant(NP_FLOAT2D({ .2, .3, .5 }, { .1, .1, .8 }, { .4, .4, .2 })));
}
static tf_distribution *laplace(void)
{
    tf_tensor loc = tf_constant(NP_FLOAT(-1, 0, .5, 2));
    return tf_distributions_laplace(loc, tf_constant(NP_FLOAT(.5, 1, 2, .25)));
}
static tf_distribution *exponential(void) { return tf_distributions_exponential(tf_constant(NP_FLOAT(.5, 1, 2, 4))); }

static tf_tensor slope_in_scale(tf_distribution *d, tf_tensor y) { return tf_at(tf_gradients(y, LIST(d->loc, d->scale)), 1); }

/* clang-format off */
#define X NP_FLOAT(-1.5, -.25, .5, 2)
#define SIZES NP_FLOAT(1.5, .25, .5, 2)
#define K NP_INT(0, 2, 1)
#define HITS NP_INT(0, 0, 1, 1)
#define LAW(law, at)                                                                                    \
    ROW(law, log_prob, tf_log_prob(d, at))                                                              \
    ROW(law, prob, tf_prob(d, at))                                                                      \
    ROW(law, entropy, tf_entropy(d))                                                                    \
    ROW(law, sample, tf_sample(d))                                                                      \
    ROW(law, sample_3, tf_sample(d, 3))                                                                 \
    ROW(law, sample_2_3, tf_sample(d, SHAPE(2, 3), .seed = 5))
#define CDF(law, at) ROW(law, cdf, tf_cdf(d, at))
#define MEAN(law) ROW(law, mean, tf_mean(d))
#define MODE(law) ROW(law, mode, tf_mode(d))
#define SPREAD(law) ROW(law, stddev, tf_stddev(d)) ROW(law, variance, tf_variance(d))
#define ROWS                                                                                            \
    LAW(normal, X) CDF(normal, X) MEAN(normal) MODE(normal) SPREAD(normal)                              \
    LAW(uniform, X) CDF(uniform, X) MEAN(uniform) SPREAD(uniform)                                       \
    LAW(laplace, X) CDF(laplace, X) MEAN(laplace) MODE(laplace) SPREAD(laplace)                         \
    LAW(exponential, SIZES) CDF(exponential, SIZES) MEAN(exponential) MODE(exponential) SPREAD(exponential) \
    LAW(bernoulli, HITS) MEAN(bernoulli) MODE(bernoulli) SPREAD(bernoulli)                              \
    LAW(chances, HITS) MEAN(chances) MODE(chances) SPREAD(chances)                                      \
    LAW(categorical, K) MODE(categorical)                                                               \
    LAW(shares, K) MODE(shares)                                                                         \
    ROW(normal, kl_divergence, tf_distributions_kl_divergence(d, other()))                              \
    ROW(normal, cross_entropy, tf_cross_entropy(d, other()))                                            \
    ROW(bernoulli, kl_divergence, tf_kl_divergence(d, chances()))                                       \
    ROW(categorical, kl_divergence, tf_distributions_kl_divergence(d, shares()))                        \
    ROW(normal, gradient, slope_in_scale(d, tf_log_prob(d, X)))                                         \
    ROW(normal, through_sample, slope_in_scale(d, tf_square(tf_sample(d, 2))))
/* clang-format on */

#define ROW(law, method, call) \
    static tf_tensor law##_##method(tf_distribution *d) { return call; }
ROWS
#undef ROW
    static const struct {
    const char *key;
    tf_distribution *(*law)(void);
    tf_tensor (*value)(tf_distribution *d);
} rows[] = {
#define ROW(law, method, call) { #law "." #method, law, law##_##method },
    ROWS
#undef ROW
};
enum { N_ROWS = sizeof rows / sizeof *rows };

static tf_ndarray golden(np_npz *z, const char *key, const char *more)
{
    char name[96];
    snprintf(name, sizeof name, "%s%s", key, more);
    return np_npz_get(z, name);
}

/* Of a gradient the last node may have another name, and be made of another number of operations. */
static bool is_gradient(const char *key) { return strstr(key, "gradient") || strstr(key, "through"); }

START_TEST(a_law_answers_what_tensorflow_does)
{
    char path[512], name[256];
    np_npz *z = np_npz_open(data_path("golden/distributions.npz", path, sizeof path));
    const char *key = rows[_i].key;
    tf_ndarray want = golden(z, key, ""), ops = golden(z, key, ".ops"), text = golden(z, key, ".name"), got = { 0 };
    tf_set_random_seed(7);
    const tf_tensor t = rows[_i].value(rows[_i].law());
    must(tf_run(sess, FETCH(t, &got)));
    ck_assert_msg(got.dtype == want.dtype && tf_dims_equal(got.shape, want.shape), "%s is %s", key,
                  tf_tensor_text(t, name, sizeof name));
    for (int64_t i = 0; i < np_size(want); i++)
        ck_assert_msg(np_get(got, i) == np_get(want, i) ||
                          fabs(np_get(got, i) - np_get(want, i)) <= 2e-6 * fmax(1, fabs(np_get(want, i))) ||
                          (isnan(np_get(got, i)) && isnan(np_get(want, i))),
                      "%s[%d] is %.9g, not %.9g", key, (int)i, np_get(got, i), np_get(want, i));
    if (!is_gradient(key)) {
        snprintf(name, sizeof name, "%s:0", tf_op_name(t.op));
        ck_assert_msg((int64_t)strlen(name) == np_size(text) && !memcmp(name, text.data, strlen(name)), "%s is called %s, not %.*s",
                      key, name, (int)np_size(text), (const char *)text.data);
        ck_assert_msg(tf1c_count_now() == np_get_int(ops, 0), "%s makes %d operations, not %lld", key, tf1c_count_now(),
                      (long long)np_get_int(ops, 0));
    }
    np_free(&got);
    np_free(&want);
    np_free(&ops);
    np_free(&text);
    np_npz_close(z);
}
END_TEST

static const char *shape_of(tf_tensor t)
{
    static char text[TF_DIMS_TEXT];
    return tf_dims_text(tf_get_shape(t), text, sizeof text);
}

START_TEST(shapes_are_known_as_far_as_the_parameters_are)
{
    tf_distribution *d = tf_distributions_categorical(tf_placeholder(tf_float32, SHAPE(NONE, 3)));
    ck_assert_str_eq(shape_of(tf_sample(d)), "(?,)");
    ck_assert_str_eq(shape_of(tf_sample(d, 2)), "(2, ?)");
    ck_assert_str_eq(shape_of(tf_log_prob(d, tf_placeholder(tf_int32, SHAPE(NONE)))), "(?,)");
    ck_assert_str_eq(shape_of(tf_mode(d)), "(?,)");
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 1)), n = tf_placeholder(tf_int32, SCALAR);
    d = tf_distributions_normal(x, NP_FLOAT(1, 2));
    ck_assert_str_eq(shape_of(tf_sample(d)), "(?, 2)");
    ck_assert_str_eq(shape_of(tf_sample(d, 2)), "(2, ?, 2)");
    tf_tensor drawn = tf_sample(d, n);
    tf_ndarray a = { 0 };
    must(tf_run(sess, FETCH(drawn, &a), FEED(n, 4, x, NP_FLOAT2D({ 0 }, { 1 }, { 2 }))));
    ck_assert(tf_dims_equal(a.shape, SHAPE(4, 3, 2)));
    np_free(&a);
    d = tf_distributions_normal(x, tf_placeholder(tf_float32));
    ck_assert_str_eq(shape_of(tf_sample(d)), "<unknown>");
}
END_TEST

START_TEST(classes_are_drawn_and_scored_for_a_batch_that_only_the_run_knows)
{
    tf_tensor logits = tf_placeholder(tf_float32), k = tf_placeholder(tf_int32);
    tf_distribution *d = tf_distributions_categorical(logits);
    tf_ndarray a = { 0 };
    tf_ndarray even = np_zeros(SHAPE(2, 3, 4), tf_float32);
    must(tf_run(sess, FETCH(tf_sample(d, 5), &a), FEED(logits, even)));
    np_free(&even);
    ck_assert(tf_dims_equal(a.shape, SHAPE(5, 2, 3)));
    np_free(&a);
    check_run(tf_log_prob(d, k), FEED(logits, NP_FLOAT(0, 0), k, NP_INT(0, 1, 1)), NUMBERS(-log(2), -log(2), -log(2)));
}
END_TEST

START_TEST(mistakes_are_tensorflows)
{
    tf_distributions_normal(0, 1);
    must_have_reported(tf_value_error, "Expected floating point type, got <dtype: 'int32'>.");
    tf_distributions_normal(0., tf_constant(1., tf_float64), .name = "N");
    must_have_reported(tf_value_error,
                       "N/scale:0, type=<dtype: 'float64'>, must be of the same type (<dtype: 'float32'>) as N/loc:0.");
    tf_distributions_normal(NP_FLOAT(0, 1), NP_FLOAT(1, 2, 3));
    must_have_reported(tf_value_error, "Incompatible shapes for broadcasting: (2,) and (3,)");
    tf_distributions_bernoulli();
    must_have_reported(tf_value_error, "Must pass probs or logits, but not both.");
    tf_distributions_bernoulli(.logits = 1);
    must_have_reported(tf_type_error, "logits must having floating type.");
    tf_cdf(bernoulli(), 1);
    must_have_reported(tf_unimplemented, "cdf is not implemented: Bernoulli");
    tf_mean(categorical());
    must_have_reported(tf_unimplemented, "mean is not implemented: Categorical");
    const int most = INT32_MAX;
    tf_distribution *n = normal();
    tf_sample(n, SHAPE(most, most, most));
    must_have_reported(tf_value_error,
                       "Cannot reshape a tensor with 8589934588 elements to shape [2147483647,2147483647,2147483647,4]");
    tf_sample(normal(), tf_constant(NP_INT2D({ 1 })));
    must_have_reported(tf_value_error, "Input is neither scalar nor vector.");
    tf_kl_divergence(normal(), laplace());
    must_have_reported(tf_unimplemented, "registered for distribution_a type Normal and distribution_b type Laplace");
    tf_sample(NULL);
    must_have_reported(tf_type_error, "The distribution is NULL");
}
END_TEST

START_TEST(arguments_are_checked_in_the_run_if_so_wanted)
{
    tf_tensor x = tf_placeholder(tf_float32, SCALAR);
    tf_tensor n = tf_sample(tf_distributions_normal(0., x, .validate_args = true));
    ck_assert_int_eq(tf_run(sess, n, FEED(x, -1)), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "Condition x > 0 did not hold element-wise:");
    must(tf_run(sess, n, FEED(x, 1)));
    ck_assert_int_eq(tf_run(sess, tf_sample(tf_distributions_uniform(2., x, .validate_args = true)), FEED(x, -1)),
                     tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "uniform not defined when low >= high.");
    tf_tensor b = tf_sample(tf_distributions_bernoulli(.probs = x, .validate_args = true));
    ck_assert_int_eq(tf_run(sess, b, FEED(x, 2)), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "probs has components greater than 1.");
    tf_tensor v = tf_placeholder(tf_float32, SHAPE(2));
    tf_tensor c = tf_sample(tf_distributions_categorical(.probs = v, .validate_args = true));
    ck_assert_int_eq(tf_run(sess, c, FEED(v, NP_FLOAT(.2, .2))), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "probs does not sum to 1.");
    must(tf_run(sess, c, FEED(v, NP_FLOAT(.2, .8))));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("distributions");
    TCase *t = tcase_create("laws");
    tcase_add_checked_fixture(t, open_session, close_session);
    tcase_add_loop_test(t, a_law_answers_what_tensorflow_does, 0, N_ROWS);
    tcase_add_test(t, shapes_are_known_as_far_as_the_parameters_are);
    tcase_add_test(t, classes_are_drawn_and_scored_for_a_batch_that_only_the_run_knows);
    tcase_add_test(t, mistakes_are_tensorflows);
    tcase_add_test(t, arguments_are_checked_in_the_run_if_so_wanted);
    suite_add_tcase(s, t);
    return run_suite(s);
}
