/* A linear-chain conditional random field: the tags of a sequence, each by its own score and by that of following the one before. */
#ifndef TF1C_OPS_SEQ2SEQ_CRF_H
#define TF1C_OPS_SEQ2SEQ_CRF_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../rnn/rnn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of all of them:
 *   inputs             float32 [batch, time, tags]: what each tag scores at each step
 *   tag_indices        int32 or int64 [batch, time]
 *   sequence_lengths   int32 or int64 [batch]: what is beyond counts nothing; an empty row scores 0
 *   transition_params  float32 [tags, tags]: what [i, j] adds where tag j follows tag i
 *   grad               with respect to inputs and transition_params
 *   source             contrib/crf/python/ops/crf.py */
struct tf_crf_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) tf_operand tag_indices;
    TF_ARG_(3) tf_operand sequence_lengths;
    TF_ARG_(4) tf_operand transition_params;
};
struct tf_crf_multitag_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) tf_operand tag_bitmap;
    TF_ARG_(3) tf_operand sequence_lengths;
    TF_ARG_(4) tf_operand transition_params;
};
struct tf_crf_norm_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) tf_operand sequence_lengths;
    TF_ARG_(3) tf_operand transition_params;
};
struct tf_crf_unary_args {
    tf_source here;
    TF_ARG_(1) tf_operand tag_indices;
    TF_ARG_(2) tf_operand sequence_lengths;
    TF_ARG_(3) tf_operand inputs;
};
struct tf_crf_binary_args {
    tf_source here;
    TF_ARG_(1) tf_operand tag_indices;
    TF_ARG_(2) tf_operand sequence_lengths;
    TF_ARG_(3) tf_operand transition_params;
};
struct tf_crf_decode_args {
    tf_source here;
    TF_ARG_(1) tf_operand potentials;
    TF_ARG_(2) tf_operand transition_params;
    TF_ARG_(3) tf_operand sequence_length;
};

/* How likely the tags are: ln p [batch].                                      TF1: tf.contrib.crf.crf_log_likelihood
 *   transition_params  unset: a variable "transitions" [tags, tags] is made; it comes back beside the likelihood
 *   errors             ValueError: "Shape of a new variable (transitions) must be fully defined, but instead was (?, ?)." */
