/* Special functions, by series and continued fractions in double precision. TF1: core/ops/math_ops.cc, Eigen's SpecialFunctions;
 * python/ops/math_grad.py, special_math_ops.py. */
#include "ops/math/special.h"

#include <float.h>
#include <math.h>

#include "ops/array/array.h"
#include "ops/array/identity.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/gradient_counts.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"

/* ---- functions ----------------------------------------------------------------------------------------------------------------------- */

static double log_gamma(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}

/* The asymptotic series, where x is large enough; what is below is raised to there. Below 0 by reflection. */
static double digamma(double x)
{
    static const double by[] = { 8.33333333333333333333e-2,  -2.10927960927960927961e-2, 7.57575757575757575758e-3,
                                 -4.16666666666666666667e-3, 3.96825396825396825397e-3,  -8.33333333333333333333e-3,
                                 8.33333333333333333333e-2 };
    double reflected = 0, raised = 0, series = 0;
    if (x <= 0) {
        if (x == floor(x))
            return INFINITY;
        const double r = x - rint(x);
        reflected = fabs(r) == 0.5 ? 0 : M_PI / tan(M_PI * r);
        x = 1 - x;
    }
    for (; x < 10; x++)
        raised += 1 / x;
    for (int i = 0; i < 7; i++)
        series = series / (x * x) + by[i];
    return log(x) - 0.5 / x - series / (x * x) - raised - reflected;
}

/* Hurwitz's: some terms, then Euler and Maclaurin's sum of the rest. */
static double zeta(double x, double q)
{
    static const double by[] = { 12.0,
                                 -720.0,
                                 30240.0,
                                 -1209600.0,
                                 47900160.0,
                                 -1.8924375803183791606e9,
                                 7.47242496e10,
                                 -2.950130727918164224e12,
                                 1.1646782814350067249e14,
                                 -4.5979787224074726105e15,
                                 1.8152105401943546773e17,
                                 -7.1661652561756670113e18 };
    if (x == 1)
        return INFINITY;
    if (!(x > 1))
        return NAN;
    if (q <= 0 && q == floor(q))
        return INFINITY;
    if (q <= 0 && x != floor(x))
        return NAN;
    double sum = pow(q, -x), term = 0, at = q;
    for (int i = 0; i < 9 || at <= 9; i++) {
        at++;
        term = pow(at, -x);
        sum += term;
        if (fabs(term / sum) < DBL_EPSILON)
            return sum;
    }
    sum += term * at / (x - 1) - 0.5 * term;
    double factor = 1;
    for (int i = 0; i < 12; i++) {
        factor *= x + 2 * i;
        term /= at;
        const double more = factor * term / by[i];
        sum += more;
        if (fabs(more / sum) < DBL_EPSILON)
            break;
        factor *= x + 2 * i + 1;
        term /= at;
    }
    return sum;
}

static double polygamma(double n, double x)
{
    if (!(n >= 0) || n != floor(n))
        return NAN;
    return n == 0 ? digamma(x) : (fmod(n, 2) ? 1 : -1) * exp(log_gamma(n + 1)) * zeta(n + 1, x);
}

enum { MOST_STEPS = 2000 };

/* P(a, x) by its series; *da: its derivative to a. */
static double gamma_series(double a, double x, double *da)
{
    const double by = exp(a * log(x) - x - log_gamma(a + 1)), dlog = log(x) - digamma(a + 1);
    double r = a, term = 1, sum = 1, dterm = 0, dsum = 0;
    for (int i = 0; i < MOST_STEPS; i++) {
        r++;
        dterm = x / r * dterm - x / (r * r) * term;
        term *= x / r;
        sum += term;
        dsum += dterm;
        if (term <= DBL_EPSILON * sum && fabs(dterm) <= DBL_EPSILON * fabs(dsum))
            break;
    }
    *da = by * (dsum + sum * dlog);
    return by * sum;
}

typedef struct {
    double p, q, dp, dq;
} convergent;

