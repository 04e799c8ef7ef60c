/* Comparisons, logic, Select. */
#include "ops/math/compare.h"

#include <string.h>

#include "ops/array/fill.h"
#include "ops/array/identity.h"
#include "ops/family.h"
#include "ops/math/gradient_counts.h"

#define RESULT_TRAITS (TF_ELEMENTWISE | TF_STRIDED_IN | TF_STRIDED_OUT)

/* ---- comparisons ---------------------------------------------------------------------------------------------------------- */
#define COMPARE_STRIPS(id, formula)          \
    STRIP2(id##_f32, bool, float, formula)   \
    STRIP2(id##_f64, bool, double, formula)  \
    STRIP2(id##_i32, bool, int32_t, formula) \
    STRIP2(id##_i64, bool, int64_t, formula) \
    STRIP2(id##_u8, bool, uint8_t, formula)
#define COMPARE_TABLE(id) \
    [tf_float32] = id##_f32, [tf_float64] = id##_f64, [tf_int32] = id##_i32, [tf_int64] = id##_i64, [tf_uint8] = id##_u8
#define COMPARE_RECORD(id, type, dtypes) \
    static const tf_op_def id##_op = {   \
        .name = type,                    \
        .in = "x:T, y:T",                \
        .out = "z:bool",                 \
        .T = dtypes,                     \
        .traits = RESULT_TRAITS,         \
        .shape = tf_broadcast_shape,     \
        .strips = id##_strips,           \
        .gradient = tf_no_gradient,      \
    };                                   \
    BINARY_BUILDER(tf_##id##_, id##_op, NULL)
#define EQUALITY_OP(id, type, formula)                                                            \
    COMPARE_STRIPS(id, formula)                                                                   \
    STRIP2(id##_bool, bool, bool, formula)                                                        \
    static tf_strip *const id##_strips[TF_DTYPES] = { COMPARE_TABLE(id), [tf_bool] = id##_bool }; \
    COMPARE_RECORD(id, type, TF_ANY_DTYPE)
#define ORDER_OP(id, type, formula)                                        \
    COMPARE_STRIPS(id, formula)                                            \
    static tf_strip *const id##_strips[TF_DTYPES] = { COMPARE_TABLE(id) }; \
    COMPARE_RECORD(id, type, TF_NUMERIC)

EQUALITY_OP(equal, "Equal", x == y)
EQUALITY_OP(not_equal, "NotEqual", x != y)
ORDER_OP(less, "Less", x < y)
ORDER_OP(less_equal, "LessEqual", x <= y)
ORDER_OP(greater, "Greater", x > y)
ORDER_OP(greater_equal, "GreaterEqual", x >= y)

/* ---- logic: all of bools ------------------------------------------------------------------------------------------------------ */
#define LOGIC_OP(id, type, signature, result)                      \
    static tf_strip *const id##_strips[TF_DTYPES] = { id##_bool }; \
    static const tf_op_def id##_op = {                             \
        .name = type,                                              \
        .in = signature,                                           \
        .out = result,                                             \
        .traits = TF_ELEMENTWISE_TRAITS,                           \
        .shape = tf_broadcast_shape,                               \
        .strips = id##_strips,                                     \
        .gradient = tf_no_gradient,                                \
    };
STRIP2(logical_and_bool, bool, bool, x &y)
LOGIC_OP(logical_and, "LogicalAnd", "x:bool, y:bool", "z:bool")
BINARY_BUILDER(tf_logical_and_, logical_and_op, NULL)
STRIP2(logical_or_bool, bool, bool, x | y)
LOGIC_OP(logical_or, "LogicalOr", "x:bool, y:bool", "z:bool")
BINARY_BUILDER(tf_logical_or_, logical_or_op, NULL)
STRIP1(logical_not_bool, bool, bool, !x)
LOGIC_OP(logical_not, "LogicalNot", "x:bool", "y:bool")
UNARY_BUILDER(tf_logical_not_, logical_not_op, NULL)

/* As TF1: (x or y) and not (x and y). */
tf_tensor tf_logical_xor_(tf_operand x, tf_operand y, struct tf_name_args a)
{
    TF_FROM(a.here);
    tf_tensor either = tf_logical_or(x, y);
    if (tf_is_poisoned(either))
        return either;
    tf_tensor not_both = tf_logical_not(tf_logical_and(x, y));
    return tf_logical_and(either, not_both, .name = a.name ? a.name : "LogicalXor");
}

/* ---- Select: z = condition ? x : y ------------------------------------------------------------------------------------------------
 * condition of x's shape, or a scalar, or a vector that chooses rows of x.       TF1: core/ops/math_ops.cc "Select" */
static void select_run_error(tf_shape_ctx *c, int i, int j)
{
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    tf_shape_error(c, "Inputs to operation %s of type Select must have the same size and shape.  Input %d: %s != input %d: %s",
                   c->name, i, tf_dims_kernel_text(*tf_in_dims(c, i), a, sizeof a), j,
                   tf_dims_kernel_text(*tf_in_dims(c, j), b, sizeof b));
}

static void select_shape_at_run(tf_shape_ctx *c)
{
    const tf_dims *condition = tf_in_dims(c, 0), *x = tf_in_dims(c, 1), *y = tf_in_dims(c, 2);
    if (condition->rank == 1 && x->rank > 1 && x->dims[0] != condition->dims[0])
        tf_shape_error(c, "Number of batches of 'then' must match size of 'cond', but saw: %lld vs. %lld", (long long)x->dims[0],
                       (long long)condition->dims[0]);
    else if (condition->rank > 1 && !tf_dims_equal(*condition, *x))
        select_run_error(c, 0, 1);
    else if (!tf_dims_equal(*x, *y))
        select_run_error(c, condition->rank == 1 || condition->rank == 0 ? 1 : 0, 2);
    tf_set_out(c, 0, *x);
}

static void select_shape(tf_shape_ctx *c)
{
    const tf_dims *condition = tf_in_dims(c, 0);
    tf_dims all, whole;
    if (tf_shape_at_run(c)) {
        select_shape_at_run(c);
        return;
    }
    if (!tf1c_merge_in(c, *tf_in_dims(c, 1), *tf_in_dims(c, 2), &all, ""))
        return;
    tf_set_out(c, 0, all);
    if (!condition->known || !all.known || condition->rank == 0)
        return;
    if (condition->rank == 1 && all.rank > 0) /* chooses rows, or elements of a vector */
        tf1c_merge_in(c, *condition, SHAPE(all.dims[0]), &whole, "");
    else if (tf1c_merge_in(c, all, *condition, &whole, ""))
        tf_set_out(c, 0, whole);
}

#define SELECT_STRIP(id, type)                                                     \
    static void id(int64_t n, void *out, const void *const *in, const void *attrs) \
    {                                                                              \
        const bool *condition = in[0];                                             \
        const type *x = in[1], *y = in[2];                                         \
        type *z = out;                                                             \
        (void)attrs;                                                               \
        for (int64_t i = 0; i < n; i++)                                            \
            z[i] = condition[i] ? x[i] : y[i];                                     \
    }
SELECT_STRIP(select_32, uint32_t)
SELECT_STRIP(select_64, uint64_t)
SELECT_STRIP(select_8, uint8_t)
static tf_strip *const select_strips[TF_DTYPES] = { [tf_float32] = select_32, [tf_float64] = select_64, [tf_int32] = select_32,
                                                    [tf_int64] = select_64,   [tf_uint8] = select_8,    [tf_bool] = select_8 };

static void select_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    tf1c_gradient_makes(g, tf1c_count_zeros(g->in[1]) + 2);
    const tf_tensor condition = g->in[0];
    tf1c_gradient_reads(g, condition);
    if (!tf_dims_fully_known(tf_get_shape(g->in[1])))
        tf1c_gradient_reads(g, g->in[1]);
    tf_tensor zeros = tf_zeros_like(g->in[1]);
    if (tf1c_grad_wanted(g, 1))
        tf_add_grad(g, 1, tf_where(condition, dz, zeros));
    if (tf1c_grad_wanted(g, 2))
        tf_add_grad(g, 2, tf_where(condition, zeros, dz));
}

static const tf_op_def select_op = {
    .name = "Select",
    .in = "condition:bool, t:T, e:T",
    .out = "output:T",
    .traits = RESULT_TRAITS,
    .shape = select_shape,
    .strips = select_strips,
    .gradient = select_gradient,
};

/* The same where the condition may choose rows, which is no broadcasting by NumPy's rule: units are rows. */
static int64_t select_rows_units(const tf_kernel_ctx *k) { return k->out[0].rank ? k->out[0].dims[0] : 1; }

static void select_rows_kernel(tf_kernel_ctx *k)
{
    const int64_t units = select_rows_units(k), row = units ? tf_view_count(&k->out[0]) / units : 0;
    const size_t size = tf_dtype_size(k->T);
    const bool *condition = k->in[0].data;
    for (int64_t i = k->begin; i < k->end; i++) {
        const size_t at = (size_t)(i * row) * size;
        char *z = (char *)k->out[0].data + at;
        const char *x = (const char *)k->in[1].data + at, *y = (const char *)k->in[2].data + at;
        if (k->in[0].rank <= 1)
            memcpy(z, condition[k->in[0].rank ? i : 0] ? x : y, (size_t)row * size);
        else
            select_strips[k->T](row, z, (const void *const[]){ condition + i * row, x, y }, NULL);
    }
}

static const tf_op_def select_rows_op = {
    .name = "Select",
    .in = "condition:bool, t:T, e:T",
    .out = "output:T",
    .shape = select_shape,
    .kernel = select_rows_kernel,
    .units = select_rows_units,
    .gradient = select_gradient,
};

/* ---- SelectV2: the same, broadcasting ------------------------------------------------------------------------------------------------
 * TF1: core/ops/math_ops.cc "SelectV2", core/kernels/cwise_op_select.cc SelectV2Op, python/ops/math_grad.py _SelectGradV2 */
static void select_v2_run_error(tf_shape_ctx *c, bool of_choices)
{
    char condition[TF_DIMS_TEXT], x[TF_DIMS_TEXT], y[TF_DIMS_TEXT];
    tf_dims_kernel_text(*tf_in_dims(c, 0), condition, sizeof condition);
    tf_dims_kernel_text(*tf_in_dims(c, 1), x, sizeof x);
    tf_dims_kernel_text(*tf_in_dims(c, 2), y, sizeof y);
    if (of_choices)
        tf_shape_error(c, "then %s and else %s must be broadcastable", x, y);
    else
        tf_shape_error(c, "condition %s, then %s, and else %s must be broadcastable", condition, x, y);
}

static void select_v2_shape(tf_shape_ctx *c)
{
    tf_dims choices, all;
    const bool of_choices = !tf_broadcast_dims(*tf_in_dims(c, 1), *tf_in_dims(c, 2), &choices);
    if (!of_choices && tf_broadcast_dims(*tf_in_dims(c, 0), choices, &all))
        tf_set_out(c, 0, all);
    else if (tf_shape_at_run(c))
        select_v2_run_error(c, of_choices);
    else if (of_choices)
        tf1c_not_broadcastable(c, *tf_in_dims(c, 1), *tf_in_dims(c, 2));
    else
        tf1c_not_broadcastable(c, *tf_in_dims(c, 0), choices);
}

static void select_v2_gradient(tf_grad_ctx *g, tf_tensor dz)
{
    tf1c_gradient_makes(g, 1 + 2 * (1 + TF1C_BROADCAST_ONE) - 1); /* zeros; of each a SelectV2 and its sum, of one output's shape */
    const tf_tensor condition = g->in[0], zeros = tf_zeros(SCALAR, tf_get_dtype(dz));
    if (tf1c_grad_wanted(g, 1))
        tf_add_grad(g, 1, tf_sum_to(tf_where_v2(condition, dz, zeros), g->in[1]));
    if (tf1c_grad_wanted(g, 2))
        tf_add_grad(g, 2, tf_sum_to(tf_where_v2(condition, zeros, dz), g->in[2]));
}

static const tf_op_def select_v2_op = {
    .name = "SelectV2",
    .in = "condition:bool, t:T, e:T",
    .out = "output:T",
    .traits = RESULT_TRAITS,
    .shape = select_v2_shape,
    .strips = select_strips,
    .gradient = select_v2_gradient,
};

static tf_dims operand_shape(const tf_operand *o)
{
    switch (o->kind) {
    case TF_OPERAND_TENSOR: return o->as.tensor.op ? tf_get_shape(o->as.tensor) : (tf_dims){ 0 };
    case TF_OPERAND_ARRAY: return o->as.array.shape;
    case TF_OPERAND_DIMS: return SHAPE(o->as.dims.rank);
    case TF_OPERAND_LIST: return (tf_dims){ 0 };
    default: return SCALAR;
    }
}

/* Elementwise unless the condition may be a vector beside something of higher rank. */
static bool may_choose_rows(tf_dims condition, tf_dims x, tf_dims y)
{
    const tf_dims z = x.known ? x : y;
    return (!condition.known || condition.rank == 1) && (!z.known || z.rank > 1);
}

static tf_tensor select_node(const tf_op_def *def, const tf_operand *in, struct tf_name_args a)
{
    if ((in[1].kind == TF_OPERAND_NONE) != (in[2].kind == TF_OPERAND_NONE))
        return tf_mistake(tf_value_error, a.here, NULL, "x and y must both be non-None or both be None.");
    return (tf_tensor){ .op = tf_op_new(def, (struct tf_op_args){ .here = a.here, .name = a.name, .n_inputs = 3, .inputs = in }) };
}

tf_tensor tf_where_v2_(tf_operand condition, tf_operand x, tf_operand y, struct tf_name_args a)
{
    return select_node(&select_v2_op, (const tf_operand[]){ condition, x, y }, a);
}

tf_tensor tf_where_(tf_operand condition, tf_operand x, tf_operand y, struct tf_name_args a)
{
    TF_FROM(a.here);
    const tf_operand in[] = { condition, x, y };
    tf_dims shapes[3];
    for (int i = 0; i < 3; i++)
        shapes[i] = operand_shape(&in[i]);
    const tf_op_def *def = may_choose_rows(shapes[0], shapes[1], shapes[2]) ? &select_rows_op : &select_op;
    return select_node(def, in, a);
}

/* clang-format off */
tf1c_op_family tf1c_family_compare = {
    &equal_op,
    &not_equal_op,
    &less_op,
    &less_equal_op,
    &greater_op,
    &greater_equal_op,
    &logical_and_op,
    &logical_or_op,
    &logical_not_op,
    &select_op,
    &select_rows_op,
    &select_v2_op,
    NULL,
};
