"""Batch norms, told in each way whether they train, by TensorFlow 1.15.5, into norms.npz:

  x2, x4                                          RUNS batches, of vectors and of images
  CASE/WAY/y, mean, variance, drawn, dgamma, dx   of each run; `drawn` by an op that is made after the layer, and the graph's seed

WAY is training, inference, or told: a placeholder says true, but in the second run false.
Usage: python make_norms.py, with TensorFlow 1.15.5 and NumPy 1.18 (Python 3.7)."""
import os
import warnings

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
warnings.filterwarnings('ignore')
import numpy as np
import tensorflow as tf

tf.logging.set_verbosity(tf.logging.ERROR)
RUNS = 4
layers, contrib = tf.layers.batch_normalization, tf.contrib.layers.batch_norm
norms = [('layers_vectors', 2, tf.float32, lambda x, t: layers(x, momentum=.9, training=t)),
         ('layers_images', 4, tf.float32, lambda x, t: layers(x, momentum=.9, training=t)),
         ('layers_images_by_parts', 4, tf.float32, lambda x, t: layers(x, momentum=.9, training=t, fused=False)),
         ('layers_rows', 4, tf.float32, lambda x, t: layers(x, axis=1, momentum=.9, training=t, fused=False)),
         ('layers_vectors_double', 2, tf.float64, lambda x, t: layers(x, momentum=.9, training=t, fused=False)),
         ('layers_images_double', 4, tf.float64, lambda x, t: layers(x, momentum=.9, training=t, fused=False)),
         ('contrib_vectors', 2, tf.float32, lambda x, t: contrib(x, decay=.999, scale=True, is_training=t)),
         ('contrib_vectors_at_once', 2, tf.float32,
          lambda x, t: contrib(x, decay=.999, scale=True, is_training=t, updates_collections=None)),
         ('contrib_images', 4, tf.float32, lambda x, t: contrib(x, decay=.999, scale=True, is_training=t)),
         ('contrib_images_at_once', 4, tf.float32,
          lambda x, t: contrib(x, decay=.999, scale=True, is_training=t, updates_collections=None)),
         ('contrib_images_later', 4, tf.float32,
          lambda x, t: contrib(x, decay=.999, scale=True, is_training=t, updates_collections='later'))]
random = np.random.RandomState(1)
fed = {2: random.randn(RUNS, 6, 3) * [1, 2, 3] + [0, .5, 1], 4: random.randn(RUNS, 4, 2, 2, 3) * [1, 2, 3] + [0, .5, 1]}
fed = {rank: x.astype(np.float32) for rank, x in fed.items()}
written = {'x2': fed[2], 'x4': fed[4]}
for name, rank, dtype, layer in norms:
    for way in 'training', 'told', 'inference':
        with tf.Graph().as_default(), tf.Session() as session:
            tf.set_random_seed(4)
            x, told = tf.placeholder(dtype, [None] + list(fed[rank].shape[2:])), tf.placeholder(tf.bool, [])
            y = layer(x, {'training': True, 'told': told, 'inference': False}[way])
            drawn = tf.random_uniform([2])
            gamma, = [v for v in tf.trainable_variables() if 'gamma' in v.op.name]
            mean, variance = [v for v in tf.global_variables() if 'moving' in v.op.name]
            dgamma, dx = tf.gradients(tf.reduce_sum(y * y * y), [gamma, x])
            updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS) + tf.get_collection('later')
            session.run(tf.global_variables_initializer())
            rows = []
            for i in range(RUNS):
                feed = {x: fed[rank][i], told: i != 1}
                row = dict(zip(['y', 'drawn', 'dgamma', 'dx'], session.run([y, drawn, dgamma, dx, updates], feed)))
                rows.append(dict(row, mean=session.run(mean), variance=session.run(variance)))
            for key in rows[0]:
                written['%s/%s/%s' % (name, way, key)] = np.array([row[key] for row in rows])
folder = os.path.dirname(os.path.abspath(__file__))
np.savez_compressed(os.path.join(folder, 'norms.npz'), **written)
