/* tf.losses. TF1: python/ops/losses/losses_impl.py, python/ops/weights_broadcast_ops.py. */
#include "ops/losses/losses.h"

#include <stdio.h>
#include <string.h>

#include "ops/array/constant.h"
#include "ops/array/fill.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/array/where.h"
#include "ops/control_flow/counts.h"
#include "ops/control_flow/group.h"
#include "ops/family.h"
#include "ops/logging/logging_ops.h"
#include "ops/losses/weights.h"
#include "ops/math/add_n.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/range.h"
#include "ops/math/reduce.h"
#include "ops/math/squeezable.h"
#include "ops/math/unary.h"
#include "ops/nn/activation.h"
#include "ops/nn/nn.h"

/* As TF's optimizing zeros_like, and its ones_like: a constant or three nodes. */
static tf_tensor zeros_like(tf_tensor x)
{
    const tf_dims shape = tf_get_shape(x);
    return tf_dims_fully_known(shape) ? tf_zeros(shape, tf_get_dtype(x), "zeros_like") : tf_zeros_like(x);
}
static tf_tensor ones_like(tf_tensor x)
{
    TF_SCOPE(NULL, "ones_like");
    const char *scope = tf_scope_name();
    const tf_tensor shape = tf_shape(x), one = tf_constant(1.0, tf_get_dtype(x));
    return tf_fill(shape, one, .name = scope);
}

/* ---- weights: of rank 0, or of the losses' rank with dimensions of 1 or theirs ------------------------------------------------- */
static const char *wrong_weights(tf_dims weights, tf_dims values, char *message, size_t n)
{
    char w[TF_DIMS_TEXT], v[TF_DIMS_TEXT];
    if (!weights.known || !values.known || weights.rank == 0)
        return NULL;
    tf_dims_text(weights, w, sizeof w);
    tf_dims_text(values, v, sizeof v);
    if (weights.rank != values.rank) {
        snprintf(message, n,
                 "weights can not be broadcast to values. values.rank=%d. weights.rank=%d. values.shape=%s. weights.shape=%s.",
                 values.rank, weights.rank, v, w);
        return message;
    }
    for (int i = 0; tf_dims_fully_known(weights) && tf_dims_fully_known(values) && i < values.rank; i++)
        if (weights.dims[i] != 1 && weights.dims[i] != values.dims[i]) {
            snprintf(message, n, "weights can not be broadcast to values. Mismatch at dim %d. values.shape=%s weights.shape=%s.", i,
                     v, w);
            return message;
        }
    return NULL;
}

/* Of unknown lengths it is asserted in the run. */
static bool is_checked_here(tf_dims weights, tf_dims values)
{
    return weights.known && values.known && (weights.rank == 0 || (tf_dims_fully_known(weights) && tf_dims_fully_known(values)));
}

/* Each length of the weights is 1, or the values', as far as there are both. */
static tf_tensor lengths_fit(tf_tensor weights_shape, tf_tensor values_shape)
{
    return tf_reduce_all(tf_logical_or(tf_equal(weights_shape, 1), tf_equal(weights_shape, values_shape)));
}
static tf_tensor shapes_fit(tf_tensor weights_shape, tf_tensor values_shape, tf_tensor is_same_rank, tf_tensor both)
{
    return tf_logical_and(is_same_rank, lengths_fit(tf_getitem_tensors(weights_shape, LIST(both), ":{}"),
                                                    tf_getitem_tensors(values_shape, LIST(both), ":{}")));
}

static tf_tensor constant_string(const char *s) { return tf_constant(tf_operand_string(s)); }
static tf_tensor constant_name(tf_tensor t)
{
    const char *name = tf1c_graph_printf(tf1c_current_graph(), "%s:%d", tf_op_name(tf_tensor_op(t)), t.index);
    return constant_string(name ? name : "");
}

