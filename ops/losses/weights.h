/* Weights of losses and metrics; not for users. TF1: python/ops/weights_broadcast_ops.py */
#ifndef TF1C_OPS_LOSSES_WEIGHTS_H
#define TF1C_OPS_LOSSES_WEIGHTS_H

#include "graph/op.h"

/* That weights are of rank 0, or of the values' rank with dimensions of 1 or theirs: checked while building, or in the run
 * by an Assert. NULL: a mistake, *poison. */
tf_operation *tf1c_assert_broadcastable(tf_operand weights, tf_tensor values, tf_source here, tf_tensor *poison);

/* The weights in the values' shape. */
tf_tensor tf1c_broadcast_weights(tf_tensor weights, tf_tensor values, tf_source here);

#endif
