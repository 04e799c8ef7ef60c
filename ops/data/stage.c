/* Elements, and stages as trees: opened, drawn from, begun anew, closed. */
#include "ops/data/stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/strings.h"

/* ---- elements ------------------------------------------------------------------------------------------------------------------ */

bool tf1c_element_open(tf1c_element *e, int n)
{
    *e = (tf1c_element){ n, tf1c_alloc_zero(((size_t)n + 1) * sizeof *e->at) };
    if (!e->at)
        tf_fail(tf_memory_error, (tf_source){ 0 }, NULL, "no memory left for an element");
    return e->at;
}

void tf1c_element_close(tf1c_element *e)
{
    for (int i = 0; e->at && i < e->n; i++)
        np_free(&e->at[i].own);
    tf1c_free(e->at);
    *e = (tf1c_element){ 0 };
}

void tf1c_element_swap(tf1c_element *a, tf1c_element *b)
{
    for (int i = 0; i < a->n; i++) {
        const tf1c_component c = a->at[i];
        a->at[i] = b->at[i];
        b->at[i] = c;
    }
}

void *tf1c_component_fit(tf1c_component *c, tf_dtype dtype, tf_dims dims)
{
    if (!c->own.data || c->own.dtype != dtype || dtype == tf_string || !tf_dims_equal(c->own.shape, dims)) {
        np_free(&c->own);
        c->own = np_empty(dims, dtype);
    }
    c->value = c->own;
    return c->own.data;
}

bool tf1c_component_copy(tf1c_component *c, const tf_ndarray *from)
{
    if (from->dtype == tf_string || from->scale != 0) {
        tf_ndarray copy = np_copy(*from);
        np_free(&c->own);
        c->own = c->value = copy;
        return copy.data;
    }
    void *to = tf1c_component_fit(c, from->dtype, from->shape);
    if (to && np_nbytes(*from))
        memcpy(to, from->data, np_nbytes(*from));
    return to;
}

bool tf1c_component_string(tf1c_component *c, tf_bytes s)
{
    const tf_ndarray scalar = np_array(&s, tf_string, SCALAR);
    return tf1c_component_copy(c, &scalar);
}

/* ---- faults ---------------------------------------------------------------------------------------------------------------------- */

tf1c_next tf1c_stage_fault(tf1c_stage *s, tf_status code, const char *format, ...)
{
    va_list args;
    s->fault = (tf1c_fault){ .code = code };
    va_start(args, format);
    vsnprintf(s->fault.message, sizeof s->fault.message, format, args);
    va_end(args);
    return TF1C_FAULT;
}

tf1c_next tf1c_stage_out_of_memory(tf1c_stage *s)
{
    return tf1c_stage_fault(s, tf_memory_error, "no memory left for an element of the dataset");
}

/* ---- trees ------------------------------------------------------------------------------------------------------------------------ */

static bool sound_shape(tf_dims d)
{
    bool good = !d.known || (d.rank >= 0 && d.rank <= TF_MAX_RANK);
    for (int i = 0; good && d.known && i < d.rank; i++)
        good = d.dims[i] >= NONE;
    return good;
}

bool tf1c_sound_structure(tf_types types, tf_shapes shapes)
{
    bool good = types.n > 0 && types.items && (!shapes.items || shapes.n == types.n);
    for (int i = 0; good && i < types.n; i++)
        good = tf_dtype_size(types.items[i]) > 0 && (!shapes.items || sound_shape(shapes.items[i]));
    return good;
}

int tf1c_dataset_values(const tf1c_dataset *d)
{
    int n = d->n_values;
    for (int i = 0; i < d->n_inputs; i++)
        n += tf1c_dataset_values(d->inputs[i]);
    return n;
}

void tf1c_dataset_tensors(const tf1c_dataset *d, tf_tensor *tensors)
{
    for (int i = 0; i < d->n_values; i++)
        *tensors++ = tf1c_import(tf1c_current_graph(), d->values[i], d->here);
    for (int i = 0; i < d->n_inputs; i++) {
        tf1c_dataset_tensors(d->inputs[i], tensors);
        tensors += tf1c_dataset_values(d->inputs[i]);
    }
}

