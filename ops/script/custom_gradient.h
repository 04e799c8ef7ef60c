/* Gradients of one's own: of a function's results as a whole. Those of an op: graph.h, tf_with_gradient_override_map. */
#ifndef TF1C_OPS_SCRIPT_CUSTOM_GRADIENT_H
#define TF1C_OPS_SCRIPT_CUSTOM_GRADIENT_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What Python's f returns, y and grad; what grad reads of f, as a closure would, is `saved`: all of it may be empty.
 *   dy      one for each result, zeros where nothing flows back
 *   result  of grad: one for each x, in their order, or a none handle */
typedef tf_list tf_custom_grad(tf_list dy, tf_list saved, void *context);
typedef struct tf_custom {
    tf_list y;
    tf_custom_grad *grad;
    tf_list saved;
} tf_custom;
typedef tf_custom tf_custom_fn(tf_list xs, void *context);

/* f of xs, whose gradient is what grad says.                                                          TF1: tf.custom_gradient
 *   xs      a list, or a tensor; variables as their values
 *   result  y, as outputs of an IdentityN
 *   loops   as any op: what grad reads is kept of each step
 *   files   written as IdentityN; whose gradient it has is lost
 *   errors  ValueError "Num gradients 1 generated for op IdentityN do not match num inputs 2" when it is differentiated
 *
 *     def f(x):                                      static tf_list grad(tf_list dy, tf_list saved, void *context) {
 *       e = tf.exp(x)                                    return LIST(tf_mul(tf_at(dy, 0), tf_sub(1, tf_truediv(1, tf_add(1, tf_at(saved, 0))))));
 *       def grad(dy):                                }
 *         return dy * (1 - 1 / (1 + e))              static tf_custom f(tf_list x, void *context) {
 *       return tf.log(1 + e), grad                       tf_tensor e = tf_exp(tf_at(x, 0));
 *                                                        return (tf_custom){ LIST(tf_log(tf_add(1, e))), grad, LIST(e) };
 *     y = tf.custom_gradient(f)(x)                   }   …   tf_tensor y = tf_at(tf_custom_gradient(f, x), 0);
 *
 *   source  python/ops/custom_gradient.py _graph_mode_decorator */
struct tf_custom_args {
    tf_source here;
    void *context; /* the caller's, kept alive as long as the graph */
};
#define tf_custom_gradient(f, xs, ...) tf_custom_gradient_(f, TF_LIST_(xs), (struct tf_custom_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_list tf_custom_gradient_(tf_custom_fn *f, tf_list xs, struct tf_custom_args args);

#ifdef __cplusplus
}
#endif
#endif
