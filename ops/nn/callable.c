/* The functions behind activations as values. The line to blame is that of the layer or cell that calls them. */
#include "ops/nn/callable.h"
#include "ops/nn/activation.h"

#include "ops/array/identity.h"
#include "ops/math/unary.h"

#define CALLABLE(name, built) \
    tf_tensor(name)(tf_tensor x) { return built(tf_operand_tensor(x), (struct tf_name_args){ 0 }); }
CALLABLE(tf_tanh, tf_tanh_)
CALLABLE(tf_nn_tanh, tf_tanh_)
CALLABLE(tf_math_tanh, tf_tanh_)
CALLABLE(tf_sigmoid, tf_sigmoid_)
CALLABLE(tf_nn_sigmoid, tf_sigmoid_)
CALLABLE(tf_math_sigmoid, tf_sigmoid_)
CALLABLE(tf_nn_relu, tf_nn_relu_)
CALLABLE(tf_nn_relu6, tf_nn_relu6_)
CALLABLE(tf_nn_elu, tf_nn_elu_)
CALLABLE(tf_nn_selu, tf_nn_selu_)
CALLABLE(tf_nn_softplus, tf_nn_softplus_)
CALLABLE(tf_nn_softsign, tf_nn_softsign_)
CALLABLE(tf_nn_swish, tf_nn_swish_)
CALLABLE(tf_identity, tf_identity_)
CALLABLE(tf_exp, tf_exp_)
CALLABLE(tf_square, tf_square_)
CALLABLE(tf_neg, tf_neg_)
CALLABLE(tf_abs, tf_abs_)
CALLABLE(tf_sign, tf_sign_)
CALLABLE(tf_sqrt, tf_sqrt_)
CALLABLE(tf_rsqrt, tf_rsqrt_)
CALLABLE(tf_reciprocal, tf_reciprocal_)
CALLABLE(tf_expm1, tf_expm1_)
CALLABLE(tf_log, tf_log_)
CALLABLE(tf_log1p, tf_log1p_)
CALLABLE(tf_log_sigmoid, tf_log_sigmoid_)
CALLABLE(tf_sin, tf_sin_)
CALLABLE(tf_cos, tf_cos_)
CALLABLE(tf_tan, tf_tan_)
CALLABLE(tf_asin, tf_asin_)
CALLABLE(tf_acos, tf_acos_)
CALLABLE(tf_atan, tf_atan_)
CALLABLE(tf_sinh, tf_sinh_)
CALLABLE(tf_cosh, tf_cosh_)
CALLABLE(tf_erf, tf_erf_)
CALLABLE(tf_floor, tf_floor_)
CALLABLE(tf_ceil, tf_ceil_)
CALLABLE(tf_round, tf_round_)
CALLABLE(tf_rint, tf_rint_)

tf_tensor(tf_nn_leaky_relu)(tf_tensor features) { return tf_nn_leaky_relu(features); }
tf_tensor(tf_nn_softmax)(tf_tensor logits) { return tf_nn_softmax(logits); }
tf_tensor(tf_nn_log_softmax)(tf_tensor logits) { return tf_nn_log_softmax(logits); }
