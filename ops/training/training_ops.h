/* The records of the optimizers' updates, for optimizers.c. */
#ifndef TF1C_OPS_TRAINING_TRAINING_OPS_H
#define TF1C_OPS_TRAINING_TRAINING_OPS_H

#include "graph/op.h"

extern const tf_op_def tf1c_apply_gradient_descent_op, tf1c_sparse_apply_gradient_descent_op, tf1c_apply_momentum_op,
    tf1c_sparse_apply_momentum_op, tf1c_apply_adam_op, tf1c_sparse_apply_adam_op, tf1c_apply_rms_prop_op,
    tf1c_sparse_apply_rms_prop_op, tf1c_apply_centered_rms_prop_op, tf1c_sparse_apply_centered_rms_prop_op, tf1c_apply_adagrad_op,
    tf1c_sparse_apply_adagrad_op, tf1c_apply_adadelta_op, tf1c_sparse_apply_adadelta_op, tf1c_apply_ftrl_op,
    tf1c_sparse_apply_ftrl_op, tf1c_apply_proximal_gradient_descent_op, tf1c_sparse_apply_proximal_gradient_descent_op,
    tf1c_apply_proximal_adagrad_op, tf1c_sparse_apply_proximal_adagrad_op, tf1c_apply_adagrad_da_op,
    tf1c_sparse_apply_adagrad_da_op;

/* A step of Adam's in the rows that have a gradient: its operation. Scalars of var's dtype; indices may come several times.
 * adam_rows.c. */
typedef struct {
    tf_tensor var, m, v, beta1_power, beta2_power, rate, beta1, beta2, epsilon, values, indices;
} tf1c_adam_rows;
typedef tf_operation *tf1c_adam_by_rows(tf1c_adam_rows u);
tf1c_adam_by_rows tf1c_nadam_by_rows, tf1c_lazy_adam_by_rows;

bool tf1c_is_optimizer(const void *p); /* whether p is one of the current graph's, of optimizers.c */

#endif
