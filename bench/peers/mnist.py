"""MNIST from the folder CANDOR_DATA for the whole-process case."""
import gzip
import os

import numpy as np


def _read(name, offset):
    with gzip.open(os.path.join(os.environ["CANDOR_DATA"], "mnist", name)) as f:
        return np.frombuffer(f.read(), np.uint8, offset=offset)


def mnist():
    """x_train, y_train, x_test, y_test; pixels as float32 in [0, 1], flat."""
    out = []
    for part in ("train", "t10k"):
        y = _read(part + "-labels-idx1-ubyte.gz", 8)
        out += [_read(part + "-images-idx3-ubyte.gz", 16).reshape(len(y), -1).astype(np.float32) / 255, y.astype(np.int32)]
    return out
