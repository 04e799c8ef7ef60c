/* Matrix products on views, by the core's own kernels. */
#ifndef TF1C_GRAPH_PRODUCT_H
#define TF1C_GRAPH_PRODUCT_H

#include "core/sgemm.h"
#include "graph/op.h"

/* v, of rank 2, as products read it: transposed or as it lies. */
tf1c_matrix tf1c_matrix_of(const tf_view *v, bool transpose);
/* The rows of the shard k of a float32 product: out[0] = in[0]'·in[1]' + bias, a vector or NULL. */
int64_t tf1c_product_inner(const tf_kernel_ctx *k, tf_product p); /* the sums' length */
size_t tf1c_product_scratch(const tf_kernel_ctx *k, tf_product p);
void tf1c_product_rows(const tf_kernel_ctx *k, tf_product p, const float *bias);

#endif
