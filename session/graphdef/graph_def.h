/* Graphs as files: TensorFlow's GraphDef, written, changed, and read. */
#ifndef TF1C_SESSION_GRAPHDEF_GRAPH_DEF_H
#define TF1C_SESSION_GRAPHDEF_GRAPH_DEF_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../session.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A GraphDef's bytes, the caller's to tf_graph_def_free. Calls return NULL after a report, and take NULL quietly as its error. */
typedef struct tf_graph_def {
    size_t size;
    const void *data;
} tf_graph_def;
TF1C_API void tf_graph_def_free(tf_graph_def *def);

/* The graph's operations as TensorFlow's nodes: its op names, inputs and attributes, so that TF 1.15 imports, runs and differentiates
 * what was built here. Loops become functional While with TensorLists, branches If; what the library does in one operation and
 * TensorFlow in several is written out.                                              TF1: Graph.as_graph_def
 *   add_shapes  attribute _output_shapes, which TensorBoard draws on edges
 *   errors      UnimplementedError: a loop or branch that assigns to a variable, an op of the user's own that TensorFlow has not
 *   source      core/framework/{graph,node_def,attr_value,function}.proto */
struct tf_as_graph_def_args {
    tf_source here;
    bool add_shapes;
};
#define tf_graph_as_graph_def(graph, ...) tf_graph_as_graph_def_(graph, (struct tf_as_graph_def_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_graph_def *tf_graph_as_graph_def_(const tf_graph *graph, struct tf_as_graph_def_args args);

/* A GraphDef from a file, binary or text (pbtxt); of a MetaGraphDef (.meta) or saved_model.pb its graph.
 *   errors  NotFoundError, OSError with the file's name;  DataLossError, ValueError: it holds none */
#define tf_graph_def_read(path) tf_graph_def_read_(path, TF_SOURCE)
TF1C_API tf_graph_def *tf_graph_def_read_(const char *path, tf_source here);

/* The nodes of a GraphDef, in its order, whatever their ops are.                      TF1: for node in graph_def.node
 *   returns  the caller's to tf_graph_def_nodes_free; NULL after a report (DataLossError: no GraphDef) */
typedef struct tf_node_def {
    const char *name, *op, *device;
    int n_input;
    const char *const *input; /* "x", "x:1", "^waited_for" */
} tf_node_def;
typedef struct tf_node_defs {
    int n;
    const tf_node_def *node;
} tf_node_defs;
#define tf_graph_def_nodes(def) tf_graph_def_nodes_(def, TF_SOURCE)
TF1C_API tf_node_defs *tf_graph_def_nodes_(const tf_graph_def *def, tf_source here);
TF1C_API void tf_graph_def_nodes_free(tf_node_defs *nodes); /* NULL is fine */

/* Adds a GraphDef's nodes to the current graph: every op of the library under TensorFlow's name and attributes, defaults filled in.
 * Loops (while frames with TensorArrays, functional While with TensorLists) and branches (Switch and Merge, functional If) become loops
 * and branches of the library's, so that an imported dynamic_rnn runs at its speed and can be differentiated; calls of functions become
 * what is in them. Variables that are resources, as TensorFlow 2 has them, become the library's, and so do their reads and updates.
 * TF1: tf.import_graph_def
 *   def              a tf_graph_def *, or a file's path as for tf_graph_def_read
 *   name             the scope of all names; unset: "import";  "": none
 *   input_map        tensors in place of outputs, its end a { 0 }: .input_map = (tf_input_map[]){ { "x:0", x }, { 0 } }
 *   return_elements  outputs to return, its end a NULL: .return_elements = (const char *[]){ "y:0", NULL }
 *   returns          the list of return_elements; of mistakes after a report
 *   errors           NotFoundError "Op type not registered: 'Foo' (node a/b), …", all of them, before anything is built;
 *                    ValueError: an input that is not there, a name twice;  UnimplementedError: what the library has in another form
 *                    alone;  DataLossError: no GraphDef
 *   source           python/framework/importer.py */
