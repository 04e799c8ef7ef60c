/* TensorFlow's ops that are several of the library's, as its gradients have them. */
#include "ops/array/identity.h"
#include "ops/array/one_hot.h"
#include "ops/array/shape.h"
#include "ops/math/arithmetic.h"
#include "session/graphdef/importing.h"

static bool give(tf1c_importing *m, tf1c_in_node *n, int i, tf_tensor t)
{
    if (tf_is_poisoned(t)) {
        m->status = m->status ? m->status : tf_last_error()->code ? tf_last_error()->code : tf_memory_error;
        return false;
    }
    n->out[i] = t;
    return true;
}

/* The shape of each input. TF1: core/ops/array_ops.cc "ShapeN" */
static bool shapes(tf1c_importing *m, tf1c_in_node *n)
{
    const Tf1c__AttrValue *v = tf1c_attr_of(n->def, "out_type");
    const bool wide = v && v->value_case == TF1C__ATTR_VALUE__VALUE_TYPE && v->type == TF1C__DATA_TYPE__DT_INT64;
    bool good = true;
    for (int i = 0; i < n->n_in && good; i++) {
        const tf_tensor t = tf1c_edge_tensor(m, n->in[i]);
        good = !tf_is_none(t) && give(m, n, i, tf_shape(t, .out_type = wide ? tf_int64 : tf_int32));
    }
    return good;
}

/* Of each part of a concat along the axis, which is the first input, where it begins. TF1: core/kernels/concat_lib_cpu.cc */
static bool offsets(tf1c_importing *m, tf1c_in_node *n)
{
    const tf_tensor axis = tf1c_edge_tensor(m, n->in[0]), first = tf_is_none(axis) ? axis : tf1c_edge_tensor(m, n->in[1]);
    if (tf_is_none(first))
        return false;
    const tf_tensor rank = tf_size(first), along = tf_one_hot(tf_floormod(axis, rank), rank, .dtype = tf_int32);
    tf_tensor offset = tf_zeros_like(first), shape = first;
    for (int i = 0; i < n->n_in - 1; i++) {
        if (i) {
            offset = tf_add(offset, tf_mul(along, shape));
            shape = tf1c_edge_tensor(m, n->in[1 + i]);
        }
        if (tf_is_none(shape) || !give(m, n, i, offset))
            return false;
    }
    return true;
}

bool tf1c_make_several(tf1c_importing *m, tf1c_in_node *n)
{
    const char *name = tf1c_import_name(m, n->def->name),
               *scope = name ? tf1c_graph_printf(tf1c_current_graph(), "%s/", name) : NULL;
    n->n_out = n->kind == TF1C_SHAPE_N ? n->n_in : n->n_in - 1;
    n->out = scope ? tf1c_import_alloc(m, (size_t)n->n_out * sizeof *n->out) : NULL;
    if (!n->out)
        return false;
    struct tf_with_ in = tf_name_scope_open_(scope, (tf_source){ 0 });
    const bool good = (n->kind == TF1C_SHAPE_N ? shapes : offsets)(m, n);
    tf_with_close_(&in);
    return good;
}
