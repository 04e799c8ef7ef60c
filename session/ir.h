/* The plan's own graph: nodes with concrete shapes, made anew for each set of fed shapes, rewritten by the passes, laid out in
 * memory and turned into instructions. Everything here lives in one arena, that of the binding.
 *
 * The stages, each a file: build (build.c) -> passes (pass_*.c) -> layout (layout.c) -> schedule (schedule.c) -> place (place.c)
 * -> shard (shard.c) -> execute (execute.c). */
#ifndef TF1C_SESSION_IR_H
#define TF1C_SESSION_IR_H

#include "graph/node.h"

typedef struct ir_value ir_value;
typedef struct ir_node ir_node;
typedef struct ir_block ir_block;
typedef struct ir_loop ir_loop;

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
    int first, last;     /* of a root: the schedule positions between which it lives */
    ir_value *alias;     /* of a root that place.c put on top of another one */
    ir_value *contiguous; /* a copy that layout.c made, for the next who wants one */
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
    ir_loop *loop;   /* of a Loop node: its body, see loop.h */
    bool needed;     /* marked by ir_prune */
    bool effect;     /* wanted for what it does */
    bool silent;     /* nothing to execute: its outputs are views, or its parts are in place */
    int position;    /* in the schedule, from 0; -1 before */
    uint64_t *writers; /* schedule.c: which assignments it comes after */
};

struct ir_block {
    ir_node **nodes; /* before scheduling in an order where inputs come first, after it in running order */
    int n, capacity;
    ir_value **results; /* what is fetched, or a body's results */
    int n_results;
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

typedef struct {
    int slot;
    int64_t at;
    tf_view view;
} ir_operand;

typedef struct {
    const ir_node *node;
    ir_operand *in, *out;
    int64_t units;
    bool parallel;   /* dealt out in shards; else worker 0 does it alone */
    bool barrier;    /* wait for all workers before it */
    size_t scratch;  /* bytes per shard */
    int64_t scratch_at;
} ir_instruction;

enum { IR_SLOT_ABSOLUTE = 0, IR_SLOT_ARENA = 1, IR_FIRST_FEED_SLOT = 2, IR_MAX_SHARDS = 64 };

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
    ir_operand *fetched; /* one a fetched tensor */
    tf1c_resource **read, **written; /* variables that must be initialized before; that are after */
    int n_read, n_written;
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
    bool failed;             /* a report was made */
    int order;
} ir_ctx;

/* build.c */
bool ir_build(ir_ctx *c);
void *ir_alloc(ir_ctx *c, size_t size); /* zeroed; NULL after a report, with c->failed set */
ir_node *ir_node_new(ir_ctx *c, const tf_op_def *def, int n_in, int n_out);
void ir_add_node(ir_ctx *c, ir_block *b, ir_node *n);
ir_node *ir_copy_of(ir_ctx *c, ir_value *v); /* a node, not yet in a block, whose output is v's value, contiguous */
void ir_prune(ir_block *b); /* drops the nodes that nothing needs */
static inline bool ir_is_copy(const ir_node *n) { return !n->def; }

bool ir_layout(ir_ctx *c, ir_block *b);   /* layout.c: views, parts, copies where a kernel wants contiguous memory */
bool ir_schedule(ir_ctx *c, ir_block *b); /* schedule.c: the running order, reads of variables before their updates */
bool ir_place_memory(ir_ctx *c, ir_block *b); /* place.c: lifetimes and offsets */
bool ir_emit(ir_ctx *c);                  /* shard.c: instructions, shards, barriers */

/* A slot's address and the root's place as an operand. */
ir_operand ir_operand_of(const ir_value *v);

#endif
