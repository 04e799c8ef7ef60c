/* VariableV2 and the assignments. A session binds a variable's output to memory of its own; reads are Identity nodes that
 * the planner resolves to that memory. TF1: core/ops/state_ops.cc, python/ops/variables.py, variable_scope.py. */
#include "ops/state/variables.h"

#include <stdio.h>
#include <string.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/fill.h"
#include "ops/array/where.h"
#include "ops/control_flow/group.h"
#include "ops/math/compare.h"
#include "ops/state/initializers.h"
#include "ops/state/local.h"

/* ---- VariableV2 ---------------------------------------------------------------------------------------------------- */
typedef struct {
    tf_dims shape;
    tf_dtype dtype;
} variable_attrs;
static const tf_attr_def variable_fields[] = { TF_ATTR(variable_attrs, shape, TF_ATTR_DIMS),
                                               TF_ATTR(variable_attrs, dtype, TF_ATTR_DTYPE),
                                               { 0 } };

static void variable_shape(tf_shape_ctx *c)
{
    const variable_attrs *a = tf_shape_attrs(c);
    tf_set_out(c, 0, a->shape);
    tf_set_out_dtype(c, 0, a->dtype);
}

static const tf_op_def variable_op = {
    .name = "VariableV2",
    .in = "",
    .out = "ref:?",
    .attrs = variable_fields,
    .attrs_size = sizeof(variable_attrs),
    .traits = TF_SOURCE_OP | TF_VARIABLE,
    .shape = variable_shape,
    .gradient = tf_no_gradient,
};

/* ---- Assign, AssignAdd, AssignSub: units run over the variable's elements ------------------------------------------------ */
static void assign_shapes(tf_shape_ctx *c, bool accumulates)
{
    const tf_dims *ref = tf_in_dims(c, 0), *value = tf_in_dims(c, 1);
    tf_dims merged;
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    tf_set_out(c, 0, *ref);
    if (!tf_shape_at_run(c)) {
        tf1c_merge_in(c, *ref, *value, &merged, "");
        return;
    }
    if (tf_merge_dims(*ref, *value, &merged))
        return;
    if (accumulates)
        tf_shape_error(c, "Parameters and update must be the same size");
    else
        tf_shape_error(c, "Assign requires shapes of both tensors to match. lhs shape= %s rhs shape= %s",
                       tf_dims_kernel_text(*ref, a, sizeof a), tf_dims_kernel_text(*value, b, sizeof b));
}

static void assign_shape(tf_shape_ctx *c) { assign_shapes(c, false); }
static void accumulate_shape(tf_shape_ctx *c) { assign_shapes(c, true); }

static int64_t assign_units(const tf_kernel_ctx *k) { return k->in[0].rank ? k->in[0].dims[0] : 1; }
static void assign_kernel(tf_kernel_ctx *k) { tf_view_copy(&k->in[0], &k->in[1], k->begin, k->end); }

static const tf_shard_rule by_rows = { .out = 0, .in = { 0, 0 } };
static const tf_op_def assign_op = {
    .name = "Assign",
    .in = "ref:T&, value:T",
    .out = "output_ref:T",
    .traits = TF_WRITES_REF | TF_OVERWRITES | TF_SIDE_EFFECT | TF_STRIDED_IN,
    .shape = assign_shape,
    .kernel = assign_kernel,
    .units = assign_units,
    .shard = &by_rows,
    .gradient = tf_no_gradient,
};

#define ACCUMULATE(type, op)               \
    for (int64_t i = first; i < last; i++) \
        TF_DATA(k, in, 0, type)[i] op TF_DATA(k, in, 1, const type)[i];
#define ACCUMULATE_KERNEL(id, op)                                                                          \
    static void id(tf_kernel_ctx *k)                                                                       \
    {                                                                                                      \
        int64_t row = k->in[0].rank && k->in[0].dims[0] ? tf_view_count(&k->in[0]) / k->in[0].dims[0] : 1; \
        int64_t first = k->begin * row, last = k->end * row;                                               \
        switch (k->T) {                                                                                    \
        case tf_float32: ACCUMULATE(float, op) break;                                                      \
        case tf_float64: ACCUMULATE(double, op) break;                                                     \
        case tf_int32: ACCUMULATE(int32_t, op) break;                                                      \
        case tf_int64: ACCUMULATE(int64_t, op) break;                                                      \
        default: ACCUMULATE(uint8_t, op) break;                                                            \
        }                                                                                                  \
    }
