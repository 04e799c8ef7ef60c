/* From the operations of a plan to nodes with concrete shapes; what is known already is computed here, by the ops' own kernels. */
#include <string.h>

#include "graph/loop.h"
#include "session/plan/plan.h"

enum { FOLD_BYTES = 1 << 16, DEMAND_ELEMENTS = 1024 };

bool ir_cut(ir_ctx *c, const tf_operation *op)
{
    if (!c->failed)
        c->cut = op;
    c->failed = true;
    return false;
}

/* ---- what is known --------------------------------------------------------------------------------------------------- */

static bool may_compute(const ir_node *n)
{
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i].view.dtype == tf_string)
            return false; /* kernels make strings in runs alone */
    return ir_is_pure(n) && !n->def->scratch;
}

/* Memory for an output computed now. */
static bool make_room(ir_ctx *c, tf_view *out)
{
    char *data = ir_alloc(c, (size_t)tf_view_count(out) * tf_dtype_size(out->dtype) + 64);
    out->data = data + (64 - (uintptr_t)data % 64) % 64;
    return data;
}

/* Computes a node's outputs from inputs that are all known. */
static bool compute(ir_ctx *c, ir_node *n)
{
    tf_view in[IR_MOST_OPERANDS], out[IR_MOST_OPERANDS];
    if (n->n_in > IR_MOST_OPERANDS || n->n_out > IR_MOST_OPERANDS)
        return false;
    tf_kernel_ctx k = ir_rule_ctx(n, in, out);
    if (n->def->traits & TF_VIEW)
        in[n->def->viewed].data = (void *)n->in[n->def->viewed]->known;
    for (int i = 0; i < n->n_out; i++)
        if (!make_room(c, &out[i]))
            return false;
    k.end = tf1c_kernel_units(&k);
    if (tf1c_run_kernel_alone(&k))
        return false;
    for (int i = 0; i < n->n_out; i++) {
        n->out[i].known = n->out[i].absolute = out[i].data;
        n->out[i].place = IR_ABSOLUTE;
    }
    return true;
}

/* A value that a shape depends on: a fed one makes its value part of the binding, pure arithmetic is done at once. */
bool ir_demand(ir_ctx *c, ir_value *v)
{
    if (v->known)
        return true;
    if (tf_view_count(&v->view) > DEMAND_ELEMENTS)
        return false;
    if (!v->node) {
        int which = v->slot - IR_FIRST_FEED_SLOT;
        if (v->place != IR_SLOT || which < 0 || which >= c->plan->n_feeds)
            return false;
        size_t size = np_nbytes(c->feeds[which]);
        void *value = ir_alloc(c, size);
        if (!value)
            return false;
        memcpy(value, c->feeds[which].data, size);
        c->binding->feed_values[which] = value;
        c->plan->demanded[which] = true;
        v->known = value;
        return true;
    }
    if (!may_compute(v->node))
        return false;
    for (int i = 0; i < v->node->n_in && !(v->node->def->traits & TF_SHAPE_ONLY); i++)
        if (!ir_demand(c, v->node->in[i]))
            return false;
    return compute(c, v->node);
}

typedef struct {
    ir_ctx *c;
    ir_node *n;
} asking;

static bool value_of(void *arg, int i, tf_ndarray *value)
{
    asking *a = arg;
    ir_value *v = a->n->in[i];
    if (!ir_demand(a->c, v))
        return false;
    *value = np_array((void *)v->known, v->view.dtype, ir_dims(&v->view));
    return true;
}

static bool ints_of(void *arg, int i, tf_dims *ints)
{
    tf_ndarray value;
    return value_of(arg, i, &value) && tf1c_ints_of_array(value, ints);
}

/* ---- shapes ------------------------------------------------------------------------------------------------------------- */

/* Sizes are computed with from here on: nothing may overflow. */
bool ir_size_fits(ir_ctx *c, const ir_node *n, tf_dims d, tf_dtype dtype)
{
    enum { MOST_BITS = 42 };
    char shape[TF_DIMS_TEXT];
    int64_t count = tf_dims_count(d);
    if (count == INT64_MAX)
        tf_fail(tf_invalid_argument, n->here, n->name, "Shape %s would have more than 2**63 - 1 elements",
                tf_dims_kernel_text(d, shape, sizeof shape));
    else if (count > (INT64_C(1) << MOST_BITS) / (int64_t)tf_dtype_size(dtype))
        tf_fail(tf_resource_exhausted, n->here, n->name, "OOM when allocating tensor with shape%s and type %s by allocator cpu",
                tf_dims_kernel_text(d, shape, sizeof shape), tf_dtype_kernel_name(dtype));
    else
        return true;
    c->failed = true;
    return false;
}

