"""Models that TensorFlow 1.15.5 has trained some steps and saved, as meta/NAME.meta, .index and .data-…, and the losses of the steps after
that: meta/NAME.npz, with what is fed. Nodes "loss" and "step", which is in the collection train_op. A SavedModel with signature, in
meta/saved_model, and what it answers. Those named in OF_2 TensorFlow 2.15 has trained. python make_meta.py [--into FOLDER] [NAME …]"""
import os
import shutil
import sys

import numpy as np
from tensorflow1 import IS_2, folder_and_names, tf

HERE, NAMES = folder_and_names('meta')
BEFORE, AFTER = 20, 20
OF_2 = ['attention_2', 'functional_seeded_2']  # whose files are TensorFlow 2.15's


def numbers(*shape):
    return (np.arange(np.prod(shape)) * 7 % 11 / 11. - .4).astype(np.float32).reshape(shape)


def classes(n):
    return np.eye(2, dtype=np.float32)[np.arange(n) % 2]


def fed(**arrays):
    return {tf.placeholder(a.dtype, a.shape, name=name): a for name, a in arrays.items()}


def classify(h, y):
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=tf.layers.dense(h, 2), labels=y))


def static_lstm():
    feeds = fed(x=numbers(4, 3, 3), y=classes(4))
    x, y = feeds
    outputs, _ = tf.nn.static_rnn(tf.nn.rnn_cell.BasicLSTMCell(5), tf.unstack(x, 3, 1), dtype=tf.float32)
    return feeds, classify(outputs[-1], y), tf.train.AdamOptimizer(.01)


def char_rnn():
    feeds = fed(x=np.array([[1, 3, 0], [2, 2, 4]], np.int32), y=np.array([[3, 0, 1], [2, 4, 2]], np.int32))
    x, y = feeds
    table = tf.get_variable('embedding', [5, 4])
    cell = tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.BasicLSTMCell(4), output_keep_prob=.8, seed=5)
    cells = tf.nn.rnn_cell.MultiRNNCell([cell])
    outputs, _ = tf.nn.static_rnn(cells, tf.unstack(tf.nn.embedding_lookup(table, x), 3, 1), dtype=tf.float32)
    logits = tf.layers.dense(tf.reshape(tf.stack(outputs, 1), [-1, 4]), 5)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=tf.reshape(y, [-1])))
    optimizer = tf.train.AdamOptimizer(.01)

    class Clipped(object):
        def minimize(self, loss, name):
            variables = tf.trainable_variables()
            grads, _ = tf.clip_by_global_norm(tf.gradients(loss, variables), 1.)
            return optimizer.apply_gradients(zip(grads, variables), name=name)
    return feeds, loss, Clipped()


def cnn():
    feeds = fed(x=numbers(3, 6, 6, 2), y=classes(3))
    x, y = feeds
    h = tf.layers.conv2d(x, 3, 3, activation=tf.nn.relu, padding='same')
    h = tf.layers.max_pooling2d(tf.layers.batch_normalization(h, training=True), 2, 2)
    return feeds, classify(tf.layers.flatten(h), y), tf.train.RMSPropOptimizer(.01)


def word2vec():
    feeds = fed(x=np.array([2, 5, 2, 3, 0, 2], np.int32), y=classes(6))
    x, y = feeds
    return feeds, classify(tf.nn.embedding_lookup(tf.get_variable('table', [7, 4]), x), y), tf.train.MomentumOptimizer(.05, .9)


def sampled(loss, sampler):
    """Skip-grams, whose classes a sampler draws; None: the loss's own."""
    def model():
        feeds = fed(x=np.array([2, 5, 2, 3, 0, 8], np.int32), y=np.array([[1], [4], [3], [2], [1], [9]], np.int64))
        x, y = feeds
        words = tf.nn.embedding_lookup(tf.get_variable('table', [12, 4]), x)
        weights, biases = tf.get_variable('nce_weights', [12, 4]), tf.get_variable('nce_biases', [12])
        values = sampler(y, 1, 5, True, 12) if sampler else None
        return feeds, tf.reduce_mean(loss(weights, biases, y, words, 5, 12, sampled_values=values)), tf.train.AdagradOptimizer(.3)
    return model


