import { InputError } from "../errors.ts";
import type { SearchSpace } from "../spaces/space.ts";

/** Sizes of the model (arch2vec, section 3.1 and the released code's configuration 4). */
export interface ModelShape {
  /** Nodes a graph, N. */
  readonly nodes: number;
  /** Length of the operation one-hot, K. */
  readonly operations: number;
  /** Width of the GIN layers, H. */
  readonly hidden: number;
  /** Dimensions of the embedding, D. */
  readonly latent: number;
  /** GIN layers ("hops 5" of the released code builds four). */
  readonly layers: number;
}

export const HIDDEN = 128;
export const LATENT = 16;
export const LAYERS = 4;

export function modelShape(space: Pick<SearchSpace, "nodes" | "operations">, hidden = HIDDEN): ModelShape {
  return { nodes: space.nodes, operations: space.operations.length, hidden, latent: LATENT, layers: LAYERS };
}

/**
 * How the mode and the order of the data change over epochs.
 * - `released`: what the public code does. One shuffle for the whole run; after the first epoch the model stays in evaluation
 *   mode: running batch-norm statistics, no dropout, z = mu.
 * - `corrected`: training mode in every epoch and a new shuffle each epoch; nothing else differs.
 */
export type Protocol = "released" | "corrected";
export const PROTOCOLS: readonly Protocol[] = ["released", "corrected"];

/** `train`: batch statistics, noise, dropout. `frozen`: running statistics, z = mu, no dropout; weights still learn. */
export type Mode = "train" | "frozen";

export interface TrainingOptions {
  readonly protocol: Protocol;
  readonly epochs: number;
  /** Feeds the streams shuffle, init, noise and dropout. 0..2^32-1. */
  readonly seed: number;
  /** Graphs a step; the last batch of an epoch may be smaller. */
  readonly batchSize: number;
  /** Adam's step size. */
  readonly learningRate: number;
  /** Probability of zeroing a latent value before the decoder, in [0, 1). */
  readonly dropout: number;
  /** Upper bound of the global gradient norm. */
  readonly clipNorm: number;
  /** Factor of the KL term: 1 in the paper, 0 for "without KL". */
  readonly klWeight: number;
}

export const DEFAULT_TRAINING: TrainingOptions = {
  protocol: "released",
  epochs: 10,
  seed: 1,
  batchSize: 32,
  learningRate: 1e-3,
  dropout: 0.3,
  clipNorm: 5,
  klWeight: 1,
};

/** Fills in defaults and refuses what cannot be trained, one sentence each. */
export function trainingOptions(given: Partial<TrainingOptions> = {}): TrainingOptions {
  const options = { ...DEFAULT_TRAINING, ...given };
  const check = (name: keyof TrainingOptions, ok: boolean, expected: string): void => {
    if (!ok) throw new InputError(`Training option ${name}: expected ${expected}, found ${String(options[name])}.`);
  };
  check("protocol", PROTOCOLS.includes(options.protocol), `one of ${PROTOCOLS.join(", ")}`);
  check(
    "epochs",
    Number.isInteger(options.epochs) && options.epochs >= 1 && options.epochs <= 10_000,
    "a whole number from 1 to 10000",
  );
  check(
    "seed",
    Number.isInteger(options.seed) && options.seed >= 0 && options.seed < 2 ** 32,
    "a whole number from 0 to 4294967295",
  );
  check(
    "batchSize",
    Number.isInteger(options.batchSize) && options.batchSize >= 1 && options.batchSize <= 32,
    "a whole number from 1 to 32",
  );
  check(
    "learningRate",
    Number.isFinite(options.learningRate) && options.learningRate > 0 && options.learningRate <= 1,
    "a number above 0, at most 1",
  );
  check("dropout", Number.isFinite(options.dropout) && options.dropout >= 0 && options.dropout < 1, "a number from 0, below 1");
  check("clipNorm", Number.isFinite(options.clipNorm) && options.clipNorm > 0, "a number above 0");
  check("klWeight", Number.isFinite(options.klWeight) && options.klWeight >= 0, "a number from 0");
  return options;
}
