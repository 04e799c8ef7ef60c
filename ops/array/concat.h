/* Putting tensors together and taking them apart. The parts lie inside the whole wherever the layout allows: nothing is copied. */
#ifndef TF1C_OPS_ARRAY_CONCAT_H
#define TF1C_OPS_ARRAY_CONCAT_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The tensors of a list one after the other along `axis`, an integer or a scalar tensor.             TF1: tf.concat
 *   shapes  equal but along axis -> their sum there;   dtypes  any, one for all
 *   grad    each gets its part of dy
 *   errors  ValueError: "Dimension 0 in both shapes must be equal, but are 3 and 4. Shapes are [3] and [4].", "Shape must be
 *           rank 2 but is rank 1";  TypeError: dtypes that differ
 *   source  core/framework/common_shape_fns.cc ConcatV2Shape */
struct tf_concat_args {
    tf_source here;
    TF_ARG_(1) tf_list values;
    TF_ARG_(2) tf_operand axis;
    TF_ARG_(3) const char *name;
};
#define tf_concat(...) TF_KWARGS_(tf_concat_((struct tf_concat_args){ .axis = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_concat_(struct tf_concat_args args);

/* `value` along `axis` in `num_or_size_splits` equal parts, or parts of given sizes: tf_split(x, 4, 1),
 * tf_split(x, AXES(1, 2, -1), .axis = 1); a size of -1 takes what is left.                           TF1: tf.split
 *   num     how many, for sizes that are a tensor of unknown length;  axis  a number or a scalar tensor;  .axis_tensor is the same
 *   grad    dvalue = tf_concat(dparts, axis)
 *   errors  ValueError: "Dimension size must be evenly divisible by 2 but is 3 …", "can't split axis of size 3 into pieces of
 *           size [1,1]"; at run InvalidArgumentError "Number of ways to split should evenly divide the split dimension, …" */
struct tf_split_args {
    tf_source here;
    TF_ARG_(1) tf_operand value;
    TF_ARG_(2) tf_operand num_or_size_splits;
    TF_ARG_(3) tf_operand axis;
    TF_ARG_(4) int num;
    TF_ARG_(5) const char *name;
    tf_operand axis_tensor;
};
#define tf_split(...)                                                                                           \
    TF_KWARGS_(tf_split_((struct tf_split_args){ .value = TF_UNSET_, .num_or_size_splits = TF_UNSET_,           \
        .axis = TF_UNSET_, .axis_tensor = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_list tf_split_(struct tf_split_args args);

/* The tensors of a list along a new axis.                                                            TF1: tf.stack, once tf.pack
 *   shapes  n × [d0, …] -> [.., n, ..];   grad  tf_unstack(dy, n, axis)
 *   errors  ValueError: "axis = 3 not in [-3, 3)", "Dimension 1 in both shapes must be equal, but are 3 and 4. …" */
struct tf_stack_args {
    tf_source here;
    TF_ARG_(1) tf_list values;
    TF_ARG_(2) int axis;
    TF_ARG_(3) const char *name;
};
#define tf_stack(...) TF_KWARGS_(tf_stack_((struct tf_stack_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_pack(...) tf_stack(__VA_ARGS__)
TF1C_API tf_tensor tf_stack_(struct tf_stack_args args);

/* Splits `value` along `axis` into `num` tensors; the inverse of tf_stack.                           TF1: tf.unstack, once tf.unpack
 *   num     unset: inferred from the shape
 *   shapes  value [d0, .., dr-1] with d[axis] == num  ->  items[0..num-1], each without `axis`
 *   grad    dvalue = tf_stack(ditems, axis); an item that the loss does not use counts as zeros
 *   errors  ValueError: axis outside [-r, r), "Cannot infer num from shape (?, 3)", num != d[axis] (at run, if known only once
 *           fed)
 *   source  core/ops/array_ops.cc "Unpack", python/ops/array_grad.py _UnpackGrad */
struct tf_unstack_args {
    tf_source here;
    TF_ARG_(1) tf_operand value;
    TF_ARG_(2) int num;
    TF_ARG_(3) int axis;
    TF_ARG_(4) const char *name;
};
#define tf_unstack(...) \
    TF_KWARGS_(tf_unstack_((struct tf_unstack_args){ .value = TF_UNSET_, .num = NONE, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_unpack(...) tf_unstack(__VA_ARGS__)
TF1C_API tf_list tf_unstack_(struct tf_unstack_args args);

#ifdef __cplusplus
}
#endif
#endif
