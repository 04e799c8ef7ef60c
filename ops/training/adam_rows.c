/* What Nadam and LazyAdam make of a sparse gradient, node by node as TensorFlow makes it. TF1:
 * contrib/opt/python/training/nadam_optimizer.py, lazy_adam_optimizer.py, python/training/optimizer.py _deduplicate_indexed_slices. */
#include "ops/array/gather.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/array/where.h"
#include "ops/control_flow/group.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/segment.h"
#include "ops/math/unary.h"
#include "ops/state/variables.h"
#include "ops/training/training_ops.h"

/* Each index once, its rows summed. */
static void sum_rows(tf1c_adam_rows *u)
{
    const tf_unique once = tf_unique(u->indices);
    u->values = tf_unsorted_segment_sum(u->values, once.idx, tf_getitem(tf_shape(once.y), "0"));
    u->indices = once.y;
}

/* lr·√(1 - β2^t) / (1 - β1^t) */
static tf_tensor rate_of(const tf1c_adam_rows *u)
{
    const tf_tensor root = tf_sqrt(tf_operator_sub(1., u->beta2_power)), product = tf_operator_mul(u->rate, root);
    return tf_operator_truediv(product, tf_operator_sub(1., u->beta1_power));
}

/* m̄ = (1 - β1)·g + β1·m in the rows of g, which move by -lr_t·m̄ / (√v + ε); m and v decay in all rows. */
tf_operation *tf1c_nadam_by_rows(tf1c_adam_rows u)
{
    sum_rows(&u);
    const tf_tensor rate = rate_of(&u);
    const tf_tensor g = tf_operator_mul(u.values, tf_operator_sub(1., u.beta1));
    tf_tensor m = tf_assign(u.m, tf_operator_mul(u.m, u.beta1)), m_bar = { 0 };
    tf_with_control_dependencies(OPS(m)) {
        m = tf_scatter_add(u.m, u.indices, g);
        m_bar = tf_operator_add(g, tf_operator_mul(u.beta1, tf_gather(m, u.indices)));
    }
    const tf_tensor squares = tf_operator_mul(u.values, u.values);
    const tf_tensor g2 = tf_operator_mul(squares, tf_operator_sub(1., u.beta2));
    tf_tensor v = tf_assign(u.v, tf_operator_mul(u.v, u.beta2));
    tf_with_control_dependencies(OPS(v))
        v = tf_scatter_add(u.v, u.indices, g2);
    const tf_tensor root = tf_sqrt(tf_gather(v, u.indices)), step = tf_operator_mul(tf_neg(rate), m_bar);
    const tf_tensor moved = tf_scatter_add(u.var, u.indices, tf_operator_truediv(step, tf_operator_add(root, u.epsilon)));
    return tf_group(moved, m_bar, v);
}

/* β·slot + (1 - β)·x in the rows of x, and nowhere else. */
static tf_tensor averaged(tf_tensor slot, tf_tensor beta, tf_tensor indices, tf_tensor x)
{
    const tf_tensor old = tf_operator_mul(beta, tf_gather(slot, indices)), rest = tf_operator_sub(1., beta);
    return tf_scatter_update(slot, indices, tf_operator_add(old, tf_operator_mul(rest, x)));
}

/* m, v and the variable change in the rows of g alone. */
tf_operation *tf1c_lazy_adam_by_rows(tf1c_adam_rows u)
{
    sum_rows(&u);
    const tf_tensor rate = rate_of(&u);
    const tf_tensor m = averaged(u.m, u.beta1, u.indices, u.values);
    const tf_tensor v = averaged(u.v, u.beta2, u.indices, tf_square(u.values));
    const tf_tensor m_rows = tf_gather(m, u.indices), v_rows = tf_gather(v, u.indices);
    const tf_tensor below = tf_operator_add(tf_sqrt(v_rows), u.epsilon), step = tf_operator_mul(rate, m_rows);
    const tf_tensor moved = tf_scatter_sub(u.var, u.indices, tf_operator_truediv(step, below));
    return tf_group(moved, m, v);
}
