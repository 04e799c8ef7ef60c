/* Input pipelines: datasets, each made from another, and what they are read from. TF1: tf.data
 *
 * A dataset is a description that belongs to the graph it is made in; an iterator (iterator.h) runs through it in a session, and
 * starts its threads there. An element is a list of tensors; what Python nests is a flat list here, in the same order. Counts and
 * sizes take a number or, in TF_T, an int64 tensor (a placeholder that the initializer's run feeds). Orders, shapes and messages
 * are TF 1.15's. */
#ifndef TF1C_OPS_DATA_DATASET_H
#define TF1C_OPS_DATA_DATASET_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Types and shapes of an element's components: TF_TYPES(tf_float32, tf_int64), TF_SHAPES(SHAPE(NONE, 28), SCALAR). */
typedef struct tf_types {
    int n;
    const tf_dtype *items;
} tf_types;
typedef struct tf_shapes {
    int n;
    const tf_dims *items;
} tf_shapes;
#define TF_TYPES(...) ((tf_types){ (int)(sizeof((tf_dtype[]){ __VA_ARGS__ }) / sizeof(tf_dtype)), (tf_dtype[]){ __VA_ARGS__ } })
#define TF_SHAPES(...) ((tf_shapes){ (int)(sizeof((tf_dims[]){ __VA_ARGS__ }) / sizeof(tf_dims)), (tf_dims[]){ __VA_ARGS__ } })

typedef struct tf_data_dataset {
    tf_types output_types;
    tf_shapes output_shapes;
    struct tf1c_dataset_ *private_;
} tf_data_dataset;

/* ---- sources -------------------------------------------------------------------------------------------------------------
 * One element a row of the tensors and arrays, all of one length.                       TF1: tf.data.Dataset.from_tensor_slices
 *   errors  ValueError "Dimensions 4 and 3 are not compatible", "… has insufficient rank for batching." */
#define TF_OPERANDS_(...) TF_COUNT_(__VA_ARGS__), (tf_operand[]){ TF_MAP_(TF_T, __VA_ARGS__) }
#define tf_data_dataset_from_tensor_slices(...) tf_from_tensor_slices_(TF_OPERANDS_(__VA_ARGS__), TF_SOURCE)
/* One element: the tensors as they are.                                                      TF1: tf.data.Dataset.from_tensors */
#define tf_data_dataset_from_tensors(...) tf_from_tensors_(TF_OPERANDS_(__VA_ARGS__), TF_SOURCE)
TF1C_API tf_data_dataset *tf_from_tensor_slices_(int n, const tf_operand *tensors, tf_source here);
TF1C_API tf_data_dataset *tf_from_tensors_(int n, const tf_operand *tensors, tf_source here);

/* int64 scalars: range(stop), range(start, stop), range(start, stop, step).                         TF1: tf.data.Dataset.range
 *   errors  run: InvalidArgumentError "step must be a non-zero integer." */
#define tf_data_dataset_range(...) tf_data_range_(TF_OPERANDS_(__VA_ARGS__), TF_SOURCE)
TF1C_API tf_data_dataset *tf_data_range_(int n, const tf_operand *numbers, tf_source here);

/* What a C function gives, called from one thread at a time: element number i of a pass, from 0 on, into element[0..n), borrowed
 * until the next call; false ends the pass, and the next one begins at 0 again.        TF1: tf.data.Dataset.from_generator
 *   output_shapes  unset: unknown
 *   errors  run: InvalidArgumentError "ValueError: `generator` yielded an element of shape (1,) where an element of shape (2,)
 *           was expected.", "TypeError: `generator` yielded an element that did not match the expected structure. …" */
