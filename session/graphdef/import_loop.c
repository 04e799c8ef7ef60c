/* A while frame as one Loop: its variables are carried; those that TensorArrays flow through are stacked, what is read of a filled array
 * is sliced; a condition that only counts becomes the number of steps. */
#include <string.h>

#include "ops/array/concat.h"
#include "ops/array/identity.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/unary.h"
#include "session/graphdef/looping.h"

typedef tf1c_variable variable;
typedef tf1c_looping looping;

static tf1c_in_node *source(const tf1c_importing *m, tf1c_edge e) { return tf1c_source_of(m, e); }

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
        if (!merge->out || !l->vars[i].wanted || l->vars[i].kind != TF1C_STATE)
            continue;
        const tf_tensor start = tf1c_import(l->b->parent, tf1c_edge_tensor(m, l->vars[i].start), m->here);
        if (!tf_is_poisoned(start))
            merge->out[0] = merge->out[1] = tf1c_body_arg(l->b, TF1C_CARRIED, start, l->vars[i].shape);
        if (tf_is_poisoned(merge->out[0])) {
            m->status = m->status ? m->status : tf_memory_error;
            return false;
        }
        l->vars[i].port = l->b->n_in - 1;
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

/* Of a functional loop: what its function has, in that order. */
static bool make_functions_nodes(tf1c_importing *m, const looping *l)
{
    for (int i = 0; i < l->n_made_of && !m->status; i++)
        tf1c_make_node(m, l->made_of[i]);
    return !m->status;
}

/* What one step adds, if it adds as much as there is: else the sum is a state like others. */
static bool adds_as_much(variable *v, tf_tensor item)
{
    const tf_dims sum = v->shape, d = tf_get_shape(item);
    bool same = sum.known && d.known && sum.rank == d.rank;
    for (int i = 0; same && i < d.rank; i++)
        same = sum.dims[i] == d.dims[i] && d.dims[i] != NONE;
    if (!same)
        v->kind = TF1C_STATE;
    return same;
}

/* A variable's output of the loop. False: the body has to be made anew, or a report was made. */
static bool add_result(tf1c_importing *m, looping *l, variable *v)
{
    static const tf1c_out_kind kinds[] = { TF1C_FINAL, TF1C_STACKED, TF1C_SUMMED, TF1C_COUNT };
    const bool state = v->kind == TF1C_STATE;
    const tf_tensor t = v->kind == TF1C_COUNTED ? (tf_tensor){ .op = NULL } : in_body(m, l->b, state ? v->next : v->item);
    if (m->status || (state && !keeps_shape(v, tf_get_shape(t))) || (v->kind == TF1C_ADDED && !adds_as_much(v, t)))
        return false;
    if (v->kind == TF1C_WRITTEN && v->write->kind != TF1C_LIST_PUSH && !tf1c_is_overwritten(m, v) &&
        !tf1c_follows(m, l, v->write, v->write->in[1], tf1c_is_begun(m, v), false))
        return false;
    v->out = l->b->n_out;
    for (int o = 0; o < l->b->n_out && v->kind == TF1C_COUNTED; o++) /* a loop counts its steps once */
        v->out = l->b->out[o].kind == TF1C_COUNT ? o : v->out;
    return v->out < l->b->n_out || tf1c_body_result(l->b, kinds[v->kind], state ? v->port : -1, t) ||
           tf1c_import_fail(m, tf_memory_error, NULL, "no memory left for a graph's nodes");
}

/* True: the body is whole; false: it has to be made anew with other shapes, or a report was made. */
static bool fill_body(tf1c_importing *m, looping *l)
{
    const tf1c_group *g = &m->regions->groups[l->group];
    bool good = open_variables(m, l) && make_functions_nodes(m, l);
    for (int i = 0; i < l->n && good; i++)
        good = !l->vars[i].wanted || add_result(m, l, &l->vars[i]);
    if (good && tf_is_none(l->trip)) {
        l->b->has_condition = true;
        l->b->condition = in_body(m, l->b, m->nodes[g->condition - 1].in[0]);
    }
    return good && !m->status;
}

/* Whether the trip is the length of what is sliced: then that is what counts. */
static bool is_length_of(tf_tensor trip, tf_tensor sliced)
{
    tf_ndarray value;
    int64_t steps, begin;
    const tf_dims d = tf_get_shape(sliced);
    if (tf_constant_value(trip, &value) && tf1c_int_of(value, &steps) && d.known && d.rank && d.dims[0] == steps)
        return true;
    const tf_operation *part = trip.op;
    const bool taken = strcmp(tf_op_type(part), "StridedSlice") == 0 || strcmp(tf_op_type(part), "GatherV2") == 0;
    return taken && strcmp(tf_op_type(part->inputs[0].op), "Shape") == 0 && tf_constant_value(part->inputs[1], &value) &&
           tf1c_int_of(value, &begin) && begin == 0 && tf_get_shape(trip).known && tf_get_shape(trip).rank == 0 &&
           tf_same_tensor(part->inputs[0].op->inputs[0], sliced);
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
    const tf_tensor trip = tf1c_import(l->b->parent, l->trip, m->here);
    if (tf_is_poisoned(trip) || tf_is_poisoned(tf1c_body_arg(l->b, TF1C_CAPTURED, trip, SCALAR)))
        m->status = m->status ? m->status : tf_memory_error;
    else
        l->b->trip = l->b->n_in - 1;
}

