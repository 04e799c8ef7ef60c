/* Making nodes: operands become tensors, dtypes are matched against the record's signature, shapes are inferred. TF1:
 * framework/op_def_library.py (_apply_op_helper). */
#include <ctype.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/node.h"
#include "graph/turn.h"

/* ---- operands ------------------------------------------------------------------------------------------------------- */

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

/* ---- mistakes and lists ------------------------------------------------------------------------------------------------ */

tf_tensor tf_mistake(tf_status code, tf_source here, const char *op, const char *format, ...)
{
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format ? format : "(null)", args);
    va_end(args);
    tf_fail(code, tf1c_source(here), op, "%s", message);
    return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) };
}

/* More of them than any list has, a count gone wrong, are as many as there are ready. */
enum { MOST_MISTAKES = 1 << 20 };

tf_list tf_mistake_list(int n, tf_tensor poison)
{
    n = n < 1 ? 1 : n;
    if (!tf_is_poisoned(poison) || !poison.op)
        poison = (tf_tensor){ .op = tf1c_poison(tf1c_current_graph()) };
    tf_graph *g = poison.op->graph ? poison.op->graph : tf1c_current_graph();
    tf_tensor *items = n > MOST_MISTAKES ? NULL : tf1c_graph_alloc(g, (size_t)n * sizeof *items);
    for (int i = 0; items && i < n; i++)
        items[i] = poison;
    return items ? (tf_list){ .n = n, .items = items } : tf1c_poison_list(n);
}

tf_list tf_list_new_(int n, const tf_tensor *items, tf_source here)
{
    if (n < 0 || (n > 0 && !items))
        return tf1c_sound_list((tf_list){ .n = n, .items = items }, here);
    tf_graph *g = n > 0 && items[0].op && items[0].op->graph ? items[0].op->graph : tf1c_current_graph();
    tf_tensor *copy = g ? tf1c_graph_alloc(g, (size_t)n * sizeof *copy + 1) : NULL;
    if (!copy)
        return tf1c_poison_list(n);
    if (n)
        memcpy(copy, items, (size_t)n * sizeof *copy);
    return (tf_list){ .n = n, .items = copy };
}

/* The dtype of the first tensor, if it is one that numbers of that kind may take; else what they are alone. */
static tf_dtype dtype_beside(int n, const tf_operand *items, const tf_operand *number)
{
    const tf_dtypes fitting = number->kind == TF_OPERAND_INTEGER ? TF_INDEX : number->kind == TF_OPERAND_REAL ? TF_FLOATING : 0;
    for (int i = 0; i < n; i++)
        if (items[i].kind == TF_OPERAND_TENSOR && items[i].as.tensor.op) {
            const tf_dtype dtype = tf_get_dtype(items[i].as.tensor);
            return fitting & TF_DTYPE_BIT(dtype) ? dtype : tf_dtype_unset;
        }
    return tf_dtype_unset;
}

