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

/* An operation, a tensor, or several: OPS(…), a list; or a name. */
typedef struct tf_member {
    tf_operation *op;
    tf_ops ops;
    tf_list list;
    const char *name;
} tf_member;
TF1C_API tf_member tf_member_op(tf_operation *op);
TF1C_API tf_member tf_member_tensor(tf_tensor t);
TF1C_API tf_member tf_member_ops(tf_ops ops);
TF1C_API tf_member tf_member_list(tf_list list);
TF1C_API tf_member tf_member_name(const char *name);
/* An operation, a tensor, a list, OPS(…), or a string, which is the name: tf_group(a, b, "both"). No block around it: what OPS makes
 * lives as long as the call. */
#define TF_MEMBER_(x)                                                                                                     \
    _Generic((x), tf_operation *: tf_member_op, tf_tensor: tf_member_tensor, tf_ops: tf_member_ops, tf_list: tf_member_list, \
        const char *: tf_member_name, char *: tf_member_name)(x)

/* An operation that does nothing, and one that has run when all that it is given have: operations, tensors and lists of them,
 * tf_group(train, updates). A name goes last, without a keyword: tf_group(a, b, "both").                TF1: tf.no_op, tf.group */
#define tf_no_op(...) tf_no_op_(TF_NAMED_(__VA_ARGS__))
#define tf_group(...) tf_group_members_(TF_COUNT_(__VA_ARGS__), (tf_member[]){ TF_MAP_(TF_MEMBER_, __VA_ARGS__) }, TF_SOURCE)
TF1C_API tf_operation *tf_no_op_(struct tf_name_args args);
TF1C_API tf_operation *tf_group_members_(int n, const tf_member *members, tf_source here);
TF1C_API tf_operation *tf_group_(tf_ops ops, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
