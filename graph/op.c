/* What is asked of records as such. */
#include <string.h>

#include "core/strings.h"
#include "graph/node.h"

static bool same_strings(const tf_ndarray *s, const tf_ndarray *t)
{
    for (int64_t i = 0; i < np_size(*s); i++)
        if (!tf1c_bytes_equal(np_string(*s, i), np_string(*t, i)))
            return false;
    return true;
}

static bool same_field(const tf_attr_def *field, const void *a, const void *b)
{
    const void *x = (const char *)a + field->offset, *y = (const char *)b + field->offset;
    switch (field->kind) {
    case TF_ATTR_BOOL: return *(const bool *)x == *(const bool *)y;
    case TF_ATTR_INT: return *(const int64_t *)x == *(const int64_t *)y;
    case TF_ATTR_FLOAT: return memcmp(x, y, sizeof(double)) == 0;
    case TF_ATTR_DTYPE: return *(const tf_dtype *)x == *(const tf_dtype *)y;
    case TF_ATTR_DIMS: return tf_dims_equal(*(const tf_dims *)x, *(const tf_dims *)y);
    case TF_ATTR_STRING: {
        const char *s = *(const char *const *)x, *t = *(const char *const *)y;
        return s == t || (s && t && strcmp(s, t) == 0);
    }
    case TF_ATTR_ARRAY: {
        const tf_ndarray *s = x, *t = y;
        if (s->dtype == tf_string)
            return t->dtype == tf_string && tf_dims_equal(s->shape, t->shape) && same_strings(s, t);
        return s->dtype == t->dtype && tf_dims_equal(s->shape, t->shape) &&
               (np_nbytes(*s) == 0 || memcmp(s->data, t->data, np_nbytes(*s)) == 0);
    }
    default: return *(void *const *)x == *(void *const *)y;
    }
}

bool tf1c_same_attrs(const tf_op_def *def, const void *a, const void *b)
{
    if (a == b || !def->attrs_size)
        return true;
    if (!a || !b)
        return false;
    if (!def->attrs)
        return memcmp(a, b, def->attrs_size) == 0;
    for (const tf_attr_def *field = def->attrs; field->kind != TF_ATTR_END; field++)
        if (!same_field(field, a, b))
            return false;
    return true;
}

int tf1c_refs(const tf_op_def *def)
{
    int n = 0;
    if (!def || !(def->traits & TF_WRITES_REF))
        return 0;
    for (const char *s = def->in; s; n++) {
        const size_t length = strcspn(s, ",");
        if (!length || s[length - 1] != '&')
            break;
        s = s[length] ? s + length + 1 : NULL;
    }
    return n ? n : 1;
}
