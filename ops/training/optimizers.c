/* Optimizers: slots, and one update per variable. TF1: python/training/optimizer.py, slot_creator.py and a file per rule. */
#include "ops/training/optimizers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/array/constant.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/where.h"
#include "ops/control_flow/counts.h"
#include "ops/control_flow/group.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/unary.h"
#include "ops/state/initializers.h"
#include "ops/state/variables.h"
#include "ops/training/training_ops.h"

/* ---- rules: what slots a variable gets, what its update is given ------------------------------------------------------------ */
enum { MOST_SLOTS = 3, MOST_HYPER = 5, MOST_INPUTS = 11 };

typedef struct {
    const char *name; /* get_slot's */
    enum {
        ZEROS,
        ONES,
        INITIAL,
        CONSTANT,
        CONSTANT_ZEROS
    } start; /* INITIAL: the optimizer's value by an initializer; CONSTANT: as a tensor, as Ftrl */
} slot_rule;

typedef struct {
    const char *name;
    slot_rule slots[MOST_SLOTS];   /* in the order they are made */
    const char *hyper[MOST_HYPER]; /* names of the constants, the learning rate first */
    const tf_op_def *dense, *sparse;
    /* The inputs of the update: v variable; 0..2 a slot; a.. a hyperparameter; B, C the powers of beta; g gradient;
     * p, q the numbers of the second and third hyperparameter; s the step. Sparse: i after g. */
    const char *inputs;
    bool powers;
    int sparse_ops; /* that TF makes of a sparse update */
} rule;

enum { DEDUPLICATED = 7 }; /* the rows of an index summed: Unique, its length of five, UnsortedSegmentSum */

static const rule gradient_descent = { "GradientDescent",
                                       { { NULL, ZEROS } },
                                       { "learning_rate" },
                                       &tf1c_apply_gradient_descent_op,
                                       &tf1c_sparse_apply_gradient_descent_op,
                                       "vag",
                                       false,
                                       2 };
static const rule momentum = { "Momentum",
                               { { "momentum", ZEROS } },
                               { "learning_rate", "momentum" },
                               &tf1c_apply_momentum_op,
                               &tf1c_sparse_apply_momentum_op,
                               "v0agb",
                               false,
                               DEDUPLICATED + 1 };
static const rule adam = { "Adam",
                           { { "m", ZEROS }, { "v", ZEROS } },
                           { "learning_rate", "beta1", "beta2", "epsilon" },
                           &tf1c_apply_adam_op,
                           &tf1c_sparse_apply_adam_op,
                           "v01BCabcdg",
                           true,
                           DEDUPLICATED + 26 };
static const rule rms_prop = { "RMSProp",
                               { { "rms", ONES }, { "momentum", ZEROS } },
                               { "learning_rate", "decay", "momentum", "epsilon" },
                               &tf1c_apply_rms_prop_op,
                               &tf1c_sparse_apply_rms_prop_op,
                               "v01abcdg",
                               false,
                               DEDUPLICATED + 1 };
static const rule centered_rms_prop = { "RMSProp",
                                        { { "rms", ONES }, { "mg", ZEROS }, { "momentum", ZEROS } },
                                        { "learning_rate", "decay", "momentum", "epsilon" },
                                        &tf1c_apply_centered_rms_prop_op,
                                        &tf1c_sparse_apply_centered_rms_prop_op,
                                        "v102abcdg",
                                        false,
                                        DEDUPLICATED + 1 };
static const rule adagrad = { "Adagrad",
                              { { "accumulator", INITIAL } },
                              { "learning_rate" },
                              &tf1c_apply_adagrad_op,
                              &tf1c_sparse_apply_adagrad_op,
                              "v0ag",
                              false,
                              DEDUPLICATED + 1 };
static const rule adadelta = { "Adadelta",
                               { { "accum", ZEROS }, { "accum_update", ZEROS } },
                               { "lr", "rho", "epsilon" },
                               &tf1c_apply_adadelta_op,
                               &tf1c_sparse_apply_adadelta_op,
                               "v01abcg",
                               false,
                               DEDUPLICATED + 1 };
static const rule ftrl = { "Ftrl",
                           { { "accum", CONSTANT }, { "linear", ZEROS } },
                           { "learning_rate", "l1_regularization_strength", "l2_regularization_strength",
                             "l2_shrinkage_regularization_strength", "learning_rate_power" },
                           &tf1c_apply_ftrl_op,
                           &tf1c_sparse_apply_ftrl_op,
                           "v01gabce",
                           false,
                           DEDUPLICATED + 1 };

static const rule proximal_gradient_descent = { "ProximalGradientDescent",
                                                { { NULL, ZEROS } },
                                                { "learning_rate", "l1_regularization_strength", "l2_regularization_strength" },
                                                &tf1c_apply_proximal_gradient_descent_op,
                                                &tf1c_sparse_apply_proximal_gradient_descent_op,
                                                "vabcg",
                                                false,
                                                DEDUPLICATED + 1 };
