/* What is no file: every reader says so at once, and waits for nobody; nor does a writer. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"

static char path[300], prefix[280]; /* the path is the prefix and ".index" */

static void make_fifo(void) { ck_assert_int_eq(mkfifo(path, 0600), 0); }
static void make_directory(void) { ck_assert_int_eq(mkdir(path, 0700), 0); }
static void make_device(void) { ck_assert_int_eq(symlink("/dev/zero", path), 0); }
static void make_socket_like(void) { ck_assert_int_eq(symlink("/dev/tty", path), 0); }
static void make_loop(void) { ck_assert_int_eq(symlink(path, path), 0); }
static void make_nothing(void) {}
static void (*const kinds[])(void) = { make_fifo, make_directory, make_device, make_socket_like, make_loop, make_nothing };

static void load(void) { ck_assert_ptr_null(np_load(path).data); }
static void open_archive(void) { ck_assert_ptr_null(np_npz_open(path)); }
static void open_checkpoint(void) { ck_assert_ptr_null(tf_train_new_checkpoint_reader(prefix)); }
static void restore(void)
{
    tf_variable(1.0);
    ck_assert_int_ne(tf_restore(tf_train_saver(), sess, prefix), tf_ok);
}
static void take_one(tf_data_dataset *of)
{
    tf_data_iterator *iterator = tf_make_one_shot_iterator(of);
    ck_assert_int_ne(tf_run(sess, tf_at(tf_get_next(iterator), 0)), tf_ok);
}
static void read_lines(void) { take_one(tf_data_text_line_dataset(NP_STRING(path))); }
static void read_records(void) { take_one(tf_data_tf_record_dataset(NP_STRING(path))); }
static void read_pieces(void) { take_one(tf_data_fixed_length_record_dataset(NP_STRING(path), 4)); }

static void read_whole(void) { ck_assert_int_ne(tf_run(sess, tf_read_file(path)), tf_ok); }
static void read_all(void)
{
    tf_gfile *f = tf_gfile_gfile(path, "r");
    ck_assert_uint_eq(tf_read(f).size, 0);
    tf_close(f);
}
static void read_a_line(void)
{
    tf_gfile *f = tf_gfile_gfile(path, "rb");
    tf_bytes line;
    ck_assert(!tf_readline(f, &line));
    tf_close(f);
}
static void copy(void)
{
    char to[320];
    snprintf(to, sizeof to, "%s.copy", prefix);
    ck_assert_int_ne(tf_gfile_copy(path, to, false), tf_ok);
}
static void import_graph(void) { tf_import_graph_def(path); }
static void import_meta_graph(void) { ck_assert_ptr_null(tf_train_import_meta_graph(path)); }

static void (*const readers[])(void) = { load,         open_archive, open_checkpoint,  restore,  read_lines,
                                         read_records, read_pieces,  read_whole,       read_all, read_a_line,
                                         copy,         import_graph, import_meta_graph };
enum { KINDS = sizeof kinds / sizeof *kinds, READERS = sizeof readers / sizeof *readers };

static void setup(void)
{
    open_session_and_folder();
    snprintf(prefix, sizeof prefix, "%s/input", folder);
    snprintf(path, sizeof path, "%s.index", prefix);
}

START_TEST(what_is_no_file_is_an_error_at_once)
{
    kinds[_i % KINDS]();
    readers[_i / KINDS]();
    ck_assert_int_ge(caught()->count, 1);
    ck_assert_msg(strstr(caught()->message, prefix) != NULL, "%s", caught()->message);
    catch_errors();
}
END_TEST

/* A shell's <(…), or a FIFO with somebody at the other end. */
START_TEST(a_pipe_that_somebody_writes_is_read)
{
    tf_ndarray all = { 0 };
    make_fifo();
    const int reading = open(path, O_RDONLY | O_NONBLOCK), writing = open(path, O_WRONLY);
    ck_assert_int_eq(write(writing, "two\nlines\n", 10), 10);
    tf_gfile *f = tf_gfile_gfile(path, "r");
    tf_bytes line;
    ck_assert(tf_readline(f, &line));
    ck_assert_str_eq(tf_text_of_bytes(line), "two\n");
    close(writing);
    ck_assert(tf_readline(f, &line));
    ck_assert(!tf_readline(f, &line));
    tf_close(f);
    const int again = open(path, O_WRONLY);
    ck_assert_int_eq(write(again, "all", 3), 3);
    close(again);
    must(tf_run(sess, FETCH(tf_read_file(path), &all)));
    ck_assert_str_eq(tf_text_of_bytes(np_string(all, 0)), "all");
    np_free(&all);
    close(reading);
}
END_TEST

static void write_whole(void) { ck_assert_int_ne(tf_run(sess, tf_write_file(path, "bytes")), tf_ok); }
static void write_text(void)
{
    tf_gfile *f = tf_gfile_gfile(path, "w");
    ck_assert_int_ne(tf_write(f, "bytes"), tf_ok);
    tf_close(f);
}
static void write_records(void) { ck_assert_ptr_null(tf_python_io_tf_record_writer(path)); }
static void write_dot(void) { ck_assert_int_ne(tf_graph_write_dot(tf_get_default_graph(), path), tf_ok); }
static void write_array(void)
{
    char array[320];
    snprintf(array, sizeof array, "%s.npy", prefix);
    ck_assert_int_eq(mkfifo(array, 0600), 0);
    ck_assert(np_save(array, NP_FLOAT(1)) != tf_ok);
}
static void (*const writers[])(void) = { write_whole, write_text, write_records, write_dot, write_array };

START_TEST(a_pipe_that_nobody_reads_is_an_error_at_once)
{
    make_fifo();
    writers[_i]();
    ck_assert_int_ge(caught()->count, 1);
    ck_assert_msg(strstr(caught()->message, prefix) != NULL, "%s", caught()->message);
    catch_errors();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("readers");
    TCase *c = tcase_create("readers");
    tcase_add_checked_fixture(c, setup, close_session_and_folder);
    tcase_set_timeout(c, 10);
    tcase_add_loop_test(c, what_is_no_file_is_an_error_at_once, 0, KINDS * READERS);
    tcase_add_test(c, a_pipe_that_somebody_writes_is_read);
    tcase_add_loop_test(c, a_pipe_that_nobody_reads_is_an_error_at_once, 0, sizeof writers / sizeof *writers);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
