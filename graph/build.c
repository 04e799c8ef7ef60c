/* Making nodes: operands become inputs, dtypes are matched against the record's signature, shapes are inferred. TF1:
 * framework/op_def_library.py (_apply_op_helper). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "graph/node.h"
#include "graph/turn.h"

/* ---- signatures: "a:T, b:T" ------------------------------------------------------------------------------------------------ */

typedef struct {
    char name[32];
    char variable;  /* 'T', 'U', or 0 for a fixed dtype */
    tf_dtype dtype; /* fixed; unset: "?" */
    bool many, ref;
    int place, left; /* of what a variadic one stands for: this is the place-th, and so many come after it */
} argument;

static const char *skip(const char *s)
{
    while (*s == ' ' || *s == ',')
        s++;
    return s;
}

static tf_dtype dtype_named(const char *s, size_t n)
{
    for (int d = 1; d < TF_DTYPES; d++)
        if (tf_dtype_size(d) && strlen(tf_dtype_name(d)) == n && strncmp(tf_dtype_name(d), s, n) == 0)
            return d;
    return tf_dtype_unset;
}

static bool next_argument(const char **signature, argument *a)
{
    const char *s = skip(*signature);
    if (!*s)
        return false;
    *a = (argument){ .dtype = tf_dtype_unset };
    size_t n = strcspn(s, ":");
    snprintf(a->name, sizeof a->name, "%.*s", (int)n, s);
    s += n + (s[n] == ':');
    n = strcspn(s, ",*& ");
    if (n == 1 && (*s == 'T' || *s == 'U'))
        a->variable = *s;
    else
        a->dtype = dtype_named(s, n);
    for (s += n; *s == '*' || *s == '&'; s++)
        *(*s == '*' ? &a->many : &a->ref) = true;
    *signature = s;
    return true;
}

/* The signature's argument for input or output i of n: the next one, or once more the variadic one, which leaves as many as
 * there are arguments after it; of several variadic ones each has as many. */
static bool argument_at(const char **signature, argument *a, int i, int n)
{
    int after = 0, variadic = 1;
    if (i > 0 && a->left > 0) {
        a->left--;
        a->place++;
        return true;
    }
    if (!next_argument(signature, a))
        return false;
    for (const char *s = skip(*signature); *s; s++) {
        after += *s == ':';
        variadic += *s == '*';
    }
    a->left = a->many ? (n - i - after + variadic - 1) / variadic - 1 : 0;
    return true;
}

/* ---- one node being built -------------------------------------------------------------------------------------------------- */

typedef struct {
    const tf_op_def *def;
    const struct tf_op_args *args;
    tf_graph *g;
    tf_source here;
    const char *name;
    tf_dtype type[2]; /* T, U */
    char from[2][32]; /* the argument that told them */
    tf_tensor *inputs;
    tf_operation *poison; /* set: give up, quietly */
} building;

static tf_dtype *type_of(building *b, char variable) { return &b->type[variable == 'U']; }

static void fail(building *b, tf_status code, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void fail(building *b, tf_status code, const char *format, ...)
{
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format ? format : "(null)", args);
    va_end(args);
    tf_fail(code, b->here, b->name, "%s", message);
    b->poison = tf1c_record_mistake(b->g);
}

/* T and U: from tensors first, then arrays and shapes, then numbers. */
static void settle_types(building *b)
{
    b->type[0] = b->args->T;
    b->type[1] = b->args->U;
    for (int pass = 0; pass < 4; pass++) {
        const char *s = b->def->in;
        argument a = { .many = false };
        for (int i = 0; i < b->args->n_inputs; i++) {
            const tf_operand *o = &b->args->inputs[i];
            if (!argument_at(&s, &a, i, b->args->n_inputs))
                break;
            if (!a.variable || *type_of(b, a.variable))
                continue;
            bool tensor = o->kind == TF_OPERAND_TENSOR, array = tf1c_operand_dtype(o) != tf_dtype_unset;
            bool mine = pass == 0 ? tensor : pass == 1 ? array : pass == 2 ? o->kind == TF_OPERAND_REAL : !array;
            if (!mine)
                continue;
            *type_of(b, a.variable) = array ? tf1c_operand_dtype(o) : tf1c_literal_dtype(o);
            snprintf(b->from[a.variable == 'U'], sizeof b->from[0], "%s", a.name);
        }
    }
}

