/* Rows and elements picked by index, and put back; one-hot vectors; the largest of a row; sequences of different lengths. */
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

/* on_value at each index along a new axis of length depth, off_value elsewhere and for an index outside.    TF1: tf.one_hot
 *   on_value, off_value  1 and 0 if unset; a plain number, .on_value = 5, is of dtype; TF_T(5) is int32, as in Python
 *   axis    of the result, -1: the last
 *   dtype   unset: that of the values, else float32;   grad  none
 *   errors  TypeError: values and dtype that differ;  ValueError: depth < 0 */
struct tf_one_hot_args {
    tf_source here;
    tf_operand on_value, off_value;
    int axis;
    tf_dtype dtype;
    const char *name;
};
#define tf_one_hot(indices, depth, ...) \
    TF_KWARGS_(TF_IN_ORDER2_(tf_one_hot_, TF_T(indices), TF_T(depth), (struct tf_one_hot_args){ \
        .on_value = TF_UNSET_, .off_value = TF_UNSET_, .axis = -1, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_one_hot_(tf_operand indices, tf_operand depth, struct tf_one_hot_args args);

/* The k largest entries of each row, largest first, the one of lower index before its equals.        TF1: tf.nn.top_k
 *   shapes  [.., n] -> values, indices [.., k];   grad  dvalues at their places
 *   errors  ValueError "input must have last dimension >= k = 4 but is 3" */
typedef struct tf_top_k {
    tf_tensor values, indices;
} tf_top_k;
struct tf_top_k_args {
    tf_source here;
    bool sorted; /* accepted; they always are */
    const char *name;
};
#define tf_nn_top_k(input, k, ...) \
    TF_KWARGS_(TF_IN_ORDER2_(tf_nn_top_k_, TF_T(input), TF_T(k), (struct tf_top_k_args){ .sorted = true, TF_HERE_, __VA_ARGS__ }))
#define tf_math_top_k(input, k, ...) tf_nn_top_k(input, k, __VA_ARGS__)
TF1C_API tf_top_k tf_nn_top_k_(tf_operand input, tf_operand k, struct tf_top_k_args args);

/* Whether predictions[i, targets[i]] is among the k largest of its row; false where a value of the row is not finite.
 * TF1: tf.nn.in_top_k   shapes  [b, n], [b] -> bool [b];   grad  none */
#define tf_nn_in_top_k(predictions, targets, k, ...) \
    TF_IN_ORDER3_(tf_nn_in_top_k_, TF_T(predictions), TF_T(targets), TF_T(k), TF_NAMED_(__VA_ARGS__))
#define tf_math_in_top_k(predictions, targets, k, ...) tf_nn_in_top_k(predictions, targets, k, __VA_ARGS__)
TF1C_API tf_tensor tf_nn_in_top_k_(tf_operand predictions, tf_operand targets, tf_operand k, struct tf_name_args args);

/* The first seq_lengths[b] entries along seq_axis of each b along batch_axis, reversed; the rest as they are.
 * TF1: tf.reverse_sequence
 *   errors  at run InvalidArgumentError "seq_lens(1) > input.dims(1)" */
struct tf_reverse_sequence_args {
    tf_source here;
    int seq_axis, batch_axis;
    const char *name;
    int seq_dim, batch_dim; /* their old names */
};
#define tf_reverse_sequence(input, seq_lengths, ...)                                                                     \
    TF_KWARGS_(TF_IN_ORDER2_(tf_reverse_sequence_, TF_T(input), TF_T(seq_lengths), (struct tf_reverse_sequence_args){ \
        .seq_axis = TF_NO_AXIS, .seq_dim = TF_NO_AXIS, \
                                                                                  .batch_dim = TF_NO_AXIS, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_reverse_sequence_(tf_operand input, tf_operand seq_lengths, struct tf_reverse_sequence_args args);

/* mask[.., j] = j < lengths[..], maxlen wide (unset: the largest length).
 * TF1: tf.sequence_mask   dtype  bool if unset;   grad  none */
struct tf_sequence_mask_args {
    tf_source here;
    tf_operand maxlen;
    tf_dtype dtype;
    const char *name;
};
#define tf_sequence_mask(lengths, ...)                         \
    TF_KWARGS_(TF_IN_ORDER1_(tf_sequence_mask_, TF_T(lengths), \
                             (struct tf_sequence_mask_args){ .maxlen = TF_UNSET_, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_tensor tf_sequence_mask_(tf_operand lengths, struct tf_sequence_mask_args args);

/* counts[i, j]: how often the label i met the prediction j, or the sum of its weights.                 TF1: tf.confusion_matrix
 *   num_classes  a number or a scalar tensor; unset: one more than the largest of both
 *   weights      .weights = TF_T(w), of the predictions' shape
 *   shapes       labels, predictions [n], one of them also [n, 1] -> [classes, classes];   dtypes  numbers -> .dtype (int32)
 *   grad         to the weights, if of .dtype;  TF has none
 *   errors       at run InvalidArgumentError "assertion failed: [`labels` out of bound] …", "… [`labels` contains negative values] …";
 *                ValueError "Shapes (3,) and (4,) are incompatible"
 *   source       python/ops/confusion_matrix.py */
struct tf_confusion_matrix_args {
    tf_source here;
    tf_operand num_classes;
    tf_dtype dtype;
    const char *name;
    tf_operand weights;
};
#define tf_confusion_matrix(labels, predictions, ...)                                                                         \
    TF_KWARGS_(TF_IN_ORDER2_(tf_confusion_matrix_, TF_T(labels), TF_T(predictions), (struct tf_confusion_matrix_args){ \
        .num_classes = TF_UNSET_, .weights = TF_UNSET_, TF_HERE_, __VA_ARGS__ }))
#define tf_math_confusion_matrix(labels, predictions, ...) tf_confusion_matrix(labels, predictions, __VA_ARGS__)
TF1C_API tf_tensor tf_confusion_matrix_(tf_operand labels, tf_operand predictions, struct tf_confusion_matrix_args args);

/* y[x[i]] = i of a permutation x of 0 … n - 1.                                                        TF1: tf.invert_permutation
 *   errors  at run InvalidArgumentError "0 is duplicated in the input." */
#define tf_invert_permutation(x, ...) tf_invert_permutation_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_math_invert_permutation(x, ...) tf_invert_permutation(x, __VA_ARGS__)
TF1C_API tf_tensor tf_invert_permutation_(tf_operand x, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
