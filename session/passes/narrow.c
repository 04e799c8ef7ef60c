/* What is read in parts alone is computed in parts: `matmul -> slice` is a product on a part of an operand (of
 * concat([x, h])·W's gradient, only h's columns), an elementwise op before a split one op a part. */
#include <string.h>

#include "session/passes/pass.h"

typedef struct {
    int64_t row, rows, column, columns;
} part;

/* The one output of the view node that is read; -1 if several are. */
static int only_output(const ir_node *view)
{
    int only = -1;
    for (int o = 0; o < view->n_out; o++)
        if (view->out[o].uses) {
            if (only >= 0 || view->out[o].known)
                return -1;
            only = o;
        }
    return only;
}

/* Which part of `whole`, a matrix, output o of the view node is, if it is a rectangle. */
static bool part_read(const ir_node *view, int o, const ir_value *whole, part *r)
{
    tf_view out;
    int64_t offset, columns = whole->view.dims[1];
    if (view->out[o].view.rank != 2 || !columns || !ir_view_rule(view, o, &out, &offset) || out.strides[0] != columns ||
        out.strides[1] != 1)
        return false;
    *r = (part){ offset / columns, out.dims[0], offset % columns, out.dims[1] };
    return r->column + r->columns <= columns && r->row + r->rows <= whole->view.dims[0];
}

static ir_value *add_view(ir_ctx *c, ir_block *to, ir_node *view, const ir_node *like)
{
    if (!view)
        return NULL;
    view->order = like->order;
    view->name = like->name;
    ir_add_node(c, to, view);
    return &view->out[0];
}

/* Matrix v cut to `n` of its rows or columns. */
static ir_value *cut(ir_ctx *c, ir_block *to, ir_value *v, bool rows, int64_t begin, int64_t n, const ir_node *like)
{
    if (n == v->view.dims[rows ? 0 : 1])
        return v;
    return add_view(
        c, to, rows ? ir_submatrix_node(c, v, begin, n, 0, v->view.dims[1]) : ir_submatrix_node(c, v, 0, v->view.dims[0], begin, n),
        like);
}

static ir_node *smaller_node(ir_ctx *c, const ir_node *n, int64_t rows, int64_t columns)
{
    ir_node *copy = ir_node_like(c, n, n->def, n->n_in, 1);
    if (!copy)
        return NULL;
    tf_view_set(&copy->out[0].view, NULL, n->out[0].view.dtype, SHAPE(rows, columns));
    return copy;
}

static ir_value *vector_part(ir_ctx *c, ir_block *to, ir_value *v, const part *r, const ir_node *like)
{
    return add_view(c, to, ir_subvector_node(c, v, r->column, r->columns), like);
}

/* ---- a product, one part of which is read --------------------------------------------------------------------------------------- */

static bool shrink(ir_ctx *c, ir_block *to, ir_node *view, int o, const ir_node *product, const part *r)
{
    tf_product t = product->def->product(product->attrs);
    ir_value *a = cut(c, to, product->in[0], !t.transpose_a, r->row, r->rows, product);
    ir_value *b = cut(c, to, product->in[1], t.transpose_b, r->column, r->columns, product);
    ir_node *less = a && b ? smaller_node(c, product, r->rows, r->columns) : NULL;
    if (!less)
        return false;
    less->in[0] = a;
    less->in[1] = b;
    if (product->n_in == 3 && !(less->in[2] = vector_part(c, to, product->in[2], r, product))) /* a bias */
        return false;
    ir_add_node(c, to, less);
    view->out[o].replaced = &less->out[0];
    return true;
}

static bool is_product(const ir_node *p) { return p->def->traits & TF_PRODUCT && p->def->product && p->n_in <= 3; }

/* ---- an elementwise result that is only read in parts: f(x)[part] = f(x[part]), so that all parts' readers can be fused with it --- */

static ir_value *operand_part(ir_ctx *c, ir_block *to, ir_value *v, const ir_node *e, const part *r)
{
    int64_t columns = e->out[0].view.dims[1];
    if (v->view.rank == 2)
        return v->view.dims[1] == columns ? cut(c, to, v, false, r->column, r->columns, e) : v;
    if (v->view.rank == 1 && v->view.dims[0] == columns)
        return vector_part(c, to, v, r, e);
    return v;
}

static bool is_elementwise_matrix(const ir_node *e)
{
    if (!e->def->strips || e->out[0].view.rank != 2)
        return false;
    for (int i = 0; i < e->n_in; i++)
        if (e->in[i]->view.rank == 1 && e->in[i]->view.dims[0] == 1)
            return false;
    return true;
}

static bool divide(ir_ctx *c, ir_block *to, ir_node *view, const ir_node *e)
{
    const ir_value *whole = &e->out[0];
    part parts[IR_MOST_OPERANDS];
    if (view->n_out > IR_MOST_OPERANDS)
        return true;
    for (int o = 0; o < view->n_out; o++) /* all or nothing */
        if (view->out[o].uses && (!part_read(view, o, whole, &parts[o]) || parts[o].row || parts[o].rows != whole->view.dims[0]))
            return true;
    for (int o = 0; o < view->n_out; o++) {
        if (!view->out[o].uses)
            continue;
        const part *r = &parts[o];
        ir_node *piece = smaller_node(c, e, r->rows, r->columns);
        for (int i = 0; piece && i < e->n_in; i++)
            if (!(piece->in[i] = operand_part(c, to, e->in[i], e, r)))
                return false;
        if (!piece)
            return false;
        ir_add_node(c, to, piece);
        view->out[o].replaced = &piece->out[0];
    }
    return true;
}

/* ---- the walk ---------------------------------------------------------------------------------------------------------------------- */

/* The node that a view looks at, if nobody else does. */
static const ir_node *looked_at(const ir_block *b, const ir_node *view)
{
    if (!view->def || !(view->def->traits & TF_VIEW) || view->n_in <= view->def->viewed)
        return NULL;
    const ir_value *whole = view->in[view->def->viewed];
    const ir_node *n = whole->node;
    bool fits = n && n->def && n->block == b->id && n->n_out == 1 && whole->uses == 1 && !whole->known && !n->n_after &&
                whole->view.rank == 2;
    return fits ? n : NULL;
}

static bool rewrite(ir_ctx *c, ir_block *to, const ir_block *all, ir_node *view)
{
    const ir_node *n = looked_at(all, view);
    part r;
    if (!n)
        return true;
    int o = only_output(view);
    if (is_product(n) && o >= 0 && part_read(view, o, &n->out[0], &r))
        return shrink(c, to, view, o, n, &r);
    if (is_elementwise_matrix(n) && view->n_out > 1)
        return divide(c, to, view, n);
    return true;
}

bool ir_pass_narrow(ir_ctx *c, ir_block *b)
{
    ir_block out = ir_emptied(b);
    ir_count_uses(b);
    for (int i = 0; i < b->n && !c->failed; i++) {
        if (!rewrite(c, &out, b, b->nodes[i]))
            return false;
        ir_add_node(c, &out, b->nodes[i]);
    }
    *b = out;
    ir_apply_replacements(b);
    ir_prune(b);
    return !c->failed;
}
