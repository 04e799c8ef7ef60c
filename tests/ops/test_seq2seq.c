/* tf.contrib.seq2seq: variables, what they begin with under the graph's seed, tensors and gradients are TensorFlow 1.15.5's
 * (tests/golden/make_seq2seq.py). */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/given.h"

enum { BATCH = 3, TIME = 4, DEPTH = 3, WORDS = 5 };
static tf_tensor x, lengths, targets, weights;

static void give_decoded(given *g, tf_decoded decoded)
{
    give(g, decoded.outputs.rnn_output, "logits");
    give(g, decoded.outputs.sample_id, "ids");
    give(g, decoded.sequence_lengths, "lengths");
    give_state(g, decoded.state);
}

static tf_tensor sum_of_squares(tf_tensor t) { return tf_reduce_sum(tf_square(t)); }

/* ---- the cases --------------------------------------------------------------------------------------------------------------- */

static tf_decoder *training(tf_cell *cell)
{
    tf_helper *helper = tf_contrib_seq2seq_training_helper(x, lengths);
    tf_state *zero = tf_zero_state(cell, tf_size(lengths), tf_float32);
    return tf_contrib_seq2seq_basic_decoder(cell, helper, zero, tf_layers_Dense(WORDS, .use_bias = false));
}

static tf_tensor train(given *g)
{
    const tf_decoded d = tf_contrib_seq2seq_dynamic_decode(training(tf_nn_rnn_cell_gru_cell(4)));
    give_decoded(g, d);
    return tf_contrib_seq2seq_sequence_loss(d.outputs.rnn_output, targets, weights);
}

static tf_tensor train_imputed(given *g)
{
    const tf_decoded d = tf_contrib_seq2seq_dynamic_decode(training(tf_nn_rnn_cell_lstm_cell(4)), .impute_finished = true,
                                                           .output_time_major = true);
    give_decoded(g, d);
    return tf_add(sum_of_squares(d.outputs.rnn_output), tf_reduce_sum(tf_state_c(d.state)));
}

static tf_tensor train_limited(given *g)
{
    const tf_decoded d = tf_contrib_seq2seq_dynamic_decode(training(tf_nn_rnn_cell_basic_rnn_cell(4)), .impute_finished = true,
                                                           .maximum_iterations = 3);
    give_decoded(g, d);
    return sum_of_squares(d.outputs.rnn_output);
}

static tf_decoder *answering(tf_helper *helper)
{
    tf_cell *cell = tf_nn_rnn_cell_basic_rnn_cell(4);
    return tf_contrib_seq2seq_basic_decoder(cell, helper, tf_zero_state(cell, BATCH, tf_float32), tf_layers_Dense(WORDS));
}
static tf_tensor words_table(void) { return tf_get_variable("table", SHAPE(WORDS, DEPTH)); }

static tf_tensor greedy(given *g)
{
    const tf_tensor twice = tf_mul(2, tf_reduce_max(lengths)), table = words_table();
    tf_decoder *decoder = answering(tf_contrib_seq2seq_greedy_embedding_helper(table, tf_range(BATCH), 3));
    const tf_decoded d = tf_contrib_seq2seq_dynamic_decode(decoder, .maximum_iterations = twice);
    give_decoded(g, d);
    return sum_of_squares(d.outputs.rnn_output);
}

static tf_tensor table_of_words;
static tf_tensor embedded(tf_tensor ids) { return tf_nn_embedding_lookup(table_of_words, ids); }

static tf_tensor greedy_finished(given *g)
{
    table_of_words = words_table();
    tf_helper *helper =
        tf_contrib_seq2seq_greedy_embedding_helper(.embedding_fn = embedded, .start_tokens = tf_range(BATCH), .end_token = 0);
    tf_tensor begin = tf_mul(tf_getitem(tf_reduce_sum(x, 1), ":, :1"), tf_ones(SHAPE(1, WORDS)));
    tf_decoder *decoder = tf_contrib_seq2seq_basic_decoder(tf_nn_rnn_cell_gru_cell(WORDS), helper, tf_state_new(begin));
    give_decoded(g, tf_contrib_seq2seq_dynamic_decode(decoder, .impute_finished = true, .maximum_iterations = 9));
    return (tf_tensor){ 0 };
}

static tf_tensor sampled(given *g)
{
    const tf_tensor table = words_table();
    tf_helper *helper =
        tf_contrib_seq2seq_sample_embedding_helper(table, tf_range(BATCH), 3, .softmax_temperature = 0.5, .seed = 7);
    give_decoded(g, tf_contrib_seq2seq_dynamic_decode(answering(helper), .maximum_iterations = 8));
    return (tf_tensor){ 0 };
}

static tf_tensor sampled_by_graph_seed(given *g)
{
    const tf_tensor table = words_table();
    tf_helper *helper = tf_contrib_seq2seq_sample_embedding_helper(table, tf_range(BATCH), 3);
    give_decoded(g, tf_contrib_seq2seq_dynamic_decode(answering(helper), .maximum_iterations = 8));
    return (tf_tensor){ 0 };
}

static tf_helper_next own_start(tf_helper *self)
{
    (void)self;
    const tf_tensor finished = tf_equal(lengths, 0);
    return (tf_helper_next){ .finished = finished, .inputs = tf_getitem(x, ":, 0") };
}
static tf_tensor own_sample(tf_helper *self, tf_tensor time, tf_tensor outputs, tf_state *state)
{
    (void)self, (void)time, (void)state;
    return tf_cast(tf_argmin(outputs, 1), tf_int32);
}
static tf_helper_next own_next(tf_helper *self, tf_tensor time, tf_tensor outputs, tf_state *state, tf_tensor sample_ids)
{
    (void)self, (void)sample_ids;
    return (tf_helper_next){ tf_greater_equal(tf_operator_add(time, 1), lengths), outputs, state };
}

