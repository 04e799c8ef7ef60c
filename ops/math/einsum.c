/* einsum, as TensorFlow 1.15 composes it. TF1: python/ops/special_math_ops.py. */
#include "ops/math/einsum.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/logging.h"
#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/linalg/linear_algebra.h"
#include "ops/math/arithmetic.h"
#include "ops/math/matmul.h"
#include "ops/math/reduce.h"

enum { MOST = 8, LABELS = 256 };

/* An equation: a letter for each axis of the operands and of the result. */
typedef struct {
    char in[MOST][LABELS], out[LABELS];
    int n;
    bool arrow;
    const char *text;
    tf_source here;
    tf_tensor mistake; /* what a function that was not able to go on leaves */
} equation;

static bool has(const char *labels, char a) { return a && strchr(labels, a); }

static int count_of(const char *labels, char a)
{
    int n = 0;
    for (; *labels; labels++)
        n += *labels == a;
    return n;
}

static void append(char *labels, char a)
{
    const size_t n = strlen(labels);
    labels[n] = a;
    labels[n + 1] = '\0';
}

static bool wrong(equation *e, const char *format, const char *what)
{
    e->mistake = tf_mistake(tf_value_error, e->here, NULL, format, what);
    return false;
}

/* ---- reading an equation --------------------------------------------------------------------------------------------------------------- */

/* Its letters without blanks: [a-zA-Z,.]+ and perhaps -> and [a-zA-Z.]*. */
static bool well_formed(const char *s)
{
    const char *arrow = strstr(s, "->"), *end = arrow ? arrow : s + strlen(s);
    if (s == end)
        return false;
    for (const char *p = s; *p; p++) {
        if (p == arrow)
            p += 2;
        if (!*p)
            break;
        if (!isalpha((unsigned char)*p) && *p != '.' && !(*p == ',' && p < end))
            return false;
    }
    return true;
}

static bool split(equation *e, const char *text, int n_given)
{
    char s[LABELS], *at = s;
    size_t length = 0;
    for (const char *p = text; *p && length < sizeof s - 1; p++)
        if (*p != ' ')
            s[length++] = *p;
    s[length] = '\0';
    if (length == sizeof s - 1 || !well_formed(s))
        return wrong(e, "Indices have incorrect format: %s", s);
    char *arrow = strstr(s, "->");
    e->arrow = arrow;
    strcpy(e->out, arrow ? arrow + 2 : "");
    if (arrow)
        *arrow = '\0';
    for (e->n = 0; at; e->n++) {
        char *comma = strchr(at, ',');
        if (comma)
            *comma++ = '\0';
        if (e->n < MOST)
            strcpy(e->in[e->n], at);
        at = comma;
    }
    if (e->n == n_given)
        return true;
    e->mistake =
        tf_mistake(tf_value_error, e->here, NULL, "Got %d arguments for equation \"%s\", expecting %d", n_given, text, e->n);
    return false;
}

/* "..." in labels becomes `axes`. */
static void replace_dots(char *labels, const char *axes)
{
    char *dots = strstr(labels, "..."), rest[LABELS];
    if (!dots || strlen(labels) + strlen(axes) >= LABELS)
        return;
    strcpy(rest, dots + 3);
    strcpy(dots, axes);
    strcat(dots, rest);
}

