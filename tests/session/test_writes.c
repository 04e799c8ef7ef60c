/* Writes that fail, at every byte that a file may end at and at every flush and renaming: whoever writes is told, with the file's name,
 * and what was there before is there still. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tf1c.h"

/* ---- failing: files end at `limit` bytes; of the calls that bring them to the disk and under their names the fail_at-th fails ------------- */

static int calls, fail_at;

static bool is_refused(void)
{
    if (++calls != fail_at)
        return false;
    errno = ENOSPC;
    return true;
}

int fsync(int fd)
{
    int (*const real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    return is_refused() ? -1 : real(fd);
}

int rename(const char *from, const char *to)
{
    int (*const real)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
    return is_refused() ? -1 : real(from, to);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

/* ---- who writes what ------------------------------------------------------------------------------------------------------------------- */

static tf_tensor variable;
static tf_saver *saver;
static float number; /* what is written this time */

static tf_status set_variable(void) { return tf_run(sess, tf_assign(variable, tf_fill(SHAPE(40), number))); }

static bool reads(tf_ndarray a)
{
    const bool right = a.data && np_get(a, 0) == (double)number;
    np_free(&a);
    return right;
}

static tf_ndarray forty(void)
{
    static float numbers[40];
    for (int i = 0; i < 40; i++)
        numbers[i] = number;
    return np_array(numbers, tf_float32, SHAPE(40));
}

static tf_status array(void) { return np_save(in_folder("x.npy"), forty()); }
static bool array_is_there(void) { return reads(np_load(in_folder("x.npy"))); }

static tf_status archive(void)
{
    static const char *const keys[] = { "a", "b" };
    const tf_ndarray both[] = { forty(), forty() };
    return np_savez(in_folder("x.npz"), 2, keys, both);
}
static bool archive_is_there(void) { return reads(np_load(in_folder("x.npz:b"))); }

static tf_status save_as(int step)
{
    const tf_status status = set_variable();
    if (status)
        return status;
    return tf_save(saver, sess, in_folder("model"), .global_step = step) ? tf_ok : tf_last_error()->code;
}

static bool checkpoint_is_there(void)
{
    tf_ndarray value = { 0 };
    const char *latest = tf_train_latest_checkpoint(folder);
    return latest && !tf_restore(saver, sess, latest) && !tf_run(sess, FETCH(variable, &value)) && reads(value);
}

/* Each of a name of its own; and one in place of the last. */
static tf_status checkpoint(void)
{
    static int step;
    return save_as(step++);
}
static tf_status same_checkpoint(void) { return save_as(7); }

static tf_status graph(void)
{
    return tf_train_write_graph(tf_get_default_graph(), folder, "graph.pb", .as_text = false) ? tf_ok : tf_last_error()->code;
}
static bool graph_is_there(void)
{
    tf_graph_def *def = tf_graph_def_read(in_folder("graph.pb"));
    tf_graph_def_free(def);
    return def;
}

/* What is appended to cannot be as it was: only its whole records count. */
static tf_status records(void)
{
    tf_record_writer *w = tf_python_io_tf_record_writer(in_folder("x.tfrecord"));
    tf_status status = w ? tf_ok : tf_last_error()->code;
    for (int i = 0; i < 3 && !status; i++)
        status = tf_write(w, "a record of some length");
    const tf_status closed = tf_record_writer_close_(w);
    return status ? status : closed;
}

static tf_status text(void)
{
    tf_gfile *f = tf_gfile_new(in_folder("x.txt"), "w", TF_SOURCE);
    tf_status status = f ? tf_ok : tf_last_error()->code;
    for (int i = 0; i < 3 && !status; i++)
        status = tf_write(f, "a line of some length\n");
    const tf_status closed = tf_gfile_close_(f);
    return status ? status : closed;
}

static tf_status op(void) { return tf_run(sess, tf_write_file(in_folder("x.op"), "what an operation writes")); }

static tf_status events(void)
{
    tf_clear_error();
    tf_summary_writer *w = tf_summary_file_writer(in_folder("x.events"));
    for (int i = 0; w && i < 3; i++)
        tf_add_scalar(w, "loss", 0.5, i);
    tf_close(w);
    return tf_last_error()->code;
}

static bool is_nothing(void) { return true; }

static const struct writer {
    const char *name; /* which the report names */
    tf_status (*write)(void);
    bool (*is_there)(void); /* with `number` in it */
    bool replaces;          /* what was there stays until what is new is whole */
} writers[] = {
    { "x.npy", array, array_is_there, true },
    { "x.npz", archive, archive_is_there, true },
    { "model-", checkpoint, checkpoint_is_there, true },
    { "model-7", same_checkpoint, checkpoint_is_there, true },
    { "graph.pb", graph, graph_is_there, true },
    { "x.tfrecord", records, is_nothing, false },
    { "x.txt", text, is_nothing, false },
    { "x.op", op, is_nothing, false },
    { "x.events", events, is_nothing, false },
};
enum { WRITERS = sizeof writers / sizeof *writers };

/* ---- each in turn ------------------------------------------------------------------------------------------------------------------------- */

static off_t largest;
static int parts;
static int look_at(const char *path, const struct stat *s, int type, struct FTW *at)
{
    (void)at;
    if (type == FTW_F && s->st_size > largest)
        largest = s->st_size;
    parts += strstr(path, ".part") != NULL;
    return 0;
}
static void look(void)
{
    largest = parts = 0;
    nftw(folder, look_at, 8, FTW_PHYS);
}

/* A whole one of `kept` is there already. */
static void check_failure(const struct writer *w, float kept, long at, const char *what)
{
    number = kept + 1;
    const tf_status status = w->write();
    limit_files(RLIM_INFINITY);
    fail_at = 0;
    ck_assert_msg(status != tf_ok, "%s, %s %ld: nothing is said", w->name, what, at);
    ck_assert_msg(strstr(caught()->message, w->name), "%s, %s %ld: %s", w->name, what, at, caught()->message);
    catch_errors();
    number = kept;
    ck_assert_msg(w->is_there(), "%s, %s %ld: what was there is lost: %s", w->name, what, at, caught()->message);
    look();
    ck_assert_msg(!parts, "%s, %s %ld: a part is left behind", w->name, what, at);
}

static void open_writers(void)
{
    signal(SIGXFSZ, SIG_IGN);
    open_session_and_folder();
    variable = tf_get_variable("v", SHAPE(40));
    saver = tf_train_saver();
    must(tf_run(sess, tf_global_variables_initializer()));
}

START_TEST(a_file_that_cannot_grow_is_reported_and_what_was_there_stays)
{
    const struct writer *w = &writers[_i];
    number = 1;
    must(w->write());
    look();
    ck_assert(largest > 0 && w->is_there());
    const long step = largest > 400 ? 7 : 1; /* what a flush costs */
    for (long at = w->replaces ? 0 : 1; at < largest; at += step) {
        limit_files((rlim_t)at);
        check_failure(w, 1, at, "ends at byte");
    }
    number = 2;
    must(w->write());
    ck_assert(w->is_there());
}
END_TEST

START_TEST(a_flush_or_a_renaming_that_fails_is_reported_and_what_was_there_stays)
{
    const struct writer *w = &writers[_i];
    number = 1;
    must(w->write());
    number = 2;
    calls = 0;
    must(w->write());
    const int n = calls;
    for (int at = 1; at <= n && w->replaces; at++) {
        calls = 0;
        fail_at = at;
        number = 3;
        const tf_status status = w->write();
        fail_at = 0;
        if (status)
            ck_assert_msg(strstr(caught()->message, w->name) || strstr(caught()->message, "checkpoint"), "%s", caught()->message);
        catch_errors();
        bool is_there = w->is_there(); /* as a folder's flush may fail, and the note of a checkpoint that is whole */
        number = 2;
        is_there |= status && w->is_there();
        ck_assert_msg(is_there, "%s, call %d of %d: what is new is lost, and what was there", w->name, at, n);
        look();
        ck_assert_int_eq(parts, 0);
        number = 2;
        must(w->write());
    }
}
END_TEST

static mode_t kind_of(const char *path)
{
    struct stat s;
    return lstat(path, &s) ? 0 : s.st_mode & S_IFMT;
}

START_TEST(a_symbolic_link_stays_one_and_what_it_leads_to_is_written)
{
    static const struct {
        const char *file;
        tf_status (*write)(void);
        bool (*is_there)(void);
    } rows[] = { { "x.npy", array, array_is_there },
                 { "x.npz", archive, archive_is_there },
                 { "graph.pb", graph, graph_is_there } };
    char link[600], place[600];
    snprintf(link, sizeof link, "%s", in_folder(rows[_i].file));
    snprintf(place, sizeof place, "%s", in_folder("elsewhere"));
    ck_assert_int_eq(symlink("elsewhere", link), 0);
    for (number = 1; number < 3; number++) { /* the first time it leads nowhere yet */
        must(rows[_i].write());
        ck_assert_int_eq(kind_of(link), S_IFLNK);
        ck_assert_int_eq(kind_of(place), S_IFREG);
        ck_assert(rows[_i].is_there());
    }
}
END_TEST

START_TEST(a_pipe_is_written_and_not_replaced)
{
    char path[600], bytes[16];
    snprintf(path, sizeof path, "%s", in_folder("graph.pb"));
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_ne(graph(), tf_ok); /* nobody reads it */
    ck_assert_msg(strstr(caught()->message, "graph.pb") != NULL, "%s", caught()->message);
    catch_errors();
    const int reader = open(path, O_RDONLY | O_NONBLOCK);
    must(graph());
    ck_assert_int_eq(kind_of(path), S_IFIFO);
    ck_assert_int_gt(read(reader, bytes, sizeof bytes), 0);
    close(reader);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("writes");
    TCase *c = tcase_create("writers");
    tcase_set_timeout(c, 60);
    tcase_add_checked_fixture(c, open_writers, close_session_and_folder);
    tcase_add_loop_test(c, a_file_that_cannot_grow_is_reported_and_what_was_there_stays, 0, WRITERS);
    tcase_add_loop_test(c, a_flush_or_a_renaming_that_fails_is_reported_and_what_was_there_stays, 0, WRITERS);
    tcase_add_loop_test(c, a_symbolic_link_stays_one_and_what_it_leads_to_is_written, 0, 3);
    tcase_add_test(c, a_pipe_is_written_and_not_replaced);
    suite_add_tcase(s, c);
    return run_suite(s);
}
