/* Images: [height, width, channels], or batches of them [n, height, width, channels]. TF1: tf.image; python/ops/image_ops_impl.py,
 * core/ops/image_ops.cc */
#ifndef TF1C_OPS_IMAGE_IMAGE_H
#define TF1C_OPS_IMAGE_IMAGE_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- files ---------------------------------------------------------------------------------------------------------------------
 * A file's bytes as uint8 [height, width, channels]; a run goes in parts there.      TF1: tf.image.decode_png, decode_jpeg, decode_image
 *   channels  0 (unset): as the file has them; 1: grey, 3: colours, 4: colours and opacity (PNG)
 *   errors    run: InvalidArgumentError "assertion failed: [Unable to decode bytes as JPEG, PNG, GIF, or BMP]", "Invalid PNG header, data size 40",
 *             "Invalid JPEG data or crop window, data size 3";  UnimplementedError: the library was built without libpng or libjpeg
 * decode_png and decode_jpeg take files of either kind, as in TF. */
struct tf_decode_args {
    tf_source here;
    int64_t channels;
    const char *name;
};
#define tf_image_decode_png(contents, ...) tf_image_decode_(TF_T(contents), "DecodePng", (struct tf_decode_args){ TF_HERE_, __VA_ARGS__ })
#define tf_image_decode_jpeg(contents, ...) tf_image_decode_(TF_T(contents), "DecodeJpeg", (struct tf_decode_args){ TF_HERE_, __VA_ARGS__ })
#define tf_image_decode_image(contents, ...) tf_image_decode_(TF_T(contents), "decode_image", (struct tf_decode_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_tensor tf_image_decode_(tf_operand contents, const char *default_name, struct tf_decode_args args);
/* A uint8 image of 1, 2, 3 or 4 channels as a PNG file's bytes.                                           TF1: tf.image.encode_png
 *   compression  from 0, none, to 9, small and slow; unset: -1, the library's own
 *   errors       run: InvalidArgumentError "compression should be in [-1,9], got 10" */
struct tf_encode_png_args {
    tf_source here;
    TF_ARG_(1) tf_operand image;
    TF_ARG_(2) int64_t compression;
    TF_ARG_(3) const char *name;
};
#define tf_image_encode_png(...) TF_FIRST1_(tf_image_encode_png_, struct tf_encode_png_args, TF_DATA_, image, #__VA_ARGS__, \
    .image = TF_UNSET_, .compression = -1, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_image_encode_png_(tf_operand image, struct tf_encode_png_args args);
/* A uint8 image of 1 or 3 channels as a JPEG file's bytes.                                                TF1: tf.image.encode_jpeg
 *   format       "grayscale", "rgb"; unset: by the image's channels;   quality  0 to 100; unset: 95
 *   progressive, optimize_size   unset: false;   chroma_downsampling  unset: true
 *   density_unit, x_density, y_density   "in" (unset) or "cm", 300 each (unset);   xmp_metadata  what the file says of itself
 *   errors       run: InvalidArgumentError "quality must be in [0,100], got 101", "image must have 1 or 3 channels, got [2,2,4]";
 *                ValueError "Attr 'format' of 'EncodeJpeg' Op passed string 'x' not in: …";  UnimplementedError: the library was built without libjpeg;   source  core/kernels/encode_jpeg_op.cc */
struct tf_encode_jpeg_args {
    tf_source here;
    TF_ARG_(1) tf_operand image;
    TF_ARG_(2) const char *format;
    TF_ARG_(3) int64_t quality;
    TF_ARG_(4) bool progressive;
    TF_ARG_(5) bool optimize_size;
    TF_ARG_(6) bool chroma_downsampling;
    TF_ARG_(7) const char *density_unit;
    TF_ARG_(8) int64_t x_density;
    TF_ARG_(9) int64_t y_density;
    TF_ARG_(10) const char *xmp_metadata;
    TF_ARG_(11) const char *name;
};
#define tf_image_encode_jpeg(...) TF_FIRST1_(tf_image_encode_jpeg_, struct tf_encode_jpeg_args, TF_DATA_, image, #__VA_ARGS__, \
    .image = TF_UNSET_, .format = "", .quality = 95, .chroma_downsampling = true, .density_unit = "in", .x_density = 300,      \
    .y_density = 300, .xmp_metadata = "", TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_image_encode_jpeg_(tf_operand image, struct tf_encode_jpeg_args args);

