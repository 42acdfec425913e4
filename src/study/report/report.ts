/** The report of a study as one HTML file: results above, everything needed to repeat them below. */

import { isTestMetric } from "../../formats/metric-units.ts";
import type { MetricInfo } from "../../objectives/objective.ts";
import { mean } from "../../search/summary.ts";
import { searchSpace } from "../../spaces/registry.ts";
import type { Analysis, Comparison, MeasureAnalysis, Spread, StrategyMeasure } from "../analysis.ts";
import type { Reference, Study } from "../definition.ts";
import type { StudyLabels } from "../labels.ts";
import type { StrategyLine, StudyLine } from "../run-lines.ts";
import { seedsText } from "../seed-list.ts";
import { quantile } from "../statistics.ts";
import { colourOf, dashesOf } from "./colours.ts";
import { bestSoFarFigure, distributionFigure, type Figure, type FigureContext, regretFigure } from "./figures.ts";
import { type Column, page, pairs, table } from "./page.ts";
import { escaped } from "./svg-document.ts";
import { budgetText, countText, differenceText, intervalText, pText, secondsText, shareText, valueText } from "./text.ts";

export interface StudyFacts {
  readonly study: Study;
  readonly lines: { readonly study: StudyLine; readonly strategies: readonly StrategyLine[] };
  readonly labels: StudyLabels;
  readonly analysis: Analysis;
  readonly version: string;
}

/** The same runs give the same report, in whichever order and on however many threads they ran; only wall times differ (class `wall`). */
export function studyReport(facts: StudyFacts): string {
  const { study, analysis, version } = facts;
  const context: FigureContext = { analysis, note: noteOf(study) };
  const [searched, ...reported] = analysis.measures;
  const ordered = [...reported.slice(0, 1), ...(searched ? [searched] : []), ...reported.slice(1)];
  const sections = ordered.map((measure, i) => measureSection(measure, i < 2, facts, context));
  return page(study.name, version, [head(facts), ...sections, settings(facts), methods(facts)].join("\n"));
}

/** What stands on every figure where the searched labels are test labels. */
export const noteOf = ({ metric }: Study): string | undefined =>
  isTestMetric(metric) ? `searched on test labels (${metric})` : undefined;

function head({ study, labels, analysis }: StudyFacts): string {
  const [reported] = study.reports;
  const told =
    reported === undefined ? "" : `, reports <b>${escaped(study.reports.join(", "))}</b> of the architecture that was best by it`;
  const seeds = `${countText(study.seeds.length)} ${study.seeds.length === 1 ? "seed" : "seeds"}`;
  const unfinished =
    analysis.runs === analysis.total
      ? ""
      : `<p class="warn">Unfinished: ${countText(analysis.runs)} of ${countText(analysis.total)} runs are in this report.</p>`;
  const test =
    noteOf(study) === undefined
      ? ""
      : `<p class="warn">These searches optimise test labels (${escaped(study.metric)}), which should only be reported: no fair comparison with searches on validation labels.</p>`;
  return `<h1>${escaped(study.name)}</h1>
<p class="soft">${escaped(searchSpace(study.space).title)}, labels of ${escaped(labels.table.source)}; each strategy with ${seeds}. Searches <b>${escaped(study.metric)}</b>${told}.</p>
${unfinished}${test}${labels.warnings.map((warning) => `<p class="soft">${escaped(warning)}</p>`).join("\n")}
${legend(analysis)}`;
}

function legend({ strategies }: Analysis): string {
  const items = strategies.map(({ entry }, i) => `<li>${key(i)}${escaped(entry.name)}</li>`);
  return `<ul class="legend">${items.join("")}</ul>`;
}

function key(place: number): string {
  const line = `<line x1="0" y1="5" x2="26" y2="5" stroke="${colourOf(place)}" stroke-width="3" stroke-dasharray="${dashesOf(place)}"/>`;
  return `<svg class="key" viewBox="0 0 26 10" aria-hidden="true">${line}</svg>`;
}

function measureSection(measure: MeasureAnalysis, withFigures: boolean, facts: StudyFacts, context: FigureContext): string {
  const { info, role, optimum, strategies } = measure;
  const words = role === "searched" ? "the searched metric" : "reported for the architecture with the best searched value";
  const best = `${valueText(optimum, info)} ${info.unit}`.trim();
  return `<h2>${escaped(info.name)}</h2>
<p class="soft">${words[0]?.toUpperCase()}${words.slice(1)}. The best value there is: ${escaped(best)}${withFigures ? " (dashed)" : ""}.</p>
${strategies.length === 0 ? "<p>No run has a value yet.</p>" : [finals(measure), references(measure, facts.study), compared(info, measure.comparisons), reached(measure), ...stages(measure), ...(withFigures ? figures(measure, facts, context) : [])].join("\n")}`;
}

