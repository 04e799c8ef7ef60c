/* Operations that do nothing but wait for others. */
#ifndef TF1C_OPS_CONTROL_FLOW_GROUP_H
#define TF1C_OPS_CONTROL_FLOW_GROUP_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An operation that does nothing, and one that has run when all of `ops` have: tf_group(a, b), tf_group_(OPS(a, b), …).
 * TF1: tf.no_op, tf.group */
#define tf_no_op(...) tf_no_op_(TF_NAMED_(__VA_ARGS__))
#define tf_group(...) tf_group_(OPS(__VA_ARGS__), (struct tf_name_args){ TF_HERE_ })
TF1C_API tf_operation *tf_no_op_(struct tf_name_args args);
TF1C_API tf_operation *tf_group_(tf_ops ops, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
