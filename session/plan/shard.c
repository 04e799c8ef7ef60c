/* Instructions, how each is dealt out to threads, and where all must wait: a barrier stands only where a step touches memory
 * that another worker's shard has written or may still read. */
#include <string.h>

#include "core/matmul.h"
#include "graph/kernel.h"
#include "session/plan/compile.h"
#include "session/plan/cost.h"
#include "session/plan/place.h"

/* An instruction is dealt out if half of it is worth two waits; a smaller one, of so many nanoseconds, unless that makes others wait. */
enum { WORTH_WAITS = 4, SMALL = 150, MOST_ACCESSES = 512 };

/* What an instruction touches through one operand since the last barrier. */
typedef struct {
    int slot;
    int64_t lo, hi; /* bytes */
    bool write, parallel;
    int64_t units, stride, unit_lo, unit_hi; /* parallel: unit u touches [unit_lo, unit_hi) + u·stride; units 0: all of it */
} access;

/* Of a whole binding. */
typedef struct {
    tf1c_compilation *c;
    int threads;    /* to deal out to; 1: nothing is */
    size_t scratch; /* the most that one shard needs */
    int operands;   /* the most that an instruction has */
    bool parallel;  /* whether anything was dealt out */
} emission;

typedef struct {
    emission *all;
    access since[MOST_ACCESSES];
    int n;
} sharding;

static access access_of(const ir_operand *o, bool write, bool parallel, int64_t units, int axis)
{
    int64_t size = (int64_t)tf_dtype_size(o->view.dtype), lo = o->at, hi = o->at + size;
    access a = { .slot = o->slot, .write = write, .parallel = parallel };
    for (int i = 0; i < o->view.rank && tf_view_count(&o->view); i++) {
        int64_t extent = (o->view.dims[i] - 1) * o->view.strides[i] * size;
        *(extent < 0 ? &lo : &hi) += extent;
    }
    a.lo = lo;
    a.hi = hi;
    if (parallel && axis >= 0 && axis < o->view.rank && o->view.dims[axis] == units) {
        a.units = units;
        a.stride = o->view.strides[axis] * size;
        a.unit_lo = lo;
        a.unit_hi = hi - (units - 1) * a.stride;
    }
    return a;
}

/* Unit u of one and unit u of the other lie in the same window, and windows do not overlap. */
static bool same_shards(const access *a, const access *b)
{
    if (!a->units || a->units != b->units || a->stride != b->stride || a->stride <= 0)
        return false;
    int64_t lo = a->unit_lo < b->unit_lo ? a->unit_lo : b->unit_lo, hi = a->unit_hi > b->unit_hi ? a->unit_hi : b->unit_hi;
    return hi - lo <= a->stride;
}

static bool conflict(const access *a, const access *b)
{
    if (a->slot != b->slot || a->hi <= b->lo || b->hi <= a->lo || !(a->write || b->write))
        return false;
    if (!a->parallel && !b->parallel)
        return false; /* both by worker 0 */
    return !same_shards(a, b);
}

/* ---- one instruction ----------------------------------------------------------------------------------------------------------- */

static bool make_instruction(tf1c_compilation *c, ir_instruction *x, const ir_node *n)
{
    x->node = n;
    x->in = ir_alloc(&c->ir, (size_t)(n->n_in + n->n_out) * sizeof *x->in);
    if (!x->in)
        return false;
    x->out = x->in + n->n_in;
    for (int i = 0; i < n->n_in; i++)
        x->in[i] = ir_operand_of(n->in[i]);
    for (int i = 0; i < n->n_out; i++)
        x->out[i] = ir_operand_of(&n->out[i]);
    return true;
}

static int64_t units_of(const ir_node *n, const tf_kernel_ctx *k)
{
    if (!n->def)
        return n->out[0].view.rank ? n->out[0].view.dims[0] : 1;
    return tf1c_kernel_units(k);
}

/* The axis of operand i that the units run along, or TF_WHOLE. */
static int aligned_axis(const ir_node *n, bool output, int i)
{
    const tf_view *v = output ? &n->out[i].view : &n->in[i]->view;
    if (!n->def || n->def->traits & TF_ELEMENTWISE) /* by axis 0 of the output; an operand of lower rank is read whole */
        return v->rank == n->out[0].view.rank ? 0 : TF_WHOLE;
    const tf_shard_rule *rule = n->def->shard;
    if (!rule && n->def->product) /* by rows of the result, each from one of a'; else, units being other than rows, all of it */
        return output ? 0 : i == 0 ? n->def->product(n->attrs).transpose_a : TF_WHOLE;
    if (!rule)
        return TF_WHOLE;
    return output ? rule->out : rule->in[i < 4 ? i : 3];
}

