import { add, type Cost, convolution, NOTHING, times, total, weights } from "../cost.ts";
import { CELL_INPUTS, CELL_NODES, type DartsCell, NODE_OPERATIONS } from "./cell.ts";

/**
 * Size and work of the ImageNet network built of a normal and a reduction cell (Liu et al., DARTS, ICLR 2019): images of 224 pixels,
 * a stem of three strided 3x3 convolutions, 14 cells from 48 channels on, the fifth and tenth of them reduction cells that halve the
 * side and double the channels, pooling and a linear classifier for 1,000 classes; no auxiliary head. Convolutions have no bias and a
 * batch norm with scale and shift after each, or after each depthwise-pointwise pair.
 *
 * Multiply-adds count convolutions and the classifier. DARTS_V2 comes to 4.72 M parameters (published: 4.7) and 529.9 M; the 574 M
 * of its paper is not reached by counting batch norm, ReLU and pooling as well (545 M), and others measure 523 to 545 M (quark0/darts,
 * issue 46). P-DARTS and PC-DARTS come to 542.8 and 571.1 M (published: 557 and 586), with the published 4.9 and 5.3 M parameters.
 */

const LAYERS = 14;
const REDUCTIONS: readonly number[] = [Math.floor(LAYERS / 3), Math.floor((2 * LAYERS) / 3)];
const CHANNELS = 48;
const IMAGE_CHANNELS = 3;
const CLASSES = 1000;
/** Blocks whose sums are concatenated. */
const CONCATENATED = 4;

interface Layer {
  readonly channels: number;
  /** Pixels of a side of the layer's output. */
  readonly side: number;
  readonly reduces: boolean;
  /** The 1x1 convolutions that bring both inputs to the layer's channels. */
  readonly inputs: Cost;
}

function layers(): Layer[] {
  const made: Layer[] = [];
  let [beforeLast, last, channels, side] = [CHANNELS, CHANNELS, CHANNELS, 28];
  for (let i = 0; i < LAYERS; i++) {
    const reduces = REDUCTIONS.includes(i);
    if (reduces) channels *= 2;
    // After a reduction the older input is still of the larger side; the convolution that shrinks it works at the smaller one.
    const inputs = add(convolution(beforeLast, channels, 1, side), convolution(last, channels, 1, side));
    if (reduces) side /= 2;
    made.push({ channels, side, reduces, inputs });
    [beforeLast, last] = [last, CONCATENATED * channels];
  }
  return made;
}

/** One operation. With a stride the side is that of its output, and a skip becomes a 1x1 convolution. */
function operationCost(name: string, { channels, side }: Layer, strided: boolean): Cost {
  const pair = (size: number) => add(weights(channels, channels, size, side, channels), convolution(channels, channels, 1, side));
  switch (name) {
    case "sep_conv_3x3":
      return times(2, pair(3));
    case "sep_conv_5x5":
      return times(2, pair(5));
    case "dil_conv_3x3":
      return pair(3);
    case "dil_conv_5x5":
      return pair(5);
    case "skip_connect":
      return strided ? convolution(channels, channels, 1, side) : NOTHING;
    default:
      return NOTHING;
  }
}

const ALL_LAYERS = layers();

/** Everything but the cells' operations. */
function frame(): Cost {
  const features = CONCATENATED * (ALL_LAYERS[LAYERS - 1] as Layer).channels;
  const classifier: Cost = { params: (features + 1) * CLASSES, macs: (features + 1) * CLASSES };
  return total([
    convolution(IMAGE_CHANNELS, CHANNELS / 2, 3, 112),
    convolution(CHANNELS / 2, CHANNELS, 3, 56),
    convolution(CHANNELS, CHANNELS, 3, 28),
    ...ALL_LAYERS.map(({ inputs }) => inputs),
    classifier,
  ]);
}

const FRAME = frame();
const inLayers = (reduces: boolean, strided: boolean) =>
  NODE_OPERATIONS.map((name) =>
    total(ALL_LAYERS.filter((layer) => layer.reduces === reduces).map((layer) => operationCost(name, layer, strided))),
  );
/** By operation: in all normal cells, in both reduction cells on an inner sum, and there on an input of the cell (with stride 2). */
const NORMAL = inLayers(false, false);
const REDUCING = { inner: inLayers(true, false), strided: inLayers(true, true) };

/** The network with these two cells. */
export function costOf(normal: DartsCell, reduce: DartsCell = normal): Cost {
  let { params, macs } = FRAME;
  for (let node = 0; node < CELL_NODES; node++) {
    const inNormal = NORMAL[normal.operations[node] as number] as Cost;
    const table = (reduce.inputs[node] as number) < CELL_INPUTS ? REDUCING.strided : REDUCING.inner;
    const inReduction = table[reduce.operations[node] as number] as Cost;
    params += inNormal.params + inReduction.params;
    macs += inNormal.macs + inReduction.macs;
  }
  return { params, macs };
}
