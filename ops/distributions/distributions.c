/* TF1: python/ops/distributions/distribution.py, a file for each law, kullback_leibler.py. */
#include "ops/distributions/distributions.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/fill.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/family.h"
#include "ops/logging/logging_ops.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/reduce.h"
#include "ops/math/special.h"
#include "ops/math/unary.h"
#include "ops/nn/activation.h"
#include "ops/nn/nn.h"

/* How many are drawn: known while the graph is built, or a scalar. */
typedef struct {
    bool known;
    int32_t number;
    tf_tensor scalar;
} drawn;

typedef tf_tensor of_law(const tf_distribution *d);
typedef tf_tensor of_value(const tf_distribution *d, tf_tensor x);
struct tf_law_ {
    const char *name;
    tf_tensor (*sample)(const tf_distribution *d, drawn n, int64_t seed); /* [n, batch_shape…] */
    of_law *batch_shape;                                                  /* as a tensor, where the static one is not known */
    of_value *log_prob, *prob, *cdf;
    of_law *entropy, *mean, *mode, *stddev, *variance;
    const char *kl_name;
    tf_tensor (*kl)(const tf_distribution *a, const tf_distribution *b);
};

/* ---- what laws share ------------------------------------------------------------------------------------------------------- */

static tf_tensor batch_shape_tensor(const tf_distribution *d)
{
    tf_with_name_scope(d->name)
        tf_with_name_scope("batch_shape_tensor") {
            const tf_dims known = d->batch_shape;
            if (tf_dims_fully_known(known))
                return tf_constant(np_array((void *)known.dims, tf_int64, SHAPE(known.rank)), tf_int32, .name = "batch_shape");
            return d->law_->batch_shape(d);
        }
    return (tf_tensor){ 0 };
}

/* [n] */
static tf_tensor vector_of(drawn n)
{
    return n.known ? tf_constant(np_array(&n.number, tf_int32, SHAPE(1))) : tf_stack(LIST(n.scalar));
}

/* [n, batch_shape…] */
static tf_tensor shape_drawn(const tf_distribution *d, drawn n)
{
    const tf_tensor first = vector_of(n);
    return tf_concat(LIST(first, batch_shape_tensor(d)), 0);
}

/* ---- Normal ------------------------------------------------------------------------------------------------------------------- */

static const double PI = 3.14159265358979323846, E = 2.71828182845904523536;

static tf_tensor of_two_shapes(tf_tensor a, tf_tensor b) { return tf_broadcast_dynamic_shape(tf_shape(a), tf_shape(b)); }
static tf_tensor loc_scale_shape(const tf_distribution *d) { return of_two_shapes(d->loc, d->scale); }

static tf_tensor normal_sample(const tf_distribution *d, drawn n, int64_t seed)
{
    const tf_tensor shape = shape_drawn(d, n), drawn = tf_random_normal(shape, .dtype = d->dtype, .seed = seed);
    return tf_operator_add(tf_mul(drawn, d->scale), d->loc);
}

static tf_tensor standardized(const tf_distribution *d, tf_tensor x)
{
    tf_with_name_scope("standardize")
        x = tf_truediv(tf_sub(x, d->loc), d->scale);
    return x;
}

static tf_tensor normal_log_prob(const tf_distribution *d, tf_tensor x)
{
    const tf_tensor near = tf_mul(-0.5, tf_square(standardized(d, x)));
    return tf_sub(near, tf_operator_add(0.5 * log(2 * PI), tf_log(d->scale)));
}

static tf_tensor normal_cdf(const tf_distribution *d, tf_tensor x)
{
    x = standardized(d, x);
    tf_with_name_scope("ndtr") {
        const tf_tensor half = tf_constant(0.5 * sqrt(2.0), d->dtype, .name = "half_sqrt_2");
        const tf_tensor w = tf_mul(x, half), z = tf_abs(w), small = tf_less(z, half);
        const tf_tensor inner = tf_operator_add(1.0, tf_erf(w)), positive = tf_greater(w, 0.0);
        const tf_tensor above = tf_sub(2.0, tf_erfc(z)), below = tf_erfc(z);
        x = tf_mul(0.5, tf_where_v2(small, inner, tf_where_v2(positive, above, below)));
    }
    return x;
}

static tf_tensor normal_entropy(const tf_distribution *d)
{
    return tf_operator_add(0.5 * log(2 * PI * E), tf_log(tf_mul(d->scale, tf_ones_like(d->loc))));
}
static tf_tensor normal_mean(const tf_distribution *d) { return tf_mul(d->loc, tf_ones_like(d->scale)); }
static tf_tensor normal_stddev(const tf_distribution *d) { return tf_mul(d->scale, tf_ones_like(d->loc)); }

static tf_tensor normal_kl(const tf_distribution *a, const tf_distribution *b)
{
    const tf_tensor one = tf_constant(1, a->dtype), two = tf_constant(2, a->dtype), half = tf_constant(0.5, a->dtype);
    const tf_tensor a_squared = tf_square(a->scale), b_squared = tf_square(b->scale), ratio = tf_truediv(a_squared, b_squared);
    const tf_tensor apart = tf_squared_difference(a->loc, b->loc), far = tf_truediv(apart, tf_mul(two, b_squared));
    const tf_tensor wider = tf_sub(ratio, one);
    return tf_operator_add(far, tf_mul(half, tf_sub(wider, tf_log(ratio))));
}

