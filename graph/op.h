/* The op record: all that tf1c knows of an op. Built-in ops and a user's own are the same thing: a `static const
 * tf_op_def` with its shape function, kernel and gradient beside each other, and calls of tf_op_new to make nodes.
 *
 * Inference, differentiation and planning are short walks over nodes that look up their own rule here; none knows an
 * op by name. */
#ifndef TF1C_GRAPH_OP_H
#define TF1C_GRAPH_OP_H

#include "graph.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tf_op_def tf_op_def;
typedef struct tf_shape_ctx tf_shape_ctx;
typedef struct tf_kernel_ctx tf_kernel_ctx;
typedef struct tf_grad_ctx tf_grad_ctx;
typedef struct tf_exchange tf_exchange; /* exchange.h */

/* ---- attributes: a plain struct per op, described field by field, so that it can be copied, compared and printed -- */
typedef enum tf_attr_kind {
    TF_ATTR_END = 0,
    TF_ATTR_BOOL,   /* bool */
    TF_ATTR_INT,    /* int64_t */
    TF_ATTR_FLOAT,  /* double */
    TF_ATTR_DTYPE,  /* tf_dtype */
    TF_ATTR_DIMS,   /* tf_dims: a shape or a short list of integers */
    TF_ATTR_ARRAY,  /* tf_ndarray; the graph keeps a copy */
    TF_ATTR_STRING, /* const char *; the graph keeps a copy */
    TF_ATTR_BODY,   /* tf_graph *: a sub-graph, owned by the graph */
    TF_ATTR_POINTER /* void *: opaque, the owner keeps it alive as long as the graph */
} tf_attr_kind;
typedef struct tf_attr_def {
    const char *name;
    tf_attr_kind kind;
    size_t offset;
} tf_attr_def;
#define TF_ATTR(type, field, kind) { #field, kind, offsetof(type, field) }

/* ---- shape inference ---------------------------------------------------------------------------------------------
 * Called as a node is added, with what is known then, and again for each new set of fed shapes, with all that is known
 * at run time. Unset outputs are of unknown rank. */
TF1C_API int tf_shape_inputs(const tf_shape_ctx *c);
TF1C_API const tf_dims *tf_in_dims(const tf_shape_ctx *c, int i);
TF1C_API tf_dtype tf_in_dtype(const tf_shape_ctx *c, int i);
/* The input's value where it can be known (a constant, or computed from shapes and constants): borrowed in *value. */
TF1C_API bool tf_in_value(tf_shape_ctx *c, int i, tf_ndarray *value);
/* The same as integers: an int32/int64 scalar or vector of at most 8 entries, as dims (a shape-like operand: a vector
 * of known length but unknown content gives NONEs and returns true; unknown length returns false). */
TF1C_API bool tf_in_ints(tf_shape_ctx *c, int i, tf_dims *ints);
TF1C_API bool tf_in_int(tf_shape_ctx *c, int i, int64_t *value); /* a scalar known now */
/* tf_in_ints for an operand that TF reads as a partial shape: messages then show it so. */
TF1C_API bool tf_in_shape(tf_shape_ctx *c, int i, tf_dims *dims);
TF1C_API const void *tf_shape_attrs(const tf_shape_ctx *c);
TF1C_API int tf_shape_outputs(const tf_shape_ctx *c);
TF1C_API bool tf_shape_at_run(const tf_shape_ctx *c); /* true: shapes are the fed ones, and TF's kernel would speak */
TF1C_API void tf_set_out(tf_shape_ctx *c, int i, tf_dims dims);
TF1C_API void tf_set_out_dtype(tf_shape_ctx *c, int i, tf_dtype dtype); /* for outputs "?" */
/* A mistake: while building, a ValueError with TF's suffix " for 'name' (op: 'Type') with input shapes: [..], [..]."
 * added; at run time an InvalidArgumentError with the text alone. */
