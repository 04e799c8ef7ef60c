"""Cases of the nn and activation families."""
import numpy as np
import tensorflow as tf

nan, inf = np.nan, np.inf
f32 = np.float32
random = np.random.RandomState(5)
odd = np.array([nan, -1, 1, inf, -inf, -0.0, 0.5, -3, 3, 100, -100], f32)
line = np.linspace(-3, 8, 300).astype(f32)  # more than one strip of e^x
wide = np.array([[-2.5, -.5, 0, .5], [3, 6, 7, -1e-3]])
ints = np.array([-3, 0, 2, 9])
logits = random.randn(3, 4).astype(f32) * 3
odd_logits = np.array([[inf, 1, 2], [-inf, 1, 2], [nan, 1, 2], [-inf, -inf, -inf], [1e4, -1e4, 0]], f32)
labels = np.array([[0, 1, 0, 0], [.5, .25, .25, 0], [2, 0, 0, 1]], f32)
v2 = tf.nn.softmax_cross_entropy_with_logits_v2
v1 = tf.nn.softmax_cross_entropy_with_logits
sparse = tf.nn.sparse_softmax_cross_entropy_with_logits
sigmoid = tf.nn.sigmoid_cross_entropy_with_logits

losses = tf.losses
R = losses.Reduction
predictions = random.rand(3, 4).astype(f32)
rows = np.array([[1], [0], [2]], f32)


def grad(function):
    return lambda dy, x: tf.gradients(function(x), x, grad_ys=dy)


def leaky3(x):
    return tf.nn.leaky_relu(x, .3)


dys = np.array([inf, inf, nan, 1, 1, -2, 3], f32)
xs = np.array([-1, 1, -1, nan, 0, 5.5, 8], f32)
nodes_off = {'nodes': False}
no_grad = {'nodes': False, 'grad': False}
flat = {'grad': False}  # a softmax adds up to 1: what remains of the gradient of its sum is rounding
cases = {}
for name, call in [('Relu', tf.nn.relu), ('Relu6', tf.nn.relu6), ('Elu', tf.nn.elu), ('Selu', tf.nn.selu),
                   ('LeakyRelu', tf.nn.leaky_relu), ('Softplus', tf.nn.softplus), ('Softsign', tf.nn.softsign)]:
    cases[name + '.odd'] = (call, [odd])
    cases[name + '.line'] = (call, [line])
    cases[name + '.float64'] = (call, [wide])
    cases[name + '.scalar'] = (call, [f32(-.5)])
    cases[name + '.empty'] = (call, [np.zeros((0, 3), f32)])
    cases[name + 'Grad.odd'] = (grad(call), [dys, xs], no_grad)
    cases[name + 'Grad.float64'] = (grad(call), [wide + 3, wide], no_grad)
for name, call in [('Relu', tf.nn.relu), ('Relu6', tf.nn.relu6)]:
    cases[name + '.int32'] = (call, [ints.astype(np.int32)])
    cases[name + '.int64'] = (call, [ints.astype(np.int64)])
    cases[name + '.uint8'] = (call, [np.array([0, 3, 200], np.uint8)])
