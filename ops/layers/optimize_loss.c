/* optimize_loss: scopes, variables, summaries and nodes as TF's contrib/layers/python/layers/optimizers.py makes them. */
#include "ops/layers/optimize_loss.h"

#include <string.h>

#include "ops/array/identity.h"
#include "ops/array/indexed_slices.h"
#include "ops/control_flow/counts.h"
#include "ops/family.h"
#include "ops/logging/logging_ops.h"
#include "ops/math/arithmetic.h"
#include "ops/math/clip.h"
#include "ops/random/random.h"
#include "ops/state/initializers.h"
#include "ops/state/variables.h"
#include "ops/summary/record.h"
#include "ops/training/global_step.h"
#include "ops/training/training_ops.h"

enum { MADE_DENSE = 5 }; /* what TF makes to have slices as a tensor */
enum { LEARNING_RATE = 1, LOSS = 2, GRADIENTS = 4, GRADIENT_NORM = 8, GLOBAL_GRADIENT_NORM = 16 };

typedef struct {
    struct tf_optimize_loss_args a;
    tf_tensor loss, rate;
    tf_optimizer *optimizer;
    int summaries;
    tf_grads_and_vars pairs;
} optimizing;

static bool fails(tf_status status, tf_source here, const char *message)
{
    tf_fail(status, here, NULL, "%s", message);
    return false;
}

/* y once `ops` have run. TF1: control_flow_ops.with_dependencies */
static tf_tensor after(tf_list ops, tf_tensor y)
{
    tf_tensor waiting = { 0 };
    TF_SCOPE(NULL, "control_dependency");
    const char *scope = tf_scope_name();
    tf_with_control_dependencies(ops)
        waiting = tf_identity(y, .name = scope);
    return waiting;
}

static bool check_step(optimizing *o)
{
    char text[TF_DIMS_TEXT];
    tf_tensor *step = &o->a.global_step;
    *step = tf1c_given_tensor(*step, "global_step", o->a.here);
    if (tf_is_none(*step))
        *step = tf_train_get_global_step();
    if (tf_is_none(*step))
        return true;
    if (tf_is_poisoned(*step))
        return false;
    const tf_dims d = tf_get_shape(*step);
    if (!(TF_INTEGERS & TF_DTYPE_BIT(tf_get_dtype(*step)))) {
        tf_fail(tf_type_error, o->a.here, NULL, "Existing \"global_step\" does not have integer type: <dtype: '%s'>",
                tf_dtype_name(tf_get_dtype(*step)));
        return false;
    }
    if (tf_dims_fully_known(d) && d.rank) {
        tf_fail(tf_type_error, o->a.here, NULL, "Existing \"global_step\" is not scalar: %s", tf_dims_text(d, text, sizeof text));
        return false;
    }
    return true;
}

/* A number becomes a variable, a scalar tensor is taken as it is. */
static bool make_rate(optimizing *o)
{
    const tf_operand given = tf1c_keyword(o->a.learning_rate, true);
    if (given.kind == TF_OPERAND_NONE)
        return true;
    if (given.kind == TF_OPERAND_REAL) {
        if (given.as.real < 0)
            return tf_fail(tf_value_error, o->a.here, NULL, "Invalid learning_rate %g.", given.as.real), false;
        o->rate = tf_get_variable("learning_rate", .shape = SCALAR, .trainable = false,
                                  .initializer = tf_constant_initializer(given.as.real));
    } else if (given.kind == TF_OPERAND_TENSOR) {
        const tf_dims d = tf_get_shape(given.as.tensor);
        o->rate = tf1c_sound(given.as.tensor, o->a.here);
        if (!tf_is_poisoned(o->rate) && (!d.known || d.rank))
            return fails(tf_value_error, o->a.here, "Learning rate should be 0d Tensor or float.");
    } else {
        return fails(tf_value_error, o->a.here, "Learning rate should be 0d Tensor or float.");
    }
    return !tf_is_poisoned(o->rate);
}

static bool choose_summaries(optimizing *o)
{
    static const char *const names[] = { "learning_rate", "loss", "gradients", "gradient_norm", "global_gradient_norm" };
    const tf_ndarray given = o->a.summaries;
    o->summaries = LOSS | LEARNING_RATE | GLOBAL_GRADIENT_NORM;
    if (given.dtype != tf_string)
        return true;
    o->summaries = 0;
    for (int64_t i = 0; i < np_size(given); i++) {
        const tf_bytes asked = np_string(given, i);
        int k = 0;
        while (k < 5 && (strlen(names[k]) != asked.size || memcmp(names[k], asked.data, asked.size) != 0))
            k++;
        if (k == 5) {
            tf_fail(
                tf_value_error, o->a.here, NULL,
                "Summaries should be one of [learning_rate, loss, gradients, gradient_norm, global_gradient_norm], you provided %.*s.",
                (int)asked.size, asked.data);
            return false;
        }
        o->summaries |= 1 << k;
    }
    return true;
}

