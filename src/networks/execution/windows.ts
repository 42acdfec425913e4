import * as tf from "@tensorflow/tfjs-core";
import type { Window } from "../network.ts";

/**
 * Sliding windows over images (images x rows x columns x channels) and the derivatives of what is computed in them, out of operations
 * that every backend of TensorFlow.js has: WebAssembly knows convolutions, but not what the filters' gradients are.
 */

export type Images = tf.Tensor4D;

/** Zeros around each map. */
export function padded(x: Images, padding: number, more = 0): Images {
  if (padding === 0 && more === 0) return x;
  const side: [number, number] = [padding, padding + more];
  return tf.pad(x, [[0, 0], side, side, [0, 0]]);
}

/** The inner part of each map: `side` x `side` from `padding` on. */
function cropped(x: Images, padding: number, side: number): Images {
  const [images, rows, , channels] = x.shape;
  if (padding === 0 && rows === side) return x;
  return tf.slice(x, [0, padding, padding, 0], [images, side, side, channels]);
}

/** Every `stride`-th pixel, `side` of them, from (row, column) on. */
function sampled(x: Images, row: number, column: number, side: number, stride: number): Images {
  const [images, , , channels] = x.shape;
  if (stride === 1) return tf.slice<tf.Rank.R4, Images>(x, [0, row, column, 0], [images, side, side, channels]);
  const reach = stride * (side - 1) + 1;
  const end = [images, row + reach, column + reach, channels];
  return tf.stridedSlice(x, [0, row, column, 0], end, [1, stride, stride, 1]) as Images;
}

/** Puts `stride - 1` zeros after each pixel of a row and after each row. */
function spread(x: Images, stride: number): Images {
  if (stride === 1) return x;
  const [images, rows, columns, channels] = x.shape;
  const after: [number, number] = [0, stride - 1];
  const wider = tf.pad(tf.reshape(x, [images * rows * columns, 1, channels]), [[0, 0], after, [0, 0]]);
  const width = columns * stride;
  const higher = tf.pad(tf.reshape(wider, [images * rows, 1, width * channels]), [[0, 0], after, [0, 0]]);
  return tf.reshape(higher, [images, rows * stride, width, channels]);
}

export interface Filter extends Window {
  readonly dilation: number;
  readonly depthwise: boolean;
}

/** @param weights rows x columns x inputs x outputs; of a depthwise filter rows x columns x channels x 1 */
export function convolved(x: Images, weights: tf.Tensor4D, filter: Filter): Images {
  const { size, stride, padding, dilation, depthwise } = filter;
  const span = dilation * (size - 1) + 1;
  if (stride > 1 && dilation > 1) {
    if (stride !== dilation) throw new Error(`A stride of ${stride} with a dilation of ${dilation} is not known`);
    // The windows see only every `stride`-th pixel: of these, stride and dilation are 1.
    const wide = padded(x, padding);
    const side = Math.floor((wide.shape[1] - 1) / stride) + 1;
    const seen = sampled(wide, 0, 0, side, stride);
    return convolved(seen, weights, { size, stride: 1, padding: 0, dilation: 1, depthwise });
  }
  const keeps = stride === 1 && span === 2 * padding + 1;
  const read = keeps ? x : padded(x, padding);
  const pad = keeps ? "same" : "valid";
  return depthwise
    ? tf.depthwiseConv2d(read, weights, stride, pad, "NHWC", dilation)
    : tf.conv2d(read, weights, stride, pad, "NHWC", dilation);
}

/** Sums over images, rows and columns: a vector of channels. */
export function sumOverMaps(x: Images): tf.Tensor1D {
  const [images, rows, columns, channels] = x.shape;
  // Pooling, because reductions over leading axes are slow on WebAssembly.
  const means = tf.avgPool(x, [rows, columns], 1, "valid");
  const sums = tf.matMul(tf.fill([1, images], rows * columns), tf.reshape(means, [images, channels]));
  return tf.reshape(sums, [channels]);
}

