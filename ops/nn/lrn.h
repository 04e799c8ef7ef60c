/* Local response normalization. */
#ifndef TF1C_OPS_NN_LRN_H
#define TF1C_OPS_NN_LRN_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* y[…, i] = x[…, i] / (bias + alpha·Σ x[…, j]²)^beta, j from i - depth_radius to i + depth_radius.
 * TF1: tf.nn.lrn, tf.nn.local_response_normalization
 *   unset    depth_radius 5, bias 1, alpha 1, beta 0.5
 *   shapes   [n, rows, columns, c] -> the same;   dtypes  float32; float64 too, which TF does not take
 *   grad     LRNGrad, which has none itself
 *   errors   ValueError "Shape must be rank 4 but is rank 2";  at run InvalidArgumentError "in must be 4-dimensional"
 *   source   core/kernels/lrn_op.cc */
struct tf_lrn_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) int64_t depth_radius;
    TF_ARG_(3) double bias;
    TF_ARG_(4) double alpha;
    TF_ARG_(5) double beta;
    TF_ARG_(6) const char *name;
};
#define tf_nn_lrn(...) TF_FIRST1_(tf_nn_lrn_, struct tf_lrn_args, TF_DATA_, input, #__VA_ARGS__, .input = TF_UNSET_, \
    .depth_radius = 5, .bias = 1, .alpha = 1, .beta = 0.5, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_nn_local_response_normalization(...) tf_nn_lrn(__VA_ARGS__)
TF1C_API tf_tensor tf_nn_lrn_(tf_operand input, struct tf_lrn_args args);

#ifdef __cplusplus
}
#endif
#endif
