/* A while frame as one Loop: its variables are carried; those that TensorArrays flow through are stacked, what is read of a filled array
 * is sliced; a condition that only counts becomes the number of steps. */
#include <string.h>

#include "ops/array/concat.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/pad.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/unary.h"
#include "session/graphdef/flow.h"

typedef struct {
    tf1c_in_node *merge;
    tf1c_edge start, next;     /* what enters; what the body makes of it */
    const tf1c_in_node *write; /* of an array: what puts its elements in */
    int step;                  /* of a counter: 1 or -1 */
    int64_t from;              /* and where it starts, if known */
    bool starts_known;
    tf_dims shape;
    int out;
} variable;

/* One loop being made, in the one around it. */
struct tf1c_in_loop {
    struct tf1c_in_loop *outer;
    int group;
    int n;
    variable *vars;
    tf1c_body *b;
    int direction;  /* of the arrays: 0 as long as there is none */
    tf_tensor trip; /* none: the condition alone ends the loop */
};
typedef struct tf1c_in_loop looping;

static tf1c_in_node *source(const tf1c_importing *m, tf1c_edge e) { return e.node >= 0 ? &m->nodes[e.node] : NULL; }
static bool is_op(const tf1c_in_node *n, const char *op) { return n && n->kind == TF1C_PLAIN && strcmp(n->record->name, op) == 0; }
static bool is_add(const tf1c_in_node *n) { return is_op(n, "Add") || is_op(n, "AddV2"); }

/* ---- what edges come from, past Identity, Enter and Switch -------------------------------------------------------------------- */

static tf1c_edge origin(const tf1c_importing *m, tf1c_edge e)
{
    for (int steps = 0; steps <= m->n; steps++) {
        const tf1c_in_node *s = source(m, e);
        if (!s || !(is_op(s, "Identity") || s->kind == TF1C_ENTER || s->kind == TF1C_SWITCH))
            return e;
        e = s->in[0];
    }
    return e;
}

static variable *variable_of(const tf1c_importing *m, const looping *l, tf1c_edge e)
{
    const tf1c_in_node *s = source(m, origin(m, e));
    for (int i = 0; i < l->n; i++)
        if (l->vars[i].merge == s)
            return &l->vars[i];
    return NULL;
}

static bool int_of(tf_ndarray a, int64_t *value)
{
    if (np_size(a) != 1 || !a.data || (a.dtype != tf_int32 && a.dtype != tf_int64))
        return false;
    *value = a.dtype == tf_int32 ? *(const int32_t *)a.data : *(const int64_t *)a.data;
    return true;
}

static bool constant_int(tf1c_importing *m, tf1c_edge e, int64_t *value)
{
    tf_ndarray a;
    const tf1c_in_node *s = source(m, origin(m, e));
    const Tf1c__AttrValue *v = is_op(s, "Const") ? tf1c_attr_of(s->def, "value") : NULL;
    if (s && s->out && tf_constant_value(s->out[0], &a))
        return int_of(a, value);
    return v && v->value_case == TF1C__ATTR_VALUE__VALUE_TENSOR && tf1c_array_of(m, s->def, v->tensor, &a) && int_of(a, value);
}

/* ---- variables ------------------------------------------------------------------------------------------------------------------ */

static bool take_variable(tf1c_importing *m, tf1c_in_node *merge, variable *v)
{
    *v = (variable){ .merge = merge, .start = { -2, 0 }, .next = { -2, 0 } };
    for (int i = 0; i < merge->n_in; i++) {
        const tf1c_in_node *s = source(m, merge->in[i]);
        if (s && s->kind == TF1C_ENTER)
            v->start = s->in[0];
        else if (s && s->kind == TF1C_NEXT_ITERATION)
            v->next = s->in[0];
    }
    if (v->start.node == -2 || v->next.node == -2 || merge->n_in != 2)
        return tf1c_import_fail(m, tf_invalid_argument, merge->def->name, "a loop's Merge without Enter and NextIteration");
    const tf1c_in_node *next = source(m, v->next);
    v->write = next && next->kind == TF1C_TA_WRITE ? next : NULL;
    return true;
}

