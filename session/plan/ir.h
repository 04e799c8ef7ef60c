/* The plan's own graph: nodes with concrete shapes, made anew for each set of fed shapes, rewritten by the passes, laid out in
 * memory and turned into instructions. Everything here lives in one arena, that of the binding.
 *
 * The stages, each a file: build (lower.c) -> passes (passes/) -> layout (layout.c) -> schedule (schedule.c) -> place (place.c)
 * -> shard (shard.c) -> execute (execute.c). */
#ifndef TF1C_SESSION_PLAN_IR_H
#define TF1C_SESSION_PLAN_IR_H

#include "graph/node.h"

typedef struct ir_value ir_value;
typedef struct ir_node ir_node;
typedef struct ir_block ir_block;
typedef struct ir_loop ir_loop;
typedef struct ir_branch ir_branch;

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
    bool pinned;         /* read after the block: fetched, or a result */
    int uses;            /* how many nodes read it, after ir_count_uses; results and unseen readers count too */
    int first, last;     /* of a root: the schedule positions between which it lives */
    ir_value *replaced;  /* a pass gives its readers this one instead */
    int tenant;          /* of a root: its number in offsets.c */
    ir_value *alias;     /* of a root that place.c put on top of another one */
    ir_value *outside;   /* passes/hoist.c, in a body: what it is before the loop */
    unsigned char when;  /* and since when */
    ir_value *contiguous; /* a copy that layout.c made, for the next who wants one */
    int number;          /* ir_text.c: in the text written last, from 1 */
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
    void *state;
    int block;       /* the id of the block it is in */
    ir_loop *loop;   /* of a Loop node: its body */
    ir_branch *branch; /* of a Branch node, likewise */
    int region;        /* of either: which output that memory is */
    int room;          /* outputs there is memory for: passes may add some */
    bool needed;     /* marked by ir_prune */
    bool effect;     /* wanted for what it does */
    bool waits;      /* it or what it is made of comes after others by control, though its value may be known */
    bool silent;     /* nothing to execute: its outputs are views, or its parts are in place */
    int position;    /* in the schedule, from 0; -1 before */
    uint64_t *writers; /* schedule.c: which assignments it comes after */
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

/* A variable's value in a session, and the state of an op that has some. */
typedef struct tf1c_resource {
    struct tf1c_resource *next;
    const tf_operation *op;
    void *data;
    size_t size;
    bool initialized;
} tf1c_resource;

enum { IR_SLOT_ABSOLUTE = 0, IR_SLOT_ARENA = 1, IR_FIRST_FEED_SLOT = 2 };
enum { IR_MAX_SHARDS = 64, IR_MORE_OUTPUTS = 2 /* stacked ones that passes may add, per output of a loop */ };

typedef struct {
    int slot;
    int64_t at;
    tf_view view;
} ir_operand;

typedef struct ir_instruction {
    const ir_node *node;
    ir_operand *in, *out;
    int64_t units;
    bool parallel;   /* dealt out in shards; else worker 0 does it alone */
    bool barrier;    /* wait for all workers before it */
    bool scratch;    /* its kernel wants some */
} ir_instruction;

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
};

struct ir_branch {
    ir_block bodies[2]; /* results[i]: of output i; NULL where this branch has none (a value saved for the other's gradient) */
    ir_value **written;
    int n_written;
    ir_instruction *code[2];
    int n_code[2];
};

/* What a run that may have to start anew changes, and is kept before it. */
typedef struct ir_kept {
    struct ir_kept *next;
    void *data;
    size_t size;
} ir_kept;

/* What is built for one set of fed shapes. */
typedef struct tf1c_binding {
    struct tf1c_binding *next;
    tf1c_arena memory;
    uint64_t used; /* the session's clock at its last run */
    int n_feeds;
    tf_dims *feed_dims;
    void **feed_values; /* of feeds that shapes depend on: what they were; else NULL */
    ir_block block;
    ir_instruction *code;
    int n_code;
    int n_slots, n_shards;
    size_t arena_size;
    int64_t scratch, scratch_at; /* bytes a shard, of any instruction: workers need not be at the same one; where they begin */
    ir_operand *fetched; /* one a fetched tensor */
    tf1c_resource **read, **written; /* variables that must be initialized before; that are after */
    int n_read, n_written;
    int64_t loop_capacity; /* the plan's, when this was bound */
    ir_kept *kept;         /* by snapshot.c */
    size_t kept_bytes;
    bool products; /* it calls BLAS */
    bool assigns; /* some variable changes: the run takes the session for itself */
} tf1c_binding;

