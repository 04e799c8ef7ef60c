/* Operands become tensors: numbers, arrays and shapes constants, variables their values, lists packed. TF1: framework/ops.py
 * (convert_to_tensor), framework/tensor_util.py. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/node.h"

/* Of a shape as a tensor: int64 only where int32 cannot hold it, as TF has it. */
static tf_dtype dims_dtype(tf_dims d)
{
    for (int i = 0; i < d.rank && i < TF_MAX_RANK; i++)
        if (d.dims[i] != (int32_t)d.dims[i])
            return tf_int64;
    return tf_int32;
}

tf_dtype tf1c_operand_dtype(const tf_operand *o)
{
    switch (o->kind) {
    case TF_OPERAND_TENSOR: return o->as.tensor.op ? tf_get_dtype(o->as.tensor) : tf_dtype_unset;
    case TF_OPERAND_ARRAY: return o->as.array.scale != 0 ? tf_float32 : o->as.array.dtype;
    case TF_OPERAND_DIMS: return dims_dtype(o->as.dims);
    case TF_OPERAND_LIST: return o->as.list.n ? tf_get_dtype(o->as.list.items[0]) : tf_float32;
    default: return tf_dtype_unset;
    }
}

tf_dtype tf1c_literal_dtype(const tf_operand *o)
{
    switch (o->kind) {
    case TF_OPERAND_INTEGER: return o->as.integer > INT32_MAX || o->as.integer < INT32_MIN ? tf_int64 : tf_int32;
    case TF_OPERAND_BOOL: return tf_bool;
    default: return tf_float32;
    }
}

static tf_operation *make_constant(tf_graph *g, tf_ndarray value, const char *exact_name, tf_source here)
{
    tf1c_const_attrs attrs = { value };
    tf_operation *op = tf1c_node(g, tf1c_basic.constant, exact_name, here, &attrs, 0, NULL, 1);
    if (op)
        op->outputs[0] = (tf1c_output){ value.dtype, value.shape };
    return op;
}

static void store(void *at, tf_dtype dtype, const tf_operand *o)
{
    const int64_t i = o->kind == TF_OPERAND_BOOL ? o->as.boolean : o->as.integer;
    const bool real = o->kind == TF_OPERAND_REAL;
    switch (dtype) {
    case tf_float32: *(float *)at = real ? (float)o->as.real : (float)i; break; /* rounded once */
    case tf_float64: *(double *)at = real ? o->as.real : (double)i; break;
    case tf_int32: *(int32_t *)at = (int32_t)i; break;
    case tf_int64: *(int64_t *)at = i; break;
    case tf_uint8: *(uint8_t *)at = (uint8_t)i; break;
    default: *(bool *)at = i != 0; break;
    }
}

/* As Python's repr: the fewest digits that read back the same, and a point; an exponent from 1e16 on. */
static const char *real_text(double x, char *text, size_t n)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, n, "%.*g", digits, x);
        if (strtod(text, NULL) == x)
            break;
    }
    if (fabs(x) < 1e16 && strstr(text, "e+"))
        snprintf(text, n, "%.0f", x);
    if (isfinite(x) && !strpbrk(text, ".e"))
        snprintf(text + strlen(text), n - strlen(text), ".0");
    return text;
}

static void number_for_string(const tf_operand *o, char *message, size_t n)
{
    char number[32];
    if (o->kind == TF_OPERAND_REAL)
        snprintf(message, n, "Expected string, got %s of type 'float' instead.", real_text(o->as.real, number, sizeof number));
    else if (o->kind == TF_OPERAND_BOOL)
        snprintf(message, n, "Expected string, got %s of type 'bool' instead.", o->as.boolean ? "True" : "False");
    else
        snprintf(message, n, "Expected string, got %lld of type 'int' instead.", (long long)o->as.integer);
}

/* Strings are no numbers, nor the other way round. */
static bool array_fits(tf_dtype dtype, const tf_ndarray *a, char *message, size_t n)
{
    if ((a->dtype == tf_string) == (dtype == tf_string))
        return true;
    if (dtype == tf_string)
        snprintf(message, n, "Expected string, got an array of dtype %s instead.", tf_dtype_name(a->dtype));
    else
        snprintf(message, n, "Expected %s, got '%.*s' of type 'str' instead.", tf_dtype_name(dtype), (int)np_string(*a, 0).size,
                 np_string(*a, 0).data);
    return false;
}

