/* Layers by their tf.contrib.layers names: a weight's product, then a normalizer or biases, then an activation. */
#ifndef TF1C_OPS_LAYERS_CONTRIB_H
#define TF1C_OPS_LAYERS_CONTRIB_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../state/initializers.h"
#include "layers.h"

#ifdef __cplusplus
extern "C" {
#endif

/* activation_fn(convolution of inputs with weights + biases).       TF1: tf.contrib.layers.conv2d, convolution2d, conv2d_transpose
 *   kernel_size, stride, rate  a number, or SHAPE(rows, columns); unset: 1
 *   padding              "SAME" (unset) or "VALID";   data_format  "NHWC"
 *   activation_fn        unset: relu;  NULL: none
 *   normalizer_fn        .normalizer_fn = tf_contrib_layers_batch_norm, or a function of one's own; instead of biases
 *   normalizer_params    what it is called with: .normalizer_params = tf_contrib_layers_batch_norm_params(.decay = 0.9); NULL: its defaults
 *   biases_initializer   unset: zeros;  { 0 }: no biases
 *   outputs_collections  a collection that the result joins
 *   variables            Conv/weights (xavier), Conv/biases; Conv2d_transpose/…; SeparableConv2d/depthwise_weights, pointwise_weights, …
 *   source               contrib/layers/python/layers/layers.py */
struct tf_contrib_conv_args {
    tf_source here;
    tf_dims stride;
    const char *padding, *data_format;
    tf_dims rate;
    tf_activation *activation_fn;
    tf_normalizer *normalizer_fn;
    const tf_normalizer_params *normalizer_params;
    tf_initializer weights_initializer;
    tf_regularizer weights_regularizer;
    tf_initializer biases_initializer;
    tf_regularizer biases_regularizer;
    tf_reuse reuse;
    const char *outputs_collections;
    bool trainable;
    const char *scope;
};
#define TF_CONTRIB_CONV_(fn, inputs, num_outputs, kernel_size, ...)                                                        \
    TF_KWARGS_(TF_IN_ORDER3_(fn, TF_T(inputs), num_outputs, TF_T(kernel_size), (struct tf_contrib_conv_args){              \
        .padding = "SAME", .activation_fn = tf_nn_relu, .biases_initializer = tf_zeros_initializer(), .trainable = true, \
        TF_HERE_, __VA_ARGS__ }))
#define tf_contrib_layers_conv2d(inputs, num_outputs, kernel_size, ...) \
    TF_CONTRIB_CONV_(tf_contrib_layers_conv2d_, inputs, num_outputs, kernel_size, __VA_ARGS__)
#define tf_contrib_layers_convolution2d(inputs, num_outputs, kernel_size, ...) \
    tf_contrib_layers_conv2d(inputs, num_outputs, kernel_size, __VA_ARGS__)
#define tf_contrib_layers_conv2d_transpose(inputs, num_outputs, kernel_size, ...) \
    TF_CONTRIB_CONV_(tf_contrib_layers_conv2d_transpose_, inputs, num_outputs, kernel_size, __VA_ARGS__)
#define tf_contrib_layers_convolution2d_transpose(inputs, num_outputs, kernel_size, ...) \
    tf_contrib_layers_conv2d_transpose(inputs, num_outputs, kernel_size, __VA_ARGS__)
TF1C_API tf_tensor tf_contrib_layers_conv2d_(tf_operand inputs, int64_t num_outputs, tf_operand kernel_size,
                                             struct tf_contrib_conv_args args);
TF1C_API tf_tensor tf_contrib_layers_conv2d_transpose_(tf_operand inputs, int64_t num_outputs, tf_operand kernel_size,
                                                       struct tf_contrib_conv_args args);

/* Each channel by itself, then the channels at each place.        TF1: tf.contrib.layers.separable_conv2d, separable_convolution2d
 *   num_outputs   at least 1: TF's None, a depthwise convolution alone, is tf_nn_depthwise_conv2d
 *   pointwise_initializer  unset: weights_initializer */
struct tf_contrib_separable_args {
    tf_source here;
    int64_t depth_multiplier;
    tf_dims stride;
    const char *padding, *data_format;
    tf_dims rate;
    tf_activation *activation_fn;
    tf_normalizer *normalizer_fn;
    const tf_normalizer_params *normalizer_params;
    tf_initializer weights_initializer, pointwise_initializer;
    tf_regularizer weights_regularizer;
    tf_initializer biases_initializer;
    tf_regularizer biases_regularizer;
    tf_reuse reuse;
    const char *outputs_collections;
    bool trainable;
    const char *scope;
};
#define tf_contrib_layers_separable_conv2d(inputs, num_outputs, kernel_size, ...)                                          \
    TF_KWARGS_(TF_IN_ORDER3_(tf_contrib_layers_separable_conv2d_, TF_T(inputs), num_outputs, TF_T(kernel_size),            \
        (struct tf_contrib_separable_args){ .depth_multiplier = 1, .padding = "SAME", .activation_fn = tf_nn_relu,         \
            .biases_initializer = tf_zeros_initializer(), .trainable = true, TF_HERE_, __VA_ARGS__ }))
#define tf_contrib_layers_separable_convolution2d(inputs, num_outputs, kernel_size, ...) \
    tf_contrib_layers_separable_conv2d(inputs, num_outputs, kernel_size, __VA_ARGS__)
TF1C_API tf_tensor tf_contrib_layers_separable_conv2d_(tf_operand inputs, int64_t num_outputs, tf_operand kernel_size,
                                                       struct tf_contrib_separable_args args);

/* Windows' largest, windows' mean.                               TF1: tf.contrib.layers.max_pool2d, avg_pool2d
 *   kernel_size, stride  a number, or SHAPE(rows, columns); stride unset: 2;   padding  "VALID" (unset) or "SAME" */
struct tf_contrib_pool_args {
    tf_source here;
    tf_dims stride;
    const char *padding, *data_format, *outputs_collections, *scope;
};
#define TF_CONTRIB_POOL_(fn, inputs, kernel_size, ...)                                                                  \
    TF_KWARGS_(TF_IN_ORDER2_(fn, TF_T(inputs), TF_T(kernel_size),                                                       \
                             (struct tf_contrib_pool_args){ .padding = "VALID", TF_HERE_, __VA_ARGS__ }))
#define tf_contrib_layers_max_pool2d(inputs, kernel_size, ...) \
    TF_CONTRIB_POOL_(tf_contrib_layers_max_pool2d_, inputs, kernel_size, __VA_ARGS__)
#define tf_contrib_layers_avg_pool2d(inputs, kernel_size, ...) \
    TF_CONTRIB_POOL_(tf_contrib_layers_avg_pool2d_, inputs, kernel_size, __VA_ARGS__)
TF1C_API tf_tensor tf_contrib_layers_max_pool2d_(tf_operand inputs, tf_operand kernel_size, struct tf_contrib_pool_args args);
TF1C_API tf_tensor tf_contrib_layers_avg_pool2d_(tf_operand inputs, tf_operand kernel_size, struct tf_contrib_pool_args args);

/* tf_layers_dropout by what is kept.                             TF1: tf.contrib.layers.dropout
 *   keep_prob  a number or a scalar tensor; unset: 0.5;   is_training  .is_training = false, or a bool tensor; unset: true */
struct tf_contrib_dropout_args {
    tf_source here;
    tf_operand keep_prob, noise_shape, is_training;
    const char *outputs_collections, *scope;
    int64_t seed;
};
#define tf_contrib_layers_dropout(inputs, ...)                                                                          \
    TF_KWARGS_(TF_IN_ORDER1_(tf_contrib_layers_dropout_, TF_T(inputs), (struct tf_contrib_dropout_args){                \
        .keep_prob = TF_UNSET_, .is_training = TF_UNSET_, .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_contrib_layers_dropout_(tf_operand inputs, struct tf_contrib_dropout_args args);

/* tf_layers_batch_normalization by its older names.              TF1: tf.contrib.layers.batch_norm
 *   unset      decay 0.999, center true, scale false, epsilon 0.001, is_training true
 *   updates_collections  unset: TF_UPDATE_OPS;  NULL: the averages change in place, whenever the result is computed
 *   variables  BatchNorm/beta, gamma, moving_mean, moving_variance
 *   errors     ValueError "Inputs x:0 has undefined rank" and the layer's;   UnimplementedError: zero_debias_moving_mean */
struct tf_contrib_batch_norm_args {
    tf_source here;
    double decay;
    bool center, scale;
    double epsilon;
    tf_activation *activation_fn;
    const char *updates_collections;
    tf_operand is_training;
    tf_reuse reuse;
    const char *outputs_collections;
    bool trainable, zero_debias_moving_mean;
    const char *scope;
};
#define TF_CONTRIB_BATCH_NORM_(...) ((struct tf_contrib_batch_norm_args){                                               \
    .decay = 0.999, .center = true, .epsilon = 0.001, .updates_collections = TF_UPDATE_OPS, .is_training = TF_UNSET_,   \
    .trainable = true, TF_HERE_, __VA_ARGS__ })
#define tf_contrib_layers_batch_norm(inputs, ...) \
    TF_KWARGS_(TF_IN_ORDER1_(tf_contrib_layers_batch_norm_, TF_T(inputs), TF_CONTRIB_BATCH_NORM_(__VA_ARGS__)))
#define tf_contrib_layers_batch_norm_params(...) TF_KWARGS_(tf_contrib_batch_norm_params_(TF_CONTRIB_BATCH_NORM_(__VA_ARGS__)))
TF1C_API const tf_normalizer_params *tf_contrib_batch_norm_params_(struct tf_contrib_batch_norm_args args); /* a copy that the graph keeps */
TF1C_API tf_tensor tf_contrib_layers_batch_norm_(tf_operand inputs, struct tf_contrib_batch_norm_args args);

/* Each row of inputs with mean 0 and deviation 1, then scaled and shifted.       TF1: tf.contrib.layers.layer_norm
 *   begin_norm_axis, begin_params_axis  from there on a row is normalized (1) and has parameters of its own (-1)
 *   variables  LayerNorm/beta (zeros), gamma (ones)
 *   errors     ValueError "begin_params_axis (3) and begin_norm_axis (1) must be < rank(inputs) (2)", "Inputs x:0: shape(inputs)[1:] is
 *              not fully defined: (?, ?)" */
struct tf_contrib_layer_norm_args {
    tf_source here;
    bool center, scale;
    tf_activation *activation_fn;
    tf_reuse reuse;
    const char *outputs_collections;
    bool trainable;
    int begin_norm_axis, begin_params_axis;
    const char *scope;
};
#define TF_CONTRIB_LAYER_NORM_(...) ((struct tf_contrib_layer_norm_args){                                               \
    .center = true, .scale = true, .trainable = true, .begin_norm_axis = 1, .begin_params_axis = -1, TF_HERE_, __VA_ARGS__ })
