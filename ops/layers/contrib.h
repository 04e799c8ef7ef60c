/* Layers by their tf.contrib.layers names: a weight's product, then a normalizer or biases, then an activation. */
#ifndef TF1C_OPS_LAYERS_CONTRIB_H
#define TF1C_OPS_LAYERS_CONTRIB_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../array/gather.h"
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
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) int64_t num_outputs;
    TF_ARG_(3) tf_operand kernel_size;
    TF_ARG_(4) tf_dims stride;
    TF_ARG_(5) const char *padding;
    TF_ARG_(6) const char *data_format;
    TF_ARG_(7) tf_dims rate;
    TF_ARG_(8) tf_activation *activation_fn;
    TF_ARG_(9) tf_normalizer *normalizer_fn;
    TF_ARG_(10) const tf_normalizer_params *normalizer_params;
    TF_ARG_(11) tf_initializer weights_initializer;
    TF_ARG_(12) tf_regularizer weights_regularizer;
    TF_ARG_(13) tf_initializer biases_initializer;
    TF_ARG_(14) tf_regularizer biases_regularizer;
    TF_ARG_(15) tf_reuse reuse;
    TF_ARG_(16) const char *outputs_collections;
    TF_ARG_(17) bool trainable;
    TF_ARG_(18) tf_variable_scope scope;
};
#define TF_CONTRIB_CONV_(fn, text, ...)                                                                                    \
    TF_FIRST3_(fn, struct tf_contrib_conv_args, TF_DATA_, inputs, TF_SAME_, num_outputs, TF_GIVEN_, kernel_size, text,     \
        .inputs = TF_UNSET_, .kernel_size = TF_UNSET_, .padding = "SAME", .activation_fn = tf_nn_relu,                     \
        .biases_initializer = tf_zeros_initializer(), .trainable = true, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_contrib_layers_conv2d(...) TF_CONTRIB_CONV_(tf_contrib_layers_conv2d_, #__VA_ARGS__, __VA_ARGS__)
#define tf_contrib_layers_convolution2d(...) tf_contrib_layers_conv2d(__VA_ARGS__)
#define tf_contrib_layers_conv2d_transpose(...) TF_CONTRIB_CONV_(tf_contrib_layers_conv2d_transpose_, #__VA_ARGS__, __VA_ARGS__)
#define tf_contrib_layers_convolution2d_transpose(...) tf_contrib_layers_conv2d_transpose(__VA_ARGS__)
TF1C_API tf_tensor tf_contrib_layers_conv2d_(tf_operand inputs, int64_t num_outputs, tf_operand kernel_size,
                                             struct tf_contrib_conv_args args);
TF1C_API tf_tensor tf_contrib_layers_conv2d_transpose_(tf_operand inputs, int64_t num_outputs, tf_operand kernel_size,
                                                       struct tf_contrib_conv_args args);

/* Each channel by itself, then the channels at each place.        TF1: tf.contrib.layers.separable_conv2d, separable_convolution2d
 *   num_outputs   at least 1: TF's None, a depthwise convolution alone, is tf_nn_depthwise_conv2d
 *   pointwise_initializer  unset: weights_initializer */
struct tf_contrib_separable_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) int64_t num_outputs;
    TF_ARG_(3) tf_operand kernel_size;
    TF_ARG_(4) int64_t depth_multiplier;
    TF_ARG_(5) tf_dims stride;
    TF_ARG_(6) const char *padding;
    TF_ARG_(7) const char *data_format;
    TF_ARG_(8) tf_dims rate;
    TF_ARG_(9) tf_activation *activation_fn;
    TF_ARG_(10) tf_normalizer *normalizer_fn;
    TF_ARG_(11) const tf_normalizer_params *normalizer_params;
    TF_ARG_(12) tf_initializer weights_initializer;
    TF_ARG_(13) tf_initializer pointwise_initializer;
    TF_ARG_(14) tf_regularizer weights_regularizer;
    TF_ARG_(15) tf_initializer biases_initializer;
    TF_ARG_(16) tf_regularizer biases_regularizer;
    TF_ARG_(17) tf_reuse reuse;
    TF_ARG_(18) const char *outputs_collections;
    TF_ARG_(19) bool trainable;
    TF_ARG_(20) tf_variable_scope scope;
};
#define tf_contrib_layers_separable_conv2d(...) TF_FIRST3_(tf_contrib_layers_separable_conv2d_, struct \
    tf_contrib_separable_args, TF_DATA_, inputs, TF_SAME_, num_outputs, TF_GIVEN_, kernel_size, #__VA_ARGS__, .inputs = \
    TF_UNSET_, .kernel_size = TF_UNSET_, .depth_multiplier = 1, .padding = "SAME", .activation_fn = tf_nn_relu, \
    .biases_initializer = tf_zeros_initializer(), .trainable = true, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_contrib_layers_separable_convolution2d(...) tf_contrib_layers_separable_conv2d(__VA_ARGS__)
