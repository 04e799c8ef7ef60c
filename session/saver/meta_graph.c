/* MetaGraphDefs: written beside checkpoints, and read into a graph with its collections and its saver. TF1: python/framework/meta_graph.py,
 * python/training/saver.py */
#include "session/saver/meta_graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/pbtext.h"
#include "core/proto/meta.pb-c.h"
#include "core/protobuf.h"
#include "core/safe_file.h"
#include "ops/state/variables.h"
#include "session/graphdef/defs.h"
#include "session/graphdef/node_def.h"

enum { NODE = 1, META_INFO = 1, GRAPH = 2, SAVER = 3, COLLECTION = 4 };

static tf_status no_memory(tf_source here) { return tf_fail(tf_memory_error, here, NULL, "no memory left for a MetaGraphDef"); }

/* ---- what TensorFlow's saver would have added ---------------------------------------------------------------------------------- */

typedef struct {
    const tf_saver *saver;
    tf1c_buffer *to; /* a GraphDef */
    char scope[32];  /* "save", "save_1" */
    tf1c_node_def d;
} saver_nodes;

static const char *part(saver_nodes *s, const char *name)
{
    static _Thread_local char text[96];
    snprintf(text, sizeof text, "%s/%s", s->scope, name);
    return text;
}

static void begin(saver_nodes *s, const char *op, const char *name) { tf1c_def_start(&s->d, op, part(s, name), ""); }
static void read_part(saver_nodes *s, const char *name) { tf1c_def_input(&s->d, "%s", part(s, name)); }
static void end(saver_nodes *s) { tf1c_def_finish(&s->d, s->to, NODE); }

static void string_constant(saver_nodes *s, const char *name, int n, const tf_bytes *values, bool scalar)
{
    const tf_ndarray a = np_array((void *)values, tf_string, scalar ? SCALAR : SHAPE(n));
    begin(s, "Const", name);
    tf1c_def_type(&s->d, "dtype", tf_string);
    tf1c_def_tensor(&s->d, "value", &a);
    end(s);
}

static void file_name(saver_nodes *s, const char *name, const char *input)
{
    begin(s, "PlaceholderWithDefault", name);
    read_part(s, input);
    tf1c_def_type(&s->d, "dtype", tf_string);
    tf1c_def_shape(&s->d, "shape", SCALAR);
    end(s);
}

/* SaveV2 or RestoreV2, with what it is told: the names in the file, all of each variable. */
static void file_node(saver_nodes *s, const char *op, const tf_bytes *names, const tf_bytes *slices, const int *types)
{
    const tf_saver *v = s->saver;
    char names_part[48], slices_part[48];
    snprintf(names_part, sizeof names_part, "%s/tensor_names", op);
    snprintf(slices_part, sizeof slices_part, "%s/shape_and_slices", op);
    string_constant(s, names_part, v->n, names, false);
    string_constant(s, slices_part, v->n, slices, false);
    begin(s, op, op);
    read_part(s, "Const");
    read_part(s, names_part);
    read_part(s, slices_part);
    for (int i = 0; i < v->n && *op == 'S'; i++)
        tf1c_def_input(&s->d, "%s", v->variables[i].variable->name);
    tf1c_def_types(&s->d, "dtypes", v->n, types);
    end(s);
}

static void assign_part(char *name, size_t n, int i) { i ? snprintf(name, n, "Assign_%d", i) : snprintf(name, n, "Assign"); }

static void restore_nodes(saver_nodes *s)
{
    char name[32];
    for (int i = 0; i < s->saver->n; i++) {
        const tf_operation *v = s->saver->variables[i].variable;
        assign_part(name, sizeof name, i);
        begin(s, "Assign", name);
        tf1c_def_input(&s->d, "%s", v->name);
        tf1c_def_input(&s->d, i ? "%s:%d" : "%s", part(s, "RestoreV2"), i);
        tf1c_def_type(&s->d, "T", v->outputs[0].dtype);
        tf1c_def_bool(&s->d, "validate_shape", true);
        tf1c_def_bool(&s->d, "use_locking", true);
        end(s);
    }
    begin(s, "NoOp", "restore_all");
    for (int i = 0; i < s->saver->n; i++) {
        assign_part(name, sizeof name, i);
        tf1c_def_input(&s->d, "^%s", part(s, name));
    }
    end(s);
}

