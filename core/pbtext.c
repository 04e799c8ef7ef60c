/* Text format. TF1 reads it by google/protobuf/text_format */
#include "core/pbtext.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/escape.h"

/* ---- printing ----------------------------------------------------------------------------------------------------------- */

static void print_bytes(tf1c_buffer *to, const uint8_t *s, size_t n)
{
    tf1c_buffer_byte(to, '"');
    tf1c_buffer_escaped(to, s, n);
    tf1c_buffer_byte(to, '"');
}

static void print_real(tf1c_buffer *to, double x, int digits)
{
    if (isnan(x))
        tf1c_buffer_printf(to, "nan");
    else
        tf1c_buffer_printf(to, "%.*g", digits, x);
}

static void print_enum(tf1c_buffer *to, const ProtobufCEnumDescriptor *d, int value)
{
    const ProtobufCEnumValue *v = protobuf_c_enum_descriptor_get_value(d, value);
    if (v)
        tf1c_buffer_printf(to, "%s", v->name);
    else
        tf1c_buffer_printf(to, "%d", value);
}

static void print_value(tf1c_buffer *to, const ProtobufCFieldDescriptor *f, const void *at)
{
    switch (f->type) {
    case PROTOBUF_C_TYPE_INT32: tf1c_buffer_printf(to, "%d", *(const int32_t *)at); break;
    case PROTOBUF_C_TYPE_UINT32: tf1c_buffer_printf(to, "%u", *(const uint32_t *)at); break;
    case PROTOBUF_C_TYPE_UINT64: tf1c_buffer_printf(to, "%llu", (unsigned long long)*(const uint64_t *)at); break;
    case PROTOBUF_C_TYPE_FLOAT: print_real(to, (double)*(const float *)at, 9); break;
    case PROTOBUF_C_TYPE_DOUBLE: print_real(to, *(const double *)at, 17); break;
    case PROTOBUF_C_TYPE_BOOL: tf1c_buffer_printf(to, *(const protobuf_c_boolean *)at ? "true" : "false"); break;
    case PROTOBUF_C_TYPE_ENUM: print_enum(to, f->descriptor, *(const int *)at); break;
    case PROTOBUF_C_TYPE_STRING: {
        const char *s = *(char *const *)at;
        print_bytes(to, (const uint8_t *)s, strlen(s));
        break;
    }
    case PROTOBUF_C_TYPE_BYTES: {
        const ProtobufCBinaryData *s = at;
        print_bytes(to, s->data, s->len);
        break;
    }
    default: tf1c_buffer_printf(to, "%lld", (long long)*(const int64_t *)at); break;
    }
}

static size_t size_of(const ProtobufCFieldDescriptor *f)
{
    switch (f->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FLOAT: return 4;
    case PROTOBUF_C_TYPE_ENUM: return sizeof(int);
    case PROTOBUF_C_TYPE_BOOL: return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_BYTES: return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE: return sizeof(void *);
    default: return 8;
    }
}

static void print_message(tf1c_buffer *to, const ProtobufCMessage *m, int depth);

static void print_field(tf1c_buffer *to, const ProtobufCFieldDescriptor *f, const void *at, int depth)
{
    tf1c_buffer_printf(to, "%*s%s", 2 * depth, "", f->name);
    if (f->type == PROTOBUF_C_TYPE_MESSAGE) {
        tf1c_buffer_printf(to, " {\n");
        print_message(to, *(ProtobufCMessage *const *)at, depth + 1);
        tf1c_buffer_printf(to, "%*s}\n", 2 * depth, "");
        return;
    }
    tf1c_buffer_printf(to, ": ");
    print_value(to, f, at);
    tf1c_buffer_byte(to, '\n');
}

/* Of a oneof the one that is set; else what differs from 0. */
static bool is_set(const ProtobufCMessage *m, const ProtobufCFieldDescriptor *f, const void *at)
{
    static const char zeros[8];
    if (f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
        return *(const int *)((const char *)m + f->quantifier_offset) == (int)f->id;
    if (f->type == PROTOBUF_C_TYPE_MESSAGE)
        return *(ProtobufCMessage *const *)at;
    if (f->type == PROTOBUF_C_TYPE_STRING)
        return *(char *const *)at && **(char *const *)at;
    if (f->type == PROTOBUF_C_TYPE_BYTES)
        return ((const ProtobufCBinaryData *)at)->len;
    return memcmp(at, zeros, size_of(f)) != 0;
}

static void print_message(tf1c_buffer *to, const ProtobufCMessage *m, int depth)
{
    for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *f = &m->descriptor->fields[i];
        const char *at = (const char *)m + f->offset;
        if (f->label != PROTOBUF_C_LABEL_REPEATED) {
            if (is_set(m, f, at))
                print_field(to, f, at, depth);
            continue;
        }
        const size_t n = *(const size_t *)((const char *)m + f->quantifier_offset);
        const char *items = *(char *const *)at;
        for (size_t j = 0; j < n; j++)
            print_field(to, f, items + j * size_of(f), depth);
    }
}

