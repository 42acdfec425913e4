/** What a study came to, for people and machines. */

import { isTestMetric } from "../formats/metric-units.ts";
import type { Analysis, Comparison, Spread } from "../study/analysis.ts";
import type { Study } from "../study/definition.ts";
import type { StudyLabels } from "../study/labels.ts";
import type { Interval } from "../study/statistics.ts";
import { VERSION } from "../version.ts";
import type { JsonLine, Output } from "./output.ts";

interface StudyFacts {
  readonly study: Study;
  readonly labels: StudyLabels;
  readonly analysis: Analysis;
}

/** Without the noise of binary fractions that scaling adds. */
const clean = (value: number | undefined): number | null => (value === undefined ? null : Number(value.toPrecision(12)));

const pair = ({ low, high }: Interval) => [clean(low), clean(high)];

const spreadLine = (strategy: Spread) => ({
  name: strategy.name,
  seeds: strategy.finals.size,
  mean: clean(strategy.mean),
  meanInterval: pair(strategy.meanInterval),
  median: clean(strategy.median),
  quartiles: pair(strategy.quartiles),
  std: clean(strategy.deviation),
  regret: clean(strategy.regret),
});

const comparisonLine = (comparison: Comparison) => ({
  ...comparison,
  difference: clean(comparison.difference),
  differenceInterval: pair(comparison.differenceInterval),
});

export function resultLine({ study, labels, analysis }: StudyFacts, warnings: readonly string[], report: string): JsonLine {
  return {
    type: "result",
    study: study.name,
    space: study.space.name,
    labels: labels.table.source,
    runs: analysis.runs,
    total: analysis.total,
    complete: analysis.runs === analysis.total,
    searchesTestMetric: isTestMetric(study.metric),
    measures: analysis.measures.map(({ info, role, optimum, strategies, comparisons, stages }) => ({
      metric: { name: info.name, unit: info.unit, goal: info.goal },
      role,
      optimum: clean(optimum),
      strategies: strategies.map(({ toOptimum, ...strategy }) => ({
        ...spreadLine(strategy),
        toOptimum: { reached: toOptimum.reached, median: toOptimum.median ?? null },
      })),
      comparisons: comparisons.map(comparisonLine),
      stages: stages.map((stage) => ({
        queries: stage.queries,
        strategies: stage.strategies.map(spreadLine),
        comparisons: stage.comparisons.map(comparisonLine),
      })),
    })),
    warnings,
    report,
    version: VERSION,
  };
}

export function tellStudy({ study, analysis }: StudyFacts, report: string, to: Output): void {
  if (analysis.runs < analysis.total) to.say(`${analysis.runs} of ${analysis.total} runs; the same command goes on.`);
  for (const { info, role, strategies } of analysis.measures) {
    const digits = info.scale === 1 ? 4 : 2;
    const width = Math.max(...study.entries.map(({ name }) => name.length));
    to.say(`${info.name} (${role})`);
    for (const { name, mean, meanInterval, median, finals } of strategies) {
      const interval = `${meanInterval.low.toFixed(digits)} to ${meanInterval.high.toFixed(digits)}`;
      to.say(
        `  ${name.padEnd(width)}  ${mean.toFixed(digits)} ${info.unit} (${interval}), median ${median.toFixed(digits)}, ${finals.size} seeds`,
      );
    }
  }
  to.say(`${report}`);
}
