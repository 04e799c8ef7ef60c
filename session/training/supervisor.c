/* Sessions with threads that save and summarize. TF1: python/training/supervisor.py */
#include "session/training/supervisor.h"

#undef tf_should_stop
#undef tf_request_stop
#undef tf_close

#include "core/clock.h"
#include "core/logging.h"
#include "core/thread.h"
#include "graph/node.h"
#include "ops/training/global_step.h"
#include "session/training/prepare.h"

/* A thread that does something now and then. */
typedef struct looper {
    struct looper *next;
    pthread_t thread;
    tf_coordinator *coord;
    double interval;
    tf_loop_fn *fn;
    void *arg;
} looper;

struct tf_supervisor_state {
    tf1c_monitor monitor; /* first: the managed session's */
    tf_supervisor *sv;
    const char *logdir;
    tf_scaffold scaffold;
    double save_model_secs, save_summaries_secs;
    tf_session *session;
    tf_threads threads;
    looper *loopers;
    int64_t counted; /* the step at the last count */
    double counted_at;
    tf_source here;
};
typedef struct tf_supervisor_state state;

/* ---- what the threads do; the library has the same from the caller's ------------------------------------------------------------ */

static tf_status read_step(const tf_supervisor *sv, tf_session *s, int64_t *step)
{
    *step = 0;
    return tf_is_none(sv->global_step) ? tf_ok : tf1c_run_integer(s, sv->global_step, step, sv->state->here);
}

static void save_model(void *arg)
{
    const tf_supervisor *sv = arg;
    struct tf_save_args a = { .here = sv->state->here, .write_meta_graph = true, .write_state = true };
    int64_t step;
    tf_logging_info("Saving checkpoint to path %s", sv->save_path);
    if (!tf_is_none(sv->global_step) && !read_step(sv, sv->state->session, &step))
        a.global_step = tf_operand_integer(step);
    tf_save_(sv->saver, sv->state->session, sv->save_path, a);
}

static void save_summary(void *arg)
{
    const tf_supervisor *sv = arg;
    tf_ndarray summary = { 0 };
    int64_t step;
    const tf_fetch fetch = tf_into_array(tf_fetch_tensor(sv->summary_op), &summary);
    if (!read_step(sv, sv->state->session, &step) &&
        !tf_run_fetches(sv->state->session, (tf_fetches){ .n = 1, .items = &fetch }, (tf_feeds){ 0 }, sv->state->here)) {
        tf_logging_info("Recording summary at step %lld.", (long long)step);
        tf_add_summary_(sv->summary_writer, summary, step, sv->state->here);
    }
    np_free(&summary);
}

static void count_steps(void *arg)
{
    const tf_supervisor *sv = arg;
    state *st = sv->state;
    int64_t step;
    const double now = tf1c_now();
    if (read_step(sv, st->session, &step))
        return;
    if (st->counted_at > 0) {
        const double rate = now > st->counted_at ? (double)(step - st->counted) / (now - st->counted_at) : 0;
        const char *name = tf_op_name(sv->global_step.op);
        char tag[512];
        snprintf(tag, sizeof tag, "%s/sec", name);
        tf_logging_info("%s: %g", tag, rate);
        tf_add_scalar_(sv->summary_writer, tag, rate, step, st->here);
    }
    st->counted = step;
    st->counted_at = now;
}

/* ---- threads ------------------------------------------------------------------------------------------------------------------------- */

static void *go_round(void *arg)
{
    const looper *l = arg;
    tf1c_within_monitor = 1;
    while (!tf_should_stop(l->coord)) {
        l->fn(l->arg);
        tf_wait_for_stop(l->coord, l->interval > 0 ? l->interval : 0);
    }
    return NULL;
}

static tf_status start_looper(state *st, double interval, tf_loop_fn *fn, void *arg, tf_source here)
{
    looper *l = tf1c_alloc_zero(sizeof *l);
    if (!l)
        return tf_fail(tf_memory_error, here, NULL, "no memory left for a thread");
    *l = (looper){ .next = st->loopers, .coord = st->sv->coord, .interval = interval, .fn = fn, .arg = arg };
    if (!tf1c_thread_start(&l->thread, go_round, l)) {
        tf1c_free(l);
        return tf_fail(tf_resource_exhausted, here, NULL, "The thread of a supervisor could not be started.");
    }
    st->loopers = l;
    return tf_ok;
}

static tf_status start_threads(state *st)
{
    const tf_supervisor *sv = st->sv;
    tf_status status = tf_ok;
    st->counted_at = 0;
    if (sv->summary_writer && st->save_summaries_secs > 0 && !tf_is_none(sv->summary_op))
        status = start_looper(st, st->save_summaries_secs, save_summary, st->sv, st->here);
    if (!status && sv->summary_writer && st->save_summaries_secs > 0 && !tf_is_none(sv->global_step))
        status = start_looper(st, st->save_summaries_secs, count_steps, st->sv, st->here);
    if (!status && sv->save_path && sv->saver && st->save_model_secs > 0)
        status = start_looper(st, st->save_model_secs, save_model, st->sv, st->here);
    return status;
}

