/* Denormal numbers, as TensorFlow has them in its runs: those that are read count as zeros, those that would result are
 * zeros (x86's MXCSR, FTZ and DAZ; ARM's FPCR or FPSCR, FZ; elsewhere nothing is set). A setting belongs to its thread. */
#ifndef TF1C_CORE_DENORMALS_H
#define TF1C_CORE_DENORMALS_H

#include <stdint.h>

#ifdef __SSE2__
#include <xmmintrin.h>
#endif

/* What the calling thread had before, for tf1c_denormals_restore. */
static inline uint64_t tf1c_denormals_flush(void)
{
#ifdef __SSE2__
    enum { FLUSH_TO_ZERO = 0x8000, DENORMALS_ARE_ZERO = 0x0040 };
    const unsigned before = _mm_getcsr();

    _mm_setcsr(before | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO);
    return before;
#elif defined(__aarch64__)
    uint64_t before;

    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"(before | (UINT64_C(1) << 24)) : "memory");
    return before;
#elif defined(__arm__) && defined(__VFP_FP__) && !defined(__SOFTFP__)
    uint32_t before;

    __asm__ volatile("vmrs %0, fpscr" : "=r"(before));
    __asm__ volatile("vmsr fpscr, %0" : : "r"(before | (UINT32_C(1) << 24)) : "memory");
    return before;
#else
    return 0;
#endif
}

/* Only those bits go back: what a kernel meant to change for its thread, rounding say, and exception flags stay. */
static inline void tf1c_denormals_restore(uint64_t before)
{
#ifdef __SSE2__
    _mm_setcsr((_mm_getcsr() & ~0x8040u) | ((unsigned)before & 0x8040u));
#elif defined(__aarch64__)
    uint64_t now;

    __asm__ volatile("mrs %0, fpcr" : "=r"(now));
    now = (now & ~(UINT64_C(1) << 24)) | (before & (UINT64_C(1) << 24));
    __asm__ volatile("msr fpcr, %0" : : "r"(now) : "memory");
#elif defined(__arm__) && defined(__VFP_FP__) && !defined(__SOFTFP__)
    uint32_t now;

    __asm__ volatile("vmrs %0, fpscr" : "=r"(now));
    now = (now & ~(UINT32_C(1) << 24)) | ((uint32_t)before & (UINT32_C(1) << 24));
    __asm__ volatile("vmsr fpscr, %0" : : "r"(now) : "memory");
#else
    (void)before;
#endif
}

#endif