/* The last n letters that no operand uses; NULL if there are fewer. */
static const char *unused_letters(const equation *e, int n, char letters[64])
{
    static const char all[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    int count = 0;
    for (const char *a = all; *a; a++) {
        bool used = false;
        for (int i = 0; i < e->n; i++)
            used |= has(e->in[i], *a);
        if (!used)
            letters[count++] = *a;
    }
    letters[count] = '\0';
    return n <= count ? letters + count - n : NULL;
}

/* The axes that "..." stands for in each operand; the longest in *axes. */
static bool resolve_dots(equation *e, const tf_tensor *inputs, char axes[64])
{
    equation unresolved = *e;
    char letters[64];
    for (int i = 0; i < e->n; i++) {
        char *dots = strstr(e->in[i], "...");
        if (!dots)
            continue;
        if (strstr(dots + 3, "..."))
            return wrong(e, "%s", "Unable to resolve ellipsis. Excess number found.");
        if (!tf_get_shape(inputs[i]).known)
            return wrong(e, "%s", "Unable to statically infer ellipsis axes.");
        const int n = tf_get_shape(inputs[i]).rank - (int)(strlen(e->in[i]) - 3);
        if (n < 0)
            return wrong(e, "%s", "Ellipses lengths do not match.");
        const char *names = unused_letters(&unresolved, n, letters);
        if (!names)
            return wrong(e, "%s", "Unable to resolve ellipsis, too many distinct labels.");
        replace_dots(e->in[i], names);
        if (strlen(names) > strlen(axes))
            strcpy(axes, names);
    }
    replace_dots(e->out, axes);
    for (int i = 0; i < e->n; i++)
        if (has(e->in[i], '.'))
            return wrong(e, "%s", "period \".\" found outside of ellipsis");
    return !has(e->out, '.') || wrong(e, "%s", "period \".\" found outside of ellipsis");
}

/* Without "->": what stands for "...", then the letters that stand once, in alphabetical order. */
static void infer_result(equation *e, const char *dots)
{
    strcpy(e->out, dots);
    for (char a = 'A'; a <= 'z'; a++) {
        int n = 0;
        for (int i = 0; i < e->n; i++)
            n += count_of(e->in[i], a);
        if (n == 1 && !has(dots, a))
            append(e->out, a);
    }
}

static bool read_equation(equation *e, const char *text, int n, const tf_tensor *inputs)
{
    char dots[64] = "";
    if (!split(e, text, n))
        return false;
    if (!resolve_dots(e, inputs, dots))
        return false;
    if (!e->arrow)
        infer_result(e, dots);
    return true;
}

/* ---- shapes: numbers, and scalars where they are not known ------------------------------------------------------------------------------- */

typedef struct {
    int64_t number;
    tf_tensor tensor; /* set: instead of the number */
} extent;

static void extents_of(tf_tensor t, extent *to)
{
    const tf_dims d = tf_get_shape(t);
    tf_tensor shape = { 0 };
    for (int i = 0; i < d.rank; i++) {
        to[i] = (extent){ .number = d.dims[i] };
        if (d.dims[i] == NONE && tf_is_none(shape))
            shape = tf_shape(t);
        if (d.dims[i] == NONE)
            to[i].tensor = tf_getitem(shape, "%d", i);
    }
}

/* The product of n of them, from 1 on. */
static extent total(const extent *x, int n)
{
    extent all = { .number = 1 };
    for (int i = 0; i < n; i++) {
        if (tf_is_none(all.tensor) && tf_is_none(x[i].tensor))
            all.number *= x[i].number;
        else if (tf_is_none(all.tensor))
            all.tensor = tf_mul(all.number, x[i].tensor);
        else if (tf_is_none(x[i].tensor))
            all.tensor = tf_mul(all.tensor, x[i].number);
        else
            all.tensor = tf_mul(all.tensor, x[i].tensor);
    }
    return all;
}

/* keep: not where it has the shape already. */
static tf_tensor reshape_to(tf_tensor t, const extent *shape, int rank, bool keep, tf_source here)
{
    const tf_dims d = tf_get_shape(t);
    tf_operand parts[TF_MAX_RANK];
    tf_dims numbers = { .known = true, .rank = rank };
    bool same = keep && d.known && d.rank == rank, known = true;
    if (rank > TF_MAX_RANK)
        return tf_mistake(tf_invalid_argument, here, NULL, "einsum would need a tensor of rank %d, which is more than %d", rank,
                          TF_MAX_RANK);
    for (int i = 0; i < rank; i++) {
        const bool fixed = tf_is_none(shape[i].tensor);
        same &= fixed && same && d.dims[i] == shape[i].number;
        known &= fixed;
        numbers.dims[i] = shape[i].number;
        parts[i] = fixed ? tf_operand_integer(shape[i].number) : operand_of(shape[i].tensor);
    }
    return same ? t : known ? tf_reshape(t, numbers) : tf_reshape(t, tf_list_of_(rank, parts, here));
}

/* ---- two operands --------------------------------------------------------------------------------------------------------------------------- */

/* The tensor and the letters of its axes in another order. */
static tf_tensor ordered(tf_tensor t, char *labels, const char *order)
{
    tf_dims perm = { .known = true, .rank = (int)strlen(order) };
    bool same = true;
    for (int i = 0; order[i]; i++) {
        perm.dims[i] = strchr(labels, order[i]) - labels;
        same &= perm.dims[i] == i;
    }
    strcpy(labels, order);
    return same ? t : tf_transpose(t, .perm = perm);
}

/* Letters of `labels` by group (of the first that has it: what both keep, what one has or is summed, the rest), each in order. */
static int by_groups(const char *labels, const char *const groups[3], char *sorted, int counts[3])
{
    int n = 0;
    for (int g = 0; g < 3; g++) {
        counts[g] = n;
        for (char a = 'A'; a <= 'z'; a++)
            if (has(groups[g], a) && has(labels, a))
                sorted[n++] = a;
        counts[g] = n - counts[g];
    }
    sorted[n] = '\0';
    return n;
}

static bool fits(equation *e, tf_tensor t, int which, const char *labels)
{
    const tf_dims d = tf_get_shape(t);
    if (d.known && d.rank == (int)strlen(labels))
        return true;
    e->mistake =
        tf_is_poisoned(t) ? t
        : d.known ? tf_mistake(tf_value_error, e->here, NULL, "Tensor t%d of rank %d does not match einsum reduction of length %d",
                               which, d.rank, (int)strlen(labels))
                  : tf_mistake(tf_value_error, e->here, NULL, "Cannot take the length of shape with unknown rank.");
    return false;
}

/* Nothing is summed: a product with broadcasting. */
static tf_tensor outer_product(tf_tensor a, tf_tensor b, int kept, int only_a, int only_b)
{
    for (int i = 0; i < only_b; i++)
        a = tf_expand_dims(a, -1);
    for (int i = 0; i < only_a; i++)
        b = tf_expand_dims(b, kept);
    return tf_multiply(a, b);
}

/* a [kept…, only a…, summed…] by b [kept…, summed…, only b…] as matrices. */
static tf_tensor inner_product(tf_tensor a, tf_tensor b, int kept, int only_a, int only_b, int summed, tf_source here)
{
    extent as[TF_MAX_RANK], bs[TF_MAX_RANK], shape[2 * TF_MAX_RANK];
    extents_of(a, as);
    memcpy(shape, as, sizeof as);
    shape[kept] = total(as + kept, only_a);
    const extent inner = shape[kept + 1] = total(as + kept + only_a, summed);
    a = reshape_to(a, shape, kept + 2, true, here);
    extents_of(b, bs);
    memcpy(shape, bs, sizeof bs);
    shape[kept] = inner;
    shape[kept + 1] = total(bs + kept + summed, only_b);
    b = reshape_to(b, shape, kept + 2, true, here);
    memcpy(shape, as, sizeof as);
    memcpy(shape + kept + only_a, bs + kept + summed, (size_t)only_b * sizeof *bs);
    return reshape_to(tf_matmul(a, b), shape, kept + only_a + only_b, true, here);
}

/* t, of the axes `labels`, by b; both then those of the product. */
static tf_tensor multiplied(equation *e, tf_tensor t, char *labels, tf_tensor b, const char *b_given)
{
    char b_labels[LABELS], kept[64] = "", summed[64] = "", alone[64] = "", a_sorted[64], b_sorted[64];
    int na[3], nb[3];
    strcpy(b_labels, b_given);
    if (!fits(e, t, 0, labels) || !fits(e, b, 1, b_labels))
        return e->mistake;
    for (char a = 'A'; a <= 'z'; a++) {
        const bool both = has(labels, a) && has(b_labels, a);
        if (has(labels, a) || has(b_labels, a))
            append(!both ? alone : has(e->out, a) ? kept : summed, a);
    }
    by_groups(labels, (const char *const[]){ kept, alone, summed }, a_sorted, na);
    by_groups(b_labels, (const char *const[]){ kept, summed, alone }, b_sorted, nb);
    t = ordered(t, labels, a_sorted);
    b = ordered(b, b_labels, b_sorted);
    labels[na[0] + na[1]] = '\0';
    strcat(labels, b_sorted + nb[0] + nb[1]);
    return *summed ? inner_product(t, b, na[0], na[1], nb[2], na[2], e->here) : outer_product(t, b, na[0], na[1], nb[2]);
}

/* ---- three or more that share a summed axis: everything at once, of the rank of all axes ------------------------------------------------------ */

/* All letters in order: those to be summed first, then the result's. */
static void all_axes(const equation *e, char *order)
{
    *order = '\0';
    for (char a = 'A'; a <= 'z'; a++)
        for (int i = 0; i < e->n; i++)
            if (has(e->in[i], a) && !has(e->out, a) && !has(order, a))
                append(order, a);
    strcat(order, e->out);
}

static tf_tensor expanded(equation *e, int i, tf_tensor t, const char *order)
{
    char sorted[64] = "";
    extent shape[64];
    if (tf_get_shape(t).rank != (int)strlen(e->in[i]) || !tf_get_shape(t).known)
        return tf_mistake(tf_value_error, e->here, NULL,
                          "Input %d with axes %s has incorrect number of dimensions (expected %d, got %d)", i, e->in[i],
                          (int)strlen(e->in[i]), tf_get_shape(t).rank);
    for (const char *a = order; *a; a++)
        if (has(e->in[i], *a))
            append(sorted, *a);
    t = ordered(t, e->in[i], sorted);
    const tf_dims d = tf_get_shape(t);
    extent known[TF_MAX_RANK];
    int unknown = 0;
    for (int j = 0; j < d.rank; j++) {
        unknown += d.dims[j] == NONE || d.dims[j] == 0;
        known[j] = (extent){ .number = d.dims[j] ? d.dims[j] : NONE };
    }
    if (unknown > 1) /* which TF refuses */
        extents_of(t, known);
    for (int j = 0, at = 0; order[j]; j++)
        shape[j] = has(sorted, order[j]) ? known[at++] : (extent){ .number = 1 };
    return reshape_to(t, shape, (int)strlen(order), false, e->here);
}

static tf_tensor all_at_once(equation *e, tf_tensor *inputs)
{
    char order[LABELS];
    all_axes(e, order);
    tf_dims summed = { .known = true, .rank = (int)(strlen(order) - strlen(e->out)) };
    for (int i = 0; i < summed.rank && i < TF_MAX_RANK; i++)
        summed.dims[i] = i;
    for (int i = 0; i < e->n; i++) {
        inputs[i] = expanded(e, i, inputs[i], order);
        if (tf_is_poisoned(inputs[i]))
            return inputs[i];
    }
    tf_tensor product = tf_mul(1, inputs[0]);
    for (int i = 1; i < e->n; i++)
        product = tf_mul(product, inputs[i]);
    return tf_reduce_sum(product, .axes = summed);
}

/* ---- einsum ------------------------------------------------------------------------------------------------------------------------------------ */

static bool palindrome(const char *s)
{
    for (size_t i = 0, n = strlen(s); i < n / 2; i++)
        if (s[i] != s[n - 1 - i])
            return false;
    return true;
}

/* How many operands have the axis. */
static int operands_with(const equation *e, char a)
{
    int n = 0;
    for (int i = 0; i < e->n; i++)
        n += has(e->in[i], a);
    return n;
}

/* In what order the result's axes come, with the others summed. */
static tf_tensor finished(const equation *e, tf_tensor t, char *labels)
{
    tf_dims summed = { .known = true };
    char left[LABELS] = "";
    for (int i = 0; labels[i]; i++)
        if (!has(e->out, labels[i]))
            summed.dims[summed.rank++] = i;
        else
            append(left, labels[i]);
    if (summed.rank)
        t = tf_reduce_sum(t, .axes = summed);
    bool same = strlen(left) == strlen(e->out);
    for (const char *a = e->out; *a; a++)
        same &= count_of(e->out, *a) == 1 && has(left, *a);
    return same ? ordered(t, left, e->out) : tf_mistake(tf_value_error, e->here, NULL, "Invalid equation: %s", e->text);
}

static tf_tensor summed_products(equation *e, tf_tensor *inputs)
{
    char labels[2 * LABELS];
    for (char a = 'A'; a <= 'z'; a++)
        if (operands_with(e, a) > 2 && !has(e->out, a)) {
            tf_logging_warn("Falling back to exponential-space implementation of einsum() because index \"%c\" is summed over more "
                            "than two inputs.",
                            a);
            return all_at_once(e, inputs);
        }
    tf_tensor t = inputs[0];
    strcpy(labels, e->in[0]);
    if (e->n == 1 && tf_get_shape(t).known && !fits(e, t, 0, labels))
        return e->mistake;
    for (int i = 1; i < e->n; i++) {
        t = multiplied(e, t, labels, inputs[i], e->in[i]);
        if (tf_is_poisoned(t))
            return t;
    }
    return finished(e, t, labels);
}

tf_tensor tf_einsum_(struct tf_einsum_args a)
{
    const tf_operand all[MOST] = { tf1c_given(a.input_0), tf1c_given(a.input_1), tf1c_given(a.input_2), tf1c_given(a.input_3),
                                   tf1c_given(a.input_4), tf1c_given(a.input_5), tf1c_given(a.input_6), tf1c_given(a.input_7) };
    equation e = { .text = a.equation ? a.equation : "", .here = a.here };
    tf_tensor inputs[MOST];
    int n = 0;
    TF_FROM(a.here);
    TF_SCOPE(a.name, "einsum");
    for (; n < MOST && all[n].kind; n++) {
        inputs[n] = tf_convert(all[n], tf_dtype_unset, a.here, NULL);
        if (tf_is_poisoned(inputs[n]))
            return inputs[n];
    }
    if (!read_equation(&e, e.text, n, inputs))
        return e.mistake;
    for (int i = 0; i < e.n; i++)
        for (const char *c = e.in[i]; *c; c++) {
            if (e.n == 1 && count_of(e.in[i], *c) == 2 && palindrome(e.in[i]) && !e.arrow)
                return tf_trace(inputs[0]);
            if (count_of(e.in[i], *c) > 1)
                return tf_mistake(tf_value_error, a.here, NULL, "Subscript not supported: an axis appears more than once: %s",
                                  e.in[i]);
        }
    return summed_products(&e, inputs);
}
