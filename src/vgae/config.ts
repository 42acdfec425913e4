import { InputError } from "../errors.ts";
import type { SearchSpace } from "../spaces/space.ts";

/**
 * How a layer of the encoder mixes the rows X of a graph's nodes with those of their neighbours. A~ = A + A^T, without self loops.
 * - `gin`: (1 + eps) X + A~ X with a learned eps (graph isomorphism network: Xu et al., 2019, equation 4.1), then two stages of
 *   Linear + BatchNorm + ReLU. The encoder of arch2vec.
 * - `gcn`: D^-1/2 (A~ + I) D^-1/2 X, D the row sums of A~ + I (graph convolution: Kipf and Welling, 2017, equation 2), then one
 *   stage of Linear + BatchNorm + ReLU. The encoder of the autoencoders that the paper compares with in its table 1.
 *
 * Layers and width are the same. Batch norm, which the convolution of 2017 is without, is kept, so that the aggregation and the linear map
 * that goes with it are all that differs.
 */
export type Encoder = "gin" | "gcn";
export const ENCODERS: readonly Encoder[] = ["gin", "gcn"];

/** Sizes of the model (arch2vec, section 3.1 and the released code's configuration 4). */
export interface ModelShape {
  readonly encoder: Encoder;
  /** Nodes a graph, N. */
  readonly nodes: number;
  /** Length of the operation one-hot, K. */
  readonly operations: number;
  /** Width of the encoder's layers, H. */
  readonly hidden: number;
  /** Dimensions of the embedding, D. */
  readonly latent: number;
  /** Layers of the encoder ("hops 5" of the released code builds four). */
  readonly layers: number;
}

export const HIDDEN = 128;
export const LATENT = 16;
export const LAYERS = 4;

export function modelShape(
  space: Pick<SearchSpace, "nodes" | "operations">,
  hidden = HIDDEN,
  encoder: Encoder = "gin",
): ModelShape {
  return { encoder, nodes: space.nodes, operations: space.operations.length, hidden, latent: LATENT, layers: LAYERS };
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

/**
 * What is trained, and how. The models of the paper's table 1: arch2vec is the default, `{ klWeight: 0 }` is "arch2vec without KL", `{ encoder:
 * "gcn" }` is VGAE and `{ encoder: "gcn", variational: false }` GAE (the variational and the plain graph autoencoder of Kipf and
 * Welling, 2016, here with arch2vec's decoder, losses, optimiser and protocols; dropout before the decoder included).
 */
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
  readonly encoder: Encoder;
  /** `false`: a plain autoencoder. z = mu in every epoch of every protocol, and `klWeight` is 0. */
  readonly variational: boolean;
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
  encoder: "gin",
  variational: true,
};

/** Training goes on only as the model that it began as. Throws InputError where the options given ask for another one. */
export function expectSameModel(from: TrainingOptions, given: Partial<TrainingOptions>): void {
  for (const key of ["encoder", "variational"] as const) {
    if (given[key] === undefined || given[key] === from[key]) continue;
    throw new InputError(
      `Training option ${key}: expected ${from[key]}, as the checkpoint to go on from was trained, found ${given[key]}.`,
    );
  }
}

/** Fills in defaults and refuses what cannot be trained, one sentence each. */
export function trainingOptions(given: Partial<TrainingOptions> = {}): TrainingOptions {
  const options = { ...DEFAULT_TRAINING, ...(given.variational === false ? { klWeight: 0 } : {}), ...given };
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
  check("encoder", ENCODERS.includes(options.encoder), `one of ${ENCODERS.join(", ")}`);
  check("variational", typeof options.variational === "boolean", "true or false");
  check(
    "klWeight",
    options.variational || options.klWeight === 0,
    "0 where variational is false: a plain autoencoder has no KL term",
  );
  return options;
}
