/* The step counter. TF1: python/training/training_util.py. */
#include "ops/training/global_step.h"

#include "ops/family.h"
#include "ops/state/initializers.h"
#include "ops/state/variables.h"

tf_tensor tf_train_get_global_step(void)
{
    const tf_list steps = tf_get_collection(TF_GLOBAL_STEP);
    if (steps.n == 1)
        return steps.items[0];
    tf_graph *g = tf1c_current_graph();
    tf_operation *op = g && !steps.n ? tf1c_map_get(&g->universe->by_name, "global_step") : NULL;
    return (tf_tensor){ .op = op };
}

tf_tensor tf_create_global_step_(tf_source here)
{
    TF_FROM(here);
    if (!tf_is_none(tf_train_get_global_step()))
        return tf_mistake(tf_value_error, here, NULL, "\"global_step\" already exists.");
    const tf_tensor step = tf_get_variable("global_step", .shape = SCALAR, .dtype = tf_int64, .initializer = tf_zeros_initializer(),
                                           .trainable = false);
    if (!tf_is_poisoned(step))
        tf_add_to_collection(TF_GLOBAL_STEP, step);
    return step;
}

tf_tensor tf_get_or_create_global_step_(tf_source here)
{
    const tf_tensor step = tf_train_get_global_step();
    return tf_is_none(step) ? tf_create_global_step_(here) : step;
}
