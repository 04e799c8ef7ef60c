/* How a record is run on memory: elementwise strips over broadcast views, views and parts by copying, kernels as they are. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/alloc.h"
#include "core/count.h"
#include "core/denormals.h"
#include "graph/kernel.h"

enum { STRIP = 256, MAX_OPERANDS = 4, MAX_ITEM = 8, WORDS = sizeof(tf_bytes) }; /* a strip of each operand stays in L1 */

int64_t tf_view_count(const tf_view *v)
{
    int64_t n = v ? 1 : 0;
    for (int i = 0; v && i < v->rank; i++)
        if (v->dims[i] == 0) /* the others may be huge */
            return 0;
    for (int i = 0; v && i < v->rank; i++)
        n = tf1c_times(n, v->dims[i]);
    return n;
}

bool tf_view_contiguous(const tf_view *v)
{
    int64_t step = 1;
    for (int i = v ? v->rank : 0; i-- > 0;) {
        if (v->dims[i] != 1 && v->strides[i] != step && tf_view_count(v))
            return false;
        step = (int64_t)((uint64_t)step * (uint64_t)v->dims[i]);
    }
    return true;
}

void tf_view_set(tf_view *v, void *data, tf_dtype dtype, tf_dims dims)
{
    if (!v)
        return;
    if (dims.rank < 0 || dims.rank > TF_MAX_RANK) /* no shape */
        dims.rank = 0;
    *v = (tf_view){ .data = data, .dtype = dtype, .rank = dims.rank };
    int64_t step = 1;
    for (int i = dims.rank; i-- > 0;) {
        v->dims[i] = dims.dims[i];
        v->strides[i] = step;
        step = (int64_t)((uint64_t)step * (uint64_t)dims.dims[i]); /* of an empty array it may be anything */
    }
}

void tf1c_broadcast_view(tf_view *v, const tf_view *to)
{
    tf_view out = *v;
    out.rank = to->rank;
    for (int i = 1; i <= to->rank; i++) {
        int at = to->rank - i, from = v->rank - i;
        out.dims[at] = to->dims[at];
        out.strides[at] = from >= 0 && (v->dims[from] != 1 || to->dims[at] == 1) ? v->strides[from] : 0;
    }
    *v = out;
}

void tf_kernel_error(tf_kernel_ctx *k, tf_status code, const char *format, ...)
{
    char message[512];
    va_list args;
    if (!k || k->status || !format)
        return;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    k->status = code;
    tf1c_kernel_report *report = k->private_;
    if (report)
        snprintf(report->message, sizeof report->message, "%s", message);
}

bool tf_kernel_room(tf_kernel_ctx *k, int output, tf_dims dims)
{
    tf1c_kernel_report *report = k ? k->private_ : NULL;
    return report && report->room && output >= 0 && output < k->n_out && report->room(k, output, dims);
}

char *tf_kernel_string(tf_kernel_ctx *k, size_t size)
{
    tf1c_kernel_report *report = k ? k->private_ : NULL;
    char *s = report && report->strings ? tf1c_string_heap_alloc(report->strings, size) : NULL;
    if (!s)
        tf_kernel_error(k, tf_memory_error, "no memory left for a string of %zu bytes", size);
    return s;
}

/* ---- walking several views of one shape together ------------------------------------------------------------------------- */

/* Adjacent axes that every view runs through in one stride become one: fewer, longer inner runs. */
static int merge_axes(int n, tf_view *v)
{
    int rank = 0;
    for (int i = 0; i < v[0].rank; i++) {
        bool join = rank > 0;
        for (int j = 0; join && j < n; j++)
            join = v[j].strides[rank - 1] == v[j].strides[i] * v[0].dims[i];
        if (v[0].dims[i] == 1 && rank > 0)
            continue;
        if (rank > 0 && v[0].dims[rank - 1] == 1)
            join = true; /* a leading 1 is taken over by what follows */
        int at = join ? rank - 1 : rank++;
        int64_t length = join ? v[0].dims[at] * v[0].dims[i] : v[0].dims[i];
        for (int j = 0; j < n; j++) {
            v[j].strides[at] = v[j].strides[i];
            v[j].dims[at] = length;
        }
    }
    for (int j = 0; j < n; j++)
        v[j].rank = rank;
    return rank;
}

