/* Runs with hooks around them. TF1: python/training/monitored_session.py */
#include "session/training/monitored_session.h"

#include <string.h>

#include "core/logging.h"
#include "core/report.h"
#include "graph/node.h"
#include "session/run.h"
#include "session/training/prepare.h"

typedef struct {
    tf1c_monitor base; /* first: what the session knows of it */
    int n;
    tf_session_run_hook **hooks;
    tf_coordinator *coord;
    tf_threads threads;
    bool stop;
    bool failed; /* an error that is no end of data: hooks do not end */
    bool graph_was_final;
} monitor;

static monitor *monitor_of(const tf_session *s) { return s ? (monitor *)s->monitor : NULL; }

static void monitor_free(monitor *m)
{
    if (m)
        tf1c_free(m->hooks);
    tf1c_free(m);
}

/* ---- one run --------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    monitor *m;
    tf_session_run_context context;
    tf_feeds fed; /* by the caller and the hooks so far, where hooks feed at all */
    tf_source here;
} hooked_run;

static const tf_feed *feed_of(const tf_feeds *feeds, const tf_feed *like)
{
    for (int i = 0; i < feeds->n; i++)
        if (feeds->items[i].state == like->state && tf_same_tensor(feeds->items[i].tensor, like->tensor))
            return &feeds->items[i];
    return NULL;
}

static tf_status conflict(const hooked_run *r, const tf_feed *f)
{
    char text[256];
    const bool users = feed_of(&r->context.original_feeds, f);
    return tf_fail(tf_runtime_error, r->here, NULL, "%s Conflict(s): [<%s>]",
                   users ? "Same tensor is fed by a SessionRunHook and user." : "Same tensor is fed by two hooks.",
                   f->state ? "state" : tf_tensor_text(f->tensor, text, sizeof text));
}

static tf_status add_feeds(tf_feeds *to, const tf_feeds *from)
{
    tf_status status = tf_ok;
    for (int i = 0; i < from->n && !status; i++)
        status = from->items[i].state ? tf_feed_set_state_(to, from->items[i].state, from->items[i].value, (tf_source){ 0 })
                                      : tf_feed_set_(to, from->items[i].tensor, from->items[i].value);
    return status;
}

/* What a hook feeds beside what is fed already. */
static tf_status take_feeds(hooked_run *r)
{
    tf_status status = tf_ok;
    const tf_feeds *hooks = &r->context.feeds;
    if (!hooks->n)
        return tf_ok;
    if (!r->fed.n)
        status = add_feeds(&r->fed, &r->context.original_feeds);
    for (int i = 0; i < hooks->n && !status; i++)
        if (feed_of(&r->fed, &hooks->items[i]))
            status = conflict(r, &hooks->items[i]);
    return status ? status : add_feeds(&r->fed, hooks);
}

static tf_status ask_hooks(hooked_run *r)
{
    tf_status status = tf_ok;
    for (int i = 0; i < r->m->n && !status; i++) {
        r->context.feeds = (tf_feeds){ 0 };
        if (r->m->hooks[i]->before_run)
            status = r->m->hooks[i]->before_run(r->m->hooks[i], &r->context);
        if (!status)
            status = take_feeds(r);
        tf_feeds_free(&r->context.feeds);
    }
    return status;
}

/* The end of the data ends a training, and is nothing to report. */
static tf_status run_quietly(const hooked_run *r)
{
    const tf1c_aside before = tf1c_reports_aside();
    const tf_status status =
        tf_run_fetches(r->context.session, r->context.fetches, r->fed.n ? r->fed : r->context.original_feeds, r->here);
    tf1c_reports_again(before);
    const tf_error *e = tf_last_error();
    return status && status != tf_out_of_range ? tf_fail(e->code, e->where, e->op, "%s", e->message) : status;
}

static tf_status run_with_hooks(hooked_run *r)
{
    tf_status status = ask_hooks(r);
    if (!status)
        status = run_quietly(r);
    for (int i = 0; i < r->m->n && !status; i++)
        if (r->m->hooks[i]->after_run)
            status = r->m->hooks[i]->after_run(r->m->hooks[i], &r->context);
    if (r->context.fetches.capacity)
        tf_fetches_free(&r->context.fetches);
    tf_feeds_free(&r->fed);
    return status;
}

