#include "command.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

int run_command(char *text, size_t n, const char *format, ...)
{
    char command[8192], rest[4096];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(command, sizeof command - 8, format, args);
    va_end(args);
    ck_assert(length > 0 && (size_t)length < sizeof command - 8);
    snprintf(command + length, 8, " 2>&1");
    fflush(NULL);
    FILE *f = popen(command, "r");
    ck_assert_ptr_nonnull(f);
    text[fread(text, 1, n - 1, f)] = '\0';
    while (fread(rest, 1, sizeof rest, f) > 0) {
    }
    int status = pclose(f);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
