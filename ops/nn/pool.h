/* Pools: the largest number of a window, or the mean. */
#ifndef TF1C_OPS_NN_POOL_H
#define TF1C_OPS_NN_POOL_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The largest, or the mean, of each window of each channel.  TF1: tf.nn.max_pool, avg_pool, and both with 1d, 2d, 3d behind
 *   ksize, strides  .ksize = 2, SHAPE(2, 2) or SHAPE(1, 2, 2, 1), a number for each axis of value
 *   padding         "SAME" or "VALID"; what lies beside the input counts for neither
 *   data_format     "NHWC", "NWC", "NDHWC"; channels second run nowhere here, as on TF's CPU
 *   shapes          [n, rows, columns, c] -> [n, …, …, c];  1d without rows, 3d with depth before them
 *   dtypes          max: numbers, avg: floating
 *   grad            max: to the first of equal largest, of 3d to each of them;  avg: to all in even parts;  second derivatives too
 *   errors          ValueError "Negative dimension size caused by subtracting 3 from 2", "ksize should be of length 1, 2 or 4 but
 *                   was 3", "ksize cannot be zero.";  at run: InvalidArgumentError, UnimplementedError
 *   source          python/ops/nn_ops.py, core/kernels/maxpooling_op.cc, avgpooling_op.cc, pooling_ops_3d.cc */
struct tf_pool_args {
    tf_source here;
    TF_ARG_(1) union {
        tf_operand value, input;
    };
    TF_ARG_(2) tf_dims ksize;
    TF_ARG_(3) tf_dims strides;
    TF_ARG_(4) const char *padding;
    TF_ARG_(5) const char *data_format;
    TF_ARG_(6) const char *name;
};
#define TF_POOL_(fn, ...) TF_KWARGS_(fn((struct tf_pool_args){ .value = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_nn_max_pool(...) TF_POOL_(tf_nn_max_pool_, __VA_ARGS__)
#define tf_nn_avg_pool(...) TF_POOL_(tf_nn_avg_pool_, __VA_ARGS__)
#define tf_nn_max_pool1d(...) TF_POOL_(tf_nn_max_pool1d_, __VA_ARGS__)
#define tf_nn_avg_pool1d(...) TF_POOL_(tf_nn_avg_pool1d_, __VA_ARGS__)
#define tf_nn_max_pool2d(...) TF_POOL_(tf_nn_max_pool2d_, __VA_ARGS__)
#define tf_nn_avg_pool2d(...) TF_POOL_(tf_nn_avg_pool2d_, __VA_ARGS__)
#define tf_nn_max_pool3d(...) TF_POOL_(tf_nn_max_pool3d_, __VA_ARGS__)
#define tf_nn_avg_pool3d(...) TF_POOL_(tf_nn_avg_pool3d_, __VA_ARGS__)
TF1C_API tf_tensor tf_nn_max_pool_(struct tf_pool_args args);
TF1C_API tf_tensor tf_nn_avg_pool_(struct tf_pool_args args);
TF1C_API tf_tensor tf_nn_max_pool1d_(struct tf_pool_args args);
TF1C_API tf_tensor tf_nn_avg_pool1d_(struct tf_pool_args args);
TF1C_API tf_tensor tf_nn_max_pool2d_(struct tf_pool_args args);
TF1C_API tf_tensor tf_nn_avg_pool2d_(struct tf_pool_args args);
TF1C_API tf_tensor tf_nn_max_pool3d_(struct tf_pool_args args);
TF1C_API tf_tensor tf_nn_avg_pool3d_(struct tf_pool_args args);

/* The largest, and where in its image it was: ((row · columns) + column) · channels + channel.  TF1: tf.nn.max_pool_with_argmax
 *   include_batch_in_index   the place in all images
 *   grad     to where it was;   errors   as above */
typedef struct tf_pooled {
    tf_tensor output, argmax; /* argmax int64 */
} tf_pooled;
struct tf_pool_argmax_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_dims ksize;
    TF_ARG_(3) tf_dims strides;
    TF_ARG_(4) const char *padding;
    TF_ARG_(5) const char *data_format;
    TF_ARG_(6) tf_dtype Targmax; /* tf_int64 alone, as on TF's CPU */
    TF_ARG_(7) const char *name;
    TF_ARG_(8) tf_dtype output_dtype; /* the newer name of Targmax */
    TF_ARG_(9) bool include_batch_in_index;
};
#define tf_nn_max_pool_with_argmax(...)                                                                \
    TF_KWARGS_(tf_nn_max_pool_with_argmax_((struct tf_pool_argmax_args){ .input = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_pooled tf_nn_max_pool_with_argmax_(struct tf_pool_argmax_args args);

#ifdef __cplusplus
}
#endif
#endif
