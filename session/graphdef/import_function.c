/* Functional While and If and calls of functions written out: a loop becomes what a while frame is made of, Enter, Merge, NextIteration and
 * Exit for each variable, a branch its Merges, a call the nodes of its function. TF1: core/common_runtime/lower_functional_ops.cc */
#include <stdio.h>
#include <string.h>

#include "session/graphdef/attributes.h"
#include "session/graphdef/flow.h"

enum {
    DEEPEST = 48,         /* one function in another */
    MOST_ADDED = 1 << 20, /* a few bytes may ask for any number of nodes */
    MOST_EDGES = 1 << 24
};

/* ---- nodes that no graph has ------------------------------------------------------------------------------------------------- */

static int new_node(tf1c_importing *m, tf1c_in_node n)
{
    if (m->n - m->n_root >= MOST_ADDED)
        return tf1c_import_fail(m, tf_resource_exhausted, n.def->name, "functions that make more than %d nodes", MOST_ADDED), 0;
    if (m->n == m->cap_nodes) {
        const int bigger = 2 * m->n + 64;
        tf1c_in_node *all = tf1c_import_alloc(m, (size_t)bigger * sizeof *all);
        if (!all)
            return 0;
        if (m->n)
            memcpy(all, m->nodes, (size_t)m->n * sizeof *all);
        m->nodes = all;
        m->cap_nodes = bigger;
    }
    m->nodes[m->n] = n;
    return m->n++;
}

/* One of the parts of what node `of` stands for. */
static int part(tf1c_importing *m, int of, tf1c_node_kind kind, int home, int group, int n_in, tf1c_edge first, tf1c_edge second)
{
    tf1c_in_node n = { .def = m->nodes[of].def, .kind = kind, .home = home, .group = group, .nested = m->nodes[of].nested };
    n.in = tf1c_import_alloc(m, (size_t)n_in * sizeof *n.in);
    if (!n.in)
        return 0;
    n.in[n.n_in++] = first;
    if (n_in > 1)
        n.in[n.n_in++] = second;
    return new_node(m, n);
}

/* ---- a function's nodes ---------------------------------------------------------------------------------------------------------- */

typedef struct {
    const Tf1c__FunctionDef *def;
    tf1c_map names; /* of arguments and nodes -> 1 + their number */
    int n_args;
    const tf1c_edge *args; /* what the caller gives */
    int first;             /* of its nodes */
} called;

static bool name_all(tf1c_importing *m, called *f)
{
    const Tf1c__OpDef *s = f->def->signature;
    for (size_t i = 0; i < s->n_input_arg + f->def->n_node_def; i++) {
        const char *name = i < s->n_input_arg ? s->input_arg[i]->name : f->def->node_def[i - s->n_input_arg]->name;
        if (tf1c_map_get(&f->names, name))
            return tf1c_import_fail(m, tf_value_error, name, "Function '%s' has two nodes '%s'", s->name, name);
        if (!tf1c_map_set(&f->names, name, (void *)(intptr_t)(i + 1)))
            return tf1c_import_fail(m, tf_memory_error, NULL, "no memory left for a graph's nodes");
    }
    return true;
}

/* Which output an argument of the op's and a place in it are: "output", 2. -1: nobody knows. */
static int output_called(const Tf1c__NodeDef *def, const char *argument, int place)
{
    static const struct {
        const char *argument;
        int first;
    } others[] = { { "flow", 1 }, { "output_true", 1 }, { "value_index", 1 } };
    const tf_op_def *record = tf1c_record_for(def);
    int at = 0;
    for (size_t i = 0; i < sizeof others / sizeof *others && !record; i++)
        at = strcmp(others[i].argument, argument) == 0 ? others[i].first : at;
    if (!record || !strchr(record->out, ','))
        return at + place;
    for (const char *s = record->out; *s;) {
        s += strspn(s, " ,");
        const size_t length = strcspn(s, ":"), end = strcspn(s, ",");
        if (strlen(argument) == length && strncmp(argument, s, length) == 0)
            return at + place;
        if (memchr(s, '*', end))
            return -1;
        at++;
        s += end;
    }
    return -1;
}

