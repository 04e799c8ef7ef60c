"""What TensorFlow 1.15.5 reads from the datasets of tests/session/datasets.def: datasets.txt, a line each: name, elements, how it ends.

    python make_datasets.py
"""
import os
import re

import numpy as np
import tensorflow as tf

D = tf.data.Dataset
HERE = os.path.dirname(os.path.abspath(__file__))
MOST = 40
LETTERS = ["a", "b", "c"]


def letters():
    return D.from_tensor_slices((np.float32([[1, 2], [3, 4], [5, 6]]), LETTERS))


def filled():
    return D.range(4).map(lambda a: tf.fill([tf.cast(a, tf.int32)], a))


def squares():
    return iter([[i, i * i] for i in range(3)])


def file(name):
    return os.path.join(HERE, "dataset", name)


DATASETS = {
    "range": lambda: D.range(5),
    "range_down": lambda: D.range(5, -1, -2),
    "range_no_step": lambda: D.range(1, 5, 0),
    "slices": letters,
    "tensors": lambda: D.from_tensors(([1, 2], 3.5)),
    "no_rows_repeated": lambda: D.from_tensor_slices(np.zeros((0, 2), np.float32)).repeat(),
    "generator": lambda: D.from_generator(squares, tf.int64, [2]),
    "generator_repeated": lambda: D.from_generator(squares, tf.int64).repeat(2),
    "generator_other_shape": lambda: D.from_generator(squares, tf.int64, [3]),
    "shuffle": lambda: D.range(10).shuffle(10, seed=7),
    "shuffle_small_buffer": lambda: D.range(10).shuffle(4, seed=7),
    "shuffle_repeat": lambda: D.range(5).shuffle(5, seed=7).repeat(3),
    "shuffle_repeat_small_buffer": lambda: D.range(5).shuffle(2, seed=7).repeat(3),
    "shuffle_repeat_wide_buffer": lambda: D.range(5).shuffle(50, seed=7).repeat().take(23),
    "shuffle_repeat_three": lambda: D.range(5).shuffle(3, seed=7).repeat().take(23),
    "shuffle_repeat_ones": lambda: D.range(1).shuffle(9, seed=7).repeat(6),
    "shuffle_once": lambda: D.range(5).shuffle(5, seed=7, reshuffle_each_iteration=False).repeat(3),
    "shuffle_of_repeat": lambda: D.range(5).repeat(3).shuffle(5, seed=7),
    "shuffle_batch_repeat": lambda: D.range(5).shuffle(5, seed=7).batch(2).repeat(2),
    "shuffle_no_buffer": lambda: D.range(3).shuffle(0),
    "shuffle_seed_0": lambda: D.range(10).shuffle(10, seed=0),
    "shuffle_inside": lambda: D.range(2).flat_map(lambda a: D.range(4).shuffle(4, seed=7)),
    "batch": lambda: D.range(5).batch(2),
    "batch_dropped": lambda: D.range(5).batch(2, drop_remainder=True),
    "batch_strings": lambda: letters().batch(2),
    "batch_zero": lambda: D.range(3).batch(0),
    "batch_ragged": lambda: filled().batch(2),
    "batch_batch": lambda: D.range(7).batch(2).batch(2),
    "padded": lambda: filled().padded_batch(3, [None]),
    "padded_fixed": lambda: filled().padded_batch(3, [2]),
    "padded_value": lambda: filled().padded_batch(3, [5], padding_values=np.int64(-1)),
    "padded_number": lambda: filled().padded_batch(3, [5], padding_values=np.int64(-1)),
    "padded_tensor": lambda: filled().padded_batch(3, [5], padding_values=tf.constant(-1, tf.int64)),
    "padded_strings": lambda: D.from_tensor_slices([["a", "b"], ["c", "d"]]).padded_batch(2, [3]),
    "take_all": lambda: D.range(3).take(-1),
    "take": lambda: D.range(3).take(2),
    "skip": lambda: D.range(5).skip(3),
    "skip_all": lambda: D.range(3).skip(-1),
    "repeat_none": lambda: D.range(3).repeat(0),
    "shard": lambda: D.range(10).shard(3, 1),
    "shard_outside": lambda: D.range(10).shard(3, 3),
    "zip": lambda: D.zip((D.range(3), D.range(10, 20))),
    "concatenate": lambda: D.range(3).concatenate(D.range(7, 9)),
    "cache": lambda: D.range(3).cache().repeat(2),
    "map": lambda: D.range(5).map(lambda a: a + 10),
    "map_parallel": lambda: D.range(30).map(lambda a: a + 10, num_parallel_calls=4),
    "map_two": lambda: letters().map(lambda x, s: (s, x * 2., tf.reduce_sum(x))),
    "map_captures": lambda: D.range(3).map(lambda a, c=tf.constant(5, tf.int64): a * c),
    "map_fault": lambda: D.range(4).map(lambda a: tf.reshape(tf.range(4), tf.stack([2, tf.cast(a, tf.int32)]))),
    "filter": lambda: D.range(9).filter(lambda a: tf.equal(a % 3, 1)),
    "flat_map": lambda: D.range(5).flat_map(D.range),
    "flat_map_slices": lambda: letters().flat_map(lambda x, s: D.from_tensor_slices(x).map(lambda y: (y, s))).batch(4),
    "interleave": lambda: D.range(3).interleave(lambda a: D.from_tensors(a).repeat(3), cycle_length=2, block_length=1),
    "interleave_blocks": lambda: D.range(5).interleave(lambda a: D.range(a).map(lambda b: a * 10 + b), cycle_length=3, block_length=2),
    "prefetch": lambda: D.range(5).batch(2).prefetch(2),
    "prefetch_none": lambda: D.range(5).prefetch(0),
    "pipeline": lambda: D.range(8).map(lambda a: a * a, num_parallel_calls=2).shuffle(4, seed=3).repeat(2).batch(3).prefetch(1),
    "lines": lambda: tf.data.TextLineDataset([file("lines.txt"), file("lines.txt")]),
    "lines_compressed": lambda: tf.data.TextLineDataset(file("lines.txt.gz"), compression_type="GZIP"),
    "lines_not_compressed": lambda: tf.data.TextLineDataset(file("lines.txt"), compression_type="GZIP"),
    "records": lambda: tf.data.TFRecordDataset(file("two.tfrecord")),
    "records_truncated": lambda: tf.data.TFRecordDataset(file("truncated.tfrecord")),
    "records_corrupted": lambda: tf.data.TFRecordDataset(file("corrupted.tfrecord")),
    "pieces": lambda: tf.data.FixedLengthRecordDataset(file("pieces.bin"), 2, 2, 1),
    "pieces_compressed": lambda: tf.data.FixedLengthRecordDataset(file("pieces.bin.gz"), 2, 2, 1, compression_type="GZIP"),
    "pieces_left_over": lambda: tf.data.FixedLengthRecordDataset(file("pieces.bin"), 2, 2, 0),
}
# As an iterator of a structure has them: TF's optimizer does not look at these.
PLAIN = ["shuffle_repeat", "shuffle_repeat_small_buffer"]


