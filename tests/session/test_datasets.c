/* Datasets against what TensorFlow reads from them, and iterators: how they begin, end, begin again and are told apart. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/node.h"
#include "tests/fixture.h"
#include "tf1c.h"

/* ---- functions of the rows ------------------------------------------------------------------------------------------------ */

static float nothing;

static tf_data_dataset *letters(void)
{
    return tf_data_dataset_from_tensor_slices(NP_FLOAT2D({ 1, 2 }, { 3, 4 }, { 5, 6 }), NP_STRING("a", "b", "c"));
}
static tf_tensor two_by_two(void) { return tf_reshape(tf_constant(NP_STRING("a", "b", "c", "d")), SHAPE(2, 2)); }

static tf_list one(tf_tensor t) { return LIST(t); }
static tf_tensor whole(int64_t x) { return tf_constant(x, .dtype = tf_int64); }
static tf_list fill_with_itself(tf_list e, void *context)
{
    (void)context;
    return one(tf_fill(tf_reshape(tf_cast(tf_at(e, 0), tf_int32), SHAPE(1)), tf_at(e, 0)));
}
static tf_data_dataset *filled(void) { return tf_map(tf_data_dataset_range(4), fill_with_itself); }

static bool squares(int64_t i, tf_ndarray *element, void *context)
{
    static int64_t pair[2];
    (void)context;
    pair[0] = i;
    pair[1] = i * i;
    element[0] = np_array(pair, tf_int64, SHAPE(2));
    return i < 3;
}

static tf_data_dataset *four_shuffled(tf_list e, void *context)
{
    (void)e;
    (void)context;
    return tf_shuffle(tf_data_dataset_range(4), 4, .seed = 7);
}
static tf_list plus_ten(tf_list e, void *context)
{
    (void)context;
    return one(tf_add(tf_at(e, 0), whole(10)));
}
static tf_list squared(tf_list e, void *context)
{
    (void)context;
    return one(tf_mul(tf_at(e, 0), tf_at(e, 0)));
}
static tf_list swapped(tf_list e, void *context)
{
    (void)context;
    return LIST(tf_at(e, 1), tf_mul(tf_at(e, 0), 2.0), tf_reduce_sum(tf_at(e, 0)));
}
static tf_list times(tf_list e, void *factor) { return one(tf_mul(tf_at(e, 0), *(tf_tensor *)factor)); }
static tf_list four_in_two_rows(tf_list e, void *context)
{
    (void)context;
    return one(tf_reshape(tf_range(4), tf_stack(LIST(tf_constant(2), tf_cast(tf_at(e, 0), tf_int32)))));
}
static tf_tensor one_of_three(tf_list e, void *context)
{
    (void)context;
    return tf_equal(tf_floormod(tf_at(e, 0), whole(3)), whole(1));
}
static tf_data_dataset *up_to(tf_list e, void *context)
{
    (void)context;
    return tf_data_dataset_range(tf_at(e, 0));
}
static tf_list with_letter(tf_list e, void *letter) { return LIST(tf_at(e, 0), *(tf_tensor *)letter); }
static tf_data_dataset *each_with_letter(tf_list e, void *context)
{
    tf_tensor letter = tf_at(e, 1);
    (void)context;
    return tf_map(tf_data_dataset_from_tensor_slices(tf_at(e, 0)), with_letter, .context = &letter);
}
static tf_data_dataset *three_times(tf_list e, void *context)
{
    (void)context;
    return tf_repeat(tf_data_dataset_from_tensors(tf_at(e, 0)), 3);
}
static tf_list ten_more(tf_list e, void *tens) { return one(tf_add(tf_mul(*(tf_tensor *)tens, whole(10)), tf_at(e, 0))); }
static tf_data_dataset *tens_up_to(tf_list e, void *context)
{
    tf_tensor tens = tf_at(e, 0);
    (void)context;
    return tf_map(tf_data_dataset_range(tens), ten_more, .context = &tens);
}

static const char *file(const char *name)
{
    static char paths[4][1024];
    static int next;
    char relative[128];
    snprintf(relative, sizeof relative, "golden/dataset/%s", name);
    return data_path(relative, paths[next = (next + 1) % 4], sizeof paths[0]);
}

/* ---- rows ------------------------------------------------------------------------------------------------------------------- */

#define DATASET(name, expr) \
    static tf_data_dataset *make_##name(void) { return expr; }
#include "tests/session/datasets.def"
#undef DATASET
typedef struct {
    const char *name;
    tf_data_dataset *(*make)(void);
} dataset_row;
#define DATASET(name, expr) { #name, make_##name },
static const dataset_row rows[] = {
#include "tests/session/datasets.def"
};
#undef DATASET
enum { ROWS = sizeof rows / sizeof *rows, MOST = 40 };