function figures(measure: MeasureAnalysis, { labels, analysis }: StudyFacts, context: FigureContext): string[] {
  const note = context.note === undefined ? "" : ` ${context.note[0]?.toUpperCase()}${context.note.slice(1)}.`;
  const show = (figure: Figure | undefined, caption: string): string =>
    figure === undefined
      ? ""
      : `<figure><div class="wide">${figure.wide}</div><div class="narrow">${figure.narrow}</div>\n${legend(analysis)}<figcaption>${escaped(caption + note)}</figcaption></figure>`;
  const { name } = measure.info;
  const incumbent =
    measure.role === "searched"
      ? `Best ${name} so far`
      : `${name} of the architecture with the best ${labels.metric.name} so far`;
  return [
    show(
      bestSoFarFigure(measure, { x: "queries", band: "mean" }, context),
      `${incumbent}: mean over seeds, with its 95 % interval.`,
    ),
    show(
      bestSoFarFigure(measure, { x: "queries", band: "median" }, context),
      `${incumbent}: median over seeds, with the middle half of them.`,
    ),
    show(
      bestSoFarFigure(measure, { x: "seconds", band: "mean" }, context),
      `The same mean by what the queries cost (${labels.cost?.name ?? ""}), in simulated seconds.`,
    ),
    show(distributionFigure(measure, context), `What seeds came to: share of them with this final ${name} or a lower one.`),
    show(
      regretFigure(measure, context),
      "Distance of the final value to the best one there is: line from 5 to 95 % of the seeds, bar for the middle half, tick at the median, dot at the mean.",
    ),
  ];
}

function finals({ info, strategies }: MeasureAnalysis): string {
  return spreads(`Final values${info.unit === "" ? "" : `, in ${info.unit}`}`, info, strategies);
}

function spreads(caption: string, info: MetricInfo, rows: readonly Spread[]): string {
  const text = (value: number): string => valueText(value, info);
  const columns: Column<Spread>[] = [
    { head: "strategy", cell: ({ name }) => name, kind: "text" },
    { head: "seeds", cell: ({ finals }) => countText(finals.size) },
    { head: "mean", cell: ({ mean }) => text(mean) },
    { head: "95 % interval", cell: ({ meanInterval }) => intervalText(meanInterval, text) },
    { head: "std", cell: ({ deviation }) => (deviation === undefined ? "–" : text(deviation)) },
    { head: "regret", cell: ({ regret }) => text(regret) },
    { head: "median", cell: ({ median }) => text(median) },
    { head: "quartiles", cell: ({ quartiles }) => intervalText(quartiles, text) },
  ];
  return table(caption, columns, rows);
}

function stages({ info, stages }: MeasureAnalysis): string[] {
  return stages.flatMap(({ queries, strategies, comparisons }) => [
    `<h3>After ${countText(queries)} queries</h3>`,
    spreads(`Values${info.unit === "" ? "" : `, in ${info.unit}`}`, info, strategies),
    compared(info, comparisons),
  ]);
}

function references({ info }: MeasureAnalysis, { references }: Study): string {
  const rows = references.filter(({ values }) => values[info.name] !== undefined);
  if (rows.length === 0) return "";
  const value = (reference: Reference, i: 0 | 1): string => {
    const found = reference.values[info.name]?.[i];
    return found === undefined ? "–" : valueText(found, info);
  };
  const columns: Column<Reference>[] = [
    { head: "", cell: ({ name }) => name, kind: "text" },
    { head: "mean", cell: (reference) => value(reference, 0) },
    { head: "std", cell: (reference) => value(reference, 1) },
    { head: "from", cell: ({ from }) => from, kind: "text" },
  ];
  return table("Found by others", columns, rows);
}

function reached({ strategies }: MeasureAnalysis): string {
  const columns: Column<StrategyMeasure>[] = [
    { head: "strategy", cell: ({ name }) => name, kind: "text" },
    { head: "seeds that came to it", cell: ({ toOptimum, finals }) => countText(Math.round(toOptimum.reached * finals.size)) },
    { head: "share", cell: ({ toOptimum }) => shareText(toOptimum.reached) },
    {
      head: "queries until then, median",
      cell: ({ toOptimum: { median } }) => (median === undefined ? "not reached by most" : countText(median)),
    },
  ];
  return table("The best value there is", columns, strategies);
}

