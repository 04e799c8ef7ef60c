/* Vector math over contiguous float32 and float64, compiled for several ISA levels and picked once at start.
 *
 * Accuracy, over all of the type's range (tested on a grid): at most 4 ulp, pow at most 1.5.
 * NaN in, NaN out; ±inf, zeros and denormals as libm gives them; on a thread that flushes denormals (denormals.h), as all
 * do in a run, they count as zeros or become zeros. `out` may be an input itself; other overlaps are not allowed. What an
 * element becomes depends on nothing but its own inputs: work may be sharded at any index without changing a bit (sum,
 * sum_squares aside). Levels differ from each other by rounding only. */
#ifndef TF1C_CORE_VECMATH_H
#define TF1C_CORE_VECMATH_H

#include <stdint.h>

struct tf1c_conv_kernels;
struct tf1c_matmul_level;

/* out = f(x) in either type. */
typedef struct {
    void (*f32)(int64_t n, float *out, const float *x);
    void (*f64)(int64_t n, double *out, const double *x);
} tf1c_function;

/* Functions of both types, and those of float64 whose float32 is tf1c_vecmath's own. */
typedef struct tf1c_functions {
    tf1c_function sin, cos, tan, asin, acos, atan, sinh, cosh, erf, expm1;
    tf1c_function floor, ceil, rint; /* rint: to even */
    void (*exp)(int64_t n, double *out, const double *x);
    void (*log)(int64_t n, double *out, const double *x);
    void (*log1p)(int64_t n, double *out, const double *x);
    void (*tanh)(int64_t n, double *out, const double *x);
    void (*sigmoid)(int64_t n, double *out, const double *x);
    void (*softplus)(int64_t n, double *out, const double *x);
    void (*relu)(int64_t n, double *out, const double *x);
    /* x^y; where y is 2, 3, 1, -1, and of positive x 0.5 and -0.5, by products, quotients and roots: as TF's grappler has it. */
    void (*pow)(int64_t n, double *out, const double *x, const double *y);
} tf1c_functions;

typedef struct {
    const char *isa; /* "baseline", "avx2", "avx512" */

    /* out = f(x) */
    void (*exp)(int64_t n, float *out, const float *x);
    void (*log)(int64_t n, float *out, const float *x);
    void (*log1p)(int64_t n, float *out, const float *x);
    void (*tanh)(int64_t n, float *out, const float *x);
    void (*sigmoid)(int64_t n, float *out, const float *x);
    void (*softplus)(int64_t n, float *out, const float *x); /* log(1 + e^x), without overflow */
    void (*relu)(int64_t n, float *out, const float *x);     /* NaN stays NaN, as in TF */
    void (*sqrt)(int64_t n, float *out, const float *x);
    void (*rsqrt)(int64_t n, float *out, const float *x); /* 1 / sqrt(x), both rounded */
    void (*square)(int64_t n, float *out, const float *x);
    void (*neg)(int64_t n, float *out, const float *x);
    void (*abs)(int64_t n, float *out, const float *x);

    /* out = x · y, of two arrays */
    void (*add)(int64_t n, float *out, const float *x, const float *y);
    void (*sub)(int64_t n, float *out, const float *x, const float *y);
    void (*mul)(int64_t n, float *out, const float *x, const float *y);
    void (*div)(int64_t n, float *out, const float *x, const float *y);
    void (*pow)(int64_t n, float *out, const float *x, const float *y);  /* as tf1c_functions has it */
    void (*max2)(int64_t n, float *out, const float *x, const float *y); /* y if x < y, else x: as in TF 1.15, */
    void (*min2)(int64_t n, float *out, const float *x, const float *y); /* x's NaN stays and y's does not */

    /* of an array and a number */
    void (*add_scalar)(int64_t n, float *out, const float *x, float a); /* x + a */
    void (*mul_scalar)(int64_t n, float *out, const float *x, float a); /* x · a */
    void (*exp_sub)(int64_t n, float *out, const float *x, float a);    /* e^(x - a): softmax's numerator */

    /* gradients from the output y and its gradient dy */
    void (*one_minus_square_mul)(int64_t n, float *out, const float *y, const float *dy); /* dy·(1 - y·y): tanh's */
    void (*sigmoid_grad)(int64_t n, float *out, const float *y, const float *dy);         /* dy·y·(1 - y) */
    void (*relu_grad)(int64_t n, float *out, const float *y, const float *dy);            /* dy where y > 0, else 0 */

    float (*sum)(int64_t n, const float *x);         /* blocked; the same bits on every call and level */
    float (*sum_squares)(int64_t n, const float *x); /* likewise */
    float (*max)(int64_t n, const float *x);         /* -inf for n == 0; NaN if any is NaN */

    /* One optimizer pass, TF's formulas (python/training, core/kernels/training_ops.cc); var, slots updated in place.
     * momentum: accum = momentum·accum + g; nesterov steps by g + momentum·accum instead of accum.
     * rmsprop: ms += (g² - ms)(1 - decay); mom = momentum·mom + lr·g / sqrt(ms + epsilon); var -= mom.
     * rmsprop_centered: mg follows g likewise, and sqrt(ms - mg² + epsilon).
     * adagrad: accum += g²; var -= lr·g / sqrt(accum).   adadelta: TF's ApplyAdadelta. */
    void (*adam)(int64_t n, float *var, float *m, float *v, const float *g, float lr_t, float beta1, float beta2,
                 float epsilon);
    void (*sgd)(int64_t n, float *var, const float *g, float lr);
    void (*momentum)(int64_t n, float *var, float *accum, const float *g, float lr, float momentum, int nesterov);
    void (*rmsprop)(int64_t n, float *var, float *ms, float *mom, const float *g, float lr, float decay, float momentum,
                    float epsilon);
    void (*rmsprop_centered)(int64_t n, float *var, float *mg, float *ms, float *mom, const float *g, float lr,
                             float decay, float momentum, float epsilon);
    void (*adagrad)(int64_t n, float *var, float *accum, const float *g, float lr);
    void (*adadelta)(int64_t n, float *var, float *accum, float *accum_update, const float *g, float lr, float rho,
                     float epsilon);

    /* Philox4x32-10: words [blocks, 4] of blocks block, block + 1, … (see philox.h); exact at every level. */
    void (*philox)(int64_t blocks, uint32_t *words, uint64_t seed, uint64_t seed2, uint64_t block);

    const struct tf1c_conv_kernels *conv;   /* convolutions (conv.h) */
    const tf1c_functions *functions;
    const struct tf1c_matmul_level *matmul; /* matrix products (matmul.h) */
} tf1c_vecmath;

/* The level in use: the widest that the CPU has, or what TF1C_ISA names (baseline, avx2, avx512) if the CPU has it. */
const tf1c_vecmath *tf1c_vec(void);
/* One level by name, NULL if this build or CPU has it not: for tests. */
const tf1c_vecmath *tf1c_vec_level(const char *isa);

#endif
