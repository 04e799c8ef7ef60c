/* Every golden row, loops, branches and models for exchange.py: write_cases FOLDER. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/all_headers.h"
#include "exchange/bodies.h"
#include "exchange/cases.h"
#include "exchange/models.h"
#include "graph/node.h"
#include "session/tf1c.h"
#include "support.h"

/* ---- every op's golden rows ------------------------------------------------------------------------------------------------------- */
static tf_list one_tensor(tf_tensor t) { return tf_list_new_(1, &t, (tf_source){ 0 }); }
static tf_list all_tensors(tf_list l) { return l; }
#define AS_LIST(x)                                                             \
    __extension__({                                                            \
        __auto_type made_ = (x);                                               \
        _Generic(made_, tf_tensor : one_tensor, tf_list : all_tensors)(made_); \
    })
#define SHAPES(op, tag, expr, inputs, outputs, message)
#define RUN_ERROR(op, tag, expr, built, fed, code, message)
#define GRAD(op, tag, expr, inputs, lo, hi, tolerance)
#define NO_ROW(kind, op, why)
#define GOLDEN(op, tag, expr, tolerance)           \
    static tf_list op##_##tag(const tf_tensor *in) \
    {                                              \
        (void)in;                                  \
        return AS_LIST(expr);                      \
    }
#include "cases/all.def"
#undef GOLDEN
#define GOLDEN(op, tag, expr, tolerance) { FAMILY, #op "." #tag, op##_##tag },
static const struct {
    const char *family, *name;
    tf_list (*build)(const tf_tensor *in);
} rows[] = {
#include "cases/all.def"
};

static void write_row(int r)
{
    char path[512], relative[64], key[128];
    exchange_case c;
    snprintf(relative, sizeof relative, "golden/ops_%s.npz", rows[r].family);
    np_npz *npz = np_npz_open(data_path(relative, path, sizeof path));
    open_case(&c, rows[r].name);
    for (int i = 0; snprintf(key, sizeof key, "%s/in%d", rows[r].name, i), np_npz_has(npz, key); i++)
        input(&c, np_npz_get(npz, key), true);
    tf_list made = rows[r].build(c.in);
    for (int i = 0; i < made.n; i++)
        output(&c, "out", i, made.items[i]);
    snprintf(key, sizeof key, "%s/nograd", rows[r].name);
    if (!np_npz_has(npz, key))
        gradients(&c, made.n, made.items);
    np_npz_close(npz);
    close_case(&c);
}

/* ---- loops and branches ------------------------------------------------------------------------------------------------------------- */
static tf_tensor cell(tf_tensor s, tf_tensor x, void *context)
{
    return tf_tanh(tf_add(tf_matmul(tf_expand_dims(s, 0), *(tf_tensor *)context), x));
}
static tf_tensor row_cell(tf_tensor s, tf_tensor x, void *context) { return tf_reshape(cell(s, x, context), SHAPE(3)); }

static void finish(exchange_case *c, tf_tensor t)
{
    output(c, "out", 0, t);
    gradients(c, 1, &t);
    close_case(c);
}

