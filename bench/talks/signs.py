"""C3: 379 photos of speed-limit signs, 6 classes, 64 x 64. A plain convolutional network."""
import re
import zipfile

from common import SEED, Clock, finish, path, shuffled_split

import keras
import numpy as np

EPOCHS = 30


def ppm(data):
    size = re.match(rb"P6\s+(?:#.*\s+)*(\d+)\s+(\d+)\s+255\s", data)
    width, height = int(size.group(1)), int(size.group(2))
    return np.frombuffer(data, "uint8", width * height * 3, size.end()).reshape(height, width, 3)


def resized(picture, side=64):
    """Bilinear, by hand: no picture library is needed."""
    height, width, _ = picture.shape
    rows = np.clip((np.arange(side) + 0.5) * height / side - 0.5, 0, height - 1)
    columns = np.clip((np.arange(side) + 0.5) * width / side - 0.5, 0, width - 1)
    top, left = np.minimum(rows.astype(int), height - 2), np.minimum(columns.astype(int), width - 2)
    down, across = (rows - top)[:, None, None], (columns - left)[None, :, None]
    p = picture.astype("float32")
    upper = p[top][:, left] * (1 - across) + p[top][:, left + 1] * across
    lower = p[top + 1][:, left] * (1 - across) + p[top + 1][:, left + 1] * across
    return (upper * (1 - down) + lower * down) / 255


pictures, labels = [], []
with zipfile.ZipFile(path("speed-limit-signs/speed-limit-signs.zip")) as archive:
    for name in archive.namelist():
        if name.endswith(".ppm"):
            pictures.append(resized(ppm(archive.read(name))))
            labels.append(int(name.split("/")[-2]))
x, y, x_test, y_test = shuffled_split(np.array(pictures, "float32"), np.array(labels, "int32"))

with Clock() as clock:
    keras.utils.set_random_seed(SEED)
    layers = [keras.Input((64, 64, 3))]
    for filters in (32, 64, 128):
        layers += [keras.layers.Conv2D(filters, 3, padding="same", activation="relu"), keras.layers.MaxPooling2D()]
    layers += [keras.layers.Flatten(), keras.layers.Dense(500, activation="relu"), keras.layers.Dense(6, activation="softmax")]
    model = keras.Sequential(layers)
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    model.fit(x, y, epochs=EPOCHS, batch_size=32, verbose=0)
    score = model.evaluate(x_test, y_test, verbose=0)[1]
finish("accuracy", score, clock, model, EPOCHS)
