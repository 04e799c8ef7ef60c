"""Cases of the join family."""
import numpy as np
import tensorflow as tf

f = lambda *s: (np.arange(np.prod(s), dtype=np.float32).reshape(s) - 3) / 2
i32 = lambda *v: np.array(v, np.int32)
i64 = lambda *v: np.array(v, np.int64)
many = [f(1 + i % 3, 2) + i for i in range(13)]
cases = {
    'ConcatV2.rows': (lambda x, y: tf.concat([x, y], 0), [f(2, 3), f(1, 3)]),
    'ConcatV2.columns': (lambda x, y: tf.concat([x, y], 1), [f(2, 3), f(2, 1)]),
    'ConcatV2.last': (lambda x, y: tf.concat([x, y, x], -1), [f(2, 3), f(2, 1)]),
    'ConcatV2.middle': (lambda x, y: tf.concat([x, y], 1), [f(2, 3, 2), f(2, 1, 2)]),
    'ConcatV2.vectors': (lambda x, y: tf.concat([x, y], 0, name='both'), [f(2), f(3)]),
    'ConcatV2.empty': (lambda x, y: tf.concat([x, y], 0), [f(0, 3), f(2, 3)]),
    'ConcatV2.many': (lambda *xs: tf.concat(xs, 0), many),
    'ConcatV2.axis_tensor': (lambda x, y, a: tf.concat([x, y], a), [f(2, 3), f(2, 3), np.int32(1)]),
    'ConcatV2.of_transposed': (lambda x, y: tf.concat([tf.transpose(x), y], 1), [f(2, 3), f(3, 1)]),
    'ConcatV2.of_computed': (lambda x, y: tf.concat([tf.square(x), tf.square(y)], 1), [f(2, 3), f(2, 1)]),
    'ConcatV2.the_same': (lambda x: tf.concat([x, x], 0), [f(2, 3)]),
    'ConcatV2.int64': (lambda x, y: tf.concat([x, y], 0), [i64(1, 2), i64(3)]),
    'ConcatV2.bools': (lambda x, y: tf.concat([x, y], 0), [np.array([True]), np.array([False, True])]),
    'Identity.concat_one': (lambda x: tf.concat([x], 0), [f(2, 3)]),
    'Split.rows': (lambda x: tf.split(x, 2), [f(4, 3)]),
    'Split.columns': (lambda x: tf.split(x, 3, 1), [f(2, 6)]),
    'Split.last': (lambda x: tf.split(x, 2, -1, name='halves'), [f(2, 3, 4)]),
    'Split.one': (lambda x: tf.split(x, 1, 1), [f(2, 3)]),
    'Split.used_in_part': (lambda x: tf.split(x, 3, 1)[1], [f(2, 6)]),
    'Split.int32': (lambda x: tf.split(x, 2), [i32(1, 2, 3, 4)]),
    'SplitV.rows': (lambda x: tf.split(x, [1, 3]), [f(4, 3)]),
    'SplitV.columns': (lambda x: tf.split(x, [1, 2, 3], 1), [f(2, 6)]),
    'SplitV.rest': (lambda x: tf.split(x, [1, -1, 2], 1), [f(2, 6)]),
    'SplitV.nothing': (lambda x: tf.split(x, [0, 6], 1), [f(2, 6)]),
    'SplitV.tensor': (lambda x, s: tf.split(x, s, 1), [f(2, 6), i32(2, 4)]),
    'Pack.rows': (lambda x, y: tf.stack([x, y]), [f(2, 3), f(2, 3) + 9]),
    'Pack.middle': (lambda x, y: tf.stack([x, y], 1), [f(2, 3), f(2, 3) + 9]),
    'Pack.last': (lambda x, y: tf.stack([x, y, x], -1, name='s'), [f(2, 3), f(2, 3) + 9]),
    'Pack.scalars': (lambda x, y: tf.stack([x, y]), [np.float32(1), np.float32(2)]),
    'Pack.one': (lambda x: tf.stack([x]), [f(2)]),
    'Pack.empty': (lambda x: tf.stack([x, x]), [f(0, 3)]),
    'Pack.of_computed': (lambda x, y: tf.stack([tf.square(x), y], 1), [f(2, 3), f(2, 3) + 9]),
    'Pack.of_unpacked': (lambda x: tf.stack(tf.unstack(x, axis=1)), [f(2, 3, 2)]),
    'Pack.int32': (lambda x, y: tf.stack([x, y]), [np.int32(1), np.int32(2)]),
    'Unpack.rows': (lambda x: tf.unstack(x), [f(2, 3)]),
    'Unpack.middle': (lambda x: tf.unstack(x, axis=1), [f(2, 3, 2)]),
    'Unpack.last': (lambda x: tf.unstack(x, 3, -1, name='u'), [f(2, 3)]),
    'Unpack.scalars': (lambda x: tf.unstack(x), [f(3)]),
    'Unpack.one_used': (lambda x: tf.unstack(x, 3, 1)[1], [f(2, 3)]),
    'Unpack.of_transposed': (lambda x: tf.unstack(tf.transpose(x)), [f(2, 3)]),
    'Unpack.uint8': (lambda x: tf.unstack(x), [np.array([3, 4], np.uint8)]),
}
