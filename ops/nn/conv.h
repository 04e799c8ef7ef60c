/* Convolutions and their transposes. */
#ifndef TF1C_OPS_NN_CONV_H
#define TF1C_OPS_NN_CONV_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* y[n, i, j, f] = Σ x[n, i·stride + a·dilation, j·stride + b·dilation, c] · filter[a, b, c, f].               TF1: tf.nn.conv2d
 *   strides, dilations  .strides = 2, SHAPE(2, 2) or SHAPE(1, 2, 2, 1), a number for each axis of the input; unset: 1
 *   padding             "SAME" (zeros around, so that y has input/stride rows), "VALID" (none), or instead
 *   explicit_paddings   what Python has as padding=[[0, 0], [1, 2], [3, 4], [0, 0]]: SHAPE(0, 0, 1, 2, 3, 4, 0, 0)
 *   shapes   input [n, rows, columns, c], filter [height, width, c, f] -> [n, …, …, f];  "NCHW" runs nowhere here, as on TF's CPU
 *   dtypes   float32, float64
 *   grad     Conv2DBackpropInput, Conv2DBackpropFilter; dilated windows too, for which TF's CPU has none
 *   errors   ValueError "Depth of input (3) is not a multiple of input depth of filter (2)", "Shape must be rank 4 but is rank 3",
 *            "Negative dimension size caused by subtracting 3 from 2", "Attr 'padding' of 'Conv2D' Op passed string 'x' not in: …",
 *            "strides should be of length 1, 2 or 4 but was 3";  at run: InvalidArgumentError, UnimplementedError for "NCHW"
 *   source   python/ops/nn_ops.py conv2d, core/ops/nn_ops.cc "Conv2D", core/kernels/conv_ops.cc */
struct tf_conv2d_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_operand filter;
    TF_ARG_(3) tf_dims strides;
    TF_ARG_(4) const char *padding;
    TF_ARG_(5) bool use_cudnn_on_gpu; /* taken, and means nothing here */
    TF_ARG_(6) const char *data_format;
    TF_ARG_(7) tf_dims dilations;
    TF_ARG_(8) const char *name;
    TF_ARG_(9) tf_dims explicit_paddings;
    tf_operand filters; /* the other name of filter */
};
#define TF_CONV2D_(...)                                                                                                       \
    ((struct tf_conv2d_args){ .input = TF_UNSET_, .filter = TF_UNSET_, .filters = TF_UNSET_, .use_cudnn_on_gpu = true, TF_HERE_, \
                              TF_PLACES_(__VA_ARGS__) })
#define tf_nn_conv2d(...) TF_KWARGS_(tf_nn_conv2d_(TF_CONV2D_(__VA_ARGS__)))
TF1C_API tf_tensor tf_nn_conv2d_(struct tf_conv2d_args args);

/* The gradients of conv2d as calls of their own: of the input, of shape input_sizes; of the filter, of shape filter_sizes.
 * TF1: tf.nn.conv2d_backprop_input, tf.nn.conv2d_backprop_filter
 *   sizes    TF_T(SHAPE(…)) or an int32 tensor [4];  other arguments as of tf_nn_conv2d
 *   grad     of what they are linear in, by Conv2D and each other
 *   errors   ValueError: sizes not [4];  at run: InvalidArgumentError "Conv2DCustomBackpropInput: Size of out_backprop doesn't match
 *            computed: actual = 5, computed = 6 …" and its like
 *   source   core/ops/nn_ops.cc, core/kernels/conv_grad_shape_utils.cc */
#define tf_nn_conv2d_backprop_input(input_sizes, filter, out_backprop, ...)                                                       \
    TF_KWARGS_(TF_IN_ORDER3_(tf_nn_conv2d_backprop_input_, TF_T(input_sizes), TF_T(filter), TF_T(out_backprop), \
                             TF_CONV2D_(0, 0, __VA_ARGS__)))
#define tf_nn_conv2d_backprop_filter(input, filter_sizes, out_backprop, ...)                                                      \
    TF_KWARGS_(TF_IN_ORDER3_(tf_nn_conv2d_backprop_filter_, TF_T(input), TF_T(filter_sizes), TF_T(out_backprop), \
                             TF_CONV2D_(0, 0, __VA_ARGS__)))
