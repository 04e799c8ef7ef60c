/* tf.nn calls that make several nodes, in TensorFlow's order. TF1: python/ops/nn_ops.py, nn_impl.py. */
#include <math.h>
#include <stdio.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/fill.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/counts.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/matmul.h"
#include "ops/math/range.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"
#include "ops/nn/activation.h"
#include "ops/nn/nn.h"
#include "ops/nn/nn_ops.h"

/* A constant where the shape is known, as TF makes it. */
static tf_tensor zeros_like(tf_tensor x)
{
    const tf_dims shape = tf_get_shape(x);
    return tf_dims_fully_known(shape) ? tf_zeros(shape, tf_get_dtype(x), "zeros_like") : tf_zeros_like(x);
}

/* ---- softmax: along another axis than the last, between two transposes ------------------------------------------------- */

/* x with axes `axis` and `last` swapped. */
static tf_tensor swap_axes(tf_tensor x, int axis, tf_tensor last, const char *name)
{
    const tf_tensor before = tf_range(0, axis), after = tf_range(axis + 1, last);
    const tf_tensor perm = TF1C_CONCAT(TF_T(before), TF_T(LIST(last)), TF_T(after), TF_T(SHAPE(axis)));
    return tf_transpose(x, .perm_tensor = TF_T(perm), .name = name);
}

typedef tf_tensor softmax_call(tf_tensor logits, const char *name);

static tf_tensor along_axis(tf_operand logits, struct tf_softmax_args a, softmax_call *call)
{
    TF_FROM(a.here);
    if (a.axis != TF_NO_AXIS && a.dim != TF_NO_AXIS)
        return tf_mistake(tf_value_error, a.here, NULL, "Cannot specify both 'axis' and 'dim'");
    const int axis = a.axis != TF_NO_AXIS ? a.axis : a.dim != TF_NO_AXIS ? a.dim : -1;
    const tf_tensor x = tf_convert(logits, tf_dtype_unset, a.here, NULL);
    if (tf_is_poisoned(x))
        return x;
    const tf_dims shape = tf_get_shape(x);
    if (axis == -1 || (shape.known && axis == shape.rank - 1))
        return call(x, a.name);
    if (!shape.known)
        return tf_mistake(tf_type_error, a.here, NULL, "the rank of logits must be known for axis %d", axis);
    const int at = tf_norm_axis(axis, shape.rank);
    if (at < 0)
        return tf_mistake(tf_invalid_argument, a.here, NULL,
                          "Dimension (%d) must be in the range [%d, %d) where %d is the number of dimensions in the input.", axis,
                          -shape.rank, shape.rank, shape.rank);
    tf_rank(x);
    const tf_tensor rank = tf_rank(x);
    const tf_tensor y = call(swap_axes(x, at, tf_subtract(rank, 1), NULL), NULL);
    const tf_tensor back = swap_axes(y, at, tf_subtract(rank, 1), a.name);
    tf_set_shape(back, shape);
    return back;
}
tf_tensor tf_nn_softmax_(struct tf_softmax_args a) { return along_axis(tf1c_keyword(a.logits, true), a, tf1c_softmax); }
tf_tensor tf_nn_log_softmax_(struct tf_softmax_args a) { return along_axis(tf1c_keyword(a.logits, true), a, tf1c_log_softmax); }

/* ---- cross entropies ------------------------------------------------------------------------------------------------------ */

/* A labels and a logits, and both by name; NULL: as it should be. */
static const char *wrong_xent_args(const char *call, bool positional, tf_tensor labels, tf_tensor logits, char *message, size_t n)
{
    if (positional)
        snprintf(message, n, "Only call `%s` with named arguments (labels=..., logits=..., ...)", call);
    else if (tf_is_none(labels) || tf_is_none(logits))
        snprintf(message, n, "Both labels and logits must be provided.");
    else
        return NULL;
    return message;
}

/* x [.., axis, ..] with that axis at the end. */
static tf_tensor axis_to_end(tf_tensor x, int axis, tf_tensor rank)
{
    const tf_tensor before = tf_range(0, axis), after = tf_range(axis + 1, rank);
    return tf_transpose(x, .perm_tensor = TF_T(TF1C_CONCAT(TF_T(before), TF_T(after), TF_T(SHAPE(axis)))));
}

