/* Averages of variables over the steps of a training. */
#ifndef TF1C_OPS_TRAINING_MOVING_AVERAGES_H
#define TF1C_OPS_TRAINING_MOVING_AVERAGES_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Averages that follow variables: average -= (average - variable)·(1 - decay).       TF1: tf.train.ExponentialMovingAverage
 *   num_updates  a number or a scalar tensor, such as the global step: decay is then at most (1 + n)/(10 + n), and the average fast at
 *                first
 *   zero_debias  averages of tensors, which begin at zero, are divided by 1 - decay^n after n steps; n and what is divided are variables
 *                beside them, biased and local_step
 *   errors       TypeError "The variables must be half, float, or double: n"
 *   source       python/training/moving_averages.py */
typedef struct tf_moving_average tf_moving_average; /* owned by the graph; never NULL */
struct tf_moving_average_args {
    tf_source here;
    double decay;
    tf_operand num_updates;
    bool zero_debias;
    const char *name;
};
#define tf_train_exponential_moving_average(...)                                                 \
    TF_KWARGS_(tf_train_exponential_moving_average_((struct tf_moving_average_args){             \
        .decay = TF_UNSET_NUMBER_, .num_updates = TF_UNSET_, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_moving_average *tf_train_exponential_moving_average_(struct tf_moving_average_args args);

/* The operation that moves every average once; on the first call for a variable makes its average, w/ExponentialMovingAverage, which
 * begins as the variable's own initial value (a tensor's at zero).                                   TF1: ExponentialMovingAverage.apply
 *   var_list  LIST(w, b); unset: all trainable variables. They join TF_MOVING_AVERAGE_VARIABLES */
struct tf_layer;
struct tf_apply_args {
    tf_source here;
    TF_ARG_(1) tf_list var_list;
    TF_ARG_(2) tf_operand training; /* of a layer: whether, unset false */
};
#define tf_apply(object, ...)                                                                       \
    TF_KWARGS_(_Generic((object), struct tf_layer *: tf_layer_apply_, default: tf_apply_)(object,   \
        (struct tf_apply_args){ .training = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_operation *tf_apply_(tf_moving_average *average, struct tf_apply_args args);
/* Of a layer, as tf_layers_Dense: what it makes of a tensor.                     TF1: Layer.apply, layer(x), layer(x, training=True) */
TF1C_API tf_tensor tf_layer_apply_(struct tf_layer *layer, struct tf_apply_args args);
#define TF_MOVING_AVERAGE_VARIABLES "moving_average_variables"
#define tf_graph_keys_moving_average_variables TF_MOVING_AVERAGE_VARIABLES
#define tf_graph_keys_MOVING_AVERAGE_VARIABLES TF_MOVING_AVERAGE_VARIABLES

/* The average that follows var, a none handle if there is none; the name it has or would have. TF1: ….average, ….average_name */
TF1C_API tf_tensor tf_average(tf_moving_average *average, tf_tensor var);
TF1C_API const char *tf_average_name(tf_moving_average *average, tf_tensor var);

/* For a saver that restores averages into the variables themselves:                                  TF1: ….variables_to_restore
 *   tf_restored r = tf_variables_to_restore(average);  saver = tf_train_saver(.var_list = r.var_list, .names = r.names); */
typedef struct tf_restored {
    tf_list var_list;
    const char *const *names; /* in the checkpoint: of its average for a variable that has one */
} tf_restored;
TF1C_API tf_restored tf_variables_to_restore(tf_moving_average *average);

#ifdef __cplusplus
}
#endif
#endif
