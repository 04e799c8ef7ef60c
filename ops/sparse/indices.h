/* What ops on sparse tensors share; not for users. */
#ifndef TF1C_OPS_SPARSE_INDICES_H
#define TF1C_OPS_SPARSE_INDICES_H

#include "ops/array/array.h"
#include "ops/sparse/sparse.h"

#define TF1C_OUT_OF_ORDER                                         \
    " is out of order. Many sparse ops require sorted indices.\n" \
    "    Use `tf.sparse.reorder` to create a correctly ordered copy.\n\n"

/* Row i of the indices in words: "indices[1] = [0,1]". Returns text. */
const char *tf1c_row_text(const tf_view *indices, int64_t i, int rank, char *text, size_t n);

/* Where row i of the indices, of either dtype, goes in `out`, or -1 where it is outside. */
static inline int64_t tf1c_row_place(const tf_view *indices, const tf_view *out, int64_t i)
{
    int64_t at = 0;
    for (int axis = 0; axis < out->rank; axis++) {
        const int64_t index = int_at(indices, i * out->rank + axis);
        if (index < 0 || index >= out->dims[axis])
            return -1;
        at = at * out->dims[axis] + index;
    }
    return at;
}

/* ---- rows of indices [n, rank] int64 ------------------------------------------------------------------------------------- */

static inline const int64_t *entry_row(const tf_view *indices, int64_t i)
{
    return (const int64_t *)indices->data + i * indices->dims[1];
}

/* Below 0: row a comes first; 0: they are one place. */
static inline int compare_rows(const int64_t *a, const int64_t *b, int64_t rank)
{
    for (int64_t axis = 0; axis < rank; axis++)
        if (a[axis] != b[axis])
            return a[axis] < b[axis] ? -1 : 1;
    return 0;
}

static inline void set_row(const tf_view *to, int64_t at, const int64_t *row)
{
    copy_bytes((int64_t *)to->data + at * to->dims[1], row, (size_t)to->dims[1] * sizeof *row);
}

static inline void set_value(const tf_view *to, int64_t at, const tf_view *from, int64_t i)
{
    const size_t size = tf_dtype_size(to->dtype);
    memcpy((char *)to->data + (size_t)at * size, (const char *)from->data + (size_t)i * size, size);
}

/* The rows' numbers in the rows' order, of equal rows the first before: memory of the caller's; NULL after a report. */
int64_t *tf1c_rows_in_order(tf_kernel_ctx *k, const int64_t *rows, int64_t n, int64_t rank);
/* Whether all rows are inside of the shape that an operand holds; else a report. */
bool tf1c_rows_inside(tf_kernel_ctx *k, const tf_view *indices, const tf_view *shape);

/* ---- sparse tensors as three operands or handles -------------------------------------------------------------------------- */

/* In a shape function: whether inputs `first` and on are the parts of a sparse tensor of n entries and so many axes; else a report. */
bool tf1c_parts_shape(tf_shape_ctx *c, int first, int64_t *n, int64_t *rank);
/* As far as dense_shape is known while the graph is built. */
tf_dims tf1c_sparse_shape(tf_sparse_tensor sp);
/* The first of its parts that is a mistake, or none, which is reported; else a none handle. */
tf_tensor tf1c_mistaken_part(tf_sparse_tensor sp, tf_source here);
static inline tf_sparse_tensor tf1c_no_sparse(tf_tensor mistake) { return (tf_sparse_tensor){ mistake, mistake, mistake }; }

#endif
