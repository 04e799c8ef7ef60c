/* Tables: what TensorFlow 1.15.5 finds in them, calls their nodes, and says where they are asked too early. */
#include <string.h>

#include "tests/fixture.h"
#include "tf1c.h"

static void check_found(tf_tensor found, const int64_t *wanted, int n)
{
    tf_ndarray got = { 0 };
    must(tf_run(sess, FETCH(found, &got)));
    ck_assert_int_eq(np_size(got), n);
    for (int i = 0; i < n; i++)
        ck_assert_msg(np_get_int(got, i) == wanted[i], "key %d is at %lld and not at %lld", i, (long long)np_get_int(got, i),
                      (long long)wanted[i]);
    np_free(&got);
}
#define CHECK_FOUND(found, ...) \
    check_found(found, (int64_t[]){ __VA_ARGS__ }, (int)(sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)))

static tf_lookup_table *letters(void) { return tf_contrib_lookup_index_table_from_tensor(tf_constant(NP_STRING("a", "b", "c"))); }

START_TEST(keys_are_found_by_what_they_are)
{
    tf_lookup_table *t = letters();
    const tf_tensor ids = tf_lookup(t, tf_reshape(tf_constant(NP_STRING("b", "z", "a", "c")), SHAPE(2, 2)));
    const tf_tensor defaults =
        tf_lookup(tf_contrib_lookup_index_table_from_tensor(NP_STRING("a"), .default_value = 7), NP_STRING("q", "a"));
    const tf_tensor n = tf_lookup_size(t);
    CHECK_FOUND(n, 0);
    must(tf_run(sess, tf_tables_initializer()));
    must(tf_run(sess, tf_tables_initializer())); /* once more does no harm */
    ck_assert_int_eq(tf_get_shape(ids).dims[1], 2);
    CHECK_FOUND(ids, 1, -1, 0, 2);
    CHECK_FOUND(defaults, 7, 0);
    CHECK_FOUND(n, 3);
}
END_TEST

START_TEST(other_keys_have_buckets)
{
    const tf_tensor words =
        tf_lookup(tf_contrib_lookup_index_table_from_tensor(NP_STRING("a", "b"), 3), NP_STRING("b", "z", "y", "a"));
    tf_lookup_table *t = tf_contrib_lookup_index_table_from_tensor(NP_INT(10, 20), 2, .dtype = tf_int32);
    const tf_tensor numbers = tf_lookup(t, NP_INT(20, 1, 2, 10)), n = tf_lookup_size(t);
    tf_lookup_table *wide = tf_contrib_lookup_index_table_from_tensor(tf_constant(NP_INT(10, 20), tf_int64), 2, .dtype = tf_int64);
    const tf_tensor wide_numbers = tf_lookup(wide, tf_constant(NP_INT(20, 1, 2, 10), tf_int64));
    must(tf_run(sess, tf_tables_initializer()));
    CHECK_FOUND(words, 1, 3, 4, 0);
    CHECK_FOUND(numbers, 1, 3, 3, 0);
    CHECK_FOUND(wide_numbers, 1, 3, 3, 0);
    CHECK_FOUND(n, 4);
}
END_TEST

START_TEST(numbers_have_their_words)
{
    const tf_tensor words = tf_lookup(tf_contrib_lookup_index_to_string_table_from_tensor(NP_STRING("a", "b"), "?"),
                                      tf_constant(NP_INT(1, 5, 0), tf_int64));
    const tf_tensor unknown = tf_lookup(tf_contrib_lookup_index_to_string_table_from_tensor(NP_STRING("a")), SHAPE(-1));
    const tf_key_values pairs = tf_contrib_lookup_key_value_tensor_initializer(NP_STRING("x", "y"), NP_FLOAT(5, 6));
    const tf_tensor reals = tf_lookup(tf_contrib_lookup_hash_table(pairs, 1.0), NP_STRING("y", "z"));
    tf_ndarray got = { 0 };
    must(tf_run(sess, tf_tables_initializer()));
    must(tf_run(sess, FETCH(words, &got)));
    ck_assert_str_eq(np_string(got, 0).data, "b");
    ck_assert_str_eq(np_string(got, 1).data, "?");
    ck_assert_str_eq(np_string(got, 2).data, "a");
    must(tf_run(sess, FETCH(unknown, &got)));
    ck_assert_str_eq(np_string(got, 0).data, "UNK");
    must(tf_run(sess, FETCH(reals, &got)));
    ck_assert_double_eq(np_get(got, 0), 6);
    ck_assert_double_eq(np_get(got, 1), 1);
    np_free(&got);
}
END_TEST

