import { STREAMS, threefry2x32 } from "../random/threefry.ts";
import type { Mode, TrainingOptions } from "./config.ts";

/**
 * Which graphs a step sees, and in which mode: pure functions of the step number, so that a run can be entered anywhere.
 * `shaders/schedule.wgsl` is the twin that runs on the GPU.
 */
export interface Batch {
  readonly epoch: number;
  /** Position of the batch in its epoch. */
  readonly index: number;
  /** Graphs in it. */
  readonly count: number;
  readonly mode: Mode;
}

export const stepsPerEpoch = (count: number, batchSize: number): number => Math.ceil(count / batchSize);

export function batchAt(step: number, count: number, options: Pick<TrainingOptions, "protocol" | "batchSize">): Batch {
  const steps = stepsPerEpoch(count, options.batchSize);
  const epoch = Math.floor(step / steps);
  const index = step - epoch * steps;
  return {
    epoch,
    index,
    count: Math.min(options.batchSize, count - index * options.batchSize),
    mode: options.protocol === "released" && epoch > 0 ? "frozen" : "train",
  };
}

/** Rounds of the Feistel network. */
export const SHUFFLE_ROUNDS = 6;

/**
 * Position -> index: a keyed bijection on 0..count-1 without any buffer. A balanced Feistel network permutes the smallest
 * even-bit power of two that holds `count`; what falls outside walks on along its cycle.
 */
export function permute(position: number, count: number, seed: number, key: number): number {
  const half = Math.max(1, Math.ceil(Math.ceil(Math.log2(count)) / 2));
  const mask = 2 ** half - 1;
  let value = position;
  do {
    let left = value >>> half;
    let right = value & mask;
    for (let round = 0; round < SHUFFLE_ROUNDS; round++) {
      const [word] = threefry2x32(seed, STREAMS.shuffle, key, right * SHUFFLE_ROUNDS + round);
      const next = left ^ (word & mask);
      left = right;
      right = next;
    }
    value = ((left << half) | right) >>> 0;
  } while (value >= count);
  return value;
}

/** Indices (into the training set) of the graphs of a step. */
export function batchIndices(
  step: number,
  count: number,
  options: Pick<TrainingOptions, "protocol" | "batchSize" | "seed">,
): Uint32Array {
  const batch = batchAt(step, count, options);
  const key = options.protocol === "released" ? 0 : batch.epoch;
  return Uint32Array.from({ length: batch.count }, (_, i) =>
    permute(batch.index * options.batchSize + i, count, options.seed, key),
  );
}

/** Batches in train mode among the first `step` steps: PyTorch's `num_batches_tracked`. */
export function batchesTracked(step: number, count: number, options: Pick<TrainingOptions, "protocol" | "batchSize">): number {
  return options.protocol === "corrected" ? step : Math.min(step, stepsPerEpoch(count, options.batchSize));
}

/** Graphs of the current epoch among the first `step` steps: those whose mu stand in the sums for prior sampling. */
export function seenInEpoch(step: number, count: number, options: Pick<TrainingOptions, "protocol" | "batchSize">): number {
  if (step === 0) return 0;
  const last = batchAt(step - 1, count, options);
  return last.index * options.batchSize + last.count;
}
