import * as Plot from "@observablehq/plot";
import { type EditWalk, FEW_PAIRS, type PairGroup } from "../edit-walk.ts";
import { type Canvas, FONT } from "./canvas.ts";

/** Figure 3: mean L2 distance by edit distance, with the band of the middle half of the pairs, and by steps walked. */
export function drawEditWalk({ byDistance, bySteps }: EditWalk, { document, width, palette }: Canvas): SVGElement {
  const groups = byDistance.filter(({ pairs }) => pairs >= FEW_PAIRS);
  const most = Math.max(...groups.map(({ at }) => at), ...bySteps.map(({ at }) => at));
  const [last, walked] = [groups.at(-1), bySteps.at(-1)] as [PairGroup, PairGroup];
  // Of two lines that end together the labels are pushed apart.
  const apart = last.mean >= walked.mean ? -7 : 7;
  return Plot.plot({
    document,
    width,
    height: Math.max(260, Math.min(340, width * 0.5)),
    marginTop: 12,
    marginRight: 116,
    marginBottom: 40,
    marginLeft: 48,
    style: FONT,
    ariaLabel: "L2 distance in the embedding by edit distance and by steps walked",
    x: {
      label: "edit distance, or steps walked",
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: 36,
      domain: [0, most],
      ticks: most,
      tickFormat: "d",
      tickSize: 0,
    },
    y: {
      label: "L2 distance",
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: 44,
      zero: true,
      grid: true,
      tickSize: 0,
      ticks: 5,
    },
    marks: [
      Plot.areaY(withOrigin(groups), {
        x: "at",
        y1: "lowerQuartile",
        y2: "upperQuartile",
        fill: palette.accent,
        fillOpacity: 0.14,
      }),
      Plot.line(withOrigin(bySteps), { x: "at", y: "mean", stroke: "currentColor", strokeOpacity: 0.6, strokeDasharray: "4 3" }),
      Plot.line(withOrigin(groups), { x: "at", y: "mean", stroke: palette.accent, strokeWidth: 2 }),
      Plot.dot(groups, { x: "at", y: "mean", r: 3.5, fill: palette.accent }),
      Plot.text([last], {
        x: "at",
        y: "mean",
        text: () => "by edit distance",
        textAnchor: "start",
        dx: 10,
        dy: apart,
        fill: palette.accent,
        fontWeight: "bold",
      }),
      Plot.text([walked], { x: "at", y: "mean", text: () => "by steps walked", textAnchor: "start", dx: 10, dy: -apart }),
      Plot.text([last], {
        x: "at",
        y: "upperQuartile",
        text: () => "middle half of the pairs",
        textAnchor: "end",
        dx: -4,
        dy: -8,
        fill: palette.quiet,
      }),
    ],
  }) as SVGElement;
}

/** A cell and itself are 0 apart either way. */
const withOrigin = (groups: readonly PairGroup[]): readonly PairGroup[] => [
  { at: 0, pairs: 0, mean: 0, lowerQuartile: 0, median: 0, upperQuartile: 0 },
  ...groups,
];
