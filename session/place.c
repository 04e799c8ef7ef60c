/* Lifetimes and offsets: every root gets a place in one arena, shared with those that do not live at the same time; an
 * elementwise result lies on an operand that dies there. */
#include <stdlib.h>
#include <string.h>

#include "session/plan.h"

enum { ALIGN = 64 };

static ir_value *root_of(ir_value *v)
{
    v = v->root;
    while (v->alias)
        v = v->alias;
    return v;
}

static int64_t bytes_of(const ir_value *v) { return tf_view_count(&v->view) * (int64_t)tf_dtype_size(v->view.dtype); }

/* ---- lifetimes ----------------------------------------------------------------------------------------------------------- */

/* A body reads values of the blocks around it, whose lives are theirs. */
static bool is_ours(const ir_block *b, const ir_value *root) { return root->node && root->node->block == b->id; }

static void live(const ir_block *b, ir_value *v, int position)
{
    ir_value *root = root_of(v);
    if (!is_ours(b, root))
        return;
    root->first = position < root->first ? position : root->first;
    root->last = position > root->last ? position : root->last;
}

static void find_lifetimes(ir_block *b)
{
    for (int i = 0; i < b->n; i++)
        for (int o = 0; o < b->nodes[i]->n_out; o++) {
            ir_value *root = b->nodes[i]->out[o].root;
            if (!is_ours(b, root))
                continue;
            root->first = b->n;
            root->last = -1;
        }
    for (int i = 0; i < b->n; i++) {
        ir_node *n = b->nodes[i];
        for (int o = 0; o < n->n_out; o++)
            if (!n->silent || n->out[o].place != IR_VIEW)
                live(b, &n->out[o], i);
        for (int j = 0; j < n->n_in; j++)
            if (!(n->def && n->def->traits & TF_SHAPE_ONLY) && !(n->silent && n->def && n->def->traits & TF_VIEW))
                live(b, n->in[j], i);
    }
    for (int i = 0; i < b->n_results; i++)
        live(b, b->results[i], b->n);
}

/* ---- on top of each other ---------------------------------------------------------------------------------------------------- */

static bool same_layout(const tf_view *a, const tf_view *b)
{
    return a->rank == b->rank && tf_dtype_size(a->dtype) == tf_dtype_size(b->dtype) && memcmp(a->dims, b->dims, (size_t)a->rank * sizeof *a->dims) == 0 &&
           tf_view_contiguous(a) && tf_view_contiguous(b);
}

static bool may_lie_on(const ir_block *b, const ir_node *n, int j, int position)
{
    ir_value *in = n->in[j], *root = root_of(in);
    if (!is_ours(b, root) || root->place != IR_OWN || in->root != in || root->last != position || root->first == position || !same_layout(&in->view, &n->out[0].view))
        return false;
    for (int i = 0; i < n->n_in; i++)
        if (i != j && n->in[i] != in && root_of(n->in[i]) == root)
            return false; /* another view of the same memory is read too */
    return true;
}

static void share_memory(ir_block *b)
{
    for (int i = 0; i < b->n; i++) {
        ir_node *n = b->nodes[i];
        unsigned traits = n->def ? n->def->traits : 0;
        if (!(traits & TF_INPLACE) || n->silent || n->n_out != 1 || n->out[0].place != IR_OWN || n->out[0].root->first != i)
            continue;
        int most = traits & (TF_ELEMENTWISE | TF_SUM) ? n->n_in : 1;
        for (int j = 0; j < most; j++)
            if (may_lie_on(b, n, j, i)) {
                ir_value *onto = root_of(n->in[j]), *out = &n->out[0];
                out->alias = onto;
                onto->last = out->last > onto->last ? out->last : onto->last;
                onto->pinned |= out->pinned;
                break;
            }
    }
}

/* ---- offsets: in order of birth, into the first gap that is free for all of a life ----------------------------------------------- */

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
} tenant;

static int by_birth(const void *a, const void *b)
{
    const tenant *x = a, *y = b;
    if (x->root->first != y->root->first)
        return x->root->first < y->root->first ? -1 : 1;
    return x->size != y->size ? (x->size > y->size ? -1 : 1) : 0;
}

