/* Strings along axes put together. TF1: core/ops/string_ops.cc "ReduceJoin", core/kernels/reduce_join_op.cc, python/ops/string_ops.py. */
#include "ops/array/array.h"
#include "ops/array/shape.h"
#include "ops/math/arithmetic.h"
#include "ops/math/range.h"
#include "ops/strings/string_ops.h"

typedef struct {
    bool keep_dims;
    const char *separator;
} join_attrs;
static const tf_attr_def join_fields[] = { TF_ATTR(join_attrs, keep_dims, TF_ATTR_BOOL),
                                           TF_ATTR(join_attrs, separator, TF_ATTR_STRING),
                                           { 0 } };

/* Which axes are gone; false after a report. */
static bool joined_axes(tf_shape_ctx *c, tf_dims axes, int rank, bool *gone)
{
    for (int i = 0; i < axes.rank; i++) {
        const int axis = tf_norm_axis(axes.dims[i], rank);
        if (axis < 0 && tf_shape_at_run(c))
            tf_shape_mistake(c, tf_out_of_range, "Invalid reduction dimension %lld for input with %d dimension(s)",
                             (long long)axes.dims[i], rank);
        else if (axis < 0)
            tf_shape_error(c, "Invalid reduction dimension %lld for input with %d dimensions.", (long long)axes.dims[i], rank);
        else if (gone[axis] && tf_shape_at_run(c))
            tf_shape_error(c, "Duplicate reduction dimension %lld", (long long)axes.dims[i]);
        if (axis < 0 || (gone[axis] && tf_shape_at_run(c)))
            return false;
        gone[axis] = true;
    }
    return true;
}

static void join_shape(tf_shape_ctx *c)
{
    const bool keep = ((const join_attrs *)tf_shape_attrs(c))->keep_dims;
    const tf_dims *d = tf_in_dims(c, 0), *given = tf_in_dims(c, 1);
    tf_dims axes, out = { .known = true };
    tf_ndarray value;
    bool gone[TF_MAX_RANK] = { false };
    if (given->known && given->rank > 1) {
        tf_shape_error(c, "Shape must be at most rank 1 but is rank %d", given->rank);
        return;
    }
    if (!d->known)
        return;
    if ((!tf_shape_at_run(c) && !tf_in_value(c, 1, &value)) || !tf_in_ints(c, 1, &axes)) {
        if (keep)
            tf_set_out(c, 0, unknown_of_rank(d->rank));
        return;
    }
    if (!joined_axes(c, axes, d->rank, gone))
        return;
    for (int i = 0; i < d->rank; i++)
        if (!gone[i] || keep)
            out.dims[out.rank++] = gone[i] ? 1 : d->dims[i];
    tf_set_out(c, 0, out);
}

/* How the elements lie that one output joins, the first axis of the list changing fastest, and where the outputs begin. */
typedef struct {
    int joined, kept;
    int64_t sizes[TF_MAX_RANK], steps[TF_MAX_RANK];
    int64_t kept_sizes[TF_MAX_RANK], kept_steps[TF_MAX_RANK];
} layout;

static layout layout_of(const tf_kernel_ctx *k)
{
    const tf_view *in = &k->in[0], *axes = &k->in[1];
    layout l = { 0 };
    int64_t steps[TF_MAX_RANK], step = 1;
    bool gone[TF_MAX_RANK] = { false };
    for (int axis = in->rank; axis-- > 0; step *= in->dims[axis])
        steps[axis] = step;
    for (int64_t i = 0; i < tf_view_count(axes); i++) {
        const int axis = tf_norm_axis(int_at(axes, i), in->rank);
        l.sizes[l.joined] = in->dims[axis];
        l.steps[l.joined++] = steps[axis];
        gone[axis] = true;
    }
    for (int axis = in->rank; axis-- > 0;)
        if (!gone[axis]) {
            l.kept_sizes[l.kept] = in->dims[axis];
            l.kept_steps[l.kept++] = steps[axis];
        }
    return l;
}

/* The place of number i where the first of n axes changes fastest. */
static int64_t place(int64_t i, int n, const int64_t *sizes, const int64_t *steps)
{
    int64_t at = 0;
    for (int axis = 0; axis < n; i /= sizes[axis], axis++)
        at += i % sizes[axis] * steps[axis];
    return at;
}

static tf_bytes joined(tf_kernel_ctx *k, const layout *l, const tf_bytes *from)
{
    const char *separator = ((const join_attrs *)k->attrs)->separator;
    const int64_t count = product(l->sizes, 0, l->joined);
    const size_t between = strlen(separator);
    size_t n = 0;
    for (int64_t i = 0; i < count; i++)
        n += from[place(i, l->joined, l->sizes, l->steps)].size + (i ? between : 0);
    char *all = tf_kernel_string(k, n + 1), *to = all;
    for (int64_t i = 0; all && i < count; i++) {
        const tf_bytes s = from[place(i, l->joined, l->sizes, l->steps)];
        copy_bytes(to, separator, i ? between : 0);
        to += i ? between : 0;
        copy_bytes(to, s.data, s.size);
        to += s.size;
    }
    if (all)
        *to = '\0';
    return (tf_bytes){ all, all ? n : 0 };
}

static void join_kernel(tf_kernel_ctx *k)
{
    const layout l = layout_of(k);
    for (int64_t i = 0; i < tf_view_count(&k->out[0]); i++)
        TF_DATA(k, out, 0, tf_bytes)
    [i] = joined(k, &l, TF_DATA(k, in, 0, const tf_bytes) + place(i, l.kept, l.kept_sizes, l.kept_steps));
}

static const tf_op_def join_op = {
    .name = "ReduceJoin",
    .in = "inputs:string, reduction_indices:int32",
    .out = "output:string",
    .attrs = join_fields,
    .attrs_size = sizeof(join_attrs),
    .shape = join_shape,
    .kernel = join_kernel,
    .gradient = tf_no_gradient,
};

/* All axes, the last first. */
static tf_tensor all_axes(tf_tensor x, tf_source here)
{
    const tf_dims d = tf_get_shape(x);
    tf_dims axes = { .known = true, .rank = d.rank };
    if (!d.known)
        return tf_range(tf_sub(tf_rank(x), 1), -1, -1);
    for (int i = 0; i < d.rank; i++)
        axes.dims[i] = d.rank - 1 - i;
    return tf_convert(tf_operand_dims(axes), tf_int32, here, "Const");
}

tf_tensor tf_reduce_join_(struct tf_reduce_join_args a)
{
    TF_FROM(a.here);
    const tf_operand inputs = tf1c_given(a.inputs);
    const join_attrs attrs = { a.keep_dims || a.keepdims, a.separator ? a.separator : "" };
    tf_operand axis = tf1c_given_axis(a.axis);
    TF_SCOPE(NULL, "ReduceJoin");
    const tf_tensor x = tf_convert(inputs, tf_dtype_unset, a.here, NULL);
    if (tf_is_poisoned(x))
        return x;
    axis = axis.kind ? axis : tf1c_given_axis(a.reduction_indices);
    axis = axis.kind ? axis : operand_of(all_axes(x, a.here));
    return array_op(&join_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 2, (tf_operand[]){ operand_of(x), axis });
}

/* clang-format off */
tf1c_op_family tf1c_family_reduce_join = {
    &join_op,
    NULL,
};
