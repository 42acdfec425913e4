import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { Generator } from "../../random/generator.ts";
import { LEAST_STD } from "./prior.ts";

/** A Gaussian around zero, by the axes of its covariance. */
export interface Noise {
  /** Standard deviation along each axis, none below `LEAST_STD`. */
  readonly std: Float32Array;
  /** The axes as rows, width x width, orthonormal. */
  readonly axes: Float32Array;
}

/** The Gaussian with the second moments of `residuals` (count x width). */
export function fitNoise(residuals: Float32Array, width: number): Noise {
  const count = residuals.length / width;
  const moments = new Float64Array(width * width);
  for (let row = 0; row < count; row++) {
    const at = row * width;
    for (let i = 0; i < width; i++) {
      const value = residuals[at + i] as number;
      for (let j = i; j < width; j++)
        moments[i * width + j] = (moments[i * width + j] as number) + value * (residuals[at + j] as number);
    }
  }
  const covariance = Matrix.zeros(width, width);
  for (let i = 0; i < width; i++) {
    for (let j = i; j < width; j++) {
      const value = (moments[i * width + j] as number) / count;
      covariance.set(i, j, value);
      covariance.set(j, i, value);
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  return {
    std: Float32Array.from(realEigenvalues, (value) => Math.max(LEAST_STD, Math.sqrt(Math.max(0, value)))),
    axes: Float32Array.from(eigenvectorMatrix.transpose().to1DArray()),
  };
}

/** Adds a draw to row `row` of `values`. */
export function addNoise({ std, axes }: Noise, values: Float32Array, row: number, random: Generator): void {
  const width = std.length;
  for (let axis = 0; axis < width; axis++) {
    const length = random.normal() * (std[axis] as number);
    for (let i = 0; i < width; i++) {
      values[row * width + i] = (values[row * width + i] as number) + length * (axes[axis * width + i] as number);
    }
  }
}

/** Logarithm of the density of row `row` of `residuals`, in nats. */
export function logDensityOf({ std, axes }: Noise, residuals: Float32Array, row: number): number {
  const width = std.length;
  let sum = -0.5 * width * Math.log(2 * Math.PI);
  for (let axis = 0; axis < width; axis++) {
    let along = 0;
    for (let i = 0; i < width; i++) along += (residuals[row * width + i] as number) * (axes[axis * width + i] as number);
    const off = along / (std[axis] as number);
    sum -= 0.5 * off * off + Math.log(std[axis] as number);
  }
  return sum;
}
