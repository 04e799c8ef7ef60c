/* Arrays of tensors that a graph writes and reads by number, in loops too. */
#ifndef TF1C_OPS_DATA_FLOW_TENSOR_ARRAY_H
#define TF1C_OPS_DATA_FLOW_TENSOR_ARRAY_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An array of `size` tensors of one shape, empty at first. A handle on it is a tensor, so that it may be a loop's variable or part of a
 * state; what is written is in the handle that the write gives: ta = tf_tensor_array_write(ta, i, x).
 * TF1: tf.TensorArray
 *   size           a number or a scalar int32 tensor; dynamic_size: it grows as it is written
 *   element_shape  unset: the first tensor's;  what a loop both writes and reads wants it
 *   values         each element is written once, as in TF; one that never was gives zeros
 *   grad           through all of these, to what was written
 *   errors         InvalidArgumentError "TensorArray dtype is float but Op is trying to write dtype int32."; ValueError "Inconsistent
 *                  shapes: saw (3,) but expected (2,) (and infer_shape=True)"; TypeError: no TensorArray
 *                  at run, where it is read past its end: InvalidArgumentError
 *   source         python/ops/tensor_array_ops.py, for all of these */
struct tf_tensor_array_args {
    tf_source here;
    TF_ARG_(1) tf_dtype dtype;
    TF_ARG_(2) tf_operand size;
    TF_ARG_(3) bool dynamic_size;
    TF_ARG_(4) bool clear_after_read; /* accepted, as the name and infer_shape */
    TF_ARG_(5) const char *tensor_array_name;
    TF_ARG_(6) tf_tensor handle; /* no use here */
    TF_ARG_(7) tf_tensor flow;
    TF_ARG_(8) bool infer_shape;
    TF_ARG_(9) tf_dims element_shape;
};
#define tf_tensor_array(...)                                                                                           \
    TF_KWARGS_(tf_tensor_array_((struct tf_tensor_array_args){ .size = TF_UNSET_, .infer_shape = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_tensor_array_(struct tf_tensor_array_args args);

/* ta.write(i, x), ta.read(i), ta.gather([i, j]), ta.scatter([i, j], xs), ta.size(). */
#define tf_tensor_array_write(ta, index, value) TF_IN_ORDER3_(tf_tensor_array_write_, ta, TF_T(index), TF_T(value), TF_SOURCE)
#define tf_tensor_array_read(ta, index) TF_IN_ORDER2_(tf_tensor_array_read_, ta, TF_T(index), TF_SOURCE)
#define tf_tensor_array_gather(ta, indices) TF_IN_ORDER2_(tf_tensor_array_gather_, ta, TF_T(indices), TF_SOURCE)
#define tf_tensor_array_scatter(ta, indices, value) TF_IN_ORDER3_(tf_tensor_array_scatter_, ta, TF_T(indices), TF_T(value), TF_SOURCE)
#define tf_tensor_array_size(ta) tf_tensor_array_size_(ta, TF_SOURCE)
TF1C_API tf_tensor tf_tensor_array_write_(tf_tensor ta, tf_operand index, tf_operand value, tf_source here);
TF1C_API tf_tensor tf_tensor_array_read_(tf_tensor ta, tf_operand index, tf_source here);
TF1C_API tf_tensor tf_tensor_array_gather_(tf_tensor ta, tf_operand indices, tf_source here);
TF1C_API tf_tensor tf_tensor_array_scatter_(tf_tensor ta, tf_operand indices, tf_operand value, tf_source here);
TF1C_API tf_tensor tf_tensor_array_size_(tf_tensor ta, tf_source here);

/* ta.stack(): all of it [size, …]; ta.unstack(x): its elements are x's rows; ta.concat(): the elements one after the other, of which
 * each has its own rows. */
#define tf_tensor_array_stack(ta) tf_tensor_array_stack_(ta, TF_SOURCE)
#define tf_tensor_array_unstack(ta, value) TF_IN_ORDER2_(tf_tensor_array_unstack_, ta, TF_T(value), TF_SOURCE)
#define tf_tensor_array_concat(ta) tf_tensor_array_concat_(ta, TF_SOURCE)
TF1C_API tf_tensor tf_tensor_array_stack_(tf_tensor ta, tf_source here);
TF1C_API tf_tensor tf_tensor_array_unstack_(tf_tensor ta, tf_operand value, tf_source here);
TF1C_API tf_tensor tf_tensor_array_concat_(tf_tensor ta, tf_source here);

#ifdef __cplusplus
}
#endif
#endif
