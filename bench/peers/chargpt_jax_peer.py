"""JAX on the chargpt case: a whole repetition is one jitted lax.scan."""
import time

from common import Case, limit_cores, serve

limit_cores()
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

case = Case()
spec = case.spec["gpt"]
context, width, heads = spec["context"], spec["width"], spec["heads"]
text = jnp.asarray(case.ids())
starts = jnp.asarray(case.batches())
params = [jnp.asarray(w) for w in case.tensors()]


def forward(params, x):
    weights = iter(params)

    def norm(h):
        gamma, beta = next(weights), next(weights)
        mean = h.mean(-1, keepdims=True)
        return (h - mean) * lax.rsqrt(((h - mean) ** 2).mean(-1, keepdims=True) + 1e-5) * gamma + beta

    def dense(h):
        kernel, bias = next(weights), next(weights)
        return h @ kernel + bias

    tokens, places = next(weights), next(weights)
    h = tokens[x] + places
    for _ in range(spec["blocks"]):
        a = norm(h)
        q, k, v = (dense(a).reshape(*x.shape, heads, width // heads) for _ in range(3))
        h = h + dense(jax.nn.dot_product_attention(q, k, v, is_causal=True).reshape(*x.shape, width))
        a = norm(h)
        h = h + dense(jax.nn.gelu(dense(a), approximate=True))
    h = norm(h)
    return h @ next(weights)


def loss_of(params, x, y):
    return -jnp.take_along_axis(jax.nn.log_softmax(forward(params, x)), y[..., None], -1).mean()


def step(state, rows):
    params, m, v, t = state
    window = rows[:, None] + jnp.arange(context)
    loss, grads = jax.value_and_grad(loss_of)(params, text[window], text[window + 1])
    t = t + 1
    m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, grads)
    v = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, v, grads)
    c1, c2 = 1 - 0.9**t, 1 - 0.999**t
    params = jax.tree.map(lambda p, a, b: p * (1 - 1e-5) - 1e-3 * (a / c1) / (jnp.sqrt(b / c2) + 1e-8), params, m, v)
    return (params, m, v, t), loss


scan = jax.jit(lambda state, rows: lax.scan(step, state, rows), donate_argnums=0)
zeros = jax.tree.map(jnp.zeros_like, params)
state, losses = scan((params, zeros, jax.tree.map(jnp.zeros_like, params), jnp.float32(0)), starts[: case.checked])
rows = starts[jnp.arange(case.checked, case.checked + case.steps) % len(starts)]
state, _ = scan(state, rows)  # compiled for this length
jax.block_until_ready(state)
holder = [state]


def run():
    start = time.perf_counter()
    holder[0], out = scan(holder[0], rows)
    jax.block_until_ready((holder[0], out))
    return time.perf_counter() - start


serve("JAX scan", jax.__version__, np.asarray(losses), run)