/* "argument", "node:output:0", "^node". */
static bool resolve_inside(tf1c_importing *m, const called *f, const char *input, const char *at, tf1c_edge *e)
{
    char name[512], argument[64] = "";
    int place = 0;
    const size_t n = strcspn(input, ":");
    if (n < sizeof name)
        memcpy(name, input, n);
    name[n < sizeof name ? n : 0] = '\0';
    const int found = (int)(intptr_t)tf1c_map_get(&f->names, name) - 1;
    const bool sound = !input[n] || (sscanf(input + n, ":%63[^:]:%d", argument, &place) >= 1 && place >= 0 && place < MOST_EDGES);
    if (found < 0 || !sound)
        return tf1c_import_fail(m, tf_value_error, at, "Function '%s': Unknown input '%.200s'", f->def->signature->name, input);
    if (found < f->n_args) {
        *e = f->args[found];
        return true;
    }
    const int output = *argument ? output_called(f->def->node_def[found - f->n_args], argument, place) : 0;
    *e = (tf1c_edge){ f->first + found - f->n_args, output };
    return output >= 0 || tf1c_import_fail(m, tf_unimplemented, at, "Function '%s': which output '%.200s' is, is not told",
                                           f->def->signature->name, input);
}

/* What reads nothing that the function makes waits for what the call waits for. */
static bool resolve_all_inside(tf1c_importing *m, const called *f, int node, int call)
{
    tf1c_in_node *n = &m->nodes[node];
    const int n_controls = m->nodes[call].kind == TF1C_PASS ? m->nodes[call].n_controls : 0;
    const size_t room = n->def->n_input + (size_t)n_controls;
    n->in = tf1c_import_alloc(m, room * sizeof *n->in);
    n->controls = tf1c_import_alloc(m, room * sizeof *n->controls);
    if ((m->edges += room) > MOST_EDGES)
        return tf1c_import_fail(m, tf_resource_exhausted, n->def->name, "functions that make more than %d edges", MOST_EDGES);
    bool inside = false;
    for (size_t i = 0; i < n->def->n_input && !m->status; i++) {
        const bool control = *n->def->input[i] == '^';
        tf1c_edge e;
        if (!resolve_inside(m, f, n->def->input[i] + control, n->def->name, &e))
            return false;
        inside |= e.node >= f->first;
        if (!control)
            n->in[n->n_in++] = e;
        else if (e.node >= 0)
            n->controls[n->n_controls++] = e.node;
    }
    for (int i = 0; i < n_controls && !inside && !m->status; i++)
        n->controls[n->n_controls++] = m->nodes[call].controls[i];
    return !m->status;
}

/* A function's names are its own: they come below the caller's, unless they are there already. */
static const char *name_inside(tf1c_importing *m, const char *scope, const char *name)
{
    const size_t n = strlen(scope), room = n + strlen(name) + 16;
    char *full = tf1c_import_alloc(m, room);
    const bool there = strncmp(name, scope, n) == 0 && name[n] == '/';
    for (int again = 0; full; again++) {
        const int length = snprintf(full, room, "%s%s%s", there ? "" : scope, there ? "" : "/", name);
        if (again)
            snprintf(full + length, room - (size_t)length, "_%d", again);
        if (!tf1c_map_get(&m->by_name, full) && !tf1c_map_get(&m->inside, full))
            break;
    }
    if (full && !tf1c_map_set(&m->inside, full, full))
        tf1c_import_fail(m, tf_memory_error, NULL, "no memory left for a graph's nodes");
    return full;
}

static bool add_nodes(tf1c_importing *m, called *f, int call, int home, const char *scope)
{
    f->first = m->n;
    for (size_t i = 0; i < f->def->n_node_def && !m->status; i++) {
        Tf1c__NodeDef *def = tf1c_import_alloc(m, sizeof *def);
        if (!def)
            return false;
        *def = *f->def->node_def[i];
        def->name = (char *)name_inside(m, scope, def->name);
        if (!def->name || !tf1c_valid_name(def->name, false) || strlen(def->name) > 400)
            return tf1c_import_fail(m, tf_value_error, NULL, "'%.100s' is not a valid node name", f->def->node_def[i]->name);
        new_node(m,
                 (tf1c_in_node){
                     .def = def, .record = tf1c_record_for(def), .home = home, .group = -1, .nested = m->nodes[call].nested + 1 });
    }
    for (int i = f->first, n = m->n; i < n && !m->status; i++)
        resolve_all_inside(m, f, i, call);
    return !m->status;
}

