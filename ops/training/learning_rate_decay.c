/* Learning rates that fall with the step. TF1: python/training/learning_rate_decay.py,
 * keras/optimizer_v2/learning_rate_schedule.py. */
#include <math.h>

#include "ops/array/constant.h"
#include "ops/array/identity.h"
#include "ops/control_flow/cond.h"
#include "ops/control_flow/counts.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/unary.h"
#include "ops/random/seeds.h"
#include "ops/training/learning_rate_decay.h"

/* ---- decays: all in the learning rate's dtype -------------------------------------------------------------------------------- */
static bool missing(tf_operand step)
{
    return step.kind == TF_OPERAND_NONE || (step.kind == TF_OPERAND_TENSOR && tf_is_none(step.as.tensor));
}
static tf_tensor no_step(const char *call, tf_source here)
{
    return tf_mistake(tf_value_error, here, NULL, "global_step is required for %s.", call);
}

/* A number as TF casts it: whole ones are real too. */
static tf_tensor real(double x, tf_dtype dtype) { return tf_cast(tf_operand_real(x), dtype); }

/* s/n in the open scope, and the decay rate, cast before the step as TF does. */
static tf_tensor progress(tf_operand step, tf_operand steps, tf_operand decay, tf_dtype dtype, bool staircase, tf_tensor *rate)
{
    const tf_tensor n = tf_cast(steps, dtype);
    *rate = tf_cast(decay, dtype);
    const tf_tensor s = tf_cast(step, dtype), p = tf_truediv(s, n);
    return staircase ? tf_floor(p) : p;
}

static tf_tensor exponential(tf_operand rate, tf_operand step, tf_operand steps, tf_operand decay, struct tf_decay_args a)
{
    TF_SCOPE(a.name, "ExponentialDecay");
    const char *scope = tf_scope_name();
    tf_tensor base;
    const tf_tensor lr = tf_convert(rate, tf_dtype_unset, a.here, "initial_learning_rate");
    const tf_tensor p = progress(step, steps, decay, tf_get_dtype(lr), a.staircase, &base);
    const tf_tensor power = tf_pow(base, p, .name = "Pow");
    return tf_multiply(lr, power, .name = scope);
}

tf_tensor tf_train_exponential_decay_(struct tf_decay_args a)
{
    const tf_operand rate = tf1c_keyword(a.learning_rate, true), step = tf1c_given(a.global_step);
    const tf_operand steps = tf1c_given(a.decay_steps), decay = tf1c_keyword(a.decay_rate, true);
    TF_FROM(a.here);
    return missing(step) ? no_step("exponential_decay", a.here) : exponential(rate, step, steps, decay, a);
}

tf_tensor tf_train_natural_exp_decay_(struct tf_decay_args a)
{
    const tf_operand rate = tf1c_keyword(a.learning_rate, true), step = tf1c_given(a.global_step);
    const tf_operand steps = tf1c_given(a.decay_steps), decay = tf1c_keyword(a.decay_rate, true);
    TF_FROM(a.here);
    if (missing(step))
        return no_step("natural_exp_decay", a.here);
    return exponential(rate, step, steps, tf_operand_tensor(tf_exp(tf_neg(decay))), a);
}

tf_tensor tf_train_inverse_time_decay_(struct tf_decay_args a)
{
    const tf_operand rate = tf1c_keyword(a.learning_rate, true), step = tf1c_given(a.global_step);
    const tf_operand steps = tf1c_given(a.decay_steps), decay = tf1c_keyword(a.decay_rate, true);
    TF_FROM(a.here);
    if (missing(step))
        return no_step("inverse_time_decay", a.here);
    TF_SCOPE(a.name, "InverseTimeDecay");
    const char *scope = tf_scope_name();
    tf_tensor slope;
    const tf_tensor lr = tf_convert(rate, tf_dtype_unset, a.here, "initial_learning_rate");
    const tf_tensor p = progress(step, steps, decay, tf_get_dtype(lr), a.staircase, &slope);
    const tf_tensor one = tf_cast(tf_constant(1), tf_get_dtype(lr));
    const tf_tensor below = tf_add(one, tf_multiply(slope, p));
    return tf_truediv(lr, below, .name = scope);
}

