import type { ModelShape } from "./config.ts";

/**
 * Where every tensor of the model lies in one packed float32 buffer. Gradients and Adam's moments mirror it, so that the
 * optimiser is a single loop. Names are those of the original PyTorch module's `state_dict`. Each tensor starts at a multiple
 * of four floats: the shaders read weights as vec4f.
 */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

export interface Layout {
  /** Learned tensors, in buffer order. */
  readonly parameters: readonly Tensor[];
  /** Floats of the packed parameter buffer, padding included. */
  readonly parameterFloats: number;
  /** Running batch-norm means and variances, packed in a buffer of their own. */
  readonly running: readonly Tensor[];
  readonly runningFloats: number;
  /** Names of the scalar counters `num_batches_tracked`, one a batch norm. */
  readonly counters: readonly string[];
  /** The linear + batch-norm stages in forward order: two a GIN layer, one a graph convolution. */
  readonly stages: readonly Stage[];
  /** The linear maps in the order in which PyTorch would make them (GIN: the released code does); tensors `name.weight` and `name.bias`. */
  readonly linears: readonly { readonly name: string; readonly inputs: number }[];
}

/** Names of the tensors of one Linear + BatchNorm + ReLU stage. */
export interface Stage {
  readonly inputs: number;
  readonly outputs: number;
  readonly linear: string;
  readonly norm: string;
  /** Layer of the encoder this stage belongs to. */
  readonly layer: number;
  /** Whether this is the first stage of its layer, whose input is aggregated over neighbours. */
  readonly aggregates: boolean;
}

const aligned = (floats: number): number => Math.ceil(floats / 4) * 4;

function packTensors(list: readonly (readonly [string, readonly number[]])[], first = 0): { tensors: Tensor[]; floats: number } {
  let offset = first;
  const tensors = list.map(([name, shape]) => {
    const tensor = { name, shape, offset, size: shape.reduce((a, b) => a * b, 1) };
    offset = aligned(offset + tensor.size);
    return tensor;
  });
  return { tensors, floats: offset };
}

/** Stages of one layer of the encoder, from `inputs` features to `outputs`. */
function layerStages({ encoder }: ModelShape, layer: number, inputs: number, outputs: number): Stage[] {
  const sizes = { outputs, layer };
  if (encoder === "gcn") {
    const name = `convolutions.${layer}`;
    return [{ ...sizes, inputs, linear: `${name}.linear`, norm: `${name}.norm`, aggregates: true }];
  }
  const mlp = `mlps.${layer}`;
  return [
    { ...sizes, inputs, linear: `${mlp}.linears.0`, norm: `${mlp}.batch_norms.0`, aggregates: true },
    { ...sizes, inputs: outputs, linear: `${mlp}.linears.1`, norm: `batch_norms.${layer}`, aggregates: false },
  ];
}

export function parameterLayout(shape: ModelShape): Layout {
  const { operations, hidden, latent, layers } = shape;
  const stages = Array.from({ length: layers }, (_, layer) =>
    layerStages(shape, layer, layer === 0 ? operations : hidden, hidden),
  ).flat();
  const gin = shape.encoder === "gin";
  const parameters: [string, number[]][] = gin ? [["eps", [layers]]] : [];
  for (const { linear, norm, inputs, outputs } of stages) {
    parameters.push([`${linear}.weight`, [outputs, inputs]], [`${linear}.bias`, [outputs]]);
    parameters.push([`${norm}.weight`, [outputs]], [`${norm}.bias`, [outputs]]);
  }
  // Both heads stand side by side: the shaders treat them as one linear map to 2 x latent values.
  parameters.push(["fc1.weight", [latent, hidden]], ["fc2.weight", [latent, hidden]]);
  parameters.push(["fc1.bias", [latent]], ["fc2.bias", [latent]]);
  parameters.push(["decoder.weight.weight", [operations, latent]], ["decoder.weight.bias", [operations]]);
  const running = stages.flatMap(({ norm, outputs }): [string, number[]][] => [
    [`${norm}.running_mean`, [outputs]],
    [`${norm}.running_var`, [outputs]],
  ]);
  // The kernels keep the eps of four GIN layers in the first vec4f; graph convolutions leave it at zero.
  const packedParameters = packTensors(parameters, gin ? 0 : 4);
  const packedRunning = packTensors(running);
  return {
    parameters: packedParameters.tensors,
    parameterFloats: packedParameters.floats,
    running: packedRunning.tensors,
    runningFloats: packedRunning.floats,
    counters: stages.map(({ norm }) => `${norm}.num_batches_tracked`),
    stages,
    linears: [
      ...stages.map(({ linear, inputs }) => ({ name: linear, inputs })),
      { name: "fc1", inputs: hidden },
      { name: "fc2", inputs: hidden },
      { name: "decoder.weight", inputs: latent },
    ],
  };
}