/* "rnn/while/while_context" -> "rnn/while"; "scan/while/Loop", of a functional loop's node, -> "scan/while" */
static const char *loop_name(tf1c_importing *m, const tf1c_group *g)
{
    static const char ends[][16] = { "/while_context", "/Loop" };
    const char *whole = g->call ? m->nodes[g->call - 1].def->name : (const char *)g->frame->data, *end = ends[g->call != 0];
    char name[512];
    size_t n = g->call ? strlen(whole) : g->frame->len;
    n = n < sizeof name ? n : sizeof name - 1;
    if (n > strlen(end) && memcmp(whole + n - strlen(end), end, strlen(end)) == 0)
        n -= strlen(end);
    if (n)
        memcpy(name, whole, n);
    name[n] = '\0';
    if (!tf1c_valid_name(name, false))
        strcpy(name, "while");
    return tf1c_import_name(m, name);
}

/* What the variable's Exit gives, kept by its Merge. */
static void give(tf1c_importing *m, variable *v, tf_operation *op)
{
    v->merge->result = (tf_tensor){ .op = op, .index = v->out };
    if (v->kind == TF1C_WRITTEN && tf1c_is_overwritten(m, v))
        v->merge->result = tf_getitem(v->merge->result, "-1:");
    if (!tf1c_is_begun(m, v))
        return;
    const tf1c_in_node *start = source(m, tf1c_origin(m, v->start));
    const tf_tensor first = tf1c_edge_tensor(m, start->kind == TF1C_LIST_SET ? start->in[2] : v->start);
    if (!tf_is_none(first))
        v->merge->result = tf_concat(LIST(tf_expand_dims(first, 0), v->merge->result), 0);
}

static bool take_shapes(tf1c_importing *m, looping *l)
{
    for (int i = 0; i < l->n && !m->status; i++)
        if (l->vars[i].wanted && (l->vars[i].kind == TF1C_STATE || l->vars[i].kind == TF1C_ADDED)) {
            const tf_tensor start = tf1c_edge_tensor(m, l->vars[i].start);
            if (!tf_is_none(start))
                l->vars[i].shape = tf_get_shape(start);
        }
    return !m->status;
}

static bool fill_until_whole(tf1c_importing *m, looping *l, const char *scope)
{
    enum { MOST_TRIES = 10 };
    bool whole = false;
    for (int tries = 0; !whole && !m->status && tries < MOST_TRIES; tries++) {
        if (tries)
            forget(m, m->regions->groups[l->group].region[0]);
        l->direction = 0;
        l->b = tf1c_body_open(scope, m->here);
        if (!l->b) {
            m->status = tf_memory_error;
            break;
        }
        whole = fill_body(m, l);
        if (whole)
            set_trip(m, l);
        tf1c_body_close(l->b);
    }
    return (whole && !m->status) || tf1c_import_fail(m, tf_invalid_argument, m->nodes[m->regions->groups[l->group].key].def->name,
                                                     "a loop whose variables change");
}

static bool make_node_of(tf1c_importing *m, looping *l, const char *name)
{
    tf_operation *op = tf1c_loop_node(l->b, tf1c_find_op("Loop"), name, m->here);
    const int call = m->regions->groups[l->group].call;
    if (tf1c_is_mistake(op)) {
        m->status = m->status ? m->status : tf_value_error;
        return false;
    }
    if (call)
        tf1c_wait_for_controls(m, &m->nodes[call - 1], op);
    for (int i = 0; i < l->n; i++)
        if (l->vars[i].wanted)
            give(m, &l->vars[i], op);
    m->regions->groups[l->group].op = op;
    return true;
}

static bool make_loop(tf1c_importing *m, int group)
{
    tf1c_group *g = &m->regions->groups[group];
    looping frame = { .group = group }, *l = g->call ? g->plan : &frame;
    const char *scope = loop_name(m, g), *name = scope ? tf1c_graph_printf(tf1c_current_graph(), "%s/Loop", scope) : NULL;
    if (!name || (!g->call && !tf1c_take_variables(m, l)) || !take_shapes(m, l))
        return false;
    if (!g->condition)
        return tf1c_import_fail(m, tf_invalid_argument, m->nodes[g->key].def->name, "a loop without LoopCond");
    l->trip = (tf_tensor){ .op = NULL };
    if ((!g->call || l->counts) && !tf1c_find_trip(m, l, m->nodes[g->condition - 1].in[0]))
        l->trip = (tf_tensor){ .op = NULL };
    if (g->call && l->counts && tf_is_none(l->trip))
        return tf1c_import_fail(m, tf_unimplemented, m->nodes[g->key].def->name, "a loop that counts in another way");
    g->trip = l->trip;
    l->outer = m->loop;
    m->loop = l;
    const bool whole = fill_until_whole(m, l, scope);
    m->loop = l->outer;
    return whole && make_node_of(m, l, name);
}

bool tf1c_make_exit(tf1c_importing *m, tf1c_in_node *n)
{
    const tf1c_in_node *merge = source(m, tf1c_origin(m, n->in[0]));
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
