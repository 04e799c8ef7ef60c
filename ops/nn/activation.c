/* Relu and its kin, each with its gradient's op, which has a gradient again. TF1: core/ops/nn_ops.cc,
 * core/kernels/relu_op_functor.h, softplus_op.h, softsign_op.h; python/ops/nn_grad.py. */
#include <math.h>

#include "core/vecmath.h"
#include "ops/array/array.h"
#include "ops/array/identity.h"
#include "ops/math/arithmetic.h"
#include "ops/math/compare.h"
#include "ops/math/gradient_counts.h"
#include "ops/math/unary.h"
#include "ops/nn/activation.h"
#include "ops/script/with_gradient.h"

enum { CHUNK = 256 };

/* ---- what the gradient ops share: gradients g and features (or outputs) y, of one shape ------------------------------ */
static void same_shape(tf_shape_ctx *c)
{
    const tf_dims a = *tf_in_dims(c, 0), b = *tf_in_dims(c, 1);
    tf_dims merged;
    char x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    if (tf_merge_dims(a, b, &merged)) {
        tf_set_out(c, 0, merged);
        return;
    }
    tf_dims_kernel_text(a, x, sizeof x);
    tf_dims_kernel_text(b, y, sizeof y);
    if (tf_shape_at_run(c)) {
        tf_shape_error(c, "Inputs to operation %s of type %s must have the same size and shape.  Input 0: %s != input 1: %s",
                       c->name, c->def->name, x, y);
        return;
    }
    if (a.rank != b.rank)
        tf_shape_error(c, "Shapes must be equal rank, but are %d and %d", a.rank, b.rank);
    for (int i = 0; i < a.rank && a.rank == b.rank; i++)
        if (!tf_merge_dim(a.dims[i], b.dims[i], &(int64_t){ 0 }))
            tf_shape_error(c, "Dimension %d in both shapes must be equal, but are %lld and %lld. Shapes are %s and %s.", i,
                           (long long)a.dims[i], (long long)b.dims[i], x, y);
}

static tf_tensor grad_of(const tf_op_def *def, tf_tensor g, tf_tensor y)
{
    return tf_op_binary(def, tf_operand_tensor(g), tf_operand_tensor(y), (struct tf_name_args){ 0 }, NULL);
}

/* d/dg of g·f(y) with f piecewise constant: the op again; d/dy = 0. */
static void piecewise(tf_grad_ctx *g, const tf_op_def *def, tf_tensor dy)
{
    tf1c_gradient_makes(g, 1 + TF1C_ZEROS_OF_SHAPE);
    tf_add_grad(g, 0, grad_of(def, dy, g->in[1]));
    if (tf1c_grad_wanted(g, 1))
        tf_add_grad(g, 1, tf_zeros_like(g->in[1]));
}

#define NUMERIC_STRIPS(id)                                                                                                   \
    {                                                                                                                        \
        [tf_float32] = id##_f32, [tf_float64] = id##_f64, [tf_int32] = id##_i32, [tf_int64] = id##_i64, [tf_uint8] = id##_u8 \
    }
