/* Sums of many tensors. */
#ifndef TF1C_OPS_MATH_ADD_N_H
#define TF1C_OPS_MATH_ADD_N_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sum of tensors of one shape and dtype. Gradient: dy to each.                      TF1: tf.add_n
 *   errors  ValueError: an empty list;  shapes that differ */
struct tf_add_n_args {
    tf_source here;
    TF_ARG_(1) tf_list inputs;
    TF_ARG_(2) const char *name;
};
#define tf_add_n(...) TF_KWARGS_(tf_add_n_((struct tf_add_n_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_math_add_n(...) tf_add_n(__VA_ARGS__)
TF1C_API tf_tensor tf_add_n_(struct tf_add_n_args args);

#ifdef __cplusplus
}
#endif
#endif
