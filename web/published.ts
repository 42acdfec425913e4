import type { Points } from "../src/search/strategy.ts";
import type { SpaceName } from "../src/spaces/space.ts";

export { PAPER } from "../src/figures/published.ts";

/**
 * Numbers of others, for comparison. They are never mixed with what this page measures. Source of all: tables 1 and 3 of the arch2vec paper
 * (`PAPER` in src/figures/published.ts).
 */

/** arch2vec by space, shares as fractions: entry-wise accuracy of the held-out part, 10,000 samples of the prior. */
export const PUBLISHED_QUALITY: Readonly<
  Record<SpaceName, { readonly accuracy: number; readonly validity: number; readonly uniqueness: number }>
> = {
  nasbench101: { accuracy: 1, validity: 0.4497, uniqueness: 0.9969 },
  nasbench201: { accuracy: 1, validity: 0.7941, uniqueness: 0.9872 },
  darts: { accuracy: 0.9979, validity: 0.3336, uniqueness: 1 },
};

/** What even a perfect sampler reaches: expected share of distinct ones among uniform draws from a space, 0..1. */
export const uniquenessCeiling = (draws: number, size: number): number => (size * (1 - (1 - 1 / size) ** draws)) / draws;

/**
 * On NAS-Bench-201, mean of 500 runs; accuracy as a fraction. The budget is simulated seconds, not queries. What is published for arch2vec
 * was found in its embedding, regularised evolution without one; random search and REINFORCE by decisions read neither.
 */
const WITHOUT_POINTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  random: { c10_valid: 0.9094, c10_test: 0.9375, c100_valid: 0.7217, c100_test: 0.7205 },
  "reinforce-categorical": { c10_valid: 0.9103, c10_test: 0.9382, c100_valid: 0.7235, c100_test: 0.7213 },
};

const IN_EMBEDDING: typeof WITHOUT_POINTS = {
  ...WITHOUT_POINTS,
  reinforce: { c10_valid: 0.9132, c10_test: 0.9412, c100_valid: 0.7313, c100_test: 0.7315 },
  bo: { c10_valid: 0.9141, c10_test: 0.9418, c100_valid: 0.7335, c100_test: 0.7337 },
};

const WITHOUT_EMBEDDING: typeof WITHOUT_POINTS = {
  ...WITHOUT_POINTS,
  evolution: { c10_valid: 0.9108, c10_test: 0.9384, c100_valid: 0.7302, c100_test: 0.7286 },
};

/** The published mean for a strategy and a column of the usual name ("c10_test", "cifar100_valid"), if there is one. */
export function publishedSearch(space: SpaceName, strategy: string, points: Points, metric: string): number | undefined {
  if (space !== "nasbench201") return undefined;
  const match = /^(?:c|cifar[-_]?)(100|10)[-_](valid|test)$/i.exec(metric);
  const known = points === "embedding" ? IN_EMBEDDING : WITHOUT_EMBEDDING;
  return match ? known[strategy]?.[`c${match[1]}_${match[2]?.toLowerCase()}`] : undefined;
}
