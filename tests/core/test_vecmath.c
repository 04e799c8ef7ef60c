/* Vector math at every level this CPU has: accuracy against libm in double, and bits that no sharding changes. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/vecmath.h"

static const char *const level_names[] = { "baseline", "avx2", "avx512" };
enum { LEVELS = 3 };

static uint32_t random_state = 1;
static uint32_t random_word(void) { return random_state = random_state * 1664525u + 1013904223u; }

static float from_bits(uint32_t bits)
{
    float f;

    memcpy(&f, &bits, sizeof f);
    return f;
}

static float random_float(float low, float high) { return low + (high - low) * (float)(random_word() >> 8) * 0x1p-24f; }

/* ---- accuracy -----------------------------------------------------------------------------------------------------
 */

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double softplus(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }
static double rsqrt(double x) { return 1 / sqrt(x); }

#define UNARY(name) offsetof(tf1c_vecmath, name)
typedef void unary(int64_t n, float *out, const float *x);
typedef void binary(int64_t n, float *out, const float *x, const float *y);

static const struct accuracy {
    const char *name;
    size_t function;
    double (*exact)(double x);
    double ulps;
    float low, high; /* swept densely, besides the grid */
} accuracies[] = {
    { "exp", UNARY(exp), exp, 4, -104, 89 },
    { "log", UNARY(log), log, 4, 0, 4 },
    { "log1p", UNARY(log1p), log1p, 4, -1, 4 },
    { "tanh", UNARY(tanh), tanh, 4, -10, 10 },
    { "sigmoid", UNARY(sigmoid), sigmoid, 4, -104, 20 },
    { "softplus", UNARY(softplus), softplus, 4, -104, 20 },
    { "sqrt", UNARY(sqrt), sqrt, 0.5, 0, 4 },
    { "rsqrt", UNARY(rsqrt), rsqrt, 1.5, 0, 4 },
};
enum { ACCURACIES = sizeof accuracies / sizeof *accuracies };

static unary *unary_of(const tf1c_vecmath *v, size_t offset)
{
    unary *f;

    memcpy(&f, (const char *)v + offset, sizeof f);
    return f;
}

/* |got - exact| in units of the last place of exact as a float; 0 if got is exact rounded. */
static double ulps_off(float got, double exact)
{
    int e;

    if (got == (float)exact || (isnan(got) && isnan(exact)))
        return 0;
    if (!isfinite((double)got) || !isfinite(exact))
        return INFINITY;
    frexp(exact, &e);
    return fabs((double)got - exact) / ldexp(1, (e < -125 ? -125 : e) - 24);
}

static void check_accuracy(const tf1c_vecmath *v, const struct accuracy *a, int64_t n, const float *x)
{
    float *y = malloc((size_t)n * sizeof *y);

    unary_of(v, a->function)(n, y, x);
    for (int64_t i = 0; i < n; i++) {
        const double exact = a->exact((double)x[i]), off = ulps_off(y[i], exact);

        if (!(off <= a->ulps)) /* an assertion a number would write a message to a file for each */
            ck_abort_msg("%s %s(%a) = %a, not %a: %.2f ulp", v->isa, a->name, (double)x[i], (double)y[i], exact, off);
        if (y[i] == 0 && !signbit(y[i]) != !signbit(exact))
            ck_abort_msg("%s %s(%a): the zero's sign", v->isa, a->name, (double)x[i]);
    }
    free(y);
}

START_TEST(every_exponent_and_many_mantissas_are_within_the_stated_ulps)
{
    enum { MANTISSAS = 400, N = 2 * 256 * MANTISSAS };
    const tf1c_vecmath *v = tf1c_vec_level(level_names[_i / ACCURACIES]);
    float *x = malloc(N * sizeof *x);
    int64_t n = 0;

    for (uint32_t top = 0; v && top < 512; top++) /* sign and exponent: zeros, denormals, infinities and NaN as well */
        for (uint32_t k = 0; k < MANTISSAS; k++)
            x[n++] = from_bits(top << 23 | (k == 0 ? 0 : k == 1 ? 1 : k == 2 ? 0x7fffff : random_word() >> 9));
    if (v)
        check_accuracy(v, &accuracies[_i % ACCURACIES], n, x);
    free(x);
}
END_TEST

