import * as Plot from "@observablehq/plot";
import { count, significant } from "../format.ts";

/**
 * The charts, with Observable Plot: thin axes, labels at the lines instead of legends, bands for spread, published values as
 * dashed lines. Functions of data and width; imported lazily.
 */

/** Colours as they are in the theme now; charts draw with `currentColor` otherwise. */
export interface ChartStyle {
  readonly width: number;
  readonly height: number;
  readonly accent: string;
  readonly quiet: string;
  readonly rule: string;
  readonly ground: string;
}

export interface LossPoint {
  readonly step: number;
  readonly total: number;
  readonly operations: number;
  readonly adjacency: number;
  readonly kl: number;
}

export interface NamedPoint {
  readonly x: number;
  readonly y: number;
  readonly name: string;
}

interface EndLabel {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly tone: "strong" | "plain" | "quiet";
}

export interface Reference {
  readonly y: number;
  readonly label: string;
}

const FONT = 12;

/** Plot puts a style element into its figure, which a strict policy refuses: the rules stand in the element's own style sheet. */
function finish(figure: Element): Element {
  for (const style of figure.querySelectorAll("style")) style.remove();
  // One picture with one name: the parts are named after marks, which tells nobody anything.
  for (const part of figure.querySelectorAll("[aria-label], [aria-description]")) {
    part.removeAttribute("aria-label");
    part.removeAttribute("aria-description");
  }
  figure.setAttribute("role", "img");
  return figure;
}

/** Pixels between the frame of the figure and that of the chart. */
const MARGIN = { top: 10, bottom: 36, left: 38 } as const;
const innerHeight = ({ height }: ChartStyle): number => height - MARGIN.top - MARGIN.bottom;

const common = ({ width, height }: ChartStyle, title: string, right: number) =>
  ({
    width,
    height,
    marginLeft: MARGIN.left,
    marginRight: right,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    ariaLabel: title,
    style: { fontSize: `${FONT}px`, overflow: "visible" },
  }) as const;

const horizontal = (label: string, style: ChartStyle) =>
  ({
    label,
    labelArrow: "none",
    labelOffset: 32,
    tickSize: 0,
    tickPadding: 6,
    line: true,
    ticks: Math.max(2, Math.floor(style.width / 90)),
  }) as const;
const wholeTicks = (value: number): string => (Number.isInteger(value) ? String(value) : "");
/** 1500 -> "1.5k"; nothing between two steps. */
const stepTicks = (value: number): string => (value < 1000 ? wholeTicks(value) : `${significant(value / 1000, 4)}k`);

/** Powers of ten, and 2 and 5 times as much where there is room for them. */
function logTicks(low: number, high: number): number[] {
  const times = (digits: readonly number[]): number[] => {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
      for (const digit of digits) ticks.push(Number(`${digit}e${power}`));
    }
    return ticks.filter((tick) => tick >= low && tick <= high);
  };
  const fine = times([1, 2, 5]);
  return fine.length <= MOST_TICKS ? fine : times([1]);
}
const MOST_TICKS = 7;

/** Labels at the ends of lines, pushed apart where they would overlap. `place` maps a value to pixels from the bottom. */
function endLabels(lines: readonly EndLabel[], place: (y: number) => number, style: ChartStyle): Plot.Markish[] {
  const sorted = lines.filter(({ y }) => Number.isFinite(y)).sort((a, b) => a.y - b.y);
  const given = sorted.map(({ y }) => place(y));
  const gap = FONT + 2;
  for (let i = 1; i < given.length; i++) given[i] = Math.max(given[i] as number, (given[i - 1] as number) + gap);
  // What was pushed out at the top comes back down, and pushes in turn.
  let ceiling = innerHeight(style);
  for (let i = given.length - 1; i >= 0; i--) {
    given[i] = Math.min(given[i] as number, ceiling);
    ceiling = (given[i] as number) - gap;
  }
  return sorted.map((point, i) => {
    return Plot.text([point], {
      x: "x",
      y: "y",
      text: "text",
      dx: 6,
      dy: place(point.y) - (given[i] as number),
      textAnchor: "start",
      fill: { strong: style.accent, plain: "currentColor", quiet: style.quiet }[point.tone],
      fontWeight: point.tone === "strong" ? 600 : 400,
    });
  });
}

