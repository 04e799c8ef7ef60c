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
    'ResizeBicubic.up': (lambda x: tf.image.resize_bicubic(x, [7, 9]), [images]),
    'ResizeBicubic.down': (lambda x: tf.image.resize_bicubic(x, [3, 2], align_corners=True, name='b'), [images]),
    'ResizeBicubic.images': (lambda x: tf.image.resize_images(x, [7, 3], R.BICUBIC), [images[0]]),
    'ResizeBicubicGrad.plain': (lambda x: tf.gradients(tf.square(tf.image.resize_bicubic(x, [7, 3])), x)[0], [images], still),
    'ResizeArea.up': (lambda x: tf.image.resize_area(x, [7, 9]), [images], {'grad': False}),
    'ResizeArea.down': (lambda x: tf.image.resize_area(x, [3, 2], align_corners=True, name='a'), [images], {'grad': False}),
    'Slice.central': (lambda x: tf.image.central_crop(x, .5), [images[0]], {'nodes': False}),
    'Slice.central_batch': (lambda x: tf.image.central_crop(x, .6), [images], {'nodes': False}),
    'Slice.central_run': (lambda x: tf.image.central_crop(tf.placeholder_with_default(x, [None, None, None, None]), .6), [images], {'nodes': False}),
    'ResizeArea.images': (lambda x: tf.image.resize_images(x, [3, 2], R.AREA), [images[0]], {'grad': False}),
}
