/* What a session keeps for an operation from run to run. */
#ifndef TF1C_SESSION_RESOURCE_H
#define TF1C_SESSION_RESOURCE_H

#include "graph/node.h"
#include "session/session.h"

/* A variable's value in a session, and the state of an op that has some. */
typedef struct tf1c_resource {
    struct tf1c_resource *next;
    const tf_operation *op;
    void *data;
    size_t size;
    void (*release)(void *data); /* the op record's; NULL for variables */
    bool initialized;
} tf1c_resource;

/* Zeroed at first; NULL after a report. s->lock held; *resource, unless NULL: where it is noted whether it has a value. */
void *tf1c_session_memory(tf_session *s, const tf_operation *op, size_t size, tf1c_resource **resource);

#endif
