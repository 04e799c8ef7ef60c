/* tf.contrib.layers as a net: nodes, values from a graph's seed, and averages, held against what TensorFlow 1.15.5 gives; and moving
 * averages of variables. */
#include <stdio.h>
#include <string.h>

#include "tests/fixture.h"
#include "tf1c.h"

static np_npz *npz;
enum { n_values = 12 };
static tf_tensor x, values[n_values], there, here;
static int n_nodes; /* before scopes are entered again */

/* Scopes that are entered again, as objects. */
static tf_tensor make_again(tf_tensor f)
{
    tf_variable_scope outer = { 0 }, inner = { 0 };
    tf_tensor g = { 0 }, h = { 0 }, k = { 0 }, v = { 0 };
    tf_with_variable_scope("outer", .initializer = tf_ones_initializer()) {
        outer = tf_get_variable_scope();
        g = tf_contrib_layers_fully_connected(f, 3);
        tf_with_variable_scope("inner") {
            inner = tf_get_variable_scope();
            h = tf_contrib_layers_fully_connected(g, 4, .scope = inner);
        }
        tf_with_variable_scope(outer)
            tf_contrib_layers_fully_connected(h, 2);
    }
    tf_with_variable_scope("other") {
        tf_variable_scope again = { 0 };
        tf_with_variable_scope(inner, .reuse = true) {
            again = tf_get_variable_scope();
            k = tf_contrib_layers_fully_connected(g, 4, .scope = again);
        }
        tf_with_name_scope(inner.original_name_scope)
            there = tf_zeros(SHAPE(2), .name = "there");
        tf_with_variable_scope(outer, .auxiliary_name_scope = false) {
            tf_get_variable("ones", SHAPE(2));
            here = tf_zeros(SHAPE(2), .name = "here");
        }
        tf_with_variable_scope("wide", .dtype = tf_float64)
            tf_get_variable("w", SHAPE(2));
        tf_set_initializer(tf_get_variable_scope(), tf_constant_initializer(3.0));
        tf_set_regularizer(tf_get_variable_scope(), tf_contrib_layers_l2_regularizer(0.5));
        tf_get_variable("threes", SHAPE(2));
        tf_nn_static_rnn(tf_nn_rnn_cell_basic_rnn_cell(3), LIST(k, k), .dtype = tf_float32, .scope = outer);
        tf_variable_scope image = { 0 };
        tf_with_variable_scope("image") {
            image = tf_get_variable_scope();
            tf_contrib_layers_conv2d(x, 2, 1, .scope = image, .normalizer_fn = tf_contrib_layers_batch_norm,
                                     .normalizer_params = tf_contrib_layers_batch_norm_params(.scope = inner));
        }
        tf_contrib_layers_separable_conv2d(x, 2, 1, 1, .scope = outer, .activation_fn = NULL);
        for (int i = 0; i < 2; i++) {
            tf_layer *layer = tf_layers_Dense(3, .name = "d");
            const tf_tensor once = tf_apply(layer, g);
            tf_apply(layer, once);
        }
        tf_contrib_layers_layer_norm(g, .scope = image);
        tf_contrib_layers_dropout(tf_contrib_layers_instance_norm(x, .scope = outer), 0.5, .scope = inner);
    }
    tf_with_variable_scope(tf_get_variable_scope(), .reuse = tf_AUTO_REUSE)
        v = tf_get_variable("outer/ones");
    values[10] = k;
    return v;
}

