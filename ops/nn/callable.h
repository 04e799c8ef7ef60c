/* Activations as values: what macros cannot be, functions can. `tf_nn_relu` alone is the function, `tf_nn_relu(x)` the call. */
#ifndef TF1C_OPS_NN_CALLABLE_H
#define TF1C_OPS_NN_CALLABLE_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "nn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What layers and cells take as activation: any function of this type, the library's or one's own. */
typedef tf_tensor tf_activation(tf_tensor x);

#ifndef __cplusplus
TF1C_API tf_tensor (tf_tanh)(tf_tensor x);
TF1C_API tf_tensor (tf_nn_tanh)(tf_tensor x);
TF1C_API tf_tensor (tf_math_tanh)(tf_tensor x);
TF1C_API tf_tensor (tf_sigmoid)(tf_tensor x);
TF1C_API tf_tensor (tf_nn_sigmoid)(tf_tensor x);
TF1C_API tf_tensor (tf_math_sigmoid)(tf_tensor x);
TF1C_API tf_tensor (tf_nn_relu)(tf_tensor features);
TF1C_API tf_tensor (tf_nn_relu6)(tf_tensor features);
TF1C_API tf_tensor (tf_nn_elu)(tf_tensor features);
TF1C_API tf_tensor (tf_nn_selu)(tf_tensor features);
TF1C_API tf_tensor (tf_nn_leaky_relu)(tf_tensor features);
TF1C_API tf_tensor (tf_nn_softplus)(tf_tensor features);
TF1C_API tf_tensor (tf_nn_softsign)(tf_tensor features);
TF1C_API tf_tensor (tf_nn_swish)(tf_tensor features);
TF1C_API tf_tensor (tf_nn_softmax)(tf_tensor logits);
TF1C_API tf_tensor (tf_nn_log_softmax)(tf_tensor logits);
TF1C_API tf_tensor (tf_identity)(tf_tensor x);
TF1C_API tf_tensor (tf_exp)(tf_tensor x);
TF1C_API tf_tensor (tf_square)(tf_tensor x);
TF1C_API tf_tensor (tf_neg)(tf_tensor x);
TF1C_API tf_tensor (tf_abs)(tf_tensor x);
TF1C_API tf_tensor (tf_sign)(tf_tensor x);
TF1C_API tf_tensor (tf_sqrt)(tf_tensor x);
TF1C_API tf_tensor (tf_rsqrt)(tf_tensor x);
TF1C_API tf_tensor (tf_reciprocal)(tf_tensor x);
TF1C_API tf_tensor (tf_expm1)(tf_tensor x);
TF1C_API tf_tensor (tf_log)(tf_tensor x);
TF1C_API tf_tensor (tf_log1p)(tf_tensor x);
TF1C_API tf_tensor (tf_log_sigmoid)(tf_tensor x);
TF1C_API tf_tensor (tf_sin)(tf_tensor x);
TF1C_API tf_tensor (tf_cos)(tf_tensor x);
TF1C_API tf_tensor (tf_tan)(tf_tensor x);
TF1C_API tf_tensor (tf_asin)(tf_tensor x);
TF1C_API tf_tensor (tf_acos)(tf_tensor x);
TF1C_API tf_tensor (tf_atan)(tf_tensor x);
TF1C_API tf_tensor (tf_sinh)(tf_tensor x);
TF1C_API tf_tensor (tf_cosh)(tf_tensor x);
TF1C_API tf_tensor (tf_erf)(tf_tensor x);
TF1C_API tf_tensor (tf_floor)(tf_tensor x);
TF1C_API tf_tensor (tf_ceil)(tf_tensor x);
TF1C_API tf_tensor (tf_round)(tf_tensor x);
TF1C_API tf_tensor (tf_rint)(tf_tensor x);
#endif

#ifdef __cplusplus
}
#endif
#endif
