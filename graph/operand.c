/* What a call was given: by place or by keyword, as C's types have it or as the call's text writes it. */
#include <ctype.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/cast.h"
#include "graph/node.h"

tf_operand tf_operand_same(tf_operand o) { return o; }
tf_operand tf_operand_tensor(tf_tensor t) { return (tf_operand){ .kind = TF_OPERAND_TENSOR, .as.tensor = t }; }
tf_operand tf_operand_integer(int64_t i) { return (tf_operand){ .kind = TF_OPERAND_INTEGER, .as.integer = i }; }
tf_operand tf_operand_real(double x) { return (tf_operand){ .kind = TF_OPERAND_REAL, .as.real = x }; }
tf_operand tf_operand_bool(bool b) { return (tf_operand){ .kind = TF_OPERAND_BOOL, .as.boolean = b }; }
tf_operand tf_operand_dims(tf_dims d) { return (tf_operand){ .kind = TF_OPERAND_DIMS, .as.dims = d }; }
tf_operand tf_operand_list(tf_list l) /* a list { x } as LIST(x) */
{
    return (tf_operand){ .kind = TF_OPERAND_LIST, .as.list = tf1c_given_list(l, (tf_source){ 0 }) };
}

static tf_operand operand_of_number(long double x, bool floating)
{
    const bool whole = x >= -0x1p63L && x < 0x1p63L && x == truncl(x) && !(x == 0 && signbit(x)); /* no integer is -0 */
    if (x == TF_UNSET_NUMBER_)
        return (tf_operand)TF_UNSET_;
    if (LDBL_MANT_DIG < 64 && !floating && fabsl(x) >= 0x1p53L && fabsl(x) <= 0x1p63L) /* 32-bit ARM: which of several was meant? */
        return tf_operand_tensor(tf_mistake(tf_value_error, (tf_source){ 0 }, NULL,
                                            "Whole numbers from 2**53 on are written tf_constant(...) where a long double is a "
                                            "double, got about %g",
                                            (double)x));
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

/* The end of what is quoted here, if anything is. */
static const char *past_quoted(const char *text)
{
    const char quote = *text;
    if (quote != '"' && quote != '\'')
        return text;
    for (text++; *text && *text != quote; text++)
        text += *text == '\\' && text[1];
    return text;
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
        text = past_quoted(text);
        depth += (strchr("([{", *text) && *text) - (strchr(")]}", *text) && *text);
        if (!*text)
            break;
    }
    return found ? found : "";
}

static bool is_hex(const char *text) { return text[0] == '0' && (text[1] == 'x' || text[1] == 'X'); }

/* Of a C number: digits, letters and points, and the sign of an exponent. */
static const char *end_of_number(const char *text)
{
    const bool hex = is_hex(text);
    while (isalnum((unsigned char)*text) || *text == '.' || (strchr("+-", *text) && *text && strchr(hex ? "pP" : "eE", text[-1])))
        text++;
    return text;
}

static bool is_floating(const char *text)
{
    const bool hex = is_hex(text);
    const size_t n = (size_t)(end_of_number(text) - text);
    return memchr(text, '.', n) ||
           (hex ? memchr(text, 'p', n) || memchr(text, 'P', n) : memchr(text, 'e', n) || memchr(text, 'E', n));
}

/* Whether an argument is written in numbers alone, `-1`, `2 * 0.5`, and whether one of them is floating. */
static bool is_literal(const char *text, bool *floating)
{
    int digits = 0, depth = 0;
    for (*floating = false; *text && (depth || *text != ',') && depth >= 0;) {
        if (isdigit((unsigned char)*text) || *text == '.') {
            *floating |= is_floating(text);
            text = end_of_number(text);
            digits++;
        } else {
            depth += (*text == '(') - (*text == ')');
            if (!strchr(" +-*/()", *text))
                return false;
            text++;
        }
    }
    return digits;
}

static bool is_word(const char *text, const char *word)
{
    const size_t n = strlen(word);
    return strncmp(text, word, n) == 0 && !isalnum((unsigned char)text[n]) && text[n] != '_';
}

/* Makes a whole number real if the text of the call writes it so; false where it is no literal there. */
static bool as_written(tf_operand *o, const char *text, int place, const char *keyword)
{
    bool floating = false;
    const char *written = text && keyword ? argument_text(text, place, keyword) : "";
    written += strspn(written, "= ");
    const bool known = is_literal(written, &floating);
    if (is_word(written, "true") || is_word(written, "false"))
        return *o = tf_operand_bool(o->as.integer != 0), true;
    if (known && floating)
        *o = tf_operand_real((double)o->as.integer);
    return known;
}

