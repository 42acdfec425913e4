/** What a page shows of a study, made of its analysis: numbers for tables, pictures as SVG. */
import type { Analysis, MeasureAnalysis, Spread, StrategyMeasure } from "../src/study/analysis.ts";
import type { Study } from "../src/study/definition.ts";
import { bestSoFarFigure, distributionFigure, type Figure } from "../src/study/report/figures.ts";
import { noteOf } from "../src/study/report/report.ts";
import type { Look, MeasureView, Picture, SpreadView, StrategyView, StudyView } from "./study-protocol.ts";

export function studyView(study: Study, analysis: Analysis, look: Look): StudyView {
  const [searched, ...reported] = analysis.measures as [MeasureAnalysis, ...MeasureAnalysis[]];
  const measures = [...reported, searched];
  const shown = measures.find(({ info }) => info.name === look.metric) ?? (measures[0] as MeasureAnalysis);
  const context = { analysis, note: noteOf(study) };
  const has = shown.strategies.length > 0;
  return {
    runs: analysis.runs,
    total: analysis.total,
    names: analysis.strategies.map(({ entry }) => entry.name),
    measures: measures.map(measureView),
    metric: shown.info,
    curves: has ? unstyled(bestSoFarFigure(shown, look, context)) : undefined,
    distribution: has ? unstyled(distributionFigure(shown, context)) : undefined,
  };
}

function measureView({ info, role, optimum, strategies, comparisons, stages }: MeasureAnalysis): MeasureView {
  return {
    info,
    role,
    optimum,
    strategies: strategies.map(strategyView),
    comparisons,
    stages: stages.map((stage) => ({ ...stage, strategies: stage.strategies.map(spreadView) })),
  };
}

function spreadView({ finals, name, mean, meanInterval, median, quartiles, tails, deviation, regret }: Spread): SpreadView {
  return { seeds: finals.size, name, mean, meanInterval, median, quartiles, tails, deviation, regret };
}

const strategyView = (strategy: StrategyMeasure): StrategyView => ({ ...spreadView(strategy), toOptimum: strategy.toOptimum });

/** A strict policy refuses styles inside elements: these stand in the page's own style sheet. */
function unstyled(figure: Figure | undefined): Picture | undefined {
  const plain = (svg: string): string => svg.replace(/ style="[^"]*"/g, "");
  return figure && { wide: plain(figure.wide), narrow: plain(figure.narrow) };
}
