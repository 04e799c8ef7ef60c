/* TF1: core/kernels/sparse_to_dense_op.cc, python/ops/sparse_grad.py. */
#include "ops/sparse/sparse.h"

#include <stdio.h>

#include "ops/array/array.h"
#include "ops/array/gather.h"
#include "ops/array/placeholder.h"
#include "ops/math/arithmetic.h"
#include "ops/math/reduce.h"
#include "ops/sparse/indices.h"

/* ---- SparseToDense: dvalues = dy at the indices, ddefault = Σ dy - Σ dvalues --------------------------------------------- */
typedef struct {
    bool validate_indices;
} to_dense_attrs;
static const tf_attr_def to_dense_fields[] = { TF_ATTR(to_dense_attrs, validate_indices, TF_ATTR_BOOL), { 0 } };

/* What the kernel says of the operands' shapes. */
static bool to_dense_fits(tf_shape_ctx *c)
{
    const tf_dims *indices = tf_in_dims(c, 0), *shape = tf_in_dims(c, 1), *values = tf_in_dims(c, 2);
    const int64_t n = indices->rank ? indices->dims[0] : 1, rank = indices->rank == 2 ? indices->dims[1] : 1;
    char text[TF_DIMS_TEXT];
    if (indices->rank > 2)
        tf_shape_error(c, "sparse_indices should be a scalar, vector, or matrix, got shape %s",
                       tf_dims_kernel_text(*indices, text, sizeof text));
    else if (shape->rank != 1)
        tf_shape_error(c, "output_shape should be a vector, got shape %s", tf_dims_kernel_text(*shape, text, sizeof text));
    else if (shape->dims[0] != rank)
        tf_shape_error(c, "output_shape has incorrect number of elements: %lld should be: %lld", (long long)shape->dims[0],
                       (long long)rank);
    else if (values->rank > 1 || (values->rank == 1 && values->dims[0] != n))
        tf_shape_error(c, "sparse_values has incorrect shape %s, should be [] or [%lld]",
                       tf_dims_kernel_text(*values, text, sizeof text), (long long)n);
    else if (tf_in_dims(c, 3)->rank)
        tf_shape_error(c, "default_value should be a scalar.");
    else
        return true;
    return false;
}

static void to_dense_shape(tf_shape_ctx *c)
{
    tf_dims out;
    if (tf_shape_at_run(c) ? !to_dense_fits(c) : !tf_with_rank(c, 1, 1))
        return;
    if (!tf_in_shape(c, 1, &out))
        return;
    for (int i = 0; i < out.rank; i++)
        if (out.dims[i] < (tf_shape_at_run(c) ? 0 : NONE)) {
            if (tf_shape_at_run(c))
                tf_shape_error(c, "Dimension %lld must be >= 0", (long long)out.dims[i]);
            else
                tf_shape_mistake(c, tf_value_error, "Invalid value in tensor used for shape: %lld", (long long)out.dims[i]);
            return;
        }
    tf_set_out(c, 0, out);
}

const char *tf1c_row_text(const tf_view *indices, int64_t i, int rank, char *text, size_t n)
{
    size_t used = (size_t)snprintf(text, n, "indices[%lld] = [", (long long)i);
    for (int axis = 0; axis < rank; axis++)
        used += (size_t)snprintf(text + used, n - used, "%s%lld", axis ? "," : "", (long long)int_at(indices, i * rank + axis));
    snprintf(text + used, n - used, "]");
    return text;
}

static bool rows_are_valid(tf_kernel_ctx *k, int64_t n)
{
    const bool validate = ((const to_dense_attrs *)k->attrs)->validate_indices;
    char row[256], dims[TF_DIMS_TEXT];
    int64_t before = -1;
    tf_dims_kernel_text(dims_of_view(&k->out[0]), dims, sizeof dims);
    for (int64_t i = 0; i < n; i++) {
        const int64_t at = tf1c_row_place(&k->in[0], &k->out[0], i);
        tf1c_row_text(&k->in[0], i, k->out[0].rank, row, sizeof row);
        if (at < 0 && validate)
            tf_kernel_error(k, tf_invalid_argument, "%s is out of bounds: need 0 <= index < %s", row, dims);
        else if (at < 0)
            tf_kernel_error(k, tf_invalid_argument, "Indices are not valid (out of bounds).  Shape: %s", dims);
        else if (validate && at == before)
            tf_kernel_error(k, tf_invalid_argument, "%s is repeated", row);
        else if (validate && at < before)
            tf_kernel_error(k, tf_invalid_argument, "%s" TF1C_OUT_OF_ORDER, row);
        else {
            before = at;
            continue;
        }
        return false;
    }
    return true;
}

static void to_dense_kernel(tf_kernel_ctx *k)
{
    const tf_view *indices = &k->in[0], *values = &k->in[2], *out = &k->out[0];
    const int64_t n = indices->rank ? indices->dims[0] : 1, all = tf_view_count(out);
    FOR_DTYPE(out->dtype, {
        for (int64_t i = 0; i < all; i++)
            ((T *)out->data)[i] = *(const T *)k->in[3].data;
    })
    if (!rows_are_valid(k, n))
        return;
    for (int64_t i = 0; i < n; i++) {
        const int64_t at = tf1c_row_place(indices, out, i), from = values->rank ? i : 0;
        FOR_DTYPE(out->dtype, { ((T *)out->data)[at] = ((const T *)values->data)[from]; })
    }
}

