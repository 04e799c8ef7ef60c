/* Memory that runs out: every allocation of a model's building and of three runs fails in turn, alone and with all that follow.
 * Each time there is a clean error or a right answer; nothing crashes, nothing leaks (LeakSanitizer, valgrind). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/alloc.h"
#include "support.h"
#include "tf1c.h"

/* ---- failing ----------------------------------------------------------------------------------------------------------------- */
static long asked, fails_at; /* allocations so far; the one to fail, counted from 1 */
static bool goes_on_failing;

static bool ration(size_t size)
{
    (void)size;
    asked++;
    return !(asked == fails_at || (goes_on_failing && asked > fails_at));
}

static tf_status first_code;
static int reports;
static char first_message[512];
static void keep_first(const tf_error *e)
{
    if (reports++)
        return;
    first_code = e->code;
    snprintf(first_message, sizeof first_message, "%s", e->message);
}

static char folder[128]; /* of this test */

/* ---- models: each builds, trains for three runs and gives what the last one fetched ---------------------------------------------- */

typedef struct {
    tf_status status; /* of the runs: the first that was not ok */
    float loss[3];
    bool complete; /* all three ran */
} outcome;

static bool explained; /* the plan too, before it runs */

static void take_steps(outcome *o, tf_session *sess, tf_operation *step, tf_tensor loss, tf_feeds feeds)
{
    tf_ndarray array = { 0 };
    for (int i = 0; i < 3 && !o->status; i++) {
        o->status = tf_run(sess, FETCH(loss, &o->loss[i], step, NULL, loss, &array), feeds);
        if (!o->status && (float)np_get(array, 0) != o->loss[i])
            o->loss[i] = -1; /* never */
    }
    o->complete = !o->status;
    np_free(&array);
}

static tf_session *session_of_one_thread(void)
{
    return tf_session(.config = { .intra_op_parallelism_threads = 1, .passes_off = explained ? "narrow" : NULL });
}

static void train(outcome *o, tf_operation *step, tf_tensor loss, tf_feeds feeds)
{
    tf_session *sess = session_of_one_thread();
    o->status = tf_run(sess, tf_global_variables_initializer());
    if (explained)
        free(tf_session_explain(sess, FETCH(loss, NULL, step, NULL), feeds));
    take_steps(o, sess, step, loss, feeds);
    tf_close(sess);
}

static tf_tensor lstm_step(tf_tensor state, tf_tensor x, void *context)
{
    tf_tensor w = *(tf_tensor *)context;
    tf_list halves = tf_split(tf_matmul(tf_concat(LIST(x, state), 1), w), 2, 1);
    return tf_mul(tf_sigmoid(tf_at(halves, 0)), tf_tanh(tf_at(halves, 1)));
}

static outcome by_hand(void)
{
    outcome o = { .status = tf_ok };
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 2, 3), .name = "x"), y = tf_placeholder(tf_int32, SHAPE(NONE)), states, w,
              logits, loss;
    tf_with_variable_scope("cell") {
        w = tf_get_variable("w", SHAPE(5, 4), .initializer = tf_random_normal_initializer(.seed = 1));
        states = tf_scan(lstm_step, x, tf_zeros(SHAPE(2, 2)), .context = &w);
    }
    tf_tensor out = tf_variable(tf_truncated_normal(SHAPE(2, 3), .seed = 2), .name = "out");
    logits = tf_matmul(tf_getitem(states, "-1"), out);
    loss = tf_reduce_mean(tf_nn_sparse_softmax_cross_entropy_with_logits(.labels = y, .logits = logits));
    tf_operation *step = tf_minimize(tf_train_adam_optimizer(0.1), loss);
    tf_ndarray in = np_array((float[18]){ 1, 2, 3, 4, 5, 6, 7, 8, 9 }, tf_float32, SHAPE(3, 2, 3));
    train(&o, step, loss, FEED(x, in, y, NP_INT(0, 2)));
    return o;
}