#define NUMERIC_STRIP2(id, formula)             \
    STRIP2(id##_f32, float, float, formula)     \
    STRIP2(id##_f64, double, double, formula)   \
    STRIP2(id##_i32, int32_t, int32_t, formula) \
    STRIP2(id##_i64, int64_t, int64_t, formula) \
    STRIP2(id##_u8, uint8_t, uint8_t, formula)

/* ---- Relu: y = max(x, 0), NaN stays; dx = dy·[y > 0] --------------------------------------------------------------------- */
static void relu_f32(int64_t n, void *out, const void *const *in, const void *attrs)
{
    (void)attrs;
    tf1c_vec()->relu(n, out, in[0]);
}
static void relu_f64(int64_t n, void *out, const void *const *in, const void *attrs)
{
    (void)attrs;
    tf1c_vec()->functions->relu(n, out, in[0]);
}
STRIP1(relu_i32, int32_t, int32_t, x < 0 ? 0 : x)
STRIP1(relu_i64, int64_t, int64_t, x < 0 ? 0 : x)
STRIP1(relu_u8, uint8_t, uint8_t, x)
static tf_strip *const relu_strips[TF_DTYPES] = NUMERIC_STRIPS(relu);

NUMERIC_STRIP2(relu_grad, x *(y > 0)) /* a product, as in TF: an infinite gradient gives NaN where y is 0 */
static tf_strip *const relu_grad_strips[TF_DTYPES] = NUMERIC_STRIPS(relu_grad);

static void relu_grad_gradient(tf_grad_ctx *g, tf_tensor dy);
static const tf_op_def relu_grad_op = {
    .name = "ReluGrad",
    .in = "gradients:T, features:T",
    .out = "backprops:T",
    .T = TF_NUMERIC,
    .traits = TF_ELEMENTWISE_TRAITS,
    .shape = same_shape,
    .strips = relu_grad_strips,
    .gradient = relu_grad_gradient,
};
static void relu_grad_gradient(tf_grad_ctx *g, tf_tensor dy) { piecewise(g, &relu_grad_op, dy); }
static void relu_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, grad_of(&relu_grad_op, dy, g->out[0])); }
static const tf_op_def relu_op = {
    .name = "Relu",
    .in = "features:T",
    .out = "activations:T",
    .T = TF_NUMERIC,
    .traits = TF_ELEMENTWISE_TRAITS,
    .shape = tf_unchanged_shape,
    .strips = relu_strips,
    .gradient = relu_gradient,
};
UNARY_BUILDER(tf_nn_relu_, relu_op, NULL)

/* ---- Relu6: y = min(max(x, 0), 6); dx = dy·[0 < y < 6] ------------------------------------------------------------------- */
#define CLIP6 x<0 ? 0 : x> 6 ? 6 : x
STRIP1(relu6_f32, float, float, CLIP6)
STRIP1(relu6_f64, double, double, CLIP6)
STRIP1(relu6_i32, int32_t, int32_t, CLIP6)
STRIP1(relu6_i64, int64_t, int64_t, CLIP6)
STRIP1(relu6_u8, uint8_t, uint8_t, x > 6 ? 6 : x)
NUMERIC_STRIP2(relu6_grad, x *(y > 0 && y < 6))
static tf_strip *const relu6_strips[TF_DTYPES] = NUMERIC_STRIPS(relu6);
static tf_strip *const relu6_grad_strips[TF_DTYPES] = NUMERIC_STRIPS(relu6_grad);

static void relu6_grad_gradient(tf_grad_ctx *g, tf_tensor dy);
static const tf_op_def relu6_grad_op = {
    .name = "Relu6Grad",
    .in = "gradients:T, features:T",
    .out = "backprops:T",
    .T = TF_NUMERIC,
    .traits = TF_ELEMENTWISE_TRAITS,
    .shape = same_shape,
    .strips = relu6_grad_strips,
    .gradient = relu6_grad_gradient,
};
static void relu6_grad_gradient(tf_grad_ctx *g, tf_tensor dy) { piecewise(g, &relu6_grad_op, dy); }
static void relu6_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, grad_of(&relu6_grad_op, dy, g->out[0])); }
static const tf_op_def relu6_op = {
    .name = "Relu6",
    .in = "features:T",
    .out = "activations:T",
    .T = TF_NUMERIC,
    .traits = TF_ELEMENTWISE_TRAITS,
    .shape = tf_unchanged_shape,
    .strips = relu6_strips,
    .gradient = relu6_gradient,
};
UNARY_BUILDER(tf_nn_relu6_, relu6_op, NULL)

/* ---- Elu: y = x, or e^x - 1 below 0; dx = dy·(y < 0 ? y + 1 : 1) ------------------------------------------------------------- */

/* out = x < 0 ? low·(e^x - 1) : high·x, by way of the vectorized e^x. */
#define EXPONENTIAL(suffix, type, exp)                                                         \
    static void exponential_##suffix(int64_t n, type *out, const type *x, type low, type high) \
    {                                                                                          \
        type e[CHUNK];                                                                         \
        for (int64_t i = 0; i < n; i += CHUNK) {                                               \
            const int64_t m = n - i < CHUNK ? n - i : CHUNK;                                   \
            tf1c_vec()->exp(m, e, x + i);                                                      \
            for (int64_t j = 0; j < m; j++)                                                    \
                out[i + j] = x[i + j] < 0 ? low * (e[j] - 1) : high * x[i + j];                \
        }                                                                                      \
    }
EXPONENTIAL(f32, float, exp)
EXPONENTIAL(f64, double, functions->exp)
static void elu_f32(int64_t n, void *out, const void *const *in, const void *attrs)
{
    (void)attrs;
    exponential_f32(n, out, in[0], 1, 1);
}
static void elu_f64(int64_t n, void *out, const void *const *in, const void *attrs)
{
    (void)attrs;
    exponential_f64(n, out, in[0], 1, 1);
}
STRIP2(elu_grad_f32, float, float, y < 0 ? x * (y + 1) : x)
STRIP2(elu_grad_f64, double, double, y < 0 ? x * (y + 1) : x)
static tf_strip *const elu_strips[TF_DTYPES] = { [tf_float32] = elu_f32, [tf_float64] = elu_f64 };
static tf_strip *const elu_grad_strips[TF_DTYPES] = { [tf_float32] = elu_grad_f32, [tf_float64] = elu_grad_f64 };

/* d/doutputs of an *Grad op that is gradients·(outputs + c) below 0, and gradients·c' above. */
static void grad_below_zero(tf_grad_ctx *g, const tf_op_def *def, tf_tensor dy)
{
    tf1c_gradient_makes(g, 1 + 3 + tf1c_count_zeros(g->in[1]) + 1);
    tf_add_grad(g, 0, grad_of(def, dy, g->in[1]));
    if (tf1c_grad_wanted(g, 1))
        tf_add_grad(g, 1, tf_where(tf_less(g->in[1], 0), tf_mul(dy, g->in[0]), tf_zeros_like(g->in[1])));
}
static void elu_grad_gradient(tf_grad_ctx *g, tf_tensor dy);
static const tf_op_def elu_grad_op = {
    .name = "EluGrad",
    .in = "gradients:T, outputs:T",
    .out = "backprops:T",
    .T = TF_FLOATING,
    .traits = TF_ELEMENTWISE_TRAITS,
    .shape = same_shape,
    .strips = elu_grad_strips,
    .gradient = elu_grad_gradient,
};
static void elu_grad_gradient(tf_grad_ctx *g, tf_tensor dy) { grad_below_zero(g, &elu_grad_op, dy); }
static void elu_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, grad_of(&elu_grad_op, dy, g->out[0])); }
static const tf_op_def elu_op = {
    .name = "Elu",
    .in = "features:T",
    .out = "activations:T",
    .T = TF_FLOATING,
    .traits = TF_ELEMENTWISE_TRAITS,
    .shape = tf_unchanged_shape,
    .strips = elu_strips,
    .gradient = elu_gradient,
};
UNARY_BUILDER(tf_nn_elu_, elu_op, NULL)

