/* Variances. TF1: python/ops/math_ops.py reduce_variance. */
#include "ops/math/variance.h"

#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"

/* ---- variance: the mean of (x - mean)² -------------------------------------------------------------------------------------- */
tf_tensor tf_math_reduce_variance_(struct tf_reduce_args a)
{
    const tf_operand x = tf1c_given(a.input_tensor);
    struct tf_reduce_args kept = a, over = a;
    TF_FROM(a.here);
    if (x.kind == TF_OPERAND_TENSOR && tf_is_poisoned(x.as.tensor))
        return x.as.tensor;
    TF_SCOPE(a.name, "reduce_variance");
    kept.name = over.name = NULL;
    kept.keepdims = true;
    const tf_tensor mean = tf_reduce_mean_(kept);
    over.input_tensor = tf_operand_tensor(tf_square(tf_sub(x, mean)));
    return tf_reduce_mean_(over);
}

tf_tensor tf_math_reduce_std_(struct tf_reduce_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "reduce_std");
    a.name = NULL;
    return tf_sqrt(tf_math_reduce_variance_(a));
}
