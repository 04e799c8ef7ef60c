/* Σ x·v, where v is one vector for all rows of x (a score, Σ v·tanh(…)) or one number a row (the gradient of such a vector), is a
 * product of matrices: x·v is not written down, and the second kind leaves its loop as a weight gradient does (sums.c). */
#include "graph/product.h"
#include "session/passes/pass.h"

/* ---- the planner's own node -------------------------------------------------------------------------------------------------- */

typedef struct {
    bool over_rows; /* out[j] = Σᵢ v[i]·x[i, j]; else out[i] = Σⱼ x[i, j]·v[j] */
} dots_attrs;

static bool over_rows(const tf_kernel_ctx *k) { return ((const dots_attrs *)k->attrs)->over_rows; }
static int dots_sum_along(const tf_kernel_ctx *k) { return over_rows(k) ? 0 : -1; }

/* The same of matrices: vᵀ·x, or x·v. The operands are contiguous. */
static tf_product as_product(const tf_kernel_ctx *k, tf_kernel_ctx *product, tf_view in[2], tf_view out[1])
{
    const tf_view *x = &k->in[0], *v = &k->in[1];
    const bool rows = over_rows(k);
    const int64_t width = x->dims[x->rank - 1], height = rows ? tf_view_count(v) : tf_view_count(&k->out[0]);
    *product = *k;
    product->in = in;
    product->out = out;
    tf_view_set(&in[rows], x->data, k->T, SHAPE(height, width));
    tf_view_set(&in[!rows], v->data, k->T, SHAPE(rows ? height : width, 1));
    tf_view_set(out, k->out[0].data, k->T, SHAPE(rows ? 1 : height, rows ? width : 1));
    return (tf_product){ .transpose_a = rows };
}

static int64_t dots_units(const tf_kernel_ctx *k)
{
    tf_kernel_ctx product;
    tf_view in[2], out[1];
    const tf_product p = as_product(k, &product, in, out);
    return tf1c_product_units(&product, p);
}

static size_t dots_scratch(const tf_kernel_ctx *k)
{
    tf_kernel_ctx product;
    tf_view in[2], out[1];
    const tf_product p = as_product(k, &product, in, out);
    return tf1c_product_scratch(&product, p);
}

static void dots_kernel(tf_kernel_ctx *k)
{
    tf_kernel_ctx product;
    tf_view in[2], out[1];
    const tf_product p = as_product(k, &product, in, out);
    tf1c_product_shard(&product, p, NULL);
}

static const tf_attr_def dots_fields[] = { TF_ATTR(dots_attrs, over_rows, TF_ATTR_BOOL), { 0 } };
static const tf_op_def dots_op = { .name = "(dots)",
                                   .in = "x:T, v:T",
                                   .out = "y:T",
                                   .attrs = dots_fields,
                                   .attrs_size = sizeof(dots_attrs),
                                   .kernel = dots_kernel,
                                   .units = dots_units,
                                   .scratch = dots_scratch,
                                   .sums_along = dots_sum_along,
                                   .gradient = tf_no_gradient };

/* ---- which ------------------------------------------------------------------------------------------------------------------------ */

/* What an axis list leaves: a bit for each axis of x that is summed over; 0 where that is not known. */
static unsigned axes_of(const ir_node *sum)
{
    const ir_value *given = sum->in[1];
    const int rank = sum->in[0]->view.rank;
    tf_dims list;
    unsigned axes = 0;
    if (!given->known || !tf1c_ints_of_array(np_array((void *)given->known, given->view.dtype, ir_dims(&given->view)), &list))
        return 0;
    for (int i = 0; i < list.rank; i++)
        axes |= 1u << (list.dims[i] < 0 ? list.dims[i] + rank : list.dims[i]);
    return axes;
}

/* As x in all axes but the last, where it has one element. */
static bool is_one_a_row(const tf_view *v, const tf_view *x)
{
    for (int i = 0; i + 1 < x->rank && v->rank == x->rank; i++)
        if (v->dims[i] != x->dims[i])
            return false;
    return v->rank == x->rank && v->dims[v->rank - 1] == 1;
}

static bool is_one_row(const tf_view *v, const tf_view *x)
{
    return v->rank && v->rank <= x->rank && v->dims[v->rank - 1] == x->dims[x->rank - 1] &&
           tf_view_count(v) == x->dims[x->rank - 1];
}

/* Small ones, and thin ones, are as fast as they are. */
static bool is_worth_it(const tf_view *x)
{
    enum { NARROWEST = 16, FEWEST = 4096 };
    return x->rank >= 2 && x->dims[x->rank - 1] >= NARROWEST && tf_view_count(x) >= FEWEST &&
           tf_view_count(x) >= NARROWEST * x->dims[x->rank - 1];
}

static bool become_dots(ir_ctx *c, ir_node *sum, ir_value *x, ir_value *v, bool rows)
{
    ir_value **in = ir_alloc(c, 2 * sizeof *in);
    dots_attrs *attrs = ir_alloc(c, sizeof *attrs);
    if (!in || !attrs)
        return false;
    in[0] = x;
    in[1] = v;
    attrs->over_rows = rows;
    sum->def = &dots_op;
    sum->attrs = attrs;
    sum->in = in;
    sum->in_room = 0;
    sum->n_in = 2;
    return true;
}

static bool is_sum_of_products(const ir_block *b, const ir_node *n)
{
    const ir_node *times = n->def && n->def->traits & TF_TOTAL ? n->in[0]->node : NULL;
    return times && times->def && times->def->traits & TF_TIMES && times->block == b->id && times->n_in == 2 && !times->n_after &&
           times->out[0].uses == 1 && !times->out[0].known && !n->out[0].known && tf1c_matmul_is_own(n->T) &&
           is_worth_it(&times->out[0].view);
}

bool ir_pass_dots(ir_ctx *c, ir_block *b)
{
    ir_count_uses(b);
    for (int i = 0; i < b->n && !c->failed; i++) {
        ir_node *n = b->nodes[i];
        if (!is_sum_of_products(b, n))
            continue;
        const ir_node *times = n->in[0]->node;
        const tf_view *all = &times->out[0].view;
        const unsigned last = 1u << (all->rank - 1), axes = axes_of(n);
        for (int j = 0; j < 2; j++) {
            ir_value *x = times->in[j], *v = times->in[1 - j];
            const bool columns = axes == last && is_one_row(&v->view, all), rows = axes == last - 1 && is_one_a_row(&v->view, all);
            if (!ir_same_dims(&x->view, all) || (!columns && !rows))
                continue;
            if (!become_dots(c, n, x, v, rows))
                return false;
            break;
        }
    }
    ir_prune(b);
    return !c->failed;
}