static tf_dtypes allowed(const tf_op_def *def, char variable)
{
    tf_dtypes set = variable == 'U' ? def->U : def->T;
    return set ? set : TF_ANY_DTYPE;
}

static void check_allowed(building *b, const argument *a, tf_dtype dtype)
{
    tf_dtypes set = allowed(b->def, a->variable);
    if (set & TF_DTYPE_BIT(dtype))
        return;
    char list[256] = "";
    for (int d = 1; d < TF_DTYPES; d++)
        if (set & TF_DTYPE_BIT(d) && tf_dtype_size(d))
            snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", *list ? ", " : "", tf_dtype_name(d));
    fail(b, tf_type_error, "Value passed to parameter '%s' has DataType %s not in list of allowed values: %s", a->name,
         tf_dtype_name(dtype), list);
}

/* ---- inputs --------------------------------------------------------------------------------------------------------------- */

static void check_dtype(building *b, const argument *a, tf_dtype got)
{
    if (a->variable && *type_of(b, a->variable) != got) {
        const char *from = b->from[a->variable == 'U'];
        if (a->many)
            fail(b, tf_type_error, "Tensors in list passed to '%s' of '%s' Op have types [%s, %s] that don't all match.", a->name,
                 b->def->name, tf_dtype_name(*type_of(b, a->variable)), tf_dtype_name(got));
        else
            fail(b, tf_type_error, "Input '%s' of '%s' Op has type %s that does not match type %s of argument '%s'.", a->name,
                 b->def->name, tf_dtype_name(got), tf_dtype_name(*type_of(b, a->variable)), from);
    } else if (a->variable)
        check_allowed(b, a, got);
    else if (a->dtype && a->dtype != got)
        fail(b, tf_type_error, "Input '%s' of '%s' Op has type %s that does not match expected type of %s.", a->name, b->def->name,
             tf_dtype_name(got), tf_dtype_name(a->dtype));
}

static void convert_input(building *b, const argument *a, int i)
{
    const tf_operand *o = &b->args->inputs[i];
    if (o->kind == TF_OPERAND_NONE || (o->kind == TF_OPERAND_TENSOR && !o->as.tensor.op)) {
        fail(b, tf_value_error, "None values not supported.");
        return;
    }
    if (o->kind == TF_OPERAND_TENSOR && !b->g->parent && o->as.tensor.op->graph->parent) {
        fail(b, tf_value_error, "Cannot use '%s' as input to '%s' because '%s' is in a while loop. See info log for more details.",
             o->as.tensor.op->name, b->name, o->as.tensor.op->name);
        return;
    }
    if (a->ref && !(o->kind == TF_OPERAND_TENSOR && o->as.tensor.op->read)) {
        fail(b, tf_type_error, "'%s' Op requires that input '%s' be a mutable tensor (e.g.: a tf.Variable)", b->def->name, a->name);
        return;
    }
    tf_dtype dtype = a->variable ? *type_of(b, a->variable) : a->dtype ? a->dtype : tf1c_operand_dtype(o);
    if (!dtype)
        dtype = tf1c_literal_dtype(o);
    char message[256];
    const char *format = a->many ? "%s/%s_%d" : o->kind == TF_OPERAND_LIST ? "%s/%s/" : "%s/%s"; /* a list's: an exact name */
    const char *name = o->kind == TF_OPERAND_TENSOR ? NULL : tf1c_graph_printf(b->g, format, b->name, a->name, a->place);
    if (o->kind != TF_OPERAND_LIST)
        name = tf1c_unique_whole(b->g, name);
    if (!name && o->kind != TF_OPERAND_TENSOR) {
        b->poison = tf1c_record_mistake(b->g);
        return;
    }
    tf_tensor t = tf1c_convert_operand(b->g, o, dtype, a->ref, name, b->here, message, sizeof message);
    if (!t.op && *message)
        fail(b, tf_type_error, "%s", message);
    else if (!t.op || tf1c_is_mistake(t.op))
        b->poison = t.op ? t.op : tf1c_record_mistake(b->g);
    else
        check_dtype(b, a, tf_get_dtype(t));
    b->inputs[i] = t;
}