static const struct tf_law_ normal_law = {
    .name = "Normal",
    .sample = normal_sample,
    .batch_shape = loc_scale_shape,
    .log_prob = normal_log_prob,
    .cdf = normal_cdf,
    .entropy = normal_entropy,
    .mean = normal_mean,
    .mode = normal_mean,
    .stddev = normal_stddev,
    .kl_name = "kl_normal_normal",
    .kl = normal_kl,
};

/* ---- Laplace ------------------------------------------------------------------------------------------------------------------ */

static double above_minus_one(tf_dtype t) { return t == tf_float64 ? nextafter(-1.0, 0.0) : (double)nextafterf(-1.0f, 0.0f); }

static tf_tensor laplace_sample(const tf_distribution *d, drawn n, int64_t seed)
{
    const tf_tensor shape = shape_drawn(d, n);
    const tf_tensor u = tf_random_uniform(shape, above_minus_one(d->dtype), 1.0, .dtype = d->dtype, .seed = seed);
    const tf_tensor side = tf_mul(d->scale, tf_sign(u));
    return tf_sub(d->loc, tf_mul(side, tf_log1p(tf_neg(tf_abs(u)))));
}

static tf_tensor scaled(const tf_distribution *d, tf_tensor x) { return tf_truediv(tf_sub(x, d->loc), d->scale); }

static tf_tensor laplace_log_prob(const tf_distribution *d, tf_tensor x)
{
    const tf_tensor near = tf_neg(tf_abs(scaled(d, x)));
    return tf_sub(near, tf_operator_add(log(2.0), tf_log(d->scale)));
}

static tf_tensor laplace_cdf(const tf_distribution *d, tf_tensor x)
{
    const tf_tensor z = scaled(d, x), side = tf_mul(0.5, tf_sign(z));
    return tf_operator_add(0.5, tf_mul(side, tf_sub(1.0, tf_exp(tf_neg(tf_abs(z))))));
}

static tf_tensor laplace_entropy(const tf_distribution *d)
{
    return tf_operator_add(log(2.0) + 1, tf_log(tf_operator_add(d->scale, tf_zeros_like(d->loc))));
}
static tf_tensor laplace_mean(const tf_distribution *d) { return tf_operator_add(d->loc, tf_zeros_like(d->scale)); }
static tf_tensor laplace_stddev(const tf_distribution *d)
{
    const tf_tensor scale = tf_mul(sqrt(2.0), d->scale);
    return tf_operator_add(scale, tf_zeros_like(d->loc));
}

static const struct tf_law_ laplace_law = {
    .name = "Laplace",
    .sample = laplace_sample,
    .batch_shape = loc_scale_shape,
    .log_prob = laplace_log_prob,
    .cdf = laplace_cdf,
    .entropy = laplace_entropy,
    .mean = laplace_mean,
    .mode = laplace_mean,
    .stddev = laplace_stddev,
};

/* ---- Uniform ------------------------------------------------------------------------------------------------------------------ */

static tf_tensor low_high_shape(const tf_distribution *d) { return of_two_shapes(d->low, d->high); }

static tf_tensor range_of(const tf_distribution *d)
{
    tf_tensor range = { 0 };
    tf_with_name_scope(d->name)
        tf_with_name_scope("range")
            range = tf_sub(d->high, d->low);
    return range;
}

static tf_tensor uniform_sample(const tf_distribution *d, drawn n, int64_t seed)
{
    const tf_tensor shape = shape_drawn(d, n), u = tf_random_uniform(shape, .dtype = d->dtype, .seed = seed);
    return tf_operator_add(d->low, tf_mul(range_of(d), u));
}

static tf_tensor uniform_prob(const tf_distribution *d, tf_tensor x)
{
    const tf_tensor wide = tf_mul(x, tf_ones(batch_shape_tensor(d), .dtype = d->dtype)), nan = tf_is_nan(wide);
    const tf_tensor below = tf_less(wide, d->low), outside = tf_logical_or(below, tf_greater_equal(wide, d->high));
    const tf_tensor zeros = tf_zeros_like(wide), ones = tf_ones_like(wide);
    return tf_where_v2(nan, wide, tf_where_v2(outside, zeros, tf_truediv(ones, range_of(d))));
}

static tf_tensor uniform_cdf(const tf_distribution *d, tf_tensor x)
{
    const tf_tensor shape = tf_broadcast_dynamic_shape(tf_shape(x), batch_shape_tensor(d));
    const tf_tensor zeros = tf_zeros(shape, .dtype = d->dtype), ones = tf_ones(shape, .dtype = d->dtype), wide = tf_mul(x, ones);
    const tf_tensor below = tf_less(x, d->low), above = tf_sub(wide, d->low);
    const tf_tensor inside = tf_where_v2(below, zeros, tf_truediv(above, range_of(d)));
    return tf_where_v2(tf_greater_equal(x, d->high), ones, inside);
}

