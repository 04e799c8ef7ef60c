/* Loops that are long: by spans of steps, and with less saved for the gradient. Here a few steps are long already. Whatever is left
 * out, and on however many threads, the numbers are those of a plan without passes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "session/passes/pass.h"

enum { BATCH = 5, INPUTS = 3, UNITS = 4, MOST_FETCHED = 8 };

/* ---- models: a loss, its gradients, and what else is fetched -------------------------------------------------------------- */

typedef struct {
    tf_tensor x, lengths; /* fed: [batch, steps, inputs], [batch] */
    tf_list fetched;
} model;

static void differentiate(model *m, tf_tensor outputs)
{
    const tf_tensor loss = tf_reduce_sum(tf_mul(tf_square(outputs), tf_add(tf_sin(outputs), 2.0)));
    tf_append(&m->fetched, loss);
    tf_append(&m->fetched, outputs);
    const tf_list gradients = tf_gradients(LIST(loss), tf_trainable_variables());
    for (int i = 0; i < gradients.n; i++)
        tf_append(&m->fetched, tf_at(gradients, i));
}

static tf_rnn along(model *m, tf_cell *cell, bool by_lengths)
{
    if (by_lengths)
        return tf_nn_dynamic_rnn(cell, m->x, .sequence_length = TF_T(m->lengths), .dtype = tf_float32);
    return tf_nn_dynamic_rnn(cell, m->x, .dtype = tf_float32);
}
static void last_of_lstm(model *m) { differentiate(m, tf_state_h(along(m, tf_nn_rnn_cell_basic_lstm_cell(UNITS), false).state)); }
static void all_of_lstm(model *m)
{
    differentiate(m, along(m, tf_nn_rnn_cell_lstm_cell(UNITS, .use_peepholes = true), false).outputs);
}
static void gru_of_lengths(model *m) { differentiate(m, along(m, tf_nn_rnn_cell_gru_cell(UNITS), true).outputs); }
static void dropped(model *m)
{
    tf_cell *cell = tf_nn_rnn_cell_dropout_wrapper(tf_nn_rnn_cell_basic_lstm_cell(UNITS), .output_keep_prob = 0.5, .seed = 3);
    differentiate(m, along(m, cell, false).outputs);
}
static void from_both_ends(model *m)
{
    tf_birnn rnn = tf_nn_bidirectional_dynamic_rnn(tf_nn_rnn_cell_basic_lstm_cell(UNITS), tf_nn_rnn_cell_basic_rnn_cell(UNITS),
                                                   m->x, .dtype = tf_float32);
    differentiate(m, tf_concat(LIST(rnn.output_fw, rnn.output_bw), 2));
}

static tf_tensor weight;
static tf_tensor turn(tf_tensor state, tf_tensor x, void *unused)
{
    (void)unused;
    tf_tensor gate = tf_sigmoid(tf_matmul(x, weight));
    return tf_tanh(tf_add(tf_mul(gate, state), tf_sub(tf_exp(tf_neg(tf_square(state))), tf_mul(state, x))));
}
static void scanned(model *m)
{
    weight = tf_get_variable("weight", SHAPE(INPUTS, INPUTS));
    differentiate(m, tf_scan(turn, tf_transpose(m->x, .perm = PERM(1, 0, 2)), .initializer = tf_ones(SHAPE(BATCH, INPUTS))));
}
static void scanned_backwards(model *m)
{
    weight = tf_get_variable("weight", SHAPE(INPUTS, INPUTS));
    differentiate(m, tf_scan(turn, tf_transpose(m->x, .perm = PERM(1, 0, 2)), tf_ones(SHAPE(BATCH, INPUTS)), .reverse = true));
}
static tf_tensor whole_scan(tf_tensor state, tf_tensor x, void *sequence)
{
    (void)x;
    return tf_getitem(tf_scan(turn, *(tf_tensor *)sequence, .initializer = state), "-1");
}
static void loop_in_loop(model *m)
{
    tf_tensor sequence = tf_transpose(m->x, .perm = PERM(1, 0, 2));
    weight = tf_get_variable("weight", SHAPE(INPUTS, INPUTS));
    differentiate(m, tf_scan(whole_scan, tf_zeros(SHAPE(8)), .initializer = tf_ones(SHAPE(BATCH, INPUTS)), .context = &sequence));
}
static void of_second_order(model *m)
{
    tf_tensor h = tf_state_tensor(along(m, tf_nn_rnn_cell_basic_rnn_cell(UNITS), false).state);
    differentiate(m, tf_at(tf_gradients(LIST(tf_reduce_sum(tf_square(h))), LIST(m->x)), 0));
}

