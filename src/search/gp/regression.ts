import { factor, rowStart, solveLower } from "./cholesky.ts";

/**
 * Gaussian process regression with an exponential kernel (Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, chapters 2 and 5):
 * the function has mean 0, variance 1 and covariance exp(-r / length) at distance r; labels are the function plus independent noise. Normal scores
 * have mean 0 and variance 1, so that neither needs to be fitted.
 */
export interface Hyperparameters {
  /** Length scale, in the unit of distances. */
  readonly length: number;
  /** Variance of the noise. */
  readonly noise: number;
}

/**
 * Writes the Cholesky factor of the labels' covariance. False where rounding leaves it not positive definite.
 * @param distances between observations, packed as a lower triangle
 * @param into as long as `distances`
 */
export function factorCovariance(
  { length, noise }: Hyperparameters,
  distances: Float64Array,
  count: number,
  into: Float64Array,
): boolean {
  for (let i = 0, at = 0; i < count; i++) {
    for (let j = 0; j < i; j++, at++) into[at] = Math.exp(-(distances[at] as number) / length);
    into[at++] = 1 + noise;
  }
  return factor(into, count);
}

/**
 * Log marginal likelihood of the labels (equation 5.8, less its constant); -Infinity where rounding forbids the hyper-parameters.
 * @param scratch as long as `distances`, overwritten
 */
export function logLikelihood(
  hyperparameters: Hyperparameters,
  distances: Float64Array,
  labels: Float64Array,
  scratch: Float64Array,
): number {
  const count = labels.length;
  if (!factorCovariance(hyperparameters, distances, count, scratch)) return -Infinity;
  const white = labels.slice();
  solveLower(scratch, count, white);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += 0.5 * (white[i] as number) ** 2 + Math.log(scratch[rowStart(i) + i] as number);
  return -sum;
}
