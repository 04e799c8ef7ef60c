/* Writes graphs for exchange.py, which asks TensorFlow what they answer: write_cases FOLDER. Each is FOLDER/NAME.pb, and beside it
 * FOLDER/NAME.npz: its inputs in0, …, and what this library answers for the nodes out0, …, dx0, … */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/all_headers.h"
#include "exchange/models.h"
#include "graph/node.h"
#include "session/tf1c.h"
#include "support.h"

static const char *folder;
static int failures;

/* ---- one case: placeholders in0, …, results as nodes out0, …, gradients of those that are floating as dx0, … ------------------- */
typedef struct {
    const char *name;
    int n_in, n_fetches;
    int made; /* operations that the gradients count for */
    tf_tensor in[MOST_SHAPES], fetches[2 * MOST_SHAPES];
    tf_ndarray values[MOST_SHAPES];
    char names[2 * MOST_SHAPES][16];
    tf_graph *graph;
    struct tf_with_ block;
} exchange_case;

static void open_case(exchange_case *c, const char *name)
{
    *c = (exchange_case){ .name = name, .graph = tf_graph_new() };
    c->block = tf_graph_open_(c->graph);
    tf_set_random_seed(1);
}

/* The value is the case's from now on. */
static tf_tensor input(exchange_case *c, tf_ndarray value, bool known)
{
    char text[16];
    tf_dims shape = value.shape;
    for (int i = 0; i < shape.rank && !known; i++)
        shape.dims[i] = NONE;
    snprintf(text, sizeof text, "in%d", c->n_in);
    c->values[c->n_in] = value;
    return c->in[c->n_in++] = tf_placeholder(value.dtype, shape, .name = text);
}

static tf_tensor random_input(exchange_case *c, tf_dims shape, bool known)
{
    tf_ndarray value = np_empty(shape, tf_float32);
    for (int64_t i = 0; i < np_size(value); i++)
        ((float *)value.data)[i] = (float)((i * 7 + 3 * c->n_in) % 11) / 11.0f - 0.4f;
    return input(c, value, known);
}

static void output(exchange_case *c, const char *what, int i, tf_tensor t)
{
    snprintf(c->names[c->n_fetches], sizeof *c->names, "%s%d", what, i);
    c->fetches[c->n_fetches] = tf_identity(t, .name = c->names[c->n_fetches]);
    c->n_fetches++;
}

static void gradients(exchange_case *c, int n, const tf_tensor *made)
{
    tf_tensor ys[MOST_SHAPES], xs[MOST_SHAPES];
    int n_ys = 0, n_xs = 0, of[MOST_SHAPES];
    for (int i = 0; i < n; i++)
        if (TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(made[i])))
            ys[n_ys++] = made[i];
    for (int i = 0; i < c->n_in; i++)
        if (TF_FLOATING & TF_DTYPE_BIT(c->values[i].dtype)) {
            of[n_xs] = i;
            xs[n_xs++] = c->in[i];
        }
    if (!n_ys || !n_xs)
        return;
    const int *last_id = &c->graph->universe->last_id, before = *last_id;
    tf_list dxs = tf_gradients(((tf_list){ .n = n_ys, .items = ys }), ((tf_list){ .n = n_xs, .items = xs }));
    c->made = *last_id - before;
    for (int i = 0; i < n_xs; i++)
        if (!tf_is_poisoned(dxs.items[i]))
            output(c, "dx", of[i], dxs.items[i]);
}

/* What NumPy's files hold: not strings. */
static void save_arrays(const exchange_case *c, const tf_ndarray *out)
{
    char path[1024], text[3 * MOST_SHAPES][16];
    const char *keys[3 * MOST_SHAPES + 1] = { "made" };
    int32_t made = c->made;
    tf_ndarray arrays[3 * MOST_SHAPES + 1] = { np_array(&made, tf_int32, SCALAR) };
    int n = 1;
    for (int i = 0; i < c->n_in + c->n_fetches; i++) {
        const bool given = i < c->n_in;
        if (given)
            snprintf(text[n], sizeof text[n], "in%d", i);
        else
            strcpy(text[n], c->names[i - c->n_in]);
        arrays[n] = given ? c->values[i] : out[i - c->n_in];
        keys[n] = text[n];
        n += arrays[n].dtype != tf_string;
    }
    snprintf(path, sizeof path, "%s/%s.npz", folder, c->name);
    failures += np_savez(path, n, keys, arrays) != tf_ok;
}

