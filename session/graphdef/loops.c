/* A Loop as TensorFlow's functional While, its sequences as TensorLists; a Branch as If. TF1: python/ops/while_v2.py, cond_v2.py.
 *
 *   While's variables   0 steps taken   1 most steps (-1)   2 how many there are   3… the input ports   then lists and sums
 *
 * The first two stand where while_v2's gradient looks for them. A sliced port is a list that the body takes an element of, a stacked
 * one a list that it sets an element of, or, if only the condition ends the loop, pushes on; a sum starts from zeros or, where its
 * shape is not known, is the sum of a list. */
#include <string.h>

#include "session/graphdef/exporting.h"

enum { COUNTER, MOST_STEPS, TRIP, FIRST_PORT };
enum { VARIANT = TF1C__DATA_TYPE__DT_VARIANT };

static const tf1c_body *body_of(const tf_operation *op) { return ((const tf1c_loop_attrs *)op->attrs)->body; }

static bool is_accumulated(const tf1c_out_port *o)
{
    return o->kind == TF1C_SUMMED && tf_dims_fully_known(tf_get_shape(o->result)) &&
           TF_NUMERIC & TF_DTYPE_BIT(tf_get_dtype(o->result));
}
static bool is_list(const tf1c_out_port *o) { return o->kind == TF1C_STACKED || (o->kind == TF1C_SUMMED && !is_accumulated(o)); }
static bool has_slot(const tf1c_out_port *o) { return is_list(o) || is_accumulated(o); }

/* The variable of output port o, or how many there are. */
static int slot_of(const tf1c_body *b, int o)
{
    int slot = FIRST_PORT + b->n_in;
    for (int i = 0; i < o; i++)
        slot += has_slot(&b->out[i]);
    return slot;
}
static int count_slots(const tf1c_body *b) { return slot_of(b, b->n_out); }

static bool counts_steps(const tf1c_body *b)
{
    bool sliced = b->trip >= 0;
    for (int i = 0; i < b->n_in; i++)
        sliced |= b->in[i].kind == TF1C_SLICED;
    return sliced;
}
/* Lists that only grow by pushing: nobody knows beforehand how long they get. */
static bool pushes(const tf1c_body *b) { return b->has_condition && !b->reverse; }

const char *tf1c_loop_reference(tf1c_exporting *x, tf_tensor t)
{
    int slot = t.index;
    if (t.op->def->traits & TF_LOOP) {
        const tf1c_body *b = body_of(t.op);
        const tf1c_out_port *o = &b->out[t.index];
        if (is_list(o))
            return o->kind == TF1C_STACKED
                       ? tf1c_part_reference(x, tf1c_export_text(x, "%s/stacked_%d", t.op->name, t.index), "tensor")
                       : tf1c_part_reference(x, tf1c_export_text(x, "%s/summed_%d", t.op->name, t.index), "output");
        slot = o->kind == TF1C_COUNT ? COUNTER : o->kind == TF1C_FINAL ? FIRST_PORT + o->carried : slot_of(b, t.index);
    }
    if (x->body)
        return tf1c_export_text(x, "%s:output:%d", t.op->name, slot);
    return slot ? tf1c_export_text(x, "%s:%d", t.op->name, slot) : t.op->name;
}

/* ---- nodes ---------------------------------------------------------------------------------------------------------------------- */

static const char *part(tf1c_exporting *x, const char *name, int i)
{
    return tf1c_export_text(x, i < 0 ? "%s/%s" : "%s/%s_%d", x->op->name, name, i);
}

static const char *int_constant(tf1c_exporting *x, const char *name, int32_t value)
{
    return tf1c_constant_node(x, name, np_array(&value, tf_int32, SCALAR));
}

