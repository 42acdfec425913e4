import { DeviceError, InputError } from "../errors.ts";
import { packingOf, packSpace } from "../spaces/packing.ts";
import type { SearchSpace } from "../spaces/space.ts";
import type { Watch } from "../spaces/steps.ts";
import { VERSION } from "../version.ts";
import { adapterText, type Backend, type BackendChoice } from "./backend.ts";
import { goneOn, inForce, type TrainingChange } from "./changes.ts";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { DEFAULT_TRAINING, expectSameModel, type TrainingOptions, trainingOptions } from "./config.ts";
import { type Exploration, exploration } from "./exploration.ts";
import { type CellPath, followCell } from "./follow.ts";
import { bringUp, type Inference, type Living, lastingModel, type Place, placeFrom } from "./lasting.ts";
import { type EpochReport, type PretrainEvent, type Pretraining, pretraining } from "./pretrain.ts";
import { collectPrior, type ModelQuality, modelQuality } from "./quality.ts";
import { stepsPerEpoch } from "./schedule.ts";
import type { TrainingState } from "./state.ts";
import type { Trainer } from "./trainer.ts";
import { watched } from "./watched.ts";

/**
 * One model at a time on one backend, and at most one training job: what a worker holds for a page. Where the backend's device is lost,
 * the next one is opened and gets the model; what was asked meanwhile is answered from there.
 */
export interface Session extends Omit<Exploration, "forget"> {
  /**
   * Opens the fastest backend, or the named one; without a choice, what is open or was chosen last. Another choice closes the backend before,
   * and the model moves on when it is asked for next. Refused with an InputError while a job trains.
   */
  open(backend?: BackendChoice): Promise<Backend>;
  pretrain(request: SessionRequest, emit: (event: PretrainEvent) => void): Promise<SessionResult>;
  /** The job under way, if there is one. */
  readonly job: Pretraining | undefined;
  /** Bytes of a checkpoint of the model as it is now. */
  snapshot(options?: { readonly weightsOnly?: boolean }): Promise<Uint8Array>;
  /** Replaces the current model; refused with an InputError if the file does not fit, and then nothing changes. */
  load(space: SearchSpace, bytes: Uint8Array, source?: string): Promise<SessionModel>;
  /** Embedding of architectures, count x latent; by default of the whole space. */
  embed(indices?: Uint32Array): Promise<Float32Array>;
  /** Means of the latents of architectures, a node each: count x nodes x latent. What `decode` takes. */
  latents(indices: Uint32Array): Promise<Float32Array>;
  /** Metrics of the model. Rejects with the signal's reason when it is aborted. */
  evaluate(samples: number, seed: number, watch?: Watch): Promise<ModelQuality>;
  /** One cell through the model, stage by stage; the same draw is the same noise, 0 is none. */
  follow(index: number, draw: number): Promise<CellPath>;
  close(): void;
}

export interface SessionRequest {
  readonly space: SearchSpace;
  readonly options: Partial<TrainingOptions>;
  /** Checkpoint with optimiser state to go on from. */
  readonly resume?: Uint8Array;
  /** Kernels to compute with, by name, where the device can run them; by default those of `resume`, else the fastest. */
  readonly variant?: string;
  readonly embedEachEpoch?: boolean;
  /** Embed it after these steps, too, and whenever the run is paused. */
  readonly embedAtSteps?: readonly number[];
  /** For that only these, and in the first epoch only: where all of them would take longer than the steps between. */
  readonly lookSample?: Uint32Array;
  /** Make one step and pause. */
  readonly byStep?: boolean;
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
  /** As they are in force. */
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
  readonly options: TrainingOptions;
  readonly changes: () => readonly TrainingChange[];
  /** Backend and adapter that made it. */
  adapter: () => string;
  readonly trainer: Inference;
  /** In the run that trains it, later on a device, and on the next one where that is lost. */
  place: Place;
}

/** Waits before each attempt to open WebGPU again after a loss, in milliseconds: a driver may need a moment to come back. */
const REOPEN_MS = [0, 500, 2000] as const;

