#include "differential/program.h"

#include <stdio.h>
#include <string.h>

#include "cases/all_headers.h"

int rnd(program *p, int n)
{
    p->state = p->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((p->state >> 33) % (uint64_t)(n > 0 ? n : 1));
}

bool chance(program *p, int percent) { return rnd(p, 100) < percent; }

void keep(program *p, tf_tensor t)
{
    enum { LARGEST = 4096 };
    const tf_dims d = tf_get_shape(t);
    if (p->offered == MOST_OFFERED)
        return;
    bool *kept = &p->kept[p->offered++];
    if (!p->again) {
        *kept = p->n < MOST_VALUES - 1 && !tf_is_poisoned(t) && tf_dims_fully_known(d) && tf_dims_count(d) <= LARGEST;
        p->shapes[p->n] = d;
    }
    if (!*kept)
        return;
    p->values[p->n++] = t;
}

static bool of_dtypes(const program *p, int i, tf_dtypes dtypes) { return dtypes & TF_DTYPE_BIT(tf_get_dtype(p->values[i])); }

int pick(program *p, tf_dtypes dtypes, int rank)
{
    const int from = rnd(p, p->n);
    for (int k = 0; k < p->n; k++) {
        const int i = (from + k) % p->n;
        if (of_dtypes(p, i, dtypes) && p->shapes[i].rank >= rank)
            return i;
    }
    return -1;
}

tf_dims small_shape(program *p, int least_rank, int most_rank)
{
    tf_dims d = { .known = true, .rank = least_rank + rnd(p, most_rank - least_rank + 1) };
    for (int i = 0; i < d.rank; i++)
        d.dims[i] = chance(p, 15) ? 1 : 2 + rnd(p, 3);
    return d;
}

/* Eighths, so that sums and most products are exact, whatever order they are taken in. */
tf_tensor new_input(program *p, tf_dtype dtype, tf_dims shape, int low, int high)
{
    tf_ndarray eighths = np_empty(shape, tf_float64);
    for (int64_t i = 0; i < np_size(eighths); i++) {
        const int x = low * 8 + rnd(p, (high - low) * 8);
        ((double *)eighths.data)[i] = TF_FLOATING & TF_DTYPE_BIT(dtype) ? x / 8.0 : x / 8;
    }
    tf_ndarray value = np_astype(eighths, dtype);
    np_free(&eighths);
    const bool known = chance(p, 40); /* the same draws either time */
    return input(p->c, value, known || !p->forget);
}

/* ---- operations ------------------------------------------------------------------------------------------------------------------- */

#define FLOATS (TF_DTYPE_BIT(tf_float32) | TF_DTYPE_BIT(tf_float64))
#define INTS (TF_DTYPE_BIT(tf_int32) | TF_DTYPE_BIT(tf_int64))
#define BOOLS TF_DTYPE_BIT(tf_bool)
#define SMALL(x) tf_tanh(x)

static void unary(program *p)
{
    const int i = pick(p, FLOATS, 0);
    if (i < 0)
        return;
    const tf_tensor x = p->values[i];
    switch (rnd(p, 36)) {
    case 0: keep(p, tf_tanh(x)); break;
    case 1: keep(p, tf_sigmoid(x)); break;
    case 2: keep(p, tf_exp(SMALL(x))); break;
    case 3: keep(p, tf_square(x)); break;
    case 4: keep(p, tf_abs(x)); break;
    case 5: keep(p, tf_neg(x)); break;
    case 6: keep(p, tf_nn_relu(x)); break;
    case 7: keep(p, tf_nn_elu(x)); break;
    case 8: keep(p, tf_nn_selu(x)); break;
    case 9: keep(p, tf_nn_softplus(x)); break;
    case 10: keep(p, tf_nn_softsign(x)); break;
    case 11: keep(p, tf_sin(x)); break;
    case 12: keep(p, tf_cos(x)); break;
    case 13: keep(p, tf_sqrt(tf_add(tf_abs(x), 0.5))); break;
    case 14: keep(p, tf_rsqrt(tf_add(tf_square(x), 1.0))); break;
    case 15: keep(p, tf_log(tf_add(tf_abs(x), 1.0))); break;
    case 16: keep(p, tf_log1p(tf_abs(x))); break;
    case 17: keep(p, tf_expm1(SMALL(x))); break;
    case 18: keep(p, tf_reciprocal(tf_add(tf_square(x), 1.0))); break;
    case 19: keep(p, tf_sign(x)); break;
    case 20: keep(p, tf_floor(x)); break;
    case 21: keep(p, tf_ceil(x)); break;
    case 22: keep(p, tf_round(x)); break;
    case 23: keep(p, tf_rint(x)); break;
    case 24: keep(p, tf_erf(x)); break;
    case 25: keep(p, tf_nn_leaky_relu(x)); break;
    case 26: keep(p, tf_nn_relu6(x)); break;
    case 27: keep(p, tf_stop_gradient(x)); break;
    case 28: keep(p, tf_identity(x)); break;
    case 29: keep(p, tf_zeros_like(x)); break;
    case 30: keep(p, tf_ones_like(x)); break;
    case 31: keep(p, tf_nn_l2_loss(x)); break;
    case 32: keep(p, tf_atan(x)); break;
    case 33: keep(p, tf_sinh(SMALL(x))); break;
    case 34: keep(p, tf_clip_by_value(x, -1.0, 1.5)); break;
    default: keep(p, tf_cosh(SMALL(x))); break;
    }
}

