"""What every peer shares: the case's folder, written by candor_bench, and the conversation with it.

A peer is started as `python NAME.py --case FOLDER --threads N [--variant V]`. It prints one line of JSON with the numbers that prove
parity, then answers each line `run` with the seconds that one repetition took, until its input ends.
"""
import argparse
import json
import os
import sys
import time

_out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what libraries print must not disturb the conversation

_parser = argparse.ArgumentParser()
_parser.add_argument("--case", required=True)
_parser.add_argument("--threads", type=int, required=True)
_parser.add_argument("--variant", default="")
args = _parser.parse_args()

# Before any library is loaded: most size their pools from these or from the cores they may run on.
os.environ["OMP_NUM_THREADS"] = str(args.threads)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["CUDA_VISIBLE_DEVICES"] = ""


def limit_cores():
    """For libraries without a setting of their own: as many cores as threads."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: args.threads])


import numpy as np  # noqa: E402


class Case:
    """The case as numbers: layers, weights, rows, order. Images are [n, height, width, 1] when the net has convolutions."""

    def __init__(self):
        self.folder = args.case
        with open(os.path.join(self.folder, "case.json")) as f:
            self.spec = json.load(f)
        self.name = self.spec["name"]
        self.train = self.spec["kind"] == "train"
        self.layers = self.spec["layers"]
        self.batch = self.spec["batch"]
        self.checked = self.spec["checked"]
        self.steps = self.spec.get("steps", 0)
        self.calls = self.spec.get("calls", 0)
        self.binary = bool(self.layers) and self.layers[-1].get("dense") == 1
        self.image = any("conv" in layer for layer in self.layers)
        self.features = tuple(self.spec["features"])

    def _file(self, name, dtype):
        return np.fromfile(os.path.join(self.folder, name), dtype)

    def x(self):
        """All rows as float32, already scaled: the peers need not do it in every batch."""
        return self._file("x.f32", np.float32).reshape((-1,) + (self.features if self.image else (int(np.prod(self.features)),)))

    def y(self):
        return self._file("y.i32", np.int32)

    def batches(self):
        """Row indices [steps, batch]; the steps go on from one repetition to the next."""
        order = self._file("order.i32", np.int32)
        n = len(order) // self.batch
        return order[: n * self.batch].reshape(n, self.batch)

    def rows_of(self, shape):
        """All rows as float32 in a shape of their own."""
        return self._file("x.f32", np.float32).reshape((-1,) + shape)

    def ids(self):
        """Whole numbers: the text of a language model's case, or the rows of a net that begins with an embedding."""
        return self._file("x.i32", np.int32)

    def tensors(self):
        """All weights in order, in Keras's layout."""
        flat, out, at = self._file("weights.f32", np.float32), [], 0
        for shape in self.spec["weights"]:
            size = int(np.prod(shape))
            out.append(flat[at : at + size].reshape(shape))
            at += size
        return out

    def weights(self):
        """[(kernel, bias), ...] of a net of layers."""
        tensors = self.tensors()
        return list(zip(tensors[0::2], tensors[1::2]))


def serve(system, version, parity, run):
    """`parity`: losses of the first steps, or outputs of the first rows. `run()`: seconds of one repetition."""
    parity = [float(v) for v in np.asarray(parity, dtype=np.float64).ravel()]
    print(json.dumps({"system": system, "version": version, "threads": args.threads, "parity": parity}), file=_out, flush=True)
    for line in sys.stdin:
        if line.strip() == "run":
            print(json.dumps({"seconds": run()}), file=_out, flush=True)


def repeated(case, step):
    """The losses of the first steps, and the function that times a repetition: step() takes one step and gives its loss as a tensor."""
    losses = [step().item() for _ in range(case.checked)]

    def run():
        start = time.perf_counter()
        for _ in range(case.steps):
            step()
        return time.perf_counter() - start

    return losses, run
