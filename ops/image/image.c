/* What is composed of other ops: crops, mirrors, colours. TF1: python/ops/image_ops_impl.py, random_ops.py random_crop. */
#include "ops/image/image.h"

#include <limits.h>

#include "ops/array/array.h"
#include "ops/array/concat.h"
#include "ops/array/constant.h"
#include "ops/array/identity.h"
#include "ops/array/pad.h"
#include "ops/array/shape.h"
#include "ops/array/slice.h"
#include "ops/control_flow/cond.h"
#include "ops/family.h"
#include "ops/image/color.h"
#include "ops/math/arithmetic.h"
#include "ops/math/cast.h"
#include "ops/math/clip.h"
#include "ops/math/compare.h"
#include "ops/math/reduce.h"
#include "ops/math/unary.h"
#include "ops/nn/activation.h"
#include "ops/nn/nn.h"
#include "ops/random/random.h"

/* An image of known rank 3, or a batch of rank 4; else a mistake. */
static tf_tensor image_of(tf_operand x, tf_source here)
{
    const tf_tensor t = tf_convert(tf1c_sound_operand(x, here), tf_dtype_unset, here, "image");
    const tf_dims d = tf_get_shape(t);
    if (tf_is_poisoned(t) || (d.known && (d.rank == 3 || d.rank == 4)))
        return t;
    if (d.known && d.rank < 3)
        return tf_mistake(tf_value_error, here, NULL, "'image' must be at least three-dimensional.");
    return tf_mistake(tf_value_error, here, NULL,
                      d.known ? "'image' must have either 3 or 4 dimensions." : "'image' must be fully defined.");
}

/* ---- crops ------------------------------------------------------------------------------------------------------------------------------ */

/* From top and left on, of that height and width; the other axes as they are. */
static tf_tensor part(tf_tensor x, int64_t top, int64_t left, int64_t height, int64_t width)
{
    return tf_get_shape(x).rank == 3 ? tf_slice(x, SHAPE(top, left, 0), SHAPE(height, width, -1))
                                     : tf_slice(x, SHAPE(0, top, left, 0), SHAPE(-1, height, width, -1));
}

tf_tensor tf_image_crop_(tf_operand image, struct tf_image_box_args a)
{
    TF_FROM(a.here);
    const int64_t top = a.offset_height, left = a.offset_width, height = a.target_height, width = a.target_width;
    const tf_tensor x = image_of(image, a.here);
    if (tf_is_poisoned(x))
        return x;
    const tf_dims d = tf_get_shape(x);
    const int64_t h = d.dims[d.rank - 3], w = d.dims[d.rank - 2];
    const char *wrong = top < 0                         ? "offset_height must be >= 0."
                        : left < 0                      ? "offset_width must be >= 0."
                        : width <= 0                    ? "target_width must be > 0."
                        : height <= 0                   ? "target_height must be > 0."
                        : w != NONE && w - width < left ? "width must be >= target + offset."
                        : h != NONE && h - height < top ? "height must be >= target + offset."
                                                        : NULL;
    return wrong ? tf_mistake(tf_value_error, a.here, NULL, "%s", wrong) : part(x, top, left, height, width);
}

/* int64 where they need it, as tf.pad makes of numbers. */
static tf_tensor padded(tf_tensor x, int rank, const int64_t *around)
{
    int32_t narrow[8];
    bool fits = true;
    for (int i = 0; i < 2 * rank; i++)
        fits &= (narrow[i] = (int32_t)around[i]) == around[i];
    return tf_pad(x, np_array(fits ? (void *)narrow : (void *)around, fits ? tf_int32 : tf_int64, SHAPE(rank, 2)));
}

