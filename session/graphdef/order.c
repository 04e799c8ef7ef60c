/* What a run here orders by itself and TensorFlow leaves to chance: what reads a variable sees its value from before the run, unless it
 * waits for an assignment. The optimizers of TF1 gate gradients for that; here the assignment waits for those that read. TF1:
 * optimizer.py GATE_OP, gradients_util.py _GradientsHelper */
#include "session/graphdef/order.h"

#include <string.h>

static tf_status no_memory(tf_source here) { return tf_fail(tf_memory_error, here, NULL, "no memory left for the graph's nodes"); }

/* Who reads each operation's outputs, an array of all in one: those of operation i are at first[i] … first[i + 1]. */
typedef struct {
    int *first;
    const tf_operation **all;
} readers;

static bool find_readers(const tf_graph *g, readers *r)
{
    size_t n = 0;
    r->first = tf1c_alloc_zero(((size_t)g->n_ops + 2) * sizeof *r->first);
    for (int i = 0; i < g->n_ops; i++)
        n += (size_t)g->ops[i]->n_inputs;
    r->all = tf1c_alloc((n + 1) * sizeof *r->all);
    if (!r->first || !r->all)
        return false;
    for (int i = 0; i < g->n_ops; i++)
        for (int j = 0; j < g->ops[i]->n_inputs; j++)
            if (g->ops[i]->inputs[j].op->graph == g)
                r->first[g->ops[i]->inputs[j].op->index + 2]++;
    for (int i = 0; i < g->n_ops; i++)
        r->first[i + 2] += r->first[i + 1];
    for (int i = 0; i < g->n_ops; i++)
        for (int j = 0; j < g->ops[i]->n_inputs; j++)
            if (g->ops[i]->inputs[j].op->graph == g)
                r->all[r->first[g->ops[i]->inputs[j].op->index + 1]++] = g->ops[i];
    return true;
}

/* Marks all that `op` waits for. */
static void mark_before(const tf_operation *op, char *marks)
{
    const tf_graph *g = op->graph;
    memset(marks, 0, (size_t)g->n_ops);
    marks[op->index] = 1;
    for (int i = op->index; i >= 0; i--) {
        for (int j = 0; marks[i] && j < g->ops[i]->n_inputs; j++)
            if (g->ops[i]->inputs[j].op->graph == g)
                marks[g->ops[i]->inputs[j].op->index] = 1;
        for (int j = 0; marks[i] && j < g->ops[i]->n_controls; j++)
            if (g->ops[i]->controls[j]->graph == g)
                marks[g->ops[i]->controls[j]->index] = 1;
    }
}

static bool add(tf1c_order *o, const tf_operation *writer, const tf_operation *reader)
{
    const tf1c_wait wait = { writer->index, reader };
    return tf1c_append_ptr(&o->waits, &o->n, &o->capacity, &wait, sizeof wait);
}

/* The writer waits for those that read `what` in the same step: marked, and made before it. */
static bool wait_for_readers(tf1c_order *o, const readers *r, const tf_operation *writer, const tf_operation *what,
                             const char *marks)
{
    for (int i = r->first[what->index]; i < r->first[what->index + 1]; i++) {
        const tf_operation *reader = r->all[i];
        const bool reads = !(reader->def->traits & TF_WRITES_REF) && reader != what->read;
        if (reads && marks[reader->index] && reader->index < writer->index && !add(o, writer, reader))
            return false;
    }
    return true;
}

static bool order_writer(tf1c_order *o, const readers *r, const tf_operation *writer, const char *marks)
{
    for (int i = 0; i < writer->n_inputs; i++) {
        const tf_operation *v = writer->inputs[i].op;
        if (!v->read || v->graph != writer->graph)
            continue;
        if (!wait_for_readers(o, r, writer, v, marks) || !wait_for_readers(o, r, writer, v->read, marks))
            return false;
    }
    return true;
}

/* Operations that wait for several assignments are steps: with each come those that read. */
static bool order_steps(tf1c_order *o, const readers *r, const tf_graph *g, char *marks, char *done)
{
    for (int i = 0; i < g->n_ops; i++) {
        bool marked = false;
        for (int j = 0; j < g->ops[i]->n_controls; j++) {
            const tf_operation *writer = g->ops[i]->controls[j];
            if (writer->graph != g || !(writer->def->traits & TF_WRITES_REF) || done[writer->index])
                continue;
            if (!marked)
                mark_before(g->ops[i], marks);
            marked = true;
            done[writer->index] = 1;
            o->first[writer->index] = o->n;
            if (!order_writer(o, r, writer, marks))
                return false;
        }
    }
    return true;
}

void tf1c_order_free(tf1c_order *o)
{
    tf1c_free(o->first);
    tf1c_free(o->waits);
}

tf_status tf1c_find_order(const tf_graph *g, tf1c_order *o, tf_source here)
{
    readers r = { NULL, NULL };
    char *marks = tf1c_alloc((size_t)g->n_ops + 1), *done = tf1c_alloc_zero((size_t)g->n_ops + 1);
    *o = (tf1c_order){ .first = tf1c_alloc_zero(((size_t)g->n_ops + 1) * sizeof *o->first) };
    const bool good = o->first && marks && done && find_readers(g, &r) && order_steps(o, &r, g, marks, done);
    tf1c_free(r.first);
    tf1c_free(r.all);
    tf1c_free(marks);
    tf1c_free(done);
    return good ? tf_ok : no_memory(here);
}
