/* Shapes: asking for them and changing them. Reshapes, transposes and reversals are views: nothing is copied where the layout
 * allows. */
#ifndef TF1C_OPS_ARRAY_SHAPE_H
#define TF1C_OPS_ARRAY_SHAPE_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif


/* The shape of `input` as a vector, its number of elements and its rank as scalars; a constant where the static shape tells.
 * TF1: tf.shape, tf.size, tf.rank
 *   out_type  int32 (default) or int64
 *   shapes    any -> [rank], [], [];   grad  none */
struct tf_shape_args {
    tf_source here;
    const char *name;
    tf_dtype out_type;
};
#define tf_shape(input, ...) tf_shape_(TF_T(input), (struct tf_shape_args){ TF_HERE_, __VA_ARGS__ })
#define tf_size(input, ...) tf_size_(TF_T(input), (struct tf_shape_args){ TF_HERE_, __VA_ARGS__ })
#define tf_rank(input, ...) tf_rank_(TF_T(input), TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_shape_(tf_operand input, struct tf_shape_args args);
TF1C_API tf_tensor tf_size_(tf_operand input, struct tf_shape_args args);
TF1C_API tf_tensor tf_rank_(tf_operand input, struct tf_name_args args);

/* `tensor` in another shape, elements in row-major order.                                             TF1: tf.reshape
 *   shape   SHAPE(-1, 28), an integer vector, or a LIST of scalars; one -1 (NONE) takes what is left
 *   dtypes  any;   grad  dy in tensor's shape
 *   errors  ValueError "Cannot reshape a tensor with 6 elements to shape [4] (4 elements)", …; at run InvalidArgumentError
 *           "Input to reshape is a tensor with 6 values, but the requested shape has 4", …
 *   source  core/kernels/reshape_op.h, python/ops/array_grad.py _ReshapeGrad */
#define tf_reshape(tensor, shape, ...) TF_IN_ORDER2_(tf_reshape_, TF_T(tensor), TF_T(shape), TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_reshape_(tf_operand tensor, tf_operand shape, struct tf_name_args args);

/* Axes in the order `perm`: y's axis i is a's axis perm[i]; unset: reversed.                          TF1: tf.transpose
 *   perm    PERM(1, 0, 2);  .perm_tensor = TF_T(p) where it is a tensor
 *   dtypes  any;   grad  dy, transposed back
 *   errors  ValueError: "Dimension must be 2 but is 1", "perm dim 2 is out of range of input rank 2" */
struct tf_transpose_args {
    tf_source here;
    tf_dims perm;
    const char *name;
    tf_operand perm_tensor;
};
#define tf_transpose(a, ...) TF_KWARGS_(TF_IN_ORDER1_(tf_transpose_, TF_T(a), (struct tf_transpose_args){ TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_transpose_(tf_operand a, struct tf_transpose_args args);

/* A new axis of length 1 before `axis` (an integer or a scalar tensor; -1: at the end).                TF1: tf.expand_dims
 *   errors  ValueError "dim 3 not in the interval [-3, 2]." */
#define tf_expand_dims(input, axis, ...) TF_IN_ORDER2_(tf_expand_dims_, TF_T(input), TF_T(axis), TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_expand_dims_(tf_operand input, tf_operand axis, struct tf_name_args args);

/* Without the axes of length 1: all, or .axis, or .axes = AXES(0, 2).                                  TF1: tf.squeeze
 *   errors  ValueError "Can not squeeze dim[1], expected a dimension of 1, got 3" */
struct tf_squeeze_args {
    tf_source here;
    int axis;
    const char *name;
    tf_dims axes, squeeze_dims; /* the second is the first's old name */
};
#define tf_squeeze(input, ...) \
    TF_KWARGS_(tf_squeeze_(TF_T(input), (struct tf_squeeze_args){ .axis = TF_NO_AXIS, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_squeeze_(tf_operand input, struct tf_squeeze_args args);

#ifdef __cplusplus
}
#endif
#endif
