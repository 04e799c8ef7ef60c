/* Connectionist temporal classification, and how far apart sequences are. */
#ifndef TF1C_OPS_NN_CTC_H
#define TF1C_OPS_NN_CTC_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../sparse/sparse.h"

#ifdef __cplusplus
extern "C" {
#endif

/* -log of the probability that a way through the frames spells the labels, once repeated classes and then blanks (the last
 * class) are taken out.                                                                            TF1: tf.nn.ctc_loss
 *   labels           sparse int32 [batch, most labels]: row b's labels, none of them the blank
 *   inputs           logits [frames, batch, classes], or [batch, frames, classes] with .time_major = false; float32 or float64
 *   sequence_length  int32 [batch]: frames that count
 *   preprocess_collapse_repeated  equal labels beside each other are one;  ctc_merge_repeated  false: repeated classes are apart
 *   ignore_longer_outputs_than_inputs  an example of more labels than frames costs 0, and has no gradient
 *   shapes  -> [batch];   grad  of inputs, once: LookupError for a second
 *   errors  InvalidArgumentError: "Not enough time for target transition sequence (required: 3, available: 2)0…", "Labels length is
 *           zero in batch 1", "sequence_length(0) <= 5", labels out of order or of bounds
 *   source  core/util/ctc/ctc_loss_calculator.h (here in probabilities scaled frame by frame, in float64), python/ops/ctc_ops.py */
struct tf_ctc_loss_args {
    tf_source here;
    TF_ARG_(1) tf_sparse_tensor labels;
    TF_ARG_(2) tf_operand inputs;
    TF_ARG_(3) tf_operand sequence_length;
    TF_ARG_(4) bool preprocess_collapse_repeated;
    TF_ARG_(5) bool ctc_merge_repeated;
    TF_ARG_(6) bool ignore_longer_outputs_than_inputs;
    TF_ARG_(7) bool time_major;
};
#define tf_nn_ctc_loss(...)                                                                                            \
    TF_KWARGS_(tf_nn_ctc_loss_((struct tf_ctc_loss_args){ .inputs = TF_UNSET_, .sequence_length = TF_UNSET_,           \
        .ctc_merge_repeated = true, .time_major = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_nn_ctc_loss_(struct tf_ctc_loss_args args);

/* The likeliest class of each frame, repeated ones once and blanks left out.                  TF1: tf.nn.ctc_greedy_decoder
 *   inputs [frames, batch, classes] float32 or float64, sequence_length [batch] int32
 *   -> decoded, sparse int64 [batch, most decoded]; neg_sum_logits [batch, 1], minus the sum of the largest logits;   grad  none
 *   errors  InvalidArgumentError "sequence_length(0) <= 5" */
typedef struct tf_ctc_decoded {
    tf_sparse_tensor decoded;
    tf_tensor neg_sum_logits;
} tf_ctc_decoded;
struct tf_ctc_greedy_decoder_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) tf_operand sequence_length;
    TF_ARG_(3) bool merge_repeated;
};
#define tf_nn_ctc_greedy_decoder(...)                                                                                     \
    TF_KWARGS_(tf_nn_ctc_greedy_decoder_((struct tf_ctc_greedy_decoder_args){ .inputs = TF_UNSET_, .sequence_length = TF_UNSET_, \
        .merge_repeated = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_ctc_decoded tf_nn_ctc_greedy_decoder_(struct tf_ctc_greedy_decoder_args args);

/* The likeliest labels, over all ways to spell them: each step keeps the beam_width likeliest beginnings.
 * TF1: tf.nn.ctc_beam_search_decoder
 *   inputs, sequence_length  as above
 *   top_paths                so many are given, the likeliest first, as decoded's sparse tensors: tf_sparse_at(d.decoded, 0)
 *   merge_repeated           equal labels beside each other are written once, whether or not there was a blank between them
 *   -> decoded, of each path sparse int64 [batch, most decoded]; log_probability [batch, top_paths];   grad  none
 *   errors  ValueError "Attr 'beam_width' of 'CTCBeamSearchDecoder' Op passed 0 less than minimum 1.";  InvalidArgumentError "requested
 *           more paths than the beam width.", "Less leaves in the beam search than requested.": too few labels are likely at all
 *   source  core/util/ctc/ctc_beam_search.h */
typedef struct tf_ctc_beams {
    tf_sparse_list decoded;
    tf_tensor log_probability;
} tf_ctc_beams;
struct tf_ctc_beam_search_decoder_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) tf_operand sequence_length;
    TF_ARG_(3) int beam_width;
    TF_ARG_(4) int top_paths;
    TF_ARG_(5) bool merge_repeated;
};
#define tf_nn_ctc_beam_search_decoder(...)                                                                                    \
    TF_KWARGS_(tf_nn_ctc_beam_search_decoder_((struct tf_ctc_beam_search_decoder_args){ .inputs = TF_UNSET_,                  \
        .sequence_length = TF_UNSET_, .beam_width = 100, .top_paths = 1, .merge_repeated = true, TF_HERE_,                    \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_ctc_beams tf_nn_ctc_beam_search_decoder_(struct tf_ctc_beam_search_decoder_args args);

/* Levenshtein's distance of each row of hypothesis from that of truth: insertions, deletions and substitutions, divided by the
 * truth's length if normalize (inf for no truth, 0 if nothing was said either).                             TF1: tf.edit_distance
 *   hypothesis, truth  sparse, of one dtype and rank [.., most];   -> float32 [..];   grad  none
 *   errors  InvalidArgumentError: ranks or rows that do not fit
 *   source  core/kernels/edit_distance_op.cc */
struct tf_edit_distance_args {
    tf_source here;
    TF_ARG_(1) tf_sparse_tensor hypothesis;
    TF_ARG_(2) tf_sparse_tensor truth;
    TF_ARG_(3) bool normalize;
    TF_ARG_(4) const char *name;
};
#define tf_edit_distance(...) \
    TF_KWARGS_(tf_edit_distance_((struct tf_edit_distance_args){ .normalize = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_edit_distance_(struct tf_edit_distance_args args);

#ifdef __cplusplus
}
#endif
#endif
