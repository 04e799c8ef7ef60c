/* Reverse mode, graph to graph. TF1: python/ops/gradients_util.py _GradientsHelper, _AggregatedGrads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/loop.h"
#include "graph/node.h"
#include "graph/tensors.h"

/* What flows back into one tensor: dense and sparse contributions, in the order they came. */
typedef struct contribution {
    struct contribution *next;
    tf_tensor dx;  /* dense, or IndexedSlices */
    bool of_array; /* by an operation that TF has none of: all of these are one array's */
} contribution;
typedef struct {
    contribution *first, *last;
} contributions;

/* What the ys are made of, each operation as its output 0; `sorted` by the walk's order: the graph of the ys first, then, if it is a
 * body, those around it, to which what it captures leads; in each the newest first. */
typedef struct {
    tf1c_arena arena; /* contributions and marks, gone when done */
    tf1c_tensors reached;
    int capacity;         /* of its items */
    char *wanted;         /* per operation reached: IS_X, COMES_FROM_X, both; else 0 */
    contributions **into; /* per operation, per output */
    tf_list xs;
    tf1c_tensors stop; /* operations, each as its output 0: what flows in at them goes no further, as TF's stop_ops */
    const tf_graph *innermost;
    bool outwards, gated;
    const char *counted; /* by operation of the innermost graph, where given: TF goes through these alone */
    int made, given;     /* by the gradient function that is running, as TF's does; -1: it has not said */
    bool uncounted;      /* TF has none such */
    bool of_array;       /* that runs is a slice's by which we take an array's elements */
    tf_status status;
} backprop;

static void no_memory(backprop *b)
{
    if (!b->status)
        b->status = tf_fail(tf_memory_error, tf1c_source((tf_source){ 0 }), NULL, "no memory left for the gradients");
}

/* The number of an operation that was there, and reached, before the walk began; -1: none. */
static int number_of(const backprop *b, const tf_operation *op)
{
    return tf1c_tensors_find(&b->reached, (tf_tensor){ .op = (tf_operation *)op });
}

static bool is_wanted(const backprop *b, tf_tensor t)
{
    const int i = number_of(b, t.op);
    return i >= 0 && b->wanted[i];
}

static bool is_stopped(const backprop *b, const tf_operation *op)
{
    return tf1c_tensors_find(&b->stop, (tf_tensor){ .op = (tf_operation *)op }) >= 0;
}

static contributions *into(const backprop *b, const tf_operation *op)
{
    const int i = number_of(b, op);
    return i >= 0 ? b->into[i] : NULL;
}

static bool is_floating(tf_tensor t) { return TF_FLOATING & TF_DTYPE_BIT(t.op->outputs[t.index].dtype); }

static void contribute(backprop *b, tf_tensor to, tf_tensor dx)
{
    const int i = number_of(b, to.op);
    if (!dx.op || b->status || i < 0)
        return;
    contributions **slot = &b->into[i];
    contribution *c = tf1c_arena_alloc(&b->arena, sizeof *c);
    if (!c || (!*slot && !(*slot = tf1c_arena_alloc(&b->arena, (size_t)to.op->n_outputs * sizeof **slot)))) {
        no_memory(b);
        return;
    }
    *c = (contribution){ NULL, dx, b->of_array };
    contributions *all = &(*slot)[to.index];
    if (all->last)
        all->last->next = c;
    else
        all->first = c;
    all->last = c;
}

/* ---- what a gradient function calls ------------------------------------------------------------------------------------ */

void tf_add_grad(tf_grad_ctx *g, int i, tf_tensor dx)
{
    backprop *b = g ? g->private_ : NULL;
    const tf_tensor in = b && i >= 0 && i < g->n_in ? g->in[i] : (tf_tensor){ 0 };
    if (!in.op || !is_wanted(b, in))
        return;
    if (!tf_is_poisoned(dx)) { /* it is of in's shape, whatever could be inferred */
        tf_dims *shape = &dx.op->outputs[dx.index].shape, merged;
        if (tf_merge_dims(*shape, in.op->outputs[in.index].shape, &merged))
            *shape = merged;
    }
    contribute(b, in, dx);
}

