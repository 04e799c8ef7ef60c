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
    TF1C_TA_SIZE,
    TF1C_LIST_NEW,    /* TensorLists: in[0] is the list, or the tensor of all or the number of its elements */
    TF1C_LIST_FROM,
    TF1C_LIST_GET,    /* list, index */
    TF1C_LIST_SET,    /* list, index, item */
    TF1C_LIST_PUSH,   /* list, item */
    TF1C_LIST_STACK,
    TF1C_LIST_LENGTH,
    TF1C_SEVERAL,     /* of the library's (several.h) */
    TF1C_PASS,        /* gives its inputs: of a call, a functional While or If, what these give */
} tf1c_node_kind;

typedef struct {
    const Tf1c__NodeDef *def;
    const tf_op_def *record; /* of a plain one; NULL: nobody knows the op */
    tf1c_node_kind kind;
    int n_in, n_controls;
    tf1c_edge *in;
    int *controls;
    int home;   /* where it lies whatever it reads: in a function's body */
    int nested; /* in so many functions */
    int region;
    int group; /* of a result: the loop or branch that gives it; -1 */
    int next;  /* while its inputs are made: the one to look at */
    tf_tensor result; /* of a loop's Merge: what its Exit gives */
    char *used;       /* of one that passes on, and of a functional loop's Exit: which are read */
    int readers, exit; /* of a functional loop's Merge: its Exit */
    int seen;         /* by the last group that looked for what it is made of: 1 + it */
    char state;
    int n_out;
    tf_tensor *out; /* once made */
} tf1c_in_node;

typedef struct tf1c_importing {
    tf1c_arena memory;
    tf_graph *graph;
    const char *prefix; /* "import/" or "" */
    Tf1c__GraphDef *def;
    int n, n_root, cap_nodes; /* first the graph's own nodes, then those of functions */
    tf1c_in_node *nodes;
    tf1c_map by_name;   /* name -> 1 + its index */
    tf1c_map inside;    /* names that nodes of functions have */
    tf1c_map functions; /* name -> Tf1c__FunctionDef */
    size_t edges;       /* of all nodes of functions */
    const struct tf_import_args *args;
    bool forward; /* without the gradients of while frames and conds, and what is made of them */
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

bool tf1c_parse_input(const char *input, char *name, size_t room, int *output); /* "name:1"; false: it is none */
/* import_saver.c: the nodes without those of Savers, which need none here. */
bool tf1c_without_savers(tf1c_importing *m, const Tf1c__NodeDef **defs, int *n);

/* import_resource.c: nodes of variables that are resources as those of variables; of a function, which is copied. */
bool tf1c_raise_resources(tf1c_importing *m, const Tf1c__NodeDef ***defs, int *n);
const Tf1c__FunctionDef *tf1c_raise_in_function(tf1c_importing *m, const Tf1c__FunctionDef *of); /* NULL after a report */

bool tf1c_make_node(tf1c_importing *m, int node); /* and all that it is made of; false after a report */

/* import_function.c: functional loops, branches and calls become nodes of frames and branches. */
bool tf1c_expand_functions(tf1c_importing *m);

/* import_flow.c: loops and branches. Which nodes are in none of them; nodes of any kind. */
bool tf1c_begin_regions(tf1c_importing *m);
bool tf1c_is_control_flow(tf1c_in_node *n); /* and sets its kind */
bool tf1c_find_regions(tf1c_importing *m);
bool tf1c_in_root(const tf1c_importing *m, int node);
bool tf1c_is_left_out(const tf1c_importing *m, int node); /* of a functional loop or branch what nobody reads */
bool tf1c_make(tf1c_importing *m, int node);
void tf1c_free_regions(tf1c_importing *m);
enum { TF1C_ALL_MADE = -3, TF1C_MADE = 2 };
/* What has to be made before a node: the i-th; -1: nothing, TF1C_ALL_MADE: that was all. */
int tf1c_before(tf1c_importing *m, tf1c_in_node *n, int i);

/* import_node.c: records, attributes and plain nodes. */
const tf_op_def *tf1c_record_for(const Tf1c__NodeDef *n); /* NULL: the library has none */
bool tf1c_make_plain(tf1c_importing *m, tf1c_in_node *n);
bool tf1c_array_of(tf1c_importing *m, const Tf1c__NodeDef *n, const Tf1c__TensorProto *t, tf_ndarray *a);
bool tf1c_make_several(tf1c_importing *m, tf1c_in_node *n); /* import_several.c: what is several operations here */
bool tf1c_read_if_variable(tf1c_importing *m, tf1c_edge e); /* a variable's reader, made if it was not yet */
void tf1c_wait_for_controls(tf1c_importing *m, const tf1c_in_node *n, tf_operation *op);

#endif
