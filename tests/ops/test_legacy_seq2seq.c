/* tf.contrib.legacy_seq2seq: variables, values, gradients, how many operations it makes, and a translator's training are TensorFlow
 * 1.15.5's (tests/golden/make_legacy_seq2seq.py). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/given.h"

enum { BATCH = 3, TIME = 4, DEPTH = 3, WORDS = 5 };
static tf_tensor x, words, told;
static tf_list xs, ids;

static tf_list part(tf_list list, int from, int n) { return (tf_list){ .n = n, .items = list.items + from }; }

/* Its seed is told by how many operations there are. */
static tf_tensor give_drawn(given *g, tf_tensor loss)
{
    give(g, tf_random_uniform(SCALAR), "drawn");
    return loss;
}

static tf_tensor given_rnn(given *g, tf_rnn_list rnn)
{
    for (int i = 0; i < rnn.outputs.n; i++)
        give(g, tf_at(rnn.outputs, i), "output%d", i);
    give_state(g, rnn.state);
    tf_list sums = { 0 };
    for (int i = 0; i < g->n; i++)
        tf_append(&sums, tf_reduce_sum(tf_square(g->tensors[i])));
    return give_drawn(g, tf_add_n(sums));
}

static tf_tensor halved(tf_tensor prev, int i, void *context)
{
    (void)i, (void)context;
    return tf_mul(tf_getitem(prev, ":, :3"), 0.5);
}

/* ---- the cases --------------------------------------------------------------------------------------------------------------- */

static tf_tensor decoder(given *g)
{
    tf_cell *lstm = tf_nn_rnn_cell_lstm_cell(4), *gru = tf_nn_rnn_cell_gru_cell(3);
    tf_cell *cell = tf_nn_rnn_cell_multi_rnn_cell(CELLS(lstm, gru));
    tf_state *zero = tf_zero_state(cell, BATCH, tf_float32);
    return given_rnn(g, tf_contrib_legacy_seq2seq_rnn_decoder(xs, zero, cell, .scope = "own"));
}

static tf_tensor decoder_of_itself(given *g)
{
    tf_cell *cell = tf_nn_rnn_cell_gru_cell(4);
    tf_state *zero = tf_zero_state(cell, BATCH, tf_float32);
    return given_rnn(g, tf_contrib_legacy_seq2seq_rnn_decoder(xs, zero, cell, .loop_function = halved));
}

static tf_tensor basic(given *g)
{
    tf_cell *cell = tf_nn_rnn_cell_basic_lstm_cell(4);
    return given_rnn(g, tf_contrib_legacy_seq2seq_basic_rnn_seq2seq(part(xs, 0, 3), part(xs, 1, 3), cell));
}

static tf_tensor tied(given *g)
{
    tf_cell *cell = tf_nn_rnn_cell_gru_cell(4);
    return given_rnn(g, tf_contrib_legacy_seq2seq_tied_rnn_seq2seq(part(xs, 0, 3), part(xs, 1, 3), cell));
}

static tf_tensor tied_of_itself(given *g)
{
    tf_cell *cell = tf_nn_rnn_cell_basic_rnn_cell(4);
    return given_rnn(g, tf_contrib_legacy_seq2seq_tied_rnn_seq2seq(part(xs, 0, 3), part(xs, 1, 3), cell, .loop_function = halved,
                                                                   .scope = "own"));
}

static tf_tensor attention(given *g)
{
    tf_cell *cell = tf_nn_rnn_cell_gru_cell(4);
    tf_state *zero = tf_zero_state(cell, BATCH, tf_float32);
    const tf_tensor states = tf_mul(x, 2.0);
    return given_rnn(g, tf_contrib_legacy_seq2seq_attention_decoder(xs, zero, states, cell, .output_size = 5, .num_heads = 2));
}

static tf_tensor attention_at_first(given *g)
{
    tf_cell *cell = tf_nn_rnn_cell_basic_lstm_cell(4);
    const tf_tensor batch = tf_getitem(tf_shape(x), "0");
    tf_state *zero = tf_zero_state(cell, batch, tf_float32);
    const tf_tensor states = tf_mul(x, 2.0);
    return given_rnn(g, tf_contrib_legacy_seq2seq_attention_decoder(xs, zero, states, cell, .loop_function = halved,
                                                                    .initial_state_attention = true));
}

