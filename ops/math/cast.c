/* From one dtype to another. TF1: core/kernels/cast_op.cc, python/ops/math_ops.py cast. */
#include "ops/math/cast.h"

#include <float.h>

#include "ops/array/array.h"
#include "ops/math/arithmetic.h"

/* ---- Cast ----------------------------------------------------------------------------------------------------------------------------------------
 * TF1: core/kernels/cast_op.cc. What does not fit becomes what x86's conversion gives. */
typedef struct {
    tf_dtype DstT;
} cast_attrs;
static const tf_attr_def cast_fields[] = { TF_ATTR(cast_attrs, DstT, TF_ATTR_DTYPE), { 0 } };

static inline int32_t real_to_int32(double x) { return x > -2147483649.0 && x < 2147483648.0 ? (int32_t)x : INT32_MIN; }
static inline int64_t real_to_int64(double x) { return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : INT64_MIN; }
static inline uint8_t real_to_uint8(double x) { return (uint8_t)real_to_int32(x); }

#define CAST_LOOP(type_in, type_out, formula)          \
    for (int64_t i = 0; i < n; i++) {                  \
        const type_in x = ((const type_in *)in[0])[i]; \
        ((type_out *)out)[i] = (type_out)(formula);    \
    }                                                  \
    break
#define CAST_STRIP(id, type, int32, int64, uint8)                                  \
    static void id(int64_t n, void *out, const void *const *in, const void *attrs) \
    {                                                                              \
        switch (((const cast_attrs *)attrs)->DstT) {                               \
        case tf_float32: CAST_LOOP(type, float, x);                                \
        case tf_float64: CAST_LOOP(type, double, x);                               \
        case tf_int32: CAST_LOOP(type, int32_t, int32);                            \
        case tf_int64: CAST_LOOP(type, int64_t, int64);                            \
        case tf_uint8: CAST_LOOP(type, uint8_t, uint8);                            \
        default: CAST_LOOP(type, bool, x != 0);                                    \
        }                                                                          \
    }
CAST_STRIP(cast_f32, float, real_to_int32(x), real_to_int64(x), real_to_uint8(x))
CAST_STRIP(cast_f64, double, real_to_int32(x), real_to_int64(x), real_to_uint8(x))
CAST_STRIP(cast_i32, int32_t, x, x, x)
CAST_STRIP(cast_i64, int64_t, x, x, x)
CAST_STRIP(cast_u8, uint8_t, x, x, x)
CAST_STRIP(cast_bool, bool, x, x, x)
static tf_strip *const cast_strips[TF_DTYPES] = { [tf_float32] = cast_f32, [tf_float64] = cast_f64, [tf_int32] = cast_i32,
                                                  [tf_int64] = cast_i64,   [tf_uint8] = cast_u8,    [tf_bool] = cast_bool };

static void cast_shape(tf_shape_ctx *c)
{
    tf_unchanged_shape(c);
    tf_set_out_dtype(c, 0, ((const cast_attrs *)tf_shape_attrs(c))->DstT);
}

static bool cast_ints(tf_shape_ctx *c, tf_dims *ints)
{
    return TF_INDEX & TF_DTYPE_BIT(((const cast_attrs *)tf_shape_attrs(c))->DstT) && tf_in_ints(c, 0, ints);
}

static void cast_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    const tf_dtypes from = TF_DTYPE_BIT(tf_get_dtype(g->in[0])), to = TF_DTYPE_BIT(tf_get_dtype(g->out[0]));
    if (TF_FLOATING & from && TF_FLOATING & to)
        tf_add_grad(g, 0, tf_cast(dy, tf_get_dtype(g->in[0])));
}

static const tf_op_def cast_op = {
    .name = "Cast",
    .in = "x:T",
    .out = "y:?",
    .attrs = cast_fields,
    .attrs_size = sizeof(cast_attrs),
    .traits = TF_ELEMENTWISE | TF_STRIDED_IN | TF_STRIDED_OUT,
    .shape = cast_shape,
    .ints = cast_ints,
    .strips = cast_strips,
    .gradient = cast_gradient,
};

