/* What a graph is made of; for graph, ops and session, not for users. */
#ifndef TF1C_GRAPH_NODE_H
#define TF1C_GRAPH_NODE_H

#include <stdio.h>

#include "core/alloc.h"
#include "core/count.h"
#include "core/map.h"
#include "core/report.h"
#include "graph/op.h"

typedef struct {
    tf_dtype dtype;
    tf_dims shape;
} tf1c_output;

struct tf_operation {
    const tf_op_def *def;
    tf_graph *graph;
    const char *name, *device;
    const char *gradient; /* the registered one that stands for its record's; NULL */
    tf_source here;
    int id;    /* over the root graph and all its bodies, from 1: TF's Operation._id, which seeds are derived from */
    int index; /* in graph->ops */
    int n_inputs, n_outputs, n_controls;
    tf_tensor *inputs;
    tf1c_output *outputs;
    tf_operation **controls;
    void *attrs;
    tf_dtype T, U;
    tf_operation *read;        /* of a variable: the Identity that reads it */
    tf_operation *initializer; /* of a variable: the Assign of its initial value */
    tf_constraint *constraint; /* of a variable: what optimizers apply after an update; NULL */
    tf_ndarray value;          /* of a foldable node: its value once computed */
    char value_state;          /* 0 not tried, 1 known, 2 cannot be known */
    bool value_captured;       /* of a body's argument that stands for a variable: read in the body, */
    bool ref_captured;         /* or taken as it is, by an op that writes it or asks about it */
    bool of_list;              /* a constant of a number in a LIST */
    bool gradient_uncounted;   /* TF has no such operation: a loop's counts are its own */
    bool of_each_step;         /* TF makes it in the bodies that capture it here */
    const tf_operation *listed_by; /* the node made last whose input or control it is: it is no control of it once more */
};

/* A shape as Python's may be given: SHAPE(…), NONE, or 3 for SHAPE(3). False, and a mistake, for 3, 4. */
bool tf1c_given_shape(tf_dims *shape, tf_source here, tf_tensor *mistake);
/* Numbers for axes: SHAPE(…), LIST(…) of numbers, which becomes it, a plain number (tf1c_plain), or none. False, and a mistake,
 * for anything else. */
bool tf1c_given_sizes(tf_dims *sizes, const char *what, tf_source here);

typedef struct {
    const char *name;
    tf_tensor *items;
    int n, capacity;
} tf1c_collection;

/* A custom getter, and the one that it calls; NULL: tf_get_variable's own. */
struct tf_getter {
    const tf_getter *outer;
    tf_custom_getter *fn;
    void *context;
};

/* One open variable scope. */
typedef struct {
    const char *name; /* "rnn/basic_lstm_cell", "" at the root */
    tf_reuse reuse;   /* inherited where a scope below says nothing */
    tf_initializer initializer;
    tf_regularizer regularizer;
    tf_dtype dtype; /* unset: float32 */
    tf_constraint *constraint;
    const tf_getter *getter; /* the innermost; NULL */
    const char *original_name_scope; /* "rnn_1/": what it opened for its nodes; NULL at the root */
    bool of_model;                   /* its variables are model variables too: a layer's of tf.contrib.layers */
} tf1c_variable_scope;

typedef struct tf1c_cleanup {
    struct tf1c_cleanup *next;
    void (*free)(void *);
    void *object;
} tf1c_cleanup;

/* What tf_with_gradient_override_map says of a type, and what is open around it. */
typedef struct tf1c_override {
    const struct tf1c_override *outer;
    const char *type, *gradient;
} tf1c_override;

/* What a root graph shares with the bodies in it. */
typedef struct {
    tf1c_arena arena;
    tf_graph *root;
    int last_id;
    int version; /* grows with every node: plans are compiled for one */
    bool finalized;
    bool has_seed;
    int64_t seed;
    tf1c_map names_in_use;  /* lower-case name -> how often, as (void *)(intptr_t) */
    tf1c_map by_name;       /* name -> tf_operation */
    tf1c_map variables;     /* get_variable's name -> its VariableV2 operation */
    tf1c_map shapes_seen;   /* by gradients: what TF makes once alone is counted once */
    tf1c_map tensor_arrays; /* handle's name -> what it stands for (ops/data_flow/tensor_array.c) */
    tf1c_map scope_counts;  /* variable scopes opened in each, for default names */
    tf1c_map scope_hints;   /* of a default name, from which number on one may be free */
    const char **subscopes; /* those opened in the open ones, a scope's own before what is below it */
    int n_subscopes, cap_subscopes;
    tf1c_collection *collections;
    int n_collections, cap_collections;
    tf1c_map collections_by_name; /* its place among them, from 1 on, as (void *)(intptr_t) */
    tf1c_variable_scope variable_scope;
    tf_graph **bodies;
    int n_bodies, cap_bodies;
    tf1c_cleanup *cleanups; /* what ops attached to the graph and wants released with it */
    const char *default_device;
    const tf1c_override *overrides;
    tf_operation *unseen; /* the first mistake whose report went to tf_silent: the next run says it, once */
    int users;            /* its owner, and the sessions open on it */
    const char *builder;  /* of the thread that makes a node now; NULL (turn.h) */
} tf1c_universe;