/* TF's Assert, over fewer nodes. */
static tf_operation *checked_in_run(tf_tensor w, tf_tensor w_shape, tf_tensor w_rank, tf_tensor values, tf_tensor values_shape,
                                    tf_tensor values_rank)
{
    enum { MADE = 59 };
    const int before = tf1c_count_now();
    const tf_dims known = tf_get_shape(w);
    tf_operation *checked;
    if (known.known && known.rank == 0) {
        checked = tf_no_op(.name = "static_scalar_check_success");
    } else {
        const tf_tensor is_scalar = tf_equal(0, w_rank, .name = "is_scalar");
        const tf_tensor fits = known.known && tf_get_shape(values).known
                                   ? lengths_fit(w_shape, values_shape)
                                   : tf_logical_or(is_scalar, shapes_fit(w_shape, values_shape, tf_equal(values_rank, w_rank),
                                                                         tf_minimum(values_rank, w_rank)));
        checked =
            tf_assert(fits, LIST(constant_string("weights can not be broadcast to values."), constant_string("weights.shape="),
                                 constant_name(w), w_shape, constant_string("values.shape="), constant_name(values), values_shape,
                                 constant_string("is_scalar="), is_scalar));
    }
    tf1c_count_as(before + MADE);
    return checked;
}

tf_operation *tf1c_assert_broadcastable(tf_operand weights, tf_tensor values, tf_source here, tf_tensor *poison)
{
    char message[512];
    TF_SCOPE(NULL, "assert_broadcastable");
    tf_tensor w, w_shape, w_rank, values_shape, values_rank;
    {
        TF_SCOPE(NULL, "weights");
        const char *scope = tf_scope_name();
        w = weights.kind == TF_OPERAND_TENSOR ? tf_convert(weights, tf_dtype_unset, here, NULL)
                                              : tf_constant(weights, .name = scope);
        w_shape = tf_shape(w, .name = "shape");
        w_rank = tf_rank(w, .name = "rank");
    }
    {
        TF_SCOPE(NULL, "values");
        values_shape = tf_shape(values, .name = "shape");
        values_rank = tf_rank(values, .name = "rank");
    }
    if (tf_is_poisoned(w)) {
        *poison = w;
        return NULL;
    }
    if (wrong_weights(tf_get_shape(w), tf_get_shape(values), message, sizeof message)) {
        *poison = tf_mistake(tf_value_error, here, NULL, "%s", message);
        return NULL;
    }
    if (is_checked_here(tf_get_shape(w), tf_get_shape(values)))
        return tf_no_op(.name = tf_get_shape(w).rank == 0 ? "static_scalar_check_success" : "static_dims_check_success");
    return checked_in_run(w, w_shape, w_rank, values, values_shape, values_rank);
}

tf_tensor tf1c_broadcast_weights(tf_tensor weights, tf_tensor values, tf_source here)
{
    const tf_dims w = tf_get_shape(weights), v = tf_get_shape(values);
    if (tf_dims_fully_known(w) && tf_dims_fully_known(v) && tf_dims_equal(w, v))
        return weights;
    TF_SCOPE(NULL, "broadcast_weights");
    const char *scope = tf_scope_name();
    tf_tensor all = { 0 };
    tf_operation *checked = tf1c_assert_broadcastable(tf_operand_tensor(weights), values, here, &all);
    if (!checked)
        return all;
    tf_with_control_dependencies(OPS(checked))
        all = tf_multiply(weights, ones_like(values), .name = scope);
    return all;
}

/* Of all that an element of the batch has: over every axis but the first. */
static tf_tensor sum_of_each(tf_tensor x, const char *name)
{
    return tf_reduce_sum(x, .axis = tf_range(1, tf_rank(x)), .keepdims = true, .name = name);
}

/* How many of the losses have a weight other than 0; each: for each element of the batch. */
static tf_tensor num_present(tf_tensor losses, tf_tensor weights, bool each, tf_source here)
{
    TF_SCOPE(NULL, "num_present");
    const char *scope = tf_scope_name();
    const tf_tensor absent = tf_equal(weights, 0.0), zeros = zeros_like(weights);
    const tf_tensor present = tf1c_broadcast_weights(tf_where(absent, zeros, ones_like(weights)), losses, here);
    if (tf_is_poisoned(present))
        return present;
    return each ? sum_of_each(present, scope) : tf_reduce_sum(present, .name = scope);
}

