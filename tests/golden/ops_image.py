"""Cases of the image family: colours, sizes."""
import numpy as np
import tensorflow as tf

rng = np.random.RandomState(19)
x = rng.uniform(0, 1, (4, 5, 3)).astype(np.float32)
grey = np.array([[[.5, .5, .5], [0, 0, 0], [1, 1, 1], [.2, .2, .9]]], np.float32)
images = np.random.RandomState(20).uniform(0, 1, (2, 4, 5, 3)).astype(np.float32)
R = tf.image.ResizeMethod
still = {'grad': False, 'nodes': False}
cases = {
    'RGBToHSV.plain': (lambda x: tf.image.rgb_to_hsv(x), [x], {'grad': False}),
    'RGBToHSV.grey': (lambda x: tf.image.rgb_to_hsv(x, name='h'), [grey.astype(np.float64)], {'grad': False}),
    'HSVToRGB.plain': (lambda x: tf.image.hsv_to_rgb(x), [x], {'grad': False}),
    'HSVToRGB.back': (lambda x: tf.image.hsv_to_rgb(tf.image.rgb_to_hsv(x)), [grey], {'grad': False}),
    'AdjustSaturation.plain': (lambda x: tf.image.adjust_saturation(x, .4), [x], {'grad': False}),
    'AdjustSaturation.more': (lambda x, s: tf.image.adjust_saturation(x, s, name='s'), [x, np.float32(3)], {'grad': False}),
    'AdjustHue.plain': (lambda x: tf.image.adjust_hue(x, .3), [x], {'grad': False}),
    'AdjustHue.back': (lambda x, d: tf.image.adjust_hue(x, d, name='h'), [grey, np.float32(-.7)], {'grad': False}),
    'AdjustHue.below_zero': (lambda x, d: tf.image.adjust_hue(x, d), [images[0] * 3 - 2, np.float32(.4)], {'grad': False}),
    'ResizeBicubic.up': (lambda x: tf.image.resize_bicubic(x, [7, 9]), [images]),
    'ResizeBicubic.down': (lambda x: tf.image.resize_bicubic(x, [3, 2], align_corners=True, name='b'), [images]),
    'ResizeBicubic.images': (lambda x: tf.image.resize_images(x, [7, 3], R.BICUBIC), [images[0]]),
    'ResizeBicubicGrad.plain': (lambda x: tf.gradients(tf.square(tf.image.resize_bicubic(x, [7, 3])), x)[0], [images], still),
    'ResizeArea.up': (lambda x: tf.image.resize_area(x, [7, 9]), [images], {'grad': False}),
    'ResizeArea.down': (lambda x: tf.image.resize_area(x, [3, 2], align_corners=True, name='a'), [images], {'grad': False}),
    'Slice.central': (lambda x: tf.image.central_crop(x, .5), [images[0]], {'nodes': False}),
    'Slice.central_batch': (lambda x: tf.image.central_crop(x, .6), [images], {'nodes': False}),
    'Slice.central_run': (lambda x: tf.image.central_crop(tf.placeholder_with_default(x, [None, None, None, None]), .6), [images], {'nodes': False}),
    'ResizeBilinear.ratio': (lambda x: tf.image.resize_images(x, [9, 4], preserve_aspect_ratio=True), [images[0]], {'nodes': False}),
    'ResizeArea.images': (lambda x: tf.image.resize_images(x, [3, 2], R.AREA), [images[0]], {'grad': False}),
}

whole = {'uint8': [0, 1, 127, 128, 255], 'int32': [0, -5, 300, 1 << 30, (1 << 31) - 1], 'int64': [0, 1 << 62, 1 << 31, -(1 << 60), 7]}
real = [0, -.5, .25, .5, 1, 1.5]
for name, values in list(whole.items()) + [('float32', real), ('float64', real)]:
    for to in ('uint8', 'int32', 'int64', 'float32', 'float64'):
        for saturate in (False, True):
            if saturate or to != 'uint8' or name not in ('float32', 'float64'):  # what does not fit a byte is as the processor has it
                cases['Identity.convert_%s_%s%s' % (name, to, '_saturated' * saturate)] = (
                    lambda x, to=to, saturate=saturate: tf.identity(tf.image.convert_image_dtype(x, to, saturate)),
                    [np.array(values, name)], {'grad': False})
cases.update({
    'Mul.convert_named': (lambda x: tf.image.convert_image_dtype(x, tf.float32, name='c'), [np.array([[0, 51, 255]], np.uint8)]),
    'Cast.grayscale': (lambda x: tf.image.rgb_to_grayscale(x), [np.arange(24, dtype=np.uint8).reshape(2, 4, 3)]),
    'Cast.saturate': (lambda x: tf.saturate_cast(x, tf.uint8), [np.array([-1e9, -.5, 7.9, 255, 256, 1e20])], {'grad': False}),
    'Cast.saturate_int32': (lambda x: tf.saturate_cast(x, tf.int32, 's'), [np.array([-1 << 40, -1, 1 << 40])]),
    'Cast.saturate_float': (lambda x: tf.saturate_cast(x, tf.float32), [np.array([-1e300, .5, 1e300])]),
})

