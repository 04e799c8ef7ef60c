/* Metrics, in TensorFlow's nodes and order. TF1: python/ops/metrics_impl.py. */
#include "ops/metrics/metrics.h"

#include "ops/array/constant.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/reduce.h"
#include "ops/state/initializers.h"
#include "ops/state/variables.h"

static tf_metric both(tf_tensor poison) { return (tf_metric){ poison, poison }; }

static tf_tensor counter(const char *name)
{
    const tf_tensor v = tf_get_variable(name, .shape = SCALAR, .initializer = tf_zeros_initializer(), .trainable = false,
                                        .collection = TF_LOCAL_VARIABLES);
    if (!tf_is_poisoned(v))
        tf_add_to_collection("metric_variables", v);
    return v;
}

static bool has_weights(const struct tf_metrics_args *a) { return tf1c_keyword(a->weights, true).kind != TF_OPERAND_NONE; }

/* The weights in the values' shape. */
static tf_tensor weights_like(const struct tf_metrics_args *a, tf_tensor values)
{
    const tf_tensor weights = tf_cast(tf_convert(tf1c_keyword(a->weights, true), tf_dtype_unset, a->here, "weights"), tf_float32);
    TF_SCOPE(NULL, "broadcast_weights");
    const char *scope = tf_scope_name();
    return tf_multiply(weights, tf_ones_like(values), .name = scope);
}

/* ---- mean -------------------------------------------------------------------------------------------------------------------- */

static tf_tensor quotient(tf_tensor total, tf_tensor count, const char *name)
{
    return tf_div_no_nan(total, tf_maximum(count, 0), .name = name);
}

/* In the metric's scope. */
static tf_metric mean_of(tf_tensor values, const struct tf_metrics_args *a)
{
    const tf_tensor total = counter("total"), count = counter("count");
    tf_tensor n, more = { 0 };
    if (has_weights(a)) {
        const tf_tensor weights = weights_like(a, values);
        values = tf_multiply(values, weights);
        n = tf_reduce_sum(weights);
    } else {
        n = tf_cast(tf_size(values), tf_float32);
    }
    const tf_tensor sum = tf_assign_add(total, tf_reduce_sum(values));
    tf_with_control_dependencies(OPS(values))
        more = tf_assign_add(count, n);
    const tf_tensor value = quotient(total, count, "value");
    return (tf_metric){ value, quotient(sum, more, "update_op") };
}

static tf_metric mean_in_scope(tf_tensor values, const char *default_name, const struct tf_metrics_args *a)
{
    tf_metric m = { 0 };
    if (tf_is_poisoned(values))
        return both(values);
    tf_with_variable_scope(a->name, .default_name = default_name)
        m = mean_of(values, a);
    return m;
}

tf_metric tf_metrics_mean_(struct tf_metrics_mean_args given)
{
    const struct tf_metrics_args a = { .here = given.here, .weights = given.weights, .name = given.name };
    TF_FROM(a.here);
    return mean_in_scope(tf_cast(tf_convert(tf1c_given(given.values), tf_dtype_unset, a.here, "values"), tf_float32), "mean", &a);
}

tf_metric tf_metrics_accuracy_(struct tf_metrics_args a)
{
    const tf_operand labels = tf1c_given(a.labels), predictions = tf1c_given(a.predictions);
    TF_FROM(a.here);
    const tf_tensor y = tf_convert(labels, tf_dtype_unset, a.here, "labels");
    tf_tensor p = tf_convert(predictions, tf_dtype_unset, a.here, "predictions");
    if (tf_is_poisoned(y) || tf_is_poisoned(p))
        return both(tf_is_poisoned(y) ? y : p);
    if (tf_get_dtype(p) != tf_get_dtype(y))
        p = tf_cast(p, tf_get_dtype(y));
    return mean_in_scope(tf_cast(tf_equal(p, y), tf_float32), "accuracy", &a);
}

tf_metric tf_metrics_mean_squared_error_(struct tf_metrics_args a)
{
    const tf_operand labels = tf1c_given(a.labels), predictions = tf1c_given(a.predictions);
    TF_FROM(a.here);
    const tf_tensor p = tf_cast(tf_convert(predictions, tf_dtype_unset, a.here, "predictions"), tf_float32);
    const tf_tensor y = tf_cast(tf_convert(labels, tf_dtype_unset, a.here, "labels"), tf_float32);
    return mean_in_scope(tf_squared_difference(y, p), "mean_squared_error", &a);
}

/* ---- precision, recall -------------------------------------------------------------------------------------------------------- */

/* How many labels and predictions are as asked, so far and with this batch, in a scope of their own. */
static tf_metric count_of(const char *name, tf_tensor y, bool label, tf_tensor p, bool prediction, const struct tf_metrics_args *a)
{
    tf_metric m = { 0 };
    tf_with_variable_scope(NULL, .default_name = name) {
        const tf_tensor met = tf_logical_and(tf_equal(y, label), tf_equal(p, prediction));
        const tf_tensor count = counter("count");
        tf_tensor values = tf_cast(met, tf_float32);
        if (has_weights(a))
            values = tf_multiply(values, weights_like(a, values));
        m.value = tf_identity(count);
        m.update_op = tf_assign_add(count, tf_reduce_sum(values));
    }
    return m;
}

static tf_tensor share(tf_tensor met, tf_tensor missed, const char *name)
{
    return tf_where(tf_greater(tf_add(met, missed), 0), tf_realdiv(met, tf_add(met, missed)), 0, .name = name);
}

static tf_metric share_of(const char *default_name, tf_operand labels, tf_operand predictions, bool missed_label,
                          const struct tf_metrics_args *a)
{
    tf_metric m = { 0 };
    TF_FROM(a->here);
    tf_with_variable_scope(a->name, .default_name = default_name) {
        const tf_tensor p = tf_cast(predictions, tf_bool), y = tf_cast(labels, tf_bool);
        const tf_metric met = count_of("true_positives", y, true, p, true, a);
        const tf_metric missed =
            count_of(missed_label ? "false_negatives" : "false_positives", y, missed_label, p, !missed_label, a);
        m.value = share(met.value, missed.value, "value");
        m.update_op = share(met.update_op, missed.update_op, "update_op");
    }
    return m;
}

tf_metric tf_metrics_precision_(struct tf_metrics_args a)
{
    const tf_operand labels = tf1c_given(a.labels), predictions = tf1c_given(a.predictions);
    return share_of("precision", labels, predictions, false, &a);
}

tf_metric tf_metrics_recall_(struct tf_metrics_args a)
{
    const tf_operand labels = tf1c_given(a.labels), predictions = tf1c_given(a.predictions);
    return share_of("recall", labels, predictions, true, &a);
}
