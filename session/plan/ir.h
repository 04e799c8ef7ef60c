/* The plan's own graph: nodes with concrete shapes, made anew for each set of fed shapes, rewritten by the passes, laid out in
 * memory and turned into instructions (pipeline.c has the stages in order). Everything here lives in one arena, that of the
 * binding. */
#ifndef TF1C_SESSION_PLAN_IR_H
#define TF1C_SESSION_PLAN_IR_H

#include "graph/node.h"

typedef struct ir_value ir_value;
typedef struct ir_node ir_node;
typedef struct ir_block ir_block;
typedef struct ir_loop ir_loop;
typedef struct ir_branch ir_branch;
typedef struct ir_instruction ir_instruction; /* code.h */

/* Where a value's memory comes from. */
typedef enum {
    IR_OWN,      /* the arena, at an offset that place.c finds */
    IR_ABSOLUTE, /* a fixed address: a constant, a variable */
    IR_SLOT,     /* an address that each run fills in: a feed, a slice of a loop */
    IR_VIEW      /* inside another value */
} ir_place;

struct ir_value {
    ir_node *node; /* NULL: comes from outside the block */
    int index;
    tf_view view;  /* dtype, dims and, after layout, strides */
    ir_place place;
    ir_value *root;      /* IR_VIEW: the value whose memory it lies in (never a view itself); else itself */
    int64_t offset;      /* IR_VIEW: bytes from the root's beginning */
    char *absolute;      /* IR_ABSOLUTE */
    int slot;            /* IR_SLOT */
    int64_t at;          /* IR_OWN: offset in the arena */
    const void *known;   /* the value itself, if it is known while binding */
    bool variable;       /* memory that assignments change */
    bool overwritten, read; /* shard.c: of a variable's root, in the running order so far */
    struct tf1c_resource *resource; /* of a variable's root */
    bool pinned;         /* read after the block: fetched, or a result */
    int uses;            /* how many nodes read it, after ir_count_uses; results and unseen readers count too */
    int first, last;     /* of a root: the schedule positions between which it lives */
    ir_value *copy;      /* passes/checkpoints.c: what it is in the copy of its loop */
    ir_value *replaced;  /* a pass gives its readers this one instead */
    int tenant;          /* of a root: its number in offsets.c */
    ir_value *alias;     /* of a root that place.c put on top of another one */
    ir_value *outside;   /* passes/hoist.c, in a body: what it is before the loop */
    unsigned char when;  /* and since when */
    ir_value *contiguous; /* a copy that layout.c made, for the next who wants one */
    int read_by, read_after; /* passes/ports.c: the last marks of readers: inside one node; after the node at hand */
    int number;          /* ir_text.c: in the text written last, from 1; assignments.c: of a variable's root, its variable's */
};

/* One node, as the passes see it. */
struct ir_node {
    const tf_op_def *def;
    const void *attrs;
    tf_dtype T, U;
    const char *name;
    tf_source here;
    int order; /* creation order, of ties */
    int n_in, n_out, n_after;
    ir_value **in;
    ir_value *out;
    ir_node **after; /* runs after these, whatever the data says */
    void *resource;
    int block;       /* the id of the block it is in */
    ir_loop *loop;   /* of a Loop node: its body */
    ir_branch *branch; /* of a Branch node, likewise */
    int region;        /* of either: which output that memory is */
    int room;          /* outputs there is memory for: passes may add some */
    int in_room;       /* inputs there is memory for, where some were added; 0: n_in */
    bool needed;     /* marked by ir_prune */
    bool effect;     /* wanted for what it does */
    bool waits;      /* it or what it is made of comes after others by control, though its value may be known */
    bool silent;     /* nothing to execute: its outputs are views, or its parts are in place */
    int position;    /* in the schedule, from 0; -1 before */
};

struct ir_block {
    int id;
    ir_node **nodes; /* before scheduling in an order where inputs come first, after it in running order */
    int n, capacity;
    ir_value **results; /* what is fetched, or a body's results */
    int n_results;
    ir_loop *owner; /* of a loop's body: whose ports name results too */
    size_t arena_size; /* after place.c */
};

/* Slots: addresses that each run fills in. */
enum { IR_SLOT_ABSOLUTE = 0, IR_SLOT_ARENA = 1, IR_FIRST_FEED_SLOT = 2 };
enum { IR_MORE_OUTPUTS = 2 /* stacked ones that passes may add, per output of a loop */ };

/* ---- loops ----------------------------------------------------------------------------------------------------------------
 * A body's arguments and results are values in slots, whose addresses move from step to step: an element of what is sliced,
 * the place of a stacked result, the state of this step and the next. What is captured is the outer value itself. */
typedef struct {
    int input;     /* of the node */
    ir_value *arg; /* in the body; its slot holds the element's address */
} ir_sliced;
typedef struct {
    int input;       /* the initial state */
    int output;      /* of the node: the final one; -1 if nobody wants it */
    ir_value *arg;   /* the state at this step */
    ir_value *next;  /* and at the next */
    int follows;     /* the stacked result whose element is the next state; -1: it has two buffers in turn */
    int next_slot;
    int64_t buffers; /* offset of the two in the body's memory */
    int64_t bytes;   /* of one */
} ir_carried;
typedef struct {
    int output;
    ir_value *result;
    int slot;
} ir_stacked;
typedef struct {
    int output;
    ir_value *result;
} ir_summed;