static tf_tensor num_elements(tf_tensor losses)
{
    TF_SCOPE(NULL, "num_elements");
    const char *scope = tf_scope_name();
    return tf_cast(tf_size(losses, .name = scope), tf_get_dtype(losses));
}

static tf_tensor safe_mean(tf_tensor sum, tf_tensor n)
{
    const tf_tensor total = tf_reduce_sum(sum);
    return tf_div_no_nan(total, n, .name = "value");
}

static tf_tensor reduced(tf_tensor losses, tf_tensor weights, const char *how, tf_source here)
{
    const tf_tensor weighted = tf_multiply(losses, weights);
    if (strcmp(how, tf_losses_reduction_NONE) == 0)
        return weighted;
    const tf_tensor sum = tf_reduce_sum(weighted);
    if (strcmp(how, tf_losses_reduction_SUM) == 0)
        return sum;
    if (strcmp(how, tf_losses_reduction_MEAN) == 0) {
        const tf_tensor all = tf_mul(ones_like(losses), weights);
        return safe_mean(sum, tf_reduce_sum(all));
    }
    if (strcmp(how, tf_losses_reduction_SUM_OVER_BATCH_SIZE) == 0)
        return safe_mean(sum, num_elements(losses));
    return safe_mean(sum, num_present(losses, weights, false, here));
}

static bool is_reduction(const char *how)
{
    static const char *const all[] = { tf_losses_reduction_NONE, tf_losses_reduction_SUM, tf_losses_reduction_MEAN,
                                       tf_losses_reduction_SUM_OVER_BATCH_SIZE, tf_losses_reduction_SUM_BY_NONZERO_WEIGHTS };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(how, all[i]) == 0)
            return true;
    return false;
}

tf_tensor tf_losses_compute_weighted_loss_(tf_tensor losses, struct tf_weighted_loss_args a)
{
    const char *how = a.reduction ? a.reduction : tf_losses_reduction_SUM_BY_NONZERO_WEIGHTS;
    TF_FROM(a.here);
    if (tf_is_poisoned(losses))
        return (tf_tensor){ .op = tf_tensor_op(losses) };
    if (!is_reduction(how))
        return tf_mistake(tf_value_error, a.here, NULL, "Invalid Reduction Key %s.", how);
    a.weights = tf1c_keyword(a.weights, true);
    const tf_operand given = a.weights.kind == TF_OPERAND_NONE ? tf_operand_real(1) : a.weights;
    TF_SCOPE(a.scope, "weighted_loss");
    tf_tensor loss = { 0 };
    tf_operation *checked = tf1c_assert_broadcastable(given, losses, a.here, &loss);
    if (!checked)
        return loss;
    tf_with_control_dependencies(OPS(checked)) {
        const tf_dtype dtype = tf_get_dtype(losses);
        const tf_tensor values = tf1c_cast(losses, tf_float32, a.here), weights = tf_cast(given, tf_float32);
        loss = reduced(values, weights, how, a.here);
        if (!tf_is_poisoned(loss))
            loss = tf1c_cast(loss, dtype, a.here);
    }
    if (!tf_is_poisoned(loss))
        tf_losses_add_loss(loss, a.loss_collection);
    return loss;
}

/* ---- the losses --------------------------------------------------------------------------------------------------------------------- */

/* The two operands given, and of shapes that fit; else *poison. */
static bool operands_fit(tf_tensor labels, const char *labels_name, tf_tensor values, const char *values_name, tf_source here,
                         tf_tensor *poison)
{
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    tf_dims merged;
    if (tf_is_none(labels) || tf_is_none(values))
        *poison = tf_mistake(tf_value_error, here, NULL, "%s must not be None.", tf_is_none(labels) ? labels_name : values_name);
    else if (tf_is_poisoned(labels) || tf_is_poisoned(values))
        *poison = tf_is_poisoned(labels) ? labels : values;
    else if (!tf_merge_dims(tf_get_shape(values), tf_get_shape(labels), &merged))
        *poison = tf_mistake(tf_value_error, here, NULL, "Shapes %s and %s are incompatible",
                             tf_dims_text(tf_get_shape(values), a, sizeof a), tf_dims_text(tf_get_shape(labels), b, sizeof b));
    else
        return true;
    return false;
}

