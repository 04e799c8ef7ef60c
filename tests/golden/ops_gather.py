"""Cases of the gather family."""
import numpy as np
import tensorflow as tf

f = lambda *s: (np.arange(np.prod(s), dtype=np.float32).reshape(s) - 3) / 2
i32 = lambda *v: np.array(v, np.int32)
i64 = lambda *v: np.array(v, np.int64)
nan, inf = np.nan, np.inf
x3, m = f(2, 3, 4), f(3, 4)
scores = np.array([[.3, .1, .6, .6], [5, 4, 3, 2], [1, 1, 1, 1]], np.float32)
odd = np.array([[1, nan, 3], [inf, 2, 1], [1, 2, 3], [-inf, 0, 1]], np.float32)
rng = np.random.RandomState(3)
row = rng.permutation(40).astype(np.float32).reshape(2, 20)
nan, inf = np.nan, np.inf
odd = np.array([[1, nan, 3, 2, -1], [nan, 1, 3, 0, 2], [5, 1, 3, 2, nan], [nan, nan, 1, nan, 2], [inf, -inf, nan, inf, 0],
                [nan, nan, nan, nan, nan], [3, 2, nan, 1, nan]], np.float32)
cases = {
    'GatherV2.rows': (lambda x, i: tf.gather(x, i), [m, i32(2, 0, 2)]),
    'GatherV2.one': (lambda x, i: tf.gather(x, i), [m, np.int32(1)]),
    'GatherV2.matrix_of_indices': (lambda x, i: tf.gather(x, i), [m, i64([0, 1], [2, 2])]),
    'GatherV2.literal': (lambda x: tf.gather(x, [0, 1], name='g'), [m]),
    'GatherV2.elements': (lambda x, i: tf.gather(x, i), [f(5), i32(4, 4, 0)]),
    'GatherV2.axis_1': (lambda x, i: tf.gather(x, i, axis=1), [x3, i32(2, 0, 2)]),
    'GatherV2.axis_last': (lambda x, i: tf.gather(x, i, axis=-1), [x3, i32([3, 0], [0, 1])]),
    'GatherV2.axis_1_one': (lambda x, i: tf.gather(x, i, axis=1), [x3, np.int32(2)]),
    'GatherV2.none': (lambda x, i: tf.gather(x, i), [m, np.zeros(0, np.int32)]),
    'GatherV2.int32': (lambda x, i: tf.gather(x, i), [i32(5, 6, 7), i32(2, 1)]),
    'GatherV2.bools': (lambda x, i: tf.gather(x, i), [np.array([True, False]), i32(1, 0, 1)]),
    'GatherV2.twice': (lambda x, i: tf.gather(x, i) + tf.gather(x, [1, 1, 0]), [m, i32(2, 0, 2)], {'nodes': False}),
    'GatherV2.and_dense': (lambda x, i: [tf.gather(x, i), tf.square(x)], [m, i32(2, 0, 2)], {'nodes': False}),
    'GatherV2.embedding': (lambda x, i: tf.nn.embedding_lookup(x, i), [m, i32(2, 0, 2)]),
    'GatherV2.embedding_max_norm': (lambda x, i: tf.nn.embedding_lookup(x, i, max_norm=1.5), [m, i32(2, 0, 2)]),
    'GatherV2.embedding_one_max_norm': (lambda x: tf.nn.embedding_lookup(x, 1, max_norm=1.5), [m]),
    'GatherNd.elements': (lambda x, i: tf.gather_nd(x, i), [m, i32([0, 1], [2, 3])]),
    'GatherNd.rows': (lambda x, i: tf.gather_nd(x, i), [x3, i32([0, 1], [1, 2])]),
    'GatherNd.sparse': (lambda x, i: tf.gather_nd(x, i), [m, i32([2], [0], [2])]),
    'GatherNd.deep': (lambda x, i: tf.gather_nd(x, i), [m, i64([[0, 1], [2, 3]], [[1, 1], [0, 0]])]),
    'GatherNd.one': (lambda x, i: tf.gather_nd(x, i, name='one'), [m, i32(1, 2)], {'grad': False}),
    'ScatterNd.elements': (lambda i, u: tf.scatter_nd(i, u, [4]), [i32([3], [1]), f(2)]),
    'ScatterNd.sums': (lambda i, u: tf.scatter_nd(i, u, [4]), [i32([3], [1], [3]), f(3)]),
    'ScatterNd.rows': (lambda i, u: tf.scatter_nd(i, u, [3, 2]), [i32([2], [0]), f(2, 2)]),
    'ScatterNd.pairs': (lambda i, u: tf.scatter_nd(i, u, [3, 2], name='s'), [i32([2, 1], [0, 0]), f(2)]),
    'ScatterNd.tensor': (lambda i, u, s: tf.scatter_nd(i, u, s), [i64([2], [0]), f(2, 2), i64(3, 2)]),
    'ScatterNd.int32': (lambda i, u: tf.scatter_nd(i, u, [3]), [i32([2], [2]), i32(5, 6)]),
    'UnsortedSegmentSum.rows': (lambda x, i: tf.unsorted_segment_sum(x, i, 4), [m, i32(2, 0, 2)]),
    'UnsortedSegmentSum.dropped': (lambda x, i: tf.unsorted_segment_sum(x, i, 2), [m, i32(1, -1, 1)]),
    'UnsortedSegmentSum.matrix': (lambda x, i: tf.unsorted_segment_sum(x, i, 3), [f(2, 2, 3), i64([0, 2], [2, 2])]),
    'UnsortedSegmentSum.tensor': (lambda x, i, n: tf.unsorted_segment_sum(x, i, n, name='u'), [f(3), i32(1, 1, 0), np.int32(2)]),
    'UnsortedSegmentSum.none': (lambda x, i: tf.unsorted_segment_sum(x, i, 2), [f(0, 2), np.zeros(0, np.int32)]),
    'UnsortedSegmentSum.int64': (lambda x, i: tf.unsorted_segment_sum(x, i, 2), [i64(1, 2, 3), i32(1, 1, 0)]),
    'OneHot.plain': (lambda i: tf.one_hot(i, 4), [i32(0, 3, 1)]),
    'OneHot.outside': (lambda i: tf.one_hot(i, 3), [i64(-1, 3, 2)]),
    'OneHot.scalar': (lambda i: tf.one_hot(i, 3), [np.int32(1)]),
    'OneHot.axis_0': (lambda i: tf.one_hot(i, 3, axis=0), [i32([0, 1], [2, 0])]),
    'OneHot.axis_1': (lambda i: tf.one_hot(i, 3, axis=1, name='h'), [i32([0, 1], [2, 0])]),
    'OneHot.values': (lambda i: tf.one_hot(i, 3, on_value=5, off_value=-1), [np.array([0, 2], np.uint8)]),
    'OneHot.values_real': (lambda i: tf.one_hot(i, 3, 5., -1., 0), [i32(0, 2)]),
    'OneHot.on_alone': (lambda i: tf.one_hot(i, 3, on_value=5.), [i32(0, 2)]),
    'OneHot.off_alone': (lambda i: tf.one_hot(i, 3, off_value=2), [i32(0, 2)]),
    'OneHot.dtype': (lambda i: tf.one_hot(i, 3, dtype=tf.int64), [i32(0, 2)]),
    'OneHot.bools': (lambda i: tf.one_hot(i, 3, on_value=True, off_value=False, dtype=tf.bool), [i32(0, 2)]),
    'OneHot.depth_tensor': (lambda i, d: tf.one_hot(i, d), [i32(0, 2), np.int32(3)]),
    'OneHot.depth_0': (lambda i: tf.one_hot(i, 0), [i32(0, 2)]),
    'TopKV2.two': (lambda x: list(tf.nn.top_k(x, 2)), [scores]),
    'TopKV2.all': (lambda x: list(tf.nn.top_k(x, 4)), [scores]),
    'TopKV2.one': (lambda x: list(tf.nn.top_k(x)), [scores]),
    'TopKV2.none': (lambda x: list(tf.nn.top_k(x, 0)), [scores]),
    'TopKV2.vector': (lambda x: list(tf.nn.top_k(x, 3, name='top')), [f(6)]),
    'TopKV2.long': (lambda x: list(tf.nn.top_k(x, 7)), [row]),
    'TopKV2.deep': (lambda x: tf.nn.top_k(x, 2)[0], [x3[:, ::-1]]),
    'TopKV2.nan': (lambda x: list(tf.nn.top_k(x, 3)), [odd], {'grad': False}),
    'TopKV2.nan_one': (lambda x: list(tf.nn.top_k(x, 1)), [odd], {'grad': False}),
    'TopKV2.nan_all': (lambda x: list(tf.nn.top_k(x, 5)), [odd], {'grad': False}),
    'TopKV2.nan64': (lambda x: list(tf.nn.top_k(x, 3)), [odd.astype(np.float64)], {'grad': False}),
    'TopKV2.tensor': (lambda x, k: list(tf.nn.top_k(x, k)), [scores, np.int32(3)]),
    'TopKV2.int32': (lambda x: list(tf.nn.top_k(x, 2)), [i32([3, 9, 4], [5, 5, 6])]),
    'InTopKV2.plain': (lambda x, t: tf.nn.in_top_k(x, t, 2), [scores, i32(0, 1, 3)]),
    'InTopKV2.first': (lambda x, t: tf.nn.in_top_k(x, t, 1), [scores, i64(3, 0, 2)]),
    'InTopKV2.odd': (lambda x, t: tf.nn.in_top_k(x, t, 3, name='hit'), [odd, i32(0, 0, 2, 1)]),
    'InTopKV2.outside': (lambda x, t: tf.nn.in_top_k(x, t, 2), [scores, i32(-1, 4, 0)]),
    'ReverseSequence.time_1': (lambda x, n: tf.reverse_sequence(x, n, seq_axis=1, batch_axis=0), [m, i32(2, 4, 0)]),
    'ReverseSequence.time_0': (lambda x, n: tf.reverse_sequence(x, n, seq_axis=0, batch_axis=1), [m, i64(1, 3, 2, 0)]),
    'ReverseSequence.deep': (lambda x, n: tf.reverse_sequence(x, n, 1), [f(2, 3, 2), i32(2, 3)]),
    'ReverseSequence.batch_last': (lambda x, n: tf.reverse_sequence(x, n, seq_dim=0, batch_dim=2), [f(3, 2, 2), i32(2, 3)]),
    'ReverseSequence.int32': (lambda x, n: tf.reverse_sequence(x, n, 1, name='r'), [i32([1, 2, 3], [4, 5, 6]), i32(3, 2)]),
    'InvertPermutation.plain': (lambda x: tf.invert_permutation(x), [i32(2, 0, 3, 1)]),
    'InvertPermutation.int64': (lambda x: tf.invert_permutation(x), [i64(1, 0)]),
    'InvertPermutation.none': (lambda x: tf.invert_permutation(x), [np.zeros(0, np.int32)]),
    'Less.sequence_mask': (lambda n: tf.sequence_mask(n, 5), [i32(1, 3, 0)]),
    'Less.sequence_mask_longest': (lambda n: tf.sequence_mask(n), [i32(1, 3, 2)]),
    'Cast.sequence_mask': (lambda n: tf.sequence_mask(n, 4, tf.float32), [i32([1, 3], [5, 0])]),
    'Less.sequence_mask_int64': (lambda n: tf.sequence_mask(n, name='mask', maxlen=3), [i64(1, 3, 2)]),
}


