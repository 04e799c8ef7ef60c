/* Loops and branches as nodes with blocks of their own: only what is wanted of their outputs is built. */
#include <string.h>

#include "graph/loop.h"
#include "session/plan/assignments.h"
#include "session/plan/lower.h"
#include "session/plan/prune.h"
#include "session/plan/split.h"

/* ---- what of a body has to run ------------------------------------------------------------------------------------------- */

static const tf1c_out_port *final_of(const tf1c_body *b, int input)
{
    for (int o = 0; o < b->n_out; o++)
        if (b->out[o].kind == TF1C_FINAL && b->out[o].carried == input)
            return &b->out[o];
    return NULL;
}

/* A state that is read has to be carried on. */
static void reach_state(tf1c_pruning *w, const tf_operation *op, void *body)
{
    const tf1c_body *b = body;
    const int port = op->def == &tf1c_arg_op ? ((const tf1c_arg_attrs *)op->attrs)->port : -1;
    const bool here = port >= 0 && port < b->n_in && b->in[port].arg.op == op;
    const tf1c_out_port *final = here && b->in[port].kind == TF1C_CARRIED ? final_of(b, port) : NULL;
    if (final)
        tf1c_want(w, final->result);
}

typedef struct {
    tf_operation **ops;
    char **wanted;
    int n;
} found;

static bool prune_body(tf1c_compilation *c, const tf1c_body *b, const char *wanted, found *f)
{
    tf1c_pruning w = { .graph = b->graph, .memory = c->ir.memory, .reach = reach_state, .arg = (void *)b };
    if (tf1c_prune_begin(&w)) {
        for (int o = 0; o < b->n_out; o++)
            if (wanted && wanted[o] && b->out[o].result.op)
                tf1c_want(&w, b->out[o].result);
        if (b->has_condition)
            tf1c_want(&w, b->condition);
    }
    if (!tf1c_prune_end(&w, &f->ops, &f->wanted, &f->n))
        ir_no_memory(&c->ir);
    return !c->ir.failed;
}

static bool uses(const found *f, const tf_operation *op)
{
    int first = 0, behind = f->n; /* they are in the graph's order */
    while (first < behind) {
        const int middle = (first + behind) / 2;
        if (f->ops[middle]->index < op->index)
            first = middle + 1;
        else
            behind = middle;
    }
    return first < f->n && f->ops[first] == op;
}

/* ---- the block of a body ----------------------------------------------------------------------------------------------------- */

static bool open_scope(tf1c_compilation *c, ir_scope *s, const tf_graph *g, ir_block *block)
{
    *s = (ir_scope){ .graph = g, .block = block };
    block->id = c->ir.block_ids++;
    s->nodes = ir_alloc(&c->ir, (size_t)g->n_ops * sizeof *s->nodes);
    s->args = ir_alloc(&c->ir, (size_t)g->n_ops * sizeof *s->args);
    return s->nodes && s->args;
}

/* The arguments in use become values of the scope, what they stand for inputs of the node. */
static bool bind_args(tf1c_compilation *c, const ir_scope *outer, ir_scope *s, ir_node *n, const tf_operation *op, int first_input,
                      const tf1c_body *b, const found *f)
{
    ir_loop *l = n->loop;
    for (int i = 0; i < b->n_in && !c->ir.failed; i++) {
        bool trip = i == b->trip;
        if (!uses(f, b->in[i].arg.op) && !trip && b->in[i].kind != TF1C_SLICED)
            continue;
        ir_value *v = ir_value_in(c, outer, op->inputs[first_input + i]), *arg = v;
        if (v->view.dtype == tf_dtype_unset && l)
            return !tf1c_ragged_error(n->here, n->name);
        if (v->view.dtype == tf_dtype_unset) { /* of a branch that is not taken: whoever reads it says so */
            s->args[b->in[i].arg.op->index] = v;
            continue;
        }
        if (!uses(f, b->in[i].arg.op)) { /* only its length counts */
            continue;
        }
        int input = ir_add_input(&c->ir, n, v);
        if (b->in[i].kind == TF1C_SLICED) {
            arg = ir_slot_value(&c->ir, v->view.dtype, tf1c_element_dims(ir_dims(&v->view)));
            l->sliced[l->n_sliced++] = (ir_sliced){ input, arg };
        } else if (b->in[i].kind == TF1C_CARRIED) {
            arg = ir_slot_value(&c->ir, v->view.dtype, ir_dims(&v->view));
            l->carried[l->n_carried++] = (ir_carried){ .input = input, .output = -1, .arg = arg, .follows = -1 };
        }
        s->args[b->in[i].arg.op->index] = arg;
    }
    return !c->ir.failed;
}

