/** Messages between the benchmark page and its worker. */
import type { BenchmarkResult } from "../result.ts";
import type { RunMode } from "../run.ts";

export interface ToWorker {
  readonly mode: RunMode;
  /** Names of engines; all where there are none. */
  readonly only: readonly string[];
}

export type FromWorker =
  | { readonly type: "progress"; readonly text: string }
  | { readonly type: "result"; readonly result: BenchmarkResult }
  | { readonly type: "problem"; readonly text: string };