cases.update({
    'LeakyRelu.alpha': (leaky3, [wide]),
    'LeakyRelu.int32': (tf.nn.leaky_relu, [ints.astype(np.int32)]),
    'LeakyRelu.uint8': (tf.nn.leaky_relu, [np.array([0, 3, 200], np.uint8)]),
    'LeakyRelu.named': (lambda x: tf.nn.leaky_relu(x, name='l'), [wide]),
    'Softmax.plain': (tf.nn.softmax, [logits], flat),
    'Softmax.odd': (tf.nn.softmax, [odd_logits]),
    'Softmax.float64': (tf.nn.softmax, [logits.astype(np.float64)], flat),
    'Softmax.float64_odd': (tf.nn.softmax, [odd_logits.astype(np.float64)]),
    'Softmax.vector': (tf.nn.softmax, [logits[0]], flat),
    'Softmax.cube': (lambda x: tf.nn.softmax(x, 2), [random.randn(2, 3, 5).astype(f32)], flat),
    'Softmax.axis0': (lambda x: tf.nn.softmax(x, axis=0), [logits], flat),
    'Softmax.axis_minus2': (lambda x: tf.nn.softmax(x, axis=-2, name='s'), [random.randn(2, 3, 5).astype(f32)], no_grad),
    'Softmax.no_rows': (tf.nn.softmax, [np.zeros((0, 3), f32)]),
    'Softmax.no_classes': (tf.nn.softmax, [np.zeros((2, 0), f32)]),
    'Softmax.many': (tf.nn.softmax, [random.randn(3, 300).astype(f32)], flat),
    'LogSoftmax.plain': (tf.nn.log_softmax, [logits]),
    'LogSoftmax.odd': (tf.nn.log_softmax, [odd_logits]),
    'LogSoftmax.float64': (tf.nn.log_softmax, [logits.astype(np.float64)]),
    'LogSoftmax.axis1': (lambda x: tf.nn.log_softmax(x, axis=1), [random.randn(2, 3, 5).astype(f32)]),
    'SoftmaxCrossEntropyWithLogits.v2': (lambda x, z: v2(labels=z, logits=x), [logits, labels]),
    'SoftmaxCrossEntropyWithLogits.v1': (lambda x, z: v1(labels=z, logits=x), [logits, labels]),
    'SoftmaxCrossEntropyWithLogits.named': (lambda x, z: v1(labels=z, logits=x, name='loss'), [logits, labels]),
    'SoftmaxCrossEntropyWithLogits.float64': (lambda x, z: v2(labels=z, logits=x), [logits.astype(np.float64), labels.astype(np.float64)]),
    'SoftmaxCrossEntropyWithLogits.int_labels': (lambda x, z: v2(labels=z, logits=x), [logits, (labels > .4).astype(np.int32)]),
    'SoftmaxCrossEntropyWithLogits.odd': (lambda x, z: v2(labels=z, logits=x), [odd_logits, np.eye(5, 3, dtype=f32)]),
    'SoftmaxCrossEntropyWithLogits.cube': (lambda x, z: v2(labels=z, logits=x), [logits.reshape(3, 2, 2), labels.reshape(3, 2, 2)]),
    'SoftmaxCrossEntropyWithLogits.axis0': (lambda x, z: v2(labels=z, logits=x, axis=0), [logits, labels]),
    'SoftmaxCrossEntropyWithLogits.vector': (lambda x, z: v2(labels=z, logits=x), [logits[0], labels[0]]),
    'SoftmaxCrossEntropyWithLogits.broadcast': (lambda x, z: v2(labels=z, logits=x), [logits, labels[0]], no_grad),
    'SoftmaxCrossEntropyWithLogits.no_rows': (lambda x, z: v2(labels=z, logits=x), [np.zeros((0, 3), f32), np.zeros((0, 3), f32)]),
    'SoftmaxCrossEntropyWithLogits.no_classes': (lambda x, z: v2(labels=z, logits=x), [np.zeros((2, 0), f32), np.zeros((2, 0), f32)], {'nodes': False, 'grad': False}),
    'SparseSoftmaxCrossEntropyWithLogits.plain': (lambda x, z: sparse(labels=z, logits=x), [logits, np.array([3, 0, 1], np.int32)]),
    'SparseSoftmaxCrossEntropyWithLogits.int64': (lambda x, z: sparse(labels=z, logits=x, name='s'), [logits.astype(np.float64), np.array([3, 0, 1])]),
    'SparseSoftmaxCrossEntropyWithLogits.odd': (lambda x, z: sparse(labels=z, logits=x), [odd_logits, np.array([0, 1, 2, 0, 1], np.int32)]),
    'SparseSoftmaxCrossEntropyWithLogits.cube': (lambda x, z: sparse(labels=z, logits=x), [logits.reshape(3, 2, 2), np.array([[0, 1], [1, 1], [0, 0]], np.int32)]),
    'SparseSoftmaxCrossEntropyWithLogits.vector': (lambda x, z: sparse(labels=z, logits=x), [logits[0], np.int32(2)]),
    'SparseSoftmaxCrossEntropyWithLogits.no_rows': (lambda x, z: sparse(labels=z, logits=x), [np.zeros((0, 3), f32), np.zeros(0, np.int32)]),
    'PreventGradient.inside': (lambda x, z: tf.gradients(sparse(labels=z, logits=x), x), [logits, np.array([3, 0, 1], np.int32)], no_grad),
    'Log1p.sigmoid_cross_entropy': (lambda x, z: sigmoid(labels=z, logits=x), [logits, labels]),
    'Log1p.sigmoid_cross_entropy_large': (lambda x, z: sigmoid(labels=z, logits=x, name='x'), [np.array([100, -100, 0, inf], f32), np.array([1, 1, .5, 1], f32)]),
    'Log1p.weighted_cross_entropy': (lambda x, z: tf.nn.weighted_cross_entropy_with_logits(z, x, 2.0), [logits, labels]),
    'L2Loss.plain': (tf.nn.l2_loss, [logits]),
    'L2Loss.float64': (tf.nn.l2_loss, [logits.astype(np.float64)]),
    'L2Loss.scalar': (tf.nn.l2_loss, [f32(3)]),
    'L2Loss.empty': (tf.nn.l2_loss, [np.zeros((0, 2), f32)]),
    'Rsqrt.l2_normalize': (lambda x: tf.nn.l2_normalize(x, 1), [logits]),
    'Rsqrt.l2_normalize_axes': (lambda x: tf.nn.l2_normalize(x, [0, 1]), [logits]),
    'BiasAdd.plain': (tf.nn.bias_add, [logits, labels[2]]),
    'BiasAdd.float64': (tf.nn.bias_add, [logits.astype(np.float64), labels[2].astype(np.float64)]),
    'BiasAdd.int32': (tf.nn.bias_add, [np.array([[1, 2], [3, 4]], np.int32), np.array([10, -20], np.int32)]),
    'BiasAdd.int64': (tf.nn.bias_add, [np.array([[1, 2], [3, 4]]), np.array([10, -20])]),
    'BiasAdd.uint8': (tf.nn.bias_add, [np.array([[1, 2], [3, 4]], np.uint8), np.array([10, 20], np.uint8)]),
    'BiasAdd.cube': (tf.nn.bias_add, [random.randn(2, 3, 4).astype(f32), labels[2]]),
    'BiasAdd.channels_second': (lambda x, b: tf.nn.bias_add(x, b, data_format='NCHW'), [random.randn(2, 3, 4, 2).astype(f32), labels[2][:3]]),
    'BiasAdd.no_rows': (tf.nn.bias_add, [np.zeros((0, 3), f32), np.ones(3, f32)]),
    'BiasAdd.xw_plus_b': (tf.nn.xw_plus_b, [logits, labels.T.copy(), labels[2][:3]]),
    'BiasAddGrad.plain': (lambda dy, b: tf.gradients(tf.nn.bias_add(dy, b), b, grad_ys=dy), [logits, labels[2]], no_grad),
    'BiasAddGrad.channels_second': (lambda dy, b: tf.gradients(tf.nn.bias_add(dy, b, data_format='NCHW'), b, grad_ys=dy), [random.randn(2, 3, 4, 2).astype(f32), labels[2][:3]], no_grad),
    'SquaredDifference.moments': (lambda x: tf.nn.moments(x, [0]), [logits]),
    'SquaredDifference.weighted_moments': (lambda x, w: tf.nn.weighted_moments(x, [0], w), [logits, np.abs(labels)]),
    'SquaredDifference.weighted_moments_keep': (lambda x, w: tf.nn.weighted_moments(x, [0, 1], w, keep_dims=True, name='w'), [logits, np.array([[1], [2], [3]], np.int32)]),
    'SquaredDifference.moments_keep': (lambda x: tf.nn.moments(x, [0, 1], keep_dims=True), [logits]),
    'DivNoNan.mean_squared_error': (lambda z, p: losses.mean_squared_error(z, p), [labels, predictions]),
    'DivNoNan.mean_squared_error_twice': (lambda z, p: losses.mean_squared_error(z, p, weights=2.0, scope='m'), [labels, predictions]),
    'DivNoNan.mean_squared_error_rows': (lambda z, p, w: losses.mean_squared_error(z, p, w), [labels, predictions, rows]),
    'DivNoNan.mean_squared_error_all': (lambda z, p, w: losses.mean_squared_error(z, p, w), [labels, predictions, labels]),
    'DivNoNan.mean_squared_error_nothing': (lambda z, p: losses.mean_squared_error(z, p, weights=0.0), [labels, predictions]),
    'DivNoNan.mean_squared_error_integers': (lambda z, p: losses.mean_squared_error(z, p), [(labels > 0).astype(np.int32), predictions.astype(np.float64)]),
    'Mul.loss_none': (lambda z, p: losses.mean_squared_error(z, p, reduction=R.NONE), [labels, predictions]),
    'Sum.loss_sum': (lambda z, p: losses.mean_squared_error(z, p, reduction=R.SUM), [labels, predictions]),
    'DivNoNan.loss_mean': (lambda z, p, w: losses.mean_squared_error(z, p, w, reduction=R.MEAN), [labels, predictions, rows]),
    'DivNoNan.loss_batch': (lambda z, p: losses.mean_squared_error(z, p, reduction=R.SUM_OVER_BATCH_SIZE), [labels, predictions]),
    'DivNoNan.absolute_difference': (lambda z, p: losses.absolute_difference(z, p), [labels, predictions]),
    'DivNoNan.huber': (lambda z, p: losses.huber_loss(z, p, delta=.4), [labels, predictions]),
    'DivNoNan.log': (lambda z, p: losses.log_loss(z, p), [labels, predictions]),
    'DivNoNan.softmax': (lambda z, x: losses.softmax_cross_entropy(z, x), [labels, logits]),
    'DivNoNan.softmax_smoothed': (lambda z, x: losses.softmax_cross_entropy(z, x, label_smoothing=.1), [labels, logits]),
    'DivNoNan.sparse_softmax': (lambda z, x: losses.sparse_softmax_cross_entropy(z, x), [np.array([3, 0, 1], np.int32), logits]),
    'DivNoNan.sparse_softmax_column': (lambda z, x: losses.sparse_softmax_cross_entropy(z, x), [np.array([[3], [0], [1]], np.int32), logits], nodes_off),
    'DivNoNan.sigmoid': (lambda z, x: losses.sigmoid_cross_entropy(z, x), [labels, logits]),
    'DivNoNan.sigmoid_smoothed': (lambda z, x: losses.sigmoid_cross_entropy(z, x, label_smoothing=.2), [labels, logits]),
    'AddN.total_loss': (lambda z, p: [losses.mean_squared_error(z, p), losses.absolute_difference(z, p), losses.get_total_loss()][2], [labels, predictions]),
    'RandomUniform.dropout': (lambda x: tf.nn.dropout(x, .7, seed=3), [logits]),
    'RandomUniform.dropout_rate': (lambda x: tf.nn.dropout(x, rate=.3, seed=3, name='d'), [logits.astype(np.float64)]),
    'RandomUniform.dropout_tensor': (lambda x, p: tf.nn.dropout(x, p, seed=4), [logits, f32(.4)], {'grad': False}),
    'RandomUniform.dropout_noise_shape': (lambda x: tf.nn.dropout(x, .5, noise_shape=[3, 1], seed=4), [logits]),
})
for name, x in [('odd', odd), ('line', line), ('float64', wide), ('scalar', f32(-.5)), ('empty', np.zeros((0, 3), f32))]:
    cases['IdentityN.' + name] = (tf.nn.swish, [x])