enum { MOST_OPERANDS = 60 };

/* What x touches, dealt out or not; into mine, of MOST_OPERANDS. */
static int accesses(const ir_instruction *x, bool parallel, access *mine)
{
    const ir_node *n = x->node;
    bool writes_ref = n->def && n->def->traits & TF_WRITES_REF;
    int count = 0;
    for (int i = 0; i < n->n_out; i++)
        mine[count++] = access_of(&x->out[i], true, parallel, x->units, aligned_axis(n, true, i));
    for (int i = 0; i < n->n_in && !(n->def && n->def->traits & TF_SHAPE_ONLY); i++)
        mine[count++] = access_of(&x->in[i], writes_ref && n->in[i]->root->variable, parallel, x->units, aligned_axis(n, false, i));
    return count;
}

static bool has_to_wait(const sharding *s, const access *mine, int count)
{
    for (int i = 0; i < count; i++)
        for (int j = 0; j < s->n; j++)
            if (conflict(&mine[i], &s->since[j]))
                return true;
    return s->n + count > MOST_ACCESSES;
}

/* More operands than the list takes: it waits, and so does the next. */
static void shard_unlisted(sharding *s, ir_instruction *x, bool parallel)
{
    x->parallel = parallel;
    x->barrier = true;
    s->since[0] = (access){ .slot = IR_SLOT_ARENA, .lo = INT64_MIN, .hi = INT64_MAX, .write = true, .parallel = true };
    s->since[1] = s->since[0];
    s->since[1].slot = IR_SLOT_ABSOLUTE;
    s->n = 2;
}

static void shard_listed(sharding *s, ir_instruction *x, double cost)
{
    access mine[MOST_OPERANDS];
    int count = accesses(x, x->parallel, mine);
    x->barrier = has_to_wait(s, mine, count);
    if (!x->parallel && s->all->threads > 1 && x->units > 1 && cost >= ir_costs_here()->instruction + SMALL) {
        int dealt = accesses(x, true, mine);
        x->parallel = x->barrier || !has_to_wait(s, mine, dealt);
        x->barrier &= has_to_wait(s, mine, dealt);
        count = accesses(x, x->parallel, mine);
    }
    if (x->barrier)
        s->n = 0;
    memcpy(s->since + s->n, mine, (size_t)count * sizeof *mine);
    s->n += count;
}

/* Of a shard; all shards' together is enough for one thread that does all of it at once. */
static size_t scratch_of(const ir_node *n, tf_kernel_ctx *k, int shards)
{
    if (!n->def || !n->def->scratch)
        return 0;
    const int64_t units = k->end;
    const size_t whole = (n->def->scratch(k) + (size_t)shards - 1) / (size_t)shards;
    k->end = (units + shards - 1) / shards;
    const size_t part = n->def->scratch(k);
    return ((part > whole ? part : whole) + 63) / 64 * 64;
}

static void shard(sharding *s, ir_instruction *x)
{
    const ir_node *n = x->node;
    tf_view *in = ir_alloc(&s->all->c->ir, (size_t)(n->n_in + n->n_out) * sizeof *in);
    if (!in)
        return;
    tf_kernel_ctx k = ir_rule_ctx(n, in, in + n->n_in);
    const int threads = s->all->threads;
    const double cost = ir_cost_of(n);
    x->units = units_of(n, &k);
    x->parallel = threads > 1 && x->units > 1 && cost >= WORTH_WAITS * ir_costs_here()->wait;
    if (n->n_in + n->n_out > MOST_OPERANDS)
        shard_unlisted(s, x, x->parallel);
    else
        shard_listed(s, x, cost);
    k.end = x->units;
    const size_t scratch = scratch_of(n, &k, x->parallel ? threads : 1);
    x->scratch = scratch > 0;
    if (n->n_in + n->n_out > s->all->operands)
        s->all->operands = n->n_in + n->n_out;
    s->all->scratch = scratch > s->all->scratch ? scratch : s->all->scratch;
}

/* Nothing is known of who touched what: everything waits. */
static void forget(sharding *s)
{
    s->n = 0;
    for (int slot = IR_SLOT_ABSOLUTE; slot <= IR_SLOT_ARENA; slot++)
        s->since[s->n++] = (access){ .slot = slot, .lo = INT64_MIN, .hi = INT64_MAX, .write = true, .parallel = true };
}

/* ---- blocks ------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    ir_instruction *code;
    int n;
} code;

static code emit_block(emission *e, const ir_block *b, const ir_loop *counted);

/* Worker 0 alone would wait for the others forever. */
static bool is_by_all(code c)
{
    for (int i = 0; i < c.n; i++)
        if (c.code[i].parallel || c.code[i].barrier)
            return true;
    return false;
}