static tf_tensor uniform_entropy(const tf_distribution *d) { return tf_log(range_of(d)); }
static tf_tensor uniform_mean(const tf_distribution *d) { return tf_truediv(tf_operator_add(d->low, d->high), 2.0); }
static tf_tensor uniform_variance(const tf_distribution *d) { return tf_truediv(tf_square(range_of(d)), 12.0); }
static tf_tensor uniform_stddev(const tf_distribution *d) { return tf_truediv(range_of(d), sqrt(12.0)); }

static const struct tf_law_ uniform_law = {
    .name = "Uniform",
    .sample = uniform_sample,
    .batch_shape = low_high_shape,
    .prob = uniform_prob,
    .cdf = uniform_cdf,
    .entropy = uniform_entropy,
    .mean = uniform_mean,
    .stddev = uniform_stddev,
    .variance = uniform_variance,
};

/* ---- Exponential: Gamma of concentration 1, which `loc` keeps -------------------------------------------------------------------- */

static tf_tensor exponential_shape(const tf_distribution *d) { return of_two_shapes(d->loc, d->rate); }

static tf_tensor exponential_sample(const tf_distribution *d, drawn n, int64_t seed)
{
    const double tiny = d->dtype == tf_float64 ? DBL_MIN : (double)FLT_MIN;
    const tf_tensor first = vector_of(n);
    const tf_tensor u = tf_random_uniform(tf_concat(LIST(first, tf_shape(d->rate)), 0), tiny, 1.0, .dtype = d->dtype, .seed = seed);
    return tf_truediv(tf_neg(tf_log(u)), d->rate);
}

static tf_tensor exponential_log_prob(const tf_distribution *d, tf_tensor x)
{
    const tf_tensor power = tf_math_xlogy(tf_sub(d->loc, 1.0), x), near = tf_sub(power, tf_mul(d->rate, x));
    const tf_tensor lgamma = tf_lgamma(d->loc), log_rate = tf_mul(d->loc, tf_log(d->rate));
    return tf_sub(near, tf_sub(lgamma, log_rate));
}
static tf_tensor exponential_cdf(const tf_distribution *d, tf_tensor x) { return tf_igamma(d->loc, tf_mul(d->rate, x)); }

static tf_tensor exponential_entropy(const tf_distribution *d)
{
    const tf_tensor scale = tf_sub(d->loc, tf_log(d->rate)), known = tf_operator_add(scale, tf_lgamma(d->loc));
    const tf_tensor rest = tf_sub(1.0, d->loc);
    return tf_operator_add(known, tf_mul(rest, tf_digamma(d->loc)));
}
static tf_tensor exponential_mean(const tf_distribution *d) { return tf_truediv(d->loc, d->rate); }
static tf_tensor exponential_variance(const tf_distribution *d) { return tf_truediv(d->loc, tf_square(d->rate)); }
static tf_tensor exponential_stddev(const tf_distribution *d) { return tf_truediv(tf_sqrt(d->loc), d->rate); }

/* NaN, as of any Gamma whose concentration is not above 1. */
static tf_tensor exponential_mode(const tf_distribution *d)
{
    const tf_tensor mode = tf_truediv(tf_sub(d->loc, 1.0), d->rate);
    const tf_tensor nan = tf_fill(batch_shape_tensor(d), tf_constant(NAN, d->dtype, .name = "nan/value"), .name = "nan");
    return tf_where_v2(tf_greater(d->loc, 1.0), mode, nan);
}

static const struct tf_law_ exponential_law = {
    .name = "Exponential",
    .sample = exponential_sample,
    .batch_shape = exponential_shape,
    .log_prob = exponential_log_prob,
    .cdf = exponential_cdf,
    .entropy = exponential_entropy,
    .mean = exponential_mean,
    .mode = exponential_mode,
    .stddev = exponential_stddev,
    .variance = exponential_variance,
};

/* ---- Bernoulli ---------------------------------------------------------------------------------------------------------------- */

static tf_tensor logits_shape(const tf_distribution *d) { return tf_shape(d->logits); }

static tf_tensor bernoulli_sample(const tf_distribution *d, drawn n, int64_t seed)
{
    const tf_tensor shape = shape_drawn(d, n), u = tf_random_uniform(shape, .dtype = tf_get_dtype(d->probs), .seed = seed);
    return tf_cast(tf_less(u, d->probs), d->dtype);
}

static tf_tensor bernoulli_log_prob(const tf_distribution *d, tf_tensor x)
{
    tf_tensor logits = d->logits;
    const tf_dims a = tf_get_shape(x), b = tf_get_shape(logits);
    x = tf_cast(x, tf_get_dtype(logits));
    if (!tf_dims_fully_known(a) || !tf_dims_fully_known(b) || !tf_dims_equal(a, b)) {
        const tf_tensor wide = tf_mul(tf_ones_like(x), logits);
        x = tf_mul(tf_ones_like(logits), x);
        logits = wide;
    }
    return tf_neg(tf_nn_sigmoid_cross_entropy_with_logits(.labels = x, .logits = logits));
}

