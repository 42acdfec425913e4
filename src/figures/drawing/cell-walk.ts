import * as Plot from "@observablehq/plot";
import { operationLook } from "../../drawing/operation-look.ts";
import type { SearchSpace } from "../../spaces/space.ts";
import { CELLS, type CellWalk, type Walk } from "../cell-walk.ts";
import { spreadText } from "../findings.ts";
import { PAPER, PUBLISHED_WALK } from "../published.ts";
import { type Canvas, element, FONT, isNarrow, panel, picture, words } from "./canvas.ts";
import { isPort, port, SECOND_INPUT, smallCell } from "./cell.ts";

/** Room over and under a drawn cell for its number and what changed. */
const HEAD = 18;
const FOOT = 26;
const LEGEND = 26;

/** Figure 5: the cells of the first walk, and by how many edits each differs from the one before. */
export function drawCellWalk(figure: CellWalk, space: SearchSpace, canvas: Canvas): SVGElement {
  const [walk] = figure.walks as [Walk];
  const strip = filmStrip(walk, space, canvas);
  const legend = letters(space, canvas);
  const bars = editBars(figure, space, canvas);
  const gap = 14;
  return picture(
    canvas,
    legend.height + strip.height + gap + bars.height,
    `${walk.cells.length} cells, each the nearest in the embedding that was not visited before`,
    [
      { x: 0, y: 0, content: legend.content },
      { x: 0, y: legend.height, content: strip.content },
      { x: 0, y: legend.height + strip.height + gap, content: bars.content },
    ],
  );
}

interface Part {
  readonly height: number;
  readonly content: SVGElement;
}

/** Cells are drawn no smaller than this share of their size: wide ones take more rows. */
const LEAST = 0.75;

function filmStrip({ cells, steps }: Walk, space: SearchSpace, canvas: Canvas): Part {
  const { document, palette } = canvas;
  const drawn = cells.map((index) => smallCell(space, index, canvas));
  const widest = 12 + Math.max(...drawn.map((cell) => cell.width));
  let columns = isNarrow(canvas) ? 4 : 8;
  while (columns > 1 && canvas.width / columns < LEAST * widest) columns /= 2;
  const width = canvas.width / columns;
  // One scale for all, so that letters are of one size.
  const scale = Math.min(1, width / widest);
  const rows = Math.ceil(cells.length / columns);
  const row = HEAD + FOOT + scale * Math.max(...drawn.map((cell) => cell.height));
  const frames = drawn.flatMap((cell, i) => {
    const left = (i % columns) * width;
    const top = Math.floor(i / columns) * row;
    cell.content.setAttribute(
      "transform",
      `translate(${(left + (width - scale * cell.width) / 2).toFixed(1)} ${top + HEAD}) scale(${scale.toFixed(3)})`,
    );
    const step = steps[i - 1];
    const told = step ? `${step.edits} ${step.edits === 1 ? "edit" : "edits"}` : "start";
    return [
      words(canvas, left + width / 2, top + 11, String(i + 1), { "text-anchor": "middle", fill: palette.quiet }),
      cell.content,
      words(canvas, left + width / 2, top + row - 10, told, {
        "text-anchor": "middle",
        fill: step ? palette.accent : palette.quiet,
        "font-weight": step ? 600 : undefined,
      }),
      ...(i % columns === 0
        ? []
        : [element(document, "line", { x1: left, x2: left, y1: top + 4, y2: top + row - 8, stroke: palette.rule })]),
    ];
  });
  return { height: rows * row, content: panel(canvas, canvas.width, rows * row, frames) };
}

