/* Norms: reductions in TensorFlow's order. TF1: python/ops/linalg_ops.py norm. */
#include "ops/linalg/norm.h"

#include <math.h>

#include "ops/array/shape.h"
#include "ops/family.h"
#include "ops/linalg/decompositions.h"
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

/* Transposed so that axes[0] and axes[1] come last, and back; the permutation is known here, where TF computes it in the graph. */
static bool axes_last(tf_tensor x, tf_dims axes, tf_dims *there, tf_dims *back)
{
    const tf_dims d = tf_get_shape(x);
    const int i = d.known ? tf_norm_axis(axes.dims[0], d.rank) : -1, j = d.known ? tf_norm_axis(axes.dims[1], d.rank) : -1;
    if (i < 0 || j < 0 || i == j)
        return false;
    *there = *back = (tf_dims){ .known = true, .rank = d.rank };
    for (int k = 0, n = 0; k < d.rank; k++)
        if (k != i && k != j)
            there->dims[n++] = k;
    there->dims[d.rank - 2] = i;
    there->dims[d.rank - 1] = j;
    for (int k = 0; k < d.rank; k++)
        back->dims[there->dims[k]] = k;
    return true;
}

/* Their largest singular values. */
static tf_tensor spectral_norm(tf_tensor x, tf_dims axes)
{
    tf_dims there, back;
    if (!axes_last(x, axes, &there, &back))
        return tf_mistake(tf_value_error, (tf_source){ 0 }, NULL,
                          "The 2-norm of matrices needs two axes of a tensor of known rank");
    const tf_tensor values = tf_svd(tf_transpose(x, .perm = there), .compute_uv = false).s;
    return tf_transpose(tf_expand_dims(tf_reduce_max(tf_abs(values), -1, true), -1), .perm = back);
}

/* The norm of x with all its axes kept. */
static tf_tensor kept_norm(tf_tensor x, double ord, tf_dims axes)
{
    if (ord == 2 && axes.known && axes.rank == 2)
        return spectral_norm(x, axes);
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
