/* Hooks: what a monitored session does around its runs, the library's and the user's own. */
#ifndef TF1C_SESSION_TRAINING_HOOKS_H
#define TF1C_SESSION_TRAINING_HOOKS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../input/coordinator.h"
#include "../saver/saver.h"
#include "../summary/file_writer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One run as hooks see it. TF1: tf.train.SessionRunContext, SessionRunArgs, SessionRunValues */
typedef struct tf_session_run_context {
    tf_session *session;     /* runs of it from a hook call no hooks */
    tf_fetches fetches;      /* what is fetched: tf_fetch_add(&context->fetches, loss, &mine->loss) in before_run, read in after_run */
    tf_feeds feeds;          /* the hook's own: tf_feed_set(&context->feeds, rate, 0.1) */
    tf_feeds original_feeds; /* the caller's */
    bool stop_requested;
} tf_session_run_context;

/* A hook of the user's is a struct that begins with this one; any function may be NULL. A status other than tf_ok, reported by
 * tf_fail, ends the training as an exception would in Python: the run gives it, and `end` is not called.
 *   struct lowest { tf_session_run_hook hook; tf_tensor loss; float now, least; };
 *   static tf_status look(tf_session_run_hook *hook, tf_session_run_context *context)
 *   {
 *       struct lowest *mine = (struct lowest *)hook;
 *       return tf_fetch_add(&context->fetches, mine->loss, &mine->now);
 *   }
 *   …  struct lowest mine = { { .before_run = look, .after_run = compare }, loss };  .hooks = HOOKS(&mine.hook, …)
 * TF1: tf.train.SessionRunHook; python/training/session_run_hook.py */
typedef struct tf_session_run_hook tf_session_run_hook;
typedef tf_status tf_hook_begin_fn(tf_session_run_hook *hook); /* the graph may still be added to */
typedef tf_status tf_hook_created_fn(tf_session_run_hook *hook, tf_session *session, tf_coordinator *coord);
typedef tf_status tf_hook_run_fn(tf_session_run_hook *hook, tf_session_run_context *context);
typedef tf_status tf_hook_end_fn(tf_session_run_hook *hook, tf_session *session);
struct tf_session_run_hook {
    tf_hook_begin_fn *begin;
    tf_hook_created_fn *after_create_session;
    tf_hook_run_fn *before_run, *after_run;
    tf_hook_end_fn *end;
};
typedef struct tf_hooks {
    int n;
    tf_session_run_hook *const *items;
} tf_hooks;
#define HOOKS(...)                                                                                             \
    ((tf_hooks){ (int)(sizeof((tf_session_run_hook *[]){ __VA_ARGS__ }) / sizeof(tf_session_run_hook *)),      \
                 (tf_session_run_hook *[]){ __VA_ARGS__ } })

/* How a model is initialized, saved and summarized; what is unset is made when a session is. Owned by the graph.
 *   init_op        unset: the global variables' initializers;  init_fn: called after it
 *   local_init_op  unset: the local variables' initializers
 *   summary_op     unset: tf_summary_merge_all();  saver  unset: of all global variables
 * TF1: tf.train.Scaffold */
typedef struct tf_scaffold tf_scaffold;
typedef tf_status tf_scaffold_init_fn(const tf_scaffold *scaffold, tf_session *session);
struct tf_scaffold {
    tf_source here;
    tf_operation *init_op;
    tf_scaffold_init_fn *init_fn;
    tf_operation *local_init_op;
    tf_tensor summary_op;
    tf_saver *saver;
};
#define tf_train_scaffold(...) tf_train_scaffold_((struct tf_scaffold){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_scaffold *tf_train_scaffold_(struct tf_scaffold fields);

/* ---- the library's hooks: owned by the graph; NULL after a report. Each counts by the global step, or else "Global step should be
 * created to use StopAtStepHook." (RuntimeError, as the session is made). source: python/training/basic_session_run_hooks.py ---- */

/* Stops after so many steps, or at a step.                                           TF1: tf.train.StopAtStepHook
 *   errors  ValueError "One of num_steps or last_step must be specified.", "Only one of …" */
