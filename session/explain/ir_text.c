/* The plan's own graph as text:
 *
 *   %1:float32[2,3] = feed                                   # x
 *   %3:float32[2,4] = MatMul(%1, %2) transpose_b             # dense/MatMul
 *   %4:float32[5,4] = Loop(%1, %3) 5 steps                   # scan/Loop
 *       sliced %5:float32[4] = %1[t]
 *       carried %6:float32[4] = %3
 *       %7:float32[4] = Add(%5, %6)
 *       next %6 = %7
 *       stacked %4[t] = %7
 *   results: %4                                              # scan
 *
 * After layout "%8:float32[2] in %3+16" is a value inside another one's memory, 16 bytes on, and "no code" marks a node that
 * nothing has to be run for. What is known while binding is written as it is: 0.5, [1 2], float32[2,50] of 0. */
#include "session/explain/explain.h"

#include <string.h>

#include "session/passes/pass.h"
#include "session/plan/place.h"

enum { INDENT = 4, FEW = 8 };

/* ---- numbers ---------------------------------------------------------------------------------------------------------------- */

typedef void visit_fn(ir_writer *w, ir_value *v);

static void visit_ports(ir_writer *w, const ir_loop *l, visit_fn *visit)
{
    for (int i = 0; i < l->n_carried; i++)
        visit(w, l->carried[i].next);
    for (int i = 0; i < l->n_stacked; i++)
        visit(w, l->stacked[i].result);
    for (int i = 0; i < l->n_summed; i++)
        visit(w, l->summed[i].result);
}

/* Every value that is read, in the order of reading. */
static void visit_read(ir_writer *w, const ir_block *b, visit_fn *visit)
{
    ir_block *inner[2];
    for (int i = 0; i < b->n; i++) {
        const ir_node *n = b->nodes[i];
        for (int j = 0; j < n->n_in; j++)
            visit(w, n->in[j]);
        for (int k = 0, blocks = ir_bodies(n, inner); k < blocks; k++)
            visit_read(w, inner[k], visit);
        if (n->loop)
            visit_ports(w, n->loop, visit);
    }
    for (int i = 0; i < b->n_results; i++)
        visit(w, b->results[i]);
}

static void forget(ir_writer *w, ir_value *v)
{
    (void)w;
    for (; v; v = v->alias)
        v->number = v->root->number = 0;
}

static void number(ir_writer *w, ir_value *v)
{
    if (v->view.dtype)
        v->number = ++w->n;
}

/* Outputs that nobody wants have no dtype; a body's memory is not a value. */
static bool is_shown(const ir_node *n, int o) { return n->out[o].view.dtype && !((n->loop || n->branch) && o == n->region); }

static void number_nodes(ir_writer *w, const ir_block *b)
{
    ir_block *inner[2];
    for (int i = 0; i < b->n; i++) {
        const ir_node *n = b->nodes[i];
        for (int o = 0; o < n->n_out; o++)
            if (is_shown(n, o))
                number(w, &n->out[o]);
        for (int k = 0; n->loop && k < n->loop->n_sliced; k++)
            number(w, n->loop->sliced[k].arg);
        for (int k = 0; n->loop && k < n->loop->n_carried; k++)
            number(w, n->loop->carried[k].arg);
        for (int k = 0, blocks = ir_bodies(n, inner); k < blocks; k++)
            number_nodes(w, inner[k]);
    }
}

/* ---- values ------------------------------------------------------------------------------------------------------------------- */

static void write_type(ir_writer *w, const tf_view *v)
{
    char dims[TF_DIMS_TEXT];
    fprintf(w->f, "%s%s", tf_dtype_name(v->dtype), tf_dims_kernel_text(ir_dims(v), dims, sizeof dims));
}

static bool is_uniform(tf_ndarray a)
{
    size_t size = tf_dtype_size(a.dtype);
    for (int64_t i = 1; i < np_size(a); i++)
        if (memcmp(a.data, (const char *)a.data + (size_t)i * size, size) != 0)
            return false;
    return np_size(a) > 0;
}

