import type { Metric } from "../formats/label-table.ts";

/** A metric without its values: enough to show one and to know which way is better. */
export type MetricInfo = Pick<Metric, "name" | "quantity" | "unit" | "goal" | "scale">;

/**
 * What a search maximises. Evaluation is asynchronous, because it may be a table, a network in training or another machine,
 * and says what it cost in simulated seconds.
 */
export interface Objective {
  /** For people and traces, e.g. the table's source. */
  readonly name: string;
  /** Architectures of the space. */
  readonly size: number;
  /** What is searched. */
  readonly metric: MetricInfo;
  /** What is reported for the architecture with the best searched value; never searched. */
  readonly report?: MetricInfo;
  /** Where costs come from. Without it every evaluation is free, and a budget in seconds makes no sense. */
  readonly cost?: MetricInfo;
  /** Whether the architecture can be evaluated. Only these are proposed. */
  has(index: number): boolean;
  evaluate(index: number, signal?: AbortSignal): Promise<Evaluation>;
}

export interface Evaluation {
  /** The searched metric, to be maximised: negated where its goal is "min". */
  readonly value: number;
  /** The reported metric as it is. Absent where there is none. */
  readonly report?: number;
  /** Simulated seconds, at least 0. */
  readonly cost: number;
}

/** Between the value to maximise and the metric as it is; its own inverse. */
export const oriented = (value: number, { goal }: Pick<MetricInfo, "goal">): number => (goal === "min" ? -value : value);
