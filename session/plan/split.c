/* Plans in parts. Where an operation's shape depends on data, nothing after it can be laid out before it has run: what does not
 * depend on it is one part, what does another, and what crosses from the first to the second is fetched and fed. */
#include <string.h>

#include "graph/loop.h"
#include "session/plan/split.h"

typedef struct {
    const tf1c_plan *p;
    const tf_operation *at;
    tf1c_split *split;
    tf1c_arena *memory; /* the plan's */
    char *depends;      /* per operation of the graph: on `at`, which does so itself */
    char *awaited;      /* per operation: what depends on it waits for this one */
    char *leads;        /* per operation: `at` depends on it */
    char *roomy;        /* per operation: computed from all the rows that a loop had room for */
    bool assigns;       /* it, or what does not depend on it, may assign to variables */
    tf1c_tensors cross; /* what `before` fetches */
    tf_operation **targets;
    int most_cross, n_targets;
} splitting;

static bool fed(const splitting *s, tf_tensor t)
{
    int which;
    return tf1c_is_fed(s->p, t, &which);
}

/* ---- what loops of unknown length stack ------------------------------------------------------------------------------- */

/* Within a part it has as many rows as there is room for; what crosses has those that were stacked, and whoever asks for its shape
 * alone waits behind the cut. That the rest is room is nobody's business there: gradients of slices would fill it with zeros. */
static bool is_stack(tf_tensor t)
{
    if (!(t.op->def->traits & TF_LOOP))
        return false;
    const tf1c_body *b = ((const tf1c_loop_attrs *)t.op->attrs)->body;
    return t.index < b->n_out && b->out[t.index].kind == TF1C_STACKED && (b->has_condition || b->trip >= 0);
}

/* How many rows it has; none where nobody counts them. */
static tf_tensor rows_of(tf_tensor stack)
{
    const tf1c_body *b = ((const tf1c_loop_attrs *)stack.op->attrs)->body;
    if (b->trip >= 0)
        return stack.op->inputs[b->trip];
    for (int o = 0; o < b->n_out; o++)
        if (b->out[o].kind == TF1C_COUNT)
            return (tf_tensor){ .op = stack.op, .index = o };
    return (tf_tensor){ 0 };
}

static bool asks_for_rows(const splitting *s, const tf_operation *op)
{
    return op->def->traits & TF_SHAPE_ONLY && !s->leads[op->index] && is_stack(op->inputs[0]) && !fed(s, op->inputs[0]);
}

static bool is_roomy(const splitting *s, const tf_operation *op)
{
    for (int i = 0; i < op->n_inputs && !(op->def->traits & TF_LOOP); i++)
        if (!fed(s, op->inputs[i]) && (is_stack(op->inputs[i]) || s->roomy[op->inputs[i].op->index]))
            return true;
    return false;
}

static void mark_leads(splitting *s)
{
    s->leads[s->at->index] = 1;
    for (int i = s->p->n_ops; i-- > 0;) {
        const tf_operation *op = s->p->ops[i];
        for (int j = 0; j < op->n_inputs && s->leads[op->index]; j++)
            s->leads[op->inputs[j].op->index] |= !fed(s, op->inputs[j]);
    }
}

/* ---- what depends on it ------------------------------------------------------------------------------------------------ */

static bool depends(const splitting *s, const tf_operation *op)
{
    if (op == s->at || asks_for_rows(s, op))
        return true;
    for (int i = 0; i < op->n_inputs; i++)
        if (s->depends[op->inputs[i].op->index] && !fed(s, op->inputs[i]))
            return true;
    for (int i = 0; i < op->n_controls; i++)
        if (op->controls[i]->graph == s->p->graph && s->depends[op->controls[i]->index])
            return true;
    return false;
}

/* A body that captures a variable may assign to it. */
static bool may_assign(const tf_operation *op)
{
    bool captures = false;
    for (int i = 0; i < op->n_inputs && op->def->traits & (TF_LOOP | TF_BRANCH); i++)
        captures |= op->inputs[i].op->read != NULL;
    return captures || op->def->traits & TF_WRITES_REF;
}

