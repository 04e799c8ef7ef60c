/* Sums, means, extremes and other reductions; running sums. */
#ifndef TF1C_OPS_MATH_REDUCE_H
#define TF1C_OPS_MATH_REDUCE_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Over an axis, several, or all: tf_reduce_mean(x, 1), tf_reduce_sum(x, AXES(0, 2)), tf_reduce_max(x), tf_reduce_max(x, -1, true).
 *   axis     in [-r, r), an integer, AXES(…) or an int32 or int64 tensor; unset: all;  .axes and .axis_tensor are the same
 *   keepdims (keep_dims): the axes stay, of length 1
 *   dtypes   numbers -> the same; all, any: bool; logsumexp: floating. The mean of integers is cut towards zero
 *   values   of no elements: sum 0, prod 1, mean NaN, max -inf, min inf, all true, any false; max and min pass over NaN
 *   grad     sum: dy;  mean: dy / n;  max, min: dy shared evenly among equals;  prod: dy · the product of the others
 *   errors   ValueError "Invalid reduction dimension 2 for input with 2 dimensions.";  at run: InvalidArgumentError
 *   source   core/ops/math_ops.cc "Sum", …, python/ops/math_ops.py reduce_sum, python/ops/math_grad.py _SumGrad, … */
struct tf_reduce_args {
    tf_source here;
    TF_ARG_(1) tf_operand input_tensor;
    TF_ARG_(2) tf_operand axis;
    TF_ARG_(3) bool keepdims;
    TF_ARG_(4) const char *name;
    TF_ARG_(5) tf_operand reduction_indices;
    TF_ARG_(6) bool keep_dims;
    tf_operand axes;
    tf_operand axis_tensor;
};
#define TF_NO_AXES_ .axis = TF_UNSET_, .reduction_indices = TF_UNSET_, .axes = TF_UNSET_
#define TF_REDUCE_(fn, ...)                                                                                                \
    TF_KWARGS_(fn((struct tf_reduce_args){ .input_tensor = TF_UNSET_, TF_NO_AXES_, .axis_tensor = TF_UNSET_, TF_HERE_,     \
                                           TF_PLACES_(__VA_ARGS__) }))
#define tf_reduce_sum(...) TF_REDUCE_(tf_reduce_sum_, __VA_ARGS__)
#define tf_reduce_mean(...) TF_REDUCE_(tf_reduce_mean_, __VA_ARGS__)
#define tf_reduce_prod(...) TF_REDUCE_(tf_reduce_prod_, __VA_ARGS__)
#define tf_reduce_max(...) TF_REDUCE_(tf_reduce_max_, __VA_ARGS__)
#define tf_reduce_min(...) TF_REDUCE_(tf_reduce_min_, __VA_ARGS__)
#define tf_reduce_all(...) TF_REDUCE_(tf_reduce_all_, __VA_ARGS__)
#define tf_reduce_any(...) TF_REDUCE_(tf_reduce_any_, __VA_ARGS__)
#define tf_reduce_logsumexp(...) TF_REDUCE_(tf_reduce_logsumexp_, __VA_ARGS__) /* ln Σ e^x, without overflow */

#define tf_math_reduce_sum(...) tf_reduce_sum(__VA_ARGS__)
#define tf_math_reduce_mean(...) tf_reduce_mean(__VA_ARGS__)
#define tf_math_reduce_prod(...) tf_reduce_prod(__VA_ARGS__)
#define tf_math_reduce_max(...) tf_reduce_max(__VA_ARGS__)
#define tf_math_reduce_min(...) tf_reduce_min(__VA_ARGS__)
#define tf_math_reduce_all(...) tf_reduce_all(__VA_ARGS__)
#define tf_math_reduce_any(...) tf_reduce_any(__VA_ARGS__)
#define tf_math_reduce_logsumexp(...) tf_reduce_logsumexp(__VA_ARGS__)
TF1C_API tf_tensor tf_reduce_sum_(struct tf_reduce_args args);
TF1C_API tf_tensor tf_reduce_mean_(struct tf_reduce_args args);
TF1C_API tf_tensor tf_reduce_prod_(struct tf_reduce_args args);
TF1C_API tf_tensor tf_reduce_max_(struct tf_reduce_args args);
TF1C_API tf_tensor tf_reduce_min_(struct tf_reduce_args args);
TF1C_API tf_tensor tf_reduce_all_(struct tf_reduce_args args);
TF1C_API tf_tensor tf_reduce_any_(struct tf_reduce_args args);
TF1C_API tf_tensor tf_reduce_logsumexp_(struct tf_reduce_args args);

