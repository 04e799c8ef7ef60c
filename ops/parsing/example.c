#include "ops/parsing/example.h"

#include <string.h>

/* ---- fields of a message ------------------------------------------------------------------------------------------------------- */

enum { VARINT = 0, FIXED64 = 1, LENGTH = 2, FIXED32 = 5 };
typedef struct {
    uint64_t number;
    int wire;
    tf_bytes bytes; /* of LENGTH */
    uint64_t value; /* of the others */
} field;

static tf1c_reader reader_of(tf_bytes b)
{
    const char *data = b.data ? b.data : "";
    return (tf1c_reader){ data, data + b.size, false };
}

static bool next_field(tf1c_reader *r, field *f)
{
    if (r->at == r->end || r->failed)
        return false;
    const uint64_t tag = tf1c_read_varint(r);
    *f = (field){ .number = tag >> 3, .wire = (int)(tag & 7) };
    switch (f->wire) {
    case VARINT: f->value = tf1c_read_varint(r); break;
    case FIXED64: f->value = tf1c_read_fixed64(r); break;
    case FIXED32: f->value = tf1c_read_fixed32(r); break;
    case LENGTH: {
        const uint64_t n = tf1c_read_varint(r);
        const char *data = r->failed ? NULL : tf1c_read_bytes(r, n);
        f->bytes = (tf_bytes){ data, data ? (size_t)n : 0 };
        break;
    }
    default: r->failed = true;
    }
    return !r->failed && f->number;
}

/* ---- finding ------------------------------------------------------------------------------------------------------------------------ */

static bool read_feature(tf_bytes feature, tf1c_found_feature *found)
{
    static const tf_dtype of_field[] = { tf_dtype_unset, tf_string, tf_float32, tf_int64 };
    tf1c_reader r = reader_of(feature);
    field f;
    *found = (tf1c_found_feature){ 0 };
    while (next_field(&r, &f))
        if (f.number >= 1 && f.number <= 3 && f.wire == LENGTH)
            *found = (tf1c_found_feature){ of_field[f.number], f.bytes };
    return r.at == r.end && !r.failed;
}

static bool read_entry(tf_bytes entry, const char *key, tf1c_found_feature *found)
{
    tf1c_reader r = reader_of(entry);
    tf_bytes name = { "", 0 }, value = { "", 0 };
    field f;
    while (next_field(&r, &f)) {
        if (f.number == 1 && f.wire == LENGTH)
            name = f.bytes;
        if (f.number == 2 && f.wire == LENGTH)
            value = f.bytes;
    }
    if (r.at != r.end || r.failed)
        return false;
    return name.size != strlen(key) || memcmp(name.data, key, name.size) != 0 || read_feature(value, found);
}

static bool read_features(tf_bytes features, const char *key, tf1c_found_feature *found)
{
    tf1c_reader r = reader_of(features);
    field f;
    while (next_field(&r, &f))
        if (f.number == 1 && (f.wire != LENGTH || !read_entry(f.bytes, key, found)))
            return false;
    return r.at == r.end && !r.failed;
}

bool tf1c_find_feature(tf_bytes example, const char *key, tf1c_found_feature *found)
{
    tf1c_reader r = reader_of(example);
    field f;
    *found = (tf1c_found_feature){ 0 };
    while (next_field(&r, &f))
        if (f.number == 1 && (f.wire != LENGTH || !read_features(f.bytes, key, found)))
            return false;
    return r.at == r.end && !r.failed;
}

/* ---- values: of numbers packed, or each a field ----------------------------------------------------------------------------------------- */

typedef struct {
    tf_dtype dtype;
    void *to;
    int64_t n, most;
} taking;

static void take(taking *t, const field *f)
{
    if (t->to && t->n < t->most) {
        const uint32_t bits = (uint32_t)f->value;
        if (t->dtype == tf_string)
            ((tf_bytes *)t->to)[t->n] = f->bytes;
        else if (t->dtype == tf_float32)
            memcpy((float *)t->to + t->n, &bits, sizeof bits);
        else
            ((int64_t *)t->to)[t->n] = (int64_t)f->value;
    }
    t->n++;
}

static bool take_packed(taking *t, tf_bytes packed)
{
    tf1c_reader r = reader_of(packed);
    while (r.at != r.end && !r.failed) {
        const field one = { .value = t->dtype == tf_float32 ? tf1c_read_fixed32(&r) : tf1c_read_varint(&r) };
        if (!r.failed)
            take(t, &one);
    }
    return !r.failed;
}

int64_t tf1c_feature_values(const tf1c_found_feature *found, void *to, int64_t most)
{
    tf1c_reader r = reader_of(found->list);
    taking t = { found->dtype, to, 0, most };
    const int wire = found->dtype == tf_string ? LENGTH : found->dtype == tf_float32 ? FIXED32 : VARINT;
    field f;
    while (next_field(&r, &f)) {
        if (f.number != 1)
            continue;
        if (f.wire == wire)
            take(&t, &f);
        else if (f.wire != LENGTH || !take_packed(&t, f.bytes))
            return -1;
    }
    return r.at == r.end && !r.failed ? t.n : -1;
}