crop = tf.image.crop_and_resize
nms = tf.image.non_max_suppression
boxes = np.array([[0, 0, 1, 1], [.25, .1, .6, 1.2], [.8, .7, .2, .1], [-.5, .3, .5, .31], [2, 2, 3, 3]], np.float32)
which = np.array([0, 1, 1, 0, 1], np.int32)
small = np.random.RandomState(21).uniform(-1, 1, (2, 3, 4, 1)).astype(np.float32)
bytes_ = np.random.RandomState(22).randint(0, 256, (2, 4, 5, 3)).astype(np.uint8)
cropped = lambda size, to, **k: (lambda x, b, i: tf.gradients(tf.square(crop(x, b, i, size, **k)), b if to else x))
corners = np.array([[0, 0, 1, 1], [0, .1, 1, 1.1], [0, -.1, 1, .9], [0, 10, 1, 11], [0, 10.1, 1, 11.1], [0, 100, 1, 101]], np.float32)
scores = np.array([.9, .75, .6, .95, .5, .3], np.float32)
halves = np.array([[0, 0, 2, 2], [0, 0, 1, 2], [5, 5, 6, 9], [0, 3, 2, 5]], np.float32)
spread = np.random.RandomState(23).uniform(0, 3, (200, 4)).astype(np.float32)
spread[:, 2:] = spread[:, :2] + 1
unlike = {'grad': False}
cases.update({
    'CropAndResize.plain': (lambda x, b, i: crop(x, b, i, [2, 3]), [small, boxes, which]),
    'CropAndResize.one': (lambda x, b, i: crop(x, b, i, [1, 1], name='c'), [images, boxes, which]),
    'CropAndResize.nearest': (lambda x, b, i: crop(x, b, i, [3, 2], 'nearest', -1), [small.astype(np.float64), boxes, which]),
    'CropAndResize.uint8': (lambda x, b, i: crop(x, b, i, [5, 4], extrapolation_value=.5), [bytes_, boxes, which]),
    'CropAndResize.channels': (lambda x, b, i: crop(x, b, i, [4, 5]), [images, boxes, which]),
    'CropAndResize.no_boxes': (lambda x, b, i: crop(x, b, i, [4, 5]), [images, boxes[:0], which[:0]]),
    'CropAndResizeGradImage.plain': (cropped([2, 3], False), [small, boxes, which], still),
    'CropAndResizeGradImage.nearest': (cropped([2, 3], False, method='nearest'), [images, boxes, which], still),
    'CropAndResizeGradImage.float64': (cropped([1, 3], False), [images.astype(np.float64), boxes, which], still),
    'CropAndResizeGradBoxes.plain': (cropped([2, 3], True), [small, boxes, which], still),
    'CropAndResizeGradBoxes.uint8': (cropped([1, 1], True), [np.minimum(bytes_, 3), boxes, which], still),
    'NonMaxSuppressionV3.plain': (lambda b, s: nms(b, s, 3), [corners, scores], unlike),
    'NonMaxSuppressionV3.two': (lambda b, s: nms(b, s, 2, name='n'), [corners, scores], unlike),
    'NonMaxSuppressionV3.none': (lambda b, s: nms(b, s, 0), [corners, scores], unlike),
    'NonMaxSuppressionV3.all': (lambda b, s: nms(b, s, -1, 1.), [corners, scores], unlike),
    'NonMaxSuppressionV3.flipped': (lambda b, s: nms(b, s, 30, .2), [corners[:, [2, 3, 0, 1]], scores], unlike),
    'NonMaxSuppressionV3.scores': (lambda b, s: nms(b, s, 30, .5, .4), [corners, scores], unlike),
    'NonMaxSuppressionV3.equal': (lambda b, s: nms(b, s, 30, .5), [halves, np.ones(4, np.float32)], unlike),
    'NonMaxSuppressionV3.odd': (lambda b, s: nms(b, s, 30), [corners, np.array([np.nan, .75, np.inf, .95, -np.inf, .3], np.float32)], unlike),
    'NonMaxSuppressionV3.many': (lambda b, s, n, o, t: nms(b, s, n, o, t),
                                 [spread, np.random.RandomState(24).randint(0, 50, 200).astype(np.float32), np.int32(60), np.float32(.3), np.float32(5)], unlike),
})
aside, aside_still = {'nodes': False}, {'nodes': False, 'grad': False}
pair = np.random.RandomState(29).uniform(0, 1, (2, 2, 12, 13, 3)).astype(np.float32)
bytes_pair = (pair * 255).astype(np.uint8)
cases.update({
    'ReverseV2.rot90': (lambda x: tf.image.rot90(x), [images[0]], aside),
    'ReverseV2.rot90_twice': (lambda x: tf.image.rot90(x, 2), [images], aside),
    'ReverseV2.rot90_back': (lambda x: tf.image.rot90(x, -1), [images], aside),
    'Identity.rot90_round': (lambda x: tf.image.rot90(x, 4), [images], aside),
    'SquaredDifference.psnr': (lambda a, b: tf.image.psnr(a, b, 1.0), [pair[0], pair[1]], aside),
    'SquaredDifference.psnr_uint8': (lambda a, b: tf.image.psnr(a, b, 255), [bytes_pair[0], bytes_pair[1]], aside_still),
    'DepthwiseConv2dNative.ssim': (lambda a, b: tf.image.ssim(a, b, 1.0), [pair[0], pair[1]], aside),
    'DepthwiseConv2dNative.ssim_small': (lambda a, b: tf.image.ssim(a, b, 1.0, 3, 1., 0.02, 0.05), [pair[0, 0], pair[1, 0]], aside),
    'DepthwiseConv2dNative.ssim_uint8': (lambda a, b: tf.image.ssim(a, b, 255), [bytes_pair[0], bytes_pair[1]], aside_still),
})
