/* What one tf_run knows of itself; for session/ alone. */
#ifndef TF1C_SESSION_RUN_H
#define TF1C_SESSION_RUN_H

#include "graph/tensors.h"
#include "session/exec/execute.h"
#include "session/session_private.h"

typedef struct outgrown outgrown;

/* What a pull lent to a run. */
typedef struct {
    void (*release)(void *of);
    void *of;
} tf1c_lease;

enum { FEW_FETCHES = 32, FEW_LEASES = 4 };

typedef struct {
    tf_session *s;
    tf_fetches what;
    tf_feeds given;
    tf_source here;
    tf1c_context *x;
    tf1c_tensors fetches, feeds; /* distinct */
    int *fetch_of;              /* per asked fetch: which of the fetches; -1: an operation */
    tf_operation **targets;
    int n_targets;
    tf_tensor few_tensors[2 * FEW_FETCHES];
    tf_operation *few_targets[FEW_FETCHES];
    int few_fetch_of[FEW_FETCHES];
    void *many; /* memory for runs with more than FEW_FETCHES of anything */
    outgrown *outgrown; /* arrays replaced by ones of another shape */
    tf1c_plan *plan;
    tf1c_binding *binding; /* NULL: it runs in parts */
    tf_ndarray *values; /* of the plan's fetches, if it ran in parts */
    tf1c_lease few_leases[FEW_LEASES], *leases; /* what was pulled, until it has been read */
    int n_leases;
    const tf1c_exchanges *exchanges; /* of the plan that was asked for; r->plan is the one between */
    tf_ndarray *pushed; /* inputs of what is pushed once it is over; copies */
} tf1c_run;

/* request.c */
tf_status tf1c_take_fetches(tf1c_run *r); /* what is fetched, distinct */
void tf1c_request_free(tf1c_run *r);      /* after it */
tf_status tf1c_stage_feeds(tf1c_run *r);  /* r->x->feeds, from what is given */
tf_status tf1c_feed_array(const tf1c_run *r, tf_tensor t, const tf_operand *value, tf_ndarray *array, double *number); /* borrows both */
tf_status tf1c_mistake_again(const tf1c_run *r, const tf_operation *op);

/* feed.c: as the thread keeps them, if FEED made them not long ago */
tf_feeds tf1c_kept_feeds(tf_feeds feeds);

/* bound.c */
tf_status tf1c_bind(tf1c_run *r, const tf_ndarray *feeds); /* s->lock held; r->binding stays NULL if the plan runs in parts */
tf_status tf1c_run_bound(tf1c_run *r);                     /* r->binding, in r->x, which has the feeds; s->order held */

/* parts.c */
tf_status tf1c_run_in_parts(tf1c_run *r); /* what is fetched is copied out */

/* exchange.c; none of these with s->lock or s->order held */
tf_status tf1c_pull(tf1c_run *r); /* what the plan pulls; then r->plan is the one between */
tf_status tf1c_push(tf1c_run *r);
void tf1c_end_exchange(tf1c_run *r); /* what was pulled goes back */

tf_status tf1c_copy_pushed(tf1c_run *r); /* s->order held: r->pushed, if there is any */

/* fetch.c */
tf_status tf1c_copy_out(tf1c_run *r);    /* what was computed, to where it was asked */
tf_status tf1c_copy_fetched(tf1c_run *r, int fetch, tf_ndarray *to); /* of r->plan; `to` owns it */
void tf1c_release_outgrown(tf1c_run *r); /* after all is copied */
void tf1c_blank(const tf_fetches *what); /* NaN or 0, of a run that is refused */

/* state_value.c: runs whose fetches or feeds hold states, which stand for their tensors. */
bool tf1c_has_states(tf_fetches what, tf_feeds feeds);
typedef tf_status tf1c_expanded_fn(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here, void *arg);
tf_status tf1c_with_states(tf_session *s, tf_fetches what, tf_feeds feeds, tf_source here, tf1c_expanded_fn *fn, void *arg);

#endif