static const rule proximal_adagrad = { "ProximalAdagrad",
                                       { { "accumulator", CONSTANT } },
                                       { "learning_rate", "l1_regularization_strength", "l2_regularization_strength" },
                                       &tf1c_apply_proximal_adagrad_op,
                                       &tf1c_sparse_apply_proximal_adagrad_op,
                                       "v0abcg",
                                       false,
                                       DEDUPLICATED + 1 };
static const rule adagrad_da = { "AdagradDA",
                                 { { "gradient_accumulator", CONSTANT_ZEROS }, { "gradient_squared_accumulator", CONSTANT } },
                                 { "learning_rate" },
                                 &tf1c_apply_adagrad_da_op,
                                 &tf1c_sparse_apply_adagrad_da_op,
                                 "v01gapqs",
                                 false,
                                 DEDUPLICATED + 1 };

/* ---- the object ------------------------------------------------------------------------------------------------------------------ */
typedef struct {
    tf_tensor var, slot[MOST_SLOTS];
} slots;

struct tf_optimizer {
    const rule *rule;
    const char *name;
    tf_operand rate;
    double hyper[MOST_HYPER]; /* [0] is the learning rate's place */
    double initial;           /* of accumulators */
    bool use_nesterov;
    tf1c_adam_by_rows *by_rows; /* of sparse gradients; NULL: the rule's op */
    tf_operand weight_decay;    /* of AdamW and MomentumW, else none */
    tf_list decayed;            /* the latest call's; empty: all */
    tf_tensor step;             /* AdagradDA's; what its updates read */
    tf_tensor step_now;
    tf_tensor hyper_tensor[MOST_HYPER], power[2]; /* the latest apply_gradients' */
    slots *slots;
    int n_slots, cap_slots;
    tf1c_map numbers; /* of a variable's slots, from 1, by its name */
};
static tf_optimizer no_optimizer = { .rule = &gradient_descent, .name = "GradientDescent", .rate = { .kind = TF_OPERAND_NONE } };

static void release(void *optimizer)
{
    tf_optimizer *o = optimizer;
    tf1c_free(o->slots);
    tf1c_map_free(&o->numbers);
}

bool tf1c_is_optimizer(const void *p)
{
    const tf_graph *g = tf1c_current_graph();
    for (const tf1c_cleanup *c = g ? g->universe->cleanups : NULL; c; c = c->next)
        if (c->free == release && c->object == p)
            return true;
    return p == &no_optimizer;
}

static bool rate_given(tf_operand given, double preset, tf_operand *rate, tf_source here, const char *name)
{
    *rate = tf1c_keyword(given, true);
    if (rate->kind == TF_OPERAND_NONE && !isnan(preset))
        *rate = tf_operand_real(preset);
    if (rate->kind == TF_OPERAND_NONE)
        tf_fail(tf_type_error, tf1c_source(here), NULL, "%s: missing 1 required positional argument: 'learning_rate'", name);
    return rate->kind != TF_OPERAND_NONE;
}

static tf_optimizer *optimizer_new(const rule *r, const char *name, tf_operand rate, double preset, tf_source here)
{
    tf_graph *g = tf1c_current_graph();
    tf_optimizer *o = g ? tf1c_graph_alloc(g, sizeof *o) : NULL;
    if (!o)
        return &no_optimizer;
    *o = (tf_optimizer){ .rule = r, .name = name ? tf1c_graph_strdup(g, name) : r->name };
    if (!o->name || !tf1c_graph_attach(g, release, o))
        return &no_optimizer;
    if (!rate_given(rate, preset, &o->rate, here, o->name))
        o->rate = tf_operand_tensor((tf_tensor){ .op = tf1c_record_mistake(g) });
    return o;
}

#define NO_PRESET ((double)NAN)

tf_optimizer *tf_sgd_new_(struct tf_sgd_args a)
{
    return optimizer_new(&gradient_descent, a.name, a.learning_rate, NO_PRESET, a.here);
}

/* A new optimizer is filled in only if it is one of its own. */
#define WITH(o, ...)           \
    tf_optimizer *o_ = (o);    \
    if (o_ != &no_optimizer) { \
        __VA_ARGS__            \
    }                          \
    return o_

