/* Queues, readers and the pipelines of early TF1, against what TensorFlow 1.15.5 answered. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tf1c.h"

static char path[64];
static void open_file(void)
{
    open_session();
    strcpy(path, "/tmp/tf1c_queue_XXXXXX");
    const int fd = mkstemp(path);
    ck_assert(fd >= 0 && write(fd, "ab\r\ncd\n\ne\rf\nlast", 16) == 16 && close(fd) == 0);
}
static void close_file(void)
{
    unlink(path);
    close_session();
}

START_TEST(elements_leave_in_the_order_they_came)
{
    tf_queue *q = tf_fifo_queue(3, TF_TYPES(tf_float32));
    tf_tensor start = tf_constant(NP_FLOAT(0, 1, 2));
    tf_operation *init = tf_enqueue_many(q, start);
    tf_tensor x = tf_at(tf_dequeue(q), 0), y = tf_add(x, 1);
    tf_operation *again = tf_enqueue(q, y);
    must(tf_run(sess, init));
    must(tf_run(sess, again));
    must(tf_run(sess, again));
    check_run(tf_queue_size(q), (tf_feeds){ 0 }, NUMBERS(3));
    check_run(x, (tf_feeds){ 0 }, NUMBERS(2));
    check_run(x, (tf_feeds){ 0 }, NUMBERS(1));
    check_run(x, (tf_feeds){ 0 }, NUMBERS(2));
    must(tf_run(sess, tf_queue_close(q)));
    ck_assert_int_eq(tf_run(sess, x), tf_out_of_range);
    must_have_reported(tf_out_of_range,
                       "FIFOQueue 'fifo_queue' is closed and has insufficient elements (requested 1, current size 0)");
    ck_assert_int_eq(tf_run(sess, init), tf_cancelled);
    must_have_reported(tf_cancelled, "FIFOQueue 'fifo_queue' is closed.");
}
END_TEST

static tf_operation *one_more;
static void *wait_for_room(void *status)
{
    tf_on_error(tf_silent);
    *(tf_status *)status = tf_run(sess, one_more);
    return NULL;
}

START_TEST(an_enqueue_that_waits_for_room_is_given_up_when_the_queue_closes)
{
    tf_status status = tf_ok;
    pthread_t thread;
    tf_queue *q = tf_fifo_queue(1, TF_TYPES(tf_float32));
    one_more = tf_enqueue(q, 2.0);
    tf_operation *shut = tf_queue_close(q, .cancel_pending_enqueues = true);
    must(tf_run(sess, one_more));
    pthread_create(&thread, NULL, wait_for_room, &status);
    must(tf_run(sess, shut));
    pthread_join(thread, NULL);
    ck_assert_int_eq(status, tf_cancelled);
}
END_TEST

START_TEST(a_shuffling_queue_draws_as_tensorflow_for_the_same_seed)
{
    static const double order[] = { 7, 3, 4, 0, 6, 2, 5, 1 };
    tf_queue *q = tf_random_shuffle_queue(10, 0, TF_TYPES(tf_int32), .shapes = TF_SHAPES(SCALAR), .seed = 3);
    tf_tensor x = tf_at(tf_dequeue(q), 0);
    must(tf_run(sess, tf_enqueue_many(q, tf_constant(NP_INT(0, 1, 2, 3, 4, 5, 6, 7)))));
    for (int i = 0; i < 8; i++)
        check_run(x, (tf_feeds){ 0 }, 1, &order[i]);
}
END_TEST

START_TEST(several_elements_are_stacked)
{
    char text[128];
    tf_ndarray a = { 0 };
    tf_queue *q = tf_fifo_queue(9, TF_TYPES(tf_string, tf_int32), .shapes = TF_SHAPES(SCALAR, SHAPE(2)));
    tf_tensor names = tf_constant(NP_STRING("a", "b", "c")), rows = tf_constant(NP_INT2D({ 1, 2 }, { 3, 4 }, { 5, 6 }));
    tf_list two = tf_dequeue_many(q, 2), rest = tf_dequeue_up_to(q, 2);
    ck_assert_str_eq(shapes_text(2, two.items, tf_int32, text, sizeof text), "string[2];[2,2]");
    ck_assert_str_eq(shapes_text(2, rest.items, tf_int32, text, sizeof text), "string[?];[?,2]");
    must(tf_run(sess, tf_enqueue_many(q, LIST(names, rows))));
    must(tf_run(sess, FETCH(tf_at(two, 0), &a)));
    ck_assert_str_eq(np_text(a, text, sizeof text), "[b'a' b'b']");
    must(tf_run(sess, tf_queue_close(q)));
    check_run(tf_at(rest, 1), (tf_feeds){ 0 }, NUMBERS(5, 6));
    np_free(&a);
}
END_TEST

START_TEST(elements_of_other_shapes_are_padded)
{
    char text[128];
    tf_ndarray a = { 0 };
    tf_tensor x = tf_placeholder(tf_float32), z = tf_placeholder(tf_string);
    tf_queue *q = tf_padding_fifo_queue(10, TF_TYPES(tf_float32, tf_string), TF_SHAPES(SHAPE(NONE), SCALAR));
    tf_operation *one = tf_enqueue(q, LIST(x, z)), *many = tf_enqueue_many(q, LIST(x, z));
    tf_list two = tf_dequeue_many(q, 2), three = tf_dequeue_up_to(q, 3);
    ck_assert_str_eq(shapes_text(2, two.items, tf_float32, text, sizeof text), "[2,?];string[2]");
    ck_assert_str_eq(shapes_text(2, three.items, tf_float32, text, sizeof text), "[?,?];string[?]");
    must(tf_run(sess, one, FEED(x, NP_FLOAT(1, 2, 3), z, "a")));
    must(tf_run(sess, one, FEED(x, NP_FLOAT(4), z, "b")));
    ck_assert_int_eq(tf_run(sess, one, FEED(x, NP_FLOAT2D({ 1 }), z, "c")), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "Shape mismatch in tuple component 0. Expected [?], got [1,1]");
    check_run(tf_at(two, 0), (tf_feeds){ 0 }, NUMBERS(1, 2, 3, 4, 0, 0));
    must(tf_run(sess, one, FEED(x, NP_FLOAT(7), z, "c")));
    must(tf_run(sess, many, FEED(x, NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }), z, NP_STRING("q", "r"))));
    ck_assert_int_eq(tf_run(sess, many, FEED(x, NP_FLOAT(1, 2, 3), z, NP_STRING("q", "r", "s"))), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "Shape mismatch in tuple component 0. Expected [3,?], got [3]");
    check_run(tf_at(three, 0), (tf_feeds){ 0 }, NUMBERS(7, 0, 0, 1, 2, 3, 4, 5, 6));
    must(tf_run(sess, many, FEED(x, NP_FLOAT2D({ 1, 2, 3 }, { 4, 5, 6 }), z, NP_STRING("q", "longer than a word"))));
    must(tf_run(sess, FETCH(tf_at(two, 1), &a)));
    ck_assert_str_eq(np_text(a, text, sizeof text), "[b'q' b'longer than a word']");
    np_free(&a);
    tf_padding_fifo_queue(10, TF_TYPES(tf_float32), (tf_shapes){ 0 });
    must_have_reported(tf_value_error, "When providing partial shapes, a list of shapes must be provided.");
    tf_padding_fifo_queue(10, TF_TYPES(tf_float32), TF_SHAPES((tf_dims){ 0 }));
    must_have_reported(tf_value_error, "All shapes must have a defined rank.");
}
END_TEST

START_TEST(what_does_not_fit_does_not_enter)
{
    tf_tensor x = tf_placeholder(tf_float32);
    tf_queue *q = tf_fifo_queue(10, TF_TYPES(tf_float32), .shapes = TF_SHAPES(SHAPE(2)));
    ck_assert_int_eq(tf_run(sess, tf_enqueue(q, x), FEED(x, NP_FLOAT(1, 2, 3))), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "Shape mismatch in tuple component 0. Expected [2], got [3]");
    ck_assert_int_eq(tf_run(sess, tf_enqueue_many(q, x), FEED(x, NP_FLOAT2D({ 1, 2, 3 }))), tf_invalid_argument);
    must_have_reported(tf_invalid_argument, "Shape mismatch in tuple component 0. Expected [1,2], got [1,3]");
    check_run(tf_queue_size(q), (tf_feeds){ 0 }, NUMBERS(0));
    tf_queue *deep = tf_fifo_queue(10, TF_TYPES(tf_float32), .shapes = TF_SHAPES(SHAPE(1, 1, 1, 1, 1, 1, 1, 1)));
    tf_enqueue_many(deep, x);
    must_have_reported(tf_unimplemented, "Elements of 8 dimensions are enqueued one by one here.");
}
END_TEST

START_TEST(what_was_taken_for_too_many_is_put_back)
{
    tf_queue *q = tf_fifo_queue(10, TF_TYPES(tf_float32), .shapes = TF_SHAPES(SCALAR));
    must(tf_run(sess, tf_enqueue_many(q, tf_constant(NP_FLOAT(1, 2, 3)))));
    must(tf_run(sess, tf_queue_close(q)));
    tf_list two = tf_dequeue_many(q, 2), all = tf_dequeue_many(q, 4);
    ck_assert_int_eq(tf_run(sess, tf_at(all, 0)), tf_out_of_range);
    must_have_reported(tf_out_of_range,
                       "FIFOQueue 'fifo_queue' is closed and has insufficient elements (requested 4, current size 3)");
    check_run(tf_at(two, 0), (tf_feeds){ 0 }, NUMBERS(1, 2));
}
END_TEST

/* A queue's operations are called as TF calls them, and a batch is the batch. */
START_TEST(batches_are_of_shapes_that_are_given_or_padded_to)
{
    char text[128];
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE)), y = tf_placeholder(tf_float32);
    tf_list padded = tf_train_batch(LIST(x, tf_constant(1)), 4, .dynamic_pad = true);
    ck_assert_str_eq(shapes_text(2, padded.items, tf_float32, text, sizeof text), "[4,?];int32[4]");
    ck_assert_str_eq(tf_op_name(tf_tensor_op(tf_at(padded, 0))), "batch");
    ck_assert_ptr_nonnull(tf_get_operation_by_name(tf_get_default_graph(), "batch/padding_fifo_queue_enqueue"));
    tf_list given = tf_train_batch(LIST(y), 4, .shapes = TF_SHAPES(SHAPE(3)));
    ck_assert_str_eq(shapes_text(1, given.items, tf_float32, text, sizeof text), "[4,3]");
    tf_train_batch(LIST(x), 4);
    must_have_reported(tf_value_error, "All shapes must be fully defined: [TensorShape([Dimension(None)])]");
    tf_train_batch(LIST(y), 4, .dynamic_pad = true);
    must_have_reported(tf_value_error, "Cannot infer Tensor's rank: Tensor(\"Placeholder_1:0\", dtype=float32)");
    tf_train_shuffle_batch(LIST(x), 4, 10, 3, .shapes = TF_SHAPES(SHAPE(3), SHAPE(2)));
    must_have_reported(tf_value_error, "Queue shapes must have the same length as dtypes");
}
END_TEST

