/* The programs in the documents compile without a warning and do what is said of them; what the documents list is all there is. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "session/plan/pipeline.h"
#include "tests/support.h"

static char folder[256], output[16384];

static void setup(void) { make_folder(folder, sizeof folder); }
static void teardown(void) { remove_folder(folder); }

/* The first block fenced as C of a document, in folder/program.c; returns its lines. */
static int extract(const char *document)
{
    char path[512], line[1024];
    int block = -1, lines = 0;
    bool inside = false;
    FILE *readme = fopen(document, "r");
    snprintf(path, sizeof path, "%s/program.c", folder);
    FILE *program = fopen(path, "w");
    ck_assert(readme && program);
    while (fgets(line, sizeof line, readme)) {
        if (strncmp(line, "```", 3) == 0) {
            inside = !inside && strcmp(line, "```c\n") == 0;
            block += inside;
        } else if (inside && block == 0) {
            fputs(line, program);
            lines += line[0] != '\n';
        }
    }
    fclose(readme);
    fclose(program);
    return lines;
}

static void compile(const char *more)
{
    int status = run_command(output, sizeof output,
                             README_CC
                             " -std=c11 -Wall -Wextra -Wconversion -Wshadow -Werror %s '%s/program.c' -o '%s/program' " README_LINK,
                             more, folder, folder);
    ck_assert_msg(status == 0, "%s", output);
}

START_TEST(the_model_is_short_compiles_without_a_warning_and_learns)
{
    float error = 1;
    ck_assert_int_le(extract(DOCUMENTS "/README.md"), 22);
    compile("-Wpedantic");
    ck_assert_msg(run_command(output, sizeof output, "'%s/program'", folder) == 0, "%s", output);
    ck_assert_msg(sscanf(output, "loss %f", &error) == 1 && error < 0.05f, "%s", output);
}
END_TEST

START_TEST(the_explanation_is_what_the_program_prints)
{
    char line[1024];
    int lines = 0;
    ck_assert_int_gt(extract(DOCUMENTS "/session/README.md"), 0);
    compile("");
    unsetenv("TF1C_PASSES_OFF"); /* the document shows all passes at work */
    ck_assert_msg(run_command(output, sizeof output, "'%s/program'", folder) == 0, "%s", output);
    FILE *readme = fopen(DOCUMENTS "/session/README.md", "r");
    ck_assert_ptr_nonnull(readme);
    for (bool inside = false; fgets(line, sizeof line, readme);) {
        inside = strncmp(line, "    ", 4) == 0 && (inside || strncmp(line + 4, "== ", 3) == 0);
        if (inside && strstr(line, "…") == NULL) {
            ck_assert_msg(strstr(output, line + 4), "no line\n%sin\n%s", line + 4, output);
            lines++;
        }
    }
    fclose(readme);
    ck_assert_int_ge(lines, 10);
}
END_TEST

START_TEST(the_op_of_ones_own_computes_and_has_a_gradient)
{
    ck_assert_int_gt(extract(DOCUMENTS "/CONTRIBUTING.md"), 0);
    compile("");
    ck_assert_msg(run_command(output, sizeof output, "'%s/program'", folder) == 0, "%s", output);
}
END_TEST

/* ---- the table from Python to C ---------------------------------------------------------------------------------------------- */

/* All of a file, terminated; the caller frees it. */
static char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s", path);
    char *text = malloc(1 << 20);
    ck_assert(text != NULL);
    size_t n = fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    text[n] = '\0';
    return text;
}

/* Spaces over comments and texts in quotes. */
static void blank_comments_and_strings(char *c)
{
    while (*c) {
        char *end = c[0] == '/' && c[1] == '*' ? strstr(c + 2, "*/") + 2 : NULL;
        if (*c == '"' || *c == '\'')
            for (end = c + 1; *end++ != *c;)
                end += end[-1] == '\\';
        for (; end && c < end; c++)
            *c = ' ';
        c += !end;
    }
}

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

static bool has_word(const char *text, const char *word, size_t n)
{
    for (const char *at = text; (at = strchr(at, *word)); at++)
        if (strncmp(at, word, n) == 0 && !is_word(at[n]) && (at == text || !is_word(at[-1])))
            return true;
    return false;
}

static const char *const examples[] = { "rnn_static_lstm", "lstm_from_scratch", "char_rnn",
                                        "rnn_dynamic",     "scan_basics",       "adding_gru" };

START_TEST(every_name_that_an_example_uses_stands_in_the_table)
{
    char path[512], missing[1024] = "";
    snprintf(path, sizeof path, "%s/../%s.c", DATA_DIR, examples[_i]);
    char *readme = read_text(DOCUMENTS "/examples/from_python.md"), *program = read_text(path);
    int names = 0;
    blank_comments_and_strings(program);
    for (const char *c = program; *c; c++) {
        size_t n = 0;
        while (is_word(c[n]))
            n++;
        if (strncmp(c, "tf_", 3) == 0 || strncmp(c, "np_", 3) == 0 || strncmp(c, "plt_", 4) == 0) {
            names++;
            if (!has_word(readme, c, n) && !has_word(missing, c, n))
                snprintf(missing + strlen(missing), sizeof missing - strlen(missing), " %.*s", (int)n, c);
        }
        c += n ? n - 1 : 0;
    }
    ck_assert_msg(names > 30, "%s: %d names", examples[_i], names);
    ck_assert_msg(!*missing, "%s:%s", examples[_i], missing);
    free(readme);
    free(program);
}
END_TEST

START_TEST(the_index_has_every_public_name)
{
    static char index[1 << 16];
    char *table = read_text(DOCUMENTS "/examples/from_python.md");
    const int status =
        run_command(index, sizeof index,
                    "python3 " DOCUMENTS "/tests/coverage/coverage.py --index " DOCUMENTS "/session " DOCUMENTS "/examples/kit");
    ck_assert_msg(status == 0, "%s", index);
    ck_assert_msg(strstr(table, index), "the index is not what `tests/coverage/coverage.py --index session examples/kit` prints");
    free(table);
}
END_TEST

START_TEST(the_stages_are_those_of_the_pipeline)
{
    char row[512];
    char *text = read_text(DOCUMENTS "/session/README.md"), *at = text;
    for (int i = 0; ir_stage_at(i); i++) {
        const ir_stage *s = ir_stage_at(i);
        snprintf(row, sizeof row, "| `%s` | %s | %s |\n", s->name, s->optional ? "yes" : "", s->does);
        at = strstr(at, row);
        ck_assert_msg(at, "session/README.md lacks, or has out of order:\n%s", row);
    }
    free(text);
}
END_TEST

START_TEST(the_readme_is_short)
{
    int lines = 0;
    char *text = read_text(DOCUMENTS "/README.md");
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    ck_assert_int_le(lines, 150);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("readme");
    TCase *programs = tcase_create("programs");
    tcase_add_checked_fixture(programs, setup, teardown);
    tcase_set_timeout(programs, 60);
    tcase_add_test(programs, the_model_is_short_compiles_without_a_warning_and_learns);
    tcase_add_test(programs, the_explanation_is_what_the_program_prints);
    tcase_add_test(programs, the_op_of_ones_own_computes_and_has_a_gradient);
    tcase_add_test(programs, the_index_has_every_public_name);
    tcase_add_test(programs, the_stages_are_those_of_the_pipeline);
    tcase_add_test(programs, the_readme_is_short);
    tcase_add_loop_test(programs, every_name_that_an_example_uses_stands_in_the_table, 0,
                        (int)(sizeof examples / sizeof *examples));
    suite_add_tcase(suite, programs);
    return run_suite(suite);
}