static tf1c_outcome build_ops(tf1c_compilation *c, ir_scope *s, const found *f)
{
    tf1c_outcome outcome = TF1C_DONE;
    for (int i = 0; i < f->n && !outcome; i++)
        if (!s->args[f->ops[i]->index])
            outcome = ir_build_node(c, s, f->ops[i], f->wanted[i]);
    return outcome;
}

tf_status tf1c_check_pred(const tf_operation *op, tf_dims pred)
{
    char shape[TF_DIMS_TEXT];
    if (!pred.rank)
        return tf_ok;
    return tf_fail(tf_invalid_argument, op->here, op->name, "The second input must be a scalar, but it has shape %s",
                   tf_dims_kernel_text(pred, shape, sizeof shape));
}

tf_status tf1c_check_length(const tf_operation *op, tf_dims sequence, int64_t *steps)
{
    if (!sequence.rank)
        return tf_fail(tf_invalid_argument, op->here, op->name, "slice index 0 of dimension 0 out of bounds.");
    if (*steps != NONE && *steps != sequence.dims[0])
        return tf_fail(tf_invalid_argument, op->here, op->name, "The sequences of a loop differ in length: %lld and %lld",
                       (long long)*steps, (long long)sequence.dims[0]);
    *steps = sequence.dims[0];
    return tf_ok;
}

/* The common length of the sequences, NONE without any; where only a condition ends the loop, each is as long as there is room. */
static bool sequence_length(tf1c_compilation *c, const ir_scope *outer, const tf_operation *op, const tf1c_body *b, int64_t *length)
{
    for (int i = 0; i < b->n_in && !c->ir.failed; i++) {
        int64_t as_long = NONE;
        if (b->in[i].kind != TF1C_SLICED)
            continue;
        const ir_value *v = ir_value_in(c, outer, op->inputs[i]);
        if (tf1c_check_length(op, ir_dims(&v->view), b->has_condition && b->trip < 0 ? &as_long : length))
            return false;
    }
    return !c->ir.failed;
}

/* The number of steps, known where what is sliced is as long; what a loop stacked that its condition ended has room for more. */
static bool count_steps(tf1c_compilation *c, const ir_scope *outer, ir_node *n, const tf_operation *op, const tf1c_body *b)
{
    ir_loop *l = n->loop;
    int64_t length = NONE;
    l->capacity = c->plan->loop_capacity;
    if (!sequence_length(c, outer, op, b, &length))
        return false;
    if (b->trip >= 0) {
        ir_value *trip = ir_value_in(c, outer, op->inputs[b->trip]);
        const bool known = ir_demand(c, trip);
        const int64_t steps = !known ? NONE : *(const int32_t *)trip->known > 0 ? *(const int32_t *)trip->known : 0;
        if (length != NONE && steps > length)
            return !tf_fail(tf_invalid_argument, op->here, op->name, "The sequences of a loop differ in length: %lld and %lld",
                            (long long)steps, (long long)length);
        if (known && (length == NONE || steps == length))
            l->steps = steps;
        else
            l->trip = ir_add_input(&c->ir, n, trip);
    } else {
        l->steps = length == NONE && !b->has_condition ? 0 : length;
    }
    return !c->ir.failed;
}

static void set_output(ir_node *n, int o, tf_dtype dtype, tf_dims dims) { tf_view_set(&n->out[o].view, NULL, dtype, dims); }