void tf_add_sparse_grad(tf_grad_ctx *g, int i, tf_indexed_slices dx)
{
    if (tf1c_grad_wanted(g, i))
        tf_add_grad(g, i, tf1c_basic.of_slices(dx, tf_get_shape(g->in[i])));
}

bool tf1c_grad_wanted(const tf_grad_ctx *g, int i)
{
    return g && g->private_ && i >= 0 && i < g->n_in && is_wanted(g->private_, g->in[i]);
}

static tf_tensor zeros_like(tf_tensor t)
{
    return tf_op_unary(tf1c_basic.zeros_like, tf_operand_tensor(t), (struct tf_name_args){ 0 }, "zeros_like");
}

tf_tensor tf_grad_out(tf_grad_ctx *g, int i)
{
    if (!g || i < 0 || i >= g->n_out)
        return tf_mistake(tf_value_error, (tf_source){ 0 }, NULL, "there is no output %d to have a gradient", i);
    if (g->dys[i].op)
        return g->dys[i];
    return zeros_like(g->out[i]);
}

void tf1c_gradient_makes(tf_grad_ctx *g, int operations)
{
    if (g->private_)
        ((backprop *)g->private_)->made = operations;
}

void tf1c_gradient_gives(tf_grad_ctx *g, int gradients)
{
    if (g->private_)
        ((backprop *)g->private_)->given = gradients;
}

/* What the body that is being built reads of the steps it goes back through; NULL: it goes through none, or it does not count. */
static tf1c_reads *reads_of(const backprop *b)
{
    tf_graph *g = tf1c_current_graph();
    return b && !b->uncounted ? tf1c_reads_of(g->parent ? g->import_arg : NULL) : NULL;
}

void tf1c_gradient_reads(tf_grad_ctx *g, tf_tensor t)
{
    tf1c_gradient_reads_shapes(g, 0);
    if (reads_of(g->private_))
        tf1c_note_read(tf1c_current_graph()->import_arg, t);
}

void tf1c_gradient_reads_shapes(tf_grad_ctx *g, int operations)
{
    tf1c_reads *reads = reads_of(g->private_);
    if (!reads)
        return;
    reads->unsaid = false;
    reads->made += operations;
}

void tf1c_gradient_reads_shape(tf_grad_ctx *g, tf_tensor t)
{
    tf1c_gradient_reads_shapes(g, !tf_dims_fully_known(tf_get_shape(t)));
}

bool tf1c_gradient_is_gated(const tf_grad_ctx *g) { return g->private_ && ((const backprop *)g->private_)->gated; }

void tf_no_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    (void)g;
    (void)dy;
}

void tf1c_undefined_gradient(tf_grad_ctx *g, tf_tensor dy)
{
    backprop *b = g->private_;
    (void)dy;
    if (!b->status)
        b->status = tf_fail(tf_lookup_error, tf1c_source(g->op->here), g->op->name,
                            "No gradient defined for operation '%s' (op type: %s)", g->op->name, g->op->def->name);
}

void tf1c_disable_gradient(tf_grad_ctx *g, const char *reason)
{
    backprop *b = g->private_;
    if (!b->status)
        b->status =
            tf_fail(tf_lookup_error, tf1c_source(g->op->here), g->op->name, "Gradient explicitly disabled. Reason: %s", reason);
}

void tf_gradient_disabled(tf_grad_ctx *g, tf_tensor dy)
{
    char reason[256];
    (void)dy;
    if (!g || !g->private_)
        return;
    snprintf(reason, sizeof reason, "second derivative of '%s' (op type: %s) is not defined.", g->op->name, g->op->def->name);
    tf1c_disable_gradient(g, reason);
}

/* ---- sums ------------------------------------------------------------------------------------------------------------------- */

static tf_tensor add_dense(tf_list terms)
{
    tf_operand *in = tf1c_alloc((size_t)terms.n * sizeof *in);
    if (!in)
        return tf_mistake(tf_memory_error, (tf_source){ 0 }, NULL, "no memory left for the gradients");
    for (int i = 0; i < terms.n; i++)
        in[i] = tf_operand_tensor(terms.items[i]);
    tf_operation *sum = tf_op_new(tf1c_basic.add_n, (struct tf_op_args){ .n_inputs = terms.n, .inputs = in });
    tf1c_free(in);
    return (tf_tensor){ .op = sum };
}

