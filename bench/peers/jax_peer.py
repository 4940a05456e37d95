"""JAX: a whole repetition of training is one jitted lax.scan; inference is a jitted call."""
import time

from common import Case, args, limit_cores, serve

limit_cores()
import jax
import jax.numpy as jnp
from jax import lax
from jax_training import scanned

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
        if "activation" in layer:
            x = jax.nn.relu(x) if layer["activation"] == "relu" else jnp.tanh(x)
    return x


def train():
    y = jnp.asarray(case.y())
    batches = jnp.asarray(case.batches())

    def loss_of(params, bx, by):
        if case.binary:
            z = forward(params, bx)[:, 0]
            return (jax.nn.softplus(z) - z * by).mean()
        return -jnp.take_along_axis(jax.nn.log_softmax(forward(params, bx)), by[:, None], 1).mean()

    return scanned(case, lambda params, rows: loss_of(params, x[rows], y[rows]), params, batches)


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
