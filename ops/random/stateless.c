/* Random numbers of a seed that is an input. TF1: core/ops/stateless_random_ops.cc, core/kernels/stateless_random_ops.cc,
 * python/ops/stateless_random_ops.py. */
#include "ops/random/stateless.h"

#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/random/seeds.h"

/* ---- the seed: two integers ------------------------------------------------------------------------------------------------ */
static bool seed_operand(tf_shape_ctx *c)
{
    const tf_dims *seed = tf_in_dims(c, 1);
    char text[TF_DIMS_TEXT];
    int64_t two;
    if (!(TF_INDEX & TF_DTYPE_BIT(tf_in_dtype(c, 1))))
        tf_shape_mistake(c, tf_type_error,
                         "Value passed to parameter 'seed' has DataType %s not in list of allowed values: int32, int64",
                         tf_dtype_name(tf_in_dtype(c, 1)));
    else if (tf_shape_at_run(c) && !tf_dims_equal(*seed, SHAPE(2)))
        tf_shape_error(c, "seed must have shape [2], not %s", tf_dims_kernel_text(*seed, text, sizeof text));
    else if (!tf_with_rank(c, 1, 1))
        return false;
    else if (seed->known && !tf_merge_dim(seed->dims[0], 2, &two))
        tf_shape_error(c, "Dimension must be 2 but is %lld", (long long)seed->dims[0]);
    else
        return true;
    return false;
}

static void stateless_shape(tf_shape_ctx *c)
{
    if (seed_operand(c))
        tf1c_random_shape(c);
}

static uint64_t part(const tf_view *seed, int i)
{
    return (uint64_t)(seed->dtype == tf_int32 ? ((const int32_t *)seed->data)[i] : ((const int64_t *)seed->data)[i]);
}

/* The seed scrambled, so that any will do: the key and the upper half of the counter. */
static tf1c_philox scrambled(const tf_view *seed)
{
    const tf1c_philox scrambler = { .seed = 0x02461e293ec8f720, .seed2 = part(seed, 1), .block = part(seed, 0) };
    uint32_t mix[4];
    tf1c_philox_block(&scrambler, mix);
    return (tf1c_philox){ .seed = mix[0] | (uint64_t)mix[1] << 32, .seed2 = mix[2] | (uint64_t)mix[3] << 32 };
}

/* ---- StatelessRandomNormal, StatelessTruncatedNormal, StatelessRandomUniform: shape, seed -> floats -------------------------- */
#define FILL(id)                                                                          \
    static void id##_kernel(tf_kernel_ctx *k)                                             \
    {                                                                                     \
        const tf1c_philox p = scrambled(&k->in[1]);                                       \
        tf1c_philox_##id(&p, k->out[0].dtype, k->out[0].data, tf_view_count(&k->out[0])); \
    }
FILL(normal)
FILL(truncated_normal)
FILL(uniform)

#define STATELESS_OP(type, kernel_)                                                                                          \
    {                                                                                                                        \
        .name = type, .in = "shape:U, seed:?", .out = "output:T", .T = TF_FLOATING, .U = TF_INDEX, .shape = stateless_shape, \
        .kernel = kernel_, .gradient = tf_no_gradient,                                                                       \
    }
static const tf_op_def normal_op = STATELESS_OP("StatelessRandomNormal", normal_kernel);
static const tf_op_def truncated_normal_op = STATELESS_OP("StatelessTruncatedNormal", truncated_normal_kernel);
static const tf_op_def uniform_op = STATELESS_OP("StatelessRandomUniform", uniform_kernel);

static tf_tensor drawn(const tf_op_def *def, tf_tensor shape, tf_operand seed, tf_dtype dtype)
{
    const tf_operand in[] = { tf_operand_tensor(shape), seed };
    return (tf_tensor){ .op = tf_op_new(def, (struct tf_op_args){ .n_inputs = 2, .inputs = in, .T = dtype }) };
}

