/* Blocks of space moved to batch or depth, patches of images. */
#ifndef TF1C_OPS_ARRAY_SPACE_H
#define TF1C_OPS_ARRAY_SPACE_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zero-pads the axes after the batch and spreads blocks of block_shape over the batch; the inverse puts them together again and
 * crops.                                                                    TF1: tf.space_to_batch_nd, tf.batch_to_space_nd
 *   shapes   input [batch, s…, rest…], block_shape [m], paddings or crops [m, 2] -> [batch·Πblock, (s + paddings)/block…, rest…]
 *   dtypes   any;   grad  each other
 *   errors   ValueError "Dimension size must be evenly divisible by 2 but is 3", "block_shape must be positive", "Shape must be at
 *            least rank 3 but is rank 2";  at run InvalidArgumentError "padded_shape[0]=3 is not divisible by block_shape[0]=2", …
 *   source   core/ops/array_ops.cc, core/kernels/spacetobatch_op.cc, batchtospace_op.cc */
#define tf_space_to_batch_nd(...) TF_NAMED3_(tf_space_to_batch_nd_, tf_operand, TF_DATA_, input, tf_operand, TF_GIVEN_, \
    block_shape, tf_operand, TF_GIVEN_, paddings, #__VA_ARGS__, .input = TF_UNSET_, .block_shape = TF_UNSET_, .paddings = \
    TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_batch_to_space_nd(...) TF_NAMED3_(tf_batch_to_space_nd_, tf_operand, TF_DATA_, input, tf_operand, TF_GIVEN_, \
    block_shape, tf_operand, TF_GIVEN_, crops, #__VA_ARGS__, .input = TF_UNSET_, .block_shape = TF_UNSET_, .crops = TF_UNSET_, \
    TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_manip_space_to_batch_nd(...) tf_space_to_batch_nd(__VA_ARGS__)
#define tf_manip_batch_to_space_nd(...) tf_batch_to_space_nd(__VA_ARGS__)
TF1C_API tf_tensor tf_space_to_batch_nd_(tf_operand input, tf_operand block_shape, tf_operand paddings, struct tf_name_args args);
TF1C_API tf_tensor tf_batch_to_space_nd_(tf_operand input, tf_operand block_shape, tf_operand crops, struct tf_name_args args);

/* Blocks of block_size × block_size places become one place block_size² times as deep, and back. TF1: tf.space_to_depth, tf.depth_to_space
 *   shapes   [n, rows, columns, c] -> [n, rows/b, columns/b, c·b²];   data_format  "NHWC"; "NCHW" runs nowhere here
 *   dtypes   any;   grad  each other
 *   errors   ValueError "Dimension size must be evenly divisible by 2 but is 3", "Attr 'block_size' of 'SpaceToDepth' Op passed 1
 *            less than minimum 2.";  at run InvalidArgumentError "Image width 4 and height 3 should be divisible by block_size: 2" */
struct tf_space_to_depth_args {
    tf_source here;
    TF_ARG_(1) tf_operand input;
    TF_ARG_(2) int64_t block_size;
    TF_ARG_(3) const char *name;
    TF_ARG_(4) const char *data_format;
};
#define TF_SPACE_TO_DEPTH_(...) ((struct tf_space_to_depth_args){ TF_HERE_, __VA_ARGS__ })
#define tf_space_to_depth(...) TF_FIRST1_(tf_space_to_depth_, struct tf_space_to_depth_args, TF_DATA_, input, #__VA_ARGS__, \
    .input = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_depth_to_space(...) TF_FIRST1_(tf_depth_to_space_, struct tf_space_to_depth_args, TF_DATA_, input, #__VA_ARGS__, \
    .input = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_nn_space_to_depth(...) tf_space_to_depth(__VA_ARGS__)
#define tf_nn_depth_to_space(...) tf_depth_to_space(__VA_ARGS__)
TF1C_API tf_tensor tf_space_to_depth_(tf_operand input, struct tf_space_to_depth_args args);
TF1C_API tf_tensor tf_depth_to_space_(tf_operand input, struct tf_space_to_depth_args args);

/* Each window of the images as the depth of one place.                        TF1: tf.extract_image_patches, tf.image.extract_image_patches
 *   ksizes, strides, rates  SHAPE(1, rows, columns, 1)
 *   shapes   [n, rows, columns, c] -> [n, …, …, ksize_rows·ksize_columns·c];   dtypes  numbers
 *   grad     the sums of what the windows have of each place
 *   errors   ValueError "Attr 'ksizes' of 'ExtractImagePatches' Op passed list of length 3 less than minimum 4.", "Computed output size
 *            would be negative: -2 […]";  at run UnimplementedError "Only support ksizes across space."
 *   source   core/ops/array_ops.cc "ExtractImagePatches", core/kernels/extract_image_patches_op.cc */
struct tf_patches_args {
    tf_source here;
    TF_ARG_(1) tf_operand images;
    TF_ARG_(2) tf_dims ksizes;
    TF_ARG_(3) tf_dims strides;
    TF_ARG_(4) tf_dims rates;
    TF_ARG_(5) const char *padding;
    TF_ARG_(6) const char *name;
    TF_ARG_(7) tf_dims sizes; /* the newer name of ksizes */
};
#define tf_extract_image_patches(...) TF_FIRST1_(tf_extract_image_patches_, struct tf_patches_args, TF_DATA_, images, \
    #__VA_ARGS__, .images = TF_UNSET_, TF_HERE_, TF_PLACES_(__VA_ARGS__))
#define tf_image_extract_image_patches(...) tf_extract_image_patches(__VA_ARGS__)
TF1C_API tf_tensor tf_extract_image_patches_(tf_operand images, struct tf_patches_args args);

#ifdef __cplusplus
}
#endif
#endif
