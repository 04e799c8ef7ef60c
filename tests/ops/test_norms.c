/* Batch normalization as a layer: what it computes while training and after, and the averages that training keeps. */
#include <math.h>
#include <stdlib.h>

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

int main(void)
{
    Suite *s = suite_create("norms");
    TCase *t = tcase_create("layers");
    tcase_add_loop_test(t, training_normalizes_by_the_batch_and_keeps_averages_for_later, 0, 4);
    suite_add_tcase(s, t);
    return run_suite(s);
}
