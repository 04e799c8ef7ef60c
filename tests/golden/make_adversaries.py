"""Two nets that are trained in turns, a DCGAN with batch norms, by TensorFlow 1.15.5, into adversaries.npz. What its variables begin
with is drawn by the graph's seed alone.

  DTYPE/x, z              the images and the noise of each step
  DTYPE/seed              the graph's
  DTYPE/d_loss, g_loss    of each step: before the discriminator's update, and between that and the generator's
  DTYPE/final/VARIABLE    after the last step; in float32 without the biases before a batch norm, whose gradient is 0 but for rounding,
                          of which Adam makes steps as large as any, and the means that go with them

float32 rounds, and where it rounds an activation to the other side of a relu's 0 the gradient jumps: TensorFlow with one thread and with
two then part by 1e-4 within some steps. So the seed is the first with which no such number comes nearer to 0 than MARGIN.

Usage: python make_adversaries.py, with TensorFlow 1.15.5 and NumPy 1.18 (Python 3.7)."""
import os
import warnings

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
warnings.filterwarnings('ignore')
import numpy as np
import tensorflow as tf

tf.logging.set_verbosity(tf.logging.ERROR)
folder = os.path.dirname(os.path.abspath(__file__))
WIDTH, CHANNELS, NOISE, BATCH, STEPS, MARGIN = 8, 4, 6, 8, 30, 4e-6
NOISY = ['conv2d_transpose/bias', 'conv2d_1/bias', 'generator/batch_normalization_1/moving_mean',
         'discriminator/batch_normalization/moving_mean']
written = {}


class Dcgan:
    def __init__(self, dtype, seed):
        tf.set_random_seed(seed)
        self.dtype, self.kinks = dtype, []
        self.z = tf.placeholder(dtype, [None, NOISE])
        self.x = tf.placeholder(dtype, [None, WIDTH, WIDTH, 1])
        fake = self.drawn()
        real, forged = self.judged(self.x, False), self.judged(fake, True)
        self.d_loss = self.told_apart(real, tf.ones_like) + self.told_apart(forged, tf.zeros_like)
        self.g_loss = self.told_apart(forged, tf.ones_like)
        self.d_train = self.trained(self.d_loss, 'discriminator')
        self.g_train = self.trained(self.g_loss, 'generator')

    def norm(self, h):
        return tf.layers.batch_normalization(h, training=True, momentum=.9, fused=self.dtype == tf.float32)

    def bent(self, relu, h):
        self.kinks.append(h)
        return relu(h)

    def drawn(self):
        with tf.variable_scope('generator'):
            h = tf.layers.dense(self.z, WIDTH // 4 * WIDTH // 4 * 2 * CHANNELS)
            h = tf.reshape(h, [-1, WIDTH // 4, WIDTH // 4, 2 * CHANNELS])
            h = self.bent(tf.nn.relu, self.norm(h))
            h = tf.layers.conv2d_transpose(h, CHANNELS, 5, 2, padding='same')
            h = self.bent(tf.nn.relu, self.norm(h))
            return tf.layers.conv2d_transpose(h, 1, 5, 2, padding='same', activation=tf.tanh)

    def judged(self, image, reuse):
        with tf.variable_scope('discriminator', reuse=reuse):
            h = self.bent(tf.nn.leaky_relu, tf.layers.conv2d(image, CHANNELS, 5, 2, padding='same'))
            h = tf.layers.conv2d(h, 2 * CHANNELS, 5, 2, padding='same')
            h = self.bent(tf.nn.leaky_relu, self.norm(h))
            return tf.layers.dense(tf.layers.flatten(h), 1)

    def told_apart(self, logits, labels):
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=labels(logits)))

    def trained(self, loss, scope):
        with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS, scope)):
            return tf.train.AdamOptimizer(.0002, beta1=.5).minimize(loss, var_list=tf.trainable_variables(scope))


def dcgan(dtype, seed):
    """The archive's arrays of a run, or None where an activation comes too near to 0."""
    kind = dtype.as_numpy_dtype
    random = np.random.RandomState(seed)
    x = np.tanh(random.randn(STEPS, BATCH, WIDTH, WIDTH, 1)).round(1).astype(np.float32)
    z = random.uniform(-1, 1, [STEPS, BATCH, NOISE]).round(2).astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
        net = Dcgan(dtype, seed)
        session.run(tf.global_variables_initializer())
        d_losses, g_losses = [], []
        for i in range(STEPS):
            feed = {net.x: x[i].astype(kind), net.z: z[i].astype(kind)}
            for train, loss, losses in (net.d_train, net.d_loss, d_losses), (net.g_train, net.g_loss, g_losses):
                *kinks, value = session.run(net.kinks + [loss], feed)
                if dtype == tf.float32 and min(np.abs(h).min() for h in kinks) < MARGIN:
                    return None
                losses.append(value)
                session.run(train, feed)
        out = {'x': x, 'z': z, 'seed': seed, 'd_loss': np.array(d_losses), 'g_loss': np.array(g_losses)}
        for v in tf.global_variables():
            noise = dtype == tf.float32 and any(part in v.op.name for part in NOISY)
            if not noise:
                out['final/' + v.op.name] = session.run(v)
        return out


for dtype in tf.float32, tf.float64:
    seed, made = 0, None
    while made is None:
        seed += 1
        made = dcgan(dtype, seed)
    print(dtype.name, 'seed', seed, made['d_loss'][[0, -1]], made['g_loss'][[0, -1]])
    written.update(('%s/%s' % (dtype.name, k), v) for k, v in made.items())
np.savez_compressed(os.path.join(folder, 'adversaries.npz'), **written)