/* The golden line that begins with the name; its elements, in a static buffer. */
static const char *golden(const char *name)
{
    static char line[8192];
    char path[1024];
    const size_t n = strlen(name);
    FILE *f = fopen(data_path("golden/datasets.txt", path, sizeof path), "r");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f))
        if (strncmp(line, name, n) == 0 && strncmp(line + n, " | ", 3) == 0) {
            fclose(f);
            line[strcspn(line, "\n")] = '\0';
            return line + n + 3;
        }
    fclose(f);
    ck_abort_msg("no golden of %s", name);
    return NULL;
}

static size_t put(char *text, size_t at, const char *more)
{
    for (bool space = false; *more && at < 8000; more++) { /* as the script: runs of white space are one */
        if (*more == ' ' || *more == '\n') {
            space = true;
            continue;
        }
        if (space)
            text[at++] = ' ';
        space = false;
        text[at++] = *more;
    }
    text[at] = '\0';
    return at;
}

static size_t put_report(char *text, size_t at)
{
    char line[2048], path[1024];
    snprintf(line, sizeof line, "%s: %s", tf_status_name(caught()->code), caught()->message);
    data_path("golden", path, sizeof path);
    char *here = strstr(line, path);
    if (here) {
        memmove(here + 4, here + strlen(path), strlen(here + strlen(path)) + 1);
        memcpy(here, "HERE", 4);
    }
    catch_errors();
    return put(text, at, line);
}

static size_t put_element(char *text, size_t at, int n, const tf_ndarray *components)
{
    char one_text[2048];
    for (int i = 0; i < n; i++)
        at = put(text, put(text, at, i ? ";" : ""), np_text(components[i], one_text, sizeof one_text));
    return at;
}

/* What is read from the iterator, as the goldens have it. */
static const char *read_all(tf_data_iterator *it, tf_operation *initializer)
{
    static char text[8192];
    tf_ndarray components[4] = { { 0 } };
    tf_fetch fetches[4];
    const tf_list next = tf_get_next(it);
    size_t at = 0;
    *text = '\0';
    for (int i = 0; i < next.n; i++)
        fetches[i] = tf_into_array(tf_fetch_tensor(tf_at(next, i)), &components[i]);
    if (initializer && tf_run(sess, initializer)) {
        put_report(text, 0);
        return text;
    }
    int n = 0;
    tf_status status = tf_ok;
    for (; n < MOST && !(status = tf_run(sess, ((tf_fetches){ .n = next.n, .items = fetches }))); n++)
        at = put_element(text, n ? at + (size_t)sprintf(text + at, " | ") : at, next.n, components);
    at += (size_t)sprintf(text + at, "%s", n ? " | " : "");
    if (status == tf_out_of_range) {
        must_have_reported(tf_out_of_range, "End of sequence");
        sprintf(text + at, "end");
    } else if (status) {
        put_report(text, at);
    } else {
        sprintf(text + at, "…");
    }
    for (int i = 0; i < next.n; i++)
        np_free(&components[i]);
    return text;
}

START_TEST(a_dataset_gives_what_tensorflow_reads)
{
    tf_data_iterator *it = tf_make_initializable_iterator(rows[_i].make());
    ck_assert_str_eq(read_all(it, it->initializer), golden(rows[_i].name));
}
END_TEST

START_TEST(a_one_shot_iterator_gives_the_same)
{
    const char *want = golden(rows[_i].name);
    if (!strstr(want, "Error")) /* what the initializer would refuse, or what has a fault within */
        ck_assert_str_eq(read_all(tf_make_one_shot_iterator(rows[_i].make()), NULL), want);
}
END_TEST

START_TEST(a_structures_iterator_shuffles_as_tensorflow_without_its_optimizer)
{
    tf_data_dataset *d = make_shuffle_repeat(), *small = make_shuffle_repeat_small_buffer();
    tf_data_iterator *it = tf_data_iterator_from_structure(d->output_types, .output_shapes = d->output_shapes);
    ck_assert_str_eq(read_all(it, tf_make_initializer(it, d)), golden("plain shuffle_repeat"));
    ck_assert_str_eq(read_all(it, tf_make_initializer(it, small)), golden("plain shuffle_repeat_small_buffer"));
}
END_TEST

/* ---- iterators -------------------------------------------------------------------------------------------------------------- */

