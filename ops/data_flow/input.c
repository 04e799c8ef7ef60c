/* Producers and batches: a queue, an enqueue and its runner. TF1: python/training/input.py. */
#include <stdio.h>
#include <string.h>

#include "ops/array/gather.h"
#include "ops/array/sequence.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/counts.h"
#include "ops/control_flow/group.h"
#include "ops/data_flow/queue_state.h"
#include "ops/family.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/range.h"
#include "ops/random/random.h"
#include "ops/summary/record.h"

static tf_queue *with_runner(tf_queue *q, tf_operation *enqueue, int threads, int64_t most, tf_source here)
{
    tf1c_enqueue_attrs *a = tf1c_enqueue_of(enqueue);
    if (a) {
        tf_train_add_queue_runner(tf_queue_runner_(q, enqueue, threads, here));
        a->most = most;
    } else if (!q->mistake) {
        q->mistake = enqueue;
    }
    return q;
}

/* What TF makes of a queue that is filled: itself, an enqueue, two that close it. */
enum { CREATED = 1, FILLED = 3 };

/* How full the queue is, in a summary; of a shuffled one, by what it has more than it must keep. */
static void summarize(tf_queue *q, tf_source here)
{
    char name[80];
    tf_tensor n = tf_queue_size_(q, (struct tf_name_args){ .here = here });
    if (tf_is_poisoned(n))
        return;
    snprintf(name, sizeof name, "fraction_of_%lld_full", (long long)q->capacity);
    if (q->shuffles) {
        snprintf(name, sizeof name, "fraction_over_%lld_of_%lld_full", (long long)q->least, (long long)(q->capacity - q->least));
        n = tf_maximum(0, tf_operator_sub(n, q->least));
    }
    tf1c_record(tf_summary_scalar_, name, tf_operator_mul(tf_cast(n, tf_float32), 1.0 / (double)(q->capacity - q->least)));
}

/* The elements, in another order each time, one by one into a queue. */
static tf_queue *producer(tf_tensor elements, struct tf_producer_args a, const char *default_name, tf_source here)
{
    enum { LIMITED = 6 }; /* a variable, which counts up to the epochs, and an Identity behind it */
    const tf_dtype dtype = tf_get_dtype(elements);
    const tf_dims scalar = SCALAR;
    TF_SCOPE(a.name, default_name);
    if (a.shuffle && !tf_is_poisoned(elements))
        elements = tf_random_shuffle(elements, .seed = a.seed);
    const int made = tf1c_count_now() + (a.num_epochs ? LIMITED : 0) + CREATED + FILLED;
    tf_queue *q = tf_fifo_queue_(a.capacity, (tf_types){ 1, &dtype },
                                 (struct tf_queue_args){ .here = here, .shapes = { 1, &scalar }, .name = default_name });
    const tf_list all = tf_list_new_(1, &elements, here);
    with_runner(q, tf_enqueue_(q, all, true, (struct tf_name_args){ .here = here }), 1, a.num_epochs, here);
    tf1c_count_as(made);
    summarize(q, here);
    return q;
}

tf_queue *tf_input_producer_(tf_operand elements, tf_dtype dtype, struct tf_producer_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    tf_tensor t = tf_convert(tf1c_sound_operand(elements, here), dtype, here, "strings");
    enum { SOME_ASSERTED = 7 }; /* that there are any: Size, a comparison with 0, Assert and its text, Identity */
    const int made = tf1c_count_now() + SOME_ASSERTED;
    if (!tf_is_poisoned(t))
        t = tf_reshape(t, SHAPE(-1));
    tf1c_count_as(made);
    return producer(t, a, "input_producer", here);
}

tf_queue *tf_range_input_producer_(tf_operand limit, struct tf_producer_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    const tf_tensor n = tf_convert(tf1c_sound_operand(limit, here), tf_int32, here, "limit");
    return producer(tf_is_poisoned(n) ? n : tf_range(n), a, "input_producer", here);
}

tf_list tf_slice_input_producer_(tf_list tensors, struct tf_producer_args a)
{
    const tf_source here = tf1c_source(a.here);
    TF_FROM(here);
    tensors = tf1c_sound_list(tensors, here);
    if (!tensors.n)
        return tf_mistake_list(1,
                               tf_mistake(tf_value_error, here, NULL, "Expected at least one tensor in slice_input_producer()."));
    tf_list out = { 0 };
    const tf_tensor length = tf_getitem(tf_shape(tensors.items[0]), "0");
    tf_queue *q = tf_range_input_producer_(tf_operand_tensor(length), a);
    const tf_tensor index = tf_at(tf_dequeue_(q, -1, false, (struct tf_name_args){ .here = here }), 0);
    for (int i = 0; i < tensors.n; i++)
        tf_append(&out, tf_is_poisoned(index) ? index : tf_gather(tensors.items[i], index));
    return out;
}

/* What tf_train_batch and tf_train_shuffle_batch are told. */
typedef struct {
    struct tf_train_shuffle_batch_args of;
    bool shuffle, pad;
} batching;