static const char *result_called(const Tf1c__FunctionDef *f, const char *name)
{
    for (size_t i = 0; i < f->n_ret; i++)
        if (strcmp(f->ret[i]->key, name) == 0)
            return f->ret[i]->value;
    return NULL;
}

static bool give_results(tf1c_importing *m, const called *f, tf1c_edge *results)
{
    const Tf1c__OpDef *s = f->def->signature;
    for (size_t i = 0; i < s->n_output_arg; i++) {
        const char *value = result_called(f->def, s->output_arg[i]->name);
        if (!value)
            return tf1c_import_fail(m, tf_invalid_argument, s->name, "Return value '%s' is missing", s->output_arg[i]->name);
        if (!resolve_inside(m, f, value, s->name, &results[i]))
            return false;
    }
    return true;
}

/* What a call of the function waits for before it is done. */
static bool give_controls(tf1c_importing *m, const called *f, int call)
{
    tf1c_in_node *n = &m->nodes[call];
    if (n->kind != TF1C_PASS)
        return true;
    n->n_controls = 0;
    n->controls = tf1c_import_alloc(m, f->def->n_control_ret * sizeof *n->controls);
    for (size_t i = 0; i < f->def->n_control_ret && !m->status; i++) {
        tf1c_edge e;
        if (resolve_inside(m, f, f->def->control_ret[i]->value, n->def->name, &e) && e.node >= f->first)
            n->controls[n->n_controls++] = e.node;
    }
    return !m->status;
}

/* The function's nodes, made for a call: they lie in region `home`, and their names begin with the scope. */
static bool call_function(tf1c_importing *m, int call, const char *function, int n_args, const tf1c_edge *args, int home,
                          const char *scope, int n_results, tf1c_edge *results)
{
    const char *name = m->nodes[call].def->name;
    called f = { .def = tf1c_map_get(&m->functions, function), .n_args = n_args, .args = args };
    if (!f.def)
        return tf1c_import_fail(m, tf_not_found, name, "Function '%.100s' is not defined.", function);
    if (m->nodes[call].nested >= DEEPEST)
        return tf1c_import_fail(m, tf_unimplemented, name, "functions nest deeper than %d", DEEPEST);
    if ((int)f.def->signature->n_input_arg != n_args || (int)f.def->signature->n_output_arg != n_results)
        return tf1c_import_fail(m, tf_invalid_argument, name,
                                "Function '%s' takes %zu arguments and gives %zu results: not %d and %d", function,
                                f.def->signature->n_input_arg, f.def->signature->n_output_arg, n_args, n_results);
    const bool good =
        name_all(m, &f) && add_nodes(m, &f, call, home, scope) && give_results(m, &f, results) && give_controls(m, &f, call);
    tf1c_map_free(&f.names);
    return good;
}

/* ---- loops, branches, calls ---------------------------------------------------------------------------------------------------- */

static const char *function_of(tf1c_importing *m, int node, const char *key)
{
    const Tf1c__AttrValue *v = tf1c_attr_of(m->nodes[node].def, key);
    if (v && v->value_case == TF1C__ATTR_VALUE__VALUE_FUNC && v->func->name)
        return v->func->name;
    tf1c_import_fail(m, tf_invalid_argument, m->nodes[node].def->name, "NodeDef missing attr '%s' from Op<name=%s>", key,
                     m->nodes[node].def->op);
    return NULL;
}

/* "scan/while/Loop" lies in the scope "scan/while": so the library names its own. */
static const char *scope_of(tf1c_importing *m, int node, const char *end, const char *more)
{
    const char *name = m->nodes[node].def->name;
    size_t n = strlen(name);
    if (n > strlen(end) && strcmp(name + n - strlen(end), end) == 0)
        n -= strlen(end);
    char *scope = tf1c_import_alloc(m, n + strlen(more) + 1);
    if (scope)
        sprintf(scope, "%.*s%s", (int)n, name, more);
    return scope;
}