/* variable + 1, variable - 1 */
static void find_step(tf1c_importing *m, const looping *l, variable *v)
{
    const tf1c_in_node *next = source(m, v->next);
    int64_t by;
    while (is_op(next, "Identity"))
        next = source(m, next->in[0]);
    if (!(is_add(next) || is_op(next, "Sub")) || next->n_in != 2)
        return;
    for (int i = 0; i < 2; i++)
        if (variable_of(m, l, next->in[i]) == v && constant_int(m, next->in[1 - i], &by) && (by == 1 || by == -1) &&
            (i == 0 || is_add(next)))
            v->step = is_add(next) ? (int)by : -(int)by;
    v->starts_known = constant_int(m, v->start, &v->from);
}

static bool take_variables(tf1c_importing *m, looping *l)
{
    const tf1c_group *g = &m->regions->groups[l->group];
    l->vars = tf1c_import_alloc(m, (size_t)g->n_members * sizeof *l->vars);
    for (int i = 0; i < g->n_members && l->vars && !m->status; i++)
        if (m->nodes[g->members[i]].kind == TF1C_MERGE && take_variable(m, &m->nodes[g->members[i]], &l->vars[l->n]))
            l->n++;
    for (int i = 0; i < l->n && !m->status; i++) {
        const tf_tensor start = tf1c_edge_tensor(m, l->vars[i].start);
        if (!tf_is_none(start))
            l->vars[i].shape = tf_get_shape(start);
        find_step(m, l, &l->vars[i]);
    }
    return l->vars && !m->status;
}

/* ---- how many steps ---------------------------------------------------------------------------------------------------------------- */

static tf_tensor int_tensor(int64_t value, tf1c_importing *m)
{
    return tf_convert(tf_operand_integer(value), tf_int32, m->here, NULL);
}

static bool same_number(tf_tensor a, tf_tensor b)
{
    tf_ndarray x, y;
    int64_t i, j;
    if (tf_same_tensor(a, b))
        return true;
    return tf_constant_value(a, &x) && tf_constant_value(b, &y) && int_of(x, &i) && int_of(y, &j) && i == j;
}

/* What a loop's invariant is outside of it; none if it is made inside. */
static tf_tensor outside(tf1c_importing *m, const looping *l, tf1c_edge e)
{
    int64_t value;
    for (const tf1c_in_node *s = source(m, e); s; s = source(m, e)) {
        if (s->kind == TF1C_ENTER) {
            const tf_tensor t = tf1c_edge_tensor(m, s->in[0]);
            return tf_is_none(t) || tf_get_dtype(t) == tf_int32 ? t : tf1c_cast(t, tf_int32, m->here);
        }
        if (!is_op(s, "Identity"))
            break;
        e = s->in[0];
    }
    (void)l;
    return constant_int(m, e, &value) && value == (int32_t)value ? int_tensor(value, m) : (tf_tensor){ .op = NULL };
}

/* Steps until counter < bound, or counter >= 0 counted down, fails; none if it is another condition. */
static tf_tensor steps_of(tf1c_importing *m, const looping *l, const tf1c_in_node *leaf)
{
    int64_t zero;
    const variable *v = leaf->n_in == 2 ? variable_of(m, l, leaf->in[0]) : NULL;
    if (v && v->step == 1 && v->starts_known && is_op(leaf, "Less")) {
        const tf_tensor bound = outside(m, l, leaf->in[1]);
        return tf_is_none(bound) || v->from == 0 ? bound : tf_sub(bound, int_tensor(v->from, m));
    }
    if (v && v->step == -1 && is_op(leaf, "GreaterEqual") && constant_int(m, leaf->in[1], &zero) && zero == 0) {
        const tf_tensor start = tf1c_edge_tensor(m, v->start);
        return tf_is_none(start) || tf_get_dtype(start) != tf_int32 ? (tf_tensor){ .op = NULL } : tf_add(start, int_tensor(1, m));
    }
    return (tf_tensor){ .op = NULL };
}

enum { MOST_LEAVES = 8 };