/* A value that broadcasts with value i; -1 if there is none. */
static int partner(program *p, int i)
{
    tf_dims both;
    const int from = rnd(p, p->n);
    for (int k = 0; k < p->n; k++) {
        const int j = (from + k) % p->n;
        if (tf_get_dtype(p->values[j]) == tf_get_dtype(p->values[i]) && tf_broadcast_dims(p->shapes[i], p->shapes[j], &both))
            return j;
    }
    return -1;
}

static void compare(program *p, tf_tensor x, tf_tensor y)
{
    switch (rnd(p, 6)) {
    case 0: keep(p, tf_less(x, y)); break;
    case 1: keep(p, tf_less_equal(x, y)); break;
    case 2: keep(p, tf_greater(x, y)); break;
    case 3: keep(p, tf_greater_equal(x, y)); break;
    case 4: keep(p, tf_equal(x, y)); break;
    default: keep(p, tf_not_equal(x, y)); break;
    }
}

static void binary(program *p)
{
    const int i = pick(p, FLOATS, 0), j = i < 0 ? -1 : partner(p, i);
    if (j < 0)
        return;
    const tf_tensor x = p->values[i], y = p->values[j];
    switch (rnd(p, 16)) {
    case 0: keep(p, tf_add(x, y)); break;
    case 1: keep(p, tf_operator_add(x, y)); break;
    case 2: keep(p, tf_sub(x, y)); break;
    case 3:
    case 4: keep(p, tf_mul(x, y)); break;
    case 5: keep(p, tf_truediv(x, tf_add(tf_square(y), 1.0))); break;
    case 6: keep(p, tf_div_no_nan(x, y)); break;
    case 7: keep(p, tf_maximum(x, y)); break;
    case 8: keep(p, tf_minimum(x, y)); break;
    case 9: keep(p, tf_squared_difference(x, y)); break;
    case 10: keep(p, tf_floormod(x, tf_add(tf_abs(y), 0.75))); break;
    case 11: keep(p, tf_floordiv(x, tf_add(tf_abs(y), 0.75))); break;
    case 12: keep(p, tf_pow(tf_add(tf_abs(x), 0.5), SMALL(y))); break;
    case 13: keep(p, tf_mul(x, 0.5)); break;
    default: compare(p, x, y); break;
    }
}

static void integers(program *p)
{
    const int i = pick(p, INTS, 0), j = i < 0 ? -1 : partner(p, i);
    if (j < 0)
        return;
    const tf_tensor x = p->values[i], y = p->values[j], positive = tf_add(tf_mod(y, 5), 1);
    switch (rnd(p, 12)) {
    case 0: keep(p, tf_add(x, y)); break;
    case 1: keep(p, tf_sub(x, y)); break;
    case 2: keep(p, tf_mul(x, y)); break;
    case 3: keep(p, tf_floordiv(x, positive)); break;
    case 4: keep(p, tf_floormod(x, positive)); break;
    case 5: keep(p, tf_maximum(x, y)); break;
    case 6: keep(p, tf_minimum(x, y)); break;
    case 7: keep(p, tf_square(x)); break;
    case 8: keep(p, tf_abs(x)); break;
    case 9: keep(p, tf_truncatediv(x, positive)); break;
    case 10: keep(p, tf_one_hot(tf_mod(x, 5), 4)); break;
    default: compare(p, x, y); break;
    }
}

