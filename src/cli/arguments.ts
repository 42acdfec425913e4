/** Parsers of option values. What they refuse, commander reports together with the option's name. */
import { InvalidArgumentError } from "commander";

/** A decimal number, e.g. 0.001 or 1e-3. Ranges are checked by what uses it. */
export function decimal(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("Expected a number.");
  return value;
}

/** A whole number of at least `least`. */
export function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    const value = decimal(text);
    if (!Number.isInteger(value) || value < least) throw new InvalidArgumentError(`Expected a whole number from ${least}.`);
    return value;
  };
}

const MAX_SEEDS = 10_000;

/** Seeds as a list of numbers and ranges: "7", "1-10", "1-5,11,20-22". Each once, in the order given. */
export function seedList(text: string): number[] {
  const seeds = text.split(",").flatMap((part) => {
    const [, from, to] = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part) ?? [];
    if (from === undefined) throw new InvalidArgumentError(`Expected seeds such as 3, 1-10 or 1-5,11, found "${part}".`);
    const first = Number(from);
    const last = to === undefined ? first : Number(to);
    if (last < first) throw new InvalidArgumentError(`Expected a range that goes up, found "${part.trim()}".`);
    if (last - first >= MAX_SEEDS) throw new InvalidArgumentError(`Expected at most ${MAX_SEEDS} seeds.`);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  const twice = seeds.find((seed, i) => seeds.indexOf(seed) !== i);
  if (twice !== undefined) throw new InvalidArgumentError(`Expected each seed once, found ${twice} twice.`);
  if (seeds.length > MAX_SEEDS) throw new InvalidArgumentError(`Expected at most ${MAX_SEEDS} seeds.`);
  return seeds;
}

/** Collects repeated `name=value`; a value that reads as a number is one. */
export function assignment(
  text: string,
  before: Readonly<Record<string, number | string>> = {},
): Record<string, number | string> {
  const [, name, value] = /^([A-Za-z]\w*)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("Expected name=value.");
  const number = Number(value);
  return { ...before, [name]: Number.isFinite(number) ? number : value };
}
