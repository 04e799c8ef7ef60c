/* Plans: what is fetched, run and fed, compiled once, and bound for each set of fed shapes. */
#ifndef TF1C_SESSION_PLAN_PLAN_H
#define TF1C_SESSION_PLAN_PLAN_H

#include "graph/tensors.h"
#include "session/plan/binding.h"

typedef struct tf1c_split tf1c_split; /* split.h */

/* Of a plan that pulls or pushes: the plan of the run itself, which is fed what is pulled, and fetches what is pushed too. */
typedef struct {
    int n_pulls, n_pushes, n_outputs, n_inputs; /* outputs of all pulls together, inputs of all pushes */
    const tf_operation **pulls, **pushes;
    struct tf1c_plan *between;
    int *feed_of;  /* per output, pulls one after the other: which feed of `between`; -1: the user feeds it */
    int *fetch_of; /* per input, pushes one after the other: which fetch of `between`; -1: it is a constant */
} tf1c_exchanges;

typedef struct tf1c_plan {
    struct tf1c_plan *next;
    const tf_graph *graph; /* the session's, or a body run step by step */
    int version; /* of the graph */
    int n_fetches, n_targets, n_feeds;
    tf_tensor *fetches, *feeds;
    tf1c_tensors fed; /* feeds, to find them in */
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
    tf1c_exchanges *exchanges; /* what its runs pull and push; NULL: nothing */
    bool *demanded; /* per feed: shapes depend on its value */
    tf1c_binding *bindings;
    int n_bindings;
    tf1c_arena memory;
} tf1c_plan;

typedef struct tf1c_viewer tf1c_viewer; /* pipeline.h */

/* What the plans of a session share. Callers hold its lock. */
typedef struct {
    const tf_graph *graph;
    int threads;
    int64_t checkpoint_steps;  /* tf_config's */
    char *passes_off;          /* tf_config's, or the environment's TF1C_PASSES_OFF */
    tf1c_resources *resources; /* the session's */
    tf1c_plan *plans;          /* the last asked for in front */
    tf1c_map stepwise;         /* loops and branches that have been run step by step, by op name */
    uint64_t clock;            /* counts uses of bindings */
    size_t largest_arena;      /* of any binding so far */
    int under_way;             /* runs: what they use is not released */
} tf1c_planner;
void tf1c_planner_free(tf1c_planner *s); /* zero again */

/* plan.c */
tf1c_plan *tf1c_plan_for(tf1c_planner *s, int n_fetches, const tf_tensor *fetches, int n_targets, tf_operation *const *targets,
                         int n_feeds, const tf_tensor *feeds, tf_source here); /* NULL after a report */
/* *b is NULL if the outcome is another than TF1C_DONE; TF1C_CUT: p->split is there. */
tf1c_outcome tf1c_binding_for(tf1c_planner *s, tf1c_plan *p, const tf_ndarray *feeds, tf1c_binding **b);
tf1c_plan *tf1c_plan_new(const tf_graph *g, const char *done, int n_fetches, const tf_tensor *fetches, int n_targets,
                         tf_operation *const *targets, int n_feeds, const tf_tensor *feeds); /* kept nowhere; NULL without memory */
/* The same, kept nowhere. */
tf1c_outcome tf1c_binding_new(tf1c_planner *s, tf1c_plan *p, const tf_ndarray *feeds, tf1c_viewer *viewer, tf1c_binding **b);
tf1c_plan *tf1c_part_new(const tf1c_plan *of, const tf_graph *g, const char *done, int n_fetches, const tf_tensor *fetches,
                         int n_targets, tf_operation *const *targets, int n_feeds,
                         const tf_tensor *feeds); /* NULL without memory */
void tf1c_more_loop_room(tf1c_plan *p, const tf1c_binding *b); /* after a run of b overflowed */
void tf1c_plan_free(tf1c_plan *p);
/* exchanges.c: sets p->exchanges if some operation of p pulls or pushes; false without memory. */
bool tf1c_plan_exchanges(tf1c_plan *p);
bool tf1c_is_fed(const tf1c_plan *p, tf_tensor t, int *which);

#endif