/* ---- Selu: y = λx, or λα(e^x - 1) below 0; dx = dy·(y < 0 ? y + λα : λ) -------------------------------------------------------- */
#define LAMBDA 1.0507009873554804934193349852946
#define LAMBDA_ALPHA 1.7580993408473768599402175208123
static void selu_f32(int64_t n, void *out, const void *const *in, const void *attrs)
{
    (void)attrs;
    exponential_f32(n, out, in[0], (float)LAMBDA_ALPHA, (float)LAMBDA);
}
static void selu_f64(int64_t n, void *out, const void *const *in, const void *attrs)
{
    (void)attrs;
    exponential_f64(n, out, in[0], LAMBDA_ALPHA, LAMBDA);
}
STRIP2(selu_grad_f32, float, float, y < 0 ? x * (y + (float)LAMBDA_ALPHA) : x * (float)LAMBDA)
STRIP2(selu_grad_f64, double, double, y < 0 ? x * (y + LAMBDA_ALPHA) : x * LAMBDA)
static tf_strip *const selu_strips[TF_DTYPES] = { [tf_float32] = selu_f32, [tf_float64] = selu_f64 };
static tf_strip *const selu_grad_strips[TF_DTYPES] = { [tf_float32] = selu_grad_f32, [tf_float64] = selu_grad_f64 };