static bool is_counted(const backprop *b, const tf_operation *op)
{
    return !b->counted || op->graph != b->innermost || b->counted[op->index];
}

/* What is sparse among terms is made dense, in TF by operations: its first dimension, UnsortedSegmentSum. */
enum { MADE_DENSE = 5 };
static void count_dense(tf_list terms)
{
    for (int i = 0; i < terms.n; i++)
        if (!tf_is_none(tf_slices(terms.items[i]).indices))
            tf1c_current_graph()->universe->last_id += MADE_DENSE;
}

/* The sum, kept in place of its terms: an x may be on the way to another. Where all are sparse it is: rows one after the other. */
static tf_tensor settle(contributions *all, bool counted)
{
    contribution *first = all->first;
    bool sparse = true, array = false, others = false;
    tf_list terms = { 0 };
    int *last_id = &tf1c_current_graph()->universe->last_id;
    const int begin = *last_id;
    if (!first || !first->next)
        return first ? first->dx : (tf_tensor){ 0 };
    for (const contribution *c = first; c; c = c->next) {
        tf_append(&terms, c->dx);
        sparse &= !tf_is_none(tf_slices(c->dx).indices);
        array |= c->of_array;
        others |= !c->of_array;
    }
    if (!sparse)
        count_dense(terms);
    *first = (contribution){ NULL, sparse ? tf1c_basic.concat_slices(terms) : add_dense(terms), false };
    all->last = first;
    *last_id = counted ? *last_id + (array && others) : begin; /* the array's own sum counts for one more */
    return first->dx;
}

/* ---- the walk --------------------------------------------------------------------------------------------------------------------- */

/* The tensor that an argument of a body stands for outside; none: op is no argument. */
static tf_tensor outside(const tf_operation *op)
{
    return op->def == &tf1c_arg_op ? ((const tf1c_arg_attrs *)op->attrs)->outer : (tf_tensor){ 0 };
}

enum { IS_X = 1, COMES_FROM_X = 2 };

/* By what gradients flow through: TF marks no more, and counts no gradients beyond. */
static bool comes_from_wanted(const backprop *b, const tf_operation *op)
{
    const tf_tensor outer = outside(op);
    bool wanted = outer.op && is_wanted(b, outer);
    if (op->def->traits & TF_SHAPE_ONLY && (op->def == tf1c_basic.ones_like || tf_dims_fully_known(op->outputs[0].shape)))
        return wanted; /* in TF a constant, or filled to a shape, which are integers */
    for (int j = 0; j < op->n_inputs && !wanted; j++)
        wanted = op->inputs[j].op->graph == op->graph && is_floating(op->inputs[j]) && is_wanted(b, op->inputs[j]);
    return wanted;
}

static void mark_wanted(backprop *b, int n_xs, const tf_tensor *xs)
{
    for (int i = 0; i < n_xs; i++)
        if (number_of(b, xs[i].op) >= 0)
            b->wanted[number_of(b, xs[i].op)] = IS_X;
    for (int i = b->reached.n; i-- > 0;)
        if (!is_stopped(b, b->reached.items[i].op) && comes_from_wanted(b, b->reached.items[i].op))
            b->wanted[i] |= COMES_FROM_X;
}

/* TF fills in zeros for the outputs of an op that nothing flows back to, if something does to others, as long as the op itself is
 * on the way to an x: the gradient at such an output is those zeros, not None. */
static bool zeros_beside(const backprop *b, tf_tensor x)
{
    bool on_the_way = false, beside = false;
    const contributions *all = into(b, x.op);
    if (x.op->def->traits & (TF_LOOP | TF_BRANCH)) /* there every result is an op of its own */
        return false;
    for (int i = 0; i < x.op->n_inputs; i++) {
        const int input = number_of(b, x.op->inputs[i].op);
        on_the_way |= input >= 0 && b->wanted[input];
    }
    for (int i = 0; i < x.op->n_outputs; i++)
        beside |= all[i].first != NULL;
    return on_the_way && beside && !all[x.index].first && is_floating(x);
}