START_TEST(a_dense_sweep_is_within_the_stated_ulps)
{
    enum { N = 300000 };
    const tf1c_vecmath *v = tf1c_vec_level(level_names[_i / ACCURACIES]);
    const struct accuracy *a = &accuracies[_i % ACCURACIES];
    float *x = malloc(N * sizeof *x);

    for (int i = 0; i < N; i++)
        x[i] = random_float(a->low, a->high);
    if (v)
        check_accuracy(v, a, N, x);
    free(x);
}
END_TEST

/* ---- what single elements become ----------------------------------------------------------------------------------
 */

START_TEST(comparisons_treat_nan_and_zeros_as_tensorflow_does)
{
    const tf1c_vecmath *v = tf1c_vec_level(level_names[_i]);
    const float x[] = { 0, -0.0f, NAN, 1, NAN, -3, 7 }, y[] = { -0.0f, 0, 1, NAN, NAN, -2, -7 };
    const float max[] = { 0, -0.0f, NAN, 1, NAN, -2, 7 }, min[] = { 0, -0.0f, NAN, 1, NAN, -3, -7 };
    const float relu[] = { 0, -0.0f, NAN, 1, NAN, 0, 7 }, relu_grad[] = { 0, 0, 0, NAN, 0, 0, -7 };
    float out[4][7];

    if (!v)
        return;
    v->max2(7, out[0], x, y);
    v->min2(7, out[1], x, y);
    v->relu(7, out[2], x);
    v->relu_grad(7, out[3], x, y);
    for (int k = 0; k < 4; k++)
        for (int i = 0; i < 7; i++) {
            const float want = (k == 0 ? max : k == 1 ? min : k == 2 ? relu : relu_grad)[i];

            ck_assert_msg(isnan(want) ? isnan(out[k][i]) : want == out[k][i] && !signbit(want) == !signbit(out[k][i]),
                          "%d, %d: %g, not %g", k, i, (double)out[k][i], (double)want);
        }
}
END_TEST

START_TEST(arithmetic_is_as_written)
{
    enum { N = 37 };
    const tf1c_vecmath *v = tf1c_vec_level(level_names[_i]);
    float x[N], y[N], out[N];

    if (!v)
        return;
    for (int i = 0; i < N; i++) {
        x[i] = random_float(-2, 2);
        y[i] = random_float(0.5f, 2);
    }
#define EXPECT(call, e)                                                                                                        \
    do {                                                                                                                       \
        call;                                                                                                                  \
        for (int i = 0; i < N; i++) {                                                                                          \
            const double a = (double)x[i], b = (double)y[i], want = e;                                                         \
                                                                                                                               \
            (void)a, (void)b;                                                                                                  \
            ck_assert_msg(fabs((double)out[i] - want) <= 1e-6 * (1 + fabs(want)), "%s: %.9g, not %.9g", #call, (double)out[i], \
                          want);                                                                                               \
        }                                                                                                                      \
    } while (0)
    EXPECT(v->add(N, out, x, y), a + b);
    EXPECT(v->sub(N, out, x, y), a - b);
    EXPECT(v->mul(N, out, x, y), a * b);
    EXPECT(v->div(N, out, x, y), a / b);
    EXPECT(v->pow(N, out, y, x), pow(b, a));
    EXPECT(v->square(N, out, x), a * a);
    EXPECT(v->neg(N, out, x), -a);
    EXPECT(v->abs(N, out, x), fabs(a));
    EXPECT(v->add_scalar(N, out, x, 0.3f), a + (double)0.3f);
    EXPECT(v->mul_scalar(N, out, x, 0.3f), a * (double)0.3f);
    EXPECT(v->exp_sub(N, out, x, 1.5f), exp(a - 1.5));
    EXPECT(v->one_minus_square_mul(N, out, x, y), b * (1 - a * a));
    EXPECT(v->sigmoid_grad(N, out, x, y), b * a * (1 - a));
}
END_TEST

/* ---- optimizers: three steps, as TensorFlow 1.15.5 answered ---------------------------------------------------------
 */

