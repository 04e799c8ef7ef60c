"""Cases of the segment family: rows that belong together."""
import numpy as np
import tensorflow as tf

f = lambda *s: (np.arange(np.prod(s), dtype=np.float32).reshape(s) - 3) / 2
i32 = lambda *v: np.array(v, np.int32)
i64 = lambda *v: np.array(v, np.int64)
rng = np.random.RandomState(7)
x = rng.uniform(-1, 1, (5, 3)).astype(np.float32)
ties = np.array([[1, 2], [1, 0], [3, 2], [3, 3], [3, 1]], np.float32)
ids, loose = i32(0, 0, 2, 2, 2), i32(3, 0, -1, 3, 0)
zeros = np.array([[0, 2, 0], [1, 0, 3], [4, 5, 0], [2, 2, 2], [1, 1, 7]], np.float32)
none = (np.zeros((0, 2), np.float32), np.zeros(0, np.int32))
unsaid = {'grad': False}  # TF has no gradient
cases = {}
for op, function in [('Sum', tf.segment_sum), ('Mean', tf.segment_mean), ('Prod', tf.segment_prod), ('Max', tf.segment_max),
                     ('Min', tf.segment_min)]:
    option = unsaid if op == 'Prod' else {}
    cases.update({
        'Segment%s.rows' % op: (lambda x, i, function=function: function(x, i), [x, ids], option),
        'Segment%s.ties' % op: (lambda x, i, function=function: function(x, i), [ties, i64(1, 1, 2, 2, 4)], option),
        'Segment%s.vector' % op: (lambda x, i, function=function: function(x, i, name='s'), [f(5), ids], option),
        'Segment%s.none' % op: (lambda x, i, function=function: function(x, i), list(none), option),
        'Segment%s.int32' % op: (lambda x, i, function=function: function(x, i), [i32(5, -6, 7, -9, 1), ids]),
    })
for op, function in [('Prod', tf.unsorted_segment_prod), ('Max', tf.unsorted_segment_max), ('Min', tf.unsorted_segment_min)]:
    cases.update({
        'UnsortedSegment%s.rows' % op: (lambda x, i, function=function: function(x, i, 4), [x, loose]),
        'UnsortedSegment%s.ties' % op: (lambda x, i, function=function: function(x, i, 3), [ties, i64(1, 1, 2, 2, 0)]),
        'UnsortedSegment%s.matrix' % op: (lambda x, i, function=function: function(x, i, 3), [f(2, 2, 3), i64([0, 2], [2, 2])]),
        'UnsortedSegment%s.tensor' % op: (lambda x, i, n, function=function: function(x, i, n, name='u'), [f(3), i32(1, 1, 0), np.int32(2)]),
        'UnsortedSegment%s.int32' % op: (lambda x, i, function=function: function(x, i, 4), [i32(5, -6, 7), i32(2, 2, 0)]),
        'UnsortedSegment%s.uint8' % op: (lambda x, i, function=function: function(x, i, 4), [np.array([5, 6, 7], np.uint8), i32(2, 2, 0)]),
    })
cases['UnsortedSegmentProd.zeros'] = (lambda x, i: tf.unsorted_segment_prod(x, i, 2), [zeros, i32(0, 0, 0, 1, -1)])
for op, function in [('mean', tf.unsorted_segment_mean), ('sqrt_n', tf.unsorted_segment_sqrt_n)]:
    cases.update({
        'UnsortedSegmentSum.%s' % op: (lambda x, i, function=function: function(x, i, 4), [x, loose]),
        'UnsortedSegmentSum.%s_matrix' % op: (lambda x, i, function=function: function(x, i, 3, name='u'), [f(2, 2, 3), i64([0, 2], [2, 2])]),
        'UnsortedSegmentSum.%s_tensor' % op: (lambda x, i, n, function=function: function(x, i, n), [x, loose, np.int32(4)]),
    })
for op, function in [('Sum', tf.sparse_segment_sum), ('Mean', tf.sparse_segment_mean), ('SqrtN', tf.sparse_segment_sqrt_n)]:
    name = 'SparseSegment%s' % op
    cases.update({
        name + '.rows': (lambda x, i, s, function=function: function(x, i, s), [x, i32(4, 0, 4, 2), i32(0, 0, 2, 2)]),
        name + '.named': (lambda x, i, s, function=function: function(x, i, s, name='s'), [f(3), i32(2, 0), i32(1, 1)]),
        name + '.none': (lambda x, i, s, function=function: function(x, i, s), [x, i32(), i32()]),
        name + 'WithNumSegments.rows': (lambda x, i, s, function=function: function(x, i, s, num_segments=4), [x, i32(4, 0, 4, 2), i32(0, 0, 2, 2)]),
        name + 'WithNumSegments.tensor': (lambda x, i, s, n, function=function: function(x, i, s, num_segments=n),
                                          [x, i32(4, 0, 4, 2), i32(0, 0, 2, 2), np.int32(3)]),
    })
cases['SparseSegmentSum.of_int32'] = (lambda x, i, s: tf.sparse_segment_sum(x, i, s), [i32([1, 2], [3, 4]), i32(1, 1, 0), i32(0, 0, 1)])
for op, function in [('Mean', tf.sparse_segment_mean), ('SqrtN', tf.sparse_segment_sqrt_n)]:
    cases['SparseSegment%sGrad.rows' % op] = (
        lambda x, i, s, function=function: tf.gradients(tf.square(function(x, i, s)), x)[0],
        [x, i32(4, 0, 4, 2), i32(0, 0, 2, 2)], {'grad': False, 'nodes': False})
