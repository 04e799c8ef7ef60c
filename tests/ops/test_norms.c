/* Batch normalization as a layer: what it computes while training and after, and the averages that training keeps. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/all_headers.h"
#include "session/session.h"
#include "support.h"

enum { ROWS = 24, CHANNELS = 3, STEPS = 3 };

static float data[STEPS][ROWS][CHANNELS];

static void fill(void)
{
    uint32_t state = 5;
    for (int s = 0; s < STEPS; s++)
        for (int r = 0; r < ROWS; r++)
            for (int c = 0; c < CHANNELS; c++)
                data[s][r][c] = (float)((state = state * 1664525u + 1013904223u) >> 8) / 16777216.0f * (float)(c + 1) + (float)s;
}

static void moments(int s, int c, double *mean, double *variance)
{
    *mean = *variance = 0;
    for (int r = 0; r < ROWS; r++)
        *mean += (double)data[s][r][c] / ROWS;
    for (int r = 0; r < ROWS; r++)
        *variance += ((double)data[s][r][c] - *mean) * ((double)data[s][r][c] - *mean) / ROWS;
}

static void check(const char *what, double got, double want)
{
    ck_assert_msg(fabs(got - want) < 2e-5 * fmax(1, fabs(want)), "%s is %.8g, not %.8g", what, got, want);
}

static void check_outputs(tf_ndarray y, int s, int c, double mean, double variance)
{
    for (int r = 0; r < ROWS; r++)
        check("an output", np_get(y, r * CHANNELS + c), ((double)data[s][r][c] - mean) / sqrt(variance + 1e-3));
}

/* Rows: 0 training is a number, 1 it is fed; over 2 vectors, over 3 images. */
START_TEST(training_normalizes_by_the_batch_and_keeps_averages_for_later)
{
    const bool fed = _i & 1, images = _i & 2;
    const tf_dims shape = images ? SHAPE(2, 3, 4, CHANNELS) : SHAPE(ROWS, CHANNELS);
    double means[CHANNELS] = { 0 }, variances[CHANNELS] = { 1, 1, 1 };
    tf_ndarray y = { 0 }, moving_mean = { 0 }, moving_variance = { 0 };
    fill();
    catch_errors();
    tf_with_graph(tf_graph_new()) {
        tf_tensor x = tf_placeholder(tf_float32, shape), training = tf_placeholder_with_default((bool)true, SCALAR);
        tf_tensor out = fed ? tf_layers_batch_normalization(x, .momentum = 0.9, .training = TF_T(training))
                            : tf_layers_batch_normalization(x, .momentum = 0.9, .training = true);
        tf_tensor later = tf_layers_batch_normalization(x, .name = "batch_normalization", .reuse = tf_reuse_true);
        tf_tensor done = out;
        ck_assert_int_eq(tf_get_collection(TF_UPDATE_OPS).n, 2);
        ck_assert_int_eq(tf_trainable_variables().n, 2);
        tf_with_control_dependencies(tf_get_collection(TF_UPDATE_OPS))
            done = tf_identity(out);
        tf_session *sess = tf_session();
        tf_run(sess, tf_global_variables_initializer());
        for (int s = 0; s < STEPS; s++) {
            ck_assert_int_eq(tf_run(sess, FETCH(done, &y), FEED(x, np_array(data[s], tf_float32, shape))), tf_ok);
            for (int c = 0; c < CHANNELS; c++) {
                double mean, variance;
                moments(s, c, &mean, &variance);
                check_outputs(y, s, c, mean, variance);
                means[c] += (mean - means[c]) * 0.1;
                variances[c] +=
                    (variance * (images ? ROWS / (ROWS - 1.0) : 1) - variances[c]) * 0.1; /* as a sample's: images' alone */
            }
        }
        if (fed) /* not training: no averages are changed */
            ck_assert_int_eq(tf_run(sess, FETCH(done, &y), FEED(x, np_array(data[0], tf_float32, shape), training, (bool)false)),
                             tf_ok);
        else
            ck_assert_int_eq(tf_run(sess, FETCH(later, &y), FEED(x, np_array(data[0], tf_float32, shape))), tf_ok);
        ck_assert_int_eq(
            tf_run(sess, FETCH(tf_at(tf_global_variables(), 2), &moving_mean, tf_at(tf_global_variables(), 3), &moving_variance)),
            tf_ok);
        for (int c = 0; c < CHANNELS; c++) {
            check("a moving mean", np_get(moving_mean, c), means[c]);
            check("a moving variance", np_get(moving_variance, c), variances[c]);
            check_outputs(y, 0, c, means[c], variances[c]);
        }
        tf_close(sess);
        np_free(&y), np_free(&moving_mean), np_free(&moving_variance);
        tf_graph_free(tf_get_default_graph());
    }
    ck_assert_msg(caught()->count == 0, "%s", caught()->message);
}
END_TEST