enum { VARS = 5, STEPS = 3 };
static const float start[VARS] = { 1.0f, -2.0f, 0.5f, 3.0f, 1e-3f };
static const float grads[STEPS][VARS] = { { .1f, -.2f, .3f, 4.f, 0.f },
                                          { -.5f, .25f, .125f, -1.f, 1e-4f },
                                          { 2.f, 3.f, -.7f, .9f, -.3f } };

static void adam(const tf1c_vecmath *v, int step, float *x, float s[3][VARS], const float *g)
{
    float power1 = 1, power2 = 1, lr_t; /* TensorFlow keeps the powers as float32 variables */

    for (int i = 0; i < step; i++) {
        power1 *= 0.9f;
        power2 *= 0.999f;
    }
    lr_t = 0.1f * sqrtf(1 - power2) / (1 - power1);
    v->adam(VARS, x, s[0], s[1], g, lr_t, 0.9f, 0.999f, 1e-8f);
}
static void sgd(const tf1c_vecmath *v, int step, float *x, float s[3][VARS], const float *g)
{
    (void)step, (void)s;
    v->sgd(VARS, x, g, 0.1f);
}
static void momentum(const tf1c_vecmath *v, int step, float *x, float s[3][VARS], const float *g)
{
    (void)step;
    v->momentum(VARS, x, s[0], g, 0.1f, 0.9f, 0);
}
static void nesterov(const tf1c_vecmath *v, int step, float *x, float s[3][VARS], const float *g)
{
    (void)step;
    v->momentum(VARS, x, s[0], g, 0.1f, 0.9f, 1);
}
static void ones_at_first(int step, float slot[VARS], float value)
{
    for (int i = 0; step == 1 && i < VARS; i++)
        slot[i] = value;
}
static void rmsprop(const tf1c_vecmath *v, int step, float *x, float s[3][VARS], const float *g)
{
    ones_at_first(step, s[0], 1);
    v->rmsprop(VARS, x, s[0], s[1], g, 0.1f, 0.9f, 0.5f, 1e-6f);
}
static void centered(const tf1c_vecmath *v, int step, float *x, float s[3][VARS], const float *g)
{
    ones_at_first(step, s[1], 1);
    v->rmsprop_centered(VARS, x, s[0], s[1], s[2], g, 0.1f, 0.9f, 0.5f, 1e-6f);
}
static void adagrad(const tf1c_vecmath *v, int step, float *x, float s[3][VARS], const float *g)
{
    ones_at_first(step, s[0], 0.1f);
    v->adagrad(VARS, x, s[0], g, 0.1f);
}
static void adadelta(const tf1c_vecmath *v, int step, float *x, float s[3][VARS], const float *g)
{
    (void)step;
    v->adadelta(VARS, x, s[0], s[1], g, 0.1f, 0.9f, 1e-6f);
}

static const struct {
    void (*step)(const tf1c_vecmath *v, int step, float *x, float s[3][VARS], const float *g);
    float want[VARS];
} optimizers[] = {
    { adam, { 0.9093538522720337f, -1.9811278581619263f, 0.33804041147232056f, 2.803964138031006f, -0.009317174553871155f } },
    { sgd, { 0.8399999737739563f, -2.305000066757202f, 0.5275000333786011f, 2.609999895095825f, 0.030990000814199448f } },
    { momentum, { 0.867900013923645f, -2.293299913406372f, 0.46494999527931213f, 2.0160000324249268f, 0.030981000512838364f } },
    { nesterov, { 0.721109926700592f, -2.568969964981079f, 0.4959549903869629f, 1.7244000434875488f, 0.05797290429472923f } },
    { rmsprop, { 0.877281904220581f, -2.2390172481536865f, 0.5031459331512451f, 2.5943973064422607f, 0.03590482845902443f } },
    { centered, { 0.8751749992370605f, -2.2460269927978516f, 0.5031585097312927f, 2.579444408416748f, 0.035926129668951035f } },
    { adagrad, { 0.9573996067047119f, -2.100996971130371f, 0.48753809928894043f, 2.9032270908355713f, 0.06979309767484665f } },
    { adadelta, { 0.9995216727256775f, -2.0006000995635986f, 0.4999384880065918f, 2.999691963195801f, 0.0013063731603324413f } },
};
enum { OPTIMIZERS = sizeof optimizers / sizeof *optimizers };

