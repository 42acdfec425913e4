/** What the runs of a study come to: everything that report and command tell, as plain numbers in the table's own unit. */
import type { Metric } from "../formats/label-table.ts";
import { type MetricInfo, oriented } from "../objectives/objective.ts";
import { mean, statistics } from "../search/summary.ts";
import { type Curve, curveByCost, curveByQuery } from "./curves.ts";
import type { Study, StudyEntry } from "./definition.ts";
import type { StudyLabels } from "./labels.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import type { RunLine } from "./run-lines.ts";
import { ascending, type Bootstrap, bootstrap, holm, type Interval, permutationTest, quantile } from "./statistics.ts";

export interface Analysis {
  /** Runs of the study that are there, and that there will be. */
  readonly runs: number;
  readonly total: number;
  readonly strategies: readonly StrategyRuns[];
  /** The searched metric, then the reported ones. */
  readonly measures: readonly MeasureAnalysis[];
}

/** One strategy, in the order of the study, with its outcomes in the order of its seeds. */
export interface StrategyRuns {
  readonly entry: StudyEntry;
  readonly outcomes: readonly Outcome[];
}

export interface MeasureAnalysis {
  readonly info: MetricInfo;
  /** Only the searched metric chooses; a reported one belongs to the architecture that it chose. */
  readonly role: "searched" | "reported";
  /** The best value of all architectures that can be searched. */
  readonly optimum: number;
  /** Of strategies that have a run. */
  readonly strategies: readonly StrategyMeasure[];
  readonly comparisons: readonly Comparison[];
  /** The same after fewer queries, where the study asks for it. */
  readonly stages: readonly Stage[];
}

/** Where the runs stood after so many queries; one that ended before counts with its last value. */
export interface Stage {
  readonly queries: number;
  readonly strategies: readonly Spread[];
  readonly comparisons: readonly Comparison[];
}

/** The values of a strategy's runs. */
export interface Spread {
  readonly name: string;
  /** What each run came to, by seed; runs whose architecture has no such value are left out. */
  readonly finals: ReadonlyMap<number, number>;
  readonly mean: number;
  readonly meanInterval: Interval;
  readonly median: number;
  /** First and third quartile, then the quantiles 5 % and 95 %. */
  readonly quartiles: Interval;
  readonly tails: Interval;
  readonly deviation: number | undefined;
  /** Distance of the mean to the optimum, at least 0. */
  readonly regret: number;
}

export interface StrategyMeasure extends Spread {
  readonly toOptimum: {
    /** Share of runs that came to the best value there is. */
    readonly reached: number;
    /** Median number of queries until then, runs that never came to it counting as infinite; undefined where that is infinite. */
    readonly median: number | undefined;
  };
  readonly byQuery: Curve;
  /** By simulated seconds, where queries cost any. */
  readonly byCost?: Curve;
}

/** A strategy against the baseline, over the seeds that both have. */
export interface Comparison {
  readonly name: string;
  readonly baseline: string;
  readonly pairs: number;
  /** Mean of the differences, positive where the strategy is better. */
  readonly difference: number;
  readonly differenceInterval: Interval;
  readonly better: number;
  readonly equal: number;
  readonly worse: number;
  /** Of the paired permutation test, and after Holm's correction over the comparisons of this measure. */
  readonly p: number;
  readonly adjustedP: number;
}

/** @throws InputError where the table lacks a value that a run was told */
export function analyse(study: Study, labels: StudyLabels, runs: readonly RunLine[]): Analysis {
  const position = new Map(study.seeds.map((seed, i) => [seed, i]));
  const strategies = study.entries.map((entry): StrategyRuns => {
    const own = runs.filter(({ name, seed }) => name === entry.name && position.has(seed));
    own.sort((a, b) => (position.get(a.seed) as number) - (position.get(b.seed) as number));
    return { entry, outcomes: own.map((run) => outcomeOf(run, labels)) };
  });
  const resamples = keptBootstraps();
  const measures = [labels.metric, ...labels.reports].map((metric, i) =>
    analyseMeasure(metric, i === 0 ? "searched" : "reported", { study, labels, strategies, resamples }),
  );
  return {
    runs: strategies.reduce((sum, { outcomes }) => sum + outcomes.length, 0),
    total: study.entries.length * study.seeds.length,
    strategies,
    measures,
  };
}

/** Samples of the same size share their resamples. */
function keptBootstraps(): (count: number) => Bootstrap {
  const kept = new Map<number, Bootstrap>();
  return (count) => {
    const made = kept.get(count) ?? bootstrap(count);
    kept.set(count, made);
    return made;
  };
}

interface Context {
  readonly study: Study;
  readonly labels: StudyLabels;
  readonly strategies: readonly StrategyRuns[];
  readonly resamples: (count: number) => Bootstrap;
}

