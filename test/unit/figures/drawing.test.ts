import { describe, expect, it } from "vitest";
import type { AccuracyMap } from "../../../src/figures/accuracy-map.ts";
import { cellWalk } from "../../../src/figures/cell-walk.ts";
import { LEVELS, paperPalette } from "../../../src/figures/drawing/canvas.ts";
import { drawFigure } from "../../../src/figures/drawing/draw.ts";
import { fields } from "../../../src/figures/drawing/fields.ts";
import { figureJson, figureSvg, figureTable } from "../../../src/figures/files.ts";
import { findings } from "../../../src/figures/findings.ts";
import { figuresPage } from "../../../src/figures/page.ts";
import type { Prediction } from "../../../src/figures/prediction.ts";
import { encodeSpace } from "../../../src/spaces/discrete/encode.ts";
import { nasbench201 } from "../../../src/spaces/index.ts";
import type { SpaceName } from "../../../src/spaces/space.ts";
import { atOnce } from "../../../src/spaces/steps.ts";
import { svgDocument } from "../../../src/study/report/svg-document.ts";

const space = nasbench201();
const walk = atOnce(cellWalk({ space, embedding: encodeSpace(space, "operations"), labels: undefined, seeds: [1, 2] }));
const metric = { name: "a<b", quantity: "accuracy", unit: "%", goal: "max", scale: 100 } as const;
const prediction = (of: SpaceName): Prediction => ({
  name: "prediction",
  space: of,
  metric,
  told: 250,
  predicted: 3,
  threshold: 0.8,
  runs: [
    { seed: 1, rmse: 0.0151, pearson: 0.71 },
    { seed: 2, rmse: 0.0155, pearson: 0.7 },
  ],
  rmse: { runs: 2, mean: 0.0153, deviation: 0.0002 },
  pearson: { runs: 2, mean: 0.705, deviation: 0.005 },
  density: { low: 0.8, high: 0.95, cells: 2, counts: Uint32Array.of(1, 0, 0, 2) },
});
const map: AccuracyMap = {
  name: "map",
  space: "nasbench201",
  metric,
  seed: 1,
  points: 3,
  outside: 0,
  explained: 0.5,
  grid: 2,
  means: Float64Array.of(0.2, Number.NaN, 0.9, 0.9),
  counts: Uint32Array.of(1, 0, 1, 1),
  low: 0.2,
  high: 0.9,
};
const canvas = { document: svgDocument() as unknown as Document, width: 720, palette: paperPalette("viridis") };

describe("what a figure comes to", () => {
  it("stands beside what is published for the same labels, and alone for others", () => {
    expect(findings(prediction("nasbench101"))).toEqual([
      { what: "root mean square error", here: "0.0153 ± 0.0002", published: "0.018 ± 0.001", supervised: "0.038 ± 0.025" },
      { what: "Pearson correlation", here: "0.705 ± 0.005", published: "0.67 ± 0.02", supervised: "0.53 ± 0.09" },
    ]);
    expect(findings(prediction("nasbench201")).every(({ published }) => published === undefined)).toBe(true);
    expect(findings({ ...walk, space: "nasbench101" })[0]).toMatchObject({
      here: "1.00 ± 0.00",
      published: "2.9",
      supervised: "8.9",
    });
    expect(findings(walk)[0]?.published).toBeUndefined();
  });
});

describe("a drawn figure", () => {
  it("has the published value with its source where there is one, and escapes names", () => {
    const drawn = String(drawFigure(prediction("nasbench101"), space, canvas));
    expect(drawn).toContain("dashed: Yan et al. 2020, 0.018 ± 0.001");
    expect(drawn).toContain("true a&lt;b (%)");
    expect(String(drawFigure(prediction("nasbench201"), space, canvas))).toContain("nothing published for these labels");
  });

  it("draws fields from the lower left, one path a colour, runs as one, nothing where there is no value", () => {
    const drawn = String(fields(canvas, Float64Array.of(0, Number.NaN, 1, 1), 2, 100));
    const paths = [...drawn.matchAll(/<path d="([^"]*)" fill="([^"]*)"/g)].map(([, d, fill]) => [d, fill]);
    expect(paths).toEqual([
      ["M0 1h1v1h-1z", canvas.palette.levels[0]],
      ["M0 0h2v1h-2z", canvas.palette.levels[LEVELS - 1]],
    ]);
  });

  it("draws every cell of the walk with what changed, in eight columns, on phones in four", () => {
    const texts = (width: number): string[] =>
      [...String(drawFigure(walk, space, { ...canvas, width })).matchAll(/>(1 edit|start)</g)].map(([, text]) => text as string);
    expect(texts(720)).toEqual(["start", ...Array.from({ length: 15 }, () => "1 edit")]);
    const height = (width: number) => Number(drawFigure(walk, space, { ...canvas, width }).getAttribute("height"));
    expect(height(340)).toBeGreaterThan(1.4 * height(720));
  });
});

describe("a figure as files", () => {
  it("is an SVG that stands by itself: on white, no style sheet, no variables, its caption under it", () => {
    const svg = figureSvg(map, space, "cividis", ["what & where"]);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" .* fill="#ffffff"/);
    expect(svg).toContain("what &amp; where");
    expect(svg).not.toMatch(/<style|var\(/);
    const long = figureSvg(map, space, "cividis", ["title", "word ".repeat(40).trim()]);
    expect([...long.matchAll(/>(title|(?:word ?)+)</g)].map(([, line]) => line?.length)).toEqual([5, 109, 89]);
  });

  it("is a table of fields that have cells, of seeds, of cells of every walk", () => {
    expect(figureTable(map, space)).toBe("x,y,mean,cells\n0,0,0.2,1\n0,1,0.9,1\n1,1,0.9,1\n");
    expect(figureTable(prediction("nasbench101"), space)).toBe("seed,rmse,pearson\n1,0.0151,0.71\n2,0.0155,0.7\n");
    const rows = figureTable(walk, space).trim().split("\n");
    expect(rows[0]).toBe("seed,cell,index,architecture,edits,entries,l2");
    expect(rows).toHaveLength(1 + 2 * 16);
    expect(rows[1]).toContain(`1,1,${walk.walks[0]?.cells[0]},${space.format(walk.walks[0]?.cells[0] as number)},,,`);
  });

  it("is JSON with plain lists, null where there is no number, and what it was made of", () => {
    expect(JSON.parse(figureJson(map, { metric: "m", seeds: [1] }))).toMatchObject({
      means: [0.2, null, 0.9, 0.9],
      seeds: [1],
      grid: 2,
    });
  });

  it("stands on a page that needs nothing else and says what could not be had", () => {
    const page = figuresPage({
      space,
      figures: [prediction("nasbench101"), map],
      missing: [{ name: "walk", why: "No reason." }],
      source: "NAS-Bench-201, somewhere.",
      facts: [["seeds", "1, 2"]],
      scheme: "viridis",
      version: "0",
    });
    expect(page).toContain("Not here: No reason.");
    expect(page).toContain('<td class="number">0.018 ± 0.001</td>');
    expect(page).not.toMatch(/<script|<link|src=/);
    expect([...page.matchAll(/--l0:/g)]).toHaveLength(3);
  });
});
