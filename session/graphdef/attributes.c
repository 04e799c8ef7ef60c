/* Reading attributes.def. */
#include "session/graphdef/attributes.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *op, *row;
} row;

#define ATTRIBUTES(op, text) { op, text },
#define NO_ATTRIBUTES(op, why)
static const row rows[] = {
#include "session/graphdef/attributes.def"
};
#undef ATTRIBUTES
#undef NO_ATTRIBUTES

#define ATTRIBUTES(op, text)
#define NO_ATTRIBUTES(op, why) { op, why },
static const row reasons[] = {
#include "session/graphdef/attributes.def"
};

static int by_op(const void *a, const void *b) { return strcmp(((const row *)a)->op, ((const row *)b)->op); }

const char *tf1c_attribute_row(const char *op)
{
    const row key = { op, NULL }, *found = bsearch(&key, rows, sizeof rows / sizeof *rows, sizeof *rows, by_op);
    return found ? found->row : NULL;
}

const char *tf1c_no_attributes(const char *op)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strcmp(reasons[i].op, op) == 0)
            return reasons[i].row;
    return NULL;
}

static tf1c_attribute_kind kind_named(const char *s, size_t n)
{
    static const char *const names[] = { "type",  "bool",   "int",       "float",       "string",
                                         "shape", "tensor", "list(int)", "list(float)", "list(type)" };
    int kind = 0;
    while (strlen(names[kind]) != n || strncmp(names[kind], s, n) != 0)
        kind++;
    return (tf1c_attribute_kind)kind;
}

static const tf_attr_def *field_named(const tf_op_def *def, const char *name, size_t n)
{
    for (const tf_attr_def *f = def->attrs; f && f->kind != TF_ATTR_END; f++)
        if (strlen(f->name) == n && strncmp(f->name, name, n) == 0)
            return f;
    return NULL;
}

static void set_source(tf1c_attribute *a, const char *s, size_t n)
{
    const char *digit = s + strcspn(s, "0123456789 ");
    a->index = atoi(digit);
    if (*s == '.')
        a->source = TF1C_FROM_FIELD;
    else if (*s == '#')
        a->source = s[1] == 'i' ? TF1C_FROM_IN_COUNT : TF1C_FROM_OUT_COUNT;
    else if (n == 1)
        a->source = *s == 'T' ? TF1C_FROM_T : TF1C_FROM_U;
    else if (*s == 'o')
        a->source = TF1C_FROM_OUTPUT;
    else
        a->source = s[n - 1] == '*' ? TF1C_FROM_INPUTS : TF1C_FROM_INPUT;
}

static void set_fallback(tf1c_attribute *a, const char *s, size_t n)
{
    a->has_fallback = true;
    if (n >= 2 && *s == '\'') {
        s++;
        n -= 2;
    }
    memcpy(a->fallback, s, n);
    a->fallback[n] = '\0';
}

/* name:kind[=fallback][<source] */
bool tf1c_next_attribute(const char **at, const tf_op_def *def, tf1c_attribute *a)
{
    const char *s = *at + strspn(*at, " ");
    if (!*s)
        return false;
    *a = (tf1c_attribute){ .source = TF1C_FROM_NOTHING };
    size_t n = strcspn(s, ":");
    memcpy(a->name, s, n);
    s += n + 1;
    n = strcspn(s, "=< ");
    a->kind = kind_named(s, n);
    s += n;
    if (*s == '=') {
        n = strcspn(++s, "< ");
        set_fallback(a, s, n);
        s += n;
    }
    a->field = field_named(def, a->name, strlen(a->name));
    if (*s == '<') {
        n = strcspn(++s, " ");
        set_source(a, s, n);
        if (*s == '.')
            a->field = field_named(def, s + 1, n - 1);
        s += n;
    } else if (a->field) {
        a->source = TF1C_FROM_FIELD;
    } else if (a->kind == TF1C_A_TYPE && strcmp(a->name, "T") == 0) {
        a->source = TF1C_FROM_T;
    }
    *at = s;
    return true;
}

/* ---- signatures: "values:T*, axis:U" -------------------------------------------------------------------------------- */

static int count_arguments(const char *signature)
{
    int n = 0;
    for (; *signature; signature++)
        n += *signature == ':';
    return n;
}

static int count_variadic(const char *signature)
{
    int n = 0;
    for (; *signature; signature++)
        n += *signature == '*';
    return n;
}

/* Of several variadic ones each stands for as many. */
int tf1c_variadic(const char *signature, int n)
{
    const int variadic = count_variadic(signature);
    return variadic ? (n - (count_arguments(signature) - variadic)) / variadic : 0;
}

int tf1c_argument_count(const char *signature, int variadic)
{
    return count_arguments(signature) + count_variadic(signature) * (variadic - 1);
}

bool tf1c_argument_of(const char *signature, int i, int n, char *name, size_t room, int *place)
{
    const int many = tf1c_variadic(signature, n);
    for (const char *s = signature; *s;) {
        s += strspn(s, " ,");
        const size_t length = strcspn(s, ":"), end = strcspn(s, ",");
        const bool variadic = memchr(s, '*', end);
        const int here = variadic ? many : 1;
        if (i < here) {
            *place = i;
            if (length >= room)
                return false;
            memcpy(name, s, length);
            name[length] = '\0';
            return true;
        }
        i -= here;
        s += end;
    }
    return false;
}

tf_dtype tf1c_dtype_named(const char *name)
{
    for (int d = 1; d < TF_DTYPES; d++)
        if (tf_dtype_size(d) && strcmp(tf_dtype_name(d), name) == 0)
            return d;
    return tf_dtype_unset;
}