tf_tensor tf_image_pad_(tf_operand image, struct tf_image_box_args a)
{
    TF_FROM(a.here);
    const int64_t top = a.offset_height, left = a.offset_width, height = a.target_height, width = a.target_width;
    const tf_tensor x = image_of(image, a.here);
    if (tf_is_poisoned(x))
        return x;
    const tf_dims d = tf_get_shape(x);
    const int64_t h = d.dims[d.rank - 3], w = d.dims[d.rank - 2];
    if (h == NONE || w == NONE)
        return tf_mistake(tf_value_error, a.here, NULL, "'image' must be fully defined.");
    const char *wrong = top < 0            ? "offset_height must be >= 0"
                        : left < 0         ? "offset_width must be >= 0"
                        : width - w < left ? "width must be <= target - offset"
                        : height - h < top ? "height must be <= target - offset"
                                           : NULL;
    if (wrong)
        return tf_mistake(tf_value_error, a.here, NULL, "%s", wrong);
    int64_t around[8] = { 0 }, *of_image = around + (d.rank == 4 ? 2 : 0);
    of_image[0] = top;
    of_image[1] = height - h - top;
    of_image[2] = left;
    of_image[3] = width - w - left;
    return padded(x, d.rank, around);
}

/* A length: known, or as the run has it. */
typedef struct {
    int64_t known; /* NONE: `value` */
    tf_tensor value;
} length;

static length length_of(tf_tensor x, int axis)
{
    const int64_t known = tf_get_shape(x).dims[axis];
    return (length){ known, known == NONE ? tf_getitem(tf_shape(x), "%d", axis) : (tf_tensor){ 0 } };
}

/* Where the middle `fraction` of n begins, and how long it is. */
static length margin_of(length n, double fraction)
{
    if (n.known != NONE)
        return (length){ (int64_t)(((double)n.known - (double)n.known * fraction) / 2), { 0 } };
    const tf_tensor all = tf_cast(n.value, tf_float64);
    return (length){ NONE, tf_cast(tf_truediv(tf_sub(all, tf_mul(all, fraction)), 2), tf_int32) };
}
static length between(length n, length margin)
{
    return n.known != NONE ? (length){ n.known - 2 * margin.known, { 0 } }
                           : (length){ NONE, tf_sub(n.value, tf_mul(margin.value, 2)) };
}

static tf_tensor stacked(int rank, int64_t first, length height, length width, int64_t last)
{
    const int64_t known[] = { first, height.known, width.known, last };
    const tf_tensor values[] = { { 0 }, height.value, width.value, { 0 } };
    return tf1c_stack_sizes(rank, values + 4 - rank, known + 4 - rank, tf_int32);
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
    const length rows = length_of(x, d.rank - 3), columns = length_of(x, d.rank - 2);
    const length top = margin_of(rows, fraction), left = margin_of(columns, fraction);
    const length height = between(rows, top), width = between(columns, left);
    const tf_tensor begin = stacked(d.rank, 0, top, left, 0);
    const tf_tensor y = tf_slice(x, begin, stacked(d.rank, -1, height, width, -1));
    d.dims[d.rank - 3] = height.known;
    d.dims[d.rank - 2] = width.known;
    if (!tf_is_poisoned(y))
        tf_set_shape(y, d);
    return y;
}

/* What is too long is cropped on both sides, what is too short padded. */
tf_tensor tf_image_crop_or_pad_(tf_operand image, struct tf_image_target_args a)
{
    TF_FROM(a.here);
    const int64_t height = a.target_height, width = a.target_width;
    tf_tensor x = image_of(image, a.here);
    if (tf_is_poisoned(x))
        return x;
    const tf_dims d = tf_get_shape(x);
    const int64_t h = d.dims[d.rank - 3], w = d.dims[d.rank - 2];
    if (height <= 0 || width <= 0)
        return tf_mistake(tf_value_error, a.here, NULL, "%s must be > 0.", height <= 0 ? "target_height" : "target_width");
    if (h == NONE || w == NONE)
        return tf_mistake(tf_value_error, a.here, NULL, "'image' must be fully defined.");
    const int64_t more_h = height - h, more_w = width - w;
    x = tf_image_crop_(operand_of(x), (struct tf_image_box_args){ .here = a.here,
                                                                  .offset_height = more_h < 0 ? -more_h / 2 : 0,
                                                                  .offset_width = more_w < 0 ? -more_w / 2 : 0,
                                                                  .target_height = more_h < 0 ? height : h,
                                                                  .target_width = more_w < 0 ? width : w });
    return tf_is_poisoned(x)
               ? x
               : tf_image_pad_(operand_of(x), (struct tf_image_box_args){ .here = a.here,
                                                                          .offset_height = more_h > 0 ? more_h / 2 : 0,
                                                                          .offset_width = more_w > 0 ? more_w / 2 : 0,
                                                                          .target_height = height,
                                                                          .target_width = width });
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
    const tf_tensor limit = tf_add(tf_sub(tf_shape(x), size), 1);
    const tf_tensor draw = tf_random_uniform(SHAPE(size.rank), .dtype = tf_int32, .maxval = INT32_MAX, .seed = a.seed);
    return tf_slice(x, tf_floormod(draw, limit), size);
}

