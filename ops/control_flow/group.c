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

tf_member tf_member_op(tf_operation *op) { return (tf_member){ .op = tf_op_same(op) }; }
tf_member tf_member_tensor(tf_tensor t) { return (tf_member){ .op = tf_tensor_op(t) }; }
tf_member tf_member_ops(tf_ops ops) { return (tf_member){ .ops = ops }; }
tf_member tf_member_list(tf_list list) { return (tf_member){ .list = list }; }
tf_member tf_member_name(const char *name) { return (tf_member){ .name = name }; }

/* How many operations a member stands for; they are written where there is room for them. */
static int member_ops(const tf_member *m, tf_operation **ops)
{
    const int n = m->op ? 1 : m->ops.n > 0 && m->ops.items ? m->ops.n : m->list.n > 0 && m->list.items ? m->list.n : 0;
    for (int i = 0; ops && i < n; i++)
        ops[i] = m->op ? m->op : m->ops.n > 0 ? m->ops.items[i] : tf_tensor_op(m->list.items[i]);
    return n;
}

tf_operation *tf_group_members_(int n, const tf_member *members, tf_source here)
{
    TF1C_HOLD_REPORTS;
    struct tf_name_args args = { .here = here };
    int count = 0;
    TF_FROM(here);
    if (n < 0 || (n && !members))
        return tf_mistake(tf_value_error, here, NULL, "tf_group was given a list of %d operations without items.", n).op;
    for (int i = 0; i < n; i++)
        if (members[i].ops.n < 0 || members[i].list.n < 0)
            return tf_mistake(tf_value_error, here, NULL, "tf_group was given a list of %d operations without items.",
                              members[i].ops.n < 0 ? members[i].ops.n : members[i].list.n)
                .op;
        else
            count += member_ops(&members[i], NULL);
    tf_operation **ops = tf1c_alloc((size_t)(count + 1) * sizeof *ops);
    if (!ops)
        return tf_mistake(tf_memory_error, here, NULL, "no memory left for the graph").op;
    count = 0;
    for (int i = 0; i < n; i++) {
        count += member_ops(&members[i], ops + count);
        args.name = members[i].name ? members[i].name : args.name;
    }
    tf_operation *group = tf_group_((tf_ops){ count, ops }, args);
    tf1c_free(ops);
    return group;
}

/* clang-format off */
tf1c_op_family tf1c_family_group = {
    &no_op,
    NULL,
};
