/* Layers that are objects, each applied twice: nodes, variables and values from a graph's seed, held against TensorFlow 1.15.5's
 * (golden/make_layers.py). */
#include <stdio.h>
#include <string.h>

#include "tests/fixture.h"
#include "tf1c.h"

enum { VALUES = 9, LAYERS = 8 };
static np_npz *npz;
static tf_tensor x, values[VALUES];
static tf_layer *layers[LAYERS];

/* layer(u) · 0.5 + layer(v) */
static tf_tensor twice(tf_layer *layer, tf_tensor u, tf_tensor v)
{
    const tf_tensor half = tf_operator_mul(tf_apply(layer, u), 0.5);
    return tf_operator_add(half, tf_apply(layer, v));
}
static tf_tensor twice_training(tf_layer *layer, tf_tensor u, tf_tensor v)
{
    const tf_tensor half = tf_operator_mul(tf_apply(layer, u, .training = true), 0.5);
    return tf_operator_add(half, tf_apply(layer, v, true));
}

static void make_net(void)
{
    tf_set_random_seed(5);
    x = tf_placeholder(tf_float32, SHAPE(2, 8, 8, 3), .name = "x");
    tf_layer *conv = tf_layers_Conv2D(3, 3, .padding = "same", .activation = tf_nn_relu),
             *named = tf_layers_Conv2D(3, SHAPE(2, 2), 2, .name = "c", .use_bias = false),
             *again = tf_layers_Conv2D(2, 1, .name = "c"), *norm = tf_layers_BatchNormalization(.momentum = 0.9),
             *back = tf_layers_Conv2DTranspose(2, 3, .strides = 2), *line = tf_layers_Conv1D(4, 3),
             *largest = tf_layers_MaxPooling2D(2, 2), *mean = tf_layers_AveragePooling2D(2, 1, .padding = "same"),
             *flat = tf_layers_Flatten(), *drop = tf_layers_Dropout(0.25, .seed = 3), *dense = tf_layers_Dense(3),
             *largest_1d = tf_layers_MaxPooling1D(2, 2);
    const tf_tensor a = twice(conv, x, tf_operator_add(x, 1.));
    const tf_tensor n = twice_training(norm, a, tf_operator_mul(a, 2.));
    const tf_tensor p = twice(largest, n, tf_neg(n));
    tf_tensor b = { 0 }, c = { 0 }, q = { 0 };
    tf_with_variable_scope("inner") {
        b = twice(named, p, tf_operator_add(p, 1.));
        c = tf_apply(again, b);
        q = twice(mean, c, c);
    }
    const tf_tensor d = twice(back, q, tf_operator_add(q, 1.));
    const tf_tensor e = twice(flat, d, d);
    const tf_tensor f = twice_training(drop, e, e);
    const tf_tensor first = tf_reshape(e, SHAPE(2, 10, 5)), h = twice(line, first, tf_reshape(f, SHAPE(2, 10, 5)));
    const tf_tensor k = tf_apply(largest_1d, h);
    const tf_tensor g = twice(dense, f, tf_apply(drop, f));
    const tf_tensor all[VALUES] = { a, n, p, b, q, d, f, k, g };
    tf_layer *const those[LAYERS] = { conv, norm, named, again, back, line, dense, drop };
    memcpy(values, all, sizeof all);
    memcpy(layers, those, sizeof those);
}

static void open_net(void)
{
    char path[512];
    open_session();
    npz = np_npz_open(data_path("golden/layers.npz", path, sizeof path));
    ck_assert_ptr_nonnull(npz);
    make_net();
}
static void close_net(void)
{
    np_npz_close(npz);
    close_session();
}

/* The next line of a golden text is `got`. */
static void check_line(const char **at, const char *end, const char *got)
{
    const char *newline = *at < end ? memchr(*at, '\n', (size_t)(end - *at)) : NULL;
    const int want = (int)((newline ? newline : end) - *at);
    ck_assert_msg((int)strlen(got) == want && memcmp(got, *at, (size_t)want) == 0, "%s and not %.*s", got, want, *at);
    *at = newline ? newline + 1 : end;
}

