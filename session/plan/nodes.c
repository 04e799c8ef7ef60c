/* Nodes of the plan's graph: making them, what is asked of their records, and the planner's own ones (rows, views, parts of
 * matrices). */
#include <string.h>

#include "graph/loop.h"
#include "session/plan/ir.h"

/* ---- making them --------------------------------------------------------------------------------------------------------------- */

void ir_no_memory(ir_ctx *c)
{
    if (!c->failed)
        tf_fail(tf_memory_error, (tf_source){ 0 }, NULL, "no memory left for a plan");
    c->failed = true;
}

void *ir_alloc(ir_ctx *c, size_t size)
{
    void *p = tf1c_arena_alloc(c->memory, size ? size : 1);
    if (!p)
        ir_no_memory(c);
    return p;
}

ir_node *ir_node_new(ir_ctx *c, const tf_op_def *def, int n_in, int n_out)
{
    ir_node *n = ir_alloc(c, sizeof *n);
    if (!n)
        return NULL;
    *n = (ir_node){ .def = def, .n_in = n_in, .n_out = n_out, .order = c->order++, .position = -1, .name = "" };
    n->in = ir_alloc(c, (size_t)n_in * sizeof *n->in);
    n->out = ir_alloc(c, (size_t)n_out * sizeof *n->out);
    if (!n->in || !n->out)
        return NULL;
    for (int i = 0; i < n_out; i++)
        n->out[i] = (ir_value){ .node = n, .index = i, .root = &n->out[i] };
    return n;
}

ir_node *ir_node_like(ir_ctx *c, const ir_node *n, const tf_op_def *def, int n_in, int n_out)
{
    ir_node *like = ir_node_new(c, def, n_in, n_out);
    if (!like)
        return NULL;
    like->attrs = n->attrs;
    like->T = n->T;
    like->U = n->U;
    like->name = n->name;
    like->here = n->here;
    like->order = n->order;
    return like;
}

ir_block ir_emptied(const ir_block *b)
{
    ir_block without = *b;
    without.nodes = NULL;
    without.n = without.capacity = 0;
    return without;
}

void ir_add_node(ir_ctx *c, ir_block *b, ir_node *n)
{
    if (b->n == b->capacity) {
        int bigger = b->capacity ? 2 * b->capacity : 64;
        ir_node **nodes = ir_alloc(c, (size_t)bigger * sizeof *nodes);
        if (!nodes)
            return;
        if (b->n)
            memcpy(nodes, b->nodes, (size_t)b->n * sizeof *nodes);
        b->nodes = nodes;
        b->capacity = bigger;
    }
    n->block = b->id;
    b->nodes[b->n++] = n;
}

bool ir_put_first(ir_ctx *c, ir_block *b, int n, ir_node *const *nodes)
{
    ir_block anew = ir_emptied(b);
    for (int i = 0; i < n; i++)
        ir_add_node(c, &anew, nodes[i]);
    for (int i = 0; i < b->n; i++)
        ir_add_node(c, &anew, b->nodes[i]);
    *b = anew;
    return !c->failed;
}

ir_node *ir_copy_of(ir_ctx *c, ir_value *v)
{
    ir_node *copy = ir_node_new(c, NULL, 1, 1);
    if (!copy)
        return NULL;
    tf_view_set(&copy->out[0].view, NULL, v->view.dtype, ir_dims(&v->view));
    copy->in[0] = v;
    copy->name = v->node ? v->node->name : "feed";
    copy->T = v->view.dtype;
    return copy;
}

int ir_add_input(ir_ctx *c, ir_node *n, ir_value *v)
{
    if (n->n_in >= n->in_room) {
        const int room = 2 * n->n_in + 4;
        ir_value **in = ir_alloc(c, (size_t)room * sizeof *in);
        if (!in)
            return 0;
        if (n->n_in)
            memcpy(in, n->in, (size_t)n->n_in * sizeof *in);
        n->in = in;
        n->in_room = room;
    }
    n->in[n->n_in] = v;
    return n->n_in++;
}

const ir_sliced *ir_slice_of(const ir_loop *l, const ir_value *arg)
{
    for (int i = 0; i < l->n_sliced; i++)
        if (l->sliced[i].arg == arg)
            return &l->sliced[i];
    return NULL;
}

bool ir_is_captured(const ir_loop *l, const ir_value *v)
{
    if (v->known)
        return true;
    if (v->node) /* an argument has none */
        return v->node->block != l->body.id;
    if (ir_slice_of(l, v))
        return false;
    for (int i = 0; i < l->n_carried; i++)
        if (l->carried[i].arg == v)
            return false;
    return true;
}

ir_value *ir_slot_value(ir_ctx *c, tf_dtype dtype, tf_dims dims)
{
    ir_value *v = ir_alloc(c, sizeof *v);
    if (!v)
        return NULL;
    *v = (ir_value){ .place = IR_SLOT, .slot = c->n_slots++, .root = v };
    tf_view_set(&v->view, NULL, dtype, dims);
    return v;
}

