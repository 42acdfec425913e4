/**
 * The wire between the page and the workers: types only. Calls go through Comlink; progress streams as plain messages over
 * one MessagePort a job, so that a slow page never holds a worker up. Expected failures are values, not exceptions, because
 * an exception loses its class on the way.
 */
import type { SpaceChoice } from "../src/spaces/registry.ts";
import type { Membership } from "../src/spaces/space.ts";
import type { SpaceTables } from "../src/spaces/tables.ts";
import type { BackendChoice } from "../src/vgae/backend.ts";
import type { Tunable } from "../src/vgae/changes.ts";
import type { TrainingOptions } from "../src/vgae/config.ts";
import type { Decoding } from "../src/vgae/decoding.ts";
import type { DrawnSamples, DrawRequest } from "../src/vgae/exploration.ts";
import type { CellPath } from "../src/vgae/follow.ts";
import type { Neighbours } from "../src/vgae/nearest/neighbours.ts";
import type { EpochReport, PretrainEvent, PretrainState } from "../src/vgae/pretrain.ts";
import type { ModelQuality, Reconstruction } from "../src/vgae/quality.ts";
import type { BackendName } from "../src/vgae/trainer.ts";

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Failure };

export interface Failure {
  /** `input`: the user can mend it, `message` says how. `device`: the GPU went away or has no room. `defect`: ours. */
  readonly kind: "input" | "cancelled" | "device" | "defect";
  readonly message: string;
}

/** Part of the API of every worker that asks spaces. */
export interface SpaceHolder {
  /** Takes over the tables of a space (copied, not transferred), so that it answers at once in this worker. */
  adopt(tables: SpaceTables): Promise<Outcome<undefined>>;
}

/** Why the fast path is not available, or that it is. Each cause has its own sentence in `message`. */
export interface DeviceReport {
  readonly backend: BackendName;
  readonly status:
    | "hardware"
    | "software-adapter"
    | "insecure-context"
    | "no-api"
    | "no-adapter"
    | "device-refused"
    | "not-tried";
  /** Vendor, architecture and description of the adapter, or the name of the fallback. */
  readonly adapter: string;
  readonly message: string;
}

export interface PretrainRequest {
  readonly space: SpaceChoice;
  readonly options: Partial<TrainingOptions>;
  /** Bytes of a checkpoint with optimiser state to go on from. */
  readonly resume?: Uint8Array;
  /** Kernels to compute with, by name, where the device can run them; by default those of `resume`, else the fastest. */
  readonly variant?: string;
  /** Send a fresh embedding of the whole space with every epoch event. */
  readonly embedEachEpoch?: boolean;
  /** Send one after these steps, too, and whenever the run is paused. */
  readonly embedAtSteps?: readonly number[];
  /** For that only these, and in the first epoch only: where all of them would take longer than the steps between. */
  readonly lookSample?: Uint32Array;
  /** Make one step and pause. */
  readonly byStep?: boolean;
  /**
   * Epoch events carry the embedding of these architectures only: for spaces so large that it would take longer than the training
   * between.
   */
  readonly epochSample?: Uint32Array;
  /**
   * Keep a checkpoint in the browser's storage every few seconds, until the run ends (`run-keeper.ts`). One that is resumed keeps its
   * name, and brings the reports of the epochs before.
   */
  readonly keep?: { readonly id: string; readonly epochs: readonly EpochReport[] };
}

export type { EpochReport, ModelQuality, Reconstruction };

export type JobState = PretrainState;
export type EngineEvent =
  | PretrainEvent
  /** A checkpoint of the run after so many steps is in the browser's storage. */
  | { readonly type: "kept"; readonly step: number }
  /** The storage refuses, why in a sentence; told once, and the run goes on. */
  | { readonly type: "not-kept"; readonly message: string }
  /** What the storage refused, for the page to hold while it is open. */
  | { readonly type: "held"; readonly step: number; readonly checkpoint: Uint8Array };

export interface PretrainResult {
  readonly state: "finished" | "cancelled" | "failed";
  /** What went wrong, where `state` is `failed`: the weights are the last good ones. */
  readonly message?: string;
  readonly epochs: readonly EpochReport[];
  /** Checkpoint (.safetensors) with optimiser state. */
  readonly checkpoint: Uint8Array;
}

/** A space that was not adopted before is prepared by the first call that names it, without progress. */
export interface EngineApi extends SpaceHolder {
  /**
   * Opens the fastest backend (or the named one) and says which, and why; without a choice, what is open or was chosen last. The model moves
   * to another one. Refused while a job trains.
   */
  open(backend?: BackendChoice): Promise<Outcome<DeviceReport>>;
  /** One job at a time; progress goes to `events` (transferred). Resolves when the job ends. */
  pretrain(request: PretrainRequest, events: MessagePort): Promise<Outcome<PretrainResult>>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** While paused: exactly one optimiser step. */
  stepOnce(): Promise<void>;
  /** Other values for the run under way, from the next submitted step on: they go into its history and its checkpoints. */
  tune(values: Partial<Tunable>): Promise<Outcome<void>>;
  cancel(): Promise<void>;
  /** Checkpoint of the model as it is now (during a job too). `weightsOnly` leaves the optimiser out. */
  snapshot(options?: { readonly weightsOnly?: boolean }): Promise<Outcome<Uint8Array>>;
  /** Replaces the current model by a checkpoint; refused with a sentence if it does not fit, and then nothing changes. */
  load(space: SpaceChoice, checkpoint: Uint8Array, source?: string): Promise<Outcome<LoadedModel>>;
  /** Embedding of architectures by the current model, count x 16; by default of the whole space. */
  embed(indices?: Uint32Array): Promise<Outcome<Float32Array>>;
  /** Means of the latents of architectures by the current model, count x nodes x 16: points that `decode` takes. */
  latents(indices: Uint32Array): Promise<Outcome<Float32Array>>;
  /** The `k` architectures nearest to each point of the embedding (count x 16), exactly: indices and L2 distances, count x k. */
  nearest(points: Float32Array, k: number): Promise<Outcome<Neighbours>>;
  /** Each latent point (count x nodes x 16) as a graph, decoded plainly or within the space: its index, or the reason why it is outside. */
  decode(z: Float32Array, decoding?: Decoding): Promise<Outcome<readonly Membership[]>>;
  /** Draws from a prior over the latents and decodes. */
  sample(request: DrawRequest): Promise<Outcome<DrawnSamples>>;
  /** One cell through the current model, stage by stage; the same `draw` is the same noise, 0 is none. */
  follow(index: number, draw: number): Promise<Outcome<CellPath>>;
  /**
   * Metrics of the current model. The finished share, 0..1, goes to `progress` (transferred, closed at the end); any message back ends the
   * work, which then fails as "cancelled".
   */
  evaluate(samples: number, seed: number, progress?: MessagePort): Promise<Outcome<ModelQuality>>;
}

export interface LoadedModel {
  /** `__metadata__` of the file, as it stands. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether training can go on from it (optimiser state present). */
  readonly resumable: boolean;
}
