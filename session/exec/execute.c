/* Running a binding: every worker walks the same list of instructions, does its shards of each, and waits where the plan says. */
#include <stdio.h>
#include <string.h>

#include "core/denormals.h"
#include "core/gemm.h"
#include "graph/kernel.h"
#include "session/exec/execute.h"
#include "session/exec/step_stats.h"
#include "session/plan/place.h"

typedef struct {
    const tf1c_lifetime *life;
    const tf1c_binding *b;
    tf1c_context *x;
    int traced;               /* the session's number in the trace; 0: there is none */
    tf1c_step_timing *timing; /* NULL: nobody asked for it */
} execution;

static void fail(tf1c_context *x, const ir_node *n, tf_status status, const char *message)
{
    int none = 0;
    if (!atomic_compare_exchange_strong(&x->failed, &none, 1))
        return; /* the first report counts */
    x->status = status;
    x->culprit = n;
    snprintf(x->message, sizeof x->message, "%s", message);
}

/* Kernels may add to the address of an empty array, which NULL is not for. */
static void fill_views(tf_view *v, const ir_operand *o, int n, char *const *slots)
{
    static _Alignas(64) char nothing[64];
    for (int i = 0; i < n; i++) {
        char *data = tf1c_at_offset(slots[o[i].slot], o[i].at);
        v[i] = o[i].view;
        v[i].data = data ? data : nothing;
    }
}

/* One shard of one instruction. */
static void run_shard(const execution *e, const ir_instruction *i, char *const *slots, int64_t begin, int64_t end, int shard)
{
    const ir_node *n = i->node;
    tf_view few[IR_FEW_OPERANDS], *v = few;
    if (n->n_in + n->n_out > IR_FEW_OPERANDS)
        v = (tf_view *)(slots[IR_SLOT_ARENA] + e->b->views_at + e->b->views * shard);
    fill_views(v, i->in, n->n_in, slots);
    fill_views(v + n->n_in, i->out, n->n_out, slots);
    if (!n->def) {
        tf_view_copy(&v[1], &v[0], begin, end);
    } else {
        tf1c_kernel_report report;
        report.strings = &e->x->strings;
        tf_kernel_ctx k = { .def = n->def,
                            .attrs = n->attrs,
                            .T = n->T,
                            .U = n->U,
                            .n_in = n->n_in,
                            .n_out = n->n_out,
                            .in = v,
                            .out = v + n->n_in,
                            .begin = begin,
                            .end = end,
                            .resource = n->resource,
                            .name = n->name,
                            .private_ = &report };
        if (i->scratch)
            k.scratch = slots[IR_SLOT_ARENA] + e->b->scratch_at + e->b->scratch * shard;
        if (tf1c_run_kernel(&k))
            fail(e->x, n, k.status, report.message);
    }
}

/* A worker walks the instructions with addresses of its own: in a loop they move, for each worker alike. */
typedef struct {
    const execution *e;
    char **slots;
    int worker, workers;
    bool alone;             /* in a loop or branch that the plan leaves to one worker */
    tf1c_trace_lane *trace; /* NULL: none */
} walker;

static void run_code(const walker *w, const ir_instruction *code, int n);

static bool stopped(const walker *w) { return atomic_load_explicit(&w->e->x->failed, memory_order_relaxed); }

static void wait_all(const walker *w)
{
    if (w->workers <= 1)
        return;
    int64_t begin = w->trace ? tf1c_trace_now() : 0;
    tf1c_barrier_wait(&w->e->x->barrier, w->workers);
    if (w->trace)
        tf1c_trace_add(w->trace, NULL, begin);
}

static char *address(const walker *w, const ir_operand *o) { return tf1c_at_offset(w->slots[o->slot], o->at); }

/* ---- loops ----------------------------------------------------------------------------------------------------------------- */

static int64_t bytes(const tf_view *v) { return tf_view_count(v) * (int64_t)tf_dtype_size(v->dtype); }

/* Where step t's elements and results lie; the next state is the stacked element, or one of two buffers. */
static void point_at_step(const walker *w, const ir_instruction *i, int64_t t, int64_t steps)
{
    const ir_loop *l = i->node->loop;
    int64_t at = l->reverse ? steps - 1 - t : t;
    for (int k = 0; k < l->n_sliced; k++) {
        const ir_operand *o = &i->in[l->sliced[k].input];
        w->slots[l->sliced[k].arg->slot] = address(w, o) + at * o->view.strides[0] * (int64_t)tf_dtype_size(o->view.dtype);
    }
    for (int k = 0; k < l->n_stacked; k++) {
        const ir_operand *o = &i->out[l->stacked[k].output];
        w->slots[l->stacked[k].slot] = address(w, o) + at * o->view.strides[0] * (int64_t)tf_dtype_size(o->view.dtype);
    }
    for (int k = 0; k < l->n_carried; k++)
        if (l->carried[k].follows < 0)
            w->slots[l->carried[k].next_slot] =
                address(w, &i->out[i->node->region]) + l->carried[k].buffers + (t & 1) * l->carried[k].bytes;
}

