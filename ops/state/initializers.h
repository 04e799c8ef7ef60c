/* Initializers: for tf_get_variable and tf_with_variable_scope .initializer. */
#ifndef TF1C_OPS_STATE_INITIALIZERS_H
#define TF1C_OPS_STATE_INITIALIZERS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../random/random.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zeros, ones, or one value.                  TF1: tf.zeros_initializer, tf.ones_initializer, tf.constant_initializer */
#define tf_zeros_initializer() tf_zeros_initializer_()
#define tf_ones_initializer() tf_ones_initializer_()
struct tf_constant_initializer_args {
    tf_source here;
    TF_ARG_(1) tf_operand value; /* a number, or an array of as many elements as the variable; unset: 0 */
    TF_ARG_(2) tf_dtype dtype;   /* the variable's counts */
};
#define tf_constant_initializer(...) \
    TF_KWARGS_(tf_constant_initializer_((struct tf_constant_initializer_args){ .value = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_initializer tf_zeros_initializer_(void);
TF1C_API tf_initializer tf_ones_initializer_(void);
TF1C_API tf_initializer tf_constant_initializer_(struct tf_constant_initializer_args args);

/* TF1: tf.random_normal_initializer, tf.truncated_normal_initializer, tf.random_uniform_initializer */
struct tf_normal_initializer_args {
    tf_source here;
    double mean, stddev;
    int64_t seed;
    tf_dtype dtype; /* the variable's counts */
};
struct tf_uniform_initializer_args {
    tf_source here;
    double minval, maxval;
    int64_t seed;
    tf_dtype dtype;
};
#define TF_NORMAL_INITIALIZER_(...) \
    ((struct tf_normal_initializer_args){ .stddev = 1, .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ })
#define tf_random_normal_initializer(...) TF_KWARGS_(tf_random_normal_initializer_(TF_NORMAL_INITIALIZER_(__VA_ARGS__)))
#define tf_truncated_normal_initializer(...) TF_KWARGS_(tf_truncated_normal_initializer_(TF_NORMAL_INITIALIZER_(__VA_ARGS__)))
#define tf_random_uniform_initializer(...)             \
    TF_KWARGS_(tf_random_uniform_initializer_(         \
        (struct tf_uniform_initializer_args){ .maxval = NAN, .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_initializer tf_random_normal_initializer_(struct tf_normal_initializer_args args);
TF1C_API tf_initializer tf_truncated_normal_initializer_(struct tf_normal_initializer_args args);
TF1C_API tf_initializer tf_random_uniform_initializer_(struct tf_uniform_initializer_args args);

/* Scaled to the fans, fan_in and fan_out being a weight's last two dimensions times the others.
 *   variance_scaling  variance scale / n, n by mode "fan_in", "fan_out" or "fan_avg"; distribution "truncated_normal" ("normal"),
 *                     "untruncated_normal" or "uniform"
 *   glorot_uniform    (also xavier) limit √(6 / (fan_in + fan_out));   glorot_normal   variance 2 / (fan_in + fan_out)
 *   errors            ValueError "`scale` must be positive float.", "('Invalid `mode` argument:', 'x')"
 *   source            python/ops/init_ops.py VarianceScaling, contrib/layers/python/layers/initializers.py
 * TF1: tf.variance_scaling_initializer, tf.glorot_uniform_initializer, tf.contrib.layers.xavier_initializer … */
struct tf_variance_scaling_args {
    tf_source here;
    double scale;
    const char *mode, *distribution;
    int64_t seed;
    tf_dtype dtype;
};
struct tf_glorot_args {
    tf_source here;
    int64_t seed;
    tf_dtype dtype;
};
struct tf_xavier_args {
    tf_source here;
    bool uniform;
    int64_t seed;
    tf_dtype dtype;
};
#define tf_variance_scaling_initializer(...)                                                                          \
    TF_KWARGS_(tf_variance_scaling_initializer_((struct tf_variance_scaling_args){                                    \
        .scale = 1, .mode = "fan_in", .distribution = "truncated_normal", .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ }))
#define tf_glorot_uniform_initializer(...) \
    TF_KWARGS_(tf_glorot_uniform_initializer_((struct tf_glorot_args){ .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ }))
#define tf_glorot_normal_initializer(...) \
    TF_KWARGS_(tf_glorot_normal_initializer_((struct tf_glorot_args){ .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ }))
#define tf_contrib_layers_xavier_initializer(...)     \
    TF_KWARGS_(tf_contrib_layers_xavier_initializer_( \
        (struct tf_xavier_args){ .uniform = true, .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ }))
#define tf_contrib_layers_xavier_initializer_conv2d(...) tf_contrib_layers_xavier_initializer(__VA_ARGS__)
/* variance_scaling with scale 2 (he) or 1 (lecun) by the inputs, normal or uniform. TF1: tf.initializers.he_normal, he_uniform, … */
#define TF_FAN_IN_(scale, law, ...) \
    TF_KWARGS_(tf_fan_in_initializer_(scale, law, (struct tf_glorot_args){ .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ }))
#define tf_initializers_he_normal(...) TF_FAN_IN_(2, "truncated_normal", __VA_ARGS__)
#define tf_initializers_he_uniform(...) TF_FAN_IN_(2, "uniform", __VA_ARGS__)
#define tf_initializers_lecun_normal(...) TF_FAN_IN_(1, "truncated_normal", __VA_ARGS__)
#define tf_initializers_lecun_uniform(...) TF_FAN_IN_(1, "uniform", __VA_ARGS__)
#define tf_keras_initializers_he_normal(...) tf_initializers_he_normal(__VA_ARGS__)
#define tf_keras_initializers_he_uniform(...) tf_initializers_he_uniform(__VA_ARGS__)
#define tf_keras_initializers_lecun_normal(...) tf_initializers_lecun_normal(__VA_ARGS__)
#define tf_keras_initializers_lecun_uniform(...) tf_initializers_lecun_uniform(__VA_ARGS__)
TF1C_API tf_initializer tf_fan_in_initializer_(double scale, const char *law, struct tf_glorot_args args);

/* gain·(the matrix with ones on its diagonal), rectangular ones too.              TF1: tf.initializers.identity
 *   errors  ValueError "Identity matrix initializer can only be used for 2D matrices." */
struct tf_gain_args {
    tf_source here;
    double gain;
    int64_t seed;
    tf_dtype dtype;
};
#define tf_initializers_identity(...) \
    TF_KWARGS_(tf_initializers_identity_((struct tf_gain_args){ .gain = 1, .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_initializer tf_initializers_identity_(struct tf_gain_args args);

/* gain·(a matrix of orthonormal columns, or rows if it has fewer), [.., n] as one of n columns: tf_qr of random normal numbers.
 * TF1: tf.orthogonal_initializer
 *   errors  ValueError "The tensor to initialize must be at least two-dimensional" */
#define tf_orthogonal_initializer(...) \
    TF_KWARGS_(tf_orthogonal_initializer_((struct tf_gain_args){ .gain = 1, .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ }))
#define tf_initializers_orthogonal(...) tf_orthogonal_initializer(__VA_ARGS__)
#define tf_keras_initializers_orthogonal(...) tf_orthogonal_initializer(__VA_ARGS__)
#define tf_keras_initializers_identity(...) tf_initializers_identity(__VA_ARGS__)
TF1C_API tf_initializer tf_orthogonal_initializer_(struct tf_gain_args args);

/* The contrib one: .mode "FAN_IN", "FAN_OUT" or "FAN_AVG", a normal law cut off at two deviations, or a uniform one.
 * TF1: tf.contrib.layers.variance_scaling_initializer
 *   errors  TypeError "Unknown mode x [FAN_IN, FAN_OUT, FAN_AVG]" */
struct tf_contrib_scaling_args {
    tf_source here;
    double factor;
    const char *mode;
    bool uniform;
    int64_t seed;
    tf_dtype dtype;
};
#define tf_contrib_layers_variance_scaling_initializer(...)                                                             \
    TF_KWARGS_(tf_contrib_layers_variance_scaling_initializer_((struct tf_contrib_scaling_args){                        \
        .factor = 2, .mode = "FAN_IN", .seed = TF_NO_SEED, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_initializer tf_contrib_layers_variance_scaling_initializer_(struct tf_contrib_scaling_args args);

TF1C_API tf_initializer tf_variance_scaling_initializer_(struct tf_variance_scaling_args args);
TF1C_API tf_initializer tf_glorot_uniform_initializer_(struct tf_glorot_args args);
TF1C_API tf_initializer tf_glorot_normal_initializer_(struct tf_glorot_args args);
TF1C_API tf_initializer tf_contrib_layers_xavier_initializer_(struct tf_xavier_args args);

#ifndef __cplusplus
/* Without parentheses, as Python's classes: .initializer = tf_zeros_initializer. */
TF1C_API extern const tf_initializer tf_zeros_initializer, tf_ones_initializer, tf_constant_initializer, tf_random_normal_initializer,
    tf_truncated_normal_initializer, tf_random_uniform_initializer, tf_variance_scaling_initializer, tf_glorot_uniform_initializer,
    tf_glorot_normal_initializer, tf_orthogonal_initializer;
#endif

/* TF1.15's newer names. */
#define tf_initializers_zeros() tf_zeros_initializer()
#define tf_initializers_ones() tf_ones_initializer()
#define tf_initializers_constant(...) tf_constant_initializer(__VA_ARGS__)
#define tf_initializers_random_normal(...) tf_random_normal_initializer(__VA_ARGS__)
#define tf_initializers_truncated_normal(...) tf_truncated_normal_initializer(__VA_ARGS__)
#define tf_initializers_random_uniform(...) tf_random_uniform_initializer(__VA_ARGS__)
#define tf_initializers_variance_scaling(...) tf_variance_scaling_initializer(__VA_ARGS__)
#define tf_initializers_glorot_uniform(...) tf_glorot_uniform_initializer(__VA_ARGS__)
#define tf_initializers_glorot_normal(...) tf_glorot_normal_initializer(__VA_ARGS__)

/* What an initializer makes for a shape, as Python's initializer(shape, dtype); dtype unset: float32. */
struct tf_initial_value_args {
    tf_source here;
    tf_dtype dtype;
};
#define tf_initial_value(initializer, shape, ...) \
    tf_initial_value_(initializer, shape, (struct tf_initial_value_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_tensor tf_initial_value_(tf_initializer initializer, tf_dims shape, struct tf_initial_value_args args);

#ifdef __cplusplus
}
#endif
#endif