static bool flows(const tf_tensor *dys, int n)
{
    for (int i = 0; i < n; i++)
        if (dys[i].op)
            return true;
    return false;
}

/* An x that op comes from, for a message. */
static const tf_operation *nearest_x(const backprop *b, const tf_operation *op)
{
    for (const tf_operation *at = op, *next; at; at = next) {
        const tf_tensor outer = outside(at);
        next = outer.op && is_wanted(b, outer) ? outer.op : NULL;
        for (int i = 0; i < b->xs.n; i++)
            if (b->xs.items[i].op == at && at != op)
                return at;
        for (int i = 0; i < at->n_inputs && !next; i++)
            next = is_wanted(b, at->inputs[i]) ? at->inputs[i].op : NULL;
    }
    return op;
}

/* From a body to what is around it: what it captures is the same at every step; a state or an element is another at each. */
static void leave_body(backprop *b, const tf_operation *arg, contributions *all)
{
    const tf1c_arg_attrs *a = arg->attrs;
    if (!is_wanted(b, a->outer))
        return;
    if (a->kind == TF1C_CAPTURED)
        contribute(b, a->outer, settle(all, true));
    else if (!b->status)
        b->status = tf_fail(tf_value_error, tf1c_source((tf_source){ 0 }), arg->name,
                            "Cannot compute gradient inside while loop with respect to op '%s'. We do not support taking the "
                            "gradient wrt or through the %s. Gradients can be computed through loop invariants or wrt the "
                            "input parameters to the loop body.",
                            nearest_x(b, arg)->name,
                            a->kind == TF1C_CARRIED ? "initial value of a loop variable" : "sequence that the loop goes over");
}

/* What is floating of n tensors, and, of dys, has none. */
static int count_floating(int n, const tf_tensor *t, const tf_tensor *dys)
{
    int floating = 0;
    for (int i = 0; i < n; i++)
        floating += is_floating(t[i]) && !(dys && dys[i].op);
    return floating;
}

/* Its record's, unless it was made where another was named. */
static tf_gradient_fn *gradient_of(const tf_operation *op)
{
    return op->gradient ? tf1c_registered_gradient(op->gradient) : op->def->gradient;
}

/* Zeros for the outputs to which nothing flows: one operation each, but for a step's of unknown shape. A loop and a branch count theirs. */
static int count_zeros(const tf_grad_ctx *g, tf1c_reads *reads)
{
    enum { ZEROS_OF_KEPT_SHAPE = 3 }; /* Shape; a number, Fill */
    int zeros = 0;
    if (g->op->def->traits & (TF_LOOP | TF_BRANCH))
        return 0;
    for (int i = 0; i < g->n_out; i++) {
        const bool unknown = reads && !tf_dims_fully_known(tf_get_shape(g->out[i]));
        if (!count_floating(1, &g->out[i], &g->dys[i]))
            continue;
        zeros += unknown ? ZEROS_OF_KEPT_SHAPE : 1;
        if (unknown)
            reads->made++;
    }
    return zeros;
}

/* Calls op's gradient function, and counts as many operations for it as TF makes: zeros where nothing flows, those of the function
 * itself, and, if an optimizer asks, a NoOp that waits for all it gives and an Identity of each. */
static void differentiate(backprop *b, tf_grad_ctx *g)
{
    tf1c_universe *u = tf1c_current_graph()->universe;
    b->uncounted = g->op->gradient_uncounted || !is_counted(b, g->op);
    tf1c_reads *reads = reads_of(b);
    const int begin = u->last_id;
    b->made = -1;
    b->given = count_floating(g->n_in, g->in, NULL);
    if (reads)
        reads->unsaid = true;
    b->of_array = g->op->gradient_uncounted;
    gradient_of(g->op)(g, g->dys[0]);
    b->of_array = false;
    if (reads)
        reads->unsaid = false;
    if (b->uncounted) {
        u->last_id = begin;
        return;
    }
    if (b->made >= 0)
        u->last_id = begin + count_zeros(g, reads) + b->made;
    if (!(g->op->def->traits & TF_IDENTITY)) /* which hands slices on */
        count_dense((tf_list){ .n = g->n_out, .items = g->dys });
    if (b->gated && b->given > 1)
        u->last_id += 1 + b->given;
}

