import type { TrainingSchedule } from "../networks/schedule.ts";
import type { NetworkSize } from "../networks/size.ts";
import { PROXIES } from "./zero-cost/proxies.ts";

/** What can be told of an architecture without a table: size and work of its network, zero-cost proxies, and accuracy after training. */
export const OBJECTIVES = ["params", "macs", ...PROXIES, "accuracy"] as const;
export type ObjectiveName = (typeof OBJECTIVES)[number];

export interface EvaluationSetting {
  readonly objectives: readonly ObjectiveName[];
  readonly size: NetworkSize;
  readonly schedule: TrainingSchedule;
  /** Images in the batch of the proxies, the first of the training part. */
  readonly batch: number;
  /** Of weights and order of images. 0..2^32-1. */
  readonly seed: number;
}

/** By column of a label table; accuracies as fractions. NaN where a proxy has no value, or training diverged. */
export type Evaluated = Readonly<Record<string, number>>;

/** Which columns an objective fills, with what a table's header declares of them. */
export function columnsOf(objective: ObjectiveName): readonly string[] {
  if (objective === "accuracy") return ["valid_accuracy", "test_accuracy", "train_loss"];
  return objective === "params" || objective === "macs" ? [objective] : [`${objective} [max]`];
}
