/* Numbers in even steps. TF1: core/ops/math_ops.cc, python/ops/math_ops.py. */
#include "ops/math/range.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ops/array/array.h"
#include "ops/array/fill.h"
#include "ops/array/shape.h"
#include "ops/math/arithmetic.h"
#include "ops/math/compare.h"

/* ---- Range -------------------------------------------------------------------------------------------------------------------- */
static bool scalars(tf_shape_ctx *c, const char *const *names)
{
    char text[TF_DIMS_TEXT];
    for (int i = 0; names[i]; i++) {
        const tf_dims d = *tf_in_dims(c, i);
        if (!d.known || d.rank == 0)
            continue;
        if (tf_shape_at_run(c))
            tf_shape_error(c, "%s must be a scalar, not shape %s", names[i], tf_dims_kernel_text(d, text, sizeof text));
        else
            tf_shape_error(c, "Shape must be rank 0 but is rank %d\n\t for '%s'", d.rank, names[i]);
        return false;
    }
    return true;
}

static void set_length(tf_shape_ctx *c, double length)
{
    if (length < 0x1p63)
        tf_set_out(c, 0, SHAPE((int64_t)length));
    else /* NaN too */
        tf_shape_error(c, "Requires a number of elements below 2**63, got %g", length);
}

static void refuse_order(tf_shape_ctx *c, bool up, const char *ends)
{
    tf_shape_error(c, up ? "Requires start <= limit when delta > 0: %s" : "Requires start >= limit when delta < 0: %s", ends);
}

static void refuse_zero(tf_shape_ctx *c)
{
    tf_shape_error(c, tf_shape_at_run(c) ? "Requires delta != 0: 0" : "Requires delta != 0");
}

static void real_length(tf_shape_ctx *c, const tf_ndarray *a)
{
    const double start = np_get(a[0], 0), limit = np_get(a[1], 0), delta = np_get(a[2], 0);
    char ends[80];
    snprintf(ends, sizeof ends, "%g/%g", start, limit);
    if (delta == 0)
        refuse_zero(c);
    else if (delta > 0 ? start > limit : start < limit)
        refuse_order(c, delta > 0, ends);
    else if (a[0].dtype == tf_float32)
        set_length(c, ceil(fabsf(((float)limit - (float)start) / (float)delta)));
    else
        set_length(c, ceil(fabs((limit - start) / delta)));
}

/* The distance of two int64 fits 64 bits without a sign, whatever they are. */
static void whole_length(tf_shape_ctx *c, const tf_ndarray *a)
{
    const int64_t start = int_of(&a[0], 0), limit = int_of(&a[1], 0), delta = int_of(&a[2], 0);
    const uint64_t span = delta > 0 ? (uint64_t)limit - (uint64_t)start : (uint64_t)start - (uint64_t)limit;
    const uint64_t step = delta > 0 ? (uint64_t)delta : 0 - (uint64_t)delta;
    char ends[80];
    snprintf(ends, sizeof ends, "%lld/%lld", (long long)start, (long long)limit);
    if (delta == 0) {
        refuse_zero(c);
    } else if (delta > 0 ? start > limit : start < limit) {
        refuse_order(c, delta > 0, ends);
    } else {
        const uint64_t length = span / step + (span % step != 0);
        if (length <= INT64_MAX)
            tf_set_out(c, 0, SHAPE((int64_t)length));
        else
            set_length(c, (double)length);
    }
}

static void range_shape(tf_shape_ctx *c)
{
    tf_ndarray a[3];
    bool known = true;
    tf_set_out(c, 0, SHAPE(NONE));
    if (!scalars(c, (const char *const[]){ "start", "limit", "delta", NULL }))
        return;
    for (int i = 0; i < 3; i++)
        known = tf_in_value(c, i, &a[i]) && known;
    if (known)
        (TF_FLOATING & TF_DTYPE_BIT(tf_in_dtype(c, 0)) ? real_length : whole_length)(c, a);
}

