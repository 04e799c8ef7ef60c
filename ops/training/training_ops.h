/* The records of the optimizers' updates, for optimizers.c. */
#ifndef TF1C_OPS_TRAINING_TRAINING_OPS_H
#define TF1C_OPS_TRAINING_TRAINING_OPS_H

#include "graph/op.h"

extern const tf_op_def tf1c_apply_gradient_descent_op, tf1c_sparse_apply_gradient_descent_op, tf1c_apply_momentum_op,
    tf1c_sparse_apply_momentum_op, tf1c_apply_adam_op, tf1c_sparse_apply_adam_op, tf1c_apply_rms_prop_op,
    tf1c_sparse_apply_rms_prop_op, tf1c_apply_centered_rms_prop_op, tf1c_sparse_apply_centered_rms_prop_op, tf1c_apply_adagrad_op,
    tf1c_sparse_apply_adagrad_op, tf1c_apply_adadelta_op, tf1c_sparse_apply_adadelta_op, tf1c_apply_ftrl_op,
    tf1c_sparse_apply_ftrl_op;

#endif
