/* Running a command, for the suites that run whole programs. */
#ifndef TF1C_TESTS_COMMAND_H
#define TF1C_TESTS_COMMAND_H

#include <stddef.h>

/* Runs a shell command (a printf result); its output, both streams, goes to text, cut to n bytes and terminated. Its exit status, or
 * 128 + the signal's number. */
int run_command(char *text, size_t n, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