ACCUMULATE_KERNEL(assign_add_kernel, +=)
ACCUMULATE_KERNEL(assign_sub_kernel, -=)

static const tf_op_def assign_add_op = {
    .name = "AssignAdd",
    .in = "ref:T&, value:T",
    .out = "output_ref:T",
    .T = TF_NUMERIC,
    .traits = TF_WRITES_REF | TF_SIDE_EFFECT,
    .shape = accumulate_shape,
    .kernel = assign_add_kernel,
    .units = assign_units,
    .shard = &by_rows,
    .gradient = tf_no_gradient,
};
static const tf_op_def assign_sub_op = {
    .name = "AssignSub",
    .in = "ref:T&, value:T",
    .out = "output_ref:T",
    .T = TF_NUMERIC,
    .traits = TF_WRITES_REF | TF_SIDE_EFFECT,
    .shape = accumulate_shape,
    .kernel = assign_sub_kernel,
    .units = assign_units,
    .shard = &by_rows,
    .gradient = tf_no_gradient,
};

static tf_tensor assign(const tf_op_def *def, tf_tensor ref, tf_operand value, tf_source here, const char *name)
{
    return tf_op_binary(def, tf_operand_tensor(ref), value, (struct tf_name_args){ here, name }, NULL);
}
tf_tensor tf_assign_(tf_tensor ref, tf_operand value, struct tf_assign_args a)
{
    return assign(&assign_op, ref, value, a.here, a.name);
}
tf_tensor tf_assign_add_(tf_tensor ref, tf_operand value, struct tf_assign_add_args a)
{
    return assign(&assign_add_op, ref, value, a.here, a.name);
}
tf_tensor tf_assign_sub_(tf_tensor ref, tf_operand value, struct tf_assign_add_args a)
{
    return assign(&assign_sub_op, ref, value, a.here, a.name);
}

/* ---- CountUpTo: no gradient ---------------------------------------------------------------------------------------------- */
typedef struct {
    int64_t limit;
} count_up_to_attrs;
static const tf_attr_def count_up_to_fields[] = { TF_ATTR(count_up_to_attrs, limit, TF_ATTR_INT), { 0 } };

static void count_up_to_shape(tf_shape_ctx *c)
{
    if (tf_with_rank(c, 0, 0))
        tf_set_out(c, 0, SCALAR);
}

static void count_up_to_kernel(tf_kernel_ctx *k)
{
    const int64_t limit = ((const count_up_to_attrs *)k->attrs)->limit, before = int_at(&k->in[0], 0);
    set_int(&k->out[0], 0, before);
    if (before >= limit)
        tf_kernel_error(k, tf_out_of_range, "Reached limit of %lld", (long long)limit);
    else
        set_int(&k->in[0], 0, before + 1);
}

static const tf_op_def count_up_to_op = {
    .name = "CountUpTo",
    .in = "ref:T&",
    .out = "output:T",
    .T = TF_INDEX,
    .attrs = count_up_to_fields,
    .attrs_size = sizeof(count_up_to_attrs),
    .traits = TF_WRITES_REF | TF_SIDE_EFFECT | TF_GIVES_OLD,
    .shape = count_up_to_shape,
    .kernel = count_up_to_kernel,
    .gradient = tf_no_gradient,
};

tf_tensor tf_count_up_to_(struct tf_count_up_to_args a)
{
    const count_up_to_attrs attrs = { a.limit };
    return array_op(&count_up_to_op, (struct tf_name_args){ a.here, a.name }, NULL, &attrs, 1,
                    (tf_operand[]){ tf_operand_tensor(a.ref) });
}

/* ---- ScatterUpdate, ScatterAdd, ScatterSub: rows of the variable by index, the later of equal ones last --------------------
 * TF1: core/ops/state_ops.cc ScatterUpdateShape, core/kernels/scatter_op.cc */

