/* dense, fully_connected, dropout, flatten: scopes, variables and nodes as TF1's layers make them. */
#include "ops/layers/layers.h"
#include "ops/state/initializers.h"

#include <string.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/cond.h"
#include "ops/family.h"
#include "ops/layers/layer.h"
#include "ops/math/arithmetic.h"
#include "ops/math/matmul.h"
#include "ops/math/reduce.h"
#include "ops/rnn/cell.h"
#include "ops/state/variables.h"
#include "ops/training/moving_averages.h"

static tf_tensor recorded(void) { return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) }; }

/* None if `x` has at least `rank` axes. */
static tf_tensor check_rank(tf_tensor x, const char *layer, int rank, tf_source here)
{
    tf_dims d = tf_get_shape(x);
    char text[TF_DIMS_TEXT];
    if (!d.known)
        return tf_mistake(
            tf_value_error, here, NULL,
            "Input 0 of layer %s is incompatible with the layer: its rank is undefined, but the layer requires a defined rank.",
            layer);
    if (d.rank < rank)
        return tf_mistake(
            tf_value_error, here, NULL,
            "Input 0 of layer %s is incompatible with the layer: : expected min_ndim=%d, found ndim=%d. Full shape received: %s",
            layer, rank, d.rank, tf1c_dims_list(d, "[]", text, sizeof text));
    return (tf_tensor){ 0 };
}

bool tf1c_layer_rank(tf_tensor x, const char *layer, int n, tf_source here)
{
    const tf_dims d = tf_get_shape(x);
    char text[TF_DIMS_TEXT];
    if (d.known && d.rank == n)
        return true;
    if (!d.known)
        check_rank(x, layer, n, here);
    else
        tf_mistake(tf_value_error, here, NULL,
                   "Input 0 of layer %s is incompatible with the layer: expected ndim=%d, found ndim=%d. Full shape received: %s",
                   layer, n, d.rank, tf1c_dims_list(d, "[]", text, sizeof text));
    return false;
}

void tf1c_scope_within(const tf1c_cell_scope *scope) { tf1c_unique_name(tf1c_current_graph(), tf1c_last_part(scope->names)); }

/* ---- dense: y = x·kernel + bias -------------------------------------------------------------------------------------------------- */

static tf_tensor int_constant(tf_operand value, const char *name) { return tf_convert(value, tf_int32, (tf_source){ 0 }, name); }

/* TF's tensordot over x's last axis where its dimensions are not all known. */
static tf_tensor dot_unknown(tf_tensor x, tf_tensor kernel, int64_t units)
{
    tf_dims d = tf_get_shape(x), free_axes = { .known = true, .rank = d.rank - 1 };
    for (int i = 0; i < free_axes.rank; i++)
        free_axes.dims[i] = i;
    TF_SCOPE(NULL, "Tensordot");
    const char *scope = tf_scope_name();
    tf_tensor axes = int_constant(tf_operand_dims(SHAPE(d.rank - 1)), "axes");
    tf_tensor free = int_constant(tf_operand_dims(free_axes), "free");
    tf_tensor shape = tf_shape(x);
    tf_tensor kept = tf_gather(shape, free), summed = tf_gather(shape, axes);
    tf_tensor rows = tf_reduce_prod(kept), depth = tf_reduce_prod(summed);
    tf_tensor perm = tf_concat(LIST(free, axes), 0);
    tf_tensor matrix_shape = tf_stack(LIST(rows, depth));
    tf_tensor turned = tf_transpose(x, .perm_tensor = tf_operand_tensor(perm));
    tf_tensor left = tf_reshape(turned, matrix_shape);
    tf_tensor turned_kernel = tf_transpose(kernel, .perm = PERM(0, 1));
    tf_tensor right = tf_reshape(turned_kernel, SHAPE(d.dims[d.rank - 1], units));
    tf_tensor product = tf_matmul(left, right);
    tf_tensor last = int_constant(tf_operand_dims(SHAPE(units)), "Const");
    return tf_reshape(product, tf_concat(LIST(kept, last), 0), .name = scope);
}

static tf_tensor times_kernel(tf_tensor x, tf_tensor kernel, int64_t units)
{
    tf_dims d = tf_get_shape(x);
    if (d.rank == 2)
        return tf_matmul(x, kernel);
    tf_tensor y = tf_dims_fully_known(d) ? tf_tensordot(x, kernel, .axes_a = SHAPE(d.rank - 1), .axes_b = SHAPE(0))
                                         : dot_unknown(x, kernel, units);
    d.dims[d.rank - 1] = units;
    if (!tf_is_poisoned(y))
        tf_set_shape_(y, d, (tf_source){ 0 });
    return y;
}

