/* TF1: python/keras/layers/normalization.py BatchNormalization, python/layers/normalization.py. */
#include "ops/layers/normalization.h"

#include "ops/array/constant.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/control_flow/cond.h"
#include "ops/control_flow/counts.h"
#include "ops/layers/layer.h"
#include "ops/math/arithmetic.h"
#include "ops/nn/batch_norm.h"
#include "ops/nn/nn.h"
#include "ops/rnn/cell.h"
#include "ops/state/initializers.h"
#include "ops/state/variables.h"

static tf_tensor recorded(void) { return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) }; }

typedef struct {
    const struct tf_batch_normalization_args *a;
    int training; /* 1, 0, or -1: known when run */
    int axis;
    tf_tensor x, gamma, beta, moving_mean, moving_variance; /* gamma, beta: none if left out */
    tf_tensor momentum, rate;                               /* none: numbers */
    const tf1c_norm_style *style;
    tf_tensor updates[2]; /* that the result is to wait for */
    int n_updates;
} norm_layer;

/* ---- averages: variable -= (variable - value)·(1 - momentum) -------------------------------------------------------------------------- */

/* A number goes by float32, as Python's do, whatever the variable's dtype. */
static tf_tensor rate_of(const norm_layer *l, tf_dtype dtype)
{
    if (!tf_is_none(l->rate))
        return l->rate;
    const tf_tensor rate =
        tf_is_none(l->momentum) ? tf_constant(1 - l->a->momentum, tf_float32, .name = "decay") : tf_sub(1.0, l->momentum);
    return tf1c_cast(rate, dtype, (tf_source){ 0 });
}

static void update(norm_layer *l, tf_tensor variable, tf_tensor value)
{
    TF_SCOPE(NULL, "AssignMovingAvg");
    const char *scope = tf_scope_name();
    const tf_tensor rate = rate_of(l, tf_get_dtype(variable)), delta = tf_mul(tf_sub(variable, value), rate);
    const tf_tensor updated = tf_assign_sub(variable, delta, .name = scope);
    if (tf_is_poisoned(updated))
        return;
    if (l->style->updates)
        tf_add_to_collection(l->style->updates, updated);
    else
        l->updates[l->n_updates++] = updated;
}

/* ---- images: one node --------------------------------------------------------------------------------------------------------------------- */

static tf_list fused(const norm_layer *l, bool training)
{
    const tf_batch_norm b =
        training ? tf_nn_fused_batch_norm(l->x, l->gamma, l->beta, .epsilon = l->a->epsilon)
                 : tf_nn_fused_batch_norm(l->x, l->gamma, l->beta, .mean = TF_T(l->moving_mean),
                                          .variance = TF_T(l->moving_variance), .epsilon = l->a->epsilon, .is_training = false);
    return LIST(b.y, b.batch_mean, b.batch_variance);
}
static tf_list fused_training(void *context) { return fused(context, true); }
static tf_list fused_inference(void *context) { return fused(context, false); }

static tf_tensor own_momentum(void *context) { return tf_constant(((const norm_layer *)context)->a->momentum); }
static tf_tensor momentum_of_1(void *context) { return (void)context, tf_constant(1.0); }

static tf_tensor own_rate(void *context) { return tf_constant(1 - ((const norm_layer *)context)->a->momentum); }
static tf_tensor rate_of_0(void *context) { return (void)context, tf_constant(0.0); }

/* Contrib's is a number, which TF uses in a cond of its own; else a tensor tells it, which TF makes though nothing trains. */
static void make_rate(norm_layer *l)
{
    if (!l->style->by_contrib)
        l->momentum = l->training < 0 ? tf_cond(l->a->training, own_momentum, momentum_of_1, l) : tf_constant(l->a->momentum);
    else if (l->training < 0)
        l->rate = tf_cond(l->a->training, own_rate, rate_of_0, l);
}

static tf_tensor of_images(norm_layer *l)
{
    enum { MOVED = 22 }; /* what TF's cond about contrib's averages is made of */
    const tf_list out = l->training < 0 ? tf_cond_list(l->a->training, fused_training, fused_inference, l) : fused(l, l->training);
    const int before = tf1c_count_now();
    if (tf_is_poisoned(tf_at(out, 0)))
        return tf_at(out, 0);
    make_rate(l);
    if (l->training) {
        update(l, l->moving_mean, tf_at(out, 1));
        update(l, l->moving_variance, tf_at(out, 2));
    }
    if (l->style->by_contrib && l->training < 0)
        tf1c_count_as(before + MOVED - !l->style->updates); /* y's Identity, which comes yet, is one of them */
    return tf_at(out, 0);
}

/* ---- anything else: moments, and arithmetic --------------------------------------------------------------------------------------------------- */

static tf_list moments(void *context)
{
    const norm_layer *l = context;
    tf_dims axes = { .known = true };
    for (int i = 0; i < tf_get_shape(l->x).rank; i++)
        if (i != l->axis)
            axes.dims[axes.rank++] = i;
    const tf_moments m = tf_nn_moments(l->x, axes);
    return LIST(m.mean, m.variance);
}
static tf_list averages(void *context)
{
    const norm_layer *l = context;
    return LIST(l->moving_mean, l->moving_variance);
}