/* [.., c] -> [n, c] */
static tf_tensor flatten_outer(tf_tensor x)
{
    const tf_dims shape = tf_get_shape(x);
    const tf_tensor rank = tf_rank(x), whole = tf_shape(x), last = tf_subtract(rank, 1);
    const tf_tensor classes = tf_slice(whole, LIST(last), SHAPE(1));
    const tf_tensor flat = tf_reshape(x, TF1C_CONCAT(TF_T(SHAPE(-1)), TF_T(classes)));
    int64_t n = 1;
    for (int i = 0; shape.known && i + 1 < shape.rank; i++)
        n = shape.dims[i] == NONE || n == NONE ? NONE : n * shape.dims[i];
    if (shape.known && shape.rank && n != NONE)
        tf_set_shape(flat, SHAPE(n, shape.dims[shape.rank - 1]));
    return flat;
}

static tf_dims without_axis(tf_dims shape, int axis)
{
    tf_dims less = { .known = shape.known, .rank = shape.rank - 1 };
    for (int i = 0, j = 0; i < shape.rank; i++)
        if (i != axis)
            less.dims[j++] = shape.dims[i];
    return less;
}

static tf_tensor xent(tf_tensor labels, tf_tensor logits, int axis, tf_source here, const char *name)
{
    TF_SCOPE(name, "softmax_cross_entropy_with_logits");
    const char *scope = tf_scope_name();
    tf_tensor x = tf_convert(tf_operand_tensor(logits), tf_dtype_unset, here, "logits");
    tf_tensor z = tf_convert(tf_operand_tensor(labels), tf_dtype_unset, here, "labels");
    if (tf_is_poisoned(x) || tf_is_poisoned(z))
        return tf_is_poisoned(x) ? x : z;
    const tf_dims shape = tf_get_shape(x);
    z = tf1c_cast(z, tf_get_dtype(x), here);
    const tf_tensor rank = tf_rank(x);
    if (shape.known && tf_norm_axis(axis, shape.rank) < 0)
        return tf_mistake(tf_value_error, here, NULL, "axis %d is out of range for logits of rank %d", axis, shape.rank);
    const int at = shape.known ? tf_norm_axis(axis, shape.rank) : axis;
    if (axis != -1) {
        x = axis_to_end(x, at, rank);
        z = axis_to_end(z, at, rank);
    }
    const tf_tensor whole = tf_shape(x), rows = flatten_outer(x);
    const tf_tensor loss = tf1c_xent(rows, flatten_outer(z), scope);
    const tf_tensor outer = tf_slice(whole, SHAPE(0), LIST(tf_subtract(rank, 1)));
    const tf_tensor cost = tf_reshape(loss, outer);
    if (shape.known)
        tf_set_shape(cost, without_axis(shape, at));
    return cost;
}

tf_tensor tf_nn_softmax_cross_entropy_with_logits_(struct tf_xent_args a)
{
    char message[160];
    TF_FROM(a.here);
    if (wrong_xent_args("softmax_cross_entropy_with_logits", !tf_is_none(a.sentinel_), a.labels, a.logits, message, sizeof message))
        return tf_mistake(tf_value_error, a.here, NULL, "%s", message);
    if (a.axis != TF_NO_AXIS && a.dim != TF_NO_AXIS)
        return tf_mistake(tf_value_error, a.here, NULL, "Cannot specify both 'axis' and 'dim'");
    TF_SCOPE(a.name, "softmax_cross_entropy_with_logits_sg");
    const char *scope = tf_scope_name();
    const tf_tensor labels = tf_stop_gradient(a.labels, .name = "labels_stop_gradient");
    const int axis = a.axis != TF_NO_AXIS ? a.axis : a.dim != TF_NO_AXIS ? a.dim : -1;
    return xent(labels, a.logits, axis, a.here, scope);
}

