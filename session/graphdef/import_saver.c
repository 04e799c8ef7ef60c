/* What is not read of a graph. What TensorFlow's Saver adds to it: nodes that write and read files, and what waits for them. TF1: python/training/saver.py */
#include <string.h>

#include "session/graphdef/importing.h"

static bool is_file_op(const char *op)
{
    static const char *const ops[] = { "SaveV2",          "RestoreV2",         "Save", "SaveSlices", "Restore", "RestoreSlice",
                                       "ShardedFilename", "MergeV2Checkpoints" };
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (strcmp(op, ops[i]) == 0)
            return true;
    return false;
}

/* The gradient of a while loop as TensorFlow writes it: what it needs of the loop is pushed on stacks. */
static bool is_loop_gradient(const char *op)
{
    static const char *const ops[] = { "StackV2",           "StackPushV2",       "StackPopV2",      "StackCloseV2",
                                       "TensorArrayGradV3", "TensorListPopBack", "OptionalGetValue" };
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (strcmp(op, ops[i]) == 0)
            return true;
    return false;
}

/* The gradient of a list. */
static bool is_zero_list(const Tf1c__NodeDef *n)
{
    const Tf1c__AttrValue *v = strcmp(n->op, "ZerosLike") == 0 ? tf1c_attr_of(n, "T") : NULL;
    return v && v->value_case == TF1C__ATTR_VALUE__VALUE_TYPE && v->type == TF1C__DATA_TYPE__DT_VARIANT;
}

static bool in_gradients(const char *name)
{
    const char *at = strstr(name, "gradients");
    return at && (at == name || at[-1] == '/');
}

/* The gradient of a cond: it reads in its branches what was made in those of the cond, whose predicate is not among gradients. */
static bool is_cond_gradient(const Tf1c__NodeDef *n)
{
    return strcmp(n->op, "Switch") == 0 && n->n_input > 1 && in_gradients(n->name) && !in_gradients(n->input[1]);
}

/* ---- functional loops and conds, whose gradients take what was pushed on lists and put into optionals ------------------------------- */

/* Whether it calls a function that is marked: by its op, or by an attribute. */
static bool calls_marked(const Tf1c__NodeDef *n, const tf1c_map *marked)
{
    bool does = tf1c_map_get(marked, n->op);
    for (size_t i = 0; i < n->n_attr && !does; i++) {
        const Tf1c__AttrValue *v = n->attr[i]->value;
        does = v && v->value_case == TF1C__ATTR_VALUE__VALUE_FUNC && v->func && tf1c_map_get(marked, v->func->name);
    }
    return does;
}

static bool is_gradient_function(const Tf1c__FunctionDef *f, const tf1c_map *marked)
{
    for (size_t i = 0; i < f->n_node_def; i++)
        if (is_loop_gradient(f->node_def[i]->op) || calls_marked(f->node_def[i], marked))
            return true;
    return false;
}

/* The functions that gradients are made of; one calls another. */
static bool mark_functions(const Tf1c__FunctionDefLibrary *library, tf1c_map *marked)
{
    enum { MOST_PASSES = 48 };
    bool more = library, good = true;
    for (int pass = 0; more && good && pass < MOST_PASSES; pass++) {
        more = false;
        for (size_t i = 0; i < library->n_function && good; i++) {
            const Tf1c__FunctionDef *f = library->function[i];
            if (!f->signature || tf1c_map_get(marked, f->signature->name) || !is_gradient_function(f, marked))
                continue;
            good = more = tf1c_map_set(marked, f->signature->name, (void *)f);
        }
    }
    return good;
}

/* ---- all of it ------------------------------------------------------------------------------------------------------------------- */

static bool is_left_out(const tf1c_importing *m, const Tf1c__NodeDef *n, const tf1c_map *functions)
{
    return is_file_op(n->op) ||
           (m->forward && (is_loop_gradient(n->op) || is_cond_gradient(n) || is_zero_list(n) || calls_marked(n, functions)));
}

