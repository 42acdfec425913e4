import type { Tunable } from "./changes.ts";
import type { ModelShape, TrainingOptions } from "./config.ts";
import type { TrainingState } from "./state.ts";

/** Terms of the loss of one step, means as in arch2vec's code: total = operations + adjacency + kl. */
export interface Losses {
  readonly total: number;
  readonly operations: number;
  readonly adjacency: number;
  readonly kl: number;
}

/** What one finished optimiser step reports. */
export interface StepMetrics extends Losses {
  /** Number of the step, from 0. */
  readonly step: number;
  /** Global gradient norm before clipping. */
  readonly gradNorm: number;
}

/** Per-node posterior of `count` graphs in evaluation mode, graph-major: count x nodes x latent. */
export interface Encoded {
  readonly mu: Float32Array;
  readonly logvar: Float32Array;
}

/** Decoder outputs as logits: operations count x nodes x K, adjacency count x nodes x nodes (upper triangle counts). */
export interface Decoded {
  readonly operations: Float32Array;
  readonly adjacency: Float32Array;
}

export type BackendName = "webgpu" | "tfjs-webgpu" | "tfjs-wasm" | "tfjs-cpu";

/** One model with its optimiser on one backend. Both the WGSL engine and the TensorFlow.js reference are Trainers. */
export interface Trainer {
  readonly backend: BackendName;
  readonly shape: ModelShape;
  /** As they are in force. */
  readonly options: TrainingOptions;
  /** Name of the kernel variant: part of a run's identity, for another one may give other bits. */
  readonly variant: string;
  /** Steps submitted so far (equals steps done after `finish`). */
  readonly step: number;
  /** Steps that one submit should take now, for a caller that does not ask for more at a time: 1 where it is not told. */
  readonly stride?: number;
  /** Submits up to `steps` optimiser steps; resolves when the device can take more. Never waits for a readback. */
  advance(steps: number): Promise<void>;
  /** Other values for every step that is not submitted yet. */
  tune(values: Partial<Tunable>): void;
  /** Metrics of steps finished since the last call, in order. */
  takeMetrics(): StepMetrics[];
  /** Waits until every submitted step is done and its metrics can be taken. */
  finish(): Promise<void>;
  /** Encoder in evaluation mode over packed graphs (`src/spaces/packing.ts`). */
  encode(packed: Uint32Array): Promise<Encoded>;
  /** Mean of mu over all nodes, padded ones included (arch2vec.md, section 4): count x latent. */
  embed(packed: Uint32Array): Promise<Float32Array>;
  /** Decoder without dropout over latent points, count x nodes x latent. */
  decode(z: Float32Array): Promise<Decoded>;
  /** A copy of weights, optimiser, running statistics and position. */
  snapshot(): Promise<TrainingState>;
  /** Replaces weights, optimiser, running statistics and position. */
  restore(state: TrainingState): void;
  destroy(): void;
}

/** Packed graphs to train on, in official order; the trainer permutes indices 0..count-1 itself. */
export interface TrainingSet {
  readonly packed: Uint32Array;
  readonly count: number;
}
