/* What is composed of other ops: crops, mirrors, colours. TF1: python/ops/image_ops_impl.py, random_ops.py random_crop. */
#include "ops/image/image.h"

#include <limits.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/identity.h"
#include "ops/array/pad.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/cond.h"
#include "ops/control_flow/counts.h"
#include "ops/control_flow/with_dependencies.h"
#include "ops/family.h"
#include "ops/image/color.h"
#include "ops/logging/logging_ops.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/compare.h"
#include "ops/math/matmul.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"
#include "ops/math/variance.h"
#include "ops/random/random.h"

/* What TF has of an image at most: the length of each axis, as operations and as it is known. */
enum {
    MADE_SURE = 22, /* that no length is 0 and that there are three or more, where the graph does not know it */
    LENGTHS = 2,    /* Shape, Unpack */
    ASSERTED = 5,   /* a number, a comparison or a sum of two, a comparison; Assert and its text, twice */
    PASSED_ON = 1   /* Identity, under control of what is asserted */
};

/* An image of rank 3, or a batch of rank 4, or of a rank that the run knows; else a mistake. */
static tf_tensor image_of(tf_operand x, tf_source here)
{
    const tf_tensor t = tf_convert(tf1c_sound_operand(x, here), tf_dtype_unset, here, "image");
    const tf_dims d = tf_get_shape(t);
    if (tf_is_poisoned(t) || !d.known || d.rank == 3 || d.rank == 4)
        return t;
    return tf_mistake(tf_value_error, here, NULL,
                      d.rank < 3 ? "'image' must be at least three-dimensional." : "'image' must have either 3 or 4 dimensions.");
}

static int count_made_sure(tf_tensor x) { return tf_dims_fully_known(tf_get_shape(x)) ? 0 : MADE_SURE; }

/* The same for what TF passes on once it has made sure of it. */
static tf_tensor sure_image_of(tf_operand image, tf_source here)
{
    const tf_tensor x = image_of(image, here);
    if (!tf_is_poisoned(x))
        tf1c_count_more(count_made_sure(x) + PASSED_ON);
    return x;
}

/* ---- turns ------------------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    tf_tensor x;
    int row; /* its axis */
} turned;

static tf_tensor transposed(tf_tensor x, int row) { return tf_transpose(x, .perm = row ? PERM(0, 2, 1, 3) : PERM(1, 0, 2)); }
static tf_tensor turned_once(void *context)
{
    const turned *t = context;
    return transposed(tf_reverse_v2(t->x, AXES(t->row + 1)), t->row);
}
static tf_tensor turned_twice(void *context)
{
    const turned *t = context;
    return tf_reverse_v2(t->x, AXES(t->row, t->row + 1));
}
static tf_tensor as_it_is(void *context) { return tf_identity(((const turned *)context)->x); }

/* k from 0 to 3. */
static tf_tensor turned_by(turned *t, int k)
{
    if (k % 2)
        t->x = turned_once(t);
    return k < 2 ? tf_identity(t->x) : turned_twice(t);
}

tf_tensor tf_image_rot90_(tf_operand image, struct tf_rot90_args a)
{
    const tf_operand given = tf1c_given(a.k);
    TF_FROM(a.here);
    TF_SCOPE(a.name, "rot90");
    const tf_tensor x = image_of(image, a.here);
    if (tf_is_poisoned(x))
        return x;
    const tf_tensor k = tf_mod(tf_convert(given.kind ? given : tf_operand_integer(1), tf_int32, a.here, "k"), 4);
    if (tf_is_poisoned(k))
        return k;
    tf_dims d = tf_get_shape(x);
    turned t = { x, d.known && d.rank == 4 };
    tf_ndarray times;
    if (tf_constant_value(k, &times))
        return turned_by(&t, (int)np_get(times, 0));
    /* by 90 degrees, and then by 180: no branch within another, which TF's case would be */
    const tf_tensor odd = tf_equal(tf_mod(k, 2), 1);
    t.x = tf_cond(odd, turned_once, as_it_is, &t);
    const tf_tensor y = tf_is_poisoned(t.x) ? t.x : tf_cond(tf_greater_equal(k, 2), turned_twice, as_it_is, &t);
    if (!d.known || tf_is_poisoned(y))
        return y;
    d.dims[t.row] = d.dims[t.row + 1] = NONE;
    tf_set_shape(y, d);
    return y;
}

