/* From the operations of a plan to nodes with concrete shapes; what is known already is computed here, by the ops' own kernels. */
#include <string.h>

#include "core/report.h"
#include "graph/kernel.h"
#include "graph/loop.h"
#include "session/plan/lower.h"
#include "session/plan/split.h"

enum { FOLD_BYTES = 1 << 16, DEMAND_ELEMENTS = 1024 };

/* ---- what is known --------------------------------------------------------------------------------------------------- */

static bool may_compute(const ir_node *n)
{
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i].view.dtype == tf_string)
            return false; /* kernels make strings in runs alone */
    return ir_is_pure(n) && !n->def->scratch;
}

/* Memory for an output computed now. */
static bool make_room(tf1c_compilation *c, tf_view *out)
{
    char *data = ir_alloc(&c->ir, (size_t)tf_view_count(out) * tf_dtype_size(out->dtype) + 64);
    out->data = data ? data + (64 - (uintptr_t)data % 64) % 64 : NULL;
    return data;
}

/* Computes a node's outputs from inputs that are all known. */
static bool compute(tf1c_compilation *c, ir_node *n)
{
    if (n->n_in > IR_MOST_OPERANDS || n->n_out > IR_MOST_OPERANDS)
        return false;
    tf_view *in = ir_alloc(&c->ir, (size_t)(n->n_in + n->n_out) * sizeof *in);
    if (!in)
        return false;
    tf_view *out = in + n->n_in;
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
bool ir_demand(tf1c_compilation *c, ir_value *v)
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
        void *value = ir_alloc(&c->ir, size);
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
    tf1c_compilation *c;
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
bool ir_size_fits(tf_source here, const char *name, tf_dims d, tf_dtype dtype)
{
    enum { MOST_BITS = 42 };
    char shape[TF_DIMS_TEXT];
    int64_t count = tf_dims_count(d);
    if (count == INT64_MAX)
        tf_fail(tf_invalid_argument, here, name, "Shape %s would have more than 2**63 - 1 elements",
                tf_dims_kernel_text(d, shape, sizeof shape));
    else if (count > (INT64_C(1) << MOST_BITS) / (int64_t)tf_dtype_size(dtype))
        tf_fail(tf_resource_exhausted, here, name, "OOM when allocating tensor with shape%s and type %s by allocator cpu",
                tf_dims_kernel_text(d, shape, sizeof shape), tf_dtype_kernel_name(dtype));
    else
        return true;
    return false;
}

/* Whether all that its shape could depend on has been looked at: cutting the run would tell no more. */
static bool all_given(const tf1c_compilation *c, const ir_node *n)
{
    for (int i = 0; i < n->n_in; i++)
        if (!n->in[i]->known && (n->in[i]->node || n->in[i]->slot >= IR_FIRST_FEED_SLOT + c->plan->n_feeds))
            return false;
    return true;
}

/* Of an operation whose shape depends on data: at once, if that is known. */
static tf1c_outcome data_shape(ir_node *n, tf_dims *out)
{
    enum { MOST = 8 };
    tf_view ins[MOST], outs[MOST];
    tf1c_kernel_report report = { .strings = NULL };
    for (int i = 0; i < n->n_in; i++)
        if (n->n_in > MOST || n->n_out > MOST || !n->in[i]->known)
            return TF1C_CUT;
    tf_kernel_ctx k = ir_rule_ctx(n, ins, outs);
    k.private_ = &report;
    n->def->data_shape(&k, out);
    if (!k.status)
        return TF1C_DONE;
    tf_fail(k.status, n->here, n->name, "%s", report.message);
    return TF1C_FAILED;
}

static tf1c_outcome infer(tf1c_compilation *c, ir_node *n, const tf_operation *op)
{
    enum { FEW = 16 };
    tf_dims few_dims[2 * FEW], *in = few_dims, *out = few_dims + FEW;
    tf_dtype few_types[2 * FEW], *in_dtype = few_types, *out_dtype = few_types + FEW;
    if (n->n_in > FEW || n->n_out > FEW) {
        in = ir_alloc(&c->ir, (size_t)(n->n_in + n->n_out) * sizeof *in);
        in_dtype = ir_alloc(&c->ir, (size_t)(n->n_in + n->n_out) * sizeof *in_dtype);
        if (!in || !in_dtype)
            return TF1C_FAILED;
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
                       .op = op,
                       .at_run = true,
                       .value = value_of,
                       .ints = ints_of,
                       .arg = &a };
    if (n->def->shape)
        tf1c_infer(&s);
    else if (n->n_out)
        out[0] = op->outputs[0].shape;
    if (s.failed || c->ir.failed)
        return TF1C_FAILED;
    tf1c_outcome outcome = n->def->data_shape ? data_shape(n, out) : n->def->call ? TF1C_CUT : TF1C_DONE;
    for (int i = 0; i < n->n_out && !outcome; i++) {
        if (!ir_size_fits(n->here, n->name, out[i], out_dtype[i]))
            return TF1C_FAILED;
        if (!tf_dims_fully_known(out[i])) {
            if (!all_given(c, n))
                return TF1C_CUT;
            tf_fail(
                tf_unimplemented, n->here, n->name,
                "The shape of output %d depends on data that is not known before the run; only shapes, constants and fed values may decide it.",
                i);
            return TF1C_FAILED;
        }
        tf_view_set(&n->out[i].view, NULL, out_dtype[i], out[i]);
    }
    return outcome;
}

/* ---- operations to nodes -------------------------------------------------------------------------------------------------------- */

ir_value *ir_value_in(const tf1c_compilation *c, const ir_scope *s, tf_tensor t)
{
    int which;
    if (s->fed && tf1c_is_fed(c->plan, t, &which))
        return s->fed[which];
    return s->args && s->args[t.op->index] ? s->args[t.op->index] : &s->nodes[t.op->index]->out[t.index];
}

static bool give_variable(tf1c_compilation *c, ir_value *v, const tf_operation *op)
{
    v->place = IR_ABSOLUTE;
    v->variable = true;
    v->absolute = tf1c_variable_memory(c->planner->resources, op, &v->resource);
    return v->absolute;
}

/* A constant is its attribute; any pure node whose inputs are known is a constant too. */
static void fold(tf1c_compilation *c, ir_node *n)
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
        if ((size_t)ir_bytes(&n->out[i]) > FOLD_BYTES)
            return;
    for (int i = 0; i < n->n_in; i++)
        if (!n->in[i]->known && !(n->def->traits & TF_SHAPE_ONLY))
            return;
    compute(c, n); /* what fails here fails in the run, with its report */
}

