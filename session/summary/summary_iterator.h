/* Event files read again: what a tf_summary_file_writer, or TensorFlow, has written. */
#ifndef TF1C_SESSION_SUMMARY_SUMMARY_ITERATOR_H
#define TF1C_SESSION_SUMMARY_SUMMARY_ITERATOR_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../session.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One value of a summary: a member for each kind, as in Python; the others are zero. */
typedef enum tf_summary_kind {
    TF_SUMMARY_NONE,
    TF_SUMMARY_SIMPLE_VALUE,
    TF_SUMMARY_IMAGE,
    TF_SUMMARY_HISTO,
    TF_SUMMARY_AUDIO,
    TF_SUMMARY_TENSOR
} tf_summary_kind;
typedef struct tf_summary_value {
    const char *tag;
    tf_summary_kind kind;
    float simple_value;
    struct {
        double min, max, num, sum, sum_squares;
    } histo;
    struct {
        int height, width, colorspace;
        tf_bytes encoded_image_string;
    } image;
    struct {
        float sample_rate;
        int64_t num_channels, length_frames;
        tf_bytes encoded_audio_string;
    } audio;
} tf_summary_value;

/* One record of an event file. */
typedef struct tf_event {
    double wall_time; /* seconds since 1970 */
    int64_t step;
    const char *file_version; /* "brain.Event:2", of the first; else NULL */
    tf_bytes graph_def;
    struct {
        int n;
        const tf_summary_value *value;
    } summary;
    struct {
        const char *tag; /* NULL: there is none */
        tf_bytes run_metadata;
    } tagged_run_metadata;
} tf_event;

/* The events of a file in their order.                                                TF1: tf.train.summary_iterator
 *   tf_event_iterator *events = tf_train_summary_iterator(path);
 *   for (tf_event e; tf_next_event(events, &e);) …
 *   tf_event_iterator_free(events);
 * An event lives until the next. tf_next_event: false at the end, and, after a report, where the file is damaged.
 *   returns  NULL after a report, which the calls take quietly
 *   errors   NotFoundError, OSError with the file's name;  DataLossError "truncated record at 1234", "corrupted record at 1234"
 *   source   python/summary/summary_iterator.py */
typedef struct tf_event_iterator tf_event_iterator;
#define tf_train_summary_iterator(path) tf_train_summary_iterator_(path, TF_SOURCE)
#define tf_next_event(iterator, event) tf_next_event_(iterator, event, TF_SOURCE)
TF1C_API tf_event_iterator *tf_train_summary_iterator_(const char *path, tf_source here);
TF1C_API bool tf_next_event_(tf_event_iterator *iterator, tf_event *event, tf_source here);
TF1C_API void tf_event_iterator_free(tf_event_iterator *iterator); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