/* "save/" of "save/SaveV2"; 0 where there is none. */
static size_t scope_length(const char *name)
{
    const char *end = strrchr(name, '/');
    return end ? (size_t)(end - name) + 1 : 0;
}

static int node_of(const tf1c_map *by_name, const char *input, char *name, size_t room)
{
    input += *input == '^';
    const size_t n = strcspn(input, ":");
    if (n >= room)
        return -1;
    memcpy(name, input, n);
    name[n] = '\0';
    return (int)(intptr_t)tf1c_map_get(by_name, name) - 1;
}

/* Marks what reads or waits for what is marked; a Saver's nodes stand in about that order, so that few passes do. */
static void mark_readers(const Tf1c__GraphDef *g, const tf1c_map *by_name, char *marks)
{
    enum { MOST_PASSES = 100 };
    char name[512];
    bool more = true;
    for (int pass = 0; more && pass < MOST_PASSES; pass++) {
        more = false;
        for (size_t i = 0; i < g->n_node; i++)
            for (size_t j = 0; j < g->node[i]->n_input && !marks[i]; j++) {
                const int at = node_of(by_name, g->node[i]->input[j], name, sizeof name);
                more |= marks[i] = at >= 0 && marks[at];
            }
    }
}

enum { MOST_SCOPES = 16, IN_SCOPE = 2 };

static int find_scopes(const Tf1c__GraphDef *g, const char **scopes)
{
    int n = 0;
    for (size_t i = 0; i < g->n_node && n < MOST_SCOPES; i++) {
        const char *name = g->node[i]->name;
        bool known = !is_file_op(g->node[i]->op) || !scope_length(name);
        for (int s = 0; s < n && !known; s++)
            known = scope_length(scopes[s]) == scope_length(name) && strncmp(scopes[s], name, scope_length(name)) == 0;
        if (!known)
            scopes[n++] = name;
    }
    return n;
}

/* Names of files and of tensors stand in the same scopes, and nobody else reads them. */
static void mark_scopes(const Tf1c__GraphDef *g, const tf1c_map *by_name, char *marks)
{
    const char *scopes[MOST_SCOPES];
    char name[512];
    const int n = find_scopes(g, scopes);
    for (size_t i = 0; i < g->n_node; i++)
        for (int s = 0; s < n && !marks[i]; s++)
            marks[i] = strncmp(g->node[i]->name, scopes[s], scope_length(scopes[s])) == 0 ? IN_SCOPE : 0;
    for (size_t i = 0; i < g->n_node; i++)
        for (size_t j = 0; j < g->node[i]->n_input && !marks[i]; j++) {
            const int at = node_of(by_name, g->node[i]->input[j], name, sizeof name);
            if (at >= 0 && marks[at] == IN_SCOPE)
                marks[at] = 0;
        }
}

bool tf1c_without_savers(tf1c_importing *m, const Tf1c__NodeDef **defs, int *n)
{
    const Tf1c__GraphDef *g = m->def;
    tf1c_map by_name = { 0 }, functions = { 0 };
    char *marks = tf1c_import_alloc(m, g->n_node);
    bool some = false, good = marks && (!m->forward || mark_functions(g->library, &functions));
    for (size_t i = 0; i < g->n_node && good; i++)
        some |= marks[i] = is_left_out(m, g->node[i], &functions);
    for (size_t i = 0; i < g->n_node && good && some; i++)
        good = tf1c_map_set(&by_name, g->node[i]->name, (void *)(intptr_t)(i + 1));
    if (!good && !m->status)
        tf1c_import_fail(m, tf_memory_error, NULL, "no memory left for a graph's nodes");
    if (good && some) {
        mark_readers(g, &by_name, marks);
        mark_scopes(g, &by_name, marks);
    }
    tf1c_map_free(&by_name);
    tf1c_map_free(&functions);
    *n = 0;
    for (size_t i = 0; i < g->n_node && good; i++)
        if (!marks[i])
            defs[(*n)++] = g->node[i];
    return good;
}