tf_tensor tf1c_cast_node(tf_tensor x, tf_dtype dtype, const char *name)
{
    tf_operand in = tf_operand_tensor(x);
    return (tf_tensor){ .op = tf_op_new(
                            &cast_op,
                            (struct tf_op_args){ .name = name, .attrs = &(cast_attrs){ dtype }, .n_inputs = 1, .inputs = &in }) };
}

static tf_tensor cast(tf_operand x, tf_dtype dtype, struct tf_name_args a, const char *default_name)
{
    TF_FROM(a.here);
    if (x.kind == TF_OPERAND_TENSOR && x.as.tensor.op && !x.as.tensor.op->read && !tf_is_poisoned(x.as.tensor) &&
        tf_get_dtype(x.as.tensor) == dtype)
        return x.as.tensor;
    TF_SCOPE(a.name, default_name);
    tf_tensor t = tf_convert(x, tf_dtype_unset, a.here, "x");
    if (tf_is_poisoned(t))
        return t;
    if (!tf_dtype_size(dtype))
        return tf_mistake(tf_type_error, a.here, NULL, "Cannot convert value %d to a TensorFlow DType.", dtype);
    if (tf_get_dtype(t) == dtype)
        return t;
    return tf1c_cast_node(t, dtype, tf_scope_name());
}

tf_tensor tf_cast_(struct tf_cast_args a)
{
    const tf_operand x = tf1c_given(a.x);
    return cast(x, a.dtype, (struct tf_name_args){ a.here, a.name }, "Cast");
}
tf_tensor tf1c_cast(tf_tensor x, tf_dtype dtype, tf_source here)
{
    return tf_cast_((struct tf_cast_args){ .here = here, .x = tf_operand_tensor(x), .dtype = dtype });
}

tf_tensor tf_to_(tf_operand x, tf_dtype dtype, struct tf_name_args a)
{
    return cast(x, dtype, a,
                dtype == tf_float32   ? "ToFloat"
                : dtype == tf_float64 ? "ToDouble"
                : dtype == tf_int32   ? "ToInt32"
                                      : "ToInt64");
}

/* The ends of what numbers a dtype has. */
static tf_operand least_of(tf_dtype dtype)
{
    return dtype == tf_float32   ? tf_operand_real((double)-FLT_MAX)
           : dtype == tf_float64 ? tf_operand_real(-DBL_MAX)
                                 : tf_operand_integer(dtype == tf_int64   ? INT64_MIN
                                                      : dtype == tf_int32 ? INT32_MIN
                                                                          : 0);
}
static tf_operand most_of(tf_dtype dtype)
{
    return dtype == tf_float32   ? tf_operand_real((double)FLT_MAX)
           : dtype == tf_float64 ? tf_operand_real(DBL_MAX)
                                 : tf_operand_integer(dtype == tf_int64   ? INT64_MAX
                                                      : dtype == tf_int32 ? INT32_MAX
                                                                          : UINT8_MAX);
}
static double as_real(tf_operand o) { return o.kind == TF_OPERAND_REAL ? o.as.real : (double)o.as.integer; }

static tf_tensor saturated(tf_tensor x, tf_dtype dtype, tf_source here)
{
    const tf_dtype from = tf_get_dtype(x);
    if (as_real(least_of(from)) < as_real(least_of(dtype))) {
        const tf_tensor least = tf_convert(least_of(dtype), from, here, "min");
        x = tf_maximum(x, least);
    }
    if (as_real(most_of(from)) > as_real(most_of(dtype))) {
        const tf_tensor most = tf_convert(most_of(dtype), from, here, "max");
        x = tf_minimum(x, most);
    }
    return x;
}

