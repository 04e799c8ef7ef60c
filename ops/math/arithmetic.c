/* Arithmetic of two operands that broadcast, and the way back from a broadcast: tf_sum_to. */
#include <math.h>
#include <string.h>

#include "core/vecmath.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/gradient_counts.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"

#define NO_NAME ((struct tf_name_args){ 0 })

/* ---- BroadcastGradientArgs: the axes over which gradients of two broadcast shapes are summed -----------------------------
 * s0 [r], s1 [s] -> r0, r1: axes of the broadcast shape.     TF1: core/kernels/bcast_ops.cc, core/util/bcast.h */
static int gradient_axes(tf_dims a, tf_dims b, int64_t *axes)
{
    const int rank = a.rank > b.rank ? a.rank : b.rank;
    int n = 0;
    for (int i = 0; i < rank && !tf_dims_equal(a, b); i++) {
        const int at = i - (rank - a.rank);
        if (at < 0 || a.dims[at] == 1)
            axes[n++] = i;
    }
    return n;
}

static void gradient_args_shape(tf_shape_ctx *c)
{
    tf_dims a, b;
    int64_t axes[TF_MAX_RANK];
    const bool known = tf_shape_at_run(c) && tf_in_ints(c, 0, &a) && tf_in_ints(c, 1, &b);
    tf_set_out(c, 0, SHAPE(known ? gradient_axes(a, b, axes) : NONE));
    tf_set_out(c, 1, SHAPE(known ? gradient_axes(b, a, axes) : NONE));
}

static tf_dims ints_of(const tf_view *v)
{
    tf_dims d = { .known = true, .rank = (int)tf_view_count(v) };
    for (int i = 0; i < d.rank; i++)
        d.dims[i] = v->dtype == tf_int32 ? ((const int32_t *)v->data)[i] : ((const int64_t *)v->data)[i];
    return d;
}

static void write_ints(const tf_view *v, int n, const int64_t *ints)
{
    for (int i = 0; i < n; i++)
        if (v->dtype == tf_int32)
            ((int32_t *)v->data)[i] = (int32_t)ints[i];
        else
            ((int64_t *)v->data)[i] = ints[i];
}

static void gradient_args_kernel(tf_kernel_ctx *k)
{
    const tf_dims a = ints_of(&k->in[0]), b = ints_of(&k->in[1]);
    int64_t axes[TF_MAX_RANK];
    write_ints(&k->out[0], gradient_axes(a, b, axes), axes);
    write_ints(&k->out[1], gradient_axes(b, a, axes), axes);
}

static const tf_op_def gradient_args_op = {
    .name = "BroadcastGradientArgs",
    .in = "s0:T, s1:T",
    .out = "r0:T, r1:T",
    .T = TF_INDEX,
    .shape = gradient_args_shape,
    .kernel = gradient_args_kernel,
    .gradient = tf_no_gradient,
};

/* ---- tf_sum_to -------------------------------------------------------------------------------------------------------------- */

/* What one axis of a broadcast tells of an operand's gradient, dims as far as known. */
enum { KEEP, SUM, CANNOT_TELL };
static int axis_fate(int64_t own, int64_t other)
{
    if (other == 1 || (own != 1 && own != NONE))
        return KEEP; /* nothing was widened */
    if (own == 1 && other != NONE)
        return SUM;
    return CANNOT_TELL; /* own or other may be 1: only a run tells */
}

/* dx summed along the known axes: those that `like` lacks altogether go, those of length 1 stay. */
static tf_tensor sum_known_axes(tf_tensor dx, int missing, const int *fate, int rank)
{
    tf_dims kept = { .known = true }, gone = { .known = true, .rank = missing };
    for (int i = missing; i < rank; i++)
        if (fate[i] == SUM)
            kept.dims[kept.rank++] = i;
    for (int i = 0; i < missing; i++)
        gone.dims[i] = i;
    if (kept.rank)
        dx = tf_reduce_sum(dx, .axes = kept, .keepdims = true);
    return missing ? tf_reduce_sum(dx, .axes = gone) : dx;
}

