"""Cases of the pool family."""
import numpy as np
import tensorflow as tf

rng = np.random.RandomState(13)


def r(*shape):
    return np.round(rng.uniform(-2, 2, shape), 3).astype(np.float32)


no_grad = {'grad': False}
nan, inf = np.nan, np.inf
odd = np.array([[nan, 1, 2, 3], [1, nan, 2, 3], [3, 2, 1, nan], [nan] * 4, [-inf] * 4, [nan, -inf, inf, 0]], np.float32)
inside = {'grad': False, 'nodes': False}
x, ties, cube = r(2, 5, 7, 3), np.round(r(2, 6, 6, 2)), r(2, 4, 5, 6, 3)
cases = {}
for kind, pool, pool1, pool2, pool3 in [('Max', tf.nn.max_pool, tf.nn.max_pool1d, tf.nn.max_pool2d, tf.nn.max_pool3d),
                                        ('Avg', tf.nn.avg_pool, tf.nn.avg_pool1d, tf.nn.avg_pool2d, tf.nn.avg_pool3d)]:
    op = kind + 'Pool'
    cases.update({
        op + '.same': (lambda x, p=pool: p(x, [1, 2, 2, 1], [1, 2, 2, 1], 'SAME'), [x]),
        op + '.valid': (lambda x, p=pool: p(x, 2, 2, 'VALID', name='p'), [x]),
        op + '.overlapping': (lambda x, p=pool: p(x, [3, 2], [2, 1], 'SAME'), [x]),
        op + '.gaps': (lambda x, p=pool: p(x, 2, 3, 'VALID'), [x]),
        op + '.ties': (lambda x, p=pool: p(x, 3, 2, 'SAME'), [ties]),
        op + '.float64': (lambda x, p=pool: p(x, 3, 2, 'SAME'), [x.astype(np.float64)]),
        op + '.empty': (lambda x, p=pool: p(x, 3, 2, 'SAME'), [x[:0]]),
        op + '.wide': (lambda x, p=pool: p(x, 2, 2, 'SAME'), [r(1, 4, 4, 300)]),
        op + '.all': (lambda x, p=pool: p(x, [5, 7], 1, 'VALID'), [x]),
        op + '.pool1d': (lambda x, p=pool1: p(x, 2, 2, 'VALID'), [r(2, 7, 3)]),
        op + '.pool1d_named': (lambda x, p=pool1: p(x, 3, 2, 'SAME', name='n'), [r(2, 7, 3)]),
        op + '.pool2d': (lambda x, p=pool2: p(x, 2, 2, 'SAME'), [x]),
        op + '.odd': (lambda x, p=pool: p(x, 2, 2, 'VALID'), [odd.reshape(6, 2, 2, 1)]),
        op + '3D.odd': (lambda x, p=pool3: p(x, 2, 2, 'VALID'), [odd.reshape(3, 2, 2, 2, 1)]),
        op + 'Grad.inside': (lambda x, d, p=pool: tf.gradients(p(x, 3, 2, 'SAME'), x, d), [ties, r(2, 3, 3, 2)], inside),
        op + '3D.same': (lambda x, p=pool3: p(x, [1, 2, 2, 2, 1], [1, 2, 2, 2, 1], 'SAME'), [cube]),
        op + '3D.overlapping': (lambda x, p=pool3: p(x, [2, 3, 2], [1, 2, 1], 'VALID', name='p'), [cube]),
        op + '3DGrad.inside': (lambda x, d, p=pool3: tf.gradients(p(x, 3, 2, 'SAME'), x, d), [np.round(cube), r(2, 2, 3, 3, 3)], inside),
    })


def second(pool, *shape):
    def function(x, d, e):
        return tf.gradients(tf.gradients(pool(x, 3, 2, 'SAME'), x, d), d, e)
    return function