tf_optimizer *tf_momentum_new_(struct tf_momentum_args a)
{
    if (isnan(a.momentum))
        tf_fail(tf_type_error, tf1c_source(a.here), NULL, "Momentum: missing 1 required positional argument: 'momentum'");
    WITH(optimizer_new(&momentum, a.name, a.learning_rate, NO_PRESET, a.here), {
        o_->hyper[1] = a.momentum;
        o_->use_nesterov = a.use_nesterov;
        if (isnan(a.momentum))
            o_->rate = tf_operand_tensor((tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) });
    });
}
tf_optimizer *tf_adam_new_(struct tf_adam_args a)
{
    WITH(optimizer_new(&adam, a.name, a.learning_rate, 0.001, a.here), {
        o_->hyper[1] = a.beta1;
        o_->hyper[2] = a.beta2;
        o_->hyper[3] = a.epsilon;
    });
}
tf_optimizer *tf_rmsprop_new_(struct tf_rmsprop_args a)
{
    WITH(optimizer_new(a.centered ? &centered_rms_prop : &rms_prop, a.name, a.learning_rate, NO_PRESET, a.here), {
        o_->hyper[1] = a.decay;
        o_->hyper[2] = a.momentum;
        o_->hyper[3] = a.epsilon;
    });
}
static bool positive(double initial, const char *what, tf_source here)
{
    if (initial <= 0)
        tf_fail(tf_value_error, tf1c_source(here), NULL, "%s must be positive: %g", what, initial);
    return initial > 0;
}

/* In place of a rate: what is made of it is a mistake. */
static tf_operand mistaken(void) { return tf_operand_tensor((tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) }); }

tf_optimizer *tf_adagrad_new_(struct tf_adagrad_args a)
{
    const bool sound = positive(a.initial_accumulator_value, "initial_accumulator_value", a.here);
    WITH(optimizer_new(&adagrad, a.name, a.learning_rate, NO_PRESET, a.here), {
        o_->initial = a.initial_accumulator_value;
        if (!sound)
            o_->rate = mistaken();
    });
}
tf_optimizer *tf_adadelta_new_(struct tf_adadelta_args a)
{
    WITH(optimizer_new(&adadelta, a.name, a.learning_rate, 0.001, a.here), {
        o_->hyper[1] = a.rho;
        o_->hyper[2] = a.epsilon;
    });
}
/* What FTRL takes no number of the wrong sign for. */
static bool sound_ftrl(const struct tf_ftrl_args *a)
{
    const struct {
        const char *what;
        double number;
        bool negative;
    } all[] = {
        { "initial_accumulator_value", a->initial_accumulator_value, false },
        { "learning_rate_power", a->learning_rate_power, true },
        { "l1_regularization_strength", a->l1_regularization_strength, false },
        { "l2_regularization_strength", a->l2_regularization_strength, false },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].negative ? all[i].number > 0 : all[i].number < 0) {
            tf_fail(tf_value_error, tf1c_source(a->here), NULL, "%s %f needs to be %s or zero", all[i].what, all[i].number,
                    all[i].negative ? "negative" : "positive");
            return false;
        }
    return true;
}
tf_optimizer *tf_ftrl_new_(struct tf_ftrl_args a)
{
    const bool sound = sound_ftrl(&a);
    WITH(optimizer_new(&ftrl, a.name, a.learning_rate, NO_PRESET, a.here), {
        o_->initial = a.initial_accumulator_value;
        o_->hyper[1] = a.l1_regularization_strength;
        o_->hyper[2] = a.l2_regularization_strength;
        o_->hyper[4] = a.learning_rate_power;
        if (!sound)
            o_->rate = mistaken();
    });
}

tf_optimizer *tf_proximal_gradient_descent_new_(struct tf_proximal_gradient_descent_args a)
{
    WITH(optimizer_new(&proximal_gradient_descent, a.name, a.learning_rate, NO_PRESET, a.here), {
        o_->hyper[1] = a.l1_regularization_strength;
        o_->hyper[2] = a.l2_regularization_strength;
    });
}
tf_optimizer *tf_proximal_adagrad_new_(struct tf_proximal_adagrad_args a)
{
    const bool sound = positive(a.initial_accumulator_value, "initial_accumulator_value", a.here);
    WITH(optimizer_new(&proximal_adagrad, a.name, a.learning_rate, NO_PRESET, a.here), {
        o_->initial = a.initial_accumulator_value;
        o_->hyper[1] = a.l1_regularization_strength;
        o_->hyper[2] = a.l2_regularization_strength;
        if (!sound)
            o_->rate = mistaken();
    });
}
tf_optimizer *tf_adagrad_da_new_(struct tf_adagrad_da_args a)
{
    const tf_tensor step = tf1c_given_tensor(a.global_step, "global_step", a.here);
    bool sound = positive(a.initial_gradient_squared_accumulator_value, "initial_gradient_squared_accumulator_value", a.here);
    if (sound && tf_is_none(step)) {
        tf_fail(tf_type_error, tf1c_source(a.here), NULL, "AdagradDA: missing 1 required positional argument: 'global_step'");
        sound = false;
    }
    WITH(optimizer_new(&adagrad_da, a.name, a.learning_rate, NO_PRESET, a.here), {
        o_->initial = a.initial_gradient_squared_accumulator_value;
        o_->step = step;
        o_->hyper[1] = a.l1_regularization_strength;
        o_->hyper[2] = a.l2_regularization_strength;
        if (!sound)
            o_->rate = mistaken();
    });
}
tf_optimizer *tf_nadam_new_(struct tf_adam_args a)
{
    tf_optimizer *o = tf_adam_new_(a);
    if (o != &no_optimizer) {
        o->use_nesterov = true;
        o->by_rows = tf1c_nadam_by_rows;
    }
    return o;
}
tf_optimizer *tf_lazy_adam_new_(struct tf_adam_args a)
{
    tf_optimizer *o = tf_adam_new_(a);
    if (o != &no_optimizer)
        o->by_rows = tf1c_lazy_adam_by_rows;
    return o;
}