/* Whether all that its shape could depend on has been looked at: cutting the run would tell no more. */
static bool all_given(const ir_ctx *c, const ir_node *n)
{
    for (int i = 0; i < n->n_in; i++)
        if (!n->in[i]->known && (n->in[i]->node || n->in[i]->slot >= IR_FIRST_FEED_SLOT + c->plan->n_feeds))
            return false;
    return true;
}

/* Of an operation whose shape depends on data: at once, if that is known. */
static bool data_shape(ir_ctx *c, ir_node *n, const tf_operation *op, tf_dims *out)
{
    enum { MOST = 8 };
    tf_view ins[MOST], outs[MOST];
    tf1c_kernel_report report = { .strings = NULL };
    for (int i = 0; i < n->n_in; i++)
        if (n->n_in > MOST || n->n_out > MOST || !n->in[i]->known)
            return ir_cut(c, op);
    tf_kernel_ctx k = ir_rule_ctx(n, ins, outs);
    k.private_ = &report;
    n->def->data_shape(&k, out);
    if (!k.status)
        return true;
    c->failed = true;
    tf_fail(k.status, n->here, n->name, "%s", report.message);
    return false;
}

static bool infer(ir_ctx *c, ir_node *n, const tf_operation *op)
{
    enum { FEW = 16 };
    tf_dims few_dims[2 * FEW], *in = few_dims, *out = few_dims + FEW;
    tf_dtype few_types[2 * FEW], *in_dtype = few_types, *out_dtype = few_types + FEW;
    if (n->n_in > FEW || n->n_out > FEW) {
        in = ir_alloc(c, (size_t)(n->n_in + n->n_out) * sizeof *in);
        in_dtype = ir_alloc(c, (size_t)(n->n_in + n->n_out) * sizeof *in_dtype);
        if (!in || !in_dtype)
            return false;
        out = in + n->n_in;
        out_dtype = in_dtype + n->n_in;
    }
    for (int i = 0; i < n->n_in; i++) {
        in[i] = ir_dims(&n->in[i]->view);
        in_dtype[i] = n->in[i]->view.dtype;
    }
    for (int i = 0; i < n->n_out; i++) {
        out[i] = (tf_dims){ 0 };
        out_dtype[i] = op->outputs[i].dtype;
    }
    asking a = { c, n };
    tf_shape_ctx s = { .def = n->def,
                       .attrs = n->attrs,
                       .name = n->name,
                       .here = n->here,
                       .n_in = n->n_in,
                       .n_out = n->n_out,
                       .in = in,
                       .in_dtype = in_dtype,
                       .out = out,
                       .out_dtype = out_dtype,
                       .at_run = true,
                       .value = value_of,
                       .ints = ints_of,
                       .arg = &a };
    if (n->def->shape)
        tf1c_infer(&s);
    else if (n->n_out)
        out[0] = op->outputs[0].shape;
    if (s.failed || c->failed) {
        c->failed = true;
        return false;
    }
    if (n->def->data_shape && !data_shape(c, n, op, out))
        return false;
    for (int i = 0; i < n->n_out; i++) {
        if (!ir_size_fits(c, n, out[i], out_dtype[i]))
            return false;
        if (!tf_dims_fully_known(out[i])) {
            if (!all_given(c, n))
                return ir_cut(c, op);
            c->failed = true;
            tf_fail(
                tf_unimplemented, n->here, n->name,
                "The shape of output %d depends on data that is not known before the run; only shapes, constants and fed values may decide it.",
                i);
            return false;
        }
        tf_view_set(&n->out[i].view, NULL, out_dtype[i], out[i]);
    }
    return true;
}

/* ---- operations to nodes -------------------------------------------------------------------------------------------------------- */

ir_value *ir_value_in(ir_ctx *c, const ir_scope *s, tf_tensor t)
{
    int which;
    if (s->fed && tf1c_is_fed(c->plan, t, &which))
        return s->fed[which];
    return s->args && s->args[t.op->index] ? s->args[t.op->index] : &s->nodes[t.op->index]->out[t.index];
}

static void give_variable(ir_ctx *c, ir_value *v, const tf_operation *op)
{
    size_t size = (size_t)tf_view_count(&v->view) * tf_dtype_size(v->view.dtype);
    v->place = IR_ABSOLUTE;
    v->variable = true;
    v->absolute = tf1c_session_memory(c->session, op, size, NULL);
    if (!v->absolute)
        c->failed = true;
}

