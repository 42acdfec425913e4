import type { Generator } from "../../random/generator.ts";
import { distancesTo, type Pool } from "./points.ts";

/** How the architectures before the first model are chosen. */
export const DESIGNS = ["random", "maximin"] as const;
export type Design = (typeof DESIGNS)[number];

/**
 * Places spread as far as possible: one at random, then again and again the one farthest from all so far (Gonzalez, "Clustering to minimize the
 * maximum intercluster distance", 1985; the greedy maximin design of computer experiments). In a learnt embedding these are the extremes of the
 * space, each of which says much about its side of it. Of equally far ones the first; fewer than `count` where no more are left.
 */
export function maximinDesign(pool: Pool, count: number, random: Generator): number[] {
  const size = pool.indices.length;
  const nearest = new Float64Array(size).fill(Infinity);
  const distances = new Float64Array(size);
  const design: number[] = [];
  let next = random.integer(size);
  while (design.length < Math.min(count, size)) {
    design.push(next);
    distancesTo(pool, next, distances);
    // Below every distance, so that what is in the design is never the farthest, not even of identical points.
    nearest[next] = -1;
    next = 0;
    for (let i = 0; i < size; i++) {
      if ((distances[i] as number) < (nearest[i] as number)) nearest[i] = distances[i] as number;
      if ((nearest[i] as number) > (nearest[next] as number)) next = i;
    }
  }
  return design;
}