static void selu_grad_gradient(tf_grad_ctx *g, tf_tensor dy);
static const tf_op_def selu_grad_op = {
    .name = "SeluGrad",
    .in = "gradients:T, outputs:T",
    .out = "backprops:T",
    .T = TF_FLOATING,
    .traits = TF_ELEMENTWISE_TRAITS,
    .shape = same_shape,
    .strips = selu_grad_strips,
    .gradient = selu_grad_gradient,
};
static void selu_grad_gradient(tf_grad_ctx *g, tf_tensor dy) { grad_below_zero(g, &selu_grad_op, dy); }
static void selu_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, grad_of(&selu_grad_op, dy, g->out[0])); }
static const tf_op_def selu_op = {
    .name = "Selu",
    .in = "features:T",
    .out = "activations:T",
    .T = TF_FLOATING,
    .traits = TF_ELEMENTWISE_TRAITS,
    .shape = tf_unchanged_shape,
    .strips = selu_strips,
    .gradient = selu_gradient,
};
UNARY_BUILDER(tf_nn_selu_, selu_op, NULL)

/* ---- LeakyRelu: y = max(x, αx), α a float32 as TF's attributes are; dx = dy·(x > 0 ? 1 : α) -------------------------------------------------------------------------- */
typedef struct {
    double alpha;
} leaky_attrs;
static const tf_attr_def leaky_fields[] = { TF_ATTR(leaky_attrs, alpha, TF_ATTR_FLOAT), { 0 } };

#define LEAKY(id, type)                                                                         \
    static void leaky_##id(int64_t n, void *out, const void *const *in, const void *attrs)      \
    {                                                                                           \
        const type a = (float)((const leaky_attrs *)attrs)->alpha, *x = in[0];                  \
        type *y = out;                                                                          \
        for (int64_t i = 0; i < n; i++)                                                         \
            y[i] = x[i] < x[i] * a ? x[i] * a : x[i];                                           \
    }                                                                                           \
    static void leaky_grad_##id(int64_t n, void *out, const void *const *in, const void *attrs) \
    {                                                                                           \
        const type a = (float)((const leaky_attrs *)attrs)->alpha, *dy = in[0], *x = in[1];     \
        type *dx = out;                                                                         \
        for (int64_t i = 0; i < n; i++)                                                         \
            dx[i] = x[i] > 0 ? dy[i] : dy[i] * a;                                               \
    }
LEAKY(f32, float)
LEAKY(f64, double)
static tf_strip *const leaky_strips[TF_DTYPES] = { [tf_float32] = leaky_f32, [tf_float64] = leaky_f64 };
static tf_strip *const leaky_grad_strips[TF_DTYPES] = { [tf_float32] = leaky_grad_f32, [tf_float64] = leaky_grad_f64 };

static void leaky_grad_gradient(tf_grad_ctx *g, tf_tensor dy);
static const tf_op_def leaky_grad_op = {
    .name = "LeakyReluGrad",
    .in = "gradients:T, features:T",
    .out = "backprops:T",
    .T = TF_FLOATING,
    .attrs = leaky_fields,
    .attrs_size = sizeof(leaky_attrs),
    .traits = TF_ELEMENTWISE_TRAITS,
    .shape = same_shape,
    .strips = leaky_grad_strips,
    .gradient = leaky_grad_gradient,
};
static tf_tensor leaky_grad(const void *attrs, tf_tensor dy, tf_tensor x)
{
    const tf_operand in[] = { tf_operand_tensor(dy), tf_operand_tensor(x) };
    return (tf_tensor){ .op = tf_op_new(&leaky_grad_op, (struct tf_op_args){ .attrs = attrs, .n_inputs = 2, .inputs = in }) };
}
static void leaky_grad_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 1 + TF1C_ZEROS_OF_SHAPE);
    tf_add_grad(g, 0, leaky_grad(g->attrs, dy, g->in[1]));
    if (tf1c_grad_wanted(g, 1))
        tf_add_grad(g, 1, tf_zeros_like(g->in[1]));
}
static void leaky_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, leaky_grad(g->attrs, dy, g->in[0])); }
static const tf_op_def leaky_op = {
    .name = "LeakyRelu",
    .in = "features:T",
    .out = "activations:T",
    .T = TF_FLOATING,
    .attrs = leaky_fields,
    .attrs_size = sizeof(leaky_attrs),
    .traits = TF_ELEMENTWISE_TRAITS,
    .shape = tf_unchanged_shape,
    .strips = leaky_strips,
    .gradient = leaky_gradient,
};

