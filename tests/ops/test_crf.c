/* tf.contrib.crf: values, gradients, how many operations it makes, and a tagger's training are TensorFlow 1.15.5's
 * (tests/golden/make_crf.py). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/given.h"

enum { BATCH = 4, TIME = 5, TAGS = 3 };
static tf_tensor x, tags, lengths, bitmap;

/* ---- the cases --------------------------------------------------------------------------------------------------------------- */

/* Its seed is told by how many operations there are. */
static void give_drawn(given *g) { give(g, tf_random_uniform(SCALAR), "drawn"); }
static tf_tensor table(void) { return tf_get_variable("table", SHAPE(TAGS, TAGS)); }

static tf_tensor likelihood(given *g)
{
    const tf_crf_likelihood l = tf_contrib_crf_crf_log_likelihood(x, tags, lengths);
    give(g, l.log_likelihood, "likelihood");
    give(g, l.transition_params, "transitions");
    const tf_tensor loss = tf_reduce_mean(tf_neg(l.log_likelihood));
    give_drawn(g);
    return loss;
}

static tf_tensor scores(given *g)
{
    const tf_tensor transitions = table();
    give(g, tf_contrib_crf_crf_sequence_score(x, tags, lengths, transitions), "score");
    give(g, tf_contrib_crf_crf_unary_score(tags, lengths, x), "unary");
    give(g, tf_contrib_crf_crf_binary_score(tags, lengths, transitions), "binary");
    give(g, tf_contrib_crf_crf_log_norm(x, lengths, transitions), "norm");
    tf_list sums = { 0 };
    for (int i = 0; i < 4; i++)
        tf_append(&sums, tf_reduce_sum(tf_mul(i + 1, g->tensors[i])));
    const tf_tensor loss = tf_add_n(sums);
    give_drawn(g);
    return loss;
}

static tf_tensor multitag(given *g)
{
    const tf_tensor transitions = table(), score = tf_contrib_crf_crf_multitag_sequence_score(x, bitmap, lengths, transitions);
    give(g, score, "score");
    const tf_tensor loss = tf_reduce_sum(tf_getitem(score, ":1"));
    give_drawn(g);
    return loss;
}

static tf_tensor decode(given *g)
{
    const tf_tensor transitions = table();
    const tf_crf_decoded d = tf_contrib_crf_crf_decode(x, transitions, lengths);
    give(g, d.decode_tags, "tags");
    give(g, d.best_score, "best");
    const tf_tensor loss = tf_reduce_sum(d.best_score);
    give_drawn(g);
    return loss;
}

static tf_tensor cell(given *g)
{
    const tf_rnn rnn = tf_nn_dynamic_rnn(tf_contrib_crf_crf_forward_rnn_cell(table()), x, lengths, .dtype = tf_float32);
    give(g, rnn.outputs, "outputs");
    give(g, tf_state_tensor(rnn.state), "state");
    const tf_tensor loss = tf_reduce_sum(tf_square(rnn.outputs));
    give_drawn(g);
    return loss;
}

/* Steps that are fed, and what is known of them while the graph is built. */
static const struct {
    given_case of;
    int64_t batch, time;
    tf_dtype index;
    int steps;
} cases[] = {
    { { "likelihood", likelihood }, NONE, NONE, tf_int32, TIME },
    { { "likelihood_known", likelihood }, BATCH, TIME, tf_int64, TIME },
    { { "likelihood_single", likelihood }, NONE, 1, tf_int32, 1 },
    { { "likelihood_turned_out_single", likelihood }, NONE, NONE, tf_int32, 1 },
    { { "scores", scores }, NONE, NONE, tf_int32, TIME },
    { { "multitag", multitag }, NONE, NONE, tf_int32, TIME },
    { { "multitag_single", multitag }, NONE, 1, tf_int32, 1 },
    { { "decode", decode }, NONE, NONE, tf_int32, TIME },
    { { "decode_known", decode }, BATCH, TIME, tf_int32, TIME },
    { { "decode_single", decode }, NONE, 1, tf_int32, 1 },
    { { "cell", cell }, NONE, NONE, tf_int32, TIME },
};