static void close_case(exchange_case *c)
{
    char file[256];
    tf_feed feeds[MOST_SHAPES];
    tf_fetch fetches[2 * MOST_SHAPES];
    tf_ndarray out[2 * MOST_SHAPES] = { { 0 } };
    for (int i = 0; i < c->n_in; i++)
        feeds[i] = tf_feed_tensor(c->in[i], tf_operand_array(c->values[i]));
    for (int i = 0; i < c->n_fetches; i++)
        fetches[i] = tf_into_array(tf_fetch_tensor(c->fetches[i]), &out[i]);
    tf_session *sess = tf_session();
    tf_run(sess, tf_global_variables_initializer());
    failures += tf_run_fetches(sess, (tf_fetches){ .n = c->n_fetches, .items = fetches },
                               (tf_feeds){ .n = c->n_in, .items = feeds }, TF_SOURCE) != tf_ok;
    tf_close(sess);
    snprintf(file, sizeof file, "%s.pb", c->name);
    failures += !tf_train_write_graph(c->graph, folder, file, .as_text = false);
    save_arrays(c, out);
    for (int i = 0; i < c->n_fetches; i++)
        np_free(&out[i]);
    for (int i = 0; i < c->n_in; i++)
        np_free(&c->values[i]);
    tf_with_close_(&c->block);
    tf_graph_free(c->graph);
}

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
#define STEP(name) static tf_tensor name(tf_tensor s, tf_tensor x, void *context)
STEP(bent) { return (void)context, tf_sin(tf_add(tf_mul(s, x), x)); }
STEP(inner) { return tf_mul(tf_sin(s), tf_foldl(bent, x, tf_reduce_sum(*(tf_tensor *)context))); }
STEP(cell) { return tf_tanh(tf_add(tf_matmul(tf_expand_dims(s, 0), *(tf_tensor *)context), x)); }
STEP(row_cell) { return tf_reshape(cell(s, x, context), SHAPE(3)); }
static tf_tensor product_of_two(void *context) { return tf_mul(((tf_tensor *)context)[0], ((tf_tensor *)context)[1]); }
static tf_tensor sine_of_first(void *context) { return tf_sin(((tf_tensor *)context)[0]); }
STEP(choose)
{
    tf_tensor both[] = { s, tf_add(x, *(tf_tensor *)context) };
    return tf_cond(tf_greater(tf_reduce_sum(x), 0.0), product_of_two, sine_of_first, .context = both);
}
static tf_tensor square_plus(tf_tensor x, void *context) { return tf_add(tf_square(x), tf_mul(x, *(tf_tensor *)context)); }
static tf_tensor below(tf_list v, void *context) { return (void)context, tf_less(tf_reduce_sum(tf_at(v, 1)), 40.0); }
static tf_list grow(tf_list v, void *context)
{
    tf_tensor next = tf_add(tf_mul(tf_at(v, 1), 1.5), tf_sin(*(tf_tensor *)context));
    return LIST(tf_add(tf_at(v, 0), 1), next);
}

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
    finish(&c, tf_scan(bent, x, s));
    open_case(&c, "scan_unknown");
    x = random_input(&c, SHAPE(5, 3), false), s = random_input(&c, SHAPE(3), true);
    finish(&c, tf_scan(bent, x, s, .reverse = true));
    open_case(&c, "scan_weights");
    x = random_input(&c, SHAPE(4, 3), true), s = random_input(&c, SHAPE(3), true);
    tf_tensor w = random_input(&c, SHAPE(3, 3), true);
    finish(&c, tf_scan(row_cell, x, s, .context = &w));
    open_case(&c, "foldr");
    x = random_input(&c, SHAPE(5, 3), true), s = random_input(&c, SHAPE(3), true);
    finish(&c, tf_foldr(bent, x, s));
    open_case(&c, "map");
    x = random_input(&c, SHAPE(5, 3), true), w = random_input(&c, SHAPE(3), true);
    finish(&c, tf_map_fn(square_plus, x, .context = &w));
    open_case(&c, "nested");
    x = random_input(&c, SHAPE(3, 4), true), s = random_input(&c, SHAPE(2), true), w = random_input(&c, SHAPE(2), true);
    finish(&c, tf_foldl(inner, x, s, .context = &w));
    open_case(&c, "cond_in_loop");
    x = random_input(&c, SHAPE(5, 3), true), s = random_input(&c, SHAPE(3), true), w = random_input(&c, SHAPE(3), true);
    finish(&c, tf_foldl(choose, x, s, .context = &w));
    open_case(&c, "cond");
    tf_tensor both[] = { random_input(&c, SHAPE(3), true), random_input(&c, SHAPE(3), true) };
    finish(&c, tf_cond(tf_greater(tf_reduce_sum(both[0]), 0.0), product_of_two, sine_of_first, .context = both));
    open_case(&c, "while");
    x = random_input(&c, SHAPE(3), true), w = random_input(&c, SHAPE(3), true);
    tf_list v = tf_while_loop(below, grow, LIST(tf_constant(0), tf_add(x, 1.0)), .context = &w);
    output(&c, "out", 1, tf_at(v, 0));
    finish(&c, tf_at(v, 1));
}