/* The shape of one update for each index: indices' dimensions, then ref's after the first. */
static tf_dims updates_shape(tf_dims ref, tf_dims indices)
{
    tf_dims out = indices;
    if (!ref.known || !indices.known || indices.rank + ref.rank - 1 > TF_MAX_RANK)
        return (tf_dims){ 0 };
    for (int i = 1; i < ref.rank; i++)
        out.dims[out.rank++] = ref.dims[i];
    return out;
}

static void scatter_shape(tf_shape_ctx *c)
{
    const tf_dims ref = *tf_in_dims(c, 0), indices = *tf_in_dims(c, 1), updates = *tf_in_dims(c, 2);
    const tf_dims wanted = updates_shape(ref, indices);
    char p[TF_DIMS_TEXT], x[TF_DIMS_TEXT], u[TF_DIMS_TEXT];
    tf_dims merged;
    tf_set_out(c, 0, ref);
    if (!tf_shape_at_run(c)) {
        if (!updates.known || updates.rank)
            tf1c_merge_in(c, updates, wanted, &merged, "");
    } else if (!ref.rank)
        tf_shape_error(c, "params must be at least 1-D, got shape %s", tf_dims_kernel_text(ref, p, sizeof p));
    else if (updates.rank && !tf_dims_equal(updates, wanted))
        tf_shape_error(c,
                       "Must have updates.shape = indices.shape + params.shape[1:] or updates.shape = [], got updates.shape %s, "
                       "indices.shape %s, params.shape %s",
                       tf_dims_kernel_text(updates, u, sizeof u), tf_dims_kernel_text(indices, x, sizeof x),
                       tf_dims_kernel_text(ref, p, sizeof p));
}

/* Whether all indices are rows; else the report, and nothing is changed. */
static bool rows_exist(tf_kernel_ctx *k)
{
    const tf_view *indices = &k->in[1];
    char place[128];
    for (int64_t i = 0; i < tf_view_count(indices); i++) {
        const int64_t row = int_at(indices, i);
        if (row >= 0 && row < k->in[0].dims[0])
            continue;
        tf_kernel_error(k, tf_invalid_argument, "indices%s = %lld is not in [0, %lld)",
                        tf1c_place_text(indices, i, place, sizeof place), (long long)row, (long long)k->in[0].dims[0]);
        return false;
    }
    return true;
}

#define SCATTER_ROWS(op)                                                     \
    for (int64_t i = 0; i < n; i++) {                                        \
        T *to = (T *)k->in[0].data + int_at(&k->in[1], i) * width;           \
        const T *from = (const T *)k->in[2].data + (scalar ? 0 : i * width); \
        for (int64_t j = 0; j < width; j++)                                  \
            to[j] op from[scalar ? 0 : j];                                   \
    }
#define SCATTER_OP(id, type, dtypes, op)                                                              \
    static void id##_kernel(tf_kernel_ctx *k)                                                         \
    {                                                                                                 \
        const int64_t n = tf_view_count(&k->in[1]), width = product(k->in[0].dims, 1, k->in[0].rank); \
        const bool scalar = k->in[2].rank == 0;                                                       \
        if (rows_exist(k))                                                                            \
            FOR_DTYPE(k->T, SCATTER_ROWS(op))                                                         \
    }                                                                                                 \
    static const tf_op_def id##_op = {                                                                \
        .name = type,                                                                                 \
        .in = "ref:T&, indices:U, updates:T",                                                         \
        .out = "output_ref:T",                                                                        \
        .T = dtypes,                                                                                  \
        .U = TF_INDEX,                                                                                \
        .traits = TF_WRITES_REF | TF_SIDE_EFFECT,                                                     \
        .shape = scatter_shape,                                                                       \
        .kernel = id##_kernel,                                                                        \
        .gradient = tf_no_gradient,                                                                   \
    };
SCATTER_OP(scatter_update, "ScatterUpdate", 0, =)
SCATTER_OP(scatter_add, "ScatterAdd", TF_NUMERIC, +=)
SCATTER_OP(scatter_sub, "ScatterSub", TF_NUMERIC, -=)