/* As TF1: by the shapes that a run sees. */
static tf_tensor sum_axes_at_run(tf_tensor dx, tf_tensor like)
{
    tf_tensor shape = tf_shape(like), wide = tf_shape(dx);
    tf_operation *args = tf_op_new(
        &gradient_args_op,
        (struct tf_op_args){ .n_inputs = 2, .inputs = (tf_operand[]){ tf_operand_tensor(shape), tf_operand_tensor(wide) } });
    return tf_reshape(tf_reduce_sum(dx, .axis_tensor = (tf_tensor){ .op = args }), shape);
}

/* dx has the shape of like broadcast against `other`. */
static tf_tensor sum_to(tf_tensor dx, tf_tensor like, tf_dims other)
{
    const tf_dims to = tf_get_shape(like);
    int fate[TF_MAX_RANK];
    dx = tf1c_dense(dx);
    if (tf_is_poisoned(dx) || tf_is_poisoned(like) ||
        (to.known && other.known && tf_dims_fully_known(to) && tf_dims_equal(to, other)))
        return dx;
    if (!to.known || !other.known)
        return sum_axes_at_run(dx, like);
    const int rank = to.rank > other.rank ? to.rank : other.rank, missing = rank - to.rank;
    bool any = missing > 0;
    for (int i = 0; i < rank; i++) {
        const int64_t b = i < rank - other.rank ? 1 : other.dims[i - (rank - other.rank)];
        fate[i] = i < missing ? SUM : axis_fate(to.dims[i - missing], b);
        any |= fate[i] == SUM;
        if (fate[i] == CANNOT_TELL)
            return sum_axes_at_run(dx, like);
    }
    return any ? sum_known_axes(dx, missing, fate, rank) : dx;
}

tf_tensor tf_sum_to(tf_tensor dx, tf_tensor like) { return sum_to(dx, like, tf_get_shape(dx)); }

/* What flows to operand i of two that broadcast. */
static void add_grad(tf_grad_ctx *g, int i, tf_tensor dx) { tf_add_grad(g, i, sum_to(dx, g->in[i], tf_get_shape(g->in[1 - i]))); }

static void reads_both(tf_grad_ctx *g)
{
    tf1c_gradient_reads(g, g->in[0]);
    tf1c_gradient_reads(g, g->in[1]);
}
static void reads_both_shapes(tf_grad_ctx *g)
{
    tf1c_gradient_reads_shape(g, g->in[0]);
    tf1c_gradient_reads_shape(g, g->in[1]);
}

/* ---- records ------------------------------------------------------------------------------------------------------------------ */
#define VEC2(id, fn)                                                               \
    static void id(int64_t n, void *out, const void *const *in, const void *attrs) \
    {                                                                              \
        (void)attrs;                                                               \
        tf1c_vec()->fn(n, out, in[0], in[1]);                                      \
    }