static outcome by_cells(void)
{
    outcome o = { .status = tf_ok };
    tf_set_random_seed(7);
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(2, 2, 3)), target = tf_constant(NP_FLOAT2D({ 1, 0 }, { 0, 1 }));
    tf_cell *cell = tf_nn_rnn_cell_multi_rnn_cell(CELLS(tf_nn_rnn_cell_basic_lstm_cell(2), tf_nn_rnn_cell_gru_cell(2)));
    tf_rnn_list rnn = tf_nn_static_rnn(cell, tf_unstack(x, 2, 1), .dtype = tf_float32);
    tf_tensor loss = tf_reduce_sum(tf_square(tf_sub(tf_at(rnn.outputs, -1), target)));
    tf_operation *step = tf_minimize(tf_train_momentum_optimizer(0.1, 0.9), loss);
    tf_ndarray in = np_array((double[12]){ 1, 2, 3, 4, 5, 6 }, tf_float64, SHAPE(2, 2, 3)); /* cast when fed */
    train(&o, step, loss, FEED(x, in));
    return o;
}

static tf_tensor below(tf_list vars, void *context)
{
    (void)context;
    return tf_less(tf_at(vars, 0), 3);
}
static tf_list halve(tf_list vars, void *context)
{
    return LIST(tf_add(tf_at(vars, 0), 1), tf_mul(tf_at(vars, 1), *(tf_tensor *)context));
}
static tf_tensor squared(void *context) { return tf_square(*(tf_tensor *)context); }
static tf_tensor negated(void *context) { return tf_neg(*(tf_tensor *)context); }
static tf_tensor doubled(tf_tensor x, void *context) { return tf_mul(x, *(tf_tensor *)context); }

static tf_tensor few(void *context) { return tf_boolean_mask(*(tf_tensor *)context, tf_greater(*(tf_tensor *)context, 0.2)); }
static tf_list lengthen(tf_list vars, void *context)
{
    tf_tensor s = tf_at(vars, 1);
    return LIST(tf_add(tf_at(vars, 0), 1),
                tf_concat(LIST(tf_sin(s), tf_expand_dims(tf_mul(*(tf_tensor *)context, tf_reduce_sum(s)), 0)), 0));
}

static outcome by_parts(void)
{
    outcome o = { .status = tf_ok };
    tf_tensor v = tf_variable(0.5), x = tf_placeholder(tf_float32, SHAPE(NONE)), p = tf_placeholder(tf_bool, SCALAR),
              w = tf_mul(x, v);
    tf_tensor chosen = tf_cond(p, few, squared, .context = &w);
    tf_list looped = tf_while_loop(below, lengthen, LIST(tf_constant(0), chosen), .context = &v,
                                   .shape_invariants = (tf_dims[]){ SCALAR, SHAPE(NONE) });
    tf_tensor names = tf_cast(tf_unique(x).idx, tf_float32), loss = tf_add(tf_reduce_sum(tf_at(looped, 1)), tf_reduce_sum(names));
    tf_operation *step = tf_minimize(tf_train_gradient_descent_optimizer(0.1), loss);
    train(&o, step, loss, FEED(x, NP_FLOAT(1, 2, 0, 1), p, true));
    return o;
}

static outcome by_branches(void)
{
    outcome o = { .status = tf_ok };
    tf_tensor v = tf_variable(0.5), x = tf_placeholder(tf_float32, SHAPE(NONE)), p = tf_placeholder(tf_bool, SCALAR);
    tf_tensor chosen = tf_cond(p, squared, negated, .context = &v), mapped = tf_map_fn(doubled, x, .context = &chosen);
    tf_list looped =
        tf_while_loop(below, halve, LIST(tf_constant(0), tf_reduce_sum(mapped)), .maximum_iterations = 5, .context = &v);
    tf_tensor loss = tf_add(tf_stop_gradient(tf_at(looped, 1)), tf_reduce_sum(mapped)),
              table = tf_variable(NP_FLOAT2D({ 1, 2 }, { 3, 4 }, { 5, 6 })), rows = tf_gather(table, tf_constant(NP_INT(2, 0)));
    loss = tf_add(loss, tf_reduce_sum(tf_square(rows)));
    tf_list trained = LIST(v, table);
    tf_operation *step = tf_minimize(tf_train_gradient_descent_optimizer(0.01), loss, .var_list = trained);
    train(&o, step, loss, FEED(x, NP_FLOAT(1, 2, 3), p, true));
    return o;
}