typedef struct tf_session tf_session;

/* What the stages need while a binding is built. */
typedef struct {
    tf_session *session;
    tf1c_binding *binding;
    tf1c_arena *memory;
    const struct tf1c_plan *plan;
    const tf_ndarray *feeds; /* of this run, for the values that shapes depend on */
    struct ir_sink *sink;    /* explain.c: is shown the graph after each stage; NULL in runs */
    bool failed;             /* a report was made, or the plan is to be cut */
    const tf_operation *cut; /* found to have a shape that only a run can tell: in the plan's graph; no report was made */
    int order, block_ids;
} ir_ctx;

/* lower.c, lower_loop.c */
typedef struct ir_scope {
    const tf_graph *graph;
    ir_node **nodes;   /* by operation index */
    ir_value **args;   /* a body's arguments, by operation index */
    ir_value **fed;    /* of the root: by feed */
    ir_block *block;
} ir_scope;
bool ir_build(ir_ctx *c);
bool ir_build_node(ir_ctx *c, ir_scope *s, const tf_operation *op, const char *wanted); /* wanted: per output of a loop */
ir_value *ir_value_in(ir_ctx *c, const ir_scope *s, tf_tensor t);
bool ir_build_loop(ir_ctx *c, ir_scope *s, ir_node *n, const tf_operation *op, const char *wanted);
bool ir_build_branch(ir_ctx *c, ir_scope *s, ir_node *n, const tf_operation *op, const char *wanted);
bool ir_demand(ir_ctx *c, ir_value *v); /* computes v now, if shapes may depend on it */
bool ir_size_fits(ir_ctx *c, const ir_node *n, tf_dims d, tf_dtype dtype); /* false after a report: more than can be */
bool ir_cut(ir_ctx *c, const tf_operation *op); /* the run is to be cut in parts at it: false */
void ir_prune(ir_block *b); /* drops the nodes that nothing needs */

/* nodes.c: making nodes, and what is asked of their records */
void ir_no_memory(ir_ctx *c); /* reports it, once */
void *ir_alloc(ir_ctx *c, size_t size); /* zeroed; NULL after a report, with c->failed set */
ir_node *ir_node_new(ir_ctx *c, const tf_op_def *def, int n_in, int n_out);
void ir_add_node(ir_ctx *c, ir_block *b, ir_node *n);
int ir_add_input(ir_ctx *c, ir_node *n, ir_value *v); /* one more, at this index */
ir_node *ir_copy_of(ir_ctx *c, ir_value *v); /* a node, not yet in a block, whose output is v's value, contiguous */
static inline bool ir_is_copy(const ir_node *n) { return !n->def; }
tf_dims ir_dims(const tf_view *v);
bool ir_same_dims(const tf_view *a, const tf_view *b);
bool ir_is_pure(const ir_node *n); /* its outputs depend on its inputs alone, and nothing on whether it runs */
enum { IR_MOST_OPERANDS = 64 };    /* inputs, or outputs, of a node that ir_view_rule is asked about */
/* What a rule of n's record is given: in and out have room for n's, filled here; data is there where a value is known. */
tf_kernel_ctx ir_rule_ctx(const ir_node *n, tf_view *in, tf_view *out);
bool ir_view_rule(const ir_node *n, int o, tf_view *out, int64_t *offset); /* output o of a view node; false: it has to copy */
ir_node *ir_rows_node(ir_ctx *c, int n, ir_value *const *parts); /* parts one below the other, along axis 0 */
ir_node *ir_view_node(ir_ctx *c, ir_value *of, tf_dims dims);    /* of's elements in another shape, as reshape */
ir_node *ir_block_node(ir_ctx *c, ir_value *of, int64_t row, int64_t rows, int64_t column, int64_t columns); /* a part of a matrix */
ir_node *ir_piece_node(ir_ctx *c, ir_value *of, int64_t begin, int64_t n); /* a part of a vector */