/* How a graph that is a body gets at a tensor of another graph: gives the body's own tensor for it. */
typedef tf_tensor tf1c_import_fn(tf_graph *body, tf_tensor outer, void *arg);

struct tf_graph {
    tf1c_universe *universe;
    tf_graph *parent; /* NULL: a root */
    tf1c_import_fn *import;
    void *import_arg;
    void (*added)(const tf_operation *op, void *arg); /* told of every new node, where set */
    void *added_arg;
    tf_operation **ops;
    int n_ops, cap_ops;
    const char *scope;      /* "a/b" or "" */
    tf_operation **control; /* the open control dependencies, all together */
    int n_control;
    tf_operation *poison; /* stands in when there is no memory for a better one */
};

/* What a mistake leaves behind: an operation of this record. Its one output has a dtype and rank that nothing objects to. */
extern const tf_op_def tf1c_mistake_op;
typedef struct {
    tf_status code;
    const char *message, *op;
    tf_source where;
} tf1c_mistake;
static inline bool tf1c_is_mistake(const tf_operation *op) { return op->def == &tf1c_mistake_op; }

/* The ops that graph code itself makes nodes of; `ops` defines the table. */
typedef struct {
    const tf_op_def *constant, *identity, *zeros_like, *ones_like, *add_n, *indexed_slices;
    tf_tensor (*pack)(tf_list values, tf_source here, const char *name);
    tf_tensor (*of_slices)(tf_indexed_slices slices, tf_dims shape); /* as one tensor, known to be of `shape` */
    tf_tensor (*concat_slices)(tf_list all);
} tf1c_basic_ops;
extern const tf1c_basic_ops tf1c_basic;

typedef struct {
    tf_ndarray value;
} tf1c_const_attrs; /* of the record tf1c_basic.constant */

