/* Convolutions and pools as layers: TF1's tf.layers and tf.contrib.layers. */
#ifndef TF1C_OPS_LAYERS_CONVOLUTIONAL_H
#define TF1C_OPS_LAYERS_CONVOLUTIONAL_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "layers.h"

#ifdef __cplusplus
extern "C" {
#endif

/* activation(convolution of inputs with a kernel + bias).                      TF1: tf.layers.conv1d, conv2d, conv3d
 *   kernel_size, strides, dilation_rate  a number, or SHAPE(rows, columns)
 *   padding      "valid" (unset) or "same"
 *   data_format  "channels_last" (unset); "channels_first" runs nowhere here, as on TF's CPU
 *   variables    conv2d/kernel [rows, columns, channels, filters] (glorot_uniform), conv2d/bias [filters] (zeros); conv2d_1/… next
 *   shapes       [n, rows, columns, channels] -> [n, …, …, filters];  1d without rows, 3d with depth before them
 *   errors       ValueError "Input 0 of layer conv2d is incompatible with the layer: expected ndim=4, found ndim=3. …", "The channel
 *                dimension of the inputs should be defined. Found `None`.", "strides > 1 not supported in conjunction with
 *                dilation_rate > 1", and those of tf_nn_conv2d
 *   source       python/keras/layers/convolutional.py Conv, python/layers/convolutional.py */
struct tf_layers_conv_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) int64_t filters;
    TF_ARG_(3) tf_operand kernel_size;
    TF_ARG_(4) tf_dims strides;
    TF_ARG_(5) const char *padding;
    TF_ARG_(6) const char *data_format;
    TF_ARG_(7) tf_dims dilation_rate;
    TF_ARG_(8) tf_activation *activation;
    TF_ARG_(9) bool use_bias;
    TF_ARG_(10) tf_initializer kernel_initializer;
    TF_ARG_(11) tf_initializer bias_initializer;
    TF_ARG_(12) tf_regularizer kernel_regularizer;
    TF_ARG_(13) tf_regularizer bias_regularizer;
    TF_ARG_(14) tf_regularizer activity_regularizer;
    TF_ARG_(15) tf_constraint *kernel_constraint;
    TF_ARG_(16) tf_constraint *bias_constraint;
    TF_ARG_(17) bool trainable;
    TF_ARG_(18) const char *name;
    TF_ARG_(19) tf_reuse reuse;
};
#define TF_LAYERS_CONV_(fn, ...)                                                                                           \
    TF_KWARGS_(fn((struct tf_layers_conv_args){ .inputs = TF_UNSET_, .kernel_size = TF_UNSET_, .use_bias = true, .trainable = true, \
                                                TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_layers_conv1d(...) TF_LAYERS_CONV_(tf_layers_conv1d_, __VA_ARGS__)
#define tf_layers_conv2d(...) TF_LAYERS_CONV_(tf_layers_conv2d_, __VA_ARGS__)
#define tf_layers_conv3d(...) TF_LAYERS_CONV_(tf_layers_conv3d_, __VA_ARGS__)
TF1C_API tf_tensor tf_layers_conv1d_(struct tf_layers_conv_args args);
TF1C_API tf_tensor tf_layers_conv2d_(struct tf_layers_conv_args args);
TF1C_API tf_tensor tf_layers_conv3d_(struct tf_layers_conv_args args);

/* The transpose: an image strides times as large, and with "valid" the rest of a kernel more.      TF1: tf.layers.conv2d_transpose
 *   variables    conv2d_transpose/kernel [rows, columns, filters, channels], conv2d_transpose/bias [filters] */
struct tf_layers_conv_transpose_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) int64_t filters;
    TF_ARG_(3) tf_operand kernel_size;
    TF_ARG_(4) tf_dims strides;
    TF_ARG_(5) const char *padding;
    TF_ARG_(6) const char *data_format;
    TF_ARG_(7) tf_activation *activation;
    TF_ARG_(8) bool use_bias;
    TF_ARG_(9) tf_initializer kernel_initializer;
    TF_ARG_(10) tf_initializer bias_initializer;
    TF_ARG_(11) tf_regularizer kernel_regularizer;
    TF_ARG_(12) tf_regularizer bias_regularizer;
    TF_ARG_(13) tf_regularizer activity_regularizer;
    TF_ARG_(14) tf_constraint *kernel_constraint;
    TF_ARG_(15) tf_constraint *bias_constraint;
    TF_ARG_(16) bool trainable;
    TF_ARG_(17) const char *name;
    TF_ARG_(18) tf_reuse reuse;
};
#define tf_layers_conv2d_transpose(...)                                                                                \
    TF_KWARGS_(tf_layers_conv2d_transpose_((struct tf_layers_conv_transpose_args){                                     \
        .inputs = TF_UNSET_, .kernel_size = TF_UNSET_, .use_bias = true, .trainable = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_layers_conv2d_transpose_(struct tf_layers_conv_transpose_args args);

/* A convolution of each channel by itself, then one of the channels at each place.               TF1: tf.layers.separable_conv2d
 *   depth_multiplier  how many filters a channel has; unset: 1;   dilation_rate  goes through space_to_batch, as tf_nn_separable_conv2d
 *   variables    separable_conv2d/depthwise_kernel [rows, columns, channels, multiplier], pointwise_kernel [1, 1, …, filters], bias
 *   errors       as of tf_layers_conv2d */
struct tf_layers_separable_conv_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) int64_t filters;
    TF_ARG_(3) tf_operand kernel_size;
    TF_ARG_(4) tf_dims strides;
    TF_ARG_(5) const char *padding;
    TF_ARG_(6) const char *data_format;
    TF_ARG_(7) tf_dims dilation_rate;
    TF_ARG_(8) int64_t depth_multiplier;
    TF_ARG_(9) tf_activation *activation;
    TF_ARG_(10) bool use_bias;
    TF_ARG_(11) tf_initializer depthwise_initializer;
    TF_ARG_(12) tf_initializer pointwise_initializer;
    TF_ARG_(13) tf_initializer bias_initializer;
    TF_ARG_(14) tf_regularizer depthwise_regularizer;
    TF_ARG_(15) tf_regularizer pointwise_regularizer;
    TF_ARG_(16) tf_regularizer bias_regularizer;
    TF_ARG_(17) tf_regularizer activity_regularizer;
    TF_ARG_(18) tf_constraint *depthwise_constraint;
    TF_ARG_(19) tf_constraint *pointwise_constraint;
    TF_ARG_(20) tf_constraint *bias_constraint;
    TF_ARG_(21) bool trainable;
    TF_ARG_(22) const char *name;
    TF_ARG_(23) tf_reuse reuse;
};
#define tf_layers_separable_conv2d(...) TF_FIRST3_(tf_layers_separable_conv2d_, struct tf_layers_separable_conv_args, TF_DATA_, \
    inputs, TF_SAME_, filters, TF_GIVEN_, kernel_size, #__VA_ARGS__, .inputs = TF_UNSET_, .kernel_size = TF_UNSET_, \
    .depth_multiplier = 1, .use_bias = true, .trainable = true, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_layers_separable_conv2d_(tf_operand inputs, int64_t filters, tf_operand kernel_size,
                                               struct tf_layers_separable_conv_args args);

/* tf_nn_max_pool and tf_nn_avg_pool as layers.  TF1: tf.layers.max_pooling1d, average_pooling1d, both with 2d, 3d
 *   pool_size, strides  a number, or SHAPE(rows, columns); strides unset: pool_size
 *   padding             "valid" (unset) or "same" */
struct tf_layers_pooling_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) tf_operand pool_size;
    TF_ARG_(3) tf_dims strides;
    TF_ARG_(4) const char *padding;
    TF_ARG_(5) const char *data_format;
    TF_ARG_(6) const char *name;
};
#define TF_LAYERS_POOLING_(fn, ...)                                                                                        \
    TF_KWARGS_(fn((struct tf_layers_pooling_args){ .inputs = TF_UNSET_, .pool_size = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_layers_max_pooling1d(...) TF_LAYERS_POOLING_(tf_layers_max_pooling1d_, __VA_ARGS__)
#define tf_layers_max_pooling2d(...) TF_LAYERS_POOLING_(tf_layers_max_pooling2d_, __VA_ARGS__)
#define tf_layers_max_pooling3d(...) TF_LAYERS_POOLING_(tf_layers_max_pooling3d_, __VA_ARGS__)
#define tf_layers_average_pooling1d(...) TF_LAYERS_POOLING_(tf_layers_average_pooling1d_, __VA_ARGS__)
#define tf_layers_average_pooling2d(...) TF_LAYERS_POOLING_(tf_layers_average_pooling2d_, __VA_ARGS__)
#define tf_layers_average_pooling3d(...) TF_LAYERS_POOLING_(tf_layers_average_pooling3d_, __VA_ARGS__)
TF1C_API tf_tensor tf_layers_max_pooling1d_(struct tf_layers_pooling_args args);
TF1C_API tf_tensor tf_layers_max_pooling2d_(struct tf_layers_pooling_args args);
TF1C_API tf_tensor tf_layers_max_pooling3d_(struct tf_layers_pooling_args args);
TF1C_API tf_tensor tf_layers_average_pooling1d_(struct tf_layers_pooling_args args);
TF1C_API tf_tensor tf_layers_average_pooling2d_(struct tf_layers_pooling_args args);
TF1C_API tf_tensor tf_layers_average_pooling3d_(struct tf_layers_pooling_args args);

/* The same as objects, whose variables are made where they are first applied and shared from then on: tf_apply(layer, x). Two of one name
 * are c and c_1.          TF1: tf.layers.Conv1D, Conv2D, Conv3D, Conv2DTranspose, MaxPooling1D, AveragePooling1D, both with 2D and 3D */
struct tf_conv_layer_args {
    tf_source here;
    TF_ARG_(1) int64_t filters;
    TF_ARG_(2) tf_operand kernel_size;
    TF_ARG_(3) tf_dims strides;
    TF_ARG_(4) const char *padding;
    TF_ARG_(5) const char *data_format;
    TF_ARG_(6) tf_dims dilation_rate;
    TF_ARG_(7) tf_activation *activation;
    TF_ARG_(8) bool use_bias;
    TF_ARG_(9) tf_initializer kernel_initializer;
    TF_ARG_(10) tf_initializer bias_initializer;
    TF_ARG_(11) tf_regularizer kernel_regularizer;
    TF_ARG_(12) tf_regularizer bias_regularizer;
    TF_ARG_(13) tf_regularizer activity_regularizer;
    TF_ARG_(14) tf_constraint *kernel_constraint;
    TF_ARG_(15) tf_constraint *bias_constraint;
    TF_ARG_(16) bool trainable;
    TF_ARG_(17) const char *name;
};
struct tf_conv_transpose_layer_args {
    tf_source here;
    TF_ARG_(1) int64_t filters;
    TF_ARG_(2) tf_operand kernel_size;
    TF_ARG_(3) tf_dims strides;
    TF_ARG_(4) const char *padding;
    TF_ARG_(5) const char *data_format;
    TF_ARG_(6) tf_activation *activation;
    TF_ARG_(7) bool use_bias;
    TF_ARG_(8) tf_initializer kernel_initializer;
    TF_ARG_(9) tf_initializer bias_initializer;
    TF_ARG_(10) tf_regularizer kernel_regularizer;
    TF_ARG_(11) tf_regularizer bias_regularizer;
    TF_ARG_(12) tf_regularizer activity_regularizer;
    TF_ARG_(13) tf_constraint *kernel_constraint;
    TF_ARG_(14) tf_constraint *bias_constraint;
    TF_ARG_(15) bool trainable;
    TF_ARG_(16) const char *name;
};
struct tf_pooling_layer_args {
    tf_source here;
    TF_ARG_(1) tf_operand pool_size;
    TF_ARG_(2) tf_dims strides;
    TF_ARG_(3) const char *padding;
    TF_ARG_(4) const char *data_format;
    TF_ARG_(5) const char *name;
};
#define TF_CONV_LAYER_(fn, args, ...)                                                                                      \
    TF_KWARGS_(fn((struct args){ .kernel_size = TF_UNSET_, .use_bias = true, .trainable = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_layers_Conv1D(...) TF_CONV_LAYER_(tf_layers_Conv1D_, tf_conv_layer_args, __VA_ARGS__)
#define tf_layers_Conv2D(...) TF_CONV_LAYER_(tf_layers_Conv2D_, tf_conv_layer_args, __VA_ARGS__)
#define tf_layers_Conv3D(...) TF_CONV_LAYER_(tf_layers_Conv3D_, tf_conv_layer_args, __VA_ARGS__)
#define tf_layers_Conv2DTranspose(...) TF_CONV_LAYER_(tf_layers_Conv2DTranspose_, tf_conv_transpose_layer_args, __VA_ARGS__)
TF1C_API tf_layer *tf_layers_Conv1D_(struct tf_conv_layer_args args);
TF1C_API tf_layer *tf_layers_Conv2D_(struct tf_conv_layer_args args);
TF1C_API tf_layer *tf_layers_Conv3D_(struct tf_conv_layer_args args);
TF1C_API tf_layer *tf_layers_Conv2DTranspose_(struct tf_conv_transpose_layer_args args);
#define TF_POOLING_LAYER_(fn, ...) \
    TF_KWARGS_(fn((struct tf_pooling_layer_args){ .pool_size = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_layers_MaxPooling1D(...) TF_POOLING_LAYER_(tf_layers_MaxPooling1D_, __VA_ARGS__)
#define tf_layers_MaxPooling2D(...) TF_POOLING_LAYER_(tf_layers_MaxPooling2D_, __VA_ARGS__)
#define tf_layers_MaxPooling3D(...) TF_POOLING_LAYER_(tf_layers_MaxPooling3D_, __VA_ARGS__)
#define tf_layers_AveragePooling1D(...) TF_POOLING_LAYER_(tf_layers_AveragePooling1D_, __VA_ARGS__)
#define tf_layers_AveragePooling2D(...) TF_POOLING_LAYER_(tf_layers_AveragePooling2D_, __VA_ARGS__)
#define tf_layers_AveragePooling3D(...) TF_POOLING_LAYER_(tf_layers_AveragePooling3D_, __VA_ARGS__)
TF1C_API tf_layer *tf_layers_MaxPooling1D_(struct tf_pooling_layer_args args);
TF1C_API tf_layer *tf_layers_MaxPooling2D_(struct tf_pooling_layer_args args);
TF1C_API tf_layer *tf_layers_MaxPooling3D_(struct tf_pooling_layer_args args);
TF1C_API tf_layer *tf_layers_AveragePooling1D_(struct tf_pooling_layer_args args);
TF1C_API tf_layer *tf_layers_AveragePooling2D_(struct tf_pooling_layer_args args);
TF1C_API tf_layer *tf_layers_AveragePooling3D_(struct tf_pooling_layer_args args);

#ifdef __cplusplus
}
#endif
#endif