static tf_optimizer *decaying(tf_optimizer *o, tf_operand weight_decay, tf_source here)
{
    if (o == &no_optimizer)
        return o;
    o->weight_decay = tf1c_keyword(weight_decay, true);
    if (o->weight_decay.kind == TF_OPERAND_NONE) {
        tf_fail(tf_type_error, tf1c_source(here), NULL, "%s: missing 1 required positional argument: 'weight_decay'", o->name);
        o->rate = mistaken();
    }
    return o;
}
tf_optimizer *tf_adam_w_new_(struct tf_adam_w_args a)
{
    return decaying(tf_adam_new_((struct tf_adam_args){ .here = a.here,
                                                        .learning_rate = a.learning_rate,
                                                        .beta1 = a.beta1,
                                                        .beta2 = a.beta2,
                                                        .epsilon = a.epsilon,
                                                        .name = a.name }),
                    a.weight_decay, a.here);
}
tf_optimizer *tf_momentum_w_new_(struct tf_momentum_w_args a)
{
    return decaying(tf_momentum_new_((struct tf_momentum_args){ .here = a.here,
                                                                .learning_rate = a.learning_rate,
                                                                .momentum = a.momentum,
                                                                .name = a.name,
                                                                .use_nesterov = a.use_nesterov }),
                    a.weight_decay, a.here);
}

/* ---- gradients ------------------------------------------------------------------------------------------------------------------- */

/* A result for a mistake that has been reported: nothing to apply. */
static tf_grads_and_vars no_pairs(void) { return (tf_grads_and_vars){ 0 }; }

static tf_grad_and_var *new_pairs(int n)
{
    tf_graph *g = tf1c_current_graph();
    return g ? tf1c_graph_alloc(g, (size_t)(n + 1) * sizeof(tf_grad_and_var)) : NULL;
}

tf_grads_and_vars tf_zip_(tf_list grads, tf_list variables, tf_source here)
{
    grads = tf1c_sound_list(grads, here);
    variables = tf1c_sound_list(variables, here);
    const int n = grads.n < variables.n ? grads.n : variables.n;
    tf_grad_and_var *pairs = new_pairs(n);
    for (int i = 0; pairs && i < n; i++)
        pairs[i] = (tf_grad_and_var){ .grad = grads.items[i], .var = variables.items[i] };
    return pairs ? (tf_grads_and_vars){ n, pairs } : no_pairs();
}

tf_grads_and_variables tf_unzip(tf_grads_and_vars pairs)
{
    tf_grads_and_variables both = { 0 };
    for (int i = 0; pairs.items && i < pairs.n; i++) {
        tf_append(&both.grads, pairs.items[i].grad);
        tf_append(&both.variables, pairs.items[i].var);
    }
    return both;
}

static bool floating(tf_tensor t) { return TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(t)); }

static bool compute(tf_tensor loss, tf_list vars, tf_tensor grad_loss, bool gated, tf_grad_and_var *pairs, tf_source here)
{
    const tf_list seeds = tf_is_none(grad_loss) ? (tf_list){ 0 } : LIST(grad_loss);
    const tf_list grads = tf1c_gradients(LIST(loss), vars, (struct tf_gradients_args){ .here = here, .grad_ys = seeds }, gated);
    for (int i = 0; i < vars.n; i++) {
        if (!tf_is_none(grads.items[i]) && tf_is_poisoned(grads.items[i]))
            return false;
        pairs[i] = (tf_grad_and_var){ grads.items[i], vars.items[i] };
    }
    return true;
}