static bool find_trip(tf1c_importing *m, looping *l, tf1c_edge condition)
{
    tf1c_edge pending[MOST_LEAVES] = { condition };
    for (int n = 1; n;) {
        const tf1c_in_node *s = source(m, pending[--n]);
        if (!s || (s->kind != TF1C_PLAIN && s->kind != TF1C_LOOP_COND) || !s->n_in)
            return false;
        if ((is_op(s, "LogicalAnd") || is_op(s, "Identity") || s->kind == TF1C_LOOP_COND) && n + s->n_in <= MOST_LEAVES) {
            for (int i = 0; i < s->n_in; i++)
                pending[n++] = s->in[i];
            continue;
        }
        const tf_tensor steps = steps_of(m, l, s);
        if (tf_is_poisoned(steps))
            return false;
        if (tf_is_none(l->trip) || same_number(l->trip, steps))
            l->trip = steps;
        else
            l->trip = tf_minimum(l->trip, steps);
    }
    return !tf_is_none(l->trip);
}

/* ---- arrays ------------------------------------------------------------------------------------------------------------------------ */

/* Elements are taken and put in order, all in the same one. */
static bool follows(tf1c_importing *m, looping *l, const tf1c_in_node *n, tf1c_edge index, int64_t from)
{
    const variable *v = variable_of(m, l, index);
    const bool counts = v && v->step && (v->step < 0 || (v->starts_known && v->from == from));
    if (!counts || (l->direction && l->direction != v->step) || tf_is_none(l->trip))
        return tf1c_import_fail(m, tf_unimplemented, n->def->name, "a TensorArray whose elements are not taken in order");
    l->direction = v->step;
    return true;
}

static bool name_result(tf1c_importing *m, tf1c_in_node *n, tf_tensor t)
{
    const char *name = tf1c_import_name(m, n->def->name),
               *exact = name ? tf1c_graph_printf(tf1c_current_graph(), "%s/", name) : NULL;
    n->out = exact ? tf1c_import_alloc(m, sizeof *n->out) : NULL;
    n->n_out = 1;
    if (n->out)
        n->out[0] = tf_identity(t, .name = exact);
    return n->out && !tf_is_poisoned(n->out[0]);
}

/* Those that the loop takes, as a tensor of the graph around it. */
static tf_tensor elements_from(const looping *l, tf_tensor all, int64_t from)
{
    if (!from)
        return all;
    struct tf_with_ around = tf_graph_open_(l->b->parent);
    all = tf_getitem(all, "%lld:", (long long)from);
    tf_with_close_(&around);
    return all;
}

static bool read_array(tf1c_importing *m, tf1c_in_node *n)
{
    looping *l = m->loop;
    const tf1c_in_node *filled = source(m, origin(m, n->in[2]));
    if (!filled || filled->kind != TF1C_TA_SCATTER || !filled->out)
        return tf1c_import_fail(m, tf_unimplemented, n->def->name, "a TensorArray is read that was not filled by one tensor");
    const variable *v = l ? variable_of(m, l, n->in[1]) : NULL;
    tf_tensor all = filled->out[0];
    if (!v) /* one of its elements, by itself */
        return name_result(m, n, tf_gather(all, tf1c_edge_tensor(m, n->in[1])));
    if (!follows(m, l, n, n->in[1], v->from))
        return false;
    all = elements_from(l, all, v->step > 0 ? v->from : 0);
    n->out = tf1c_import_alloc(m, sizeof *n->out);
    n->n_out = 1;
    for (int i = 0; i < l->b->n_in && n->out; i++)
        if (l->b->in[i].kind == TF1C_SLICED && tf_same_tensor(l->b->in[i].outer, all)) {
            n->out[0] = l->b->in[i].arg;
            return true;
        }
    const tf_tensor outer = tf1c_import(l->b->parent, all, m->here);
    if (!n->out || tf_is_poisoned(outer))
        return false;
    n->out[0] = tf1c_body_arg(l->b, TF1C_SLICED, outer, tf1c_element_dims(tf_get_shape(outer)));
    return true;
}

/* Zeros for elements that no step has put in, as TensorFlow has it. */
static tf_tensor filled_up(tf_tensor stacked, tf_tensor size)
{
    const tf_dims d = tf_get_shape(stacked);
    const tf_tensor rows = tf_sub(size, tf_getitem(tf_shape(stacked), "0")), zero = tf_zeros_like(rows);
    tf_list pairs = { 0 };
    for (int i = 0; i < d.rank; i++)
        tf_append(&pairs, tf_stack(LIST(zero, i ? zero : rows)));
    return tf_pad(stacked, tf_stack(pairs));
}

