import type { MetricInfo } from "../objectives/objective.ts";
import type { SpaceName } from "../spaces/space.ts";
import type { StrategyName, StrategyOptions } from "./strategies.ts";
import type { Points, SearchProtocol } from "./strategy.ts";

/** How long a run may go on: queries, or simulated seconds as the objective counts them. */
export type Budget = { readonly queries: number } | { readonly seconds: number };

/** One evaluation. Metrics are as they are in the table (accuracies as fractions), times `metric.scale` in its own unit. */
export interface Query {
  /** From 1. */
  readonly query: number;
  readonly index: number;
  /** The searched metric. */
  readonly value: number;
  /** The reported metric of this architecture; for looking back only, never chosen by. */
  readonly report?: number;
  /** Simulated seconds. */
  readonly cost: number;
  /** Simulated seconds of the run up to and with this query. */
  readonly cumulativeCost: number;
  /** The architecture with the best searched metric so far; the earlier one of equals. */
  readonly incumbent: number;
}

/** A run as plain data: what it was, and what happened. It is enough to repeat the run, or to go on from it. */
export interface Trace {
  readonly strategy: StrategyName;
  /** All options, defaults filled in. */
  readonly options: StrategyOptions;
  readonly protocol: SearchProtocol;
  readonly seed: number;
  /** What worked out the proposals, device included; absent for JavaScript, which gives the same ones everywhere. */
  readonly backend?: string;
  readonly budget: Budget;
  readonly space?: SpaceName;
  /** What was searched, where it was no learnt embedding. */
  readonly points?: Exclude<Points, "embedding">;
  /** Where the labels are from. */
  readonly objective: string;
  readonly metric: MetricInfo;
  readonly report?: MetricInfo;
  readonly cost?: MetricInfo;
  readonly queries: readonly Query[];
  /** Why it ended: the budget was spent, nothing was left to ask, or it was cancelled. */
  readonly end: "budget" | "exhausted" | "cancelled";
}

/** The query that evaluated the incumbent of a run, i.e. its result: best searched metric, with the report that goes with it. */
export function best(trace: Pick<Trace, "queries">): Query | undefined {
  const incumbent = trace.queries.at(-1)?.incumbent;
  return trace.queries.find(({ index }) => index === incumbent);
}
