import type { Goal, Quantity } from "./label-table.ts";

/**
 * What a column of a label table measures, in which unit, and which way is better.
 *
 * A header may declare both in brackets: `latency [ms; min]`, `accuracy [%]`, `score [min]`. Otherwise the words of the
 * name decide, the first of these that occurs: loss; err, error; seconds, sec, secs, time, duration, latency, ms;
 * params, param, parameters; flops, macs, madds; acc, accuracy, valid, validation, val, test, train, top1, top5 and
 * eval. These are to be minimised up to the multiply-adds, an accuracy is to be maximised, and so is a bare number.
 *
 * An accuracy whose values all lie in 0..1 is taken as a fraction, one with all values in 0..100 as percent and divided by
 * 100 on load. What is called accuracy but leaves 0..100 stays a bare number, with a warning.
 */

export interface MetricUnit {
  readonly quantity: Quantity;
  readonly unit: string;
  readonly goal: Goal;
  /** Shown value = stored value * scale. */
  readonly scale: number;
}

/** A header cell taken apart: the metric's name and what it declares. */
export interface Header {
  readonly name: string;
  readonly unit?: string;
  readonly goal?: Goal;
}

const WORDS: readonly (readonly [Quantity, readonly string[]])[] = [
  ["loss", ["loss"]],
  ["error", ["err", "error"]],
  ["time", ["seconds", "second", "sec", "secs", "time", "duration", "latency", "ms"]],
  ["parameters", ["params", "param", "parameters"]],
  ["macs", ["flops", "macs", "madds"]],
  ["accuracy", ["acc", "accuracy", "valid", "validation", "val", "test", "train", "top1", "top5", "eval"]],
];

/** Units that a header may declare and that say what is measured. */
const DECLARED: Readonly<Record<string, Quantity>> = { s: "time", ms: "time", MACs: "macs", parameters: "parameters" };

export function readHeader(text: string): Header {
  const match = /^(.*\S)\s*\[([^\]]*)\]$/.exec(text.trim());
  if (!match) return { name: text.trim() };
  const parts = (match[2] as string).split(/[;,]/).map((part) => part.trim());
  const goal = parts.find((part): part is Goal => part === "max" || part === "min");
  const unit = parts.find((part) => part !== goal && part !== "");
  return { name: match[1] as string, ...(goal && { goal }), ...(unit !== undefined && { unit }) };
}

/** The unit of a column whose values run from `low` to `high`, and a sentence where its name and values disagree. */
export function unitOf(header: Header, low: number, high: number): MetricUnit & { readonly warning?: string } {
  const words = header.name.toLowerCase().split(/[^a-z0-9]+/);
  const named = WORDS.find(([, known]) => known.some((word) => words.includes(word)))?.[0] ?? "number";
  const quantity =
    (header.unit !== undefined && DECLARED[header.unit]) || (named === "number" && header.unit === "%" ? "accuracy" : named);
  const goal = header.goal ?? (quantity === "accuracy" || quantity === "number" ? "max" : "min");
  if (quantity === "accuracy") {
    if (low < 0 || high > 100) {
      const warning = `The column "${header.name}" is named like an accuracy but has values from ${low} to ${high}: it is taken as a bare number.`;
      return { quantity: "number", unit: header.unit ?? "", goal, scale: 1, warning };
    }
    const percent = header.unit === undefined ? high > 1 : header.unit === "%";
    return { quantity, unit: percent ? "%" : "", goal, scale: percent ? 100 : 1 };
  }
  return { quantity, unit: header.unit ?? usualUnit(quantity, words, high), goal, scale: 1 };
}

function usualUnit(quantity: Quantity, words: readonly string[], high: number): string {
  switch (quantity) {
    case "time":
      return words.includes("ms") ? "ms" : "s";
    case "parameters":
      return "parameters";
    case "macs":
      return "MACs";
    case "error":
      return high > 1 ? "%" : "";
    default:
      return "";
  }
}

/** Whether a column's name says that it holds test values, which a search must not look at. */
export function isTestMetric(name: string): boolean {
  return name
    .toLowerCase()
    .split(/[^a-z]+/)
    .includes("test");
}

/** The column of test values to report for a searched one, of those there are: its twin by name, else the first. */
export function testTwin(searched: string, columns: readonly string[]): string | undefined {
  const twin = searched.replace(/valid|val(?=\b|_)/i, "test");
  return twin !== searched && columns.includes(twin) ? twin : columns.find(isTestMetric);
}
