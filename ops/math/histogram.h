/* How often values occur. */
#ifndef TF1C_OPS_MATH_HISTOGRAM_H
#define TF1C_OPS_MATH_HISTOGRAM_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How often each of 0, 1, … is in arr, int32 of any shape; or the sum of the weights that stand there.       TF1: tf.bincount
 *   minlength  at least so many counts;   maxlength  at most so many, what is as large is left out
 *   dtype      of the counts, if there are no weights: int32 (unset), int64, float32 or float64
 *   shapes     -> [largest + 1]
 *   grad       to the weights: dy[arr];  else none is defined
 *   errors     at run InvalidArgumentError "Input arr must be non-negative!", and tf_unsorted_segment_sum's with weights
 *   source     python/ops/math_ops.py bincount_v1, core/kernels/bincount_op.cc */
struct tf_bincount_args {
    tf_source here;
    TF_ARG_(1) tf_operand arr;
    TF_ARG_(2) tf_operand weights;
    TF_ARG_(3) tf_operand minlength;
    TF_ARG_(4) tf_operand maxlength;
    TF_ARG_(5) tf_dtype dtype;
};
#define tf_bincount(...)                                                                                                       \
    TF_KWARGS_(tf_bincount_((struct tf_bincount_args){ .arr = TF_UNSET_, .weights = TF_UNSET_, .minlength = TF_UNSET_,         \
        .maxlength = TF_UNSET_, .dtype = tf_int32, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_math_bincount(...) tf_bincount(__VA_ARGS__)
TF1C_API tf_tensor tf_bincount_(struct tf_bincount_args args);

/* How many values fall into each of nbins equal parts of value_range, [2]; what is below into the first, what is above into the last.
 * NaN counts in the first.                                                                       TF1: tf.histogram_fixed_width
 *   nbins   unset: 100;   dtype  of the counts: int32 (unset) or int64
 *   dtypes  float32, float64, int32, int64;   grad  none is defined
 *   errors  ValueError "Requires nbins > 0: 0";  at run InvalidArgumentError "value_range should satisfy value_range[0] <
 *           value_range[1], but got '[5, 0]'"
 *   source  core/kernels/histogram_op.cc, python/ops/histogram_ops.py */
struct tf_histogram_args {
    tf_source here;
    TF_ARG_(1) tf_operand values;
    TF_ARG_(2) tf_operand value_range;
    TF_ARG_(3) tf_operand nbins;
    TF_ARG_(4) tf_dtype dtype;
    TF_ARG_(5) const char *name;
};
#define tf_histogram_fixed_width(...)                                                                              \
    TF_KWARGS_(tf_histogram_fixed_width_((struct tf_histogram_args){ .values = TF_UNSET_, .value_range = TF_UNSET_, \
        .nbins = TF_UNSET_, .dtype = tf_int32, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_histogram_fixed_width_(struct tf_histogram_args args);

#ifdef __cplusplus
}
#endif
#endif