tf_tensor tf_saturate_cast_(struct tf_saturate_cast_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "saturate_cast");
    const char *scope = tf_scope_name();
    const tf_tensor value = tf_convert(tf1c_given_data(a.value, NULL, NULL, a.here), tf_dtype_unset, a.here, "value");
    if (tf_is_poisoned(value))
        return value;
    if (!(TF_NUMERIC & TF_DTYPE_BIT(a.dtype)) || !(TF_NUMERIC & TF_DTYPE_BIT(tf_get_dtype(value))))
        return tf_mistake(tf_type_error, a.here, NULL, "Cannot find minimum value of <dtype: '%s'>.",
                          tf_dtype_name(TF_NUMERIC & TF_DTYPE_BIT(a.dtype) ? tf_get_dtype(value) : a.dtype));
    return tf_cast(saturated(value, a.dtype, a.here), a.dtype, .name = scope);
}

/* ---- Bitcast: the same bytes ------------------------------------------------------------------------------------------------------- */
typedef struct {
    tf_dtype type;
} bitcast_attrs;
static const tf_attr_def bitcast_fields[] = { TF_ATTR(bitcast_attrs, type, TF_ATTR_DTYPE), { 0 } };

/* The last axis goes where the new dtype is the wider. */
static bool joined(tf_shape_ctx *c, tf_dims *d, int64_t by, tf_dtype from, tf_dtype to)
{
    if (!tf_shape_at_run(c) && !tf_with_rank_at_least(c, 0, 1))
        return false;
    const int64_t last = d->rank ? d->dims[d->rank - 1] : 0;
    if (tf_shape_at_run(c) && last != by)
        tf_shape_error(c, "Cannot bitcast from %d to %d", from, to);
    else if (last != NONE && last != by)
        tf_shape_error(c, "Cannot bitcast due to shape. %lld does not match %lld", (long long)last, (long long)by);
    else
        return d->rank--, true;
    return false;
}

static void bitcast_shape(tf_shape_ctx *c)
{
    const tf_dtype from = tf_in_dtype(c, 0), to = ((const bitcast_attrs *)tf_shape_attrs(c))->type;
    const size_t narrow = tf_dtype_size(from), wide = tf_dtype_size(to);
    tf_dims d = *tf_in_dims(c, 0);
    tf_set_out_dtype(c, 0, to);
    if (!d.known || (narrow < wide && !joined(c, &d, (int64_t)(wide / narrow), from, to)))
        return;
    if (narrow > wide && d.rank == TF_MAX_RANK)
        tf_shape_error(c, "Shape must be at most rank %d but is rank %d", TF_MAX_RANK, TF_MAX_RANK + 1);
    else if (narrow > wide)
        d.dims[d.rank++] = (int64_t)(narrow / wide);
    tf_set_out(c, 0, d);
}

static void bitcast_kernel(tf_kernel_ctx *k)
{
    copy_bytes(k->out[0].data, k->in[0].data, (size_t)tf_view_count(&k->in[0]) * tf_dtype_size(k->in[0].dtype));
}

static const tf_op_def bitcast_op = {
    .name = "Bitcast",
    .in = "input:T",
    .out = "output:?",
    .T = TF_NUMERIC,
    .attrs = bitcast_fields,
    .attrs_size = sizeof(bitcast_attrs),
    .shape = bitcast_shape,
    .kernel = bitcast_kernel,
    .gradient = tf1c_undefined_gradient,
};

tf_tensor tf_bitcast_(struct tf_bitcast_args a)
{
    const tf_operand input = tf1c_given_data(a.input, NULL, NULL, a.here);
    const tf_dtype type = a.type;
    if (!tf_dtype_size(type))
        return tf_mistake(tf_type_error, a.here, NULL, "Expected DataType for argument 'type' not %s.", tf_dtype_name(type));
    if (!(TF_NUMERIC & TF_DTYPE_BIT(type)))
        return tf_mistake(
            tf_type_error, a.here, NULL,
            "Value passed to parameter 'type' has DataType %s not in list of allowed values: float32, float64, int64, "
            "int32, uint8",
            tf_dtype_name(type));
    return array_op(&bitcast_op, (struct tf_name_args){ a.here, a.name }, NULL, &(bitcast_attrs){ type }, 1, &input);
}

/* clang-format off */
tf1c_op_family tf1c_family_cast = {
    &cast_op,
    &bitcast_op,
    NULL,
};