/* Integers wrap around. */
#define NUMERIC_STRIPS(id, formula, type_32, type_64) \
    VEC2(id##_f32, id)                                \
    STRIP2(id##_f64, double, double, formula)         \
    STRIP2(id##_i32, int32_t, type_32, formula)       \
    STRIP2(id##_i64, int64_t, type_64, formula)       \
    STRIP2(id##_u8, uint8_t, uint8_t, formula)        \
    STRIPS(id)
#define STRIPS(id)                                                                                                           \
    static tf_strip *const id##_strips[TF_DTYPES] = {                                                                        \
        [tf_float32] = id##_f32, [tf_float64] = id##_f64, [tf_int32] = id##_i32, [tf_int64] = id##_i64, [tf_uint8] = id##_u8 \
    };
#define BINARY_OP(id, type, dtypes) BINARY_OP_(id, type, dtypes, 0)
#define BINARY_OP_(id, type, dtypes, more_traits)        \
    static const tf_op_def id##_op = {                   \
        .name = type,                                    \
        .in = "x:T, y:T",                                \
        .out = "z:T",                                    \
        .T = dtypes,                                     \
        .traits = TF_ELEMENTWISE_TRAITS | (more_traits), \
        .shape = tf_broadcast_shape,                     \
        .strips = id##_strips,                           \
        .gradient = id##_gradient,                       \
    };

/* ---- Add, AddV2: dx = dy' = dz -------------------------------------------------------------------------------------------- */
NUMERIC_STRIPS(add, x + y, uint32_t, uint64_t)
static void add_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    const tf1c_broadcast_counts n = tf1c_count_broadcast(g, dz, true);
    tf1c_gradient_makes(g, n.args + n.dx + n.dy);
    for (int i = 0; i < 2; i++)
        if (tf1c_grad_wanted(g, i))
            add_grad(g, i, dz);
}
BINARY_OP_(add, "Add", TF_NUMERIC, TF_PLUS)
BINARY_BUILDER(tf_add_, add_op, NULL)
#define add_v2_strips add_strips
#define add_v2_gradient add_gradient
BINARY_OP_(add_v2, "AddV2", TF_NUMERIC, TF_PLUS)
BINARY_BUILDER(tf_raw_ops_add_v2_, add_v2_op, NULL)
BINARY_BUILDER(tf_operator_add_, add_v2_op, "add")

/* ---- Sub -------------------------------------------------------------------------------------------------------------------- */
NUMERIC_STRIPS(sub, x - y, uint32_t, uint64_t)
static void sub_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    const tf1c_broadcast_counts n = tf1c_count_broadcast(g, dz, true);
    tf1c_gradient_makes(g, n.args + n.dx + n.dy + 1);
    if (tf1c_grad_wanted(g, 0))
        add_grad(g, 0, dz);
    if (tf1c_grad_wanted(g, 1))
        tf_add_grad(g, 1, tf_neg(sum_to(dz, g->in[1], tf_get_shape(g->in[0]))));
}
BINARY_OP(sub, "Sub", TF_NUMERIC)
BINARY_BUILDER(tf_sub_, sub_op, "sub")
BINARY_BUILDER(tf_subtract_, sub_op, NULL)

/* ---- Mul: dx = dz·y, dy = x·dz ------------------------------------------------------------------------------------------------ */
NUMERIC_STRIPS(mul, x *y, uint32_t, uint64_t)
static void mul_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    const tf1c_broadcast_counts n = tf1c_count_broadcast(g, dz, tf_get_dtype(dz) == tf_float32);
    reads_both(g);
    tf1c_gradient_makes(g, n.args + n.dx + n.dy + 2);
    if (tf1c_grad_wanted(g, 0))
        add_grad(g, 0, tf_mul(dz, g->in[1]));
    if (tf1c_grad_wanted(g, 1))
        add_grad(g, 1, tf_mul(g->in[0], dz));
}
BINARY_OP_(mul, "Mul", TF_NUMERIC, TF_TIMES)
BINARY_BUILDER(tf_mul_, mul_op, "mul")
BINARY_BUILDER(tf_multiply_, mul_op, NULL)

tf_tensor tf_scalar_mul_(tf_operand scalar, tf_operand x, struct tf_name_args a)
{
    TF_FROM(a.here);
    if (x.kind == TF_OPERAND_TENSOR && tf_slices(x.as.tensor).indices.op) /* stay sparse */
        return tf1c_with_values(x.as.tensor, tf_scalar_mul_(scalar, operand_of(tf_slices(x.as.tensor).values), a));
    tf_tensor of = tf_convert(x, tf_dtype_unset, a.here, "x");
    tf_tensor s = tf_is_poisoned(of) ? of : tf_convert(scalar, tf_get_dtype(of), a.here, "scalar");
    if (tf_is_poisoned(s))
        return s;
    const tf_dims shape = tf_get_shape(s);
    if (shape.known && shape.rank)
        return tf_mistake(tf_value_error, a.here, NULL, "Only scalar multiply works, got shape %s",
                          tf_dims_text(shape, (char[TF_DIMS_TEXT]){ 0 }, TF_DIMS_TEXT));
    return tf_op_binary(&mul_op, tf_operand_tensor(s), tf_operand_tensor(of), a, NULL);
}