static void carry_on(const walker *w, const ir_loop *l)
{
    for (int k = 0; k < l->n_carried; k++)
        w->slots[l->carried[k].arg->slot] =
            w->slots[l->carried[k].follows < 0 ? l->carried[k].next_slot : l->stacked[l->carried[k].follows].slot];
}

static void begin_loop(const walker *w, const ir_instruction *i)
{
    const ir_loop *l = i->node->loop;
    for (int k = 0; k < l->n_carried; k++)
        w->slots[l->carried[k].arg->slot] = address(w, &i->in[l->carried[k].input]);
    for (int k = 0; k < l->n_summed && w->worker == 0; k++)
        memset(address(w, &i->out[l->summed[k].output]), 0, (size_t)bytes(&i->out[l->summed[k].output].view));
    if (l->n_summed)
        wait_all(w);
}

static void end_loop(const walker *w, const ir_instruction *i, int64_t steps)
{
    const ir_loop *l = i->node->loop;
    wait_all(w);
    if (w->worker)
        return;
    for (int k = 0; k < l->n_carried; k++)
        if (l->carried[k].output >= 0)
            memmove(address(w, &i->out[l->carried[k].output]), w->slots[l->carried[k].arg->slot],
                    (size_t)bytes(&l->carried[k].arg->view));
    if (l->count_output >= 0 && l->steps == NONE)
        *(int32_t *)address(w, &i->out[l->count_output]) = (int32_t)steps;
}

/* Worker 0 decides for all: they must go on, or stop, together. It decides anew only after all have come back here. */
static bool goes_on(const walker *w, const ir_loop *l)
{
    ir_operand o = ir_operand_of(l->condition.results[0]);
    wait_all(w);
    if (w->worker == 0 || l->condition_by_all)
        run_code(w, l->condition_code, l->n_condition_code);
    if (l->condition_by_all)
        wait_all(w);
    if (w->worker == 0)
        w->e->x->goes_on = !stopped(w) && *(const bool *)address(w, &o);
    wait_all(w);
    return w->e->x->goes_on;
}

/* A loop of unknown length has run out of room: the run is bound anew with more, and done again. */
static void overflow(const walker *w, const ir_node *n)
{
    if (w->worker == 0) {
        w->e->x->overflow = true;
        fail(w->e->x, n, tf_resource_exhausted, "a loop takes more steps than there is room for");
    }
}

static void note_step(const walker *w, int64_t t)
{
    if (w->trace && w->trace->depth <= TRACE_DEPTH)
        w->trace->step[w->trace->depth - 1] = t;
}

static void note_depth(const walker *w, int more)
{
    if (w->trace)
        w->trace->depth += more;
}

static void run_loop(const walker *w, const ir_instruction *i)
{
    const ir_loop *l = i->node->loop;
    bool counted = l->steps != NONE || l->trip >= 0;
    int64_t t = 0, steps = l->steps != NONE ? l->steps : l->trip >= 0 ? *(const int32_t *)address(w, &i->in[l->trip]) : 0;
    if (l->steps == NONE) {
        if (stopped(w)) /* what it goes by may not have been computed */
            steps = 0;
        wait_all(w); /* all have seen the same: nobody is in the body yet */
    }
    begin_loop(w, i);
    note_depth(w, 1);
    for (; !counted || t < steps; t++) {
        note_step(w, t);
        bool room = l->steps != NONE || !l->n_stacked || t < l->capacity;
        point_at_step(w, i, room ? t : 0, steps);
        if (!counted && !goes_on(w, l))
            break;
        if (!room) {
            overflow(w, i->node);
            break;
        }
        run_code(w, l->code, l->n_code);
        carry_on(w, l);
    }
    note_depth(w, -1);
    end_loop(w, i, t);
}

static void run_branch(const walker *w, const ir_instruction *i)
{
    const ir_branch *b = i->node->branch;
    bool skipped = stopped(w); /* the predicate may not have been computed */
    int which = !skipped && *(const uint8_t *)address(w, &i->in[0]) != 0;
    if (b->waits)
        wait_all(w); /* all have seen the same: nobody is in a body yet */
    if (skipped)
        return;
    for (int o = 0; o + 1 < i->node->n_out && w->worker == 0; o++) /* saved for the gradient of the other branch alone */
        if (!b->bodies[which].results[o] && b->bodies[!which].results[o])
            memset(address(w, &i->out[o]), 0, (size_t)bytes(&i->out[o].view));
    run_code(w, b->code[which], b->n_code[which]);
}

