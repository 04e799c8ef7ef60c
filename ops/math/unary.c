/* Functions of one operand, their gradients as ops of their own where TF1 has them. */
#include "ops/math/unary.h"

#include <math.h>

#include "core/vecmath.h"
#include "ops/array/identity.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/gradient_counts.h"
#include "ops/nn/activation.h"

#define SIGNED (TF_FLOATING | TF_INDEX)
#define NO_NAME ((struct tf_name_args){ 0 })

/* Strips by core/vecmath.h: of float32, and its functions of either type. */
#define VEC1(id, fn)                                                               \
    static void id(int64_t n, void *out, const void *const *in, const void *attrs) \
    {                                                                              \
        (void)attrs;                                                               \
        tf1c_vec()->fn(n, out, in[0]);                                             \
    }
#define FUNCTION1(id, fn)                                                          \
    static void id(int64_t n, void *out, const void *const *in, const void *attrs) \
    {                                                                              \
        (void)attrs;                                                               \
        tf1c_vec()->functions->fn(n, out, in[0]);                                  \
    }
#define VEC2(id, fn)                                                               \
    static void id(int64_t n, void *out, const void *const *in, const void *attrs) \
    {                                                                              \
        (void)attrs;                                                               \
        tf1c_vec()->fn(n, out, in[0], in[1]);                                      \
    }

#define FUNCTION_STRIPS(id)     \
    FUNCTION1(id##_f32, id.f32) \
    FUNCTION1(id##_f64, id.f64) \
    FLOATING_STRIPS(id)
#define FLOATING_STRIPS(id) static tf_strip *const id##_strips[TF_DTYPES] = { [tf_float32] = id##_f32, [tf_float64] = id##_f64 };
#define SIGNED_STRIPS(id)                                                                              \
    static tf_strip *const id##_strips[TF_DTYPES] = {                                                  \
        [tf_float32] = id##_f32, [tf_float64] = id##_f64, [tf_int32] = id##_i32, [tf_int64] = id##_i64 \
    };

/* y = f(x): record and builder. */
#define UNARY_OP(id, type, dtypes)       \
    static const tf_op_def id##_op = {   \
        .name = type,                    \
        .in = "x:T",                     \
        .out = "y:T",                    \
        .T = dtypes,                     \
        .traits = TF_ELEMENTWISE_TRAITS, \
        .shape = tf_unchanged_shape,     \
        .strips = id##_strips,           \
        .gradient = id##_gradient,       \
    };                                   \
    UNARY_BUILDER(tf_##id##_, id##_op, NULL)

/* dx = f'(y)·dy as a node of y and dy: Inv, Rsqrt, Sigmoid, Sqrt and Tanh have one. */
#define GRADIENT_OP(id, type)            \
    static const tf_op_def id##_op = {   \
        .name = type,                    \
        .in = "y:T, dy:T",               \
        .out = "z:T",                    \
        .T = TF_FLOATING,                \
        .traits = TF_ELEMENTWISE_TRAITS, \
        .shape = tf_unchanged_shape,     \
        .strips = id##_strips,           \
        .gradient = id##_gradient,       \
    };
#define GRADIENT_NODE(def, y, dy) tf_op_binary(&(def), tf_operand_tensor(y), tf_operand_tensor(dy), NO_NAME, NULL)

/* ---- Neg, Abs, Sign, Square -------------------------------------------------------------------------------------------- */
VEC1(negative_f32, neg)
STRIP1(negative_f64, double, double, -x)
STRIP1(negative_i32, int32_t, int32_t, 0u - (uint32_t)x)
STRIP1(negative_i64, int64_t, int64_t, 0u - (uint64_t)x)
SIGNED_STRIPS(negative)
static void negative_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_neg(dy)); }
UNARY_OP(negative, "Neg", SIGNED)
tf_tensor tf_neg_(tf_operand x, struct tf_name_args a)
{
    if (x.kind != TF_OPERAND_TENSOR || tf_is_none(tf_slices(x.as.tensor).indices))
        return tf_negative_(x, a);
    return tf1c_with_values(x.as.tensor, tf_negative_(operand_of(tf_slices(x.as.tensor).values), a));
}

VEC1(abs_f32, abs)
STRIP1(abs_f64, double, double, fabs(x))
STRIP1(abs_i32, int32_t, int32_t, x < 0 ? 0u - (uint32_t)x : (uint32_t)x)
STRIP1(abs_i64, int64_t, int64_t, x < 0 ? 0u - (uint64_t)x : (uint64_t)x)
SIGNED_STRIPS(abs)
static void abs_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_mul(dy, tf_sign(g->in[0]))); }
UNARY_OP(abs, "Abs", SIGNED)

