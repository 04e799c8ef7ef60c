/* Functions of both types at every level this CPU has: accuracy against libm in a wider type, powers, denormals where they are
 * flushed, and bits that no sharding changes. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/denormals.h"
#include "core/vecmath.h"
#include "support.h"

static const char *const level_names[] = { "baseline", "avx2", "avx512" };
enum { LEVELS = 3 };

static uint64_t random_state = 1;
static uint64_t random_bits(void) { return (random_state = random_state * 6364136223846793005u + 1442695040888963407u) >> 16; }
static double random_in(double low, double high) { return low + (high - low) * (double)(random_bits() & 0xffffffff) * 0x1p-32; }

/* ---- the functions ------------------------------------------------------------------------------------------------------- */

typedef void unary_f32(int64_t n, float *out, const float *x);
typedef void unary_f64(int64_t n, double *out, const double *x);

static long double sigmoid_exact(long double x) { return 1 / (1 + expl(-x)); }
static long double softplus_exact(long double x) { return x > 0 ? x + log1pl(expl(-x)) : log1pl(expl(x)); }
static long double relu_exact(long double x) { return x < 0 ? 0 : x; }

enum { BOTH, WIDE }; /* of which types */
static const struct row {
    const char *name;
    int types;
    size_t at; /* in tf1c_functions */
    long double (*exact)(long double x);
    double low, high, ulps; /* swept densely, besides the grid */
} rows[] = {
#define ROW(types, id, exact, low, high, ulps)                           \
    {                                                                    \
#id, types, offsetof(tf1c_functions, id), exact, low, high, ulps \
    }
    ROW(BOTH, sin, sinl, -20, 20, 4),
    ROW(BOTH, cos, cosl, -20, 20, 4),
    ROW(BOTH, tan, tanl, -20, 20, 4),
    ROW(BOTH, asin, asinl, -1, 1, 4),
    ROW(BOTH, acos, acosl, -1, 1, 4),
    ROW(BOTH, atan, atanl, -10, 10, 4),
    ROW(BOTH, sinh, sinhl, -20, 20, 4),
    ROW(BOTH, cosh, coshl, -20, 20, 4),
    ROW(BOTH, erf, erfl, -4, 4, 4),
    ROW(BOTH, expm1, expm1l, -5, 5, 4),
    ROW(BOTH, floor, floorl, -9, 9, 0),
    ROW(BOTH, ceil, ceill, -9, 9, 0),
    ROW(BOTH, rint, rintl, -9, 9, 0),
    ROW(WIDE, exp, expl, -20, 20, 4),
    ROW(WIDE, log, logl, 0, 4, 4),
    ROW(WIDE, log1p, log1pl, -1, 4, 4),
    ROW(WIDE, tanh, tanhl, -10, 10, 4),
    ROW(WIDE, sigmoid, sigmoid_exact, -700, 20, 4),
    ROW(WIDE, softplus, softplus_exact, -700, 20, 4),
    ROW(WIDE, relu, relu_exact, -1, 1, 0),
};
enum { ROWS = sizeof rows / sizeof *rows };

static unary_f32 *f32_of(const tf1c_vecmath *v, const struct row *r)
{
    tf1c_function f;

    memcpy(&f, (const char *)v->functions + r->at, sizeof f);
    return f.f32;
}

static unary_f64 *f64_of(const tf1c_vecmath *v, const struct row *r)
{
    tf1c_function both;
    unary_f64 *f;

    if (r->types == BOTH) {
        memcpy(&both, (const char *)v->functions + r->at, sizeof both);
        return both.f64;
    }
    memcpy(&f, (const char *)v->functions + r->at, sizeof f);
    return f;
}

/* ---- accuracy ------------------------------------------------------------------------------------------------------------ */

typedef struct {
    int digits, least_exponent;
    double least; /* the smallest that is not denormal */
} type;
static const type float32 = { FLT_MANT_DIG, FLT_MIN_EXP, (double)FLT_MIN }, float64 = { DBL_MANT_DIG, DBL_MIN_EXP, DBL_MIN };

static double rounded(const type *t, long double x) { return t == &float32 ? (double)(float)x : (double)x; }

/* |got - exact| in units of exact's last place; 0 if got is exact rounded; a zero of the other sign is none. */
static double ulps_off(const type *t, double got, long double exact)
{
    int e;

    if (!computes_as_the_machine()) /* valgrind's long double is no better than a double: it looks at memory alone */
        return 0;
    if (isnan(got) && isnan(exact))
        return 0;
    if (got == rounded(t, exact))
        return got == 0 && !signbit(got) != !signbit(exact) ? INFINITY : 0;
    if (!isfinite(got) || !isfinite(exact))
        return INFINITY;
    frexpl(exact, &e);
    return (double)(fabsl((long double)got - exact) / ldexpl(1, (e < t->least_exponent ? t->least_exponent : e) - t->digits));
}

