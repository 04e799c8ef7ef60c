/* A matrix that several products multiply by, or one product in each step of a loop, is packed for them once: BLAS would do it
 * in every call. In the running order, so that packed is what each product would have read. */
#include <string.h>

#include "graph/product.h"
#include "session/passes/pass.h"
#include "session/plan/assignments.h"
#include "session/plan/layout.h"

/* Below these, packing brings nothing; deeper than that, loops keep what they could share. */
enum { LEAST_ROWS = 4, LEAST_SIDE = 8, MOST_LOOPS = 6 };

/* ---- the planner's own nodes --------------------------------------------------------------------------------------------- */

typedef struct {
    bool transpose_a, transpose_b; /* of the product as it was */
    int64_t n, k;
} pack_attrs;

static int64_t panels(const tf_kernel_ctx *k) { return k->out[0].dims[0]; }

static void pack_kernel(tf_kernel_ctx *k)
{
    const pack_attrs *p = k->attrs;
    tf1c_matmul_pack(k->T, p->k, p->n, tf1c_matrix_of(&k->in[0], p->transpose_b), k->begin, k->end, k->out[0].data);
}

static const tf_shard_rule pack_shard = { .out = 0, .in = { TF_WHOLE, TF_WHOLE, TF_WHOLE, TF_WHOLE } };
static const tf_op_def pack_op = { .name = "(pack)",
                                   .in = "b:T",
                                   .out = "panels:T",
                                   .traits = TF_STRIDED_IN,
                                   .kernel = pack_kernel,
                                   .units = panels,
                                   .shard = &pack_shard,
                                   .gradient = tf_no_gradient };

static int64_t product_rows(const tf_kernel_ctx *k) { return k->out[0].dims[0]; }
static size_t product_scratch(const tf_kernel_ctx *k)
{
    return tf1c_matmul_packed_scratch(k->T, ((const pack_attrs *)k->attrs)->k);
}

static void product_kernel(tf_kernel_ctx *k)
{
    const pack_attrs *p = k->attrs;
    const tf_view *y = &k->out[0];
    const tf1c_matrix a = tf1c_matrix_from(k->T, tf1c_matrix_of(&k->in[0], p->transpose_a), k->begin, 0);
    tf1c_matmul_packed(k->T, k->end - k->begin, p->n, p->k, a, k->in[1].data, k->n_in == 3 ? k->in[2].data : NULL,
                       (char *)y->data + k->begin * y->strides[0] * (int64_t)tf_dtype_size(k->T), y->strides[0], k->scratch);
}

static tf_product product_of(const void *attrs) { return (tf_product){ ((const pack_attrs *)attrs)->transpose_a, false }; }

static const tf_op_def product_op = { .name = "(product)",
                                      .in = "a:T, panels:T, bias:T",
                                      .out = "product:T",
                                      .traits = TF_PRODUCT | TF_ROWS_IN | TF_ROWS_OUT,
                                      .kernel = product_kernel,
                                      .units = product_rows,
                                      .scratch = product_scratch,
                                      .product = product_of,
                                      .gradient = tf_no_gradient };

/* ---- who would like what packed ------------------------------------------------------------------------------------------------ */

typedef struct {
    ir_node *product;
    int at;     /* position of the node that it is, or is in */
    int weight; /* 2: in a loop */
    int n_loops;
    ir_node *loops[MOST_LOOPS]; /* that it has left, innermost first */
} wish;

typedef struct {
    wish *items;
    int n, capacity;
} wishes;

static void add_wish(ir_ctx *c, wishes *list, wish w)
{
    if (list->n == list->capacity) {
        wish *more = ir_alloc(c, (size_t)(2 * list->capacity + 8) * sizeof *more);
        if (!more)
            return;
        if (list->n)
            memcpy(more, list->items, (size_t)list->n * sizeof *more);
        list->items = more;
        list->capacity = 2 * list->capacity + 8;
    }
    list->items[list->n++] = w;
}

static ir_value *operand(const wish *w) { return w->product->in[1]; }

/* Memory that holds the same all through a step: not a slice or a state. */
static bool is_steady(const ir_ctx *c, const ir_value *root)
{
    return root->place != IR_SLOT || root->slot < IR_FIRST_FEED_SLOT + c->n_feeds;
}

static bool is_product(const ir_ctx *c, const ir_node *n)
{
    if (!n->def || !(n->def->traits & TF_PRODUCT) || !n->def->product || n->n_in > 3 || n->n_out != 1 || !tf1c_matmul_is_own(n->T))
        return false;
    const tf_view *b = &n->in[1]->view, *y = &n->out[0].view;
    return b->rank == 2 && y->rank == 2 && y->dims[0] >= LEAST_ROWS && b->dims[0] >= LEAST_SIDE && b->dims[1] >= LEAST_SIDE &&
           is_steady(c, n->in[1]->root);
}

static bool same_operand(const ir_node *p, const ir_node *q)
{
    const ir_value *a = p->in[1], *b = q->in[1];
    return a->root == b->root && ir_same_place(a, b) &&
           p->def->product(p->attrs).transpose_b == q->def->product(q->attrs).transpose_b;
}

