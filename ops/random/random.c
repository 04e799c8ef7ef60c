/* Random ops and what TF1 composes of them. Every op keeps a counter in the session: a run takes the next numbers. TF1:
 * core/kernels/random_op.cc, random_shuffle_op.cc, multinomial_op.cc; python/ops/random_ops.py. */
#include "ops/random/random.h"

#include <sched.h>
#include <string.h>

#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/random/seeds.h"

/* ---- seeds and counters ------------------------------------------------------------------------------------------------ */
static const tf_attr_def random_fields[] = { TF_ATTR(tf1c_random_attrs, seed, TF_ATTR_INT),
                                             TF_ATTR(tf1c_random_attrs, seed2, TF_ATTR_INT),
                                             { 0 } };

static tf1c_philox own_seeds(tf1c_random_resource *s)
{
    int not_yet = 0;
    if (__atomic_compare_exchange_n(&s->drawn, &not_yet, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
        const tf1c_philox p = tf1c_philox_init(0, 0);
        s->seed = p.seed;
        s->seed2 = p.seed2;
        __atomic_store_n(&s->drawn, 2, __ATOMIC_RELEASE);
    }
    while (__atomic_load_n(&s->drawn, __ATOMIC_ACQUIRE) != 2)
        sched_yield();
    return (tf1c_philox){ .seed = s->seed, .seed2 = s->seed2 };
}

tf1c_philox tf1c_next_draw(tf1c_random_resource *s, const tf1c_random_attrs *a, uint64_t blocks)
{
    tf1c_philox p = a->seed || a->seed2 ? tf1c_philox_init(a->seed, a->seed2) : own_seeds(s);
    p.block = __atomic_fetch_add(&s->block, blocks, __ATOMIC_RELAXED);
    return p;
}

tf1c_random_attrs tf1c_op_seeds(int64_t seed)
{
    int64_t both[2] = { 0 };
    tf_graph *g = tf1c_current_graph();
    if (g)
        tf1c_graph_seeds(g, seed != TF_NO_SEED, seed, both);
    return (tf1c_random_attrs){ both[0], both[1] };
}

/* ---- a shape as operand: a vector of int32 or int64 -------------------------------------------------------------------- */
static bool shape_operand(tf_shape_ctx *c, tf_dims *dims)
{
    const tf_dims *vector = tf_in_dims(c, 0);
    char text[TF_DIMS_TEXT];
    *dims = (tf_dims){ 0 };
    if (tf_shape_at_run(c) && vector->rank != 1) {
        tf_shape_error(c, "shape must be a vector of {int32,int64}, got shape %s", tf_dims_kernel_text(*vector, text, sizeof text));
        return false;
    }
    if (!tf_with_rank(c, 0, 1) || !tf_in_ints(c, 0, dims))
        return vector->rank == 1 || !vector->known;
    for (int i = 0; i < dims->rank; i++) {
        if (dims->dims[i] >= (tf_shape_at_run(c) ? 0 : -1))
            continue;
        if (tf_shape_at_run(c))
            tf_shape_error(c, "Dimension %lld must be >= 0", (long long)dims->dims[i]);
        else
            tf_shape_mistake(c, tf_value_error, "Invalid value in tensor used for shape: %lld", (long long)dims->dims[i]);
        return false;
    }
    return true;
}
void tf1c_random_shape(tf_shape_ctx *c)
{
    tf_dims dims;
    if (shape_operand(c, &dims) && dims.known)
        tf_set_out(c, 0, dims);
}

/* ---- RandomStandardNormal, TruncatedNormal, RandomUniform: shape -> floats ----------------------------------------------- */
#define FILL(id)                                                                             \
    static void id##_kernel(tf_kernel_ctx *k)                                                \
    {                                                                                        \
        const int64_t n = tf_view_count(&k->out[0]);                                         \
        const tf1c_philox p = tf1c_next_draw(k->resource, k->attrs, tf1c_philox_reserve(n)); \
        tf1c_philox_##id(&p, k->out[0].dtype, k->out[0].data, n);                            \
    }
FILL(normal)
FILL(truncated_normal)
FILL(uniform)

#define RANDOM_OP(type, kernel_)                                                                                       \
    {                                                                                                                  \
        .name = type, .in = "shape:U", .out = "output:T", .T = TF_FLOATING, .U = TF_INDEX, .attrs = random_fields,     \
        .attrs_size = sizeof(tf1c_random_attrs), .traits = TF_STATEFUL, .shape = tf1c_random_shape, .kernel = kernel_, \
        .resource_size = sizeof(tf1c_random_resource), .gradient = tf_no_gradient,                                     \
    }
static const tf_op_def normal_op = RANDOM_OP("RandomStandardNormal", normal_kernel);
static const tf_op_def truncated_normal_op = RANDOM_OP("TruncatedNormal", truncated_normal_kernel);
static const tf_op_def uniform_op = RANDOM_OP("RandomUniform", uniform_kernel);

static tf_tensor drawn(const tf_op_def *def, tf_tensor shape, tf_dtype dtype, int64_t seed)
{
    const tf1c_random_attrs attrs = tf1c_op_seeds(seed);
    const tf_operand in = tf_operand_tensor(shape);
    return (tf_tensor){ .op = tf_op_new(def, (struct tf_op_args){ .attrs = &attrs, .n_inputs = 1, .inputs = &in, .T = dtype }) };
}

tf_tensor tf1c_random_scaled(tf_tensor x, tf_tensor scale, tf_tensor offset, const char *scope)
{
    const tf_tensor product = tf_multiply(x, scale, .name = "mul");
    return tf_add(product, offset, .name = scope);
}

static tf_tensor normal(const tf_op_def *def, tf_operand shape, tf_operand deviation, struct tf_random_args a,
                        const char *default_name)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, default_name);
    const char *scope = tf_scope_name();
    const tf_tensor size = tf_convert(shape, tf_dtype_unset, a.here, "shape");
    const tf_tensor mean = tf_convert(tf_operand_real(a.mean), a.dtype, a.here, "mean");
    const tf_tensor stddev = tf_convert(deviation, a.dtype, a.here, "stddev");
    return tf1c_random_scaled(drawn(def, size, a.dtype, a.seed), stddev, mean, scope);
}
tf_tensor tf1c_random_normal(tf_dims shape, tf_tensor stddev)
{
    const struct tf_random_args a = { .dtype = tf_get_dtype(stddev), .seed = TF_NO_SEED };
    return normal(&normal_op, tf_operand_dims(shape), tf_operand_tensor(stddev), a, "random_normal");
}
tf_tensor tf_random_normal_(struct tf_random_args a)
{
    return normal(&normal_op, tf1c_given(a.shape), tf_operand_real(a.stddev), a, "random_normal");
}
tf_tensor tf_truncated_normal_(struct tf_random_args a)
{
    return normal(&truncated_normal_op, tf1c_given(a.shape), tf_operand_real(a.stddev), a, "truncated_normal");
}