/** What the letters stand for, in as many lines as it takes. */
function letters(space: SearchSpace, canvas: Canvas): Part {
  const { document } = canvas;
  const operations = space.operations.filter((operation) => !isPort(operation)).map(operationLook);
  const items: SVGElement[] = [];
  let [x, line] = [0, 0];
  const place = (width: number): void => {
    if (x > 0 && x + width > canvas.width) [x, line] = [0, line + 1];
  };
  for (const { letter, label, fill, text } of operations) {
    const width = 28 + 6.6 * label.length + 14;
    place(width);
    const y = line * LEGEND;
    items.push(
      element(document, "rect", { x, y: y + 2, width: 20, height: 16, rx: 3, fill }),
      words(canvas, x + 10, y + 14, letter, { "text-anchor": "middle", "font-size": 11, "font-weight": 600, fill: text }),
      words(canvas, x + 26, y + 14, label),
    );
    x += width;
  }
  const ports: readonly (readonly [string, string])[] = space.operations.includes(SECOND_INPUT)
    ? [
        ["input", "c_k−2 (top), output"],
        [SECOND_INPUT, "c_k−1"],
      ]
    : [["input", "input (top), output"]];
  for (const [operation, label] of ports) {
    const width = 16 + 6.6 * label.length + 14;
    place(width);
    items.push(port(operation, x + 6, line * LEGEND + 10, canvas), words(canvas, x + 16, line * LEGEND + 14, label));
    x += width;
  }
  const height = (line + 1) * LEGEND + 4;
  return { height, content: panel(canvas, canvas.width, height, items) };
}

function editBars({ walks, edits, atRandom }: CellWalk, space: SearchSpace, { document, width, palette }: Canvas): Part {
  const [walk] = walks as [Walk];
  const isPublished = space.name === "nasbench101";
  const lines = [
    {
      y: edits.mean,
      text: `${walks.length === 1 ? "this walk" : `${walks.length} walks`}: ${spreadText(edits, 1)}`,
      tone: palette.accent,
      dash: undefined,
    },
    { y: atRandom.edits, text: `random pairs: ${atRandom.edits.toFixed(1)}`, tone: palette.quiet, dash: "1 3" },
    ...(isPublished
      ? [
          { y: PUBLISHED_WALK.arch2vec, text: `${PAPER.short}: ${PUBLISHED_WALK.arch2vec}`, tone: "currentColor", dash: "4 3" },
          { y: PUBLISHED_WALK.supervised, text: `supervised: ${PUBLISHED_WALK.supervised}`, tone: "currentColor", dash: "4 3" },
        ]
      : []),
  ];
  const height = 190;
  const most = 1.08 * Math.max(...lines.map(({ y }) => y), ...walk.steps.map((step) => step.edits));
  const margin = { top: 12, bottom: 38 };
  const pixels = (y: number): number => ((height - margin.top - margin.bottom) * y) / most;
  // Labels at the ends of their lines, pushed apart from the lowest up.
  let free = Number.NEGATIVE_INFINITY;
  const labelled = [...lines]
    .sort((a, b) => a.y - b.y)
    .map((line) => {
      free = Math.max(free + 15, pixels(line.y));
      return { ...line, rise: free - pixels(line.y) };
    });
  const content = Plot.plot({
    document,
    width,
    height,
    marginTop: margin.top,
    marginBottom: margin.bottom,
    marginLeft: 36,
    marginRight: 142,
    style: FONT,
    x: {
      type: "band",
      domain: Array.from({ length: CELLS - 1 }, (_, i) => i + 2),
      label: "cell of the walk",
      labelArrow: "none",
      labelOffset: 34,
      tickSize: 0,
      ...(width < 480 && { ticks: [2, 4, 6, 8, 10, 12, 14, 16] }),
    },
    y: {
      domain: [0, most],
      label: "edits",
      labelAnchor: "center",
      labelOffset: 32,
      labelArrow: "none",
      ticks: 5,
      tickSize: 0,
      grid: true,
    },
    marks: [
      Plot.barY(walk.steps, {
        x: (_: unknown, i: number) => i + 2,
        y: "edits",
        fill: "currentColor",
        fillOpacity: 0.22,
        inset: 1,
      }),
      ...labelled.flatMap((line) => [
        Plot.ruleY([line], { y: "y", stroke: line.tone, strokeWidth: 1.5, ...(line.dash && { strokeDasharray: line.dash }) }),
        Plot.text([line], {
          y: "y",
          text: "text",
          frameAnchor: "right",
          textAnchor: "start",
          dx: 6,
          dy: -line.rise,
          fill: line.tone,
        }),
      ]),
    ],
  }) as SVGElement;
  return { height, content };
}
