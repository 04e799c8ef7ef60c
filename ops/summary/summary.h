/* Summaries: values wrapped up for TensorBoard, as string scalars that a tf_summary_file_writer writes down. */
#ifndef TF1C_OPS_SUMMARY_SUMMARY_H
#define TF1C_OPS_SUMMARY_SUMMARY_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* name    of the node and, with the scopes around it, of the series; what no node's name may hold becomes _
 * family  a scope before the name, by which TensorBoard groups: "fam" gives node fam/acc, series fam/fam/acc
 * collections  those it joins, TF_NAMES("a", "b"); unset: TF_SUMMARIES, for tf_summary_merge_all;  "": none
 *   returns  string []: a serialized Summary;   grad  none
 *   source   python/summary/summary.py, core/kernels/summary_op.cc, core/lib/histogram/histogram.cc */
struct tf_summary_args {
    tf_source here;
    TF_ARG_(1) const char *name;
    TF_ARG_(2) union {
        tf_operand tensor, values;
    };
    TF_ARG_(3) const char *collections;
    TF_ARG_(4) const char *family;
};
/* One number.                                                                       TF1: tf.summary.scalar
 *   shapes  [];   dtypes  numbers
 *   errors  at run InvalidArgumentError "tags and values not the same shape: [] != [2] (tag 'loss')" */
#define tf_summary_scalar(...) \
    TF_KWARGS_(tf_summary_scalar_((struct tf_summary_args){ .tensor = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
/* How values are distributed: counts in buckets that grow by a tenth.               TF1: tf.summary.histogram
 *   errors  at run InvalidArgumentError "Nan in summary histogram for: w", "Infinity in summary histogram for: w" */
#define tf_summary_histogram(...) \
    TF_KWARGS_(tf_summary_histogram_((struct tf_summary_args){ .values = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
/* Strings, which TensorBoard shows as Markdown.                                     TF1: tf.summary.text
 *   dtypes  string;   errors  ValueError "Expected tensor note:0 to have dtype string, got float32" */
#define tf_summary_text(...) \
    TF_KWARGS_(tf_summary_text_((struct tf_summary_args){ .tensor = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_summary_scalar_(struct tf_summary_args args);
TF1C_API tf_tensor tf_summary_histogram_(struct tf_summary_args args);
TF1C_API tf_tensor tf_summary_text_(struct tf_summary_args args);

/* Images, each scaled so that its greatest number is 255, or, where some are below 0, so that 0 is in the middle; uint8 as it is.
 *   max_outputs  of the batch, unset: 3;  series "name/image/0", …, or "name/image" if it is 1      TF1: tf.summary.image
 *   shapes  [batch, height, width, 1, 3 or 4];   dtypes  uint8, floating;   what is not finite is red
 *   errors  ValueError: max_outputs below 1;  at run InvalidArgumentError "Tensor must be 4-D with last dim 1, 3, or 4, not [2,3]",
 *           UnimplementedError: without libpng */
struct tf_summary_image_args {
    tf_source here;
    TF_ARG_(1) const char *name;
    TF_ARG_(2) tf_operand tensor;
    TF_ARG_(3) int64_t max_outputs;
    TF_ARG_(4) const char *collections;
    TF_ARG_(5) const char *family;
};
#define tf_summary_image(...)                                                    \
    TF_KWARGS_(tf_summary_image_((struct tf_summary_image_args){ .tensor = TF_UNSET_, .max_outputs = 3, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_summary_image_(struct tf_summary_image_args args);
/* Sounds, as WAV files of 16 bits.                                                 TF1: tf.summary.audio
 *   sample_rate  a number or a tensor, Hz;  max_outputs  as above, series "name/audio/0", …
 *   shapes  [batch, frames] or [batch, frames, channels];   dtypes  float32 from -1 to 1
 *   errors  at run InvalidArgumentError "Tensor must be 3-D or 2-D, got: [3]", "sample_rate must be > 0" */
struct tf_summary_audio_args {
    tf_source here;
    TF_ARG_(1) const char *name;
    TF_ARG_(2) tf_operand tensor;
    TF_ARG_(3) tf_operand sample_rate;
    TF_ARG_(4) int64_t max_outputs;
    TF_ARG_(5) const char *collections;
    TF_ARG_(6) const char *family;
};
#define tf_summary_audio(...)                                                                                                 \
    TF_KWARGS_(tf_summary_audio_((struct tf_summary_audio_args){ .tensor = TF_UNSET_, .sample_rate = TF_UNSET_, .max_outputs = 3, \
                                                                TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_summary_audio_(struct tf_summary_audio_args args);

/* Several summaries as one; all of a collection.                       TF1: tf.summary.merge, tf.summary.merge_all
 *   key          unset: TF_SUMMARIES;   scope  of what to take alone, as of tf_get_collection
 *   collections  those that the merged one joins; unset: none
 *   returns  merge_all: a none handle where nothing has been collected
 *   errors   ValueError: an empty list;  at run InvalidArgumentError "Duplicate tag loss found in summary inputs" */
struct tf_merge_all_args {
    tf_source here;
    const char *key;
    const char *scope;
    const char *name;
};
struct tf_summary_merge_args {
    tf_source here;
    TF_ARG_(1) tf_list inputs;
    TF_ARG_(2) const char *collections;
    TF_ARG_(3) const char *name;
};
#define tf_summary_merge(...) TF_FIRST1_(tf_summary_merge_, struct tf_summary_merge_args, TF_LISTED_, inputs, #__VA_ARGS__, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
#define tf_summary_merge_all(...) tf_summary_merge_all_((struct tf_merge_all_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_tensor tf_summary_merge_(tf_list inputs, struct tf_summary_merge_args args);
TF1C_API tf_tensor tf_summary_merge_all_(struct tf_merge_all_args args);

#ifdef __cplusplus
}
#endif
#endif
