import type { Steps } from "../spaces/steps.ts";
import { type AccuracyMap, accuracyMap } from "./accuracy-map.ts";
import { type CellWalk, cellWalk } from "./cell-walk.ts";
import { type EditWalk, editWalk } from "./edit-walk.ts";
import type { FigureInput, FigureName } from "./figure.ts";
import { type Prediction, prediction } from "./prediction.ts";

/** Plain data: it passes between threads, and into files. */
export type Figure = Prediction | EditWalk | AccuracyMap | CellWalk;

/** The data of a figure; `inSlices` makes it with progress and room to cancel. @throws InputError as the figures do */
export function figureSteps(name: FigureName, input: FigureInput): Steps<Figure> {
  switch (name) {
    case "prediction":
      return prediction(input);
    case "distance":
      return editWalk(input);
    case "map":
      return accuracyMap(input);
    case "walk":
      return cellWalk(input);
  }
}