tf_tensor tf_nn_softmax_cross_entropy_with_logits_v2_(struct tf_xent_v2_args a)
{
    char message[160];
    TF_FROM(a.here);
    if (wrong_xent_args("", false, a.labels, a.logits, message, sizeof message))
        return tf_mistake(tf_value_error, a.here, NULL, "%s", message);
    if (a.axis != TF_NO_AXIS && a.dim != TF_NO_AXIS)
        return tf_mistake(tf_value_error, a.here, NULL, "Cannot specify both 'axis' and 'dim'");
    const int axis = a.axis != TF_NO_AXIS ? a.axis : a.dim != TF_NO_AXIS ? a.dim : -1;
    return xent(a.labels, a.logits, axis, a.here, a.name);
}

/* The static shapes of labels [..] and logits [.., c] in TF's words; NULL: they fit. */
static const char *wrong_sparse_shapes(tf_dims labels, tf_dims logits, char *message, size_t n)
{
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    *message = 0;
    if (!logits.known)
        return NULL;
    const tf_dims outer = logits.rank ? without_axis(logits, logits.rank - 1) : logits;
    if (logits.rank == 0)
        snprintf(message, n, "Logits cannot be scalars - received shape %s.", tf_dims_text(logits, a, sizeof a));
    else if (labels.known && labels.rank != logits.rank - 1)
        snprintf(message, n, "Rank mismatch: Rank of labels (received %d) should equal rank of logits minus 1 (received %d).",
                 labels.rank, logits.rank);
    else if (tf_dims_fully_known(labels) && tf_dims_fully_known(outer) && !tf_dims_equal(labels, outer))
        snprintf(message, n,
                 "Shape mismatch: The shape of labels (received %s) should equal the shape of logits except for the last dimension "
                 "(received %s).",
                 tf_dims_text(labels, a, sizeof a), tf_dims_text(logits, b, sizeof b));
    return *message ? message : NULL;
}

tf_tensor tf_nn_sparse_softmax_cross_entropy_with_logits_(struct tf_sparse_xent_args a)
{
    char message[512];
    TF_FROM(a.here);
    if (wrong_xent_args("sparse_softmax_cross_entropy_with_logits", !tf_is_none(a.sentinel_), a.labels, a.logits, message,
                        sizeof message))
        return tf_mistake(tf_value_error, a.here, NULL, "%s", message);
    TF_SCOPE(a.name, "SparseSoftmaxCrossEntropyWithLogits");
    const tf_tensor z = tf_convert(tf_operand_tensor(a.labels), tf_dtype_unset, a.here, NULL);
    const tf_tensor x = tf_convert(tf_operand_tensor(a.logits), tf_dtype_unset, a.here, NULL);
    if (tf_is_poisoned(x) || tf_is_poisoned(z))
        return tf_is_poisoned(x) ? x : z;
    const tf_dims labels = tf_get_shape(z), logits = tf_get_shape(x);
    const tf_tensor labels_shape = tf_shape(z);
    if (wrong_sparse_shapes(labels, logits, message, sizeof message))
        return tf_mistake(tf_value_error, a.here, NULL, "%s", message);
    if (logits.known && logits.rank == 2)
        return tf1c_sparse_xent(x, z, a.name);
    const tf_tensor whole = tf_shape(x), last = tf_sub(tf_rank(x), 1);
    const tf_tensor classes = tf_getitem_tensor(whole, last);
    const tf_tensor any = tf_constant(-1, .name = "Reshape/shape/0");
    const tf_tensor rows = tf_reshape(x, LIST(any, classes)), flat = tf_reshape(z, SHAPE(-1));
    const tf_tensor cost = tf_reshape(tf1c_sparse_xent(rows, flat, a.name), labels_shape);
    if (labels.known)
        tf_set_shape(cost, labels);
    return cost;
}

/* Two operands of one shape, or a mistake that names them; true if so. */
static bool same_shapes(const char *names, tf_tensor logits, tf_tensor labels, tf_source here, tf_tensor *poison)
{
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    tf_dims merged;
    if (tf_is_poisoned(logits) || tf_is_poisoned(labels)) {
        *poison = tf_is_poisoned(logits) ? logits : labels;
        return false;
    }
    if (tf_merge_dims(tf_get_shape(logits), tf_get_shape(labels), &merged))
        return true;
    *poison = tf_mistake(tf_value_error, here, NULL, "%s must have the same shape (%s vs %s)", names,
                         tf_dims_text(tf_get_shape(logits), a, sizeof a), tf_dims_text(tf_get_shape(labels), b, sizeof b));
    return false;
}

