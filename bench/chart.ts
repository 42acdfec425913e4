/** The pictures of a run, with Observable Plot: milliseconds a step by engine, and the roofline with the kernels of a step. */
import * as Plot from "@observablehq/plot";
import { number } from "./report.ts";
import type { BenchmarkResult } from "./result.ts";
import { kernelRows, type Roof, roofOf } from "./roofline.ts";
import { svgDocument } from "./svg-document.ts";

const WIDTH = 720;
const FONT = { fontFamily: "system-ui, sans-serif", fontSize: "12px", overflow: "visible" } as const;

export interface ChartStyle {
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
export function stepChart({ engines }: Pick<BenchmarkResult, "engines">, { accent, ...context }: ChartStyle): Element {
  const rows = engines.map(({ title, ms }, i) => ({
    title,
    ...ms,
    text: number(ms.median),
    colour: i === 0 ? accent : "currentColor",
  }));
  return Plot.plot({
    ...context,
    width: WIDTH,
    height: 60 + 30 * rows.length,
    marginLeft: 180,
    marginRight: 70,
    style: FONT,
    ariaLabel: "Milliseconds a training step, by engine",
    x: logarithmic(
      "milliseconds a training step (logarithmic; median and its interval)",
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
  { accent, ...context }: ChartStyle,
): Element | undefined {
  const roof = roofOf(ceilings);
  if (roof === undefined) return undefined;
  const points = kernelRows(profile.dispatches, roof)
    .filter(({ flops }) => flops > 0)
    .map(({ title, flops, bytes, ms }) => ({ title, intensity: flops / bytes, gflops: flops / (ms * 1e6) }));
  const intensities = points.map(({ intensity }) => intensity);
  const [low, high] = domainOf([...intensities, roof.gflops / roof.gigabytes]);
  const line = [low, roof.gflops / roof.gigabytes, high].map((intensity) => ({ intensity, gflops: speedAt(roof, intensity) }));
  return Plot.plot({
    ...context,
    width: WIDTH,
    height: 360,
    marginLeft: 60,
    marginRight: 130,
    style: FONT,
    ariaLabel: "Roofline of the adapter and the kernels of a training step",
    x: logarithmic("floating-point operations a byte (logarithmic)", [low, high]),
    y: logarithmic(
      "GFLOP/s (logarithmic)",
      [...points, ...line].map(({ gflops }) => gflops),
    ),
    marks: [
      Plot.line(line, { x: "intensity", y: "gflops", stroke: "currentColor", strokeWidth: 1.5 }),
      Plot.dot(points, { x: "intensity", y: "gflops", fill: accent, r: 4 }),
      Plot.text(points, { x: "intensity", y: "gflops", text: "title", dx: 8, textAnchor: "start", fill: "currentColor" }),
    ],
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
