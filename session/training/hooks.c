/* The library's hooks. TF1: python/training/basic_session_run_hooks.py */
#include "session/training/hooks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/logging.h"
#include "core/report.h"
#include "graph/node.h"
#include "ops/math/arithmetic.h"
#include "ops/summary/summary.h"
#include "ops/training/global_step.h"
#include "session/graphdef/graph_def.h"
#include "session/session_private.h"

/* A hook in the current graph's memory, that much of it; NULL after a report. */
static void *new_hook(size_t size, tf_session_run_hook functions)
{
    tf_graph *g = tf1c_current_graph();
    tf_session_run_hook *hook = g ? tf1c_graph_alloc(g, size) : NULL;
    if (hook)
        *hook = functions;
    return hook;
}

static const char *kept(const char *s) { return s ? tf1c_graph_strdup(tf1c_current_graph(), s) : NULL; }

/* ---- the global step ------------------------------------------------------------------------------------------------------------ */

static const char step_reads[] = "global_step_read_op_cache";

/* What the step is before the run that reads it changes it: one node in a graph, made before it is finalized. */
static tf_tensor step_read(void)
{
    const tf_list made = tf_get_collection(step_reads);
    const tf_tensor step = tf_train_get_global_step();
    if (made.n || tf_is_none(step))
        return made.n ? made.items[0] : step;
    tf_tensor read = { .op = NULL };
    tf_with_name_scope(tf1c_graph_printf(tf1c_current_graph(), "%s/", step.op->name))
        read = tf_add(step, 0);
    tf_add_to_collection(step_reads, read);
    return read;
}

/* Of every hook that counts by it. */
static tf_status find_step(tf_tensor *step, const char *hook, tf_source here)
{
    TF_FROM(here);
    *step = step_read();
    return tf_is_none(*step) ? tf_fail(tf_runtime_error, here, NULL, "Global step should be created to use %s.", hook) : tf_ok;
}

/* ---- at most every so many steps or seconds ------------------------------------------------------------------------------------------ */

typedef struct {
    double every_secs;
    int64_t every_steps;
    bool triggered;
    int64_t last_step;
    double last_time;
} timer;

static tf_status make_timer(timer *t, double every_secs, int64_t every_steps, tf_source here)
{
    *t = (timer){ .every_secs = every_secs > 0 ? every_secs : 0, .every_steps = every_steps > 0 ? every_steps : 0 };
    if (t->every_secs > 0 && t->every_steps > 0)
        return tf_fail(tf_value_error, here, NULL, "Can not provide both every_secs and every_steps.");
    return t->every_secs > 0 || t->every_steps > 0
               ? tf_ok
               : tf_fail(tf_value_error, here, NULL, "Either every_secs or every_steps should be provided.");
}

static bool is_due(const timer *t, int64_t step)
{
    if (!t->triggered)
        return true;
    if (t->last_step == step)
        return false;
    return (t->every_secs > 0 && tf1c_now() >= t->last_time + t->every_secs) ||
           (t->every_steps > 0 && step - t->last_step >= t->every_steps);
}

/* Gives what has gone by since the last time; false if this is the first. */
static bool trigger(timer *t, int64_t step, double *secs, int64_t *steps)
{
    const double now = tf1c_now();
    const bool again = t->triggered;
    *secs = now - t->last_time;
    *steps = step - t->last_step;
    t->triggered = true;
    t->last_time = now;
    t->last_step = step;
    return again;
}