struct ir_loop {
    ir_block body, condition; /* condition.n_results is 1 where there is one */
    bool reverse;
    bool swaps;       /* little should be saved for its gradient: passes/checkpoints.c */
    bool spans;       /* each step is a loop over a span of steps: passes/spans.c */
    int64_t steps;    /* NONE: as long as the condition holds, or as input `trip` says in the run */
    int trip;         /* that input; -1 */
    int64_t capacity; /* with steps NONE: how many the stacked results have room for; a run that needs more is bound anew */
    int n_sliced, n_carried, n_stacked, n_summed, count_output; /* the count's output, -1 if nobody wants it */
    ir_sliced *sliced;
    ir_carried *carried;
    ir_stacked *stacked;
    ir_summed *summed;
    ir_value **written; /* roots of the variables that the body assigns */
    int n_written;
    ir_instruction *code, *condition_code;
    int n_code, n_condition_code;
    bool condition_by_all; /* some of it is dealt out, or waits */
};

struct ir_branch {
    ir_block bodies[2]; /* results[i]: of output i; NULL where this branch has none (a value saved for the other's gradient) */
    ir_value **written;
    int n_written;
    ir_instruction *code[2];
    int n_code[2];
    bool waits; /* nobody may be in a body before all have seen which it is */
};

/* What making a plan's graph needs. */
typedef struct {
    tf1c_arena *memory;
    int order, block_ids; /* of the next node, the next block */
    int n_slots;          /* so far: those of feeds come first */
    int marks;            /* given so far */
    int n_feeds;
    int64_t checkpoint_steps; /* tf_config's */
    bool failed; /* a report was made: there was no memory left, or no order to run in */
} ir_ctx;

/* nodes.c: making nodes, and what is asked of their records */
void ir_no_memory(ir_ctx *c); /* reports it, once */
void *ir_alloc(ir_ctx *c, size_t size); /* zeroed; NULL after a report, with c->failed set */
ir_node *ir_node_new(ir_ctx *c, const tf_op_def *def, int n_in, int n_out);
/* One more with n's attributes, types, name and turn; its inputs and outputs are yet to be set. */
ir_node *ir_node_like(ir_ctx *c, const ir_node *n, const tf_op_def *def, int n_in, int n_out);
ir_block ir_emptied(const ir_block *b); /* b without its nodes, which a pass adds anew, with others */
void ir_add_node(ir_ctx *c, ir_block *b, ir_node *n);
bool ir_put_first(ir_ctx *c, ir_block *b, int n, ir_node *const *nodes); /* before those that are there */
int ir_add_input(ir_ctx *c, ir_node *n, ir_value *v); /* one more, at this index */
const ir_sliced *ir_slice_of(const ir_loop *l, const ir_value *arg); /* NULL: it is no element of a sequence */
bool ir_is_captured(const ir_loop *l, const ir_value *v); /* the same in every step of the loop */
ir_value *ir_slot_value(ir_ctx *c, tf_dtype dtype, tf_dims dims); /* whose address each step, or each run, sets */
/* One more port of a loop's node: the element, in the body, of a sequence around it; the output that stacks a value of the body's, for
 * which there has to be room. */
ir_value *ir_add_slice(ir_ctx *c, ir_node *n, ir_value *sequence);
ir_value *ir_add_stack(ir_ctx *c, ir_node *n, ir_value *result);
int64_t ir_bytes(const ir_value *v); /* of its elements */
ir_node *ir_copy_of(ir_ctx *c, ir_value *v); /* a node, not yet in a block, whose output is v's value, contiguous */
tf_dims ir_dims(const tf_view *v);
bool ir_same_dims(const tf_view *a, const tf_view *b);
bool ir_is_pure(const ir_node *n); /* its outputs depend on its inputs alone, and nothing on whether it runs */
enum { IR_MOST_OPERANDS = 64 };    /* inputs, or outputs, of a node that ir_view_rule is asked about */
/* What a rule of n's record is given: in and out have room for n's, filled here; data is there where a value is known. */
tf_kernel_ctx ir_rule_ctx(const ir_node *n, tf_view *in, tf_view *out);
bool ir_view_rule(const ir_node *n, int o, tf_view *out, int64_t *offset); /* output o of a view node; false: it has to copy */
ir_node *ir_rows_node(ir_ctx *c, int n, ir_value *const *parts); /* parts one below the other, along axis 0 */
ir_node *ir_view_node(ir_ctx *c, ir_value *of, tf_dims dims);    /* of's elements in another shape, as reshape */
ir_node *ir_first_axis_to_node(ir_ctx *c, ir_value *of, int axis); /* axis 0 becomes that one; those between move up */
ir_node *ir_submatrix_node(ir_ctx *c, ir_value *of, int64_t row, int64_t rows, int64_t column, int64_t columns); /* a part of a matrix */
ir_node *ir_subvector_node(ir_ctx *c, ir_value *of, int64_t begin, int64_t n); /* a part of a vector */

/* ir.c: walks over blocks and the blocks within */
int ir_bodies(const ir_node *n, ir_block *bodies[2]); /* how many: a loop's condition (without nodes if it has none) and
                                                       * body, or a branch's two, that of true first */
/* Those within first; false as soon as one is. */
bool ir_each_block(ir_ctx *c, ir_block *b, bool (*rewrite)(ir_ctx *c, ir_block *b));
void ir_prune(ir_block *b);                           /* drops the nodes that nothing needs */
void ir_renumber(ir_block *b);                        /* positions, by the running order */
void ir_list_results(ir_ctx *c, ir_loop *l); /* its body's results anew, after its ports have changed */

#endif
