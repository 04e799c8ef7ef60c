/* The same matrix products alone: what a training step cannot go below. */
#ifndef TF1C_BENCH_GEMMS_H
#define TF1C_BENCH_GEMMS_H

#include "models.h"

typedef enum { ONE_THREAD, BLAS_TWO, ROW_HALVES, COLUMN_HALVES, WAYS } way;
extern const char *const way_names[WAYS];

/* Operands of a workload's products, and the best time seen of each in each way, in seconds (0: not measured). */
typedef struct {
    int n;
    product p[MOST_PRODUCTS];
    float *a[MOST_PRODUCTS], *b[MOST_PRODUCTS], *c[MOST_PRODUCTS];
    double best[MOST_PRODUCTS][WAYS];
} gemms;

void gemms_make(gemms *g, const workload *w, const sizes *s); /* makes pages resident; nothing measured yet */
void gemms_measure(gemms *g);                                 /* each product once in each way; keeps the best */
/* Sum over the products of the best of the ways that `threads` allow; 0 if there are none. */
double gemms_best(const gemms *g, int threads);
void gemms_free(gemms *g);

/* OpenBLAS with threads of its own: NULL where that build is not on this machine. */
const char *threaded_blas(void);

double seconds_now(void); /* on a monotonic clock */

#endif
