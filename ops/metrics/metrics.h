/* Metrics over many batches: counts in local variables, which tf_local_variables_initializer sets to zero. */
#ifndef TF1C_OPS_METRICS_METRICS_H
#define TF1C_OPS_METRICS_METRICS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Python's pair: run update_op for each batch, it gives the metric so far; value is what has been counted. */
typedef struct tf_metric {
    tf_tensor value, update_op; /* float32 [] */
} tf_metric;

/* weights  of the values' shape or one that broadcasts to it, .weights = TF_T(w); unset: one each
 * name     of the scope
 *   variables  NAME/total and NAME/count, float32 [], in TF_LOCAL_VARIABLES and "metric_variables"
 *   errors     ValueError: shapes that do not fit;   grad  none
 *   source     python/ops/metrics_impl.py */
struct tf_metrics_args {
    tf_source here;
    tf_operand weights;
    const char *name;
};
#define TF_METRICS_(...) ((struct tf_metrics_args){ .weights = TF_UNSET_, TF_HERE_, __VA_ARGS__ })
/* The mean of values.                                                                TF1: tf.metrics.mean */
#define tf_metrics_mean(values, ...) TF_KWARGS_(TF_IN_ORDER1_(tf_metrics_mean_, TF_T(values), TF_METRICS_(__VA_ARGS__)))
/* How often predictions are the labels; predictions are cast to the labels' dtype.   TF1: tf.metrics.accuracy */
#define tf_metrics_accuracy(labels, predictions, ...) \
    TF_KWARGS_(TF_IN_ORDER2_(tf_metrics_accuracy_, TF_T(labels), TF_T(predictions), TF_METRICS_(__VA_ARGS__)))
/* The mean of (predictions - labels)².                                               TF1: tf.metrics.mean_squared_error */
#define tf_metrics_mean_squared_error(labels, predictions, ...) \
    TF_KWARGS_(TF_IN_ORDER2_(tf_metrics_mean_squared_error_, TF_T(labels), TF_T(predictions), TF_METRICS_(__VA_ARGS__)))
/* Of what is predicted true the share that is (precision), of what is true the share predicted so (recall); 0 of nothing. Labels
 * and predictions are cast to bool. Variables NAME/true_positives/count, ….          TF1: tf.metrics.precision, recall */
#define tf_metrics_precision(labels, predictions, ...) \
    TF_KWARGS_(TF_IN_ORDER2_(tf_metrics_precision_, TF_T(labels), TF_T(predictions), TF_METRICS_(__VA_ARGS__)))
#define tf_metrics_recall(labels, predictions, ...) \
    TF_KWARGS_(TF_IN_ORDER2_(tf_metrics_recall_, TF_T(labels), TF_T(predictions), TF_METRICS_(__VA_ARGS__)))
TF1C_API tf_metric tf_metrics_mean_(tf_operand values, struct tf_metrics_args args);
TF1C_API tf_metric tf_metrics_accuracy_(tf_operand labels, tf_operand predictions, struct tf_metrics_args args);
TF1C_API tf_metric tf_metrics_mean_squared_error_(tf_operand labels, tf_operand predictions, struct tf_metrics_args args);
TF1C_API tf_metric tf_metrics_precision_(tf_operand labels, tf_operand predictions, struct tf_metrics_args args);
TF1C_API tf_metric tf_metrics_recall_(tf_operand labels, tf_operand predictions, struct tf_metrics_args args);

#ifdef __cplusplus
}
#endif
#endif