static void pass_on(tf1c_importing *m, int node, int n, tf1c_edge *results)
{
    m->nodes[node].kind = TF1C_PASS;
    m->nodes[node].n_in = n;
    m->nodes[node].in = results;
    m->nodes[node].used = tf1c_import_alloc(m, (size_t)n);
}

/* A variable that keeps its value is what it starts from; of the others: Enter, NextIteration, Exit. Gives what the loop gives. */
static tf1c_edge close_variable(tf1c_importing *m, int node, int group, int merge, tf1c_edge start, tf1c_edge next)
{
    const tf1c_edge none = { -2, 0 };
    if (tf1c_origin(m, next).node == merge) {
        m->nodes[merge].kind = TF1C_PASS;
        m->nodes[merge].home = m->nodes[node].home;
        m->nodes[merge].group = -1;
        m->nodes[merge].in[0] = start;
        m->nodes[merge].n_in = 1;
        m->nodes[merge].used = tf1c_import_alloc(m, 1);
        return (tf1c_edge){ merge, 0 };
    }
    const int home = m->regions->groups[group].region[0];
    const int enter = part(m, node, TF1C_ENTER, 0, group, 1, start, none);
    const int again = part(m, node, TF1C_NEXT_ITERATION, home, group, 1, next, none);
    const int exit = part(m, node, TF1C_EXIT, 0, group, 1, (tf1c_edge){ merge, 0 }, none);
    m->nodes[merge].in[0] = (tf1c_edge){ enter, 0 };
    m->nodes[merge].in[1] = (tf1c_edge){ again, 0 };
    m->nodes[merge].n_in = 2;
    m->nodes[exit].used = tf1c_import_alloc(m, 1);
    m->nodes[merge].exit = exit;
    tf1c_add_member(m, group, merge);
    return (tf1c_edge){ exit, 0 };
}

static bool expand_while(tf1c_importing *m, int node)
{
    const tf1c_edge none = { -2, 0 }, *start = m->nodes[node].in;
    const int n = m->nodes[node].n_in, first = m->n;
    const char *cond = function_of(m, node, "cond"), *body = function_of(m, node, "body"), *scope = scope_of(m, node, "/Loop", "");
    tf1c_edge *args = tf1c_import_alloc(m, (size_t)n * sizeof *args), *next = tf1c_import_alloc(m, (size_t)n * sizeof *next);
    tf1c_edge condition = none;
    if (!cond || !body || !scope || !args || !next)
        return false;
    const int group = tf1c_new_group(
        m, (tf1c_group){ .is_loop = true, .parent = m->nodes[node].home, .key = node, .call = 1 + node }, m->nodes[node].def->name);
    const int home = group < 0 ? 0 : m->regions->groups[group].region[0];
    for (int i = 0; i < n && !m->status; i++)
        args[i] = (tf1c_edge){ part(m, node, TF1C_MERGE, home, group, 2, none, none), 0 };
    if (m->status || !call_function(m, node, body, n, args, home, scope, n, next) ||
        !call_function(m, node, cond, n, args, home, scope, 1, &condition))
        return false;
    m->regions->groups[group].condition = 1 + part(m, node, TF1C_LOOP_COND, home, group, 1, condition, none);
    for (int i = 0; i < n && !m->status; i++)
        next[i] = close_variable(m, node, group, first + i, start[i], next[i]);
    pass_on(m, node, n, next);
    return !m->status;
}

static int count_types(const Tf1c__NodeDef *n, const char *key)
{
    const Tf1c__AttrValue *v = tf1c_attr_of(n, key);
    return v && v->value_case == TF1C__ATTR_VALUE__VALUE_LIST && v->list->n_type < MOST_EDGES ? (int)v->list->n_type : 0;
}

