/* Picking by what the values are: how many come out, only the run tells. Such an operation ends a part of a run: the session
 * computes it, then goes on with the rest in the shape it gave, planned anew for each new one. */
#ifndef TF1C_OPS_ARRAY_WHERE_H
#define TF1C_OPS_ARRAY_WHERE_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../math/compare.h"

#ifdef __cplusplus
extern "C" {
#endif

/* tf_where(condition, …) alone: the indices of what is true, or not 0, in row-major order.             TF1: tf.where(condition)
 *   shapes  [d0, …] -> int64 [n, rank]
 *   dtypes  any;   grad  none
 *   errors  at run InvalidArgumentError "WhereOp : Unhandled input dimensions: 0" (a scalar)
 *   source  core/kernels/where_op.cc */

/* The elements of `tensor` where mask holds; mask's dimensions, from `axis` on, become one.            TF1: tf.boolean_mask
 *   shapes  [.., m…, ..], [m…] -> [.., n, ..]
 *   grad    as tf_gather's: along axis 0 sparse
 *   errors  ValueError "Shapes (3,) and (2,) are incompatible", "mask cannot be scalar.", "Number of mask dimensions must be
 *           specified, even if some dimensions are None.  E.g. shape=[None] is ok, but shape=None is not."
 *   source  python/ops/array_ops.py boolean_mask */
struct tf_boolean_mask_args {
    tf_source here;
    TF_ARG_(1) tf_operand tensor;
    TF_ARG_(2) tf_operand mask;
    TF_ARG_(3) const char *name;
    TF_ARG_(4) int axis;
};
#define tf_boolean_mask(...)                                                                                     \
    TF_KWARGS_(tf_boolean_mask_((struct tf_boolean_mask_args){ .tensor = TF_UNSET_, .mask = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_boolean_mask_(struct tf_boolean_mask_args args);

/* Each value of a vector once, in the order of their first appearance: x[i] = y[idx[i]]. NaN is equal to nothing.
 * TF1: tf.unique
 *   shapes   [n] -> y [m], idx [n]
 *   out_idx  of idx: int32 (unset) or int64
 *   grad     LookupError "No gradient defined for operation 'Unique' (op type: Unique)"
 *   errors   ValueError "Shape must be rank 1 but is rank 2"; at run InvalidArgumentError "unique expects a 1D vector."
 *   source   core/kernels/unique_op.cc */
typedef struct tf_unique {
    tf_tensor y, idx;
} tf_unique;
struct tf_unique_args {
    tf_source here;
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) tf_dtype out_idx;
    TF_ARG_(3) const char *name;
};
#define tf_unique(...) TF_FIRST1_(tf_unique_, struct tf_unique_args, TF_DATA_, x, #__VA_ARGS__, .x = TF_UNSET_, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
TF1C_API tf_unique tf_unique_(tf_operand x, struct tf_unique_args args);

/* The same, and how often each value occurs.                                                          TF1: tf.unique_with_counts
 *   shapes   [n] -> y [m], idx [n], count [m];   count is of idx's dtype */
typedef struct tf_unique_with_counts {
    tf_tensor y, idx, count;
} tf_unique_with_counts;
#define tf_unique_with_counts(...) TF_FIRST1_(tf_unique_with_counts_, struct tf_unique_args, TF_DATA_, x, #__VA_ARGS__, .x = \
    TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_unique_with_counts tf_unique_with_counts_(tf_operand x, struct tf_unique_args args);

/* What of x is not in y, in its order, and where it stands in x.                                      TF1: tf.setdiff1d
 *   shapes       [n], [k] -> out [m], idx [m]
 *   index_dtype  of idx: int32 (unset) or int64
 *   grad         none is defined
 *   errors       ValueError "Shape must be rank 1 but is rank 2"; at run InvalidArgumentError "x should be a 1D vector."
 *   source       core/kernels/listdiff_op.cc */
typedef struct tf_list_diff {
    tf_tensor out, idx;
} tf_list_diff;
struct tf_setdiff1d_args {
    tf_source here;
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) tf_operand y;
    TF_ARG_(3) tf_dtype index_dtype;
    TF_ARG_(4) const char *name;
};
#define tf_setdiff1d(...) \
    TF_KWARGS_(tf_setdiff1d_((struct tf_setdiff1d_args){ .x = TF_UNSET_, .y = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_list_diff tf_setdiff1d_(struct tf_setdiff1d_args args);

#ifdef __cplusplus
}
#endif
#endif
