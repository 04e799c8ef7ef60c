/* Strings of bytes, element by element. TF1: tf.strings */
#ifndef TF1C_OPS_STRINGS_STRING_OPS_H
#define TF1C_OPS_STRINGS_STRING_OPS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The inputs' elements one after the other, the separator between them; scalars go with every element.      TF1: tf.string_join
 *   inputs  a list of tensors: LIST(a, b)
 *   errors  ValueError: shapes differ */
struct tf_string_join_args {
    tf_source here;
    const char *separator, *name;
};
#define tf_string_join(inputs, ...) tf_string_join_(inputs, (struct tf_string_join_args){ TF_HERE_, __VA_ARGS__ })
#define tf_strings_join(inputs, ...) tf_string_join(inputs, __VA_ARGS__)
TF1C_API tf_tensor tf_string_join_(tf_list inputs, struct tf_string_join_args args);

/* The elements along the axes one after the other, the separator between them: first along the first axis, and so on.
 * TF1: tf.reduce_join, tf.strings.reduce_join
 *   axis    a number, AXES(1, 0) or a tensor; unset: all axes, the last first;  reduction_indices is its old name
 *   errors  ValueError "Invalid reduction dimension 2 for input with 2 dimensions. …";  at run OutOfRangeError "Invalid reduction dimension 2
 *           for input with 2 dimension(s)", InvalidArgumentError "Duplicate reduction dimension 0";   grad  none
 *   source  core/kernels/reduce_join_op.cc */