static bool decay_rate(optimizing *o)
{
    if (tf_is_none(o->rate) || !o->a.learning_rate_decay_fn)
        return true;
    if (tf_is_none(o->a.global_step))
        return fails(tf_value_error, o->a.here, "global_step is required for learning_rate_decay_fn.");
    o->rate = o->a.learning_rate_decay_fn(o->rate, o->a.global_step, o->a.context);
    if (!tf_is_poisoned(o->rate) && o->summaries & LEARNING_RATE)
        tf1c_record(tf_summary_scalar_, "learning_rate", o->rate);
    return !tf_is_poisoned(o->rate);
}

static tf_optimizer *optimizer_named(const char *name, tf_tensor rate)
{
    return strcmp(name, "Adagrad") == 0    ? tf_train_adagrad_optimizer(rate)
           : strcmp(name, "Adam") == 0     ? tf_train_adam_optimizer(rate)
           : strcmp(name, "Ftrl") == 0     ? tf_train_ftrl_optimizer(rate)
           : strcmp(name, "Momentum") == 0 ? tf_train_momentum_optimizer(rate, 0.9)
           : strcmp(name, "RMSProp") == 0  ? tf_train_rms_prop_optimizer(rate)
           : strcmp(name, "SGD") == 0      ? tf_train_gradient_descent_optimizer(rate)
                                           : NULL;
}

static bool choose_optimizer(optimizing *o)
{
    const char *name = o->a.optimizer;
    if (o->a.optimizer_fn)
        o->optimizer = o->a.optimizer_fn(o->rate, o->a.context);
    else if (!name)
        return fails(
            tf_value_error, o->a.here,
            "Unrecognized optimizer: should be string, subclass of Optimizer, instance of subclass of Optimizer or function "
            "with one argument. Got None.");
    else if (tf1c_is_optimizer(name))
        o->optimizer = (tf_optimizer *)o->a.optimizer;
    else if (tf_is_none(o->rate))
        return tf_fail(tf_value_error, o->a.here, NULL,
                       "Learning rate is None, but should be specified if optimizer is string (%s).", name),
               false;
    else if (!(o->optimizer = optimizer_named(name, o->rate)))
        return tf_fail(tf_value_error, o->a.here, NULL,
                       "Optimizer name should be one of [Adagrad, Adam, Ftrl, Momentum, RMSProp, SGD], you provided %s.", name),
               false;
    return o->optimizer ||
           fails(tf_value_error, o->a.here, "Unrecognized optimizer: function should return subclass of Optimizer. Got None.");
}

/* ---- gradients ------------------------------------------------------------------------------------------------------------------- */
static tf_tensor noisy(tf_tensor grad, double scale)
{
    const tf_indexed_slices slices = tf_slices(grad);
    const bool sparse = !tf_is_none(slices.indices);
    const tf_tensor drawn = sparse ? tf_truncated_normal(slices.dense_shape) : tf_truncated_normal(tf_get_shape(grad));
    const tf_tensor sum = tf_operator_add(grad, tf_operator_mul(drawn, scale));
    tf1c_count_more(sparse ? MADE_DENSE : 0);
    return sum;
}

static tf_tensor multiplied(tf_tensor grad, double by)
{
    const tf_indexed_slices slices = tf_slices(grad);
    if (!tf_is_none(slices.indices))
        return tf1c_with_values(grad, tf_operator_mul(slices.values, by));
    tf_tensor number = { 0 };
    {
        TF_SCOPE(NULL, "Cast");
        number = tf_convert(tf_operand_real(by), tf_dtype_unset, (tf_source){ 0 }, "x");
        number = tf1c_cast(number, tf_get_dtype(grad), (tf_source){ 0 });
    }
    return tf_operator_mul(grad, number);
}

