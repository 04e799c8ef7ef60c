/* A last axis of length 1 by which labels, predictions and weights may differ; not for users. Where ranks are known while building,
 * nothing is made that is not needed; where not, the run decides. TF1: python/ops/confusion_matrix.py, metrics_impl.py */
#ifndef TF1C_OPS_MATH_SQUEEZABLE_H
#define TF1C_OPS_MATH_SQUEEZABLE_H

#include "graph/op.h"

/* Predictions are to have `more` axes more than labels: who has one too many loses its last.  TF1: remove_squeezable_dimensions */
void tf1c_remove_squeezable_dimensions(tf_tensor *labels, tf_tensor *predictions, int more);

/* Weights of an axis more than `beside` lose it. */
tf_tensor tf1c_squeeze_weights(tf_tensor weights, tf_tensor beside);
/* And those of an axis less get one; a number stays one. */
tf_tensor tf1c_fit_weights(tf_tensor weights, tf_tensor beside);

#endif
