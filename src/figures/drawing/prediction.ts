import * as Plot from "@observablehq/plot";
import { metricLabel } from "../../study/report/text.ts";
import { errorText, isPublished, spreadText } from "../findings.ts";
import type { Prediction } from "../prediction.ts";
import { PAPER, PUBLISHED_PREDICTION } from "../published.ts";
import { type Canvas, FONT, isNarrow, picture } from "./canvas.ts";
import { fields, ramp } from "./fields.ts";

const MARGIN = { left: 48, bottom: 40, top: 10, right: 8 } as const;
const STRIP = 108;
/** Where on the diagonal its label stands: predictions of low values lie above it. */
const LABELLED_AT = 0.12;

/** Figure 2: predicted against true values of the first seed as a density, and what each seed came to beside what is published. */
export function drawPrediction(figure: Prediction, canvas: Canvas): SVGElement {
  const narrow = isNarrow(canvas);
  const width = narrow ? canvas.width : Math.min(440, canvas.width - 260);
  const height = width - MARGIN.left - MARGIN.right + MARGIN.top + MARGIN.bottom;
  const beside = narrow ? canvas.width : canvas.width - width - 28;
  const counts = ramp(canvas, beside - 8, densityScale(figure));
  const strips = [
    strip(
      canvas,
      beside,
      "root mean square error",
      figure.runs.map(({ rmse }) => rmse),
      figure,
      "rmse",
    ),
    strip(
      canvas,
      beside,
      "Pearson correlation",
      figure.runs.map(({ pearson }) => pearson),
      figure,
      "pearson",
    ),
  ];
  const x = narrow ? 0 : width + 28;
  const top = narrow ? height + 8 : MARGIN.top;
  const panels = [
    { x: 0, y: 0, content: scatter(figure, canvas, width, height) },
    { x, y: top, content: counts },
    ...strips.map((content, i) => ({ x, y: top + 62 + i * (STRIP + 12), content })),
  ];
  const total = Math.max(height, top + 62 + strips.length * (STRIP + 12));
  return picture(canvas, total, `Predicted against true ${figure.metric.name} of ${figure.predicted} cells`, panels);
}

function scatter({ metric, density, runs }: Prediction, canvas: Canvas, width: number, height: number): SVGElement {
  const { low, high, cells, counts } = density;
  const domain: [number, number] = [low * metric.scale, high * metric.scale];
  const most = Math.log(1 + counts.reduce((a, b) => Math.max(a, b), 0));
  const shares = Float64Array.from(counts, (count) => (count === 0 ? Number.NaN : Math.log(1 + count) / most));
  const side = width - MARGIN.left - MARGIN.right;
  const axis = { domain, labelArrow: "none", ticks: 6, tickSize: 0, tickPadding: 6 } as const;
  const cloud: Plot.RenderFunction = () => {
    const grid = fields(canvas, shares, cells, side);
    grid.setAttribute("transform", `translate(${MARGIN.left} ${MARGIN.top}) ${grid.getAttribute("transform") ?? ""}`);
    return grid;
  };
  return Plot.plot({
    document: canvas.document,
    width,
    height,
    marginTop: MARGIN.top,
    marginRight: MARGIN.right,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    style: FONT,
    x: { ...axis, label: `true ${metricLabel(metric)}`, labelAnchor: "center", labelOffset: 36 },
    y: { ...axis, label: `predicted, seed ${runs[0]?.seed}`, labelAnchor: "center", labelOffset: 44 },
    marks: [
      cloud,
      Plot.frame({ stroke: canvas.palette.rule }),
      Plot.line([domain[0], domain[1]], {
        x: (value) => value,
        y: (value) => value,
        stroke: "currentColor",
        strokeDasharray: "4 3",
      }),
      Plot.text(["predicted = true"], {
        x: [domain[0] + LABELLED_AT * (domain[1] - domain[0])],
        y: [domain[0] + LABELLED_AT * (domain[1] - domain[0])],
        text: (value: string) => value,
        textAnchor: "start",
        dx: 8,
        dy: 6,
      }),
    ],
  }) as SVGElement;
}

function densityScale({ density }: Prediction) {
  const most = density.counts.reduce((a, b) => Math.max(a, b), 0);
  const ticks = [1, 10, 100, 1000, 10_000].filter((count) => count < most / 2);
  const share = (count: number): number => Math.log(1 + count) / Math.log(1 + most);
  return {
    title: "cells a field, logarithmic",
    ticks: [...ticks, most].map((count) => ({
      share: count === most ? 1 : share(count),
      text: count.toLocaleString("en"),
    })),
  };
}

/** A dot a seed, their mean, and what is published as a dashed line with a band of one deviation. */
function strip(
  { document, palette }: Canvas,
  width: number,
  title: string,
  values: readonly number[],
  figure: Prediction,
  which: "rmse" | "pearson",
): SVGElement {
  const published = isPublished(figure) ? PUBLISHED_PREDICTION[which].arch2vec : undefined;
  const ours = figure[which];
  const told = which === "rmse" ? errorText(ours, figure.metric) : spreadText(ours, 3);
  const all = [...values, ...(published ? [published[0] - published[1], published[0] + published[1]] : [])];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = 0.15 * (high - low) || 0.1 * Math.abs(high) || 1;
  return Plot.plot({
    document,
    width,
    height: STRIP,
    marginLeft: 6,
    marginRight: 14,
    marginTop: 46,
    marginBottom: 26,
    style: FONT,
    x: { domain: [low - room, high + room], label: null, ticks: 3, tickSize: 0, line: true },
    y: { domain: [0, 1], axis: null },
    marks: [
      ...(published
        ? [
            Plot.rect([published], {
              x1: ([mean, deviation]) => mean - deviation,
              x2: ([mean, deviation]) => mean + deviation,
              y1: 0,
              y2: 1,
              fill: palette.rule,
              fillOpacity: 0.6,
            }),
            Plot.ruleX([published[0]], { stroke: "currentColor", strokeDasharray: "4 3" }),
          ]
        : []),
      Plot.ruleX([ours.mean], { stroke: palette.accent, strokeWidth: 2 }),
      Plot.dot(values, { x: (value) => value, y: 0.5, r: 3.5, fill: palette.accent, fillOpacity: 0.6 }),
      Plot.text([title], { frameAnchor: "top-left", dy: -44, dx: -2, fontWeight: "bold" }),
      Plot.text([`here ${told}, ${values.length} ${values.length === 1 ? "seed" : "seeds"}`], {
        frameAnchor: "top-left",
        dy: -28,
        dx: -2,
        fill: palette.accent,
      }),
      Plot.text(
        [published ? `dashed: ${PAPER.short}, ${published[0]} ± ${published[1]}` : "nothing published for these labels"],
        {
          frameAnchor: "top-left",
          dy: -13,
          dx: -2,
          fill: palette.quiet,
        },
      ),
    ],
  }) as SVGElement;
}
