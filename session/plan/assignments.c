/* The rule for variables. A reader without a path from an assignment sees the value from before it, one with a path that after it.
 * Of a variable's writers those that overwrite it come before those that change it, each in creation order, so that no change
 * is lost; but for what a path of data or control says. A moving average, v -= (v - x)·c, reads v when it changes it: those of
 * a batch norm that a network passes several times come one after the other. */
#include "session/plan/assignments.h"

#include <string.h>

int ir_n_written(const ir_node *n) { return n->loop ? n->loop->n_written : n->branch ? n->branch->n_written : tf1c_refs(n->def); }

ir_value *ir_written(const ir_node *n, int i)
{
    return n->loop ? n->loop->written[i] : n->branch ? n->branch->written[i] : n->in[i]->root;
}

bool ir_assigns(const ir_node *n, const ir_value *variable)
{
    for (int i = ir_n_written(n); i-- > 0;)
        if (ir_written(n, i) == variable)
            return true;
    return false;
}

/* Whether all that n does to the variable is to overwrite it. */
static bool only_overwrites(const ir_node *n, const ir_value *variable)
{
    ir_block *inner[2];
    const int bodies = ir_bodies(n, inner);
    if (!bodies)
        return n->def && n->def->traits & TF_OVERWRITES;
    for (int k = 0; k < bodies; k++)
        for (int i = 0; i < inner[k]->n; i++)
            if (ir_assigns(inner[k]->nodes[i], variable) && !only_overwrites(inner[k]->nodes[i], variable))
                return false;
    return true;
}

/* ---- paths ----------------------------------------------------------------------------------------------------------------
 * Whether one node comes after another, without a table of all pairs: a walk from the last node back numbers nodes as it leaves
 * them. What a node found first is a run of numbers ending in its own; what it leads to at all has none below its lowest. Where
 * neither tells, the ways are walked. */
typedef struct {
    int number, found_from, lowest;
    int next;        /* the way out that the walk takes next */
    unsigned looked; /* by which question */
} visit;

typedef struct {
    ir_block *b;
    visit *at; /* per position */
    int *stack;
    unsigned questions;
} paths;

static ir_node *way_back(const paths *p, const ir_node *n, int i)
{
    ir_node *before = i < n->n_in ? n->in[i]->node : n->after[i - n->n_in];
    const bool here = before && before->block == p->b->id && before->position >= 0 && before->position < n->position;
    return here ? before : NULL;
}

static void walk_from(paths *p, int from, int *number)
{
    int depth = 0;
    p->stack[depth++] = from;
    p->at[from].found_from = p->at[from].lowest = *number;
    while (depth) {
        const int at = p->stack[depth - 1];
        const ir_node *n = p->b->nodes[at];
        visit *v = &p->at[at];
        if (v->next == n->n_in + n->n_after) {
            v->number = (*number)++;
            if (--depth && p->at[p->stack[depth - 1]].lowest > v->lowest)
                p->at[p->stack[depth - 1]].lowest = v->lowest;
            continue;
        }
        const ir_node *before = way_back(p, n, v->next++);
        visit *w = before ? &p->at[before->position] : NULL;
        if (w && w->number < 0 && !w->next) {
            w->found_from = w->lowest = *number;
            p->stack[depth++] = before->position;
        } else if (w && w->lowest < v->lowest) {
            v->lowest = w->lowest;
        }
    }
}

static bool find_paths(paths *p)
{
    int number = 0;
    p->at = tf1c_alloc_zero((size_t)(p->b->n + 1) * sizeof *p->at);
    p->stack = tf1c_alloc((size_t)(p->b->n + 1) * sizeof *p->stack);
    if (!p->at || !p->stack)
        return false;
    for (int i = 0; i < p->b->n; i++)
        p->at[i].number = -1;
    for (int i = p->b->n; i-- > 0;)
        if (p->at[i].number < 0)
            walk_from(p, i, &number);
    return true;
}

/* 1: it does, 0: it does not, -1: only the ways tell. */
static int plainly_after(const paths *p, const ir_node *n, const ir_node *before)
{
    const visit *v = &p->at[n->position], *w = &p->at[before->position];
    if (before->position >= n->position)
        return 0;
    if (w->number >= v->found_from && w->number <= v->number)
        return 1;
    return w->lowest < v->lowest || w->number > v->number ? 0 : -1;
}

static bool comes_after(paths *p, const ir_node *n, const ir_node *before)
{
    int plain = plainly_after(p, n, before), depth = 0;
    if (plain >= 0)
        return plain;
    p->questions++;
    p->stack[depth++] = n->position;
    while (depth) {
        const ir_node *at = p->b->nodes[p->stack[--depth]];
        for (int i = 0; i < at->n_in + at->n_after; i++) {
            const ir_node *next = way_back(p, at, i);
            if (!next || p->at[next->position].looked == p->questions)
                continue;
            p->at[next->position].looked = p->questions;
            plain = next == before ? 1 : plainly_after(p, next, before);
            if (plain > 0)
                return true;
            if (plain < 0)
                p->stack[depth++] = next->position;
        }
    }
    return false;
}

