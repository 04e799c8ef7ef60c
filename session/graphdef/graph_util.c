/* GraphDefs made of GraphDefs: freezing, and leaving out what only training needs. TF1: python/framework/graph_util_impl.py */
#include <string.h>

#include "core/map.h"
#include "core/protobuf.h"
#include "graph/node.h"
#include "session/graphdef/attributes.h"
#include "session/graphdef/defs.h"
#include "session/graphdef/node_def.h"

enum { NODE = 1, LIBRARY = 2, VERSIONS = 4 };

/* A GraphDef being gone through. */
typedef struct {
    Tf1c__GraphDef *g;
    tf1c_map by_name; /* name -> Tf1c__NodeDef */
    char *marks;      /* of each node */
    tf_source here;
} walk;

static tf_status no_memory(const walk *w) { return tf_fail(tf_memory_error, w->here, NULL, "no memory left for a graph's nodes"); }

static void close_walk(walk *w)
{
    tf1c_map_free(&w->by_name);
    tf1c_free(w->marks);
    tf1c_free_def(w->g);
}

static tf_status open_walk(walk *w, const tf_graph_def *def, tf_source here)
{
    *w = (walk){ .here = here };
    w->g = tf1c_unpack_def(def->data, def->size, here);
    if (!w->g)
        return tf_data_loss;
    w->marks = tf1c_alloc_zero(w->g->n_node + 1);
    bool good = w->marks;
    for (size_t i = 0; i < w->g->n_node && good; i++)
        good = tf1c_map_set(&w->by_name, w->g->node[i]->name, (void *)(i + 1));
    return good ? tf_ok : no_memory(w);
}

/* The node that an input comes from, "^name" and "name:1" too; -1 without one. */
static int64_t node_of(const walk *w, const char *input)
{
    char name[512];
    input += *input == '^';
    const size_t n = strcspn(input, ":");
    if (n >= sizeof name)
        return -1;
    memcpy(name, input, n);
    name[n] = '\0';
    return (int64_t)(intptr_t)tf1c_map_get(&w->by_name, name) - 1;
}

static bool is_variable(const Tf1c__NodeDef *n) { return strcmp(n->op, "VariableV2") == 0 || strcmp(n->op, "Variable") == 0; }

/* Marks the named nodes and all that they are made of; a variable is made of nothing. */
static tf_status mark_made_of(walk *w, const char *const *names)
{
    int64_t *stack = tf1c_alloc((w->g->n_node + 1) * sizeof *stack);
    size_t n = 0;
    if (!stack)
        return no_memory(w);
    for (int i = 0; names[i]; i++) {
        const int64_t at = node_of(w, names[i]);
        if (at < 0) {
            tf1c_free(stack);
            return tf_fail(tf_value_error, w->here, NULL, "%s is not in graph", names[i]);
        }
        if (!w->marks[at])
            stack[n++] = at;
        w->marks[at] = 1;
    }
    while (n) {
        const Tf1c__NodeDef *node = w->g->node[stack[--n]];
        for (size_t i = 0; i < node->n_input; i++) {
            const int64_t at = node_of(w, node->input[i]);
            if (at >= 0 && !w->marks[at])
                w->marks[stack[n++] = at] = 1;
        }
    }
    tf1c_free(stack);
    return tf_ok;
}

static void put_rest(const walk *w, tf1c_buffer *to)
{
    if (w->g->library)
        tf1c_put_message(to, LIBRARY, &w->g->library->base);
    if (w->g->versions)
        tf1c_put_message(to, VERSIONS, &w->g->versions->base);
}

/* The nodes that were put, as a GraphDef; NULL where something failed. */
static tf_graph_def *finish(walk *w, tf_status status, tf1c_buffer *to)
{
    const tf_source here = w->here;
    if (!status)
        put_rest(w, to);
    close_walk(w);
    if (!status)
        return tf1c_def_of(to, here);
    tf1c_buffer_free(to);
    return NULL;
}

/* ---- freezing ----------------------------------------------------------------------------------------------------------------- */

static tf_status put_constant(const walk *w, tf_session *session, const Tf1c__NodeDef *n, tf1c_buffer *to)
{
    tf_ndarray value = { 0 };
    tf_tensor variable = { .op = tf_get_operation_by_name_(tf_session_graph(session), n->name, w->here) };
    if (!variable.op)
        return tf_key_error;
    const tf_fetch fetch = tf_into_array(tf_fetch_tensor(variable), &value);
    tf_status status = tf_run_fetches(session, (tf_fetches){ .n = 1, .items = &fetch }, (tf_feeds){ 0 }, w->here);
    if (status)
        return status;
    tf1c_node_def d;
    tf1c_def_start(&d, "Const", n->name, n->device);
    tf1c_def_type(&d, "dtype", value.dtype);
    tf1c_def_tensor(&d, "value", &value);
    tf1c_def_finish(&d, to, NODE);
    np_free(&value);
    return tf_ok;
}

