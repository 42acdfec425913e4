import { transfer } from "comlink";
import { engineService } from "../workers/engine-service.ts";
import type { EngineApi, EngineEvent, EpochReport, ModelQuality, Outcome, PretrainResult } from "../workers/protocol.ts";
import { InputError } from "./errors.ts";
import { prepareSpace } from "./preparation.ts";
import { type Connection, connectHere, connectWorker } from "./remote.ts";
import { requestOf, type SpaceCache, tablesOf } from "./spaces/index.ts";
import { keyOf } from "./spaces/kept-tables.ts";
import type { Membership, SearchSpace } from "./spaces/space.ts";
import type { BackendChoice } from "./vgae/backend.ts";
import type { Tunable } from "./vgae/changes.ts";
import type { TrainingOptions } from "./vgae/config.ts";
import type { DrawnSamples } from "./vgae/exploration.ts";
import type { CellPath } from "./vgae/follow.ts";
import type { Neighbours } from "./vgae/nearest/neighbours.ts";
import type { PriorName } from "./vgae/prior/prior.ts";
import type { BackendName, StepMetrics } from "./vgae/trainer.ts";

export interface EngineOptions {
  /**
   * By default `automatic`: WebGPU, but TensorFlow.js on WebAssembly where there is none, or where a software adapter computes it and
   * WebAssembly is faster. A named one is used as it is, or refused.
   */
  readonly backend?: BackendChoice;
  /** A worker that runs `engine.worker.js`, or `false` for the calling thread (Node, servers). By default a worker where there are any. */
  readonly worker?: Worker | false;
  /** Another implementation of `navigator.gpu`, such as Dawn's in Node; only without a worker. */
  readonly gpu?: GPU;
  /** Where prepared spaces are kept (see `prepareSpace`); by default IndexedDB where there is one. */
  readonly cache?: SpaceCache;
}

export interface PrepareHooks {
  /** The finished share, 0..1, of preparing the space, a few times a second; not called where it is prepared (see `prepareSpace`). */
  readonly onPrepare?: (share: number) => void;
  /** Aborted while the space is prepared: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface PretrainHooks extends PrepareHooks {
  /** About ten times a second: position, rate in steps/s, seconds left, and the losses of every step since the last call. */
  readonly onProgress?: (progress: Extract<EngineEvent, { type: "progress" }>) => void;
  readonly onEpoch?: (report: EpochReport) => void;
  /** The device was lost and training went on from a snapshot. */
  readonly onDeviceLost?: (event: Extract<EngineEvent, { type: "device-lost" }>) => void;
  /** Cancels; the run resolves with the model so far. While the space is prepared there is none: the run rejects with the reason. */
  readonly signal?: AbortSignal;
}

export interface PretrainSettings extends Partial<TrainingOptions> {
  /** Bytes of a checkpoint with optimiser state to go on from. */
  readonly resume?: Uint8Array;
  /**
   * Kernels to compute with, by name ("f32, 4 columns"), where the device can run them: another variant gives other bits. By default those
   * that the checkpoint was made with, else the fastest, which is measured at the first use of a device and kept.
   */
  readonly variant?: string;
}

export interface SampleSettings {
  readonly count?: number;
  /** 0..2^32-1. */
  readonly seed?: number;
  readonly prior?: PriorName;
  readonly inSpace?: boolean;
}

/** A model in an engine. An engine holds one: a newer one takes its place, and this one then refuses. */
export interface Model {
  readonly space: SearchSpace;
  /** `finished`, `cancelled`, or `failed` with a `message` (the weights are then the last good ones); `loaded` from a file. */
  readonly state: PretrainResult["state"] | "loaded";
  readonly message?: string;
  readonly epochs: readonly EpochReport[];
  /** The architectures of the model's own space as points: size x 16, row-major, in index order. */
  embed(): Promise<Float32Array>;
  /**
   * The `k` (1..1024) architectures nearest to each point of the embedding (count x 16), exactly, by L2 distance; of architectures equally
   * far the smaller index first.
   */
  nearest(points: Float32Array, k: number): Promise<Neighbours>;
  /**
   * Latent points (count x nodes x 16) as architectures, or the reason why one is outside the space. With `inSpace` every point is the
   * most probable member of the space, given what the decoder says: none is outside (of DARTS it may be unlisted).
   */
  decode(z: Float32Array, options?: { readonly inSpace?: boolean }): Promise<readonly Membership[]>;
  /**
   * Draws architectures from a prior over the latents: the `paper`'s Gaussian, or (default) that of `codes`, fitted to this model without labels by
   * the first call, which takes seconds. Default 1,000 of them, with seed 0, decoded plainly.
   */
  sample(options?: SampleSettings): Promise<DrawnSamples>;
  /** Metrics of section 4.1 of the paper; `samples` points of the prior (default 10,000). */
  evaluate(options?: { readonly samples?: number; readonly seed?: number }): Promise<ModelQuality>;
  /** One cell through the model, stage by stage: encode, sample, decode, loss. The same `draw` (default 0) is the same noise, 0 is none. */
  follow(index: number, options?: { readonly draw?: number }): Promise<CellPath>;
  /** `.safetensors` under PyTorch's names, with optimiser state unless `weightsOnly`. */
  save(options?: { readonly weightsOnly?: boolean }): Promise<Uint8Array>;
}

