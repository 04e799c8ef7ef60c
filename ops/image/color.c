/* Colours by hue, saturation and value. TF1: core/ops/image_ops.cc, core/kernels/colorspace_op.cc, adjust_saturation_op.cc,
 * adjust_hue_op.cc. */
#include "ops/image/color.h"

#include <math.h>

#include "ops/array/array.h"
#include "ops/image/image.h"

typedef struct {
    double h, s, v;
} hsv;
typedef struct {
    double r, g, b;
} rgb;

static hsv hsv_of(rgb c)
{
    const double v = fmax(c.r, fmax(c.g, c.b)), range = v - fmin(c.r, fmin(c.g, c.b));
    if (!(range > 0))
        return (hsv){ 0, 0, v };
    const double h = c.r == v   ? (c.g - c.b) / (6 * range)
                     : c.g == v ? (c.b - c.r) / (6 * range) + 2.0 / 6
                                : (c.r - c.g) / (6 * range) + 4.0 / 6;
    return (hsv){ h < 0 ? h + 1 : h, v > 0 ? range / v : 0, v };
}

static double within(double x, double least, double most) { return x < least ? least : x > most ? most : x; }

static rgb rgb_of(hsv c)
{
    const double h = c.h * 6, rest = 1 - c.s;
    const double r = within(fabs(h - 3) - 1, 0, 1), g = within(2 - fabs(h - 2), 0, 1), b = within(2 - fabs(h - 4), 0, 1);
    return (rgb){ (rest + c.s * r) * c.v, (rest + c.s * g) * c.v, (rest + c.s * b) * c.v };
}

/* A pixel's three numbers; by: the operand beside the image, 0 if there is none. */
typedef void convert(const double *in, double *out, double by);
static void to_hsv(const double *in, double *out, double by)
{
    const hsv c = hsv_of((rgb){ in[0], in[1], in[2] });
    (void)by;
    out[0] = c.h, out[1] = c.s, out[2] = c.v;
}
static void put(rgb c, double *out) { out[0] = c.r, out[1] = c.g, out[2] = c.b; }
static void to_rgb(const double *in, double *out, double by)
{
    (void)by;
    put(rgb_of((hsv){ in[0], in[1], in[2] }), out);
}
static void saturate(const double *in, double *out, double by)
{
    hsv c = hsv_of((rgb){ in[0], in[1], in[2] });
    c.s = within(c.s * by, 0, 1);
    put(rgb_of(c), out);
}
/* Between the least and the greatest of the three, which stay: below 0 too, where there is no saturation. */
static void turn(const double *in, double *out, double by)
{
    const double least = fmin(fmin(in[0], in[1]), in[2]), most = fmax(fmax(in[0], in[1]), in[2]);
    const double h = hsv_of((rgb){ in[0], in[1], in[2] }).h + by;
    put(rgb_of((hsv){ h - floor(h), 1, 1 }), out);
    for (int c = 0; c < 3; c++)
        out[c] = least + out[c] * (most - least);
}

static void convert_pixels(tf_kernel_ctx *k, convert *each)
{
    const double by = k->n_in > 1 ? real_at(&k->in[1], 0) : 0;
    for (int64_t i = k->begin; i < k->end; i++) {
        const double in[] = { real_at(&k->in[0], 3 * i), real_at(&k->in[0], 3 * i + 1), real_at(&k->in[0], 3 * i + 2) };
        double out[3];
        each(in, out, by);
        for (int c = 0; c < 3; c++)
            set_real(&k->out[0], 3 * i + c, out[c]);
    }
}
static int64_t pixels(const tf_kernel_ctx *k) { return tf_view_count(&k->in[0]) / 3; }

static void colour_shape(tf_shape_ctx *c)
{
    tf_dims d = *tf_in_dims(c, 0);
    const bool adjusts = tf_shape_inputs(c) > 1;
    if (!tf_with_rank_at_least(c, 0, adjusts ? 3 : 1) || (adjusts && !tf_with_rank(c, 1, 0)))
        return;
    const int64_t channels = d.known && d.rank ? d.dims[d.rank - 1] : NONE;
    if (channels != NONE && channels != 3 && (!adjusts || tf_shape_at_run(c)))
        tf_shape_error(c,
                       !tf_shape_at_run(c) ? "Dimension must be 3 but is %lld"
                       : adjusts           ? "input must have 3 channels but instead has %lld channels."
                                           : "input must have 3 channels but input only has %lld channels.",
                       (long long)channels);
    else {
        if (!adjusts && d.known)
            d.dims[d.rank - 1] = 3;
        tf_set_out(c, 0, d);
    }
}

#define COLOUR_OP(id, op_name, signature, dtypes, each)                    \
    static void id##_kernel(tf_kernel_ctx *k) { convert_pixels(k, each); } \
    static const tf_op_def id##_op = {                                     \
        .name = op_name,                                                   \
        .in = signature,                                                   \
        .out = "output:T",                                                 \
        .T = dtypes,                                                       \
        .shape = colour_shape,                                             \
        .kernel = id##_kernel,                                             \
        .units = pixels,                                                   \
        .gradient = tf1c_undefined_gradient,                               \
    };
COLOUR_OP(rgb_to_hsv, "RGBToHSV", "images:T", TF_FLOATING, to_hsv)
COLOUR_OP(hsv_to_rgb, "HSVToRGB", "images:T", TF_FLOATING, to_rgb)
COLOUR_OP(adjust_saturation, "AdjustSaturation", "images:T, scale:float32", TF_DTYPE_BIT(tf_float32), saturate)
COLOUR_OP(adjust_hue, "AdjustHue", "images:T, delta:float32", TF_DTYPE_BIT(tf_float32), turn)

tf_tensor tf_image_rgb_to_hsv_(tf_operand images, struct tf_name_args a) { return tf_op_unary(&rgb_to_hsv_op, images, a, NULL); }
tf_tensor tf_image_hsv_to_rgb_(tf_operand images, struct tf_name_args a) { return tf_op_unary(&hsv_to_rgb_op, images, a, NULL); }
tf_tensor tf1c_adjust_colour(tf_tensor image, tf_operand by, bool hue)
{
    return tf_op_binary(hue ? &adjust_hue_op : &adjust_saturation_op, operand_of(image), by, (struct tf_name_args){ 0 }, NULL);
}

/* clang-format off */
tf1c_op_family tf1c_family_color = {
    &rgb_to_hsv_op,
    &hsv_to_rgb_op,
    &adjust_saturation_op,
    &adjust_hue_op,
    NULL,
};
