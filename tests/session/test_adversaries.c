/* Two nets that are trained in turns, a DCGAN with batch norms: what they begin with, every step's losses and the variables at the end,
 * against TensorFlow 1.15.5's (golden/make_adversaries.py). */
#include <math.h>
#include <stdio.h>

#include "tests/fixture.h"
#include "tests/given.h"
#include "tf1c.h"

enum { WIDTH = 8, CHANNELS = 4, NOISE = 6 };

typedef struct {
    tf_dtype dtype;
    tf_tensor x, z, d_loss, g_loss;
    tf_operation *d_train, *g_train;
} dcgan;

static tf_tensor norm(const dcgan *m, tf_tensor h)
{
    return tf_layers_batch_normalization(h, .training = true, .momentum = .9, .fused = m->dtype == tf_float32);
}

static tf_tensor drawn(const dcgan *m)
{
    const int quarter = WIDTH / 4;
    tf_tensor h = { 0 };
    tf_with_variable_scope("generator") {
        h = tf_reshape(tf_layers_dense(m->z, quarter * quarter * 2 * CHANNELS), SHAPE(-1, quarter, quarter, 2 * CHANNELS));
        h = tf_nn_relu(norm(m, h));
        h = tf_layers_conv2d_transpose(h, CHANNELS, 5, 2, .padding = "same");
        h = tf_nn_relu(norm(m, h));
        h = tf_layers_conv2d_transpose(h, 1, 5, 2, .padding = "same", .activation = tf_tanh);
    }
    return h;
}

static tf_tensor judged(const dcgan *m, tf_tensor image, bool reuse)
{
    tf_tensor h = { 0 };
    tf_with_variable_scope("discriminator", .reuse = reuse) {
        h = tf_nn_leaky_relu(tf_layers_conv2d(image, CHANNELS, 5, 2, .padding = "same"));
        h = tf_layers_conv2d(h, 2 * CHANNELS, 5, 2, .padding = "same");
        h = tf_nn_leaky_relu(norm(m, h));
        h = tf_layers_dense(tf_layers_flatten(h), 1);
    }
    return h;
}

static tf_tensor told_apart(tf_tensor logits, bool real)
{
    const tf_tensor labels = real ? tf_ones_like(logits) : tf_zeros_like(logits);
    return tf_reduce_mean(tf_nn_sigmoid_cross_entropy_with_logits(.logits = logits, .labels = labels));
}

static tf_operation *trained(tf_tensor loss, const char *scope)
{
    tf_operation *train = NULL;
    tf_with_control_dependencies(tf_get_collection(TF_UPDATE_OPS, scope))
        train = tf_minimize(tf_train_adam_optimizer(.0002, .beta1 = .5), loss, .var_list = tf_trainable_variables(scope));
    return train;
}

static dcgan make(tf_dtype dtype)
{
    dcgan m = { .dtype = dtype, .z = tf_placeholder(dtype, SHAPE(NONE, NOISE)) };
    m.x = tf_placeholder(dtype, SHAPE(NONE, WIDTH, WIDTH, 1));
    const tf_tensor fake = drawn(&m), real = judged(&m, m.x, false), forged = judged(&m, fake, true);
    m.d_loss = tf_add(told_apart(real, true), told_apart(forged, false));
    m.g_loss = told_apart(forged, true);
    m.d_train = trained(m.d_loss, "discriminator");
    m.g_train = trained(m.g_loss, "generator");
    return m;
}

static tf_ndarray of_archive(np_npz *npz, tf_dtype dtype, const char *what)
{
    char key[300];
    snprintf(key, sizeof key, "%s/%s", tf_dtype_name(dtype), what);
    return np_npz_get(npz, key);
}

