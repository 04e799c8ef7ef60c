/* One-hot vectors. TF1: core/kernels/one_hot_op.cc, python/ops/array_ops.py. */
#include "ops/array/one_hot.h"

#include <string.h>

#include "ops/array/array.h"
#include "ops/control_flow/counts.h"

/* ---- OneHot ------------------------------------------------------------------------------------------------------------------------- */
typedef struct {
    int64_t axis;
} one_hot_attrs;
static const tf_attr_def one_hot_fields[] = { TF_ATTR(one_hot_attrs, axis, TF_ATTR_INT), { 0 } };

static void one_hot_shape(tf_shape_ctx *c)
{
    int64_t axis = ((const one_hot_attrs *)tf_shape_attrs(c))->axis, depth = NONE;
    tf_dims out = *tf_in_dims(c, 0);
    bool at_run = tf_shape_at_run(c);
    if (axis < -1) {
        tf_shape_error(c, "axis must be >= -1");
        return;
    }
    for (int i = 1; i < 4; i++)
        if (!tf_with_rank(c, i, 0))
            return;
    if (tf_in_int(c, 1, &depth) && depth < 0) {
        tf_shape_error(c,
                       at_run ? "depth must be non-negative, got: %lld"
                              : "Dimension size, given by scalar input 1, must be non-negative but is %lld",
                       (long long)depth);
        return;
    }
    if (!out.known)
        return;
    if (axis > out.rank || out.rank == TF_MAX_RANK) {
        tf_shape_error(c, "Expected axis to be -1 or between [0, %d).  But received: %lld", out.rank + 1, (long long)axis);
        return;
    }
    int at = axis < 0 ? out.rank : (int)axis;
    memmove(&out.dims[at + 1], &out.dims[at], (size_t)(out.rank - at) * sizeof out.dims[0]);
    out.dims[at] = depth;
    out.rank++;
    tf_set_out(c, 0, out);
}

static int one_hot_axis(const tf_kernel_ctx *k)
{
    int64_t axis = ((const one_hot_attrs *)k->attrs)->axis;
    return axis < 0 ? k->in[0].rank : (int)axis;
}

static int64_t one_hot_units(const tf_kernel_ctx *k) { return product(k->in[0].dims, 0, one_hot_axis(k)); }

/* Unit u: out [depth, after] of indices [after]. */
static void one_hot_kernel(tf_kernel_ctx *k)
{
    const tf_view *indices = &k->in[0];
    const int at = one_hot_axis(k);
    const int64_t after = product(indices->dims, at, indices->rank), depth = k->out[0].dims[at];
    FOR_DTYPE(k->T, {
        const T on = *(const T *)k->in[2].data;
        const T off = *(const T *)k->in[3].data;
        for (int64_t u = k->begin; u < k->end; u++) {
            T *out = (T *)k->out[0].data + u * depth * after;
            for (int64_t i = 0; i < depth * after; i++)
                out[i] = off;
            for (int64_t i = 0; i < after; i++) {
                const int64_t index = int_at(indices, u * after + i);
                if (index >= 0 && index < depth)
                    out[index * after + i] = on;
            }
        }
    })
}

static const tf_op_def one_hot_op = {
    .name = "OneHot",
    .in = "indices:U, depth:int32, on_value:T, off_value:T",
    .out = "output:T",
    .U = TF_INTEGERS,
    .attrs = one_hot_fields,
    .attrs_size = sizeof(one_hot_attrs),
    .shape = one_hot_shape,
    .kernel = one_hot_kernel,
    .units = one_hot_units,
    .gradient = tf_no_gradient,
};

/* The dtype of a given value, with the constant that TF makes to learn it; unset: not given. */
static tf_dtype given_dtype(const tf_operand *value, tf_source here)
{
    return value->kind ? tf_get_dtype(tf_convert(*value, tf_dtype_unset, here, NULL)) : tf_dtype_unset;
}