tf_list tf_list_of_(int n, const tf_operand *items, tf_source here)
{
    enum { MOST = 32 };
    tf_tensor tensors[MOST];
    TF_FROM(here);
    for (int i = 0; items && i < n && i < MOST; i++)
        tensors[i] = items[i].kind == TF_OPERAND_TENSOR ? items[i].as.tensor
                                                        : tf_convert(items[i], dtype_beside(n, items, &items[i]), here, NULL);
    return tf_list_new_(n > MOST ? -1 : n, items ? tensors : NULL, here);
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

tf_list tf_list_same_(tf_list list) { return list; }
tf_list tf_list_of_one_(tf_tensor t) { return tf_list_new_(1, &t, (tf_source){ 0 }); }

tf_tensor tf_at_(tf_list list, int i, tf_source here)
{
    if (list.n < 0 || (list.n && !list.items))
        list = tf1c_sound_list(list, here);
    int at = i < 0 ? i + list.n : i;
    if (at < 0 || at >= list.n)
        return tf_mistake(tf_value_error, here, NULL, "list index out of range: %d in a list of %d", i, list.n);
    return tf1c_sound(list.items[at], here);
}

void tf_append_(tf_list *list, tf_tensor tensor, tf_source here)
{
    if (!list) {
        tf_fail(tf_value_error, tf1c_source(here), NULL, "tf_append was given no list (NULL).");
        return;
    }
    if (list->n < 0 || (list->n && !list->items) || list->capacity < 0)
        *list = tf1c_sound_list((tf_list){ .n = list->n, .items = list->items }, here);
    tf_graph *g = tensor.op && tensor.op->graph ? tensor.op->graph : tf1c_current_graph();
    if (list->n >= list->capacity) {
        int capacity = list->n < 4 ? 8 : 2 * list->n;
        tf_tensor *items = g ? tf1c_graph_alloc(g, (size_t)capacity * sizeof *items) : NULL;
        if (!items) {
            *list = tf1c_poison_list(list->n + 1);
            return;
        }
        if (list->n)
            memcpy(items, list->items, (size_t)list->n * sizeof *items);
        *list = (tf_list){ .n = list->n, .items = items, .capacity = capacity };
    }
    ((tf_tensor *)list->items)[list->n++] = tensor;
}

/* ---- signatures: "a:T, b:T" ------------------------------------------------------------------------------------------------ */

typedef struct {
    char name[32];
    char variable;  /* 'T', 'U', or 0 for a fixed dtype */
    tf_dtype dtype; /* fixed; unset: "?" */
    bool many, ref;
    int place, left; /* of what a variadic one stands for: this is the place-th, and so many come after it */
} argument;

static const char *skip(const char *s)
{
    while (*s == ' ' || *s == ',')
        s++;
    return s;
}

static tf_dtype dtype_named(const char *s, size_t n)
{
    for (int d = 1; d < TF_DTYPES; d++)
        if (tf_dtype_size(d) && strlen(tf_dtype_name(d)) == n && strncmp(tf_dtype_name(d), s, n) == 0)
            return d;
    return tf_dtype_unset;
}

static bool next_argument(const char **signature, argument *a)
{
    const char *s = skip(*signature);
    if (!*s)
        return false;
    *a = (argument){ .dtype = tf_dtype_unset };
    size_t n = strcspn(s, ":");
    snprintf(a->name, sizeof a->name, "%.*s", (int)n, s);
    s += n + (s[n] == ':');
    n = strcspn(s, ",*& ");
    if (n == 1 && (*s == 'T' || *s == 'U'))
        a->variable = *s;
    else
        a->dtype = dtype_named(s, n);
    for (s += n; *s == '*' || *s == '&'; s++)
        *(*s == '*' ? &a->many : &a->ref) = true;
    *signature = s;
    return true;
}

/* The signature's argument for input or output i of n: the next one, or once more the variadic one, which leaves as many as
 * there are arguments after it; of several variadic ones each has as many. */
static bool argument_at(const char **signature, argument *a, int i, int n)
{
    int after = 0, variadic = 1;
    if (i > 0 && a->left > 0) {
        a->left--;
        a->place++;
        return true;
    }
    if (!next_argument(signature, a))
        return false;
    for (const char *s = skip(*signature); *s; s++) {
        after += *s == ':';
        variadic += *s == '*';
    }
    a->left = a->many ? (n - i - after + variadic - 1) / variadic - 1 : 0;
    return true;
}

/* ---- one node being built -------------------------------------------------------------------------------------------------- */

typedef struct {
    const tf_op_def *def;
    const struct tf_op_args *args;
    tf_graph *g;
    tf_source here;
    const char *name;
    tf_dtype type[2]; /* T, U */
    char from[2][32]; /* the argument that told them */
    tf_tensor *inputs;
    tf_operation *poison; /* set: give up, quietly */
} building;

static tf_dtype *type_of(building *b, char variable) { return &b->type[variable == 'U']; }

static void fail(building *b, tf_status code, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void fail(building *b, tf_status code, const char *format, ...)
{
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format ? format : "(null)", args);
    va_end(args);
    tf_fail(code, b->here, b->name, "%s", message);
    b->poison = tf1c_record_mistake(b->g);
}

/* Of a shape as a tensor: int64 only where int32 cannot hold it, as TF has it. */
static tf_dtype dims_dtype(tf_dims d)
{
    for (int i = 0; i < d.rank && i < TF_MAX_RANK; i++)
        if (d.dims[i] != (int32_t)d.dims[i])
            return tf_int64;
    return tf_int32;
}

/* The dtype an operand brings along; numbers bring none. */
static tf_dtype own_dtype(const tf_operand *o)
{
    switch (o->kind) {
    case TF_OPERAND_TENSOR: return o->as.tensor.op ? tf_get_dtype(o->as.tensor) : tf_dtype_unset;
    case TF_OPERAND_ARRAY: return o->as.array.scale != 0 ? tf_float32 : o->as.array.dtype;
    case TF_OPERAND_DIMS: return dims_dtype(o->as.dims);
    case TF_OPERAND_LIST: return o->as.list.n ? tf_get_dtype(o->as.list.items[0]) : tf_float32;
    default: return tf_dtype_unset;
    }
}

static tf_dtype literal_dtype(const tf_operand *o)
{
    switch (o->kind) {
    case TF_OPERAND_INTEGER: return o->as.integer > INT32_MAX || o->as.integer < INT32_MIN ? tf_int64 : tf_int32;
    case TF_OPERAND_BOOL: return tf_bool;
    default: return tf_float32;
    }
}

/* T and U: from tensors first, then arrays and shapes, then numbers. */
static void settle_types(building *b)
{
    b->type[0] = b->args->T;
    b->type[1] = b->args->U;
    for (int pass = 0; pass < 4; pass++) {
        const char *s = b->def->in;
        argument a = { .many = false };
        for (int i = 0; i < b->args->n_inputs; i++) {
            const tf_operand *o = &b->args->inputs[i];
            if (!argument_at(&s, &a, i, b->args->n_inputs))
                break;
            if (!a.variable || *type_of(b, a.variable))
                continue;
            bool tensor = o->kind == TF_OPERAND_TENSOR, array = own_dtype(o) != tf_dtype_unset;
            bool mine = pass == 0 ? tensor : pass == 1 ? array : pass == 2 ? o->kind == TF_OPERAND_REAL : !array;
            if (!mine)
                continue;
            *type_of(b, a.variable) = array ? own_dtype(o) : literal_dtype(o);
            snprintf(b->from[a.variable == 'U'], sizeof b->from[0], "%s", a.name);
        }
    }
}

static tf_dtypes allowed(const tf_op_def *def, char variable)
{
    tf_dtypes set = variable == 'U' ? def->U : def->T;
    return set ? set : TF_ANY_DTYPE;
}

static void check_allowed(building *b, const argument *a, tf_dtype dtype)
{
    tf_dtypes set = allowed(b->def, a->variable);
    if (set & TF_DTYPE_BIT(dtype))
        return;
    char list[256] = "";
    for (int d = 1; d < TF_DTYPES; d++)
        if (set & TF_DTYPE_BIT(d) && tf_dtype_size(d))
            snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", *list ? ", " : "", tf_dtype_name(d));
    fail(b, tf_type_error, "Value passed to parameter '%s' has DataType %s not in list of allowed values: %s", a->name,
         tf_dtype_name(dtype), list);
}

/* ---- constants ------------------------------------------------------------------------------------------------------------- */

static tf_operation *make_constant(tf_graph *g, tf_ndarray value, const char *exact_name, tf_source here)
{
    tf1c_const_attrs attrs = { value };
    tf_operation *op = tf1c_node(g, tf1c_basic.constant, exact_name, here, &attrs, 0, NULL, 1);
    if (op)
        op->outputs[0] = (tf1c_output){ value.dtype, value.shape };
    return op;
}

static void store(void *at, tf_dtype dtype, const tf_operand *o)
{
    const int64_t i = o->kind == TF_OPERAND_BOOL ? o->as.boolean : o->as.integer;
    const bool real = o->kind == TF_OPERAND_REAL;
    switch (dtype) {
    case tf_float32: *(float *)at = real ? (float)o->as.real : (float)i; break; /* rounded once */
    case tf_float64: *(double *)at = real ? o->as.real : (double)i; break;
    case tf_int32: *(int32_t *)at = (int32_t)i; break;
    case tf_int64: *(int64_t *)at = i; break;
    case tf_uint8: *(uint8_t *)at = (uint8_t)i; break;
    default: *(bool *)at = i != 0; break;
    }
}

/* As Python's repr: the fewest digits that read back the same, and a point; an exponent from 1e16 on. */
static const char *real_text(double x, char *text, size_t n)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, n, "%.*g", digits, x);
        if (strtod(text, NULL) == x)
            break;
    }
    if (fabs(x) < 1e16 && strstr(text, "e+"))
        snprintf(text, n, "%.0f", x);
    if (isfinite(x) && !strpbrk(text, ".e"))
        snprintf(text + strlen(text), n - strlen(text), ".0");
    return text;
}

