/* Learning rates that fall with the step. */
#ifndef TF1C_OPS_TRAINING_LEARNING_RATE_DECAY_H
#define TF1C_OPS_TRAINING_LEARNING_RATE_DECAY_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Learning rates that fall with the step s, a scalar; decay_steps n. Tensors of learning_rate's dtype.
 * TF1: tf.train.exponential_decay, natural_exp_decay, inverse_time_decay, polynomial_decay, cosine_decay, piecewise_constant,
 *      cosine_decay_restarts, linear_cosine_decay, noisy_linear_cosine_decay
 *   exponential   lr · decay_rate^(s/n)              natural_exp  lr · e^(-decay_rate·s/n)
 *   inverse_time  lr / (1 + decay_rate·s/n)          staircase: s/n rounded down
 *   polynomial    (lr - end)·(1 - min(s, n)/n)^power + end; cycle: n is stretched to the next multiple
 *   cosine        lr · ((1 - alpha)·(1 + cos(π·min(s, n)/n))/2 + alpha)
 *   cosine_decay_restarts     n = first_decay_steps; then again over t_mul·n steps from m_mul times as high, and so on
 *   linear_cosine_decay       lr · ((alpha + 1 - min(s, n)/n)·(1 + cos(2π·num_periods·min(s, n)/n))/2 + beta)
 *   noisy_linear_cosine_decay the same, 1 - min(s, n)/n with normal noise of variance initial_variance/(1 + min(s, n))^variance_decay
 *   piecewise_constant(x, boundaries, values): values[i] for boundaries[i-1] < x <= boundaries[i], arrays or lists of numbers:
 *                 tf_train_piecewise_constant(step, NP_INT(100, 200), NP_FLOAT(1, .5, .1))
 *   errors  ValueError "global_step is required for exponential_decay.";  "The length of boundaries should be 1 less than the
 *           length of values"
 *   source  python/training/learning_rate_decay.py, keras/optimizer_v2/learning_rate_schedule.py */
