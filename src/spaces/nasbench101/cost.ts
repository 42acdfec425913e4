import { add, type Cost, convolution, NOTHING, times, total } from "../cost.ts";
import { type Cell, digit, INTERIOR_OPERATIONS, vertexCount } from "./cell.ts";

/**
 * Size and work of the network in which the benchmark trains a cell on CIFAR-10 (Ying et al., ICML 2019, section 2): a 3x3 stem
 * of 128 channels at 32 pixels, three stacks of three modules, pooling to half the side and twice the channels before the second
 * and third, pooling over the map and a linear classifier for 10 classes. Every convolution has a batch norm with scale and shift
 * and no bias. Multiply-adds count convolutions and the classifier (its bias included), as for the other spaces.
 *
 * Inside a module the output concatenates its predecessors, so each of them gets an equal share of the channels; a vertex that
 * feeds others gets as many as the widest of them, which truncate what they read. Whatever leaves the module's input passes a
 * 1x1 projection; an edge from input to output adds its projection to the concatenation.
 */

const CLASSES = 10;
const IMAGE_CHANNELS = 3;
const MODULES_PER_STACK = 3;
const STACKS = [
  { channels: 128, side: 32 },
  { channels: 256, side: 16 },
  { channels: 512, side: 8 },
] as const;
const STEM = 128;
const STEM_SIDE = 32;
const FEATURES = 512;

const KERNELS = INTERIOR_OPERATIONS.map((name) => (name === "conv3x3-bn-relu" ? 3 : name === "conv1x1-bn-relu" ? 1 : 0));

/** What all cells of one adjacency share, and what each interior vertex adds with each operation. */
interface Costs {
  readonly count: number;
  readonly frame: Cost;
  /** By vertex, then digit of the operation. */
  readonly operations: readonly (readonly Cost[])[];
}

const costs = new Map<number, Costs>();

export function costOf({ bits, code }: Cell): Cost {
  let known = costs.get(bits);
  if (known === undefined) {
    known = costsOf(bits);
    costs.set(bits, known);
  }
  let { params, macs } = known.frame;
  for (let vertex = 1; vertex < known.count - 1; vertex++) {
    const own = (known.operations[vertex] as readonly Cost[])[digit(code, known.count, vertex)] as Cost;
    params += own.params;
    macs += own.macs;
  }
  return { params, macs };
}

function costsOf(bits: number): Costs {
  const count = vertexCount(bits);
  const last = count - 1;
  const classifier = (FEATURES + 1) * CLASSES;
  const frame = [convolution(IMAGE_CHANNELS, STEM, 3, STEM_SIDE), { params: classifier, macs: classifier }];
  const operations = Array.from({ length: count }, () => KERNELS.map(() => NOTHING));
  for (const [i, { channels, side }] of STACKS.entries()) {
    const widths = vertexChannels(bits, count, channels);
    widths[last] = channels;
    const before = STACKS[i - 1]?.channels ?? STEM;
    for (let vertex = 1; vertex <= last; vertex++) {
      const width = widths[vertex] as number;
      if (edge(bits, 0, vertex)) {
        frame.push(convolution(before, width, 1, side), times(MODULES_PER_STACK - 1, convolution(channels, width, 1, side)));
      }
      if (vertex === last) continue;
      const own = operations[vertex] as Cost[];
      for (const [operation, kernel] of KERNELS.entries()) {
        if (kernel === 0) continue;
        own[operation] = add(own[operation] as Cost, times(MODULES_PER_STACK, convolution(width, width, kernel, side)));
      }
    }
  }
  return { count, frame: total(frame), operations };
}

/** Channels of each vertex; what does not divide goes, one each, to the first predecessors of the output. */
export function vertexChannels(bits: number, count: number, outputs: number): number[] {
  const last = count - 1;
  const channels: number[] = Array.from({ length: count }, () => 0);
  const sharing = Array.from(channels.keys()).filter((vertex) => vertex > 0 && vertex < last && edge(bits, vertex, last));
  for (const [i, vertex] of sharing.entries()) {
    channels[vertex] = Math.floor(outputs / sharing.length) + (i < outputs % sharing.length ? 1 : 0);
  }
  for (let vertex = last - 1; vertex > 0; vertex--) {
    if (edge(bits, vertex, last)) continue;
    for (let reader = vertex + 1; reader < last; reader++) {
      if (edge(bits, vertex, reader)) channels[vertex] = Math.max(channels[vertex] as number, channels[reader] as number);
    }
  }
  return channels;
}

function edge(bits: number, from: number, to: number): boolean {
  return ((bits >>> (from + (to * (to - 1)) / 2)) & 1) === 1;
}