def confusion(**given):
    def case(z, p, *w):
        tf.set_random_seed(3)
        counted = tf.confusion_matrix(z, p, weights=w[0] if w else None, **given)
        return [counted, tf.random.uniform([2])]  # its seed is the number of nodes before it
    return case


z, p = np.array([1, 2, 4, 2], np.int32), np.array([2, 2, 4, 2], np.int32)
hidden = {'grad': False, 'nodes': False}  # TF's last nodes add a sparse tensor
cases['ScatterNd.confusion'] = (confusion(), [z, p], hidden)
cases['ScatterNd.confusion_classes'] = (confusion(num_classes=6, name='c'), [z.astype(np.int64), p.astype(np.int64)], hidden)
cases['ScatterNd.confusion_column'] = (confusion(num_classes=5), [z.reshape(4, 1), p], hidden)
cases['ScatterNd.confusion_columns'] = (confusion(num_classes=5), [z, p.reshape(4, 1).astype(np.float32)], hidden)
cases['ScatterNd.confusion_weights'] = (confusion(num_classes=5, dtype=tf.float32), [z, p, np.array([1., .5, 2, -1])], hidden)
cases['ScatterNd.confusion_weights_of_dtype'] = (confusion(dtype=tf.float64), [z, p, np.array([1., .5, 2, -1])], hidden)


