import { InputError } from "../errors.ts";

const MOST = 10_000;

/**
 * Seeds as a list of numbers and ranges: "7", "1-10", "1-5,11,20-22". Each once, in the order given.
 * @throws InputError for anything else, for a seed that comes twice, and for more than 10,000
 */
export function seedList(text: string): number[] {
  const seeds = text.split(",").flatMap((part) => {
    const [, from, to] = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part) ?? [];
    if (from === undefined) throw new InputError(`Expected seeds such as 3, 1-10 or 1-5,11, found "${part}".`);
    const first = Number(from);
    const last = to === undefined ? first : Number(to);
    if (last < first) throw new InputError(`Expected a range that goes up, found "${part.trim()}".`);
    if (last - first >= MOST) throw new InputError(`Expected at most ${MOST} seeds.`);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  const twice = seeds.find((seed, i) => seeds.indexOf(seed) !== i);
  if (twice !== undefined) throw new InputError(`Expected each seed once, found ${twice} twice.`);
  if (seeds.length > MOST) throw new InputError(`Expected at most ${MOST} seeds.`);
  return seeds;
}

/** The way a study writes them: 1-10, 12. @param seeds ascending where they form ranges */
export function seedsText(seeds: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const seed of seeds) {
    const last = ranges.at(-1);
    if (last && seed === last[1] + 1) last[1] = seed;
    else ranges.push([seed, seed]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(", ");
}
