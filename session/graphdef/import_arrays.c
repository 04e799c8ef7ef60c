/* TensorArrays and TensorLists of a GraphDef: what is read of a filled one is an element of a sequence, what a loop fills is stacked. */
#include "ops/array/concat.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/pad.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "session/graphdef/looping.h"

static tf1c_in_node *source(const tf1c_importing *m, tf1c_edge e) { return tf1c_source_of(m, e); }

/* Elements are taken and put in order, all in the same one; `any`: from whichever on. */
bool tf1c_follows(tf1c_importing *m, tf1c_looping *l, const tf1c_in_node *n, tf1c_edge index, int64_t from, bool any)
{
    int64_t first;
    const int direction = tf1c_direction_of(m, l, index, &first);
    const bool counts = direction && (any || direction < 0 || first == from);
    if (!counts || (l->direction && l->direction != direction) || tf_is_none(l->trip))
        return tf1c_import_fail(m, tf_unimplemented, n->def->name, "a TensorArray whose elements are not taken in order");
    l->direction = direction;
    return true;
}

bool tf1c_is_begun(const tf1c_importing *m, const tf1c_variable *v)
{
    const tf1c_in_node *start = v->write ? source(m, tf1c_origin(m, v->start)) : NULL;
    return start && (start->kind == TF1C_TA_WRITE || start->kind == TF1C_LIST_SET);
}

