/* Instructions, how each is dealt out to threads, and where all must wait: a barrier stands only where a step touches memory
 * that another worker's shard has written or may still read. */
#include <string.h>

#include "session/plan.h"

enum { PARALLEL_WORK = 16384, MOST_ACCESSES = 512 }; /* below that many elementary steps, waking others costs more than it brings */

/* What an instruction touches through one operand since the last barrier. */
typedef struct {
    int slot;
    int64_t lo, hi;    /* bytes */
    bool write, parallel;
    int64_t units, stride, unit_lo, unit_hi; /* parallel: unit u touches [unit_lo, unit_hi) + u·stride; units 0: all of it */
} access;

typedef struct {
    ir_ctx *c;
    access since[MOST_ACCESSES];
    int n;
} sharding;

static access access_of(const ir_operand *o, bool write, bool parallel, int64_t units, int axis)
{
    int64_t size = (int64_t)tf_dtype_size(o->view.dtype), lo = o->at, hi = o->at + size;
    access a = { .slot = o->slot, .write = write, .parallel = parallel };
    for (int i = 0; i < o->view.rank; i++) {
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

static bool make_instruction(ir_ctx *c, ir_instruction *x, const ir_node *n)
{
    x->node = n;
    x->in = ir_alloc(c, (size_t)(n->n_in + n->n_out) * sizeof *x->in);
    if (!x->in)
        return false;
    x->out = x->in + n->n_in;
    for (int i = 0; i < n->n_in; i++)
        x->in[i] = ir_operand_of(n->in[i]);
    for (int i = 0; i < n->n_out; i++)
        x->out[i] = ir_operand_of(&n->out[i]);
    return true;
}

static tf_kernel_ctx kernel_ctx(ir_ctx *c, const ir_node *n)
{
    tf_view *v = ir_alloc(c, (size_t)(n->n_in + n->n_out) * sizeof *v);
    tf_kernel_ctx k = { .def = n->def, .attrs = n->attrs, .T = n->T, .U = n->U, .n_in = n->n_in, .n_out = n->n_out, .in = v, .out = v + n->n_in,
                        .name = n->name, .state = n->state };
    if (!v)
        return k;
    for (int i = 0; i < n->n_in; i++) {
        k.in[i] = n->in[i]->view;
        k.in[i].data = (void *)n->in[i]->known;
    }
    for (int i = 0; i < n->n_out; i++)
        k.out[i] = n->out[i].view;
    return k;
}

static int64_t work_of(const ir_node *n)
{
    int64_t most = 0;
    for (int i = 0; i < n->n_in; i++)
        if (tf_view_count(&n->in[i]->view) > most)
            most = tf_view_count(&n->in[i]->view);
    for (int i = 0; i < n->n_out; i++)
        if (tf_view_count(&n->out[i].view) > most)
            most = tf_view_count(&n->out[i].view);
    if (n->def && n->def->traits & TF_PRODUCT && n->n_out && n->out[0].view.rank == 2) {
        const tf_view *a = &n->in[0]->view;
        tf_product p = n->def->product ? n->def->product(n->attrs) : (tf_product){ 0 };
        return tf_view_count(&n->out[0].view) * (a->rank == 2 ? a->dims[p.transpose_a ? 0 : 1] : 1) / 16;
    }
    return most;
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
    if (!rule)
        return TF_WHOLE;
    return output ? rule->out : rule->in[i < 4 ? i : 3];
}

static void shard(sharding *s, ir_instruction *x)
{
    const ir_node *n = x->node;
    tf_kernel_ctx k = kernel_ctx(s->c, n);
    if (s->c->failed)
        return;
    x->units = units_of(n, &k);
    x->parallel = s->c->session->threads > 1 && x->units > 1 && work_of(n) >= PARALLEL_WORK;
    k.end = x->parallel ? (x->units + s->c->session->threads - 1) / s->c->session->threads : x->units;
    x->scratch = n->def && n->def->scratch ? (n->def->scratch(&k) + 63) / 64 * 64 : 0;
    access mine[64];
    int count = 0;
    bool writes_ref = n->def && n->def->traits & TF_WRITES_REF;
    for (int i = 0; i < n->n_out && count < 32; i++)
        mine[count++] = access_of(&x->out[i], true, x->parallel, x->units, aligned_axis(n, true, i));
    for (int i = 0; i < n->n_in && count < 64; i++)
        if (!(n->def && n->def->traits & TF_SHAPE_ONLY))
            mine[count++] = access_of(&x->in[i], writes_ref && n->in[i]->root->variable, x->parallel, x->units, aligned_axis(n, false, i));
    x->barrier = n->n_in + n->n_out > 60 || s->n + count > MOST_ACCESSES;
    for (int i = 0; i < count && !x->barrier; i++)
        for (int j = 0; j < s->n && !x->barrier; j++)
            x->barrier = conflict(&mine[i], &s->since[j]);
    if (x->barrier)
        s->n = 0;
    for (int i = 0; i < count; i++)
        s->since[s->n++] = mine[i];
    if (n->n_in + n->n_out > 60) /* not all of it is known to the list: the next one waits too */
        for (int i = 0; i < s->n; i++)
            s->since[i] = (access){ .slot = IR_SLOT_ARENA, .lo = INT64_MIN, .hi = INT64_MAX, .write = true, .parallel = true };
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

static code emit_block(ir_ctx *c, const ir_block *b, size_t *scratch, bool *any);

static void emit_bodies(ir_ctx *c, const ir_node *n, size_t *scratch, bool *any)
{
    if (n->loop) {
        code body = emit_block(c, &n->loop->body, scratch, any), condition = emit_block(c, &n->loop->condition, scratch, any);
        n->loop->code = body.code;
        n->loop->n_code = body.n;
        n->loop->condition_code = condition.code;
        n->loop->n_condition_code = condition.n;
    }
    for (int w = 0; n->branch && w < 2; w++) {
        code body = emit_block(c, &n->branch->bodies[w], scratch, any);
        n->branch->code[w] = body.code;
        n->branch->n_code[w] = body.n;
    }
}

static void emit_node(sharding *s, ir_instruction *x, const ir_node *n, size_t *scratch, bool *any)
{
    if (!make_instruction(s->c, x, n))
        return;
    if (n->loop || n->branch) {
        emit_bodies(s->c, n, scratch, any);
        x->barrier = true;
        forget(s);
        return;
    }
    shard(s, x);
    *any |= x->parallel;
    *scratch = x->scratch > *scratch ? x->scratch : *scratch;
}

/* A block begins with everything waiting: the step before, or whatever ran before the loop. */
static code emit_block(ir_ctx *c, const ir_block *b, size_t *scratch, bool *any)
{
    code out = { ir_alloc(c, (size_t)b->n * sizeof *out.code), 0 };
    sharding *s = tf1c_alloc_zero(sizeof *s);
    if (!s && !c->failed) {
        c->failed = true;
        tf_fail(tf_memory_error, (tf_source){ 0 }, NULL, "no memory left for a plan");
    }
    if (!c->failed) {
        s->c = c;
        forget(s);
    }
    for (int i = 0; i < b->n && !c->failed; i++) {
        const ir_node *n = b->nodes[i];
        if (!n->silent && !(n->def && n->def->traits & TF_SOURCE_OP))
            emit_node(s, &out.code[out.n++], n, scratch, any);
    }
    if (out.n && b->id) /* a body's slots point elsewhere at each step, whatever their numbers say */
        out.code[0].barrier = true;
    tf1c_free(s);
    return out;
}

static void set_scratch(ir_instruction *code, int n, int64_t at)
{
    for (int i = 0; i < n; i++) {
        const ir_node *node = code[i].node;
        code[i].scratch_at = at;
        if (node->loop) {
            set_scratch(node->loop->code, node->loop->n_code, at);
            set_scratch(node->loop->condition_code, node->loop->n_condition_code, at);
        }
        for (int w = 0; node->branch && w < 2; w++)
            set_scratch(node->branch->code[w], node->branch->n_code[w], at);
    }
}

/* ---- variables that must have, and will have, a value ------------------------------------------------------------------------------ */

static tf1c_resource *resource_of(ir_ctx *c, const ir_value *v)
{
    for (tf1c_resource *r = c->session->resources; r; r = r->next)
        if (r->data == v->root->absolute)
            return r;
    return NULL;
}

static bool listed(tf1c_resource *const *list, int n, const tf1c_resource *r)
{
    for (int i = 0; i < n; i++)
        if (list[i] == r)
            return true;
    return false;
}

/* In running order: read before it is overwritten in the run, a variable must have a value already. */
static void note_block(ir_ctx *c, const ir_block *b)
{
    tf1c_binding *binding = c->binding;
    for (int i = 0; i < b->n; i++) {
        const ir_node *n = b->nodes[i];
        unsigned traits = n->def ? n->def->traits : 0;
        binding->assigns |= (traits & TF_WRITES_REF) != 0;
        binding->products |= (traits & TF_PRODUCT) != 0;
        for (int j = 0; j < n->n_in && !n->silent && !(traits & (TF_LOOP | TF_BRANCH)); j++) {
            if (!n->in[j]->root->variable || n->in[j]->known)
                continue;
            tf1c_resource *r = resource_of(c, n->in[j]);
            if (j == 0 && traits & TF_OVERWRITES)
                binding->written[binding->n_written++] = r;
            else if (!listed(binding->written, binding->n_written, r) && !listed(binding->read, binding->n_read, r))
                binding->read[binding->n_read++] = r;
        }
        for (int k = 0; k < 2 && n->loop; k++)
            note_block(c, k ? &n->loop->body : &n->loop->condition);
        for (int k = 0; k < 2 && n->branch; k++)
            note_block(c, &n->branch->bodies[k]);
    }
}

static int count_inputs(const ir_block *b)
{
    int count = 0;
    for (int i = 0; i < b->n; i++) {
        const ir_node *n = b->nodes[i];
        count += n->n_in;
        count += n->loop ? count_inputs(&n->loop->body) + count_inputs(&n->loop->condition) : 0;
        count += n->branch ? count_inputs(&n->branch->bodies[0]) + count_inputs(&n->branch->bodies[1]) : 0;
    }
    return count;
}

static void note_variables(ir_ctx *c)
{
    tf1c_binding *b = c->binding;
    size_t most = (size_t)count_inputs(&b->block);
    b->read = ir_alloc(c, most * sizeof *b->read);
    b->written = ir_alloc(c, most * sizeof *b->written);
    if (b->read && b->written)
        note_block(c, &b->block);
}

bool ir_emit(ir_ctx *c)
{
    tf1c_binding *b = c->binding;
    size_t scratch = 0;
    bool any = false;
    code out = emit_block(c, &b->block, &scratch, &any);
    b->code = out.code;
    b->n_code = out.n;
    b->n_shards = any ? c->session->threads : 1;
    set_scratch(b->code, b->n_code, (int64_t)b->block.arena_size);
    b->arena_size = b->block.arena_size + scratch * (size_t)b->n_shards;
    b->fetched = ir_alloc(c, (size_t)b->block.n_results * sizeof *b->fetched);
    for (int i = 0; b->fetched && i < b->block.n_results; i++)
        b->fetched[i] = ir_operand_of(b->block.results[i]);
    note_variables(c);
    return !c->failed;
}