static tf_tensor custom(given *g)
{
    tf_helper *helper = tf_contrib_seq2seq_custom_helper(own_start, own_sample, own_next);
    tf_cell *below = tf_nn_rnn_cell_basic_rnn_cell(DEPTH), *above = tf_nn_rnn_cell_gru_cell(DEPTH);
    tf_cell *cell = tf_nn_rnn_cell_multi_rnn_cell(CELLS(below, above));
    tf_decoder *decoder = tf_contrib_seq2seq_basic_decoder(cell, helper, tf_zero_state(cell, BATCH, tf_float32));
    const tf_decoded d = tf_contrib_seq2seq_dynamic_decode(decoder, .impute_finished = true, .scope = "own");
    give_decoded(g, d);
    return tf_add(tf_reduce_sum(d.outputs.rnn_output), tf_reduce_sum(tf_state_tensor(tf_state_at(d.state, 1))));
}

static tf_tensor squares(tf_tensor labels, tf_tensor logits)
{
    return tf_reduce_sum(tf_square(tf_sub(logits, tf_one_hot(labels, WORDS))), 1);
}

static tf_tensor losses(given *g)
{
    const tf_tensor logits = tf_get_variable("logits", SHAPE(BATCH, TIME, WORDS));
    const tf_tensor w = tf_mul(weights, tf_range(1, 5, 1, .dtype = tf_float32));
    give(g, tf_contrib_seq2seq_sequence_loss(logits, targets, w), "all");
    give(g, tf_contrib_seq2seq_sequence_loss(logits, targets, w, .average_across_batch = false), "time");
    give(g, tf_contrib_seq2seq_sequence_loss(logits, targets, w, .average_across_timesteps = false), "batch");
    give(g, tf_contrib_seq2seq_sequence_loss(logits, targets, w, false, false), "none");
    const tf_tensor sum = tf_contrib_seq2seq_sequence_loss(logits, targets, w, false, false, true, true);
    give(g, sum, "sum");
    give(g, tf_contrib_seq2seq_sequence_loss(logits, targets, w, false, false, .sum_over_timesteps = true), "sum_time");
    give(g, tf_contrib_seq2seq_sequence_loss(logits, targets, w, .softmax_loss_function = squares), "own");
    return sum;
}

static tf_tensor tiled(given *g)
{
    tf_state *pair = tf_state_tuple(tf_state_new(tf_getitem(x, ":, 0")), tf_state_new(targets));
    tf_state *both = tf_contrib_seq2seq_tile_batch(pair, 2);
    const tf_tensor xs = tf_state_tensor(tf_state_at(both, 0));
    give(g, xs, "x");
    give(g, tf_state_tensor(tf_state_at(both, 1)), "targets");
    give(g, tf_contrib_seq2seq_tile_batch(lengths, .multiplier = 3), "one");
    return sum_of_squares(xs);
}

/* ---- attention -------------------------------------------------------------------------------------------------------------- */

/* An AttentionWrapper's state; of its history what is stacked. */
static void give_attention(given *g, tf_state *state)
{
    const tf_list cell = tf_state_flatten(tf_state_cell_state(state));
    for (int i = 0; i < cell.n; i++)
        give(g, cell.items[i], "cell%d", i);
    give(g, tf_state_attention(state), "attention");
    give(g, tf_state_time(state), "time");
    give(g, tf_state_alignments(state), "alignments");
    give(g, tf_state_attention_state(state), "attention_state");
    if (state->n == 6)
        give(g, tf_tensor_array_stack(tf_state_alignment_history(state)), "history");
}

static tf_tensor give_attending(given *g, tf_decoded d)
{
    give(g, d.outputs.rnn_output, "logits");
    give(g, d.outputs.sample_id, "ids");
    give(g, d.sequence_lengths, "lengths");
    give_attention(g, d.state);
    return tf_contrib_seq2seq_sequence_loss(d.outputs.rnn_output, targets, weights);
}

static tf_decoder *attending(tf_cell *cell, tf_state *state)
{
    tf_helper *helper = tf_contrib_seq2seq_training_helper(x, lengths);
    if (!state)
        state = tf_zero_state(cell, tf_size(lengths), tf_float32);
    return tf_contrib_seq2seq_basic_decoder(cell, helper, state, tf_layers_Dense(WORDS));
}

static tf_tensor luong(given *g)
{
    tf_attention_mechanism *m = tf_contrib_seq2seq_luong_attention(4, tf_mul(x, 2.0), .memory_sequence_length = lengths);
    tf_cell *cell =
        tf_contrib_seq2seq_attention_wrapper(tf_nn_rnn_cell_gru_cell(4), m, .attention_layer_size = 6, .alignment_history = true);
    return give_attending(g, tf_contrib_seq2seq_dynamic_decode(attending(cell, NULL)));
}

static tf_tensor luong_scaled(given *g)
{
    tf_attention_mechanism *m = tf_contrib_seq2seq_luong_attention(4, tf_mul(x, 2.0), lengths, .scale = true);
    tf_cell *cell = tf_contrib_seq2seq_attention_wrapper(tf_nn_rnn_cell_basic_lstm_cell(4), m, .output_attention = false);
    return give_attending(g, tf_contrib_seq2seq_dynamic_decode(attending(cell, NULL), .impute_finished = true));
}

static tf_tensor bahdanau(given *g)
{
    tf_attention_mechanism *m = tf_contrib_seq2seq_bahdanau_attention(4, tf_mul(x, 2.0), lengths);
    tf_cell *cell = tf_contrib_seq2seq_attention_wrapper(tf_nn_rnn_cell_gru_cell(4), m, .attention_layer_size = 3);
    return give_attending(g, tf_contrib_seq2seq_dynamic_decode(attending(cell, NULL), .maximum_iterations = 9));
}

static tf_tensor part_of_x(const char *part) { return tf_mul(tf_getitem(x, "%s", part), tf_ones(SHAPE(1, 4))); }

static tf_tensor bahdanau_normalized(given *g)
{
    tf_attention_mechanism *m = tf_contrib_seq2seq_bahdanau_attention(4, x, .normalize = true);
    tf_cell *cell =
        tf_contrib_seq2seq_attention_wrapper(tf_nn_rnn_cell_lstm_cell(4), m, .attention_layer_size = 6, .alignment_history = true);
    tf_state *first = tf_nn_rnn_cell_lstm_state_tuple(part_of_x(":, 0, :1"), part_of_x(":, 1, :1"));
    tf_state *start = tf_clone(tf_zero_state(cell, BATCH, tf_float32), .cell_state = first);
    return give_attending(g, tf_contrib_seq2seq_dynamic_decode(attending(cell, start), .impute_finished = true));
}