tf_tensor tf_nn_sigmoid_cross_entropy_with_logits_(struct tf_sparse_xent_args a)
{
    char message[160];
    tf_tensor poison;
    TF_FROM(a.here);
    if (wrong_xent_args("sigmoid_cross_entropy_with_logits", !tf_is_none(a.sentinel_), a.labels, a.logits, message, sizeof message))
        return tf_mistake(tf_value_error, a.here, NULL, "%s", message);
    TF_SCOPE(a.name, "logistic_loss");
    const char *scope = tf_scope_name();
    const tf_tensor x = tf_convert(tf_operand_tensor(a.logits), tf_dtype_unset, a.here, "logits");
    const tf_tensor z = tf_convert(tf_operand_tensor(a.labels), tf_dtype_unset, a.here, "labels");
    if (!same_shapes("logits and labels", x, z, a.here, &poison))
        return poison;
    const tf_tensor zeros = zeros_like(x), positive = tf_greater_equal(x, zeros);
    const tf_tensor relu = tf_where(positive, x, zeros);
    const tf_tensor minus = tf_neg(x), minus_abs = tf_where(positive, minus, x);
    const tf_tensor product = tf_mul(x, z), linear = tf_sub(relu, product);
    return tf_add(linear, tf_log1p(tf_exp(minus_abs)), .name = scope);
}

tf_tensor tf_nn_weighted_cross_entropy_with_logits_(struct tf_weighted_xent_args a)
{
    tf_tensor poison;
    TF_FROM(a.here);
    if (!tf_is_none(a.targets) && !tf_is_none(a.labels))
        return tf_mistake(tf_value_error, a.here, NULL, "Cannot specify both 'labels' and 'targets'");
    TF_SCOPE(a.name, "logistic_loss");
    const char *scope = tf_scope_name();
    const tf_tensor x = tf_convert(tf_operand_tensor(a.logits), tf_dtype_unset, a.here, "logits");
    const tf_tensor z =
        tf_convert(tf_operand_tensor(tf_is_none(a.labels) ? a.targets : a.labels), tf_dtype_unset, a.here, "targets");
    if (!same_shapes("logits and labels", x, z, a.here, &poison))
        return poison;
    /* (1 - z)·x + (1 + (pos_weight - 1)·z)·(log(1 + e^-|x|) + max(-x, 0)) */
    tf_operand more = tf1c_keyword(a.pos_weight, true);
    if (more.kind == TF_OPERAND_REAL)
        more.as.real -= 1;
    else if (more.kind == TF_OPERAND_INTEGER)
        more.as.integer -= 1;
    else
        more = tf_operand_tensor(tf_sub(more, 1));
    const tf_tensor weight = tf_raw_ops_add_v2(1, tf_mul(more, z), .name = "add");
    const tf_tensor linear = tf_mul(tf_sub(1, z), x);
    const tf_tensor rest = tf_log1p(tf_exp(tf_neg(tf_abs(x))));
    const tf_tensor both = tf_raw_ops_add_v2(rest, tf_nn_relu(tf_neg(x)), .name = "add");
    return tf_add(linear, tf_mul(weight, both), .name = scope);
}

/* z·log z - z + log(2·π·z) / 2, and 0 where z is in [0, 1] */
static tf_tensor stirling(tf_tensor z)
{
    const tf_dtype dtype = tf_get_dtype(z);
    const tf_tensor half = tf_constant(0.5, dtype), two_pi = tf_constant(2 * M_PI, dtype);
    const tf_tensor log_z = tf_log(z), linear = tf_sub(tf_mul(z, log_z), z);
    const tf_tensor log_2_pi_z = tf_log(tf_mul(two_pi, z)), halved = tf_mul(half, log_2_pi_z);
    const tf_tensor approximation = tf_raw_ops_add_v2(linear, halved, .name = "add");
    const tf_tensor zeros = zeros_like(z), ones = tf_ones_like(z);
    const tf_tensor from_0 = tf_greater_equal(z, zeros), to_1 = tf_less_equal(z, ones);
    return tf_where(tf_logical_and(from_0, to_1), zeros, approximation);
}

