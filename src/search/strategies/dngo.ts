import * as v from "valibot";
import { type Generator, generator } from "../../random/generator.ts";
import { logExpectedImprovement } from "../dngo/acquisition.ts";
import {
  directions,
  likeliestPrecision,
  type Posterior,
  posterior,
  predictMean,
  predictVariance,
  type ResidualNorm,
} from "../dngo/linear-regression.ts";
import { forRawPoints, hiddenFeatures, type Network, trainNetwork } from "../dngo/network.ts";
import { drawer } from "../sampling.ts";
import { askTell, type StrategyDefinition } from "../strategy.ts";

/** Options of Bayesian optimisation with DNGO; defaults are the published code's (arch2vec, section 4.2 and released code). */
export interface DngoOptions {
  /** Architectures drawn at random before the first model. Default 16. */
  readonly initial: number;
  /** Architectures asked a round, those of largest expected improvement. Default 5; 1 on NAS-Bench-201. */
  readonly batch: number;
  /** Width of the network's tanh layer, i.e. number of basis functions. Default 128. */
  readonly hidden: number;
  /** Epochs the network is trained from scratch each round. Default 100. */
  readonly epochs: number;
  /** Rows a training step; an epoch's last partial batch is dropped. Default 10. */
  readonly batchSize: number;
  /** Adam's step size. Default 0.01. */
  readonly learningRate: number;
  /** Value to improve on: the best one so far (`corrected`, and whatever is not an accuracy), or a fixed one: 0.95, 1 on NAS-Bench-201. */
  readonly target: number | "incumbent";
  /** What expected improvement takes for the spread of a prediction. `released`: the variance. */
  readonly spread: "deviation" | "variance";
  /** Norm of the residual in the marginal likelihood. `released`: not squared. */
  readonly residual: ResidualNorm;
  /** What may be asked after the random start: architectures not yet evaluated, or (`released`) all, again and again. */
  readonly pool: "unseen" | "all";
  /** Labels as they are (accuracies are fractions) or standardised (whatever is not an accuracy). */
  readonly labels: "raw" | "standardised";
}

const count = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

/** Bayesian optimisation: DNGO's Bayesian linear regression on learnt features, expected improvement over every candidate. */
export const dngo: StrategyDefinition<DngoOptions> = {
  name: "bo",
  title: "Bayesian optimisation (DNGO)",
  schema: v.strictObject({
    initial: count(1, 100_000),
    batch: count(1, 10_000),
    hidden: count(1, 1024),
    epochs: count(1, 10_000),
    batchSize: count(1, 10_000),
    learningRate: v.pipe(v.number(), v.gtValue(0), v.maxValue(1)),
    target: v.union([v.pipe(v.number(), v.finite()), v.literal("incumbent")]),
    spread: v.picklist(["deviation", "variance"]),
    residual: v.picklist(["squared", "unsquared"]),
    pool: v.picklist(["unseen", "all"]),
    labels: v.picklist(["raw", "standardised"]),
  }),
  defaults({ protocol, space, accuracy }) {
    const released = protocol === "released";
    return {
      initial: 16,
      batch: space === "nasbench201" ? 1 : 5,
      hidden: 128,
      epochs: 100,
      batchSize: 10,
      learningRate: 1e-2,
      target: released && accuracy ? (space === "nasbench201" ? 1 : 0.95) : "incumbent",
      spread: released ? "variance" : "deviation",
      residual: released ? "unsquared" : "squared",
      pool: released ? "all" : "unseen",
      labels: accuracy ? "raw" : "standardised",
    };
  },
  create({ embedding, candidates, seed, options }) {
    const draw = drawer(candidates, generator(seed, "search"));
    const points = Float64Array.from(embedding.data);
    const asked: number[] = [];
    const values: number[] = [];
    let round = 0;

    const initialDesign = (): number[] => {
      const batch: number[] = [];
      while (batch.length < options.initial) {
        const index = draw();
        if (index === undefined) break;
        batch.push(index);
      }
      return batch;
    };

    return askTell(
      () => {
        if (asked.length === 0) return initialDesign();
        round++;
        const seen = new Set(options.pool === "unseen" ? asked : []);
        if (seen.size === candidates.length) return [];
        const model = fitModel(
          points,
          embedding.dimensions,
          asked,
          Float64Array.from(values),
          options,
          generator(seed, "search", round),
        );
        return mostPromising(model, points, candidates, seen, options);
      },
      (batch, told) => {
        asked.push(...batch);
        values.push(...told);
      },
    );
  },
};