static tf_tensor scatter(const tf_op_def *def, tf_tensor ref, tf_operand indices, tf_operand updates, struct tf_scatter_args a)
{
    return array_op(def, (struct tf_name_args){ a.here, a.name }, NULL, NULL, 3,
                    (tf_operand[]){ tf_operand_tensor(ref), indices, updates });
}
tf_tensor tf_scatter_update_(tf_tensor ref, tf_operand indices, tf_operand updates, struct tf_scatter_args a)
{
    return scatter(&scatter_update_op, ref, indices, updates, a);
}
tf_tensor tf_scatter_add_(tf_tensor ref, tf_operand indices, tf_operand updates, struct tf_scatter_args a)
{
    return scatter(&scatter_add_op, ref, indices, updates, a);
}
tf_tensor tf_scatter_sub_(tf_tensor ref, tf_operand indices, tf_operand updates, struct tf_scatter_args a)
{
    return scatter(&scatter_sub_op, ref, indices, updates, a);
}

/* ---- making variables ---------------------------------------------------------------------------------------------------- */

/* Variable, Assign and read in the open name scope `name` (taken exactly), as TF makes them. */
static tf_tensor make_variable(const char *scope, tf_tensor initial, bool trainable, const char *collections, tf_source here)
{
    variable_attrs attrs = { tf_get_shape(initial), tf_get_dtype(initial) };
    char text[512];
    if (!tf_dims_fully_known(attrs.shape))
        return tf_mistake(tf_value_error, here, NULL, "initial_value must have a shape specified: %s",
                          tf_tensor_text(initial, text, sizeof text));
    tf_operation *op = tf_op_new(&variable_op, (struct tf_op_args){ .here = here, .name = scope, .attrs = &attrs });
    if (tf1c_is_mistake(op))
        return (tf_tensor){ .op = op };
    op->read = op; /* for the moment: what makes it a variable to Assign */
    tf_tensor ref = { .op = op };
    tf_tensor assigned = tf_assign(ref, initial, .here = here, .name = "Assign");
    const char *name = tf1c_unique_name(op->graph, "read");
    tf_operation *read = name && !tf_is_poisoned(assigned)
                             ? tf1c_node(op->graph, tf1c_basic.identity, name, tf1c_source(here), NULL, 1, &ref, 1)
                             : NULL;
    if (!read) {
        op->read = NULL;
        return (tf_tensor){ .op = tf_is_poisoned(assigned) ? tf_tensor_op(assigned) : tf1c_record_mistake(op->graph) };
    }
    read->outputs[0] = op->outputs[0];
    read->T = attrs.dtype;
    op->read = read;
    op->initializer = assigned.op;
    if (tf1c_join_collections(collections, TF_GLOBAL_VARIABLES, ref) ||
        (trainable && tf_add_to_collection(TF_TRAINABLE_VARIABLES, ref)))
        return (tf_tensor){ .op = tf1c_record_mistake(op->graph) };
    return ref;
}

/* Variables live in the root graph, wherever they are asked for; without control dependencies, as in TF. */
#define IN_ROOT(g)                                                                                         \
    struct tf_with_ root_ __attribute__((cleanup(tf_with_close_), unused)) = tf_graph_open_(tf1c_root(g)); \
    struct tf_with_ free_ __attribute__((cleanup(tf_with_close_), unused)) =                               \
        tf_control_dependencies_open_((tf_ops){ 0 }, (tf_source){ 0 })

tf_tensor tf_variable_(tf_operand initial_value, struct tf_variable_args a)
{
    TF_FROM(a.here);
    tf_graph *g = tf1c_current_graph();
    if (!g)
        return (tf_tensor){ .op = tf1c_poison(NULL) };
    IN_ROOT(g);
    TF_SCOPE(a.name, "Variable");
    const char *scope = tf_scope_name();
    tf_tensor initial = tf_convert(initial_value, a.dtype, a.here, "initial_value");
    if (tf_is_poisoned(initial))
        return initial;
    const tf_tensor ref = make_variable(scope, initial, a.trainable, a.collections, a.here);
    if (!tf_is_poisoned(ref))
        ref.op->constraint = a.constraint;
    return ref;
}