static bool whole_fits(tf_dtype dtype, int64_t i, char *message, size_t n)
{
    if ((dtype != tf_int32 || i == (int32_t)i) && (dtype != tf_uint8 || i == (uint8_t)i))
        return true;
    snprintf(message, n, "Value %lld is out of range for %s", (long long)i, tf_dtype_name(dtype));
    return false;
}

/* Python's rules: a real number does not become an integer, a number no bool; True and False are 1 and 0 too. */
static bool literal_fits(tf_dtype dtype, const tf_operand *o, char *message, size_t n)
{
    bool floating = TF_FLOATING & TF_DTYPE_BIT(dtype);
    if (dtype == tf_string) {
        number_for_string(o, message, n);
        return false;
    }
    if (o->kind == TF_OPERAND_REAL && !floating) {
        char number[32];
        snprintf(message, n, "Expected %s, got %s of type 'float' instead.", tf_dtype_name(dtype),
                 real_text(o->as.real, number, sizeof number));
        return false;
    }
    if (o->kind != TF_OPERAND_BOOL && dtype == tf_bool) {
        snprintf(message, n, "Expected bool, got %lld of type 'int' instead.", (long long)o->as.integer);
        return false;
    }
    return o->kind != TF_OPERAND_INTEGER || whole_fits(dtype, o->as.integer, message, n);
}

static tf_operation *constant_of_array(tf_graph *g, tf_ndarray a, tf_dtype dtype, const char *exact_name, tf_source here)
{
    if (a.dtype == dtype && a.scale == 0)
        return make_constant(g, a, exact_name, here);
    tf1c_hold_reports();
    tf_ndarray cast = np_astype(a, dtype);
    tf_operation *op = cast.data ? make_constant(g, cast, exact_name, here) : NULL;
    np_free(&cast);
    tf1c_release_reports((tf_source){ 0 });
    return op;
}

static tf_operation *constant_of_dims(tf_graph *g, tf_dims d, tf_dtype dtype, const char *exact_name, tf_source here)
{
    int64_t values[TF_MAX_RANK];
    memcpy(values, d.dims, sizeof values);
    return constant_of_array(g, np_array(values, tf_int64, SHAPE(d.rank)), dtype, exact_name, here);
}

/* A literal operand as a constant of `dtype` called exactly `name`; NULL with code and message filled in. */
static tf_operation *constant_of(tf_graph *g, const tf_operand *o, tf_dtype dtype, const char *name, tf_source here, char *message,
                                 size_t n)
{
    *message = 0;
    if (o->kind == TF_OPERAND_ARRAY) {
        if (!o->as.array.shape.known || (!o->as.array.data && np_size(o->as.array))) {
            snprintf(message, n, "an array without data was given (was it fetched or loaded?)");
            return NULL;
        }
        return array_fits(dtype, &o->as.array, message, n) ? constant_of_array(g, o->as.array, dtype, name, here) : NULL;
    }
    if (o->kind == TF_OPERAND_DIMS) {
        if (!o->as.dims.known) {
            snprintf(message, n, "Cannot convert a TensorShape of unknown rank to a Tensor: <unknown>");
            return NULL;
        }
        for (int i = 0; i < o->as.dims.rank; i++)
            if (!whole_fits(dtype, o->as.dims.dims[i], message, n))
                return NULL;
        return constant_of_dims(g, o->as.dims, dtype, name, here);
    }
    if (!literal_fits(dtype, o, message, n))
        return NULL;
    _Alignas(8) char value[8];
    store(value, dtype, o);
    return make_constant(g, np_array(value, dtype, SCALAR), name, here);
}

/* TF captures a variable's value once, however often it is read, and itself once more where an op takes it as such. Of the two our
 * argument counts for the first: true says that this is the other. */
static bool mark_captured(bool *as_this, bool as_other)
{
    const bool again = !*as_this && as_other;
    *as_this = true;
    return again;
}

/* The variable itself, to be written. */
static tf_tensor ref_of(tf_graph *g, tf_tensor t, tf_source here)
{
    const tf_tensor ref = tf1c_import(g, t, here);
    if (g->parent && !tf1c_is_mistake(ref.op) && ref.op->read && mark_captured(&ref.op->ref_captured, ref.op->value_captured))
        g->universe->last_id++;
    return ref;
}

