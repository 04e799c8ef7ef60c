"""Checkpoints as TensorFlow 1.15.5 writes them: plain variables, partitioned ones, dtypes that are converted.

    python make_checkpoint.py        # writes checkpoint/plain.*, checkpoint/parts.*, checkpoint/narrow.*; v1 and v1-?????-of-00002, of the
                                     # older format
"""
import os

import numpy as np
import tensorflow as tf

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "checkpoint")


def save(name, build, **arguments):
    with tf.Graph().as_default(), tf.Session(config=tf.ConfigProto(device_count={"CPU": 2})) as sess:
        build()
        sess.run(tf.global_variables_initializer())
        tf.train.Saver(**arguments).save(sess, os.path.join(here, name), write_meta_graph=False, write_state=False)


def values(whole):
    """-3, -2, … of a whole variable, or of a part of it."""
    all_of_it = np.arange(np.prod(whole)).reshape(whole) - 3

    def initializer(shape, dtype=tf.float32, partition_info=None):
        begin = partition_info.var_offset if partition_info else [0] * len(whole)
        return tf.constant(all_of_it[tuple(slice(b, b + n) for b, n in zip(begin, shape))], dtype)

    return initializer


def plain():
    with tf.variable_scope("layer"):
        tf.get_variable("w", [3, 4], initializer=values([3, 4]))
        tf.get_variable("b", [4], initializer=values([4]))
    tf.get_variable("d64", [2], dtype=tf.float64, initializer=values([2]))
    tf.get_variable("flag", [3], dtype=tf.bool, initializer=tf.constant_initializer([True, False, True]))
    tf.get_variable("global_step", [], dtype=tf.int64, initializer=tf.constant_initializer(1 << 40))


def parts():
    tf.get_variable("table", [5, 3], initializer=values([5, 3]), partitioner=tf.fixed_size_partitioner(2))
    tf.get_variable("wide", [2, 7], initializer=values([2, 7]), partitioner=tf.fixed_size_partitioner(3, axis=1))


def narrow():
    for dtype in (tf.float16, tf.bfloat16, tf.int8, tf.int16, tf.uint16):
        tf.Variable(tf.cast(tf.constant([1.5, 100.0, 2.0, 0.0]), dtype), name=dtype.name)


for name, build in (("plain", plain), ("parts", parts), ("narrow", narrow)):
    save(name, build)


def older():
    plain()
    parts()
    tf.Variable(tf.constant([1.5, -2.0], tf.float16), name="half")
    tf.Variable(tf.constant([1, -2, 3], tf.int8), name="small")
    tf.Variable(tf.constant(["a", "bc"]), name="text")


save("v1", older, write_version=tf.train.SaverDef.V1)
def apart():
    with tf.device(lambda op: "/cpu:%d" % ("part_1" in op.name)):
        parts()


save("v1", apart, write_version=tf.train.SaverDef.V1, sharded=True)