typedef void run_fn(void *arg, int64_t n, char *const *at, const int64_t *stride);

/* Calls fn for each innermost run of units [begin, end) of axis 0 (as it was before merging). */
static void walk(int n, tf_view *v, int64_t begin, int64_t end, run_fn *fn, void *arg)
{
    char *at[MAX_OPERANDS + 1];
    int64_t stride[MAX_OPERANDS + 1], index[TF_MAX_RANK] = { 0 };
    for (int j = 0; j < n; j++)
        if (v[j].rank) {
            v[j].data = (char *)v[j].data + begin * v[j].strides[0] * (int64_t)tf_dtype_size(v[j].dtype);
            v[j].dims[0] = end - begin;
        }
    if (tf_view_count(&v[0]) == 0)
        return;
    int rank = merge_axes(n, v), inner = rank - 1;
    for (int j = 0; j < n; j++) {
        at[j] = v[j].data;
        stride[j] = rank ? v[j].strides[inner] : 0;
    }
    for (;;) {
        fn(arg, rank ? v[0].dims[inner] : 1, at, stride);
        int axis = inner - 1;
        for (; axis >= 0; axis--) {
            bool wraps = ++index[axis] == v[0].dims[axis];
            for (int j = 0; j < n; j++)
                at[j] += (wraps ? -(v[0].dims[axis] - 1) : 1) * v[j].strides[axis] * (int64_t)tf_dtype_size(v[j].dtype);
            if (!wraps)
                break;
            index[axis] = 0;
        }
        if (axis < 0)
            return;
    }
}

/* ---- copying -------------------------------------------------------------------------------------------------------------------- */

#define COPY_STRIDED(type)          \
    for (int64_t i = 0; i < n; i++) \
        ((type *)at[0])[i * stride[0]] = ((const type *)at[1])[i * stride[1]];

static void copy_run(void *arg, int64_t n, char *const *at, const int64_t *stride)
{
    size_t size = *(const size_t *)arg;
    if (stride[0] == 1 && stride[1] == 1)
        memmove(at[0], at[1], (size_t)n * size);
    else if (size == 4) {
        COPY_STRIDED(uint32_t)
    } else if (size == 8) {
        COPY_STRIDED(uint64_t)
    } else if (size == WORDS) {
        COPY_STRIDED(tf_bytes)
    } else {
        COPY_STRIDED(uint8_t)
    }
}

void tf_view_copy(const tf_view *dst, const tf_view *src, int64_t begin, int64_t end)
{
    if (!dst || !src || !dst->data || !src->data || dst->rank != src->rank || dst->dtype != src->dtype)
        return;
    tf_view v[2] = { *dst, *src };
    size_t size = tf_dtype_size(dst->dtype);
    walk(2, v, begin, end, copy_run, &size);
}

_Thread_local const char *tf1c_strip_fault;

/* ---- elementwise ------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    tf_strip *strip;
    const void *attrs;
    int n_in;
    size_t size[MAX_OPERANDS + 1]; /* of the output's and the inputs' elements */
} elementwise;

/* n elements from `from`, `stride` apart, as a contiguous strip: in place if they are one. */
static const void *gather_strip(void *buffer, const char *from, int64_t stride, int64_t n, size_t size)
{
    if (stride == 1)
        return from;
    char *const at[2] = { buffer, (char *)from };
    copy_run(&size, n, at, (const int64_t[2]){ 1, stride });
    return buffer;
}

static void elementwise_run(void *arg, int64_t n, char *const *at, const int64_t *stride)
{
    const elementwise *e = arg;
    _Alignas(64) char buffer[MAX_OPERANDS + 1][STRIP * MAX_ITEM];
    const void *in[MAX_OPERANDS];
    int64_t room = n; /* contiguous operands need no buffer, so the whole run is one strip */
    for (int j = 0; j <= e->n_in; j++) {
        const int64_t fits = STRIP * MAX_ITEM / (int64_t)(e->size[j] > MAX_ITEM ? e->size[j] : MAX_ITEM);
        if (stride[j] != 1)
            room = room < fits ? room : fits;
    }
    for (int64_t i = 0; i < n; i += room) {
        int64_t m = n - i < room ? n - i : room;
        for (int j = 0; j < e->n_in; j++)
            if (stride[j + 1] || i == 0) /* a broadcast scalar's strip is filled once */
                in[j] = gather_strip(buffer[j], at[j + 1] + i * stride[j + 1] * (int64_t)e->size[j + 1], stride[j + 1], m,
                                     e->size[j + 1]);
        char *out = at[0] + i * stride[0] * (int64_t)e->size[0];
        if (stride[0] == 1) {
            e->strip(m, out, in, e->attrs);
            continue;
        }
        e->strip(m, buffer[MAX_OPERANDS], in, e->attrs);
        char *const to[2] = { out, buffer[MAX_OPERANDS] };
        copy_run((void *)&e->size[0], m, to, (const int64_t[2]){ stride[0], 1 });
    }
}