interface Model {
  /** Takes raw points. */
  readonly network: Network;
  readonly regression: Posterior;
  /** Target in the scale the model was fitted in. */
  readonly target: number;
}

function fitModel(
  points: Float64Array,
  dimensions: number,
  asked: readonly number[],
  values: Float64Array,
  options: DngoOptions,
  random: Generator,
): Model {
  const x = new Float64Array(asked.length * dimensions);
  asked.forEach((index, row) => {
    x.set(points.subarray(index * dimensions, (index + 1) * dimensions), row * dimensions);
  });
  const inputScale = standardise(x, dimensions);
  const labelScale = options.labels === "standardised" ? standardise(values, 1) : undefined;
  const unit = (value: number): number =>
    labelScale ? (value - (labelScale.mean[0] as number)) / (labelScale.deviation[0] as number) : value;

  const network = trainNetwork(x, values, dimensions, options, random);
  const phi = new Float64Array(asked.length * options.hidden);
  for (let row = 0; row < asked.length; row++) {
    hiddenFeatures(network, x, row, phi, row);
  }
  const basis = directions(phi, values, options.hidden);
  const start = [random.normal(), random.normal() - 3] as const;
  return {
    network: forRawPoints(network, inputScale.mean, inputScale.deviation),
    regression: posterior(basis, likeliestPrecision(basis, start, options.residual)),
    target: options.target === "incumbent" ? values.reduce((a, b) => Math.max(a, b)) : unit(options.target),
  };
}

/**
 * The `options.batch` candidates of largest expected improvement, best first; ties go to the smaller index. The exact
 * variance is only worked out for those whose upper bound still reaches the best found so far.
 */
function mostPromising(
  model: Model,
  points: Float64Array,
  candidates: Uint32Array,
  seen: ReadonlySet<number>,
  options: DngoOptions,
): number[] {
  const { network, regression, target } = model;
  const phi = new Float64Array(network.hidden);
  const best: { index: number; score: number }[] = [];
  let mean = 0;
  let threshold = -Infinity;
  const score = (variance: number): number =>
    logExpectedImprovement(mean, options.spread === "variance" ? variance : Math.sqrt(variance), target);
  const worthwhile = (bound: number): boolean => score(bound) > threshold;

  for (const index of candidates) {
    if (seen.has(index)) continue;
    hiddenFeatures(network, points, index, phi);
    mean = predictMean(regression, phi);
    const found = score(predictVariance(regression, phi, worthwhile));
    if (best.length === options.batch && !(found > threshold)) continue;
    const at = best.findIndex((other) => found > other.score);
    best.splice(at < 0 ? best.length : at, 0, { index, score: found });
    if (best.length > options.batch) best.pop();
    if (best.length === options.batch) threshold = (best[best.length - 1] as { score: number }).score;
  }
  return best.map(({ index }) => index);
}

/** Standardises the columns of `rows` (row-major) in place; a constant column is only centred. */
function standardise(rows: Float64Array, columns: number): { mean: Float64Array; deviation: Float64Array } {
  const count = rows.length / columns;
  const mean = new Float64Array(columns);
  const deviation = new Float64Array(columns);
  for (let j = 0; j < columns; j++) {
    let sum = 0;
    for (let i = j; i < rows.length; i += columns) sum += rows[i] as number;
    const centre = sum / count;
    let square = 0;
    for (let i = j; i < rows.length; i += columns) square += ((rows[i] as number) - centre) ** 2;
    const spread = Math.sqrt(square / count);
    // A column that differs only by rounding counts as constant.
    const scale = spread > 1e-12 * Math.max(1, Math.abs(centre)) ? spread : 1;
    for (let i = j; i < rows.length; i += columns) rows[i] = ((rows[i] as number) - centre) / scale;
    mean[j] = centre;
    deviation[j] = scale;
  }
  return { mean, deviation };
}