/* ---- crops ------------------------------------------------------------------------------------------------------------------------------ */

/* A length: known, or as the run has it. */
typedef struct {
    int64_t known;
    tf_tensor value; /* where it is not known, and that is NONE */
} length;

static length number(int64_t n) { return (length){ .known = n }; }
static bool is_known(length n) { return tf_is_none(n.value); }

static length length_of(tf_tensor x, int axis)
{
    const int64_t known = tf_get_shape(x).dims[axis];
    return (length){ known, known == NONE ? tf_getitem(tf_shape(x), "%d", axis) : (tf_tensor){ 0 } };
}

/* Where the middle `fraction` of n begins, and how long it is. */
static length margin_of(length n, double fraction)
{
    if (is_known(n))
        return (length){ (int64_t)(((double)n.known - (double)n.known * fraction) / 2), { 0 } };
    const tf_tensor all = tf_cast(n.value, tf_float64);
    return (length){ NONE, tf_cast(tf_truediv(tf_sub(all, tf_mul(all, fraction)), 2), tf_int32) };
}
static length between(length n, length margin)
{
    return is_known(n) ? (length){ n.known - 2 * margin.known, { 0 } } : (length){ NONE, tf_sub(n.value, tf_mul(margin.value, 2)) };
}

static tf_tensor stacked(int rank, const length *lengths)
{
    int64_t known[8];
    tf_tensor values[8];
    for (int i = 0; i < rank; i++) {
        known[i] = lengths[i].known;
        values[i] = lengths[i].value;
    }
    return tf1c_stack_sizes(rank, values, known, tf_int32);
}
/* The middle two are an image's; of one image there is no first. */
static tf_tensor stacked_sizes(int rank, int64_t first, length height, length width, int64_t last)
{
    const length all[] = { number(first), height, width, number(last) };
    return stacked(rank, all + 4 - rank);
}

tf_tensor tf_image_central_crop_(tf_operand image, struct tf_central_crop_args a)
{
    TF_FROM(a.here);
    const double fraction = a.central_fraction;
    TF_SCOPE(NULL, "central_crop");
    const tf_tensor x = tf_convert(tf1c_sound_operand(image, a.here), tf_dtype_unset, a.here, "image");
    tf_dims d = tf_get_shape(x);
    if (tf_is_poisoned(x))
        return x;
    if (!(fraction > 0 && fraction <= 1))
        return tf_mistake(tf_value_error, a.here, NULL, "central_fraction must be within (0, 1]");
    if (fraction == 1)
        return x;
    if (d.known && d.rank < 3)
        return tf_mistake(tf_value_error, a.here, NULL, "'image' must be at least three-dimensional.");
    if (!d.known || d.rank > 4)
        return tf_mistake(tf_value_error, a.here, NULL,
                          d.known ? "`image` should either be a Tensor with rank = 3 or rank = 4. Had rank = %d."
                                  : "`image` should either be a Tensor with rank = 3 or rank = 4. Had rank = None.",
                          d.rank);
    tf1c_count_more(count_made_sure(x) + PASSED_ON);
    const length rows = length_of(x, d.rank - 3), columns = length_of(x, d.rank - 2);
    const length top = margin_of(rows, fraction), left = margin_of(columns, fraction);
    const length height = between(rows, top), width = between(columns, left);
    const tf_tensor begin = stacked_sizes(d.rank, 0, top, left, 0);
    const tf_tensor y = tf_slice(x, begin, stacked_sizes(d.rank, -1, height, width, -1));
    d.dims[d.rank - 3] = height.known;
    d.dims[d.rank - 2] = width.known;
    if (!tf_is_poisoned(y))
        tf_set_shape(y, d);
    return y;
}

/* ---- crops and frames, of batches -------------------------------------------------------------------------------------------------------- */

