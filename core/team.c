#include "core/team.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>

#include "core/thread.h"

enum { SPIN_NS = 30000, CHECK_EVERY = 64, BARRIER_SPINS = 300 };
/* Judged after so many ns of regions: crowded is where a core was taken more often than once in SELDOM of them. */
enum { JUDGED = 20000000, SELDOM = 8000000, FIRST_PAUSE = 100000000, LONGEST_PAUSE = 1600000000 };

/* A place to sleep until a word changes. Whoever changes the word looks at `asleep` afterwards, whoever sleeps sets
 * `asleep` before looking at the word; both sequentially consistent, so one of them sees the other. */
typedef struct {
    atomic_bool asleep;
    pthread_mutex_t mutex;
    pthread_cond_t cond;
} parking;

/* One thread's mailbox: a higher ticket is a new region, or the end. */
typedef struct {
    _Alignas(64) atomic_uint ticket;
    parking parking;
    pthread_t thread;
    int worker;
} member;

static struct {
    atomic_flag held; /* by the region that runs, or by shutdown */
    int threads;      /* members started; this and what follows belong to the holder */
    tf1c_team_fn *fn;
    void *arg;
    int workers;
    bool stop;
    tf1c_crowd crowd;
    atomic_long lost;                 /* times that a core was taken from the region's threads */
    _Alignas(64) atomic_uint running; /* members still in fn */
    parking caller;
    member members[TF1C_TEAM_MAX];
} team = { .held = ATOMIC_FLAG_INIT };

static parking rest; /* at barriers, one for all: one region runs at a time */
static pthread_once_t prepared = PTHREAD_ONCE_INIT;
static bool one_core;
static int cores;

/* ---- waiting ---------------------------------------------------------------------------------------------------- */

static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Until *word is no longer `old`: at most SPIN_NS awake. */
static void wait_change(parking *b, atomic_uint *word, unsigned old)
{
    const int64_t end = one_core ? 0 : now_ns() + SPIN_NS;

    do {
        for (int i = 0; i < CHECK_EVERY; i++) {
            if (atomic_load_explicit(word, memory_order_acquire) != old)
                return;
            relax();
        }
    } while (!one_core && now_ns() < end);
    pthread_mutex_lock(&b->mutex);
    atomic_store(&b->asleep, true);
    while (atomic_load(word) == old)
        pthread_cond_wait(&b->cond, &b->mutex);
    atomic_store(&b->asleep, false);
    pthread_mutex_unlock(&b->mutex);
}

static void wake(parking *b)
{
    if (!atomic_load(&b->asleep))
        return;
    pthread_mutex_lock(&b->mutex);
    pthread_cond_signal(&b->cond);
    pthread_mutex_unlock(&b->mutex);
}

static void make_parking(parking *b)
{
    atomic_store(&b->asleep, false);
    pthread_mutex_init(&b->mutex, NULL);
    pthread_cond_init(&b->cond, NULL);
}

/* ---- others on the cores ----------------------------------------------------------------------------------------- */

void tf1c_crowd_note(tf1c_crowd *c, int64_t now, int64_t ns, int64_t lost)
{
    c->ns += ns;
    c->lost += lost;
    if (c->ns < JUDGED)
        return;
    if (c->lost > c->ns / SELDOM) {
        c->pause = c->pause ? 2 * c->pause : FIRST_PAUSE;
        c->pause = c->pause < LONGEST_PAUSE ? c->pause : LONGEST_PAUSE;
        atomic_store_explicit(&c->until, now + c->pause, memory_order_relaxed);
    } else {
        c->pause = 0;
    }
    c->ns = c->lost = 0;
}

/* How often the system took the core from this thread, which had not asked for it. */
static long times_taken(void)
{
    struct rusage used;

    return getrusage(RUSAGE_THREAD, &used) == 0 ? used.ru_nivcsw : 0;
}

static void take_part(int worker)
{
    const long before = times_taken();

    team.fn(team.arg, worker, team.workers);
    atomic_fetch_add_explicit(&team.lost, times_taken() - before, memory_order_relaxed);
}

/* ---- threads ---------------------------------------------------------------------------------------------------- */

static void *live(void *self)
{
    member *const m = self;

    for (unsigned seen = 0;; seen++) {
        wait_change(&m->parking, &m->ticket, seen);
        if (team.stop)
            return NULL;
        take_part(m->worker);
        if (atomic_fetch_sub(&team.running, 1) == 1)
            wake(&team.caller);
    }
}

static bool start(member *m, int worker)
{
    make_parking(&m->parking);
    atomic_store(&m->ticket, 0);
    m->worker = worker;
    return tf1c_thread_start(&m->thread, live, m);
}

static void call(member *m)
{
    atomic_fetch_add(&m->ticket, 1);
    wake(&m->parking);
}

