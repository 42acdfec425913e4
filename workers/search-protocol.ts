/** The wire between the page and the search worker: types only, in the manner of protocol.ts. */
import type { LabelTable } from "../src/formats/label-table.ts";
import type { LabelChoice } from "../src/objectives/label-table.ts";
import type { Evaluated, Expectation } from "../src/predictors/belief.ts";
import type { PointSource } from "../src/search/points.ts";
import type { StrategyName, StrategyOptions } from "../src/search/strategies.ts";
import type { Embedding, SearchProtocol } from "../src/search/strategy.ts";
import type { Budget, Query, Trace } from "../src/search/trace.ts";
import type { SpaceChoice } from "../src/spaces/registry.ts";
import type { Outcome, SpaceHolder } from "./protocol.ts";

export interface SearchJob {
  /** What is searched: a learnt embedding, the name of an encoding that the worker makes of the space, or neither. */
  readonly embedding: PointSource;
  /** The table's space; needed only where a sample of it is listed. */
  readonly space?: SpaceChoice;
  readonly table: LabelTable;
  /** Columns to search, report and pay with. */
  readonly labels: LabelChoice;
  readonly strategy: StrategyName;
  /** Overrides of the strategy's defaults. */
  readonly options?: StrategyOptions;
  readonly protocol: SearchProtocol;
  readonly budget: Budget;
  /** One run a seed, in this order. */
  readonly seeds: readonly number[];
}

export type SearchEvent =
  /** Queries of a run since the last such event, in order. */
  | { readonly type: "queries"; readonly seed: number; readonly queries: readonly Query[] }
  /** A run ended; all its queries were sent before. */
  | { readonly type: "run"; readonly trace: Trace };

export interface BeliefRequest {
  readonly embedding: Embedding;
  readonly evaluated: Evaluated;
  readonly wanted: Expectation;
}

export interface SearchApi extends SpaceHolder {
  /**
   * One job at a time; progress goes to `events` (transferred, closed at the end). Resolves with the traces when the job ends;
   * after `cancel` with those so far, the last of them ending "cancelled".
   */
  run(job: SearchJob, events: MessagePort): Promise<Outcome<readonly Trace[]>>;
  /**
   * What a Gaussian process on the points of an embedding expects of every architecture, told some labels: a value each. The finished share goes
   * to `progress` (transferred, closed at the end). One at a time: the next one ends the one before, which fails as "cancelled".
   */
  believe(request: BeliefRequest, progress: MessagePort): Promise<Outcome<Float64Array>>;
  /** Ends the job under way, if there is one, after the evaluation under way. */
  cancel(): Promise<void>;
}
