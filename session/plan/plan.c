/* Finding or making what a run needs: the plan for what is fetched and fed, its binding for the fed shapes. */
#include <string.h>

#include "session/plan/pipeline.h"
#include "session/plan/prune.h"
#include "session/plan/split.h"

enum {
    FEW_BINDINGS = 3,
    MOST_BINDINGS = 16,
    MOST_PLANS = 256,
    FIRST_CAPACITY = 1024 /* memory that is not touched costs nothing */
};

bool tf1c_is_fed(const tf1c_plan *p, tf_tensor t, int *which)
{
    *which = tf1c_tensors_find(&p->fed, t);
    return *which >= 0;
}

static bool prune(tf1c_plan *p, const tf_graph *g)
{
    tf1c_pruning w = { .graph = g, .fed = p, .memory = &p->memory };
    if (tf1c_prune_begin(&w)) {
        for (int i = 0; i < p->n_fetches; i++)
            tf1c_want(&w, p->fetches[i]);
        for (int i = 0; i < p->n_targets; i++)
            tf1c_want_op(&w, p->targets[i]);
    }
    bool good = tf1c_prune_end(&w, &p->ops, &p->wanted, &p->n_ops);
    p->mistake = w.mistake;
    return good;
}

/* ---- plans ----------------------------------------------------------------------------------------------------------------- */

static bool same(const tf1c_plan *p, int version, int n_fetches, const tf_tensor *fetches, int n_targets,
                 tf_operation *const *targets, int n_feeds, const tf_tensor *feeds)
{
    if (p->version != version || p->n_fetches != n_fetches || p->n_targets != n_targets || p->n_feeds != n_feeds)
        return false;
    for (int i = 0; i < n_targets; i++)
        if (p->targets[i] != targets[i])
            return false;
    for (int i = 0; i < n_fetches; i++)
        if (!tf_same_tensor(p->fetches[i], fetches[i]))
            return false;
    for (int i = 0; i < n_feeds; i++)
        if (!tf_same_tensor(p->feeds[i], feeds[i]))
            return false;
    return true;
}

void tf1c_binding_free(tf1c_binding *b)
{
    tf1c_arena memory = b->memory; /* which the binding itself lies in */
    tf1c_arena_free(&memory);
}

void tf1c_plan_free(tf1c_plan *p)
{
    for (tf1c_binding *b = p->bindings, *next; b; b = next) {
        next = b->next;
        tf1c_binding_free(b);
    }
    if (p->split)
        tf1c_split_free(p->split);
    if (p->exchanges && p->exchanges->between)
        tf1c_plan_free(p->exchanges->between);
    tf1c_tensors_free(&p->fed);
    tf1c_arena_free(&p->memory);
    tf1c_free(p);
}

static void *copied(tf1c_plan *p, const void *data, size_t size)
{
    void *copy = tf1c_arena_alloc(&p->memory, size + 1);
    if (copy && size)
        memcpy(copy, data, size);
    return copy;
}

tf1c_plan *tf1c_plan_new(const tf_graph *g, const char *done, int n_fetches, const tf_tensor *fetches, int n_targets,
                         tf_operation *const *targets, int n_feeds, const tf_tensor *feeds)
{
    tf1c_plan *p = tf1c_alloc_zero(sizeof *p);
    if (!p)
        return NULL;
    p->graph = g;
    p->done = done;
    p->version = g->universe->version;
    p->loop_capacity = FIRST_CAPACITY;
    p->n_fetches = n_fetches;
    p->n_targets = n_targets;
    p->n_feeds = n_feeds;
    p->fetches = copied(p, fetches, (size_t)n_fetches * sizeof *fetches);
    p->targets = copied(p, targets, (size_t)n_targets * sizeof *targets);
    p->feeds = copied(p, feeds, (size_t)n_feeds * sizeof *feeds);
    p->demanded = tf1c_arena_alloc(&p->memory, (size_t)n_feeds + 1);
    p->fed.items = p->feeds;
    for (int i = 0; p->feeds && i < n_feeds; i++)
        tf1c_tensors_add(&p->fed, p->feeds[i]);
    if (p->fetches && p->targets && p->feeds && p->demanded && prune(p, g))
        return p;
    tf1c_plan_free(p);
    return NULL;
}

tf1c_plan *tf1c_part_new(const tf1c_plan *of, const tf_graph *g, const char *done, int n_fetches, const tf_tensor *fetches,
                         int n_targets, tf_operation *const *targets, int n_feeds, const tf_tensor *feeds)
{
    tf1c_plan *p = tf1c_plan_new(g, done, n_fetches, fetches, n_targets, targets, n_feeds, feeds);
    if (!p)
        return NULL;
    p->is_part = true;
    p->variables = tf1c_arena_alloc(&p->memory, ((size_t)n_feeds + 1) * sizeof *p->variables);
    if (!p->variables) {
        tf1c_plan_free(p);
        return NULL;
    }
    for (int i = 0; g == of->graph && of->variables && i < of->n_feeds; i++)
        p->variables[i] = of->variables[i];
    return p;
}

/* Plans for an older graph are never asked for again. */
static void drop_stale(tf1c_planner *s, int version)
{
    int n = 0;
    for (tf1c_plan **p = &s->plans; *p;) {
        tf1c_plan *old = *p;
        if (old->version == version && ++n < MOST_PLANS) {
            p = &old->next;
            continue;
        }
        *p = old->next;
        tf1c_plan_free(old);
    }
}

