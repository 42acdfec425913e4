import type { MetricInfo } from "../../src/objectives/objective.ts";
import type { Trace } from "../../src/search/trace.ts";
import type { SearchSpace } from "../../src/spaces/space.ts";
import { VERSION } from "../../src/version.ts";
import { csvOf } from "./csv.ts";
import type { SearchPlan } from "./searching.ts";

/** One trace a line, as plain data, with what else belongs to the run: version, embedding, notation of the result. */
export function traceLines(traces: readonly Trace[], plan: SearchPlan, space: SearchSpace): string {
  return traces
    .map((trace) => {
      const incumbent = trace.queries.at(-1)?.incumbent;
      const architecture = incumbent === undefined ? null : space.format(incumbent);
      return `${JSON.stringify({ type: "trace", version: VERSION, space: space.name, embedding: plan.embedding, architecture, ...trace })}\n`;
    })
    .join("");
}

/** One query a row, in the table's own units. */
export function traceTable(traces: readonly Trace[], space: SearchSpace): string {
  const [first] = traces;
  if (!first) return "";
  const titled = (metric: MetricInfo): string => (metric.unit ? `${metric.name} [${metric.unit}]` : metric.name);
  const head = ["strategy", "search_protocol", "seed", "query", "index", "arch", titled(first.metric)];
  if (first.report) head.push(titled(first.report));
  head.push("cost [s]", "cumulative_cost [s]", "incumbent");
  const rows = traces.flatMap((trace) =>
    trace.queries.map((query) => {
      const row: (string | number)[] = [
        trace.strategy,
        trace.protocol,
        trace.seed,
        query.query,
        query.index,
        space.format(query.index),
      ];
      row.push(query.value * trace.metric.scale);
      if (trace.report) row.push(query.report === undefined ? "" : query.report * trace.report.scale);
      row.push(query.cost, query.cumulativeCost, query.incumbent);
      return row;
    }),
  );
  return csvOf([head, ...rows]);
}
