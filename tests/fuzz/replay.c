/* Gives a target every file of a folder, each in a process of its own: the target's suite. */
#include <dirent.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"
#include "tests/support.h"

enum { MOST_FILES = 512, MOST_BYTES = 1 << 20 };
static const char *folder;
static struct dirent **files;
static int n_files;

static int is_file(const struct dirent *entry) { return entry->d_name[0] != '.'; }

START_TEST(a_seed_does_no_harm)
{
    static uint8_t bytes[MOST_BYTES];
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, files[_i]->d_name);
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "%s cannot be opened", path);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    uint8_t *exact = malloc(n ? n : 1); /* so that one byte too far is seen */
    for (size_t i = 0; i < n; i++)
        exact[i] = bytes[i];
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
}
END_TEST

int main(int argc, char **argv)
{
    folder = argc > 1 ? argv[1] : ".";
    n_files = scandir(folder, &files, is_file, alphasort);
    Suite *suite = suite_create(folder);
    TCase *c = tcase_create("seeds");
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, a_seed_does_no_harm, 0, n_files < 0 ? 1 : n_files);
    suite_add_tcase(suite, c);
    const int failed = run_suite(suite);
    for (int i = 0; i < n_files; i++)
        free(files[i]);
    free(files);
    return failed || n_files < 1;
}
