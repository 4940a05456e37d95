"""PyTorch on the cases rnn, lstm, gru and bilstm: nn.RNN, nn.LSTM and nn.GRU in batch-first layout, fused Adam. torch.compile does not take them in."""
from common import Case, args, repeated, serve

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(args.threads)
torch.set_num_interop_threads(1)
case = Case()
spec = case.spec["recurrent"]
units, both, vocabulary, outputs = spec["units"], spec["both"], spec["vocabulary"], spec["outputs"]
weights = (torch.from_numpy(w.copy()) for w in case.tensors())


def gates_first(w):
    """Keras's [..., gates * units] as PyTorch's [gates * units, ...]; GRU has its gates in another order there."""
    if spec["cell"] == "gru":
        z, r, n = w.split(units, -1)
        w = torch.cat([r, z, n], -1)
    return w.T.contiguous() if w.dim() == 2 else w


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        if vocabulary:
            self.table = nn.Parameter(next(weights))
        layer = {"gru": nn.GRU, "simple": nn.RNN, "lstm": nn.LSTM}[spec["cell"]]
        self.layer = layer(spec["inputs"], units, batch_first=True, bidirectional=both)
        for end in ["", "_reverse"][: 2 if both else 1]:
            getattr(self.layer, "weight_ih_l0" + end).data = gates_first(next(weights))
            getattr(self.layer, "weight_hh_l0" + end).data = gates_first(next(weights))
            bias = next(weights)
            if spec["cell"] == "gru":
                getattr(self.layer, "bias_ih_l0" + end).data = gates_first(bias[0].clone())
                getattr(self.layer, "bias_hh_l0" + end).data = gates_first(bias[1].clone())
            else:  # PyTorch adds two biases: the second stays zero
                getattr(self.layer, "bias_ih_l0" + end).data = bias
                second = getattr(self.layer, "bias_hh_l0" + end)
                second.data.zero_()
                second.requires_grad = False
        self.head = nn.Linear((2 if both else 1) * units, outputs)
        self.head.weight.data = next(weights).T.contiguous()
        self.head.bias.data = next(weights)

    def forward(self, x):
        if vocabulary:
            x = F.embedding(x, self.table)
        last = self.layer(x)[1]
        h = last[0] if spec["cell"] == "lstm" else last
        return self.head(h.transpose(0, 1).reshape(h.shape[1], -1))


net = Net()
x = torch.from_numpy(case.ids()).long().view(-1, spec["time"]) if vocabulary else torch.from_numpy(case.rows_of((spec["time"], spec["inputs"])))
y = torch.from_numpy(case.y())
y = y.long() if outputs > 1 else y.float()[:, None]
adam = torch.optim.Adam([p for p in net.parameters() if p.requires_grad], lr=1e-3, eps=1e-8, fused=True)
batches = torch.from_numpy(case.batches()).long()
at = 0


def step():
    global at
    rows = batches[at % len(batches)]
    at += 1
    adam.zero_grad(set_to_none=True)
    logits = net(x[rows])
    loss = F.cross_entropy(logits, y[rows]) if outputs > 1 else F.binary_cross_entropy_with_logits(logits, y[rows])
    loss.backward()
    adam.step()
    return loss


losses, run = repeated(case, step)


serve("PyTorch", torch.__version__, np.asarray(losses), run)