static void scale_down(convergent *c)
{
    const double by = DBL_EPSILON;
    *c = (convergent){ c->p * by, c->q * by, c->dp * by, c->dq * by };
}

/* 1 - P(a, x) by its continued fraction; *da: its derivative to a. */
static double gamma_fraction(double a, double x, double *da)
{
    const double by = exp(a * log(x) - x - log_gamma(a)), dlog = log(x) - digamma(a);
    double y = 1 - a, z = x + y + 1;
    convergent old = { 1, x, 0, 0 }, now = { x + 1, z * x, 0, -x };
    double value = now.p / now.q, dvalue = (now.dp - value * now.dq) / now.q;
    for (int i = 1; i < MOST_STEPS; i++) {
        y++;
        z += 2;
        const double yc = y * i;
        const convergent next = { now.p * z - old.p * yc, now.q * z - old.q * yc, now.dp * z - now.p - old.dp * yc + old.p * i,
                                  now.dq * z - now.q - old.dq * yc + old.q * i };
        old = now;
        now = next;
        if (next.q != 0) {
            const double last = value, dlast = dvalue;
            value = next.p / next.q;
            dvalue = (next.dp - value * next.dq) / next.q;
            if (fabs(value - last) <= DBL_EPSILON * fabs(value) && fabs(dvalue - dlast) <= DBL_EPSILON * (1 + fabs(dvalue)))
                break;
        }
        if (fabs(now.p) > 1 / DBL_EPSILON) {
            scale_down(&old);
            scale_down(&now);
        }
    }
    *da = by * (dvalue + value * dlog);
    return by * value;
}

static double lower_gamma(double a, double x, double *da)
{
    double d, value;
    *da = 0;
    if (x == 0)
        return 0;
    if (!(x >= 0) || !(a > 0))
        return *da = NAN;
    if (isinf(x))
        return 1;
    if (x > 1 && x > a) {
        value = 1 - gamma_fraction(a, x, &d);
        *da = -d;
        return value;
    }
    return gamma_series(a, x, da);
}
static double igamma(double a, double x)
{
    double d;
    return lower_gamma(a, x, &d);
}
static double igamma_grad_a(double a, double x)
{
    double d;
    lower_gamma(a, x, &d);
    return d;
}
static double igammac(double a, double x)
{
    double d;
    if (!(x >= 0) || !(a > 0))
        return NAN;
    return x == 0 ? 1 : isinf(x) ? 0 : x > 1 && x > a ? gamma_fraction(a, x, &d) : 1 - gamma_series(a, x, &d);
}

/* Lentz's evaluation of the continued fraction of I_x(a, b). */
static double beta_fraction(double a, double b, double x)
{
    const double least = DBL_MIN / DBL_EPSILON;
    double c = 1, d = 1 - (a + b) * x / (a + 1), value;
    d = 1 / (fabs(d) < least ? least : d);
    value = d;
    for (int m = 1; m < 5 * MOST_STEPS; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                     odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        for (int half = 0; half < 2; half++) {
            const double by = half ? odd : even, below = 1 + by * d, above = 1 + by / c;
            d = 1 / (fabs(below) < least ? least : below);
            c = fabs(above) < least ? least : above;
            value *= c * d;
        }
        if (fabs(c * d - 1) < DBL_EPSILON)
            break;
    }
    return value;
}

static double betainc(double a, double b, double x)
{
    if (!(a > 0) || !(b > 0) || !(x >= 0) || !(x <= 1))
        return NAN;
    if (x == 0 || x == 1)
        return x;
    const double by = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log1p(-x));
    return x < (a + 1) / (a + b + 2) ? by * beta_fraction(a, b, x) / a : 1 - by * beta_fraction(b, a, 1 - x) / b;
}

