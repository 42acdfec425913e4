"""arch2vec (Yan et al., NeurIPS 2020) in plain, eager PyTorch, as the other side of a benchmark.

    python3 train.py WORKLOAD.safetensors [--threads 1] [--device cpu|cuda]

Reads weights and batches from the file, prints one JSON line when it is ready, then answers each line "COUNT" on its standard input
with {"loss": ..., "ms": ...} after COUNT optimiser steps. Ends with its input.
"""

import argparse
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional


def read_safetensors(path):
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
        data = bytearray(file.read())
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=begin)
        tensors[name] = flat.reshape(entry["shape"]).clone()
    return metadata, tensors


class Layer(nn.Module):
    """Two stages of linear map, batch norm and ReLU."""

    def __init__(self, inputs, hidden):
        super().__init__()
        self.inner = nn.Linear(inputs, hidden)
        self.inner_norm = nn.BatchNorm1d(hidden)
        self.outer = nn.Linear(hidden, hidden)
        self.outer_norm = nn.BatchNorm1d(hidden)

    def forward(self, x):
        x = functional.relu(self.inner_norm(self.inner(x)))
        return functional.relu(self.outer_norm(self.outer(x)))


class Model(nn.Module):
    def __init__(self, kinds, hidden, latent, layers):
        super().__init__()
        self.eps = nn.Parameter(torch.zeros(layers))
        self.layers = nn.ModuleList([Layer(kinds if i == 0 else hidden, hidden) for i in range(layers)])
        self.mu = nn.Linear(hidden, latent)
        self.logvar = nn.Linear(hidden, latent)
        self.decoder = nn.Linear(latent, kinds)

    def forward(self, operations, adjacency, noise, keep):
        neighbours = adjacency + adjacency.transpose(1, 2)
        x = operations
        for i, layer in enumerate(self.layers):
            x = (1 + self.eps[i]) * x + torch.bmm(neighbours, x)
            x = layer(x.flatten(0, 1)).unflatten(0, x.shape[:2])
        mu, logvar = self.mu(x), self.logvar(x)
        z = (mu + torch.exp(logvar) * noise) * keep
        return self.decoder(z), torch.bmm(z, z.transpose(1, 2)), mu, logvar

    def load(self, tensors):
        """Takes the weights by the names of the original code's modules."""
        names = {"eps": "eps", "mu": "fc1", "logvar": "fc2", "decoder": "decoder.weight"}
        for i in range(len(self.layers)):
            names[f"layers.{i}.inner"] = f"mlps.{i}.linears.0"
            names[f"layers.{i}.inner_norm"] = f"mlps.{i}.batch_norms.0"
            names[f"layers.{i}.outer"] = f"mlps.{i}.linears.1"
            names[f"layers.{i}.outer_norm"] = f"batch_norms.{i}"
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                module, _, last = name.rpartition(".")
                source = names[name] if name in names else f"{names[module]}.{last}"
                parameter.copy_(tensors[f"weights/{source}"])


def total_loss(outputs, operations, adjacency):
    logits, inner, mu, logvar = outputs
    rows = mu.shape[0] * mu.shape[1]
    cross_entropy = functional.binary_cross_entropy_with_logits
    # On and below the diagonal the published code compares 0 with 0: nothing is added, but the entries count in the mean.
    edges = torch.triu(cross_entropy(inner, adjacency, reduction="none"), 1).mean()
    divergence = (1 + 2 * logvar - mu**2 - torch.exp(2 * logvar)).sum()
    return cross_entropy(logits, operations) + edges - 0.5 * divergence / rows**2


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("workload")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    device = torch.device(given.device)

    metadata, tensors = read_safetensors(given.workload)
    size = json.loads(metadata["shape"])
    options = json.loads(metadata["options"])
    model = Model(size["operations"], size["hidden"], size["latent"], size["layers"]).to(device)
    model.load(tensors)
    model.train()
    keys = ("operations", "adjacency", "noise", "keep")
    batches = [[tensors[f"batches/{i}/{key}"].to(device) for key in keys] for i in range(int(metadata["batches"]))]
    for batch in batches:
        batch[3] /= 1 - options["dropout"]
    adam = torch.optim.Adam(model.parameters(), lr=options["learningRate"])

    def train_step(operations, adjacency, noise, keep):
        adam.zero_grad()
        loss = total_loss(model(operations, adjacency, noise, keep), operations, adjacency)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), options["clipNorm"])
        adam.step()
        return loss

    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads(), "device": name}), flush=True)
    step = 0
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            loss = train_step(*batches[step % len(batches)])
            step += 1
        value = loss.item()
        print(json.dumps({"loss": value, "ms": 1000 * (time.perf_counter() - start)}), flush=True)


main()