/* ---- StopAtStepHook ------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    tf_session_run_hook hook;
    tf_source here;
    int64_t num_steps, last_step, now;
    tf_tensor step;
} stop_hook;

static tf_status stop_begin(tf_session_run_hook *hook)
{
    stop_hook *h = (stop_hook *)hook;
    return find_step(&h->step, "StopAtStepHook", h->here);
}

static tf_status stop_created(tf_session_run_hook *hook, tf_session *s, tf_coordinator *coord)
{
    (void)coord;
    stop_hook *h = (stop_hook *)hook;
    const tf_status status = h->last_step < 0 ? tf1c_run_integer(s, h->step, &h->now, (tf_source){ 0 }) : tf_ok;
    if (h->last_step < 0)
        h->last_step = h->num_steps > INT64_MAX - h->now ? INT64_MAX : h->now + h->num_steps;
    return status;
}

static tf_status stop_before(tf_session_run_hook *hook, tf_session_run_context *c)
{
    stop_hook *h = (stop_hook *)hook;
    return tf_fetch_add(&c->fetches, h->step, &h->now);
}

static tf_status stop_after(tf_session_run_hook *hook, tf_session_run_context *c)
{
    stop_hook *h = (stop_hook *)hook;
    tf_status status = tf_ok;
    if (h->now + 1 >= h->last_step && !(status = tf1c_run_integer(c->session, h->step, &h->now, (tf_source){ 0 })))
        c->stop_requested |= h->now >= h->last_step;
    return status;
}

tf_session_run_hook *tf_train_stop_at_step_hook_(struct tf_stop_at_step_args a)
{
    if ((a.num_steps >= 0) == (a.last_step >= 0)) {
        tf_fail(tf_value_error, a.here, NULL,
                a.num_steps >= 0 ? "Only one of num_steps or last_step can be specified."
                                 : "One of num_steps or last_step must be specified.");
        return NULL;
    }
    stop_hook *h = new_hook(sizeof *h, (tf_session_run_hook){ stop_begin, stop_created, stop_before, stop_after, NULL });
    if (!h)
        return NULL;
    h->here = a.here;
    h->num_steps = a.num_steps;
    h->last_step = a.last_step;
    return &h->hook;
}

/* ---- LoggingTensorHook ----------------------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_session_run_hook hook;
    int n;
    tf_tensor *tensors;
    const char **tags;
    tf_ndarray *values;
    timer timer;
    bool at_end, only_at_end, due;
    int64_t runs;
    tf_source here;
} logging_hook;

static tf_status logging_begin(tf_session_run_hook *hook)
{
    logging_hook *h = (logging_hook *)hook;
    h->timer.triggered = false;
    h->runs = 0;
    return tf_ok;
}

static tf_status logging_before(tf_session_run_hook *hook, tf_session_run_context *c)
{
    logging_hook *h = (logging_hook *)hook;
    tf_status status = tf_ok;
    h->due = !h->only_at_end && is_due(&h->timer, h->runs);
    for (int i = 0; i < h->n && h->due && !status; i++)
        status = tf_fetch_add(&c->fetches, h->tensors[i], &h->values[i]);
    return status;
}

static void log_values(logging_hook *h)
{
    tf1c_buffer line = { 0 };
    char text[1024];
    double secs;
    int64_t runs;
    for (int i = 0; i < h->n; i++)
        tf1c_buffer_printf(&line, "%s%s = %s", i ? ", " : "", h->tags[i], np_text(h->values[i], text, sizeof text));
    if (trigger(&h->timer, h->runs, &secs, &runs))
        tf1c_buffer_printf(&line, " (%.3f sec)", secs);
    if (!line.failed)
        tf_logging_info("%s", line.data);
    tf1c_buffer_free(&line);
}

static tf_status logging_after(tf_session_run_hook *hook, tf_session_run_context *c)
{
    (void)c;
    logging_hook *h = (logging_hook *)hook;
    if (h->due)
        log_values(h);
    h->runs++;
    return tf_ok;
}

static tf_status logging_end(tf_session_run_hook *hook, tf_session *s)
{
    logging_hook *h = (logging_hook *)hook;
    tf_fetches fetches = { 0 };
    tf_status status = tf_ok;
    for (int i = 0; i < h->n && h->at_end && !status; i++)
        status = tf_fetch_add(&fetches, h->tensors[i], &h->values[i]);
    if (!status && h->at_end && !(status = tf_run_fetches(s, fetches, (tf_feeds){ 0 }, h->here)))
        log_values(h);
    tf_fetches_free(&fetches);
    return status;
}

static void free_values(void *p)
{
    logging_hook *h = p;
    for (int i = 0; i < h->n; i++)
        np_free(&h->values[i]);
}

/* Python's dict is logged in the order of its keys. */
static void sort_by_tag(logging_hook *h)
{
    for (int i = 1; i < h->n; i++)
        for (int j = i; j > 0 && strcmp(h->tags[j - 1], h->tags[j]) > 0; j--) {
            const char *tag = h->tags[j];
            const tf_tensor t = h->tensors[j];
            h->tags[j] = h->tags[j - 1], h->tensors[j] = h->tensors[j - 1];
            h->tags[j - 1] = tag, h->tensors[j - 1] = t;
        }
}

