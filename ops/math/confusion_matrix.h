/* How often a label met a prediction. */
#ifndef TF1C_OPS_MATH_CONFUSION_MATRIX_H
#define TF1C_OPS_MATH_CONFUSION_MATRIX_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* counts[i, j]: how often the label i met the prediction j, or the sum of its weights.                 TF1: tf.confusion_matrix
 *   num_classes  a number or a scalar tensor; unset: one more than the largest of both
 *   weights      of the predictions' shape
 *   shapes       labels, predictions [n], one of them also [n, 1] -> [classes, classes];   dtypes  numbers -> .dtype (int32)
 *   grad         to the weights, if of .dtype;  TF has none
 *   errors       at run InvalidArgumentError "assertion failed: [`labels` out of bound] …", "… [`labels` contains negative values] …";
 *                ValueError "Shapes (3,) and (4,) are incompatible"
 *   source       python/ops/confusion_matrix.py */
struct tf_confusion_matrix_args {
    tf_source here;
    TF_ARG_(1) tf_operand labels;
    TF_ARG_(2) tf_operand predictions;
    TF_ARG_(3) tf_operand num_classes;
    TF_ARG_(4) tf_dtype dtype;
    TF_ARG_(5) const char *name;
    TF_ARG_(6) tf_operand weights;
};
#define tf_confusion_matrix(...)                                                                                      \
    TF_KWARGS_(tf_confusion_matrix_((struct tf_confusion_matrix_args){ .labels = TF_UNSET_, .predictions = TF_UNSET_, \
        .num_classes = TF_UNSET_, .weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_math_confusion_matrix(...) tf_confusion_matrix(__VA_ARGS__)
TF1C_API tf_tensor tf_confusion_matrix_(struct tf_confusion_matrix_args args);

#ifdef __cplusplus
}
#endif
#endif