/* ---- RealDiv: dx = dz / y, dy = dz·(-x / y) / y ---------------------------------------------------------------------------------- */
VEC2(realdiv_f32, div)
STRIP2(realdiv_f64, double, double, x / y)
static tf_strip *const realdiv_strips[TF_DTYPES] = { [tf_float32] = realdiv_f32, [tf_float64] = realdiv_f64 };
static void realdiv_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    tf1c_gradient_makes(g, TF1C_BROADCAST_ALWAYS + 1 + 4);
    reads_both_shapes(g);
    reads_both(g);
    const tf_tensor x = g->in[0], y = g->in[1];
    if (tf1c_grad_wanted(g, 0))
        add_grad(g, 0, tf_realdiv(dz, y));
    if (tf1c_grad_wanted(g, 1))
        add_grad(g, 1, tf_mul(dz, tf_realdiv(tf_realdiv(tf_neg(x), y), y)));
}
BINARY_OP(realdiv, "RealDiv", TF_FLOATING)
BINARY_BUILDER(tf_realdiv_, realdiv_op, NULL)

static bool same_dtype(tf_tensor x, tf_tensor y) { return tf_get_dtype(x) == tf_get_dtype(y); }

tf_tensor tf_truediv_(tf_operand x, tf_operand y, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "truediv");
    const bool reversed = x.kind != TF_OPERAND_TENSOR && y.kind == TF_OPERAND_TENSOR && y.as.tensor.op;
    tf_tensor p = tf_convert(x, reversed ? tf_get_dtype(y.as.tensor) : tf_dtype_unset, a.here, "x");
    if (tf_is_poisoned(p))
        return p;
    tf_tensor q = tf_convert(y, y.kind == TF_OPERAND_TENSOR ? tf_dtype_unset : tf_get_dtype(p), a.here, "y");
    if (tf_is_poisoned(q))
        return q;
    const tf_dtype dtype = tf_get_dtype(p);
    if (!same_dtype(p, q))
        return tf_mistake(tf_type_error, a.here, NULL, "x and y must have the same dtype, got tf.%s != tf.%s", tf_dtype_name(dtype),
                          tf_dtype_name(tf_get_dtype(q)));
    if (dtype == tf_bool)
        return tf_mistake(tf_type_error, a.here, NULL, "Invalid dtype tf.bool in __truediv__");
    if (TF_DTYPE_BIT(dtype) & TF_INTEGERS) {
        const tf_dtype real = dtype == tf_uint8 ? tf_float32 : tf_float64;
        p = tf_cast(p, real);
        q = tf_cast(q, real);
    }
    return tf_realdiv(p, q, .name = tf_scope_name());
}

/* ---- DivNoNan ---------------------------------------------------------------------------------------------------------------------- */
STRIP2(div_no_nan_f32, float, float, y == 0 ? 0 : x / y)
STRIP2(div_no_nan_f64, double, double, y == 0 ? 0 : x / y)
static tf_strip *const div_no_nan_strips[TF_DTYPES] = { [tf_float32] = div_no_nan_f32, [tf_float64] = div_no_nan_f64 };
static void div_no_nan_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    tf1c_gradient_makes(g, TF1C_BROADCAST_ALWAYS + 1 + 4);
    reads_both_shapes(g);
    reads_both(g);
    const tf_tensor x = g->in[0], y = g->in[1];
    if (tf1c_grad_wanted(g, 0))
        add_grad(g, 0, tf_div_no_nan(dz, y));
    if (tf1c_grad_wanted(g, 1))
        add_grad(g, 1, tf_mul(dz, tf_div_no_nan(tf_div_no_nan(tf_neg(x), y), y)));
}
BINARY_OP(div_no_nan, "DivNoNan", TF_FLOATING)
BINARY_BUILDER(tf_div_no_nan_, div_no_nan_op, "div_no_nan")

/* ---- FloorDiv, FloorMod: dx = dz, dy = -dz·⌊x / y⌋ ------------------------------------------------------------------------------------- */
static int64_t int_floor_div(int64_t x, int64_t y)
{
    if (y == 0) {
        tf1c_strip_fault = "Integer division by zero";
        return 0;
    }
    if (y == -1)
        return (int64_t)(0u - (uint64_t)x);
    return x / y - (x % y != 0 && (x < 0) != (y < 0));
}
static int64_t int_floor_mod(int64_t x, int64_t y)
{
    if (y == 0) {
        tf1c_strip_fault = "Integer division by zero";
        return 0;
    }
    if (y == -1)
        return 0;
    const int64_t rest = x % y;
    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}
