/* Every argument by place or by keyword, in any order, as in Python: both make the same. A number, AXES, a tensor or a list where
 * Python takes any of them. */
#include <math.h>
#include <string.h>

#include "fixture.h"

static tf_tensor x, y, ids, rows, image, filter, mask; /* constants */

static void begin(void)
{
    catch_errors();
    tf_reset_default_graph();
    tf_set_random_seed(7);
    x = tf_constant(NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }));
    y = tf_constant(NP_FLOAT2D({ 0, 1, 0 }, { 1, 0, 1 }));
    ids = tf_constant(NP_INT(0, 2));
    rows = tf_constant(NP_INT2D({ 1, 0 }, { 0, 1 }));
    image = tf_reshape(tf_range(48.0), SHAPE(1, 4, 4, 3));
    filter = tf_reshape(tf_range(24.0), SHAPE(2, 2, 3, 2));
    mask = tf_constant(NP_INT(1, 0));
    sess = tf_session();
}

static void end(void)
{
    tf_close(sess);
    tf_reset_default_graph();
}

#define COUNT(first, second) +1
typedef struct {
    const char *text;
    tf_tensor place, keyword;
} both_ways;

static void check(both_ways b)
{
    tf_ndarray place = { 0 }, keyword = { 0 };
    ck_assert_msg(caught()->count == 0, "%s: %s", b.text, caught()->message);
    tf_run(sess, tf_group(tf_global_variables_initializer(), tf_local_variables_initializer()));
    tf_run(sess, FETCH(b.place, &place, b.keyword, &keyword));
    ck_assert_msg(caught()->count == 0, "%s: %s", b.text, caught()->message);
    const char *difference = array_difference(place, keyword, 0);
    ck_assert_msg(!difference, "%s: %s", b.text, difference);
    np_free(&place);
    np_free(&keyword);
}

/* ---- helpers of the rows ---------------------------------------------------------------------------------------------------- */
static tf_tensor sum_of(tf_state *state, tf_tensor outputs)
{
    return tf_add(tf_reduce_sum(tf_state_tensor(state)), tf_reduce_sum(outputs));
}
static tf_tensor ran(tf_rnn r) { return sum_of(r.state, r.outputs); }
static tf_tensor ran_list(tf_rnn_list r) { return sum_of(r.state, tf_at(r.outputs, -1)); }
static tf_cell *cell(void) { return tf_nn_rnn_cell_basic_rnn_cell(.num_units = 2, .reuse = tf_AUTO_REUSE); }
static tf_tensor lengths(void) { return tf_constant(NP_INT(1)); }
static tf_tensor deep(void) { return tf_expand_dims(x, 0); }
static tf_tensor plus(tf_tensor state, tf_tensor e, void *c) { return (void)c, tf_add(state, e); }
static tf_list plus_both(tf_list state, tf_list es, void *c)
{
    return (void)c, LIST(tf_add(tf_at(state, 0), tf_mul(tf_at(es, 0), tf_at(es, 1))));
}
static tf_tensor twice(tf_tensor e, void *c) { return (void)c, tf_mul(e, 2); }
static tf_tensor one(void *c) { return (void)c, tf_constant(1.0); }
static tf_tensor two(void *c) { return (void)c, tf_constant(2.0); }
/* The variable after one step by the optimizer. */
static tf_tensor stepped(tf_optimizer *o)
{
    tf_tensor w = tf_variable(3.0, .name = "w"), now = { 0 };
    tf_operation *step = tf_minimize(o, .loss = tf_square(w), .var_list = w);
    tf_with_control_dependencies(OPS(step))
        now = tf_add(w, 0.f);
    return now;
}
static tf_tensor rate(void) { return tf_constant(0.5); }
static tf_tensor dense(tf_tensor made) { return tf_reduce_sum(tf_mul(made, 1)); }
#define KERNEL .kernel_initializer = tf_ones_initializer
static tf_tensor table(void) { return tf_constant(NP_FLOAT2D({ 1, 2 }, { 3, 4 }, { 5, 6 })); }
static tf_tensor weight(tf_tensor w) { return w; }
static const int true_rows = 3; /* begins as a word of C's does */
static tf_tensor picture(void) { return tf_reshape(tf_range(48.0), SHAPE(4, 4, 3)); }
/* 1, once the assertion holds. */
static tf_tensor checked(tf_operation *assertion)
{
    tf_tensor one = { 0 };
    tf_with_control_dependencies(OPS(assertion))
        one = tf_constant(1.0);
    return one;
}
static tf_tensor slope(tf_list gradients) { return tf_at(gradients, 0); }
/* TF's own example: a and b = 2·a of a + b, each as if the other were given. */
static tf_tensor partial(int i)
{
    const tf_tensor a = tf_constant(NP_FLOAT(3)), b = tf_mul(2., a);
    return tf_at(tf_gradients(tf_add(a, b), LIST(a, b), .stop_gradients = LIST(a, b)), i);
}
static tf_tensor report(tf_tensor names) { return tf_size(names); }

