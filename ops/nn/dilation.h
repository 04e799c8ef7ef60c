/* Grayscale morphology: the largest, or the smallest, number of a window that a kernel has shifted. */
#ifndef TF1C_OPS_NN_DILATION_H
#define TF1C_OPS_NN_DILATION_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* y[n, r, c, d] = max over i, j of x[n, r·stride + i·rate, c·stride + j·rate, d] + filter[i, j, d]; of an erosion the smallest of
 * x[…] - filter, with the kernel as it lies.                                              TF1: tf.nn.dilation2d, tf.nn.erosion2d
 *   strides, rates  SHAPE(1, rows, columns, 1)
 *   padding         "SAME" or "VALID"; what lies beside the input does not count
 *   shapes          [n, rows, columns, d], [rows, columns, d] -> [n, …, …, d]
 *   dtypes          numbers
 *   grad            to the first of equal largest of each window, and to its number in the filter; no second derivatives, as in TF
 *   errors          ValueError "Dilation2D requires the stride attribute to contain 4 values, but got: 2";  at run UnimplementedError
 *                   "Stride is only supported across spatial dimensions."
 *   source          core/kernels/dilation_ops.cc, python/ops/nn_ops.py erosion2d */
struct tf_dilation2d_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_operand filter;
    TF_ARG_(3) tf_dims strides;
    TF_ARG_(4) tf_dims rates;
    TF_ARG_(5) const char *padding;
    TF_ARG_(6) const char *name;
    tf_dims dilations; /* the newer name of rates */
    tf_operand filters; /* and of filter */
};
struct tf_erosion2d_args {
    tf_source here;
    TF_ARG_(1) tf_operand value;
    TF_ARG_(2) tf_operand kernel;
    TF_ARG_(3) tf_dims strides;
    TF_ARG_(4) tf_dims rates;
    TF_ARG_(5) const char *padding;
    TF_ARG_(6) const char *name;
};
#define tf_nn_dilation2d(...)                                                                                            \
    TF_KWARGS_(tf_nn_dilation2d_((struct tf_dilation2d_args){ .input = TF_UNSET_, .filter = TF_UNSET_, .filters = TF_UNSET_, \
        TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_nn_erosion2d(...)                                                                                             \
    TF_KWARGS_(tf_nn_erosion2d_((struct tf_erosion2d_args){ .value = TF_UNSET_, .kernel = TF_UNSET_, TF_HERE_,           \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_dilation2d_(struct tf_dilation2d_args args);
TF1C_API tf_tensor tf_nn_erosion2d_(struct tf_erosion2d_args args);

#ifdef __cplusplus
}
#endif
#endif