static bool expand_if(tf1c_importing *m, int node)
{
    const tf1c_edge *in = m->nodes[node].in;
    const int n = m->nodes[node].n_in - 1, n_out = count_types(m->nodes[node].def, "Tout");
    const char *then = function_of(m, node, "then_branch"), *otherwise = function_of(m, node, "else_branch");
    const char *yes = scope_of(m, node, "/Merge", "/true"), *no = scope_of(m, node, "/Merge", "/false");
    tf1c_edge *results[2];
    for (int which = 0; which < 2; which++)
        results[which] = tf1c_import_alloc(m, (size_t)n_out * sizeof *results[which]);
    if (!then || !otherwise || !yes || !no || !results[0] || !results[1])
        return false;
    if (n < 0)
        return tf1c_import_fail(m, tf_invalid_argument, m->nodes[node].def->name, "an If without cond");
    const int group =
        tf1c_new_group(m, (tf1c_group){ .parent = m->nodes[node].home, .key = -3 - node, .pred = in[0], .call = 1 + node },
                       m->nodes[node].def->name);
    if (group < 0 || !call_function(m, node, then, n, in + 1, m->regions->groups[group].region[1], yes, n_out, results[1]) ||
        !call_function(m, node, otherwise, n, in + 1, m->regions->groups[group].region[0], no, n_out, results[0]))
        return false;
    tf1c_edge *merged = tf1c_import_alloc(m, (size_t)n_out * sizeof *merged);
    for (int o = 0; o < n_out && merged && !m->status; o++) {
        merged[o] = (tf1c_edge){ part(m, node, TF1C_MERGE, 0, group, 2, results[0][o], results[1][o]), 0 };
        tf1c_add_member(m, group, merged[o].node);
    }
    if (merged)
        pass_on(m, node, n_out, merged);
    return !m->status;
}

static bool expand_call(tf1c_importing *m, int node, const char *function)
{
    const tf1c_edge *args = m->nodes[node].in;
    const int n_args = m->nodes[node].n_in;
    const Tf1c__FunctionDef *f = function ? tf1c_map_get(&m->functions, function) : NULL;
    const int n_out = f ? (int)f->signature->n_output_arg : 0;
    tf1c_edge *results = tf1c_import_alloc(m, (size_t)n_out * sizeof *results);
    if (!function || !results)
        return false;
    m->nodes[node].kind = TF1C_PASS;
    if (!call_function(m, node, function, n_args, args, m->nodes[node].home, m->nodes[node].def->name, n_out, results))
        return false;
    pass_on(m, node, n_out, results);
    return true;
}

/* ---- lists ------------------------------------------------------------------------------------------------------------------------- */

/* Of lists, and of variables that are resources. */
static bool is_of_handles(const Tf1c__NodeDef *n)
{
    const Tf1c__AttrValue *v = tf1c_attr_of(n, "T");
    return v && v->value_case == TF1C__ATTR_VALUE__VALUE_TYPE &&
           (v->type == TF1C__DATA_TYPE__DT_VARIANT || v->type == TF1C__DATA_TYPE__DT_RESOURCE);
}

/* What is kept of a list's inputs: not the shape of its elements, which the elements have. */
static bool take_list(tf1c_importing *m, tf1c_in_node *n)
{
    static const struct {
        const char *op;
        tf1c_node_kind kind;
        int inputs, kept, from;
    } kinds[] = {
        { "TensorListReserve", TF1C_LIST_NEW, 2, 1, 1 },     { "EmptyTensorList", TF1C_LIST_NEW, 2, 0, 0 },
        { "TensorListFromTensor", TF1C_LIST_FROM, 2, 1, 0 }, { "TensorListGetItem", TF1C_LIST_GET, 3, 2, 0 },
        { "TensorListSetItem", TF1C_LIST_SET, 3, 3, 0 },     { "TensorListPushBack", TF1C_LIST_PUSH, 2, 2, 0 },
        { "TensorListStack", TF1C_LIST_STACK, 2, 1, 0 },     { "TensorListLength", TF1C_LIST_LENGTH, 1, 1, 0 },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(n->def->op, kinds[i].op) == 0) {
            if (n->n_in != kinds[i].inputs)
                return tf1c_import_fail(m, tf_invalid_argument, n->def->name, "%d inputs of op '%s', which takes %d", n->n_in,
                                        n->def->op, kinds[i].inputs);
            n->kind = kinds[i].kind;
            n->in += kinds[i].from;
            n->n_in = kinds[i].kept;
        }
    if (strcmp(n->def->op, "Identity") == 0 && n->n_in == 1 && is_of_handles(n->def)) {
        n->kind = TF1C_PASS;
        n->used = tf1c_import_alloc(m, 1);
    }
    return !m->status;
}