START_TEST(its_nodes_are_tensorflows)
{
    tf_ndarray text = np_npz_get(npz, "nodes");
    tf_graph *g = tf_get_default_graph();
    const char *at = text.data, *end = at + np_size(text);
    for (int i = 0; i < tf_graph_operation_count(g); i++) {
        char got[256];
        const tf_operation *op = tf_graph_operation(g, i);
        snprintf(got, sizeof got, "%s %s", tf_op_type(op), tf_op_name(op));
        check_line(&at, end, got);
    }
    ck_assert_msg(at == end, "TensorFlow has more nodes: %.*s", (int)(end - at), at);
    np_free(&text);
}
END_TEST

static void check_list(const char **at, const char *end, tf_list list)
{
    for (int i = 0; i < list.n; i++)
        check_line(at, end, tf_op_name(list.items[i].op));
}

START_TEST(a_layer_knows_its_variables)
{
    tf_ndarray text = np_npz_get(npz, "names");
    const char *at = text.data, *end = at + np_size(text);
    for (int i = 0; i < LAYERS; i++)
        check_list(&at, end, tf_layer_variables(layers[i]));
    check_list(&at, end, tf_layer_trainable_variables(layers[1]));
    check_line(&at, end, tf_op_name(tf_layer_kernel(layers[0]).op));
    check_line(&at, end, tf_op_name(tf_layer_bias(layers[0]).op));
    check_list(&at, end, tf_get_collection(TF_UPDATE_OPS));
    ck_assert(at == end);
    ck_assert(tf_is_none(tf_layer_bias(layers[2])));
    ck_assert(tf_is_none(tf_layer_kernel(tf_layers_Conv2D(3, 3))));
    np_free(&text);
}
END_TEST

START_TEST(its_values_from_a_graph_seed_are_tensorflows)
{
    tf_ndarray fed = np_npz_get(npz, "x");
    must(tf_run(sess, tf_global_variables_initializer()));
    tf_fetches fetches = { 0 };
    tf_ndarray got[VALUES] = { { .dtype = tf_dtype_unset } };
    for (int i = 0; i < VALUES; i++)
        tf_fetch_add(&fetches, values[i], &got[i]);
    must(tf_run(sess, fetches, FEED(x, fed)));
    for (int i = 0; i < VALUES; i++) {
        char name[32];
        snprintf(name, sizeof name, "value%d", i);
        tf_ndarray want = np_npz_get(npz, name);
        const char *difference = array_difference(got[i], want, 1e-4);
        ck_assert_msg(!difference, "%s: %s", name, difference);
        np_free(&want);
        np_free(&got[i]);
    }
    tf_fetches_free(&fetches);
    np_free(&fed);
}
END_TEST

START_TEST(mistakes_are_said_at_the_call)
{
    tf_layer *conv = tf_layers_Conv2D(3, 3), *odd = tf_layers_Conv2D(3, SHAPE(1, 2, 3));
    ck_assert(tf_is_poisoned(tf_apply(conv, tf_ones(SHAPE(2, 3)))));
    must_have_reported(tf_value_error, "Input 0 of layer conv2d is incompatible with the layer: expected ndim=4, found ndim=2.");
    ck_assert(tf_is_poisoned(tf_apply(odd, x)));
    must_have_reported(tf_value_error, "The `kernel_size` argument must be a tuple of 2 integers.");
    ck_assert(tf_is_poisoned(tf_apply((tf_layer *)NULL, x)));
    must_have_reported(tf_type_error, "'NoneType' object is not callable");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("layers");
    TCase *net = tcase_create("objects");
    tcase_add_checked_fixture(net, open_net, close_net);
    tcase_add_test(net, its_nodes_are_tensorflows);
    tcase_add_test(net, a_layer_knows_its_variables);
    tcase_add_test(net, its_values_from_a_graph_seed_are_tensorflows);
    tcase_add_test(net, mistakes_are_said_at_the_call);
    suite_add_tcase(suite, net);
    return run_suite(suite);
}
