/* Vectors of floats and of doubles of one ISA level, as GCC's vector type; only what it has no operator for is spelled per
 * instruction set. For the kernels that are compiled once per level, with TF1C_VEC_LEVEL the level's name. */
#ifndef TF1C_CORE_VECTOR_H
#define TF1C_CORE_VECTOR_H

#include <math.h>
#include <stdint.h>

#ifdef __SSE2__
#include <immintrin.h>
#endif

#ifndef TF1C_VEC_LEVEL
#define TF1C_VEC_LEVEL baseline
#endif

#if defined(TF1C_EMULATE_AVX512) || (defined(__AVX512F__) && defined(__AVX512DQ__))
#define VF_WIDTH 16
#elif defined(__AVX2__) && defined(__FMA__)
#define VF_WIDTH 8
#else
#define VF_WIDTH 4
#endif
#define VD_WIDTH (VF_WIDTH / 2)

typedef float vf __attribute__((vector_size(VF_WIDTH * 4)));
typedef int32_t vi __attribute__((vector_size(VF_WIDTH * 4)));
typedef uint32_t vu __attribute__((vector_size(VF_WIDTH * 4)));
typedef float vf_memory __attribute__((vector_size(VF_WIDTH * 4), aligned(4), may_alias));
typedef double vd __attribute__((vector_size(VF_WIDTH * 4)));
typedef int64_t vl __attribute__((vector_size(VF_WIDTH * 4)));
typedef uint64_t vul __attribute__((vector_size(VF_WIDTH * 4)));
typedef double vd_memory __attribute__((vector_size(VF_WIDTH * 4), aligned(8), may_alias));

static inline vf load(const float *p) { return (vf) * (const vf_memory *)p; }
static inline void store(float *p, vf v) { *(vf_memory *)p = (vf_memory)v; }
static inline vf splat(float c) { return c - (vf){ 0 }; }
static inline vf pick(vi mask, vf a, vf b) { return (vf)((mask & (vi)a) | (~mask & (vi)b)); }
static inline vf magnitude(vf x) { return (vf)((vu)x & 0x7fffffffu); }

static inline vd load_d(const double *p) { return (vd) * (const vd_memory *)p; }
static inline void store_d(double *p, vd v) { *(vd_memory *)p = (vd_memory)v; }
static inline vd splat_d(double c) { return c - (vd){ 0 }; }
static inline vd pick_d(vl mask, vd a, vd b) { return (vd)((mask & (vl)a) | (~mask & (vl)b)); }
static inline vd magnitude_d(vd x) { return (vd)((vul)x & INT64_MAX); }

/* fma: a·b + c, in one rounding where the level has it. least(a, x), most(a, x): min and max that keep a NaN in x. */
#if defined(TF1C_EMULATE_AVX512) || !defined(__SSE2__)
#define VECTOR_LOOP(type, width, id, args, e) \
    static inline type id args                \
    {                                         \
        for (int i = 0; i < width; i++)       \
            x[i] = e;                         \
        return x;                             \
    }
VECTOR_LOOP(vf, VF_WIDTH, root, (vf x), sqrtf(x[i]))
VECTOR_LOOP(vd, VD_WIDTH, root_d, (vd x), sqrt(x[i]))
#ifdef TF1C_EMULATE_AVX512
VECTOR_LOOP(vf, VF_WIDTH, fma_, (vf a, vf b, vf x), fmaf(a[i], b[i], x[i]))
VECTOR_LOOP(vd, VD_WIDTH, fma_d, (vd a, vd b, vd x), fma(a[i], b[i], x[i]))
#define IN_HALVES(type, half, id, op)             \
    static inline type id(type a, type x)         \
    {                                             \
        half p[2], q[2];                          \
                                                  \
        __builtin_memcpy(p, &a, sizeof a);        \
        __builtin_memcpy(q, &x, sizeof x);        \
        for (int i = 0; i < 2; i++)               \
            q[i] = op(p[i], q[i]);                \
        __builtin_memcpy(&x, q, sizeof x);        \
        return x;                                 \
    }
IN_HALVES(vf, __m256, least, _mm256_min_ps)
IN_HALVES(vd, __m256d, least_d, _mm256_min_pd)
IN_HALVES(vf, __m256, most, _mm256_max_ps)
IN_HALVES(vd, __m256d, most_d, _mm256_max_pd)
#else
static inline vf fma_(vf a, vf b, vf c) { return a * b + c; }
static inline vd fma_d(vd a, vd b, vd c) { return a * b + c; }
VECTOR_LOOP(vf, VF_WIDTH, least, (vf a, vf x), a[i] < x[i] ? a[i] : x[i])
VECTOR_LOOP(vd, VD_WIDTH, least_d, (vd a, vd x), a[i] < x[i] ? a[i] : x[i])
VECTOR_LOOP(vf, VF_WIDTH, most, (vf a, vf x), a[i] > x[i] ? a[i] : x[i])
VECTOR_LOOP(vd, VD_WIDTH, most_d, (vd a, vd x), a[i] > x[i] ? a[i] : x[i])
#endif
#else
#if VF_WIDTH == 16
#define MM(name) _mm512_##name
#define MM_F __m512
#define MM_D __m512d
#elif VF_WIDTH == 8
#define MM(name) _mm256_##name
#define MM_F __m256
#define MM_D __m256d
#else
#define MM(name) _mm_##name
#define MM_F __m128
#define MM_D __m128d
#endif
#if VF_WIDTH > 4
static inline vf fma_(vf a, vf b, vf c) { return (vf)MM(fmadd_ps)((MM_F)a, (MM_F)b, (MM_F)c); }
static inline vd fma_d(vd a, vd b, vd c) { return (vd)MM(fmadd_pd)((MM_D)a, (MM_D)b, (MM_D)c); }
#else
static inline vf fma_(vf a, vf b, vf c) { return a * b + c; }
static inline vd fma_d(vd a, vd b, vd c) { return a * b + c; }
#endif
static inline vf root(vf x) { return (vf)MM(sqrt_ps)((MM_F)x); }
static inline vd root_d(vd x) { return (vd)MM(sqrt_pd)((MM_D)x); }
static inline vf least(vf a, vf x) { return (vf)MM(min_ps)((MM_F)a, (MM_F)x); }
static inline vd least_d(vd a, vd x) { return (vd)MM(min_pd)((MM_D)a, (MM_D)x); }
static inline vf most(vf a, vf x) { return (vf)MM(max_ps)((MM_F)a, (MM_F)x); }
static inline vd most_d(vd a, vd x) { return (vd)MM(max_pd)((MM_D)a, (MM_D)x); }
#endif

#endif