tf_grads_and_vars tf_compute_gradients_(tf_optimizer *o, struct tf_compute_gradients_args a)
{
    TF_FROM(a.here);
    const tf_source here = tf1c_source(a.here);
    const tf_tensor loss = tf1c_given_tensor(a.loss, "loss", here), dy = tf1c_given_tensor(a.grad_loss, "grad_loss", here);
    (void)o;
    if (tf_is_none(loss)) {
        tf_fail(tf_value_error, here, NULL, "None values not supported.");
        return no_pairs();
    }
    if (tf_is_poisoned(loss))
        return no_pairs();
    if (!floating(loss)) {
        tf_fail(tf_value_error, here, loss.op->name,
                "Invalid type tf.%s for %s:%d, expected: [tf.float32, tf.float64, tf.float16, tf.bfloat16].",
                tf_dtype_name(tf_get_dtype(loss)), loss.op->name, loss.index);
        return no_pairs();
    }
    const tf_list vars = tf1c_list_or(a.var_list, tf_trainable_variables, here);
    if (!vars.n) {
        tf_fail(tf_value_error, here, NULL, "No variables to optimize.");
        return no_pairs();
    }
    tf_grad_and_var *pairs = new_pairs(vars.n);
    if (!pairs || !compute(loss, vars, dy, a.gate_gradients == tf_train_optimizer_GATE_OP, pairs, here))
        return no_pairs();
    return (tf_grads_and_vars){ vars.n, pairs };
}

/* ---- slots and constants ------------------------------------------------------------------------------------------------------------ */

static slots *slots_of(tf_optimizer *o, tf_tensor var)
{
    const intptr_t number = var.op ? (intptr_t)tf1c_map_get(&o->numbers, var.op->name) : 0;
    return number && tf_same_tensor(o->slots[number - 1].var, var) ? &o->slots[number - 1] : NULL;
}

/* A variable of var's shape and dtype, named W/Adam, W/Adam_1 … */
static tf_tensor make_slot(const tf_optimizer *o, tf_tensor var, slot_rule s, tf_tensor initial, tf_source here)
{
    const tf_dims shape = tf_get_shape(var);
    const tf_dtype dtype = tf_get_dtype(var);
    const char *name = tf1c_graph_printf(var.op->graph, "%s/%s", var.op->name, o->name);
    if (!name)
        return (tf_tensor){ .op = tf1c_record_mistake(var.op->graph) };
    struct tf_get_variable_args a = { .here = here, .name = "", .shape = shape, .dtype = dtype };
    if (!tf_is_none(initial))
        a.initial = tf_operand_tensor(initial);
    else
        a.initializer = s.start == ZEROS  ? tf_zeros_initializer()
                        : s.start == ONES ? tf_ones_initializer()
                                          : tf_constant_initializer(o->initial);
    tf_tensor slot = { 0 };
    tf_with_variable_scope(NULL, .default_name = name)
        slot = tf_get_variable_(a);
    return slot;
}

static bool make_slots(tf_optimizer *o, tf_tensor var, tf_source here)
{
    slots s = { .var = var };
    if (slots_of(o, var))
        return true;
    tf_tensor initial[MOST_SLOTS] = { { 0 } };
    for (int i = 0; i < MOST_SLOTS && o->rule->slots[i].name; i++)
        if (o->rule->slots[i].start == CONSTANT || o->rule->slots[i].start == CONSTANT_ZEROS)
            initial[i] = tf_constant(o->rule->slots[i].start == CONSTANT ? o->initial : 0, tf_get_dtype(var), tf_get_shape(var));
    for (int i = 0; i < MOST_SLOTS && o->rule->slots[i].name; i++) {
        s.slot[i] = make_slot(o, var, o->rule->slots[i], initial[i], here);
        if (tf_is_poisoned(s.slot[i]))
            return false;
    }
    if (o != &no_optimizer && tf1c_append_ptr(&o->slots, &o->n_slots, &o->cap_slots, &s, sizeof s) &&
        tf1c_map_set(&o->numbers, var.op->name, (void *)(intptr_t)o->n_slots))
        return true;
    tf_fail(tf_memory_error, here, NULL, "no memory left for the optimizer");
    return false;
}

/* beta1_power and beta2_power; then the slots of every variable with a gradient. */
static bool prepare_variables(tf_optimizer *o, tf_grads_and_vars pairs, tf_source here)
{
    static const char *const names[] = { "beta1_power", "beta2_power" };
    for (int i = 0; o->rule->powers && i < 2; i++) {
        if (tf_is_none(o->power[i]))
            o->power[i] = tf_variable(o->hyper[1 + i], .trainable = false, .name = names[i]);
        if (tf_is_poisoned(o->power[i]))
            return false;
    }
    for (int i = 0; i < pairs.n; i++)
        if (!tf_is_none(pairs.items[i].grad) && !make_slots(o, pairs.items[i].var, here))
            return false;
    return true;
}

static bool prepare_constants(tf_optimizer *o, tf_source here)
{
    if (o->weight_decay.kind != TF_OPERAND_NONE &&
        tf_is_poisoned(tf_convert(o->weight_decay, tf_dtype_unset, here, "weight_decay")))
        return false;
    for (int i = 0; i < MOST_HYPER && o->rule->hyper[i]; i++) {
        o->hyper_tensor[i] = tf_convert(i ? tf_operand_real(o->hyper[i]) : o->rate, tf_dtype_unset, here, o->rule->hyper[i]);
        if (tf_is_poisoned(o->hyper_tensor[i]))
            return false;
    }
    if (o->rule == &adagrad_da)
        o->step_now = tf_operator_add(tf_identity(o->step), 1);
    return o->rule != &adagrad_da || !tf_is_poisoned(o->step_now);
}

