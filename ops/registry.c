/* Every op there is: one line per family; and the records that the graph makes nodes of by itself. */
#include <string.h>

#include "ops/family.h"

static const tf_op_def *const *const families[] = {
    tf1c_join_ops,        tf1c_constant_ops, tf1c_diag_ops,     tf1c_fill_ops,
    tf1c_gather_ops,      tf1c_identity_ops, tf1c_one_hot_ops,  tf1c_pad_ops,
    tf1c_placeholder_ops, tf1c_sequence_ops, tf1c_shape_ops,    tf1c_index_ops,
    tf1c_where_ops,       tf1c_group_ops,    tf1c_control_ops,  tf1c_debug_ops,
    tf1c_add_n_ops,       tf1c_arith_ops,    tf1c_cast_ops,     tf1c_compare_ops,
    tf1c_linear_ops,      tf1c_range_ops,    tf1c_reduce_ops,   tf1c_unary_ops,
    tf1c_activation_ops,  tf1c_nn_ops,       tf1c_top_k_ops,    tf1c_random_ops,
    tf1c_rnn_ops,         tf1c_state_ops,    tf1c_training_ops, NULL,
};

const tf_op_def *const *const *tf1c_op_families(void) { return families; }

const tf_op_def *tf1c_find_op(const char *name)
{
    for (const tf_op_def *const *const *family = families; *family; family++)
        for (const tf_op_def *const *op = *family; *op; op++)
            if (strcmp((*op)->name, name) == 0)
                return *op;
    return NULL;
}

const tf1c_basic_ops tf1c_basic = {
    .constant = &tf1c_const_op,
    .identity = &tf1c_identity_op,
    .zeros_like = &tf1c_zeros_like_op,
    .ones_like = &tf1c_ones_like_op,
    .add_n = &tf1c_add_n_op,
    .pack = tf1c_pack,
    .densify = tf1c_densify,
    .concat_rows = tf1c_concat_rows,
};