void tf1c_pbtext_print(const ProtobufCMessage *message, tf1c_buffer *to) { print_message(to, message, 0); }

/* ---- parsing -------------------------------------------------------------------------------------------------------------- */

typedef struct {
    const char *at, *end;
    int line;
    char wrong[128]; /* what is, once something is */
} parsing;

enum { DEEPEST = 32, MOST_NAME = 64 };

static bool fail(parsing *p, const char *what)
{
    if (!*p->wrong)
        snprintf(p->wrong, sizeof p->wrong, "%s", what);
    return false;
}

static char peek(parsing *p)
{
    for (; p->at < p->end; p->at++)
        if (*p->at == '#')
            while (p->at + 1 < p->end && p->at[1] != '\n')
                p->at++;
        else if (*p->at == '\n')
            p->line++;
        else if (!isspace((unsigned char)*p->at))
            return *p->at;
    return '\0';
}

static bool accept(parsing *p, char c)
{
    if (peek(p) != c)
        return false;
    p->at++;
    return true;
}

/* A name or a number: everything up to a space or a sign of punctuation. */
static bool word(parsing *p, char *to)
{
    size_t n = 0;
    peek(p);
    while (p->at < p->end && (isalnum((unsigned char)*p->at) || strchr("_.+-", *p->at)) && *p->at && n < MOST_NAME - 1)
        to[n++] = *p->at++;
    to[n] = '\0';
    return n || fail(p, "a name or a number is missing");
}

/* "…" or '…', several of them one after the other. */
static bool string(parsing *p, tf1c_buffer *to)
{
    char quote = peek(p);
    if (quote != '"' && quote != '\'')
        return fail(p, "a string is missing");
    while (quote == '"' || quote == '\'') {
        p->at++;
        while (p->at < p->end && *p->at != quote && *p->at != '\n')
            if (*p->at == '\\' && p->at + 1 < p->end)
                p->at++, tf1c_buffer_byte(to, tf1c_unescape(&p->at, p->end));
            else
                tf1c_buffer_byte(to, (unsigned char)*p->at++);
        if (p->at >= p->end || *p->at++ != quote)
            return fail(p, "a string does not end");
        quote = peek(p);
    }
    return true;
}

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };
static void put_tag(tf1c_buffer *to, const ProtobufCFieldDescriptor *f, int wire)
{
    tf1c_buffer_varint(to, f->id << 3 | (unsigned)wire);
}

static void put_counted(tf1c_buffer *to, const ProtobufCFieldDescriptor *f, tf1c_buffer *bytes)
{
    put_tag(to, f, BYTES);
    tf1c_buffer_varint(to, bytes->n);
    tf1c_buffer_put(to, bytes->data, bytes->n);
    to->failed |= bytes->failed;
    tf1c_buffer_free(bytes);
}

static bool put_real(parsing *p, const ProtobufCFieldDescriptor *f, const char *text, tf1c_buffer *to)
{
    char *end;
    const double d = strtod(text, &end);
    const float single = (float)d;
    uint32_t bits = 0;
    uint64_t bits64 = 0;
    if (*end && strcmp(end, "f") != 0)
        return fail(p, "a number cannot be read");
    memcpy(&bits, &single, sizeof bits);
    memcpy(&bits64, &d, sizeof bits64);
    put_tag(to, f, f->type == PROTOBUF_C_TYPE_FLOAT ? FIXED32 : FIXED64);
    if (f->type == PROTOBUF_C_TYPE_FLOAT)
        tf1c_buffer_fixed32(to, bits);
    else
        tf1c_buffer_fixed64(to, bits64);
    return true;
}

static bool put_whole(parsing *p, const ProtobufCFieldDescriptor *f, const char *text, tf1c_buffer *to)
{
    char *end;
    errno = 0;
    const uint64_t value = *text == '-' ? (uint64_t)strtoll(text, &end, 0) : strtoull(text, &end, 0);
    if (*end || end == text || errno)
        return fail(p, "a whole number cannot be read");
    put_tag(to, f, VARINT);
    tf1c_buffer_varint(to, value);
    return true;
}

