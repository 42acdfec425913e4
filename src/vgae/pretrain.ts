import { DeviceError, InputError } from "../errors.ts";
import { faultSince } from "../gpu/device.ts";
import { lossBehind, unlessLost as unlessDeviceLost } from "../gpu/loss.ts";
import { packingOf, packSpace } from "../spaces/packing.ts";
import type { SearchSpace } from "../spaces/space.ts";
import type { Backend } from "./backend.ts";
import { changedAt, inForce, type TrainingChange, type Tunable } from "./changes.ts";
import { modelShape, type TrainingOptions, trainingOptions } from "./config.ts";
import { type Living, MAX_LOSSES, type Place } from "./lasting.ts";
import { type ModelQuality, modelQuality, PAPER_SAMPLES } from "./quality.ts";
import { stepsPerEpoch } from "./schedule.ts";
import { inParts } from "./slices.ts";
import { initialState, type TrainingState } from "./state.ts";
import type { Losses, StepMetrics, Trainer } from "./trainer.ts";

/** A pre-training run that can be paused, stepped, cancelled and resumed, and that survives the loss of its device. */

export interface EpochReport extends ModelQuality {
  /** From 1. */
  readonly epoch: number;
  /** Mean loss over the steps of the epoch. */
  readonly loss: Losses;
  readonly seconds: number;
}

export type PretrainState = "running" | "paused" | "finished" | "cancelled" | "failed";

export type PretrainEvent =
  | { readonly type: "state"; readonly state: PretrainState; readonly message?: string }
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
  /** The embedding in the middle of an epoch. */
  | { readonly type: "look"; readonly step: number; readonly embedding: Float32Array }
  /** Values were changed while it ran: all changes so far. */
  | { readonly type: "changed"; readonly changes: readonly TrainingChange[] }
  | { readonly type: "device-lost"; readonly reason: string; readonly resumedFromStep: number };

export interface PretrainRequest {
  readonly space: SearchSpace;
  /** As the run began. */
  readonly options: TrainingOptions;
  /** What was changed since. */
  readonly changes?: readonly TrainingChange[];
  /** State to go on from. */
  readonly resume?: TrainingState;
  /** Embed the whole space at the end of every epoch. */
  readonly embedEachEpoch?: boolean;
  /** Embed it after these steps, too, and whenever the run is paused. */
  readonly embedAtSteps?: readonly number[];
  /** For that only these, and in the first epoch only: where all of them would take longer than the steps between. */
  readonly lookSample?: Uint32Array;
  /** Make one step and pause. */
  readonly byStep?: boolean;
  /** Of the whole space only these. */
  readonly epochSample?: Uint32Array;
  /** Prior samples for the metrics of an epoch (the last one always draws the paper's 10,000). Default 1,000. */
  readonly epochSamples?: number;
  /** Ends the run, as cancelled, once this many steps are done in all (those of `resume` included). */
  readonly stopAfter?: number;
  /** Told the state that a lost device would fall back to: every few seconds, and at the end of an epoch before it is judged. */
  readonly onSnapshot?: (state: TrainingState) => void;
  /** Width of the model, that of `resume`; 128 by default. */
  readonly hidden?: number;
  /** Kernels to compute with, by name, where the device can run them: another variant gives other bits. */
  readonly variant?: string | undefined;
}

export interface PretrainOutcome {
  readonly state: "finished" | "cancelled" | "failed";
  /** What went wrong, where `state` is `failed`: the weights are the last good ones. */
  readonly message?: string;
  readonly epochs: readonly EpochReport[];
  /** What the run came to. */
  readonly snapshot: TrainingState;
  /** Where it is, unless that device is lost by now. */
  readonly trainer: Trainer;
  readonly backend: Backend;
}

/** A run is a place of its model: from its first event to its end questions go to the trainer that is trained. */
export interface Pretraining extends Place {
  /** Runs to the end; call once. */
  run(emit: (event: PretrainEvent) => void): Promise<PretrainOutcome>;
  pause(): void;
  resume(): void;
  /** While paused: exactly one optimiser step. */
  stepOnce(): void;
  cancel(): void;
  /** Other values from the next submitted step on, which the run's history records. Throws InputError for what cannot be trained with. */
  tune(values: Partial<Tunable>): void;
  /** What was changed, in order of steps. */
  readonly changes: readonly TrainingChange[];
  readonly trainer: Trainer | undefined;
}

/** Milliseconds between progress events, and between snapshots that a lost device falls back to. */
const PROGRESS_MS = 100;
const SNAPSHOT_MS = 3000;
/** Work asked of the device at a time: what pause and cancel have to wait for. */
const BURST_MS = 50;
const MAX_BURST = 256;
/** Waits before the next device after so many were lost in a row, in milliseconds: a driver may need a moment to come back. */
const RETRY_MS = [0, 0, 500, 2000] as const;
const MAX_EPOCH_SAMPLES = 100_000;

