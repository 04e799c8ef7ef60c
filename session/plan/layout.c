/* Where values lie relative to each other: views inside their source, parts inside their whole, contiguous copies only where a
 * kernel insists. After it every value is a root or a view of one. */
#include <string.h>

#include "session/plan/assignments.h"
#include "session/plan/layout.h"

static int64_t item(const ir_value *v) { return (int64_t)tf_dtype_size(v->view.dtype); }

/* Rank 2, one stride 1 and the other at least as long as a row: what BLAS takes. */
static bool is_rows(const tf_view *v)
{
    if (v->rank != 2)
        return false;
    bool plain = v->strides[1] == 1 || v->dims[1] == 1, transposed = v->strides[0] == 1 || v->dims[0] == 1;
    return (plain && v->strides[0] >= v->dims[1]) || (transposed && v->strides[1] >= v->dims[0]);
}

void ir_set_view(ir_value *v, ir_value *in, int64_t offset)
{
    v->place = IR_VIEW;
    v->root = in->root;
    v->offset = in->offset + offset * item(v);
    v->variable = in->root->variable;
}

static int64_t offset_in_root(const ir_value *v) { return v->place == IR_VIEW ? v->offset : 0; }

/* The same elements in the same order at the same address: a value, or a view that changes nothing (a read, a reshape to what
 * it was). */
bool ir_same_place(const ir_value *a, const ir_value *b)
{
    size_t n = (size_t)a->view.rank * sizeof *a->view.dims;
    return a == b || (a->root == b->root && offset_in_root(a) == offset_in_root(b) && a->view.rank == b->view.rank &&
                      a->view.dtype == b->view.dtype && memcmp(a->view.dims, b->view.dims, n) == 0 &&
                      memcmp(a->view.strides, b->view.strides, n) == 0);
}

static bool rule_memory(ir_ctx *c, const ir_node *n, tf_view **in, tf_view **out)
{
    *in = ir_alloc(c, (size_t)(n->n_in + n->n_out) * sizeof **in);
    *out = *in ? *in + n->n_in : NULL;
    return *in;
}

/* ---- parts: from the last node to the first, so that a whole is placed before what it is made of ---------------------------- */

static bool may_write(const ir_node *producer, const tf_view *v)
{
    unsigned traits = producer->def ? producer->def->traits : TF_STRIDED_OUT;
    if (traits & (TF_VIEW | TF_WRITES_REF | TF_SOURCE_OP))
        return false;
    return traits & TF_STRIDED_OUT || traits & TF_PARTS ||
           (traits & TF_ROWS_OUT && v->rank == 2 && (v->strides[1] == 1 || v->dims[1] == 1)) || tf_view_contiguous(v);
}

bool ir_may_place(const ir_block *b, const ir_value *v, const tf_view *as)
{
    return !v->known && v->node && v->node->block == b->id && v->place == IR_OWN && v->root == v && may_write(v->node, as);
}

static void place_parts(ir_ctx *c, const ir_block *b, ir_node *n)
{
    tf_view *in, *out;
    if (!rule_memory(c, n, &in, &out))
        return;
    tf_kernel_ctx k = ir_rule_ctx(n, in, out);
    for (int j = 0; j < n->n_in; j++) {
        ir_value *v = n->in[j];
        int64_t offset = 0;
        if (!n->def->part(&k, j, &offset) || !ir_may_place(b, v, &in[j]))
            continue;
        v->view = in[j];
        v->view.data = NULL;
        ir_set_view(v, &n->out[0], offset);
    }
}

/* ---- forward: views, then copies ------------------------------------------------------------------------------------------------ */

typedef struct layout layout;
struct layout {
    ir_ctx *c;
    const ir_block *from;
    ir_block *to;    /* the nodes so far, copies among them */
    ir_node *around; /* the loop whose body this is; NULL */
    layout *outside; /* of the block that has the loop */
    bool whole;      /* of the run itself, not of a body */
};

static ir_value *contiguous(layout *l, ir_value *v, int order);

/* A copy of what is the same in every step is made once, before the loop. */
static ir_value *copied_outside(layout *l, ir_value *v)
{
    ir_value *copy = contiguous(l->outside, v, l->around->order);
    for (int i = 0; i < l->around->n_in; i++)
        if (l->around->in[i] == copy)
            return copy;
    ir_add_input(l->c, l->around, copy);
    return copy;
}

static ir_value *contiguous(layout *l, ir_value *v, int order)
{
    if (l->around && !v->root->variable && ir_is_captured(l->around->loop, v))
        return copied_outside(l, v);
    if (v->contiguous && v->contiguous->node->block == l->to->id) /* one of another block is not there, or no longer */
        return v->contiguous;
    ir_node *copy = ir_copy_of(l->c, v);
    if (!copy)
        return v;
    copy->order = order;
    ir_add_node(l->c, l->to, copy);
    if (!v->root->variable) /* a variable may have another value at the next reader */
        v->contiguous = &copy->out[0];
    return &copy->out[0];
}