function compared(info: MetricInfo, comparisons: readonly Comparison[]): string {
  const [first] = comparisons;
  if (!first) return "";
  const columns: Column<Comparison>[] = [
    { head: "strategy", cell: ({ name }) => name, kind: "text" },
    { head: "pairs", cell: ({ pairs }) => countText(pairs) },
    { head: "better by", cell: ({ difference }) => differenceText(difference, info) },
    {
      head: "95 % interval",
      cell: ({ differenceInterval }) => intervalText(differenceInterval, (value) => differenceText(value, info)),
    },
    { head: "better / equal / worse", cell: ({ better, equal, worse }) => `${better} / ${equal} / ${worse}` },
    { head: "p", cell: ({ p }) => pText(p) },
    { head: "p, Holm", cell: ({ adjustedP }) => pText(adjustedP) },
  ];
  return table(`Beside ${first.baseline}, seed by seed`, columns, comparisons);
}

function settings({ study, lines, labels, analysis, version }: StudyFacts): string {
  const strategies = lines.strategies.map((line, i) => ({ ...line, outcomes: analysis.strategies[i]?.outcomes ?? [] }));
  const columns: Column<(typeof strategies)[number]>[] = [
    { head: "name", cell: ({ name }) => name, kind: "text" },
    { head: "strategy", cell: ({ strategy }) => strategy, kind: "text" },
    { head: "protocol", cell: ({ protocol }) => protocol, kind: "text" },
    { head: "points", cell: ({ points }) => points, kind: "text" },
    { head: "budget", cell: ({ budget }) => budgetText(budget), kind: "text" },
    { head: "runs", cell: ({ outcomes }) => countText(outcomes.length) },
    {
      head: "queries",
      cell: ({ outcomes }) =>
        outcomes.length === 0 ? "–" : countText(mean(outcomes.map(({ incumbents }) => incumbents.length))),
    },
    {
      head: "time",
      cell: ({ outcomes }) => {
        const times = outcomes.map(({ seconds }) => seconds).sort((a, b) => a - b);
        return `<span class="wall">${times.length === 0 ? "–" : escaped(secondsText(quantile(times, 0.5)))}</span>`;
      },
      markup: true,
    },
  ];
  const wall = analysis.strategies.flatMap(({ outcomes }) => outcomes.map(({ seconds }) => seconds)).reduce((a, b) => a + b, 0);
  const facts: (readonly [string, string])[] = [
    ["space", JSON.stringify(study.space)],
    ["labels", labels.table.source],
    ["searched", study.metric],
    ["reported", study.reports.join(", ") || "nothing"],
    ["cost", lines.study.cost ?? "none"],
    [
      "embedding",
      study.source
        ? study.source.kind === "pretrained"
          ? `the ${study.source.protocol} model of archscape`
          : study.source.path
        : "none",
    ],
    ["seeds", seedsText(study.seeds)],
    ["SHA-256 of the labels", lines.study.table],
    ["SHA-256 of the embedding", lines.study.embedding ?? "none"],
    ["runs begun with", `archscape ${lines.study.version}`],
    ["report made with", `archscape ${version}`],
  ];
  return `<h2>Settings</h2>
${table("Strategies: mean number of queries a run, median wall time a run", columns, strategies)}
${pairs(
  "Options",
  strategies.map(({ name, options, backend }) => [
    name,
    `${optionsText(options)}${backend === undefined ? "" : `; search backend ${backend}`}`,
  ]),
)}
${pairs("The study", facts)}
<p class="soft wall">All runs one after the other took ${escaped(secondsText(wall))} of wall time.</p>`;
}

const optionsText = (options: StrategyLine["options"]): string =>
  Object.entries(options)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ") || "none";

function methods({ labels, lines }: StudyFacts): string {
  const told = [
    "Every query counts and is paid in full, also of an architecture that was asked for before. The best so far is the architecture with the best searched value, the earlier one of equals; reported values are those of this architecture, never the best reported ones seen.",
    "Intervals of means and of mean differences: percentile bootstrap over seeds, 95 %, 10,000 resamples, fewer for more than 1,000 seeds (bands in figures 1,000), seeded.",
    "p: paired permutation test on the differences between runs of the same seed, two-sided, 100,000 drawn choices of signs, all of them for up to 16 pairs that differ. Holm's correction over the comparisons of a table.",
    "Seeds that came to the best value: those whose best architecture so far had, after some query, the best value there is. The median of the queries until then counts those that never came to it as infinite.",
    ...(lines.strategies.some(({ backend }) => backend !== undefined)
      ? ["Runs with a search backend were made together: each counts with an equal share of the wall time."]
      : []),
    `Of ${countText(labels.objective.size)} architectures only those with a label${labels.cost ? " and a cost" : ""} are searched.`,
  ];
  return `<h2>How to read this</h2>\n<ul class="soft">${told.map((text) => `<li>${escaped(text)}</li>`).join("\n")}</ul>`;
}