/* A vector of the channels, as x broadcasts it. */
static tf_tensor along(const norm_layer *l, tf_tensor v)
{
    const tf_dims d = tf_get_shape(l->x);
    tf_dims shape = { .known = true, .rank = d.rank };
    if (tf_is_none(v) || l->axis == d.rank - 1)
        return v;
    for (int i = 0; i < d.rank; i++)
        shape.dims[i] = i == l->axis ? d.dims[i] : 1;
    return tf_reshape(v, shape);
}

static tf_tensor of_any(norm_layer *l)
{
    /* Told by a tensor, TF makes the moments in any case, and a cond for each of mean, variance and the two averages */
    enum { MOMENTS = 8, CHOSEN = 7, AVERAGED = 13, CHOSEN_BACK = 5 };
    static const int fewer[2] = { 8, 17 }; /* in contrib: updates in a collection, at once */
    const bool contrib = l->style->by_contrib, at_once = !l->style->updates;
    const int before = tf1c_count_now(), casts = tf_get_dtype(l->x) != tf_float32; /* of the rate */
    const tf_list m = l->training < 0 ? tf_cond_list(l->a->training, moments, averages, l) : l->training ? moments(l) : averages(l);
    const tf_tensor mean = tf_at(m, 0), variance = tf_at(m, 1);
    if (tf_is_poisoned(mean))
        return mean;
    if (l->training) {
        update(l, l->moving_mean, mean);
        update(l, l->moving_variance, variance);
    }
    if (l->training < 0) {
        tf1c_branch_makes(mean, CHOSEN_BACK);
        tf1c_count_as(before + MOMENTS + 2 * CHOSEN + 2 * (AVERAGED + casts) - (contrib ? fewer[at_once] : 0));
    } else if (l->training && contrib && at_once) {
        tf1c_count_more(1);
    }
    return tf_nn_batch_normalization(l->x, along(l, mean), along(l, variance), along(l, l->beta), along(l, l->gamma),
                                     l->a->epsilon);
}

/* ---- the layer ----------------------------------------------------------------------------------------------------------------------------------- */

static tf_tensor weight(const char *name, const char *role, tf_initializer given, tf_initializer otherwise, tf_regularizer r,
                        tf_constraint *constraint, bool frozen, int64_t channels, tf_dtype dtype)
{
    const tf1c_layer_weight w = { name, role, tf1c_given_initializer(&given) ? given : otherwise, r, frozen, constraint };
    return tf1c_layer_variable(&w, SHAPE(channels), dtype);
}

/* One node computes it, which takes a gamma and a beta in any case. */
static bool is_fused(const norm_layer *l)
{
    return l->a->fused && tf_get_shape(l->x).rank == 4 && l->axis == 3 && tf_get_dtype(l->x) == tf_float32;
}

static tf_tensor instead(const norm_layer *l, double value, int64_t channels)
{
    return is_fused(l) ? tf_constant(value, tf_float32, SHAPE(channels)) : (tf_tensor){ 0 };
}

static tf_tensor beta_of(const norm_layer *l, int64_t channels, tf_dtype dtype)
{
    const struct tf_batch_normalization_args *a = l->a;
    return a->center ? weight("beta", "beta/Regularizer", a->beta_initializer, tf_zeros_initializer(), a->beta_regularizer,
                              a->beta_constraint, !a->trainable, channels, dtype)
                     : instead(l, 0, channels);
}
static tf_tensor gamma_of(const norm_layer *l, int64_t channels, tf_dtype dtype)
{
    const struct tf_batch_normalization_args *a = l->a;
    return a->scale ? weight("gamma", "gamma/Regularizer", a->gamma_initializer, tf_ones_initializer(), a->gamma_regularizer,
                             a->gamma_constraint, !a->trainable, channels, dtype)
                    : instead(l, 1, channels);
}

static bool make_variables(norm_layer *l)
{
    const struct tf_batch_normalization_args *a = l->a;
    const int64_t channels = tf_get_shape(l->x).dims[l->axis];
    const tf_dtype dtype = tf_get_dtype(l->x);
    const tf_regularizer none = { 0 };
    if (l->style->by_contrib)
        l->beta = beta_of(l, channels, dtype);
    l->gamma = gamma_of(l, channels, dtype);
    if (!l->style->by_contrib)
        l->beta = beta_of(l, channels, dtype);
    l->moving_mean =
        weight("moving_mean", "", a->moving_mean_initializer, tf_zeros_initializer(), none, NULL, true, channels, dtype);
    l->moving_variance =
        weight("moving_variance", "", a->moving_variance_initializer, tf_ones_initializer(), none, NULL, true, channels, dtype);
    return !tf_is_poisoned(l->moving_mean) && !tf_is_poisoned(l->moving_variance) && !(a->scale && tf_is_poisoned(l->gamma)) &&
           !(a->center && tf_is_poisoned(l->beta));
}