static void make_net(void)
{
    tf_set_random_seed(5);
    x = tf_placeholder(tf_float32, SHAPE(4, 8, 8, 3), .name = "x");
    tf_tensor c = tf_contrib_layers_conv2d(x, 4, 3, .normalizer_fn = tf_contrib_layers_batch_norm,
                                           .normalizer_params = tf_contrib_layers_batch_norm_params(.is_training = (bool)true));
    tf_tensor p = tf_contrib_layers_max_pool2d(c, 2);
    tf_tensor d = tf_contrib_layers_conv2d(p, 5, SHAPE(3, 3), .stride = 2, .padding = "VALID", .activation_fn = NULL);
    tf_tensor t = tf_contrib_layers_conv2d_transpose(d, 2, 3, .stride = 2);
    tf_tensor f = tf_contrib_layers_flatten(t);
    tf_tensor b = tf_contrib_layers_batch_norm(f, .is_training = true, .updates_collections = NULL, .scale = true);
    tf_tensor l = tf_contrib_layers_layer_norm(b);
    tf_tensor q = tf_contrib_layers_fully_connected(l, 3, .normalizer_fn = tf_contrib_layers_layer_norm);
    tf_tensor r = tf_contrib_layers_dropout(q, 0.8);
    tf_tensor s = tf_layers_separable_conv2d(x, 5, 3, .depth_multiplier = 2, .strides = 2, .activation = tf_nn_relu);
    tf_tensor a = tf_contrib_layers_avg_pool2d(s, SHAPE(2, 2), .stride = 1, .padding = "SAME");
    tf_tensor m = tf_contrib_layers_separable_conv2d(x, 4, 3, 2, .stride = 2);
    tf_tensor e = tf_contrib_layers_embed_sequence(tf_constant(NP_INT2D({ 1, 2 }, { 0, 1 })), 5, 4);
    tf_tensor u =
        tf_contrib_layers_embed_sequence(tf_constant(NP_INT2D({ 1, 2 }, { 0, 1 })), 5, 4, .unique = true, .scope = "once");
    tf_tensor w = tf_contrib_layers_embedding_lookup_unique(tf_getitem(e, "0"), NP_INT2D({ 1, 0 }, { 1, 1 }));
    const tf_tensor all[] = { c, d, b, q, r, a, e, m, u, w };
    memcpy(values, all, sizeof all);
    n_nodes = tf_graph_operation_count(tf_get_default_graph());
    values[11] = make_again(f);
}

static void open_net(void)
{
    char path[512];
    open_session();
    npz = np_npz_open(data_path("golden/contrib.npz", path, sizeof path));
    ck_assert_ptr_nonnull(npz);
    make_net();
}
static void close_net(void)
{
    np_npz_close(npz);
    close_session();
}

static void check_array(const char *key, int i, tf_ndarray got)
{
    char name[32];
    snprintf(name, sizeof name, "%s%d", key, i);
    tf_ndarray want = np_npz_get(npz, name);
    const char *difference = array_difference(got, want, 1e-4);
    ck_assert_msg(!difference, "%s: %s", name, difference);
    np_free(&want);
}

START_TEST(its_nodes_are_tensorflows)
{
    tf_ndarray text = np_npz_get(npz, "nodes");
    tf_graph *g = tf_get_default_graph();
    const char *at = text.data, *end = at + np_size(text);
    for (int i = 0; i < n_nodes; i++) {
        char got[256];
        const tf_operation *op = tf_graph_operation(g, i);
        const int n = snprintf(got, sizeof got, "%s %s", tf_op_type(op), tf_op_name(op));
        const char *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
        const int want = (int)((newline ? newline : end) - at);
        ck_assert_msg(n == want && memcmp(got, at, (size_t)n) == 0, "node %d is %s and not %.*s", i, got, want, at);
        at = newline ? newline + 1 : end;
    }
    ck_assert_msg(at == end, "TensorFlow has more nodes: %.*s", (int)(end - at), at);
    np_free(&text);
}
END_TEST

/* Line by line: two nodes, the losses of regularizers, the variables. */
START_TEST(scopes_that_are_entered_again_name_as_tensorflows)
{
    tf_ndarray text = np_npz_get(npz, "names");
    const tf_list all = tf_global_variables(), losses = tf_losses_get_regularization_losses();
    const char *at = text.data, *end = at + np_size(text);
    for (int i = 0; i < 2 + losses.n + all.n; i++) {
        const tf_tensor t = i == 0 ? there : i == 1 ? here : i < 2 + losses.n ? losses.items[i - 2] : all.items[i - 2 - losses.n];
        const char *got = tf_op_name(t.op), *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
        const int want = (int)((newline ? newline : end) - at);
        ck_assert_msg((int)strlen(got) == want && memcmp(got, at, (size_t)want) == 0, "%s and not %.*s", got, want, at);
        at = newline ? newline + 1 : end;
    }
    ck_assert_msg(at == end, "TensorFlow has more: %.*s", (int)(end - at), at);
    ck_assert_int_gt(losses.n, 0);
    np_free(&text);
}
END_TEST

