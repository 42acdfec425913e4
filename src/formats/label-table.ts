import type { SpaceName } from "../spaces/space.ts";

/**
 * What a label table is once it is loaded: one number a metric and architecture, in the index order of the space. Reading
 * one from text is `readLabelTable` (read-label-table.ts); how names and values decide unit and goal is in metric-units.ts.
 */

export type Goal = "max" | "min";

/** What a metric measures. Only an accuracy is converted on load. */
export type Quantity = "accuracy" | "error" | "loss" | "time" | "parameters" | "macs" | "number";

export interface Metric {
  /** The column's name, e.g. "c10_valid". Unique in its table. */
  readonly name: string;
  readonly quantity: Quantity;
  /** The table's own unit, in which values are shown: "%", "s", "ms", "parameters", "MACs", or "" for a bare number. */
  readonly unit: string;
  readonly goal: Goal;
  /** Shown value = `values[i] * scale`: 100 for an accuracy given in percent, else 1. */
  readonly scale: number;
  /** One value an architecture, length `space.size`, NaN where the table has none. An accuracy is a fraction in 0..1. */
  readonly values: Float64Array;
  /** How many values are there (not NaN). */
  readonly present: number;
}

export interface LabelTable {
  readonly space: SpaceName;
  /** Where it came from, for people: a file name or title. */
  readonly source: string;
  /** Rows of the file, one an architecture. */
  readonly rows: number;
  readonly metrics: readonly Metric[];
  /** A sentence each: missing architectures, empty cells, columns whose name and values disagree. */
  readonly warnings: readonly string[];
}
