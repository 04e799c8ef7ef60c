/* Order along an axis. TF1: python/ops/sort_ops.py, array_ops.py searchsorted; core/kernels/searchsorted_op.cc, roll_op.cc. */
#include "ops/array/sort.h"

#include <string.h>

#include "ops/array/array.h"
#include "ops/array/constant.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/math/unary.h"
#include "ops/nn/top_k.h"

/* ---- sort, argsort: the top k of all, on the last axis ------------------------------------------------------------------------------ */

/* A permutation that swaps an axis and the last one; poisoned if there is no such axis. */
static tf_tensor swapping(tf_tensor x, int axis, tf_source here)
{
    const tf_dims d = tf_get_shape(x);
    tf_dims perm = { .known = true, .rank = d.rank };
    if (!d.known)
        return tf_mistake(tf_unimplemented, here, NULL, "sort along axis %d of a tensor of unknown rank", axis);
    const int at = tf_norm_axis(axis, d.rank);
    if (at < 0)
        return tf_mistake(tf_value_error, here, NULL, "slice index %d of dimension 0 out of bounds.", axis);
    for (int i = 0; i < d.rank; i++)
        perm.dims[i] = i == at ? d.rank - 1 : i == d.rank - 1 ? at : i;
    return tf_constant(perm, .name = "transposition");
}

static tf_tensor descending(tf_tensor x, int axis, bool places, tf_source here)
{
    const bool last = axis == -1 || (tf_get_shape(x).known && axis + 1 == tf_get_shape(x).rank);
    const tf_tensor k = tf_getitem(tf_shape(x), "%d", axis);
    tf_rank(x); /* as TF, which counts it among the nodes */
    const tf_tensor swap = last ? (tf_tensor){ 0 } : swapping(x, axis, here);
    if (tf_is_poisoned(k) || (!last && tf_is_poisoned(swap)))
        return tf_is_poisoned(k) ? k : swap;
    const tf_top_k top = tf_nn_top_k(last ? x : tf_transpose(x, swap), k);
    const tf_tensor found = places ? top.indices : top.values;
    return last ? found : tf_transpose(found, swap);
}

static tf_tensor in_order(const struct tf_argsort_args *a, bool places, const char *default_name)
{
    const tf_operand values = tf1c_given(a->values);
    const char *direction = a->direction ? a->direction : "ASCENDING";
    TF_FROM(a->here);
    TF_SCOPE(a->name, default_name);
    if (strcmp(direction, "ASCENDING") != 0 && strcmp(direction, "DESCENDING") != 0)
        return tf_mistake(tf_value_error, a->here, NULL, "%s should be one of ASCENDING, DESCENDING", direction);
    tf_constant(a->axis, .dtype = tf_int32, .name = "axis");
    const tf_tensor x = tf_convert(values, tf_dtype_unset, a->here, "values");
    if (tf_is_poisoned(x))
        return x;
    if (*direction == 'D')
        return descending(x, a->axis, places, a->here);
    const tf_tensor found = descending(tf_neg(x), a->axis, places, a->here);
    return places ? found : tf_neg(found);
}

tf_tensor tf_sort_(struct tf_sort_args a)
{
    const struct tf_argsort_args all = {
        .here = a.here, .values = a.values, .axis = a.axis, .direction = a.direction, .name = a.name
    };
    return in_order(&all, false, "sort");
}
tf_tensor tf_argsort_(struct tf_argsort_args a) { return in_order(&a, true, "argsort"); }

/* ---- LowerBound, UpperBound: by halves ------------------------------------------------------------------------------------------------ */
static void bound_shape(tf_shape_ctx *c)
{
    if (!tf_with_rank(c, 0, 2) || !tf_with_rank(c, 1, 2))
        return;
    if (tf_shape_at_run(c) && tf_in_dims(c, 0)->dims[0] != tf_in_dims(c, 1)->dims[0])
        tf_shape_error(c, "Leading dim_size of both tensors must match.");
    else
        tf_set_out(c, 0, tf_in_dims(c, 1)->known ? *tf_in_dims(c, 1) : SHAPE(NONE, NONE));
}