/* Reads t until the end; the elements' texts, a space after each. */
static const char *read_all(int n, const tf_tensor *t)
{
    static char text[1024];
    char one[256];
    tf_ndarray a[2] = { { 0 }, { 0 } };
    tf_fetch fetches[2];
    size_t at = 0;
    tf_coordinator *coord = tf_train_coordinator();
    tf_threads threads = tf_train_start_queue_runners(.sess = sess, .coord = coord);
    for (int i = 0; i < n; i++)
        fetches[i] = tf_into_array(tf_fetch_tensor(t[i]), &a[i]);
    *text = '\0';
    while (!tf_should_stop(coord) && tf_run(sess, ((tf_fetches){ .n = n, .items = fetches })) == tf_ok)
        for (int i = 0; i < n; i++)
            at += (size_t)sprintf(text + at, "%s ", np_text(a[i], one, sizeof one));
    must_have_reported(tf_out_of_range, "is closed and has insufficient elements");
    tf_request_stop(coord);
    must(tf_join(coord, threads));
    np_free(&a[0]);
    np_free(&a[1]);
    return text;
}

START_TEST(how_full_a_queue_is_is_summarized)
{
    static const char *const names[] = { "input_producer/fraction_of_32_full", "batch/fraction_of_32_full",
                                         "shuffle_batch/fraction_over_5_of_15_full" };
    tf_queue *q = tf_train_string_input_producer(NP_STRING("a"), .shuffle = false);
    tf_operation *filled = tf_enqueue_many(q, tf_constant(NP_STRING("b", "c", "d")));
    tf_train_batch(LIST(tf_constant(1.0)), 2);
    tf_train_shuffle_batch(LIST(tf_constant(1.0)), 2, 20, 5);
    const tf_list summaries = tf_get_collection(TF_SUMMARIES);
    ck_assert_int_eq(summaries.n, 3);
    for (int i = 0; i < 3; i++)
        ck_assert_str_eq(tf_op_name(tf_tensor_op(tf_at(summaries, i))), names[i]);
    must(tf_run(sess, filled));
    check_run(tf_get_tensor_by_name(tf_get_default_graph(), "input_producer/mul:0"), (tf_feeds){ 0 }, NUMBERS(3. / 32));
    must(tf_run(sess, tf_summary_merge_all()));
}
END_TEST

