/* Σᵢ f(xᵢ) = f(all xᵢ, one below the other), for ops that sum over rows (aᵀ·b above all): a weight gradient of many steps is one
 * product. Within a block the sum is an AddN; out of a loop it is a summed result, whose operands are stacked instead. */
#include <string.h>

#include "session/passes/pass.h"

/* Asks n's record, with the values of what is known; -1: it is no sum. */
static int sums_along(const ir_node *n)
{
    enum { MOST = 4 };
    tf_view in[MOST], out[MOST];
    if (!n || !n->def || !n->def->sums_along || n->n_in > MOST || n->n_out > MOST)
        return -1;
    tf_kernel_ctx k = ir_rule_ctx(n, in, out);
    return n->def->sums_along(&k);
}

/* ---- within a block ------------------------------------------------------------------------------------------------------- */

static bool same_known(const ir_value *a, const ir_value *b)
{
    if (!a->known || !b->known)
        return !a->known && !b->known;
    return memcmp(a->known, b->known, (size_t)ir_bytes(a)) == 0;
}

static bool alike(const ir_node *a, const ir_node *b)
{
    if (a->def != b->def || a->T != b->T || a->U != b->U || a->n_in != b->n_in || !tf1c_same_attrs(a->def, a->attrs, b->attrs))
        return false;
    for (int i = 0; i < a->n_in; i++)
        if (!ir_same_dims(&a->in[i]->view, &b->in[i]->view) || !same_known(a->in[i], b->in[i]))
            return false;
    return true;
}

static bool is_sum_of_rows(const ir_block *b, const ir_node *n)
{
    if (!n->def || !(n->def->traits & TF_SUM) || n->n_in < 2)
        return false;
    const ir_node *first = n->in[0]->node;
    for (int i = 0; i < n->n_in; i++) {
        const ir_node *term = n->in[i]->node;
        if (sums_along(term) != 0 || term->block != b->id || term->n_out != 1 || term->n_after || n->in[i]->uses != 1 ||
            n->in[i]->known || !alike(first, term))
            return false;
        for (int j = 0; j < term->n_in; j++)
            if (!term->in[j]->view.rank && !term->in[j]->known)
                return false;
    }
    return true;
}

/* The AddN becomes f itself, of its terms' operands in rows. The last term first: a gradient goes from the last step to the first,
 * and what it reads on its way down makes room for its rows (place.c). */
static bool join(ir_ctx *c, ir_block *to, ir_node *sum)
{
    const ir_node *first = sum->in[0]->node;
    ir_value **parts = ir_alloc(c, (size_t)sum->n_in * sizeof *parts);
    ir_value **in = ir_alloc(c, (size_t)first->n_in * sizeof *in);
    if (!parts || !in)
        return false;
    for (int j = 0; j < first->n_in; j++) {
        in[j] = first->in[j];
        if (in[j]->known)
            continue;
        for (int i = 0; i < sum->n_in; i++)
            parts[i] = sum->in[sum->n_in - 1 - i]->node->in[j];
        ir_node *rows = ir_rows_node(c, sum->n_in, parts);
        if (!rows)
            return false;
        rows->order = sum->order;
        rows->name = sum->name;
        ir_add_node(c, to, rows);
        in[j] = &rows->out[0];
    }
    sum->def = first->def;
    sum->attrs = first->attrs;
    sum->T = first->T;
    sum->U = first->U;
    sum->in = in;
    sum->in_room = 0;
    sum->n_in = first->n_in;
    return true;
}

/* ---- out of a loop ----------------------------------------------------------------------------------------------------------- */

/* Operand v of a body's node, of all steps at once as [steps, …]: what was sliced, or a new stacked result. */
static ir_value *all_steps(ir_ctx *c, ir_node *n, ir_value *v)
{
    const ir_sliced *slice = ir_slice_of(n->loop, v);
    const ir_stacked *stack = ir_stack_of(n->loop, v);
    if (slice)
        return n->in[slice->input];
    if (stack)
        return &n->out[stack->output];
    return n->n_out == n->room || v->view.rank >= TF_MAX_RANK ? NULL : ir_add_stack(c, n, v);
}