/* A constant is its attribute; any pure node whose inputs are known is a constant too. */
static void fold(ir_ctx *c, ir_node *n)
{
    if (n->def == tf1c_basic.constant) {
        const tf1c_const_attrs *a = n->attrs;
        n->out[0].known = a->value.data;
        n->out[0].place = IR_ABSOLUTE;
        n->out[0].absolute = a->value.data;
        return;
    }
    if (!may_compute(n) || n->n_after || !n->n_out || n->out[0].known)
        return;
    for (int i = 0; i < n->n_out; i++)
        if ((size_t)tf_view_count(&n->out[i].view) * tf_dtype_size(n->out[i].view.dtype) > FOLD_BYTES)
            return;
    for (int i = 0; i < n->n_in; i++)
        if (!n->in[i]->known && !(n->def->traits & TF_SHAPE_ONLY))
            return;
    compute(c, n); /* what fails here fails in the run, with its report */
}

/* A placeholder without a feed: its kernel says so. */
static bool unfed(ir_ctx *c, ir_node *n)
{
    tf1c_kernel_report report = { .strings = NULL };
    tf_kernel_ctx k = { .def = n->def, .attrs = n->attrs, .name = n->name, .private_ = &report };
    n->def->kernel(&k);
    tf_fail(k.status ? k.status : tf_internal, n->here, n->name, "%s", report.message);
    c->failed = true;
    return false;
}

/* A fed array stands for a variable's value, not for the variable: it must not be written. */
static bool fed_reference(ir_ctx *c, const ir_node *n, const tf_operation *op)
{
    const tf_tensor ref = op->inputs[0];
    const char *type = tf_dtype_kernel_name(tf_get_dtype(ref));
    tf_fail(tf_invalid_argument, n->here, n->name,
            "Input 0 of node %s was passed %s from _arg_%s_%d_0:0 incompatible with expected %s_ref.", n->name, type, ref.op->name,
            ref.index, type);
    c->failed = true;
    return false;
}

static bool fill_node(ir_ctx *c, ir_scope *s, ir_node *n, const tf_operation *op)
{
    n->attrs = op->attrs;
    n->T = op->T;
    n->U = op->U;
    n->name = op->name;
    n->here = op->here;
    n->effect = op->def->traits & TF_SIDE_EFFECT && s->fed; /* in a body only what its results need runs */
    n->after = ir_alloc(c, (size_t)op->n_controls * sizeof *n->after);
    if (!n->after)
        return false;
    for (int i = 0; i < op->n_controls; i++)
        if (op->controls[i]->graph == s->graph && s->nodes[op->controls[i]->index])
            n->after[n->n_after++] = s->nodes[op->controls[i]->index];
    return true;
}

/* The gradient of what ran piece by piece does so too: what it reads may have another shape in each. */
static bool runs_by_pieces(const ir_ctx *c, const tf_operation *op)
{
    const tf1c_body *b =
        op->def->traits & TF_LOOP ? ((const tf1c_loop_attrs *)op->attrs)->body : ((const tf1c_branch_attrs *)op->attrs)->bodies[0];
    return b->forward && tf1c_was_cut(c->session, b->forward);
}

bool ir_build_node(ir_ctx *c, ir_scope *s, const tf_operation *op, const char *wanted)
{
    unsigned traits = op->def->traits;
    bool body = traits & (TF_LOOP | TF_BRANCH);
    ir_node *n = ir_node_new(c, op->def, body ? 0 : op->n_inputs, body ? (1 + IR_MORE_OUTPUTS) * op->n_outputs + 1 : op->n_outputs);
    if (!n || !fill_node(c, s, n, op))
        return false;
    if (body) {
        n->room = n->n_out;
        n->region = op->n_outputs;
        n->n_out = op->n_outputs + 1;
    }
    s->nodes[op->index] = n;
    if (body) {
        if (runs_by_pieces(c, op))
            return ir_cut(c, op);
        if (!(traits & TF_LOOP ? ir_build_loop : ir_build_branch)(c, s, n, op, wanted)) {
            c->cut = c->cut ? op : NULL; /* the whole of it: plans are not cut inside of it */
            return false;
        }
        ir_add_node(c, s->block, n);
        return !c->failed;
    }
    for (int i = 0; i < op->n_inputs; i++) {
        n->in[i] = ir_value_in(c, s, op->inputs[i]);
        if (n->in[i]->view.dtype == tf_dtype_unset) {
            c->failed = true;
            return !tf1c_ragged_error(n->here, n->name);
        }
    }
    if (traits & TF_WRITES_REF && !n->in[0]->variable)
        return fed_reference(c, n, op);
    if (traits & TF_SOURCE_OP && op->def->kernel && op->def != tf1c_basic.constant)
        return unfed(c, n);
    if (!infer(c, n, op))
        return false;
    if (traits & TF_VARIABLE)
        give_variable(c, &n->out[0], op);
    n->waits = n->n_after;
    for (int i = 0; i < n->n_in; i++)
        n->waits |= n->in[i]->node && n->in[i]->node->waits;
    if (op->def->state_size && !(n->state = tf1c_session_memory(c->session, op, op->def->state_size, NULL)))
        c->failed = true;
    fold(c, n);
    ir_add_node(c, s->block, n);
    return !c->failed;
}