static struct {
    float x[BATCH * TIME * TAGS];
    int64_t tags[BATCH * TIME], lengths[BATCH];
    bool bitmap[BATCH * TIME * TAGS];
} values;
static void set_values(int steps)
{
    static const int64_t all_lengths[BATCH] = { 5, 0, 3, 1 };
    for (int b = 0; b < BATCH; b++) {
        values.lengths[b] = all_lengths[b] < steps ? all_lengths[b] : steps;
        for (int t = 0; t < steps; t++) {
            const int from = b * TIME + t, to = b * steps + t;
            values.tags[to] = from * from % TAGS;
            for (int k = 0; k < TAGS; k++) {
                const int i = from * TAGS + k;
                values.x[to * TAGS + k] = (float)(2 * sin(i));
                values.bitmap[to * TAGS + k] = i * i % 7 < 4;
            }
        }
    }
}

START_TEST(a_case_gives_what_tensorflow_gives)
{
    const int64_t batch = cases[_i].batch, time = cases[_i].time, steps = cases[_i].steps;
    tf_set_random_seed(3);
    x = tf_placeholder(tf_float32, SHAPE(batch, time, TAGS));
    tags = tf_placeholder(cases[_i].index, SHAPE(batch, time));
    lengths = tf_placeholder(cases[_i].index, SHAPE(batch));
    bitmap = tf_placeholder(tf_bool, SHAPE(batch, time, TAGS));
    set_values((int)steps);
    check_case(&cases[_i].of, "golden/crf.npz", x,
               FEED(x, np_array(values.x, tf_float32, SHAPE(BATCH, steps, TAGS)), tags,
                    np_array(values.tags, tf_int64, SHAPE(BATCH, steps)), lengths, np_array(values.lengths, tf_int64, SHAPE(BATCH)),
                    bitmap, np_array(values.bitmap, tf_bool, SHAPE(BATCH, steps, TAGS))));
}
END_TEST

/* ---- Viterbi's paths, outside of graphs ------------------------------------------------------------------------------------------ */

static void check_path(np_npz *npz, const char *name, tf_dtype dtype)
{
    char key[64];
    double transitions[TAGS * TAGS];
    for (int i = 0; i < TAGS * TAGS; i++)
        transitions[i] = cos(i);
    set_values(TIME);
    tf_ndarray score = np_astype(np_array(values.x, tf_float32, SHAPE(TIME, TAGS)), dtype);
    tf_ndarray table = np_astype(np_array(transitions, tf_float64, SHAPE(TAGS, TAGS)), dtype);
    tf_viterbi v = tf_contrib_crf_viterbi_decode(score, table);
    check_array(npz, "viterbi", name, v.viterbi, 0);
    snprintf(key, sizeof key, "%s/score", name);
    check_array(npz, "viterbi", key, np_array(&v.viterbi_score, tf_float64, SCALAR), 1e-12);
    np_free(&v.viterbi), np_free(&score), np_free(&table);
}

START_TEST(a_path_is_what_tensorflow_finds)
{
    char path[512];
    np_npz *npz = np_npz_open(data_path("golden/crf.npz", path, sizeof path));
    check_path(npz, "float32", tf_float32);
    check_path(npz, "float64", tf_float64);
    np_npz_close(npz);
}
END_TEST

/* ---- a tagger, as in the tutorials on named entities ----------------------------------------------------------------------------- */

enum { WORDS = 11, SIZE = 6, UNITS = 8, ROWS = 6, LONGEST = 7, KINDS = 4, STEPS = 30 };
typedef struct {
    int32_t words[ROWS][LONGEST], labels[ROWS][LONGEST], lengths[ROWS];
} sentences;

static void set_batch(sentences *s, int step)
{
    memset(s, 0, sizeof *s);
    for (int b = 0; b < ROWS; b++) {
        s->lengths[b] = b == 0 ? LONGEST : 1 + (3 * step + 2 * b) % LONGEST;
        for (int t = 0; t < s->lengths[b]; t++) {
            s->words[b][t] = (5 * step + 3 * b + t * (b + 1)) % WORDS;
            s->labels[b][t] = (s->words[b][t] + (t ? s->words[b][t - 1] : 0)) % KINDS;
        }
    }
}

