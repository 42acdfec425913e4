import type { Steps } from "../../spaces/steps.ts";
import { solveLower, solveUpper } from "./cholesky.ts";
import { distancesTo, type Pool } from "./points.ts";
import { factorCovariance, type Hyperparameters } from "./regression.ts";

/** Architectures that are worked out together: what they need stays in the processor's nearer memory. */
const BLOCK = 2048;

/**
 * What a Gaussian process that was told some labels expects of every architecture of a pool: k^T K^-1 y (equation 2.25 of Rasmussen and
 * Williams, 2006). Only means, so that hundreds of labels and hundreds of thousands of architectures need no more memory than the pool.
 * @param places of the labels in the pool
 * @param distances between these places, packed as a lower triangle
 * @param labels of mean 0 and variance 1
 * @returns means in the unit of the labels
 */
export function* predictedMeans(
  pool: Pool,
  places: ArrayLike<number>,
  distances: Float64Array,
  labels: Float64Array,
  hyperparameters: Hyperparameters,
): Steps<Float64Array> {
  const count = places.length;
  const factor = new Float64Array(distances.length);
  if (!factorCovariance(hyperparameters, distances, count, factor)) {
    throw new Error(`The covariance of ${count} labels is not positive definite with noise ${hyperparameters.noise}`);
  }
  const weights = labels.slice();
  solveLower(factor, count, weights);
  solveUpper(factor, count, weights);
  const size = pool.indices.length;
  const means = new Float64Array(size);
  const block = new Float64Array(BLOCK);
  for (let from = 0; from < size; from += BLOCK) {
    const end = Math.min(size, from + BLOCK);
    for (let i = 0; i < count; i++) {
      const weight = weights[i] as number;
      distancesTo(pool, places[i] as number, block, from, end);
      for (let at = from; at < end; at++) {
        means[at] = (means[at] as number) + weight * Math.exp(-(block[at - from] as number) / hyperparameters.length);
      }
    }
    yield end / size;
  }
  return means;
}

/** Distances between some places of a pool, packed as a lower triangle with zeros on the diagonal. */
export function packedDistances(pool: Pool, places: ArrayLike<number>): Float64Array {
  const packed: number[] = [];
  const one = new Float64Array(1);
  for (let i = 0; i < places.length; i++) {
    for (let j = 0; j < i; j++) {
      distancesTo(pool, places[i] as number, one, places[j] as number, (places[j] as number) + 1);
      packed.push(one[0] as number);
    }
    packed.push(0);
  }
  return Float64Array.from(packed);
}