static bool take_tensors(logging_hook *h, tf_graph *g, tf_list tensors, const struct tf_logging_tensor_args *a)
{
    char text[512];
    h->tensors = tf1c_graph_alloc(g, (size_t)tensors.n * sizeof *h->tensors + 1);
    h->tags = tf1c_graph_alloc(g, (size_t)tensors.n * sizeof *h->tags + 1);
    h->values = tf1c_graph_alloc(g, (size_t)tensors.n * sizeof *h->values + 1);
    for (int i = 0; i < tensors.n && h->tensors && h->tags && h->values; i++) {
        h->tensors[i] = tensors.items[i];
        h->tags[i] =
            tf1c_graph_strdup(g, a->tags ? a->tags[i] ? a->tags[i] : "" : tf_tensor_text(tensors.items[i], text, sizeof text));
        if (!h->tags[i])
            return false;
        h->n++;
    }
    if (a->tags)
        sort_by_tag(h);
    return h->n == tensors.n;
}

static tf_status check_logging(logging_hook *h, const struct tf_logging_tensor_args *a)
{
    const bool iter = a->every_n_iter != 0, secs = a->every_n_secs > 0;
    h->at_end = a->at_end;
    h->only_at_end = a->at_end && !iter && !secs;
    if (!h->only_at_end && iter == secs)
        return tf_fail(tf_value_error, a->here, NULL,
                       "either at_end and/or exactly one of every_n_iter and every_n_secs must be provided.");
    if (a->every_n_iter < 0)
        return tf_fail(tf_value_error, a->here, NULL, "invalid every_n_iter=%lld.", (long long)a->every_n_iter);
    return h->only_at_end ? tf_ok : make_timer(&h->timer, a->every_n_secs, a->every_n_iter, a->here);
}

tf_session_run_hook *tf_train_logging_tensor_hook_(tf_list tensors, struct tf_logging_tensor_args a)
{
    tensors = tf1c_sound_list(tensors, a.here);
    logging_hook *h = new_hook(sizeof *h, (tf_session_run_hook){ logging_begin, NULL, logging_before, logging_after, logging_end });
    if (!h || check_logging(h, &a))
        return NULL;
    h->here = a.here;
    tf_graph *g = tf1c_current_graph();
    return take_tensors(h, g, tensors, &a) && tf1c_graph_attach(g, free_values, h) ? &h->hook : NULL;
}

