"""Cases of the math family: one operand, two operands, casts, clipping."""
import numpy as np
import tensorflow as tf

nan, inf = np.nan, np.inf


def f(*x):
    return np.array(x, np.float32)


def d(*x):
    return np.array(x, np.float64)


def i(*x):
    return np.array(x, np.int32)


def l(*x):
    return np.array(x, np.int64)


edges = f(0, -0., 1, -1, 2.5, -2.5, 0.3, -0.3, 88, -88, 1e-20, 100, nan, inf, -inf)
inner = f(0.1, -0.2, 0.5, -0.9, 0, 0.999)
positive = f(0.1, 1, 2.5, 1e-20, 1e20, 7)
grid = np.linspace(-4, 4, 24).astype(np.float32).reshape(2, 3, 4)
cases = {}


def unary(type_name, function, *inputs):
    """x in float32 at the edges, float64 of rank 0, nothing; and what is given."""
    cases[type_name + '.edges'] = (function, [edges])
    cases[type_name + '.scalar64'] = (function, [np.float64(0.7)])
    cases[type_name + '.empty'] = (function, [np.zeros((0, 3), np.float32)])
    for n, x in enumerate(inputs):
        cases['%s.more%d' % (type_name, n)] = (function, [x])


unary('Neg', tf.negative, i(1, -2, 0), l(1, -2))
unary('Abs', tf.abs, i(1, -2, 0), l(-1 << 40, 3))
unary('Sign', tf.sign, i(1, -2, 0), l(-1 << 40, 3))
unary('Square', tf.square, i(3, -2), l(-1 << 20, 3))
unary('Sqrt', tf.sqrt, positive)
unary('Rsqrt', tf.rsqrt, positive)
for name in ('Sqrt', 'Rsqrt'): # of -0., where TF 1.15 gives the root of +0.
    cases[name + '.edges'][1][0] = np.delete(edges, 1)
unary('Reciprocal', tf.reciprocal, positive)
unary('Exp', tf.exp, grid)
unary('Expm1', tf.expm1, grid)
unary('Log', tf.log, positive)
unary('Log1p', tf.log1p, positive)
unary('Sigmoid', tf.sigmoid, grid)
unary('Tanh', tf.tanh, grid)
unary('Sin', tf.sin, grid)
unary('Cos', tf.cos, grid)
unary('Tan', tf.tan, inner)
unary('Asin', tf.asin, inner)
unary('Acos', tf.acos, inner)
unary('Atan', tf.atan, inner)
unary('Sinh', tf.sinh, inner)
unary('Cosh', tf.cosh, inner)
unary('Erf', tf.erf, grid)
unary('Floor', tf.floor, grid)
unary('Ceil', tf.ceil, grid)
unary('Rint', tf.rint, f(.5, 1.5, -.5, -2.5))
unary('Round', tf.round, f(.5, 1.5, -.5, -2.5))
cases['Placeholder.rounded_ints'] = (tf.round, [i(1, -7)])
unary('IsNan', tf.is_nan)
unary('IsInf', tf.is_inf)
unary('IsFinite', tf.is_finite)
cases['Softplus.log_sigmoid'] = (tf.log_sigmoid, [grid])

# The gradients that are ops of their own: as first gradients, and differentiated once more.
for name, function in [('Sqrt', tf.sqrt), ('Rsqrt', tf.rsqrt), ('Reciprocal', tf.reciprocal), ('Sigmoid', tf.sigmoid),
                       ('Tanh', tf.tanh)]:
    cases[name + 'Grad.twice'] = (lambda x, g=function: tf.gradients(g(x), x)[0], [f(.1, .5, 1, 3)], {'nodes': False})
    cases[name + 'Grad.four_times'] = (
        lambda x, g=function: tf.gradients(tf.gradients(tf.gradients(g(x), x)[0], x)[0], x)[0], [d(.1, .5, 1, 3)], {'nodes': False})

cases['Bitcast.real'] = (lambda x: [tf.bitcast(x, tf.int32), tf.bitcast(x, tf.uint8), tf.bitcast(x, tf.float64, name='wide')],
                         [f(1, -2.5, 0, 1e20).reshape(2, 2)], {'grad': False})
