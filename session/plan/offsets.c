/* Offsets in one arena, in order of birth: into the first hole that is large enough. What several nodes write a part of may lie
 * on what dies before the part there is written. */
#include <stdlib.h>
#include <string.h>

#include "session/plan/place.h"

enum { ALIGN = 64 };

/* A part of a root, written by a node of its own: until then its memory is free. */
typedef struct {
    int64_t lo, hi; /* bytes from the root's beginning */
    int birth;
} piece;

typedef struct {
    ir_value *root;
    int64_t size;
    piece *pieces; /* in order of address; what lies between them lives as long as the root */
    int n_pieces, room;
    int alive;     /* its number among the living ones */
    int next_dead; /* the next one in the list of those that die at one position; -1 */
} tenant;

typedef struct {
    int64_t lo, hi;
} hole;

/* Everything here is for the time of the giving alone. */
typedef struct {
    tenant *tenants;
    int n;
    int *dead_at; /* by position: the first of those whose last use it is; -1 */
    int released; /* positions before which all deaths are done */
    hole *holes;  /* in order of address; the last has no end */
    int n_holes;
    int *wholes, n_wholes; /* living ones in pieces */
    int *alive, n_alive;   /* all living ones */
    tenant **living;       /* room for a list of them */
    piece *pieces;
} space;

/* ---- pieces: a whole that several nodes write parts of -------------------------------------------------------------------------- */

/* One after the other in memory, those that overlap as one. */
static int by_address(const void *a, const void *b)
{
    const piece *x = a, *y = b;
    return x->lo != y->lo ? (x->lo > y->lo) - (x->lo < y->lo) : (x->hi > y->hi) - (x->hi < y->hi);
}

static int merge_pieces(piece *p, int n)
{
    int kept = 0;
    if (n > 1)
        qsort(p, (size_t)n, sizeof *p, by_address);
    for (int i = 0; i < n; i++) {
        if (!kept || p[i].lo >= p[kept - 1].hi) {
            p[kept++] = p[i];
            continue;
        }
        p[kept - 1].hi = p[i].hi > p[kept - 1].hi ? p[i].hi : p[kept - 1].hi;
        p[kept - 1].birth = p[i].birth < p[kept - 1].birth ? p[i].birth : p[kept - 1].birth;
    }
    return kept;
}

static piece piece_of(const ir_value *v, int birth)
{
    int64_t size = (int64_t)tf_dtype_size(v->view.dtype);
    piece p = { v->offset, v->offset + size, birth };
    for (int i = 0; i < v->view.rank; i++) {
        int64_t extent = (v->view.dims[i] - 1) * v->view.strides[i] * size;
        *(extent < 0 ? &p.lo : &p.hi) += extent;
    }
    p.lo = p.lo / ALIGN * ALIGN;
    p.hi = (p.hi + ALIGN - 1) / ALIGN * ALIGN;
    return p;
}

/* The root of a whole that v is one of the parts of, written by its own node. */
static ir_value *whole_of(const ir_block *b, const ir_node *n, ir_value *v)
{
    if (n->silent || v->place != IR_VIEW || tf_view_count(&v->view) == 0)
        return NULL;
    ir_value *root = ir_root_of(v);
    return root->node && root->node->block == b->id && root->node->silent && root->place == IR_OWN ? root : NULL;
}

static bool find_pieces(space *s, const ir_block *b)
{
    int all = 0;
    for (int i = 0; i < s->n; i++)
        s->tenants[i].root->tenant = i;
    for (int count = 1; count >= 0; count--) { /* first how many, then each */
        for (int i = 0; i < b->n; i++)
            for (int o = 0; o < b->nodes[i]->n_out; o++) {
                ir_value *v = &b->nodes[i]->out[o], *root = whole_of(b, b->nodes[i], v);
                if (!root)
                    continue;
                tenant *t = &s->tenants[root->tenant];
                if (count)
                    t->room++;
                else
                    t->pieces[t->n_pieces++] = piece_of(v, i);
            }
        for (int i = 0; i < s->n && count; i++)
            all += s->tenants[i].room;
        if (count && !(s->pieces = tf1c_alloc((size_t)all * sizeof *s->pieces)))
            return false;
        for (int i = 0, at = 0; i < s->n && count; at += s->tenants[i++].room)
            s->tenants[i].pieces = s->pieces + at;
    }
    for (int i = 0; i < s->n; i++)
        s->tenants[i].n_pieces = merge_pieces(s->tenants[i].pieces, s->tenants[i].n_pieces);
    return true;
}

