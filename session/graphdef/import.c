/* GraphDefs into graphs: names are resolved, everything that is not known is said at once, and nodes are made as they are needed.
 * TF1: python/framework/importer.py, core/graph/graph_constructor.cc */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/report.h"
#include "session/graphdef/defs.h"
#include "session/graphdef/importing.h"

enum { NEW, UNDER_WAY, MADE = TF1C_MADE };
enum { OF_MAP = -1, NOWHERE = -2 };

bool tf1c_import_fail(tf1c_importing *m, tf_status code, const char *node, const char *format, ...)
{
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (!m->status)
        m->status = tf_fail(code, m->here, node, "%s%s%s", message, node ? ", node " : "", node ? node : "");
    return false;
}

void *tf1c_import_alloc(tf1c_importing *m, size_t size)
{
    void *p = tf1c_arena_alloc(&m->memory, size + 1);
    if (!p)
        tf1c_import_fail(m, tf_memory_error, NULL, "no memory left for a graph's nodes");
    return p;
}

const Tf1c__AttrValue *tf1c_attr_of(const Tf1c__NodeDef *n, const char *key)
{
    for (size_t i = 0; i < n->n_attr; i++)
        if (n->attr[i]->value && strcmp(n->attr[i]->key, key) == 0)
            return n->attr[i]->value;
    return NULL;
}

const char *tf1c_import_name(tf1c_importing *m, const char *name)
{
    tf_graph *g = tf1c_current_graph();
    const char *exact = tf1c_graph_printf(g, "%s%s", m->prefix, name), *scope = g->scope;
    if (!exact) {
        m->status = m->status ? m->status : tf_memory_error;
        return NULL;
    }
    if (tf1c_map_get(&g->universe->by_name, exact)) { /* a node that is made in both branches, say */
        if (!g->parent)
            return tf1c_import_fail(m, tf_value_error, name, "Node name '%s' already exists in the Graph", exact), NULL;
        exact = NULL;
    }
    if (exact && tf1c_map_get(&m->by_name, name)) /* kept for it from the beginning */
        return exact;
    g->scope = "";
    const char *unique = tf1c_unique_name(g, exact ? exact : tf1c_graph_printf(g, "%s%s", m->prefix, name));
    g->scope = scope;
    if (!unique)
        m->status = tf_memory_error;
    return exact ? exact : unique;
}

/* ---- names into edges ------------------------------------------------------------------------------------------------------------- */

/* "name:1" as name and number; false if it is none. */
bool tf1c_parse_input(const char *input, char *name, size_t room, int *output)
{
    const char *colon = strrchr(input, ':');
    const size_t n = colon ? (size_t)(colon - input) : strlen(input);
    char *end = NULL;
    *output = 0;
    if (n >= room || !n)
        return false;
    memcpy(name, input, n);
    name[n] = '\0';
    const long number = colon ? strtol(colon + 1, &end, 10) : 0;
    if (colon && (end == colon + 1 || *end || number < 0 || number > 1 << 20))
        return false;
    *output = (int)number;
    return true;
}

/* The entry of the input map for an output: "name:0", "name". */
static int mapped(const tf1c_importing *m, const char *name, int output)
{
    char text[512], key[512];
    const tf_input_map *map = m->args->input_map;
    for (int i = 0; map && map[i].name; i++) {
        int at;
        snprintf(text, sizeof text, "%s", map[i].name);
        if (tf1c_parse_input(text, key, sizeof key, &at) && at == output && strcmp(key, name) == 0)
            return i;
    }
    return -1;
}

static bool resolve_input(tf1c_importing *m, tf1c_in_node *n, const char *input)
{
    char name[512];
    int output;
    const bool control = *input == '^';
    if (!tf1c_parse_input(input + control, name, sizeof name, &output))
        return tf1c_import_fail(m, tf_value_error, n->def->name, "'%.200s' is no input", input);
    const int map = control ? -1 : mapped(m, name, output), at = (int)(intptr_t)tf1c_map_get(&m->by_name, name) - 1;
    if (map >= 0) {
        n->in[n->n_in++] = (tf1c_edge){ OF_MAP, map };
        return true;
    }
    if (at < 0)
        return tf1c_import_fail(m, tf_value_error, n->def->name, "Node '%s': Unknown input node '%s'", n->def->name, input);
    if (control)
        n->controls[n->n_controls++] = at;
    else
        n->in[n->n_in++] = (tf1c_edge){ at, output };
    return true;
}

static bool resolve(tf1c_importing *m, tf1c_in_node *n)
{
    n->in = tf1c_import_alloc(m, n->def->n_input * sizeof *n->in);
    n->controls = tf1c_import_alloc(m, n->def->n_input * sizeof *n->controls);
    for (size_t i = 0; i < n->def->n_input && !m->status; i++)
        resolve_input(m, n, n->def->input[i]);
    return !m->status;
}