cases['Bitcast.int64'] = (lambda x: tf.bitcast(x, tf.int32), [l(1, -2, 1 << 40)])
cases['Cast.real'] = (lambda x: [tf.cast(x, t) for t in (tf.int32, tf.int64, tf.bool, tf.float64)],
                      [f(nan, 0, -0., inf, -inf, 1.9, -1.9, 300, -5, 3e9, -3e9, 1e20)])
cases['Cast.real64'] = (lambda x: [tf.cast(x, t) for t in (tf.int32, tf.int64, tf.uint8, tf.bool, tf.float32)],
                        [d(nan, 0, -0., inf, -inf, 1.9, -1.9, 30, 200, 3e9, -3e9, 1e300)])
cases['Cast.int64'] = (lambda x: [tf.cast(x, t) for t in (tf.int32, tf.uint8, tf.bool, tf.float32, tf.float64)],
                       [l(1 << 40, -1, 300, (1 << 33) + 5, 0)])
cases['Cast.bools'] = (lambda x: [tf.cast(x, t) for t in (tf.int32, tf.uint8, tf.float32)], [np.array([True, False])])
cases['Cast.uint8'] = (lambda x: [tf.cast(x, t) for t in (tf.int32, tf.float32, tf.bool)], [np.array([0, 7, 255], np.uint8)])
cases['Cast.same'] = (lambda x: tf.cast(tf.cast(x, tf.float32), tf.float64), [f(1, 2)])
cases['Cast.to'] = (lambda x: [tf.to_float(x), tf.to_double(x), tf.to_int64(x), tf.to_int32(x)], [i(1, -2)])

a = f(7, -7, 7, -7, 1, nan, inf, 1, 0, 2.5)
b = f(2, 2, -2, -2, 0, 1, 2, inf, 0, 2.5)
ia, ib = i(7, -7, 7, -7, -2147483647, 5), i(2, 2, -2, -2, 2, 5)
wide, tall = grid[:1], np.array([[1.5], [-2], [0.5]], np.float32)


def binary(type_name, function, ints=True, whole=ia, by=ib, options={}):
    cases[type_name + '.edges'] = (function, [a, b], options)
    cases[type_name + '.broadcast'] = (function, [grid, tall], options)
    cases[type_name + '.broadcast_back'] = (function, [np.float32(1.5), grid], options)
    cases[type_name + '.both'] = (function, [grid[:, :1], grid[:1]], options)
    cases[type_name + '.float64'] = (function, [d(1.5, 2), d(.5, -3)], options)
    cases[type_name + '.empty'] = (function, [np.zeros((0, 3), np.float32), f(1, 2, 3)], options)
    if ints:
        cases[type_name + '.int32'] = (function, [whole, by], options)
        cases[type_name + '.int64'] = (function, [whole.astype(np.int64), by.astype(np.int64)], options)


