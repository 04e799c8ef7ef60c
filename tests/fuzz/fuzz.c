#include "tests/fuzz/fuzz.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64], written[8][128];
static int n_written;
static pid_t owner;

static void forget(void)
{
    if (owner != getpid())
        return;
    for (int i = 0; i < n_written; i++)
        unlink(written[i]);
    rmdir(folder);
}

/* A process that was forked for one test has one of its own. */
static void make_folder(void)
{
    if (owner == getpid())
        return;
    snprintf(folder, sizeof folder, "/tmp/tf1c-fuzz.XXXXXX");
    if (!mkdtemp(folder))
        fuzz_fail("%s cannot be made", folder);
    owner = getpid();
    n_written = 0;
    atexit(forget);
}

static const char *path_of(const char *ending)
{
    char path[sizeof *written];
    snprintf(path, sizeof path, "%s/input%s", folder, ending);
    for (int i = 0; i < n_written; i++)
        if (strcmp(path, written[i]) == 0)
            return written[i];
    return strcpy(written[n_written++], path);
}

const char *fuzz_file(const char *ending, const uint8_t *data, size_t size)
{
    make_folder();
    const char *path = path_of(ending);
    FILE *f = fopen(path, "wb");
    if (!f || (size && fwrite(data, 1, size, f) != size) || fclose(f))
        fuzz_fail("%s cannot be written", path);
    return path;
}

void fuzz_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}
