/** The pictures of a study, with Observable Plot: best so far, what seeds came to, and how they are spread. */
import * as Plot from "@observablehq/plot";
import type { Analysis, MeasureAnalysis, StrategyMeasure } from "../analysis.ts";
import type { Curve } from "../curves.ts";
import { ascending } from "../statistics.ts";
import { colourOf, dashesOf } from "./colours.ts";
import { svgDocument } from "./svg-document.ts";
import { metricLabel } from "./text.ts";

/** A picture for wide screens and paper, and one for phones. */
export interface Figure {
  readonly wide: string;
  readonly narrow: string;
}

interface Size {
  readonly width: number;
  readonly height: number;
  readonly ticks: number;
}

const WIDE: Size = { width: 720, height: 340, ticks: 8 };
const NARROW: Size = { width: 360, height: 280, ticks: 4 };
const STYLE = { fontFamily: "system-ui, sans-serif", fontSize: "12px", overflow: "visible" } as const;
/** The first values of a run lie far below the rest and would flatten it: curves begin after this share of the budget. */
const LEFT_OUT = 0.08;

export interface FigureContext {
  readonly analysis: Analysis;
  /** Stands in every picture, e.g. that test labels were searched. */
  readonly note: string | undefined;
}

/** Place of a strategy in the study: its colour and dashes. */
const placeOf = (analysis: Analysis, name: string): number => analysis.strategies.findIndex(({ entry }) => entry.name === name);

type Kind = { readonly x: "queries" | "seconds"; readonly band: "mean" | "median" };

/** Mean with its 95 % interval, or median with the middle half of the seeds, after so many queries or simulated seconds. */
export function bestSoFarFigure(measure: MeasureAnalysis, { x, band }: Kind, context: FigureContext): Figure | undefined {
  const curves = measure.strategies.flatMap((strategy) => {
    const curve = x === "queries" ? strategy.byQuery : strategy.byCost;
    return curve ? [{ name: strategy.name, curve }] : [];
  });
  if (curves.length === 0) return undefined;
  const end = Math.max(...curves.map(({ curve }) => curve.at.at(-1) as number));
  const lines = curves.map(({ name, curve }) => ({ name, points: pointsOf(curve, band, LEFT_OUT * end) }));
  const all = lines.flatMap(({ points }) => points);
  const label = x === "queries" ? "queries" : "simulated seconds";
  return both((size) =>
    plot(size, context, {
      ariaLabel: `Best ${measure.info.name} so far, by ${label}: ${WORDS[band]}, for ${lines.map(({ name }) => name).join(", ")}`,
      x: { label, domain: [0, end], ticks: size.ticks, ...(x === "seconds" && { tickFormat: "~s" }) },
      y: { label: metricLabel(measure.info), domain: framed([...all.flatMap(({ low, high }) => [low, high]), measure.optimum]) },
      marks: [
        Plot.ruleY([measure.optimum], { stroke: "currentColor", strokeOpacity: 0.6, strokeDasharray: "3 3" }),
        ...lines.map(({ name, points }) =>
          Plot.areaY(points, {
            x: "at",
            y1: "low",
            y2: "high",
            fill: colourOf(placeOf(context.analysis, name)),
            fillOpacity: 0.18,
          }),
        ),
        ...lines.map(({ name, points }) => {
          const place = placeOf(context.analysis, name);
          const stroke = { stroke: colourOf(place), strokeWidth: 2, strokeDasharray: dashesOf(place) };
          return Plot.lineY(points, { x: "at", y: "middle", ...stroke });
        }),
      ],
    }),
  );
}

const WORDS = { mean: "mean and its 95 % interval", median: "median and quartiles" } as const;

function pointsOf({ at, ...curve }: Curve, band: Kind["band"], from: number) {
  const [middle, low, high] =
    band === "mean" ? [curve.mean, curve.low, curve.high] : [curve.median, curve.lowerQuartile, curve.upperQuartile];
  const points = Array.from(at, (x, i) => {
    return { at: x, middle: middle[i] as number, low: low[i] as number, high: high[i] as number };
  });
  return points.filter(({ at, middle }, i) => Number.isFinite(middle) && (at >= from || i === points.length - 1));
}