export interface Engine {
  readonly backend: BackendName;
  /** Vendor, architecture and description of the adapter, or the name of the fallback. */
  readonly adapter: string;
  /** One sentence: what the engine runs on, and why not on something faster. */
  readonly message: string;
  /**
   * Trains a model of a space, which is prepared where that is needed; one at a time. Throws InputError for options that cannot be.
   */
  pretrain(space: SearchSpace, settings?: PretrainSettings, hooks?: PretrainHooks): Promise<Model>;
  /** A model from a checkpoint; throws InputError if the file does not fit, or was made over another sample of the space. */
  load(space: SearchSpace, checkpoint: Uint8Array, hooks?: PrepareHooks): Promise<Model>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** While paused: one optimiser step. */
  step(): Promise<void>;
  /** Other values for the run under way, from its next steps on; its checkpoints name every change. Throws InputError where nothing is trained. */
  tune(values: Partial<Tunable>): Promise<void>;
  close(): void;
}

/** Opens an engine: a worker of its own where there are workers. Never fails for lack of WebGPU, but says so in `message`. */
export async function openEngine({ backend, worker, gpu, cache }: EngineOptions = {}): Promise<Engine> {
  const connection = connect(worker, gpu);
  const { api } = connection;
  const device = await connection.ask(api.open(backend));
  let generation = 0;

  const adopted = new Set<string>();
  const prepare = async (space: SearchSpace, { onPrepare, signal }: PrepareHooks): Promise<void> => {
    await prepareSpace(space, {
      ...(cache ? { cache } : {}),
      ...(worker === false ? { worker } : {}),
      ...(onPrepare ? { onProgress: onPrepare } : {}),
      ...(signal ? { signal } : {}),
    });
    const request = requestOf(space);
    if (!connection.remote || adopted.has(keyOf(request))) return;
    await connection.ask(api.adopt(tablesOf(request)));
    adopted.add(keyOf(request));
  };

  const model = (space: SearchSpace, made: Pick<Model, "state" | "message" | "epochs">): Model => {
    const mine = ++generation;
    const ask = <T>(call: () => Promise<Outcome<T>>): Promise<T> => {
      if (mine !== generation)
        throw new InputError("This model was replaced by a newer one of the same engine: save it first, or open two engines.");
      return connection.ask(call());
    };
    return {
      space,
      ...made,
      embed: async () => ask(() => api.embed()),
      nearest: async (points, k) => ask(() => api.nearest(points, k)),
      decode: async (z, { inSpace = false } = {}) => ask(() => api.decode(z, inSpace ? "in-space" : "plain")),
      sample: async ({ count = 1000, seed = 0, prior = "codes", inSpace = false } = {}) =>
        ask(() => api.sample({ count, seed, prior, decoding: inSpace ? "in-space" : "plain" })),
      evaluate: async ({ samples = 10_000, seed = 0 } = {}) => ask(() => api.evaluate(samples, seed)),
      follow: async (index, { draw = 0 } = {}) => ask(() => api.follow(index, draw)),
      save: async (options) => ask(() => api.snapshot(options)),
    };
  };

  return {
    ...device,
    async pretrain(space, { resume, variant, ...options } = {}, { onProgress, onEpoch, onDeviceLost, ...hooks } = {}) {
      const { signal } = hooks;
      await prepare(space, hooks);
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }: MessageEvent<EngineEvent>) => {
        if (data.type === "progress") onProgress?.(data);
        else if (data.type === "epoch") onEpoch?.(data.report);
        else if (data.type === "device-lost") onDeviceLost?.(data);
      };
      const cancel = (): void => void api.cancel();
      signal?.addEventListener("abort", cancel);
      try {
        const request = { space: requestOf(space), options, ...(resume ? { resume } : {}), ...(variant ? { variant } : {}) };
        const run = connection.ask(api.pretrain(request, connection.remote ? transfer(port2, [port2]) : port2));
        if (signal?.aborted) cancel();
        const { state, message, epochs } = await run;
        return model(space, { state, epochs, ...(message ? { message } : {}) });
      } finally {
        signal?.removeEventListener("abort", cancel);
        port1.close();
      }
    },
    async load(space, checkpoint, hooks = {}) {
      await prepare(space, hooks);
      await connection.ask(api.load(requestOf(space), checkpoint));
      return model(space, { state: "loaded", epochs: [] });
    },
    pause: async () => api.pause(),
    resume: async () => api.resume(),
    step: async () => api.stepOnce(),
    tune: async (values) => connection.ask(api.tune(values)),
    close: connection.close,
  };
}

function connect(given: Worker | false | undefined, gpu: GPU | undefined): Connection<EngineApi> {
  if (given === false || (given === undefined && (gpu || typeof Worker === "undefined"))) {
    const service = engineService({ api: gpu });
    return connectHere<EngineApi>(service, service.close);
  }
  const worker =
    given ?? new Worker(new URL("../workers/engine.worker.ts", import.meta.url), { type: "module", name: "archscape engine" });
  return connectWorker<EngineApi>(worker, "engine");
}

export type { EpochReport, ModelQuality, StepMetrics };
