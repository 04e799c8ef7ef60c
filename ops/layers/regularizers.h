/* Regularizers: what keeps weights small. */
#ifndef TF1C_OPS_LAYERS_REGULARIZERS_H
#define TF1C_OPS_LAYERS_REGULARIZERS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What keeps weights small: scale·Σ|w|, scale·Σw²/2, or both. Given to tf_get_variable, tf_with_variable_scope and the layers as
 * .regularizer; tf_regularize(r, w) is Python's r(w), a none handle if the scale is 0.
 *   scope   of the nodes; unset: l1_regularizer, l2_regularizer, l1_l2_regularizer
 *   shapes  w [..] -> [];   dtypes  floating
 *   grad    scale·sign(w), scale·w
 *   errors  ValueError "Setting a scale less than 0 on a regularizer: -1.";  TypeError: integers
 *   source  contrib/layers/python/layers/regularizers.py
 * TF1: tf.contrib.layers.l1_regularizer, l2_regularizer, l1_l2_regularizer */
struct tf_regularizer_args {
    tf_source here;
    double scale;
    const char *scope;
};
struct tf_l1_l2_regularizer_args {
    tf_source here;
    double scale_l1, scale_l2;
    const char *scope;
};
#define tf_contrib_layers_l1_regularizer(...) \
    tf_contrib_layers_l1_regularizer_((struct tf_regularizer_args){ TF_HERE_, __VA_ARGS__ })
#define tf_contrib_layers_l2_regularizer(...) \
    tf_contrib_layers_l2_regularizer_((struct tf_regularizer_args){ TF_HERE_, __VA_ARGS__ })
#define tf_contrib_layers_l1_l2_regularizer(...)     \
    TF_KWARGS_(tf_contrib_layers_l1_l2_regularizer_( \
        (struct tf_l1_l2_regularizer_args){ .scale_l1 = 1, .scale_l2 = 1, TF_HERE_, __VA_ARGS__ }))
#define tf_regularize(regularizer, weights) tf_regularize_(regularizer, TF_T(weights), TF_SOURCE)
TF1C_API tf_regularizer tf_contrib_layers_l1_regularizer_(struct tf_regularizer_args args);
TF1C_API tf_regularizer tf_contrib_layers_l2_regularizer_(struct tf_regularizer_args args);
TF1C_API tf_regularizer tf_contrib_layers_l1_l2_regularizer_(struct tf_l1_l2_regularizer_args args);
TF1C_API tf_tensor tf_regularize_(tf_regularizer regularizer, tf_operand weights, tf_source here);

/* The sum of a regularizer over a list of weights, collected.                        TF1: tf.contrib.layers.apply_regularization
 *   errors  ValueError "No weights to regularize." */
#define tf_contrib_layers_apply_regularization(regularizer, weights_list) \
    tf_contrib_layers_apply_regularization_(regularizer, TF_LIST_(weights_list), TF_SOURCE)
TF1C_API tf_tensor tf_contrib_layers_apply_regularization_(tf_regularizer regularizer, tf_list weights_list, tf_source here);

#ifdef __cplusplus
}
#endif
#endif
