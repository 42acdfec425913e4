import { CELL_INPUTS, NODE_OPERATIONS } from "../../spaces/darts/cell.ts";
import { readDartsGraph } from "../../spaces/darts/index.ts";
import { before, digit, INTERIOR_OPERATIONS, vertexCount } from "../../spaces/nasbench101/cell.ts";
import { cellOf } from "../../spaces/nasbench101/identity.ts";
import { codeOf, EDGE_OPERATIONS, digit as edgeDigit } from "../../spaces/nasbench201/order.ts";
import type { SearchSpace } from "../../spaces/space.ts";
import { networkOf } from "../build.ts";
import { CELL_EDGES } from "../nasbench201.ts";
import { networkCost } from "../network.ts";
import { LARGE_SIDE, type NetworkSize } from "../size.ts";

/**
 * A network as a PyTorch module in one readable file that needs nothing but PyTorch. Its `state_dict` has the names and shapes of
 * `weightShapes`, so that weights written as safetensors load into it. Throws InputError where no network of this size can be built.
 */
export function pytorchCode(space: SearchSpace, index: number, size: NetworkSize): string {
  const { params } = networkCost(networkOf(space, index, size));
  const { channels, cells, stages, image, classes } = size;
  return `"""${space.title}: ${space.format(index)}

The network around this cell: ${stages} stages of ${cells} cells, ${channels} channels in the first, for images of ${image.channels} x ${image.side} x ${image.side}
and ${classes} classes; ${params} parameters. Written by Archscape.
"""
import json
import sys

import torch
import torch.nn.functional as F
from torch import nn

CHANNELS, CELLS, STAGES = ${channels}, ${cells}, ${stages}
IMAGE_CHANNELS, SIDE, CLASSES = ${image.channels}, ${image.side}, ${classes}
${MODULES[space.name](space, index, size).trim()}


def load_weights(network, path):
    """Loads a .safetensors file of Archscape."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32).reshape(entry["shape"])
    missing, unknown = network.load_state_dict(tensors, strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unknown:
        raise ValueError(f"{path} is not of this network: missing {missing}, unknown {unknown}")


if __name__ == "__main__":
    network = Network()
    if len(sys.argv) > 1:
        load_weights(network, sys.argv[1])
    print(sum(parameter.numel() for parameter in network.parameters()), "parameters")
`;
}

const MODULES: Readonly<Record<SearchSpace["name"], (space: SearchSpace, index: number, size: NetworkSize) => string>> = {
  nasbench201: (_, index) => nasbench201Modules(index),
  nasbench101: (_, index) => nasbench101Modules(index),
  darts: dartsModules,
};

function nasbench201Modules(index: number): string {
  const code = codeOf(index);
  const edges = CELL_EDGES.map(([from, to], edge) => `(${from}, ${to}, "${EDGE_OPERATIONS[edgeDigit(code, edge)]}")`);
  return `
# From node, to node, operation.
EDGES = [${edges.join(", ")}]


def convolution(inputs, outputs, size, stride=1):
    return nn.Sequential(
        nn.ReLU(), nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm2d(outputs)
    )


class Cell(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.edges = nn.ModuleDict()
        for number, (_, _, operation) in enumerate(EDGES):
            if operation.startswith("nor_conv"):
                self.edges[str(number)] = convolution(channels, channels, 3 if operation == "nor_conv_3x3" else 1)

    def forward(self, x):
        nodes = [x]
        for node in (1, 2, 3):
            total = torch.zeros_like(x)
            for number, (start, end, operation) in enumerate(EDGES):
                if end != node or operation == "none":
                    continue
                read = nodes[start]
                if operation == "skip_connect":
                    total = total + read
                elif operation == "avg_pool_3x3":
                    total = total + F.avg_pool2d(read, 3, 1, 1, count_include_pad=False)
                else:
                    total = total + self.edges[str(number)](read)
            nodes.append(total)
        return nodes[3]


class Reduction(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.first = convolution(inputs, outputs, 3, stride=2)
        self.second = convolution(outputs, outputs, 3)
        self.shortcut = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(inputs, outputs, 1, bias=False))

    def forward(self, x):
        return self.shortcut(x) + self.second(self.first(x))


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [CHANNELS * 2**stage for stage in range(STAGES)]
        self.stem = nn.Sequential(nn.Conv2d(IMAGE_CHANNELS, CHANNELS, 3, 1, 1, bias=False), nn.BatchNorm2d(CHANNELS))
        self.stages = nn.ModuleList(nn.Sequential(*(Cell(width) for _ in range(CELLS))) for width in widths)
        self.reductions = nn.ModuleList(Reduction(width, 2 * width) for width in widths[:-1])
        self.last = nn.Sequential(nn.BatchNorm2d(widths[-1]), nn.ReLU())
        self.classifier = nn.Linear(widths[-1], CLASSES)

    def forward(self, x):
        x = self.stem(x)
        for number, stage in enumerate(self.stages):
            if number > 0:
                x = self.reductions[number - 1](x)
            x = stage(x)
        return self.classifier(self.last(x).mean((2, 3)))
`;
}

