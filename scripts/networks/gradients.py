"""Scores and gradients of a small network, computed by PyTorch in double precision, for test/unit/networks/passes.test.ts.

Reads from standard input what that test prints with ARCHSCAPE_PRINT_NETWORK=1 (layers, weights, images), writes
test/fixtures/network-gradients.json to standard output. Six images of classes 0, 1, 2, 0, 1, 2; batch norm by the batch's statistics.
"""
import json
import sys

import torch
import torch.nn.functional as F

given = json.load(sys.stdin)
layers = given["network"]["layers"]
weights = {
    name: torch.tensor(values, dtype=torch.float64).reshape(shape) for name, shape, values in given["weights"]
}
for name, weight in weights.items():
    weight.requires_grad_("running" not in name)
side, channels = layers[0]["side"], layers[0]["channels"]
images = torch.tensor(given["images"], dtype=torch.float64).reshape(-1, side, side, channels)
images = images.permute(0, 3, 1, 2).contiguous().requires_grad_(True)


def compute(layer, outputs):
    kind = layer["kind"]
    x = outputs[layer["from"]] if "from" in layer else None
    of = [outputs[i] for i in layer.get("of", [])]
    weight = weights.get(f"{layer.get('name')}.weight")
    bias = weights.get(f"{layer.get('name')}.bias")
    if kind == "image":
        return images
    if kind == "convolution":
        return F.conv2d(x, weight, None, layer["stride"], layer["padding"], layer["dilation"], layer["groups"])
    if kind == "batch-norm":
        return F.batch_norm(x, None, None, weight, bias, True)
    if kind == "relu":
        return F.relu(x)
    if kind == "max-pool":
        return F.max_pool2d(x, layer["size"], layer["stride"], layer["padding"])
    if kind == "average-pool":
        return F.avg_pool2d(x, layer["size"], layer["stride"], layer["padding"], count_include_pad=False)
    if kind == "add":
        return sum(of)
    if kind == "concatenate":
        return torch.cat(of, 1)
    if kind == "truncate":
        return x[:, : layer["channels"]]
    if kind == "shift":
        return F.pad(x[:, :, 1:, 1:], (0, 1, 0, 1))
    if kind == "zero":
        return torch.zeros(x.shape[0], layer["channels"], layer["side"], layer["side"], dtype=x.dtype)
    if kind == "mean":
        return x.mean((2, 3), keepdim=True)
    return F.linear(x.flatten(1), weight, bias)[:, :, None, None]


outputs = []
for layer in layers:
    outputs.append(compute(layer, outputs))
logits = outputs[-1].flatten(1)
loss = F.cross_entropy(logits, torch.arange(len(images)) % 3)
loss.backward()


def rounded(tensor):
    return [float(f"{value:.7g}") for value in tensor.flatten().tolist()]


gradients = {name: rounded(weight.grad) for name, weight in weights.items() if weight.grad is not None}
gradients["images"] = rounded(images.grad.permute(0, 2, 3, 1))
json.dump({"loss": loss.item(), "logits": rounded(logits), "gradients": gradients}, sys.stdout)
