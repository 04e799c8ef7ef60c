/* Queues, readers and the input pipelines of early TF1, and what fills queues. TF1: core/ops/data_flow_ops.cc, io_ops.cc;
 * python/ops/data_flow_ops.py, io_ops.py; python/training/input.py
 *
 * A run that dequeues takes its elements before its shapes are bound, and waits for them; one that enqueues gives them once it is over,
 * and waits for room. Neither holds up other runs meanwhile; both end with CancelledError when the session closes. */
#ifndef TF1C_OPS_DATA_FLOW_QUEUE_H
#define TF1C_OPS_DATA_FLOW_QUEUE_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../data/dataset.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Up to `capacity` elements, each of these components. TF1: tf.FIFOQueue; tf.RandomShuffleQueue: any of them, while more than
 * min_after_dequeue are there or the queue is closed; tf.PaddingFIFOQueue: shapes of known rank, SHAPE(NONE, 3), and several elements at
 * once are padded with zeros to the longest of them. Never NULL. */
typedef struct tf_queue tf_queue;
struct tf_queue_args {
    tf_source here;
    tf_shapes shapes; /* unset: unknown, and one element at a time alone */
    int64_t seed;
    const char *name, *shared_name;
};
#define TF_QUEUE_ARGS_(...) ((struct tf_queue_args){ .seed = INT64_MIN, TF_HERE_, __VA_ARGS__ })
#define tf_fifo_queue(capacity, dtypes, ...) TF_KWARGS_(tf_fifo_queue_(capacity, dtypes, TF_QUEUE_ARGS_(__VA_ARGS__)))
#define tf_random_shuffle_queue(capacity, min_after_dequeue, dtypes, ...) \
    TF_KWARGS_(tf_random_shuffle_queue_(capacity, min_after_dequeue, dtypes, TF_QUEUE_ARGS_(__VA_ARGS__)))
#define tf_padding_fifo_queue(capacity, dtypes, shapes, ...) \
    TF_KWARGS_(tf_padding_fifo_queue_(capacity, dtypes, shapes, TF_QUEUE_ARGS_(__VA_ARGS__)))
TF1C_API tf_queue *tf_fifo_queue_(int64_t capacity, tf_types dtypes, struct tf_queue_args args);
TF1C_API tf_queue *tf_padding_fifo_queue_(int64_t capacity, tf_types dtypes, tf_shapes shapes, struct tf_queue_args args);
TF1C_API tf_queue *tf_random_shuffle_queue_(int64_t capacity, int64_t min_after_dequeue, tf_types dtypes, struct tf_queue_args args);

/* One element, or one a row of every component.                                          TF1: Queue.enqueue, Queue.enqueue_many
 *   errors  run: CancelledError "FIFOQueue 'fifo_queue' is closed."; InvalidArgumentError "Shape mismatch in tuple component 0. Expected [2],
 *           got [3]" */
#define tf_enqueue(queue, components, ...) tf_enqueue_(queue, TF_LIST_(components), false, TF_NAMED_(__VA_ARGS__))
#define tf_enqueue_many(queue, components, ...) tf_enqueue_(queue, TF_LIST_(components), true, TF_NAMED_(__VA_ARGS__))
TF1C_API tf_operation *tf_enqueue_(tf_queue *queue, tf_list components, bool many, struct tf_name_args args);
/* One element's components; n elements, stacked; fewer at the end alone.   TF1: Queue.dequeue, dequeue_many, dequeue_up_to
 *   errors  run: OutOfRangeError "FIFOQueue 'fifo_queue' is closed and has insufficient elements (requested 1, current size 0)" */
#define tf_dequeue(queue, ...) tf_dequeue_(queue, -1, false, TF_NAMED_(__VA_ARGS__))
#define tf_dequeue_many(queue, n, ...) tf_dequeue_(queue, n, false, TF_NAMED_(__VA_ARGS__))
#define tf_dequeue_up_to(queue, n, ...) tf_dequeue_(queue, n, true, TF_NAMED_(__VA_ARGS__))
TF1C_API tf_list tf_dequeue_(tf_queue *queue, int64_t n, bool up_to, struct tf_name_args args);
/* How many are there; an operation that closes it: nothing more goes in, and what is waiting for room is given up if so wanted:
 * tf_queue_close(queue, .cancel_pending_enqueues = true).                                          TF1: Queue.size, Queue.close */