static const struct {
    const char *what;
    void (*build)(model *m);
} models[] = {
    { "the last state of an LSTM", last_of_lstm },
    { "all outputs of an LSTM that looks at its cell", all_of_lstm },
    { "a GRU of lengths", gru_of_lengths },
    { "an LSTM with dropout", dropped },
    { "both ends", from_both_ends },
    { "a scan", scanned },
    { "a scan from the last element", scanned_backwards },
    { "a scan in each step of a scan", loop_in_loop },
    { "a gradient of a gradient", of_second_order },
};
enum { MODELS = sizeof models / sizeof *models };

/* ---- runs ------------------------------------------------------------------------------------------------------------------------ */

static const int steps[] = { 12, 8, 13 };
static const ir_lengths lengths[] = { { 1, 1, 2 }, { 1, 600, 2 }, { 1, 1 << 20, 4 } };
enum { STEPS = sizeof steps / sizeof *steps, LENGTHS = sizeof lengths / sizeof *lengths };
static ir_lengths as_usual;

static void remember(void) { as_usual = ir_long; }
static void restore(void) { ir_long = as_usual; }

static tf_ndarray sequence(int n)
{
    tf_ndarray a = np_empty(SHAPE(BATCH, n, INPUTS), tf_float32);
    for (int64_t i = 0; i < np_size(a); i++)
        ((float *)a.data)[i] = (float)((i * 37) % 41 - 20) / 20;
    return a;
}

static model build(int i, int n)
{
    model m = { 0 };
    tf_reset_default_graph();
    tf_set_random_seed(7);
    m.x = tf_placeholder(tf_float32, SHAPE(BATCH, n, INPUTS));
    m.lengths = tf_placeholder(tf_int32, SHAPE(BATCH));
    models[i].build(&m);
    return m;
}

static void run(const model *m, int n, int threads, const char *off, int64_t checkpoints, tf_ndarray *out)
{
    tf_session *s = tf_session(.config = tf_config_proto(.intra_op_parallelism_threads = threads, .checkpoint_steps = checkpoints,
                                                         .passes_off = off));
    tf_ndarray x = sequence(n);
    tf_fetch fetches[MOST_FETCHED];
    ck_assert_int_le(m->fetched.n, MOST_FETCHED);
    for (int i = 0; i < m->fetched.n; i++)
        fetches[i] = tf_into_array(tf_fetch_tensor(tf_at(m->fetched, i)), &out[i]);
    must(tf_run(s, tf_global_variables_initializer()));
    must(
        tf_run(s, ((tf_fetches){ .n = m->fetched.n, .items = fetches }), FEED(m->x, x, m->lengths, NP_INT(n, 1, n / 2, n - 1, 2))));
    np_free(&x);
    tf_close(s);
}

START_TEST(no_number_changes_by_going_in_spans)
{
    const int i = _i / STEPS, n = steps[_i % STEPS];
    const model m = build(i, n);
    tf_ndarray want[MOST_FETCHED] = { 0 };

    run(&m, n, 1, "all", 0, want);
    for (int way = 0; way < 2 * LENGTHS; way++) {
        tf_ndarray got[MOST_FETCHED] = { 0 };
        ir_long = lengths[way / 2];
        run(&m, n, 1 + way % 2, NULL, 0, got);
        for (int k = 0; k < m.fetched.n; k++) {
            const char *difference = array_difference(got[k], want[k], 1e-5);
            ck_assert_msg(!difference, "%s, %d steps, way %d, output %d: %s", models[i].what, n, way, k, difference);
            np_free(&got[k]);
        }
    }
    for (int k = 0; k < m.fetched.n; k++)
        np_free(&want[k]);
}
END_TEST

/* ---- what is left in memory ---------------------------------------------------------------------------------------------------- */

static char *explained(const model *m, int n, const char *off, int64_t checkpoints)
{
    tf_session *s = tf_session(.config = tf_config_proto(.intra_op_parallelism_threads = 1, .checkpoint_steps = checkpoints,
                                                         .passes_off = off ? off : "")); /* whatever the environment says */
    tf_ndarray x = sequence(n);
    tf_fetch fetches[MOST_FETCHED];
    int count = 0;
    for (int i = 0; i < m->fetched.n; i++)
        if (i != 1) /* not the outputs */
            fetches[count++] = tf_fetch_tensor(tf_at(m->fetched, i));
    char *text = tf_session_explain(s, ((tf_fetches){ .n = count, .items = fetches }), FEED(m->x, x));
    np_free(&x);
    tf_close(s);
    ck_assert_ptr_nonnull(text);
    return text;
}

static long arena_bytes(const char *text)
{
    const char *at = strstr(text, "the arena has ");
    ck_assert_ptr_nonnull(at);
    return atol(at + strlen("the arena has "));
}

