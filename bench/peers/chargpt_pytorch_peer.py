"""PyTorch on the chargpt case, eager or with torch.compile: its own fused attention and fused AdamW."""
from common import Case, args, repeated, serve

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(args.threads)
torch.set_num_interop_threads(1)

case = Case()
spec = case.spec["gpt"]
weights = iter([torch.from_numpy(w.copy()) for w in case.tensors()])
batch, context, width, heads = case.batch, spec["context"], spec["width"], spec["heads"]


def norm():
    module = nn.LayerNorm(width, eps=1e-5)
    module.weight.data, module.bias.data = next(weights), next(weights)
    return module


def dense(bias=True):
    kernel = next(weights)
    module = nn.Linear(kernel.shape[0], kernel.shape[1], bias=bias)
    module.weight.data = kernel.T.contiguous()
    if bias:
        module.bias.data = next(weights)
    return module


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = norm()
        query, key, value = dense(), dense(), dense()
        # One product for the three, as everybody writes it.
        self.qkv = nn.Linear(width, 3 * width)
        self.qkv.weight.data = torch.cat([query.weight, key.weight, value.weight]).detach().clone()
        self.qkv.bias.data = torch.cat([query.bias, key.bias, value.bias]).detach().clone()
        self.out = dense()
        self.norm2 = norm()
        self.up, self.down = dense(), dense()

    def forward(self, h):
        q, k, v = (t.view(-1, context, heads, width // heads).transpose(1, 2) for t in self.qkv(self.norm1(h)).split(width, 2))
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        h = h + self.out(a.transpose(1, 2).reshape(-1, context, width))
        return h + self.down(F.gelu(self.up(self.norm2(h)), approximate="tanh"))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Parameter(next(weights)), nn.Parameter(next(weights))
        self.blocks = nn.ModuleList(Block() for _ in range(spec["blocks"]))
        self.norm = norm()
        self.head = dense(bias=False)

    def forward(self, x):
        h = F.embedding(x, self.tokens) + self.places
        for block in self.blocks:
            h = block(h)
        return self.head(self.norm(h))


net = Net()
text = torch.from_numpy(case.ids()).long()
adam = torch.optim.AdamW(net.parameters(), lr=1e-3, eps=1e-8, weight_decay=0.01, fused=True)
starts = torch.from_numpy(case.batches()).long()
steps_of = torch.arange(context)


def forward(x, y):
    return F.cross_entropy(net(x).view(-1, spec["vocabulary"]), y.view(-1))


loss_of = torch.compile(forward) if args.variant == "compiled" else forward
at = 0


def step():
    global at
    window = starts[at % len(starts)][:, None] + steps_of
    at += 1
    adam.zero_grad(set_to_none=True)
    loss = loss_of(text[window], text[window + 1])
    loss.backward()
    adam.step()
    return loss


losses, run = repeated(case, step)


serve("PyTorch " + (args.variant or "eager"), torch.__version__, np.asarray(losses), run)
