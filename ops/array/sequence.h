/* Sequences of different lengths, and permutations. */
#ifndef TF1C_OPS_ARRAY_SEQUENCE_H
#define TF1C_OPS_ARRAY_SEQUENCE_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The first seq_lengths[b] entries along seq_axis of each b along batch_axis, reversed; the rest as they are.
 * TF1: tf.reverse_sequence
 *   errors  at run InvalidArgumentError "seq_lens(1) > input.dims(1)" */
struct tf_reverse_sequence_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) tf_operand seq_lengths;
    TF_ARG_(3) int seq_axis;
    TF_ARG_(4) int batch_axis;
    TF_ARG_(5) const char *name;
    TF_ARG_(6) int seq_dim;
    TF_ARG_(7) int batch_dim; /* their old names */
};
#define tf_reverse_sequence(...)                                                                                     \
    TF_KWARGS_(tf_reverse_sequence_((struct tf_reverse_sequence_args){ .input = TF_UNSET_, .seq_lengths = TF_UNSET_, \
        .seq_axis = TF_NO_AXIS, .seq_dim = TF_NO_AXIS, .batch_dim = TF_NO_AXIS, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_reverse_sequence_(struct tf_reverse_sequence_args args);

/* mask[.., j] = j < lengths[..], maxlen wide (unset: the largest length).
 * TF1: tf.sequence_mask   dtype  bool if unset;   grad  none */
struct tf_sequence_mask_args {
    tf_source here;
    TF_ARG_(1) tf_operand lengths;
    TF_ARG_(2) tf_operand maxlen;
    TF_ARG_(3) tf_dtype dtype;
    TF_ARG_(4) const char *name;
};
#define tf_sequence_mask(...)                                                                                         \
    TF_KWARGS_(tf_sequence_mask_((struct tf_sequence_mask_args){ .lengths = TF_UNSET_, .maxlen = TF_UNSET_, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_sequence_mask_(struct tf_sequence_mask_args args);

/* y[x[i]] = i of a permutation x of 0 … n - 1.                                                        TF1: tf.invert_permutation
 *   errors  at run InvalidArgumentError "0 is duplicated in the input." */
#define tf_invert_permutation(...) TF_NAMED1_(tf_invert_permutation_, tf_operand, TF_DATA_, x, #__VA_ARGS__, .x = TF_UNSET_, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_math_invert_permutation(...) tf_invert_permutation(__VA_ARGS__)
TF1C_API tf_tensor tf_invert_permutation_(tf_operand x, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