/* The first address from `at` on where t does not lie on what still lives; those are in order of address. */
static int64_t find_gap(const tenant *t, int64_t at, tenant *const *living, int n_living)
{
    for (int i = 0; i < n_living && living[i]->root->at < at + t->size; i++)
        if (living[i]->root->at + living[i]->size > at)
            at = living[i]->root->at + living[i]->size;
    return at;
}

/* Whether [lo, hi) of t, in use until `last`, is free that long; if not, *beyond is where t's part there begins. */
static bool is_unborn(const tenant *t, int64_t lo, int64_t hi, int last, int64_t *beyond)
{
    for (int i = 0; i < t->n_pieces && lo < hi; i++) {
        const piece *p = &t->pieces[i];
        if (p->hi <= lo)
            continue;
        *beyond = p->lo > lo ? lo : p->lo;
        if (p->lo > lo || p->birth <= last)
            return false;
        lo = p->hi;
    }
    *beyond = lo;
    return lo >= hi;
}

/* The same for one in pieces, which may lie on what dies before the piece there is written. */
static int64_t find_gap_for_pieces(const tenant *t, tenant *const *living, int n_living)
{
    int64_t at = 0;
    for (int i = 0; i < n_living && living[i]->root->at < at + t->size; i++) {
        int64_t lo = living[i]->root->at - at, hi = lo + living[i]->size, part;
        if (hi <= 0 || is_unborn(t, lo > 0 ? lo : 0, hi < t->size ? hi : t->size, living[i]->root->last, &part))
            continue;
        at = at + hi - part; /* so that the part begins where the other ends */
        i = -1;
    }
    return at;
}

static int64_t find_place(tenant **living, int *n_living, tenant *t)
{
    int kept = 0, i = 0;
    for (int l = 0; l < *n_living; l++)
        if (living[l]->root->last >= t->root->first)
            living[kept++] = living[l];
    int64_t at = t->n_pieces ? find_gap_for_pieces(t, living, kept) : find_gap(t, 0, living, kept);
    at = (at + ALIGN - 1) / ALIGN * ALIGN;
    while (i < kept && living[i]->root->at < at)
        i++;
    memmove(living + i + 1, living + i, (size_t)(kept - i) * sizeof *living);
    living[i] = t;
    *n_living = kept + 1;
    return at;
}

/* ---- pieces: a whole that several nodes write parts of ----------------------------------------------------------------------------- */

/* One after the other in memory, those that overlap as one. */
static int by_address(const void *a, const void *b)
{
    const piece *x = a, *y = b;
    return x->lo != y->lo ? (x->lo > y->lo) - (x->lo < y->lo) : (x->hi > y->hi) - (x->hi < y->hi);
}

static int merge_pieces(piece *p, int n)
{
    int kept = 0;
    if (n > 1) /* without any, p is NULL */
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
    ir_value *root = root_of(v);
    return is_ours(b, root) && root->node->silent && root->place == IR_OWN ? root : NULL;
}

static bool find_pieces(ir_ctx *c, const ir_block *b, tenant *tenants, int n_tenants)
{
    for (int i = 0; i < n_tenants; i++)
        tenants[i].root->tenant = i;
    for (int count = 1; count >= 0; count--) /* first how many, then each */
        for (int i = 0; i < b->n; i++)
            for (int o = 0; o < b->nodes[i]->n_out; o++) {
                ir_value *v = &b->nodes[i]->out[o], *root = whole_of(b, b->nodes[i], v);
                if (!root)
                    continue;
                tenant *t = &tenants[root->tenant];
                if (!count && !t->pieces && !(t->pieces = ir_alloc(c, (size_t)t->room * sizeof *t->pieces)))
                    return false;
                if (count)
                    t->room++;
                else
                    t->pieces[t->n_pieces++] = piece_of(v, i);
            }
    for (int i = 0; i < n_tenants; i++)
        tenants[i].n_pieces = merge_pieces(tenants[i].pieces, tenants[i].n_pieces);
    return true;
}

