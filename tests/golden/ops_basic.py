"""Cases of the basic family."""
import numpy as np
import tensorflow as tf

x = np.array([[1, -2, 3], [4, np.nan, np.inf]], np.float32)
cases = {
    'Placeholder.itself': (lambda x: x, [x]),
    'PlaceholderWithDefault.default': (lambda x: tf.placeholder_with_default(x, [None, 3]), [x]),
    'EnsureShape.plain': (lambda x: tf.ensure_shape(x, [None, 3]), [x]),
    'EnsureShape.int32': (lambda x: tf.ensure_shape(x, [2], name='e'), [np.array([1, 2], np.int32)]),
    'EnsureShape.scalar': (lambda x: tf.ensure_shape(x, []), [np.float32(3)]),
    'EnsureShape.bools': (lambda x: tf.ensure_shape(x, [1]), [np.array([True])]),
    'EnsureShape.empty': (lambda x: tf.ensure_shape(x, [None, 2]), [np.zeros((0, 2), np.float32)]),
    'Const.number': (lambda x: x * tf.constant(2.5), [x], {'nodes': False}),
    'Const.filled': (lambda x: tf.constant([1., 2.], shape=[2, 3], name='c') + x, [x], {'nodes': False}),
    'Const.int64': (lambda x: [tf.constant(7, tf.int64), tf.constant([1, 2])], [x]),
    'Identity.plain': (tf.identity, [x]),
    'Identity.int32': (tf.identity, [np.array(3, np.int32)]),
    'StopGradient.plain': (lambda x: tf.stop_gradient(x) * x, [x], {'nodes': False}),
    'StopGradient.alone': (tf.stop_gradient, [x]),
    'AccumulateNV2.three': (lambda a, b, c: tf.accumulate_n([a, b, c], name='s'), [x[:1], 2 * x[:1], -x[:1]]),
    'Identity.accumulate_one': (lambda a: tf.accumulate_n([a], name='a'), [x]),
    'AddN.three': (lambda a, b, c: tf.add_n([a, b, c]), [x, x, -x]),
    'AddN.same': (lambda a: tf.add_n([a, a]), [x]),
    'AddN.int32': (lambda a, b: tf.add_n([a, b]), [np.array([1, 2], np.int32), np.array([3, -2], np.int32)]),
    'AddN.int64': (lambda a, b: tf.add_n([a, b]), [np.array([1, 2], np.int64), np.array([3, -2], np.int64)]),
    'AddN.float64': (lambda a, b: tf.add_n([a, b]), [np.array(1.), np.array(2.)]),
    'AddN.empty': (lambda a, b: tf.add_n([a, b]), [np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32)]),
}

for tag, like in [('float32', x), ('float64', np.zeros((0, 2))), ('bools', np.array([True])), ('int32', np.array(5, np.int32)),
                  ('int64', np.array([5], np.int64))]:
    cases['ZerosLike.' + tag] = (lambda x: tf.raw_ops.ZerosLike(x=x), [like])
    cases['OnesLike.' + tag] = (lambda x: tf.raw_ops.OnesLike(x=x), [like])
    cases['Const.zeros_like_' + tag] = (tf.zeros_like, [like])
    cases['Fill.ones_like_' + tag] = (tf.ones_like, [like])
cases['Const.zeros_like'] = (lambda x: tf.zeros_like(x, tf.int64), [x])
cases['Fill.ones_like'] = (lambda x: tf.ones_like(x, tf.int64), [x])
cases['Fill.zeros_like'] = (tf.zeros_like, [np.zeros((40, 40), np.float32)])