START_TEST(nodes_have_tensorflows_names)
{
    static const char *const names[] = {
        "string_to_index/Size",
        "string_to_index/range",
        "string_to_index/Cast",
        "string_to_index/hash_table/Const",
        "string_to_index/hash_table/hash_table",
        "string_to_index/hash_table/table_init/LookupTableImportV2",
        "hash_table_Lookup/hash_bucket",
        "hash_table_Lookup/hash_table_Lookup/LookupTableFindV2",
        "hash_table_Lookup/hash_table_Size/LookupTableSizeV2",
        "index_to_string/hash_table",
        "index_to_string/table_init/LookupTableImportV2",
        "hash_table_Lookup_1/LookupTableFindV2",
        "init_all_tables",
    };
    tf_lookup(tf_contrib_lookup_index_table_from_tensor(NP_STRING("a", "b"), 3), NP_STRING("b"));
    tf_lookup(tf_contrib_lookup_index_to_string_table_from_tensor(NP_STRING("a")), tf_constant(0, tf_int64));
    ck_assert_str_eq(tf_op_name(tf_tables_initializer()), "init_all_tables");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ck_assert_msg(tf_get_operation_by_name(tf_get_default_graph(), names[i]) != NULL, "there is no %s", names[i]);
    ck_assert_int_eq(tf_global_variables().n + tf_local_variables().n, 0);
}
END_TEST

static tf_tensor found_in(tf_tensor key, void *table) { return tf_lookup(table, key); }

START_TEST(a_body_finds_what_is_outside)
{
    const tf_tensor ids = tf_map_fn(found_in, tf_constant(NP_STRING("c", "q", "a")), .dtype = tf_int64, .context = letters());
    must(tf_run(sess, tf_tables_initializer()));
    CHECK_FOUND(ids, 2, -1, 0);
}
END_TEST

static tf_list each_found(tf_list element, void *table) { return LIST(tf_lookup(table, tf_at(element, 0))); }
static tf_data_dataset *found_of(tf_list element, void *table)
{
    return tf_map(tf_data_dataset_from_tensors(tf_at(element, 0)), each_found, .context = table);
}
static tf_data_dataset *abq(void) { return tf_data_dataset_from_tensor_slices(NP_STRING("a", "b", "q")); }

START_TEST(a_dataset_finds_what_is_outside)
{
    tf_data_iterator *it = tf_make_initializable_iterator(tf_batch(tf_prefetch(tf_map(abq(), each_found, letters()), 1), 3));
    const tf_tensor ids = tf_at(tf_get_next(it), 0);
    must(tf_run(sess, it->initializer));
    ck_assert_int_eq(tf_run(sess, ids), tf_failed_precondition);
    must_have_reported(tf_failed_precondition, "Table not initialized.");
    must(tf_run(sess, tf_tables_initializer()));
    must(tf_run(sess, it->initializer));
    CHECK_FOUND(ids, 0, 1, -1);
}
END_TEST

START_TEST(a_table_may_be_filled_after_the_iterator_starts)
{
    tf_data_iterator *it = tf_make_initializable_iterator(tf_flat_map(abq(), found_of, .context = letters()));
    const tf_tensor id = tf_at(tf_get_next(it), 0);
    must(tf_run(sess, it->initializer));
    must(tf_run(sess, tf_tables_initializer()));
    CHECK_FOUND(id, 0);
    CHECK_FOUND(id, 1);
    CHECK_FOUND(id, -1);
}
END_TEST

START_TEST(tables_belong_to_a_session)
{
    const tf_tensor ids = tf_lookup(letters(), NP_STRING("b"));
    tf_session *other = tf_session();
    must(tf_run(sess, tf_tables_initializer()));
    CHECK_FOUND(ids, 1);
    ck_assert_int_eq(tf_run(other, ids), tf_failed_precondition);
    must_have_reported(tf_failed_precondition, "Table not initialized.");
    tf_close(other);
}
END_TEST