static void logic(program *p)
{
    const int i = pick(p, BOOLS, 1), j = i < 0 ? -1 : partner(p, i);
    if (j < 0)
        return;
    switch (rnd(p, 5)) {
    case 0: keep(p, tf_logical_and(p->values[i], p->values[j])); break;
    case 1: keep(p, tf_logical_or(p->values[i], p->values[j])); break;
    case 2: keep(p, tf_logical_not(p->values[i])); break;
    case 3: keep(p, tf_reduce_any(p->values[i], rnd(p, p->shapes[i].rank))); break;
    default: keep(p, tf_logical_xor(p->values[i], p->values[j])); break;
    }
}

static void choice(program *p)
{
    const int i = pick(p, BOOLS, 0);
    for (int k = 0; i >= 0 && k < p->n; k++)
        if (of_dtypes(p, k, FLOATS | INTS) && tf_dims_equal(p->shapes[k], p->shapes[i])) {
            const tf_tensor x = p->values[k];
            keep(p, tf_where(p->values[i], x, chance(p, 50) ? tf_neg(x) : tf_square(x)));
            return;
        }
}

static void cast(program *p)
{
    static const tf_dtype to[] = { tf_float32, tf_float64, tf_int32, tf_int64, tf_bool };
    const int i = pick(p, FLOATS | INTS | BOOLS, 0);
    if (i >= 0)
        keep(p, tf_cast(FLOATS & TF_DTYPE_BIT(tf_get_dtype(p->values[i])) ? tf_clip_by_value(p->values[i], -100.0, 100.0)
                                                                          : p->values[i],
                        to[rnd(p, 5)]));
}

/* ---- axes ----------------------------------------------------------------------------------------------------------------------------- */

static int some_axis(program *p, int i)
{
    const int rank = p->shapes[i].rank, axis = rnd(p, rank);
    return chance(p, 30) ? axis - rank : axis;
}

static void reduce(program *p)
{
    const int i = pick(p, FLOATS | INTS, 1);
    if (i < 0)
        return;
    const bool kept = chance(p, 40);
    const tf_tensor x = p->values[i];
    tf_dims axes = { .known = true };
    const int first = rnd(p, p->shapes[i].rank);
    for (int a = first; a < p->shapes[i].rank && axes.rank < 1 + rnd(p, 3); a++)
        axes.dims[axes.rank++] = chance(p, 30) ? a - p->shapes[i].rank : a;
    switch (rnd(p, of_dtypes(p, i, FLOATS) ? 9 : 6)) {
    case 0: keep(p, tf_reduce_sum(x, .axes = axes, .keepdims = kept)); break;
    case 1: keep(p, tf_reduce_max(x, .axes = axes, .keepdims = kept)); break;
    case 2: keep(p, tf_reduce_min(x, .axes = axes, .keepdims = kept)); break;
    case 3: keep(p, tf_reduce_prod(x, .axes = axes, .keepdims = kept)); break;
    case 4: keep(p, tf_argmax(x, some_axis(p, i))); break;
    case 5: keep(p, tf_reduce_sum(x)); break;
    case 6: keep(p, tf_reduce_mean(x, .axes = axes, .keepdims = kept)); break;
    case 7: keep(p, tf_reduce_mean(x)); break;
    default: keep(p, tf_reduce_logsumexp(x, .axes = axes, .keepdims = kept)); break;
    }
}

static void along(program *p)
{
    const int i = pick(p, FLOATS, 1);
    if (i < 0)
        return;
    const int axis = some_axis(p, i);
    const tf_tensor x = p->values[i];
    switch (rnd(p, 7)) {
    case 0: keep(p, tf_cumsum(x, axis, .exclusive = chance(p, 40), .reverse = chance(p, 40))); break;
    case 1: keep(p, tf_cumprod(tf_add(tf_square(x), 0.5), axis, .exclusive = chance(p, 40), .reverse = chance(p, 40))); break;
    case 2: keep(p, tf_reverse(x, SHAPE(axis))); break;
    case 3: keep(p, tf_nn_softmax(x)); break;
    case 4: keep(p, tf_nn_log_softmax(x)); break;
    case 5: keep(p, tf_nn_top_k(x, 1 + rnd(p, (int)p->shapes[i].dims[p->shapes[i].rank - 1])).values); break;
    default: keep(p, tf_nn_softmax(x, .axis = axis)); break;
    }
}