/* ---- against TensorFlow's, told in each way whether they train (golden/make_norms.py) --------------------------------------------- */

typedef struct {
    const char *name;
    int axis, rank;
    tf_dtype dtype;
    bool by_contrib, by_parts;
    const char *updates; /* of contrib's: the collection, or NULL: at once */
} norm_case;
static const norm_case norms[] = {
    { "layers_vectors", -1, 2, tf_float32, false, false, TF_UPDATE_OPS },
    { "layers_images", -1, 4, tf_float32, false, false, TF_UPDATE_OPS },
    { "layers_images_by_parts", -1, 4, tf_float32, false, true, TF_UPDATE_OPS },
    { "layers_rows", 1, 4, tf_float32, false, true, TF_UPDATE_OPS },
    { "layers_vectors_double", -1, 2, tf_float64, false, true, TF_UPDATE_OPS },
    { "layers_images_double", -1, 4, tf_float64, false, true, TF_UPDATE_OPS },
    { "contrib_vectors", -1, 2, tf_float32, true, false, TF_UPDATE_OPS },
    { "contrib_vectors_at_once", -1, 2, tf_float32, true, false, NULL },
    { "contrib_images", -1, 4, tf_float32, true, false, TF_UPDATE_OPS },
    { "contrib_images_at_once", -1, 4, tf_float32, true, false, NULL },
    { "contrib_images_later", -1, 4, tf_float32, true, false, "later" },
};
static const char *const ways[] = { "training", "told", "inference" };
enum { N_NORMS = sizeof norms / sizeof *norms, WAYS = 3, RUNS = 4, OF_A_RUN = 4 };

static tf_tensor norm_of(const norm_case *c, tf_tensor x, tf_operand training)
{
    return c->by_contrib
               ? tf_contrib_layers_batch_norm(x, .decay = .999, .scale = true, .is_training = training,
                                              .updates_collections = c->updates)
               : tf_layers_batch_normalization(x, .axis = c->axis, .momentum = .9, .training = training, .fused = !c->by_parts);
}

/* A mean begins at 0: how fast it leaves it shows the rate. */
static void check_rate(const char *key, tf_ndarray got, tf_ndarray want)
{
    const double tolerance = got.dtype == tf_float64 ? 1e-11 : 5e-6;
    for (int64_t j = 0; j < np_size(got); j++)
        ck_assert_msg(fabs(np_get(got, j) - np_get(want, j)) <= tolerance * fabs(np_get(want, j)),
                      "%s[%lld] is %.9g instead of %.9g", key, (long long)j, np_get(got, j), np_get(want, j));
}