/* ---- mirrors ---------------------------------------------------------------------------------------------------------------------------- */

static tf_tensor flipped(tf_operand image, int axis, tf_source here)
{
    TF_FROM(here);
    const tf_tensor x = image_of(image, here);
    return tf_is_poisoned(x) ? x : tf_reverse(x, AXES(tf_get_shape(x).rank + axis));
}
tf_tensor tf_image_flip_left_right_(tf_operand image, struct tf_name_args a) { return flipped(image, -2, a.here); }
tf_tensor tf_image_flip_up_down_(tf_operand image, struct tf_name_args a) { return flipped(image, -3, a.here); }

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

/* Each image of a batch by itself: it is kept where its number is not below a half. */
static tf_tensor mirror_some(tf_tensor x, int axis, int64_t seed)
{
    const tf_tensor n = tf_getitem(tf_shape(x), "0");
    const tf_tensor draw = tf_random_uniform(tf_stack(LIST(n)), .seed = seed);
    const tf_tensor keep = tf_cast(tf_reshape(tf_less(0.5, draw), SHAPE(-1, 1, 1, 1)), tf_get_dtype(x));
    return tf_add(tf_mul(tf_sub(1, keep), tf_reverse(x, AXES(axis))), tf_mul(keep, x));
}

static tf_tensor flipped_by_chance(tf_operand image, int axis, struct tf_image_random_args a)
{
    TF_FROM(a.here);
    const tf_tensor x = image_of(image, a.here);
    if (tf_is_poisoned(x))
        return x;
    TF_SCOPE(a.name, axis == -2 ? "random_flip_left_right" : "random_flip_up_down");
    mirror m = { x, tf_get_shape(x).rank + axis };
    if (tf_get_shape(x).rank == 4)
        return mirror_some(x, m.axis, a.seed);
    const tf_tensor draw = tf_random_uniform(SCALAR, .seed = a.seed);
    return tf_cond(tf_less(draw, 0.5), mirrored, unchanged, .context = &m);
}
tf_tensor tf_image_random_flip_left_right_(tf_operand image, struct tf_image_random_args a)
{
    return flipped_by_chance(image, -2, a);
}
tf_tensor tf_image_random_flip_up_down_(tf_operand image, struct tf_image_random_args a) { return flipped_by_chance(image, -3, a); }

/* ---- colours ------------------------------------------------------------------------------------------------------------------------------ */

static bool is_floating(tf_tensor t) { return TF_FLOATING & TF_DTYPE_BIT(tf_get_dtype(t)); }

/* As floats in [0, 1] if they are bytes, and back. TF1: convert_image_dtype */
static tf_tensor as_float(tf_tensor x) { return is_floating(x) ? x : tf_mul(tf_cast(x, tf_float32), 1.0 / 255); }
static tf_tensor as_it_was(tf_tensor x, tf_dtype dtype)
{
    return dtype == tf_uint8 ? tf_cast(tf_clip_by_value(tf_mul(x, 255.5), 0.0, 255.0), tf_uint8) : x;
}

