/* Bytes as text and back. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/escape.h"

static const struct {
    const char *bytes, *text;
} rows[] = {
    { "a b~", "a b~" },           { "\n\r\t", "\\n\\r\\t" },
    { "\"'\\", "\\\"\\'\\\\" },   { "\a\b\f\v\033\177", "\\007\\010\\014\\013\\033\\177" },
    { "\303\274", "\\303\\274" },
};

START_TEST(bytes_are_written_as_tensorflow_writes_them)
{
    tf1c_buffer b = { 0 };
    tf1c_buffer_escaped(&b, rows[_i].bytes, strlen(rows[_i].bytes));
    tf1c_buffer_byte(&b, '\0');
    ck_assert_str_eq(b.data, rows[_i].text);
    tf1c_buffer_free(&b);
}
END_TEST

START_TEST(every_byte_reads_back)
{
    for (int byte = 0; byte < 256; byte++) {
        char said[TF1C_ESCAPED];
        const char *at = tf1c_escape((unsigned char)byte, said) + 1, *end = said + strlen(said);
        if (*said != '\\')
            ck_assert_int_eq((unsigned char)*said, byte);
        else
            ck_assert_int_eq(tf1c_unescape(&at, end), byte);
        ck_assert(at == end);
    }
}
END_TEST

/* What others write, and what is left of it. */
static const struct {
    const char *text, *left;
    unsigned char byte;
} foreign[] = {
    { "a1", "1", '\a' }, { "1018", "8", 'A' },   { "18", "8", 1 }, { "7", "", 7 },   { "377", "", 255 }, { "x41f", "f", 'A' },
    { "x4", "", 4 },     { "xFFFF", "FF", 255 }, { "xg", "g", 0 }, { "q", "", 'q' }, { "?", "", '?' },   { "8", "", '8' },
};

START_TEST(escapes_of_others_are_read)
{
    const char *at = foreign[_i].text, *end = at + strlen(at);
    ck_assert_int_eq(tf1c_unescape(&at, end), foreign[_i].byte);
    ck_assert_str_eq(at, foreign[_i].left);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("escape");
    TCase *tests = tcase_create("escape");
    tcase_add_loop_test(tests, bytes_are_written_as_tensorflow_writes_them, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(tests, every_byte_reads_back);
    tcase_add_loop_test(tests, escapes_of_others_are_read, 0, (int)(sizeof foreign / sizeof *foreign));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