static void put_saver_nodes(saver_nodes *s, const tf_bytes *names, const tf_bytes *slices, const int *types)
{
    static const tf_bytes model = { "model", 5 };
    string_constant(s, "filename/input", 1, &model, true);
    file_name(s, "filename", "filename/input");
    file_name(s, "Const", "filename");
    file_node(s, "SaveV2", names, slices, types);
    begin(s, "Identity", "control_dependency");
    read_part(s, "Const");
    tf1c_def_input(&s->d, "^%s", part(s, "SaveV2"));
    tf1c_def_type(&s->d, "T", tf_string);
    end(s);
    file_node(s, "RestoreV2", names, slices, types);
    restore_nodes(s);
}

static void add_saver_nodes(saver_nodes *s)
{
    const size_t n = (size_t)s->saver->n + 1;
    tf_bytes *names = tf1c_alloc_zero(n * sizeof *names), *slices = tf1c_alloc_zero(n * sizeof *slices);
    int *types = tf1c_alloc_zero(n * sizeof *types);
    s->to->failed |= !names || !slices || !types;
    for (int i = 0; i < s->saver->n && !s->to->failed; i++) {
        names[i] = (tf_bytes){ s->saver->variables[i].name, strlen(s->saver->variables[i].name) };
        slices[i] = (tf_bytes){ "", 0 };
        types[i] = (int)s->saver->variables[i].variable->outputs[0].dtype;
    }
    if (!s->to->failed)
        put_saver_nodes(s, names, slices, types);
    tf1c_free(names);
    tf1c_free(slices);
    tf1c_free(types);
}

/* A scope that the graph has not. */
static void name_scope(saver_nodes *s, const tf_graph *g)
{
    char name[64];
    for (int i = 0;; i++) {
        snprintf(s->scope, sizeof s->scope, i ? "save_%d" : "save", i);
        snprintf(name, sizeof name, "%s/const", s->scope);
        if (!tf1c_map_get(&g->universe->names_in_use, s->scope) && !tf1c_map_get(&g->universe->names_in_use, name))
            return;
    }
}

static void put_saver_def(saver_nodes *s, tf1c_buffer *to)
{
    char file[64], save[64], restore[64];
    Tf1c__SaverDef def = TF1C__SAVER_DEF__INIT;
    snprintf(file, sizeof file, "%s/Const:0", s->scope);
    snprintf(save, sizeof save, "%s/control_dependency:0", s->scope);
    snprintf(restore, sizeof restore, "%s/restore_all", s->scope);
    def.filename_tensor_name = file;
    def.save_tensor_name = save;
    def.restore_op_name = restore;
    def.max_to_keep = s->saver->max_to_keep;
    def.keep_checkpoint_every_n_hours = (float)(s->saver->keep_every_seconds / 3600);
    def.version = TF1C__SAVER_DEF__CHECKPOINT_FORMAT_VERSION__V2;
    tf1c_put_message(to, SAVER, &def.base);
}

/* ---- collections ------------------------------------------------------------------------------------------------------------------ */

static bool is_in(const tf_graph *g, const char *collection, const tf_operation *op)
{
    const tf1c_collection *c = tf1c_collection_named(g->universe, collection);
    for (int i = 0; c && i < c->n; i++)
        if (c->items[i].op == op)
            return true;
    return false;
}

static bool is_variable(tf_tensor t) { return t.op->read && t.op->read != t.op && t.op->initializer; }

static char *formatted(const char *name, int output)
{
    tf1c_buffer b = { 0 };
    tf1c_buffer_printf(&b, "%s:%d", name, output);
    return b.failed ? NULL : b.data;
}

