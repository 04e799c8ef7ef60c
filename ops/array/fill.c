/* Tensors made from a shape. TF1: core/ops/array_ops.cc, math_ops.cc; python/ops/array_ops.py, math_ops.py, linalg_ops_impl.py. */
#include "ops/array/fill.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "ops/array/array.h"
#include "ops/array/basic.h"
#include "ops/array/concat.h"
#include "ops/math/unary.h"
#include "ops/math/reduce.h"
#include "ops/array/shape.h"

enum { SMALL = 1000 }; /* elements below which zeros and ones are constants */

static tf_operand of(tf_tensor t) { return tf_operand_tensor(t); }

/* ---- Fill: dvalue = Σ dy ------------------------------------------------------------------------------------------------- */
static void fill_shape(tf_shape_ctx *c)
{
    const tf_dims dims = *tf_in_dims(c, 0), value = *tf_in_dims(c, 1);
    tf_dims out;
    char text[TF_DIMS_TEXT];
    bool at_run = tf_shape_at_run(c);
    if (at_run && dims.rank != 1)
        tf_shape_error(c, "dims must be a vector, got shape %s", tf_dims_kernel_text(dims, text, sizeof text));
    else if (at_run && value.rank != 0)
        tf_shape_error(c, "value must be a scalar, got shape %s", tf_dims_kernel_text(value, text, sizeof text));
    else if (tf_with_rank(c, 0, 1) && tf_with_rank(c, 1, 0) && tf_in_shape(c, 0, &out)) {
        tf_ndarray whole; /* -1 is no unknown dimension here */
        bool known = c->value(c->arg, 0, &whole);
        for (int i = 0; i < out.rank; i++)
            if (out.dims[i] < (known ? 0 : NONE)) {
                if (at_run)
                    tf_shape_error(c, "Dimension %lld must be >= 0", (long long)out.dims[i]);
                else
                    tf_shape_error(c, "Fill dimensions must be >= 0");
                return;
            }
        tf_set_out(c, 0, out);
    }
}

static void fill_kernel(tf_kernel_ctx *k)
{
    const int64_t n = k->out[0].rank ? product(k->out[0].dims, 1, k->out[0].rank) : 1;
    FOR_DTYPE(k->out[0].dtype, {
        T *out = k->out[0].data;
        const T value = *(const T *)k->in[1].data;
        for (int64_t i = k->begin * n; i < k->end * n; i++)
            out[i] = value;
    })
}

static int64_t axis_0_units(const tf_kernel_ctx *k) { return k->out[0].rank ? k->out[0].dims[0] : 1; }
static const tf_shard_rule axis_0_of_whole = { .out = 0, .in = { TF_WHOLE, TF_WHOLE, TF_WHOLE, TF_WHOLE } };

static void fill_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 1, tf_reduce_sum(dy)); }

static const tf_op_def fill_op = {
    .name = "Fill",
    .in = "dims:U, value:T",
    .out = "output:T",
    .U = TF_INDEX,
    .traits = TF_CHEAP,
    .shape = fill_shape,
    .kernel = fill_kernel,
    .units = axis_0_units,
    .shard = &axis_0_of_whole,
    .gradient = fill_gradient,
};

tf_tensor tf_fill_(tf_operand dims, tf_operand value, struct tf_name_args a)
{
    return tf_op_binary(&fill_op, dims, value, a, NULL);
}

/* ---- zeros, ones -------------------------------------------------------------------------------------------------------------- */
static tf_tensor small_constant(tf_dims shape, tf_dtype dtype, bool one, struct tf_zeros_args a, const char *default_name)
{
    tf_ndarray all = np_zeros(shape, dtype);
    if (!all.shape.known)
        return tf_mistake(tf_memory_error, a.here, NULL, "no memory left for the graph");
    FOR_DTYPE(dtype, {
        T *x = all.data;
        for (int64_t i = 0; one && i < np_size(all); i++)
            x[i] = 1;
    })
    tf_tensor t =
        tf_constant_(tf_operand_array(all), (struct tf_constant_args){ .here = a.here, .name = a.name ? a.name : default_name });
    np_free(&all);
    return t;
}