/* ---- sizes ---------------------------------------------------------------------------------------------------------------------
 * size: [new height, new width], SHAPE(28, 28) or a tensor.
 *   dtypes  bilinear: any numbers -> float32; nearest_neighbor: any, as they are
 *   grad    of floating images
 *   TF1: tf.image.resize_bilinear, resize_nearest_neighbor; resize_images, of one image too */
struct tf_resize_args {
    tf_source here;
    TF_ARG_(1) tf_operand images;
    TF_ARG_(2) tf_operand size;
    TF_ARG_(3) bool align_corners;
    TF_ARG_(4) const char *name;
};
struct tf_resize_images_args {
    tf_source here;
    TF_ARG_(1) tf_operand images;
    TF_ARG_(2) tf_operand size;
    TF_ARG_(3) int method; /* one of those below */
    TF_ARG_(4) bool align_corners;
    TF_ARG_(5) bool preserve_aspect_ratio; /* as large as fits into size, its sides rounded */
    TF_ARG_(6) const char *name;
};
enum {
    tf_image_resize_method_bilinear,
    tf_image_resize_method_nearest_neighbor,
    tf_image_resize_method_bicubic,
    tf_image_resize_method_area
};
/* Of sixteen around a place, by Keys' cubic with a = -3/4; the mean of what a pixel covers, which has no gradient. Both give float32.
 *                                                                    TF1: tf.image.resize_bicubic, resize_area */
#define tf_image_resize_bicubic(...) TF_FIRST2_(tf_image_resize_bicubic_, struct tf_resize_args, TF_DATA_, images, TF_GIVEN_, \
    size, #__VA_ARGS__, .images = TF_UNSET_, .size = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_image_resize_area(...) TF_FIRST2_(tf_image_resize_area_, struct tf_resize_args, TF_DATA_, images, TF_GIVEN_, \
    size, #__VA_ARGS__, .images = TF_UNSET_, .size = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_image_resize_bicubic_(tf_operand images, tf_operand size, struct tf_resize_args args);
TF1C_API tf_tensor tf_image_resize_area_(tf_operand images, tf_operand size, struct tf_resize_args args);
#define tf_image_resize_bilinear(...) TF_FIRST2_(tf_image_resize_bilinear_, struct tf_resize_args, TF_DATA_, images, TF_GIVEN_, \
    size, #__VA_ARGS__, .images = TF_UNSET_, .size = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_image_resize_nearest_neighbor(...) TF_FIRST2_(tf_image_resize_nearest_, struct tf_resize_args, TF_DATA_, images, \
    TF_GIVEN_, size, #__VA_ARGS__, .images = TF_UNSET_, .size = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_image_resize_images(...) TF_FIRST2_(tf_image_resize_images_, struct tf_resize_images_args, TF_DATA_, images, TF_GIVEN_, \
    size, #__VA_ARGS__, .images = TF_UNSET_, .size = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_image_resize(...) tf_image_resize_images(__VA_ARGS__)
TF1C_API tf_tensor tf_image_resize_bilinear_(tf_operand images, tf_operand size, struct tf_resize_args args);
TF1C_API tf_tensor tf_image_resize_nearest_(tf_operand images, tf_operand size, struct tf_resize_args args);
TF1C_API tf_tensor tf_image_resize_images_(tf_operand images, tf_operand size, struct tf_resize_images_args args);

/* ---- parts and mirrors -----------------------------------------------------------------------------------------------------------
 * Sizes may be known to the run alone, and the rank: then it is one image.
 *   errors  ValueError "width must be >= target + offset.", "'image' must be at least three-dimensional." */
