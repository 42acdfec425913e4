/** Best-so-far curves over the runs of a strategy. */
import { mean } from "../search/summary.ts";
import type { Outcome } from "./outcome.ts";
import { ascending, type Bootstrap, quantile } from "./statistics.ts";

/** All of one length; position i belongs to at[i] queries or simulated seconds. */
export interface Curve {
  readonly at: Float64Array;
  readonly mean: Float64Array;
  /** 95 % interval of the mean. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly median: Float64Array;
  readonly lowerQuartile: Float64Array;
  readonly upperQuartile: Float64Array;
}

/** Points of a curve at most. */
const POINTS = 120;
/** Of the bands: they are drawn, not read. */
const RESAMPLES = 1000;

/** After each query, or after some of them where they are many; a run that ended earlier counts on with its last value. */
export function curveByQuery(runs: readonly Outcome[], value: (index: number) => number, draws: Bootstrap): Curve {
  const longest = Math.max(...runs.map(({ incumbents }) => incumbents.length));
  const at = evenly(1, longest, Math.min(POINTS, longest)).map(Math.round);
  return curve(at, draws, (query) =>
    runs.map(({ incumbents }) => value(incumbents[Math.min(query, incumbents.length) - 1] as number)),
  );
}

/** From the moment at which every run has its first value, to the longest run's end. */
export function curveByCost(runs: readonly Outcome[], value: (index: number) => number, draws: Bootstrap): Curve {
  const first = Math.max(...runs.map(({ paid }) => paid[0] as number));
  const last = Math.max(...runs.map(({ paid }) => paid.at(-1) as number));
  return curve(evenly(first, last, POINTS), draws, (seconds) =>
    runs.map(({ paid, incumbents }) => {
      const after = paid.findIndex((sum) => sum > seconds);
      return value(incumbents[after < 0 ? incumbents.length - 1 : after - 1] as number);
    }),
  );
}

const evenly = (from: number, to: number, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => (count === 1 ? from : from + ((to - from) * i) / (count - 1)));

function curve(at: Float64Array, draws: Bootstrap, sampleAt: (at: number) => readonly number[]): Curve {
  const found = Array.from(at, (x) => {
    // An architecture without this value cannot be averaged: a hole in the curve.
    const sample = sampleAt(x);
    const whole = sample.every(Number.isFinite);
    const sorted = whole ? ascending(sample) : [];
    const { low, high } = whole ? draws.interval(sample, RESAMPLES) : { low: Number.NaN, high: Number.NaN };
    return {
      mean: whole ? mean(sample) : Number.NaN,
      low,
      high,
      median: quantile(sorted, 0.5),
      lowerQuartile: quantile(sorted, 0.25),
      upperQuartile: quantile(sorted, 0.75),
    };
  });
  const column = (key: keyof (typeof found)[number]): Float64Array => Float64Array.from(found, (row) => row[key]);
  return {
    at,
    mean: column("mean"),
    low: column("low"),
    high: column("high"),
    median: column("median"),
    lowerQuartile: column("lowerQuartile"),
    upperQuartile: column("upperQuartile"),
  };
}