static bool is_one_of(const char *op, const char *a, const char *b) { return strcmp(op, a) == 0 || strcmp(op, b) == 0; }

static bool expand(tf1c_importing *m, int node)
{
    const char *op = m->nodes[node].def->op;
    if (is_one_of(op, "While", "StatelessWhile"))
        return expand_while(m, node);
    if (is_one_of(op, "If", "StatelessIf"))
        return expand_if(m, node);
    if (is_one_of(op, "PartitionedCall", "StatefulPartitionedCall"))
        return expand_call(m, node, function_of(m, node, "f"));
    if (m->functions.count && tf1c_map_get(&m->functions, op))
        return expand_call(m, node, op);
    return take_list(m, &m->nodes[node]);
}

/* What is read of those that pass on, and of functional loops; the names that the caller asks for are read. */
static void use(tf1c_importing *m, tf1c_edge e)
{
    for (tf1c_in_node *n = tf1c_source_of(m, e); n; n = tf1c_source_of(m, e)) {
        if (n->kind == TF1C_MERGE)
            n->readers++;
        if (!n->used || e.output >= n->n_in || n->used[e.output])
            return;
        n->used[e.output] = 1;
        if (n->kind != TF1C_PASS)
            return;
        e = n->in[e.output];
    }
}

/* Whether a list that a functional loop pushes on is read once that is done: for gradients, say, it is not. */
static bool fills_unread_list(const tf1c_importing *m, const tf1c_in_node *n)
{
    const tf1c_in_node *list = n->kind == TF1C_LIST_PUSH ? tf1c_source_of(m, tf1c_origin(m, n->in[0])) : NULL;
    const bool of_loop = list && list->kind == TF1C_MERGE && list->group >= 0 && m->regions->groups[list->group].is_loop;
    return of_loop && !m->nodes[list->exit].used[0];
}

/* What is put on such lists is read by nobody; a list that is read may be pushed on another. */
static void use_pushed(tf1c_importing *m)
{
    enum { MOST_PASSES = 48 };
    char *used = tf1c_import_alloc(m, (size_t)m->n);
    bool more = used;
    for (int pass = 0; more && pass < MOST_PASSES; pass++) {
        more = false;
        for (int i = 0; i < m->n; i++) {
            const tf1c_in_node *n = &m->nodes[i];
            if (n->kind != TF1C_LIST_PUSH || used[i] || fills_unread_list(m, n))
                continue;
            for (int j = 1; j < n->n_in; j++)
                use(m, n->in[j]);
            used[i] = more = true;
        }
    }
}

static bool use_all(tf1c_importing *m)
{
    for (int i = 0; i < m->n; i++) {
        const tf1c_in_node *n = &m->nodes[i];
        const int read = n->kind == TF1C_PASS ? 0 : n->kind == TF1C_LIST_PUSH ? 1 : n->n_in;
        for (int j = 0; j < read; j++)
            use(m, n->in[j]);
    }
    for (int i = 0; m->args->return_elements && m->args->return_elements[i]; i++) {
        char name[512];
        int output;
        const int at = tf1c_parse_input(m->args->return_elements[i], name, sizeof name, &output)
                           ? (int)(intptr_t)tf1c_map_get(&m->by_name, name) - 1
                           : -1;
        use(m, (tf1c_edge){ at, output });
    }
    use_pushed(m);
    return !m->status;
}

bool tf1c_expand_functions(tf1c_importing *m)
{
    const Tf1c__FunctionDefLibrary *library = m->def->library;
    for (size_t i = 0; library && i < library->n_function; i++) {
        const Tf1c__FunctionDef *f = library->function[i];
        if (!f->signature)
            return tf1c_import_fail(m, tf_invalid_argument, NULL, "a function without signature");
        if (!(f = tf1c_raise_in_function(m, f)))
            return false;
        if (!tf1c_map_set(&m->functions, f->signature->name, (void *)f))
            return tf1c_import_fail(m, tf_memory_error, NULL, "no memory left for a graph's nodes");
    }
    m->n_root = m->cap_nodes = m->n;
    for (int i = 0; i < m->n && !m->status; i++)
        if (m->nodes[i].kind == TF1C_PLAIN)
            expand(m, i);
    return !m->status && use_all(m);
}
