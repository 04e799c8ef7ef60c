/* Options of a program, in the manner of Python's argparse. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "kit.h"

static const char *program_name(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path ? path : "program";
}

static void print_default(const tf_option *o)
{
    switch (o->kind) {
    case 'i': printf(" (%d)", *(const int *)o->value); break;
    case 'l': printf(" (%ld)", *(const long *)o->value); break;
    case 'd': printf(" (%g)", *(const double *)o->value); break;
    case 's':
        if (*(const char *const *)o->value)
            printf(" (%s)", *(const char *const *)o->value);
        break;
    default: break;
    }
}

static void print_help(const char *program, const char *about, int n, const tf_option *options)
{
    printf("Usage: %s [OPTION…]\n%s\n\n", program, about);
    for (int i = 0; i < n; i++) {
        const tf_option *o = &options[i];
        static const char *const placeholders[] = { ['i'] = "N", ['l'] = "N", ['d'] = "X", ['s'] = "TEXT", ['b'] = "" };
        char left[64];
        snprintf(left, sizeof left, "--%s %s", o->name, placeholders[(unsigned char)o->kind]);
        printf("  %-22s %s", left, o->help);
        print_default(o);
        putchar('\n');
    }
    printf("  %-22s %s\n", "--help", "this text");
}

__attribute__((noreturn, format(printf, 2, 3))) static void wrong(const char *program, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s: error: ", program);
    vfprintf(stderr, format, args);
    fprintf(stderr, " (--help lists the options)\n");
    va_end(args);
    exit(2);
}

/* Text to the option's kind; false if it is no such number. */
static bool set(const tf_option *o, const char *text)
{
    char *end = NULL;
    errno = 0;
    if (o->kind == 's') {
        *(const char **)o->value = text;
        return true;
    }
    if (o->kind == 'd') {
        double x = strtod(text, &end);
        *(double *)o->value = x;
    } else {
        long x = strtol(text, &end, 10);
        if (o->kind == 'i' && (x < INT_MIN || x > INT_MAX))
            return false;
        if (o->kind == 'i')
            *(int *)o->value = (int)x;
        else
            *(long *)o->value = x;
    }
    return end != text && *end == '\0' && errno == 0;
}

/* The option that `name` (up to `length`) is, or "no-" before a switch: then *on is false. */
static const tf_option *find(const char *name, size_t length, int n, const tf_option *options, bool *on)
{
    for (int i = 0; i < n; i++) {
        const char *o = options[i].name;
        *on = true;
        if (strlen(o) == length && strncmp(o, name, length) == 0)
            return &options[i];
        *on = false;
        if (options[i].kind == 'b' && length == strlen(o) + 3 && strncmp(name, "no-", 3) == 0 &&
            strncmp(name + 3, o, length - 3) == 0)
            return &options[i];
    }
    return NULL;
}

static double number(const tf_option *o)
{
    return o->kind == 'i' ? *(const int *)o->value : o->kind == 'l' ? (double)*(const long *)o->value : *(const double *)o->value;
}

static void check_choice(const char *program, const tf_option *o)
{
    const char *given = *(const char *const *)o->value;
    char list[256] = "";
    for (int i = 0; o->choices[i]; i++) {
        if (strcmp(given, o->choices[i]) == 0)
            return;
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s'%s'", i ? ", " : "", o->choices[i]);
    }
    wrong(program, "option --%s: invalid choice: '%s' (choose from %s)", o->name, given, list);
}

/* By opening it: what was not there is removed again. */
static void check_writable(const char *program, const tf_option *o)
{
    const char *path = *(const char *const *)o->value;
    FILE *old = fopen(path, "rb"), *file = fopen(path, "ab");
    int error = errno;
    if (old)
        fclose(old);
    if (!file)
        wrong(program, "option --%s: cannot write '%s': %s", o->name, path, strerror(error));
    fclose(file);
    if (!old)
        remove(path);
}

/* A value that was given. */
static void check(const char *program, const tf_option *o)
{
    if (o->choices)
        check_choice(program, o);
    if (!o->bounded || (number(o) >= o->min && number(o) <= o->max))
        return;
    if (o->max == INFINITY)
        wrong(program, "option --%s: %g is less than %g", o->name, number(o), o->min);
    wrong(program, "option --%s: %g is not from %g to %g", o->name, number(o), o->min, o->max);
}

void tf_options_(int argc, char **argv, const char *about, int n, const tf_option *options)
{
    const char *program = program_name(argv[0]);
    for (int i = 1; i < argc; i++) {
        const char *argument = argv[i];
        if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
            print_help(program, about, n, options);
            exit(0);
        }
        if (strncmp(argument, "--", 2) != 0)
            wrong(program, "unrecognized argument: %s", argument);
        const char *name = argument + 2, *value = strchr(name, '=');
        size_t length = value ? (size_t)(value - name) : strlen(name);
        bool on;
        const tf_option *o = find(name, length, n, options, &on);
        if (!o)
            wrong(program, "unrecognized option: %s", argument);
        if (o->kind == 'b') {
            if (value)
                wrong(program, "option --%s takes no value", o->name);
            *(bool *)o->value = on;
            continue;
        }
        value = value ? value + 1 : i + 1 < argc ? argv[++i] : NULL;
        if (!value)
            wrong(program, "option --%s needs a value", o->name);
        if (!set(o, value))
            wrong(program, "option --%s: invalid number: '%s'", o->name, value);
        check(program, o);
    }
    for (int i = 0; i < n; i++)
        if (options[i].to_write)
            check_writable(program, &options[i]);
}

int tf_app_run(tf_main *main, int argc, char **argv)
{
    if (main)
        return main(argc, argv);
    tf_fail(tf_value_error, (tf_source){ 0 }, NULL, "tf_app_run was given no function");
    return 1;
}