START_TEST(its_values_from_a_graph_seed_are_tensorflows)
{
    tf_ndarray fed = np_npz_get(npz, "x"), got[n_values] = { { .dtype = tf_dtype_unset } };
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess,
                FETCH(values[0], &got[0], values[1], &got[1], values[2], &got[2], values[3], &got[3], values[4], &got[4], values[5],
                      &got[5], values[6], &got[6], values[7], &got[7], values[8], &got[8], values[9], &got[9], values[10], &got[10],
                      values[11], &got[11]),
                FEED(x, fed)));
    for (int i = 0; i < n_values; i++) {
        check_array("value", i, got[i]);
        np_free(&got[i]);
    }
    np_free(&fed);
}
END_TEST

START_TEST(averages_without_a_collection_change_as_the_result_is_computed)
{
    tf_ndarray fed = np_npz_get(npz, "x"), got = { 0 };
    const tf_list all = tf_global_variables();
    int n = 0;
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, FETCH(values[2], &got), FEED(x, fed)));
    for (int i = 0; i < all.n; i++)
        if (strstr(tf_op_name(all.items[i].op), "moving")) {
            must(tf_run(sess, FETCH(all.items[i], &got)));
            check_array("average", n++, got);
        }
    ck_assert_int_eq(n, 6);
    np_free(&got), np_free(&fed);
}
END_TEST

/* The fused form keeps the variance of a sample, n / (n - 1) times the plain one. */
START_TEST(images_may_be_normalized_by_parts)
{
    const tf_tensor x = tf_constant(np_reshape(NP_FLOAT(1, 2, 3, 4), SHAPE(1, 2, 2, 1)));
    const tf_tensor y = tf_contrib_layers_batch_norm(x, .decay = .5, .fused = false, .updates_collections = NULL, .scope = "parts");
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, OPS(y)));
    check_run(tf_at(tf_global_variables("parts/moving_variance"), 0), (tf_feeds){ 0 }, NUMBERS(1.125));
}
END_TEST

/* ---- mistakes ------------------------------------------------------------------------------------------------------------------------- */

START_TEST(mistakes_are_said_in_tensorflows_words)
{
    const tf_tensor y = tf_placeholder(tf_float32, SHAPE(NONE, NONE), .name = "y");
    tf_contrib_layers_layer_norm(y);
    must_have_reported(tf_value_error, "Inputs y:0: shape(inputs)[-1:] is not fully defined: (?, ?)");
    tf_contrib_layers_layer_norm(y, .begin_norm_axis = 3);
    must_have_reported(tf_value_error, "begin_params_axis (-1) and begin_norm_axis (3) must be < rank(inputs) (2)");
    tf_contrib_layers_embed_sequence(NP_INT(1));
    must_have_reported(tf_value_error, "Got vocab_size=None and embed_dim=None");
    tf_contrib_layers_batch_norm(tf_placeholder(tf_float32, .name = "z"));
    must_have_reported(tf_value_error, "Inputs z:0 has undefined rank");
    tf_contrib_layers_instance_norm(tf_placeholder(tf_float32, SHAPE(NONE), .name = "flat"));
    must_have_reported(tf_value_error, "Inputs flat:0 of rank 1 have no channels besides the batch.");
    tf_contrib_layers_conv2d(x, 3, 3, .data_format = "x");
    must_have_reported(tf_value_error, "data_format has to be either NCHW or NHWC.");
}
END_TEST

static tf_tensor normalizer_of_ones_own(tf_tensor inputs, const tf_normalizer_params *params)
{
    (void)params;
    return tf_add(inputs, tf_get_variable("own", SHAPE(1)));
}

