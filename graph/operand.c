/* What a call was given: by place or by keyword, as C's types have it or as the call's text writes it. */
#include <ctype.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "graph/node.h"

tf_operand tf_operand_same(tf_operand o) { return o; }
tf_operand tf_operand_tensor(tf_tensor t) { return (tf_operand){ .kind = TF_OPERAND_TENSOR, .as.tensor = t }; }
tf_operand tf_operand_integer(int64_t i) { return (tf_operand){ .kind = TF_OPERAND_INTEGER, .as.integer = i }; }
tf_operand tf_operand_real(double x) { return (tf_operand){ .kind = TF_OPERAND_REAL, .as.real = x }; }
tf_operand tf_operand_bool(bool b) { return (tf_operand){ .kind = TF_OPERAND_BOOL, .as.boolean = b }; }
tf_operand tf_operand_dims(tf_dims d) { return (tf_operand){ .kind = TF_OPERAND_DIMS, .as.dims = d }; }
tf_operand tf_operand_list(tf_list l) { return (tf_operand){ .kind = TF_OPERAND_LIST, .as.list = l }; }

static tf_operand operand_of_number(long double x, bool floating)
{
    const bool whole = x >= -0x1p63L && x < 0x1p63L && x == truncl(x);
    if (x == TF_UNSET_NUMBER_)
        return (tf_operand)TF_UNSET_;
    return whole && !floating ? tf_operand_integer((int64_t)x) : tf_operand_real((double)x);
}

static tf_operand operand_as_written(const tf_ndarray *a, bool floating)
{
    const tf_list *list = &a->shape.given;
    if (a->dtype != tf_dtype_unset)
        return tf_operand_array(*a);
    if (a->shape.known)
        return tf_operand_dims(a->shape);
    if (list->items || list->n)
        return tf_operand_list(*list);
    if (list->alone.op)
        return tf_operand_tensor(list->alone);
    const bool none = list->alone.number == 0 && list->alone.index == 0;
    return operand_of_number(none ? TF_UNSET_NUMBER_ : list->alone.number, floating);
}

tf_operand tf1c_keyword(tf_operand given, bool floating)
{
    return given.kind == TF_OPERAND_NONE ? operand_as_written(&given.as.array, floating) : given;
}

/* The argument at `place`, from 1 on, in the text of a call's arguments, or the one by keyword, ".value". */
static const char *argument_text(const char *text, int place, const char *keyword)
{
    const size_t n = strlen(keyword);
    const char *found = NULL;
    int depth = 0, at = 0;
    for (bool begins = true; *text; begins = depth == 0 && *text == ',', text++) {
        while (begins && *text == ' ')
            text++;
        if (begins && ++at == place)
            found = text;
        if (begins && strncmp(text, keyword, n) == 0 && strchr(" =", text[n]))
            return text + n;
        depth += (strchr("([{", *text) && *text) - (strchr(")]}", *text) && *text);
        if (!*text)
            break;
    }
    return found ? found : "";
}

/* Whether an argument is written as a number, and as which. */
static bool is_literal(const char *text, bool *floating)
{
    text += strspn(text, "= +-(");
    const size_t n = strspn(text, "0123456789.abcdefxABCDEFXpP+-");
    *floating = memchr(text, '.', n) || (strncmp(text, "0x", 2) != 0 && (memchr(text, 'e', n) || memchr(text, 'E', n)));
    return isdigit((unsigned char)*text) || (*text == '.' && isdigit((unsigned char)text[1]));
}

/* Makes a whole number real if the text of the call writes it so; false where it is no literal there. */
static bool as_written(tf_operand *o, const char *text, int place, const char *keyword)
{
    bool floating = false;
    const char *written = text && keyword ? argument_text(text, place, keyword) : "";
    const bool known = is_literal(written, &floating);
    written += strspn(written, "= ");
    if (strncmp(written, "true", 4) == 0 || strncmp(written, "false", 5) == 0)
        return *o = tf_operand_bool(o->as.integer != 0), true;
    if (floating)
        *o = tf_operand_real((double)o->as.integer);
    return known;
}

tf_operand tf1c_as_written(tf_operand given, const char *text, int place, const char *keyword)
{
    tf_operand o = tf1c_given(given);
    if (given.kind == TF_OPERAND_NONE && o.kind == TF_OPERAND_INTEGER)
        as_written(&o, text, place, keyword);
    return o;
}

tf_operand tf_operand_given_(tf_operand given, const char *text, int place, const char *keyword, tf_source here)
{
    tf_operand o = tf1c_given(given);
    const long long i = o.kind == TF_OPERAND_INTEGER ? (long long)o.as.integer : 0;
    if (given.kind != TF_OPERAND_NONE || o.kind != TF_OPERAND_INTEGER || !place || as_written(&o, text, abs(place), keyword))
        return o;
    if (place < 0)
        return tf_operand_real((double)i);
    return tf_operand_tensor(tf_mistake(tf_type_error, here, NULL,
                                        "A bare %lld may be an int or a float here: write tf_constant(%lld) or tf_constant(%lld.0)",
                                        i, i, i));
}