static void range_kernel(tf_kernel_ctx *k)
{
    const int64_t n = k->out[0].dims[0];
    FOR_DTYPE(k->T, {
        T *out = k->out[0].data;
        const T delta = *(const T *)k->in[2].data;
        T value = *(const T *)k->in[0].data;
        for (int64_t i = 0; i < n; i++) {
            out[i] = value;
            if (i < n - 1) /* adding up, as TF does; beyond the last an integer may not reach */
                value = (T)(value + delta);
        }
    })
}

static const tf_op_def range_op = {
    .name = "Range",
    .in = "start:T, limit:T, delta:T",
    .out = "output:T",
    .T = TF_FLOATING | TF_INDEX,
    .shape = range_shape,
    .kernel = range_kernel,
    .gradient = tf_no_gradient,
};

tf_tensor tf1c_range(tf_operand start, tf_operand limit, tf_operand delta, struct tf_name_args a, const char *default_name)
{
    return array_op(&range_op, a, default_name, NULL, 3, (tf_operand[]){ start, limit, delta });
}

static int width_of(tf_dtype dtype)
{
    return dtype == tf_int32 ? 0 : dtype == tf_int64 ? 1 : dtype == tf_float32 ? 2 : dtype == tf_float64 ? 3 : -1;
}

tf_tensor tf_range_(struct tf_range_args a)
{
    static const char *const names[] = { "start", "limit", "delta" }, *const keywords[] = { ".start", ".limit", ".delta" };
    tf_operand *const given[] = { &a.start, &a.limit, &a.delta };
    TF_FROM(a.here);
    TF_SCOPE(a.name, "range");
    tf_dtype widest = a.dtype;
    tf_tensor t[3];
    for (int i = 0; i < 3; i++)
        *given[i] = tf1c_as_written(*given[i], a.text, i + 1, keywords[i]);
    if (a.limit.kind == TF_OPERAND_NONE) {
        a.limit = a.start;
        a.start = tf_operand_integer(0);
    }
    a.start = a.start.kind == TF_OPERAND_NONE ? tf_operand_integer(0) : a.start;
    a.delta = a.delta.kind == TF_OPERAND_NONE ? tf_operand_integer(1) : a.delta;
    for (int i = 0; i < 3; i++) {
        bool number = given[i]->kind == TF_OPERAND_INTEGER || given[i]->kind == TF_OPERAND_REAL;
        t[i] = tf_convert(*given[i], number ? a.dtype : tf_dtype_unset, a.here, names[i]);
        if (tf_is_poisoned(t[i]))
            return t[i];
        if (!a.dtype && (!widest || width_of(tf_get_dtype(t[i])) > width_of(widest)))
            widest = tf_get_dtype(t[i]);
    }
    for (int i = 0; i < 3; i++)
        if (tf_get_dtype(t[i]) != widest)
            t[i] = tf1c_cast(t[i], widest, a.here);
    return tf1c_range(operand_of(t[0]), operand_of(t[1]), operand_of(t[2]), (struct tf_name_args){ .name = tf_scope_name() }, NULL);
}

/* ---- LinSpace --------------------------------------------------------------------------------------------------------------------- */
static void linspace_shape(tf_shape_ctx *c)
{
    int64_t num;
    tf_set_out(c, 0, SHAPE(NONE));
    if (!scalars(c, (const char *const[]){ "start", "stop", "num", NULL }) || !tf_in_int(c, 2, &num))
        return;
    if (num <= 0)
        tf_shape_error(c, "Requires num > 0: %lld", (long long)num);
    else
        tf_set_out(c, 0, SHAPE(num));
}

static void linspace_kernel(tf_kernel_ctx *k)
{
    const int64_t n = k->out[0].dims[0];
    FOR_DTYPE(k->T, {
        const T start = *(const T *)k->in[0].data;
        const T step = (T)(n > 1 ? (*(const T *)k->in[1].data - start) / (T)(n - 1) : 0);
        T *out = k->out[0].data;
        out[0] = start; /* an infinite step times 0 is none */
        for (int64_t i = 1; i < n; i++)
            out[i] = i < n - 1 ? (T)(start + step * (T)i) : *(const T *)k->in[1].data;
    })
}

