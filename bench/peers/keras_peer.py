"""Keras on its JAX back end (the fastest on these nets): fit() for time, train_on_batch for the first losses."""
import os
import time

from common import Case, args, limit_cores, serve

limit_cores()
os.environ["KERAS_BACKEND"] = args.variant or "jax"
import keras
import numpy as np

case = Case()
layers = [keras.Input(case.features if case.image else (int(np.prod(case.features)),))]
flat = not case.image
for layer in case.layers:
    if "conv" in layer:
        layers.append(keras.layers.Conv2D(layer["conv"], layer["kernel"], padding=layer["padding"], activation=layer.get("activation")))
    elif "max_pool" in layer:
        layers.append(keras.layers.MaxPooling2D(layer["max_pool"]))
    else:
        if not flat:
            layers.append(keras.layers.Flatten())
            flat = True
        layers.append(keras.layers.Dense(layer["dense"], activation=layer.get("activation")))
net = keras.Sequential(layers)
net.set_weights([w for pair in case.weights() for w in pair])
net.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), optimizer=keras.optimizers.Adam(1e-3, epsilon=1e-9))  # inside the root: nearest to the others

x, y, batches = case.x(), case.y(), case.batches()
losses = []
for rows in batches[: case.checked]:
    net.reset_metrics()  # train_on_batch gives the mean since the last reset
    losses.append(float(np.ravel(net.train_on_batch(x[rows], y[rows]))[0]))
steps = min(case.steps, len(batches))
rows = batches[np.arange(case.checked, case.checked + steps) % len(batches)].ravel()
bx, by = x[rows], y[rows]
net.fit(bx, by, batch_size=case.batch, epochs=1, shuffle=False, verbose=0)


def run():
    start = time.perf_counter()
    done = 0
    while done < case.steps:
        net.fit(bx, by, batch_size=case.batch, epochs=1, shuffle=False, verbose=0)
        done += steps
    return (time.perf_counter() - start) * case.steps / done


serve("Keras", keras.__version__, losses, run)
