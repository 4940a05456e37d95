"""The whole-process case in Keras on JAX."""
import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
import keras
from mnist import mnist

x, y, x_test, y_test = mnist()
net = keras.Sequential([keras.Input((784,)), keras.layers.Dense(128, "relu"), keras.layers.Dense(64, "relu"), keras.layers.Dense(10)])
net.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
net.fit(x, y, batch_size=128, epochs=1, verbose=0)
print("accuracy", net.evaluate(x_test, y_test, batch_size=1000, verbose=0)[1])
