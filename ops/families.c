/* Every op there is: one line per family. */
#include <string.h>

#include "ops/family.h"

static const tf_op_def *const *const families[] = {
    tf1c_basic_ops_family,
#if __has_include("ops/math.c")
    tf1c_math_ops,
    tf1c_arith_ops,
#endif
#if __has_include("ops/compare.c")
    tf1c_compare_ops,
#endif
#if __has_include("ops/reduce.c")
    tf1c_reduce_ops,
#endif
#if __has_include("ops/linear.c")
    tf1c_linear_ops,
#endif
#if __has_include("ops/shape.c")
    tf1c_shape_ops,
    tf1c_pad_ops,
#endif
#if __has_include("ops/join.c")
    tf1c_join_ops,
#endif
#if __has_include("ops/index.c")
    tf1c_index_ops,
#endif
#if __has_include("ops/fill.c")
    tf1c_fill_ops,
#endif
#if __has_include("ops/gather.c")
    tf1c_gather_ops,
    tf1c_pick_ops,
#endif
#if __has_include("ops/activation.c")
    tf1c_activation_ops,
#endif
#if __has_include("ops/nn.c")
    tf1c_nn_ops,
#endif
#if __has_include("ops/random.c")
    tf1c_random_ops,
#endif
#if __has_include("ops/state.c")
    tf1c_state_ops,
#endif
#if __has_include("ops/training.c")
    tf1c_training_ops,
#endif
#if __has_include("ops/control.c")
    tf1c_control_ops,
#endif
#if __has_include("ops/dynamic_rnn.c")
    tf1c_rnn_ops,
#endif
#if __has_include("ops/debug.c")
    tf1c_debug_ops,
#endif
    NULL,
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