/* ---- ops -------------------------------------------------------------------------------------------------------------------------------- */
#define FLOATING_STRIPS(id) static tf_strip *const id##_strips[TF_DTYPES] = { [tf_float32] = id##_f32, [tf_float64] = id##_f64 };
#define SPECIAL(id, op_name, signature, result, shape_fn, builder) \
    static void id##_gradient(tf_grad_ctx *g, tf_tensor dy);       \
    static const tf_op_def id##_op = {                             \
        .name = op_name,                                           \
        .in = signature,                                           \
        .out = result,                                             \
        .T = TF_FLOATING,                                          \
        .traits = TF_ELEMENTWISE_TRAITS,                           \
        .shape = shape_fn,                                         \
        .strips = id##_strips,                                     \
        .gradient = id##_gradient,                                 \
    };                                                             \
    builder
#define UNARY_SPECIAL(id, op_name, in_single, in_double) \
    STRIP1(id##_f32, float, float, in_single)            \
    STRIP1(id##_f64, double, double, in_double)          \
    FLOATING_STRIPS(id)                                  \
    SPECIAL(id, op_name, "x:T", "y:T", tf_unchanged_shape, UNARY_BUILDER(tf_##id##_, id##_op, NULL))
#define BINARY_SPECIAL(id, op_name, signature, fn, default_name, formula) \
    STRIP2(id##_f32, float, float, formula)                               \
    STRIP2(id##_f64, double, double, formula)                             \
    FLOATING_STRIPS(id)                                                   \
    SPECIAL(id, op_name, signature, "z:T", tf_broadcast_shape, BINARY_BUILDER(fn, id##_op, default_name))

UNARY_SPECIAL(lgamma, "Lgamma", log_gamma(x), log_gamma(x))
UNARY_SPECIAL(digamma, "Digamma", digamma(x), digamma(x))
UNARY_SPECIAL(erfc, "Erfc", erfcf(x), erfc(x))
UNARY_SPECIAL(asinh, "Asinh", asinhf(x), asinh(x))
UNARY_SPECIAL(acosh, "Acosh", acoshf(x), acosh(x))
UNARY_SPECIAL(atanh, "Atanh", atanhf(x), atanh(x))
BINARY_SPECIAL(polygamma, "Polygamma", "a:T, x:T", tf_polygamma_, NULL, polygamma(x, y))
BINARY_SPECIAL(zeta, "Zeta", "x:T, q:T", tf_zeta_, NULL, zeta(x, y))
BINARY_SPECIAL(igamma, "Igamma", "a:T, x:T", tf_igamma_, NULL, igamma(x, y))
BINARY_SPECIAL(igammac, "Igammac", "a:T, x:T", tf_igammac_, NULL, igammac(x, y))
BINARY_SPECIAL(atan2, "Atan2", "y:T, x:T", tf_atan2_, NULL, atan2((double)x, (double)y))
BINARY_SPECIAL(xlogy, "Xlogy", "x:T, y:T", tf_math_xlogy_, NULL, x == 0 ? 0 : x * log((double)y))
BINARY_SPECIAL(xdivy, "Xdivy", "x:T, y:T", tf_math_xdivy_, NULL, x == 0 ? 0 : x / y)
BINARY_SPECIAL(mul_no_nan, "MulNoNan", "x:T, y:T", tf_math_multiply_no_nan_, "multiply_no_nan", y == 0 ? 0 : x * y)

STRIP2(igamma_grad_a_f32, float, float, igamma_grad_a(x, y))
STRIP2(igamma_grad_a_f64, double, double, igamma_grad_a(x, y))
FLOATING_STRIPS(igamma_grad_a)
static const tf_op_def igamma_grad_a_op = {
    .name = "IgammaGradA",
    .in = "a:T, x:T",
    .out = "z:T",
    .T = TF_FLOATING,
    .traits = TF_ELEMENTWISE_TRAITS,
    .shape = tf_broadcast_shape,
    .strips = igamma_grad_a_strips,
    .gradient = tf1c_undefined_gradient,
};

/* ---- gradients: as of TF 1.15.5, whose own clock stands before the day from which 0 times infinity is 0 there ---------------------- */
static tf_tensor flowing(tf_tensor derivative, tf_tensor dy) { return tf_mul(dy, derivative); }

static void lgamma_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, flowing(tf_digamma(g->in[0]), dy)); }
static void digamma_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, flowing(tf_polygamma(1, g->in[0]), dy)); }
static void erfc_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 0, tf_mul(tf_mul(dy, -1.12837916709551257390), tf_exp(tf_neg(tf_square(g->in[0])))));
}
static void asinh_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_truediv(dy, tf_cosh(g->out[0]))); }
static void acosh_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_truediv(dy, tf_sinh(g->out[0]))); }
static void atanh_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 0, tf_mul(dy, tf_reciprocal(tf_sub(1, tf_square(g->in[0])))));
}

