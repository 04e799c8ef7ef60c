/* Running a binding. */
#ifndef TF1C_SESSION_EXEC_EXECUTE_H
#define TF1C_SESSION_EXEC_EXECUTE_H

#include "session/exec/context.h"
#include "session/lifetime.h"

/* Stops when the session is closed meanwhile. traced: its number in the trace, or 0. No report is made. */
tf_status tf1c_execute(const tf1c_binding *b, tf1c_context *x, const tf_ndarray *feeds, const tf1c_lifetime *life, int traced);

#endif