tf1c_plan *tf1c_plan_for(tf1c_planner *s, int n_fetches, const tf_tensor *fetches, int n_targets, tf_operation *const *targets,
                         int n_feeds, const tf_tensor *feeds, tf_source here)
{
    int version = s->graph->universe->version;
    for (tf1c_plan **at = &s->plans; *at; at = &(*at)->next) {
        tf1c_plan *p = *at;
        if (!same(p, version, n_fetches, fetches, n_targets, targets, n_feeds, feeds))
            continue;
        *at = p->next; /* to the front: the next run is likely the same */
        p->next = s->plans;
        s->plans = p;
        return p;
    }
    if (s->under_way == 0)
        drop_stale(s, version);
    tf1c_plan *p = tf1c_plan_new(s->graph, NULL, n_fetches, fetches, n_targets, targets, n_feeds, feeds);
    if (p && !tf1c_plan_exchanges(p)) {
        tf1c_plan_free(p);
        p = NULL;
    }
    if (!p) {
        tf_fail(tf_memory_error, here, NULL, "no memory left for a plan");
        return NULL;
    }
    p->next = s->plans;
    s->plans = p;
    return p;
}

void tf1c_planner_free(tf1c_planner *s)
{
    for (tf1c_plan *p = s->plans, *next; p; p = next) {
        next = p->next;
        tf1c_plan_free(p);
    }
    tf1c_map_free(&s->stepwise);
    tf1c_free(s->passes_off);
    *s = (tf1c_planner){ 0 };
}

/* ---- bindings ----------------------------------------------------------------------------------------------------------------- */

static bool fits(const tf1c_plan *p, const tf1c_binding *b, const tf_ndarray *feeds)
{
    if (b->loop_capacity != p->loop_capacity)
        return false;
    for (int i = 0; i < p->n_feeds; i++) {
        if (!tf_dims_equal(b->feed_dims[i], feeds[i].shape))
            return false;
        if (b->feed_values[i] && memcmp(b->feed_values[i], feeds[i].data, np_nbytes(feeds[i])) != 0)
            return false;
    }
    return true;
}

static bool begin_binding(tf1c_compilation *c)
{
    tf1c_binding *b = c->binding;
    b->loop_capacity = c->plan->loop_capacity;
    b->n_feeds = c->plan->n_feeds;
    b->feed_dims = ir_alloc(&c->ir, (size_t)b->n_feeds * sizeof *b->feed_dims);
    b->feed_values = ir_alloc(&c->ir, (size_t)b->n_feeds * sizeof *b->feed_values);
    for (int i = 0; b->feed_dims && i < b->n_feeds; i++)
        b->feed_dims[i] = c->feeds[i].shape;
    return b->feed_dims && b->feed_values;
}

tf1c_outcome tf1c_binding_new(tf1c_planner *s, tf1c_plan *p, const tf_ndarray *feeds, tf1c_viewer *viewer, tf1c_binding **made)
{
    tf1c_arena memory = { 0 };
    tf1c_compilation c = {
        .ir.memory = &memory, .ir.checkpoint_steps = s->checkpoint_steps, .planner = s, .plan = p, .feeds = feeds, .viewer = viewer
    };
    const tf_operation *at = NULL;
    *made = NULL;
    c.binding = ir_alloc(&c.ir, sizeof *c.binding);
    tf1c_outcome outcome = c.binding && begin_binding(&c) ? tf1c_compile(&c, &at) : TF1C_FAILED;
    if (outcome)
        tf1c_arena_free(&memory);
    if (outcome == TF1C_CUT)
        return tf1c_split_plan(s, p, at) ? TF1C_CUT : TF1C_FAILED;
    if (!outcome) {
        *made = c.binding;
        c.binding->memory = memory;
    }
    return outcome;
}

/* The least recently used binding makes room, unless a run may still hold it. */
static void evict_one(tf1c_plan *p)
{
    tf1c_binding **oldest = &p->bindings;
    for (tf1c_binding **b = &p->bindings; *b; b = &(*b)->next)
        if ((*b)->used < (*oldest)->used)
            oldest = b;
    tf1c_binding *gone = *oldest;
    *oldest = gone->next;
    p->n_bindings--;
    tf1c_binding_free(gone);
}

static size_t bytes_of_bindings(const tf1c_plan *p)
{
    size_t bytes = 0;
    for (const tf1c_binding *b = p->bindings; b; b = b->next)
        bytes += tf1c_arena_bytes(&b->memory);
    return bytes;
}

/* A few bindings are kept at all events, more as long as they are small beside the memory that runs work in. */
static void make_room(const tf1c_planner *s, tf1c_plan *p)
{
    while ((!s->under_way || p->is_part) && p->n_bindings >= FEW_BINDINGS &&
           (p->n_bindings >= MOST_BINDINGS || bytes_of_bindings(p) > s->largest_arena / 16))
        evict_one(p);
}

void tf1c_more_loop_room(tf1c_plan *p, const tf1c_binding *b)
{
    if (p->loop_capacity == b->loop_capacity) /* else another run has seen to it */
        p->loop_capacity *= 2;
}

tf1c_outcome tf1c_binding_for(tf1c_planner *s, tf1c_plan *p, const tf_ndarray *feeds, tf1c_binding **b)
{
    *b = NULL;
    if (p->split)
        return TF1C_CUT;
    for (*b = p->bindings; *b; *b = (*b)->next)
        if (fits(p, *b, feeds)) {
            (*b)->used = ++s->clock;
            return TF1C_DONE;
        }
    make_room(s, p);
    tf1c_outcome outcome = tf1c_binding_new(s, p, feeds, NULL, b);
    if (outcome)
        return outcome;
    (*b)->used = ++s->clock;
    (*b)->next = p->bindings;
    p->bindings = *b;
    p->n_bindings++;
    s->largest_arena = (*b)->arena_size > s->largest_arena ? (*b)->arena_size : s->largest_arena;
    return TF1C_DONE;
}