static bool take_nodes(tf1c_importing *m)
{
    enum { MOST_NODES = 1 << 26 };
    if (m->def->n_node > MOST_NODES)
        return tf1c_import_fail(m, tf_resource_exhausted, NULL, "a graph of %zu nodes", m->def->n_node);
    const Tf1c__NodeDef **defs = tf1c_import_alloc(m, m->def->n_node * sizeof *defs);
    if (!defs || !tf1c_without_savers(m, defs, &m->n) || !tf1c_raise_resources(m, &defs, &m->n))
        return false;
    m->nodes = tf1c_import_alloc(m, (size_t)m->n * sizeof *m->nodes);
    for (int i = 0; i < m->n && m->nodes && !m->status; i++) {
        const Tf1c__NodeDef *def = defs[i];
        m->nodes[i].def = def;
        m->nodes[i].record = tf1c_record_for(def);
        m->nodes[i].group = -1;
        if (!tf1c_valid_name(def->name, false) || strlen(def->name) > 400)
            tf1c_import_fail(m, tf_value_error, NULL, "'%.100s' is not a valid node name", def->name);
        else if (tf1c_map_get(&m->by_name, def->name))
            tf1c_import_fail(m, tf_value_error, NULL, "Node '%s' is not unique", def->name);
        else if (!tf1c_map_set(&m->by_name, def->name, (void *)(intptr_t)(i + 1)))
            tf1c_import_fail(m, tf_memory_error, NULL, "no memory left for a graph's nodes");
    }
    return !m->status;
}

/* All that nobody knows, in one report. */
static bool know_all(tf1c_importing *m)
{
    tf1c_buffer text = { 0 };
    int unknown = 0;
    enum { MOST_NAMED = 20 };
    for (int i = 0; i < m->n; i++) {
        tf1c_in_node *n = &m->nodes[i];
        if (n->kind != TF1C_PLAIN || n->record || tf1c_is_control_flow(n))
            continue;
        if (unknown++ < MOST_NAMED)
            tf1c_buffer_printf(&text, "%s'%.60s' (node %.100s)", unknown > 1 ? ", " : "", n->def->op, n->def->name);
    }
    if (unknown > MOST_NAMED)
        tf1c_buffer_printf(&text, " and %d more", unknown - MOST_NAMED);
    if (unknown)
        tf1c_import_fail(m, text.failed ? tf_memory_error : tf_not_found, NULL, "Op type not registered: %s",
                         text.failed ? "?" : text.data);
    tf1c_buffer_free(&text);
    return !unknown;
}

/* ---- making --------------------------------------------------------------------------------------------------------------------------- */

tf_tensor tf1c_edge_tensor(tf1c_importing *m, tf1c_edge e)
{
    if (e.node == OF_MAP)
        return m->args->input_map[e.output].tensor;
    const tf1c_in_node *n = &m->nodes[e.node];
    if (n->out && e.output < n->n_out && n->out[e.output].op)
        return n->out[e.output];
    if (n->out && (e.output < n->n_out || (n->kind >= TF1C_LIST_NEW && n->kind != TF1C_SEVERAL))) {
        tf1c_import_fail(m, tf_unimplemented, n->def->name, "a TensorList that no loop fills or takes in order");
        return (tf_tensor){ 0 };
    }
    tf1c_import_fail(m, tf_value_error, n->def->name, "output %d is read where there are %d", e.output, n->n_out);
    return (tf_tensor){ 0 };
}

/* The next node that has to be there before n; -1: all are. */
static int next_before(tf1c_importing *m, tf1c_in_node *n)
{
    for (int at; (at = tf1c_before(m, n, n->next)) != TF1C_ALL_MADE;) {
        n->next++;
        if (at >= 0 && m->nodes[at].state != MADE)
            return at;
    }
    return -1;
}

/* The node and all that it is made of, however deep that goes: no call nests in another. */
bool tf1c_make_node(tf1c_importing *m, int start)
{
    int *stack = NULL, n = 0, capacity = 0;
    bool good = tf1c_append_ptr(&stack, &n, &capacity, &start, sizeof start);
    while (good && n && !m->status) {
        tf1c_in_node *top = &m->nodes[stack[n - 1]];
        const int before = top->state == MADE ? -1 : next_before(m, top);
        if (before >= 0 && m->nodes[before].state == UNDER_WAY) {
            tf1c_import_fail(m, tf_invalid_argument, top->def->name, "Graph is invalid, contains a cycle through node '%s'",
                             m->nodes[before].def->name);
        } else if (before >= 0) {
            top->state = UNDER_WAY;
            good = tf1c_append_ptr(&stack, &n, &capacity, &before, sizeof before);
        } else if (!m->status) {
            if (top->state != MADE && tf1c_make(m, stack[n - 1]))
                top->state = MADE;
            n--;
        }
    }
    tf1c_free(stack);
    return good ? !m->status : tf1c_import_fail(m, tf_memory_error, NULL, "no memory left for a graph's nodes");
}