cases['IdentityN.several'] = (lambda x, y: tf.identity_n([x, y]), [np.array([[1, 2]], np.float32), np.array([3, 4], np.float32)])
layers = tf.contrib.layers


def regularized_scopes(x):
    l2, l1 = layers.l2_regularizer(.1), layers.l1_regularizer(.2)
    zeros = tf.zeros_initializer()
    with tf.variable_scope('a', initializer=zeros, regularizer=l2):
        tf.get_variable('w', [2])
        tf.get_variable('u', [2], tf.float64, regularizer=l1)
        tf.get_variable('n', [2], regularizer=layers.l2_regularizer(0.))
        with tf.variable_scope('b'):
            tf.get_variable('z', [2])
        with tf.variable_scope('c', regularizer=l1):
            tf.get_variable('z', [2])
    with tf.variable_scope('a', reuse=True, regularizer=l2):
        tf.get_variable('w', [2])
    with tf.name_scope('unseen'):
        tf.get_variable('w', [2], regularizer=layers.l2_regularizer(.3, 'mine'))
    tf.identity(tf.get_collection('regularization_losses')[2])
    return layers.l1_l2_regularizer(.1, .2)(x)


def regularized_layers(x):
    l2, l1 = layers.l2_regularizer(.1), layers.l1_regularizer(.2)
    zeros = tf.zeros_initializer()
    tf.layers.dense(x, 3, kernel_initializer=zeros, kernel_regularizer=l2, bias_regularizer=l1)
    tf.layers.dense(x, 3, kernel_initializer=zeros, kernel_regularizer=l2, name='named')
    tf.layers.dense(x, 3, kernel_regularizer=l2, name='named', reuse=True)
    layers.fully_connected(x, 2, weights_initializer=zeros, weights_regularizer=l1, biases_regularizer=l2)
    with tf.variable_scope('a', initializer=zeros, regularizer=l2):
        tf.layers.dense(x, 3, kernel_regularizer=l1, use_bias=False)
    tf.losses.get_regularization_loss()
    return l2(x)