static bool check(norm_layer *l, const char *layer, tf_source here)
{
    const tf_dims d = tf_get_shape(l->x);
    if (!d.known)
        tf_mistake(tf_value_error, here, NULL, "Input has undefined rank: <unknown>");
    else if ((l->axis = tf_norm_axis(l->a->axis, d.rank)) < 0)
        tf_mistake(tf_value_error, here, NULL, "Invalid axis: %d", l->a->axis);
    else if (d.dims[l->axis] == NONE)
        tf_mistake(tf_value_error, here, NULL,
                   "Axis %d of input tensor should have a defined dimension but the layer '%s' received none.", l->axis, layer);
    else if (!(TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(l->x))))
        tf_mistake(tf_type_error, here, NULL, "Batch normalization takes floating numbers, not %s",
                   tf_dtype_name(tf_get_dtype(l->x)));
    else
        return true;
    return false;
}

/* y, once the averages have changed. */
static tf_tensor after_updates(const norm_layer *l, tf_tensor y)
{
    if (!l->n_updates || tf_is_poisoned(y))
        return y;
    tf_with_control_dependencies(OPS(l->updates[0], l->updates[1]))
        y = tf_identity(y);
    return y;
}

/* In the layer's scope: images as they are, vectors as images of one place each where the style asks for it. */
static tf_tensor apply(norm_layer *l)
{
    const tf_dims d = tf_get_shape(l->x);
    const tf_tensor given = l->x;
    if (l->style->by_contrib && l->a->fused && d.rank == 2 && l->axis == 1) {
        l->x = tf_reshape(given, SHAPE(-1, 1, 1, d.dims[1]));
        l->axis = 3;
    }
    if (!make_variables(l))
        return recorded();
    tf_tensor y = after_updates(l, is_fused(l) ? of_images(l) : of_any(l));
    if (!tf_same_tensor(l->x, given) && !tf_is_poisoned(y))
        y = tf_reshape(y, tf_shape(given));
    if (!tf_is_poisoned(y))
        tf_set_shape(y, d);
    return l->style->activation && !tf_is_poisoned(y) ? l->style->activation(y) : y;
}

tf_tensor tf1c_norm_layer(tf_tensor x, struct tf_batch_normalization_args a, const tf1c_norm_style *style)
{
    tf1c_cell_scope own = { 0 }, *scope = style->object ? style->object : &own;
    norm_layer l = { .a = &a, .training = tf1c_known_training(a.training), .x = x, .style = style };
    if (!check(&l, a.name ? a.name : style->scope, a.here) ||
        !tf1c_layer_scope(scope, tf1c_scope_or(style->given, a.name), style->scope, a.here))
        return recorded();
    const tf_reuse reuse = scope->built ? tf_reuse_true : a.reuse;
    tf1c_entered e = style->of_model ? tf1c_contrib_enter(scope, reuse) : tf1c_layer_enter(scope, reuse);
    const tf_tensor y = apply(&l);
    scope->built = true;
    tf1c_layer_leave(&e);
    return y;
}

tf_tensor tf_layers_batch_normalization_(struct tf_batch_normalization_args a)
{
    TF_FROM(a.here);
    a.training = tf1c_keyword(a.training, false);
    const tf_tensor x = tf_convert(tf1c_keyword(a.inputs, true), tf_dtype_unset, a.here, "inputs");
    if (tf_is_poisoned(x))
        return x;
    return tf1c_norm_layer(x, a, &(tf1c_norm_style){ .scope = "batch_normalization", .updates = TF_UPDATE_OPS });
}

static tf_tensor call_norm(tf_layer *layer, tf_tensor x, tf_operand training, tf_source here)
{
    struct tf_batch_normalization_args a = *(const struct tf_batch_normalization_args *)layer->args;
    a.here = here;
    a.training = training;
    return tf1c_norm_layer(x, a,
                           &(tf1c_norm_style){ .scope = TF1C_LAYER_NAME(layer, "batch_normalization"),
                                               .updates = TF_UPDATE_OPS,
                                               .object = &layer->scope });
}

tf_layer *tf_layers_BatchNormalization_(struct tf_batch_normalization_layer_args a)
{
    const struct tf_batch_normalization_args args = { .axis = a.axis,
                                                      .momentum = a.momentum,
                                                      .epsilon = a.epsilon,
                                                      .center = a.center,
                                                      .scale = a.scale,
                                                      .beta_initializer = a.beta_initializer,
                                                      .gamma_initializer = a.gamma_initializer,
                                                      .moving_mean_initializer = a.moving_mean_initializer,
                                                      .moving_variance_initializer = a.moving_variance_initializer,
                                                      .beta_regularizer = a.beta_regularizer,
                                                      .gamma_regularizer = a.gamma_regularizer,
                                                      .beta_constraint = a.beta_constraint,
                                                      .gamma_constraint = a.gamma_constraint,
                                                      .trainable = a.trainable,
                                                      .fused = a.fused };
    TF_FROM(a.here);
    return tf1c_layer_new(call_norm, a.name, NONE, &args, sizeof args);
}