static bool try_views(layout *l, ir_node *n)
{
    tf_view *in, *out;
    if (!rule_memory(l->c, n, &in, &out))
        return false;
    tf_kernel_ctx k = ir_rule_ctx(n, in, out);
    int64_t offset;
    for (int o = 0; o < n->n_out; o++) {
        offset = 0;
        if (!n->def->view(&k, o, &offset))
            return false;
        memcpy(n->out[o].view.strides, out[o].strides, sizeof out[o].strides);
        ir_set_view(&n->out[o], n->in[n->def->viewed], offset);
    }
    return true;
}

static void place_views(layout *l, ir_node *n)
{
    ir_value **viewed = &n->in[n->def->viewed];
    n->silent = try_views(l, n);
    if (n->silent || tf_view_contiguous(&(*viewed)->view))
        return; /* or what it depends on is known only in the run: then it copies */
    *viewed = contiguous(l, *viewed, n->order);
    n->silent = try_views(l, n);
}

/* The inputs that do not lie in the whole yet are copied there. */
static void copy_parts(layout *l, ir_node *n)
{
    tf_view *in, *out;
    if (!rule_memory(l->c, n, &in, &out))
        return;
    tf_kernel_ctx k = ir_rule_ctx(n, in, out);
    for (int j = 0; j < n->n_in; j++) {
        ir_value *v = n->in[j];
        int64_t offset = 0;
        if (!n->def->part(&k, j, &offset))
            continue;
        if (v->place == IR_VIEW && v->root == n->out[0].root && v->offset == n->out[0].offset + offset * item(v) && v->node &&
            memcmp(v->view.strides, in[j].strides, sizeof in[j].strides) == 0)
            continue;
        ir_node *copy = ir_copy_of(l->c, v);
        if (!copy)
            return;
        copy->order = n->order;
        copy->out[0].view = in[j];
        copy->out[0].view.data = NULL;
        ir_set_view(&copy->out[0], &n->out[0], offset);
        ir_add_node(l->c, l->to, copy);
        n->in[j] = &copy->out[0];
    }
    n->silent = true;
}

/* Whether a writer's input j lies in a variable it writes, and not where it reads each element before it writes that. */
static bool is_overwritten(const ir_node *n, int j)
{
    bool among = false;
    for (int k = tf1c_refs(n->def); k-- > 0;)
        among |= k != j && n->in[k]->root == n->in[j]->root;
    return among && !(n->def->units && ir_same_place(n->in[0], n->in[j]));
}

static void want_inputs(layout *l, ir_node *n)
{
    unsigned traits = n->def ? n->def->traits : TF_STRIDED_IN;
    for (int j = 1; traits & TF_WRITES_REF && j < n->n_in; j++)
        if (is_overwritten(n, j))
            n->in[j] = contiguous(l, n->in[j], n->order);
    if (traits & (TF_STRIDED_IN | TF_SHAPE_ONLY))
        return;
    for (int j = 0; j < n->n_in; j++) {
        const tf_view *v = &n->in[j]->view;
        if (!tf_view_contiguous(v) && !(traits & TF_ROWS_IN && is_rows(v)))
            n->in[j] = contiguous(l, n->in[j], n->order);
    }
}

static bool lay_out_block(layout *l, ir_block *b);

/* ---- what bodies read of variables ------------------------------------------------------------------------------------------------ */

static void exchange(ir_value **at, const ir_value *was, ir_value *now)
{
    if (*at == was)
        *at = now;
}

/* In n's bodies, and in theirs. */
static void exchange_in_bodies(ir_node *n, const ir_value *was, ir_value *now)
{
    ir_block *inner[2];
    for (int k = ir_bodies(n, inner); k-- > 0;) {
        for (int i = 0; i < inner[k]->n; i++) {
            for (int j = 0; j < inner[k]->nodes[i]->n_in; j++)
                exchange(&inner[k]->nodes[i]->in[j], was, now);
            exchange_in_bodies(inner[k]->nodes[i], was, now);
        }
        for (int i = 0; i < inner[k]->n_results; i++)
            exchange(&inner[k]->results[i], was, now);
    }
    for (int i = 0; n->loop && i < n->loop->n_carried; i++)
        exchange(&n->loop->carried[i].next, was, now);
    for (int i = 0; n->loop && i < n->loop->n_stacked; i++)
        exchange(&n->loop->stacked[i].result, was, now);
    for (int i = 0; n->loop && i < n->loop->n_summed; i++)
        exchange(&n->loop->summed[i].result, was, now);
}