def total_of_a_scope(z, p, w):
    losses.mean_squared_error(z, p, scope='a')
    losses.mean_squared_error(z, p, scope='b')
    losses.absolute_difference(z, p, loss_collection='mine')
    losses.add_loss(tf.identity(w, 'b2'))
    losses.add_loss(w, 'mine')
    losses.add_loss(w, None)
    tf.identity(losses.get_losses(loss_collection='mine')[1], 'mine')
    tf.identity(losses.get_losses('b')[1], 'second')
    return losses.get_total_loss(True, 'sum', 'b')


def regularized_activity(x):
    l2 = layers.l2_regularizer(.1)
    tf.layers.dense(x, 2, tf.nn.relu, kernel_initializer=tf.ones_initializer(), activity_regularizer=l2)
    tf.layers.conv1d(tf.expand_dims(x, 0), 2, 1, kernel_initializer=tf.ones_initializer(), activity_regularizer=l2, name='c')
    losses.get_regularization_loss('dense', 'of_dense')
    losses.get_regularization_loss('dense|c/')
    return l2(x)


def plain_layer(x, n, scope):
    return layers.fully_connected(x, n, activation_fn=None, scope=scope)


def stacked(x):
    layers.stack(x, layers.fully_connected, [3, 2])
    layers.stack(x, layers.linear, [2], scope='top')
    layers.stack(x, plain_layer, [2, 2, 1])
    return tf.identity(x)