cases.update({
    'MaxPool.int32': (lambda x: tf.nn.max_pool(x, 2, 2, 'SAME'), [ties.astype(np.int32)]),
    'MaxPool.int64': (lambda x: tf.nn.max_pool(x, 2, 2, 'SAME'), [ties.astype(np.int64)]),
    'MaxPool.uint8': (lambda x: tf.nn.max_pool(x, 2, 2, 'SAME'), [(ties + 5).astype(np.uint8)]),
    'MaxPool.depth': (lambda x: tf.nn.max_pool(x, [1, 1, 1, 3], [1, 1, 1, 3], 'VALID'), [r(2, 3, 2, 6)], no_grad),
    'MaxPool.depth_odd': (lambda x: tf.nn.max_pool(x, [1, 1, 1, 2], [1, 1, 1, 2], 'VALID'), [odd.reshape(6, 1, 1, 4)], no_grad),
    'MaxPoolWithArgmax.odd': (lambda x: tf.nn.max_pool_with_argmax(x, [1, 2, 2, 1], [1, 2, 2, 1], 'VALID'), [odd.reshape(6, 2, 2, 1)], no_grad),
    'MaxPoolGradGrad.inside': (second(tf.nn.max_pool), [ties, r(2, 3, 3, 2), r(2, 6, 6, 2)], inside),
    'MaxPool3DGradGrad.inside': (second(tf.nn.max_pool3d), [np.round(cube), r(2, 2, 3, 3, 3), r(2, 4, 5, 6, 3)], inside),
    'MaxPoolWithArgmax.plain': (lambda x: tf.nn.max_pool_with_argmax(x, [1, 2, 2, 1], [1, 2, 2, 1], 'SAME'), [x], no_grad),
    'MaxPoolWithArgmax.ties': (lambda x: tf.nn.max_pool_with_argmax(x, [1, 3, 3, 1], [1, 2, 2, 1], 'VALID', name='a'), [ties], no_grad),
    'MaxPoolWithArgmax.batch': (lambda x: tf.nn.max_pool_with_argmax(x, [1, 3, 3, 1], [1, 2, 2, 1], 'VALID', include_batch_in_index=True), [ties], no_grad),
    'MaxPoolGradWithArgmax.inside': (lambda x: tf.gradients(tf.nn.max_pool_with_argmax(x, [1, 2, 2, 1], [1, 2, 2, 1], 'VALID')[0], x), [r(2, 6, 4, 3)], inside),
})
ones, D = [1, 1, 1, 1], tf.nn.dilation2d
cases.update({
    'Dilation2D.same': (lambda x, f: D(x, f, [1, 2, 2, 1], ones, 'SAME'), [x, r(3, 2, 3)]),
    'Dilation2D.rates': (lambda x, f: D(x, f, ones, [1, 2, 3, 1], 'VALID', name='d'), [x, r(2, 2, 3)]),
    'Dilation2D.rates_same': (lambda x, f: D(x, f, [1, 1, 2, 1], [1, 2, 3, 1], 'SAME'), [x, r(2, 2, 3)]),
    'Dilation2D.ties': (lambda x, f: D(x, f, ones, ones, 'SAME'), [ties, np.zeros((2, 3, 2), np.float32)]),
    'Dilation2D.erosion': (lambda x, f: tf.nn.erosion2d(x, f, [1, 2, 1, 1], ones, 'SAME'), [x, r(3, 2, 3)]),
    'Dilation2D.int32': (lambda x, f: D(x, f, ones, ones, 'VALID'), [(ties * 3).astype(np.int32), np.ones((2, 2, 2), np.int32)]),
    'Dilation2D.nan': (lambda x, f: D(x, f, ones, ones, 'SAME'), [np.where(ties > 0, np.nan, ties).astype(np.float32), r(2, 2, 2)]),
    'MaxPool.pool': (lambda x: tf.nn.pool(x, [2, 3], 'MAX', 'SAME', strides=[2, 1]), [x]),
    'MaxPool.pool_dilated': (lambda x: tf.nn.pool(x, [2, 2], 'MAX', 'VALID', [2, 3]), [x], {'nodes': False}),
    'MaxPool.pool_dilated_unknown': (lambda x: tf.nn.pool(tf.placeholder_with_default(x, [None, None, None, 3]), [2, 2], 'MAX', 'VALID', [2, 3]),
                                     [x], {'nodes': False}),
    'MaxPool.pool_of_one': (lambda x: tf.nn.pool(x, [3], 'MAX', 'SAME', strides=[2], name='p'), [r(2, 7, 3)]),
    'AvgPool.pool': (lambda x: tf.nn.pool(x, [2, 2], 'AVG', 'VALID'), [x]),
    'AvgPool.pool_dilated': (lambda x: tf.nn.pool(x, [3], 'AVG', 'VALID', [2]), [r(2, 7, 3)], {'nodes': False}),
    'AvgPool3D.pool': (lambda x: tf.nn.pool(x, [2, 2, 2], 'AVG', 'SAME', strides=[1, 2, 2]), [cube]),
})