typedef struct tf_crf_likelihood {
    tf_tensor log_likelihood, transition_params;
} tf_crf_likelihood;
#define tf_contrib_crf_crf_log_likelihood(...)                                                                             \
    TF_KWARGS_(tf_contrib_crf_crf_log_likelihood_((struct tf_crf_args){ .inputs = TF_UNSET_, .tag_indices = TF_UNSET_,     \
        .sequence_lengths = TF_UNSET_, .transition_params = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_crf_likelihood tf_contrib_crf_crf_log_likelihood_(struct tf_crf_args args);

/* What the tags score [batch], not normalized; its two parts: the tags' own, and that of one following the other.
 * TF1: tf.contrib.crf.crf_sequence_score, crf_unary_score, crf_binary_score
 *   errors  ValueError "Cannot convert an unknown Dimension to a Tensor: ?": the number of tags is not known */
#define tf_contrib_crf_crf_sequence_score(...)                                                                             \
    TF_KWARGS_(tf_contrib_crf_crf_sequence_score_((struct tf_crf_args){ .inputs = TF_UNSET_, .tag_indices = TF_UNSET_,     \
        .sequence_lengths = TF_UNSET_, .transition_params = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_contrib_crf_crf_unary_score(...)                                                                                \
    TF_KWARGS_(tf_contrib_crf_crf_unary_score_((struct tf_crf_unary_args){ .tag_indices = TF_UNSET_,                       \
        .sequence_lengths = TF_UNSET_, .inputs = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_contrib_crf_crf_binary_score(...)                                                                               \
    TF_KWARGS_(tf_contrib_crf_crf_binary_score_((struct tf_crf_binary_args){ .tag_indices = TF_UNSET_,                     \
        .sequence_lengths = TF_UNSET_, .transition_params = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_contrib_crf_crf_sequence_score_(struct tf_crf_args args);
TF1C_API tf_tensor tf_contrib_crf_crf_unary_score_(struct tf_crf_unary_args args);
TF1C_API tf_tensor tf_contrib_crf_crf_binary_score_(struct tf_crf_binary_args args);

/* ln Σ e^score over all sequences of tags [batch]; over those alone whose tags the bitmap, bool [batch, time, tags], allows.
 * TF1: tf.contrib.crf.crf_log_norm, crf_multitag_sequence_score */
#define tf_contrib_crf_crf_log_norm(...)                                                                                   \
    TF_KWARGS_(tf_contrib_crf_crf_log_norm_((struct tf_crf_norm_args){ .inputs = TF_UNSET_, .sequence_lengths = TF_UNSET_, \
        .transition_params = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_contrib_crf_crf_multitag_sequence_score(...)                                                                    \
    TF_KWARGS_(tf_contrib_crf_crf_multitag_sequence_score_((struct tf_crf_multitag_args){ .inputs = TF_UNSET_,             \
        .tag_bitmap = TF_UNSET_, .sequence_lengths = TF_UNSET_, .transition_params = TF_UNSET_, TF_HERE_,                  \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_contrib_crf_crf_log_norm_(struct tf_crf_norm_args args);
TF1C_API tf_tensor tf_contrib_crf_crf_multitag_sequence_score_(struct tf_crf_multitag_args args);

/* The tags that score most, int32 [batch, time] (beyond a row's length they mean nothing), and what they score [batch].
 * TF1: tf.contrib.crf.crf_decode;   grad  of best_score */
typedef struct tf_crf_decoded {
    tf_tensor decode_tags, best_score;
} tf_crf_decoded;
#define tf_contrib_crf_crf_decode(...)                                                                                     \
    TF_KWARGS_(tf_contrib_crf_crf_decode_((struct tf_crf_decode_args){ .potentials = TF_UNSET_,                            \
        .transition_params = TF_UNSET_, .sequence_length = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_crf_decoded tf_contrib_crf_crf_decode_(struct tf_crf_decode_args args);

/* The same of one sequence, outside of any graph: score [time, tags] and transition_params [tags, tags] are arrays of a floating dtype.
 * TF1: tf.contrib.crf.viterbi_decode
 *   viterbi  int32 [time], the caller's to np_free
 *   errors   ValueError: shapes that do not fit, no steps;  TypeError: other dtypes; viterbi has no data then */
typedef struct tf_viterbi {
    tf_ndarray viterbi;
    double viterbi_score;
} tf_viterbi;
#define tf_contrib_crf_viterbi_decode(score, transition_params) tf_contrib_crf_viterbi_decode_(score, transition_params, TF_SOURCE)
TF1C_API tf_viterbi tf_contrib_crf_viterbi_decode_(tf_ndarray score, tf_ndarray transition_params, tf_source here);

/* The cells that do it step by step, inputs and state [batch, tags]: forward the sums of all ways, decoding forward the best way's score
 * (and, as output, int32: by which tag it came), backward the tags of that way, state [batch, 1].
 * TF1: tf.contrib.crf.CrfForwardRnnCell, CrfDecodeForwardRnnCell, CrfDecodeBackwardRnnCell */
#define tf_contrib_crf_crf_forward_rnn_cell(transition_params) \
    TF_IN_ORDER1_(tf_contrib_crf_crf_forward_rnn_cell_, TF_T(transition_params), TF_SOURCE)
#define tf_contrib_crf_crf_decode_forward_rnn_cell(transition_params) \
    TF_IN_ORDER1_(tf_contrib_crf_crf_decode_forward_rnn_cell_, TF_T(transition_params), TF_SOURCE)
#define tf_contrib_crf_crf_decode_backward_rnn_cell(num_tags) tf_contrib_crf_crf_decode_backward_rnn_cell_(num_tags, TF_SOURCE)
TF1C_API tf_cell *tf_contrib_crf_crf_forward_rnn_cell_(tf_operand transition_params, tf_source here);
TF1C_API tf_cell *tf_contrib_crf_crf_decode_forward_rnn_cell_(tf_operand transition_params, tf_source here);
TF1C_API tf_cell *tf_contrib_crf_crf_decode_backward_rnn_cell_(int64_t num_tags, tf_source here);

#ifdef __cplusplus
}
#endif
#endif
