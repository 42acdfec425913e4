/**
 * A tensor told in a few numbers: sums of its values, each value with a sign that a hash of its position gives. The difference
 * of two tensors has signed sums whose mean square is its squared length (Johnson and Lindenstrauss, 1984; Charikar, Chen and Farach-Colton,
 * 2002), so two tensors can be compared by their sums alone: the self-test's numbers take kilobytes instead of megabytes.
 */
import { threefry2x32 } from "../../random/threefry.ts";

/** Signed sums a tensor: the estimate is then off by a factor of two at most, in all but one of a hundred cases. */
export const SUMS = 8;
/** Numbers a tensor: its length (Euclidean norm), then the signed sums. */
export const ROW = 1 + SUMS;

let signs = new Uint8Array();

/** A byte a position: bit i is the sign in sum i. The same on every machine. */
function signsOf(positions: number): Uint8Array {
  if (signs.length < positions)
    signs = Uint8Array.from({ length: positions }, (_, position) => threefry2x32(0, 0, 0, position)[0]);
  return signs;
}

/** Norm and signed sums of a tensor, `ROW` numbers, summed in double precision. */
export function signedSums(values: ArrayLike<number>): Float64Array {
  const row = new Float64Array(ROW);
  const signed = signsOf(values.length);
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const bits = signed[i] as number;
    squares += value * value;
    for (let sum = 0; sum < SUMS; sum++) row[1 + sum] = (row[1 + sum] as number) + ((bits >>> sum) & 1 ? value : -value);
  }
  row[0] = Math.sqrt(squares);
  return row;
}

/**
 * Estimate of |ours - expected| / max(|expected|, 1e-6 sqrt(n)) of tensors of `size` values, from their signed sums. Infinite where one of
 * them is not a number.
 */
export function differenceOfSums(ours: ArrayLike<number>, expected: ArrayLike<number>, size: number): number {
  let squares = 0;
  for (let sum = 1; sum < ROW; sum++) squares += ((ours[sum] as number) - (expected[sum] as number)) ** 2;
  const difference = Math.sqrt(squares / SUMS) / Math.max(expected[0] as number, 1e-6 * Math.sqrt(size));
  return Number.isFinite(difference) ? difference : Number.POSITIVE_INFINITY;
}
