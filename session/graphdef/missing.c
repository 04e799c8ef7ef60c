/* In place of GraphDefs where the library was built without protobuf-c: each call says so. */
#include "graph/op.h"
#include "session/graphdef/graph_def.h"

static void *missing(tf_source here)
{
    tf_fail(tf_unimplemented, here, NULL,
            "tf1c was built without GraphDefs: protobuf-c was missing (Debian: libprotobuf-c-dev, protobuf-c-compiler)");
    return NULL;
}

void tf_graph_def_free(tf_graph_def *def) { (void)def; }

tf_graph_def *tf_graph_as_graph_def_(const tf_graph *graph, struct tf_as_graph_def_args a) { return (void)graph, missing(a.here); }

tf_graph_def *tf_graph_def_read_(const char *path, tf_source here) { return (void)path, missing(here); }

const char *tf_train_write_graph_(const tf_graph *graph, struct tf_write_graph_args a) { return (void)graph, missing(a.here); }

const char *tf_train_write_graph_def_(const tf_graph_def *def, struct tf_write_graph_args a) { return (void)def, missing(a.here); }

tf_graph_def *tf_graph_util_convert_variables_to_constants_(tf_session *session, const tf_graph_def *def,
                                                            const char *const *output_node_names, tf_source here)
{
    return (void)session, (void)def, (void)output_node_names, missing(here);
}

tf_node_defs *tf_graph_def_nodes_(const tf_graph_def *def, tf_source here) { return (void)def, missing(here); }
void tf_graph_def_nodes_free(tf_node_defs *nodes) { (void)nodes; }

tf_graph_def *tf_graph_util_extract_sub_graph_(const tf_graph_def *def, const char *const *dest_nodes, tf_source here)
{
    return (void)def, (void)dest_nodes, missing(here);
}

tf_graph_def *tf_graph_util_remove_training_nodes_(const tf_graph_def *def, struct tf_remove_training_nodes_args a)
{
    return (void)def, missing(a.here);
}

tf_list tf_import_graph_def_(const tf_graph_def *def, struct tf_import_args a)
{
    (void)def;
    missing(a.here);
    return tf_mistake_list(1, (tf_tensor){ .op = NULL });
}

tf_list tf_import_graph_def_file_(const char *path, struct tf_import_args a) { return (void)path, tf_import_graph_def_(NULL, a); }