TF1C_API tf_tensor tf_nn_conv2d_backprop_input_(tf_operand input_sizes, tf_operand filter, tf_operand out_backprop,
                                                struct tf_conv2d_args args);
TF1C_API tf_tensor tf_nn_conv2d_backprop_filter_(tf_operand input, tf_operand filter_sizes, tf_operand out_backprop,
                                                 struct tf_conv2d_args args);

/* What conv2d with that filter would have made value of: an image of output_shape.                 TF1: tf.nn.conv2d_transpose
 *   shapes   value [n, rows, columns, f], filter [height, width, c, f], output_shape SHAPE(n, …, …, c) or an int32 tensor
 *   grad, errors  as of conv2d_backprop_input, which it is */
struct tf_conv2d_transpose_args {
    tf_source here;
    TF_ARG_(1) tf_operand value;
    TF_ARG_(2) tf_operand filter;
    TF_ARG_(3) tf_operand output_shape;
    TF_ARG_(4) tf_dims strides;
    TF_ARG_(5) const char *padding; /* unset: "SAME" */
    TF_ARG_(6) const char *data_format;
    TF_ARG_(7) const char *name;
    TF_ARG_(8) tf_dims dilations;
};
#define tf_nn_conv2d_transpose(...)                                                                                \
    TF_KWARGS_(tf_nn_conv2d_transpose_((struct tf_conv2d_transpose_args){ .value = TF_UNSET_, .filter = TF_UNSET_, \
        .output_shape = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_conv2d_transpose_(struct tf_conv2d_transpose_args args);

/* The same over one axis: value [n, width, c], filters [width, c, f], a conv2d of one row.                   TF1: tf.nn.conv1d
 *   stride, dilations  numbers;   data_format  "NWC", which is "NHWC" too;  "NCW" runs nowhere here
 *   errors   ValueError "data_format must be "NWC" or "NCW".", and conv2d's */
struct tf_conv1d_args {
    tf_source here;
    TF_ARG_(1) tf_operand value;
    TF_ARG_(2) tf_operand filters;
    TF_ARG_(3) tf_dims stride;
    TF_ARG_(4) const char *padding;
    TF_ARG_(5) bool use_cudnn_on_gpu;
    TF_ARG_(6) const char *data_format;
    TF_ARG_(7) const char *name;
    TF_ARG_(8) tf_dims dilations;
};
#define tf_nn_conv1d(...)                                                                                                 \
    TF_KWARGS_(tf_nn_conv1d_((struct tf_conv1d_args){ .value = TF_UNSET_, .filters = TF_UNSET_, .use_cudnn_on_gpu = true, \
        TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_conv1d_(struct tf_conv1d_args args);

/* The same over three axes: input [n, depth, rows, columns, c], filter [depth, height, width, c, f].         TF1: tf.nn.conv3d
 *   strides  SHAPE(1, 2, 2, 2, 1);  dilations likewise, in the gradients too, for which TF's CPU has none
 *   errors   as conv2d's, and "Attr 'strides' of 'Conv3D' Op passed list of length 3 less than minimum 5." */
struct tf_conv3d_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_operand filter;
    TF_ARG_(3) tf_dims strides;
    TF_ARG_(4) const char *padding;
    TF_ARG_(5) const char *data_format;
    TF_ARG_(6) tf_dims dilations;
    TF_ARG_(7) const char *name;
};
#define tf_nn_conv3d(...)                                                                                \
    TF_KWARGS_(tf_nn_conv3d_((struct tf_conv3d_args){ .input = TF_UNSET_, .filter = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_conv3d_(struct tf_conv3d_args args);

/* And its transpose.                                                                              TF1: tf.nn.conv3d_transpose */
#define tf_nn_conv3d_transpose(...)                                                                                \
    TF_KWARGS_(tf_nn_conv3d_transpose_((struct tf_conv2d_transpose_args){ .value = TF_UNSET_, .filter = TF_UNSET_, \
        .output_shape = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_conv3d_transpose_(struct tf_conv2d_transpose_args args);

#ifdef __cplusplus
}
#endif
#endif
