/** Parsers of option values. What they refuse, commander reports together with the option's name. */
import { InvalidArgumentError } from "commander";
import { InputError } from "../errors.ts";
import { seedList as parseSeeds } from "../study/seed-list.ts";

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

/** Seeds such as 7, 1-10 or 1-5,11. */
export function seedList(text: string): number[] {
  try {
    return parseSeeds(text);
  } catch (error) {
    throw error instanceof InputError ? new InvalidArgumentError(error.message) : error;
  }
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