static tf_tensor all_of(tf_operand shape, bool one, struct tf_zeros_args a, const char *default_name)
{
    tf_dtype dtype = a.dtype ? a.dtype : tf_float32;
    if (shape.kind == TF_OPERAND_INTEGER)
        shape = tf_operand_dims(SHAPE(shape.as.integer));
    if (shape.kind == TF_OPERAND_DIMS) {
        const tf_dims d = shape.as.dims;
        for (int i = 0; i < d.rank; i++)
            if (d.dims[i] < 0)
                return tf_mistake(tf_value_error, a.here, a.name ? a.name : default_name, "Dimension %lld must be >= 0",
                                  (long long)d.dims[i]);
        if (d.known && tf_dims_count(d) < SMALL)
            return small_constant(d, dtype, one, a, default_name);
    }
    TF_FROM(a.here);
    TF_SCOPE(a.name, default_name);
    struct tf_name_args whole = { .name = tf_scope_name() };
    tf_tensor dims = tf_convert(shape, tf_dtype_unset, a.here, shape.kind == TF_OPERAND_LIST ? NULL : "shape_as_tensor");
    if (!tf_is_poisoned(dims) && (!tf_get_shape(dims).known || tf_get_shape(dims).rank == 0))
        dims = tf_reshape(dims, SHAPE(-1));
    tf_operand value = dtype == tf_bool ? tf_operand_bool(one) : tf_operand_integer(one);
    return tf_fill_(of(dims), of(tf_constant_(value, (struct tf_constant_args){ .dtype = dtype })), whole);
}

tf_tensor tf_zeros_(tf_operand shape, struct tf_zeros_args a) { return all_of(shape, false, a, "zeros"); }
tf_tensor tf_ones_(tf_operand shape, struct tf_zeros_args a) { return all_of(shape, true, a, "ones"); }

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

static void range_mistake(tf_shape_ctx *c, const double *v, bool floating)
{
    char text[80];
    snprintf(text, sizeof text, floating ? "%g/%g" : "%.0f/%.0f", v[0], v[1]);
    if (v[2] == 0)
        tf_shape_error(c, tf_shape_at_run(c) ? "Requires delta != 0: 0" : "Requires delta != 0");
    else
        tf_shape_error(c, v[2] > 0 ? "Requires start <= limit when delta > 0: %s" : "Requires start >= limit when delta < 0: %s",
                       text);
}

static void range_shape(tf_shape_ctx *c)
{
    tf_ndarray a[3];
    double v[3];
    bool known = true;
    tf_set_out(c, 0, SHAPE(NONE));
    if (!scalars(c, (const char *const[]){ "start", "limit", "delta", NULL }))
        return;
    for (int i = 0; i < 3; i++)
        known = tf_in_value(c, i, &a[i]) && known;
    for (int i = 0; known && i < 3; i++)
        v[i] = np_get(a[i], 0);
    if (!known)
        return;
    tf_dtype dtype = tf_in_dtype(c, 0);
    if (v[2] == 0 || (v[2] > 0 ? v[0] > v[1] : v[0] < v[1]))
        range_mistake(c, v, TF_FLOATING & TF_DTYPE_BIT(dtype));
    else if (dtype == tf_float32)
        tf_set_out(c, 0, SHAPE((int64_t)ceil(fabsf(((float)v[1] - (float)v[0]) / (float)v[2]))));
    else if (dtype == tf_float64)
        tf_set_out(c, 0, SHAPE((int64_t)ceil(fabs((v[1] - v[0]) / v[2]))));
    else {
        int64_t span = llabs(int_of(&a[1], 0) - int_of(&a[0], 0)), step = llabs(int_of(&a[2], 0));
        tf_set_out(c, 0, SHAPE((span + step - 1) / step));
    }
}

static void range_kernel(tf_kernel_ctx *k)
{
    FOR_DTYPE(k->T, {
        T value = *(const T *)k->in[0].data;
        const T delta = *(const T *)k->in[2].data;
        for (int64_t i = 0; i < k->out[0].dims[0]; i++, value = (T)(value + delta)) /* adding up, as TF does */
            ((T *)k->out[0].data)[i] = value;
    })
}

static const tf_op_def range_op = {
    .name = "Range",
    .in = "start:T, limit:T, delta:T",
    .out = "output:T",
    .T = TF_FLOATING | TF_INDEX,
    .traits = TF_CHEAP,
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

tf_tensor tf_range_(tf_operand start, tf_operand limit, tf_operand delta, struct tf_range_args a)
{
    static const char *const names[] = { "start", "limit", "delta" };
    tf_operand *const given[] = { &start, &limit, &delta };
    TF_FROM(a.here);
    TF_SCOPE(a.name, "range");
    tf_dtype widest = a.dtype;
    tf_tensor t[3];
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
    return tf1c_range(of(t[0]), of(t[1]), of(t[2]), (struct tf_name_args){ .name = tf_scope_name() }, NULL);
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
        for (int64_t i = 0; i < n; i++)
            ((T *)k->out[0].data)[i] = (T)(start + step * (T)i);
    })
}

