/* One level of vector math; vecmath_kernels.h says how each is compiled. Vectors of VF_WIDTH floats are GCC's vector
 * type; only what it has no operator for (fused multiply-add, square root, minimum) is spelled per instruction set. */
#include "core/vecmath_kernels.h"

#include <math.h>
#include <string.h>

#include "core/conv_kernels.h"
#include "core/matmul_kernels.h"
#include "core/vector.h"

static inline vf polynomial(vf x, int n, const float *c) /* c[0] + c[1]·x + …, n coefficients */
{
    vf y = splat(c[n - 1]);

    for (int i = n - 2; i >= 0; i--)
        y = fma_(y, x, splat(c[i]));
    return y;
}

/* ---- exp, log and their relatives ------------------------------------------------------------------------------- */

#define LN2_HIGH 0x1.62e4p-1f /* 15 bits: times an exponent it is exact */
#define LN2_LOW 0x1.7f7d1cp-20f

static inline vf power_of_2(vu n) { return (vf)((n + 127) << 23); } /* n in [-126, 127] */

/* x = n·ln 2 + r, |r| <= ln 2 / 2; returns e^r - 1, from r + r²·q(r), q a fit to 2^-26. */
static inline vf expm1_reduced(vf x, vu *n)
{
    static const float q[] = { 0x1.fffffep-2f, 0x1.5554bp-3f, 0x1.555674p-5f, 0x1.1227f6p-7f, 0x1.6bebf2p-10f };
    const vf round = splat(0x1.8p23f), t = fma_(x, splat(0x1.715476p+0f), round), whole = t - round;
    const vf r = fma_(whole, splat(-LN2_LOW), fma_(whole, splat(-LN2_HIGH), x));

    *n = (vu)t - (vu)round;
    return fma_(r * r, polynomial(r, 5, q), r);
}

/* Beyond [-104, 89] the result is 0 or inf. 2^n is applied in halves, so that denormals are rounded once. */
static inline vf exp_v(vf x)
{
    vu n;
    const vf y = expm1_reduced(most(splat(-104.0f), least(splat(89.0f), x)), &n) + 1.0f;
    const vu half = (vu)((vi)n >> 1);

    return y * power_of_2(half) * power_of_2(n - half);
}

/* tanh |x| = e / (e + 2), e = e^2|x| - 1; 1 from 9.02 on. */
static inline vf tanh_v(vf x)
{
    vu n;
    const vf p = expm1_reduced(least(splat(20.0f), magnitude(x) * 2.0f), &n), scale = power_of_2(n);
    const vf e = fma_(scale, p, scale - 1.0f), y = e / (e + 2.0f);

    return (vf)((vu)y | ((vu)x & 0x80000000u));
}

/* z = e^-|x| never overflows: σ(x) = 1 / (1 + z), or z / (1 + z) below 0. */
static inline vf sigmoid_v(vf x)
{
    const vf z = exp_v(-magnitude(x));

    return pick((vi)(x < 0.0f), z, splat(1.0f)) / (z + 1.0f);
}

/* x > 0 as 2^e·(1 + f), 1 + f in [√½, √2). */
static inline vf split_exponent(vf x, vf *e)
{
    const vi small = (vi)(x < 0x1p-126f);
    const vu bits = (vu)pick(small, x * 0x1p23f, x) + (0x3f800000u - 0x3f3504f3u);

    *e = __builtin_convertvector((vi)(bits >> 23) - 127, vf) - (vf)(small & (vi)splat(23.0f));
    return (vf)((bits & 0x7fffffu) + 0x3f3504f3u) - 1.0f;
}

/* e·ln 2 + log(1 + f) + extra; log(1 + f) = f - f²/2 + f³·p(f), p a fit to 2^-27. */
static inline vf log_assemble(vf e, vf f, vf extra)
{
    static const float p[] = { 0x1.555554p-2f, -0x1.00022cp-2f, 0x1.99a034p-3f, -0x1.5470b8p-3f,
                               0x1.22d4bap-3f, -0x1.0d8fcp-3f,  0x1.058954p-3f, -0x1.38f24p-4f };
    const vf f2 = f * f;
    vf y = fma_(f2 * f, polynomial(f, 8, p), extra);

    y = fma_(e, splat(LN2_LOW), y);
    y = fma_(splat(-0.5f), f2, y);
    return fma_(e, splat(LN2_HIGH), f + y);
}