TF1C_API tf_tensor tf_contrib_layers_separable_conv2d_(tf_operand inputs, int64_t num_outputs, tf_operand kernel_size,
                                                       struct tf_contrib_separable_args args);

/* Windows' largest, windows' mean.                               TF1: tf.contrib.layers.max_pool2d, avg_pool2d
 *   kernel_size, stride  a number, or SHAPE(rows, columns); stride unset: 2;   padding  "VALID" (unset) or "SAME" */
struct tf_contrib_pool_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) tf_operand kernel_size;
    TF_ARG_(3) tf_dims stride;
    TF_ARG_(4) const char *padding;
    TF_ARG_(5) const char *data_format;
    TF_ARG_(6) const char *outputs_collections;
    TF_ARG_(7) const char *scope;
};
#define TF_CONTRIB_POOL_(fn, text, ...)                                                                                 \
    TF_FIRST2_(fn, struct tf_contrib_pool_args, TF_DATA_, inputs, TF_GIVEN_, kernel_size, text, .inputs = TF_UNSET_,    \
        .kernel_size = TF_UNSET_, .padding = "VALID", TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_contrib_layers_max_pool2d(...) TF_CONTRIB_POOL_(tf_contrib_layers_max_pool2d_, #__VA_ARGS__, __VA_ARGS__)
#define tf_contrib_layers_avg_pool2d(...) TF_CONTRIB_POOL_(tf_contrib_layers_avg_pool2d_, #__VA_ARGS__, __VA_ARGS__)
TF1C_API tf_tensor tf_contrib_layers_max_pool2d_(tf_operand inputs, tf_operand kernel_size, struct tf_contrib_pool_args args);
TF1C_API tf_tensor tf_contrib_layers_avg_pool2d_(tf_operand inputs, tf_operand kernel_size, struct tf_contrib_pool_args args);

/* A layer on top of the one before, one for each of stack_args: tf_contrib_layers_stack(x, tf_contrib_layers_fully_connected, SHAPE(32, 64)).
 * TF1: tf.contrib.layers.stack
 *   layer       tf_contrib_layers_fully_connected, …_relu, …_linear, or a function of one's own, which is called with the scope of its
 *               variables and with .context
 *   stack_args  at most 8 sizes: SHAPE(…)
 *   scope       "fc": fc/fc_1/…, fc/fc_2/…; unset: Stack/fully_connected_1/…, by the function's name
 *   errors      TypeError: layer is NULL;  ValueError "stack_args need to be a list or tuple", and the layer's */
typedef tf_tensor tf_stacked_layer(tf_tensor inputs, int64_t size, const char *scope, void *context);
struct tf_contrib_stack_args {
    tf_source here;
    const char *scope;
    void *context;
    const char *layer_name; /* as the call has it */
};
#define tf_contrib_layers_stack(inputs, layer, stack_args, ...)                                                            \
    TF_KWARGS_(tf_contrib_layers_stack_(TF_T(inputs), layer, stack_args, (struct tf_contrib_stack_args){ .layer_name = #layer, \
        TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_contrib_layers_stack_(tf_operand inputs, tf_stacked_layer *layer, tf_dims stack_args,
                                            struct tf_contrib_stack_args args);
#ifndef __cplusplus
TF1C_API tf_tensor (tf_contrib_layers_fully_connected)(tf_tensor inputs, int64_t size, const char *scope, void *context);
TF1C_API tf_tensor (tf_contrib_layers_relu)(tf_tensor inputs, int64_t size, const char *scope, void *context);
TF1C_API tf_tensor (tf_contrib_layers_linear)(tf_tensor inputs, int64_t size, const char *scope, void *context);
#endif

/* tf_layers_dropout by what is kept.                             TF1: tf.contrib.layers.dropout
 *   keep_prob  a number or a scalar tensor; unset: 0.5;   is_training  .is_training = false, or a bool tensor; unset: true */
struct tf_contrib_dropout_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) tf_operand keep_prob;
    TF_ARG_(3) tf_operand noise_shape;
    TF_ARG_(4) tf_operand is_training;
    TF_ARG_(5) const char *outputs_collections;
    TF_ARG_(6) tf_variable_scope scope;
    TF_ARG_(7) int64_t seed;
};
#define tf_contrib_layers_dropout(...) TF_FIRST1_(tf_contrib_layers_dropout_, struct tf_contrib_dropout_args, TF_DATA_, inputs, \
    #__VA_ARGS__, .inputs = TF_UNSET_, .keep_prob = TF_UNSET_, .is_training = TF_UNSET_, .seed = TF_NO_SEED, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_contrib_layers_dropout_(tf_operand inputs, struct tf_contrib_dropout_args args);

/* tf_layers_batch_normalization by its older names.              TF1: tf.contrib.layers.batch_norm
 *   unset      decay 0.999, center true, scale false, epsilon 0.001, is_training true
 *   updates_collections  unset: TF_UPDATE_OPS;  NULL: the averages change in place, whenever the result is computed
 *   variables  BatchNorm/beta, gamma, moving_mean, moving_variance
 *   errors     ValueError "Inputs x:0 has undefined rank" and the layer's;   UnimplementedError: zero_debias_moving_mean */
struct tf_contrib_batch_norm_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) double decay;
    TF_ARG_(3) bool center;
    TF_ARG_(4) bool scale;
    TF_ARG_(5) double epsilon;
    TF_ARG_(6) tf_activation *activation_fn;
    TF_ARG_(7) const char *updates_collections;
    TF_ARG_(8) tf_operand is_training;
    TF_ARG_(9) tf_reuse reuse;
    TF_ARG_(10) const char *outputs_collections;
    TF_ARG_(11) bool trainable;
    TF_ARG_(12) bool zero_debias_moving_mean;
    TF_ARG_(13) tf_variable_scope scope;
    bool fused; /* unset: true; false: as tf_layers_batch_normalization's */
};
#define TF_CONTRIB_BATCH_NORM_                                                                                          \
    .inputs = TF_UNSET_, .decay = 0.999, .center = true, .epsilon = 0.001, .updates_collections = TF_UPDATE_OPS,        \
    .is_training = TF_UNSET_, .trainable = true, .fused = true, TF_HERE_
#define tf_contrib_layers_batch_norm(...)                                                                               \
    TF_FIRST1_(tf_contrib_layers_batch_norm_, struct tf_contrib_batch_norm_args, TF_DATA_, inputs, #__VA_ARGS__,        \
               TF_CONTRIB_BATCH_NORM_, TF_PLACES_(__VA_ARGS__))
#define tf_contrib_layers_batch_norm_params(...) \
    TF_KWARGS_(tf_contrib_batch_norm_params_((struct tf_contrib_batch_norm_args){ TF_CONTRIB_BATCH_NORM_, __VA_ARGS__ }))
TF1C_API const tf_normalizer_params *tf_contrib_batch_norm_params_(struct tf_contrib_batch_norm_args args); /* a copy that the graph keeps */
TF1C_API tf_tensor tf_contrib_layers_batch_norm_(tf_operand inputs, struct tf_contrib_batch_norm_args args);

/* Each row of inputs with mean 0 and deviation 1, then scaled and shifted.       TF1: tf.contrib.layers.layer_norm
 *   begin_norm_axis, begin_params_axis  from there on a row is normalized (1) and has parameters of its own (-1)
 *   variables  LayerNorm/beta (zeros), gamma (ones)
 *   errors     ValueError "begin_params_axis (3) and begin_norm_axis (1) must be < rank(inputs) (2)", "Inputs x:0: shape(inputs)[1:] is
 *              not fully defined: (?, ?)" */
struct tf_contrib_layer_norm_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) bool center;
    TF_ARG_(3) bool scale;
    TF_ARG_(4) tf_activation *activation_fn;
    TF_ARG_(5) tf_reuse reuse;
    TF_ARG_(6) const char *outputs_collections;
    TF_ARG_(7) bool trainable;
    TF_ARG_(8) int begin_norm_axis;
    TF_ARG_(9) int begin_params_axis;
    TF_ARG_(10) tf_variable_scope scope;
};
#define TF_CONTRIB_LAYER_NORM_                                                                                          \
    .inputs = TF_UNSET_, .center = true, .scale = true, .trainable = true, .begin_norm_axis = 1, .begin_params_axis = -1, TF_HERE_