binary('Add', tf.add)
binary('AddV2', lambda x, y: tf.raw_ops.AddV2(x=x, y=y))
binary('Sub', tf.subtract)
binary('Mul', tf.multiply)
binary('RealDiv', tf.realdiv, False)
binary('DivNoNan', tf.div_no_nan, False)
binary('FloorDiv', tf.floordiv)
binary('FloorMod', tf.floormod)
binary('TruncateDiv', tf.truncatediv)
cases['TruncateDiv.uint8'] = (tf.truncatediv, [np.array([7, 200], np.uint8), np.array([2, 7], np.uint8)])
# of float32, TF multiplies by an estimate of 1 / y: 7 / 2 is 3.4999998 and 1 / 0 NaN
cases['TruncateDiv.edges'] = (tf.truncatediv, [a.astype(np.float64), b.astype(np.float64)])
binary('TruncateMod', tf.truncatemod, options={'grad': False})
binary('Pow', tf.pow, whole=i(2, -3, 0, 5), by=i(3, 3, 0, 0))
binary('Maximum', tf.maximum)
binary('Minimum', tf.minimum)
binary('SquaredDifference', tf.squared_difference)
cases['Add.number'] = (lambda x: tf.add(x, 1.5), [grid])
cases['Sub.python'] = (lambda x: x - 1, [grid])
cases['Mul.python'] = (lambda x: 2 * x, [grid])
cases['Mul.scalar_mul'] = (lambda x: tf.scalar_mul(2, x), [grid])
cases['RealDiv.python'] = (lambda x: [x / 2, 2 / x], [grid])
cases['RealDiv.ints'] = (lambda x, y: x / y, [ia, ib])
cases['RealDiv.int_number'] = (lambda x: [x / 2, 7 / x], [i(3, 4)])
cases['RealDiv.uint8'] = (lambda x: tf.truediv(x, x), [np.array([3, 4], np.uint8)])
cases['FloorMod.python'] = (lambda x: [x % 2, x // 2], [ia])
tiny = np.array([-1, 1, -1e-20, 1e-20, 0, -0., 5, -5, inf, -inf, nan, 3, -3, 1e30, -1e-40, 1e-45, 7.5])
for width in (np.float32, np.float64): # by each of ten, at once
    rows = np.array([[inf], [-inf], [3], [-3], [0], [1e-30], [-1e-30], [nan], [1e30], [.1]], width)
    for name, function in [('FloorMod', tf.floormod), ('FloorDiv', tf.floordiv), ('Maximum', tf.maximum), ('Minimum', tf.minimum)]:
        cases['%s.extremes%d' % (name, 8 * width().itemsize)] = (function, [tiny.astype(width), rows], {'grad': False})
cases['Pow.zero'] = (tf.pow, [f(-2, -2, 0, 0, inf, nan, 1, 0), f(2, .5, 0, -1, 0, 0, nan, 2)])
cases['Add.uint8'] = (tf.add, [np.array([250, 4], np.uint8), np.array([10, 4], np.uint8)])

g = tf.raw_ops.BroadcastGradientArgs
for n, (s0, s1) in enumerate([([2, 3], [3]), ([2, 3], [2, 3]), ([1, 3], [1, 3]), ([1, 3], [2, 3]), ([1], [1, 1]), ([], [1]),
                              ([2, 1], [2, 3]), ([], []), ([1, 1, 3], [1, 3]), ([0, 1], [0, 3]), ([1, 1], [1, 3]),
                              ([2, 1, 1], [2, 1, 3])]):
    cases['BroadcastGradientArgs.case%d' % n] = (lambda x, y: list(g(s0=x, s1=y)), [np.array(s0, np.int32), np.array(s1, np.int32)])

cases['Maximum.clip_by_value'] = (lambda x: tf.clip_by_value(x, -1, 1), [f(-2, -1, 0, 1, 2, nan)])
cases['Maximum.clip_by_tensors'] = (lambda x, lo: tf.clip_by_value(x, lo, 3.0), [grid, f(-1, 0, 1, 2)])
cases['RealDiv.clip_by_norm'] = (lambda x: tf.clip_by_norm(x, 5.0), [grid])
cases['RealDiv.clip_by_norm_axes'] = (lambda x: tf.clip_by_norm(x, 2, axes=[1, 2]), [grid])
cases['RealDiv.clip_by_norm_zero'] = (lambda x: tf.clip_by_norm(x, 2.), [f(0, 0)])
cases['Identity.clip_by_average_norm'] = (lambda x: tf.clip_by_average_norm(x, 5.0), [grid])
cases['Identity.clip_by_average_norm_tensor'] = (lambda x, c: tf.clip_by_average_norm(x, c, name='c'), [f(3, 4), np.float32(.1)])
cases['Sqrt.global_norm'] = (lambda x, y: tf.global_norm([x, None, y]), [f(1, 2), f(3)])
cases['Mul.clip_by_global_norm'] = (lambda x, y: sum(map(list, [tf.clip_by_global_norm([x, y], 2.0)[0]]), []), [f(1, 2), grid])
cases['Mul.clip_by_global_norm_small'] = (lambda x, y: tf.clip_by_global_norm([x, y], 2)[0], [f(.1, .2), f(.3)])
cases['Mul.clip_by_global_norm_inf'] = (lambda x: tf.clip_by_global_norm([x], 2)[0], [f(.1, inf)], {'grad': False})
three = np.random.RandomState(23).uniform(-2, 2, (2, 2, 4, 3)).astype(np.float32)
cases['Cross.vector'] = (lambda a, b: tf.cross(a, b), [three[0, 0, 0], three[1, 1, 1]])
cases['Cross.many'] = (lambda a, b: tf.linalg.cross(a, b, name='c'), [three[0].astype(np.float64), three[1].astype(np.float64)])
cases['Cross.int32'] = (lambda a, b: tf.cross(a, b), [np.array([[1, 2, 3]], np.int32), np.array([[-4, 5, 6]], np.int32)], {'grad': False})