static bool gather_array(tf1c_importing *m, tf1c_in_node *n)
{
    const tf1c_in_node *flow = source(m, n->in[2]), *array = source(m, origin(m, n->in[0]));
    while (is_op(flow, "Identity"))
        flow = source(m, flow->in[0]);
    if (!flow || !flow->out || !array || array->kind != TF1C_TENSOR_ARRAY || !array->out ||
        (flow->kind != TF1C_EXIT && flow->kind != TF1C_TA_SCATTER))
        return tf1c_import_fail(m, tf_unimplemented, n->def->name, "a TensorArray is gathered that no loop has filled");
    tf_tensor all = flow->out[0], size = array->out[0];
    tf_dims d = tf_get_shape(all);
    tf_ndarray known;
    int64_t rows = NONE;
    if (flow->kind == TF1C_EXIT && !(tf_constant_value(size, &known) && int_of(known, &rows) && d.known && d.dims[0] == rows) &&
        !same_number(size, m->regions->groups[flow->group].trip)) {
        if (!d.known)
            return tf1c_import_fail(m, tf_unimplemented, n->def->name,
                                    "a TensorArray with elements of unknown rank that may not be full");
        all = filled_up(all, size);
    }
    if (!is_op(source(m, n->in[1]), "Range"))
        all = tf_gather(all, tf1c_edge_tensor(m, n->in[1]));
    return name_result(m, n, all);
}

static bool pass_on(tf1c_importing *m, tf1c_in_node *n, tf1c_edge e, int n_out)
{
    const tf_tensor t = tf1c_edge_tensor(m, e);
    n->out = tf_is_none(t) ? NULL : tf1c_import_alloc(m, (size_t)n_out * sizeof *n->out);
    n->n_out = n_out;
    for (int i = 0; n->out && i < n_out; i++)
        n->out[i] = t;
    return n->out;
}

bool tf1c_make_array_op(tf1c_importing *m, tf1c_in_node *n)
{
    const tf1c_in_node *array = source(m, origin(m, n->in[0]));
    switch (n->kind) {
    case TF1C_TENSOR_ARRAY: return pass_on(m, n, n->in[0], 2);
    case TF1C_TA_SCATTER:
    case TF1C_TA_WRITE: return pass_on(m, n, n->in[2], 1);
    case TF1C_TA_READ: return read_array(m, n);
    case TF1C_TA_GATHER: return gather_array(m, n);
    default:
        if (!array || array->kind != TF1C_TENSOR_ARRAY)
            return tf1c_import_fail(m, tf_invalid_argument, n->def->name, "the size of no TensorArray");
        return pass_on(m, n, array->in[0], 1);
    }
}

/* ---- the body -------------------------------------------------------------------------------------------------------------------------- */

static tf_tensor in_body(tf1c_importing *m, tf1c_body *b, tf1c_edge e)
{
    if (e.node >= 0 && !tf1c_make_node(m, e.node))
        return (tf_tensor){ .op = NULL };
    tf_tensor t = tf1c_edge_tensor(m, e);
    if (tf_is_none(t))
        return t;
    t = t.op->read ? tf_identity(t) : tf1c_import(b->graph, t, m->here);
    if (tf_is_poisoned(t))
        m->status = m->status ? m->status : tf_value_error;
    return t;
}

static bool open_variables(tf1c_importing *m, looping *l)
{
    for (int i = 0; i < l->n && !m->status; i++) {
        tf1c_in_node *merge = l->vars[i].merge;
        merge->out = tf1c_import_alloc(m, 2 * sizeof *merge->out);
        merge->n_out = 2;
        merge->state = TF1C_MADE;
        if (!merge->out || l->vars[i].write)
            continue;
        const tf_tensor start = tf1c_import(l->b->parent, tf1c_edge_tensor(m, l->vars[i].start), m->here);
        if (tf_is_poisoned(start))
            return false;
        merge->out[0] = merge->out[1] = tf1c_body_arg(l->b, TF1C_CARRIED, start, l->vars[i].shape);
    }
    return !m->status;
}