/* ---- NanTensorHook ---------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_session_run_hook hook;
    tf_tensor loss;
    double value;
    bool fail;
    tf_source here;
} nan_hook;

static tf_status nan_before(tf_session_run_hook *hook, tf_session_run_context *c)
{
    nan_hook *h = (nan_hook *)hook;
    return tf_fetch_add(&c->fetches, h->loss, &h->value);
}

static tf_status nan_after(tf_session_run_hook *hook, tf_session_run_context *c)
{
    const nan_hook *h = (nan_hook *)hook;
    if (!isnan(h->value))
        return tf_ok;
    tf_logging_log(h->fail ? tf_logging_ERROR : tf_logging_WARN, "Model diverged with loss = NaN.");
    c->stop_requested = true;
    return h->fail ? tf_fail(tf_runtime_error, h->here, tf_tensor_op(h->loss)->name, "NaN loss during training.") : tf_ok;
}

tf_session_run_hook *tf_train_nan_tensor_hook_(tf_tensor loss, struct tf_nan_tensor_args a)
{
    loss = tf1c_sound(loss, a.here);
    nan_hook *h =
        tf_is_poisoned(loss) ? NULL : new_hook(sizeof *h, (tf_session_run_hook){ NULL, NULL, nan_before, nan_after, NULL });
    if (!h)
        return NULL;
    h->loss = loss;
    h->fail = a.fail_on_nan_loss;
    h->here = a.here;
    return &h->hook;
}

/* ---- CheckpointSaverHook -------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_session_run_hook hook;
    const char *dir, *path;
    timer timer;
    tf_saver *saver;
    const tf_scaffold *scaffold;
    tf_summary_writer *writer;
    tf_tensor step;
    int64_t now;
    tf_source here;
} saver_hook;

static tf_status saver_begin(tf_session_run_hook *hook)
{
    saver_hook *h = (saver_hook *)hook;
    const tf_status status = find_step(&h->step, "CheckpointSaverHook", h->here);
    if (!status && !h->saver && !h->scaffold &&
        !(h->saver = tf_train_saver_((struct tf_saver_args){ TF_SAVER_DEFAULTS_, .here = h->here })))
        return tf_last_error()->code;
    if (!status && !(h->writer = tf_summary_file_writer_cache_get_(h->dir, h->here)))
        return tf_last_error()->code;
    return status;
}

static tf_status save_now(saver_hook *h, tf_session *s, int64_t step)
{
    tf_saver *saver = h->saver ? h->saver : h->scaffold->saver;
    tf_logging_info("Saving checkpoints for %lld into %s.", (long long)step, h->path);
    if (!tf_save_(saver, s, h->path,
                  (struct tf_save_args){
                      .here = h->here, .global_step = tf_operand_integer(step), .write_meta_graph = true, .write_state = true }))
        return tf_last_error()->code;
    return tf_add_session_log_(h->writer, TF_SESSION_LOG_CHECKPOINT, step,
                               (struct tf_session_log_args){ .here = h->here, .checkpoint_path = h->path });
}

/* A graph that TensorFlow has no words for is saved without them. */
static void write_graph(const saver_hook *h, const tf_graph *g)
{
    const tf1c_aside before = tf1c_reports_aside();
    tf_train_write_graph_(
        g, (struct tf_write_graph_args){ .here = h->here, .logdir = h->dir, .name = "graph.pbtxt", .as_text = true });
    tf_add_graph_(h->writer, g, h->here);
    tf1c_reports_again(before);
}

static tf_status saver_created(tf_session_run_hook *hook, tf_session *s, tf_coordinator *coord)
{
    (void)coord;
    saver_hook *h = (saver_hook *)hook;
    double secs;
    int64_t steps;
    tf_status status = tf1c_run_integer(s, h->step, &h->now, (tf_source){ 0 });
    if (status)
        return status;
    write_graph(h, tf_session_graph(s));
    status = save_now(h, s, h->now);
    trigger(&h->timer, h->now, &secs, &steps);
    return status;
}

static tf_status saver_before(tf_session_run_hook *hook, tf_session_run_context *c)
{
    saver_hook *h = (saver_hook *)hook;
    return tf_fetch_add(&c->fetches, h->step, &h->now);
}

static tf_status saver_after(tf_session_run_hook *hook, tf_session_run_context *c)
{
    saver_hook *h = (saver_hook *)hook;
    double secs;
    int64_t steps;
    if (!is_due(&h->timer, h->now + 1))
        return tf_ok;
    const tf_status status = tf1c_run_integer(c->session, h->step, &h->now, (tf_source){ 0 });
    if (status || !is_due(&h->timer, h->now))
        return status;
    trigger(&h->timer, h->now, &secs, &steps);
    return save_now(h, c->session, h->now);
}

static tf_status saver_end(tf_session_run_hook *hook, tf_session *s)
{
    saver_hook *h = (saver_hook *)hook;
    tf_status status = tf1c_run_integer(s, h->step, &h->now, (tf_source){ 0 });
    if (!status && h->now != h->timer.last_step)
        status = save_now(h, s, h->now);
    return status ? status : tf_flush_(h->writer, h->here);
}

