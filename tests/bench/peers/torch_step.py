"""One training step of a workload on PyTorch. Usage: torch_step.py WORKLOAD THREADS"""
import sys

import torch
from torch import nn

from timing import time_step

name, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(0)
cross_entropy = nn.functional.cross_entropy


def trained(parameters, rate, loss):
    optimizer = torch.optim.Adam(parameters, rate)

    def step():
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    return step


def lstm():
    cell, out = nn.LSTM(28, 128, batch_first=True), nn.Linear(128, 10)
    x, y = torch.rand(128, 28, 28), torch.randint(0, 10, (128,))
    return trained([*cell.parameters(), *out.parameters()], 1e-3, lambda: cross_entropy(out(cell(x)[0][:, -1]), y))


def scan():
    weights, biases = torch.zeros(58, 200, requires_grad=True), torch.zeros(200, requires_grad=True)
    out, bias = (torch.randn(50, 10) * .01).requires_grad_(), (torch.randn(10) * .01).requires_grad_()
    x, y = torch.rand(100, 8, 8), torch.randint(0, 10, (100,))

    def loss():
        h = c = torch.zeros(100, 50)
        for t in range(8):
            z, i, f, o = (torch.cat([x[:, t], h], 1) @ weights + biases).split(50, 1)
            c = c * torch.sigmoid(f) + torch.tanh(z) * torch.sigmoid(i)
            h = c * torch.sigmoid(o)
        return cross_entropy(torch.tanh(h @ out + bias), y, reduction='sum')
    return trained([weights, biases, out, bias], 1e-3, loss)


def char():
    cell, drop, out = nn.LSTM(65, 512, batch_first=True), nn.Dropout(.5), nn.Linear(512, 65)
    x, y = torch.randint(0, 65, (50, 50)), torch.randint(0, 65, (2500,))
    loss = lambda: cross_entropy(out(drop(cell(nn.functional.one_hot(x, 65).float())[0])).reshape(-1, 65), y)
    return trained([*cell.parameters(), *out.parameters()], 1e-2, loss)


def mlp():
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10))
    x, y = torch.rand(128, 784), torch.randint(0, 10, (128,))
    return trained(model.parameters(), 1e-3, lambda: cross_entropy(model(x), y))


def cnn():
    model = nn.Sequential(nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(),
                          nn.MaxPool2d(2), nn.Flatten(), nn.Linear(3136, 1024), nn.ReLU(), nn.Linear(1024, 10))
    x, y = torch.rand(128, 1, 28, 28), torch.randint(0, 10, (128,))
    return trained(model.parameters(), 1e-3, lambda: cross_entropy(model(x), y))


def add():
    x = torch.ones(())
    return lambda: x + 1


time_step({'static': lstm, 'dynamic': lstm, 'scan': scan, 'char': char, 'mlp': mlp, 'cnn': cnn, 'add': add}[name]())
