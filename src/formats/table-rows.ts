import { InputError } from "../errors.ts";

/**
 * A label table between its file and its check: rows that name an architecture and hold cells, whatever format they came
 * in; and the list of what is wrong with them.
 */

export interface TableRows {
  /** What a row is called in messages, e.g. "row" of a CSV file, "entry" of a JSON file. */
  readonly noun: string;
  /** Header texts of the metric columns. */
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
  /** What the reader left out, a sentence each. */
  readonly warnings: readonly string[];
}

export interface TableRow {
  /** As the user finds it: row of the file with the header as row 1; key of the entry. */
  readonly place: string;
  /** Which architecture, or the problem with it. */
  readonly architecture: { readonly index: number } | { readonly kind: ProblemKind; readonly reason: string };
  /** One a metric column; a text as it stands in the file, a number, or undefined where there is nothing. */
  readonly cells: readonly unknown[];
}

export type ProblemKind = "unknown" | "contradiction" | "duplicate" | "number" | "shape";

export interface TableProblem {
  readonly kind: ProblemKind;
  /** The row, as `TableRow.place`. */
  readonly place: string;
  /** What was found there, a clause without a full stop. */
  readonly reason: string;
}

const TITLES: Readonly<Record<ProblemKind, readonly [one: string, many: string]>> = {
  unknown: ["unknown architecture", "unknown architectures"],
  contradiction: ["contradiction between index and architecture", "contradictions between index and architecture"],
  duplicate: ["duplicate architecture", "duplicate architectures"],
  number: ["cell that is no number", "cells that are no numbers"],
  shape: ["row of the wrong length", "rows of the wrong length"],
};
const PLACES_TOLD = 5;

/** A label table that was refused as a whole. The message is one sentence with counts and first rows; `problems` has all. */
export class LabelTableError extends InputError {
  readonly problems: readonly TableProblem[];

  constructor(source: string, noun: string, problems: readonly TableProblem[]) {
    const kinds = (Object.keys(TITLES) as ProblemKind[]).flatMap((kind) => {
      const found = problems.filter((problem) => problem.kind === kind);
      return found.length > 0 ? [clause(kind, noun, found)] : [];
    });
    super(`Nothing was loaded from ${source}: it has ${kinds.join("; ")}.`);
    this.problems = problems;
  }
}

/** E.g. `2 duplicate architectures (rows 5, 9; row 5: the same cell stands in row 3)`. */
function clause(kind: ProblemKind, noun: string, found: readonly TableProblem[]): string {
  const places = [...new Set(found.map(({ place }) => place))];
  const told = places.slice(0, PLACES_TOLD).join(", ");
  const more = places.length > PLACES_TOLD ? ` and ${count(places.length - PLACES_TOLD)} more` : "";
  const first = found[0] as TableProblem;
  const where = places.length === 1 ? `${noun} ${told}` : `${plural(noun)} ${told}${more}; ${noun} ${first.place}`;
  return `${count(found.length)} ${TITLES[kind][found.length === 1 ? 0 : 1]} (${where}: ${first.reason})`;
}

/** "row" -> "rows", "entry" -> "entries". */
export function plural(noun: string): string {
  return noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

export function count(value: number): string {
  return value.toLocaleString("en-US");
}
