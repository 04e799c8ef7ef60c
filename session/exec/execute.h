/* Running a binding. */
#ifndef TF1C_SESSION_EXEC_EXECUTE_H
#define TF1C_SESSION_EXEC_EXECUTE_H

#include "session/exec/context.h"
#include "session/lifetime.h"

/* An absolute address is an offset from NULL, which C does not add to a pointer. */
static inline char *tf1c_at_offset(char *base, int64_t offset) { return (char *)((uintptr_t)base + (uintptr_t)offset); }

/* Stops when the session is closed meanwhile. traced: its number in the trace, or 0. graph: for the
 * labels of a traced run. No report is made. */
tf_status tf1c_execute(const tf1c_binding *b, tf1c_context *x, const tf_ndarray *feeds, const tf1c_lifetime *life, int traced,
                       const tf_graph *graph);

#endif
