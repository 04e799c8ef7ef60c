"""What TensorFlow 1.15.5 makes of layers that are objects, each applied twice, into layers.npz: its nodes' names, its variables', its
update operations' and its values from a graph's seed. Usage: python make_layers.py (Python 3.7)."""
import os
import warnings

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
warnings.filterwarnings('ignore')
import numpy as np
import tensorflow as tf

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
T = tf.layers
tf.set_random_seed(5)
x = tf.placeholder(tf.float32, [2, 8, 8, 3], name='x')
fed = np.sin(np.arange(2 * 8 * 8 * 3, dtype=np.float32)).reshape(2, 8, 8, 3)


def twice(layer, x, y, **kwargs):
    return layer(x, **kwargs) * 0.5 + layer(y, **kwargs)


conv = T.Conv2D(3, 3, padding='same', activation=tf.nn.relu)
named = T.Conv2D(3, [2, 2], 2, name='c', use_bias=False)
again = T.Conv2D(2, 1, name='c')
norm = T.BatchNormalization(momentum=0.9)
back = T.Conv2DTranspose(2, 3, strides=2)
line = T.Conv1D(4, 3)
largest = T.MaxPooling2D(2, 2)
mean = T.AveragePooling2D(2, 1, padding='same')
flat = T.Flatten()
drop = T.Dropout(0.25, seed=3)
dense = T.Dense(3)
largest_1d = T.MaxPooling1D(2, 2)
a = twice(conv, x, x + 1.)
n = twice(norm, a, a * 2., training=True)
p = twice(largest, n, -n)
with tf.variable_scope('inner'):
    b = twice(named, p, p + 1.)
    c = again(b)
    q = twice(mean, c, c)
d = twice(back, q, q + 1.)
e = twice(flat, d, d)
f = twice(drop, e, e, training=True)
h = twice(line, tf.reshape(e, [2, 10, 5]), tf.reshape(f, [2, 10, 5]))
k = largest_1d(h)
g = twice(dense, f, drop(f))
variables = [v.op.name for layer in (conv, norm, named, again, back, line, dense, drop) for v in layer.variables]
variables += [v.op.name for v in norm.trainable_variables] + [conv.kernel.op.name, conv.bias.op.name]
variables += [getattr(u, 'op', u).name for u in tf.get_collection(tf.GraphKeys.UPDATE_OPS)]
nodes = ['%s %s' % (o.type, o.name) for o in tf.get_default_graph().get_operations()]
config = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
with tf.Session(config=config) as session:
    session.run(tf.global_variables_initializer())
    values = session.run([a, n, p, b, q, d, f, k, g], {x: fed})
folder = os.path.dirname(os.path.abspath(__file__))
np.savez_compressed(os.path.join(folder, 'layers.npz'), nodes=np.frombuffer('\n'.join(nodes).encode(), np.uint8),
                    names=np.frombuffer('\n'.join(variables).encode(), np.uint8), x=fed,
                    **{'value%d' % i: v for i, v in enumerate(values)})
