/* Tensors of which only some elements are given. */
#ifndef TF1C_OPS_SPARSE_SPARSE_H
#define TF1C_OPS_SPARSE_SPARSE_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* values[i] at indices[i] of a tensor of dense_shape; elsewhere nothing.                     TF1: tf.SparseTensor, tf.sparse_placeholder
 *   indices [n, rank] int64, in order;   values [n];   dense_shape [rank] int64
 * A placeholder's three parts are fed each: FEED(sp.indices, i, sp.values, v, sp.dense_shape, NP_INT(2, 3)).
 *   errors  ValueError: parts of other ranks */
typedef struct tf_sparse_tensor {
    tf_tensor indices, values, dense_shape;
} tf_sparse_tensor;
struct tf_sparse_tensor_args {
    tf_source here;
    TF_ARG_(1) tf_operand indices;
    TF_ARG_(2) tf_operand values;
    TF_ARG_(3) tf_operand dense_shape;
};
#define tf_sparse_tensor(...)                                                                                               \
    TF_KWARGS_(tf_sparse_tensor_((struct tf_sparse_tensor_args){ .indices = TF_UNSET_, .values = TF_UNSET_,                 \
        .dense_shape = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_sparse_tensor tf_sparse_tensor_(struct tf_sparse_tensor_args args);
/* Several of them, and one of those; outside the list a ValueError and poisoned tensors. One alone is a list of itself, as Python's
 * decoded[0] of a greedy decoder. */
typedef struct tf_sparse_list {
    tf_list indices, values, dense_shapes;
} tf_sparse_list;
#define tf_sparse_at(list, i) _Generic((list), tf_sparse_tensor: tf_sparse_at_of_one_, tf_sparse_list: tf_sparse_at_)(list, i, TF_SOURCE)
TF1C_API tf_sparse_tensor tf_sparse_at_(tf_sparse_list list, int i, tf_source here);
TF1C_API tf_sparse_tensor tf_sparse_at_of_one_(tf_sparse_tensor only, int i, tf_source here);
struct tf_sparse_placeholder_args {
    tf_source here;
    TF_ARG_(1) tf_dtype dtype;
    TF_ARG_(2) tf_dims shape; /* unset: fed as well */
    TF_ARG_(3) const char *name;
};
#define tf_sparse_placeholder(...) \
    TF_KWARGS_(tf_sparse_placeholder_((struct tf_sparse_placeholder_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_sparse_tensor tf_sparse_placeholder_(struct tf_sparse_placeholder_args args);

/* A tensor of output_shape with sparse_values[i] at sparse_indices[i] and default_value elsewhere.      TF1: tf.sparse_to_dense
 *   sparse_indices    [n, rank], [n] for a vector, [] for one element; int32 or int64
 *   sparse_values     [n], or one for all;   default_value  a scalar; unset: 0
 *   validate_indices  checks order and repetition; unset: true
 *   grad    to the values (dy at the indices) and the default value (the rest of dy)
 *   errors  ValueError: output_shape no vector;  at run InvalidArgumentError "indices[1] = [0,1] is out of order. …", "… is
 *           repeated", "… is out of bounds: need 0 <= index < [2,2]", "sparse_values has incorrect shape [3], should be [] or [2]"
 *   source  core/kernels/sparse_to_dense_op.cc, python/ops/sparse_grad.py _SparseToDenseGrad */
struct tf_sparse_to_dense_args {
    tf_source here;
    tf_operand default_value;
    bool validate_indices;
    const char *name;
};
#define tf_sparse_to_dense(sparse_indices, output_shape, sparse_values, ...)                                            \
    TF_KWARGS_(TF_IN_ORDER3_(tf_sparse_to_dense_, TF_T(sparse_indices), TF_T(output_shape), TF_T(sparse_values),        \
        (struct tf_sparse_to_dense_args){ .default_value = TF_UNSET_, .validate_indices = true, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_sparse_to_dense_(tf_operand sparse_indices, tf_operand output_shape, tf_operand sparse_values,
                                       struct tf_sparse_to_dense_args args);

/* A sparse tensor as a tensor, default_value where nothing is given.       TF1: tf.sparse_tensor_to_dense, tf.sparse.to_dense
 *   grad, errors  as tf_sparse_to_dense */
struct tf_sparse_tensor_to_dense_args {
    tf_source here;
    TF_ARG_(1) tf_sparse_tensor sp_input;
    TF_ARG_(2) tf_operand default_value;
    TF_ARG_(3) bool validate_indices;
    TF_ARG_(4) const char *name;
};
#define tf_sparse_tensor_to_dense(...)                                                                                \
    TF_KWARGS_(tf_sparse_tensor_to_dense_((struct tf_sparse_tensor_to_dense_args){ .default_value = TF_UNSET_,        \
        .validate_indices = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_sparse_tensor_to_dense_(struct tf_sparse_tensor_to_dense_args args);

/* For each row of ids of a sparse tensor their rows of the table put together: summed, the mean, or the sum by √n, n how many there are;
 * with weights the sum of what they say, the mean by their sum, √ of the sum of their squares.   TF1: tf.nn.embedding_lookup_sparse
 *   sp_ids, sp_weights   [rows, …], of the same indices; weights { 0 }: Python's None
 *   combiner             "sum", "mean" (unset) or "sqrtn"
 *   shapes   params [n, d…] -> [rows, d…]: as far as the last row that has ids
 *   grad     to the table's rows and the weights;   errors  ValueError "combiner must be one of 'mean', 'sqrtn' or 'sum'";
 *            UnimplementedError: max_norm, several tables
 *   source   python/ops/embedding_ops.py embedding_lookup_sparse */
struct tf_embedding_lookup_sparse_args {
    tf_source here;
    TF_ARG_(1) tf_operand params;
    TF_ARG_(2) tf_sparse_tensor sp_ids;
    TF_ARG_(3) tf_sparse_tensor sp_weights;
    TF_ARG_(4) const char *partition_strategy; /* of several tables: means nothing here */
    TF_ARG_(5) const char *name;
    TF_ARG_(6) const char *combiner;
    TF_ARG_(7) double max_norm;
};
#define tf_nn_embedding_lookup_sparse(...)                                                                            \
    TF_KWARGS_(tf_nn_embedding_lookup_sparse_((struct tf_embedding_lookup_sparse_args){ .params = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_embedding_lookup_sparse_(struct tf_embedding_lookup_sparse_args args); /* lookup.c */

#ifdef __cplusplus
}
#endif
#endif
