/* tf.confusion_matrix. TF1: python/ops/confusion_matrix.py. */
#include "ops/math/confusion_matrix.h"
#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/fill.h"
#include "ops/array/gather.h"
#include "ops/array/shape.h"
#include "ops/control_flow/with_dependencies.h"
#include "ops/logging/logging_ops.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/reduce.h"
#include "ops/math/squeezable.h"

/* As many of each: [n, n] as a vector, int64 where n is a tensor of it. */
static tf_tensor side_twice(tf_operand n)
{
    if (n.kind != TF_OPERAND_TENSOR)
        return tf_convert(tf_operand_dims(SHAPE(n.as.integer, n.as.integer)), tf_int32, (tf_source){ 0 }, "stack");
    return tf_stack(LIST(n.as.tensor, n.as.tensor));
}

static tf_tensor ones_like(tf_tensor x, tf_dtype dtype)
{
    TF_SCOPE(NULL, "ones_like");
    const char *scope = tf_scope_name();
    const tf_tensor shape = tf_shape(x), one = tf_constant(1, dtype);
    return tf_fill(shape, one, .name = scope);
}

/* Counts at [label, prediction], after TF's checks; TF adds a sparse tensor to zeros of this shape. */
static tf_tensor counts(tf_tensor labels, tf_tensor predictions, tf_operand n, tf_tensor weights, tf_dtype dtype)
{
    const tf_tensor shape = side_twice(n), places = tf_stack(LIST(labels, predictions), .axis = 1);
    const tf_tensor values = tf_is_none(weights) ? ones_like(predictions, dtype) : weights;
    const tf_tensor wide = tf1c_cast(shape, tf_int64, (tf_source){ 0 });
    tf_zeros(tf1c_cast(shape, tf_int32, (tf_source){ 0 }), dtype); /* counted among the nodes, and never computed */
    return tf_scatter_nd(places, values, wide, .name = "SparseTensorDenseAdd");
}

static tf_tensor confusion_matrix_of(tf_operand given_labels, tf_operand given_predictions, struct tf_confusion_matrix_args a)
{
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    tf_dims merged;
    TF_FROM(a.here);
    const tf_dtype dtype = a.dtype ? a.dtype : tf_int32;
    tf_operand n = tf1c_keyword(a.num_classes, false), weights = tf1c_keyword(a.weights, false);
    TF_SCOPE(a.name, "confusion_matrix");
    tf_tensor labels = tf_convert(given_labels, tf_dtype_unset, a.here, "labels");
    tf_tensor predictions = tf_convert(given_predictions, tf_dtype_unset, a.here, "predictions");
    if (tf_is_poisoned(labels) || tf_is_poisoned(predictions))
        return tf_is_poisoned(labels) ? labels : predictions;
    tf1c_remove_squeezable_dimensions(&labels, &predictions, 0);
    predictions = tf1c_cast(predictions, tf_int64, a.here);
    labels = tf1c_cast(labels, tf_int64, a.here);
    labels = tf1c_with_dependencies(tf_assert_non_negative(labels, .message = "`labels` contains negative values"), labels);
    predictions = tf1c_with_dependencies(tf_assert_non_negative(predictions, .message = "`predictions` contains negative values"),
                                         predictions);
    if (n.kind == TF_OPERAND_NONE) {
        const tf_tensor most = tf_reduce_max(predictions);
        n = tf_operand_tensor(tf_raw_ops_add_v2(tf_maximum(most, tf_reduce_max(labels)), 1, .name = "add"));
    } else {
        const tf_tensor classes = tf_cast(n, tf_int64);
        labels = tf1c_with_dependencies(tf_assert_less(labels, classes, .message = "`labels` out of bound"), labels);
        predictions =
            tf1c_with_dependencies(tf_assert_less(predictions, classes, .message = "`predictions` out of bound"), predictions);
    }
    tf_tensor w = { 0 };
    if (weights.kind) {
        w = tf_convert(weights, tf_dtype_unset, a.here, "weights");
        if (tf_is_poisoned(w))
            return w;
        if (!tf_merge_dims(tf_get_shape(predictions), tf_get_shape(w), &merged))
            return tf_mistake(tf_value_error, a.here, NULL, "Shapes %s and %s are incompatible",
                              tf_dims_text(tf_get_shape(predictions), x, sizeof x), tf_dims_text(tf_get_shape(w), y, sizeof y));
        w = tf1c_cast(w, dtype, a.here);
    }
    return counts(labels, predictions, n, w, dtype);
}

tf_tensor tf_confusion_matrix_(struct tf_confusion_matrix_args a)
{
    return confusion_matrix_of(tf1c_given(a.labels), tf1c_given(a.predictions), a);
}