struct tf_reduce_join_args {
    tf_source here;
    TF_ARG_(1) tf_operand inputs;
    TF_ARG_(2) tf_operand axis;
    TF_ARG_(3) bool keep_dims;
    TF_ARG_(4) const char *separator;
    TF_ARG_(5) const char *name;
    TF_ARG_(6) tf_operand reduction_indices;
    TF_ARG_(7) bool keepdims;
};
#define tf_reduce_join(...)                                                                                            \
    TF_KWARGS_(tf_reduce_join_((struct tf_reduce_join_args){ .inputs = TF_UNSET_, .axis = TF_UNSET_,                   \
        .reduction_indices = TF_UNSET_, .separator = "", TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_strings_reduce_join(...) tf_reduce_join(__VA_ARGS__)
TF1C_API tf_tensor tf_reduce_join_(struct tf_reduce_join_args args); /* reduce_join.c */

/* The number that each text is, white space around it aside.                                            TF1: tf.string_to_number
 *   dtype   float32 (unset), float64, int32, int64
 *   errors  run: InvalidArgumentError "StringToNumberOp could not correctly convert string: 1.5x" */
struct tf_string_to_number_args {
    tf_source here;
    tf_dtype out_type;
    const char *name;
};
#define tf_string_to_number(x, ...) tf_string_to_number_(TF_T(x), (struct tf_string_to_number_args){ TF_HERE_, __VA_ARGS__ })
#define tf_strings_to_number(x, ...) tf_string_to_number(x, __VA_ARGS__)
TF1C_API tf_tensor tf_string_to_number_(tf_operand x, struct tf_string_to_number_args args);

/* Numbers and truth values as text, as C's printf writes them.                                                  TF1: tf.as_string
 *   precision   of floats, -1 (unset): 6;  scientific: %e;  shortest: %g
 *   width, fill to that width, with "", " ", "0", "+" or "-" (to the left) */
struct tf_as_string_args {
    tf_source here;
    int64_t precision;
    bool scientific, shortest;
    int64_t width;
    const char *fill, *name;
};
#define tf_as_string(x, ...) \
    TF_KWARGS_(tf_as_string_(TF_T(x), (struct tf_as_string_args){ .precision = -1, .width = -1, TF_HERE_, __VA_ARGS__ }))
#define tf_strings_as_string(x, ...) tf_as_string(x, __VA_ARGS__)
TF1C_API tf_tensor tf_as_string_(tf_operand x, struct tf_as_string_args args);

/* Without white space at both ends; in lower and upper case (of ASCII); its length in bytes, int32.
 *                                             TF1: tf.strings.strip, tf.strings.lower, tf.strings.upper, tf.strings.length */
#define tf_string_strip(x, ...) tf_string_strip_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_strings_strip(x, ...) tf_string_strip(x, __VA_ARGS__)
#define tf_strings_lower(x, ...) tf_string_lower_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_strings_upper(x, ...) tf_string_upper_(TF_T(x), TF_NAMED_(__VA_ARGS__))
#define tf_strings_length(x, ...) tf_string_length_(TF_T(x), TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_string_strip_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_string_lower_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_string_upper_(tf_operand x, struct tf_name_args args);
TF1C_API tf_tensor tf_string_length_(tf_operand x, struct tf_name_args args);

/* `len` bytes from `pos` on, which may count from the end; all of them if len is below 0. The same for all, or one for each.
 *                                                                                                                TF1: tf.substr
 *   errors  run: InvalidArgumentError "pos 6 out of range for string b'hello' at index 0" */
#define tf_substr(x, pos, len, ...) tf_substr_(TF_T(x), TF_T(pos), TF_T(len), TF_NAMED_(__VA_ARGS__))
#define tf_strings_substr(x, pos, len, ...) tf_substr(x, pos, len, __VA_ARGS__)
TF1C_API tf_tensor tf_substr_(tf_operand x, tf_operand pos, tf_operand len, struct tf_name_args args);

/* A vector's texts cut at any of the delimiter's bytes ("": into bytes), as the parts of a sparse tensor.    TF1: tf.string_split
 *   delimiter   " " (unset)
 *   skip_empty  leaves empty pieces out (unset: true)
 *   shapes      source [n]  ->  indices int64 [m, 2], values [m], dense_shape int64 [2]: a run goes in parts there */
typedef struct tf_split_strings {
    tf_tensor indices, values, dense_shape;
} tf_split_strings;
struct tf_string_split_args {
    tf_source here;
    const char *delimiter;
    bool skip_empty;
    const char *name;
};
#define tf_string_split(source, ...) \
    TF_KWARGS_(tf_string_split_(TF_T(source), (struct tf_string_split_args){ .delimiter = " ", .skip_empty = true, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_split_strings tf_string_split_(tf_operand source, struct tf_string_split_args args);

/* The number, int64, of one of num_buckets that a string falls into: by MurmurHash64A, by FarmHash's Fingerprint64, by SipHash-2-4 with a
 * key of two integers, SHAPE(1, 2), that nobody else knows.
 * TF1: tf.string_to_hash_bucket, tf.string_to_hash_bucket_fast, tf.string_to_hash_bucket_strong (and those of tf.strings)
 *   errors  ValueError "Attr 'num_buckets' of 'StringToHashBucketFast' Op passed 0 less than minimum 1.", "Key must have 2 elements" */
#define tf_string_to_hash_bucket(input, num_buckets, ...) tf_string_to_hash_bucket_(TF_T(input), num_buckets, TF_NAMED_(__VA_ARGS__))
#define tf_string_to_hash_bucket_fast(input, num_buckets, ...) \
    tf_string_to_hash_bucket_fast_(TF_T(input), num_buckets, TF_NAMED_(__VA_ARGS__))
#define tf_string_to_hash_bucket_strong(input, num_buckets, key, ...) \
    tf_string_to_hash_bucket_strong_(TF_T(input), num_buckets, key, TF_NAMED_(__VA_ARGS__))
#define tf_strings_to_hash_bucket(input, num_buckets, ...) tf_string_to_hash_bucket(input, num_buckets, __VA_ARGS__)
#define tf_strings_to_hash_bucket_fast(input, num_buckets, ...) tf_string_to_hash_bucket_fast(input, num_buckets, __VA_ARGS__)
#define tf_strings_to_hash_bucket_strong(input, num_buckets, key, ...) tf_string_to_hash_bucket_strong(input, num_buckets, key, __VA_ARGS__)
TF1C_API tf_tensor tf_string_to_hash_bucket_(tf_operand input, int64_t num_buckets, struct tf_name_args args);
TF1C_API tf_tensor tf_string_to_hash_bucket_fast_(tf_operand input, int64_t num_buckets, struct tf_name_args args);
TF1C_API tf_tensor tf_string_to_hash_bucket_strong_(tf_operand input, int64_t num_buckets, tf_dims key, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