/* A batch of one, of one image. */
static tf_tensor batch_of(tf_tensor x, bool *single)
{
    const tf_dims d = tf_get_shape(x);
    *single = !d.known || d.rank == 3;
    const tf_tensor batch = *single ? tf_expand_dims(x, 0) : x;
    if (!d.known && !tf_is_poisoned(batch))
        tf_set_shape(batch, SHAPE(NONE, NONE, NONE, NONE));
    return batch;
}
static tf_tensor image_again(tf_tensor batch, bool single)
{
    return single && !tf_is_poisoned(batch) ? tf_squeeze(batch, AXES(0)) : batch;
}

/* Of a batch, once it is made sure that it is one. */
static void measure(tf_tensor batch, length *height, length *width)
{
    const tf_dims d = tf_get_shape(batch);
    *height = number(d.dims[1]), *width = number(d.dims[2]);
    if (d.dims[1] != NONE && d.dims[2] != NONE) {
        tf1c_count_more(tf_dims_fully_known(d) ? 0 : LENGTHS);
        return;
    }
    const tf_list sizes = tf_unstack(tf_shape(batch));
    if (d.dims[1] == NONE)
        height->value = tf_at(sizes, 1);
    if (d.dims[2] == NONE)
        width->value = tf_at(sizes, 2);
}

/* Where an image's part lies in it, or an image in its frame. */
typedef struct {
    length top, left, height, width;
} box;
static box box_of(const struct tf_image_box_args *a)
{
    return (box){ number(a->offset_height), number(a->offset_width), number(a->target_height), number(a->target_width) };
}

static bool below(length n, int64_t least) { return is_known(n) && n.known < least; }
/* a - b; what int64 does not hold is its end, which no image reaches. */
static int64_t minus(int64_t a, int64_t b)
{
    int64_t c;
    return __builtin_sub_overflow(a, b, &c) ? (a < 0 ? INT64_MIN : INT64_MAX) : c;
}
static bool ends_after(length begin, length size, length n)
{
    return is_known(begin) && is_known(size) && is_known(n) && begin.known > minus(n.known, size.known);
}
/* TF asserts what it does not know. */
static int asserted(bool known) { return known ? 0 : ASSERTED; }
static bool all_known(length a, length b, length c) { return is_known(a) && is_known(b) && is_known(c); }

static tf_tensor with_size(tf_tensor batch, tf_dims d, length height, length width)
{
    d.dims[1] = height.known;
    d.dims[2] = width.known;
    if (!tf_is_poisoned(batch))
        tf_set_shape(batch, d);
    return batch;
}

static tf_tensor cropped(tf_tensor batch, box b, tf_source here)
{
    length height, width;
    const tf_dims d = tf_get_shape(batch);
    tf1c_count_more(count_made_sure(batch));
    measure(batch, &height, &width);
    const char *wrong = below(b.left, 0)                      ? "offset_width must be >= 0."
                        : below(b.top, 0)                     ? "offset_height must be >= 0."
                        : below(b.width, 1)                   ? "target_width must be > 0."
                        : below(b.height, 1)                  ? "target_height must be > 0."
                        : ends_after(b.left, b.width, width)  ? "width must be >= target + offset."
                        : ends_after(b.top, b.height, height) ? "height must be >= target + offset."
                                                              : NULL;
    if (wrong)
        return tf_mistake(tf_value_error, here, NULL, "%s", wrong);
    tf1c_count_more(asserted(is_known(b.left)) + asserted(is_known(b.top)) + asserted(is_known(b.width)) +
                    asserted(is_known(b.height)) + asserted(all_known(b.left, b.width, width)) +
                    asserted(all_known(b.top, b.height, height)) + PASSED_ON);
    const tf_tensor begin = stacked_sizes(4, 0, b.top, b.left, 0);
    return with_size(tf_slice(batch, begin, stacked_sizes(4, -1, b.height, b.width, -1)), d, b.height, b.width);
}

static length difference(length a, length b)
{
    if (is_known(a) && is_known(b))
        return number(minus(a.known, b.known));
    const tf_operand from = is_known(a) ? tf_operand_integer(a.known) : operand_of(a.value);
    const tf_operand less = is_known(b) ? tf_operand_integer(b.known) : operand_of(b.value);
    return (length){ NONE, tf_sub(from, less) };
}

