/* Bytes as numbers, lines as columns, and Examples: messages of named features. TF1: core/ops/parsing_ops.cc */
#ifndef TF1C_OPS_PARSING_PARSING_OPS_H
#define TF1C_OPS_PARSING_PARSING_OPS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Each string's bytes as numbers along a new last axis.                                                       TF1: tf.decode_raw
 *   shapes  [..] -> [.., n], strings of one length: a run goes in parts there
 *   errors  run: InvalidArgumentError "DecodeRaw requires input strings to all be the same size, but element 1 has size 4 != 1",
 *           "Input to DecodeRaw has length 3 that is not a multiple of 4, the size of int32" */
struct tf_decode_raw_args {
    tf_source here;
    bool little_endian;
    const char *name;
};
#define tf_decode_raw(bytes, out_type, ...) \
    TF_KWARGS_(tf_decode_raw_(TF_T(bytes), out_type, (struct tf_decode_raw_args){ .little_endian = true, TF_HERE_, __VA_ARGS__ }))
#define tf_io_decode_raw(bytes, out_type, ...) tf_decode_raw(bytes, out_type, __VA_ARGS__)
TF1C_API tf_tensor tf_decode_raw_(tf_operand bytes, tf_dtype out_type, struct tf_decode_raw_args args);

/* Lines of comma-separated values as a column each.                                                           TF1: tf.decode_csv
 *   record_defaults  a list of tensors: each the column's dtype, and its value where a line has none; of length 0: one must be there
 *                    LIST(0, 0.5) mixes with tensors: LIST(tf_constant(0), tf_constant(""))
 *   field_delim, use_quote_delim, na_value   as in TF
 *   shapes  records [..] -> columns [..]
 *   errors  run: InvalidArgumentError "Field 0 in record 0 is not a valid int32: x", "Expect 3 fields but have 2 in record 0",
 *           "Field 0 is required but missing in record 0!" */
