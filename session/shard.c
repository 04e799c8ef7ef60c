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
    if (!n->def || n->def->strips) /* by axis 0 of the output; an operand of lower rank is read whole */
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

/* ---- variables that must have, and will have, a value ------------------------------------------------------------------------------ */

static tf1c_resource *resource_of(ir_ctx *c, const ir_value *v)
{
    for (tf1c_resource *r = c->session->resources; r; r = r->next)
        if (r->data == v->root->absolute)
            return r;
    return NULL;
}

static void note_variables(ir_ctx *c)
{
    tf1c_binding *b = c->binding;
    int most = 0;
    for (int i = 0; i < b->block.n; i++)
        most += b->block.nodes[i]->n_in;
    b->read = ir_alloc(c, (size_t)most * sizeof *b->read);
    b->written = ir_alloc(c, (size_t)most * sizeof *b->written);
    if (!b->read || !b->written)
        return;
    for (int i = 0; i < b->block.n; i++) {
        const ir_node *n = b->block.nodes[i];
        b->assigns |= n->def && n->def->traits & TF_WRITES_REF;
        for (int j = 0; j < n->n_in && !n->silent; j++) {
            if (!n->in[j]->root->variable || n->in[j]->known)
                continue;
            tf1c_resource *r = resource_of(c, n->in[j]);
            bool overwrites = j == 0 && n->def && n->def->traits & TF_WRITES_REF && n->def->traits & TF_OVERWRITES, known = false;
            for (int w = 0; w < b->n_written; w++)
                known |= b->written[w] == r;
            for (int w = 0; w < b->n_read; w++)
                known |= b->read[w] == r;
            if (overwrites)
                b->written[b->n_written++] = r;
            else if (!known)
                b->read[b->n_read++] = r;
        }
    }
}

bool ir_emit(ir_ctx *c)
{
    tf1c_binding *b = c->binding;
    sharding *s = tf1c_alloc_zero(sizeof *s);
    b->code = ir_alloc(c, (size_t)b->block.n * sizeof *b->code);
    if (!s || !b->code) {
        tf1c_free(s);
        if (!c->failed)
            tf_fail(tf_memory_error, (tf_source){ 0 }, NULL, "no memory left for a plan");
        c->failed = true;
        return false;
    }
    s->c = c;
    size_t scratch = 0;
    bool any = false;
    for (int i = 0; i < b->block.n && !c->failed; i++) {
        const ir_node *n = b->block.nodes[i];
        if (n->silent || (n->def && n->def->traits & TF_SOURCE_OP))
            continue;
        ir_instruction *x = &b->code[b->n_code++];
        if (!make_instruction(c, x, n))
            break;
        shard(s, x);
        any |= x->parallel;
        scratch = x->scratch > scratch ? x->scratch : scratch;
    }
    tf1c_free(s);
    b->n_shards = any ? c->session->threads : 1;
    for (int i = 0; i < b->n_code; i++)
        b->code[i].scratch_at = (int64_t)b->block.arena_size;
    b->arena_size = b->block.arena_size + scratch * (size_t)b->n_shards;
    b->fetched = ir_alloc(c, (size_t)b->block.n_results * sizeof *b->fetched);
    for (int i = 0; b->fetched && i < b->block.n_results; i++)
        b->fetched[i] = ir_operand_of(b->block.results[i]);
    note_variables(c);
    return !c->failed;
}
