/* Beam search: the best of several ways to go on, kept side by side. */
#ifndef TF1C_OPS_SEQ2SEQ_BEAM_SEARCH_DECODER_H
#define TF1C_OPS_SEQ2SEQ_BEAM_SEARCH_DECODER_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "attention_wrapper.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A decoder whose every row goes on in beam_width ways, the best of all ways to go on from them.
 * TF1: tf.contrib.seq2seq.BeamSearchDecoder; outputs.predicted_ids of what tf_contrib_seq2seq_dynamic_decode gives
 *   embedding              a table [words, depth];  .embedding_fn instead: a function of ids [batch, beams]
 *   start_tokens           int32 [batch];  end_token an int32 scalar
 *   initial_state          of batch · beams rows, as tf_contrib_seq2seq_tile_batch makes them
 *   length_penalty_weight  scores are log probabilities over ((5 + length) / 6)^weight; 0: none
 *   coverage_penalty_weight  of what an attentional cell has not looked at; 0: none
 *   reorder_tensor_arrays  default true: alignment_history is a tensor afterwards, its beams in the order of the answers
 *   outputs                predicted_ids [batch, steps, beams], the best beam first;  beam_search_decoder_output.scores, predicted_ids,
 *                          parent_ids of every step
 *   state                  (cell_state, log_probs [batch, beams], finished, lengths int64[, accumulated_attention_probs]): tf_state_at
 *   grad                   none is needed
 *   errors                 ValueError "start_tokens must be a vector", "end_token must be a scalar", "coverage_penalty_weight must be 0.0 if
 *                          no cell is attentional."
 *   source                 contrib/seq2seq/python/ops/beam_search_decoder.py */
struct tf_beam_search_args {
    tf_source here;
    TF_ARG_(1) tf_cell *cell;
    TF_ARG_(2) tf_operand embedding;
    TF_ARG_(3) tf_operand start_tokens;
    TF_ARG_(4) tf_operand end_token;
    TF_ARG_(5) tf_state *initial_state;
    TF_ARG_(6) int64_t beam_width;
    TF_ARG_(7) tf_layer *output_layer;
    TF_ARG_(8) double length_penalty_weight;
    TF_ARG_(9) double coverage_penalty_weight;
    TF_ARG_(10) bool reorder_tensor_arrays;
    tf_embedding_fn *embedding_fn;
};
#define tf_contrib_seq2seq_beam_search_decoder(...)                                                                       \
    TF_KWARGS_(tf_contrib_seq2seq_beam_search_decoder_((struct tf_beam_search_args){ .embedding = TF_UNSET_,              \
        .start_tokens = TF_UNSET_, .end_token = TF_UNSET_, .reorder_tensor_arrays = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_decoder *tf_contrib_seq2seq_beam_search_decoder_(struct tf_beam_search_args args);

/* The words of each beam, from its last one backwards to those that it came from; end_token after the first of them.
 * TF1: tf.contrib.seq2seq.gather_tree
 *   shapes  step_ids, parent_ids int32 [steps, batch, beams], max_sequence_lengths int32 [batch] -> [steps, batch, beams] */
struct tf_gather_tree_args {
    tf_source here;
    TF_ARG_(1) tf_operand step_ids;
    TF_ARG_(2) tf_operand parent_ids;
    TF_ARG_(3) tf_operand max_sequence_lengths;
    TF_ARG_(4) tf_operand end_token;
    TF_ARG_(5) const char *name;
};
#define tf_contrib_seq2seq_gather_tree(...)                                                                          \
    TF_KWARGS_(tf_contrib_seq2seq_gather_tree_((struct tf_gather_tree_args){ .step_ids = TF_UNSET_,                  \
        .parent_ids = TF_UNSET_, .max_sequence_lengths = TF_UNSET_, .end_token = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_contrib_seq2seq_gather_tree_(struct tf_gather_tree_args args);

#ifdef __cplusplus
}
#endif
#endif
