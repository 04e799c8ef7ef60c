/* GraphDefs as bytes, files and text. TF1: python/framework/graph_io.py */
#include "session/graphdef/graph_def.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/pbtext.h"
#include "core/proto/graph.pb-c.h"
#include "core/protobuf.h"
#include "core/report.h"
#include "core/safe_file.h"
#include "session/graphdef/defs.h"
#include "session/graphdef/export.h"

static tf_status no_memory(tf_source here) { return tf_fail(tf_memory_error, here, NULL, "no memory left for a graph's nodes"); }

void tf_graph_def_free(tf_graph_def *def)
{
    if (def)
        tf1c_free((void *)def->data);
    tf1c_free(def);
}

tf_graph_def *tf1c_def_of(tf1c_buffer *bytes, tf_source here)
{
    tf_graph_def *def = bytes->failed ? NULL : tf1c_alloc(sizeof *def);
    if (!def) {
        tf1c_buffer_free(bytes);
        no_memory(here);
        return NULL;
    }
    *def = (tf_graph_def){ bytes->n, bytes->data };
    return def;
}

Tf1c__GraphDef *tf1c_unpack_def(const void *data, size_t size, tf_source here)
{
    Tf1c__GraphDef *g = tf1c__graph_def__unpack(&tf1c_pb, size, data ? data : "");
    if (!g && tf1c_pb_refused)
        no_memory(here);
    else if (!g)
        tf_fail(tf_data_loss, here, NULL, "Error parsing message: %zu bytes that are no GraphDef", size);
    return g;
}

void tf1c_free_def(Tf1c__GraphDef *g)
{
    if (g)
        tf1c__graph_def__free_unpacked(g, &tf1c_pb);
}

/* ---- nodes ---------------------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_node_defs nodes; /* first: what callers hold */
    Tf1c__GraphDef *g;
    tf_node_def each[];
} node_list;

tf_node_defs *tf_graph_def_nodes_(const tf_graph_def *def, tf_source here)
{
    Tf1c__GraphDef *g = def ? tf1c_unpack_def(def->data, def->size, here) : NULL;
    node_list *list = g ? tf1c_alloc(sizeof *list + g->n_node * sizeof *list->each) : NULL;
    if (!list) {
        if (g)
            no_memory(here);
        tf1c_free_def(g);
        return NULL;
    }
    *list = (node_list){ .nodes = { .n = (int)g->n_node, .node = list->each }, .g = g };
    for (size_t i = 0; i < g->n_node; i++) {
        const Tf1c__NodeDef *n = g->node[i];
        list->each[i] = (tf_node_def){ n->name, n->op, n->device, (int)n->n_input, (const char *const *)n->input };
    }
    return &list->nodes;
}

void tf_graph_def_nodes_free(tf_node_defs *nodes)
{
    if (nodes)
        tf1c_free_def(((node_list *)nodes)->g);
    tf1c_free(nodes);
}

tf_graph_def *tf_graph_as_graph_def_(const tf_graph *graph, struct tf_as_graph_def_args a)
{
    TF1C_HOLD_REPORTS;
    tf1c_buffer bytes = { 0 };
    if (!graph) {
        tf_fail(tf_value_error, a.here, NULL, "tf_graph_as_graph_def wants a graph, got NULL");
        return NULL;
    }
    if (!tf1c_graph_def(graph, a.add_shapes ? TF1C_WITH_SHAPES : TF1C_NODES, &bytes, a.here))
        return tf1c_def_of(&bytes, a.here);
    tf1c_buffer_free(&bytes);
    return NULL;
}

/* ---- files ----------------------------------------------------------------------------------------------------------------- */

enum { META_GRAPH_DEF = 2, META_GRAPHS = 2 }; /* MetaGraphDef's graph, SavedModel's first MetaGraphDef */

