"""Cases of the compare family."""
import numpy as np
import tensorflow as tf

nan, inf = np.nan, np.inf
x = np.array([1, 2, nan, inf, -inf, 0, 3, nan], np.float32)
y = np.array([1, 3, nan, inf, inf, -0., 2, 1], np.float32)
grid = np.arange(6, dtype=np.float32).reshape(2, 3)
yes = np.array([[True, False, True], [False, False, True]])
cases = {}

for name, function in [('Equal', tf.equal), ('NotEqual', tf.not_equal), ('Less', tf.less), ('LessEqual', tf.less_equal),
                       ('Greater', tf.greater), ('GreaterEqual', tf.greater_equal)]:
    cases[name + '.edges'] = (function, [x, y])
    cases[name + '.number'] = (lambda a, g=function: g(a, 2), [grid])
    cases[name + '.broadcast'] = (function, [grid, np.array([[1], [4]], np.float32)])
    cases[name + '.int32'] = (function, [np.array([1, -2, 3], np.int32), np.array([1, 2, -3], np.int32)])
    cases[name + '.int64'] = (function, [np.array([1 << 40, -2, 3], np.int64), np.array([1, 2, 1 << 40], np.int64)])
    cases[name + '.uint8'] = (function, [np.array([1, 200], np.uint8), np.array([1, 2], np.uint8)])
    cases[name + '.float64'] = (function, [np.float64(1), np.array([1, 1 + 1e-12])])
    cases[name + '.empty'] = (function, [np.zeros((0, 2), np.float32), np.zeros(2, np.float32)])
cases['Equal.bools'] = (tf.equal, [yes, yes[:1]])
cases['NotEqual.bools'] = (tf.not_equal, [yes, yes[:1]])

for name, function in [('LogicalAnd', tf.logical_and), ('LogicalOr', tf.logical_or), ('LogicalAnd', tf.logical_xor)]:
    tag = '.xor' if function is tf.logical_xor else '.plain'
    cases[name + tag] = (function, [yes, ~yes[::-1]])
    cases[name + tag + '_broadcast'] = (function, [yes, np.array(True)])
cases['LogicalNot.plain'] = (tf.logical_not, [yes])

cases['Select.same'] = (tf.where, [yes, grid, -grid])
cases['Select.scalar'] = (tf.where, [np.array(False), grid, -grid])
cases['Select.rows'] = (tf.where, [np.array([True, False]), grid, -grid])
cases['Select.vector'] = (tf.where, [np.array([True, False]), grid[0, :2], grid[1, :2]])
cases['Select.all_scalars'] = (tf.where, [np.array(True), np.float32(1), np.float32(2)])
cases['Select.nan'] = (lambda c, a: tf.where(c, tf.log(a), tf.zeros_like(a)), [np.array([True, False]), np.array([1, -1], np.float32)],
                       {'nodes': False})
cases['Select.int32'] = (tf.where, [yes[0], np.array([1, 2, 3], np.int32), np.array([4, 5, 6], np.int32)])
cases['Select.int64'] = (tf.where, [yes[0], np.array([1, 2, 3], np.int64), np.array([4, 5, 6], np.int64)])
cases['Select.bools'] = (tf.where, [yes, yes, ~yes])
cases['Select.float64'] = (tf.where, [yes[0], np.array([1., 2, 3]), np.array([4., 5, 6])])
cases['SelectV2.same'] = (tf.where_v2, [yes, grid, -grid])
cases['SelectV2.scalar'] = (tf.where_v2, [np.array(False), grid, -grid])
cases['SelectV2.columns'] = (tf.where_v2, [np.array([[True], [False]]), grid, -grid[:1]])
cases['SelectV2.vector'] = (tf.where_v2, [np.array([True, False, True]), grid, -grid])
cases['SelectV2.number'] = (tf.where_v2, [yes, grid, np.float32(7)])
cases['SelectV2.outer'] = (tf.where_v2, [yes, grid[:, :1], grid[0]])
cases['SelectV2.all_scalars'] = (tf.where_v2, [np.array(True), np.float32(1), np.float32(2)])
cases['SelectV2.nan'] = (lambda c, a: tf.where_v2(c, tf.log(a), 0.), [np.array([True, False]), np.array([1, -1], np.float32)],
                         {'nodes': False})
cases['SelectV2.int32'] = (tf.where_v2, [yes, np.array([1, 2, 3], np.int32), np.array([[4], [5]], np.int32)])
cases['SelectV2.int64'] = (tf.where_v2, [yes, np.array([1, 2, 3], np.int64), np.array(1 << 40)])
cases['SelectV2.bools'] = (tf.where_v2, [yes, yes, ~yes[0]])
cases['SelectV2.uint8'] = (tf.where_v2, [yes, np.array([1, 2, 3], np.uint8), np.array(200, np.uint8)])
cases['SelectV2.float64'] = (tf.where_v2, [yes, np.array([1., 2, 3]), np.array([[4.], [5]])])
cases['SelectV2.empty'] = (tf.where_v2, [np.zeros((0, 2), bool), np.zeros(2, np.float32), np.zeros((0, 1), np.float32)])
cases['Select.empty'] = (tf.where, [np.zeros((0, 2), bool), np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32)])
