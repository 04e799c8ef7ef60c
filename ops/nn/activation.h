/* Activations, element by element. */
#ifndef TF1C_OPS_NN_ACTIVATION_H
#define TF1C_OPS_NN_ACTIVATION_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Elementwise activations.                           TF1: tf.nn.relu, relu6, elu, selu, softplus, softsign
 *   relu      max(x, 0); its derivative at 0 is 0        relu6     min(max(x, 0), 6)
 *   elu       x, or e^x - 1 below 0                      selu      1.0507 · (x, or 1.6733·(e^x - 1) below 0)
 *   softplus  log(1 + e^x)                               softsign  x / (1 + |x|)
 *   shapes    y as x;   dtypes  relu, relu6: numbers, others: floating
 *   source    core/ops/nn_ops.cc, core/kernels/relu_op_functor.h, softplus_op.h, softsign_op.h */
#define tf_nn_relu(...) TF_NAMED1_(tf_nn_relu_, tf_operand, TF_DATA_, features, #__VA_ARGS__, .features = TF_UNSET_, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
#define tf_nn_relu6(...) TF_NAMED1_(tf_nn_relu6_, tf_operand, TF_DATA_, features, #__VA_ARGS__, .features = TF_UNSET_, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
#define tf_nn_elu(...) TF_NAMED1_(tf_nn_elu_, tf_operand, TF_DATA_, features, #__VA_ARGS__, .features = TF_UNSET_, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
#define tf_nn_selu(...) TF_NAMED1_(tf_nn_selu_, tf_operand, TF_DATA_, features, #__VA_ARGS__, .features = TF_UNSET_, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
#define tf_nn_softplus(...) TF_NAMED1_(tf_nn_softplus_, tf_operand, TF_DATA_, features, #__VA_ARGS__, .features = TF_UNSET_, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_nn_softsign(...) TF_NAMED1_(tf_nn_softsign_, tf_operand, TF_DATA_, features, #__VA_ARGS__, .features = TF_UNSET_, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_math_softplus(...) tf_nn_softplus(__VA_ARGS__)
#define tf_math_softsign(...) tf_nn_softsign(__VA_ARGS__)
TF1C_API tf_tensor tf_nn_relu_(tf_operand features, struct tf_name_args args);
TF1C_API tf_tensor tf_nn_relu6_(tf_operand features, struct tf_name_args args);
TF1C_API tf_tensor tf_nn_elu_(tf_operand features, struct tf_name_args args);
TF1C_API tf_tensor tf_nn_selu_(tf_operand features, struct tf_name_args args);
TF1C_API tf_tensor tf_nn_softplus_(tf_operand features, struct tf_name_args args);
TF1C_API tf_tensor tf_nn_softsign_(tf_operand features, struct tf_name_args args);

/* x·sigmoid(x); its derivative is worked out from x again, as in TF1.                TF1: tf.nn.swish
 *   shapes  y as x;   dtypes  floating;   errors  TypeError: integers;   source  python/ops/nn_impl.py swish */
#define tf_nn_swish(...) TF_NAMED1_(tf_nn_swish_, tf_operand, TF_DATA_, features, #__VA_ARGS__, .features = TF_UNSET_, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_nn_swish_(tf_operand features, struct tf_name_args args);

/* max(x, alpha·x); integers become float32.                                          TF1: tf.nn.leaky_relu */
struct tf_leaky_relu_args {
    tf_source here;
    TF_ARG_(1) tf_operand features;
    TF_ARG_(2) double alpha;
    TF_ARG_(3) const char *name;
};
#define tf_nn_leaky_relu(...)                                                                                \
    TF_KWARGS_(tf_nn_leaky_relu_((struct tf_leaky_relu_args){ .features = TF_UNSET_, .alpha = 0.2, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_leaky_relu_(struct tf_leaky_relu_args args);

#ifdef __cplusplus
}
#endif
#endif