static bool may_leave(const ir_block *b, const ir_node *owner, const wish *w)
{
    const ir_value *root = operand(w)->root;
    return owner && owner->loop && w->n_loops < MOST_LOOPS && !(root->node && root->node->block == b->id) &&
           !ir_assigns(owner, root);
}

/* ---- granting them --------------------------------------------------------------------------------------------------------------- */

static ir_node *pack_node(ir_ctx *c, const wish *w)
{
    ir_node *pack = ir_node_new(c, &pack_op, 1, 1);
    pack_attrs *attrs = ir_alloc(c, sizeof *attrs);
    if (!pack || !attrs)
        return NULL;
    const tf_view *b = &operand(w)->view;
    bool turned = w->product->def->product(w->product->attrs).transpose_b;
    *attrs = (pack_attrs){ .transpose_b = turned, .n = b->dims[!turned], .k = b->dims[turned] };
    pack->attrs = attrs;
    pack->in[0] = operand(w);
    pack->T = w->product->T;
    pack->name = w->product->name;
    pack->here = w->product->here;
    pack->order = w->product->order;
    tf_view_set(&pack->out[0].view, NULL, pack->T,
                SHAPE(tf1c_matmul_panels(pack->T, attrs->n), tf1c_matmul_panel_size(pack->T, attrs->k)));
    return pack;
}

static bool use_panels(ir_ctx *c, const wish *w, ir_node *pack)
{
    ir_node *p = w->product;
    pack_attrs *attrs = ir_alloc(c, sizeof *attrs);
    if (!attrs)
        return false;
    *attrs = *(const pack_attrs *)pack->attrs;
    attrs->transpose_a = p->def->product(p->attrs).transpose_a;
    p->def = &product_op;
    p->attrs = attrs;
    p->in[1] = &pack->out[0];
    for (int i = 0; i < w->n_loops; i++) /* they read it too */
        ir_add_input(c, w->loops[i], &pack->out[0]);
    return !c->failed;
}

/* The wishes from the first on that one packing serves: until something overwrites the operand. Marks them in `group`. */
static int group_of(const ir_block *b, const wishes *list, int first, bool *group)
{
    const wish *f = &list->items[first];
    int weight = 0, at = f->at;
    for (int i = first; i < list->n; i++) {
        const wish *w = &list->items[i];
        for (; at < w->at; at++)
            if (ir_assigns(b->nodes[at], operand(f)->root))
                return weight;
        if (w->product->def->product && same_operand(f->product, w->product)) {
            group[i] = true;
            weight += w->weight;
        }
    }
    return weight;
}

typedef struct {
    ir_node *pack;
    int at;
} insertion;

/* The wishes of one block, which come in the running order. */
static bool grant(ir_ctx *c, ir_block *b, const wishes *list)
{
    bool *done = ir_alloc(c, (size_t)list->n), *group = ir_alloc(c, (size_t)list->n);
    insertion *insertions = ir_alloc(c, (size_t)list->n * sizeof *insertions);
    int n = 0;
    for (int i = 0; i < list->n && !c->failed; i++) {
        memset(group, 0, (size_t)list->n);
        if (done[i] || group_of(b, list, i, group) < 2)
            continue;
        ir_node *pack = pack_node(c, &list->items[i]);
        for (int j = i; pack && j < list->n; j++)
            if (group[j]) {
                done[j] = true;
                use_panels(c, &list->items[j], pack);
            }
        insertions[n++] = (insertion){ pack, list->items[i].at };
    }
    if (!n || c->failed)
        return !c->failed;
    ir_block out = ir_emptied(b);
    for (int i = 0, next = 0; i < b->n; i++) {
        for (; next < n && insertions[next].at == i; next++)
            ir_add_node(c, &out, insertions[next].pack);
        ir_add_node(c, &out, b->nodes[i]);
    }
    *b = out;
    ir_renumber(b);
    return !c->failed;
}

/* What may leave the loop `owner` goes to `outer`. */
static bool pack_block(ir_ctx *c, ir_block *b, ir_node *owner, wishes *outer)
{
    wishes list = { 0 }, here = { 0 };
    for (int i = 0; i < b->n && !c->failed; i++) {
        ir_node *n = b->nodes[i];
        int before = list.n;
        if (is_product(c, n))
            add_wish(c, &list, (wish){ .product = n, .weight = 1 });
        if (n->loop && !pack_block(c, &n->loop->body, n, &list))
            return false;
        for (int w = 0; n->branch && w < 2; w++)
            if (!pack_block(c, &n->branch->bodies[w], n, &list))
                return false;
        for (int w = before; w < list.n; w++)
            list.items[w].at = i;
    }
    for (int i = 0; i < list.n && !c->failed; i++) {
        wish *w = &list.items[i];
        if (!may_leave(b, owner, w)) {
            add_wish(c, &here, *w);
            continue;
        }
        w->loops[w->n_loops++] = owner;
        w->weight = owner->loop->steps == NONE || owner->loop->steps > 1 ? 2 : w->weight;
        add_wish(c, outer, *w);
    }
    return !c->failed && grant(c, b, &here);
}

bool ir_pass_pack(ir_ctx *c, ir_block *b) { return pack_block(c, b, NULL, NULL); }