/* ---- the updates -------------------------------------------------------------------------------------------------------------------- */
typedef struct {
    bool use_nesterov;
} apply_attrs;

/* The variable as its constraint has it, once it is updated. */
static tf_operation *constrained(tf_tensor variable, tf_operation *updated)
{
    tf_tensor set = { .op = updated };
    if (!tf1c_is_mistake(updated))
        tf_with_control_dependencies(OPS(updated))
            set = tf_assign(variable, variable.op->constraint(variable));
    return tf_tensor_op(set);
}

/* A number as math_ops.cast makes a constant of it. */
static tf_tensor number_of(double x, tf_dtype dtype, tf_source here)
{
    TF_SCOPE(NULL, "Cast");
    return tf1c_cast(tf_convert(tf_operand_real(x), tf_dtype_unset, here, "x"), dtype, here);
}

/* The update's input of a letter, see rule. */
static tf_tensor input_of(tf_optimizer *o, char letter, const tf_grad_and_var *pair, tf_tensor grad, tf_tensor step, tf_source here)
{
    const tf_dtype dtype = tf_get_dtype(pair->var);
    switch (letter) {
    case 'v': return pair->var;
    case 'g': return grad;
    case 's': return step;
    case 'p':
    case 'q': return number_of(o->hyper[1 + letter - 'p'], dtype, here);
    case 'B':
    case 'C': return tf1c_cast(tf_convert(tf_operand_tensor(o->power[letter - 'B']), tf_dtype_unset, here, NULL), dtype, here);
    default:
        return letter <= '9' ? slots_of(o, pair->var)->slot[letter - '0'] : tf1c_cast(o->hyper_tensor[letter - 'a'], dtype, here);
    }
}

static tf_operation *update_rows(tf_optimizer *o, const tf_grad_and_var *pair, tf_indexed_slices grad, tf_source here)
{
    const char *const order = "v01BCabcd";
    tf_tensor in[9];
    for (int i = 0; order[i]; i++)
        in[i] = input_of(o, order[i], pair, grad.values, o->step, here);
    return o->by_rows((tf1c_adam_rows){ in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7], in[8], grad.values, grad.indices });
}

static tf_operation *update_by_rule(tf_optimizer *o, const tf_grad_and_var *pair, tf_indexed_slices grad, tf_source here)
{
    const bool sparse = !tf_is_none(grad.indices);
    const apply_attrs attrs = { o->use_nesterov };
    const tf_tensor step = o->rule == &adagrad_da ? tf_identity(o->step_now) : (tf_tensor){ 0 };
    tf_operand in[MOST_INPUTS + 1];
    int n = 0;
    for (const char *c = o->rule->inputs; *c; c++) {
        in[n++] = tf_operand_tensor(input_of(o, *c, pair, grad.values, step, here));
        if (*c == 'g' && sparse)
            in[n++] = tf_operand_tensor(grad.indices);
    }
    if (sparse)
        tf1c_count_more(o->rule->sparse_ops - 1);
    return tf_op_new(sparse ? o->rule->sparse : o->rule->dense,
                     (struct tf_op_args){ .here = here, .attrs = &attrs, .n_inputs = n, .inputs = in });
}

static bool is_decayed(const tf_optimizer *o, tf_tensor var)
{
    for (int i = 0; i < o->decayed.n; i++)
        if (tf_same_tensor(o->decayed.items[i], var))
            return true;
    return !o->decayed.n;
}

/* var -= weight_decay·var, or its rows that have a gradient, each once. TF1: weight_decay_optimizers.py */
static tf_operation *decay(tf_optimizer *o, tf_tensor var, tf_indexed_slices grad)
{
    if (!is_decayed(o, var))
        return tf_no_op();
    if (tf_is_none(grad.indices))
        return tf_tensor_op(tf_assign_sub(var, tf_operator_mul(o->weight_decay, var)));
    const tf_tensor rows = tf_unique(grad.indices).y, old = tf_gather(var, rows);
    tf1c_count_more(-1); /* TF has made rows unique already */
    const tf_tensor less = o->weight_decay.kind == TF_OPERAND_REAL ? tf_operator_mul(-o->weight_decay.as.real, old)
                                                                   : tf_operator_mul(tf_neg(o->weight_decay), old);
    return tf_tensor_op(tf_scatter_add(var, rows, less));
}