tf_tensor tf_nn_log_poisson_loss_(struct tf_log_poisson_loss_args a)
{
    tf_tensor poison;
    TF_FROM(a.here);
    const tf_operand targets = tf1c_given(a.targets), log_input = tf1c_given(a.log_input);
    TF_SCOPE(a.name, "log_poisson_loss");
    const tf_tensor c = tf_convert(log_input, tf_dtype_unset, a.here, "log_input");
    const tf_tensor z = tf_convert(targets, tf_dtype_unset, a.here, "targets");
    if (!same_shapes("log_input and targets", c, z, a.here, &poison))
        return poison;
    const tf_tensor rate = tf_exp(c), product = tf_mul(c, z), loss = tf_sub(rate, product);
    return a.compute_full_loss ? tf_raw_ops_add_v2(loss, stirling(z), .name = "add") : loss;
}

/* ---- l2_normalize, xw_plus_b, moments ------------------------------------------------------------------------------------------ */
static tf_tensor nn_l2_normalize_of(tf_operand operand, struct tf_l2_normalize_args a)
{
    TF_FROM(a.here);
    const tf_operand axis = tf1c_given_axis(a.axis).kind ? a.axis : a.dim;
    TF_SCOPE(a.name, "l2_normalize");
    const char *scope = tf_scope_name();
    const tf_tensor x = tf_convert(operand, tf_dtype_unset, a.here, "x");
    const tf_tensor sum = tf_reduce_sum(tf_square(x), .axis = axis, .axes = a.axes, .keepdims = true);
    return tf_multiply(x, tf_rsqrt(tf_maximum(sum, a.epsilon)), .name = scope);
}

tf_tensor tf_nn_l2_normalize_(struct tf_l2_normalize_args a) { return nn_l2_normalize_of(tf1c_keyword(a.x, true), a); }

static tf_tensor nn_xw_plus_b_of(tf_operand x, tf_operand weights, tf_operand biases, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "xw_plus_b");
    const char *scope = tf_scope_name();
    const tf_tensor product = tf_matmul(x, weights);
    return tf_nn_bias_add(product, biases, .name = scope);
}

tf_tensor tf_nn_xw_plus_b_(struct tf_xw_plus_b_args a)
{
    return nn_xw_plus_b_of(tf1c_given(a.x), tf1c_given(a.weights), tf1c_given(a.biases), (struct tf_name_args){ a.here, a.name });
}

tf_tensor tf_nn_relu_layer_(struct tf_xw_plus_b_args a)
{
    TF_FROM(a.here);
    const tf_operand x = tf1c_given(a.x), weights = tf1c_given(a.weights), biases = tf1c_given(a.biases);
    TF_SCOPE(a.name, "relu_layer");
    const char *scope = tf_scope_name();
    const tf_tensor product = tf_matmul(x, weights);
    return tf_nn_relu(tf_nn_bias_add(product, biases), .name = scope);
}

tf_tensor tf_nn_crelu_(struct tf_crelu_args a)
{
    TF_FROM(a.here);
    const tf_operand features = tf1c_given(a.features);
    TF_SCOPE(a.name, "CRelu");
    const char *scope = tf_scope_name();
    const tf_tensor x = tf_convert(features, tf_dtype_unset, a.here, "features"), minus = tf_neg(x);
    return tf_nn_relu(tf_concat(LIST(x, minus), a.axis, .name = scope));
}

/* TF counts in int32 where that is enough, in a branch; the count is the same. */
static tf_tensor counts_to_fraction(tf_tensor size, tf_tensor nonzero)
{
    TF_SCOPE(NULL, "counts_to_fraction");
    const tf_tensor zeros = tf_cast(tf_sub(size, nonzero), tf_float32);
    return tf_truediv(zeros, tf_cast(size, tf_float32));
}

tf_tensor tf_nn_zero_fraction_(struct tf_zero_fraction_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "zero_fraction");
    const tf_tensor value = tf_convert(tf1c_given(a.value), tf_dtype_unset, a.here, "value");
    /* TF counts in a branch of int32 or one of int64; of an unknown rank it makes the axes as well. */
    const int made = tf1c_count_now() + (tf_get_shape(value).known ? 26 : 32);
    const tf_tensor size = tf_size(value, .out_type = tf_int64);
    const tf_tensor fraction = tf_identity(counts_to_fraction(size, tf_count_nonzero(value)), .name = "fraction");
    tf1c_count_as(made);
    return fraction;
}

