import * as v from "valibot";
import { GP_ENTRIES, type GpOptions, gaussianProcessSearch, gpDefaults } from "../gp/optimisation.ts";
import type { StrategyDefinition } from "../strategy.ts";

/**
 * Bayesian optimisation with a plain Gaussian process: 16 random architectures, then those of largest expected improvement among all cells, length scale
 * and noise by marginal likelihood. On a learnt embedding and on one-hot operations these are the baselines that show what the embedding is worth.
 */
export const gp: StrategyDefinition<GpOptions> = {
  name: "gp",
  title: "Bayesian optimisation (GP)",
  schema: v.strictObject(GP_ENTRIES),
  defaults: (setting) => ({
    initial: 16,
    design: "random",
    batching: "largest",
    fit: "likelihood",
    pool: "all",
    ...gpDefaults(setting),
  }),
  needs: ({ pool }) => ({ points: true, edits: false, identity: pool === "distinct" }),
  create: gaussianProcessSearch,
};
