/* What ops on sparse tensors share. */
#include "ops/sparse/indices.h"

int64_t *tf1c_rows_in_order(tf_kernel_ctx *k, const int64_t *rows, int64_t n, int64_t rank)
{
    int64_t *from = tf1c_alloc((2 * (size_t)n + 1) * sizeof *from), *memory = from;
    if (!from) {
        tf_kernel_error(k, tf_memory_error, "no memory left to put indices in order");
        return NULL;
    }
    int64_t *to = from + n;
    for (int64_t i = 0; i < n; i++)
        from[i] = i;
    for (int64_t width = 1; width < n; width *= 2) {
        for (int64_t begin = 0; begin < n; begin += 2 * width) {
            const int64_t middle = begin + width < n ? begin + width : n, end = middle + width < n ? middle + width : n;
            for (int64_t a = begin, b = middle, at = begin; at < end; at++)
                to[at] = b >= end || (a < middle && compare_rows(rows + from[a] * rank, rows + from[b] * rank, rank) <= 0)
                             ? from[a++]
                             : from[b++];
        }
        int64_t *other = from;
        from = to;
        to = other;
    }
    if (from != memory && n)
        memcpy(memory, from, (size_t)n * sizeof *memory);
    return memory;
}

/* Of a run: whether inputs `first` and on are the parts of a sparse tensor; else what the first mistake is. */
static bool are_parts(tf_shape_ctx *c, int first)
{
    const tf_dims *indices = tf_in_dims(c, first), *values = tf_in_dims(c, first + 1), *shape = tf_in_dims(c, first + 2);
    char text[TF_DIMS_TEXT];
    if (indices->rank != 2)
        tf_shape_error(c, "Input indices should be a matrix but received shape %s",
                       tf_dims_kernel_text(*indices, text, sizeof text));
    else if (values->rank != 1)
        tf_shape_error(c, "Input values should be a vector but received shape %s", tf_dims_kernel_text(*values, text, sizeof text));
    else if (shape->rank != 1)
        tf_shape_error(c, "Input shape should be a vector but received shape %s", tf_dims_kernel_text(*shape, text, sizeof text));
    else if (indices->dims[0] != values->dims[0])
        tf_shape_error(c, "indices and values rows (indexing dimension) must match. (indices = %lld, values = %lld)",
                       (long long)indices->dims[0], (long long)values->dims[0]);
    else if (indices->dims[1] != shape->dims[0])
        tf_shape_error(c, "Order length must be SparseTensor rank.");
    else
        return true;
    return false;
}

bool tf1c_parts_shape(tf_shape_ctx *c, int first, int64_t *n, int64_t *rank)
{
    const tf_dims *indices = tf_in_dims(c, first), *values = tf_in_dims(c, first + 1), *shape = tf_in_dims(c, first + 2);
    if (tf_shape_at_run(c) ? !are_parts(c, first)
                           : !(tf_with_rank(c, first, 2) && tf_with_rank(c, first + 1, 1) && tf_with_rank(c, first + 2, 1)))
        return false;
    *n = indices->known ? indices->dims[0] : NONE;
    *rank = indices->known ? indices->dims[1] : NONE;
    if (*n == NONE && values->known)
        *n = values->dims[0];
    if (*rank == NONE && shape->known)
        *rank = shape->dims[0];
    return true;
}

bool tf1c_rows_inside(tf_kernel_ctx *k, const tf_view *indices, const tf_view *shape)
{
    char row[256];
    const int shown = (int)(shape->dims[0] < TF_MAX_RANK ? shape->dims[0] : TF_MAX_RANK);
    tf_dims dims = { .known = true, .rank = shown };
    for (int axis = 0; axis < shown; axis++)
        dims.dims[axis] = int_at(shape, axis);
    for (int64_t i = 0; i < indices->dims[0] * indices->dims[1]; i++) {
        const int64_t at = int_at(indices, i), size = int_at(shape, i % indices->dims[1]);
        if (at >= 0 && at < size)
            continue;
        tf1c_row_text(indices, i / indices->dims[1], shown, row, sizeof row);
        tf_kernel_error(k, tf_invalid_argument, "%s is out of bounds: need 0 <= index < %s", row,
                        tf_dims_kernel_text(dims, (char[TF_DIMS_TEXT]){ 0 }, TF_DIMS_TEXT));
        return false;
    }
    return true;
}

tf_dims tf1c_sparse_shape(tf_sparse_tensor sp)
{
    tf_ndarray value;
    tf_dims d = { .known = false };
    if (tf_is_poisoned(sp.dense_shape) || !tf_constant_value(sp.dense_shape, &value) || value.shape.rank != 1 ||
        value.shape.dims[0] > TF_MAX_RANK)
        return d;
    d = (tf_dims){ .known = true, .rank = (int)value.shape.dims[0] };
    for (int i = 0; i < d.rank; i++)
        d.dims[i] = int_of(&value, i);
    return d;
}

tf_tensor tf1c_mistaken_part(tf_sparse_tensor sp, tf_source here)
{
    const tf_tensor parts[] = { sp.indices, sp.values, sp.dense_shape };
    for (int i = 0; i < 3; i++)
        if (tf_is_none(parts[i]))
            return tf_mistake(tf_type_error, here, NULL, "Input must be a SparseTensor.");
        else if (tf_is_poisoned(parts[i]))
            return parts[i];
    return (tf_tensor){ 0 };
}
