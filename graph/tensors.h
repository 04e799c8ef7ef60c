/* Distinct tensors in an array of the caller's: few are looked through, many are hashed. */
#ifndef TF1C_GRAPH_TENSORS_H
#define TF1C_GRAPH_TENSORS_H

#include "graph/graph.h"

typedef struct {
    tf_tensor *items; /* the caller's, with room for what is added */
    int n;
    int *slots; /* numbers of items plus 1, 0 in free ones; NULL: few, or no memory was left */
    size_t capacity;
} tf1c_tensors;

int tf1c_tensors_find(const tf1c_tensors *s, tf_tensor t); /* its number; -1 if it is not there */
int tf1c_tensors_add(tf1c_tensors *s, tf_tensor t);        /* its number, which is the last where it is new */
void tf1c_tensors_free(tf1c_tensors *s);                   /* items stay */

#endif
