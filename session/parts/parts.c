/* Running a plan in parts: the first, the operation between them, the rest with what both gave as feeds. */
#include "session/parts/parts.h"

#include <string.h>

#include "graph/kernel.h"
#include "graph/loop.h"
#include "session/plan/lower.h"
#include "session/plan/split.h"

/* ---- what lives on ------------------------------------------------------------------------------------------------------ */

struct tf1c_part_memory {
    struct tf1c_part_memory *next;
};
enum { HEADER = 64 };

void *tf1c_part_alloc(tf1c_part_arena *k, size_t size)
{
    struct tf1c_part_memory *b = tf1c_alloc_buffer(HEADER + size);
    if (!b) {
        tf_fail(tf_memory_error, (tf_source){ 0 }, NULL, "no memory left for a run (%zu bytes)", size);
        return NULL;
    }
    b->next = k->blocks;
    k->blocks = b;
    return (char *)b + HEADER;
}

bool tf1c_part_array(tf1c_part_arena *k, tf_ndarray *a, tf_dtype dtype, tf_dims dims)
{
    *a = np_array(NULL, dtype, dims);
    a->data = tf1c_part_alloc(k, (size_t)tf_dims_count(dims) * tf_dtype_size(dtype));
    return a->data;
}

bool tf1c_part_copy(tf1c_part_arena *k, tf_ndarray *to, const tf_ndarray *from)
{
    size_t size = np_nbytes(*from);
    const void *data = from->data;
    if (!tf1c_part_array(k, to, from->dtype, from->shape))
        return false;
    if (size)
        memcpy(to->data, data, size);
    return true;
}

void tf1c_part_release(tf_session *s, tf1c_part_arena *k)
{
    for (struct tf1c_part_memory *b = k->blocks, *next; b; b = next) {
        next = b->next;
        tf1c_free(b);
    }
    pthread_mutex_lock(&s->lock);
    tf1c_context_give_back(&s->contexts, k->contexts);
    pthread_mutex_unlock(&s->lock);
    *k = (tf1c_part_arena){ 0 };
}

/* A shape of no elements, where nobody reads any. */
static tf_dims nothing_of(tf_dims dims)
{
    tf_dims d = { .known = true, .rank = dims.known && dims.rank ? dims.rank : 1 };
    for (int i = 1; i < d.rank; i++)
        d.dims[i] = dims.dims[i] > 0 ? dims.dims[i] : 0;
    return d;
}

/* ---- a part in one go ------------------------------------------------------------------------------------------------------ */

/* Values in the arena stay there; others may be overwritten, or gone, before they are read. */
static tf_status take_values(const tf1c_run *part, tf_ndarray *out, tf1c_part_arena *k)
{
    for (int i = 0; i < part->plan->n_fetches; i++) {
        const ir_operand *o = &part->binding->fetched[i];
        tf_view from = o->view, to;
        from.data = tf1c_at_offset(part->x->slots[o->slot], o->at);
        if (from.dtype == tf_dtype_unset)
            return tf1c_ragged_error(part->plan->fetches[i].op->here, part->plan->fetches[i].op->name);
        tf_dims dims = { .known = true, .rank = from.rank };
        memcpy(dims.dims, from.dims, sizeof dims.dims);
        out[i] = np_array(from.data, from.dtype, dims);
        if (o->slot == IR_SLOT_ARENA && tf_view_contiguous(&from))
            continue;
        if (!tf1c_part_array(k, &out[i], from.dtype, dims))
            return tf_memory_error;
        tf_view_set(&to, out[i].data, from.dtype, dims);
        if (tf_view_count(&from))
            tf_view_copy(&to, &from, 0, from.rank ? from.dims[0] : 1);
    }
    return tf_ok;
}

/* Where all that is fetched was fed. */
static tf_status pass_on(const tf1c_plan *p, const tf_ndarray *feeds, tf_ndarray *out, tf1c_part_arena *k)
{
    for (int i = 0, which; i < p->n_fetches; i++) {
        if (!tf1c_is_fed(p, p->fetches[i], &which))
            continue;
        if (tf1c_is_ragged(&feeds[which]))
            return tf1c_ragged_error(p->fetches[i].op->here, p->fetches[i].op->name);
        if (!tf1c_part_copy(k, &out[i], &feeds[which]))
            return tf_memory_error;
    }
    return tf_ok;
}

static tf_status run_whole(tf1c_run *part, const tf_ndarray *feeds, tf_ndarray *out, tf1c_part_arena *k)
{
    const int n = part->plan->n_feeds;
    if (!tf1c_context_fit_feeds(part->x, n, part->here))
        return tf_memory_error;
    if (n)
        memcpy(part->x->feeds, feeds, (size_t)n * sizeof *feeds);
    tf_status status = tf1c_run_bound(part);
    return status ? status : take_values(part, out, k);
}

/* ---- the operation between two parts ---------------------------------------------------------------------------------------- */

