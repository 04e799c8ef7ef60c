/* TF1: control_flow_ops.with_dependencies */
#ifndef TF1C_OPS_CONTROL_FLOW_WITH_DEPENDENCIES_H
#define TF1C_OPS_CONTROL_FLOW_WITH_DEPENDENCIES_H

#include "graph/op.h"

tf_tensor tf1c_with_dependencies(tf_operation *check, tf_tensor x); /* x, once the check has passed; its mistake, if it is one */

#endif