static tf_tensor check_dense(tf_tensor x, const char *layer, int64_t units, tf_source here)
{
    tf_dims d = tf_get_shape(x);
    tf_tensor mistake = tf_is_poisoned(x) ? x : check_rank(x, layer, 2, here);
    if (mistake.op)
        return mistake;
    if (!(TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(x))))
        return tf_mistake(tf_type_error, here, NULL, "Unable to build `Dense` layer with non-floating point dtype <dtype: '%s'>",
                          tf_dtype_name(tf_get_dtype(x)));
    if (d.dims[d.rank - 1] == NONE)
        return tf_mistake(tf_value_error, here, NULL,
                          "The last dimension of the inputs to `Dense` should be defined. Found `None`.");
    if (units < 1)
        return tf_mistake(tf_value_error, here, NULL, "The number of units of layer %s must be positive, got %lld.", layer,
                          (long long)units);
    return (tf_tensor){ 0 };
}

typedef struct {
    const char *kernel, *bias; /* their names; no bias: NULL */
    int64_t units;
    bool trainable;
    tf_initializer kernel_initializer, bias_initializer;
    tf_regularizer kernel_regularizer, bias_regularizer;
    tf_constraint *kernel_constraint, *bias_constraint;
} dense;

tf_tensor tf1c_layer_variable(const tf1c_layer_weight *w, tf_dims shape, tf_dtype dtype)
{
    const int before = w->regularizer.fn ? tf_global_variables().n : 0;
    const tf_tensor v = tf_get_variable(w->name, shape, .dtype = dtype, .trainable = !w->frozen, .initializer = w->initializer,
                                        .constraint = w->constraint);
    if (tf_is_poisoned(v) || !w->regularizer.fn || tf_global_variables().n == before)
        return v;
    TF_SCOPE(NULL, w->role);
    return tf1c_with_penalty(w->regularizer, v);
}

tf_tensor tf1c_layer_output(tf_tensor y, tf_regularizer activity)
{
    if (!activity.fn || tf_is_poisoned(y))
        return y;
    TF_SCOPE(NULL, "ActivityRegularizer");
    const tf_tensor penalty = activity.fn(&activity, y);
    if (tf_is_none(penalty))
        return y;
    const tf_tensor batch = tf1c_cast(tf_getitem(tf_shape(y), "0"), tf_get_dtype(penalty), (tf_source){ 0 });
    tf_add_to_collection(TF_REGULARIZATION_LOSSES, tf_truediv(penalty, batch));
    return y;
}

/* A weight of `k` as a layer's. */
static tf_tensor layer_variable(const char *name, const char *role, tf_dims shape, tf_dtype dtype, const dense *k, bool is_bias)
{
    const tf1c_layer_weight w = { name,
                                  role,
                                  is_bias ? k->bias_initializer : k->kernel_initializer,
                                  is_bias ? k->bias_regularizer : k->kernel_regularizer,
                                  !k->trainable,
                                  is_bias ? k->bias_constraint : k->kernel_constraint };
    return tf1c_layer_variable(&w, shape, dtype);
}

static tf_tensor apply_dense(const dense *k, tf_tensor x)
{
    tf_dims d = tf_get_shape(x);
    const tf_dtype dtype = tf_get_dtype(x);
    tf_tensor kernel = layer_variable(k->kernel, "kernel/Regularizer", SHAPE(d.dims[d.rank - 1], k->units), dtype, k, false);
    if (tf_is_poisoned(kernel))
        return kernel;
    if (!k->bias)
        return times_kernel(x, kernel, k->units);
    tf_tensor bias = layer_variable(k->bias, "bias/Regularizer", SHAPE(k->units), dtype, k, true);
    return tf_is_poisoned(bias) ? bias : tf_nn_bias_add(times_kernel(x, kernel, k->units), bias);
}

/* Its scope is found on first use, and then entered again. */
struct tf_layer {
    struct tf_dense_args a;
    bool is_object; /* its name is a default one, which another of that name does not share */
    tf1c_cell_scope scope;
};