START_TEST(a_producer_gives_its_strings_for_so_many_epochs)
{
    tf_tensor x = tf_at(tf_dequeue(tf_train_string_input_producer(NP_STRING("a", "b", "c"), .shuffle = false, .num_epochs = 2)), 0);
    ck_assert_str_eq(read_all(1, &x), "b'a' b'b' b'c' b'a' b'b' b'c' ");
}
END_TEST

START_TEST(a_producer_shuffles_each_epoch)
{
    tf_tensor x = tf_at(tf_dequeue(tf_train_string_input_producer(NP_STRING("a", "b", "c"), .seed = 5, .num_epochs = 2)), 0);
    ck_assert_str_eq(read_all(1, &x), "b'b' b'c' b'a' b'c' b'b' b'a' ");
}
END_TEST

START_TEST(a_line_reader_names_its_lines)
{
    char want[512];
    tf_queue *files = tf_train_string_input_producer(path, .num_epochs = 1);
    tf_list line = tf_reader_read(tf_text_line_reader(.skip_header_lines = 1), files);
    snprintf(want, sizeof want, "b'%s:2' b'cd' b'%s:3' b'' b'%s:4' b'e\\rf' b'%s:5' b'last' ", path, path, path, path);
    ck_assert_str_eq(read_all(2, line.items), want);
}
END_TEST