/* A VariableDef, packed. */
static void put_variable(tf1c_buffer *to, const tf_graph *g, const tf_operation *v)
{
    Tf1c__VariableDef def = TF1C__VARIABLE_DEF__INIT;
    const tf_operation *assign = v->initializer;
    const tf_tensor initial = assign->n_inputs > 1 ? assign->inputs[1] : (tf_tensor){ .op = NULL };
    char *name = formatted(v->name, 0), *snapshot = formatted(v->read->name, 0),
         *start = initial.op ? formatted(initial.op->name, initial.index) : NULL;
    to->failed |= !name || !snapshot;
    def.variable_name = name;
    def.snapshot_name = snapshot;
    def.initializer_name = (char *)assign->name;
    def.initial_value_name = start ? start : "";
    def.trainable = is_in(g, TF_TRAINABLE_VARIABLES, v);
    if (!to->failed)
        tf1c_put_message(to, 1, &def.base);
    tf1c_free(name);
    tf1c_free(snapshot);
    tf1c_free(start);
}

/* A node's name: an operation's, or a tensor's. */
static void put_node(tf1c_buffer *to, tf_tensor t)
{
    tf1c_buffer name = { 0 };
    tf1c_buffer_printf(&name, t.op->n_outputs ? "%s:%d" : "%s", t.op->name, t.index);
    to->failed |= name.failed;
    if (!name.failed)
        tf1c_put_bytes(to, 1, name.data, name.n);
    tf1c_buffer_free(&name);
}

/* CollectionDefEntry: key = 1, value = 2, a CollectionDef of NodeList = 1 or BytesList = 2. */
static void put_collection(tf1c_buffer *to, const tf_graph *g, const tf1c_collection *c)
{
    tf1c_buffer list = { 0 }, def = { 0 }, entry = { 0 };
    bool variables = c->n > 0;
    for (int i = 0; i < c->n; i++)
        variables &= c->items[i].op && is_variable(c->items[i]);
    for (int i = 0; i < c->n; i++)
        if (variables)
            put_variable(&list, g, c->items[i].op);
        else if (c->items[i].op && c->items[i].op->graph == g && !tf1c_is_mistake(c->items[i].op))
            put_node(&list, c->items[i]);
    tf1c_put_bytes(&def, variables ? 2 : 1, list.data ? list.data : "", list.n);
    tf1c_put_bytes(&entry, 1, c->name, strlen(c->name));
    tf1c_put_bytes(&entry, 2, def.data ? def.data : "", def.n);
    to->failed |= list.failed || def.failed || entry.failed;
    if (!to->failed)
        tf1c_put_bytes(to, COLLECTION, entry.data, entry.n);
    tf1c_buffer_free(&list);
    tf1c_buffer_free(&def);
    tf1c_buffer_free(&entry);
}

/* ---- writing ------------------------------------------------------------------------------------------------------------------------ */

static void put_info(tf1c_buffer *to)
{
    Tf1c__MetaGraphDef__MetaInfoDef info = TF1C__META_GRAPH_DEF__META_INFO_DEF__INIT;
    info.tensorflow_version = "1.15.5";
    tf1c_put_message(to, META_INFO, &info.base);
}

tf_status tf1c_meta_graph_def(const tf_saver *saver, const tf_graph *g, tf1c_export_mode mode, tf1c_buffer *to, tf_source here)
{
    tf1c_buffer graph = { 0 };
    saver_nodes s = { .saver = saver, .to = &graph };
    tf_status status = tf1c_graph_def(g, mode, &graph, here);
    if (!status && saver) {
        name_scope(&s, g);
        add_saver_nodes(&s);
    }
    put_info(to);
    tf1c_put_bytes(to, GRAPH, graph.data ? graph.data : "", graph.n);
    if (saver)
        put_saver_def(&s, to);
    for (int i = 0; i < g->universe->n_collections; i++)
        put_collection(to, g, &g->universe->collections[i]);
    to->failed |= graph.failed;
    tf1c_buffer_free(&graph);
    return status ? status : to->failed ? no_memory(here) : tf_ok;
}