def bag(combiner, name=None):
    def case(table, indices, ids, *weights):
        shape = tf.constant([3, 3], tf.int64)
        sparse = [tf.SparseTensor(indices, values, shape) for values in (ids,) + weights]
        return tf.nn.embedding_lookup_sparse(table, sparse[0], sparse[1] if weights else None, combiner=combiner, name=name)
    return case


deep = f(2, 3, 4, 2)
cases['GatherV2.batch_dims'] = (lambda x, i: tf.gather(x, i, batch_dims=1), [f(2, 5, 3), i32([0, 4, 4], [1, 3, 1])])
cases['GatherV2.batch_dims_axis'] = (lambda x, i: tf.gather(x, i, axis=2, batch_dims=1), [deep, i32([0, 3, 3], [1, 2, 1])], {'grad': False})  # TF's adds up the wrong elements
cases['GatherV2.batch_dims_back'] = (lambda x, i: tf.gather(x, i, axis=3, batch_dims=-1), [deep, i64([[0], [1], [1]], [[1], [0], [1]])], {'grad': False})
cases['GatherV2.batch_dims_all'] = (lambda x, i: tf.gather(x, i, batch_dims=2), [deep, i32([[0], [3], [3]], [[1], [2], [1]])])
cases['GatherV2.batch'] = (lambda x, i: tf.batch_gather(x, i), [m, i32([0, 3], [1, 1], [2, 0])])
cases['GatherV2.batch_deep'] = (lambda x, i: tf.batch_gather(x, i, name='b'), [f(2, 3, 4, 2), i64([[0, 3], [1, 1], [2, 0]], [[0, 0], [1, 2], [3, 3]])])
cases['GatherV2.batch_none'] = (lambda x, i: tf.batch_gather(x, i), [m, i32(2, 0)])
bags = [f(4, 2), i64([0, 0], [0, 2], [1, 1], [2, 0]), i64(1, 3, 1, 0)]
plain = {'nodes': False}
cases['SparseSegmentMean.embedding'] = (bag('mean'), bags, plain)
cases['SparseSegmentSum.embedding'] = (bag('sum', 'e'), bags, plain)
cases['SparseSegmentSqrtN.embedding'] = (bag('sqrtn'), bags, plain)
weighted = bags + [np.array([.5, 2, -1, 3], np.float32)]
cases['SegmentSum.embedding_sum'] = (bag('sum'), weighted, plain)
cases['SegmentSum.embedding_mean'] = (bag('mean', 'e'), weighted, plain)
cases['SegmentSum.embedding_sqrtn'] = (bag('sqrtn'), weighted, plain)