struct tf_image_box_args {
    tf_source here;
    TF_ARG_(1) tf_operand image;
    TF_ARG_(2) int64_t offset_height;
    TF_ARG_(3) int64_t offset_width;
    TF_ARG_(4) int64_t target_height;
    TF_ARG_(5) int64_t target_width;
};
struct tf_image_target_args {
    tf_source here;
    TF_ARG_(1) tf_operand image;
    TF_ARG_(2) int64_t target_height;
    TF_ARG_(3) int64_t target_width;
};
#define TF_IMAGE_(fn, args, text, ...) TF_FIRST1_(fn, struct args, TF_DATA_, image, text, .image = TF_UNSET_, TF_HERE_, __VA_ARGS__)
#define tf_image_crop_to_bounding_box(...) TF_IMAGE_(tf_image_crop_, tf_image_box_args, #__VA_ARGS__, TF_PLACES_(__VA_ARGS__))
#define tf_image_pad_to_bounding_box(...) TF_IMAGE_(tf_image_pad_, tf_image_box_args, #__VA_ARGS__, TF_PLACES_(__VA_ARGS__))
#define tf_image_resize_image_with_crop_or_pad(...) \
    TF_IMAGE_(tf_image_crop_or_pad_, tf_image_target_args, #__VA_ARGS__, TF_PLACES_(__VA_ARGS__))
#define tf_image_flip_left_right(...) TF_NAMED1_(tf_image_flip_left_right_, tf_operand, TF_DATA_, image, #__VA_ARGS__, \
    .image = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_image_flip_up_down(...) TF_NAMED1_(tf_image_flip_up_down_, tf_operand, TF_DATA_, image, #__VA_ARGS__, \
    .image = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
/* The middle of each axis, that share of it.          TF1: tf.image.central_crop
 *   errors  ValueError "central_fraction must be within (0, 1]" */
struct tf_central_crop_args {
    tf_source here;
    TF_ARG_(1) tf_operand image;
    TF_ARG_(2) double central_fraction;
};
#define tf_image_central_crop(...) TF_IMAGE_(tf_image_central_crop_, tf_central_crop_args, #__VA_ARGS__, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_image_central_crop_(tf_operand image, struct tf_central_crop_args args);
TF1C_API tf_tensor tf_image_crop_(tf_operand image, struct tf_image_box_args args);
TF1C_API tf_tensor tf_image_pad_(tf_operand image, struct tf_image_box_args args);
TF1C_API tf_tensor tf_image_crop_or_pad_(tf_operand image, struct tf_image_target_args args);
TF1C_API tf_tensor tf_image_flip_left_right_(tf_operand image, struct tf_name_args args);
TF1C_API tf_tensor tf_image_flip_up_down_(tf_operand image, struct tf_name_args args);

/* By chance, with TF's draws for the same seeds.             TF1: tf.random_crop, tf.image.random_flip_left_right, random_flip_up_down,
 *                                                            random_brightness */
struct tf_random_crop_args {
    tf_source here;
    TF_ARG_(1) tf_operand value;
    TF_ARG_(2) tf_dims size;
    TF_ARG_(3) int64_t seed;
    TF_ARG_(4) const char *name;
};
struct tf_image_random_args {
    tf_source here;
    TF_ARG_(1) tf_operand image;
    TF_ARG_(2) int64_t seed;
    const char *name;
};
#define TF_IMAGE_DRAWN_(fn, args, text, ...) TF_IMAGE_(fn, args, text, .seed = INT64_MIN, __VA_ARGS__)
#define tf_random_crop(...) TF_FIRST1_(tf_random_crop_, struct tf_random_crop_args, TF_DATA_, value, #__VA_ARGS__, \
    .value = TF_UNSET_, .seed = INT64_MIN, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_image_random_crop(...) tf_random_crop(__VA_ARGS__)
#define tf_image_random_flip_left_right(...) TF_IMAGE_DRAWN_(tf_image_random_flip_left_right_, tf_image_random_args, #__VA_ARGS__, TF_PLACES_(__VA_ARGS__))
#define tf_image_random_flip_up_down(...) TF_IMAGE_DRAWN_(tf_image_random_flip_up_down_, tf_image_random_args, #__VA_ARGS__, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_random_crop_(tf_operand value, struct tf_random_crop_args args);
TF1C_API tf_tensor tf_image_random_flip_left_right_(tf_operand image, struct tf_image_random_args args);
TF1C_API tf_tensor tf_image_random_flip_up_down_(tf_operand image, struct tf_image_random_args args);

/* An image of another dtype: floats in [0, 1], integers from 0 to the greatest there is.             TF1: tf.image.convert_image_dtype
 *   saturate  what is out of an integer's range becomes its nearest
 *   dtypes    numbers;   grad  from float to float;   errors  TypeError "dtype must be either floating point or integer" */
struct tf_image_dtype_args {
    tf_source here;
    TF_ARG_(1) tf_operand image;
    TF_ARG_(2) tf_dtype dtype;
    TF_ARG_(3) bool saturate;
    TF_ARG_(4) const char *name;
};
#define tf_image_convert_image_dtype(...) TF_FIRST1_(tf_image_convert_image_dtype_, struct tf_image_dtype_args, TF_DATA_, image, \
    #__VA_ARGS__, .image = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_image_convert_image_dtype_(tf_operand image, struct tf_image_dtype_args args);

/* Turned by 90 degrees against the clock, k times.                                                    TF1: tf.image.rot90
 *   k       a number or an int32 scalar; unset: 1
 *   shapes  [h, w, c] or a batch -> the same, or, by a tensor that the graph does not know, […, ?, ?, c]
 *   errors  ValueError "'image' must have either 3 or 4 dimensions.";   grad  turned back */
struct tf_rot90_args {
    tf_source here;
    TF_ARG_(1) tf_operand image;
    TF_ARG_(2) tf_operand k;
    TF_ARG_(3) const char *name;
};
#define tf_image_rot90(...) TF_FIRST1_(tf_image_rot90_, struct tf_rot90_args, TF_DATA_, image, #__VA_ARGS__, .image = TF_UNSET_, \
    .k = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_image_rot90_(tf_operand image, struct tf_rot90_args args);

/* How alike two images are, each pair of a batch: the peak's signal to noise in dB, ∞ of equal ones; structural similarity, 1 of equal ones.
 * TF1: tf.image.psnr, tf.image.ssim
 *   max_val      the greatest number there may be, less the least: 255 of uint8, 1.0 of floats
 *   filter_size, filter_sigma, k1, k2   of ssim: 11, 1.5, 0.01, 0.03
 *   shapes       [.., h, w, c] both, what is before broadcasts -> [..] float32;   grad  as its parts have
 *   errors       ValueError "Two images are not compatible: (2, 4, 4, 3) and (3, 4, 4, 3)";  at run InvalidArgumentError "assertion failed:
 *                …": shapes that differ, images smaller than the filter
 *   source       python/ops/image_ops_impl.py */
struct tf_psnr_args {
    tf_source here;
    TF_ARG_(1) tf_operand a;
    TF_ARG_(2) tf_operand b;
    TF_ARG_(3) tf_operand max_val;
    TF_ARG_(4) const char *name;
};
struct tf_ssim_args {
    tf_source here;
    TF_ARG_(1) tf_operand img1;
    TF_ARG_(2) tf_operand img2;
    TF_ARG_(3) tf_operand max_val;
    TF_ARG_(4) int64_t filter_size;
    TF_ARG_(5) double filter_sigma;
    TF_ARG_(6) double k1;
    TF_ARG_(7) double k2;
};
#define tf_image_psnr(...)                                                                                              \
    TF_KWARGS_(tf_image_psnr_((struct tf_psnr_args){ .a = TF_UNSET_, .b = TF_UNSET_, .max_val = TF_UNSET_, TF_HERE_,    \
        TF_PLACES_(__VA_ARGS__) }))
#define tf_image_ssim(...)                                                                                              \
    TF_KWARGS_(tf_image_ssim_((struct tf_ssim_args){ .img1 = TF_UNSET_, .img2 = TF_UNSET_, .max_val = TF_UNSET_,        \
        .filter_size = 11, .filter_sigma = 1.5, .k1 = 0.01, .k2 = 0.03, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_image_psnr_(struct tf_psnr_args args); /* quality.c */
TF1C_API tf_tensor tf_image_ssim_(struct tf_ssim_args args);

/* ---- colours ----------------------------------------------------------------------------------------------------------------------
 * Grey of three colours; floats of mean 0 and variance 1, each image by itself; plus delta; contrast about each channel's mean.
 *   TF1: tf.image.rgb_to_grayscale, grayscale_to_rgb, per_image_standardization, adjust_brightness, adjust_contrast */
#define tf_image_rgb_to_grayscale(...) TF_NAMED1_(tf_image_rgb_to_grayscale_, tf_operand, TF_DATA_, images, #__VA_ARGS__, \
    .images = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_image_grayscale_to_rgb(...) TF_NAMED1_(tf_image_grayscale_to_rgb_, tf_operand, TF_DATA_, images, #__VA_ARGS__, \
    .images = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_image_per_image_standardization(...) TF_NAMED1_(tf_image_standardization_, tf_operand, TF_DATA_, image, \
    #__VA_ARGS__, .image = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_image_adjust_brightness(...) TF_NAMED2_(tf_image_adjust_brightness_, tf_operand, TF_DATA_, image, tf_operand, \
    TF_GIVEN_, delta, #__VA_ARGS__, .image = TF_UNSET_, .delta = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_image_adjust_contrast(...) TF_NAMED2_(tf_image_adjust_contrast_, tf_operand, TF_DATA_, images, tf_operand, \
    TF_GIVEN_, contrast_factor, #__VA_ARGS__, .images = TF_UNSET_, .contrast_factor = TF_UNSET_, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_image_rgb_to_grayscale_(tf_operand images, struct tf_name_args args);
TF1C_API tf_tensor tf_image_grayscale_to_rgb_(tf_operand images, struct tf_name_args args);
TF1C_API tf_tensor tf_image_standardization_(tf_operand image, struct tf_name_args args);
TF1C_API tf_tensor tf_image_adjust_brightness_(tf_operand image, tf_operand delta, struct tf_name_args args);
TF1C_API tf_tensor tf_image_adjust_contrast_(tf_operand images, tf_operand contrast_factor, struct tf_name_args args);

/* Hue, saturation and value of red, green and blue, each in [0, 1], and back; floating [..., 3].     TF1: tf.image.rgb_to_hsv, hsv_to_rgb
 * Saturation by a factor, hue turned by delta of a whole circle: of floats, or of bytes, which stay bytes; [..., 3].
 *   grad    none is defined, as in TF
 *   errors  ValueError "Dimension must be 3 but is 4"
 *   TF1: tf.image.adjust_saturation, adjust_hue; core/kernels/colorspace_op.cc, adjust_saturation_op.cc, adjust_hue_op.cc */
#define tf_image_rgb_to_hsv(...) TF_NAMED1_(tf_image_rgb_to_hsv_, tf_operand, TF_DATA_, images, #__VA_ARGS__, .images = \
    TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_image_hsv_to_rgb(...) TF_NAMED1_(tf_image_hsv_to_rgb_, tf_operand, TF_DATA_, images, #__VA_ARGS__, .images = \
    TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_image_adjust_saturation(...) TF_NAMED2_(tf_image_adjust_saturation_, tf_operand, TF_DATA_, image, tf_operand, \
    TF_GIVEN_, saturation_factor, #__VA_ARGS__, .image = TF_UNSET_, .saturation_factor = TF_UNSET_, TF_HERE_, \
    TF_PLACES_(__VA_ARGS__))
#define tf_image_adjust_hue(...) TF_NAMED2_(tf_image_adjust_hue_, tf_operand, TF_DATA_, image, tf_operand, TF_GIVEN_, delta, \
    #__VA_ARGS__, .image = TF_UNSET_, .delta = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_image_rgb_to_hsv_(tf_operand images, struct tf_name_args args);
TF1C_API tf_tensor tf_image_hsv_to_rgb_(tf_operand images, struct tf_name_args args);
TF1C_API tf_tensor tf_image_adjust_saturation_(tf_operand image, tf_operand saturation_factor, struct tf_name_args args);
TF1C_API tf_tensor tf_image_adjust_hue_(tf_operand image, tf_operand delta, struct tf_name_args args);

/* The same by chance, with TF's draws for the same seeds: delta in [-max_delta, max_delta), or a factor in [lower, upper).
 *   errors  ValueError "max_delta must be non-negative.", "upper must be > lower.", "lower must be non-negative."
 *   TF1: tf.image.random_brightness, random_hue, random_contrast, random_saturation */
struct tf_image_delta_args {
    tf_source here;
    TF_ARG_(1) tf_operand image;
    TF_ARG_(2) double max_delta;
    TF_ARG_(3) int64_t seed;
    const char *name;
};
struct tf_image_factor_args {
    tf_source here;
    TF_ARG_(1) tf_operand image;
    TF_ARG_(2) double lower;
    TF_ARG_(3) double upper;
    TF_ARG_(4) int64_t seed;
    const char *name;
};
#define tf_image_random_brightness(...) \
    TF_IMAGE_DRAWN_(tf_image_random_brightness_, tf_image_delta_args, #__VA_ARGS__, .max_delta = -1, TF_PLACES_(__VA_ARGS__))
#define tf_image_random_hue(...) \
    TF_IMAGE_DRAWN_(tf_image_random_hue_, tf_image_delta_args, #__VA_ARGS__, .max_delta = -1, TF_PLACES_(__VA_ARGS__))
#define tf_image_random_contrast(...) \
    TF_IMAGE_DRAWN_(tf_image_random_contrast_, tf_image_factor_args, #__VA_ARGS__, TF_PLACES_(__VA_ARGS__))
#define tf_image_random_saturation(...) \
    TF_IMAGE_DRAWN_(tf_image_random_saturation_, tf_image_factor_args, #__VA_ARGS__, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_tensor tf_image_random_brightness_(tf_operand image, struct tf_image_delta_args args);
TF1C_API tf_tensor tf_image_random_hue_(tf_operand image, struct tf_image_delta_args args);
TF1C_API tf_tensor tf_image_random_contrast_(tf_operand image, struct tf_image_factor_args args);
TF1C_API tf_tensor tf_image_random_saturation_(tf_operand image, struct tf_image_factor_args args);

/* ---- boxes: [m, 4], of two corners y1, x1, y2, x2 ------------------------------------------------------------------------------
 * What lies in each box, made crop_size large, its places being shares of the image's last row and column: 0 to 1.
 * TF1: tf.image.crop_and_resize
 *   box_ind      [m] int32, of which image each box is; box_indices is its new name;   crop_size  SHAPE(rows, columns), or a tensor
 *   method       "bilinear" (unset) or "nearest";   extrapolation_value  stands where a box is beyond its image; unset: 0
 *   shapes       image [n, h, w, c], boxes [m, 4] -> [m, rows, columns, c];   dtypes  any numbers -> float32
 *   grad         to a floating image and to the boxes, to these as if bilinear; no second one
 *   errors       ValueError "Attr 'method' of 'CropAndResize' Op passed string 'x' not in: …";  at run OutOfRangeError "box_index has values
 *                outside [0, batch_size)", InvalidArgumentError "crop dimensions must be positive"
 *   source       core/kernels/crop_and_resize_op.cc */
struct tf_crop_and_resize_args {
    tf_source here;
    TF_ARG_(1) tf_operand image;
    TF_ARG_(2) tf_operand boxes;
    TF_ARG_(3) tf_operand box_ind;
    TF_ARG_(4) tf_operand crop_size;
    TF_ARG_(5) const char *method;
    TF_ARG_(6) double extrapolation_value;
    TF_ARG_(7) const char *name;
    TF_ARG_(8) tf_operand box_indices;
};
#define tf_image_crop_and_resize(...)                                                                                          \
    TF_KWARGS_(tf_image_crop_and_resize_((struct tf_crop_and_resize_args){ .image = TF_UNSET_, .boxes = TF_UNSET_,             \
        .box_ind = TF_UNSET_, .crop_size = TF_UNSET_, .box_indices = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_image_crop_and_resize_(struct tf_crop_and_resize_args args); /* boxes.c */

/* Which boxes, int32 [k], are left when from the greatest score on each takes away those of which it shares iou_threshold or more: the
 * intersection by the union.                                                         TF1: tf.image.non_max_suppression
 *   boxes, scores    float32 [m, 4] and [m];   max_output_size  a scalar; no more are given, below 0: all
 *   iou_threshold    unset: 0.5;   score_threshold  boxes of no greater score are left out; unset: -∞
 *   errors           at run InvalidArgumentError "iou_threshold must be in [0, 1]", "scores has incompatible shape", …;   grad  none
 *   source           core/kernels/non_max_suppression_op.cc */
struct tf_non_max_suppression_args {
    tf_source here;
    TF_ARG_(1) tf_operand boxes;
    TF_ARG_(2) tf_operand scores;
    TF_ARG_(3) tf_operand max_output_size;
    TF_ARG_(4) tf_operand iou_threshold;
    TF_ARG_(5) tf_operand score_threshold;
    TF_ARG_(6) const char *name;
};
#define tf_image_non_max_suppression(...)                                                                                    \
    TF_KWARGS_(tf_image_non_max_suppression_((struct tf_non_max_suppression_args){ .boxes = TF_UNSET_, .scores = TF_UNSET_,  \
        .max_output_size = TF_UNSET_, .iou_threshold = TF_UNSET_, .score_threshold = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_tensor tf_image_non_max_suppression_(struct tf_non_max_suppression_args args);

#ifdef __cplusplus
}
#endif
#endif
