/* The running order: creation order as far as data, control and the rule for variables allow. A reader without a path from
 * an assignment runs before it, one with a path after; assignments of one variable run in creation order. Where that cannot be
 * had (two variables swapped), the reader gets a copy taken first. */
#include <string.h>

#include "session/plan/schedule.h"

typedef struct edge {
    struct edge *next;
    ir_node *to;
} edge;

typedef struct {
    ir_node *reader, *writer;
    const ir_value *variable;
    int input; /* of the reader; -1: the writer comes after another writer */
    bool gone;
} waiting; /* writer runs after reader */

typedef struct {
    ir_ctx *c;
    ir_block *b;
    edge **successors; /* by node->position, while positions number the nodes as they came */
    int *blocked;      /* how many have to run first */
    waiting *waits;
    int n_waits, cap_waits;
    struct writer {
        ir_node *node;
        const ir_value *variable;
    } * writers;
    int n_writers, words;
    int *heap, n_heap;
} scheduling;

static void add_edge(scheduling *s, ir_node *from, ir_node *to)
{
    edge *e = ir_alloc(s->c, sizeof *e);
    if (!e)
        return;
    *e = (edge){ s->successors[from->position], to };
    s->successors[from->position] = e;
    s->blocked[to->position]++;
}

/* ---- who comes after which assignment ------------------------------------------------------------------------------------ */

/* The variables that a node assigns: a body may assign several. */
static int writes(const ir_node *n, ir_value ***written)
{
    if (n->loop || n->branch) {
        *written = n->loop ? n->loop->written : n->branch->written;
        return n->loop ? n->loop->n_written : n->branch->n_written;
    }
    *written = n->n_in ? &n->in[0]->root : NULL;
    return n->def && n->def->traits & TF_WRITES_REF ? 1 : 0;
}

bool ir_assigns(const ir_node *n, const ir_value *variable)
{
    ir_value **written;
    for (int i = writes(n, &written); i-- > 0;)
        if (written[i] == variable)
            return true;
    return false;
}

static void merge(scheduling *s, ir_node *n, const ir_node *before)
{
    if (before->position < 0 || !before->writers || before->block != s->b->id)
        return;
    for (int w = 0; w < s->words; w++)
        n->writers[w] |= before->writers[w];
    for (int w = 0; w < s->n_writers; w++)
        if (s->writers[w].node == before)
            n->writers[w / 64] |= UINT64_C(1) << (w % 64);
}

static void find_ancestors(scheduling *s)
{
    ir_value **written;
    for (int i = 0; i < s->b->n; i++)
        s->n_writers += writes(s->b->nodes[i], &written);
    s->words = (s->n_writers + 63) / 64;
    s->writers = ir_alloc(s->c, (size_t)s->n_writers * sizeof *s->writers);
    if (!s->n_writers || !s->writers)
        return;
    for (int i = 0, w = 0; i < s->b->n; i++)
        for (int j = 0, n = writes(s->b->nodes[i], &written); j < n; j++)
            s->writers[w++] = (struct writer){ s->b->nodes[i], written[j] };
    for (int i = 0; i < s->b->n; i++) {
        ir_node *n = s->b->nodes[i];
        if (!(n->writers = ir_alloc(s->c, (size_t)s->words * sizeof *n->writers)))
            return;
        for (int j = 0; j < n->n_in; j++)
            if (n->in[j]->node)
                merge(s, n, n->in[j]->node);
        for (int j = 0; j < n->n_after; j++)
            merge(s, n, n->after[j]);
    }
}

static bool comes_after(const ir_node *n, int writer) { return n->writers[writer / 64] >> (writer % 64) & 1; }

static void wait_for(scheduling *s, ir_node *reader, int input, ir_node *writer, const ir_value *variable)
{
    if (s->n_waits == s->cap_waits) {
        int bigger = s->cap_waits ? 2 * s->cap_waits : 64;
        waiting *w = ir_alloc(s->c, (size_t)bigger * sizeof *w);
        if (!w)
            return;
        if (s->n_waits)
            memcpy(w, s->waits, (size_t)s->n_waits * sizeof *w);
        s->waits = w;
        s->cap_waits = bigger;
    }
    s->waits[s->n_waits++] = (waiting){ reader, writer, variable, input, false };
    add_edge(s, reader, writer);
}

static void order_variables(scheduling *s)
{
    for (int w = 0; w < s->n_writers; w++) {
        const ir_value *variable = s->writers[w].variable;
        ir_node *writer = s->writers[w].node;
        for (int i = 0; i < s->b->n; i++) {
            ir_node *n = s->b->nodes[i];
            if (n == writer || n->silent || comes_after(n, w))
                continue;
            for (int j = 0; j < n->n_in; j++) {
                if (n->in[j]->root != variable)
                    continue;
                bool also = ir_assigns(n, variable);
                if (!also || n->order < writer->order)
                    wait_for(s, n, also ? -1 : j, writer, variable);
                break;
            }
        }
    }
}