static tf_tensor bernoulli_entropy(const tf_distribution *d)
{
    const tf_tensor minus = tf_neg(d->logits), known = tf_mul(minus, tf_sub(tf_sigmoid(d->logits), 1.0));
    return tf_operator_add(known, tf_nn_softplus(tf_neg(d->logits)));
}
static tf_tensor bernoulli_mean(const tf_distribution *d) { return tf_identity(d->probs); }
static tf_tensor bernoulli_variance(const tf_distribution *d)
{
    const tf_tensor mean = bernoulli_mean(d);
    return tf_mul(mean, tf_sub(1.0, d->probs));
}
static tf_tensor bernoulli_mode(const tf_distribution *d) { return tf_cast(tf_greater(d->probs, 0.5), d->dtype); }

static tf_tensor bernoulli_kl(const tf_distribution *a, const tf_distribution *b)
{
    const tf_tensor b0 = tf_nn_softplus(tf_neg(b->logits)), delta0 = tf_sub(b0, tf_nn_softplus(tf_neg(a->logits)));
    const tf_tensor b1 = tf_nn_softplus(b->logits), delta1 = tf_sub(b1, tf_nn_softplus(a->logits));
    const tf_tensor ones = tf_mul(tf_sigmoid(a->logits), delta0);
    return tf_operator_add(ones, tf_mul(tf_sigmoid(tf_neg(a->logits)), delta1));
}

static const struct tf_law_ bernoulli_law = {
    .name = "Bernoulli",
    .sample = bernoulli_sample,
    .batch_shape = logits_shape,
    .log_prob = bernoulli_log_prob,
    .entropy = bernoulli_entropy,
    .mean = bernoulli_mean,
    .mode = bernoulli_mode,
    .variance = bernoulli_variance,
    .kl_name = "kl_bernoulli_bernoulli",
    .kl = bernoulli_kl,
};

/* ---- Categorical -------------------------------------------------------------------------------------------------------------- */

static tf_tensor categories_shape(const tf_distribution *d) { return tf_identity(d->batch_shape_tensor_); }

static tf_tensor categorical_sample(const tf_distribution *d, drawn n, int64_t seed)
{
    const tf_dims shape = tf_get_shape(d->logits);
    tf_tensor rows = d->logits;
    if (!shape.known || shape.rank != 2)
        rows = tf_reshape(rows, LIST(-1, d->event_size_));
    const tf_dtype wide = tf_dtype_size(d->dtype) > 4 ? tf_int64 : tf_int32;
    tf_tensor draws = n.known ? tf_multinomial(rows, n.number, .seed = seed, .output_dtype = wide)
                              : tf_multinomial(rows, n.scalar, .seed = seed, .output_dtype = wide);
    draws = tf_transpose(draws);
    return tf_cast(tf_reshape(draws, shape_drawn(d, n)), d->dtype);
}

static tf_tensor categorical_log_prob(const tf_distribution *d, tf_tensor k)
{
    tf_tensor logits = d->logits;
    const tf_dims a = tf_get_shape(k);
    if (TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(k)))
        k = tf_cast(k, tf_int32);
    if (!tf_dims_fully_known(a) || !tf_dims_fully_known(d->batch_shape) || !tf_dims_equal(a, d->batch_shape)) {
        logits = tf_mul(logits, tf_ones_like(tf_getitem(k, "..., None"), .dtype = tf_get_dtype(logits)));
        const tf_dims both = tf_get_shape(logits);
        k = tf_mul(k, tf_ones(tf_getitem(tf_shape(logits), ":-1"), .dtype = tf_get_dtype(k)));
        if (both.known && both.rank && !tf_is_poisoned(k)) {
            tf_dims batch = both;
            batch.rank--;
            tf_set_shape(k, batch);
        }
    }
    return tf_neg(tf_nn_sparse_softmax_cross_entropy_with_logits(.labels = k, .logits = logits));
}

static tf_tensor categorical_entropy(const tf_distribution *d)
{
    return tf_neg(tf_reduce_sum(tf_mul(tf_nn_log_softmax(d->logits), d->probs), -1));
}

static tf_tensor categorical_mode(const tf_distribution *d)
{
    const tf_tensor mode = tf_cast(tf_argmax(d->logits, d->batch_rank_), d->dtype);
    if (!tf_is_poisoned(mode))
        tf_set_shape(mode, d->batch_shape);
    return mode;
}

static tf_tensor categorical_kl(const tf_distribution *a, const tf_distribution *b)
{
    const tf_tensor of_a = tf_nn_log_softmax(a->logits), delta = tf_sub(of_a, tf_nn_log_softmax(b->logits));
    return tf_reduce_sum(tf_mul(tf_nn_softmax(a->logits), delta), -1);
}

static const struct tf_law_ categorical_law = {
    .name = "Categorical",
    .sample = categorical_sample,
    .batch_shape = categories_shape,
    .log_prob = categorical_log_prob,
    .entropy = categorical_entropy,
    .mode = categorical_mode,
    .kl_name = "kl_categorical_categorical",
    .kl = categorical_kl,
};

/* ---- made ----------------------------------------------------------------------------------------------------------------------- */

