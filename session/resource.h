/* What a session keeps for an operation from run to run: the values of variables, and what ops keep. */
#ifndef TF1C_SESSION_RESOURCE_H
#define TF1C_SESSION_RESOURCE_H

#include "core/map.h"
#include "graph/node.h"

typedef struct tf1c_resource {
    struct tf1c_resource *next;
    const tf_operation *op;
    void *data;
    size_t size;
    void (*release)(void *data); /* the op record's; NULL for variables */
    bool initialized;
} tf1c_resource;

/* All of a session's; zero-initialized is empty. Callers hold the session's lock. */
typedef struct {
    tf1c_resource *first;
    tf1c_map by_name; /* the operation's */
} tf1c_resources;

/* Both zeroed at first; NULL after a report. *resource, unless NULL: where it is noted whether it has a value. */
void *tf1c_resource_memory(tf1c_resources *all, const tf_operation *op, size_t size, tf1c_resource **resource);
void *tf1c_variable_memory(tf1c_resources *all, const tf_operation *op, tf1c_resource **resource);
void tf1c_resources_free(tf1c_resources *all); /* empty again */

#endif
