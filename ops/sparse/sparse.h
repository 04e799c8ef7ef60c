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

/* a·b, a sparse and [m, k], b dense and [k, n]; each transposed first where asked.
 * TF1: tf.sparse_tensor_dense_matmul, tf.sparse.sparse_dense_matmul
 *   shapes  -> [m, n];   dtypes  floating, int32
 *   grad    to a's values and b
 *   errors  ValueError "Dimensions must be equal, but are 3 and 4 …";  at run InvalidArgumentError "Cannot multiply A and B because inner
 *           dimension does not match: 3 vs. 4. …", "k (3) from index[0,1] out of bounds (>=3)"
 *   source  core/kernels/sparse_tensor_dense_matmul_op.cc, python/ops/sparse_grad.py */
struct tf_sparse_matmul_args {
    tf_source here;
    TF_ARG_(1) tf_sparse_tensor sp_a;
    TF_ARG_(2) tf_operand b;
    TF_ARG_(3) bool adjoint_a;
    TF_ARG_(4) bool adjoint_b;
    TF_ARG_(5) const char *name;
};
#define tf_sparse_tensor_dense_matmul(...) \
    TF_KWARGS_(tf_sparse_tensor_dense_matmul_((struct tf_sparse_matmul_args){ .b = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_sparse_sparse_dense_matmul(...) tf_sparse_tensor_dense_matmul(__VA_ARGS__)
TF1C_API tf_tensor tf_sparse_tensor_dense_matmul_(struct tf_sparse_matmul_args args); /* sparse_matmul.c */

/* Its entries in the order of their places, row by row.                       TF1: tf.sparse_reorder, tf.sparse.reorder
 *   grad  dy back where it was */
#define tf_sparse_reorder(...) TF_NAMED1_(tf_sparse_reorder_, tf_sparse_tensor, TF_SAME_, sp_input, #__VA_ARGS__, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
TF1C_API tf_sparse_tensor tf_sparse_reorder_(tf_sparse_tensor sp_input, struct tf_name_args args); /* sparse_ops.c, and all to the end */

/* Sparse tensors after each other along an axis, in order: tf_sparse_concat(1, SPARSES(a, b)).      TF1: tf.sparse_concat, tf.sparse.concat
 *   expand_nonconcat_dim  along other axes their sizes may differ: the greatest counts
 *   shapes  of one rank and, but along axis, one size;   grad  none, as in TF
 *   errors  at run InvalidArgumentError "Concat dimension must be in range [-2, 2), got 2", "Input shapes must match: expected 2 for
 *           dimension 0 but got 3 at position 1", "Ranks of all input tensors must match: …" */
struct tf_sparse_concat_args {
    tf_source here;
    TF_ARG_(1) int axis;
    TF_ARG_(2) tf_sparse_list sp_inputs;
    TF_ARG_(3) const char *name;
    TF_ARG_(4) bool expand_nonconcat_dim;
};
#define SPARSES(...)                                                                                \
    tf_sparse_list_of_((int)(sizeof((tf_sparse_tensor[]){ __VA_ARGS__ }) / sizeof(tf_sparse_tensor)), \
                       (tf_sparse_tensor[]){ __VA_ARGS__ })
#define tf_sparse_concat(...) TF_KWARGS_(tf_sparse_concat_((struct tf_sparse_concat_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_sparse_list tf_sparse_list_of_(int n, const tf_sparse_tensor *items);
TF1C_API tf_sparse_tensor tf_sparse_concat_(struct tf_sparse_concat_args args);

/* The entries from `start` on, `size` along every axis, less where the tensor ends.                 TF1: tf.sparse_slice, tf.sparse.slice
 *   start, size  of an element an axis: SHAPE(0, 1), or int64 tensors;   grad  to the values of what is kept
 *   errors  at run InvalidArgumentError "Expected start to be a vector of length 2 but got length 1";  a negative size, at which TF aborts */
struct tf_sparse_slice_args {
    tf_source here;
    TF_ARG_(1) tf_sparse_tensor sp_input;
    TF_ARG_(2) tf_operand start;
    TF_ARG_(3) tf_operand size;
    TF_ARG_(4) const char *name;
};
#define tf_sparse_slice(...)                                                                                     \
    TF_KWARGS_(tf_sparse_slice_((struct tf_sparse_slice_args){ .start = TF_UNSET_, .size = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_sparse_tensor tf_sparse_slice_(struct tf_sparse_slice_args args);

/* The entries for which to_retain, bool [n], is true.                                                TF1: tf.sparse_retain, tf.sparse.retain
 *   errors  ValueError "Shape () must have rank 1", "Dimensions 3 and 2 are not compatible" */
struct tf_sparse_retain_args {
    tf_source here;
    TF_ARG_(1) tf_sparse_tensor sp_input;
    TF_ARG_(2) tf_operand to_retain;
};
#define tf_sparse_retain(...) \
    TF_KWARGS_(tf_sparse_retain_((struct tf_sparse_retain_args){ .to_retain = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_sparse_tensor tf_sparse_retain_(struct tf_sparse_retain_args args);

/* The same entries in a tensor of new_shape, or, without one, of no more than they need.
 * TF1: tf.sparse_reset_shape, tf.sparse.reset_shape
 *   errors  ValueError "Requested new_shape should have dimension sizes >= sp_input.shape. …", "Dimensions 3 and 2 are not compatible";  at
 *           run InvalidArgumentError "assertion failed: …" */
struct tf_sparse_reset_shape_args {
    tf_source here;
    TF_ARG_(1) tf_sparse_tensor sp_input;
    TF_ARG_(2) tf_operand new_shape;
};
#define tf_sparse_reset_shape(...) \
    TF_KWARGS_(tf_sparse_reset_shape_((struct tf_sparse_reset_shape_args){ .new_shape = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_sparse_tensor tf_sparse_reset_shape_(struct tf_sparse_reset_shape_args args);

/* Its axes in the order perm, unset: the other way round.                               TF1: tf.sparse_transpose, tf.sparse.transpose */
struct tf_sparse_transpose_args {
    tf_source here;
    TF_ARG_(1) tf_sparse_tensor sp_input;
    TF_ARG_(2) tf_operand perm;
    TF_ARG_(3) const char *name;
};
#define tf_sparse_transpose(...) \
    TF_KWARGS_(tf_sparse_transpose_((struct tf_sparse_transpose_args){ .perm = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_sparse_tensor tf_sparse_transpose_(struct tf_sparse_transpose_args args);

/* a + b: of two sparse tensors, whose entries are in order, a sparse one; of a sparse and a dense one a tensor.
 * TF1: tf.sparse_add, tf.sparse.add
 *   threshold  of two sparse ones: where both have an entry, a sum of a smaller magnitude is left out; unset: 0, which leaves none out;
 *              thresh is its old name
 *   shapes  the same, nothing is broadcast;   grad  to all values
 *   errors  ValueError "Shapes (2, 3) and (2, 4) are incompatible";  TypeError: neither is sparse;  at run InvalidArgumentError "Operands'
 *           shapes do not match: got 3 and 4 for dimension 1", "Dimension 1 does not equal (no broadcasting is supported): …" */
struct tf_sparse_add_args {
    tf_source here;
    tf_operand threshold, thresh;
};
#define TF_SPARSE_ADD_(a, b)                                                                                       \
    _Generic((a),                                                                                                  \
        tf_sparse_tensor: _Generic((b), tf_sparse_tensor: tf_sparse_add_sparse_, default: tf_sparse_add_dense_),   \
        default: _Generic((b), tf_sparse_tensor: tf_sparse_dense_add_, default: tf_sparse_no_add_))
#define tf_sparse_add(a, b, ...)                                                                                    \
    TF_KWARGS_(TF_IN_ORDER2_(TF_SPARSE_ADD_(a, b), a, b,                                                            \
        (struct tf_sparse_add_args){ .threshold = TF_UNSET_, .thresh = TF_UNSET_, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_sparse_tensor tf_sparse_add_sparse_(tf_sparse_tensor a, tf_sparse_tensor b, struct tf_sparse_add_args args); /* sparse_math.c */
TF1C_API tf_tensor tf_sparse_add_dense_(tf_sparse_tensor a, tf_tensor b, struct tf_sparse_add_args args);
TF1C_API tf_tensor tf_sparse_dense_add_(tf_tensor a, tf_sparse_tensor b, struct tf_sparse_add_args args);
TF1C_API tf_tensor tf_sparse_no_add_(tf_tensor a, tf_tensor b, struct tf_sparse_add_args args);

/* The sum of the values over the axes, unset: over all, a tensor.                TF1: tf.sparse_reduce_sum, tf.sparse.reduce_sum
 *   grad    dy for every value that went there
 *   errors  at run InvalidArgumentError "Invalid reduction dimension 2, for input with 2 dimensions.", "indices[0] = [0,5] is out of bounds:
 *           need 0 <= index < [2,3]", where TF reads and writes beyond its memory */
struct tf_sparse_reduce_args {
    tf_source here;
    TF_ARG_(1) tf_sparse_tensor sp_input;
    TF_ARG_(2) tf_operand axis;
    TF_ARG_(3) bool keepdims;
    TF_ARG_(4) tf_operand reduction_axes; /* the old names */
    TF_ARG_(5) bool keep_dims;
};
#define tf_sparse_reduce_sum(...)                                                                                               \
    TF_KWARGS_(tf_sparse_reduce_sum_((struct tf_sparse_reduce_args){ .axis = TF_UNSET_, .reduction_axes = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_sparse_reduce_sum_(struct tf_sparse_reduce_args args);

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
 *   grad     to the table's rows and the weights;   errors  ValueError "combiner must be one of 'mean', 'sqrtn' or 'sum'"
 *   params, partition_strategy, max_norm   as tf_nn_embedding_lookup's
 *   source   python/ops/embedding_ops.py embedding_lookup_sparse */
struct tf_embedding_lookup_sparse_args {
    tf_source here;
    TF_ARG_(1) tf_operand params;
    TF_ARG_(2) tf_sparse_tensor sp_ids;
    TF_ARG_(3) tf_sparse_tensor sp_weights;
    TF_ARG_(4) const char *partition_strategy;
    TF_ARG_(5) const char *name;
    TF_ARG_(6) const char *combiner;
    TF_ARG_(7) tf_operand max_norm;
};
#define tf_nn_embedding_lookup_sparse(...)                                                                            \
    TF_KWARGS_(tf_nn_embedding_lookup_sparse_((struct tf_embedding_lookup_sparse_args){ .params = TF_UNSET_, \
        .max_norm = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_embedding_lookup_sparse_(struct tf_embedding_lookup_sparse_args args); /* lookup.c */

#ifdef __cplusplus
}
#endif
#endif