static bool has_barrier(const ir_instruction *code, int n)
{
    for (int i = 0; i < n; i++)
        if (code[i].barrier)
            return true;
    return false;
}

/* Threads that meet in a body have to agree on it, though one may have seen the run fail; and what tells which body it is must not be
 * overwritten by who is steps ahead. */
static bool has_to_agree(const ir_branch *b, const ir_value *which)
{
    const int slot = ir_operand_of(which).slot;
    return has_barrier(b->code[0], b->n_code[0]) || has_barrier(b->code[1], b->n_code[1]) ||
           (slot != IR_SLOT_ABSOLUTE && slot != IR_SLOT_ARENA);
}

static void emit_bodies(emission *e, const ir_node *n)
{
    if (n->loop) {
        bool counted = n->loop->steps != NONE || n->loop->trip >= 0;
        code body = emit_block(e, &n->loop->body, counted ? n->loop : NULL), condition = emit_block(e, &n->loop->condition, NULL);
        n->loop->code = body.code;
        n->loop->n_code = body.n;
        n->loop->condition_code = condition.code;
        n->loop->n_condition_code = condition.n;
        n->loop->condition_by_all = is_by_all(condition);
    }
    for (int w = 0; n->branch && w < 2; w++) {
        code body = emit_block(e, &n->branch->bodies[w], NULL);
        n->branch->code[w] = body.code;
        n->branch->n_code[w] = body.n;
    }
    if (n->branch)
        n->branch->waits = has_to_agree(n->branch, n->in[0]);
}

/* By all threads, or, where their waiting would cost more than they bring, by one. */
static void emit_with_bodies(emission *e, ir_instruction *x, const ir_node *n)
{
    emission team = *e, one = *e;
    team.parallel = false;
    one.threads = 1;
    emit_bodies(&team, n);
    if (e->threads > 1 && !e->c->ir.failed && !ir_pays(ir_estimate_of(x, 1, e->threads))) {
        emit_bodies(&one, n);
        x->alone = true;
    }
    const emission *taken = x->alone ? &one : &team;
    e->scratch = taken->scratch;
    e->operands = taken->operands;
    e->parallel |= taken->parallel;
}

static void emit_node(sharding *s, ir_instruction *x, const ir_node *n)
{
    emission *e = s->all;
    if (!make_instruction(e->c, x, n))
        return;
    if (n->loop || n->branch) {
        emit_with_bodies(e, x, n);
        x->barrier = true;
        forget(s);
        return;
    }
    shard(s, x);
    e->parallel |= x->parallel;
}

/* ---- from one step of a loop to the next ----------------------------------------------------------------------------------------- */

/* What a step has touched, as the next one names it: false if that is nothing it will see. The state's two buffers take turns;
 * elements of stacks and sequences are others each time. */
static bool rename_access(const ir_loop *l, access *a)
{
    for (int i = 0; i < l->n_carried; i++) {
        const ir_carried *k = &l->carried[i];
        int next = k->follows < 0 ? k->next_slot : l->stacked[k->follows].slot;
        if (a->slot == next) {
            a->slot = k->arg->slot;
            return true;
        }
        if (a->slot == k->arg->slot) {
            a->slot = k->next_slot;
            return k->follows < 0;
        }
    }
    for (int i = 0; i < l->n_stacked; i++)
        if (a->slot == l->stacked[i].slot)
            return false;
    for (int i = 0; i < l->n_sliced; i++)
        if (a->slot == l->sliced[i].arg->slot)
            return false;
    return true;
}

/* The next step's instructions up to the first that waits: if one of them has to, it does. Without any, threads may be steps
 * apart: each keeps to its own shards. */
static void wait_for_last_step(sharding *s, const ir_loop *l, code *body)
{
    int kept = 0;
    for (int i = 0; i < s->n; i++)
        if (rename_access(l, &s->since[i]))
            s->since[kept++] = s->since[i];
    s->n = kept;
    for (ir_instruction *x = body->code; x < body->code + body->n && !x->barrier; x++) {
        access mine[MOST_OPERANDS];
        int count = accesses(x, x->parallel, mine);
        if ((x->barrier = has_to_wait(s, mine, count)))
            break;
        memcpy(s->since + s->n, mine, (size_t)count * sizeof *mine);
        s->n += count;
    }
}

/* Whoever comes to a block has waited, and a loop asks its condition between waits; a body that is one of several steps, `counted`,
 * may not have. */
