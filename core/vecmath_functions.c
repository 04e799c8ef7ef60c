/* One level of the functions beyond vecmath_kernels.c: glibc's vector functions (libmvec) on whole vectors where the build has
 * them, libm's number by number elsewhere. Both hold what vecmath.h states; the tests ask for it. */
#include <math.h>
#include <string.h>

#include "core/vecmath_kernels.h"
#include "core/vector.h"

/* ---- a function of one vector ------------------------------------------------------------------------------------- */

#if defined(TF1C_LIBMVEC) && VF_WIDTH == 16 && !defined(TF1C_EMULATE_AVX512)
#define IN_LIBMVEC(kind, id) _ZGVe##kind##_##id
#define F32(id) IN_LIBMVEC(N16v, id##f)
#define F64(id) IN_LIBMVEC(N8v, id)
#define POW_F32 IN_LIBMVEC(N16vv, powf)
#define POW_F64 IN_LIBMVEC(N8vv, pow)
#define PARTS 1
typedef __m512 part_f32;
typedef __m512d part_f64;
#elif defined(TF1C_LIBMVEC) && VF_WIDTH >= 8
#define IN_LIBMVEC(kind, id) _ZGVd##kind##_##id
#define F32(id) IN_LIBMVEC(N8v, id##f)
#define F64(id) IN_LIBMVEC(N4v, id)
#define POW_F32 IN_LIBMVEC(N8vv, powf)
#define POW_F64 IN_LIBMVEC(N4vv, pow)
#define PARTS (VF_WIDTH / 8) /* emulated vectors in halves */
typedef __m256 part_f32;
typedef __m256d part_f64;
#elif defined(TF1C_LIBMVEC)
#define IN_LIBMVEC(kind, id) _ZGVb##kind##_##id
#define F32(id) IN_LIBMVEC(N4v, id##f)
#define F64(id) IN_LIBMVEC(N2v, id)
#define POW_F32 IN_LIBMVEC(N4vv, powf)
#define POW_F64 IN_LIBMVEC(N2vv, pow)
#define PARTS 1
typedef __m128 part_f32;
typedef __m128d part_f64;
#else
#define F32(id) id##f
#define F64(id) id
#define POW_F32 powf
#define POW_F64 pow
#define PARTS VF_WIDTH
typedef float part_f32;
typedef double part_f64;
#endif
enum { PARTS_F64 = PARTS == VF_WIDTH ? VD_WIDTH : PARTS };

#ifdef TF1C_LIBMVEC
#define DECLARE(id)                    \
    extern part_f32 F32(id)(part_f32); \
    extern part_f64 F64(id)(part_f64);
extern part_f32 POW_F32(part_f32, part_f32);
extern part_f64 POW_F64(part_f64, part_f64);
#else
#define DECLARE(id)
#endif

/* NAME_f32 and NAME_f64 of a vector, part by part: a part is what one call takes, of libmvec a vector, of libm a number. */
#define FUNCTION_F32(id)                \
    static inline vf id##_f32(vf x)     \
    {                                   \
        part_f32 part[PARTS];           \
                                        \
        memcpy(part, &x, sizeof x);     \
        for (int i = 0; i < PARTS; i++) \
            part[i] = F32(id)(part[i]); \
        memcpy(&x, part, sizeof x);     \
        return x;                       \
    }
#define FUNCTION_F64(id)                    \
    static inline vd id##_f64(vd x)         \
    {                                       \
        part_f64 part[PARTS_F64];           \
                                            \
        memcpy(part, &x, sizeof x);         \
        for (int i = 0; i < PARTS_F64; i++) \
            part[i] = F64(id)(part[i]);     \
        memcpy(&x, part, sizeof x);         \
        return x;                           \
    }
#define FUNCTION(id) DECLARE(id) FUNCTION_F32(id) FUNCTION_F64(id)
FUNCTION(sin)
FUNCTION(cos)
FUNCTION(tan)
FUNCTION(asin)
FUNCTION(acos)
FUNCTION(atan)
FUNCTION(sinh)
FUNCTION(cosh)
FUNCTION(expm1)
DECLARE(erf)
FUNCTION_F64(erf)
DECLARE(exp)
FUNCTION_F64(exp)
DECLARE(log)
FUNCTION_F64(log)
DECLARE(log1p)
FUNCTION_F64(log1p)
DECLARE(tanh)
FUNCTION_F64(tanh)

