/* Reports as the library makes them; not for users. */
#ifndef TF1C_CORE_REPORT_H
#define TF1C_CORE_REPORT_H

#include <stdbool.h>

#include "core/status.h"

/* Between the two the calling thread's handler is not called: a handler may run a session, or jump out, and must find no lock
 * taken. The first report made is handed over by the outermost release; the innermost `here` is the line of one that has none, and
 * the run's line of one that has another. */
void tf1c_hold_reports(void);
void tf1c_release_reports(tf_source here);
/* The same from here to the end of the function, which has given back by then what memory it took: a handler that jumps must not
 * leave it behind. It stands first, so that it ends last. */
bool tf1c_held(void);
void tf1c_release_held(bool *held);
#define TF1C_HOLD_REPORTS bool tf1c_held_ __attribute__((cleanup(tf1c_release_held), unused)) = tf1c_held()

extern _Thread_local tf_source tf1c_blamed; /* the line of the outermost open TF_FROM: of every report without one */
tf_from tf1c_by_user(void); /* while the library calls a function of the user's, each line in it answers for itself */

/* A call whose failure is looked at rather than told: between the two no handler is called, and tf_last_error says what it was. */
typedef struct {
    int holds;
    bool held;
} tf1c_aside;
tf1c_aside tf1c_reports_aside(void);
void tf1c_reports_again(tf1c_aside before);

/* Whether a handler has jumped out of its call since this was last asked: then the frame, of the function where it landed or one
 * further out, below which all has been left; NULL if none has. */
const void *tf1c_handler_jumped(void);

bool tf1c_reports_are_silent(void); /* the handler in force is tf_silent: nobody is told */

#endif
