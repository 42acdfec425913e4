import { before, type Cell, digit, INTERIOR_OPERATIONS, vertexCount } from "../spaces/nasbench101/cell.ts";
import { vertexChannels } from "../spaces/nasbench101/cost.ts";
import { cellOf } from "../spaces/nasbench101/identity.ts";
import { type LayerId, type Network, type NetworkBuilder, networkBuilder } from "./network.ts";
import type { NetworkSize } from "./size.ts";

/**
 * The network of NAS-Bench-101 (Ying et al., ICML 2019, section 2.2): a 3x3 stem, stacks of equal modules, between them max pooling to half
 * the side while the channels double, then the mean over the map and a linear classifier. Every convolution is followed by batch
 * norm and ReLU. How wide the vertices of a module are: `src/spaces/nasbench101/cost.ts`.
 */
export function nasbench101Network(index: number, { channels, cells, stages, image, classes }: NetworkSize): Network {
  const cell = cellOf(index);
  const network = networkBuilder(image);
  let at = convolution(network, "stem", network.image, channels, 3);
  for (let stage = 0; stage < stages; stage++) {
    if (stage > 0) at = network.pool("max-pool", at, { size: 2, stride: 2, padding: 0 });
    for (let i = 0; i < cells; i++) at = module(network, `stages.${stage}.${i}`, cell, at, channels * 2 ** stage);
  }
  network.linear("classifier", network.mean(at), classes);
  return network.finish();
}

function module(network: NetworkBuilder, name: string, { bits, code }: Cell, input: LayerId, outputs: number): LayerId {
  const count = vertexCount(bits);
  const last = count - 1;
  const widths = vertexChannels(bits, count, outputs);
  const reads = (vertex: number, other: number): boolean => (before(bits, vertex) & (1 << other)) !== 0;
  const project = (vertex: number, width: number) => convolution(network, `${name}.projections.${vertex}`, input, width, 1);
  const vertices: LayerId[] = [input];
  for (let vertex = 1; vertex < last; vertex++) {
    const width = widths[vertex] as number;
    const sum: LayerId[] = [];
    for (let other = 1; other < vertex; other++)
      if (reads(vertex, other)) sum.push(network.truncate(vertices[other] as LayerId, width));
    if (reads(vertex, 0)) sum.push(project(vertex, width));
    const read = network.add(sum);
    const operation = INTERIOR_OPERATIONS[digit(code, count, vertex)];
    vertices.push(
      operation === "maxpool3x3"
        ? network.pool("max-pool", read, { size: 3, stride: 1, padding: 1 })
        : convolution(network, `${name}.vertices.${vertex}`, read, width, operation === "conv3x3-bn-relu" ? 3 : 1),
    );
  }
  const shares = vertices.filter((_, vertex) => vertex > 0 && reads(last, vertex));
  const parts = shares.length > 0 ? [network.concatenate(shares)] : [];
  return network.add(reads(last, 0) ? [...parts, project(last, outputs)] : parts);
}

/** Convolution, batch norm, ReLU. */
function convolution(network: NetworkBuilder, name: string, from: LayerId, channels: number, size: number): LayerId {
  return network.relu(network.batchNorm(`${name}.1`, network.convolution(`${name}.0`, from, { channels, size })));
}