#define WEIGHTED(losses, scope_name)                                                                                         \
    tf_losses_compute_weighted_loss(losses, .weights = a.weights, .scope = scope_name, .loss_collection = a.loss_collection, \
                                    .reduction = a.reduction)
/* Opens the loss' scope, with labels z and predictions p as float32. */
#define OPEN_LOSS(default_name, labels, labels_name, values, values_name)             \
    tf_tensor poison;                                                                 \
    TF_FROM(a.here);                                                                  \
    if (!operands_fit(a.labels, labels_name, a.values, values_name, a.here, &poison)) \
        return poison;                                                                \
    TF_SCOPE(a.scope, default_name);                                                  \
    const char *scope = tf_scope_name()
#define OPEN_PREDICTION(default_name)                                                                                              \
    OPEN_LOSS(default_name, labels, "labels", predictions, "predictions");                                                         \
    const tf_tensor p = tf1c_cast(tf_convert(tf_operand_tensor(a.predictions), tf_dtype_unset, a.here, NULL), tf_float32, a.here); \
    const tf_tensor z = tf1c_cast(tf_convert(tf_operand_tensor(a.labels), tf_dtype_unset, a.here, NULL), tf_float32, a.here)

tf_tensor tf_losses_mean_squared_error_(struct tf_loss_args a)
{
    OPEN_PREDICTION("mean_squared_error");
    return WEIGHTED(tf_squared_difference(p, z), scope);
}

tf_tensor tf_losses_absolute_difference_(struct tf_loss_args a)
{
    OPEN_PREDICTION("absolute_difference");
    return WEIGHTED(tf_abs(tf_subtract(p, z)), scope);
}

/* e²/2 for |e| <= delta, delta·(|e| - delta/2) beyond. */
tf_tensor tf_losses_huber_loss_(struct tf_huber_loss_args a)
{
    OPEN_PREDICTION("huber_loss");
    const tf_tensor size = tf_abs(tf_subtract(p, z)), inner = tf_minimum(size, a.delta), outer = tf_subtract(size, inner);
    const tf_tensor half = tf_constant(0.5, tf_float32);
    const tf_tensor square = tf_multiply(half, tf_multiply(inner, inner));
    const tf_tensor line = tf_multiply(a.delta, outer);
    return WEIGHTED(tf_add(square, line), scope);
}

/* -z·log(p + ε) - (1 - z)·log(1 - p + ε) */
tf_tensor tf_losses_log_loss_(struct tf_log_loss_args a)
{
    OPEN_PREDICTION("log_loss");
    const tf_tensor yes = tf_neg(tf_multiply(z, tf_log(tf_raw_ops_add_v2(p, a.epsilon, .name = "add"))));
    const tf_tensor other = tf_sub(1, z);
    const tf_tensor no = tf_multiply(other, tf_log(tf_raw_ops_add_v2(tf_sub(1, p), a.epsilon, .name = "add")));
    return WEIGHTED(tf_sub(yes, no), scope);
}

/* max(0, 1 - (2z - 1)·x) */
tf_tensor tf_losses_hinge_loss_(struct tf_hinge_loss_args a)
{
    OPEN_LOSS("hinge_loss", labels, "labels", logits, "logits");
    const tf_tensor x = tf1c_cast(tf_convert(tf_operand_tensor(a.logits), tf_dtype_unset, a.here, NULL), tf_float32, a.here);
    const tf_tensor z = tf1c_cast(tf_convert(tf_operand_tensor(a.labels), tf_dtype_unset, a.here, NULL), tf_float32, a.here);
    const tf_tensor one = ones_like(z), sign = tf_subtract(tf_mul(2, z), one);
    return WEIGHTED(tf_nn_relu(tf_subtract(one, tf_multiply(sign, x))), scope);
}