static void number_for_string(const tf_operand *o, char *message, size_t n)
{
    char number[32];
    if (o->kind == TF_OPERAND_REAL)
        snprintf(message, n, "Expected string, got %s of type 'float' instead.", real_text(o->as.real, number, sizeof number));
    else if (o->kind == TF_OPERAND_BOOL)
        snprintf(message, n, "Expected string, got %s of type 'bool' instead.", o->as.boolean ? "True" : "False");
    else
        snprintf(message, n, "Expected string, got %lld of type 'int' instead.", (long long)o->as.integer);
}

/* Strings are no numbers, nor the other way round. */
static bool array_fits(tf_dtype dtype, const tf_ndarray *a, char *message, size_t n)
{
    if ((a->dtype == tf_string) == (dtype == tf_string))
        return true;
    if (dtype == tf_string)
        snprintf(message, n, "Expected string, got an array of dtype %s instead.", tf_dtype_name(a->dtype));
    else
        snprintf(message, n, "Expected %s, got '%.*s' of type 'str' instead.", tf_dtype_name(dtype), (int)np_string(*a, 0).size,
                 np_string(*a, 0).data);
    return false;
}

static bool whole_fits(tf_dtype dtype, int64_t i, char *message, size_t n)
{
    if ((dtype != tf_int32 || i == (int32_t)i) && (dtype != tf_uint8 || i == (uint8_t)i))
        return true;
    snprintf(message, n, "Value %lld is out of range for %s", (long long)i, tf_dtype_name(dtype));
    return false;
}

