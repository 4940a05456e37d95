"""PyTorch on BERT-base and GPT-2: modules as everybody writes them, with its own fused attention and fused AdamW, eager or compiled."""
import time

from common import Case, args, repeated, serve

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(args.threads)
torch.set_num_interop_threads(1)

case = Case()
spec = case.spec["gpt"]
weights = iter([torch.from_numpy(w.copy()) for w in case.tensors()])
batch, context, width, heads, form = case.batch, spec["context"], spec["width"], spec["heads"], spec["form"]
epsilon = 1e-12 if form == "bert" else 1e-5


def norm():
    module = nn.LayerNorm(width, eps=epsilon)
    module.weight.data, module.bias.data = next(weights), next(weights)
    return module


def dense(inputs, outputs):
    module = nn.Linear(inputs, outputs)
    module.weight.data = next(weights).reshape(inputs, outputs).T.contiguous()
    module.bias.data = next(weights).reshape(outputs)
    return module


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        parts = [dense(width, width) for _ in range(3)]
        # One product for the three, as everybody writes it.
        self.qkv = nn.Linear(width, 3 * width)
        self.qkv.weight.data = torch.cat([p.weight for p in parts]).detach().clone()
        self.qkv.bias.data = torch.cat([p.bias for p in parts]).detach().clone()
        self.out, self.norm1, self.norm2 = dense(width, width), norm(), norm()
        self.up, self.down = dense(width, spec["inner"]), dense(spec["inner"], width)

    def attend(self, h, cache):
        q, k, v = (t.view(h.shape[0], -1, heads, width // heads).transpose(1, 2) for t in self.qkv(h).split(width, 2))
        if cache is not None:
            k, v = cache.grown(self, k, v)
        a = F.scaled_dot_product_attention(q, k, v, is_causal=form != "bert" and q.shape[2] == k.shape[2])
        return self.out(a.transpose(1, 2).reshape(h.shape))

    def forward(self, h, cache=None):
        if form == "bert":
            h = self.norm1(h + self.attend(h, cache))
            return self.norm2(h + self.down(F.gelu(self.up(h))))
        h = h + self.attend(self.norm1(h), cache)
        return h + self.down(F.gelu(self.up(self.norm2(h)), approximate="tanh"))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Parameter(next(weights)), nn.Parameter(next(weights))
        if form == "bert":
            self.norm = norm()
        self.blocks = nn.ModuleList(Block() for _ in range(spec["blocks"]))
        if form != "bert":
            self.norm = norm()

    def forward(self, x, start=0, cache=None):
        h = F.embedding(x, self.tokens) + self.places[start : start + x.shape[1]]
        if form == "bert":
            h = self.norm(h)
        for block in self.blocks:
            h = block(h, cache)
        if form == "bert":
            return h
        h = self.norm(h)
        if form == "decode":
            h = h[:, -1:]
        return self.head(h) if hasattr(self, "head") else F.linear(h, self.tokens)


class Cache:
    """Room for all steps made once; what is there is a view of it. `at`: steps that were before."""

    def __init__(self, blocks):
        dtype = net.places.dtype
        room = lambda: torch.zeros(1, heads, context, width // heads, dtype=dtype)  # noqa: E731
        self.kept = {block: (room(), room()) for block in blocks}
        self.at = 0

    def grown(self, block, k, v):
        keys, values = self.kept[block]
        end = self.at + k.shape[2]
        keys[:, :, self.at : end] = k
        values[:, :, self.at : end] = v
        return keys[:, :, :end], values[:, :, :end]


net = Net()
compiled = args.variant.endswith("compiled")
text = torch.from_numpy(case.ids()).long()
if case.train:
    adam = torch.optim.AdamW(net.parameters(), lr=1e-4, eps=1e-8, weight_decay=0.01, fused=True)
    starts = torch.from_numpy(case.batches()).long()
    steps_of = torch.arange(context)

    def forward(x, y):
        with torch.autocast("cpu", torch.bfloat16, enabled=args.variant.startswith("bfloat16")):
            return loss_in(x, y)

    def loss_in(x, y):
        return F.cross_entropy(net(x).view(-1, spec["vocabulary"]), y.view(-1))

    loss_of = torch.compile(forward) if compiled else forward
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

    parity, run = repeated(case, step)

elif form == "decode":
    net.eval()
    if args.variant == "bfloat16":
        net = net.bfloat16()
    if args.variant == "int8":
        net.head = nn.Linear(width, spec["vocabulary"], bias=False)
        net.head.weight.data = net.tokens.data
        net = torch.ao.quantization.quantize_dynamic(net, {nn.Linear}, dtype=torch.qint8)
    prompt, cache = spec["prompt"], Cache(net.blocks)
    call = torch.compile(net, dynamic=True) if compiled else net

    def take_in(tokens):
        scores = call(tokens, cache.at, cache)[:, -1]
        cache.at += tokens.shape[1]
        return scores

    def steps(count):
        return [take_in(text[None, prompt + i : prompt + i + 1]) for i in range(count)]

    with torch.inference_mode():
        take_in(text[None, :prompt])
        parity = torch.cat(steps(case.checked)).float()

    def run():
        cache.at = prompt
        start = time.perf_counter()
        with torch.inference_mode():
            steps(case.calls)
        return time.perf_counter() - start

else:
    net.eval()
    if args.variant.startswith("bfloat16"):
        net = net.bfloat16()
    tokens = text.view(batch, context)
    call = torch.compile(net) if compiled else net
    with torch.inference_mode():
        parity = call(tokens).reshape(-1)[: 4 * width].float()

    def run():
        start = time.perf_counter()
        with torch.inference_mode():
            for _ in range(case.calls):
                call(tokens)
        return time.perf_counter() - start


serve("PyTorch " + (args.variant or "eager"), torch.__version__, parity, run)
