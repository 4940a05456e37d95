"""PyTorch, eager or with torch.compile. Images in channels-last memory, fused Adam: the fastest of its settings on two cores."""
import time

from common import Case, args, repeated, serve

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(args.threads)
torch.set_num_interop_threads(1)


class Net(nn.Module):
    def __init__(self, case):
        super().__init__()
        self.steps = nn.ModuleList()
        shape = case.features if case.image else (int(np.prod(case.features)),)
        weights = iter(case.weights())
        for layer in case.layers:
            if "conv" in layer:
                kernel, bias = next(weights)
                same = layer["padding"] == "same"
                module = nn.Conv2d(shape[2], layer["conv"], layer["kernel"], padding=layer["kernel"] // 2 if same else 0)
                module.weight.data = torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
                side = shape[0] if same else shape[0] - layer["kernel"] + 1
                shape = (side, side, layer["conv"])
            elif "max_pool" in layer:
                module = nn.MaxPool2d(layer["max_pool"])
                shape = (shape[0] // layer["max_pool"], shape[1] // layer["max_pool"], shape[2])
                self.steps.append(module)
                continue
            else:
                kernel, bias = next(weights)
                if len(shape) == 3:  # rows are in (h, w, c) order, PyTorch flattens to (c, h, w)
                    kernel = kernel.reshape(*shape, -1).transpose(2, 0, 1, 3).reshape(-1, kernel.shape[1])
                    self.steps.append(nn.Flatten())
                module = nn.Linear(kernel.shape[0], layer["dense"])
                module.weight.data = torch.from_numpy(kernel.T.copy())
                shape = (layer["dense"],)
            module.bias.data = torch.from_numpy(bias.copy())
            self.steps.append(module)
            if "activation" in layer:
                self.steps.append(nn.ReLU() if layer["activation"] == "relu" else nn.Tanh())

    def forward(self, x):
        for step in self.steps:
            x = step(x)
        return x


case = Case()
net = Net(case)
x = torch.from_numpy(case.x())
if case.image:
    x = x.permute(0, 3, 1, 2)
    net = net.to(memory_format=torch.channels_last)
y = torch.from_numpy(case.y()).long() if case.train else None
if case.train and case.binary:
    y = y.float()[:, None]
compiled = args.variant == "compiled"


def train():
    adam = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True)

    def forward(bx, by):
        return F.binary_cross_entropy_with_logits(net(bx), by) if case.binary else F.cross_entropy(net(bx), by)

    loss_of = torch.compile(forward) if compiled else forward
    batches = torch.from_numpy(case.batches()).long()
    at = 0

    def step():
        nonlocal at
        rows = batches[at % len(batches)]
        at += 1
        adam.zero_grad(set_to_none=True)
        loss = loss_of(x[rows], y[rows])
        loss.backward()
        adam.step()
        return loss

    return repeated(case, step)


def infer():
    net.eval()
    call = torch.compile(net) if compiled else net
    rows = [x[i * case.batch : (i + 1) * case.batch].clone() for i in range(case.checked)]
    with torch.inference_mode():
        outputs = [call(row).numpy().copy() for row in rows]
        for _ in range(20):
            call(rows[0])

    def run():
        with torch.inference_mode():
            row = rows[0]
            start = time.perf_counter()
            for _ in range(case.calls):
                call(row)
            return time.perf_counter() - start

    return outputs, run


serve("PyTorch " + (args.variant or "eager"), torch.__version__, *(train() if case.train else infer()))
