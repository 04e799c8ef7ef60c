/* A training's step in one call: TF1's tf.contrib.layers.optimize_loss. */
#ifndef TF1C_OPS_LAYERS_OPTIMIZE_LOSS_H
#define TF1C_OPS_LAYERS_OPTIMIZE_LOSS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../training/optimizers.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef tf_optimizer *tf_optimizer_fn(tf_tensor learning_rate, void *context); /* the rate a none handle where none was given */
typedef tf_tensor tf_learning_rate_decay_fn(tf_tensor learning_rate, tf_tensor global_step, void *context);
typedef tf_grads_and_vars tf_clip_gradients_fn(tf_grads_and_vars grads_and_vars, void *context);
/* TF_MULTIPLIERS({ w, 2 }, { b, 0.5 }) */
typedef struct tf_gradient_multiplier {
    tf_tensor var;
    double by;
} tf_gradient_multiplier;
typedef struct tf_gradient_multipliers {
    int n;
    const tf_gradient_multiplier *items;
} tf_gradient_multipliers;
#define TF_MULTIPLIERS(...)                                                                                             \
    ((tf_gradient_multipliers){ (int)(sizeof((tf_gradient_multiplier[]){ __VA_ARGS__ }) / sizeof(tf_gradient_multiplier)), \
                                (tf_gradient_multiplier[]){ __VA_ARGS__ } })

/* The loss, once the variables have made one step down it: running what is returned trains.     TF1: tf.contrib.layers.optimize_loss
 *   global_step    unset: tf_train_get_global_step(), if there is one
 *   learning_rate  a number, which becomes the variable OptimizeLoss/learning_rate, or a scalar tensor; unset: optimizer has its own
 *   optimizer      "Adagrad", "Adam", "Ftrl", "Momentum" (of 0.9), "RMSProp", "SGD", or a tf_optimizer *; or .optimizer_fn = f, which
 *                  makes one of the rate
 *   gradient_noise_scale   times truncated normal noise, added to each gradient
 *   gradient_multipliers   TF_MULTIPLIERS({ w, 2 }, …)
 *   clip_gradients         the most that their global norm is; or .clip_gradients_fn = f
 *   learning_rate_decay_fn what the rate is at a step: a function with a call of tf_train_exponential_decay in it
 *   update_ops     what runs before; unset: the collection TF_UPDATE_OPS
 *   variables      unset: tf_trainable_variables();   context  what the functions are called with
 *   name           of the scope; unset: OptimizeLoss
 *   summaries      NP_STRING("loss", …): "learning_rate" (where it decays), "loss", "gradients", "gradient_norm", "global_gradient_norm";
 *                  unset: the first, second and last;  none: np_zeros(SHAPE(0), tf_string)
 *   increment_global_step  unset: true;   colocate_gradients_with_ops  accepted
 *   errors         ValueError "Learning rate is None, but should be specified if optimizer is string (SGD).", "Optimizer name should be one
 *                  of […]", "global_step is required for learning_rate_decay_fn." and those of tf_minimize
 *   source         contrib/layers/python/layers/optimizers.py */
struct tf_optimize_loss_args {
    tf_source here;
    TF_ARG_(1) tf_tensor loss;
    TF_ARG_(2) tf_tensor global_step;
    TF_ARG_(3) tf_operand learning_rate;
    TF_ARG_(4) const void *optimizer;
    TF_ARG_(5) double gradient_noise_scale;
    TF_ARG_(6) tf_gradient_multipliers gradient_multipliers;
    TF_ARG_(7) double clip_gradients;
    TF_ARG_(8) tf_learning_rate_decay_fn *learning_rate_decay_fn;
    TF_ARG_(9) tf_list update_ops;
    TF_ARG_(10) tf_list variables;
    TF_ARG_(11) const char *name;
    TF_ARG_(12) tf_ndarray summaries;
    TF_ARG_(13) bool colocate_gradients_with_ops;
    TF_ARG_(14) bool increment_global_step;
    tf_optimizer_fn *optimizer_fn;
    tf_clip_gradients_fn *clip_gradients_fn;
    void *context;
};
#define tf_contrib_layers_optimize_loss(...)                                                                            \
    TF_KWARGS_(tf_contrib_layers_optimize_loss_((struct tf_optimize_loss_args){ .learning_rate = TF_UNSET_,                   \
        .gradient_noise_scale = TF_UNSET_NUMBER_, .clip_gradients = TF_UNSET_NUMBER_, .increment_global_step = true, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_contrib_layers_optimize_loss_(struct tf_optimize_loss_args args);

#ifdef __cplusplus
}
#endif
#endif