/* Python's rules: a real number does not become an integer, a number no bool; True and False are 1 and 0 too. */
static bool literal_fits(tf_dtype dtype, const tf_operand *o, char *message, size_t n)
{
    bool floating = TF_FLOATING & TF_DTYPE_BIT(dtype);
    if (dtype == tf_string) {
        number_for_string(o, message, n);
        return false;
    }
    if (o->kind == TF_OPERAND_REAL && !floating) {
        char number[32];
        snprintf(message, n, "Expected %s, got %s of type 'float' instead.", tf_dtype_name(dtype),
                 real_text(o->as.real, number, sizeof number));
        return false;
    }
    if (o->kind != TF_OPERAND_BOOL && dtype == tf_bool) {
        snprintf(message, n, "Expected bool, got %lld of type 'int' instead.", (long long)o->as.integer);
        return false;
    }
    return o->kind != TF_OPERAND_INTEGER || whole_fits(dtype, o->as.integer, message, n);
}

static tf_operation *constant_of_array(tf_graph *g, tf_ndarray a, tf_dtype dtype, const char *exact_name, tf_source here)
{
    if (a.dtype == dtype && a.scale == 0)
        return make_constant(g, a, exact_name, here);
    tf1c_hold_reports();
    tf_ndarray cast = np_astype(a, dtype);
    tf_operation *op = cast.data ? make_constant(g, cast, exact_name, here) : NULL;
    np_free(&cast);
    tf1c_release_reports((tf_source){ 0 });
    return op;
}

static tf_operation *constant_of_dims(tf_graph *g, tf_dims d, tf_dtype dtype, const char *exact_name, tf_source here)
{
    int64_t values[TF_MAX_RANK];
    memcpy(values, d.dims, sizeof values);
    return constant_of_array(g, np_array(values, tf_int64, SHAPE(d.rank)), dtype, exact_name, here);
}

/* A literal operand as a constant of `dtype` called exactly `name`; NULL with code and message filled in. */
static tf_operation *constant_of(tf_graph *g, const tf_operand *o, tf_dtype dtype, const char *name, tf_source here, char *message,
                                 size_t n)
{
    *message = 0;
    if (o->kind == TF_OPERAND_ARRAY) {
        if (!o->as.array.shape.known || (!o->as.array.data && np_size(o->as.array))) {
            snprintf(message, n, "an array without data was given (was it fetched or loaded?)");
            return NULL;
        }
        return array_fits(dtype, &o->as.array, message, n) ? constant_of_array(g, o->as.array, dtype, name, here) : NULL;
    }
    if (o->kind == TF_OPERAND_DIMS) {
        if (!o->as.dims.known) {
            snprintf(message, n, "Cannot convert a TensorShape of unknown rank to a Tensor: <unknown>");
            return NULL;
        }
        for (int i = 0; i < o->as.dims.rank; i++)
            if (!whole_fits(dtype, o->as.dims.dims[i], message, n))
                return NULL;
        return constant_of_dims(g, o->as.dims, dtype, name, here);
    }
    if (!literal_fits(dtype, o, message, n))
        return NULL;
    _Alignas(8) char value[8];
    store(value, dtype, o);
    return make_constant(g, np_array(value, dtype, SCALAR), name, here);
}

