/* What this machine can do at most, and how near to it products come: float32 and float64 by our own kernels and by BLAS, all by one
 * thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/gemm.h"
#include "core/matmul.h"
#include "core/vecmath.h"
#include "models.h"
#include "peak.h"

/* ---- products ------------------------------------------------------------------------------------------------------------------- */

static const struct {
    int m, n, k;
    bool transpose_a, transpose_b;
} shapes[] = {
    { 1024, 1024, 1024, false, false }, { 128, 512, 128, false, false }, { 128, 128, 512, false, true },
    { 156, 512, 3584, true, false },    { 3584, 512, 28, false, false }, { 50, 2048, 512, false, false },
    { 8, 512, 128, false, false },      { 1, 2048, 1024, false, false }, { 1, 2048, 1024, false, true },
};

typedef struct {
    tf_dtype dtype;
    int64_t m, n, k;
    bool ta, tb;
    void *a, *b, *c, *scratch;
} operands;

static void run_own(const operands *p)
{
    const tf1c_matrix a = { p->a, p->ta ? 1 : p->k, p->ta ? p->m : 1 }, b = { p->b, p->tb ? 1 : p->n, p->tb ? p->k : 1 };

    tf1c_matmul(p->dtype, p->m, p->n, p->k, a, b, NULL, p->c, p->n, p->scratch);
}

static void run_blas(const operands *p)
{
    tf1c_gemm(p->dtype, p->ta, p->tb, p->m, p->n, p->k, p->a, p->ta ? p->m : p->k, p->b, p->tb ? p->k : p->n, 0, p->c, p->n);
}

static double rate_of(const operands *p, void (*run)(const operands *p))
{
    const double flop = 2.0 * (double)p->m * (double)p->n * (double)p->k, end = seconds_now() + 0.3;
    const int together = 1 + (int)(2e7 / flop);
    double best = 0;

    do {
        const double begin = seconds_now();
        for (int i = 0; i < together; i++)
            run(p);
        const double rate = flop * together / (seconds_now() - begin) * 1e-9;
        best = rate > best ? rate : best;
    } while (seconds_now() < end);
    return best;
}

static void *ones(tf_dtype dtype, int64_t n)
{
    void *x = malloc((size_t)n * tf_dtype_size(dtype));

    for (int64_t i = 0; x && i < n; i++)
        if (dtype == tf_float64)
            ((double *)x)[i] = 1;
        else
            ((float *)x)[i] = 1;
    return x;
}

static void print_products(tf_dtype dtype, double most)
{
    printf("\n%s products, one thread: GF/s (share of the peak)\n%6s %6s %6s %8s %16s %16s\n", tf_dtype_name(dtype), "m", "n", "k",
           "", "own", "BLAS");
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const int64_t m = shapes[i].m, n = shapes[i].n, k = shapes[i].k;
        operands p = { dtype,
                       m,
                       n,
                       k,
                       shapes[i].transpose_a,
                       shapes[i].transpose_b,
                       ones(dtype, m * k),
                       ones(dtype, k * n),
                       ones(dtype, m * n),
                       malloc(tf1c_matmul_scratch(dtype, n, k)) };
        if (!p.a || !p.b || !p.c || !p.scratch)
            exit(1);
        const double own = rate_of(&p, run_own), blas = rate_of(&p, run_blas);
        printf("%6d %6d %6d %8s %9.1f (%.2f) %9.1f (%.2f)\n", (int)m, (int)n, (int)k,
               p.ta   ? "a^T b"
               : p.tb ? "a b^T"
                      : "",
               own, own / most, blas, blas / most);
        free(p.a), free(p.b), free(p.c), free(p.scratch);
    }
}

int main(void)
{
    const char *used = tf1c_vec()->isa;
    double most = 0;

    printf("kernels in use: %s; BLAS core: %s\n%-10s %14s %14s\n", used, tf1c_gemm_core(), "peak, GF/s", "1 thread", "2 threads");
    for (size_t i = 0; peak_level(i); i++) {
        const double one = peak_of(peak_level(i), 1);
        if (one > 0)
            printf("%-10s %14.1f %14.1f\n", peak_level(i), one, peak_of(peak_level(i), 2));
        if (strcmp(peak_level(i), used) == 0)
            most = one;
    }
    printf("reading, GB/s: %.1f of 32 kB, %.1f of 512 kB, %.1f of 8 MB, %.1f of 256 MB\n", read_rate(used, 32 << 10),
           read_rate(used, 512 << 10), read_rate(used, 8 << 20), read_rate(used, 256 << 20));
    tf1c_gemm_begin();
    print_products(tf_float32, most);
    print_products(tf_float64, most / 2);
    tf1c_gemm_end();
    return 0;
}
