"""JAX: a whole repetition of training is one jitted lax.scan; inference is a jitted call."""
import time

from common import Case, args, limit_cores, serve

limit_cores()
import jax
import jax.numpy as jnp
from jax import lax

case = Case()
x = jnp.asarray(case.x())
params = [tuple(jnp.asarray(w) for w in pair) for pair in case.weights()]


def forward(params, x):
    weights = iter(params)
    for layer in case.layers:
        if "max_pool" in layer:
            n, h, w, c = x.shape
            x = x[:, : h // 2 * 2, : w // 2 * 2].reshape(n, h // 2, 2, w // 2, 2, c).max((2, 4))
            continue
        kernel, bias = next(weights)
        if "conv" in layer:
            x = lax.conv_general_dilated(x, kernel, (1, 1), layer["padding"].upper(), dimension_numbers=("NHWC", "HWIO", "NHWC"))
        else:
            x = x.reshape(x.shape[0], -1) @ kernel
        x = x + bias
        if layer.get("activation") == "relu":
            x = jax.nn.relu(x)
    return x


def train():
    y = jnp.asarray(case.y())
    batches = jnp.asarray(case.batches())

    def loss_of(params, bx, by):
        return -jnp.take_along_axis(jax.nn.log_softmax(forward(params, bx)), by[:, None], 1).mean()

    def step(state, rows):
        params, m, v, t = state
        loss, grads = jax.value_and_grad(loss_of)(params, x[rows], y[rows])
        t = t + 1
        m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, grads)
        v = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, v, grads)
        c1, c2 = 1 - 0.9**t, 1 - 0.999**t
        params = jax.tree.map(lambda p, a, b: p - 1e-3 * (a / c1) / (jnp.sqrt(b / c2) + 1e-8), params, m, v)
        return (params, m, v, t), loss

    scan = jax.jit(lambda state, rows: lax.scan(step, state, rows), donate_argnums=0)
    zeros = jax.tree.map(jnp.zeros_like, params)
    state, losses = scan((params, zeros, jax.tree.map(jnp.zeros_like, params), jnp.float32(0)), batches[: case.checked])
    steps = batches[jnp.arange(case.checked, case.checked + case.steps) % len(batches)]
    state, _ = scan(state, steps)  # compiled for this length
    jax.block_until_ready(state)
    holder = [state]

    def run():
        start = time.perf_counter()
        holder[0], out = scan(holder[0], steps)
        jax.block_until_ready((holder[0], out))
        return time.perf_counter() - start

    return losses, run


def infer():
    call = jax.jit(lambda x: forward(params, x))
    rows = [x[i * case.batch : (i + 1) * case.batch] for i in range(case.checked)]
    outputs = [call(row) for row in rows]
    jax.block_until_ready(outputs)

    def run():
        row = rows[0]
        start = time.perf_counter()
        for _ in range(case.calls):
            call(row).block_until_ready()
        return time.perf_counter() - start

    return outputs, run


import numpy as np

parity, run = train() if case.train else infer()
serve("JAX scan" if case.train else "JAX", jax.__version__, np.asarray(parity), run)