/* A body's memory is the last output of its node; the state's buffers come after what the body computes. */
static bool place_body(ir_ctx *c, ir_node *n)
{
    int64_t size = 0;
    ir_block *blocks[2] = { n->loop ? &n->loop->body : &n->branch->bodies[0], n->loop ? &n->loop->condition : &n->branch->bodies[1] };
    for (int i = 0; i < 2; i++) {
        if (!ir_place_memory(c, blocks[i]))
            return false;
        size = (int64_t)blocks[i]->arena_size > size ? (int64_t)blocks[i]->arena_size : size;
    }
    for (int i = 0; n->loop && i < n->loop->n_carried; i++) {
        n->loop->carried[i].buffers = size;
        size += n->loop->carried[i].follows < 0 ? 2 * n->loop->carried[i].bytes : 0;
    }
    tf_view_set(&n->out[n->region].view, NULL, tf_uint8, SHAPE(size));
    return true;
}

void ir_shift_memory(ir_block *b, int64_t base)
{
    for (int i = 0; i < b->n; i++) {
        ir_node *n = b->nodes[i];
        for (int o = 0; o < n->n_out; o++)
            n->out[o].at += base;
        int64_t region = n->loop || n->branch ? n->out[n->region].at : 0;
        if (n->loop) {
            ir_shift_memory(&n->loop->body, region);
            ir_shift_memory(&n->loop->condition, region);
        }
        if (n->branch) {
            ir_shift_memory(&n->branch->bodies[0], region);
            ir_shift_memory(&n->branch->bodies[1], region);
        }
    }
}

bool ir_place_memory(ir_ctx *c, ir_block *b)
{
    for (int i = 0; i < b->n; i++)
        if ((b->nodes[i]->loop || b->nodes[i]->branch) && !place_body(c, b->nodes[i]))
            return false;
    find_lifetimes(b);
    share_memory(b);
    int n = 0, most = 0;
    for (int i = 0; i < b->n; i++)
        most += b->nodes[i]->n_out;
    tenant *tenants = ir_alloc(c, (size_t)most * sizeof *tenants);
    tenant **living = ir_alloc(c, (size_t)(most + 1) * sizeof *living);
    if (!tenants || !living)
        return false;
    for (int i = 0; i < b->n; i++)
        for (int o = 0; o < b->nodes[i]->n_out; o++) {
            ir_value *v = &b->nodes[i]->out[o];
            if (v->root == v && !v->alias && v->place == IR_OWN && v->last >= 0)
                tenants[n++] = (tenant){ .root = v, .size = (bytes_of(v) + ALIGN - 1) / ALIGN * ALIGN };
        }
    qsort(tenants, (size_t)n, sizeof *tenants, by_birth);
    if (!find_pieces(c, b, tenants, n))
        return false;
    int n_living = 0;
    b->arena_size = 0;
    for (int i = 0; i < n; i++) {
        tenants[i].root->at = find_place(living, &n_living, &tenants[i]);
        size_t end = (size_t)(tenants[i].root->at + tenants[i].size);
        b->arena_size = end > b->arena_size ? end : b->arena_size;
    }
    return !c->failed;
}

ir_operand ir_operand_of(const ir_value *v)
{
    ir_operand o = { .view = v->view };
    if (v->known && v->place != IR_SLOT) {
        o.slot = IR_SLOT_ABSOLUTE;
        o.at = (int64_t)(intptr_t)v->known;
        return o;
    }
    const ir_value *root = root_of((ir_value *)v);
    int64_t offset = v->place == IR_VIEW ? v->offset : 0;
    switch (root->place) {
    case IR_ABSOLUTE: o.slot = IR_SLOT_ABSOLUTE; o.at = (int64_t)(intptr_t)root->absolute + offset; break;
    case IR_SLOT: o.slot = root->slot; o.at = offset; break;
    default: o.slot = IR_SLOT_ARENA; o.at = root->at + offset; break;
    }
    return o;
}