/* Both turns of step i, each loss before the update that it is for. */
static void check_step(const dcgan *m, tf_session *s, const tf_ndarray *x, const tf_ndarray *z, int64_t i, const double *want,
                       double tolerance)
{
    const int64_t n = x->shape.dims[1];
    const tf_feeds feeds = FEED(m->x, np_reshape(np_slice(*x, i, i + 1), SHAPE(n, WIDTH, WIDTH, 1)), m->z,
                                np_reshape(np_slice(*z, i, i + 1), SHAPE(n, NOISE)));
    double got[2] = { 0 };
    must(tf_run(s, FETCH(m->d_train, NULL, m->d_loss, &got[0]), feeds));
    must(tf_run(s, FETCH(m->g_train, NULL, m->g_loss, &got[1]), feeds));
    for (int k = 0; k < 2; k++)
        ck_assert_msg(fabs(got[k] - want[k]) <= tolerance, "step %lld: the %s's loss is %.12g, TensorFlow's %.12g", (long long)i,
                      k ? "generator" : "discriminator", got[k], want[k]);
}

static void check_variables(np_npz *npz, tf_session *s, tf_dtype dtype, double tolerance)
{
    char what[200], key[300];
    const tf_list all = tf_global_variables();
    int checked = 0;
    for (int i = 0; i < all.n; i++) {
        snprintf(what, sizeof what, "final/%s", tf_op_name(tf_at(all, i).op));
        snprintf(key, sizeof key, "%s/%s", tf_dtype_name(dtype), what);
        if (!np_npz_has(npz, key))
            continue;
        tf_ndarray got = { 0 };
        must(tf_run(s, FETCH(tf_at(all, i), &got)));
        check_array(npz, tf_dtype_name(dtype), what, got, tolerance);
        np_free(&got);
        checked++;
    }
    ck_assert_int_ge(checked, dtype == tf_float64 ? all.n : all.n - 8); /* two biases with Adam's two slots each, two means */
}

static const struct {
    tf_dtype dtype;
    int threads;
    const char *passes_off;
} rows[] = { { tf_float32, 1, NULL }, { tf_float32, 2, NULL }, { tf_float32, 1, "all" },
             { tf_float64, 1, NULL }, { tf_float64, 2, NULL }, { tf_float64, 1, "all" } };
enum { N_ROWS = sizeof rows / sizeof *rows };

START_TEST(its_nets_train_in_turns_as_tensorflows)
{
    char path[512];
    const tf_dtype dtype = rows[_i].dtype;
    np_npz *npz = np_npz_open(data_path("golden/adversaries.npz", path, sizeof path));
    ck_assert_ptr_nonnull(npz);
    tf_ndarray x = of_archive(npz, dtype, "x"), z = of_archive(npz, dtype, "z"), seed = of_archive(npz, dtype, "seed");
    tf_ndarray d_loss = of_archive(npz, dtype, "d_loss"), g_loss = of_archive(npz, dtype, "g_loss");
    tf_set_random_seed((int64_t)np_get(seed, 0));
    const dcgan m = make(dtype);
    tf_session *s =
        tf_session(.config = tf_config_proto(.intra_op_parallelism_threads = rows[_i].threads, .passes_off = rows[_i].passes_off));
    must(tf_run(s, tf_global_variables_initializer()));
    for (int64_t i = 0; i < np_size(d_loss); i++)
        check_step(&m, s, &x, &z, i, (double[]){ np_get(d_loss, i), np_get(g_loss, i) }, dtype == tf_float32 ? 1e-5 : 1e-12);
    check_variables(npz, s, dtype, dtype == tf_float32 ? 1e-4 : 1e-9);
    tf_close(s);
    tf_ndarray *read[] = { &x, &z, &seed, &d_loss, &g_loss };
    for (int i = 0; i < 5; i++)
        np_free(read[i]);
    np_npz_close(npz);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("adversaries");
    TCase *cases = tcase_create("dcgan");
    tcase_add_checked_fixture(cases, open_session, close_session);
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, its_nets_train_in_turns_as_tensorflows, 0, N_ROWS);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
