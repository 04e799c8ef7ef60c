/* Events of all workers become one entry an operation and execution. TF1: core/common_runtime/step_stats_collector.cc */
#include "session/exec/step_stats.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "session/passes/pass.h"

_Thread_local tf_run_metadata *tf1c_traced_run;

void tf1c_step_timing_add(tf1c_step_timing *t, const tf1c_trace_lane *l)
{
    pthread_mutex_lock(&t->lock);
    const int want = t->n + l->n;
    if (want > t->capacity) {
        tf1c_trace_event *more = tf1c_realloc(t->events, (size_t)want * 2 * sizeof *more);
        t->failed |= !more;
        if (more) {
            t->events = more;
            t->capacity = want * 2;
        }
    }
    for (int i = 0; i < l->n && t->n < t->capacity; i++)
        if (l->events[i].node)
            t->events[t->n++] = l->events[i];
    pthread_mutex_unlock(&t->lock);
}

/* ---- one event an execution -------------------------------------------------------------------------------------------------------- */

static int step_order(const tf1c_trace_event *a, const tf1c_trace_event *b)
{
    for (int i = 0; i < a->depth && i < TRACE_DEPTH; i++)
        if (a->step[i] != b->step[i])
            return a->step[i] < b->step[i] ? -1 : 1;
    return 0;
}

static int by_execution(const void *p, const void *q)
{
    const tf1c_trace_event *a = p, *b = q;
    if (a->node != b->node)
        return (uintptr_t)a->node < (uintptr_t)b->node ? -1 : 1;
    const int steps = step_order(a, b);
    return steps ? steps : (a->begin > b->begin) - (a->begin < b->begin);
}

static int by_time(const void *p, const void *q)
{
    const tf1c_trace_event *a = p, *b = q;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    return (a->end < b->end) - (a->end > b->end);
}

/* What different workers did of one execution becomes one. A worker's next execution of the same node, in a loop deeper than steps are
 * noted, is another one. */
static int merge(tf1c_trace_event *e, int n)
{
    int kept = 0;
    for (int i = 0; i < n; i++) {
        tf1c_trace_event *last = kept ? &e[kept - 1] : NULL;
        if (last && last->node == e[i].node && !step_order(last, &e[i]) && last->worker != e[i].worker)
            last->end = last->end > e[i].end ? last->end : e[i].end;
        else
            e[kept++] = e[i];
    }
    return kept;
}

/* ---- entries ----------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_run_metadata *to;
    const tf_graph *graph;
} dealing;

static tf_node_exec_stats *new_entry(tf_run_metadata *m)
{
    if (m->n == m->capacity) {
        const int want = m->capacity ? m->capacity * 2 : 64;
        tf_node_exec_stats *more = tf1c_realloc(m->nodes, (size_t)want * sizeof *more);
        if (!more)
            return NULL;
        m->nodes = more;
        m->capacity = want;
    }
    m->nodes[m->n] = (tf_node_exec_stats){ 0 };
    return &m->nodes[m->n];
}

static void put_input(tf1c_buffer *b, bool first, const char *name, int index)
{
    tf1c_buffer_printf(b, "%s%s", first ? "" : ", ", name);
    if (index)
        tf1c_buffer_printf(b, ":%d", index);
}

/* "y = MatMul(x, w)": inputs as the graph's operation of that name has them, else as the plan knows them. */
static const char *label(const dealing *d, const ir_node *n, const char *name, const char *type)
{
    const tf_operation *op = tf1c_map_get(&d->graph->universe->by_name, name);
    tf1c_buffer b = { 0 };
    bool first = true;
    tf1c_buffer_printf(&b, "%s = %s(", name, op ? op->def->name : type);
    for (int i = 0; op && i < op->n_inputs; i++, first = false)
        put_input(&b, first, op->inputs[i].op->name, op->inputs[i].index);
    for (int i = 0; op && i < op->n_controls; i++, first = false)
        tf1c_buffer_printf(&b, "%s^%s", first ? "" : ", ", op->controls[i]->name);
    for (int i = 0; !op && i < n->n_in; i++)
        if (n->in[i]->node && n->in[i]->node->name) {
            put_input(&b, first, n->in[i]->node->name, n->in[i]->index);
            first = false;
        }
    tf1c_buffer_printf(&b, ")");
    const char *text = b.failed ? NULL : tf1c_arena_strdup(&d->to->memory, b.data);
    tf1c_buffer_free(&b);
    return text;
}