static tf1c_outcome bind_outputs(tf1c_compilation *c, ir_scope *s, ir_node *n, const tf1c_body *b, const char *wanted)
{
    ir_loop *l = n->loop;
    for (int i = 0, k = 0; i < b->n_in; i++) {
        if (b->in[i].kind != TF1C_CARRIED || !s->args[b->in[i].arg.op->index])
            continue;
        const tf1c_out_port *final = final_of(b, i);
        ir_carried *carried = &l->carried[k++];
        int o = (int)(final - b->out);
        carried->next = ir_value_in(c, s, final->result);
        if (!ir_same_dims(&carried->next->view, &carried->arg->view))
            return TF1C_CUT;
        if (wanted && wanted[o])
            carried->output = o;
    }
    for (int o = 0; o < b->n_out; o++) {
        bool want = wanted && wanted[o];
        if (b->out[o].kind == TF1C_COUNT) {
            set_output(n, o, tf_int32, (tf_dims){ .known = true });
            l->count_output = want ? o : -1;
            continue;
        }
        if (!want && b->out[o].kind != TF1C_FINAL)
            continue;
        if (b->out[o].kind == TF1C_FINAL) {
            if (want)
                set_output(n, o, tf_get_dtype(b->out[o].result), (tf_dims){ .known = true });
            continue;
        }
        ir_value *r = ir_value_in(c, s, b->out[o].result);
        if (b->out[o].kind == TF1C_SUMMED) {
            set_output(n, o, r->view.dtype, ir_dims(&r->view));
            l->summed[l->n_summed++] = (ir_summed){ o, r };
            continue;
        }
        tf_dims all = tf1c_stacked_dims(l->steps == NONE ? l->capacity : l->steps, ir_dims(&r->view));
        if (!all.known) {
            tf_fail(tf_invalid_argument, n->here, n->name, "Shape must be at most rank %d but is rank %d", TF_MAX_RANK,
                    r->view.rank + 1);
            return TF1C_FAILED;
        }
        if (!ir_size_fits(n->here, n->name, all, r->view.dtype))
            return TF1C_FAILED;
        set_output(n, o, r->view.dtype, all);
        l->stacked[l->n_stacked++] = (ir_stacked){ o, r, c->ir.n_slots++ };
    }
    return TF1C_DONE;
}

/* A final state that the body passes on, or whose state is not read in the body, is still wanted. */
static void want_states(const tf1c_body *b, char *wanted, ir_scope *s, ir_node *n, tf1c_compilation *c, const ir_scope *outer,
                        const tf_operation *op)
{
    for (int o = 0; o < b->n_out; o++) {
        if (b->out[o].kind != TF1C_FINAL || !wanted || !wanted[o])
            continue;
        int i = b->out[o].carried;
        if (s->args[b->in[i].arg.op->index])
            continue;
        ir_value *v = ir_value_in(c, outer, op->inputs[i]);
        ir_value *arg = ir_slot_value(&c->ir, v->view.dtype, ir_dims(&v->view));
        if (!arg)
            return;
        n->loop->carried[n->loop->n_carried++] =
            (ir_carried){ .input = ir_add_input(&c->ir, n, v), .output = -1, .arg = arg, .follows = -1 };
        s->args[b->in[i].arg.op->index] = arg;
    }
}

/* bind_outputs walks carried ports in the order of f's inputs. */
static void sort_carried(const tf1c_body *b, const ir_scope *s, ir_loop *l)
{
    int k = 0;
    for (int i = 0; i < b->n_in; i++) {
        if (b->in[i].kind != TF1C_CARRIED || !s->args[b->in[i].arg.op->index])
            continue;
        for (int j = k; j < l->n_carried; j++)
            if (l->carried[j].arg == s->args[b->in[i].arg.op->index]) {
                ir_carried t = l->carried[j];
                l->carried[j] = l->carried[k];
                l->carried[k] = t;
            }
        k++;
    }
}

/* What is left of a body runs for what it does too, though a pass may find that nobody reads its results. */
static void keep_effects(ir_block *b)
{
    for (int i = 0; i < b->n; i++) {
        ir_node *n = b->nodes[i];
        ir_block *inner[2];
        n->effect |= n->def && n->def->traits & (TF_SIDE_EFFECT | TF_WRITES_REF);
        for (int k = ir_bodies(n, inner); k-- > 0;)
            for (int j = 0; j < inner[k]->n; j++)
                n->effect |= inner[k]->nodes[j]->effect;
    }
}

/* Adds to *written, each once, what the nodes of b write. */
static void find_written(tf1c_compilation *c, const ir_block *b, ir_value ***written, int *n)
{
    size_t most = (size_t)*n + 1;
    for (int i = 0; i < b->n; i++)
        most += (size_t)ir_n_written(b->nodes[i]);
    ir_value **all = ir_alloc(&c->ir, most * sizeof *all);
    if (!all)
        return;
    if (*n)
        memcpy(all, *written, (size_t)*n * sizeof *all);
    *written = all;
    for (int i = 0; i < b->n; i++)
        for (int j = 0; j < ir_n_written(b->nodes[i]); j++) {
            ir_value *v = ir_written(b->nodes[i], j);
            int k = *n;
            while (k && all[k - 1] != v)
                k--;
            if (!k)
                all[(*n)++] = v;
        }
}