static tf_tensor apply_layer(tf_layer *layer, tf_operand inputs, tf_source here)
{
    const struct tf_dense_args a = layer->a;
    tf_tensor x = tf_convert(inputs, tf_dtype_unset, here, "inputs");
    tf_tensor mistake = check_dense(x, a.name ? a.name : "dense", a.units, here);
    if (mistake.op)
        return mistake;
    const char *exact = layer->is_object ? NULL : a.name, *otherwise = layer->is_object && a.name ? a.name : "dense";
    if (!tf1c_layer_scope(&layer->scope, TF1C_SCOPE_NAMED(exact), otherwise, here))
        return recorded();
    tf1c_entered e = tf1c_layer_enter(&layer->scope, layer->scope.built ? tf_reuse_true : a.reuse);
    const dense k = { "kernel",
                      a.use_bias ? "bias" : NULL,
                      a.units,
                      a.trainable,
                      a.kernel_initializer,
                      tf1c_given_initializer(&a.bias_initializer) ? a.bias_initializer : tf_zeros_initializer(),
                      a.kernel_regularizer,
                      a.bias_regularizer,
                      a.kernel_constraint,
                      a.bias_constraint };
    tf_tensor y = apply_dense(&k, x);
    layer->scope.built = true;
    if (a.activation && !tf_is_poisoned(y))
        y = a.activation(y);
    y = tf1c_layer_output(y, a.activity_regularizer);
    tf1c_layer_leave(&e);
    return y;
}

tf_tensor tf_layers_dense_(struct tf_dense_args a)
{
    TF_FROM(a.here);
    tf_layer layer = { .a = a };
    return apply_layer(&layer, tf1c_keyword(a.inputs, true), a.here);
}

tf_layer *tf_layers_Dense_(struct tf_dense_layer_args a)
{
    TF_FROM(a.here);
    tf_graph *g = tf1c_current_graph();
    tf_layer *layer = g ? tf1c_graph_alloc(g, sizeof *layer) : NULL;
    if (layer)
        *layer = (tf_layer){ .a = { .units = a.units,
                                    .activation = a.activation,
                                    .use_bias = a.use_bias,
                                    .kernel_initializer = a.kernel_initializer,
                                    .bias_initializer = a.bias_initializer,
                                    .kernel_regularizer = a.kernel_regularizer,
                                    .bias_regularizer = a.bias_regularizer,
                                    .activity_regularizer = a.activity_regularizer,
                                    .kernel_constraint = a.kernel_constraint,
                                    .bias_constraint = a.bias_constraint,
                                    .trainable = a.trainable,
                                    .name = a.name ? tf1c_graph_strdup(g, a.name) : NULL },
                             .is_object = true };
    return layer;
}

int64_t tf1c_layer_units(const tf_layer *layer) { return layer->a.units; }

tf_tensor tf1c_layer_apply(tf_layer *layer, tf_tensor inputs, tf_source here)
{
    return layer ? apply_layer(layer, tf_operand_tensor(inputs), here)
                 : tf_mistake(tf_type_error, here, NULL, "'NoneType' object is not callable: the layer is NULL.");
}

tf_tensor tf_layer_apply_(tf_layer *layer, struct tf_apply_args a)
{
    TF_FROM(a.here);
    return tf1c_layer_apply(layer, tf_at(tf1c_given_list(a.var_list, a.here), 0), a.here);
}

tf_tensor tf_contrib_layers_fully_connected_(struct tf_fully_connected_args a)
{
    const tf_operand inputs = tf1c_keyword(a.inputs, true);
    TF_FROM(a.here);
    tf_tensor x = tf_convert(inputs, tf_dtype_unset, a.here, "inputs");
    tf_tensor mistake = check_dense(x, tf1c_scope_or(a.scope, "fully_connected").name, a.num_outputs, a.here);
    if (mistake.op)
        return mistake;
    tf1c_cell_scope scope = { 0 };
    if (!tf1c_layer_scope(&scope, a.scope, "fully_connected", a.here))
        return recorded();
    tf1c_entered e = tf1c_contrib_enter(&scope, a.reuse);
    const dense k = { "weights",
                      tf1c_given_initializer(&a.biases_initializer) && !a.normalizer_fn ? "biases" : NULL,
                      a.num_outputs,
                      a.trainable,
                      tf1c_given_initializer(&a.weights_initializer) ? a.weights_initializer
                                                                     : tf_contrib_layers_xavier_initializer(),
                      a.biases_initializer,
                      a.weights_regularizer,
                      a.biases_regularizer,
                      NULL,
                      NULL };
    const tf1c_finish finish = { a.normalizer_fn, a.normalizer_params, a.activation_fn };
    const tf_tensor y = tf1c_layer_finish(&finish, apply_dense(&k, x));
    tf1c_layer_leave(&e);
    return y;
}

/* ---- dropout ------------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    tf_tensor x;
    struct tf_layers_dropout_args a;
} dropping;

/* As one tensor; where it says NONE, x's length. */
static tf_operand noise_of(const dropping *k)
{
    const tf_operand given = tf1c_sound_operand(tf1c_given(k->a.noise_shape), k->a.here);
    tf_tensor lengths[TF_MAX_RANK] = { 0 };
    if (given.kind == TF_OPERAND_NONE)
        return given;
    const tf_dims known = tf_get_shape(k->x);
    const tf_tensor shape =
        tf_dims_fully_known(known) ? tf_convert(tf_operand_dims(known), tf_int32, k->a.here, "Shape") : tf_shape(k->x);
    if (given.kind != TF_OPERAND_DIMS || !given.as.dims.known)
        return given;
    const tf_dims d = given.as.dims;
    for (int i = 0; i < d.rank; i++)
        if (d.dims[i] == NONE)
            lengths[i] = tf_getitem(shape, "%d", i);
    return operand_of(tf1c_stack_sizes(d.rank, lengths, d.dims, tf_int32));
}