struct tf_queue_close_args {
    tf_source here;
    TF_ARG_(1) bool cancel_pending_enqueues;
    TF_ARG_(2) const char *name;
};
#define tf_queue_size(queue, ...) tf_queue_size_(queue, TF_NAMED_(__VA_ARGS__))
#define tf_queue_close(queue, ...) \
    TF_KWARGS_(tf_queue_close_(queue, (struct tf_queue_close_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_queue_size_(tf_queue *queue, struct tf_name_args args);
TF1C_API tf_operation *tf_queue_close_(tf_queue *queue, struct tf_queue_close_args args);

/* Threads that enqueue, once tf_train_start_queue_runners is called: as many as are asked for; a queue is closed when all of them have
 * come to the end of what they read.                            TF1: tf.train.QueueRunner, tf.train.add_queue_runner */
typedef struct tf_queue_runner {
    tf_operation *enqueue;
    int threads;
} tf_queue_runner;
#define tf_train_queue_runner(queue, enqueue_op, threads) tf_queue_runner_(queue, enqueue_op, threads, TF_SOURCE)
TF1C_API tf_queue_runner tf_queue_runner_(tf_queue *queue, tf_operation *enqueue_op, int threads, tf_source here);
TF1C_API void tf_train_add_queue_runner(tf_queue_runner runner);

/* ---- producers and batches: queues with a runner each ------------------------------------------------------------------------
 * num_epochs, unset: without end. TF counts epochs in a local variable; here its initializer is not needed.
 *   TF1: tf.train.string_input_producer, range_input_producer, slice_input_producer */
struct tf_producer_args {
    tf_source here;
    int64_t num_epochs;
    bool shuffle;
    int64_t seed, capacity;
    const char *shared_name; /* accepted */
    const char *name;
};
#define TF_PRODUCER_ARGS_(...) ((struct tf_producer_args){ .shuffle = true, .seed = INT64_MIN, .capacity = 32, TF_HERE_, __VA_ARGS__ })
#define tf_train_string_input_producer(strings, ...) TF_KWARGS_(tf_input_producer_(TF_T(strings), tf_string, TF_PRODUCER_ARGS_(__VA_ARGS__)))
#define tf_train_range_input_producer(limit, ...) TF_KWARGS_(tf_range_input_producer_(TF_T(limit), TF_PRODUCER_ARGS_(__VA_ARGS__)))
#define tf_train_slice_input_producer(tensors, ...) TF_KWARGS_(tf_slice_input_producer_(tensors, TF_PRODUCER_ARGS_(__VA_ARGS__)))
TF1C_API tf_queue *tf_input_producer_(tf_operand elements, tf_dtype dtype, struct tf_producer_args args);
TF1C_API tf_queue *tf_range_input_producer_(tf_operand limit, struct tf_producer_args args);
TF1C_API tf_list tf_slice_input_producer_(tf_list tensors, struct tf_producer_args args);

/* Elements, as they are made by `num_threads` runs side by side, in batches.                TF1: tf.train.batch, tf.train.shuffle_batch
 *   enqueue_many  the tensors are rows of elements
 *   shapes        of an element's components; unset: as far as the graph knows them
 *   dynamic_pad   elements of a batch are padded with zeros to the longest of them, along dimensions that are not known
 *   errors        ValueError "All shapes must be fully defined: …", "Cannot infer Tensor's rank: …" */
struct tf_train_batch_args {
    tf_source here;
    TF_ARG_(1) tf_list tensors;
    TF_ARG_(2) int64_t batch_size;
    TF_ARG_(3) int num_threads;
    TF_ARG_(4) int64_t capacity;
    TF_ARG_(5) bool enqueue_many;
    TF_ARG_(6) tf_shapes shapes;
    TF_ARG_(7) bool dynamic_pad;
    TF_ARG_(8) bool allow_smaller_final_batch;
    TF_ARG_(9) const char *shared_name; /* accepted */
    TF_ARG_(10) const char *name;
};
struct tf_train_shuffle_batch_args {
    tf_source here;
    TF_ARG_(1) tf_list tensors;
    TF_ARG_(2) int64_t batch_size;
    TF_ARG_(3) int64_t capacity;
    TF_ARG_(4) int64_t min_after_dequeue;
    TF_ARG_(5) int num_threads;
    TF_ARG_(6) int64_t seed;
    TF_ARG_(7) bool enqueue_many;
    TF_ARG_(8) tf_shapes shapes;
    TF_ARG_(9) bool allow_smaller_final_batch;
    TF_ARG_(10) const char *shared_name; /* accepted */
    TF_ARG_(11) const char *name;
};
#define tf_train_batch(...)                                                                                          \
    TF_KWARGS_(tf_train_batch_((struct tf_train_batch_args){ .num_threads = 1, .capacity = 32, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_train_shuffle_batch(...)                                                                                  \
    TF_KWARGS_(tf_train_shuffle_batch_((struct tf_train_shuffle_batch_args){ .num_threads = 1, .seed = INT64_MIN, TF_HERE_, \
        TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_list tf_train_batch_(struct tf_train_batch_args args);
TF1C_API tf_list tf_train_shuffle_batch_(struct tf_train_shuffle_batch_args args);

/* ---- readers: records of the files whose names come from a queue ----------------------------------------------------------------
 * tf_reader_read(reader, queue): LIST(key, value), the key "file:line", "file:offset" or the file's name.
 *              TF1: tf.WholeFileReader, tf.TextLineReader, tf.TFRecordReader, tf.FixedLengthRecordReader; Reader.read */
typedef struct tf_reader tf_reader;
struct tf_reader_args {
    tf_source here;
    int64_t skip_header_lines, record_bytes, header_bytes, footer_bytes;
    const char *name;
};
#define tf_whole_file_reader(...) tf_reader_('w', (struct tf_reader_args){ TF_HERE_, __VA_ARGS__ })
#define tf_text_line_reader(...) tf_reader_('t', (struct tf_reader_args){ TF_HERE_, __VA_ARGS__ })
#define tf_tf_record_reader(...) tf_reader_('r', (struct tf_reader_args){ TF_HERE_, __VA_ARGS__ })
#define tf_fixed_length_record_reader(...) tf_reader_('f', (struct tf_reader_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_reader *tf_reader_(char kind, struct tf_reader_args args);
#define tf_reader_read(reader, queue, ...) tf_reader_read_(reader, queue, TF_NAMED_(__VA_ARGS__))
TF1C_API tf_list tf_reader_read_(tf_reader *reader, tf_queue *queue, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
