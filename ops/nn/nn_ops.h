/* The one-node calls that nn_impl.c builds with. */
#ifndef TF1C_OPS_NN_NN_OPS_H
#define TF1C_OPS_NN_NN_OPS_H

#include "graph/op.h"

tf_tensor tf1c_softmax(tf_tensor logits, const char *name);
tf_tensor tf1c_log_softmax(tf_tensor logits, const char *name);
tf_tensor tf1c_xent(tf_tensor logits, tf_tensor labels, const char *name);        /* [n,c], [n,c] -> loss [n], output 0 */
tf_tensor tf1c_sparse_xent(tf_tensor logits, tf_tensor labels, const char *name); /* [n,c], [n] -> loss [n], output 0 */
/* x, of which whoever differentiates it is told that: LookupError "Gradient explicitly disabled. Reason: …" */
tf_tensor tf1c_prevent_gradient(tf_tensor x, const char *message);

#endif