typedef struct {
    const tf_ndarray *in;
} values;
static bool value_in(void *arg, int i, tf_ndarray *value)
{
    *value = ((const values *)arg)->in[i];
    return true;
}
static bool ints_in(void *arg, int i, tf_dims *ints) { return tf1c_ints_of_array(((const values *)arg)->in[i], ints); }

/* The shapes that came are checked by its own rule. */
static tf_status check_shapes(const tf_operation *op, const tf_ndarray *in, tf1c_part_arena *k)
{
    tf_dims *dims = tf1c_part_alloc(k, (size_t)(op->n_inputs + op->n_outputs) * sizeof *dims);
    tf_dtype *dtypes = tf1c_part_alloc(k, (size_t)(op->n_inputs + op->n_outputs) * sizeof *dtypes);
    if (!dims || !dtypes)
        return tf_memory_error;
    for (int i = 0; i < op->n_inputs; i++) {
        dims[i] = in[i].shape;
        dtypes[i] = in[i].dtype;
        if (in[i].dtype == tf_dtype_unset)
            return tf1c_ragged_error(op->here, op->name);
    }
    for (int i = 0; i < op->n_outputs; i++) {
        dims[op->n_inputs + i] = (tf_dims){ 0 };
        dtypes[op->n_inputs + i] = op->outputs[i].dtype;
    }
    values arg = { in };
    tf_shape_ctx s = { .def = op->def,
                       .attrs = op->attrs,
                       .name = op->name,
                       .here = op->here,
                       .n_in = op->n_inputs,
                       .n_out = op->n_outputs,
                       .in = dims,
                       .in_dtype = dtypes,
                       .out = dims + op->n_inputs,
                       .out_dtype = dtypes + op->n_inputs,
                       .at_run = true,
                       .value = value_in,
                       .ints = ints_in,
                       .arg = &arg };
    if (op->def->shape)
        tf1c_infer(&s);
    return s.failed ? tf_last_error()->code : tf_ok;
}

/* Memory for an output, which is as the graph knows it. */
typedef struct {
    const tf_operation *op;
    tf_ndarray *out;
    tf1c_part_arena *memory;
    tf_status status; /* after a report */
} making;
static bool make_room(tf_kernel_ctx *c, int i, tf_dims dims)
{
    making *m = ((tf1c_kernel_report *)c->private_)->arg;
    const tf1c_output *o = &m->op->outputs[i];
    char got[TF_DIMS_TEXT], known[TF_DIMS_TEXT];
    tf_dims merged;
    if (!ir_size_fits(m->op->here, m->op->name, dims, o->dtype))
        m->status = tf_last_error()->code;
    else if (!tf_merge_dims(dims, o->shape, &merged))
        m->status = tf_fail(tf_invalid_argument, m->op->here, m->op->name, "Output %d has the shape %s, but was set to %s", i,
                            tf_dims_kernel_text(dims, got, sizeof got), tf_dims_kernel_text(o->shape, known, sizeof known));
    else if (!tf1c_part_array(m->memory, &m->out[i], o->dtype, dims))
        m->status = tf_memory_error;
    else
        tf_view_set(&c->out[i], m->out[i].data, o->dtype, dims);
    return !m->status;
}

/* Its outputs' shapes, where they depend on data, then it itself. */
static void look_and_compute(tf_kernel_ctx *c, const making *m, tf_dims *dims)
{
    bool good = true;
    c->def->data_shape(c, dims);
    for (int i = 0; i < c->n_out && good && !c->status; i++)
        good = tf_kernel_room(c, i, dims[i]);
    c->end = 1;
    if (good && !c->status && !m->status)
        tf1c_run_kernel_alone(c);
}

static tf_status run_data_op(const tf_operation *op, const tf_ndarray *in, tf_ndarray *out, tf1c_part_arena *k,
                             tf1c_string_heap *strings)
{
    size_t n = (size_t)op->n_inputs + (size_t)op->n_outputs;
    tf_view *views = tf1c_part_alloc(k, n * sizeof *views);
    tf_dims *dims = tf1c_part_alloc(k, (size_t)op->n_outputs * sizeof *dims);
    making m = { op, out, k, tf_ok };
    tf1c_kernel_report report = { .strings = strings, .room = make_room, .arg = &m };
    tf_status status = check_shapes(op, in, k);
    if (!views || !dims || status)
        return status ? status : tf_memory_error;
    tf_kernel_ctx c = { .def = op->def,
                        .attrs = op->attrs,
                        .T = op->T,
                        .U = op->U,
                        .n_in = op->n_inputs,
                        .n_out = op->n_outputs,
                        .in = views,
                        .out = views + op->n_inputs,
                        .name = op->name,
                        .private_ = &report };
    for (int i = 0; i < op->n_inputs; i++)
        tf_view_set(&c.in[i], in[i].data, in[i].dtype, in[i].shape);
    if (op->def->call)
        op->def->call(&c);
    else
        look_and_compute(&c, &m, dims);
    if (m.status)
        return m.status;
    return c.status ? tf_fail(c.status, op->here, op->name, "%s", report.message) : tf_ok;
}

