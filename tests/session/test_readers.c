/* What is no file: every reader says so at once, and waits for nobody. */
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

static void (*const readers[])(void) = { load, open_archive, open_checkpoint, restore, read_lines, read_records, read_pieces };
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

int main(void)
{
    Suite *suite = suite_create("readers");
    TCase *c = tcase_create("readers");
    tcase_add_checked_fixture(c, setup, close_session_and_folder);
    tcase_set_timeout(c, 10);
    tcase_add_loop_test(c, what_is_no_file_is_an_error_at_once, 0, KINDS * READERS);
    suite_add_tcase(suite, c);
    return run_suite(suite);
}
