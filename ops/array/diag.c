/* Diagonals, and the matrices that have them. TF1: core/ops/array_ops.cc, python/ops/linalg_ops_impl.py. */
#include "ops/array/diag.h"

#include <string.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/fill.h"
#include "ops/array/identity.h"
#include "ops/math/arithmetic.h"

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

tf_tensor tf_matrix_set_diag_(struct tf_matrix_set_diag_args a)
{
    return tf_op_binary(&matrix_set_diag_op, tf1c_given(a.input), tf1c_given(a.diagonal), (struct tf_name_args){ a.here, a.name },
                        "set_diag");
}

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

static tf_tensor eye_of(tf_operand num_rows, struct tf_eye_args a)
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

tf_tensor tf_eye_(struct tf_eye_args a)
{
    tf_tensor mistake;
    return tf1c_given_shape(&a.batch_shape, a.here, &mistake) ? eye_of(tf1c_given(a.num_rows), a) : mistake;
}

/* clang-format off */
tf1c_op_family tf1c_family_diag = {
    &diag_op,
    &diag_part_op,
    &matrix_diag_op,
    &matrix_diag_part_op,
    &matrix_set_diag_op,
    NULL,
};
