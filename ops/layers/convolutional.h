/* Convolutions and pools as layers: TF1's tf.layers and tf.contrib.layers. */
#ifndef TF1C_OPS_LAYERS_CONVOLUTIONAL_H
#define TF1C_OPS_LAYERS_CONVOLUTIONAL_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../nn/callable.h"

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
    tf_dims strides;
    const char *padding, *data_format;
    tf_dims dilation_rate;
    tf_activation *activation;
    bool use_bias;
    tf_initializer kernel_initializer, bias_initializer;
    tf_regularizer kernel_regularizer, bias_regularizer;
    bool trainable;
    const char *name;
    tf_reuse reuse;
};
#define TF_LAYERS_CONV_(fn, inputs, filters, kernel_size, ...)               \
    TF_KWARGS_(TF_IN_ORDER3_(fn, TF_T(inputs), filters, TF_T(kernel_size), \
                             (struct tf_layers_conv_args){ .use_bias = true, .trainable = true, TF_HERE_, __VA_ARGS__ }))
#define tf_layers_conv1d(inputs, filters, kernel_size, ...) \
    TF_LAYERS_CONV_(tf_layers_conv1d_, inputs, filters, kernel_size, __VA_ARGS__)
#define tf_layers_conv2d(inputs, filters, kernel_size, ...) \
    TF_LAYERS_CONV_(tf_layers_conv2d_, inputs, filters, kernel_size, __VA_ARGS__)
#define tf_layers_conv3d(inputs, filters, kernel_size, ...) \
    TF_LAYERS_CONV_(tf_layers_conv3d_, inputs, filters, kernel_size, __VA_ARGS__)
TF1C_API tf_tensor tf_layers_conv1d_(tf_operand inputs, int64_t filters, tf_operand kernel_size, struct tf_layers_conv_args args);
TF1C_API tf_tensor tf_layers_conv2d_(tf_operand inputs, int64_t filters, tf_operand kernel_size, struct tf_layers_conv_args args);
TF1C_API tf_tensor tf_layers_conv3d_(tf_operand inputs, int64_t filters, tf_operand kernel_size, struct tf_layers_conv_args args);

/* The transpose: an image strides times as large, and with "valid" the rest of a kernel more.      TF1: tf.layers.conv2d_transpose
 *   variables    conv2d_transpose/kernel [rows, columns, filters, channels], conv2d_transpose/bias [filters] */
struct tf_layers_conv_transpose_args {
    tf_source here;
    tf_dims strides;
    const char *padding, *data_format;
    tf_activation *activation;
    bool use_bias;
    tf_initializer kernel_initializer, bias_initializer;
    tf_regularizer kernel_regularizer, bias_regularizer;
    bool trainable;
    const char *name;
    tf_reuse reuse;
};
#define tf_layers_conv2d_transpose(inputs, filters, kernel_size, ...)                                              \
    TF_KWARGS_(TF_IN_ORDER3_(tf_layers_conv2d_transpose_, TF_T(inputs), filters, TF_T(kernel_size), \
                             (struct tf_layers_conv_transpose_args){ .use_bias = true, .trainable = true, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_layers_conv2d_transpose_(tf_operand inputs, int64_t filters, tf_operand kernel_size,
                                               struct tf_layers_conv_transpose_args args);

/* tf_nn_max_pool and tf_nn_avg_pool as layers.  TF1: tf.layers.max_pooling1d, average_pooling1d, both with 2d, 3d
 *   pool_size, strides  a number, or SHAPE(rows, columns); strides unset: pool_size
 *   padding             "valid" (unset) or "same" */
struct tf_layers_pooling_args {
    tf_source here;
    tf_dims strides;
    const char *padding, *data_format, *name;
};
#define TF_LAYERS_POOLING_(fn, inputs, pool_size, ...) \
    TF_KWARGS_(TF_IN_ORDER2_(fn, TF_T(inputs), TF_T(pool_size), (struct tf_layers_pooling_args){ TF_HERE_, __VA_ARGS__ }))
#define tf_layers_max_pooling1d(inputs, pool_size, ...) TF_LAYERS_POOLING_(tf_layers_max_pooling1d_, inputs, pool_size, __VA_ARGS__)
#define tf_layers_max_pooling2d(inputs, pool_size, ...) TF_LAYERS_POOLING_(tf_layers_max_pooling2d_, inputs, pool_size, __VA_ARGS__)
#define tf_layers_max_pooling3d(inputs, pool_size, ...) TF_LAYERS_POOLING_(tf_layers_max_pooling3d_, inputs, pool_size, __VA_ARGS__)
#define tf_layers_average_pooling1d(inputs, pool_size, ...) \
    TF_LAYERS_POOLING_(tf_layers_average_pooling1d_, inputs, pool_size, __VA_ARGS__)
#define tf_layers_average_pooling2d(inputs, pool_size, ...) \
    TF_LAYERS_POOLING_(tf_layers_average_pooling2d_, inputs, pool_size, __VA_ARGS__)
#define tf_layers_average_pooling3d(inputs, pool_size, ...) \
    TF_LAYERS_POOLING_(tf_layers_average_pooling3d_, inputs, pool_size, __VA_ARGS__)
TF1C_API tf_tensor tf_layers_max_pooling1d_(tf_operand inputs, tf_operand pool_size, struct tf_layers_pooling_args args);
TF1C_API tf_tensor tf_layers_max_pooling2d_(tf_operand inputs, tf_operand pool_size, struct tf_layers_pooling_args args);
TF1C_API tf_tensor tf_layers_max_pooling3d_(tf_operand inputs, tf_operand pool_size, struct tf_layers_pooling_args args);
TF1C_API tf_tensor tf_layers_average_pooling1d_(tf_operand inputs, tf_operand pool_size, struct tf_layers_pooling_args args);
TF1C_API tf_tensor tf_layers_average_pooling2d_(tf_operand inputs, tf_operand pool_size, struct tf_layers_pooling_args args);
TF1C_API tf_tensor tf_layers_average_pooling3d_(tf_operand inputs, tf_operand pool_size, struct tf_layers_pooling_args args);

#ifdef __cplusplus
}
#endif
#endif
