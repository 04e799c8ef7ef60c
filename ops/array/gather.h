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
 *   shapes  [d0, .., n, ..], [i0, …] -> [d0, .., i0, …, ..]
 *   dtypes  any; indices int32 or int64
 *   grad    along axis 0 sparse: the rows of dy at `indices`; else their sums
 *   errors  ValueError "Shape must be at least rank 3 but is rank 2"; at run InvalidArgumentError
 *           "indices[0] = 5 is not in [0, 3)"
 *   source  core/kernels/gather_op.cc, python/ops/array_grad.py _GatherV2Grad */
struct tf_gather_args {
    tf_source here;
    int axis;
    const char *name;
};
#define tf_gather(params, indices, ...) \
    TF_IN_ORDER2_(tf_gather_, TF_T(params), TF_T(indices), (struct tf_gather_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_tensor tf_gather_(tf_operand params, tf_operand indices, struct tf_gather_args args);

/* Rows of one table `params`: tf_gather with a name scope of its own.                                 TF1: tf.nn.embedding_lookup
 *   errors  UnimplementedError: several tables */
#define tf_nn_embedding_lookup(params, ids, ...) \
    TF_IN_ORDER2_(tf_nn_embedding_lookup_, TF_T(params), TF_T(ids), TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_nn_embedding_lookup_(tf_operand params, tf_operand ids, struct tf_name_args args);

/* tf_gather_nd: params[indices[i, …, :]] for every vector along indices' last axis. tf_scatter_nd: zeros of `shape` with
 * updates added at indices[i, …, :].                                                                  TF1: tf.gather_nd, tf.scatter_nd
 *   grad    each other; tf_gather_nd's is sparse for indices [n, 1]
 *   errors  at run InvalidArgumentError "indices[1] = [1, 5] does not index into param shape [2,3]" */
#define tf_gather_nd(params, indices, ...) TF_IN_ORDER2_(tf_gather_nd_, TF_T(params), TF_T(indices), TF_NAMED_(__VA_ARGS__))
#define tf_scatter_nd(indices, updates, shape, ...) \
    TF_IN_ORDER3_(tf_scatter_nd_, TF_T(indices), TF_T(updates), TF_T(shape), TF_NAMED_(__VA_ARGS__))
#define tf_manip_gather_nd(params, indices, ...) tf_gather_nd(params, indices, __VA_ARGS__)
#define tf_manip_scatter_nd(indices, updates, shape, ...) tf_scatter_nd(indices, updates, shape, __VA_ARGS__)
TF1C_API tf_tensor tf_gather_nd_(tf_operand params, tf_operand indices, struct tf_name_args args);
TF1C_API tf_tensor tf_scatter_nd_(tf_operand indices, tf_operand updates, tf_operand shape, struct tf_name_args args);

/* out[s] = sum of the data[i] with segment_ids[i] == s; a negative id drops its data.                TF1: tf.unsorted_segment_sum
 *   shapes  [i0, …, d…], [i0, …] -> [num_segments, d…]
 *   grad    ddata[i] = dy[segment_ids[i]]
 *   errors  at run InvalidArgumentError "segment_ids[1] = 2 is out of range [0, 2)" */
#define tf_unsorted_segment_sum(data, segment_ids, num_segments, ...) \
    TF_IN_ORDER3_(tf_unsorted_segment_sum_, TF_T(data), TF_T(segment_ids), TF_T(num_segments), TF_NAMED_(__VA_ARGS__))
#define tf_math_unsorted_segment_sum(data, segment_ids, num_segments, ...) \
    tf_unsorted_segment_sum(data, segment_ids, num_segments, __VA_ARGS__)
TF1C_API tf_tensor tf_unsorted_segment_sum_(tf_operand data, tf_operand segment_ids, tf_operand num_segments,
                                            struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