/* y where log(x) is an ordinary number; NaN below 0, -inf at 0, inf and NaN as they are. */
static inline vf log_special(vf x, vf y)
{
    const vf rest = pick((vi)(x < 0.0f), splat(NAN), pick((vi)(x == 0.0f), splat(-INFINITY), x));

    return pick((vi)(x > 0.0f) & (vi)(x < INFINITY), y, rest);
}

static inline vf log_v(vf x)
{
    vf e;
    const vf f = split_exponent(x, &e);

    return log_special(x, log_assemble(e, f, splat(0.0f)));
}

/* log u, u = 1 + x rounded, and what the rounding lost: (x - (u - 1)) / u. */
static inline vf log1p_v(vf x)
{
    vf e;
    const vf u = x + 1.0f, lost = pick((vi)(x >= 1.0f), 1.0f - (u - x), x - (u - 1.0f));
    const vf f = split_exponent(u, &e);

    return pick((vi)(x == 0.0f), x, log_special(u, log_assemble(e, f, lost / u)));
}

static inline vf softplus_v(vf x) { return pick((vi)(x > 0.0f), x, splat(0.0f)) + log1p_v(exp_v(-magnitude(x))); }

/* ---- passes over arrays -----------------------------------------------------------------------------------------
 * A body works on whole vectors of up to eight arrays; what is left over goes through it in padded copies, so an
 * element's bits do not depend on where a range begins or ends. */
typedef void body(int64_t n, float *const *p, const float *a);

static inline void copy_few(float *to, const float *from, int64_t n) /* n < VF_WIDTH <= 16 */
{
    if (VF_WIDTH > 8 && n & 8) {
        memcpy(to, from, 32);
        to += 8;
        from += 8;
    }
    if (VF_WIDTH > 4 && n & 4) {
        memcpy(to, from, 16);
        to += 4;
        from += 4;
    }
    if (n & 2) {
        memcpy(to, from, 8);
        to += 2;
        from += 2;
    }
    if (n & 1)
        *to = *from;
}

/* n < VF_WIDTH elements, the others 1: no body divides by 0 in them. */
static inline vf load_few(const float *p, int64_t n)
{
#if defined(__AVX2__) && defined(__FMA__)
    if (VF_WIDTH == 8) { /* one access, which the full load that follows need not wait for */
        static const int32_t mask[16] = { -1, -1, -1, -1, -1, -1, -1, -1 };
        const __m256i m = _mm256_loadu_si256((const __m256i *)(mask + 8 - n));
        const __m256 few = _mm256_blendv_ps(_mm256_set1_ps(1.0f), _mm256_maskload_ps(p, m), _mm256_castsi256_ps(m));
        vf v;

        memcpy(&v, &few, sizeof few);
        return v;
    }
#endif
    float few[VF_WIDTH];

    store(few, splat(1.0f));
    copy_few(few, p, n);
    return load(few);
}

/* p[0 .. outs) are only written, the next `updated` ones read and written, the rest only read. */
static inline void pass(body *f, int64_t n, int arrays, int outs, int updated, float *const *p, const float *a)
{
    const int64_t full = n & -(int64_t)VF_WIDTH, rest = n - full;
    float copy[8][VF_WIDTH], *q[8] = { 0 };

    if (full > 0)
        f(full, p, a);
    if (rest <= 0)
        return;
    for (int i = 0; i < arrays; i++) {
        q[i] = copy[i];
        store(q[i], i < outs ? splat(1.0f) : load_few(p[i] + full, rest));
    }
    f(VF_WIDTH, q, a);
    for (int i = 0; i < outs + updated; i++)
        copy_few(p[i] + full, q[i], rest);
}

#define EACH_VECTOR for (int64_t i = 0; i < n; i += VF_WIDTH)