static int64_t next_of(tf_tensor next, tf_feeds feeds)
{
    int64_t x = -1;
    must(tf_run(sess, FETCH(next, &x), feeds));
    return x;
}

START_TEST(a_pass_ends_and_an_initializer_begins_it_anew)
{
    tf_tensor count = tf_placeholder(tf_int64, SCALAR);
    tf_data_iterator *it = tf_make_initializable_iterator(tf_data_dataset_range(count));
    tf_tensor next = tf_at(tf_get_next(it), 0);
    ck_assert_int_eq(tf_run(sess, next), tf_failed_precondition);
    must_have_reported(tf_failed_precondition, "GetNext() failed because the iterator has not been initialized.");
    for (int64_t n = 1; n < 4; n++) {
        must(tf_run(sess, it->initializer, FEED(count, n)));
        for (int64_t i = 0; i < n; i++)
            ck_assert_int_eq(next_of(next, (tf_feeds){ 0 }), i);
        for (int again = 0; again < 2; again++) {
            ck_assert_int_eq(tf_run(sess, next), tf_out_of_range);
            must_have_reported(tf_out_of_range, "End of sequence");
        }
    }
}
END_TEST

START_TEST(a_run_takes_one_element_however_often_it_is_read)
{
    tf_tensor next = tf_at(tf_get_next(tf_make_one_shot_iterator(tf_data_dataset_range(9))), 0);
    tf_tensor sum = tf_add(next, next), square = tf_mul(next, next);
    for (int i = 0; i < 3; i++) {
        int64_t x[3];
        must(tf_run(sess, FETCH(sum, &x[0], square, &x[1], next, &x[2])));
        ck_assert(x[0] == 2 * i && x[1] == i * i && x[2] == i);
    }
    ck_assert_int_eq(next_of(sum, FEED(next, 50)), 100); /* fed, nothing is taken */
    ck_assert_int_eq(next_of(next, (tf_feeds){ 0 }), 3);
}
END_TEST

START_TEST(sessions_have_passes_of_their_own)
{
    tf_tensor next = tf_at(tf_get_next(tf_make_one_shot_iterator(tf_data_dataset_range(9))), 0);
    tf_session *other = tf_session();
    int64_t x = -1;
    next_of(next, (tf_feeds){ 0 });
    must(tf_run(other, FETCH(next, &x)));
    ck_assert_int_eq(x, 0);
    tf_close(other);
    ck_assert_int_eq(next_of(next, (tf_feeds){ 0 }), 1);
}
END_TEST

START_TEST(a_handle_chooses_the_iterator)
{
    tf_tensor handle = tf_placeholder(tf_string, SCALAR);
    tf_data_dataset *small = tf_data_dataset_range(10), *large = tf_data_dataset_range(100, 200);
    tf_data_iterator *a = tf_make_one_shot_iterator(small), *b = tf_make_initializable_iterator(large);
    tf_tensor next = tf_at(tf_get_next(tf_data_iterator_from_string_handle(handle, small->output_types)), 0);
    tf_ndarray of_a = { 0 }, of_b = { 0 };
    must(tf_run(sess, FETCH(tf_string_handle(a), &of_a, tf_string_handle(b), &of_b)));
    must(tf_run(sess, b->initializer));
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(next_of(next, FEED(handle, of_a)), i);
        ck_assert_int_eq(next_of(next, FEED(handle, of_b)), 100 + i);
    }
    ck_assert_int_eq(tf_run(sess, FETCH(next, NULL), FEED(handle, "nobody")), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "The handle 'nobody' is that of no iterator of this graph.");
    ck_assert_int_eq(tf_run(sess, FETCH(next, NULL)), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "You must feed a value for placeholder tensor");
    np_free(&of_a);
    np_free(&of_b);
}
END_TEST

static tf_list scaled(tf_list e, void *scale) { return one(tf_mul(tf_cast(tf_at(e, 0), tf_float32), *(tf_tensor *)scale)); }

START_TEST(a_function_sees_a_variable_as_it_was_at_the_initialization)
{
    tf_tensor v = tf_variable(2.0), read = tf_add(v, 0.0);
    tf_data_iterator *it = tf_make_initializable_iterator(tf_map(tf_data_dataset_range(1, 9), scaled, .context = &read));
    tf_tensor next = tf_at(tf_get_next(it), 0);
    must(tf_run(sess, tf_global_variables_initializer()));
    must(tf_run(sess, it->initializer));
    must(tf_load(v, 10.0, sess));
    check_run(next, (tf_feeds){ 0 }, NUMBERS(2));
    must(tf_run(sess, it->initializer));
    check_run(next, (tf_feeds){ 0 }, NUMBERS(10));
}
END_TEST

