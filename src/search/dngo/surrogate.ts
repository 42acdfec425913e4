import type { Generator } from "../../random/generator.ts";
import { gatherRows } from "../points.ts";
import { type Scale, standardise } from "../standardise.ts";
import type { Embedding } from "../strategy.ts";
import { logExpectedImprovement } from "./acquisition.ts";
import {
  directions,
  likeliestPrecision,
  type Posterior,
  posterior,
  predictMean,
  predictVariance,
  type ResidualNorm,
} from "./linear-regression.ts";
import { forRawPoints, hiddenFeatures, initialNetwork, type Network, type NetworkTraining, trainOn } from "./network.ts";

/** What has been evaluated so far. */
export interface Observations {
  /** Points, row-major: count x dimensions. Overwritten. */
  readonly rows: Float64Array;
  readonly dimensions: number;
  /** To be maximised, one a point. Overwritten. */
  readonly values: Float64Array;
}

export interface SurrogateOptions extends NetworkTraining {
  readonly target: number | "incumbent";
  readonly residual: ResidualNorm;
  readonly labels: "raw" | "standardised";
}

/** What is believed about every architecture: DNGO's network and the regression on its hidden layer. */
export interface Surrogate {
  /** Takes raw points. */
  readonly network: Network;
  readonly regression: Posterior;
  /** The value to improve on, in the scale the surrogate was fitted in. */
  readonly target: number;
}

/** What is left to chance in a surrogate. */
export interface SurrogateChance {
  /** The network that training starts from. */
  network(inputs: number, hidden: number): Network;
  /** Brings rows into the order of an epoch; it is given them as the epoch before left them. */
  reorder(order: Uint32Array, epoch: number): void;
  /** Where the search for the precisions starts: log alpha ~ N(0, 1) and log 1/beta ~ N(-3, 1). Asked last. */
  start(): readonly [number, number];
}

/** Chance out of one generator, in the order in which a surrogate asks. */
export const drawnChance = (random: Generator): SurrogateChance => ({
  network: (inputs, hidden) => initialNetwork(inputs, hidden, random),
  reorder: (order) => void random.shuffle(order),
  start: () => [random.normal(), random.normal() - 3],
});

export function fitSurrogate(
  { rows, dimensions, values }: Observations,
  options: SurrogateOptions,
  chance: SurrogateChance,
): Surrogate {
  const inputScale = standardise(rows, dimensions);
  const labelScale = options.labels === "standardised" ? standardise(values, 1) : undefined;
  const network = chance.network(dimensions, options.hidden);
  trainOn(network, rows, values, options, chance.reorder);
  const surrogate = regressOn(network, rows, values, options, chance.start(), labelScale);
  return { ...surrogate, network: forRawPoints(network, inputScale.mean, inputScale.deviation) };
}

/**
 * The regression on what a trained network makes of its points.
 * @param rows as the network takes them, count x inputs
 * @param values one a point, on the scale `labelScale` where there is one
 * @param start log alpha and log 1/beta to start from
 */
export function regressOn(
  network: Network,
  rows: Float64Array,
  values: Float64Array,
  { target, residual }: Pick<SurrogateOptions, "target" | "residual">,
  start: readonly [number, number],
  labelScale: Scale | undefined,
): Surrogate {
  const phi = new Float64Array(values.length * network.hidden);
  hiddenFeatures(network, rows, values.length, phi);
  const basis = directions(phi, values, network.hidden);
  return {
    network,
    regression: posterior(basis, likeliestPrecision(basis, start, residual)),
    target: target === "incumbent" ? values.reduce((a, b) => Math.max(a, b)) : inUnit(target, labelScale),
  };
}

/** What expected improvement takes for the spread of a prediction. */
export type Spread = "deviation" | "variance";

/** Candidates whose features are worked out at a time: they stay in the processor's nearest memory. */
const BLOCK = 16;

/**
 * The candidates of largest expected improvement, best first; of equals the smaller index. The exact variance is only worked
 * out for those whose upper bound still reaches the best found so far.
 * @param candidates indices of the embedding, ascending
 * @param seen indices to leave out
 */
export function mostPromising(
  { network, regression, target }: Surrogate,
  embedding: Embedding,
  candidates: Uint32Array,
  seen: ReadonlySet<number>,
  { batch, spread }: { readonly batch: number; readonly spread: Spread },
): number[] {
  const { inputs, hidden } = network;
  const features = new Float64Array(BLOCK * hidden);
  // Gathered block by block: all of a space in double precision would take up to 700 MB (DARTS, path encoding).
  const points = new Float64Array(BLOCK * inputs);
  const best: { readonly index: number; readonly score: number }[] = [];
  let mean = 0;
  let threshold = -Infinity;
  const score = (variance: number): number =>
    logExpectedImprovement(mean, spread === "variance" ? variance : Math.sqrt(variance), target);
  const worthwhile = (bound: number): boolean => score(bound) > threshold;

  for (let start = 0; start < candidates.length; start += BLOCK) {
    const count = Math.min(BLOCK, candidates.length - start);
    gatherRows(embedding, candidates.subarray(start, start + count), points);
    hiddenFeatures(network, points, count, features);
    for (let i = 0; i < count; i++) {
      const index = candidates[start + i] as number;
      if (seen.has(index)) continue;
      const phi = features.subarray(i * hidden, (i + 1) * hidden);
      mean = predictMean(regression, phi);
      const found = score(predictVariance(regression, phi, worthwhile));
      if (best.length === batch && !(found > threshold)) continue;
      const at = best.findIndex((other) => found > other.score);
      best.splice(at < 0 ? best.length : at, 0, { index, score: found });
      if (best.length > batch) best.pop();
      if (best.length === batch) threshold = best.at(-1)?.score ?? threshold;
    }
  }
  return best.map(({ index }) => index);
}

const inUnit = (value: number, scale: Scale | undefined): number =>
  scale ? (value - (scale.mean[0] as number)) / (scale.deviation[0] as number) : value;