START_TEST(optimizers_step_as_tensorflow_does)
{
    const tf1c_vecmath *v = tf1c_vec_level(level_names[_i / OPTIMIZERS]);
    float x[VARS], slots[3][VARS] = { { 0 } };

    memcpy(x, start, sizeof x);
    for (int step = 1; v && step <= STEPS; step++)
        optimizers[_i % OPTIMIZERS].step(v, step, x, slots, grads[step - 1]);
    for (int i = 0; v && i < VARS; i++)
        ck_assert_float_eq_tol(x[i], optimizers[_i % OPTIMIZERS].want[i], 3e-7f * (1 + fabsf(x[i])));
}
END_TEST

/* ---- reductions ---------------------------------------------------------------------------------------------------
 */

START_TEST(sums_are_exact_enough_and_the_same_at_every_level)
{
    static const int sizes[] = { 0, 1, 7, 31, 32, 33, 100, 4096, 4097, 10000 };
    const int n = sizes[_i];
    float x[10000];
    double sum = 0, squares = 0, magnitude = 0;

    for (int i = 0; i < n; i++) {
        x[i] = random_float(-1, 3);
        sum += (double)x[i];
        squares += (double)x[i] * (double)x[i];
        magnitude += fabs((double)x[i]);
    }
    for (int l = 0; l < LEVELS; l++) {
        const tf1c_vecmath *v = tf1c_vec_level(level_names[l]), *base = tf1c_vec_level("baseline");

        if (!v)
            continue;
        ck_assert_double_le(fabs((double)v->sum(n, x) - sum), 1e-6 * magnitude);
        ck_assert_double_le(fabs((double)v->sum_squares(n, x) - squares), 1e-6 * squares);
        ck_assert(v->sum(n, x) == base->sum(n, x) && v->sum_squares(n, x) == base->sum_squares(n, x));
    }
}
END_TEST

START_TEST(max_finds_the_largest_and_keeps_nan)
{
    const tf1c_vecmath *v = tf1c_vec_level(level_names[_i]);
    float x[67];

    for (int n = 1; v && n <= 67; n++)
        for (int at = 0; at < n; at++) {
            for (int i = 0; i < n; i++)
                x[i] = random_float(-5, -1);
            x[at] = -0.5f;
            if (v->max(n, x) != -0.5f)
                ck_abort_msg("%d of %d: %g", at, n, (double)v->max(n, x));
            x[at] = NAN;
            if (!isnan(v->max(n, x)))
                ck_abort_msg("%d of %d: NaN is lost", at, n);
        }
    ck_assert(!v || (v->max(0, x) == -INFINITY && v->sum(0, x) == 0));
}
END_TEST

/* ---- sharding -------------------------------------------------------------------------------------------------------
 */

enum { LENGTH = 517 };

/* Runs every elementwise function over [begin, end) of the same inputs; results in rows of `out`. */
enum { FUNCTIONS = 37 };
typedef float results[FUNCTIONS][LENGTH];

static int run_range(const tf1c_vecmath *v, results in, results out, int begin, int end)
{
    unary *const one[] = { v->exp,  v->log,  v->log1p, v->tanh,   v->sigmoid, v->softplus,
                           v->relu, v->sqrt, v->rsqrt, v->square, v->neg,     v->abs };
    binary *const two[] = { v->add,          v->sub,      v->mul, v->div, v->pow, v->max2, v->min2, v->one_minus_square_mul,
                            v->sigmoid_grad, v->relu_grad };
    const int n = end - begin;
    const float *const x = in[0] + begin, *const y = in[1] + begin;
    int row = 0;

#define OUT (out[row++] + begin)
    for (size_t i = 0; i < sizeof one / sizeof *one; i++)
        one[i](n, OUT, x);
    for (size_t i = 0; i < sizeof two / sizeof *two; i++)
        two[i](n, OUT, x, y);
    v->add_scalar(n, OUT, x, 0.3f);
    v->mul_scalar(n, OUT, x, 0.3f);
    v->exp_sub(n, OUT, x, 0.3f);
    v->adam(n, out[row] + begin, out[row + 1] + begin, out[row + 2] + begin, x, 0.1f, 0.9f, 0.99f, 1e-8f);
    row += 3;
    v->sgd(n, OUT, x, 0.3f);
    v->momentum(n, out[row] + begin, out[row + 1] + begin, x, 0.1f, 0.9f, 1);
    row += 2;
    v->rmsprop_centered(n, out[row] + begin, out[row + 1] + begin, out[row + 2] + begin, out[row + 3] + begin, x, 0.1f, 0.9f, 0.5f,
                        1e-6f);
    row += 4;
    v->adagrad(n, out[row] + begin, out[row + 1] + begin, x, 0.1f);
    return row + 2;
}