static void reshape(program *p, int i)
{
    const tf_dims d = p->shapes[i];
    int64_t left = tf_dims_count(d);
    tf_dims to = { .known = true };
    for (int64_t f = 2; f <= left && to.rank < 3; f++)
        if (left % f == 0 && chance(p, 60)) {
            to.dims[to.rank++] = f;
            left /= f;
        }
    to.dims[to.rank++] = chance(p, 50) && left > 0 ? -1 : left;
    keep(p, tf_reshape(p->values[i], to));
}

static void transpose(program *p, int i)
{
    tf_dims perm = { .known = true, .rank = p->shapes[i].rank };
    for (int k = 0; k < perm.rank; k++)
        perm.dims[k] = k;
    for (int k = perm.rank - 1; k > 0; k--) {
        const int j = rnd(p, k + 1);
        const int64_t swap = perm.dims[k];
        perm.dims[k] = perm.dims[j], perm.dims[j] = swap;
    }
    keep(p, tf_transpose(p->values[i], perm));
}

static void tile(program *p, int i)
{
    tf_dims times = { .known = true, .rank = p->shapes[i].rank };
    for (int k = 0; k < times.rank; k++)
        times.dims[k] = 1 + rnd(p, 2);
    keep(p, tf_tile(p->values[i], times));
}

static void pad(program *p, int i)
{
    int32_t pads[2 * TF_MAX_RANK];
    for (int k = 0; k < 2 * p->shapes[i].rank; k++)
        pads[k] = rnd(p, 3);
    keep(p, tf_pad(p->values[i], tf_constant(np_array(pads, tf_int32, SHAPE(p->shapes[i].rank, 2)))));
}

static void shapes(program *p)
{
    const int i = pick(p, FLOATS | INTS | BOOLS, 1);
    if (i < 0)
        return;
    const tf_tensor x = p->values[i];
    switch (rnd(p, 8)) {
    case 0: reshape(p, i); break;
    case 1: transpose(p, i); break;
    case 2: keep(p, tf_expand_dims(x, some_axis(p, i))); break;
    case 3: tile(p, i); break;
    case 4: pad(p, i); break;
    case 5: keep(p, tf_squeeze(tf_expand_dims(x, 0), SHAPE(0))); break;
    case 6: keep(p, tf_reshape(x, tf_shape(tf_square(tf_cast(x, tf_float32))))); break;
    default: keep(p, tf_shape(x)); break;
    }
}

/* ---- parts and wholes ----------------------------------------------------------------------------------------------------------------- */

/* One of Python's slices of an axis of n. */
static void slice_text(program *p, int64_t n, char *to, size_t size)
{
    const int at = rnd(p, (int)n), end = at + 1 + rnd(p, (int)n - at);
    switch (rnd(p, 8)) {
    case 0: snprintf(to, size, ":"); break;
    case 1: snprintf(to, size, "%d", at); break;
    case 2: snprintf(to, size, "%d", at - (int)n); break;
    case 3: snprintf(to, size, "%d:%d", at, end); break;
    case 4: snprintf(to, size, "::-1"); break;
    case 5: snprintf(to, size, "::2"); break;
    case 6: snprintf(to, size, "%d:", at); break;
    default: snprintf(to, size, ":-1"); break;
    }
}

static void getitem(program *p, int i)
{
    char text[200] = "", one[40];
    const int rank = p->shapes[i].rank, n = 1 + rnd(p, rank);
    for (int k = 0; k < n; k++) {
        slice_text(p, p->shapes[i].dims[k], one, sizeof one);
        strcat(text, k ? ", " : "");
        if (chance(p, 10))
            strcat(text, "newaxis, ");
        strcat(text, one);
    }
    if (chance(p, 15) && n < rank)
        strcat(text, ", ...");
    keep(p, tf_getitem(p->values[i], "%s", text));
}

static void slice(program *p, int i)
{
    tf_dims begin = { .known = true, .rank = p->shapes[i].rank }, size = begin;
    for (int k = 0; k < begin.rank; k++) {
        begin.dims[k] = rnd(p, (int)p->shapes[i].dims[k]);
        size.dims[k] = chance(p, 30) ? -1 : 1 + rnd(p, (int)(p->shapes[i].dims[k] - begin.dims[k]));
    }
    keep(p, tf_slice(p->values[i], begin, size));
}

static tf_tensor some_indices(program *p, tf_dims shape, int64_t below)
{
    return new_input(p, chance(p, 50) ? tf_int32 : tf_int64, shape, 0, (int)below);
}