static void to_dense_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 8);
    const tf_tensor at_indices = tf_gather_nd(dy, g->in[0]);
    tf_add_grad(g, 2, at_indices);
    tf_add_grad(g, 3, tf_subtract(tf_reduce_sum(dy), tf_reduce_sum(at_indices)));
}

static const tf_op_def to_dense_op = {
    .name = "SparseToDense",
    .in = "sparse_indices:U, output_shape:U, sparse_values:T, default_value:T",
    .out = "dense:T",
    .T = TF_NUMERIC | TF_DTYPE_BIT(tf_bool),
    .U = TF_INDEX,
    .attrs = to_dense_fields,
    .attrs_size = sizeof(to_dense_attrs),
    .shape = to_dense_shape,
    .kernel = to_dense_kernel,
    .gradient = to_dense_gradient,
};

tf_tensor tf_sparse_to_dense_(tf_operand indices, tf_operand shape, tf_operand values, struct tf_sparse_to_dense_args a)
{
    const to_dense_attrs attrs = { a.validate_indices };
    tf_operand fill = tf1c_keyword(a.default_value, false);
    if (!fill.kind)
        fill = tf_operand_integer(0);
    return array_op(&to_dense_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 4,
                    (tf_operand[]){ indices, shape, values, fill });
}

tf_tensor tf_sparse_tensor_to_dense_(struct tf_sparse_tensor_to_dense_args a)
{
    return tf_sparse_to_dense_(tf_operand_tensor(a.sp_input.indices), tf_operand_tensor(a.sp_input.dense_shape),
                               tf_operand_tensor(a.sp_input.values),
                               (struct tf_sparse_to_dense_args){ a.here, a.default_value, a.validate_indices, a.name });
}

/* ---- sparse tensors ------------------------------------------------------------------------------------------------------------ */
/* A poisoned tensor after a report. */
static tf_tensor part(tf_operand given, tf_dtype dtype, const char *name, int rank, tf_source here)
{
    char text[TF_DIMS_TEXT];
    const tf_tensor t = tf_convert(tf1c_given(given), dtype, here, name);
    const tf_dims dims = tf_get_shape(t);
    if (tf_is_poisoned(t) || !dims.known || dims.rank == rank)
        return t;
    return tf_mistake(tf_value_error, here, NULL, "Shape %s of a sparse tensor's %s must have rank %d",
                      tf_dims_text(dims, text, sizeof text), name, rank);
}

tf_sparse_tensor tf_sparse_tensor_(struct tf_sparse_tensor_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(NULL, "SparseTensor");
    const tf_tensor indices = part(a.indices, tf_int64, "indices", 2, a.here);
    const tf_tensor values = part(a.values, tf_dtype_unset, "values", 1, a.here);
    return (tf_sparse_tensor){ indices, values, part(a.dense_shape, tf_int64, "dense_shape", 1, a.here) };
}

static tf_tensor part_placeholder(const char *name, const char *which, tf_dtype dtype, tf_dims shape, tf_source here)
{
    char full[256];
    snprintf(full, sizeof full, "%s/%s", name ? name : "", which);
    return tf_placeholder_(
        (struct tf_placeholder_args){ .here = here, .dtype = dtype, .shape = shape, .name = name ? full : NULL });
}

tf_sparse_tensor tf_sparse_at_(tf_sparse_list list, int i, tf_source here)
{
    const tf_tensor indices = tf_at_(list.indices, i, here);
    if (tf_is_poisoned(indices))
        return (tf_sparse_tensor){ indices, indices, indices };
    return (tf_sparse_tensor){ indices, tf_at_(list.values, i, here), tf_at_(list.dense_shapes, i, here) };
}

tf_sparse_tensor tf_sparse_at_of_one_(tf_sparse_tensor only, int i, tf_source here)
{
    return tf_sparse_at_((tf_sparse_list){ LIST(only.indices), LIST(only.values), LIST(only.dense_shape) }, i, here);
}

tf_sparse_tensor tf_sparse_placeholder_(struct tf_sparse_placeholder_args a)
{
    tf_tensor mistake;
    if (!tf1c_given_shape(&a.shape, a.here, &mistake))
        return (tf_sparse_tensor){ mistake, mistake, mistake };
    const tf_tensor shape = a.shape.known ? tf_convert(tf_operand_dims(a.shape), tf_int64, a.here, a.name)
                                          : part_placeholder(a.name, "shape", tf_int64, SHAPE(NONE), a.here);
    const tf_tensor values = part_placeholder(a.name, "values", a.dtype, SHAPE(NONE), a.here);
    return (tf_sparse_tensor){ part_placeholder(a.name, "indices", tf_int64, SHAPE(NONE, NONE), a.here), values, shape };
}

/* clang-format off */
tf1c_op_family tf1c_family_sparse = {
    &to_dense_op,
    NULL,
};