/* By place as Python's signature goes on the left, by keyword in another order on the right. */
#define PLACES(ROW)                                                                                                                \
    ROW(tf_concat(LIST(x, y), 1), tf_concat(.axis = 1, .values = LIST(x, y)))                                                      \
    ROW(tf_concat(LIST(x, y), tf_constant(1)), tf_concat(LIST(x, y), .axis = 1))                                                   \
    ROW(tf_at(tf_split(x, 3, 1), 2), tf_at(tf_split(.axis = 1, .num_or_size_splits = 3, .value = x), 2))                           \
    ROW(tf_at(tf_split(x, AXES(1, 2), 1), 1), tf_at(tf_split(x, .num_or_size_splits = AXES(1, 2), .axis = tf_constant(1)), 1))     \
    ROW(tf_stack(LIST(x, y), 1), tf_stack(.values = LIST(x, y), .axis = 1))                                                        \
    ROW(tf_at(tf_unstack(x, 3, 1), 1), tf_at(tf_unstack(.value = x, .axis = 1), 1))                                                \
    ROW(tf_eye(2, 3), tf_eye(.num_columns = 3, .num_rows = 2))                                                                     \
    ROW(tf_matrix_set_diag(x, NP_FLOAT(8, 9)), tf_matrix_set_diag(.diagonal = NP_FLOAT(8, 9), .input = x))                         \
    ROW(tf_zeros(SHAPE(2), tf_int32), tf_zeros(.dtype = tf_int32, .shape = SHAPE(2)))                                              \
    ROW(tf_ones(tf_shape(x)), tf_ones(.shape = LIST(tf_getitem(tf_shape(x), "0"), 3)))                                             \
    ROW(slope(tf_gradients(tf_mul(x, y), y, tf_ones(SHAPE(2, 3)), "g", true, false, 0, x)), tf_identity(x))                        \
    ROW(tf_nn_top_k(x).values, tf_nn_top_k(.k = 1, .input = x).values)                                                             \
    ROW(slope(tf_gradients(tf_square(x), y, .unconnected_gradients = tf_unconnected_gradients_ZERO)), tf_zeros_like(y))            \
    ROW(tf_boolean_mask(x, tf_cast(NP_INT(1, 0, 1), tf_bool), "m", 1), tf_gather(x, NP_INT(0, 2), .axis = 1))                      \
    ROW(tf_gather(x, ids, true, "rows", 1), tf_gather(.indices = ids, .axis = 1, .params = x))                                     \
    ROW(tf_gather(x, 1), tf_gather(x, .indices = 1))                                                                               \
    ROW(tf_nn_embedding_lookup(table(), ids), tf_nn_embedding_lookup(.ids = ids, .params = table()))                               \
    ROW(tf_gather_nd(x, rows), tf_gather_nd(.indices = rows, .params = x))                                                         \
    ROW(tf_scatter_nd(rows, NP_FLOAT(7, 8), SHAPE(2, 3)),                                                                          \
        tf_scatter_nd(.shape = SHAPE(2, 3), .updates = NP_FLOAT(7, 8), .indices = rows))                                           \
    ROW(tf_unsorted_segment_sum(x, mask, 2), tf_unsorted_segment_sum(.num_segments = 2, .segment_ids = mask, .data = x))           \
    ROW(tf_one_hot(ids, 3, 5, -1), tf_one_hot(.off_value = -1, .on_value = 5, .depth = 3, .indices = ids))                         \
    ROW(tf_broadcast_to(1.0, SHAPE(2)), tf_broadcast_to(.shape = SHAPE(2), .input = 1.f))                                          \
    ROW(tf_tile(x, SHAPE(2, 1)), tf_tile(.multiples = NP_INT(2, 1), .input = x))                                                   \
    ROW(tf_pad(x, NP_INT2D({ 1, 0 }, { 0, 1 }), "CONSTANT"), tf_pad(.mode = "CONSTANT", .paddings = rows, .tensor = x))            \
    ROW(tf_reverse(x, AXES(1)), tf_reverse(.axis = AXES(-1), .tensor = x))                                                         \
    ROW(tf_reverse_sequence(x, NP_INT(2, 3), 1), tf_reverse_sequence(.seq_axis = 1, .seq_lengths = NP_INT(2, 3), .input = x))      \
    ROW(tf_sequence_mask(ids, 4), tf_sequence_mask(.maxlen = 4, .lengths = ids))                                                   \
    ROW(tf_shape(x, NULL, tf_int64), tf_shape(.out_type = tf_int64, .input = x))                                                   \
    ROW(tf_reshape(x, SHAPE(3, 2)), tf_reshape(.shape = SHAPE(3, -1), .tensor = x))                                                \
    ROW(tf_transpose(x, PERM(1, 0)), tf_transpose(.perm = tf_constant(NP_INT(1, 0)), .a = x))                                      \
    ROW(tf_expand_dims(x, 1), tf_expand_dims(.axis = tf_constant(1), .input = x))                                                  \
    ROW(tf_squeeze(deep(), 0), tf_squeeze(.axis = AXES(0), .input = deep()))                                                       \
    ROW(tf_slice(x, SHAPE(0, 1), SHAPE(2, 2)), tf_slice(.size = SHAPE(2, 2), .begin = SHAPE(0, 1), .input = x))                    \
    ROW(tf_strided_slice(x, SHAPE(0), SHAPE(2), SHAPE(2)),                                                                         \
        tf_strided_slice(.input = x, .strides = SHAPE(2), .begin = SHAPE(0), .end = SHAPE(2)))                                     \
    ROW(tf_boolean_mask(x, tf_cast(mask, tf_bool)), tf_boolean_mask(.mask = tf_cast(mask, tf_bool), .tensor = x))                  \
    ROW(tf_cast(x, tf_int32), tf_cast(.dtype = tf_int32, .x = x))                                                                  \
    ROW(tf_clip_by_value(x, 2, 4.5), tf_clip_by_value(.clip_value_max = 4.5, .clip_value_min = 2, .t = x))                         \
    ROW(tf_clip_by_norm(x, 1., 1), tf_clip_by_norm(.axes = AXES(1), .clip_norm = 1, .t = x))                                       \
    ROW(tf_global_norm(LIST(x, y)), tf_global_norm(.t_list = LIST(x, y)))                                                          \
    ROW(tf_at(tf_clip_by_global_norm(LIST(x, y), 1).list, 0),                                                                      \
        tf_at(tf_clip_by_global_norm(.clip_norm = 1., .t_list = LIST(x, y)).list, 0))                                              \
    ROW(tf_confusion_matrix(ids, mask), tf_confusion_matrix(.predictions = mask, .labels = ids))                                   \
    ROW(tf_matmul(x, y, false, true), tf_matmul(.transpose_b = true, .b = y, .a = x))                                              \
    ROW(tf_linalg_matvec(x, NP_FLOAT(1, 2), false, true), tf_linalg_matvec(.adjoint_a = true, .b = NP_FLOAT(1, 2), .a = x))        \
    ROW(tf_linalg_matvec(x, NP_FLOAT(1, 2), true, false, false, false, "mv"),                                                      \
        tf_linalg_matvec(x, NP_FLOAT(1, 2), .transpose_a = true))                                                                  \
    ROW(tf_linalg_matvec(x, NP_FLOAT(1, 2, 3)), tf_linalg_matvec(.b = NP_FLOAT(1, 2, 3), .a = x))                                  \
    ROW(tf_tensordot(x, table(), 1), tf_tensordot(x, table(), .axes_a = 1, .axes_b = 0))                                           \
    ROW(tf_add_n(LIST(x, y)), tf_add_n(.inputs = LIST(x, y)))                                                                      \
    ROW(tf_reduce_mean(x, 1), tf_reduce_mean(.axis = AXES(1), .input_tensor = x))                                                  \
    ROW(tf_reduce_sum(x, AXES(0, 1)), tf_reduce_sum(x, .axis = NP_INT(0, 1)))                                                      \
    ROW(tf_reduce_max(x, 0, true), tf_reduce_max(x, .keepdims = true, .reduction_indices = 0))                                     \
    ROW(tf_reduce_prod(x, tf_constant(0)), tf_reduce_prod(x, .axes = 0))                                                           \
    ROW(tf_reduce_logsumexp(x, AXES(0, 1)), tf_reduce_logsumexp(x))                                                                \
    ROW(tf_math_reduce_std(x, 0), tf_math_reduce_std(.input_tensor = x, .axis = 0))                                                \
    ROW(tf_count_nonzero(y, 1), tf_count_nonzero(.axis = AXES(1), .input_tensor = y))                                              \
    ROW(tf_argmax(x, 1), tf_argmax(.axis = tf_constant(1), .input = x))                                                            \
    ROW(tf_argmin(x), tf_argmin(x, .dimension = 0))                                                                                \
    ROW(tf_cumsum(x, 1, true), tf_cumsum(.exclusive = true, .axis = 1, .x = x))                                                    \
    ROW(tf_nn_leaky_relu(x, .5), tf_nn_leaky_relu(.alpha = .5, .features = x))                                                     \
    ROW(tf_nn_conv2d(image, filter, SHAPE(1, 1, 1, 1), "VALID"),                                                                   \
        tf_nn_conv2d(.padding = "VALID", .strides = SHAPE(1, 1, 1, 1), .filter = filter, .input = image))                          \
    ROW(tf_nn_max_pool(image, 2, 2, "VALID"),                                                                                      \
        tf_nn_max_pool(.padding = "VALID", .strides = SHAPE(1, 2, 2, 1), .ksize = 2, .value = image))                              \
    ROW(tf_nn_softmax(x, 0), tf_nn_softmax(.axis = 0, .logits = x))                                                                \
    ROW(tf_nn_l2_normalize(x, 1), tf_nn_l2_normalize(.axis = AXES(1), .x = x))                                                     \
    ROW(tf_nn_bias_add(x, NP_FLOAT(1, 2, 3)), tf_nn_bias_add(.bias = NP_FLOAT(1, 2, 3), .value = x))                               \
    ROW(tf_nn_xw_plus_b(x, table(), NP_FLOAT(1, 2)), tf_nn_xw_plus_b(.biases = NP_FLOAT(1, 2), .weights = table(), .x = x))        \
    ROW(tf_nn_dropout(x, .5, .seed = 3), tf_nn_dropout(.seed = 3, .rate = rate(), .x = x))                                         \
    ROW(tf_nn_moments(x, 1).mean, tf_nn_moments(.axes = AXES(1), .x = x).mean)                                                     \
    ROW(tf_nn_top_k(x, 2).values, tf_nn_top_k(.k = tf_constant(2), .input = x).values)                                             \
    ROW(tf_nn_in_top_k(x, mask, 2), tf_nn_in_top_k(.k = 2, .targets = mask, .predictions = x))                                     \
    ROW(tf_norm(x, 1, 0), tf_norm(.axis = 0, .ord = 1, .tensor = x))                                                               \
    ROW(tf_random_uniform(SHAPE(2), -1, 1, .seed = 5), tf_random_uniform(.seed = 5, .maxval = 1, .minval = -1, .shape = SHAPE(2))) \
    ROW(tf_random_normal(SHAPE(2), 1, 2, .seed = 5), tf_random_normal(.seed = 5, .stddev = 2, .mean = 1, .shape = SHAPE(2)))       \
    ROW(tf_multinomial(x, 2, 5), tf_multinomial(.seed = 5, .num_samples = 2, .logits = x))                                         \
    ROW(dense(tf_layers_dense(x, 4, tf_nn_relu, KERNEL)),                                                                          \
        dense(tf_layers_dense(.units = 4, KERNEL, .activation = tf_nn_relu, .inputs = x)))                                         \
    ROW(dense(tf_layers_conv2d(image, 2, 3, KERNEL)),                                                                              \
        dense(tf_layers_conv2d(.kernel_size = SHAPE(3, 3), .filters = 2, KERNEL, .inputs = image)))                                \
    ROW(tf_layers_max_pooling2d(image, 2, 2), tf_layers_max_pooling2d(.strides = SHAPE(2, 2), .pool_size = 2, .inputs = image))    \
    ROW(tf_layers_dropout(x, .5, .seed = 3, .training = true),                                                                     \
        tf_layers_dropout(.training = tf_constant((bool)true), .seed = 3, .inputs = x))                                            \
    ROW(dense(tf_contrib_layers_fully_connected(x, 4, .weights_initializer = tf_ones_initializer)),                                \
        dense(tf_contrib_layers_fully_connected(.num_outputs = 4, .inputs = x, .weights_initializer = tf_ones_initializer)))       \
    ROW(dense(tf_layers_batch_normalization(x, .training = true)),                                                                 \
        dense(tf_layers_batch_normalization(.training = true, .axis = 1, .inputs = x)))                                            \
    ROW(tf_metrics_mean(x).update_op, tf_metrics_mean(.values = x).update_op)                                                      \
    ROW(tf_metrics_accuracy(ids, mask).update_op, tf_metrics_accuracy(.predictions = mask, .labels = ids).update_op)               \
    ROW(tf_losses_mean_squared_error(y, x, 2),                                                                                     \
        tf_losses_mean_squared_error(.weights = tf_constant(2.0), .predictions = x, .labels = y))                                  \
    ROW(ran(tf_nn_dynamic_rnn(cell(), deep(), lengths(), .dtype = tf_float32, .scope = "r")),                                      \
        ran(tf_nn_dynamic_rnn(.inputs = deep(), .sequence_length = NP_INT(1), .dtype = tf_float32, .scope = "r", .cell = cell()))) \
    ROW(ran_list(tf_nn_static_rnn(cell(), LIST(x, y), .dtype = tf_float32, .scope = "r")),                                         \
        ran_list(tf_nn_static_rnn(.inputs = LIST(x, y), .dtype = tf_float32, .scope = "r", .cell = cell())))                       \
    ROW(tf_train_exponential_decay(.1, 3, 10, .5),                                                                                 \
        tf_train_exponential_decay(.decay_rate = .5, .decay_steps = 10, .global_step = 3, .learning_rate = .1))                    \
    ROW(tf_train_polynomial_decay(.1, 3, 10), tf_train_polynomial_decay(.decay_steps = 10, .global_step = 3, .learning_rate = .1)) \
    ROW(stepped(tf_train_gradient_descent_optimizer(.5)), stepped(tf_train_gradient_descent_optimizer(rate())))                    \
    ROW(stepped(tf_train_adam_optimizer(.5)), stepped(tf_train_adam_optimizer(.learning_rate = rate())))                           \
    ROW(stepped(tf_train_momentum_optimizer(.5, .9)),                                                                              \
        stepped(tf_train_momentum_optimizer(.momentum = .9, .learning_rate = rate())))                                             \
    ROW(stepped(tf_train_rms_prop_optimizer(rate(), .8)), stepped(tf_train_rms_prop_optimizer(.5, .decay = .8)))                   \
    ROW(tf_scan(plus, x, NP_FLOAT(1, 1, 1)), tf_scan(plus, .initializer = tf_constant(NP_FLOAT(1, 1, 1)), .elems = x))             \
    ROW(tf_at(tf_scan(plus_both, LIST(x, y), tf_zeros(SHAPE(3))), 0),                                                              \
        tf_at(tf_scan(plus_both, LIST(x, y), .initializers = LIST(tf_zeros(SHAPE(3)))), 0))                                        \
    ROW(tf_foldl(plus, ids, 0), tf_foldl(plus, ids, .initializer = tf_constant(0)))                                                \
    ROW(tf_foldl(plus, NP_FLOAT(1, 2), 0.0), tf_foldl(plus, NP_FLOAT(1, 2), .initializer = tf_constant(0.f)))                      \
    ROW(tf_foldl(plus, x), tf_foldl(plus, .elems = x))                                                                             \
    ROW(tf_map_fn(twice, x), tf_map_fn(twice, .elems = x, .dtype = tf_float32))                                                    \
    ROW(tf_cond(true, one, two), tf_cond(.false_fn = two, .true_fn = one, .pred = tf_constant((bool)true)))                        \
    ROW(tf_cond(true, one, two), tf_cond(.fn2 = two, .fn1 = one, .pred = tf_constant((bool)true)))                                 \
    ROW(tf_expand_dims(x, 0), tf_expand_dims(.dim = 0, .input = x))                                                                \
    ROW(tf_nn_moments(x, 0, x, "m", true).mean, tf_nn_moments(.keep_dims = true, .axes = 0, .x = x).mean)                          \
    ROW(tf_scan(plus, x, NP_FLOAT(1, 1, 1)), tf_scan(plus, x, NP_FLOAT(1, 1, 1), .back_prop = true, .infer_shape = true))          \
    ROW(tf_map_fn(twice, x), tf_map_fn(twice, x, .back_prop = true, .infer_shape = true))                                          \
    ROW(tf_constant(1, tf_float32, SHAPE(2)), tf_constant(1, .shape = 2, .dtype = tf_float32))                                     \
    ROW(weight(tf_get_variable("v", SHAPE(2), .initializer = tf_constant_initializer(NP_FLOAT(4, 5)))),                            \
        weight(tf_get_variable("w", .initializer = NP_FLOAT(4, 5))))                                                               \
    ROW(weight(tf_get_variable("v", .initializer = tf_zeros(SHAPE(3)))),                                                           \
        weight(tf_get_variable("w", SHAPE(3), .initializer = tf_zeros_initializer)))                                               \
    ROW(weight(tf_get_variable("v", SHAPE(3, 2), .initializer = tf_constant_initializer(NP_FLOAT(1, 2, 3, 4, 5, 6)))), table())    \
    ROW(weight(tf_get_variable("v", .initializer = 0.5)), tf_constant(0.5))                                                        \
    ROW(weight(tf_get_variable("v", .initializer = 0, .dtype = tf_int64)), tf_constant(0, tf_int64))                               \
    ROW(slope(tf_gradients(tf_mul(2., x), x, y)), slope(tf_gradients(tf_mul(2., x), x, .grad_ys = LIST(y))))                       \
    ROW(slope(tf_gradients(tf_mul(2., x), x, .grad_ys = y)), tf_mul(2., y))                                                        \
    ROW(slope(tf_gradients(tf_mul(x, y), y, .stop_gradients = x)), tf_identity(x))                                                 \
    ROW(partial(0), tf_constant(NP_FLOAT(1)))                                                                                      \
    ROW(partial(1), tf_constant(NP_FLOAT(1)))                                                                                      \
    ROW(slope(tf_gradients(tf_add(tf_exp(x), y), x, .stop_gradients = LIST(x, y))), tf_exp(x))                                     \
    ROW(slope(tf_gradients(tf_mul(x, tf_square(x)), x, .stop_gradients = x)), slope(tf_gradients(tf_pow(x, 3), x)))                \
    ROW(tf_at(tf_clip_by_global_norm(LIST(x), 1, 4).list, 0), tf_mul(.25, x))                                                      \
    ROW(report(tf_report_uninitialized_variables(.var_list = tf_variable(1.0))), tf_constant(0))                                   \
    ROW(report(tf_report_uninitialized_variables(LIST(tf_variable(1.0)), "r")), tf_constant(0))                                    \
    ROW(tf_nn_conv2d(image, filter, LIST(1, 2, 2, 1), "VALID"), tf_nn_conv2d(image, filter, SHAPE(1, 2, 2, 1), "VALID"))           \
    ROW(tf_nn_max_pool(image, LIST(2, 2), 2, "VALID"), tf_nn_max_pool(image, 2, 2, "VALID"))                                       \
    ROW(tf_layers_max_pooling2d(image, LIST(2, 2), LIST(1, 1)), tf_layers_max_pooling2d(image, 2, 1))                              \
    ROW(tf_zeros(SHAPE(2)), tf_constant(0., .shape = LIST(2)))                                                                     \
    ROW(tf_expand_dims(2 * 0.5, 0), tf_constant(NP_FLOAT(1)))                                                                      \
    ROW(tf_expand_dims(6 / 2.0, 0), tf_constant(NP_FLOAT(3)))                                                                      \
    ROW(tf_expand_dims(-(1 + 2), 0), tf_constant(NP_INT(-3)))                                                                      \
    ROW(tf_expand_dims(1e3, 0), tf_constant(NP_FLOAT(1000)))                                                                       \
    ROW(tf_truediv(1., tf_expand_dims(-0.0, 0)), tf_constant(NP_FLOAT(-INFINITY)))                                                 \
    ROW(tf_image_crop_to_bounding_box(picture(), 1, 0, 2, 3),                                                                      \
        tf_image_crop_to_bounding_box(.target_height = 2, .target_width = 3, .offset_height = 1, .offset_width = 0,                \
                                      .image = picture()))                                                                         \
    ROW(tf_image_pad_to_bounding_box(picture(), 1, 0, 6, 5),                                                                       \
        tf_image_pad_to_bounding_box(picture(), .target_width = 5, .target_height = 6, .offset_width = 0, .offset_height = 1))     \
    ROW(tf_image_resize_image_with_crop_or_pad(picture(), 2, 6),                                                                   \
        tf_image_resize_image_with_crop_or_pad(.target_width = 6, .target_height = 2, .image = picture()))                         \
    ROW(tf_image_resize_images(image, SHAPE(3, 2), tf_image_resize_method_nearest_neighbor, true),                                 \
        tf_image_resize_nearest_neighbor(.align_corners = true, .size = SHAPE(3, 2), .images = image))                             \
    ROW(tf_image_flip_left_right(picture()), tf_image_flip_left_right(.image = picture()))                                         \
    ROW(tf_image_central_crop(picture(), .5), tf_image_central_crop(.central_fraction = .5, .image = picture()))                   \
    ROW(tf_image_adjust_contrast(picture(), 2), tf_image_adjust_contrast(.contrast_factor = 2, .images = picture()))               \
    ROW(tf_image_random_brightness(picture(), .5, 3), tf_image_random_brightness(.seed = 3, .max_delta = .5, .image = picture()))  \
    ROW(tf_image_random_contrast(picture(), .5, 2, 3),                                                                             \
        tf_image_random_contrast(.seed = 3, .upper = 2, .lower = .5, .image = picture()))                                          \
    ROW(tf_image_random_flip_up_down(picture(), 5), tf_image_random_flip_up_down(.seed = 5, .image = picture()))                   \
    ROW(tf_random_crop(picture(), SHAPE(2, 2, 3), 5), tf_random_crop(.seed = 5, .size = SHAPE(2, 2, 3), .value = picture()))       \
    ROW(checked(tf_assert_equal(x, x)), checked(tf_assert_equal(.y = x, .x = x)))                                                  \
    ROW(checked(tf_assert_less(true_rows, tf_add(x, 4))), checked(tf_assert_less(.x = 3, .y = tf_add(x, 4))))                      \
    ROW(checked(tf_assert_rank(x, 2)), checked(tf_assert_rank(.rank = 2, .x = x)))                                                 \
    ROW(checked(tf_assert_rank_in(x, AXES(1, 2))), checked(tf_assert_rank_in(.ranks = AXES(1, 2), .x = x)))                        \
    ROW(checked(tf_assert_type(x, tf_float32)), checked(tf_assert_type(.tf_type = tf_float32, .tensor = x)))                       \
    ROW(checked(tf_assert_positive(x)), checked(tf_assert_positive(.message = "no", .x = x)))
