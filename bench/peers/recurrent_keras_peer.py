"""Keras on its JAX back end on the cases rnn, lstm, gru and bilstm: fit() for time, train_on_batch for the first losses."""
import os
import time

from common import Case, args, limit_cores, serve

limit_cores()
os.environ["KERAS_BACKEND"] = args.variant or "jax"
import keras
import numpy as np

case = Case()
spec = case.spec["recurrent"]
vocabulary, outputs = spec["vocabulary"], spec["outputs"]
layers = [keras.Input((spec["time"],), dtype="int32") if vocabulary else keras.Input((spec["time"], spec["inputs"]))]
if vocabulary:
    layers.append(keras.layers.Embedding(vocabulary, spec["inputs"]))
layer = {"gru": keras.layers.GRU, "simple": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM}[spec["cell"]](spec["units"])
layers += [keras.layers.Bidirectional(layer) if spec["both"] else layer, keras.layers.Dense(outputs)]
net = keras.Sequential(layers)
net.set_weights(case.tensors())
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True) if outputs > 1 else keras.losses.BinaryCrossentropy(from_logits=True)
net.compile(loss=loss, optimizer=keras.optimizers.Adam(1e-3, epsilon=1e-9))  # inside the root: nearest to the others

x = case.ids().reshape(-1, spec["time"]) if vocabulary else case.rows_of((spec["time"], spec["inputs"]))
y, batches = case.y(), case.batches()
y = y if outputs > 1 else y.astype(np.float32)[:, None]
losses = []
for rows in batches[: case.checked]:
    net.reset_metrics()  # train_on_batch gives the mean since the last reset
    losses.append(float(np.ravel(net.train_on_batch(x[rows], y[rows]))[0]))
rows = batches[np.arange(case.checked, case.checked + case.steps) % len(batches)].ravel()
bx, by = x[rows], y[rows]
net.fit(bx, by, batch_size=case.batch, epochs=1, shuffle=False, verbose=0)


def run():
    start = time.perf_counter()
    net.fit(bx, by, batch_size=case.batch, epochs=1, shuffle=False, verbose=0)
    return time.perf_counter() - start


serve("Keras", keras.__version__, losses, run)