/* pass.c: what passes share */
void ir_count_uses(ir_block *b); /* of the values of this block and those around it that it reads */
void ir_apply_replacements(ir_block *b); /* of values whose `replaced` a pass has set */
bool ir_is_captured(const ir_loop *l, const ir_value *v); /* the same in every step of the loop */
void ir_list_results(ir_ctx *c, ir_loop *l); /* its body's results anew, after its ports have changed */
/* What a pass took out of node n and added to b from `first` on, n itself not: it sees the variables as n does, which comes after
 * these assignments. */
bool ir_after_assignments_of(ir_ctx *c, ir_block *b, int first, const ir_node *n);

/* The passes: each rewrites one block (bodies included) and leaves it computing the same. */
bool ir_pass_simplify(ir_ctx *c, ir_block *b); /* identities go, what is alike is computed once */
bool ir_pass_hoist(ir_ctx *c, ir_block *b); /* what does not depend on a loop's state is done before it, for all steps at once */
bool ir_pass_sums(ir_ctx *c, ir_block *b);   /* Σ f(xᵢ) = f(all xᵢ), within a block and out of loops */
bool ir_pass_affine(ir_ctx *c, ir_block *b); /* a product plus a vector starts from the vector */
bool ir_pass_ports(ir_ctx *c, ir_block *b);  /* what nobody reads is not passed into loops or saved by them */
bool ir_pass_blocks(ir_ctx *c, ir_block *b); /* a product of which only a part is read computes that part */
bool ir_run_passes(ir_ctx *c, ir_block *b);
const char *ir_pass_name(int i); /* of those that passes_off may name, in running order; NULL after the last */

bool ir_layout(ir_ctx *c, ir_block *b);   /* layout.c: views, parts, copies where a kernel wants contiguous memory */
bool ir_may_place(const ir_block *b, const ir_value *v, const tf_view *as); /* whether v's producer can write it so, elsewhere */
bool ir_same_place(const ir_value *a, const ir_value *b); /* the same elements in the same order at the same address */
void ir_set_view(ir_value *v, ir_value *in, int64_t offset);
bool ir_layout_loop(ir_ctx *c, ir_node *n);   /* layout_loop.c */
bool ir_layout_branch(ir_ctx *c, ir_node *n);
bool ir_schedule(ir_ctx *c, ir_block *b); /* schedule.c: the running order, reads of variables before their updates */
bool ir_assigns(const ir_node *n, const ir_value *variable); /* whether it, or its body, overwrites the variable at that root */
bool ir_pack(ir_ctx *c, ir_block *b); /* passes/pack.c, in the running order: matrices that several products read are packed once */
bool ir_fuse(ir_ctx *c, ir_block *b); /* passes/fuse.c, in the running order: elementwise neighbours of one shape become one */
bool ir_pass_is_off(const char *off, const char *name);
bool ir_place_memory(ir_ctx *c, ir_block *b); /* place.c: lifetimes, and by them offsets */
ir_value *ir_root_of(ir_value *v);             /* whose memory v lies in, after all */
bool ir_give_offsets(ir_ctx *c, ir_block *b);  /* offsets.c: of roots whose lifetimes are known */
void ir_shift_memory(ir_block *b, int64_t base); /* of bodies, to where their region lies */
bool ir_emit(ir_ctx *c);                  /* shard.c: instructions, shards, barriers */
bool ir_note_kept(ir_ctx *c);             /* snapshot.c, of the instructions */

ir_operand ir_operand_of(const ir_value *v); /* where a value lies, once all is placed */

/* explain.c: after each stage, by its name */
void ir_show_stage(ir_ctx *c, const char *stage);
static inline bool ir_stage_done(ir_ctx *c, const char *stage)
{
    if (c->sink)
        ir_show_stage(c, stage);
    return !c->failed;
}

/* passes/fuse.c: what a fused node computes, step by step. */
typedef struct {
    const char *op; /* "copy" where there is none */
    int n_in;
    struct ir_fused_operand {
        bool external; /* input `index` of the node, else the result of step `index` */
        int index;
    } in[4];
    int out; /* the node's output that keeps the result; -1: none */
} ir_fused_step;
bool ir_fused_step_at(const ir_node *n, int i, ir_fused_step *s); /* false: not a fused node, or no such step */

#endif