/* ---- operands to inputs -------------------------------------------------------------------------------------------------------- */

/* The value of a variable, where `t` is one: its read Identity; inside a body a read of its own, under the control
 * dependencies open there. */
static tf_tensor value_of(tf_graph *g, tf_tensor t, tf_source here)
{
    if (!t.op->read)
        return t;
    if (!g->parent)
        return (tf_tensor){ .op = t.op->read };
    tf_tensor ref = tf1c_import(g, t, here);
    const char *name = tf1c_is_mistake(ref.op) ? NULL : tf1c_graph_printf(g, "%s/read", t.op->name);
    name = name ? tf1c_unique_name(g, name) : NULL;
    tf_operation *read = name ? tf1c_node(g, tf1c_basic.identity, name, here, NULL, 1, &ref, 1) : NULL;
    if (!read)
        return (tf_tensor){ .op = tf1c_is_mistake(ref.op) ? ref.op : tf1c_record_mistake(g) };
    g->universe->last_id--; /* TF captures its value once, however often it is read: the argument counts for that */
    read->outputs[0] = ref.op->outputs[ref.index];
    read->T = read->outputs[0].dtype;
    return (tf_tensor){ .op = read };
}

static tf_tensor convert_in(tf_graph *g, const tf_operand *o, tf_dtype dtype, bool ref, const char *name, tf_source here,
                            char *message, size_t n)
{
    *message = 0;
    if (o->kind == TF_OPERAND_LIST)
        return tf1c_basic.pack(o->as.list, here, name);
    if (o->kind == TF_OPERAND_TENSOR)
        return tf1c_import(g, ref ? o->as.tensor : value_of(g, o->as.tensor, here), here);
    return (tf_tensor){ .op = constant_of(g, o, dtype, name, here, message, n) };
}

static void check_dtype(building *b, const argument *a, tf_dtype got)
{
    if (a->variable && *type_of(b, a->variable) != got) {
        const char *from = b->from[a->variable == 'U'];
        if (a->many)
            fail(b, tf_type_error, "Tensors in list passed to '%s' of '%s' Op have types [%s, %s] that don't all match.", a->name,
                 b->def->name, tf_dtype_name(*type_of(b, a->variable)), tf_dtype_name(got));
        else
            fail(b, tf_type_error, "Input '%s' of '%s' Op has type %s that does not match type %s of argument '%s'.", a->name,
                 b->def->name, tf_dtype_name(got), tf_dtype_name(*type_of(b, a->variable)), from);
    } else if (a->variable)
        check_allowed(b, a, got);
    else if (a->dtype && a->dtype != got)
        fail(b, tf_type_error, "Input '%s' of '%s' Op has type %s that does not match expected type of %s.", a->name, b->def->name,
             tf_dtype_name(got), tf_dtype_name(a->dtype));
}

static void convert_input(building *b, const argument *a, int i)
{
    const tf_operand *o = &b->args->inputs[i];
    if (o->kind == TF_OPERAND_NONE || (o->kind == TF_OPERAND_TENSOR && !o->as.tensor.op)) {
        fail(b, tf_value_error, "None values not supported.");
        return;
    }
    if (o->kind == TF_OPERAND_TENSOR && !b->g->parent && o->as.tensor.op->graph->parent) {
        fail(b, tf_value_error, "Cannot use '%s' as input to '%s' because '%s' is in a while loop. See info log for more details.",
             o->as.tensor.op->name, b->name, o->as.tensor.op->name);
        return;
    }
    if (a->ref && !(o->kind == TF_OPERAND_TENSOR && o->as.tensor.op->read)) {
        fail(b, tf_type_error, "'%s' Op requires that input '%s' be a mutable tensor (e.g.: a tf.Variable)", b->def->name, a->name);
        return;
    }
    tf_dtype dtype = a->variable ? *type_of(b, a->variable) : a->dtype ? a->dtype : own_dtype(o);
    if (!dtype)
        dtype = literal_dtype(o);
    char message[256];
    const char *format = a->many ? "%s/%s_%d" : o->kind == TF_OPERAND_LIST ? "%s/%s/" : "%s/%s"; /* a list's: an exact name */
    const char *name = o->kind == TF_OPERAND_TENSOR ? NULL : tf1c_graph_printf(b->g, format, b->name, a->name, a->place);
    if (!name && o->kind != TF_OPERAND_TENSOR) {
        b->poison = tf1c_record_mistake(b->g);
        return;
    }
    tf_tensor t = convert_in(b->g, o, dtype, a->ref, name, b->here, message, sizeof message);
    if (!t.op && *message)
        fail(b, tf_type_error, "%s", message);
    else if (!t.op || tf1c_is_mistake(t.op))
        b->poison = t.op ? t.op : tf1c_record_mistake(b->g);
    else
        check_dtype(b, a, tf_get_dtype(t));
    b->inputs[i] = t;
}