export function session(openBackend: (backend: BackendChoice) => Promise<Backend>): Session {
  let backend: Backend | undefined;
  let alive = false;
  let closed = false;
  let preferred: BackendChoice = "automatic";
  let opening: Promise<Backend> | undefined;
  let current: Current | undefined;
  let job: Pretraining | undefined;

  /** Whether a choice leaves things as they are. A graphics card that was named is what would be chosen without a name, too. */
  const fits = ({ name, status }: Backend, choice: BackendChoice | undefined): boolean =>
    choice === undefined || choice === name || (choice === "automatic" && (preferred === "automatic" || status === "hardware"));

  const open = async (choice?: BackendChoice): Promise<Backend> => {
    if (closed) throw new DeviceError("The engine is closed.");
    if (backend && alive && fits(backend, choice)) {
      preferred = choice ?? preferred;
      return backend;
    }
    if (opening) {
      const opened = await opening;
      return choice === undefined ? opened : open(choice);
    }
    if (job && alive) throw new InputError("A training run is under way: cancel it before changing the backend.");
    opening = openNext(choice).finally(() => {
      opening = undefined;
    });
    return opening;
  };

  const openNext = async (choice: BackendChoice | undefined): Promise<Backend> => {
    const wasLost = backend?.name === "webgpu" && !alive;
    const opened = (wasLost && choice === undefined && (await reopen())) || (await openBackend(choice ?? preferred));
    if (closed) {
      opened.close();
      throw new DeviceError("The engine is closed.");
    }
    if (alive) {
      // The model finds its backend gone when it is asked for next, and moves to this one.
      if (current) current.place.latest().destroy();
      backend?.close();
    }
    preferred = choice ?? preferred;
    backend = opened;
    alive = true;
    void opened.lost.then(() => {
      if (backend === opened) alive = false;
    });
    return opened;
  };

  /** WebGPU once more, with some patience, before anything else takes its place. It may come back on an adapter where something else is faster. */
  const reopen = async (): Promise<Backend | undefined> => {
    for (const wait of REOPEN_MS) {
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const opened = await openBackend(preferred).catch(() => undefined);
      if (opened?.status === "hardware" || opened?.status === "software-adapter") return opened;
      opened?.close();
    }
    return undefined;
  };

  const replace = (next: Current | undefined): void => {
    if (current && current !== next) {
      explore.forget();
      if (alive) current.place.latest().destroy();
    }
    current = next;
  };

  const currentAt = (place: Place, of: Pick<Current, "space" | "options" | "changes" | "adapter">): Current => {
    const trainer = lastingModel({ latest: () => made.place.latest(), living: () => made.place.living() });
    const made: Current = { ...of, place, trainer };
    return made;
  };

  const create = async (
    on: Backend,
    space: SearchSpace,
    { shape, options, variant }: Model,
    state: TrainingState,
  ): Promise<Trainer> => {
    const packing = packingOf(space);
    const set = { packed: packSpace(space).slice(0, space.trainSize * packing.words), count: space.trainSize };
    const trainer = await on.createTrainer(shape, packing, set, options, variant);
    trainer.restore(state);
    return trainer;
  };

  /** Where a model is now, and the devices that it moves to. */
  const placeOf = (living: Living, space: SearchSpace, state: TrainingState): Place =>
    placeFrom(living, open, (next) => create(next, space, living.trainer, state));

  const model = (): Current => {
    if (!current) throw new InputError("There is no model yet: pre-train one or load a checkpoint.");
    return current;
  };

  const explore = exploration(model, () => (alive ? backend?.gpu : undefined));

  const encode = (
    { space, options, changes, trainer, adapter }: Current,
    state: TrainingState,
    settings?: { readonly weightsOnly?: boolean },
  ): Uint8Array<ArrayBuffer> => {
    const { shape, variant } = trainer;
    return writeCheckpoint(
      shape,
      state,
      { space, options, changes: changes(), adapter: adapter(), version: VERSION, variant },
      settings,
    );
  };

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
      const { options, changes } = checkpoint?.options
        ? goneOn({ options: checkpoint.options, changes: checkpoint.changes }, checkpoint.state.step, given)
        : { options: trainingOptions(given), changes: [] };
      const totalSteps = stepsPerEpoch(space.trainSize, options.batchSize) * options.epochs;
      const run = pretraining(() => open(), {
        space,
        options,
        changes,
        ...request,
        onSnapshot: (state) =>
          onSnapshot?.({
            step: state.step,
            totalSteps,
            options: inForce(options, run.changes),
            encode: () => encode(model(), state),
          }),
        ...(checkpoint ? resumed(checkpoint, request.variant) : {}),
      });
      job = run;
      const mine = currentAt(run, {
        space,
        options,
        changes: () => run.changes,
        adapter: () => (backend ? adapterText(backend) : ""),
      });
      try {
        const { state, message, epochs, snapshot, ...end } = await run.run((event) => {
          // The model under training is the current one from its first event on.
          if (run.trainer) replace(mine);
          emit(event);
        });
        const madeOn = adapterText(end.backend);
        mine.adapter = () => madeOn;
        mine.place = placeOf(end, space, snapshot);
        return { state, ...(message ? { message } : {}), epochs, checkpoint: encode(mine, snapshot) };
      } finally {
        job = undefined;
      }
    },
    async snapshot(settings) {
      const of = model();
      return encode(of, await of.trainer.snapshot(), settings);
    },
    async load(space, bytes, source) {
      if (job) throw new InputError("A training run is under way: cancel it before loading another model.");
      const { state, shape, options = DEFAULT_TRAINING, changes, resumable, metadata } = readCheckpoint(space, bytes, source);
      const living = await bringUp(open, (on) => create(on, space, { shape, options }, state));
      const adapter = metadata["adapter"] ?? adapterText(living.backend);
      replace(currentAt(placeOf(living, space, state), { space, options, changes: () => changes, adapter: () => adapter }));
      return { metadata, resumable };
    },
    async embed(indices) {
      const { trainer, space } = model();
      return trainer.embed(packSpace(space, indices));
    },
    async latents(indices) {
      const { trainer, space } = model();
      return (await trainer.encode(packSpace(space, indices))).mu;
    },
    nearest: (points, k) => explore.nearest(points, k),
    decode: (z, decoding) => explore.decode(z, decoding),
    sample: (request) => explore.sample(request),
    async evaluate(samples, seed, watch = {}) {
      const { trainer, space } = model();
      const { prior: kept } = await trainer.snapshot();
      // Weights from elsewhere come without the statistics that prior samples are drawn from.
      const collects = kept.count === 0;
      const heldOut = space.size - space.trainSize;
      const asked = watched(trainer, space, (collects ? space.trainSize : 0) + 2 * heldOut + samples, watch);
      return modelQuality(asked, space, collects ? await collectPrior(asked, space) : kept, samples, seed);
    },
    async follow(index, draw) {
      const { trainer, space, options, changes } = model();
      return followCell(trainer, space, inForce(options, changes()), index, draw);
    },
    close() {
      closed = true;
      job?.cancel();
      replace(undefined);
      if (alive) backend?.close();
      alive = false;
    },
  };
}

type Model = Pick<Trainer, "shape" | "options"> & Partial<Pick<Trainer, "variant">>;

/** What a run takes over from the one that it goes on with. */
const resumed = ({ state, shape, metadata }: Checkpoint, variant = metadata["variant"]) => ({
  resume: state,
  hidden: shape.hidden,
  variant,
});
