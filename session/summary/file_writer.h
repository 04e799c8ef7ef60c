/* Event files: what TensorBoard shows. */
#ifndef TF1C_SESSION_SUMMARY_FILE_WRITER_H
#define TF1C_SESSION_SUMMARY_FILE_WRITER_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../core/gfile.h"
#include "../run_metadata.h"
#include "../session.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tf_summary_writer tf_summary_writer;

/* Writes events, from any thread, to LOGDIR/events.out.tfevents.TIME.HOST, a new file each time; the folder is made.
 * TF1: tf.summary.FileWriter
 *   graph        written at once, for the graph tab
 *   flush_secs   events reach the disk at least so often; unset: 120
 *   max_queue, filename_suffix  as in TF1; events are written as they come
 *   returns      the caller's to tf_close; NULL after a report, which every call takes quietly
 *   errors       NotFoundError, OSError: with the folder's name
 *   source       python/summary/writer/writer.py, core/util/events_writer.cc */
struct tf_file_writer_args {
    tf_source here;
    TF_ARG_(1) const char *logdir;
    TF_ARG_(2) tf_graph *graph;
    TF_ARG_(3) int max_queue;
    TF_ARG_(4) double flush_secs;
    TF_ARG_(5) const char *filename_suffix;
};
#define tf_summary_file_writer(...) TF_FIRST1_(tf_summary_file_writer_, struct tf_file_writer_args, TF_SAME_, logdir, \
    #__VA_ARGS__, .max_queue = 10, .flush_secs = 120.0, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_summary_writer *tf_summary_file_writer_(const char *logdir, struct tf_file_writer_args args);

/* A fetched summary, a string scalar, at a step:
 *   tf_ndarray summary = { 0 };  tf_run(sess, FETCH(train, NULL, merged, &summary), feeds);  tf_add_summary(writer, summary, step);
 *   errors  TypeError: not a string scalar;  ValueError: a string that is no Summary;  ResourceExhaustedError, OSError */
#define tf_add_summary(writer, summary, global_step) tf_add_summary_(writer, summary, global_step, TF_SOURCE)
#define tf_add_graph(writer, graph) tf_add_graph_(writer, graph, TF_SOURCE)
/* Of a traced run, for the graph tab's "Session runs", by its tag. TF1: FileWriter.add_run_metadata
 *   global_step  unset: 0
 *   errors       ValueError: "The provided tag was already used for this event type"; TypeError: no metadata */
struct tf_add_run_metadata_args {
    tf_source here;
    int64_t global_step;
};
#define tf_add_run_metadata(writer, run_metadata, tag, ...) \
    tf_add_run_metadata_(writer, run_metadata, tag, (struct tf_add_run_metadata_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_status tf_add_run_metadata_(tf_summary_writer *writer, const tf_run_metadata *run_metadata, const char *tag,
                                        struct tf_add_run_metadata_args args);
#define tf_flush(writer) tf_flush_(writer, TF_SOURCE)
TF1C_API tf_status tf_add_summary_(tf_summary_writer *writer, tf_ndarray summary, int64_t global_step, tf_source here);
TF1C_API tf_status tf_add_graph_(tf_summary_writer *writer, const tf_graph *graph, tf_source here);
TF1C_API tf_status tf_flush_(tf_summary_writer *writer, tf_source here);
TF1C_API const char *tf_get_logdir(const tf_summary_writer *writer); /* "" of NULL */
/* What became of a session, for TensorBoard: TF1: FileWriter.add_session_log(SessionLog(status=SessionLog.START), step) */
typedef enum tf_session_log_status {
    TF_SESSION_LOG_START = 1,
    TF_SESSION_LOG_STOP = 2,
    TF_SESSION_LOG_CHECKPOINT = 3
} tf_session_log_status;
struct tf_session_log_args {
    tf_source here;
    const char *checkpoint_path;
};
#define tf_add_session_log(writer, status, global_step, ...) \
    tf_add_session_log_(writer, status, global_step, (struct tf_session_log_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_status tf_add_session_log_(tf_summary_writer *writer, tf_session_log_status status, int64_t global_step,
                                       struct tf_session_log_args args);

/* The one writer of a folder that all of the current graph's hooks share; closed with the graph, and not to be closed by its users.
 * TF1: tf.summary.FileWriterCache.get */
#define tf_summary_file_writer_cache_get(logdir) tf_summary_file_writer_cache_get_(logdir, TF_SOURCE)
TF1C_API tf_summary_writer *tf_summary_file_writer_cache_get_(const char *logdir, tf_source here);

/* tf_close(writer): flushes and releases; NULL is fine. */
TF1C_API void tf_summary_writer_close_(tf_summary_writer *writer);
#define tf_close(x)                                                                                                    \
    _Generic((x), tf_summary_writer *: tf_summary_writer_close_, tf_gfile *: tf_gfile_close_,                          \
        tf_record_writer *: tf_record_writer_close_, default: tf_close)(x)

/* One number without an op, as Python's tf.Summary(value=[tf.Summary.Value(tag=…, simple_value=…)]). */
#define tf_add_scalar(writer, tag, value, global_step) tf_add_scalar_(writer, tag, value, global_step, TF_SOURCE)
TF1C_API tf_status tf_add_scalar_(tf_summary_writer *writer, const char *tag, double value, int64_t global_step, tf_source here);

#ifdef __cplusplus
}
#endif
#endif