static const tf_op_def linspace_op = {
    .name = "LinSpace",
    .in = "start:T, stop:T, num:U",
    .out = "output:T",
    .T = TF_FLOATING,
    .U = TF_INDEX,
    .traits = TF_CHEAP,
    .shape = linspace_shape,
    .kernel = linspace_kernel,
    .gradient = tf_no_gradient,
};

tf_tensor tf_linspace_(tf_operand start, tf_operand stop, tf_operand num, struct tf_name_args a)
{
    return array_op(&linspace_op, a, NULL, NULL, 3, (tf_operand[]){ start, stop, num });
}

/* ---- Diag, DiagPart: each the other's gradient ---------------------------------------------------------------------------------------- */
static void diag_shape(tf_shape_ctx *c)
{
    tf_dims out = *tf_in_dims(c, 0);
    if (!tf_with_rank_at_least(c, 0, 1) || !out.known)
        return;
    if (2 * out.rank > TF_MAX_RANK) {
        tf_shape_error(c, "Shape must be at most rank %d but is rank %d", TF_MAX_RANK / 2, out.rank);
        return;
    }
    memcpy(&out.dims[out.rank], out.dims, (size_t)out.rank * sizeof out.dims[0]);
    out.rank *= 2;
    tf_set_out(c, 0, out);
}

/* Places n elements n + 1 apart into zeros. */
static void spread(char *out, const char *in, int64_t n, int64_t columns, size_t size)
{
    for (int64_t i = 0; i < n; i++)
        memcpy(out + (size_t)(i * (columns + 1)) * size, in + (size_t)i * size, size);
}

static void diag_kernel(tf_kernel_ctx *k)
{
    const size_t size = tf_dtype_size(k->T);
    const int64_t n = tf_view_count(&k->in[0]);
    clear_bytes(k->out[0].data, (size_t)(n * n) * size);
    spread(k->out[0].data, k->in[0].data, n, n, size);
}

static void diag_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_diag_part(dy)); }

static const tf_op_def diag_op = {
    .name = "Diag",
    .in = "diagonal:T",
    .out = "output:T",
    .shape = diag_shape,
    .kernel = diag_kernel,
    .gradient = diag_gradient,
};
UNARY_BUILDER(tf_diag_, diag_op, NULL)

static void diag_part_shape(tf_shape_ctx *c)
{
    const tf_dims in = *tf_in_dims(c, 0);
    tf_dims out = { .known = true, .rank = in.rank / 2 };
    if (!in.known)
        return;
    if (in.rank == 0 || in.rank % 2) {
        tf_shape_error(c, "Input must have even and non-zero rank, input rank is %d", in.rank);
        return;
    }
    for (int i = 0; i < out.rank; i++)
        if (!tf_merge_dim(in.dims[i], in.dims[i + out.rank], &out.dims[i])) {
            tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)in.dims[i],
                           (long long)in.dims[i + out.rank]);
            return;
        }
    tf_set_out(c, 0, out);
}

static bool diag_part_view(tf_kernel_ctx *k, int output, int64_t *offset)
{
    const tf_view *in = &k->in[0];
    for (int i = 0; i < k->out[output].rank; i++)
        k->out[output].strides[i] = in->strides[i] + in->strides[i + k->out[output].rank];
    *offset = 0;
    return true;
}

static void diag_part_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_diag(dy)); }

static const tf_op_def diag_part_op = {
    .name = "DiagPart",
    .in = "input:T",
    .out = "diagonal:T",
    .traits = TF_VIEW,
    .shape = diag_part_shape,
    .gradient = diag_part_gradient,
    .view = diag_part_view,
};
UNARY_BUILDER(tf_diag_part_, diag_part_op, NULL)

/* ---- MatrixDiag, MatrixDiagPart, MatrixSetDiag -------------------------------------------------------------------------------------------- */
static void matrix_diag_shape(tf_shape_ctx *c)
{
    tf_dims out = *tf_in_dims(c, 0);
    if (!tf_with_rank_at_least(c, 0, 1) || !out.known)
        return;
    if (out.rank == TF_MAX_RANK) {
        tf_shape_error(c, "Shape must be at most rank %d but is rank %d", TF_MAX_RANK - 1, out.rank);
        return;
    }
    out.dims[out.rank] = out.dims[out.rank - 1];
    out.rank++;
    tf_set_out(c, 0, out);
}