tf_tensor tf1c_local_zeros(const char *name, tf_dims shape, tf_dtype dtype)
{
    tf_graph *g = tf1c_current_graph();
    tf_tensor initial = { 0 };
    if (!g)
        return (tf_tensor){ .op = tf1c_poison(NULL) };
    IN_ROOT(g);
    TF_SCOPE(name, "Variable");
    const char *scope = tf_scope_name();
    tf_with_name_scope("Initializer")
        initial = tf_zeros(shape, .dtype = dtype);
    return tf_is_poisoned(initial) ? initial : make_variable(scope, initial, false, TF_LOCAL_VARIABLES, TF_SOURCE);
}

static tf_tensor existing_variable(tf_operation *op, const char *name, struct tf_get_variable_args a)
{
    char want[TF_DIMS_TEXT], have[TF_DIMS_TEXT];
    tf_dims merged;
    tf_source made = op->here;
    if (a.shape.known && !tf_merge_dims(a.shape, op->outputs[0].shape, &merged))
        return tf_mistake(tf_value_error, a.here, name, "Trying to share variable %s, but specified shape %s and found shape %s.",
                          name, tf_dims_text(a.shape, want, sizeof want), tf_dims_text(op->outputs[0].shape, have, sizeof have));
    if (a.dtype && a.dtype != op->outputs[0].dtype)
        return tf_mistake(tf_value_error, a.here, name,
                          "Trying to share variable %s, but specified dtype %s and found dtype %s_ref.", name,
                          tf_dtype_name(a.dtype), tf_dtype_name(op->outputs[0].dtype));
    (void)made;
    return (tf_tensor){ .op = op };
}

/* An array of as many elements takes the variable's shape; else the shapes have to agree. */
static tf_tensor given_value(struct tf_get_variable_args a)
{
    char given[TF_DIMS_TEXT], asked[TF_DIMS_TEXT];
    tf_dims both;
    if (a.initial.kind == TF_OPERAND_ARRAY && tf_dims_fully_known(a.shape) && tf_dims_count(a.shape) == np_size(a.initial.as.array))
        a.initial.as.array.shape = a.shape;
    const tf_tensor t = tf_convert(a.initial, a.dtype, a.here, "initial_value");
    if (tf_is_poisoned(t) || !a.shape.known || !tf_get_shape(t).known || tf_merge_dims(a.shape, tf_get_shape(t), &both))
        return t;
    return tf_mistake(tf_value_error, a.here, a.name, "The initializer of shape %s does not fit the variable's shape %s.",
                      tf_dims_text(tf_get_shape(t), given, sizeof given), tf_dims_text(a.shape, asked, sizeof asked));
}

static tf_tensor initial_of(struct tf_get_variable_args a, tf_dtype dtype)
{
    tf_initializer init = a.initializer;
    if (a.initial.kind)
        return given_value(a);
    if (!init.fn)
        init = TF_FLOATING & TF_DTYPE_BIT(dtype) ? tf_glorot_uniform_initializer() : tf_zeros_initializer();
    TF_SCOPE(NULL, "Initializer");
    return init.fn(init.params, a.shape, dtype, a.here);
}

/* A tensor, an array or a number in an initializer's place. */
static tf_operand initial_given(const struct tf_get_variable_args *a)
{
    const tf_operand initial = tf1c_given(a->initial);
    if (initial.kind || a->initializer.fn)
        return initial;
    return a->dtype ? tf1c_given(a->initializer.value) : tf1c_given_data(a->initializer.value, NULL, NULL, a->here);
}

