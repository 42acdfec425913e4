import type { Split } from "../datasets/images.ts";
import { networkOf } from "../networks/build.ts";
import { networkCost } from "../networks/network.ts";
import type { NetworkSize } from "../networks/size.ts";
import { accuracyOf, type OnBackend, type TrainingSchedule, trainNetwork } from "../networks/training.ts";
import { initialWeights } from "../networks/weights.ts";
import type { SearchSpace } from "../spaces/space.ts";
import { PROXIES, type ProxyName, proxyScore } from "./zero-cost/scores.ts";

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

/**
 * Evaluates one architecture; its cost is the wall time, in seconds. The same seed gives the same values on one backend.
 * @returns undefined after the signal
 */
export async function evaluate(
  space: SearchSpace,
  index: number,
  { objectives, size, schedule, batch, seed }: EvaluationSetting,
  { train, validation, test }: Split,
  on: OnBackend,
  signal?: AbortSignal,
): Promise<Evaluated | undefined> {
  const network = networkOf(space, index, size);
  const weights = initialWeights(network, seed);
  const rows = Uint32Array.from({ length: Math.min(batch, train.count) }, (_, i) => i);
  const values: Record<string, number> = {};
  for (const objective of objectives) {
    if (signal?.aborted) return undefined;
    if (objective === "params" || objective === "macs") values[objective] = networkCost(network)[objective];
    else if (objective === "accuracy") {
      const trained = await trainNetwork({ network, weights, train, validation, schedule, seed, signal }, on);
      if (trained.end === "cancelled") return undefined;
      const last = trained.end === "diverged" ? undefined : trained.epochs.at(-1);
      values["valid_accuracy"] = last?.accuracy ?? Number.NaN;
      values["test_accuracy"] = last ? await accuracyOf(network, trained.weights, test, on) : Number.NaN;
      values["train_loss"] = last?.loss ?? Number.NaN;
    } else values[`${objective} [max]`] = await proxyScore(objective satisfies ProxyName, network, weights, train, rows, on);
  }
  return values;
}
