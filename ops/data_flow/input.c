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
#include "ops/summary/summary.h"

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
    const char *size_name = q->resource ? tf1c_graph_printf(q->graph, "%s_Size", tf1c_last_part(q->resource->name)) : NULL;
    tf_tensor n = tf_queue_size_(q, (struct tf_name_args){ here, size_name });
    if (tf_is_poisoned(n))
        return;
    snprintf(name, sizeof name, "fraction_of_%lld_full", (long long)q->capacity);
    if (q->shuffles) {
        snprintf(name, sizeof name, "fraction_over_%lld_of_%lld_full", (long long)q->least, (long long)(q->capacity - q->least));
        n = tf_maximum(0, tf_operator_sub(n, q->least));
    }
    tf_summary_scalar(name, tf_operator_mul(tf_cast(n, tf_float32), 1.0 / (double)(q->capacity - q->least)));
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

/* The structure of an element of a batch; false after a report, with *mistake. */
static bool element_structure(tf_list tensors, bool rows, tf_dtype *dtypes, tf_dims *shapes, tf_operation **mistake, tf_source here)
{
    char text[TF_DIMS_TEXT];
    for (int i = 0; i < tensors.n; i++) {
        tf_dims d = tf_get_shape(tensors.items[i]);
        dtypes[i] = tf_get_dtype(tensors.items[i]);
        if (tf_is_poisoned(tensors.items[i])) {
            *mistake = tf_tensor_op(tensors.items[i]);
            return false;
        }
        if (rows && d.known && d.rank) {
            d.rank--;
            memmove(d.dims, d.dims + 1, (size_t)d.rank * sizeof *d.dims);
        }
        shapes[i] = d;
        if (tf_dims_fully_known(d) && d.rank < TF_MAX_RANK)
            continue;
        *mistake =
            tf_mistake(tf_value_error, here, NULL, "All shapes must be fully defined: %s", tf_dims_text(d, text, sizeof text)).op;
        return false;
    }
    return true;
}

enum { MOST = 64 };

static tf_list batches(bool shuffle, struct tf_train_shuffle_batch_args a)
{
    const tf_source here = tf1c_source(a.here);
    const int64_t batch_size = a.batch_size;
    tf_dtype dtypes[MOST];
    tf_dims shapes[MOST];
    tf_operation *mistake = NULL;
    TF_FROM(here);
    const tf_list tensors = tf1c_sound_list(tf1c_given_list(a.tensors, here), here);
    if (tensors.n < 1 || tensors.n > MOST || batch_size < 1)
        return tf_mistake_list(
            1, tf_mistake(tf_value_error, here, NULL, "A batch of %lld elements of %d tensors.", (long long)batch_size, tensors.n));
    if (!element_structure(tensors, a.enqueue_many, dtypes, shapes, &mistake, here))
        return tf_mistake_list(tensors.n, (tf_tensor){ .op = mistake });
    TF_SCOPE(a.name, shuffle ? "shuffle_batch" : "batch");
    const struct tf_queue_args args = { .here = here, .shapes = { tensors.n, shapes }, .seed = a.seed };
    const tf_types types = { tensors.n, dtypes };
    tf1c_count_more(1); /* TF's keep_input */
    const int filled = tf1c_count_now() + CREATED + FILLED;
    tf_queue *q =
        shuffle ? tf_random_shuffle_queue_(a.capacity, a.min_after_dequeue, types, args) : tf_fifo_queue_(a.capacity, types, args);
    with_runner(q, tf_enqueue_(q, tensors, a.enqueue_many, (struct tf_name_args){ .here = here }), a.num_threads, 0, here);
    tf1c_count_as(filled);
    summarize(q, here);
    tf1c_count_more(1); /* how many */
    const tf_list batch = tf_dequeue_(q, batch_size, a.allow_smaller_final_batch, (struct tf_name_args){ .here = here });
    return batch;
}

tf_list tf_train_shuffle_batch_(struct tf_train_shuffle_batch_args a) { return batches(true, a); }
tf_list tf_train_batch_(struct tf_train_batch_args a)
{
    return batches(false, (struct tf_train_shuffle_batch_args){ .here = a.here,
                                                                .tensors = a.tensors,
                                                                .batch_size = a.batch_size,
                                                                .capacity = a.capacity,
                                                                .num_threads = a.num_threads,
                                                                .enqueue_many = a.enqueue_many,
                                                                .allow_smaller_final_batch = a.allow_smaller_final_batch,
                                                                .name = a.name });
}
