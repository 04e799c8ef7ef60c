/* The team of threads and how its threads begin: regions, barriers, several callers, fork, and what idling costs. */
#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/team.h"
#include "core/thread.h"
#include "sanitizers.h"

enum { WORKERS = 4 };
/* ThreadSanitizer takes of stacks, and ends a child that starts threads. */
enum { STACK_USED = UNDER_TSAN ? 128 << 10 : 512 << 10 };

typedef struct {
    tf1c_barrier barrier;
    atomic_int calls, wrong;
    int sums[TF1C_TEAM_MAX], steps, workers;
} job;

static void count(void *arg, int worker, int workers)
{
    job *const j = arg;

    atomic_fetch_add(&j->calls, 1);
    if (worker == 0)
        j->workers = workers;
    if (worker < 0 || worker >= workers)
        atomic_fetch_add(&j->wrong, 1);
    else
        j->sums[worker]++; /* its own place: a race if a worker number were given twice */
}

START_TEST(a_region_runs_each_worker_once)
{
    const int wanted = _i + 1;
    static job j;

    for (int round = 0; round < 200; round++)
        tf1c_team_run(wanted, count, &j);
    ck_assert_int_eq(j.workers, wanted);
    ck_assert_int_eq(j.calls, 200 * wanted);
    ck_assert_int_eq(j.wrong, 0);
    for (int i = 0; i < wanted; i++)
        ck_assert_int_eq(j.sums[i], 200);
}
END_TEST

START_TEST(the_number_of_workers_may_change_from_region_to_region)
{
    int expected = 0;
    static job j;

    for (int round = 0; round < 500; round++) {
        const int workers = 1 + round * 7 % WORKERS;

        tf1c_team_run(workers, count, &j);
        expected += workers;
    }
    ck_assert_int_eq(j.calls, expected);
    tf1c_team_run(100000, count, &j); /* as many as there may be */
    ck_assert_int_le(j.workers, TF1C_TEAM_MAX);
    tf1c_team_shutdown();
}
END_TEST

/* Each step reads what the neighbour wrote in the step before. */
static void neighbours(void *arg, int worker, int workers)
{
    job *const j = arg;

    for (int step = 0; step < j->steps; step++) {
        const int left = j->sums[(worker + workers - 1) % workers];

        tf1c_barrier_wait(&j->barrier, workers);
        if (left != step)
            atomic_fetch_add(&j->wrong, 1);
        j->sums[worker]++;
        tf1c_barrier_wait(&j->barrier, workers);
    }
}

START_TEST(a_barrier_separates_steps)
{
    static job j = { .steps = 300 };

    tf1c_team_run(1 + _i, neighbours, &j);
    ck_assert_int_eq(j.wrong, 0);
    for (int i = 0; i <= _i; i++)
        ck_assert_int_eq(j.sums[i], 300);
}
END_TEST

/* Shards are dealt out by (worker, workers), so all are done whatever the team gives. */
enum { SHARDS = 16 };
static void deal(void *arg, int worker, int workers)
{
    int *const shards = arg;

    for (int s = worker; s < SHARDS; s += workers)
        shards[s]++;
}

static void *caller(void *wrong)
{
    for (int round = 0; round < 300; round++) {
        int shards[SHARDS] = { 0 };

        tf1c_team_run(WORKERS, deal, shards);
        for (int s = 0; s < SHARDS; s++)
            if (shards[s] != 1)
                atomic_fetch_add((atomic_int *)wrong, 1);
    }
    return NULL;
}

START_TEST(several_callers_get_all_their_shards_done)
{
    pthread_t threads[3];
    atomic_int wrong = 0;

    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, caller, &wrong), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(wrong, 0);
}
END_TEST

static void nested(void *arg, int worker, int workers)
{
    int shards[SHARDS] = { 0 };

    (void)worker, (void)workers;
    tf1c_team_run(WORKERS, deal, shards); /* the team is held: this thread alone */
    for (int s = 0; s < SHARDS; s++)
        atomic_fetch_add((atomic_int *)arg, shards[s]);
}

START_TEST(a_region_within_a_region_runs_alone)
{
    atomic_int done = 0;

    tf1c_team_run(2, nested, &done);
    ck_assert_int_eq(done, 2 * SHARDS);
}
END_TEST