static tf_distribution *refused(tf_operation *mistake)
{
    static tf_distribution without_memory;
    tf_graph *g = tf1c_current_graph();
    tf_distribution *d = g ? tf1c_graph_alloc(g, sizeof *d) : NULL;
    if (!d) {
        without_memory.mistake_ = tf1c_poison(g);
        return &without_memory;
    }
    *d = (tf_distribution){ .graph_ = g, .mistake_ = mistake };
    return d;
}

/* A copy that lives as long as the graph, in the scope that is open. */
static tf_distribution *made(tf_distribution of)
{
    tf_graph *g = tf1c_current_graph();
    tf_distribution *d = g ? tf1c_graph_alloc(g, sizeof *d) : NULL;
    const tf_tensor all[] = { of.loc, of.scale, of.low, of.high, of.logits, of.probs, of.rate };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].op && tf_is_poisoned(all[i]))
            return refused(tf_tensor_op(all[i]));
    if (!d)
        return refused(tf1c_poison(g));
    *d = of;
    d->graph_ = g;
    d->name = tf_scope_name();
    return d;
}

/* Two parameters that are broadcast to each other; false after a report, with *mistake. */
static bool two_of_a_dtype(tf_tensor a, tf_tensor b, tf_dims *batch, tf_operation **mistake, tf_source here)
{
    char x[256], y[256];
    const tf_dtype t = tf_get_dtype(a), u = tf_get_dtype(b);
    *mistake = tf_is_poisoned(a) ? tf_tensor_op(a) : tf_is_poisoned(b) ? tf_tensor_op(b) : NULL;
    if (*mistake)
        return false;
    if (t != u)
        *mistake =
            tf_mistake(tf_value_error, here, NULL, "%s:%d, type=<dtype: '%s'>, must be of the same type (<dtype: '%s'>) as %s:%d.",
                       tf_op_name(b.op), b.index, tf_dtype_name(u), tf_dtype_name(t), tf_op_name(a.op), a.index)
                .op;
    else if (!(TF_FLOATING & TF_DTYPE_BIT(t)))
        *mistake = tf_mistake(tf_value_error, here, NULL, "Expected floating point type, got <dtype: '%s'>.", tf_dtype_name(t)).op;
    else if (!tf_broadcast_dims(tf_get_shape(a), tf_get_shape(b), batch))
        *mistake = tf_mistake(tf_value_error, here, NULL, "Incompatible shapes for broadcasting: %s and %s",
                              tf_dims_text(tf_get_shape(a), x, sizeof x), tf_dims_text(tf_get_shape(b), y, sizeof y))
                       .op;
    return !*mistake;
}

/* What a check that does not hold, if there is one, keeps from being read. */
static tf_tensor checked(tf_operand x, tf_operation *check, const char *name)
{
    if (!check)
        return tf_identity_(x, (struct tf_name_args){ .name = name });
    tf_with_control_dependencies(OPS(check))
        return tf_identity_(x, (struct tf_name_args){ .name = name });
    return (tf_tensor){ 0 };
}

static tf_distribution *of_loc_scale(const struct tf_law_ *law, tf_operand loc, tf_operand scale, struct tf_loc_scale_args a)
{
    TF_FROM(a.here);
    tf_distribution d = { .law_ = law };
    tf_operation *mistake = NULL;
    TF_SCOPE(a.name, law->name);
    tf_operation *check =
        a.validate_args ? tf_assert_positive_((struct tf_check_args){ a.here, .x = scale, .summarize = 3 }) : NULL;
    d.loc = checked(loc, check, "loc");
    d.scale = checked(scale, check, "scale");
    if (!two_of_a_dtype(d.loc, d.scale, &d.batch_shape, &mistake, a.here))
        return refused(mistake);
    d.dtype = tf_get_dtype(d.scale);
    return made(d);
}

tf_distribution *tf_distributions_normal_(tf_operand loc, tf_operand scale, struct tf_loc_scale_args a)
{
    return of_loc_scale(&normal_law, loc, scale, a);
}
tf_distribution *tf_distributions_laplace_(tf_operand loc, tf_operand scale, struct tf_loc_scale_args a)
{
    return of_loc_scale(&laplace_law, loc, scale, a);
}

tf_distribution *tf_distributions_uniform_(tf_operand low, tf_operand high, struct tf_uniform_args a)
{
    TF_FROM(a.here);
    tf_distribution d = { .law_ = &uniform_law };
    tf_operation *mistake = NULL, *check = NULL;
    low = low.kind ? low : tf_operand_real(0);
    high = high.kind ? high : tf_operand_real(1);
    TF_SCOPE(a.name, "Uniform");
    if (a.validate_args)
        check = tf_assert_less_((struct tf_compare_args){ a.here, .x = low, .y = high, .summarize = 3,
                                                          .message = "uniform not defined when low >= high." });
    d.low = checked(low, check, "low");
    d.high = checked(high, check, "high");
    if (!two_of_a_dtype(d.low, d.high, &d.batch_shape, &mistake, a.here))
        return refused(mistake);
    d.dtype = tf_get_dtype(d.low);
    return made(d);
}

