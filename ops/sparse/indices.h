/* What kernels say of the indices of sparse operands; not for users. */
#ifndef TF1C_OPS_SPARSE_INDICES_H
#define TF1C_OPS_SPARSE_INDICES_H

#include "ops/family.h"

#define TF1C_OUT_OF_ORDER                                         \
    " is out of order. Many sparse ops require sorted indices.\n" \
    "    Use `tf.sparse.reorder` to create a correctly ordered copy.\n\n"

/* Row i of the indices in words: "indices[1] = [0,1]". Returns text. */
const char *tf1c_row_text(const tf_view *indices, int64_t i, int rank, char *text, size_t n);

#endif