#define tf_contrib_layers_layer_norm(...)                                                                               \
    TF_FIRST1_(tf_contrib_layers_layer_norm_, struct tf_contrib_layer_norm_args, TF_DATA_, inputs, #__VA_ARGS__,        \
               TF_CONTRIB_LAYER_NORM_, TF_PLACES_(__VA_ARGS__))
#define tf_contrib_layers_layer_norm_params(...) \
    TF_KWARGS_(tf_contrib_layer_norm_params_((struct tf_contrib_layer_norm_args){ TF_CONTRIB_LAYER_NORM_, __VA_ARGS__ }))
TF1C_API const tf_normalizer_params *tf_contrib_layer_norm_params_(struct tf_contrib_layer_norm_args args);
TF1C_API tf_tensor tf_contrib_layers_layer_norm_(tf_operand inputs, struct tf_contrib_layer_norm_args args);

/* Each channel of each image with mean 0 and deviation 1, then scaled and shifted.       TF1: tf.contrib.layers.instance_norm
 *   inputs     [n, …, c] ("NHWC", unset) or [n, c, …] ("NCHW");   variables  InstanceNorm/beta (zeros), gamma (ones), [c]
 *   errors     ValueError "Inputs x:0 has undefined rank.", "Inputs x:0 has undefined channels dimension (?,).", "data_format has to be
 *              either NCHW or NHWC."
 *   source     contrib/layers/python/layers/normalization.py */