START_TEST(a_tagger_learns_as_in_tensorflow)
{
    tf_set_random_seed(5);
    tf_tensor words = tf_placeholder(tf_int32, SHAPE(NONE, NONE)), labels = tf_placeholder(tf_int32, SHAPE(NONE, NONE));
    lengths = tf_placeholder(tf_int32, SHAPE(NONE));
    tf_tensor embeddings = tf_nn_embedding_lookup(tf_get_variable("embeddings", SHAPE(WORDS, SIZE)), words);
    tf_birnn rnn = { 0 };
    tf_with_variable_scope("bi-lstm")
        rnn = tf_nn_bidirectional_dynamic_rnn(tf_nn_rnn_cell_lstm_cell(UNITS), tf_nn_rnn_cell_lstm_cell(UNITS), embeddings,
                                              .sequence_length = lengths, .dtype = tf_float32);
    tf_tensor logits = tf_layers_dense(tf_concat(LIST(rnn.output_fw, rnn.output_bw), -1), KINDS);
    tf_crf_likelihood crf = tf_contrib_crf_crf_log_likelihood(logits, labels, lengths);
    tf_tensor loss = tf_reduce_mean(tf_neg(crf.log_likelihood));
    tf_operation *train_op = tf_minimize(tf_train_adam_optimizer(0.02), loss);
    tf_tensor decoded = tf_contrib_crf_crf_decode(logits, crf.transition_params, lengths).decode_tags;

    char path[512];
    static sentences s;
    np_npz *npz = np_npz_open(data_path("golden/crf.npz", path, sizeof path));
    tf_ndarray want = np_npz_get(npz, "tagger/losses"), got = { 0 };
    const tf_feeds feeds =
        FEED(words, np_array(s.words, tf_int32, SHAPE(ROWS, LONGEST)), labels, np_array(s.labels, tf_int32, SHAPE(ROWS, LONGEST)),
             lengths, np_array(s.lengths, tf_int32, SHAPE(ROWS)));
    must(tf_run(sess, tf_global_variables_initializer()));
    for (int step = 0; step < STEPS; step++) {
        float value;
        set_batch(&s, step);
        must(tf_run(sess, FETCH(loss, &value, train_op, NULL), feeds));
        ck_assert_msg(fabs(value - np_get(want, step)) <= 1e-5 * np_get(want, step), "step %d: %.8g instead of %.8g", step, value,
                      np_get(want, step));
    }
    set_batch(&s, STEPS);
    must(tf_run(sess, FETCH(decoded, &got), feeds));
    check_array(npz, "tagger", "tags", got, 0);
    np_free(&want), np_free(&got);
    np_npz_close(npz);
}
END_TEST

/* ---- mistakes ---------------------------------------------------------------------------------------------------------------------- */

START_TEST(mistakes_are_said)
{
    const tf_tensor open = tf_placeholder(tf_float32, SHAPE(NONE, NONE, NONE)), any = tf_placeholder(tf_float32, SHAPE(NONE, NONE));
    tags = tf_placeholder(tf_int32, SHAPE(NONE, NONE)), lengths = tf_placeholder(tf_int32, SHAPE(NONE));
    tf_contrib_crf_crf_log_likelihood(tf_zeros(SHAPE(2, 3)), tags, lengths);
    must_have_reported(tf_value_error, "Shape (2, 3) must have rank 3");
    tf_contrib_crf_crf_log_likelihood(open, tags, lengths);
    must_have_reported(tf_value_error, "Shape of a new variable (transitions) must be fully defined, but instead was (?, ?).");
    tf_contrib_crf_crf_binary_score(tags, lengths, any);
    must_have_reported(tf_value_error, "Cannot convert an unknown Dimension to a Tensor: ?");
    tf_contrib_crf_crf_decode(open, any, lengths);
    must_have_reported(tf_value_error, "transition_params.shape[0], the number of tags, is not known.");
    tf_contrib_crf_crf_log_norm(open);
    must_have_reported(tf_value_error, "None values not supported.");
    ck_assert(!tf_contrib_crf_viterbi_decode(NP_FLOAT2D({ 1, 2 }), NP_FLOAT2D({ 1, 2, 3 })).viterbi.data);
    must_have_reported(tf_value_error, "score (1, 2), transition_params (1, 3)");
    ck_assert(!tf_contrib_crf_viterbi_decode(NP_INT2D({ 1, 2 }), NP_FLOAT2D({ 1, 2 }, { 3, 4 })).viterbi.data);
    must_have_reported(tf_type_error, "score and transition_params must be arrays of a floating dtype.");
    ck_assert(!tf_contrib_crf_viterbi_decode((tf_ndarray){ 0 }, NP_FLOAT2D({ 1, 2 }, { 3, 4 })).viterbi.data);
    must_have_reported(tf_type_error, "score and transition_params must be arrays");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crf");
    TCase *tc = tcase_create("crf");
    tcase_add_checked_fixture(tc, open_session, close_session);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, a_case_gives_what_tensorflow_gives, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tc, a_path_is_what_tensorflow_finds);
    tcase_add_test(tc, a_tagger_learns_as_in_tensorflow);
    tcase_add_test(tc, mistakes_are_said);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