/* ---- accesses, variable by variable --------------------------------------------------------------------------------------- */
typedef struct {
    int variable;
    ir_node *node;
    int input; /* that reads it; -1: the node assigns it */
} access;

typedef struct {
    ir_ctx *c;
    ir_block *b;
    paths paths;
    const ir_value **variables;
    access *accesses; /* of variable v: from first[v] to first[v + 1], in the block's order, a node's own assignment first */
    int *first;
    int n_variables, n_accesses;
    ir_node **writers, **changing; /* of the variable at hand, and those of them that come behind */
    int n_overwriting;             /* of the writers, the first; they and the rest are each in the block's order */
    ir_node **only_reader;         /* per position: of its output 0; NULL: several read it, or none */
    ir_waiting *waits;
    int n_waits;
} ordering;

/* While at it, a root's `number` is its variable's, from 1. */
static int number_of(const ordering *o, const ir_value *root)
{
    const bool known = root->number >= 1 && root->number <= o->n_variables && o->variables[root->number - 1] == root;
    return known ? root->number - 1 : -1;
}

static bool find_variables(ordering *o)
{
    int most = 0;
    for (int i = 0; i < o->b->n; i++)
        most += ir_n_written(o->b->nodes[i]);
    o->variables = tf1c_alloc((size_t)(most + 1) * sizeof *o->variables);
    for (int i = 0; i < o->b->n && o->variables; i++)
        for (int j = 0, n = ir_n_written(o->b->nodes[i]); j < n; j++) {
            ir_value *written = ir_written(o->b->nodes[i], j);
            if (number_of(o, written) >= 0)
                continue;
            o->variables[o->n_variables++] = written;
            written->number = o->n_variables;
        }
    return o->variables;
}

static bool find_only_readers(ordering *o)
{
    int *readers = tf1c_alloc_zero((size_t)(o->b->n + 1) * sizeof *readers);
    o->only_reader = tf1c_alloc_zero((size_t)(o->b->n + 1) * sizeof(ir_node *));
    for (int i = 0; readers && o->only_reader && i < o->b->n; i++)
        for (int j = 0; j < o->b->nodes[i]->n_in; j++) {
            const ir_node *from = way_back(&o->paths, o->b->nodes[i], j);
            if (from)
                o->only_reader[from->position] = readers[from->position]++ ? NULL : o->b->nodes[i];
        }
    for (int i = 0; readers && o->only_reader && i < o->b->n_results; i++) {
        const ir_node *from = o->b->results[i] ? o->b->results[i]->node : NULL;
        if (from && from->block == o->b->id && from->position >= 0)
            o->only_reader[from->position] = NULL;
    }
    const bool good = readers && o->only_reader;
    tf1c_free(readers);
    return good;
}

/* Calls `take` for every access in the block's order. */
static void each_access(ordering *o, void (*take)(ordering *o, access a))
{
    for (int i = 0; i < o->b->n; i++) {
        ir_node *n = o->b->nodes[i];
        for (int j = 0, n_written = ir_n_written(n); j < n_written; j++)
            take(o, (access){ number_of(o, ir_written(n, j)), n, -1 });
        for (int j = 0; j < n->n_in && !n->silent; j++)
            if (number_of(o, n->in[j]->root) >= 0)
                take(o, (access){ number_of(o, n->in[j]->root), n, j });
    }
}

static void count(ordering *o, access a)
{
    o->first[a.variable + 1]++;
    o->n_accesses++;
}
static void put(ordering *o, access a) { o->accesses[o->first[a.variable]++] = a; }

static bool find_accesses(ordering *o)
{
    if (!(o->first = tf1c_alloc_zero((size_t)(o->n_variables + 2) * sizeof *o->first)))
        return false;
    each_access(o, count);
    for (int v = 0; v < o->n_variables; v++)
        o->first[v + 1] += o->first[v];
    o->accesses = tf1c_alloc((size_t)(o->n_accesses + 1) * sizeof *o->accesses);
    o->writers = tf1c_alloc((size_t)(o->n_accesses + 1) * sizeof(ir_node *));
    o->changing = tf1c_alloc((size_t)(o->n_accesses + 1) * sizeof(ir_node *));
    o->waits = ir_alloc(o->c, (size_t)(2 * o->n_accesses + 1) * sizeof *o->waits);
    if (!o->accesses || !o->writers || !o->changing || !o->waits)
        return false;
    each_access(o, put); /* moves each variable's first to the next one's */
    memmove(o->first + 1, o->first, (size_t)o->n_variables * sizeof *o->first);
    o->first[0] = 0;
    return true;
}

/* ---- the rule ------------------------------------------------------------------------------------------------------------------ */

static bool comes_after_any(ordering *o, const ir_node *n, int n_others, ir_node *const *others)
{
    for (int i = n_others; i-- > 0;)
        if (comes_after(&o->paths, n, others[i]))
            return true;
    return false;
}

