import type { Goal } from "../../src/formats/label-table.ts";
import type { MetricInfo } from "../../src/objectives/objective.ts";

/** What the map can be coloured by that is computed when it is asked for. */
export const INSIGHTS = ["edits", "order", "predicted", "uncertainty"] as const;
export type InsightName = (typeof INSIGHTS)[number];
export const isInsight = (key: string): key is InsightName => INSIGHTS.some((name) => name === key);

/** Values of all architectures, or why there are none yet. */
export type Insight =
  | {
      readonly name: InsightName;
      readonly state: "known";
      readonly values: ArrayLike<number>;
      /** What they are of, for the legend. */
      readonly source: string;
      /** Whose unit they have. */
      readonly metric: MetricInfo | undefined;
      readonly goal: Goal | "none";
    }
  | { readonly name: InsightName; readonly state: "absent"; readonly why: string };
