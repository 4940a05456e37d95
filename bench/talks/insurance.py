"""B1: 1500 customers of a car insurance, three groups of risk. Three dense layers of 500 with batch normalisation and dropout .7."""
from common import SEED, Clock, finish, path, shuffled_split

import keras
import numpy as np

EPOCHS = 200
rows = np.genfromtxt(path("insurance-risk/insurance-customers-1500.csv"), delimiter=";", skip_header=1)
x, y, x_test, y_test = shuffled_split(rows[:, :3].astype("float32"), rows[:, 3].astype("int32"))

with Clock() as clock:
    keras.utils.set_random_seed(SEED)
    scale = keras.layers.Normalization()
    scale.adapt(x)
    layers = [keras.Input((3,)), scale]
    for _ in range(3):
        layers += [keras.layers.Dense(500, activation="relu"), keras.layers.BatchNormalization(), keras.layers.Dropout(0.7)]
    model = keras.Sequential(layers + [keras.layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    model.fit(x, y, epochs=EPOCHS, batch_size=32, verbose=0)
    score = model.evaluate(x_test, y_test, verbose=0)[1]
finish("accuracy", score, clock, model, EPOCHS)
