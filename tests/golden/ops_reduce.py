"""Cases of the reduce family."""
import numpy as np
import tensorflow as tf

nan, inf = np.nan, np.inf
rng = np.random.RandomState(7)
cube = np.round(rng.uniform(-4, 4, (3, 4, 5)), 3).astype(np.float32)
deep = np.round(rng.uniform(-2, 2, (2, 3, 2, 3)), 3).astype(np.float32)
long = np.round(rng.uniform(-2, 2, (70, 9)), 3).astype(np.float32)
wide = np.round(rng.uniform(-2, 2, (3, 300)), 3).astype(np.float32)
ties = np.array([[1, 3, 3], [2, 2, 2]], np.float32)
endless = np.array([[np.inf, 1, -np.inf, 2], [3, np.inf, np.inf, -1], [-np.inf, 0, -np.inf, 5]], np.float32)
odd = np.array([[1, nan, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3], [nan, 1, 1, nan, 2, 3, 4, 5, 6, 7, 8, nan]], np.float32)
ints = np.array([[1, -2, 7], [5, 6, -9]], np.int32)
yes = np.array([[True, False, True], [True, True, True]])
cases = {}

for name, function in [('Sum', tf.reduce_sum), ('Mean', tf.reduce_mean), ('Prod', tf.reduce_prod), ('Max', tf.reduce_max),
                       ('Min', tf.reduce_min)]:
    cases[name + '.all'] = (function, [cube])
    for axis in (0, 1, 2, -1):
        cases['%s.axis%s' % (name, str(axis).replace('-', '_'))] = (lambda x, g=function, a=axis: g(x, a), [cube])
    cases[name + '.axes02'] = (lambda x, g=function: g(x, [0, 2]), [cube])
    cases[name + '.axes13'] = (lambda x, g=function: g(x, [1, 3]), [deep])
    cases[name + '.axes02_of_4'] = (lambda x, g=function: g(x, [2, 0]), [deep])
    cases[name + '.keep'] = (lambda x, g=function: g(x, 1, keepdims=True), [cube])
    cases[name + '.keep_all'] = (lambda x, g=function: g(x, keepdims=True), [ties])
    cases[name + '.no_axes'] = (lambda x, g=function: g(x, []), [ties])
    cases[name + '.axis_tensor'] = (lambda x, a, g=function: g(x, a), [ties, np.array([1], np.int32)],
                                    {'grad': name != 'Prod'})
    cases[name + '.long'] = (lambda x, g=function: g(x, 0), [long if name != 'Prod' else long[:20]])
    cases[name + '.wide'] = (lambda x, g=function: g(x, 1), [wide if name != 'Prod' else wide[:, :20]])
    cases[name + '.wide0'] = (lambda x, g=function: g(x, 0), [wide])
    cases[name + '.odd'] = (lambda x, g=function: [g(x), g(x, 0), g(x, 1)], [odd], {'grad': False})
    cases[name + '.scalar'] = (function, [np.float32(3)])
    cases[name + '.ones'] = (lambda x, g=function: g(x, [0, 2]), [cube[:1, :, :1]])
    cases[name + '.empty'] = (lambda x, g=function: [g(x, 0), g(x, 1)], [np.zeros((0, 2), np.float32)], {'grad': False})
    cases[name + '.float64'] = (lambda x, g=function: [g(x), g(x, 0), g(x, 1)], [ties.astype(np.float64)])
    cases[name + '.int32'] = (lambda x, g=function: [g(x), g(x, 0), g(x, 1)], [ints])
    cases[name + '.int64'] = (lambda x, g=function: [g(x), g(x, 0), g(x, 1)], [ints.astype(np.int64) << 33])
    cases[name + '.uint8'] = (lambda x, g=function: [g(x, 0), g(x, 1)], [np.array([[3, 4], [5, 6]], np.uint8)])
    cases[name + '.endless'] = (lambda x, g=function: [g(x, 0), g(x, 1)], [endless], {'grad': False})
    cases[name + '.endless64'] = (lambda x, g=function: [g(x, 0), g(x, 1)], [endless.astype(np.float64)], {'grad': False})
    cases[name + '.nan64'] = (lambda x, g=function: [g(x, 0), g(x, 1)], [odd.astype(np.float64)], {'grad': False})
    cases[name + '.empty64'] = (lambda x, g=function: [g(x), g(x, 0), g(x, 1)], [np.zeros((0, 2))], {'grad': False})
    cases[name + '.empty_int64'] = (lambda x, g=function: [g(x), g(x, 0)], [np.zeros((0, 2), np.int64)])
    cases[name + '.empty_int32'] = (lambda x, g=function: [g(x, 0), g(x, 1)], [np.zeros((0, 2), np.int32)])
