/* What this machine can do at most: multiply-adds of one and two threads per ISA level, and reading memory. */
#include "peak.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/vecmath.h"
#include "core/vecmath_kernels.h"
#include "models.h"
#include "peak_kernels.h"

/* ---- multiply-adds ------------------------------------------------------------------------------------------------------------ */

#define LEVELS (sizeof levels / sizeof *levels)
static const struct {
    const char *isa;
    const peak_kernels *kernels;
} levels[] = {
    { "baseline", &peak_baseline },
#ifdef TF1C_VEC_X86
    { "avx2", &peak_avx2 },
    { "avx512", &peak_avx512 },
#endif
};

const char *peak_level(size_t i) { return i < LEVELS ? levels[i].isa : NULL; }

/* NULL: this machine has not that level. */
static const peak_kernels *kernels_of(const char *isa)
{
    for (size_t i = 0; i < LEVELS; i++)
        if (strcmp(levels[i].isa, isa) == 0)
            return tf1c_vec_level(isa) ? levels[i].kernels : NULL;
    return NULL;
}

typedef struct {
    const peak_kernels *kernels;
    pthread_barrier_t *start;
    double rate; /* the best of many, in GF/s */
} peak;

static void *measure_peak(void *arg)
{
    enum { STEPS = 20000, TIMES = 300 };
    peak *p = arg;

    pthread_barrier_wait(p->start);
    for (int i = 0; i < TIMES; i++) {
        const double begin = seconds_now(), done = p->kernels->multiply_adds(STEPS), rate = done / (seconds_now() - begin) * 1e-9;

        p->rate = rate > p->rate ? rate : p->rate;
    }
    return NULL;
}

static double all_threads(const peak_kernels *kernels, int threads)
{
    pthread_barrier_t start;
    pthread_t other;
    peak p[2] = { { kernels, &start, 0 }, { kernels, &start, 0 } };

    pthread_barrier_init(&start, NULL, (unsigned)threads);
    if (threads > 1 && pthread_create(&other, NULL, measure_peak, &p[1]) != 0)
        exit(1);
    measure_peak(&p[0]);
    if (threads > 1)
        pthread_join(other, NULL);
    pthread_barrier_destroy(&start);
    return p[0].rate + p[1].rate;
}

double peak_of(const char *isa, int threads)
{
    const peak_kernels *kernels = kernels_of(isa);

    return kernels ? all_threads(kernels, threads) : 0;
}

/* ---- memory -------------------------------------------------------------------------------------------------------------------- */

double read_rate(const char *isa, size_t bytes)
{
    enum { TIMES = 30 };
    const peak_kernels *kernels = kernels_of(isa);
    float *x = malloc(bytes);
    volatile float kept;
    double best = 0;

    if (!x || !kernels) {
        free(x);
        return 0;
    }
    memset(x, 1, bytes); /* zeros would be one page of the system's, read again and again */
    for (int i = 0; i < TIMES; i++) {
        const double begin = seconds_now();
        kept = kernels->read((int64_t)(bytes / sizeof *x), x);
        const double rate = (double)bytes / (seconds_now() - begin) * 1e-9;
        best = rate > best ? rate : best;
    }
    (void)kept;
    free(x);
    return best;
}
