import { generator } from "../random/generator.ts";
import type { ModelShape } from "./config.ts";
import { type Layout, parameterLayout } from "./layout.ts";

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
 * PyTorch's default initialisation: weights and biases of Linear(in, out) uniform in +-1/sqrt(in), batch-norm scale 1 and
 * shift 0, running mean 0 and variance 1, eps 0; drawn from the seed's `init` stream in layout order.
 */
export function initialState(shape: ModelShape, seed: number, layout: Layout = parameterLayout(shape)): TrainingState {
  const random = generator(seed, "init");
  const parameters = new Float32Array(layout.parameterFloats);
  for (const { name, shape: dims, offset, size } of layout.parameters) {
    const view = parameters.subarray(offset, offset + size);
    const norm = name.includes("batch_norms");
    if (norm) view.fill(name.endsWith("weight") ? 1 : 0);
    else if (name !== "eps") {
      const inputs = name.endsWith("weight") ? (dims[1] as number) : linearInputs(layout, name);
      const bound = 1 / Math.sqrt(inputs);
      for (let i = 0; i < size; i++) view[i] = (2 * random.uniform() - 1) * bound;
    }
  }
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

function linearInputs(layout: Layout, bias: string): number {
  const weight = layout.parameters.find((tensor) => tensor.name === bias.replace(/bias$/, "weight"));
  return weight?.shape[1] as number;
}