tf_tensor tf_image_rgb_to_grayscale_(tf_operand images, struct tf_name_args a)
{
    TF_FROM(a.here);
    const tf_tensor x = image_of(images, a.here);
    if (tf_is_poisoned(x))
        return x;
    const tf_dtype dtype = tf_get_dtype(x);
    if (dtype != tf_uint8 && !is_floating(x))
        return tf_mistake(tf_type_error, a.here, NULL, "An image of uint8 or of floats is needed, not of %s.",
                          tf_dtype_name(dtype));
    TF_SCOPE(a.name, "rgb_to_grayscale");
    const tf_tensor weights = tf_constant(NP_FLOAT(0.2989, 0.587, 0.114), .dtype = is_floating(x) ? dtype : tf_float32);
    const tf_tensor grey = tf_reduce_sum(tf_mul(as_float(x), weights), .axis = -1, .keepdims = true);
    return as_it_was(grey, dtype);
}

tf_tensor tf_image_grayscale_to_rgb_(tf_operand images, struct tf_name_args a)
{
    TF_FROM(a.here);
    const tf_tensor x = image_of(images, a.here);
    if (tf_is_poisoned(x))
        return x;
    TF_SCOPE(a.name, "grayscale_to_rgb");
    return tf_concat(LIST(x, x, x), -1);
}

tf_tensor tf_image_standardization_(tf_operand image, struct tf_name_args a)
{
    TF_FROM(a.here);
    tf_tensor x = image_of(image, a.here);
    if (tf_is_poisoned(x))
        return x;
    TF_SCOPE(NULL, "per_image_standardization");
    const int r = tf_get_shape(x).rank;
    const tf_dims axes = AXES(r - 3, r - 2, r - 1);
    const tf_tensor n = tf_reduce_prod(tf_getitem(tf_shape(x), "-3:"));
    x = is_floating(x) ? x : tf_cast(x, tf_float32);
    const tf_tensor mean = tf_reduce_mean(x, axes, .keepdims = true);
    const tf_tensor variance = tf_sub(tf_reduce_mean(tf_square(x), axes, .keepdims = true), tf_square(mean));
    const tf_tensor least = tf_rsqrt(tf_cast(n, tf_get_dtype(x)));
    return tf_div(tf_sub(x, mean), tf_maximum(tf_sqrt(tf_nn_relu(variance)), least));
}

tf_tensor tf_image_adjust_brightness_(tf_operand image, tf_operand delta, struct tf_name_args a)
{
    TF_FROM(a.here);
    const tf_tensor x = image_of(image, a.here);
    if (tf_is_poisoned(x))
        return x;
    TF_SCOPE(a.name, "adjust_brightness");
    return as_it_was(tf_add(as_float(x), delta), tf_get_dtype(x));
}

tf_tensor tf_image_adjust_contrast_(tf_operand images, tf_operand factor, struct tf_name_args a)
{
    TF_FROM(a.here);
    const tf_tensor x = image_of(images, a.here);
    if (tf_is_poisoned(x))
        return x;
    TF_SCOPE(a.name, "adjust_contrast");
    const int r = tf_get_shape(x).rank;
    const tf_tensor y = as_float(x), mean = tf_reduce_mean(y, AXES(r - 3, r - 2), .keepdims = true);
    return as_it_was(tf_add(tf_mul(tf_sub(y, mean), factor), mean), tf_get_dtype(x));
}

static tf_tensor adjusted(tf_operand image, tf_operand by, bool hue, struct tf_name_args a)
{
    TF_FROM(a.here);
    TF_SCOPE(a.name, hue ? "adjust_hue" : "adjust_saturation");
    const tf_tensor x = tf_convert(tf1c_sound_operand(image, a.here), tf_dtype_unset, a.here, "image");
    if (tf_is_poisoned(x))
        return x;
    const tf_dtype dtype = tf_get_dtype(x);
    const tf_tensor y = tf1c_adjust_colour(dtype == tf_float64 ? tf_cast(x, tf_float32) : as_float(x), by, hue);
    return dtype == tf_float32 ? tf_identity(y) : dtype == tf_float64 ? tf_cast(y, tf_float64) : as_it_was(y, dtype);
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
