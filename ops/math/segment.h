/* Sums, means, extremes and products of the rows that belong together. */
#ifndef TF1C_OPS_MATH_SEGMENT_H
#define TF1C_OPS_MATH_SEGMENT_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* out[s] = the sum (mean, product, largest, smallest) of the rows data[i] with segment_ids[i] == s. The ids ascend; a segment that
 * none has is 0, of the product 1. As many segments come out as the last id says, which only the run tells.
 *   shapes  [n, d…], [n] -> [?, d…]
 *   dtypes  numbers; ids int32 or int64. The mean of integers is cut towards zero
 *   grad    sum: dy[id];  mean: dy[id] / rows of it;  max, min: shared evenly among equals;  product: LookupError, as in TF
 *   errors  ValueError "Shape must be rank 1 but is rank 2";  at run InvalidArgumentError "segment ids are not increasing",
 *           "segment_ids should be the same size as dimension 0 of input.", "Segment id -1 out of range [0, 2), possibly because
 *           'segment_ids' input is not sorted."
 *   source  TF1: tf.segment_sum, …; core/kernels/segment_reduction_ops.cc, python/ops/math_grad.py _SegmentSumGrad, … */
struct tf_sorted_segment_args {
    tf_source here;
    TF_ARG_(1) tf_operand data;
    TF_ARG_(2) tf_operand segment_ids;
    TF_ARG_(3) const char *name;
};
#define TF_SORTED_SEGMENT_(fn, ...)                                                                                  \
    TF_KWARGS_(fn((struct tf_sorted_segment_args){ .data = TF_UNSET_, .segment_ids = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_segment_sum(...) TF_SORTED_SEGMENT_(tf_segment_sum_, __VA_ARGS__)
#define tf_segment_mean(...) TF_SORTED_SEGMENT_(tf_segment_mean_, __VA_ARGS__)
#define tf_segment_prod(...) TF_SORTED_SEGMENT_(tf_segment_prod_, __VA_ARGS__)
#define tf_segment_max(...) TF_SORTED_SEGMENT_(tf_segment_max_, __VA_ARGS__)
#define tf_segment_min(...) TF_SORTED_SEGMENT_(tf_segment_min_, __VA_ARGS__)
#define tf_math_segment_sum(...) tf_segment_sum(__VA_ARGS__)
#define tf_math_segment_mean(...) tf_segment_mean(__VA_ARGS__)
#define tf_math_segment_prod(...) tf_segment_prod(__VA_ARGS__)
#define tf_math_segment_max(...) tf_segment_max(__VA_ARGS__)
#define tf_math_segment_min(...) tf_segment_min(__VA_ARGS__)
TF1C_API tf_tensor tf_segment_sum_(struct tf_sorted_segment_args args);
TF1C_API tf_tensor tf_segment_mean_(struct tf_sorted_segment_args args);
TF1C_API tf_tensor tf_segment_prod_(struct tf_sorted_segment_args args);
TF1C_API tf_tensor tf_segment_max_(struct tf_sorted_segment_args args);
TF1C_API tf_tensor tf_segment_min_(struct tf_sorted_segment_args args);

/* The same with ids in any order and any shape that data's begins with; a negative id drops its data. A segment that none has is 0,
 * of the product 1, of max the least and of min the greatest number of the dtype.
 *   shapes  [i0, …, d…], [i0, …] -> [num_segments, d…]
 *   dtypes  numbers; mean and sqrt_n (the sum by the root of how many there are): floating
 *   grad    as above; of the product too: dy · the product of the others
 *   errors  at run InvalidArgumentError "segment_ids[1] = 2 is out of range [0, 2)"
 *   source  TF1: tf.unsorted_segment_sum, …; core/kernels/segment_reduction_ops.cc, python/ops/math_ops.py unsorted_segment_mean,
 *           python/ops/math_grad.py */
struct tf_segment_args {
    tf_source here;
    TF_ARG_(1) tf_operand data;
    TF_ARG_(2) tf_operand segment_ids;
    TF_ARG_(3) tf_operand num_segments;
    TF_ARG_(4) const char *name;
};
#define TF_SEGMENT_(fn, ...)                                                                              \
    TF_KWARGS_(fn((struct tf_segment_args){ .data = TF_UNSET_, .segment_ids = TF_UNSET_, .num_segments = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
#define tf_unsorted_segment_sum(...) TF_SEGMENT_(tf_unsorted_segment_sum_, __VA_ARGS__)
#define tf_unsorted_segment_mean(...) TF_SEGMENT_(tf_unsorted_segment_mean_, __VA_ARGS__)
#define tf_unsorted_segment_sqrt_n(...) TF_SEGMENT_(tf_unsorted_segment_sqrt_n_, __VA_ARGS__)
#define tf_unsorted_segment_prod(...) TF_SEGMENT_(tf_unsorted_segment_prod_, __VA_ARGS__)
#define tf_unsorted_segment_max(...) TF_SEGMENT_(tf_unsorted_segment_max_, __VA_ARGS__)
#define tf_unsorted_segment_min(...) TF_SEGMENT_(tf_unsorted_segment_min_, __VA_ARGS__)
#define tf_math_unsorted_segment_sum(...) tf_unsorted_segment_sum(__VA_ARGS__)
#define tf_math_unsorted_segment_mean(...) tf_unsorted_segment_mean(__VA_ARGS__)
#define tf_math_unsorted_segment_sqrt_n(...) tf_unsorted_segment_sqrt_n(__VA_ARGS__)
#define tf_math_unsorted_segment_prod(...) tf_unsorted_segment_prod(__VA_ARGS__)
#define tf_math_unsorted_segment_max(...) tf_unsorted_segment_max(__VA_ARGS__)
#define tf_math_unsorted_segment_min(...) tf_unsorted_segment_min(__VA_ARGS__)
TF1C_API tf_tensor tf_unsorted_segment_sum_(struct tf_segment_args args);
TF1C_API tf_tensor tf_unsorted_segment_mean_(struct tf_segment_args args);
TF1C_API tf_tensor tf_unsorted_segment_sqrt_n_(struct tf_segment_args args);
TF1C_API tf_tensor tf_unsorted_segment_prod_(struct tf_segment_args args);
TF1C_API tf_tensor tf_unsorted_segment_max_(struct tf_segment_args args);
TF1C_API tf_tensor tf_unsorted_segment_min_(struct tf_segment_args args);

/* tf_segment_sum(tf_gather(data, indices), segment_ids) in one: the sum, the mean, or the sum by the root of how many there are.
 *   num_segments  how many come out; unset: as the last id says
 *   shapes  [n, d…], [m], [m] -> [num_segments, d…]
 *   dtypes  sum: numbers, the others floating; indices int32 or int64, segment_ids int32
 *   grad    to the rows that were taken; of its gradient none is defined, but for the sum's
 *   errors  ValueError "Dimension 0 in both shapes must be equal, but are 2 and 3.", "Cannot specify a negative value for
 *           num_segments";  at run InvalidArgumentError "Bad: indices[1] == 4 out of range [0, 4)", "segment ids must be <
 *           num_segments", and tf_segment_sum's
 *   source  TF1: tf.sparse_segment_sum, …; core/kernels/segment_reduction_ops.cc, python/ops/math_grad.py _SparseSegmentMeanGrad */
struct tf_sparse_segment_args {
    tf_source here;
    TF_ARG_(1) tf_operand data;
    TF_ARG_(2) tf_operand indices;
    TF_ARG_(3) tf_operand segment_ids;
    TF_ARG_(4) const char *name;
    TF_ARG_(5) tf_operand num_segments;
};
#define TF_SPARSE_SEGMENT_(fn, ...)                                                                                    \
    TF_KWARGS_(fn((struct tf_sparse_segment_args){ .data = TF_UNSET_, .indices = TF_UNSET_, .segment_ids = TF_UNSET_,  \
        .num_segments = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_sparse_segment_sum(...) TF_SPARSE_SEGMENT_(tf_sparse_segment_sum_, __VA_ARGS__)
#define tf_sparse_segment_mean(...) TF_SPARSE_SEGMENT_(tf_sparse_segment_mean_, __VA_ARGS__)
#define tf_sparse_segment_sqrt_n(...) TF_SPARSE_SEGMENT_(tf_sparse_segment_sqrt_n_, __VA_ARGS__)
TF1C_API tf_tensor tf_sparse_segment_sum_(struct tf_sparse_segment_args args);
TF1C_API tf_tensor tf_sparse_segment_mean_(struct tf_sparse_segment_args args);
TF1C_API tf_tensor tf_sparse_segment_sqrt_n_(struct tf_sparse_segment_args args);

#ifdef __cplusplus
}
#endif
#endif