static void bound_of_each(tf_kernel_ctx *k, bool behind)
{
    const tf_view *sorted = &k->in[0], *values = &k->in[1], *out = &k->out[0];
    const int64_t n = sorted->dims[1], columns = values->dims[1];
    for (int64_t i = k->begin * columns; i < k->end * columns; i++) {
        int64_t low = 0, high = n;
        FOR_DTYPE(k->T, {
            const T *row = (const T *)sorted->data + i / columns * n;
            const T x = ((const T *)values->data)[i];
            while (low < high) {
                const int64_t middle = low + (high - low) / 2;
                const bool before = behind ? !(x < row[middle]) : row[middle] < x;
                *(before ? &low : &high) = before ? middle + 1 : middle;
            }
        })
        set_int(out, i, low);
    }
}
static void lower_kernel(tf_kernel_ctx *k) { bound_of_each(k, false); }
static void upper_kernel(tf_kernel_ctx *k) { bound_of_each(k, true); }
static int64_t bound_units(const tf_kernel_ctx *k) { return k->in[1].dims[0]; }

#define BOUND_OP(id, type)                   \
    static const tf_op_def id##_op = {       \
        .name = type,                        \
        .in = "sorted_inputs:T, values:T",   \
        .out = "output:U",                   \
        .T = TF_NUMERIC,                     \
        .U = TF_INDEX,                       \
        .shape = bound_shape,                \
        .kernel = id##_kernel,               \
        .units = bound_units,                \
        .gradient = tf1c_undefined_gradient, \
    };
BOUND_OP(lower, "LowerBound")
BOUND_OP(upper, "UpperBound")

static tf_tensor as_matrix(tf_tensor x, tf_tensor columns, tf_source here)
{
    const tf_operand rows[] = { tf_operand_integer(-1), operand_of(columns) };
    return tf_reshape(x, tf_list_of_(2, rows, here));
}

tf_tensor tf_searchsorted_(struct tf_searchsorted_args a)
{
    TF_FROM(a.here);
    const bool right = a.side && strcmp(a.side, "right") == 0;
    const tf_tensor sorted = tf_convert(tf1c_given(a.sorted_sequence), tf_dtype_unset, a.here, NULL),
                    values = tf_convert(tf1c_given(a.values), tf_dtype_unset, a.here, NULL);
    if (tf_is_poisoned(sorted) || tf_is_poisoned(values))
        return tf_is_poisoned(sorted) ? sorted : values;
    const tf_tensor n = tf_getitem(tf_shape(sorted), "-1"), m = tf_getitem(tf_shape(values), "-1");
    const tf_operand in[] = { operand_of(as_matrix(sorted, n, a.here)), operand_of(as_matrix(values, m, a.here)) };
    if (!right && (!a.side || strcmp(a.side, "left") != 0))
        return tf_mistake(tf_value_error, a.here, NULL, "side must be either 'right' or 'left'.  Saw: %s.",
                          a.side ? a.side : "None");
    tf_operation *op =
        tf_op_new(right ? &upper_op : &lower_op,
                  (struct tf_op_args){ .here = a.here, .name = a.name, .n_inputs = 2, .inputs = in, .U = a.out_type });
    return tf_reshape(((tf_tensor){ .op = op }), tf_shape(values));
}

/* ---- Roll ------------------------------------------------------------------------------------------------------------------------------- */
static bool at_most_a_vector(tf_shape_ctx *c, int i)
{
    const tf_dims *d = tf_in_dims(c, i);
    char text[TF_DIMS_TEXT];
    if (!d->known || d->rank <= 1)
        return true;
    if (tf_shape_at_run(c))
        tf_shape_error(c, "%s must be a scalar or a 1-D vector. Found: %s", i == 1 ? "shift" : "axis",
                       tf_dims_kernel_text(*d, text, sizeof text));
    else
        tf_shape_error(c, "Shape must be at most rank 1 but is rank %d", d->rank);
    return false;
}