/* A shape as a tensor: -1 for what is not known, and for all of it. */
static const char *shape_constant(tf1c_exporting *x, const char *name, tf_dims d)
{
    int32_t dims[TF_MAX_RANK];
    if (!d.known)
        return int_constant(x, name, -1);
    for (int i = 0; i < d.rank; i++)
        dims[i] = (int32_t)d.dims[i];
    return tf1c_constant_node(x, name, np_array(dims, tf_int32, SHAPE(d.rank)));
}

static const char *list_node(tf1c_exporting *x, const char *op, const char *name, const char *argument, tf_dtype element,
                             bool shaped, int n, const char *const *inputs)
{
    tf1c_begin_node(x, op, name);
    for (int i = 0; i < n; i++)
        tf1c_def_input(&x->node, "%s", inputs[i]);
    tf1c_def_type(&x->node, "element_dtype", element);
    if (shaped)
        tf1c_def_type(&x->node, "shape_type", tf_int32);
    if (strcmp(op, "TensorListStack") == 0)
        tf1c_def_int(&x->node, "num_elements", -1);
    tf1c_end_node(x);
    return tf1c_part_reference(x, name, argument);
}

/* The first dimension of a tensor. */
static const char *length_of(tf1c_exporting *x, const char *input, tf_dtype dtype)
{
    const char *shape = part(x, "Shape", -1), *zero = int_constant(x, part(x, "Const", 0), 0),
               *axis = int_constant(x, part(x, "Const", 1), 0);
    tf1c_begin_node(x, "Shape", shape);
    tf1c_def_input(&x->node, "%s", input);
    tf1c_def_type(&x->node, "T", dtype);
    tf1c_def_type(&x->node, "out_type", tf_int32);
    tf1c_end_node(x);
    const char *name = part(x, "length", -1);
    tf1c_begin_node(x, "GatherV2", name);
    tf1c_def_input(&x->node, "%s", tf1c_part_reference(x, shape, "output"));
    tf1c_def_input(&x->node, "%s", zero);
    tf1c_def_input(&x->node, "%s", axis);
    tf1c_def_int(&x->node, "batch_dims", 0);
    tf1c_def_type(&x->node, "Tparams", tf_int32);
    tf1c_def_type(&x->node, "Tindices", tf_int32);
    tf1c_def_type(&x->node, "Taxis", tf_int32);
    tf1c_end_node(x);
    return tf1c_part_reference(x, name, "output");
}

static const char *cast_to_int32(tf1c_exporting *x, const char *input, tf_dtype from)
{
    const char *name = part(x, "Cast", -1);
    if (from == tf_int32)
        return input;
    tf1c_begin_node(x, "Cast", name);
    tf1c_def_input(&x->node, "%s", input);
    tf1c_def_type(&x->node, "SrcT", from);
    tf1c_def_type(&x->node, "DstT", tf_int32);
    tf1c_def_bool(&x->node, "Truncate", false);
    tf1c_end_node(x);
    return tf1c_part_reference(x, name, "y");
}

/* ---- functions ---------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    int n;
    int *types; /* protobuf's */
    tf_dims *shapes;
    const char **inputs; /* outside */
    const char **args;   /* inside: "a3" */
} variables;

static void *take(tf1c_exporting *x, size_t size)
{
    void *p = tf1c_arena_alloc(x->memory, size + 1);
    x->to->failed |= !p;
    return p;
}

static bool make_variables(tf1c_exporting *x, variables *v, int n)
{
    const size_t room = (size_t)n;
    *v = (variables){ n, take(x, room * sizeof *v->types), take(x, room * sizeof *v->shapes), take(x, room * sizeof *v->inputs),
                      take(x, room * sizeof *v->args) };
    for (int i = 0; i < n && v->args; i++)
        v->args[i] = tf1c_export_text(x, "a%d", i);
    return !x->to->failed;
}

static void set_variable(variables *v, int i, int type, tf_dims shape, const char *input)
{
    v->types[i] = type;
    v->shapes[i] = shape;
    v->inputs[i] = input;
}