/* By way of doubles: in floats some levels of libmvec are off by four units. */
static inline vf erf_f32(vf x)
{
    typedef float half __attribute__((vector_size(VF_WIDTH * 2)));
    half halves[2];

    memcpy(halves, &x, sizeof x);
    for (int i = 0; i < 2; i++)
        halves[i] = __builtin_convertvector(erf_f64(__builtin_convertvector(halves[i], vd)), half);
    memcpy(&x, halves, sizeof x);
    return x;
}

/* libmvec takes a denormal number apart by its bits; where those are flushed it is a zero. */
static inline vd flushed_log_f64(vd x) { return log_f64(pick_d((vl)(x == 0.0), splat_d(0), x)); }

/* z = e^-|x| never overflows: σ(x) = 1 / (1 + z), or z / (1 + z) below 0. */
static inline vd sigmoid_f64(vd x)
{
    const vd z = exp_f64(-magnitude_d(x));

    return pick_d((vl)(x < 0.0), z, splat_d(1)) / (z + 1.0);
}

static inline vd softplus_f64(vd x) { return most_d(splat_d(0), x) + log1p_f64(exp_f64(-magnitude_d(x))); }
static inline vd relu_f64(vd x) { return most_d(splat_d(0), x); }

/* ---- powers --------------------------------------------------------------------------------------------------------- */

static inline vf any_power_f32(vf x, vf y)
{
    part_f32 base[PARTS], exponent[PARTS];

    memcpy(base, &x, sizeof x);
    memcpy(exponent, &y, sizeof y);
    for (int i = 0; i < PARTS; i++)
        base[i] = POW_F32(base[i], exponent[i]);
    memcpy(&x, base, sizeof x);
    return x;
}

static inline vd any_power_f64(vd x, vd y)
{
    part_f64 base[PARTS_F64], exponent[PARTS_F64];

    memcpy(base, &x, sizeof x);
    memcpy(exponent, &y, sizeof y);
    for (int i = 0; i < PARTS_F64; i++)
        base[i] = POW_F64(base[i], exponent[i]);
    memcpy(&x, base, sizeof x);
    return x;
}

static inline int all_set(const void *mask)
{
    int64_t lanes[VD_WIDTH], all = -1;

    memcpy(lanes, mask, sizeof lanes);
    for (int i = 0; i < VD_WIDTH; i++)
        all &= lanes[i];
    return all == -1;
}