static void matrix_diag_kernel(tf_kernel_ctx *k)
{
    const size_t size = tf_dtype_size(k->T);
    const int64_t n = k->in[0].dims[k->in[0].rank - 1];
    for (int64_t i = k->begin; i < k->end; i++) {
        char *out = (char *)k->out[0].data + (size_t)(i * n * n) * size;
        clear_bytes(out, (size_t)(n * n) * size);
        spread(out, (char *)k->in[0].data + (size_t)(i * n) * size, n, n, size);
    }
}

static int64_t matrix_units(const tf_kernel_ctx *k) { return product(k->out[0].dims, 0, k->out[0].rank - 2); }

static void matrix_diag_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_matrix_diag_part(dy)); }

static const tf_op_def matrix_diag_op = {
    .name = "MatrixDiag",
    .in = "diagonal:T",
    .out = "output:T",
    .shape = matrix_diag_shape,
    .kernel = matrix_diag_kernel,
    .units = matrix_units,
    .gradient = matrix_diag_gradient,
};
UNARY_BUILDER(tf_matrix_diag_, matrix_diag_op, "diag")

static void matrix_diag_part_shape(tf_shape_ctx *c)
{
    tf_dims out = *tf_in_dims(c, 0);
    if (!tf_with_rank_at_least(c, 0, 2) || !out.known)
        return;
    int64_t m = out.dims[out.rank - 2], n = out.dims[out.rank - 1];
    out.rank--;
    out.dims[out.rank - 1] = m == NONE || n == NONE ? NONE : m < n ? m : n;
    tf_set_out(c, 0, out);
}

static bool matrix_diag_part_view(tf_kernel_ctx *k, int output, int64_t *offset)
{
    const tf_view *in = &k->in[0];
    memcpy(k->out[output].strides, in->strides, sizeof in->strides);
    k->out[output].strides[in->rank - 2] = in->strides[in->rank - 2] + in->strides[in->rank - 1];
    *offset = 0;
    return true;
}

static void matrix_diag_part_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const tf_dims in = tf_get_shape(g->in[0]);
    bool square = in.known && in.dims[in.rank - 1] != NONE && in.dims[in.rank - 1] == in.dims[in.rank - 2];
    tf_add_grad(g, 0, square ? tf_matrix_diag(dy) : tf_matrix_set_diag(tf_zeros_like(g->in[0]), dy));
}

static const tf_op_def matrix_diag_part_op = {
    .name = "MatrixDiagPart",
    .in = "input:T",
    .out = "diagonal:T",
    .traits = TF_VIEW,
    .shape = matrix_diag_part_shape,
    .gradient = matrix_diag_part_gradient,
    .view = matrix_diag_part_view,
};
UNARY_BUILDER(tf_matrix_diag_part_, matrix_diag_part_op, "diag_part")

static void matrix_set_diag_shape(tf_shape_ctx *c)
{
    const tf_dims in = *tf_in_dims(c, 0), diagonal = *tf_in_dims(c, 1);
    tf_dims want = in, merged;
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    if (!tf_with_rank_at_least(c, 0, 2) || !tf_with_rank_at_least(c, 1, 1))
        return;
    tf_set_out(c, 0, in);
    if (!in.known)
        return;
    int64_t m = in.dims[in.rank - 2], n = in.dims[in.rank - 1];
    want.rank--;
    want.dims[want.rank - 1] = m == NONE || n == NONE ? NONE : m < n ? m : n;
    if (tf_merge_dims(want, diagonal, &merged))
        return;
    if (tf_shape_at_run(c))
        tf_shape_error(c,
                       "must have diagonal.shape == input.shape[:-2] + min(input.shape[-2:]), but received input "
                       "shape: %s and diagonal shape: %s",
                       tf_dims_kernel_text(in, x, sizeof x), tf_dims_kernel_text(diagonal, y, sizeof y));
    else if (diagonal.rank != want.rank)
        tf_shape_error(c, "Shape must be rank %d but is rank %d", want.rank, diagonal.rank);
    else
        for (int i = 0; i < want.rank; i++)
            if (!tf_merge_dim(want.dims[i], diagonal.dims[i], &m)) {
                tf_shape_error(c, "Dimensions must be equal, but are %lld and %lld", (long long)want.dims[i],
                               (long long)diagonal.dims[i]);
                return;
            }
}

