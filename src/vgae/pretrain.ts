import { InputError } from "../errors.ts";
import { packingOf, packSpace } from "../spaces/packing.ts";
import type { SearchSpace } from "../spaces/space.ts";
import type { Backend } from "./backend.ts";
import { modelShape, type TrainingOptions } from "./config.ts";
import { type ModelQuality, modelQuality, PAPER_SAMPLES } from "./quality.ts";
import { stepsPerEpoch } from "./schedule.ts";
import type { TrainingState } from "./state.ts";
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
  | { readonly type: "device-lost"; readonly reason: string; readonly resumedFromStep: number };

export interface PretrainRequest {
  readonly space: SearchSpace;
  readonly options: TrainingOptions;
  /** State to go on from. */
  readonly resume?: TrainingState;
  /** Embed the whole space at the end of every epoch. */
  readonly embedEachEpoch?: boolean;
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
}

export interface PretrainOutcome {
  readonly state: "finished" | "cancelled" | "failed";
  /** What went wrong, where `state` is `failed`: the weights are the last good ones. */
  readonly message?: string;
  readonly epochs: readonly EpochReport[];
  readonly trainer: Trainer;
  readonly backend: Backend;
}

export interface Pretraining {
  /** Runs to the end; call once. */
  run(emit: (event: PretrainEvent) => void): Promise<PretrainOutcome>;
  pause(): void;
  resume(): void;
  /** While paused: exactly one optimiser step. */
  stepOnce(): void;
  cancel(): void;
  /** State after the last finished step. */
  snapshot(): Promise<TrainingState>;
  readonly trainer: Trainer | undefined;
}

/** Milliseconds between progress events, and between snapshots that a lost device falls back to. */
const PROGRESS_MS = 100;
const SNAPSHOT_MS = 3000;
/** Work asked of the device at a time: what pause and cancel have to wait for. */
const BURST_MS = 50;
const MAX_BURST = 256;
/** Devices lost without a step of progress between them before the run gives up. */
const MAX_LOSSES = 3;
/** How long a failure may come before the news of a lost device that caused it. */
const LOSS_GRACE_MS = 500;
const MAX_EPOCH_SAMPLES = 100_000;

/** Architectures embedded at a time at the end of an epoch: what a cancel has to wait for. */
const SLICE = 512;