/* ---- models: nodes "init", "train", "loss"; the answer is the losses of some steps ------------------------------------------------ */
enum { STEPS = 6 };
static void close_training(exchange_case *c, tf_tensor loss, tf_operation *train)
{
    char path[1024];
    tf_feed feeds[MOST_SHAPES];
    float losses[STEPS];
    const char *keys[MOST_SHAPES + 1];
    char text[MOST_SHAPES][16];
    for (int i = 0; i < c->n_in; i++) {
        feeds[i] = tf_feed_tensor(c->in[i], tf_operand_array(c->values[i]));
        snprintf(text[i], sizeof text[i], "in%d", i);
        keys[i] = text[i];
    }
    tf_identity(loss, .name = "loss");
    tf_group_(OPS(train), (struct tf_name_args){ .name = "step" });
    tf_operation *init = tf_global_variables_initializer();
    snprintf(path, sizeof path, "%s.pb", c->name);
    failures += !tf_train_write_graph(c->graph, folder, path, .as_text = false);
    tf_session *sess = tf_session();
    tf_run(sess, init);
    for (int step = 0; step < STEPS; step++)
        failures += tf_run_fetches(sess, FETCH(loss, &losses[step], train, NULL), (tf_feeds){ .n = c->n_in, .items = feeds },
                                   TF_SOURCE) != tf_ok;
    tf_close(sess);
    c->values[c->n_in] = np_array(losses, tf_float32, SHAPE(STEPS));
    keys[c->n_in] = "losses";
    snprintf(path, sizeof path, "%s/%s.npz", folder, c->name);
    failures += np_savez(path, c->n_in + 1, keys, c->values) != tf_ok;
    for (int i = 0; i < c->n_in; i++)
        np_free(&c->values[i]);
    tf_with_close_(&c->block);
    tf_graph_free(c->graph);
}

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
        failures += tf_run(sess, FETCH(m->loss, &losses[step], m->step, NULL), FEED(m->x, x, m->y, y)) != tf_ok;
    np_free(&x);
    np_free(&y);
}

/* saved/NAME: the checkpoint after 20 steps, with .meta; NAME.frozen.pb; NAME.npz: the losses of the next 20. */
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
        snprintf(path, sizeof path, "%s/saved/%s", folder, exchanged_name(i));
        failures += !tf_save(saver, sess, path, .write_state = false);
        tf_graph_def *def = tf_graph_as_graph_def(g);
        tf_graph_def *frozen = tf_graph_util_convert_variables_to_constants(sess, def, ((const char *[]){ "loss", NULL }));
        snprintf(path, sizeof path, "saved/%s.frozen.pb", exchanged_name(i));
        failures += !tf_train_write_graph(frozen, folder, path, .as_text = false);
        tf_graph_def_free(frozen);
        tf_graph_def_free(def);
        train(sess, &m, i, AFTER, losses);
        tf_close(sess);
        const tf_ndarray all = np_array(losses, tf_float32, SHAPE(AFTER));
        snprintf(path, sizeof path, "%s/saved/%s.npz", folder, exchanged_name(i));
        failures += np_savez(path, 1, (const char *[]){ "losses" }, &all) != tf_ok;
    }
    tf_graph_free(g);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    folder = argv[1];
    for (int r = 0; r < (int)(sizeof rows / sizeof *rows); r++)
        write_row(r);
    write_loops();
    write_models();
    for (int i = 0; i < EXCHANGED_MODELS; i++)
        write_saved(i);
    printf("%d failures\n", failures);
    return failures != 0;
}
