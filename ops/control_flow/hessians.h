/* Second derivatives. */
#ifndef TF1C_OPS_CONTROL_FLOW_HESSIANS_H
#define TF1C_OPS_CONTROL_FLOW_HESSIANS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of each x [..] the matrix of second derivatives of the ys' sum, [.., ..]: a while_loop over the gradient's elements, which
 * differentiates each.                                                                                      TF1: tf.hessians
 *   ys, xs  lists, or a tensor
 *   errors  as tf_gradients';  ValueError "None values not supported.": a y or a second derivative does not depend on an x
 *   source  python/ops/gradients_impl.py hessians */
struct tf_hessians_args {
    tf_source here;
    TF_ARG_(1) tf_list ys;
    TF_ARG_(2) tf_list xs;
    TF_ARG_(3) const char *name; /* accepted, as in TF */
};
#define tf_hessians(...) TF_FIRST2_(tf_hessians_, struct tf_hessians_args, TF_LISTED_, ys, TF_LISTED_, xs, #__VA_ARGS__, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_list tf_hessians_(tf_list ys, tf_list xs, struct tf_hessians_args args);

#ifdef __cplusplus
}
#endif
#endif