/* ---- holes ----------------------------------------------------------------------------------------------------------------------- */

static void remove_hole(space *s, int i) { memmove(s->holes + i, s->holes + i + 1, (size_t)(--s->n_holes - i) * sizeof *s->holes); }

static void insert_hole(space *s, int i, hole h)
{
    memmove(s->holes + i + 1, s->holes + i, (size_t)(s->n_holes++ - i) * sizeof *s->holes);
    s->holes[i] = h;
}

static void take(space *s, int64_t lo, int64_t hi)
{
    for (int i = 0; i < s->n_holes && lo < hi && s->holes[i].lo < hi;) {
        hole *h = &s->holes[i];
        if (h->hi <= lo) {
            i++;
        } else if (h->lo < lo && h->hi > hi) {
            insert_hole(s, i + 1, (hole){ hi, h->hi });
            s->holes[i].hi = lo;
            return;
        } else if (h->lo < lo) {
            h->hi = lo;
            i++;
        } else if (h->hi > hi) {
            h->lo = hi;
            return;
        } else {
            remove_hole(s, i);
        }
    }
}

static void join_holes(space *s, int64_t lo, int64_t hi)
{
    int first = 0, behind = s->n_holes;
    while (first < behind) { /* the first hole that ends at lo or later */
        int middle = (first + behind) / 2;
        if (s->holes[middle].hi < lo)
            first = middle + 1;
        else
            behind = middle;
    }
    while (first < s->n_holes && s->holes[first].lo <= hi) {
        lo = s->holes[first].lo < lo ? s->holes[first].lo : lo;
        hi = s->holes[first].hi > hi ? s->holes[first].hi : hi;
        remove_hole(s, first);
    }
    insert_hole(s, first, (hole){ lo, hi });
}

/* [lo, hi) is free, but for what living wholes, from the w-th on, cover. */
static void give_back(space *s, int64_t lo, int64_t hi, int w)
{
    for (; w < s->n_wholes && lo < hi; w++) {
        const tenant *t = &s->tenants[s->wholes[w]];
        int64_t begin = t->root->at, end = begin + t->size;
        if (end <= lo || begin >= hi)
            continue;
        if (begin > lo)
            give_back(s, lo, begin, w + 1);
        lo = end;
    }
    if (lo < hi)
        join_holes(s, lo, hi);
}

static void release(space *s, int before)
{
    for (; s->released < before; s->released++)
        for (int i = s->dead_at[s->released]; i >= 0; i = s->tenants[i].next_dead) {
            const tenant *t = &s->tenants[i];
            for (int w = 0; w < s->n_wholes; w++)
                if (s->wholes[w] == i)
                    s->wholes[w] = s->wholes[--s->n_wholes];
            s->alive[t->alive] = s->alive[--s->n_alive];
            s->tenants[s->alive[t->alive]].alive = t->alive;
            give_back(s, t->root->at, t->root->at + t->size, 0);
        }
}

/* ---- where each lies ------------------------------------------------------------------------------------------------------------------ */

static int64_t first_fit(const space *s, int64_t size)
{
    int i = 0;
    while (s->holes[i].hi - s->holes[i].lo < size)
        i++;
    return s->holes[i].lo;
}

/* Whether [lo, hi) of t, in use until `last`, is free that long; if not, *part is where t's part there begins. */
static bool is_unborn(const tenant *t, int64_t lo, int64_t hi, int last, int64_t *part)
{
    int i = 0, behind = t->n_pieces;
    while (i < behind) { /* the first piece that ends behind lo */
        int middle = (i + behind) / 2;
        if (t->pieces[middle].hi <= lo)
            i = middle + 1;
        else
            behind = middle;
    }
    for (; lo < hi; lo = t->pieces[i++].hi) {
        *part = i < t->n_pieces && t->pieces[i].lo < lo ? t->pieces[i].lo : lo;
        if (i == t->n_pieces || t->pieces[i].lo > lo || t->pieces[i].birth <= last)
            return false;
    }
    return true;
}

