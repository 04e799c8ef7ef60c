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
    tf_activation *activation;
    bool use_bias;
    tf_initializer kernel_initializer, bias_initializer;
    tf_regularizer kernel_regularizer, bias_regularizer;
    bool trainable;
    const char *name;
    tf_reuse reuse;
};
#define tf_layers_dense(inputs, units, ...)          \
    TF_KWARGS_(tf_layers_dense_(TF_T(inputs), units, \
                                (struct tf_dense_args){ .use_bias = true, .trainable = true, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_layers_dense_(tf_operand inputs, int64_t units, struct tf_dense_args args);

/* The same under its older names, with relu unless told otherwise.                   TF1: tf.contrib.layers.fully_connected
 *   variables           fully_connected/weights (xavier), fully_connected/biases (zeros)
 *   activation_fn       unset: relu;  .activation_fn = NULL: none
 *   biases_initializer  unset: zeros;  .biases_initializer = { 0 }: no biases
 *   source              contrib/layers/python/layers/layers.py */
struct tf_fully_connected_args {
    tf_source here;
    int64_t num_outputs;
    tf_activation *activation_fn;
    tf_initializer weights_initializer;
    tf_regularizer weights_regularizer;
    tf_initializer biases_initializer;
    tf_regularizer biases_regularizer;
    tf_reuse reuse;
    bool trainable;
    const char *scope;
};
#define TF_FULLY_CONNECTED_(inputs, activation, ...)                                                                      \
    TF_KWARGS_(tf_contrib_layers_fully_connected_(TF_T(inputs), (struct tf_fully_connected_args){                         \
        .activation_fn = activation, .biases_initializer = tf_zeros_initializer(), .trainable = true, TF_HERE_, __VA_ARGS__ }))
#define tf_contrib_layers_fully_connected(inputs, ...) TF_FULLY_CONNECTED_(inputs, tf_nn_relu, __VA_ARGS__)
#define tf_contrib_layers_relu(inputs, ...) TF_FULLY_CONNECTED_(inputs, tf_nn_relu, __VA_ARGS__)
#define tf_contrib_layers_linear(inputs, ...) TF_FULLY_CONNECTED_(inputs, NULL, __VA_ARGS__)
TF1C_API tf_tensor tf_contrib_layers_fully_connected_(tf_operand inputs, struct tf_fully_connected_args args);

/* Dropout while training, else the inputs themselves.                                                TF1: tf.layers.dropout
 *   rate      what is dropped: a number or a scalar tensor, unset 0.5
 *   training  .training = true, or a bool tensor that a run is fed, TF_T(is_training); unset: false */
struct tf_layers_dropout_args {
    tf_source here;
    tf_operand rate, noise_shape;
    int64_t seed;
    tf_operand training;
    const char *name;
};
#define tf_layers_dropout(inputs, ...) \
    TF_KWARGS_(TF_IN_ORDER1_(tf_layers_dropout_, TF_T(inputs), (struct tf_layers_dropout_args){ \
        .rate = TF_UNSET_, .training = TF_UNSET_, .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_layers_dropout_(tf_operand inputs, struct tf_layers_dropout_args args);

/* [batch, …] -> [batch, product of the rest].                              TF1: tf.layers.flatten, tf.contrib.layers.flatten */
#define tf_layers_flatten(inputs, ...) tf_layers_flatten_(TF_T(inputs), TF_NAMED_(__VA_ARGS__))
#define tf_contrib_layers_flatten(inputs, ...) tf_contrib_layers_flatten_(TF_T(inputs), TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_layers_flatten_(tf_operand inputs, struct tf_name_args args);
TF1C_API tf_tensor tf_contrib_layers_flatten_(tf_operand inputs, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