enum { N_PLACES = 0 PLACES(COUNT) };

#define MAKE(first, second)   \
    if (i == n++) {           \
        b.text = #first;      \
        b.place = (first);    \
        b.keyword = (second); \
    }

START_TEST(an_argument_by_keyword_is_the_argument_by_place)
{
    const int i = _i;
    both_ways b = { 0 };
    int n = 0;
    PLACES(MAKE)
    check(b);
}
END_TEST

/* ---- what does not fit is said, not passed over ----------------------------------------------------------------------------------- */
#define REFUSED(ROW)                                                                                          \
    ROW(tf_transpose(x, 1), "Shape must be rank 1 but is rank 0")                                             \
    ROW(tf_reduce_sum(x, .5), "Value passed to parameter 'reduction_indices' has DataType float")             \
    ROW(tf_reduce_sum(3), "A bare 3 may be an int or a float here: write tf_constant(3) or tf_constant(3.0)") \
    ROW(tf_reduce_sum(true_rows), "A bare 3 may be an int or a float here")                                   \
    ROW(tf_reduce_sum(2 * true_rows), "A bare 6 may be an int or a float here")                               \
    ROW(tf_image_random_brightness(image), "max_delta must be non-negative.")                                 \
    ROW(slope(tf_gradients(x, x, .grad_ys = 3)), "Expected a list such as LIST(a, b), got the bare number 3") \
    ROW(tf_get_variable("v", .initializer = 1), "A bare 1 may be an int or a float here")                     \
    ROW(tf_get_variable("v", SHAPE(3), .initializer = x),                                                     \
        "The initializer of shape (2, 3) does not fit the variable's shape (3,)")                             \
    ROW(tf_nn_moments(x, x).mean, "Value passed to parameter 'reduction_indices' has DataType float")         \
    ROW(tf_squeeze(x, tf_constant(0)), "Expected an axis or AXES(…), known while the graph is built")         \
    ROW(tf_concat(3, 0), "Expected a list such as LIST(a, b), got the bare number 3")                         \
    ROW(tf_concat(LIST(x, y)), "None values not supported.")                                                  \
    ROW(tf_at(tf_gradients(tf_square(x), x), 1), "list index out of range")                                   \
    ROW(tf_nn_conv2d(image, filter, 1.5, "VALID"), "Expected int for argument 'strides' not 1.5")             \
    ROW(tf_nn_conv2d(image, filter, ids, "VALID"), "Expected numbers for 'strides'")                          \
    ROW(tf_layers_conv2d(image, 2, 3, .dilation_rate = .5), "Expected int for argument 'dilation_rate'")      \
    ROW(tf_nn_depthwise_conv2d_native(image, filter, SHAPE(1, 1, 1, 1), "SAME", .dilations = 2),              \
        "dilation attribute to contain 4 values")                                                             \
    ROW(tf_foldl(plus, ids, true_rows), "A bare 3 may be an int or a float here")                             \
    ROW(tf_bitcast(1.0, tf_int32), "A bare 1 may be an int or a float here")                                  \
    ROW(tf_eye(2, .batch_shape = LIST(tf_size(tf_unique(ids).y))), "got a tensor, which is not known yet")    \
    ROW(tf_scan(plus, LIST(x, y)), "with lists it is a function of lists")                                    \
    ROW(tf_map_fn(twice, LIST(x, y)), "it is a function of lists")
