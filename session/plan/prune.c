/* What has to run: the operations that the roots need, found backwards from them. */
#include "session/plan/prune.h"

#include "graph/loop.h"

bool tf1c_prune_begin(tf1c_pruning *w)
{
    size_t n = (size_t)w->graph->n_ops + 1;
    w->seen = tf1c_alloc_zero(n);
    w->outputs = tf1c_alloc_zero(n * sizeof *w->outputs);
    w->stack = tf1c_alloc(n * sizeof *w->stack);
    w->failed = !w->seen || !w->outputs || !w->stack;
    return !w->failed;
}

static bool is_done(const tf1c_pruning *w, const tf_operation *op) { return w->fed && w->fed->done && w->fed->done[op->index]; }

/* What was pulled before the run: all it gives is fed. */
static bool is_pulled(const tf1c_pruning *w, const tf_operation *op)
{
    int which;
    if (!op->def->pull || !w->fed || !op->n_outputs)
        return false;
    for (int o = 0; o < op->n_outputs; o++)
        if (!tf1c_is_fed(w->fed, (tf_tensor){ .op = (tf_operation *)op, .index = o }, &which))
            return false;
    return true;
}

static void reach(tf1c_pruning *w, const tf_operation *op)
{
    if (tf1c_is_mistake(op)) {
        if (!w->mistake)
            w->mistake = op;
        return;
    }
    if (w->failed || op->graph != w->graph || w->seen[op->index] || is_done(w, op) || is_pulled(w, op))
        return;
    w->seen[op->index] = 1;
    w->stack[w->n++] = op;
}

static bool has_bodies(const tf_operation *op) { return !tf1c_is_mistake(op) && op->def->traits & (TF_LOOP | TF_BRANCH); }

static void want_output(tf1c_pruning *w, const tf_operation *op, int o)
{
    char **outputs = w->failed ? NULL : &w->outputs[op->index];
    if (outputs && !*outputs && !(*outputs = tf1c_arena_alloc(w->memory, (size_t)op->n_outputs + 1)))
        w->failed = true;
    else if (outputs)
        (*outputs)[o] = 1;
}

/* Not what a gradient alone reads. */
static bool is_result(const tf_operation *op, int o)
{
    if (op->def->traits & TF_LOOP) {
        const tf1c_out_port *out = &((const tf1c_loop_attrs *)op->attrs)->body->out[o];
        return out->kind != TF1C_COUNT && !out->saved;
    }
    const tf1c_branch_attrs *a = op->attrs;
    return a->bodies[0]->out[o].result.op && a->bodies[1]->out[o].result.op;
}

void tf1c_want_op(tf1c_pruning *w, const tf_operation *op)
{
    reach(w, op);
    if (!has_bodies(op) || op->graph != w->graph || is_done(w, op))
        return;
    for (int o = 0; o < op->n_outputs; o++)
        if (is_result(op, o))
            want_output(w, op, o);
}

void tf1c_want(tf1c_pruning *w, tf_tensor t)
{
    int which;
    if (w->fed && tf1c_is_fed(w->fed, t, &which))
        return;
    reach(w, t.op);
    if (has_bodies(t.op))
        want_output(w, t.op, t.index);
}

/* A placeholder that is fed, and its like: what waits for it waits for nothing. */
static bool is_fed_source(const tf1c_pruning *w, const tf_operation *op)
{
    int which;
    return w->fed && op->graph == w->graph && !tf1c_is_mistake(op) && !op->n_inputs && op->n_outputs == 1 &&
           !(op->def->traits & TF_SIDE_EFFECT) && tf1c_is_fed(w->fed, (tf_tensor){ .op = (tf_operation *)op }, &which);
}

bool tf1c_prune_end(tf1c_pruning *w, tf_operation ***ops, char ***wanted, int *n_ops)
{
    while (!w->failed && w->n) {
        const tf_operation *op = w->stack[--w->n];
        w->n_found++;
        for (int i = 0; i < op->n_inputs; i++)
            tf1c_want(w, op->inputs[i]);
        for (int i = 0; i < op->n_controls; i++)
            if (!is_fed_source(w, op->controls[i]))
                tf1c_want_op(w, op->controls[i]);
        if (w->reach)
            w->reach(w, op, w->arg);
    }
    if (!w->failed) {
        *ops = tf1c_arena_alloc(w->memory, ((size_t)w->n_found + 1) * sizeof **ops);
        *wanted = tf1c_arena_alloc(w->memory, ((size_t)w->n_found + 1) * sizeof **wanted);
        w->failed = !*ops || !*wanted;
    }
    *n_ops = 0;
    for (int i = 0; !w->failed && i < w->graph->n_ops; i++)
        if (w->seen[i]) {
            (*wanted)[*n_ops] = w->outputs[i];
            (*ops)[(*n_ops)++] = w->graph->ops[i];
        }
    tf1c_free(w->seen);
    tf1c_free(w->outputs);
    tf1c_free(w->stack);
    return !w->failed;
}