/* ---- RandomUniformInt: shape, minval, maxval -> integers in [minval, maxval) ------------------------------------------------ */
bool tf1c_random_limits(tf_shape_ctx *c, int first)
{
    char text[TF_DIMS_TEXT];
    for (int i = first; i < first + 2; i++) {
        const tf_dims *limit = tf_in_dims(c, i);
        if (tf_shape_at_run(c) && limit->rank != 0) {
            tf_shape_error(c, "%s must be 0-D, got shape %s", i == first ? "minval" : "maxval",
                           tf_dims_kernel_text(*limit, text, sizeof text));
            return false;
        }
        if (!tf_with_rank(c, i, 0))
            return false;
    }
    return true;
}

static void uniform_int_shape(tf_shape_ctx *c)
{
    if (tf1c_random_limits(c, 1))
        tf1c_random_shape(c);
}

static int64_t integer(const tf_view *v) { return v->dtype == tf_int32 ? *(int32_t *)v->data : *(int64_t *)v->data; }

void tf1c_random_integers(tf_kernel_ctx *k, int first, tf1c_philox p)
{
    const int64_t low = integer(&k->in[first]), high = integer(&k->in[first + 1]);
    if (low < high)
        tf1c_philox_integers(&p, k->out[0].dtype, low, high, k->out[0].data, tf_view_count(&k->out[0]));
    else
        tf_kernel_error(k, tf_invalid_argument, "Need minval < maxval, got %lld >= %lld", (long long)low, (long long)high);
}

static void uniform_int_kernel(tf_kernel_ctx *k)
{
    const int64_t n = tf_view_count(&k->out[0]);
    if (n)
        tf1c_random_integers(k, 1, tf1c_next_draw(k->resource, k->attrs, tf1c_philox_reserve(n)));
}

static const tf_op_def uniform_int_op = {
    .name = "RandomUniformInt",
    .in = "shape:U, minval:T, maxval:T",
    .out = "output:T",
    .T = TF_INDEX,
    .U = TF_INDEX,
    .attrs = random_fields,
    .attrs_size = sizeof(tf1c_random_attrs),
    .traits = TF_STATEFUL,
    .shape = uniform_int_shape,
    .kernel = uniform_int_kernel,
    .resource_size = sizeof(tf1c_random_resource),
    .gradient = tf_no_gradient,
};

static tf_tensor uniform_integers(tf_tensor shape, tf_tensor low, tf_tensor high, int64_t seed, const char *name)
{
    const tf1c_random_attrs attrs = tf1c_op_seeds(seed);
    const tf_operand in[] = { tf_operand_tensor(shape), tf_operand_tensor(low), tf_operand_tensor(high) };
    return (tf_tensor){ .op = tf_op_new(&uniform_int_op,
                                        (struct tf_op_args){ .name = name, .attrs = &attrs, .n_inputs = 3, .inputs = in }) };
}