static tf_tensor dropped(void *context)
{
    const dropping *k = context;
    return tf_nn_dropout(k->x, .noise_shape = noise_of(k), .seed = k->a.seed,
                         .rate = k->a.rate.kind ? k->a.rate : tf_operand_real(0.5));
}
static tf_tensor kept(void *context) { return tf_identity(((const dropping *)context)->x); }

int tf1c_known_training(tf_operand training)
{
    tf_ndarray value;
    switch (training.kind) {
    case TF_OPERAND_NONE: return 0;
    case TF_OPERAND_BOOL: return training.as.boolean;
    case TF_OPERAND_INTEGER: return training.as.integer != 0;
    case TF_OPERAND_TENSOR: return tf_constant_value(training.as.tensor, &value) ? np_get(value, 0) != 0 : -1;
    default: return -1;
    }
}

tf_tensor tf1c_dropout_layer(tf_operand inputs, const struct tf_layers_dropout_args *given, tf_variable_scope given_scope,
                             const char *default_scope, bool again)
{
    struct tf_layers_dropout_args a = *given;
    tf1c_cell_scope scope = { 0 };
    a.rate = tf1c_keyword(a.rate, true);
    a.training = tf1c_keyword(a.training, false);
    dropping k = { tf_convert(inputs, tf_dtype_unset, a.here, "inputs"), a };
    if (tf_is_poisoned(k.x))
        return k.x;
    if (!tf1c_layer_scope(&scope, given_scope, default_scope, a.here))
        return recorded();
    tf1c_entered e = tf1c_layer_enter(&scope, tf_reuse_false);
    if (again)
        tf1c_scope_within(&scope);
    int training = tf1c_known_training(a.training);
    tf_tensor y = training == 1 ? dropped(&k) : training == 0 ? kept(&k) : tf_cond(a.training, dropped, kept, &k);
    tf1c_layer_leave(&e);
    return y;
}

tf_tensor tf_layers_dropout_(struct tf_layers_dropout_args a)
{
    TF_FROM(a.here);
    return tf1c_dropout_layer(tf1c_keyword(a.inputs, true), &a, TF1C_SCOPE_NAMED(a.name), "dropout", false);
}

/* ---- flatten ------------------------------------------------------------------------------------------------------------------------- */

static tf_tensor flat(tf_tensor x)
{
    tf_dims d = tf_get_shape(x), out = SHAPE(d.dims[0], 1);
    for (int i = 1; i < d.rank; i++)
        out.dims[1] = out.dims[1] == NONE || d.dims[i] == NONE ? NONE : out.dims[1] * d.dims[i];
    tf_tensor y;
    if (d.dims[0] > 0) {
        y = tf_reshape(x, SHAPE(d.dims[0], -1));
    } else {
        tf_tensor parts[2] = { tf_getitem(tf_shape(x), "0") };
        parts[1] = int_constant(tf_operand_integer(-1), "Reshape/shape/1");
        y = tf_reshape(x, tf1c_pack(tf_list_new_(2, parts, (tf_source){ 0 }), (tf_source){ 0 }, "Reshape/shape"));
    }
    if (!tf_is_poisoned(y))
        tf_set_shape_(y, out, (tf_source){ 0 });
    return y;
}

tf_tensor tf_layers_flatten_(tf_operand inputs, struct tf_name_args a)
{
    TF_FROM(a.here);
    tf1c_cell_scope scope = { 0 };
    tf_tensor x = tf_convert(inputs, tf_dtype_unset, a.here, "inputs");
    tf_tensor mistake = tf_is_poisoned(x) ? x : check_rank(x, a.name ? a.name : "flatten", 1, a.here);
    if (mistake.op)
        return mistake;
    if (!tf1c_layer_scope(&scope, TF1C_SCOPE_NAMED(a.name), "flatten", a.here))
        return recorded();
    tf1c_entered e = tf1c_layer_enter(&scope, tf_reuse_false);
    tf_tensor y = flat(x);
    tf1c_layer_leave(&e);
    return y;
}

tf_tensor tf_contrib_layers_flatten_(tf_operand inputs, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "Flatten");
    return tf_layers_flatten_(inputs, (struct tf_name_args){ .here = a.here });
}
