"""What TensorFlow 1.15.5 makes of denormal numbers, fed and resulting: denormals.npz.

Usage: python make_denormals.py, with TensorFlow 1.15.5 and NumPy 1.18 (Python 3.7). Per DTYPE float32, float64: 'DTYPE/x' and 'DTYPE/y' [8], fed;
'DTYPE/NAME', what the function NAME of them gives; 'DTYPE/RULE' [4, elements]: an optimizer's variable [8] and its slots, one after the other after each of
four steps whose gradients are (x · 10^-step + the last x) · y."""
import os
import warnings

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
warnings.filterwarnings('ignore')
import numpy as np
import tensorflow as tf

tiny = {'float32': [1e-40, 2e-38, 1e-19, 95.], 'float64': [1e-310, 4e-308, 1e-154, 715.]}
written = {}


def functions(x, y, wide, known):
    d, small, root, deep = tiny[x.dtype.name]
    row, column = x[None], y[:, None]
    return {
        'mul': x * y,
        'add': x + x,
        'sub': x - 0.9 * x,
        'div': y / x,
        'quotient': x / 1e3,
        'square': tf.square(root * 0.01 * y),
        'sqrt': tf.sqrt(16 * tf.abs(x)),
        'reciprocal': tf.reciprocal(x),
        'exp': tf.exp(y - deep),
        'sigmoid': tf.sigmoid(y - deep),
        'softplus': tf.nn.softplus(y - deep),
        'tanh': tf.tanh(1e6 * x),
        'relu': tf.nn.relu(x),
        'maximum': tf.maximum(x, 0),
        'equal': tf.equal(x, 0),
        'greater': tf.greater(x, 0),
        'sign': tf.sign(x),
        'floor': tf.floor(x),
        'identity': tf.identity(x),
        'concat': tf.concat([x, y], 0),
        'cast': tf.cast(x, wide),
        'bool': tf.cast(x, tf.bool),
        'sum': tf.reduce_sum(x * 0.1),
        'mean': tf.reduce_mean(x[2:4]),
        'product': tf.reduce_prod(x[2:5]),
        'matmul': tf.matmul(row * 0.1, column),
        'outer': tf.matmul(column, row),
        'softmax': tf.nn.softmax(tf.stack([y, y - deep])),
        'l2_loss': tf.nn.l2_loss(root * 0.01 * y),
        'folded': tf.constant(known[0]) * tf.constant(known[1]),
    }


rules = {
    'sgd': lambda: tf.train.GradientDescentOptimizer(.1),
    'momentum': lambda: tf.train.MomentumOptimizer(.1, .9),
    'adam': lambda: tf.train.AdamOptimizer(.1),
    'rmsprop': lambda: tf.train.RMSPropOptimizer(.1, epsilon=1e-30, momentum=.5),
    'adagrad': lambda: tf.train.AdagradOptimizer(.1, initial_accumulator_value=1e-30),
    'adadelta': lambda: tf.train.AdadeltaOptimizer(.5, epsilon=1e-30),
}
for dtype, wide in (('float32', tf.float64), ('float64', tf.float32)):
    d, small, root, deep = tiny[dtype]
    x = np.array([d, -d, small, -small, small, 0, 1, root], dtype)
    y = np.array([3, .1, .1, .25, 2, d, d, root * .1], dtype)
    written[dtype + '/x'], written[dtype + '/y'] = x, y
    with tf.Graph().as_default(), tf.Session() as session:
        px, py = tf.placeholder(dtype, [8]), tf.placeholder(dtype, [8])
        for name, value in session.run(functions(px, py, wide, (x, y)), {px: x, py: y}).items():
            written['%s/%s' % (dtype, name)] = value
    for name, make in rules.items():
        with tf.Graph().as_default(), tf.Session() as session:
            px, py = tf.placeholder(dtype, [8]), tf.placeholder(dtype, [8])
            v = tf.Variable(np.zeros(8, dtype))
            op = make().apply_gradients([((px + root) * py, v)])
            session.run(tf.global_variables_initializer())
            steps = []
            for step in range(4):
                session.run(op, {px: x * .1 ** step, py: y})
                steps.append(np.concatenate([np.ravel(a) for a in session.run(tf.global_variables())]))
            written['%s/%s' % (dtype, name)] = np.array(steps)
np.savez_compressed(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'denormals.npz'), **written)
print(len(written))