#define tf_contrib_layers_layer_norm(inputs, ...) \
    TF_KWARGS_(TF_IN_ORDER1_(tf_contrib_layers_layer_norm_, TF_T(inputs), TF_CONTRIB_LAYER_NORM_(__VA_ARGS__)))
#define tf_contrib_layers_layer_norm_params(...) TF_KWARGS_(tf_contrib_layer_norm_params_(TF_CONTRIB_LAYER_NORM_(__VA_ARGS__)))
TF1C_API const tf_normalizer_params *tf_contrib_layer_norm_params_(struct tf_contrib_layer_norm_args args);
TF1C_API tf_tensor tf_contrib_layers_layer_norm_(tf_operand inputs, struct tf_contrib_layer_norm_args args);

/* Each channel of each image with mean 0 and deviation 1, then scaled and shifted.       TF1: tf.contrib.layers.instance_norm
 *   inputs     [n, …, c] ("NHWC", unset) or [n, c, …] ("NCHW");   variables  InstanceNorm/beta (zeros), gamma (ones), [c]
 *   errors     ValueError "Inputs x:0 has undefined rank.", "Inputs x:0 has undefined channels dimension (?,).", "data_format has to be
 *              either NCHW or NHWC."
 *   source     contrib/layers/python/layers/normalization.py */