START_TEST(a_fault_in_a_function_names_its_operation_and_the_next_element_is_good)
{
    tf_data_iterator *it = tf_make_initializable_iterator(tf_map(tf_data_dataset_range(1, 3), four_in_two_rows));
    tf_tensor next = tf_at(tf_get_next(it), 0);
    must(tf_run(sess, it->initializer));
    ck_assert_int_eq(tf_run(sess, next), tf_invalid_argument);
    ck_assert_str_eq(caught()->op, "map/Reshape");
    must_have_reported(tf_invalid_argument, "Input to reshape is a tensor with 4 values, but the requested shape has 2");
    check_run(next, (tf_feeds){ 0 }, NUMBERS(0, 1, 2, 3));
}
END_TEST

static tf_list noisy(tf_list e, void *context)
{
    (void)context;
    tf_tensor x = tf_cast(tf_at(e, 0), tf_float32), noise = tf_random_uniform(SCALAR);
    return one(tf_add(x, noise));
}

START_TEST(random_numbers_in_a_function_are_those_of_its_own_graph)
{
    tf_set_random_seed(3);
    tf_tensor next = tf_at(tf_get_next(tf_make_one_shot_iterator(tf_map(tf_data_dataset_range(3), noisy))), 0);
    check_run(next, (tf_feeds){ 0 }, NUMBERS(0.3976692)); /* as TF 1.15.5 has them */
    check_run(next, (tf_feeds){ 0 }, NUMBERS(1.9253018));
    check_run(next, (tf_feeds){ 0 }, NUMBERS(2.9487264));
}
END_TEST

START_TEST(datasets_count_as_tensorflows_operations_do)
{
    tf_set_random_seed(3);
    tf_data_dataset *d = tf_batch(tf_shuffle(tf_repeat(tf_map(letters(), swapped, .num_parallel_calls = 2)), 8), 2);
    tf_get_next(tf_make_initializable_iterator(tf_prefetch(d, 1)));
    tf_get_next(tf_make_one_shot_iterator(tf_padded_batch(tf_cache(filled()), 2, TF_SHAPES(SHAPE(NONE)))));
    ck_assert_int_eq(tf_get_default_graph()->universe->last_id, 45);
}
END_TEST

typedef struct {
    const char *name;
    void (*make)(void);
    tf_status code;
    const char *message;
} mistake_row;
static tf_tensor predicate_of_int(tf_list e, void *context)
{
    (void)context;
    return tf_at(e, 0);
}
static tf_data_dataset *no_dataset(tf_list e, void *context)
{
    (void)e;
    (void)context;
    return NULL;
}
static void lengths(void) { tf_data_dataset_from_tensor_slices(NP_FLOAT(1, 2, 3, 4), NP_INT(1, 2, 3)); }
static void scalar(void) { tf_data_dataset_from_tensor_slices(5); }
static void types_differ(void) { tf_concatenate(tf_data_dataset_range(3), tf_data_dataset_from_tensors(1.0)); }
static void no_bool(void) { tf_filter(tf_data_dataset_range(3), predicate_of_int); }
static void not_a_dataset(void) { tf_flat_map(tf_data_dataset_range(3), no_dataset); }
static void padded_too_short(void) { tf_padded_batch(tf_data_dataset_range(4), 3, TF_SHAPES(SHAPE(2))); }
static void captured_placeholder(void)
{
    tf_make_one_shot_iterator(tf_data_dataset_from_tensor_slices(tf_placeholder(tf_float32, SHAPE(NONE, 2))));
}
static void captured_variable(void)
{
    tf_tensor v = tf_variable(1.0);
    tf_make_one_shot_iterator(tf_map(tf_data_dataset_range(3), scaled, .context = &v));
}
static void other_types(void)
{
    tf_make_initializer(tf_data_iterator_from_structure(TF_TYPES(tf_int64)), tf_data_dataset_from_tensors(1.0));
}
static void other_shapes(void)
{
    tf_make_initializer(tf_data_iterator_from_structure(TF_TYPES(tf_int32), .output_shapes = TF_SHAPES(SHAPE(2))),
                        tf_data_dataset_from_tensors(NP_INT(1)));
}
static void no_compression(void) { tf_data_text_line_dataset("a", .compression_type = "BZIP"); }
static void of_nothing(void) { tf_get_next(tf_make_one_shot_iterator(tf_batch(NULL, 3))); }
static const mistake_row mistakes[] = {
    { "lengths", lengths, tf_value_error, "Dimensions 4 and 3 are not compatible" },
    { "scalar", scalar, tf_value_error,
      "Value Tensor(\"normalize_element/component_0:0\", shape=(), dtype=int32) has insufficient rank for batching." },
    { "types differ", types_differ, tf_type_error,
      "Two datasets to concatenate have different types <dtype: 'int64'> and <dtype: 'float32'>" },
    { "no bool", no_bool, tf_value_error,
      "`predicate` return type must be convertible to a scalar boolean tensor. Was TensorSpec(shape=(), dtype=tf.int64, name=None)." },
    { "not a dataset", not_a_dataset, tf_type_error, "`map_func` must return a `Dataset` object." },
    { "padded too short", padded_too_short, tf_value_error,
      "The padded shape (2,) is not compatible with the corresponding input component shape ()." },
    { "placeholder", captured_placeholder, tf_value_error,
      "Cannot capture a placeholder (name:Placeholder, type:Placeholder) by value." },
    { "variable", captured_variable, tf_value_error,
      "(Original error: Cannot capture a stateful node (name:Variable, type:VariableV2) by value.)" },
    { "other types", other_types, tf_type_error, "Expected output types tf.int64 but got dataset with output types tf.float32." },
    { "other shapes", other_shapes, tf_type_error,
      "Expected output shapes compatible with (2,) but got dataset with output shapes (1,)." },
    { "compression", no_compression, tf_value_error, "Unsupported compression_type: BZIP." },
    { "nothing", of_nothing, tf_type_error, "`dataset` must be a Dataset, not None" },
};
enum { MISTAKES = sizeof mistakes / sizeof *mistakes };