static tf_tensor train_polynomial_decay_of(tf_operand rate, tf_operand step, tf_operand steps, struct tf_polynomial_decay_args a)
{
    TF_FROM(a.here);
    if (missing(step))
        return no_step("polynomial_decay", a.here);
    TF_SCOPE(a.name, "PolynomialDecay");
    const char *scope = tf_scope_name();
    const tf_tensor lr = tf_convert(rate, tf_dtype_unset, a.here, "initial_learning_rate");
    const tf_dtype dtype = tf_get_dtype(lr);
    const tf_tensor end = real(a.end_learning_rate, dtype), power = real(a.power, dtype);
    tf_tensor s = tf_cast(step, dtype), n = tf_cast(steps, dtype);
    if (a.cycle) {            /* n times how often it has gone by, at least once */
        enum { CHOSEN = 12 }; /* by TF's cond: a comparison with a number, a number, a quotient of what it captures, rounded up */
        const int made = tf1c_count_now() + CHOSEN;
        const tf_tensor rounds = tf_where(tf_equal(s, 0), tf_ones_like(s), tf_ceil(tf_truediv(s, steps)));
        tf1c_count_as(made);
        n = tf_multiply(n, rounds);
    } else {
        s = tf_minimum(s, steps);
    }
    const tf_tensor p = tf_truediv(s, n), span = tf_sub(lr, end);
    const tf_tensor left = tf_sub(1, p);
    const tf_tensor fall = tf_multiply(span, tf_pow(left, power, .name = "Pow"));
    return tf_add(fall, end, .name = scope);
}

tf_tensor tf_train_polynomial_decay_(struct tf_polynomial_decay_args a)
{
    return train_polynomial_decay_of(tf1c_keyword(a.learning_rate, true), tf1c_given(a.global_step), tf1c_given(a.decay_steps), a);
}

static tf_tensor train_cosine_decay_of(tf_operand rate, tf_operand step, tf_operand steps, struct tf_cosine_decay_args a)
{
    TF_FROM(a.here);
    if (missing(step))
        return no_step("cosine decay", a.here);
    TF_SCOPE(a.name, "CosineDecay");
    const tf_tensor lr = tf_convert(rate, tf_dtype_unset, a.here, "initial_learning_rate");
    const tf_dtype dtype = tf_get_dtype(lr);
    const tf_tensor n = tf_cast(steps, dtype), s = tf_minimum(tf_cast(step, dtype), n);
    const tf_tensor done = tf_truediv(s, n), pi = tf_constant(M_PI, dtype);
    const tf_tensor wave = tf_mul(0.5, tf_raw_ops_add_v2(1.0, tf_cos(tf_mul(pi, done)), .name = "add"));
    const tf_tensor share = tf_raw_ops_add_v2(tf_mul(1 - a.alpha, wave), a.alpha, .name = "add");
    return tf_multiply(lr, share);
}

tf_tensor tf_train_cosine_decay_(struct tf_cosine_decay_args a)
{
    return train_cosine_decay_of(tf1c_keyword(a.learning_rate, true), tf1c_given(a.global_step), tf1c_given(a.decay_steps), a);
}

/* ---- cosines again and again, and along a line --------------------------------------------------------------------------------------- */

/* 1 + cos(π·x). */
static tf_tensor one_and_cosine(tf_tensor x)
{
    const tf_tensor pi = tf_constant(M_PI, tf_get_dtype(x));
    return tf_raw_ops_add_v2(1.0, tf_cos(tf_mul(pi, x)), .name = "add");
}

typedef struct {
    tf_tensor done, t_mul;
} restarting;

