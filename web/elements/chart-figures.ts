import type { MetricInfo } from "../../src/objectives/objective.ts";
import { averageCurve, bestSoFar, type Measure } from "../../src/search/summary.ts";
import { type ChartTable, fewOf } from "../charts/chart-table.ts";
import type { ChartStyle, NamedPoint, Reference } from "../charts/plots.ts";
import { thinned } from "../charts/series.ts";
import { count, inUnit, percent, significant } from "../format.ts";
import { PAPER, PUBLISHED_QUALITY, publishedSearch } from "../published.ts";
import type { Lab } from "../state/context.ts";

/** What draws, loaded when there is something to draw. */
export type Plots = typeof import("../charts/plots.ts");

/** A chart, and the same in words. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  /** Behind the title: source of dashed lines, meaning of bands. */
  readonly note?: string;
  draw(plots: Plots, style: ChartStyle): Element;
  /** The same in words. */
  table(): ChartTable;
}

/** Of the pre-training under way, or the last one: the loss, and what every epoch came to. */
export function trainingFigures(lab: Lab): readonly Figure[] {
  const { metrics, metricsCount, epochs, totalSteps, options } = lab.training.store.value;
  const figures: Figure[] = [];
  if (metricsCount > 0) {
    const each = options && totalSteps > 0 ? totalSteps / options.epochs : 0;
    const reached = (metrics[metricsCount - 1]?.step ?? 0) + 1;
    const edges = each > 0 ? Array.from({ length: Math.floor(reached / each) }, (_, i) => (i + 1) * each) : [];
    figures.push({
      id: "loss",
      title: "Loss",
      note: "logarithmic",
      draw: (plots, style) => plots.lossChart(thinned(metrics), edges, style),
      table: () => ({
        columns: ["Steps", "Loss", "Operations", "Edges", "KL"],
        rows: thinned(metrics, 12).map(({ step, total, operations, adjacency, kl }) => [
          count(step),
          ...[total, operations, adjacency, kl].map((value) => significant(value, 3)),
        ]),
      }),
    });
  }
  const last = epochs.at(-1);
  if (!last) return figures;
  const shares = (name: string, pick: (epoch: (typeof epochs)[number]) => number): NamedPoint[] =>
    epochs.map((epoch) => ({ x: epoch.epoch, y: pick(epoch), name }));
  const rebuilt = [
    ...shares("cells", ({ reconstruction }) => reconstruction.exact),
    ...shares("edges", ({ reconstruction }) => reconstruction.adjacency),
    ...shares("ops", ({ reconstruction }) => reconstruction.ops),
  ];
  const sampled = [
    ...shares("valid", ({ validity }) => validity),
    ...shares("in space", ({ inSpaceValidity }) => inSpaceValidity),
    ...shares("unique", ({ uniqueness }) => uniqueness),
  ];
  const published = PUBLISHED_QUALITY[lab.space.name];
  const paper = (y: number): Reference => ({ y, label: `paper ${(y * 100).toFixed(1)}` });
  const note = `dashed: ${PAPER.short}`;
  figures.push(
    {
      id: "reconstruction",
      title: "Held-out rebuilt",
      note,
      draw: (plots, style) => plots.shareChart("Reconstruction by epoch", rebuilt, [paper(published.accuracy)], "cells", style),
      table: () => ({
        columns: ["Epoch", "Operations rebuilt", "Edges rebuilt", "Whole cells rebuilt"],
        rows: fewOf(epochs).map(({ epoch, reconstruction: { ops, adjacency, exact } }) => [
          count(epoch),
          ...[ops, adjacency, exact].map((share) => percent(share)),
        ]),
      }),
    },
    {
      id: "samples",
      title: "Prior samples",
      note: `dashed: valid, ${PAPER.short}`,
      draw: (plots, style) =>
        plots.shareChart("Validity and uniqueness by epoch", sampled, [paper(published.validity)], "valid", style),
      table: () => ({
        columns: ["Epoch", "Valid", "Valid in the space", "Unique"],
        rows: fewOf(epochs).map(({ epoch, validity, inSpaceValidity, uniqueness }) => [
          count(epoch),
          ...[validity, inSpaceValidity, uniqueness].map((share) => percent(share)),
        ]),
      }),
    },
  );
  return figures;
}

/** Of the last search: how good the best is after so many queries, and every query of the run on the map. */
export function searchFigures(lab: Lab): readonly Figure[] {
  const { searching } = lab;
  const { plan, runs } = searching.store.value;
  const shown = searching.run();
  if (!plan || !shown) return [];
  const spread = runs.filter((run) => run.trace).length > 1 ? { note: "mean ± std. error" } : {};
  const curve = (measure: Measure, metric: MetricInfo, title: string): Figure => ({
    id: measure,
    title,
    ...(measure === "metric" ? spread : {}),
    draw: (plots, style) => {
      // A run under way is drawn, but only ended runs are averaged: a mean over runs of unlike length would jump.
      const ended = runs.filter((run) => run.trace);
      const { mean, standardError } = averageCurve(ended.length > 0 ? ended : [shown], measure);
      const scaled = (values: Iterable<number>): number[] => Array.from(values, (value) => value * metric.scale);
      const published = publishedSearch(lab.space.name, plan.strategy, plan.points, metric.name);
      const references: Reference[] =
        published === undefined ? [] : [{ y: published * metric.scale, label: `${PAPER.short}, 500 runs` }];
      return plots.searchChart(
        title,
        {
          runs: runs.map((run) => ({ seed: run.seed, values: scaled(bestSoFar(run, measure)) })),
          mean: scaled(mean),
          band: scaled(standardError),
          followed: shown.seed,
          asked: shown.queries.map(({ index }) => index),
          unit: metric.unit,
        },
        references,
        style,
      );
    },
    table: () => {
      const best = [...bestSoFar(shown, measure)];
      const at = fewOf(best.map((_, query) => query));
      return {
        columns: ["Queries", `${title}, seed ${shown.seed}`],
        rows: at.map((query) => [count(query + 1), inUnit(best[query] as number, metric)]),
      };
    },
  });
  const best = new Set<number>();
  let incumbent = -1;
  for (const query of shown.queries) {
    if (query.incumbent !== incumbent) best.add(query.query);
    incumbent = query.incumbent;
  }
  const points = shown.queries.map(({ query, index, value }) => ({
    query,
    cell: index,
    value: value * plan.metric.scale,
    best: best.has(query),
  }));
  const { cells } = lab.instruments.selecting.store.value;
  const selected = new Set(cells);
  const inside = shown.queries.filter(({ index }) => selected.has(index)).length;
  const share = cells.length > 0 ? `${count(inside)} of ${count(shown.queries.length)} selected, ` : "";
  return [
    curve("metric", plan.metric, `Best ${plan.metric.name}`),
    ...(plan.report ? [curve("report", plan.report, `Its ${plan.report.name}`)] : []),
    {
      id: "queries",
      title: "Every query",
      note: `${share}${plan.metric.name}, seed ${shown.seed}`,
      draw: (plots, style) => plots.queryChart("Every query of the run on the map", points, style),
      table: () => ({
        columns: ["Query that was the best so far", plan.metric.name],
        rows: fewOf(shown.queries.filter(({ query }) => best.has(query))).map(({ query, value }) => [
          count(query),
          inUnit(value, plan.metric),
        ]),
      }),
    },
  ];
}