static int by_place(const void *a, const void *b)
{
    const tenant *x = *(tenant *const *)a, *y = *(tenant *const *)b;
    return (x->root->at > y->root->at) - (x->root->at < y->root->at);
}

/* Where t, in pieces, lies on nothing that is in use when the piece there is. */
static int64_t fit_pieces(space *s, const tenant *t)
{
    const int n = s->n_alive;
    for (int i = 0; i < n; i++)
        s->living[i] = &s->tenants[s->alive[i]];
    if (n)
        qsort(s->living, (size_t)n, sizeof *s->living, by_place);
    int64_t at = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (int i = 0; i < n && s->living[i]->root->at < at + t->size; i++) {
            int64_t lo = s->living[i]->root->at - at, hi = lo + s->living[i]->size, part;
            if (hi <= 0 || is_unborn(t, lo > 0 ? lo : 0, hi < t->size ? hi : t->size, s->living[i]->root->last, &part))
                continue;
            at += (hi - part + ALIGN - 1) / ALIGN * ALIGN; /* the part begins where the other ends */
            moved = true;
        }
    }
    return at;
}

static int by_birth(const void *a, const void *b)
{
    const tenant *x = a, *y = b;
    if (x->root->first != y->root->first)
        return x->root->first < y->root->first ? -1 : 1;
    return x->size != y->size ? (x->size > y->size ? -1 : 1) : 0;
}

static void find_tenants(space *s, const ir_block *b)
{
    for (int i = 0; i < b->n; i++)
        for (int o = 0; o < b->nodes[i]->n_out; o++) {
            ir_value *v = &b->nodes[i]->out[o];
            int64_t bytes = ir_bytes(v);
            if (v->root == v && !v->alias && v->place == IR_OWN && v->last >= 0)
                s->tenants[s->n++] = (tenant){ .root = v, .size = (bytes + ALIGN - 1) / ALIGN * ALIGN };
        }
    qsort(s->tenants, (size_t)s->n, sizeof *s->tenants, by_birth);
}

static void settle(space *s, ir_block *b)
{
    for (int i = 0; i < s->n; i++) {
        tenant *t = &s->tenants[i];
        release(s, t->root->first);
        t->root->at = t->n_pieces ? fit_pieces(s, t) : first_fit(s, t->size);
        take(s, t->root->at, t->root->at + t->size);
        t->alive = s->n_alive;
        s->alive[s->n_alive++] = i;
        if (t->n_pieces)
            s->wholes[s->n_wholes++] = i;
        t->next_dead = s->dead_at[t->root->last];
        s->dead_at[t->root->last] = i;
        size_t end = (size_t)(t->root->at + t->size);
        b->arena_size = end > b->arena_size ? end : b->arena_size;
    }
}

bool ir_give_offsets(ir_ctx *c, ir_block *b)
{
    space s = { .n_holes = 1 };
    size_t most = 1;
    for (int i = 0; i < b->n; i++)
        most += (size_t)b->nodes[i]->n_out;
    s.tenants = tf1c_alloc(most * sizeof *s.tenants);
    s.dead_at = tf1c_alloc(((size_t)b->n + 1) * sizeof *s.dead_at);
    s.holes = tf1c_alloc((2 * most + 2) * sizeof *s.holes);
    s.wholes = tf1c_alloc(most * sizeof *s.wholes);
    s.living = tf1c_alloc(most * sizeof *s.living);
    b->arena_size = 0;
    s.alive = tf1c_alloc(most * sizeof *s.alive);
    bool good = s.tenants && s.dead_at && s.holes && s.wholes && s.living && s.alive;
    if (good) {
        memset(s.dead_at, -1, ((size_t)b->n + 1) * sizeof *s.dead_at);
        s.holes[0] = (hole){ 0, INT64_MAX };
        find_tenants(&s, b);
        good = find_pieces(&s, b);
    }
    if (good)
        settle(&s, b);
    else
        ir_no_memory(c);
    tf1c_free(s.tenants);
    tf1c_free(s.dead_at);
    tf1c_free(s.holes);
    tf1c_free(s.wholes);
    tf1c_free(s.living);
    tf1c_free(s.alive);
    tf1c_free(s.pieces);
    return good;
}