static void convert_inputs(building *b)
{
    const char *s = b->def->in;
    argument a = { .many = false };
    b->inputs = tf1c_graph_alloc(b->g, (size_t)b->args->n_inputs * sizeof *b->inputs + 1);
    if (!b->inputs)
        b->poison = tf1c_record_mistake(b->g);
    for (int i = 0; i < b->args->n_inputs && !b->poison; i++) {
        if (!argument_at(&s, &a, i, b->args->n_inputs)) {
            fail(b, tf_internal, "'%s' Op takes \"%s\", got %d inputs", b->def->name, b->def->in, b->args->n_inputs);
            return;
        }
        convert_input(b, &a, i);
    }
}

/* The mistake of an operation, which is no tensor, as input i. */
static tf_operation *no_tensor(const tf_op_def *def, int i, const struct tf_op_args *args)
{
    const char *s = def->in;
    argument a = { .many = false };
    for (int k = 0; k <= i && argument_at(&s, &a, k, args->n_inputs); k++)
        ;
    return tf_mistake(tf_type_error, args->here, NULL,
                      "Can't convert Operation '%s' to Tensor (target dtype=None, name='%s', as_ref=False)",
                      args->inputs[i].as.tensor.op->name, a.name)
        .op;
}

static tf_operation *poisoned_input(const tf_op_def *def, const struct tf_op_args *args)
{
    for (int i = 0; i < args->n_inputs; i++) {
        const tf_operand *o = &args->inputs[i];
        if (o->kind == TF_OPERAND_TENSOR && tf1c_is_operation(o->as.tensor))
            return no_tensor(def, i, args);
        tf_operation *unsound = tf1c_unsound(o, args->here);
        if (unsound)
            return unsound;
        if (o->kind == TF_OPERAND_TENSOR && o->as.tensor.op && tf1c_is_mistake(o->as.tensor.op))
            return o->as.tensor.op;
        for (int j = 0; o->kind == TF_OPERAND_LIST && j < o->as.list.n; j++)
            if (tf_is_poisoned(o->as.list.items[j]))
                return tf_tensor_op(o->as.list.items[j]);
    }
    return NULL;
}

/* ---- outputs -------------------------------------------------------------------------------------------------------------------- */

static int count_outputs(const building *b)
{
    const char *s = b->def->out;
    argument a;
    int n = 0;
    bool many = false;
    for (; next_argument(&s, &a); n++)
        many |= a.many;
    return many ? b->args->n_outputs : n;
}

static void output_dtypes(building *b, int n, tf_dtype *dtypes)
{
    const char *s = b->def->out;
    argument a = { .many = false };
    for (int i = 0; i < n && argument_at(&s, &a, i, n); i++)
        dtypes[i] = a.variable ? *type_of(b, a.variable) : a.dtype;
}

static bool constant_input(void *inputs, int i, tf_ndarray *value) { return tf_constant_value(((tf_tensor *)inputs)[i], value); }
static bool partial_input(void *inputs, int i, tf_dims *ints);

/* shapes, dtypes: room for those of the inputs and then of the outputs. */
static void infer_in(building *b, int n, tf1c_output *outputs, tf_dims *shapes, tf_dtype *dtypes)
{
    const int n_in = b->args->n_inputs;
    tf_shape_ctx c = { .def = b->def,
                       .attrs = b->args->attrs,
                       .name = b->name,
                       .here = b->here,
                       .n_in = n_in,
                       .n_out = n,
                       .in = shapes,
                       .in_dtype = dtypes,
                       .out = shapes + n_in,
                       .out_dtype = dtypes + n_in,
                       .value = constant_input,
                       .ints = partial_input,
                       .arg = b->inputs };
    for (int i = 0; i < n_in; i++) {
        shapes[i] = tf_get_shape(b->inputs[i]);
        dtypes[i] = tf_get_dtype(b->inputs[i]);
    }
    output_dtypes(b, n, c.out_dtype);
    if (b->args->shape.known && n)
        c.out[0] = b->args->shape;
    tf1c_infer(&c);
    for (int i = 0; i < n; i++)
        outputs[i] = (tf1c_output){ c.out_dtype[i], c.out[i] };
    if (c.failed)
        b->poison = tf1c_record_mistake(b->g);
}

