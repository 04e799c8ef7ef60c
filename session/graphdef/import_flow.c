/* Loops and branches of dataflow made loops and branches with bodies: which nodes lie in which frame or branch, and each of these as
 * one node of the library's. TF1: core/graph/control_flow.cc, python/ops/control_flow_ops.py
 *
 * A while loop is, for each variable, Merge(Enter, NextIteration) -> Switch(·, LoopCond) -> Exit and the body; a cond is Switch(data, pred)
 * for what it reads and Merge(false, true) for what it gives. TensorArrays are what bodies take elements from and put elements into. */
#include <stdio.h>
#include <string.h>

#include "ops/array/concat.h"
#include "ops/array/gather.h"
#include "ops/array/identity.h"
#include "ops/array/pad.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/math/arithmetic.h"
#include "session/graphdef/looping.h"
#include "session/graphdef/several.h"

static bool has_op(const tf1c_in_node *n, const char *op) { return strcmp(n->def->op, op) == 0; }

bool tf1c_is_control_flow(tf1c_in_node *n)
{
    static const struct {
        const char *op;
        tf1c_node_kind kind;
        int inputs; /* at least */
    } kinds[] = {
        { "Switch", TF1C_SWITCH, 2 },
        { "RefSwitch", TF1C_SWITCH, 2 },
        { "Merge", TF1C_MERGE, 2 },
        { "RefMerge", TF1C_MERGE, 2 },
        { "Enter", TF1C_ENTER, 1 },
        { "RefEnter", TF1C_ENTER, 1 },
        { "Exit", TF1C_EXIT, 1 },
        { "RefExit", TF1C_EXIT, 1 },
        { "NextIteration", TF1C_NEXT_ITERATION, 1 },
        { "RefNextIteration", TF1C_NEXT_ITERATION, 1 },
        { "LoopCond", TF1C_LOOP_COND, 1 },
        { "TensorArrayV3", TF1C_TENSOR_ARRAY, 1 },
        { "TensorArrayScatterV3", TF1C_TA_SCATTER, 4 },
        { "TensorArrayReadV3", TF1C_TA_READ, 3 },
        { "TensorArrayWriteV3", TF1C_TA_WRITE, 4 },
        { "TensorArrayGatherV3", TF1C_TA_GATHER, 3 },
        { "TensorArraySizeV3", TF1C_TA_SIZE, 2 },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (has_op(n, kinds[i].op) && n->n_in >= kinds[i].inputs) {
            n->kind = kinds[i].kind;
            return true;
        }
    if (!tf1c_several_of(n->def->op, n->n_in))
        return false;
    n->kind = TF1C_SEVERAL;
    return true;
}

/* ---- regions: a frame's, and a branch's two; 0 is what lies in none -------------------------------------------------------------- */

static tf1c_in_node *source(const tf1c_importing *m, tf1c_edge e) { return tf1c_source_of(m, e); }

bool tf1c_is_op(const tf1c_in_node *n, const char *op)
{
    return n && n->kind == TF1C_PLAIN && n->record && strcmp(n->record->name, op) == 0;
}

tf1c_edge tf1c_origin(const tf1c_importing *m, tf1c_edge e)
{
    for (int steps = 0; steps <= m->n; steps++) {
        const tf1c_in_node *s = source(m, e);
        const bool passes = s && s->kind == TF1C_PASS && e.output < s->n_in;
        if (!s || !(passes || tf1c_is_op(s, "Identity") || s->kind == TF1C_ENTER || s->kind == TF1C_SWITCH))
            return e;
        e = s->in[passes ? e.output : 0];
    }
    return e;
}

static bool is_loop_switch(const tf1c_importing *m, const tf1c_in_node *n)
{
    const tf1c_in_node *pred = n->kind == TF1C_SWITCH ? source(m, n->in[1]) : NULL;
    return pred && pred->kind == TF1C_LOOP_COND;
}

static bool is_loop_merge(const tf1c_importing *m, const tf1c_in_node *n)
{
    for (int i = 0; n->kind == TF1C_MERGE && i < n->n_in; i++)
        if (source(m, n->in[i]) && source(m, n->in[i])->kind == TF1C_NEXT_ITERATION)
            return true;
    return false;
}

static int depth_of(const tf1c_regions *r, int region)
{
    int depth = 0;
    for (; region; region = r->groups[r->regions[region].group].parent)
        depth++;
    return depth;
}

enum { DEEPEST = 48 }; /* one body in another */

static int new_region(tf1c_importing *m, int group, int which)
{
    tf1c_regions *r = m->regions;
    const tf1c_region region = { group, which };
    if (!tf1c_append_ptr(&r->regions, &r->n_regions, &r->cap_regions, &region, sizeof region))
        tf1c_import_fail(m, tf_memory_error, NULL, "no memory left for a graph's nodes");
    return r->n_regions - 1;
}

int tf1c_new_group(tf1c_importing *m, tf1c_group g, const char *name)
{
    tf1c_regions *r = m->regions;
    if (depth_of(r, g.parent) >= DEEPEST)
        tf1c_import_fail(m, tf_unimplemented, name, "loops and branches nest deeper than %d", DEEPEST);
    else if (!tf1c_append_ptr(&r->groups, &r->n_groups, &r->cap_groups, &g, sizeof g))
        tf1c_import_fail(m, tf_memory_error, NULL, "no memory left for a graph's nodes");
    if (m->status)
        return -1;
    const int group = r->n_groups - 1;
    for (int which = 0; which < (g.is_loop ? 1 : 2) && !m->status; which++) {
        const int region = new_region(m, group, which);
        r->groups[group].region[which] = region;
    }
    return group;
}

/* Few groups are open at a time: the last ones are looked at first. */
static int frame_group(tf1c_importing *m, const tf1c_in_node *enter, int parent)
{
    const Tf1c__AttrValue *v = tf1c_attr_of(enter->def, "frame_name");
    if (!v || v->value_case != TF1C__ATTR_VALUE__VALUE_S)
        return tf1c_import_fail(m, tf_invalid_argument, enter->def->name, "Enter without a frame's name"), -1;
    for (int i = m->regions->n_groups; i-- > 0;) {
        const tf1c_group *g = &m->regions->groups[i];
        if (g->is_loop && !g->call && g->parent == parent && g->frame->len == v->s.len &&
            memcmp(g->frame->data, v->s.data, v->s.len) == 0)
            return i;
    }
    return tf1c_new_group(m, (tf1c_group){ .is_loop = true, .parent = parent, .frame = &v->s, .key = (int)(enter - m->nodes) },
                          enter->def->name);
}

/* What tells one cond from another: the node pred_id that its Switches read; the pivot, Switch(pred, pred), stands beside it. */
static int cond_key(const tf1c_importing *m, const tf1c_in_node *n)
{
    char name[512];
    const char *end = strrchr(n->def->name, '/');
    if (end && n->in[0].node == n->in[1].node) {
        snprintf(name, sizeof name, "%.*s/pred_id", (int)(end - n->def->name), n->def->name);
        const int at = (int)(intptr_t)tf1c_map_get(&m->by_name, name) - 1;
        if (at >= 0)
            return at;
    }
    return n->in[1].node;
}

static int cond_group(tf1c_importing *m, const tf1c_in_node *n)
{
    const int key = cond_key(m, n);
    for (int i = m->regions->n_groups; i-- > 0;) {
        const tf1c_group *g = &m->regions->groups[i];
        if (!g->is_loop && g->parent == n->region && g->key == key)
            return i;
    }
    return tf1c_new_group(m, (tf1c_group){ .parent = n->region, .key = key, .pred = n->in[1] }, n->def->name);
}

/* Where an edge ends up: behind a Switch in one of its branches. */
static int edge_region(tf1c_importing *m, tf1c_edge e)
{
    const tf1c_in_node *s = source(m, e);
    if (!s)
        return 0;
    if (s->kind != TF1C_SWITCH || is_loop_switch(m, s))
        return s->region;
    const int group = cond_group(m, s);
    return group < 0 || e.output > 1 ? 0 : m->regions->groups[group].region[e.output];
}

bool tf1c_add_member(tf1c_importing *m, int group, int node)
{
    tf1c_group *g = &m->regions->groups[group];
    return tf1c_append_ptr(&g->members, &g->n_members, &g->cap_members, &node, sizeof node) ||
           tf1c_import_fail(m, tf_memory_error, NULL, "no memory left for a graph's nodes");
}

static int parent_of(const tf1c_importing *m, int region)
{
    return region ? m->regions->groups[m->regions->regions[region].group].parent : 0;
}

/* Of a functional loop or branch: its region is there already; what it reads may lie deeper than the node did. */
static void place_part(tf1c_importing *m, tf1c_in_node *n, int region)
{
    tf1c_group *g = &m->regions->groups[n->group];
    const bool outside = n->kind == TF1C_ENTER;
    if (outside && depth_of(m->regions, region) > depth_of(m->regions, g->parent))
        g->parent = region;
    n->region = n->kind == TF1C_EXIT || !g->is_loop ? g->parent : g->region[0];
}

static void place(tf1c_importing *m, int node)
{
    tf1c_in_node *n = &m->nodes[node];
    int region = n->home;
    for (int i = 0; i < n->n_in + n->n_controls && !m->status; i++) {
        const tf1c_edge e = i < n->n_in ? n->in[i] : (tf1c_edge){ n->controls[i - n->n_in], 0 };
        const bool back = n->kind == TF1C_MERGE && source(m, e) && source(m, e)->kind == TF1C_NEXT_ITERATION;
        const int r = back ? 0 : i < n->n_in ? edge_region(m, e) : m->nodes[e.node].region;
        region = depth_of(m->regions, r) > depth_of(m->regions, region) ? r : region;
    }
    n->region = region;
    if (m->status)
        return;
    if (n->group >= 0) {
        place_part(m, n, region);
    } else if (n->kind == TF1C_ENTER) {
        const int group = frame_group(m, n, region);
        if (group >= 0 && tf1c_add_member(m, group, node))
            n->region = m->regions->groups[group].region[0];
    } else if (n->kind == TF1C_EXIT) {
        n->region = parent_of(m, region);
        n->group = m->regions->regions[region].group;
    } else if (n->kind == TF1C_MERGE && is_loop_merge(m, n)) {
        n->group = m->regions->regions[region].group;
        if (region)
            tf1c_add_member(m, n->group, node);
    } else if (n->kind == TF1C_MERGE) {
        n->group = m->regions->regions[region].group;
        n->region = parent_of(m, region);
        if (region)
            tf1c_add_member(m, n->group, node);
    } else if (n->kind == TF1C_SWITCH && !is_loop_switch(m, n)) {
        const int group = cond_group(m, n);
        if (group >= 0)
            tf1c_add_member(m, group, node);
    } else if (n->kind == TF1C_LOOP_COND && region) {
        m->regions->groups[m->regions->regions[region].group].condition = node + 1;
    }
}

static bool is_back_edge(const tf1c_in_node *n, const tf1c_in_node *s)
{
    return n->kind == TF1C_MERGE && s->kind == TF1C_NEXT_ITERATION;
}

/* All nodes, each after those it reads; what comes back to a Merge aside. */
static bool place_in_order(tf1c_importing *m, int *waiting, int *first, int *readers, int *queue)
{
    int n_queue = 0;
    for (int i = 0; i < m->n; i++)
        for (int j = 0; j < m->nodes[i].n_in + m->nodes[i].n_controls; j++) {
            const int s = j < m->nodes[i].n_in ? m->nodes[i].in[j].node : m->nodes[i].controls[j - m->nodes[i].n_in];
            if (s < 0 || is_back_edge(&m->nodes[i], &m->nodes[s]))
                continue;
            waiting[i]++;
            readers[first[s]++] = i;
        }
    for (int i = m->n; i > 0; i--)
        first[i] = first[i - 1];
    first[0] = 0;
    for (int i = 0; i < m->n; i++)
        if (!waiting[i])
            queue[n_queue++] = i;
    for (int at = 0; at < n_queue && !m->status; at++) {
        place(m, queue[at]);
        for (int j = first[queue[at]]; j < first[queue[at] + 1]; j++)
            if (--waiting[readers[j]] == 0)
                queue[n_queue++] = readers[j];
    }
    for (int i = 0; i < m->n && n_queue < m->n && !m->status; i++)
        if (waiting[i])
            tf1c_import_fail(m, tf_invalid_argument, m->nodes[i].def->name, "Graph is invalid, contains a cycle");
    return !m->status;
}

bool tf1c_begin_regions(tf1c_importing *m)
{
    m->regions = tf1c_import_alloc(m, sizeof *m->regions);
    if (m->regions)
        new_region(m, -1, 0);
    return !m->status;
}

bool tf1c_find_regions(tf1c_importing *m)
{
    size_t edges = 0;
    int *first = tf1c_import_alloc(m, ((size_t)m->n + 1) * sizeof *first),
        *waiting = tf1c_import_alloc(m, (size_t)m->n * sizeof *waiting),
        *queue = tf1c_import_alloc(m, (size_t)m->n * sizeof *queue);
    for (int i = 0; i < m->n; i++)
        edges += (size_t)(m->nodes[i].n_in + m->nodes[i].n_controls);
    int *readers = tf1c_import_alloc(m, edges * sizeof *readers);
    if (!first || !waiting || !queue || !readers || m->status)
        return false;
    for (int i = 0; i < m->n; i++)
        for (int j = 0; j < m->nodes[i].n_in + m->nodes[i].n_controls; j++) {
            const int s = j < m->nodes[i].n_in ? m->nodes[i].in[j].node : m->nodes[i].controls[j - m->nodes[i].n_in];
            if (s >= 0 && !is_back_edge(&m->nodes[i], &m->nodes[s]))
                first[s + 1]++;
        }
    for (int i = 0; i < m->n; i++)
        first[i + 1] += first[i];
    return place_in_order(m, waiting, first, readers, queue);
}

void tf1c_free_regions(tf1c_importing *m)
{
    for (int i = 0; m->regions && i < m->regions->n_groups; i++) {
        tf1c_free(m->regions->groups[i].members);
        tf1c_free(m->regions->groups[i].needs);
        tf1c_free(m->regions->groups[i].plan ? m->regions->groups[i].plan->made_of : NULL);
    }
    if (m->regions) {
        tf1c_free(m->regions->groups);
        tf1c_free(m->regions->regions);
    }
}

bool tf1c_lies_in(const tf1c_importing *m, int node, int region)
{
    int r = m->nodes[node].region;
    while (r && r != region)
        r = m->regions->groups[m->regions->regions[r].group].parent;
    return r == region;
}

bool tf1c_is_left_out(const tf1c_importing *m, int node)
{
    const tf1c_in_node *n = &m->nodes[node];
    const bool functional = n->group >= 0 && m->regions->groups[n->group].call;
    return functional && (n->kind == TF1C_EXIT ? !n->used[0] : n->kind == TF1C_MERGE && !n->readers);
}

bool tf1c_in_root(const tf1c_importing *m, int node) { return m->nodes[node].region == 0; }

/* ---- nodes of any kind --------------------------------------------------------------------------------------------------------------- */

/* Of a functional loop or branch. */
static int before_call(tf1c_importing *m, int group, int i)
{
    if (!tf1c_plan_group(m, group))
        return TF1C_ALL_MADE;
    const tf1c_group *g = &m->regions->groups[group];
    return i < g->n_needs ? g->needs[i] : TF1C_ALL_MADE;
}

/* What a loop's or a branch's results wait for: all that it reads from outside. Nodes that are no results wait for what they read. */
int tf1c_before(tf1c_importing *m, tf1c_in_node *n, int i)
{
    const bool result = n->kind == TF1C_EXIT || (n->kind == TF1C_MERGE && !is_loop_merge(m, n));
    if (!result) {
        const bool skipped =
            i < n->n_in && ((n->used && !n->used[i]) || (i == 1 && n->kind == TF1C_LIST_GET && tf1c_follows_counter(m, n)));
        return skipped ? -1 : i < n->n_in ? n->in[i].node : i < n->n_in + n->n_controls ? n->controls[i - n->n_in] : TF1C_ALL_MADE;
    }
    if (n->group >= 0 && m->regions->groups[n->group].call)
        return before_call(m, n->group, i);
    const tf1c_group *g = n->group < 0 ? NULL : &m->regions->groups[n->group];
    if (!g || i >= 2 * g->n_members)
        return TF1C_ALL_MADE;
    const tf1c_in_node *member = &m->nodes[g->members[i / 2]];
    if (member->kind == TF1C_MERGE)
        return -1;
    return i % 2 < member->n_in ? member->in[i % 2].node : -1;
}

static bool pass_on(tf1c_importing *m, tf1c_in_node *n, tf1c_edge e, int n_out)
{
    const tf_tensor t = tf1c_edge_tensor(m, e);
    n->out = tf_is_none(t) ? NULL : tf1c_import_alloc(m, (size_t)n_out * sizeof *n->out);
    n->n_out = n_out;
    for (int i = 0; n->out && i < n_out; i++)
        n->out[i] = t;
    return n->out;
}

/* A list is no tensor: what passes one on gives none. */
static bool pass_all(tf1c_importing *m, tf1c_in_node *n)
{
    n->out = tf1c_import_alloc(m, (size_t)n->n_in * sizeof *n->out);
    n->n_out = n->n_in;
    for (int i = 0; i < n->n_in && n->out; i++) {
        const tf1c_in_node *s = source(m, n->in[i]);
        if (n->used[i] && (!s || (s->out && n->in[i].output < s->n_out)))
            n->out[i] = tf1c_edge_tensor(m, n->in[i]);
    }
    return n->out;
}

bool tf1c_make(tf1c_importing *m, int node)
{
    tf1c_in_node *n = &m->nodes[node];
    switch (n->kind) {
    case TF1C_PLAIN: return tf1c_make_plain(m, n);
    case TF1C_SWITCH: return pass_on(m, n, n->in[0], 2);
    case TF1C_ENTER:
    case TF1C_LOOP_COND:
    case TF1C_NEXT_ITERATION: return pass_on(m, n, n->in[0], 1);
    case TF1C_PASS: return pass_all(m, n);
    case TF1C_SEVERAL: return tf1c_make_several(m, n);
    case TF1C_EXIT: return tf1c_make_exit(m, n);
    case TF1C_MERGE: return tf1c_make_merge(m, n);
    default: return tf1c_make_array_op(m, n);
    }
}