typedef struct tf_input_map {
    const char *name;
    tf_tensor tensor;
} tf_input_map;
struct tf_import_args {
    tf_source here;
    const char *name;
    const tf_input_map *input_map;
    const char *const *return_elements;
};
#define tf_import_graph_def(def_or_path, ...)                                                                                   \
    _Generic((def_or_path), char *: tf_import_graph_def_file_, const char *: tf_import_graph_def_file_, default: tf_import_graph_def_)( \
        def_or_path, (struct tf_import_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_list tf_import_graph_def_(const tf_graph_def *def, struct tf_import_args args);
TF1C_API tf_list tf_import_graph_def_file_(const char *path, struct tf_import_args args);

/* Writes LOGDIR/NAME, whole or not at all; the folder is made. The first argument is a graph or a GraphDef.
 * TF1: tf.train.write_graph
 *   as_text  pbtxt, unset: so;  false: binary
 *   returns  the file's path, which lives until the thread's next call; NULL after a report */
struct tf_write_graph_args {
    tf_source here;
    const char *logdir, *name;
    bool as_text;
};
#define tf_train_write_graph(graph_or_def, ...)                                                                                  \
    TF_KWARGS_(_Generic((graph_or_def), tf_graph_def *: tf_train_write_graph_def_, const tf_graph_def *: tf_train_write_graph_def_, \
                        default: tf_train_write_graph_)(graph_or_def,                                                            \
                                                        (struct tf_write_graph_args){ .as_text = true, TF_HERE_, __VA_ARGS__ }))
TF1C_API const char *tf_train_write_graph_(const tf_graph *graph, struct tf_write_graph_args args);
TF1C_API const char *tf_train_write_graph_def_(const tf_graph_def *def, struct tf_write_graph_args args);

/* What the named nodes are made of, variables replaced by constants of the session's values: a graph to run without a checkpoint.
 * TF1: tf.graph_util.convert_variables_to_constants
 *   output_node_names  a list that ends with NULL: (const char *[]){ "softmax", NULL }
 *   errors             AssertionError's "softmax is not in graph" as ValueError;  FailedPreconditionError: a variable without value
 *   source             python/framework/graph_util_impl.py */
#define tf_graph_util_convert_variables_to_constants(session, def, output_node_names) \
    tf_graph_util_convert_variables_to_constants_(session, def, output_node_names, TF_SOURCE)
TF1C_API tf_graph_def *tf_graph_util_convert_variables_to_constants_(tf_session *session, const tf_graph_def *def,
                                                                     const char *const *output_node_names, tf_source here);

/* The named nodes and all that they are made of.                                         TF1: tf.graph_util.extract_sub_graph
 *   dest_nodes  a list that ends with NULL
 *   errors      AssertionError's "softmax is not in graph" as ValueError */
#define tf_graph_util_extract_sub_graph(def, dest_nodes) tf_graph_util_extract_sub_graph_(def, dest_nodes, TF_SOURCE)
TF1C_API tf_graph_def *tf_graph_util_extract_sub_graph_(const tf_graph_def *def, const char *const *dest_nodes, tf_source here);

/* Without the nodes that matter to training alone: Identity and CheckNumerics nodes, whose inputs take their place; those that wait for
 * others stay, and those that are waited for. TF1: tf.graph_util.remove_training_nodes, .protected_nodes a list as above */
struct tf_remove_training_nodes_args {
    tf_source here;
    const char *const *protected_nodes;
};
#define tf_graph_util_remove_training_nodes(def, ...) \
    tf_graph_util_remove_training_nodes_(def, (struct tf_remove_training_nodes_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_graph_def *tf_graph_util_remove_training_nodes_(const tf_graph_def *def, struct tf_remove_training_nodes_args args);

#ifdef __cplusplus
}
#endif
#endif