bool tf1c_read_as_written(tf_operand *o, const char *text, int place, const char *keyword)
{
    const bool bare = o->kind == TF_OPERAND_NONE;
    *o = tf1c_given(*o);
    return !bare || o->kind != TF_OPERAND_INTEGER || as_written(o, text, place, keyword);
}

tf_operand tf1c_as_written(tf_operand given, const char *text, int place, const char *keyword)
{
    tf1c_read_as_written(&given, text, place, keyword);
    return given;
}

tf_operand tf_operand_given_(tf_operand given, const char *text, int place, const char *keyword, tf_source here)
{
    if (!place || tf1c_read_as_written(&given, text, abs(place < -INT_MAX ? -INT_MAX : place), keyword))
        return tf1c_given(given);
    const long long i = (long long)given.as.integer;
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
            axes->dims[i] = tf1c_whole(a, i);
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

/* TF_T's argument is evaluated in a block of its own, at whose end a literal's elements are gone: each thread keeps those of its
 * last literals, more than any call has, whatever their sizes; and of other arrays that are borrowed as far as they are small, for
 * np_array((float[]){ 1, 2 }, …) is one that nobody can tell. */
enum { KEPT_LITERALS = 256, SMALL = 1 << 16 };
typedef struct {
    int next;
    struct {
        void *data;
        size_t room;
    } of[KEPT_LITERALS];
} literals;
static pthread_key_t literals_key; /* of each thread, made on first use: not in its stack, as thread-local storage is */
static pthread_once_t literals_once = PTHREAD_ONCE_INIT;
static void free_literals(void *of_thread)
{
    literals *kept = of_thread;
    for (int i = 0; kept && i < KEPT_LITERALS; i++)
        tf1c_free(kept->of[i].data);
    tf1c_free(kept);
}
static void make_literals_key(void) { pthread_key_create(&literals_key, free_literals); }
__attribute__((destructor)) static void free_literals_of_main(void)
{
    pthread_once(&literals_once, make_literals_key);
    free_literals(pthread_getspecific(literals_key));
    pthread_setspecific(literals_key, NULL);
}
static literals *literals_of_thread(void)
{
    pthread_once(&literals_once, make_literals_key);
    literals *kept = pthread_getspecific(literals_key);
    if (!kept && (kept = tf1c_alloc_zero(sizeof *kept)))
        pthread_setspecific(literals_key, kept);
    return kept;
}

/* NULL without memory. */
static void *keep_literal(const void *data, size_t size)
{
    literals *kept = literals_of_thread();
    const int i = kept ? kept->next++ % KEPT_LITERALS : 0;
    if (!kept || !tf1c_grow_buffer(&kept->of[i].data, &kept->of[i].room, size))
        return NULL;
    kept->next %= KEPT_LITERALS;
    return memcpy(kept->of[i].data, data, size);
}

tf_operand tf_operand_array(tf_ndarray a)
{
    const size_t size = a.data && !a.memory ? np_nbytes(a) : 0;
    if (size && (a.literal || size <= SMALL) && !(a.data = keep_literal(a.data, size))) {
        tf_fail(tf_memory_error, tf1c_source((tf_source){ 0 }), NULL, "no memory left for the graph");
        return tf_operand_tensor((tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) });
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

/* A list of numbers, or of tensors that the graph knows, as a shape. */
static bool shape_of_list(tf_list list, tf_dims *shape)
{
    tf_ndarray value;
    tf_dims d = { .known = true, .rank = list.n };
    for (int i = 0; i < list.n; i++)
        if (list.n > TF_MAX_RANK || tf_is_poisoned(list.items[i]) || !list.items[i].op ||
            !tf_constant_value(list.items[i], &value) || value.shape.rank || !(TF_INDEX & TF_DTYPE_BIT(value.dtype)))
            return false;
        else
            d.dims[i] = np_get_int(value, 0);
    return list.n > 0 ? *shape = d, true : false;
}

bool tf1c_given_sizes(tf_dims *sizes, const char *what, tf_source here)
{
    const tf_list given = sizes->given;
    const long double number = given.alone.number;
    if (sizes->known || (!given.n && !given.alone.op && (number == 0 || tf1c_plain(*sizes))))
        return true;
    if (given.items && shape_of_list(given, sizes))
        return true;
    if (given.n || given.alone.op)
        tf_mistake(tf_type_error, here, NULL, "Expected numbers for '%s', such as SHAPE(2, 2), got a tensor", what);
    else
        tf_mistake(tf_type_error, here, NULL, "Expected int for argument '%s' not %g.", what, (double)number);
    return false;
}

bool tf1c_given_shape(tf_dims *shape, tf_source here, tf_tensor *mistake)
{
    if (!shape->known && shape->given.items && shape_of_list(shape->given, shape))
        return true;
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
