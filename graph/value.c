/* What a tensor's value is known to be from the graph alone: constants, shapes, and arithmetic on them, computed by the
 * ops' own kernels. TF1: framework/tensor_util.py constant_value. */
#include <string.h>

#include "graph/kernel.h"
#include "graph/loop.h"

enum { MOST_ELEMENTS = 1024, MOST_OPERANDS = 64 }; /* shape arithmetic is small; anything larger is left to a run */
enum { NOT_TRIED, KNOWN, UNKNOWN };

/* What it waits for is nothing to its value. */
static bool may_fold(const tf_operation *op)
{
    const unsigned bad = TF_STATEFUL | TF_SIDE_EFFECT | TF_WRITES_REF | TF_SOURCE_OP;
    if (op->def->traits & bad || op->n_outputs != 1 || op->n_inputs > MOST_OPERANDS || op->def->scratch || op->def->resource_size)
        return false;
    const tf_dims *shape = &op->outputs[0].shape;
    if (op->outputs[0].dtype == tf_string)
        return false; /* kernels make strings in runs alone */
    return tf_dims_fully_known(*shape) && tf_dims_count(*shape) <= MOST_ELEMENTS;
}

/* The inputs as views; an op that reads only shapes needs no values. */
static bool input_views(const tf_operation *op, tf_view *in)
{
    for (int i = 0; i < op->n_inputs; i++) {
        tf_ndarray value = { 0 };
        const tf1c_output *made = &op->inputs[i].op->outputs[op->inputs[i].index];
        if (op->def->traits & TF_SHAPE_ONLY) {
            if (!tf_dims_fully_known(made->shape))
                return false;
            tf_view_set(&in[i], NULL, made->dtype, made->shape);
            continue;
        }
        if (!tf_constant_value(op->inputs[i], &value) || np_size(value) > MOST_ELEMENTS)
            return false;
        tf_view_set(&in[i], value.data, value.dtype, value.shape);
    }
    return true;
}

static bool input_value(void *in, int i, tf_ndarray *value)
{
    const tf_view *v = (const tf_view *)in + i;
    tf_dims dims = { .known = true, .rank = v->rank };
    memcpy(dims.dims, v->dims, sizeof dims.dims);
    *value = np_array(v->data, v->dtype, dims);
    return v->data;
}

static bool input_ints(void *in, int i, tf_dims *ints)
{
    tf_ndarray value;
    return input_value(in, i, &value) && tf1c_ints_of_array(value, ints);
}

/* What a run would refuse, an axis that is not there, is left to the run to report. */
static bool run_accepts(const tf_operation *op, tf_view *in)
{
    tf_dims dims[MOST_OPERANDS], out = op->outputs[0].shape;
    tf_dtype dtypes[MOST_OPERANDS], out_dtype = op->outputs[0].dtype;
    for (int i = 0; i < op->n_inputs; i++) {
        dims[i] = op->inputs[i].op->outputs[op->inputs[i].index].shape;
        dtypes[i] = in[i].dtype;
    }
    tf_shape_ctx s = { .def = op->def,
                       .attrs = op->attrs,
                       .name = op->name,
                       .n_in = op->n_inputs,
                       .n_out = 1,
                       .in = dims,
                       .in_dtype = dtypes,
                       .out = &out,
                       .out_dtype = &out_dtype,
                       .at_run = true,
                       .quiet = true,
                       .value = input_value,
                       .ints = input_ints,
                       .arg = in };
    if (op->def->shape)
        tf1c_infer(&s);
    return !s.failed && tf_dims_equal(out, op->outputs[0].shape);
}

static bool compute_from(tf_operation *op, tf_view *in)
{
    tf_view out;
    if (!input_views(op, in) || !run_accepts(op, in))
        return false;
    const tf1c_output *o = &op->outputs[0];
    size_t size = (size_t)tf_dims_count(o->shape) * tf_dtype_size(o->dtype);
    void *data = tf1c_arena_alloc(&op->graph->universe->arena, size + 1);
    if (!data)
        return false;
    tf_view_set(&out, data, o->dtype, o->shape);
    tf_kernel_ctx k = { .def = op->def,
                        .attrs = op->attrs,
                        .T = op->T,
                        .U = op->U,
                        .n_in = op->n_inputs,
                        .n_out = 1,
                        .in = in,
                        .out = &out,
                        .name = op->name };
    k.end = tf1c_kernel_units(&k);
    if (tf1c_run_kernel_alone(&k))
        return false;
    op->value = np_array(data, o->dtype, o->shape);
    return true;
}

static bool compute(tf_operation *op)
{
    if (!may_fold(op))
        return false;
    tf_view *in = tf1c_alloc((size_t)(op->n_inputs + 1) * sizeof *in);
    const bool known = in && compute_from(op, in);
    tf1c_free(in);
    return known;
}

/* An argument of a body is what it stands for outside. */
static tf_operation *source_of(tf_operation *op)
{
    while (op && op->def == &tf1c_arg_op)
        op = ((const tf1c_arg_attrs *)op->attrs)->outer.op;
    return op;
}

static tf_operation *untried_input(const tf_operation *op)
{
    if (op->def->traits & TF_SHAPE_ONLY || !may_fold(op))
        return NULL;
    for (int i = 0; i < op->n_inputs; i++) {
        tf_operation *in = source_of(op->inputs[i].op);
        if (in && in->value_state == NOT_TRIED && in->def != tf1c_basic.constant && !tf1c_is_mistake(in))
            return in;
    }
    return NULL;
}

/* What it is computed from comes first, however deep that goes: no call nests in another. */
static void try_all(tf_operation *op)
{
    tf_operation **stack = NULL;
    int n = 0, capacity = 0;
    bool room = tf1c_append_ptr(&stack, &n, &capacity, &op, sizeof op);
    while (room && n) {
        tf_operation *top = stack[n - 1], *in = untried_input(top);
        if (in) {
            room = tf1c_append_ptr(&stack, &n, &capacity, &in, sizeof in);
        } else {
            top->value_state = compute(top) ? KNOWN : UNKNOWN;
            n--;
        }
    }
    tf1c_free(stack);
}

bool tf_constant_value(tf_tensor t, tf_ndarray *value)
{
    tf_operation *op = t.op;
    if (!op || !value || tf1c_is_mistake(op))
        return false;
    if (op->def == tf1c_basic.constant) {
        *value = ((const tf1c_const_attrs *)op->attrs)->value;
        return true;
    }
    if (op->def == &tf1c_arg_op) {
        const tf1c_arg_attrs *a = op->attrs;
        tf_tensor outer = a->kind == TF1C_CAPTURED ? a->outer : (tf_tensor){ 0 };
        return outer.op && tf_constant_value(outer, value);
    }
    if (op->value_state == NOT_TRIED)
        try_all(op);
    if (op->value_state != KNOWN)
        return false;
    *value = op->value;
    return true;
}
