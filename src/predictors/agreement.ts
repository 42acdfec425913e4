/** How well predictions agree with what they predict: correlations of ranks and of values, and the error of values. */

import { mean } from "../search/summary.ts";

/**
 * Kendall's tau-b (Kendall, "The treatment of ties in ranking problems", 1945): of all pairs that neither list holds equal the concordant ones less the
 * discordant ones, ties taken out of the norm. In n log n by counting the exchanges of a merge sort (Knight, JASA 1966).
 * @returns -1..1; NaN where a list has one value only
 */
export function kendallTau(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const count = sameLength(a, b);
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort(
    (i, j) => (a[i] as number) - (a[j] as number) || (b[i] as number) - (b[j] as number),
  );
  const pairs = pairsOf(count);
  const tiedFirst = tiedPairs(count, (i, j) => a[order[i] as number] === a[order[j] as number]);
  const tiedBoth = tiedPairs(
    count,
    (i, j) => a[order[i] as number] === a[order[j] as number] && b[order[i] as number] === b[order[j] as number],
  );
  const values = Float64Array.from(order, (i) => b[i] as number);
  const discordant = exchanges(values);
  const tiedSecond = tiedPairs(count, (i, j) => values[i] === values[j]);
  const difference = pairs - tiedFirst - tiedSecond + tiedBoth - 2 * discordant;
  return difference / Math.sqrt((pairs - tiedFirst) * (pairs - tiedSecond));
}

const pairsOf = (count: number): number => (count * (count - 1)) / 2;

/** Pairs within runs of neighbours that are equal. */
function tiedPairs(count: number, equal: (i: number, j: number) => boolean): number {
  let pairs = 0;
  for (let first = 0, end = 0; first < count; first = end) {
    while (end < count && equal(first, end)) end++;
    pairs += pairsOf(end - first);
  }
  return pairs;
}

/** Sorts `values` and counts the pairs that stood in descending order. */
function exchanges(values: Float64Array): number {
  const count = values.length;
  let from: Float64Array = values;
  let to: Float64Array = new Float64Array(count);
  let exchanged = 0;
  for (let width = 1; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      const end = Math.min(start + 2 * width, count);
      let [left, right] = [start, middle];
      for (let at = start; at < end; at++) {
        if (right === end || (left < middle && (from[left] as number) <= (from[right] as number))) {
          to[at] = from[left++] as number;
        } else {
          exchanged += middle - left;
          to[at] = from[right++] as number;
        }
      }
    }
    [from, to] = [to, from];
  }
  if (from !== values) values.set(from);
  return exchanged;
}

/** Spearman's rho: the correlation of ranks, equal values sharing the mean of theirs. */
export const spearman = (a: ArrayLike<number>, b: ArrayLike<number>): number => pearson(ranks(a), ranks(b));

/** Pearson's correlation, -1..1; NaN where a list has one value only. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const count = sameLength(a, b);
  const [meanA, meanB] = [mean(a), mean(b)];
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const [x, y] = [(a[i] as number) - meanA, (b[i] as number) - meanB];
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return product / Math.sqrt(squareA * squareB);
}

function ranks(values: ArrayLike<number>): Float64Array {
  const count = values.length;
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort((i, j) => (values[i] as number) - (values[j] as number));
  const found = new Float64Array(count);
  for (let first = 0, end = 0; first < count; first = end) {
    while (end < count && values[order[end] as number] === values[order[first] as number]) end++;
    for (let i = first; i < end; i++) found[order[i] as number] = (first + end - 1) / 2;
  }
  return found;
}

/** Root of the mean squared difference, in the unit of the values. */
export function rootMeanSquare(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const count = sameLength(a, b);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return Math.sqrt(sum / count);
}

function sameLength(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`Expected two lists of one length, found ${a.length} and ${b.length} numbers.`);
  return a.length;
}