/* The rest takes y's sign: y is added once, so that -1 mod ∞ is ∞ and a tiny -x mod y is y, as in TF and NumPy. */
/* A rest that is denormal is TensorFlow's answer too, which takes it from the x87: the SSE's would be flushed, as it would by adding 0,
 * which is what clang makes of the choice unless the rest is volatile. */
#if defined(__x86_64__)
#define REST(x, y) fmodl(x, y)
#else
#define REST(x, y) fmod(x, y)
#endif
static double real_floor_mod(double x, double y)
{
    const volatile double rest = (double)REST(x, y);
    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}
static float float_floor_mod(float x, float y)
{
    const volatile float rest = (float)REST(x, y);
    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}

STRIP2(floordiv_f32, float, float, floorf(x / y))
STRIP2(floordiv_f64, double, double, floor(x / y))
STRIP2(floordiv_i32, int32_t, int32_t, int_floor_div(x, y))
STRIP2(floordiv_i64, int64_t, int64_t, int_floor_div(x, y))
STRIP2(floordiv_u8, uint8_t, uint8_t, int_floor_div(x, y))
STRIPS(floordiv)
#define floordiv_gradient tf_no_gradient
BINARY_OP(floordiv, "FloorDiv", TF_NUMERIC)
BINARY_BUILDER(tf_floordiv_, floordiv_op, "floordiv")
BINARY_BUILDER(tf_floor_div_, floordiv_op, NULL)

/* The dtype that both will have: a tensor's, or the first one's own. */
static bool floating(const tf_operand *x, const tf_operand *y)
{
    const tf_operand *own = x->kind != TF_OPERAND_TENSOR && y->kind == TF_OPERAND_TENSOR ? y : x;
    const tf_dtype dtype = own->kind == TF_OPERAND_TENSOR  ? tf_get_dtype(own->as.tensor)
                           : own->kind == TF_OPERAND_ARRAY ? own->as.array.dtype
                           : own->kind == TF_OPERAND_REAL  ? tf_float32
                                                           : tf_int32;
    return TF_FLOATING & TF_DTYPE_BIT(dtype);
}

tf_tensor tf_div_(tf_operand x, tf_operand y, struct tf_name_args a)
{
    return tf_op_binary(floating(&x, &y) ? &realdiv_op : &floordiv_op, x, y, a, "div");
}

STRIP2(floormod_f32, float, float, float_floor_mod(x, y))
STRIP2(floormod_f64, double, double, real_floor_mod(x, y))
STRIP2(floormod_i32, int32_t, int32_t, int_floor_mod(x, y))
STRIP2(floormod_i64, int64_t, int64_t, int_floor_mod(x, y))
static tf_strip *const floormod_strips[TF_DTYPES] = {
    [tf_float32] = floormod_f32, [tf_float64] = floormod_f64, [tf_int32] = floormod_i32, [tf_int64] = floormod_i64
};
static void floormod_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    tf1c_gradient_makes(g, TF1C_BROADCAST_ALWAYS + 3);
    if (tf1c_grad_wanted(g, 0))
        add_grad(g, 0, dz);
    if (tf1c_grad_wanted(g, 1))
        add_grad(g, 1, tf_mul(dz, tf_neg(tf_floordiv(g->in[0], g->in[1]))));
}
BINARY_OP(floormod, "FloorMod", TF_FLOATING | TF_INDEX)
BINARY_BUILDER(tf_floormod_, floormod_op, NULL)
BINARY_BUILDER(tf_operator_mod_, floormod_op, "mod")

/* ---- TruncateDiv, TruncateMod: as C divides integers ----------------------------------------------------------------------------- */
static int64_t int_truncate_div(int64_t x, int64_t y)
{
    if (y == 0) {
        tf1c_strip_fault = "Integer division by zero";
        return 0;
    }
    return y == -1 ? (int64_t)(0u - (uint64_t)x) : x / y;
}
static int64_t int_truncate_mod(int64_t x, int64_t y)
{
    if (y == 0)
        tf1c_strip_fault = "Integer division by zero";
    return y == 0 || y == -1 ? 0 : x % y;
}