STRIP1(sign_f32, float, float, (x > 0) - (x < 0))
STRIP1(sign_f64, double, double, (x > 0) - (x < 0))
STRIP1(sign_i32, int32_t, int32_t, (x > 0) - (x < 0))
STRIP1(sign_i64, int64_t, int64_t, (x > 0) - (x < 0))
SIGNED_STRIPS(sign)
static void sign_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, TF1C_ZEROS_OF_SHAPE);
    (void)dy;
    tf_add_grad(g, 0, tf_zeros_like(g->in[0]));
}
UNARY_OP(sign, "Sign", SIGNED)

VEC1(square_f32, square)
STRIP1(square_f64, double, double, x *x)
STRIP1(square_i32, int32_t, int32_t, (uint32_t)x *(uint32_t)x)
STRIP1(square_i64, int64_t, int64_t, (uint64_t)x *(uint64_t)x)
SIGNED_STRIPS(square)
static void square_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_mul(dy, tf_mul(2, g->in[0]))); }
UNARY_OP(square, "Square", SIGNED)

/* ---- Sqrt: dx = dy / 2y, and 0 where no gradient flows in, as in the two after it: what a mask left out stays out ------------------------------------------------------------------------------------------------- */
STRIP2(sqrt_grad_f32, float, float, y == 0 ? 0 : y * 0.5f / x)
STRIP2(sqrt_grad_f64, double, double, y == 0 ? 0 : y * 0.5 / x)
FLOATING_STRIPS(sqrt_grad)
static void sqrt_grad_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    tf_tensor t = tf_truediv(dz, g->in[0]);
    tf_add_grad(g, 0, tf_mul(tf_neg(t), g->out[0]));
    tf_add_grad(g, 1, tf_mul(0.5, t));
}
GRADIENT_OP(sqrt_grad, "SqrtGrad")

VEC1(sqrt_f32, sqrt)
STRIP1(sqrt_f64, double, double, sqrt(x))
FLOATING_STRIPS(sqrt)
static void sqrt_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, GRADIENT_NODE(sqrt_grad_op, g->out[0], dy)); }
UNARY_OP(sqrt, "Sqrt", TF_FLOATING)

/* ---- Rsqrt: dx = -dy·y³ / 2 ---------------------------------------------------------------------------------------------- */
STRIP2(rsqrt_grad_f32, float, float, y == 0 ? 0 : -0.5f * (y * x) * (x * x))
STRIP2(rsqrt_grad_f64, double, double, y == 0 ? 0 : -0.5 * (y * x) * (x * x))
FLOATING_STRIPS(rsqrt_grad)
static void rsqrt_grad_gradient(tf_grad_ctx *g, tf_tensor dz);
GRADIENT_OP(rsqrt_grad, "RsqrtGrad")
static void rsqrt_grad_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    tf_add_grad(g, 0, tf_mul(tf_mul(tf_mul(-1.5, dz), g->in[1]), tf_square(g->in[0])));
    tf_add_grad(g, 1, GRADIENT_NODE(rsqrt_grad_op, g->in[0], dz));
}

VEC1(rsqrt_f32, rsqrt)
STRIP1(rsqrt_f64, double, double, 1 / sqrt(x))
FLOATING_STRIPS(rsqrt)
static void rsqrt_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, GRADIENT_NODE(rsqrt_grad_op, g->out[0], dy)); }
UNARY_OP(rsqrt, "Rsqrt", TF_FLOATING)

/* ---- Reciprocal: dx = -dy·y² ----------------------------------------------------------------------------------------------- */
STRIP2(reciprocal_grad_f32, float, float, y == 0 ? 0 : -x * y * x)
STRIP2(reciprocal_grad_f64, double, double, y == 0 ? 0 : -x * y * x)
FLOATING_STRIPS(reciprocal_grad)
static void reciprocal_grad_gradient(tf_grad_ctx *g, tf_tensor dz);
GRADIENT_OP(reciprocal_grad, "ReciprocalGrad")
static void reciprocal_grad_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    tf_add_grad(g, 0, tf_mul(tf_mul(tf_mul(dz, -2), g->in[1]), g->in[0]));
    tf_add_grad(g, 1, GRADIENT_NODE(reciprocal_grad_op, g->in[0], dz));
}

STRIP1(reciprocal_f32, float, float, 1 / x)
STRIP1(reciprocal_f64, double, double, 1 / x)
FLOATING_STRIPS(reciprocal)
static void reciprocal_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 0, GRADIENT_NODE(reciprocal_grad_op, g->out[0], dy));
}
UNARY_OP(reciprocal, "Reciprocal", TF_FLOATING)