static Tf1c__OpDef__ArgDef **arguments(tf1c_exporting *x, const char *letter, int n, const int *types)
{
    Tf1c__OpDef__ArgDef *all = take(x, (size_t)n * sizeof *all), **pointers = take(x, (size_t)n * sizeof *pointers);
    for (int i = 0; i < n && all && pointers; i++) {
        tf1c__op_def__arg_def__init(&all[i]);
        all[i].name = (char *)tf1c_export_text(x, "%s%d", letter, i);
        all[i].type = (Tf1c__DataType)types[i];
        pointers[i] = &all[i];
    }
    return pointers;
}

enum { SIGNATURE = 1, NODE_DEF = 3, RET = 4, FUNCTION = 1 };

/* Where one function's nodes go: an export of its own, whose names and reports are x's. */
static tf1c_exporting inside(tf1c_exporting *x, tf1c_buffer *function, const tf1c_body *b, const char *const *args)
{
    tf1c_exporting in = *x;
    in.to = function;
    in.number = NODE_DEF;
    in.body = b;
    in.args = args;
    in.shapes = false;
    return in;
}

static void close_function(tf1c_exporting *x, tf1c_exporting *in, const char *name, const variables *v, int n_out, const int *types,
                           const char *const *results)
{
    Tf1c__OpDef signature = TF1C__OP_DEF__INIT;
    signature.name = (char *)name;
    signature.n_input_arg = (size_t)v->n;
    signature.input_arg = arguments(x, "a", v->n, v->types);
    signature.n_output_arg = (size_t)n_out;
    signature.output_arg = arguments(x, "r", n_out, types);
    if (!x->to->failed)
        tf1c_put_message(in->to, SIGNATURE, &signature.base);
    for (int i = 0; i < n_out; i++) {
        Tf1c__FunctionDef__RetEntry ret = TF1C__FUNCTION_DEF__RET_ENTRY__INIT;
        ret.key = (char *)tf1c_export_text(x, "r%d", i);
        ret.value = (char *)results[i];
        tf1c_put_message(in->to, RET, &ret.base);
    }
    tf1c_put_bytes(x->library, FUNCTION, in->to->data, in->to->n);
    x->library->failed |= in->to->failed;
    if (in->status)
        x->status = in->status;
    tf1c_buffer_free(in->to);
}

static const char *function_name(tf1c_exporting *x, const char *which)
{
    char *name = (char *)tf1c_export_text(x, "%s_%s", x->op->name, which);
    for (char *c = name; *c; c++)
        if (*c == '/' || *c == '.' || *c == '-' || *c == '\\')
            *c = '_';
    return name;
}

/* ---- what a body is made of ------------------------------------------------------------------------------------------------------ */

static void mark(const tf_graph *g, char *marks, const tf_operation *op)
{
    if (op && op->graph == g)
        marks[op->index] = 1;
}

/* The operations that t is made of, in their order. */
static void export_made_of(tf1c_exporting *in, const tf_graph *g, tf_tensor t)
{
    char *marks = tf1c_alloc_zero((size_t)g->n_ops + 1);
    in->to->failed |= !marks;
    if (marks)
        mark(g, marks, t.op);
    for (int i = g->n_ops; marks && i-- > 0;) {
        const tf_operation *op = g->ops[i];
        for (int j = 0; marks[i] && j < op->n_inputs; j++)
            mark(g, marks, op->inputs[j].op);
        for (int j = 0; marks[i] && j < op->n_controls; j++)
            mark(g, marks, op->controls[j]);
    }
    for (int i = 0; marks && i < g->n_ops; i++)
        if (marks[i])
            tf1c_export_operation(in, g->ops[i]);
    tf1c_free(marks);
}

