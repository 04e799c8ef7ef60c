/* Bodies and loops. All loops are one Loop op: a body sub-graph and ports that say how it is connected, step for step.
 *
 *   inputs    captured: the same at every step      sliced: element t along axis 0      carried: starts the state
 *   outputs   summed: Σ over steps                  stacked: [steps, …]                 final: the state after the last step
 *             count: the steps taken, int32
 *
 * One rule differentiates them all: captured ↔ summed, sliced ↔ stacked, carried ↔ final, direction turned. A branch (cond) has several
 * bodies with captured inputs alone, of which one runs. */
#ifndef TF1C_GRAPH_LOOP_H
#define TF1C_GRAPH_LOOP_H

#include "graph/node.h"
#include "graph/port_map.h"

typedef enum { TF1C_CAPTURED, TF1C_SLICED, TF1C_CARRIED } tf1c_in_kind;
typedef enum { TF1C_FINAL, TF1C_STACKED, TF1C_SUMMED, TF1C_COUNT } tf1c_out_kind; /* count: int32, the steps taken */

typedef struct {
    tf1c_in_kind kind;
    tf_tensor outer; /* while building: in the parent graph; afterwards the node's input */
    tf_tensor arg;   /* the body's tensor for it */
} tf1c_in_port;
typedef struct {
    tf1c_out_kind kind;
    int carried;      /* of a final one: which input port it carries on; else -1 */
    tf_tensor result; /* in the body; none for a count */
    bool saved;       /* stacked for a backward body alone, which goes step by step if shapes do: they may differ */
} tf1c_out_port;

/* What TF's gradient functions read of the steps they go back through, each tensor once: constants are made again, what was captured
 * enters, values are kept on stacks, and so is what is made for gradients alone: shapes, and what loops inside want of this one's steps. */
typedef struct {
    tf1c_port_map noted;
    int constants, captured, values, made;
    bool in_branches; /* of a loop: some is kept within its branches */
    bool unsaid;      /* a gradient function runs that has not said what TF's reads: it is what that one does */
} tf1c_reads;

/* One body with its ports: the attributes of a Loop node, and of each branch of a Branch node. */
typedef struct tf1c_body {
    tf_graph *graph, *parent;
    struct tf_with_ opened; /* while it is being built */
    int n_in, cap_in, n_out, cap_out;
    int room; /* outputs that the node has memory for, where some were added; 0: those it was made with */
    tf1c_in_port *in;   /* in the graph's memory; port i is input i of the node (Loop) */
    tf1c_out_port *out; /* port i is output i of the node */
    tf1c_port_map outers, results; /* the ports by what they stand for outside, and by what they give */
    bool reverse;       /* steps run from the last element to the first */
    bool from_first;    /* the first element was the state: TF takes it out of its array */
    bool ends;          /* back_prop = false: no gradient goes on through it */
    bool swaps;         /* swap_memory: its gradient should need little memory, rather than little time */
    int trip;           /* the input that holds the number of steps; -1: the length of the sliced ones */
    bool has_condition;
    tf_tensor condition; /* in the body: goes on while true, tested before each step */
    /* A backward body's link to the body it differentiates: what it reads of it is saved there. */
    tf_operation *forward;
    const struct tf1c_body *forward_body;
    int forward_input; /* the input of `forward` that forward_body's port 0 is */
    tf1c_reads reads;
    tf_tensor (*save)(struct tf1c_body *b, tf_tensor t, void *arg); /* a branch's: its value, or zeros if another was taken */
    void *save_arg;
} tf1c_body;

/* Attributes of the two ops. */
typedef struct {
    tf1c_body *body;
    tf_graph *graph; /* body->graph, for printing */
} tf1c_loop_attrs;
typedef struct {
    tf1c_body *bodies[2]; /* false, true */
    tf_graph *graphs[2];  /* theirs, for printing */
    int more_back;        /* operations that TF's gradient makes and ours does not show */
} tf1c_branch_attrs;

/* The op of a body's arguments. */
typedef struct {
    tf_tensor outer; /* what it stands for outside: of a state its start, of an element its sequence */
    tf1c_in_kind kind;
    int port; /* -1: it is none */
} tf1c_arg_attrs;
extern const tf_op_def tf1c_arg_op;

/* A new body under the current graph, which becomes current until tf1c_body_close. NULL after a report. */
tf1c_body *tf1c_body_open(const char *scope, tf_source here);
void tf1c_body_close(tf1c_body *b);
/* An argument of the body; gives its tensor in the body. */
tf_tensor tf1c_body_arg(tf1c_body *b, tf1c_in_kind kind, tf_tensor outer, tf_dims shape);
/* One that stands for nothing outside, nor is a port: of a function that is called with arrays. */
tf_tensor tf1c_body_parameter(tf1c_body *b, tf_dtype dtype, tf_dims shape);
bool tf1c_body_result(tf1c_body *b, tf1c_out_kind kind, int carried, tf_tensor result); /* false after a report */
/* The node of a closed body, in its parent graph; outputs get their static shapes. A mistake operation after a report. */
tf_operation *tf1c_loop_node(tf1c_body *b, const tf_op_def *def, const char *exact_name, tf_source here);
/* Memory for one output more than the node of a body has; `room`: for how many there is, 0 at first. False after a report. */
bool tf1c_room_for_output(tf_operation *op, int *room);
/* The same of a branch's closed bodies, which give as many results each, of the same dtypes (ops/control_flow/cond.c). */
tf_operation *tf1c_branch_node(const tf1c_branch_attrs *a, tf_tensor pred, const char *exact_name, tf_source here);
/* What the body's results wait for by control although it is not in the body (operations of the graphs around it, mistakes): the
 * node waits for it. False after a report. */
bool tf1c_await_outside(const tf1c_body *b, tf_operation *node);
/* Of a body that goes back through a loop's steps, or through a branch of one's, which is right around it: what it reads; else NULL. */
tf1c_reads *tf1c_reads_of(tf1c_body *b);
void tf1c_note_read(tf1c_body *b, tf_tensor t); /* of forward_body */
tf1c_body *tf1c_body_around(const tf1c_body *b); /* which goes back, too; NULL */
int tf1c_loops_around(const tf1c_body *b); /* that are gone back through, itself among them */
tf_tensor tf1c_loop_count(tf_operation *loop); /* its count output, added if there is none; none after a report */
tf_dims tf1c_stacked_dims(int64_t steps, tf_dims each);
tf_dims tf1c_element_dims(tf_dims all); /* without the first; unknown of a scalar */
bool tf1c_fits_stacked(tf_dims each, const char *name); /* false after a report: one rank more is too many */

#endif
