/* Order along an axis. */
#ifndef TF1C_OPS_ARRAY_SORT_H
#define TF1C_OPS_ARRAY_SORT_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* values in order along an axis, and where each was before. Made of tf_nn_top_k: of equals the one of lower index comes first.
 *   axis       in [-r, r); unset: the last
 *   direction  "ASCENDING" (unset) or "DESCENDING"
 *   dtypes     numbers, ascending signed ones alone, as in TF;   grad  of tf_sort: dy back where it came from
 *   errors     ValueError "UP should be one of ASCENDING, DESCENDING"
 *   source     TF1: tf.sort, tf.argsort; python/ops/sort_ops.py */
struct tf_sort_args {
    tf_source here;
    TF_ARG_(1) tf_operand values;
    TF_ARG_(2) int axis;
    TF_ARG_(3) const char *direction;
    TF_ARG_(4) const char *name;
};
struct tf_argsort_args {
    tf_source here;
    TF_ARG_(1) tf_operand values;
    TF_ARG_(2) int axis;
    TF_ARG_(3) const char *direction;
    TF_ARG_(4) bool stable; /* it always is */
    TF_ARG_(5) const char *name;
};
#define tf_sort(...) TF_KWARGS_(tf_sort_((struct tf_sort_args){ .values = TF_UNSET_, .axis = -1, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_argsort(...) \
    TF_KWARGS_(tf_argsort_((struct tf_argsort_args){ .values = TF_UNSET_, .axis = -1, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_sort_(struct tf_sort_args args);
TF1C_API tf_tensor tf_argsort_(struct tf_argsort_args args);

/* Where each value has its place in a sorted sequence: before its equals (side "left", unset), or behind them ("right").
 *   shapes    [..., n], [..., m] -> [..., m]
 *   out_type  int32 (unset) or int64
 *   dtypes    numbers;   grad  none is defined
 *   errors    ValueError "side must be either 'right' or 'left'.  Saw: middle.";  at run InvalidArgumentError "Leading dim_size of both
 *             tensors must match."
 *   source    TF1: tf.searchsorted; python/ops/array_ops.py, core/kernels/searchsorted_op.cc */
struct tf_searchsorted_args {
    tf_source here;
    TF_ARG_(1) tf_operand sorted_sequence;
    TF_ARG_(2) tf_operand values;
    TF_ARG_(3) const char *side;
    TF_ARG_(4) tf_dtype out_type;
    TF_ARG_(5) const char *name;
};
#define tf_searchsorted(...)                                                                                            \
    TF_KWARGS_(tf_searchsorted_((struct tf_searchsorted_args){ .sorted_sequence = TF_UNSET_, .values = TF_UNSET_,       \
        .side = "left", .out_type = tf_int32, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_searchsorted_(struct tf_searchsorted_args args);

/* Along each axis in `axis` as many places further as `shift` says, what falls off comes in again in front.       TF1: tf.roll
 *   shift, axis  integers, or vectors of one length; an axis twice is rolled by both
 *   dtypes  any;   grad  dy rolled back
 *   errors  ValueError "Shape must be at least rank 1 but is rank 0";  at run InvalidArgumentError "axis 2 is out of range", "shift
 *           and axis must have the same size"
 *   source  core/kernels/roll_op.cc, python/ops/manip_grad.py */
struct tf_roll_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_operand shift;
    TF_ARG_(3) tf_operand axis;
    TF_ARG_(4) const char *name;
};
#define tf_roll(...)                                                                                                 \
    TF_KWARGS_(tf_roll_((struct tf_roll_args){ .input = TF_UNSET_, .shift = TF_UNSET_, .axis = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
#define tf_manip_roll(...) tf_roll(__VA_ARGS__)
TF1C_API tf_tensor tf_roll_(struct tf_roll_args args);

#ifdef __cplusplus
}
#endif
#endif