static bool assigns(tf1c_exporting *x, const tf_graph *g)
{
    for (int i = 0; i < g->n_ops; i++)
        if (g->ops[i]->def->traits & TF_WRITES_REF && !x->drawing) {
            x->status = tf_fail(tf_unimplemented, x->here, g->ops[i]->name,
                                "'%s' assigns to a variable inside of '%s': TensorFlow's functional While and If cannot",
                                g->ops[i]->name, x->op->name);
            return true;
        }
    return false;
}

/* What a body captures, as seen from outside: of a variable its value. */
static const char *captured(tf1c_exporting *x, tf_tensor outer)
{
    if (outer.op->read && outer.op->read != outer.op)
        outer = (tf_tensor){ .op = outer.op->read };
    return tf1c_reference(x, outer);
}

/* ---- loops -------------------------------------------------------------------------------------------------------------------------- */

static void set_trip(tf1c_exporting *x, const tf_operation *op, const tf1c_body *b, variables *v)
{
    const char *trip = NULL;
    if (b->trip >= 0)
        trip = cast_to_int32(x, tf1c_reference(x, op->inputs[b->trip]), tf_get_dtype(op->inputs[b->trip]));
    for (int i = 0; i < b->n_in && !trip; i++)
        if (b->in[i].kind == TF1C_SLICED)
            trip = length_of(x, tf1c_reference(x, op->inputs[i]), tf_get_dtype(op->inputs[i]));
    set_variable(v, TRIP, tf_int32, SCALAR, trip ? trip : int_constant(x, part(x, "trip", -1), -1));
}

static const char *new_list(tf1c_exporting *x, const tf1c_body *b, int o, const variables *v)
{
    const tf_dtype dtype = tf_get_dtype(b->out[o].result);
    const char *shape = shape_constant(x, part(x, "list/element_shape", o), tf_get_shape(b->out[o].result));
    if (pushes(b))
        return list_node(x, "EmptyTensorList", part(x, "list", o), "handle", dtype, true, 2,
                         (const char *const[]){ shape, int_constant(x, part(x, "list/most", o), -1) });
    return list_node(x, "TensorListReserve", part(x, "list", o), "handle", dtype, true, 2,
                     (const char *const[]){ shape, v->inputs[TRIP] });
}

static const char *zeros(tf1c_exporting *x, int o, tf_tensor like)
{
    tf_ndarray value = np_zeros(tf_get_shape(like), tf_get_dtype(like));
    x->to->failed |= !value.data;
    const char *reference = tf1c_constant_node(x, part(x, "zeros", o), value);
    np_free(&value);
    return reference;
}

static void set_ports(tf1c_exporting *x, const tf_operation *op, const tf1c_body *b, variables *v)
{
    for (int i = 0; i < b->n_in; i++) {
        const tf_dtype dtype = tf_get_dtype(op->inputs[i]);
        const tf_dims shape = tf_get_shape(b->in[i].arg);
        if (b->in[i].kind != TF1C_SLICED) {
            set_variable(v, FIRST_PORT + i, (int)dtype, shape, captured(x, op->inputs[i]));
            continue;
        }
        const char *of[] = { tf1c_reference(x, op->inputs[i]), shape_constant(x, part(x, "sequence/element_shape", i), shape) };
        set_variable(v, FIRST_PORT + i, VARIANT, SCALAR,
                     list_node(x, "TensorListFromTensor", part(x, "sequence", i), "output_handle", dtype, true, 2, of));
    }
    for (int o = 0; o < b->n_out; o++)
        if (is_list(&b->out[o]))
            set_variable(v, slot_of(b, o), VARIANT, SCALAR, new_list(x, b, o, v));
        else if (is_accumulated(&b->out[o]))
            set_variable(v, slot_of(b, o), (int)tf_get_dtype(b->out[o].result), tf_get_shape(b->out[o].result),
                         zeros(x, o, b->out[o].result));
}

