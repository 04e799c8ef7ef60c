/* Norms: reductions in TensorFlow's order. TF1: python/ops/linalg_ops.py norm. */
#include "ops/linalg/norm.h"

#include <math.h>

#include "ops/array/shape.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"

/* ---- norm ---------------------------------------------------------------------------------------------------------------- */
static bool is_euclidean(double ord) { return ord == tf_norm_EUCLIDEAN || ord == tf_norm_FRO || ord == 2; }

/* Axes and order that go together; else *poison. */
static bool norm_is_known(const struct tf_norm_args *a, bool matrix, tf_dims axes, tf_tensor *poison)
{
    if (matrix && (axes.rank != 2 || axes.dims[0] == axes.dims[1]))
        *poison = tf_mistake(tf_value_error, a->here, NULL, "'axis' must be None, an integer, or a tuple of 2 unique integers");
    else if (matrix && !is_euclidean(a->ord) && a->ord != 1 && a->ord != (double)INFINITY)
        *poison = tf_mistake(tf_value_error, a->here, NULL,
                             "'ord' must be a supported matrix norm in ['euclidean', 'fro', 1, 2, inf], got %g", a->ord);
    else if (matrix && a->ord == 2)
        *poison = tf_mistake(tf_unimplemented, a->here, NULL, "The 2-norm of matrices needs singular values, which are not here");
    else if (a->ord == tf_norm_FRO && !matrix)
        *poison = tf_mistake(tf_value_error, a->here, NULL, "'ord' must be a supported vector norm, got fro");
    else if (!is_euclidean(a->ord) && !(a->ord > 0))
        *poison = tf_mistake(tf_value_error, a->here, NULL, "'ord' must be a supported vector norm, got %g", a->ord);
    else
        return true;
    return false;
}

/* What is reduced: all, one axis as a number, or as a vector of axes. */
#define OVER_FIRST(fn, x) (axes.known ? fn(x, (int)axes.dims[0], true) : fn(x, .keepdims = true))
#define OVER_ALL(fn, x) fn(x, .axes = axes, .keepdims = true)

/* The norm of x with all its axes kept. */
static tf_tensor kept_norm(tf_tensor x, double ord, tf_dims axes)
{
    if (is_euclidean(ord))
        return tf_sqrt(OVER_ALL(tf_reduce_sum, tf_mul(x, x)));
    const tf_tensor size = tf_abs(x);
    if (ord == 1) {
        const tf_tensor sum = OVER_FIRST(tf_reduce_sum, size);
        return axes.rank == 2 ? tf_reduce_max(sum, (int)axes.dims[1], true) : sum;
    }
    if (ord == (double)INFINITY) {
        const tf_tensor sums = axes.rank == 2 ? tf_reduce_sum(size, (int)axes.dims[1], true) : size;
        return OVER_FIRST(tf_reduce_max, sums);
    }
    return tf_pow(OVER_ALL(tf_reduce_sum, tf_pow(size, ord)), 1 / ord);
}

static tf_tensor norm_of(tf_operand operand, struct tf_norm_args a)
{
    tf_tensor poison;
    tf_dims axes;
    TF_FROM(a.here);
    const tf_operand given = tf1c_given_axis(tf1c_given_axis(a.axis).kind ? a.axis : a.axes);
    const bool matrix = given.kind != TF_OPERAND_NONE && given.kind != TF_OPERAND_INTEGER;
    if (!tf1c_given_axes(given, &axes, a.here, &poison) || !norm_is_known(&a, matrix, axes, &poison))
        return poison;
    TF_SCOPE(a.name, "norm");
    const tf_tensor x = tf_convert(operand, tf_dtype_unset, a.here, NULL);
    if (tf_is_poisoned(x))
        return x;
    const tf_tensor norm = kept_norm(x, a.ord, axes);
    return a.keepdims || a.keep_dims ? norm : tf_squeeze(norm, .axes = axes);
}

tf_tensor tf_norm_(struct tf_norm_args a) { return norm_of(tf1c_keyword(a.tensor, true), a); }
