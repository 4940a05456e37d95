"""The whole-process case in JAX: one epoch is one jitted scan."""
import os

os.environ["JAX_PLATFORMS"] = "cpu"
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from mnist import mnist

x, y, x_test, y_test = [jnp.asarray(a) for a in mnist()]
draw = np.random.default_rng(0)
params = [(jnp.asarray(draw.uniform(-1, 1, (i, o)) * (6 / (i + o)) ** 0.5, jnp.float32), jnp.zeros(o)) for i, o in ((784, 128), (128, 64), (64, 10))]


def forward(params, h):
    for k, (w, b) in enumerate(params):
        h = h @ w + b
        if k < 2:
            h = jax.nn.relu(h)
    return h


def loss_of(params, bx, by):
    return -jnp.take_along_axis(jax.nn.log_softmax(forward(params, bx)), by[:, None], 1).mean()


def step(state, rows):
    params, m, v, t = state
    grads = jax.grad(loss_of)(params, x[rows], y[rows])
    t = t + 1
    m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, grads)
    v = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, v, grads)
    params = jax.tree.map(lambda p, a, b: p - 1e-3 * (a / (1 - 0.9**t)) / (jnp.sqrt(b / (1 - 0.999**t)) + 1e-8), params, m, v)
    return (params, m, v, t), None


zeros = jax.tree.map(jnp.zeros_like, params)
order = draw.permutation(len(x))[: len(x) // 128 * 128].reshape(-1, 128)
(params, *_), _ = jax.jit(lambda state, rows: lax.scan(step, state, rows))((params, zeros, zeros, jnp.float32(0)), jnp.asarray(order))
print("accuracy", float((forward(params, x_test).argmax(1) == y_test).mean()))
