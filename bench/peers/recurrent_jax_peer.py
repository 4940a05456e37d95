"""JAX on the cases rnn, lstm, gru and bilstm: the inputs' product for all steps at once, then lax.scan over them; a repetition is one jitted scan."""

from common import Case, limit_cores, serve

limit_cores()
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax_training import scanned

case = Case()
spec = case.spec["recurrent"]
units, vocabulary, outputs = spec["units"], spec["vocabulary"], spec["outputs"]
x = jnp.asarray(case.ids().reshape(-1, spec["time"]) if vocabulary else case.rows_of((spec["time"], spec["inputs"])))
y = jnp.asarray(case.y())
batches = jnp.asarray(case.batches())
params = [jnp.asarray(w) for w in case.tensors()]


def lstm(x, kernel, recurrent, bias, reverse):
    def step(state, z):
        h, c = state
        i, f, g, o = jnp.split(z + h @ recurrent, 4, -1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    zero = jnp.zeros((x.shape[1], units))
    return lax.scan(step, (zero, zero), x @ kernel + bias, reverse=reverse)[0][0]


def gru(x, kernel, recurrent, bias, reverse):
    def step(h, a):
        inner = h @ recurrent + bias[1]
        (az, ar, an), (iz, ir, im) = jnp.split(a, 3, -1), jnp.split(inner, 3, -1)
        z, r = jax.nn.sigmoid(az + iz), jax.nn.sigmoid(ar + ir)
        return z * h + (1 - z) * jnp.tanh(an + r * im), None

    return lax.scan(step, jnp.zeros((x.shape[1], units)), x @ kernel + bias[0], reverse=reverse)[0]


def simple(x, kernel, recurrent, bias, reverse):
    def step(h, a):
        return jnp.tanh(a + h @ recurrent), None

    return lax.scan(step, jnp.zeros((x.shape[1], units)), x @ kernel + bias, reverse=reverse)[0]


def forward(params, x):
    weights = iter(params)
    if vocabulary:
        x = next(weights)[x]
    x = jnp.swapaxes(x, 0, 1)
    run = {"gru": gru, "simple": simple, "lstm": lstm}[spec["cell"]]
    last = [run(x, next(weights), next(weights), next(weights), reverse) for reverse in ([False, True] if spec["both"] else [False])]
    return jnp.concatenate(last, -1) @ next(weights) + next(weights)


def loss_of(params, x, y):
    logits = forward(params, x)
    if outputs > 1:
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], -1).mean()
    logits, y = logits[:, 0], y.astype(jnp.float32)
    return (jax.nn.softplus(logits) - y * logits).mean()


losses, run = scanned(case, lambda params, rows: loss_of(params, x[rows], y[rows]), params, batches)
serve("JAX scan", jax.__version__, np.asarray(losses), run)