/* Which step it is, counted along the sequences. */
static const char *position(tf1c_exporting *in, const tf1c_body *b, const variables *v)
{
    if (!b->reverse)
        return v->args[COUNTER];
    const char *last = tf1c_simple_node(in, "Sub", "position/last", "z", tf_int32, 2,
                                        (const char *const[]){ v->args[TRIP], int_constant(in, "position/one", 1) });
    return tf1c_simple_node(in, "Sub", "position", "z", tf_int32, 2, (const char *const[]){ last, v->args[COUNTER] });
}

/* What stands for the body's arguments: variables, and elements of lists. */
static const char *const *body_args(tf1c_exporting *in, const tf1c_body *b, const variables *v, const char *at)
{
    const char **args = take(in, (size_t)b->n_in * sizeof *args);
    for (int i = 0; i < b->n_in && args; i++) {
        args[i] = v->args[FIRST_PORT + i];
        if (b->in[i].kind != TF1C_SLICED)
            continue;
        const char *shape = shape_constant(in, tf1c_export_text(in, "element_%d/shape", i), tf_get_shape(b->in[i].arg));
        args[i] = list_node(in, "TensorListGetItem", tf1c_export_text(in, "element_%d", i), "item", tf_get_dtype(b->in[i].arg),
                            false, 3, (const char *const[]){ args[i], at, shape });
    }
    return args;
}

static const char *condition_function(tf1c_exporting *x, const tf1c_body *b, const variables *v)
{
    static const int types[] = { tf_bool };
    const char *name = function_name(x, "cond"), *result = NULL;
    tf1c_buffer function = { 0 };
    tf1c_exporting in = inside(x, &function, b, v->args + FIRST_PORT);
    if (counts_steps(b))
        result = tf1c_simple_node(&in, "Less", "more", "z", tf_int32, 2, (const char *const[]){ v->args[COUNTER], v->args[TRIP] });
    if (b->has_condition) {
        const bool sliced = counts_steps(b) && b->trip < 0;
        in.args = sliced ? body_args(&in, b, v, position(&in, b, v)) : in.args;
        export_made_of(&in, b->graph, b->condition);
        const char *condition = tf1c_reference(&in, b->condition);
        in.op = x->op;
        result = !result ? condition
                         : tf1c_simple_node(&in, "LogicalAnd", "both", "z", tf_dtype_unset, 2,
                                            (const char *const[]){ result, condition });
    }
    close_function(x, &in, name, v, 1, types, &result);
    return name;
}

static const char *next_list(tf1c_exporting *in, const tf1c_body *b, int o, const variables *v, const char *at)
{
    const char *list = v->args[slot_of(b, o)], *result = tf1c_reference(in, b->out[o].result);
    const char *name = tf1c_export_text(in, "set_%d", o);
    const tf_dtype dtype = tf_get_dtype(b->out[o].result);
    if (pushes(b))
        return list_node(in, "TensorListPushBack", name, "output_handle", dtype, false, 2, (const char *const[]){ list, result });
    return list_node(in, "TensorListSetItem", name, "output_handle", dtype, false, 3, (const char *const[]){ list, at, result });
}

static const char *body_function(tf1c_exporting *x, const tf1c_body *b, const variables *v)
{
    const char *name = function_name(x, "body"), **results = take(x, (size_t)v->n * sizeof *results);
    tf1c_buffer function = { 0 };
    tf1c_exporting in = inside(x, &function, b, NULL);
    const char *at = position(&in, b, v);
    in.args = body_args(&in, b, v, at);
    for (int i = 0; i < b->graph->n_ops && in.args; i++)
        tf1c_export_operation(&in, b->graph->ops[i]);
    in.op = x->op;
    for (int i = 0; i < v->n && results; i++)
        results[i] = v->args[i];
    const char *next = tf1c_simple_node(&in, "Add", "next", "z", tf_int32, 2,
                                        (const char *const[]){ v->args[COUNTER], int_constant(&in, "next/one", 1) });
    if (!results || !in.args)
        return name;
    results[COUNTER] = next;
    for (int o = 0; o < b->n_out; o++)
        if (b->out[o].kind == TF1C_FINAL)
            results[FIRST_PORT + b->out[o].carried] = tf1c_reference(&in, b->out[o].result);
        else if (is_list(&b->out[o]))
            results[slot_of(b, o)] = next_list(&in, b, o, v, at);
        else if (is_accumulated(&b->out[o]))
            results[slot_of(b, o)] =
                tf1c_simple_node(&in, "Add", tf1c_export_text(&in, "sum_%d", o), "z", tf_get_dtype(b->out[o].result), 2,
                                 (const char *const[]){ v->args[slot_of(b, o)], tf1c_reference(&in, b->out[o].result) });
    close_function(x, &in, name, v, v->n, v->types, results);
    return name;
}

