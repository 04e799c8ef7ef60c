/* Text as numbers, in batches, and a program's progress and options. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <tf1c_kit.h>

#include "examples/kit/kit.h"
#include "tests/support.h"

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz";

START_TEST(a_texts_vocabulary_is_its_bytes_in_order)
{
    tf_text t = tf_text_of("hello \xffworld", 12);
    ck_assert_int_eq(t.length, 12);
    ck_assert_int_eq(t.vocab_size, 9);
    ck_assert_mem_eq(t.vocab, " dehlorw\xff", 9);
    ck_assert_int_eq(t.codes[0], 3);
    ck_assert_int_eq(t.codes[6], 8);
    for (int i = 0; i < 12; i++)
        ck_assert_int_eq(tf_text_char(&t, t.codes[i]), t.chars[i]);
}
END_TEST

/* 26 letters in rows of two and columns of three: 24 are kept. */
static const struct {
    const char *x[2], *y[2];
} batch_cases[] = {
    { { "abc", "mno" }, { "bcd", "nop" } },
    { { "def", "pqr" }, { "efg", "qrs" } },
    { { "ghi", "stu" }, { "hij", "tuv" } },
    { { "jkl", "vwx" }, { "klm", "wxa" } }, /* behind the end comes the beginning */
};

static void check_rows(const tf_text *t, tf_ndarray a, const char *const rows[2])
{
    ck_assert(a.dtype == tf_int32 && tf_dims_equal(a.shape, SHAPE(2, 3)));
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(tf_text_char(t, ((int32_t *)a.data)[i]), rows[i / 3][i % 3]);
}

START_TEST(batches_run_on_along_each_row)
{
    tf_text t = tf_text_of(alphabet, 26);
    tf_text_batches batches = tf_text_batches_of(&t, 2, 3);
    tf_text_batch b;
    ck_assert_int_eq(batches.num_batches, COUNT(batch_cases));
    for (int i = 0; i < COUNT(batch_cases); i++) {
        ck_assert(tf_text_next(&batches, &b));
        check_rows(&t, b.x, batch_cases[i].x);
        check_rows(&t, b.y, batch_cases[i].y);
    }
    ck_assert(!tf_text_next(&batches, &b));
    ck_assert(!tf_text_next(&batches, &b));
}
END_TEST

/* The golden's x and y are what NumPy made of a text; from x the text is put together again. */
START_TEST(batches_are_those_that_tensorflow_was_trained_on)
{
    np_npz *z = np_npz_open(TEST_DIR "/golden/char_rnn_adam.npz");
    tf_ndarray x = np_npz_get(z, "x"), y = np_npz_get(z, "y");
    int rows = 20, columns = (int)x.shape.dims[1], n = (int)(x.shape.dims[0] / rows), k = 0;
    char *chars = malloc((size_t)np_size(x));
    for (int64_t i = 0; i < np_size(x); i++) {
        int64_t batch = i / (rows * columns), row = i / columns % rows, column = i % columns;
        chars[(row * n + batch) * columns + column] = (char)(' ' + ((int32_t *)x.data)[i]);
    }
    tf_text t = tf_text_of(chars, np_size(x));
    tf_text_batches batches = tf_text_batches_of(&t, rows, columns);
    ck_assert_int_eq(batches.num_batches, n);
    for (tf_text_batch b; tf_text_next(&batches, &b); k++) {
        ck_assert_mem_eq(b.x.data, (int32_t *)x.data + k * rows * columns, np_nbytes(b.x));
        ck_assert_mem_eq(b.y.data, (int32_t *)y.data + k * rows * columns, np_nbytes(b.y));
    }
    ck_assert_int_eq(k, n);
    free(chars);
    np_free(&x);
    np_free(&y);
    np_npz_close(z);
}
END_TEST

START_TEST(characters_are_encoded_and_sampled)
{
    char out[64];
    tf_text t = tf_text_of(alphabet, 26);
    tf_ndarray codes = tf_text_encode(&t, "hi", 2);
    ck_assert(tf_dims_equal(codes.shape, SHAPE(1, 2)) && codes.dtype == tf_int32);
    ck_assert(np_get(codes, 0) == 7 && np_get(codes, 1) == 8);
    np_random_seed(0);
    for (int i = 0; i < 200; i++) {
        ck_assert_int_eq(tf_text_sample(&t, out, 20), 20);
        ck_assert_mem_eq(out, alphabet + (out[0] - 'a'), 20);
    }
    ck_assert_int_eq(tf_text_sample(&t, out, 60), 26);
    ck_assert_mem_eq(out, alphabet, 26);
    ck_assert_int_eq(tf_text_sample(&t, out, 0), 0);
}
END_TEST