static void polygamma_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, TF1C_BROADCAST_ONE + 4);
    const tf_tensor dx = tf_polygamma(tf_add(g->in[0], 1), g->in[1]);
    tf_add_grad(g, 1, tf_sum_to(flowing(dx, dy), g->in[1]));
}
static void zeta_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, TF1C_BROADCAST_ONE + 6);
    const tf_tensor x = g->in[0], dq = tf_mul(tf_neg(x), tf_zeta(tf_add(x, 1), g->in[1]));
    tf_add_grad(g, 1, tf_sum_to(flowing(dq, dy), g->in[1]));
}

static void igamma_gradients(tf_grad_ctx *g, tf_tensor dy, bool upper)
{
    tf1c_gradient_makes(g, TF1C_BROADCAST_ALWAYS + (upper ? 14 : 12));
    const tf_tensor a = g->in[0], x = g->in[1];
    const tf_operand in[] = { operand_of(a), operand_of(x) };
    const tf_tensor da = array_op(&igamma_grad_a_op, (struct tf_name_args){ 0 }, NULL, NULL, 2, in);
    const tf_tensor exponent = tf_sub(tf_add(tf_neg(x), tf_mul(tf_sub(a, 1), tf_log(x))), tf_lgamma(a));
    const tf_tensor to_a = tf_sum_to(flowing(da, dy), a), to_x = tf_sum_to(flowing(tf_exp(exponent), dy), x);
    tf_add_grad(g, 0, upper ? tf_neg(to_a) : to_a);
    tf_add_grad(g, 1, upper ? tf_neg(to_x) : to_x);
}
static void igamma_gradient(tf_grad_ctx *g, tf_tensor dy) { igamma_gradients(g, dy, false); }
static void igammac_gradient(tf_grad_ctx *g, tf_tensor dy) { igamma_gradients(g, dy, true); }

static void atan2_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 7); /* TF's is for operands of one shape */
    const tf_tensor y = g->in[0], x = g->in[1], by = tf_truediv(dy, tf_add(tf_square(x), tf_square(y)));
    tf_add_grad(g, 0, tf_sum_to(tf_mul(x, by), y));
    tf_add_grad(g, 1, tf_sum_to(tf_mul(tf_neg(y), by), x));
}

static tf_tensor where_not_0(tf_tensor x) { return tf_cast(tf_not_equal(x, tf_zeros_like(x)), tf_get_dtype(x)); }
/* A 0 that is converted to x's dtype; NotEqual, Cast */
static int count_where_not_0(tf_tensor x) { return (tf_get_dtype(x) == tf_float32 ? 1 : 2) + 2; }
static void xlogy_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    tf1c_gradient_makes(g, TF1C_BROADCAST_ALWAYS + count_where_not_0(g->in[0]) + 4);
    const tf_tensor x = g->in[0], y = g->in[1];
    tf_add_grad(g, 0, tf_sum_to(tf_mul(tf_math_xlogy(where_not_0(x), y), dz), x));
    tf_add_grad(g, 1, tf_sum_to(tf_mul(tf_math_xdivy(x, y), dz), y));
}
static void xdivy_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    tf1c_gradient_makes(g, TF1C_BROADCAST_ALWAYS + count_where_not_0(g->in[0]) + 7);
    const tf_tensor x = g->in[0], y = g->in[1];
    tf_add_grad(g, 0, tf_sum_to(tf_mul(tf_math_xdivy(where_not_0(x), y), dz), x));
    tf_add_grad(g, 1, tf_sum_to(tf_mul(tf_math_xdivy(tf_neg(x), tf_square(y)), dz), y));
}
static void mul_no_nan_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    const tf_dims x = tf_get_shape(g->in[0]), y = tf_get_shape(g->in[1]);
    const bool same = tf_dims_fully_known(x) && tf_dims_equal(x, y);
    tf1c_gradient_makes(g, (same ? 0 : TF1C_BROADCAST_ALWAYS) + 2);
    tf_add_grad(g, 0, tf_sum_to(tf_math_multiply_no_nan(dz, g->in[1]), g->in[0]));
    tf_add_grad(g, 1, tf_sum_to(tf_math_multiply_no_nan(g->in[0], dz), g->in[1]));
}