/* A list once the loop is done: stacked, and summed where that was asked. */
static void finish_list(tf1c_exporting *x, const tf1c_body *b, int o)
{
    const tf_dtype dtype = tf_get_dtype(b->out[o].result);
    const char *slot = x->body ? tf1c_export_text(x, "%s:output:%d", x->op->name, slot_of(b, o))
                               : tf1c_export_text(x, "%s:%d", x->op->name, slot_of(b, o));
    const char *shape = shape_constant(x, part(x, "stacked/element_shape", o), tf_get_shape(b->out[o].result));
    const char *stacked =
        list_node(x, "TensorListStack", part(x, "stacked", o), "tensor", dtype, false, 2, (const char *const[]){ slot, shape });
    if (b->out[o].kind == TF1C_STACKED)
        return;
    const char *axis = int_constant(x, part(x, "summed/axis", o), 0);
    tf1c_begin_node(x, "Sum", part(x, "summed", o));
    tf1c_def_input(&x->node, "%s", stacked);
    tf1c_def_input(&x->node, "%s", axis);
    tf1c_def_bool(&x->node, "keep_dims", false);
    tf1c_def_type(&x->node, "T", dtype);
    tf1c_def_type(&x->node, "Tidx", tf_int32);
    tf1c_end_node(x);
}

void tf1c_export_loop(tf1c_exporting *x, const tf_operation *op)
{
    const tf1c_body *b = body_of(op);
    variables v;
    if (assigns(x, b->graph) || !make_variables(x, &v, count_slots(b)))
        return;
    set_variable(&v, COUNTER, tf_int32, SCALAR, int_constant(x, part(x, "loop_counter", -1), 0));
    set_variable(&v, MOST_STEPS, tf_int32, SCALAR, int_constant(x, part(x, "maximum_iterations", -1), -1));
    set_trip(x, op, b, &v);
    set_ports(x, op, b, &v);
    const char *cond = condition_function(x, b, &v), *body = body_function(x, b, &v);
    tf1c_begin_node(x, "While", op->name);
    for (int i = 0; i < v.n; i++)
        tf1c_def_input(&x->node, "%s", v.inputs[i]);
    tf1c_export_controls(x, op);
    tf1c_def_types(&x->node, "T", v.n, v.types);
    tf1c_def_func(&x->node, "cond", cond);
    tf1c_def_func(&x->node, "body", body);
    tf1c_def_shapes(&x->node, "output_shapes", v.n, v.shapes);
    tf1c_def_int(&x->node, "parallel_iterations", 10);
    tf1c_def_bool(&x->node, "_lower_using_switch_merge", true);
    tf1c_end_node(x);
    for (int o = 0; o < b->n_out; o++)
        if (is_list(&b->out[o]))
            finish_list(x, b, o);
}

/* ---- branches ------------------------------------------------------------------------------------------------------------------------ */

