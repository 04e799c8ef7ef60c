/* Messages of nodes. TF1: core/framework/node_def.proto, attr_value.proto */
#include "session/graphdef/node_def.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/protobuf.h"

static void *take(tf1c_node_def *d, size_t size)
{
    void *p = tf1c_arena_alloc(&d->memory, size + 1);
    d->failed |= !p;
    return p;
}

/* An array of pointers with room for one more. */
static void *with_room(tf1c_node_def *d, void *items, size_t n, size_t *capacity)
{
    if (n < *capacity)
        return items;
    const size_t bigger = *capacity ? 2 * *capacity : 8;
    void **more = take(d, bigger * sizeof *more);
    if (more && n)
        memcpy(more, items, n * sizeof *more);
    if (more)
        *capacity = bigger;
    return more;
}

static char *text(tf1c_node_def *d, const char *s)
{
    char *copy = tf1c_arena_strdup(&d->memory, s ? s : "");
    d->failed |= !copy;
    return copy;
}

void tf1c_def_start(tf1c_node_def *d, const char *op, const char *name, const char *device)
{
    *d = (tf1c_node_def){ .failed = false };
    tf1c__node_def__init(&d->node);
    d->node.op = text(d, op);
    d->node.name = text(d, name);
    d->node.device = text(d, device);
}

void tf1c_def_input(tf1c_node_def *d, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, format, args);
    char *s = take(d, (size_t)n + 1), **all = with_room(d, d->node.input, d->node.n_input, &d->cap_input);
    if (s && all) {
        vsnprintf(s, (size_t)n + 1, format, again);
        d->node.input = all;
        all[d->node.n_input++] = s;
    }
    va_end(again);
    va_end(args);
}

/* ---- attributes ------------------------------------------------------------------------------------------------------------- */

static Tf1c__AttrValue *attr(tf1c_node_def *d, const char *key, Tf1c__AttrValue__ValueCase kind)
{
    Tf1c__NodeDef__AttrEntry *entry = take(d, sizeof *entry);
    Tf1c__AttrValue *value = take(d, sizeof *value);
    Tf1c__NodeDef__AttrEntry **all = with_room(d, d->node.attr, d->node.n_attr, &d->cap_attr);
    if (!entry || !value || !all)
        return NULL;
    tf1c__node_def__attr_entry__init(entry);
    tf1c__attr_value__init(value);
    entry->key = text(d, key);
    entry->value = value;
    value->value_case = kind;
    d->node.attr = all;
    all[d->node.n_attr++] = entry;
    return value;
}

static Tf1c__AttrValue__ListValue *list(tf1c_node_def *d, const char *key)
{
    Tf1c__AttrValue *v = attr(d, key, TF1C__ATTR_VALUE__VALUE_LIST);
    Tf1c__AttrValue__ListValue *l = v ? take(d, sizeof *l) : NULL;
    if (l) {
        tf1c__attr_value__list_value__init(l);
        v->list = l;
    }
    return l;
}

void tf1c_def_type(tf1c_node_def *d, const char *key, tf_dtype dtype)
{
    Tf1c__AttrValue *v = attr(d, key, TF1C__ATTR_VALUE__VALUE_TYPE);
    if (v)
        v->type = (Tf1c__DataType)dtype;
}

void tf1c_def_types(tf1c_node_def *d, const char *key, int n, const int *types)
{
    Tf1c__AttrValue__ListValue *l = list(d, key);
    Tf1c__DataType *all = take(d, (size_t)n * sizeof *all);
    if (!l || !all)
        return;
    for (int i = 0; i < n; i++)
        all[i] = (Tf1c__DataType)types[i];
    l->type = all;
    l->n_type = (size_t)n;
}

void tf1c_def_bool(tf1c_node_def *d, const char *key, bool b)
{
    Tf1c__AttrValue *v = attr(d, key, TF1C__ATTR_VALUE__VALUE_B);
    if (v)
        v->b = b;
}

void tf1c_def_int(tf1c_node_def *d, const char *key, int64_t i)
{
    Tf1c__AttrValue *v = attr(d, key, TF1C__ATTR_VALUE__VALUE_I);
    if (v)
        v->i = i;
}

void tf1c_def_ints(tf1c_node_def *d, const char *key, int n, const int64_t *ints)
{
    Tf1c__AttrValue__ListValue *l = list(d, key);
    int64_t *all = take(d, (size_t)n * sizeof *all);
    if (!l || !all)
        return;
    if (n)
        memcpy(all, ints, (size_t)n * sizeof *all);
    l->i = all;
    l->n_i = (size_t)n;
}

void tf1c_def_floats(tf1c_node_def *d, const char *key, const tf_ndarray *a)
{
    Tf1c__AttrValue__ListValue *l = list(d, key);
    if (!l || !a->data)
        return;
    l->f = a->data;
    l->n_f = (size_t)np_size(*a);
}

void tf1c_def_float(tf1c_node_def *d, const char *key, double f)
{
    Tf1c__AttrValue *v = attr(d, key, TF1C__ATTR_VALUE__VALUE_F);
    if (v)
        v->f = (float)f;
}