static void check_accuracy(const tf1c_vecmath *v, const struct row *r, const type *t, double x, double y)
{
    const long double exact = r->exact((long double)x);
    const double off = ulps_off(t, y, exact);

    if (!(off <= r->ulps)) /* an assertion a number would write a message to a file for each */
        ck_abort_msg("%s %s(%a) = %a, not %La: %.2f ulp", v->isa, r->name, x, y, exact, off);
}

/* Where denormals are flushed: x or what comes of it may have been taken for a zero; off x86 a maximum passes it on. */
static void check_flushed(const tf1c_vecmath *v, const struct row *r, const type *t, double x, double y)
{
    const long double exact = r->exact((long double)x), of_zero = r->exact(fabs(x) < t->least ? copysign(0, x) : x);

    if (ulps_off(t, y, exact) <= r->ulps || ulps_off(t, y, of_zero) <= r->ulps)
        return;
    if (!(fabs(y) <= t->least && (fabsl(exact) <= (long double)t->least || fabsl(of_zero) <= (long double)t->least)))
        ck_abort_msg("%s %s(%a) = %a, not %La, flushing", v->isa, r->name, x, y, exact);
}

typedef void check(const tf1c_vecmath *v, const struct row *r, const type *t, double x, double y);

static void check_all(const tf1c_vecmath *v, const struct row *r, bool wide, int64_t n, const double *x, check *each, bool flush)
{
    float *few = malloc((size_t)n * sizeof *few);
    double *y = malloc((size_t)n * sizeof *y);
    uint64_t before;

    for (int64_t i = 0; i < n; i++)
        few[i] = (float)x[i];
    before = flush ? tf1c_denormals_flush() : 0;
    if (wide)
        f64_of(v, r)(n, y, x);
    else
        f32_of(v, r)(n, few, few);
    if (flush)
        tf1c_denormals_restore(before);
    for (int64_t i = 0; i < n; i++)
        each(v, r, wide ? &float64 : &float32, wide ? x[i] : (double)(float)x[i], wide ? y[i] : (double)few[i]);
    free(few), free(y);
}

/* Every sign and exponent of the type: zeros, denormals, infinities and NaN as well. */
static int64_t grid(bool wide, int mantissas, double *x)
{
    const int exponents = wide ? 4096 : 512;
    int64_t n = 0;

    for (uint64_t top = 0; top < (uint64_t)exponents; top++)
        for (int k = 0; k < mantissas; k++) {
            const uint64_t low = k == 0 ? 0 : k == 1 ? 1 : random_bits() << 16;
            const uint64_t bits = top << 52 | (low & 0xfffffffffffff);
            const uint32_t few = (uint32_t)(top << 23 | (low >> 29 & 0x7fffff));
            float f;

            if (wide) {
                memcpy(&x[n++], &bits, sizeof bits);
            } else {
                memcpy(&f, &few, sizeof f);
                x[n++] = (double)f;
            }
        }
    return n;
}

static const tf1c_vecmath *level_of(int i) { return tf1c_vec_level(level_names[i]); }

START_TEST(every_exponent_and_many_mantissas_are_within_the_stated_ulps)
{
    enum { MANTISSAS = 50, MOST = 4096 * MANTISSAS };
    const tf1c_vecmath *v = level_of(_i / ROWS);
    const struct row *r = &rows[_i % ROWS];
    double *x = malloc(MOST * sizeof *x);

    for (int wide = r->types == WIDE; wide < 2 && v; wide++)
        for (int flush = 0; flush < 2; flush++)
            check_all(v, r, wide, grid(wide, MANTISSAS, x), x, flush ? check_flushed : check_accuracy, flush);
    free(x);
}
END_TEST

START_TEST(a_dense_sweep_is_within_the_stated_ulps)
{
    enum { N = 100000 };
    const tf1c_vecmath *v = level_of(_i / ROWS);
    const struct row *r = &rows[_i % ROWS];
    double *x = malloc(N * sizeof *x);

    for (int i = 0; i < N; i++)
        x[i] = random_in(r->low, r->high);
    for (int wide = r->types == WIDE; wide < 2 && v; wide++)
        check_all(v, r, wide, N, x, check_accuracy, false);
    free(x);
}
END_TEST

/* ---- powers ---------------------------------------------------------------------------------------------------------------- */

