/* A product to whose rows a vector is added, a layer's bias, starts from that vector: the sums are in registers anyway. */
#include "graph/product.h"
#include "session/passes/pass.h"

/* ---- the planner's own node -------------------------------------------------------------------------------------------------- */

typedef struct {
    tf_product product;
} affine_attrs;

static tf_product product_of(const void *attrs) { return ((const affine_attrs *)attrs)->product; }
static int64_t affine_units(const tf_kernel_ctx *k) { return tf1c_product_units(k, product_of(k->attrs)); }
static size_t affine_scratch(const tf_kernel_ctx *k) { return tf1c_product_scratch(k, product_of(k->attrs)); }
static void affine_kernel(tf_kernel_ctx *k) { tf1c_product_shard(k, product_of(k->attrs), k->in[2].data); }

static const tf_attr_def affine_fields[] = { { "transpose_a", TF_ATTR_BOOL, offsetof(affine_attrs, product.transpose_a) },
                                             { "transpose_b", TF_ATTR_BOOL, offsetof(affine_attrs, product.transpose_b) },
                                             { 0 } };
static const tf_op_def affine_op = { .name = "(affine)",
                                     .in = "a:T, b:T, bias:T",
                                     .out = "y:T",
                                     .attrs = affine_fields,
                                     .attrs_size = sizeof(affine_attrs),
                                     .traits = TF_PRODUCT | TF_ROWS_IN | TF_ROWS_OUT,
                                     .kernel = affine_kernel,
                                     .units = affine_units,
                                     .scratch = affine_scratch,
                                     .product = product_of,
                                     .gradient = tf_no_gradient };

/* ---- which ------------------------------------------------------------------------------------------------------------------------ */

static bool is_product(const ir_block *b, const ir_value *v)
{
    const ir_node *p = v->node;
    if (!p || p->block != b->id || !p->def || !(p->def->traits & TF_PRODUCT) || !p->def->product || p->n_in != 2 ||
        !tf1c_matmul_is_own(p->T))
        return false;
    return !v->known && v->uses == 1 && !p->n_after && v->view.rank == 2;
}

/* A vector for each row, whose value does not hang on anything that the product has not waited for. */
static bool is_bias(const ir_value *v, const tf_view *product)
{
    if (v->view.rank != 1 || v->view.dims[0] != product->dims[1])
        return false;
    for (; v->node && !v->known && !(v->node->def && v->node->def->traits & TF_VARIABLE); v = v->node->in[v->node->def->viewed])
        if (!v->node->def || !(v->node->def->traits & TF_VIEW) || v->node->n_after)
            return false;
    return true;
}

static bool join(ir_ctx *c, ir_node *sum, int product)
{
    const ir_node *p = sum->in[product]->node;
    ir_value **in = ir_alloc(c, 3 * sizeof *in);
    affine_attrs *attrs = ir_alloc(c, sizeof *attrs);
    if (!in || !attrs)
        return false;
    in[0] = p->in[0];
    in[1] = p->in[1];
    in[2] = sum->in[1 - product];
    attrs->product = p->def->product(p->attrs);
    sum->def = &affine_op;
    sum->attrs = attrs;
    sum->in = in;
    sum->in_room = 0;
    sum->n_in = 3;
    return true;
}

bool ir_pass_affine(ir_ctx *c, ir_block *b)
{
    ir_count_uses(b);
    for (int i = 0; i < b->n; i++) {
        ir_node *n = b->nodes[i];
        if (!n->def || !(n->def->traits & TF_PLUS) || n->n_in != 2 || n->n_after || n->out[0].known)
            continue;
        for (int j = 0; j < 2; j++)
            if (is_product(b, n->in[j]) && is_bias(n->in[1 - j], &n->in[j]->view)) {
                if (!join(c, n, j))
                    return false;
                break;
            }
    }
    ir_prune(b);
    return !c->failed;
}
