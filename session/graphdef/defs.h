/* GraphDefs as messages, and as the bytes that callers hold. */
#ifndef TF1C_SESSION_GRAPHDEF_DEFS_H
#define TF1C_SESSION_GRAPHDEF_DEFS_H

#include "core/bytes.h"
#include "core/proto/graph.pb-c.h"
#include "session/graphdef/graph_def.h"

tf_graph_def *tf1c_def_of(tf1c_buffer *bytes, tf_source here); /* which it owns from now on; NULL after a report */
Tf1c__GraphDef *tf1c_unpack_def(const void *data, size_t size, tf_source here); /* NULL after a report */
void tf1c_free_def(Tf1c__GraphDef *g);
/* The nodes added to graph g, a root; the list of what args asks for. `forward`: without the gradients of while frames. */
tf_status tf1c_import_def(tf_graph *g, Tf1c__GraphDef *def, const struct tf_import_args *args, bool forward, tf_list *list);

#endif
