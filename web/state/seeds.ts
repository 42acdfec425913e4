import { InputError } from "../../src/errors.ts";

const MOST = 500;

/** "1-3, 7" -> [1, 2, 3, 7]. Throws InputError for anything else, for repeats and for more than 500. */
export function parseSeeds(text: string): number[] {
  const seeds: number[] = [];
  for (const part of text.split(",")) {
    const match = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    if (!match || last < first || last >= 2 ** 32) {
      throw new InputError(`Seeds: expected numbers and ranges such as "1-10" or "1, 4, 7", found "${text}".`);
    }
    if (last - first >= MOST || seeds.length + last - first >= MOST)
      throw new InputError(`Seeds: expected at most ${MOST}, found more in "${text}".`);
    for (let seed = first; seed <= last; seed++) seeds.push(seed);
  }
  if (new Set(seeds).size < seeds.length) throw new InputError(`Seeds: expected each once, found a repeat in "${text}".`);
  return seeds;
}
