/* A graph on its way to being a GraphDef: what its files share. */
#ifndef TF1C_SESSION_GRAPHDEF_EXPORTING_H
#define TF1C_SESSION_GRAPHDEF_EXPORTING_H

#include "graph/loop.h"
#include "session/graphdef/node_def.h"
#include "session/graphdef/order.h"

typedef struct tf1c_exporting {
    tf1c_arena *memory;         /* of names */
    tf1c_buffer *to;            /* where nodes go */
    int number;                 /* their field: GraphDef.node, or FunctionDef.node_def */
    tf1c_buffer *library;       /* functions, each a field of FunctionDefLibrary */
    const tf1c_body *body;      /* in a function: the body it is of */
    const char *const *args;    /* and what stands for each of the body's inputs: a reference */
    bool shapes, drawing;       /* with _output_shapes; to be looked at alone */
    const tf1c_order *order;    /* of the graph around all functions */
    tf1c_node_def node;         /* the one being written */
    const tf_operation *op;     /* that it belongs to */
    tf_status status;           /* set: a report was made */
    tf_source here;
} tf1c_exporting;

/* Text in the export's memory; "" without, and the export fails. */
const char *tf1c_export_text(tf1c_exporting *x, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* How an input reads: "name", "name:1"; in a function "name:output:0". */
const char *tf1c_reference(tf1c_exporting *x, tf_tensor t);
/* The same of a node that stands for no operation, whose TensorFlow's op calls that output `argument`. */
const char *tf1c_part_reference(const tf1c_exporting *x, const char *name, const char *argument);

/* One more node: begin, its inputs and attributes (tf1c_def_… of x->node), end. */
void tf1c_begin_node(tf1c_exporting *x, const char *op, const char *name);
void tf1c_end_node(tf1c_exporting *x);
/* A constant node; gives its reference. */
const char *tf1c_constant_node(tf1c_exporting *x, const char *name, tf_ndarray value);
/* A node of one output called `argument`, whose type attribute T is `dtype` (if set); gives its reference. */
const char *tf1c_simple_node(tf1c_exporting *x, const char *op, const char *name, const char *argument, tf_dtype dtype, int n,
                             const char *const *inputs);

void tf1c_export_operation(tf1c_exporting *x, const tf_operation *op);
void tf1c_export_controls(tf1c_exporting *x, const tf_operation *op); /* of the operation, as inputs of x->node */
bool tf1c_export_composed(tf1c_exporting *x, const tf_operation *op); /* composed.c; false: it is TensorFlow's own */
/* loops.c: loops and branches as functional While and If, and what an output of theirs is called. */
void tf1c_export_loop(tf1c_exporting *x, const tf_operation *op);
void tf1c_export_branch(tf1c_exporting *x, const tf_operation *op);
const char *tf1c_loop_reference(tf1c_exporting *x, tf_tensor t);

#endif