static void roll_shape(tf_shape_ctx *c)
{
    tf_dims merged;
    if (tf_shape_at_run(c) && !tf_in_dims(c, 0)->rank) {
        tf_shape_error(c, "input must be 1-D or higher");
        return;
    }
    if (!tf_with_rank_at_least(c, 0, 1) || !at_most_a_vector(c, 1) || !at_most_a_vector(c, 2))
        return;
    if (tf_shape_at_run(c) && tf_dims_count(*tf_in_dims(c, 1)) != tf_dims_count(*tf_in_dims(c, 2)))
        tf_shape_error(c, "shift and axis must have the same size");
    else if (tf_shape_at_run(c) || tf1c_merge_in(c, *tf_in_dims(c, 1), *tf_in_dims(c, 2), &merged, ""))
        tf_set_out(c, 0, *tf_in_dims(c, 0));
}

/* How far each axis goes, in [0, its length); false after a report. */
static bool shifts_of(tf_kernel_ctx *k, int64_t *shifts)
{
    const tf_view *x = &k->in[0];
    for (int axis = 0; axis < x->rank; axis++)
        shifts[axis] = 0;
    for (int64_t i = 0, n = tf_view_count(&k->in[1]); i < n; i++) {
        int64_t axis = int_at(&k->in[2], i);
        axis += axis < 0 ? x->rank : 0;
        if (axis < 0 || axis >= x->rank) {
            tf_kernel_error(k, tf_invalid_argument, "axis %lld is out of range", (long long)axis);
            return false;
        }
        const int64_t length = x->dims[axis] ? x->dims[axis] : 1, by = int_at(&k->in[1], i) % length;
        shifts[axis] = (shifts[axis] + by + length) % length;
    }
    return true;
}

/* Row by row: each goes where its outer indices go, in two pieces. */
static void roll_kernel(tf_kernel_ctx *k)
{
    const tf_view *x = &k->in[0];
    const int last = x->rank - 1;
    const int64_t n = x->dims[last], rows = product(x->dims, 0, last);
    const size_t size = tf_dtype_size(x->dtype);
    int64_t shifts[TF_MAX_RANK];
    if (!shifts_of(k, shifts))
        return;
    const size_t back = (size_t)shifts[last] * size, front = (size_t)(n - shifts[last]) * size;
    for (int64_t row = 0; row < rows; row++) {
        int64_t to = 0, stride = 1, rest = row;
        for (int axis = last; axis-- > 0; rest /= x->dims[axis], stride *= x->dims[axis])
            to += (rest % x->dims[axis] + shifts[axis]) % x->dims[axis] * stride;
        const char *from = (const char *)x->data + (size_t)(row * n) * size;
        copy_bytes((char *)k->out[0].data + (size_t)(to * n) * size + back, from, front);
        copy_bytes((char *)k->out[0].data + (size_t)(to * n) * size, from + front, back);
    }
}

static void roll_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_roll(dy, tf_neg(g->in[1]), g->in[2])); }

static const tf_op_def roll_op = {
    .name = "Roll",
    .in = "input:T, shift:U, axis:?",
    .out = "output:T",
    .T = TF_EVERY_DTYPE,
    .U = TF_INDEX,
    .shape = roll_shape,
    .kernel = roll_kernel,
    .gradient = roll_gradient,
};
tf_tensor tf_roll_(struct tf_roll_args a)
{
    const tf_operand in[] = { tf1c_given(a.input), tf1c_given(a.shift), tf1c_given_axis(a.axis) };
    return array_op(&roll_op, (struct tf_name_args){ a.here, a.name }, NULL, NULL, 3, in);
}

/* clang-format off */
tf1c_op_family tf1c_family_sort = {
    &lower_op,
    &upper_op,
    &roll_op,
    NULL,
};