static tf_tensor embedding(given *g)
{
    tf_cell *gru = tf_nn_rnn_cell_gru_cell(4), *lstm = tf_nn_rnn_cell_lstm_cell(3);
    tf_cell *cell = tf_nn_rnn_cell_multi_rnn_cell(CELLS(gru, lstm));
    return given_rnn(g, tf_contrib_legacy_seq2seq_embedding_rnn_seq2seq(part(ids, 0, 3), ids, cell, 6, WORDS, 3));
}

static tf_output_projection projection(void)
{
    const tf_tensor w = tf_get_variable("w", SHAPE(4, WORDS));
    return (tf_output_projection){ w, tf_get_variable("b", SHAPE(WORDS)) };
}

static tf_tensor embedding_of_itself(given *g)
{
    const tf_output_projection p = projection();
    tf_cell *cell = tf_nn_rnn_cell_gru_cell(4);
    return given_rnn(g, tf_contrib_legacy_seq2seq_embedding_rnn_seq2seq(part(ids, 0, 3), ids, cell, 6, WORDS, 3,
                                                                        .output_projection = p, .feed_previous = true));
}

static tf_tensor embedding_told(given *g)
{
    tf_cell *cell = tf_nn_rnn_cell_lstm_cell(4);
    return given_rnn(
        g, tf_contrib_legacy_seq2seq_embedding_rnn_seq2seq(part(ids, 0, 3), ids, cell, 6, WORDS, 3, .feed_previous = told));
}
static tf_tensor embedding_told_not_to(given *g) { return embedding_told(g); }

static tf_tensor embedding_tied(given *g)
{
    tf_cell *cell = tf_nn_rnn_cell_basic_lstm_cell(4);
    return given_rnn(g, tf_contrib_legacy_seq2seq_embedding_tied_rnn_seq2seq(part(ids, 0, 3), ids, cell, 6, 3, WORDS));
}

static tf_tensor embedding_tied_of_itself(given *g)
{
    const tf_tensor w = tf_get_variable("w", SHAPE(4, 6));
    const tf_output_projection p = { w, tf_get_variable("b", SHAPE(6)) };
    tf_cell *cell = tf_nn_rnn_cell_gru_cell(4);
    return given_rnn(g, tf_contrib_legacy_seq2seq_embedding_tied_rnn_seq2seq(part(ids, 0, 3), ids, cell, 6, 3,
                                                                             .output_projection = p, .feed_previous = true));
}

static tf_tensor embedding_tied_told(given *g)
{
    tf_cell *cell = tf_nn_rnn_cell_basic_lstm_cell(4);
    return given_rnn(g,
                     tf_contrib_legacy_seq2seq_embedding_tied_rnn_seq2seq(part(ids, 0, 3), ids, cell, 6, 3, .feed_previous = told));
}

static tf_tensor many(given *g, tf_operand feed_previous)
{
    tf_cell *a = tf_nn_rnn_cell_gru_cell(4), *b = tf_nn_rnn_cell_gru_cell(4), *encoder = tf_nn_rnn_cell_gru_cell(4);
    const tf_rnn_lists both = tf_contrib_legacy_seq2seq_one2many_rnn_seq2seq(
        part(ids, 0, 3), TF_DECODERS({ "a", ids, a, WORDS }, { "b", part(ids, 1, 3), b, 6 }), encoder, 6, 3, feed_previous);
    ck_assert_int_eq(both.n, 2);
    tf_rnn_list all = { .state = tf_state_tuple(both.items[0].state, both.items[1].state) };
    for (int j = 0; j < both.n; j++)
        for (int i = 0; i < both.items[j].outputs.n; i++)
            tf_append(&all.outputs, tf_at(both.items[j].outputs, i));
    return given_rnn(g, all);
}
static tf_tensor one2many(given *g) { return many(g, TF_T(false)); }
static tf_tensor one2many_told(given *g) { return many(g, TF_T(told)); }

static tf_tensor embedding_decoder(given *g)
{
    tf_cell *cell = tf_nn_rnn_cell_gru_cell(WORDS);
    tf_state *zero = tf_zero_state(cell, BATCH, tf_float32);
    return given_rnn(g, tf_contrib_legacy_seq2seq_embedding_rnn_decoder(ids, zero, cell, WORDS, 3, .feed_previous = true,
                                                                        .update_embedding_for_previous = false));
}

