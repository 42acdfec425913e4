/**
 * The wire between the page and the workers: types only. Calls go through Comlink; progress streams as plain messages over
 * one MessagePort a job, so that a slow page never holds a worker up. Expected failures are values, not exceptions, because
 * an exception loses its class on the way.
 */
import type { SpaceName } from "../src/spaces/space.ts";
import type { TrainingOptions } from "../src/vgae/config.ts";
import type { BackendName, Losses, StepMetrics } from "../src/vgae/trainer.ts";

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Failure };

export interface Failure {
  /** `input`: the user can mend it, `message` says how. `defect`: ours. */
  readonly kind: "input" | "cancelled" | "device" | "defect";
  readonly message: string;
}

/** Why the fast path is not available, or that it is. Each cause has its own sentence in `message`. */
export interface DeviceReport {
  readonly backend: BackendName;
  readonly status: "hardware" | "software-adapter" | "insecure-context" | "no-api" | "no-adapter" | "device-refused" | "not-tried";
  /** Vendor, architecture and description of the adapter, or the name of the fallback. */
  readonly adapter: string;
  readonly message: string;
}

export interface PretrainRequest {
  readonly space: SpaceName;
  readonly options: Partial<TrainingOptions>;
  /** Bytes of a checkpoint with optimiser state to go on from. */
  readonly resume?: Uint8Array;
  /** Send a fresh embedding of the whole space with every epoch event. */
  readonly embedEachEpoch?: boolean;
}

export interface Reconstruction {
  /** Share of node rows of the held-out part with the right argmax operation. */
  readonly ops: number;
  /** Share of upper-triangle entries right at threshold 0.5. */
  readonly adjacency: number;
  /** Share of whole graphs exactly right on their real nodes. */
  readonly exact: number;
}

/** Metrics of section 3 of arch2vec.md. Shares as fractions. */
export interface ModelQuality {
  readonly reconstruction: Reconstruction;
  readonly validity: number;
  readonly inSpaceValidity: number;
  readonly uniqueness: number;
  /** Uniqueness among the samples that are members of the space. */
  readonly inSpaceUniqueness: number;
  /** Points drawn from the prior. */
  readonly samples: number;
}

export interface EpochReport extends ModelQuality {
  /** From 1. */
  readonly epoch: number;
  /** Mean loss over the steps of the epoch. */
  readonly loss: Losses;
  readonly seconds: number;
}

export type JobState = "running" | "paused" | "finished" | "cancelled" | "failed";

export type EngineEvent =
  | { readonly type: "state"; readonly state: JobState; readonly message?: string }
  | {
      readonly type: "progress";
      readonly step: number;
      readonly totalSteps: number;
      readonly stepsPerSecond: number;
      readonly secondsLeft: number;
      /** Steps finished since the last progress event. */
      readonly metrics: readonly StepMetrics[];
    }
  | { readonly type: "epoch"; readonly report: EpochReport; readonly embedding?: Float32Array }
  | { readonly type: "device-lost"; readonly reason: string; readonly resumedFromStep: number };

export interface PretrainResult {
  readonly state: "finished" | "cancelled";
  readonly epochs: readonly EpochReport[];
  /** Embedding of the whole space, size x 16, row-major. */
  readonly embedding: Float32Array;
  /** Checkpoint (.safetensors) with optimiser state. */
  readonly checkpoint: Uint8Array;
}

export interface EngineApi {
  /** Opens the best backend (or the named one) and says which, and why. */
  open(backend?: BackendName): Promise<Outcome<DeviceReport>>;
  /** One job at a time; progress goes to `events` (transferred). Resolves when the job ends. */
  pretrain(request: PretrainRequest, events: MessagePort): Promise<Outcome<PretrainResult>>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** While paused: exactly one optimiser step. */
  stepOnce(): Promise<void>;
  cancel(): Promise<void>;
  /** Checkpoint of the model as it is now (during a job too). `weightsOnly` leaves the optimiser out. */
  snapshot(options?: { readonly weightsOnly?: boolean }): Promise<Outcome<Uint8Array>>;
  /** Replaces the current model by a checkpoint; refused with a sentence if it does not fit, and then nothing changes. */
  load(space: SpaceName, checkpoint: Uint8Array): Promise<Outcome<LoadedModel>>;
  /** Embedding of the whole space by the current model: size x 16. */
  embed(): Promise<Outcome<Float32Array>>;
  /** Most likely graph of each latent point (count x nodes x 16): index in the space, or the reason why it is outside. */
  decode(z: Float32Array): Promise<Outcome<readonly ({ readonly index: number } | { readonly reason: string })[]>>;
  /** Metrics of the current model. */
  evaluate(samples: number, seed: number): Promise<Outcome<ModelQuality>>;
}

export interface LoadedModel {
  /** `__metadata__` of the file, as it stands. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly embedding: Float32Array;
  /** Whether training can go on from it (optimiser state present). */
  readonly resumable: boolean;
}
