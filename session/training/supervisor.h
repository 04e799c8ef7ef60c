/* Supervisors: a training's session, saved and summarized by threads of its own. */
#ifndef TF1C_SESSION_TRAINING_SUPERVISOR_H
#define TF1C_SESSION_TRAINING_SUPERVISOR_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "monitored_session.h"

#ifdef __cplusplus
extern "C" {
#endif

/* tf_supervisor *sv = tf_train_supervisor(.logdir = "run");
 * tf_session *sess = tf_managed_session(sv);
 * while (!tf_should_stop(sv) && step < 500) tf_run(sess, FETCH(train, NULL, sv->global_step, &step));
 * tf_close(sess);   // stops its threads and saves
 * The graph is finalized as it is made.                                              TF1: tf.train.Supervisor
 *   logdir               of checkpoints and event files; unset: neither
 *   init_op              unset: the global variables' initializers;  summary_op  unset: tf_summary_merge_all();  saver  unset: of all
 *   global_step          unset: tf_train_get_global_step()
 *   save_model_secs      600: a thread saves so often, and tf_close once more;  0: never
 *   save_summaries_secs  120: a thread runs summary_op and counts "global_step/sec" so often;  0: never
 *   checkpoint_basename  "model.ckpt";  no_summary_op  as .summary_op=None: the program calls tf_summary_computed
 *   is_chief             accepted
 *   returns              the graph's; NULL after a report, which calls take quietly
 *   source               python/training/supervisor.py */
typedef struct tf_supervisor {
    tf_saver *saver;
    const char *save_path; /* LOGDIR/model.ckpt; NULL without a folder */
    tf_summary_writer *summary_writer;
    tf_tensor global_step, summary_op;
    tf_operation *init_op;
    tf_coordinator *coord; /* while a managed session is open */
    struct tf_supervisor_state *state;
} tf_supervisor;
struct tf_supervisor_args {
    tf_source here;
    const char *logdir;
    tf_operation *init_op;
    tf_tensor summary_op;
    bool no_summary_op;
    tf_saver *saver;
    tf_tensor global_step;
    double save_summaries_secs, save_model_secs;
    const char *checkpoint_basename;
    bool is_chief;
};
#define tf_train_supervisor(...)                                                                                           \
    TF_KWARGS_(tf_train_supervisor_((struct tf_supervisor_args){ .save_summaries_secs = 120, .save_model_secs = 600,       \
                                                                .checkpoint_basename = "model.ckpt", .is_chief = true,     \
                                                                TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_supervisor *tf_train_supervisor_(struct tf_supervisor_args args);

/* Restored from the latest checkpoint of the folder, or initialized; queue runners and the supervisor's threads run until tf_close. One
 * at a time.   TF1: Supervisor.managed_session, prepare_or_wait_for_session
 *   errors  RuntimeError: one is open;  as tf_restore */
#define tf_managed_session(supervisor, ...) tf_managed_session_(supervisor, (struct tf_session_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_session *tf_managed_session_(tf_supervisor *supervisor, struct tf_session_args args);

/* A fetched summary into the event file, at the global step or the given one.         TF1: Supervisor.summary_computed
 *   errors  as tf_add_summary;  RuntimeError "Writing a summary requires a summary writer." */
struct tf_summary_computed_args {
    tf_source here;
    int64_t global_step;
};
#define tf_summary_computed(supervisor, session, summary, ...)                                                                 \
    TF_KWARGS_(tf_summary_computed_(supervisor, session, summary, (struct tf_summary_computed_args){ .global_step = -1, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_status tf_summary_computed_(tf_supervisor *supervisor, tf_session *session, tf_ndarray summary,
                                        struct tf_summary_computed_args args);

/* A thread that calls fn(arg) every so many seconds until it is stopped (0: again and again).    TF1: Supervisor.loop
 *   errors  RuntimeError: no managed session is open;  ResourceExhaustedError */
typedef void tf_loop_fn(void *arg);
#define tf_loop(supervisor, timer_interval_secs, fn, arg) tf_loop_(supervisor, timer_interval_secs, fn, arg, TF_SOURCE)
TF1C_API tf_status tf_loop_(tf_supervisor *supervisor, double timer_interval_secs, tf_loop_fn *fn, void *arg, tf_source here);

TF1C_API bool tf_supervisor_should_stop_(const tf_supervisor *supervisor);
TF1C_API void tf_supervisor_request_stop_(tf_supervisor *supervisor);

#ifndef __cplusplus
#define tf_should_stop(x)                                                                                              \
    _Generic((x), tf_session *: tf_session_should_stop_, tf_session_run_context *: tf_context_should_stop_,            \
        tf_supervisor *: tf_supervisor_should_stop_, default: tf_should_stop)(x)
#define tf_request_stop(x)                                                                                             \
    _Generic((x), tf_session *: tf_session_request_stop_, tf_session_run_context *: tf_context_request_stop_,          \
        tf_supervisor *: tf_supervisor_request_stop_, default: tf_request_stop)(x)
#endif

#ifdef __cplusplus
}
#endif
#endif
