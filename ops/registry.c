/* Every op there is: one line per family. */
#include <string.h>

#include "ops/family.h"

static const tf_op_def *const *const families[] = {
    tf1c_basic_ops_family, tf1c_math_ops, tf1c_arith_ops,  tf1c_compare_ops, tf1c_reduce_ops,   tf1c_linear_ops,  tf1c_shape_ops,
    tf1c_pad_ops,          tf1c_join_ops, tf1c_index_ops,  tf1c_fill_ops,    tf1c_gather_ops,   tf1c_pick_ops,    tf1c_where_ops,
    tf1c_activation_ops,   tf1c_nn_ops,   tf1c_random_ops, tf1c_state_ops,   tf1c_training_ops, tf1c_control_ops, tf1c_rnn_ops,
    tf1c_debug_ops,        NULL,
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
