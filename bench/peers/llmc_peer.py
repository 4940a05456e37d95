"""llm.c's trainer for processors (github.com/karpathy/llm.c, train_gpt2.c) on GPT-2. CANDOR_LLMC names it as a shared library, built from a clone with the flags of its Makefile:

gcc -Ofast -march=native -fopenmp -DOMP -DTESTING -fPIC -shared -o libllmc.so train_gpt2.c -lm
"""
import ctypes
import os
import sys
import tempfile

from common import Case, args, repeated, serve

import numpy as np

place = os.environ.get("CANDOR_LLMC")
if not place or not os.path.exists(place):
    sys.exit("llm.c is not here: CANDOR_LLMC names no libllmc.so (bench/peers/llmc_peer.py says how it is built)")

case = Case()
spec = case.spec["gpt"]
batch, context, width, blocks, vocabulary = case.batch, spec["context"], spec["width"], spec["blocks"], spec["vocabulary"]
padded = (vocabulary + 127) // 128 * 128
tensors = iter(case.tensors())


def block():
    """The numbers of a block by llm.c's names; kernels are stored by outputs."""
    dense = lambda inputs, outputs: (next(tensors).reshape(inputs, outputs).T, next(tensors).reshape(outputs))  # noqa: E731
    q, k, v, out = (dense(width, width) for _ in range(4))
    norm1, norm2 = ((next(tensors), next(tensors)) for _ in range(2))
    up, down = dense(width, spec["inner"]), dense(spec["inner"], width)
    qkv = [np.concatenate(parts) for parts in zip(q, k, v)]
    return [*norm1, *qkv, *out, *norm2, *up, *down]


tokens = np.zeros((padded, width), np.float32)
tokens[:vocabulary] = next(tensors)
places = next(tensors)
all_blocks = [block() for _ in range(blocks)]
last = [next(tensors), next(tensors)]
header = np.zeros(256, np.int32)
header[:8] = 20240326, 3, context, vocabulary, blocks, spec["heads"], width, padded
with tempfile.NamedTemporaryFile(dir=case.folder, suffix=".bin") as file:
    for part in [header, tokens, places, *(np.stack(list(one)) for one in zip(*all_blocks)), *last]:
        file.write(np.ascontiguousarray(part).tobytes())
    file.flush()
    del tokens, places, all_blocks

    class Model(ctypes.Structure):
        """GPT2 of train_gpt2.c: only the loss is read from here."""

        _fields_ = [("config", ctypes.c_int * 6), ("params", ctypes.c_void_p * 16), ("param_sizes", ctypes.c_size_t * 16), ("params_memory", ctypes.c_void_p), ("count", ctypes.c_size_t),
                    ("grads", ctypes.c_void_p * 16), ("grads_memory", ctypes.c_void_p), ("m", ctypes.c_void_p), ("v", ctypes.c_void_p), ("acts", ctypes.c_void_p * 23), ("act_sizes", ctypes.c_size_t * 23),
                    ("acts_memory", ctypes.c_void_p), ("act_count", ctypes.c_size_t), ("grads_acts", ctypes.c_void_p * 23), ("grads_acts_memory", ctypes.c_void_p), ("batch", ctypes.c_int),
                    ("steps", ctypes.c_int), ("inputs", ctypes.c_void_p), ("targets", ctypes.c_void_p), ("mean_loss", ctypes.c_float)]

    library = ctypes.CDLL(place)
    library.gpt2_forward.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t]
    library.gpt2_update.argtypes = [ctypes.c_void_p] + [ctypes.c_float] * 5 + [ctypes.c_int]
    model = Model()
    library.gpt2_build_from_checkpoint(ctypes.byref(model), file.name.encode())

text, starts = case.ids(), case.batches()
at = 0


class Loss(float):
    def item(self):
        return float(self)


def step():
    global at
    window = starts[at % len(starts)][:, None] + np.arange(context)
    x, y = (np.ascontiguousarray(text[window + more], dtype=np.int32) for more in (0, 1))
    at += 1
    library.gpt2_forward(ctypes.byref(model), x.ctypes.data, y.ctypes.data, batch, context)
    library.gpt2_zero_grad(ctypes.byref(model))
    library.gpt2_backward(ctypes.byref(model))
    library.gpt2_update(ctypes.byref(model), 1e-4, 0.9, 0.999, 1e-8, 0.01, at)
    return Loss(model.mean_loss)


parity, run = repeated(case, step)
serve("llm.c", "", parity, run)
