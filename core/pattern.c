#include "core/pattern.h"

#include <stdio.h>
#include <string.h>

#include "core/alloc.h"

/* As POSIX writes it, anchored; the caller's to free. */
static char *translated(const char *text)
{
    static const struct {
        const char *python, *posix;
    } rows[] = { { "\\d", "[0-9]" }, { "\\D", "[^0-9]" }, { "(?:", "(" }, { "\\Z", "$" }, { "\\A", "^" } };
    char *to = tf1c_alloc(6 * strlen(text) + 4), *at = to;
    if (!to)
        return NULL;
    at += sprintf(at, "^(");
    while (*text) {
        size_t i = 0;
        while (i < sizeof rows / sizeof *rows && strncmp(text, rows[i].python, strlen(rows[i].python)) != 0)
            i++;
        if (i < sizeof rows / sizeof *rows) {
            at += sprintf(at, "%s", rows[i].posix);
            text += strlen(rows[i].python);
            continue;
        }
        if (*text == '\\' && text[1])
            *at++ = *text++;
        *at++ = *text++;
    }
    memcpy(at, ")", 2);
    return to;
}

bool tf1c_pattern_open(tf1c_pattern *p, const char *text, char *fault, size_t n)
{
    *p = (tf1c_pattern){ .text = text, .length = strlen(text) };
    if (!text[strcspn(text, "\\^$.|?*+()[]{}")])
        return true;
    char *posix = translated(text);
    p->text = NULL;
    if (!posix) {
        snprintf(fault, n, "no memory left");
        return false;
    }
    const int error = regcomp(&p->compiled, posix, REG_EXTENDED | REG_NOSUB);
    if (error)
        regerror(error, &p->compiled, fault, n);
    tf1c_free(posix);
    return !error;
}

bool tf1c_pattern_begins(const tf1c_pattern *p, const char *s)
{
    return p->text ? strncmp(s, p->text, p->length) == 0 : regexec(&p->compiled, s, 0, NULL, 0) == 0;
}

void tf1c_pattern_close(tf1c_pattern *p)
{
    if (!p->text)
        regfree(&p->compiled);
}