static bool may_leave(const ir_node *n, const ir_summed *s)
{
    const ir_node *term = s->result->node;
    if (n->loop->steps < 1 || n->loop->spans || s->result->known || sums_along(term) < 0 || term->block != n->loop->body.id ||
        term->n_out != 1 || n->n_out + term->n_in > n->room)
        return false;
    for (int j = 0; j < term->n_in; j++)
        if (!term->in[j]->known && (ir_is_captured(n->loop, term->in[j]) || !term->in[j]->view.rank))
            return false;
    return true;
}

/* An operand of all steps, from [steps, …] to put together along an axis. */
static ir_node *put_together(ir_ctx *c, ir_block *to, const ir_node *n, ir_value *stacked, int axis)
{
    ir_node *turned = axis ? ir_first_axis_to_node(c, stacked, axis) : NULL;
    if (axis && !turned)
        return NULL;
    if (turned) {
        turned->order = n->order;
        turned->name = n->name;
        ir_add_node(c, to, turned);
        stacked = &turned->out[0];
    }
    tf_dims dims = ir_dims(&stacked->view);
    dims.dims[axis] *= dims.dims[axis + 1];
    memmove(dims.dims + axis + 1, dims.dims + axis + 2, (size_t)(dims.rank - axis - 2) * sizeof *dims.dims);
    dims.rank--;
    ir_node *whole = ir_view_node(c, stacked, dims);
    if (!whole)
        return NULL;
    whole->order = n->order;
    ir_add_node(c, to, whole);
    return whole;
}

/* f outside of the loop, of all steps' operands, gives what the summed output was. */
static bool leave(ir_ctx *c, ir_block *to, ir_node *n, const ir_summed *s)
{
    const ir_node *term = s->result->node;
    const int axis = sums_along(term);
    ir_node *f = ir_node_like(c, term, term->def, term->n_in, 1);
    if (!f)
        return false;
    f->order = n->order;
    f->out[0].view = n->out[s->output].view;
    for (int j = 0; j < term->n_in; j++) {
        f->in[j] = term->in[j];
        if (f->in[j]->known)
            continue;
        ir_value *stacked = all_steps(c, n, term->in[j]);
        if (!stacked)
            return false;
        ir_node *whole = put_together(c, to, n, stacked, axis);
        if (!whole)
            return false;
        whole->name = term->name;
        f->in[j] = &whole->out[0];
    }
    ir_add_node(c, to, f);
    n->out[s->output].replaced = &f->out[0];
    return true;
}

static bool empty_loop(ir_ctx *c, ir_block *to, ir_node *n)
{
    ir_loop *l = n->loop;
    const int first = to->n;
    int kept = 0;
    for (int i = 0; i < l->n_summed; i++) {
        if (!may_leave(n, &l->summed[i]))
            l->summed[kept++] = l->summed[i];
        else if (!leave(c, to, n, &l->summed[i]))
            return false;
    }
    l->n_summed = kept;
    ir_list_results(c, l);
    ir_prune(&l->body);
    return ir_after_assignments_of(c, to, first, n) && !c->failed;
}

bool ir_pass_sums(ir_ctx *c, ir_block *b)
{
    ir_block out = ir_emptied(b);
    ir_count_uses(b);
    for (int i = 0; i < b->n && !c->failed; i++) {
        ir_node *n = b->nodes[i];
        if (is_sum_of_rows(b, n) && !join(c, &out, n))
            return false;
        ir_add_node(c, &out, n);
        if (n->loop && n->loop->n_summed && !empty_loop(c, &out, n))
            return false;
    }
    *b = out;
    ir_apply_replacements(b);
    ir_prune(b);
    return !c->failed;
}
