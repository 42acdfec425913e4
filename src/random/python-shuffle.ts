import { twisterOfArray } from "./mersenne-twister.ts";

/**
 * Permutes `values` in place as Python's `random.seed(seed); random.shuffle(values)` does, so that index orders made there can be made
 * here without a file. Python takes a bounded integer from the upper bits of one output, draws again where it is too large, and swaps
 * from the end. At most 2^32-1 values; the seed fits 32 bits.
 */
export function pythonShuffle<T extends { [index: number]: number; length: number }>(values: T, seed: number): T {
  const next = twisterOfArray([seed >>> 0]);
  for (let i = values.length - 1; i > 0; i--) {
    const shift = Math.clz32(i + 1);
    let j = next() >>> shift;
    while (j > i) j = next() >>> shift;
    const kept = values[i] as number;
    values[i] = values[j] as number;
    values[j] = kept;
  }
  return values;
}