/* Forgets what was made of a region and of those within it. */
static void forget(tf1c_importing *m, int region)
{
    for (int i = 0; i < m->n; i++) {
        int r = m->nodes[i].region;
        while (r && r != region)
            r = m->regions->groups[m->regions->regions[r].group].parent;
        if (r == region) {
            m->nodes[i].state = 0;
            m->nodes[i].next = 0;
            m->nodes[i].out = NULL;
            m->nodes[i].n_out = 0;
        }
    }
    for (int g = 0; g < m->regions->n_groups; g++) {
        int r = m->regions->groups[g].parent;
        while (r && r != region)
            r = m->regions->groups[m->regions->regions[r].group].parent;
        if (r == region)
            m->regions->groups[g].op = NULL;
    }
}

/* What is not the same after a step is not known before it: the graph does not say what TensorFlow's invariants were. False if the body
 * has to be made anew. */
static bool keeps_shape(variable *v, tf_dims after)
{
    tf_dims before = v->shape;
    if (!before.known)
        return true;
    if (!after.known || after.rank != before.rank) {
        v->shape = (tf_dims){ .known = false };
        return false;
    }
    bool kept = true;
    for (int i = 0; i < before.rank; i++)
        if (before.dims[i] != NONE && before.dims[i] != after.dims[i]) {
            v->shape.dims[i] = NONE;
            kept = false;
        }
    return kept;
}

/* The first element may be put in before the loop. */
static bool is_begun(const tf1c_importing *m, const variable *v)
{
    return v->write && source(m, v->start) && source(m, v->start)->kind == TF1C_TA_WRITE;
}
static int64_t first_written(const tf1c_importing *m, const variable *v) { return is_begun(m, v); }

/* True: the body is whole; false: it has to be made anew with other shapes, or a report was made. */
static bool fill_body(tf1c_importing *m, looping *l)
{
    const tf1c_group *g = &m->regions->groups[l->group];
    bool kept = open_variables(m, l);
    for (int i = 0, port = 0; i < l->n && !m->status && kept; i++) {
        variable *v = &l->vars[i];
        const tf_tensor t = in_body(m, l->b, v->write ? v->write->in[2] : v->next);
        if (m->status || tf_is_none(t))
            return false;
        v->out = l->b->n_out;
        if (v->write ? !follows(m, l, v->write, v->write->in[1], first_written(m, v)) : !(kept = keeps_shape(v, tf_get_shape(t))))
            break;
        if (!tf1c_body_result(l->b, v->write ? TF1C_STACKED : TF1C_FINAL, v->write ? -1 : port++, t))
            m->status = tf_memory_error;
    }
    if (kept && !m->status && tf_is_none(l->trip)) {
        l->b->has_condition = true;
        l->b->condition = in_body(m, l->b, m->nodes[g->condition - 1].in[0]);
    }
    return kept && !m->status;
}

/* Whether the trip is the length of what is sliced: then that is what counts. */
static bool is_length_of(tf_tensor trip, tf_tensor sliced)
{
    tf_ndarray value;
    int64_t steps, begin;
    const tf_dims d = tf_get_shape(sliced);
    if (tf_constant_value(trip, &value) && int_of(value, &steps) && d.known && d.rank && d.dims[0] == steps)
        return true;
    const tf_operation *slice = trip.op;
    if (strcmp(tf_op_type(slice), "StridedSlice") != 0 || strcmp(tf_op_type(slice->inputs[0].op), "Shape") != 0)
        return false;
    return tf_constant_value(slice->inputs[1], &value) && int_of(value, &begin) && begin == 0 && tf_get_shape(trip).known &&
           tf_get_shape(trip).rank == 0 && tf_same_tensor(slice->inputs[0].op->inputs[0], sliced);
}