START_TEST(a_whole_file_is_one_record)
{
    char want[256];
    tf_queue *files = tf_train_string_input_producer(path, .num_epochs = 1);
    tf_list file = tf_reader_read(tf_whole_file_reader(), files);
    snprintf(want, sizeof want, "b'%s' b'ab\\r\\ncd\\n\\ne\\rf\\nlast' ", path);
    ck_assert_str_eq(read_all(2, file.items), want);
}
END_TEST

START_TEST(records_are_named_by_where_they_begin)
{
    char want[256];
    tf_record_writer *w = tf_python_io_tf_record_writer(path);
    must(tf_write(w, "one"));
    must(tf_write(w, "two22"));
    must(tf_close(w));
    tf_queue *files = tf_train_string_input_producer(path, .num_epochs = 1);
    tf_list record = tf_reader_read(tf_tf_record_reader(), files);
    snprintf(want, sizeof want, "b'%s:0' b'one' b'%s:19' b'two22' ", path, path);
    ck_assert_str_eq(read_all(2, record.items), want);
}
END_TEST

START_TEST(slices_become_batches)
{
    tf_tensor rows = tf_constant(NP_INT2D({ 1, 2 }, { 3, 4 }, { 5, 6 })), names = tf_constant(NP_STRING("a", "b", "c"));
    tf_list one = tf_train_slice_input_producer(LIST(rows, names), .num_epochs = 1, .shuffle = false);
    tf_list batch = tf_train_batch(one, 2, .allow_smaller_final_batch = true);
    tf_tensor sums = tf_reduce_sum(tf_at(batch, 0), .axis = 1);
    const tf_tensor both[2] = { sums, tf_at(batch, 1) };
    ck_assert_str_eq(read_all(2, both), "[3 7] [b'a' b'b'] [11] [b'c'] ");
}
END_TEST

