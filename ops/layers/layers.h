/* Layers that make their own variables: TF1's tf.layers and tf.contrib.layers. */
#ifndef TF1C_OPS_LAYERS_LAYERS_H
#define TF1C_OPS_LAYERS_LAYERS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../nn/callable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What normalizes a layer's product in place of its biases: .normalizer_fn = tf_contrib_layers_batch_norm, or one's own; called with
 * .normalizer_params, of tf_contrib_layers_batch_norm_params or its like. */
typedef struct tf_normalizer_params tf_normalizer_params;
typedef tf_tensor tf_normalizer(tf_tensor inputs, const tf_normalizer_params *params);

/* activation(inputs·kernel + bias), along the last axis.                                             TF1: tf.layers.dense
 *   variables   dense/kernel [depth, units] (glorot_uniform), dense/bias [units] (zeros); dense_1/… the next time
 *   activation  a function: .activation = tf_nn_relu; unset: none
 *   kernel_regularizer, bias_regularizer   collected beside what the variable scope's regularizer gives
 *   name        of the scope, exactly; with it, .reuse = tf_reuse_true shares the variables
 *   shapes      [.., depth] -> [.., units], two axes or more, depth known
 *   errors      ValueError "The last dimension of the inputs to `Dense` should be defined. Found `None`."; TypeError "Unable to
 *               build `Dense` layer with non-floating point dtype <dtype: 'int32'>"
 *   source      python/keras/layers/core.py Dense, python/layers/core.py */
