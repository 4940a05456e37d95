"""What the talks' programs share: where data lie, the clock, the line of JSON that they end with."""
import json
import os
import sys
import time

import numpy as np

DATA = os.environ.get("CANDOR_DATA")
if not DATA:
    print("needs CANDOR_DATA, the folder that data lie in", file=sys.stderr)
    sys.exit(2)
os.environ.setdefault("KERAS_BACKEND", "jax")  # the fastest of Keras's back ends on these nets; TensorFlow, as in the talks, when it is set
SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 0


def path(name):
    full = os.path.join(DATA, name)
    if not os.path.exists(full):
        print(f"needs {full}", file=sys.stderr)
        sys.exit(2)
    return full


def shuffled_split(x, y, test=0.2):
    """A fifth of each class, drawn with the seed, is the test."""
    random = np.random.RandomState(SEED)
    held = np.zeros(len(y), bool)
    for label in np.unique(y):
        rows = random.permutation(np.flatnonzero(y == label))
        held[rows[: round(test * len(rows))]] = True
    order = random.permutation(np.flatnonzero(~held))
    return x[order], y[order], x[held], y[held]


class Clock:
    """Seconds of training and judging, without the time that Python takes to load Keras and the data."""

    def __enter__(self):
        self.start, self.work = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_):
        self.seconds, self.work = time.perf_counter() - self.start, time.process_time() - self.work


def finish(metric, score, clock, model, epochs):
    print(json.dumps({"metric": metric, "score": float(score), "seconds": clock.seconds, "processor_seconds": clock.work, "parameters": int(model.count_params()), "epochs": epochs}))