static tf_tensor embedding_attention(given *g)
{
    tf_cell *cell = tf_nn_rnn_cell_basic_lstm_cell(4);
    return given_rnn(g, tf_contrib_legacy_seq2seq_embedding_attention_seq2seq(part(ids, 0, 3), ids, cell, 6, WORDS, 3));
}

static tf_tensor embedding_attention_of_itself(given *g)
{
    const tf_output_projection p = projection();
    tf_cell *cell = tf_nn_rnn_cell_gru_cell(4);
    return given_rnn(g, tf_contrib_legacy_seq2seq_embedding_attention_seq2seq(part(ids, 0, 3), ids, cell, 6, WORDS, 3, 2, p, true,
                                                                              .initial_state_attention = true));
}

static tf_tensor embedding_attention_told(given *g)
{
    tf_cell *cell = tf_nn_rnn_cell_gru_cell(4);
    return given_rnn(
        g, tf_contrib_legacy_seq2seq_embedding_attention_seq2seq(part(ids, 0, 3), ids, cell, 6, WORDS, 3, .feed_previous = told));
}

static tf_list weights_by(int step)
{
    tf_list weights = { 0 };
    for (int i = 0; i < TIME; i++) {
        const tf_tensor is_word = tf_cast(tf_greater(tf_at(ids, i), 0), tf_float32);
        tf_append(&weights, step ? tf_mul(is_word, i + step) : is_word);
    }
    return weights;
}

static tf_tensor squares(tf_tensor labels, tf_tensor logits)
{
    return tf_reduce_sum(tf_square(tf_sub(logits, tf_one_hot(labels, WORDS))), 1);
}

static tf_tensor losses(given *g)
{
    const tf_list logits = tf_unstack(tf_get_variable("logits", SHAPE(TIME, BATCH, WORDS))), weights = weights_by(1);
    give(g, tf_contrib_legacy_seq2seq_sequence_loss(logits, ids, weights), "all");
    give(g, tf_contrib_legacy_seq2seq_sequence_loss(logits, ids, weights, false, false), "sum");
    give(g, tf_contrib_legacy_seq2seq_sequence_loss(logits, ids, weights, .softmax_loss_function = squares), "own");
    give(g, tf_contrib_legacy_seq2seq_sequence_loss_by_example(logits, ids, weights), "rows");
    give(g, tf_contrib_legacy_seq2seq_sequence_loss_by_example(logits, ids, weights, .average_across_timesteps = false), "sums");
    tf_list sums = { 0 };
    for (int i = 0; i < 5; i++)
        tf_append(&sums, tf_reduce_sum(g->tensors[i]));
    return give_drawn(g, tf_add_n(sums));
}

static tf_rnn_list bucket_model(tf_list encoder_inputs, tf_list decoder_inputs, void *context)
{
    (void)context;
    tf_cell *cell = tf_nn_rnn_cell_gru_cell(4);
    return tf_contrib_legacy_seq2seq_embedding_attention_seq2seq(encoder_inputs, decoder_inputs, cell, 6, WORDS, 3);
}

static tf_tensor buckets(given *g)
{
    const tf_list weights = weights_by(0);
    const tf_bucket_models m =
        tf_contrib_legacy_seq2seq_model_with_buckets(ids, ids, ids, weights, BUCKETS({ 2, 3 }, { 4, 4 }), bucket_model);
    for (int j = 0; j < m.n; j++)
        for (int i = 0; i < m.outputs[j].n; i++)
            give(g, tf_at(m.outputs[j], i), "output%d_%d", j, i);
    for (int j = 0; j < m.n; j++)
        give(g, tf_at(m.losses, j), "cost%d", j);
    return give_drawn(g, tf_operator_add(tf_at(m.losses, 0), tf_mul(tf_at(m.losses, 1), 2.0)));
}

static const given_case cases[] = {
    GIVEN_CASE(decoder),
    GIVEN_CASE(decoder_of_itself),
    GIVEN_CASE(basic),
    GIVEN_CASE(tied),
    GIVEN_CASE(tied_of_itself),
    GIVEN_CASE(attention),
    GIVEN_CASE(attention_at_first),
    GIVEN_CASE(embedding),
    GIVEN_CASE(embedding_of_itself),
    GIVEN_CASE(embedding_told),
    GIVEN_CASE(embedding_told_not_to),
    GIVEN_CASE(embedding_tied),
    GIVEN_CASE(embedding_tied_of_itself),
    GIVEN_CASE(embedding_tied_told),
    GIVEN_CASE(one2many),
    GIVEN_CASE(one2many_told),
    GIVEN_CASE(embedding_decoder),
    GIVEN_CASE(embedding_attention),
    GIVEN_CASE(embedding_attention_of_itself),
    GIVEN_CASE(embedding_attention_told),
    GIVEN_CASE(losses),
    GIVEN_CASE(buckets),
};