static tf_tensor nn_leaky_relu_of(tf_operand features, struct tf_leaky_relu_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "LeakyRelu");
    const char *scope = tf_scope_name();
    tf_tensor x = tf_convert(features, tf_dtype_unset, a.here, "features");
    if (tf_is_poisoned(x))
        return x;
    if (TF_INTEGERS & TF_DTYPE_BIT(tf_get_dtype(x)))
        x = tf1c_cast(x, tf_float32, a.here);
    return (tf_tensor){ .op = tf_op_new(&leaky_op, (struct tf_op_args){
                                                       .here = a.here,
                                                       .name = scope,
                                                       .attrs = &(leaky_attrs){ a.alpha },
                                                       .n_inputs = 1,
                                                       .inputs = &(tf_operand){ .kind = TF_OPERAND_TENSOR, .as.tensor = x } }) };
}

tf_tensor tf_nn_leaky_relu_(struct tf_leaky_relu_args a) { return nn_leaky_relu_of(tf1c_keyword(a.features, true), a); }

/* ---- Softplus: y = log(1 + e^x); dx = dy / (e^-x + 1) ------------------------------------------------------------------------------ */
static void softplus_f32(int64_t n, void *out, const void *const *in, const void *attrs)
{
    (void)attrs;
    tf1c_vec()->softplus(n, out, in[0]);
}
static void softplus_grad_f32(int64_t n, void *out, const void *const *in, const void *attrs)
{
    (void)attrs;
    float s[CHUNK];
    for (int64_t i = 0; i < n; i += CHUNK) {
        const int64_t m = n - i < CHUNK ? n - i : CHUNK;
        tf1c_vec()->sigmoid(m, s, (const float *)in[1] + i);
        tf1c_vec()->mul(m, (float *)out + i, (const float *)in[0] + i, s);
    }
}
static void softplus_f64(int64_t n, void *out, const void *const *in, const void *attrs)
{
    (void)attrs;
    tf1c_vec()->functions->softplus(n, out, in[0]);
}
static void softplus_grad_f64(int64_t n, void *out, const void *const *in, const void *attrs)
{
    (void)attrs;
    double s[CHUNK];
    for (int64_t i = 0; i < n; i += CHUNK) {
        const int64_t m = n - i < CHUNK ? n - i : CHUNK;
        tf1c_vec()->functions->sigmoid(m, s, (const double *)in[1] + i);
        for (int64_t j = 0; j < m; j++)
            ((double *)out)[i + j] = ((const double *)in[0])[i + j] * s[j];
    }
}
static tf_strip *const softplus_strips[TF_DTYPES] = { [tf_float32] = softplus_f32, [tf_float64] = softplus_f64 };
static tf_strip *const softplus_grad_strips[TF_DTYPES] = { [tf_float32] = softplus_grad_f32, [tf_float64] = softplus_grad_f64 };

static void softplus_grad_gradient(tf_grad_ctx *g, tf_tensor dy); /* d/dx = dy·g / (e^-x + 2 + e^x) */
static const tf_op_def softplus_grad_op = {
    .name = "SoftplusGrad",
    .in = "gradients:T, features:T",
    .out = "backprops:T",
    .T = TF_FLOATING,
    .traits = TF_ELEMENTWISE_TRAITS,
    .shape = same_shape,
    .strips = softplus_grad_strips,
    .gradient = softplus_grad_gradient,
};
static void softplus_grad_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 9);
    const tf_tensor x = g->in[1];
    tf_add_grad(g, 0, grad_of(&softplus_grad_op, dy, x));
    if (tf1c_grad_wanted(g, 1))
        tf_add_grad(g, 1, tf_truediv(tf_mul(dy, g->in[0]), tf_add(tf_add(tf_exp(tf_neg(x)), 2.0), tf_exp(x))));
}
static void softplus_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    tf1c_gradient_makes(g, 2);
    tf_add_grad(g, 0, grad_of(&softplus_grad_op, dy, g->in[0]));
}
static const tf_op_def softplus_op = {
    .name = "Softplus",
    .in = "features:T",
    .out = "activations:T",
    .T = TF_FLOATING,
    .traits = TF_ELEMENTWISE_TRAITS,
    .shape = tf_unchanged_shape,
    .strips = softplus_strips,
    .gradient = softplus_gradient,
};
UNARY_BUILDER(tf_nn_softplus_, softplus_op, NULL)

