/* The cells of tf.contrib.rnn: their variables, outputs and gradients are TensorFlow 1.15.5's. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fixture.h"
#include "tf1c.h"

static tf_cell *nas(void) { return tf_contrib_rnn_nas_cell(3); }
static tf_cell *nas_proj(void) { return tf_contrib_rnn_nas_cell(3, .num_proj = 2, .use_bias = true); }
static tf_cell *ugrnn(void) { return tf_contrib_rnn_ugrnn_cell(3, .forget_bias = 0.5); }
static tf_cell *layer_norm(void) { return tf_contrib_rnn_layer_norm_basic_lstm_cell(3, .norm_gain = 1.5, .norm_shift = 0.1); }
static tf_cell *no_layer_norm(void) { return tf_contrib_rnn_layer_norm_basic_lstm_cell(3, .layer_norm = false); }
static tf_cell *block(void) { return tf_contrib_rnn_lstm_block_cell(3, .use_peephole = true, .cell_clip = 0.5); }
static tf_cell *input(void) { return tf_contrib_rnn_input_projection_wrapper(tf_contrib_rnn_gru_cell(3), 2, tf_tanh); }
static tf_cell *output(void) { return tf_contrib_rnn_output_projection_wrapper(tf_contrib_rnn_basic_lstm_cell(3), 2); }

static const struct {
    const char *name;
    tf_cell *(*make)(void);
} cells[] = {
    { "nas", nas },
    { "nas_proj", nas_proj },
    { "ugrnn", ugrnn },
    { "layer_norm", layer_norm },
    { "no_layer_norm", no_layer_norm },
    { "block", block },
    { "input", input },
    { "output", output },
};

static double sine(int64_t j) { return sin(0.7 * (double)j); }

static void check_array(np_npz *npz, const char *cell, const char *what, tf_ndarray got)
{
    char key[64];
    snprintf(key, sizeof key, "%s/%s", cell, what);
    tf_ndarray want = np_npz_get(npz, key);
    const char *difference = array_difference(got, want, 1e-5);
    ck_assert_msg(!difference, "%s: %s", key, difference);
    np_free(&want);
}

static void check_variables(np_npz *npz, const char *name)
{
    char key[64], text[2048];
    snprintf(key, sizeof key, "%s/variables", name);
    tf_ndarray want = np_npz_get(npz, key);
    trainable_text(text, sizeof text);
    ck_assert_msg((size_t)np_size(want) == strlen(text) && memcmp(want.data, text, strlen(text)) == 0,
                  "%s: variables are\n%s\nand not\n%.*s", name, text, (int)np_size(want), (char *)want.data);
    np_free(&want);
}

/* Outputs and gradient of rnn over `fed`, which is the golden's array x. */
static void check_rnn(np_npz *npz, const char *name, tf_rnn rnn, tf_tensor fed, tf_ndarray x)
{
    tf_ndarray got = { 0 }, dx = { 0 };
    const tf_tensor gradient = tf_at(tf_gradients(tf_square(rnn.outputs), fed), 0);
    check_variables(npz, name);
    set_variables(sine);
    must(tf_run(sess, FETCH(rnn.outputs, &got, gradient, &dx), FEED(fed, x)));
    check_array(npz, name, "outputs", got);
    check_array(npz, name, "dx", dx);
    np_free(&got), np_free(&dx);
}

START_TEST(a_cell_computes_what_tensorflows_does)
{
    char path[512];
    np_npz *npz = np_npz_open(data_path("golden/cells.npz", path, sizeof path));
    tf_ndarray x = np_npz_get(npz, "x");
    const tf_tensor fed = tf_placeholder(tf_float32, SHAPE(2, 4, 3));
    check_rnn(npz, cells[_i].name, tf_nn_dynamic_rnn(cells[_i].make(), fed, .dtype = tf_float32), fed, x);
    np_free(&x);
    np_npz_close(npz);
}
END_TEST

START_TEST(a_fused_cell_computes_all_steps_at_once)
{
    char path[512];
    np_npz *npz = np_npz_open(data_path("golden/cells.npz", path, sizeof path));
    tf_ndarray x = np_npz_get(npz, "steps"), c = { 0 }, h = { 0 };
    const tf_tensor fed = tf_placeholder(tf_float32, SHAPE(4, 3, 3));
    const char *name = _i ? "fused_lengths" : "fused";
    const tf_rnn rnn =
        _i ? tf_call_fused(tf_contrib_rnn_lstm_block_fused_cell(3), fed, .dtype = tf_float32, .sequence_length = NP_INT(3, 0, 2))
           : tf_call_fused(tf_contrib_rnn_lstm_block_fused_cell(3, .use_peephole = true, .cell_clip = 0.5), fed,
                           .dtype = tf_float32);
    check_rnn(npz, name, rnn, fed, x);
    must(tf_run(sess, FETCH(rnn.state->items[0], &c, rnn.state->items[1], &h), FEED(fed, x)));
    check_array(npz, name, "c", c);
    check_array(npz, name, "h", h);
    np_free(&x), np_free(&c), np_free(&h);
    np_npz_close(npz);
}
END_TEST

START_TEST(sizes_that_are_none_are_mistakes)
{
    tf_contrib_rnn_nas_cell(0);
    must_have_reported(tf_value_error, "NASCell: num_units must be positive, got 0");
    tf_contrib_rnn_output_projection_wrapper(tf_contrib_rnn_gru_cell(3), 0);
    must_have_reported(tf_value_error, "Parameter output_size must be > 0: 0.");
    tf_contrib_rnn_input_projection_wrapper(NULL, 3);
    must_have_reported(tf_type_error, "cell");
    tf_call_fused(tf_contrib_rnn_lstm_block_fused_cell(3), tf_zeros(SHAPE(4, 2, 3)));
    must_have_reported(tf_value_error, "Either initial_state or dtype needs to be specified");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cells");
    TCase *tc = tcase_create("cells");
    tcase_add_checked_fixture(tc, open_session, close_session);
    tcase_add_loop_test(tc, a_cell_computes_what_tensorflows_does, 0, (int)(sizeof cells / sizeof *cells));
    tcase_add_loop_test(tc, a_fused_cell_computes_all_steps_at_once, 0, 2);
    tcase_add_test(tc, sizes_that_are_none_are_mistakes);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
