import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { multiply } from "../multiply.ts";
import { nelderMead } from "./nelder-mead.ts";

/**
 * Bayesian linear regression y = w . phi + noise, with w ~ N(0, I/alpha) and noise ~ N(0, 1/beta) (Bishop, "Pattern
 * Recognition and Machine Learning", sections 3.3 and 3.5), in the eigenbasis of Phi^T Phi: there the posterior, the
 * likelihood and the predictive variance are sums over directions, so that the hundred likelihoods a search for alpha and
 * beta takes cost nothing, and a variance can be bounded from its first few terms.
 */
export interface Directions {
  /** Number of basis functions. */
  readonly hidden: number;
  readonly rows: number;
  /** Eigenvalues of Phi^T Phi above rounding, descending: `rank` of them. */
  readonly values: Float64Array;
  /** Their unit eigenvectors, rank x hidden, row-major. */
  readonly vectors: Float64Array;
  /** The eigenvectors times Phi^T y. */
  readonly projected: Float64Array;
  /** What of ||y||^2 no weights can explain. */
  readonly unexplained: number;
}

/** Precision of the weights and of the noise. */
export interface Precision {
  readonly alpha: number;
  readonly beta: number;
}

/**
 * How far predictions are from the labels enters the likelihood as the squared norm. The released code takes the norm
 * itself, which makes it believe in a larger noise.
 */
export type ResidualNorm = "squared" | "unsquared";

/** @param phi rows x hidden, row-major */
export function directions(phi: Float64Array, y: Float64Array, hidden: number): Directions {
  const rows = y.length;
  const scatter = new Matrix(hidden, hidden);
  const moment = new Float64Array(hidden);
  let norm = 0;
  for (let r = 0; r < rows; r++) {
    const row = phi.subarray(r * hidden, (r + 1) * hidden);
    const label = y[r] as number;
    norm += label * label;
    for (let i = 0; i < hidden; i++) {
      const value = row[i] as number;
      moment[i] = (moment[i] as number) + value * label;
    }
  }
  const rowsOfPhi = Array.from({ length: rows }, (_, r) => phi.subarray(r * hidden, (r + 1) * hidden));
  for (let i = 0; i < hidden; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (const row of rowsOfPhi) sum += (row[i] as number) * (row[j] as number);
      scatter.set(i, j, sum);
      scatter.set(j, i, sum);
    }
  }

  const decomposition = new EigenvalueDecomposition(scatter, { assumeSymmetric: true });
  const eigenvalues = decomposition.realEigenvalues;
  const columns = decomposition.eigenvectorMatrix;
  const largest = Math.max(...eigenvalues, 0);
  const kept = eigenvalues
    .map((value, column) => ({ value, column }))
    .filter(({ value }) => value > 1e-13 * hidden * largest)
    .sort((a, b) => b.value - a.value)
    .slice(0, Math.min(rows, hidden));

  const values = Float64Array.from(kept, ({ value }) => value);
  const vectors = new Float64Array(kept.length * hidden);
  const projected = new Float64Array(kept.length);
  let unexplained = norm;
  kept.forEach(({ value, column }, direction) => {
    let sum = 0;
    for (let i = 0; i < hidden; i++) {
      const component = columns.get(i, column);
      vectors[direction * hidden + i] = component;
      sum += component * (moment[i] as number);
    }
    projected[direction] = sum;
    unexplained -= (sum * sum) / value;
  });
  return { hidden, rows, values, vectors, projected, unexplained: Math.max(unexplained, 0) };
}

/** log p(y | alpha, beta): Bishop, equation 3.86. */
export function logMarginalLikelihood(basis: Directions, { alpha, beta }: Precision, residual: ResidualNorm): number {
  const { hidden, rows, values, projected, unexplained } = basis;
  let error = unexplained;
  let weights = 0;
  let logDeterminant = (hidden - values.length) * Math.log(alpha);
  for (let j = 0; j < values.length; j++) {
    const value = values[j] as number;
    const moment = projected[j] as number;
    const precision = alpha + beta * value;
    logDeterminant += Math.log(precision);
    weights += ((beta * moment) / precision) ** 2;
    error += (moment * moment * (alpha / precision) ** 2) / value;
  }
  if (residual === "unsquared") error = Math.sqrt(error);
  return (
    0.5 *
    (hidden * Math.log(alpha) +
      rows * Math.log(beta) -
      rows * Math.log(2 * Math.PI) -
      beta * error -
      alpha * weights -
      logDeterminant)
  );
}