cases['Max.ties'] = (tf.reduce_max, [ties])
cases['Max.ties1'] = (lambda x: tf.reduce_max(x, 1), [ties])
cases['Min.ties1'] = (lambda x: tf.reduce_min(x, 1), [ties])
cases['Prod.zeros'] = (lambda x: tf.reduce_prod(x, 1), [np.array([[0, 2, 3], [0, 0, 3], [1, 2, 3]], np.float32)])
cases['Prod.zeros_all'] = (tf.reduce_prod, [np.array([[0, 2, 3], [1, 2, 3]], np.float32)])

for name, function in [('All', tf.reduce_all), ('Any', tf.reduce_any)]:
    for tag, x in [('plain', yes), ('inverse', ~yes), ('empty', np.zeros((0, 2), bool)), ('many', np.ones((3, 40), bool))]:
        cases['%s.%s' % (name, tag)] = (lambda x, g=function: [g(x), g(x, 0), g(x, 1, keepdims=True)], [x])

cases['Add.logsumexp'] = (tf.reduce_logsumexp, [cube], {'nodes': False})
cases['Add.logsumexp1'] = (lambda x: tf.reduce_logsumexp(x, 1), [cube], {'nodes': False})
cases['Log.logsumexp_keep'] = (lambda x: tf.reduce_logsumexp(x, 1, keepdims=True), [cube], {'nodes': False})
cases['Add.logsumexp_inf'] = (lambda x: tf.reduce_logsumexp(x, 1), [np.array([[-inf, -inf], [inf, 1], [1000, 1000]], np.float32)],
                              {'nodes': False, 'grad': False})
cases['Sum.count_nonzero'] = (lambda x: [tf.count_nonzero(x), tf.count_nonzero(x, 1, dtype=tf.int32)], [np.float32([[0, 1], [2, -3]])])

for name, function in [('ArgMax', tf.argmax), ('ArgMin', tf.argmin)]:
    cases[name + '.default'] = (function, [cube])
    cases[name + '.axis1'] = (lambda x, g=function: g(x, 1), [cube])
    cases[name + '.last'] = (lambda x, g=function: g(x, -1, output_type=tf.int32), [cube])
    cases[name + '.ties'] = (lambda x, g=function: g(x, 1), [ties])
    cases[name + '.odd'] = (lambda x, g=function: [g(x, 1), g(x, 0)], [odd[:, :4]])
    cases[name + '.nan'] = (lambda x, g=function: g(x, 1), [np.array([[1, nan, 3], [nan, 1, 1], [nan, nan, nan], [-inf, -inf, inf]], np.float32)])
    cases[name + '.vector'] = (function, [np.array([3., 1, 4])])
    cases[name + '.int32'] = (lambda x, g=function: g(x, 1), [ints])
    cases[name + '.int64'] = (lambda x, g=function: g(x, 1), [ints.astype(np.int64)])
    cases[name + '.uint8'] = (lambda x, g=function: g(x, 0), [np.array([[3, 4], [5, 2]], np.uint8)])
    cases[name + '.no_rows'] = (lambda x, g=function: g(x, 1), [np.zeros((0, 3), np.float32)])

for name, function in [('Cumsum', tf.cumsum), ('Cumprod', tf.cumprod)]:
    cases[name + '.default'] = (function, [cube])
    cases[name + '.axis1'] = (lambda x, g=function: g(x, 1), [cube])
    cases[name + '.last'] = (lambda x, g=function: g(x, -1), [cube])
    cases[name + '.exclusive'] = (lambda x, g=function: g(x, 1, exclusive=True), [cube])
    cases[name + '.reverse'] = (lambda x, g=function: g(x, 0, reverse=True), [cube])
    cases[name + '.both'] = (lambda x, g=function: g(x, 2, True, True), [cube])
    cases[name + '.float64'] = (function, [np.array([1.5, 2, -3])])
    cases[name + '.int32'] = (lambda x, g=function: g(x, 1), [ints])
    cases[name + '.int64'] = (lambda x, g=function: g(x, 1), [ints.astype(np.int64)])
    cases[name + '.uint8'] = (lambda x, g=function: g(x, 0), [np.array([[3, 4], [5, 2]], np.uint8)])
    cases[name + '.empty'] = (function, [np.zeros((0, 3), np.float32)])

variance, std = tf.math.reduce_variance, tf.math.reduce_std
cases['Mean.variance'] = (variance, [cube])
cases['Mean.variance_named'] = (lambda x: variance(x, -1, True, name='v'), [cube])
cases['Mean.variance_axes'] = (lambda x: variance(x, [0, 2]), [cube])
cases['Mean.variance_int32'] = (variance, [ints])
cases['Mean.variance_empty'] = (lambda x: variance(x, 0), [np.zeros((0, 2), np.float32)], {'grad': False})
cases['Sqrt.std'] = (std, [cube])
cases['Sqrt.std_axis'] = (lambda x: std(x, 1, name='s'), [cube])