void tf1c_def_string(tf1c_node_def *d, const char *key, const char *s)
{
    Tf1c__AttrValue *v = attr(d, key, TF1C__ATTR_VALUE__VALUE_S);
    if (v)
        v->s = (ProtobufCBinaryData){ s ? strlen(s) : 0, (uint8_t *)text(d, s) };
}

void tf1c_def_strings(tf1c_node_def *d, const char *key, int n, const char *const *s)
{
    Tf1c__AttrValue__ListValue *l = list(d, key);
    ProtobufCBinaryData *all = take(d, (size_t)n * sizeof *all);
    if (!l || !all)
        return;
    for (int i = 0; i < n; i++)
        all[i] = (ProtobufCBinaryData){ strlen(s[i]), (uint8_t *)text(d, s[i]) };
    l->s = all;
    l->n_s = (size_t)n;
}

void tf1c_def_func(tf1c_node_def *d, const char *key, const char *function)
{
    Tf1c__AttrValue *v = attr(d, key, TF1C__ATTR_VALUE__VALUE_FUNC);
    Tf1c__NameAttrList *f = v ? take(d, sizeof *f) : NULL;
    if (f) {
        tf1c__name_attr_list__init(f);
        f->name = text(d, function);
        v->func = f;
    }
}

/* ---- shapes and tensors ---------------------------------------------------------------------------------------------------------- */

static Tf1c__TensorShapeProto *shape_of(tf1c_node_def *d, tf_dims dims)
{
    const size_t rank = dims.known ? (size_t)dims.rank : 0;
    Tf1c__TensorShapeProto *shape = take(d, sizeof *shape);
    Tf1c__TensorShapeProto__Dim *all = take(d, rank * sizeof *all), **pointers = take(d, rank * sizeof *pointers);
    if (!shape || !all || !pointers)
        return NULL;
    tf1c__tensor_shape_proto__init(shape);
    shape->unknown_rank = !dims.known;
    shape->n_dim = rank;
    shape->dim = pointers;
    for (size_t i = 0; i < rank; i++) {
        tf1c__tensor_shape_proto__dim__init(&all[i]);
        all[i].size = dims.dims[i];
        pointers[i] = &all[i];
    }
    return shape;
}

void tf1c_def_shape(tf1c_node_def *d, const char *key, tf_dims shape)
{
    Tf1c__AttrValue *v = attr(d, key, TF1C__ATTR_VALUE__VALUE_SHAPE);
    if (v)
        v->shape = shape_of(d, shape);
}

void tf1c_def_shapes(tf1c_node_def *d, const char *key, int n, const tf_dims *shapes)
{
    Tf1c__AttrValue__ListValue *l = list(d, key);
    Tf1c__TensorShapeProto **all = take(d, (size_t)n * sizeof *all);
    if (!l || !all)
        return;
    for (int i = 0; i < n; i++)
        all[i] = shape_of(d, shapes[i]);
    l->shape = all;
    l->n_shape = (size_t)n;
}

void tf1c_def_tensor(tf1c_node_def *d, const char *key, const tf_ndarray *a)
{
    Tf1c__AttrValue *v = attr(d, key, TF1C__ATTR_VALUE__VALUE_TENSOR);
    Tf1c__TensorProto *t = v ? take(d, sizeof *t) : NULL;
    if (!t)
        return;
    tf1c__tensor_proto__init(t);
    v->tensor = t;
    t->dtype = (Tf1c__DataType)a->dtype;
    t->tensor_shape = shape_of(d, a->shape);
    if (a->dtype != tf_string) {
        t->tensor_content = (ProtobufCBinaryData){ np_nbytes(*a), a->data };
        return;
    }
    t->string_val = take(d, (size_t)np_size(*a) * sizeof *t->string_val);
    for (int64_t i = 0; i < np_size(*a) && t->string_val; i++) {
        const tf_bytes s = np_string(*a, i);
        t->string_val[t->n_string_val++] = (ProtobufCBinaryData){ s.size, (uint8_t *)s.data };
    }
}

/* ---- the wire ----------------------------------------------------------------------------------------------------------------- */

void tf1c_put_bytes(tf1c_buffer *to, int number, const void *data, size_t n)
{
    tf1c_buffer_varint(to, (uint64_t)number << 3 | 2);
    tf1c_buffer_varint(to, n);
    tf1c_buffer_put(to, data, n);
}

void tf1c_put_message(tf1c_buffer *to, int number, const ProtobufCMessage *message)
{
    size_t n;
    uint8_t *packed = tf1c_pb_packed(message, &n);
    to->failed |= !packed;
    if (!packed)
        return;
    tf1c_put_bytes(to, number, packed, n);
    tf1c_free(packed);
}

void tf1c_def_finish(tf1c_node_def *d, tf1c_buffer *to, int number)
{
    to->failed |= d->failed;
    if (!to->failed)
        tf1c_put_message(to, number, &d->node.base);
    tf1c_arena_free(&d->memory);
}
