"""The whole-process case in PyTorch, eager (compiling takes longer than the epoch)."""
import torch
from mnist import mnist
from torch import nn

x, y, x_test, y_test = [torch.from_numpy(a) for a in mnist()]
net = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
adam = torch.optim.Adam(net.parameters(), fused=True)
y = y.long()
for rows in torch.randperm(len(x)).split(128):
    adam.zero_grad()
    nn.functional.cross_entropy(net(x[rows]), y[rows]).backward()
    adam.step()
with torch.inference_mode():
    print("accuracy", (net(x_test).argmax(1) == y_test).float().mean().item())