typedef bool tf_generator(int64_t i, tf_ndarray *element, void *context);
struct tf_generator_args {
    tf_source here;
    tf_shapes output_shapes;
    void *context;
};
#define tf_data_dataset_from_generator(generator, output_types, ...) \
    tf_from_generator_(generator, output_types, (struct tf_generator_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_data_dataset *tf_from_generator_(tf_generator *generator, tf_types output_types, struct tf_generator_args args);

/* Element i: the components of element i of each; as long as the shortest.                            TF1: tf.data.Dataset.zip */
#define tf_data_dataset_zip(...)                                                              \
    tf_data_zip_((int)(sizeof((tf_data_dataset *[]){ __VA_ARGS__ }) / sizeof(tf_data_dataset *)), \
                 (tf_data_dataset *const[]){ __VA_ARGS__ }, TF_SOURCE)
TF1C_API tf_data_dataset *tf_data_zip_(int n, tf_data_dataset *const *datasets, tf_source here);

/* Lines of text files, without their ends.                                                        TF1: tf.data.TextLineDataset
 *   filenames         a string, a list of them or a tensor; read one after the other
 *   compression_type  "" or NULL, "GZIP", "ZLIB"
 *   errors  run: NotFoundError "/nonexistent; No such file or directory" */
struct tf_files_args {
    tf_source here;
    const char *compression_type;
    int64_t buffer_size; /* accepted */
    int64_t num_parallel_reads; /* accepted: one after the other */
    int64_t header_bytes, footer_bytes; /* of fixed-length records */
};
#define tf_data_text_line_dataset(filenames, ...) \
    tf_text_line_dataset_(TF_T(filenames), (struct tf_files_args){ TF_HERE_, __VA_ARGS__ })
/* Records of TFRecord files, as strings.                                                           TF1: tf.data.TFRecordDataset
 *   errors  run: DataLossError "truncated record at 40", "corrupted record at 40" */
#define tf_data_tf_record_dataset(filenames, ...) \
    tf_record_dataset_(TF_T(filenames), (struct tf_files_args){ TF_HERE_, __VA_ARGS__ })
/* Pieces of record_bytes, as strings.                                                    TF1: tf.data.FixedLengthRecordDataset */
#define tf_data_fixed_length_record_dataset(filenames, record_bytes, ...) \
    tf_fixed_length_record_dataset_(TF_T(filenames), record_bytes, (struct tf_files_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_data_dataset *tf_text_line_dataset_(tf_operand filenames, struct tf_files_args args);
TF1C_API tf_data_dataset *tf_record_dataset_(tf_operand filenames, struct tf_files_args args);
TF1C_API tf_data_dataset *tf_fixed_length_record_dataset_(tf_operand filenames, int64_t record_bytes, struct tf_files_args args);

/* ---- one dataset from another: methods ----------------------------------------------------------------------------------
 * dataset.map(f): tf_map(dataset, f). The functions are called once, as bodies are; they see the tensors around them, whose values
 * are those at the iterator's initialization; tables are asked as they are. `context` is the caller's. */
typedef tf_list tf_data_fn(tf_list element, void *context);          /* the new element's components */
typedef tf_tensor tf_data_predicate(tf_list element, void *context); /* a bool scalar */
typedef tf_data_dataset *tf_data_dataset_fn(tf_list element, void *context);
struct tf_data_function_args {
    tf_source here;
    TF_ARG_(1) tf_data_dataset *dataset;
    TF_ARG_(2) tf_data_fn *map_func;
    TF_ARG_(3) void *context;
    TF_ARG_(4) int64_t num_parallel_calls; /* threads, in order; unset: the caller's alone */
};
struct tf_data_predicate_args {
    tf_source here;
    TF_ARG_(1) tf_data_dataset *dataset;
    TF_ARG_(2) tf_data_predicate *predicate;
    TF_ARG_(3) void *context;
};
struct tf_data_dataset_fn_args {
    tf_source here;
    TF_ARG_(1) tf_data_dataset *dataset;
    TF_ARG_(2) tf_data_dataset_fn *map_func;
    TF_ARG_(3) void *context;
    TF_ARG_(4) int64_t cycle_length; /* these of tf_interleave */
    TF_ARG_(5) int64_t block_length;
    TF_ARG_(6) int64_t num_parallel_calls; /* accepted */
};

/* map_func(element) for each.                                                                             TF1: Dataset.map */
#define tf_map(...)                                                                                                 \
    TF_FIRST2_(tf_dataset_map_, struct tf_data_function_args, TF_SAME_, dataset, TF_SAME_, map_func, #__VA_ARGS__,  \
               TF_HERE_, TF_PLACES_(__VA_ARGS__))
/* Those for which predicate(element) is true.                                                          TF1: Dataset.filter
 *   errors  ValueError "`predicate` return type must be convertible to a scalar boolean tensor. …" */
#define tf_filter(...)                                                                                                  \
    TF_FIRST2_(tf_dataset_filter_, struct tf_data_predicate_args, TF_SAME_, dataset, TF_SAME_, predicate, #__VA_ARGS__, \
               TF_HERE_, TF_PLACES_(__VA_ARGS__))
/* The elements of map_func(element), one dataset after the other; or .cycle_length of them at a time, .block_length (1) elements of
 * each in turn.                                                                     TF1: Dataset.flat_map, Dataset.interleave */
#define tf_flat_map(...)                                                                                                    \
    TF_FIRST2_(tf_dataset_flat_map_, struct tf_data_dataset_fn_args, TF_SAME_, dataset, TF_SAME_, map_func, #__VA_ARGS__,   \
               TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_interleave(...)                                                                                                  \
    TF_FIRST2_(tf_dataset_interleave_, struct tf_data_dataset_fn_args, TF_SAME_, dataset, TF_SAME_, map_func, #__VA_ARGS__, \
               .cycle_length = 1, .block_length = 1, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_data_dataset *tf_dataset_map_(tf_data_dataset *dataset, tf_data_fn *fn, struct tf_data_function_args args);
TF1C_API tf_data_dataset *tf_dataset_filter_(tf_data_dataset *dataset, tf_data_predicate *predicate, struct tf_data_predicate_args args);
TF1C_API tf_data_dataset *tf_dataset_flat_map_(tf_data_dataset *dataset, tf_data_dataset_fn *fn, struct tf_data_dataset_fn_args args);
TF1C_API tf_data_dataset *tf_dataset_interleave_(tf_data_dataset *dataset, tf_data_dataset_fn *fn, struct tf_data_dataset_fn_args args);

/* batch_size elements stacked along a new axis 0; the last batch is smaller unless .drop_remainder.           TF1: Dataset.batch
 *   errors  run: InvalidArgumentError "Batch size must be greater than zero.", "Cannot add tensor to the batch: number of elements
 *           does not match. Shapes are: [tensor]: [1], [batch]: [0]" */
struct tf_batch_args {
    tf_source here;
    TF_ARG_(1) tf_data_dataset *dataset;
    TF_ARG_(2) tf_operand batch_size;
    TF_ARG_(3) bool drop_remainder;
};
#define tf_batch(...) TF_FIRST2_(tf_dataset_batch_, struct tf_batch_args, TF_SAME_, dataset, TF_GIVEN_, batch_size, \
    #__VA_ARGS__, .batch_size = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
/* The same, padded to padded_shapes; where those are NONE, to the longest of the batch.               TF1: Dataset.padded_batch
 *   errors  ValueError "The padded shape (2,) is not compatible with the corresponding input component shape ()."
 *           run: DataLossError "Attempted to pad to a smaller size than the input element." */
struct tf_padded_batch_args {
    tf_source here;
    TF_ARG_(1) tf_data_dataset *dataset;
    TF_ARG_(2) tf_operand batch_size;
    TF_ARG_(3) tf_shapes padded_shapes;
    TF_ARG_(4) tf_list padding_values; /* a scalar a component; unset: 0, "" */
    TF_ARG_(5) bool drop_remainder;
};
#define tf_padded_batch(...)                                                                                            \
    TF_FIRST3_(tf_dataset_padded_batch_, struct tf_padded_batch_args, TF_SAME_, dataset, TF_GIVEN_, batch_size,         \
               TF_SAME_, padded_shapes, #__VA_ARGS__, .batch_size = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_data_dataset *tf_dataset_batch_(tf_data_dataset *dataset, tf_operand batch_size, struct tf_batch_args args);
TF1C_API tf_data_dataset *tf_dataset_padded_batch_(tf_data_dataset *dataset, tf_operand batch_size, tf_shapes padded_shapes,
                                                  struct tf_padded_batch_args args);

/* Elements drawn from a buffer of the next buffer_size, in TF's order for the same seeds.                   TF1: Dataset.shuffle
 *   reshuffle_each_iteration  another order in each pass (unset: true) */
struct tf_dataset_shuffle_args {
    tf_source here;
    TF_ARG_(1) tf_data_dataset *dataset;
    TF_ARG_(2) tf_operand buffer_size;
    TF_ARG_(3) int64_t seed;
    TF_ARG_(4) bool reshuffle_each_iteration;
};
#define tf_shuffle(...) TF_FIRST2_(tf_dataset_shuffle_, struct tf_dataset_shuffle_args, TF_SAME_, dataset, TF_GIVEN_, \
    buffer_size, #__VA_ARGS__, .buffer_size = TF_UNSET_, .seed = INT64_MIN, .reshuffle_each_iteration = true, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
TF1C_API tf_data_dataset *tf_dataset_shuffle_(tf_data_dataset *dataset, tf_operand buffer_size, struct tf_dataset_shuffle_args args);

/* count passes; unset or -1: without end.                                                                 TF1: Dataset.repeat */
struct tf_count_args {
    tf_source here;
    TF_ARG_(1) tf_data_dataset *dataset;
    TF_ARG_(2) tf_operand count;
};
#define tf_repeat(...) TF_FIRST1_(tf_dataset_repeat_, struct tf_count_args, TF_SAME_, dataset, #__VA_ARGS__, .count = TF_UNSET_, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_data_dataset *tf_dataset_repeat_(tf_data_dataset *dataset, struct tf_count_args args);
#define TF_OF_DATASET_(fn, number, ...)                                                                                \
    __extension__({                                                                                                      \
        TF_KWARGS_QUIET_ const struct {                                                                                  \
            tf_source here; TF_ARG_(1) tf_data_dataset *dataset; TF_ARG_(2) tf_operand number;                           \
        } tf_args_ = { .number = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) };                                         \
        _Pragma("GCC diagnostic pop")                                                                                    \
        fn(tf_args_.dataset, TF_GIVEN_(number, 2, NULL), tf_args_.here);                                                 \
    })
/* The first count elements, or all but them; -1: all, or none.                                  TF1: Dataset.take, Dataset.skip */
#define tf_take(...) TF_OF_DATASET_(tf_dataset_take_, count, __VA_ARGS__)
#define tf_skip(...) TF_OF_DATASET_(tf_dataset_skip_, count, __VA_ARGS__)
/* Every num_shards-th element, from number `index` on.                                                     TF1: Dataset.shard
 *   errors  run: InvalidArgumentError "Index must be between 0 and 2 (currently index = 3)." */
#define tf_shard(dataset, num_shards, index) tf_dataset_shard_(dataset, TF_T(num_shards), TF_T(index), TF_SOURCE)
/* The elements of one, then those of the other.                                                       TF1: Dataset.concatenate
 *   errors  TypeError "Two datasets to concatenate have different types …" */
#define tf_concatenate(dataset, other) tf_dataset_concatenate_(dataset, other, TF_SOURCE)
/* Up to buffer_size elements ahead, by a thread; 0: none.                                                TF1: Dataset.prefetch */
#define tf_prefetch(...) TF_OF_DATASET_(tf_dataset_prefetch_, buffer_size, __VA_ARGS__)
/* What the first pass gave, kept in memory for those that follow.                                           TF1: Dataset.cache */
#define tf_cache(dataset) tf_dataset_cache_(dataset, TF_SOURCE)
TF1C_API tf_data_dataset *tf_dataset_take_(tf_data_dataset *dataset, tf_operand count, tf_source here);
TF1C_API tf_data_dataset *tf_dataset_skip_(tf_data_dataset *dataset, tf_operand count, tf_source here);
TF1C_API tf_data_dataset *tf_dataset_shard_(tf_data_dataset *dataset, tf_operand num_shards, tf_operand index, tf_source here);
TF1C_API tf_data_dataset *tf_dataset_concatenate_(tf_data_dataset *dataset, tf_data_dataset *other, tf_source here);
TF1C_API tf_data_dataset *tf_dataset_prefetch_(tf_data_dataset *dataset, tf_operand buffer_size, tf_source here);
TF1C_API tf_data_dataset *tf_dataset_cache_(tf_data_dataset *dataset, tf_source here);

#ifdef __cplusplus
}
#endif
#endif