/* ---- Softsign: y = x / (1 + |x|); dx = dy / (1 + |x|)² -------------------------------------------------------------------------------- */
STRIP1(softsign_f32, float, float, x / (fabsf(x) + 1))
STRIP1(softsign_f64, double, double, x / (fabs(x) + 1))
STRIP2(softsign_grad_f32, float, float, x / ((1 + fabsf(y)) * (1 + fabsf(y))))
STRIP2(softsign_grad_f64, double, double, x / ((1 + fabs(y)) * (1 + fabs(y))))
static tf_strip *const softsign_strips[TF_DTYPES] = { [tf_float32] = softsign_f32, [tf_float64] = softsign_f64 };
static tf_strip *const softsign_grad_strips[TF_DTYPES] = { [tf_float32] = softsign_grad_f32, [tf_float64] = softsign_grad_f64 };

static void softsign_grad_gradient(tf_grad_ctx *g, tf_tensor dy); /* d/dx = -2·sign(x)·dy·g / (1 + |x|)³; TF has none */
static const tf_op_def softsign_grad_op = {
    .name = "SoftsignGrad",
    .in = "gradients:T, features:T",
    .out = "backprops:T",
    .T = TF_FLOATING,
    .traits = TF_ELEMENTWISE_TRAITS,
    .shape = same_shape,
    .strips = softsign_grad_strips,
    .gradient = softsign_grad_gradient,
};
static void softsign_grad_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const tf_tensor x = g->in[1];
    const tf_tensor once = grad_of(&softsign_grad_op, dy, x);
    tf_add_grad(g, 0, once);
    if (tf1c_grad_wanted(g, 1))
        tf_add_grad(g, 1, tf_truediv(tf_mul(tf_mul(once, g->in[0]), tf_mul(tf_sign(x), -2.0)), tf_add(tf_abs(x), 1.0)));
}
static void softsign_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 0, grad_of(&softsign_grad_op, dy, g->in[0])); }
static const tf_op_def softsign_op = {
    .name = "Softsign",
    .in = "features:T",
    .out = "activations:T",
    .T = TF_FLOATING,
    .traits = TF_ELEMENTWISE_TRAITS,
    .shape = tf_unchanged_shape,
    .strips = softsign_strips,
    .gradient = softsign_gradient,
};
UNARY_BUILDER(tf_nn_softsign_, softsign_op, NULL)

/* ---- Swish: y = x·s with s = sigmoid(x); dx = dy·s·(1 + x·(1 - s)) ------------------------------------------------------------------- */

/* As tf.custom_gradient makes it: the gradient goes to the features and past the product. TF1: python/ops/nn_impl.py swish */
static void swish_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const tf_tensor x = g->in[1], s = tf_sigmoid(x);
    tf1c_gradient_makes(g, 9);
    tf_add_grad(g, 1, tf_mul(dy, tf_mul(s, tf_add(1, tf_mul(x, tf_sub(1, s))))));
}

tf_tensor tf_nn_swish_(tf_operand features, struct tf_name_args a)
{
    TF_FROM(a.here);
    const tf_tensor x = tf_convert(features, tf_dtype_unset, a.here, NULL);
    const tf_tensor product = tf_mul(x, tf_sigmoid(x));
    return tf1c_with_gradient(product, x, swish_gradient);
}

/* clang-format off */
tf1c_op_family tf1c_family_activation = {
    &relu_op,
    &relu_grad_op,
    &relu6_op,
    &relu6_grad_op,
    &elu_op,
    &elu_grad_op,
    &selu_op,
    &selu_grad_op,
    &leaky_op,
    &leaky_grad_op,
    &softplus_op,
    &softplus_grad_op,
    &softsign_op,
    &softsign_grad_op,
    NULL,
};