tf_distribution *tf_distributions_exponential_(tf_operand rate, struct tf_exponential_args a)
{
    TF_FROM(a.here);
    tf_distribution d = { .law_ = &exponential_law };
    tf_operation *mistake = NULL, *check = NULL;
    tf_tensor one = { 0 };
    TF_SCOPE(a.name, "Exponential");
    const tf_tensor given = tf_convert(rate, tf_dtype_unset, a.here, "rate");
    if (tf_is_poisoned(given))
        return refused(tf_tensor_op(given));
    one = tf_ones(SCALAR, .dtype = tf_get_dtype(given));
    if (a.validate_args) {
        tf_assert_positive(one);
        check = tf_assert_positive(given);
    }
    d.loc = checked(tf_operand_tensor(one), check, "concentration");
    d.rate = checked(tf_operand_tensor(given), check, "rate");
    if (!two_of_a_dtype(d.loc, d.rate, &d.batch_shape, &mistake, a.here))
        return refused(mistake);
    d.dtype = tf_get_dtype(d.rate);
    return made(d);
}

/* probs, if they are between 0 and 1, or of several classes sum to 1. */
static tf_tensor valid_probs(tf_tensor probs, bool classes)
{
    tf_with_name_scope("validate_probs") {
        const tf_tensor one = tf_constant(1.0, tf_get_dtype(probs));
        tf_operation *least = tf_assert_non_negative(probs);
        tf_operation *most = classes ? tf_assert_near(tf_reduce_sum(probs, -1), one, .message = "probs does not sum to 1.")
                                     : tf_assert_less_equal(probs, one, .message = "probs has components greater than 1.");
        tf_with_control_dependencies(OPS(least, most))
            probs = tf_identity(probs, .name = "control_dependency");
    }
    return probs;
}

/* Both of the two, of which one is given; false after a report, with *mistake. */
static bool logits_and_probs(tf_distribution *d, tf_operand logits, tf_operand probs, bool classes, tf_operation **mistake,
                             struct tf_logits_probs_args a)
{
    const bool by_logits = logits.kind;
    if (!logits.kind == !probs.kind) {
        *mistake = tf_mistake(tf_value_error, a.here, NULL, "Must pass probs or logits, but not both.").op;
        return false;
    }
    const tf_tensor given = tf_convert(by_logits ? logits : probs, tf_dtype_unset, a.here, by_logits ? "logits" : "probs");
    *mistake = tf_is_poisoned(given) ? tf_tensor_op(given) : NULL;
    if (!*mistake && !(TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(given))))
        *mistake = tf_mistake(tf_type_error, a.here, NULL, "%s must having floating type.", by_logits ? "logits" : "probs").op;
    if (*mistake)
        return false;
    if (by_logits) {
        d->logits = given;
        d->probs = classes ? tf_nn_softmax(given, .name = "probs") : tf_sigmoid(given, .name = "probs");
        return true;
    }
    d->probs = a.validate_args ? valid_probs(given, classes) : given;
    tf_with_name_scope("logits") {
        const tf_tensor log_probs = tf_log(d->probs);
        d->logits = classes ? log_probs : tf_sub(log_probs, tf_log1p(tf_mul(-1.0, d->probs)));
    }
    return true;
}

tf_distribution *tf_distributions_bernoulli_(tf_operand logits, tf_operand probs, struct tf_logits_probs_args a)
{
    TF_FROM(a.here);
    tf_distribution d = { .law_ = &bernoulli_law, .dtype = a.dtype };
    tf_operation *mistake = NULL;
    TF_SCOPE(a.name, "Bernoulli");
    if (!logits_and_probs(&d, logits, probs, false, &mistake, a))
        return refused(mistake);
    d.batch_shape = tf_get_shape(d.logits);
    return made(d);
}

/* The number of classes, of dimensions before them, and these, as tensors. */
static void measure_classes(tf_distribution *d)
{
    const tf_dims shape = tf_get_shape(d->logits);
    if (shape.known) {
        d->batch_shape = shape;
        d->batch_shape.rank--;
        d->batch_rank_ = tf_constant(shape.rank - 1, .name = "batch_rank");
    } else {
        tf_with_name_scope("batch_rank")
            d->batch_rank_ = tf_sub(tf_rank(d->logits), 1);
    }
    const tf_tensor all = tf_shape(d->logits, .name = "logits_shape");
    if (shape.known && shape.dims[shape.rank - 1] >= 0) {
        d->event_size_ =
            tf_constant(np_array((void *)&shape.dims[shape.rank - 1], tf_int64, SCALAR), tf_int32, .name = "event_size");
    } else {
        tf_with_name_scope("event_size")
            d->event_size_ = tf_getitem(all, "-1");
    }
    if (tf_dims_fully_known(d->batch_shape)) {
        d->batch_shape_tensor_ =
            tf_constant(np_array(d->batch_shape.dims, tf_int64, SHAPE(d->batch_shape.rank)), tf_int32, .name = "batch_shape");
    } else {
        tf_with_name_scope("batch_shape")
            d->batch_shape_tensor_ = tf_getitem(all, ":-1");
    }
}

