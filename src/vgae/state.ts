import { torchUniform } from "../random/torch-uniform.ts";
import type { ModelShape } from "./config.ts";
import { type Layout, parameterLayout, type Tensor } from "./layout.ts";

/** Everything that changes while a model trains, packed as `layout.ts` says: enough to go on exactly. */
export interface TrainingState {
  readonly parameters: Float32Array;
  readonly running: Float32Array;
  readonly adamM: Float32Array;
  readonly adamV: Float32Array;
  /** Optimiser steps done. */
  readonly step: number;
  /** Batches seen in train mode: PyTorch's `num_batches_tracked`. */
  readonly batchesTracked: number;
  /** Welford sums of mu over the current epoch, per node and dimension: count, mean and squared deviations (nodes x latent). */
  readonly prior: { readonly count: number; readonly mean: Float32Array; readonly m2: Float32Array };
}

/**
 * PyTorch's default initialisation, drawn as the released code draws it after `torch.manual_seed(seed)`: the same seed gives the same
 * weights, bit for bit. Weights and biases of Linear(in, out) are uniform in +-1/sqrt(in); batch-norm scale 1 and shift 0, running mean 0
 * and variance 1, eps 0.
 */
export function initialState(shape: ModelShape, seed: number, layout: Layout = parameterLayout(shape)): TrainingState {
  const parameters = new Float32Array(layout.parameterFloats);
  const view = (name: string): Float32Array => {
    const { offset, size } = layout.parameters.find((tensor) => tensor.name === name) as Tensor;
    return parameters.subarray(offset, offset + size);
  };
  const uniform = torchUniform(seed);
  for (const { name, inputs } of layout.linears) {
    uniform(view(`${name}.weight`), 1 / Math.sqrt(inputs));
    uniform(view(`${name}.bias`), 1 / Math.sqrt(inputs));
  }
  for (const { norm } of layout.stages) view(`${norm}.weight`).fill(1);
  const running = new Float32Array(layout.runningFloats);
  for (const { name, offset, size } of layout.running) {
    if (name.endsWith("running_var")) running.fill(1, offset, offset + size);
  }
  return {
    parameters,
    running,
    adamM: new Float32Array(layout.parameterFloats),
    adamV: new Float32Array(layout.parameterFloats),
    step: 0,
    batchesTracked: 0,
    prior: emptyPrior(shape),
  };
}

export function emptyPrior(shape: ModelShape): TrainingState["prior"] {
  const size = shape.nodes * shape.latent;
  return { count: 0, mean: new Float32Array(size), m2: new Float32Array(size) };
}

/** Standard deviation (n - 1, as PyTorch) of mu a node and dimension. */
export function priorStd(prior: TrainingState["prior"]): Float32Array {
  return prior.m2.map((m2) => Math.sqrt(m2 / Math.max(1, prior.count - 1)));
}