static void run_elementwise(tf_kernel_ctx *k)
{
    tf_view v[MAX_OPERANDS + 1];
    elementwise e = { .strip = k->def->strips[k->T], .attrs = k->attrs, .n_in = k->n_in };
    v[0] = k->out[0];
    e.size[0] = tf_dtype_size(v[0].dtype);
    for (int j = 0; j < k->n_in; j++) {
        v[j + 1] = k->in[j];
        e.size[j + 1] = tf_dtype_size(k->in[j].dtype);
        tf1c_broadcast_view(&v[j + 1], &k->out[0]);
    }
    if (tf_view_count(&v[0]))
        walk(k->n_in + 1, v, k->begin, k->end, elementwise_run, &e);
    if (tf1c_strip_fault)
        tf_kernel_error(k, tf_invalid_argument, "%s", tf1c_strip_fault);
    tf1c_strip_fault = NULL;
}

/* ---- views and parts, where they could not be placed ---------------------------------------------------------------------------------- */

static void run_view(tf_kernel_ctx *k)
{
    for (int o = 0; o < k->n_out; o++) {
        tf_view target = k->out[o];
        int64_t offset = 0;
        if (!k->def->view(k, o, &offset)) {
            tf_kernel_error(k, tf_internal, "'%s' cannot be laid out", k->def->name);
            return;
        }
        tf_view source = k->out[o];
        k->out[o] = target;
        source.data = (char *)k->in[k->def->viewed].data + offset * (int64_t)tf_dtype_size(source.dtype);
        tf_view_copy(&target, &source, 0, target.rank ? target.dims[0] : 1);
    }
}

static void run_parts(tf_kernel_ctx *k)
{
    for (int i = 0; i < k->n_in; i++) {
        tf_view source = k->in[i];
        int64_t offset = 0;
        if (!k->def->part(k, i, &offset)) {
            k->in[i] = source;
            continue; /* not a part (the axis of a concat) */
        }
        tf_view target = k->in[i];
        k->in[i] = source;
        target.data = (char *)k->out[0].data + offset * (int64_t)tf_dtype_size(target.dtype);
        /* the part may have another rank than the input (stack): both lie row-major over the same elements */
        tf_view_copy(&target, &source, 0, target.rank ? target.dims[0] : 1);
    }
}

int64_t tf1c_kernel_units(const tf_kernel_ctx *k)
{
    if (k->def->strips)
        return k->out[0].rank ? k->out[0].dims[0] : 1;
    return k->def->units ? k->def->units(k) : 1;
}

tf_status tf1c_run_kernel(tf_kernel_ctx *k)
{
    if (k->def->strips)
        run_elementwise(k);
    else if (k->def->kernel)
        k->def->kernel(k);
    else if (k->def->view)
        run_view(k);
    else if (k->def->part)
        run_parts(k);
    return k->status;
}

tf_status tf1c_run_kernel_alone(tf_kernel_ctx *k)
{
    const size_t room = k->def->scratch ? k->def->scratch(k) : 0;
    void *scratch = room ? tf1c_alloc_buffer(room) : NULL;
    if (room && !scratch) {
        tf_kernel_error(k, tf_memory_error, "no memory left for '%s'", k->def->name);
        return k->status;
    }
    k->scratch = scratch;
    const uint64_t before = tf1c_denormals_flush();
    const tf_status status = tf1c_run_kernel(k);
    tf1c_denormals_restore(before);
    tf1c_free(scratch);
    return status;
}
