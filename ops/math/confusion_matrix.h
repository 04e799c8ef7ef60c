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
 *   weights      .weights = TF_T(w), of the predictions' shape
 *   shapes       labels, predictions [n], one of them also [n, 1] -> [classes, classes];   dtypes  numbers -> .dtype (int32)
 *   grad         to the weights, if of .dtype;  TF has none
 *   errors       at run InvalidArgumentError "assertion failed: [`labels` out of bound] …", "… [`labels` contains negative values] …";
 *                ValueError "Shapes (3,) and (4,) are incompatible"
 *   source       python/ops/confusion_matrix.py */
struct tf_confusion_matrix_args {
    tf_source here;
    tf_operand num_classes;
    tf_dtype dtype;
    const char *name;
    tf_operand weights;
};
#define tf_confusion_matrix(labels, predictions, ...)                                                                         \
    TF_KWARGS_(TF_IN_ORDER2_(tf_confusion_matrix_, TF_T(labels), TF_T(predictions), (struct tf_confusion_matrix_args){ \
        .num_classes = TF_UNSET_, .weights = TF_UNSET_, TF_HERE_, __VA_ARGS__ }))
#define tf_math_confusion_matrix(labels, predictions, ...) tf_confusion_matrix(labels, predictions, __VA_ARGS__)
TF1C_API tf_tensor tf_confusion_matrix_(tf_operand labels, tf_operand predictions, struct tf_confusion_matrix_args args);

#ifdef __cplusplus
}
#endif
#endif
