/* Plans and how they are run; for session/ alone. */
#ifndef TF1C_SESSION_PLAN_PLAN_H
#define TF1C_SESSION_PLAN_PLAN_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/strings.h"
#include "core/team.h"
#include "session/plan/binding.h"
#include "session/session.h"

/* Compiled once for what is fetched, run and fed; then bound for each set of fed shapes. */
typedef struct tf1c_split tf1c_split;
typedef struct tf1c_plan {
    struct tf1c_plan *next;
    const tf_graph *graph; /* the session's, or a body run step by step */
    int version; /* of the graph */
    int n_fetches, n_targets, n_feeds;
    tf_tensor *fetches, *feeds;
    tf_operation **targets;
    tf_operation **ops; /* what has to run, inputs first */
    char **wanted; /* per loop or branch among them: which outputs anybody reads; else NULL */
    int n_ops;
    const tf_operation *mistake; /* what it depends on cannot be run: why */
    int64_t loop_capacity; /* steps that a loop of unknown length may stack; doubled when one needs more */
    tf1c_split *split;  /* it runs in parts; NULL: in one go */
    bool is_part;       /* of a run in parts, which has the session for itself */
    const char *done;   /* of a part, per operation: an earlier part has seen to it; NULL: none */
    const tf_operation **variables; /* per feed of a part: the variable that it is, rather than a value; NULL: none */
    bool *demanded; /* per feed: shapes depend on its value */
    tf1c_binding *bindings;
    int n_bindings;
    tf1c_arena memory;
} tf1c_plan;

/* What one run borrows: memory, addresses, shared flags. */
typedef struct tf1c_context {
    struct tf1c_context *next;
    tf1c_string_heap strings; /* made by the run's kernels; gone when the context is used anew */
    char *arena;
    size_t arena_size;
    char **slots; /* n_slots per worker, worker after worker */
    int slots_capacity;
    char *staging; /* feeds that had to be cast */
    size_t staging_size;
    char *kept; /* what a new start of this run puts back */
    size_t kept_size;
    tf_ndarray *feeds; /* as the plan's tensors want them */
    int feeds_capacity;
    tf1c_barrier barrier;
    atomic_int failed;
    bool overflow; /* a loop took more steps than it has room for: bind with more, run again */
    bool goes_on; /* a loop whose condition has been looked at */
    tf_status status;
    char message[512];
    const ir_node *culprit;
} tf1c_context;

struct tf_session {
    tf_graph *graph;
    tf_session *outer_default; /* of an interactive one */
    tf_session *next, *next_idle; /* of all handles; of those that may serve anew */
    atomic_uint state;            /* closed or not, and how many are inside: lifetime.c */
    atomic_bool released;         /* what it owned is gone */
    bool at_rest, torn;           /* at a fork */
    int threads;
    int traced;       /* its number in the file that TF1C_TRACE names; 0: none */
    char *passes_off; /* tf_config's, or the environment's TF1C_PASSES_OFF */
    pthread_mutex_t lock;   /* plans, contexts, resources */
    pthread_rwlock_t order; /* runs that assign hold it alone */
    tf1c_plan *plans;
    tf1c_context *contexts; /* free ones */
    tf1c_resource *resources;
    tf1c_map resource_of; /* by op name */
    tf1c_map cut;         /* loops and branches that have been run piece by piece, by op name */
    uint64_t clock;
    size_t largest_arena; /* of any binding so far */
    int under_way; /* runs: what they use is not released */
};

typedef struct tf1c_viewer tf1c_viewer; /* pipeline.h */

/* plan.c */
tf1c_plan *tf1c_plan_for(tf_session *s, int n_fetches, const tf_tensor *fetches, int n_targets, tf_operation *const *targets,
                         int n_feeds, const tf_tensor *feeds, tf_source here); /* s->lock held; NULL after a report */
/* s->lock held. *b is NULL if the outcome is another than TF1C_DONE; TF1C_CUT: p->split is there. */
tf1c_outcome tf1c_binding_for(tf_session *s, tf1c_plan *p, const tf_ndarray *feeds, tf1c_binding **b);
/* The same, kept nowhere. */
tf1c_outcome tf1c_binding_new(tf_session *s, tf1c_plan *p, const tf_ndarray *feeds, tf1c_viewer *viewer, tf1c_binding **b);
tf1c_plan *tf1c_part_new(const tf1c_plan *of, const tf_graph *g, const char *done, int n_fetches, const tf_tensor *fetches,
                         int n_targets, tf_operation *const *targets, int n_feeds,
                         const tf_tensor *feeds); /* NULL without memory */