/* 1 - Σ z·p along the axis */
tf_tensor tf_losses_cosine_distance_(struct tf_cosine_distance_args a)
{
    const int axis = a.axis != TF_NO_AXIS ? a.axis : a.dim;
    if (a.axis != TF_NO_AXIS && a.dim != TF_NO_AXIS)
        return tf_mistake(tf_value_error, a.here, NULL, "Cannot specify both 'dim' and 'axis'");
    if (axis == TF_NO_AXIS)
        return tf_mistake(tf_value_error, a.here, NULL, "You must specify 'axis'.");
    OPEN_PREDICTION("cosine_distance_loss");
    const tf_tensor sum = tf_reduce_sum(tf_multiply(p, z), .axes = AXES(axis), .keepdims = true);
    return WEIGHTED(tf_sub(1, sum), scope);
}

tf_tensor tf_losses_softmax_cross_entropy_(struct tf_softmax_loss_args a)
{
    OPEN_LOSS("softmax_cross_entropy_loss", onehot_labels, "onehot_labels", logits, "logits");
    const tf_tensor x = tf_convert(tf_operand_tensor(a.logits), tf_dtype_unset, a.here, NULL);
    const tf_dtype dtype = tf_get_dtype(x);
    tf_tensor z = tf1c_cast(tf_convert(tf_operand_tensor(a.onehot_labels), tf_dtype_unset, a.here, NULL), dtype, a.here);
    if (a.label_smoothing > 0) {
        const tf_tensor classes = tf_cast(tf_getitem(tf_shape(z), "-1"), dtype);
        const tf_tensor low = tf_truediv(a.label_smoothing, classes), high = tf_mul(z, 1 - a.label_smoothing);
        z = tf_raw_ops_add_v2(high, low, .name = "add");
    }
    z = tf_stop_gradient(z, .name = "labels_stop_gradient");
    const tf_tensor losses = tf_nn_softmax_cross_entropy_with_logits_v2(.labels = z, .logits = x, .name = "xentropy");
    return WEIGHTED(losses, scope);
}

tf_tensor tf_losses_sparse_softmax_cross_entropy_(struct tf_sparse_softmax_loss_args a)
{
    TF_FROM(a.here);
    if (tf_is_none(a.labels) || tf_is_none(a.logits))
        return tf_mistake(tf_value_error, a.here, NULL, "%s must not be None.", tf_is_none(a.labels) ? "labels" : "logits");
    TF_SCOPE(a.scope, "sparse_softmax_cross_entropy_loss");
    const char *scope = tf_scope_name();
    tf_tensor x = tf_convert(tf_operand_tensor(a.logits), tf_dtype_unset, a.here, NULL);
    tf_tensor z = tf_convert(tf_operand_tensor(a.labels), tf_dtype_unset, a.here, NULL);
    tf1c_remove_squeezable_dimensions(&z, &x, 1);
    a.weights = tf1c_keyword(a.weights, true);
    if (a.weights.kind != TF_OPERAND_TENSOR)
        a.weights = tf_operand_tensor(tf_constant(a.weights.kind == TF_OPERAND_NONE ? tf_operand_real(1) : a.weights));
    a.weights = operand_of(tf1c_squeeze_weights(a.weights.as.tensor, z));
    const tf_tensor losses = tf_nn_sparse_softmax_cross_entropy_with_logits(.labels = z, .logits = x, .name = "xentropy");
    return WEIGHTED(losses, scope);
}

tf_tensor tf_losses_sigmoid_cross_entropy_(struct tf_sigmoid_loss_args a)
{
    OPEN_LOSS("sigmoid_cross_entropy_loss", multi_class_labels, "multi_class_labels", logits, "logits");
    const tf_tensor x = tf_convert(tf_operand_tensor(a.logits), tf_dtype_unset, a.here, NULL);
    tf_tensor z =
        tf1c_cast(tf_convert(tf_operand_tensor(a.multi_class_labels), tf_dtype_unset, a.here, NULL), tf_get_dtype(x), a.here);
    if (a.label_smoothing > 0)
        z = tf_raw_ops_add_v2(tf_mul(z, 1 - a.label_smoothing), 0.5 * a.label_smoothing, .name = "add");
    const tf_tensor losses = tf_nn_sigmoid_cross_entropy_with_logits(.labels = z, .logits = x, .name = "xentropy");
    return WEIGHTED(losses, scope);
}