function analyseMeasure(metric: Metric, role: MeasureAnalysis["role"], context: Context): MeasureAnalysis {
  const { study, labels, strategies } = context;
  const { values, name, quantity, unit, goal, scale } = metric;
  const info = { name, quantity, unit, goal, scale };
  let best = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    if (labels.has(i) && Number.isFinite(values[i])) best = Math.max(best, oriented(values[i] as number, info));
  }
  const optimum = oriented(best, info);
  const value = (index: number): number => (values[index] as number) * scale;
  const measured = strategies.flatMap((strategy) => measureStrategy(strategy, value, optimum * scale, info, context) ?? []);
  const stages = study.stages.map((queries): Stage => {
    const spreads = strategies.flatMap(({ entry, outcomes }) => {
      const reached = valuesAfter(outcomes, value, queries);
      return reached.size === 0 ? [] : spreadOf(entry.name, reached, optimum * scale, info, context.resamples);
    });
    return { queries, strategies: spreads, comparisons: compare(spreads, study.baseline, info, context.resamples) };
  });
  return {
    info,
    role,
    optimum: optimum * scale,
    strategies: measured,
    comparisons: compare(measured, study.baseline, info, context.resamples),
    stages,
  };
}

/** By seed, the value of the architecture that was best after so many queries; runs without one are left out. */
function valuesAfter(outcomes: readonly Outcome[], value: (index: number) => number, queries: number): Map<number, number> {
  const reached = outcomes.map(({ seed, incumbents }): [number, number] => {
    return [seed, value(incumbents[Math.min(queries, incumbents.length) - 1] as number)];
  });
  return new Map(reached.filter(([, found]) => Number.isFinite(found)));
}

function spreadOf(
  name: string,
  finals: ReadonlyMap<number, number>,
  optimum: number,
  { goal }: MetricInfo,
  resamples: Context["resamples"],
): Spread {
  const sample = Float64Array.from(finals.values());
  const sorted = ascending(sample);
  const centre = mean(sample);
  return {
    name,
    finals,
    mean: centre,
    meanInterval: resamples(sample.length).interval(sample),
    median: quantile(sorted, 0.5),
    quartiles: { low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) },
    tails: { low: quantile(sorted, 0.05), high: quantile(sorted, 0.95) },
    deviation: statistics(sample)?.deviation,
    // A mean of equal values may differ from them in the last digit.
    regret: Math.max(0, goal === "max" ? optimum - centre : centre - optimum),
  };
}

function measureStrategy(
  { entry, outcomes }: StrategyRuns,
  value: (index: number) => number,
  optimum: number,
  info: MetricInfo,
  { labels, resamples }: Context,
): StrategyMeasure | undefined {
  const finals = valuesAfter(outcomes, value, Number.POSITIVE_INFINITY);
  const valued = outcomes.filter(({ seed }) => finals.has(seed));
  if (valued.length === 0) return undefined;
  const queries = ascending(
    valued.map(({ incumbents }) => {
      const at = incumbents.findIndex((index) => value(index) === optimum);
      return at < 0 ? Number.POSITIVE_INFINITY : at + 1;
    }),
  );
  const median = quantile(queries, 0.5);
  const draws = resamples(valued.length);
  return {
    ...spreadOf(entry.name, finals, optimum, info, resamples),
    toOptimum: {
      reached: queries.filter(Number.isFinite).length / queries.length,
      median: Number.isFinite(median) ? median : undefined,
    },
    byQuery: curveByQuery(valued, value, draws),
    ...(labels.cost ? { byCost: curveByCost(valued, value, draws) } : {}),
  };
}

function compare(
  measured: readonly Spread[],
  baseline: string,
  { goal }: MetricInfo,
  resamples: Context["resamples"],
): Comparison[] {
  const against = measured.find(({ name }) => name === baseline);
  if (!against) return [];
  const found = measured.flatMap(({ name, finals }) => {
    if (name === baseline) return [];
    const differences = [...finals].flatMap(([seed, value]) => {
      const other = against.finals.get(seed);
      return other === undefined ? [] : [goal === "max" ? value - other : other - value];
    });
    if (differences.length === 0) return [];
    return {
      name,
      baseline,
      pairs: differences.length,
      difference: mean(differences),
      differenceInterval: resamples(differences.length).interval(differences),
      better: differences.filter((difference) => difference > 0).length,
      equal: differences.filter((difference) => difference === 0).length,
      worse: differences.filter((difference) => difference < 0).length,
      p: permutationTest(differences),
    };
  });
  const adjusted = holm(found.map(({ p }) => p));
  return found.map((comparison, i) => ({ ...comparison, adjustedP: adjusted[i] as number }));
}
