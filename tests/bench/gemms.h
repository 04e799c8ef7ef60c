/* The same matrix products alone: what a training step cannot go below. */
#ifndef TF1C_BENCH_GEMMS_H
#define TF1C_BENCH_GEMMS_H

#include "models.h"

/* By the library's own kernels where it uses them, and by BLAS for comparison. */
typedef enum { OWN_ONE, ROW_HALVES, COLUMN_HALVES, BLAS_ONE, BLAS_TWO, WAYS } way;
extern const char *const way_names[WAYS];

/* Operands of a workload's products, and the best time seen of each in each way, in seconds (0: not measured). */
typedef struct {
    int n;
    product p[MOST_PRODUCTS];
    float *a[MOST_PRODUCTS], *b[MOST_PRODUCTS], *c[MOST_PRODUCTS], *packed[MOST_PRODUCTS], *scratch[MOST_PRODUCTS];
    double best[MOST_PRODUCTS][WAYS];
} gemms;

void gemms_make(gemms *g, const workload *w, const sizes *s); /* makes pages resident; nothing measured yet */
void gemms_measure(gemms *g, bool by_blas);                   /* each product in each way, BLAS's too or not; keeps the best */
/* Sum over the products of the best of the library's ways that `threads` allow; 0 if there are none. */
double gemms_best(const gemms *g, int threads);
double gemms_flop(const gemms *g);
void gemms_free(gemms *g);

/* OpenBLAS with threads of its own: NULL where that build is not on this machine. */
const char *threaded_blas(void);

#endif
