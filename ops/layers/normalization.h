/* Batch normalization as a layer. */
#ifndef TF1C_OPS_LAYERS_NORMALIZATION_H
#define TF1C_OPS_LAYERS_NORMALIZATION_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "layers.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Channels of mean 0 and deviation 1, then scaled by gamma and shifted by beta: by the batch's mean and variance while training,
 * else by those that training has averaged.                                                     TF1: tf.layers.batch_normalization
 *   axis         of the channels; unset: the last
 *   training     .training = true, or a bool tensor that a run is fed; unset: false
 *   variables    batch_normalization/gamma, beta, and not trained: moving_mean, moving_variance, all [channels]
 *   update ops   the averages' updates are in the collection TF_UPDATE_OPS, and are done where a training step waits for them:
 *                tf_with_control_dependencies(tf_get_collection(TF_UPDATE_OPS)) train_op = tf_minimize(optimizer, loss);
 *   fused        images, of float32 and channels last, by one node, tf_nn_fused_batch_norm; false: as all others, by its parts
 *   shapes       of any rank from 2 on, channels known
 *   source       python/keras/layers/normalization.py, python/layers/normalization.py */
struct tf_batch_normalization_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) int axis;
    TF_ARG_(3) double momentum;
    TF_ARG_(4) double epsilon;
    TF_ARG_(5) bool center;
    TF_ARG_(6) bool scale;
    TF_ARG_(7) tf_initializer beta_initializer;
    TF_ARG_(8) tf_initializer gamma_initializer;
    TF_ARG_(9) tf_initializer moving_mean_initializer;
    TF_ARG_(10) tf_initializer moving_variance_initializer;
    TF_ARG_(11) tf_regularizer beta_regularizer;
    TF_ARG_(12) tf_regularizer gamma_regularizer;
    TF_ARG_(13) tf_constraint *beta_constraint;
    TF_ARG_(14) tf_constraint *gamma_constraint;
    TF_ARG_(15) tf_operand training;
    TF_ARG_(16) bool trainable;
    TF_ARG_(17) const char *name;
    TF_ARG_(18) tf_reuse reuse;
    bool fused;
};
#define tf_layers_batch_normalization(...)                                                                                    \
    TF_KWARGS_(tf_layers_batch_normalization_((struct tf_batch_normalization_args){ .inputs = TF_UNSET_, .axis = -1,          \
        .momentum = 0.99, .epsilon = 1e-3, .center = true, .scale = true, .training = TF_UNSET_, .trainable = true, \
        .fused = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_layers_batch_normalization_(struct tf_batch_normalization_args args);

/* The same as an object: tf_apply(layer, x, .training = true).                                       TF1: tf.layers.BatchNormalization
 *   each time it is applied while training adds the averages' updates to TF_UPDATE_OPS */
struct tf_batch_normalization_layer_args {
    tf_source here;
    TF_ARG_(1) int axis;
    TF_ARG_(2) double momentum;
    TF_ARG_(3) double epsilon;
    TF_ARG_(4) bool center;
    TF_ARG_(5) bool scale;
    TF_ARG_(6) tf_initializer beta_initializer;
    TF_ARG_(7) tf_initializer gamma_initializer;
    TF_ARG_(8) tf_initializer moving_mean_initializer;
    TF_ARG_(9) tf_initializer moving_variance_initializer;
    TF_ARG_(10) tf_regularizer beta_regularizer;
    TF_ARG_(11) tf_regularizer gamma_regularizer;
    TF_ARG_(12) tf_constraint *beta_constraint;
    TF_ARG_(13) tf_constraint *gamma_constraint;
    bool trainable;
    bool fused;
    const char *name;
};
#define tf_layers_BatchNormalization(...)                                                                                \
    TF_KWARGS_(tf_layers_BatchNormalization_((struct tf_batch_normalization_layer_args){ .axis = -1, .momentum = 0.99,   \
        .epsilon = 1e-3, .center = true, .scale = true, .trainable = true, .fused = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_layer *tf_layers_BatchNormalization_(struct tf_batch_normalization_layer_args args);

#ifdef __cplusplus
}
#endif
#endif
