/* Frames and branches of a GraphDef being read. */
#ifndef TF1C_SESSION_GRAPHDEF_FLOW_H
#define TF1C_SESSION_GRAPHDEF_FLOW_H

#include "session/graphdef/importing.h"

/* A loop or a branch: made when the first of its results is. */
typedef struct {
    bool is_loop;
    int parent;                        /* the region around it */
    int region[2];                     /* a loop's, in both; a branch's false and true */
    const ProtobufCBinaryData *frame; /* a loop's name */
    int key;                           /* a branch's predicate */
    tf1c_edge pred;
    int call;                          /* 1 + the functional While or If that it was */
    int *needs, n_needs, cap_needs;    /* such a loop: what it reads from outside */
    bool planned;
    struct tf1c_in_loop *plan;
    int condition;                    /* 1 + a loop's LoopCond */
    int *members, n_members, cap_members; /* Enter and Merge, or Switch and Merge */
    tf_operation *op;                 /* once made */
    tf_tensor trip;                   /* the steps that a loop's counting says */
} tf1c_group;

typedef struct {
    int group, which;
} tf1c_region;

typedef struct tf1c_regions {
    tf1c_group *groups;
    int n_groups, cap_groups;
    tf1c_region *regions; /* the first is what lies in no group */
    int n_regions, cap_regions;
} tf1c_regions;

int tf1c_new_group(tf1c_importing *m, tf1c_group g, const char *name); /* -1 after a report */
bool tf1c_add_member(tf1c_importing *m, int group, int node);
/* What an edge comes from, past Identity, Enter, Switch and what passes on. */
tf1c_edge tf1c_origin(const tf1c_importing *m, tf1c_edge e);
static inline tf1c_in_node *tf1c_source_of(const tf1c_importing *m, tf1c_edge e) { return e.node >= 0 ? &m->nodes[e.node] : NULL; }
bool tf1c_is_op(const tf1c_in_node *n, const char *op);
bool tf1c_lies_in(const tf1c_importing *m, int node, int region); /* or in a region within it */

bool tf1c_plan_group(tf1c_importing *m, int group);           /* import_loop.c: what a functional loop or branch needs */
bool tf1c_follows_counter(tf1c_importing *m, tf1c_in_node *n); /* of a list's element: its index counts the steps */
bool tf1c_make_exit(tf1c_importing *m, tf1c_in_node *n);      /* import_loop.c */
bool tf1c_make_array_op(tf1c_importing *m, tf1c_in_node *n);  /* import_loop.c */
bool tf1c_make_merge(tf1c_importing *m, tf1c_in_node *n);     /* import_branch.c */

#endif