/* ---- instructions ------------------------------------------------------------------------------------------------------------- */

/* One worker for several shards, which others keep from the cores, takes them as one: they have the same bits. Not so BLAS's, whose
 * bits are of the rows that it is given. */
static bool goes_as_one(const walker *w, const ir_instruction *i)
{
    return !i->parallel || w->alone || (w->workers == 1 && !w->e->b->blas);
}

/* Whether this worker had any part in it. */
static bool run_instruction(const walker *w, const ir_instruction *i)
{
    int shards = w->e->b->n_shards;
    bool took_part = false;
    if (i->node->loop || i->node->branch) {
        walker one = *w;
        if (i->alone && w->worker)
            return false;
        one.alone |= i->alone;
        one.workers = i->alone ? 1 : w->workers;
        (i->node->loop ? run_loop : run_branch)(&one, i);
        return true;
    }
    if (stopped(w))
        return false; /* what depends on it must not run; the barriers still count */
    if (goes_as_one(w, i)) {
        if (w->worker == 0)
            run_shard(w->e, i, w->slots, 0, i->units, 0);
        return w->worker == 0;
    }
    for (int shard = w->worker; shard < shards; shard += w->workers) {
        int64_t begin = i->units * shard / shards, end = i->units * (shard + 1) / shards;
        if (begin < end)
            run_shard(w->e, i, w->slots, begin, end, shard);
        took_part |= begin < end;
    }
    return took_part;
}

static void run_code(const walker *w, const ir_instruction *code, int n)
{
    for (const ir_instruction *i = code; i < code + n; i++) {
        if (w->worker == 0 && tf1c_is_closed(w->e->life)) /* before the barrier: behind it all see the same */
            fail(w->e->x, NULL, tf_cancelled, "Run call was cancelled");
        if (i->barrier)
            wait_all(w);
        int64_t begin = w->trace ? tf1c_trace_now() : 0;
        if (run_instruction(w, i) && w->trace)
            tf1c_trace_add(w->trace, i->node, begin);
    }
}

static void run_traced(walker w)
{
    tf1c_trace_lane *lane = tf1c_alloc(sizeof *lane); /* large; without memory it is not traced */
    if (lane) {
        lane->worker = w.worker;
        lane->depth = lane->n = 0;
        lane->written = w.e->traced;
        lane->timing = w.e->timing;
    }
    w.trace = lane;
    run_code(&w, w.e->b->code, w.e->b->n_code);
    if (lane)
        tf1c_trace_flush(lane);
    tf1c_free(lane);
}

static void worker_run(void *arg, int worker, int workers)
{
    const execution *e = arg;
    char **slots = e->x->slots + (size_t)worker * (size_t)e->b->n_slots;
    if (worker)
        memcpy(slots, e->x->slots, (size_t)(IR_FIRST_FEED_SLOT + e->b->n_feeds) * sizeof *slots);
    walker w = { e, slots, worker, workers, false, NULL };
    const uint64_t before = tf1c_denormals_flush();
    if (e->traced || e->timing)
        run_traced(w);
    else
        run_code(&w, e->b->code, e->b->n_code);
    tf1c_denormals_restore(before);
}

tf_status tf1c_execute(const tf1c_binding *b, tf1c_context *x, const tf_ndarray *feeds, const tf1c_lifetime *life, int traced,
                       const tf_graph *graph)
{
    atomic_store(&x->failed, 0);
    x->overflow = false;
    x->status = tf_ok;
    x->slots[IR_SLOT_ABSOLUTE] = NULL;
    x->slots[IR_SLOT_ARENA] = x->arena;
    for (int i = 0; i < b->n_feeds; i++)
        x->slots[IR_FIRST_FEED_SLOT + i] = feeds[i].data;
    tf1c_step_timing timing = { .lock = PTHREAD_MUTEX_INITIALIZER };
    execution e = { life, b, x, traced && tf1c_trace_mine() ? traced : 0, tf1c_traced_run ? &timing : NULL };
    int64_t begin = e.traced ? tf1c_trace_now() : 0;
    if (b->blas)
        tf1c_gemm_begin();
    if (b->n_shards > 1)
        tf1c_team_run(tf1c_team_now(b->n_shards), worker_run, &e);
    else
        worker_run(&e, 0, 1);
    if (b->blas)
        tf1c_gemm_end();
    if (e.traced)
        tf1c_trace_run(e.traced, begin);
    if (e.timing)
        tf1c_step_timing_end(&timing, tf1c_traced_run, graph);
    return x->status;
}