/* A placeholder without a feed: its kernel says so. */
static tf1c_outcome unfed(const ir_node *n)
{
    tf1c_kernel_report report = { .strings = NULL };
    tf_kernel_ctx k = { .def = n->def, .attrs = n->attrs, .name = n->name, .private_ = &report };
    n->def->kernel(&k);
    tf_fail(k.status ? k.status : tf_internal, n->here, n->name, "%s", report.message);
    return TF1C_FAILED;
}

/* A fed array stands for a variable's value, not for the variable: it must not be written. */
static tf1c_outcome fed_reference(const ir_node *n, const tf_operation *op)
{
    const tf_tensor ref = op->inputs[0];
    const char *type = tf_dtype_kernel_name(tf_get_dtype(ref));
    tf_fail(tf_invalid_argument, n->here, n->name,
            "Input 0 of node %s was passed %s from _arg_%s_%d_0:0 incompatible with expected %s_ref.", n->name, type, ref.op->name,
            ref.index, type);
    return TF1C_FAILED;
}

static bool fill_node(tf1c_compilation *c, ir_scope *s, ir_node *n, const tf_operation *op)
{
    n->attrs = op->attrs;
    n->T = op->T;
    n->U = op->U;
    n->name = op->name;
    n->here = op->here;
    n->effect = op->def->traits & TF_SIDE_EFFECT && s->fed; /* in a body only what its results need runs */
    n->after = ir_alloc(&c->ir, (size_t)op->n_controls * sizeof *n->after);
    if (!n->after)
        return false;
    for (int i = 0; i < op->n_controls; i++)
        if (op->controls[i]->graph == s->graph && s->nodes[op->controls[i]->index])
            n->after[n->n_after++] = s->nodes[op->controls[i]->index];
    return true;
}

/* The gradient of what ran step by step does so too: what it reads may have another shape in each. */
static bool runs_stepwise(const tf1c_compilation *c, const tf_operation *op)
{
    const tf1c_body *b =
        op->def->traits & TF_LOOP ? ((const tf1c_loop_attrs *)op->attrs)->body : ((const tf1c_branch_attrs *)op->attrs)->bodies[0];
    return b->forward && tf1c_runs_stepwise(c->planner, b->forward);
}

/* What does not fit in a body is a mistake of the run that comes to it: of the branch taken, of a loop of one step or more. */
static tf1c_outcome try_bodies(tf1c_compilation *c, ir_scope *s, ir_node *n, const tf_operation *op, const char *wanted)
{
    const tf1c_aside before = tf1c_reports_aside();
    const tf1c_outcome outcome = (op->def->traits & TF_LOOP ? ir_build_loop : ir_build_branch)(c, s, n, op, wanted);
    const tf_error error = *tf_last_error();
    tf1c_reports_again(before);
    if (outcome != TF1C_FAILED)
        return outcome;
    if (c->ir.failed || error.code == tf_memory_error) {
        tf_fail(error.code, error.where, error.op, "%s", error.message);
        return TF1C_FAILED;
    }
    tf_clear_error();
    return TF1C_CUT;
}