/* Run i of the archive's array. */
static void check_run_of(np_npz *npz, const char *name, const char *way, const char *what, int i, tf_ndarray got)
{
    char key[100];
    snprintf(key, sizeof key, "%s/%s/%s", name, way, what);
    tf_ndarray all = np_npz_get(npz, key), want = np_reshape(np_slice(all, i, i + 1), got.shape);
    const char *difference = array_difference(got, want, got.dtype == tf_float64 ? 1e-11 : 2e-5);
    ck_assert_msg(!difference, "%s, run %d: %s", key, i, difference);
    if (strcmp(what, "mean") == 0)
        check_rate(key, got, want);
    np_free(&all);
}

static tf_ndarray batches(np_npz *npz, const norm_case *c)
{
    tf_ndarray read = np_npz_get(npz, c->rank == 2 ? "x2" : "x4"), x = np_astype(read, c->dtype);
    np_free(&read);
    return x;
}

static tf_dims of_one_run(tf_ndarray x)
{
    tf_dims d = x.shape;
    d.rank--;
    for (int i = 0; i < d.rank; i++)
        d.dims[i] = d.dims[i + 1];
    return d;
}

static tf_tensor named(const char *part)
{
    const tf_list all = tf_global_variables();
    for (int i = 0; i < all.n; i++)
        if (strstr(tf_op_name(tf_at(all, i).op), part))
            return tf_at(all, i);
    ck_abort_msg("no variable %s", part);
}

START_TEST(a_norm_is_tensorflows_however_it_is_told_to_train)
{
    const norm_case *c = &norms[_i / WAYS];
    const char *way = ways[_i % WAYS], *what[] = { "y", "drawn", "dgamma", "dx", "mean", "variance" };
    char path[512];
    np_npz *npz = np_npz_open(data_path("golden/norms.npz", path, sizeof path));
    tf_ndarray fed = batches(npz, c), got[OF_A_RUN + 2] = { { 0 } };
    tf_dims shape = of_one_run(fed), open = shape;
    open.dims[0] = NONE;
    catch_errors();
    tf_with_graph(tf_graph_new()) {
        tf_set_random_seed(4);
        tf_tensor x = tf_placeholder(c->dtype, open), told = tf_placeholder(tf_bool, SCALAR);
        tf_tensor y = norm_of(c, x, _i % WAYS == 1 ? tf_operand_tensor(told) : tf_operand_bool(_i % WAYS == 0));
        tf_tensor drawn = tf_random_uniform(SHAPE(2)), mean = named("moving_mean"), variance = named("moving_variance");
        tf_list d = tf_gradients(tf_reduce_sum(tf_mul(tf_mul(y, y), y)), LIST(named("gamma"), x));
        tf_operation *updates = tf_group(tf_get_collection(TF_UPDATE_OPS), tf_get_collection("later"));
        tf_session *session = tf_session();
        tf_run(session, tf_global_variables_initializer());
        for (int i = 0; i < RUNS; i++) {
            tf_run(session, FETCH(y, &got[0], drawn, &got[1], tf_at(d, 0), &got[2], tf_at(d, 1), &got[3], updates, NULL),
                   FEED(x, np_reshape(np_slice(fed, i, i + 1), shape), told, (bool)(i != 1)));
            tf_run(session, FETCH(mean, &got[4], variance, &got[5]));
            ck_assert_msg(caught()->count == 0, "%s", caught()->message);
            for (int k = 0; k < OF_A_RUN + 2; k++)
                check_run_of(npz, c->name, way, what[k], i, got[k]);
        }
        tf_close(session);
        tf_graph_free(tf_get_default_graph());
    }
    for (int k = 0; k < OF_A_RUN + 2; k++)
        np_free(&got[k]);
    np_free(&fed);
    np_npz_close(npz);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("norms");
    TCase *t = tcase_create("layers");
    tcase_add_loop_test(t, training_normalizes_by_the_batch_and_keeps_averages_for_later, 0, 4);
    tcase_add_loop_test(t, a_norm_is_tensorflows_however_it_is_told_to_train, 0, N_NORMS * WAYS);
    suite_add_tcase(s, t);
    return run_suite(s);
}