def by_frequency(*args):
    return tf.nn.fixed_unigram_candidate_sampler(*args, distortion=.75, num_reserved_ids=1, unigrams=[5., 9., 1., 3., 7., 2., 8., 4., 6., 1., 1.])


def of_loop(build):
    def model():
        feeds = fed(x=numbers(4, 5, 3), y=classes(4))
        x, y = feeds
        return feeds, classify(build(x), y), tf.train.GradientDescentOptimizer(.1)
    return model


def dynamic_lstm(x):
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(5), x, dtype=tf.float32)[0][:, -1]


def gru_lengths(x):
    return tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(5), x, [2, 5, 1, 3], dtype=tf.float32)[1]


def turned(v):
    return tf.tanh(tf.matmul(v, tf.get_variable('w', [3, 3])) + .1)


def repeated(times, function, x):
    return tf.while_loop(lambda i, v: i < times, lambda i, v: (i + 1, function(i, v)), (0, x))[1]


def long_enough(x):
    return tf.while_loop(lambda i, v: tf.reduce_sum(v) > .5, lambda i, v: (i + 1, .8 * turned(v)), (0, 1. + x[:, 0]))[1]


def nested(x):
    return repeated(3, lambda i, v: repeated(2, lambda j, u: turned(u), v) + x[:, 0], x[:, 1])


def cond_in_loop(x):
    return repeated(4, lambda i, v: tf.cond(i > 1, lambda: turned(v), lambda: tf.sin(v)), x[:, 0])


def normalized(x):
    """Batch norms that a placeholder switches: conds, whose gradient is left out."""
    training = tf.placeholder_with_default(True, [], name='training')
    h = tf.layers.batch_normalization(tf.layers.dense(x, 4), training=training)
    return tf.cond(training, lambda: tf.tanh(h), lambda: h)


def attention(x):
    """Einsum, norms of rows and diagonals have other ops in TensorFlow 2."""
    q, k, v = [tf.einsum('bti,ij->btj', x, tf.get_variable(name, [3, 5])) for name in 'qkv']
    scores = tf.einsum('btj,bsj->bts', q, k) / 2.
    scores = tf.linalg.set_diag(scores, 2. * tf.linalg.diag_part(scores)) + tf.linalg.diag([.1, .2, .3, .4, .5])
    h = tf.matmul(tf.nn.softmax(scores + 9. * (tf.linalg.band_part(tf.ones([5, 5]), -1, 0) - 1.)), v)
    h = tf.keras.layers.LayerNormalization()(h + tf.stop_gradient(tf.image.adjust_contrast(h, .5)))
    return tf.reduce_mean(tf.ensure_shape(h, [4, 5, 5]), 1)


def attentive():
    feeds, loss, _ = of_loop(attention)()
    return feeds, loss, tf.train.AdamOptimizer(.01)


def with_resources(build):
    """The model, its variables resources: what TensorFlow 2 and tf.keras make."""
    def model():
        tf.enable_resource_variables()
        try:
            return build()
        finally:
            tf.disable_resource_variables()
    return model


def functional(build):
    """The same, its loops and branches While and If: what TensorFlow 2 makes."""
    def model():
        tf.enable_control_flow_v2()
        try:
            return with_resources(build)()
        finally:
            tf.disable_control_flow_v2()
    return model


def seeded(x):
    """Weights that a seed alone decides, and the last step of a layer of tf.keras."""
    w = tf.get_variable('w', initializer=tf.random.stateless_normal([3, 4], [2, 7], stddev=.5))
    b = tf.get_variable('b', initializer=tf.random.stateless_uniform([4], [3, 1], -.1, .1))
    h = tf.tensordot(x, w, 1) + b * tf.random.stateless_truncated_normal([4], [1, 1])
    return tf.keras.layers.SimpleRNN(3)(h)