/* A loop or a branch, which may get more outputs, and one for the memory of its bodies. */
static tf1c_outcome build_with_bodies(tf1c_compilation *c, ir_scope *s, const tf_operation *op, const char *wanted)
{
    ir_node *n = ir_node_new(&c->ir, op->def, 0, (1 + IR_MORE_OUTPUTS) * op->n_outputs + 1);
    if (!n || !fill_node(c, s, n, op))
        return TF1C_FAILED;
    n->room = n->n_out;
    n->region = op->n_outputs;
    n->n_out = op->n_outputs + 1;
    s->nodes[op->index] = n;
    if (runs_stepwise(c, op))
        return TF1C_CUT;
    const tf1c_outcome outcome = try_bodies(c, s, n, op, wanted);
    if (!outcome)
        ir_add_node(&c->ir, s->block, n);
    return c->ir.failed ? TF1C_FAILED : outcome;
}

static bool read_inputs(const tf1c_compilation *c, const ir_scope *s, ir_node *n, const tf_operation *op)
{
    n->waits = n->n_after;
    for (int i = 0; i < op->n_inputs; i++) {
        n->in[i] = ir_value_in(c, s, op->inputs[i]);
        if (n->in[i]->view.dtype == tf_dtype_unset)
            return !tf1c_ragged_error(n->here, n->name);
        n->waits |= n->in[i]->node && n->in[i]->node->waits;
    }
    return true;
}

static bool give_memory(tf1c_compilation *c, ir_node *n, const tf_operation *op)
{
    if (op->def->traits & TF_VARIABLE && !give_variable(c, &n->out[0], op))
        return false;
    if (op->def->resource_size)
        n->resource = tf1c_resource_memory(c->planner->resources, op, op->def->resource_size, NULL);
    return n->resource || !op->def->resource_size;
}

tf1c_outcome ir_build_node(tf1c_compilation *c, ir_scope *s, const tf_operation *op, const char *wanted)
{
    unsigned traits = op->def->traits;
    if (traits & (TF_LOOP | TF_BRANCH))
        return build_with_bodies(c, s, op, wanted);
    ir_node *n = ir_node_new(&c->ir, op->def, op->n_inputs, op->n_outputs);
    if (!n || !fill_node(c, s, n, op))
        return TF1C_FAILED;
    s->nodes[op->index] = n;
    if (!read_inputs(c, s, n, op))
        return TF1C_FAILED;
    if (traits & (TF_WRITES_REF | TF_PEEKS_REF) && !(traits & TF_FED_REF) && !n->in[0]->variable)
        return fed_reference(n, op);
    if (traits & TF_PEEKS_REF && !(traits & TF_FED_REF))
        n->resource = &n->in[0]->root->resource->initialized;
    if (traits & TF_SOURCE_OP && op->def->kernel && op->def != tf1c_basic.constant)
        return unfed(n);
    tf1c_outcome outcome = infer(c, n, op);
    if (outcome)
        return outcome;
    if (!give_memory(c, n, op))
        return TF1C_FAILED;
    fold(c, n);
    ir_add_node(&c->ir, s->block, n);
    return c->ir.failed ? TF1C_FAILED : TF1C_DONE;
}

static bool build_feeds(tf1c_compilation *c, ir_scope *s)
{
    const tf1c_plan *p = c->plan;
    s->fed = ir_alloc(&c->ir, (size_t)p->n_feeds * sizeof *s->fed);
    for (int i = 0; s->fed && i < p->n_feeds; i++) {
        ir_value *v = s->fed[i] = ir_alloc(&c->ir, sizeof *v);
        if (!v)
            return false;
        *v = (ir_value){ .place = IR_SLOT, .slot = IR_FIRST_FEED_SLOT + i, .root = v };
        tf_view_set(&v->view, NULL, c->feeds[i].dtype, c->feeds[i].shape);
        if (p->variables && p->variables[i] && !give_variable(c, v, p->variables[i]))
            return false;
    }
    c->ir.n_feeds = p->n_feeds;
    c->ir.n_slots = IR_FIRST_FEED_SLOT + p->n_feeds;
    return s->fed;
}

tf1c_outcome ir_build(tf1c_compilation *c, const tf_operation **at)
{
    const tf1c_plan *p = c->plan;
    ir_block *b = &c->binding->block;
    ir_scope s = { .graph = p->graph, .block = b, .once = true };
    b->id = c->ir.block_ids++;
    s.nodes = ir_alloc(&c->ir, (size_t)s.graph->n_ops * sizeof *s.nodes);
    b->results = ir_alloc(&c->ir, (size_t)p->n_fetches * sizeof *b->results);
    if (!s.nodes || !b->results || !build_feeds(c, &s))
        return TF1C_FAILED;
    for (int i = 0; i < p->n_ops; i++) {
        tf1c_outcome outcome = ir_build_node(c, &s, p->ops[i], p->wanted[i]);
        *at = p->ops[i]; /* the whole of it: plans are not cut inside of loops and branches */
        if (outcome)
            return outcome;
    }
    for (int i = 0; i < p->n_fetches; i++)
        b->results[b->n_results++] = ir_value_in(c, &s, p->fetches[i]);
    for (int i = 0; i < p->n_targets; i++)
        s.nodes[p->targets[i]->index]->effect = true;
    ir_prune(b);
    return c->ir.failed ? TF1C_FAILED : TF1C_DONE;
}