static void convert_inputs(building *b)
{
    const char *s = b->def->in;
    argument a = { .many = false };
    b->inputs = tf1c_graph_alloc(b->g, (size_t)b->args->n_inputs * sizeof *b->inputs + 1);
    if (!b->inputs)
        b->poison = tf1c_record_mistake(b->g);
    for (int i = 0; i < b->args->n_inputs && !b->poison; i++) {
        if (!argument_at(&s, &a, i, b->args->n_inputs)) {
            fail(b, tf_internal, "'%s' Op takes \"%s\", got %d inputs", b->def->name, b->def->in, b->args->n_inputs);
            return;
        }
        convert_input(b, &a, i);
    }
}

static tf_operation *poisoned_input(const struct tf_op_args *args)
{
    for (int i = 0; i < args->n_inputs; i++) {
        const tf_operand *o = &args->inputs[i];
        tf_operation *unsound = tf1c_unsound(o, args->here);
        if (unsound)
            return unsound;
        if (o->kind == TF_OPERAND_TENSOR && o->as.tensor.op && tf1c_is_mistake(o->as.tensor.op))
            return o->as.tensor.op;
        for (int j = 0; o->kind == TF_OPERAND_LIST && j < o->as.list.n; j++)
            if (tf_is_poisoned(o->as.list.items[j]))
                return tf_tensor_op(o->as.list.items[j]);
    }
    return NULL;
}

/* ---- outputs -------------------------------------------------------------------------------------------------------------------- */

static int count_outputs(const building *b)
{
    const char *s = b->def->out;
    argument a;
    int n = 0;
    bool many = false;
    for (; next_argument(&s, &a); n++)
        many |= a.many;
    return many ? b->args->n_outputs : n;
}

static void output_dtypes(building *b, int n, tf_dtype *dtypes)
{
    const char *s = b->def->out;
    argument a = { .many = false };
    for (int i = 0; i < n && argument_at(&s, &a, i, n); i++)
        dtypes[i] = a.variable ? *type_of(b, a.variable) : a.dtype;
}

static bool constant_input(void *inputs, int i, tf_ndarray *value) { return tf_constant_value(((tf_tensor *)inputs)[i], value); }
static bool partial_input(void *inputs, int i, tf_dims *ints);

static bool infer(building *b, int n, tf1c_output *outputs)
{
    int n_in = b->args->n_inputs;
    tf_dims *shapes = tf1c_alloc_zero((size_t)(n + n_in + 1) * sizeof *shapes);
    tf_dtype *dtypes = tf1c_alloc_zero((size_t)(n + n_in + 1) * sizeof *dtypes);
    tf_shape_ctx c = { .def = b->def,
                       .attrs = b->args->attrs,
                       .name = b->name,
                       .here = b->here,
                       .n_in = n_in,
                       .n_out = n,
                       .in = shapes,
                       .in_dtype = dtypes,
                       .out = shapes + n_in,
                       .out_dtype = dtypes + n_in,
                       .value = constant_input,
                       .ints = partial_input,
                       .arg = b->inputs };
    if (!shapes || !dtypes) {
        fail(b, tf_memory_error, "no memory left for the graph");
    } else {
        for (int i = 0; i < n_in; i++) {
            shapes[i] = tf_get_shape(b->inputs[i]);
            dtypes[i] = tf_get_dtype(b->inputs[i]);
        }
        output_dtypes(b, n, c.out_dtype);
        if (b->args->shape.known && n)
            c.out[0] = b->args->shape;
        tf1c_infer(&c);
        for (int i = 0; i < n; i++)
            outputs[i] = (tf1c_output){ c.out_dtype[i], c.out[i] };
        if (c.failed)
            b->poison = tf1c_record_mistake(b->g);
    }
    tf1c_free(shapes);
    tf1c_free(dtypes);
    return !b->poison;
}

