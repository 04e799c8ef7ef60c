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

/* Over .axis, over .axes = AXES(0, 2), or over all: tf_reduce_sum(x), tf_reduce_mean(x, 1), tf_reduce_max(x, -1, .keepdims = true).
 *   axis     in [-r, r); unset (TF_NO_AXIS): all;  .axes: several;  .axis_tensor: an int32 or int64 tensor
 *   keepdims (keep_dims): the axes stay, of length 1
 *   dtypes   numbers -> the same; all, any: bool; logsumexp: floating. The mean of integers is cut towards zero
 *   values   of no elements: sum 0, prod 1, mean NaN, max -inf, min inf, all true, any false; max and min pass over NaN
 *   grad     sum: dy;  mean: dy / n;  max, min: dy shared evenly among equals;  prod: dy · the product of the others
 *   errors   ValueError "Invalid reduction dimension 2 for input with 2 dimensions.";  at run: InvalidArgumentError
 *   source   core/ops/math_ops.cc "Sum", …, python/ops/math_ops.py reduce_sum, python/ops/math_grad.py _SumGrad, … */
struct tf_reduce_args {
    tf_source here;
    int axis;
    bool keepdims;
    const char *name;
    int reduction_indices;
    bool keep_dims;
    tf_dims axes;
    tf_tensor axis_tensor;
};
#define TF_REDUCE_(fn, x, ...) \
    TF_KWARGS_(TF_IN_ORDER1_(  \
        fn, TF_T(x), (struct tf_reduce_args){ .axis = TF_NO_AXIS, .reduction_indices = TF_NO_AXIS, TF_HERE_, __VA_ARGS__ }))
#define tf_reduce_sum(x, ...) TF_REDUCE_(tf_reduce_sum_, x, __VA_ARGS__)
#define tf_reduce_mean(x, ...) TF_REDUCE_(tf_reduce_mean_, x, __VA_ARGS__)
#define tf_reduce_prod(x, ...) TF_REDUCE_(tf_reduce_prod_, x, __VA_ARGS__)
#define tf_reduce_max(x, ...) TF_REDUCE_(tf_reduce_max_, x, __VA_ARGS__)
#define tf_reduce_min(x, ...) TF_REDUCE_(tf_reduce_min_, x, __VA_ARGS__)
#define tf_reduce_all(x, ...) TF_REDUCE_(tf_reduce_all_, x, __VA_ARGS__)
#define tf_reduce_any(x, ...) TF_REDUCE_(tf_reduce_any_, x, __VA_ARGS__)
#define tf_reduce_logsumexp(x, ...) TF_REDUCE_(tf_reduce_logsumexp_, x, __VA_ARGS__) /* ln Σ e^x, without overflow */

#define tf_math_reduce_sum(x, ...) tf_reduce_sum(x, __VA_ARGS__)
#define tf_math_reduce_mean(x, ...) tf_reduce_mean(x, __VA_ARGS__)
#define tf_math_reduce_prod(x, ...) tf_reduce_prod(x, __VA_ARGS__)
#define tf_math_reduce_max(x, ...) tf_reduce_max(x, __VA_ARGS__)
#define tf_math_reduce_min(x, ...) tf_reduce_min(x, __VA_ARGS__)
#define tf_math_reduce_all(x, ...) tf_reduce_all(x, __VA_ARGS__)
#define tf_math_reduce_any(x, ...) tf_reduce_any(x, __VA_ARGS__)
#define tf_math_reduce_logsumexp(x, ...) tf_reduce_logsumexp(x, __VA_ARGS__)
TF1C_API tf_tensor tf_reduce_sum_(tf_operand x, struct tf_reduce_args args);
TF1C_API tf_tensor tf_reduce_mean_(tf_operand x, struct tf_reduce_args args);
TF1C_API tf_tensor tf_reduce_prod_(tf_operand x, struct tf_reduce_args args);
TF1C_API tf_tensor tf_reduce_max_(tf_operand x, struct tf_reduce_args args);
TF1C_API tf_tensor tf_reduce_min_(tf_operand x, struct tf_reduce_args args);
TF1C_API tf_tensor tf_reduce_all_(tf_operand x, struct tf_reduce_args args);
TF1C_API tf_tensor tf_reduce_any_(tf_operand x, struct tf_reduce_args args);
TF1C_API tf_tensor tf_reduce_logsumexp_(tf_operand x, struct tf_reduce_args args);