bool tf1c_random_bounds(tf_operand *minval, tf_operand *maxval, tf_dtype dtype, tf_tensor *mistake, tf_source here)
{
    const bool integers = TF_INDEX & TF_DTYPE_BIT(dtype);
    const bool known = integers || TF_FLOATING & TF_DTYPE_BIT(dtype), missing = integers && maxval->kind == TF_OPERAND_NONE;
    if (!known)
        *mistake = tf_mistake(tf_value_error, here, NULL, "Invalid dtype tf.%s", tf_dtype_name(dtype));
    else if (missing)
        *mistake = tf_mistake(tf_value_error, here, NULL, "Must specify maxval for integer dtype tf.%s", tf_dtype_name(dtype));
    if (minval->kind == TF_OPERAND_NONE)
        *minval = integers ? tf_operand_integer(0) : tf_operand_real(0);
    if (maxval->kind == TF_OPERAND_NONE)
        *maxval = tf_operand_real(1);
    return known && !missing;
}

static tf_tensor random_uniform_of(tf_operand shape, struct tf_random_uniform_args a)
{
    const bool integers = TF_INDEX & TF_DTYPE_BIT(a.dtype);
    tf_operand minval = tf1c_keyword(a.minval, !integers), maxval = tf1c_keyword(a.maxval, !integers);
    tf_tensor mistake;
    TF_FROM(a.here);
    if (maxval.kind == TF_OPERAND_REAL && isnan(maxval.as.real)) /* an initializer's, where none was given */
        maxval = (tf_operand)TF_UNSET_;
    if (!tf1c_random_bounds(&minval, &maxval, a.dtype, &mistake, a.here))
        return mistake;
    TF_SCOPE(a.name, "random_uniform");
    const char *scope = tf_scope_name();
    const tf_tensor size = tf_convert(shape, tf_dtype_unset, a.here, "shape");
    const tf_tensor low = tf_convert(minval, a.dtype, a.here, "min"), high = tf_convert(maxval, a.dtype, a.here, "max");
    if (integers)
        return uniform_integers(size, low, high, a.seed, scope);
    const tf_tensor x = drawn(&uniform_op, size, a.dtype, a.seed);
    const tf_tensor width = tf_subtract(high, low, .name = "sub");
    return tf1c_random_scaled(x, width, low, scope);
}

tf_tensor tf_random_uniform_(struct tf_random_uniform_args a) { return random_uniform_of(tf1c_given(a.shape), a); }

/* ---- RandomShuffle: the rows of value in another order ------------------------------------------------------------------------ */
static size_t shuffle_scratch(const tf_kernel_ctx *k) { return k->in[0].rank ? (size_t)k->in[0].dims[0] * sizeof(int64_t) : 0; }

static void shuffle_kernel(tf_kernel_ctx *k)
{
    const int64_t n = k->in[0].rank ? k->in[0].dims[0] : 1, count = tf_view_count(&k->in[0]);
    const size_t row = count ? (size_t)(count / n) * tf_dtype_size(k->T) : 0;
    if (n <= 1 || !count) {
        if (count)
            memcpy(k->out[0].data, k->in[0].data, (size_t)count * tf_dtype_size(k->T));
        return;
    }
    const tf1c_philox p = tf1c_next_draw(k->resource, k->attrs, tf1c_philox_shuffle_reserve(n));
    int64_t *order = k->scratch;
    tf1c_philox_shuffle(&p, order, n);
    for (int64_t i = 0; i < n; i++)
        memcpy((char *)k->out[0].data + (size_t)i * row, (const char *)k->in[0].data + (size_t)order[i] * row, row);
}

static const tf_op_def shuffle_op = {
    .name = "RandomShuffle",
    .in = "value:T",
    .out = "output:T",
    .T = TF_EVERY_DTYPE,
    .attrs = random_fields,
    .attrs_size = sizeof(tf1c_random_attrs),
    .traits = TF_STATEFUL,
    .shape = tf_unchanged_shape,
    .kernel = shuffle_kernel,
    .scratch = shuffle_scratch,
    .resource_size = sizeof(tf1c_random_resource),
    .gradient = tf1c_undefined_gradient,
};

tf_tensor tf_random_shuffle_(tf_operand value, struct tf_seeded_args a)
{
    const tf1c_random_attrs attrs = tf1c_op_seeds(a.seed);
    return (tf_tensor){ .op = tf_op_new(&shuffle_op,
                                        (struct tf_op_args){
                                            .here = a.here, .name = a.name, .attrs = &attrs, .n_inputs = 1, .inputs = &value }) };
}