bool tf1c_is_overwritten(tf1c_importing *m, const tf1c_variable *v)
{
    const tf1c_in_node *list = source(m, tf1c_origin(m, v->start));
    int64_t index, length;
    return v->write && v->write->kind == TF1C_LIST_SET && list && list->kind == TF1C_LIST_NEW && list->n_in &&
           tf1c_constant_int(m, v->write->in[1], &index) && index == 0 && tf1c_constant_int(m, list->in[0], &length) && length == 1;
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

static bool give(tf1c_importing *m, tf1c_in_node *n, int n_out, tf_tensor t)
{
    n->out = tf_is_none(t) && n_out ? NULL : tf1c_import_alloc(m, (size_t)n_out * sizeof *n->out);
    n->n_out = n_out;
    for (int i = 0; n->out && i < n_out; i++)
        n->out[i] = t;
    return n->out;
}

static bool pass_on(tf1c_importing *m, tf1c_in_node *n, tf1c_edge e, int n_out)
{
    return give(m, n, n_out, tf1c_edge_tensor(m, e));
}

/* ---- elements ---------------------------------------------------------------------------------------------------------------------- */

/* Those that the loop takes, as a tensor of the graph around it. */
static tf_tensor elements_from(const tf1c_looping *l, tf_tensor all, int64_t from)
{
    if (!from)
        return all;
    struct tf_with_ around = tf_graph_open_(l->b->parent);
    all = tf_getitem(all, "%lld:", (long long)from);
    tf_with_close_(&around);
    return all;
}

/* This step's element. */
static bool read_element(tf1c_importing *m, tf1c_in_node *n, tf_tensor all, tf1c_edge index)
{
    tf1c_looping *l = m->loop;
    int64_t from;
    if (!tf1c_follows(m, l, n, index, 0, true))
        return false;
    tf1c_direction_of(m, l, index, &from);
    all = elements_from(l, all, from);
    for (int i = 0; i < l->b->n_in; i++)
        if (l->b->in[i].kind == TF1C_SLICED && tf_same_tensor(l->b->in[i].outer, all))
            return give(m, n, 1, l->b->in[i].arg);
    const tf_tensor outer = tf1c_import(l->b->parent, all, m->here);
    if (tf_is_poisoned(outer))
        return false;
    return give(m, n, 1, tf1c_body_arg(l->b, TF1C_SLICED, outer, tf1c_element_dims(tf_get_shape(outer))));
}

static bool read_array(tf1c_importing *m, tf1c_in_node *n)
{
    const tf1c_in_node *filled = source(m, tf1c_origin(m, n->in[2]));
    if (!filled || filled->kind != TF1C_TA_SCATTER || !filled->out)
        return tf1c_import_fail(m, tf_unimplemented, n->def->name, "a TensorArray is read that was not filled by one tensor");
    if (m->loop && tf1c_variable_of(m, m->loop, n->in[1]))
        return read_element(m, n, filled->out[0], n->in[1]);
    return name_result(m, n, tf_gather(filled->out[0], tf1c_edge_tensor(m, n->in[1]))); /* one of its elements, by itself */
}

static tf_tensor all_of(tf1c_importing *m, const tf1c_in_node *n)
{
    const tf1c_in_node *list = source(m, tf1c_origin(m, n->in[0]));
    if (list && (list->kind == TF1C_LIST_FROM || list->kind == TF1C_EXIT) && list->out)
        return list->out[0];
    tf1c_import_fail(m, tf_unimplemented, n->def->name, "a TensorList that was not filled by one tensor or a loop");
    return (tf_tensor){ .op = NULL };
}

static bool read_list(tf1c_importing *m, tf1c_in_node *n)
{
    const tf_tensor all = all_of(m, n);
    if (tf_is_none(all))
        return false;
    if (tf1c_follows_counter(m, n))
        return read_element(m, n, all, n->in[1]);
    const tf_tensor index = tf1c_edge_tensor(m, n->in[1]);
    return !tf_is_none(index) && name_result(m, n, tf_gather(all, index));
}

/* ---- all of them -------------------------------------------------------------------------------------------------------------------- */

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

/* What a loop has stacked, as long as the array or list is; none after a report. */
static tf_tensor whole(tf1c_importing *m, const tf1c_in_node *n, int group, tf_tensor all, tf_tensor size)
{
    const tf_dims d = tf_get_shape(all);
    tf_ndarray known;
    int64_t rows = NONE;
    if ((tf_constant_value(size, &known) && tf1c_int_of(known, &rows) && d.known && d.rank && d.dims[0] == rows) ||
        tf1c_same_number(size, m->regions->groups[group].trip))
        return all;
    if (d.known)
        return filled_up(all, size);
    tf1c_import_fail(m, tf_unimplemented, n->def->name, "a TensorArray with elements of unknown rank that may not be full");
    return (tf_tensor){ .op = NULL };
}

static bool gather_array(tf1c_importing *m, tf1c_in_node *n)
{
    const tf1c_in_node *flow = source(m, n->in[2]), *array = source(m, tf1c_origin(m, n->in[0]));
    while (tf1c_is_op(flow, "Identity"))
        flow = source(m, flow->in[0]);
    if (!flow || !flow->out || !array || array->kind != TF1C_TENSOR_ARRAY || !array->out ||
        (flow->kind != TF1C_EXIT && flow->kind != TF1C_TA_SCATTER))
        return tf1c_import_fail(m, tf_unimplemented, n->def->name, "a TensorArray is gathered that no loop has filled");
    tf_tensor all = flow->out[0];
    if (flow->kind == TF1C_EXIT)
        all = whole(m, n, flow->group, all, array->out[0]);
    if (!tf_is_none(all) && !tf1c_is_op(source(m, n->in[1]), "Range"))
        all = tf_gather(all, tf1c_edge_tensor(m, n->in[1]));
    return !tf_is_none(all) && name_result(m, n, all);
}

/* The list that a loop started from; NULL: it was none. */
static const tf1c_in_node *new_list_of(const tf1c_importing *m, const tf1c_in_node *exit)
{
    const tf1c_looping *l = m->regions->groups[exit->group].plan;
    const tf1c_variable *v = l ? tf1c_variable_of(m, l, exit->in[0]) : NULL;
    const tf1c_in_node *list = v && v->write ? source(m, tf1c_origin(m, v->start)) : NULL;
    if (list && list->kind == TF1C_LIST_SET)
        list = source(m, tf1c_origin(m, list->in[0]));
    return list && list->kind == TF1C_LIST_NEW ? list : NULL;
}

static bool stack_list(tf1c_importing *m, tf1c_in_node *n)
{
    tf_tensor all = all_of(m, n);
    if (tf_is_none(all))
        return false;
    const tf1c_in_node *exit = source(m, tf1c_origin(m, n->in[0])), *list = exit->kind == TF1C_EXIT ? new_list_of(m, exit) : NULL;
    if (exit->kind == TF1C_EXIT && !list)
        return tf1c_import_fail(m, tf_unimplemented, n->def->name, "a TensorList is stacked that no loop has filled");
    if (list && list->n_in) {
        const tf_tensor size = tf1c_edge_tensor(m, list->in[0]);
        all = tf_is_none(size) ? size : whole(m, n, exit->group, all, size);
    }
    return !tf_is_none(all) && name_result(m, n, all);
}

static bool measure_list(tf1c_importing *m, tf1c_in_node *n)
{
    const tf1c_in_node *list = source(m, tf1c_origin(m, n->in[0]));
    if (list && list->kind == TF1C_LIST_NEW && list->n_in)
        return pass_on(m, n, list->in[0], 1);
    const tf_tensor all = all_of(m, n);
    return !tf_is_none(all) && name_result(m, n, tf_getitem(tf_shape(all), "0"));
}

bool tf1c_make_array_op(tf1c_importing *m, tf1c_in_node *n)
{
    const tf1c_in_node *array = n->n_in ? source(m, tf1c_origin(m, n->in[0])) : NULL;
    switch (n->kind) {
    case TF1C_TENSOR_ARRAY: return pass_on(m, n, n->in[0], 2);
    case TF1C_TA_SCATTER:
    case TF1C_TA_WRITE: return pass_on(m, n, n->in[2], 1);
    case TF1C_TA_READ: return read_array(m, n);
    case TF1C_TA_GATHER: return gather_array(m, n);
    case TF1C_LIST_NEW:
    case TF1C_LIST_SET:
    case TF1C_LIST_PUSH: return give(m, n, 0, (tf_tensor){ .op = NULL });
    case TF1C_LIST_FROM: return pass_on(m, n, n->in[0], 1);
    case TF1C_LIST_GET: return read_list(m, n);
    case TF1C_LIST_STACK: return stack_list(m, n);
    case TF1C_LIST_LENGTH: return measure_list(m, n);
    default:
        if (!array || array->kind != TF1C_TENSOR_ARRAY)
            return tf1c_import_fail(m, tf_invalid_argument, n->def->name, "the size of no TensorArray");
        return pass_on(m, n, array->in[0], 1);
    }
}