struct tf_decode_csv_args {
    tf_source here;
    TF_ARG_(1) tf_list record_defaults;
    TF_ARG_(2) const char *field_delim;
    TF_ARG_(3) bool use_quote_delim;
    TF_ARG_(4) const char *name;
    TF_ARG_(5) const char *na_value;
};
#define tf_decode_csv(records, ...)                                                                                 \
    TF_KWARGS_(tf_decode_csv_(TF_T(records), (struct tf_decode_csv_args){                                           \
        .field_delim = ",", .na_value = "", .use_quote_delim = true, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_io_decode_csv(records, ...) tf_decode_csv(records, __VA_ARGS__)
TF1C_API tf_list tf_decode_csv_(tf_operand records, struct tf_decode_csv_args args);

/* ---- Examples ----------------------------------------------------------------------------------------------------------------
 * What is to be found under a key. tf_fixed_len_feature: that many values of int64, float32 or string; .default_value where there
 * are none. tf_var_len_feature: any number, given as a dense vector (of a batch, rows padded with 0 or "").
 *                                                                                TF1: tf.FixedLenFeature, tf.VarLenFeature */
typedef struct tf_feature_spec {
    bool fixed;
    tf_dims shape;
    tf_dtype dtype;
    tf_operand default_value;
} tf_feature_spec;
#define tf_fixed_len_feature(shape_, dtype_, ...) \
    TF_KWARGS_(((tf_feature_spec){ .default_value = TF_UNSET_, .fixed = true, .shape = shape_, .dtype = dtype_, __VA_ARGS__ }))
#define tf_io_fixed_len_feature(shape, dtype, ...) tf_fixed_len_feature(shape, dtype, __VA_ARGS__)
#define tf_var_len_feature(dtype_) ((tf_feature_spec){ .dtype = dtype_ })
#define tf_io_var_len_feature(dtype) tf_var_len_feature(dtype)
typedef struct tf_feature_entry {
    const char *key;
    tf_feature_spec spec;
} tf_feature_entry;
typedef struct tf_feature_specs {
    int n;
    const tf_feature_entry *items;
} tf_feature_specs;
#define TF_FEATURES(...)                                                                             \
    ((tf_feature_specs){ (int)(sizeof((tf_feature_entry[]){ __VA_ARGS__ }) / sizeof(tf_feature_entry)), \
                         (tf_feature_entry[]){ __VA_ARGS__ } })

/* The features of one serialized Example, in the order of the specs:
 *   tf_list f = tf_parse_single_example(record, TF_FEATURES({ "image", tf_fixed_len_feature(SCALAR, tf_string) },
 *                                                           { "label", tf_fixed_len_feature(SCALAR, tf_int64) }));
 * tf_parse_example: of a vector of them, each feature with a first axis more.   TF1: tf.parse_single_example, tf.parse_example
 *   errors  run: InvalidArgumentError "Could not parse example input, value: '…'", "Feature: label (data type: int64) is required
 *           but could not be found.", "Key: label.  Data types don't match. Expected type: int64",
 *           "Key: image.  Number of int64 values != expected.  values size: 1 but output shape: [2]" */
#define tf_parse_single_example(serialized, features, ...) \
    tf_parse_single_example_(TF_T(serialized), features, TF_NAMED_(__VA_ARGS__))
#define tf_parse_example(serialized, features, ...) tf_parse_example_(TF_T(serialized), features, TF_NAMED_(__VA_ARGS__))
#define tf_io_parse_single_example(serialized, features, ...) tf_parse_single_example(serialized, features, __VA_ARGS__)
#define tf_io_parse_example(serialized, features, ...) tf_parse_example(serialized, features, __VA_ARGS__)
TF1C_API tf_list tf_parse_single_example_(tf_operand serialized, tf_feature_specs features, struct tf_name_args args);
TF1C_API tf_list tf_parse_example_(tf_operand serialized, tf_feature_specs features, struct tf_name_args args);

/* An Example made of values: what tf_write of a tf_record_writer takes.
 *   tf_ndarray s = tf_serialize_to_string(tf_train_example(
 *       { "image", tf_train_feature(.bytes_list = tf_train_bytes_list(image)) }, { "label", tf_train_feature(.int64_list = tf_train_int64_list(3)) }));
 *   tf_write(writer, s);  np_free(&s);
 * Values are borrowed until it is serialized: arrays of that kind, or numbers and texts.
 *                         TF1: tf.train.Example, Features, Feature, Int64List, FloatList, BytesList; SerializeToString */
typedef struct tf_train_value_list {
    tf_dtype dtype;
    int64_t n;
    const void *values;
} tf_train_value_list;
#define tf_train_int64_list(...) \
    ((tf_train_value_list){ tf_int64, (int64_t)(sizeof((int64_t[]){ __VA_ARGS__ }) / 8), (int64_t[]){ __VA_ARGS__ } })
#define tf_train_float_list(...) \
    ((tf_train_value_list){ tf_float32, (int64_t)(sizeof((float[]){ __VA_ARGS__ }) / sizeof(float)), (float[]){ __VA_ARGS__ } })
/* Of tf_bytes; of an array's elements as they are: tf_train_value_list_of(array), a string's or a number's. */
#define tf_train_bytes_list(...) \
    ((tf_train_value_list){ tf_string, (int64_t)(sizeof((tf_bytes[]){ __VA_ARGS__ }) / sizeof(tf_bytes)), (tf_bytes[]){ __VA_ARGS__ } })
TF1C_API tf_train_value_list tf_train_value_list_of(tf_ndarray array); /* int64, float32 or string; else none, after a report */
TF1C_API tf_bytes tf_tobytes(tf_ndarray array); /* its elements' bytes, borrowed: array.tobytes() */
typedef struct tf_train_feature {
    tf_train_value_list int64_list, float_list, bytes_list; /* one of them */
} tf_train_feature;
#define tf_train_feature(...) ((tf_train_feature){ __VA_ARGS__ })
typedef struct tf_train_entry {
    const char *key;
    tf_train_feature feature;
} tf_train_entry;
typedef struct tf_train_features {
    int n;
    const tf_train_entry *items;
} tf_train_features;
#define tf_train_features(...)                                                                      \
    ((tf_train_features){ (int)(sizeof((tf_train_entry[]){ __VA_ARGS__ }) / sizeof(tf_train_entry)), \
                          (tf_train_entry[]){ __VA_ARGS__ } })
#define tf_train_example(features) ((tf_train_features)(features))
#define tf_serialize_to_string(example) tf_serialize_example_(example, TF_SOURCE)
TF1C_API tf_ndarray tf_serialize_example_(tf_train_features example, tf_source here); /* a string scalar, the caller's to np_free */

#ifdef __cplusplus
}
#endif
#endif