static tf_ndarray variable_value(const tf1c_run *r, const tf_operation *op)
{
    pthread_mutex_lock(&r->s->lock);
    void *data = tf1c_variable_memory(&r->s->resources, op, NULL);
    pthread_mutex_unlock(&r->s->lock);
    return np_array(data, op->outputs[0].dtype, op->outputs[0].shape);
}

static tf_status run_at(const tf1c_run *r, const tf1c_split *split, const tf_ndarray *feeds, const tf_ndarray *before,
                        tf_ndarray *out, tf1c_part_arena *k)
{
    const tf_operation *op = split->at;
    tf_ndarray *in = tf1c_part_alloc(k, (size_t)op->n_inputs * sizeof *in);
    if (!in)
        return tf_memory_error;
    for (int i = 0; i < op->n_inputs; i++) {
        const tf1c_origin *o = &split->origins[i];
        in[i] = o->kind == TF1C_FROM_FEED       ? feeds[o->index]
                : o->kind == TF1C_FROM_BEFORE   ? before[o->index]
                : o->kind == TF1C_FROM_CONSTANT ? ((const tf1c_const_attrs *)op->inputs[i].op->attrs)->value
                                                : variable_value(r, op->inputs[i].op);
        if (o->kind == TF1C_FROM_VARIABLE && !in[i].data)
            return tf_memory_error;
    }
    for (int i = 0; i < op->n_outputs; i++) /* those that nobody wants */
        if (!tf1c_part_array(k, &out[i], op->outputs[i].dtype, nothing_of(op->outputs[i].shape)))
            return tf_memory_error;
    return op->def->traits & TF_LOOP     ? tf1c_run_loop(r, split, in, out, k)
           : op->def->traits & TF_BRANCH ? tf1c_run_branch(r, split, in, out, k)
                                         : run_data_op(op, in, out, k, &r->x->strings);
}

/* What loops stacked is as long as they ran. */
static void cut_rows(const tf1c_split *split, tf_ndarray *before)
{
    for (int i = 0; i < split->before->n_fetches; i++)
        if (split->rows_in[i] >= 0 && before[i].shape.dims[0] > *(const int32_t *)before[split->rows_in[i]].data)
            before[i].shape.dims[0] = *(const int32_t *)before[split->rows_in[i]].data;
}

static tf_status run_split(const tf1c_run *r, const tf1c_plan *p, const tf_ndarray *feeds, tf_ndarray *out, tf1c_part_arena *k)
{
    const tf1c_split *split = p->split;
    tf_ndarray *all = tf1c_part_alloc(k, (size_t)split->after->n_feeds * sizeof *all);
    if (!all)
        return tf_memory_error;
    tf_ndarray *before = all + p->n_feeds;
    for (int i = 0; i < p->n_feeds; i++)
        all[i] = feeds[i];
    tf_status status = tf1c_run_part(r, split->before, feeds, before, k);
    if (!status)
        cut_rows(split, before);
    if (!status && split->apart)
        status = run_at(r, split, feeds, before, before + split->before->n_fetches, k);
    return status ? status : tf1c_run_part(r, split->after, all, out, k);
}

tf_status tf1c_run_part(const tf1c_run *r, tf1c_plan *p, const tf_ndarray *feeds, tf_ndarray *out, tf1c_part_arena *k)
{
    tf_session *s = r->s;
    tf1c_run part = { .s = s, .here = r->here, .plan = p };
    if (!p->n_ops)
        return pass_on(p, feeds, out, k);
    pthread_mutex_lock(&s->lock);
    tf_status status = tf1c_bind(&part, feeds);
    if (part.binding && (part.x = tf1c_context_borrow(&s->contexts, part.binding->arena_size))) {
        part.x->next = k->contexts;
        k->contexts = part.x;
    }
    pthread_mutex_unlock(&s->lock);
    if (status)
        return status;
    if (!part.binding)
        return run_split(r, p, feeds, out, k);
    return part.x ? run_whole(&part, feeds, out, k) : tf_fail(tf_memory_error, r->here, NULL, "no memory left for a run");
}

tf_status tf1c_run_in_parts(tf1c_run *r)
{
    tf1c_part_arena k = { 0 };
    pthread_rwlock_wrlock(&r->s->order);
    r->values = tf1c_part_alloc(&k, (size_t)r->plan->n_fetches * sizeof *r->values);
    tf_status status = r->values ? tf1c_run_part(r, r->plan, r->x->feeds, r->values, &k) : tf_memory_error;
    if (!status)
        status = tf1c_copy_out(r);
    pthread_rwlock_unlock(&r->s->order);
    tf1c_part_release(r->s, &k);
    r->values = NULL;
    return status;
}
