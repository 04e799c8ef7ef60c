"""What TensorFlow 1.15.5 makes of a net of tf.contrib.layers, into contrib.npz: its nodes' names, its values from a graph's seed, and
the averages it keeps. Usage: python make_contrib.py, with TensorFlow 1.15.5 and NumPy 1.18 (Python 3.7)."""
import os
import warnings

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
warnings.filterwarnings('ignore')
import numpy as np
import tensorflow as tf

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
L = tf.contrib.layers
tf.set_random_seed(5)
x = tf.placeholder(tf.float32, [4, 8, 8, 3], name='x')
c = L.conv2d(x, 4, 3, normalizer_fn=L.batch_norm, normalizer_params={'is_training': True})
p = L.max_pool2d(c, 2)
d = L.conv2d(p, 5, [3, 3], stride=2, padding='VALID', activation_fn=None)
t = L.conv2d_transpose(d, 2, 3, stride=2)
f = L.flatten(t)
b = L.batch_norm(f, is_training=True, updates_collections=None, scale=True)
l = L.layer_norm(b)
q = L.fully_connected(l, 3, normalizer_fn=L.layer_norm)
r = L.dropout(q, 0.8)
s = tf.layers.separable_conv2d(x, 5, 3, depth_multiplier=2, strides=2, activation=tf.nn.relu)
a = L.avg_pool2d(s, [2, 2], stride=1, padding='SAME')
m = L.separable_conv2d(x, 4, 3, 2, stride=2)
e = L.embed_sequence(tf.constant([[1, 2], [0, 1]]), 5, 4)
u = L.embed_sequence(tf.constant([[1, 2], [0, 1]]), 5, 4, unique=True, scope='once')
w = L.embedding_lookup_unique(e[0], [[1, 0], [1, 1]])
nodes = ['%s %s' % (o.type, o.name) for o in tf.get_default_graph().get_operations()]

# Scopes that are entered again, as objects
with tf.variable_scope('outer', initializer=tf.ones_initializer()) as outer:
    g = L.fully_connected(f, 3)
    with tf.variable_scope('inner') as inner:
        h = L.fully_connected(g, 4, scope=inner)
    with tf.variable_scope(outer):
        L.fully_connected(h, 2)
with tf.variable_scope('other'):
    with tf.variable_scope(inner, reuse=True) as again:
        k = L.fully_connected(g, 4, scope=again)
    with tf.name_scope(inner.original_name_scope):
        there = tf.zeros([2], name='there')
    with tf.variable_scope(outer, auxiliary_name_scope=False):
        tf.get_variable('ones', [2])
        here = tf.zeros([2], name='here')
    with tf.variable_scope('wide', dtype=tf.float64):
        tf.get_variable('w', [2])
    tf.get_variable_scope().set_initializer(tf.constant_initializer(3.0))
    tf.get_variable_scope().set_regularizer(L.l2_regularizer(0.5))
    tf.get_variable('threes', [2])
    tf.nn.static_rnn(tf.nn.rnn_cell.BasicRNNCell(3), [k, k], dtype=tf.float32, scope=outer)
    with tf.variable_scope('image') as image:
        L.conv2d(x, 2, 1, scope=image, normalizer_fn=L.batch_norm, normalizer_params={'scope': inner})
    L.separable_conv2d(x, 2, 1, 1, scope=outer, activation_fn=None)
    for layer in tf.layers.Dense(3, name='d'), tf.layers.Dense(3, name='d'):
        layer(layer(g))
    L.layer_norm(g, scope=image)
    L.dropout(L.instance_norm(x, scope=outer), 0.5, scope=inner)
with tf.variable_scope(tf.get_variable_scope(), reuse=tf.AUTO_REUSE):
    v = tf.get_variable('outer/ones')
variables = [there.op.name, here.op.name] + [r.op.name for r in tf.losses.get_regularization_losses()]
variables += [v.op.name for v in tf.global_variables()]
fed = np.sin(np.arange(4 * 8 * 8 * 3, dtype=np.float32)).reshape(4, 8, 8, 3)
config = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
with tf.Session(config=config) as session:
    session.run(tf.global_variables_initializer())
    values = session.run([c, d, b, q, r, a, e, m, u, w, k, v], {x: fed})
    averages = session.run([v for v in tf.global_variables() if 'moving' in v.name])
folder = os.path.dirname(os.path.abspath(__file__))
np.savez_compressed(os.path.join(folder, 'contrib.npz'), nodes=np.frombuffer('\n'.join(nodes).encode(), np.uint8),
                    names=np.frombuffer('\n'.join(variables).encode(), np.uint8), x=fed,
                    **{'value%d' % i: v for i, v in enumerate(values)}, **{'average%d' % i: v for i, v in enumerate(averages)})
