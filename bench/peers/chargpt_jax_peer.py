"""JAX on the chargpt case: a whole repetition is one jitted lax.scan."""

from common import Case, limit_cores, serve

limit_cores()
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax_training import scanned

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


def loss_at(params, rows):
    window = rows[:, None] + jnp.arange(context)
    return loss_of(params, text[window], text[window + 1])


losses, run = scanned(case, loss_at, params, starts, kept=1 - 1e-5)
serve("JAX scan", jax.__version__, np.asarray(losses), run)