static outcome by_explained_branches(void)
{
    explained = true;
    outcome o = by_branches();
    explained = false;
    return o;
}

static outcome by_explained_parts(void)
{
    explained = true;
    outcome o = by_parts();
    explained = false;
    return o;
}

static outcome by_dynamic_rnn(void)
{
    outcome o = { .status = tf_ok };
    tf_set_random_seed(3);
    tf_tensor ids = tf_placeholder(tf_int32, SHAPE(NONE, 3)), lengths = tf_placeholder(tf_int32, SHAPE(NONE));
    tf_cell *cell =
        tf_nn_rnn_cell_dropout_wrapper(tf_nn_rnn_cell_lstm_cell(2, .use_peepholes = true), .output_keep_prob = TF_T(0.9));
    tf_rnn rnn = tf_nn_dynamic_rnn(cell, tf_one_hot(ids, 4), .sequence_length = TF_T(lengths), .dtype = tf_float32);
    tf_tensor logits = tf_layers_dense(rnn.outputs, 4);
    tf_tensor loss = tf_reduce_mean(tf_nn_sparse_softmax_cross_entropy_with_logits(.labels = ids, .logits = logits));
    tf_operation *step = tf_minimize(tf_train_rms_prop_optimizer(0.1), loss);
    char *text = tf_graph_text(tf_get_default_graph());
    free(text);
    train(&o, step, loss, FEED(ids, NP_INT2D({ 0, 1, 2 }, { 3, 0, 0 }), lengths, NP_INT(3, 1)));
    return o;
}

static outcome by_regularized_layers(void)
{
    outcome o = { .status = tf_ok };
    tf_set_random_seed(3);
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, 2)), y = tf_placeholder(tf_float32, SHAPE(NONE, 1)), loss = { 0 };
    tf_tensor seen = tf_variable(tf_zeros(SHAPE(3)), .trainable = false);
    tf_with_variable_scope("net", .regularizer = tf_contrib_layers_l2_regularizer(.01, "l2")) {
        tf_tensor h = tf_layers_dense(x, 3, .activation = tf_nn_swish, .kernel_regularizer = tf_contrib_layers_l1_regularizer(.01));
        loss = tf_losses_hinge_loss(y, tf_layers_dense(tf_truediv(h, tf_norm(h)), 1));
    }
    tf_tensor counted = tf_confusion_matrix(NP_INT(0, 1), NP_INT(1, 1), 2, .dtype = tf_float32);
    tf_tensor total = tf_add_n(LIST(loss, tf_losses_get_regularization_loss(), tf_math_reduce_std(counted)));
    tf_operation *step = tf_minimize(tf_train_gradient_descent_optimizer(0.1), total);
    tf_operation *both = tf_group(step, tf_scatter_add(seen, NP_INT(0, 2), 1));
    train(&o, both, total, FEED(x, NP_FLOAT2D({ 0, 1 }, { 1, -1 }), y, NP_FLOAT2D({ 0 }, { 1 })));
    return o;
}

/* More tensors than are looked through one by one: fed, fetched, stopped at. */
static outcome by_many(void)
{
    enum { MANY = 20 };
    outcome o = { .status = tf_ok };
    tf_tensor w = tf_variable(0.5);
    tf_list products = { 0 }, stops = { 0 };
    tf_feeds feeds = { 0 };
    for (int i = 0; i < MANY; i++) {
        tf_tensor x = tf_placeholder(tf_float32, SCALAR);
        tf_feed_set(&feeds, x, 0.1 * i);
        tf_append(&products, tf_mul(w, x));
        tf_append(&stops, x);
    }
    tf_tensor loss = tf_square(tf_add_n(products)), dw = tf_at(tf_gradients(loss, w, .stop_gradients = stops), 0);
    train(&o, tf_tensor_op(tf_assign_sub(w, tf_mul(dw, 1e-4))), loss, feeds);
    tf_feeds_free(&feeds);
    return o;
}