enum { N_REFUSED = 0 REFUSED(COUNT) };

START_TEST(what_an_argument_cannot_be_is_reported)
{
    int n = 0;
#define REFUSE(call, words)                                                                       \
    if (_i == n++) {                                                                              \
        const tf_tensor t = call;                                                                 \
        ck_assert_msg(tf_is_poisoned(t), "%s", #call);                                            \
        ck_assert_msg(strstr(caught()->message, words) != NULL, #call ": %s", caught()->message); \
    }
    REFUSED(REFUSE)
}
END_TEST

/* ---- runs and groups of lists --------------------------------------------------------------------------------------------------------- */
START_TEST(a_list_is_fetched_into_as_many_arrays)
{
    tf_ndarray both[2] = { 0 }, three[3] = { 0 };
    tf_state_value all = { 0 };
    must(tf_run(sess, FETCH_LIST(LIST(x, y), both)));
    must(tf_run(sess, FETCH(LIST(y, x), &all)));
    ck_assert_int_eq(all.n, 2);
    ck_assert(!array_difference(both[0], all.arrays[1], 0) && !array_difference(both[1], all.arrays[0], 0));
    must(tf_run(sess, LIST(x, y)));
    must(tf_run(sess, FETCH((tf_list){ 0 }, &all)));
    ck_assert_int_eq(all.n, 0);
    ck_assert_int_eq(tf_run(sess, FETCH_LIST(LIST(x, y), three)), tf_value_error);
    must_have_reported(tf_value_error, "A list of 2 tensors was fetched into 3 arrays");
    ck_assert_int_eq(tf_run(sess, FETCH(LIST(x, y), both)), tf_value_error);
    must_have_reported(tf_value_error, "fetched into 1 arrays; FETCH_LIST takes a C array of as many tf_ndarray");
    np_free(&both[0]);
    np_free(&both[1]);
    tf_state_free(&all);
}
END_TEST

START_TEST(fetches_are_built_while_the_program_runs)
{
    enum { MANY = 100 };
    float sums[MANY] = { 0 };
    tf_fetches fetches = { 0 };
    for (int i = 0; i < MANY; i++)
        must(tf_fetch_add(&fetches, tf_reduce_sum(tf_mul(x, i)), &sums[i]));
    must(tf_run(sess, fetches));
    for (int i = 0; i < MANY; i++)
        ck_assert_float_eq(sums[i], 21.f * (float)i);
    tf_fetches_free(&fetches);
    ck_assert_int_eq(fetches.n, 0);
    tf_fetches_free(&fetches);
    tf_fetches_free(NULL);
}
END_TEST

START_TEST(a_group_takes_operations_tensors_and_lists_and_a_name)
{
    tf_tensor v = tf_variable(1.0), w = tf_variable(2.0);
    tf_list updates = LIST(tf_assign_add(v, 1), tf_assign_add(w, 1));
    tf_operation *both = tf_group(updates, "both"), *all = tf_group(both, OPS(x, y), tf_assign_add(v, 1));
    ck_assert_str_eq(tf_op_name(both), "both");
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, all));
    float sum = 0;
    must(tf_run(sess, FETCH(tf_add(v, w), &sum)));
    ck_assert_float_eq(sum, 6);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("places");
    TCase *tc = tcase_create("rows");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_loop_test(tc, an_argument_by_keyword_is_the_argument_by_place, 0, N_PLACES);
    tcase_add_loop_test(tc, what_an_argument_cannot_be_is_reported, 0, N_REFUSED);
    tcase_add_test(tc, a_list_is_fetched_into_as_many_arrays);
    tcase_add_test(tc, fetches_are_built_while_the_program_runs);
    tcase_add_test(tc, a_group_takes_operations_tensors_and_lists_and_a_name);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