static void write_loops(void)
{
    exchange_case c;
    open_case(&c, "scan");
    tf_tensor x = random_input(&c, SHAPE(5, 3), true), s = random_input(&c, SHAPE(3), true);
    finish(&c, tf_scan(body_bent, x, s));
    open_case(&c, "scan_unknown");
    x = random_input(&c, SHAPE(5, 3), false), s = random_input(&c, SHAPE(3), true);
    finish(&c, tf_scan(body_bent, x, s, .reverse = true));
    open_case(&c, "scan_weights");
    x = random_input(&c, SHAPE(4, 3), true), s = random_input(&c, SHAPE(3), true);
    tf_tensor w = random_input(&c, SHAPE(3, 3), true);
    finish(&c, tf_scan(row_cell, x, s, .context = &w));
    open_case(&c, "foldr");
    x = random_input(&c, SHAPE(5, 3), true), s = random_input(&c, SHAPE(3), true);
    finish(&c, tf_foldr(body_bent, x, s));
    open_case(&c, "map");
    x = random_input(&c, SHAPE(5, 3), true), w = random_input(&c, SHAPE(3), true);
    finish(&c, tf_map_fn(body_square_plus, x, .context = &w));
    open_case(&c, "nested");
    x = random_input(&c, SHAPE(3, 4), true), s = random_input(&c, SHAPE(2), true), w = random_input(&c, SHAPE(2), true);
    finish(&c, tf_foldl(body_inner, x, s, .context = &w));
    open_case(&c, "cond_in_loop");
    x = random_input(&c, SHAPE(5, 3), true), s = random_input(&c, SHAPE(3), true), w = random_input(&c, SHAPE(3), true);
    finish(&c, tf_foldl(body_choose, x, s, .context = &w));
    open_case(&c, "cond");
    tf_tensor both[] = { random_input(&c, SHAPE(3), true), random_input(&c, SHAPE(3), true) };
    finish(&c, tf_cond(tf_greater(tf_reduce_sum(both[0]), 0.0), body_product_of_two, body_sine_of_first, .context = both));
    open_case(&c, "while");
    x = random_input(&c, SHAPE(3), true), w = random_input(&c, SHAPE(3), true);
    tf_list v = tf_while_loop(body_below, body_grow, LIST(tf_constant(0), tf_add(x, 1.0)), .context = &w);
    output(&c, "out", 1, tf_at(v, 0));
    finish(&c, tf_at(v, 1));
}

/* ---- models ---------------------------------------------------------------------------------------------------------------------- */
static tf_tensor classify(tf_tensor h, tf_tensor y)
{
    return tf_reduce_mean(tf_nn_softmax_cross_entropy_with_logits(.logits = tf_layers_dense(h, 2), .labels = y));
}

static void write_models(void)
{
    exchange_case c;
    open_case(&c, "static_lstm");
    tf_tensor x = random_input(&c, SHAPE(4, 5, 3), true), y = random_input(&c, SHAPE(4, 2), true);
    tf_rnn_list list = tf_nn_static_rnn(tf_nn_rnn_cell_basic_lstm_cell(6), tf_unstack(x, 5, 1), .dtype = tf_float32);
    tf_tensor loss = classify(tf_at(list.outputs, -1), y);
    close_training(&c, loss, tf_minimize(tf_train_adam_optimizer(.01), loss));
    open_case(&c, "dynamic_lstm");
    x = random_input(&c, SHAPE(4, 5, 3), false), y = random_input(&c, SHAPE(4, 2), true);
    tf_set_shape(x, SHAPE(NONE, NONE, 3));
    tf_rnn rnn = tf_nn_dynamic_rnn(tf_nn_rnn_cell_basic_lstm_cell(6), x, .dtype = tf_float32);
    loss = classify(tf_getitem(rnn.outputs, ":, -1"), y);
    close_training(&c, loss, tf_minimize(tf_train_gradient_descent_optimizer(.1), loss));
    open_case(&c, "gru_lengths");
    x = random_input(&c, SHAPE(4, 5, 3), true), y = random_input(&c, SHAPE(4, 2), true);
    tf_ndarray lengths = np_empty(SHAPE(4), tf_int32);
    memcpy(lengths.data, (int32_t[]){ 2, 5, 1, 3 }, 16);
    tf_tensor n = input(&c, lengths, true);
    rnn = tf_nn_dynamic_rnn(tf_nn_rnn_cell_gru_cell(6), x, .sequence_length = TF_T(n), .dtype = tf_float32);
    loss = classify(tf_reduce_sum(rnn.outputs, .axis = 1), y);
    close_training(&c, loss, tf_minimize(tf_train_momentum_optimizer(.1, .9), loss));
    open_case(&c, "word2vec");
    tf_ndarray words = np_empty(SHAPE(6), tf_int32);
    memcpy(words.data, (int32_t[]){ 2, 5, 2, 3, 0, 2 }, 24);
    tf_tensor w = input(&c, words, true);
    y = random_input(&c, SHAPE(6, 2), true);
    tf_tensor table = tf_get_variable("table", SHAPE(7, 4));
    loss = classify(tf_nn_embedding_lookup(table, w), y);
    close_training(&c, loss, tf_minimize(tf_train_adam_optimizer(.05), loss));
    open_case(&c, "embedded_momentum");
    words = np_empty(SHAPE(6), tf_int32);
    memcpy(words.data, (int32_t[]){ 2, 5, 2, 3, 0, 2 }, 24);
    w = input(&c, words, true);
    y = random_input(&c, SHAPE(6, 2), true);
    table = tf_get_variable("table", SHAPE(7, 4));
    loss = classify(tf_nn_embedding_lookup(table, w), y);
    close_training(&c, loss, tf_minimize(tf_train_adagrad_optimizer(.05), loss));
    open_case(&c, "cnn");
    x = random_input(&c, SHAPE(3, 8, 8, 2), true), y = random_input(&c, SHAPE(3, 2), true);
    tf_tensor h = tf_layers_conv2d(x, 4, 3, .activation = tf_nn_relu, .padding = "same");
    h = tf_layers_batch_normalization(h, .training = TF_T(true));
    h = tf_layers_max_pooling2d(h, 2, 2);
    loss = classify(tf_layers_flatten(h), y);
    close_training(&c, loss, tf_minimize(tf_train_rmsprop_optimizer(.01), loss));
}

