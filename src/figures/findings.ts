import type { MetricInfo } from "../objectives/objective.ts";
import type { Statistics } from "../search/summary.ts";
import { valueText } from "../study/report/text.ts";
import type { Figure } from "./compute.ts";
import { FEW_PAIRS, growsMonotonically, type PairGroup } from "./edit-walk.ts";
import type { Prediction } from "./prediction.ts";
import { PUBLISHED_PREDICTION, PUBLISHED_WALK } from "./published.ts";

/** A number of a figure beside the published one. */
export interface Finding {
  readonly what: string;
  readonly here: string;
  /** Of arch2vec, where there is one for this space. */
  readonly published?: string;
  /** Of the paper's supervised encoder. */
  readonly supervised?: string;
}

/** Mean and deviation: "0.019 ± 0.001". */
export const spreadText = ({ mean, deviation }: Pick<Statistics, "mean" | "deviation">, digits: number): string =>
  deviation === undefined ? mean.toFixed(digits) : `${mean.toFixed(digits)} ± ${deviation.toFixed(digits)}`;

/** Errors of accuracies are fractions, as in the paper; others are in their metric's unit. */
export const errorText = (error: Statistics, metric: MetricInfo): string =>
  metric.quantity === "accuracy" ? spreadText(error, 4) : `${valueText(error.mean, metric)} ${metric.unit}`.trim();

/** Whether the paper's numbers are about such labels: accuracies on NAS-Bench-101 above 0.8. */
export const isPublished = ({ space, metric, threshold }: Prediction): boolean =>
  space === "nasbench101" && metric.quantity === "accuracy" && threshold !== undefined;

const pair = ([mean, deviation]: readonly [number, number]): string => `${mean} ± ${deviation}`;

/** What a figure comes to, most important first. */
export function findings(figure: Figure): Finding[] {
  switch (figure.name) {
    case "prediction": {
      const { rmse, pearson } = PUBLISHED_PREDICTION;
      const beside = (numbers: typeof rmse | typeof pearson) =>
        isPublished(figure) ? { published: pair(numbers.arch2vec), supervised: pair(numbers.supervised) } : {};
      return [
        { what: "root mean square error", here: errorText(figure.rmse, figure.metric), ...beside(rmse) },
        { what: "Pearson correlation", here: spreadText(figure.pearson, 3), ...beside(pearson) },
      ];
    }
    case "distance": {
      const told = figure.byDistance.filter(({ pairs }) => pairs >= FEW_PAIRS);
      const grows = growsMonotonically(figure.byDistance) ? "yes" : "no";
      const mean = ({ at, mean }: PairGroup): Finding => ({
        what: `mean L2 distance at ${at} ${at === 1 ? "edit" : "edits"}`,
        here: mean.toFixed(3),
      });
      return [
        { what: "L2 distance grows with every edit", here: grows, ...(figure.space === "nasbench101" && { published: "yes" }) },
        ...[told[0], told.at(-1)].flatMap((group) => (group ? [mean(group)] : [])),
      ];
    }
    case "map":
      return [{ what: "variance in the plane", here: `${(100 * figure.explained).toFixed(1)} %` }];
    case "walk": {
      const { arch2vec, supervised } = PUBLISHED_WALK;
      const { edits, entries, atRandom } = figure;
      return [
        {
          what: "edits between neighbours",
          here: spreadText(edits, 2),
          ...(figure.space === "nasbench101" && { published: String(arch2vec), supervised: String(supervised) }),
        },
        { what: "edits between random cells", here: atRandom.edits.toFixed(2) },
        { what: "differing matrix entries between neighbours", here: spreadText(entries, 2) },
        { what: "differing matrix entries between random cells", here: atRandom.entries.toFixed(2) },
      ];
    }
  }
}