/** Terms of the loss over steps, logarithmic; thin uprights are epochs. */
export function lossChart(points: readonly LossPoint[], epochSteps: readonly number[], style: ChartStyle): Element {
  const terms = [
    { key: "total", name: "total", dash: undefined },
    { key: "operations", name: "ops", dash: undefined },
    { key: "adjacency", name: "edges", dash: "4 3" },
    { key: "kl", name: "KL", dash: "1 3" },
  ] as const;
  const values = points.flatMap((point) => terms.map(({ key }) => point[key])).filter((value) => value > 0);
  const low = Math.max(Math.min(...values), 1e-8);
  const high = Math.max(...values, low * 10);
  const place = (y: number): number => (innerHeight(style) * Math.log(Math.max(y, low) / low)) / Math.log(high / low);
  const last = points.at(-1);
  const ends = last
    ? terms.flatMap(({ key, name }): EndLabel[] => {
        const tone = key === "total" ? "strong" : "plain";
        return last[key] > 0 ? [{ x: last.step, y: last[key], text: `${name} ${significant(last[key], 2)}`, tone }] : [];
      })
    : [];
  return finish(
    Plot.plot({
      ...common(style, "Loss by optimiser step, logarithmic", 76),
      x: { ...horizontal("optimiser step", style), tickFormat: stepTicks },
      y: {
        type: "log",
        domain: [low, high],
        label: null,
        tickSize: 0,
        ticks: logTicks(low, high),
        tickFormat: (value: number) => significant(value, 1),
        grid: false,
      },
      marks: [
        Plot.ruleX(epochSteps, { stroke: style.rule }),
        ...terms.map(({ key, dash }) =>
          Plot.line(points, {
            x: "step",
            y: (point: LossPoint) => (point[key] > 0 ? point[key] : Number.NaN),
            stroke: key === "total" ? style.accent : "currentColor",
            strokeWidth: key === "total" ? 2 : 1.25,
            strokeOpacity: key === "total" ? 1 : 0.75,
            ...(dash ? { strokeDasharray: dash } : {}),
          }),
        ),
        ...endLabels(ends, place, style),
        Plot.tip(
          points,
          Plot.pointerX({
            x: "step",
            y: "total",
            title: (point: LossPoint) =>
              [`step ${point.step}`, ...terms.map(({ key, name }) => `${name} ${significant(point[key], 3)}`)].join("\n"),
            fill: style.ground,
          }),
        ),
      ],
    }),
  );
}

/** Shares by epoch, in percent, with published values as dashed lines. */
export function shareChart(
  title: string,
  points: readonly NamedPoint[],
  references: readonly Reference[],
  strong: string,
  style: ChartStyle,
): Element {
  const names = [...new Set(points.map(({ name }) => name))];
  const lowest = Math.min(...points.map(({ y }) => y), ...references.map(({ y }) => y));
  const low = lowest > 0.9 ? 0.9 : lowest > 0.5 ? 0.5 : 0;
  const place = (y: number): number => (innerHeight(style) * (y - low)) / (1 - low);
  const most = Math.max(...points.map((point) => point.x), 2);
  const ends = names.flatMap((name): EndLabel[] => {
    const last = points.filter((point) => point.name === name).at(-1);
    const tone = name === strong ? "strong" : "plain";
    return last ? [{ x: most, y: last.y, text: `${name} ${(last.y * 100).toFixed(1)}`, tone }] : [];
  });
  ends.push(...references.map(({ y, label }): EndLabel => ({ x: most, y, text: label, tone: "quiet" })));
  return finish(
    Plot.plot({
      ...common(style, title, 76),
      x: { ...horizontal("epoch", style), domain: [1, most], ticks: Math.min(most - 1, 8), tickFormat: wholeTicks },
      y: { domain: [low, 1], label: null, tickSize: 0, ticks: 4, tickFormat: (value: number) => `${Math.round(value * 100)} %` },
      marks: [
        Plot.ruleY(references, { y: "y", stroke: style.quiet, strokeDasharray: "5 4" }),
        Plot.line(points, {
          x: "x",
          y: "y",
          z: "name",
          stroke: ({ name }: NamedPoint) => (name === strong ? style.accent : "currentColor"),
          strokeWidth: 1.5,
          strokeOpacity: 0.85,
        }),
        Plot.dot(points, {
          x: "x",
          y: "y",
          r: 2,
          fill: ({ name }: NamedPoint) => (name === strong ? style.accent : "currentColor"),
        }),
        ...endLabels(ends, place, style),
        Plot.tip(
          points,
          Plot.pointer({
            x: "x",
            y: "y",
            title: ({ x: epoch, y, name }: NamedPoint) => `epoch ${epoch}\n${name} ${(y * 100).toFixed(2)} %`,
            fill: style.ground,
          }),
        ),
      ],
    }),
  );
}

export interface CurveData {
  /** Best-so-far of each run, position i = query i + 1, in the metric's own unit. */
  readonly runs: readonly { readonly seed: number; readonly values: readonly number[] }[];
  readonly mean: readonly number[];
  /** Half width of the band around the mean. */
  readonly band: readonly number[];
  /** Seed of the run that is on the map. */
  readonly followed: number;
  /** Cells that this run asked for, in order. */
  readonly asked: readonly number[];
  readonly unit: string;
}

/** Names the cells of dots, in the order of the points, for those who link them with the map. */
const namingCells =
  (points: readonly { readonly cell: number }[]): Plot.RenderFunction =>
  (index, scales, values, dimensions, context, next) => {
    const group = next?.(index, scales, values, dimensions, context) ?? null;
    for (const [i, dot] of [...(group?.children ?? [])].entries()) {
      dot.setAttribute("data-cell", String(points[index[i] as number]?.cell));
    }
    return group;
  };

