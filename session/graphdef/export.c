/* Operations as nodes of a GraphDef: names, inputs and attributes in TensorFlow's form. TF1: core/framework/node_def.proto */
#include "session/graphdef/export.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/graphdef/attributes.h"
#include "session/graphdef/exporting.h"

/* ---- names ------------------------------------------------------------------------------------------------------------------ */

const char *tf1c_export_text(tf1c_exporting *x, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int n = format ? vsnprintf(NULL, 0, format, args) : -1;
    char *s = n < 0 ? NULL : tf1c_arena_alloc(x->memory, (size_t)n + 1);
    if (s)
        vsnprintf(s, (size_t)n + 1, format, again);
    else
        x->to->failed = true;
    va_end(again);
    va_end(args);
    return s ? s : "";
}

const char *tf1c_part_reference(const tf1c_exporting *x, const char *name, const char *argument)
{
    return x->body ? tf1c_export_text((tf1c_exporting *)x, "%s:%s:0", name, argument) : name;
}

static const char *argument_reference(const tf1c_exporting *x, const tf_operation *arg)
{
    for (int i = 0; i < x->body->n_in; i++)
        if (x->body->in[i].arg.op == arg)
            return x->args[i];
    return "";
}

/* Within a function: the node, TensorFlow's name of the output's argument, and the place in it. */
static const char *function_reference(tf1c_exporting *x, tf_tensor t)
{
    char argument[64];
    int place;
    if (!tf1c_argument_of(t.op->def->out, t.index, t.op->n_outputs, argument, sizeof argument, &place))
        return "";
    if (strcmp(t.op->def->name, "IdentityN") == 0 || strcmp(t.op->def->name, "IndexedSlices") == 0)
        return tf1c_export_text(x, "%s:output:%d", t.op->name, t.index);
    return tf1c_export_text(x, "%s:%s:%d", t.op->name, argument, place);
}

const char *tf1c_reference(tf1c_exporting *x, tf_tensor t)
{
    if (t.op->def == &tf1c_arg_op && x->body)
        return argument_reference(x, t.op);
    if (t.op->def->traits & (TF_LOOP | TF_BRANCH))
        return tf1c_loop_reference(x, t);
    if (x->body)
        return function_reference(x, t);
    return t.index ? tf1c_export_text(x, "%s:%d", t.op->name, t.index) : t.op->name;
}

/* ---- nodes ---------------------------------------------------------------------------------------------------------------------- */

void tf1c_begin_node(tf1c_exporting *x, const char *op, const char *name)
{
    tf1c_def_start(&x->node, op, name, x->op && x->op->device ? x->op->device : "");
}

void tf1c_end_node(tf1c_exporting *x) { tf1c_def_finish(&x->node, x->to, x->number); }

const char *tf1c_constant_node(tf1c_exporting *x, const char *name, tf_ndarray value)
{
    tf1c_begin_node(x, "Const", name);
    tf1c_def_tensor(&x->node, "value", &value);
    tf1c_def_type(&x->node, "dtype", value.dtype);
    tf1c_end_node(x);
    return tf1c_part_reference(x, name, "output");
}

const char *tf1c_simple_node(tf1c_exporting *x, const char *op, const char *name, const char *argument, tf_dtype dtype, int n,
                             const char *const *inputs)
{
    tf1c_begin_node(x, op, name);
    for (int i = 0; i < n; i++)
        tf1c_def_input(&x->node, "%s", inputs[i]);
    if (dtype)
        tf1c_def_type(&x->node, "T", dtype);
    tf1c_end_node(x);
    return tf1c_part_reference(x, name, argument);
}

/* What is outside of a function is waited for by the node that calls it. */
void tf1c_export_controls(tf1c_exporting *x, const tf_operation *op)
{
    for (int i = 0; i < op->n_controls; i++)
        if (op->controls[i]->graph == op->graph && !tf1c_is_mistake(op->controls[i]) && op->controls[i]->def != &tf1c_arg_op)
            tf1c_def_input(&x->node, "^%s", op->controls[i]->name);
    if (x->body || !(op->def->traits & TF_WRITES_REF))
        return;
    for (int i = x->order->first[op->index]; i < x->order->n && x->order->waits[i].writer == op->index; i++)
        tf1c_def_input(&x->node, "^%s", x->order->waits[i].reader->name);
}

