import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { columns, type Features } from "./features.ts";
import type { Predictor } from "./predictor.ts";

/** Penalties that are tried, times the number of labels. */
const PENALTIES = [1e-4, 1e-3, 1e-2, 1e-1, 1] as const;

/**
 * Linear regression with a penalty on squared weights (Hoerl and Kennard, Technometrics 1970) and an intercept. Of `PENALTIES` the one is taken whose
 * leave-one-out error is least, which needs no further fit (Golub, Heath and Wahba, Technometrics 1979, without their averaging).
 */
export const ridge: Predictor = {
  name: "ridge",
  options: { penalties: PENALTIES.join(" ") },
  fit(features, labels) {
    const { rows, dimensions } = withIntercept(features);
    const x = new Matrix(Array.from({ length: labels.length }, (_, i) => rows.subarray(i * dimensions, (i + 1) * dimensions)));
    const y = Matrix.columnVector(labels);
    const square = x.transpose().mmul(x);
    const moment = x.transpose().mmul(y);
    let best: { readonly error: number; readonly weights: Float64Array } | undefined;
    for (const penalty of PENALTIES) {
      const penalised = square.clone();
      // The intercept, which stands first, is free but for what keeps the matrix regular.
      for (let j = 0; j < dimensions; j++) penalised.set(j, j, penalised.get(j, j) + (j === 0 ? 1e-9 : penalty * labels.length));
      const decomposition = new CholeskyDecomposition(penalised);
      const weights = decomposition.solve(moment).to1DArray();
      const influence = decomposition.solve(x.transpose());
      let error = 0;
      for (let i = 0; i < labels.length; i++) {
        let [predicted, leverage] = [0, 0];
        for (let j = 0; j < dimensions; j++) {
          predicted += (weights[j] as number) * x.get(i, j);
          leverage += x.get(i, j) * influence.get(j, i);
        }
        error += (((labels[i] as number) - predicted) / Math.max(1 - leverage, 1e-6)) ** 2;
      }
      if (best === undefined || error < best.error) best = { error, weights: Float64Array.from(weights) };
    }
    const weights = best?.weights ?? new Float64Array(dimensions);
    return {
      means(others) {
        const { rows: points } = withIntercept(others);
        return Float64Array.from(others.indices, (_, i) => {
          let sum = 0;
          for (let j = 0; j < dimensions; j++) sum += (weights[j] as number) * (points[i * dimensions + j] as number);
          return sum;
        });
      },
    };
  },
};

function withIntercept(features: Features): { readonly rows: Float64Array; readonly dimensions: number } {
  const ones = { rows: new Float64Array(features.indices.length).fill(1), dimensions: 1, distance: "euclidean" } as const;
  return columns({ ...features, blocks: [ones, ...features.blocks] });
}
