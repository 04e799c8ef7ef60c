/* Rows and elements picked by index, and put back. */
#ifndef TF1C_OPS_ARRAY_GATHER_H
#define TF1C_OPS_ARRAY_GATHER_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The slices params[.., i, ..] for each i of `indices`, along `axis`.                                 TF1: tf.gather
 *   validate_indices  does nothing, as in TF
 *   batch_dims        how many axes, the first, both have: each element of those is gathered by itself; below 0 from the end of indices'
 *   axis              unset: batch_dims;   0 looks at no batch_dims
 *   shapes  [d0, .., n, ..], [i0, …] -> [d0, .., i0, …, ..];   of batches [b…, d…, n, ..], [b…, i…] -> [b…, d…, i…, ..]
 *   dtypes  any; indices int32 or int64
 *   grad    along axis 0 sparse: the rows of dy at `indices`; else their sums (TF's own adds up others where axis is not batch_dims)
 *   errors  ValueError "Shape must be at least rank 3 but is rank 2"; at run InvalidArgumentError
 *           "indices[0] = 5 is not in [0, 3)";  TypeError: an axis in validate_indices' place;  "batch_dims (2) must be less
 *           than or equal to axis (1)."
 *   source  core/kernels/gather_op.cc, python/ops/array_grad.py _GatherV2Grad */
struct tf_gather_args {
    tf_source here;
    const char *text; /* of the arguments: whether validate_indices is a bool */
    TF_ARG_(1) tf_operand params;
    TF_ARG_(2) tf_operand indices;
    TF_ARG_(3) tf_operand validate_indices;
    TF_ARG_(4) const char *name;
    TF_ARG_(5) tf_operand axis;
    TF_ARG_(6) int batch_dims;
};
#define tf_gather(...)                                                                                                   \
    TF_KWARGS_(tf_gather_((struct tf_gather_args){ .text = #__VA_ARGS__, .params = TF_UNSET_, .indices = TF_UNSET_,      \
        .validate_indices = TF_UNSET_, .axis = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_gather_(struct tf_gather_args args);

/* The slices of params[b…] for indices[b…, :], each element of a batch by itself.                     TF1: tf.batch_gather
 *   shapes  [b…, d, …], [b…, n] -> [b…, n, …];   indices  of known rank, at least 1
 *   grad    as tf_gather's
 *   errors  ValueError "batch_gather does not allow indices with unknown shape.", "batch_dims = 1 must be less than rank(params) = 1";
 *           at run InvalidArgumentError of indices that are outside of all tables together: as in TF, no less is looked at
 *   source  python/ops/array_ops.py _batch_gather */
struct tf_batch_gather_args {
    tf_source here;
    TF_ARG_(1) tf_operand params;
    TF_ARG_(2) tf_operand indices;
    TF_ARG_(3) const char *name;
};
#define tf_batch_gather(...)                                                                                               \
    TF_KWARGS_(tf_batch_gather_((struct tf_batch_gather_args){ .params = TF_UNSET_, .indices = TF_UNSET_, TF_HERE_,        \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_batch_gather_(struct tf_batch_gather_args args); /* batch_gather.c */

/* Rows of a table `params`, or of LIST(a, b), whose rows stand for one table's.                        TF1: tf.nn.embedding_lookup
 *   partition_strategy  of several tables: "mod" (unset), id i is row i / n of the table i mod n; "div", the first rows are the first
 *                       table's, each of which has as many, the first ones one more where they do not come out even
 *   max_norm            rows that are longer are shortened to it;   validate_indices  accepted
 *   shapes              params [n, d…], ids [..] -> [.., d…]
 *   grad                IndexedSlices of each table
 *   errors              ValueError "Need at least one param", "Unrecognized partition strategy: x";  of ids as tf_gather's
 *   source              python/ops/embedding_ops.py */
struct tf_embedding_lookup_args {
    tf_source here;
    TF_ARG_(1) tf_operand params;
    TF_ARG_(2) tf_operand ids;
    TF_ARG_(3) const char *partition_strategy;
    TF_ARG_(4) const char *name;
    TF_ARG_(5) bool validate_indices;
    TF_ARG_(6) tf_operand max_norm;
};
#define tf_nn_embedding_lookup(...)                                                                                        \
    TF_KWARGS_(tf_nn_embedding_lookup_((struct tf_embedding_lookup_args){ .params = TF_UNSET_, .ids = TF_UNSET_,           \
        .max_norm = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_embedding_lookup_(struct tf_embedding_lookup_args args); /* embedding_lookup.c */

/* tf_gather_nd: params[indices[i, …, :]] for every vector along indices' last axis. tf_scatter_nd: zeros of `shape` with
 * updates added at indices[i, …, :].                                                                  TF1: tf.gather_nd, tf.scatter_nd
 *   grad    each other; tf_gather_nd's is sparse for indices [n, 1]
 *   errors  at run InvalidArgumentError "indices[1] = [1, 5] does not index into param shape [2,3]" */
struct tf_gather_nd_args {
    tf_source here;
    TF_ARG_(1) tf_operand params;
    TF_ARG_(2) tf_operand indices;
    TF_ARG_(3) const char *name;
};
#define tf_gather_nd(...)                                                                                     \
    TF_KWARGS_(tf_gather_nd_((struct tf_gather_nd_args){ .params = TF_UNSET_, .indices = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
struct tf_scatter_nd_args {
    tf_source here;
    TF_ARG_(1) tf_operand indices;
    TF_ARG_(2) tf_operand updates;
    TF_ARG_(3) tf_operand shape;
    TF_ARG_(4) const char *name;
};
#define tf_scatter_nd(...)                                                                                                 \
    TF_KWARGS_(tf_scatter_nd_((struct tf_scatter_nd_args){ .indices = TF_UNSET_, .updates = TF_UNSET_, .shape = TF_UNSET_, \
        TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_manip_gather_nd(...) tf_gather_nd(__VA_ARGS__)
#define tf_manip_scatter_nd(...) tf_scatter_nd(__VA_ARGS__)
TF1C_API tf_tensor tf_gather_nd_(struct tf_gather_nd_args args);
TF1C_API tf_tensor tf_scatter_nd_(struct tf_scatter_nd_args args);

/* The tensor with the updates put at indices[i, …, :] (the later of equals), added there, or taken away.
 *   shapes  [d…], [i0, …, k], [i0, …, d[k:]…] -> [d…]
 *   dtypes  any;  add and sub: numbers;   indices int32 or int64
 *   grad    to the tensor dy, but 0 where it was written over;  to the updates tf_gather_nd(dy, indices)
 *   errors  ValueError "The outer 1 dimensions of indices.shape=[2,1] must match …";  at run InvalidArgumentError "indices[1] = [4]
 *           does not index into shape [4]"
 *   source  TF1: tf.tensor_scatter_update, tensor_scatter_add, tensor_scatter_sub; core/kernels/scatter_nd_op.cc */
struct tf_tensor_scatter_args {
    tf_source here;
    TF_ARG_(1) tf_operand tensor;
    TF_ARG_(2) tf_operand indices;
    TF_ARG_(3) tf_operand updates;
    TF_ARG_(4) const char *name;
};
#define TF_TENSOR_SCATTER_(fn, ...)                                                                                          \
    TF_KWARGS_(fn((struct tf_tensor_scatter_args){ .tensor = TF_UNSET_, .indices = TF_UNSET_, .updates = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
#define tf_tensor_scatter_update(...) TF_TENSOR_SCATTER_(tf_tensor_scatter_update_, __VA_ARGS__)
#define tf_tensor_scatter_nd_update(...) tf_tensor_scatter_update(__VA_ARGS__)
#define tf_tensor_scatter_add(...) TF_TENSOR_SCATTER_(tf_tensor_scatter_add_, __VA_ARGS__)
#define tf_tensor_scatter_nd_add(...) tf_tensor_scatter_add(__VA_ARGS__)
#define tf_tensor_scatter_sub(...) TF_TENSOR_SCATTER_(tf_tensor_scatter_sub_, __VA_ARGS__)
#define tf_tensor_scatter_nd_sub(...) tf_tensor_scatter_sub(__VA_ARGS__)
TF1C_API tf_tensor tf_tensor_scatter_update_(struct tf_tensor_scatter_args args);
TF1C_API tf_tensor tf_tensor_scatter_add_(struct tf_tensor_scatter_args args);
TF1C_API tf_tensor tf_tensor_scatter_sub_(struct tf_tensor_scatter_args args);

#ifdef __cplusplus
}
#endif
#endif
