#include "gemms.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/gemm.h"
#include "core/matmul.h"
#include "core/team.h"

const char *const way_names[WAYS] = { "own, 1 thread", "row halves", "column halves", "BLAS, 1", "BLAS, 2" };

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
        g->packed[i] = numbers(tf1c_matmul_panels(tf_float32, n) * tf1c_matmul_panel_size(tf_float32, k));
        g->scratch[i] = numbers(2 * (int64_t)(tf1c_matmul_scratch(tf_float32, n, k) + tf1c_matmul_packed_scratch(tf_float32, k)));
        if (!g->a[i] || !g->b[i] || !g->c[i] || !g->packed[i] || !g->scratch[i]) {
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
        free(g->packed[i]);
        free(g->scratch[i]);
    }
}

/* ---- one product, `times` times ------------------------------------------------------------------------------------------ */
typedef struct {
    const product *p;
    float *a, *b, *c, *packed, *scratch;
    way way;
    tf1c_barrier barrier;
} job;

/* A weight that many products share is laid out for the kernels once, as a plan does. */
static bool is_packed(const job *j) { return j->p->shared_b && j->p->times > 1 && tf1c_matmul_is_own(tf_float32); }

static void by_blas(const job *j, const float *a, int64_t lda, const float *b, int64_t ldb, float *c, int m, int n)
{
    const product *p = j->p;

    if (j->way == BLAS_TWO)
        threaded_sgemm(101, p->ta ? 112 : 111, p->tb ? 112 : 111, m, n, p->k, 1, a, (int)lda, b, (int)ldb, 0, c, p->n);
    else
        tf1c_gemm(tf_float32, p->ta, p->tb, m, n, p->k, a, lda, b, ldb, 0, c, p->n);
}

/* Rows [m0, m1) and columns [n0, n1) of the t-th; n0 at a panel's beginning. */
static void part(const job *j, int t, int worker, int m0, int m1, int n0, int n1)
{
    const product *p = j->p;
    const int64_t lda = p->ta ? p->m : p->k, ldb = p->tb ? p->k : p->n;
    const int64_t each = (int64_t)(tf1c_matmul_scratch(tf_float32, p->n, p->k) + tf1c_matmul_packed_scratch(tf_float32, p->k)) / 4;
    const float *a = j->a + (int64_t)t * p->m * p->k + (p->ta ? m0 : m0 * lda);
    const float *b = j->b + (p->shared_b ? 0 : (int64_t)t * p->n * p->k) + (p->tb ? n0 * ldb : n0);
    float *c = j->c + (int64_t)t * p->m * p->n + (int64_t)m0 * p->n + n0, *scratch = j->scratch + worker * each;
    const tf1c_matrix left = { a, p->ta ? 1 : lda, p->ta ? lda : 1 }, right = { b, p->tb ? 1 : ldb, p->tb ? ldb : 1 };

    if (j->way >= BLAS_ONE || !tf1c_matmul_is_own(tf_float32))
        by_blas(j, a, lda, b, ldb, c, m1 - m0, n1 - n0);
    else if (is_packed(j))
        tf1c_matmul_packed(tf_float32, m1 - m0, n1 - n0, p->k, left, j->packed + (int64_t)n0 * p->k, NULL, c, p->n, scratch);
    else
        tf1c_matmul(tf_float32, m1 - m0, n1 - n0, p->k, left, right, NULL, c, p->n, scratch);
}

/* Rows of one step need only the same rows of the step before; columns need all of it. Halves are of whole vectors of whatever
 * width. */
static void work(void *arg, int worker, int workers)
{
    job *const j = arg;
    const int m = j->p->m, n = j->p->n, m_half = m / 2, n_half = n / 2 / 32 * 32;

    for (int t = 0; t < j->p->times; t++) {
        for (int half = worker; half < 2; half += workers) {
            if (j->way == ROW_HALVES)
                part(j, t, worker, half ? m_half : 0, half ? m : m_half, 0, n);
            else
                part(j, t, worker, 0, m, half ? n_half : 0, half ? n : n_half);
        }
        if (j->way == COLUMN_HALVES && workers > 1)
            tf1c_barrier_wait(&j->barrier, workers);
    }
}

static double measure(gemms *g, int i, way way)
{
    const product *p = &g->p[i];
    const tf1c_matrix b = { g->b[i], p->tb ? 1 : p->n, p->tb ? p->k : 1 };
    job j = { p, g->a[i], g->b[i], g->c[i], g->packed[i], g->scratch[i], way, { 0 } };
    double start = seconds_now();
    if (way < BLAS_ONE && is_packed(&j))
        tf1c_matmul_pack(tf_float32, p->k, p->n, b, 0, tf1c_matmul_panels(tf_float32, p->n), j.packed);
    if (way == ROW_HALVES || way == COLUMN_HALVES)
        tf1c_team_run(2, work, &j);
    else
        for (int t = 0; t < p->times; t++)
            part(&j, t, 0, 0, p->m, 0, p->n);
    return seconds_now() - start;
}

void gemms_measure(gemms *g, bool by_blas)
{
    const bool threaded = threaded_blas() != NULL;

    for (way way = OWN_ONE; way < (by_blas ? WAYS : BLAS_ONE); way++) {
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
        double best = g->best[i][OWN_ONE];
        for (way way = ROW_HALVES; threads > 1 && way <= COLUMN_HALVES; way++)
            if (g->best[i][way] > 0 && g->best[i][way] < best)
                best = g->best[i][way];
        sum += best;
    }
    return sum;
}

double gemms_flop(const gemms *g)
{
    double sum = 0;
    for (int i = 0; i < g->n; i++)
        sum += 2.0 * g->p[i].m * g->p[i].n * g->p[i].k * g->p[i].times;
    return sum;
}