static void change_gradients(optimizing *o)
{
    const tf_gradient_multipliers m = o->a.gradient_multipliers;
    for (int i = 0; o->a.gradient_noise_scale != TF_UNSET_NUMBER_ && i < o->pairs.n; i++)
        if (!tf_is_none(o->pairs.items[i].grad))
            o->pairs.items[i].grad = noisy(o->pairs.items[i].grad, o->a.gradient_noise_scale);
    for (int i = 0; i < o->pairs.n; i++)
        for (int j = 0; m.items && j < m.n; j++)
            if (tf_same_tensor(m.items[j].var, o->pairs.items[i].var) && !tf_is_none(o->pairs.items[i].grad))
                o->pairs.items[i].grad = multiplied(o->pairs.items[i].grad, m.items[j].by);
}

static void clip_gradients(optimizing *o)
{
    if (o->a.clip_gradients_fn) {
        o->pairs = o->a.clip_gradients_fn(o->pairs, o->a.context);
    } else if (o->a.clip_gradients != TF_UNSET_NUMBER_) {
        const tf_clipped clipped = tf_clip_by_global_norm(tf_unzip(o->pairs).grads, o->a.clip_gradients);
        o->pairs = tf_zip(clipped.list, tf_unzip(o->pairs).variables);
    }
}

static void summarize_norm(const optimizing *o, const char *name)
{
    if (o->summaries & (GLOBAL_GRADIENT_NORM | GRADIENT_NORM))
        tf1c_record(tf_summary_scalar_, name, tf_global_norm(tf_unzip(o->pairs).grads));
}

/* "gradients/w_0", as the variable's name is w:0. */
static void summarize_gradient(const optimizing *o, const tf_grad_and_var *pair)
{
    tf_graph *g = tf1c_current_graph();
    if (tf_is_none(pair->grad) || !pair->var.op)
        return;
    const tf_indexed_slices slices = tf_slices(pair->grad);
    const tf_tensor values = tf_is_none(slices.indices) ? pair->grad : slices.values;
    if (o->summaries & GRADIENTS)
        tf1c_record(tf_summary_histogram_, tf1c_graph_printf(g, "gradients/%s_0", tf_op_name(pair->var.op)), values);
    if (o->summaries & GRADIENT_NORM)
        tf1c_record(tf_summary_scalar_, tf1c_graph_printf(g, "gradient_norm/%s_0", tf_op_name(pair->var.op)),
                    tf_global_norm(LIST(values)));
}

static tf_tensor step_down(optimizing *o)
{
    o->pairs = tf_compute_gradients(o->optimizer, o->loss, o->a.variables);
    if (!o->pairs.n)
        return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) };
    change_gradients(o);
    summarize_norm(o, "global_norm/gradient_norm");
    clip_gradients(o);
    if (o->summaries & LOSS)
        tf1c_record(tf_summary_scalar_, "loss", o->loss);
    for (int i = 0; i < o->pairs.n; i++)
        summarize_gradient(o, &o->pairs.items[i]);
    if (o->a.clip_gradients_fn || o->a.clip_gradients != TF_UNSET_NUMBER_)
        summarize_norm(o, "global_norm/clipped_gradient_norm");
    const tf_tensor step = o->a.increment_global_step ? o->a.global_step : (tf_tensor){ 0 };
    tf_operation *updates = tf_apply_gradients(o->optimizer, o->pairs, step, "train");
    const tf_tensor updated = { .op = updates };
    return tf1c_is_mistake(updates) ? updated : after(tf_list_new_(1, &updated, o->a.here), o->loss);
}

tf_tensor tf_contrib_layers_optimize_loss_(struct tf_optimize_loss_args a)
{
    TF_FROM(a.here);
    optimizing o = { .a = a };
    o.a.here = tf1c_source(a.here);
    o.loss = tf1c_given_tensor(a.loss, "loss", o.a.here);
    if (tf_is_none(o.loss))
        return tf_mistake(tf_value_error, o.a.here, NULL, "None values not supported.");
    o.loss = tf_assert_scalar(o.loss);
    if (tf_is_poisoned(o.loss))
        return o.loss;
    if (!check_step(&o))
        return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) };
    tf_tensor trained = { 0 };
    tf_with_variable_scope(a.name, .default_name = "OptimizeLoss") {
        const tf_list given = tf1c_given_list(a.update_ops, o.a.here), ops = given.n ? given : tf_get_collection(TF_UPDATE_OPS);
        if (ops.n)
            o.loss = after(ops, o.loss);
        if (tf_is_poisoned(o.loss))
            return o.loss;
        const bool ready = make_rate(&o) && choose_summaries(&o) && decay_rate(&o) && choose_optimizer(&o);
        trained = ready ? step_down(&o) : (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) };
    }
    return trained;
}
