/* Names and what is open while a graph is built: name scopes, variable scopes, control dependencies, devices; and the
 * collections and seeds that hang on the graph. TF1: framework/ops.py (unique_name, name_scope), variable_scope.py,
 * framework/random_seed.py. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/pattern.h"
#include "core/philox.h"
#include "graph/node.h"

/* TF1: _VALID_OP_NAME_REGEX, and _VALID_SCOPE_NAME_REGEX for a nested name, which may begin with "_", "-" or "/" too. */
bool tf1c_valid_name(const char *name, bool nested)
{
    for (const char *c = name; *c; c++) {
        bool plain = isalnum((unsigned char)*c) || *c == '.';
        if (!plain && !((c > name || nested) && strchr("_\\-/", *c)))
            return false;
    }
    return *name != 0;
}

static const char *lower(tf_graph *g, const char *s)
{
    char *copy = (char *)tf1c_graph_strdup(g, s);
    for (char *c = copy; c && *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return copy;
}

static bool set_used(tf1c_universe *u, const char *key, intptr_t count)
{
    if (tf1c_map_set(&u->names_in_use, key, (void *)count))
        return true;
    tf_fail(tf_memory_error, tf1c_source((tf_source){ 0 }), NULL, "no memory left for the graph");
    return false;
}

const char *tf1c_unique_name(tf_graph *g, const char *name)
{
    return tf1c_unique_whole(g, *g->scope ? tf1c_graph_printf(g, "%s/%s", g->scope, name) : tf1c_graph_strdup(g, name));
}

const char *tf1c_unique_whole(tf_graph *g, const char *full)
{
    tf1c_universe *u = g->universe;
    const char *base = full ? lower(g, full) : NULL;
    if (!base)
        return NULL;
    intptr_t used = (intptr_t)tf1c_map_get(&u->names_in_use, base), i = used;
    if (!set_used(u, base, used + 1))
        return NULL;
    if (!used)
        return full;
    const char *key;
    do
        key = tf1c_graph_printf(g, "%s_%d", base, (int)i++);
    while (key && tf1c_map_get(&u->names_in_use, key));
    return key && set_used(u, key, 1) ? tf1c_graph_printf(g, "%s_%d", full, (int)i - 1) : NULL;
}

/* ---- name scopes -------------------------------------------------------------------------------------------------- */

static void scope_close(struct tf_with_ *w) { w->graph->scope = w->saved[0]; }

struct tf_with_ tf_name_scope_open_(const char *name, tf_source here)
{
    struct tf_with_ w = { .open = 1 };
    tf_graph *g = tf1c_current_graph();
    if (!g)
        return w;
    w = (struct tf_with_){ .open = 1, .close = scope_close, .graph = g, .saved = { g->scope } };
    name = tf1c_given_name(name);
    if (!name || !*name) {
        g->scope = "";
        return tf1c_opened(w);
    }
    if (!tf1c_valid_name(name, *g->scope)) {
        tf_fail(tf_value_error, tf1c_source(here), NULL, "'%s' is not a valid scope name", name);
        return tf1c_opened(w);
    }
    const size_t n = strlen(name);
    const char *scope = name[n - 1] == '/' ? tf1c_graph_printf(g, "%.*s", (int)n - 1, name) : tf1c_unique_name(g, name);
    if (scope)
        g->scope = scope;
    return tf1c_opened(w);
}

struct tf_with_ tf_name_scope_named_open_(struct tf_name_scope_args args)
{
    return tf_name_scope_open_(args.name ? args.name : args.default_name, args.here);
}

const char *tf_scope_name(void)
{
    tf_graph *g = tf1c_current_graph();
    const char *name = g && *g->scope ? tf1c_graph_printf(g, "%s/", g->scope) : NULL;
    return name ? name : "";
}

/* ---- control dependencies and devices ------------------------------------------------------------------------------- */

static void control_close(struct tf_with_ *w)
{
    tf_graph *g = w->graph;
    if (w->saved[0]) { /* the block had cleared them */
        tf1c_free(g->control);
        g->control = (tf_operation **)w->saved[0];
    }
    g->n_control = w->saved_int;
}

struct tf_with_ tf_control_dependencies_open_(tf_ops ops, tf_source here)
{
    TF1C_HOLD_REPORTS;
    struct tf_with_ w = { .open = 1 };
    tf_graph *g = tf1c_current_graph();
    if (!g)
        return w;
    w = (struct tf_with_){ .open = 1, .close = control_close, .graph = g, .saved_int = g->n_control };
    if (ops.n == 0 && g->n_control) {
        w.saved[0] = g->control;
        g->control = NULL;
        g->n_control = 0;
        return tf1c_opened(w);
    }
    if (ops.n < 0 || (ops.n && !ops.items)) {
        tf_fail(tf_value_error, tf1c_source(here), NULL, "a list of %d control inputs without items was given", ops.n);
        return tf1c_opened(w);
    }
    tf_operation **all = tf1c_realloc(g->control, (size_t)(g->n_control + ops.n + 1) * sizeof *all);
    if (!all) {
        tf_fail(tf_memory_error, tf1c_source(here), NULL, "no memory left for the graph");
        return tf1c_opened(w);
    }
    g->control = all;
    for (int i = 0; i < ops.n; i++)
        if (!ops.items[i])
            tf_fail(tf_value_error, tf1c_source(here), NULL, "control input %d is NULL", i);
        else
            g->control[g->n_control++] = ops.items[i];
    return tf1c_opened(w);
}

struct tf_with_ tf_control_dependencies_list_open_(tf_list tensors, tf_source here)
{
    TF1C_HOLD_REPORTS;
    if (tensors.n > 0 && !tensors.items)
        return tf_control_dependencies_open_((tf_ops){ .n = tensors.n }, here); /* which says so */
    tf_operation **ops = tensors.n > 0 ? tf1c_alloc((size_t)tensors.n * sizeof *ops) : NULL;
    struct tf_with_ w = { .open = 1 };
    if (tensors.n <= 0)
        return w;
    if (!ops) {
        tf_fail(tf_memory_error, tf1c_source(here), NULL, "no memory left for the graph");
        return w;
    }
    for (int i = 0; i < tensors.n; i++)
        ops[i] = tf_tensor_op(tensors.items[i]);
    w = tf_control_dependencies_open_((tf_ops){ tensors.n, ops }, here);
    tf1c_free(ops);
    return w;
}

static void device_close(struct tf_with_ *w) { w->graph->universe->default_device = w->saved[0]; }

struct tf_with_ tf_device_open_(const char *device, tf_source here)
{
    (void)here;
    struct tf_with_ w = { .open = 1 };
    tf_graph *g = tf1c_current_graph();
    const char *copy = g ? tf1c_graph_strdup(g, device ? device : "") : NULL;
    if (!copy)
        return w;
    w = (struct tf_with_){ .open = 1, .close = device_close, .graph = g, .saved = { g->universe->default_device } };
    g->universe->default_device = copy;
    return tf1c_opened(w);
}

/* ---- gradients by name ------------------------------------------------------------------------------------------------- */

static void override_close(struct tf_with_ *w) { w->graph->universe->overrides = w->saved[0]; }

struct tf_with_ tf_gradient_override_map_open_(int n, const char *const *names, tf_source here)
{
    struct tf_with_ w = { .open = 1 };
    tf_graph *g = tf1c_current_graph();
    if (!g)
        return w;
    bool good = n >= 0 && n % 2 == 0 && names;
    for (int i = 0; good && i < n; i++)
        good = names[i] != NULL;
    if (!good)
        tf_fail(tf_type_error, tf1c_source(here), NULL, "op_type_map must be a dictionary mapping strings to strings");
    w = (struct tf_with_){ .open = 1, .close = override_close, .graph = g, .saved = { g->universe->overrides } };
    for (int i = 0; good && i < n; i += 2) {
        tf1c_override *o = tf1c_graph_alloc(g, sizeof *o);
        const char *type = tf1c_graph_strdup(g, names[i]), *gradient = tf1c_graph_strdup(g, names[i + 1]);
        if (!o || !type || !gradient)
            break;
        *o = (tf1c_override){ g->universe->overrides, type, gradient };
        g->universe->overrides = o;
    }
    return tf1c_opened(w);
}

/* ---- variable scopes --------------------------------------------------------------------------------------------------- */

/* TF1's _VariableStore.open_variable_scope and unique scope names: "name", "name_1" … among the scopes opened here. */
static const char *unique_variable_scope(tf_graph *g, const char *prefix)
{
    tf1c_universe *u = g->universe;
    const char *outer = u->variable_scope.name;
    const char *base = *outer ? tf1c_graph_printf(g, "%s/%s", outer, prefix) : tf1c_graph_strdup(g, prefix), *name = base;
    intptr_t i = base ? (intptr_t)tf1c_map_get(&u->scope_hints, base) : 0;
    if (i)
        name = tf1c_graph_printf(g, "%s_%d", base, (int)i);
    while (name && tf1c_map_get(&u->scope_counts, name))
        name = tf1c_graph_printf(g, "%s_%d", base, (int)++i);
    if (name)
        tf1c_map_set(&u->scope_hints, base, (void *)i); /* without memory the search is longer */
    return name ? name + (*outer ? strlen(outer) + 1 : 0) : NULL;
}

/* A name is free again; so numbers are sought from the beginning. */
static void forget_name(tf1c_universe *u, const char *name)
{
    size_t n = strlen(name);
    tf1c_map_set(&u->scope_counts, name, NULL);
    while (n && isdigit((unsigned char)name[n - 1]))
        n--;
    char *base = n && name[n - 1] == '_' && name[n] ? tf1c_strdup(name) : NULL;
    if (base)
        base[n - 1] = '\0';
    if (tf1c_map_get(&u->scope_hints, name))
        tf1c_map_set(&u->scope_hints, name, NULL);
    if (base && tf1c_map_get(&u->scope_hints, base))
        tf1c_map_set(&u->scope_hints, base, NULL);
    tf1c_free(base);
}

static void forget_below(tf1c_map *m, const char *name)
{
    const size_t n = strlen(name);
    for (size_t i = 0; n && i < m->capacity; i++)
        if (m->slots[i].key && strncmp(m->slots[i].key, name, n) == 0 && m->slots[i].key[n] == '/')
            m->slots[i].value = NULL;
}

/* TF1's _VariableStore.close_variable_subscopes: default names below a scope that is left may come again. */
void tf1c_forget_subscopes(tf_graph *g, const char *name)
{
    forget_below(&g->universe->scope_counts, name);
    forget_below(&g->universe->scope_hints, name);
}

/* A scope is opened once more. Without memory a default name may come twice. */
static void count_scope(tf1c_universe *u, const char *full)
{
    tf1c_append_ptr(&u->subscopes, &u->n_subscopes, &u->cap_subscopes, &full, sizeof full);
    const intptr_t opened = (intptr_t)tf1c_map_get(&u->scope_counts, full);
    tf1c_map_set(&u->scope_counts, full, (void *)(opened + 1));
}

/* Those below this one, of what was opened since it, which is at `first`; the others, and itself, are left for the one around it. */
static void forget_opened(tf1c_universe *u, int first)
{
    const size_t n = strlen(u->variable_scope.name);
    int kept = first + 1;
    for (int i = kept; n && i < u->n_subscopes; i++)
        if (strncmp(u->subscopes[i], u->variable_scope.name, n) == 0 && u->subscopes[i][n] == '/')
            forget_name(u, u->subscopes[i]);
        else
            u->subscopes[kept++] = u->subscopes[i];
    u->n_subscopes = n && first < u->n_subscopes ? kept : u->n_subscopes;
}

/* All of those opened since, wherever: a scope that was entered again leaves the numbers of default names as it found them. */
static void uncount_opened(tf1c_universe *u, int first)
{
    for (int i = first + 1; i < u->n_subscopes; i++) {
        const intptr_t opened = (intptr_t)tf1c_map_get(&u->scope_counts, u->subscopes[i]);
        if (opened > 1)
            tf1c_map_set(&u->scope_counts, u->subscopes[i], (void *)(opened - 1));
        else if (opened)
            forget_name(u, u->subscopes[i]);
    }
    u->n_subscopes = first < u->n_subscopes ? first + 1 : u->n_subscopes;
}

void tf1c_count_scope(tf_graph *g, const char *name) { count_scope(g->universe, name); }
void tf1c_uncount_scopes(tf_graph *g, int opened) { uncount_opened(g->universe, opened - 1); }

static void variable_scope_close(struct tf_with_ *w)
{
    const bool again = w->saved[2];
    (again ? uncount_opened : forget_opened)(w->graph->universe, w->saved_int);
    w->graph->scope = w->saved[0];
    tf1c_variable_scope *scope = (tf1c_variable_scope *)w->saved[1];
    w->graph->universe->variable_scope = *scope;
}

bool tf1c_is_variable_scope_open(const tf_graph *g) { return tf1c_is_inside(variable_scope_close, g); }

const char *tf1c_last_part(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

/* What a scope below `outer` has before anything is given for it; of one that is entered again, what it had. */
static tf1c_variable_scope inherited(const tf_variable_scope *given, const tf1c_variable_scope *outer, const char *full)
{
    tf1c_variable_scope scope = *outer;
    if (given->graph)
        scope = (tf1c_variable_scope){ .reuse = given->reuse,
                                       .initializer = given->initializer,
                                       .regularizer = given->regularizer,
                                       .dtype = given->dtype,
                                       .constraint = given->constraint,
                                       .getter = given->getter };
    scope.name = full;
    return scope;
}

static bool mistaken_scope(const struct tf_variable_scope_args *a, tf_source here)
{
    if (!a->name_or_scope.name && !a->default_name)
        tf_fail(tf_type_error, here, NULL, "If default_name is None then name_or_scope is required");
    else if (!a->name_or_scope.name && (a->reuse == tf_reuse_true || a->reuse == tf_auto_reuse))
        tf_fail(tf_value_error, here, NULL, "reuse=True cannot be used without a name_or_scope");
    else
        return false;
    return true;
}

/* "a/b" of variables: below the open scope by name, in itself again. */
static const char *full_scope_name(tf_graph *g, const struct tf_variable_scope_args *a, const char *outer, const char *name)
{
    return a->name_or_scope.graph ? tf1c_graph_strdup(g, a->name_or_scope.name)
           : !*name               ? outer
           : *outer               ? tf1c_graph_printf(g, "%s/%s", outer, name)
                                  : tf1c_graph_strdup(g, name);
}

struct tf_with_ tf_variable_scope_open_(struct tf_variable_scope_args args)
{
    tf_source here = tf1c_source(args.here);
    struct tf_with_ w = { .open = 1 };
    tf_graph *g = tf1c_current_graph();
    if (!args.name_or_scope.name) /* made by hand: it is none */
        args.name_or_scope.graph = NULL;
    if (!g || mistaken_scope(&args, here))
        return w;
    tf1c_universe *u = g->universe;
    const tf_variable_scope *given = &args.name_or_scope;
    tf1c_variable_scope *saved = tf1c_graph_alloc(g, sizeof *saved);
    const char *name = given->graph  ? tf1c_last_part(given->name)
                       : given->name ? tf1c_given_name(given->name)
                       : saved       ? unique_variable_scope(g, args.default_name)
                                     : NULL;
    if (!saved || !name)
        return w;
    *saved = u->variable_scope;
    const char *nodes = given->name ? name : args.default_name; /* of a default name, nodes and variables are numbered apart */
    const bool here_too = !*name || !args.auxiliary_name_scope; /* "": as it is */
    const char *scope = here_too ? g->scope : tf1c_valid_name(name, *g->scope) ? tf1c_unique_name(g, nodes) : NULL;
    const char *full = full_scope_name(g, &args, saved->name, name);
    const char *original = given->graph               ? given->original_name_scope
                           : *name && scope && *scope ? tf1c_graph_printf(g, "%s/", scope)
                                                      : NULL;
    tf_getter *getter = args.custom_getter ? tf1c_graph_alloc(g, sizeof *getter) : NULL;
    if (args.regularizer.scope) /* a cell may come back to it later */
        args.regularizer.scope = tf1c_graph_strdup(g, args.regularizer.scope);
    if (args.custom_getter && !getter)
        return w;
    if (!scope || !full) {
        if (full && !scope && !tf1c_valid_name(name, *g->scope))
            tf_fail(tf_value_error, here, NULL, "'%s' is not a valid scope name", name);
        return w;
    }
    w = (struct tf_with_){ .open = 1,
                           .close = variable_scope_close,
                           .graph = g,
                           .saved = { g->scope, saved, given->graph ? given->name : NULL },
                           .saved_int = u->n_subscopes };
    count_scope(u, full);
    g->scope = scope;
    u->variable_scope = inherited(given, saved, full);
    u->variable_scope.original_name_scope = original;
    u->variable_scope.reuse = args.reuse ? args.reuse : u->variable_scope.reuse;
    u->variable_scope.dtype = args.dtype ? args.dtype : u->variable_scope.dtype;
    if (tf1c_given_initializer(&args.initializer))
        u->variable_scope.initializer = args.initializer;
    if (args.regularizer.fn)
        u->variable_scope.regularizer = args.regularizer;
    if (args.constraint)
        u->variable_scope.constraint = args.constraint;
    if (getter) {
        *getter = (tf_getter){ u->variable_scope.getter, args.custom_getter, args.context };
        u->variable_scope.getter = getter;
    }
    return tf1c_opened(w);
}

tf_variable_scope tf_get_variable_scope(void)
{
    tf_graph *g = tf1c_current_graph();
    if (!g)
        return (tf_variable_scope){ .name = "" };
    const tf1c_variable_scope *open = &g->universe->variable_scope;
    return (tf_variable_scope){ .name = open->name,
                                .reuse = open->reuse,
                                .graph = g,
                                .initializer = open->initializer,
                                .regularizer = open->regularizer,
                                .dtype = open->dtype,
                                .constraint = open->constraint,
                                .getter = open->getter,
                                .original_name_scope = open->original_name_scope ? open->original_name_scope : "" };
}

/* The open scope, if it is this one; else NULL after a report. */
static tf1c_variable_scope *open_scope(const tf_variable_scope *scope, tf_source here)
{
    tf_graph *g = tf1c_current_graph();
    tf1c_variable_scope *open = g && g == scope->graph ? &g->universe->variable_scope : NULL;
    if (open && scope->name && strcmp(scope->name, open->name) == 0)
        return open;
    tf_fail(tf_value_error, here, NULL, "Variable scope '%s' is not open; the open one is '%s'.", scope->name ? scope->name : "",
            open ? open->name : "");
    return NULL;
}

tf_status tf_reuse_variables_(tf_variable_scope scope, tf_source here)
{
    tf1c_variable_scope *open = open_scope(&scope, here);
    if (open)
        open->reuse = tf_reuse_true;
    return open ? tf_ok : tf_value_error;
}

tf_status tf_set_initializer_(tf_variable_scope scope, tf_initializer initializer, tf_source here)
{
    tf1c_variable_scope *open = open_scope(&scope, here);
    if (open)
        open->initializer = initializer;
    return open ? tf_ok : tf_value_error;
}

tf_status tf_set_regularizer_(tf_variable_scope scope, tf_regularizer regularizer, tf_source here)
{
    tf1c_variable_scope *open = open_scope(&scope, here);
    if (open && regularizer.scope) /* a cell may come back to it later */
        regularizer.scope = tf1c_graph_strdup(scope.graph, regularizer.scope);
    if (open)
        open->regularizer = regularizer;
    return open ? tf_ok : tf_value_error;
}

/* ---- collections ----------------------------------------------------------------------------------------------------------- */

tf1c_collection *tf1c_collection_named(const tf1c_universe *u, const char *name)
{
    const intptr_t place = (intptr_t)tf1c_map_get(&u->collections_by_name, name);
    return place ? &u->collections[place - 1] : NULL;
}

/* NULL without memory. */
static tf1c_collection *new_collection(tf_graph *g, const char *name)
{
    tf1c_universe *u = g->universe;
    const tf1c_collection c = { .name = tf1c_graph_strdup(g, name) };
    if (!c.name || !tf1c_append_ptr(&u->collections, &u->n_collections, &u->cap_collections, &c, sizeof c))
        return NULL;
    if (tf1c_map_set(&u->collections_by_name, c.name, (void *)(intptr_t)u->n_collections))
        return &u->collections[u->n_collections - 1];
    u->n_collections--;
    return NULL;
}

/* A name a line. */
const char *tf_names_(char *all, const char *const *names, tf_source here)
{
    size_t length = 0;
    for (int i = 0; all && names && names[i]; i++) {
        const size_t n = strlen(names[i]), end = length + (length > 0) + n;
        if (end >= TF_NAMES_SIZE_) {
            tf_fail(tf_value_error, tf1c_source(here), NULL,
                    "TF_NAMES: the names before \"%.64s\" and it have more than %d characters.", names[i], TF_NAMES_SIZE_ - 1);
            break;
        }
        if (length)
            all[length++] = '\n';
        memcpy(all + length, names[i], n + 1);
        length += n;
    }
    return all;
}

static tf_status add_to_one(tf_graph *g, const char *name, tf_tensor value)
{
    tf1c_collection *c = tf1c_collection_named(g->universe, name);
    if (!c)
        c = new_collection(g, name);
    if (!c || !tf1c_append_ptr(&c->items, &c->n, &c->capacity, &value, sizeof value))
        return tf_fail(tf_memory_error, tf1c_source((tf_source){ 0 }), NULL, "no memory left for the graph");
    return tf_ok;
}

tf_status tf_add_to_collection(const char *name, tf_tensor value)
{
    tf_graph *g = value.op && value.op->graph ? value.op->graph : tf1c_current_graph();
    char one[TF_NAMES_SIZE_];
    if (!g)
        return tf_memory_error;
    if (!name)
        return tf_fail(tf_type_error, tf1c_source((tf_source){ 0 }), NULL, "The collection's name is NULL.");
    tf_status status = tf_ok;
    for (const char *end; (end = strchr(name, '\n')) && end - name < TF_NAMES_SIZE_ && !status; name = end + 1) {
        snprintf(one, sizeof one, "%.*s", (int)(end - name), name);
        status = add_to_one(g, one, value);
    }
    return status ? status : add_to_one(g, name, value);
}

tf_status tf1c_join_collections(const char *names, const char *unset, tf_tensor value)
{
    if (!names)
        names = unset;
    return names && *names ? tf_add_to_collection(names, value) : tf_ok;
}

/* "w:0", of an operation "train". */
static const char *name_of(tf_tensor t, char *text, size_t n)
{
    if (!t.op->n_outputs)
        return tf_op_name(t.op);
    snprintf(text, n, "%s:%d", tf_op_name(t.op), t.index);
    return text;
}

tf_list tf_get_collection_(const char *name, struct tf_scope_args a)
{
    tf_graph *g = tf1c_current_graph();
    tf1c_collection *c = g && name ? tf1c_collection_named(g->universe, name) : NULL;
    static const tf_tensor nothing; /* a list that is empty, not one that was not given */
    if (!c || !c->n)
        return (tf_list){ .items = &nothing };
    char text[1024];
    tf1c_pattern scope;
    if (!tf1c_pattern_open(&scope, a.scope ? a.scope : "", text, sizeof text)) {
        tf_fail(tf_value_error, tf1c_source(a.here), NULL, "The scope '%s' is no regular expression: %s", a.scope, text);
        return (tf_list){ 0 };
    }
    int n = 0;
    tf_tensor *items = tf1c_graph_alloc(g, (size_t)c->n * sizeof *items);
    for (int i = 0; i < c->n && items; i++)
        if (tf1c_pattern_begins(&scope, name_of(c->items[i], text, sizeof text)))
            items[n++] = c->items[i];
    tf1c_pattern_close(&scope);
    return items ? (tf_list){ .n = n, .items = items } : tf1c_poison_list(c->n);
}

tf_list(tf_get_collection)(const char *name) { return tf_get_collection_(name, (struct tf_scope_args){ 0 }); }

/* ---- seeds ------------------------------------------------------------------------------------------------------------------- */

void tf_set_random_seed(int64_t seed)
{
    tf_graph *g = tf1c_current_graph();
    if (!g)
        return;
    g->universe->has_seed = true;
    g->universe->seed = seed;
}

void tf1c_graph_seeds(tf_graph *g, bool has_op_seed, int64_t op_seed, int64_t seeds[2])
{
    const tf1c_universe *u = g->universe;
    tf1c_philox_seeds(u->has_seed ? &u->seed : NULL, has_op_seed ? &op_seed : NULL, u->last_id, &seeds[0], &seeds[1]);
}