/* The exponents that programs have are products, quotients and roots, each element's own whatever stands beside it. */
#define POWER(suffix, V, M, SPLAT, PICK, ROOT)                                                   \
    static inline V pow_##suffix(V x, V y)                                                       \
    {                                                                                            \
        const M two = (M)(y == SPLAT(2)), three = (M)(y == SPLAT(3)), one = (M)(y == SPLAT(1));  \
        const M inverse = (M)(y == SPLAT(-1)), half = (M)(y == SPLAT(0.5f)) & (M)(x > SPLAT(0)); \
        const M minus_half = (M)(y == SPLAT(-0.5f)) & (M)(x > SPLAT(0));                         \
        const M easy = two | three | one | inverse | half | minus_half;                          \
        const V square = x * x;                                                                  \
        V power;                                                                                 \
                                                                                                 \
        if (all_set(&two))                                                                       \
            return square;                                                                       \
        power = PICK(two, square, PICK(three, square * x, PICK(inverse, SPLAT(1) / x, x)));      \
        power = PICK(half, ROOT(x), PICK(minus_half, SPLAT(1) / ROOT(x), power));                \
        return all_set(&easy) ? power : PICK(easy, power, any_power_##suffix(x, y));             \
    }
POWER(f32, vf, vi, splat, pick, root)
POWER(f64, vd, vl, splat_d, pick_d, root_d)

/* ---- passes over arrays: what is left over goes through a padded copy, as an element's bits hang on nothing else ------ */

#define PASS1(id, T, V, LOAD, STORE)                           \
    static void id##_pass(int64_t n, T *out, const T *x)       \
    {                                                          \
        enum { WIDTH = sizeof(V) / sizeof(T) };                \
        int64_t i = 0;                                         \
                                                               \
        for (; i + WIDTH <= n; i += WIDTH)                     \
            STORE(out + i, id(LOAD(x + i)));                   \
        if (i < n) {                                           \
            T few[WIDTH] = { 0 };                              \
                                                               \
            memcpy(few, x + i, (size_t)(n - i) * sizeof(T));   \
            STORE(few, id(LOAD(few)));                         \
            memcpy(out + i, few, (size_t)(n - i) * sizeof(T)); \
        }                                                      \
    }
#define PASS2(id, T, V, LOAD, STORE)                                 \
    static void id##_pass(int64_t n, T *out, const T *x, const T *y) \
    {                                                                \
        enum { WIDTH = sizeof(V) / sizeof(T) };                      \
        int64_t i = 0;                                               \
                                                                     \
        for (; i + WIDTH <= n; i += WIDTH)                           \
            STORE(out + i, id(LOAD(x + i), LOAD(y + i)));            \
        if (i < n) {                                                 \
            T few[WIDTH] = { 0 }, others[WIDTH] = { 0 };             \
                                                                     \
            memcpy(few, x + i, (size_t)(n - i) * sizeof(T));         \
            memcpy(others, y + i, (size_t)(n - i) * sizeof(T));      \
            STORE(few, id(LOAD(few), LOAD(others)));                 \
            memcpy(out + i, few, (size_t)(n - i) * sizeof(T));       \
        }                                                            \
    }
#define PASS_F32(id) PASS1(id##_f32, float, vf, load, store)
#define PASS_F64(id) PASS1(id##_f64, double, vd, load_d, store_d)
#define PASSES(id) PASS_F32(id) PASS_F64(id)
PASSES(sin)
PASSES(cos)
PASSES(tan)
PASSES(asin)
PASSES(acos)
PASSES(atan)
PASSES(sinh)
PASSES(cosh)
PASSES(erf)
PASSES(expm1)
PASS_F64(exp)
PASS_F64(flushed_log)
PASS_F64(log1p)
PASS_F64(tanh)
PASS_F64(sigmoid)
PASS_F64(softplus)
PASS_F64(relu)
PASS2(pow_f32, float, vf, load, store)
PASS2(pow_f64, double, vd, load_d, store_d)

/* The compiler knows an instruction for each. */
#define ROUNDING(id)                                                   \
    static void id##_f32_pass(int64_t n, float *out, const float *x)   \
    {                                                                  \
        for (int64_t i = 0; i < n; i++)                                \
            out[i] = id##f(x[i]);                                      \
    }                                                                  \
    static void id##_f64_pass(int64_t n, double *out, const double *x) \
    {                                                                  \
        for (int64_t i = 0; i < n; i++)                                \
            out[i] = id(x[i]);                                         \
    }
ROUNDING(floor)
ROUNDING(ceil)
ROUNDING(rint)

#define BOTH(id) .id = { id##_f32_pass, id##_f64_pass }
#define LEVEL_(prefix, level) prefix##level
#define LEVEL(prefix, level) LEVEL_(prefix, level)
const tf1c_functions LEVEL(tf1c_functions_, TF1C_VEC_LEVEL) = {
    BOTH(sin),
    BOTH(cos),
    BOTH(tan),
    BOTH(asin),
    BOTH(acos),
    BOTH(atan),
    BOTH(sinh),
    BOTH(cosh),
    BOTH(erf),
    BOTH(expm1),
    BOTH(floor),
    BOTH(ceil),
    BOTH(rint),
    .exp = exp_f64_pass,
    .log = flushed_log_f64_pass,
    .log1p = log1p_f64_pass,
    .tanh = tanh_f64_pass,
    .sigmoid = sigmoid_f64_pass,
    .softplus = softplus_f64_pass,
    .relu = relu_f64_pass,
    .pow = pow_f64_pass,
};

void LEVEL(tf1c_pow_, TF1C_VEC_LEVEL)(int64_t n, float *out, const float *x, const float *y) { pow_f32_pass(n, out, x, y); }
