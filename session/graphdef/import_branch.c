/* A cond's Switches and Merges as one Branch. */
#include <string.h>

#include "ops/array/identity.h"
#include "session/graphdef/flow.h"

/* The Merge's input of a branch: TensorFlow has that of false first. */
static tf1c_edge input_of(const tf1c_in_node *merge, int which) { return merge->in[which]; }

static bool is_result(const tf1c_importing *m, const tf1c_group *g, int i)
{
    const tf1c_in_node *n = &m->nodes[g->members[i]];
    return n->kind == TF1C_MERGE && (!g->call || n->readers);
}

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

static tf1c_body *make_body(tf1c_importing *m, const tf1c_group *g, int which, const char *name)
{
    const char *scope = tf1c_graph_printf(tf1c_current_graph(), "%s/%s", name, which ? "true" : "false");
    tf1c_body *b = scope ? tf1c_body_open(scope, m->here) : NULL;
    if (!b) {
        m->status = tf_memory_error;
        return NULL;
    }
    for (int i = 0; i < g->n_members && !m->status; i++) {
        if (!is_result(m, g, i))
            continue;
        const tf_tensor t = in_body(m, b, input_of(&m->nodes[g->members[i]], which));
        if (!m->status && !tf1c_body_result(b, TF1C_FINAL, -1, t))
            m->status = tf_memory_error;
    }
    tf1c_body_close(b);
    return b;
}

static bool make_branch(tf1c_importing *m, int group, const tf1c_in_node *n)
{
    const tf1c_group g = m->regions->groups[group];
    const char *name = tf1c_import_name(m, n->def->name);
    tf1c_branch_attrs attrs = { { NULL, NULL }, { NULL, NULL }, 0 };
    for (int which = 1; which >= 0 && name && !m->status; which--) {
        attrs.bodies[which] = make_body(m, &g, which, name);
        attrs.graphs[which] = attrs.bodies[which] ? attrs.bodies[which]->graph : NULL;
    }
    const tf_tensor pred = m->status ? (tf_tensor){ .op = NULL } : tf1c_edge_tensor(m, g.pred);
    if (m->status || !name || tf_is_none(pred))
        return false;
    if (tf_get_dtype(pred) != tf_bool)
        return tf1c_import_fail(m, tf_invalid_argument, n->def->name, "a Switch whose pred is no bool");
    for (int o = 0; o < attrs.bodies[0]->n_out; o++)
        if (tf_get_dtype(attrs.bodies[0]->out[o].result) != tf_get_dtype(attrs.bodies[1]->out[o].result))
            return tf1c_import_fail(m, tf_invalid_argument, n->def->name, "a Merge of different types");
    tf_operation *op = tf1c_branch_node(&attrs, tf1c_import(tf1c_current_graph(), pred, m->here), name, m->here);
    if (tf1c_is_mistake(op)) {
        m->status = tf_value_error;
        return false;
    }
    if (g.call)
        tf1c_wait_for_controls(m, &m->nodes[g.call - 1], op);
    m->regions->groups[group].op = op;
    return true;
}

bool tf1c_make_merge(tf1c_importing *m, tf1c_in_node *n)
{
    if (n->group < 0 || m->regions->groups[n->group].is_loop || n->n_in != 2)
        return tf1c_import_fail(m, tf_unimplemented, n->def->name, "a Merge that belongs to no cond and no loop");
    if (!m->regions->groups[n->group].op && !make_branch(m, n->group, n))
        return false;
    const tf1c_group *g = &m->regions->groups[n->group];
    int output = 0;
    for (int i = 0; &m->nodes[g->members[i]] != n; i++)
        output += is_result(m, g, i);
    n->out = tf1c_import_alloc(m, sizeof *n->out);
    n->n_out = 1;
    if (n->out)
        n->out[0] = (tf_tensor){ .op = g->op, .index = output };
    return n->out;
}
