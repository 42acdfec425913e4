import * as v from "valibot";

/** Parts of which the options of strategies are made: what a value must be, and what it means in words that end in its source. */

/** A whole number in least..most. */
export const whole = (least: number, most: number, words: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most), v.description(words));

/** A number above `above`, at most `most`. */
export const positive = (most: number, words: string) => v.pipe(v.number(), v.gtValue(0), v.maxValue(most), v.description(words));

export const oneOf = <const Choices extends readonly string[]>(choices: Choices, words: string) =>
  v.pipe(v.picklist(choices), v.description(words));

/** A number, or a word in its place. */
export const numberOr = <const Word extends string>(word: Word, words: string) =>
  v.pipe(v.union([v.pipe(v.number(), v.finite()), v.literal(word)]), v.description(words));

/** An option as forms and help texts show it. */
export interface OptionDescription {
  readonly name: string;
  /** What it means, and where its default is from. */
  readonly words: string;
  readonly values:
    | { readonly kind: "whole" | "number"; readonly least: number; readonly most: number }
    | { readonly kind: "choice"; readonly choices: readonly string[] }
    | { readonly kind: "number-or"; readonly word: string };
}

/** What an option's value must be, in words that go after "expected". */
export function expectation(values: OptionDescription["values"]): string {
  switch (values.kind) {
    case "choice":
      return values.choices.map((choice) => `"${choice}"`).join(" or ");
    case "number-or":
      return `a number or "${values.word}"`;
    case "whole":
      return `a whole number from ${values.least} to ${values.most}`;
    case "number":
      return `a number above ${values.least} and up to ${values.most}`;
  }
}

interface Described {
  readonly type: string;
  readonly options?: readonly (string | { readonly literal?: string })[];
  readonly pipe?: readonly { readonly type: string; readonly requirement?: unknown; readonly description?: string }[];
}

/** The options of a strategy in their order, read from its schema. */
export function describeOptions({ schema }: { readonly schema: unknown }): OptionDescription[] {
  const { entries } = schema as { readonly entries: Readonly<Record<string, Described>> };
  return Object.entries(entries).map(([name, entry]) => {
    const action = (type: string) => entry.pipe?.find((part) => part.type === type);
    return { name, words: action("description")?.description ?? "", values: valuesOf(entry, action) };
  });
}

function valuesOf(entry: Described, action: (type: string) => { readonly requirement?: unknown } | undefined) {
  if (entry.type === "picklist") return { kind: "choice", choices: entry.options as readonly string[] } as const;
  if (entry.type === "union") {
    const word = entry.options?.flatMap((option) => (typeof option === "object" && option.literal) || []).at(0);
    return { kind: "number-or", word: word ?? "" } as const;
  }
  const bound = (type: string, otherwise: number): number => (action(type)?.requirement as number | undefined) ?? otherwise;
  const least = Math.max(bound("min_value", -Infinity), bound("gt_value", -Infinity));
  return { kind: action("integer") ? "whole" : "number", least, most: bound("max_value", Infinity) } as const;
}
