"""Cases of the debug family: what passes through; the texts are in tests/ops/test_debug.c."""
import numpy as np
import tensorflow as tf

x = np.array([[1, -2, 3], [4, 5, 6]], np.float32)


def asserted(x, condition):
    with tf.control_dependencies([tf.Assert(condition, [x])]):
        return tf.identity(x)


cases = {
    'Print.plain': (lambda x, y: tf.square(tf.Print(x, [x, y], first_n=0)), [x, np.int32(3)]),
    'Assert.holds': (asserted, [x, np.array(True)], {'nodes': False}),
    'CheckNumerics.verified': (lambda x: tf.square(tf.verify_tensor_all_finite(x, 'm')), [x]),
    'CheckNumerics.verified_x': (lambda x: tf.debugging.assert_all_finite(x=x, message='m', name='v'), [x]),
    'CheckNumerics.plain': (lambda x: tf.square(tf.check_numerics(x, 'm')), [x]),
    'CheckNumerics.float64': (lambda x: tf.check_numerics(x, 'm'), [np.float64(-1e300)]),
    'CheckNumerics.empty': (lambda x: tf.check_numerics(x, 'm'), [np.zeros((2, 0), np.float32)]),
}
