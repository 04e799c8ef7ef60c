/* Parts of a tensor: Python's x[1:, 0], tf.slice, tf.strided_slice. All of them are views. */
#ifndef TF1C_OPS_ARRAY_SLICE_H
#define TF1C_OPS_ARRAY_SLICE_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* x[…] in Python's own syntax: tf_getitem(x, ":, 0, :"), tf_getitem(x, "%d:", t), tf_getitem(x, "::-1, ..., None"); x[t] with a
 * number or a scalar integer tensor: tf_getitem(x, t).
 *   slices   integers, start:stop:step, "...", and None (newaxis, tf.newaxis) for a new axis; a printf format
 *   tensors  tf_getitem_tensors(x, LIST(i, j), "{}, {}:") takes one of the list at each {}; tf_getitem_tensor(x, i) is tf_getitem(x, i)
 *   dtypes   any;   grad  zeros but for dy at the slice
 *   errors   ValueError "slice index 2 of dimension 0 out of bounds.", "Index out of range using input dim 2; input has only 2
 *            dims"; at run InvalidArgumentError with the same texts; TypeError: an index that is none
 *   source   python/ops/array_ops.py _slice_helper, core/util/strided_slice_op.cc */
#define TF_FIRST_(first, ...) first
#define TF_GETITEM_(i)                                                                                                         \
    _Generic((i), tf_tensor: tf_getitem_scalar_, int: tf_getitem_at_, long: tf_getitem_at_, long long: tf_getitem_at_, \
        unsigned: tf_getitem_from_0_, unsigned long: tf_getitem_from_0_, unsigned long long: tf_getitem_from_0_,      \
        default: tf_getitem_)
#define tf_getitem(x, ...) TF_IN_ORDER1_(TF_GETITEM_(TF_FIRST_(__VA_ARGS__, )), TF_T(x), TF_SOURCE, __VA_ARGS__)
#define tf_getitem_tensor(x, i) TF_IN_ORDER2_(tf_getitem_tensors_, TF_T(x), LIST(i), TF_SOURCE, "{}")
#define tf_getitem_tensors(x, tensors, ...) TF_IN_ORDER2_(tf_getitem_tensors_, TF_T(x), tensors, TF_SOURCE, __VA_ARGS__)
TF1C_API tf_tensor tf_getitem_(tf_operand x, tf_source here, const char *slices, ...) __attribute__((format(printf, 3, 4)));
TF1C_API tf_tensor tf_getitem_at_(tf_operand x, tf_source here, int64_t i);
TF1C_API tf_tensor tf_getitem_from_0_(tf_operand x, tf_source here, uint64_t i);
TF1C_API tf_tensor tf_getitem_scalar_(tf_operand x, tf_source here, tf_tensor i);
TF1C_API tf_tensor tf_getitem_tensors_(tf_operand x, tf_list tensors, tf_source here, const char *slices, ...)
    __attribute__((format(printf, 4, 5)));

/* `size[i]` elements from begin[i] along each axis i; a size of -1 is all that follow.                TF1: tf.slice
 *   begin, size  SHAPE(0, 1), or integer vectors
 *   grad         dy padded with zeros
 *   errors       at run InvalidArgumentError "Expected size[1] in [0, 1], but got 2" */
struct tf_slice_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_operand begin;
    TF_ARG_(3) tf_operand size;
    TF_ARG_(4) const char *name;
};
#define tf_slice(...)                                                                                                 \
    TF_KWARGS_(tf_slice_((struct tf_slice_args){ .input = TF_UNSET_, .begin = TF_UNSET_, .size = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_slice_(struct tf_slice_args args);

/* What tf_getitem is made of: begin, end and strides as vectors, and masks with a bit per entry.     TF1: tf.strided_slice
 *   begin_mask, end_mask            these entries are ignored: from the first, to the last
 *   ellipsis_mask, new_axis_mask, shrink_axis_mask   entries that stand for "...", None, a single index */
struct tf_strided_slice_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_operand begin;
    TF_ARG_(3) tf_operand end;
    TF_ARG_(4) tf_operand strides;
    TF_ARG_(5) int begin_mask;
    TF_ARG_(6) int end_mask;
    TF_ARG_(7) int ellipsis_mask;
    TF_ARG_(8) int new_axis_mask;
    TF_ARG_(9) int shrink_axis_mask;
    TF_ARG_(10) const char *name;
};
#define tf_strided_slice(...)                                                                                              \
    TF_KWARGS_(tf_strided_slice_((struct tf_strided_slice_args){ .strides = TF_UNSET_, .input = TF_UNSET_, .begin = TF_UNSET_, .end = TF_UNSET_, \
        TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_strided_slice_(struct tf_strided_slice_args args);

#ifdef __cplusplus
}
#endif
#endif