/* ---- mistakes --------------------------------------------------------------------------------------------------- */
static void read_nothing(tf_text *t) { *t = tf_text_read("/no/such/file"); }
static void read_null(tf_text *t) { *t = tf_text_read(NULL); }
static void read_folder(tf_text *t) { *t = tf_text_read("/"); }
static void read_empty(tf_text *t) { *t = tf_text_read("/dev/null"); }
static void of_nothing(tf_text *t) { *t = tf_text_of("", 0); }
static void no_rows(tf_text *t) { tf_text_batches_of(t, 0, 3); }
static void too_large(tf_text *t) { tf_text_batches_of(t, 9, 3); }
static void encode_foreign(tf_text *t) { ck_assert_ptr_null(tf_text_encode(t, "aZ", 2).data); }
static void encode_byte(tf_text *t) { ck_assert_ptr_null(tf_text_encode(t, "\x01", 1).data); }
static void encode_nothing(tf_text *t) { ck_assert_ptr_null(tf_text_encode(t, "a", 0).data); }
static void code_outside(tf_text *t) { ck_assert_int_eq(tf_text_char(t, 26), '?'); }
static void code_negative(tf_text *t) { ck_assert_int_eq(tf_text_char(t, -1), '?'); }

static const struct {
    void (*make)(tf_text *t);
    tf_status code;
    const char *message;
} mistakes[] = {
    { read_nothing, tf_not_found, "/no/such/file; No such file or directory" },
    { read_null, tf_type_error, "The path is NULL." },
    { read_folder, tf_os_error, "/; Is a directory" },
    { read_empty, tf_value_error, "/dev/null: the text is empty" },
    { of_nothing, tf_value_error, "the text is empty" },
    { no_rows, tf_value_error, "batch_size and seq_length must be at least 1, but are 0 and 3" },
    { too_large, tf_value_error, "a text of 26 characters is shorter than one batch of 9 x 3" },
    { encode_foreign, tf_key_error, "'Z' is not in the vocabulary" },
    { encode_byte, tf_key_error, "'\\x01' is not in the vocabulary" },
    { encode_nothing, tf_value_error, "0 characters cannot be encoded: at least 1 is needed" },
    { code_outside, tf_lookup_error, "code 26 is outside the vocabulary of 26 characters" },
    { code_negative, tf_lookup_error, "code -1 is outside the vocabulary of 26 characters" },
};

START_TEST(a_mistake_is_reported_at_the_users_line_and_the_text_lives_on)
{
    tf_text t = tf_text_of(alphabet, 26);
    tf_text_batch b;
    char out[4];
    catch_errors();
    mistakes[_i].make(&t);
    ck_assert_int_eq(caught()->count, 1);
    ck_assert_int_eq(caught()->code, mistakes[_i].code);
    ck_assert_str_eq(caught()->message, mistakes[_i].message);
    ck_assert_str_eq(tf_last_error()->where.file, __FILE__);
    if (t.length == 0) { /* an empty text is safe to go on with, and quiet */
        tf_text_batches none = tf_text_batches_of(&t, 1, 1);
        ck_assert(!tf_text_next(&none, &b));
        ck_assert_ptr_null(tf_text_encode(&t, "a", 1).data);
        ck_assert_int_eq(tf_text_char(&t, 0), '?');
        ck_assert_int_eq(tf_text_sample(&t, out, 3), 0);
        ck_assert_int_eq(caught()->count, 1);
    }
}
END_TEST

static int countdown;
static bool fail_in_turn(size_t size)
{
    (void)size;
    return countdown-- != 0;
}

START_TEST(each_allocation_that_fails_gives_a_memory_error_and_no_more)
{
    int i = 0;
    for (bool done = false; !done; i++) {
        catch_errors();
        countdown = i;
        tf1c_kit_alloc_hook = fail_in_turn;
        tf_text t = tf_text_read(DATA_DIR "/text.txt");
        tf_text_batches batches = tf_text_batches_of(&t, 4, 5);
        for (tf_text_batch b; tf_text_next(&batches, &b);)
            ck_assert_ptr_nonnull(b.x.data);
        tf_text_encode(&t, "The", 3);
        tf_text_of("abc", 3);
        tf1c_kit_alloc_hook = NULL;
        tf_kit_release();
        done = countdown >= 0;
        ck_assert_int_eq(caught()->count > 0, !done);
        ck_assert_int_eq(caught()->code, done ? tf_ok : tf_memory_error);
    }
    ck_assert_int_gt(i, 7);
}
END_TEST