static tf_tensor sum_of_both(tf_tensor inputs, tf_tensor attention) { return tf_operator_add(inputs, attention); }

static tf_tensor attention_of_known_shape(given *g)
{
    const tf_tensor memory = tf_reshape(x, SHAPE(BATCH, TIME, DEPTH));
    tf_attention_mechanism *m =
        tf_contrib_seq2seq_luong_attention(4, memory, .probability_fn = tf_contrib_seq2seq_hardmax, .name = "Looks");
    tf_cell *gru = tf_nn_rnn_cell_gru_cell(4);
    tf_cell *cell = tf_contrib_seq2seq_attention_wrapper(
        gru, m, .cell_input_fn = sum_of_both, .initial_cell_state = tf_state_new(part_of_x(":, 0, :1")), .name = "attends");
    return give_attending(g, tf_contrib_seq2seq_dynamic_decode(attending(cell, tf_zero_state(cell, BATCH, tf_float32))));
}

static tf_tensor attention_along_a_sequence(given *g)
{
    tf_attention_mechanism *m = tf_contrib_seq2seq_luong_attention(4, tf_mul(x, 2.0), lengths);
    tf_cell *cell =
        tf_contrib_seq2seq_attention_wrapper(tf_nn_rnn_cell_gru_cell(4), m, .attention_layer_size = 5, .alignment_history = true);
    const tf_rnn rnn = tf_nn_dynamic_rnn(cell, x, lengths, .dtype = tf_float32);
    give(g, rnn.outputs, "outputs");
    give_attention(g, rnn.state);
    return sum_of_squares(rnn.outputs);
}

static tf_tensor greedy_attention(given *g)
{
    const tf_tensor table = words_table();
    tf_attention_mechanism *m = tf_contrib_seq2seq_bahdanau_attention(4, tf_mul(x, 2.0), lengths);
    tf_cell *cell =
        tf_contrib_seq2seq_attention_wrapper(tf_nn_rnn_cell_gru_cell(4), m, .attention_layer_size = 4, .alignment_history = true);
    const tf_tensor start = tf_fill(LIST(tf_size(lengths)), 2);
    tf_helper *helper = tf_contrib_seq2seq_greedy_embedding_helper(table, start, 0);
    tf_state *zero = tf_zero_state(cell, tf_size(lengths), tf_float32);
    tf_decoder *decoder = tf_contrib_seq2seq_basic_decoder(cell, helper, zero, tf_layers_Dense(WORDS, .use_bias = false));
    give_attending(g, tf_contrib_seq2seq_dynamic_decode(decoder, .maximum_iterations = 6));
    return (tf_tensor){ 0 };
}

/* ---- beam search --------------------------------------------------------------------------------------------------------------- */

static void give_beams(given *g, tf_decoded d)
{
    const tf_beam_output steps = d.outputs.beam_search_decoder_output;
    give(g, d.outputs.predicted_ids, "ids");
    give(g, steps.scores, "scores");
    give(g, steps.predicted_ids, "words");
    give(g, steps.parent_ids, "parents");
    give(g, tf_state_tensor(tf_state_at(d.state, 1)), "log_probs");
    give(g, tf_state_tensor(tf_state_at(d.state, 2)), "finished");
    give(g, tf_state_tensor(tf_state_at(d.state, 3)), "lengths");
    give(g, d.sequence_lengths, "steps");
}

static tf_tensor beam(given *g)
{
    const tf_tensor table = words_table(), start = tf_contrib_seq2seq_tile_batch(part_of_x(":, 0, :1"), 3);
    tf_cell *cell = tf_nn_rnn_cell_gru_cell(4);
    tf_decoder *decoder = tf_contrib_seq2seq_beam_search_decoder(cell, table, tf_range(BATCH), 3, tf_state_new(start), 3,
                                                                 tf_layers_Dense(WORDS), .length_penalty_weight = 0.6);
    give_beams(g, tf_contrib_seq2seq_dynamic_decode(decoder, .maximum_iterations = 7));
    return (tf_tensor){ 0 };
}

static tf_tensor beam_with_attention(given *g)
{
    table_of_words = words_table();
    const tf_tensor memory = tf_contrib_seq2seq_tile_batch(x, 2), n = tf_contrib_seq2seq_tile_batch(lengths, 2);
    tf_attention_mechanism *m = tf_contrib_seq2seq_bahdanau_attention(4, memory, n);
    tf_cell *cell =
        tf_contrib_seq2seq_attention_wrapper(tf_nn_rnn_cell_lstm_cell(4), m, .attention_layer_size = 5, .alignment_history = true);
    tf_state *zero = tf_zero_state(cell, tf_mul(tf_size(lengths), 2), tf_float32);
    const tf_tensor start = tf_fill(LIST(tf_size(lengths)), 1);
    tf_decoder *decoder = tf_contrib_seq2seq_beam_search_decoder(
        cell, .embedding_fn = embedded, .start_tokens = start, .end_token = 3, .initial_state = zero, .beam_width = 2,
        .output_layer = tf_layers_Dense(WORDS), .coverage_penalty_weight = 0.4);
    const tf_decoded d = tf_contrib_seq2seq_dynamic_decode(decoder, .output_time_major = true, .maximum_iterations = 6);
    give_beams(g, d);
    give(g, tf_state_alignment_history(tf_state_at(d.state, 0)), "history");
    give(g, tf_state_tensor(tf_state_at(d.state, 4)), "covered");
    return (tf_tensor){ 0 };
}

static tf_tensor tree(given *g)
{
    const tf_ndarray ids =
        np_array((int32_t[]){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1, 9, 2, 2, 2 }, tf_int32, SHAPE(4, 2, 3));
    const tf_ndarray parents =
        np_array((int32_t[]){ 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 0, 1, 2, 1, 0, 1, 2, 0, 0, 1, 2, 2, 2, 0 }, tf_int32, SHAPE(4, 2, 3));
    give(g, tf_contrib_seq2seq_gather_tree(ids, parents, tf_getitem(lengths, ":2"), 9), "ids");
    return (tf_tensor){ 0 };
}

