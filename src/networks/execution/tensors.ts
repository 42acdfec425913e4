import * as tf from "@tensorflow/tfjs-core";
import type { Network } from "../network.ts";
import { type Weights, weightShapes } from "../weights.ts";

/** Weights on the backend, by PyTorch's names but in TensorFlow's layouts: rows x columns x inputs x outputs, and inputs x outputs. */
export type WeightTensors = Map<string, tf.Tensor>;

/** Shape of a convolution's weights, outputs x inputs x rows x columns, with inputs and outputs swapped where each channel is its own group. */
const isDepthwise = (shape: readonly number[], groups: number): boolean => groups > 1 && shape[1] === 1;

/** Puts weights on the backend. Throws where they are not those of this network: a defect of the caller. */
export function upload(network: Network, weights: Weights): WeightTensors {
  const groups = groupsOf(network);
  const tensors: WeightTensors = new Map();
  for (const [name, { shape }] of weightShapes(network)) {
    const weight = weights.get(name);
    if (!weight || weight.shape.join() !== shape.join())
      throw new Error(`Expected weights ${name} of shape ${shape.join(" x ")}`);
    tensors.set(
      name,
      tf.tidy(() => {
        const given = tf.tensor(weight.data, [...shape]);
        if (shape.length === 2) return tf.transpose(given);
        if (shape.length !== 4) return given;
        return tf.transpose(given, isDepthwise(shape, groups.get(name) ?? 1) ? [2, 3, 0, 1] : [2, 3, 1, 0]);
      }),
    );
  }
  return tensors;
}

/** Reads them back. */
export async function download(network: Network, tensors: WeightTensors): Promise<Weights> {
  const groups = groupsOf(network);
  const reading = [...weightShapes(network)].map(async ([name, { shape, trained }]) => {
    const tensor = tf.tidy(() => {
      const held = tensors.get(name) as tf.Tensor;
      if (shape.length === 2) return tf.transpose(held);
      if (shape.length !== 4) return tf.clone(held);
      return tf.transpose(held, isDepthwise(shape, groups.get(name) ?? 1) ? [2, 3, 0, 1] : [3, 2, 0, 1]);
    });
    const data = (await tensor.data()) as Float32Array;
    tensor.dispose();
    return [name, { shape, trained, data }] as const;
  });
  return new Map(await Promise.all(reading));
}

const groupsOf = ({ layers }: Network): ReadonlyMap<string, number> =>
  new Map(layers.flatMap((layer) => (layer.kind === "convolution" ? [[`${layer.name}.weight`, layer.groups]] : [])));

export function disposeWeights(tensors: WeightTensors): void {
  for (const tensor of tensors.values()) tensor.dispose();
  tensors.clear();
}
