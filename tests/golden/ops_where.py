"""Cases of the where family: what comes out, and how much, depends on the values."""
import numpy as np
import tensorflow as tf

f = lambda *s: (np.arange(np.prod(s), dtype=np.float32).reshape(s) - 3) / 2
i32 = lambda *v: np.array(v, np.int32)
b = lambda *v: np.array(v, bool)
nan = np.nan
unknown = {'nodes': False}
rng = np.random.RandomState(5)
many = rng.randint(0, 50, 400).astype(np.int32)


def twice(x):
    positive = tf.boolean_mask(x, x > 0)
    small = tf.boolean_mask(positive, positive < 2)
    return [tf.reduce_sum(positive), small, tf.square(x)]


cases = {
    'Where.vector': (lambda c: tf.where(c), [b(1, 0, 0, 1, 1)]),
    'Where.matrix': (lambda c: tf.where(c, name='w'), [b([1, 0, 1], [0, 1, 0])]),
    'Where.cube': (lambda c: tf.where(c), [b([[1, 0], [0, 1]], [[0, 0], [1, 1]])]),
    'Where.none': (lambda c: tf.where(c), [b(0, 0, 0)]),
    'Where.of_nothing': (lambda c: tf.where(c), [np.zeros((0, 3), bool)]),
    'Where.float32': (lambda c: tf.where(c), [np.array([nan, -0., 0., 2], np.float32)], {'grad': False}),
    'Where.int32': (lambda c: tf.where(c), [i32([0, 256], [-1, 0])]),
    'Where.int64': (lambda c: tf.where(c), [np.array([0, 1 << 40])]),
    'Where.of_comparison': (lambda x: tf.where(tf.greater(x, 0.)), [f(3, 4)]),
    'Where.gathered': (lambda x: tf.gather_nd(x, tf.where(tf.greater(x, 0.))), [f(3, 4)]),
    'Where.mask_vector': (lambda x, m: tf.boolean_mask(x, m), [f(5), b(1, 0, 0, 1, 1)], unknown),
    'Where.mask_rows': (lambda x, m: tf.boolean_mask(x, m), [f(3, 4), b(1, 0, 1)], unknown),
    'Where.mask_elements': (lambda x, m: tf.boolean_mask(x, m, name='b'), [f(3, 2), b([1, 0], [0, 1], [1, 1])], unknown),
    'Where.mask_of_cube': (lambda x, m: tf.boolean_mask(x, m), [f(2, 3, 2), b([1, 0, 1], [0, 1, 1])], unknown),
    'Where.mask_axis_1': (lambda x, m: tf.boolean_mask(x, m, axis=1), [f(2, 3, 2), b(1, 0, 1)], unknown),
    'Where.mask_axis_1_two': (lambda x, m: tf.boolean_mask(x, m, axis=1), [f(2, 3, 2), b([1, 0], [0, 0], [1, 1])], unknown),
    'Where.mask_none': (lambda x, m: tf.boolean_mask(x, m), [f(3, 2), b(0, 0, 0)], unknown),
    'Where.mask_int32': (lambda x, m: tf.boolean_mask(x, m), [i32(4, 5, 6), b(0, 1, 1)], unknown),
    'Where.mask_twice': (twice, [f(9)], unknown),
    'Where.mask_mean': (lambda x, m: tf.reduce_mean(tf.square(tf.boolean_mask(x, m))), [f(3, 2), b(1, 0, 1)], unknown),
    'Unique.int32': (lambda x: list(tf.unique(x)), [i32(4, 2, 4, 9, 2, 2)]),
    'Unique.int64_idx': (lambda x: list(tf.unique(x, tf.int64, name='u')), [i32(7, 7, 1)]),
    'Unique.int64': (lambda x: list(tf.unique(x)), [np.array([1 << 40, 0, 1 << 40])]),
    'Unique.float32': (lambda x: list(tf.unique(x)), [np.array([nan, nan, -0., 0., 2, 2], np.float32)], {'grad': False}),
    'Unique.uint8': (lambda x: list(tf.unique(x)), [np.array([3, 0, 3], np.uint8)]),
    'Unique.bools': (lambda x: list(tf.unique(x)), [b(1, 0, 1)]),
    'Unique.many': (lambda x: list(tf.unique(x)), [many]),
    'Unique.of_nothing': (lambda x: list(tf.unique(x)), [np.zeros(0, np.int32)]),
}