/* The writers of variable v: first those that overwrite it. One that a path leads to from a change stays behind it. */
static int order_writers(ordering *o, int v)
{
    int n = 0, behind = 0;
    const ir_node *last = NULL;
    for (int i = o->first[v]; i < o->first[v + 1]; i++) {
        ir_node *w = o->accesses[i].node;
        if (o->accesses[i].input >= 0 || w == last)
            continue;
        if (only_overwrites(w, o->variables[v]) && !comes_after_any(o, w, behind, o->changing))
            o->writers[n++] = w;
        else
            o->changing[behind++] = w;
        last = w;
    }
    memcpy(o->writers + n, o->changing, (size_t)behind * sizeof(ir_node *));
    o->n_overwriting = n;
    return n + behind;
}

static void wait_for(ordering *o, int v, ir_node *reader, int input, ir_node *writer)
{
    o->waits[o->n_waits++] = (ir_waiting){ reader, writer, o->variables[v], input, false };
}

/* The place among writers [from, to), which are in the block's order, of the first that stands no earlier than `node`. */
static int earlier(const ordering *o, int from, int to, const ir_node *node)
{
    while (from < to) {
        const int middle = from + (to - from) / 2;
        if (o->writers[middle]->position < node->position)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static int place_of(const ordering *o, int n, const ir_node *writer)
{
    const int overwrites = earlier(o, 0, o->n_overwriting, writer), changes = earlier(o, o->n_overwriting, n, writer);
    return overwrites < o->n_overwriting && o->writers[overwrites] == writer ? overwrites
           : changes < n && o->writers[changes] == writer                    ? changes
                                                                             : n;
}

/* The place of the first of n writers that stands behind all those that reader comes after. */
static int next_writer(ordering *o, int n, const ir_node *reader)
{
    const int groups[] = { 0, o->n_overwriting, n };
    for (int g = 2; g-- > 0;)
        for (int next = earlier(o, groups[g], groups[g + 1], reader); next > groups[g]; next--)
            if (comes_after(&o->paths, reader, o->writers[next - 1]))
                return next;
    return 0;
}

/* Whether n is v - x, or x - v, of an x that is computed and not from v alone. */
static bool is_distance(const ordering *o, const ir_node *n, int v)
{
    if (!n->def || !(n->def->traits & TF_ELEMENTWISE) || n->n_in != 2 || n->n_out != 1)
        return false;
    const ir_value *other = n->in[n->in[0]->root == o->variables[v]];
    return other->root != o->variables[v] && !other->known;
}

/* The place, among v's n writers, of the one that changes v by what reader makes of it, and alone reads that; n: there is none. */
static int own_writer(const ordering *o, int v, int n, const ir_node *reader)
{
    const ir_node *at = reader;
    if (!is_distance(o, reader, v))
        return n;
    while (at && at->def && at->n_out == 1 && !at->n_after && at->def->traits & (TF_ELEMENTWISE | TF_VIEW))
        at = o->only_reader[at->position];
    const bool changes = at && at->n_in == 2 && at->def && at->def->traits & TF_WRITES_REF && !(at->def->traits & TF_OVERWRITES);
    return changes && ir_assigns(at, o->variables[v]) ? place_of(o, n, at) : n;
}

/* Each writer after the one before it, each reader before the first writer after those that it comes after. */
static void order_accesses(ordering *o, int v)
{
    const int n = order_writers(o, v);
    const ir_node *last = NULL;
    for (int i = 1; i < n; i++)
        wait_for(o, v, o->writers[i - 1], -1, o->writers[i]);
    for (int i = o->first[v]; i < o->first[v + 1]; i++) {
        const access *a = &o->accesses[i];
        const bool anew = a->input >= 0 && a->node != last;
        const int own = anew ? own_writer(o, v, n, a->node) : n;
        int next = anew ? next_writer(o, n, a->node) : n;
        if (own < n && own > next && o->writers[own - 1]->position < a->node->position)
            wait_for(o, v, o->writers[(next = own) - 1], -1, a->node);
        if (anew && next < n)
            wait_for(o, v, a->node, a->input, o->writers[next]);
        last = a->node;
    }
}

bool ir_order_assignments(ir_ctx *c, ir_block *b, ir_waiting **waits, int *n)
{
    ordering o = { .c = c, .b = b, .paths.b = b };
    bool good = find_variables(&o);
    if (good && o.n_variables) {
        good = find_accesses(&o) && find_only_readers(&o) && find_paths(&o.paths);
        for (int v = 0; v < o.n_variables && good; v++)
            order_accesses(&o, v);
    }
    if (!good)
        ir_no_memory(c);
    *waits = o.waits;
    *n = o.n_waits;
    tf1c_free(o.variables);
    tf1c_free(o.first);
    tf1c_free(o.accesses);
    tf1c_free(o.writers);
    tf1c_free(o.changing);
    tf1c_free(o.only_reader);
    tf1c_free(o.paths.at);
    tf1c_free(o.paths.stack);
    return good;
}