/* What tf.pad makes of numbers: int64 where they need it. */
static tf_tensor paddings(box b, length below_it, length beside)
{
    const length all[8] = { number(0), number(0), b.top, below_it, b.left, beside, number(0), number(0) };
    const tf_tensor known = stacked(8, all);
    return tf_is_poisoned(known) ? known : tf_reshape(known, SHAPE(4, 2));
}

static tf_tensor padded(tf_tensor batch, box b, tf_source here)
{
    length height, width;
    const tf_dims d = tf_get_shape(batch);
    tf1c_count_more(count_made_sure(batch));
    measure(batch, &height, &width);
    const length beside = difference(difference(b.width, b.left), width);
    const length below_it = difference(difference(b.height, b.top), height);
    const char *wrong = below(b.top, 0)      ? "offset_height must be >= 0"
                        : below(b.left, 0)   ? "offset_width must be >= 0"
                        : below(beside, 0)   ? "width must be <= target - offset"
                        : below(below_it, 0) ? "height must be <= target - offset"
                                             : NULL;
    if (wrong)
        return tf_mistake(tf_value_error, here, NULL, "%s", wrong);
    tf1c_count_more(asserted(is_known(b.top)) + asserted(is_known(b.left)) + asserted(is_known(beside)) +
                    asserted(is_known(below_it)) + PASSED_ON);
    return with_size(tf_pad(batch, paddings(b, below_it, beside)), d, b.height, b.width);
}

static tf_tensor boxed(tf_operand image, const struct tf_image_box_args *a, const char *scope,
                       tf_tensor (*make)(tf_tensor batch, box b, tf_source here))
{
    TF_FROM(a->here);
    TF_SCOPE(NULL, scope);
    bool single;
    const tf_tensor x = image_of(image, a->here), batch = tf_is_poisoned(x) ? x : batch_of(x, &single);
    return tf_is_poisoned(batch) ? batch : image_again(make(batch, box_of(a), a->here), single);
}
tf_tensor tf_image_crop_(tf_operand image, struct tf_image_box_args a) { return boxed(image, &a, "crop_to_bounding_box", cropped); }
tf_tensor tf_image_pad_(tf_operand image, struct tf_image_box_args a) { return boxed(image, &a, "pad_to_bounding_box", padded); }

/* As Python's n // 2. */
static int64_t half_down(int64_t n) { return n < 0 ? -((1 - n) / 2) : n / 2; }
static length half_or_0(length n, bool negated)
{
    if (is_known(n)) {
        const int64_t half = half_down(negated ? -n.known : n.known);
        return number(half > 0 ? half : 0);
    }
    return (length){ NONE, tf_maximum(tf_floordiv(negated ? tf_neg(n.value) : n.value, 2), 0) };
}
static length least_of(int64_t a, length b)
{
    return is_known(b) ? number(a < b.known ? a : b.known) : (length){ NONE, tf_minimum(a, b.value) };
}

/* What is too long is cropped on both sides, what is too short padded. */
static tf_tensor fitted(tf_tensor batch, int64_t target_height, int64_t target_width, tf_source here)
{
    length height, width;
    tf1c_count_more(count_made_sure(batch) + PASSED_ON);
    measure(batch, &height, &width);
    const length wider = difference(number(target_width), width);
    const length left = half_or_0(wider, true), beside = half_or_0(wider, false);
    const length higher = difference(number(target_height), height);
    const length top = half_or_0(higher, true), above = half_or_0(higher, false);
    const length rows = least_of(target_height, height), columns = least_of(target_width, width);
    tf_tensor y = cropped(batch, (box){ top, left, rows, columns }, here);
    if (!tf_is_poisoned(y))
        y = padded(y, (box){ above, beside, number(target_height), number(target_width) }, here);
    tf1c_count_more((tf_dims_fully_known(tf_get_shape(y)) ? 0 : LENGTHS) + PASSED_ON);
    return y;
}

