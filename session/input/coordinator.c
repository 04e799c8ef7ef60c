/* Queue runners: a thread runs its enqueue again and again, until it is stopped or what it reads is over. */
#include "session/input/coordinator.h"

#include <pthread.h>
#include <time.h>

#include "core/thread.h"
#include "graph/exchange.h"
#include "ops/data_flow/queue_state.h"
#include "session/session_private.h"

typedef struct runner runner;
typedef struct {
    tf_coordinator *coord;
    runner *of;
    pthread_t thread;
} worker;
/* One enqueue and its threads. */
struct runner {
    runner *next;
    tf_session *session;
    tf_operation *enqueue, *close;
    int64_t left; /* runs; -1: without end */
    int alive;    /* threads: the last one closes the queue */
    int n;
    worker *workers;
};
struct tf_coordinator {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stop;
    tf1c_fault fault; /* the first */
    runner *runners;
};

tf_coordinator *tf_train_coordinator(void)
{
    tf_coordinator *c = tf1c_alloc_zero(sizeof *c);
    if (!c) {
        tf_fail(tf_memory_error, (tf_source){ 0 }, NULL, "no memory left for a coordinator");
        return NULL;
    }
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->changed, NULL);
    return c;
}

bool tf_should_stop(tf_coordinator *c)
{
    if (!c)
        return true;
    pthread_mutex_lock(&c->lock);
    const bool stop = c->stop;
    pthread_mutex_unlock(&c->lock);
    return stop;
}

static void close_queue(const runner *r)
{
    tf_error_handler *before = tf_on_error(tf_silent); /* of a session that is closed already */
    tf1c_within_monitor++;
    tf_run_op(r->session, r->close, (tf_feeds){ 0 }, (tf_source){ 0 });
    tf1c_within_monitor--;
    tf_on_error(before);
}

/* Every queue is closed once, by whoever asks first. */
void tf_request_stop(tf_coordinator *c)
{
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    const bool first = !c->stop;
    c->stop = true;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
    for (const runner *r = first ? c->runners : NULL; r; r = r->next)
        close_queue(r);
}

bool tf_wait_for_stop(tf_coordinator *c, double seconds)
{
    struct timespec until;
    if (!c)
        return true;
    clock_gettime(CLOCK_REALTIME, &until);
    const double at = (double)until.tv_nsec + (seconds > 0 && seconds < 1e9 ? seconds : 0) * 1e9;
    until.tv_sec += (time_t)(at / 1e9);
    until.tv_nsec = (long)(at - (double)(int64_t)(at / 1e9) * 1e9);
    pthread_mutex_lock(&c->lock);
    while (!c->stop && pthread_cond_timedwait(&c->changed, &c->lock, &until) == 0)
        continue;
    const bool stop = c->stop;
    pthread_mutex_unlock(&c->lock);
    return stop;
}

/* ---- threads -------------------------------------------------------------------------------------------------------------------- */

/* Whether the runner has a run left for this thread. */
static bool goes_on(worker *w)
{
    pthread_mutex_lock(&w->coord->lock);
    const bool go = !w->coord->stop && w->of->left != 0;
    if (go && w->of->left > 0)
        w->of->left--;
    pthread_mutex_unlock(&w->coord->lock);
    return go;
}

/* An error of another kind than the end stops all. */
static void note_end(const worker *w, tf_status status)
{
    tf_coordinator *c = w->coord;
    const bool bad = status && status != tf_out_of_range && status != tf_cancelled;
    pthread_mutex_lock(&c->lock);
    if (bad && !c->fault.code && !c->stop)
        tf1c_fault_take(&c->fault);
    const bool last = --w->of->alive == 0;
    pthread_mutex_unlock(&c->lock);
    if (last)
        close_queue(w->of);
    if (bad)
        tf_request_stop(c);
}

static void *work(void *arg)
{
    worker *w = arg;
    tf_status status = tf_ok;
    tf_on_error(tf_silent);
    tf1c_within_monitor = 1;
    while (!status && goes_on(w))
        status = tf_run_op(w->of->session, w->of->enqueue, (tf_feeds){ 0 }, (tf_source){ 0 });
    note_end(w, status);
    return NULL;
}

static int start(tf_coordinator *c, runner *r)
{
    const int wanted = r->alive;
    for (r->n = 0; r->n < wanted; r->n++) {
        r->workers[r->n] = (worker){ .coord = c, .of = r };
        if (!tf1c_thread_start(&r->workers[r->n].thread, work, &r->workers[r->n]))
            break;
    }
    pthread_mutex_lock(&c->lock);
    r->alive -= wanted - r->n;
    pthread_mutex_unlock(&c->lock);
    return r->n;
}

/* A runner of the enqueue, in front of the others. NULL after a report. */
static runner *add_runner(tf_coordinator *c, tf_session *s, tf_operation *op, tf_source here)
{
    const tf1c_enqueue_attrs *a = tf1c_enqueue_of(op);
    runner *r = tf1c_alloc_zero(sizeof *r);
    worker *workers = r ? tf1c_alloc_zero((size_t)a->threads * sizeof *workers) : NULL;
    if (!workers) {
        tf1c_free(r);
        tf_fail(tf_memory_error, here, NULL, "no memory left for a queue runner");
        return NULL;
    }
    *r = (runner){ .next = c->runners,
                   .session = s,
                   .enqueue = op,
                   .close = a->queue->cancel,
                   .left = a->most > 0 ? a->most : -1,
                   .alive = a->threads,
                   .workers = workers };
    c->runners = r;
    return r;
}

tf_threads tf_start_queue_runners_(struct tf_start_args a)
{
    tf_session *s = a.sess ? a.sess : tf_get_default_session();
    const tf_graph *g = tf_session_graph(s);
    tf_threads threads = { .coord = a.coord };
    if (!g || !a.coord) {
        tf_fail(
            tf_value_error, a.here, NULL,
            g ? "Cannot start queue runners: a coordinator is needed, `.coord = coord`."
              : "Cannot start queue runners: No default session is registered. Use `tf_with_session(sess)` or pass an open session, `.sess = sess`.");
        return threads;
    }
    runner *before = a.coord->runners;
    for (int i = 0; i < g->n_ops; i++) {
        const tf1c_enqueue_attrs *e = tf1c_enqueue_of(g->ops[i]);
        if (e && e->threads > 0 && e->queue->cancel && !add_runner(a.coord, s, g->ops[i], a.here))
            return threads;
    }
    for (runner *r = a.coord->runners; r != before; r = r->next) {
        const int wanted = r->alive, n = start(a.coord, r);
        threads.n += n;
        if (n < wanted)
            tf_fail(tf_resource_exhausted, a.here, NULL, "Only %d of %d threads of a queue runner could be started.", n, wanted);
    }
    return threads;
}

tf_status tf_join_(tf_coordinator *c, tf_threads threads, tf_source here)
{
    (void)threads; /* all are its own */
    if (!c)
        return tf_ok;
    for (const runner *r = c->runners; r; r = r->next)
        for (int i = 0; i < r->n; i++)
            pthread_join(r->workers[i].thread, NULL);
    const tf1c_fault fault = c->fault;
    for (runner *r = c->runners, *next; r; r = next) {
        next = r->next;
        tf1c_free(r->workers);
        tf1c_free(r);
    }
    pthread_mutex_destroy(&c->lock);
    pthread_cond_destroy(&c->changed);
    tf1c_free(c);
    return fault.code ? tf_fail(fault.code, fault.where.file ? fault.where : here, *fault.op ? fault.op : NULL, "%s", fault.message)
                      : tf_ok;
}