class DeviceLost extends Error {}
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

  const control: { wanted: "run" | "pause" | "cancel"; singleSteps: number } = { wanted: "run", singleSteps: 0 };
  let wake: () => void = () => undefined;
  const changed = (): void => wake();
  const cancelled = (): boolean => control.wanted === "cancel";
  let backend: Backend | undefined;
  let trainer: Trainer | undefined;
  let packedSpace: Uint32Array | undefined;
  const packedSample = request.epochSample && packSpace(space, request.epochSample);
  let lostReason: string | undefined;
  const heedLoss = new Set<(error: DeviceLost) => void>();

  const start = async (state: TrainingState | undefined): Promise<Trainer> => {
    const opened = await open();
    backend = opened;
    lostReason = undefined;
    void opened.lost.then((reason) => {
      if (backend !== opened) return;
      lostReason = reason;
      for (const reject of heedLoss) reject(new DeviceLost(reason));
    });
    packedSpace ??= packSpace(space);
    const packing = packingOf(space);
    const packed = packedSpace.slice(0, space.trainSize * packing.words);
    trainer = await unlessLost(opened.createTrainer(shape, packing, { packed, count: space.trainSize }, options));
    if (state) trainer.restore(state);
    return trainer;
  };

  /**
   * Rejects as soon as the device is gone: a call on it might never settle. (Not a race with the backend's own promise, which
   * lives as long as the device and would hold every result of every race.)
   */
  const unlessLost = <T>(work: Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const settled = (): boolean => heedLoss.delete(reject);
      heedLoss.add(reject);
      work.then(resolve, reject).finally(settled);
      if (lostReason !== undefined) reject(new DeviceLost(lostReason));
    });

  /** Reason of a device loss that explains an error; what fails on a dying device may be heard of before the loss itself. */
  const lossBehind = (error: unknown): Promise<string | undefined> => {
    if (error instanceof DeviceLost) return Promise.resolve(error.message);
    const nothing = new Promise<undefined>((resolve) => setTimeout(resolve, LOSS_GRACE_MS, undefined));
    return Promise.race([(backend as Backend).lost, nothing]);
  };

  const run = async (emit: (event: PretrainEvent) => void): Promise<PretrainOutcome> => {
    const epochs: EpochReport[] = [];
    let current = await start(request.resume);
    let lastGood = await unlessLost(current.snapshot());
    let lossesInARow = 0;
    let pending: StepMetrics[] = [];
    let epochMetrics: StepMetrics[] = [];
    let epochStarted = performance.now();
    let lastProgress = performance.now();
    let lastSnapshot = performance.now();
    let rate = 0;
    let rateFrom = { step: current.step, time: performance.now() };
    /** Steps whose epochs are reported: the run ends with the report of the last one. */
    let reported = current.step;
    let restart = false;

    const collect = (): string | undefined => {
      const metrics = current.takeMetrics();
      pending.push(...metrics);
      epochMetrics.push(...metrics);
      // ReLU hides a NaN from the loss, never from the gradient; and where the gradient is none, Adam stands still.
      const bad = metrics.find(({ total, gradNorm }) => !Number.isFinite(total) || !Number.isFinite(gradNorm));
      return (
        bad &&
        `The loss or the gradient of step ${bad.step + 1} is not a number: training stopped and kept the weights of step ${lastGood.step}.`
      );
    };

    const progress = (force: boolean): void => {
      const now = performance.now();
      if (!force && now - lastProgress < PROGRESS_MS) return;
      if (now > rateFrom.time && current.step > rateFrom.step) {
        const measured = (1000 * (current.step - rateFrom.step)) / (now - rateFrom.time);
        rate = rate === 0 ? measured : 0.8 * rate + 0.2 * measured;
      }
      rateFrom = { step: current.step, time: now };
      lastProgress = now;
      const secondsLeft = rate > 0 ? (totalSteps - current.step) / rate : Number.POSITIVE_INFINITY;
      emit({ type: "progress", step: current.step, totalSteps, stepsPerSecond: rate, secondsLeft, metrics: pending });
      pending = [];
    };

    const waitWhilePaused = async (): Promise<void> => {
      if (control.wanted !== "pause" || control.singleSteps > 0) return;
      await unlessLost(current.finish());
      collect();
      progress(true);
      emit({ type: "state", state: "paused" });
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

    /** The model as it is judged: a cancel is heard between the parts. */
    const judged = (): Pick<Trainer, "encode" | "decode" | "shape"> => {
      const unlessCancelled = <T>(work: () => Promise<T>): Promise<T> => {
        if (cancelled()) throw new Interrupted();
        return work();
      };
      return {
        shape,
        encode: async (packed) => unlessCancelled(() => current.encode(packed)),
        decode: async (z) => unlessCancelled(() => current.decode(z)),
      };
    };

    /** In slices, between which a cancel is heard: there is no embedding then. */
    const embedSlices = async (packed: Uint32Array): Promise<Float32Array | undefined> => {
      const { words } = packingOf(space);
      const rows = new Float32Array((packed.length / words) * shape.latent);
      for (let first = 0; first < packed.length / words; first += SLICE) {
        if (cancelled()) return undefined;
        const slice = packed.slice(first * words, (first + SLICE) * words);
        rows.set(await unlessLost(current.embed(slice)), first * shape.latent);
      }
      return rows;
    };

    /** A cancel interrupts it: without a report, unless only the embedding was missing. */
    const endEpoch = async (): Promise<void> => {
      const epoch = current.step / epochSteps;
      const seconds = (performance.now() - epochStarted) / 1000;
      progress(true);
      keep(await unlessLost(current.snapshot()));
      const last = current.step >= totalSteps;
      const quality = await unlessLost(
        modelQuality(judged(), space, lastGood.prior, last ? PAPER_SAMPLES : samples, options.seed),
      ).catch((error: unknown) => {
        if (error instanceof Interrupted) return undefined;
        throw error;
      });
      if (!quality) return;
      const report: EpochReport = { epoch, loss: meanLosses(epochMetrics), seconds, ...quality };
      const embedding = request.embedEachEpoch ? await embedSlices(packedSample ?? (packedSpace as Uint32Array)) : undefined;
      epochs.push(report);
      reported = current.step;
      epochMetrics = [];
      emit({ type: "epoch", report, ...(embedding ? { embedding } : {}) });
      epochStarted = performance.now();
      rateFrom = { step: current.step, time: performance.now() };
    };

    const burst = async (): Promise<string | undefined> => {
      // The device was lost between the last step of an epoch and its report.
      if (current.step > reported && current.step % epochSteps === 0) {
        await endEpoch();
        return undefined;
      }
      const left = Math.min(epochSteps - (current.step % epochSteps), stopAfter - current.step);
      const steps = control.wanted === "pause" ? 1 : Math.min(left, MAX_BURST, Math.max(1, Math.round((rate * BURST_MS) / 1000)));
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
      } else if (performance.now() - lastSnapshot > SNAPSHOT_MS) {
        const state = await unlessLost(current.snapshot());
        const late = collect();
        if (late) return late;
        keep(state);
      }
      return undefined;
    };

    const outcome = (state: PretrainOutcome["state"], message?: string): PretrainOutcome => {
      progress(true);
      emit({ type: "state", state, ...(message ? { message } : {}) });
      return { state, ...(message ? { message } : {}), epochs, trainer: current, backend: backend as Backend };
    };

    emit({ type: "state", state: "running" });
    while (reported < totalSteps) {
      try {
        if (restart) {
          current = await start(lastGood);
          restart = false;
          rateFrom = { step: current.step, time: performance.now() };
        }
        await waitWhilePaused();
        if (control.wanted === "cancel" || current.step >= stopAfter) {
          await unlessLost(current.finish());
          const bad = collect();
          if (bad) {
            current.restore(lastGood);
            return outcome("failed", bad);
          }
          return outcome("cancelled");
        }
        const bad = await burst();
        if (bad) {
          await unlessLost(current.finish());
          collect();
          current.restore(lastGood);
          return outcome("failed", bad);
        }
      } catch (error) {
        const reason = await lossBehind(error);
        if (reason === undefined || ++lossesInARow > MAX_LOSSES) throw error;
        pending = [];
        epochMetrics = epochMetrics.filter(({ step }) => step < lastGood.step);
        restart = true;
        emit({ type: "device-lost", reason, resumedFromStep: lastGood.step });
      }
    }
    return outcome("finished");
  };

  return {
    run,
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
    async snapshot() {
      if (!trainer) throw new InputError("There is nothing to save yet: training has not started.");
      return trainer.snapshot();
    },
    get trainer() {
      return trainer;
    },
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