tf_tensor tf_image_crop_or_pad_(tf_operand image, struct tf_image_target_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(NULL, "resize_image_with_crop_or_pad");
    bool single;
    const tf_tensor x = image_of(image, a.here), batch = tf_is_poisoned(x) ? x : batch_of(x, &single);
    if (tf_is_poisoned(batch))
        return batch;
    if (a.target_height <= 0 || a.target_width <= 0)
        return tf_mistake(tf_value_error, a.here, NULL, "%s must be > 0.", a.target_width <= 0 ? "target_width" : "target_height");
    return image_again(fitted(batch, a.target_height, a.target_width, a.here), single);
}

tf_tensor tf_random_crop_(tf_operand value, struct tf_random_crop_args a)
{
    TF_FROM(a.here);
    tf_dims size = a.size;
    tf_tensor mistake;
    if (!tf1c_given_shape(&size, a.here, &mistake))
        return mistake;
    const tf_tensor x = tf_convert(tf1c_sound_operand(value, a.here), tf_dtype_unset, a.here, "value");
    if (tf_is_poisoned(x))
        return x;
    const tf_dims d = tf_get_shape(x);
    char have[TF_DIMS_TEXT], want[TF_DIMS_TEXT];
    bool fits = size.known && size.rank >= 1 && size.rank <= TF_MAX_RANK && (!d.known || d.rank == size.rank);
    for (int i = 0; fits && i < size.rank; i++)
        fits = size.dims[i] >= 0 && (!d.known || d.dims[i] == NONE || size.dims[i] <= d.dims[i]);
    if (!fits)
        return tf_mistake(tf_invalid_argument, a.here, NULL, "assertion failed: [Need value.shape >= size, got ] %s %s",
                          tf_dims_kernel_text(d, have, sizeof have), tf_dims_kernel_text(size, want, sizeof want));
    TF_SCOPE(a.name, "random_crop");
    enum { FITS = 6 }; /* that it does: a comparison, All with its axes, Assert and its texts */
    const tf_tensor sizes = tf_convert(tf_operand_dims(size), tf_int32, a.here, "size"), shape = tf_shape(x);
    tf1c_count_more(FITS + PASSED_ON);
    const tf_tensor limit = tf_operator_add(tf_sub(shape, sizes), 1);
    const tf_tensor draw = tf_random_uniform(SHAPE(size.rank), .dtype = tf_int32, .maxval = INT32_MAX, .seed = a.seed);
    return tf_slice(x, tf_floormod(draw, limit), sizes, .name = tf_scope_name());
}

/* ---- mirrors ---------------------------------------------------------------------------------------------------------------------------- */

/* The rows' axis, or the columns', one further in a batch. */
static int axis_of(tf_tensor x, int of_image) { return of_image + (tf_get_shape(x).known && tf_get_shape(x).rank == 4); }

/* As long as x; of a rank that the run knows it is taken for one image. */
static tf_tensor as_long(tf_tensor y, tf_tensor x)
{
    if (!tf_is_poisoned(y))
        tf_set_shape(y, tf_get_shape(x).known ? tf_get_shape(x) : SHAPE(NONE, NONE, NONE));
    return y;
}

static tf_tensor flipped(tf_operand image, int axis, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, axis ? "flip_left_right" : "flip_up_down");
    const tf_tensor x = sure_image_of(image, a.here);
    return tf_is_poisoned(x) ? x : as_long(tf_reverse(x, AXES(axis_of(x, axis))), x);
}
tf_tensor tf_image_flip_left_right_(tf_operand image, struct tf_name_args a) { return flipped(image, 1, a); }
tf_tensor tf_image_flip_up_down_(tf_operand image, struct tf_name_args a) { return flipped(image, 0, a); }

typedef struct {
    tf_tensor image;
    int axis;
} mirror;
static tf_tensor mirrored(void *context)
{
    const mirror *m = context;
    return tf_reverse(m->image, AXES(m->axis));
}
static tf_tensor unchanged(void *context) { return ((const mirror *)context)->image; }

/* Each image of a batch by itself, where its number rounds to 1. */
static tf_tensor mirror_some(tf_tensor x, int axis, int64_t seed)
{
    const tf_tensor n = tf_getitem(tf_shape(x), "0");
    const tf_tensor draw = tf_random_uniform(LIST(n), .seed = seed);
    const tf_tensor flips = tf_cast(tf_round(tf_reshape(draw, LIST(n, 1, 1, 1))), tf_get_dtype(x));
    const tf_tensor there = tf_mul(flips, tf_reverse(x, AXES(axis)));
    return tf_operator_add(there, tf_mul(tf_sub(1, flips), x));
}