START_TEST(what_its_layers_make_are_model_variables)
{
    static const char *const names[] = { "fully_connected/weights",
                                         "fully_connected/BatchNorm/beta",
                                         "fully_connected/BatchNorm/moving_mean",
                                         "fully_connected/BatchNorm/moving_variance",
                                         "Conv/weights",
                                         "Conv/biases",
                                         "SeparableConv2d/depthwise_weights",
                                         "SeparableConv2d/pointwise_weights",
                                         "SeparableConv2d/biases",
                                         "LayerNorm/beta",
                                         "LayerNorm/gamma",
                                         "BatchNorm/beta",
                                         "BatchNorm/moving_mean",
                                         "BatchNorm/moving_variance",
                                         "EmbedSequence/embeddings",
                                         "InstanceNorm/beta",
                                         "InstanceNorm/gamma",
                                         "Conv2d_transpose/weights",
                                         "Conv2d_transpose/biases",
                                         "fully_connected_1/weights",
                                         "fully_connected_1/own" };
    enum { NAMES = sizeof names / sizeof names[0] };
    const tf_tensor x = tf_ones(SHAPE(2, 3)), images = tf_ones(SHAPE(1, 4, 4, 2));
    for (int pass = 0; pass < 2; pass++) /* those that are found again do not join again */
        tf_with_variable_scope("net", .reuse = pass == 1) {
            tf_contrib_layers_fully_connected(x, 2, .normalizer_fn = tf_contrib_layers_batch_norm);
            tf_contrib_layers_conv2d(images, 2, 3);
            tf_contrib_layers_separable_conv2d(images, 2, 3, 1);
            tf_contrib_layers_layer_norm(x);
            tf_layers_dense(x, 2);
            tf_contrib_layers_batch_norm(images);
            tf_contrib_layers_embed_sequence(tf_constant(NP_INT2D({ 0 })), 3, 2);
            tf_contrib_layers_instance_norm(images);
            tf_contrib_layers_conv2d_transpose(images, 2, 3);
            tf_contrib_layers_fully_connected(x, 2, .normalizer_fn = normalizer_of_ones_own);
        }
    const tf_list made = tf_get_collection(tf_graph_keys_MODEL_VARIABLES, "net/");
    ck_assert_int_eq(made.n, NAMES);
    for (int i = 0; i < NAMES; i++)
        ck_assert_str_eq(tf_op_name(tf_at(made, i).op) + strlen("net/"), names[i]);
}
END_TEST

START_TEST(each_image_is_normalized_by_itself)
{
    tf_ndarray y = { 0 };
    const tf_tensor images = tf_constant(NP_FLOAT(1, 3, 1, 3, 5, 9, 5, 9)),
                    normal = tf_contrib_layers_instance_norm(tf_reshape(images, SHAPE(2, 1, 4)), .data_format = "NCHW",
                                                             .activation_fn = tf_nn_relu);
    const tf_list all = tf_trainable_variables();
    ck_assert_str_eq(tf_op_name(tf_at(all, all.n - 2).op), "InstanceNorm/beta");
    ck_assert_str_eq(tf_op_name(tf_at(all, all.n - 1).op), "InstanceNorm/gamma");
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, FETCH(normal, &y)));
    for (int i = 0; i < 8; i++)
        ck_assert_double_eq_tol(np_get(y, i), i % 2, 1e-5);
    np_free(&y);
}
END_TEST

/* ---- moving averages of variables ------------------------------------------------------------------------------------------------------- */

static tf_moving_average *average;
static tf_tensor w, b, n;
static tf_operation *moved;

static void open_averages(void)
{
    open_session();
    w = tf_variable(NP_FLOAT(1, 2), .name = "w");
    b = tf_variable(3.0, .name = "b");
    n = tf_variable(0, .name = "n", .trainable = false);
    average = tf_train_exponential_moving_average(0.9, .num_updates = TF_T(n));
    tf_tensor w_next = tf_assign_add(w, NP_FLOAT(1, -1)), b_next = tf_assign_add(b, 2.0);
    tf_with_control_dependencies(OPS(w_next, b_next))
        moved = tf_apply(average, LIST(w, b));
}

START_TEST(averages_follow_their_variables)
{
    must(tf_run(sess, tf_global_variables_initializer()));
    for (int i = 0; i < 3; i++) {
        must(tf_run(sess, moved));
        must(tf_run(sess, tf_assign_add(n, 1)));
        if (i == 0)
            check_run(tf_average(average, w), (tf_feeds){ 0 }, NUMBERS(1.9, 1.1));
    }
    check_run(tf_average(average, w), (tf_feeds){ 0 }, NUMBERS(3.7, -0.7));
    check_run(tf_average(average, b), (tf_feeds){ 0 }, NUMBERS(8.4));
    ck_assert(tf_is_none(tf_average(average, n)));
}
END_TEST

