/** What a study says about numbers, one a seed: where they lie, how sure that is, and whether two strategies differ. */
import { generator } from "../random/generator.ts";

export const ascending = (values: ArrayLike<number>): Float64Array => Float64Array.from(values).sort();

/**
 * Quantile of ascending values, linear between neighbours (type 7 of Hyndman and Fan, "Sample quantiles in statistical packages", 1996).
 * @param share 0..1
 * @returns NaN for no values; infinite values are allowed
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low === high ? low : low + (at - Math.floor(at)) * (high - low);
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Of a 95 % interval. */
const TAIL = 0.025;
const RESAMPLES = 10_000;
/** Resamples times seeds that are held at once: 40 MB. */
const HELD = 1e7;

export interface Bootstrap {
  readonly resamples: number;
  /** 95 % interval of the mean of so many values, from all resamples or the first few. */
  interval(values: ArrayLike<number>, resamples?: number): Interval;
}

/**
 * Percentile bootstrap of means (Efron, "Bootstrap methods: another look at the jackknife", 1979). The resamples are drawn once, so that all
 * that is asked of one is about the same draws; 10,000 of them up to 1,000 values, fewer of more.
 * @param count values in a sample, at least 1
 * @param seed feeds the stream "statistics"
 */
export function bootstrap(count: number, seed = 0): Bootstrap {
  const random = generator(seed, "statistics", count);
  const resamples = Math.max(100, Math.min(RESAMPLES, Math.floor(HELD / count)));
  const drawn = Uint32Array.from({ length: count === 1 ? 0 : resamples * count }, () => random.integer(count));
  return {
    resamples,
    interval(values, used = resamples) {
      if (count === 1) return { low: values[0] as number, high: values[0] as number };
      const means = new Float64Array(Math.min(used, resamples));
      for (let resample = 0; resample < means.length; resample++) {
        let sum = 0;
        for (let i = resample * count; i < (resample + 1) * count; i++) sum += values[drawn[i] as number] as number;
        means[resample] = sum / count;
      }
      means.sort();
      return { low: quantile(means, TAIL), high: quantile(means, 1 - TAIL) };
    },
  };
}

/** Up to this many differences that are not 0, all signs are tried. */
const EXACT = 16;
const FLIPS = 100_000;
/** Sums that differ by less, relative to the sum of all sizes, count as equal: they differ by rounding. */
const ROUNDING = 1e-12;

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/**
 * Paired permutation test (Fisher, "The design of experiments", 1935): if two strategies were the same, each difference could as well have
 * the other sign. Two-sided: the share of all choices of signs whose sum is at least as far from 0 as the observed one; of 100,000 drawn ones,
 * the observed among them, where there are more than 16 differences other than 0.
 * @param differences one a pair, finite
 * @param seed feeds the stream "statistics"
 * @returns 0 < p <= 1; 1 where nothing differs
 */
export function permutationTest(differences: ArrayLike<number>, seed = 0): number {
  const sizes = Float64Array.from(differences).filter((difference) => difference !== 0);
  const slack = ROUNDING * total(sizes.map(Math.abs));
  const observed = Math.abs(total(sizes)) - slack;
  if (sizes.length === 0) return 1;
  let extreme = 0;
  if (sizes.length <= EXACT) {
    const all = 2 ** sizes.length;
    for (let signs = 0; signs < all; signs++) {
      let sum = 0;
      for (let i = 0; i < sizes.length; i++) sum += (signs >>> i) & 1 ? (sizes[i] as number) : -(sizes[i] as number);
      if (Math.abs(sum) >= observed) extreme++;
    }
    return extreme / all;
  }
  const random = generator(seed, "statistics", sizes.length, 1);
  for (let flip = 0; flip < FLIPS; flip++) {
    let sum = 0;
    let bits = 0;
    for (let i = 0; i < sizes.length; i++) {
      if ((i & 31) === 0) bits = random.uint32();
      sum += (bits >>> (i & 31)) & 1 ? (sizes[i] as number) : -(sizes[i] as number);
    }
    if (Math.abs(sum) >= observed) extreme++;
  }
  return (extreme + 1) / (FLIPS + 1);
}

/**
 * Holm's correction of p values that are looked at together (Holm, "A simple sequentially rejective multiple test procedure", 1979).
 * @returns adjusted values in the given order: reject those below the level that holds for all of them together
 */
export function holm(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
  const adjusted = new Array<number>(values.length);
  let least = 0;
  for (const [rank, i] of order.entries()) {
    least = Math.max(least, Math.min(1, (values.length - rank) * (values[i] as number)));
    adjusted[i] = least;
  }
  return adjusted;
}
