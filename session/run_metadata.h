/* What a run took, operation by operation. */
#ifndef TF1C_SESSION_RUN_METADATA_H
#define TF1C_SESSION_RUN_METADATA_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "session.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Filled by a run that traces:                                                         TF1: tf.RunMetadata
 *   tf_run_metadata *run_metadata = tf_run_metadata();
 *   tf_run(sess, x, feeds, .options = tf_run_options(.trace_level = TF_RUN_OPTIONS_FULL_TRACE), .run_metadata = run_metadata);
 *   tf_add_run_metadata(writer, run_metadata, "step001");
 *   tf_run_metadata_free(run_metadata);
 * Each such run replaces what was in it; one that fails, or traces nothing, leaves it empty. Not for two runs at a time.
 *   returns  the caller's to tf_run_metadata_free; NULL after a report (MemoryError), which the calls take quietly */
#define tf_run_metadata() tf_run_metadata_(TF_SOURCE)
TF1C_API tf_run_metadata *tf_run_metadata_(tf_source here);
TF1C_API void tf_run_metadata_free(tf_run_metadata *run_metadata); /* NULL is fine */

/* One execution of one operation; in a loop there is one a step. TF1: NodeExecStats; core/framework/step_stats.proto
 *   What several threads did together is one entry, from the first's beginning to the last's end. What is computed as one, elementwise
 *   neighbours, has its time dealt out to its operations in equal parts, one after the other. Operations that a plan leaves out
 *   (constants, reshapes, what is computed twice) took no time and are not there; a loop is there as a whole, and its steps'
 *   operations besides.
 *   memory is the outputs' own, without those that lie in other values'. */
typedef struct tf_node_output {
    int slot;
    tf_dtype dtype;
    tf_dims shape;
    int64_t requested_bytes;
} tf_node_output;
typedef struct tf_node_exec_stats {
    const char *node_name;
    const char *timeline_label; /* "y = MatMul(x, w)" */
    int64_t all_start_micros;   /* since 1970 */
    int64_t op_start_rel_micros, op_end_rel_micros, all_end_rel_micros;
    int64_t all_start_nanos, op_start_rel_nanos, op_end_rel_nanos, all_end_rel_nanos;
    int64_t total_bytes;
    int thread_id; /* of the first that worked on it; the caller of tf_run is 0 */
    int n_output;
    const tf_node_output *output;
} tf_node_exec_stats;
typedef struct tf_step_stats {
    const char *device; /* "/job:localhost/replica:0/task:0/device:CPU:0" */
    int n;
    const tf_node_exec_stats *node_stats; /* by time; until the next run, or the end of what it is of */
} tf_step_stats;
TF1C_API tf_step_stats tf_run_metadata_step_stats(const tf_run_metadata *run_metadata);

/* For chrome://tracing and Perfetto: timeline.Timeline(run_metadata.step_stats).generate_chrome_trace_format().
 *   show_dataflow  arrows from where a tensor was made to where it was read
 *   returns        the caller's to free(); NULL after a report
 * TF1: python/client/timeline.py */
struct tf_chrome_trace_args {
    tf_source here;
    bool show_dataflow; /* unset: true */
};
#define tf_timeline_generate_chrome_trace_format(run_metadata, ...) \
    TF_KWARGS_(tf_timeline_generate_chrome_trace_format_(           \
        run_metadata, (struct tf_chrome_trace_args){ .show_dataflow = true, TF_HERE_, __VA_ARGS__ }))
TF1C_API char *tf_timeline_generate_chrome_trace_format_(const tf_run_metadata *run_metadata, struct tf_chrome_trace_args args);

#ifdef __cplusplus
}
#endif
#endif