/* How often it began anew, and how much of the period is done: of periods of one length, and of those that grow. */
static tf_list of_one_length(void *context)
{
    const restarting *r = context;
    const tf_tensor restarts = tf_floor(r->done);
    return LIST(restarts, tf_sub(r->done, restarts));
}
static tf_list that_grow(void *context)
{
    const restarting *r = context;
    const tf_tensor inside = tf_sub(1.0, tf_mul(r->done, tf_sub(1.0, r->t_mul)));
    const tf_tensor restarts = tf_floor(tf_truediv(tf_log(inside), tf_log(r->t_mul)));
    const tf_tensor above = tf_sub(1.0, tf_pow(r->t_mul, restarts, .name = "pow"));
    const tf_tensor before = tf_truediv(above, tf_sub(1.0, r->t_mul));
    const tf_tensor rest = tf_sub(r->done, before);
    return LIST(restarts, tf_truediv(rest, tf_pow(r->t_mul, restarts, .name = "pow")));
}

static tf_tensor with_restarts(tf_operand rate, tf_operand step, tf_operand steps, struct tf_cosine_restarts_args a)
{
    TF_SCOPE(a.name, "SGDRDecay");
    const char *scope = tf_scope_name();
    const tf_tensor lr = tf_convert(rate, tf_dtype_unset, a.here, "initial_learning_rate");
    const tf_dtype dtype = tf_get_dtype(lr);
    const tf_tensor n = tf_cast(steps, dtype), alpha = real(a.alpha, dtype), t_mul = real(a.t_mul, dtype),
                    m_mul = real(a.m_mul, dtype), s = tf_cast(step, dtype);
    restarting r = { tf_truediv(s, n), t_mul };
    const tf_list now = tf_cond_list(tf_equal(t_mul, 1.0), of_one_length, that_grow, &r);
    const tf_tensor height = tf_mul(0.5, tf_pow(m_mul, tf_at(now, 0), .name = "pow"));
    const tf_tensor wave = tf_mul(height, one_and_cosine(tf_at(now, 1)));
    const tf_tensor share = tf_raw_ops_add_v2(tf_mul(tf_sub(1, alpha), wave), alpha, .name = "add");
    return tf_multiply(lr, share, .name = scope);
}

tf_tensor tf_train_cosine_decay_restarts_(struct tf_cosine_restarts_args a)
{
    const tf_operand rate = tf1c_keyword(a.learning_rate, true), step = tf1c_given(a.global_step),
                     steps = tf1c_given(a.first_decay_steps);
    TF_FROM(a.here);
    return missing(step) ? no_step("cosine decay restarts", a.here) : with_restarts(rate, step, steps, a);
}

/* Along a line that is 1 at first and 0 in the end, with noise or without. */
static tf_tensor along_a_line(tf_operand rate, tf_operand step, tf_operand steps, const struct tf_noisy_cosine_args *a, bool noisy)
{
    TF_SCOPE(a->name, noisy ? "NoisyLinearCosineDecay" : "LinearCosineDecay");
    const char *scope = tf_scope_name();
    const tf_tensor lr = tf_convert(rate, tf_dtype_unset, a->here, "initial_learning_rate");
    const tf_dtype dtype = tf_get_dtype(lr);
    const tf_tensor n = tf_cast(steps, dtype);
    const tf_tensor variance = noisy ? real(a->initial_variance, dtype) : (tf_tensor){ 0 };
    const tf_tensor falls = noisy ? real(a->variance_decay, dtype) : (tf_tensor){ 0 };
    const tf_tensor periods = real(a->num_periods, dtype), alpha = real(a->alpha, dtype), beta = real(a->beta, dtype);
    const tf_tensor s = tf_minimum(tf_cast(step, dtype), n);
    tf_tensor line = tf_truediv(tf_sub(n, s), n);
    if (noisy) {
        const tf_tensor below = tf_pow(tf_raw_ops_add_v2(1.0, s, .name = "add"), falls, .name = "Pow");
        line = tf_raw_ops_add_v2(line, tf1c_random_normal(tf_get_shape(line), tf_sqrt(tf_truediv(variance, below))), .name = "add");
    }
    const tf_tensor done = tf_truediv(s, n), turns = tf_mul(tf_mul(2.0, periods), done);
    const tf_tensor wave = tf_mul(0.5, one_and_cosine(turns));
    const tf_tensor share = tf_mul(tf_raw_ops_add_v2(alpha, line, .name = "add"), wave);
    return tf_multiply(lr, tf_raw_ops_add_v2(share, beta, .name = "add"), .name = scope);
}