START_TEST(a_case_gives_what_tensorflow_gives)
{
    static float values[BATCH * TIME * DEPTH];
    for (int i = 0; i < BATCH * TIME * DEPTH; i++)
        values[i] = sinf((float)i);
    const bool tells = strstr(cases[_i].name, "told") && !strstr(cases[_i].name, "not");
    check_case(&cases[_i], "golden/legacy_seq2seq.npz", x,
               FEED(x, np_array(values, tf_float32, SHAPE(BATCH, TIME, DEPTH)), words,
                    NP_INT2D({ 1, 4, 2, 0 }, { 3, 3, 0, 0 }, { 2, 1, 4, 0 }), told, tells));
}
END_TEST

/* ---- a translator, as in the older tutorial ------------------------------------------------------------------------------------ */

enum { GO = 1, EOS = 2, SIZE = 12, UNITS = 16, ROWS = 8, LONGEST = 5, STEPS = 30 };

static tf_rnn_list translator_model(tf_list encoder_inputs, tf_list decoder_inputs, void *context)
{
    tf_cell *below = tf_nn_rnn_cell_gru_cell(UNITS), *above = tf_nn_rnn_cell_gru_cell(UNITS);
    tf_cell *cell = tf_nn_rnn_cell_multi_rnn_cell(CELLS(below, above));
    (void)context;
    return tf_contrib_legacy_seq2seq_embedding_attention_seq2seq(encoder_inputs, decoder_inputs, cell, .num_encoder_symbols = SIZE,
                                                                 .num_decoder_symbols = SIZE, .embedding_size = 8);
}

static tf_list placeholders(int n, tf_dtype dtype)
{
    tf_list list = { 0 };
    for (int i = 0; i < n; i++)
        tf_append(&list, tf_placeholder(dtype, SHAPE(NONE)));
    return list;
}

/* Numbers, and the same backwards between GO and EOS; as long as the bucket. */
static void set_batch(int32_t said[LONGEST][ROWS], int32_t written[LONGEST + 2][ROWS], int step, int n)
{
    for (int b = 0; b < ROWS; b++) {
        for (int t = 0; t < n; t++)
            said[t][b] = 3 + (7 * step + 5 * b + t * (b + 2)) % (SIZE - 3);
        written[0][b] = GO;
        for (int t = 0; t < n; t++)
            written[t + 1][b] = said[n - 1 - t][b];
        written[n + 1][b] = EOS;
    }
}

START_TEST(a_translator_learns_as_in_tensorflow)
{
    tf_set_random_seed(4);
    const tf_list encoder_inputs = placeholders(LONGEST, tf_int32), decoder_inputs = placeholders(LONGEST + 2, tf_int32);
    const tf_list target_weights = placeholders(LONGEST + 1, tf_float32);
    const tf_bucket sizes[] = { { 3, 4 }, { 5, 6 } };
    const tf_bucket_models m = tf_contrib_legacy_seq2seq_model_with_buckets(encoder_inputs, part(decoder_inputs, 0, LONGEST + 1),
                                                                            part(decoder_inputs, 1, LONGEST + 1), target_weights,
                                                                            ((tf_buckets){ 2, sizes }), translator_model);
    const tf_list params = tf_trainable_variables();
    tf_operation *updates[2];
    for (int j = 0; j < 2; j++) {
        const tf_clipped clipped = tf_clip_by_global_norm(tf_gradients(tf_at(m.losses, j), params), 5.0);
        updates[j] = tf_apply_gradients(tf_train_adam_optimizer(0.01), tf_zip(clipped.list, params));
    }

    char path[512];
    int32_t said[LONGEST][ROWS], written[LONGEST + 2][ROWS];
    float ones[ROWS];
    for (int b = 0; b < ROWS; b++)
        ones[b] = 1;
    np_npz *npz = np_npz_open(data_path("golden/legacy_seq2seq.npz", path, sizeof path));
    tf_ndarray want = np_npz_get(npz, "translator/losses");
    must(tf_run(sess, tf_global_variables_initializer()));
    for (int step = 0; step < STEPS; step++) {
        const int n = sizes[step % 2].source;
        float loss;
        tf_feeds feeds = { 0 };
        set_batch(said, written, step, n);
        for (int t = 0; t < n; t++)
            tf_feed_set(&feeds, tf_at(encoder_inputs, t), np_array(said[t], tf_int32, SHAPE(ROWS)));
        for (int t = 0; t < n + 2; t++)
            tf_feed_set(&feeds, tf_at(decoder_inputs, t), np_array(written[t], tf_int32, SHAPE(ROWS)));
        for (int t = 0; t < n + 1; t++)
            tf_feed_set(&feeds, tf_at(target_weights, t), np_array(ones, tf_float32, SHAPE(ROWS)));
        must(tf_run(sess, FETCH(tf_at(m.losses, step % 2), &loss, updates[step % 2], NULL), feeds));
        tf_feeds_free(&feeds);
        ck_assert_msg(fabs(loss - np_get(want, step)) <= 1e-5 * np_get(want, step), "step %d: %.8g instead of %.8g", step, loss,
                      np_get(want, step));
    }
    np_free(&want);
    np_npz_close(npz);
}
END_TEST

