/* Matrix products on views: what an op's kernel says in rows and transpositions, as the core's kernels take it. */
#include "graph/product.h"

tf1c_matrix tf1c_matrix_of(const tf_view *v, bool transpose)
{
    const int row = transpose, column = !transpose;
    return (tf1c_matrix){ v->data, v->strides[row], v->dims[column] == 1 ? 1 : v->strides[column] };
}

int64_t tf1c_product_inner(const tf_kernel_ctx *k, tf_product p) { return k->in[0].dims[!p.transpose_a]; }

size_t tf1c_product_scratch(const tf_kernel_ctx *k, tf_product p)
{
    return tf1c_sgemm_scratch(k->out[0].dims[1], tf1c_product_inner(k, p));
}

void tf1c_product_rows(const tf_kernel_ctx *k, tf_product p, const float *bias)
{
    const tf_view *y = &k->out[0];
    tf1c_matrix a = tf1c_matrix_of(&k->in[0], p.transpose_a);
    a.data += k->begin * a.row;
    tf1c_sgemm(k->end - k->begin, y->dims[1], tf1c_product_inner(k, p), a, tf1c_matrix_of(&k->in[1], p.transpose_b), bias,
               (float *)y->data + k->begin * y->strides[0], y->strides[0], k->scratch);
}
