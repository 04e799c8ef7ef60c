#include "exchange/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *exchange_folder;
int exchange_failures;

void open_case(exchange_case *c, const char *name)
{
    *c = (exchange_case){ .name = name, .graph = tf_graph_new() };
    c->block = tf_graph_open_(c->graph);
    tf_set_random_seed(1);
}

tf_tensor input(exchange_case *c, tf_ndarray value, bool known)
{
    char text[16];
    tf_dims shape = value.shape;
    for (int i = 0; i < shape.rank && !known; i++)
        shape.dims[i] = NONE;
    snprintf(text, sizeof text, "in%d", c->n_in);
    c->values[c->n_in] = value;
    return c->in[c->n_in++] = tf_placeholder(value.dtype, shape, .name = text);
}

tf_tensor random_input(exchange_case *c, tf_dims shape, bool known)
{
    tf_ndarray value = np_empty(shape, tf_float32);
    for (int64_t i = 0; i < np_size(value); i++)
        ((float *)value.data)[i] = (float)((i * 7 + 3 * c->n_in) % 11) / 11.0f - 0.4f;
    return input(c, value, known);
}

void output(exchange_case *c, const char *what, int i, tf_tensor t)
{
    snprintf(c->names[c->n_fetches], sizeof *c->names, "%s%d", what, i);
    c->fetches[c->n_fetches] = tf_identity(t, .name = c->names[c->n_fetches]);
    c->n_fetches++;
}

void gradients(exchange_case *c, int n, const tf_tensor *made)
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

/* What the graph knows of what is fetched: -1 where a dimension is unknown; nothing of an unknown rank. */
static int add_shapes(const exchange_case *c, char (*names)[24], const char **keys, tf_ndarray *arrays)
{
    int n = 0;
    for (int i = 0; i < c->n_fetches; i++) {
        tf_dims *d = &c->fetches[i].op->outputs[0].shape;
        if (!d->known)
            continue;
        snprintf(names[n], sizeof names[n], "shape_%s", c->names[i]);
        keys[n] = names[n];
        arrays[n++] = np_array(d->dims, tf_int64, SHAPE(d->rank));
    }
    return n;
}

/* What NumPy's files hold: not strings. */
static void save_arrays(const exchange_case *c, const tf_ndarray *out)
{
    char path[1024], text[3 * MOST_SHAPES + 1][16], shape_names[2 * MOST_SHAPES][24];
    const char *keys[5 * MOST_SHAPES + 1] = { "made" };
    int32_t made = c->made;
    tf_ndarray arrays[5 * MOST_SHAPES + 1] = { np_array(&made, tf_int32, SCALAR) };
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
    n += c->with_shapes ? add_shapes(c, shape_names, keys + n, arrays + n) : 0;
    snprintf(path, sizeof path, "%s/%s.npz", exchange_folder, c->name);
    exchange_failures += np_savez(path, n, keys, arrays) != tf_ok;
}

void close_case(exchange_case *c)
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
    exchange_failures += tf_run_fetches(sess, (tf_fetches){ .n = c->n_fetches, .items = fetches },
                                        (tf_feeds){ .n = c->n_in, .items = feeds }, TF_SOURCE) != tf_ok;
    tf_close(sess);
    snprintf(file, sizeof file, "%s.pb", c->name);
    exchange_failures += !tf_train_write_graph(c->graph, exchange_folder, file, .as_text = false);
    save_arrays(c, out);
    for (int i = 0; i < c->n_fetches; i++)
        np_free(&out[i]);
    for (int i = 0; i < c->n_in; i++)
        np_free(&c->values[i]);
    tf_with_close_(&c->block);
    tf_graph_free(c->graph);
}

/* ---- models: nodes "init", "train", "loss"; the answer is the losses of some steps ------------------------------------------------ */
enum { STEPS = 6 };
void close_training(exchange_case *c, tf_tensor loss, tf_operation *train)
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
    exchange_failures += !tf_train_write_graph(c->graph, exchange_folder, path, .as_text = false);
    tf_session *sess = tf_session();
    tf_run(sess, init);
    for (int step = 0; step < STEPS; step++)
        exchange_failures += tf_run_fetches(sess, FETCH(loss, &losses[step], train, NULL),
                                            (tf_feeds){ .n = c->n_in, .items = feeds }, TF_SOURCE) != tf_ok;
    tf_close(sess);
    c->values[c->n_in] = np_array(losses, tf_float32, SHAPE(STEPS));
    keys[c->n_in] = "losses";
    snprintf(path, sizeof path, "%s/%s.npz", exchange_folder, c->name);
    exchange_failures += np_savez(path, c->n_in + 1, keys, c->values) != tf_ok;
    for (int i = 0; i < c->n_in; i++)
        np_free(&c->values[i]);
    tf_with_close_(&c->block);
    tf_graph_free(c->graph);
}
