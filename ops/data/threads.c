/* Stages with threads of their own: elements made ahead, and by several threads in order. TF1: core/kernels/data/
 * prefetch_dataset_op.cc, parallel_map_dataset_op.cc.
 *
 * Both keep a ring of places. Whoever fills place t mod size waits until element t - size has been taken; elements are taken in
 * order. A thread works on a place without the lock, and is alone with it from when it claims the number until it is filled. */
#include <pthread.h>
#include <unistd.h>

#include "core/thread.h"
#include "ops/data/stage.h"

typedef struct {
    tf1c_element in, out;
    tf1c_next next;
    tf1c_fault fault;
    bool filled;
} place;

typedef struct {
    tf1c_stage *stage;
    pthread_t *threads;
    int n_threads, n_started;
    pthread_mutex_t lock;   /* what is below */
    pthread_mutex_t source; /* the input: elements are drawn in the order of their numbers */
    pthread_cond_t changed;
    place *ring;
    int64_t size, claimed, taken;
    bool stop, ended; /* ended: the input, so that nothing more is claimed */
    bool ready;       /* locks are made */
    pid_t process;
    tf1c_calling *calling; /* one a thread; NULL: elements pass as they are */
} ring;

/* ---- the threads' side ------------------------------------------------------------------------------------------------------------------- */

/* A number to fill; with r->source held, so that the input is drawn from in that order. False: no more. */
static bool claim(ring *r, int64_t *number)
{
    pthread_mutex_lock(&r->lock);
    while (!r->stop && !r->ended && r->claimed >= r->taken + r->size)
        pthread_cond_wait(&r->changed, &r->lock);
    const bool go = !r->stop && !r->ended;
    *number = go ? r->claimed++ : 0;
    pthread_mutex_unlock(&r->lock);
    return go;
}