#if !UNDER_TSAN
START_TEST(a_forked_child_makes_its_own_team)
{
    int status;
    pid_t child;
    static job before;

    tf1c_team_run(WORKERS, count, &before);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        static job j;

        tf1c_team_run(WORKERS, count, &j);
        tf1c_team_shutdown();
        _exit(j.calls == WORKERS ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    tf1c_team_run(WORKERS, count, &before);
    ck_assert_int_eq(before.calls, 2 * WORKERS);
}
END_TEST
#endif

START_TEST(after_shutdown_the_team_starts_again)
{
    static job j;

    for (int round = 0; round < 20; round++) {
        tf1c_team_run(WORKERS, count, &j);
        tf1c_team_shutdown();
        tf1c_team_shutdown();
    }
    ck_assert_int_eq(j.calls, 20 * WORKERS);
}
END_TEST

static double cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

START_TEST(an_idle_team_sleeps)
{
    static job j;
    double before;

    tf1c_team_run(WORKERS, count, &j);
    before = cpu_seconds();
    nanosleep(&(struct timespec){ 0, 500000000 }, NULL);
    ck_assert_double_lt(cpu_seconds() - before, 0.002);
    tf1c_team_run(WORKERS, count, &j); /* and wakes */
    ck_assert_int_eq(j.calls, 2 * WORKERS);
}
END_TEST

START_TEST(a_crowd_is_left_alone_for_longer_and_longer)
{
    enum { MS = 1000000 };
    tf1c_crowd c = { 0 };
    int64_t now = 5 * MS, before = 0;

    tf1c_crowd_note(&c, now, 5 * MS, 100); /* too soon to tell */
    ck_assert_int_eq(c.until, 0);
    for (int i = 0; i < 10; i++) {
        tf1c_crowd_note(&c, now, 40 * MS, 10);
        ck_assert_int_gt(c.until, now);
        ck_assert_int_ge(c.until - now, before);
        ck_assert_int_le(c.until - now, 2000 * (int64_t)MS);
        before = c.until - now;
        now = c.until + 40 * MS;
    }
    tf1c_crowd_note(&c, now, 40 * MS, 1); /* now and then the system itself needs a core */
    ck_assert_int_lt(c.until, now);
    tf1c_crowd_note(&c, now, 40 * MS, 10);
    ck_assert_int_lt(c.until - now, before);
}
END_TEST

START_TEST(there_are_no_more_workers_than_cores_now)
{
    ck_assert_int_eq(tf1c_team_now(1), 1);
    ck_assert_int_ge(tf1c_team_now(TF1C_TEAM_MAX), 1);
    ck_assert_int_le(tf1c_team_now(TF1C_TEAM_MAX), tf1c_team_cores());
}
END_TEST

START_TEST(there_is_at_least_one_core)
{
    ck_assert_int_ge(tf1c_team_cores(), 1);
}
END_TEST

/* ---- threads of the library's own ---------------------------------------------------------------------------------------------- */
static void *use_much_of_the_stack(void *all_blocked)
{
    volatile char frame[STACK_USED];
    sigset_t blocked;
    memset((char *)frame, 1, sizeof frame);
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    *(bool *)all_blocked = frame[sizeof frame - 1] == 1 && sigismember(&blocked, SIGINT) && sigismember(&blocked, SIGTERM);
    return NULL;
}

START_TEST(a_thread_has_its_stack_and_no_signals_whatever_the_process_has)
{
    pthread_attr_t small;
    pthread_t thread;
    bool all_blocked = false;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 128 << 10);
    pthread_setattr_default_np(&small);
    ck_assert(tf1c_thread_start(&thread, use_much_of_the_stack, &all_blocked));
    pthread_join(thread, NULL);
    pthread_attr_destroy(&small);
    ck_assert(all_blocked);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core_team");
    TCase *t = tcase_create("team");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_region_runs_each_worker_once, 0, WORKERS);
    tcase_add_test(t, a_crowd_is_left_alone_for_longer_and_longer);
    tcase_add_test(t, there_are_no_more_workers_than_cores_now);
    tcase_add_test(t, the_number_of_workers_may_change_from_region_to_region);
    tcase_add_loop_test(t, a_barrier_separates_steps, 0, WORKERS);
    tcase_add_test(t, several_callers_get_all_their_shards_done);
    tcase_add_test(t, a_region_within_a_region_runs_alone);
#if !UNDER_TSAN
    if (!getenv("TF1C_TEST_EMULATED")) /* qemu does not survive threads of a forked child: "cpu == current_cpu" */
        tcase_add_test(t, a_forked_child_makes_its_own_team);
#endif
    tcase_add_test(t, after_shutdown_the_team_starts_again);
    tcase_add_test(t, an_idle_team_sleeps);
    tcase_add_test(t, there_is_at_least_one_core);
    tcase_add_test(t, a_thread_has_its_stack_and_no_signals_whatever_the_process_has);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
