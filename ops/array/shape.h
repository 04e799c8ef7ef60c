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
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) const char *name;
    TF_ARG_(3) tf_dtype out_type;
};
#define tf_shape(...) TF_KWARGS_(tf_shape_((struct tf_shape_args){ .input = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_size(...) TF_KWARGS_(tf_size_((struct tf_shape_args){ .input = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_rank(...) TF_NAMED1_(tf_rank_, tf_operand, TF_DATA_, input, #__VA_ARGS__, .input = TF_UNSET_, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_shape_(struct tf_shape_args args);
TF1C_API tf_tensor tf_size_(struct tf_shape_args args);
TF1C_API tf_tensor tf_rank_(tf_operand input, struct tf_name_args args);

/* What two shapes are broadcast to, as vectors.                                       TF1: tf.broadcast_dynamic_shape
 *   dtypes  int32, int64;   grad  none
 *   errors  InvalidArgumentError "Incompatible shapes for broadcasting: [2,3] vs. [4]"
 *   source  core/kernels/bcast_ops.cc */
#define tf_broadcast_dynamic_shape(...) TF_NAMED2_(tf_broadcast_dynamic_shape_, tf_operand, TF_DATA_, shape_x, tf_operand, TF_DATA_, \
    shape_y, #__VA_ARGS__, .shape_x = TF_UNSET_, .shape_y = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_broadcast_dynamic_shape_(tf_operand shape_x, tf_operand shape_y, struct tf_name_args args);

/* `tensor` in another shape, elements in row-major order.                                             TF1: tf.reshape
 *   shape   SHAPE(-1, 28), an integer vector, or a LIST of scalars; one -1 (NONE) takes what is left
 *   dtypes  any;   grad  dy in tensor's shape
 *   errors  ValueError "Cannot reshape a tensor with 6 elements to shape [4] (4 elements)", …; at run InvalidArgumentError
 *           "Input to reshape is a tensor with 6 values, but the requested shape has 4", …
 *   source  core/kernels/reshape_op.h, python/ops/array_grad.py _ReshapeGrad */
struct tf_reshape_args {
    tf_source here;
    const char *text; /* of the arguments: whether a number in it is written as 2 or 2.0 */
    TF_ARG_(1) tf_operand tensor;
    TF_ARG_(2) tf_operand shape;
    TF_ARG_(3) const char *name;
};
#define tf_reshape(...)                                                                                 \
    TF_KWARGS_(tf_reshape_((struct tf_reshape_args){ .text = #__VA_ARGS__, .tensor = TF_UNSET_, .shape = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_reshape_(struct tf_reshape_args args);

/* Axes in the order `perm`: y's axis i is a's axis perm[i]; unset: reversed.                          TF1: tf.transpose
 *   perm    PERM(1, 0, 2), or an int32 or int64 vector; unset: all reversed;  .perm_tensor is the same
 *   dtypes  any;   grad  dy, transposed back
 *   errors  ValueError: "Dimension must be 2 but is 1", "perm dim 2 is out of range of input rank 2" */
struct tf_transpose_args {
    tf_source here;
    TF_ARG_(1) tf_operand a;
    TF_ARG_(2) tf_operand perm;
    TF_ARG_(3) const char *name;
    tf_operand perm_tensor;
};
#define tf_transpose(...) \
    TF_KWARGS_(tf_transpose_((struct tf_transpose_args){ .a = TF_UNSET_, .perm = TF_UNSET_, .perm_tensor = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_transpose_(struct tf_transpose_args args);

/* A new axis of length 1 before `axis` (an integer or a scalar tensor; -1: at the end).                TF1: tf.expand_dims
 *   errors  ValueError "dim 3 not in the interval [-3, 2]." */
struct tf_expand_dims_args {
    tf_source here;
    const char *text; /* of the arguments: whether a number in it is written as 2 or 2.0 */
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_operand axis;
    TF_ARG_(3) const char *name;
    TF_ARG_(4) tf_operand dim; /* the old name of axis */
};
#define tf_expand_dims(...)                                                                                   \
    TF_KWARGS_(tf_expand_dims_((struct tf_expand_dims_args){ .text = #__VA_ARGS__, .input = TF_UNSET_, .axis = TF_UNSET_, .dim = TF_UNSET_, \
        TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_expand_dims_(struct tf_expand_dims_args args);

/* Without the axes of length 1: all, or an axis, or AXES(0, 2).                                         TF1: tf.squeeze
 *   errors  ValueError "Can not squeeze dim[1], expected a dimension of 1, got 3" */
struct tf_squeeze_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_operand axis;
    TF_ARG_(3) const char *name;
    TF_ARG_(4) tf_operand squeeze_dims; /* the old name of axis */
    tf_operand axes;
};
#define tf_squeeze(...)                                                                                \
    TF_KWARGS_(tf_squeeze_((struct tf_squeeze_args){ .input = TF_UNSET_, .axis = TF_UNSET_, .squeeze_dims = TF_UNSET_, .axes = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_squeeze_(struct tf_squeeze_args args);

#ifdef __cplusplus
}
#endif
#endif
