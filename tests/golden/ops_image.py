"""Cases of the image family: colours."""
import numpy as np
import tensorflow as tf

rng = np.random.RandomState(19)
x = rng.uniform(0, 1, (4, 5, 3)).astype(np.float32)
grey = np.array([[[.5, .5, .5], [0, 0, 0], [1, 1, 1], [.2, .2, .9]]], np.float32)
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
}