/* Back through the i-th; where it is an x that comes from none, what flows in there is what was asked for. */
static void through(backprop *b, int i)
{
    tf_operation *op = b->reached.items[i].op;
    contributions *all = is_stopped(b, op) ? NULL : into(b, op);
    if (all && op->def == &tf1c_arg_op)
        leave_body(b, op, all);
    if (!op->n_inputs || !all)
        return;
    enum { FEW = 8 };
    tf_tensor few_dys[FEW], few_out[FEW], *dys = few_dys, *out = few_out;
    int n = op->n_outputs;
    if (n > FEW) {
        dys = tf1c_arena_alloc(&b->arena, (size_t)n * sizeof *dys);
        out = tf1c_arena_alloc(&b->arena, (size_t)n * sizeof *out);
        if (!dys || !out) {
            no_memory(b);
            return;
        }
    }
    char name[512];
    const char *scope = name;
    snprintf(name, sizeof name, "%s_grad", op->name);
    TF_SCOPE(scope, "grad");
    for (int o = 0; o < n; o++) {
        dys[o] = settle(&all[o], is_counted(b, op));
        out[o] = (tf_tensor){ .op = op, .index = o };
    }
    if (!flows(dys, n) || !(b->wanted[i] & COMES_FROM_X))
        return;
    tf_grad_ctx g = { op, op->n_inputs, n, op->inputs, out, dys, op->attrs, b };
    if (!gradient_of(op)) {
        tf1c_undefined_gradient(&g, dys[0]);
        return;
    }
    if (TF_FLOATING & TF_DTYPE_BIT(op->outputs[0].dtype) || n > 1)
        differentiate(b, &g);
}

static int depth_of(const tf_graph *g)
{
    int depth = 0;
    for (; g->parent; g = g->parent)
        depth++;
    return depth;
}

/* op is in a graph that the walk goes through. */
static bool is_in_reach(const backprop *b, const tf_operation *op)
{
    for (const tf_graph *g = b->innermost; g; g = b->outwards ? g->parent : NULL)
        if (g == op->graph)
            return !tf1c_is_mistake(op);
    return false;
}

static void reach(backprop *b, const tf_operation *op)
{
    if (b->status || !op || !is_in_reach(b, op))
        return;
    if (b->reached.n == b->capacity) {
        const int capacity = b->capacity ? 2 * b->capacity : 64;
        tf_tensor *items = tf1c_realloc(b->reached.items, (size_t)capacity * sizeof *items);
        if (!items) {
            no_memory(b);
            return;
        }
        b->reached.items = items;
        b->capacity = capacity;
    }
    tf1c_tensors_add(&b->reached, (tf_tensor){ .op = (tf_operation *)op });
}

static int walks_before(const void *x, const void *y)
{
    const tf_operation *a = ((const tf_tensor *)x)->op, *b = ((const tf_tensor *)y)->op;
    if (a->graph != b->graph)
        return depth_of(b->graph) - depth_of(a->graph);
    return b->index - a->index;
}

/* What each operation is made of is looked up as it is found itself; then all are put in order. */
static void find_reached(backprop *b, int n_ys, const tf_tensor *ys)
{
    for (int i = 0; i < n_ys; i++)
        reach(b, ys[i].op);
    for (int i = 0; i < b->reached.n; i++) {
        const tf_operation *op = b->reached.items[i].op;
        reach(b, outside(op).op);
        for (int j = 0; j < op->n_inputs; j++)
            reach(b, op->inputs[j].op);
    }
    const int n = b->reached.n;
    tf1c_tensors_free(&b->reached);
    if (n)
        qsort(b->reached.items, (size_t)n, sizeof *b->reached.items, walks_before);
    b->reached.n = 0;
    for (int i = 0; i < n; i++)
        tf1c_tensors_add(&b->reached, b->reached.items[i]);
    b->wanted = tf1c_arena_alloc(&b->arena, (size_t)n + 1);
    b->into = tf1c_arena_alloc(&b->arena, ((size_t)n + 1) * sizeof *b->into);
    if (!b->wanted || !b->into)
        no_memory(b);
}

