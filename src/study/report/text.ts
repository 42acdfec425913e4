/** Numbers and names as the report writes them. */
import type { MetricInfo } from "../../objectives/objective.ts";
import type { Budget } from "../../search/trace.ts";
import type { Interval } from "../statistics.ts";

export const metricLabel = ({ name, unit }: Pick<MetricInfo, "name" | "unit">): string => (unit ? `${name} (${unit})` : name);

/** Two decimals for percent; else four significant digits. */
export function valueText(value: number, { scale, unit }: Pick<MetricInfo, "scale" | "unit">): string {
  if (!Number.isFinite(value)) return "–";
  if (scale !== 1 || unit === "%") return value.toFixed(2);
  if (value === 0) return "0";
  const digits = Math.min(8, Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value)))));
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** As `valueText`, always with its sign. */
export const differenceText = (value: number, info: MetricInfo): string =>
  `${value > 0 ? "+" : value < 0 ? "−" : ""}${valueText(Math.abs(value), info)}`;

export const intervalText = ({ low, high }: Interval, text: (value: number) => string): string => `${text(low)} to ${text(high)}`;

export function pText(p: number): string {
  if (p < 0.0001) return "< 0.0001";
  return p < 0.1 ? p.toPrecision(2) : p.toFixed(2);
}

export const shareText = (share: number): string => `${(100 * share).toFixed(share === 0 || share === 1 ? 0 : 1)} %`;

export const countText = (count: number): string => count.toLocaleString("en", { maximumFractionDigits: 1 });

export const budgetText = (budget: Budget): string =>
  "queries" in budget ? `${countText(budget.queries)} queries` : `${countText(budget.seconds)} simulated s`;

/** Seconds of wall time. */
export function secondsText(seconds: number): string {
  if (seconds < 120) return `${seconds.toPrecision(2)} s`.replace(/\.0 s$/, " s");
  return seconds < 7200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
