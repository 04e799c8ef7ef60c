/* What a target is: libFuzzer's function, linked with libFuzzer (tests/run --fuzz) or with replay.c, which gives it the seeds. */
#ifndef TF1C_TESTS_FUZZ_H
#define TF1C_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "session/tf1c.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes as a file of that name's ending, in a folder of the process' own; its path. */
const char *fuzz_file(const char *ending, const uint8_t *data, size_t size);

/* Says what is wrong, and ends the process, as a crash would. */
_Noreturn void fuzz_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
