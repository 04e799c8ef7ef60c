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

static void live(ir_value *v, int position)
{
    ir_value *root = root_of(v);
    root->first = position < root->first ? position : root->first;
    root->last = position > root->last ? position : root->last;
}

static void find_lifetimes(ir_block *b)
{
    for (int i = 0; i < b->n; i++)
        for (int o = 0; o < b->nodes[i]->n_out; o++) {
            ir_value *root = b->nodes[i]->out[o].root;
            root->first = b->n;
            root->last = -1;
        }
    for (int i = 0; i < b->n; i++) {
        ir_node *n = b->nodes[i];
        for (int o = 0; o < n->n_out; o++)
            if (!n->silent || n->out[o].place != IR_VIEW)
                live(&n->out[o], i);
        for (int j = 0; j < n->n_in; j++)
            if (!(n->def && n->def->traits & TF_SHAPE_ONLY) && !(n->silent && n->def && n->def->traits & TF_VIEW))
                live(n->in[j], i);
    }
    for (int i = 0; i < b->n_results; i++)
        live(b->results[i], b->n);
}

/* ---- on top of each other ---------------------------------------------------------------------------------------------------- */

static bool same_layout(const tf_view *a, const tf_view *b)
{
    return a->rank == b->rank && tf_dtype_size(a->dtype) == tf_dtype_size(b->dtype) && memcmp(a->dims, b->dims, (size_t)a->rank * sizeof *a->dims) == 0 &&
           tf_view_contiguous(a) && tf_view_contiguous(b);
}

static bool may_lie_on(const ir_node *n, int j, int position)
{
    ir_value *in = n->in[j], *root = root_of(in);
    if (root->place != IR_OWN || in->root != in || root->last != position || root->first == position || !same_layout(&in->view, &n->out[0].view))
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
            if (may_lie_on(n, j, i)) {
                ir_value *onto = root_of(n->in[j]), *out = &n->out[0];
                out->alias = onto;
                onto->last = out->last > onto->last ? out->last : onto->last;
                onto->pinned |= out->pinned;
                break;
            }
    }
}

/* ---- offsets: in order of birth, into the first gap that is free for all of a life ----------------------------------------------- */

typedef struct {
    ir_value *root;
    int64_t size;
} tenant;

static int by_birth(const void *a, const void *b)
{
    const tenant *x = a, *y = b;
    if (x->root->first != y->root->first)
        return x->root->first < y->root->first ? -1 : 1;
    return x->size != y->size ? (x->size > y->size ? -1 : 1) : 0;
}

static int64_t find_place(tenant **living, int *n_living, tenant *t)
{
    int kept = 0;
    for (int i = 0; i < *n_living; i++)
        if (living[i]->root->last >= t->root->first)
            living[kept++] = living[i];
    int64_t at = 0;
    int i = 0;
    for (; i < kept && living[i]->root->at - at < t->size; i++)
        at = living[i]->root->at + living[i]->size > at ? living[i]->root->at + living[i]->size : at;
    memmove(living + i + 1, living + i, (size_t)(kept - i) * sizeof *living);
    living[i] = t;
    *n_living = kept + 1;
    return at;
}

bool ir_place_memory(ir_ctx *c, ir_block *b)
{
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
                tenants[n++] = (tenant){ v, (bytes_of(v) + ALIGN - 1) / ALIGN * ALIGN };
        }
    qsort(tenants, (size_t)n, sizeof *tenants, by_birth);
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
