/* Initializers: a function and up to four numbers, by value. TF1: python/ops/init_ops.py,
 * contrib/layers/python/layers/initializers.py. */
#include <string.h>

#include "ops/array/constant.h"
#include "ops/array/diag.h"
#include "ops/array/fill.h"
#include "ops/array/shape.h"
#include "ops/family.h"
#include "ops/linalg/decompositions.h"
#include "ops/linalg/linear_algebra.h"
#include "ops/math/arithmetic.h"
#include "ops/math/unary.h"
#include "ops/random/random.h"
#include "ops/state/initializers.h"

/* params[3] holds the seed; NAN: none. */
static double seed_param(int64_t seed) { return seed == TF_NO_SEED ? NAN : (double)seed; }
static int64_t seed_of(const double *params) { return isnan(params[3]) ? TF_NO_SEED : (int64_t)params[3]; }

/* ---- zeros, ones, constants --------------------------------------------------------------------------------------------- */
static tf_tensor zeros(const void *params, tf_dims shape, tf_dtype dtype, tf_source here)
{
    (void)params;
    TF_FROM(here);
    return tf_zeros(shape, dtype);
}
static tf_tensor ones(const void *params, tf_dims shape, tf_dtype dtype, tf_source here)
{
    (void)params;
    TF_FROM(here);
    return tf_ones(shape, dtype);
}
static tf_tensor constant(const void *params, tf_dims shape, tf_dtype dtype, tf_source here)
{
    const double value = *(const double *)params;
    const bool whole = value == trunc(value) && fabs(value) < 0x1p53;
    tf_operand o = tf_operand_real(value);
    if (dtype == tf_bool && whole)
        o = tf_operand_bool(value != 0);
    else if (!(TF_FLOATING & TF_DTYPE_BIT(dtype)) && whole)
        o = tf_operand_integer((int64_t)value);
    TF_FROM(here);
    return tf_constant(o, dtype, shape);
}
tf_initializer tf_zeros_initializer_(void) { return (tf_initializer){ .fn = zeros }; }
tf_initializer tf_ones_initializer_(void) { return (tf_initializer){ .fn = ones }; }
tf_initializer tf_constant_initializer_(struct tf_constant_initializer_args a)
{
    const tf_operand value = tf1c_keyword(a.value, true);
    switch (value.kind) {
    case TF_OPERAND_NONE: return tf_constant_initializer;
    case TF_OPERAND_INTEGER: return (tf_initializer){ .fn = constant, .params = { (double)value.as.integer } };
    case TF_OPERAND_REAL: return (tf_initializer){ .fn = constant, .params = { value.as.real } };
    default: return (tf_initializer){ .value = value };
    }
}

/* ---- normal and uniform: params (mean, stddev) or (minval, maxval) ---------------------------------------------------------- */
static tf_tensor random_normal(const void *params, tf_dims shape, tf_dtype dtype, tf_source here)
{
    const double *p = params;
    TF_FROM(here);
    return tf_random_normal(shape, p[0], p[1], dtype, seed_of(p));
}
static tf_tensor truncated_normal(const void *params, tf_dims shape, tf_dtype dtype, tf_source here)
{
    const double *p = params;
    TF_FROM(here);
    return tf_truncated_normal(shape, p[0], p[1], dtype, seed_of(p));
}
static tf_tensor random_uniform(const void *params, tf_dims shape, tf_dtype dtype, tf_source here)
{
    const double *p = params;
    TF_FROM(here);
    return tf_random_uniform(shape, p[0], p[1], dtype, seed_of(p));
}
tf_initializer tf_random_normal_initializer_(struct tf_normal_initializer_args a)
{
    return (tf_initializer){ .fn = random_normal, .params = { a.mean, a.stddev, 0, seed_param(a.seed) } };
}
tf_initializer tf_truncated_normal_initializer_(struct tf_normal_initializer_args a)
{
    return (tf_initializer){ .fn = truncated_normal, .params = { a.mean, a.stddev, 0, seed_param(a.seed) } };
}
tf_initializer tf_random_uniform_initializer_(struct tf_uniform_initializer_args a)
{
    return (tf_initializer){ .fn = random_uniform, .params = { a.minval, a.maxval, 0, seed_param(a.seed) } };
}

/* ---- scaled to the fans: params (scale, mode, law) ------------------------------------------------------------------------------ */
static const char *const modes[] = { "fan_in", "fan_out", "fan_avg", NULL };
static const char *const laws[] = { "normal", "truncated_normal", "untruncated_normal", "uniform", NULL };
enum { FAN_IN, FAN_OUT, FAN_AVERAGE, TRUNCATED = 1, UNTRUNCATED, UNIFORM, CONTRIB, CONTRIB_UNIFORM };

