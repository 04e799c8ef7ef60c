/* Matrix products on views, by the core's own kernels. */
#ifndef TF1C_GRAPH_PRODUCT_H
#define TF1C_GRAPH_PRODUCT_H

#include "core/matmul.h"
#include "graph/op.h"

/* v, of rank 2, as products read it: transposed or as it lies. */
tf1c_matrix tf1c_matrix_of(const tf_view *v, bool transpose);
/* Products: out[0] = in[0]'·in[1]' + bias, a vector or NULL (which only products of our own add: tf1c_matmul_is_own). */
int64_t tf1c_product_units(const tf_kernel_ctx *k, tf_product p); /* rows of the result, or columns */
size_t tf1c_product_scratch(const tf_kernel_ctx *k, tf_product p);
void tf1c_product_shard(const tf_kernel_ctx *k, tf_product p, const void *bias);

#endif