START_TEST(a_list_of_no_variables_has_no_averages)
{
    tf_moving_average *other = tf_train_exponential_moving_average(0.9);
    must(tf_run(sess, tf_apply(other, tf_trainable_variables("nosuch"))));
    ck_assert(tf_is_none(tf_average(other, w)));
}
END_TEST

START_TEST(averages_have_tensorflows_names)
{
    const tf_restored r = tf_variables_to_restore(average);
    ck_assert_str_eq(tf_average_name(average, w), "w/ExponentialMovingAverage");
    ck_assert_str_eq(tf_op_name(moved), "ExponentialMovingAverage");
    ck_assert_int_eq(tf_get_collection(TF_MOVING_AVERAGE_VARIABLES).n, 2);
    ck_assert_int_eq(r.var_list.n, 3);
    ck_assert_str_eq(r.names[0], "w/ExponentialMovingAverage");
    ck_assert_str_eq(r.names[1], "b/ExponentialMovingAverage");
    ck_assert_str_eq(r.names[2], "n");
    ck_assert_ptr_nonnull(tf_get_operation_by_name(tf_get_default_graph(), "ExponentialMovingAverage/AssignMovingAvg_1/sub_1"));
}
END_TEST

START_TEST(an_average_of_a_tensor_may_be_freed_of_its_zero)
{
    const tf_tensor x = tf_placeholder(tf_float32, SHAPE(2)), y = tf_multiply(x, 2.0, .name = "y");
    average = tf_train_exponential_moving_average(0.9, .zero_debias = true, .name = "ema");
    moved = tf_apply(average, LIST(y));
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, moved, FEED(x, NP_FLOAT(1, 2))));
    check_run(tf_average(average, y), (tf_feeds){ 0 }, NUMBERS(2, 4));
    must(tf_run(sess, moved, FEED(x, NP_FLOAT(3, -2))));
    check_run(tf_average(average, y), (tf_feeds){ 0 }, NUMBERS(4.105263, -0.21052636));
    must(tf_run(sess, moved, FEED(x, NP_FLOAT(5, 0))));
    check_run(tf_average(average, y), (tf_feeds){ 0 }, NUMBERS(6.280442, -0.13284135));
    const tf_tensor steps = tf_at(tf_global_variables(), tf_global_variables().n - 1);
    ck_assert_str_eq(tf_op_name(steps.op), "y/ema/local_step");
    ck_assert_str_eq(tf_op_name(tf_average(average, y).op), "y/ema");
    ck_assert_str_eq(tf_op_name(moved), "ema");
    ck_assert_ptr_nonnull(tf_get_operation_by_name(tf_get_default_graph(), "ema/AssignMovingAvg/truediv"));
}
END_TEST

START_TEST(averages_of_integers_and_without_a_decay_are_mistakes)
{
    tf_apply(average, LIST(n));
    must_have_reported(tf_type_error, "The variables must be half, float, or double: n:0");
    tf_apply(tf_train_exponential_moving_average(), LIST(w));
    must_have_reported(tf_type_error, "missing 1 required positional argument: 'decay'");
}
END_TEST

START_TEST(what_has_no_value_yet_is_named)
{
    tf_tensor is = tf_is_variable_initialized(w), names = tf_report_uninitialized_variables();
    bool there = true;
    tf_ndarray missing = { 0 };
    must(tf_run(sess, FETCH(is, &there, names, &missing)));
    ck_assert(!there);
    ck_assert_int_eq(np_size(missing), 5);
    ck_assert_str_eq(np_string(missing, 3).data, "w/ExponentialMovingAverage");
    must(tf_run(sess, tf_initializer_of(w)));
    must(tf_run(sess, FETCH(is, &there, names, &missing)));
    ck_assert(there);
    ck_assert_int_eq(np_size(missing), 4);
    ck_assert_str_eq(np_string(missing, 0).data, "b");
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, FETCH(names, &missing)));
    ck_assert_int_eq(np_size(missing), 0);
    np_free(&missing);
}
END_TEST

/* ---- templates, counts ------------------------------------------------------------------------------------------------------------------ */