def dense_net():
    feeds = fed(x=numbers(6, 3), y=classes(6))
    x, y = feeds
    step = tf.train.get_or_create_global_step()
    rate = tf.train.exponential_decay(.05, step, 5, .9, staircase=True)

    class Counted(tf.train.AdamOptimizer):
        def minimize(self, loss, name):
            return super(Counted, self).minimize(loss, step, name=name)
    h = tf.layers.dense(tf.layers.dense(x, 8, tf.nn.relu), 4, tf.tanh)
    return feeds, classify(h, y), Counted(rate)


def unrolled_lstm():
    feeds, loss, _ = static_lstm()
    return feeds, loss, tf.train.GradientDescentOptimizer(.5)


def rows_of(make_optimizer, summed=False):
    """Of a table that is a resource: ResourceGather, and the optimizer's update of rows."""
    def model():
        feeds = fed(x=np.array([2, 5, 2, 3, 0, 2], np.int32), y=classes(6))
        x, y = feeds
        table = tf.get_variable('table', [7, 4])
        rows = tf.nn.embedding_lookup(table, x)
        return feeds, classify(rows + tf.reduce_mean(table, 0) if summed else rows, y), make_optimizer()
    return model


def counted():
    """Values from before and after an assignment of the same run."""
    feeds = fed(x=numbers(6, 3), y=classes(6))
    x, y = feeds
    seen = tf.get_variable('seen', [3], initializer=tf.zeros_initializer(), trainable=False)
    ages = tf.get_variable('ages', [6], tf.int32, tf.zeros_initializer(), trainable=False)
    mean = seen.assign_add(.1 * (tf.reduce_mean(x, 0) - seen))
    with tf.control_dependencies([mean, tf.scatter_add(ages, [1, 4, 1], [1, 2, 3])]):
        late = seen.read_value() * tf.cast(tf.reduce_sum(ages.read_value()), tf.float32) * .01
    return feeds, classify(x - mean + late, y), tf.train.RMSPropOptimizer(.01, centered=True)


def keras():
    feeds = fed(x=numbers(4, 6, 6, 2), y=classes(4))
    x, y = feeds
    tf.keras.backend.set_learning_phase(1)
    layers = tf.keras.layers
    h = layers.Conv2D(3, 3, activation='relu')(x)
    h = layers.BatchNormalization()(layers.MaxPooling2D()(h))
    h = layers.Dense(2)(layers.Dropout(.0)(layers.Flatten()(h)))
    loss = tf.reduce_mean(tf.keras.losses.categorical_crossentropy(y, h, from_logits=True))
    optimizer = tf.keras.optimizers.Adam(.01)

    class Kept(object):
        def minimize(self, loss, name):
            variables = tf.trainable_variables()
            step = tf.group(optimizer.get_updates(loss, variables), name=name)
            tf.add_to_collection(tf.GraphKeys.TRAIN_OP, step)
            return step
    return feeds, loss, Kept()


def keras_updates():
    """One of tf.keras' optimizers for each pair of a table, whose rows are updated, and a matrix."""
    feeds = fed(x=np.array([2, 5, 2, 3, 0, 2], np.int32), y=classes(6))
    x, y = feeds
    of = tf.keras.optimizers
    optimizers = [of.SGD(.01, momentum=.9), of.SGD(.02, momentum=.8, nesterov=True), of.Adagrad(.02), of.Adam(.004, amsgrad=True),
                  of.Adamax(.005)]
    variables = [[tf.get_variable('table%d' % i, [7, 3]), tf.get_variable('matrix%d' % i, [3, 2])] for i in range(len(optimizers))]
    logits = tf.add_n([tf.matmul(tf.nn.embedding_lookup(table, x), matrix) for table, matrix in variables])
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=logits, labels=y))

    class Each(object):
        def minimize(self, loss, name):
            step = tf.group([o.get_updates(loss, v) for o, v in zip(optimizers, variables)], name=name)
            tf.add_to_collection(tf.GraphKeys.TRAIN_OP, step)
            return step
    return feeds, loss, Each()


def in_loop():
    """What a loop reads of a variable that is a resource."""
    feeds = fed(x=numbers(4, 3), y=classes(4))
    x, y = feeds
    w = tf.get_variable('w', [3, 3])
    h = repeated(3, lambda i, v: tf.tanh(tf.matmul(v, w) + w[0]), x)
    return feeds, classify(h, y), tf.train.GradientDescentOptimizer(.1)