/* What is trained on comes from files, and goes through some. */
static outcome by_files(void)
{
    outcome o = { .status = tf_ok };
    char path[160];
    snprintf(path, sizeof path, "%s/x.npy", folder);
    np_save(path, NP_FLOAT(1, 2, 3));
    tf_ndarray read = np_load(path);
    unlink(path);
    snprintf(path, sizeof path, "%s/x.npz", folder);
    np_savez(path, 1, (const char *[]){ "x" }, &read);
    np_npz *archive = np_npz_open(path);
    tf_ndarray again = archive ? np_npz_get(archive, "x") : (tf_ndarray){ 0 };
    np_npz_close(archive);
    unlink(path);
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(3)), w = tf_variable(tf_ones(SHAPE(3))), loss = tf_reduce_sum(tf_mul(x, w));
    train(&o, tf_minimize(tf_train_gradient_descent_optimizer(.1), loss), loss, FEED(x, again));
    np_free(&read);
    np_free(&again);
    return o;
}

/* Saved, found and restored before it goes on. */
static outcome by_checkpoints(void)
{
    outcome o = { .status = tf_ok };
    char path[160], found[160];
    snprintf(path, sizeof path, "%s/model", folder);
    tf_tensor w = tf_variable(tf_ones(SHAPE(3))), b = tf_variable(tf_zeros(SHAPE(2)), .name = "b");
    tf_tensor loss = tf_add(tf_reduce_sum(tf_square(w)), tf_reduce_sum(tf_sub(b, 1)));
    tf_operation *step = tf_minimize(tf_train_gradient_descent_optimizer(.1), loss), *init = tf_global_variables_initializer();
    tf_saver *saver = tf_train_saver();
    tf_session *sess = session_of_one_thread();
    o.status = tf_run(sess, init);
    if (!o.status && !tf_save(saver, sess, path, .global_step = 7, .write_meta_graph = false))
        o.status = tf_last_error()->code;
    const char *latest = o.status ? NULL : tf_train_latest_checkpoint(folder);
    snprintf(found, sizeof found, "%s", latest ? latest : "");
    if (!o.status)
        o.status = latest ? tf_restore(saver, sess, found) : tf_last_error()->code;
    if (!o.status)
        take_steps(&o, sess, step, loss, (tf_feeds){ 0 });
    tf_close(sess);
    return o;
}

/* A graph with a branch inside a loop, as TensorFlow froze it. */
static outcome by_graph_def(void)
{
    outcome o = { .status = tf_ok };
    char path[600];
    tf_list ends = tf_import_graph_def(data_path("golden/frozen/cond_in_loop.pb", path, sizeof path),
                                       .return_elements = (const char *[]){ "x:0", "out:0", NULL });
    np_npz *archive = np_npz_open(data_path("golden/frozen/cond_in_loop.npz", path, sizeof path));
    tf_ndarray x = archive ? np_npz_get(archive, "x") : (tf_ndarray){ 0 };
    np_npz_close(archive);
    tf_tensor w = tf_variable(0.5), loss = tf_reduce_sum(tf_mul(w, tf_at(ends, 1)));
    train(&o, tf_minimize(tf_train_gradient_descent_optimizer(.1), loss), loss, FEED(tf_at(ends, 0), x));
    np_free(&x);
    return o;
}

static tf_list with_square(tf_list e, void *context)
{
    (void)context;
    return LIST(tf_at(e, 0), tf_square(tf_at(e, 0)));
}
static tf_tensor not_two(tf_list e, void *context)
{
    (void)context;
    return tf_not_equal(tf_reduce_sum(tf_at(e, 0)), 2.0);
}

static outcome by_dataset(void)
{
    outcome o = { .status = tf_ok };
    tf_data_dataset *d = tf_data_dataset_from_tensor_slices(NP_FLOAT(1, 2, 3, 4, 5, 6, 7));
    d = tf_batch(tf_repeat(tf_shuffle(tf_filter(tf_map(d, with_square), not_two), 3, .seed = 7), -1), 2);
    tf_list next = tf_get_next(tf_make_one_shot_iterator(d));
    tf_tensor w = tf_variable(0.5), loss = tf_reduce_mean(tf_square(tf_sub(tf_at(next, 1), tf_mul(w, tf_at(next, 0)))));
    train(&o, tf_minimize(tf_train_gradient_descent_optimizer(.001), loss), loss, (tf_feeds){ 0 });
    return o;
}

