import { codeOf, digit, EDGE_OPERATIONS, EDGES } from "../spaces/nasbench201/order.ts";
import { type LayerId, type Network, type NetworkBuilder, networkBuilder } from "./network.ts";
import type { NetworkSize } from "./size.ts";

/**
 * The network of NAS-Bench-201 (Dong and Yang, ICLR 2020, section 2.1): a 3x3 convolution with batch norm, stages of equal
 * cells, between them a residual block that halves the side and doubles the channels, then batch norm, ReLU, mean over the map and
 * a linear classifier. An edge with a convolution is ReLU, convolution, batch norm; average pooling is 3x3 and counts no padding.
 * What cannot be reached is there, too, as in the benchmark.
 */
export function nasbench201Network(index: number, { channels, cells, stages, image, classes }: NetworkSize): Network {
  const code = codeOf(index);
  const network = networkBuilder(image);
  let at = network.batchNorm("stem.1", network.convolution("stem.0", network.image, { channels, size: 3 }));
  for (let stage = 0; stage < stages; stage++) {
    if (stage > 0) at = reduction(network, `reductions.${stage - 1}`, at);
    for (let i = 0; i < cells; i++) at = cell(network, `stages.${stage}.${i}`, code, at);
  }
  const features = network.mean(network.relu(network.batchNorm("last.0", at)));
  network.linear("classifier", features, classes);
  return network.finish();
}

/** Edges in the order of the architecture string: from, to. */
export const CELL_EDGES: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 2],
  [1, 2],
  [0, 3],
  [1, 3],
  [2, 3],
];

function cell(network: NetworkBuilder, name: string, code: number, input: LayerId): LayerId {
  const nodes = [input];
  for (let node = 1; node <= 3; node++) {
    const sum: LayerId[] = [];
    for (let edge = 0; edge < EDGES; edge++) {
      const [from, to] = CELL_EDGES[edge] as readonly [number, number];
      if (to !== node) continue;
      const read = nodes[from] as LayerId;
      switch (EDGE_OPERATIONS[digit(code, edge)]) {
        case "skip_connect":
          sum.push(read);
          break;
        case "nor_conv_1x1":
          sum.push(convolution(network, `${name}.edges.${edge}`, read, 1));
          break;
        case "nor_conv_3x3":
          sum.push(convolution(network, `${name}.edges.${edge}`, read, 3));
          break;
        case "avg_pool_3x3":
          sum.push(network.pool("average-pool", read, { size: 3, stride: 1, padding: 1 }));
      }
    }
    nodes.push(sum.length > 0 ? network.add(sum) : network.zero(input));
  }
  return nodes[3] as LayerId;
}

/** ReLU, convolution, batch norm. */
function convolution(
  network: NetworkBuilder,
  name: string,
  from: LayerId,
  size: number,
  change: { channels?: number; stride?: number } = {},
): LayerId {
  const { channels = network.shape(from).channels, stride = 1 } = change;
  const made = network.convolution(`${name}.1`, network.relu(from), { channels, size, stride });
  return network.batchNorm(`${name}.2`, made);
}

/** Half the side, twice the channels: two 3x3 convolutions, and beside them an average and a 1x1 convolution without batch norm. */
function reduction(network: NetworkBuilder, name: string, from: LayerId): LayerId {
  const channels = 2 * network.shape(from).channels;
  const first = convolution(network, `${name}.first`, from, 3, { channels, stride: 2 });
  const second = convolution(network, `${name}.second`, first, 3);
  const halved = network.pool("average-pool", from, { size: 2, stride: 2, padding: 0 });
  return network.add([network.convolution(`${name}.shortcut.1`, halved, { channels, size: 1 }), second]);
}
