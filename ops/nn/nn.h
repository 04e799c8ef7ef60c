/* Softmax, cross entropies, biases, dropout: TF1's tf.nn. */
#ifndef TF1C_OPS_NN_NN_H
#define TF1C_OPS_NN_NN_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../random/random.h"

#ifdef __cplusplus
extern "C" {
#endif

/* e^x / Σ e^x along `axis` (unset: the last), and its logarithm.                     TF1: tf.nn.softmax, tf.nn.log_softmax
 *   shapes  logits [.., classes] -> the same;   dtypes  floating
 *   errors  InvalidArgumentError "Dimension (5) must be in the range [-2, 2) …";  ValueError: rank 0
 *   source  python/ops/nn_ops.py _softmax, core/kernels/softmax_op_functor.h */
struct tf_softmax_args {
    tf_source here;
    TF_ARG_(1) tf_operand logits;
    TF_ARG_(2) int axis;
    TF_ARG_(3) const char *name;
    TF_ARG_(4) int dim; /* the old name of axis */
};
#define TF_SOFTMAX_(...) \
    ((struct tf_softmax_args){ .logits = TF_UNSET_, .axis = TF_NO_AXIS, .dim = TF_NO_AXIS, TF_HERE_, TF_PLACES_(__VA_ARGS__) })
#define tf_nn_softmax(...) TF_KWARGS_(tf_nn_softmax_(TF_SOFTMAX_(__VA_ARGS__)))
#define tf_nn_log_softmax(...) TF_KWARGS_(tf_nn_log_softmax_(TF_SOFTMAX_(__VA_ARGS__)))
#define tf_math_softmax(...) tf_nn_softmax(__VA_ARGS__)
#define tf_math_log_softmax(...) tf_nn_log_softmax(__VA_ARGS__)
TF1C_API tf_tensor tf_nn_softmax_(struct tf_softmax_args args);
TF1C_API tf_tensor tf_nn_log_softmax_(struct tf_softmax_args args);

/* -Σ labels·log softmax(logits) along the classes. v1 passes no gradient to the labels, v2 does.
 * TF1: tf.nn.softmax_cross_entropy_with_logits, …_v2
 *   dim, axis  the classes' axis; unset: the last
 *   shapes     labels, logits [.., classes] -> [..]
 *   grad       dlogits = softmax(logits) - labels, for labels that do not sum to 1 too; dlabels = -log softmax(logits)
 *   errors     ValueError "Only call `softmax_cross_entropy_with_logits` with named arguments (labels=..., logits=..., ...)",
 *              "Both labels and logits must be provided.";  run: InvalidArgumentError "logits and labels must be broadcastable: …"
 *   source     python/ops/nn_ops.py, core/kernels/xent_op.cc */
struct tf_xent_args {
    tf_source here;
    TF_ARG_(1) tf_tensor sentinel_; /* takes what was meant without a keyword */
    TF_ARG_(2) tf_tensor labels;
    TF_ARG_(3) tf_tensor logits;
    TF_ARG_(4) int dim;
    TF_ARG_(5) const char *name;
    TF_ARG_(6) int axis;
};
struct tf_xent_v2_args {
    tf_source here;
    TF_ARG_(1) tf_tensor labels;
    TF_ARG_(2) tf_tensor logits;
    TF_ARG_(3) int axis;
    TF_ARG_(4) const char *name;
    TF_ARG_(5) int dim;
};
#define tf_nn_softmax_cross_entropy_with_logits(...)     \
    TF_KWARGS_(tf_nn_softmax_cross_entropy_with_logits_( \
        (struct tf_xent_args){ .dim = TF_NO_AXIS, .axis = TF_NO_AXIS, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_nn_softmax_cross_entropy_with_logits_v2(...)     \
    TF_KWARGS_(tf_nn_softmax_cross_entropy_with_logits_v2_( \
        (struct tf_xent_v2_args){ .axis = TF_NO_AXIS, .dim = TF_NO_AXIS, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_softmax_cross_entropy_with_logits_(struct tf_xent_args args);
TF1C_API tf_tensor tf_nn_softmax_cross_entropy_with_logits_v2_(struct tf_xent_v2_args args);

/* The same for labels that are class numbers: labels [..] int32 or int64, logits [.., classes] -> [..].
 * TF1: tf.nn.sparse_softmax_cross_entropy_with_logits
 *   grad    to the logits; the second derivative is disabled, as in TF
 *   errors  as above;  ValueError "Rank mismatch: …", "Shape mismatch: …";  run: InvalidArgumentError "Received a label value of
 *           3 which is outside the valid range of [0, 3).  Label values: 3" */
struct tf_sparse_xent_args {
    tf_source here;
    TF_ARG_(1) tf_tensor sentinel_;
    TF_ARG_(2) tf_tensor labels;
    TF_ARG_(3) tf_tensor logits;
    TF_ARG_(4) const char *name;
};
#define tf_nn_sparse_softmax_cross_entropy_with_logits(...) \
    tf_nn_sparse_softmax_cross_entropy_with_logits_((struct tf_sparse_xent_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) })
TF1C_API tf_tensor tf_nn_sparse_softmax_cross_entropy_with_logits_(struct tf_sparse_xent_args args);

/* Elementwise -z·log σ(x) - (1 - z)·log(1 - σ(x)), x logits, z labels, without overflow; labels and logits of one shape.
 * TF1: tf.nn.sigmoid_cross_entropy_with_logits */
#define tf_nn_sigmoid_cross_entropy_with_logits(...) \
    tf_nn_sigmoid_cross_entropy_with_logits_((struct tf_sparse_xent_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) })
TF1C_API tf_tensor tf_nn_sigmoid_cross_entropy_with_logits_(struct tf_sparse_xent_args args);

/* The same with positive labels weighted by pos_weight: .pos_weight = 2.           TF1: tf.nn.weighted_cross_entropy_with_logits */
struct tf_weighted_xent_args {
    tf_source here;
    TF_ARG_(1) tf_tensor labels;
    TF_ARG_(2) tf_tensor logits;
    TF_ARG_(3) tf_operand pos_weight;
    TF_ARG_(4) const char *name;
    TF_ARG_(5) tf_tensor targets; /* the old name of labels */
};
#define tf_nn_weighted_cross_entropy_with_logits(...) \
    TF_KWARGS_(tf_nn_weighted_cross_entropy_with_logits_((struct tf_weighted_xent_args){ \
        .pos_weight = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_weighted_cross_entropy_with_logits_(struct tf_weighted_xent_args args);

/* Elementwise e^c - z·c, c log_input, z targets: -log of Poisson's probability of z at the rate e^c, but for log z!.
 * TF1: tf.nn.log_poisson_loss
 *   compute_full_loss  adds Stirling's z·log z - z + log(2·π·z) / 2 where z is beyond [0, 1]
 *   shapes  targets, log_input of one shape;   dtypes  floating
 *   errors  ValueError "log_input and targets must have the same shape (…)";   source  python/ops/nn_impl.py */
struct tf_log_poisson_loss_args {
    tf_source here;
    TF_ARG_(1) tf_operand targets;
    TF_ARG_(2) tf_operand log_input;
    TF_ARG_(3) bool compute_full_loss;
    TF_ARG_(4) const char *name;
};
#define tf_nn_log_poisson_loss(...)                                                                                \
    TF_KWARGS_(tf_nn_log_poisson_loss_((struct tf_log_poisson_loss_args){ .targets = TF_UNSET_, .log_input = TF_UNSET_, \
        TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_log_poisson_loss_(struct tf_log_poisson_loss_args args);

/* Σ x² / 2, a scalar.                                                                TF1: tf.nn.l2_loss */
#define tf_nn_l2_loss(...) TF_NAMED1_(tf_nn_l2_loss_, tf_operand, TF_DATA_, t, #__VA_ARGS__, .t = TF_UNSET_, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_nn_l2_loss_(tf_operand t, struct tf_name_args args);

/* x / √max(Σ x², epsilon) along axis (or .axes = AXES(0, 1); unset: all).            TF1: tf.nn.l2_normalize */
struct tf_l2_normalize_args {
    tf_source here;
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) tf_operand axis;
    TF_ARG_(3) double epsilon;
    TF_ARG_(4) const char *name;
    TF_ARG_(5) tf_operand dim; /* the old name of axis */
    tf_operand axes;
};
#define tf_nn_l2_normalize(...)                                                                                         \
    TF_KWARGS_(tf_nn_l2_normalize_((struct tf_l2_normalize_args){ .x = TF_UNSET_, .axis = TF_UNSET_, .epsilon = 1e-12,  \
        .dim = TF_UNSET_, .axes = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_math_l2_normalize(...) tf_nn_l2_normalize(__VA_ARGS__)
TF1C_API tf_tensor tf_nn_l2_normalize_(struct tf_l2_normalize_args args);

/* value + bias along the channels: value [.., c] ("NHWC", the default) or [n, c, ..] ("NCHW"), bias [c].
 * TF1: tf.nn.bias_add
 *   grad    dvalue = dy, dbias = dy summed over all axes but c
 *   errors  ValueError: bias not [c];  run: InvalidArgumentError "Must provide as many biases as the last dimension …" */
struct tf_bias_add_args {
    tf_source here;
    TF_ARG_(1) tf_operand value;
    TF_ARG_(2) tf_operand bias;
    TF_ARG_(3) const char *data_format;
    TF_ARG_(4) const char *name;
};
#define tf_nn_bias_add(...)                                                                                \
    TF_KWARGS_(tf_nn_bias_add_((struct tf_bias_add_args){ .value = TF_UNSET_, .bias = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_bias_add_(struct tf_bias_add_args args);

/* The share of zeros among the elements, a float32 scalar.                          TF1: tf.nn.zero_fraction */
struct tf_zero_fraction_args {
    tf_source here;
    TF_ARG_(1) tf_operand value;
    TF_ARG_(2) const char *name;
};
#define tf_nn_zero_fraction(...) \
    TF_KWARGS_(tf_nn_zero_fraction_((struct tf_zero_fraction_args){ .value = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_math_zero_fraction(...) tf_nn_zero_fraction(__VA_ARGS__)
TF1C_API tf_tensor tf_nn_zero_fraction_(struct tf_zero_fraction_args args);

/* x·weights + biases.                                                                TF1: tf.nn.xw_plus_b */
struct tf_xw_plus_b_args {
    tf_source here;
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) tf_operand weights;
    TF_ARG_(3) tf_operand biases;
    TF_ARG_(4) const char *name;
};
#define tf_nn_xw_plus_b(...)                                                                                           \
    TF_KWARGS_(tf_nn_xw_plus_b_((struct tf_xw_plus_b_args){ .x = TF_UNSET_, .weights = TF_UNSET_, .biases = TF_UNSET_, \
        TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_xw_plus_b_(struct tf_xw_plus_b_args args);

/* max(x·weights + biases, 0).                                                        TF1: tf.nn.relu_layer */
#define tf_nn_relu_layer(...)                                                                                           \
    TF_KWARGS_(tf_nn_relu_layer_((struct tf_xw_plus_b_args){ .x = TF_UNSET_, .weights = TF_UNSET_, .biases = TF_UNSET_, \
        TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_relu_layer_(struct tf_xw_plus_b_args args);

/* max(x, 0) and max(-x, 0) one after the other along `axis` (unset: the last).       TF1: tf.nn.crelu
 *   shapes  [.., n] -> [.., 2·n];   dtypes  numbers, but not uint8;   errors  ValueError: rank 0
 *   source  python/ops/nn_ops.py crelu */
struct tf_crelu_args {
    tf_source here;
    TF_ARG_(1) tf_operand features;
    TF_ARG_(2) const char *name;
    TF_ARG_(3) int axis;
};
#define tf_nn_crelu(...) \
    TF_KWARGS_(tf_nn_crelu_((struct tf_crelu_args){ .features = TF_UNSET_, .axis = -1, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_crelu_(struct tf_crelu_args args);

/* Each element kept with probability keep_prob and scaled by 1/keep_prob, else 0: tf_nn_dropout(x, keep_prob),
 * tf_nn_dropout(x, 0.5), tf_nn_dropout(x, .rate = 0.5). With nothing to drop it is x itself.           TF1: tf.nn.dropout
 *   keep_prob, rate  a scalar, a number in [0, 1); one of the two (rate = 1 - keep_prob)
 *   noise_shape      dimensions of 1 are dropped together: .noise_shape = SHAPE(2, 1)
 *   seed             unset: derived from the graph's
 *   errors           ValueError "You must provide a rate to dropout.", "rate must be a scalar tensor or a float in the range
 *                    [0, 1), got 1.5", "Cannot specify both 'keep_prob' and 'rate'"
 *   source           python/ops/nn_ops.py dropout_v2 */
struct tf_dropout_args {
    tf_source here;
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) tf_operand keep_prob;
    TF_ARG_(3) tf_operand noise_shape;
    TF_ARG_(4) int64_t seed;
    TF_ARG_(5) const char *name;
    TF_ARG_(6) tf_operand rate;
};
#define tf_nn_dropout(...)                                                                                         \
    TF_KWARGS_(tf_nn_dropout_((struct tf_dropout_args){ .noise_shape = TF_UNSET_, .x = TF_UNSET_, .keep_prob = TF_UNSET_, .rate = TF_UNSET_, \
        .seed = TF_NO_SEED, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_dropout_(struct tf_dropout_args args);

/* Mean and variance over .axes = AXES(0, 1) (or one axis).                           TF1: tf.nn.moments */
typedef struct tf_moments {
    tf_tensor mean, variance;
} tf_moments;
struct tf_moments_args {
    tf_source here;
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) tf_operand axes;
    TF_ARG_(3) tf_operand shift; /* does nothing, as in TF */
    TF_ARG_(4) const char *name;
    TF_ARG_(5) bool keep_dims;
    bool keepdims;
};
#define tf_nn_moments(...)                                                                                                    \
    TF_KWARGS_(tf_nn_moments_((struct tf_moments_args){ .x = TF_UNSET_, .axes = TF_UNSET_, .shift = TF_UNSET_, TF_HERE_,     \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_moments tf_nn_moments_(struct tf_moments_args args);

/* The same of x that counts as often as frequency_weights say, which broadcast to x.  TF1: tf.nn.weighted_moments */
struct tf_weighted_moments_args {
    tf_source here;
    TF_ARG_(1) tf_operand x;
    TF_ARG_(2) tf_operand axes;
    TF_ARG_(3) tf_operand frequency_weights;
    TF_ARG_(4) const char *name;
    TF_ARG_(5) bool keep_dims;
    TF_ARG_(6) bool keepdims;
};
#define tf_nn_weighted_moments(...)                                                                                        \
    TF_KWARGS_(tf_nn_weighted_moments_((struct tf_weighted_moments_args){ .x = TF_UNSET_, .axes = TF_UNSET_,               \
        .frequency_weights = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_moments tf_nn_weighted_moments_(struct tf_weighted_moments_args args);

#ifdef __cplusplus
}
#endif
#endif
