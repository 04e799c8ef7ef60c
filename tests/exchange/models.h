/* The models of golden/make_meta.py, with the names that they have there: each side goes on where the other stopped. */
#ifndef TF1C_TESTS_EXCHANGE_MODELS_H
#define TF1C_TESTS_EXCHANGE_MODELS_H

#include "tf1c.h"

typedef struct {
    tf_tensor x, y, loss; /* nodes "x", "y", "loss" */
    tf_operation *step;
} exchanged_model;

enum { EXCHANGED_MODELS = 9 };
const char *exchanged_name(int i);
exchanged_model exchanged_build(int i); /* in the current graph */
/* What is fed, the caller's to np_free. */
tf_ndarray exchanged_x(int i), exchanged_y(int i);

#endif
