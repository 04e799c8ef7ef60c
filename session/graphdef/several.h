/* Nodes that are several operations of the library's: how each is made. */
#ifndef TF1C_SESSION_GRAPHDEF_SEVERAL_H
#define TF1C_SESSION_GRAPHDEF_SEVERAL_H

#include "session/graphdef/importing.h"

typedef struct {
    const char *op;
    int inputs;  /* at least */
    int outputs; /* of updates one, which is what waits for them */
    bool (*make)(tf1c_importing *m, tf1c_in_node *n); /* in a scope of the node's name; false after a report */
} tf1c_several;

const tf1c_several *tf1c_several_of(const char *op, int n_in); /* NULL: it is none */
const tf1c_several *tf1c_update_of(const char *op, int n_in);  /* import_update.c */
/* The node's output i; false, with the import's status set, where that was a mistake. */
bool tf1c_several_give(tf1c_importing *m, tf1c_in_node *n, int i, tf_tensor t);

#endif
