import { generator } from "../random/generator.ts";
import { kendallTau, rootMeanSquare, spearman } from "./agreement.ts";
import type { FeatureSource } from "./features.ts";
import { labelScores } from "./labels.ts";
import type { Predictor } from "./predictor.ts";

/**
 * Predictors compared as the literature does: some architectures drawn at random are labelled, all others (or a random part of them) are predicted,
 * and the order of predictions is compared with that of labels. A seed draws the same architectures for every predictor, those of fewer labels first.
 */
export interface Split {
  /** Indices that are labelled. */
  readonly known: Uint32Array;
  /** Indices that are predicted. */
  readonly heldOut: Uint32Array;
}

/**
 * @param candidates indices that have a label
 * @param heldOut most architectures to predict, drawn at random
 */
export function splitOf(candidates: Uint32Array, labels: number, heldOut: number, seed: number): Split {
  const order = generator(seed, "shuffle").shuffle(candidates.slice());
  return { known: order.slice(0, labels), heldOut: order.slice(labels, Math.min(labels + heldOut, order.length)) };
}

/** How a predictor did. */
export interface Score {
  /** Kendall's tau-b between predictions and labels of what was held out. */
  readonly tau: number;
  /** Spearman's rho of the same. */
  readonly rho: number;
  /** Root mean squared error in the unit of the values given. */
  readonly rmse: number;
  readonly heldOut: number;
  /** Wall time to fit and to predict. */
  readonly seconds: number;
}

/** @param values of all architectures, larger is better */
export async function scoreOf(
  predictor: Predictor,
  source: FeatureSource,
  values: Float64Array,
  { known, heldOut }: Split,
  seed: number,
): Promise<Score> {
  const labels = labelScores(valuesOf(values, known));
  const [features, others] = [source.of(known), source.of(heldOut)];
  const start = performance.now();
  const prediction = await predictor.fit(features, labels.scores, seed);
  const means = prediction.means(others);
  const seconds = (performance.now() - start) / 1000;
  const truth = valuesOf(values, heldOut);
  const rmse = rootMeanSquare(means.map(labels.inUnit), truth);
  return { tau: kendallTau(means, truth), rho: spearman(means, truth), rmse, heldOut: heldOut.length, seconds };
}

const valuesOf = (values: Float64Array, indices: Uint32Array): Float64Array =>
  Float64Array.from(indices, (index) => values[index] as number);