/* ---- Exp, Expm1, Log, Log1p --------------------------------------------------------------------------------------------------- */
VEC1(exp_f32, exp)
FUNCTION1(exp_f64, exp)
FLOATING_STRIPS(exp)
static void exp_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_mul(dy, g->out[0])); }
UNARY_OP(exp, "Exp", TF_FLOATING)

FUNCTION_STRIPS(expm1)
static void expm1_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_mul(dy, tf_exp(g->in[0]))); }
UNARY_OP(expm1, "Expm1", TF_FLOATING)

VEC1(log_f32, log)
FUNCTION1(log_f64, log)
FLOATING_STRIPS(log)
static void log_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_mul(dy, tf_reciprocal(g->in[0]))); }
UNARY_OP(log, "Log", TF_FLOATING)

VEC1(log1p_f32, log1p)
FUNCTION1(log1p_f64, log1p)
FLOATING_STRIPS(log1p)
static void log1p_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_mul(dy, tf_reciprocal(tf_add(1, g->in[0])))); }
UNARY_OP(log1p, "Log1p", TF_FLOATING)

/* ---- Sigmoid: dx = dy·y(1 - y) ---------------------------------------------------------------------------------------------------- */
VEC2(sigmoid_grad_f32, sigmoid_grad)
STRIP2(sigmoid_grad_f64, double, double, y *x *(1 - x))
FLOATING_STRIPS(sigmoid_grad)
static void sigmoid_grad_gradient(tf_grad_ctx *g, tf_tensor dz);
GRADIENT_OP(sigmoid_grad, "SigmoidGrad")
static void sigmoid_grad_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    tf_tensor t = tf_mul(dz, g->in[1]);
    tf_add_grad(g, 0, tf_sub(t, tf_mul(tf_mul(2, t), g->in[0])));
    tf_add_grad(g, 1, GRADIENT_NODE(sigmoid_grad_op, g->in[0], dz));
}

VEC1(sigmoid_f32, sigmoid)
FUNCTION1(sigmoid_f64, sigmoid)
FLOATING_STRIPS(sigmoid)
static void sigmoid_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, GRADIENT_NODE(sigmoid_grad_op, g->out[0], dy)); }
UNARY_OP(sigmoid, "Sigmoid", TF_FLOATING)

tf_tensor tf_log_sigmoid_(tf_operand x, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "LogSigmoid");
    return tf_neg(tf_nn_softplus(tf_neg(x)), .name = tf_scope_name());
}

/* ---- Tanh: dx = dy(1 - y²) ------------------------------------------------------------------------------------------------------------ */
VEC2(tanh_grad_f32, one_minus_square_mul)
STRIP2(tanh_grad_f64, double, double, y *(1 - x * x))
FLOATING_STRIPS(tanh_grad)
static void tanh_grad_gradient(tf_grad_ctx *g, tf_tensor dz);
GRADIENT_OP(tanh_grad, "TanhGrad")
static void tanh_grad_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    tf_add_grad(g, 0, tf_mul(tf_mul(tf_mul(dz, -2), g->in[1]), g->in[0]));
    tf_add_grad(g, 1, GRADIENT_NODE(tanh_grad_op, g->in[0], dz));
}

VEC1(tanh_f32, tanh)
FUNCTION1(tanh_f64, tanh)
FLOATING_STRIPS(tanh)
static void tanh_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, GRADIENT_NODE(tanh_grad_op, g->out[0], dy)); }
UNARY_OP(tanh, "Tanh", TF_FLOATING)

/* ---- trigonometry ---------------------------------------------------------------------------------------------------------------------- */
FUNCTION_STRIPS(sin)
static void sin_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_mul(dy, tf_cos(g->in[0]))); }
UNARY_OP(sin, "Sin", TF_FLOATING)

FUNCTION_STRIPS(cos)
static void cos_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_mul(tf_neg(dy), tf_sin(g->in[0]))); }
UNARY_OP(cos, "Cos", TF_FLOATING)

FUNCTION_STRIPS(tan)
static void tan_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 0, tf_mul(tf_square(tf_reciprocal(tf_cos(g->in[0]))), dy));
}
UNARY_OP(tan, "Tan", TF_FLOATING)

FUNCTION_STRIPS(asin)
static void asin_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 0, tf_mul(dy, tf_reciprocal(tf_sqrt(tf_sub(1, tf_square(g->in[0]))))));
}
UNARY_OP(asin, "Asin", TF_FLOATING)