static tf_tensor flipped_by_chance(tf_operand image, int axis, struct tf_image_random_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, axis ? "random_flip_left_right" : "random_flip_up_down");
    const tf_tensor x = sure_image_of(image, a.here);
    if (tf_is_poisoned(x))
        return x;
    mirror m = { x, axis_of(x, axis) };
    if (m.axis != axis)
        return mirror_some(x, m.axis, a.seed);
    const tf_tensor draw = tf_random_uniform(SCALAR, .seed = a.seed);
    return as_long(tf_cond(tf_less(draw, 0.5), mirrored, unchanged, .context = &m), x);
}
tf_tensor tf_image_random_flip_left_right_(tf_operand image, struct tf_image_random_args a)
{
    return flipped_by_chance(image, 1, a);
}
tf_tensor tf_image_random_flip_up_down_(tf_operand image, struct tf_image_random_args a) { return flipped_by_chance(image, 0, a); }

/* ---- colours ------------------------------------------------------------------------------------------------------------------------------ */

static bool is_floating(tf_dtype dtype) { return TF_FLOATING & TF_DTYPE_BIT(dtype); }

static int64_t most_of(tf_dtype dtype) { return dtype == tf_uint8 ? UINT8_MAX : dtype == tf_int32 ? INT32_MAX : INT64_MAX; }

static tf_tensor cast_to(tf_tensor x, tf_dtype dtype, bool saturate, const char *scope)
{
    return saturate ? tf_saturate_cast(x, dtype, scope) : tf_cast(x, dtype, scope);
}

/* Between integers: the greatest of the one becomes the greatest of the other, or as near as a whole factor comes. */
static tf_tensor whole_as_whole(tf_tensor x, tf_dtype dtype, bool saturate, const char *scope)
{
    const int64_t in = most_of(tf_get_dtype(x)), out = most_of(dtype);
    if (in > out)
        return cast_to(tf_div(x, (in - out) / (out + 1) + 1), dtype, saturate, scope);
    return tf_multiply(cast_to(x, dtype, saturate, NULL), (out - in) / (in + 1) + 1, .name = scope);
}

/* Integers stand for floats in [0, 1]. */
static tf_tensor converted(tf_tensor x, tf_dtype dtype, bool saturate, const char *name)
{
    const tf_dtype from = tf_get_dtype(x);
    if (from == dtype)
        return tf_identity(x, .name = name);
    TF_SCOPE(name, "convert_image");
    const char *scope = tf_scope_name();
    if (is_floating(from) && is_floating(dtype))
        return tf_cast(x, dtype, .name = scope);
    if (is_floating(from))
        return cast_to(tf_multiply(x, (double)most_of(dtype) + 0.5), dtype, saturate, scope);
    if (is_floating(dtype))
        return tf_multiply(tf_cast(x, dtype), 1 / (double)most_of(from), .name = scope);
    return whole_as_whole(x, dtype, saturate, scope);
}

static tf_tensor as_float(tf_tensor x) { return tf_get_dtype(x) == tf_float32 ? x : converted(x, tf_float32, false, NULL); }
/* And back; saturated: what is out of an integer's range becomes its nearest. */
static tf_tensor as_it_was(tf_tensor x, tf_dtype dtype, bool saturate) { return converted(x, dtype, saturate, NULL); }

static tf_tensor colours_of(tf_operand images, tf_source here, const char *name)
{
    const tf_tensor x = tf_convert(tf1c_sound_operand(images, here), tf_dtype_unset, here, name);
    const tf_dtype dtype = tf_is_poisoned(x) ? tf_float32 : tf_get_dtype(x);
    return TF_NUMERIC & TF_DTYPE_BIT(dtype)
               ? x
               : tf_mistake(tf_type_error, here, NULL, "An image of numbers is needed, not of %s.", tf_dtype_name(dtype));
}