/* The value of a variable, where `t` is one: its read Identity; inside a body a read of its own, under the control
 * dependencies open there. */
static tf_tensor value_of(tf_graph *g, tf_tensor t, tf_source here)
{
    if (!t.op->read)
        return t;
    if (!g->parent)
        return (tf_tensor){ .op = t.op->read };
    tf_tensor ref = tf1c_import(g, t, here);
    const bool again = !tf1c_is_mistake(ref.op) && mark_captured(&ref.op->value_captured, ref.op->ref_captured);
    const char *name = tf1c_is_mistake(ref.op) ? NULL : tf1c_graph_printf(g, "%s/read", t.op->name);
    name = name ? tf1c_unique_name(g, name) : NULL;
    tf_operation *read = name ? tf1c_node(g, tf1c_basic.identity, name, here, NULL, 1, &ref, 1) : NULL;
    if (!read)
        return (tf_tensor){ .op = tf1c_is_mistake(ref.op) ? ref.op : tf1c_record_mistake(g) };
    g->universe->last_id -= !again;
    read->outputs[0] = ref.op->outputs[ref.index];
    read->T = read->outputs[0].dtype;
    return (tf_tensor){ .op = read };
}

tf_tensor tf1c_convert_operand(tf_graph *g, const tf_operand *o, tf_dtype dtype, bool ref, const char *name, tf_source here,
                               char *message, size_t n)
{
    *message = 0;
    if (o->kind == TF_OPERAND_LIST)
        return tf1c_basic.pack(o->as.list, here, name);
    if (o->kind == TF_OPERAND_TENSOR)
        return ref ? ref_of(g, o->as.tensor, here) : tf1c_import(g, value_of(g, o->as.tensor, here), here);
    return (tf_tensor){ .op = constant_of(g, o, dtype, name, here, message, n) };
}

/* As for any node: a name ending in "/" is exact. */
static const char *constant_name(tf_graph *g, const char *name)
{
    const size_t n = name ? strlen(name) : 0;
    if (n && name[n - 1] == '/')
        return tf1c_graph_printf(g, "%.*s", (int)n - 1, name);
    return tf1c_unique_name(g, name ? name : "Const");
}

static bool is_around(const tf_graph *outer, const tf_graph *g)
{
    while (g && g != outer)
        g = g->parent;
    return g;
}

tf_tensor tf_convert(tf_operand x, tf_dtype dtype, tf_source here, const char *name)
{
    tf_graph *g = tf1c_current_graph();
    here = tf1c_source(here);
    if (!g)
        return (tf_tensor){ .op = tf1c_poison(NULL) };
    x = tf1c_sound_operand(x, here);
    if (x.kind == TF_OPERAND_NONE || (x.kind == TF_OPERAND_TENSOR && !x.as.tensor.op))
        return tf_mistake(tf_value_error, here, NULL, "None values not supported.");
    if (x.kind == TF_OPERAND_TENSOR && tf1c_is_mistake(x.as.tensor.op))
        return x.as.tensor;
    if (!dtype)
        dtype = tf1c_operand_dtype(&x) ? tf1c_operand_dtype(&x) : tf1c_literal_dtype(&x);
    if (x.kind == TF_OPERAND_TENSOR && !x.as.tensor.op->read && is_around(x.as.tensor.op->graph, g->parent) &&
        tf_get_dtype(x.as.tensor) == dtype)
        return x.as.tensor; /* a body captures what an operation reads, and that alone: not a shape that is known */
    bool made = x.kind != TF_OPERAND_TENSOR && x.kind != TF_OPERAND_LIST;
    const char *exact = made ? constant_name(g, name) : name;
    char message[256];
    tf_tensor t =
        made && !exact ? (tf_tensor){ 0 } : tf1c_convert_operand(g, &x, dtype, false, exact, here, message, sizeof message);
    if (!t.op)
        return made && exact && *message ? tf_mistake(tf_type_error, here, NULL, "%s", message)
                                         : (tf_tensor){ .op = tf1c_record_mistake(g) };
    if (tf_get_dtype(t) != dtype && !tf1c_is_mistake(t.op))
        return tf_mistake(tf_value_error, here, NULL, "Tensor conversion requested dtype %s for Tensor with dtype %s: '%s:%d'",
                          tf_dtype_name(dtype), tf_dtype_name(tf_get_dtype(t)), t.op->name, t.index);
    return t;
}