static bool infer(building *b, int n, tf1c_output *outputs)
{
    const size_t room = (size_t)(n + b->args->n_inputs + 1);
    tf_dims *shapes = tf1c_alloc_zero(room * sizeof *shapes);
    tf_dtype *dtypes = tf1c_alloc_zero(room * sizeof *dtypes);
    if (shapes && dtypes)
        infer_in(b, n, outputs, shapes, dtypes);
    else
        fail(b, tf_memory_error, "no memory left for the graph");
    tf1c_free(shapes);
    tf1c_free(dtypes);
    return !b->poison;
}

/* Of a vector of known length at least how many there are. */
static bool unknown_ints(tf_dims shape, tf_dims *ints)
{
    if (!tf_dims_fully_known(shape) || shape.rank > 1 || (shape.rank == 1 && shape.dims[0] > TF_MAX_RANK))
        return false;
    *ints = (tf_dims){ .known = true, .rank = shape.rank ? (int)shape.dims[0] : 1 };
    for (int i = 0; i < ints->rank; i++)
        ints->dims[i] = NONE;
    return true;
}

/* What is known of a tensor's integers: the record's own rule, or a value that is known whole. */
bool tf1c_partial_ints(tf_tensor t, tf_dims *ints)
{
    enum { DEEPEST = 24 }; /* records ask for their inputs' in turn */
    static _Thread_local int depth;
    tf_ndarray value;
    if (tf_constant_value(t, &value))
        return tf1c_ints_of_array(value, ints);
    const tf_operation *op = t.op;
    if (!op->def->ints || t.index || op->n_inputs > 64 || depth >= DEEPEST)
        return unknown_ints(op->outputs[t.index].shape, ints);
    tf_dims *shapes = tf1c_alloc((size_t)op->n_inputs * (sizeof *shapes + sizeof(tf_dtype)) + 1);
    tf_dtype *dtypes = shapes ? (tf_dtype *)(shapes + op->n_inputs) : NULL;
    for (int i = 0; shapes && i < op->n_inputs; i++) {
        shapes[i] = tf_get_shape(op->inputs[i]);
        dtypes[i] = tf_get_dtype(op->inputs[i]);
    }
    tf_shape_ctx c = { .def = op->def,
                       .attrs = op->attrs,
                       .name = op->name,
                       .here = op->here,
                       .n_in = op->n_inputs,
                       .in = shapes,
                       .in_dtype = dtypes,
                       .value = constant_input,
                       .ints = partial_input,
                       .arg = op->inputs };
    depth++;
    const bool known = shapes && op->def->ints(&c, ints);
    depth--;
    tf1c_free(shapes);
    return known || unknown_ints(op->outputs[0].shape, ints);
}

static bool partial_input(void *inputs, int i, tf_dims *ints) { return tf1c_partial_ints(((tf_tensor *)inputs)[i], ints); }

/* A user's name ending in "/" is taken exactly, as the name of the scope it closes. */
static const char *node_name(building *b)
{
    const char *wanted = b->args->name           ? tf1c_given_name(b->args->name)
                         : b->args->default_name ? b->args->default_name
                                                 : b->def->name;
    size_t n = strlen(wanted);
    const bool exactly = n && wanted[n - 1] == '/';
    if (!tf1c_valid_name(wanted, *b->g->scope)) {
        fail(b, tf_value_error, "'%s' is not a valid %s name", wanted, exactly ? "scope" : "node");
        return NULL;
    }
    return exactly ? tf1c_graph_printf(b->g, "%.*s", (int)n - 1, wanted) : tf1c_unique_name(b->g, wanted);
}