static void join_loopers(state *st)
{
    for (looper *l = st->loopers, *next; l; l = next) {
        next = l->next;
        pthread_join(l->thread, NULL);
        tf1c_free(l);
    }
    st->loopers = NULL;
}

tf_status tf_loop_(tf_supervisor *sv, double interval, tf_loop_fn *fn, void *arg, tf_source here)
{
    if (!sv)
        return tf_value_error;
    if (!fn || !sv->coord)
        return tf_fail(tf_runtime_error, here, NULL,
                       fn ? "tf_loop wants a managed session that is open" : "tf_loop wants a function, got NULL");
    return start_looper(sv->state, interval, fn, arg, here);
}

/* ---- the session ---------------------------------------------------------------------------------------------------------------------- */

/* TensorFlow saves once more as it stops. */
static void stop(tf_session *s, tf_source here)
{
    state *st = (state *)s->monitor;
    tf_supervisor *sv = st->sv;
    s->monitor = NULL;
    tf_request_stop(sv->coord);
    join_loopers(st);
    if (sv->save_path && sv->saver && st->save_model_secs > 0)
        save_model(sv);
    tf_add_session_log_(sv->summary_writer, TF_SESSION_LOG_STOP, 0, (struct tf_session_log_args){ .here = here });
    tf_flush_(sv->summary_writer, here);
    tf_join_(sv->coord, st->threads, here);
    sv->coord = NULL;
    st->session = NULL;
}

tf_session *tf_managed_session_(tf_supervisor *sv, struct tf_session_args a)
{
    if (!sv)
        return NULL;
    if (sv->coord) {
        tf_fail(tf_runtime_error, a.here, NULL, "A managed session of the supervisor is open.");
        return NULL;
    }
    state *st = sv->state;
    st->session = tf1c_open_training(&st->scaffold, st->logdir, a, &st->monitor, &sv->coord, &st->threads);
    if (!st->session)
        return NULL;
    if (!start_threads(st))
        return st->session;
    tf_close(st->session);
    return NULL;
}

bool tf_supervisor_should_stop_(const tf_supervisor *sv) { return !sv || !sv->coord || tf_should_stop(sv->coord); }

void tf_supervisor_request_stop_(tf_supervisor *sv)
{
    if (sv)
        tf_request_stop(sv->coord);
}

tf_status tf_summary_computed_(tf_supervisor *sv, tf_session *s, tf_ndarray summary, struct tf_summary_computed_args a)
{
    int64_t step = a.global_step;
    if (!sv)
        return tf_value_error;
    if (!sv->summary_writer)
        return tf_fail(tf_runtime_error, a.here, NULL, "Writing a summary requires a summary writer.");
    const tf_status status = step < 0 ? read_step(sv, s, &step) : tf_ok;
    return status ? status : tf_add_summary_(sv->summary_writer, summary, step, a.here);
}

/* ---- making ------------------------------------------------------------------------------------------------------------------------------ */

static tf_status take_folder(tf_supervisor *sv, const struct tf_supervisor_args *a)
{
    tf_graph *g = tf1c_current_graph();
    sv->state->logdir = tf1c_graph_strdup(g, a->logdir);
    sv->save_path = tf1c_graph_printf(g, "%s/%s", a->logdir, a->checkpoint_basename ? a->checkpoint_basename : "model.ckpt");
    sv->summary_writer = tf_summary_file_writer_cache_get_(a->logdir, a->here);
    return sv->state->logdir && sv->save_path && sv->summary_writer ? tf_ok : tf_last_error()->code;
}

tf_supervisor *tf_train_supervisor_(struct tf_supervisor_args a)
{
    tf_graph *g = tf1c_current_graph();
    tf_supervisor *sv = g ? tf1c_graph_alloc(g, sizeof *sv) : NULL;
    state *st = sv ? tf1c_graph_alloc(g, sizeof *st) : NULL;
    if (!st)
        return NULL;
    *st = (state){ .monitor = { .close = stop },
                   .sv = sv,
                   .here = a.here,
                   .save_model_secs = a.save_model_secs,
                   .save_summaries_secs = a.save_summaries_secs };
    st->scaffold = (tf_scaffold){ .here = a.here, .init_op = a.init_op, .summary_op = a.summary_op, .saver = a.saver };
    sv->state = st;
    sv->global_step = tf_is_none(a.global_step) ? tf_train_get_global_step() : a.global_step;
    if (tf1c_complete_scaffold(&st->scaffold) || (a.logdir && take_folder(sv, &a)))
        return NULL;
    sv->init_op = st->scaffold.init_op;
    sv->saver = st->scaffold.saver;
    if (!a.no_summary_op)
        sv->summary_op = st->scaffold.summary_op;
    tf_graph_finalize(g);
    return sv;
}
