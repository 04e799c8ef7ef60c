"""char_rnn_dropout_serial_adam.npz: the character model with dropout, its loop run with parallel_iterations=1.

With more iterations in flight TensorFlow hands out the loop's random numbers in the order in which steps happen to arrive, and no two
runs agree; one at a time they are drawn step by step. Weights and batches are those of char_rnn_adam.npz.
Run: python3.7 -m pip install tensorflow==1.15.5 'protobuf<3.21'; python make_char_dropout.py
"""
import os
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import numpy as np
import tensorflow as tf
from tensorflow.contrib import rnn

here = os.path.dirname(os.path.abspath(__file__))
given = np.load(os.path.join(here, 'char_rnn_adam.npz'))
vocabulary = int(given['x'].max()) + 1
B, steps = int(given['batch']), int(given['steps'])

tf.set_random_seed(1)
X = tf.placeholder(tf.int32, [None, None])
Y = tf.placeholder(tf.int32, [None, None])
keep = tf.placeholder(tf.float32, [])
cell = rnn.DropoutWrapper(rnn.BasicLSTMCell(64), output_keep_prob=keep, seed=9)
outputs, _ = tf.nn.dynamic_rnn(cell, tf.one_hot(X, vocabulary), dtype=tf.float32, parallel_iterations=1)
logits = tf.contrib.layers.fully_connected(outputs, num_outputs=vocabulary, activation_fn=None)
loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=Y))
accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 2, output_type=tf.int32), Y), tf.float32))
train = tf.train.AdamOptimizer(.01).minimize(loss)

out = {k: given[k] for k in ('x', 'y', 'batch', 'steps')}
with tf.Session() as s:
    s.run(tf.global_variables_initializer())
    for v in tf.trainable_variables():
        out['init/' + v.op.name] = s.run(v)
    losses, accuracies = [], []
    for k in range(steps):
        i = (k * B) % (len(given['x']) // B * B)
        feed = {X: given['x'][i:i + B], Y: given['y'][i:i + B], keep: .5}
        l, a = s.run([loss, accuracy], feed)
        s.run(train, feed)
        losses.append(l)
        accuracies.append(a)
    for v in tf.trainable_variables():
        out['final/' + v.op.name] = s.run(v)
out['loss'], out['accuracy'] = np.float32(losses), np.float32(accuracies)
np.savez_compressed(os.path.join(here, 'char_rnn_dropout_serial_adam.npz'), **out)
