/** Figures as files: data for other programs, SVG for papers. */
import Papa from "papaparse";
import type { Scheme } from "../drawing/colour-maps.ts";
import type { SearchSpace } from "../spaces/space.ts";
import { svgDocument } from "../study/report/svg-document.ts";
import type { Figure } from "./compute.ts";
import { element, PAPER_INK, paperPalette, words } from "./drawing/canvas.ts";
import { drawFigure } from "./drawing/draw.ts";

/**
 * - `prediction`: seed, rmse, pearson
 * - `distance`: by ("edit distance" or "steps"), at, pairs, and of the L2 distances mean, lower_quartile, median, upper_quartile
 * - `map`: x, y (fields from the lower left), mean, cells
 * - `walk`: seed, cell (from 1), index, architecture, and from the cell before edits, entries, l2
 */
export function figureTable(figure: Figure, space: SearchSpace): string {
  return `${Papa.unparse(rowsOf(figure, space), { newline: "\n" })}\n`;
}

function rowsOf(figure: Figure, space: SearchSpace): Record<string, unknown>[] {
  switch (figure.name) {
    case "prediction":
      return figure.runs.map(({ seed, rmse, pearson }) => ({ seed, rmse, pearson }));
    case "distance":
      return (["edit distance", "steps"] as const).flatMap((by) =>
        figure[by === "steps" ? "bySteps" : "byDistance"].map(({ at, pairs, mean, lowerQuartile, median, upperQuartile }) => {
          return { by, at, pairs, mean, lower_quartile: lowerQuartile, median, upper_quartile: upperQuartile };
        }),
      );
    case "map":
      return Array.from(figure.counts, (cells, field) => ({
        x: field % figure.grid,
        y: Math.floor(field / figure.grid),
        mean: figure.means[field],
        cells,
      })).filter(({ cells }) => cells > 0);
    case "walk":
      return figure.walks.flatMap(({ seed, cells, steps }) =>
        cells.map((index, i) => {
          const { edits, entries, l2 } = steps[i - 1] ?? {};
          return { seed, cell: i + 1, index, architecture: space.format(index), edits, entries, l2 };
        }),
      );
  }
}

/** All data of a figure; a number that is none stands as null. */
export function figureJson(figure: Figure, facts: Readonly<Record<string, unknown>>): string {
  const plain = (_: string, value: unknown): unknown =>
    value instanceof Float64Array || value instanceof Uint32Array ? Array.from(value) : value;
  return `${JSON.stringify({ ...facts, ...figure }, plain)}\n`;
}

/** Of SVG files, in pixels. */
const WIDTH = 720;
const MARGIN = 16;
const LINE = 16;
/** Letters that fit in a line of a caption. */
const LETTERS = 112;

/** Broken at blanks. */
function wrapped(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines[lines.length - 1] as string;
    if (line !== "" && line.length + 1 + word.length > LETTERS) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}

/** A picture that stands by itself, on white, with lines under it that say what it shows. */
export function figureSvg(figure: Figure, space: SearchSpace, scheme: Scheme, caption: readonly string[]): string {
  const told = caption.flatMap(wrapped);
  const document = svgDocument() as unknown as Document;
  const palette = paperPalette(scheme);
  const drawn = drawFigure(figure, space, { document, width: WIDTH, palette });
  const height = Number(drawn.getAttribute("height"));
  drawn.setAttribute("x", String(MARGIN));
  drawn.setAttribute("y", String(MARGIN));
  const size = { width: WIDTH + 2 * MARGIN, height: Math.ceil(height + 2 * MARGIN + LINE * told.length + 4) };
  const lines = told.map((text, i) =>
    words({ document }, MARGIN, height + MARGIN + LINE * (i + 1), text, { fill: palette.quiet }),
  );
  const file = element(
    document,
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      ...size,
      viewBox: `0 0 ${size.width} ${size.height}`,
      color: PAPER_INK,
      "font-family": "system-ui, sans-serif",
      "font-size": 12,
    },
    [element(document, "rect", { ...size, fill: palette.paper }), drawn, ...lines],
  );
  return `${markup(file)}\n`;
}

/** What Plot adds as a style sheet is for pages. */
export const markup = (drawn: SVGElement): string => String(drawn).replace(/<style>.*?<\/style>/gs, "");