/* Field `number` of a message, a message itself; empty if there is none. */
static tf1c_reader field(tf1c_reader in, uint64_t number)
{
    while (in.at < in.end && !in.failed) {
        const uint64_t key = tf1c_read_varint(&in), wire = key & 7;
        if (wire == 2) {
            const uint64_t n = tf1c_read_varint(&in);
            const char *at = tf1c_read_bytes(&in, n);
            if (at && key >> 3 == number)
                return (tf1c_reader){ at, at + n, false };
        } else if (wire == 0) {
            tf1c_read_varint(&in);
        } else {
            tf1c_read_bytes(&in, wire == 1 ? 8 : wire == 5 ? 4 : UINT64_MAX);
        }
    }
    return (tf1c_reader){ in.end, in.end, true };
}

static bool ends_in(const char *s, const char *end)
{
    const size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/* Binary messages begin with a field's key, below the space; or are empty. */
static bool is_text(const char *bytes, size_t n) { return n && (unsigned char)*bytes >= ' '; }

tf_graph_def *tf_graph_def_read_(const char *path, tf_source here)
{
    TF1C_HOLD_REPORTS;
    size_t n = 0;
    tf1c_buffer graph = { 0 };
    if (!path) {
        tf_fail(tf_value_error, here, NULL, "tf_graph_def_read wants a path, got NULL");
        return NULL;
    }
    char *bytes = tf1c_read_file(path, INT32_MAX, &n, here);
    if (!bytes)
        return NULL;
    tf1c_reader in = { bytes, bytes + n, false };
    if (ends_in(path, ".meta"))
        in = field(in, META_GRAPH_DEF);
    else if (ends_in(path, "saved_model.pb"))
        in = field(field(in, META_GRAPHS), META_GRAPH_DEF);
    tf_status status = tf_ok;
    if (in.failed)
        status = tf_fail(tf_data_loss, here, NULL, "%s holds no graph", path);
    else if (is_text(in.at, (size_t)(in.end - in.at)))
        status = tf1c_pbtext_parse(in.at, (size_t)(in.end - in.at), &tf1c__graph_def__descriptor, &graph, here);
    else
        tf1c_buffer_put(&graph, in.at, (size_t)(in.end - in.at));
    tf1c_free(bytes);
    if (!status)
        return tf1c_def_of(&graph, here);
    tf1c_buffer_free(&graph);
    return NULL;
}

static tf_status print_def(const void *data, size_t size, tf1c_buffer *text, tf_source here)
{
    Tf1c__GraphDef *g = tf1c_unpack_def(data, size, here);
    if (!g)
        return tf_data_loss;
    tf1c_pbtext_print(&g->base, text);
    tf1c_free_def(g);
    return text->failed ? no_memory(here) : tf_ok;
}

static tf_status write_at(const char *path, const tf_graph_def *def, bool as_text, tf_source here)
{
    tf1c_buffer text = { 0 };
    if (!as_text)
        return tf1c_safe_write_file(path, def->data, def->size, here);
    tf_status status = print_def(def->data, def->size, &text, here);
    if (!status)
        status = tf1c_safe_write_file(path, text.data, text.n, here);
    tf1c_buffer_free(&text);
    return status;
}

const char *tf_train_write_graph_def_(const tf_graph_def *def, struct tf_write_graph_args a)
{
    TF1C_HOLD_REPORTS;
    static _Thread_local char path[4096];
    if (!def)
        return NULL;
    if (!a.logdir || !a.name) {
        tf_fail(tf_value_error, a.here, NULL, "tf_train_write_graph wants a folder and a file's name");
        return NULL;
    }
    if (snprintf(path, sizeof path, "%s%s%s", a.logdir, *a.logdir ? "/" : "", a.name) >= (int)sizeof path) {
        tf_fail(tf_value_error, a.here, NULL, "a path of more than %zu bytes", sizeof path - 1);
        return NULL;
    }
    if (*a.logdir)
        mkdir(a.logdir, 0777); /* what is wrong with it, writing says */
    return write_at(path, def, a.as_text, a.here) ? NULL : path;
}

const char *tf_train_write_graph_(const tf_graph *graph, struct tf_write_graph_args a)
{
    TF1C_HOLD_REPORTS;
    tf_graph_def *def = tf_graph_as_graph_def_(graph, (struct tf_as_graph_def_args){ .here = a.here });
    const char *path = tf_train_write_graph_def_(def, a);
    tf_graph_def_free(def);
    return path;
}