STRIP2(truncatediv_f32, float, float, x / y)
STRIP2(truncatediv_f64, double, double, x / y)
STRIP2(truncatediv_i32, int32_t, int32_t, int_truncate_div(x, y))
STRIP2(truncatediv_i64, int64_t, int64_t, int_truncate_div(x, y))
STRIP2(truncatediv_u8, uint8_t, uint8_t, int_truncate_div(x, y))
STRIPS(truncatediv)
#define truncatediv_gradient tf_no_gradient
BINARY_OP(truncatediv, "TruncateDiv", TF_NUMERIC)
BINARY_BUILDER(tf_truncatediv_, truncatediv_op, NULL)

STRIP2(truncatemod_f32, float, float, fmodf(x, y))
STRIP2(truncatemod_f64, double, double, fmod(x, y))
STRIP2(truncatemod_i32, int32_t, int32_t, int_truncate_mod(x, y))
STRIP2(truncatemod_i64, int64_t, int64_t, int_truncate_mod(x, y))
static tf_strip *const truncatemod_strips[TF_DTYPES] = {
    [tf_float32] = truncatemod_f32, [tf_float64] = truncatemod_f64, [tf_int32] = truncatemod_i32, [tf_int64] = truncatemod_i64
};
#define truncatemod_gradient tf1c_undefined_gradient
BINARY_OP(truncatemod, "TruncateMod", TF_FLOATING | TF_INDEX)
BINARY_BUILDER(tf_truncatemod_, truncatemod_op, NULL)

/* ---- Pow: dx = dz·y·x^(y - 1), dy = dz·z·ln x where x > 0, else 0 ------------------------------------------------------------------------ */
static uint64_t int_pow(uint64_t x, int64_t y)
{
    uint64_t power = 1;
    if (y < 0)
        tf1c_strip_fault = "Integers to negative integer powers are not allowed";
    for (; y > 0; y >>= 1, x *= x)
        if (y & 1)
            power *= x;
    return power;
}

VEC2(pow_f32, pow)
static void pow_f64(int64_t n, void *out, const void *const *in, const void *attrs)
{
    (void)attrs;
    tf1c_vec()->functions->pow(n, out, in[0], in[1]);
}
STRIP2(pow_i32, int32_t, int32_t, int_pow((uint64_t)x, y))
STRIP2(pow_i64, int64_t, int64_t, int_pow((uint64_t)x, y))
static tf_strip *const pow_strips[TF_DTYPES] = {
    [tf_float32] = pow_f32, [tf_float64] = pow_f64, [tf_int32] = pow_i32, [tf_int64] = pow_i64
};
static void pow_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    const tf1c_broadcast_counts n = tf1c_count_broadcast(g, dz, false);
    tf1c_gradient_makes(g, n.args + 5 + n.dx + 3 + TF1C_ONES_LIKE + 1 + tf1c_count_zeros(g->in[0]) + 3 + n.dy);
    const tf_tensor x = g->in[0], y = g->in[1], z = g->out[0];
    reads_both(g);
    tf1c_gradient_reads(g, z);
    if (tf1c_grad_wanted(g, 0))
        add_grad(g, 0, tf_mul(tf_mul(dz, y), tf_pow(x, tf_sub(y, 1))));
    if (!tf1c_grad_wanted(g, 1))
        return;
    tf_tensor log_x = tf_where(tf_greater(x, 0), tf_log(x), tf_zeros_like(x));
    add_grad(g, 1, tf_mul(tf_mul(dz, z), log_x));
}
BINARY_OP(pow, "Pow", TF_FLOATING | TF_INDEX)
BINARY_BUILDER(tf_pow_, pow_op, NULL)
BINARY_BUILDER(tf_operator_pow_, pow_op, "pow")

