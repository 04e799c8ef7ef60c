/* Reports, handlers and the last error. */
#include <check.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/status.h"

static char seen[4096]; /* what the handler below was told */

static void keep(const tf_error *error) { snprintf(seen, sizeof seen, "%d %s", (int)error->code, error->message); }

static void quiet(void)
{
    tf_on_error(tf_silent);
    tf_clear_error();
    seen[0] = '\0';
}

static const struct {
    tf_status code;
    const char *name;
} name_cases[] = {
    { tf_ok, "OK" },
    { tf_invalid_argument, "InvalidArgumentError" },
    { tf_data_loss, "DataLossError" },
    { tf_value_error, "ValueError" },
    { tf_memory_error, "MemoryError" },
    { tf_os_error, "OSError" },
    { (tf_status)2, "UnknownError" },
    { (tf_status)-7, "UnknownError" },
};

START_TEST(a_status_has_the_name_of_its_class)
{
    ck_assert_str_eq(tf_status_name(name_cases[_i].code), name_cases[_i].name);
}
END_TEST

START_TEST(a_report_goes_to_the_handler_and_stays_as_the_last_error)
{
    tf_source here = TF_SOURCE;
    const tf_error *e;

    tf_on_error(keep);
    ck_assert_int_eq(tf_fail(tf_value_error, here, "logits/MatMul", "got %d, wanted %s", 3, "4"), tf_value_error);
    ck_assert_str_eq(seen, "32 got 3, wanted 4");
    e = tf_last_error();
    ck_assert_int_eq(e->code, tf_value_error);
    ck_assert_str_eq(e->class_name, "ValueError");
    ck_assert_str_eq(e->message, "got 3, wanted 4");
    ck_assert_str_eq(e->op, "logits/MatMul");
    ck_assert_str_eq(e->where.file, __FILE__);
    ck_assert_int_eq(e->where.line, here.line);
}
END_TEST

START_TEST(without_a_report_the_last_error_is_ok_and_empty)
{
    tf_fail(tf_internal, TF_SOURCE, NULL, "x");
    tf_clear_error();
    ck_assert_int_eq(tf_last_error()->code, tf_ok);
    ck_assert_str_eq(tf_last_error()->class_name, "OK");
    ck_assert_str_eq(tf_last_error()->message, "");
    ck_assert_ptr_null(tf_last_error()->op);
    ck_assert_ptr_null(tf_last_error()->where.file);
}
END_TEST

START_TEST(the_code_ok_makes_no_report)
{
    tf_on_error(keep);
    ck_assert_int_eq(tf_fail(tf_ok, TF_SOURCE, NULL, "nothing"), tf_ok);
    ck_assert_str_eq(seen, "");
}
END_TEST

START_TEST(setting_a_handler_answers_the_one_before)
{
    ck_assert(tf_on_error(keep) == tf_silent);
    ck_assert(tf_on_error(NULL) == keep);
    ck_assert(tf_on_error(tf_silent) == tf_report);
}
END_TEST

START_TEST(a_report_may_quote_the_last_error)
{
    tf_fail(tf_value_error, TF_SOURCE, "inner", "inner message");
    tf_fail(tf_runtime_error, tf_last_error()->where, tf_last_error()->op, "because: %s", tf_last_error()->message);
    ck_assert_str_eq(tf_last_error()->message, "because: inner message");
    ck_assert_str_eq(tf_last_error()->op, "inner");
    ck_assert_str_eq(tf_last_error()->where.file, __FILE__);
}
END_TEST

