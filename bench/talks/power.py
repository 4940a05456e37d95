"""D2: electricity of Germany day by day, thirty days to the next. One LSTM; the last fifth of the days is the test."""
import csv

from common import SEED, Clock, finish, path

import keras
import numpy as np

EPOCHS, WINDOW = 50, 30
with open(path("timeseries/opsd_germany_daily.csv")) as file:
    series = np.array([float(row["Consumption"]) for row in csv.DictReader(file)], "float32")
first = int(0.8 * len(series))
low, high = series[:first].min(), series[:first].max()
scaled = (series - low) / (high - low)
x = np.lib.stride_tricks.sliding_window_view(scaled, WINDOW)[:-1, :, None]
y = scaled[WINDOW:]
cut = first - WINDOW

with Clock() as clock:
    keras.utils.set_random_seed(SEED)
    model = keras.Sequential([keras.Input((WINDOW, 1)), keras.layers.LSTM(50), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer="adam")
    model.fit(x[:cut], y[:cut], epochs=EPOCHS, batch_size=32, verbose=0)
    error = model.predict(x[cut:], verbose=0)[:, 0] - y[cut:]
    score = 1 - (error**2).mean() / y[cut:].var()
finish("r2", score, clock, model, EPOCHS)
