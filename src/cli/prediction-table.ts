/** Predictions of a whole space as a label table, which the lab opens. */
import Papa from "papaparse";
import type { Metric } from "../formats/label-table.ts";
import { oriented } from "../objectives/objective.ts";
import type { FeatureSource } from "../predictors/features.ts";
import { labelScores } from "../predictors/labels.ts";
import type { Predictor } from "../predictors/predictor.ts";
import type { SearchSpace } from "../spaces/space.ts";

/** Architectures that are predicted together. */
const PART = 4096;

/** One number an architecture; what was learnt from is oriented so that larger is better, and so are these. */
export interface PredictedSpace {
  readonly values: Float64Array;
  /** Absent where the predictor knows none. */
  readonly uncertainties?: Float64Array;
}

export interface Known {
  readonly values: Float64Array;
  readonly candidates: Uint32Array;
  readonly size: number;
  readonly seed: number;
}

/** @param onProgress called with the number of architectures that are done; may throw to stop */
export async function predictSpace(
  predictor: Predictor,
  source: FeatureSource,
  { values, candidates, size, seed }: Known,
  onProgress: (done: number) => void,
): Promise<PredictedSpace> {
  const labels = labelScores(Float64Array.from(candidates, (index) => values[index] as number));
  onProgress(0);
  const prediction = await predictor.fit(source.of(candidates), labels.scores, seed);
  const predicted = new Float64Array(size);
  const uncertainties = prediction.deviations && new Float64Array(size);
  for (let first = 0; first < size; first += PART) {
    const part = source.of(Uint32Array.from({ length: Math.min(PART, size - first) }, (_, i) => first + i));
    const means = prediction.means(part);
    const deviations = prediction.deviations?.(part);
    for (const [i, mean] of means.entries()) {
      predicted[first + i] = labels.inUnit(mean);
      if (!uncertainties || !deviations) continue;
      const deviation = deviations[i] as number;
      uncertainties[first + i] = (labels.inUnit(mean + deviation) - labels.inUnit(mean - deviation)) / 2;
    }
    onProgress(Math.min(first + PART, size));
    // Ctrl-C is heard between two parts.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { values: predicted, ...(uncertainties && { uncertainties }) };
}

/** CSV with the columns idx, arch, predicted_COLUMN and, where it is known, uncertainty; units and goals stand in the header. */
export function predictionTable(space: SearchSpace, metric: Metric, { values, uncertainties }: PredictedSpace): string {
  const shown = (value: number): string => (value * metric.scale).toPrecision(6);
  const unit = metric.unit === "" ? metric.goal : `${metric.unit}; ${metric.goal}`;
  const header = ["idx", "arch", `predicted_${metric.name} [${unit}]`, ...(uncertainties ? ["uncertainty [min]"] : [])];
  const rows = Array.from(values, (value, index) => [
    index,
    space.format(index),
    shown(oriented(value, metric)),
    ...(uncertainties ? [shown(uncertainties[index] as number)] : []),
  ]);
  return `${Papa.unparse([header, ...rows], { newline: "\n" })}\n`;
}
