/** What a search came to, for people and machines: values in the table's own unit. */
import type { MetricInfo } from "../objectives/objective.ts";
import { type Measure, type Statistics, summarise } from "../search/summary.ts";
import { type Budget, best, type Trace } from "../search/trace.ts";
import type { SearchSpace } from "../spaces/space.ts";
import { VERSION } from "../version.ts";
import type { Output } from "./output.ts";

/** What a run came to, in the table's own unit. */
export interface RunSummary {
  readonly seed: number;
  readonly metric: number;
  readonly report: number | null;
  readonly index: number;
  readonly architecture: string;
  readonly queries: number;
  /** Simulated. */
  readonly seconds: number;
  readonly end: Trace["end"];
}

/** A value in its metric's own unit, without the noise of binary fractions that scaling adds. */
function inUnit(value: number | undefined, metric: MetricInfo | undefined): number | null {
  return value === undefined || metric === undefined ? null : Number((value * metric.scale).toPrecision(12));
}

/** Undefined for a run without a query. */
export function runSummary(trace: Trace, space: SearchSpace): RunSummary | undefined {
  const found = best(trace);
  if (!found) return undefined;
  return {
    seed: trace.seed,
    metric: inUnit(found.value, trace.metric) as number,
    report: inUnit(found.report, trace.report),
    index: found.index,
    architecture: space.format(found.index),
    queries: trace.queries.length,
    seconds: trace.queries.at(-1)?.cumulativeCost ?? 0,
    end: trace.end,
  };
}

/** The queries of a run as they stand in the output. */
export function queryLines({ queries, metric, report }: Trace, space: SearchSpace) {
  return queries.map(({ query, index, value, report: reported, cost, cumulativeCost, incumbent }) => ({
    query,
    index,
    architecture: space.format(index),
    metric: inUnit(value, metric),
    report: inUnit(reported, report),
    cost,
    cumulativeCost,
    incumbent,
  }));
}

const withUnit = (value: number | null, metric: MetricInfo | undefined): string =>
  value === null || !metric ? "none" : `${metric.name} ${value.toFixed(Math.abs(value) < 1 ? 4 : 2)} ${metric.unit}`.trimEnd();

export function runText(run: RunSummary, { metric, report }: Trace): string {
  const reported = report ? `, ${withUnit(run.report, report)}` : "";
  const paid = run.seconds > 0 ? `, ${Math.round(run.seconds).toLocaleString("en")} simulated s` : "";
  return `seed ${run.seed}: ${withUnit(run.metric, metric)}${reported}  ${run.architecture}  (${run.queries} queries${paid})`;
}

export interface SearchFacts {
  readonly space: SearchSpace;
  readonly budget: Budget;
  readonly warnings: readonly string[];
  readonly searchesTestMetric: boolean;
  /** Where the embedding is from. */
  readonly provenance: Readonly<Record<string, string>>;
}

/** Mean, spread and runs: the last line of a search. */
export function tellResult(traces: readonly Trace[], { space, budget, warnings, ...facts }: SearchFacts, to: Output): void {
  const runs = traces.flatMap((trace) => runSummary(trace, space) ?? []);
  const [first] = traces;
  if (!first || runs.length === 0) {
    to.warn("The search was cancelled before its first query.");
    return;
  }
  const info = (metric: MetricInfo | undefined) => metric && { name: metric.name, unit: metric.unit, goal: metric.goal };
  const over = (take: (statistics: Statistics) => number | undefined) => {
    const of = (measure: Measure): number | null => {
      const statistics = summarise(traces, measure);
      return inUnit(statistics && take(statistics), first[measure]);
    };
    return { metric: of("metric"), report: of("report") };
  };
  const mean = over((statistics) => statistics.mean);
  const std = over((statistics) => statistics.deviation);
  to.line({
    type: "result",
    space: space.name,
    ...(space.sample ? { sample: space.sample } : {}),
    labels: first.objective,
    strategy: first.strategy,
    options: first.options,
    searchProtocol: first.protocol,
    searchBackend: first.backend ?? "js",
    budget,
    metric: info(first.metric),
    report: info(first.report) ?? null,
    cost: info(first.cost) ?? null,
    searchesTestMetric: facts.searchesTestMetric,
    mean,
    std,
    runs,
    warnings,
    ...facts.provenance,
    version: VERSION,
  });
  const spread = (value: number | null): string => (value === null ? "" : ` ± ${value.toFixed(2)}`);
  const reported = first.report ? `, ${withUnit(mean.report, first.report)}${spread(std.report)}` : "";
  to.say(`mean of ${runs.length}: ${withUnit(mean.metric, first.metric)}${spread(std.metric)}${reported}`);
}