static void set_trip(tf1c_importing *m, looping *l)
{
    l->b->reverse = l->direction < 0;
    if (tf_is_none(l->trip))
        return;
    for (int i = 0; i < l->b->n_in; i++)
        if (l->b->in[i].kind == TF1C_SLICED && is_length_of(l->trip, l->b->in[i].outer))
            return;
    bool sliced = false;
    struct tf_with_ around = tf_graph_open_(l->b->parent);
    for (int i = 0; i < l->b->n_in; i++)
        if (l->b->in[i].kind == TF1C_SLICED) { /* as many elements as there are steps */
            l->b->in[i].outer = l->b->reverse ? tf_getitem_tensors(l->b->in[i].outer, LIST(tf_neg(l->trip)), "{}:")
                                              : tf_getitem_tensors(l->b->in[i].outer, LIST(l->trip), ":{}");
            sliced = true;
        }
    tf_with_close_(&around);
    if (sliced)
        return;
    tf1c_body_arg(l->b, TF1C_CAPTURED, tf1c_import(l->b->parent, l->trip, m->here), SCALAR);
    l->b->trip = l->b->n_in - 1;
}

/* "rnn/while/while_context" -> "rnn/while" */
static const char *loop_name(tf1c_importing *m, const tf1c_group *g)
{
    static const char end[] = "/while_context";
    char name[256];
    size_t n = g->frame->len < sizeof name ? g->frame->len : sizeof name - 1;
    if (n >= sizeof end && memcmp(g->frame->data + n - (sizeof end - 1), end, sizeof end - 1) == 0)
        n -= sizeof end - 1;
    memcpy(name, g->frame->data, n);
    name[n] = '\0';
    if (!tf1c_valid_name(name, false))
        strcpy(name, "while");
    return tf1c_import_name(m, name);
}

/* What the variable's Exit gives, kept by its Merge. */
static void give(tf1c_importing *m, variable *v, tf_operation *op)
{
    v->merge->result = (tf_tensor){ .op = op, .index = v->out };
    if (is_begun(m, v)) {
        const tf_tensor first = tf1c_edge_tensor(m, v->start);
        if (!tf_is_none(first))
            v->merge->result = tf_concat(LIST(tf_expand_dims(first, 0), v->merge->result), 0);
    }
}

static bool make_loop(tf1c_importing *m, int group)
{
    enum { MOST_TRIES = 10 };
    const tf1c_group *g = &m->regions->groups[group];
    looping l = { .outer = m->loop, .group = group };
    const char *scope = loop_name(m, g), *name = scope ? tf1c_graph_printf(tf1c_current_graph(), "%s/Loop", scope) : NULL;
    if (!name || !take_variables(m, &l))
        return false;
    if (!g->condition)
        return tf1c_import_fail(m, tf_invalid_argument, m->nodes[g->key].def->name, "a loop without LoopCond");
    if (!find_trip(m, &l, m->nodes[g->condition - 1].in[0]))
        l.trip = (tf_tensor){ .op = NULL };
    m->regions->groups[group].trip = l.trip;
    bool whole = false;
    m->loop = &l;
    for (int tries = 0; !whole && !m->status && tries < MOST_TRIES; tries++) {
        if (tries)
            forget(m, g->region[0]);
        l.direction = 0;
        l.b = tf1c_body_open(scope, m->here);
        if (!l.b) {
            m->status = tf_memory_error;
            break;
        }
        whole = fill_body(m, &l);
        if (whole)
            set_trip(m, &l);
        tf1c_body_close(l.b);
    }
    m->loop = l.outer;
    if (!whole)
        return tf1c_import_fail(m, tf_invalid_argument, m->nodes[m->regions->groups[group].key].def->name,
                                "a loop whose variables change");
    tf_operation *op = tf1c_loop_node(l.b, tf1c_find_op("Loop"), name, m->here);
    if (tf1c_is_mistake(op)) {
        m->status = m->status ? m->status : tf_value_error;
        return false;
    }
    for (int i = 0; i < l.n; i++)
        give(m, &l.vars[i], op);
    m->regions->groups[group].op = op;
    return true;
}

bool tf1c_make_exit(tf1c_importing *m, tf1c_in_node *n)
{
    const tf1c_in_node *merge = source(m, origin(m, n->in[0]));
    if (n->group < 0 || !m->regions->groups[n->group].is_loop || !merge || merge->kind != TF1C_MERGE || merge->group != n->group)
        return tf1c_import_fail(m, tf_invalid_argument, n->def->name, "an Exit of no loop");
    if (!m->regions->groups[n->group].op && !make_loop(m, n->group))
        return false;
    n->out = tf1c_import_alloc(m, sizeof *n->out);
    n->n_out = 1;
    if (n->out)
        n->out[0] = merge->result;
    return n->out;
}
