import type { SearchSpace } from "../../spaces/space.ts";
import type { Figure } from "../compute.ts";
import { drawAccuracyMap } from "./accuracy-map.ts";
import type { Canvas } from "./canvas.ts";
import { drawCellWalk } from "./cell-walk.ts";
import { drawEditWalk } from "./edit-walk.ts";
import { drawPrediction } from "./prediction.ts";

/**
 * A figure as SVG. Plot puts a style element into what it draws; where a policy forbids it, the caller takes it out.
 * @param space of the figure, prepared: only the walk looks at its cells
 */
export function drawFigure(figure: Figure, space: SearchSpace, canvas: Canvas): SVGElement {
  switch (figure.name) {
    case "prediction":
      return drawPrediction(figure, canvas);
    case "distance":
      return drawEditWalk(figure, canvas);
    case "map":
      return drawAccuracyMap(figure, canvas);
    case "walk":
      return drawCellWalk(figure, space, canvas);
  }
}