def write_files():
    import gzip

    os.makedirs(file(""), exist_ok=True)

    def write(name, data):
        with open(file(name), "wb") as f:
            f.write(data)

    lines, pieces = b"ab\r\ncd\n\ne\rf\nlast", b"HHaabbccF"
    write("lines.txt", lines)
    write("lines.txt.gz", gzip.compress(lines))
    write("pieces.bin", pieces)
    write("pieces.bin.gz", gzip.compress(pieces))
    with tf.python_io.TFRecordWriter(file("two.tfrecord")) as w:
        w.write(b"one")
        w.write(b"two22")
    records = bytearray(open(file("two.tfrecord"), "rb").read())
    write("truncated.tfrecord", bytes(records[:-3]))
    records[12] ^= 1
    write("corrupted.tfrecord", bytes(records))


def text(x):
    return " ".join(str(x).split())


def report(e):
    message = re.sub(r"{{function_node [^}]*}} ", "", e.message.split("\n")[0])
    return "%s: %s" % (type(e).__name__, message.replace(HERE, "HERE"))


def elements(sess, components):
    out = []
    try:
        while len(out) < MOST:
            out.append(";".join(text(c) for c in sess.run(components)))
        out.append("…")
    except tf.errors.OutOfRangeError:
        out.append("end")
    except tf.errors.OpError as e:
        out.append(report(e))
    return out


def read(name, plain):
    tf.reset_default_graph()
    dataset = DATASETS[name]()
    if plain:
        iterator = tf.data.Iterator.from_structure(dataset.output_types, dataset.output_shapes)
        initializer = iterator.make_initializer(dataset)
    else:
        iterator = dataset.make_initializable_iterator()
        initializer = iterator.initializer
    components = tf.contrib.framework.nest.flatten(iterator.get_next())
    with tf.Session() as sess:
        try:
            sess.run(initializer)
        except tf.errors.OpError as e:
            return [report(e)]
        return elements(sess, components)


write_files()
with open(os.path.join(HERE, "datasets.txt"), "w") as f:
    for name in DATASETS:
        f.write(" | ".join([name] + read(name, False)) + "\n")
    for name in PLAIN:
        f.write(" | ".join(["plain " + name] + read(name, True)) + "\n")