/** Best so far over queries: every run thin, the mean thick, its standard error as a band, the published mean dashed. */
export function searchChart(title: string, data: CurveData, references: readonly Reference[], style: ChartStyle): Element {
  const cellOf = (query: number): number => data.asked[query - 1] ?? -1;
  const mean = data.mean.map((y, i) => {
    const half = data.band[i] ?? 0;
    return { query: i + 1, y, low: y - half, high: y + half, cell: cellOf(i + 1) };
  });
  const lines = data.runs
    .flatMap(({ seed, values }) => values.map((y, i) => ({ query: i + 1, y, seed })))
    .filter(({ y }) => Number.isFinite(y));
  const sorted = lines
    .map(({ y }) => y)
    .concat(references.map(({ y }) => y))
    .sort((a, b) => a - b);
  // The first queries of a random start can be far away; the scale belongs to where the curves end up.
  const low = sorted[Math.floor(sorted.length * 0.03)] ?? 0;
  const high = sorted.at(-1) ?? 1;
  const pad = (high - low) * 0.06 || Math.abs(high) * 0.01 || 1;
  const followed = lines.filter(({ seed }) => seed === data.followed).map((point) => ({ ...point, cell: cellOf(point.query) }));
  const last = mean.at(-1);
  const number = (value: number): string => significant(value, 4);
  return finish(
    Plot.plot({
      ...common(style, title, 64),
      x: { ...horizontal("query", style), tickFormat: wholeTicks },
      y: { domain: [low - pad, high + pad], clamp: true, label: null, tickSize: 0, ticks: 4, tickFormat: number },
      marks: [
        Plot.ruleY(references, { y: "y", stroke: style.quiet, strokeDasharray: "5 4" }),
        Plot.text(references, {
          frameAnchor: "left",
          y: "y",
          text: "label",
          fill: style.quiet,
          textAnchor: "start",
          dx: 4,
          dy: 9,
          stroke: style.ground,
          strokeWidth: 4,
        }),
        Plot.line(lines, {
          x: "query",
          y: "y",
          z: "seed",
          curve: "step-after",
          stroke: "currentColor",
          strokeOpacity: 0.22,
          strokeWidth: 1,
        }),
        Plot.areaY(mean, { x: "query", y1: "low", y2: "high", curve: "step-after", fill: style.accent, fillOpacity: 0.16 }),
        Plot.line(followed, { x: "query", y: "y", curve: "step-after", stroke: "currentColor", strokeWidth: 1.25 }),
        Plot.line(mean, { x: "query", y: "y", curve: "step-after", stroke: style.accent, strokeWidth: 2 }),
        // Seen only where their cell is selected or pointed at.
        Plot.dot(followed, {
          x: "query",
          y: "y",
          r: 2.5,
          fill: "currentColor",
          fillOpacity: 0,
          className: "asked",
          render: namingCells(followed),
        }),
        last
          ? Plot.text([last], {
              x: "query",
              y: "y",
              text: ({ y }: { y: number }) => `${number(y)} ${data.unit}`,
              dx: 6,
              textAnchor: "start",
              fill: style.accent,
              fontWeight: 600,
            })
          : null,
        Plot.tip(
          mean,
          Plot.pointerX({
            x: "query",
            y: "y",
            title: ({ query, y, low: from, high: to }: { query: number; y: number; low: number; high: number }) =>
              `query ${query}\nmean ${number(y)} ${data.unit}${to > from ? ` ± ${number((to - from) / 2)}` : ""}`,
            fill: style.ground,
          }),
        ),
      ],
    }),
  );
}

export interface QueryPoint {
  readonly query: number;
  readonly cell: number;
  readonly value: number;
  readonly best: boolean;
}

/** Every query of one run: what was asked for, and where it got better. The figure's `value` is the point under the pointer. */
export function queryChart(title: string, points: readonly QueryPoint[], style: ChartStyle): Element {
  const sorted = points.map(({ value }) => value).sort((a, b) => a - b);
  // One cell that never learned would flatten all the others; it lies on the edge instead.
  const low = sorted[Math.floor(sorted.length * 0.03)] ?? 0;
  const high = sorted.at(-1) ?? 1;
  const pad = (high - low) * 0.06 || Math.abs(high) * 0.01 || 1;
  const [best, others] = [points.filter((point) => point.best), points.filter((point) => !point.best)];
  return finish(
    Plot.plot({
      ...common(style, title, 12),
      x: { ...horizontal("query", style), tickFormat: wholeTicks },
      y: {
        domain: [low - pad, high + pad],
        clamp: true,
        label: null,
        tickSize: 0,
        ticks: 4,
        tickFormat: (value: number) => significant(value, 4),
      },
      marks: [
        Plot.dot(others, {
          x: "query",
          y: "value",
          r: 2.5,
          fill: "currentColor",
          fillOpacity: 0.5,
          className: "queries",
          render: namingCells(others),
        }),
        Plot.dot(best, { x: "query", y: "value", r: 4, fill: style.accent, className: "queries", render: namingCells(best) }),
        Plot.tip(
          points,
          Plot.pointer({
            x: "query",
            y: "value",
            title: ({ query, cell, value }: QueryPoint) => `query ${query}\ncell ${count(cell)}\n${significant(value, 5)}`,
            fill: style.ground,
          }),
        ),
      ],
    }),
  );
}