tf_distribution *tf_distributions_categorical_(tf_operand logits, tf_operand probs, struct tf_logits_probs_args a)
{
    TF_FROM(a.here);
    tf_distribution d = { .law_ = &categorical_law, .dtype = a.dtype };
    tf_operation *mistake = NULL;
    TF_SCOPE(a.name, "Categorical");
    if (!logits_and_probs(&d, logits, probs, true, &mistake, a))
        return refused(mistake);
    if (tf_is_poisoned(d.logits) || tf_is_poisoned(d.probs))
        return made(d);
    measure_classes(&d);
    return made(d);
}

/* ---- asked --------------------------------------------------------------------------------------------------------------------- */

/* NULL: sound; else the mistake. */
static tf_operation *unsound(const tf_distribution *d, tf_source here)
{
    if (!d || (!d->law_ && !d->mistake_))
        return tf_mistake(tf_type_error, here, NULL, "The distribution is NULL, or was not made by tf_distributions_….").op;
    return d->mistake_;
}

static tf_tensor not_implemented(const tf_distribution *d, const char *what, tf_source here)
{
    return tf_mistake(tf_unimplemented, here, NULL, "%s is not implemented: %s", what, d->law_->name);
}

/* What is drawn has the static shape that sample_shape and the batch tell. */
static void tell_shape(tf_tensor samples, const tf_distribution *d, tf_tensor sample_shape)
{
    tf_ndarray value;
    tf_dims all = d->batch_shape;
    if (tf_is_poisoned(samples) || !all.known || !tf_constant_value(sample_shape, &value) ||
        np_size(value) + all.rank > TF_MAX_RANK)
        return;
    const int n = (int)np_size(value);
    memmove(all.dims + n, all.dims, (size_t)all.rank * sizeof *all.dims);
    for (int i = 0; i < n; i++)
        all.dims[i] = np_get_int(value, i);
    all.rank += n;
    tf_set_shape(samples, all);
}

/* sample_shape as a vector, and how many that is; a poisoned tensor after a report. */
static tf_tensor count_drawn(tf_tensor shape, drawn *n, tf_source here)
{
    const tf_dims d = tf_get_shape(shape);
    tf_ndarray value = { 0 };
    n->known = tf_constant_value(shape, &value);
    n->number = 1;
    for (int64_t i = 0; n->known && i < np_size(value); i++)
        n->number = (int32_t)((uint32_t)n->number * (uint32_t)np_get_int(value, i)); /* as np.prod of int32 */
    if (!n->known)
        n->scalar = tf_reduce_prod(shape);
    if (d.known && d.rank > 1)
        return tf_mistake(tf_value_error, here, NULL, "Input is neither scalar nor vector.");
    if (!d.known || d.rank == 1)
        return shape;
    return n->known ? tf_constant(np_array(value.data, value.dtype, SHAPE(1)), .name = "sample_shape")
                    : tf_reshape(shape, SHAPE(1));
}

tf_tensor tf_sample_(tf_distribution *d, struct tf_sample_args a)
{
    TF_FROM(a.here);
    tf_operation *mistake = unsound(d, a.here);
    const tf_operand given = tf1c_given(a.sample_shape);
    if (mistake)
        return (tf_tensor){ .op = mistake };
    tf_with_name_scope(d->name)
        tf_with_name_scope(a.name ? a.name : "sample") {
            drawn n;
            const tf_dims one_each = SHAPE();
            tf_tensor shape = tf_convert(given.kind ? given : tf_operand_dims(one_each), tf_int32, a.here, "sample_shape");
            shape = tf_is_poisoned(shape) ? shape : count_drawn(shape, &n, a.here);
            if (tf_is_poisoned(shape))
                return shape;
            tf_tensor samples = d->law_->sample(d, n, a.seed);
            const tf_tensor of_each = tf_getitem(tf_shape(samples), "1:");
            samples = tf_reshape(samples, tf_concat(LIST(shape, of_each), 0));
            tell_shape(samples, d, shape);
            return samples;
        }
    return (tf_tensor){ 0 };
}

/* As TF's preferred dtype: of what is no tensor yet, and fits. */
static tf_tensor value_of(const tf_distribution *d, tf_operand value, tf_source here)
{
    const bool floating = TF_FLOATING & TF_DTYPE_BIT(d->dtype);
    const bool fits = value.kind == TF_OPERAND_INTEGER || (value.kind == TF_OPERAND_REAL && floating) ||
                      (value.kind == TF_OPERAND_ARRAY && floating && value.as.array.dtype != tf_bool);
    return tf_convert(value, fits ? d->dtype : tf_dtype_unset, here, "value");
}

/* One of a law's functions of a value, or `inverse` of the other. */
static tf_tensor function_of(tf_distribution *d, tf_operand value, of_value *const way[2], tf_tensor (*inverse)(tf_tensor),
                             const char *what, struct tf_name_args a)
{
    tf_with_name_scope(d->name)
        tf_with_name_scope(a.name ? a.name : what) {
            const tf_tensor x = value_of(d, value, a.here);
            if (tf_is_poisoned(x))
                return x;
            if (way[0])
                return way[0](d, x);
            return way[1] ? inverse(way[1](d, x)) : not_implemented(d, what, a.here);
        }
    return (tf_tensor){ 0 };
}
static tf_tensor exponential_of(tf_tensor x) { return tf_exp(x); }
static tf_tensor logarithm_of(tf_tensor x) { return tf_log(x); }

