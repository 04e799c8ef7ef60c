/* Optimizers: from a loss to an operation that takes one step. */
#ifndef TF1C_OPS_TRAINING_OPTIMIZERS_H
#define TF1C_OPS_TRAINING_OPTIMIZERS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tf_optimizer tf_optimizer; /* owned by the graph; never NULL */

/* The rules, g the gradient of an element of a variable, lr the learning rate. Slots are variables named after the variable
 * and the optimizer: `W/Adam`, `W/Adam_1`.                        TF1: tf.train.GradientDescentOptimizer, AdamOptimizer …
 *   learning_rate  a number, tf_train_adam_optimizer(0.01) or by name; a scalar tensor by name: .learning_rate = TF_T(lr)
 *   GradientDescent  W -= lr·g
 *   Momentum   a = momentum·a + g, W -= lr·a; use_nesterov: W -= lr·(g + momentum·a).                         slot momentum
 *   Adam       m += (g - m)(1 - beta1), v += (g² - v)(1 - beta2), W -= lr·√(1 - beta2^t)/(1 - beta1^t) · m / (√v + epsilon);
 *              variables beta1_power and beta2_power. A sparse gradient still decays and moves all rows.      slots m, v
 *   RMSProp    ms += (g² - ms)(1 - decay), from 1; mom = momentum·mom + lr·g / √(ms + epsilon), W -= mom; centered: less the
 *              square of the mean gradient under the root.                                                     slots rms, mg, momentum
 *   Adagrad    a += g², from initial_accumulator_value; W -= lr·g / √a.                                        slot accumulator
 *   Adadelta   a = rho·a + (1 - rho)·g², u = g·√(d + epsilon) / √(a + epsilon), d = rho·d + (1 - rho)·u², W -= lr·u
 *                                                                                                              slots accum, accum_update
 *   Ftrl       follow the regularized leader (McMahan et al. 2013), l1 and l2 penalties.                       slots accum, linear
 *   dtypes     float32, float64
 *   errors     TypeError: no learning rate where there is no default
 *   source     python/training, core/kernels/training_ops.cc */
struct tf_sgd_args {
    tf_source here;
    double rate_; /* the learning rate in place */
    bool use_locking;
    const char *name;
    tf_operand learning_rate;
};
struct tf_momentum_args {
    tf_source here;
    double rate_, momentum;
    bool use_locking;
    const char *name;
    bool use_nesterov;
    tf_operand learning_rate;
};
struct tf_adam_args {
    tf_source here;
    double rate_, beta1, beta2, epsilon;
    bool use_locking;
    const char *name;
    tf_operand learning_rate;
};
struct tf_rmsprop_args {
    tf_source here;
    double rate_, decay, momentum, epsilon;
    bool use_locking, centered;
    const char *name;
    tf_operand learning_rate;
};
struct tf_adagrad_args {
    tf_source here;
    double rate_, initial_accumulator_value;
    bool use_locking;
    const char *name;
    tf_operand learning_rate;
};
struct tf_adadelta_args {
    tf_source here;
    double rate_, rho, epsilon;
    bool use_locking;
    const char *name;
    tf_operand learning_rate;
};
struct tf_ftrl_args {
    tf_source here;
    double rate_, learning_rate_power, initial_accumulator_value, l1_regularization_strength, l2_regularization_strength;
    bool use_locking;
    const char *name;
    tf_operand learning_rate;
};
#define TF_NO_RATE_ .learning_rate = TF_UNSET_
#define TF_UNSET_RATE_ .rate_ = __builtin_nan("")
#define tf_train_gradient_descent_optimizer(...) \
    TF_KWARGS_(tf_sgd_new_((struct tf_sgd_args){ TF_UNSET_RATE_, TF_NO_RATE_, TF_HERE_, __VA_ARGS__ }))
#define tf_train_momentum_optimizer(...) \
    TF_KWARGS_(tf_momentum_new_(         \
        (struct tf_momentum_args){ TF_UNSET_RATE_, .momentum = __builtin_nan(""), TF_NO_RATE_, TF_HERE_, __VA_ARGS__ }))
#define tf_train_adam_optimizer(...)               \
    TF_KWARGS_(tf_adam_new_((struct tf_adam_args){ \
        .rate_ = 0.001, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, TF_NO_RATE_, TF_HERE_, __VA_ARGS__ }))
#define tf_train_rms_prop_optimizer(...) \
    TF_KWARGS_(tf_rmsprop_new_(          \
        (struct tf_rmsprop_args){ TF_UNSET_RATE_, .decay = 0.9, .epsilon = 1e-10, TF_NO_RATE_, TF_HERE_, __VA_ARGS__ }))
#define tf_train_rmsprop_optimizer(...) tf_train_rms_prop_optimizer(__VA_ARGS__)
#define tf_train_adagrad_optimizer(...) \
    TF_KWARGS_(tf_adagrad_new_(         \
        (struct tf_adagrad_args){ TF_UNSET_RATE_, .initial_accumulator_value = 0.1, TF_NO_RATE_, TF_HERE_, __VA_ARGS__ }))