static tf_node_output described(const ir_node *n, int i, int slot)
{
    const ir_value *v = &n->out[i];
    return (tf_node_output){ slot, v->view.dtype, ir_dims(&v->view), v->place == IR_OWN ? ir_bytes(v) : 0 };
}

/* The outputs of a node, or the one that keeps a fused step's result. */
static bool set_outputs(tf_node_exec_stats *e, tf_run_metadata *m, const ir_node *n, const ir_fused_step *s)
{
    const int count = s ? s->out >= 0 : n->n_out;
    tf_node_output *o = count ? tf1c_arena_alloc(&m->memory, (size_t)count * sizeof *o) : NULL;
    if (count && !o)
        return false;
    for (int i = 0; i < count; i++) {
        o[i] = described(n, s ? s->out : i, i);
        e->total_bytes += o[i].requested_bytes;
    }
    e->n_output = count;
    e->output = o;
    return true;
}

static void set_times(tf_node_exec_stats *e, int64_t epoch, int64_t begin, int64_t end)
{
    e->all_start_nanos = begin + epoch;
    e->all_start_micros = e->all_start_nanos / 1000;
    e->op_end_rel_nanos = e->all_end_rel_nanos = end - begin;
    e->op_end_rel_micros = e->all_end_rel_micros = (end + epoch) / 1000 - e->all_start_micros;
}

static void add_entry(const dealing *d, const tf1c_trace_event *from, const ir_fused_step *s, int64_t begin, int64_t end)
{
    const ir_node *n = from->node;
    const char *name = s && s->name ? s->name : n->name ? n->name : "", *type = s ? s->op : n->def ? n->def->name : "copy";
    tf_node_exec_stats *e = new_entry(d->to);
    const char *kept = e ? tf1c_arena_strdup(&d->to->memory, name) : NULL, *text = kept ? label(d, n, name, type) : NULL;
    if (!text || !set_outputs(e, d->to, n, s)) {
        d->to->failed = true;
        return;
    }
    e->node_name = kept;
    e->timeline_label = text;
    e->thread_id = from->worker;
    set_times(e, d->to->epoch, begin, end);
    d->to->n++;
}

static void deal(const dealing *d, const tf1c_trace_event *e)
{
    ir_fused_step s;
    int steps = 0;
    while (ir_fused_step_at(e->node, steps, &s))
        steps++;
    const int64_t took = e->end - e->begin;
    for (int i = 0; ir_fused_step_at(e->node, i, &s); i++)
        add_entry(d, e, &s, e->begin + took * i / steps, e->begin + took * (i + 1) / steps);
    if (!steps)
        add_entry(d, e, NULL, e->begin, e->end);
}

void tf1c_step_timing_end(tf1c_step_timing *t, tf_run_metadata *to, const tf_graph *graph)
{
    const dealing d = { to, graph };
    to->failed |= t->failed;
    if (t->n) {
        qsort(t->events, (size_t)t->n, sizeof *t->events, by_execution);
        t->n = merge(t->events, t->n);
        qsort(t->events, (size_t)t->n, sizeof *t->events, by_time);
    }
    for (int i = 0; i < t->n && !to->failed; i++)
        deal(&d, &t->events[i]);
    tf1c_free(t->events);
    pthread_mutex_destroy(&t->lock);
}