struct tf_contrib_instance_norm_args {
    tf_source here;
    bool center, scale;
    double epsilon;
    tf_activation *activation_fn;
    tf_reuse reuse;
    const char *outputs_collections;
    bool trainable;
    const char *data_format, *scope;
};
#define tf_contrib_layers_instance_norm(inputs, ...)                                                                    \
    TF_KWARGS_(TF_IN_ORDER1_(tf_contrib_layers_instance_norm_, TF_T(inputs), (struct tf_contrib_instance_norm_args){    \
        .center = true, .scale = true, .epsilon = 1e-6, .trainable = true, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_contrib_layers_instance_norm_(tf_operand inputs, struct tf_contrib_instance_norm_args args);

/* As values of normalizer_fn: what a macro cannot be. params: NULL, or of the call of that name with _params.
 *   errors  TypeError: params of the other */
#ifndef __cplusplus
TF1C_API tf_tensor (tf_contrib_layers_batch_norm)(tf_tensor inputs, const tf_normalizer_params *params);
TF1C_API tf_tensor (tf_contrib_layers_layer_norm)(tf_tensor inputs, const tf_normalizer_params *params);
#endif

/* Rows of a table of its own for each id.                        TF1: tf.contrib.layers.embed_sequence
 *   variables  EmbedSequence/embeddings [vocab_size, embed_dim];   shapes  ids [..] -> [.., embed_dim]
 *   errors     ValueError "Must specify vocab size and embedding dimension when not reusing. Got vocab_size=None and embed_dim=None" */
struct tf_embed_sequence_args {
    tf_source here;
    int64_t vocab_size, embed_dim;
    bool unique; /* the same numbers */
    tf_initializer initializer;
    tf_regularizer regularizer;
    bool trainable;
    const char *scope;
    tf_reuse reuse;
};
#define tf_contrib_layers_embed_sequence(ids, ...) \
    TF_KWARGS_(TF_IN_ORDER1_(tf_contrib_layers_embed_sequence_, TF_T(ids), \
                             (struct tf_embed_sequence_args){ .trainable = true, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_contrib_layers_embed_sequence_(tf_operand ids, struct tf_embed_sequence_args args);

#ifdef __cplusplus
}
#endif
#endif