#define tf_train_adadelta_optimizer(...) \
    TF_KWARGS_(tf_adadelta_new_(         \
        (struct tf_adadelta_args){ .rate_ = 0.001, .rho = 0.95, .epsilon = 1e-8, TF_NO_RATE_, TF_HERE_, __VA_ARGS__ }))
#define tf_train_ftrl_optimizer(...)                                                                                              \
    TF_KWARGS_(tf_ftrl_new_((struct tf_ftrl_args){ TF_UNSET_RATE_, .learning_rate_power = -0.5, .initial_accumulator_value = 0.1, \
                                                   TF_NO_RATE_, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_optimizer *tf_sgd_new_(struct tf_sgd_args args);
TF1C_API tf_optimizer *tf_momentum_new_(struct tf_momentum_args args);
TF1C_API tf_optimizer *tf_adam_new_(struct tf_adam_args args);
TF1C_API tf_optimizer *tf_rmsprop_new_(struct tf_rmsprop_args args);
TF1C_API tf_optimizer *tf_adagrad_new_(struct tf_adagrad_args args);
TF1C_API tf_optimizer *tf_adadelta_new_(struct tf_adadelta_args args);
TF1C_API tf_optimizer *tf_ftrl_new_(struct tf_ftrl_args args);

/* An operation that changes the variables by one step down the loss, and counts in global_step.           TF1: Optimizer.minimize
 *   var_list  unset: tf_trainable_variables();   grad_loss  what flows in at the loss, unset: ones
 *   errors    ValueError "No variables to optimize.", "No gradients provided for any variable, check your graph for ops that do
 *             not support gradients, between variables … and loss …"
 *   source    python/training/optimizer.py */
struct tf_minimize_args {
    tf_source here;
    tf_tensor global_step;
    tf_list var_list;
    const char *name;
    tf_tensor grad_loss;
};
#define tf_minimize(optimizer, loss, ...) \
    TF_IN_ORDER2_(tf_minimize_, optimizer, loss, (struct tf_minimize_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_operation *tf_minimize_(tf_optimizer *optimizer, tf_tensor loss, struct tf_minimize_args args);

/* The two halves of tf_minimize, to do something with the gradients in between.
 * TF1: Optimizer.compute_gradients, Optimizer.apply_gradients
 *   pairs   in the order of the variables; grad is a none handle where no path leads, IndexedSlices (see tf_indexed_slices) of
 *           what is read by tf_gather. Owned by the graph; grad may be replaced in place
 *   tf_zip, tf_unzip  pairs of gradients and variables, and back: tf_grads_and_variables u = tf_unzip(pairs); then
 *           tf_apply_gradients(optimizer, tf_zip(tf_clip_by_global_norm(u.grads, 5.0).list, u.variables))
 *   errors  ValueError "No variables provided.", "No gradients provided for any variable: […]." */
typedef struct tf_grad_and_var {
    tf_tensor grad, var;
} tf_grad_and_var;
typedef struct tf_grads_and_vars {
    int n;
    tf_grad_and_var *items;
} tf_grads_and_vars;
typedef struct tf_grads_and_variables {
    tf_list grads, variables; /* as long as each other */
} tf_grads_and_variables;
struct tf_compute_gradients_args {
    tf_source here;
    tf_list var_list;
    tf_tensor grad_loss;
};
struct tf_apply_gradients_args {
    tf_source here;
    tf_tensor global_step;
    const char *name;
};
#define tf_compute_gradients(optimizer, loss, ...) \
    TF_IN_ORDER2_(tf_compute_gradients_, optimizer, loss, (struct tf_compute_gradients_args){ TF_HERE_, __VA_ARGS__ })
#define tf_apply_gradients(optimizer, grads_and_vars, ...) \
    tf_apply_gradients_(optimizer, grads_and_vars, (struct tf_apply_gradients_args){ TF_HERE_, __VA_ARGS__ })
#define tf_zip(grads, variables) tf_zip_(grads, variables, TF_SOURCE)
TF1C_API tf_grads_and_vars tf_compute_gradients_(tf_optimizer *optimizer, tf_tensor loss, struct tf_compute_gradients_args args);
TF1C_API tf_operation *tf_apply_gradients_(tf_optimizer *optimizer, tf_grads_and_vars grads_and_vars,
                                           struct tf_apply_gradients_args args);
TF1C_API tf_grads_and_variables tf_unzip(tf_grads_and_vars pairs);
TF1C_API tf_grads_and_vars tf_zip_(tf_list grads, tf_list variables, tf_source here);

/* A variable's slot, a none handle if there is none; the slots' names; the optimizer's variables.
 * TF1: Optimizer.get_slot, get_slot_names, variables, get_name */
TF1C_API tf_tensor tf_get_slot(tf_optimizer *optimizer, tf_tensor variable, const char *name);
TF1C_API int tf_get_slot_names(tf_optimizer *optimizer, const char **names, int n); /* how many there are; in order of name */
TF1C_API tf_list tf_optimizer_variables(tf_optimizer *optimizer);
TF1C_API const char *tf_optimizer_name(const tf_optimizer *optimizer);

#ifdef __cplusplus
}
#endif
#endif