static ir_loop *loop_new(tf1c_compilation *c, const tf1c_body *b)
{
    ir_loop *l = ir_alloc(&c->ir, sizeof *l);
    if (!l)
        return NULL;
    *l = (ir_loop){ .reverse = b->reverse, .swaps = b->swaps, .steps = NONE, .trip = -1, .count_output = -1 };
    l->body.owner = l;
    l->sliced = ir_alloc(&c->ir, (size_t)b->n_in * sizeof *l->sliced);
    l->carried = ir_alloc(&c->ir, (size_t)b->n_in * sizeof *l->carried);
    l->stacked = ir_alloc(&c->ir, (size_t)(b->n_out + IR_MORE_OUTPUTS * b->n_out) * sizeof *l->stacked);
    l->summed = ir_alloc(&c->ir, (size_t)b->n_out * sizeof *l->summed);
    return l->sliced && l->carried && l->stacked && l->summed ? l : NULL;
}

/* The condition as a block of its own, over the same arguments. */
static tf1c_outcome build_condition(tf1c_compilation *c, const ir_scope *s, ir_loop *l, const tf_operation *op, const tf1c_body *b)
{
    found f;
    ir_scope inner;
    tf1c_body only = *b;
    only.n_out = 0;
    if (!prune_body(c, &only, NULL, &f) || !open_scope(c, &inner, b->graph, &l->condition))
        return TF1C_FAILED;
    memcpy(inner.args, s->args, (size_t)b->graph->n_ops * sizeof *inner.args);
    l->condition.results = ir_alloc(&c->ir, sizeof *l->condition.results);
    if (!l->condition.results)
        return TF1C_FAILED;
    tf1c_outcome outcome = build_ops(c, &inner, &f);
    if (outcome)
        return outcome;
    l->condition.results[l->condition.n_results++] = ir_value_in(c, &inner, b->condition);
    if (tf1c_check_pred(op, ir_dims(&l->condition.results[0]->view)))
        return TF1C_FAILED;
    ir_prune(&l->condition);
    keep_effects(&l->condition);
    return TF1C_DONE;
}

/* The number of steps as an output, where it is known already. */
static bool know_count(tf1c_compilation *c, const ir_node *n)
{
    const ir_loop *l = n->loop;
    if (l->count_output < 0 || l->steps == NONE)
        return true;
    int32_t *count = ir_alloc(&c->ir, sizeof *count);
    if (!count)
        return false;
    *count = (int32_t)l->steps;
    n->out[l->count_output].known = count;
    return true;
}

static tf1c_outcome build_body(tf1c_compilation *c, ir_scope *outer, ir_scope *s, ir_node *n, const tf_operation *op,
                               const char *wanted)
{
    const tf1c_body *b = ((const tf1c_loop_attrs *)op->attrs)->body;
    ir_loop *l = n->loop;
    found f;
    if (!count_steps(c, outer, n, op, b) || !prune_body(c, b, wanted, &f) || !open_scope(c, s, b->graph, &l->body) ||
        !bind_args(c, outer, s, n, op, 0, b, &f))
        return TF1C_FAILED;
    want_states(b, (char *)wanted, s, n, c, outer, op);
    sort_carried(b, s, l);
    tf1c_outcome outcome = c->ir.failed ? TF1C_FAILED : build_ops(c, s, &f);
    if (!outcome)
        outcome = bind_outputs(c, s, n, b, wanted);
    for (int i = 0; !outcome && i < l->n_carried; i++)
        if (l->carried[i].output >= 0)
            set_output(n, l->carried[i].output, l->carried[i].arg->view.dtype, ir_dims(&l->carried[i].arg->view));
    return outcome;
}

tf1c_outcome ir_build_loop(tf1c_compilation *c, ir_scope *outer, ir_node *n, const tf_operation *op, const char *wanted)
{
    const tf1c_body *b = ((const tf1c_loop_attrs *)op->attrs)->body;
    ir_scope s;
    ir_loop *l = n->loop = loop_new(c, b);
    if (!l)
        return TF1C_FAILED;
    tf1c_outcome outcome = build_body(c, outer, &s, n, op, wanted);
    if (!outcome && b->has_condition)
        outcome = build_condition(c, &s, l, op, b);
    if (outcome)
        return outcome;
    ir_list_results(&c->ir, l);
    ir_prune(&l->body);
    keep_effects(&l->body);
    find_written(c, &l->body, &l->written, &l->n_written);
    if (!know_count(c, n))
        return TF1C_FAILED;
    set_output(n, n->region, tf_uint8, SHAPE(0)); /* the body's memory: sized by place.c */
    return c->ir.failed ? TF1C_FAILED : TF1C_DONE;
}

/* ---- branches -------------------------------------------------------------------------------------------------------------------------- */