static tf_operation *update(tf_optimizer *o, const tf_grad_and_var *pair, tf_source here)
{
    const tf_indexed_slices grad = tf_slices(pair->grad);
    const bool sparse = !tf_is_none(grad.indices);
    const bool decays = o->weight_decay.kind != TF_OPERAND_NONE;
    tf_operation *op = NULL;
    if (sparse && pair->var.op->constraint)
        return tf_mistake(tf_runtime_error, here, NULL, "Cannot use a constraint function on a sparse variable.").op;
    tf_operation *before = decays ? decay(o, pair->var, grad) : NULL;
    if (decays && tf1c_is_mistake(before))
        return before;
    if (decays)
        tf_with_control_dependencies(OPS(before))
            op = update_by_rule(o, pair, grad, here);
    else
        op = sparse && o->by_rows ? update_rows(o, pair, grad, here) : update_by_rule(o, pair, grad, here);
    return pair->var.op->constraint ? constrained(pair->var, op) : op;
}

/* β1^t and β2^t take the next power when all updates have read them. */
static int advance_powers(tf_optimizer *o, int n, tf_operation **ops)
{
    if (!o->rule->powers)
        return n;
    tf_with_control_dependencies(((tf_ops){ n, ops }))
        for (int i = 0; i < 2; i++) {
            const tf_tensor next = tf_mul(o->power[i], o->hyper_tensor[1 + i]);
            ops[n + i] = tf_tensor_op(tf_assign(o->power[i], next));
        }
    return n + 2;
}

static tf_operation *finish(tf_optimizer *o, int n, tf_operation **ops, tf_tensor global_step, const char *scope, tf_source here)
{
    n = advance_powers(o, n, ops);
    if (tf_is_none(global_step))
        return tf_group_((tf_ops){ n, ops }, (struct tf_name_args){ here, scope });
    tf_operation *all = tf_group_((tf_ops){ n, ops }, (struct tf_name_args){ here, "update" }), *counted = all;
    tf_with_control_dependencies(((tf_ops){ 1, &all }))
        counted = tf_tensor_op(tf_assign_add(global_step, 1, .name = scope));
    return counted;
}

/* ["<tf.Variable 'W:0' shape=(3, 2) dtype=float32_ref>", …] */
static void variables_text(tf_grads_and_vars pairs, char *text, size_t n)
{
    size_t used = (size_t)snprintf(text, n, "[");
    char shape[TF_DIMS_TEXT];
    for (int i = 0; i < pairs.n && used + TF_DIMS_TEXT < n; i++) {
        const tf_tensor v = pairs.items[i].var;
        if (v.op && v.op->read)
            used +=
                (size_t)snprintf(text + used, n - used, "%s\"<tf.Variable '%s:0' shape=%s dtype=%s_ref>\"", i ? ", " : "",
                                 v.op->name, tf_dims_text(tf_get_shape(v), shape, sizeof shape), tf_dtype_name(tf_get_dtype(v)));
        else
            used += (size_t)snprintf(text + used, n - used, "%s'%s'", i ? ", " : "", tf_tensor_text(v, shape, sizeof shape));
    }
    if (used < n)
        snprintf(text + used, n - used, "]");
}

static bool any_gradient(tf_grads_and_vars pairs)
{
    for (int i = 0; i < pairs.n; i++)
        if (!tf_is_none(pairs.items[i].grad))
            return true;
    return false;
}

static tf_operation *apply(tf_optimizer *o, tf_grads_and_vars pairs, struct tf_apply_gradients_args a, tf_operation **ops)
{
    if (!prepare_variables(o, pairs, a.here))
        return tf1c_record_mistake(tf1c_current_graph());
    TF_SCOPE(a.name, o->name);
    const char *scope = tf_scope_name();
    if (!prepare_constants(o, a.here))
        return tf_is_poisoned(o->hyper_tensor[0]) ? tf_tensor_op(o->hyper_tensor[0]) : tf1c_record_mistake(tf1c_current_graph());
    int n = 0;
    for (int i = 0; i < pairs.n; i++) {
        if (tf_is_none(pairs.items[i].grad))
            continue;
        char name[512];
        snprintf(name, sizeof name, "update_%s", pairs.items[i].var.op->name);
        const char *update_scope = name;
        TF_SCOPE(update_scope, "update");
        ops[n++] = update(o, &pairs.items[i], a.here);
        if (tf1c_is_mistake(ops[n - 1]))
            return ops[n - 1];
    }
    return finish(o, n, ops, a.global_step, scope, a.here);
}

static tf_operation *no_method(const char *method, tf_source here)
{
    return tf_mistake(tf_type_error, here, NULL, "'NoneType' object has no attribute '%s'", method).op;
}

