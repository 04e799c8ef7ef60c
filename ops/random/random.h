/* Random numbers, bit for bit those of TensorFlow 1.15 on one thread, and the initializers that draw them.
 *
 * Seeds: the graph's (tf_set_random_seed) and the op's. With either, an op's stream is determined; with the graph's alone,
 * it also depends on how many ops were made before: as many as TensorFlow makes, gradients and optimizers included, so that what
 * is drawn after them is TensorFlow's too. Not so after the gradient of a loop or a branch (dynamic_rnn's too), where TensorFlow
 * makes stacks for what its backward loop reads; of an IndexedSlices made by hand; of eigenvectors, and of what has a gradient
 * beyond TensorFlow's. With neither, each session draws afresh. Every run, and every iteration
 * of a loop, takes the next numbers; a new session starts over. */
#ifndef TF1C_OPS_RANDOM_RANDOM_H
#define TF1C_OPS_RANDOM_RANDOM_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include <math.h>

#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TF_NO_SEED INT64_MIN /* an unset seed: Python's None */

/* Numbers of a normal law, of one cut off at two standard deviations.         TF1: tf.random_normal, tf.truncated_normal
 *   shape   SHAPE(2, 3), or an int32 or int64 vector such as tf_shape(x)
 *   dtypes  float32 (default), float64;   no gradient
 *   errors  ValueError: a negative dimension
 *   source  python/ops/random_ops.py, core/kernels/random_op.cc */
struct tf_random_args {
    tf_source here;
    TF_ARG_(1) tf_operand shape;
    TF_ARG_(2) double mean;
    TF_ARG_(3) double stddev;
    TF_ARG_(4) tf_dtype dtype;
    TF_ARG_(5) int64_t seed;
    TF_ARG_(6) const char *name;
};
#define TF_RANDOM_(...)                                                                                  \
    ((struct tf_random_args){ .shape = TF_UNSET_, .stddev = 1, .dtype = tf_float32, .seed = TF_NO_SEED, TF_HERE_, \
                              TF_PLACES_(__VA_ARGS__) })
#define tf_random_normal(...) TF_KWARGS_(tf_random_normal_(TF_RANDOM_(__VA_ARGS__)))
#define tf_truncated_normal(...) TF_KWARGS_(tf_truncated_normal_(TF_RANDOM_(__VA_ARGS__)))
#define tf_random_truncated_normal(...) tf_truncated_normal(__VA_ARGS__)
TF1C_API tf_tensor tf_random_normal_(struct tf_random_args args);
TF1C_API tf_tensor tf_truncated_normal_(struct tf_random_args args);

/* Numbers in [minval, maxval), which may be numbers or tensors of dtype; maxval unset: 1; for int32 and int64 it must be given; an
 * int64 is exact.                                                                                       TF1: tf.random_uniform
 *   errors  ValueError "Must specify maxval for integer dtype tf.int32", "Invalid dtype tf.bool";  run: InvalidArgumentError
 *           "Need minval < maxval, got 5 >= 5" */
struct tf_random_uniform_args {
    tf_source here;
    TF_ARG_(1) tf_operand shape;
    TF_ARG_(2) tf_operand minval;
    TF_ARG_(3) tf_operand maxval;
    TF_ARG_(4) tf_dtype dtype;
    TF_ARG_(5) int64_t seed;
    TF_ARG_(6) const char *name;
};
#define tf_random_uniform(...)                                                                                             \
    TF_KWARGS_(tf_random_uniform_((struct tf_random_uniform_args){ .shape = TF_UNSET_, .minval = TF_UNSET_, .maxval = TF_UNSET_, .dtype = tf_float32, \
        .seed = TF_NO_SEED, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_random_uniform_(struct tf_random_uniform_args args);

/* The rows of value in random order.                                                                  TF1: tf.random_shuffle */
struct tf_seeded_args {
    tf_source here;
    TF_ARG_(1) tf_operand value;
    TF_ARG_(2) int64_t seed;
    TF_ARG_(3) const char *name;
};
#define tf_random_shuffle(...) TF_FIRST1_(tf_random_shuffle_, struct tf_seeded_args, TF_DATA_, value, #__VA_ARGS__, .value = \
    TF_UNSET_, .seed = TF_NO_SEED, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_random_shuffle_(tf_operand value, struct tf_seeded_args args);

/* num_samples class numbers for each row of logits, unnormalized log probabilities.    TF1: tf.multinomial, tf.random.categorical
 *   shapes  logits [batch, classes] -> [batch, num_samples];   dtypes  output_dtype: int64 (default) or int32
 *   errors  InvalidArgumentError "num_classes should be positive, got 0" */
struct tf_multinomial_args {
    tf_source here;
    TF_ARG_(1) tf_operand logits;
    TF_ARG_(2) tf_operand num_samples;
    TF_ARG_(3) int64_t seed;
    TF_ARG_(4) const char *name;
    TF_ARG_(5) tf_dtype output_dtype;
};
#define tf_multinomial(...)                                                                                 \
    TF_KWARGS_(tf_multinomial_((struct tf_multinomial_args){ .logits = TF_UNSET_, .num_samples = TF_UNSET_, \
        .seed = TF_NO_SEED, .output_dtype = tf_int64, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_multinomial_(struct tf_multinomial_args args);
struct tf_categorical_args {
    tf_source here;
    TF_ARG_(1) tf_operand logits;
    TF_ARG_(2) tf_operand num_samples;
    TF_ARG_(3) tf_dtype dtype;
    TF_ARG_(4) int64_t seed;
    TF_ARG_(5) const char *name;
};
#define tf_random_categorical(...)                                                                                 \
    TF_KWARGS_(tf_random_categorical_((struct tf_categorical_args){ .logits = TF_UNSET_, .num_samples = TF_UNSET_, \
        .dtype = tf_int64, .seed = TF_NO_SEED, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_random_categorical_(struct tf_categorical_args args);

#ifdef __cplusplus
}
#endif
#endif