/* Of a vector of known length at least how many there are. */
static bool unknown_ints(tf_dims shape, tf_dims *ints)
{
    if (!tf_dims_fully_known(shape) || shape.rank > 1 || (shape.rank == 1 && shape.dims[0] > TF_MAX_RANK))
        return false;
    *ints = (tf_dims){ .known = true, .rank = shape.rank ? (int)shape.dims[0] : 1 };
    for (int i = 0; i < ints->rank; i++)
        ints->dims[i] = NONE;
    return true;
}

/* What is known of a tensor's integers: the record's own rule, or a value that is known whole. */
bool tf1c_partial_ints(tf_tensor t, tf_dims *ints)
{
    enum { DEEPEST = 24 }; /* records ask for their inputs' in turn */
    static _Thread_local int depth;
    tf_ndarray value;
    if (tf_constant_value(t, &value))
        return tf1c_ints_of_array(value, ints);
    const tf_operation *op = t.op;
    if (!op->def->ints || t.index || op->n_inputs > 64 || depth >= DEEPEST)
        return unknown_ints(op->outputs[t.index].shape, ints);
    tf_dims *shapes = tf1c_alloc((size_t)op->n_inputs * (sizeof *shapes + sizeof(tf_dtype)) + 1);
    tf_dtype *dtypes = (tf_dtype *)(shapes + op->n_inputs);
    for (int i = 0; shapes && i < op->n_inputs; i++) {
        shapes[i] = tf_get_shape(op->inputs[i]);
        dtypes[i] = tf_get_dtype(op->inputs[i]);
    }
    tf_shape_ctx c = { .def = op->def,
                       .attrs = op->attrs,
                       .name = op->name,
                       .here = op->here,
                       .n_in = op->n_inputs,
                       .in = shapes,
                       .in_dtype = dtypes,
                       .value = constant_input,
                       .ints = partial_input,
                       .arg = op->inputs };
    depth++;
    const bool known = shapes && op->def->ints(&c, ints);
    depth--;
    tf1c_free(shapes);
    return known || unknown_ints(op->outputs[0].shape, ints);
}

static bool partial_input(void *inputs, int i, tf_dims *ints) { return tf1c_partial_ints(((tf_tensor *)inputs)[i], ints); }

/* A user's name ending in "/" is taken exactly, as the name of the scope it closes. */
static const char *node_name(building *b)
{
    const char *wanted = b->args->name           ? tf1c_given_name(b->args->name)
                         : b->args->default_name ? b->args->default_name
                                                 : b->def->name;
    size_t n = strlen(wanted);
    if (n && wanted[n - 1] == '/')
        return tf1c_graph_printf(b->g, "%.*s", (int)n - 1, wanted);
    if (!tf1c_valid_name(wanted, *b->g->scope)) {
        fail(b, tf_value_error, "'%s' is not a valid node name", wanted);
        return NULL;
    }
    return tf1c_unique_name(b->g, wanted);
}

static tf_operation *build(building *b)
{
    b->name = node_name(b);
    if (!b->name)
        return b->poison ? b->poison : tf1c_record_mistake(b->g);
    settle_types(b);
    convert_inputs(b);
    int n = count_outputs(b);
    tf1c_output *outputs = b->poison ? NULL : tf1c_graph_alloc(b->g, (size_t)n * sizeof *outputs + 1);
    if (!outputs || !infer(b, n, outputs))
        return b->poison ? b->poison : tf1c_record_mistake(b->g);
    tf_operation *op = tf1c_node(b->g, b->def, b->name, b->here, b->args->attrs, b->args->n_inputs, b->inputs, n);
    if (!op)
        return tf1c_record_mistake(b->g);
    memcpy(op->outputs, outputs, (size_t)n * sizeof *outputs);
    op->T = b->type[0];
    op->U = b->type[1];
    return op;
}

static bool same_graph(building *b, tf_tensor *first, tf_tensor t)
{
    char x[512], y[512];
    if (tf_is_none(t))
        return true;
    if (tf_is_none(*first))
        *first = t;
    if (t.op->graph->universe == first->op->graph->universe)
        return true;
    fail(b, tf_value_error, "%s must be from the same graph as %s.", tf_tensor_text(t, x, sizeof x),
         tf_tensor_text(*first, y, sizeof y));
    return false;
}

/* A node goes where its inputs are, if that is another graph than the current one; all must agree. TF1: ops.py
 * _get_graph_from_inputs. */
