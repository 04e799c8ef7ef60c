"""Cases of the conv family."""
import numpy as np
import tensorflow as tf

rng = np.random.RandomState(12)


def r(*shape):
    return np.round(rng.uniform(-2, 2, shape), 3).astype(np.float32)


def conv(**k):
    return lambda x, w: tf.nn.conv2d(x, w, **k)


def conv3(**k):
    return lambda x, w: tf.nn.conv3d(x, w, **k)


def transpose(shape, **k):
    return lambda w, dy: tf.nn.conv2d_transpose(dy, w, shape, **k)


no_grad = {'grad': False}
x, w = r(2, 5, 6, 3), r(3, 3, 3, 4)
one, pad = [1, 1, 1, 1], [[0, 0], [1, 2], [3, 0], [0, 0]]
cases = {
    'Conv2D.same': (conv(strides=one, padding='SAME'), [x, w]),
    'Conv2D.valid': (conv(strides=one, padding='VALID', name='c'), [x, w]),
    'Conv2D.strided': (conv(strides=[1, 2, 2, 1], padding='SAME'), [x, w]),
    'Conv2D.strided_valid': (conv(strides=2, padding='VALID'), [x, w]),
    'Conv2D.strides_differ': (conv(strides=[3, 1], padding='SAME'), [r(2, 7, 5, 2), r(2, 4, 2, 3)]),
    'Conv2D.stride_skips': (conv(strides=3, padding='VALID'), [r(1, 8, 7, 2), r(2, 1, 2, 3)]),
    'Conv2D.explicit': (conv(strides=one, padding=pad), [x, w]),
    'Conv2D.explicit_strided': (conv(strides=[1, 2, 3, 1], padding=pad), [x, w]),
    'Conv2D.dilated': (conv(strides=one, padding='SAME', dilations=[1, 2, 2, 1]), [x, w], no_grad),
    'Conv2D.dilated_valid': (conv(padding='VALID', dilations=[2, 1]), [x, w], no_grad),
    'Conv2D.float64': (conv(strides=one, padding='SAME'), [x.astype(np.float64), w.astype(np.float64)]),
    'Conv2D.pointwise': (conv(strides=one, padding='SAME'), [x, r(1, 1, 3, 5)]),
    'Conv2D.one_channel': (conv(strides=one, padding='SAME'), [r(3, 9, 9, 1), r(5, 5, 1, 34)]),
    'Conv2D.one_filter': (conv(strides=one, padding='SAME'), [r(2, 6, 6, 17), r(3, 3, 17, 1)]),
    'Conv2D.large': (conv(strides=one, padding='SAME'), [r(2, 20, 19, 16), r(3, 3, 16, 40)]),
    'Conv2D.deep': (conv(strides=one, padding='VALID'), [r(2, 4, 4, 80), r(3, 3, 80, 6)]),
    'Conv2D.window_is_image': (conv(strides=one, padding='VALID'), [x, r(5, 6, 3, 2)]),
    'Conv2D.window_is_larger': (conv(strides=one, padding='SAME'), [r(1, 2, 3, 2), r(5, 7, 2, 3)]),
    'Conv2D.no_images': (conv(strides=one, padding='SAME'), [x[:0], w]),
    'Conv2D.no_filters': (conv(strides=one, padding='SAME'), [x, w[..., :0]], no_grad),
    'Conv2D.conv1d': (lambda x, w: tf.nn.conv1d(x, w, 1, 'SAME'), [r(2, 9, 3), r(4, 3, 5)]),
    'Conv2D.conv1d_strided': (lambda x, w: tf.nn.conv1d(x, w, stride=2, padding='VALID', name='text'), [r(2, 9, 3), r(4, 3, 5)]),
    'Conv2D.conv1d_dilated': (lambda x, w: tf.nn.conv1d(x, w, 1, 'VALID', dilations=2), [r(2, 9, 3), r(4, 3, 5)], no_grad),
    'Conv2D.long_row': (lambda x, w: tf.nn.conv1d(x, w, 1, 'SAME'), [r(1, 700, 2), r(3, 2, 2)]),
    'Conv2DBackpropInput.plain': (lambda w, dy: tf.nn.conv2d_backprop_input([2, 5, 6, 3], w, dy, one, 'SAME'), [w, r(2, 5, 6, 4)]),
    'Conv2DBackpropInput.named': (lambda w, dy: tf.nn.conv2d_backprop_input([2, 5, 6, 3], w, dy, [1, 2, 2, 1], 'SAME', name='back'), [w, r(2, 3, 3, 4)]),
    'Conv2DBackpropInput.transpose': (transpose([2, 10, 12, 3], strides=2), [w, r(2, 5, 6, 4)]),
    'Conv2DBackpropInput.transpose_valid': (transpose([2, 11, 13, 3], strides=[1, 2, 2, 1], padding='VALID', name='up'), [w, r(2, 5, 6, 4)]),
    'Conv2DBackpropInput.transpose_odd': (transpose([1, 9, 7, 2], strides=2), [r(5, 4, 2, 3), r(1, 5, 4, 3)]),
    'Conv2DBackpropInput.transpose_gaps': (transpose([1, 9, 8, 2], strides=3, padding='VALID'), [r(2, 1, 2, 3), r(1, 3, 3, 3)]),
    'Conv2DBackpropInput.transpose_tensor': (lambda w, dy: tf.nn.conv2d_transpose(dy, w, tf.stack([tf.shape(dy)[0], 10, 12, 3]), 2), [w, r(2, 5, 6, 4)], {'nodes': False}),
    'Conv2DBackpropInput.float64': (transpose([2, 10, 12, 3], strides=2), [w.astype(np.float64), r(2, 5, 6, 4).astype(np.float64)]),
    'Conv2DBackpropInput.no_images': (transpose([0, 10, 12, 3], strides=2), [w, r(0, 5, 6, 4)]),
    'Conv2DBackpropFilter.plain': (lambda x, dy: tf.nn.conv2d_backprop_filter(x, [3, 3, 3, 4], dy, one, 'SAME'), [x, r(2, 5, 6, 4)]),
    'Conv2DBackpropFilter.explicit': (lambda x, dy: tf.nn.conv2d_backprop_filter(x, [3, 3, 3, 4], dy, one, pad), [x, r(2, 6, 7, 4)]),
    'Conv2DBackpropFilter.strided': (lambda x, dy: tf.nn.conv2d_backprop_filter(x, [3, 3, 3, 4], dy, [1, 2, 2, 1], 'VALID', name='f'), [x, r(2, 2, 2, 4)]),
    'Conv2DBackpropFilter.float64': (lambda x, dy: tf.nn.conv2d_backprop_filter(x, [3, 3, 3, 4], dy, one, 'SAME'), [x.astype(np.float64), r(2, 5, 6, 4).astype(np.float64)]),
    'Conv2DBackpropFilter.many': (lambda x, dy: tf.nn.conv2d_backprop_filter(x, [3, 3, 4, 40], dy, one, 'SAME'), [r(9, 7, 6, 4), r(9, 7, 6, 40)]),
}
x, w = r(2, 4, 5, 6, 3), r(3, 2, 3, 3, 4)
ones = [1, 1, 1, 1, 1]
cases.update({
    'Conv3D.same': (conv3(strides=ones, padding='SAME'), [x, w]),
    'Conv3D.valid': (conv3(strides=ones, padding='VALID', name='c'), [x, w]),
    'Conv3D.strided': (conv3(strides=[1, 2, 1, 3, 1], padding='SAME'), [x, w]),
    'Conv3D.float64': (conv3(strides=ones, padding='SAME'), [x.astype(np.float64), w.astype(np.float64)]),
    'Conv3DBackpropInputV2.transpose': (lambda w, dy: tf.nn.conv3d_transpose(dy, w, [2, 8, 5, 12, 3], [1, 2, 1, 2, 1]), [w, r(2, 4, 5, 6, 4)]),
    'Conv3DBackpropInputV2.transpose_valid': (lambda w, dy: tf.nn.conv3d_transpose(dy, w, [1, 5, 5, 7, 3], 2, 'VALID', name='up'), [w, r(1, 2, 2, 3, 4)]),
    'Conv3DBackpropFilterV2.inside': (lambda x, w: tf.gradients(tf.nn.conv3d(x, w, ones, 'SAME'), w), [x, w], {'grad': False, 'nodes': False}),
})