struct tf_stop_at_step_args {
    tf_source here;
    int64_t num_steps, last_step; /* unset: -1 */
};
#define tf_train_stop_at_step_hook(...) \
    TF_KWARGS_(tf_train_stop_at_step_hook_((struct tf_stop_at_step_args){ .num_steps = -1, .last_step = -1, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_session_run_hook *tf_train_stop_at_step_hook_(struct tf_stop_at_step_args args);

/* Logs values by tf_logging_info, which has to be let through (tf_logging_set_verbosity(tf_logging_INFO)): "loss = 0.5, step = 100
 * (0.123 sec)".                                                                      TF1: tf.train.LoggingTensorHook
 *   tensors       LIST(loss, step);  tags  their names in the message: .tags = (const char *[]){ "loss", "step" }; unset: as printed
 *   every_n_iter  runs, or every_n_secs;  at_end  once more, or only then
 *   errors        ValueError "either at_end and/or exactly one of every_n_iter and every_n_secs must be provided.",
 *                 "invalid every_n_iter=-1." */
struct tf_logging_tensor_args {
    tf_source here;
    const char *const *tags;
    int64_t every_n_iter;
    double every_n_secs;
    bool at_end;
};
#define tf_train_logging_tensor_hook(tensors, ...) \
    tf_train_logging_tensor_hook_(TF_LIST_(tensors), (struct tf_logging_tensor_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_session_run_hook *tf_train_logging_tensor_hook_(tf_list tensors, struct tf_logging_tensor_args args);

/* Stops when the loss is NaN: RuntimeError "NaN loss during training." from the run, or without .fail_on_nan_loss a warning
 * "Model diverged with loss = NaN."                                                  TF1: tf.train.NanTensorHook */
struct tf_nan_tensor_args {
    tf_source here;
    bool fail_on_nan_loss; /* unset: true */
};
#define tf_train_nan_tensor_hook(loss, ...) \
    TF_KWARGS_(tf_train_nan_tensor_hook_(loss, (struct tf_nan_tensor_args){ .fail_on_nan_loss = true, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_session_run_hook *tf_train_nan_tensor_hook_(tf_tensor loss, struct tf_nan_tensor_args args);

/* Saves at the start, every so many steps or seconds, and at the end: CHECKPOINT_DIR/model.ckpt-STEP, and graph.pbtxt once.
 * TF1: tf.train.CheckpointSaverHook
 *   errors  ValueError "Either every_secs or every_steps should be provided.", "Can not provide both every_secs and every_steps.",
 *           "You cannot provide both saver and scaffold." */
struct tf_checkpoint_saver_args {
    tf_source here;
    double save_secs;
    int64_t save_steps;
    tf_saver *saver;
    const char *checkpoint_basename; /* unset: "model.ckpt" */
    tf_scaffold *scaffold;
};
#define tf_train_checkpoint_saver_hook(checkpoint_dir, ...) \
    tf_train_checkpoint_saver_hook_(checkpoint_dir, (struct tf_checkpoint_saver_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_session_run_hook *tf_train_checkpoint_saver_hook_(const char *checkpoint_dir, struct tf_checkpoint_saver_args args);

/* Writes summaries every so many steps or seconds.                                   TF1: tf.train.SummarySaverHook
 *   errors  as above;  ValueError "Exactly one of scaffold or summary_op must be provided." */
struct tf_summary_saver_args {
    tf_source here;
    int64_t save_steps;
    double save_secs;
    const char *output_dir;
    tf_summary_writer *summary_writer;
    tf_scaffold *scaffold;
    tf_tensor summary_op;
};
#define tf_train_summary_saver_hook(...) tf_train_summary_saver_hook_((struct tf_summary_saver_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_session_run_hook *tf_train_summary_saver_hook_(struct tf_summary_saver_args args);

/* Logs "global_step/sec: 123.4" and writes it as a summary.                          TF1: tf.train.StepCounterHook
 *   every_n_steps  unset: 100, if every_n_secs is unset too
 *   errors         ValueError "exactly one of every_n_steps and every_n_secs should be provided." */
struct tf_step_counter_args {
    tf_source here;
    int64_t every_n_steps;
    double every_n_secs;
    const char *output_dir;
    tf_summary_writer *summary_writer;
};
#define tf_train_step_counter_hook(...) tf_train_step_counter_hook_((struct tf_step_counter_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_session_run_hook *tf_train_step_counter_hook_(struct tf_step_counter_args args);

#ifdef __cplusplus
}
#endif
#endif
