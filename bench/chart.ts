/**
 * The chart of a run: milliseconds a step by engine on a logarithmic axis, median as a dot with its label, quartiles as a line. A
 * string, so that Node, which has no document, and the page draw the same.
 */
import { number } from "./report.ts";
import type { BenchmarkResult } from "./result.ts";

const WIDTH = 720;
const LEFT = 190;
const RIGHT = 90;
const TOP = 34;
const ROW = 30;
const BOTTOM = 36;

const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** Powers of ten, with 2 and 5 times them where they are few, that frame the values. */
export function ticksBetween(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const powers = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
  if (powers.length > 4) return powers;
  const all = powers.flatMap((power) => [power, 2 * power, 5 * power]);
  const from = all.findLastIndex((tick) => tick <= low);
  const to = all.findIndex((tick) => tick >= high);
  return all.slice(Math.max(0, from), to < 0 ? undefined : to + 1);
}

/** Colours of a file that stands alone. A page has its own, and its policy may refuse those of others. */
const COLOURS = "<style>svg { color: #555 } @media (prefers-color-scheme: dark) { svg { color: #bbb } }</style>\n";

export function stepChart({ engines, environment }: Pick<BenchmarkResult, "engines" | "environment">, colours = COLOURS): string {
  const values = engines.flatMap(({ ms }) => [ms.lower, ms.upper]).filter((value) => value > 0);
  const ticks = values.length > 0 ? ticksBetween(Math.min(...values), Math.max(...values)) : [1, 10];
  const [low, high] = [Math.log10(ticks[0] as number), Math.log10(ticks.at(-1) as number)];
  const x = (value: number): string =>
    (LEFT + ((Math.log10(value) - low) / (high - low || 1)) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const bottom = TOP + ROW * engines.length;
  const height = bottom + BOTTOM;
  const grid = ticks.map(
    (tick) =>
      `<line x1="${x(tick)}" x2="${x(tick)}" y1="${TOP}" y2="${bottom}" stroke="currentColor" stroke-opacity="0.15"/>` +
      `<text x="${x(tick)}" y="${bottom + 16}" text-anchor="middle" opacity="0.7">${tick.toLocaleString("en")}</text>`,
  );
  const rows = engines.map(({ title, ms }, i) => {
    const y = TOP + ROW * (i + 0.5);
    const colour = i === 0 ? "#0072b2" : "currentColor";
    return (
      `<text x="${LEFT - 12}" y="${y + 4}" text-anchor="end"${i === 0 ? ' font-weight="600"' : ""}>${escaped(title)}</text>` +
      `<line x1="${x(ms.lower)}" x2="${x(ms.upper)}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2"/>` +
      `<circle cx="${x(ms.median)}" cy="${y}" r="4.5" fill="${colour}"/>` +
      `<text x="${x(Math.max(ms.median, ms.upper))}" dx="10" y="${y + 4}">${number(ms.median)}</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="12">${colours}`,
    `<title>Milliseconds a training step on ${escaped(environment.adapter)}</title>`,
    `<text x="${LEFT}" y="16" fill="currentColor">milliseconds a training step, logarithmic; dot: median, line: quartiles</text>`,
    `<g fill="currentColor">${[...grid, ...rows].join("\n")}</g>`,
    "</svg>\n",
  ].join("\n");
}
