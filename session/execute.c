/* Running a binding: every worker walks the same list of instructions, does its shards of each, and waits where the plan says. */
#include <stdio.h>
#include <string.h>

#include "core/gemm.h"
#include "session/plan.h"

enum { FEW_OPERANDS = 8 };

typedef struct {
    const tf1c_binding *b;
    tf1c_context *x;
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

static void fill_views(tf_view *v, const ir_operand *o, int n, char *const *slots)
{
    for (int i = 0; i < n; i++) {
        v[i] = o[i].view;
        v[i].data = slots[o[i].slot] + o[i].at;
    }
}

/* One shard of one instruction. */
static void run_shard(const execution *e, const ir_instruction *i, char *const *slots, int64_t begin, int64_t end, int shard)
{
    const ir_node *n = i->node;
    tf_view few[2 * FEW_OPERANDS], *v = few;
    int count = n->n_in + n->n_out;
    if (count > 2 * FEW_OPERANDS && !(v = tf1c_alloc((size_t)count * sizeof *v))) {
        fail(e->x, n, tf_memory_error, "no memory left for an operation's operands");
        return;
    }
    fill_views(v, i->in, n->n_in, slots);
    fill_views(v + n->n_in, i->out, n->n_out, slots);
    if (!n->def) {
        tf_view_copy(&v[1], &v[0], begin, end);
    } else {
        tf1c_kernel_report report;
        tf_kernel_ctx k = { .def = n->def, .attrs = n->attrs, .T = n->T, .U = n->U, .n_in = n->n_in, .n_out = n->n_out, .in = v, .out = v + n->n_in,
                            .begin = begin, .end = end, .state = n->state, .name = n->name, .private_ = &report };
        if (i->scratch)
            k.scratch = slots[IR_SLOT_ARENA] + i->scratch_at + (int64_t)i->scratch * shard;
        if (tf1c_run_kernel(&k))
            fail(e->x, n, k.status, report.message);
    }
    if (v != few)
        tf1c_free(v);
}

static void worker_run(void *arg, int worker, int workers)
{
    const execution *e = arg;
    const tf1c_binding *b = e->b;
    char *const *slots = e->x->slots;
    for (int c = 0; c < b->n_code; c++) {
        const ir_instruction *i = &b->code[c];
        if (i->barrier && workers > 1)
            tf1c_barrier_wait(&e->x->barrier, workers);
        if (atomic_load_explicit(&e->x->failed, memory_order_relaxed))
            continue; /* what depends on it must not run; the barriers still count */
        if (!i->parallel) {
            if (worker == 0)
                run_shard(e, i, slots, 0, i->units, 0);
            continue;
        }
        for (int shard = worker; shard < b->n_shards; shard += workers) {
            int64_t begin = i->units * shard / b->n_shards, end = i->units * (shard + 1) / b->n_shards;
            if (begin < end)
                run_shard(e, i, slots, begin, end, shard);
        }
    }
}

tf_status tf1c_execute(tf_session *s, const tf1c_binding *b, tf1c_context *x, const tf_ndarray *feeds)
{
    (void)s;
    atomic_store(&x->failed, 0);
    x->status = tf_ok;
    x->slots[IR_SLOT_ABSOLUTE] = NULL;
    x->slots[IR_SLOT_ARENA] = x->arena;
    for (int i = 0; i < b->n_feeds; i++)
        x->slots[IR_FIRST_FEED_SLOT + i] = feeds[i].data;
    execution e = { b, x };
    if (b->n_shards > 1) {
        tf1c_gemm_begin();
        tf1c_team_run(b->n_shards, worker_run, &e);
        tf1c_gemm_end();
    } else {
        worker_run(&e, 0, 1);
    }
    return x->status;
}
