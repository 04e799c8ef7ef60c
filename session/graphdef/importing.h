/* A GraphDef on its way into a graph: what its files share. */
#ifndef TF1C_SESSION_GRAPHDEF_IMPORTING_H
#define TF1C_SESSION_GRAPHDEF_IMPORTING_H

#include "core/map.h"
#include "core/proto/graph.pb-c.h"
#include "graph/loop.h"
#include "session/graphdef/graph_def.h"

/* Output `output` of node `node`; node -1: of the input map, its entry `output`; -2: none. */
typedef struct {
    int node, output;
} tf1c_edge;

typedef enum {
    TF1C_PLAIN, /* an op of the library */
    TF1C_SWITCH,
    TF1C_MERGE,
    TF1C_ENTER,
    TF1C_EXIT,
    TF1C_NEXT_ITERATION,
    TF1C_LOOP_COND,
    TF1C_TENSOR_ARRAY,
    TF1C_TA_SCATTER,
    TF1C_TA_READ,
    TF1C_TA_WRITE,
    TF1C_TA_GATHER,
    TF1C_TA_SIZE
} tf1c_node_kind;

typedef struct {
    const Tf1c__NodeDef *def;
    const tf_op_def *record; /* of a plain one; NULL: nobody knows the op */
    tf1c_node_kind kind;
    int n_in, n_controls;
    tf1c_edge *in;
    int *controls;
    int region;
    int group; /* of a result: the loop or branch that gives it; -1 */
    int next;  /* while its inputs are made: the one to look at */
    tf_tensor result; /* of a loop's Merge: what its Exit gives */
    char state;
    int n_out;
    tf_tensor *out; /* once made */
} tf1c_in_node;

typedef struct tf1c_importing {
    tf1c_arena memory;
    tf_graph *graph;
    const char *prefix; /* "import/" or "" */
    Tf1c__GraphDef *def;
    int n;
    tf1c_in_node *nodes;
    tf1c_map by_name; /* name -> 1 + its index */
    const struct tf_import_args *args;
    size_t expanded; /* bytes that constants have taken beyond those of the GraphDef */
    tf_source here;
    tf_status status; /* set: a report was made */
    struct tf1c_regions *regions;
    struct tf1c_in_loop *loop; /* whose body is being made */
} tf1c_importing;

/* A report, once: what comes after it is quiet. Always false. */
bool tf1c_import_fail(tf1c_importing *m, tf_status code, const char *node, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void *tf1c_import_alloc(tf1c_importing *m, size_t size); /* NULL after a report */

const Tf1c__AttrValue *tf1c_attr_of(const Tf1c__NodeDef *n, const char *key); /* NULL: it has none */
/* The tensor of an edge that is made; none after a report. */
tf_tensor tf1c_edge_tensor(tf1c_importing *m, tf1c_edge e);
/* The name in the graph: exact, marked as used. NULL after a report. */
const char *tf1c_import_name(tf1c_importing *m, const char *name);

bool tf1c_make_node(tf1c_importing *m, int node); /* and all that it is made of; false after a report */

/* import_flow.c: loops and branches. Which nodes are in none of them; nodes of any kind. */
bool tf1c_is_control_flow(tf1c_in_node *n); /* and sets its kind */
bool tf1c_find_regions(tf1c_importing *m);
bool tf1c_in_root(const tf1c_importing *m, int node);
bool tf1c_make(tf1c_importing *m, int node);
void tf1c_free_regions(tf1c_importing *m);
enum { TF1C_ALL_MADE = -3, TF1C_MADE = 2 };
/* What has to be made before a node: the i-th; -1: nothing, TF1C_ALL_MADE: that was all. */
int tf1c_before(const tf1c_importing *m, const tf1c_in_node *n, int i);

/* import_node.c: records, attributes and plain nodes. */
const tf_op_def *tf1c_record_for(const Tf1c__NodeDef *n); /* NULL: the library has none */
bool tf1c_make_plain(tf1c_importing *m, tf1c_in_node *n);
bool tf1c_array_of(tf1c_importing *m, const Tf1c__NodeDef *n, const Tf1c__TensorProto *t, tf_ndarray *a);
void tf1c_wait_for_controls(tf1c_importing *m, const tf1c_in_node *n, tf_operation *op);

#endif