tf_tensor tf_train_linear_cosine_decay_(struct tf_linear_cosine_args a)
{
    const tf_operand rate = tf1c_keyword(a.learning_rate, true), step = tf1c_given(a.global_step),
                     steps = tf1c_given(a.decay_steps);
    const struct tf_noisy_cosine_args line = {
        .here = a.here, .num_periods = a.num_periods, .alpha = a.alpha, .beta = a.beta, .name = a.name
    };
    TF_FROM(a.here);
    return missing(step) ? no_step("linear cosine decay", a.here) : along_a_line(rate, step, steps, &line, false);
}

tf_tensor tf_train_noisy_linear_cosine_decay_(struct tf_noisy_cosine_args a)
{
    const tf_operand rate = tf1c_keyword(a.learning_rate, true), step = tf1c_given(a.global_step),
                     steps = tf1c_given(a.decay_steps);
    TF_FROM(a.here);
    return missing(step) ? no_step("noisy linear cosine decay", a.here) : along_a_line(rate, step, steps, &a, true);
}

/* TF's case of n + 1 branches, each below the others: two more lines and a capture more for each. */
static int count_case(int n, bool widened)
{
    enum { ONE_AT_MOST = 19 }; /* holds of the predicates, which is asserted */
    const int numbers = 2 * n + 1 + (widened ? n : 0), predicates = 2 + 3 * (n - 1), branches = (n + 1) * (n + 7);
    return numbers + predicates + ONE_AT_MOST + branches;
}

/* values[0] up to boundaries[0], values[1] up to boundaries[1], …: chosen from the last on. */
tf_tensor tf_train_piecewise_constant_(tf_operand x, tf_ndarray boundaries, tf_ndarray values, struct tf_name_args a)
{
    TF_FROM(a.here);
    const int64_t n = np_size(boundaries);
    if (np_size(values) != n + 1 || n < 1)
        return tf_mistake(tf_value_error, a.here, NULL, "The length of boundaries should be 1 less than the length of values");
    TF_SCOPE(a.name, "PiecewiseConstant");
    const tf_tensor at = tf_convert(x, tf_dtype_unset, a.here, "x");
    if (tf_is_poisoned(at))
        return at;
    const tf_dtype dtype = tf_get_dtype(at);
    const bool widened = boundaries.dtype == tf_int32 && dtype == tf_int64;
    if (boundaries.dtype != dtype && !widened)
        return tf_mistake(tf_value_error, a.here, NULL, "Boundaries (<dtype: '%s'>) must have the same dtype as x (<dtype: '%s'>).",
                          tf_dtype_name(boundaries.dtype), tf_dtype_name(dtype));
    const int made = tf1c_count_now() + count_case((int)n, widened);
    tf_tensor y = tf_constant(np_get(values, n), values.dtype);
    for (int64_t i = n; i-- > 0;) {
        const double bound = np_get(boundaries, i);
        const tf_operand b = TF_FLOATING & TF_DTYPE_BIT(dtype) ? tf_operand_real(bound) : tf_operand_integer((int64_t)bound);
        const tf_tensor below = tf_less_equal(at, b), value = tf_constant(np_get(values, i), values.dtype);
        y = tf_where(below, value, y);
    }
    tf1c_count_as(made);
    return y;
}