static bool put_named(parsing *p, const ProtobufCFieldDescriptor *f, const char *text, tf1c_buffer *to)
{
    const ProtobufCEnumValue *v = NULL;
    if (f->type == PROTOBUF_C_TYPE_ENUM && isalpha((unsigned char)*text)) {
        v = protobuf_c_enum_descriptor_get_value_by_name(f->descriptor, text);
        if (!v)
            return fail(p, "a value of an enum is not known");
        put_tag(to, f, VARINT);
        tf1c_buffer_varint(to, (uint64_t)v->value);
        return true;
    }
    if (f->type == PROTOBUF_C_TYPE_BOOL && isalpha((unsigned char)*text)) {
        const bool yes = strcmp(text, "true") == 0 || strcmp(text, "True") == 0 || strcmp(text, "t") == 0;
        put_tag(to, f, VARINT);
        tf1c_buffer_varint(to, yes);
        return true;
    }
    return put_whole(p, f, text, to);
}

static bool value(parsing *p, const ProtobufCFieldDescriptor *f, tf1c_buffer *to)
{
    char text[MOST_NAME];
    tf1c_buffer bytes = { 0 };
    if (f->type == PROTOBUF_C_TYPE_STRING || f->type == PROTOBUF_C_TYPE_BYTES) {
        const bool good = string(p, &bytes);
        put_counted(to, f, &bytes);
        return good;
    }
    if (!word(p, text))
        return false;
    if (f->type == PROTOBUF_C_TYPE_FLOAT || f->type == PROTOBUF_C_TYPE_DOUBLE)
        return put_real(p, f, text, to);
    return put_named(p, f, text, to);
}

/* A value of a field that the descriptor lacks: a message, a list, a string or a word. */
static bool skip_value(parsing *p, int depth)
{
    char text[MOST_NAME];
    tf1c_buffer bytes = { 0 };
    const char open = peek(p), close = open == '{' ? '}' : open == '<' ? '>' : open == '[' ? ']' : '\0';
    if (depth > DEEPEST)
        return fail(p, "messages nest too deep");
    if (open == '"' || open == '\'') {
        const bool good = string(p, &bytes);
        tf1c_buffer_free(&bytes);
        return good;
    }
    if (!close)
        return word(p, text);
    p->at++;
    while (peek(p) != close) {
        if (open != '[' && !word(p, text))
            return false;
        accept(p, ':');
        if (!skip_value(p, depth + 1))
            return false;
        if (!accept(p, ','))
            accept(p, ';');
    }
    p->at++;
    return true;
}

static bool message(parsing *p, const ProtobufCMessageDescriptor *d, char close, tf1c_buffer *to, int depth);

static bool one(parsing *p, const ProtobufCFieldDescriptor *f, tf1c_buffer *to, int depth)
{
    tf1c_buffer inner = { 0 };
    if (f->type != PROTOBUF_C_TYPE_MESSAGE)
        return value(p, f, to);
    const char open = peek(p);
    if (open != '{' && open != '<')
        return fail(p, "a message is missing");
    p->at++;
    const bool good = message(p, f->descriptor, open == '{' ? '}' : '>', &inner, depth + 1);
    put_counted(to, f, &inner);
    return good;
}

static bool field(parsing *p, const ProtobufCMessageDescriptor *d, tf1c_buffer *to, int depth)
{
    char name[MOST_NAME];
    if (!word(p, name))
        return false;
    const ProtobufCFieldDescriptor *f = protobuf_c_message_descriptor_get_field_by_name(d, name);
    const bool colon = accept(p, ':');
    if (!f)
        return skip_value(p, depth);
    if (!colon && f->type != PROTOBUF_C_TYPE_MESSAGE)
        return fail(p, "a colon is missing");
    if (f->label != PROTOBUF_C_LABEL_REPEATED || !accept(p, '['))
        return one(p, f, to, depth);
    while (!accept(p, ']')) {
        if (!one(p, f, to, depth))
            return false;
        accept(p, ',');
    }
    return true;
}

static bool message(parsing *p, const ProtobufCMessageDescriptor *d, char close, tf1c_buffer *to, int depth)
{
    if (depth > DEEPEST)
        return fail(p, "messages nest too deep");
    while (peek(p) && *p->at != close) {
        if (!field(p, d, to, depth))
            return false;
        if (!accept(p, ','))
            accept(p, ';');
    }
    return !close || accept(p, close) || fail(p, "a message does not end");
}

tf_status tf1c_pbtext_parse(const char *text, size_t n, const ProtobufCMessageDescriptor *descriptor, tf1c_buffer *to,
                            tf_source here)
{
    parsing p = { text, text + n, 1, "" };
    const bool good = message(&p, descriptor, '\0', to, 0);
    if (good && p.at < p.end)
        fail(&p, "a sign that does not belong here");
    if (*p.wrong)
        return tf_fail(tf_value_error, here, NULL, "line %d of the text of a %s: %s", p.line, descriptor->short_name, p.wrong);
    return to->failed ? tf_fail(tf_memory_error, here, NULL, "no memory left for a message") : tf_ok;
}