struct tf_dense_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) int64_t units;
    TF_ARG_(3) tf_activation *activation;
    TF_ARG_(4) bool use_bias;
    TF_ARG_(5) tf_initializer kernel_initializer;
    TF_ARG_(6) tf_initializer bias_initializer;
    TF_ARG_(7) tf_regularizer kernel_regularizer;
    TF_ARG_(8) tf_regularizer bias_regularizer;
    TF_ARG_(9) tf_regularizer activity_regularizer;
    TF_ARG_(10) tf_constraint *kernel_constraint;
    TF_ARG_(11) tf_constraint *bias_constraint;
    TF_ARG_(12) bool trainable;
    TF_ARG_(13) const char *name;
    TF_ARG_(14) tf_reuse reuse;
};
#define tf_layers_dense(...)                                                                                                \
    TF_KWARGS_(tf_layers_dense_((struct tf_dense_args){ .inputs = TF_UNSET_, .use_bias = true, .trainable = true, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_layers_dense_(struct tf_dense_args args);

/* The same as an object, whose variables are made where it is first applied, tf_apply(layer, x), and found again later. Belongs to the
 * graph. Two of one name are d and d_1, as cells are.                     TF1: layer = tf.layers.Dense(units); layer(x), layer.apply(x) */
typedef struct tf_layer tf_layer;
struct tf_dense_layer_args {
    tf_source here;
    TF_ARG_(1) int64_t units;
    TF_ARG_(2) tf_activation *activation;
    TF_ARG_(3) bool use_bias;
    TF_ARG_(4) tf_initializer kernel_initializer;
    TF_ARG_(5) tf_initializer bias_initializer;
    TF_ARG_(6) tf_regularizer kernel_regularizer;
    TF_ARG_(7) tf_regularizer bias_regularizer;
    TF_ARG_(8) tf_regularizer activity_regularizer;
    TF_ARG_(9) tf_constraint *kernel_constraint;
    TF_ARG_(10) tf_constraint *bias_constraint;
    TF_ARG_(11) bool trainable;
    TF_ARG_(12) const char *name;
};
#define tf_layers_Dense(...)                                                                                               \
    TF_KWARGS_(tf_layers_Dense_((struct tf_dense_layer_args){ .use_bias = true, .trainable = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_layer *tf_layers_Dense_(struct tf_dense_layer_args args);

/* What a layer has made for itself, from its first tf_apply on: none handles and an empty list before; those that training changes come
 * first.                                   TF1: layer.kernel, layer.bias, layer.variables, layer.weights, layer.trainable_variables */
TF1C_API tf_tensor tf_layer_kernel(tf_layer *layer);
TF1C_API tf_tensor tf_layer_bias(tf_layer *layer);
TF1C_API tf_list tf_layer_variables(tf_layer *layer);
TF1C_API tf_list tf_layer_trainable_variables(tf_layer *layer);

/* The same under its older names, with relu unless told otherwise.                   TF1: tf.contrib.layers.fully_connected
 *   variables           fully_connected/weights (xavier), fully_connected/biases (zeros)
 *   activation_fn       unset: relu;  .activation_fn = NULL: none
 *   normalizer_fn       .normalizer_fn = tf_contrib_layers_batch_norm, .normalizer_params: see contrib.h; instead of biases
 *   biases_initializer  unset: zeros;  .biases_initializer = { 0 }: no biases
 *   source              contrib/layers/python/layers/layers.py */
struct tf_fully_connected_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) int64_t num_outputs;
    TF_ARG_(3) tf_activation *activation_fn;
    TF_ARG_(4) tf_normalizer *normalizer_fn;
    TF_ARG_(5) const tf_normalizer_params *normalizer_params;
    TF_ARG_(6) tf_initializer weights_initializer;
    TF_ARG_(7) tf_regularizer weights_regularizer;
    TF_ARG_(8) tf_initializer biases_initializer;
    TF_ARG_(9) tf_regularizer biases_regularizer;
    TF_ARG_(10) tf_reuse reuse;
    TF_ARG_(11) bool trainable;
    TF_ARG_(12) tf_variable_scope scope;
};
#define TF_FULLY_CONNECTED_(activation, ...)                                                                              \
    TF_KWARGS_(tf_contrib_layers_fully_connected_((struct tf_fully_connected_args){ .inputs = TF_UNSET_,                  \
        .activation_fn = activation, .biases_initializer = tf_zeros_initializer(), .trainable = true, TF_HERE_,           \
        TF_PLACES_(__VA_ARGS__) }))
#define tf_contrib_layers_fully_connected(...) TF_FULLY_CONNECTED_(tf_nn_relu, __VA_ARGS__)
#define tf_contrib_layers_relu(...) TF_FULLY_CONNECTED_(tf_nn_relu, __VA_ARGS__)
#define tf_contrib_layers_linear(...) TF_FULLY_CONNECTED_(NULL, __VA_ARGS__)
TF1C_API tf_tensor tf_contrib_layers_fully_connected_(struct tf_fully_connected_args args);

/* Dropout while training, else the inputs themselves.                                                TF1: tf.layers.dropout
 *   rate      what is dropped: a number or a scalar tensor, unset 0.5
 *   training  .training = true, or a bool tensor that a run is fed; unset: false */
struct tf_layers_dropout_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) tf_operand rate;
    TF_ARG_(3) tf_operand noise_shape;
    TF_ARG_(4) int64_t seed;
    TF_ARG_(5) tf_operand training;
    TF_ARG_(6) const char *name;
};
#define tf_layers_dropout(...)                                                                             \
    TF_KWARGS_(tf_layers_dropout_((struct tf_layers_dropout_args){ .noise_shape = TF_UNSET_, .inputs = TF_UNSET_, .rate = TF_UNSET_, \
        .training = TF_UNSET_, .seed = TF_NO_SEED, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_layers_dropout_(struct tf_layers_dropout_args args);
/* As an object: tf_apply(layer, x, .training = true).                                              TF1: tf.layers.Dropout */
struct tf_dropout_layer_args {
    tf_source here;
    TF_ARG_(1) tf_operand rate;
    TF_ARG_(2) tf_operand noise_shape;
    TF_ARG_(3) int64_t seed;
    TF_ARG_(4) const char *name;
};
#define tf_layers_Dropout(...)                                                                                         \
    TF_KWARGS_(tf_layers_Dropout_((struct tf_dropout_layer_args){ .rate = TF_UNSET_, .noise_shape = TF_UNSET_, .seed = TF_NO_SEED, \
        TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_layer *tf_layers_Dropout_(struct tf_dropout_layer_args args);

/* [batch, …] -> [batch, product of the rest].                              TF1: tf.layers.flatten, tf.contrib.layers.flatten */
#define tf_layers_flatten(...) TF_NAMED1_(tf_layers_flatten_, tf_operand, TF_DATA_, inputs, #__VA_ARGS__, .inputs = TF_UNSET_, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_contrib_layers_flatten(...) TF_NAMED1_(tf_contrib_layers_flatten_, tf_operand, TF_DATA_, inputs, #__VA_ARGS__, \
    .inputs = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_layers_flatten_(tf_operand inputs, struct tf_name_args args);
#define tf_layers_Flatten(...) tf_layers_Flatten_(TF_NAMED_(__VA_ARGS__)) /* as an object */
TF1C_API tf_layer *tf_layers_Flatten_(struct tf_name_args args);
TF1C_API tf_tensor tf_contrib_layers_flatten_(tf_operand inputs, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