tf_tensor tf_image_convert_image_dtype_(tf_operand image, struct tf_image_dtype_args a)
{
    TF_FROM(a.here);
    const tf_tensor x = tf_convert(tf1c_sound_operand(image, a.here), tf_dtype_unset, a.here, "image");
    if (tf_is_poisoned(x))
        return x;
    if (!(TF_NUMERIC & TF_DTYPE_BIT(a.dtype)))
        return tf_mistake(tf_type_error, a.here, NULL, "dtype must be either floating point or integer");
    return converted(x, a.dtype, a.saturate, a.name);
}

tf_tensor tf_image_rgb_to_grayscale_(tf_operand images, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "rgb_to_grayscale");
    const char *scope = tf_scope_name();
    const tf_tensor x = colours_of(images, a.here, "images");
    if (tf_is_poisoned(x))
        return x;
    const tf_tensor colours = converted(x, tf_float32, false, NULL);
    const tf_tensor grey =
        tf_tensordot(colours, NP_FLOAT(0.2989, 0.587, 0.114), .axes_a = TF_T(AXES(-1)), .axes_b = TF_T(AXES(-1)));
    return converted(tf_expand_dims(grey, -1), tf_get_dtype(x), false, scope);
}

static tf_tensor with_colours(tf_tensor y, tf_dims d)
{
    d.dims[d.rank - 1] = 3;
    tf_set_shape(y, d);
    return y;
}

static tf_tensor of_one_colour(tf_tensor x)
{
    return tf1c_with_dependencies(
        tf_assert_equal(tf_getitem(tf_shape(x), "-1"), 1, .message = "Last dimension of a grayscale image should be size 1."), x);
}

tf_tensor tf_image_grayscale_to_rgb_(tf_operand images, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "grayscale_to_rgb");
    enum { TILED = 14, ONE_COLOUR = 32 }; /* how often along each axis; the last one's length is 1, and there are three */
    const tf_tensor x = tf_convert(tf1c_sound_operand(images, a.here), tf_dtype_unset, a.here, "images");
    if (tf_is_poisoned(x))
        return x;
    const tf_dims d = tf_get_shape(x);
    if (d.known && d.rank < 2)
        return tf_mistake(tf_value_error, a.here, NULL, "A grayscale image must be at least two-dimensional.");
    if (tf_dims_fully_known(d) && d.dims[d.rank - 1] != 1)
        return tf_mistake(tf_value_error, a.here, NULL, "Last dimension of a grayscale image should be size 1.");
    const int made = tf1c_count_now() + TILED + (tf_dims_fully_known(d) ? 0 : ONE_COLOUR);
    const tf_tensor one = d.known && d.dims[d.rank - 1] == 1 ? x : of_one_colour(x), y = tf_concat(LIST(one, one, one), -1);
    tf1c_count_as(made);
    return d.known && !tf_is_poisoned(y) ? with_colours(y, d) : y;
}

tf_tensor tf_image_standardization_(tf_operand image, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "per_image_standardization");
    const char *scope = tf_scope_name();
    const tf_tensor given = sure_image_of(image, a.here);
    if (tf_is_poisoned(given))
        return given;
    const tf_dims axes = AXES(-1, -2, -3);
    const tf_tensor x = as_float(given), n = tf_reduce_prod(tf_getitem(tf_shape(x), "-3:"));
    const tf_tensor mean = tf_reduce_mean(x, axes, .keepdims = true), stddev = tf_math_reduce_std(x, axes, .keepdims = true);
    const tf_tensor least = tf_maximum(stddev, tf_rsqrt(tf_cast(n, tf_float32)));
    return as_it_was(tf_div(tf_sub(x, mean), least, scope), tf_get_dtype(given), true);
}

tf_tensor tf_image_adjust_brightness_(tf_operand image, tf_operand delta, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "adjust_brightness");
    const char *scope = tf_scope_name();
    const tf_tensor x = colours_of(image, a.here, "image");
    if (tf_is_poisoned(x))
        return x;
    const tf_tensor y = as_float(x), by = tf_convert(delta, tf_dtype_unset, a.here, "Cast/x");
    return tf_is_poisoned(by) ? by : as_it_was(tf_add(y, tf_cast(by, tf_float32), scope), tf_get_dtype(x), true);
}

