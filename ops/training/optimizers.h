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
 *   learning_rate  a number or a scalar tensor
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
 *   ProximalGradientDescent  v = W - lr·g, W = sign(v)·max(|v| - lr·l1, 0) / (1 + lr·l2)
 *   ProximalAdagrad          the same with lr/√a in lr's place, a as Adagrad's.                                slot accumulator
 *   AdagradDA  s += g, q += g², W = -lr·sign(s)·max(|s| - l1·t, 0) / (l2·lr·t + √q), t the step from 1 on.
 *                                                          slots gradient_accumulator, gradient_squared_accumulator
 *   Nadam      Adam with m̄ = beta1·m + (1 - beta1)·g in m's place; a sparse gradient moves its own rows alone
 *   LazyAdam   Adam whose sparse gradients change m, v and W in their own rows alone
 *   AdamW, MomentumW   W -= weight_decay·W first, a sparse gradient's rows alone; .decay_var_list of tf_minimize and
 *              tf_apply_gradients says which variables do, unset all.        TF1: tf.contrib.opt.AdamWOptimizer, MomentumWOptimizer …
 *   dtypes     float32, float64
 *   errors     TypeError: no learning rate where there is no default
 *   source     python/training, contrib/opt/python/training, core/kernels/training_ops.cc */