START_TEST(a_mistake_is_reported_once_in_tensorflows_words)
{
    mistakes[_i].make();
    ck_assert_int_eq(caught()->count, 1);
    must_have_reported(mistakes[_i].code, mistakes[_i].message);
}
END_TEST

START_TEST(static_shapes_are_what_tensorflow_tells)
{
    char text[256];
    const tf_list plain = tf_get_next(tf_make_one_shot_iterator(tf_batch(letters(), 2)));
    const tf_list dropped = tf_get_next(tf_make_one_shot_iterator(tf_batch(letters(), 2, .drop_remainder = true)));
    ck_assert_str_eq(shapes_text(2, plain.items, tf_float32, text, sizeof text), "[?,2];string[?]");
    ck_assert_str_eq(shapes_text(2, dropped.items, tf_float32, text, sizeof text), "[2,2];string[2]");
    ck_assert_str_eq(tf_op_name(plain.items[0].op), "IteratorGetNext");
}
END_TEST

START_TEST(iterators_are_left_in_the_middle_with_threads_at_work)
{
    tf_data_dataset *d = tf_prefetch(tf_map(tf_repeat(tf_data_dataset_range(100)), squared, .num_parallel_calls = 3), 4);
    tf_data_iterator *it = tf_make_initializable_iterator(d);
    tf_tensor next = tf_at(tf_get_next(it), 0);
    for (int i = 0; i < 5; i++) {
        must(tf_run(sess, it->initializer));
        for (int64_t j = 0; j < 7; j++)
            ck_assert_int_eq(next_of(next, (tf_feeds){ 0 }), j * j);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("datasets");
    TCase *tc = tcase_create("datasets");
    tcase_add_checked_fixture(tc, open_session, close_session);
    tcase_add_loop_test(tc, a_dataset_gives_what_tensorflow_reads, 0, ROWS);
    tcase_add_loop_test(tc, a_one_shot_iterator_gives_the_same, 0, ROWS);
    tcase_add_test(tc, a_structures_iterator_shuffles_as_tensorflow_without_its_optimizer);
    tcase_add_test(tc, a_pass_ends_and_an_initializer_begins_it_anew);
    tcase_add_test(tc, a_run_takes_one_element_however_often_it_is_read);
    tcase_add_test(tc, sessions_have_passes_of_their_own);
    tcase_add_test(tc, a_handle_chooses_the_iterator);
    tcase_add_test(tc, a_function_sees_a_variable_as_it_was_at_the_initialization);
    tcase_add_test(tc, a_fault_in_a_function_names_its_operation_and_the_next_element_is_good);
    tcase_add_test(tc, random_numbers_in_a_function_are_those_of_its_own_graph);
    tcase_add_test(tc, datasets_count_as_tensorflows_operations_do);
    tcase_add_loop_test(tc, a_mistake_is_reported_once_in_tensorflows_words, 0, MISTAKES);
    tcase_add_test(tc, static_shapes_are_what_tensorflow_tells);
    tcase_add_test(tc, iterators_are_left_in_the_middle_with_threads_at_work);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