/* ---- attributes ------------------------------------------------------------------------------------------------------------------ */

static void set_fallback(tf1c_node_def *d, const tf1c_attribute *a)
{
    int64_t ints[TF_MAX_RANK];
    int n = 0;
    switch (a->kind) {
    case TF1C_A_TYPE: tf1c_def_type(d, a->name, tf1c_dtype_named(a->fallback)); break;
    case TF1C_A_BOOL: tf1c_def_bool(d, a->name, strcmp(a->fallback, "true") == 0); break;
    case TF1C_A_INT: tf1c_def_int(d, a->name, atoll(a->fallback)); break;
    case TF1C_A_FLOAT: tf1c_def_float(d, a->name, atof(a->fallback)); break;
    case TF1C_A_SHAPE: tf1c_def_shape(d, a->name, (tf_dims){ .known = false }); break;
    case TF1C_A_INTS:
        for (const char *s = a->fallback + 1; *s && *s != ']' && n < TF_MAX_RANK; s += strcspn(s, ",]"), s += *s == ',')
            ints[n++] = atoll(s);
        tf1c_def_ints(d, a->name, n, ints);
        break;
    default: tf1c_def_string(d, a->name, a->fallback); break;
    }
}

/* The record keeps lists of integers as it keeps shapes. */
static void set_dims(tf1c_node_def *d, const tf1c_attribute *a, tf_dims dims)
{
    if (a->kind == TF1C_A_SHAPE)
        tf1c_def_shape(d, a->name, dims);
    else
        tf1c_def_ints(d, a->name, dims.known ? dims.rank : 0, dims.dims);
}

static void set_field(tf1c_node_def *d, const tf1c_attribute *a, const void *attrs)
{
    const void *field = (const char *)attrs + a->field->offset;
    switch (a->field->kind) {
    case TF_ATTR_BOOL: tf1c_def_bool(d, a->name, *(const bool *)field); break;
    case TF_ATTR_INT: tf1c_def_int(d, a->name, *(const int64_t *)field); break;
    case TF_ATTR_FLOAT: tf1c_def_float(d, a->name, *(const double *)field); break;
    case TF_ATTR_DTYPE: tf1c_def_type(d, a->name, *(const tf_dtype *)field); break;
    case TF_ATTR_DIMS: set_dims(d, a, *(const tf_dims *)field); break;
    case TF_ATTR_ARRAY: (a->kind == TF1C_A_FLOATS ? tf1c_def_floats : tf1c_def_tensor)(d, a->name, field); break;
    default: tf1c_def_string(d, a->name, *(const char *const *)field); break;
    }
}

static void set_input_types(tf1c_exporting *x, const tf1c_attribute *a, const tf_operation *op)
{
    const int n = op->n_inputs > a->index ? op->n_inputs - a->index : 0;
    int *types = tf1c_arena_alloc(x->memory, (size_t)n * sizeof *types + 1);
    x->to->failed |= !types;
    for (int i = 0; types && i < n; i++)
        types[i] = (int)tf_get_dtype(op->inputs[a->index + i]);
    if (types)
        tf1c_def_types(&x->node, a->name, n, types);
}

static void set_attribute(tf1c_exporting *x, const tf1c_attribute *a, const tf_operation *op)
{
    tf1c_node_def *d = &x->node;
    switch (a->source) {
    case TF1C_FROM_NOTHING: set_fallback(d, a); break;
    case TF1C_FROM_FIELD: op->attrs ? set_field(d, a, op->attrs) : set_fallback(d, a); break;
    case TF1C_FROM_T: tf1c_def_type(d, a->name, op->T ? op->T : tf_get_dtype(tf_op_input(op, 0))); break;
    case TF1C_FROM_U: tf1c_def_type(d, a->name, op->U); break;
    case TF1C_FROM_INPUT: tf1c_def_type(d, a->name, tf_get_dtype(tf_op_input(op, a->index))); break;
    case TF1C_FROM_OUTPUT: tf1c_def_type(d, a->name, op->outputs[a->index].dtype); break;
    case TF1C_FROM_INPUTS: set_input_types(x, a, op); break;
    case TF1C_FROM_IN_COUNT: tf1c_def_int(d, a->name, tf1c_variadic(op->def->in, op->n_inputs)); break;
    case TF1C_FROM_OUT_COUNT: tf1c_def_int(d, a->name, tf1c_variadic(op->def->out, op->n_outputs)); break;
    }
}