static int index_of(const char *word, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (word && strcmp(word, words[i]) == 0)
            return i;
    return -1;
}

/* [.., in, out] -> in·others, out·others; a vector's length counts for both. */
static void fans(tf_dims shape, double *fan_in, double *fan_out)
{
    double field = 1;
    for (int i = 0; i + 2 < shape.rank; i++)
        field *= (double)shape.dims[i];
    *fan_out = shape.rank ? field * (double)shape.dims[shape.rank - 1] : 1;
    *fan_in = shape.rank > 1 ? field * (double)shape.dims[shape.rank - 2] : *fan_out;
}

static tf_tensor variance_scaling(const void *params, tf_dims shape, tf_dtype dtype, tf_source here)
{
    const double *p = params;
    const int mode = (int)p[1], law = (int)p[2];
    const double truncated_stddev = .87962566103423978; /* of the standard normal law between -2 and 2 */
    double in, out;
    fans(shape, &in, &out);
    const double n = mode == FAN_IN ? in : mode == FAN_OUT ? out : (in + out) / 2;
    const double scale = p[0] / (law >= CONTRIB || n > 1 ? n : 1);
    TF_FROM(here);
    switch (law) {
    case UNIFORM:
    case CONTRIB_UNIFORM: return tf_random_uniform(shape, -sqrt(3 * scale), sqrt(3 * scale), dtype, seed_of(p));
    case UNTRUNCATED: return tf_random_normal(shape, 0, sqrt(scale), dtype, seed_of(p));
    case CONTRIB: return tf_truncated_normal(shape, 0, sqrt(1.3 * scale), dtype, seed_of(p));
    default: return tf_truncated_normal(shape, 0, sqrt(scale) / truncated_stddev, dtype, seed_of(p));
    }
}

static tf_tensor no_initializer(const void *params, tf_dims shape, tf_dtype dtype, tf_source here)
{
    (void)params, (void)shape, (void)dtype, (void)here;
    return (tf_tensor){ .op = tf1c_poison(tf1c_current_graph()) };
}

tf_initializer tf_variance_scaling_initializer_(struct tf_variance_scaling_args a)
{
    const int mode = index_of(a.mode, modes), law = index_of(a.distribution, laws);
    if (a.scale > 0 && mode >= 0 && law >= 0)
        return (tf_initializer){ .fn = variance_scaling, .params = { a.scale, mode, law, seed_param(a.seed) } };
    if (!(a.scale > 0))
        tf_fail(tf_value_error, tf1c_source(a.here), NULL, "`scale` must be positive float.");
    else if (mode < 0)
        tf_fail(tf_value_error, tf1c_source(a.here), NULL, "('Invalid `mode` argument:', '%s')", a.mode ? a.mode : "None");
    else
        tf_fail(tf_value_error, tf1c_source(a.here), NULL, "('Invalid `distribution` argument:', '%s')",
                a.distribution ? a.distribution : "None");
    return (tf_initializer){ .fn = no_initializer };
}
tf_initializer tf_glorot_uniform_initializer_(struct tf_glorot_args a)
{
    return (tf_initializer){ .fn = variance_scaling, .params = { 1, FAN_AVERAGE, UNIFORM, seed_param(a.seed) } };
}
tf_initializer tf_glorot_normal_initializer_(struct tf_glorot_args a)
{
    return (tf_initializer){ .fn = variance_scaling, .params = { 1, FAN_AVERAGE, TRUNCATED, seed_param(a.seed) } };
}
tf_initializer tf_fan_in_initializer_(double scale, const char *law, struct tf_glorot_args a)
{
    return tf_variance_scaling_initializer_(
        (struct tf_variance_scaling_args){ .here = a.here, .scale = scale, .mode = "fan_in", .distribution = law, .seed = a.seed });
}

tf_initializer tf_contrib_layers_variance_scaling_initializer_(struct tf_contrib_scaling_args a)
{
    static const char *const names[] = { "FAN_IN", "FAN_OUT", "FAN_AVG", NULL };
    const int mode = index_of(a.mode, names);
    if (mode >= 0)
        return (tf_initializer){ .fn = variance_scaling,
                                 .params = { a.factor, mode, a.uniform ? CONTRIB_UNIFORM : CONTRIB, seed_param(a.seed) } };
    tf_fail(tf_type_error, tf1c_source(a.here), NULL, "Unknown mode %s [FAN_IN, FAN_OUT, FAN_AVG]", a.mode ? a.mode : "None");
    return (tf_initializer){ .fn = no_initializer };
}

