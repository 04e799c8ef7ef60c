/* The running order: creation order as far as data, control and the rule for variables (assignments.c) allow. Where a reader's turn
 * cannot be had (two variables swapped), it gets a copy taken first. */
#include "session/plan/schedule.h"

#include "session/plan/assignments.h"

typedef struct edge {
    struct edge *next;
    ir_node *to;
} edge;

typedef struct {
    ir_ctx *c;
    ir_block *b;
    edge **successors; /* by node->position, while positions number the nodes as they came */
    int *blocked;      /* how many have to run first */
    ir_waiting *waits;
    int n_waits, next_copy; /* the first wait that may still be answered by a copy */
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

static bool still_waits(const scheduling *s, const ir_waiting *w)
{
    return !w->gone && s->blocked[w->reader->position] >= 0 && s->blocked[w->writer->position] >= 0;
}

static void wait_no_more(scheduling *s, ir_waiting *w)
{
    w->gone = true;
    for (edge *e = s->successors[w->reader->position]; e; e = e->next)
        if (e->to == w->writer) {
            e->to = w->reader; /* which has run by the time it gets there */
            break;
        }
    if (--s->blocked[w->writer->position] == 0)
        push(s, w->writer->position);
}

/* The reader reads copies of the variable made now. */
static bool copy_first(scheduling *s, ir_block *out, const ir_waiting *w)
{
    for (int i = w->input; i < w->reader->n_in; i++) {
        ir_value *was = w->reader->in[i];
        if (was->root != w->variable)
            continue;
        ir_node *copy = ir_copy_of(s->c, was);
        if (!copy)
            return false;
        ir_add_node(s->c, out, copy);
        for (int j = i; j < w->reader->n_in; j++)
            if (w->reader->in[j] == was)
                w->reader->in[j] = &copy->out[0];
    }
    return true;
}

/* Nothing may run: a reader waits, over some way, for the assignment that waits for it; or one that overwrites a variable for one
 * that changes it, over others. */
static bool break_cycle(scheduling *s, ir_block *out)
{
    for (int *i = &s->next_copy; *i < s->n_waits; ++*i) {
        ir_waiting *w = &s->waits[*i];
        if (w->input < 0 || !still_waits(s, w))
            continue;
        if (!copy_first(s, out, w))
            return false;
        wait_no_more(s, w);
        return true;
    }
    for (int i = 0; i < s->n_waits; i++) {
        ir_waiting *w = &s->waits[i];
        if (w->input >= 0 || w->reader->position < w->writer->position || !still_waits(s, w))
            continue;
        wait_no_more(s, w);
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
    if (!ir_order_assignments(s->c, s->b, &s->waits, &s->n_waits))
        return false;
    for (int i = 0; i < s->b->n && !s->c->failed; i++) {
        ir_node *to = s->b->nodes[i];
        for (int j = 0; j < to->n_in; j++)
            if (to->in[j]->node && to->in[j]->node->block == s->b->id && to->in[j]->node->position >= 0)
                add_edge(s, to->in[j]->node, to);
        for (int j = 0; j < to->n_after; j++)
            if (to->after[j]->block == s->b->id && to->after[j]->position >= 0)
                add_edge(s, to->after[j], to);
    }
    for (int i = 0; i < s->n_waits && !s->c->failed; i++)
        add_edge(s, s->waits[i].reader, s->waits[i].writer);
    return !s->c->failed;
}

bool ir_schedule(ir_ctx *c, ir_block *b)
{
    scheduling s = { .c = c, .b = b };
    ir_block out = ir_emptied(b);
    if (!start(&s))
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
