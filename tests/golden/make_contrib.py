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
nodes = ['%s %s' % (o.type, o.name) for o in tf.get_default_graph().get_operations()]
fed = np.sin(np.arange(4 * 8 * 8 * 3, dtype=np.float32)).reshape(4, 8, 8, 3)
config = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
with tf.Session(config=config) as session:
    session.run(tf.global_variables_initializer())
    values = session.run([c, d, b, q, r, a, e, m], {x: fed})
    averages = session.run([v for v in tf.global_variables() if 'moving' in v.name])
here = os.path.dirname(os.path.abspath(__file__))
np.savez_compressed(os.path.join(here, 'contrib.npz'), nodes=np.frombuffer('\n'.join(nodes).encode(), np.uint8), x=fed,
                    **{'value%d' % i: v for i, v in enumerate(values)}, **{'average%d' % i: v for i, v in enumerate(averages)})
