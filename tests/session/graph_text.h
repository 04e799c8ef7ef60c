/* GraphDefs as text, imported into the default graph. */
#ifndef TF1C_TESTS_SESSION_GRAPH_TEXT_H
#define TF1C_TESTS_SESSION_GRAPH_TEXT_H

#include "graph/graph.h"

void import_text(const char *text);

/* Each is imported alone, and reported with that class and text. */
typedef struct {
    const char *text;
    tf_status code;
    const char *message;
} graph_mistake;
void must_be_mistakes(int n, const graph_mistake *mistakes);

#endif