static void find_stops(backprop *b, tf_list stop_gradients)
{
    b->stop.items = tf1c_arena_alloc(&b->arena, ((size_t)stop_gradients.n + 1) * sizeof *b->stop.items);
    if (!b->stop.items)
        no_memory(b);
    for (int i = 0; b->stop.items && i < stop_gradients.n; i++)
        tf1c_tensors_add(&b->stop, (tf_tensor){ .op = stop_gradients.items[i].op });
}

static void forget(backprop *b)
{
    tf1c_tensors_free(&b->reached);
    tf1c_tensors_free(&b->stop);
    tf1c_free(b->reached.items);
    tf1c_arena_free(&b->arena);
}

static tf_status walk_back(bool outwards, bool gated, const char *counted, int n_ys, const tf_tensor *ys, const tf_tensor *dys,
                           int n_xs, const tf_tensor *xs, tf_list stop_gradients, tf_tensor *dxs, tf_source here)
{
    TF_FROM(here);
    backprop b = {
        .xs = { .n = n_xs, .items = xs }, .innermost = ys[0].op->graph, .outwards = outwards, .gated = gated, .counted = counted
    };
    memset(dxs, 0, (size_t)n_xs * sizeof *dxs);
    for (int i = 1; i < n_ys; i++)
        if (depth_of(ys[i].op->graph) > depth_of(b.innermost))
            b.innermost = ys[i].op->graph;
    find_stops(&b, stop_gradients);
    find_reached(&b, n_ys, ys);
    if (!b.status) {
        mark_wanted(&b, n_xs, xs);
        for (int i = 0; i < n_ys; i++)
            contribute(&b, ys[i], dys[i]);
    }
    for (int i = 0; i < b.reached.n && !b.status; i++)
        if (b.wanted[i])
            through(&b, i);
    for (int i = 0; i < n_xs && !b.status; i++) {
        contributions *all = into(&b, xs[i].op);
        if (!all)
            continue;
        dxs[i] = settle(&all[xs[i].index], is_counted(&b, xs[i].op));
        if (zeros_beside(&b, xs[i]))
            dxs[i] = zeros_like(xs[i]);
    }
    forget(&b);
    return b.status;
}

tf_status tf1c_backprop(int n_ys, const tf_tensor *ys, const tf_tensor *dys, int n_xs, const tf_tensor *xs, bool gated,
                        const char *counted, tf_tensor *dxs, tf_source here)
{
    for (int i = 0; i < n_ys; i++)
        if (tf_is_poisoned(ys[i])) /* a body's result for which there was no memory */
            return tf_memory_error;
    return walk_back(false, gated, counted, n_ys, ys, dys, n_xs, xs, (tf_list){ 0 }, dxs, here);
}

/* ---- the public ends ------------------------------------------------------------------------------------------------------------------ */

static tf_tensor ones_for(tf_tensor y, const char *name)
{
    int *last_id = &tf1c_current_graph()->universe->last_id;
    const int begin = *last_id;
    const tf_tensor ones = tf_op_unary(tf1c_basic.ones_like, tf_operand_tensor(y), (struct tf_name_args){ .name = name }, NULL);
    *last_id = begin + 3; /* TF: Shape, a number, Fill */
    return ones;
}

/* What flows in at each y: as given, or ones. */
static bool starting_gradients(tf_list ys, tf_list grad_ys, tf_tensor *dys, tf_source here)
{
    if (grad_ys.n && grad_ys.n != ys.n) {
        tf_fail(tf_value_error, here, NULL, "Passed %d grad_ys for %d ys", grad_ys.n, ys.n);
        return false;
    }
    for (int i = 0; i < ys.n; i++) {
        tf_tensor given = grad_ys.n ? grad_ys.items[i] : (tf_tensor){ 0 };
        char name[32];
        snprintf(name, sizeof name, "grad_ys_%d", i);
        if (!given.op) {
            dys[i] = ones_for(ys.items[i], name);
            continue;
        }
        tf1c_current_graph()->universe->last_id++; /* TF: an Identity */
        dys[i] = tf_convert(tf_operand_tensor(given), tf_dtype_unset, here, name);
        if (tf_get_dtype(given) != tf_get_dtype(ys.items[i]) && !tf_is_poisoned(given)) {
            tf_fail(tf_type_error, here, ys.items[i].op->name,
                    "Gradient type %s generated for real-valued tensor %s:%d with type %s must be real",
                    tf_dtype_name(tf_get_dtype(given)), ys.items[i].op->name, ys.items[i].index,
                    tf_dtype_name(tf_get_dtype(ys.items[i])));
            return false;
        }
    }
    return true;
}

