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

/* `scope` is found by name, or by a default name that is free, on first use, and then entered again. */
static tf_tensor dense_layer(const struct tf_dense_args *a, tf1c_cell_scope *scope, const char *name, const char *otherwise,
                             tf_tensor x, tf_source here)
{
    const tf_tensor mistake = check_dense(x, name ? name : otherwise, a->units, here);
    if (mistake.op)
        return mistake;
    if (!tf1c_layer_scope(scope, TF1C_SCOPE_NAMED(name), otherwise, here))
        return recorded();
    tf1c_entered e = tf1c_layer_enter(scope, scope->built ? tf_reuse_true : a->reuse);
    const dense k = { "kernel",
                      a->use_bias ? "bias" : NULL,
                      a->units,
                      a->trainable,
                      a->kernel_initializer,
                      tf1c_given_initializer(&a->bias_initializer) ? a->bias_initializer : tf_zeros_initializer(),
                      a->kernel_regularizer,
                      a->bias_regularizer,
                      a->kernel_constraint,
                      a->bias_constraint };
    tf_tensor y = apply_dense(&k, x);
    scope->built = true;
    if (a->activation && !tf_is_poisoned(y))
        y = a->activation(y);
    y = tf1c_layer_output(y, a->activity_regularizer);
    tf1c_layer_leave(&e);
    return y;
}

tf_tensor tf_layers_dense_(struct tf_dense_args a)
{
    TF_FROM(a.here);
    tf1c_cell_scope scope = { 0 };
    return dense_layer(&a, &scope, a.name, "dense", tf_convert(tf1c_keyword(a.inputs, true), tf_dtype_unset, a.here, "inputs"),
                       a.here);
}

/* ---- layers that are objects ------------------------------------------------------------------------------------------------------ */

tf_layer *tf1c_layer_new(tf1c_layer_call *call, const char *name, int64_t units, const void *args, size_t size)
{
    tf_graph *g = tf1c_current_graph();
    tf_layer *layer = g ? tf1c_graph_alloc(g, sizeof *layer) : NULL;
    void *copy = layer ? tf1c_graph_alloc(g, size) : NULL;
    if (!copy)
        return NULL;
    memcpy(copy, args, size);
    *layer = (tf_layer){ .call = call, .name = name ? tf1c_graph_strdup(g, name) : NULL, .args = copy, .units = units };
    return layer;
}

static tf_tensor call_dense(tf_layer *layer, tf_tensor x, tf_operand training, tf_source here)
{
    (void)training;
    return dense_layer(layer->args, &layer->scope, NULL, TF1C_LAYER_NAME(layer, "dense"), x, here);
}

tf_layer *tf_layers_Dense_(struct tf_dense_layer_args a)
{
    TF_FROM(a.here);
    const struct tf_dense_args args = { .units = a.units,
                                        .activation = a.activation,
                                        .use_bias = a.use_bias,
                                        .kernel_initializer = a.kernel_initializer,
                                        .bias_initializer = a.bias_initializer,
                                        .kernel_regularizer = a.kernel_regularizer,
                                        .bias_regularizer = a.bias_regularizer,
                                        .activity_regularizer = a.activity_regularizer,
                                        .kernel_constraint = a.kernel_constraint,
                                        .bias_constraint = a.bias_constraint,
                                        .trainable = a.trainable };
    return tf1c_layer_new(call_dense, a.name, a.units, &args, sizeof args);
}

int64_t tf1c_layer_units(const tf_layer *layer) { return layer->units; }

static tf_tensor apply_layer(tf_layer *layer, tf_operand inputs, tf_operand training, tf_source here)
{
    if (!layer)
        return tf_mistake(tf_type_error, here, NULL, "'NoneType' object is not callable: the layer is NULL.");
    const tf_tensor x = tf_convert(inputs, tf_dtype_unset, here, "inputs");
    return tf_is_poisoned(x) ? x : layer->call(layer, x, training, here);
}

tf_tensor tf1c_layer_apply(tf_layer *layer, tf_tensor inputs, tf_source here)
{
    return apply_layer(layer, tf_operand_tensor(inputs), (tf_operand){ .kind = TF_OPERAND_BOOL }, here);
}

tf_tensor tf_layer_apply_(tf_layer *layer, struct tf_apply_args a)
{
    const tf_operand training = tf1c_keyword(a.training, false);
    TF_FROM(a.here);
    return apply_layer(layer, tf_operand_tensor(tf_at(tf1c_given_list(a.var_list, a.here), 0)),
                       training.kind ? training : (tf_operand){ .kind = TF_OPERAND_BOOL }, a.here);
}

/* A variable of the layer's by its own name for it, a none handle if there is none. */
static tf_tensor own_variable(const tf_layer *layer, const char *name)
{
    const tf_list all = tf_global_variables();
    const size_t n = layer && layer->scope.set ? strlen(layer->scope.variables) : 0;
    for (int i = 0; n && i < all.n; i++) {
        const char *whole = tf_op_name(all.items[i].op);
        if (strncmp(whole, layer->scope.variables, n) == 0 && whole[n] == '/' && strcmp(whole + n + 1, name) == 0)
            return all.items[i];
    }
    return (tf_tensor){ 0 };
}

