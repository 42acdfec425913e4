/** One optimiser step: forward, losses, autodiff, clipping, Adam, running statistics and prior statistics. */
import * as tf from "@tensorflow/tfjs-core";
import type { Mode, ModelShape, TrainingOptions } from "../config.ts";
import type { StepResult } from "../golden.ts";
import { type Layout, parameterLayout } from "../layout.ts";
import type { TrainingState } from "../state.ts";
import { openBackend, type ReferenceBackend } from "./backend.ts";
import { decode, type Encoding, encode, type Logits, type LossTensors, losses, sample } from "./model.ts";
import { adam, clip, globalNorm } from "./optimizer.ts";
import {
  disposeState,
  download,
  downloadState,
  type GraphTensors,
  mapNamed,
  type Named,
  type StateTensors,
  uploadState,
} from "./tensors.ts";

export type StepOptions = Pick<TrainingOptions, "learningRate" | "dropout" | "clipNorm" | "klWeight" | "variational">;

/** What a step sees besides the state. `noise` and `keep` (1 keeps, 0 drops) are B x N x D and used in train mode only. */
export interface BatchTensors extends GraphTensors {
  readonly mode: Mode;
  readonly noise?: tf.Tensor | undefined;
  readonly keep?: tf.Tensor | undefined;
  /** Whether the prior statistics start anew with this batch. */
  readonly startsEpoch: boolean;
}

export interface StepTensors {
  readonly next: StateTensors;
  /** Total, operations, adjacency, KL and gradient norm before clipping: 5 floats. */
  readonly metrics: tf.Tensor;
  /** Before clipping. */
  readonly gradients: Named;
  readonly encoding: Encoding;
  readonly logits: Logits;
}

/** Computes a step. Nothing that is given is freed; everything returned belongs to the caller. */
export function stepOn(
  state: StateTensors,
  batch: BatchTensors,
  layout: Layout,
  shape: ModelShape,
  options: StepOptions,
): StepTensors {
  return tf.tidy((): StepTensors & tf.TensorContainerObject => {
    const names = layout.parameters.map(({ name }) => name);
    let by: { encoding: Encoding; logits: Logits; terms: LossTensors } | undefined;
    const differentiate = tf.valueAndGrads((...values: tf.Tensor[]) => {
      const weights = Object.fromEntries(values.map((value, i) => [names[i] as string, value]));
      const encoding = encode(weights, state.running, layout, shape, batch, batch.mode);
      const training = batch.mode === "train";
      const z = sample(encoding, training && options.variational ? batch.noise : undefined);
      const kept = training && batch.keep ? tf.mul(z, tf.mul(batch.keep, 1 / (1 - options.dropout))) : z;
      const logits = decode(weights, shape, kept);
      const terms = losses(logits, encoding, batch, options.klWeight);
      const { mu, logvar } = encoding;
      for (const tensor of [mu, logvar, logits.operations, logits.adjacency, ...Object.values(terms)]) tf.keep(tensor);
      by = { encoding, logits, terms };
      return terms.total as tf.Scalar;
    });
    const { grads } = differentiate(names.map((name) => state.parameters[name] as tf.Tensor));
    if (!by) throw new Error("Reference model: the differentiated function did not run.");
    const { encoding, logits, terms } = by;
    const gradients = masked(Object.fromEntries(grads.map((gradient, i) => [names[i] as string, gradient])), layout, batch.mode);
    const norm = globalNorm(gradients);
    const metrics = tf.stack([terms.total, terms.operations, terms.adjacency, terms.kl, norm]);
    tf.dispose([terms.total, terms.operations, terms.adjacency, terms.kl]);
    const next: StateTensors = {
      ...adam(state, clip(gradients, norm, options.clipNorm), options),
      // In frozen mode these are the tensors given: a clone has a life of its own and shares the data.
      running: batch.mode === "train" ? encoding.running : mapNamed(state.running, (tensor) => tf.clone(tensor)),
      step: state.step + 1,
      batchesTracked: state.batchesTracked + (batch.mode === "train" ? 1 : 0),
      prior: foldPrior(state.prior, encoding.mu, batch.startsEpoch),
    };
    return { next, metrics, gradients, encoding: { ...encoding, running: next.running }, logits } as StepTensors &
      tf.TensorContainerObject;
  });
}

