/* A product whose result is read through one part alone computes that part: `matmul -> slice` is a product on a part of an
 * operand (of concat([x, h])·W's gradient, only h's columns). */
#include <string.h>

#include "session/plan.h"

typedef struct {
    int64_t row, rows, column, columns;
} part;

/* Which part of p's output the view node reads, if it is a rectangle. */
static bool part_read(const ir_node *view, const ir_value *whole, part *r)
{
    enum { MOST = 8 };
    tf_view in[MOST], out = view->out[0].view;
    int64_t offset = 0, columns = whole->view.dims[1];
    if (view->n_in > MOST || view->n_out != 1 || out.rank != 2 || !columns)
        return false;
    for (int i = 0; i < view->n_in; i++) {
        in[i] = view->in[i]->view;
        in[i].data = i == view->def->viewed ? NULL : (void *)view->in[i]->known;
    }
    tf_kernel_ctx k = { .def = view->def, .attrs = view->attrs, .T = view->T, .U = view->U, .n_in = view->n_in, .n_out = 1, .in = in, .out = &out, .name = view->name };
    if (!view->def->view(&k, 0, &offset) || out.strides[0] != columns || out.strides[1] != 1)
        return false;
    *r = (part){ offset / columns, out.dims[0], offset % columns, out.dims[1] };
    return r->column + r->columns <= columns && r->row + r->rows <= whole->view.dims[0];
}

/* Operand v (transposed or not) cut to the rows or columns of the result that are wanted. */
static ir_value *cut(ir_ctx *c, ir_block *to, ir_value *v, bool first_axis, int64_t begin, int64_t n, int order)
{
    int64_t all = v->view.dims[first_axis ? 0 : 1];
    if (n == all)
        return v;
    ir_node *block = first_axis ? ir_block_node(c, v, begin, n, 0, v->view.dims[1]) : ir_block_node(c, v, 0, v->view.dims[0], begin, n);
    if (!block)
        return NULL;
    block->order = order;
    block->name = v->node ? v->node->name : "";
    ir_add_node(c, to, block);
    return &block->out[0];
}

/* The view node becomes the product of what it reads. */
static bool shrink(ir_ctx *c, ir_block *to, ir_node *view, const ir_node *product, const part *r)
{
    tf_product t = product->def->product(product->attrs);
    ir_value *a = cut(c, to, product->in[0], !t.transpose_a, r->row, r->rows, product->order);
    ir_value *b = cut(c, to, product->in[1], t.transpose_b, r->column, r->columns, product->order);
    ir_value **in = ir_alloc(c, 2 * sizeof *in);
    if (!a || !b || !in)
        return false;
    in[0] = a;
    in[1] = b;
    view->def = product->def;
    view->attrs = product->attrs;
    view->T = product->T;
    view->U = product->U;
    view->name = product->name;
    view->here = product->here;
    view->in = in;
    view->n_in = 2;
    return true;
}

static bool may_shrink(const ir_block *b, const ir_node *view, part *r)
{
    if (!view->def || !(view->def->traits & TF_VIEW) || view->n_in <= view->def->viewed || (view->n_out && view->out[0].known))
        return false;
    const ir_value *whole = view->in[view->def->viewed];
    const ir_node *p = whole->node;
    return p && p->block == b->id && p->def && p->def->traits & TF_PRODUCT && p->def->product && p->n_in == 2 && whole->uses == 1 && !p->n_after &&
           whole->view.rank == 2 && part_read(view, whole, r);
}

bool ir_pass_blocks(ir_ctx *c, ir_block *b)
{
    ir_block out = *b;
    out.nodes = NULL;
    out.n = out.capacity = 0;
    ir_count_uses(b);
    for (int i = 0; i < b->n && !c->failed; i++) {
        ir_node *n = b->nodes[i];
        part r;
        if (may_shrink(b, n, &r) && !shrink(c, &out, n, n->in[n->def->viewed]->node, &r))
            return false;
        ir_add_node(c, &out, n);
    }
    *b = out;
    ir_prune(b);
    return !c->failed;
}
