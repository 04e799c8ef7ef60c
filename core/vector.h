/* Float vectors of one ISA level, as GCC's vector type; only what it has no operator for is spelled per instruction set.
 * For the kernels that are compiled once per level, with TF1C_VEC_LEVEL the level's name. */
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

typedef float vf __attribute__((vector_size(VF_WIDTH * 4)));
typedef int32_t vi __attribute__((vector_size(VF_WIDTH * 4)));
typedef uint32_t vu __attribute__((vector_size(VF_WIDTH * 4)));
typedef float vf_memory __attribute__((vector_size(VF_WIDTH * 4), aligned(4), may_alias));

static inline vf load(const float *p) { return (vf) * (const vf_memory *)p; }
static inline void store(float *p, vf v) { *(vf_memory *)p = (vf_memory)v; }
static inline vf splat(float c) { return c - (vf){ 0 }; }
static inline vf pick(vi mask, vf a, vf b) { return (vf)((mask & (vi)a) | (~mask & (vi)b)); }
static inline vf magnitude(vf x) { return (vf)((vu)x & 0x7fffffffu); }

/* fma: a·b + c, in one rounding where the level has it. least(a, x), most(a, x): min and max that keep a NaN in x. */
#if VF_WIDTH == 16 && !defined(TF1C_EMULATE_AVX512)
static inline vf fma_(vf a, vf b, vf c) { return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
static inline vf root(vf x) { return (vf)_mm512_sqrt_ps((__m512)x); }
static inline vf least(vf a, vf x) { return (vf)_mm512_min_ps((__m512)a, (__m512)x); }
static inline vf most(vf a, vf x) { return (vf)_mm512_max_ps((__m512)a, (__m512)x); }
#elif VF_WIDTH == 8
static inline vf fma_(vf a, vf b, vf c) { return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
static inline vf root(vf x) { return (vf)_mm256_sqrt_ps((__m256)x); }
static inline vf least(vf a, vf x) { return (vf)_mm256_min_ps((__m256)a, (__m256)x); }
static inline vf most(vf a, vf x) { return (vf)_mm256_max_ps((__m256)a, (__m256)x); }
#elif VF_WIDTH == 4 && defined(__SSE2__)
static inline vf fma_(vf a, vf b, vf c) { return a * b + c; }
static inline vf root(vf x) { return (vf)_mm_sqrt_ps((__m128)x); }
static inline vf least(vf a, vf x) { return (vf)_mm_min_ps((__m128)a, (__m128)x); }
static inline vf most(vf a, vf x) { return (vf)_mm_max_ps((__m128)a, (__m128)x); }
#else
static inline vf fma_(vf a, vf b, vf c)
{
#ifdef TF1C_EMULATE_AVX512
    for (int i = 0; i < VF_WIDTH; i++)
        c[i] = fmaf(a[i], b[i], c[i]);
    return c;
#else
    return a * b + c;
#endif
}
static inline vf least(vf a, vf x)
{
#ifdef TF1C_EMULATE_AVX512
    for (int i = 0; i < VF_WIDTH; i++)
        x[i] = a[i] < x[i] ? a[i] : x[i];
    return x;
#endif
    return pick((vi)(a < x), a, x);
}
static inline vf most(vf a, vf x)
{
#ifdef TF1C_EMULATE_AVX512
    for (int i = 0; i < VF_WIDTH; i++)
        x[i] = a[i] > x[i] ? a[i] : x[i];
    return x;
#endif
    return pick((vi)(a > x), a, x);
}
static inline vf root(vf x)
{
    for (int i = 0; i < VF_WIDTH; i++)
        x[i] = sqrtf(x[i]);
    return x;
}
#endif

#endif