struct tf_sgd_args {
    tf_source here;
    TF_ARG_(1) tf_operand learning_rate;
    TF_ARG_(2) bool use_locking;
    TF_ARG_(3) const char *name;
};
struct tf_momentum_args {
    tf_source here;
    TF_ARG_(1) tf_operand learning_rate;
    TF_ARG_(2) double momentum;
    TF_ARG_(3) bool use_locking;
    TF_ARG_(4) const char *name;
    TF_ARG_(5) bool use_nesterov;
};
struct tf_adam_args {
    tf_source here;
    TF_ARG_(1) tf_operand learning_rate;
    TF_ARG_(2) double beta1;
    TF_ARG_(3) double beta2;
    TF_ARG_(4) double epsilon;
    TF_ARG_(5) bool use_locking;
    TF_ARG_(6) const char *name;
};
struct tf_rmsprop_args {
    tf_source here;
    TF_ARG_(1) tf_operand learning_rate;
    TF_ARG_(2) double decay;
    TF_ARG_(3) double momentum;
    TF_ARG_(4) double epsilon;
    TF_ARG_(5) bool use_locking;
    TF_ARG_(6) bool centered;
    TF_ARG_(7) const char *name;
};
struct tf_adagrad_args {
    tf_source here;
    TF_ARG_(1) tf_operand learning_rate;
    TF_ARG_(2) double initial_accumulator_value;
    TF_ARG_(3) bool use_locking;
    TF_ARG_(4) const char *name;
};
struct tf_adadelta_args {
    tf_source here;
    TF_ARG_(1) tf_operand learning_rate;
    TF_ARG_(2) double rho;
    TF_ARG_(3) double epsilon;
    TF_ARG_(4) bool use_locking;
    TF_ARG_(5) const char *name;
};
struct tf_ftrl_args {
    tf_source here;
    TF_ARG_(1) tf_operand learning_rate;
    TF_ARG_(2) double learning_rate_power;
    TF_ARG_(3) double initial_accumulator_value;
    TF_ARG_(4) double l1_regularization_strength;
    TF_ARG_(5) double l2_regularization_strength;
    TF_ARG_(6) bool use_locking;
    TF_ARG_(7) const char *name;
};
struct tf_proximal_gradient_descent_args {
    tf_source here;
    TF_ARG_(1) tf_operand learning_rate;
    TF_ARG_(2) double l1_regularization_strength;
    TF_ARG_(3) double l2_regularization_strength;
    TF_ARG_(4) bool use_locking;
    TF_ARG_(5) const char *name;
};
struct tf_proximal_adagrad_args {
    tf_source here;
    TF_ARG_(1) tf_operand learning_rate;
    TF_ARG_(2) double initial_accumulator_value;
    TF_ARG_(3) double l1_regularization_strength;
    TF_ARG_(4) double l2_regularization_strength;
    TF_ARG_(5) bool use_locking;
    TF_ARG_(6) const char *name;
};
struct tf_adagrad_da_args {
    tf_source here;
    TF_ARG_(1) tf_operand learning_rate;
    TF_ARG_(2) tf_tensor global_step;
    TF_ARG_(3) double initial_gradient_squared_accumulator_value;
    TF_ARG_(4) double l1_regularization_strength;
    TF_ARG_(5) double l2_regularization_strength;
    TF_ARG_(6) bool use_locking;
    TF_ARG_(7) const char *name;
};
struct tf_adam_w_args {
    tf_source here;
    TF_ARG_(1) tf_operand weight_decay;
    TF_ARG_(2) tf_operand learning_rate;
    TF_ARG_(3) double beta1;
    TF_ARG_(4) double beta2;
    TF_ARG_(5) double epsilon;
    TF_ARG_(6) bool use_locking;
    TF_ARG_(7) const char *name;
};
struct tf_momentum_w_args {
    tf_source here;
    TF_ARG_(1) tf_operand weight_decay;
    TF_ARG_(2) tf_operand learning_rate;
    TF_ARG_(3) double momentum;
    TF_ARG_(4) bool use_locking;
    TF_ARG_(5) const char *name;
    TF_ARG_(6) bool use_nesterov;
};
#define TF_NO_RATE_ .learning_rate = TF_UNSET_
#define tf_train_gradient_descent_optimizer(...) \
    TF_KWARGS_(tf_sgd_new_((struct tf_sgd_args){ TF_NO_RATE_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_train_momentum_optimizer(...) \
    TF_KWARGS_(tf_momentum_new_(         \
        (struct tf_momentum_args){ .momentum = __builtin_nan(""), TF_NO_RATE_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_train_adam_optimizer(...)               \
    TF_KWARGS_(tf_adam_new_((struct tf_adam_args){ \
        .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, TF_NO_RATE_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_train_rms_prop_optimizer(...) \
    TF_KWARGS_(tf_rmsprop_new_(          \
        (struct tf_rmsprop_args){ .decay = 0.9, .epsilon = 1e-10, TF_NO_RATE_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_train_rmsprop_optimizer(...) tf_train_rms_prop_optimizer(__VA_ARGS__)
#define tf_train_adagrad_optimizer(...) \
    TF_KWARGS_(tf_adagrad_new_(         \
        (struct tf_adagrad_args){ .initial_accumulator_value = 0.1, TF_NO_RATE_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_train_adadelta_optimizer(...) \
    TF_KWARGS_(tf_adadelta_new_(         \
        (struct tf_adadelta_args){ .rho = 0.95, .epsilon = 1e-8, TF_NO_RATE_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_train_ftrl_optimizer(...)                                                                                              \
    TF_KWARGS_(tf_ftrl_new_((struct tf_ftrl_args){ .learning_rate_power = -0.5, .initial_accumulator_value = 0.1, \
                                                   TF_NO_RATE_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_train_proximal_gradient_descent_optimizer(...) \
    TF_KWARGS_(tf_proximal_gradient_descent_new_((struct tf_proximal_gradient_descent_args){ TF_NO_RATE_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_train_proximal_adagrad_optimizer(...) \
    TF_KWARGS_(tf_proximal_adagrad_new_(         \
        (struct tf_proximal_adagrad_args){ .initial_accumulator_value = 0.1, TF_NO_RATE_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_train_adagrad_da_optimizer(...)                      \
    TF_KWARGS_(tf_adagrad_da_new_((struct tf_adagrad_da_args){  \
        .initial_gradient_squared_accumulator_value = 0.1, TF_NO_RATE_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define TF_ADAM_(fn, args, ...) \
    TF_KWARGS_(fn((struct args){ .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, TF_NO_RATE_, __VA_ARGS__ }))
#define tf_contrib_opt_nadam_optimizer(...) TF_ADAM_(tf_nadam_new_, tf_adam_args, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_contrib_opt_lazy_adam_optimizer(...) TF_ADAM_(tf_lazy_adam_new_, tf_adam_args, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_contrib_opt_adam_w_optimizer(...) \
    TF_ADAM_(tf_adam_w_new_, tf_adam_w_args, .weight_decay = TF_UNSET_, .name = "AdamW", TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_contrib_opt_momentum_w_optimizer(...)                                                                       \
    TF_KWARGS_(tf_momentum_w_new_((struct tf_momentum_w_args){ .weight_decay = TF_UNSET_, .momentum = __builtin_nan(""), \
        .name = "MomentumW", TF_NO_RATE_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_optimizer *tf_proximal_gradient_descent_new_(struct tf_proximal_gradient_descent_args args);
TF1C_API tf_optimizer *tf_proximal_adagrad_new_(struct tf_proximal_adagrad_args args);
TF1C_API tf_optimizer *tf_adagrad_da_new_(struct tf_adagrad_da_args args);
TF1C_API tf_optimizer *tf_nadam_new_(struct tf_adam_args args);
TF1C_API tf_optimizer *tf_lazy_adam_new_(struct tf_adam_args args);
TF1C_API tf_optimizer *tf_adam_w_new_(struct tf_adam_w_args args);
TF1C_API tf_optimizer *tf_momentum_w_new_(struct tf_momentum_w_args args);
TF1C_API tf_optimizer *tf_sgd_new_(struct tf_sgd_args args);
TF1C_API tf_optimizer *tf_momentum_new_(struct tf_momentum_args args);
TF1C_API tf_optimizer *tf_adam_new_(struct tf_adam_args args);
TF1C_API tf_optimizer *tf_rmsprop_new_(struct tf_rmsprop_args args);
TF1C_API tf_optimizer *tf_adagrad_new_(struct tf_adagrad_args args);
TF1C_API tf_optimizer *tf_adadelta_new_(struct tf_adadelta_args args);
TF1C_API tf_optimizer *tf_ftrl_new_(struct tf_ftrl_args args);

/* An operation that changes the variables by one step down the loss, and counts in global_step.           TF1: Optimizer.minimize
 *   gate_gradients, aggregation_method, colocate_gradients_with_ops  accepted: the gradients are the same
 *   var_list  unset: tf_trainable_variables();   grad_loss  what flows in at the loss, unset: ones
 *   errors    ValueError "No variables to optimize." (of an empty list, too: a scope's that there is not), "No gradients provided
 *             for any variable, check your graph for ops that do not support gradients, between variables … and loss …"
 *   source    python/training/optimizer.py */
enum { tf_train_optimizer_GATE_NONE, tf_train_optimizer_GATE_OP, tf_train_optimizer_GATE_GRAPH };
struct tf_minimize_args {
    tf_source here;
    TF_ARG_(1) tf_tensor loss;
    TF_ARG_(2) tf_tensor global_step;
    TF_ARG_(3) tf_list var_list;
    TF_ARG_(4) int gate_gradients;
    TF_ARG_(5) int aggregation_method;
    TF_ARG_(6) bool colocate_gradients_with_ops;
    TF_ARG_(7) const char *name;
    TF_ARG_(8) tf_tensor grad_loss;
    tf_list decay_var_list;
};
#define tf_minimize(optimizer, ...) \
    TF_KWARGS_(TF_IN_ORDER1_(tf_minimize_, optimizer, (struct tf_minimize_args){ \
        .gate_gradients = tf_train_optimizer_GATE_OP, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_operation *tf_minimize_(tf_optimizer *optimizer, struct tf_minimize_args args);

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
    TF_ARG_(1) tf_tensor loss;
    TF_ARG_(2) tf_list var_list;
    TF_ARG_(3) int gate_gradients;
    TF_ARG_(4) int aggregation_method;
    TF_ARG_(5) bool colocate_gradients_with_ops;
    TF_ARG_(6) tf_tensor grad_loss;
};
struct tf_apply_gradients_args {
    tf_source here;
    TF_ARG_(1) tf_grads_and_vars grads_and_vars;
    TF_ARG_(2) tf_tensor global_step;
    TF_ARG_(3) const char *name;
    tf_list decay_var_list;
};
#define tf_compute_gradients(optimizer, ...)                      \
    TF_KWARGS_(TF_IN_ORDER1_(tf_compute_gradients_, optimizer, \
                             (struct tf_compute_gradients_args){ \
                                .gate_gradients = tf_train_optimizer_GATE_OP, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_apply_gradients(optimizer, ...)                      \
    TF_KWARGS_(TF_IN_ORDER1_(tf_apply_gradients_, optimizer, \
                             (struct tf_apply_gradients_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_zip(grads, variables) tf_zip_(grads, variables, TF_SOURCE)
TF1C_API tf_grads_and_vars tf_compute_gradients_(tf_optimizer *optimizer, struct tf_compute_gradients_args args);
TF1C_API tf_operation *tf_apply_gradients_(tf_optimizer *optimizer, struct tf_apply_gradients_args args);
TF1C_API tf_grads_and_variables tf_unzip(tf_grads_and_vars pairs);
TF1C_API tf_grads_and_vars tf_zip_(tf_list grads, tf_list variables, tf_source here);

/* A variable's slot, a none handle if there is none; the slots' names; the optimizer's variables, in order of name.
 * TF1: Optimizer.get_slot, get_slot_names, variables, get_name */
TF1C_API tf_tensor tf_get_slot(tf_optimizer *optimizer, tf_tensor variable, const char *name);
TF1C_API int tf_get_slot_names(tf_optimizer *optimizer, const char **names, int n); /* how many there are; in order of name */
TF1C_API tf_list tf_optimizer_variables(tf_optimizer *optimizer);
TF1C_API const char *tf_optimizer_name(const tf_optimizer *optimizer);

#ifdef __cplusplus
}
#endif
#endif
