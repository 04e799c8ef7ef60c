/* Matrix products on views: what an op's kernel says in rows and transpositions, as the core's kernels take it. */
#include "graph/product.h"

#include "core/gemm.h"

tf1c_matrix tf1c_matrix_of(const tf_view *v, bool transpose)
{
    const int row = transpose, column = !transpose;

    return (tf1c_matrix){ v->data, v->strides[row], v->dims[column] == 1 ? 1 : v->strides[column] };
}

static int64_t inner_of(const tf_kernel_ctx *k, tf_product p) { return k->in[0].dims[!p.transpose_a]; }

/* A result of few rows is dealt out by columns, and so is a long sum of a wide one, a weight gradient: less of it is packed twice.
 * Others by rows, as what stands around them. */
static bool by_columns(const tf_kernel_ctx *k, tf_product p)
{
    enum { FEW_ROWS = 4, MANY_COLUMNS = 128, LONG = 1024 };
    const int64_t rows = k->out[0].dims[0], columns = k->out[0].dims[1];

    if (rows < FEW_ROWS)
        return columns >= MANY_COLUMNS;
    return p.transpose_a && columns >= 2 * rows && (!tf1c_matmul_is_own(k->T) || inner_of(k, p) > LONG);
}

int64_t tf1c_product_units(const tf_kernel_ctx *k, tf_product p) { return k->out[0].dims[by_columns(k, p)]; }

size_t tf1c_product_scratch(const tf_kernel_ctx *k, tf_product p)
{
    return tf1c_matmul_is_own(k->T) ? tf1c_matmul_scratch(k->T, k->out[0].dims[1], inner_of(k, p)) : 0;
}

/* The shard's part of the result and of one operand; the other operand is whole. */
void tf1c_product_shard(const tf_kernel_ctx *k, tf_product p, const void *bias)
{
    const tf_view *y = &k->out[0];
    const bool columns = by_columns(k, p);
    const int64_t size = (int64_t)tf_dtype_size(k->T), inner = inner_of(k, p), i = columns ? 0 : k->begin,
                  j = columns ? k->begin : 0, m = columns ? y->dims[0] : k->end - k->begin,
                  n = columns ? k->end - k->begin : y->dims[1];
    const tf1c_matrix a = tf1c_matrix_from(k->T, tf1c_matrix_of(&k->in[0], p.transpose_a), i, 0),
                      b = tf1c_matrix_from(k->T, tf1c_matrix_of(&k->in[1], p.transpose_b), 0, j);
    void *c = (char *)y->data + (i * y->strides[0] + j) * size;

    if (tf1c_matmul_is_own(k->T))
        tf1c_matmul(k->T, m, n, inner, a, b, bias ? (const char *)bias + j * size : NULL, c, y->strides[0], k->scratch);
    else
        tf1c_gemm(k->T, a.column != 1, b.column != 1, m, n, inner, a.data, a.column != 1 ? a.column : a.row, b.data,
                  b.column != 1 ? b.column : b.row, 0, c, y->strides[0]);
}