START_TEST(a_text_too_long_is_cut_with_dots_and_whole_characters)
{
    enum { TEXT = 6000 };
    char text[TEXT + 1];
    size_t n;

    for (int i = 0; i < TEXT; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    text[TEXT] = '\0';
    tf_fail(tf_value_error, (tf_source){ text, 1 }, text, "%s%s", _i ? "a" : "", text);
    n = strlen(tf_last_error()->message);
    ck_assert_uint_gt(n, 1000);
    ck_assert_str_eq(tf_last_error()->message + n - 3, "...");
    ck_assert_int_eq((unsigned char)tf_last_error()->message[n - 4], 0xa9);
    ck_assert_int_eq((unsigned char)tf_last_error()->op[strlen(tf_last_error()->op) - 4], 0xa9);
    ck_assert_int_eq(strncmp(tf_last_error()->where.file, "...", 3), 0);
}
END_TEST

static void fail_again(const tf_error *error)
{
    tf_on_error(tf_silent);
    tf_fail(tf_internal, TF_SOURCE, NULL, "another");
    keep(error);
}

START_TEST(a_call_failing_in_a_handler_leaves_the_handlers_report_alone)
{
    tf_on_error(fail_again);
    tf_fail(tf_value_error, TF_SOURCE, NULL, "the first");
    ck_assert_str_eq(seen, "32 the first");
    ck_assert_str_eq(tf_last_error()->message, "another");
}
END_TEST

static jmp_buf out;

static void leave(const tf_error *error) { longjmp(out, (int)error->code); }

START_TEST(a_handler_may_jump_out_and_is_called_again)
{
    volatile int jumps = 0;
    int code;

    tf_on_error(leave);
    code = setjmp(out);
    if (code) {
        jumps++;
        ck_assert_int_eq(code, tf_value_error);
    }
    if (jumps < 2)
        tf_fail(tf_value_error, TF_SOURCE, NULL, "x");
    ck_assert_int_eq(jumps, 2);
}
END_TEST

static void *fail_in_thread(void *none)
{
    ck_assert_int_eq(tf_last_error()->code, tf_ok);
    tf_on_error(tf_silent);
    tf_fail(tf_not_found, TF_SOURCE, NULL, "in the thread");
    ck_assert_str_eq(tf_last_error()->message, "in the thread");
    return none;
}

START_TEST(handler_and_last_error_belong_to_the_thread)
{
    pthread_t thread;

    tf_on_error(keep);
    tf_fail(tf_value_error, TF_SOURCE, NULL, "here");
    ck_assert_int_eq(pthread_create(&thread, NULL, fail_in_thread, NULL), 0);
    pthread_join(thread, NULL);
    ck_assert_str_eq(seen, "32 here");
    ck_assert_str_eq(tf_last_error()->message, "here");
}
END_TEST

/* ---- what is written to stderr ---- */
static const struct {
    tf_error error;
    const char *text;
} report_cases[] = {
    { { tf_value_error, "ValueError", "bad shape", "x", { "file.c", 41 }, { NULL, 0 } },
      "ValueError: bad shape\n  op 'x' (file.c:41)\n" },
    { { tf_value_error, "ValueError", "bad shape", NULL, { "file.c", 41 }, { NULL, 0 } },
      "ValueError: bad shape\n  (file.c:41)\n" },
    { { tf_type_error, "TypeError", "no", "x", { NULL, 0 }, { NULL, 0 } }, "TypeError: no\n  op 'x'\n" },
    { { tf_memory_error, "MemoryError", "no memory", NULL, { NULL, 0 }, { NULL, 0 } }, "MemoryError: no memory\n" },
    { { tf_invalid_argument, "InvalidArgumentError", "unfed", "x", { "model.c", 4 }, { "train.c", 41 } },
      "InvalidArgumentError: unfed\n  op 'x' (model.c:4), in the run at train.c:41\n" },
};

/* Runs the handler in a child; its stderr into text, its wait status returned. */
static int run_handler(tf_error_handler *handler, const tf_error *error, char *text, size_t n)
{
    int pipes[2], status;
    ssize_t got;
    size_t at = 0;
    pid_t child;

    ck_assert_int_eq(pipe(pipes), 0);
    child = fork();
    if (child == 0) {
        dup2(pipes[1], STDERR_FILENO);
        close(pipes[1]);
        handler(error);
        _exit(42);
    }
    close(pipes[1]);
    while ((got = read(pipes[0], text + at, n - 1 - at)) > 0)
        at += (size_t)got;
    text[at] = '\0';
    close(pipes[0]);
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(a_report_reads_like_pythons)
{
    char text[512];

    ck_assert_int_eq(run_handler(tf_report, &report_cases[_i].error, text, sizeof text), 42);
    ck_assert_str_eq(text, report_cases[_i].text);
    ck_assert_int_eq(run_handler(tf_exit, &report_cases[_i].error, text, sizeof text), 1);
    ck_assert_str_eq(text, report_cases[_i].text);
    ck_assert_int_eq(run_handler(tf_silent, &report_cases[_i].error, text, sizeof text), 42);
    ck_assert_str_eq(text, "");
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

int main(void)
{
    Suite *suite = suite_create("core_status");
    TCase *tests = tcase_create("status");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, quiet, NULL);
    tcase_add_loop_test(tests, a_status_has_the_name_of_its_class, 0, COUNT(name_cases));
    tcase_add_test(tests, a_report_goes_to_the_handler_and_stays_as_the_last_error);
    tcase_add_test(tests, without_a_report_the_last_error_is_ok_and_empty);
    tcase_add_test(tests, the_code_ok_makes_no_report);
    tcase_add_test(tests, setting_a_handler_answers_the_one_before);
    tcase_add_test(tests, a_report_may_quote_the_last_error);
    tcase_add_loop_test(tests, a_text_too_long_is_cut_with_dots_and_whole_characters, 0, 2);
    tcase_add_test(tests, a_call_failing_in_a_handler_leaves_the_handlers_report_alone);
    tcase_add_test(tests, a_handler_may_jump_out_and_is_called_again);
    tcase_add_test(tests, handler_and_last_error_belong_to_the_thread);
    tcase_add_loop_test(tests, a_report_reads_like_pythons, 0, COUNT(report_cases));
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