bool ir_build(ir_ctx *c)
{
    const tf1c_plan *p = c->plan;
    tf1c_binding *b = c->binding;
    ir_scope s = { .graph = p->graph, .block = &b->block };
    b->block.id = c->block_ids++;
    s.fed = ir_alloc(c, (size_t)p->n_feeds * sizeof *s.fed);
    s.nodes = ir_alloc(c, (size_t)s.graph->n_ops * sizeof *s.nodes);
    b->block.results = ir_alloc(c, (size_t)p->n_fetches * sizeof *b->block.results);
    if (!s.fed || !s.nodes || !b->block.results)
        return false;
    for (int i = 0; i < p->n_feeds; i++) {
        s.fed[i] = ir_alloc(c, sizeof *s.fed[i]);
        if (!s.fed[i])
            return false;
        *s.fed[i] = (ir_value){ .place = IR_SLOT, .slot = IR_FIRST_FEED_SLOT + i, .root = s.fed[i] };
        tf_view_set(&s.fed[i]->view, NULL, c->feeds[i].dtype, c->feeds[i].shape);
        if (p->variables && p->variables[i])
            give_variable(c, s.fed[i], p->variables[i]);
    }
    b->n_slots = IR_FIRST_FEED_SLOT + p->n_feeds;
    for (int i = 0; i < p->n_ops; i++)
        if (!ir_build_node(c, &s, p->ops[i], p->wanted[i]))
            return false;
    for (int i = 0; i < p->n_fetches; i++)
        b->block.results[b->block.n_results++] = ir_value_in(c, &s, p->fetches[i]);
    for (int i = 0; i < p->n_targets; i++)
        s.nodes[p->targets[i]->index]->effect = true;
    ir_prune(&b->block);
    return !c->failed;
}

/* ---- dropping what nothing needs ------------------------------------------------------------------------------------------------------ */

static bool waits_too(const ir_node *reader, const ir_node *before)
{
    for (int i = 0; reader && i < reader->n_after; i++)
        if (reader->after[i] == before)
            return true;
    return false;
}

/* Whether whoever needs the known value of n has something to wait for all the same; a reader may wait for it by itself. */
static bool has_to_wait(const ir_node *n, const ir_node *reader)
{
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i]->node && n->in[i]->node->waits)
            return true;
    for (int i = 0; i < n->n_after; i++)
        if (!waits_too(reader, n->after[i]))
            return true;
    return false;
}

/* v may be none: what a branch has no value for. */
static void need_value(ir_value *v, const ir_node *reader)
{
    if (v && v->node && (!v->known || (v->node->waits && has_to_wait(v->node, reader))))
        v->node->needed = true;
}

void ir_prune(ir_block *b)
{
    for (int i = 0; i < b->n; i++)
        b->nodes[i]->needed = b->nodes[i]->effect;
    for (int i = 0; i < b->n_results; i++)
        need_value(b->results[i], NULL);
    int kept = 0;
    for (int i = b->n; i-- > 0;) {
        ir_node *n = b->nodes[i];
        if (!n->needed)
            continue;
        for (int j = 0; j < n->n_in; j++)
            if (!(n->def && n->def->traits & TF_SHAPE_ONLY))
                need_value(n->in[j], n);
        for (int j = 0; j < n->n_after; j++)
            n->after[j]->needed = true;
    }
    for (int i = 0; i < b->n; i++)
        if (b->nodes[i]->needed)
            b->nodes[kept++] = b->nodes[i];
    b->n = kept;
}
