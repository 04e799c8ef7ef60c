"""One training step of the tutorial LSTM on JAX under jit, the loop unrolled four times. Usage: jax_step.py WORKLOAD THREADS
(the threads are those of the cores that the process may run on)."""
import sys

import jax
import jax.numpy as jnp
import numpy as np

from timing import time_step

if sys.argv[1] not in ('static', 'dynamic'):
    sys.exit(3)
random = np.random.RandomState(0)
params = {'kernel': random.randn(156, 512) * .1, 'bias': np.zeros(512), 'out': random.randn(128, 10), 'out_bias': random.randn(10)}
params = {key: jnp.asarray(value, 'float32') for key, value in params.items()}
x, y = random.rand(128, 28, 28).astype('float32'), np.eye(10, dtype='float32')[random.randint(0, 10, 128)]
each = jax.tree_util.tree_map


def loss(p):
    def cell(state, now):
        h, c = state
        i, j, f, o = jnp.split(jnp.concatenate([now, h], 1) @ p['kernel'] + p['bias'], 4, 1)
        c = c * jax.nn.sigmoid(f + 1) + jax.nn.sigmoid(i) * jnp.tanh(j)
        return (jnp.tanh(c) * jax.nn.sigmoid(o), c), None
    zero = jnp.zeros((128, 128))
    (h, _), _ = jax.lax.scan(cell, (zero, zero), x.transpose(1, 0, 2), unroll=4)
    return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(h @ p['out'] + p['out_bias']), 1))


@jax.jit
def adam(p, m, v, t):
    g = jax.grad(loss)(p)
    m, v = each(lambda m, g: .9 * m + .1 * g, m, g), each(lambda v, g: .999 * v + .001 * g * g, v, g)
    rate = 1e-3 * jnp.sqrt(1 - .999 ** t) / (1 - .9 ** t)
    return each(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), p, m, v), m, v, t + 1


state = [params, each(jnp.zeros_like, params), each(jnp.zeros_like, params), 1.0]


def step():
    state[:] = adam(*state)
    jax.block_until_ready(state[0])


time_step(step)