tf_graph_def *tf_graph_util_convert_variables_to_constants_(tf_session *session, const tf_graph_def *def,
                                                            const char *const *output_node_names, tf_source here)
{
    TF1C_HOLD_REPORTS;
    walk w;
    tf1c_buffer to = { 0 };
    if (!def)
        return NULL;
    if (!session || !output_node_names) {
        tf_fail(tf_value_error, here, NULL, "convert_variables_to_constants wants a session and the names of nodes");
        return NULL;
    }
    tf_status status = open_walk(&w, def, here);
    if (!status)
        status = mark_made_of(&w, output_node_names);
    for (size_t i = 0; !status && i < w.g->n_node; i++)
        if (w.marks[i] && is_variable(w.g->node[i]))
            status = put_constant(&w, session, w.g->node[i], &to);
        else if (w.marks[i])
            tf1c_put_message(&to, NODE, &w.g->node[i]->base);
    return finish(&w, status, &to);
}

/* ---- a part -------------------------------------------------------------------------------------------------------------------- */

tf_graph_def *tf_graph_util_extract_sub_graph_(const tf_graph_def *def, const char *const *dest_nodes, tf_source here)
{
    walk w;
    tf1c_buffer to = { 0 };
    if (!def)
        return NULL;
    if (!dest_nodes) {
        tf_fail(tf_type_error, here, NULL, "dest_nodes must be a list.");
        return NULL;
    }
    tf_status status = open_walk(&w, def, here);
    if (!status)
        status = mark_made_of(&w, dest_nodes);
    for (size_t i = 0; !status && i < w.g->n_node; i++)
        if (w.marks[i])
            tf1c_put_message(&to, NODE, &w.g->node[i]->base);
    return finish(&w, status, &to);
}

/* ---- what only training needs ---------------------------------------------------------------------------------------------------- */

static bool is_protected(const Tf1c__NodeDef *n, const char *const *names)
{
    for (int i = 0; names && names[i]; i++)
        if (strcmp(names[i], n->name) == 0)
            return true;
    return false;
}

/* Marks nodes that can go: Identity and CheckNumerics of one input, that wait for nothing and are not waited for. */
static void mark_passing(walk *w, const char *const *protected_nodes)
{
    for (size_t i = 0; i < w->g->n_node; i++) {
        const Tf1c__NodeDef *n = w->g->node[i];
        const bool passes = strcmp(n->op, "Identity") == 0 || strcmp(n->op, "CheckNumerics") == 0;
        w->marks[i] = passes && n->n_input == 1 && *n->input[0] != '^' && !is_protected(n, protected_nodes);
    }
    for (size_t i = 0; i < w->g->n_node; i++)
        for (size_t j = 0; j < w->g->node[i]->n_input; j++) {
            const int64_t at = *w->g->node[i]->input[j] == '^' ? node_of(w, w->g->node[i]->input[j]) : -1;
            if (at >= 0)
                w->marks[at] = 0;
        }
}

/* What is read in place of what goes; a ring of such nodes, which no graph has, is left after as many steps as there are nodes. */
static const char *passed_on(const walk *w, const char *input)
{
    for (size_t steps = 0; steps <= w->g->n_node; steps++) {
        const int64_t at = node_of(w, input);
        if (at < 0 || !w->marks[at])
            return input;
        input = w->g->node[at]->input[0];
    }
    return input;
}

static tf_status put_shortened(const walk *w, Tf1c__NodeDef *n, tf1c_buffer *to)
{
    char **inputs = tf1c_alloc((n->n_input + 1) * sizeof *inputs), **own = n->input;
    if (!inputs)
        return no_memory(w);
    for (size_t i = 0; i < n->n_input; i++)
        inputs[i] = (char *)passed_on(w, own[i]);
    n->input = inputs;
    tf1c_put_message(to, NODE, &n->base);
    n->input = own;
    tf1c_free(inputs);
    return tf_ok;
}

tf_graph_def *tf_graph_util_remove_training_nodes_(const tf_graph_def *def, struct tf_remove_training_nodes_args a)
{
    TF1C_HOLD_REPORTS;
    walk w;
    tf1c_buffer to = { 0 };
    if (!def)
        return NULL;
    tf_status status = open_walk(&w, def, a.here);
    if (!status)
        mark_passing(&w, a.protected_nodes);
    for (size_t i = 0; !status && i < w.g->n_node; i++)
        if (!w.marks[i])
            status = put_shortened(&w, w.g->node[i], &to);
    return finish(&w, status, &to);
}
