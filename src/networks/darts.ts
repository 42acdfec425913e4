import { CELL_INPUTS, CELL_NODES, type DartsCell, NODE_OPERATIONS } from "../spaces/darts/cell.ts";
import { type LayerId, type Network, type NetworkBuilder, networkBuilder } from "./network.ts";
import { LARGE_SIDE, type NetworkSize } from "./size.ts";

/**
 * The evaluation network of DARTS (Liu et al., ICLR 2019, section 3 and its code): stages of normal cells with a reduction cell between
 * two of them, which has stride 2 on its own inputs and doubles the channels, then the mean over the map and a linear classifier.
 * Each cell reads the two before it. Small images pass one 3x3 convolution to three times the channels, large ones three
 * convolutions of stride 2. Without auxiliary head and drop path, which training alone has.
 */
export function dartsNetwork(normal: DartsCell, reduce: DartsCell, size: NetworkSize): Network {
  const network = networkBuilder(size.image);
  let { older, newer, reduced } = stem(network, size);
  let number = 0;
  const take = (made: LayerId, reduces: boolean): void => {
    [older, newer, reduced] = [newer, made, reduces];
    number++;
  };
  for (let stage = 0; stage < size.stages; stage++) {
    const channels = size.channels * 2 ** stage;
    if (stage > 0) take(cell(network, `cells.${number}`, reduce, { older, newer, reduced, channels, stride: 2 }), true);
    for (let i = 0; i < size.cells; i++)
      take(cell(network, `cells.${number}`, normal, { older, newer, reduced, channels, stride: 1 }), false);
  }
  network.linear("classifier", network.mean(newer), size.classes);
  return network.finish();
}

interface Stem {
  readonly older: LayerId;
  readonly newer: LayerId;
  /** Whether the older one has twice the side of the newer. */
  readonly reduced: boolean;
}

function stem(network: NetworkBuilder, { channels, image }: NetworkSize): Stem {
  const normalised = (name: string, at: number, from: LayerId, width: number, stride: number) =>
    network.batchNorm(
      `${name}.${at + 1}`,
      network.convolution(`${name}.${at}`, from, { channels: width, size: 3, stride, padding: 1 }),
    );
  if (image.side < LARGE_SIDE) {
    const made = normalised("stem", 0, network.image, 3 * channels, 1);
    return { older: made, newer: made, reduced: false };
  }
  const half = network.relu(normalised("stem0", 0, network.image, channels / 2, 2));
  const older = normalised("stem0", 3, half, channels, 2);
  return { older, newer: normalised("stem1", 1, network.relu(older), channels, 2), reduced: true };
}

interface Place extends Stem {
  readonly channels: number;
  readonly stride: 1 | 2;
}

function cell(
  network: NetworkBuilder,
  name: string,
  { operations, inputs }: DartsCell,
  { older, newer, reduced, channels, stride }: Place,
): LayerId {
  const first = reduced
    ? factorized(network, `${name}.inputs.0`, older, channels)
    : convolution(network, `${name}.inputs.0`, older, channels);
  const states = [first, convolution(network, `${name}.inputs.1`, newer, channels)];
  let sum: LayerId[] = [];
  for (let node = 0; node < CELL_NODES; node++) {
    const input = inputs[node] as number;
    const operation = NODE_OPERATIONS[operations[node] as number] as string;
    const from = states[input] as LayerId;
    sum.push(operate(network, `${name}.nodes.${node}`, operation, from, input < CELL_INPUTS ? stride : 1));
    if (node % 2 === 0) continue;
    states.push(network.add(sum));
    sum = [];
  }
  return network.concatenate(states.slice(CELL_INPUTS));
}

function operate(network: NetworkBuilder, name: string, operation: string, from: LayerId, stride: 1 | 2): LayerId {
  switch (operation) {
    case "none":
      return network.zero(from, stride);
    case "max_pool_3x3":
      return network.pool("max-pool", from, { size: 3, stride, padding: 1 });
    case "avg_pool_3x3":
      return network.pool("average-pool", from, { size: 3, stride, padding: 1 });
    case "skip_connect":
      return stride === 1 ? from : factorized(network, name, from, network.shape(from).channels);
    case "sep_conv_3x3":
      return separable(network, name, from, 3, stride);
    case "sep_conv_5x5":
      return separable(network, name, from, 5, stride);
    case "dil_conv_3x3":
      return depthwise(network, name, 0, from, { size: 3, stride, dilation: 2 });
    case "dil_conv_5x5":
      return depthwise(network, name, 0, from, { size: 5, stride, dilation: 2 });
    default:
      throw new Error(`No layer for the operation ${operation} of DARTS`);
  }
}

/** ReLU, 1x1 convolution, batch norm. */
function convolution(network: NetworkBuilder, name: string, from: LayerId, channels: number): LayerId {
  return network.batchNorm(`${name}.2`, network.convolution(`${name}.1`, network.relu(from), { channels, size: 1 }));
}

/** Half the side: two 1x1 convolutions of stride 2, one on even and one on odd pixels, side by side. */
function factorized(network: NetworkBuilder, name: string, from: LayerId, channels: number): LayerId {
  const read = network.relu(from);
  const half = { channels: channels / 2, size: 1, stride: 2 };
  const even = network.convolution(`${name}.even`, read, half);
  const odd = network.convolution(`${name}.odd`, network.shift(read), half);
  return network.batchNorm(`${name}.norm`, network.concatenate([even, odd]));
}

/** ReLU, depthwise and pointwise convolution, batch norm; the layers of a PyTorch `Sequential` from position `at` on. */
function depthwise(
  network: NetworkBuilder,
  name: string,
  at: number,
  from: LayerId,
  window: { readonly size: number; readonly stride: number; readonly dilation?: number },
): LayerId {
  const { channels } = network.shape(from);
  const deep = network.convolution(`${name}.${at + 1}`, network.relu(from), { ...window, channels, groups: channels });
  return network.batchNorm(`${name}.${at + 3}`, network.convolution(`${name}.${at + 2}`, deep, { channels, size: 1 }));
}

function separable(network: NetworkBuilder, name: string, from: LayerId, size: number, stride: number): LayerId {
  return depthwise(network, name, 4, depthwise(network, name, 0, from, { size, stride }), { size, stride: 1 });
}
