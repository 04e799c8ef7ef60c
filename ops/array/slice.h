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

/* x[…] in Python's own syntax: tf_getitem(x, ":, 0, :"), tf_getitem(x, "%d", t), tf_getitem(x, "::-1, ..., None").
 *   slices   integers, start:stop:step, "...", and None (newaxis, tf.newaxis) for a new axis; a printf format
 *   tensors  tf_getitem_tensor(x, i) is x[i] with a scalar integer tensor i; tf_getitem_tensors(x, LIST(i, j), "{}, {}:") takes one
 *            of the list at each {}
 *   dtypes   any;   grad  zeros but for dy at the slice
 *   errors   ValueError "slice index 2 of dimension 0 out of bounds.", "Index out of range using input dim 2; input has only 2
 *            dims"; at run InvalidArgumentError with the same texts; TypeError: an index that is none
 *   source   python/ops/array_ops.py _slice_helper, core/util/strided_slice_op.cc */
#define tf_getitem(x, ...) tf_getitem_(TF_T(x), TF_SOURCE, __VA_ARGS__)
#define tf_getitem_tensor(x, i) TF_IN_ORDER2_(tf_getitem_tensors_, TF_T(x), LIST(i), TF_SOURCE, "{}")
#define tf_getitem_tensors(x, tensors, ...) TF_IN_ORDER2_(tf_getitem_tensors_, TF_T(x), tensors, TF_SOURCE, __VA_ARGS__)
TF1C_API tf_tensor tf_getitem_(tf_operand x, tf_source here, const char *slices, ...) __attribute__((format(printf, 3, 4)));
TF1C_API tf_tensor tf_getitem_tensors_(tf_operand x, tf_list tensors, tf_source here, const char *slices, ...)
    __attribute__((format(printf, 4, 5)));

/* `size[i]` elements from begin[i] along each axis i; a size of -1 is all that follow.                TF1: tf.slice
 *   begin, size  SHAPE(0, 1), or integer vectors
 *   grad         dy padded with zeros
 *   errors       at run InvalidArgumentError "Expected size[1] in [0, 1], but got 2" */
#define tf_slice(input, begin, size, ...) TF_IN_ORDER3_(tf_slice_, TF_T(input), TF_T(begin), TF_T(size), TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_slice_(tf_operand input, tf_operand begin, tf_operand size, struct tf_name_args args);

/* What tf_getitem is made of: begin, end and strides as vectors, and masks with a bit per entry.     TF1: tf.strided_slice
 *   begin_mask, end_mask            these entries are ignored: from the first, to the last
 *   ellipsis_mask, new_axis_mask, shrink_axis_mask   entries that stand for "...", None, a single index */
struct tf_strided_slice_args {
    tf_source here;
    tf_operand strides;
    int begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask;
    const char *name;
};
#define tf_strided_slice(input, begin, end, ...) \
    TF_KWARGS_(TF_IN_ORDER3_(tf_strided_slice_, TF_T(input), TF_T(begin), TF_T(end), \
        (struct tf_strided_slice_args){ TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_strided_slice_(tf_operand input, tf_operand begin, tf_operand end, struct tf_strided_slice_args args);

#ifdef __cplusplus
}
#endif
#endif