static bool is_variable(const ir_value *v) { return v->node && v->node->def && v->node->def->traits & TF_VARIABLE; }

static bool others_assign(const layout *l, const ir_node *n, const ir_value *variable)
{
    for (int i = 0; i < l->from->n; i++)
        if (l->from->nodes[i] != n && ir_assigns(l->from->nodes[i], variable))
            return true;
    return false;
}

/* The copy is made after all that n comes after. */
static void follow(layout *l, const ir_node *n, ir_node *copy)
{
    ir_node **after = ir_alloc(l->c, (size_t)(n->n_in + n->n_after + 1) * sizeof *after);
    for (int i = 0; after && i < n->n_in; i++)
        if (n->in[i]->node && n->in[i]->node != copy)
            after[copy->n_after++] = n->in[i]->node;
    for (int i = 0; after && i < n->n_after; i++)
        after[copy->n_after++] = n->after[i];
    copy->after = after;
}

/* What was read outside of a variable that n's bodies assign, they find as it was; and of a variable that others assign, while n
 * assigns another, they read a copy: those may wait for n as n would for them. */
static void keep_reads(layout *l, ir_node *n)
{
    for (int i = 0; ir_n_written(n) && i < n->n_in; i++) {
        ir_value *was = n->in[i];
        const bool mine = ir_assigns(n, was->root);
        if (!was->root->variable || was->known || (mine ? is_variable(was) : !others_assign(l, n, was->root)))
            continue;
        ir_value *now = contiguous(l, was, n->order);
        if (now == was)
            return;
        if (is_variable(was))
            follow(l, n, now->node);
        for (int j = i; j < n->n_in; j++)
            exchange(&n->in[j], was, now);
        exchange_in_bodies(n, was, now);
    }
}

/* Of a loop or branch. A state's first value is read through a pointer of the state's own layout. */
static bool lay_out_bodies(layout *l, ir_node *n)
{
    layout body = { .c = l->c, .around = n->loop ? n : NULL, .outside = l }, other = { .c = l->c };
    keep_reads(l, n);
    for (int i = 0; n->loop && i < n->loop->n_carried; i++) {
        ir_value **init = &n->in[n->loop->carried[i].input];
        if (!tf_view_contiguous(&(*init)->view) || (*init)->root->variable)
            *init = contiguous(l, *init, n->order);
    }
    if (n->loop)
        return ir_place_ports(l->c, n) && lay_out_block(&body, &n->loop->body) &&
               (!n->loop->condition.n_results || lay_out_block(&other, &n->loop->condition));
    if (!tf_view_contiguous(&n->in[0]->view))
        n->in[0] = contiguous(l, n->in[0], n->order);
    return ir_place_results(l->c, n) && lay_out_block(&body, &n->branch->bodies[0]) && lay_out_block(&other, &n->branch->bodies[1]);
}

static void lay_out(layout *l, ir_node *n)
{
    unsigned traits = n->def ? n->def->traits : 0;
    if (traits & (TF_LOOP | TF_BRANCH))
        l->c->failed |= !lay_out_bodies(l, n);
    else if (traits & TF_VIEW)
        place_views(l, n);
    else if (traits & TF_PARTS)
        copy_parts(l, n);
    else
        want_inputs(l, n);
    if (traits & (TF_VARIABLE) || (n->n_out && n->out[0].known && !n->loop))
        n->silent = true;
    if (traits & TF_WRITES_REF && !(traits & TF_GIVES_OLD) && n->n_out)
        ir_set_view(&n->out[0], n->in[0], 0);
    ir_add_node(l->c, l->to, n);
}

static bool lay_out_block(layout *l, ir_block *b)
{
    ir_ctx *c = l->c;
    for (int i = b->n; i-- > 0 && !c->failed;)
        if (b->nodes[i]->def && b->nodes[i]->def->traits & TF_PARTS)
            place_parts(c, b, b->nodes[i]);
    ir_block laid = ir_emptied(b);
    l->from = b;
    l->to = &laid;
    for (int i = 0; i < b->n && !c->failed; i++)
        lay_out(l, b->nodes[i]);
    for (int i = 0; i < b->n_results && !c->failed; i++) {
        ir_value *v = b->results[i];
        const bool itself = l->whole && is_variable(v); /* as the run leaves it */
        if (v->root->variable && !v->known && !itself)  /* read before the updates that it is not ordered after */
            v = contiguous(l, v, v->node ? v->node->order : 0);
        laid.results[i] = v;
        v->root->pinned = true;
    }
    *b = laid;
    return !c->failed;
}

bool ir_layout(ir_ctx *c, ir_block *b) { return lay_out_block(&(layout){ .c = c, .whole = true }, b); }
