"""All steps of a case as one jitted lax.scan with Adam written out, for the peers on JAX."""
import time

import jax
import jax.numpy as jnp
from jax import lax


def scanned(case, loss_of, params, batches, kept=1.0):
    """`loss_of(params, rows)` is the loss of a batch; before each step the weights are multiplied by `kept` (decoupled weight decay).
    Gives the losses of the first case.checked steps, and a function that runs case.steps more and says how many seconds they took."""

    def step(state, rows):
        params, m, v, t = state
        loss, grads = jax.value_and_grad(loss_of)(params, rows)
        t = t + 1
        m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, grads)
        v = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, v, grads)
        c1, c2 = 1 - 0.9**t, 1 - 0.999**t
        decayed = params if kept == 1.0 else jax.tree.map(lambda p: p * kept, params)
        params = jax.tree.map(lambda p, a, b: p - 1e-3 * (a / c1) / (jnp.sqrt(b / c2) + 1e-8), decayed, m, v)
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
