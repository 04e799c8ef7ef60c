#include "gemms.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/gemm.h"
#include "core/team.h"

const char *const way_names[WAYS] = { "1 thread", "OpenBLAS's 2", "row halves", "column halves" };

double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- OpenBLAS's own threads: its pthread build, looked for beside the one that the library uses ---------------------- */
typedef void sgemm_fn(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb,
                      float beta, float *c, int ldc);
static sgemm_fn *threaded_sgemm;
static void (*set_threads)(int n);
static int (*get_threads)(void);

const char *threaded_blas(void)
{
    static const char *const places[] = { "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0",
                                          "/usr/lib/aarch64-linux-gnu/openblas-pthread/libopenblas.so.0" };
    static const char *found;
    for (int i = 0; !found && i < 2; i++) {
        void *library = dlopen(places[i], RTLD_NOW | RTLD_LOCAL);
        if (!library)
            continue;
        *(void **)&threaded_sgemm = dlsym(library, "cblas_sgemm");
        *(void **)&set_threads = dlsym(library, "openblas_set_num_threads");
        *(void **)&get_threads = dlsym(library, "openblas_get_num_threads");
        if (threaded_sgemm && set_threads && get_threads)
            found = places[i];
    }
    return found;
}

/* ---- operands: of a product done `times` times, one after the other in memory ------------------------------------------ */
static float *numbers(int64_t n)
{
    float *x = aligned_alloc(64, ((size_t)n * sizeof *x + 63) / 64 * 64);
    for (int64_t i = 0; x && i < n; i++)
        x[i] = (float)(i % 17) * 0.01f;
    return x;
}

void gemms_make(gemms *g, const workload *w, const sizes *s)
{
    memset(g, 0, sizeof *g);
    g->n = w->products ? w->products(g->p, s) : 0;
    for (int i = 0; i < g->n; i++) {
        const product *p = &g->p[i];
        int64_t m = p->m, n = p->n, k = p->k, times = p->times;
        g->a[i] = numbers(m * k * times);
        g->b[i] = numbers(n * k * (p->shared_b ? 1 : times));
        g->c[i] = numbers(m * n * times);
        if (!g->a[i] || !g->b[i] || !g->c[i]) {
            fprintf(stderr, "no memory for the products of %s\n", w->name);
            exit(1);
        }
    }
}

void gemms_free(gemms *g)
{
    for (int i = 0; i < g->n; i++) {
        free(g->a[i]);
        free(g->b[i]);
        free(g->c[i]);
    }
}

/* ---- one product, `times` times ------------------------------------------------------------------------------------------ */
typedef struct {
    const product *p;
    float *a, *b, *c;
    way way;
    tf1c_barrier barrier;
} job;

/* Rows [m0, m1) and columns [n0, n1) of the t-th. */
static void part(const job *j, int t, int m0, int m1, int n0, int n1)
{
    const product *p = j->p;
    const int64_t lda = p->ta ? p->m : p->k, ldb = p->tb ? p->k : p->n, ldc = p->n;
    const float *a = j->a + (int64_t)t * p->m * p->k + (p->ta ? m0 : m0 * lda);
    const float *b = j->b + (p->shared_b ? 0 : (int64_t)t * p->n * p->k) + (p->tb ? n0 * ldb : n0);
    float *c = j->c + (int64_t)t * p->m * p->n + m0 * ldc + n0;

    if (j->way == BLAS_TWO)
        threaded_sgemm(101, p->ta ? 112 : 111, p->tb ? 112 : 111, m1 - m0, n1 - n0, p->k, 1, a, (int)lda, b, (int)ldb,
                       p->adds ? 1 : 0, c, (int)ldc);
    else
        tf1c_gemm(tf_float32, p->ta, p->tb, m1 - m0, n1 - n0, p->k, a, lda, b, ldb, p->adds ? 1 : 0, c, ldc);
}

/* Rows of one step need only the same rows of the step before; columns need all of it. */
static void work(void *arg, int worker, int workers)
{
    job *const j = arg;
    const int m = j->p->m, n = j->p->n, m_half = m / 2, n_half = n / 2 / 16 * 16;

    for (int t = 0; t < j->p->times; t++) {
        for (int half = worker; half < 2; half += workers) {
            if (j->way == ROW_HALVES)
                part(j, t, half ? m_half : 0, half ? m : m_half, 0, n);
            else
                part(j, t, 0, m, half ? n_half : 0, half ? n : n_half);
        }
        if (j->way == COLUMN_HALVES && workers > 1)
            tf1c_barrier_wait(&j->barrier, workers);
    }
}

static double measure(gemms *g, int i, way way)
{
    job j = { .p = &g->p[i], .a = g->a[i], .b = g->b[i], .c = g->c[i], .way = way };
    double start = seconds_now();
    if (way == ROW_HALVES || way == COLUMN_HALVES)
        tf1c_team_run(2, work, &j);
    else
        for (int t = 0; t < j.p->times; t++)
            part(&j, t, 0, j.p->m, 0, j.p->n);
    return seconds_now() - start;
}

void gemms_measure(gemms *g)
{
    const bool threaded = threaded_blas() != NULL;

    for (way way = ONE_THREAD; way < WAYS; way++) {
        if (way == BLAS_TWO && !threaded)
            continue;
        int before = threaded ? get_threads() : 0;
        if (way == BLAS_TWO)
            set_threads(2);
        else
            tf1c_gemm_begin();
        for (int i = 0; i < g->n; i++)
            for (int again = 0; again < 2; again++) { /* the second finds it warm */
                double t = measure(g, i, way);
                if (g->best[i][way] == 0 || t < g->best[i][way])
                    g->best[i][way] = t;
            }
        if (way == BLAS_TWO) {
            set_threads(before);
            usleep(20000); /* its threads spin for a while */
        } else {
            tf1c_gemm_end();
        }
    }
}

double gemms_best(const gemms *g, int threads)
{
    double sum = 0;
    for (int i = 0; i < g->n; i++) {
        double best = g->best[i][ONE_THREAD];
        for (way way = BLAS_TWO; threads > 1 && way < WAYS; way++)
            if (g->best[i][way] > 0 && g->best[i][way] < best)
                best = g->best[i][way];
        sum += best;
    }
    return sum;
}
