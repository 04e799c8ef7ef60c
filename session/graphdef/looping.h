/* A loop of a GraphDef on its way to a Loop: its variables, and what they turn into. */
#ifndef TF1C_SESSION_GRAPHDEF_LOOPING_H
#define TF1C_SESSION_GRAPHDEF_LOOPING_H

#include "session/graphdef/flow.h"

typedef enum {
    TF1C_STATE,   /* carried from step to step */
    TF1C_WRITTEN, /* an array or list that gets an element a step: stacked */
    TF1C_ADDED,   /* zeros, to which each step adds: summed */
    TF1C_COUNTED  /* the steps, whose number alone is read */
} tf1c_variable_kind;

typedef struct {
    tf1c_in_node *merge;
    tf1c_variable_kind kind;
    bool wanted, carried;        /* the loop has to have it; its value before a step is read */
    bool not_added;              /* found to be another sum */
    tf1c_edge start, next;       /* what enters; what the body makes of it */
    const tf1c_in_node *write;   /* of an array: what puts its elements in */
    tf1c_edge item;              /* what is put in, or added */
    int step;                    /* of a counter: 1 or -1 */
    int64_t from;                /* and where it starts, if known */
    bool starts_known;
    tf_dims shape;
    int port, out;
} tf1c_variable;

/* One loop being made, in the one around it. */
struct tf1c_in_loop {
    struct tf1c_in_loop *outer;
    int group;
    int n;
    tf1c_variable *vars;
    tf1c_body *b;
    int direction;    /* of the arrays: 0 as long as there is none */
    bool counts;      /* its condition says how many steps there are */
    tf1c_edge bound;  /* by this number, if it alone does; node -2: another */
    tf_tensor trip;   /* none: the condition alone ends the loop */
    int *made_of, n_made_of, cap_made_of; /* functional: nodes of its body, in their order */
};
typedef struct tf1c_in_loop tf1c_looping;

/* import_plan.c */
bool tf1c_take_variables(tf1c_importing *m, tf1c_looping *l);
bool tf1c_find_trip(tf1c_importing *m, tf1c_looping *l, tf1c_edge condition);
tf1c_variable *tf1c_variable_of(const tf1c_importing *m, const tf1c_looping *l, tf1c_edge e);
bool tf1c_same_number(tf_tensor a, tf_tensor b);
bool tf1c_int_of(tf_ndarray a, int64_t *value);
bool tf1c_constant_int(tf1c_importing *m, tf1c_edge e, int64_t *value);
/* Which way an index goes with the steps: 1 or -1, *from on; 0: it does not. */
int tf1c_direction_of(tf1c_importing *m, const tf1c_looping *l, tf1c_edge index, int64_t *from);

/* import_arrays.c */
bool tf1c_follows(tf1c_importing *m, tf1c_looping *l, const tf1c_in_node *n, tf1c_edge index, int64_t from, bool any);
/* The first element may be put in before the loop. */
bool tf1c_is_begun(const tf1c_importing *m, const tf1c_variable *v);
/* A list of one element, which each step puts in anew: tf.keras' layers that return what their last step gave. */
bool tf1c_is_overwritten(tf1c_importing *m, const tf1c_variable *v);

#endif
