/* Values that wait for checks. */
#include "ops/control_flow/with_dependencies.h"

#include "ops/array/identity.h"
#include "ops/family.h"

tf_tensor tf1c_with_dependencies(tf_operation *check, tf_tensor x)
{
    tf_tensor same = x;
    if (tf1c_is_mistake(check))
        return (tf_tensor){ .op = check };
    tf_with_control_dependencies(OPS(check))
        same = tf_identity(x, .name = "control_dependency");
    return same;
}