static void write_known(ir_writer *w, const ir_value *v)
{
    char text[256];
    tf_ndarray a = np_array((void *)v->known, v->view.dtype, ir_dims(&v->view));
    tf_ndarray first = np_array(a.data, a.dtype, (tf_dims){ .known = true });
    bool uniform = is_uniform(a);
    if (v->view.rank == 0 || (v->view.rank == 1 && np_size(a) <= FEW)) {
        fprintf(w->f, "%s", np_text(a, text, sizeof text));
        return;
    }
    write_type(w, &v->view);
    fprintf(w->f, uniform ? " of %s" : " constant", uniform ? np_text(first, text, sizeof text) : "");
}

/* Where fuse or place put a value that is not in the text itself. */
static const ir_value *found(const ir_value *v)
{
    while (!v->number && v->alias)
        v = v->alias;
    return v;
}

static void write_place(ir_writer *w, const ir_value *v)
{
    ir_operand o = ir_operand_of(v);
    if (o.slot == IR_SLOT_ARENA)
        fprintf(w->f, "@%lld", (long long)o.at);
    else if (o.slot == IR_SLOT_ABSOLUTE)
        fprintf(w->f, "@fixed");
    else
        fprintf(w->f, o.at ? "@slot%d+%lld" : "@slot%d", o.slot, (long long)o.at);
}

static void write_strides(ir_writer *w, const tf_view *v)
{
    if (tf_view_contiguous(v))
        return;
    fprintf(w->f, " strides [");
    for (int i = 0; i < v->rank; i++)
        fprintf(w->f, i ? ",%lld" : "%lld", (long long)v->strides[i]);
    fprintf(w->f, "]");
}

static void write_reference(ir_writer *w, const ir_value *v)
{
    const ir_value *named = found(v);
    if (v->known && v->node) {
        write_known(w, v);
        return;
    }
    if (named->number)
        fprintf(w->f, "%%%d", named->number);
    else /* only its shape is read: it is not computed */
        write_type(w, &v->view);
    if (w->places && named->number) {
        write_place(w, v);
        write_strides(w, &v->view);
    }
}

void ir_write_value(ir_writer *w, const ir_value *v)
{
    fprintf(w->f, "%%%d:", found(v)->number);
    write_type(w, &v->view);
    if (w->places) {
        write_place(w, v);
        write_strides(w, &v->view);
    } else if (v->place == IR_VIEW) {
        const ir_value *root = found(v->root);
        fprintf(w->f, root->number ? " in %%%d" : " in a feed", root->number);
        if (v->offset)
            fprintf(w->f, "+%lld", (long long)v->offset);
        write_strides(w, &v->view);
    } else if (v->place == IR_SLOT && v->node) {
        fprintf(w->f, " at its port");
    }
}

/* ---- feeds ---------------------------------------------------------------------------------------------------------------------- */

static void write_feed(ir_writer *w, ir_value *v)
{
    int which = v ? v->slot - IR_FIRST_FEED_SLOT : -1;
    if (!v || v->node || v->number || v->place != IR_SLOT || which < 0 || which >= w->plan->n_feeds)
        return;
    tf_tensor t = w->plan->feeds[which];
    number(w, v);
    fprintf(w->f, "%%%d:", v->number);
    write_type(w, &v->view);
    fprintf(w->f, " = feed");
    if (v->known) {
        fprintf(w->f, " of ");
        write_known(w, v);
    }
    fprintf(w->f, t.index ? "  # %s:%d\n" : "  # %s\n", t.op->name, t.index);
}

/* ---- nodes -------------------------------------------------------------------------------------------------------------------------- */

static bool says_something(const tf_attr_def *a, const void *field)
{
    switch (a->kind) {
    case TF_ATTR_BOOL: return *(const bool *)field;
    case TF_ATTR_INT: return *(const int64_t *)field != 0;
    case TF_ATTR_STRING: return *(const char *const *)field && **(const char *const *)field;
    default: return true;
    }
}

