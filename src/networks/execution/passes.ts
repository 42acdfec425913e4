import * as tf from "@tensorflow/tfjs-core";
import { type Layer, type LayerId, type LayerOf, type Network, reads } from "../network.ts";
import { type BatchStatistics, normalised, normGradients, type Scaling, statisticsOf } from "./batch-norm.ts";
import type { WeightTensors } from "./tensors.ts";
import {
  averaged,
  averageGradient,
  convolved,
  type Filter,
  filterGradient,
  type Images,
  inputGradient,
  largest,
  largestGradient,
} from "./windows.ts";

/**
 * A network forward and back on the current backend of TensorFlow.js. Derivatives are written out layer by layer: the library's own
 * need kernels that its WebAssembly backend does not have, and keep every intermediate tensor until the end.
 */

export interface Forward {
  /** What each layer put out: images x rows x columns x channels; vectors have one row and column. */
  readonly outputs: readonly Images[];
  readonly norms: ReadonlyMap<LayerId, BatchStatistics>;
}

/** Class scores (logits), images x classes. */
export const logitsOf = (output: Images): tf.Tensor2D => tf.reshape(output, [output.shape[0], output.shape[3]]);

/** The pass of training, with the batch's own statistics; all that the way back needs is kept. Call within `tf.tidy`. */
export function forward(network: Network, weights: WeightTensors, images: Images): Forward {
  const outputs: Images[] = [];
  const norms = new Map<LayerId, BatchStatistics>();
  for (const [id, layer] of network.layers.entries()) {
    if (layer.kind === "image") outputs.push(images);
    else if (layer.kind === "batch-norm") {
      const x = outputs[layer.from] as Images;
      const statistics = statisticsOf(x);
      norms.set(id, statistics);
      outputs.push(normalised(x, statistics, scalingOf(layer, weights)));
    } else outputs.push(compute(network, layer, weights, (from) => outputs[from] as Images));
  }
  return { outputs, norms };
}

export interface Inference {
  /** Sees what a layer put out before it is freed. */
  readonly onLayer?: (layer: Layer, output: Images, id: LayerId) => void;
  /** Batch norm by the batch's own statistics instead of the kept ones: for networks that were not trained. */
  readonly batchStatistics?: boolean;
}

/** The pass of use: class scores, images x classes. What no later layer reads is freed at once. */
export function infer(
  network: Network,
  weights: WeightTensors,
  images: Images,
  { onLayer, batchStatistics = false }: Inference = {},
): tf.Tensor2D {
  const { layers } = network;
  const lastReader = new Map<LayerId, LayerId>();
  for (const [id, layer] of layers.entries()) for (const read of reads(layer)) lastReader.set(read, id);
  const outputs: (Images | undefined)[] = [];
  for (const [id, layer] of layers.entries()) {
    const output = tf.tidy((): Images => {
      const read = (from: LayerId) => outputs[from] as Images;
      if (layer.kind === "image") return tf.clone(images);
      if (layer.kind !== "batch-norm") return compute(network, layer, weights, read);
      const x = read(layer.from);
      return normalised(x, batchStatistics ? statisticsOf(x) : keptStatistics(layer, weights), scalingOf(layer, weights));
    });
    outputs.push(output);
    onLayer?.(layer, output, id);
    for (const read of new Set(reads(layer))) {
      if (lastReader.get(read) !== id) continue;
      outputs[read]?.dispose();
      outputs[read] = undefined;
    }
  }
  const last = outputs.pop() as Images;
  for (const unread of outputs) unread?.dispose();
  return tf.tidy(() => {
    const logits = logitsOf(last);
    last.dispose();
    return logits;
  });
}

const weight = <T extends tf.Tensor>(weights: WeightTensors, name: string): T => {
  const found = weights.get(name);
  if (!found) throw new Error(`Expected weights ${name}, found none`);
  return found as T;
};

const keptStatistics = ({ name }: LayerOf<"batch-norm">, weights: WeightTensors): BatchStatistics => ({
  mean: weight(weights, `${name}.running_mean`),
  variance: weight(weights, `${name}.running_var`),
});

const scalingOf = ({ affine, name }: LayerOf<"batch-norm">, weights: WeightTensors): Scaling | undefined =>
  affine ? { weight: weight(weights, `${name}.weight`), bias: weight(weights, `${name}.bias`) } : undefined;

const filterOf = ({ groups, size, stride, padding, dilation }: LayerOf<"convolution">): Filter => ({
  size,
  stride,
  padding,
  dilation,
  depthwise: groups > 1,
});

type Plain = Exclude<Layer, { readonly kind: "image" | "batch-norm" }>;

