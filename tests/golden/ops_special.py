"""Cases of the special family: gamma, beta and zeta functions, inverse hyperbolic ones, and those that pass over 0."""
import numpy as np
import tensorflow as tf

nan, inf = np.nan, np.inf
d = lambda *v: np.array(v, np.float64)
s = lambda *v: np.array(v, np.float32)
x = d(-2.5, -1.7, -.3, .1, .5, 1, 1.4616, 2, 3.3, 10, 100, 1e5)
ends = d(0, -1, -2, inf, nan)
a, at = d(.1, .5, 1, 2.5, 10, 50, 300), d(.05, .5, 2, 2.4, 12, 40, 310)
still = {'grad': False}
bare = {'grad': False, 'nodes': False}
cases = {}
for op, f, domain, edge in [
        ('Lgamma', tf.lgamma, x, ends), ('Digamma', tf.digamma, x, ends), ('Erfc', tf.erfc, d(-3, -.5, 0, .2, 1, 4), d(inf, -inf, nan)),
        ('Asinh', tf.asinh, d(-50, -1, 0, 1e-9, .5, 1e6), d(inf, -inf, nan)), ('Acosh', tf.acosh, d(1.001, 1.5, 3, 1e6), d(1, .5, inf, nan)),
        ('Atanh', tf.atanh, d(-.99, -.5, 0, 1e-9, .9), d(1, -1, 2, nan))]:
    cases[op + '.double'] = (lambda x, f=f: f(x), [domain])
    cases[op + '.single'] = (lambda x, f=f: f(x, name='n'), [domain.astype(np.float32)])
    cases[op + '.ends'] = (lambda x, f=f: f(x), [edge], still)
cases.update({
    'Polygamma.double': (lambda a, x: tf.polygamma(a, x), [d(1, 1, 2, 3, 5, 1), d(.1, 3, 2.5, 10, .7, 1000)]),
    'Polygamma.zeroth': (lambda x: tf.polygamma(tf.constant(0, tf.float64), x), [d(.5, 3)], {'grad': False, 'nodes': False}),
    'Polygamma.wrong': (lambda a, x: tf.polygamma(a, x), [d(-1, 1.5, 1), d(2, 2, 0)], still),
    'Polygamma.single': (lambda x: tf.polygamma(2., x, name='p'), [s(.5, 1, 7)]),
    'Zeta.double': (lambda x, q: tf.zeta(x, q), [d(1.5, 2, 2, 4, 11), d(1, 1, .3, 7.5, 2)]),
    'Zeta.single': (lambda x, q: tf.zeta(x, q, name='z'), [s(2, 3), s(1, 2.5)]),
    'Zeta.ends': (lambda x, q: tf.zeta(x, q), [d(1, .5, 2, 2, 2.5), d(2, 2, 0, -3, -.5)], still),
    'Igamma.double': (lambda a, x: tf.igamma(a, x), [a, at]),
    'Igamma.single': (lambda a, x: tf.igamma(a, x, name='g'), [s(.5, 2, 10), s(.5, 1, 12)]),
    'Igamma.broadcast': (lambda a, x: tf.igamma(a, x), [d([2], [3]), d(.5, 1, 4)]),
    'Igamma.ends': (lambda a, x: tf.igamma(a, x), [d(1, 0, -1, 1, 2), d(0, 1, 1, -1, inf)], still),
    'Igamma.zero': (lambda a, x: tf.igamma(a, x), [d(0, .5, 1, 2, -1, nan), d(0, 0, 0, 0, 0, 0)]),
    'Igammac.zero': (lambda a, x: tf.igammac(a, x), [d(0, .5, 1, 2, -1, nan), d(0, 0, 0, 0, 0, 0)]),
    'Igammac.double': (lambda a, x: tf.igammac(a, x), [a, at]),
    'Igammac.single': (lambda a, x: tf.igammac(a, x), [s(.5, 2, 10), s(.5, 1, 12)]),
    'Igammac.ends': (lambda a, x: tf.igammac(a, x), [d(1, 0, -1, 1, 2), d(0, 1, 1, -1, inf)], still),
    'IgammaGradA.double': (lambda a, x: tf.raw_ops.IgammaGradA(a=a, x=x) if hasattr(tf.raw_ops, 'IgammaGradA')
                           else tf.gradients(tf.igamma(a, x), a)[0], [a, at], {'grad': False, 'nodes': False}),
    'Atan2.plain': (lambda y, x: tf.atan2(y, x), [d(1, -1, .5, -3, 1e-9), d(2, 2, -1, -1, -1)]),
    'Atan2.single': (lambda y, x: tf.atan2(y, x, name='a'), [s(1, -2), s(3, -1)]),
    'Atan2.ends': (lambda y, x: tf.atan2(y, x), [d(0, 0, 1, -1, inf), d(1, -1, 0, 0, inf)], still),
    'Xlogy.plain': (lambda x, y: tf.math.xlogy(x, y), [d(0, 0, 2, -1), d(.5, 3, 3, .25)]),
    'Xlogy.ends': (lambda x, y: tf.math.xlogy(x, y), [s(0, 0, 0, 1), s(0, inf, nan, 0)], still),
    'Xdivy.plain': (lambda x, y: tf.math.xdivy(x, y, name='d'), [d(0, 2, -1), d(.5, 3, .25)]),
    'Xdivy.ends': (lambda x, y: tf.math.xdivy(x, y), [s(0, 0, 1), s(0, nan, 0)], still),
    'MulNoNan.plain': (lambda x, y: tf.math.multiply_no_nan(x, y), [d([2, 3], [4, 5]), d(0, 2)]),
    'MulNoNan.ends': (lambda x, y: tf.math.multiply_no_nan(x, y), [s(nan, inf, nan), s(0, 0, 1)], still),
    'Betainc.double': (lambda a, b, x: tf.betainc(a, b, x), [d(.5, 2, 10, 1, 50), d(.5, 3, .2, 1, 60), d(.1, .4, .9, .3, .45)]),
    'Betainc.single': (lambda a, b, x: tf.betainc(a, b, x, name='b'), [s(2, 5), s(3, 1), s(.4, .9)]),
    'Betainc.scalars': (lambda x: tf.betainc(tf.constant(2., tf.float64), tf.constant(3., tf.float64), x), [d([.1, .5], [.7, .99])], {'nodes': False}),
    'Betainc.ends': (lambda a, b, x: tf.betainc(a, b, x), [d(1, 1, 0, 1, 1), d(2, 2, 1, -1, 2), d(0, 1, .5, .5, 1.5)], still),
    'Acosh.none_flows': (lambda x: tf.gradients(tf.acosh(x) * tf.zeros_like(x), x)[0], [d(0, 1, -1, 2, inf)], bare),
    'Lgamma.none_flows': (lambda x: tf.gradients(tf.lgamma(x) * tf.zeros_like(x), x)[0], [d(0, -1, 1, inf)], bare),
    'Digamma.none_flows': (lambda x: tf.gradients(tf.digamma(x) * tf.zeros_like(x), x)[0], [d(0, -1, 1, inf)], bare),
    'Atan2.none_flows': (lambda y, x: tf.gradients(tf.atan2(y, x) * tf.zeros_like(x), y)[0], [d(0, 1, 0), d(0, 0, 2)], bare),
    'Lgamma.lbeta': (lambda x: tf.lbeta(x), [d([.5, 2, 3], [1, 1, 1])]),
})