/* Both parts have it: constants, variables, and reads of variables as long as nothing is assigned. */
static bool in_both(const splitting *s, const tf_operation *op)
{
    if (op->def == tf1c_basic.constant || op->def->traits & TF_VARIABLE)
        return true;
    return op->def == tf1c_basic.identity && op->inputs[0].op->def->traits & TF_VARIABLE && !fed(s, op->inputs[0]) &&
           !op->n_controls && !s->assigns;
}

static void mark(splitting *s)
{
    mark_leads(s);
    for (int i = 0; i < s->p->n_ops; i++) {
        const tf_operation *op = s->p->ops[i];
        s->depends[op->index] = depends(s, op);
        s->roomy[op->index] = is_roomy(s, op);
        s->assigns |= (op == s->at || !s->depends[op->index]) && may_assign(op);
        for (int j = 0; j < op->n_controls && s->depends[op->index]; j++)
            if (op->controls[j]->graph == s->p->graph && !in_both(s, op->controls[j]))
                s->awaited[op->controls[j]->index] = 1;
    }
}

/* ---- what crosses ------------------------------------------------------------------------------------------------------- */

static void find_crossing(splitting *s)
{
    const tf1c_plan *p = s->p;
    for (int i = 0; i < p->n_ops; i++)
        for (int j = 0; j < p->ops[i]->n_inputs; j++) {
            tf_tensor t = p->ops[i]->inputs[j];
            if (s->depends[p->ops[i]->index] && !s->depends[t.op->index] && !fed(s, t) && !in_both(s, t.op))
                tf1c_tensors_add(&s->cross, t);
        }
    for (int i = 0; i < p->n_fetches; i++)
        if (!fed(s, p->fetches[i]) && !s->depends[p->fetches[i].op->index] && !(p->fetches[i].op->def->traits & TF_VARIABLE))
            tf1c_tensors_add(&s->cross, p->fetches[i]);
}

/* Where the inputs of `at` come from; those that `before` computes are fetched whatever they are. */
static void find_origins(splitting *s)
{
    for (int i = 0; i < s->at->n_inputs; i++) {
        tf_tensor t = s->at->inputs[i];
        tf1c_origin *o = &s->split->origins[i];
        int which;
        if (tf1c_is_fed(s->p, t, &which))
            *o = (tf1c_origin){ TF1C_FROM_FEED, which };
        else if (t.op->def == tf1c_basic.constant)
            *o = (tf1c_origin){ TF1C_FROM_CONSTANT, 0 };
        else if (t.op->def->traits & TF_VARIABLE)
            *o = (tf1c_origin){ TF1C_FROM_VARIABLE, 0 };
        else
            *o = (tf1c_origin){ TF1C_FROM_BEFORE, tf1c_tensors_add(&s->cross, t) };
    }
}

/* Rows are cut where all that crosses can be: what was computed of whole stacks would not fit them any more. */
static void find_rows(splitting *s)
{
    bool whole = false;
    const int n = s->cross.n;
    for (int i = 0; i < n; i++)
        whole |= s->roomy[s->cross.items[i].op->index];
    for (int i = 0; i < s->most_cross; i++)
        s->split->rows_in[i] = -1;
    for (int i = 0; i < n && !whole; i++) {
        tf_tensor t = s->cross.items[i], rows = is_stack(t) ? rows_of(t) : (tf_tensor){ 0 };
        if (rows.op && !fed(s, rows) && !in_both(s, rows.op))
            s->split->rows_in[i] = tf1c_tensors_add(&s->cross, rows);
    }
}

/* ---- the parts ------------------------------------------------------------------------------------------------------------ */

static bool make_before(splitting *s)
{
    const tf1c_plan *p = s->p;
    for (int i = 0; i < p->n_ops; i++) {
        const tf_operation *op = p->ops[i];
        if (!s->depends[op->index] && (op->def->traits & (TF_SIDE_EFFECT | TF_WRITES_REF) || s->awaited[op->index]))
            s->targets[s->n_targets++] = p->ops[i];
    }
    for (int i = 0; i < p->n_targets; i++)
        if (!s->depends[p->targets[i]->index])
            s->targets[s->n_targets++] = p->targets[i];
    s->split->before =
        tf1c_part_new(p, p->graph, p->done, s->cross.n, s->cross.items, s->n_targets, s->targets, p->n_feeds, p->feeds);
    return s->split->before;
}