/* A child has the forking thread alone: forget the others. A region that forked ends without waiting for them. */
static void forget(void)
{
    team.threads = 0;
    atomic_store(&team.running, 0);
    make_parking(&team.caller);
    make_parking(&rest);
    atomic_flag_clear(&team.held);
}

static void prepare(void)
{
    cores = tf1c_team_cores();
    one_core = cores == 1;
    make_parking(&team.caller);
    make_parking(&rest);
    pthread_atfork(NULL, NULL, forget);
}

static void wait_running(void)
{
    unsigned left;

    while ((left = atomic_load_explicit(&team.running, memory_order_acquire)) != 0)
        wait_change(&team.caller, &team.running, left);
}

/* ---- regions ---------------------------------------------------------------------------------------------------- */

void tf1c_team_run(int workers, tf1c_team_fn *fn, void *arg)
{
    if (workers > TF1C_TEAM_MAX)
        workers = TF1C_TEAM_MAX;
    if (workers > 1)
        pthread_once(&prepared, prepare);
    if (workers <= 1 || atomic_flag_test_and_set_explicit(&team.held, memory_order_acquire)) {
        fn(arg, 0, 1);
        return;
    }
    const int64_t begin = now_ns();
    while (team.threads < workers - 1 && start(&team.members[team.threads], team.threads + 1))
        team.threads++;
    if (workers > team.threads + 1) /* the system gave fewer */
        workers = team.threads + 1;
    team.fn = fn;
    team.arg = arg;
    team.workers = workers;
    atomic_store(&team.running, (unsigned)workers - 1);
    atomic_store_explicit(&team.lost, 0, memory_order_relaxed);
    for (int i = 0; i < workers - 1; i++)
        call(&team.members[i]);
    take_part(0);
    wait_running();
    const int64_t end = now_ns();
    tf1c_crowd_note(&team.crowd, end, end - begin, atomic_load_explicit(&team.lost, memory_order_relaxed));
    atomic_flag_clear_explicit(&team.held, memory_order_release);
}

int tf1c_team_now(int workers)
{
    pthread_once(&prepared, prepare);
    if (workers > cores)
        workers = cores;
    return workers > 1 && now_ns() < atomic_load_explicit(&team.crowd.until, memory_order_relaxed) ? 1 : workers;
}

__attribute__((destructor)) void tf1c_team_shutdown(void)
{
    if (atomic_flag_test_and_set_explicit(&team.held, memory_order_acquire))
        return;
    team.stop = true;
    for (int i = 0; i < team.threads; i++)
        call(&team.members[i]);
    for (int i = 0; i < team.threads; i++) {
        pthread_join(team.members[i].thread, NULL);
        pthread_mutex_destroy(&team.members[i].parking.mutex);
        pthread_cond_destroy(&team.members[i].parking.cond);
    }
    team.threads = 0;
    team.stop = false;
    atomic_flag_clear_explicit(&team.held, memory_order_release);
}

/* Who sleeps runs soon after it is woken; one that yields on a busy machine waits for the others' time slices to end. */
static void sleep_until_changed(const tf1c_barrier *b, unsigned phase)
{
    pthread_mutex_lock(&rest.mutex);
    for (;;) {
        atomic_store(&rest.asleep, true); /* each time: who woke us may have meant an earlier phase */
        if (atomic_load(&b->phase) != phase)
            break;
        pthread_cond_wait(&rest.cond, &rest.mutex);
    }
    pthread_mutex_unlock(&rest.mutex);
}

static void wake_all(void)
{
    if (!atomic_load(&rest.asleep))
        return;
    pthread_mutex_lock(&rest.mutex);
    atomic_store(&rest.asleep, false);
    pthread_cond_broadcast(&rest.cond);
    pthread_mutex_unlock(&rest.mutex);
}

void tf1c_barrier_wait(tf1c_barrier *b, int workers)
{
    const unsigned phase = atomic_load_explicit(&b->phase, memory_order_relaxed);

    if (atomic_fetch_add_explicit(&b->arrived, 1, memory_order_acq_rel) == (unsigned)workers - 1) {
        atomic_store_explicit(&b->arrived, 0, memory_order_relaxed);
        atomic_store(&b->phase, phase + 1);
        wake_all();
        return;
    }
    for (int spins = 0; spins < BARRIER_SPINS && !one_core; spins++) {
        if (atomic_load_explicit(&b->phase, memory_order_acquire) != phase)
            return;
        relax();
    }
    sleep_until_changed(b, phase);
}

int tf1c_team_cores(void)
{
    cpu_set_t set;
    int n = 0;

    if (sched_getaffinity(0, sizeof set, &set) == 0)
        n = CPU_COUNT(&set);
    return n > 0 ? n : 1;
}