START_TEST(a_span_needs_room_for_its_own_steps)
{
    const model m = build(0, 64);
    ir_long = (ir_lengths){ 1, 4000, 2 };
    char *spans = explained(&m, 64, NULL, 0), *whole = explained(&m, 64, "spans,recompute", 0),
         *saved = explained(&m, 64, "recompute", 0);
    const long gates = 64 * BATCH * 4 * UNITS * (long)sizeof(float), cell = gates / 4;

    ck_assert_msg(strstr(saved, "steps, from the last"), "%s", saved);
    ck_assert_int_ge(arena_bytes(whole) - arena_bytes(saved), gates * 3 / 4);
    ck_assert_int_ge(arena_bytes(saved) - arena_bytes(spans), cell * 3 / 4);
    free(spans), free(whole), free(saved);
}
END_TEST

/* ---- checkpoints ------------------------------------------------------------------------------------------------------------------- */

START_TEST(no_number_changes_by_computing_steps_anew)
{
    static const int64_t between[] = { TF_CHECKPOINT_ROOT, 2, 4 };
    const int i = _i / STEPS, n = steps[_i % STEPS];
    const model m = build(i, n);
    tf_ndarray want[MOST_FETCHED] = { 0 };

    run(&m, n, 1, "all", 0, want);
    for (int way = 0; way < 4 * 3; way++) {
        tf_ndarray got[MOST_FETCHED] = { 0 };
        ir_long = way & 2 ? lengths[1] : as_usual;
        run(&m, n, 1 + way % 2, NULL, between[way / 4], got);
        for (int k = 0; k < m.fetched.n; k++) {
            const char *difference = array_difference(got[k], want[k], 1e-5);
            ck_assert_msg(!difference, "%s, %d steps, way %d, output %d: %s", models[i].what, n, way, k, difference);
            np_free(&got[k]);
        }
    }
    for (int k = 0; k < m.fetched.n; k++)
        np_free(&want[k]);
}
END_TEST

START_TEST(memory_grows_with_the_root_of_the_steps)
{
    enum { N = 100 };
    const model m = build(0, N);
    char *kept = explained(&m, N, NULL, TF_CHECKPOINT_ROOT), *all = explained(&m, N, NULL, 0),
         *off = explained(&m, N, "checkpoints", TF_CHECKPOINT_ROOT);
    const long cell = N * BATCH * UNITS * (long)sizeof(float);

    ck_assert_int_eq(arena_bytes(off), arena_bytes(all));
    ck_assert_int_ge(arena_bytes(all) - arena_bytes(kept), 3 * cell);
    free(kept), free(all), free(off);
}
END_TEST

START_TEST(swap_memory_computes_steps_anew_where_much_would_be_saved)
{
    for (int swap = 0; swap < 2; swap++) {
        tf_reset_default_graph();
        model m = { .x = tf_placeholder(tf_float32, SHAPE(BATCH, 64, INPUTS)) };
        ir_long = as_usual;
        differentiate(
            &m, tf_state_h(
                    tf_nn_dynamic_rnn(tf_nn_rnn_cell_basic_lstm_cell(UNITS), m.x, .dtype = tf_float32, .swap_memory = swap).state));
        char *few = explained(&m, 64, NULL, 0);
        ir_long.bytes = 1;
        char *much = explained(&m, 64, NULL, 0);
        ck_assert_ptr_nonnull(strstr(few, "== checkpoints: nothing to change"));
        ck_assert_int_eq(strstr(much, "== checkpoints: nothing to change") != NULL, !swap);
        free(few), free(much);
    }
}
END_TEST

START_TEST(a_short_loop_is_left_as_it_is)
{
    const model m = build(0, 64);
    char *text = explained(&m, 64, NULL, 0);

    ck_assert_ptr_null(strstr(text, "(spans)"));
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("long_loops");
    TCase *loops = tcase_create("loops");
    tcase_set_timeout(loops, 60);
    tcase_add_checked_fixture(loops, open_session, close_session);
    tcase_add_checked_fixture(loops, remember, restore);
    tcase_add_loop_test(loops, no_number_changes_by_going_in_spans, 0, MODELS * STEPS);
    tcase_add_test(loops, a_span_needs_room_for_its_own_steps);
    tcase_add_loop_test(loops, no_number_changes_by_computing_steps_anew, 0, MODELS * STEPS);
    tcase_add_test(loops, memory_grows_with_the_root_of_the_steps);
    tcase_add_test(loops, swap_memory_computes_steps_anew_where_much_would_be_saved);
    tcase_add_test(loops, a_short_loop_is_left_as_it_is);
    suite_add_tcase(suite, loops);
    return run_suite(suite);
}
