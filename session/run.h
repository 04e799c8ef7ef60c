/* What one tf_run knows of itself; for session/ alone. */
#ifndef TF1C_SESSION_RUN_H
#define TF1C_SESSION_RUN_H

#include "session/plan/plan.h"

typedef struct outgrown outgrown;

enum { FEW = 32 };

typedef struct running running;
struct running {
    running *outer; /* whose kernel this thread is in */
    tf_session *s;
    tf_fetches what;
    tf_feeds given;
    tf_source here;
    tf1c_context *x;
    tf_tensor *fetches, *feeds; /* distinct */
    int *fetch_of;              /* per asked fetch: which of them; -1: an operation */
    tf_operation **targets;
    int n_fetches, n_targets, n_feeds;
    tf_tensor few_tensors[2 * FEW];
    tf_operation *few_targets[FEW];
    int few_fetch_of[FEW];
    void *many; /* memory for runs with more than FEW of anything */
    outgrown *outgrown; /* arrays replaced by ones of another shape */
    tf1c_plan *plan;
    tf1c_binding *binding; /* NULL: it runs in parts */
    tf_ndarray *values; /* of the plan's fetches, if it ran in parts */
};

/* request.c */
tf_status tf1c_take_fetches(running *r); /* what is fetched, distinct; r->many is the caller's to free */
tf_status tf1c_stage_feeds(running *r);  /* r->x->feeds, from what is given */
tf_status tf1c_feed_array(const running *r, tf_tensor t, const tf_operand *value, tf_ndarray *array, double *number); /* borrows both */
tf_status tf1c_mistake_again(const running *r, const tf_operation *op);

/* lifetime.c */
tf_session *tf1c_session_handle(void);             /* open, all else zero; NULL without memory */
void tf1c_session_close(tf_session *s);
tf_status tf1c_enter(tf_session *s, tf_source here); /* until it leaves, what the session owns stays; NULL or closed: reported */
void tf1c_leave(tf_session *s);
bool tf1c_is_closed(const tf_session *s);          /* meanwhile */
tf_status tf1c_cancelled(tf_source here);          /* CancelledError, of a run that finds it so */

/* feed.c: as the thread keeps them, if FEED made them not long ago */
tf_feeds tf1c_kept_feeds(tf_feeds feeds);

/* run.c */
int tf1c_runs_here(const tf_session *s); /* how many runs of it the calling thread is in */
bool tf1c_grow_buffer(void *memory, size_t *have, size_t want);     /* what it held is lost; false without memory */
tf1c_context *tf1c_borrow_context(tf_session *s); /* s->lock held; NULL without memory */
tf_status tf1c_fit_context(running *r);           /* r->x, to r->binding */
tf_status tf1c_bind_with_more_room(running *r);   /* the same run, after r->x->overflow */
tf_status tf1c_run_bound(running *r);             /* s->order held */
/* parts.c */
tf_status tf1c_run_in_parts(running *r); /* what is fetched is copied out */

/* fetch.c */
tf_status tf1c_copy_out(running *r);    /* what was computed, to where it was asked */
void tf1c_release_outgrown(running *r); /* after all is copied */
void tf1c_blank(const tf_fetches *what); /* NaN or 0, of a run that is refused */

#endif