static void set_output_shapes(tf1c_exporting *x, const tf_operation *op)
{
    tf_dims *shapes = tf1c_arena_alloc(x->memory, (size_t)op->n_outputs * sizeof *shapes + 1);
    x->to->failed |= !shapes;
    for (int i = 0; shapes && i < op->n_outputs; i++)
        shapes[i] = op->outputs[i].shape;
    if (shapes)
        tf1c_def_shapes(&x->node, "_output_shapes", op->n_outputs, shapes);
}

/* ---- operations -------------------------------------------------------------------------------------------------------------------- */

static void export_plain(tf1c_exporting *x, const tf_operation *op)
{
    const char *row = tf1c_attribute_row(op->def->name);
    tf1c_attribute a;
    if (!row && !x->drawing) {
        const char *why = tf1c_no_attributes(op->def->name);
        x->status = tf_fail(tf_unimplemented, x->here, op->name, "op '%s' cannot be written: %s", op->def->name,
                            why ? why : "TensorFlow has no such op");
        return;
    }
    tf1c_begin_node(x, op->def->name, op->name);
    for (int i = 0; i < op->n_inputs; i++)
        tf1c_def_input(&x->node, "%s", tf1c_reference(x, op->inputs[i]));
    tf1c_export_controls(x, op);
    while (row && tf1c_next_attribute(&row, op->def, &a))
        set_attribute(x, &a, op);
    if (op->gradient)
        tf1c_def_string(&x->node, "_gradient_op_type", op->gradient);
    if (x->shapes)
        set_output_shapes(x, op);
    tf1c_end_node(x);
}

void tf1c_export_operation(tf1c_exporting *x, const tf_operation *op)
{
    x->op = op;
    if (tf1c_is_mistake(op) || op->def == &tf1c_arg_op || x->status || x->to->failed)
        return;
    if (op->def->traits & TF_LOOP)
        tf1c_export_loop(x, op);
    else if (op->def->traits & TF_BRANCH)
        tf1c_export_branch(x, op);
    else if (!tf1c_export_composed(x, op))
        export_plain(x, op);
}

enum { NODE = 1, LIBRARY = 2, VERSIONS = 4, FUNCTIONS_PRODUCER = 134 }; /* TensorFlow 1.15's */

static void put_versions(tf1c_buffer *to)
{
    Tf1c__VersionDef versions = TF1C__VERSION_DEF__INIT;
    versions.producer = FUNCTIONS_PRODUCER;
    tf1c_put_message(to, VERSIONS, &versions.base);
}

tf_status tf1c_graph_def(const tf_graph *g, tf1c_export_mode mode, tf1c_buffer *to, tf_source here)
{
    tf1c_arena memory = { 0 };
    tf1c_buffer library = { 0 };
    tf1c_order order;
    tf1c_exporting x = { .memory = &memory,
                         .to = to,
                         .number = NODE,
                         .library = &library,
                         .shapes = mode != TF1C_NODES,
                         .drawing = mode == TF1C_DRAWING,
                         .order = &order,
                         .here = here };
    x.status = tf1c_find_order(g, &order, here);
    for (int i = 0; i < tf_graph_operation_count(g); i++)
        tf1c_export_operation(&x, tf_graph_operation(g, i));
    if (library.n)
        tf1c_put_bytes(to, LIBRARY, library.data, library.n);
    put_versions(to);
    to->failed |= library.failed;
    tf1c_arena_free(&memory);
    tf1c_buffer_free(&library);
    tf1c_order_free(&order);
    if (!x.status && to->failed)
        x.status = tf_fail(tf_memory_error, here, NULL, "no memory left for the graph's nodes");
    return x.status;
}