static void gather(program *p, int i)
{
    const int axis = chance(p, 60) ? 0 : rnd(p, p->shapes[i].rank);
    if (p->c->n_in < MOST_SHAPES - 2)
        keep(p, tf_gather(p->values[i], some_indices(p, small_shape(p, 0, 2), p->shapes[i].dims[axis]), .axis = axis));
}

static void gather_nd(program *p, int i)
{
    const tf_dims outer = small_shape(p, 1, 2);
    tf_dims at = outer;
    at.dims[at.rank++] = 1;
    if (p->c->n_in < MOST_SHAPES - 2)
        keep(p, tf_gather_nd(p->values[i], some_indices(p, at, p->shapes[i].dims[0])));
}

static void parts(program *p)
{
    const int i = pick(p, FLOATS | INTS | BOOLS, 1);
    if (i < 0 || tf_dims_count(p->shapes[i]) == 0)
        return;
    const int axis = rnd(p, p->shapes[i].rank), n = (int)p->shapes[i].dims[axis];
    switch (rnd(p, 7)) {
    case 0:
    case 1: getitem(p, i); break;
    case 2: slice(p, i); break;
    case 3: gather(p, i); break;
    case 4: gather_nd(p, i); break;
    case 5: keep(p, tf_at(tf_unstack(p->values[i], n, axis), rnd(p, n))); break;
    default: {
        const int pieces = n % 2 ? n : 2;
        keep(p, tf_at(tf_split(p->values[i], pieces, axis), rnd(p, pieces)));
    }
    }
}

static void join(program *p)
{
    const int i = pick(p, FLOATS | INTS, 1);
    if (i < 0)
        return;
    const int axis = some_axis(p, i);
    const tf_tensor x = p->values[i], y = chance(p, 50) ? x : tf_square(x);
    switch (rnd(p, 4)) {
    case 0: keep(p, tf_concat(LIST(x, y), axis)); break;
    case 1: keep(p, tf_concat(LIST(x, y, x), axis)); break;
    case 2: keep(p, tf_stack(LIST(x, y), axis)); break;
    default: keep(p, tf_add_n(LIST(x, y, x))); break;
    }
}

static void products(program *p)
{
    const int i = pick(p, FLOATS, 2), rank = i < 0 ? 0 : p->shapes[i].rank;
    if (!rank || p->c->n_in >= MOST_SHAPES - 2)
        return;
    const bool ta = chance(p, 30), tb = chance(p, 30);
    const int64_t inner = p->shapes[i].dims[ta ? rank - 2 : rank - 1], outer = 1 + rnd(p, 4);
    tf_dims w = p->shapes[i];
    w.dims[rank - 2] = tb ? outer : inner, w.dims[rank - 1] = tb ? inner : outer;
    const tf_tensor y = new_input(p, tf_get_dtype(p->values[i]), w, -1, 1);
    keep(p, tf_matmul(p->values[i], y, .transpose_a = ta, .transpose_b = tb));
}

static void networks(program *p)
{
    const int i = pick(p, FLOATS, 2), rank = i < 0 ? 0 : p->shapes[i].rank;
    if (!rank || p->c->n_in >= MOST_SHAPES - 2)
        return;
    const tf_tensor x = p->values[i];
    const tf_dtype dtype = tf_get_dtype(x);
    const int64_t last = p->shapes[i].dims[rank - 1];
    tf_dims outer = p->shapes[i];
    outer.rank--;
    switch (rnd(p, 5)) {
    case 0: keep(p, tf_nn_bias_add(x, new_input(p, dtype, SHAPE(last), -1, 1))); break;
    case 1:
        keep(p, tf_nn_sparse_softmax_cross_entropy_with_logits(.labels = new_input(p, tf_int32, outer, 0, (int)last), .logits = x));
        break;
    case 2: {
        const tf_tensor z = new_input(p, dtype, p->shapes[i], 0, 1);
        keep(p, tf_nn_softmax_cross_entropy_with_logits_v2(.labels = z, .logits = x));
        break;
    }
    case 3: keep(p, tf_nn_sigmoid_cross_entropy_with_logits(.labels = tf_sigmoid(x), .logits = tf_neg(x))); break;
    default:
        if (rank == 4 && dtype == tf_float32 && p->shapes[i].dims[1] > 1 && p->shapes[i].dims[2] > 1) {
            const tf_tensor w = new_input(p, dtype, SHAPE(2, 2, last, 2), -1, 1);
            const tf_tensor y = tf_nn_conv2d(x, w, .strides = SHAPE(1, 1, 1, 1), .padding = chance(p, 50) ? "SAME" : "VALID");
            keep(p, y);
            keep(p, tf_nn_max_pool(x, .ksize = SHAPE(1, 2, 2, 1), .strides = SHAPE(1, 1, 1, 1), .padding = "SAME"));
            keep(p, tf_nn_avg_pool(x, .ksize = SHAPE(1, 2, 2, 1), .strides = SHAPE(1, 2, 2, 1), .padding = "SAME"));
        }
    }
}