/* How many elements are not zero, as .dtype (int64).                               TF1: tf.count_nonzero */
struct tf_count_nonzero_args {
    tf_source here;
    TF_ARG_(1) tf_operand input_tensor;
    TF_ARG_(2) tf_operand axis;
    TF_ARG_(3) bool keepdims;
    TF_ARG_(4) tf_dtype dtype;
    TF_ARG_(5) const char *name;
    TF_ARG_(6) tf_operand reduction_indices;
    TF_ARG_(7) bool keep_dims;
    tf_operand axes;
};
#define tf_count_nonzero(...)                                                                                   \
    TF_KWARGS_(tf_count_nonzero_((struct tf_count_nonzero_args){ .input_tensor = TF_UNSET_, TF_NO_AXES_,      \
        .dtype = tf_int64, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_math_count_nonzero(...) tf_count_nonzero(__VA_ARGS__)
TF1C_API tf_tensor tf_count_nonzero_(struct tf_count_nonzero_args args);

/* Where along an axis the largest (smallest) element is; the first of equals; NaN is passed over. No gradient.
 *   axis         default 0, as in TF1;  .dimension: its old name
 *   output_type  int64 (default) or int32
 *   errors       ValueError "Dimension (2) must be in the range [-2, 2), …";  at run: InvalidArgumentError
 *                "Reduction axis 0 is empty in shape [0,3]"
 *   source       TF1: tf.argmax, tf.argmin; core/kernels/argmax_op.cc */
struct tf_argmax_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_operand axis;
    TF_ARG_(3) const char *name;
    TF_ARG_(4) tf_operand dimension;
    TF_ARG_(5) tf_dtype output_type;
};
#define TF_ARG_OF_(fn, ...)                                                                                                \
    TF_KWARGS_(fn((struct tf_argmax_args){ .input = TF_UNSET_, .axis = TF_UNSET_, .dimension = TF_UNSET_, TF_HERE_,        \
                                           TF_PLACES_(__VA_ARGS__) }))
#define tf_argmax(...) TF_ARG_OF_(tf_argmax_, __VA_ARGS__)
#define tf_argmin(...) TF_ARG_OF_(tf_argmin_, __VA_ARGS__)
#define tf_arg_max(...) tf_argmax(__VA_ARGS__)
#define tf_arg_min(...) tf_argmin(__VA_ARGS__)
#define tf_math_argmax(...) tf_argmax(__VA_ARGS__)
#define tf_math_argmin(...) tf_argmin(__VA_ARGS__)
TF1C_API tf_tensor tf_argmax_(struct tf_argmax_args args);
TF1C_API tf_tensor tf_argmin_(struct tf_argmax_args args);

/* Running sums and products along an axis: y[i] = x[0] + … + x[i].                 TF1: tf.cumsum, tf.cumprod
 *   exclusive  y[i] leaves x[i] out;  reverse: from the end
 *   dtypes     numbers
 *   grad       of the sum: dy summed the other way round
 *   errors     at run: InvalidArgumentError "ScanOp: Expected scan axis in the range [-2, 2), but got 5" */
struct tf_cumsum_args {
    tf_source here;
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) tf_operand axis;
    TF_ARG_(3) bool exclusive;
    TF_ARG_(4) bool reverse;
    TF_ARG_(5) const char *name;
};
#define tf_cumsum(...) TF_KWARGS_(tf_cumsum_((struct tf_cumsum_args){ .axis = TF_UNSET_, .x = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_cumprod(...) TF_KWARGS_(tf_cumprod_((struct tf_cumsum_args){ .axis = TF_UNSET_, .x = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_math_cumsum(...) tf_cumsum(__VA_ARGS__)
#define tf_math_cumprod(...) tf_cumprod(__VA_ARGS__)
TF1C_API tf_tensor tf_cumsum_(struct tf_cumsum_args args);
TF1C_API tf_tensor tf_cumprod_(struct tf_cumsum_args args);

#ifdef __cplusplus
}
#endif
#endif
