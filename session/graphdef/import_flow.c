/* Nodes of any kind in their order. */
#include "session/graphdef/importing.h"

bool tf1c_is_control_flow(tf1c_in_node *n) { return n->kind != TF1C_PLAIN; }
bool tf1c_find_regions(tf1c_importing *m) { return !m->status; }
bool tf1c_in_root(const tf1c_importing *m, int node) { return (void)m, (void)node, true; }
bool tf1c_make(tf1c_importing *m, int node) { return tf1c_make_plain(m, &m->nodes[node]); }
