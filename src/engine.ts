import { type Remote, releaseProxy, transfer, wrap } from "comlink";
import { engineService } from "../workers/engine-service.ts";
import type { EngineApi, EngineEvent, EpochReport, ModelQuality, Outcome, PretrainResult } from "../workers/protocol.ts";
import { InputError } from "./errors.ts";
import type { Membership, SearchSpace } from "./spaces/space.ts";
import type { TrainingOptions } from "./vgae/config.ts";
import type { BackendName, StepMetrics } from "./vgae/trainer.ts";

export interface EngineOptions {
  /** By default WebGPU, and TensorFlow.js on WebAssembly where there is none. */
  readonly backend?: BackendName;
  /** A worker that runs `engine.worker.js`, or `false` for the calling thread (Node, servers). By default a worker where there are any. */
  readonly worker?: Worker | false;
  /** Another implementation of `navigator.gpu`, such as Dawn's in Node; only without a worker. */
  readonly gpu?: GPU;
}

export interface PretrainHooks {
  /** About ten times a second: position, rate in steps/s, seconds left, and the losses of every step since the last call. */
  readonly onProgress?: (progress: Extract<EngineEvent, { type: "progress" }>) => void;
  readonly onEpoch?: (report: EpochReport) => void;
  /** The device was lost and training went on from a snapshot. */
  readonly onDeviceLost?: (event: Extract<EngineEvent, { type: "device-lost" }>) => void;
  /** Cancels; the run resolves with the model so far. */
  readonly signal?: AbortSignal;
}

export interface PretrainSettings extends Partial<TrainingOptions> {
  /** Bytes of a checkpoint with optimiser state to go on from. */
  readonly resume?: Uint8Array;
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
  /** Latent points (count x nodes x 16) as architectures, or the reason why one is outside the space. */
  decode(z: Float32Array): Promise<readonly Membership[]>;
  /** Metrics of section 4.1 of the paper; `samples` points of the prior (default 10,000). */
  evaluate(options?: { readonly samples?: number; readonly seed?: number }): Promise<ModelQuality>;
  /** `.safetensors` under PyTorch's names, with optimiser state unless `weightsOnly`. */
  save(options?: { readonly weightsOnly?: boolean }): Promise<Uint8Array>;
}

export interface Engine {
  readonly backend: BackendName;
  /** Vendor, architecture and description of the adapter, or the name of the fallback. */
  readonly adapter: string;
  /** One sentence: what the engine runs on, and why not on something faster. */
  readonly message: string;
  /** Trains a model of a space; one at a time. Throws InputError for options that cannot be. */
  pretrain(space: SearchSpace, settings?: PretrainSettings, hooks?: PretrainHooks): Promise<Model>;
  /** A model from a checkpoint; throws InputError if the file does not fit. */
  load(space: SearchSpace, checkpoint: Uint8Array): Promise<Model>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** While paused: one optimiser step. */
  step(): Promise<void>;
  close(): void;
}

/** Opens an engine: a worker of its own where there are workers. Never fails for lack of WebGPU, but says so in `message`. */
export async function openEngine({ backend, worker, gpu }: EngineOptions = {}): Promise<Engine> {
  const connection = connect(worker, gpu);
  const { api } = connection;
  const device = await connection.ask(api.open(backend));
  let generation = 0;

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
      decode: async (z) => ask(() => api.decode(z)),
      evaluate: async ({ samples = 10_000, seed = 0 } = {}) => ask(() => api.evaluate(samples, seed)),
      save: async (options) => ask(() => api.snapshot(options)),
    };
  };

  return {
    ...device,
    async pretrain(space, { resume, ...options } = {}, { onProgress, onEpoch, onDeviceLost, signal } = {}) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }: MessageEvent<EngineEvent>) => {
        if (data.type === "progress") onProgress?.(data);
        else if (data.type === "epoch") onEpoch?.(data.report);
        else if (data.type === "device-lost") onDeviceLost?.(data);
      };
      const cancel = (): void => void api.cancel();
      signal?.addEventListener("abort", cancel);
      try {
        const request = { space: space.name, options, ...(resume ? { resume } : {}) };
        const run = connection.ask(api.pretrain(request, connection.remote ? transfer(port2, [port2]) : port2));
        if (signal?.aborted) cancel();
        const { state, message, epochs } = await run;
        return model(space, { state, epochs, ...(message ? { message } : {}) });
      } finally {
        signal?.removeEventListener("abort", cancel);
        port1.close();
      }
    },
    async load(space, checkpoint) {
      await connection.ask(api.load(space.name, checkpoint));
      return model(space, { state: "loaded", epochs: [] });
    },
    pause: async () => api.pause(),
    resume: async () => api.resume(),
    step: async () => api.stepOnce(),
    close: connection.close,
  };
}

interface Connection {
  readonly api: EngineApi;
  readonly remote: boolean;
  /** The value of an outcome; throws what it tells as an error, also when the worker dies with the call pending. */
  ask<T>(call: Promise<Outcome<T>>): Promise<T>;
  close(): void;
}

function connect(given: Worker | false | undefined, gpu: GPU | undefined): Connection {
  if (given === false || (given === undefined && (gpu || typeof Worker === "undefined"))) {
    const service = engineService({ api: gpu });
    return { api: service, remote: false, ask: async (call) => resultOf(await call), close: service.close };
  }
  const worker =
    given ?? new Worker(new URL("../workers/engine.worker.ts", import.meta.url), { type: "module", name: "archscape engine" });
  // Held for as long as the engine lives: a proxy that is garbage-collected leaves its calls pending for ever.
  const proxy: Remote<EngineApi> = wrap<EngineApi>(worker);
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener("error", ({ message }) =>
      reject(new Error(`The engine's worker stopped: ${message || "no reason given"}.`)),
    );
  });
  broken.catch(() => undefined);
  return {
    api: proxy,
    remote: true,
    ask: async (call) => resultOf(await Promise.race([call, broken])),
    close() {
      proxy[releaseProxy]();
      worker.terminate();
    },
  };
}

function resultOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  const { kind, message } = outcome.error;
  throw kind === "input" ? new InputError(message) : new Error(message);
}

export type { EpochReport, ModelQuality, StepMetrics };
