/* Python's re.match, by POSIX' extended regular expressions: what scopes of variables are given as. */
#ifndef TF1C_CORE_PATTERN_H
#define TF1C_CORE_PATTERN_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *text; /* the caller's, if nothing in it means more than itself: it is then compared; NULL: compiled */
    size_t length;
    regex_t compiled;
} tf1c_pattern;

/* \d and (?:…) are understood, too, but not (?=…) and its like. False, and why, if it cannot be read. */
bool tf1c_pattern_open(tf1c_pattern *p, const char *text, char *fault, size_t n);
bool tf1c_pattern_begins(const tf1c_pattern *p, const char *s); /* does s begin with what it matches? */
void tf1c_pattern_close(tf1c_pattern *p);

#endif