void tf1c_more_loop_room(tf1c_plan *p, const tf1c_binding *b); /* s->lock held; after a run of b overflowed */
void tf1c_plan_free(tf1c_plan *p);
void *tf1c_session_memory(tf_session *s, const tf_operation *op, size_t size, tf1c_resource **resource);
bool tf1c_is_fed(const tf1c_plan *p, tf_tensor t, int *which);

/* lower_loop.c: what loops and branches check, whichever way they run; reported */
tf_status tf1c_check_pred(const tf_operation *op, tf_dims pred);
tf_status tf1c_check_length(const tf_operation *op, tf_dims sliced, int64_t *steps); /* *steps: NONE before the first one */

/* split.c: a plan in parts. What does not depend on operation `at` runs first, then `at` alone, or its inputs become feeds, then the
 * rest. The parts may be cut again. */
typedef struct {
    enum { TF1C_FROM_FEED, TF1C_FROM_BEFORE, TF1C_FROM_CONSTANT, TF1C_FROM_VARIABLE } kind;
    int index;
} tf1c_origin; /* of an input of `at` */
typedef struct {
    tf1c_plan *plan, *condition; /* fed all the body's arguments; condition NULL: none */
    int *fetch_of;               /* per output port: which fetch of the plan; -1: nobody wants it */
} tf1c_piece;
struct tf1c_split {
    const tf_operation *at;
    const char *wanted;        /* of a loop or branch: which outputs; else NULL */
    bool apart;                /* computed outside of plans; else it is in `after`, which knows its inputs' values */
    tf1c_plan *before, *after; /* after's feeds: the plan's, what `before` fetches, the outputs of `at` if it is apart */
    tf1c_origin *origins;
    tf1c_piece pieces[2];      /* a loop's body; a branch's two */
};
bool tf1c_split_plan(tf_session *s, tf1c_plan *p, const tf_operation *at); /* s->lock held; false after a report */
void tf1c_split_free(tf1c_split *split);
/* Values whose shapes differ from step to step, read by another than the loop's gradient. */
tf_status tf1c_ragged_error(tf_source here, const char *op);
bool tf1c_was_cut(const tf_session *s, const tf_operation *op); /* a loop or branch that has been run piece by piece */

/* The operations of `graph` that the roots need, inputs first, into *ops (in `memory`), with what of loops is read in *wanted.
 * `reach` is called for every operation found, and may add further roots through tf1c_want. */
typedef struct tf1c_pruning tf1c_pruning;
typedef void tf1c_reach_fn(tf1c_pruning *w, const tf_operation *op, void *arg);
struct tf1c_pruning {
    const tf_graph *graph;
    const tf1c_plan *fed; /* whose feeds end the search, as what earlier parts have done does; NULL: none */
    tf1c_reach_fn *reach;
    void *arg;
    const tf_operation *mistake;
    char *seen, **outputs;
    const tf_operation **stack;
    int n, n_found;
    tf1c_arena *memory;
    bool failed;
};
bool tf1c_prune_begin(tf1c_pruning *w);
void tf1c_want(tf1c_pruning *w, tf_tensor t);
void tf1c_want_op(tf1c_pruning *w, const tf_operation *op); /* all that a loop or branch was made to give */
bool tf1c_prune_end(tf1c_pruning *w, tf_operation ***ops, char ***wanted, int *n_ops);

/* state_value.c: runs whose fetches or feeds hold states, which stand for their tensors. */
bool tf1c_has_states(tf_fetches what, tf_feeds feeds);
typedef tf_status tf1c_expanded_fn(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here, void *arg);
tf_status tf1c_with_states(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here, tf1c_expanded_fn *fn, void *arg);

/* explain.c */
char *tf1c_explain(tf_session *s, tf1c_plan *p, const tf_ndarray *feeds); /* s->lock held; NULL after a report */

/* execute.c */
tf_status tf1c_execute(tf_session *s, const tf1c_binding *b, tf1c_context *x, const tf_ndarray *feeds); /* no report made */

#endif