static tf_tensor with_own_variable(tf_tensor y, void *c) { return (void)c, tf_mul(y, tf_variable(1.0)); }
static tf_tensor with_wrong_shapes(tf_tensor y, void *c) { return (void)c, tf_matmul(y, tf_zeros(SHAPE(7, 2))); }

START_TEST(a_template_that_makes_variables_anew_is_a_mistake)
{
    tf_template *t = tf_make_template("t", with_own_variable);
    const tf_tensor ones = tf_ones(SHAPE(2));
    ck_assert(!tf_is_poisoned(tf_call_template(t, ones)));
    ck_assert(tf_is_poisoned(tf_call_template(t, ones)));
    must_have_reported(
        tf_value_error,
        "Trainable variable created when calling a template after the first time, perhaps you used tf.Variable when you "
        "meant tf.get_variable: [<tf.Variable 't_1/Variable:0' shape=() dtype=float32_ref>]");
}
END_TEST

START_TEST(a_template_of_another_graph_is_a_mistake)
{
    tf_template *t = tf_make_template("t", with_wrong_shapes);
    tf_graph *g = tf_graph_new();
    tf_with_graph(g)
        ck_assert(tf_is_poisoned(tf_call_template(t, tf_ones(SHAPE(2, 3)))));
    must_have_reported(tf_value_error, "Template 't' is of another graph.");
    tf_graph_free(g);
    ck_assert(tf_is_poisoned(tf_call_template(t, tf_ones(SHAPE(2, 3)))));
    must_have_reported(tf_value_error, "Dimensions must be equal, but are 3 and 7");
}
END_TEST

START_TEST(a_count_stops_at_its_limit)
{
    const tf_tensor v = tf_variable(0), next = tf_count_up_to(v, 2);
    int before = -1, twice = -1, now = -1;
    tf_tensor doubled = tf_mul(next, 2);
    must(tf_run(sess, tf_initializer_of(v)));
    for (int i = 0; i < 2; i++) {
        must(tf_run(sess, FETCH(next, &before, doubled, &twice)));
        ck_assert_int_eq(before, i);
        ck_assert_int_eq(twice, 2 * i);
    }
    ck_assert_int_eq(tf_run(sess, next), tf_out_of_range);
    must_have_reported(tf_out_of_range, "Reached limit of 2");
    must(tf_run(sess, FETCH(v, &now)));
    ck_assert_int_eq(now, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("contrib");
    TCase *net = tcase_create("layers"), *averages = tcase_create("averages"), *templates = tcase_create("templates");
    tcase_add_checked_fixture(net, open_net, close_net);
    tcase_add_test(net, its_nodes_are_tensorflows);
    tcase_add_test(net, scopes_that_are_entered_again_name_as_tensorflows);
    tcase_add_test(net, its_values_from_a_graph_seed_are_tensorflows);
    tcase_add_test(net, averages_without_a_collection_change_as_the_result_is_computed);
    tcase_add_test(net, images_may_be_normalized_by_parts);
    tcase_add_test(net, what_its_layers_make_are_model_variables);
    tcase_add_test(net, each_image_is_normalized_by_itself);
    tcase_add_test(net, mistakes_are_said_in_tensorflows_words);
    tcase_add_checked_fixture(averages, open_averages, close_session);
    tcase_add_test(averages, averages_follow_their_variables);
    tcase_add_test(averages, a_list_of_no_variables_has_no_averages);
    tcase_add_test(averages, averages_have_tensorflows_names);
    tcase_add_test(averages, averages_of_integers_and_without_a_decay_are_mistakes);
    tcase_add_test(averages, an_average_of_a_tensor_may_be_freed_of_its_zero);
    tcase_add_test(averages, what_has_no_value_yet_is_named);
    tcase_add_checked_fixture(templates, open_session, close_session);
    tcase_add_test(templates, a_template_that_makes_variables_anew_is_a_mistake);
    tcase_add_test(templates, a_template_of_another_graph_is_a_mistake);
    tcase_add_test(templates, a_count_stops_at_its_limit);
    suite_add_tcase(suite, net);
    suite_add_tcase(suite, averages);
    suite_add_tcase(suite, templates);
    return run_suite(suite);
}