/* ---- mistakes -------------------------------------------------------------------------------------------------------------------- */

START_TEST(mistakes_are_said)
{
    tf_cell *cell = tf_nn_rnn_cell_gru_cell(4);
    tf_state *zero = tf_zero_state(cell, BATCH, tf_float32);
    tf_contrib_legacy_seq2seq_rnn_decoder(xs, zero, NULL);
    must_have_reported(tf_type_error, "The argument 'cell' (None) is not an RNNCell");
    tf_contrib_legacy_seq2seq_rnn_decoder(xs, NULL, cell);
    must_have_reported(tf_type_error, "initial_state is None.");
    tf_contrib_legacy_seq2seq_attention_decoder((tf_list){ 0 }, zero, x, cell);
    must_have_reported(tf_value_error, "Must provide at least 1 input to attention decoder.");
    tf_contrib_legacy_seq2seq_attention_decoder(xs, zero, x, cell, .num_heads = 0);
    must_have_reported(tf_value_error, "With less than 1 heads, use a non-attention decoder.");
    tf_contrib_legacy_seq2seq_attention_decoder(xs, zero, tf_placeholder(tf_float32, SHAPE(NONE, NONE, NONE)), cell);
    must_have_reported(tf_value_error, "Shape[2] of attention_states must be known: (?, ?, ?)");
    tf_contrib_legacy_seq2seq_sequence_loss(xs, ids, part(xs, 0, 1));
    must_have_reported(tf_value_error, "Lengths of logits, weights, and targets must be the same 4, 1, 4.");
    tf_contrib_legacy_seq2seq_model_with_buckets(part(ids, 0, 3), ids, ids, xs, BUCKETS({ 5, 4 }), bucket_model);
    must_have_reported(tf_value_error, "Length of encoder_inputs (3) must be at least that of last bucket (5).");
    tf_contrib_rnn_embedding_wrapper(cell, 0, 3);
    must_have_reported(tf_value_error, "Both embedding_classes and embedding_size must be > 0: 0, 3.");
    const tf_output_projection wrong = { tf_zeros(SHAPE(4, 3)), tf_zeros(SHAPE(3)) };
    tf_contrib_legacy_seq2seq_embedding_rnn_decoder(ids, zero, cell, WORDS, 3, wrong);
    must_have_reported(tf_value_error, "Shapes (4, 3) and (?, 5) are incompatible");
}
END_TEST

static void setup(void)
{
    open_session();
    tf_set_random_seed(3);
    x = tf_placeholder(tf_float32, SHAPE(NONE, TIME, DEPTH));
    words = tf_placeholder(tf_int32, SHAPE(NONE, TIME));
    told = tf_placeholder(tf_bool, SCALAR);
    xs = tf_unstack(x, TIME, 1), ids = tf_unstack(words, TIME, 1);
}

int main(void)
{
    Suite *suite = suite_create("legacy_seq2seq");
    TCase *tc = tcase_create("legacy_seq2seq");
    tcase_add_checked_fixture(tc, setup, close_session);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, a_case_gives_what_tensorflow_gives, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tc, mistakes_are_said);
    suite_add_tcase(suite, tc);
    tc = tcase_create("translator");
    tcase_add_checked_fixture(tc, open_session, close_session);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_translator_learns_as_in_tensorflow);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
