"""What TensorFlow 1.15.5 makes of summaries: summary.bin, the merged one of tests/session/test_summary.c.

    python make_summary.py
"""
import os

import tensorflow as tf

x = tf.placeholder(tf.float32, name="x")
with tf.name_scope("train"):
    tf.summary.scalar("loss", x)
    tf.summary.scalar("my loss!", x)
    tf.summary.scalar("acc", x, family="fam")
    tf.summary.histogram("w", tf.constant([1., 2., -3., 0., 5e-13, 1e30]))
    tf.summary.histogram("none", tf.constant([], tf.float32))
tf.summary.text("note", tf.constant(["hello", "world"]))
merged = tf.summary.merge_all()
with tf.Session() as sess, open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "summary.bin"), "wb") as f:
    f.write(sess.run(merged, {x: 0.5}))

# Images and sounds: media.bin
tf.reset_default_graph()
grey = [[[[0.0], [0.5]], [[1.0], [2.0]]], [[[-1.0], [0.5]], [[float("nan")], [0.25]]], [[[0.0], [0.0]], [[0.0], [0.0]]]]
tf.summary.image("grey", tf.constant(grey))
tf.summary.image("one", tf.constant([[[[1, 2, 3], [250, 251, 252]]]], tf.uint8), max_outputs=1)
tf.summary.image("double", tf.constant(grey[:1], tf.float64), max_outputs=2, family="fam")
tf.summary.audio("tone", tf.constant([[0.0, 0.5, -1.0, 1.0, 2.0], [1e-5, -0.25, 0.1, 0.2, -3.0]]), 44100.0)
tf.summary.audio("both", tf.constant([[[0.0, 0.5], [-1.0, 1.0]]]), 0.4, max_outputs=1)
merged = tf.summary.merge_all()
with tf.Session() as sess, open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "media.bin"), "wb") as f:
    f.write(sess.run(merged))
