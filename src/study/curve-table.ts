/** The curves of a study as a table (CSV), for other people's plots. */
import Papa from "papaparse";
import type { Analysis, MeasureAnalysis } from "./analysis.ts";
import type { Curve } from "./curves.ts";

const HEAD = ["metric", "unit", "strategy", "x", "at", "mean", "low", "high", "median", "lower_quartile", "upper_quartile"];

/** Best so far in the metrics' own units: mean with its 95 % interval, median with quartiles, by queries and by simulated seconds. */
export function curveTable({ measures }: Analysis): string {
  const rows = measures.flatMap(({ info, strategies }: MeasureAnalysis) =>
    strategies.flatMap(({ name, byQuery, byCost }) => [
      ...curveRows([info.name, info.unit, name, "queries"], byQuery),
      ...(byCost ? curveRows([info.name, info.unit, name, "seconds"], byCost) : []),
    ]),
  );
  return `${Papa.unparse([HEAD, ...rows], { newline: "\n" })}\n`;
}

function curveRows(about: readonly string[], curve: Curve): (string | number)[][] {
  const { at, mean, low, high, median, lowerQuartile, upperQuartile } = curve;
  return Array.from(at, (x, i) => [
    ...about,
    x,
    ...[mean, low, high, median, lowerQuartile, upperQuartile].map((column) => column[i] as number),
  ]);
}
