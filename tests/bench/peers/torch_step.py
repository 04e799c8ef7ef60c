"""One training step of a workload on PyTorch. Usage: torch_step.py WORKLOAD THREADS"""
import sys

import torch
from torch import nn

from timing import time_step

name, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(0)
cross_entropy = nn.functional.cross_entropy


def trained(parameters, rate, loss, optimizer=torch.optim.Adam):
    optimizer = optimizer(parameters, rate)

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


class GRU(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.out = nn.GRU(64, 256, 2, batch_first=True), nn.Linear(256, 10)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        return self.out(self.cell(packed)[1][1])


def gru():
    model, lengths = GRU(), torch.randint(26, 51, (64,))
    x, y = torch.rand(64, 50, 64), torch.randint(0, 10, (64,))
    return trained(model.parameters(), 1e-3, lambda: cross_entropy(model(x, lengths), y))


def bidirectional():
    cell, out = nn.LSTM(64, 128, batch_first=True, bidirectional=True), nn.Linear(256, 10)
    x, y = torch.rand(64, 50, 64), torch.randint(0, 10, (64,))
    return trained([*cell.parameters(), *out.parameters()], 1e-3, lambda: cross_entropy(out(cell(x)[0].mean(1)), y))


def embedding():
    table, out = nn.Embedding(50000, 128, sparse=True), nn.Linear(128, 2)
    x, y = torch.randint(0, 50000, (64, 50)), torch.randint(0, 2, (64,))
    return trained([*table.parameters(), *out.parameters()], .1, lambda: cross_entropy(out(table(x).mean(1)), y), torch.optim.Adagrad)


def softmax():
    model = nn.Sequential(nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10000))
    x, y = torch.rand(128, 256), torch.randint(0, 10000, (128,))
    return trained(model.parameters(), 1e-3, lambda: cross_entropy(model(x), y))


def autoencoder():
    sizes, layers = [784, 64, 32, 64, 784], []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.Sigmoid()]
    model, x = nn.Sequential(*layers), torch.rand(256, 784)
    return trained(model.parameters(), .01, lambda: ((x - model(x)) ** 2).mean(), torch.optim.RMSprop)


def resnet():
    convolutions, norms = [nn.ModuleList(make() for _ in range(3)) for make in
                           (lambda: nn.Conv2d(64, 64, 3, padding=1, bias=False), lambda: nn.BatchNorm2d(64))]
    x = torch.rand(32, 64, 32, 32)

    def loss():
        h = x
        for i in range(3):
            h = norms[i](convolutions[i](h))
            h = torch.relu(h + x if i == 2 else h)
        return (h * h).mean()
    sgd = lambda parameters, rate: torch.optim.SGD(parameters, rate, momentum=.9)
    return trained([*convolutions.parameters(), *norms.parameters()], 1e-3, loss, sgd)


def while_rnn():
    u, w, out = (torch.randn(28, 28) * .2).requires_grad_(), (torch.randn(28, 28) * .2).requires_grad_(), nn.Linear(28, 10)
    x, y, lengths = torch.rand(28, 128, 28), torch.randint(0, 10, (128,)), torch.randint(15, 29, (128,))
    lengths[0] = 28

    def loss():
        h = torch.zeros(128, 28)
        for t in range(int(lengths.max())):
            h = torch.tanh(x[t] @ u + h @ w)
        return cross_entropy(out(h), y)
    return trained([u, w, *out.parameters()], .1, loss, torch.optim.SGD)


