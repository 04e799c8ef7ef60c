/* What a plan pulls before its runs and pushes after them, and the plan of the run between. */
#include <string.h>

#include "graph/exchange.h"
#include "session/plan/plan.h"

static void count(const tf1c_plan *p, tf1c_exchanges *e)
{
    for (int i = 0; i < p->n_ops; i++) {
        e->n_pulls += p->ops[i]->def->pull != NULL;
        e->n_outputs += p->ops[i]->def->pull ? p->ops[i]->n_outputs : 0;
        e->n_pushes += p->ops[i]->def->push != NULL;
        e->n_inputs += p->ops[i]->def->push ? p->ops[i]->n_inputs : 0;
    }
}

static bool make_room(tf1c_plan *p, tf1c_exchanges *e)
{
    e->pulls = tf1c_arena_alloc(&p->memory, ((size_t)e->n_pulls + 1) * sizeof *e->pulls);
    e->pushes = tf1c_arena_alloc(&p->memory, ((size_t)e->n_pushes + 1) * sizeof *e->pushes);
    e->feed_of = tf1c_arena_alloc(&p->memory, ((size_t)e->n_outputs + 1) * sizeof *e->feed_of);
    e->fetch_of = tf1c_arena_alloc(&p->memory, ((size_t)e->n_inputs + 1) * sizeof *e->fetch_of);
    return e->pulls && e->pushes && e->feed_of && e->fetch_of;
}

/* Where t is among the n tensors, put after them if it is not. */
static int place_of(tf_tensor *tensors, int *n, tf_tensor t)
{
    for (int i = 0; i < *n; i++)
        if (tf_same_tensor(tensors[i], t))
            return i;
    tensors[*n] = t;
    return (*n)++;
}

static void add_pull(const tf1c_plan *p, tf1c_exchanges *e, const tf_operation *op, tf_tensor *feeds, int *n_feeds, int *n_outputs)
{
    int which;
    e->pulls[e->n_pulls++] = op;
    for (int o = 0; o < op->n_outputs; o++) {
        const tf_tensor t = { .op = (tf_operation *)op, .index = o };
        e->feed_of[(*n_outputs)++] = tf1c_is_fed(p, t, &which) ? -1 : place_of(feeds, n_feeds, t);
    }
}

static void add_push(tf1c_exchanges *e, const tf_operation *op, tf_tensor *fetches, int *n_fetches, int *n_inputs)
{
    tf_ndarray constant;
    e->pushes[e->n_pushes++] = op;
    for (int i = 0; i < op->n_inputs; i++)
        e->fetch_of[(*n_inputs)++] = tf1c_is_constant(op->inputs[i], &constant) ? -1 : place_of(fetches, n_fetches, op->inputs[i]);
}

static bool fill(tf1c_plan *p, tf1c_exchanges *e)
{
    int n_feeds = p->n_feeds, n_fetches = p->n_fetches, n_outputs = 0, n_inputs = 0;
    tf_tensor *feeds = tf1c_arena_alloc(&p->memory, (size_t)(n_feeds + e->n_outputs + 1) * sizeof *feeds);
    tf_tensor *fetches = tf1c_arena_alloc(&p->memory, (size_t)(n_fetches + e->n_inputs + 1) * sizeof *fetches);
    if (!feeds || !fetches || !make_room(p, e))
        return false;
    if (n_feeds)
        memcpy(feeds, p->feeds, (size_t)n_feeds * sizeof *feeds);
    if (n_fetches)
        memcpy(fetches, p->fetches, (size_t)n_fetches * sizeof *fetches);
    e->n_pulls = e->n_pushes = 0;
    for (int i = 0; i < p->n_ops; i++) {
        if (p->ops[i]->def->pull)
            add_pull(p, e, p->ops[i], feeds, &n_feeds, &n_outputs);
        if (p->ops[i]->def->push)
            add_push(e, p->ops[i], fetches, &n_fetches, &n_inputs);
    }
    e->between = tf1c_plan_new(p->graph, NULL, n_fetches, fetches, p->n_targets, p->targets, n_feeds, feeds);
    return e->between;
}

bool tf1c_plan_exchanges(tf1c_plan *p)
{
    tf1c_exchanges e = { 0 };
    count(p, &e);
    if (!e.n_pulls && !e.n_pushes)
        return true;
    p->exchanges = tf1c_arena_copy(&p->memory, &e, sizeof e);
    return p->exchanges && fill(p, p->exchanges);
}