static tf_status print_meta(tf1c_buffer *def, tf1c_buffer *text, tf_source here)
{
    Tf1c__MetaGraphDef *m = tf1c__meta_graph_def__unpack(&tf1c_pb, def->n, (const uint8_t *)def->data);
    if (!m)
        return no_memory(here);
    tf1c_pbtext_print(&m->base, text);
    tf1c__meta_graph_def__free_unpacked(m, &tf1c_pb);
    return text->failed ? no_memory(here) : tf_ok;
}

tf_status tf1c_write_meta_graph(const tf_saver *saver, const tf_graph *g, const char *path, tf1c_export_mode mode, bool as_text,
                                tf_source here)
{
    tf1c_buffer def = { 0 }, text = { 0 };
    tf_status status = tf1c_meta_graph_def(saver, g, mode, &def, here);
    if (!status && as_text)
        status = print_meta(&def, &text, here);
    const tf1c_buffer *file = as_text ? &text : &def;
    if (!status)
        status = tf1c_safe_write_file(path, file->data ? file->data : "", file->n, here);
    tf1c_buffer_free(&def);
    tf1c_buffer_free(&text);
    return status;
}

tf_status tf_train_export_meta_graph_(struct tf_export_meta_graph_args a)
{
    tf_graph *g = a.saver ? a.saver->graph : tf1c_current_graph();
    if (!g)
        return tf_memory_error;
    if (!a.filename)
        return tf_fail(tf_value_error, a.here, NULL, "tf_train_export_meta_graph wants a file's name");
    return tf1c_write_meta_graph(a.saver, tf1c_root(g), a.filename, TF1C_NODES, a.as_text, a.here);
}

/* ---- reading ------------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    Tf1c__MetaGraphDef *def;
    tf_graph *graph;
    const char *prefix; /* "scope/", "" */
    tf_source here;
} reading;

static Tf1c__MetaGraphDef *read_meta_graph(const char *path, tf_source here)
{
    size_t n = 0;
    tf1c_buffer packed = { 0 };
    char *bytes = tf1c_read_file(path, INT32_MAX, &n, here);
    tf_status status = bytes ? tf_ok : tf_last_error()->code;
    if (!status && n && (unsigned char)*bytes >= ' ')
        status = tf1c_pbtext_parse(bytes, n, &tf1c__meta_graph_def__descriptor, &packed, here);
    else if (!status)
        tf1c_buffer_put(&packed, bytes, n);
    Tf1c__MetaGraphDef *def =
        status || packed.failed
            ? NULL
            : tf1c__meta_graph_def__unpack(&tf1c_pb, packed.n, (const uint8_t *)(packed.data ? packed.data : ""));
    if (!status && (!def || !def->graph_def))
        tf_fail(packed.failed ? tf_memory_error : tf_data_loss, here, NULL, "Error parsing message: %s holds no MetaGraphDef",
                path);
    if (def && !def->graph_def) {
        tf1c__meta_graph_def__free_unpacked(def, &tf1c_pb);
        def = NULL;
    }
    tf1c_free(bytes);
    tf1c_buffer_free(&packed);
    return def;
}

/* The tensor of "name:1", or an operation's first; none: the graph has it not, as what was inside of a loop. */
tf_tensor tf1c_tensor_named(const tf_graph *g, const char *prefix, const char *text)
{
    const size_t n = strlen(text);
    char name[1024];
    const char *colon = memchr(text, ':', n);
    const size_t length = colon ? (size_t)(colon - text) : n, before = strlen(prefix);
    if (!length || before + length >= sizeof name)
        return (tf_tensor){ .op = NULL };
    memcpy(name, prefix, before);
    memcpy(name + before, text, length);
    name[before + length] = '\0';
    tf_operation *op = tf1c_map_get(&g->universe->by_name, name);
    int index = 0;
    for (const char *digit = colon ? colon + 1 : text + n; digit < text + n && index < 1 << 20; digit++)
        index = *digit >= '0' && *digit <= '9' ? 10 * index + (*digit - '0') : 1 << 20;
    const bool there = op && op->graph == g && (index < op->n_outputs || !index);
    return there ? (tf_tensor){ .op = op, .index = index } : (tf_tensor){ .op = NULL };
}

static tf_status add(const char *collection, tf_tensor t) { return t.op ? tf_add_to_collection(collection, t) : tf_ok; }