/* ---- TensorArrays, raw_rnn ---------------------------------------------------------------------------------------------------- */

static tf_tensor row(int i) { return tf_getitem(x, "%d", i); }

static tf_tensor arrays(given *g)
{
    tf_tensor ta = tf_tensor_array(tf_float32, 3, .clear_after_read = false);
    ta = tf_tensor_array_write(ta, 2, row(0));
    ta = tf_tensor_array_write(ta, 0, tf_mul(row(1), 2.0));
    ta = tf_tensor_array_write(ta, 1, row(2));
    const tf_tensor other = tf_tensor_array_unstack(tf_tensor_array(tf_float32, 3), x);
    const tf_tensor some = tf_tensor_array_scatter(tf_tensor_array(tf_float32, 3), NP_INT(2, 0, 1), x);
    give(g, tf_tensor_array_stack(ta), "stacked");
    give(g, tf_tensor_array_read(ta, 1), "one");
    give(g, tf_tensor_array_size(ta), "size");
    give(g, tf_tensor_array_gather(ta, NP_INT(2, 2, 0)), "rows");
    give(g, tf_tensor_array_concat(other), "all");
    give(g, tf_tensor_array_read(other, tf_add(tf_constant(1), 1)), "third");
    give(g, tf_tensor_array_stack(some), "scattered");
    return sum_of_squares(tf_tensor_array_stack(ta));
}

typedef struct {
    tf_tensor n, inputs;
} along;
static tf_tensor below_n(tf_list vars, void *context) { return tf_less(tf_at(vars, 0), ((along *)context)->n); }
static tf_list write_all(tf_list vars, void *context)
{
    const along *a = context;
    const tf_tensor i = tf_at(vars, 0), h = tf_tanh(tf_add(tf_at(vars, 1), tf_tensor_array_read(a->inputs, i)));
    const tf_tensor ta = tf_tensor_array_write(tf_at(vars, 2), i, h);
    const tf_tensor back = tf_tensor_array_write(tf_at(vars, 3), tf_sub(tf_sub(a->n, 1), i), h);
    tf_tensor pairs = tf_tensor_array_write(tf_at(vars, 4), tf_add(tf_mul(2, i), 1), tf_mul(h, 2.0));
    pairs = tf_tensor_array_write(pairs, tf_add(tf_mul(2, i), 2), tf_mul(h, 3.0));
    return LIST(tf_add(i, 1), h, ta, back, pairs);
}
static tf_list add_up(tf_list vars, void *context)
{
    const tf_tensor i = tf_at(vars, 0),
                    next = tf_mul(tf_tensor_array_read(tf_at(vars, 1), i), tf_getitem_tensors(x, LIST(i), "0, {}"));
    (void)context;
    return LIST(tf_add(i, 1), tf_tensor_array_write(tf_at(vars, 1), tf_add(i, 1), next));
}

static tf_tensor arrays_in_loops(given *g)
{
    const tf_tensor xs = tf_transpose(x, PERM(1, 0, 2)), n = tf_getitem(tf_shape(xs), "0");
    along a = { n, tf_tensor_array_unstack(tf_tensor_array(tf_float32, n), xs) };
    const tf_tensor first = tf_getitem(xs, "0");
    const tf_tensor pairs = tf_tensor_array_write(tf_tensor_array(tf_float32, 1, true), 0, tf_getitem(xs, "1"));
    const tf_list vars = LIST(tf_constant(0), first, tf_tensor_array(tf_float32, n), tf_tensor_array(tf_float32, n), pairs);
    const tf_list out = tf_while_loop(below_n, write_all, vars, .context = &a);
    tf_tensor sums = tf_tensor_array(tf_float32, TIME + 1, .element_shape = SHAPE(DEPTH));
    sums = tf_tensor_array_write(sums, 0, NP_FLOAT(1, 2, 3));
    along four = { .n = tf_constant(TIME) };
    sums = tf_at(tf_while_loop(below_n, add_up, LIST(tf_constant(0), sums), .context = &four), 1);
    give(g, tf_at(out, 1), "h");
    give(g, tf_tensor_array_stack(tf_at(out, 2)), "ta");
    give(g, tf_tensor_array_stack(tf_at(out, 3)), "back");
    give(g, tf_tensor_array_stack(tf_at(out, 4)), "pairs");
    give(g, tf_tensor_array_stack(sums), "sums");
    tf_list squares = { 0 };
    for (int i = 0; i < 5; i++)
        tf_append(&squares, sum_of_squares(g->tensors[i]));
    return tf_add_n(squares);
}

typedef struct {
    tf_tensor xs, zero, time;
} reading;
static tf_tensor nothing(void *context) { return ((reading *)context)->zero; }
static tf_tensor next_row(void *context) { return tf_tensor_array_read(((reading *)context)->xs, ((reading *)context)->time); }
typedef struct {
    tf_cell *cell;
    tf_tensor xs, zero;
} raw_context;
static tf_raw_next raw_step(tf_tensor time, tf_tensor output, tf_state *state, tf_state *loop_state, void *context)
{
    raw_context *c = context;
    if (tf_is_none(output))
        state = tf_zero_state(c->cell, tf_size(lengths), tf_float32);
    const tf_tensor finished = tf_greater_equal(time, lengths), done = tf_reduce_all(finished);
    reading r = { c->xs, c->zero, time };
    const tf_tensor next = tf_cond(done, nothing, next_row, &r);
    tf_state *count = tf_state_new(loop_state ? tf_add(tf_state_tensor(loop_state), 2) : tf_constant(0));
    return (tf_raw_next){ finished, next, state, output, count };
}