/* ---- Multinomial: logits [batch, classes], num_samples -> [batch, num_samples] -------------------------------------------------- */
static void multinomial_shape(tf_shape_ctx *c)
{
    const tf_dims x = *tf_in_dims(c, 0), count = *tf_in_dims(c, 1);
    const bool run = tf_shape_at_run(c);
    char text[TF_DIMS_TEXT];
    int64_t n = NONE;
    if (run && x.rank != 2)
        tf_shape_error(c, "logits should be a matrix, got shape %s", tf_dims_kernel_text(x, text, sizeof text));
    else if (run && count.rank != 0)
        tf_shape_error(c, "num_samples should be a scalar, got shape %s", tf_dims_kernel_text(count, text, sizeof text));
    else if (!tf_with_rank(c, 0, 2) || !tf_with_rank(c, 1, 0))
        return;
    else if (tf_in_int(c, 1, &n) && n < 0)
        tf_shape_error(c,
                       run ? "num_samples should be nonnegative, got %lld"
                           : "Dimension size, given by scalar input 1, must be non-negative but is %lld",
                       (long long)n);
    else if (run && x.dims[1] <= 0)
        tf_shape_error(c, "num_classes should be positive, got %lld", (long long)x.dims[1]);
    tf_set_out(c, 0, SHAPE(x.known ? x.dims[0] : NONE, n));
}

static size_t multinomial_scratch(const tf_kernel_ctx *k)
{
    const int64_t classes = k->in[0].dims[1], wide = k->U == tf_int64 ? 0 : tf_view_count(&k->out[0]);
    return (size_t)(classes + wide) * 8;
}

static void multinomial_kernel(tf_kernel_ctx *k)
{
    const int64_t batch = k->in[0].dims[0], classes = k->in[0].dims[1], samples = k->out[0].dims[1], n = batch * samples;
    double *cdf = k->scratch;
    int64_t *out = k->U == tf_int64 ? k->out[0].data : (int64_t *)(cdf + classes);
    if (!n)
        return;
    const tf1c_philox p = tf1c_next_draw(k->resource, k->attrs, tf1c_philox_multinomial_reserve(batch, samples));
    tf1c_philox_multinomial(&p, k->T, k->in[0].data, batch, classes, samples, cdf, out);
    for (int64_t i = 0; k->U == tf_int32 && i < n; i++)
        TF_DATA(k, out, 0, int32_t)[i] = (int32_t)out[i];
}

static const tf_op_def multinomial_op = {
    .name = "Multinomial",
    .in = "logits:T, num_samples:int32",
    .out = "output:U",
    .T = TF_FLOATING,
    .U = TF_INDEX,
    .attrs = random_fields,
    .attrs_size = sizeof(tf1c_random_attrs),
    .traits = TF_STATEFUL,
    .shape = multinomial_shape,
    .kernel = multinomial_kernel,
    .scratch = multinomial_scratch,
    .resource_size = sizeof(tf1c_random_resource),
    .gradient = tf_no_gradient,
};

static tf_tensor multinomial(tf_operand logits, tf_operand num_samples, tf_dtype dtype, int64_t seed, struct tf_name_args a,
                             const char *default_name)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, default_name);
    const tf_tensor x = tf_convert(logits, tf_dtype_unset, a.here, "logits");
    const tf1c_random_attrs attrs = tf1c_op_seeds(seed);
    const tf_operand in[] = { tf_operand_tensor(x), num_samples };
    return (tf_tensor){ .op = tf_op_new(&multinomial_op,
                                        (struct tf_op_args){ .attrs = &attrs, .n_inputs = 2, .inputs = in, .U = dtype }) };
}
static tf_tensor multinomial_of(tf_operand logits, tf_operand num_samples, struct tf_multinomial_args a)
{
    return multinomial(logits, num_samples, a.output_dtype, a.seed, (struct tf_name_args){ a.here, a.name }, "multinomial");
}

tf_tensor tf_multinomial_(struct tf_multinomial_args a)
{
    return multinomial_of(tf1c_keyword(a.logits, true), tf1c_given(a.num_samples), a);
}
static tf_tensor random_categorical_of(tf_operand logits, tf_operand num_samples, struct tf_categorical_args a)
{
    return multinomial(logits, num_samples, a.dtype, a.seed, (struct tf_name_args){ a.here, a.name }, "categorical");
}

tf_tensor tf_random_categorical_(struct tf_categorical_args a)
{
    return random_categorical_of(tf1c_keyword(a.logits, true), tf1c_given(a.num_samples), a);
}

/* clang-format off */
tf1c_op_family tf1c_family_random = {
    &normal_op,
    &truncated_normal_op,
    &uniform_op,
    &uniform_int_op,
    &shuffle_op,
    &multinomial_op,
    NULL,
};
