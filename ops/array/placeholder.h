/* Values that come from outside. */
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

#ifdef __cplusplus
}
#endif
#endif