/** log alpha and log 1/beta are looked for within these bounds. */
const LOG_BOUND = 10;

/**
 * The precision of largest marginal likelihood, found from one starting point.
 * @param start log alpha and log 1/beta
 */
export function likeliestPrecision(basis: Directions, start: readonly [number, number], residual: ResidualNorm): Precision {
  const precision = (x: Float64Array): Precision => ({ alpha: Math.exp(x[0] as number), beta: Math.exp(-(x[1] as number)) });
  const { x } = nelderMead(
    (at) => (at.some((value) => Math.abs(value) > LOG_BOUND) ? Infinity : -logMarginalLikelihood(basis, precision(at), residual)),
    start,
  );
  return precision(x);
}

/** The posterior: what predictions need. */
export interface Posterior {
  readonly basis: Directions;
  /** Mean of the weights, length hidden. */
  readonly mean: Float64Array;
  /** Posterior variance along each direction; `priorVariance` along all others. */
  readonly variances: Float64Array;
  readonly priorVariance: number;
  readonly noiseVariance: number;
}

export function posterior(basis: Directions, { alpha, beta }: Precision): Posterior {
  const { hidden, values, vectors, projected } = basis;
  const mean = new Float64Array(hidden);
  const variances = values.map((value) => 1 / (alpha + beta * value));
  for (let j = 0; j < values.length; j++) {
    const coefficient = beta * (projected[j] as number) * (variances[j] as number);
    for (let i = 0; i < hidden; i++) mean[i] = (mean[i] as number) + coefficient * (vectors[j * hidden + i] as number);
  }
  return { basis, mean, variances, priorVariance: 1 / alpha, noiseVariance: 1 / beta };
}

/** Predicted mean at the basis functions `phi` (length hidden). */
export function predictMean({ mean }: Posterior, phi: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < mean.length; i++) sum += (mean[i] as number) * (phi[i] as number);
  return sum;
}

/** Directions between two looks at the bound of `predictVariance`: what `multiply` takes at a time. */
const STRIDE = 4;

/**
 * Predictive variance 1/beta + phi^T S phi at `phi`, direction by direction, largest eigenvalue first. What a direction does
 * not take of ||phi||^2 counts with at most the variance of the next one, so every step has an upper bound, and it falls.
 * @param worthwhile asked with the bound now and then; if it says no, the bound is returned at once
 */
export function predictVariance(
  model: Posterior,
  phi: Float64Array,
  worthwhile: (bound: number) => boolean = () => true,
): number {
  const { basis, variances, priorVariance, noiseVariance } = model;
  const { hidden, vectors } = basis;
  const rank = variances.length;
  /** What is in no direction at all keeps the variance of the prior. */
  const leastKnown = rank < hidden ? priorVariance : (variances[rank - 1] as number);
  let rest = 0;
  for (let i = 0; i < hidden; i++) rest += (phi[i] as number) * (phi[i] as number);
  let variance = noiseVariance;
  const along = new Float64Array(STRIDE);
  for (let j = 0; j < rank; j += STRIDE) {
    const bound = variance + rest * leastKnown;
    if (!worthwhile(bound)) return bound;
    const taken = Math.min(STRIDE, rank - j);
    multiply(vectors, j * hidden, taken, hidden, phi, 1, along);
    for (let i = 0; i < taken; i++) {
      const square = (along[i] as number) ** 2;
      variance += square * (variances[j + i] as number);
      rest = Math.max(rest - square, 0);
    }
  }
  return rank < hidden ? variance + rest * priorVariance : variance;
}