ir_value *ir_add_slice(ir_ctx *c, ir_node *n, ir_value *sequence)
{
    ir_loop *l = n->loop;
    ir_value *arg = ir_slot_value(c, sequence->view.dtype, tf1c_element_dims(ir_dims(&sequence->view)));
    ir_sliced *more = ir_alloc(c, (size_t)(l->n_sliced + 1) * sizeof *more);
    if (!arg || !more)
        return NULL;
    if (l->n_sliced)
        memcpy(more, l->sliced, (size_t)l->n_sliced * sizeof *more);
    more[l->n_sliced++] = (ir_sliced){ ir_add_input(c, n, sequence), arg };
    l->sliced = more;
    return c->failed ? NULL : arg;
}

ir_value *ir_add_stack(ir_ctx *c, ir_node *n, ir_value *result)
{
    ir_loop *l = n->loop;
    ir_value *out = &n->out[n->n_out];
    tf_view_set(&out->view, NULL, result->view.dtype, tf1c_stacked_dims(l->steps, ir_dims(&result->view)));
    l->stacked[l->n_stacked++] = (ir_stacked){ n->n_out++, result, c->n_slots++ };
    return out;
}

/* ---- what their records say ------------------------------------------------------------------------------------------------------ */

tf_dims ir_dims(const tf_view *v)
{
    tf_dims d = { .known = true, .rank = v->rank };
    memcpy(d.dims, v->dims, sizeof d.dims);
    return d;
}

int64_t ir_bytes(const ir_value *v) { return tf_view_count(&v->view) * (int64_t)tf_dtype_size(v->view.dtype); }

bool ir_same_dims(const tf_view *a, const tf_view *b)
{
    return a->rank == b->rank && memcmp(a->dims, b->dims, (size_t)a->rank * sizeof *a->dims) == 0;
}

bool ir_is_pure(const ir_node *n)
{
    const unsigned bad = TF_STATEFUL | TF_SIDE_EFFECT | TF_WRITES_REF | TF_SOURCE_OP | TF_VARIABLE | TF_LOOP | TF_BRANCH;
    return n->def && !(n->def->traits & bad) && !n->resource;
}

tf_kernel_ctx ir_rule_ctx(const ir_node *n, tf_view *in, tf_view *out)
{
    const bool is_view = n->def && n->def->traits & TF_VIEW;
    for (int i = 0; i < n->n_in; i++) {
        in[i] = n->in[i]->view;
        in[i].data = is_view && i == n->def->viewed ? NULL : (void *)n->in[i]->known;
        for (int64_t j = in[i].rank, step = 1; in[i].data && j-- > 0; step *= in[i].dims[j])
            in[i].strides[j] = step; /* a known value lies by itself, wherever its tensor does */
    }
    for (int i = 0; i < n->n_out; i++)
        out[i] = n->out[i].view;
    return (tf_kernel_ctx){ .def = n->def,
                            .attrs = n->attrs,
                            .T = n->T,
                            .U = n->U,
                            .n_in = n->n_in,
                            .n_out = n->n_out,
                            .in = in,
                            .out = out,
                            .name = n->name,
                            .resource = n->resource };
}

bool ir_view_rule(const ir_node *n, int o, tf_view *out, int64_t *offset)
{
    if (n->n_in > IR_MOST_OPERANDS || n->n_out > IR_MOST_OPERANDS || n->n_in <= n->def->viewed)
        return false;
    tf_view *views = tf1c_alloc((size_t)(n->n_in + n->n_out) * sizeof *views); /* without memory it is copied */
    if (!views)
        return false;
    tf_kernel_ctx k = ir_rule_ctx(n, views, views + n->n_in);
    *offset = 0;
    const bool lies = n->def->view(&k, o, offset);
    if (lies)
        *out = views[n->n_in + o];
    tf1c_free(views);
    return lies;
}

/* ---- the planner's own nodes --------------------------------------------------------------------------------------------------- */

/* Inputs of one shape, one below the other along axis 0. */
static bool rows_part(tf_kernel_ctx *k, int input, int64_t *offset)
{
    memcpy(k->in[input].strides, k->out[0].strides, sizeof k->out[0].strides);
    *offset = input * k->in[input].dims[0] * k->out[0].strides[0];
    return true;
}
static const tf_op_def rows_op = {
    .name = "(rows)", .in = "parts:T*", .out = "rows:T", .traits = TF_PARTS, .part = rows_part, .gradient = tf_no_gradient
};

ir_node *ir_rows_node(ir_ctx *c, int n, ir_value *const *parts)
{
    ir_node *rows = ir_node_new(c, &rows_op, n, 1);
    if (!rows)
        return NULL;
    memcpy(rows->in, parts, (size_t)n * sizeof *parts);
    tf_dims dims = ir_dims(&parts[0]->view);
    dims.dims[0] *= n;
    tf_view_set(&rows->out[0].view, NULL, parts[0]->view.dtype, dims);
    rows->T = parts[0]->view.dtype;
    return rows;
}

