/* Tensors made from a shape. TF1: core/ops/array_ops.cc, python/ops/array_ops.py. */
#include "ops/array/fill.h"

#include "graph/exchange.h"
#include "ops/array/array.h"
#include "ops/array/constant.h"
#include "ops/array/shape.h"
#include "ops/control_flow/counts.h"
#include "ops/math/reduce.h"

enum { SMALL = 1000 }; /* elements below which zeros and ones are constants */

/* ---- Fill: dvalue = Σ dy ------------------------------------------------------------------------------------------------- */
static void fill_shape(tf_shape_ctx *c)
{
    const tf_dims dims = *tf_in_dims(c, 0), value = *tf_in_dims(c, 1);
    tf_dims out;
    char text[TF_DIMS_TEXT];
    bool at_run = tf_shape_at_run(c);
    if (at_run && dims.rank != 1)
        tf_shape_error(c, "dims must be a vector, got shape %s", tf_dims_kernel_text(dims, text, sizeof text));
    else if (at_run && value.rank != 0)
        tf_shape_error(c, "value must be a scalar, got shape %s", tf_dims_kernel_text(value, text, sizeof text));
    else if (tf_with_rank(c, 0, 1) && tf_with_rank(c, 1, 0) && tf_in_shape(c, 0, &out)) {
        tf_ndarray whole; /* -1 is no unknown dimension here */
        bool known = c->value(c->arg, 0, &whole);
        for (int i = 0; i < out.rank; i++)
            if (out.dims[i] < (known ? 0 : NONE)) {
                if (at_run)
                    tf_shape_error(c, "Dimension %lld must be >= 0", (long long)out.dims[i]);
                else
                    tf_shape_error(c, "Fill dimensions must be >= 0");
                return;
            }
        tf_set_out(c, 0, out);
    }
}

static void fill_kernel(tf_kernel_ctx *k)
{
    const int64_t n = k->out[0].rank ? product(k->out[0].dims, 1, k->out[0].rank) : 1;
    FOR_DTYPE(k->out[0].dtype, {
        T *out = k->out[0].data;
        const T value = *(const T *)k->in[1].data;
        for (int64_t i = k->begin * n; i < k->end * n; i++)
            out[i] = value;
    })
}

static int64_t axis_0_units(const tf_kernel_ctx *k) { return k->out[0].rank ? k->out[0].dims[0] : 1; }
static const tf_shard_rule axis_0_of_whole = { .out = 0, .in = { TF_WHOLE, TF_WHOLE, TF_WHOLE, TF_WHOLE } };

static void fill_gradient(tf_grad_ctx *g, tf_tensor dy) { tf_add_grad(g, 1, tf_reduce_sum(dy)); }

static const tf_op_def fill_op = {
    .name = "Fill",
    .in = "dims:U, value:T",
    .out = "output:T",
    .U = TF_INDEX,
    .shape = fill_shape,
    .kernel = fill_kernel,
    .units = axis_0_units,
    .shard = &axis_0_of_whole,
    .gradient = fill_gradient,
};

tf_tensor tf_fill_(tf_operand dims, tf_operand value, struct tf_name_args a)
{
    return tf_op_binary(&fill_op, dims, value, a, NULL);
}

/* ---- zeros, ones -------------------------------------------------------------------------------------------------------------- */
static tf_tensor small_constant(tf_dims shape, tf_dtype dtype, bool one, struct tf_zeros_args a, const char *default_name)
{
    tf_ndarray all = np_zeros(shape, dtype);
    if (!all.shape.known)
        return tf_mistake(tf_memory_error, a.here, NULL, "no memory left for the graph");
    FOR_DTYPE(dtype, {
        T *x = all.data;
        for (int64_t i = 0; one && i < np_size(all); i++)
            x[i] = 1;
    })
    tf_tensor t =
        tf_constant_(tf_operand_array(all), (struct tf_constant_args){ .here = a.here, .name = a.name ? a.name : default_name });
    np_free(&all);
    return t;
}

/* TF asks of a list, too, whether np.prod(shape) < 1000, and its tensors answer with nodes: a product each, two where a number is one of
 * its factors, and a comparison. */
static int nodes_of_asking(tf_list shape)
{
    tf_ndarray number;
    bool tensors = false;
    int nodes = 2;
    for (int i = 0; i < shape.n; i++) {
        const bool plain = tf1c_is_constant(shape.items[i], &number);
        if (i > 0 && (tensors || !plain))
            nodes += tensors && !plain ? 1 : 2;
        tensors |= !plain;
    }
    return tensors ? nodes : 0;
}

static tf_tensor all_of(tf_operand shape, bool one, struct tf_zeros_args a, const char *default_name)
{
    tf_dtype dtype = a.dtype ? a.dtype : tf_float32;
    TF_FROM(a.here);
    shape = tf1c_sound_operand(shape, a.here);
    if (shape.kind == TF_OPERAND_INTEGER)
        shape = tf_operand_dims(SHAPE(shape.as.integer));
    if (shape.kind == TF_OPERAND_DIMS) {
        const tf_dims d = shape.as.dims;
        for (int i = 0; i < d.rank; i++)
            if (d.dims[i] < 0)
                return tf_mistake(tf_value_error, a.here, a.name ? a.name : default_name, "Dimension %lld must be >= 0",
                                  (long long)d.dims[i]);
        if (d.known && tf_dims_count(d) < SMALL)
            return small_constant(d, dtype, one, a, default_name);
    }
    TF_SCOPE(a.name, default_name);
    if (shape.kind == TF_OPERAND_LIST)
        tf1c_count_more(nodes_of_asking(shape.as.list));
    struct tf_name_args whole = { .name = tf_scope_name() };
    tf_tensor dims = tf_convert(shape, tf_dtype_unset, a.here, shape.kind == TF_OPERAND_LIST ? NULL : "shape_as_tensor");
    if (!tf_is_poisoned(dims) && (!tf_get_shape(dims).known || tf_get_shape(dims).rank == 0))
        dims = tf_reshape(dims, SHAPE(-1));
    tf_operand value = dtype == tf_bool ? tf_operand_bool(one) : tf_operand_integer(one);
    return tf_fill_(operand_of(dims), operand_of(tf_constant_(value, (struct tf_constant_args){ .dtype = dtype })), whole);
}

tf_tensor tf_zeros_(struct tf_zeros_args a) { return all_of(tf1c_given(a.shape), false, a, "zeros"); }
tf_tensor tf_ones_(struct tf_zeros_args a) { return all_of(tf1c_given(a.shape), true, a, "ones"); }

/* clang-format off */
tf1c_op_family tf1c_family_fill = {
    &fill_op,
    NULL,
};
