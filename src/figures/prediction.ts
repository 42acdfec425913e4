import { InputError } from "../errors.ts";
import type { MetricInfo } from "../objectives/objective.ts";
import { pearson, rootMeanSquare } from "../predictors/agreement.ts";
import { generator } from "../random/generator.ts";
import { fitHyperparameters, medianDistance } from "../search/gp/hyperparameters.ts";
import { poolOf } from "../search/gp/points.ts";
import { packedDistances, predictedMeans } from "../search/gp/prediction.ts";
import { drawer } from "../search/sampling.ts";
import { standardise } from "../search/standardise.ts";
import { type Statistics, statistics } from "../search/summary.ts";
import type { SpaceName } from "../spaces/space.ts";
import { type Steps, share } from "../spaces/steps.ts";
import { ascending, quantile } from "../study/statistics.ts";
import { type FigureInput, SUBSTREAMS } from "./figure.ts";

/** Cells whose labels the Gaussian process is told. */
export const TOLD = 250;
/** As in the paper: only cells of a higher accuracy, where there are any. */
export const PAPER_THRESHOLD = 0.8;
/** Fields a side of the density. */
export const DENSITY_CELLS = 64;

export interface PredictionRun {
  readonly seed: number;
  /** Root of the mean square error, in the unit of the values (an accuracy is a fraction). */
  readonly rmse: number;
  /** Pearson's correlation of predicted and true values. */
  readonly pearson: number;
}

/** Figure 2 of the paper. */
export interface Prediction {
  readonly name: "prediction";
  readonly space: SpaceName;
  readonly metric: MetricInfo;
  readonly told: number;
  /** Cells predicted a seed. */
  readonly predicted: number;
  /** Cells below or at this value are left out, of those told as of those predicted. */
  readonly threshold: number | undefined;
  readonly runs: readonly PredictionRun[];
  readonly rmse: Statistics;
  readonly pearson: Statistics;
  /** Predictions of the first seed: how many cells have this true (column) and this predicted value (row), row by row from the lowest. */
  readonly density: { readonly low: number; readonly high: number; readonly cells: number; readonly counts: Uint32Array };
}

/**
 * Predictive performance: a Gaussian process with an exponential kernel on the standardised embedding, labels standardised, length scale and noise
 * by marginal likelihood, is told `TOLD` random cells, anew with each seed.
 * @param threshold see `thresholdOf`
 * @throws InputError where there are too few labels
 */
export function* prediction(
  { space, embedding, labels, seeds }: FigureInput,
  threshold = labels && thresholdOf(labels.values, labels.metric),
): Steps<Prediction> {
  if (!labels) throw new InputError("Predictive performance needs labels: expected a column of a label table, found none.");
  const { metric, values } = labels;
  const labelled = Uint32Array.from(values.keys()).filter((index) => (values[index] as number) > (threshold ?? -Infinity));
  if (labelled.length < 2 * TOLD) {
    throw new InputError(
      `Predictive performance needs ${2 * TOLD} labelled cells${threshold === undefined ? "" : ` above ${threshold}`}: ${metric.name} has ${labelled.length}.`,
    );
  }
  const pool = poolOf(embedding, labelled, "euclidean");
  const truth = Float64Array.from(labelled, (index) => values[index] as number);
  const runs: PredictionRun[] = [];
  let density: Prediction["density"] | undefined;
  for (const [i, seed] of seeds.entries()) {
    const draw = drawer(Uint32Array.from(labelled.keys()), generator(seed, "figures", SUBSTREAMS.prediction));
    const told = Uint32Array.from({ length: TOLD }, () => draw() as number);
    const distances = packedDistances(pool, told);
    const scores = Float64Array.from(told, (place) => truth[place] as number);
    const scale = standardise(scores, 1);
    const fitted = fitHyperparameters(distances, scores, medianDistance(distances), "likelihood");
    const means = yield* share(predictedMeans(pool, told, distances, scores, fitted), i / seeds.length, (i + 1) / seeds.length);
    const isTold = new Set(told);
    const rest = Uint32Array.from(labelled.keys()).filter((place) => !isTold.has(place));
    const expected = Float64Array.from(
      rest,
      (place) => (scale.mean[0] as number) + (scale.deviation[0] as number) * (means[place] as number),
    );
    const found = Float64Array.from(rest, (place) => truth[place] as number);
    runs.push({ seed, rmse: rootMeanSquare(expected, found), pearson: pearson(expected, found) });
    density ??= densityOf(found, expected);
  }
  return {
    name: "prediction",
    space: space.name,
    metric,
    told: TOLD,
    predicted: labelled.length - TOLD,
    threshold,
    runs,
    rmse: statistics(runs.map(({ rmse }) => rmse)) as Statistics,
    pearson: statistics(runs.map(({ pearson }) => pearson)) as Statistics,
    density: density as Prediction["density"],
  };
}

/** The paper's threshold for accuracies that reach it; none for everything else. */
export function thresholdOf(values: ArrayLike<number>, { quantity }: Pick<MetricInfo, "quantity">): number | undefined {
  if (quantity !== "accuracy") return undefined;
  for (let i = 0; i < values.length; i++) if ((values[i] as number) > PAPER_THRESHOLD) return PAPER_THRESHOLD;
  return undefined;
}

/** Share of the true values at either end that may lie outside the frame: few cells that never learn would shrink the others to a corner. */
const STRAGGLERS = 0.005;

/** Over the middle of the true values; what lies outside counts at the edge. */
function densityOf(truth: Float64Array, expected: Float64Array): Prediction["density"] {
  const sorted = ascending(truth);
  const low = quantile(sorted, STRAGGLERS);
  const high = sorted[sorted.length - 1] as number;
  const place = (value: number): number =>
    Math.max(0, Math.min(DENSITY_CELLS - 1, Math.floor((DENSITY_CELLS * (value - low)) / (high - low || 1))));
  const counts = new Uint32Array(DENSITY_CELLS * DENSITY_CELLS);
  for (let i = 0; i < truth.length; i++) {
    const at = place(expected[i] as number) * DENSITY_CELLS + place(truth[i] as number);
    counts[at] = (counts[at] as number) + 1;
  }
  return { low, high, cells: DENSITY_CELLS, counts };
}
