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
 * TF1: tf.train.exponential_decay, natural_exp_decay, inverse_time_decay, polynomial_decay, cosine_decay, piecewise_constant
 *   exponential   lr · decay_rate^(s/n)              natural_exp  lr · e^(-decay_rate·s/n)
 *   inverse_time  lr / (1 + decay_rate·s/n)          staircase: s/n rounded down
 *   polynomial    (lr - end)·(1 - min(s, n)/n)^power + end; cycle: n is stretched to the next multiple
 *   cosine        lr · ((1 - alpha)·(1 + cos(π·min(s, n)/n))/2 + alpha)
 *   piecewise_constant(x, boundaries, values): values[i] for boundaries[i-1] < x <= boundaries[i], arrays or lists of numbers:
 *                 tf_train_piecewise_constant(step, NP_INT(100, 200), NP_FLOAT(1, .5, .1))
 *   errors  ValueError "global_step is required for exponential_decay.";  "The length of boundaries should be 1 less than the
 *           length of values"
 *   source  python/training/learning_rate_decay.py, keras/optimizer_v2/learning_rate_schedule.py */
struct tf_decay_args {
    tf_source here;
    bool staircase;
    const char *name;
};
struct tf_polynomial_decay_args {
    tf_source here;
    double end_learning_rate, power;
    bool cycle;
    const char *name;
};
struct tf_cosine_decay_args {
    tf_source here;
    double alpha;
    const char *name;
};
#define TF_DECAY_(fn, learning_rate, global_step, decay_steps, decay_rate, ...) \
    TF_IN_ORDER4_(fn, TF_T(learning_rate), TF_T(global_step), TF_T(decay_steps), TF_T(decay_rate), \
                  (struct tf_decay_args){ TF_HERE_, __VA_ARGS__ })
#define tf_train_exponential_decay(learning_rate, global_step, decay_steps, decay_rate, ...) \
    TF_DECAY_(tf_train_exponential_decay_, learning_rate, global_step, decay_steps, decay_rate, __VA_ARGS__)
#define tf_train_natural_exp_decay(learning_rate, global_step, decay_steps, decay_rate, ...) \
    TF_DECAY_(tf_train_natural_exp_decay_, learning_rate, global_step, decay_steps, decay_rate, __VA_ARGS__)
#define tf_train_inverse_time_decay(learning_rate, global_step, decay_steps, decay_rate, ...) \
    TF_DECAY_(tf_train_inverse_time_decay_, learning_rate, global_step, decay_steps, decay_rate, __VA_ARGS__)
#define tf_train_polynomial_decay(learning_rate, global_step, decay_steps, ...)                          \
    TF_KWARGS_(TF_IN_ORDER3_(tf_train_polynomial_decay_, TF_T(learning_rate), TF_T(global_step), TF_T(decay_steps), \
        (struct tf_polynomial_decay_args){ .end_learning_rate = 0.0001, .power = 1, TF_HERE_, __VA_ARGS__ }))
#define tf_train_cosine_decay(learning_rate, global_step, decay_steps, ...) \
    TF_IN_ORDER3_(tf_train_cosine_decay_, TF_T(learning_rate), TF_T(global_step), TF_T(decay_steps), \
                  (struct tf_cosine_decay_args){ TF_HERE_, __VA_ARGS__ })
#define tf_train_piecewise_constant(x, boundaries, values, ...) \
    tf_train_piecewise_constant_(TF_T(x), boundaries, values, TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_train_exponential_decay_(tf_operand rate, tf_operand step, tf_operand steps, tf_operand decay,
                                               struct tf_decay_args args);
TF1C_API tf_tensor tf_train_natural_exp_decay_(tf_operand rate, tf_operand step, tf_operand steps, tf_operand decay,
                                               struct tf_decay_args args);
TF1C_API tf_tensor tf_train_inverse_time_decay_(tf_operand rate, tf_operand step, tf_operand steps, tf_operand decay,
                                                struct tf_decay_args args);
TF1C_API tf_tensor tf_train_polynomial_decay_(tf_operand rate, tf_operand step, tf_operand steps,
                                              struct tf_polynomial_decay_args args);
TF1C_API tf_tensor tf_train_cosine_decay_(tf_operand rate, tf_operand step, tf_operand steps, struct tf_cosine_decay_args args);
TF1C_API tf_tensor tf_train_piecewise_constant_(tf_operand x, tf_ndarray boundaries, tf_ndarray values, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
