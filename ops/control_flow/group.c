/* Operations that do nothing but wait for others. TF1: core/ops/no_op.cc, python/ops/control_flow_ops.py group. */
#include "ops/control_flow/group.h"

#include "graph/node.h"
#include "ops/family.h"

/* ---- NoOp ---------------------------------------------------------------------------------------------------------------------------- */
static void no_op_kernel(tf_kernel_ctx *k) { (void)k; }
static const tf_op_def no_op = { .name = "NoOp", .in = "", .out = "", .kernel = no_op_kernel, .gradient = tf_no_gradient };

tf_operation *tf_no_op_(struct tf_name_args a) { return tf_op_new(&no_op, (struct tf_op_args){ .here = a.here, .name = a.name }); }

tf_operation *tf_group_(tf_ops ops, struct tf_name_args a)
{
    tf_operation *group = NULL;
    if (ops.n < 0 || (ops.n && !ops.items))
        return tf_mistake(tf_value_error, a.here, NULL, "tf_group was given a list of %d operations without items.", ops.n).op;
    for (int i = 0; i < ops.n; i++)
        if (!ops.items[i] || ops.items[i] == tf_op_same(NULL))
            return tf_mistake(tf_type_error, a.here, NULL,
                              "Expected tf.group() expected Tensor arguments not 'None' with type '<class 'NoneType'>'")
                .op;
    tf_with_control_dependencies(ops)
        group = tf_op_new(&no_op, (struct tf_op_args){ .here = a.here, .name = a.name, .default_name = "group_deps" });
    for (int i = 0; i < ops.n; i++)
        if (tf1c_is_mistake(ops.items[i]))
            return ops.items[i];
    return group;
}

/* clang-format off */
tf1c_op_family tf1c_family_group = {
    &no_op,
    NULL,
};