L, z = tf.layers, tf.zeros_initializer()
image = r(2, 6, 5, 3)


def layers2(x):
    y = L.conv2d(x, 4, 3, padding='same', activation=tf.nn.relu, kernel_initializer=z)
    y = L.max_pooling2d(y, 2, 2)
    y = L.conv2d(y, 2, [2, 1], strides=(1, 2), use_bias=False, name='named', kernel_initializer=z)
    L.conv2d(y, 2, 1, kernel_initializer=z, kernel_regularizer=tf.contrib.layers.l2_regularizer(.1))
    return L.average_pooling2d(x, [2, 3], 1, 'same')


def layers1(x):
    L.conv1d(x, 4, 3, kernel_initializer=z)
    y = L.max_pooling1d(x, 2, 2)
    return L.average_pooling1d(y, 2, 1, padding='same', name='mean')


def layers3(x):
    L.conv3d(x, 4, 2, kernel_initializer=z)
    y = L.max_pooling3d(x, 2, 2)
    return L.average_pooling3d(y, 2, 1, padding='same')


def transposes(x):
    L.conv2d_transpose(x, 4, 3, 2, padding='same', kernel_initializer=z)
    L.conv2d_transpose(x, 4, [5, 2], [2, 3], kernel_initializer=z, activation=tf.tanh)
    return x * 2


cases.update({
    'Conv2D.layers': (layers2, [image]),
    'Conv2D.layers1d': (layers1, [r(2, 9, 3)]),
    'Conv3D.layers': (layers3, [r(2, 6, 5, 4, 3)]),
    'Conv2DBackpropInput.layers': (transposes, [image], {'nodes': False}),
})