function nasbench101Modules(index: number): string {
  const { bits, code } = cellOf(index);
  const count = vertexCount(bits);
  const vertices = Array.from({ length: count }, (_, vertex) => vertex);
  const matrix = vertices.map(
    (from) => `[${vertices.map((to) => (from < to && before(bits, to) & (1 << from) ? 1 : 0)).join(", ")}]`,
  );
  const operations = vertices.slice(1, -1).map((vertex) => `"${INTERIOR_OPERATIONS[digit(code, count, vertex)]}"`);
  return `
# MATRIX[from][to]; vertex 0 is the input of a module, the last one its output.
MATRIX = [${matrix.join(", ")}]
OPERATIONS = [${['"input"', ...operations, '"output"'].join(", ")}]
LAST = len(MATRIX) - 1


def convolution(inputs, outputs, size):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, 1, size // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )


def vertex_channels(outputs):
    """The output concatenates what feeds it; any other vertex is as wide as the widest of those that it feeds."""
    channels = [0] * LAST
    sharing = [vertex for vertex in range(1, LAST) if MATRIX[vertex][LAST]]
    for number, vertex in enumerate(sharing):
        channels[vertex] = outputs // len(sharing) + (1 if number < outputs % len(sharing) else 0)
    for vertex in range(LAST - 1, 0, -1):
        if not MATRIX[vertex][LAST]:
            channels[vertex] = max(channels[other] for other in range(vertex + 1, LAST) if MATRIX[vertex][other])
    return channels + [outputs]


class Module(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.channels = vertex_channels(outputs)
        self.projections = nn.ModuleDict()
        self.vertices = nn.ModuleDict()
        for vertex in range(1, LAST + 1):
            width = self.channels[vertex]
            if MATRIX[0][vertex]:
                self.projections[str(vertex)] = convolution(inputs, width, 1)
            if OPERATIONS[vertex].startswith("conv"):
                self.vertices[str(vertex)] = convolution(width, width, 3 if "3x3" in OPERATIONS[vertex] else 1)

    def forward(self, x):
        made = [x]
        for vertex in range(1, LAST):
            width = self.channels[vertex]
            read = [made[other][:, :width] for other in range(1, vertex) if MATRIX[other][vertex]]
            if MATRIX[0][vertex]:
                read.append(self.projections[str(vertex)](x))
            total = sum(read)
            if OPERATIONS[vertex] == "maxpool3x3":
                made.append(F.max_pool2d(total, 3, 1, 1))
            else:
                made.append(self.vertices[str(vertex)](total))
        shares = [made[vertex] for vertex in range(1, LAST) if MATRIX[vertex][LAST]]
        parts = [torch.cat(shares, 1)] if shares else []
        if MATRIX[0][LAST]:
            parts.append(self.projections[str(LAST)](x))
        return sum(parts)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = convolution(IMAGE_CHANNELS, CHANNELS, 3)
        self.stages = nn.ModuleList()
        inputs = CHANNELS
        for stage in range(STAGES):
            outputs = CHANNELS * 2**stage
            modules = [Module(inputs if number == 0 else outputs, outputs) for number in range(CELLS)]
            self.stages.append(nn.Sequential(*modules))
            inputs = outputs
        self.classifier = nn.Linear(inputs, CLASSES)

    def forward(self, x):
        x = self.stem(x)
        for number, stage in enumerate(self.stages):
            if number > 0:
                x = F.max_pool2d(x, 2)
            x = stage(x)
        return self.classifier(x.mean((2, 3)))
`;
}