/* As Python writes a list of shapes. */
static const char *shapes_text(int n, const tf_dims *shapes, char *text, size_t size)
{
    size_t at = (size_t)snprintf(text, size, "[");
    for (int i = 0; i < n && at < size; i++) {
        at += (size_t)snprintf(text + at, size - at, shapes[i].known ? "%sTensorShape([" : "%sTensorShape(None", i ? ", " : "");
        for (int j = 0; shapes[i].known && j < shapes[i].rank && at < size; j++)
            at += (size_t)(shapes[i].dims[j] < 0
                               ? snprintf(text + at, size - at, "%sDimension(None)", j ? ", " : "")
                               : snprintf(text + at, size - at, "%sDimension(%lld)", j ? ", " : "", (long long)shapes[i].dims[j]));
        if (at < size)
            at += (size_t)snprintf(text + at, size - at, shapes[i].known ? "])" : ")");
    }
    if (at < size)
        snprintf(text + at, size - at, "]");
    return text;
}

/* The structure of an element of a batch; NULL, or the mistake. */
static tf_operation *element_structure(const batching *b, tf_list tensors, tf_dtype *dtypes, tf_dims *shapes, tf_source here)
{
    char text[512];
    bool known = true;
    for (int i = 0; i < tensors.n; i++) {
        const tf_tensor t = tensors.items[i];
        if (tf_is_poisoned(t))
            return tf_tensor_op(t);
        dtypes[i] = tf_get_dtype(t);
        shapes[i] = b->of.shapes.items ? b->of.shapes.items[i] : tf_get_shape(t);
        if (b->of.enqueue_many && !b->of.shapes.items && shapes[i].known && shapes[i].rank) {
            shapes[i].rank--;
            memmove(shapes[i].dims, shapes[i].dims + 1, (size_t)shapes[i].rank * sizeof *shapes[i].dims);
        }
        if (b->pad && !shapes[i].known)
            return tf_mistake(tf_value_error, here, NULL, "Cannot infer Tensor's rank: %s", tf_tensor_text(t, text, sizeof text))
                .op;
        known = known && shapes[i].rank < TF_MAX_RANK && (b->pad || tf_dims_fully_known(shapes[i]));
    }
    return known ? NULL
                 : tf_mistake(tf_value_error, here, NULL, "All shapes must be fully defined: %s",
                              shapes_text(tensors.n, shapes, text, sizeof text))
                       .op;
}

/* ---- batches ---------------------------------------------------------------------------------------------------- */

enum { MOST = 64 };

static tf_queue *queue_of(const batching *b, tf_types types, tf_shapes shapes, tf_source here)
{
    struct tf_queue_args args = { .here = here, .seed = b->of.seed };
    if (b->pad)
        return tf_padding_fifo_queue_(b->of.capacity, types, shapes, args);
    args.shapes = shapes;
    return b->shuffle ? tf_random_shuffle_queue_(b->of.capacity, b->of.min_after_dequeue, types, args)
                      : tf_fifo_queue_(b->of.capacity, types, args);
}

static tf_list batches(batching b)
{
    struct tf_train_shuffle_batch_args a = b.of;
    const tf_source here = tf1c_source(a.here);
    tf_dtype dtypes[MOST];
    tf_dims shapes[MOST];
    TF_FROM(here);
    const tf_list tensors = tf1c_sound_list(tf1c_given_list(a.tensors, here), here);
    tf_operation *mistake = NULL;
    if (tensors.n < 1 || tensors.n > MOST || a.batch_size < 1)
        mistake =
            tf_mistake(tf_value_error, here, NULL, "A batch of %lld elements of %d tensors.", (long long)a.batch_size, tensors.n)
                .op;
    else if (a.shapes.items && a.shapes.n != tensors.n)
        mistake = tf_mistake(tf_value_error, here, NULL, "Queue shapes must have the same length as dtypes").op;
    if (!mistake)
        mistake = element_structure(&b, tensors, dtypes, shapes, here);
    if (mistake)
        return tf_mistake_list(tensors.n, (tf_tensor){ .op = mistake });
    TF_SCOPE(a.name, b.shuffle ? "shuffle_batch" : "batch");
    const char *scope = tf_scope_name();
    tf1c_count_more(1); /* TF's keep_input */
    const int filled = tf1c_count_now() + CREATED + FILLED;
    tf_queue *q = queue_of(&b, (tf_types){ tensors.n, dtypes }, (tf_shapes){ tensors.n, shapes }, here);
    with_runner(q, tf_enqueue_(q, tensors, a.enqueue_many, (struct tf_name_args){ .here = here }), a.num_threads, 0, here);
    tf1c_count_as(filled);
    summarize(q, here);
    tf1c_count_more(1); /* how many */
    const tf_list batch = tf_dequeue_(q, a.batch_size, a.allow_smaller_final_batch, (struct tf_name_args){ here, scope });
    return batch;
}

tf_list tf_train_shuffle_batch_(struct tf_train_shuffle_batch_args a) { return batches((batching){ a, .shuffle = true }); }
tf_list tf_train_batch_(struct tf_train_batch_args a)
{
    return batches((batching){ { .here = a.here,
                                 .tensors = a.tensors,
                                 .batch_size = a.batch_size,
                                 .capacity = a.capacity,
                                 .num_threads = a.num_threads,
                                 .enqueue_many = a.enqueue_many,
                                 .shapes = a.shapes,
                                 .allow_smaller_final_batch = a.allow_smaller_final_batch,
                                 .name = a.name },
                               .pad = a.dynamic_pad });
}