/* What is not zero, false or empty; a variable's are its shape, which is there already. */
static void write_attrs(ir_writer *w, const ir_node *n)
{
    const tf_attr_def *a = n->def && n->attrs && !(n->def->traits & TF_SOURCE_OP) ? n->def->attrs : NULL;
    for (; a && a->kind; a++) {
        if (!says_something(a, (const char *)n->attrs + a->offset))
            continue;
        if (a->kind == TF_ATTR_BOOL)
            fprintf(w->f, " %s", a->name);
        else
            tf1c_write_attr(w->f, a, n->attrs);
    }
}

static void write_steps(ir_writer *w, const ir_loop *l)
{
    if (l->steps != NONE)
        fprintf(w->f, " %lld steps", (long long)l->steps);
    else
        fprintf(w->f, l->trip >= 0 ? " as many steps as the run says" : " steps while a condition holds");
    fprintf(w->f, "%s", l->reverse ? ", from the last" : "");
}

/* "{t0=Sigmoid(%3); %5=Mul(t0, %4)}": what a fused node does to each tile. */
static void write_fused(ir_writer *w, const ir_node *n)
{
    ir_fused_step s;
    for (int i = 0; ir_fused_step_at(n, i, &s); i++) {
        fprintf(w->f, i ? "; " : " {");
        if (s.out >= 0)
            fprintf(w->f, "%%%d=", found(&n->out[s.out])->number);
        else
            fprintf(w->f, "t%d=", i);
        fprintf(w->f, "%s(", s.op);
        for (int j = 0; j < s.n_in; j++) {
            ir_fused_step from = { .out = -1 };
            fprintf(w->f, "%s", j ? ", " : "");
            if (!s.in[j].external)
                ir_fused_step_at(n, s.in[j].index, &from);
            if (s.in[j].external)
                write_reference(w, n->in[s.in[j].index]);
            else if (from.out >= 0)
                fprintf(w->f, "%%%d", found(&n->out[from.out])->number);
            else
                fprintf(w->f, "t%d", s.in[j].index);
        }
        fprintf(w->f, ")");
    }
    fprintf(w->f, ir_fused_step_at(n, 0, &s) ? "}" : "");
}

static void write_controls(ir_writer *w, const ir_node *n)
{
    for (int i = 0; i < n->n_after; i++) {
        const ir_node *before = n->after[i];
        fprintf(w->f, i || n->n_in ? ", ^" : "^");
        if (before->n_out && before->out[0].number)
            fprintf(w->f, "%%%d", before->out[0].number);
        else
            fprintf(w->f, "%s", before->name);
    }
}

void ir_write_node(ir_writer *w, const ir_node *n, int depth)
{
    int outputs = 0;
    fprintf(w->f, "%*s", INDENT * depth, "");
    for (int o = 0; o < n->n_out; o++)
        if (is_shown(n, o)) {
            fprintf(w->f, "%s", outputs++ ? ", " : "");
            ir_write_value(w, &n->out[o]);
        }
    fprintf(w->f, "%s%s", outputs ? " = " : "", n->def ? n->def->name : "copy");
    if (!n->def || !(n->def->traits & TF_SOURCE_OP)) {
        fprintf(w->f, "(");
        for (int j = 0; j < n->n_in; j++) {
            fprintf(w->f, "%s", j ? ", " : "");
            write_reference(w, n->in[j]);
        }
        write_controls(w, n);
        fprintf(w->f, ")");
    }
    if (n->loop)
        write_steps(w, n->loop);
    else if (!n->branch)
        write_attrs(w, n);
    bool places = w->places;
    w->places = false;
    write_fused(w, n);
    w->places = places;
    if (n->silent && !w->places)
        fprintf(w->f, ", no code");
}

static void write_name(ir_writer *w, const char *name) { fprintf(w->f, *name ? "  # %s\n" : "\n", name); }

/* ---- blocks ------------------------------------------------------------------------------------------------------------------------------ */

static void write_nodes(ir_writer *w, const ir_block *b, int depth);

static void indent(ir_writer *w, int depth) { fprintf(w->f, "%*s", INDENT * depth, ""); }