START_TEST(sharding_at_any_index_changes_no_bit)
{
    static results in, whole, parts;
    const tf1c_vecmath *v = tf1c_vec_level(level_names[_i]);

    if (!v)
        return;
    for (int k = 0; k < FUNCTIONS; k++)
        for (int i = 0; i < LENGTH; i++)
            in[k][i] = random_float(k % 2 ? 0.1f : -9, 9);
    memcpy(whole, in, sizeof whole);
    ck_assert_int_eq(run_range(v, in, whole, 0, LENGTH), FUNCTIONS);
    for (int round = 0; round < 40; round++) {
        memcpy(parts, in, sizeof parts);
        for (int begin = 0, end; begin < LENGTH; begin = end) {
            end = begin + (int)(random_word() >> 8) % (round < 20 ? 9 : 100);
            run_range(v, in, parts, begin, end = end < LENGTH ? end : LENGTH);
        }
        ck_assert_mem_eq(whole, parts, sizeof whole);
    }
}
END_TEST

START_TEST(nothing_outside_the_range_is_written)
{
    const tf1c_vecmath *v = tf1c_vec_level(level_names[_i]);
    float x[40], out[40];

    for (int n = 0; v && n <= 33; n++) {
        for (int i = 0; i < 40; i++)
            x[i] = out[i] = 9;
        v->exp(n, out + 3, x);
        v->add(n, out + 3, x, x);
        for (int i = 0; i < 40; i++)
            if (out[i] != (i < 3 || i >= 3 + n ? 9.0f : 18.0f))
                ck_abort_msg("n = %d, element %d: %g", n, i - 3, (double)out[i]);
    }
}
END_TEST

START_TEST(the_level_in_use_is_one_that_can_be_asked_for)
{
    ck_assert_ptr_eq(tf1c_vec_level(tf1c_vec()->isa), tf1c_vec());
    ck_assert_ptr_nonnull(tf1c_vec_level("baseline"));
    ck_assert_ptr_null(tf1c_vec_level("mmx"));
}
END_TEST

START_TEST(the_environment_chooses_the_level) /* each test is a process of its own */
{
    setenv("TF1C_ISA", _i ? "mmx" : "baseline", 1);
    if (_i == 0)
        ck_assert_str_eq(tf1c_vec()->isa, "baseline");
    else
        ck_assert_ptr_nonnull(tf1c_vec()); /* an unknown name is passed over */
}
END_TEST

int main(void)
{
    Suite *s = suite_create("core_vecmath");
    TCase *t = tcase_create("vecmath");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, every_exponent_and_many_mantissas_are_within_the_stated_ulps, 0, LEVELS * ACCURACIES);
    tcase_add_loop_test(t, a_dense_sweep_is_within_the_stated_ulps, 0, LEVELS * ACCURACIES);
    tcase_add_loop_test(t, comparisons_treat_nan_and_zeros_as_tensorflow_does, 0, LEVELS);
    tcase_add_loop_test(t, arithmetic_is_as_written, 0, LEVELS);
    tcase_add_loop_test(t, optimizers_step_as_tensorflow_does, 0, LEVELS * OPTIMIZERS);
    tcase_add_loop_test(t, sums_are_exact_enough_and_the_same_at_every_level, 0, 10);
    tcase_add_loop_test(t, max_finds_the_largest_and_keeps_nan, 0, LEVELS);
    tcase_add_loop_test(t, sharding_at_any_index_changes_no_bit, 0, LEVELS);
    tcase_add_loop_test(t, nothing_outside_the_range_is_written, 0, LEVELS);
    tcase_add_test(t, the_level_in_use_is_one_that_can_be_asked_for);
    tcase_add_loop_test(t, the_environment_chooses_the_level, 0, 2);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
