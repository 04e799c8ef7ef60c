#include "core/gemm.h"

#include <limits.h>
#include <pthread.h>

#include "core/blas.h"
#include "core/forks.h"

int64_t tf1c_gemm_limit = INT_MAX;

/* One product; data pointers as bytes, so that one walk serves every dtype. */
typedef struct {
    tf_dtype dtype;
    bool ta, tb;
    int64_t m, n, k, lda, ldb, ldc;
    const char *a, *b;
    double beta;
    char *c;
} product;

static int64_t at(const product *p, int64_t elements) { return elements * (int64_t)tf_dtype_size(p->dtype); }

/* ---- plain loops ------------------------------------------------------------------------------------------------
 * Integers are multiplied unsigned: they wrap around, as TensorFlow's do in practice. */
#define LOOPS(name, T, U)                                                                             \
    static void name(const product *p)                                                                \
    {                                                                                                 \
        const int64_t a_row = p->ta ? 1 : p->lda, a_col = p->ta ? p->lda : 1;                         \
        const int64_t b_row = p->tb ? 1 : p->ldb, b_col = p->tb ? p->ldb : 1;                         \
        const U *const a = (const U *)(const void *)p->a, *const b = (const U *)(const void *)p->b;   \
                                                                                                      \
        for (int64_t i = 0; i < p->m; i++) {                                                          \
            U *const c = (U *)(void *)p->c + i * p->ldc;                                              \
                                                                                                      \
            for (int64_t j = 0; j < p->n; j++)                                                        \
                c[j] = p->beta == 0 ? (U)0 : p->beta == 1 ? c[j] : (U)(T)(p->beta * (double)(T)c[j]); \
            for (int64_t l = 0; l < p->k; l++)                                                        \
                for (int64_t j = 0; j < p->n; j++)                                                    \
                    c[j] += a[i * a_row + l * a_col] * b[l * b_row + j * b_col];                      \
        }                                                                                             \
    }
LOOPS(loops_float32, float, float)
LOOPS(loops_float64, double, double)
LOOPS(loops_int32, int32_t, uint32_t)
LOOPS(loops_int64, int64_t, uint64_t)

static void loops(const product *p)
{
    switch (p->dtype) {
    case tf_float32: loops_float32(p); break;
    case tf_float64: loops_float64(p); break;
    case tf_int32: loops_int32(p); break;
    case tf_int64: loops_int64(p); break;
    default: break; /* other dtypes have no products; ops refuse them */
    }
}

/* ---- BLAS ------------------------------------------------------------------------------------------------------- */

enum { ROW_MAJOR = 101, AS_IT_IS = 111, TRANSPOSED = 112 }; /* CBLAS's numbers */

static void blas(const product *p)
{
    const int ta = p->ta ? TRANSPOSED : AS_IT_IS, tb = p->tb ? TRANSPOSED : AS_IT_IS;
    const int m = (int)p->m, n = (int)p->n, k = (int)p->k, lda = (int)p->lda, ldb = (int)p->ldb, ldc = (int)p->ldc;

    if (p->dtype == tf_float32)
        tf1c_blas()->sgemm(ROW_MAJOR, ta, tb, m, n, k, 1.0f, (const float *)(const void *)p->a, lda,
                           (const float *)(const void *)p->b, ldb, (float)p->beta, (float *)(void *)p->c, ldc);
    else
        tf1c_blas()->dgemm(ROW_MAJOR, ta, tb, m, n, k, 1.0, (const double *)(const void *)p->a, lda,
                           (const double *)(const void *)p->b, ldb, p->beta, (double *)(void *)p->c, ldc);
}

/* Sizes above the limit in halves: m and n split c, k adds the second half to the first. */
static void split(product p)
{
    product rest = p;
    int64_t *const size = p.m > tf1c_gemm_limit ? &p.m : p.n > tf1c_gemm_limit ? &p.n : &p.k;
    const int64_t first = *size / 2;

    if (*size <= tf1c_gemm_limit) {
        blas(&p);
        return;
    }
    if (size == &p.m) {
        rest.m -= first;
        rest.a += at(&p, first * (p.ta ? 1 : p.lda));
        rest.c += at(&p, first * p.ldc);
    } else if (size == &p.n) {
        rest.n -= first;
        rest.b += at(&p, first * (p.tb ? p.ldb : 1));
        rest.c += at(&p, first);
    } else {
        rest.k -= first;
        rest.a += at(&p, first * (p.ta ? p.lda : 1));
        rest.b += at(&p, first * (p.tb ? 1 : p.ldb));
        rest.beta = 1;
    }
    *size = first;
    split(p);
    split(rest);
}

static int64_t distance(int64_t ld, int64_t rows, int64_t columns) /* of a single row it may be anything */
{
    return rows > 1 ? ld : columns > 1 ? columns : 1;
}

void tf1c_gemm(tf_dtype dtype, bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const void *a, int64_t lda,
               const void *b, int64_t ldb, double beta, void *c, int64_t ldc)
{
    const product p = { dtype,
                        transpose_a,
                        transpose_b,
                        m,
                        n,
                        k,
                        transpose_a ? distance(lda, k, m) : distance(lda, m, k),
                        transpose_b ? distance(ldb, n, k) : distance(ldb, k, n),
                        distance(ldc, m, n),
                        a,
                        b,
                        beta,
                        c };

    if (m <= 0 || n <= 0)
        return;
    if (k <= 0 || (dtype != tf_float32 && dtype != tf_float64) || p.lda > INT_MAX || p.ldb > INT_MAX || p.ldc > INT_MAX ||
        !tf1c_blas())
        loops(&p);
    else
        split(p);
}

/* ---- OpenBLAS's own threads ------------------------------------------------------------------------------------- */

const char *tf1c_gemm_core(void) { return !tf1c_blas() ? "none" : tf1c_blas()->corename ? tf1c_blas()->corename() : "cblas"; }

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int users, threads_before;

static const tf1c_blas_functions *threaded(void)
{
    const tf1c_blas_functions *f = tf1c_blas();
    return f && f->parallel && f->threads && f->set_threads && f->parallel() != 0 ? f : NULL;
}

static void guard_forks(void) { tf1c_lock_over_forks(&lock); }

void tf1c_gemm_begin(void)
{
    const tf1c_blas_functions *f = threaded();
    if (!f)
        return;
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, guard_forks);
    pthread_mutex_lock(&lock);
    if (users++ == 0) {
        threads_before = f->threads();
        if (threads_before != 1)
            f->set_threads(1);
    }
    pthread_mutex_unlock(&lock);
}

void tf1c_gemm_end(void)
{
    const tf1c_blas_functions *f = threaded();
    if (!f)
        return;
    pthread_mutex_lock(&lock);
    if (--users == 0 && threads_before != 1)
        f->set_threads(threads_before);
    pthread_mutex_unlock(&lock);
}