void ir_write_loop_ports(ir_writer *w, const ir_node *n, int depth)
{
    const ir_loop *l = n->loop;
    for (int i = 0; i < l->n_sliced; i++) {
        indent(w, depth);
        fprintf(w->f, "sliced ");
        ir_write_value(w, l->sliced[i].arg);
        fprintf(w->f, " = ");
        write_reference(w, n->in[l->sliced[i].input]);
        fprintf(w->f, "[t]\n");
    }
    for (int i = 0; i < l->n_carried; i++) {
        indent(w, depth);
        fprintf(w->f, "carried ");
        ir_write_value(w, l->carried[i].arg);
        fprintf(w->f, " = ");
        write_reference(w, n->in[l->carried[i].input]);
        fprintf(w->f, "\n");
    }
}

static void write_port(ir_writer *w, int depth, const char *kind, const ir_value *to, const char *how, const ir_value *from)
{
    indent(w, depth);
    fprintf(w->f, "%s %%%d%s", kind, to->number, how);
    write_reference(w, from);
    fprintf(w->f, "\n");
}

static void write_loop(ir_writer *w, const ir_node *n, int depth)
{
    const ir_loop *l = n->loop;
    ir_write_loop_ports(w, n, depth);
    if (l->condition.n_results) {
        indent(w, depth);
        fprintf(w->f, "while\n");
        write_nodes(w, &l->condition, depth + 1);
        indent(w, depth + 1);
        write_reference(w, l->condition.results[0]);
        fprintf(w->f, "\n");
        indent(w, depth);
        fprintf(w->f, "do\n");
    }
    write_nodes(w, &l->body, depth + (l->condition.n_results > 0));
    for (int i = 0; i < l->n_carried; i++)
        write_port(w, depth, "next", l->carried[i].arg, " = ", l->carried[i].next);
    for (int i = 0; i < l->n_stacked; i++)
        write_port(w, depth, "stacked", &n->out[l->stacked[i].output], "[t] = ", l->stacked[i].result);
    for (int i = 0; i < l->n_summed; i++)
        write_port(w, depth, "summed", &n->out[l->summed[i].output], " += ", l->summed[i].result);
    for (int i = 0; i < l->n_carried; i++)
        if (l->carried[i].output >= 0)
            write_port(w, depth, "final", &n->out[l->carried[i].output], " = ", l->carried[i].arg);
}

static void write_branch(ir_writer *w, const ir_node *n, int depth)
{
    for (int which = 1; which >= 0; which--) {
        const ir_block *b = &n->branch->bodies[which];
        indent(w, depth);
        fprintf(w->f, which ? "if true\n" : "if false\n");
        write_nodes(w, b, depth + 1);
        for (int o = 0; o < b->n_results; o++)
            if (b->results[o] && n->out[o].number)
                write_port(w, depth + 1, "gives", &n->out[o], " = ", b->results[o]);
    }
}

static void write_nodes(ir_writer *w, const ir_block *b, int depth)
{
    for (int i = 0; i < b->n; i++) {
        const ir_node *n = b->nodes[i];
        ir_write_node(w, n, depth);
        write_name(w, n->name);
        if (n->loop)
            write_loop(w, n, depth + 1);
        if (n->branch)
            write_branch(w, n, depth + 1);
    }
}

static void write_results(ir_writer *w, const ir_block *b)
{
    if (!b->n_results)
        return;
    fprintf(w->f, "results: ");
    for (int i = 0; i < b->n_results; i++) {
        fprintf(w->f, "%s", i ? ", " : "");
        write_reference(w, b->results[i]);
    }
    for (int i = 0; i < w->plan->n_fetches; i++)
        fprintf(w->f, "%s%s", i ? ", " : "  # ", w->plan->fetches[i].op->name);
    fprintf(w->f, "\n");
}

void ir_write_graph(ir_writer *w, ir_block *b)
{
    w->n = 0;
    visit_read(w, b, forget);
    visit_read(w, b, write_feed);
    number_nodes(w, b);
    write_nodes(w, b, 0);
    write_results(w, b);
}