static tf_status add_variable(const reading *r, const char *collection, const ProtobufCBinaryData *bytes)
{
    Tf1c__VariableDef *v = tf1c__variable_def__unpack(&tf1c_pb, bytes->len, bytes->data);
    if (!v) /* what is no variable: a queue runner, a loop's context */
        return tf_ok;
    const tf_tensor t = tf1c_tensor_named(r->graph, r->prefix, v->variable_name);
    tf1c__variable_def__free_unpacked(v, &tf1c_pb);
    return t.op && t.op->read && t.op->def->traits & TF_VARIABLE ? add(collection, t) : tf_ok;
}

static tf_status add_collections(const reading *r)
{
    tf_status status = tf_ok;
    for (size_t i = 0; i < r->def->n_collection_def; i++) {
        const Tf1c__MetaGraphDef__CollectionDefEntry *e = r->def->collection_def[i];
        const Tf1c__CollectionDef *c = e->value;
        const bool nodes = c && c->kind_case == TF1C__COLLECTION_DEF__KIND_NODE_LIST;
        const bool bytes = c && c->kind_case == TF1C__COLLECTION_DEF__KIND_BYTES_LIST;
        for (size_t j = 0; nodes && j < c->node_list->n_value && !status; j++)
            status = add(e->key, tf1c_tensor_named(r->graph, r->prefix, c->node_list->value[j]));
        for (size_t j = 0; bytes && j < c->bytes_list->n_value && !status; j++)
            status = add_variable(r, e->key, &c->bytes_list->value[j]);
    }
    return status;
}

/* ---- the saver: which variables have which names in the file ----------------------------------------------------------------------- */

static const Tf1c__NodeDef *node_called(const Tf1c__GraphDef *g, const char *name, size_t n)
{
    for (size_t i = 0; i < g->n_node; i++)
        if (strlen(g->node[i]->name) == n && strncmp(g->node[i]->name, name, n) == 0)
            return g->node[i];
    return NULL;
}

static const Tf1c__TensorProto *names_of(const Tf1c__GraphDef *g, const Tf1c__NodeDef *restore)
{
    const Tf1c__NodeDef *names = restore->n_input > 1 ? node_called(g, restore->input[1], strcspn(restore->input[1], ":")) : NULL;
    for (size_t i = 0; names && i < names->n_attr; i++)
        if (strcmp(names->attr[i]->key, "value") == 0 && names->attr[i]->value &&
            names->attr[i]->value->value_case == TF1C__ATTR_VALUE__VALUE_TENSOR)
            return names->attr[i]->value->tensor;
    return NULL;
}

/* What an assignment assigns: of a resource there is an Identity between. */
static const char *assigned_value(const Tf1c__GraphDef *g, const Tf1c__NodeDef *assign)
{
    const char *value = strncmp(assign->op, "Assign", strlen("Assign")) == 0 && assign->n_input > 1 ? assign->input[1] : "";
    const Tf1c__NodeDef *between = strcmp(assign->op, "AssignVariableOp") == 0 ? node_called(g, value, strcspn(value, ":")) : NULL;
    return between && strcmp(between->op, "Identity") == 0 && between->n_input ? between->input[0] : value;
}

/* The variables that this RestoreV2's values are assigned to. */
static bool add_restored(const reading *r, const Tf1c__NodeDef *restore, tf_list *variables, const char ***names, int *n,
                         int *capacity)
{
    const Tf1c__GraphDef *g = r->def->graph_def;
    const Tf1c__TensorProto *all = names_of(g, restore);
    const size_t length = strlen(restore->name);
    for (size_t i = 0; all && i < g->n_node; i++) {
        const Tf1c__NodeDef *a = g->node[i];
        const char *value = assigned_value(g, a);
        const bool reads = strncmp(value, restore->name, length) == 0 && (!value[length] || value[length] == ':');
        const size_t at = reads && value[length] ? strtoul(value + length + 1, NULL, 10) : 0;
        const tf_tensor v = reads ? tf1c_tensor_named(r->graph, r->prefix, a->input[0]) : (tf_tensor){ .op = NULL };
        if (!v.op || !v.op->read || at >= all->n_string_val)
            continue;
        const char *name =
            tf1c_graph_printf(r->graph, "%.*s", (int)all->string_val[at].len, (const char *)all->string_val[at].data);
        if (!name || !tf1c_append_ptr(names, n, capacity, &name, sizeof name))
            return false;
        tf_append(variables, v);
    }
    return true;
}

