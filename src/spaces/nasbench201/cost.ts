import { add, type Cost, convolution, times, total, weights } from "../cost.ts";
import { codeOf, digit, EDGE_OPERATIONS, EDGES } from "./order.ts";

/**
 * Size and work of the network in which the benchmark trains a cell on CIFAR-10: a 3x3 stem, three stages of five cells
 * with 16, 32 and 64 channels at 32, 16 and 8 pixels, a residual block that halves the resolution between them, then batch
 * norm, pooling and a linear classifier for 10 classes. Convolutions have no bias; each is followed by an affine batch
 * norm, except on the residual shortcut. Multiply-adds count convolutions and the classifier (its bias included) and leave
 * out pooling, batch norm and additions, as the benchmark's own figures do.
 */

const CLASSES = 10;
const IMAGE_CHANNELS = 3;
const CELLS_PER_STAGE = 5;
const STAGES = [
  { channels: 16, side: 32 },
  { channels: 32, side: 16 },
  { channels: 64, side: 8 },
] as const;

/** Everything but the cells. */
function frame(): Cost {
  const [first] = STAGES;
  const parts = [convolution(IMAGE_CHANNELS, first.channels, 3, first.side)];
  for (const [i, { channels, side }] of STAGES.entries()) {
    const before = STAGES[i - 1];
    if (before === undefined) continue;
    parts.push(convolution(before.channels, channels, 3, side));
    parts.push(convolution(channels, channels, 3, side));
    parts.push(weights(before.channels, channels, 1, side));
  }
  const features = STAGES[STAGES.length - 1]?.channels ?? 0;
  const classifier = (features + 1) * CLASSES;
  parts.push({ params: 2 * features, macs: 0 }, { params: classifier, macs: classifier });
  return total(parts);
}

/** One edge with a convolution of this size, in all cells of the network. */
function edgeEverywhere(size: number): Cost {
  return times(CELLS_PER_STAGE, total(STAGES.map(({ channels, side }) => convolution(channels, channels, size, side))));
}

const FRAME = frame();
const POINTWISE = edgeEverywhere(1);
const SPATIAL = edgeEverywhere(3);

/** Edges that a `none` cuts off are counted too: the benchmark's network holds and runs them. */
export function cost(index: number): Cost {
  const code = codeOf(index);
  let pointwise = 0;
  let spatial = 0;
  for (let edge = 0; edge < EDGES; edge++) {
    const operation = EDGE_OPERATIONS[digit(code, edge)];
    if (operation === "nor_conv_1x1") pointwise++;
    if (operation === "nor_conv_3x3") spatial++;
  }
  return add(FRAME, add(times(pointwise, POINTWISE), times(spatial, SPATIAL)));
}