static const struct {
    const char *name;
    outcome (*run)(void);
    int stride; /* of the larger ones every third allocation */
} models[] = { { "by hand", by_hand, 1 },
               { "by branches", by_explained_branches, 1 },
               { "by parts", by_explained_parts, 3 },
               { "by cells", by_cells, 3 },
               { "by regularized layers", by_regularized_layers, 3 },
               { "by dynamic_rnn", by_dynamic_rnn, 3 },
               { "by many", by_many, 1 },
               { "by files", by_files, 1 },
               { "by checkpoints", by_checkpoints, 1 },
               { "by graph_def", by_graph_def, 40 },
               { "by dataset", by_dataset, 1 } };

/* ---- each allocation in turn ---------------------------------------------------------------------------------------------------------- */

static outcome attempt(int model, long at, bool on)
{
    first_code = tf_ok;
    reports = 0;
    tf_on_error(keep_first);
    tf_reset_default_graph();
    asked = 0;
    fails_at = at;
    goes_on_failing = on;
    tf1c_alloc_hook = ration;
    outcome o = models[model].run();
    tf1c_alloc_hook = NULL;
    tf_reset_default_graph();
    return o;
}

static void fail_each(int model, bool on)
{
    outcome good = attempt(model, 0, false);
    long n = asked, step = models[model].stride * (on ? 7 : 1) * (1 + slowness() / 3); /* where time is short, some of them */
    ck_assert_msg(good.complete && !reports && isfinite(good.loss[2]) && good.loss[0] != good.loss[2], "%s: does not train: %s",
                  models[model].name, first_message);
    for (long i = 1; i <= n; i += step) {
        outcome o = attempt(model, i, on);
        if (o.complete) { /* it can do without, or says what it did without */
            ck_assert_msg(memcmp(o.loss, good.loss, sizeof o.loss) == 0 || reports,
                          "%s, allocation %ld of %ld: silently gives %g %g %g", models[model].name, i, n, (double)o.loss[0],
                          (double)o.loss[1], (double)o.loss[2]);
            continue;
        }
        ck_assert_msg(first_code == tf_memory_error, "%s, allocation %ld of %ld: first says %s: %s", models[model].name, i, n,
                      tf_status_name(first_code), first_message);
    }
}

static void in_a_folder(int model, bool on)
{
    make_folder(folder, sizeof folder);
    fail_each(model, on);
    remove_folder(folder);
}

START_TEST(each_allocation_may_fail)
{
    in_a_folder(_i, false);
}
END_TEST

START_TEST(memory_may_run_out_for_good)
{
    in_a_folder(_i, true);
}
END_TEST

/* It holds its graph from the start: it has to let it go. */
START_TEST(a_session_that_cannot_be_made_keeps_nothing)
{
    tf_on_error(tf_silent);
    for (long at = 1, more = 1; more; at++) {
        tf_graph *g = tf_graph_new();
        tf_with_graph(g) {
            tf_constant(1.0);
            asked = 0;
            fails_at = at;
            tf1c_alloc_hook = ration;
            tf_session *sess = tf_session(.config = tf_config_proto(.passes_off = "narrow"));
            tf1c_alloc_hook = NULL;
            more = asked >= at;
            ck_assert_msg(!more == !!sess, "allocation %ld", at);
            tf_close(sess);
        }
        tf_graph_free(g);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("alloc");
    TCase *c = tcase_create("models");
    tcase_set_timeout(c, 240);
    tcase_add_loop_test(c, each_allocation_may_fail, 0, (int)(sizeof models / sizeof *models));
    tcase_add_loop_test(c, memory_may_run_out_for_good, 0, (int)(sizeof models / sizeof *models));
    tcase_add_test(c, a_session_that_cannot_be_made_keeps_nothing);
    suite_add_tcase(s, c);
    return run_suite(s);
}
