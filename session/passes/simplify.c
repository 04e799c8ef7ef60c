/* What changes nothing goes (identities, reshapes to the shape it was, broadcasts that an elementwise op does by itself), and what is
 * computed twice alike is computed once. */
#include <string.h>

#include "session/passes/pass.h"

/* A read of a variable has its own place among the assignments; what is wanted or waited for by name stays. */
static bool may_go(const ir_node *n) { return n->n_out && !n->n_after && !n->effect && !n->out[0].known; }

/* ---- nodes that change nothing ----------------------------------------------------------------------------------------- */

static bool same_kind(const tf_view *a, const tf_view *b) { return a->dtype == b->dtype && ir_same_dims(a, b); }

/* A view of all elements in the order they are in: asked of its rule, with the operand contiguous. */
static bool is_whole_view(const ir_node *n)
{
    const tf_view *viewed = &n->in[n->def->viewed]->view;
    tf_view out;
    int64_t offset;
    if (n->n_out != 1 || !same_kind(viewed, &n->out[0].view) || !ir_view_rule(n, 0, &out, &offset) || offset)
        return false;
    for (int i = 0; i < out.rank; i++)
        if (out.dims[i] > 1 && out.strides[i] != viewed->strides[i])
            return false;
    return true;
}

static bool changes_nothing(const ir_node *n)
{
    if (!n->def || !(n->def->traits & TF_VIEW) || n->n_in <= n->def->viewed || n->in[n->def->viewed]->variable)
        return false;
    return n->def->traits & TF_IDENTITY || is_whole_view(n);
}

/* ---- broadcasts --------------------------------------------------------------------------------------------------------- */

/* In n's own block: a loop around it has what it reads from outside among its inputs, not what that is made of. */
static bool is_broadcast_for(const ir_node *n, const ir_value *v)
{
    const ir_node *from = v->node;
    return from && from->def && from->def->traits & TF_BROADCASTS && from->block == n->block && !v->known && !from->in[0]->variable;
}

/* Whether the other operands, or v, are as large along every axis as n's result. */
static bool is_spread_without(const ir_node *n, const ir_value *v, const ir_value *instead)
{
    const tf_view *out = &n->out[0].view;
    for (int i = 0; i < out->rank; i++) {
        bool whole = out->dims[i] == 1;
        for (int j = 0; j < n->n_in && !whole; j++) {
            const tf_view *in = n->in[j] == v ? &instead->view : &n->in[j]->view;
            const int axis = i - out->rank + in->rank;
            whole = axis >= 0 && in->dims[axis] == out->dims[i];
        }
        if (!whole)
            return false;
    }
    return true;
}

/* An elementwise op reads what was broadcast for it. */
static void read_as_it_was(ir_node *n)
{
    if (!n->def || !(n->def->traits & TF_ELEMENTWISE) || !n->def->strips || n->n_out != 1)
        return;
    for (int j = 0; j < n->n_in; j++) {
        ir_value *v = n->in[j];
        if (!is_broadcast_for(n, v) || !is_spread_without(n, v, v->node->in[0]))
            continue;
        for (int i = j; i < n->n_in; i++)
            if (n->in[i] == v)
                n->in[i] = v->node->in[0];
    }
}

/* ---- nodes that are alike --------------------------------------------------------------------------------------------------- */

static size_t hash_of(const ir_node *n)
{
    size_t h = (size_t)(uintptr_t)n->def / 8 + (size_t)n->n_in;
    for (int i = 0; i < n->n_in; i++)
        h = h * 1000003 + (size_t)(uintptr_t)n->in[i] / 8;
    return h;
}

static bool alike(const ir_node *a, const ir_node *b)
{
    if (a->def != b->def || a->T != b->T || a->U != b->U || a->n_in != b->n_in || a->n_out != b->n_out)
        return false;
    if (memcmp(a->in, b->in, (size_t)a->n_in * sizeof *a->in) != 0)
        return false;
    for (int i = 0; i < a->n_out; i++)
        if (!same_kind(&a->out[i].view, &b->out[i].view))
            return false;
    return tf1c_same_attrs(a->def, a->attrs, b->attrs);
}

/* ---- the walk ------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    ir_node **slots;
    size_t mask;
} table;

/* The node like n that was there before; NULL: n is the first of its kind now. */
static ir_node *earlier(table *t, ir_node *n)
{
    size_t i = hash_of(n) & t->mask;
    for (; t->slots[i]; i = (i + 1) & t->mask)
        if (alike(t->slots[i], n))
            return t->slots[i];
    t->slots[i] = n;
    return NULL;
}

static void simplify(table *t, ir_node *n)
{
    for (int i = 0; i < n->n_in; i++)
        while (n->in[i]->replaced)
            n->in[i] = n->in[i]->replaced;
    read_as_it_was(n);
    if (!may_go(n))
        return;
    if (changes_nothing(n)) {
        n->out[0].replaced = n->in[n->def->viewed];
        return;
    }
    ir_node *same = ir_is_pure(n) ? earlier(t, n) : NULL;
    for (int i = 0; same && i < n->n_out; i++)
        n->out[i].replaced = &same->out[i];
}

bool ir_pass_simplify(ir_ctx *c, ir_block *b)
{
    table t = { .mask = 63 };
    while (t.mask < 2 * (size_t)b->n)
        t.mask = 2 * t.mask + 1;
    if (!(t.slots = tf1c_alloc_zero((t.mask + 1) * sizeof *t.slots))) { /* not the binding's memory: it is for now alone */
        ir_no_memory(c);
        return false;
    }
    for (int i = 0; i < b->n; i++)
        simplify(&t, b->nodes[i]);
    tf1c_free(t.slots);
    ir_apply_replacements(b);
    ir_prune(b);
    return !c->failed;
}