static tf_dtype dtype_of(const tf_operand *o)
{
    const tf_dtype dtype = o->kind ? tf1c_operand_dtype(o) : tf_dtype_unset;
    return dtype || !o->kind ? dtype : tf1c_literal_dtype(o);
}

/* A value as the call's text writes it. A number whose dtype that does not say is of `dtype`, if there is one: TF makes a constant
 * to learn what it is, and one. */
static tf_operand value_of(tf_operand given, int place, const char *keyword, tf_dtype dtype, const struct tf_one_hot_args *a)
{
    tf_operand o = given;
    if (!dtype)
        return tf_operand_given_(given, a->text, place, keyword, a->here);
    if (tf1c_read_as_written(&o, a->text, place, keyword))
        return o;
    tf1c_count_more(1);
    return operand_of(tf_convert(dtype == tf_bool ? tf_operand_bool(o.as.integer != 0) : o, dtype, a->here, NULL));
}

static void read_values(struct tf_one_hot_args *a)
{
    tf_operand off = a->off_value;
    const bool said = tf1c_read_as_written(&off, a->text, 4, ".off_value");
    a->on_value = value_of(a->on_value, 3, ".on_value", a->dtype ? a->dtype : said ? dtype_of(&off) : tf_dtype_unset, a);
    a->off_value = value_of(a->off_value, 4, ".off_value", a->dtype ? a->dtype : dtype_of(&a->on_value), a);
}

static bool is_mistake(tf_operand o) { return o.kind == TF_OPERAND_TENSOR && tf_is_poisoned(o.as.tensor); }

static tf_operand default_value(tf_operand value, int64_t otherwise, tf_dtype dtype, tf_source here, const char *name)
{
    if (value.kind)
        return value;
    return operand_of(tf_convert(tf_operand_integer(otherwise), dtype, here, name));
}

static tf_tensor one_hot_of(tf_operand indices, tf_operand depth, struct tf_one_hot_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "one_hot");
    struct tf_name_args whole = { a.here, tf_scope_name() };
    read_values(&a);
    if (is_mistake(a.on_value) || is_mistake(a.off_value))
        return is_mistake(a.on_value) ? a.on_value.as.tensor : a.off_value.as.tensor;
    tf_dtype on = given_dtype(&a.on_value, a.here), off = given_dtype(&a.off_value, a.here);
    tf_dtype dtype = a.dtype ? a.dtype : on ? on : off ? off : tf_float32;
    if (a.dtype && ((on && on != dtype) || (off && off != dtype))) {
        bool first = on && on != dtype;
        return tf_mistake(tf_type_error, a.here, NULL, "dtype <dtype: '%s'> of %s does not match dtype parameter <dtype: '%s'>",
                          tf_dtype_name(first ? on : off), first ? "on_value" : "off_value", tf_dtype_name(dtype));
    }
    if ((on ? on : dtype) != (off ? off : dtype))
        return tf_mistake(tf_type_error, a.here, NULL,
                          "dtype <dtype: '%s'> of on_value does not match dtype <dtype: '%s'> of off_value",
                          tf_dtype_name(on ? on : dtype), tf_dtype_name(off ? off : dtype));
    a.on_value = default_value(a.on_value, 1, dtype, a.here, "on_value");
    if (is_mistake(a.on_value))
        return a.on_value.as.tensor;
    a.off_value = default_value(a.off_value, 0, dtype, a.here, "off_value");
    return array_op(&one_hot_op, whole, NULL, &(one_hot_attrs){ a.axis }, 4,
                    (tf_operand[]){ indices, depth, a.on_value, a.off_value });
}

tf_tensor tf_one_hot_(struct tf_one_hot_args a) { return one_hot_of(tf1c_given(a.indices), tf1c_given(a.depth), a); }

/* clang-format off */
tf1c_op_family tf1c_family_one_hot = {
    &one_hot_op,
    NULL,
};