static bool make_after(splitting *s)
{
    const tf1c_plan *p = s->p;
    int n_out = s->split->apart ? s->at->n_outputs : 0, n_feeds = 0, n_targets = 0;
    char *done = tf1c_arena_alloc(s->memory, (size_t)p->graph->n_ops + 1);
    tf_tensor *feeds = tf1c_arena_alloc(s->memory, (size_t)(p->n_feeds + s->cross.n + n_out + 1) * sizeof *feeds);
    if (!done || !feeds)
        return false;
    for (int i = 0; p->done && i < p->graph->n_ops; i++)
        done[i] = p->done[i];
    for (int i = 0; i < p->n_ops; i++)
        done[p->ops[i]->index] |=
            s->split->apart && p->ops[i] == s->at ? 1 : !s->depends[p->ops[i]->index] && !in_both(s, p->ops[i]);
    for (int i = 0; i < p->n_feeds; i++)
        feeds[n_feeds++] = p->feeds[i];
    for (int i = 0; i < s->cross.n; i++)
        feeds[n_feeds++] = s->cross.items[i];
    for (int i = 0; i < n_out; i++)
        feeds[n_feeds++] = (tf_tensor){ .op = (tf_operation *)s->at, .index = i };
    for (int i = 0; i < p->n_targets; i++)
        if (s->depends[p->targets[i]->index] && !(s->split->apart && p->targets[i] == s->at))
            s->targets[n_targets++] = p->targets[i];
    s->split->after = tf1c_part_new(p, p->graph, done, p->n_fetches, p->fetches, n_targets, s->targets, n_feeds, feeds);
    return s->split->after;
}

/* ---- bodies ----------------------------------------------------------------------------------------------------------------- */

/* The variable that an input of a loop or branch is, if it is one. */
static const tf_operation *variable_of(const splitting *s, int input)
{
    const tf1c_origin *o = &s->split->origins[input];
    if (o->kind == TF1C_FROM_VARIABLE)
        return s->at->inputs[input].op;
    return o->kind == TF1C_FROM_FEED && s->p->variables ? s->p->variables[o->index] : NULL;
}

static bool plan_body(splitting *s, tf1c_body_plan *body, const tf1c_body *b, int first_input)
{
    tf_tensor *args = tf1c_arena_alloc(s->memory, (size_t)(b->n_in + 1) * sizeof *args),
              *results = tf1c_arena_alloc(s->memory, (size_t)(b->n_out + 1) * sizeof *results);
    body->fetch_of = tf1c_arena_alloc(s->memory, (size_t)(b->n_out + 1) * sizeof *body->fetch_of);
    if (!args || !results || !body->fetch_of)
        return false;
    int n = 0;
    for (int i = 0; i < b->n_in; i++)
        args[i] = b->in[i].arg;
    for (int o = 0; o < b->n_out; o++) {
        bool state = b->out[o].kind == TF1C_FINAL && b->out[o].carried >= 0,
             wanted = s->split->wanted && o < s->at->n_outputs && s->split->wanted[o];
        body->fetch_of[o] = b->out[o].result.op && (state || wanted) ? n : -1;
        if (body->fetch_of[o] >= 0)
            results[n++] = b->out[o].result;
    }
    body->plan = tf1c_part_new(s->p, b->graph, NULL, n, results, 0, NULL, b->n_in, args);
    if (b->has_condition)
        body->condition = tf1c_part_new(s->p, b->graph, NULL, 1, &b->condition, 0, NULL, b->n_in, args);
    for (int i = 0; i < b->n_in && body->plan; i++) {
        body->plan->variables[i] = variable_of(s, first_input + i);
        if (body->condition)
            body->condition->variables[i] = body->plan->variables[i];
    }
    return body->plan && (body->condition || !b->has_condition);
}