tf_operation *tf_apply_gradients_(tf_optimizer *o, struct tf_apply_gradients_args a)
{
    TF1C_HOLD_REPORTS;
    const tf_grads_and_vars pairs = a.grads_and_vars;
    char text[800];
    TF_FROM(a.here);
    a.here = tf1c_source(a.here);
    a.global_step = tf1c_given_tensor(a.global_step, "global_step", a.here);
    if (!o)
        return no_method("apply_gradients", a.here);
    if (o != &no_optimizer)
        o->decayed = tf1c_given_list(a.decay_var_list, a.here);
    if (pairs.n < 1 || !pairs.items)
        return tf_mistake(tf_value_error, a.here, NULL, "No variables provided.").op;
    for (int i = 0; i < pairs.n; i++) {
        const tf_grad_and_var *p = &pairs.items[i];
        if (tf_is_poisoned(p->var) || (!tf_is_none(p->grad) && tf_is_poisoned(p->grad)))
            return tf_tensor_op(tf_is_poisoned(p->var) ? p->var : p->grad);
    }
    if (!any_gradient(pairs)) {
        variables_text(pairs, text, sizeof text);
        return tf_mistake(tf_value_error, a.here, NULL, "No gradients provided for any variable: %s.", text).op;
    }
    tf_operation **ops = tf1c_alloc((size_t)(pairs.n + 2) * sizeof *ops);
    if (!ops)
        return tf_mistake(tf_memory_error, a.here, NULL, "no memory left for the optimizer").op;
    tf_operation *step = apply(o, pairs, a, ops);
    tf1c_free(ops);
    if (!tf1c_is_mistake(step) && tf_add_to_collection(TF_TRAIN_OP, (tf_tensor){ .op = step }))
        return tf1c_record_mistake(tf1c_current_graph());
    return step;
}

tf_operation *tf_minimize_(tf_optimizer *o, struct tf_minimize_args a)
{
    char text[700], name[TF_DIMS_TEXT];
    const tf_tensor loss = a.loss;
    TF_FROM(a.here);
    if (!o)
        return no_method("minimize", a.here);
    const tf_grads_and_vars pairs = tf_compute_gradients_(
        o,
        (struct tf_compute_gradients_args){
            .here = a.here, .loss = loss, .var_list = a.var_list, .gate_gradients = a.gate_gradients, .grad_loss = a.grad_loss });
    if (!pairs.n)
        return tf_is_poisoned(loss) ? tf_tensor_op(loss) : tf1c_record_mistake(tf1c_current_graph());
    if (!any_gradient(pairs)) {
        variables_text(pairs, text, sizeof text);
        return tf_mistake(tf_value_error, a.here, NULL,
                          "No gradients provided for any variable, check your graph for ops that do not support "
                          "gradients, between variables %s and loss %s.",
                          text, tf_tensor_text(loss, name, sizeof name))
            .op;
    }
    return tf_apply_gradients_(o, (struct tf_apply_gradients_args){ .here = a.here,
                                                                    .grads_and_vars = pairs,
                                                                    .global_step = a.global_step,
                                                                    .name = a.name,
                                                                    .decay_var_list = a.decay_var_list });
}

/* ---- what an optimizer has ------------------------------------------------------------------------------------------------------------- */
tf_tensor tf_get_slot(tf_optimizer *o, tf_tensor variable, const char *name)
{
    const slots *s = o ? slots_of(o, variable) : NULL;
    for (int i = 0; s && name && i < MOST_SLOTS && o->rule->slots[i].name; i++)
        if (strcmp(o->rule->slots[i].name, name) == 0)
            return s->slot[i];
    return (tf_tensor){ 0 };
}

int tf_get_slot_names(tf_optimizer *o, const char **names, int n)
{
    const char *all[MOST_SLOTS];
    int have = 0;
    for (int i = 0; o && o->n_slots && i < MOST_SLOTS && o->rule->slots[i].name; i++) {
        int at = have++;
        for (; at > 0 && strcmp(all[at - 1], o->rule->slots[i].name) > 0; at--)
            all[at] = all[at - 1];
        all[at] = o->rule->slots[i].name;
    }
    for (int i = 0; i < have && i < n; i++)
        names[i] = all[i];
    return have;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(tf_op_name(tf_tensor_op(*(const tf_tensor *)a)), tf_op_name(tf_tensor_op(*(const tf_tensor *)b)));
}

tf_list tf_optimizer_variables(tf_optimizer *o)
{
    tf_list list = { 0 };
    for (int i = 0; o && i < 2; i++)
        if (!tf_is_none(o->power[i]))
            tf_append(&list, o->power[i]);
    for (int i = 0; o && i < o->n_slots; i++)
        for (int j = 0; j < MOST_SLOTS && !tf_is_none(o->slots[i].slot[j]); j++)
            tf_append(&list, o->slots[i].slot[j]);
    if (list.n > 1)
        qsort((tf_tensor *)list.items, (size_t)list.n, sizeof *list.items, by_name);
    return list;
}

const char *tf_optimizer_name(const tf_optimizer *o) { return o ? o->name : ""; }