class Attended(nn.Module):
    """Reads with one GRU; another writes, looking back by Bahdanau's attention."""

    def __init__(self, words, units):
        super().__init__()
        self.table, self.encoder, self.cell = nn.Embedding(words, units), nn.GRU(units, units, batch_first=True), nn.GRUCell(2 * units, units)
        self.keys, self.query = nn.Linear(units, units, bias=False), nn.Linear(units, units, bias=False)
        self.v, self.layer, self.out = nn.Linear(units, 1, bias=False), nn.Linear(2 * units, units, bias=False), nn.Linear(units, words)

    def forward(self, x, y):
        memory, last = self.encoder(self.table(x))
        keys, h, attention, written = self.keys(memory), last[0], torch.zeros_like(last[0]), []
        for word in self.table(y).unbind(1):
            h = self.cell(torch.cat([word, attention], 1), h)
            scores = self.v(torch.tanh(keys + self.query(h)[:, None])).squeeze(2)
            context = (scores.softmax(1)[:, None] @ memory).squeeze(1)
            attention = self.layer(torch.cat([h, context], 1))
            written.append(attention)
        return self.out(torch.stack(written, 1))


def translator():
    words, x, y = 1000, torch.randint(0, 1000, (64, 30)), torch.randint(0, 1000, (64, 30))
    model = Attended(words, 256)
    return trained(model.parameters(), 1e-3, lambda: cross_entropy(model(x, y).reshape(-1, words), y.reshape(-1)))


def ctc():
    x, y = torch.rand(200, 32, 40, requires_grad=True), torch.randint(1, 40, (32, 30))
    frames, letters = torch.full((32,), 200), torch.full((32,), 30)

    def step():
        x.grad = None
        nn.functional.ctc_loss(x.log_softmax(2), y, frames, letters).backward()
    return step


def dcgan():
    up = lambda i, o: nn.ConvTranspose2d(i, o, 5, 2, 2, output_padding=1)
    drawn = nn.Sequential(nn.Linear(100, 6272), nn.Unflatten(1, (128, 7, 7)), nn.BatchNorm2d(128), nn.ReLU(), up(128, 64),
                          nn.BatchNorm2d(64), nn.ReLU(), up(64, 1), nn.Tanh())
    judged = nn.Sequential(nn.Conv2d(1, 64, 5, 2, 2), nn.LeakyReLU(.2), nn.Conv2d(64, 128, 5, 2, 2), nn.BatchNorm2d(128),
                           nn.LeakyReLU(.2), nn.Flatten(), nn.Linear(6272, 1))
    z, x, ones, zeros = torch.rand(64, 100), torch.rand(64, 1, 28, 28), torch.ones(64, 1), torch.zeros(64, 1)
    told_apart = nn.functional.binary_cross_entropy_with_logits
    adam = lambda parameters, rate: torch.optim.Adam(parameters, rate, betas=(.5, .999))
    steps = [trained(judged.parameters(), 2e-4,
                     lambda: told_apart(judged(x), ones) + told_apart(judged(drawn(z).detach()), zeros), adam),
             trained(drawn.parameters(), 2e-4, lambda: told_apart(judged(drawn(z)), ones), adam)]
    return lambda: [step() for step in steps]


def inferred(run):
    with torch.no_grad():
        return run()


def step():
    cell, x, state = nn.LSTMCell(512, 512), torch.rand(1, 512), [(torch.zeros(1, 512), torch.zeros(1, 512))]

    def run():
        state[0] = cell(x, state[0])
    return lambda: inferred(run)


def sentence():
    cell, out, x = nn.LSTM(65, 512, batch_first=True), nn.Linear(512, 65), torch.randint(0, 65, (1, 50))
    return lambda: inferred(lambda: out(cell(nn.functional.one_hot(x, 65).float())[0]).softmax(2))


def add():
    x = torch.ones(())
    return lambda: x + 1


time_step({'static': lstm, 'dynamic': lstm, 'scan': scan, 'char': char, 'mlp': mlp, 'cnn': cnn, 'add': add, 'gru': gru,
           'bidir': bidirectional, 'embedding': embedding, 'softmax': softmax, 'autoencoder': autoencoder, 'resnet': resnet,
           'while': while_rnn, 'step': step, 'sentence': sentence, 'translator': translator, 'ctc': ctc, 'dcgan': dcgan}[name]())