/* How many elements are not zero, as .dtype (int64).                               TF1: tf.count_nonzero */
struct tf_count_nonzero_args {
    tf_source here;
    int axis;
    bool keepdims;
    tf_dtype dtype;
    const char *name;
    int reduction_indices;
    bool keep_dims;
    tf_dims axes;
};
#define tf_count_nonzero(x, ...)                                                                                               \
    TF_KWARGS_(tf_count_nonzero_(TF_T(x), (struct tf_count_nonzero_args){ .axis = TF_NO_AXIS, .reduction_indices = TF_NO_AXIS, \
                                                                          .dtype = tf_int64, TF_HERE_, __VA_ARGS__ }))
#define tf_math_count_nonzero(x, ...) tf_count_nonzero(x, __VA_ARGS__)
TF1C_API tf_tensor tf_count_nonzero_(tf_operand x, struct tf_count_nonzero_args args);

/* Where along an axis the largest (smallest) element is; the first of equals; NaN is passed over. No gradient.
 *   axis         default 0, as in TF1;  .dimension: its old name
 *   output_type  int64 (default) or int32
 *   errors       ValueError "Dimension (2) must be in the range [-2, 2), …";  at run: InvalidArgumentError
 *                "Reduction axis 0 is empty in shape [0,3]"
 *   source       TF1: tf.argmax, tf.argmin; core/kernels/argmax_op.cc */
struct tf_argmax_args {
    tf_source here;
    int axis;
    const char *name;
    int dimension;
    tf_dtype output_type;
};
#define TF_ARG_(fn, x, ...)                                                                                    \
    TF_KWARGS_(fn(TF_T(x), (struct tf_argmax_args){ .axis = TF_NO_AXIS, .dimension = TF_NO_AXIS, TF_HERE_, __VA_ARGS__ }))
#define tf_argmax(x, ...) TF_ARG_(tf_argmax_, x, __VA_ARGS__)
#define tf_argmin(x, ...) TF_ARG_(tf_argmin_, x, __VA_ARGS__)
#define tf_arg_max(x, ...) tf_argmax(x, __VA_ARGS__)
#define tf_arg_min(x, ...) tf_argmin(x, __VA_ARGS__)
#define tf_math_argmax(x, ...) tf_argmax(x, __VA_ARGS__)
#define tf_math_argmin(x, ...) tf_argmin(x, __VA_ARGS__)
TF1C_API tf_tensor tf_argmax_(tf_operand x, struct tf_argmax_args args);
TF1C_API tf_tensor tf_argmin_(tf_operand x, struct tf_argmax_args args);

/* Running sums and products along an axis: y[i] = x[0] + … + x[i].                 TF1: tf.cumsum, tf.cumprod
 *   exclusive  y[i] leaves x[i] out;  reverse: from the end
 *   dtypes     numbers
 *   grad       of the sum: dy summed the other way round
 *   errors     at run: InvalidArgumentError "ScanOp: Expected scan axis in the range [-2, 2), but got 5" */
struct tf_cumsum_args {
    tf_source here;
    int axis;
    bool exclusive, reverse;
    const char *name;
};
#define tf_cumsum(x, ...) tf_cumsum_(TF_T(x), (struct tf_cumsum_args){ TF_HERE_, __VA_ARGS__ })
#define tf_cumprod(x, ...) tf_cumprod_(TF_T(x), (struct tf_cumsum_args){ TF_HERE_, __VA_ARGS__ })
#define tf_math_cumsum(x, ...) tf_cumsum(x, __VA_ARGS__)
#define tf_math_cumprod(x, ...) tf_cumprod(x, __VA_ARGS__)
TF1C_API tf_tensor tf_cumsum_(tf_operand x, struct tf_cumsum_args args);
TF1C_API tf_tensor tf_cumprod_(tf_operand x, struct tf_cumsum_args args);

#ifdef __cplusplus
}
#endif
#endif