/** Share of seeds whose run came to a value or a worse one. */
export function distributionFigure(measure: MeasureAnalysis, context: FigureContext): Figure {
  const steps = measure.strategies.map((strategy) => ({ name: strategy.name, points: stepsOf(strategy) }));
  const values = steps.flatMap(({ points }) => points.map(({ value }) => value));
  return both((size) =>
    plot(size, context, {
      ariaLabel: `Cumulative distribution over seeds of the final ${measure.info.name}`,
      x: { label: metricLabel(measure.info), domain: framed([...values, measure.optimum]), ticks: size.ticks },
      y: { label: "share of seeds that came to this value or less", domain: [0, 1], ticks: 5, tickFormat: "%" },
      marks: [
        Plot.ruleX([measure.optimum], { stroke: "currentColor", strokeOpacity: 0.6, strokeDasharray: "3 3" }),
        ...steps.map(({ name, points }) => {
          const place = placeOf(context.analysis, name);
          const stroke = { stroke: colourOf(place), strokeWidth: 2, strokeDasharray: dashesOf(place) };
          return Plot.line(points, { x: "value", y: "share", curve: "step-after", ...stroke });
        }),
      ],
    }),
  );
}

function stepsOf({ finals }: StrategyMeasure): { value: number; share: number }[] {
  const sorted = ascending([...finals.values()]);
  const steps = [{ value: sorted[0] as number, share: 0 }];
  for (const [i, value] of sorted.entries()) if (value !== sorted[i + 1]) steps.push({ value, share: (i + 1) / sorted.length });
  return steps;
}

/** How far from the best value runs ended: 5 to 95 %, the middle half, median and mean. */
export function regretFigure(measure: MeasureAnalysis, context: FigureContext): Figure {
  const regret = (value: number): number => Math.abs(measure.optimum - value);
  const rows = measure.strategies.map(({ name, tails, quartiles, median, mean }) => ({
    name,
    from: regret(tails.low),
    to: regret(tails.high),
    low: regret(quartiles.low),
    high: regret(quartiles.high),
    median: regret(median),
    mean: regret(mean),
    colour: colourOf(placeOf(context.analysis, name)),
  }));
  const longest = Math.max(...rows.map(({ name }) => name.length));
  const { unit } = measure.info;
  return both((size) =>
    plot({ ...size, height: 74 + 34 * rows.length }, context, {
      ariaLabel: `Regret in ${measure.info.name} over seeds, by strategy`,
      marginLeft: Math.min(size.width / 3, 16 + 7 * longest),
      x: {
        label: `regret in ${measure.info.name}${unit ? ` (${unit})` : ""}`,
        domain: [0, framed(rows.flatMap(({ from, to }) => [from, to]))[1]],
        ticks: size.ticks,
      },
      y: { domain: rows.map(({ name }) => name), label: null, tickSize: 0, grid: false, type: "band" },
      marks: rows.flatMap((row) => [
        Plot.ruleY([row], { y: "name", x1: "from", x2: "to", stroke: row.colour, strokeWidth: 1.5 }),
        Plot.ruleY([row], { y: "name", x1: "low", x2: "high", stroke: row.colour, strokeWidth: 8, strokeOpacity: 0.45 }),
        Plot.tickX([row], { y: "name", x: "median", stroke: row.colour, strokeWidth: 2.5, insetTop: 7, insetBottom: 7 }),
        Plot.dot([row], { y: "name", x: "mean", r: 4, fill: row.colour, stroke: "var(--page)" }),
      ]),
    }),
  );
}

/** A little more than the values take. */
function framed(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = 0.04 * (high - low || Math.abs(high) || 1);
  return [low - room, high + room];
}

const both = (draw: (size: Size) => string): Figure => ({ wide: draw(WIDE), narrow: draw(NARROW) });

function plot({ width, height }: Size, { note }: FigureContext, { x, y, marks, ...options }: Plot.PlotOptions): string {
  const figure = Plot.plot({
    document: svgDocument() as unknown as Document,
    width,
    height,
    marginTop: note === undefined ? 26 : 44,
    marginLeft: 54,
    marginRight: 14,
    marginBottom: 42,
    style: STYLE,
    ...options,
    x: { labelAnchor: "center", labelArrow: "none", labelOffset: 36, grid: true, ...x },
    y: { labelAnchor: "top", labelArrow: "none", grid: true, ...y },
    marks: [
      ...(marks ?? []),
      ...(note === undefined
        ? []
        : [Plot.text([note], { frameAnchor: "top-left", dy: -24, dx: -50, fill: "var(--warn)", fontWeight: "bold" })]),
    ],
  });
  // Its rules are the page's.
  return String(figure).replace(/<style>.*?<\/style>/s, "");
}