static void matrix_set_diag_kernel(tf_kernel_ctx *k)
{
    const size_t size = tf_dtype_size(k->T);
    const int64_t rows = k->out[0].dims[k->out[0].rank - 2], columns = k->out[0].dims[k->out[0].rank - 1],
                  n = rows < columns ? rows : columns;
    for (int64_t i = k->begin; i < k->end; i++) {
        size_t at = (size_t)(i * rows * columns) * size;
        char *out = (char *)k->out[0].data + at;
        if (out != (char *)k->in[0].data + at)
            copy_bytes(out, (char *)k->in[0].data + at, (size_t)(rows * columns) * size);
        spread(out, (char *)k->in[1].data + (size_t)(i * n) * size, n, columns, size);
    }
}

static void matrix_set_diag_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_tensor diagonal = tf_matrix_diag_part(dy);
    if (tf1c_grad_wanted(g, 0))
        tf_add_grad(g, 0, tf_matrix_set_diag(dy, tf_zeros_like(diagonal)));
    tf_add_grad(g, 1, diagonal);
}

static const tf_op_def matrix_set_diag_op = {
    .name = "MatrixSetDiag",
    .in = "input:T, diagonal:T",
    .out = "output:T",
    .traits = TF_INPLACE,
    .shape = matrix_set_diag_shape,
    .kernel = matrix_set_diag_kernel,
    .units = matrix_units,
    .gradient = matrix_set_diag_gradient,
};
BINARY_BUILDER(tf_matrix_set_diag_, matrix_set_diag_op, "set_diag")

/* ---- eye ---------------------------------------------------------------------------------------------------------------------------------------- */
/* The number of rows is a tensor: ones of shape batch_shape + [min(rows, columns)]. */
static tf_tensor eye_unknown(tf_tensor rows, struct tf_eye_args a, tf_dtype dtype)
{
    tf_tensor n = a.num_columns == NONE ? tf_minimum(rows, rows) : tf_minimum(rows, a.num_columns);
    tf_dims batch = a.batch_shape.known ? a.batch_shape : SCALAR;
    tf_tensor before = tf_convert(tf_operand_dims(batch), tf_int32, a.here, "shape");
    tf_tensor count = tf_stack(LIST(n), .name = "concat/values_1");
    tf_tensor ones = tf_ones(tf_concat(LIST(before, count), 0), .dtype = dtype);
    if (a.num_columns == NONE)
        return tf_matrix_diag(ones);
    tf_tensor columns = tf_convert(tf_operand_integer(a.num_columns), tf_get_dtype(rows), a.here, NULL);
    tf_tensor shape = tf_concat(LIST(before, tf_stack(LIST(rows, columns), .name = "concat_1/values_1")), 0);
    return tf_matrix_set_diag(tf_zeros(shape, .dtype = dtype), ones);
}

tf_tensor tf_eye_(tf_operand num_rows, struct tf_eye_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "eye");
    tf_dtype dtype = a.dtype ? a.dtype : tf_float32;
    if (num_rows.kind == TF_OPERAND_TENSOR)
        return eye_unknown(num_rows.as.tensor, a, dtype);
    if (num_rows.kind != TF_OPERAND_INTEGER || num_rows.as.integer < 0 || a.num_columns < NONE)
        return tf_mistake(tf_type_error, a.here, NULL, "Arguments `num_rows` and `num_columns` must be positive integer values.");
    int64_t rows = num_rows.as.integer, columns = a.num_columns == NONE ? rows : a.num_columns;
    tf_dims diagonal = a.batch_shape.known ? a.batch_shape : SCALAR;
    if (diagonal.rank + 2 > TF_MAX_RANK)
        return tf_mistake(tf_value_error, a.here, NULL, "Shape must be at most rank %d but is rank %d", TF_MAX_RANK,
                          diagonal.rank + 2);
    tf_dims whole = diagonal;
    diagonal.dims[diagonal.rank++] = rows < columns ? rows : columns;
    whole.dims[whole.rank++] = rows;
    whole.dims[whole.rank++] = columns;
    tf_tensor ones = tf_ones(diagonal, .dtype = dtype);
    return rows == columns ? tf_matrix_diag(ones) : tf_matrix_set_diag(tf_zeros(whole, .dtype = dtype), ones);
}

tf1c_op_family tf1c_fill_ops = { &fill_op,      &range_op,       &linspace_op,         &diag_op,
                                 &diag_part_op, &matrix_diag_op, &matrix_diag_part_op, &matrix_set_diag_op,
                                 NULL };