static tf_status monitored_run(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here)
{
    monitor *m = monitor_of(s);
    if (tf_session_should_stop_(s)) {
        if (what.items && what.n > 0)
            tf1c_blank(&what);
        return tf_fail(tf_runtime_error, here, NULL, "Run called even after should_stop requested.");
    }
    hooked_run r = { .m = m, .here = here };
    r.context =
        (tf_session_run_context){ .session = s, .fetches = { what.n, what.items, 0 }, .original_feeds = tf1c_kept_feeds(feeds) };
    tf1c_hold_reports();
    tf1c_within_monitor++;
    const tf_status status = run_with_hooks(&r);
    tf1c_within_monitor--;
    m->stop |= status || r.context.stop_requested;
    m->failed |= status && status != tf_out_of_range;
    tf1c_release_reports(here);
    return status;
}

/* ---- stopping ---------------------------------------------------------------------------------------------------------------------- */

bool tf_session_should_stop_(const tf_session *s)
{
    const monitor *m = monitor_of(s);
    return !m || m->stop || tf_should_stop(m->coord);
}

bool tf_context_should_stop_(const tf_session_run_context *context) { return !context || context->stop_requested; }

void tf_session_request_stop_(tf_session *s)
{
    if (monitor_of(s))
        monitor_of(s)->stop = true;
}

void tf_context_request_stop_(tf_session_run_context *context)
{
    if (context)
        context->stop_requested = true;
}

/* ---- the session -------------------------------------------------------------------------------------------------------------------- */

static void close_monitored(tf_session *s, tf_source here)
{
    monitor *m = monitor_of(s);
    tf_status status = tf_ok;
    tf1c_within_monitor++;
    for (int i = 0; i < m->n && !m->failed && !status; i++)
        if (m->hooks[i]->end)
            status = m->hooks[i]->end(m->hooks[i], s);
    s->monitor = NULL;
    tf_request_stop(m->coord);
    tf_join_(m->coord, m->threads, here);
    tf1c_within_monitor--;
    s->graph->universe->finalized = m->graph_was_final;
    monitor_free(m);
}

static tf_status begin_hooks(const monitor *m, tf_source here)
{
    tf_status status = tf_ok;
    for (int i = 0; i < m->n && !status; i++)
        if (!m->hooks[i])
            status = tf_fail(tf_value_error, here, NULL, "Hook %d is NULL: it could not be made.", i);
        else if (m->hooks[i]->begin)
            status = m->hooks[i]->begin(m->hooks[i]);
    return status;
}

static tf_status tell_hooks(const monitor *m, tf_session *s)
{
    tf_status status = tf_ok;
    for (int i = 0; i < m->n && !status; i++)
        if (m->hooks[i]->after_create_session)
            status = m->hooks[i]->after_create_session(m->hooks[i], s, m->coord);
    return status;
}

/* The hooks begin, then the graph is final, then there is a session. NULL after a report; m is released then. */
static tf_session *open_monitored(monitor *m, tf_scaffold *f, const char *dir, struct tf_session_args a)
{
    tf_graph *g = tf_get_default_graph();
    tf_session *s = NULL;
    m->base = (tf1c_monitor){ monitored_run, close_monitored };
    m->graph_was_final = tf_graph_is_finalized(g);
    if (!begin_hooks(m, a.here) && !tf1c_complete_scaffold(f)) {
        tf_graph_finalize(g);
        tf_logging_info("Graph was finalized.");
        s = tf1c_open_training(f, dir, a, &m->base, &m->coord, &m->threads);
    }
    if (!s) {
        g->universe->finalized = m->graph_was_final;
        monitor_free(m);
        return NULL;
    }
    tf1c_within_monitor++;
    m->failed = tell_hooks(m, s);
    tf1c_within_monitor--;
    if (!m->failed)
        return s;
    tf_close(s);
    return NULL;
}

