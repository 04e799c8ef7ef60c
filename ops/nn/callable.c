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

tf_tensor(tf_nn_leaky_relu)(tf_tensor features) { return tf_nn_leaky_relu(features); }
tf_tensor(tf_nn_softmax)(tf_tensor logits) { return tf_nn_softmax(logits); }
tf_tensor(tf_nn_log_softmax)(tf_tensor logits) { return tf_nn_log_softmax(logits); }
