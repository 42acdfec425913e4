import type { Split } from "../datasets/images.ts";
import { networkOf } from "../networks/build.ts";
import { networkCost } from "../networks/network.ts";
import { accuracyOf, type OnBackend, trainNetwork } from "../networks/training.ts";
import { initialWeights } from "../networks/weights.ts";
import type { SearchSpace } from "../spaces/space.ts";
import type { Evaluated, EvaluationSetting } from "./evaluation.ts";
import { proxyScore } from "./zero-cost/scores.ts";

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
    } else values[`${objective} [max]`] = await proxyScore(objective, { network, weights, set: train, rows }, on);
  }
  return values;
}
