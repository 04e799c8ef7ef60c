/* Batch normalization: numbers of a channel, less their mean, by their deviation. */
#ifndef TF1C_OPS_NN_BATCH_NORM_H
#define TF1C_OPS_NN_BATCH_NORM_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* scale·(x - mean) / √(variance + variance_epsilon) + offset, all broadcast to x.              TF1: tf.nn.batch_normalization
 *   offset, scale  TF_T(tensor), or TF_T((tf_tensor){ 0 }), Python's None: left out
 *   grad           to all;   source  python/ops/nn_impl.py batch_normalization */
#define tf_nn_batch_normalization(x, mean, variance, offset, scale, variance_epsilon, ...)                       \
    __extension__({                                                                                              \
        const struct tf_name_args tf_named_ = TF_NAMED_(__VA_ARGS__);                                            \
        tf_nn_batch_normalization_(TF_T(x), TF_T(mean), TF_T(variance), TF_T(offset), TF_T(scale), variance_epsilon, tf_named_); \
    })
TF1C_API tf_tensor tf_nn_batch_normalization_(tf_operand x, tf_operand mean, tf_operand variance, tf_operand offset, tf_operand scale,
                                              double variance_epsilon, struct tf_name_args args);

/* The same with its arguments in another order, gamma only if scale_after_normalization.
 * TF1: tf.nn.batch_norm_with_global_normalization */
struct tf_global_normalization_args {
    tf_source here;
    TF_ARG_(1) tf_operand t;
    TF_ARG_(2) tf_operand m;
    TF_ARG_(3) tf_operand v;
    TF_ARG_(4) tf_operand beta;
    TF_ARG_(5) tf_operand gamma;
    TF_ARG_(6) double variance_epsilon;
    TF_ARG_(7) bool scale_after_normalization;
    TF_ARG_(8) const char *name;
    TF_ARG_(9) tf_operand input; /* other names of t, m and v */
    TF_ARG_(10) tf_operand mean;
    TF_ARG_(11) tf_operand variance;
};
#define tf_nn_batch_norm_with_global_normalization(...)                                                                    \
    TF_KWARGS_(tf_nn_batch_norm_with_global_normalization_((struct tf_global_normalization_args){ .t = TF_UNSET_, .m = TF_UNSET_, \
        .v = TF_UNSET_, .beta = TF_UNSET_, .gamma = TF_UNSET_, .input = TF_UNSET_, .mean = TF_UNSET_, .variance = TF_UNSET_, \
        TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_batch_norm_with_global_normalization_(struct tf_global_normalization_args args);

/* The same in one node, of images: with the batch's own mean and variance, or with given ones.        TF1: tf.nn.fused_batch_norm
 *   mean, variance  with .is_training = false only
 *   epsilon         at least 1.001e-5
 *   shapes   x [n, rows, columns, c], scale, offset [c] -> y as x, batch_mean, batch_variance [c], the latter of a sample: Σ/(m - 1)
 *   dtypes   float32
 *   grad     to x, scale and offset, and theirs
 *   errors   ValueError "Both 'mean' and 'variance' must be None if is_training is True."; InvalidArgumentError at run for "NCHW",
 *            which runs nowhere here, as on TF's CPU
 *   source   python/ops/nn_impl.py fused_batch_norm, core/kernels/fused_batch_norm_op.cc */
typedef struct tf_batch_norm {
    tf_tensor y, batch_mean, batch_variance;
} tf_batch_norm;
struct tf_fused_batch_norm_args {
    tf_source here;
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) tf_operand scale;
    TF_ARG_(3) tf_operand offset;
    TF_ARG_(4) tf_operand mean;
    TF_ARG_(5) tf_operand variance;
    TF_ARG_(6) double epsilon;
    TF_ARG_(7) const char *data_format;
    TF_ARG_(8) bool is_training;
    TF_ARG_(9) const char *name;
};
#define tf_nn_fused_batch_norm(...)                                                                           \
    TF_KWARGS_(tf_nn_fused_batch_norm_((struct tf_fused_batch_norm_args){ .x = TF_UNSET_, .scale = TF_UNSET_, \
        .offset = TF_UNSET_, .mean = TF_UNSET_, .variance = TF_UNSET_, .epsilon = 0.001, .is_training = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_batch_norm tf_nn_fused_batch_norm_(struct tf_fused_batch_norm_args args);

#ifdef __cplusplus
}
#endif
#endif