static bool plan_bodies(splitting *s)
{
    if (s->at->def->traits & TF_LOOP)
        return plan_body(s, &s->split->body_plans[0], ((const tf1c_loop_attrs *)s->at->attrs)->body, 0);
    if (!(s->at->def->traits & TF_BRANCH))
        return true;
    const tf1c_branch_attrs *a = s->at->attrs;
    return plan_body(s, &s->split->body_plans[0], a->bodies[0], 1) &&
           plan_body(s, &s->split->body_plans[1], a->bodies[1], 1 + a->bodies[0]->n_in);
}

/* ---- all of it ------------------------------------------------------------------------------------------------------------- */

static bool begin(splitting *s)
{
    const tf1c_plan *p = s->p;
    s->most_cross = p->n_fetches + s->at->n_inputs;
    for (int i = 0; i < p->n_ops; i++)
        s->most_cross += p->ops[i]->n_inputs;
    s->most_cross *= 2; /* what says how many rows they have */
    s->split = tf1c_arena_alloc(s->memory, sizeof *s->split);
    s->depends = tf1c_arena_alloc(s->memory, (size_t)p->graph->n_ops + 1);
    s->awaited = tf1c_arena_alloc(s->memory, (size_t)p->graph->n_ops + 1);
    s->leads = tf1c_arena_alloc(s->memory, (size_t)p->graph->n_ops + 1);
    s->roomy = tf1c_arena_alloc(s->memory, (size_t)p->graph->n_ops + 1);
    s->cross.items = tf1c_arena_alloc(s->memory, (size_t)(s->most_cross + 1) * sizeof *s->cross.items);
    s->targets = tf1c_arena_alloc(s->memory, (size_t)(p->n_ops + p->n_targets + 1) * sizeof *s->targets);
    if (!s->split || !s->depends || !s->awaited || !s->leads || !s->roomy || !s->cross.items || !s->targets)
        return false;
    s->split->rows_in = tf1c_arena_alloc(s->memory, (size_t)(s->most_cross + 1) * sizeof *s->split->rows_in);
    s->split->origins = tf1c_arena_alloc(s->memory, (size_t)(s->at->n_inputs + 1) * sizeof *s->split->origins);
    s->split->at = s->at;
    s->split->apart = s->at->def->data_shape || s->at->def->call || s->at->def->traits & (TF_LOOP | TF_BRANCH);
    for (int i = 0; i < p->n_ops; i++)
        if (p->ops[i] == s->at)
            s->split->wanted = p->wanted[i];
    return s->split->origins && s->split->rows_in;
}

tf_status tf1c_ragged_error(tf_source here, const char *op)
{
    return tf_fail(tf_unimplemented, here, op,
                   "Values saved in a loop have another shape at each step: only the gradient of that very loop can read them.");
}

bool tf1c_runs_stepwise(const tf1c_planner *planner, const tf_operation *op) { return tf1c_map_get(&planner->stepwise, op->name); }

bool tf1c_split_plan(tf1c_planner *planner, tf1c_plan *p, const tf_operation *at)
{
    splitting s = { .p = p, .at = at, .memory = &p->memory };
    bool good = begin(&s);
    if (good) {
        mark(&s);
        find_origins(&s);
        find_crossing(&s);
        find_rows(&s);
        good = plan_bodies(&s) && make_before(&s) && make_after(&s);
    }
    tf1c_tensors_free(&s.cross);
    if (good && at->def->traits & (TF_LOOP | TF_BRANCH))
        good = tf1c_map_set(&planner->stepwise, at->name, (void *)at);
    if (good) {
        p->split = s.split;
        return true;
    }
    if (s.split)
        tf1c_split_free(s.split);
    tf_fail(tf_memory_error, at->here, at->name, "no memory left for a plan");
    return false;
}

void tf1c_split_free(tf1c_split *split)
{
    tf1c_plan *plans[] = { split->before,
                           split->after,
                           split->body_plans[0].plan,
                           split->body_plans[0].condition,
                           split->body_plans[1].plan,
                           split->body_plans[1].condition };
    for (int i = 0; i < (int)(sizeof plans / sizeof *plans); i++)
        if (plans[i])
            tf1c_plan_free(plans[i]);
}