static bool flat_view(tf_kernel_ctx *k, int output, int64_t *offset)
{
    *offset = 0; /* the output's strides are contiguous already */
    (void)output;
    return tf_view_contiguous(&k->in[0]);
}
static const tf_op_def view_op = {
    .name = "(view)", .in = "x:T", .out = "y:T", .traits = TF_VIEW, .view = flat_view, .gradient = tf_no_gradient
};

/* A node of a view's record, with a copy of its attributes, if it has any. */
static ir_node *new_view(ir_ctx *c, const tf_op_def *def, const void *attrs, ir_value *of, tf_dims dims)
{
    ir_node *view = ir_node_new(c, def, 1, 1);
    void *own = def->attrs_size ? ir_alloc(c, def->attrs_size) : NULL;
    if (!view || (def->attrs_size && !own))
        return NULL;
    if (own)
        view->attrs = memcpy(own, attrs, def->attrs_size);
    view->in[0] = of;
    view->T = of->view.dtype;
    tf_view_set(&view->out[0].view, NULL, of->view.dtype, dims);
    return view;
}

ir_node *ir_view_node(ir_ctx *c, ir_value *of, tf_dims dims) { return new_view(c, &view_op, NULL, of, dims); }

typedef struct {
    int64_t axis;
} first_axis_attrs;

static const tf_attr_def first_axis_fields[] = { TF_ATTR(first_axis_attrs, axis, TF_ATTR_INT), { 0 } };

static bool first_axis_view(tf_kernel_ctx *k, int output, int64_t *offset)
{
    const int64_t axis = ((const first_axis_attrs *)k->attrs)->axis;
    const int64_t *from = k->in[0].strides;
    memcpy(k->out[output].strides, from, sizeof k->in[0].strides);
    memmove(k->out[output].strides, from + 1, (size_t)axis * sizeof *from);
    k->out[output].strides[axis] = from[0];
    *offset = 0;
    return true;
}
static const tf_op_def first_axis_op = { .name = "(first axis to)",
                                         .in = "x:T",
                                         .out = "y:T",
                                         .attrs = first_axis_fields,
                                         .attrs_size = sizeof(first_axis_attrs),
                                         .traits = TF_VIEW,
                                         .view = first_axis_view,
                                         .gradient = tf_no_gradient };

ir_node *ir_first_axis_to_node(ir_ctx *c, ir_value *of, int axis)
{
    tf_dims dims = ir_dims(&of->view);
    memmove(dims.dims, of->view.dims + 1, (size_t)axis * sizeof *dims.dims);
    dims.dims[axis] = of->view.dims[0];
    return new_view(c, &first_axis_op, &(first_axis_attrs){ axis }, of, dims);
}

typedef struct {
    int64_t row, column;
} submatrix_attrs;

static const tf_attr_def submatrix_fields[] = { TF_ATTR(submatrix_attrs, row, TF_ATTR_INT),
                                                TF_ATTR(submatrix_attrs, column, TF_ATTR_INT),
                                                { 0 } };

static bool submatrix_view(tf_kernel_ctx *k, int output, int64_t *offset)
{
    const submatrix_attrs *a = k->attrs;
    memcpy(k->out[output].strides, k->in[0].strides, sizeof k->in[0].strides);
    *offset = a->row * k->in[0].strides[0] + a->column * k->in[0].strides[1];
    return true;
}
static const tf_op_def submatrix_op = { .name = "(submatrix)",
                                        .in = "x:T",
                                        .out = "y:T",
                                        .attrs = submatrix_fields,
                                        .attrs_size = sizeof(submatrix_attrs),
                                        .traits = TF_VIEW,
                                        .view = submatrix_view,
                                        .gradient = tf_no_gradient };

static bool subvector_view(tf_kernel_ctx *k, int output, int64_t *offset)
{
    k->out[output].strides[0] = k->in[0].strides[0];
    *offset = ((const submatrix_attrs *)k->attrs)->row * k->in[0].strides[0];
    return true;
}
static const tf_op_def subvector_op = { .name = "(subvector)",
                                        .in = "x:T",
                                        .out = "y:T",
                                        .attrs = submatrix_fields,
                                        .attrs_size = sizeof(submatrix_attrs),
                                        .traits = TF_VIEW,
                                        .view = subvector_view,
                                        .gradient = tf_no_gradient };

ir_node *ir_submatrix_node(ir_ctx *c, ir_value *of, int64_t row, int64_t rows, int64_t column, int64_t columns)
{
    return new_view(c, &submatrix_op, &(submatrix_attrs){ row, column }, of, SHAPE(rows, columns));
}

ir_node *ir_subvector_node(ir_ctx *c, ir_value *of, int64_t begin, int64_t n)
{
    return new_view(c, &subvector_op, &(submatrix_attrs){ .row = begin }, of, SHAPE(n));
}