#define MAP1(name, e)                                                        \
    static void name##_body(int64_t n, float *const *p, const float *a)      \
    {                                                                        \
        float *const out = p[0];                                             \
        const float *const px = p[1];                                        \
        (void)a;                                                             \
        EACH_VECTOR                                                          \
        {                                                                    \
            const vf x = load(px + i);                                       \
            store(out + i, e);                                               \
        }                                                                    \
    }                                                                        \
    static void name##_pass(int64_t n, float *out, const float *x)           \
    {                                                                        \
        pass(name##_body, n, 2, 1, 0, (float *[]){ out, (float *)x }, NULL); \
    }

#define MAP1_SCALAR(name, e)                                                \
    static void name##_body(int64_t n, float *const *p, const float *a)     \
    {                                                                       \
        float *const out = p[0];                                            \
        const float *const px = p[1];                                       \
        const vf s = splat(*a);                                             \
        EACH_VECTOR                                                         \
        {                                                                   \
            const vf x = load(px + i);                                      \
            store(out + i, e);                                              \
        }                                                                   \
    }                                                                       \
    static void name##_pass(int64_t n, float *out, const float *x, float s) \
    {                                                                       \
        pass(name##_body, n, 2, 1, 0, (float *[]){ out, (float *)x }, &s);  \
    }

#define MAP2(name, e)                                                                    \
    static void name##_body(int64_t n, float *const *p, const float *a)                  \
    {                                                                                    \
        float *const out = p[0];                                                         \
        const float *const px = p[1], *const py = p[2];                                  \
        (void)a;                                                                         \
        EACH_VECTOR                                                                      \
        {                                                                                \
            const vf x = load(px + i), y = load(py + i);                                 \
            store(out + i, e);                                                           \
        }                                                                                \
    }                                                                                    \
    static void name##_pass(int64_t n, float *out, const float *x, const float *y)       \
    {                                                                                    \
        pass(name##_body, n, 3, 1, 0, (float *[]){ out, (float *)x, (float *)y }, NULL); \
    }

MAP1(exp, exp_v(x))
MAP1(log, log_v(x))
MAP1(log1p, log1p_v(x))
MAP1(tanh, tanh_v(x))
MAP1(sigmoid, sigmoid_v(x))
MAP1(softplus, softplus_v(x))
MAP1(relu, most(splat(0.0f), x))
MAP1(sqrt, root(x))
MAP1(rsqrt, 1.0f / root(x))
MAP1(square, x *x)
MAP1(neg, -x)
MAP1(abs, magnitude(x))
MAP1_SCALAR(add_scalar, x + s)
MAP1_SCALAR(mul_scalar, x *s)
MAP1_SCALAR(exp_sub, exp_v(x - s))
MAP2(add, x + y)
MAP2(sub, x - y)
MAP2(mul, x *y)
MAP2(div, x / y)
MAP2(max2, most(y, x))
MAP2(min2, least(y, x))
MAP2(one_minus_square_mul, y *(1.0f - x * x))
MAP2(sigmoid_grad, y *x *(1.0f - x))
MAP2(relu_grad, (vf)((vi)y &(vi)(x > 0.0f)))

/* ---- reductions -------------------------------------------------------------------------------------------------
 * Element i adds to lane i % LANES, in blocks of BLOCK; lanes are added as a tree, blocks in double. The order is the
 * same at every level. */
enum { LANES = 32, BLOCK = 4096, VECTORS = LANES / VF_WIDTH };

static inline vf squared_if(int squared, vf v) { return squared ? v * v : v; }

static inline double add_block(int64_t n, const float *x, int squared)
{
    vf acc[VECTORS] = { 0 };
    float lane[LANES] = { 0 };
    int64_t i = 0;

    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < VECTORS; k++)
            acc[k] += squared_if(squared, load(x + i + k * VF_WIDTH));
    for (int k = 0; i < n; i += VF_WIDTH, k++) {
        const int64_t few = n - i < VF_WIDTH ? n - i : VF_WIDTH;

        if (few < VF_WIDTH)
            copy_few(lane, x + i, few);
        acc[k] += squared_if(squared, load(few < VF_WIDTH ? lane : x + i));
    }
    for (int half = VECTORS / 2; half > 0; half /= 2)
        for (int k = 0; k < half; k++)
            acc[k] += acc[k + half];
    store(lane, acc[0]);
    for (int half = VF_WIDTH / 2; half > 0; half /= 2)
        for (int k = 0; k < half; k++)
            lane[k] += lane[k + half];
    return (double)lane[0];
}

static inline float add_blocks(int64_t n, const float *x, int squared)
{
    double total = 0;

    for (int64_t i = 0; i < n; i += BLOCK)
        total += add_block(n - i < BLOCK ? n - i : BLOCK, x + i, squared);
    return (float)total;
}

static float sum_pass(int64_t n, const float *x) { return add_blocks(n, x, 0); }
static float sum_squares_pass(int64_t n, const float *x) { return add_blocks(n, x, 1); }

static float max_pass(int64_t n, const float *x)
{
    const int64_t full = n & -(int64_t)VF_WIDTH;
    vf top = splat(-INFINITY);
    vi nan = { 0 };
    float lane[VF_WIDTH], result = -INFINITY;

    for (int64_t i = 0; i < full; i += VF_WIDTH) {
        const vf v = load(x + i);

        nan |= (vi)(v != v);
        top = most(v, top);
    }
    store(lane, pick(nan, splat(NAN), top));
    for (int i = 0; i < VF_WIDTH; i++)
        result = lane[i] > result || lane[i] != lane[i] ? lane[i] : result;
    for (int64_t i = full; i < n; i++)
        result = x[i] > result || x[i] != x[i] ? x[i] : result;
    return result;
}

/* ---- optimizers: TF's expressions, each operation rounded as it rounds them ---------------------------------------- */

static void adam_body(int64_t n, float *const *p, const float *a)
{
    float *const var = p[0], *const pm = p[1], *const pv = p[2];
    const float *const pg = p[3];
    const vf lr = splat(a[0]), one_minus_beta1 = splat(1.0f - a[1]), one_minus_beta2 = splat(1.0f - a[2]);
    const vf epsilon = splat(a[3]);

    EACH_VECTOR
    {
        const vf g = load(pg + i), m0 = load(pm + i), v0 = load(pv + i);
        const vf m = m0 + (g - m0) * one_minus_beta1, v = v0 + (g * g - v0) * one_minus_beta2;

        store(pm + i, m);
        store(pv + i, v);
        store(var + i, load(var + i) - (m * lr) / (root(v) + epsilon));
    }
}

static void adam_pass(int64_t n, float *var, float *m, float *v, const float *g, float lr_t, float beta1, float beta2,
                      float epsilon)
{
    const float a[] = { lr_t, beta1, beta2, epsilon };

    pass(adam_body, n, 4, 0, 3, (float *[]){ var, m, v, (float *)g }, a);
}

static void sgd_body(int64_t n, float *const *p, const float *a)
{
    float *const var = p[0];
    const float *const g = p[1];
    const vf lr = splat(*a);

    EACH_VECTOR store(var + i, load(var + i) - load(g + i) * lr);
}

static void sgd_pass(int64_t n, float *var, const float *g, float lr)
{
    pass(sgd_body, n, 2, 0, 1, (float *[]){ var, (float *)g }, &lr);
}

static void momentum_body(int64_t n, float *const *p, const float *a)
{
    float *const var = p[0], *const accum = p[1];
    const float *const pg = p[2];
    const vf lr = splat(a[0]), momentum = splat(a[1]);

    EACH_VECTOR
    {
        const vf g = load(pg + i), m = load(accum + i) * momentum + g;

        store(accum + i, m);
        store(var + i, load(var + i) - (a[2] != 0.0f ? g * lr + m * momentum * lr : m * lr));
    }
}

static void momentum_pass(int64_t n, float *var, float *accum, const float *g, float lr, float momentum, int nesterov)
{
    const float a[] = { lr, momentum, nesterov ? 1.0f : 0.0f };

    pass(momentum_body, n, 3, 0, 2, (float *[]){ var, accum, (float *)g }, a);
}

static void rmsprop_body(int64_t n, float *const *p, const float *a)
{
    float *const var = p[0], *const pms = p[1], *const pmom = p[2];
    const float *const pg = p[3];
    const vf lr = splat(a[0]), rest = splat(1.0f - a[1]), momentum = splat(a[2]), epsilon = splat(a[3]);

    EACH_VECTOR
    {
        const vf g = load(pg + i), ms0 = load(pms + i), ms = ms0 + (g * g - ms0) * rest;
        const vf mom = load(pmom + i) * momentum + (g * lr) / root(ms + epsilon);

        store(pms + i, ms);
        store(pmom + i, mom);
        store(var + i, load(var + i) - mom);
    }
}

static void rmsprop_pass(int64_t n, float *var, float *ms, float *mom, const float *g, float lr, float decay, float momentum,
                         float epsilon)
{
    const float a[] = { lr, decay, momentum, epsilon };

    pass(rmsprop_body, n, 4, 0, 3, (float *[]){ var, ms, mom, (float *)g }, a);
}

static void rmsprop_centered_body(int64_t n, float *const *p, const float *a)
{
    float *const var = p[0], *const pmg = p[1], *const pms = p[2], *const pmom = p[3];
    const float *const pg = p[4];
    const vf lr = splat(a[0]), rest = splat(1.0f - a[1]), momentum = splat(a[2]), epsilon = splat(a[3]);

    EACH_VECTOR
    {
        const vf g = load(pg + i), ms0 = load(pms + i), mg0 = load(pmg + i);
        const vf ms = ms0 + (g * g - ms0) * rest, mg = mg0 + (g - mg0) * rest;
        const vf mom = load(pmom + i) * momentum + (g * lr) / root(ms - mg * mg + epsilon);

        store(pms + i, ms);
        store(pmg + i, mg);
        store(pmom + i, mom);
        store(var + i, load(var + i) - mom);
    }
}

static void rmsprop_centered_pass(int64_t n, float *var, float *mg, float *ms, float *mom, const float *g, float lr, float decay,
                                  float momentum, float epsilon)
{
    const float a[] = { lr, decay, momentum, epsilon };

    pass(rmsprop_centered_body, n, 5, 0, 4, (float *[]){ var, mg, ms, mom, (float *)g }, a);
}

static void adagrad_body(int64_t n, float *const *p, const float *a)
{
    float *const var = p[0], *const accum = p[1];
    const float *const pg = p[2];
    const vf lr = splat(*a);

    EACH_VECTOR
    {
        const vf g = load(pg + i), m = load(accum + i) + g * g;

        store(accum + i, m);
        store(var + i, load(var + i) - g * lr * (1.0f / root(m)));
    }
}

static void adagrad_pass(int64_t n, float *var, float *accum, const float *g, float lr)
{
    pass(adagrad_body, n, 3, 0, 2, (float *[]){ var, accum, (float *)g }, &lr);
}

static void adadelta_body(int64_t n, float *const *p, const float *a)
{
    float *const var = p[0], *const paccum = p[1], *const pupdate = p[2];
    const float *const pg = p[3];
    const vf lr = splat(a[0]), rho = splat(a[1]), rest = splat(1.0f - a[1]), epsilon = splat(a[2]);

    EACH_VECTOR
    {
        const vf g = load(pg + i), accum = load(paccum + i) * rho + g * g * rest, update0 = load(pupdate + i);
        const vf update = root(update0 + epsilon) * (1.0f / root(accum + epsilon)) * g;

        store(paccum + i, accum);
        store(var + i, load(var + i) - update * lr);
        store(pupdate + i, update0 * rho + update * update * rest);
    }
}

static void adadelta_pass(int64_t n, float *var, float *accum, float *accum_update, const float *g, float lr, float rho,
                          float epsilon)
{
    const float a[] = { lr, rho, epsilon };

    pass(adadelta_body, n, 4, 0, 3, (float *[]){ var, accum, accum_update, (float *)g }, a);
}

/* ---- random words ----------------------------------------------------------------------------------------------- */

/* A 64-bit lane holds a block's word in its low half; what is in the high half never counts. */
typedef uint64_t vq __attribute__((vector_size(VF_WIDTH * 4)));
enum { LANE_BLOCKS = VF_WIDTH / 2, CHAINS = 4, GROUP = CHAINS * LANE_BLOCKS };

static inline vq multiply_low(vq a, uint32_t b) /* the 64-bit products of the low halves */
{
#if defined(TF1C_EMULATE_AVX512)
    return (a & 0xffffffffu) * b;
#elif defined(__AVX512F__) && defined(__AVX512DQ__)
    return (vq)_mm512_mul_epu32((__m512i)a, _mm512_set1_epi32((int)b));
#elif defined(__AVX2__) && defined(__FMA__)
    return (vq)_mm256_mul_epu32((__m256i)a, _mm256_set1_epi32((int)b));
#elif defined(__SSE2__)
    return (vq)_mm_mul_epu32((__m128i)a, _mm_set1_epi32((int)b));
#else
    return (a & 0xffffffffu) * b;
#endif
}

static inline void philox_rounds(vq c[4][CHAINS], uint32_t k0, uint32_t k1)
{
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < CHAINS; i++) {
            const vq a = multiply_low(c[0][i], 0xD2511F53u), b = multiply_low(c[2][i], 0xCD9E8D57u);

            c[0][i] = (b >> 32) ^ c[1][i] ^ k0;
            c[1][i] = b;
            c[2][i] = (a >> 32) ^ c[3][i] ^ k1;
            c[3][i] = a;
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

static void philox_pass(int64_t blocks, uint32_t *words, uint64_t seed, uint64_t seed2, uint64_t block)
{
    static const uint64_t order[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
    vq lanes;

    memcpy(&lanes, order, sizeof lanes);
    for (int64_t first = 0; first < blocks; first += GROUP) {
        const int count = blocks - first < GROUP ? (int)(blocks - first) : GROUP;
        uint64_t low[GROUP], high[GROUP];
        vq c[4][CHAINS];

        for (int i = 0; i < CHAINS; i++) {
            c[0][i] = lanes + (block + (uint64_t)(first + i * LANE_BLOCKS));
            c[1][i] = c[0][i] >> 32;
            c[2][i] = seed2 + (vq){ 0 };
            c[3][i] = c[2][i] >> 32;
        }
        philox_rounds(c, (uint32_t)seed, (uint32_t)(seed >> 32));
        for (int i = 0; i < CHAINS; i++) {
            const vq l = (c[0][i] & 0xffffffffu) | c[1][i] << 32, h = (c[2][i] & 0xffffffffu) | c[3][i] << 32;

            memcpy(low + i * LANE_BLOCKS, &l, sizeof l);
            memcpy(high + i * LANE_BLOCKS, &h, sizeof h);
        }
        for (int i = 0; i < count; i++) {
            uint32_t *const w = words + 4 * (first + i);

            w[0] = (uint32_t)low[i];
            w[1] = (uint32_t)(low[i] >> 32);
            w[2] = (uint32_t)high[i];
            w[3] = (uint32_t)(high[i] >> 32);
        }
    }
}

/* ---- the table -------------------------------------------------------------------------------------------------- */

#define TABLE_(level) tf1c_vecmath_##level
#define TABLE(level) TABLE_(level)
#define TEXT_(level) #level
#define TEXT(level) TEXT_(level)
#define CONV_(level) tf1c_conv_##level
#define CONV(level) CONV_(level)
#define MATMUL_(level) tf1c_matmul_##level
#define MATMUL(level) MATMUL_(level)
#define FUNCTIONS_(level) tf1c_functions_##level
#define FUNCTIONS(level) FUNCTIONS_(level)
#define POW_(level) tf1c_pow_##level
#define POW(level) POW_(level)
#define ROW(name) .name = name##_pass

const tf1c_vecmath TABLE(TF1C_VEC_LEVEL) = {
    .isa = TEXT(TF1C_VEC_LEVEL),
    ROW(exp),
    ROW(log),
    ROW(log1p),
    ROW(tanh),
    ROW(sigmoid),
    ROW(softplus),
    ROW(relu),
    ROW(sqrt),
    ROW(rsqrt),
    ROW(square),
    ROW(neg),
    ROW(abs),
    ROW(add),
    ROW(sub),
    ROW(mul),
    ROW(div),
    .pow = POW(TF1C_VEC_LEVEL),
    ROW(max2),
    ROW(min2),
    ROW(add_scalar),
    ROW(mul_scalar),
    ROW(exp_sub),
    ROW(one_minus_square_mul),
    ROW(sigmoid_grad),
    ROW(relu_grad),
    ROW(sum),
    ROW(sum_squares),
    ROW(max),
    ROW(adam),
    ROW(sgd),
    ROW(momentum),
    ROW(rmsprop),
    ROW(rmsprop_centered),
    ROW(adagrad),
    ROW(adadelta),
    ROW(philox),
    .conv = &CONV(TF1C_VEC_LEVEL),
    .functions = &FUNCTIONS(TF1C_VEC_LEVEL),
    .matmul = &MATMUL(TF1C_VEC_LEVEL),
};
