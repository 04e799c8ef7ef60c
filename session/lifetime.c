/* How sessions come and go. A handle stays answerable for good: its memory is never given back, and serves a new session only
 * when many others have been closed since. Closing does not wait: what is under way is told to stop, and the last to leave
 * releases what the session owned. */
#include <stdlib.h>
#include <time.h>

#include "core/forks.h"
#include "core/report.h"
#include "session/exec/trace.h"
#include "session/session_private.h"

enum { CLOSED = 1, USER = 2 }; /* bits of users: the flag, and one of those inside */
enum { KEPT = 256 };           /* closed sessions before the first of them serves anew */

static pthread_mutex_t pool = PTHREAD_MUTEX_INITIALIZER;
static tf_session *sessions; /* all, open ones too */
static tf_session *idle, **idle_end = &idle;
static int n_idle;

/* ---- handles --------------------------------------------------------------------------------------------------------- */

static tf_session *take_idle(void)
{
    tf_session *s = n_idle > KEPT ? idle : NULL;
    if (!s)
        return NULL;
    idle = s->next_idle;
    if (!idle)
        idle_end = &idle;
    n_idle--;
    return s;
}

static void handle_forks(void);

tf_session *tf1c_session_handle(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, handle_forks);
    pthread_mutex_lock(&pool);
    tf_session *s = take_idle();
    if (!s && (s = tf1c_alloc_zero(sizeof *s))) {
        pthread_mutex_init(&s->lock, NULL);
        pthread_rwlock_init(&s->order, NULL);
        s->next = sessions;
        sessions = s;
    }
    if (s) {
        s->life.released = s->life.torn = false;
        atomic_fetch_and(&s->life.users, ~(unsigned)CLOSED); /* who is just being refused still counts */
    }
    pthread_mutex_unlock(&pool);
    return s;
}

static void put_idle(tf_session *s)
{
    pthread_mutex_lock(&pool);
    s->next_idle = NULL;
    *idle_end = s;
    idle_end = &s->next_idle;
    n_idle++;
    pthread_mutex_unlock(&pool);
}

__attribute__((destructor)) static void forget_idle(void)
{
    for (tf_session **at = &sessions; *at;) {
        tf_session *s = *at;
        if (!s->life.released) {
            at = &s->next;
            continue;
        }
        *at = s->next;
        pthread_mutex_destroy(&s->lock);
        pthread_rwlock_destroy(&s->order);
        tf1c_free(s);
    }
    idle = NULL;
    idle_end = &idle;
    n_idle = 0;
}

/* ---- entering and leaving -------------------------------------------------------------------------------------------- */

bool tf1c_is_closed(const tf1c_lifetime *life) { return atomic_load_explicit(&life->users, memory_order_acquire) & CLOSED; }

static void release(tf_session *s)
{
    tf1c_planner_free(&s->planner);
    tf1c_contexts_free(s->contexts);
    tf1c_resources_free(&s->resources);
    tf1c_graph_let_go(s->graph);
    s->contexts = NULL;
    s->graph = NULL;
    s->outer_default = NULL;
    if (s->traced)
        tf1c_trace_close();
    s->traced = 0;
    put_idle(s);
}

static bool come_in(tf_session *s) { return !(atomic_fetch_add(&s->life.users, USER) & CLOSED); }

void tf1c_leave(tf_session *s)
{
    if (atomic_fetch_sub(&s->life.users, USER) == (USER | CLOSED) && !atomic_exchange(&s->life.released, true))
        release(s);
}

tf_status tf1c_enter(tf_session *s, tf_source here)
{
    if (!s)
        return tf_fail(tf_runtime_error, here, NULL, "The session is NULL: it could not be made, or was never made.");
    if (!come_in(s)) {
        tf1c_leave(s);
        return tf_fail(tf_runtime_error, here, NULL, "Attempted to use a closed Session.");
    }
    if (!s->life.torn)
        return tf_ok;
    tf1c_leave(s);
    return tf_fail(tf_runtime_error, here, NULL,
                   "The session was running in another thread when this process was forked; make one of the process's own.");
}

tf_status tf1c_cancelled(tf_source here) { return tf_fail(tf_cancelled, here, NULL, "Run call was cancelled"); }

void tf1c_session_close(tf_session *s)
{
    if (come_in(s))
        atomic_fetch_or(&s->life.users, CLOSED);
    tf1c_leave(s);
}

/* ---- runs inside runs, from kernels ----------------------------------------------------------------------------------- */

static _Thread_local tf1c_visit *innermost;

void tf1c_visit_begin(tf1c_visit *v, const tf_session *s)
{
    *v = (tf1c_visit){ innermost, s };
    innermost = v;
}

void tf1c_visit_end(const tf1c_visit *v) { innermost = v->outer; }

static int runs_here(const tf_session *s)
{
    int n = 0;
    for (const tf1c_visit *v = innermost; v; v = v->outer)
        n += v->session == s;
    return n;
}

/* ---- forks ------------------------------------------------------------------------------------------------------------ */

/* Whoever forks waits a little for what runs in other threads, so that the child finds sessions as they are between two runs.
 * One that does not come to rest in time, or that the forking thread runs itself, is torn: the child does not use it. */
enum { PATIENCE = 100000000 }; /* nanoseconds, for all sessions together */

static void before_fork(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += PATIENCE;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&pool);
    for (tf_session *s = sessions; s; s = s->next) {
        s->life.at_rest = pthread_rwlock_timedwrlock(&s->order, &until) == 0;
        if (s->life.at_rest && pthread_mutex_timedlock(&s->lock, &until) != 0) {
            pthread_rwlock_unlock(&s->order);
            s->life.at_rest = false;
        }
    }
}

static void after_fork(void)
{
    for (tf_session *s = sessions; s; s = s->next)
        if (s->life.at_rest) {
            pthread_mutex_unlock(&s->lock);
            pthread_rwlock_unlock(&s->order);
        }
    pthread_mutex_unlock(&pool);
}

/* The locks are made anew: they hold a count of threads that are not in this process. */
static void in_child(void)
{
    after_fork();
    for (tf_session *s = sessions; s; s = s->next) {
        s->life.torn = !s->life.at_rest && !runs_here(s);
        if (!s->life.at_rest)
            continue;
        s->planner.under_way = runs_here(s);
        atomic_fetch_and(&s->life.users, CLOSED);
        atomic_fetch_add(&s->life.users, (unsigned)s->planner.under_way * USER);
        pthread_mutex_init(&s->lock, NULL);
        pthread_rwlock_init(&s->order, NULL);
    }
    pthread_mutex_init(&pool, NULL);
}

static void handle_forks(void)
{
    tf1c_guard_forks();
    pthread_atfork(before_fork, after_fork, in_child);
}
