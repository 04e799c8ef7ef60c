/* Readers: records of the files whose names a queue gives. TF1: core/kernels/{whole_file_read,text_line_reader,tf_record_reader,
 * fixed_length_record_reader}_op*.cc. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "core/safe_file.h"
#include "core/strings.h"
#include "ops/data/files.h"
#include "ops/data_flow/queue_state.h"
#include "ops/family.h"

struct tf_reader {
    const tf_operation *resource;
    tf_operation *mistake;
    char kind;
    int64_t skip;
    tf1c_dataset files; /* of one file: what its stage is opened with */
};

/* ---- where a reader is in a session -------------------------------------------------------------------------------------------------- */

typedef struct {
    pthread_mutex_t lock;
    tf1c_element name; /* the open file's */
    tf_ndarray names;
    tf1c_stage *stage; /* NULL: no file is open */
    int64_t record;    /* the next one's number in it */
} place;
typedef struct {
    place *of;
} reader_resource;

static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER; /* held for moments */

static place *place_of(tf_session *s, const tf_reader *r)
{
    reader_resource *own = tf1c_lent.memory(s, r->resource);
    if (!own)
        return NULL;
    pthread_mutex_lock(&making);
    if (!own->of && (own->of = tf1c_alloc_zero(sizeof *own->of)))
        pthread_mutex_init(&own->of->lock, NULL);
    pthread_mutex_unlock(&making);
    if (!own->of)
        tf_fail(tf_memory_error, r->resource->here, r->resource->name, "no memory left for a reader");
    return own->of;
}

static void close_file(place *p)
{
    tf1c_stage_close(p->stage);
    tf1c_element_close(&p->name);
    p->stage = NULL;
}

static void release_reader(void *resource)
{
    place *p = ((reader_resource *)resource)->of;
    if (!p)
        return;
    close_file(p);
    pthread_mutex_destroy(&p->lock);
    tf1c_free(p);
}

/* ---- reading ------------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    const tf_reader *reader;
    tf_queue *queue;
} read_attrs;
static const tf_attr_def read_fields[] = { TF_ATTR(read_attrs, reader, TF_ATTR_POINTER),
                                           TF_ATTR(read_attrs, queue, TF_ATTR_POINTER),
                                           { 0 } };

static const char *file_name(const place *p) { return np_string(p->names, 0).data; }

static tf_status out_of_memory(const tf_exchange *x)
{
    return tf_fail(tf_memory_error, x->op->here, x->op->name, "no memory left for a record");
}

/* The next file's name is waited for without a lock. */
static tf_status next_file(tf_exchange *x, const read_attrs *a, place *p, tf1c_element *name)
{
    pthread_mutex_unlock(&p->lock);
    const tf_status status = tf1c_take_element(x, a->queue, name);
    pthread_mutex_lock(&p->lock);
    return status;
}

static tf_status open_file(tf_exchange *x, const tf_reader *r, place *p, tf1c_element *name)
{
    tf1c_fault fault;
    close_file(p);
    p->name = *name;
    p->names = name->at[0].value;
    p->names.shape = SHAPE(1);
    p->record = 0;
    p->stage = tf1c_stage_open(&r->files, &p->names, false, &fault);
    return p->stage ? tf_ok : tf1c_fault_report(&fault, x->op);
}

static bool set_key(const tf_reader *r, place *p, uint64_t offset, tf1c_component *key)
{
    char text[4200];
    if (r->kind == 'r')
        snprintf(text, sizeof text, "%s:%llu", file_name(p), (unsigned long long)offset);
    else
        snprintf(text, sizeof text, "%s:%lld", file_name(p), (long long)p->record);
    return tf1c_component_string(key, (tf_bytes){ text, strlen(text) });
}

/* The open file's next record, into the element's second component. */
static tf_status next_record(tf_exchange *x, const tf_reader *r, place *p, tf1c_element *e, bool *over)
{
    tf1c_element value = { 1, &e->at[1] };
    tf1c_next next;
    uint64_t offset;
    do {
        offset = tf1c_files_offset(p->stage);
        next = tf1c_stage_next(p->stage, &value);
        p->record += next == TF1C_ELEMENT;
    } while (next == TF1C_ELEMENT && p->record <= r->skip);
    *over = next == TF1C_END;
    if (next == TF1C_FAULT)
        return tf1c_fault_report(&p->stage->fault, x->op);
    if (*over)
        close_file(p);
    if (r->kind == 'f')
        p->record--; /* counted from 0 */
    const bool good = *over || set_key(r, p, offset, &e->at[0]);
    if (r->kind == 'f')
        p->record++;
    return good ? tf_ok : out_of_memory(x);
}

static tf_status whole_file(tf_exchange *x, const read_attrs *a, tf1c_element *e)
{
    tf1c_element name;
    tf_status status = tf1c_take_element(x, a->queue, &name);
    if (status)
        return status;
    const tf_bytes path = np_string(name.at[0].value, 0);
    size_t n;
    char *data = tf1c_read_file(path.data, SIZE_MAX / 4, &n, x->op->here);
    if (!data)
        status = tf_last_error()->code;
    else if (!tf1c_component_string(&e->at[0], path) || !tf1c_component_string(&e->at[1], (tf_bytes){ data, n }))
        status = out_of_memory(x);
    tf1c_free(data);
    tf1c_element_close(&name);
    return status;
}