/* ---- the order itself: a heap of what may run, the earliest created first ---------------------------------------------------- */

static bool earlier(const scheduling *s, int a, int b)
{
    const ir_node *x = s->b->nodes[a], *y = s->b->nodes[b];
    return x->order != y->order ? x->order < y->order : a < b;
}

static void push(scheduling *s, int i)
{
    int at = s->n_heap++;
    for (; at && earlier(s, i, s->heap[(at - 1) / 2]); at = (at - 1) / 2)
        s->heap[at] = s->heap[(at - 1) / 2];
    s->heap[at] = i;
}

static int pop(scheduling *s)
{
    int top = s->heap[0], last = s->heap[--s->n_heap], at = 0;
    for (int child; (child = 2 * at + 1) < s->n_heap; at = child) {
        if (child + 1 < s->n_heap && earlier(s, s->heap[child + 1], s->heap[child]))
            child++;
        if (!earlier(s, s->heap[child], last))
            break;
        s->heap[at] = s->heap[child];
    }
    s->heap[at] = last;
    return top;
}

static void run(scheduling *s, ir_block *out, ir_node *n)
{
    for (edge *e = s->successors[n->position]; e; e = e->next)
        if (--s->blocked[e->to->position] == 0)
            push(s, e->to->position);
    s->blocked[n->position] = -1;
    ir_add_node(s->c, out, n);
}

/* Nothing may run: a reader waits, over some way, for the assignment that waits for it. It reads a copy made now. */
static bool break_cycle(scheduling *s, ir_block *out)
{
    for (int i = 0; i < s->n_waits; i++) {
        waiting *w = &s->waits[i];
        if (w->gone || w->input < 0 || s->blocked[w->reader->position] < 0 || s->blocked[w->writer->position] < 0)
            continue;
        ir_node *copy = ir_copy_of(s->c, w->reader->in[w->input]);
        if (!copy)
            return false;
        ir_add_node(s->c, out, copy);
        const ir_value *variable = w->variable, *was = w->reader->in[w->input];
        for (int j = 0; j < w->reader->n_in; j++)
            if (w->reader->in[j] == was)
                w->reader->in[j] = &copy->out[0];
        for (int j = 0; j < s->n_waits; j++) {
            waiting *v = &s->waits[j];
            if (v->gone || v->reader != w->reader || v->variable != variable)
                continue;
            v->gone = true;
            for (edge *e = s->successors[v->reader->position]; e; e = e->next)
                if (e->to == v->writer) {
                    e->to = v->reader; /* which has run by the time it gets there */
                    break;
                }
            if (--s->blocked[v->writer->position] == 0)
                push(s, v->writer->position);
        }
        return true;
    }
    return false;
}

static bool start(scheduling *s)
{
    size_t n = (size_t)s->b->n + 1;
    s->successors = ir_alloc(s->c, n * sizeof *s->successors);
    s->blocked = ir_alloc(s->c, n * sizeof *s->blocked);
    s->heap = ir_alloc(s->c, n * sizeof *s->heap);
    if (!s->successors || !s->blocked || !s->heap)
        return false;
    ir_renumber(s->b);
    find_ancestors(s);
    for (int i = 0; i < s->b->n && !s->c->failed; i++) {
        ir_node *to = s->b->nodes[i];
        for (int j = 0; j < to->n_in; j++)
            if (to->in[j]->node && to->in[j]->node->block == s->b->id && to->in[j]->node->position >= 0)
                add_edge(s, to->in[j]->node, to);
        for (int j = 0; j < to->n_after; j++)
            if (to->after[j]->block == s->b->id && to->after[j]->position >= 0)
                add_edge(s, to->after[j], to);
    }
    if (!s->c->failed && s->n_writers)
        order_variables(s);
    return !s->c->failed;
}

static bool schedule_bodies(ir_ctx *c, const ir_block *b)
{
    for (int i = 0; i < b->n; i++) {
        ir_block *inner[2];
        for (int k = ir_bodies(b->nodes[i], inner); k-- > 0;)
            if (!ir_schedule(c, inner[k]))
                return false;
    }
    return true;
}

bool ir_schedule(ir_ctx *c, ir_block *b)
{
    scheduling s = { .c = c, .b = b };
    ir_block out = *b;
    out.nodes = NULL;
    out.n = out.capacity = 0;
    if (!schedule_bodies(c, b) || !start(&s))
        return false;
    for (int i = 0; i < b->n; i++)
        if (!s.blocked[i])
            push(&s, i);
    int left = b->n;
    while (left && !c->failed) {
        if (s.n_heap) {
            run(&s, &out, b->nodes[pop(&s)]);
            left--;
        } else if (!break_cycle(&s, &out)) {
            c->failed = true;
            tf_fail(tf_internal, (tf_source){ 0 }, NULL, "the operations of this run wait for each other in a circle");
        }
    }
    *b = out;
    ir_renumber(b);
    return !c->failed;
}