static tf_operation *build(building *b)
{
    b->name = node_name(b);
    if (!b->name)
        return b->poison ? b->poison : tf1c_record_mistake(b->g);
    settle_types(b);
    convert_inputs(b);
    int n = count_outputs(b);
    tf1c_output *outputs = b->poison ? NULL : tf1c_graph_alloc(b->g, (size_t)n * sizeof *outputs + 1);
    if (!outputs || !infer(b, n, outputs))
        return b->poison ? b->poison : tf1c_record_mistake(b->g);
    tf_operation *op = tf1c_node(b->g, b->def, b->name, b->here, b->args->attrs, b->args->n_inputs, b->inputs, n);
    if (!op)
        return tf1c_record_mistake(b->g);
    memcpy(op->outputs, outputs, (size_t)n * sizeof *outputs);
    op->T = b->type[0];
    op->U = b->type[1];
    return op;
}

static bool same_graph(building *b, tf_tensor *first, tf_tensor t)
{
    char x[512], y[512];
    if (tf_is_none(t))
        return true;
    if (tf_is_none(*first))
        *first = t;
    if (t.op->graph->universe == first->op->graph->universe)
        return true;
    fail(b, tf_value_error, "%s must be from the same graph as %s.", tf_tensor_text(t, x, sizeof x),
         tf_tensor_text(*first, y, sizeof y));
    return false;
}

/* A node goes where its inputs are, if that is another graph than the current one; all must agree. TF1: ops.py
 * _get_graph_from_inputs. */
static bool find_graph(building *b)
{
    tf_tensor first = { 0 };
    for (int i = 0; i < b->args->n_inputs; i++) {
        const tf_operand *o = &b->args->inputs[i];
        if (o->kind == TF_OPERAND_TENSOR && !same_graph(b, &first, o->as.tensor))
            return false;
        for (int j = 0; o->kind == TF_OPERAND_LIST && j < o->as.list.n; j++)
            if (!same_graph(b, &first, o->as.list.items[j]))
                return false;
    }
    if (first.op && first.op->graph->universe != b->g->universe)
        b->g = tf1c_root(first.op->graph);
    return true;
}

tf_operation *tf_op_new(const tf_op_def *def, struct tf_op_args args)
{
    TF_FROM(args.here);
    TF1C_HOLD_REPORTS; /* a handler that jumps must leave the turn free, and no memory behind */
    tf_graph *g = tf1c_current_graph();
    TF1C_TURN(g, args.here);
    if (!turn.given)
        return tf1c_out_of_turn();
    if (!def || !def->name || !def->in || !def->out || args.n_inputs < 0 || args.n_outputs < 0 || (args.n_inputs && !args.inputs))
        return tf_mistake(tf_value_error, args.here, NULL, "an operation of %d inputs cannot be made of record '%s'", args.n_inputs,
                          def && def->name ? def->name : "NULL")
            .op;
    tf_operation *poison = poisoned_input(def, &args);
    if (!g || poison)
        return poison ? poison : tf1c_poison(NULL);
    building b = { .def = def, .args = &args, .g = g, .here = tf1c_source(args.here) };
    return find_graph(&b) ? build(&b) : b.poison;
}

tf_tensor tf_op_unary(const tf_op_def *def, tf_operand x, struct tf_name_args a, const char *default_name)
{
    return (tf_tensor){ .op = tf_op_new(
                            def, (struct tf_op_args){
                                     .here = a.here, .name = a.name, .default_name = default_name, .n_inputs = 1, .inputs = &x }) };
}

tf_tensor tf_op_binary(const tf_op_def *def, tf_operand x, tf_operand y, struct tf_name_args a, const char *default_name)
{
    return (tf_tensor){ .op = tf_op_new(def, (struct tf_op_args){ .here = a.here,
                                                                  .name = a.name,
                                                                  .default_name = default_name,
                                                                  .n_inputs = 2,
                                                                  .inputs = (tf_operand[]){ x, y } }) };
}