static tf_moments nn_moments_of(tf_operand operand, struct tf_moments_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "moments");
    const tf_tensor x = tf_convert(operand, tf_dtype_unset, a.here, "x");
    const tf_tensor mean = tf_reduce_mean(x, .axes = a.axes, .keepdims = true, .name = "mean");
    const tf_tensor variance =
        tf_reduce_mean(tf_squared_difference(x, tf_stop_gradient(mean)), .axes = a.axes, .keepdims = true, .name = "variance");
    if (a.keep_dims || a.keepdims)
        return (tf_moments){ mean, variance };
    const tf_tensor flat = tf_squeeze(mean, a.axes);
    return (tf_moments){ flat, tf_squeeze(variance, a.axes) };
}

tf_moments tf_nn_moments_(struct tf_moments_args a) { return nn_moments_of(tf1c_keyword(a.x, true), a); }

/* A dtype's cast, where it has another. */
static tf_tensor as_dtype(tf_tensor x, tf_dtype dtype) { return tf_get_dtype(x) == dtype ? x : tf_cast(x, dtype); }

tf_moments tf_nn_weighted_moments_(struct tf_weighted_moments_args a)
{
    const tf_operand axes = tf1c_given_axis(a.axes);
    TF_FROM(a.here);
    TF_SCOPE(a.name, "weighted_moments");
    const tf_tensor x = tf_convert(tf1c_keyword(a.x, true), tf_dtype_unset, a.here, "x");
    tf_tensor w = tf_convert(tf1c_keyword(a.frequency_weights, true), tf_dtype_unset, a.here, "frequency_weights");
    if (tf_is_poisoned(x) || tf_is_poisoned(w))
        return tf_is_poisoned(x) ? (tf_moments){ x, x } : (tf_moments){ w, w };
    w = as_dtype(w, tf_get_dtype(x));
    const tf_tensor sum = tf_reduce_sum(tf_mul(w, x), .axes = axes, .keepdims = true, .name = "weighted_input_sum");
    const tf_tensor each = tf_raw_ops_add_v2(w, zeros_like(x), .name = "add");
    const tf_tensor all = tf_reduce_sum(each, .axes = axes, .keepdims = true, .name = "sum_of_weights");
    const tf_tensor divisor = tf_reciprocal(all, .name = "inv_weight_sum");
    const tf_tensor mean = tf_multiply(sum, divisor);
    const tf_tensor squares = tf_mul(w, tf_squared_difference(x, mean));
    const tf_tensor variance =
        tf_multiply(tf_reduce_sum(squares, .axes = axes, .keepdims = true, .name = "weighted_distsq"), divisor);
    if (a.keep_dims || a.keepdims)
        return (tf_moments){ mean, variance };
    const tf_tensor flat = tf_squeeze(mean, axes);
    return (tf_moments){ flat, tf_squeeze(variance, axes) };
}

/* ---- dropout: x / keep · [uniform >= rate] -------------------------------------------------------------------------------------- */

/* rate from keep_prob, a number or a tensor. */
static tf_operand rate_of(const struct tf_dropout_args *a)
{
    if (a->keep_prob.kind == TF_OPERAND_NONE)
        return a->rate;
    if (a->keep_prob.kind == TF_OPERAND_REAL)
        return tf_operand_real(1. - a->keep_prob.as.real);
    if (a->keep_prob.kind == TF_OPERAND_INTEGER)
        return tf_operand_real(1. - (double)a->keep_prob.as.integer);
    return tf_operand_tensor(tf_sub(1, a->keep_prob));
}

/* NONE dimensions of a noise shape are x's. */
static tf_operand noise_shape(tf_tensor x, tf_operand given)
{
    const tf_dims shape = tf_get_shape(x);
    if (given.kind == TF_OPERAND_NONE)
        return tf_operand_tensor(tf_shape(x));
    for (int i = 0; given.kind == TF_OPERAND_DIMS && shape.known && shape.rank == given.as.dims.rank && i < shape.rank; i++)
        if (given.as.dims.dims[i] == NONE)
            given.as.dims.dims[i] = shape.dims[i];
    return given;
}