struct tf_contrib_instance_norm_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) bool center;
    TF_ARG_(3) bool scale;
    TF_ARG_(4) double epsilon;
    TF_ARG_(5) tf_activation *activation_fn;
    TF_ARG_(6) tf_reuse reuse;
    TF_ARG_(7) const char *outputs_collections;
    TF_ARG_(8) bool trainable;
    TF_ARG_(9) const char *data_format;
    TF_ARG_(10) tf_variable_scope scope;
};
#define tf_contrib_layers_instance_norm(...)                                                                            \
    TF_FIRST1_(tf_contrib_layers_instance_norm_, struct tf_contrib_instance_norm_args, TF_DATA_, inputs, #__VA_ARGS__,  \
               .inputs = TF_UNSET_, .center = true, .scale = true, .epsilon = 1e-6, .trainable = true, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_contrib_layers_instance_norm_(tf_operand inputs, struct tf_contrib_instance_norm_args args);

/* As values of normalizer_fn: what a macro cannot be. params: NULL, or of the call of that name with _params.
 *   errors  TypeError: params of the other */
#ifndef __cplusplus
TF1C_API tf_tensor (tf_contrib_layers_batch_norm)(tf_tensor inputs, const tf_normalizer_params *params);
TF1C_API tf_tensor (tf_contrib_layers_layer_norm)(tf_tensor inputs, const tf_normalizer_params *params);
#endif

/* tf_nn_embedding_lookup of each id once, and the rows where they belong.      TF1: tf.contrib.layers.embedding_lookup_unique
 *   shapes  params [n, …], ids [..] -> [.., …];   dtypes  ids int32 or int64;   grad  IndexedSlices of params: each id's rows once, summed
 *   source  contrib/layers/python/layers/embedding_ops.py */
#define tf_contrib_layers_embedding_lookup_unique(...)                                                                     \
    TF_KWARGS_(tf_contrib_layers_embedding_lookup_unique_((struct tf_embedding_lookup_args){ .params = TF_UNSET_,          \
        .ids = TF_UNSET_, .max_norm = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_contrib_layers_embedding_lookup_unique_(struct tf_embedding_lookup_args args);

/* Rows of a table of its own for each id.                        TF1: tf.contrib.layers.embed_sequence
 *   variables  EmbedSequence/embeddings [vocab_size, embed_dim];   shapes  ids [..] -> [.., embed_dim]
 *   errors     ValueError "Must specify vocab size and embedding dimension when not reusing. Got vocab_size=None and embed_dim=None" */
struct tf_embed_sequence_args {
    tf_source here;
    TF_ARG_(1) tf_operand ids;
    TF_ARG_(2) int64_t vocab_size;
    TF_ARG_(3) int64_t embed_dim;
    TF_ARG_(4) bool unique; /* the same numbers, by tf_contrib_layers_embedding_lookup_unique */
    TF_ARG_(5) tf_initializer initializer;
    TF_ARG_(6) tf_regularizer regularizer;
    TF_ARG_(7) bool trainable;
    TF_ARG_(8) tf_variable_scope scope;
    TF_ARG_(9) tf_reuse reuse;
};
#define tf_contrib_layers_embed_sequence(...) TF_FIRST1_(tf_contrib_layers_embed_sequence_, struct tf_embed_sequence_args, \
    TF_DATA_, ids, #__VA_ARGS__, .ids = TF_UNSET_, .trainable = true, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_contrib_layers_embed_sequence_(tf_operand ids, struct tf_embed_sequence_args args);

#ifdef __cplusplus
}
#endif
#endif