static tf_tensor raw(given *g)
{
    tf_cell *cell = tf_nn_rnn_cell_lstm_cell(4);
    const tf_tensor zero = tf_zeros_like(tf_getitem(x, ":, 0")), n = tf_getitem(tf_shape(x), "1");
    const tf_tensor ta = tf_tensor_array(tf_float32, n);
    raw_context c = { cell, tf_tensor_array_unstack(ta, tf_transpose(x, PERM(1, 0, 2))), zero };
    const tf_raw_rnn rnn = tf_nn_raw_rnn(cell, raw_step, .context = &c);
    const tf_tensor outputs = tf_tensor_array_stack(rnn.emit_ta);
    give(g, outputs, "outputs");
    give(g, tf_state_tensor(rnn.loop_state), "loop_state");
    give_state(g, rnn.state);
    return tf_add(sum_of_squares(outputs), tf_reduce_sum(tf_state_c(rnn.state)));
}

static const given_case cases[] = { GIVEN_CASE(beam),
                                    GIVEN_CASE(beam_with_attention),
                                    GIVEN_CASE(tree),
                                    GIVEN_CASE(arrays),
                                    GIVEN_CASE(arrays_in_loops),
                                    GIVEN_CASE(raw),
                                    GIVEN_CASE(luong),
                                    GIVEN_CASE(luong_scaled),
                                    GIVEN_CASE(bahdanau),
                                    GIVEN_CASE(bahdanau_normalized),
                                    GIVEN_CASE(attention_of_known_shape),
                                    GIVEN_CASE(attention_along_a_sequence),
                                    GIVEN_CASE(greedy_attention),
                                    GIVEN_CASE(train),
                                    GIVEN_CASE(train_imputed),
                                    GIVEN_CASE(train_limited),
                                    GIVEN_CASE(greedy),
                                    GIVEN_CASE(greedy_finished),
                                    GIVEN_CASE(sampled),
                                    GIVEN_CASE(sampled_by_graph_seed),
                                    GIVEN_CASE(custom),
                                    GIVEN_CASE(losses),
                                    GIVEN_CASE(tiled) };

/* ---- running them ------------------------------------------------------------------------------------------------------------ */

static tf_ndarray x_value(void)
{
    static float values[BATCH * TIME * DEPTH];
    for (int i = 0; i < BATCH * TIME * DEPTH; i++)
        values[i] = sinf((float)i);
    return np_array(values, tf_float32, SHAPE(BATCH, TIME, DEPTH));
}

START_TEST(a_case_gives_what_tensorflow_gives)
{
    check_case(&cases[_i], "golden/seq2seq.npz", x,
               FEED(x, x_value(), lengths, NP_INT(4, 2, 3), targets, NP_INT2D({ 1, 4, 2, 0 }, { 3, 3, 0, 0 }, { 2, 1, 4, 0 })));
}
END_TEST

/* ---- lengths that are none, and many ------------------------------------------------------------------------------------------- */

START_TEST(rows_that_are_done_at_once_give_no_steps)
{
    const tf_decoded d = tf_contrib_seq2seq_dynamic_decode(training(tf_nn_rnn_cell_gru_cell(4)));
    const tf_tensor dx = tf_at(tf_gradients(sum_of_squares(d.outputs.rnn_output), x), 0);
    tf_ndarray logits = { 0 }, steps = { 0 }, slope = { 0 };
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, FETCH(d.outputs.rnn_output, &logits, d.sequence_lengths, &steps, dx, &slope),
                FEED(x, x_value(), lengths, NP_INT(0, 0, 0))));
    ck_assert_msg(tf_dims_equal(logits.shape, SHAPE(BATCH, 0, WORDS)), "%d axes, %d steps", logits.shape.rank,
                  (int)logits.shape.dims[1]);
    assert_near("lengths", steps, NUMBERS(0, 0, 0));
    for (int i = 0; i < BATCH * TIME * DEPTH; i++)
        ck_assert(((float *)slope.data)[i] == 0);
    np_free(&logits), np_free(&steps), np_free(&slope);
}
END_TEST

START_TEST(there_is_room_for_any_number_of_steps)
{
    enum { MANY = 2500 };
    tf_helper *helper = tf_contrib_seq2seq_greedy_embedding_helper(words_table(), tf_range(BATCH), WORDS);
    const tf_decoded d = tf_contrib_seq2seq_dynamic_decode(answering(helper), .maximum_iterations = MANY);
    const tf_tensor slope = tf_at(tf_gradients(tf_reduce_mean(tf_square(d.outputs.rnn_output)), tf_trainable_variables()), 0);
    tf_ndarray ids = { 0 }, steps = { 0 }, of_table = { 0 };
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, FETCH(d.outputs.sample_id, &ids, d.sequence_lengths, &steps, tf_convert_to_tensor(slope), &of_table)));
    ck_assert(tf_dims_equal(ids.shape, SHAPE(BATCH, MANY)));
    ck_assert(tf_dims_equal(of_table.shape, SHAPE(WORDS, DEPTH)));
    assert_near("lengths", steps, NUMBERS(MANY, MANY, MANY));
    np_free(&ids), np_free(&steps), np_free(&of_table);
}
END_TEST

/* ---- mistakes -------------------------------------------------------------------------------------------------------------------- */

