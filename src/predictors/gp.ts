import { nelderMead } from "../search/dngo/nelder-mead.ts";
import { factor, rowStart, solveLower, solveUpper } from "../search/gp/cholesky.ts";
import type { Block, Features } from "./features.ts";
import type { Predictor } from "./predictor.ts";

/**
 * A Gaussian process (Rasmussen and Williams, 2006) over blocks of features, one exponential kernel a block:
 * k(x, y) = sum_b w_b exp(-d_b(x, y) / l_b). With one block it is the process of the strategy `gp`, its variance fitted as well.
 */
const OPTIONS = { fitted: 300, varianceLabels: 500 } as const;

/** Logarithms of what is fitted: of each block length scale over its median distance, then variance; at last the noise. */
type Logs = ArrayLike<number>;

/**
 * A priori logs are normal: lengths around the median distance, deviation 1; variances around an equal share, deviation 2; noise around 3 %, deviation 1.5.
 * With few labels and several kernels the likelihood alone now and then explains everything by noise.
 */
const PRIOR = { length: 1, variance: 2, noise: Math.log(0.03), noiseDeviation: 1.5 } as const;
/** Added to the noise, for identical architectures with identical labels. */
const LEAST_NOISE = 1e-4;
/** Architectures that are predicted together. */
const PART = 1024;

export const gp: Predictor = {
  name: "gp",
  options: OPTIONS,
  fit(features, labels) {
    const count = labels.length;
    const some = Math.min(count, OPTIONS.fitted);
    const distances = features.blocks.map((block) => packed(block, count));
    const medians = distances.map((own) => median(own.subarray(0, rowStart(some))));
    const logs = fitted(
      distances.map((own) => own.subarray(0, rowStart(some))),
      medians,
      labels.subarray(0, some),
    );
    const kernel = kernelOf(logs, medians);
    const lower = covariance(distances, kernel, count);
    if (!factor(lower, count)) throw new Error(`The covariance of ${count} labels is not positive definite.`);
    const weights = labels.slice();
    solveLower(lower, count, weights);
    solveUpper(lower, count, weights);

    const covariances = (others: Features, first: number, end: number, known: number): Float64Array => {
      const size = end - first;
      const sums = new Float64Array(size * known);
      for (const [b, block] of features.blocks.entries()) {
        const { length, variance } = kernel.blocks[b] as (typeof kernel.blocks)[number];
        const theirs = (others.blocks[b] as Block).rows;
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < known; j++) {
            const distance = between(block, block.rows, j, theirs, first + i);
            sums[i * known + j] = (sums[i * known + j] as number) + variance * Math.exp(-distance / length);
          }
        }
      }
      return sums;
    };
    const inParts = (others: Features, known: number, of: (row: Float64Array) => number): Float64Array => {
      const all = new Float64Array(others.indices.length);
      for (let first = 0; first < all.length; first += PART) {
        const end = Math.min(first + PART, all.length);
        const rows = covariances(others, first, end, known);
        for (let i = first; i < end; i++) all[i] = of(rows.subarray((i - first) * known, (i - first + 1) * known));
      }
      return all;
    };
    return {
      means: (others) =>
        inParts(others, count, (row) => {
          let sum = 0;
          for (let j = 0; j < count; j++) sum += (row[j] as number) * (weights[j] as number);
          return sum;
        }),
      // The first rows of a factor are the factor of the first labels: of many labels some tell nearly as well how sure a prediction is.
      deviations: (others) =>
        inParts(others, Math.min(count, OPTIONS.varianceLabels), (row) => {
          solveLower(lower, row.length, row);
          const known = row.reduce((sum, value) => sum + value * value, 0);
          return Math.sqrt(Math.max(kernel.total - known, 0));
        }),
    };
  },
};

interface Kernel {
  readonly blocks: readonly { readonly length: number; readonly variance: number }[];
  /** Variance of the function. */
  readonly total: number;
  readonly noise: number;
}

function kernelOf(logs: Logs, medians: readonly number[]): Kernel {
  const blocks = medians.map((typical, b) => ({
    length: typical * Math.exp(logs[2 * b] as number),
    variance: Math.exp(logs[2 * b + 1] as number),
  }));
  return {
    blocks,
    total: blocks.reduce((sum, { variance }) => sum + variance, 0),
    noise: LEAST_NOISE + Math.exp(logs[2 * medians.length] as number),
  };
}

/** The likeliest logs under the prior, found by a downhill simplex from the prior's centre. */
function fitted(distances: readonly Float64Array[], medians: readonly number[], labels: Float64Array): Float64Array {
  const share = -Math.log(medians.length);
  const start = [...medians.flatMap(() => [0.5, share]), PRIOR.noise];
  const loss = (logs: Float64Array): number => {
    let prior = 0.5 * (((logs[2 * medians.length] as number) - PRIOR.noise) / PRIOR.noiseDeviation) ** 2;
    for (let b = 0; b < medians.length; b++) {
      prior += 0.5 * ((logs[2 * b] as number) / PRIOR.length) ** 2;
      prior += 0.5 * (((logs[2 * b + 1] as number) - share) / PRIOR.variance) ** 2;
    }
    const lower = covariance(distances, kernelOf(logs, medians), labels.length);
    if (!factor(lower, labels.length)) return Infinity;
    const white = labels.slice();
    solveLower(lower, labels.length, white);
    let sum = prior;
    for (let i = 0; i < labels.length; i++) {
      sum += 0.5 * (white[i] as number) ** 2 + Math.log(lower[rowStart(i) + i] as number);
    }
    return sum;
  };
  return nelderMead(loss, start, TOLERANCE).x;
}

/** Of the logs and of the loss. */
const TOLERANCE = 0.02;

function covariance(distances: readonly Float64Array[], { blocks, total, noise }: Kernel, count: number): Float64Array {
  const into = new Float64Array(rowStart(count));
  for (const [b, { length, variance }] of blocks.entries()) {
    const own = distances[b] as Float64Array;
    for (let at = 0; at < into.length; at++) {
      into[at] = (into[at] as number) + variance * Math.exp(-(own[at] as number) / length);
    }
  }
  for (let i = 0; i < count; i++) into[rowStart(i) + i] = total + noise;
  return into;
}

/** Distances between the rows of a block, packed as a lower triangle. */
function packed(block: Block, count: number): Float64Array {
  const distances = new Float64Array(rowStart(count));
  for (let i = 0, at = 0; i < count; i++, at++) {
    for (let j = 0; j < i; j++) distances[at++] = between(block, block.rows, i, block.rows, j);
  }
  return distances;
}

function between({ dimensions, distance }: Block, a: Float64Array, i: number, b: Float64Array, j: number): number {
  const [first, second] = [i * dimensions, j * dimensions];
  let sum = 0;
  if (distance === "hamming") {
    for (let k = 0; k < dimensions; k++) sum += Math.abs((a[first + k] as number) - (b[second + k] as number));
    return sum;
  }
  for (let k = 0; k < dimensions; k++) {
    const difference = (a[first + k] as number) - (b[second + k] as number);
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

/** The median of the distances that are not 0; 1 where there is none. */
function median(distances: Float64Array): number {
  const own = distances.filter((distance) => distance > 0).sort();
  return own[own.length >> 1] ?? 1;
}
