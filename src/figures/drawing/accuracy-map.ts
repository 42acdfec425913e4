import { valueText } from "../../study/report/text.ts";
import type { AccuracyMap } from "../accuracy-map.ts";
import { type Canvas, element, panel, picture, words } from "./canvas.ts";
import { fields, ramp } from "./fields.ts";

/** Room for the label of an axis. */
const FOOT = 20;

/** Figure 4: fields of the plane in the colour of their mean value. */
export function drawAccuracyMap(figure: AccuracyMap, canvas: Canvas): SVGElement {
  const { document, palette } = canvas;
  const { metric, means, grid, low, high, explained } = figure;
  const side = Math.min(canvas.width, 480);
  const beside = canvas.width - side > 200;
  const shares = means.map((mean) => (mean - low) / (high - low || 1));
  const text = (value: number): string => valueText(value * metric.scale, metric);
  const scale = ramp(canvas, beside ? canvas.width - side - 24 : side, {
    title: `mean ${metric.name}${metric.unit ? ` (${metric.unit})` : ""}`,
    ticks: [
      { share: 0, text: `≤ ${text(low)}` },
      { share: 0.5, text: text((low + high) / 2) },
      { share: 1, text: `≥ ${text(high)}` },
    ],
  });
  const map = panel(canvas, side, side + FOOT, [
    fields(canvas, shares, grid, side),
    element(document, "rect", { x: 0.5, y: 0.5, width: side - 1, height: side - 1, fill: "none", stroke: palette.rule }),
    words(canvas, side / 2, side + 15, `first two principal components, ${(100 * explained).toFixed(0)} % of the variance`, {
      "text-anchor": "middle",
      fill: palette.quiet,
    }),
  ]);
  const label = `Mean ${metric.name} of ${figure.points} architectures on a grid of ${grid} by ${grid} fields of the embedding's plane`;
  return beside
    ? picture(canvas, side + FOOT, label, [
        { x: 0, y: 0, content: map },
        { x: side + 24, y: 4, content: scale },
      ])
    : picture(canvas, side + FOOT + 52, label, [
        { x: (canvas.width - side) / 2, y: 48, content: map },
        { x: 0, y: 0, content: scale },
      ]);
}
