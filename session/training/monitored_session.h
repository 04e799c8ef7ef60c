/* Sessions that take care of a training: initialized or resumed, saved, summarized, stopped. */
#ifndef TF1C_SESSION_TRAINING_MONITORED_SESSION_H
#define TF1C_SESSION_TRAINING_MONITORED_SESSION_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "hooks.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { TF_USE_DEFAULT = -1 };

/* A session whose variables come from the latest checkpoint of checkpoint_dir, or from their initializers, whose queue runners run,
 * and whose runs call hooks:
 *   tf_session *sess = tf_train_monitored_training_session(.checkpoint_dir = "run", .hooks = HOOKS(tf_train_stop_at_step_hook(.last_step = 500)));
 *   while (!tf_should_stop(sess))
 *       tf_run(sess, train, feeds);
 *   tf_close(sess);   // calls the hooks' end, saves
 * The graph is finalized until it is closed. What a run meets at the end of its data (OutOfRangeError) is no report: should_stop is
 * true then, as it is after any error. Runs of hooks and of queue runners call no hooks.        TF1: tf.train.MonitoredTrainingSession
 *   checkpoint_dir         unset: nothing is saved or restored
 *   save_checkpoint_secs   600, unless one of the two is given;  save_checkpoint_steps  0: never
 *   save_summaries_steps   100, likewise;  save_summaries_secs
 *   log_step_count_steps   100; "global_step/sec" is logged and summarized every so many;  0: never
 *   summary_dir            unset: checkpoint_dir
 *   hooks, chief_only_hooks, scaffold   see hooks.h
 *   master, is_chief, stop_grace_period_secs, max_wait_secs   accepted; this process is the chief
 *   returns  NULL after a report, for which tf_should_stop is true: what a hook's begin reports, what restoring does
 *   source   python/training/monitored_session.py */
struct tf_monitored_training_session_args {
    tf_source here;
    const char *master;
    bool is_chief;
    const char *checkpoint_dir;
    tf_scaffold *scaffold;
    tf_hooks hooks, chief_only_hooks;
    double save_checkpoint_secs;
    int64_t save_summaries_steps;
    double save_summaries_secs;
    tf_config config;
    double stop_grace_period_secs;
    int64_t log_step_count_steps;
    double max_wait_secs;
    int64_t save_checkpoint_steps;
    const char *summary_dir;
};
#define tf_train_monitored_training_session(...)                                                             \
    TF_KWARGS_(tf_train_monitored_training_session_((struct tf_monitored_training_session_args){             \
        .is_chief = true, .save_checkpoint_secs = TF_USE_DEFAULT, .save_checkpoint_steps = TF_USE_DEFAULT,   \
        .save_summaries_steps = TF_USE_DEFAULT, .save_summaries_secs = TF_USE_DEFAULT, .log_step_count_steps = 100, \
        TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_session *tf_train_monitored_training_session_(struct tf_monitored_training_session_args args);

/* The same with the given hooks alone.                                       TF1: tf.train.SingularMonitoredSession */
struct tf_singular_monitored_session_args {
    tf_source here;
    tf_hooks hooks;
    tf_scaffold *scaffold;
    const char *master;
    tf_config config;
    const char *checkpoint_dir;
};
#define tf_train_singular_monitored_session(...) \
    tf_train_singular_monitored_session_((struct tf_singular_monitored_session_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_session *tf_train_singular_monitored_session_(struct tf_singular_monitored_session_args args);

/* tf_should_stop(x), tf_request_stop(x): of a monitored session, a hook's context, a coordinator, a supervisor. True of NULL, and of a
 * session that is closed. */
TF1C_API bool tf_session_should_stop_(const tf_session *session);
TF1C_API bool tf_context_should_stop_(const tf_session_run_context *context);
TF1C_API void tf_session_request_stop_(tf_session *session);
TF1C_API void tf_context_request_stop_(tf_session_run_context *context);

#ifdef __cplusplus
}
#endif
#endif