/** A run's own way out of judging and embedding. */
class Interrupted extends Error {}

export function pretraining(open: () => Promise<Backend>, request: PretrainRequest): Pretraining {
  const { space, options } = request;
  const shape = modelShape(space, request.hidden, options.encoder);
  const epochSteps = stepsPerEpoch(space.trainSize, options.batchSize);
  const totalSteps = epochSteps * options.epochs;
  const stopAfter = request.stopAfter ?? Number.POSITIVE_INFINITY;
  const samples = Math.min(MAX_EPOCH_SAMPLES, request.epochSamples ?? 1000);
  if (request.resume && request.resume.step >= totalSteps) {
    throw new InputError(
      `Expected a checkpoint of fewer than ${totalSteps} steps to go on to epoch ${options.epochs}, found ${request.resume.step}: ask for more epochs.`,
    );
  }

  const control: { wanted: "run" | "pause" | "cancel"; singleSteps: number } = request.byStep
    ? { wanted: "pause", singleSteps: 1 }
    : { wanted: "run", singleSteps: 0 };
  let wake: () => void = () => undefined;
  const changed = (): void => wake();
  const cancelled = (): boolean => control.wanted === "cancel";
  let backend: Backend | undefined;
  let trainer: Trainer | undefined;
  let arrival = deferred<Living>();
  let faultsBefore = 0;
  let packedSpace: Uint32Array | undefined;
  let changes = request.changes ?? [];
  let announce: (event: PretrainEvent) => void = () => undefined;
  const packedSample = request.epochSample && packSpace(space, request.epochSample);
  const packedLook = request.lookSample && packSpace(space, request.lookSample);

  /** Opens a device and puts a trainer on it; `state` undefined: where the seed begins. */
  const start = async (state: TrainingState | undefined): Promise<Trainer> => {
    const opened = await open();
    backend = opened;
    faultsBefore = opened.gpu?.faults.length ?? 0;
    packedSpace ??= packSpace(space);
    const packing = packingOf(space);
    const packed = packedSpace.slice(0, space.trainSize * packing.words);
    const variant = trainer?.variant ?? request.variant;
    const made = await unlessLost(
      opened.createTrainer(shape, packing, { packed, count: space.trainSize }, inForce(options, changes), variant),
    );
    if (state) made.restore(state);
    changes = changedAt(options, changes, made.step);
    if (changes.length > 0) announce({ type: "changed", changes });
    trainer = made;
    const living = arrival;
    void opened.lost.then(() => {
      if (arrival === living) arrival = deferred();
    });
    living.resolve({ trainer: made, backend: opened });
    return made;
  };

  /** A call on a device that is gone might never settle. */
  const unlessLost = <T>(work: Promise<T>): Promise<T> => unlessDeviceLost((backend as Backend).lost, work);

  const run = async (emit: (event: PretrainEvent) => void): Promise<PretrainOutcome> => {
    announce = emit;
    const epochs: EpochReport[] = [];
    /** What a lost device falls back to, and a loss that is not a number. At first the state that every trainer begins with. */
    let lastGood = request.resume ?? initialState(shape, options.seed);
    let lossesInARow = 0;
    let pending: StepMetrics[] = [];
    let epochMetrics: StepMetrics[] = [];

    /** Waits until a new device is worth a try; throws what no lost device explains, and where too many were lost. */
    const afterLoss = async (error: unknown): Promise<void> => {
      const loss = backend && (await lossBehind(backend.lost, error));
      if (!loss) throw error;
      if (++lossesInARow > MAX_LOSSES) throw new DeviceError(`The GPU was lost ${lossesInARow} times in a row: ${loss.reason}`);
      pending = [];
      epochMetrics = epochMetrics.filter(({ step }) => step < lastGood.step);
      emit({ type: "device-lost", reason: loss.reason, resumedFromStep: lastGood.step });
      if (!cancelled()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, RETRY_MS[lossesInARow]);
        });
      }
    };

    const revive = async (): Promise<Trainer> => {
      for (;;) {
        try {
          return await start(lastGood === request.resume || lastGood.step > 0 ? lastGood : undefined);
        } catch (error) {
          await afterLoss(error);
        }
      }
    };

    let current = await revive();
    let epochStarted = performance.now();
    let lastProgress = performance.now();
    let lastSnapshot = performance.now();
    let rate = 0;
    let rateFrom = { step: current.step, time: performance.now() };
    /** Steps whose epochs are reported: the run ends with the report of the last one. */
    let reported = current.step;
    /** Step whose embedding was emitted last. */
    let looked = current.step;

    /** Takes in what the steps since the last call report. Returns why training cannot go on, where it cannot. */
    const collect = (): string | undefined => {
      const metrics = current.takeMetrics();
      pending.push(...metrics);
      epochMetrics.push(...metrics);
      // ReLU hides a NaN from the loss, never from the gradient; and where the gradient is none, Adam stands still.
      const bad = metrics.find(({ total, gradNorm }) => !Number.isFinite(total) || !Number.isFinite(gradNorm));
      if (bad) {
        return `The loss or the gradient of step ${bad.step + 1} (epoch ${Math.floor(bad.step / epochSteps) + 1}) is not a number`;
      }
      const fault = faultSince(backend?.gpu, faultsBefore);
      return fault && `The GPU refused an operation (${fault.replace(/\.$/, "")})`;
    };

    const progress = (force: boolean, step = current.step): void => {
      const now = performance.now();
      if (!force && now - lastProgress < PROGRESS_MS) return;
      if (now > rateFrom.time && step > rateFrom.step) {
        const measured = (1000 * (step - rateFrom.step)) / (now - rateFrom.time);
        rate = rate === 0 ? measured : 0.8 * rate + 0.2 * measured;
      }
      rateFrom = { step, time: now };
      lastProgress = now;
      const secondsLeft = rate > 0 ? (totalSteps - step) / rate : Number.POSITIVE_INFINITY;
      emit({ type: "progress", step, totalSteps, stepsPerSecond: rate, secondsLeft, metrics: pending });
      pending = [];
    };

    const waitWhilePaused = async (): Promise<void> => {
      if (control.wanted !== "pause" || control.singleSteps > 0) return;
      await unlessLost(current.finish());
      collect();
      progress(true);
      emit({ type: "state", state: "paused" });
      if (request.embedAtSteps) await look(() => control.wanted !== "pause" || control.singleSteps > 0);
      const paused = performance.now();
      while (control.wanted === "pause" && control.singleSteps === 0) {
        await unlessLost(new Promise<void>((resolve) => (wake = resolve)));
      }
      epochStarted += performance.now() - paused;
      rateFrom = { step: current.step, time: performance.now() };
      if (!cancelled()) emit({ type: "state", state: "running" });
    };

    const keep = (state: TrainingState): void => {
      lastGood = state;
      lastSnapshot = performance.now();
      lossesInARow = 0;
      request.onSnapshot?.(state);
    };

    /** The model as it is judged: whether that is still wanted is asked between the parts. */
    const judged = (isUnwanted = cancelled): Pick<Trainer, "shape" | "encode" | "embed" | "decode"> =>
      inParts(current, space, () => {
        if (isUnwanted()) throw new Interrupted();
      });

    /** The result, or undefined where it was not wanted any more. */
    const unlessInterrupted = <T>(work: Promise<T>): Promise<T | undefined> =>
      unlessLost(work).catch((error: unknown) => {
        if (error instanceof Interrupted) return undefined;
        throw error;
      });

    const embedded = (isUnwanted: () => boolean, sample = packedSample): Promise<Float32Array | undefined> =>
      unlessInterrupted(judged(isUnwanted).embed(sample ?? (packedSpace as Uint32Array)));

    /** The map as it is between two steps. It takes no part of the epoch's time. */
    const look = async (isUnwanted: () => boolean): Promise<void> => {
      if (current.step === looked || (packedLook && current.step >= epochSteps)) return;
      const begun = performance.now();
      const embedding = await embedded(isUnwanted, packedLook ?? packedSample);
      epochStarted += performance.now() - begun;
      rateFrom = { step: current.step, time: performance.now() };
      if (!embedding) return;
      looked = current.step;
      emit({ type: "look", step: current.step, embedding });
    };

    /** A cancel interrupts it: without a report, unless only the embedding was missing. */
    const endEpoch = async (): Promise<void> => {
      const epoch = current.step / epochSteps;
      const seconds = (performance.now() - epochStarted) / 1000;
      progress(true);
      keep(await unlessLost(current.snapshot()));
      const draws = current.step >= totalSteps ? PAPER_SAMPLES : samples;
      const quality = await unlessInterrupted(modelQuality(judged(), space, lastGood.prior, draws, options.seed));
      if (!quality) return;
      const report: EpochReport = { epoch, loss: meanLosses(epochMetrics), seconds, ...quality };
      const embedding = request.embedEachEpoch ? await embedded(cancelled) : undefined;
      epochs.push(report);
      reported = current.step;
      looked = current.step;
      epochMetrics = [];
      emit({ type: "epoch", report, ...(embedding ? { embedding } : {}) });
      epochStarted = performance.now();
      rateFrom = { step: current.step, time: performance.now() };
    };

    /** Some steps, and what falls due after them. Returns why training cannot go on, where it cannot. */
    const burst = async (): Promise<string | undefined> => {
      // The device was lost between the last step of an epoch and its report.
      if (current.step > reported && current.step % epochSteps === 0) {
        await endEpoch();
        return undefined;
      }
      const untilLook = request.embedAtSteps?.find((step) => step > current.step) ?? Number.POSITIVE_INFINITY;
      const left = Math.min(epochSteps - (current.step % epochSteps), stopAfter - current.step, untilLook - current.step);
      const wanted = Math.max(current.stride ?? 1, Math.round((rate * BURST_MS) / 1000));
      const steps = control.wanted === "pause" ? 1 : Math.min(left, MAX_BURST, wanted);
      if (control.wanted === "pause") control.singleSteps--;
      await unlessLost(current.advance(steps));
      const bad = collect();
      if (bad) return bad;
      progress(false);
      if (current.step % epochSteps === 0) {
        await unlessLost(current.finish());
        const late = collect();
        if (late) return late;
        await endEpoch();
      } else if (request.embedAtSteps?.includes(current.step)) {
        await look(cancelled);
      } else if (performance.now() - lastSnapshot > SNAPSHOT_MS) {
        const state = await unlessLost(current.snapshot());
        const late = collect();
        if (late) return late;
        keep(state);
      }
      return undefined;
    };

    /** The state that a run is left with, or why it is of no use. */
    const last = async (): Promise<TrainingState | string> => {
      await unlessLost(current.finish());
      const state = await unlessLost(current.snapshot());
      return collect() ?? state;
    };

    const end = (state: PretrainOutcome["state"], snapshot: TrainingState, why?: string): PretrainOutcome => {
      const message = why === undefined ? {} : { message: why };
      progress(true, snapshot.step);
      emit({ type: "state", state, ...message });
      return { state, ...message, epochs, snapshot, trainer: current, backend: backend as Backend };
    };

    const fail = (why: string): PretrainOutcome =>
      end("failed", lastGood, `${why.replace(/\.$/, "")}: training stopped and kept the weights of step ${lastGood.step}.`);

    emit({ type: "state", state: "running" });
    for (;;) {
      try {
        if (reported >= totalSteps) return end("finished", lastGood);
        await waitWhilePaused();
        const bad = await (cancelled() || current.step >= stopAfter ? last() : burst());
        if (typeof bad === "object") return end("cancelled", bad);
        if (bad) {
          await unlessLost(current.finish());
          collect();
          current.restore(lastGood);
          return fail(bad);
        }
      } catch (error) {
        try {
          await afterLoss(error);
          if (cancelled()) return end("cancelled", lastGood);
          current = await revive();
          rateFrom = { step: current.step, time: performance.now() };
        } catch (final) {
          return fail(final instanceof Error ? final.message : String(final));
        }
      }
    }
  };

  return {
    async run(emit) {
      try {
        return await run(emit);
      } catch (error) {
        arrival.reject(error);
        throw error;
      } finally {
        // Whoever still asks hears from the trainer that was there last, or that it is lost.
        if (trainer && backend) arrival.resolve({ trainer, backend });
      }
    },
    pause() {
      if (control.wanted === "run") control.wanted = "pause";
    },
    resume() {
      if (control.wanted === "pause") control.wanted = "run";
      control.singleSteps = 0;
      changed();
    },
    stepOnce() {
      if (control.wanted !== "pause") return;
      control.singleSteps++;
      changed();
    },
    cancel() {
      control.wanted = "cancel";
      changed();
    },
    tune(values) {
      trainingOptions({ ...inForce(options, changes), ...values });
      changes = changedAt(options, changes, trainer?.step ?? request.resume?.step ?? 0, values);
      trainer?.tune(values);
      announce({ type: "changed", changes });
    },
    get changes() {
      return changes;
    },
    get trainer() {
      return trainer;
    },
    latest() {
      if (!trainer) throw new InputError("There is nothing to save yet: training has not started.");
      return trainer;
    },
    living: () => arrival.promise,
  };
}

function meanLosses(metrics: readonly StepMetrics[]): Losses {
  const mean = (of: (step: StepMetrics) => number): number => metrics.reduce((sum, step) => sum + of(step), 0) / metrics.length;
  return {
    total: mean((step) => step.total),
    operations: mean((step) => step.operations),
    adjacency: mean((step) => step.adjacency),
    kl: mean((step) => step.kl),
  };
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function deferred<T>(): Deferred<T> {
  let [resolve, reject] = [(_: T): void => undefined, (_: unknown): void => undefined];
  const promise = new Promise<T>((fulfil, refuse) => {
    [resolve, reject] = [fulfil, refuse];
  });
  // Nobody may be waiting.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