static bool find_graph(building *b)
{
    tf_tensor first = { 0 };
    for (int i = 0; i < b->args->n_inputs; i++) {
        const tf_operand *o = &b->args->inputs[i];
        if (o->kind == TF_OPERAND_TENSOR && !same_graph(b, &first, o->as.tensor))
            return false;
        for (int j = 0; o->kind == TF_OPERAND_LIST && j < o->as.list.n; j++)
            if (!same_graph(b, &first, o->as.list.items[j]))
                return false;
    }
    if (first.op && first.op->graph->universe != b->g->universe)
        b->g = tf1c_root(first.op->graph);
    return true;
}

tf_operation *tf_op_new(const tf_op_def *def, struct tf_op_args args)
{
    TF_FROM(args.here);
    TF1C_HOLD_REPORTS; /* a handler that jumps must leave the turn free, and no memory behind */
    tf_graph *g = tf1c_current_graph();
    TF1C_TURN(g, args.here);
    if (!turn.given)
        return tf1c_out_of_turn();
    if (!def || !def->name || !def->in || !def->out || args.n_inputs < 0 || args.n_outputs < 0 || (args.n_inputs && !args.inputs))
        return tf_mistake(tf_value_error, args.here, NULL, "an operation of %d inputs cannot be made of record '%s'", args.n_inputs,
                          def && def->name ? def->name : "NULL")
            .op;
    tf_operation *poison = poisoned_input(&args);
    if (!g || poison)
        return poison ? poison : tf1c_poison(NULL);
    building b = { .def = def, .args = &args, .g = g, .here = tf1c_source(args.here) };
    return find_graph(&b) ? build(&b) : b.poison;
}

tf_tensor tf_op_unary(const tf_op_def *def, tf_operand x, struct tf_name_args a, const char *default_name)
{
    return (tf_tensor){ .op = tf_op_new(
                            def, (struct tf_op_args){
                                     .here = a.here, .name = a.name, .default_name = default_name, .n_inputs = 1, .inputs = &x }) };
}

tf_tensor tf_op_binary(const tf_op_def *def, tf_operand x, tf_operand y, struct tf_name_args a, const char *default_name)
{
    return (tf_tensor){ .op = tf_op_new(def, (struct tf_op_args){ .here = a.here,
                                                                  .name = a.name,
                                                                  .default_name = default_name,
                                                                  .n_inputs = 2,
                                                                  .inputs = (tf_operand[]){ x, y } }) };
}

/* As for any node: a name ending in "/" is exact. */
static const char *constant_name(tf_graph *g, const char *name)
{
    const size_t n = name ? strlen(name) : 0;
    if (n && name[n - 1] == '/')
        return tf1c_graph_printf(g, "%.*s", (int)n - 1, name);
    return tf1c_unique_name(g, name ? name : "Const");
}

tf_tensor tf_convert(tf_operand x, tf_dtype dtype, tf_source here, const char *name)
{
    tf_graph *g = tf1c_current_graph();
    here = tf1c_source(here);
    if (!g)
        return (tf_tensor){ .op = tf1c_poison(NULL) };
    x = tf1c_sound_operand(x, here);
    if (x.kind == TF_OPERAND_NONE || (x.kind == TF_OPERAND_TENSOR && !x.as.tensor.op))
        return tf_mistake(tf_value_error, here, NULL, "None values not supported.");
    if (x.kind == TF_OPERAND_TENSOR && tf1c_is_mistake(x.as.tensor.op))
        return x.as.tensor;
    if (!dtype)
        dtype = own_dtype(&x) ? own_dtype(&x) : literal_dtype(&x);
    bool made = x.kind != TF_OPERAND_TENSOR && x.kind != TF_OPERAND_LIST;
    const char *exact = made ? constant_name(g, name) : name;
    char message[256];
    tf_tensor t = made && !exact ? (tf_tensor){ 0 } : convert_in(g, &x, dtype, false, exact, here, message, sizeof message);
    if (!t.op)
        return made && exact && *message ? tf_mistake(tf_type_error, here, NULL, "%s", message)
                                         : (tf_tensor){ .op = tf1c_record_mistake(g) };
    if (tf_get_dtype(t) != dtype && !tf1c_is_mistake(t.op))
        return tf_mistake(tf_value_error, here, NULL, "Tensor conversion requested dtype %s for Tensor with dtype %s: '%s:%d'",
                          tf_dtype_name(dtype), tf_dtype_name(tf_get_dtype(t)), t.op->name, t.index);
    return t;
}