START_TEST(mistakes_are_said_in_tensorflows_words)
{
    tf_cell *cell = tf_nn_rnn_cell_gru_cell(4);
    tf_state *zero = tf_zero_state(cell, BATCH, tf_float32);
    tf_helper *helper = tf_contrib_seq2seq_training_helper(x, lengths);
    tf_contrib_seq2seq_training_helper(x, 3);
    must_have_reported(tf_value_error, "Expected sequence_length to be a vector, but received shape: ()");
    const tf_tensor table = words_table();
    tf_contrib_seq2seq_greedy_embedding_helper(table, 1, 3);
    must_have_reported(tf_value_error, "start_tokens must be a vector");
    tf_contrib_seq2seq_greedy_embedding_helper(table, lengths, lengths);
    must_have_reported(tf_value_error, "end_token must be a scalar");
    tf_contrib_seq2seq_greedy_embedding_helper(.embedding_fn = embedded, .start_tokens = 1, .end_token = 3);
    must_have_reported(tf_value_error, "start_tokens must be a vector");
    tf_contrib_seq2seq_basic_decoder(NULL, helper, zero);
    must_have_reported(tf_type_error, "The argument 'cell' (None) is not an RNNCell");
    tf_contrib_seq2seq_basic_decoder(cell, NULL, zero);
    must_have_reported(tf_type_error, "helper must be a Helper, received: <class 'NoneType'>");
    tf_contrib_seq2seq_basic_decoder(cell, helper, tf_state_tuple(zero, zero));
    must_have_reported(tf_value_error, "The two structures don't have the same nested structure: cell 'gru_cell' has state_size 4");
    tf_contrib_seq2seq_dynamic_decode(NULL);
    must_have_reported(tf_type_error, "Expected decoder to be type Decoder, but saw: <class 'NoneType'>");
    tf_decoder *decoder = tf_contrib_seq2seq_basic_decoder(cell, helper, zero);
    tf_contrib_seq2seq_dynamic_decode(decoder, .maximum_iterations = lengths);
    must_have_reported(tf_value_error, "maximum_iterations must be a scalar");
    tf_contrib_seq2seq_custom_helper(own_start, NULL, own_next);
    must_have_reported(tf_type_error, "helper must be a Helper");
    tf_contrib_seq2seq_sequence_loss(weights, targets, weights);
    must_have_reported(tf_value_error, "Logits must be a [batch_size x sequence_length x logits] tensor");
    tf_contrib_seq2seq_sequence_loss(x, lengths, weights);
    must_have_reported(tf_value_error, "Targets must be a [batch_size x sequence_length] tensor");
    tf_contrib_seq2seq_sequence_loss(x, targets, weights, .sum_over_batch = true);
    must_have_reported(tf_value_error, "average_across_batch and sum_over_batch cannot be set to True at same time.");
    tf_contrib_seq2seq_tile_batch(tf_constant(1.0), 2);
    must_have_reported(tf_value_error, "t must have statically known rank");
}
END_TEST

static tf_list other_array(tf_list vars, void *context)
{
    (void)context;
    return LIST(tf_add(tf_at(vars, 0), 1), tf_tensor_array(tf_float32, 3));
}
static tf_list read_array(tf_list vars, void *context)
{
    (void)context;
    tf_tensor_array_read(tf_at(vars, 1), tf_at(vars, 0));
    return LIST(tf_add(tf_at(vars, 0), 1), tf_at(vars, 1));
}
static tf_tensor below_three(tf_list vars, void *context) { return (void)context, tf_less(tf_at(vars, 0), 3); }

START_TEST(mistakes_of_a_beam_search_are_said)
{
    tf_cell *cell = tf_nn_rnn_cell_gru_cell(4);
    tf_state *zero = tf_zero_state(cell, 2 * BATCH, tf_float32);
    const tf_tensor table = words_table();
    tf_contrib_seq2seq_beam_search_decoder(cell, table, 1, 0, zero, 2);
    must_have_reported(tf_value_error, "start_tokens must be a vector");
    tf_contrib_seq2seq_beam_search_decoder(cell, table, tf_range(BATCH), lengths, zero, 2);
    must_have_reported(tf_value_error, "end_token must be a scalar");
    tf_contrib_seq2seq_beam_search_decoder(cell, .embedding_fn = embedded, .start_tokens = 1, .end_token = 0, .initial_state = zero,
                                           .beam_width = 2);
    must_have_reported(tf_value_error, "start_tokens must be a vector");
    tf_contrib_seq2seq_beam_search_decoder(cell, table, tf_range(BATCH), 0, zero, 0);
    must_have_reported(tf_value_error, "beam_width must be positive");
    tf_contrib_seq2seq_beam_search_decoder(cell, table, tf_range(BATCH), 0, NULL, 2);
    must_have_reported(tf_type_error, "initial_state is None.");
    tf_contrib_seq2seq_gather_tree(x, x, lengths, 0);
    must_have_reported(tf_value_error, "Tensor conversion requested dtype int32 for Tensor with dtype float32");
}
END_TEST

START_TEST(each_element_has_rows_of_its_own)
{
    const tf_tensor rows = tf_placeholder(tf_float32, SHAPE(NONE, 2)), more = tf_mul(rows, 3);
    tf_tensor ta = tf_tensor_array(tf_float32, 2, .infer_shape = false);
    ta = tf_tensor_array_write(ta, 1, rows);
    ta = tf_tensor_array_write(ta, 0, tf_concat(LIST(more, rows), 0));
    const tf_tensor all = tf_tensor_array_concat(ta), dx = tf_at(tf_gradients(tf_square(all), rows), 0);
    tf_session *sess = tf_session();
    tf_ndarray got[2] = { { 0 } };
    const float want[2][6] = { { 3, 6, 1, 2, 1, 2 }, { 22, 44 } };
    ck_assert_int_eq(tf_run(sess, FETCH(all, &got[0], dx, &got[1]), FEED(rows, NP_FLOAT2D({ 1, 2 }))), tf_ok);
    for (int k = 0; k < 2; k++) {
        ck_assert_int_eq(np_size(got[k]), k ? 2 : 6);
        for (int i = 0; i < np_size(got[k]); i++)
            ck_assert_float_eq(((float *)got[k].data)[i], want[k][i]);
        np_free(&got[k]);
    }
    tf_close(sess);
}
END_TEST

START_TEST(mistakes_of_arrays_are_said)
{
    const tf_tensor ta = tf_tensor_array(tf_float32, 2), one = tf_tensor_array_write(ta, 0, x);
    tf_tensor_array(tf_float32);
    must_have_reported(tf_value_error, "Size must be provided if flow is not provided");
    tf_tensor_array_write(ta, 0, tf_constant(1));
    must_have_reported(tf_invalid_argument, "TensorArray dtype is float but Op is trying to write dtype int32.");
    tf_tensor_array_write(one, 1, tf_zeros(SHAPE(2)));
    must_have_reported(tf_value_error, "Inconsistent shapes: saw (2,) but expected (?, ?, 3) (and infer_shape=True)");
    tf_tensor_array_write(one, 0, x);
    must_have_reported(tf_invalid_argument, "Could not write to TensorArray index 0 because it has already been written to.");
    tf_tensor_array_write(one, 2, x);
    must_have_reported(tf_invalid_argument, "Tried to write to index 2 but array is not resizeable and size is: 2");
    tf_tensor_array_stack(x);
    must_have_reported(tf_type_error, "A TensorArray was expected, got Tensor(\"Placeholder:0\"");
    tf_tensor_array_stack(ta);
    must_have_reported(tf_invalid_argument, "TensorArray has size zero, but element shape <unknown> is not fully defined.");
    tf_while_loop(below_three, other_array, LIST(tf_constant(0), ta));
    must_have_reported(tf_value_error, "A TensorArray of the loop's is another one after a step");
    tf_while_loop(below_three, read_array, LIST(tf_constant(0), tf_tensor_array(tf_float32, 3)));
    must_have_reported(tf_invalid_argument, "element shape <unknown> is not fully defined.");
    tf_nn_raw_rnn(tf_nn_rnn_cell_gru_cell(3), NULL);
    must_have_reported(tf_type_error, "loop_fn must be a callable");
}
END_TEST