tf_tensor tf_layer_kernel(tf_layer *layer) { return own_variable(layer, "kernel"); }
tf_tensor tf_layer_bias(tf_layer *layer) { return own_variable(layer, "bias"); }

static void append_variables(tf_list *list, const tf_layer *layer, bool trained)
{
    static const char *const names[] = { "kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance" };
    const tf_list trainable = tf_trainable_variables();
    for (int i = 0; i < 6; i++) {
        const tf_tensor v = own_variable(layer, names[i]);
        bool is_trained = false;
        for (int j = 0; j < trainable.n && !tf_is_none(v); j++)
            is_trained |= tf_same_tensor(trainable.items[j], v);
        if (!tf_is_none(v) && is_trained == trained)
            tf_append(list, v);
    }
}

tf_list tf_layer_trainable_variables(tf_layer *layer)
{
    tf_list list = { 0 };
    append_variables(&list, layer, true);
    return list;
}

tf_list tf_layer_variables(tf_layer *layer)
{
    tf_list list = tf_layer_trainable_variables(layer);
    append_variables(&list, layer, false);
    return list;
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
                             const char *default_scope, bool again, tf1c_cell_scope *object)
{
    struct tf_layers_dropout_args a = *given;
    tf1c_cell_scope own = { 0 }, *scope = object ? object : &own;
    a.rate = tf1c_keyword(a.rate, true);
    a.training = tf1c_keyword(a.training, false);
    dropping k = { tf_convert(inputs, tf_dtype_unset, a.here, "inputs"), a };
    if (tf_is_poisoned(k.x))
        return k.x;
    if (!tf1c_layer_scope(scope, given_scope, default_scope, a.here))
        return recorded();
    tf1c_entered e = tf1c_layer_enter(scope, tf_reuse_false);
    if (again)
        tf1c_scope_within(scope);
    int training = tf1c_known_training(a.training);
    tf_tensor y = training == 1 ? dropped(&k) : training == 0 ? kept(&k) : tf_cond(a.training, dropped, kept, &k);
    tf1c_layer_leave(&e);
    return y;
}

tf_tensor tf_layers_dropout_(struct tf_layers_dropout_args a)
{
    TF_FROM(a.here);
    return tf1c_dropout_layer(tf1c_keyword(a.inputs, true), &a, TF1C_SCOPE_NAMED(a.name), "dropout", false, NULL);
}

static tf_tensor call_dropout(tf_layer *layer, tf_tensor x, tf_operand training, tf_source here)
{
    struct tf_layers_dropout_args a = *(const struct tf_layers_dropout_args *)layer->args;
    a.here = here;
    a.training = training;
    return tf1c_dropout_layer(operand_of(x), &a, TF1C_SCOPE_NAMED(NULL), TF1C_LAYER_NAME(layer, "dropout"), false, &layer->scope);
}

tf_layer *tf_layers_Dropout_(struct tf_dropout_layer_args a)
{
    const struct tf_layers_dropout_args args = { .rate = tf1c_keyword(a.rate, true),
                                                 .noise_shape = tf1c_given(a.noise_shape),
                                                 .seed = a.seed };
    TF_FROM(a.here);
    return tf1c_layer_new(call_dropout, a.name, NONE, &args, sizeof args);
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

static tf_tensor flatten_layer(tf_tensor x, tf1c_cell_scope *scope, const char *name, const char *otherwise, tf_source here)
{
    const tf_tensor mistake = tf_is_poisoned(x) ? x : check_rank(x, name ? name : otherwise, 1, here);
    if (mistake.op)
        return mistake;
    if (!tf1c_layer_scope(scope, TF1C_SCOPE_NAMED(name), otherwise, here))
        return recorded();
    tf1c_entered e = tf1c_layer_enter(scope, tf_reuse_false);
    const tf_tensor y = flat(x);
    tf1c_layer_leave(&e);
    return y;
}

tf_tensor tf_layers_flatten_(tf_operand inputs, struct tf_name_args a)
{
    TF_FROM(a.here);
    tf1c_cell_scope scope = { 0 };
    return flatten_layer(tf_convert(inputs, tf_dtype_unset, a.here, "inputs"), &scope, a.name, "flatten", a.here);
}

static tf_tensor call_flatten(tf_layer *layer, tf_tensor x, tf_operand training, tf_source here)
{
    (void)training;
    return flatten_layer(x, &layer->scope, NULL, TF1C_LAYER_NAME(layer, "flatten"), here);
}

tf_layer *tf_layers_Flatten_(struct tf_name_args a)
{
    TF_FROM(a.here);
    return tf1c_layer_new(call_flatten, a.name, NONE, "", 1);
}

tf_tensor tf_contrib_layers_flatten_(tf_operand inputs, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "Flatten");
    return tf_layers_flatten_(inputs, (struct tf_name_args){ .here = a.here });
}