static void return_element(tf1c_importing *m, const char *element, tf_list *list)
{
    char name[512];
    int output;
    const bool sound = tf1c_parse_input(element, name, sizeof name, &output);
    const int at = sound ? (int)(intptr_t)tf1c_map_get(&m->by_name, name) - 1 : -1;
    if (at < 0)
        tf1c_import_fail(m, tf_value_error, NULL, "Requested return_element '%s' not found in graph_def.", element);
    else
        tf_append(list, tf1c_edge_tensor(m, (tf1c_edge){ at, output }));
}

/* All map entries have to be read by some node. */
static bool use_map(tf1c_importing *m)
{
    const tf_input_map *map = m->args->input_map;
    for (int i = 0; map && map[i].name; i++) {
        bool used = false;
        for (int j = 0; j < m->n && !used; j++)
            for (int k = 0; k < m->nodes[j].n_in && !used; k++)
                used = m->nodes[j].in[k].node == OF_MAP && m->nodes[j].in[k].output == i;
        if (!used)
            return tf1c_import_fail(m, tf_value_error, NULL, "Attempted to map inputs that were not found in graph_def: [%s]",
                                    map[i].name);
        if (tf_is_poisoned(tf1c_sound(map[i].tensor, m->here)))
            m->status = tf_value_error;
    }
    return !m->status;
}

static bool prefix(tf1c_importing *m)
{
    const char *name = m->args->name ? m->args->name : "import";
    const size_t n = strlen(name);
    m->prefix = "";
    if (!n)
        return true;
    if (!tf1c_valid_name(name, false))
        return tf1c_import_fail(m, tf_value_error, NULL, "'%s' is not a valid scope name", name);
    const char *scope =
        name[n - 1] == '/' ? tf1c_graph_printf(m->graph, "%.*s", (int)n - 1, name) : tf1c_unique_name(m->graph, name);
    m->prefix = scope ? tf1c_graph_printf(m->graph, "%s/", scope) : NULL;
    if (!m->prefix)
        m->status = tf_memory_error;
    return m->prefix;
}

/* What is made for loops on the way takes no node's name. */
static bool keep_names(tf1c_importing *m)
{
    const char *scope = m->graph->scope;
    m->graph->scope = "";
    for (int i = 0; i < m->n_root && !m->status; i++) {
        const char *name =
            *m->prefix ? tf1c_graph_printf(m->graph, "%s%s", m->prefix, m->nodes[i].def->name) : m->nodes[i].def->name;
        if (!name || !tf1c_unique_name(m->graph, name))
            m->status = tf_memory_error;
    }
    m->graph->scope = scope;
    return !m->status;
}

static tf_list import(tf1c_importing *m)
{
    tf_list list = { 0 };
    bool good = take_nodes(m);
    for (int i = 0; i < m->n && good; i++)
        good = resolve(m, &m->nodes[i]);
    good = good && tf1c_begin_regions(m) && tf1c_expand_functions(m) && know_all(m) && tf1c_find_regions(m) && use_map(m) &&
           prefix(m) && keep_names(m);
    for (int i = 0; i < m->n && good; i++)
        good = !tf1c_in_root(m, i) || tf1c_is_left_out(m, i) || tf1c_make_node(m, i);
    for (int i = 0; good && m->args->return_elements && m->args->return_elements[i]; i++)
        return_element(m, m->args->return_elements[i], &list);
    return list;
}

tf_status tf1c_import_def(tf_graph *g, Tf1c__GraphDef *def, const struct tf_import_args *args, bool forward, tf_list *list)
{
    tf1c_importing m = { .graph = g, .def = def, .args = args, .forward = forward, .here = tf1c_source(args->here) };
    struct tf_with_ in = tf_graph_open_(g);
    *list = import(&m);
    tf_with_close_(&in);
    tf1c_map_free(&m.by_name);
    tf1c_map_free(&m.inside);
    tf1c_map_free(&m.functions);
    tf1c_free_regions(&m);
    tf1c_arena_free(&m.memory);
    return m.status;
}

tf_list tf_import_graph_def_(const tf_graph_def *def, struct tf_import_args a)
{
    TF1C_HOLD_REPORTS;
    TF_FROM(a.here);
    tf_graph *g = tf1c_current_graph();
    tf_list list = { 0 };
    int n = 0;
    if (!g)
        return tf_mistake_list(1, (tf_tensor){ 0 });
    g = tf1c_root(g);
    Tf1c__GraphDef *unpacked = def ? tf1c_unpack_def(def->data, def->size, tf1c_source(a.here)) : NULL;
    const bool failed = !unpacked || tf1c_import_def(g, unpacked, &a, false, &list);
    tf1c_free_def(unpacked);
    while (a.return_elements && a.return_elements[n])
        n++;
    if (!failed)
        return list;
    return tf_mistake_list(n, (tf_tensor){ .op = tf1c_record_mistake(g) });
}

tf_list tf_import_graph_def_file_(const char *path, struct tf_import_args a)
{
    TF1C_HOLD_REPORTS;
    tf_graph_def *def = tf_graph_def_read_(path, a.here);
    tf_list list = tf_import_graph_def_(def, a);
    tf_graph_def_free(def);
    return list;
}
