import { best, type Trace } from "./trace.ts";

/** Which of the two metrics of a run: the searched one or the reported one. */
export type Measure = "metric" | "report";

export interface Statistics {
  /** Runs that have the value. */
  readonly runs: number;
  readonly mean: number;
  /** Sample standard deviation (n - 1); absent for a single run. */
  readonly deviation?: number;
}

/**
 * Mean and spread over runs of what each run came to: its best searched metric, or the reported metric of that same
 * architecture (never the best reported one seen). In the metric as it is; times `scale` in its own unit. Undefined if no
 * run has the value.
 */
export function summarise(traces: readonly Trace[], measure: Measure): Statistics | undefined {
  const values = traces.flatMap((trace) => {
    const result = best(trace);
    const value = measure === "metric" ? result?.value : result?.report;
    return value === undefined ? [] : [value];
  });
  return statistics(values);
}

export function statistics(values: ArrayLike<number>): Statistics | undefined {
  const runs = values.length;
  if (runs === 0) return undefined;
  const centre = mean(values);
  if (runs === 1) return { runs, mean: centre };
  let squares = 0;
  for (let i = 0; i < runs; i++) squares += ((values[i] as number) - centre) ** 2;
  return { runs, mean: centre, deviation: Math.sqrt(squares / (runs - 1)) };
}

/** NaN for no values. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

/** The measure of the incumbent after each query of a run; NaN while it has no reported value. Length: queries of the run. */
export function bestSoFar(trace: Pick<Trace, "queries">, measure: Measure): Float64Array {
  const first = new Map<number, number>();
  return Float64Array.from(trace.queries, ({ index, value, report, incumbent }) => {
    if (!first.has(index)) first.set(index, (measure === "metric" ? value : report) ?? Number.NaN);
    return first.get(incumbent) as number;
  });
}

/** A curve over several runs; position i belongs to query i + 1. */
export interface Curve {
  readonly mean: Float64Array;
  /** Standard error of the mean, for the band around it; 0 where fewer than two runs have a value. */
  readonly standardError: Float64Array;
}

/**
 * The best-so-far curves of several runs, averaged query by query, as long as the longest run; a run that ended earlier
 * counts on with its last value.
 */
export function averageCurve(traces: readonly Pick<Trace, "queries">[], measure: Measure): Curve {
  const curves = traces.map((trace) => bestSoFar(trace, measure)).filter((curve) => curve.length > 0);
  const length = Math.max(0, ...curves.map((curve) => curve.length));
  const mean = new Float64Array(length);
  const standardError = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const values = curves.map((curve) => curve[Math.min(i, curve.length - 1)] as number).filter(Number.isFinite);
    const at = statistics(values);
    mean[i] = at?.mean ?? Number.NaN;
    standardError[i] = at?.deviation === undefined ? 0 : at.deviation / Math.sqrt(at.runs);
  }
  return { mean, standardError };
}
