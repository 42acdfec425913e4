import { logExpectedImprovement } from "../dngo/acquisition.ts";
import type { Belief } from "./belief.ts";

/** How a batch of more than one is put together: those of largest improvement, or each as if the ones before were known to be as predicted. */
export const BATCHES = ["largest", "believer"] as const;
export type BatchRule = (typeof BATCHES)[number];

/**
 * Observes the places of largest expected improvement among all that were not observed; of equals the smaller one. After a place is observed the mean
 * stays, as if its label had been the mean, and under the rule `believer` (Ginsbourger, Le Riche and Carraro, 2010) the smaller variance counts for
 * the rest of the batch.
 * @param labels of what was observed before
 * @param target the value to improve on
 */
export function observeMostPromising(
  belief: Belief,
  labels: Float64Array,
  { target, batch, rule }: { readonly target: number; readonly batch: number; readonly rule: BatchRule },
): number[] {
  const means = belief.means(labels);
  const variances = rule === "largest" && batch > 1 ? belief.variances.slice() : belief.variances;
  const proposals: number[] = [];
  while (proposals.length < batch) {
    let best: number | undefined;
    let most = -Infinity;
    for (let place = 0; place < means.length; place++) {
      if (belief.has(place)) continue;
      const improvement = logExpectedImprovement(means[place] as number, Math.sqrt(variances[place] as number), target);
      if (best !== undefined && !(improvement > most)) continue;
      best = place;
      most = improvement;
    }
    if (best === undefined) break;
    proposals.push(best);
    belief.observe(best);
  }
  return proposals;
}
