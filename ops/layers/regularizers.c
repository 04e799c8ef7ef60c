/* Regularizers: a function of a weight, by value; what they give is collected. TF1: contrib/layers/python/layers/regularizers.py,
 * python/ops/variable_scope.py. */
#include "ops/layers/regularizers.h"
#include "ops/array/constant.h"
#include "ops/array/identity.h"
#include "ops/family.h"
#include "ops/math/add_n.h"
#include "ops/math/arithmetic.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"
#include "ops/nn/nn.h"

static tf_tensor scaled_l1(const tf_regularizer *r, tf_tensor weights, double scale, const char *name)
{
    TF_SCOPE(name ? name : r->scope, "l1_regularizer");
    const char *scope = tf_scope_name();
    const tf_tensor factor = tf_convert(tf_operand_real(scale), tf_get_dtype(weights), (tf_source){ 0 }, "scale");
    return tf_multiply(factor, tf_reduce_sum(tf_abs(weights)), .name = scope);
}

static tf_tensor scaled_l2(const tf_regularizer *r, tf_tensor weights, double scale, const char *name)
{
    TF_SCOPE(name ? name : r->scope, "l2_regularizer");
    const char *scope = tf_scope_name();
    const tf_tensor factor = tf_convert(tf_operand_real(scale), tf_get_dtype(weights), (tf_source){ 0 }, "scale");
    return tf_multiply(factor, tf_nn_l2_loss(weights), .name = scope);
}

static tf_tensor l1(const tf_regularizer *r, tf_tensor weights) { return scaled_l1(r, weights, r->scales[0], NULL); }
static tf_tensor l2(const tf_regularizer *r, tf_tensor weights) { return scaled_l2(r, weights, r->scales[1], NULL); }
static tf_tensor l1_l2(const tf_regularizer *r, tf_tensor weights)
{
    TF_SCOPE(r->scope, NULL);
    const char *scope = tf_scope_name();
    const tf_tensor first = scaled_l1(r, weights, r->scales[0], "l1_regularizer");
    return tf_add_n(LIST(first, scaled_l2(r, weights, r->scales[1], "l2_regularizer")), .name = scope);
}

/* Of scale 0: no loss at all. After a mistake: a poisoned one. */
static tf_tensor nothing(const tf_regularizer *r, tf_tensor weights)
{
    (void)r, (void)weights;
    return (tf_tensor){ 0 };
}
static tf_tensor mistaken(const tf_regularizer *r, tf_tensor weights)
{
    (void)r, (void)weights;
    return (tf_tensor){ .op = tf1c_poison(tf1c_current_graph()) };
}

static tf_regularizer negative(double scale, const char *end, tf_source here)
{
    tf_fail(tf_value_error, tf1c_source(here), NULL, "Setting a scale less than 0 on a regularizer: %g%s", scale, end);
    return (tf_regularizer){ .fn = mistaken };
}

tf_regularizer tf_contrib_layers_l1_regularizer_(struct tf_regularizer_args a)
{
    if (!(a.scale >= 0))
        return negative(a.scale, "", a.here);
    return (tf_regularizer){ a.scale == 0 ? nothing : l1, { a.scale, 0 }, a.scope };
}

tf_regularizer tf_contrib_layers_l2_regularizer_(struct tf_regularizer_args a)
{
    if (!(a.scale >= 0))
        return negative(a.scale, ".", a.here);
    return (tf_regularizer){ a.scale == 0 ? nothing : l2, { 0, a.scale }, a.scope };
}

/* One of scale 0 leaves the other alone, under the scope's name. */
tf_regularizer tf_contrib_layers_l1_l2_regularizer_(struct tf_l1_l2_regularizer_args a)
{
    a.scope = a.scope ? a.scope : "l1_l2_regularizer";
    if (a.scale_l1 == 0)
        return tf_contrib_layers_l2_regularizer_((struct tf_regularizer_args){ a.here, a.scale_l2, a.scope });
    if (a.scale_l2 == 0)
        return tf_contrib_layers_l1_regularizer_((struct tf_regularizer_args){ a.here, a.scale_l1, a.scope });
    if (!(a.scale_l1 > 0))
        return negative(a.scale_l1, "", a.here);
    if (!(a.scale_l2 > 0))
        return negative(a.scale_l2, ".", a.here);
    return (tf_regularizer){ l1_l2, { a.scale_l1, a.scale_l2 }, a.scope };
}

tf_tensor tf_regularize_(tf_regularizer r, tf_operand weights, tf_source here)
{
    TF_FROM(here);
    if (!r.fn)
        return tf_mistake(tf_type_error, here, NULL, "'NoneType' object is not callable");
    const tf_tensor w = tf_convert(weights, tf_dtype_unset, here, "weights");
    return tf_is_poisoned(w) ? w : r.fn(&r, w);
}

/* The loss is collected, unless there is none. A weight whose loss is a mistake is one. */
tf_tensor tf1c_with_penalty(tf_regularizer r, tf_tensor weights)
{
    const tf_tensor loss = r.fn(&r, weights);
    if (tf_is_none(loss))
        return weights;
    if (tf_is_poisoned(loss))
        return loss;
    if (tf_add_to_collection(TF_REGULARIZATION_LOSSES, loss))
        return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) };
    return weights;
}

tf_tensor tf_contrib_layers_apply_regularization_(tf_regularizer r, tf_list weights, tf_source here)
{
    TF_FROM(here);
    weights = tf1c_sound_list(weights, here);
    if (!weights.n)
        return tf_mistake(tf_value_error, here, NULL, "No weights to regularize.");
    TF_SCOPE(NULL, "get_regularization_penalty");
    const char *scope = tf_scope_name();
    tf_list penalties = { 0 };
    for (int i = 0; i < weights.n; i++) {
        const tf_tensor penalty = tf_regularize_(r, tf_operand_tensor(weights.items[i]), here);
        tf_append(&penalties, tf_is_none(penalty) ? tf_constant(0.0) : penalty);
    }
    const tf_tensor sum = penalties.n == 1 ? tf_identity(penalties.items[0], .name = scope) : tf_add_n(penalties, .name = scope);
    if (!tf_is_poisoned(sum))
        tf_add_to_collection(TF_REGULARIZATION_LOSSES, sum);
    return sum;
}