tf_session_run_hook *tf_train_checkpoint_saver_hook_(const char *dir, struct tf_checkpoint_saver_args a)
{
    timer t;
    if (a.saver && a.scaffold)
        tf_fail(tf_value_error, a.here, NULL, "You cannot provide both saver and scaffold.");
    if ((a.saver && a.scaffold) || make_timer(&t, a.save_secs, a.save_steps, a.here))
        return NULL;
    if (!dir || !*dir) {
        tf_fail(tf_value_error, a.here, NULL, "tf_train_checkpoint_saver_hook wants a folder, got %s", dir ? "''" : "NULL");
        return NULL;
    }
    saver_hook *h = new_hook(sizeof *h, (tf_session_run_hook){ saver_begin, saver_created, saver_before, saver_after, saver_end });
    if (!h || !(h->dir = kept(dir)))
        return NULL;
    tf_logging_info("Create CheckpointSaverHook.");
    h->path = tf1c_graph_printf(tf1c_current_graph(), "%s/%s", dir, a.checkpoint_basename ? a.checkpoint_basename : "model.ckpt");
    h->timer = t;
    h->saver = a.saver;
    h->scaffold = a.scaffold;
    h->here = a.here;
    return h->path ? &h->hook : NULL;
}

/* ---- SummarySaverHook -------------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_session_run_hook hook;
    timer timer;
    const char *dir;
    tf_summary_writer *writer;
    const tf_scaffold *scaffold;
    tf_tensor summary_op, step;
    tf_ndarray summary;
    bool due, started;
    int64_t now, next;
    tf_source here;
} summary_hook;

static tf_tensor summary_of(const summary_hook *h) { return h->scaffold ? h->scaffold->summary_op : h->summary_op; }

static tf_status summary_begin(tf_session_run_hook *hook)
{
    summary_hook *h = (summary_hook *)hook;
    h->started = false;
    if (!h->writer && h->dir && !(h->writer = tf_summary_file_writer_cache_get_(h->dir, h->here)))
        return tf_last_error()->code;
    return find_step(&h->step, "SummarySaverHook", h->here);
}

static tf_status summary_before(tf_session_run_hook *hook, tf_session_run_context *c)
{
    summary_hook *h = (summary_hook *)hook;
    h->due = !h->started || is_due(&h->timer, h->next);
    const tf_status status = tf_fetch_add(&c->fetches, h->step, &h->now);
    return status || !h->due || tf_is_none(summary_of(h)) ? status : tf_fetch_add(&c->fetches, summary_of(h), &h->summary);
}

static tf_status summary_after(tf_session_run_hook *hook, tf_session_run_context *c)
{
    summary_hook *h = (summary_hook *)hook;
    double secs;
    int64_t steps, step = h->now + 1;
    if (!h->writer)
        return tf_ok;
    tf_status status = !h->started || h->due ? tf1c_run_integer(c->session, h->step, &step, (tf_source){ 0 }) : tf_ok;
    if (!status && !h->started)
        status = tf_add_session_log_(h->writer, TF_SESSION_LOG_START, step, (struct tf_session_log_args){ .here = h->here });
    if (!status && h->due) {
        trigger(&h->timer, step, &secs, &steps);
        if (!tf_is_none(summary_of(h)))
            status = tf_add_summary_(h->writer, h->summary, step, h->here);
    }
    h->started = true;
    h->next = step + 1;
    return status;
}

static tf_status summary_end(tf_session_run_hook *hook, tf_session *s)
{
    (void)s;
    const summary_hook *h = (summary_hook *)hook;
    return tf_flush_(h->writer, h->here);
}

static void free_summary(void *p) { np_free(&((summary_hook *)p)->summary); }

tf_session_run_hook *tf_train_summary_saver_hook_(struct tf_summary_saver_args a)
{
    timer t;
    if (!a.scaffold == tf_is_none(a.summary_op)) {
        tf_fail(tf_value_error, a.here, NULL, "Exactly one of scaffold or summary_op must be provided.");
        return NULL;
    }
    if (make_timer(&t, a.save_secs, a.save_steps, a.here))
        return NULL;
    summary_hook *h = new_hook(sizeof *h, (tf_session_run_hook){ summary_begin, NULL, summary_before, summary_after, summary_end });
    if (!h || (a.output_dir && !(h->dir = kept(a.output_dir))))
        return NULL;
    h->timer = t;
    h->writer = a.summary_writer;
    h->scaffold = a.scaffold;
    h->summary_op = a.scaffold ? a.summary_op : tf1c_sound(a.summary_op, a.here);
    h->here = a.here;
    return tf1c_graph_attach(tf1c_current_graph(), free_summary, h) ? &h->hook : NULL;
}

/* ---- StepCounterHook ---------------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_session_run_hook hook;
    timer timer;
    const char *dir, *tag;
    tf_summary_writer *writer;
    tf_tensor step;
    int64_t now, before;
    int warned;
    tf_source here;
} counter_hook;

static tf_status counter_begin(tf_session_run_hook *hook)
{
    counter_hook *h = (counter_hook *)hook;
    h->before = -1;
    if (!h->writer && h->dir && !(h->writer = tf_summary_file_writer_cache_get_(h->dir, h->here)))
        return tf_last_error()->code;
    const tf_status status = find_step(&h->step, "StepCounterHook", h->here);
    if (!status)
        h->tag = tf1c_graph_printf(tf1c_current_graph(), "%s/sec", tf_train_get_global_step().op->name);
    return status ? status : h->tag ? tf_ok : tf_memory_error;
}

static tf_status counter_before(tf_session_run_hook *hook, tf_session_run_context *c)
{
    counter_hook *h = (counter_hook *)hook;
    return tf_fetch_add(&c->fetches, h->step, &h->now);
}

static tf_status count_steps(counter_hook *h, tf_session *s)
{
    int64_t step, steps;
    double secs;
    tf_status status = tf1c_run_integer(s, h->step, &step, (tf_source){ 0 });
    if (status || !is_due(&h->timer, step) || !trigger(&h->timer, step, &secs, &steps))
        return status;
    const double rate = (double)steps / secs;
    if (h->writer)
        status = tf_add_scalar_(h->writer, h->tag, rate, step, h->here);
    tf_logging_info("%s: %g", h->tag, rate);
    return status;
}

static tf_status counter_after(tf_session_run_hook *hook, tf_session_run_context *c)
{
    counter_hook *h = (counter_hook *)hook;
    const int64_t stale = h->now;
    const tf_status status = is_due(&h->timer, stale + 1) ? count_steps(h, c->session) : tf_ok;
    if (stale == h->before && h->warned++ < 5)
        tf_logging_warn(
            "It seems that global step (tf.train.get_global_step) has not been increased. Current value (could be stable): "
            "%lld vs previous value: %lld. You could increase the global step by passing tf.train.get_global_step() to "
            "Optimizer.apply_gradients or Optimizer.minimize.",
            (long long)stale, (long long)h->before);
    h->before = stale;
    return status;
}

tf_session_run_hook *tf_train_step_counter_hook_(struct tf_step_counter_args a)
{
    timer t;
    if (a.every_n_steps > 0 && a.every_n_secs > 0) {
        tf_fail(tf_value_error, a.here, NULL, "exactly one of every_n_steps and every_n_secs should be provided.");
        return NULL;
    }
    const bool by_time = a.every_n_secs > 0;
    if (make_timer(&t, a.every_n_secs, by_time ? 0 : a.every_n_steps ? a.every_n_steps : 100, a.here))
        return NULL;
    counter_hook *h = new_hook(sizeof *h, (tf_session_run_hook){ counter_begin, NULL, counter_before, counter_after, NULL });
    if (!h || (a.output_dir && !(h->dir = kept(a.output_dir))))
        return NULL;
    h->timer = t;
    h->writer = a.summary_writer;
    h->here = a.here;
    return &h->hook;
}