poisson = lambda **options: (lambda c, z: tf.nn.log_poisson_loss(z, c, **options))
counts = np.array([[0, 1, 1.5, 7], [.5, 2, 30, 1]], f32)
cases.update({
    'Relu.crelu': (tf.nn.crelu, [odd]),
    'Relu.crelu_axis': (lambda x: tf.nn.crelu(x, name='c', axis=0), [wide]),
    'Relu.crelu_int32': (tf.nn.crelu, [ints.astype(np.int32)]),
    'Identity.stack': (stacked, [logits]),
    'Relu.layer': (tf.nn.relu_layer, [logits, labels.T.copy(), labels[2][:3]]),
    'Relu.layer_named': (lambda x, w, b: tf.nn.relu_layer(x, w, b, name='r'), [logits, labels.T.copy(), labels[2][:3]]),
    'Sub.log_poisson': (poisson(), [logits[:2], counts]),
    'AddV2.log_poisson_full': (poisson(compute_full_loss=True), [logits[:2], counts], {'grad': False}),  # NaN at log 0
    'AddV2.log_poisson_full64': (poisson(compute_full_loss=True, name='p'), [wide, wide**2 + .25]),
})
classes = (labels > .4).astype(f32)
cases.update({
    'Relu.hinge': (losses.hinge_loss, [classes, logits]),
    'Relu.hinge_integers': (lambda z, x: losses.hinge_loss(z, x, 2.0, 'h'), [classes.astype(np.int32), logits.astype(np.float64)]),
    'Relu.hinge_rows': (lambda z, x, w: losses.hinge_loss(z, x, w, reduction=R.MEAN), [classes, logits, rows]),
    'L2Loss.regularizer': (layers.l2_regularizer(.5), [logits]),
    'Sum.regularizer': (layers.l1_regularizer(.5, 'mine'), [logits.astype(np.float64)]),
    'L2Loss.regularizer_and_0': (layers.l1_l2_regularizer(0., .3), [logits]),
    'Sum.regularizer_and_0': (layers.l1_l2_regularizer(.3, 0., 'mine'), [logits]),
    'AddN.regularization': (lambda x, y: layers.apply_regularization(layers.l2_regularizer(.5), [x, y]), [logits, labels]),
    'Identity.regularization_of_one': (lambda x: layers.apply_regularization(layers.l1_regularizer(.5), [x]), [logits]),
    'AddN.no_regularization': (lambda x, y: layers.apply_regularization(layers.l1_regularizer(0.), [x, y]), [logits, labels]),
    'L2Loss.scopes_regularizer': (regularized_scopes, [logits]),
    'L2Loss.layers_regularizers': (regularized_layers, [logits]),
    'DivNoNan.cosine': (lambda z, p: losses.cosine_distance(z, p, 1), [labels, predictions]),
    'DivNoNan.cosine_dim': (lambda z, p: losses.cosine_distance(z, p, dim=0, weights=.5, scope='c'), [labels, predictions]),
    'Select.pairwise': (losses.mean_pairwise_squared_error, [labels, predictions]),
    'Select.pairwise_rows': (lambda z, p, w: losses.mean_pairwise_squared_error(z, p, w, 'p'), [labels, predictions, rows]),
    'Select.pairwise_nothing': (lambda z, p: losses.mean_pairwise_squared_error(z, p, 0.), [labels, predictions]),
    'Select.pairwise_integers': (lambda z, p: losses.mean_pairwise_squared_error(z, p, weights=2.),
                                 [(labels > 0).astype(np.int32), predictions.astype(np.float64)]),
    'Select.pairwise_images': (losses.mean_pairwise_squared_error, [labels.reshape(-1, 2, 2), predictions.reshape(-1, 2, 2)]),
    'AddN.total_loss_of_a_scope': (total_of_a_scope, [labels, predictions, np.float32(3)]),
    'L2Loss.regularized_activity': (regularized_activity, [labels]),
    'Sub.cosine_none': (lambda z, p: losses.cosine_distance(z, p, -1, reduction=R.NONE), [labels, predictions]),
})