/* In a body the operand counts when TF captures it, which is when an operation reads it: 0, 1. */
static tf_tensor converted(tf_operand operand, tf_dtype dtype, tf_source here, const char *name, int *captured)
{
    const int made = tf1c_count_now();
    const tf_tensor t = tf_convert(operand, dtype, here, name);
    *captured = operand.kind == TF_OPERAND_TENSOR ? tf1c_count_now() - made : 0;
    return t;
}

/* late: how many of x and the rate TF captures after the draw, which is before them here. */
static tf_tensor drop(tf_tensor x, int late, tf_tensor rate, const struct tf_dropout_args *a)
{
    const tf_dtype dtype = tf_get_dtype(x);
    const tf_operand noise = noise_shape(x, a->noise_shape);
    tf1c_count_more(-late);
    const tf_tensor uniform = tf_random_uniform(noise, .dtype = dtype, .seed = a->seed);
    tf1c_count_more(late);
    const tf_tensor keep = tf_sub(1, rate), scale = tf_truediv(1, keep);
    const tf_tensor kept = tf_greater_equal(uniform, rate);
    const tf_tensor scaled = tf_mul(x, scale);
    const tf_tensor y = tf_mul(scaled, tf_cast(kept, dtype));
    tf_set_shape(y, tf_get_shape(x));
    return y;
}

static tf_tensor nn_dropout_of(tf_operand operand, struct tf_dropout_args a)
{
    char text[TF_DIMS_TEXT];
    TF_FROM(a.here);
    a.keep_prob = tf1c_keyword(a.keep_prob, true);
    a.rate = tf1c_keyword(a.rate, true);
    a.noise_shape = tf1c_given(a.noise_shape);
    if (a.keep_prob.kind != TF_OPERAND_NONE && a.rate.kind != TF_OPERAND_NONE)
        return tf_mistake(tf_value_error, a.here, NULL, "Cannot specify both 'keep_prob' and 'rate'");
    tf_operand given = rate_of(&a);
    if (given.kind == TF_OPERAND_NONE)
        return tf_mistake(tf_value_error, a.here, NULL, "You must provide a rate to dropout.");
    if (given.kind == TF_OPERAND_INTEGER)
        given = tf_operand_real((double)given.as.integer);
    TF_SCOPE(a.name, "dropout");
    int x_captured, rate_captured;
    const tf_tensor x = converted(operand, tf_dtype_unset, a.here, "x", &x_captured);
    if (tf_is_poisoned(x))
        return x;
    if (!(TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(x))))
        return tf_mistake(tf_value_error, a.here, NULL,
                          "x has to be a floating point tensor since it's going to be scaled. Got a <dtype: '%s'> tensor instead.",
                          tf_dtype_name(tf_get_dtype(x)));
    if (given.kind == TF_OPERAND_REAL && !(given.as.real >= 0 && given.as.real < 1))
        return tf_mistake(tf_value_error, a.here, NULL, "rate must be a scalar tensor or a float in the range [0, 1), got %g",
                          given.as.real);
    if (given.kind == TF_OPERAND_REAL && given.as.real == 0)
        return x;
    const tf_tensor rate = converted(given, tf_get_dtype(x), a.here, "rate", &rate_captured);
    if (tf_is_poisoned(rate))
        return rate;
    if (tf_get_shape(rate).known && tf_get_shape(rate).rank)
        return tf_mistake(tf_value_error, a.here, NULL, "Shape %s must have rank 0",
                          tf_dims_text(tf_get_shape(rate), text, sizeof text));
    tf_ndarray value;
    if (tf_constant_value(rate, &value) && rate.op->def == tf1c_basic.constant && np_get(value, 0) == 0)
        return x;
    const bool for_its_shape = !a.noise_shape.kind && !tf_dims_fully_known(tf_get_shape(x));
    return drop(x, rate_captured + (for_its_shape ? 0 : x_captured), rate, &a);
}

tf_tensor tf_nn_dropout_(struct tf_dropout_args a) { return nn_dropout_of(tf1c_keyword(a.x, true), a); }