static void check_powers(const tf1c_vecmath *v, int64_t n, const double *x, const double *y)
{
    static float few[3][1024];
    static double out[1024];

    for (int64_t i = 0; i < n; i++) {
        few[0][i] = (float)x[i];
        few[1][i] = (float)y[i];
    }
    v->pow(n, few[2], few[0], few[1]);
    v->functions->pow(n, out, x, y);
    for (int64_t i = 0; i < n; i++) {
        const long double exact = powl((long double)few[0][i], (long double)few[1][i]), wide = powl(x[i], y[i]);

        if (!(ulps_off(&float32, (double)few[2][i], exact) <= 1.5) || !(ulps_off(&float64, out[i], wide) <= 1.5))
            ck_abort_msg("%s pow(%a, %a) = %a, %a, not %La", v->isa, x[i], y[i], (double)few[2][i], out[i], wide);
    }
}

START_TEST(powers_are_within_the_stated_ulps)
{
    static const double special[] = { 0,  -0.0,  INFINITY, -INFINITY, NAN, 1,    -1,      2,   -2, 0.5,    -0.5,  3,
                                      -3, 1e-40, -1e-40,   4,         7,   0.25, 1 / 3.0, 1e9, -7, 1e-300, 5e-324 };
    enum { SPECIALS = sizeof special / sizeof *special };
    const tf1c_vecmath *v = level_of(_i);
    double x[1024], y[1024];
    int64_t n = 0;

    for (int i = 0; i < SPECIALS * SPECIALS; i++) {
        x[n] = special[i / SPECIALS];
        y[n++] = special[i % SPECIALS];
    }
    if (v)
        check_powers(v, n, x, y);
    for (int round = 0; round < 300 && v; round++) {
        for (int i = 0; i < 1024; i++) {
            x[i] = round % 3 ? random_in(0, round % 3 == 1 ? 3 : 1000) : ldexp(random_in(-1, 1), (int)(random_bits() % 200) - 100);
            y[i] = i % 4 == 3 ? special[random_bits() % SPECIALS] : round % 2 ? random_in(-9, 9) : floor(random_in(-9, 9));
        }
        check_powers(v, 1024, x, y);
    }
}
END_TEST

/* ---- sharding --------------------------------------------------------------------------------------------------------------- */

enum { LENGTH = 203 };

static void run_range(const tf1c_vecmath *v, const float *x, const double *wide, float out[][LENGTH], double wide_out[][LENGTH],
                      int begin, int end)
{
    const int n = end - begin;

    for (int i = 0; i < ROWS; i++) {
        if (rows[i].types == BOTH)
            f32_of(v, &rows[i])(n, out[i] + begin, x + begin);
        f64_of(v, &rows[i])(n, wide_out[i] + begin, wide + begin);
    }
    v->pow(n, out[ROWS] + begin, x + begin, x + LENGTH + begin);
    v->functions->pow(n, wide_out[ROWS] + begin, wide + begin, wide + LENGTH + begin);
}

START_TEST(sharding_at_any_index_changes_no_bit)
{
    static float x[2 * LENGTH], whole[ROWS + 1][LENGTH], parts[ROWS + 1][LENGTH];
    static double wide[2 * LENGTH], wide_whole[ROWS + 1][LENGTH], wide_parts[ROWS + 1][LENGTH];
    static const double exponents[] = { 2, 0.5, -1, 1.7, 3, -0.5, 1 };
    const tf1c_vecmath *v = level_of(_i);

    if (!v)
        return;
    for (int i = 0; i < 2 * LENGTH; i++) {
        wide[i] = i < LENGTH ? random_in(-1, 2) : exponents[random_bits() % 7];
        x[i] = (float)wide[i];
    }
    run_range(v, x, wide, whole, wide_whole, 0, LENGTH);
    for (int round = 0; round < 20; round++) {
        for (int begin = 0, end; begin < LENGTH; begin = end) {
            end = begin + 1 + (int)(random_bits() % (round < 10 ? 9 : 70));
            run_range(v, x, wide, parts, wide_parts, begin, end = end < LENGTH ? end : LENGTH);
        }
        for (int i = 0; i <= ROWS; i++)
            ck_assert_msg(memcmp(whole[i], parts[i], sizeof whole[i]) == 0 &&
                              memcmp(wide_whole[i], wide_parts[i], sizeof wide_whole[i]) == 0,
                          "%s %s: other bits in parts", v->isa, i < ROWS ? rows[i].name : "pow");
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core_functions");
    TCase *t = tcase_create("functions");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, every_exponent_and_many_mantissas_are_within_the_stated_ulps, 0, LEVELS * ROWS);
    tcase_add_loop_test(t, a_dense_sweep_is_within_the_stated_ulps, 0, LEVELS * ROWS);
    tcase_add_loop_test(t, powers_are_within_the_stated_ulps, 0, LEVELS);
    tcase_add_loop_test(t, sharding_at_any_index_changes_no_bit, 0, LEVELS);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