START_TEST(several_threads_fill_a_shuffling_batch)
{
    double sum = 0;
    tf_queue *numbers = tf_train_range_input_producer(40, .num_epochs = 1);
    tf_tensor x = tf_at(tf_dequeue(numbers), 0);
    tf_tensor batch = tf_at(tf_train_shuffle_batch(x, 8, 16, 4, .num_threads = 3), 0);
    tf_coordinator *coord = tf_train_coordinator();
    tf_threads threads = tf_train_start_queue_runners(.sess = sess, .coord = coord);
    tf_ndarray a = { 0 };
    ck_assert_int_eq(threads.n, 4);
    for (int i = 0; i < 5; i++) {
        must(tf_run(sess, FETCH(batch, &a)));
        for (int j = 0; j < 8; j++)
            sum += np_get(a, j);
    }
    ck_assert(sum == 780);
    tf_request_stop(coord);
    must(tf_join(coord, threads));
    np_free(&a);
}
END_TEST

START_TEST(an_error_in_a_thread_stops_all_and_is_told_at_the_join)
{
    tf_tensor nowhere = tf_read_file("/nonexistent");
    tf_set_shape(nowhere, SCALAR);
    tf_list batch = tf_train_batch(nowhere, 2);
    tf_coordinator *coord = tf_train_coordinator();
    tf_threads threads = tf_train_start_queue_runners(.sess = sess, .coord = coord);
    ck_assert(tf_wait_for_stop(coord, 60));
    ck_assert_int_eq(tf_run(sess, tf_at(batch, 0)), tf_out_of_range);
    must_have_reported(tf_out_of_range, "is closed and has insufficient elements (requested 2, current size 0)");
    ck_assert_int_eq(tf_join(coord, threads), tf_not_found);
    must_have_reported(tf_not_found, "/nonexistent; No such file or directory");
}
END_TEST

START_TEST(mistakes_are_told_where_they_are_made)
{
    tf_train_batch(tf_placeholder(tf_float32, SHAPE(NONE, 2)), 2);
    must_have_reported(tf_value_error, "All shapes must be fully defined: [TensorShape([Dimension(None), Dimension(2)])]");
    tf_fifo_queue(3, (tf_types){ 0 });
    must_have_reported(tf_type_error, "A queue was given 0 dtypes");
    tf_queue *q = tf_fifo_queue(3, TF_TYPES(tf_float32));
    tf_dequeue_many(q, 2);
    must_have_reported(tf_value_error, "must have fully specified shapes");
    tf_enqueue(q, LIST(tf_constant(1.0), tf_constant(2.0)));
    must_have_reported(tf_value_error, "Expected 1 components, got 2");
    tf_train_start_queue_runners(.sess = sess);
    must_have_reported(tf_value_error, "a coordinator is needed");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("queues");
    TCase *tc = tcase_create("queues");
    tcase_add_checked_fixture(tc, open_file, close_file);
    tcase_add_test(tc, elements_leave_in_the_order_they_came);
    tcase_add_test(tc, an_enqueue_that_waits_for_room_is_given_up_when_the_queue_closes);
    tcase_add_test(tc, a_shuffling_queue_draws_as_tensorflow_for_the_same_seed);
    tcase_add_test(tc, several_elements_are_stacked);
    tcase_add_test(tc, elements_of_other_shapes_are_padded);
    tcase_add_test(tc, what_does_not_fit_does_not_enter);
    tcase_add_test(tc, what_was_taken_for_too_many_is_put_back);
    tcase_add_test(tc, batches_are_of_shapes_that_are_given_or_padded_to);
    tcase_add_test(tc, how_full_a_queue_is_is_summarized);
    tcase_add_test(tc, a_producer_gives_its_strings_for_so_many_epochs);
    tcase_add_test(tc, a_producer_shuffles_each_epoch);
    tcase_add_test(tc, a_line_reader_names_its_lines);
    tcase_add_test(tc, a_whole_file_is_one_record);
    tcase_add_test(tc, records_are_named_by_where_they_begin);
    tcase_add_test(tc, slices_become_batches);
    tcase_add_test(tc, several_threads_fill_a_shuffling_batch);
    tcase_add_test(tc, an_error_in_a_thread_stops_all_and_is_told_at_the_join);
    tcase_add_test(tc, mistakes_are_told_where_they_are_made);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
