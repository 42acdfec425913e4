import { dot, factorRow, rowStart, solveLower, solveUpper } from "./cholesky.ts";
import { distancesTo, manyDistances, type Pool } from "./points.ts";
import { factorCovariance, type Hyperparameters } from "./regression.ts";

/**
 * What a Gaussian process believes of every architecture of a pool, kept up to date observation by observation.
 *
 * Kept are the covariances k of every architecture with the observations. Means are k . K^-1 y (equation 2.25 of Rasmussen and Williams, 2006). A
 * variance is 1 - v . v with v = L^-1 k and L the Cholesky factor of K (algorithm 2.1), which takes as many operations as there are pairs of observations:
 * it is worked out only where somebody asks. For all others there is a bound, the variance that the nearest observation alone would leave, or the one that was
 * worked out last, for observations only take variance away. Memory: 4 bytes an architecture and observation (6 MB for 100 of NAS-Bench-201, 250 MB for 150
 * of NAS-Bench-101).
 */
export interface Belief {
  /** What was observed, as places in the pool. */
  readonly places: readonly number[];
  has(place: number): boolean;
  /** Distances between observations, packed as a lower triangle with zeros on the diagonal. A copy. */
  distances(): Float64Array;
  observe(place: number): void;
  /** Takes other hyper-parameters. Needed once before what follows. */
  assume(hyperparameters: Hyperparameters): void;
  /** Means of the function over the pool. @param labels of the first observations, in their order; the others count as just as predicted */
  means(labels: Float64Array): Float64Array;
  /** What the variance of the function at a place, the noise not counted, is at most. */
  mostVariance(place: number): number;
  /**
   * The variance of the function at a place.
   * @param worthwhile asked with a bound now and then; if it says no, the bound is returned at once
   */
  variance(place: number, worthwhile?: (bound: number) => boolean): number;
}

/** Architectures that are worked out together: what they need stays in the processor's nearer memory. */
const BLOCK = 512;
/** Least variance that is told apart from none; covariances are single precision. */
const LEAST_VARIANCE = 1e-9;
/** Observations between two looks at the bound of a variance. */
const STRIDE = 8;

export function beliefOver(pool: Pool): Belief {
  const size = pool.indices.length;
  const places: number[] = [];
  const taken = new Uint8Array(size);
  /** Variance at most, and how many observations it takes into account where it is exact for them. */
  const bounds = new Float64Array(size).fill(1);
  const exactFor = new Uint32Array(size);
  /** Covariances with observation i. */
  const rows: Float32Array[] = [];
  const between = manyDistances(pool);
  const one = new Float64Array(1);
  let distances = new Float64Array(rowStart(16));
  let factor = new Float64Array(0);
  let v = new Float64Array(16);
  let assumed: Hyperparameters | undefined;

  /** Covariances with the observations from `first` on. */
  const relate = (first: number, { length, noise }: Hyperparameters): void => {
    const added = places.slice(first);
    while (rows.length < places.length) rows.push(new Float32Array(size));
    const scratch = new Float64Array(added.length * BLOCK);
    for (let from = 0; from < size; from += BLOCK) {
      const count = Math.min(BLOCK, size - from);
      between(added, scratch, from, from + count);
      for (let i = 0; i < added.length; i++) {
        const row = rows[first + i] as Float32Array;
        for (let k = i * count, at = from; at < from + count; k++, at++) {
          const covariance = decay((scratch[k] as number) / length);
          row[at] = covariance;
          const left = 1 - (covariance * covariance) / (1 + noise);
          if (left < (bounds[at] as number)) bounds[at] = Math.max(left, LEAST_VARIANCE);
        }
      }
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
      relate(i, assumed);
    },
    assume(hyperparameters) {
      assumed = hyperparameters;
      factor = grown(factor, rowStart(places.length));
      if (!factorCovariance(hyperparameters, distances, places.length, factor)) throw notPositive(places.length, hyperparameters);
      bounds.fill(1);
      exactFor.fill(0);
      relate(0, hyperparameters);
    },
    means(labels) {
      const weights = labels.slice();
      solveLower(factor, labels.length, weights);
      solveUpper(factor, labels.length, weights);
      const means = new Float64Array(size);
      for (let from = 0; from < size; from += BLOCK) {
        const count = Math.min(BLOCK, size - from);
        addRows(means.subarray(from, from + count), rows, weights, from);
      }
      return means;
    },
    mostVariance: (place) => bounds[place] as number,
    variance(place, worthwhile = () => true) {
      const count = places.length;
      if (exactFor[place] === count) return bounds[place] as number;
      v = grown(v, count);
      let left = 1;
      for (let i = 0; i < count; i++) {
        const at = rowStart(i);
        const covariance = (rows[i] as Float32Array)[place] as number;
        const entry = (covariance - dot(factor, at, v, 0, i)) / (factor[at + i] as number);
        v[i] = entry;
        left -= entry * entry;
        if (i % STRIDE !== STRIDE - 1 || left >= (bounds[place] as number)) continue;
        bounds[place] = Math.max(left, LEAST_VARIANCE);
        if (!worthwhile(bounds[place] as number)) return bounds[place] as number;
      }
      exactFor[place] = count;
      bounds[place] = Math.max(left, LEAST_VARIANCE);
      return bounds[place] as number;
    },
  };
}

const POWERS_OF_HALF = Float64Array.from({ length: 151 }, (_, n) => 2 ** -n);

/**
 * exp(-x) for x >= 0 to 1e-8 of itself, 0 below what single precision tells from 0: half the time of Math.exp, and the same bits in every browser.
 * 2^-n, from a table, times the series of what is left, which is at most log(2)/2.
 */
function decay(x: number): number {
  const halvings = x * Math.LOG2E;
  const n = (halvings + 0.5) | 0;
  if (n >= POWERS_OF_HALF.length) return 0;
  const f = (n - halvings) * Math.LN2;
  const series = 1 + f * (1 + f * (1 / 2 + f * (1 / 6 + f * (1 / 24 + f * (1 / 120 + f * (1 / 720 + f / 5040))))));
  return series * (POWERS_OF_HALF[n] as number);
}

const notPositive = (count: number, { noise }: Hyperparameters): Error =>
  new Error(`The covariance of ${count} labels is not positive definite with noise ${noise}`);

/** Adds to sums the entries of rows from `from` on, weighed: four rows at a time. */
function addRows(sums: Float64Array, rows: readonly Float32Array[], weights: Float64Array, from: number): void {
  const [count, terms] = [sums.length, weights.length];
  let i = 0;
  for (; i + 3 < terms; i += 4) {
    const [r0, r1, r2, r3] = rows.slice(i, i + 4) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const w0 = weights[i] as number;
    const w1 = weights[i + 1] as number;
    const w2 = weights[i + 2] as number;
    const w3 = weights[i + 3] as number;
    for (let k = 0, at = from; k < count; k++, at++) {
      sums[k] =
        (sums[k] as number) +
        (w0 * (r0[at] as number) + w1 * (r1[at] as number) + w2 * (r2[at] as number) + w3 * (r3[at] as number));
    }
  }
  for (; i < terms; i++) {
    const row = rows[i] as Float32Array;
    const weight = weights[i] as number;
    for (let k = 0, at = from; k < count; k++, at++) sums[k] = (sums[k] as number) + weight * (row[at] as number);
  }
}