static void fill(ring *r, place *p, tf1c_next next)
{
    pthread_mutex_lock(&r->lock);
    p->next = next;
    p->filled = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

/* The input's element for the place, drawn under r->source; after the last one nothing is claimed. */
static bool draw(ring *r, place **p, tf1c_next *next)
{
    int64_t number;
    pthread_mutex_lock(&r->source);
    const bool go = claim(r, &number);
    if (go) {
        *p = &r->ring[number % r->size];
        *next = tf1c_stage_next(r->stage->inputs[0], r->calling ? &(*p)->in : &(*p)->out);
        if (*next == TF1C_FAULT)
            (*p)->fault = r->stage->inputs[0]->fault;
        pthread_mutex_lock(&r->lock);
        r->ended |= *next == TF1C_END;
        pthread_mutex_unlock(&r->lock);
    }
    pthread_mutex_unlock(&r->source);
    return go;
}

typedef struct {
    ring *r;
    tf1c_calling *calling;
} worker;

static void *work(void *arg)
{
    const worker w = *(worker *)arg;
    place *p = NULL;
    tf1c_next next = TF1C_END;
    tf1c_free(arg);
    tf_on_error(tf_silent);
    while (draw(w.r, &p, &next)) {
        if (next == TF1C_ELEMENT && w.calling) {
            const tf_status status = tf1c_call(w.r->stage, w.calling, &p->in, &p->out, &p->fault);
            next = !status ? TF1C_ELEMENT : status == tf_out_of_range ? TF1C_END : TF1C_FAULT;
        }
        fill(w.r, p, next);
    }
    return NULL;
}

/* ---- starting, stopping ------------------------------------------------------------------------------------------------------------------- */

static void stop(ring *r)
{
    if (!r->ready || r->process != getpid()) /* a fork has no threads to stop */
        return;
    pthread_mutex_lock(&r->lock);
    r->stop = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    for (int i = 0; i < r->n_started; i++)
        pthread_join(r->threads[i], NULL);
    r->n_started = 0;
    r->stop = false;
}

static bool start(ring *r)
{
    while (r->n_started < r->n_threads) {
        worker *w = tf1c_alloc(sizeof *w);
        if (!w)
            break;
        *w = (worker){ r, r->calling ? &r->calling[r->n_started] : NULL };
        if (!tf1c_thread_start(&r->threads[r->n_started], work, w)) {
            tf1c_free(w);
            break;
        }
        r->n_started++;
    }
    return r->n_started > 0;
}

static bool ring_open(tf1c_stage *s, int n_threads, int64_t size, bool calls)
{
    ring *r = s->mine;
    const int n_in = s->of->inputs[0]->public_.output_types.n, n_out = s->of->public_.output_types.n;
    *r = (ring){ .stage = s, .n_threads = n_threads, .size = size };
    r->threads = tf1c_alloc((size_t)n_threads * sizeof *r->threads);
    r->ring = tf1c_alloc_zero((size_t)size * sizeof *r->ring);
    r->calling = calls ? tf1c_alloc_zero((size_t)n_threads * sizeof *r->calling) : NULL;
    bool good = r->threads && r->ring && (!calls || r->calling);
    for (int64_t i = 0; good && i < size; i++)
        good = tf1c_element_open(&r->ring[i].out, n_out) && (!calls || tf1c_element_open(&r->ring[i].in, n_in));
    if (!good)
        tf1c_stage_out_of_memory(s);
    for (int i = 0; good && calls && i < n_threads; i++)
        good = tf1c_calling_open(s, &r->calling[i]);
    if (!good)
        return false;
    pthread_mutex_init(&r->lock, NULL);
    pthread_mutex_init(&r->source, NULL);
    pthread_cond_init(&r->changed, NULL);
    r->ready = true;
    r->process = getpid();
    return true;
}

static void ring_close(tf1c_stage *s)
{
    ring *r = s->mine;
    stop(r);
    for (int i = 0; r->calling && i < r->n_threads; i++)
        tf1c_calling_close(s, &r->calling[i]);
    for (int64_t i = 0; r->ring && i < r->size; i++) {
        tf1c_element_close(&r->ring[i].in);
        tf1c_element_close(&r->ring[i].out);
    }
    if (r->ready && r->process == getpid()) {
        pthread_mutex_destroy(&r->lock);
        pthread_mutex_destroy(&r->source);
        pthread_cond_destroy(&r->changed);
    }
    tf1c_free(r->threads);
    tf1c_free(r->ring);
    tf1c_free(r->calling);
}

/* ---- the taker's side ------------------------------------------------------------------------------------------------------------------- */

static tf1c_next take(tf1c_stage *s, tf1c_element *e)
{
    ring *r = s->mine;
    place *p = &r->ring[r->taken % r->size];
    pthread_mutex_lock(&r->lock);
    while (!p->filled)
        pthread_cond_wait(&r->changed, &r->lock);
    const tf1c_next next = p->next;
    if (next == TF1C_FAULT)
        s->fault = p->fault;
    if (next == TF1C_END) { /* nor anything after it */
        r->ended = true;
    } else {
        tf1c_element_swap(e, &p->out);
        p->filled = false;
        r->taken++;
    }
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    return next;
}

static tf1c_next ring_next(tf1c_stage *s, tf1c_element *e)
{
    ring *r = s->mine;
    if (r->process != getpid())
        return tf1c_stage_fault(
            s, tf_failed_precondition,
            "The threads of the dataset are not in this process, which was forked: make an iterator of its own.");
    if (r->n_started < r->n_threads && !start(r))
        return tf1c_stage_fault(s, tf_resource_exhausted, "No thread could be started for the dataset.");
    return take(s, e);
}

static void ring_restart(tf1c_stage *s)
{
    ring *r = s->mine;
    stop(r);
    for (int64_t i = 0; i < r->size; i++)
        r->ring[i].filled = false;
    r->claimed = r->taken = 0;
    r->ended = false;
}

/* ---- prefetch, parallel map --------------------------------------------------------------------------------------------------------------- */

enum { MOST_THREADS = 64, BY_ITSELF = 2 }; /* elements ahead where TF would find out how many */

static bool prefetch_open(tf1c_stage *s)
{
    const int64_t size = tf1c_stage_number(s, 0);
    if (size < -1)
        tf1c_stage_fault(s, tf_invalid_argument, "buffer_size must be >= 0 or set buffer_size to be -1 for auto-tuning");
    return !s->fault.code && (!size || ring_open(s, 1, size < 0 ? BY_ITSELF : size, false));
}

static tf1c_next prefetch_next(tf1c_stage *s, tf1c_element *e)
{
    return ((ring *)s->mine)->ready ? ring_next(s, e) : tf1c_stage_from(s, 0, e);
}

static void prefetch_restart(tf1c_stage *s)
{
    if (((ring *)s->mine)->ready)
        ring_restart(s);
}

const tf1c_stage_kind tf1c_prefetch_stage = { .name = "PrefetchDataset",
                                              .size = sizeof(ring),
                                              .open = prefetch_open,
                                              .next = prefetch_next,
                                              .restart = prefetch_restart,
                                              .close = ring_close };

static bool parallel_map_open(tf1c_stage *s)
{
    const int64_t n = s->of->numbers[0];
    return ring_open(s, n < MOST_THREADS ? (int)n : MOST_THREADS, n < MOST_THREADS ? n : MOST_THREADS, true);
}

const tf1c_stage_kind tf1c_parallel_map_stage = { .name = "ParallelMapDataset",
                                                  .size = sizeof(ring),
                                                  .open = parallel_map_open,
                                                  .next = ring_next,
                                                  .restart = ring_restart,
                                                  .close = ring_close };
