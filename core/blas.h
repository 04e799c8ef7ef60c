/* CBLAS, loaded when a product first asks for it. OpenBLAS maps 128 MB for each thread that it starts or that calls it, again and
 * again until it gets them, and waits at exit for those that still ask: most programs need none of it. */
#ifndef TF1C_CORE_BLAS_H
#define TF1C_CORE_BLAS_H

#include <stdbool.h>

/* The first two are BLAS's; the others OpenBLAS's alone, NULL with another library. */
typedef struct {
    void (*sgemm)(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb,
                  float beta, float *c, int ldc);
    void (*dgemm)(int order, int ta, int tb, int m, int n, int k, double alpha, const double *a, int lda, const double *b, int ldb,
                  double beta, double *c, int ldc);
    char *(*corename)(void);
    int (*parallel)(void), (*threads)(void);
    void (*set_threads)(int threads);
} tf1c_blas_functions;

/* The same at every call: NULL where the library is not there, was built without (-Dblas=none), or the process's address space
 * was limited at the first call. */
const tf1c_blas_functions *tf1c_blas(void);

#endif
