/* Graphs as containers: what they own, the stack of default graphs, look-up, and how a body sees its surroundings. */
#include "graph/graph.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/cast.h"
#include "core/report.h"
#include "core/strings.h"
#include "graph/node.h"
#include "graph/turn.h"

/* ---- mistakes ----------------------------------------------------------------------------------------------- */

const tf_op_def tf1c_mistake_op = { .name = "Mistake", .in = "", .out = "output:?", .gradient = tf_no_gradient };

/* What stands in for None, and where there was no memory for anything better; never written to. */
static tf1c_output nothing_output = { .dtype = tf_float32 };
static tf_operation nothing = { .def = &tf1c_mistake_op, .name = "", .device = "", .n_outputs = 1, .outputs = &nothing_output };
static tf1c_mistake out_of_memory = { .code = tf_memory_error, .message = "no memory left for the graph" };
static tf_operation poison = {
    .def = &tf1c_mistake_op, .name = "", .device = "", .n_outputs = 1, .outputs = &nothing_output, .attrs = &out_of_memory
};
#define FOUR(x) x, x, x, x
static const tf_tensor poisons[] = { FOUR(FOUR(FOUR(FOUR(FOUR({ .op = &poison }))))) };

tf_operation *tf1c_poison(tf_graph *g) { return g && g->poison ? g->poison : &poison; }

tf_list tf1c_poison_list(int n)
{
    const int most = sizeof poisons / sizeof *poisons;
    return (tf_list){ .n = n < most ? n : most, .items = poisons };
}

tf_operation *tf1c_record_mistake(tf_graph *g)
{
    if (!g)
        return &poison;
    const tf_error *e = tf_last_error();
    tf1c_arena *arena = &g->universe->arena;
    tf1c_mistake *mistake = tf1c_arena_alloc(arena, sizeof *mistake);
    tf_operation *op = tf1c_arena_alloc(arena, sizeof *op);
    tf1c_output *out = tf1c_arena_alloc(arena, sizeof *out);
    if (!mistake || !op || !out)
        return tf1c_poison(g);
    const char *message = tf1c_arena_strdup(arena, e->message), *name = e->op ? tf1c_arena_strdup(arena, e->op) : NULL;
    if (!message)
        return tf1c_poison(g);
    *mistake = (tf1c_mistake){ e->code, message, name, e->where };
    *out = nothing_output;
    *op = (tf_operation){ .def = &tf1c_mistake_op,
                          .graph = g,
                          .name = name ? name : "",
                          .device = "",
                          .here = e->where,
                          .n_outputs = 1,
                          .outputs = out,
                          .attrs = mistake };
    if (!g->universe->unseen && tf1c_reports_are_silent())
        g->universe->unseen = op;
    return op;
}

tf_operation *tf1c_take_unseen(tf_graph *g)
{
    if (!__atomic_load_n(&g->universe->unseen, __ATOMIC_RELAXED) || tf1c_reports_are_silent())
        return NULL;
    return __atomic_exchange_n(&g->universe->unseen, NULL, __ATOMIC_ACQ_REL);
}

/* ---- memory ---------------------------------------------------------------------------------------------------- */

static void *no_memory(void)
{
    tf_fail(tf_memory_error, tf1c_source((tf_source){ 0 }), NULL, "no memory left for the graph");
    return NULL;
}

void *tf1c_graph_alloc(tf_graph *g, size_t size)
{
    void *p = g ? tf1c_arena_alloc(&g->universe->arena, size) : NULL;
    return p || !g ? p : no_memory(); /* without a graph, that has been reported */
}

const char *tf1c_graph_strdup(tf_graph *g, const char *s)
{
    const char *copy = g ? tf1c_arena_strdup(&g->universe->arena, s) : NULL;
    return copy || !g ? copy : no_memory();
}

const char *tf1c_graph_printf(tf_graph *g, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = n < 0 ? NULL : tf1c_graph_alloc(g, (size_t)n + 1);
    if (!text)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)n + 1, format, args);
    va_end(args);
    return text;
}