/* A monitor of all these hooks in order; NULL after a report. */
static monitor *new_monitor(int lists, const tf_hooks *hooks, tf_source here)
{
    monitor *m = tf1c_alloc_zero(sizeof *m);
    int n = 0;
    for (int i = 0; i < lists; i++) {
        if (hooks[i].n < 0 || (hooks[i].n && !hooks[i].items)) {
            tf_fail(tf_value_error, here, NULL, "A list of %d hooks without items was given.", hooks[i].n);
            tf1c_free(m);
            return NULL;
        }
        n += hooks[i].n;
    }
    if (!m || !(m->hooks = tf1c_alloc((size_t)(n + 1) * sizeof *m->hooks))) {
        tf1c_free(m);
        tf_fail(tf_memory_error, here, NULL, "no memory left for a session");
        return NULL;
    }
    for (int i = 0; i < lists; i++)
        for (int j = 0; j < hooks[i].n; j++)
            m->hooks[m->n++] = hooks[i].items[j];
    return m;
}

/* ---- as TensorFlow opens them ----------------------------------------------------------------------------------------------------------- */

/* Every so many steps or seconds: where one of the two is given, the other is off; where neither is, it has a default. 0: never. */
typedef struct {
    int64_t steps;
    double secs;
} interval;

static interval chosen(int64_t steps, double secs, interval otherwise)
{
    const bool by_steps = steps != TF_USE_DEFAULT, by_secs = secs != TF_USE_DEFAULT;
    return by_steps || by_secs ? (interval){ by_steps && steps > 0 ? steps : 0, by_secs && secs > 0 ? secs : 0 } : otherwise;
}

/* The hooks that a folder brings: at most three. */
static int standard_hooks(const struct tf_monitored_training_session_args *a, tf_scaffold *f, tf_session_run_hook **hooks)
{
    const char *summaries = a->summary_dir ? a->summary_dir : a->checkpoint_dir;
    const interval summary = chosen(a->save_summaries_steps, a->save_summaries_secs, (interval){ 100, 0 });
    const interval save = chosen(a->save_checkpoint_steps, a->save_checkpoint_secs, (interval){ 0, 600 });
    int n = 0;
    if (summaries && a->log_step_count_steps > 0)
        hooks[n++] = tf_train_step_counter_hook_(
            (struct tf_step_counter_args){ .here = a->here, .every_n_steps = a->log_step_count_steps, .output_dir = summaries });
    if (summaries && (summary.steps || summary.secs > 0))
        hooks[n++] = tf_train_summary_saver_hook_((struct tf_summary_saver_args){
            .here = a->here, .save_steps = summary.steps, .save_secs = summary.secs, .output_dir = summaries, .scaffold = f });
    if (a->checkpoint_dir && (save.steps || save.secs > 0))
        hooks[n++] = tf_train_checkpoint_saver_hook_(
            a->checkpoint_dir,
            (struct tf_checkpoint_saver_args){ .here = a->here, .save_secs = save.secs, .save_steps = save.steps, .scaffold = f });
    return n;
}

tf_session *tf_train_monitored_training_session_(struct tf_monitored_training_session_args a)
{
    tf_session_run_hook *standard[3];
    tf_scaffold *f = a.scaffold ? a.scaffold : tf_train_scaffold_((struct tf_scaffold){ .here = a.here });
    const int n = f ? standard_hooks(&a, f, standard) : 0;
    monitor *m = f ? new_monitor(3, (const tf_hooks[]){ a.chief_only_hooks, { n, standard }, a.hooks }, a.here) : NULL;
    return m ? open_monitored(m, f, a.checkpoint_dir,
                              (struct tf_session_args){ .here = a.here, .target = a.master, .config = a.config })
             : NULL;
}

tf_session *tf_train_singular_monitored_session_(struct tf_singular_monitored_session_args a)
{
    tf_scaffold *f = a.scaffold ? a.scaffold : tf_train_scaffold_((struct tf_scaffold){ .here = a.here });
    monitor *m = f ? new_monitor(1, &a.hooks, a.here) : NULL;
    return m ? open_monitored(m, f, a.checkpoint_dir,
                              (struct tf_session_args){ .here = a.here, .target = a.master, .config = a.config })
             : NULL;
}
