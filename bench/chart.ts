/** The pictures of a run, with Observable Plot: milliseconds a step by engine, and the roofline with the kernels of a step. */
import * as Plot from "@observablehq/plot";
import { svgDocument } from "../src/study/report/svg-document.ts";
import { number } from "./report.ts";
import type { BenchmarkResult } from "./result.ts";
import { kernelRows, type Roof, roofOf } from "./roofline.ts";

const WIDTH = 720;
/** Of the roofline. */
const HEIGHT = 400;
const MARGIN = { top: 28, bottom: 44 } as const;
/** Pixels between the middles of two labels. */
const LINE = 14;
const FONT = { fontFamily: "system-ui, sans-serif", fontSize: "12px", overflow: "visible" } as const;

export interface ChartStyle {
  /** Pixels. */
  readonly width?: number;
  /** The page's document by default. */
  readonly document?: Document;
  /** Colour of what is ours. */
  readonly accent: string;
}

const logarithmic = (label: string, values: readonly number[]): Plot.ScaleOptions => {
  const [low, high] = domainOf(values);
  return {
    type: "log",
    domain: [low, high],
    label,
    labelArrow: "none",
    labelOffset: 36,
    grid: true,
    tickFormat: "~g",
    ticks: ticksBetween(low, high),
  };
};

/** Ticks 1, 2, 5 times powers of ten; powers only where those would be many. */
export function ticksBetween(low: number, high: number): number[] {
  const few = Math.log10(high / low) <= 2.5;
  const powers = Array.from({ length: 24 }, (_, i) => 10 ** (i - 9));
  const all = powers.flatMap((power) => (few ? [power, 2 * power, 5 * power] : [power]));
  // 10 ** -3 and its like are not exact.
  return all.map((tick) => Number(tick.toPrecision(3))).filter((tick) => tick >= low && tick <= high);
}

/** The nearest of 1, 2, 5 times powers of ten that frame the values. */
export function domainOf(values: readonly number[]): [number, number] {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  if (positive.length === 0) return [1, 10];
  const around = (value: number): number[] =>
    [1, 2, 5, 10].map((factor) => Number((factor * 10 ** Math.floor(Math.log10(value))).toPrecision(3)));
  const [least, most] = [Math.min(...positive), Math.max(...positive)];
  const low = around(least).findLast((tick) => tick <= least) ?? least;
  const high = around(most).find((tick) => tick >= most) ?? most;
  return [low, high > low ? high : 10 * low];
}

/** Milliseconds a training step: a dot at the median, a line over its interval, the number beside it. */
export function stepChart(
  { engines }: Pick<BenchmarkResult, "engines">,
  { accent, width = WIDTH, ...context }: ChartStyle,
): Element {
  const rows = engines.map(({ title, ms }, i) => ({
    title,
    ...ms,
    text: number(ms.median),
    colour: i === 0 ? accent : "currentColor",
  }));
  return Plot.plot({
    ...context,
    width,
    height: 70 + 30 * rows.length,
    marginLeft: 160,
    marginRight: 60,
    marginBottom: 44,
    style: FONT,
    ariaLabel: "Milliseconds a training step, by engine",
    x: logarithmic(
      "milliseconds a step, logarithmic: median and interval",
      rows.flatMap(({ lower, upper }) => [lower, upper]),
    ),
    y: { domain: rows.map(({ title }) => title), label: null, tickSize: 0 },
    marks: [
      Plot.ruleY(rows, { y: "title", x1: "lower", x2: "upper", stroke: "colour", strokeWidth: 2 }),
      Plot.dot(rows, { y: "title", x: "median", fill: "colour", r: 4.5 }),
      Plot.text(rows, { y: "title", x: "upper", text: "text", dx: 10, textAnchor: "start", fill: "currentColor" }),
    ],
  });
}

/** The roofline (Williams, Waterman and Patterson, 2009): speed over arithmetic intensity, the adapter's roof, and every kernel under it. */
export function rooflineChart(
  { profile, ceilings }: Pick<BenchmarkResult, "profile" | "ceilings">,
  { accent, width = WIDTH, ...context }: ChartStyle,
): Element | undefined {
  const roof = roofOf(ceilings);
  if (roof === undefined) return undefined;
  const points = kernelRows(profile.dispatches, roof)
    .filter(({ flops }) => flops > 0)
    .map(({ title, flops, bytes, ms }) => ({ title, intensity: flops / bytes, gflops: flops / (ms * 1e6) }));
  const intensities = points.map(({ intensity }) => intensity);
  const [low, high] = domainOf([...intensities, roof.gflops / roof.gigabytes]);
  const line = [low, roof.gflops / roof.gigabytes, high].map((intensity) => ({ intensity, gflops: speedAt(roof, intensity) }));
  const range = domainOf([...points, ...line].map(({ gflops }) => gflops));
  const labels = apart(points, range);
  return Plot.plot({
    ...context,
    width,
    height: HEIGHT,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    marginLeft: 50,
    marginRight: 100,
    style: FONT,
    ariaLabel: "Roofline of the adapter and the kernels of a training step",
    x: logarithmic("floating-point operations a byte, logarithmic", [low, high]),
    y: { ...logarithmic("GFLOP/s, logarithmic", range), labelOffset: 0 },
    marks: [
      Plot.line(line, { x: "intensity", y: "gflops", stroke: "currentColor", strokeWidth: 1.5 }),
      Plot.dot(points, { x: "intensity", y: "gflops", fill: accent, r: 4 }),
      Plot.link(labels, { x1: "intensity", x2: "at", y1: "gflops", y2: "place", strokeOpacity: 0.3 }),
      Plot.text(labels, { x: "at", y: "place", text: "title", dx: 4, textAnchor: "start", fill: "currentColor" }),
    ],
  });
}

interface Point {
  readonly title: string;
  readonly intensity: number;
  readonly gflops: number;
}

/** Labels to the right of all points, at their heights, but at least a line apart. */
function apart(points: readonly Point[], [low, high]: readonly [number, number]): (Point & { at: number; place: number })[] {
  const at = 1.15 * Math.max(...points.map(({ intensity }) => intensity));
  const line = (LINE / (HEIGHT - MARGIN.top - MARGIN.bottom)) * Math.log(high / low);
  let height = Number.POSITIVE_INFINITY;
  return [...points]
    .sort((a, b) => b.gflops - a.gflops)
    .map((point) => {
      height = Math.min(Math.log(point.gflops), height - line);
      return { ...point, at, place: Math.exp(height) };
    });
}

const speedAt = ({ gflops, gigabytes }: Roof, intensity: number): number => Math.min(gflops, gigabytes * intensity);

/** Colours of a file that stands alone; a page has its own. */
const COLOURS =
  "<style>svg { color: #444; background: #fff } @media (prefers-color-scheme: dark) { svg { color: #ccc; background: #111 } }</style>";

/** Both pictures as files, by the end of their names. */
export function chartFiles(result: BenchmarkResult): Map<string, string> {
  const style = (): ChartStyle => ({ document: svgDocument() as unknown as Document, accent: "#2a8fd0" });
  const file = (figure: Element): string =>
    `${String(figure)
      .replace(/<style>.*?<\/style>/s, COLOURS)
      .replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')}\n`;
  const files = new Map<string, string>();
  if (result.engines.length > 0) files.set("steps", file(stepChart(result, style())));
  const roofline = rooflineChart(result, style());
  if (roofline) files.set("roofline", file(roofline));
  return files;
}
