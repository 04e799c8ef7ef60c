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

/* weights  of the values' shape or one that broadcasts to it; unset: one each
 * metrics_collections, updates_collections   the names of what the value and the update_op join; unset: none
 * name     of the scope
 *   variables  NAME/total and NAME/count, float32 [], in TF_LOCAL_VARIABLES and "metric_variables"
 *   errors     ValueError "Shapes (4,) and (3,) are incompatible"; TypeError: a difference of labels and predictions of other dtypes
 *   grad       none
 *   source     python/ops/metrics_impl.py */
struct tf_metrics_args {
    tf_source here;
    TF_ARG_(1) tf_operand labels;
    TF_ARG_(2) tf_operand predictions;
    TF_ARG_(3) tf_operand weights;
    TF_ARG_(4) const char *metrics_collections;
    TF_ARG_(5) const char *updates_collections;
    TF_ARG_(6) const char *name;
};
struct tf_metrics_mean_args {
    tf_source here;
    TF_ARG_(1) tf_operand values;
    TF_ARG_(2) tf_operand weights;
    TF_ARG_(3) const char *metrics_collections;
    TF_ARG_(4) const char *updates_collections;
    TF_ARG_(5) const char *name;
};
#define TF_METRICS_(fn, ...)                                                                        \
    TF_KWARGS_(fn((struct tf_metrics_args){                                                         \
        .labels = TF_UNSET_, .predictions = TF_UNSET_, .weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
/* The mean of values.                                                                TF1: tf.metrics.mean */
#define tf_metrics_mean(...)                                                                        \
    TF_KWARGS_(tf_metrics_mean_((struct tf_metrics_mean_args){                                      \
        .values = TF_UNSET_, .weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
/* How often predictions are the labels; predictions are cast to the labels' dtype.   TF1: tf.metrics.accuracy */
#define tf_metrics_accuracy(...) TF_METRICS_(tf_metrics_accuracy_, __VA_ARGS__)
/* The mean of (predictions - labels)².                                               TF1: tf.metrics.mean_squared_error */
#define tf_metrics_mean_squared_error(...) TF_METRICS_(tf_metrics_mean_squared_error_, __VA_ARGS__)
/* Of what is predicted true the share that is (precision), of what is true the share predicted so (recall); 0 of nothing. Labels
 * and predictions are cast to bool. Variables NAME/true_positives/count, ….          TF1: tf.metrics.precision, recall */
#define tf_metrics_precision(...) TF_METRICS_(tf_metrics_precision_, __VA_ARGS__)
#define tf_metrics_recall(...) TF_METRICS_(tf_metrics_recall_, __VA_ARGS__)
TF1C_API tf_metric tf_metrics_mean_(struct tf_metrics_mean_args args);
TF1C_API tf_metric tf_metrics_accuracy_(struct tf_metrics_args args);
TF1C_API tf_metric tf_metrics_mean_squared_error_(struct tf_metrics_args args);
TF1C_API tf_metric tf_metrics_precision_(struct tf_metrics_args args);
TF1C_API tf_metric tf_metrics_recall_(struct tf_metrics_args args);

/* The mean of |predictions - labels|, and the root of the mean of (predictions - labels)².
 * TF1: tf.metrics.mean_absolute_error, root_mean_squared_error */
#define tf_metrics_mean_absolute_error(...) TF_METRICS_(tf_metrics_mean_absolute_error_, __VA_ARGS__)
#define tf_metrics_root_mean_squared_error(...) TF_METRICS_(tf_metrics_root_mean_squared_error_, __VA_ARGS__)
/* How many predictions are true and right, false and right, true and wrong, false and wrong. Variable NAME/count.
 * TF1: tf.metrics.true_positives, true_negatives, false_positives, false_negatives */
#define tf_metrics_true_positives(...) TF_METRICS_(tf_metrics_true_positives_, __VA_ARGS__)
#define tf_metrics_true_negatives(...) TF_METRICS_(tf_metrics_true_negatives_, __VA_ARGS__)
#define tf_metrics_false_positives(...) TF_METRICS_(tf_metrics_false_positives_, __VA_ARGS__)
#define tf_metrics_false_negatives(...) TF_METRICS_(tf_metrics_false_negatives_, __VA_ARGS__)
TF1C_API tf_metric tf_metrics_mean_absolute_error_(struct tf_metrics_args args);
TF1C_API tf_metric tf_metrics_root_mean_squared_error_(struct tf_metrics_args args);
TF1C_API tf_metric tf_metrics_true_positives_(struct tf_metrics_args args);
TF1C_API tf_metric tf_metrics_true_negatives_(struct tf_metrics_args args);
TF1C_API tf_metric tf_metrics_false_positives_(struct tf_metrics_args args);
TF1C_API tf_metric tf_metrics_false_negatives_(struct tf_metrics_args args);

/* The mean over classes of intersection by union: what is labelled and predicted so, by what is either. update_op gives the confusion
 * matrix so far, float64 [num_classes, num_classes], as in TF. Variable NAME/total_confusion_matrix.      TF1: tf.metrics.mean_iou
 *   errors  at run those of tf_confusion_matrix: a class that there is not */
struct tf_mean_iou_args {
    tf_source here;
    TF_ARG_(1) tf_operand labels;
    TF_ARG_(2) tf_operand predictions;
    TF_ARG_(3) int64_t num_classes;
    TF_ARG_(4) tf_operand weights;
    TF_ARG_(5) const char *metrics_collections;
    TF_ARG_(6) const char *updates_collections;
    TF_ARG_(7) const char *name;
};
#define tf_metrics_mean_iou(...)                                                                            \
    TF_KWARGS_(tf_metrics_mean_iou_((struct tf_mean_iou_args){                                              \
        .labels = TF_UNSET_, .predictions = TF_UNSET_, .weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_metric tf_metrics_mean_iou_(struct tf_mean_iou_args args);

/* The area under a curve, from counts at num_thresholds (200) thresholds in [0, 1].                       TF1: tf.metrics.auc
 *   predictions  in [0, 1];   labels  cast to bool
 *   curve  "ROC" (unset): recall over the rate of false positives;  "PR": precision over recall, by trapezoids too
 *   variables  NAME/true_positives, false_negatives, true_negatives, false_positives, each [num_thresholds]
 *   errors  at run InvalidArgumentError "assertion failed: [predictions must be in [0, 1]] …";  UnimplementedError: another
 *           summation_method */
struct tf_auc_args {
    tf_source here;
    TF_ARG_(1) tf_operand labels;
    TF_ARG_(2) tf_operand predictions;
    TF_ARG_(3) tf_operand weights;
    TF_ARG_(4) int64_t num_thresholds;
    TF_ARG_(5) const char *metrics_collections;
    TF_ARG_(6) const char *updates_collections;
    TF_ARG_(7) const char *curve;
    TF_ARG_(8) const char *name;
    TF_ARG_(9) const char *summation_method;
};
#define tf_metrics_auc(...)                                                                                                \
    TF_KWARGS_(tf_metrics_auc_((struct tf_auc_args){ .labels = TF_UNSET_, .predictions = TF_UNSET_, .weights = TF_UNSET_,  \
        .num_thresholds = 200, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_metric tf_metrics_auc_(struct tf_auc_args args);

/* The sensitivity (recall) at the threshold where the specificity (of what is false, the share predicted so) is nearest to `at`, and the
 * other way round; counted as by tf_metrics_auc, in the same variables.
 * TF1: tf.metrics.sensitivity_at_specificity(labels, predictions, specificity), specificity_at_sensitivity(…, sensitivity)
 *   errors  ValueError "`specificity` must be in the range [0, 1].";  at run as tf_metrics_auc's */
struct tf_rate_at_args {
    tf_source here;
    TF_ARG_(1) tf_operand labels;
    TF_ARG_(2) tf_operand predictions;
    TF_ARG_(3) union {
        double at, specificity, sensitivity;
    };
    TF_ARG_(4) tf_operand weights;
    TF_ARG_(5) int64_t num_thresholds;
    TF_ARG_(6) const char *metrics_collections;
    TF_ARG_(7) const char *updates_collections;
    TF_ARG_(8) const char *name;
};
#define TF_RATE_AT_(fn, ...)                                                                                               \
    TF_KWARGS_(fn((struct tf_rate_at_args){ .labels = TF_UNSET_, .predictions = TF_UNSET_, .weights = TF_UNSET_,           \
        .num_thresholds = 200, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_metrics_sensitivity_at_specificity(...) TF_RATE_AT_(tf_metrics_sensitivity_at_specificity_, __VA_ARGS__)
#define tf_metrics_specificity_at_sensitivity(...) TF_RATE_AT_(tf_metrics_specificity_at_sensitivity_, __VA_ARGS__)
TF1C_API tf_metric tf_metrics_sensitivity_at_specificity_(struct tf_rate_at_args args);
TF1C_API tf_metric tf_metrics_specificity_at_sensitivity_(struct tf_rate_at_args args);

/* Precision and recall at each of some thresholds.
 * TF1: tf.metrics.precision_at_thresholds(labels, predictions, thresholds), recall_at_thresholds(…)
 *   thresholds  a vector of known length, NP_FLOAT(.2, .5);   predictions  in [0, 1];   labels  cast to bool
 *   variables   NAME/true_positives and NAME/false_positives or NAME/false_negatives, of the thresholds' length, as is the metric
 *   errors      ValueError: thresholds that are no vector;  at run as tf_metrics_auc's */
struct tf_at_thresholds_args {
    tf_source here;
    TF_ARG_(1) tf_operand labels;
    TF_ARG_(2) tf_operand predictions;
    TF_ARG_(3) tf_operand thresholds;
    TF_ARG_(4) tf_operand weights;
    TF_ARG_(5) const char *metrics_collections;
    TF_ARG_(6) const char *updates_collections;
    TF_ARG_(7) const char *name;
};
#define TF_AT_THRESHOLDS_(fn, ...)                                                                                         \
    TF_KWARGS_(fn((struct tf_at_thresholds_args){ .labels = TF_UNSET_, .predictions = TF_UNSET_, .thresholds = TF_UNSET_,  \
        .weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_metrics_precision_at_thresholds(...) TF_AT_THRESHOLDS_(tf_metrics_precision_at_thresholds_, __VA_ARGS__)
#define tf_metrics_recall_at_thresholds(...) TF_AT_THRESHOLDS_(tf_metrics_recall_at_thresholds_, __VA_ARGS__)
TF1C_API tf_metric tf_metrics_precision_at_thresholds_(struct tf_at_thresholds_args args);
TF1C_API tf_metric tf_metrics_recall_at_thresholds_(struct tf_at_thresholds_args args);

/* Means as tf_metrics_mean's: of |labels - predictions|/normalizer, 0 where that is 0;  1 less that of the sums along `dim` of
 * predictions·labels, which are unit vectors;  of how many values are less than a threshold.
 * TF1: tf.metrics.mean_relative_error, mean_cosine_distance, percentage_below */
struct tf_mean_relative_args {
    tf_source here;
    TF_ARG_(1) tf_operand labels;
    TF_ARG_(2) tf_operand predictions;
    TF_ARG_(3) tf_operand normalizer;
    TF_ARG_(4) tf_operand weights;
    TF_ARG_(5) const char *metrics_collections;
    TF_ARG_(6) const char *updates_collections;
    TF_ARG_(7) const char *name;
};
struct tf_mean_cosine_args {
    tf_source here;
    TF_ARG_(1) tf_operand labels;
    TF_ARG_(2) tf_operand predictions;
    TF_ARG_(3) int dim;
    TF_ARG_(4) tf_operand weights;
    TF_ARG_(5) const char *metrics_collections;
    TF_ARG_(6) const char *updates_collections;
    TF_ARG_(7) const char *name;
};
struct tf_percentage_below_args {
    tf_source here;
    TF_ARG_(1) tf_operand values;
    TF_ARG_(2) tf_operand threshold;
    TF_ARG_(3) tf_operand weights;
    TF_ARG_(4) const char *metrics_collections;
    TF_ARG_(5) const char *updates_collections;
    TF_ARG_(6) const char *name;
};
#define tf_metrics_mean_relative_error(...)                                                                                \
    TF_KWARGS_(tf_metrics_mean_relative_error_((struct tf_mean_relative_args){ .labels = TF_UNSET_,                        \
        .predictions = TF_UNSET_, .normalizer = TF_UNSET_, .weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_metrics_mean_cosine_distance(...)                                                                               \
    TF_KWARGS_(tf_metrics_mean_cosine_distance_((struct tf_mean_cosine_args){ .labels = TF_UNSET_, .predictions = TF_UNSET_, \
        .weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_metrics_percentage_below(...)                                                                                   \
    TF_KWARGS_(tf_metrics_percentage_below_((struct tf_percentage_below_args){ .values = TF_UNSET_, .threshold = TF_UNSET_, \
        .weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_metric tf_metrics_mean_relative_error_(struct tf_mean_relative_args args);
TF1C_API tf_metric tf_metrics_mean_cosine_distance_(struct tf_mean_cosine_args args);
TF1C_API tf_metric tf_metrics_percentage_below_(struct tf_percentage_below_args args);

/* The mean over classes of the share of each that is predicted so. update_op gives each class' share so far, [num_classes], as in TF.
 * Variables NAME/total and NAME/count, [num_classes].                                    TF1: tf.metrics.mean_per_class_accuracy
 *   errors  at run those of tf_scatter_add: a class that there is not */
#define tf_metrics_mean_per_class_accuracy(...)                                                             \
    TF_KWARGS_(tf_metrics_mean_per_class_accuracy_((struct tf_mean_iou_args){                               \
        .labels = TF_UNSET_, .predictions = TF_UNSET_, .weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_metric tf_metrics_mean_per_class_accuracy_(struct tf_mean_iou_args args);

#ifdef __cplusplus
}
#endif
#endif