/* ---- what a program prints: run in a child, its standard output and error read back ----------------------------- */
static int run(void (*program)(void *), void *arg, char *text, size_t n)
{
    int pipe_ends[2], status;
    size_t at = 0;
    ck_assert_int_eq(pipe(pipe_ends), 0);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        dup2(pipe_ends[1], 1);
        dup2(pipe_ends[1], 2);
        close(pipe_ends[0]);
        close(pipe_ends[1]);
        program(arg);
        fflush(stdout);
        _exit(42);
    }
    close(pipe_ends[1]);
    for (ssize_t got; at + 1 < n && (got = read(pipe_ends[0], text + at, n - 1 - at)) > 0;)
        at += (size_t)got;
    text[at] = '\0';
    close(pipe_ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void train(void *arg)
{
    (void)arg;
    tf_progress bar = tf_progress_start(200);
    for (int step = 1; step <= 200; step++)
        if (tf_progress_due(&bar, step))
            tf_progress_show(&bar, step, .loss = 1.0 / step, .accuracy = step / 200.0);
    tf_progress_end(&bar);
}

START_TEST(without_a_terminal_progress_is_a_dozen_plain_lines)
{
    char text[8192];
    int lines = 0;
    ck_assert_int_eq(run(train, NULL, text, sizeof text), 42);
    for (const char *c = text; *c; c++) {
        ck_assert(*c != '\r');
        lines += *c == '\n';
    }
    ck_assert_int_eq(lines, 11); /* the first step, then every tenth of the way */
    ck_assert_ptr_nonnull(strstr(text, "step 1/200"));
    ck_assert_ptr_nonnull(strstr(text, "ETA"));
    ck_assert_ptr_nonnull(strstr(text, "step 200/200"));
    ck_assert_ptr_nonnull(strstr(text, "loss 0.0050  accuracy 1.000\n"));
}
END_TEST

static void print_between(void *arg)
{
    (void)arg;
    tf_progress bar = tf_progress_start(2);
    tf_progress_show(&bar, 1, .loss = 1);
    tf_progress_print(&bar, "Epoch %d", 1);
    tf_progress_show(&bar, 2);
    tf_progress_end(&bar);
}

START_TEST(a_line_printed_between_progress_stands_by_itself)
{
    char text[8192];
    ck_assert_int_eq(run(print_between, NULL, text, sizeof text), 42);
    ck_assert_ptr_nonnull(strstr(text, "loss 1.0000\nEpoch 1\nstep 2/2"));
}
END_TEST

/* ---- options ---------------------------------------------------------------------------------------------------- */
static const struct {
    const char *args[4];
    int status; /* 42: parsed */
    const char *says;
} option_cases[] = {
    { { NULL }, 42, "steps 700 rate 0.001 save loss.png quiet 0 seed 1" },
    { { "--steps", "5", "--quiet" }, 42, "steps 5 rate 0.001 save loss.png quiet 1 seed 1" },
    { { "--steps=5", "--rate=1e-2", "--save=a=b" }, 42, "steps 5 rate 0.01 save a=b quiet 0 seed 1" },
    { { "--quiet", "--no-quiet", "--seed=9000000000" }, 42, "quiet 0 seed 9000000000" },
    { { "--save", "" }, 42, "save  quiet" },
    { { "--help" }, 0, "--rate X               learning rate (0.001)" },
    { { "-h" }, 0, "Usage: program [OPTION…]\nTrains.\n" },
    { { "--steps", "many" }, 2, "program: error: option --steps: invalid number: 'many' (--help lists the options)" },
    { { "--steps", "9000000000" }, 2, "invalid number: '9000000000'" },
    { { "--rate", "1x" }, 2, "invalid number: '1x'" },
    { { "--steps" }, 2, "option --steps needs a value" },
    { { "--quiet=1" }, 2, "option --quiet takes no value" },
    { { "--step", "5" }, 2, "unrecognized option: --step" },
    { { "--no-steps" }, 2, "unrecognized option: --no-steps" },
    { { "data" }, 2, "unrecognized argument: data" },
    { { "--steps", "1", "--rate", "1" }, 42, "steps 1 rate 1" },
    { { "--steps", "0" }, 2, "program: error: option --steps: 0 is less than 1 (--help" },
    { { "--rate=-0.5" }, 2, "option --rate: -0.5 is not from 0 to 1" },
    { { "--rate=nan" }, 2, "option --rate: nan is not from 0 to 1" },
    { { "--cell", "lstm" }, 42, "steps 700" },
    { { "--cell", "gru" }, 2, "option --cell: invalid choice: 'gru' (choose from 'rnn', 'lstm')" },
    { { "--log", "/nowhere/log" }, 2, "option --log: cannot write '/nowhere/log': No such file or directory" },
    { { "--log", "/" }, 2, "option --log: cannot write '/': Is a directory" },
};

static void parse(void *arg)
{
    const char *const *args = arg;
    char *argv[6] = { "/bin/program" };
    int argc = 1, steps = 700;
    double rate = 0.001;
    const char *save = "loss.png", *cell = "rnn", *log = "/dev/null";
    bool quiet = false;
    long seed = 1;
    for (; argc < 5 && args[argc - 1]; argc++)
        argv[argc] = (char *)args[argc - 1];
    tf_options(argc, argv, "Trains.", OPTION("steps", &steps, "training steps", AT_LEAST(1)),
               OPTION("rate", &rate, "learning rate", BETWEEN(0, 1)), OPTION("save", &save, "PNG"),
               OPTION("quiet", &quiet, "no progress"), OPTION("seed", &seed, "seed"),
               OPTION("cell", &cell, "kind of cell", ONE_OF("rnn", "lstm")), OPTION("log", &log, "file", TO_WRITE));
    printf("steps %d rate %g save %s quiet %d seed %ld\n", steps, rate, save, quiet, seed);
}

START_TEST(options_are_parsed_as_argparse_does)
{
    char text[2048];
    int status = run(parse, (void *)option_cases[_i].args, text, sizeof text);
    ck_assert_msg(strstr(text, option_cases[_i].says), "%s", text);
    ck_assert_int_eq(status, option_cases[_i].status);
}
END_TEST

START_TEST(a_file_that_unpacks_to_far_more_than_it_is_is_refused)
{
    enum { MEGABYTES = 160 };
    static const char nothing[1 << 20];
    char path[] = "/tmp/tf1c-text-XXXXXX";
    const int fd = mkstemp(path);
    gzFile f = gzdopen(fd, "wb1");
    for (int i = 0; i < MEGABYTES; i++)
        ck_assert_int_eq(gzwrite(f, nothing, sizeof nothing), sizeof nothing);
    gzclose(f);
    catch_errors();
    tf_text t = tf_text_read(path);
    ck_assert_int_eq(t.length, 0);
    ck_assert_int_eq(caught()->code, tf_resource_exhausted);
    catch_errors();
    tf_text endless = tf_text_read("/dev/zero");
    ck_assert_int_eq(endless.length, 0);
    ck_assert_int_eq(caught()->code, tf_resource_exhausted);
    unlink(path);
    catch_errors();
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    tf_text waiting = tf_text_read(path);
    ck_assert_int_eq(waiting.length, 0);
    ck_assert_int_eq(caught()->code, tf_os_error);
    unlink(path);
}
END_TEST

START_TEST(a_training_keeps_its_last_five_checkpoints)
{
    enum { STEPS = 7 };
    char folder[128], path[160];
    make_folder(folder, sizeof folder);
    tf_variable(1.0);
    tf_session *sess = tf_session();
    tf_training run = { .checkpoint = folder };
    ck_assert_int_eq(tf_run(sess, tf_global_variables_initializer()), tf_ok);
    ck_assert_int_eq(tf_training_start(&run, sess, STEPS), tf_ok);
    for (int step = 1; tf_training_goes_on(&run, step); step++)
        run.saved_at = -INFINITY;
    tf_training_end(&run);
    for (int step = 1; step <= STEPS; step++) {
        snprintf(path, sizeof path, "%s/model-%d", folder, step);
        ck_assert_int_eq(tf_train_checkpoint_exists(path), step > STEPS - 5);
    }
    tf_close(sess);
    remove_folder(folder);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kit_text");
    TCase *text = tcase_create("text"), *program = tcase_create("program");
    tcase_add_test(text, a_texts_vocabulary_is_its_bytes_in_order);
    tcase_add_test(text, batches_run_on_along_each_row);
    tcase_add_test(text, batches_are_those_that_tensorflow_was_trained_on);
    tcase_add_test(text, characters_are_encoded_and_sampled);
    tcase_add_loop_test(text, a_mistake_is_reported_at_the_users_line_and_the_text_lives_on, 0, COUNT(mistakes));
    tcase_add_test(text, a_file_that_unpacks_to_far_more_than_it_is_is_refused);
    tcase_add_test(text, each_allocation_that_fails_gives_a_memory_error_and_no_more);
    tcase_add_test(program, without_a_terminal_progress_is_a_dozen_plain_lines);
    tcase_add_test(program, a_line_printed_between_progress_stands_by_itself);
    tcase_add_test(program, a_training_keeps_its_last_five_checkpoints);
    tcase_add_loop_test(program, options_are_parsed_as_argparse_does, 0, COUNT(option_cases));
    suite_add_tcase(suite, text);
    suite_add_tcase(suite, program);
    return run_suite(suite);
}