/* 2 x / n, and 0 where nothing is counted. */
static tf_tensor per_pair(tf_tensor x, tf_tensor n)
{
    const tf_tensor positive = tf_maximum(n, 0);
    return tf_mul(2.0, tf_div_no_nan(x, positive, .name = "value"));
}

/* Σ w · (2 Σ d² / (n - 1) - 2 (Σ d)² / (n (n - 1))), of the differences d of each element of the batch, n of which count. */
static tf_tensor pairwise_loss(tf_tensor differences, tf_tensor weights, tf_source here)
{
    const tf_tensor axes = tf_range(1, tf_rank(differences));
    const tf_tensor squares = tf_reduce_sum(tf_square(differences), .axis = axes, .keepdims = true);
    const tf_tensor n = num_present(differences, weights, true, here);
    if (tf_is_poisoned(n))
        return n;
    const tf_tensor apart = per_pair(squares, tf_sub(n, 1));
    const tf_tensor total = tf_square(tf_reduce_sum(differences, .axis = axes, .keepdims = true));
    const tf_tensor together = per_pair(total, tf_multiply(n, tf_sub(n, 1)));
    const tf_tensor loss = tf_reduce_sum(tf_multiply(tf_sub(apart, together), weights));
    const tf_tensor any = tf_greater(tf_reduce_sum(n), 0);
    return tf_where(any, loss, zeros_like(loss), .name = "value");
}

tf_tensor tf_losses_mean_pairwise_squared_error_(struct tf_pairwise_loss_args a)
{
    tf_tensor loss = { 0 };
    TF_FROM(a.here);
    if (!operands_fit(a.labels, "labels", a.predictions, "predictions", a.here, &loss))
        return loss;
    const tf_operand given = tf1c_keyword(a.weights, true);
    TF_SCOPE(a.scope, "mean_pairwise_squared_error");
    const tf_tensor w = tf_cast(given.kind == TF_OPERAND_NONE ? tf_operand_real(1) : given, tf_float32);
    const tf_tensor z = tf_cast(a.labels, tf_float32);
    tf_operation *checked = tf1c_assert_broadcastable(tf_operand_tensor(w), z, a.here, &loss);
    if (!checked)
        return loss;
    tf_with_control_dependencies(OPS(checked)) {
        const tf_tensor p = tf_cast(a.predictions, tf_float32);
        loss = pairwise_loss(tf_subtract(p, z), w, a.here);
    }
    if (!tf_is_poisoned(loss))
        tf_losses_add_loss(loss, a.loss_collection);
    return loss;
}

/* ---- their sum ------------------------------------------------------------------------------------------------------------------------ */
static tf_tensor sum(tf_list losses, const char *name)
{
    return losses.n == 1 ? tf_identity(losses.items[0], .name = name) : tf_add_n(losses, .name = name);
}

tf_status tf_losses_add_loss_(struct tf_add_loss_args a)
{
    TF_FROM(a.here);
    return tf1c_join_collections(a.loss_collection, TF_LOSSES, a.loss);
}

tf_list tf_losses_get_losses_(struct tf_get_losses_args a)
{
    return tf_get_collection_(a.loss_collection ? a.loss_collection : TF_LOSSES, (struct tf_scope_args){ a.here, a.scope });
}

tf_tensor tf_losses_get_regularization_loss_(struct tf_regularization_loss_args a)
{
    const tf_list losses = tf_get_collection_(TF_REGULARIZATION_LOSSES, (struct tf_scope_args){ a.here, a.scope });
    TF_FROM(a.here);
    return losses.n ? sum(losses, a.name ? a.name : "total_regularization_loss") : tf_constant(0.0);
}

tf_tensor tf_losses_get_total_loss_(struct tf_total_loss_args a)
{
    const struct tf_scope_args of = { a.here, a.scope };
    const tf_list losses = tf_get_collection_(TF_LOSSES, of), more = tf_get_collection_(TF_REGULARIZATION_LOSSES, of);
    tf_list all = { 0 };
    TF_FROM(a.here);
    for (int i = 0; i < losses.n; i++)
        tf_append(&all, losses.items[i]);
    for (int i = 0; a.add_regularization_losses && i < more.n; i++)
        tf_append(&all, more.items[i]);
    return sum(all, a.name ? a.name : "total_loss");
}
