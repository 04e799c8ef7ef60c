"""Cases of the basic family."""
import numpy as np
import tensorflow as tf

x = np.array([[1, -2, 3], [4, np.nan, np.inf]], np.float32)
cases = {
    'Placeholder.itself': (lambda x: x, [x]),
    'PlaceholderWithDefault.default': (lambda x: tf.placeholder_with_default(x, [None, 3]), [x]),
    'Const.number': (lambda x: x * tf.constant(2.5), [x], {'nodes': False}),
    'Const.filled': (lambda x: tf.constant([1., 2.], shape=[2, 3], name='c') + x, [x], {'nodes': False}),
    'Const.int64': (lambda x: [tf.constant(7, tf.int64), tf.constant([1, 2])], [x]),
    'Identity.plain': (tf.identity, [x]),
    'Identity.int32': (tf.identity, [np.array(3, np.int32)]),
    'StopGradient.plain': (lambda x: tf.stop_gradient(x) * x, [x], {'nodes': False}),
    'StopGradient.alone': (tf.stop_gradient, [x]),
    'ZerosLike.float32': (tf.zeros_like, [x], {'nodes': False}),
    'ZerosLike.bool': (tf.zeros_like, [np.array([True])], {'nodes': False}),
    'ZerosLike.int64': (lambda x: tf.zeros_like(x, tf.int64), [x], {'nodes': False}),
    'OnesLike.float32': (tf.ones_like, [x], {'nodes': False}),
    'OnesLike.float64': (tf.ones_like, [np.zeros((0, 2))], {'nodes': False}),
    'OnesLike.bool': (tf.ones_like, [np.array([False])], {'nodes': False}),
    'OnesLike.int32': (tf.ones_like, [np.array(5, np.int32)], {'nodes': False}),
    'OnesLike.int64': (tf.ones_like, [np.array([5], np.int64)], {'nodes': False}),
    'AddN.three': (lambda a, b, c: tf.add_n([a, b, c]), [x, x, -x]),
    'AddN.same': (lambda a: tf.add_n([a, a]), [x]),
    'AddN.int32': (lambda a, b: tf.add_n([a, b]), [np.array([1, 2], np.int32), np.array([3, -2], np.int32)]),
    'AddN.int64': (lambda a, b: tf.add_n([a, b]), [np.array([1, 2], np.int64), np.array([3, -2], np.int64)]),
    'AddN.float64': (lambda a, b: tf.add_n([a, b]), [np.array(1.), np.array(2.)]),
    'AddN.empty': (lambda a, b: tf.add_n([a, b]), [np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32)]),
}
