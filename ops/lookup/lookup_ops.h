/* Tables from keys to values: words as numbers, and back. TF1: tf.contrib.lookup, tf.lookup; python/ops/lookup_ops.py,
 * core/kernels/lookup_table_op.cc */
#ifndef TF1C_OPS_LOOKUP_LOOKUP_OPS_H
#define TF1C_OPS_LOOKUP_LOOKUP_OPS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A session has a table from the run of tf_tables_initializer() on; what it holds are constants of the graph, to which the table belongs.
 *   words = tf.constant(["a", "b"])                       tf_tensor words = tf_constant(NP_STRING("a", "b"));
 *   table = L.index_table_from_tensor(words)              tf_lookup_table *table = tf_contrib_lookup_index_table_from_tensor(words);
 *   ids = table.lookup(keys)                              tf_tensor ids = tf_lookup(table, keys);
 *   sess.run(tf.tables_initializer())                     tf_run(sess, tf_tables_initializer());
 * A maker that met a mistake gives a table whose look-ups are poisoned. Tables are not written to GraphDefs. */
typedef struct tf_lookup_table tf_lookup_table;

/* The number, int64, of each key of mapping, from 0 on.                                   TF1: tf.contrib.lookup.index_table_from_tensor
 *   mapping          a vector of strings or integers, constant
 *   num_oov_buckets  so many numbers after mapping's are those of all other keys, by tf_string_to_hash_bucket_fast; unset: 0
 *   default_value    the number of all other keys where there are no buckets; unset: -1
 *   dtype            of mapping and of the keys; unset: string
 *   errors           ValueError "mapping must be specified.", "num_oov_buckets must be greater or equal than 0, got -1.";  TypeError "Only
 *                    integer and string keys are supported.";  UnimplementedError: mapping is no constant;  the initializer's run:
 *                    FailedPreconditionError "HashTable has different value for same key. Key a has 0 and trying to add value 2",
 *                    InvalidArgumentError "keys and values cannot be empty tensors." */
struct tf_index_table_args {
    tf_source here;
    TF_ARG_(1) tf_operand mapping;
    TF_ARG_(2) int64_t num_oov_buckets;
    TF_ARG_(3) int64_t default_value;
    const char *name;
    tf_dtype dtype;
};
#define tf_contrib_lookup_index_table_from_tensor(...)                                                                     \
    TF_KWARGS_(tf_contrib_lookup_index_table_from_tensor_((struct tf_index_table_args){ .mapping = TF_UNSET_, .default_value = -1, \
        TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_lookup_table *tf_contrib_lookup_index_table_from_tensor_(struct tf_index_table_args args);

/* The string at each index, int64, of mapping.                                  TF1: tf.contrib.lookup.index_to_string_table_from_tensor
 *   default_value  what an index beyond mapping gives; unset: "UNK" */
struct tf_string_table_args {
    tf_source here;
    TF_ARG_(1) tf_operand mapping;
    TF_ARG_(2) const char *default_value;
    TF_ARG_(3) const char *name;
};
#define tf_contrib_lookup_index_to_string_table_from_tensor(...)                                                    \
    TF_KWARGS_(tf_contrib_lookup_index_to_string_table_from_tensor_((struct tf_string_table_args){                  \
        .mapping = TF_UNSET_, .default_value = "UNK", TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_lookup_table *tf_contrib_lookup_index_to_string_table_from_tensor_(struct tf_string_table_args args);

/* values[i] for keys[i], default_value for all others; keys strings or integers, values of any dtype, both constant vectors.
 * TF1: tf.contrib.lookup.HashTable(tf.contrib.lookup.KeyValueTensorInitializer(keys, values), default_value), tf.lookup.StaticHashTable
 *   errors  ValueError "Dimension 0 in both shapes must be equal, but are 2 and 1. …";  as above */
typedef struct tf_key_values {
    tf_tensor keys, values;
    const char *name; /* of the operation that fills the table */
} tf_key_values;
struct tf_key_values_args {
    tf_source here;
    TF_ARG_(1) tf_operand keys;
    TF_ARG_(2) tf_operand values;
    TF_ARG_(3) tf_dtype key_dtype;
    TF_ARG_(4) tf_dtype value_dtype;
    TF_ARG_(5) const char *name;
};
#define tf_contrib_lookup_key_value_tensor_initializer(...)                                                          \
    TF_KWARGS_(tf_contrib_lookup_key_value_tensor_initializer_((struct tf_key_values_args){ .keys = TF_UNSET_,       \
        .values = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
#define tf_lookup_key_value_tensor_initializer(...) tf_contrib_lookup_key_value_tensor_initializer(__VA_ARGS__)
TF1C_API tf_key_values tf_contrib_lookup_key_value_tensor_initializer_(struct tf_key_values_args args);
#define tf_contrib_lookup_hash_table(initializer, default_value, ...) \
    tf_contrib_lookup_hash_table_(initializer, TF_T(default_value), TF_NAMED_(__VA_ARGS__))
#define tf_lookup_static_hash_table(initializer, default_value, ...) tf_contrib_lookup_hash_table(initializer, default_value, __VA_ARGS__)
TF1C_API tf_lookup_table *tf_contrib_lookup_hash_table_(tf_key_values initializer, tf_operand default_value, struct tf_name_args args);

/* What the table has for each of the keys; how many keys it has, int64.                       TF1: table.lookup(keys), table.size()
 *   shapes  keys, of any -> the same;   grad  none
 *   errors  TypeError "Signature mismatch. Keys must be dtype <dtype: 'string'>, got <dtype: 'int32'>.";  at run FailedPreconditionError
 *           "Table not initialized." */
#define tf_lookup(table, keys, ...) tf_lookup_(table, TF_T(keys), TF_NAMED_(__VA_ARGS__))
#define tf_lookup_size(table, ...) tf_lookup_size_(table, TF_NAMED_(__VA_ARGS__))
TF1C_API tf_tensor tf_lookup_(tf_lookup_table *table, tf_operand keys, struct tf_name_args args);
TF1C_API tf_tensor tf_lookup_size_(tf_lookup_table *table, struct tf_name_args args);

/* An operation that fills all tables of the graph, made so far; named init_all_tables.   TF1: tf.tables_initializer, tf.initialize_all_tables */
#define TF_TABLE_INITIALIZERS "table_initializer"
#define tf_tables_initializer(...) tf_tables_initializer_(TF_NAMED_(__VA_ARGS__))
#define tf_initialize_all_tables(...) tf_tables_initializer(__VA_ARGS__)
TF1C_API tf_operation *tf_tables_initializer_(struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
