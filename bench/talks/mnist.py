"""C1: MNIST, the convolutional network of 93,322 parameters, five epochs."""
import gzip

from common import SEED, Clock, finish, path

import keras
import numpy as np

EPOCHS = 5


def idx(name, skip):
    with gzip.open(path("mnist/" + name + ".gz")) as file:
        return np.frombuffer(file.read(), "uint8", offset=skip)


x = idx("train-images-idx3-ubyte", 16).reshape(-1, 28, 28, 1).astype("float32") / 255
x_test = idx("t10k-images-idx3-ubyte", 16).reshape(-1, 28, 28, 1).astype("float32") / 255
y, y_test = idx("train-labels-idx1-ubyte", 8).astype("int32"), idx("t10k-labels-idx1-ubyte", 8).astype("int32")

with Clock() as clock:
    keras.utils.set_random_seed(SEED)
    conv, pool = keras.layers.Conv2D, keras.layers.MaxPooling2D
    model = keras.Sequential([keras.Input((28, 28, 1)), conv(32, 3, activation="relu"), pool(), conv(64, 3, activation="relu"), pool(), conv(64, 3, activation="relu"),
                              keras.layers.Flatten(), keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    model.fit(x, y, epochs=EPOCHS, batch_size=64, verbose=0)
    score = model.evaluate(x_test, y_test, verbose=0)[1]
finish("accuracy", score, clock, model, EPOCHS)