/* ---- models that are trained, saved and frozen here: golden/make_meta.py builds them for TensorFlow ------------------------------------- */

enum { BEFORE = 20, AFTER = 20 };

static void train(tf_session *sess, const exchanged_model *m, int i, int steps, float *losses)
{
    tf_ndarray x = exchanged_x(i), y = exchanged_y(i);
    for (int step = 0; step < steps; step++)
        exchange_failures += tf_run(sess, FETCH(m->loss, &losses[step], m->step, NULL), FEED(m->x, x, m->y, y)) != tf_ok;
    np_free(&x);
    np_free(&y);
}

/* saved/NAME: the checkpoint after 20 steps, with .meta; NAME.frozen.pb; NAME.model, a SavedModel; NAME.npz: the losses of the next 20. */
static void write_saved(int i)
{
    char path[1024];
    float before[BEFORE], losses[AFTER];
    tf_graph *g = tf_graph_new();
    tf_with_graph(g) {
        const exchanged_model m = exchanged_build(i);
        tf_operation *init = tf_global_variables_initializer();
        tf_saver *saver = tf_train_saver();
        tf_session *sess = tf_session();
        tf_run(sess, init);
        train(sess, &m, i, BEFORE, before);
        snprintf(path, sizeof path, "%s/saved/%s", exchange_folder, exchanged_name(i));
        exchange_failures += !tf_save(saver, sess, path, .write_state = false);
        tf_graph_def *def = tf_graph_as_graph_def(g);
        tf_graph_def *frozen = tf_graph_util_convert_variables_to_constants(sess, def, ((const char *[]){ "loss", NULL }));
        snprintf(path, sizeof path, "saved/%s.frozen.pb", exchanged_name(i));
        exchange_failures += !tf_train_write_graph(frozen, exchange_folder, path, .as_text = false);
        tf_graph_def_free(frozen);
        tf_graph_def_free(def);
        snprintf(path, sizeof path, "%s/saved/%s.model", exchange_folder, exchanged_name(i));
        exchange_failures += tf_saved_model_simple_save(sess, path, .inputs = (tf_input_map[]){ { "x", m.x }, { "y", m.y }, { 0 } },
                                                        .outputs = (tf_input_map[]){ { "loss", m.loss }, { 0 } }) != tf_ok;
        train(sess, &m, i, AFTER, losses);
        tf_close(sess);
        const tf_ndarray all = np_array(losses, tf_float32, SHAPE(AFTER));
        snprintf(path, sizeof path, "%s/saved/%s.npz", exchange_folder, exchanged_name(i));
        exchange_failures += np_savez(path, 1, (const char *[]){ "losses" }, &all) != tf_ok;
    }
    tf_graph_free(g);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    exchange_folder = argv[1];
    for (int r = 0; r < (int)(sizeof rows / sizeof *rows); r++)
        write_row(r);
    write_loops();
    write_models();
    for (int i = 0; i < EXCHANGED_MODELS; i++)
        write_saved(i);
    printf("%d failures\n", exchange_failures);
    return exchange_failures != 0;
}