bool tf1c_graph_attach(tf_graph *g, void (*free)(void *), void *object)
{
    tf1c_cleanup *c = tf1c_graph_alloc(g, sizeof *c);
    if (!c) {
        free(object);
        return false;
    }
    *c = (tf1c_cleanup){ g->universe->cleanups, free, object };
    g->universe->cleanups = c;
    return true;
}

bool tf1c_append_ptr(void *array, int *n, int *capacity, const void *item, size_t size)
{
    void **items = array;
    if (*n == *capacity) {
        int bigger = *capacity ? 2 * *capacity : 16;
        void *p = tf1c_realloc(*items, (size_t)bigger * size);
        if (!p)
            return false;
        *items = p;
        *capacity = bigger;
    }
    memcpy((char *)*items + (size_t)*n * size, item, size);
    ++*n;
    return true;
}

/* ---- whose turn it is ---------------------------------------------------------------------------------------------------- */

static const char two_threads[] =
    "Two threads build one graph at the same time: each wants a graph of its own, or a lock around what it builds.";
static tf1c_mistake built_by_two = { .code = tf_runtime_error, .message = two_threads };
static tf_operation out_of_turn = {
    .def = &tf1c_mistake_op, .name = "", .device = "", .n_outputs = 1, .outputs = &nothing_output, .attrs = &built_by_two
};
tf_operation *tf1c_out_of_turn(void) { return &out_of_turn; }