/* ---- Maximum, Minimum: dz goes to x where it is not less (not more), else to y ---------------------------------------------------------------- */
static void choice_gradient(tf_grad_ctx *g, tf_tensor dz, tf_tensor x_is_chosen)
{
    tf1c_gradient_makes(g, TF1C_BROADCAST_ALWAYS + TF1C_ZEROS_OF_SHAPE + 3);
    reads_both_shapes(g);
    reads_both(g);
    tf_tensor zeros = tf_zeros_like(dz);
    if (tf1c_grad_wanted(g, 0))
        add_grad(g, 0, tf_where(x_is_chosen, dz, zeros));
    if (tf1c_grad_wanted(g, 1))
        add_grad(g, 1, tf_where(x_is_chosen, zeros, dz));
}

#define CHOICE_STRIPS(id, vec, formula)                                                                \
    VEC2(id##_f32, vec)                                                                                \
    STRIP2(id##_f64, double, double, formula)                                                          \
    STRIP2(id##_i32, int32_t, int32_t, formula)                                                        \
    STRIP2(id##_i64, int64_t, int64_t, formula)                                                        \
    static tf_strip *const id##_strips[TF_DTYPES] = {                                                  \
        [tf_float32] = id##_f32, [tf_float64] = id##_f64, [tf_int32] = id##_i32, [tf_int64] = id##_i64 \
    };

CHOICE_STRIPS(maximum, max2, x < y ? y : x)
static void maximum_gradient(tf_grad_ctx *g, tf_tensor dz) { choice_gradient(g, dz, tf_greater_equal(g->in[0], g->in[1])); }
BINARY_OP(maximum, "Maximum", TF_FLOATING | TF_INDEX)
BINARY_BUILDER(tf_maximum_, maximum_op, NULL)

CHOICE_STRIPS(minimum, min2, y < x ? y : x)
static void minimum_gradient(tf_grad_ctx *g, tf_tensor dz) { choice_gradient(g, dz, tf_less_equal(g->in[0], g->in[1])); }
BINARY_OP(minimum, "Minimum", TF_FLOATING | TF_INDEX)
BINARY_BUILDER(tf_minimum_, minimum_op, NULL)

/* ---- SquaredDifference: dx = 2·dz·(x - y), dy = -dx --------------------------------------------------------------------------------------------- */
STRIP2(squared_difference_f32, float, float, (x - y) * (x - y))
STRIP2(squared_difference_f64, double, double, (x - y) * (x - y))
STRIP2(squared_difference_i32, int32_t, uint32_t, (x - y) * (x - y))
STRIP2(squared_difference_i64, int64_t, uint64_t, (x - y) * (x - y))
static tf_strip *const squared_difference_strips[TF_DTYPES] = { [tf_float32] = squared_difference_f32,
                                                                [tf_float64] = squared_difference_f64,
                                                                [tf_int32] = squared_difference_i32,
                                                                [tf_int64] = squared_difference_i64 };
static void squared_difference_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    const tf1c_broadcast_counts n = tf1c_count_broadcast(g, dz, true);
    tf1c_gradient_makes(g, 4 + n.args + n.dx + n.dy + 1);
    reads_both(g);
    tf_tensor dx = tf_mul(tf_mul(2, dz), tf_sub(g->in[0], g->in[1]));
    if (tf1c_grad_wanted(g, 0))
        add_grad(g, 0, dx);
    if (tf1c_grad_wanted(g, 1))
        tf_add_grad(g, 1, tf_neg(sum_to(dx, g->in[1], tf_get_shape(g->in[0]))));
}
BINARY_OP(squared_difference, "SquaredDifference", TF_FLOATING | TF_INDEX)
BINARY_BUILDER(tf_squared_difference_, squared_difference_op, NULL)

/* clang-format off */
tf1c_op_family tf1c_family_arithmetic = {
    &gradient_args_op,
    &add_op,
    &add_v2_op,
    &sub_op,
    &mul_op,
    &realdiv_op,
    &div_no_nan_op,
    &floordiv_op,
    &floormod_op,
    &truncatediv_op,
    &truncatemod_op,
    &pow_op,
    &maximum_op,
    &minimum_op,
    &squared_difference_op,
    NULL,
};
