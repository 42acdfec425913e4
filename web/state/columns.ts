import type { LabelTable, Metric } from "../../src/formats/label-table.ts";
import { testTwin } from "../../src/formats/metric-units.ts";
import type { Settings } from "./settings.ts";

/** Which columns of a label table are searched, reported and paid with when nobody chose. */

const isAccuracy = (metric: Metric): boolean => metric.quantity === "accuracy";

export function chooseMetric(table: LabelTable, wanted: string): Metric {
  const { metrics } = table;
  const named = metrics.find((metric) => metric.name === wanted);
  const valid = metrics.find((metric) => isAccuracy(metric) && /valid|val\b/i.test(metric.name));
  return named ?? valid ?? metrics.find(isAccuracy) ?? (metrics[0] as Metric);
}

/** Columns to search, report and pay with: the chosen ones where the table has them, else the likeliest. */
export function columnsFor(table: LabelTable, { metric, report, cost }: Settings): Pick<Settings, "metric" | "report" | "cost"> {
  const names = table.metrics.map(({ name }) => name);
  const has = (name: string): boolean => names.includes(name);
  const searched = chooseMetric(table, metric).name;
  const test = testTwin(searched, names);
  const time = table.metrics.find((candidate) => candidate.quantity === "time")?.name;
  return { metric: searched, report: has(report) ? report : (test ?? ""), cost: has(cost) ? cost : (time ?? "") };
}