tf_tensor tf_prob_(tf_distribution *d, tf_operand value, struct tf_name_args a)
{
    TF_FROM(a.here);
    tf_operation *mistake = unsound(d, a.here);
    return mistake ? (tf_tensor){ .op = mistake }
                   : function_of(d, value, (of_value *[]){ d->law_->prob, d->law_->log_prob }, exponential_of, "prob", a);
}

tf_tensor tf_log_prob_(tf_distribution *d, tf_operand value, struct tf_name_args a)
{
    TF_FROM(a.here);
    tf_operation *mistake = unsound(d, a.here);
    return mistake ? (tf_tensor){ .op = mistake }
                   : function_of(d, value, (of_value *[]){ d->law_->log_prob, d->law_->prob }, logarithm_of, "log_prob", a);
}

tf_tensor tf_cdf_(tf_distribution *d, tf_operand value, struct tf_name_args a)
{
    TF_FROM(a.here);
    tf_operation *mistake = unsound(d, a.here);
    return mistake ? (tf_tensor){ .op = mistake } : function_of(d, value, (of_value *[]){ d->law_->cdf, NULL }, NULL, "cdf", a);
}

static tf_tensor square_of(tf_tensor x) { return tf_square(x); }
static tf_tensor root_of(tf_tensor x) { return tf_sqrt(x); }

/* One of what a law amounts to, or by way of another. */
static tf_tensor amount(tf_distribution *d, of_law *own, of_law *other, tf_tensor (*of_other)(tf_tensor), const char *what,
                        struct tf_name_args a)
{
    tf_with_name_scope(d->name)
        tf_with_name_scope(a.name ? a.name : what) {
            if (own)
                return own(d);
            return other ? of_other(other(d)) : not_implemented(d, what, a.here);
        }
    return (tf_tensor){ 0 };
}

#define AMOUNT(what, other, of_other)                                                                        \
    tf_tensor tf_##what##_(tf_distribution *d, struct tf_name_args a)                                        \
    {                                                                                                        \
        TF_FROM(a.here);                                                                                     \
        tf_operation *mistake = unsound(d, a.here);                                                          \
        return mistake ? (tf_tensor){ .op = mistake } : amount(d, d->law_->what, other, of_other, #what, a); \
    }
AMOUNT(entropy, NULL, NULL)
AMOUNT(mean, NULL, NULL)
AMOUNT(mode, NULL, NULL)
AMOUNT(stddev, d->law_->variance, root_of)
AMOUNT(variance, d->law_->stddev, square_of)

tf_tensor tf_distributions_kl_divergence_(struct tf_kl_divergence_args a)
{
    tf_distribution *p = a.distribution_a, *q = a.distribution_b;
    TF_FROM(a.here);
    tf_operation *mistake = unsound(p, a.here);
    if (!mistake)
        mistake = unsound(q, a.here);
    if (mistake)
        return (tf_tensor){ .op = mistake };
    if (p->law_ != q->law_ || !p->law_->kl)
        return tf_mistake(
            tf_unimplemented, a.here, NULL,
            "No KL(distribution_a || distribution_b) registered for distribution_a type %s and distribution_b type %s",
            p->law_->name, q->law_->name);
    tf_with_name_scope("KullbackLeibler")
        tf_with_name_scope(a.name ? a.name : p->law_->kl_name)
            return p->law_->kl(p, q);
    return (tf_tensor){ 0 };
}

tf_tensor tf_kl_divergence_(tf_distribution *d, tf_distribution *other, struct tf_name_args a)
{
    TF_FROM(a.here);
    tf_operation *mistake = unsound(d, a.here);
    if (mistake)
        return (tf_tensor){ .op = mistake };
    tf_with_name_scope(d->name)
        tf_with_name_scope(a.name ? a.name : "kl_divergence")
            return tf_distributions_kl_divergence_(
                (struct tf_kl_divergence_args){ a.here, .distribution_a = d, .distribution_b = other, .allow_nan_stats = true });
    return (tf_tensor){ 0 };
}

tf_tensor tf_cross_entropy_(tf_distribution *d, tf_distribution *other, struct tf_name_args a)
{
    TF_FROM(a.here);
    tf_operation *mistake = unsound(d, a.here);
    if (mistake)
        return (tf_tensor){ .op = mistake };
    tf_with_name_scope(d->name)
        tf_with_name_scope(a.name ? a.name : "cross_entropy")
            tf_with_name_scope("cross_entropy") {
                const tf_tensor own = tf_entropy_(d, (struct tf_name_args){ .here = a.here });
                return tf_operator_add(own, tf_distributions_kl_divergence_((struct tf_kl_divergence_args){
                                                a.here, .distribution_a = d, .distribution_b = other, .allow_nan_stats = true }));
            }
    return (tf_tensor){ 0 };
}