START_TEST(a_monitored_session_fills_its_tables)
{
    const tf_tensor ids = tf_lookup(letters(), NP_STRING("b"));
    tf_close(sess);
    sess = tf_train_singular_monitored_session();
    CHECK_FOUND(ids, 1);
}
END_TEST

START_TEST(mistakes_are_said_in_tensorflows_words)
{
    ck_assert_int_eq(tf_run(sess, tf_lookup(letters(), NP_STRING("a"))), tf_failed_precondition);
    must_have_reported(tf_failed_precondition, "Table not initialized.");
    tf_lookup(letters(), NP_INT(1));
    must_have_reported(tf_type_error, "Signature mismatch. Keys must be dtype <dtype: 'string'>, got <dtype: 'int32'>.");
    tf_contrib_lookup_index_table_from_tensor(NP_STRING("a"), -1);
    must_have_reported(tf_value_error, "num_oov_buckets must be greater or equal than 0, got -1.");
    tf_contrib_lookup_index_table_from_tensor();
    must_have_reported(tf_value_error, "mapping must be specified.");
    tf_contrib_lookup_index_table_from_tensor(NP_FLOAT(1), .dtype = tf_float32);
    must_have_reported(tf_type_error, "Only integer and string keys are supported.");
    tf_contrib_lookup_hash_table(tf_contrib_lookup_key_value_tensor_initializer(NP_STRING("x", "y"), NP_INT(5)), 1);
    must_have_reported(tf_value_error,
                       "Dimension 0 in both shapes must be equal, but are 2 and 1. Shapes are [2] and [1]. for "
                       "'key_value_init/LookupTableImportV2' (op: 'LookupTableImportV2') with input shapes: [], [2], [1].");
    tf_contrib_lookup_index_table_from_tensor(tf_placeholder(tf_string, SHAPE(2)));
    must_have_reported(tf_unimplemented, "a table whose keys and values are no constants");
    tf_lookup((tf_lookup_table *)NULL, NP_STRING("a"));
    must_have_reported(tf_type_error, "A table was expected.");
}
END_TEST

START_TEST(keys_that_contradict_each_other_are_met_by_the_initializer)
{
    tf_contrib_lookup_index_table_from_tensor(NP_STRING("a", "b", "a"));
    ck_assert_int_eq(tf_run(sess, tf_tables_initializer()), tf_failed_precondition);
    must_have_reported(tf_failed_precondition, "HashTable has different value for same key. Key a has 0 and trying to add value 2");
    static tf_bytes nothing;
    tf_reset_default_graph();
    tf_session *fresh = tf_session();
    const tf_key_values same = tf_contrib_lookup_key_value_tensor_initializer(NP_STRING("x", "x"), NP_INT(5, 5));
    tf_contrib_lookup_hash_table(same, 1);
    must(tf_run(fresh, tf_tables_initializer()));
    tf_contrib_lookup_index_table_from_tensor(tf_constant(np_array(&nothing, tf_string, SHAPE(0))));
    ck_assert_int_eq(tf_run(fresh, tf_tables_initializer()), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "keys and values cannot be empty tensors.");
    tf_close(fresh);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lookup");
    TCase *tables = tcase_create("tables");
    tcase_add_checked_fixture(tables, open_session, close_session);
    tcase_add_test(tables, keys_are_found_by_what_they_are);
    tcase_add_test(tables, other_keys_have_buckets);
    tcase_add_test(tables, numbers_have_their_words);
    tcase_add_test(tables, nodes_have_tensorflows_names);
    tcase_add_test(tables, a_body_finds_what_is_outside);
    tcase_add_test(tables, a_dataset_finds_what_is_outside);
    tcase_add_test(tables, a_table_may_be_filled_after_the_iterator_starts);
    tcase_add_test(tables, tables_belong_to_a_session);
    tcase_add_test(tables, a_monitored_session_fills_its_tables);
    tcase_add_test(tables, mistakes_are_said_in_tensorflows_words);
    tcase_add_test(tables, keys_that_contradict_each_other_are_met_by_the_initializer);
    suite_add_tcase(suite, tables);
    return run_suite(suite);
}