static code emit_block(emission *e, const ir_block *b, const ir_loop *counted)
{
    tf1c_compilation *c = e->c;
    code out = { ir_alloc(&c->ir, (size_t)b->n * sizeof *out.code), 0 };
    sharding *s = tf1c_alloc_zero(sizeof *s);
    if (!s)
        ir_no_memory(&c->ir);
    else
        s->all = e;
    for (int i = 0; i < b->n && !c->ir.failed; i++) {
        const ir_node *n = b->nodes[i];
        if (!n->silent && !(n->def && n->def->traits & TF_SOURCE_OP))
            emit_node(s, &out.code[out.n++], n);
    }
    if (counted && !c->ir.failed)
        wait_for_last_step(s, counted, &out);
    tf1c_free(s);
    return out;
}

static bool is_worth_waking(code c, int threads)
{
    ir_estimate e = ir_estimate_of(c.code, c.n, threads);
    e.team += ir_costs_here()->wake;
    return ir_pays(e);
}

/* ---- variables that must have, and will have, a value ------------------------------------------------------------------------------ */

/* In running order: read before it is overwritten in the run, a variable must have a value already. */
static void note_read(tf1c_binding *binding, ir_value *variable)
{
    if (!variable->overwritten && !variable->read)
        binding->read[binding->n_read++] = variable->resource;
    variable->read = true;
}

static void note_block(tf1c_compilation *c, const ir_block *b)
{
    tf1c_binding *binding = c->binding;
    for (int i = 0; i < b->n; i++) {
        const ir_node *n = b->nodes[i];
        unsigned traits = n->def ? n->def->traits : 0;
        binding->assigns |= (traits & TF_WRITES_REF) != 0;
        if (traits & TF_PRODUCT && TF_FLOATING & TF_DTYPE_BIT(n->T))
            *(tf1c_matmul_is_own(n->T) ? &binding->own_products : &binding->blas) = true;
        for (int j = 0; j < n->n_in && !n->silent && !(traits & (TF_LOOP | TF_BRANCH)); j++) {
            ir_value *v = n->in[j]->root;
            if (!v->variable || n->in[j]->known || traits & TF_PEEKS_REF)
                continue;
            if (j == 0 && traits & TF_OVERWRITES) {
                binding->written[binding->n_written++] = v->resource;
                v->overwritten = true;
            } else {
                note_read(binding, v);
            }
        }
        ir_block *inner[2];
        int bodies = ir_bodies(n, inner);
        for (int k = 0; k < bodies; k++) /* of a branch that of false first */
            note_block(c, inner[n->branch ? bodies - 1 - k : k]);
    }
}

static int count_inputs(const ir_block *b)
{
    int count = 0;
    for (int i = 0; i < b->n; i++) {
        const ir_node *n = b->nodes[i];
        ir_block *inner[2];
        count += n->n_in;
        for (int k = ir_bodies(n, inner); k-- > 0;)
            count += count_inputs(inner[k]);
    }
    return count;
}

static void note_variables(tf1c_compilation *c)
{
    tf1c_binding *b = c->binding;
    size_t most = (size_t)(count_inputs(&b->block) + b->block.n_results);
    b->read = ir_alloc(&c->ir, most * sizeof *b->read);
    b->written = ir_alloc(&c->ir, most * sizeof *b->written);
    if (!b->read || !b->written)
        return;
    note_block(c, &b->block);
    for (int i = 0; i < b->block.n_results; i++)
        if (b->block.results[i]->root->variable && !b->block.results[i]->known)
            note_read(b, b->block.results[i]->root);
}

bool ir_emit(tf1c_compilation *c)
{
    tf1c_binding *b = c->binding;
    emission e = { .c = c, .threads = c->planner->threads };
    code out = emit_block(&e, &b->block, NULL);
    if (e.parallel && !c->ir.failed && !is_worth_waking(out, e.threads)) {
        e = (emission){ .c = c, .threads = 1 };
        out = emit_block(&e, &b->block, NULL);
    }
    b->code = out.code;
    b->n_code = out.n;
    b->n_shards = e.parallel ? e.threads : 1;
    b->scratch = (int64_t)e.scratch;
    b->scratch_at = (int64_t)b->block.arena_size;
    b->views = e.operands > IR_FEW_OPERANDS ? (int64_t)(((size_t)e.operands * sizeof(tf_view) + 63) / 64 * 64) : 0;
    b->views_at = b->scratch_at + b->scratch * b->n_shards;
    b->arena_size = (size_t)(b->views_at + b->views * b->n_shards);
    b->fetched = ir_alloc(&c->ir, (size_t)b->block.n_results * sizeof *b->fetched);
    for (int i = 0; b->fetched && i < b->block.n_results; i++)
        b->fetched[i] = ir_operand_of(b->block.results[i]);
    note_variables(c);
    return !c->ir.failed;
}
