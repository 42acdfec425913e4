import { factorRow, rowStart, solveLower } from "./cholesky.ts";
import { distancesTo, type Pool } from "./points.ts";
import { factorCovariance, type Hyperparameters } from "./regression.ts";

/**
 * What a Gaussian process believes of every architecture of a pool, kept up to date observation by observation.
 *
 * With L the Cholesky factor of the labels' covariance and k the covariances of an architecture with the observations, all that prediction
 * needs is v = L^-1 k: the mean is v . L^-1 y (algorithm 2.1 of Rasmussen and Williams), the variance 1 - v . v. A further observation adds one entry to
 * v and leaves the others as they are, and labels do not enter it, so that ranks may change from round to round. Only other hyper-parameters make
 * all of it anew. Memory: 4 bytes an architecture and observation (6 MB for 100 of NAS-Bench-201, 250 MB for 150 of NAS-Bench-101).
 */
export interface Belief {
  /** What was observed, as places in the pool. */
  readonly places: readonly number[];
  has(place: number): boolean;
  /** Distances between observations, packed as a lower triangle with zeros on the diagonal. A copy. */
  distances(): Float64Array;
  observe(place: number): void;
  /** Takes other hyper-parameters. Needed once before `means` and `variances`. */
  assume(hyperparameters: Hyperparameters): void;
  /** Means of the function over the pool. @param labels of the first observations, in their order; the others count as just as predicted */
  means(labels: Float64Array): Float64Array;
  /** Variances of the function over the pool, the noise not counted. Changed by `observe`. */
  readonly variances: Float64Array;
}

/** Architectures that are worked out together: what they need stays in the processor's nearer memory. */
const BLOCK = 2048;
/** Least variance that is told apart from none; entries of v are single precision. */
const LEAST_VARIANCE = 1e-9;

export function beliefOver(pool: Pool): Belief {
  const size = pool.indices.length;
  const places: number[] = [];
  const taken = new Uint8Array(size);
  const variances = new Float64Array(size).fill(1);
  /** Entry i of every v. */
  const rows: Float32Array[] = [];
  const block = new Float64Array(BLOCK);
  const one = new Float64Array(1);
  let distances = new Float64Array(rowStart(16));
  let factor = new Float64Array(0);
  let assumed: Hyperparameters | undefined;

  /** Entry `i` of the v of some architectures, when the entries before it and row `i` of the factor are there. */
  const extend = (i: number, { length }: Hyperparameters, from: number, count: number): void => {
    const row = rows[i] as Float32Array;
    distancesTo(pool, places[i] as number, block, from, from + count);
    for (let k = 0; k < count; k++) block[k] = Math.exp(-(block[k] as number) / length);
    subtractRows(block, rows, factor, rowStart(i), i, from, count);
    const scale = 1 / (factor[rowStart(i) + i] as number);
    for (let k = 0; k < count; k++) {
      const entry = (block[k] as number) * scale;
      row[from + k] = entry;
      variances[from + k] = Math.max((variances[from + k] as number) - entry * entry, LEAST_VARIANCE);
    }
  };

  const grown = (array: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> => {
    if (array.length >= length) return array;
    const larger = new Float64Array(2 * length);
    larger.set(array);
    return larger;
  };

  return {
    places,
    variances,
    has: (place) => taken[place] === 1,
    distances: () => distances.slice(0, rowStart(places.length)),
    observe(place) {
      const i = places.length;
      distances = grown(distances, rowStart(i + 1));
      for (let j = 0; j < i; j++) {
        distancesTo(pool, place, one, places[j] as number, (places[j] as number) + 1);
        distances[rowStart(i) + j] = one[0] as number;
      }
      places.push(place);
      taken[place] = 1;
      if (!assumed) return;
      factor = grown(factor, rowStart(i + 1));
      for (let j = 0; j < i; j++) factor[rowStart(i) + j] = Math.exp(-(distances[rowStart(i) + j] as number) / assumed.length);
      factor[rowStart(i) + i] = 1 + assumed.noise;
      if (!factorRow(factor, i)) throw notPositive(i + 1, assumed);
      rows.push(new Float32Array(size));
      for (let from = 0; from < size; from += BLOCK) extend(i, assumed, from, Math.min(BLOCK, size - from));
    },
    assume(hyperparameters) {
      assumed = hyperparameters;
      factor = grown(factor, rowStart(places.length));
      if (!factorCovariance(hyperparameters, distances, places.length, factor)) throw notPositive(places.length, hyperparameters);
      while (rows.length < places.length) rows.push(new Float32Array(size));
      variances.fill(1);
      for (let from = 0; from < size; from += BLOCK) {
        for (let i = 0; i < places.length; i++) extend(i, hyperparameters, from, Math.min(BLOCK, size - from));
      }
    },
    means(labels) {
      const weights = labels.slice();
      solveLower(factor, labels.length, weights);
      for (let i = 0; i < weights.length; i++) weights[i] = -(weights[i] as number);
      const means = new Float64Array(size);
      for (let from = 0; from < size; from += BLOCK) {
        const count = Math.min(BLOCK, size - from);
        subtractRows(means.subarray(from, from + count), rows, weights, 0, weights.length, from, count);
      }
      return means;
    },
  };
}

const notPositive = (count: number, { noise }: Hyperparameters): Error =>
  new Error(`The covariance of ${count} labels is not positive definite with noise ${noise}`);

/** Takes from each of `count` sums the entries of the first `terms` rows, weighed by `weights` from `start` on: four rows at a time. */
function subtractRows(
  sums: Float64Array,
  rows: readonly Float32Array[],
  weights: Float64Array,
  start: number,
  terms: number,
  from: number,
  count: number,
): void {
  let i = 0;
  for (; i + 3 < terms; i += 4) {
    const [r0, r1, r2, r3] = [rows[i], rows[i + 1], rows[i + 2], rows[i + 3]] as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const w0 = weights[start + i] as number;
    const w1 = weights[start + i + 1] as number;
    const w2 = weights[start + i + 2] as number;
    const w3 = weights[start + i + 3] as number;
    for (let k = 0, at = from; k < count; k++, at++) {
      sums[k] =
        (sums[k] as number) -
        (w0 * (r0[at] as number) + w1 * (r1[at] as number) + w2 * (r2[at] as number) + w3 * (r3[at] as number));
    }
  }
  for (; i < terms; i++) {
    const row = rows[i] as Float32Array;
    const weight = weights[start + i] as number;
    for (let k = 0, at = from; k < count; k++, at++) sums[k] = (sums[k] as number) - weight * (row[at] as number);
  }
}
