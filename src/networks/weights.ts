import { writeSafeTensors } from "../formats/safetensors.ts";
import { generator } from "../random/generator.ts";
import type { Layer, Network } from "./network.ts";

/**
 * Weights of a network by their names and shapes in PyTorch's `state_dict`: `NAME.weight` and `.bias` of a convolution (outputs x inputs
 * of a group x size x size), a batch norm (channels) or a linear layer (outputs x inputs), `.running_mean` and `.running_var` of a
 * batch norm. Row-major.
 */
export type Weights = ReadonlyMap<string, Weight>;

export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** Running statistics are not. */
  readonly trained: boolean;
}

/** Which tensors a network has, in the order of its layers. */
export function weightShapes({ layers }: Network): ReadonlyMap<string, Omit<Weight, "data">> {
  const shapes = new Map<string, Omit<Weight, "data">>();
  for (const layer of layers) {
    for (const [part, shape, trained] of partsOf(layers, layer)) {
      if (shapes.has(part)) throw new Error(`Two layers are called ${part}`);
      shapes.set(part, { shape, trained });
    }
  }
  return shapes;
}

function partsOf(layers: readonly Layer[], layer: Layer): [name: string, shape: number[], trained: boolean][] {
  switch (layer.kind) {
    case "convolution": {
      const inputs = (layers[layer.from] as Layer).channels / layer.groups;
      return [[`${layer.name}.weight`, [layer.channels, inputs, layer.size, layer.size], true]];
    }
    case "batch-norm": {
      const parts = ["running_mean", "running_var"].map((part): [string, number[], boolean] => [
        `${layer.name}.${part}`,
        [layer.channels],
        false,
      ]);
      if (!layer.affine) return parts;
      return [[`${layer.name}.weight`, [layer.channels], true], [`${layer.name}.bias`, [layer.channels], true], ...parts];
    }
    case "linear":
      return [
        [`${layer.name}.weight`, [layer.channels, (layers[layer.from] as Layer).channels], true],
        [`${layer.name}.bias`, [layer.channels], true],
      ];
    default:
      return [];
  }
}

/**
 * Untrained weights as PyTorch's defaults draw them: convolutions and linear layers uniform within 1/sqrt(inputs of an output), batch norms
 * 1 and 0. The same seed gives the same weights everywhere.
 * @param seed 0..2^32-1
 */
export function initialWeights(network: Network, seed: number): Weights {
  const weights = new Map<string, Weight>();
  for (const [number, layer] of network.layers.entries()) {
    const random = generator(seed, "weights", number);
    const parts = partsOf(network.layers, layer);
    const inputs = (parts[0]?.[1] ?? []).slice(1).reduce((product, length) => product * length, 1);
    for (const [name, shape, trained] of parts) {
      const size = shape.reduce((product, length) => product * length, 1);
      const data = new Float32Array(size);
      if (layer.kind === "batch-norm") data.fill(name.endsWith(".weight") || name.endsWith(".running_var") ? 1 : 0);
      else for (let i = 0; i < size; i++) data[i] = (2 * random.uniform() - 1) / Math.sqrt(inputs);
      weights.set(name, { shape, data, trained });
    }
  }
  return weights;
}

/** Weights as a .safetensors file that PyTorch's names load from. */
export function weightsFile(weights: Weights, metadata: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const tensors = new Map([...weights].map(([name, { shape, data }]) => [name, { dtype: "F32", shape, data } as const]));
  return writeSafeTensors({ metadata, tensors });
}
