/* The process-wide team of threads that runs the shards of a plan. */
#ifndef TF1C_CORE_TEAM_H
#define TF1C_CORE_TEAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* One parallel region: fn(arg, worker, workers) on `workers` threads, the caller among them as worker 0. A team that
 * another region holds is not waited for: the region then runs with fewer workers (down to the caller alone), so fn
 * must deal its shards out by (worker, workers). Idle threads spin for some microseconds, then sleep.
 * Threads are started on first use, at most `workers` - 1 of them and TF1C_TEAM_MAX - 1 in all; tf1c_team_shutdown (at
 * exit, too) joins them, unless a region is running. After fork, a child starts with no threads and makes its own. */
typedef void tf1c_team_fn(void *arg, int worker, int workers);
void tf1c_team_run(int workers, tf1c_team_fn *fn, void *arg);
void tf1c_team_shutdown(void);
enum { TF1C_TEAM_MAX = 128 };

/* How many of so many workers are worth having now: no more than cores, and the caller alone while others compute on them too, for
 * threads that wait for each other would wait for those as well. That is told by how often the system takes cores from a region's
 * threads; now and then it is tried again. */
int tf1c_team_now(int workers);
typedef struct {
    int64_t ns, lost;    /* what regions took, and how often a core was taken, since last judged */
    int64_t pause;       /* how long the last one was, in ns */
    atomic_llong until;  /* the caller alone, on the monotonic clock */
} tf1c_crowd;
void tf1c_crowd_note(tf1c_crowd *c, int64_t now, int64_t ns, int64_t lost); /* after a region */

/* Barrier for the workers of one region; spins, then sleeps. Sense-reversing; zero-initialized is ready. */
typedef struct {
    _Alignas(64) atomic_uint arrived;
    _Alignas(64) atomic_uint phase;
} tf1c_barrier;
void tf1c_barrier_wait(tf1c_barrier *b, int workers);

/* Cores this process may run on (sched_getaffinity), at least 1. */
int tf1c_team_cores(void);

#endif
