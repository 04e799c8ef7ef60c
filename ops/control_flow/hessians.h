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
    const char *name; /* accepted, as in TF */
};
#define tf_hessians(ys, xs, ...) \
    TF_IN_ORDER2_(tf_hessians_, TF_LIST_(ys), TF_LIST_(xs), (struct tf_hessians_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_list tf_hessians_(tf_list ys, tf_list xs, struct tf_hessians_args args);

#ifdef __cplusplus
}
#endif
#endif
