/* How sessions come and go; for session/ alone. */
#ifndef TF1C_SESSION_LIFETIME_H
#define TF1C_SESSION_LIFETIME_H

#include <stdatomic.h>

#include "session/session.h"

typedef struct {
    atomic_uint users; /* closed or not, and how many are inside: lifetime.c */
    atomic_bool released; /* what the session owned is gone */
    bool at_rest, torn;   /* at a fork */
} tf1c_lifetime;

/* A run that the calling thread is in, and the one whose kernel began it. */
typedef struct tf1c_visit {
    struct tf1c_visit *outer;
    const tf_session *session;
} tf1c_visit;
void tf1c_visit_begin(tf1c_visit *v, const tf_session *s);
void tf1c_visit_end(const tf1c_visit *v);

tf_session *tf1c_session_handle(void); /* open, all else zero; NULL without memory */
void tf1c_session_close(tf_session *s);
tf_status tf1c_enter(tf_session *s, tf_source here); /* until it leaves, what the session owns stays; NULL or closed: reported */
void tf1c_leave(tf_session *s);
bool tf1c_is_closed(const tf1c_lifetime *life); /* meanwhile */
tf_status tf1c_cancelled(tf_source here);       /* CancelledError, of a run that finds it so */

#endif