static tf_operation *first_poison(tf_list list)
{
    for (int i = 0; i < list.n; i++)
        if (tf_is_poisoned(list.items[i]))
            return tf_tensor_op(list.items[i]);
    return NULL;
}

static bool has_none(tf_list list)
{
    for (int i = 0; i < list.n; i++)
        if (tf_is_none(list.items[i]))
            return true;
    return false;
}

static void zeros_for_none(tf_list xs, tf_tensor *dxs)
{
    for (int i = 0; i < xs.n; i++)
        if (tf_is_none(dxs[i]))
            dxs[i] = zeros_like(xs.items[i]);
}

static tf_status gradients(tf_list ys, tf_list xs, tf_tensor *dxs, struct tf_gradients_args a, bool gated)
{
    TF1C_HOLD_REPORTS;
    tf_tensor *dys = tf1c_alloc_zero((size_t)ys.n * sizeof *dys), *values = tf1c_alloc_zero((size_t)ys.n * sizeof *values);
    tf_status status = tf_ok;
    if (!dys || !values)
        status = tf_fail(tf_memory_error, a.here, NULL, "no memory left for the gradients");
    if (!status) {
        TF_SCOPE(a.name, "gradients");
        for (int i = 0; i < ys.n; i++)
            values[i] = ys.items[i].op->read ? (tf_tensor){ .op = ys.items[i].op->read } : ys.items[i];
        if (!starting_gradients((tf_list){ .n = ys.n, .items = values }, a.grad_ys, dys, a.here))
            status = tf_last_error()->code;
        else
            status = walk_back(true, gated, NULL, ys.n, values, dys, xs.n, xs.items, a.stop_gradients, dxs, a.here);
        if (!status && a.unconnected_gradients && strcmp(a.unconnected_gradients, tf_unconnected_gradients_ZERO) == 0)
            zeros_for_none(xs, dxs);
    }
    tf1c_free(dys);
    tf1c_free(values);
    return status;
}

tf_list tf1c_gradients(tf_list ys, tf_list xs, struct tf_gradients_args a, bool gated)
{
    a.here = tf1c_source(a.here);
    TF_FROM(a.here);
    tf_graph *g = tf1c_current_graph();
    ys = tf1c_sound_list(ys, a.here);
    xs = tf1c_sound_list(xs, a.here);
    a.grad_ys = tf1c_sound_list(a.grad_ys, a.here);
    a.stop_gradients = tf1c_sound_list(a.stop_gradients, a.here);
    if (has_none(ys) || has_none(xs))
        return tf_mistake_list(xs.n, tf_mistake(tf_value_error, a.here, NULL, "None values not supported."));
    const char *unconnected = a.unconnected_gradients ? a.unconnected_gradients : tf_unconnected_gradients_NONE;
    if (strcmp(unconnected, tf_unconnected_gradients_NONE) != 0 && strcmp(unconnected, tf_unconnected_gradients_ZERO) != 0)
        return tf_mistake_list(
            xs.n, tf_mistake(tf_value_error, a.here, NULL, "Unknown value for unconnected_gradients: '%s'", unconnected));
    tf_operation *poison = first_poison(ys) ? first_poison(ys) : first_poison(xs);
    if (poison || !g)
        return tf_mistake_list(xs.n, (tf_tensor){ .op = poison ? poison : tf1c_poison(g) });
    tf_tensor *dxs = tf1c_graph_alloc(g, (size_t)xs.n * sizeof *dxs + 1);
    if (!dxs || (ys.n && xs.n && gradients(ys, xs, dxs, a, gated)))
        return tf_mistake_list(xs.n, (tf_tensor){ .op = tf1c_record_mistake(g) });
    return (tf_list){ .n = xs.n, .items = dxs };
}

tf_list tf_gradients_(tf_list ys, tf_list xs, struct tf_gradients_args a) { return tf1c_gradients(ys, xs, a, false); }
