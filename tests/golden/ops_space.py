"""Cases of depthwise and dilated convolutions, blocks of space, patches, local response normalization."""
import numpy as np
import tensorflow as tf

rng = np.random.RandomState(5)
f = lambda *s: rng.uniform(-1, 1, s).astype(np.float32)
i32 = lambda *v: np.array(v, np.int32)
s4 = lambda n: [1, n, n, 1]
dw = tf.nn.depthwise_conv2d
no_nodes = {'nodes': False}
twice = lambda which: lambda *x: tf.gradients(tf.square(dw(x[0], x[1], s4(2), 'SAME')), x[which])
cases = {
    'DepthwiseConv2dNative.same': (lambda x, w: dw(x, w, s4(1), 'SAME'), [f(2, 5, 4, 3), f(3, 2, 3, 2)]),
    'DepthwiseConv2dNative.valid': (lambda x, w: dw(x, w, s4(2), 'VALID', name='d'), [f(2, 5, 6, 3), f(2, 3, 3, 2)]),
    'DepthwiseConv2dNative.one': (lambda x, w: dw(x, w, s4(2), 'SAME'), [f(2, 5, 6, 17), f(3, 3, 17, 1)]),
    'DepthwiseConv2dNative.rate': (lambda x, w: dw(x, w, s4(1), 'SAME', rate=[2, 3]), [f(2, 5, 6, 3), f(3, 2, 3, 2)], no_nodes),
    'DepthwiseConv2dNative.rate_and_strides': (lambda x, w: dw(x, w, s4(2), 'VALID', rate=[2, 2]), [f(2, 8, 8, 3), f(2, 2, 3, 2)], no_nodes),
    'DepthwiseConv2dNative.separable': (lambda x, w, p: tf.nn.separable_conv2d(x, w, p, s4(1), 'SAME'), [f(2, 5, 4, 3), f(2, 2, 3, 2), f(1, 1, 6, 4)]),
    'DepthwiseConv2dNativeBackpropInput.twice': (twice(0), [f(2, 5, 4, 3), f(3, 2, 3, 2)], no_nodes),
    'DepthwiseConv2dNativeBackpropFilter.twice': (twice(1), [f(2, 5, 4, 3), f(3, 2, 3, 2)], no_nodes),
    'Conv2D.atrous': (lambda x, w: tf.nn.atrous_conv2d(x, w, 2, 'SAME'), [f(2, 5, 6, 3), f(3, 2, 3, 2)], {'nodes': False}),
    'Conv2D.convolution': (lambda x, w: tf.nn.convolution(x, w, 'VALID', [2, 1]), [f(2, 5, 6, 3), f(3, 2, 3, 2)]),
    'Conv2DBackpropInput.atrous': (lambda x, w: tf.nn.atrous_conv2d_transpose(x, w, [1, 5, 6, 3], 2, 'SAME'), [f(1, 5, 6, 2), f(3, 3, 3, 2)], no_nodes),
    'SpaceToBatchND.borders': (lambda x, b, p: tf.space_to_batch_nd(x, b, p), [f(2, 3, 4, 2), i32(2, 2), i32([1, 0], [0, 2])]),
    'SpaceToBatchND.one_axis': (lambda x: tf.space_to_batch_nd(x, [3], [[1, 1]], 's'), [f(2, 4, 3)]),
    'SpaceToBatchND.three_axes': (lambda x: tf.space_to_batch_nd(x, [1, 2, 2], [[0, 0], [1, 0], [0, 1]]), [f(2, 2, 3, 5)]),
    'BatchToSpaceND.crops': (lambda x: tf.batch_to_space_nd(x, [2, 2], [[1, 0], [0, 1]]), [f(8, 2, 3, 2)]),
    'SpaceToDepth.plain': (lambda x: tf.space_to_depth(x, 2), [f(2, 4, 6, 3)]),
    'DepthToSpace.plain': (lambda x: tf.depth_to_space(x, 3, name='wide'), [f(2, 2, 3, 18)]),
    'ExtractImagePatches.same': (lambda x: tf.extract_image_patches(x, s4(3), s4(1), s4(1), 'SAME'), [f(2, 4, 5, 2)]),
    'ExtractImagePatches.gaps': (lambda x: tf.extract_image_patches(x, [1, 2, 3, 1], [1, 2, 1, 1], s4(2), 'VALID', 'p'), [f(2, 6, 7, 2)]),
    'ExtractImagePatches.ints': (lambda x: tf.image.extract_image_patches(x, s4(2), s4(1), s4(1), 'SAME'), [np.arange(12, dtype=np.int32).reshape(1, 3, 2, 2)]),
    'LRN.plain': (lambda x: tf.nn.lrn(x), [f(2, 2, 3, 17)]),
    'LRN.alexnet': (lambda x: tf.nn.local_response_normalization(x, 4, 1.0, 0.001 / 9.0, 0.75, 'norm1'), [f(1, 2, 2, 12)]),
}