/* The variable whose whole name is `full`, by tf_get_variable's own way. */
static tf_tensor variable_named(tf_graph *g, const char *full, struct tf_get_variable_args a)
{
    tf_tensor mistake;
    a.initial = initial_given(&a);
    if (!tf1c_given_shape(&a.shape, a.here, &mistake))
        return mistake;
    tf1c_universe *u = g->universe;
    const tf1c_variable_scope *scope = &u->variable_scope;
    tf_operation *found = tf1c_map_get(&u->variables, full);
    if (found && scope->reuse != tf_reuse_true && scope->reuse != tf_AUTO_REUSE)
        return tf_mistake(
            tf_value_error, a.here, full,
            "Variable %s already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope? Originally defined at: %s:%d",
            full, found->here.file ? found->here.file : "?", found->here.line);
    if (found)
        return existing_variable(found, full, a);
    if (scope->reuse == tf_reuse_true)
        return tf_mistake(
            tf_value_error, a.here, full,
            "Variable %s does not exist, or was not created with tf.get_variable(). Did you mean to set reuse=tf.AUTO_REUSE in VarScope?",
            full);
    tf_dtype dtype = a.dtype ? a.dtype : scope->dtype ? scope->dtype : tf_float32;
    if (!a.initializer.fn && !a.initial.kind) {
        a.initializer = scope->initializer;
        a.initial = initial_given(&a);
    }
    if (!a.initial.kind && !tf_dims_fully_known(a.shape)) {
        char shape[TF_DIMS_TEXT];
        return tf_mistake(tf_value_error, a.here, full, "Shape of a new variable (%s) must be fully defined, but instead was %s.",
                          full, tf_dims_text(a.shape, shape, sizeof shape));
    }
    if (!a.regularizer.fn)
        a.regularizer = scope->regularizer;
    IN_ROOT(g);
    struct tf_with_ outside __attribute__((cleanup(tf_with_close_), unused)) =
        tf_name_scope_open_(NULL, a.here); /* get_variable ignores name scopes */
    TF_SCOPE(full, "Variable");
    const char *exact = tf_scope_name();
    tf_tensor initial = initial_of(a, dtype);
    if (tf_is_poisoned(initial))
        return initial;
    tf_tensor ref = make_variable(exact, initial, a.trainable, a.collections, a.here);
    if (!tf_is_poisoned(ref) && scope->of_model)
        tf_add_to_collection(TF_MODEL_VARIABLES, ref);
    if (!tf_is_poisoned(ref)) {
        ref.op->constraint = a.constraint ? a.constraint : scope->constraint;
        tf1c_map_set(&u->variables, full, ref.op); /* without memory it is merely not found again */
    }
    if (!tf_is_poisoned(ref) && a.regularizer.fn) {
        const char *penalty = tf1c_graph_printf(g, "%sRegularizer/", exact);
        if (!penalty)
            return (tf_tensor){ .op = tf1c_record_mistake(g) };
        TF_SCOPE(NULL, penalty); /* that very scope, as in TF: a layer opens it again */
        return tf1c_with_penalty(a.regularizer, ref);
    }
    return ref;
}

tf_tensor tf_call_getter(const tf_getter *getter, struct tf_get_variable_args a)
{
    if (getter) {
        TF1C_BY_USER;
        return getter->fn(getter->outer, a, getter->context);
    }
    TF_FROM(a.here);
    tf_graph *g = tf1c_current_graph();
    const char *full = g ? tf1c_graph_strdup(g, a.name ? a.name : "Variable") : NULL;
    return full ? variable_named(g, full, a) : (tf_tensor){ .op = g ? tf1c_record_mistake(g) : tf1c_poison(NULL) };
}

tf_tensor tf_get_variable_(struct tf_get_variable_args a)
{
    TF_FROM(a.here);
    tf_graph *g = tf1c_current_graph();
    if (!g)
        return (tf_tensor){ .op = tf1c_poison(NULL) };
    const tf1c_variable_scope *scope = &g->universe->variable_scope;
    const char *name = a.name ? tf1c_given_name(a.name) : "Variable";
    a.name = *scope->name ? tf1c_graph_printf(g, "%s/%s", scope->name, name) : name;
    a.here = tf1c_source(a.here); /* a getter of the user's hands it on */
    if (!a.name)
        return (tf_tensor){ .op = tf1c_record_mistake(g) };
    if (!scope->getter)
        return tf_call_getter(NULL, a);
    struct tf_with_ outside __attribute__((cleanup(tf_with_close_), unused)) =
        tf_name_scope_open_(NULL, a.here); /* get_variable ignores name scopes */
    return tf_call_getter(scope->getter, a);
}

/* ---- collections and initializers --------------------------------------------------------------------------------------------- */

