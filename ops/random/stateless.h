/* Random numbers that their seed alone decides: none are drawn from a stream. */
#ifndef TF1C_OPS_RANDOM_STATELESS_H
#define TF1C_OPS_RANDOM_STATELESS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "random.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Numbers of a normal law, of one cut off at two standard deviations: the same for the same seed, whenever they are asked for.
 * TF1: tf.random.stateless_normal, tf.random.stateless_truncated_normal
 *   seed    two integers, as AXES(3, 7) or an int32 or int64 tensor [2]
 *   shapes  an integer vector -> of that shape;   dtypes  floating;   grad  none
 *   errors  ValueError: seed has another shape;  TypeError: it is not of integers
 *   source  python/ops/stateless_random_ops.py, core/kernels/stateless_random_ops.cc */
struct tf_stateless_random_args {
    tf_source here;
    TF_ARG_(1) tf_operand shape;
    TF_ARG_(2) tf_operand seed;
    TF_ARG_(3) double mean;
    TF_ARG_(4) double stddev;
    TF_ARG_(5) tf_dtype dtype;
    TF_ARG_(6) const char *name;
};
#define TF_STATELESS_RANDOM_(...)                                                                                              \
    ((struct tf_stateless_random_args){ .shape = TF_UNSET_, .seed = TF_UNSET_, .stddev = 1, .dtype = tf_float32, TF_HERE_,     \
                                        TF_PLACES_(__VA_ARGS__) })
#define tf_random_stateless_normal(...) TF_KWARGS_(tf_random_stateless_normal_(TF_STATELESS_RANDOM_(__VA_ARGS__)))
#define tf_random_stateless_truncated_normal(...) \
    TF_KWARGS_(tf_random_stateless_truncated_normal_(TF_STATELESS_RANDOM_(__VA_ARGS__)))
TF1C_API tf_tensor tf_random_stateless_normal_(struct tf_stateless_random_args args);
TF1C_API tf_tensor tf_random_stateless_truncated_normal_(struct tf_stateless_random_args args);

/* Numbers in [minval, maxval); maxval unset: 1, for int32 and int64 it must be given.          TF1: tf.random.stateless_uniform
 *   errors  ValueError: seed has another shape, maxval is not given; at run InvalidArgumentError "Need minval < maxval, got 3 >= 2" */
struct tf_stateless_uniform_args {
    tf_source here;
    TF_ARG_(1) tf_operand shape;
    TF_ARG_(2) tf_operand seed;
    TF_ARG_(3) tf_operand minval;
    TF_ARG_(4) tf_operand maxval;
    TF_ARG_(5) tf_dtype dtype;
    TF_ARG_(6) const char *name;
};
#define tf_random_stateless_uniform(...)                                                                                     \
    TF_KWARGS_(tf_random_stateless_uniform_((struct tf_stateless_uniform_args){ .shape = TF_UNSET_, .seed = TF_UNSET_,       \
        .minval = TF_UNSET_, .maxval = TF_UNSET_, .dtype = tf_float32, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_random_stateless_uniform_(struct tf_stateless_uniform_args args);

#ifdef __cplusplus
}
#endif
#endif
