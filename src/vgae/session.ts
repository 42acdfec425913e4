import { InputError } from "../errors.ts";
import { packingOf, packSpace } from "../spaces/packing.ts";
import type { SearchSpace } from "../spaces/space.ts";
import { VERSION } from "../version.ts";
import { adapterText, type Backend } from "./backend.ts";
import { readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { DEFAULT_TRAINING, expectSameModel, type TrainingOptions, trainingOptions } from "./config.ts";
import { type Exploration, exploration } from "./exploration.ts";
import { type EpochReport, type PretrainEvent, type Pretraining, pretraining } from "./pretrain.ts";
import { collectPrior, type ModelQuality, modelQuality } from "./quality.ts";
import { stepsPerEpoch } from "./schedule.ts";
import type { TrainingState } from "./state.ts";
import type { BackendName, Trainer } from "./trainer.ts";

/** One model at a time on one backend, and at most one training job: what a worker holds for a page. */
export interface Session extends Omit<Exploration, "forget"> {
  /** Opens the best backend, or the named one. Again with another name: closes the one before. */
  open(backend?: BackendName): Promise<Backend>;
  pretrain(request: SessionRequest, emit: (event: PretrainEvent) => void): Promise<SessionResult>;
  /** The job under way, if there is one. */
  readonly job: Pretraining | undefined;
  /** Bytes of a checkpoint of the model as it is now. */
  snapshot(options?: { readonly weightsOnly?: boolean }): Promise<Uint8Array>;
  /** Replaces the current model; refused with an InputError if the file does not fit, and then nothing changes. */
  load(space: SearchSpace, bytes: Uint8Array, source?: string): Promise<SessionModel>;
  /** Embedding of architectures, count x latent; by default of the whole space. */
  embed(indices?: Uint32Array): Promise<Float32Array>;
  evaluate(samples: number, seed: number): Promise<ModelQuality>;
  close(): void;
}

export interface SessionRequest {
  readonly space: SearchSpace;
  readonly options: Partial<TrainingOptions>;
  /** Checkpoint with optimiser state to go on from. */
  readonly resume?: Uint8Array;
  readonly embedEachEpoch?: boolean;
  /** Epoch events carry the embedding of these architectures only. */
  readonly epochSample?: Uint32Array;
  readonly epochSamples?: number;
  /** Told what a lost device would fall back to, every few seconds. */
  readonly onSnapshot?: (snapshot: SessionSnapshot) => void;
}

/** The run after `step` steps, to be kept by who wants to. */
export interface SessionSnapshot {
  readonly step: number;
  readonly totalSteps: number;
  readonly options: TrainingOptions;
  /** Bytes of a checkpoint with optimiser state. */
  encode(): Uint8Array<ArrayBuffer>;
}

export interface SessionResult {
  readonly state: "finished" | "cancelled" | "failed";
  readonly message?: string;
  readonly epochs: readonly EpochReport[];
  readonly checkpoint: Uint8Array;
}

export interface SessionModel {
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether training can go on from it. */
  readonly resumable: boolean;
}

interface Current {
  readonly space: SearchSpace;
  readonly trainer: Trainer;
  readonly options: TrainingOptions;
  readonly adapter: string;
}

export function session(openBackend: (backend?: BackendName) => Promise<Backend>): Session {
  let backend: Backend | undefined;
  let alive = false;
  let preferred: BackendName | undefined;
  let current: Current | undefined;
  let job: Pretraining | undefined;

  const open = async (name?: BackendName): Promise<Backend> => {
    if (backend && alive && (name === undefined || name === backend.name)) return backend;
    if (job && alive) throw new InputError("A training run is under way: cancel it before changing the backend.");
    const opened = await openBackend(name ?? preferred);
    if (alive) {
      replace(undefined);
      backend?.close();
    }
    preferred = name ?? preferred;
    backend = opened;
    alive = true;
    void opened.lost.then(() => {
      if (backend === opened) alive = false;
    });
    return opened;
  };

  const replace = (next: Current | undefined): void => {
    if (current && current.trainer !== next?.trainer) {
      explore.forget();
      if (alive) current.trainer.destroy();
    }
    current = next;
  };

  const model = (): Current => {
    const trainer = job?.trainer;
    if (current && trainer && trainer !== current.trainer) current = { ...current, trainer };
    if (!current) throw new InputError("There is no model yet: pre-train one or load a checkpoint.");
    return current;
  };

  const explore = exploration(model, () => (alive ? backend?.gpu : undefined));

  const encode = ({ trainer, ...of }: Current, state: TrainingState, settings?: { readonly weightsOnly?: boolean }) =>
    writeCheckpoint(trainer.shape, state, { ...of, version: VERSION, variant: trainer.variant }, settings);

  const bytesOf = async (of: Current, settings?: { readonly weightsOnly?: boolean }): Promise<Uint8Array> =>
    encode(of, await of.trainer.snapshot(), settings);

  return {
    open,
    get job() {
      return job;
    },
    async pretrain({ space, options: given, resume, onSnapshot, ...request }, emit) {
      if (job) throw new InputError("A training run is under way: cancel it or wait for its end.");
      const checkpoint = resume && readCheckpoint(space, resume);
      if (checkpoint && !checkpoint.resumable) {
        throw new InputError("The checkpoint holds weights only: training can go on from one that was saved with its optimiser.");
      }
      if (checkpoint?.options) expectSameModel(checkpoint.options, given);
      const options = trainingOptions({ ...checkpoint?.options, ...given });
      const totalSteps = stepsPerEpoch(space.trainSize, options.batchSize) * options.epochs;
      const run = pretraining(() => open(), {
        space,
        options,
        ...request,
        onSnapshot: (state) => onSnapshot?.({ step: state.step, totalSteps, options, encode: () => encode(model(), state) }),
        ...(checkpoint ? { resume: checkpoint.state, hidden: checkpoint.shape.hidden } : {}),
      });
      job = run;
      try {
        const before = current;
        const outcome = await run.run((event) => {
          // The model under training is the current one from its first event on.
          if (run.trainer && current?.trainer !== run.trainer) {
            current = { space, trainer: run.trainer, options, adapter: backend ? adapterText(backend) : "" };
            if (before && alive && before.trainer !== run.trainer) before.trainer.destroy();
          }
          emit(event);
        });
        const done: Current = { space, trainer: outcome.trainer, options, adapter: adapterText(outcome.backend) };
        current = done;
        return {
          state: outcome.state,
          ...(outcome.message ? { message: outcome.message } : {}),
          epochs: outcome.epochs,
          checkpoint: await bytesOf(done),
        };
      } finally {
        job = undefined;
      }
    },
    snapshot: async (settings) => bytesOf(model(), settings),
    async load(space, bytes, source) {
      if (job) throw new InputError("A training run is under way: cancel it before loading another model.");
      const { state, shape, options = DEFAULT_TRAINING, resumable, metadata } = readCheckpoint(space, bytes, source);
      const opened = await open();
      const packing = packingOf(space);
      const set = { packed: packSpace(space).slice(0, space.trainSize * packing.words), count: space.trainSize };
      const trainer = await opened.createTrainer(shape, packing, set, options);
      trainer.restore(state);
      replace({ space, trainer, options, adapter: metadata["adapter"] ?? adapterText(opened) });
      return { metadata, resumable };
    },
    async embed(indices) {
      const { trainer, space } = model();
      return trainer.embed(packSpace(space, indices));
    },
    nearest: (points, k) => explore.nearest(points, k),
    decode: (z, decoding) => explore.decode(z, decoding),
    sample: (request) => explore.sample(request),
    async evaluate(samples, seed) {
      const { trainer, space } = model();
      const { prior: kept } = await trainer.snapshot();
      // Weights from elsewhere come without the statistics that prior samples are drawn from.
      const prior = kept.count > 0 ? kept : await collectPrior(trainer, space);
      return modelQuality(trainer, space, prior, samples, seed);
    },
    close() {
      job?.cancel();
      replace(undefined);
      if (alive) backend?.close();
      alive = false;
    },
  };
}