def save(name, build):
    if NAMES and name not in NAMES or name in OF_2 and not IS_2 and '--into' not in sys.argv:
        return
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        feeds, loss, optimizer = build()
        tf.identity(loss, name='loss')
        step = optimizer.minimize(loss, name='step')
        tf.add_to_collection('losses', loss)
        saver = tf.train.Saver(max_to_keep=3)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            for _ in range(BEFORE):
                session.run(step, feeds)
            path = saver.save(session, os.path.join(HERE, name), latest_filename='note', strip_default_attrs=True)
        with tf.Session() as session:  # random numbers begin anew, as wherever a checkpoint is restored
            saver.restore(session, path)
            losses = [session.run([loss, step], feeds)[0] for _ in range(AFTER)]
        np.savez(os.path.join(HERE, name + '.npz'), losses=np.array(losses), **{t.op.name: a for t, a in feeds.items()})
    os.remove(os.path.join(HERE, 'note'))


def simple_save():
    folder = os.path.join(HERE, 'saved_model')
    shutil.rmtree(folder, ignore_errors=True)
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None, 3], name='x')
        y = tf.nn.softmax(tf.layers.dense(x, 2))
        session.run(tf.global_variables_initializer())
        tf.saved_model.simple_save(session, folder, {'in': x}, {'out': y})
        np.savez(os.path.join(HERE, 'saved_model.npz'), x=numbers(4, 3), y=session.run(y, {x: numbers(4, 3)}))


MODELS = {'static_lstm': static_lstm, 'char_rnn': char_rnn, 'cnn': cnn, 'word2vec': word2vec, 'dynamic_lstm': of_loop(dynamic_lstm),
          'gru_lengths': of_loop(gru_lengths), 'long_enough': of_loop(long_enough), 'nested': of_loop(nested),
          'cond_in_loop': of_loop(cond_in_loop), 'nce': sampled(tf.nn.nce_loss, None),
          'nce_uniform': sampled(tf.nn.nce_loss, tf.nn.uniform_candidate_sampler),
          'sampled_softmax': sampled(tf.nn.sampled_softmax_loss, by_frequency)}
T = tf.train
RESOURCES = {'dense_net': dense_net, 'unrolled_lstm': unrolled_lstm, 'counted': counted, 'keras': keras, 'keras_updates': keras_updates,
             'in_loop': in_loop,
             'rows_momentum': rows_of(lambda: T.MomentumOptimizer(.05, .9, use_nesterov=True)),
             'rows_descent': rows_of(lambda: T.GradientDescentOptimizer(.3)),
             'rows_adam': rows_of(lambda: T.AdamOptimizer(.02), summed=True), 'rows_adagrad': rows_of(lambda: T.AdagradOptimizer(.2)),
             'rows_rms_prop': rows_of(lambda: T.RMSPropOptimizer(.02, momentum=.5)),
             'rows_centered': rows_of(lambda: T.RMSPropOptimizer(.02, centered=True)),
             'rows_ftrl': rows_of(lambda: T.FtrlOptimizer(.2, l1_regularization_strength=.001)),
             'rows_adadelta': rows_of(lambda: T.AdadeltaOptimizer(20.))}
MODELS.update(attention=attentive, attention_2=attentive, normalized=of_loop(lambda x: normalized(x[:, 0])))
MODELS.update(('resource_' + name, with_resources(build)) for name, build in RESOURCES.items())
FUNCTIONAL = {'dynamic_lstm': dynamic_lstm, 'long_enough': long_enough, 'cond_in_loop': cond_in_loop,
              'normalized': lambda x: normalized(x[:, 0]), 'seeded': seeded, 'seeded_2': seeded}
MODELS.update(('functional_' + name, functional(of_loop(model))) for name, model in FUNCTIONAL.items())
if __name__ == '__main__':
    for name, build in MODELS.items():
        save(name, build)
    if not NAMES or 'saved_model' in NAMES:
        simple_save()