START_TEST(mistakes_of_attention_are_said_in_tensorflows_words)
{
    tf_cell *cell = tf_nn_rnn_cell_gru_cell(4);
    tf_attention_mechanism *m = tf_contrib_seq2seq_luong_attention(3, x);
    tf_contrib_seq2seq_luong_attention(4, tf_placeholder(tf_float32, SHAPE(NONE, NONE, NONE)));
    must_have_reported(tf_value_error, "to have fully defined inner dims, but saw shape: (?, ?, ?)");
    tf_contrib_seq2seq_attention_wrapper(cell, NULL);
    must_have_reported(tf_type_error, "attention_mechanism must be an AttentionMechanism or list of multiple");
    tf_contrib_seq2seq_attention_wrapper(cell, m, 3, .attention_layer = tf_layers_Dense(3));
    must_have_reported(tf_value_error, "Only one of attention_layer_size and attention_layer should be set");
    tf_cell *wrapped = tf_contrib_seq2seq_attention_wrapper(cell, m);
    tf_state *zero = tf_zero_state(wrapped, BATCH, tf_float32);
    tf_call(wrapped, tf_zeros(SHAPE(BATCH, 2)), zero);
    must_have_reported(tf_value_error, "Incompatible or unknown inner dimensions between query and keys.");
    tf_clone(zero, .cell_state = tf_zero_state(tf_nn_rnn_cell_gru_cell(5), BATCH, tf_float32));
    must_have_reported(tf_value_error, "expected (3, 4), got (3, 5).");
    tf_state_alignment_history(zero);
    must_have_reported(tf_type_error, "'tuple' object has no attribute 'alignment_history'");
}
END_TEST

START_TEST(a_memory_of_no_length_is_refused_when_run)
{
    tf_attention_mechanism *m = tf_contrib_seq2seq_bahdanau_attention(4, x, .memory_sequence_length = lengths);
    tf_cell *wrapped = tf_contrib_seq2seq_attention_wrapper(tf_nn_rnn_cell_gru_cell(4), m);
    const tf_tensor y = tf_call(wrapped, tf_zeros(SHAPE(BATCH, 2)), tf_zero_state(wrapped, BATCH, tf_float32)).output;
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, FETCH(y, NULL), FEED(x, x_value(), lengths, NP_INT(1, 2, 1))));
    ck_assert_int_eq(tf_run(sess, FETCH(y, NULL), FEED(x, x_value(), lengths, NP_INT(1, 0, 1))), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "assertion failed: [All values in memory_sequence_length must be greater than zero.]");
}
END_TEST

START_TEST(a_second_mechanism_has_a_memory_layer_of_its_own)
{
    tf_contrib_seq2seq_bahdanau_attention(3, x);
    tf_contrib_seq2seq_luong_attention(4, x);
    const tf_list all = tf_trainable_variables();
    ck_assert_str_eq(tf_op_name(tf_at(all, -2).op), "memory_layer/kernel");
    ck_assert_str_eq(tf_op_name(tf_at(all, -1).op), "memory_layer_1/kernel");
}
END_TEST

/* ---- a translator, as in the NMT tutorial --------------------------------------------------------------------------------------- */

enum { SOS = 1, EOS = 2, SIZE = 12, UNITS = 16, ROWS = 8, LONGEST = 6, STEPS = 30 };
typedef struct {
    int32_t source[LONGEST][ROWS], target_in[LONGEST + 1][ROWS], target_out[LONGEST + 1][ROWS], source_lengths[ROWS],
        target_lengths[ROWS];
} sentences;

/* Numbers, and the same backwards. */
static void set_batch(sentences *s, int step)
{
    memset(s, 0, sizeof *s);
    for (int b = 0; b < ROWS; b++) {
        const int n = s->source_lengths[b] = b ? 2 + (3 * step + 5 * b) % (LONGEST - 1) : LONGEST;
        s->target_lengths[b] = n + 1;
        s->target_in[0][b] = SOS;
        s->target_out[n][b] = EOS;
        for (int t = 0; t < n; t++) {
            s->source[t][b] = 3 + (7 * step + 5 * b + t * (b + 2)) % (SIZE - 3);
            s->target_in[n - t][b] = s->target_out[n - t - 1][b] = s->source[t][b];
        }
    }
}