void add_op(program *p)
{
    static void (*const kinds[])(program *) = { unary,  unary, binary, binary, integers, logic, choice,   cast,
                                                reduce, along, shapes, parts,  parts,    join,  products, networks };
    kinds[rnd(p, (int)(sizeof kinds / sizeof *kinds))](p);
}

/* ---- loops and branches -------------------------------------------------------------------------------------------------------------- */

tf_tensor small_step(program *p, tf_tensor s, tf_tensor x, tf_tensor w)
{
    tf_tensor y = s;
    for (int n = 1 + rnd(p, 4); n > 0; n--)
        switch (rnd(p, 8)) {
        case 0: y = tf_add(y, x); break;
        case 1: y = tf_mul(y, w); break;
        case 2: y = tf_sub(tf_sin(x), y); break;
        case 3: y = tf_maximum(y, x); break;
        case 4: y = tf_add(tf_sigmoid(y), w); break;
        case 5: y = tf_where(tf_greater(y, x), tf_mul(y, 0.5), tf_add(x, w)); break;
        case 6: y = tf_mul(tf_square(x), y); break;
        default: y = tf_add(tf_nn_softplus(y), tf_reduce_mean(x)); break;
        }
    return tf_tanh(y);
}

typedef struct {
    program *p;
    tf_tensor w, x;
    uint64_t state;
} body;

static tf_tensor step(tf_tensor s, tf_tensor x, void *context)
{
    body *b = context;
    return small_step(b->p, s, x, b->w);
}
static tf_tensor map(tf_tensor x, void *context) { return step(x, x, context); }
static tf_tensor below(tf_list v, void *context)
{
    (void)context;
    return tf_less(tf_at(v, 0), 4);
}
static tf_list once_more(tf_list v, void *context)
{
    body *b = context;
    return LIST(tf_add(tf_at(v, 0), 1), small_step(b->p, tf_at(v, 1), b->x, b->w));
}
static tf_tensor one(void *context) { return step(((body *)context)->x, ((body *)context)->w, context); }
static tf_tensor other(void *context) { return tf_mul(((body *)context)->x, 0.25); }

static void iterate(program *p, tf_tensor xs, tf_tensor s, body *b)
{
    switch (rnd(p, 6)) {
    case 0: keep(p, tf_scan(step, xs, s, .context = b, .reverse = chance(p, 40))); break;
    case 1: keep(p, tf_map_fn(map, xs, .context = b)); break;
    case 2: keep(p, tf_foldl(step, xs, s, .context = b)); break;
    case 3: keep(p, tf_foldr(step, xs, s, .context = b)); break;
    case 4: keep(p, tf_at(tf_while_loop(below, once_more, LIST(tf_constant(0), s), .context = b), 1)); break;
    default: keep(p, tf_cond(tf_greater(tf_reduce_sum(s), 0.0), one, other, .context = b)); break;
    }
}

void add_loop(program *p)
{
    if (p->c->n_in > MOST_SHAPES - 4)
        return;
    const tf_dims each = small_shape(p, 1, 2);
    tf_dims all = { .known = true, .rank = each.rank + 1, .dims = { 2 + rnd(p, 4) } };
    memcpy(all.dims + 1, each.dims, (size_t)each.rank * sizeof *each.dims);
    const tf_tensor xs = new_input(p, tf_float32, all, -1, 1);
    all.dims[0] = NONE;
    tf_set_shape(xs, all);
    const bool forget = p->forget;
    p->forget = false; /* a state keeps its shape */
    const tf_tensor s = new_input(p, tf_float32, each, -1, 1), w = new_input(p, tf_float32, each, -1, 1);
    p->forget = forget;
    body b = { .p = p, .w = w, .x = w };
    iterate(p, xs, s, &b);
}