function dartsModules(space: SearchSpace, index: number, { image }: NetworkSize): string {
  const cell = readDartsGraph(space.graph(index));
  if ("reason" in cell) throw new Error(`Architecture ${index} of DARTS is no cell: ${cell.reason}`);
  const nodes = Array.from(cell.operations, (operation, node) => `("${NODE_OPERATIONS[operation]}", ${cell.inputs[node]})`);
  const isLarge = image.side >= LARGE_SIDE;
  const stem = isLarge
    ? `
        self.stem0 = nn.Sequential(
            nn.Conv2d(IMAGE_CHANNELS, CHANNELS // 2, 3, 2, 1, bias=False),
            nn.BatchNorm2d(CHANNELS // 2),
            nn.ReLU(),
            nn.Conv2d(CHANNELS // 2, CHANNELS, 3, 2, 1, bias=False),
            nn.BatchNorm2d(CHANNELS),
        )
        self.stem1 = nn.Sequential(
            nn.ReLU(), nn.Conv2d(CHANNELS, CHANNELS, 3, 2, 1, bias=False), nn.BatchNorm2d(CHANNELS)
        )
        older, newer, reduced = CHANNELS, CHANNELS, True`
    : `
        self.stem = nn.Sequential(
            nn.Conv2d(IMAGE_CHANNELS, 3 * CHANNELS, 3, 1, 1, bias=False), nn.BatchNorm2d(3 * CHANNELS)
        )
        older, newer, reduced = 3 * CHANNELS, 3 * CHANNELS, False`;
  const begin = isLarge
    ? `
        older = self.stem0(x)
        newer = self.stem1(older)`
    : `
        older = newer = self.stem(x)`;
  return `
# Operation and what it reads: 0 and 1 are the two cells before, 2 + n the sum of the n-th pair. Normal and reduction cell are one.
NODES = [${nodes.join(", ")}]
INPUTS = ${CELL_INPUTS}


class Factorized(nn.Module):
    """Half the side: one convolution of even, one of odd pixels."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.even = nn.Conv2d(inputs, outputs // 2, 1, 2, bias=False)
        self.odd = nn.Conv2d(inputs, outputs // 2, 1, 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        x = F.relu(x)
        return self.norm(torch.cat([self.even(x), self.odd(x[:, :, 1:, 1:])], 1))


class Zero(nn.Module):
    def __init__(self, stride):
        super().__init__()
        self.stride = stride

    def forward(self, x):
        return torch.zeros_like(x[:, :, :: self.stride, :: self.stride])


def convolution(inputs, outputs):
    return nn.Sequential(nn.ReLU(), nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))


def depthwise(channels, size, stride, dilation=1):
    return [
        nn.ReLU(),
        nn.Conv2d(
            channels, channels, size, stride, dilation * (size // 2), dilation, groups=channels, bias=False
        ),
        nn.Conv2d(channels, channels, 1, bias=False),
        nn.BatchNorm2d(channels),
    ]


def operation(name, channels, stride):
    size = 5 if name.endswith("5x5") else 3
    if name == "none":
        return Zero(stride)
    if name == "skip_connect":
        return nn.Identity() if stride == 1 else Factorized(channels, channels)
    if name == "max_pool_3x3":
        return nn.MaxPool2d(3, stride, 1)
    if name == "avg_pool_3x3":
        return nn.AvgPool2d(3, stride, 1, count_include_pad=False)
    if name.startswith("dil_conv"):
        return nn.Sequential(*depthwise(channels, size, stride, 2))
    return nn.Sequential(*depthwise(channels, size, stride), *depthwise(channels, size, 1))


class Cell(nn.Module):
    def __init__(self, older, newer, channels, reduced, stride):
        super().__init__()
        first = Factorized(older, channels) if reduced else convolution(older, channels)
        self.inputs = nn.ModuleList([first, convolution(newer, channels)])
        self.nodes = nn.ModuleList(
            operation(name, channels, stride if read < INPUTS else 1) for name, read in NODES
        )

    def forward(self, older, newer):
        states = [self.inputs[0](older), self.inputs[1](newer)]
        for pair in range(0, len(NODES), 2):
            first, second = (self.nodes[node](states[NODES[node][1]]) for node in (pair, pair + 1))
            states.append(first + second)
        return torch.cat(states[INPUTS:], 1)


class Network(nn.Module):
    def __init__(self):
        super().__init__()${stem}
        self.cells = nn.ModuleList()
        for stage in range(STAGES):
            channels = CHANNELS * 2**stage
            for stride in ([2] if stage > 0 else []) + [1] * CELLS:
                self.cells.append(Cell(older, newer, channels, reduced, stride))
                older, newer, reduced = newer, len(NODES) // 2 * channels, stride == 2
        self.classifier = nn.Linear(newer, CLASSES)

    def forward(self, x):${begin}
        for cell in self.cells:
            older, newer = newer, cell(older, newer)
        return self.classifier(newer.mean((2, 3)))
`;
}