static const tf_op_def linspace_op = {
    .name = "LinSpace",
    .in = "start:T, stop:T, num:U",
    .out = "output:T",
    .T = TF_FLOATING,
    .U = TF_INDEX,
    .shape = linspace_shape,
    .kernel = linspace_kernel,
    .gradient = tf_no_gradient,
};

tf_tensor tf_linspace_(tf_operand start, tf_operand stop, tf_operand num, struct tf_name_args a)
{
    return array_op(&linspace_op, a, NULL, NULL, 3, (tf_operand[]){ start, stop, num });
}

/* ---- meshgrid --------------------------------------------------------------------------------------------------------------------- */

/* [1, …, -1, …, 1] of n axes: -1 at `axis`. */
static tf_dims along(int n, int axis)
{
    tf_dims d = { .known = true, .rank = n };
    for (int i = 0; i < n; i++)
        d.dims[i] = i == axis ? -1 : 1;
    return d;
}

static void swap_tensors(tf_tensor *a, tf_tensor *b)
{
    const tf_tensor t = *a;
    *a = *b;
    *b = t;
}

/* Ones of a shape of scalars; with what TF's own test of its size leaves in the graph. */
static tf_tensor ones_of(int n, const tf_tensor *sizes, tf_dtype dtype, tf_source here)
{
    TF_SCOPE(NULL, "ones");
    const char *scope = tf_scope_name();
    tf_tensor count = sizes[0];
    for (int i = 1; i < n; i++)
        count = tf_mul(count, sizes[i]);
    tf_less(count, 1000);
    const tf_tensor shape = tf1c_pack(tf_list_new_(n, sizes, here), here, "packed");
    return tf_fill(shape, tf_convert(tf_operand_integer(1), dtype, here, "Const"), .name = scope);
}

static tf_list grids(int n, const tf_tensor *x, bool matrix, tf_source here)
{
    tf_tensor grid[TF_MAX_RANK], sizes[TF_MAX_RANK];
    for (int i = 0; i < n; i++)
        grid[i] = tf_reshape(x[i], along(n, i));
    for (int i = 0; i < n; i++)
        sizes[i] = tf_size(x[i]);
    if (!matrix && n > 1) {
        grid[0] = tf_reshape(grid[0], along(n, 1));
        grid[1] = tf_reshape(grid[1], along(n, 0));
        swap_tensors(&sizes[0], &sizes[1]);
    }
    const tf_tensor ones = ones_of(n, sizes, tf_get_dtype(x[0]), here);
    for (int i = 0; i < n; i++)
        grid[i] = tf_mul(grid[i], ones);
    return tf_list_new_(n, grid, here);
}

tf_list tf_meshgrid_(struct tf_meshgrid_args a)
{
    const tf_operand all[TF_MAX_RANK] = { tf1c_given(a.x),   tf1c_given(a.y),   tf1c_given(a.z),   tf1c_given(a.x_3),
                                          tf1c_given(a.x_4), tf1c_given(a.x_5), tf1c_given(a.x_6), tf1c_given(a.x_7) };
    const bool matrix = a.indexing && strcmp(a.indexing, "ij") == 0;
    tf_tensor x[TF_MAX_RANK];
    int n = 0;
    TF_FROM(a.here);
    while (n < TF_MAX_RANK && all[n].kind)
        n++;
    if (a.indexing && !matrix && strcmp(a.indexing, "xy") != 0)
        return tf_mistake_list(n, tf_mistake(tf_value_error, a.here, NULL, "indexing parameter must be either 'xy' or 'ij'"));
    TF_SCOPE(a.name, "meshgrid");
    for (int i = 0; i < n; i++) {
        x[i] = tf_convert(all[i], tf_dtype_unset, a.here, "stack");
        if (tf_is_poisoned(x[i]))
            return tf_mistake_list(n, x[i]);
    }
    return n ? grids(n, x, matrix, a.here) : tf_mistake_list(1, tf_mistake(tf_value_error, a.here, NULL, "meshgrid of nothing"));
}

/* clang-format off */
tf1c_op_family tf1c_family_range = {
    &range_op,
    &linspace_op,
    NULL,
};
