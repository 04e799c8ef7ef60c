/* Values that come from outside, and shapes that are vouched for. */
#ifndef TF1C_OPS_ARRAY_PLACEHOLDER_H
#define TF1C_OPS_ARRAY_PLACEHOLDER_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A tensor whose value each run is fed.                                             TF1: tf.placeholder
 *   shape   NONE dimensions take any length; unset, or NONE alone: of unknown rank; 3: SHAPE(3)
 *   errors  when run: InvalidArgumentError "You must feed a value for placeholder tensor …"; a fed array of another
 *           shape: ValueError "Cannot feed value of shape …"
 *   source  python/ops/array_ops.py placeholder, core/kernels/constant_op.cc PlaceholderOp */
struct tf_placeholder_args {
    tf_source here;
    TF_ARG_(1) tf_dtype dtype;
    TF_ARG_(2) tf_dims shape;
    TF_ARG_(3) const char *name;
};
#define tf_placeholder(...) TF_KWARGS_(tf_placeholder_((struct tf_placeholder_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_placeholder_(struct tf_placeholder_args args);

/* A placeholder that passes `input` on where nothing is fed.                        TF1: tf.placeholder_with_default */
struct tf_placeholder_with_default_args {
    tf_source here;
    TF_ARG_(1) tf_dims shape;
    TF_ARG_(2) const char *name;
};
#define tf_placeholder_with_default(input, ...) \
    TF_KWARGS_(tf_placeholder_with_default_(TF_T(input), (struct tf_placeholder_with_default_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_placeholder_with_default_(tf_operand input, struct tf_placeholder_with_default_args args);

/* x, whose shape is made known from here on, and is looked at in each run.                     TF1: tf.ensure_shape
 *   shape   NONE dimensions may have any length; unset: any shape
 *   shapes  x's and `shape` merged;   dtypes  any;   grad  passes through
 *   errors  ValueError: x is known to have another shape; at run InvalidArgumentError "Shape of tensor x [2,4] is not compatible
 *           with expected shape [2,3]."
 *   source  core/kernels/shape_ops.h EnsureShapeOp, python/ops/check_ops.py ensure_shape */
struct tf_ensure_shape_args {
    tf_source here;
    const char *text; /* of the arguments: whether a number in it is written as 2 or 2.0 */
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) tf_dims shape;
    TF_ARG_(3) const char *name;
};
#define tf_ensure_shape(...) \
    TF_KWARGS_(tf_ensure_shape_((struct tf_ensure_shape_args){ .text = #__VA_ARGS__, .x = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_ensure_shape_(struct tf_ensure_shape_args args);

#ifdef __cplusplus
}
#endif
#endif