/* As TF's optimizer has it: repeat of a shuffle that reshuffles is one stage, on the shuffle's input. */
static bool is_fused(const tf1c_dataset *d, bool fused)
{
    return fused && d->kind == &tf1c_repeat_stage && d->inputs[0]->kind == &tf1c_shuffle_stage && d->inputs[0]->flag;
}

static tf1c_stage *stage_new(const tf1c_dataset *d, const tf1c_stage_kind *kind, const tf_ndarray *values, int n_inputs)
{
    tf1c_stage *s = tf1c_alloc_zero(sizeof *s);
    if (!s)
        return NULL;
    *s = (tf1c_stage){ .kind = kind, .of = d, .values = values };
    s->inputs = tf1c_alloc_zero(((size_t)n_inputs + 1) * sizeof *s->inputs);
    s->mine = tf1c_alloc_zero(kind->size + 1);
    if (s->inputs && s->mine)
        return s;
    tf1c_free(s->inputs);
    tf1c_free(s->mine);
    tf1c_free(s);
    return NULL;
}

static bool open_inputs(tf1c_stage *s, const tf1c_dataset *d, const tf_ndarray *values, bool fused, tf1c_fault *fault)
{
    for (int i = 0; i < d->n_inputs; i++) {
        s->inputs[i] = tf1c_stage_open(d->inputs[i], values, fused, fault);
        if (!s->inputs[i])
            return false;
        values += tf1c_dataset_values(d->inputs[i]);
    }
    return true;
}

static const tf1c_stage_kind *kind_of(const tf1c_dataset *d)
{
    return d->kind == &tf1c_map_stage && d->numbers[0] > 0 ? &tf1c_parallel_map_stage : d->kind;
}

tf1c_stage *tf1c_stage_open(const tf1c_dataset *d, const tf_ndarray *values, bool fused, tf1c_fault *fault)
{
    const bool joined = is_fused(d, fused);
    const tf1c_dataset *of = joined ? d->inputs[0] : d;
    tf1c_stage *s =
        stage_new(of, joined ? &tf1c_shuffle_and_repeat_stage : kind_of(d), values + (joined ? d->n_values : 0), of->n_inputs);
    if (!s) {
        tf1c_fault_set(fault, tf_memory_error, "no memory left for a dataset");
        return NULL;
    }
    const tf_ndarray *below = values + d->n_values + (joined ? of->n_values : 0);
    bool good = open_inputs(s, of, below, fused, fault);
    if (good && s->kind->open && !s->kind->open(s)) {
        *fault = s->fault;
        good = false;
    }
    if (good)
        return s;
    tf1c_stage_close(s);
    return NULL;
}

void tf1c_stage_close(tf1c_stage *s)
{
    if (!s)
        return;
    if (s->kind->close)
        s->kind->close(s);
    for (int i = 0; s->inputs[i]; i++)
        tf1c_stage_close(s->inputs[i]);
    tf1c_free(s->inputs);
    tf1c_free(s->mine);
    tf1c_free(s);
}

tf1c_next tf1c_stage_next(tf1c_stage *s, tf1c_element *e) { return s->kind->next(s, e); }

void tf1c_stage_restart(tf1c_stage *s)
{
    if (s->kind->restart)
        s->kind->restart(s);
    for (int i = 0; s->inputs[i]; i++)
        tf1c_stage_restart(s->inputs[i]);
}

tf1c_next tf1c_stage_from(tf1c_stage *s, int input, tf1c_element *e)
{
    const tf1c_next next = tf1c_stage_next(s->inputs[input], e);
    if (next == TF1C_FAULT)
        s->fault = s->inputs[input]->fault;
    return next;
}

int64_t tf1c_stage_number(const tf1c_stage *s, int value) { return *(const int64_t *)s->values[value].data; }