tf_operand tf1c_given_data(tf_operand given, const char *text, const char *keyword, tf_source here)
{
    return tf_operand_given_(given, text, 1, keyword, here);
}

tf_list tf_list_given_(tf_list given, tf_source here) { return tf1c_given_list(given, here); }

tf_list tf1c_given_list(tf_list given, tf_source here)
{
    if (given.n || given.items || (!given.alone.op && given.alone.number == 0))
        return given;
    if (given.alone.op)
        return tf_list_new_(1, &given.alone, here);
    return tf_mistake_list(1, tf_mistake(tf_type_error, here, NULL, "Expected a list such as LIST(a, b), got the bare number %g",
                                         (double)given.alone.number));
}

tf_operand tf1c_given_axis(tf_operand given)
{
    const tf_operand o = tf1c_given(given), none = TF_UNSET_;
    const bool unset = (o.kind == TF_OPERAND_INTEGER && o.as.integer == TF_NO_AXIS) ||
                       (o.kind == TF_OPERAND_DIMS && !o.as.dims.known) || (o.kind == TF_OPERAND_TENSOR && !o.as.tensor.op);
    return unset || o.kind == TF_OPERAND_NONE ? none : o;
}

bool tf1c_given_axes(tf_operand given, tf_dims *axes, tf_source here, tf_tensor *mistake)
{
    const tf_operand o = tf1c_given_axis(given);
    const tf_ndarray *a = &o.as.array;
    *axes = (tf_dims){ 0 };
    if (o.kind == TF_OPERAND_INTEGER)
        *axes = AXES(o.as.integer);
    else if (o.kind == TF_OPERAND_DIMS)
        *axes = o.as.dims;
    else if (o.kind == TF_OPERAND_ARRAY && a->data && a->shape.rank == 1 && a->shape.dims[0] <= TF_MAX_RANK &&
             TF_INDEX & TF_DTYPE_BIT(a->dtype)) {
        *axes = (tf_dims){ .known = true, .rank = (int)a->shape.dims[0] };
        for (int i = 0; i < axes->rank; i++)
            axes->dims[i] = (int64_t)np_get(*a, i);
    } else if (o.kind != TF_OPERAND_NONE) {
        *mistake = tf_mistake(tf_type_error, here, NULL, "Expected an axis or AXES(…), known while the graph is built");
        return false;
    }
    return true;
}

tf_tensor tf1c_given_tensor(tf_tensor given, const char *argument, tf_source here)
{
    if (given.op || given.number == 0)
        return given;
    return tf_mistake(tf_type_error, here, NULL, "Expected a tensor for '%s', got the bare number %g", argument,
                      (double)given.number);
}

enum { RING = 1 << 14 };
static pthread_key_t ring_key; /* of each thread, made on first use: not in its stack, as thread-local storage is */
static pthread_once_t ring_once = PTHREAD_ONCE_INIT;
static void make_ring_key(void) { pthread_key_create(&ring_key, tf1c_free); }
__attribute__((destructor)) static void free_ring_of_main(void)
{
    pthread_once(&ring_once, make_ring_key);
    tf1c_free(pthread_getspecific(ring_key));
    pthread_setspecific(ring_key, NULL);
}
static char *literal_ring(void)
{
    pthread_once(&ring_once, make_ring_key);
    char *ring = pthread_getspecific(ring_key);
    if (!ring && (ring = tf1c_alloc(RING)))
        pthread_setspecific(ring_key, ring);
    return ring;
}

/* TF_T's argument is evaluated in a block of its own, at whose end a literal's elements are gone: they are kept in a ring, long
 * enough for the call that the operand is made for. */
tf_operand tf_operand_array(tf_ndarray a)
{
    static _Thread_local size_t used;
    size_t size = a.literal ? np_nbytes(a) : 0;
    char *ring = size && size <= RING ? literal_ring() : NULL;
    if (ring) {
        used = used + size > RING ? 0 : used;
        a.data = memcpy(ring + used, a.data, size);
        used += (size + 15) / 16 * 16;
    }
    return (tf_operand){ .kind = TF_OPERAND_ARRAY, .as.array = a };
}

tf_operand tf_operand_string(const char *s)
{
    tf_bytes bytes;
    tf_ndarray a = np_strings_(&bytes, &s, 1);
    a.shape = SCALAR;
    return tf_operand_array(a);
}

bool tf1c_given_shape(tf_dims *shape, tf_source here, tf_tensor *mistake)
{
    const tf_list *given = &shape->given;
    const long double number = given->alone.number;
    if (shape->known || (!given->n && !given->alone.op && (number == 0 || number == TF_UNSET_NUMBER_ || number == NONE))) {
        *shape = shape->known ? *shape : (tf_dims){ 0 };
        return true;
    }
    if (given->n || given->alone.op)
        *mistake =
            tf_mistake(tf_value_error, here, NULL, "Expected a shape such as SHAPE(3, …), got a tensor, which is not known yet");
    else if (number < NONE || number != truncl(number) || number >= 0x1p63L)
        *mistake =
            tf_mistake(tf_value_error, here, NULL, "Expected a shape such as SHAPE(3, …), got the bare number %g", (double)number);
    else
        *shape = SHAPE((int64_t)number);
    return shape->known;
}