struct tf_decay_args {
    tf_source here;
    TF_ARG_(1) tf_operand learning_rate;
    TF_ARG_(2) tf_operand global_step;
    TF_ARG_(3) tf_operand decay_steps;
    TF_ARG_(4) tf_operand decay_rate;
    TF_ARG_(5) bool staircase;
    TF_ARG_(6) const char *name;
};
struct tf_polynomial_decay_args {
    tf_source here;
    TF_ARG_(1) tf_operand learning_rate;
    TF_ARG_(2) tf_operand global_step;
    TF_ARG_(3) tf_operand decay_steps;
    TF_ARG_(4) double end_learning_rate;
    TF_ARG_(5) double power;
    TF_ARG_(6) bool cycle;
    TF_ARG_(7) const char *name;
};
struct tf_cosine_decay_args {
    tf_source here;
    TF_ARG_(1) tf_operand learning_rate;
    TF_ARG_(2) tf_operand global_step;
    TF_ARG_(3) tf_operand decay_steps;
    TF_ARG_(4) double alpha;
    TF_ARG_(5) const char *name;
};
struct tf_cosine_restarts_args {
    tf_source here;
    TF_ARG_(1) tf_operand learning_rate;
    TF_ARG_(2) tf_operand global_step;
    TF_ARG_(3) tf_operand first_decay_steps;
    TF_ARG_(4) double t_mul;
    TF_ARG_(5) double m_mul;
    TF_ARG_(6) double alpha;
    TF_ARG_(7) const char *name;
};
struct tf_linear_cosine_args {
    tf_source here;
    TF_ARG_(1) tf_operand learning_rate;
    TF_ARG_(2) tf_operand global_step;
    TF_ARG_(3) tf_operand decay_steps;
    TF_ARG_(4) double num_periods;
    TF_ARG_(5) double alpha;
    TF_ARG_(6) double beta;
    TF_ARG_(7) const char *name;
};
struct tf_noisy_cosine_args {
    tf_source here;
    TF_ARG_(1) tf_operand learning_rate;
    TF_ARG_(2) tf_operand global_step;
    TF_ARG_(3) tf_operand decay_steps;
    TF_ARG_(4) double initial_variance;
    TF_ARG_(5) double variance_decay;
    TF_ARG_(6) double num_periods;
    TF_ARG_(7) double alpha;
    TF_ARG_(8) double beta;
    TF_ARG_(9) const char *name;
};
#define tf_train_cosine_decay_restarts(...)                                                                       \
    TF_KWARGS_(tf_train_cosine_decay_restarts_((struct tf_cosine_restarts_args){ .learning_rate = TF_UNSET_,      \
        .global_step = TF_UNSET_, .first_decay_steps = TF_UNSET_, .t_mul = 2, .m_mul = 1, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_train_linear_cosine_decay(...)                                                                         \
    TF_KWARGS_(tf_train_linear_cosine_decay_((struct tf_linear_cosine_args){ .learning_rate = TF_UNSET_,          \
        .global_step = TF_UNSET_, .decay_steps = TF_UNSET_, .num_periods = 0.5, .beta = 0.001, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_train_noisy_linear_cosine_decay(...)                                                                   \
    TF_KWARGS_(tf_train_noisy_linear_cosine_decay_((struct tf_noisy_cosine_args){ .learning_rate = TF_UNSET_,     \
        .global_step = TF_UNSET_, .decay_steps = TF_UNSET_, .initial_variance = 1, .variance_decay = 0.55, .num_periods = 0.5, \
        .beta = 0.001, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_train_cosine_decay_restarts_(struct tf_cosine_restarts_args args);
TF1C_API tf_tensor tf_train_linear_cosine_decay_(struct tf_linear_cosine_args args);
TF1C_API tf_tensor tf_train_noisy_linear_cosine_decay_(struct tf_noisy_cosine_args args);
#define TF_DECAY_(fn, ...)                                                                                             \
    TF_KWARGS_(fn((struct tf_decay_args){ .learning_rate = TF_UNSET_, .global_step = TF_UNSET_, .decay_steps = TF_UNSET_, \
                                          .decay_rate = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_train_exponential_decay(...) TF_DECAY_(tf_train_exponential_decay_, __VA_ARGS__)
#define tf_train_natural_exp_decay(...) TF_DECAY_(tf_train_natural_exp_decay_, __VA_ARGS__)
#define tf_train_inverse_time_decay(...) TF_DECAY_(tf_train_inverse_time_decay_, __VA_ARGS__)
#define tf_train_polynomial_decay(...)                                                                         \
    TF_KWARGS_(tf_train_polynomial_decay_((struct tf_polynomial_decay_args){ .learning_rate = TF_UNSET_,       \
        .global_step = TF_UNSET_, .decay_steps = TF_UNSET_, .end_learning_rate = 0.0001, .power = 1, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
#define tf_train_cosine_decay(...)                                                                                         \
    TF_KWARGS_(tf_train_cosine_decay_((struct tf_cosine_decay_args){ .learning_rate = TF_UNSET_, .global_step = TF_UNSET_, \
        .decay_steps = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_train_piecewise_constant(x, boundaries, values, ...) \
    tf_train_piecewise_constant_(TF_T(x), boundaries, values, TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_train_exponential_decay_(struct tf_decay_args args);
TF1C_API tf_tensor tf_train_natural_exp_decay_(struct tf_decay_args args);
TF1C_API tf_tensor tf_train_inverse_time_decay_(struct tf_decay_args args);
TF1C_API tf_tensor tf_train_polynomial_decay_(struct tf_polynomial_decay_args args);
TF1C_API tf_tensor tf_train_cosine_decay_(struct tf_cosine_decay_args args);
TF1C_API tf_tensor tf_train_piecewise_constant_(tf_operand x, tf_ndarray boundaries, tf_ndarray values, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
