"""PyTorch on the networks for pictures, eager or with torch.compile: channels-last memory; inference with normalisations folded by torch.compile's
freezing, or by torch.nn.utils.fusion before an eager run."""
import time

from common import Case, args, repeated, serve
from vision import Steps

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

torch.set_num_threads(args.threads)
torch.set_num_interop_threads(1)


def parameter(values):
    return nn.Parameter(torch.from_numpy(values.copy()))


class Net(nn.Module):
    def __init__(self, steps, fold):
        super().__init__()
        self.steps, self.result, self.modules_of = [], steps.result, nn.ModuleList()
        renamed = {}
        for kind, inputs, output, d in steps.list:
            inputs = [renamed.get(i, i) for i in inputs]
            module = None
            if kind == "conv":
                out, per_group, side, _ = d["kernel"].shape
                module = nn.Conv2d(per_group * d["groups"], out, side, stride=d["stride"], padding=d["margin"], groups=d["groups"], bias=False)
                module.weight = parameter(d["kernel"])
            elif kind == "norm":
                module = nn.BatchNorm2d(len(d["gamma"]), eps=1e-5, momentum=0.1)
                module.weight, module.bias = parameter(d["gamma"]), parameter(d["beta"])
                module.running_mean, module.running_var = torch.from_numpy(d["mean"].copy()), torch.from_numpy(d["variance"].copy())
                if fold:
                    last = self.steps[-1]
                    self.modules_of[-1] = fuse_conv_bn_eval(self.modules_of[-1].eval(), module.eval())
                    renamed[output] = last[2]
                    continue
            elif kind == "dense":
                module = nn.Linear(*d["kernel"].shape)
                module.weight, module.bias = parameter(d["kernel"].T), parameter(d["bias"])
            elif kind == "pool":
                module = nn.MaxPool2d(3, 2, 1)
            elif kind in ("relu", "relu6"):
                module = nn.ReLU(inplace=True) if kind == "relu" else nn.ReLU6(inplace=True)
            self.steps.append((kind, inputs, output))
            self.modules_of.append(module if module is not None else nn.Identity())

    def forward(self, x):
        values = {0: x}
        for (kind, inputs, output), module in zip(self.steps, self.modules_of):
            a = values[inputs[0]]
            if kind == "add":
                values[output] = a + values[inputs[1]]
            elif kind == "mean":
                values[output] = a.mean((2, 3))
            else:
                values[output] = module(a)
        return values[self.result]


case = Case()
compiled = args.variant.endswith("compiled")
narrow = args.variant.startswith("bfloat16")
net = Net(Steps(case.spec["vision"], case.tensors()), fold=not case.train and not compiled).to(memory_format=torch.channels_last)
x = torch.from_numpy(case.rows_of(case.features)).permute(0, 3, 1, 2)
y = torch.from_numpy(case.y()).long()


def train():
    net.train()
    sgd = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, fused=True)

    def forward(bx, by):
        with torch.autocast("cpu", torch.bfloat16, enabled=narrow):
            return F.cross_entropy(net(bx), by)

    loss_of = torch.compile(forward) if compiled else forward
    batches = torch.from_numpy(case.batches()).long()
    at = 0

    def step():
        nonlocal at
        rows = batches[at % len(batches)]
        at += 1
        sgd.zero_grad(set_to_none=True)
        loss = loss_of(x[rows], y[rows])
        loss.backward()
        sgd.step()
        return loss

    return repeated(case, step)


def infer():
    net.eval()
    if compiled:
        import torch._inductor.config as inductor

        inductor.freezing = True
    call = torch.compile(net) if compiled else net
    if narrow:  # all of it, which is faster than autocast
        net.bfloat16()
    rows = [x[i * case.batch : (i + 1) * case.batch].to(torch.bfloat16 if narrow else torch.float32).clone(memory_format=torch.channels_last) for i in range(case.checked)]
    with torch.inference_mode() if not compiled else torch.no_grad():
        outputs = [call(row).float().numpy().copy() for row in rows]
        for _ in range(2):
            call(rows[0])

    def run():
        with torch.inference_mode() if not compiled else torch.no_grad():
            start = time.perf_counter()
            for _ in range(case.calls):
                call(rows[0])
            return time.perf_counter() - start

    return outputs, run


serve("PyTorch " + (args.variant or "eager"), torch.__version__, *(train() if case.train else infer()))