TF1C_API void tf_shape_error(tf_shape_ctx *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A mistake of another class, with the text alone at either time. */
TF1C_API void tf_shape_mistake(tf_shape_ctx *c, tf_status code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Dims arithmetic for shape functions. tf_merge_dim: an unknown dimension fits any; false if they differ.
 * tf_merge_dims: the same for shapes. tf_broadcast_dims: NumPy's rule. tf_norm_axis: axis in [-rank, rank) -> [0, rank),
 * or -1 if outside. */
TF1C_API bool tf_merge_dim(int64_t a, int64_t b, int64_t *merged);
TF1C_API bool tf_merge_dims(tf_dims a, tf_dims b, tf_dims *merged);
TF1C_API bool tf_broadcast_dims(tf_dims a, tf_dims b, tf_dims *out);
TF1C_API int tf_norm_axis(int64_t axis, int rank);
/* Rank check in TF's words: "Shape must be rank 2 but is rank 1"; true if the rank is `rank` or unknown. */
TF1C_API bool tf_with_rank(tf_shape_ctx *c, int input, int rank);
TF1C_API bool tf_with_rank_at_least(tf_shape_ctx *c, int input, int rank);
/* Ready shape functions. */
TF1C_API void tf_unchanged_shape(tf_shape_ctx *c); /* every output as input 0 */
TF1C_API void tf_broadcast_shape(tf_shape_ctx *c); /* output 0 = broadcast of all inputs, TF's texts both times */
TF1C_API void tf_scalar_shape(tf_shape_ctx *c);

/* ---- kernels ------------------------------------------------------------------------------------------------------ */
/* Where a tensor lies: strides in elements; contiguous unless the op's traits say that it takes others. */
typedef struct tf_view {
    void *data;
    tf_dtype dtype;
    int rank;
    int64_t dims[TF_MAX_RANK];
    int64_t strides[TF_MAX_RANK];
} tf_view;
TF1C_API int64_t tf_view_count(const tf_view *v);
TF1C_API bool tf_view_contiguous(const tf_view *v);
TF1C_API void tf_view_set(tf_view *v, void *data, tf_dtype dtype, tf_dims dims); /* contiguous strides */
/* Copies src to dst, shapes equal, any strides. The units [begin, end) are indices of axis 0 (0, 1 for a scalar). */
TF1C_API void tf_view_copy(const tf_view *dst, const tf_view *src, int64_t begin, int64_t end);

struct tf_kernel_ctx {
    const tf_op_def *def;
    const void *attrs;
    tf_dtype T, U; /* what the op's type variables stand for here */
    int n_in, n_out;
    tf_view *in, *out;
    int64_t begin, end; /* the shard: units [begin, end) of def->units(k); everything if it has none */
    void *resource;     /* def->resource_size bytes kept by the session for this node, zeroed at first; NULL if 0 */
    void *scratch;      /* def->scratch(k) bytes for this shard alone; NULL if none */
    const char *name;   /* the node's, for messages */
    tf_status status;   /* set by tf_kernel_error */
    int reached;        /* of a rule's own: it is asked for one part after the other, */
    int64_t before;     /* and keeps here how far those before part `reached` go; 0 and 0 at first */
    void *private_;
};
/* Reports at the end of the run, in TF's words; other outputs are still defined. Code as TF's kernel has it. */
TF1C_API void tf_kernel_error(tf_kernel_ctx *k, tf_status code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* `size` bytes for a string that the kernel makes, alive as long as the values of this run; NULL after a report. */
TF1C_API char *tf_kernel_string(tf_kernel_ctx *k, size_t size);
/* Of `call`: k->out[output] becomes memory of that shape; false after a report. */
TF1C_API bool tf_kernel_room(tf_kernel_ctx *k, int output, tf_dims dims);
#define TF_DATA(k, io, i, type) ((type *)(k)->io[i].data)

/* One strip of an elementwise op: out[0..n) from contiguous inputs, any of which may be out itself. */
typedef void tf_strip(int64_t n, void *out, const void *const *in, const void *attrs);

/* ---- gradients ------------------------------------------------------------------------------------------------------ */
struct tf_grad_ctx {
    const tf_operation *op;
    int n_in, n_out;
    const tf_tensor *in, *out;
    const tf_tensor *dys; /* dL/d out[i]; a none handle where nothing flows */
    const void *attrs;
    void *private_;
};
/* dL/d in[i] += dx. A gradient function adds to as many inputs as have one, in any order. */
TF1C_API void tf_add_grad(tf_grad_ctx *g, int i, tf_tensor dx);
TF1C_API void tf_add_sparse_grad(tf_grad_ctx *g, int i, tf_indexed_slices dx);
TF1C_API tf_tensor tf_grad_out(tf_grad_ctx *g, int i); /* dys[i], or zeros of out[i]'s shape where nothing flows */
/* dx summed over the axes along which `like` was broadcast to dx's shape, in like's shape. */
TF1C_API tf_tensor tf_sum_to(tf_tensor dx, tf_tensor like);
typedef void tf_gradient_fn(tf_grad_ctx *g, tf_tensor dy); /* dy = g->dys[0]; with several outputs it may be a none handle */
TF1C_API void tf_no_gradient(tf_grad_ctx *g, tf_tensor dy);       /* "has none, and that is right": gives None */
TF1C_API void tf_gradient_disabled(tf_grad_ctx *g, tf_tensor dy); /* LookupError "Gradient explicitly disabled." */

/* A gradient by name, for the whole program, until it ends.                                                  TF1: tf.RegisterGradient
 *   @tf.RegisterGradient("CustomSquare")          static void custom_square(tf_grad_ctx *g, tf_tensor dy)
 *   def _(op, dy):                                {
 *     return dy * op.inputs[0]                        tf_add_grad(g, 0, tf_mul(dy, g->in[0]));
 *                                                 }   …   tf_register_gradient("CustomSquare", custom_square);
 *   errors  KeyError "Registering two gradient with name 'CustomSquare'! (Previous registration was in model.c:12)"; ops have theirs */
#define tf_register_gradient(op_type, gradient) tf_register_gradient_(op_type, gradient, TF_SOURCE)
TF1C_API tf_status tf_register_gradient_(const char *op_type, tf_gradient_fn *gradient, tf_source here);

/* ---- what the planner may do with an op: traits and rules, never its name ----------------------------------------- */
enum {
    TF_ELEMENTWISE = 1 << 0, /* out[i] depends on in[i] alone, after broadcasting; strips instead of a kernel */
    TF_VIEW = 1 << 1,        /* outputs may lie inside input `viewed`: `view` says where */
    TF_PARTS = 1 << 2,       /* inputs may lie inside output 0: `part` says where (concat, stack) */
    TF_SUM = 1 << 3,         /* output = sum of its inputs (AddN) */
    TF_PRODUCT = 1 << 4,     /* output = a·b: `product` says which is transposed */
    TF_STATEFUL = 1 << 5,    /* not shared, not folded, not moved out of a run: random numbers */
    TF_SIDE_EFFECT = 1 << 6, /* runs once, in creation order among its like; never dropped once wanted */
    TF_WRITES_REF = 1 << 7,  /* input 0 is a variable that the op overwrites; output 0, if any, is the new value */
    TF_STRIDED_IN = 1 << 8,  /* kernel takes inputs of any strides */
    TF_STRIDED_OUT = 1 << 9, /* kernel writes outputs of any strides */
    TF_INPLACE = 1 << 10,    /* output 0 may lie on input 0's memory if that is its last use */
    TF_IDENTITY = 1 << 11,   /* output 0 is input 0 */
    TF_ROWS_IN = 1 << 12,    /* kernel takes rank-2 inputs with any one stride if the other is 1 (products) */
    TF_ROWS_OUT = 1 << 13,   /* and writes rank-2 outputs with any row stride */
    TF_SHAPE_ONLY = 1 << 14, /* reads only the shapes of its inputs (Shape, Size, Rank, ZerosLike): keeps nothing alive */
    TF_SOURCE_OP = 1 << 15,  /* its value comes from outside: placeholder, constant, variable, body argument */
    TF_PEEKS_REF = 1 << 16,  /* asks of variable input 0 alone whether it has a value: k->resource is a bool that says so */
    TF_FED_REF = 1 << 26,    /* with TF_PEEKS_REF: the variable's value may be fed, as to the function of a dataset */
    TF_VARIABLE = 1 << 17,   /* output 0 is memory that the session keeps from run to run */
    TF_LOOP = 1 << 19,       /* attributes are a loop's body (graph/loop.h) */
    TF_BRANCH = 1 << 20,     /* attributes are a branch's bodies */
    TF_PLUS = 1 << 21,       /* elementwise: the sum of its two inputs, either of which may be broadcast */
    TF_TIMES = 1 << 23,      /* elementwise: the product of its two inputs, either of which may be broadcast */
    TF_TOTAL = 1 << 24,      /* output 0 is the sum of input 0 over the axes that input 1 holds */
    TF_BROADCASTS = 1 << 22, /* output 0 is input 0, broadcast: who broadcasts by itself may read the input */
    TF_OVERWRITES = 1 << 18, /* with TF_WRITES_REF: writes all of the variable without reading it */
    TF_GIVES_OLD = 1 << 25   /* with TF_WRITES_REF: output 0 is what the kernel says, in memory of its own, not the variable */
};

/* Rule for TF_VIEW: with k->in[viewed] laid out as it will be (data NULL; small integer inputs hold their values), sets
 * k->out[output]'s strides and *offset, in elements from in[viewed]; false if it cannot lie there. */
typedef bool tf_view_rule(tf_kernel_ctx *k, int output, int64_t *offset);
/* Rule for TF_PARTS: with k->out[0] laid out, sets k->in[input]'s strides and *offset; false if it cannot lie there. */
typedef bool tf_part_rule(tf_kernel_ctx *k, int input, int64_t *offset);

/* How units map to memory, for the placement of barriers: what unit u of an op reads of input i and writes of its
 * outputs. An axis number: the slice u of that axis, alone (units = that axis' length); TF_WHOLE: all of it. */
enum { TF_WHOLE = -1 };
typedef struct tf_shard_rule {
    int out;    /* axis of every output that the units run over */
    int in[4];  /* for inputs 0..3 (the last entry for those beyond): the axis aligned with it, or TF_WHOLE */
} tf_shard_rule;

/* Rule for TF_PRODUCT: output 0 [m,n] = a'·b', a' input 0 or its transpose, b' input 1 or its. */
typedef struct tf_product {
    bool transpose_a, transpose_b;
} tf_product;
typedef tf_product tf_product_rule(const void *attrs);

struct tf_op_def {
    const char *name; /* TF1's type name: "MatMul" */
    /* "a:T, b:T" and "product:T": names as in TF's OpDef. A type is a variable T or U, a dtype's name (int32), "values:T*"
     * for any number of inputs or outputs (others may follow; of several each stands for as many), "?" for an output whose dtype
     * the shape function sets, "T&" for a variable itself rather than its value. */
    const char *in, *out;
    tf_dtypes T, U; /* what the variables may stand for; 0: any */
    const tf_attr_def *attrs; /* ends with a zero entry; NULL: none */
    size_t attrs_size;
    unsigned traits;

    void (*shape)(tf_shape_ctx *c);
    /* Output 0's integers as far as known (Const, Shape, Pack of scalars, a slice of a shape): NONE where not; optional. */
    bool (*ints)(tf_shape_ctx *c, tf_dims *ints);
    void (*kernel)(tf_kernel_ctx *k); /* views and parts have none: placed or copied by their rule */
    tf_strip *const *strips; /* elementwise: by dtype T, TF_DTYPES entries */
    tf_gradient_fn *gradient; /* never NULL: tf_no_gradient says it aloud */

    tf_view_rule *view;
    int viewed; /* TF_VIEW: the input that the outputs lie in, if not 0 (Split's value is its input 1) */
    tf_part_rule *part;
    tf_product_rule *product;
    /* Along which axis inputs may be put together so that f of them is the sum of f of each (aᵀ·b, a column sum); -1: none. Inputs
     * that hold their values (a list of axes) are not put together but the same in each. */
    int (*sums_along)(const tf_kernel_ctx *k);
    const tf_shard_rule *shard;
    int64_t (*units)(const tf_kernel_ctx *k); /* NULL: one unit, unless elementwise */
    size_t (*scratch)(const tf_kernel_ctx *k);
    size_t resource_size;
    /* What the resource owns besides its bytes (memory, a file) is given up here: called once for each there is, when its session
     * closes, whether or not the kernel ever ran on it. A loop that outgrows its room makes a run start anew, with every resource
     * as it was before; one with a release is left as the kernel left it. Needs resource_size. */
    void (*release)(void *resource);
    /* The outputs' shapes where they depend on what the inputs hold (Where, Unique): its shape function leaves them unknown, and a
     * run is cut in parts there. tf_kernel_error as in a kernel; such an op has one unit. */
    void (*data_shape)(tf_kernel_ctx *k, tf_dims *out);
    /* Shapes and values at once, instead of a kernel: of a function that is called just once, and at every run, which is cut in parts there.
     * It asks tf_kernel_room for each output. */
    void (*call)(tf_kernel_ctx *k);
    /* Inputs (a bit each) of which rows below each other give rows below each other, the first of rank 2 or more: what a
     * loop does so in each step is done for all at once. Elementwise ops, views and products have a rule already. */
    unsigned rows;
    /* What passes between a run and something that outlives it (an iterator, a queue). `pull` gives the outputs before the run's shapes
     * are bound, as if they were fed; `push` gets the inputs' values once the run is over. Neither runs under a lock of the session,
     * so both may wait. A status after a report. Such an op has no kernel. */
    tf_status (*pull)(tf_exchange *x);
    tf_status (*push)(tf_exchange *x);
};

/* ---- making nodes --------------------------------------------------------------------------------------------------
 * Converts the operands (numbers take the dtype of their T's first tensor; alone, 3 is int32 and 3.0 float32; constants made of them are
 * named NAME/argument), checks dtypes, infers shapes, adds the node to the current graph. On a mistake: the report, and a
 * poisoned operation with the asked number of outputs. */
struct tf_op_args {
    tf_source here;
    const char *name;         /* the user's, or NULL */
    const char *default_name; /* NULL: the type's name */
    const void *attrs;
    int n_inputs;
    const tf_operand *inputs;
    int n_outputs;  /* needed only if the record's outputs are variadic */
    tf_dtype T, U;  /* needed only if no input tells */
    tf_dims shape;  /* with known set: the static shape of output 0 where the record has no shape function */
};
TF1C_API tf_operation *tf_op_new(const tf_op_def *def, struct tf_op_args args);
/* Output 0 of a node with one or two operands: what most builders are. */
TF1C_API tf_tensor tf_op_unary(const tf_op_def *def, tf_operand x, struct tf_name_args args, const char *default_name);
TF1C_API tf_tensor tf_op_binary(const tf_op_def *def, tf_operand x, tf_operand y, struct tf_name_args args,
                                const char *default_name);
/* A builder's mistake: reports it (code, user's line, op or NULL) and gives a poisoned tensor. */
TF1C_API tf_tensor tf_mistake(tf_status code, tf_source here, const char *op, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
TF1C_API tf_list tf_mistake_list(int n, tf_tensor poison); /* n times the same poisoned tensor; n < 0: one */
/* An operand as a tensor of `dtype` (unset: its own), a variable as its value; constants are named `name`. */
TF1C_API tf_tensor tf_convert(tf_operand x, tf_dtype dtype, tf_source here, const char *name);
/* The value of a tensor as far as the graph alone tells (constants, shapes, arithmetic on them): TF1's
 * tensor_util.constant_value. Borrowed from the graph. */
TF1C_API bool tf_constant_value(tf_tensor t, tf_ndarray *value);

/* A composed op's own name scope until the end of the enclosing block: the user's name, or the default. tf_scope_name(), given
 * as the name of the last node, makes it carry the scope's own name, as TF's `name=scope` does. */
#define TF_SCOPE(name, default_name)                                                                   \
    struct tf_with_ tf_scope_guard_ __attribute__((cleanup(tf_with_close_), unused)) =                 \
        (tf_with_in_(__builtin_frame_address(0)), tf_name_scope_open_((name) ? (name) : (default_name), (tf_source){ 0 }))
TF1C_API const char *tf_scope_name(void); /* the current scope with its slash: "dropout/", or "" ; belongs to the graph */

#ifdef __cplusplus
}
#endif
#endif