/**
 * A bias before a batch norm has no influence in train mode. Its computed gradient is rounding noise, which Adam would blow
 * up into real updates that frozen mode then sees: exactly 0 instead.
 */
function masked(gradients: Named, layout: Layout, mode: Mode): Named {
  if (mode === "frozen") return gradients;
  const silent = new Set(layout.stages.map(({ linear }) => `${linear}.bias`));
  return mapNamed(gradients, (gradient, name) => (silent.has(name) ? tf.zerosLike(gradient) : gradient));
}

/** Merges a batch of mu (B x N x D) into running moments over graphs (Chan, Golub and LeVeque, 1979). */
function foldPrior(prior: StateTensors["prior"], mu: tf.Tensor, anew: boolean): StateTensors["prior"] {
  const count = mu.shape[0] as number;
  const batchMean = tf.mean(mu, 0); // N x D
  const batchM2 = tf.sum(tf.square(tf.sub(mu, batchMean)), 0);
  if (anew) return { count, mean: batchMean, m2: batchM2 };
  const total = prior.count + count;
  const delta = tf.sub(batchMean, prior.mean);
  return {
    count: total,
    mean: tf.add(prior.mean, tf.mul(delta, count / total)),
    m2: tf.add(tf.add(prior.m2, batchM2), tf.mul(tf.square(delta), (prior.count * count) / total)),
  };
}

/** One batch as plain numbers, as golden files and GPU tests have it. */
export interface StepBatch {
  readonly mode: Mode;
  /** Graphs, B. */
  readonly count: number;
  /** One-hot, B x N x K. */
  readonly operations: Float32Array;
  /** B x N x N. */
  readonly adjacency: Float32Array;
  /** B x N x D; in train mode, both or what is absent is skipped (no noise: z = mu; no mask: no dropout). */
  readonly noise?: Float32Array;
  readonly keep?: Float32Array;
  /** Whether the prior statistics start anew; otherwise they go on from the state's. */
  readonly startsEpoch?: boolean;
}

/** The oracle: one step from a given state with injected noise and mask, everything it computed as plain arrays. */
export async function referenceStep(
  backend: ReferenceBackend,
  shape: ModelShape,
  state: TrainingState,
  batch: StepBatch,
  options: StepOptions,
): Promise<StepResult> {
  const onBackend = await openBackend(backend);
  const layout = parameterLayout(shape);
  const { nodes, operations, latent } = shape;
  const { count, mode, noise, keep } = batch;
  const perNode: [number, number, number] = [count, nodes, latent];
  const before = onBackend(() => uploadState(state, layout, shape));
  const inputs = onBackend(() => ({
    operations: tf.tensor3d(batch.operations, [count, nodes, operations]),
    adjacency: tf.tensor3d(batch.adjacency, [count, nodes, nodes]),
    noise: noise && tf.tensor3d(noise, perNode),
    keep: keep && tf.tensor3d(keep, perNode),
  }));
  const step = onBackend(() =>
    stepOn(before, { ...inputs, mode, startsEpoch: batch.startsEpoch ?? false }, layout, shape, options),
  );
  const [total = NaN, ops = NaN, adjacency = NaN, kl = NaN, gradNorm = NaN] = await step.metrics.data<"float32">();
  const result: StepResult = {
    losses: { total, operations: ops, adjacency, kl },
    gradNorm,
    gradients: await download(layout.parameters, layout.parameterFloats, step.gradients),
    mu: await step.encoding.mu.data<"float32">(),
    logvar: await step.encoding.logvar.data<"float32">(),
    operationsLogits: await step.logits.operations.data<"float32">(),
    adjacencyLogits: await step.logits.adjacency.data<"float32">(),
    next: await downloadState(step.next, layout),
  };
  disposeState(before);
  disposeStep(step);
  disposeState(step.next);
  tf.dispose([step.metrics, ...Object.values(inputs).filter((tensor) => tensor !== undefined)]);
  return result;
}

/** Frees what a step returned, except its next state and its metrics. */
export function disposeStep({ gradients, encoding, logits }: StepTensors): void {
  tf.dispose([gradients, encoding.mu, encoding.logvar, logits.operations, logits.adjacency]);
}