START_TEST(a_translator_learns_as_in_tensorflow)
{
    tf_set_random_seed(4);
    tf_tensor encoder_inputs = tf_placeholder(tf_int32, SHAPE(NONE, NONE));
    tf_tensor decoder_inputs = tf_placeholder(tf_int32, SHAPE(NONE, NONE));
    tf_tensor decoder_outputs = tf_placeholder(tf_int32, SHAPE(NONE, NONE));
    tf_tensor source_lengths = tf_placeholder(tf_int32, SHAPE(NONE));
    tf_tensor target_lengths = tf_placeholder(tf_int32, SHAPE(NONE));
    tf_tensor batch_size = tf_size(source_lengths);
    tf_tensor embedding_encoder = tf_get_variable("embedding_encoder", SHAPE(SIZE, 8));
    tf_tensor embedding_decoder = tf_get_variable("embedding_decoder", SHAPE(SIZE, 8));
    tf_tensor encoder_emb_inp = tf_nn_embedding_lookup(embedding_encoder, encoder_inputs);
    tf_cell *encoder_cell = tf_nn_rnn_cell_basic_lstm_cell(UNITS);
    tf_rnn encoder = tf_nn_dynamic_rnn(encoder_cell, encoder_emb_inp, .sequence_length = source_lengths, .time_major = true,
                                       .dtype = tf_float32);
    tf_tensor attention_states = tf_transpose(encoder.outputs, PERM(1, 0, 2));
    tf_attention_mechanism *attention_mechanism =
        tf_contrib_seq2seq_luong_attention(UNITS, attention_states, .memory_sequence_length = source_lengths, .scale = true);
    tf_cell *decoder_cell = tf_nn_rnn_cell_basic_lstm_cell(UNITS);
    decoder_cell = tf_contrib_seq2seq_attention_wrapper(decoder_cell, attention_mechanism, .attention_layer_size = UNITS);
    tf_state *initial_state = tf_clone(tf_zero_state(decoder_cell, batch_size, tf_float32), .cell_state = encoder.state);
    tf_layer *projection_layer = tf_layers_Dense(SIZE, .use_bias = false);
    tf_tensor decoder_emb_inp = tf_nn_embedding_lookup(embedding_decoder, decoder_inputs);
    tf_helper *helper = tf_contrib_seq2seq_training_helper(decoder_emb_inp, target_lengths, .time_major = true);
    tf_decoder *decoder = tf_contrib_seq2seq_basic_decoder(decoder_cell, helper, initial_state, .output_layer = projection_layer);
    tf_decoded decoded = tf_contrib_seq2seq_dynamic_decode(decoder, .output_time_major = true, .swap_memory = true);
    tf_tensor logits = decoded.outputs.rnn_output;
    tf_tensor crossent = tf_nn_sparse_softmax_cross_entropy_with_logits(.labels = decoder_outputs, .logits = logits);
    tf_tensor longest = tf_getitem(tf_shape(decoder_outputs), "0");
    tf_tensor target_weights = tf_transpose(tf_sequence_mask(target_lengths, longest, .dtype = tf_float32));
    tf_tensor total = tf_reduce_sum(tf_mul(crossent, target_weights));
    tf_tensor train_loss = tf_truediv(total, tf_cast(batch_size, tf_float32));
    tf_list params = tf_trainable_variables();
    tf_clipped clipped = tf_clip_by_global_norm(tf_gradients(train_loss, params), 5.0);
    tf_operation *update_step = tf_apply_gradients(tf_train_adam_optimizer(0.01), tf_zip(clipped.list, params));
    tf_helper *greedy_helper = tf_contrib_seq2seq_greedy_embedding_helper(embedding_decoder, tf_fill(LIST(batch_size), SOS), EOS);
    tf_decoder *inference =
        tf_contrib_seq2seq_basic_decoder(decoder_cell, greedy_helper, initial_state, .output_layer = projection_layer);
    tf_decoded answers =
        tf_contrib_seq2seq_dynamic_decode(inference, .maximum_iterations = tf_mul(2, tf_reduce_max(source_lengths)));

    char path[512];
    static sentences s;
    np_npz *npz = np_npz_open(data_path("golden/seq2seq.npz", path, sizeof path));
    tf_ndarray want = np_npz_get(npz, "translator/losses"), ids = { 0 };
    const tf_feeds feeds =
        FEED(encoder_inputs, np_array(s.source, tf_int32, SHAPE(LONGEST, ROWS)), decoder_inputs,
             np_array(s.target_in, tf_int32, SHAPE(LONGEST + 1, ROWS)), decoder_outputs,
             np_array(s.target_out, tf_int32, SHAPE(LONGEST + 1, ROWS)), source_lengths,
             np_array(s.source_lengths, tf_int32, SHAPE(ROWS)), target_lengths, np_array(s.target_lengths, tf_int32, SHAPE(ROWS)));
    must(tf_run(sess, tf_global_variables_initializer()));
    for (int step = 0; step < STEPS; step++) {
        float loss;
        set_batch(&s, step);
        must(tf_run(sess, FETCH(train_loss, &loss, update_step, NULL), feeds));
        ck_assert_msg(fabs(loss - np_get(want, step)) <= 1e-5 * np_get(want, step), "step %d: %.8g instead of %.8g", step, loss,
                      np_get(want, step));
    }
    set_batch(&s, STEPS);
    must(tf_run(sess, FETCH(answers.outputs.sample_id, &ids), feeds));
    check_array(npz, "translator", "answers", ids, 0);
    np_free(&want), np_free(&ids);
    np_npz_close(npz);
}
END_TEST

static void setup(void)
{
    open_session();
    tf_set_random_seed(3);
    x = tf_placeholder(tf_float32, SHAPE(NONE, NONE, DEPTH));
    lengths = tf_placeholder(tf_int32, SHAPE(NONE));
    targets = tf_placeholder(tf_int32, SHAPE(NONE, NONE));
    weights = tf_sequence_mask(lengths, TIME, tf_float32);
}

int main(void)
{
    Suite *suite = suite_create("seq2seq");
    TCase *tc = tcase_create("seq2seq");
    tcase_add_checked_fixture(tc, setup, close_session);
    tcase_add_loop_test(tc, a_case_gives_what_tensorflow_gives, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tc, rows_that_are_done_at_once_give_no_steps);
    tcase_add_test(tc, there_is_room_for_any_number_of_steps);
    tcase_add_test(tc, mistakes_are_said_in_tensorflows_words);
    tcase_add_test(tc, mistakes_of_a_beam_search_are_said);
    tcase_add_test(tc, each_element_has_rows_of_its_own);
    tcase_add_test(tc, mistakes_of_arrays_are_said);
    tcase_add_test(tc, mistakes_of_attention_are_said_in_tensorflows_words);
    tcase_add_test(tc, a_memory_of_no_length_is_refused_when_run);
    tcase_add_test(tc, a_second_mechanism_has_a_memory_layer_of_its_own);
    suite_add_tcase(suite, tc);
    tc = tcase_create("translator");
    tcase_add_checked_fixture(tc, open_session, close_session);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_translator_learns_as_in_tensorflow);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