tf1c_turn tf1c_turn_begin(tf_graph *g, tf_source here)
{
    static _Thread_local const char self;
    const char *builder = NULL;
    if (!g || __atomic_compare_exchange_n(&g->universe->builder, &builder, &self, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return (tf1c_turn){ g, true };
    if (builder == &self)
        return (tf1c_turn){ NULL, true };
    tf_fail(tf_runtime_error, tf1c_source(here), NULL, "%s", two_threads);
    return (tf1c_turn){ NULL, false };
}

void tf1c_turn_end(tf1c_turn *turn)
{
    if (turn->g)
        __atomic_store_n(&turn->g->universe->builder, NULL, __ATOMIC_RELEASE);
}

/* ---- making and releasing ----------------------------------------------------------------------------------------- */

static void graph_release(tf_graph *g)
{
    tf1c_free(g->ops);
    tf1c_free(g->control);
    tf1c_free(g);
}

static tf_graph *graph_in(tf1c_universe *u)
{
    tf_graph *g = tf1c_alloc_zero(sizeof *g);
    if (!g)
        return NULL;
    g->universe = u;
    g->scope = "";
    g->poison = tf1c_arena_alloc(&u->arena, sizeof *g->poison);
    if (!g->poison) {
        graph_release(g);
        return NULL;
    }
    *g->poison = poison;
    g->poison->graph = g;
    return g;
}

tf_graph *tf_graph_new(void)
{
    tf1c_universe *u = tf1c_alloc_zero(sizeof *u);
    tf_graph *g = u ? graph_in(u) : NULL;
    if (!g) {
        if (u)
            tf1c_arena_free(&u->arena);
        tf1c_free(u);
        return no_memory();
    }
    u->root = g;
    u->users = 1;
    u->variable_scope.name = "";
    u->default_device = "";
    return g;
}

tf_graph *tf1c_body_new(tf_graph *parent, const char *scope)
{
    tf1c_universe *u = parent->universe;
    tf_graph *body = graph_in(u);
    if (!body || !tf1c_append_ptr(&u->bodies, &u->n_bodies, &u->cap_bodies, &body, sizeof body)) {
        if (body)
            graph_release(body);
        return no_memory();
    }
    body->parent = parent;
    body->scope = scope;
    return body;
}

static void universe_free(tf1c_universe *u)
{
    for (tf1c_cleanup *c = u->cleanups; c; c = c->next)
        c->free(c->object);
    for (int i = 0; i < u->n_bodies; i++)
        graph_release(u->bodies[i]);
    tf1c_free(u->bodies);
    graph_release(u->root);
    for (int i = 0; i < u->n_collections; i++)
        tf1c_free(u->collections[i].items);
    tf1c_free(u->collections);
    tf1c_map_free(&u->collections_by_name);
    tf1c_map_free(&u->names_in_use);
    tf1c_map_free(&u->by_name);
    tf1c_map_free(&u->variables);
    tf1c_map_free(&u->tensor_arrays);
    tf1c_map_free(&u->scope_counts);
    tf1c_map_free(&u->scope_hints);
    tf1c_map_free(&u->shapes_seen);
    tf1c_free(u->subscopes);
    tf1c_arena_free(&u->arena);
    tf1c_free(u);
}

void tf1c_graph_hold(tf_graph *g) { __atomic_add_fetch(&g->universe->users, 1, __ATOMIC_RELAXED); }

void tf1c_graph_let_go(tf_graph *g)
{
    if (__atomic_sub_fetch(&g->universe->users, 1, __ATOMIC_ACQ_REL) == 0)
        universe_free(g->universe);
}

/* ---- the stack of default graphs, per thread ---------------------------------------------------------------------------- */

static _Thread_local tf_graph *default_graph; /* made on first use */
static _Thread_local tf_graph *open_graph;    /* innermost open one, a body included; NULL: the default */
static pthread_key_t at_thread_exit;
static pthread_once_t at_thread_exit_once = PTHREAD_ONCE_INIT;

static void release_default(void *graph) { tf_graph_free(graph); }
static void make_key(void) { pthread_key_create(&at_thread_exit, release_default); }

/* The main thread's keys are not run at exit. */
__attribute__((destructor)) static void release_main_default(void)
{
    tf_graph_free(default_graph);
    default_graph = NULL;
}

static void set_default(tf_graph *g)
{
    default_graph = g;
    pthread_once(&at_thread_exit_once, make_key);
    pthread_setspecific(at_thread_exit, g);
}

void tf_graph_free(tf_graph *g)
{
    if (!g || g->parent) /* a body goes with its graph */
        return;
    if (g == default_graph)
        set_default(NULL);
    tf1c_graph_let_go(g);
}

tf_graph *tf1c_current_graph(void)
{
    tf1c_close_jumped();
    if (open_graph)
        return open_graph;
    if (!default_graph)
        set_default(tf_graph_new());
    return default_graph;
}

tf_graph *tf1c_root(tf_graph *g) { return g->universe->root; }

tf_graph *tf_get_default_graph(void)
{
    tf_graph *g = tf1c_current_graph();
    return g ? tf1c_root(g) : NULL;
}

void tf_reset_default_graph(void)
{
    tf1c_close_jumped();
    if (open_graph || (default_graph && tf1c_is_variable_scope_open(default_graph))) { /* what else is open stays the old graph's */
        tf_fail(
            tf_runtime_error, tf1c_source((tf_source){ 0 }), NULL,
            "Do not use tf.reset_default_graph() to clear nested graphs. If you need a cleared graph, exit the nesting and create a new graph.");
        return;
    }
    tf_graph_free(default_graph);
}

static void graph_close(struct tf_with_ *w) { open_graph = (tf_graph *)w->saved[0]; }

struct tf_with_ tf_graph_open_(tf_graph *graph)
{
    struct tf_with_ w = { .open = 1, .close = graph_close, .graph = graph, .saved = { open_graph } };
    tf1c_close_jumped();
    w.saved[0] = open_graph;
    if (graph)
        open_graph = graph;
    return tf1c_opened(w);
}

void tf1c_at_top_level(void)
{
    open_graph = NULL;
    if (!default_graph)
        return;
    tf1c_variable_scope *scope = &default_graph->universe->variable_scope;
    default_graph->scope = "";
    default_graph->n_control = 0;
    *scope = (tf1c_variable_scope){ .name = "", .reuse = *scope->name ? (tf_reuse)0 : scope->reuse };
}

tf_source tf1c_source(tf_source here) { return tf1c_blamed.file ? tf1c_blamed : here; }

/* ---- nodes ------------------------------------------------------------------------------------------------------------ */

static void *copy_attrs(tf_graph *g, const tf_op_def *def, const void *attrs)
{
    char *copy = tf1c_arena_copy(&g->universe->arena, attrs, def->attrs_size);
    if (!copy)
        return no_memory();
    for (const tf_attr_def *a = def->attrs; a && a->kind != TF_ATTR_END; a++) {
        void *field = copy + a->offset;
        if (a->kind == TF_ATTR_STRING && *(const char **)field) {
            if (!(*(const char **)field = tf1c_graph_strdup(g, *(const char **)field)))
                return NULL;
        } else if (a->kind == TF_ATTR_ARRAY) {
            tf_ndarray *array = field;
            const bool strings = array->dtype == tf_string;
            size_t size = strings ? tf1c_strings_room(np_size(*array), array->data) : np_nbytes(*array);
            char *data = size < SIZE_MAX - 64 ? tf1c_arena_alloc(&g->universe->arena, size + 64) : NULL;
            if (!data)
                return no_memory();
            data += (64 - (uintptr_t)data % 64) % 64;
            if (strings)
                tf1c_strings_copy(np_size(*array), array->data, data);
            else if (size)
                memcpy(data, array->data, size);
            array->data = data;
            tf1c_make_bools(array);
            array->memory = NULL;
        }
    }
    return copy;
}

/* TF's control inputs: all open ones but those that an input comes from anyway. */
static bool set_controls(tf_graph *g, tf_operation *op)
{
    if (!g->n_control)
        return true;
    op->controls = tf1c_graph_alloc(g, (size_t)g->n_control * sizeof *op->controls);
    if (!op->controls)
        return false;
    for (int i = 0; i < op->n_inputs; i++)
        op->inputs[i].op->listed_by = op;
    for (int i = 0; i < g->n_control; i++)
        if (g->control[i]->listed_by != op) {
            g->control[i]->listed_by = op;
            op->controls[op->n_controls++] = g->control[i];
        }
    return true;
}

static const char *overridden(const tf1c_universe *u, const char *type)
{
    for (const tf1c_override *o = u->overrides; o; o = o->outer)
        if (strcmp(o->type, type) == 0)
            return o->gradient;
    return NULL;
}

tf_operation *tf1c_node(tf_graph *g, const tf_op_def *def, const char *exact_name, tf_source here, const void *attrs, int n_inputs,
                        const tf_tensor *inputs, int n_outputs)
{
    tf1c_universe *u = g->universe;
    if (u->finalized) {
        tf_fail(tf_runtime_error, here, exact_name, "Graph is finalized and cannot be modified.");
        return NULL;
    }
    if (tf1c_map_get(&u->by_name, exact_name)) { /* given as it is, "out/", once more */
        tf_fail(tf_value_error, here, NULL, "Duplicate node name in graph: '%s'", exact_name);
        return NULL;
    }
    tf_operation *op = tf1c_graph_alloc(g, sizeof *op);
    if (!op)
        return NULL;
    *op = (tf_operation){ .def = def,
                          .graph = g,
                          .name = exact_name,
                          .device = u->default_device,
                          .gradient = overridden(u, def->name),
                          .here = here,
                          .n_inputs = n_inputs,
                          .n_outputs = n_outputs };
    op->inputs = tf1c_graph_alloc(g, (size_t)n_inputs * sizeof *inputs + 1);
    op->outputs = tf1c_graph_alloc(g, (size_t)n_outputs * sizeof *op->outputs + 1);
    if (!op->inputs || !op->outputs)
        return NULL;
    if (n_inputs)
        memcpy(op->inputs, inputs, (size_t)n_inputs * sizeof *inputs);
    if (attrs && def->attrs_size && !(op->attrs = copy_attrs(g, def, attrs)))
        return NULL;
    op->index = g->n_ops;
    if (!set_controls(g, op))
        return NULL;
    if (!tf1c_append_ptr(&g->ops, &g->n_ops, &g->cap_ops, &op, sizeof op))
        return no_memory();
    if (!tf1c_map_set(&u->by_name, op->name, op)) {
        g->n_ops--;
        return no_memory();
    }
    op->id = ++u->last_id;
    u->version++;
    if (g->added)
        g->added(op, g->added_arg);
    return op;
}

tf_tensor tf1c_import(tf_graph *g, tf_tensor t, tf_source here)
{
    char text[512];
    if (t.op->graph == g || tf1c_is_mistake(t.op))
        return t;
    if (!g->import && t.op->graph->universe == g->universe)
        return tf_mistake(tf_value_error, here, NULL,
                          "Cannot use '%s' here because it is in a while loop. See info log for more details.", t.op->name);
    if (!g->import || t.op->graph->universe != g->universe)
        return tf_mistake(tf_value_error, here, NULL, "%s must be from the same graph as what reads it.",
                          tf_tensor_text(t, text, sizeof text));
    return g->import(g, t, g->import_arg);
}

/* ---- look-up and what a node is ----------------------------------------------------------------------------------------- */

/* Look-ups take NULL, as a graph that could not be made and an operation that was not found. */
void tf_graph_finalize(tf_graph *g)
{
    if (g)
        g->universe->finalized = true;
}
bool tf_graph_is_finalized(const tf_graph *g) { return g && g->universe->finalized; }
int tf_graph_operation_count(const tf_graph *g) { return g ? g->n_ops : 0; }
tf_operation *tf_graph_operation(const tf_graph *g, int i) { return g && i >= 0 && i < g->n_ops ? g->ops[i] : NULL; }

tf_operation *tf_get_operation_by_name_(tf_graph *g, const char *name, tf_source here)
{
    tf_operation *op = g && name ? tf1c_map_get(&g->universe->by_name, name) : NULL;
    name = name ? name : "None";
    if (op)
        return op;
    if (strchr(name, ':'))
        tf_fail(tf_value_error, here, NULL, "Name '%s' appears to refer to a Tensor, not a Operation.", name);
    else
        tf_fail(tf_key_error, here, NULL, "\"The name '%s' refers to an Operation not in the graph.\"", name);
    return NULL;
}

tf_tensor tf_get_tensor_by_name_(tf_graph *g, const char *name, tf_source here)
{
    name = name ? name : "None";
    const char *colon = strrchr(name, ':');
    char op_name[512];
    size_t length = colon ? (size_t)(colon - name) : strlen(name);
    if (length >= sizeof op_name)
        length = sizeof op_name - 1;
    memcpy(op_name, name, length);
    op_name[length] = 0;
    tf_operation *op = g ? tf1c_map_get(&g->universe->by_name, op_name) : NULL;
    int index = 0;
    char rest;
    if (!colon && op)
        return tf_mistake(
            tf_value_error, here, NULL,
            "The name '%s' refers to an Operation, not a Tensor. Tensor names must be of the form \"<op_name>:<output_index>\".",
            name);
    if (!colon)
        return tf_mistake(
            tf_value_error, here, NULL,
            "The name '%s' looks like an (invalid) Operation name, not a Tensor. Tensor names must be of the form \"<op_name>:<output_index>\".",
            name);
    if (sscanf(colon + 1, "%d%c", &index, &rest) != 1 || index < 0)
        return tf_mistake(
            tf_value_error, here, NULL,
            "The name '%s' looks a like a Tensor name, but is not a valid one. Tensor names must be of the form \"<op_name>:<output_index>\".",
            name);
    if (!op)
        return tf_mistake(
            tf_key_error, here, NULL,
            "\"The name '%s' refers to a Tensor which does not exist. The operation, '%s', does not exist in the graph.\"", name,
            op_name);
    if (index >= op->n_outputs)
        return tf_mistake(
            tf_key_error, here, NULL,
            "\"The name '%s' refers to a Tensor which does not exist. The operation, '%s', exists but only has %d outputs.\"", name,
            op_name, op->n_outputs);
    return (tf_tensor){ .op = op, .index = index };
}

static const tf_operation *some(const tf_operation *op) { return op ? op : &nothing; }
const char *tf_op_name(const tf_operation *op) { return some(op)->name; }
const char *tf_op_type(const tf_operation *op) { return some(op)->def->name; }
tf_source tf_op_source(const tf_operation *op) { return some(op)->here; }
const char *tf_op_device(const tf_operation *op) { return some(op)->device; }
int tf_op_input_count(const tf_operation *op) { return some(op)->n_inputs; }
int tf_op_output_count(const tf_operation *op) { return some(op)->n_outputs; }
int tf_op_control_input_count(const tf_operation *op) { return some(op)->n_controls; }
tf_graph *tf_op_graph(const tf_operation *op) { return some(op)->graph; }

tf_tensor tf_op_input(const tf_operation *op, int i) { return op && i >= 0 && i < op->n_inputs ? op->inputs[i] : (tf_tensor){ 0 }; }

tf_operation *tf_op_control_input(const tf_operation *op, int i)
{
    return op && i >= 0 && i < op->n_controls ? op->controls[i] : NULL;
}

/* The i-th graph among the attributes, or, where there are fewer, how many there are. */
static tf_graph *body_at(const tf_operation *op, int i, int *n)
{
    *n = 0;
    for (const tf_attr_def *a = op && op->attrs ? op->def->attrs : NULL; a && a->kind; a++) {
        tf_graph *body = a->kind == TF_ATTR_BODY ? *(tf_graph *const *)((const char *)op->attrs + a->offset) : NULL;
        if (body && (*n)++ == i)
            return body;
    }
    return NULL;
}

int tf_op_body_count(const tf_operation *op)
{
    int n;
    body_at(op, -1, &n);
    return n;
}

tf_graph *tf_op_body(const tf_operation *op, int i)
{
    int n;
    return body_at(op, i, &n);
}

tf_tensor tf_op_output(const tf_operation *op, int i)
{
    if (!op || tf1c_is_mistake(op))
        return (tf_tensor){ .op = (tf_operation *)op };
    return i >= 0 && i < op->n_outputs ? (tf_tensor){ .op = (tf_operation *)op, .index = i } : (tf_tensor){ 0 };
}

bool tf_is_none(tf_tensor t) { return !t.op; }
bool tf_is_poisoned(tf_tensor t) { return !t.op || tf1c_is_mistake(t.op); }
bool tf_same_tensor(tf_tensor a, tf_tensor b) { return a.op == b.op && a.index == b.index; }
tf_operation *tf_op_same(tf_operation *op) { return op ? op : &nothing; }
/* That of IndexedSlices is their values', as in TF: the sum as such is for what reads it. */
tf_operation *tf_tensor_op(tf_tensor t) { return t.op ? tf_slices(t).values.op : &nothing; }
tf_indexed_slices tf_slices(tf_tensor t)
{
    if (!t.op || t.op->def != tf1c_basic.indexed_slices)
        return (tf_indexed_slices){ .values = t };
    return (tf_indexed_slices){ t.op->inputs[0], t.op->inputs[1], t.op->inputs[2] };
}
/* Of a mistake the only one, whatever the index. */
static const tf1c_output *output_of(tf_tensor t)
{
    static const tf1c_output none;
    return !tf1c_has_output(t) ? &none : &t.op->outputs[t.index >= 0 && t.index < t.op->n_outputs ? t.index : 0];
}
tf_dims tf_get_shape(tf_tensor t) { return output_of(t)->shape; }
tf_dtype tf_get_dtype(tf_tensor t) { return output_of(t)->dtype; }

void tf_set_shape_(tf_tensor t, tf_dims shape, tf_source here)
{
    t = tf1c_sound(t, here);
    if (tf_is_poisoned(t))
        return;
    tf_dims merged;
    tf1c_output *out = &t.op->outputs[t.index];
    if (tf_merge_dims(out->shape, shape, &merged)) {
        out->shape = merged;
        return;
    }
    char a[TF_DIMS_TEXT], b[TF_DIMS_TEXT];
    int i = 0;
    if (out->shape.rank != shape.rank) {
        tf_fail(tf_value_error, here, t.op->name, "Shapes must be equal rank, but are %d and %d", out->shape.rank, shape.rank);
        return;
    }
    while (tf_merge_dim(out->shape.dims[i], shape.dims[i], &merged.dims[i]))
        i++;
    tf_fail(tf_value_error, here, t.op->name,
            "Dimension %d in both shapes must be equal, but are %lld and %lld. Shapes are %s and %s.", i,
            (long long)out->shape.dims[i], (long long)shape.dims[i], tf_dims_kernel_text(out->shape, a, sizeof a),
            tf_dims_kernel_text(shape, b, sizeof b));
}
