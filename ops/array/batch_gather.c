/* Rows of one table by numbers that count across a batch. TF1: python/ops/array_ops.py _batch_gather. */
#include "ops/array/array.h"
#include "ops/array/constant.h"
#include "ops/array/fill.h"
#include "ops/array/gather.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/math/arithmetic.h"
#include "ops/math/reduce.h"

/* n along axis `axis` of `rank`, 1 along the others. */
static tf_tensor along(int axis, int rank, tf_tensor n)
{
    tf_tensor sizes[TF_MAX_RANK] = { 0 };
    int64_t ones[TF_MAX_RANK];
    for (int i = 0; i < rank; i++)
        ones[i] = 1;
    sizes[axis] = n;
    return tf1c_stack_sizes(rank, sizes, ones, tf_get_dtype(n));
}

/* indices [b…, n] as rows of all tables below each other; shape: that of params. */
static tf_tensor rows_of_all(tf_tensor indices, tf_tensor shape, int batch)
{
    const tf_dtype dtype = tf_get_dtype(indices);
    tf_tensor rows = indices, before = tf_ones(SCALAR, dtype);
    const tf_tensor sizes = tf1c_cast_node(shape, dtype, NULL);
    for (int dim = batch; dim > 0; dim--) {
        const tf_tensor n = tf_getitem(sizes, "%d", dim - 1);
        before = tf_mul(before, tf_getitem(sizes, "%d", dim));
        const tf_tensor start = tf_zeros(SCALAR, dtype), step = tf_ones(SCALAR, dtype);
        const tf_tensor numbers =
            tf_mul(tf1c_range(operand_of(start), operand_of(n), operand_of(step), (struct tf_name_args){ .here = { 0 } }, "Range"),
                   before);
        rows = tf_operator_add(rows, tf_reshape(numbers, along(dim - 1, batch + 1, n)));
    }
    return rows;
}

/* What is known of [b…, n, …]. */
static bool result_dims(tf_tensor params, tf_tensor indices, tf_dims *out, tf_source here)
{
    const tf_dims p = tf_get_shape(params), x = tf_get_shape(indices);
    char one[TF_DIMS_TEXT], other[TF_DIMS_TEXT];
    *out = (tf_dims){ 0 };
    if (!p.known)
        return true;
    tf_dims of_params = { .known = true, .rank = x.rank - 1 }, of_indices = of_params;
    memcpy(of_params.dims, p.dims, sizeof p.dims);
    memcpy(of_indices.dims, x.dims, sizeof x.dims);
    if (!tf_merge_dims(of_indices, of_params, out)) {
        tf_mistake(tf_value_error, here, NULL, "Shapes %s and %s are not compatible", tf_dims_text(of_indices, one, sizeof one),
                   tf_dims_text(of_params, other, sizeof other));
        return false;
    }
    out->dims[out->rank++] = x.dims[x.rank - 1];
    for (int i = x.rank; i < p.rank; i++)
        out->dims[out->rank++] = p.dims[i];
    return true;
}

static tf_tensor batch_gathered(tf_tensor params, tf_tensor indices, int batch, tf_source here)
{
    tf_dims out;
    const tf_tensor indices_shape = tf_shape(indices), shape = tf_shape(params);
    const tf_tensor flat = tf_reshape(rows_of_all(indices, shape, batch), SHAPE(-1));
    const tf_tensor inner = tf_getitem(shape, "%d:", batch + 1);
    const tf_tensor n = tf_reduce_prod(tf_getitem(shape, ":%d", batch + 1), .axes = AXES(0));
    const tf_tensor first = tf1c_pack(LIST(n), (tf_source){ 0 }, "concat/values_0");
    const tf_tensor table = tf_reshape(params, TF1C_CONCAT(TF_T(first), TF_T(inner)));
    const tf_tensor rows = tf_gather(table, flat);
    const tf_tensor y = tf_reshape(rows, TF1C_CONCAT(TF_T(indices_shape), TF_T(inner)));
    if (!result_dims(params, indices, &out, here))
        return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) };
    if (out.known && !tf_is_poisoned(y))
        tf_set_shape(y, out);
    return y;
}

tf_tensor tf_batch_gather_(struct tf_batch_gather_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "BatchGather");
    const tf_tensor indices = tf_convert(tf1c_given(a.indices), tf_dtype_unset, a.here, "indices");
    const tf_tensor params = tf_convert(tf1c_given(a.params), tf_dtype_unset, a.here, "params");
    if (tf_is_poisoned(indices) || tf_is_poisoned(params))
        return tf_is_poisoned(indices) ? indices : params;
    const tf_dims x = tf_get_shape(indices), p = tf_get_shape(params);
    if (!x.known)
        return tf_mistake(tf_value_error, a.here, NULL, "batch_gather does not allow indices with unknown shape.");
    if (!x.rank)
        return tf_mistake(tf_value_error, a.here, NULL, "batch_dims = -1 must be less than rank(indices) = 0");
    if (p.known && x.rank - 1 >= p.rank)
        return tf_mistake(tf_value_error, a.here, NULL, "batch_dims = %d must be less than rank(params) = %d", x.rank - 1, p.rank);
    return batch_gathered(params, indices, x.rank - 1, a.here);
}