static tf_tensor identity_matrix(const void *params, tf_dims shape, tf_dtype dtype, tf_source here)
{
    TF_FROM(here);
    if (!shape.known || shape.rank != 2)
        return tf_mistake(tf_value_error, here, NULL, "Identity matrix initializer can only be used for 2D matrices.");
    const double gain = *(const double *)params;
    const tf_tensor one = tf_eye(shape.dims[0], .num_columns = shape.dims[1], .dtype = dtype);
    return gain == 1 ? one : tf_multiply(gain, one, .name = "mul");
}
tf_initializer tf_initializers_identity_(struct tf_gain_args a)
{
    return (tf_initializer){ .fn = identity_matrix, .params = { a.gain } };
}

/* TF1: python/ops/init_ops.py Orthogonal; [.., n] as a matrix of n columns, or its transpose if it is wider than tall. */
static tf_tensor orthogonal(const void *params, tf_dims shape, tf_dtype dtype, tf_source here)
{
    const double *p = params;
    TF_FROM(here);
    if (!shape.known || shape.rank < 2)
        return tf_mistake(tf_value_error, here, NULL, "The tensor to initialize must be at least two-dimensional");
    int64_t rows = 1;
    const int64_t columns = shape.dims[shape.rank - 1];
    for (int i = 0; i + 1 < shape.rank; i++)
        rows *= shape.dims[i];
    const bool wide = rows < columns;
    const tf_qr_result of =
        tf_qr(tf_random_normal(wide ? SHAPE(columns, rows) : SHAPE(rows, columns), .dtype = dtype, .seed = seed_of(p)));
    tf_tensor q = tf_multiply(of.q, tf_sign(tf_diag_part(of.r)), .name = "mul");
    if (wide)
        q = tf_matrix_transpose(q);
    return tf_multiply(p[0], tf_reshape(q, shape), .name = "mul");
}
tf_initializer tf_orthogonal_initializer_(struct tf_gain_args a)
{
    return (tf_initializer){ .fn = orthogonal, .params = { a.gain, 0, 0, seed_param(a.seed) } };
}

tf_initializer tf_contrib_layers_xavier_initializer_(struct tf_xavier_args a)
{
    return (tf_initializer){ .fn = variance_scaling,
                             .params = { 1, FAN_AVERAGE, a.uniform ? UNIFORM : CONTRIB, seed_param(a.seed) } };
}

/* ---- without parentheses: as called with no arguments ------------------------------------------------------------------------ */
const tf_initializer(tf_zeros_initializer) = { .fn = zeros };
const tf_initializer(tf_ones_initializer) = { .fn = ones };
const tf_initializer(tf_constant_initializer) = { .fn = constant };
const tf_initializer(tf_random_normal_initializer) = { .fn = random_normal, .params = { 0, 1, 0, NAN } };
const tf_initializer(tf_truncated_normal_initializer) = { .fn = truncated_normal, .params = { 0, 1, 0, NAN } };
const tf_initializer(tf_random_uniform_initializer) = { .fn = random_uniform, .params = { 0, NAN, 0, NAN } };
const tf_initializer(tf_orthogonal_initializer) = { .fn = orthogonal, .params = { 1, 0, 0, NAN } };
const tf_initializer(tf_variance_scaling_initializer) = { .fn = variance_scaling, .params = { 1, FAN_IN, TRUNCATED, NAN } };
const tf_initializer(tf_glorot_uniform_initializer) = { .fn = variance_scaling, .params = { 1, FAN_AVERAGE, UNIFORM, NAN } };
const tf_initializer(tf_glorot_normal_initializer) = { .fn = variance_scaling, .params = { 1, FAN_AVERAGE, TRUNCATED, NAN } };

tf_tensor tf_initial_value_(tf_initializer initializer, tf_dims shape, struct tf_initial_value_args a)
{
    if (!initializer.fn && tf1c_given_initializer(&initializer))
        return tf_convert(tf1c_given(initializer.value), a.dtype, a.here, "initial_value");
    if (!initializer.fn)
        return tf_mistake(tf_type_error, a.here, NULL, "'NoneType' object is not callable");
    return initializer.fn(initializer.params, shape, a.dtype ? a.dtype : tf_float32, a.here);
}
