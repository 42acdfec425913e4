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
  const improvement = (place: number, variance: number): number =>
    logExpectedImprovement(means[place] as number, Math.sqrt(variance), target);
  /** Improvement at most: it grows with the variance, and variances only fall while a batch is put together. */
  const most = means.map((_, place) => (belief.has(place) ? Number.NaN : improvement(place, belief.mostVariance(place))));
  const proposals: number[] = [];
  while (proposals.length < batch) {
    const best = largest(most, (place, worthwhile) =>
      improvement(
        place,
        belief.variance(place, (variance) => worthwhile(improvement(place, variance))),
      ),
    );
    if (best === undefined) break;
    proposals.push(best);
    most[best] = Number.NaN;
    if (rule === "believer") belief.observe(best);
  }
  if (rule === "largest") for (const place of proposals) belief.observe(place);
  return proposals;
}

/**
 * Where the exact value is largest; of equals the smaller place; undefined where there is nothing but NaN.
 * @param most upper bounds, NaN for what is left out; replaced by what turns out tighter
 * @param exact works a value out, or stops at a bound that is not worthwhile
 */
function largest(
  most: Float64Array,
  exact: (place: number, worthwhile: (bound: number) => boolean) => number,
): number | undefined {
  let best: number | undefined;
  let value = Number.NaN;
  const wins = (other: number, place: number): boolean =>
    best === undefined ? !Number.isNaN(other) : other > value || (other === value && place < best);
  const look = (place: number): void => {
    if (!wins(most[place] as number, place)) return;
    const found = exact(place, (bound) => wins(bound, place));
    most[place] = found;
    if (wins(found, place)) [best, value] = [place, found];
  };
  // The most promising bound first: what is found there spares most others.
  let first = 0;
  for (let place = 1; place < most.length; place++) {
    if ((most[place] as number) > (most[first] as number) || Number.isNaN(most[first])) first = place;
  }
  look(first);
  for (let place = 0; place < most.length; place++) look(place);
  return best;
}