tf_list(tf_global_variables)(void) { return tf_get_collection(TF_GLOBAL_VARIABLES); }
tf_list(tf_trainable_variables)(void) { return tf_get_collection(TF_TRAINABLE_VARIABLES); }
tf_list(tf_local_variables)(void) { return tf_get_collection(TF_LOCAL_VARIABLES); }
tf_operation *tf_initializer_of(tf_tensor variable)
{
    return variable.op && variable.op->initializer ? variable.op->initializer : tf1c_poison(NULL);
}

tf_operation *tf_variables_initializer_(tf_list variables, struct tf_name_args a)
{
    TF1C_HOLD_REPORTS;
    TF_FROM(a.here);
    variables = tf1c_sound_list(variables, a.here);
    tf_operation **ops = tf1c_alloc((size_t)(variables.n + 1) * sizeof *ops);
    if (!ops)
        return tf_mistake(tf_memory_error, a.here, NULL, "no memory left for the graph").op;
    for (int i = 0; i < variables.n; i++)
        ops[i] = tf_initializer_of(variables.items[i]);
    tf_operation *init = tf_group_((tf_ops){ variables.n, ops }, (struct tf_name_args){ a.here, a.name ? a.name : "init" });
    tf1c_free(ops);
    return init;
}

/* ---- IsVariableInitialized -------------------------------------------------------------------------------------------------------- */
static void is_initialized_kernel(tf_kernel_ctx *k) { *(bool *)k->out[0].data = *(const bool *)k->resource; }

static const tf_op_def is_initialized_op = {
    .name = "IsVariableInitialized",
    .in = "ref:T&",
    .out = "is_initialized:bool",
    .traits = TF_PEEKS_REF,
    .shape = tf_scalar_shape,
    .kernel = is_initialized_kernel,
    .gradient = tf_no_gradient,
};

tf_tensor tf_is_variable_initialized_(tf_tensor variable, struct tf_name_args a)
{
    return tf_op_unary(&is_initialized_op, tf_operand_tensor(variable), a, NULL);
}

static tf_list joined(tf_list a, tf_list b)
{
    for (int i = 0; i < b.n; i++)
        tf_append(&a, b.items[i]);
    return a;
}

/* A constant of their names, as strings. */
static tf_tensor names_of(tf_list variables, tf_source here)
{
    TF1C_HOLD_REPORTS;
    tf_bytes *names = tf1c_alloc((size_t)variables.n * sizeof *names);
    if (!names)
        return tf_mistake(tf_memory_error, here, NULL, "no memory left for the graph");
    for (int i = 0; i < variables.n; i++) {
        const char *name = tf_op_name(variables.items[i].op);
        names[i] = (tf_bytes){ name, strlen(name) };
    }
    const tf_tensor constant = tf_constant(np_array(names, tf_string, SHAPE(variables.n)));
    tf1c_free(names);
    return constant;
}

tf_tensor tf_report_uninitialized_variables_(struct tf_report_uninitialized_args a)
{
    TF_FROM(a.here);
    tf_list vars = tf1c_sound_list(a.var_list, a.here), has_value = { 0 };
    if (!vars.n && !a.var_list.items)
        vars = joined(joined((tf_list){ 0 }, tf_global_variables()), tf_local_variables());
    TF_SCOPE(a.name, "report_uninitialized_variables");
    for (int i = 0; i < vars.n; i++) {
        if (tf_is_none(vars.items[i]) || tf_is_poisoned(vars.items[i]))
            return tf_is_none(vars.items[i]) ? tf_mistake(tf_value_error, a.here, NULL, "None values not supported.")
                                             : vars.items[i];
        tf_append(&has_value, tf_is_variable_initialized(vars.items[i]));
    }
    tf_tensor names = { 0 };
    tf_with_device("/cpu:0") {
        if (!vars.n)
            return tf_constant(np_empty(SHAPE(0), tf_string));
        const tf_tensor has_none = tf_logical_not(tf_stack(has_value));
        names = tf_boolean_mask(names_of(vars, a.here), has_none);
    }
    return names;
}

/* clang-format off */
tf1c_op_family tf1c_family_variables = {
    &variable_op,
    &assign_op,
    &assign_add_op,
    &assign_sub_op,
    &count_up_to_op,
    &scatter_update_op,
    &scatter_add_op,
    &scatter_sub_op,
    &is_initialized_op,
    NULL,
};
