/* Gradients of the library's own, past the ops that they stand for. */
#ifndef TF1C_OPS_SCRIPT_WITH_GRADIENT_H
#define TF1C_OPS_SCRIPT_WITH_GRADIENT_H

#include "graph/op.h"

/* y, which is made of x, as an IdentityN of both, with that gradient. */
tf_tensor tf1c_with_gradient(tf_tensor y, tf_tensor x, tf_gradient_fn *gradient);

#endif
