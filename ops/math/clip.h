/* Clipping by value and by norm. IndexedSlices stay so: their values alone are clipped, and counted in norms, rows of one index
 * apart. */
#ifndef TF1C_OPS_MATH_CLIP_H
#define TF1C_OPS_MATH_CLIP_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* t, no smaller than clip_value_min and no larger than clip_value_max; at a bound the gradient is 1. TF1: tf.clip_by_value
 *   errors  ValueError: a bound whose shape would widen t's */
struct tf_clip_by_value_args {
    tf_source here;
    TF_ARG_(1) tf_operand t;
    TF_ARG_(2) tf_operand clip_value_min;
    TF_ARG_(3) tf_operand clip_value_max;
    TF_ARG_(4) const char *name;
};
#define tf_clip_by_value(...)                                                                                 \
    TF_KWARGS_(tf_clip_by_value_((struct tf_clip_by_value_args){ .t = TF_UNSET_, .clip_value_min = TF_UNSET_, \
        .clip_value_max = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_clip_by_value_(struct tf_clip_by_value_args args);

/* t · clip_norm / max(‖t‖, clip_norm), the norm taken over all of t, or over .axes (or .axis).       TF1: tf.clip_by_norm
 *   grad    0 contribution of the norm where t is all zeros
 *   source  python/ops/clip_ops.py */
struct tf_clip_by_norm_args {
    tf_source here;
    TF_ARG_(1) tf_operand t;
    TF_ARG_(2) tf_operand clip_norm;
    TF_ARG_(3) tf_operand axes;
    TF_ARG_(4) const char *name;
    tf_operand axis; /* the same */
};
#define tf_clip_by_norm(...)                                                                                               \
    TF_KWARGS_(tf_clip_by_norm_((struct tf_clip_by_norm_args){ .t = TF_UNSET_, .clip_norm = TF_UNSET_, .axes = TF_UNSET_,  \
        .axis = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_clip_by_norm_(struct tf_clip_by_norm_args args);

/* t · clip_norm · min(n / ‖t‖, 1 / clip_norm), of n elements: no more than clip_norm is left of ‖t‖ / n. IndexedSlices become a tensor.
 * TF1: tf.clip_by_average_norm
 *   dtypes  float32;   source  python/ops/clip_ops.py */
#define tf_clip_by_average_norm(...) TF_NAMED2_(tf_clip_by_average_norm_, tf_operand, TF_GIVEN_, t, tf_operand, TF_GIVEN_, clip_norm, \
    #__VA_ARGS__, .t = TF_UNSET_, .clip_norm = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_clip_by_average_norm_(tf_operand t, tf_operand clip_norm, struct tf_name_args args);

/* √(Σ of the squares of all elements of all tensors); none handles are skipped.    TF1: tf.global_norm, tf.linalg.global_norm */
struct tf_global_norm_args {
    tf_source here;
    TF_ARG_(1) tf_list t_list;
    TF_ARG_(2) const char *name;
};
#define tf_global_norm(...) TF_KWARGS_(tf_global_norm_((struct tf_global_norm_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_linalg_global_norm(...) tf_global_norm(__VA_ARGS__)
TF1C_API tf_tensor tf_global_norm_(struct tf_global_norm_args args);

/* Each tensor · clip_norm / max(global norm, clip_norm), and that norm (use_norm if given). TF1: tf.clip_by_global_norm
 *   returns list, as long as t_list, none handles where it has them; norm
 *   values  NaN everywhere if the norm is not finite */
typedef struct tf_clipped {
    tf_list list;
    tf_tensor norm;
} tf_clipped;
struct tf_clip_by_global_norm_args {
    tf_source here;
    TF_ARG_(1) tf_list t_list;
    TF_ARG_(2) tf_operand clip_norm;
    TF_ARG_(3) tf_operand use_norm;
    TF_ARG_(4) const char *name;
};
#define tf_clip_by_global_norm(...)                                                                            \
    TF_KWARGS_(tf_clip_by_global_norm_((struct tf_clip_by_global_norm_args){ .clip_norm = TF_UNSET_, \
        .use_norm = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_clipped tf_clip_by_global_norm_(struct tf_clip_by_global_norm_args args);

#ifdef __cplusplus
}
#endif
#endif