/* A branch that has nothing for an output gives an empty tensor: nobody reads it. */
static const char *nothing(tf1c_exporting *in, int o, tf_dtype dtype)
{
    tf_ndarray none = np_zeros(SHAPE(0), dtype);
    const char *reference = tf1c_constant_node(in, tf1c_export_text(in, "nothing_%d", o), none);
    np_free(&none);
    return reference;
}

/* Each argument by an Identity: cond_v2 saves what its gradient reads of a function that it did not make, but for the arguments. */
static const char *const *passed_on(tf1c_exporting *in, const tf1c_body *b, const char *const *args, const int *types)
{
    const char **all = take(in, (size_t)b->n_in * sizeof *all);
    for (int i = 0; i < b->n_in && all; i++)
        all[i] =
            tf1c_simple_node(in, "Identity", tf1c_export_text(in, "captured_%d", i), "output", (tf_dtype)types[i], 1, &args[i]);
    return all;
}

static const char *branch_function(tf1c_exporting *x, const tf_operation *op, int which, int first, const variables *v,
                                   const int *types)
{
    const tf1c_branch_attrs *a = op->attrs;
    const tf1c_body *b = a->bodies[which];
    const char *name = function_name(x, which ? "true" : "false"), **results = take(x, (size_t)op->n_outputs * sizeof *results);
    tf1c_buffer function = { 0 };
    tf1c_exporting in = inside(x, &function, b, NULL);
    in.args = passed_on(&in, b, v->args + first, v->types + first);
    for (int i = 0; i < b->graph->n_ops && in.args; i++)
        tf1c_export_operation(&in, b->graph->ops[i]);
    in.op = x->op;
    for (int o = 0; o < op->n_outputs && results; o++)
        results[o] = b->out[o].result.op ? tf1c_reference(&in, b->out[o].result) : nothing(&in, o, op->outputs[o].dtype);
    if (results)
        close_function(x, &in, name, v, op->n_outputs, types, results);
    return name;
}

void tf1c_export_branch(tf1c_exporting *x, const tf_operation *op)
{
    const tf1c_branch_attrs *a = op->attrs;
    variables v;
    int *types = take(x, (size_t)op->n_outputs * sizeof *types);
    tf_dims *shapes = take(x, (size_t)op->n_outputs * sizeof *shapes);
    if (assigns(x, a->graphs[0]) || assigns(x, a->graphs[1]) || !make_variables(x, &v, op->n_inputs - 1))
        return;
    for (int i = 0; i < v.n; i++)
        set_variable(&v, i, (int)tf_get_dtype(op->inputs[1 + i]), tf_get_shape(op->inputs[1 + i]), captured(x, op->inputs[1 + i]));
    for (int o = 0; o < op->n_outputs; o++) {
        const bool both = a->bodies[0]->out[o].result.op && a->bodies[1]->out[o].result.op;
        types[o] = (int)op->outputs[o].dtype;
        shapes[o] = both ? op->outputs[o].shape : (tf_dims){ .known = false };
    }
    const char *then = branch_function(x, op, 1, a->bodies[0]->n_in, &v, types),
               *otherwise = branch_function(x, op, 0, 0, &v, types);
    tf1c_begin_node(x, "If", op->name);
    tf1c_def_input(&x->node, "%s", tf1c_reference(x, op->inputs[0]));
    for (int i = 0; i < v.n; i++)
        tf1c_def_input(&x->node, "%s", v.inputs[i]);
    tf1c_export_controls(x, op);
    tf1c_def_type(&x->node, "Tcond", tf_bool);
    tf1c_def_types(&x->node, "Tin", v.n, v.types);
    tf1c_def_types(&x->node, "Tout", op->n_outputs, types);
    tf1c_def_func(&x->node, "then_branch", then);
    tf1c_def_func(&x->node, "else_branch", otherwise);
    tf1c_def_shapes(&x->node, "output_shapes", op->n_outputs, shapes);
    tf1c_def_bool(&x->node, "_lower_using_switch_merge", true);
    tf1c_end_node(x);
}