/* In TF one operation: of each channel, how far it is from the mean. */
static tf_tensor contrasted(tf_tensor x, tf_tensor factor)
{
    const int made = tf1c_count_now() + 1;
    const tf_tensor mean = tf_reduce_mean(x, AXES(-3, -2), .keepdims = true);
    const tf_tensor y = tf_add(tf_mul(tf_sub(x, mean), factor), mean);
    tf1c_count_as(made);
    return y;
}

tf_tensor tf_image_adjust_contrast_(tf_operand images, tf_operand factor, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, "adjust_contrast");
    const tf_tensor x = colours_of(images, a.here, "images");
    if (tf_is_poisoned(x))
        return x;
    const tf_tensor y = as_float(x), by = tf_convert(factor, tf_float32, a.here, "contrast_factor");
    return tf_is_poisoned(by) ? by : as_it_was(contrasted(y, by), tf_get_dtype(x), true);
}

static tf_tensor adjusted(tf_operand image, tf_operand by, bool hue, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, hue ? "adjust_hue" : "adjust_saturation");
    const tf_tensor x = colours_of(image, a.here, "image");
    return tf_is_poisoned(x) ? x : as_it_was(tf1c_adjust_colour(as_float(x), by, hue), tf_get_dtype(x), false);
}
tf_tensor tf_image_adjust_saturation_(tf_operand image, tf_operand factor, struct tf_name_args a)
{
    return adjusted(image, factor, false, a);
}
tf_tensor tf_image_adjust_hue_(tf_operand image, tf_operand delta, struct tf_name_args a)
{
    return adjusted(image, delta, true, a);
}

/* ---- colours by chance ---------------------------------------------------------------------------------------------------------------------- */

/* A number in [least, most), or a mistake: `wrong`. */
static tf_tensor drawn(const char *wrong, double least, double most, int64_t seed, tf_source here)
{
    return wrong ? tf_mistake(tf_value_error, here, NULL, "%s", wrong) : tf_random_uniform(SCALAR, least, most, .seed = seed);
}
static tf_tensor drawn_delta(const char *wrong, const struct tf_image_delta_args *a)
{
    return drawn(!(a->max_delta >= 0) ? "max_delta must be non-negative." : wrong, -a->max_delta, a->max_delta, a->seed, a->here);
}
static tf_tensor drawn_factor(const struct tf_image_factor_args *a)
{
    const char *wrong = !(a->upper > a->lower) ? "upper must be > lower." : !(a->lower >= 0) ? "lower must be non-negative." : NULL;
    return drawn(wrong, a->lower, a->upper, a->seed, a->here);
}

tf_tensor tf_image_random_brightness_(tf_operand image, struct tf_image_delta_args a)
{
    TF_FROM(a.here);
    const tf_tensor delta = drawn_delta(NULL, &a);
    return tf_is_poisoned(delta) ? delta
                                 : tf_image_adjust_brightness_(image, operand_of(delta), (struct tf_name_args){ .here = a.here });
}
tf_tensor tf_image_random_hue_(tf_operand image, struct tf_image_delta_args a)
{
    TF_FROM(a.here);
    const tf_tensor delta = drawn_delta(a.max_delta > 0.5 ? "max_delta must be <= 0.5." : NULL, &a);
    return tf_is_poisoned(delta) ? delta : adjusted(image, operand_of(delta), true, (struct tf_name_args){ .here = a.here });
}
tf_tensor tf_image_random_contrast_(tf_operand image, struct tf_image_factor_args a)
{
    TF_FROM(a.here);
    const tf_tensor factor = drawn_factor(&a);
    return tf_is_poisoned(factor) ? factor
                                  : tf_image_adjust_contrast_(image, operand_of(factor), (struct tf_name_args){ .here = a.here });
}
tf_tensor tf_image_random_saturation_(tf_operand image, struct tf_image_factor_args a)
{
    TF_FROM(a.here);
    const tf_tensor factor = drawn_factor(&a);
    return tf_is_poisoned(factor) ? factor : adjusted(image, operand_of(factor), false, (struct tf_name_args){ .here = a.here });
}