static tf_tensor normal(const tf_op_def *def, struct tf_stateless_random_args a, const char *default_name)
{
    const tf_operand shape = tf1c_given(a.shape), seed = tf1c_given(a.seed);
    TF_FROM(a.here);
    TF_SCOPE(a.name, default_name);
    const char *scope = tf_scope_name();
    const tf_tensor size = tf_convert(shape, tf_dtype_unset, a.here, "shape");
    const tf_tensor mean = tf_convert(tf_operand_real(a.mean), a.dtype, a.here, "mean");
    const tf_tensor stddev = tf_convert(tf_operand_real(a.stddev), a.dtype, a.here, "stddev");
    return tf1c_random_scaled(drawn(def, size, seed, a.dtype), stddev, mean, scope);
}

tf_tensor tf_random_stateless_normal_(struct tf_stateless_random_args a)
{
    return normal(&normal_op, a, "stateless_random_normal");
}

tf_tensor tf_random_stateless_truncated_normal_(struct tf_stateless_random_args a)
{
    return normal(&truncated_normal_op, a, "stateless_truncated_normal");
}

/* ---- StatelessRandomUniformInt: shape, seed, minval, maxval -> integers in [minval, maxval) ---------------------------------- */
static void uniform_int_shape(tf_shape_ctx *c)
{
    if (seed_operand(c) && tf1c_random_limits(c, 2))
        tf1c_random_shape(c);
}

static void uniform_int_kernel(tf_kernel_ctx *k)
{
    if (tf_view_count(&k->out[0]))
        tf1c_random_integers(k, 2, scrambled(&k->in[1]));
}

static const tf_op_def uniform_int_op = {
    .name = "StatelessRandomUniformInt",
    .in = "shape:U, seed:?, minval:T, maxval:T",
    .out = "output:T",
    .T = TF_INDEX,
    .U = TF_INDEX,
    .shape = uniform_int_shape,
    .kernel = uniform_int_kernel,
    .gradient = tf_no_gradient,
};

static tf_tensor uniform_integers(tf_tensor shape, tf_operand seed, tf_tensor low, tf_tensor high, const char *name)
{
    const tf_operand in[] = { tf_operand_tensor(shape), seed, tf_operand_tensor(low), tf_operand_tensor(high) };
    return (tf_tensor){ .op = tf_op_new(&uniform_int_op, (struct tf_op_args){ .name = name, .n_inputs = 4, .inputs = in }) };
}

tf_tensor tf_random_stateless_uniform_(struct tf_stateless_uniform_args a)
{
    const bool integers = TF_INDEX & TF_DTYPE_BIT(a.dtype);
    const tf_operand shape = tf1c_given(a.shape), seed = tf1c_given(a.seed);
    tf_operand minval = tf1c_keyword(a.minval, !integers), maxval = tf1c_keyword(a.maxval, !integers);
    tf_tensor mistake;
    TF_FROM(a.here);
    if (!tf1c_random_bounds(&minval, &maxval, a.dtype, &mistake, a.here))
        return mistake;
    TF_SCOPE(a.name, "stateless_random_uniform");
    const char *scope = tf_scope_name();
    const tf_tensor size = tf_convert(shape, tf_dtype_unset, a.here, "shape");
    const tf_tensor low = tf_convert(minval, a.dtype, a.here, "min"), high = tf_convert(maxval, a.dtype, a.here, "max");
    if (integers)
        return uniform_integers(size, seed, low, high, scope);
    const tf_tensor x = drawn(&uniform_op, size, seed, a.dtype);
    const tf_tensor width = tf_subtract(high, low, .name = "sub");
    return tf1c_random_scaled(x, width, low, scope);
}

/* clang-format off */
tf1c_op_family tf1c_family_stateless = {
    &normal_op,
    &truncated_normal_op,
    &uniform_op,
    &uniform_int_op,
    NULL,
};