function compute({ layers }: Network, layer: Plain, weights: WeightTensors, read: (from: LayerId) => Images): Images {
  switch (layer.kind) {
    case "convolution": {
      const { groups, channels, from } = layer;
      if (groups > 1 && (groups !== channels || groups !== layers[from]?.channels)) {
        throw new Error(`Convolutions of one group, or of one a channel, are known, not of ${groups} for ${channels} channels`);
      }
      return convolved(read(from), weight(weights, `${layer.name}.weight`), filterOf(layer));
    }
    case "relu":
      return tf.relu(read(layer.from));
    case "max-pool":
      return largest(read(layer.from), layer);
    case "average-pool":
      return averaged(read(layer.from), layer);
    case "add":
      return layer.of.map(read).reduce((sum, x) => tf.add<Images>(sum, x));
    case "concatenate":
      return tf.concat(layer.of.map(read), 3);
    case "truncate": {
      const x = read(layer.from);
      return tf.slice(x, [0, 0, 0, 0], [x.shape[0], x.shape[1], x.shape[2], layer.channels]);
    }
    case "shift": {
      const x = read(layer.from);
      const [images, rows, columns, channels] = x.shape;
      const rest = tf.slice(x, [0, 1, 1, 0], [images, rows - 1, columns - 1, channels]);
      return tf.pad<Images>(rest, SHIFTED);
    }
    case "zero":
      return tf.zeros([read(layer.from).shape[0], layer.side, layer.side, layer.channels]);
    case "mean": {
      const x = read(layer.from);
      return tf.avgPool(x, [x.shape[1], x.shape[2]], 1, "valid");
    }
    case "linear": {
      const x = logitsOf(read(layer.from));
      const scores = tf.add(
        tf.matMul(x, weight<tf.Tensor2D>(weights, `${layer.name}.weight`)),
        weight(weights, `${layer.name}.bias`),
      );
      return tf.reshape(scores, [x.shape[0], 1, 1, layer.channels]);
    }
  }
}

const SHIFTED: [number, number][] = [
  [0, 0],
  [0, 1],
  [0, 1],
  [0, 0],
];

export interface Gradients {
  /** Of the loss with respect to each trained weight, by name, in the backend's layout. */
  readonly weights: ReadonlyMap<string, tf.Tensor>;
  /** With respect to the images, where asked for. */
  readonly images?: Images;
}

/**
 * The way back from the gradient with respect to the last layer (images x 1 x 1 x classes). Call within the `tf.tidy` of the way
 * forth.
 */
export function backward(
  network: Network,
  weights: WeightTensors,
  pass: Forward,
  dLogits: Images,
  withImages = false,
): Gradients {
  const { layers } = network;
  const gradients: (Images | undefined)[] = layers.map(() => undefined);
  gradients[layers.length - 1] = dLogits;
  const found = new Map<string, tf.Tensor>();
  const reach = (to: LayerId, gradient: () => Images): void => {
    if ((layers[to] as Layer).kind === "image" && !withImages) return;
    const before = gradients[to];
    const made = gradient();
    gradients[to] = before ? tf.add<Images>(before, made) : made;
  };
  for (let id = layers.length - 1; id > 0; id--) {
    const layer = layers[id] as Layer;
    const dy = gradients[id];
    if (!dy) continue;
    gradients[id] = undefined;
    const output = (of: LayerId) => pass.outputs[of] as Images;
    switch (layer.kind) {
      case "image":
      case "zero":
        break;
      case "convolution": {
        const filter = filterOf(layer);
        const x = output(layer.from);
        found.set(`${layer.name}.weight`, filterGradient(x, dy, filter));
        reach(layer.from, () => inputGradient(dy, weight(weights, `${layer.name}.weight`), x.shape[1], filter));
        break;
      }
      case "batch-norm": {
        const scale = layer.affine ? weight<tf.Tensor1D>(weights, `${layer.name}.weight`) : undefined;
        const made = normGradients(dy, output(layer.from), pass.norms.get(id) as BatchStatistics, scale);
        if (layer.affine) found.set(`${layer.name}.weight`, made.weight).set(`${layer.name}.bias`, made.bias);
        reach(layer.from, () => made.x);
        break;
      }
      case "relu":
        reach(layer.from, () => tf.mul(dy, tf.step(output(id))));
        break;
      case "max-pool":
        reach(layer.from, () => largestGradient(dy, output(layer.from), output(id), layer));
        break;
      case "average-pool":
        reach(layer.from, () => averageGradient(dy, output(layer.from).shape[1], layer));
        break;
      case "add":
        for (const of of layer.of) reach(of, () => dy);
        break;
      case "concatenate": {
        let start = 0;
        for (const of of layer.of) {
          const { channels } = layers[of] as Layer;
          const [images, rows, columns] = dy.shape;
          const at = start;
          reach(of, () => tf.slice(dy, [0, 0, 0, at], [images, rows, columns, channels]));
          start += channels;
        }
        break;
      }
      case "truncate": {
        const missing = (layers[layer.from] as Layer).channels - layer.channels;
        reach(layer.from, () =>
          tf.pad(dy, [
            [0, 0],
            [0, 0],
            [0, 0],
            [0, missing],
          ]),
        );
        break;
      }
      case "shift": {
        const [images, rows, columns, channels] = dy.shape;
        const before = SHIFTED.map(([start, end]): [number, number] => [end, start]);
        reach(layer.from, () => tf.pad(tf.slice(dy, [0, 0, 0, 0], [images, rows - 1, columns - 1, channels]), before));
        break;
      }
      case "mean": {
        const { shape } = output(layer.from);
        reach(layer.from, () => tf.mul(tf.ones(shape), tf.div(dy, shape[1] * shape[2])));
        break;
      }
      case "linear": {
        const x = logitsOf(output(layer.from));
        const flat = logitsOf(dy);
        const matrix = weight<tf.Tensor2D>(weights, `${layer.name}.weight`);
        found.set(`${layer.name}.weight`, tf.matMul(tf.transpose(x), flat));
        found.set(`${layer.name}.bias`, sumOfRows(flat));
        reach(layer.from, () => tf.reshape(tf.matMul(flat, tf.transpose(matrix)), output(layer.from).shape));
      }
    }
  }
  return { weights: found, ...(withImages && gradients[0] && { images: gradients[0] }) };
}

const sumOfRows = (x: tf.Tensor2D): tf.Tensor1D => tf.reshape(tf.matMul(tf.ones([1, x.shape[0]]), x), [x.shape[1]]);