static tf1c_outcome build_branch_body(tf1c_compilation *c, ir_scope *outer, ir_node *n, const tf_operation *op, int which,
                                      int first_input, const char *wanted)
{
    const tf1c_body *b = ((const tf1c_branch_attrs *)op->attrs)->bodies[which];
    ir_block *block = &n->branch->bodies[which];
    found f;
    ir_scope s;
    if (!prune_body(c, b, wanted, &f) || !open_scope(c, &s, b->graph, block) || !bind_args(c, outer, &s, n, op, first_input, b, &f))
        return TF1C_FAILED;
    s.once = outer->once;
    tf1c_outcome outcome = build_ops(c, &s, &f);
    if (outcome)
        return outcome;
    for (int o = 0; o < op->n_outputs; o++) {
        ir_value *v = wanted && wanted[o] && b->out[o].result.op ? ir_value_in(c, &s, b->out[o].result) : NULL;
        block->results[o] = v && v->view.dtype != tf_dtype_unset ? v : NULL;
    }
    ir_prune(block);
    keep_effects(block);
    find_written(c, block, &n->branch->written, &n->branch->n_written);
    return c->ir.failed ? TF1C_FAILED : TF1C_DONE;
}

/* Each output has the shape that both branches give it. */
static tf1c_outcome join_branches(ir_node *n, int n_outputs)
{
    for (int o = 0; o < n_outputs; o++) {
        const ir_value *f = n->branch->bodies[0].results[o], *t = n->branch->bodies[1].results[o], *r = f ? f : t;
        if (f && t && !ir_same_dims(&f->view, &t->view))
            return TF1C_CUT;
        if (r)
            set_output(n, o, r->view.dtype, ir_dims(&r->view));
    }
    set_output(n, n->region, tf_uint8, SHAPE(0));
    return TF1C_DONE;
}

static bool open_results(tf1c_compilation *c, ir_block *block, int n)
{
    block->id = c->ir.block_ids++;
    block->results = ir_alloc(&c->ir, (size_t)n * sizeof *block->results);
    block->n_results = n;
    return block->results;
}

/* A part of a run hands on what its branches save for their gradients, in another part: of both bodies, for that one has both. */
static bool hands_on_saved(const tf1c_plan *p)
{
    for (int i = 0; i < p->n_fetches; i++) {
        const tf_operation *op = p->fetches[i].op;
        const tf1c_branch_attrs *a = op->def->traits & TF_BRANCH ? op->attrs : NULL;
        const int o = p->fetches[i].index;
        if (a && (!a->bodies[0]->out[o].result.op || !a->bodies[1]->out[o].result.op))
            return true;
    }
    return false;
}

/* Which branch is taken, where the shapes tell already, as of one step or several: the other stays empty, and need not fit them. What
 * the gradient of that one would read is not there then: its branch is decided with it. -1: only the run tells. */
static int decide(tf1c_compilation *c, const ir_scope *outer, const ir_node *n, const tf_operation *op)
{
    const tf1c_body *b = ((const tf1c_branch_attrs *)op->attrs)->bodies[0];
    const bool *known = outer->once && !hands_on_saved(c->plan) ? n->in[0]->known : NULL;
    int taken = known ? *known : -1;
    for (const tf1c_decided *d = c->decided; d && taken < 0; d = d->next)
        if (d->branch == b->forward)
            taken = d->taken;
    tf1c_decided *decided = taken < 0 ? NULL : ir_alloc(&c->ir, sizeof *decided);
    if (decided) {
        *decided = (tf1c_decided){ op, taken, c->decided };
        c->decided = decided;
    }
    return taken;
}

tf1c_outcome ir_build_branch(tf1c_compilation *c, ir_scope *outer, ir_node *n, const tf_operation *op, const char *wanted)
{
    const tf1c_branch_attrs *a = op->attrs;
    n->branch = ir_alloc(&c->ir, sizeof *n->branch);
    if (!n->branch)
        return TF1C_FAILED;
    ir_add_input(&c->ir, n, ir_value_in(c, outer, op->inputs[0]));
    if (c->ir.failed || tf1c_check_pred(op, ir_dims(&n->in[0]->view)))
        return TF1C_FAILED;
    const int taken = decide(c, outer, n, op);
    tf1c_outcome outcome = TF1C_DONE;
    for (int which = 0; which < 2 && !outcome; which++) {
        if (!open_results(c, &n->branch->bodies[which], op->n_outputs))
            return TF1C_FAILED;
        if (taken < 0 || taken == which)
            outcome = build_branch_body(c, outer, n, op, which, which ? 1 + a->bodies[0]->n_in : 1, wanted);
    }
    return outcome ? outcome : join_branches(n, op->n_outputs);
}