static tf_status records(tf_exchange *x, const read_attrs *a, tf1c_element *e)
{
    place *p = place_of(x->session, a->reader);
    if (!p)
        return tf_memory_error;
    tf_status status = tf_ok;
    pthread_mutex_lock(&p->lock);
    for (bool over = true; over && !status;) {
        tf1c_element name;
        if (p->stage)
            status = next_record(x, a->reader, p, e, &over);
        else if (!(status = next_file(x, a, p, &name))) {
            if (p->stage) /* another run has opened one meanwhile: this one's is read after it */
                close_file(p);
            status = open_file(x, a->reader, p, &name);
        }
    }
    pthread_mutex_unlock(&p->lock);
    return status;
}

static void close_lent(void *lent)
{
    tf1c_element_close(lent);
    tf1c_free(lent);
}

static tf_status read_pull(tf_exchange *x)
{
    const read_attrs *a = x->op->attrs;
    tf1c_element *e = tf1c_alloc_zero(sizeof *e);
    if (!e || !tf1c_element_open(e, 2)) {
        tf1c_free(e);
        return out_of_memory(x);
    }
    const tf_status status = a->reader->kind == 'w' ? whole_file(x, a, e) : records(x, a, e);
    for (int i = 0; i < 2; i++)
        x->out[i] = e->at[i].value;
    x->release = close_lent;
    x->lease = e;
    return status;
}

static void nothing(tf_kernel_ctx *k) { (void)k; }
static void read_shape(tf_shape_ctx *c)
{
    tf_set_out(c, 0, SCALAR);
    tf_set_out(c, 1, SCALAR);
}

static const tf_op_def reader_op = {
    .name = "ReaderV2",
    .in = "",
    .out = "",
    .kernel = nothing,
    .resource_size = sizeof(reader_resource),
    .release = release_reader,
    .gradient = tf_no_gradient,
};
static const tf_op_def reader_read_op = {
    .name = "ReaderReadV2",
    .in = "",
    .out = "key:string, value:string",
    .attrs = read_fields,
    .attrs_size = sizeof(read_attrs),
    .traits = TF_STATEFUL,
    .shape = read_shape,
    .kernel = nothing,
    .pull = read_pull,
    .gradient = tf_no_gradient,
};

/* ---- builders --------------------------------------------------------------------------------------------------------------------------- */

static tf_reader *refused(tf_operation *mistake)
{
    static tf_reader without_memory;
    tf_graph *g = tf1c_current_graph();
    tf_reader *r = g ? tf1c_graph_alloc(g, sizeof *r) : NULL;
    if (!r) {
        without_memory.mistake = tf1c_poison(g);
        return &without_memory;
    }
    r->mistake = mistake;
    return r;
}

tf_reader *tf_reader_(char kind, struct tf_reader_args a)
{
    static const tf_dtype text = tf_string;
    static const tf_dims scalar = { .known = true };
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    const int64_t most = INT64_MAX / 4;
    tf_graph *g = tf1c_current_graph();
    if (g && g->parent)
        return refused(tf_mistake(tf_unimplemented, here, NULL, "A reader inside the body of a loop, branch or dataset.").op);
    if (!strchr("wtrf", kind) || !kind || a.skip_header_lines < 0 || a.header_bytes < 0 || a.footer_bytes < 0 ||
        a.header_bytes > most || a.footer_bytes > most || (kind == 'f' && (a.record_bytes < 1 || a.record_bytes > most)))
        return refused(tf_mistake(tf_value_error, here, NULL,
                                  "record_bytes must be > 0, header_bytes, footer_bytes and skip_header_lines >= 0")
                           .op);
    tf_reader *r = g ? tf1c_graph_alloc(g, sizeof *r) : NULL;
    static const char *const names[] = {
        ['w'] = "WholeFileReaderV2", ['t'] = "TextLineReaderV2", ['r'] = "TFRecordReaderV2", ['f'] = "FixedLengthRecordReaderV2"
    };
    tf_operation *op =
        r ? tf_op_new(&reader_op, (struct tf_op_args){ .here = here, .name = a.name, .default_name = names[(int)kind] })
          : tf1c_poison(g);
    if (!r || tf1c_is_mistake(op))
        return refused(op);
    *r = (tf_reader){ .resource = op, .kind = kind, .skip = a.skip_header_lines };
    r->files = (tf1c_dataset){ .public_ = { { 1, &text }, { 1, &scalar }, NULL },
                               .kind = kind == 't'   ? &tf1c_text_line_stage
                                       : kind == 'r' ? &tf1c_record_stage
                                                     : &tf1c_fixed_length_stage,
                               .n_values = 1,
                               .flag = true, /* lines keep their carriage returns */
                               .numbers = { a.record_bytes, a.header_bytes, a.footer_bytes },
                               .text = "" };
    return r;
}

tf_list tf_reader_read_(tf_reader *reader, tf_queue *queue, struct tf_name_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    tf_operation *mistake = !reader           ? tf_mistake(tf_type_error, here, NULL, "The reader is NULL.").op
                            : reader->mistake ? reader->mistake
                            : !queue          ? tf_mistake(tf_type_error, here, NULL, "The queue is NULL.").op
                                              : queue->mistake;
    if (!mistake && (queue->dtypes.n != 1 || queue->dtypes.items[0] != tf_string))
        mistake = tf_mistake(tf_value_error, here, NULL, "A reader wants a queue of strings.").op;
    if (mistake)
        return tf_mistake_list(2, (tf_tensor){ .op = mistake });
    const read_attrs attrs = { reader, queue };
    return tf1c_outputs(tf_op_new(&reader_read_op, (struct tf_op_args){ .here = here, .name = a.name, .attrs = &attrs }), 2);
}

/* clang-format off */
tf1c_op_family tf1c_family_readers = {
    &reader_op,
    &reader_read_op,
    NULL,
};
