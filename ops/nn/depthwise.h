/* Convolutions that filter each channel by itself, and convolutions with gaps. */
#ifndef TF1C_OPS_NN_DEPTHWISE_H
#define TF1C_OPS_NN_DEPTHWISE_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* y[n, i, j, c·m + q] = Σ x[n, i·stride + a·rate, j·stride + b·rate, c] · filter[a, b, c, q].      TF1: tf.nn.depthwise_conv2d
 *   strides  SHAPE(1, 2, 2, 1), the same for rows and columns;   padding  "SAME", "VALID"
 *   rate     SHAPE(2, 2), or .dilations; unset: 1.  As in TF it is a convolution of a space_to_batch: strides go over that
 *   shapes   input [n, rows, columns, c], filter [height, width, c, m] -> [n, …, …, c·m];   dtypes  float32, float64
 *   grad     DepthwiseConv2dNativeBackpropInput, …BackpropFilter, and theirs
 *   errors   ValueError "Dimensions must be equal, but are 2 and 3", "DepthwiseConv2D requires the stride attribute to contain 4
 *            values, but got: 3", "Negative dimension size caused by subtracting 2 from 1";  at run InvalidArgumentError "Current
 *            implementation only supports equal length strides in the row and column dimensions.", UnimplementedError for "NCHW"
 *   source   python/ops/nn_impl.py, core/kernels/depthwise_conv_op.cc */
struct tf_depthwise_args {
    tf_source here;
    tf_dims strides;
    const char *padding;
    tf_dims rate;
    const char *name, *data_format;
    tf_dims dilations; /* another name of rate */
};
#define TF_DEPTHWISE_(...) ((struct tf_depthwise_args){ TF_HERE_, __VA_ARGS__ })
#define tf_nn_depthwise_conv2d(input, filter, ...) \
    TF_IN_ORDER2_(tf_nn_depthwise_conv2d_, TF_T(input), TF_T(filter), TF_DEPTHWISE_(__VA_ARGS__))
TF1C_API tf_tensor tf_nn_depthwise_conv2d_(tf_operand input, tf_operand filter, struct tf_depthwise_args args);

/* The same without rates, a node.                                    TF1: tf.nn.depthwise_conv2d_native */
struct tf_depthwise_native_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_operand filter;
    TF_ARG_(3) tf_dims strides;
    TF_ARG_(4) const char *padding;
    TF_ARG_(5) const char *data_format;
    TF_ARG_(6) tf_dims dilations; /* one number an axis; TF's CPU knows 1 alone */
    TF_ARG_(7) const char *name;
};
#define tf_nn_depthwise_conv2d_native(...) TF_FIRST2_(tf_nn_depthwise_conv2d_native_, struct tf_depthwise_native_args, TF_DATA_, \
    input, TF_DATA_, filter, #__VA_ARGS__, .input = TF_UNSET_, .filter = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_nn_depthwise_conv2d_native_(tf_operand input, tf_operand filter, struct tf_depthwise_native_args args);

/* depthwise_conv2d, then a conv2d of windows of one place: pointwise_filter [1, 1, c·m, f].       TF1: tf.nn.separable_conv2d
 *   errors   ValueError "Dimensions 2 and 1 are not compatible" and those of both */
#define tf_nn_separable_conv2d(input, depthwise_filter, pointwise_filter, ...) \
    TF_IN_ORDER3_(tf_nn_separable_conv2d_, TF_T(input), TF_T(depthwise_filter), TF_T(pointwise_filter), TF_DEPTHWISE_(__VA_ARGS__))
TF1C_API tf_tensor tf_nn_separable_conv2d_(tf_operand input, tf_operand depthwise_filter, tf_operand pointwise_filter,
                                           struct tf_depthwise_args args);

/* A convolution over one, two or three axes, by the rank of its input.                            TF1: tf.nn.convolution
 *   strides, dilation_rate  a number for each of those axes; unset: 1;  not both more than 1
 *   errors   ValueError "all values of dilation_rate must be positive", "strides > 1 not supported in conjunction with
 *            dilation_rate > 1", and those of tf_nn_conv2d */
struct tf_convolution_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_operand filter;
    TF_ARG_(3) const char *padding;
    TF_ARG_(4) tf_dims strides;
    TF_ARG_(5) tf_dims dilation_rate;
    TF_ARG_(6) const char *name;
    TF_ARG_(7) const char *data_format;
};
#define tf_nn_convolution(...) TF_FIRST2_(tf_nn_convolution_, struct tf_convolution_args, TF_DATA_, input, TF_DATA_, filter, \
    #__VA_ARGS__, .input = TF_UNSET_, .filter = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_nn_convolution_(tf_operand input, tf_operand filter, struct tf_convolution_args args);

/* The largest or the mean of windows over one, two or three axes, by the length of window_shape.   TF1: tf.nn.pool
 *   window_shape  SHAPE(rows, columns);   pooling_type  "MAX" or "AVG"
 *   dilation_rate (dilations), strides  a number for each axis; unset: 1;  not both more than 1;  with "SAME" no dilation
 *   errors   ValueError "pooling with SAME padding is not implemented for dilation_rate > 1", "strides > window_shape not supported due to
 *            inconsistency between CPU and GPU implementations", "all values of strides must be positive", and those of tf_nn_max_pool */
struct tf_nn_pool_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_dims window_shape;
    TF_ARG_(3) const char *pooling_type;
    TF_ARG_(4) const char *padding;
    TF_ARG_(5) tf_dims dilation_rate;
    TF_ARG_(6) tf_dims strides;
    TF_ARG_(7) const char *name;
    TF_ARG_(8) const char *data_format;
    TF_ARG_(9) tf_dims dilations;
};
#define tf_nn_pool(...) TF_FIRST1_(tf_nn_pool_, struct tf_nn_pool_args, TF_DATA_, input, #__VA_ARGS__, .input = TF_UNSET_, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_nn_pool_(tf_operand input, struct tf_nn_pool_args args);

/* conv2d whose windows take every rate-th row and column; and its transpose.  TF1: tf.nn.atrous_conv2d, tf.nn.atrous_conv2d_transpose
 *   value [n, rows, columns, c], filters [height, width, c, f];  of the transpose [height, width, f, c] and output_shape [4] */
struct tf_atrous_args {
    tf_source here;
    int64_t rate;
    const char *padding, *name;
};
#define TF_ATROUS_(...) ((struct tf_atrous_args){ TF_HERE_, __VA_ARGS__ })
#define tf_nn_atrous_conv2d(value, filters, ...) \
    TF_IN_ORDER2_(tf_nn_atrous_conv2d_, TF_T(value), TF_T(filters), TF_ATROUS_(__VA_ARGS__))
#define tf_nn_atrous_conv2d_transpose(value, filters, output_shape, ...) \
    TF_IN_ORDER3_(tf_nn_atrous_conv2d_transpose_, TF_T(value), TF_T(filters), TF_T(output_shape), TF_ATROUS_(__VA_ARGS__))
TF1C_API tf_tensor tf_nn_atrous_conv2d_(tf_operand value, tf_operand filters, struct tf_atrous_args args);
TF1C_API tf_tensor tf_nn_atrous_conv2d_transpose_(tf_operand value, tf_operand filters, tf_operand output_shape,
                                                  struct tf_atrous_args args);

#ifdef __cplusplus
}
#endif
#endif