/* ---- Betainc: three operands of one shape, or scalars ------------------------------------------------------------------------------------- */
#define BETAINC_STRIP(id, type)                                                    \
    static void id(int64_t n, void *out, const void *const *in, const void *attrs) \
    {                                                                              \
        const type *a = in[0], *b = in[1], *x = in[2];                             \
        type *z = out;                                                             \
        (void)attrs;                                                               \
        for (int64_t i = 0; i < n; i++)                                            \
            z[i] = (type)betainc(a[i], b[i], x[i]);                                \
    }
BETAINC_STRIP(betainc_f32, float)
BETAINC_STRIP(betainc_f64, double)
FLOATING_STRIPS(betainc)

static void betainc_shape(tf_shape_ctx *c)
{
    tf_dims out = SCALAR;
    bool known = true;
    for (int i = 0; i < 3; i++) {
        const tf_dims d = *tf_in_dims(c, i);
        known &= d.known;
        if (!d.known || !d.rank)
            continue;
        if (!out.rank)
            out = d;
        else if (!tf1c_merge_in(c, out, d, &out, ""))
            return;
    }
    if (known || out.rank)
        tf_set_out(c, 0, out);
}

static void betainc_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, TF1C_BROADCAST_ONE + 20);
    const tf_tensor a = g->in[0], b = g->in[1], x = g->in[2];
    const tf_tensor log_beta = tf_sub(tf_add(tf_lgamma(a), tf_lgamma(b)), tf_lgamma(tf_add(a, b)));
    const tf_tensor powers = tf_add(tf_mul(tf_sub(b, 1), tf_log(tf_sub(1, x))), tf_mul(tf_sub(a, 1), tf_log(x)));
    tf_add_grad(g, 2, tf_sum_to(flowing(tf_exp(tf_sub(powers, log_beta)), dy), x));
}

static const tf_op_def betainc_op = {
    .name = "Betainc",
    .in = "a:T, b:T, x:T",
    .out = "z:T",
    .T = TF_FLOATING,
    .traits = TF_ELEMENTWISE_TRAITS,
    .shape = betainc_shape,
    .strips = betainc_strips,
    .gradient = betainc_gradient,
};
tf_tensor tf_betainc_(struct tf_betainc_args a)
{
    const tf_operand in[] = { tf1c_keyword(a.a, true), tf1c_keyword(a.b, true), tf1c_keyword(a.x, true) };
    return array_op(&betainc_op, (struct tf_name_args){ a.here, a.name }, NULL, NULL, 3, in);
}

tf_tensor tf_lbeta_(tf_operand operand, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "lbeta");
    const tf_tensor x = tf_convert(operand, tf_dtype_unset, a.here, "x");
    const tf_tensor product = tf_reduce_sum(tf_lgamma(x), AXES(-1));
    return tf_sub(product, tf_lgamma(tf_reduce_sum(x, AXES(-1))));
}

/* clang-format off */
tf1c_op_family tf1c_family_special = {
    &lgamma_op,
    &digamma_op,
    &erfc_op,
    &asinh_op,
    &acosh_op,
    &atanh_op,
    &polygamma_op,
    &zeta_op,
    &igamma_op,
    &igammac_op,
    &igamma_grad_a_op,
    &atan2_op,
    &xlogy_op,
    &xdivy_op,
    &mul_no_nan_op,
    &betainc_op,
    NULL,
};