FUNCTION_STRIPS(acos)
static void acos_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 0, tf_mul(tf_neg(dy), tf_reciprocal(tf_sqrt(tf_sub(1, tf_square(g->in[0]))))));
}
UNARY_OP(acos, "Acos", TF_FLOATING)

FUNCTION_STRIPS(atan)
static void atan_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 0, tf_mul(dy, tf_reciprocal(tf_add(1, tf_square(g->in[0])))));
}
UNARY_OP(atan, "Atan", TF_FLOATING)

FUNCTION_STRIPS(sinh)
static void sinh_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_mul(dy, tf_cosh(g->in[0]))); }
UNARY_OP(sinh, "Sinh", TF_FLOATING)

FUNCTION_STRIPS(cosh)
static void cosh_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, tf_mul(dy, tf_sinh(g->in[0]))); }
UNARY_OP(cosh, "Cosh", TF_FLOATING)

/* erf: dx = dy·2/√π·e^(-x²) */
FUNCTION_STRIPS(erf)
static void erf_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf_add_grad(g, 0, tf_mul(tf_mul(1.12837916709551257390, dy), tf_exp(tf_neg(tf_square(g->in[0])))));
}
UNARY_OP(erf, "Erf", TF_FLOATING)

/* ---- rounding: no gradient passes ---------------------------------------------------------------------------------------------------------- */
#define floor_gradient tf_no_gradient
#define ceil_gradient tf_no_gradient
#define rint_gradient tf_no_gradient
FUNCTION_STRIPS(floor)
UNARY_OP(floor, "Floor", TF_FLOATING)
FUNCTION_STRIPS(ceil)
UNARY_OP(ceil, "Ceil", TF_FLOATING)
FUNCTION_STRIPS(rint)
UNARY_OP(rint, "Rint", TF_FLOATING)
STRIP1(round_i32, int32_t, int32_t, x)
STRIP1(round_i64, int64_t, int64_t, x)
#define round_f32 rint_f32
#define round_f64 rint_f64
SIGNED_STRIPS(round)
static const tf_op_def round_op = {
    .name = "Round",
    .in = "x:T",
    .out = "y:T",
    .T = SIGNED,
    .traits = TF_ELEMENTWISE_TRAITS,
    .shape = tf_unchanged_shape,
    .strips = round_strips,
    .gradient = tf_no_gradient,
};
tf_tensor tf_round_(tf_operand x, struct tf_name_args a) /* integers as they are, without a node */
{
    const bool tensor = x.kind == TF_OPERAND_TENSOR && x.as.tensor.op && !tf_is_poisoned(x.as.tensor);
    return tensor && TF_INTEGERS & TF_DTYPE_BIT(tf_get_dtype(x.as.tensor)) ? x.as.tensor : tf_op_unary(&round_op, x, a, NULL);
}

/* ---- IsNan, IsInf, IsFinite ----------------------------------------------------------------------------------------------------------------- */
#define KIND_OP(id, type, test)                                    \
    STRIP1(id##_f32, bool, float, test(x))                         \
    STRIP1(id##_f64, bool, double, test(x))                        \
    FLOATING_STRIPS(id)                                            \
    static const tf_op_def id##_op = {                             \
        .name = type,                                              \
        .in = "x:T",                                               \
        .out = "y:bool",                                           \
        .T = TF_FLOATING,                                          \
        .traits = TF_ELEMENTWISE | TF_STRIDED_IN | TF_STRIDED_OUT, \
        .shape = tf_unchanged_shape,                               \
        .strips = id##_strips,                                     \
        .gradient = tf_no_gradient,                                \
    };                                                             \
    UNARY_BUILDER(tf_##id##_, id##_op, NULL)
KIND_OP(is_nan, "IsNan", isnan)
KIND_OP(is_inf, "IsInf", isinf)
KIND_OP(is_finite, "IsFinite", isfinite)

/* clang-format off */
tf1c_op_family tf1c_family_unary = {
    &negative_op,
    &abs_op,
    &sign_op,
    &square_op,
    &sqrt_grad_op,
    &sqrt_op,
    &rsqrt_grad_op,
    &rsqrt_op,
    &reciprocal_grad_op,
    &reciprocal_op,
    &exp_op,
    &expm1_op,
    &log_op,
    &log1p_op,
    &sigmoid_grad_op,
    &sigmoid_op,
    &tanh_grad_op,
    &tanh_op,
    &sin_op,
    &cos_op,
    &tan_op,
    &asin_op,
    &acos_op,
    &atan_op,
    &sinh_op,
    &cosh_op,
    &erf_op,
    &floor_op,
    &ceil_op,
    &rint_op,
    &round_op,
    &is_nan_op,
    &is_inf_op,
    &is_finite_op,
    NULL,
};