/* graph.c */
void *tf1c_graph_alloc(tf_graph *g, size_t size); /* from the graph's arena; NULL after a report */
const char *tf1c_graph_strdup(tf_graph *g, const char *s);
const char *tf1c_graph_printf(tf_graph *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool tf1c_graph_attach(tf_graph *g, void (*free)(void *), void *object); /* released with the graph; at once if false */
tf_graph *tf1c_body_new(tf_graph *parent, const char *scope);            /* owned by the parent; NULL after a report */
tf_graph *tf1c_current_graph(void); /* of the calling thread; NULL after a report if there is no memory */
tf_graph *tf1c_root(tf_graph *g);
void tf1c_graph_hold(tf_graph *g); /* by a session, until it lets go: a graph freed meanwhile stays that long */
void tf1c_graph_let_go(tf_graph *g);
tf_operation *tf1c_take_unseen(tf_graph *g);                     /* the mistake nobody was told of, once; else NULL */
tf_operation *tf1c_poison(tf_graph *g);                          /* the ready one, for lack of memory; g may be NULL */
tf_list tf1c_poison_list(int n);                                 /* likewise; of at most 1,024 */
tf_tensor tf1c_import(tf_graph *g, tf_tensor t, tf_source here); /* t as seen from g */
/* A plain number in a shape's place, 0 where none is or a fraction. */
static inline int64_t tf1c_plain(tf_dims given)
{
    const long double x = given.given.alone.number;
    return !given.known && !given.given.alone.op && x >= -0x1p63L && x < 0x1p63L && x == (long double)(int64_t)x ? (int64_t)x : 0;
}
/* A keyword as it was given: none, or a plain number made an operand, a whole one of no dtype yet (unless floating is asked). */
tf_operand tf1c_keyword(tf_operand given, bool floating);
/* An argument as it was given, a whole number an integer; of kind none: it was not. */
static inline tf_operand tf1c_given(tf_operand given) { return tf1c_keyword(given, false); }
/* The same where its dtype is the result's: the text of the call says whether a bare number in it, the first argument or that by
 * `keyword`, ".input", is 2 or 2.0; where it is no literal, or there is no text, it is a mistake. */
tf_operand tf1c_given_data(tf_operand given, const char *text, const char *keyword, tf_source here);
/* The same at any place of the call, from 1 on; what is no literal is whole. The second is false where that was so: a number whose
 * dtype the text does not say. */
tf_operand tf1c_as_written(tf_operand given, const char *text, int place, const char *keyword);
bool tf1c_read_as_written(tf_operand *given, const char *text, int place, const char *keyword);
tf_list tf1c_given_list(tf_list given, tf_source here); /* a tensor is the list of it alone */
/* Axes: TF_NO_AXIS, an empty shape and a none handle are none. The second, which wants them as numbers, is false after a report. */
tf_operand tf1c_given_axis(tf_operand given);
bool tf1c_given_axes(tf_operand given, tf_dims *axes, tf_source here, tf_tensor *mistake);
/* Whether there is one; the rest of them is none. */
static inline bool tf1c_given_initializer(const tf_initializer *i) { return i->fn || tf1c_given(i->value).kind != TF_OPERAND_NONE; }
tf_tensor tf1c_given_tensor(tf_tensor given, const char *argument, tf_source here); /* a number in its place is a mistake */

tf_source tf1c_source(tf_source here); /* the line to blame: that of the outermost open TF_FROM, else `here` */
tf_operation *tf1c_node(tf_graph *g, const tf_op_def *def, const char *exact_name, tf_source here, const void *attrs, int n_inputs,
                        const tf_tensor *inputs, int n_outputs); /* converted, checked inputs; NULL after a report */
tf_operation *tf1c_record_mistake(tf_graph *g);                  /* the last error of this thread, kept in the graph */
bool tf1c_append_ptr(void *array, int *n, int *capacity, const void *item, size_t size); /* growing malloc'd array */

/* sound.c: handles made by hand. A tensor that is none stays none. */
/* An operation without outputs, as it stands in a list beside tensors: what would be its output 0. It runs, and is waited for. */
static inline bool tf1c_is_operation(tf_tensor t) { return t.op && !t.op->n_outputs && !t.index; }
bool tf1c_has_output(tf_tensor t);                     /* an output that its operation has, or a mistake */
tf_tensor tf1c_sound(tf_tensor t, tf_source here);     /* t, or a mistake after a report: so for all of these */
tf_list tf1c_sound_list(tf_list list, tf_source here); /* without items: a list of one mistake */
/* The list that was given, sound; where none was, which is Python's None, all of them. One of nothing, such as a collection's of a scope
 * that there is not, was given. */
tf_list tf1c_list_or(tf_list given, tf_list (*all)(void), tf_source here);
tf_operand tf1c_sound_operand(tf_operand o, tf_source here);
tf_operation *tf1c_unsound(const tf_operand *o, tf_source here); /* the mistake; NULL: it is sound */

/* convert.c */
tf_dtype tf1c_operand_dtype(const tf_operand *o); /* what it brings along; numbers bring none */
tf_dtype tf1c_literal_dtype(const tf_operand *o); /* what a number is where nothing says */
/* As a tensor in `g`; what is no tensor yet a constant of `dtype` called exactly `name`. ref: a variable itself, not its value.
 * Without an operation: `message`, of n bytes, says why; empty: it was reported. */
tf_tensor tf1c_convert_operand(tf_graph *g, const tf_operand *o, tf_dtype dtype, bool ref, const char *name, tf_source here,
                               char *message, size_t n);

/* opened.c */
struct tf_with_ tf1c_opened(struct tf_with_ with);                         /* from here on, until tf_with_close_ */
bool tf1c_is_inside(void (*close)(struct tf_with_ *w), const tf_graph *g); /* one that closes so is open */
void tf1c_close_jumped(void);                                              /* what a handler has jumped out of, if one has */
void tf1c_at_top_level(void);                                              /* graph.c, scope.c: nothing is open */
bool tf1c_is_variable_scope_open(const tf_graph *g);                       /* scope.c */
void tf1c_called_from(const void *frame);                                  /* the innermost body's function is called from here */
/* While the library calls a function of the user's, each line in it answers for itself. */
#define TF1C_BY_USER                                                              \
    tf_from tf1c_by_user_scope_ __attribute__((cleanup(tf_from_close), unused)) = \
        (tf1c_called_from(__builtin_frame_address(0)), tf1c_by_user())

/* scope.c */
const char *tf1c_unique_name(tf_graph *g, const char *name); /* within the current scope, marked as used; NULL after a report */
const char *tf1c_unique_whole(tf_graph *g, const char *full); /* the same of a whole name, in the graph's memory; NULL stays it */
/* As a call's `collections` say: TF_NAMES, NULL where they are unset, none where they are "". */
tf_status tf1c_join_collections(const char *names, const char *unset, tf_tensor value);
const char *tf1c_last_part(const char *name);                /* "c" of "a/b/c" */
/* A name as it was given: a number in its place, where a LIST was forgotten, is no valid name. */
static inline const char *tf1c_given_name(const char *name)
{
    return (uintptr_t)name - 1 < 4095 ? "<no string: was a LIST forgotten?>" : name;
}
bool tf1c_valid_name(const char *name, bool nested);         /* nested: in a name scope */
void tf1c_forget_subscopes(tf_graph *g, const char *variable_scope);                  /* their default names are free again */
void tf1c_count_scope(tf_graph *g, const char *variable_scope);                       /* it is opened once more */
void tf1c_uncount_scopes(tf_graph *g, int opened); /* all that were opened since so many */
tf1c_collection *tf1c_collection_named(const tf1c_universe *u, const char *name); /* NULL: nothing was added to it */
void tf1c_graph_seeds(tf_graph *g, bool has_seed, int64_t op_seed, int64_t seeds[2]); /* TF1: random_seed.get_seed */

/* shape_inference.c */
/* Merges two shapes in a shape function; if they disagree, says so in TF1's words and returns false. */
void tf1c_not_broadcastable(tf_shape_ctx *c, tf_dims a, tf_dims b); /* says so, in the words of either time */
bool tf1c_merge_in(tf_shape_ctx *c, tf_dims a, tf_dims b, tf_dims *merged, const char *more); /* more: ends the message */
struct tf_shape_ctx {
    const tf_op_def *def;
    const void *attrs;
    const char *name;
    tf_source here;
    int n_in, n_out;
    const tf_dims *in;
    const tf_dtype *in_dtype;
    tf_dims *out;
    tf_dtype *out_dtype;
    const tf_operation *op; /* at run: whose inputs have names, for messages */
    bool at_run;
    bool quiet; /* a failure is no report */
    bool failed;
    unsigned values_read, shapes_read; /* inputs whose values were read, as tensors and as shapes: for messages */
    bool (*value)(void *arg, int i, tf_ndarray *value);
    bool (*ints)(void *arg, int i, tf_dims *ints);
    void *arg;
};
void tf1c_infer(tf_shape_ctx *c);                   /* calls def->shape; c->failed after a report */
bool tf1c_partial_ints(tf_tensor t, tf_dims *ints); /* build.c: what a shape-like tensor is known to hold */
bool tf1c_ints_of_array(tf_ndarray a, tf_dims *ints);

/* print.c: a line of tf_graph_text, bodies below it; and one attribute, " name=value" */
void tf1c_write_operation(FILE *f, const tf_operation *op, int depth);
void tf1c_write_attr(FILE *f, const tf_attr_def *a, const void *attrs);

/* op.c */
bool tf1c_same_attrs(const tf_op_def *def, const void *a, const void *b);
int tf1c_refs(const tf_op_def *def); /* of how many inputs, from the first, it writes the variable: an optimizer's op of its slots' */

/* Op lists: every built-in op, for tests and look-up by name. */
const tf_op_def *const *const *tf1c_op_families(void); /* NULL-terminated list of NULL-terminated lists */
const tf_op_def *tf1c_find_op(const char *name);

bool tf1c_grad_wanted(const tf_grad_ctx *g, int i); /* whether anyone asks for input i's */
/* How many operations TF's gradient function makes, and of how many inputs it gives one: what seeds are counted by. One that does not
 * say makes as many as it makes here, and gives what its floating inputs are. */
void tf1c_gradient_makes(tf_grad_ctx *g, int operations);
void tf1c_gradient_gives(tf_grad_ctx *g, int gradients);
/* What TF's gradient function reads of the operation's own step: a loop keeps it for the way back. A shape that is known is a constant;
 * of others it keeps each Shape and Size. One that says nothing reads what it reads here. */
void tf1c_gradient_reads(tf_grad_ctx *g, tf_tensor t);
void tf1c_gradient_reads_shape(tf_grad_ctx *g, tf_tensor t);
void tf1c_gradient_reads_shapes(tf_grad_ctx *g, int operations);
bool tf1c_gradient_is_gated(const tf_grad_ctx *g); /* each operation waits for all its gradients */
void tf1c_undefined_gradient(tf_grad_ctx *g, tf_tensor dy); /* LookupError "No gradient defined for operation …": TF has none */
void tf1c_disable_gradient(tf_grad_ctx *g, const char *reason); /* LookupError "Gradient explicitly disabled. Reason: …" */

tf_gradient_fn *tf1c_registered_gradient(const char *name); /* registered.c; NULL: there is none */

/* gradients.c: tf_gradients; gated: as an optimizer asks for them, who has TF wait at each operation for all its gradients. */
tf_list tf1c_gradients(tf_list ys, tf_list xs, struct tf_gradients_args a, bool gated);
/* Gradients inside one graph, of ys with given dys, for the loops' bodies too. counted: by operation, those that count; NULL: all. */
tf_status tf1c_backprop(int n_ys, const tf_tensor *ys, const tf_tensor *dys, int n_xs, const tf_tensor *xs, bool gated,
                        const char *counted, tf_tensor *dxs, tf_source here);

#endif