/* *saver stays NULL where there is nothing to save. */
static tf_status saver_of(const reading *r, const struct tf_import_meta_graph_args *a, tf_saver **saver)
{
    const Tf1c__SaverDef *def = r->def->saver_def;
    const size_t scope = def ? strcspn(def->restore_op_name, "/") : 0;
    struct tf_saver_args args = { TF_SAVER_DEFAULTS_, .here = a->here };
    const char **names = NULL;
    int n = 0, capacity = 0;
    tf_list variables = { 0 };
    bool good = true;
    for (size_t i = 0; def && good && i < r->def->graph_def->n_node; i++) {
        const Tf1c__NodeDef *node = r->def->graph_def->node[i];
        if (strcmp(node->op, "RestoreV2") == 0 && strncmp(node->name, def->restore_op_name, scope) == 0 && node->name[scope] == '/')
            good = add_restored(r, node, &variables, &names, &n, &capacity);
    }
    if (def) {
        args.max_to_keep = def->max_to_keep < 0 ? 0 : def->max_to_keep;
        args.keep_checkpoint_every_n_hours = (double)def->keep_checkpoint_every_n_hours;
    }
    if (n == variables.n) {
        args.var_list = variables;
        args.names = n ? names : NULL;
    }
    const bool any = good && (n || tf_global_variables().n);
    *saver = any ? tf_train_saver_(args) : NULL;
    tf1c_free(names);
    return !good ? no_memory(a->here) : any && !*saver ? tf_last_error()->code : tf_ok;
}

static const char *prefix_of(const reading *r, const char *scope)
{
    const size_t n = scope ? strlen(scope) : 0;
    return n ? tf1c_graph_printf(r->graph, "%s%s", scope, scope[n - 1] == '/' ? "" : "/") : "";
}

static tf_status import_meta(reading *r, const struct tf_import_meta_graph_args *a, tf_saver **saver)
{
    struct tf_import_args import = { .here = a->here };
    tf_list none;
    r->prefix = prefix_of(r, a->import_scope);
    for (size_t i = 0; a->clear_devices && i < r->def->graph_def->n_node; i++)
        if (*r->def->graph_def->node[i]->device) /* an empty one is nobody's to write to */
            *r->def->graph_def->node[i]->device = '\0';
    import.name = r->prefix;
    tf_status status = r->prefix ? tf1c_import_def(r->graph, r->def->graph_def, &import, true, &none) : tf_memory_error;
    if (!status)
        status = add_collections(r);
    if (status)
        return status;
    struct tf_with_ in = tf_graph_open_(r->graph);
    status = saver_of(r, a, saver);
    tf_with_close_(&in);
    return status;
}

tf_status tf1c_add_meta_graph(tf_graph *g, Tf1c__MetaGraphDef *def, const struct tf_import_meta_graph_args *a, tf_saver **saver)
{
    reading r = { .def = def, .graph = g, .here = a->here };
    return import_meta(&r, a, saver);
}

tf_saver *tf_train_import_meta_graph_(const char *path, struct tf_import_meta_graph_args a)
{
    TF_FROM(a.here);
    reading r = { .graph = tf1c_current_graph(), .here = a.here };
    if (!r.graph)
        return NULL;
    r.graph = tf1c_root(r.graph);
    if (!path) {
        tf_fail(tf_value_error, a.here, NULL, "tf_train_import_meta_graph wants a path, got NULL");
        return NULL;
    }
    r.def = read_meta_graph(path, a.here);
    tf_saver *saver = NULL;
    if (r.def)
        import_meta(&r, &a, &saver);
    if (r.def)
        tf1c__meta_graph_def__free_unpacked(r.def, &tf1c_pb);
    return saver;
}
