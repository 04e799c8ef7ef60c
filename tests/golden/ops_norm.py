"""Cases of the norm family."""
import numpy as np
import tensorflow as tf

rng = np.random.RandomState(14)


def r(*shape):
    return np.round(rng.uniform(-2, 2, shape), 3).astype(np.float32)


inside = {'grad': False, 'nodes': False}
x, scale, offset, mean, variance = r(3, 4, 5, 3), r(3), r(3), r(3), abs(r(3))
fused = lambda **k: (lambda x, s, o: tf.nn.fused_batch_norm(x, s, o, **k)[0])
given = lambda x, s, o, m, v: tf.nn.fused_batch_norm(x, s, o, m, v, is_training=False)[0]


def twice(function):
    """The gradients of the gradients for x and scale, all that flow in being inputs."""
    def second(x, s, o, dy, d, e):
        dx, ds = tf.gradients(function(x, s, o), [x, s], dy)
        return tf.gradients([dx, ds], [x, s, dy], [d, e])
    return second


cases = {
    'FusedBatchNormV3.training': (fused(), [x, scale, offset]),
    'FusedBatchNormV3.named': (fused(epsilon=.1, name='n'), [x, scale, offset]),
    'FusedBatchNormV3.small_epsilon': (fused(epsilon=0.), [x, scale, offset]),
    'FusedBatchNormV3.statistics': (lambda x, s, o: list(tf.nn.fused_batch_norm(x, s, o)), [x, scale, offset], {'grad': False}),
    'FusedBatchNormV3.given': (given, [x, scale, offset, mean, variance], {'grad': False}),
    'FusedBatchNormV3.one_row': (fused(), [r(1, 1, 1, 3), scale, offset], {'grad': False}),
    'FusedBatchNormGradV3.given': (lambda x, s, o, m, v, dy: tf.gradients(given(x, s, o, m, v), [x, s, o], dy), [x, scale, offset, mean, variance, r(3, 4, 5, 3)], inside),
    'FusedBatchNormGradV3.second': (twice(fused()), [x, scale, offset, r(3, 4, 5, 3), r(3, 4, 5, 3), r(3)], inside),
    'Rsqrt.batch_normalization': (lambda x, m, v, o, s: tf.nn.batch_normalization(x, m, v, o, s, 1e-3), [x, mean, variance, offset, scale]),
    'Rsqrt.instance_norm': (lambda x: tf.contrib.layers.instance_norm(x, center=False, scale=False), [x]),
    'Rsqrt.instance_norm_second': (lambda x: tf.contrib.layers.instance_norm(x, center=False, scale=False, epsilon=1e-3, data_format='NCHW', activation_fn=tf.nn.relu, scope='i'), [x]),
    'Rsqrt.global_normalization': (lambda x, m, v, o, s: tf.nn.batch_norm_with_global_normalization(x, m, v, o, s, 1e-3, True), [x, mean, variance, offset, scale]),
    'Rsqrt.global_normalization_unscaled': (lambda x, m, v, o, s: tf.nn.batch_norm_with_global_normalization(input=x, mean=m, variance=v, beta=o, gamma=s, variance_epsilon=1e-3, scale_after_normalization=False, name='g'), [x, mean, variance, offset, scale]),
    'Rsqrt.batch_normalization_plain': (lambda x, m, v: tf.nn.batch_normalization(x, m, v, None, None, .1, name='b'), [x.astype(np.float64), mean.astype(np.float64), variance.astype(np.float64)]),
}