/** Gradient of the loss with respect to the filter, from that with respect to what it put out. */
export function filterGradient(x: Images, dy: Images, { size, stride, padding, dilation, depthwise }: Filter): tf.Tensor4D {
  const wide = padded(x, padding);
  const [, side] = dy.shape;
  const [, , , inputs] = x.shape;
  if (depthwise) {
    const sums = Array.from({ length: size * size }, (_, tap) => {
      const read = sampled(wide, Math.floor(tap / size) * dilation, (tap % size) * dilation, side, stride);
      return sumOverMaps(tf.mul(read, dy));
    });
    return tf.reshape(tf.stack(sums), [size, size, inputs, 1]);
  }
  // A convolution as well: over what was read, inputs taken for images and images for inputs, with the gradient as its filter.
  const read: Images = tf.transpose(wide, [3, 1, 2, 0]);
  const filter: tf.Tensor4D = tf.transpose(dy, [1, 2, 0, 3]);
  const reach = stride * (side - 1) + 1;
  const seen = reach + dilation * (size - 1);
  const fitting =
    seen === wide.shape[1] ? read : tf.slice<tf.Rank.R4, Images>(read, [0, 0, 0, 0], [inputs, seen, seen, x.shape[0]]);
  const product =
    stride > 1 && dilation > 1
      ? tf.conv2d(sampled(fitting, 0, 0, Math.ceil(seen / stride), stride), filter, 1, "valid")
      : tf.conv2d(fitting, filter, dilation, "valid", "NHWC", stride);
  return tf.transpose(product, [1, 2, 0, 3]);
}

/** Gradient with respect to what the filter read, maps of `side` x `side`. */
export function inputGradient(dy: Images, weights: tf.Tensor4D, side: number, filter: Filter): Images {
  const { size, stride, padding, dilation, depthwise } = filter;
  const turned = tf.reverse(weights, [0, 1]);
  const back = depthwise ? turned : tf.transpose(turned, [0, 1, 3, 2]);
  const span = dilation * (size - 1);
  if (stride === 1 && span === 2 * padding) return convolved(dy, back, { ...filter, stride: 1 });
  const read = padded(spread(dy, stride), span);
  return fitted(convolved(read, back, { size, stride: 1, padding: 0, dilation, depthwise }), padding, side);
}

/** What was computed for padded maps, for the maps themselves: zero where no window came to. */
function fitted(wide: Images, padding: number, side: number): Images {
  const missing = padding + side - wide.shape[1];
  return cropped(missing > 0 ? padded(wide, 0, missing) : wide, padding, side);
}

/** What an average over the real pixels of each window is of an average over all of them, 1 x side x side x 1. */
function corrections(side: number, { size, stride, padding }: Window): tf.Tensor4D {
  const out = Math.floor((side + 2 * padding - size) / stride) + 1;
  const real = Array.from({ length: out }, (_, i) => {
    const start = i * stride - padding;
    return Math.min(start + size, side) - Math.max(start, 0);
  });
  const values = real.flatMap((rows) => real.map((columns) => (size * size) / (rows * columns)));
  return tf.tensor4d(values, [1, out, out, 1]);
}

export function averaged(x: Images, window: Window): Images {
  const { size, stride, padding } = window;
  const means = tf.avgPool(padded(x, padding), size, stride, "valid");
  return padding === 0 ? means : tf.mul(means, corrections(x.shape[1], window));
}

export function averageGradient(dy: Images, side: number, window: Window): Images {
  const { size, stride, padding } = window;
  const shares: Images = padding === 0 ? dy : tf.mul(dy, corrections(side, window));
  const wide = tf.avgPool(padded(spread(shares, stride), size - 1), size, 1, "valid");
  return fitted(wide, padding, side);
}

export function largest(x: Images, { size, stride, padding }: Window): Images {
  return tf.maxPool(x, size, stride, padding, "floor");
}

/**
 * Of equal pixels in a window the first one gets the gradient, as in PyTorch. Not the library's kernel: what that of its WebAssembly
 * backend (4.22) gives is wrong where windows overlap.
 */
export function largestGradient(dy: Images, x: Images, y: Images, { size, stride, padding }: Window): Images {
  const side = x.shape[1];
  const [, windows] = y.shape;
  const around: [number, number] = [padding, padding];
  const wide: Images = padding === 0 ? x : tf.pad(x, [[0, 0], around, around, [0, 0]], LOWEST);
  let unclaimed = dy;
  let found: Images | undefined;
  for (let tap = 0; tap < size * size; tap++) {
    const [row, column] = [Math.floor(tap / size), tap % size];
    const isLargest = tf.cast(tf.equal(sampled(wide, row, column, windows, stride), y), "float32");
    const share: Images = tf.mul(unclaimed, isLargest);
    unclaimed = tf.sub(unclaimed, share);
    const spreadOut = spread(share, stride);
    const after = side + 2 * padding + stride - spreadOut.shape[1];
    const placed: Images = tf.pad(spreadOut, [
      [0, 0],
      [row, after - row],
      [column, after - column],
      [0, 0],
    ]);
    found = found ? tf.add<Images>(found, placed) : placed;
  }
  return cropped(found as Images, padding, side);
}

/** Below every pixel. */
const LOWEST = -3e38;
