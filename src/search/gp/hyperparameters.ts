import { atOnce, type Steps, share } from "../../spaces/steps.ts";
import { nelderMeadSteps } from "../dngo/nelder-mead.ts";
import { rowStart } from "./cholesky.ts";
import { type Hyperparameters, logLikelihood } from "./regression.ts";

/**
 * How length scale and noise are chosen. `likelihood`: those of largest marginal likelihood. `posterior`: the same times a prior on the length scale,
 * log-normal around the typical distance of the architectures the search started with. With a dozen labels the likelihood alone is now and then
 * largest where the length is next to nothing, all labels then being unrelated and every next architecture a guess.
 */
export const FITS = ["likelihood", "posterior"] as const;
export type Fit = (typeof FITS)[number];

/** Standard deviation of the log of the length scale in its prior: two of them are a factor of e either way. */
const PRIOR_DEVIATION = 0.5;
/** The length scale is looked for within this many natural logarithms of the typical distance, */
const REACH = 5;
/** and the noise between these: labels of a ten-thousandth noise, and of half of it. */
const LEAST_NOISE = Math.log(1e-4);
const MOST_NOISE = 0;

/** Where the search for the maximum may start; the best of them is where it does. */
const LENGTHS = [-4, -2.5, -1.25, -0.5, 0, 0.5, 1.25, 2.5];
const NOISES = [0.001, 0.03, 0.3].map(Math.log);

/**
 * @param distances between observations, packed as a lower triangle
 * @param typical a typical distance, above 0
 */
export function fitHyperparameters(distances: Float64Array, labels: Float64Array, typical: number, fit: Fit): Hyperparameters {
  return atOnce(fitSteps(distances, labels, typical, fit));
}

/** The same in steps: with some hundred labels it takes a second or two. */
export function* fitSteps(distances: Float64Array, labels: Float64Array, typical: number, fit: Fit): Steps<Hyperparameters> {
  const scratch = new Float64Array(distances.length);
  const at = (x: ArrayLike<number>): Hyperparameters => ({
    length: typical * Math.exp(x[0] as number),
    noise: Math.exp(x[1] as number),
  });
  const loss = (x: ArrayLike<number>): number => {
    const [length, noise] = [x[0] as number, x[1] as number];
    if (Math.abs(length) > REACH || noise < LEAST_NOISE || noise > MOST_NOISE) return Infinity;
    const prior = fit === "posterior" ? 0.5 * (length / PRIOR_DEVIATION) ** 2 : 0;
    return prior - logLikelihood(at(x), distances, labels, scratch);
  };
  let start: readonly [number, number] = [0, NOISES[1] as number];
  let least = Infinity;
  for (const [i, length] of LENGTHS.entries()) {
    yield (0.5 * i) / LENGTHS.length;
    for (const noise of NOISES) {
      const found = loss([length, noise]);
      if (!(found < least)) continue;
      least = found;
      start = [length, noise];
    }
  }
  return at((yield* share(nelderMeadSteps(loss, start, TOLERANCE), 0.5, 1)).x);
}

/** Of the logarithms and of the loss: finer differences change no proposal that labels could tell apart. */
const TOLERANCE = 0.01;

/** The median of distances packed as a lower triangle, their typical size; 1 where all are the same point, or there is one only. */
export function medianDistance(packed: Float64Array): number {
  const distances: number[] = [];
  for (let i = 1; rowStart(i) < packed.length; i++) distances.push(...packed.subarray(rowStart(i), rowStart(i) + i));
  const median = distances.sort((a, b) => a - b)[distances.length >> 1] ?? 0;
  return median > 0 ? median : 1;
}
