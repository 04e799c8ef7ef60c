/* Variables that a call makes for itself alone. */
#ifndef TF1C_OPS_STATE_LOCAL_H
#define TF1C_OPS_STATE_LOCAL_H

#include "graph/op.h"

/* Zeros, not trained, in TF_LOCAL_VARIABLES. Named after the open name scope and never shared, whatever variable scopes reuse.
 * TF1: variable_scope.variable */
tf_tensor tf1c_local_zeros(const char *name, tf_dims shape, tf_dtype dtype);

#endif
