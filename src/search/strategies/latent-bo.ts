import * as v from "valibot";
import { GP_ENTRIES, type GpOptions, gaussianProcessSearch, gpDefaults } from "../gp/optimisation.ts";
import type { StrategyDefinition } from "../strategy.ts";

/**
 * The embedding used as well as we know how, without a constant that is fitted to labels. It differs from the plain Gaussian process (`gp`) in
 * its options only, so that what each is worth can be tried:
 *
 * - it starts at the extremes of the embedding instead of at random, with half as many;
 * - the length scale has a prior, so that a dozen labels cannot persuade it that nothing is like anything else;
 * - cells that are the same architecture are one, at the mean of their points;
 * - a batch is spread, each of it being chosen as if the ones before were known.
 */
export const latentBo: StrategyDefinition<GpOptions> = {
  name: "latent-bo",
  title: "Bayesian optimisation (ours)",
  schema: v.strictObject(GP_ENTRIES),
  defaults: (setting) => ({
    initial: 8,
    design: "maximin",
    batching: "believer",
    fit: "posterior",
    pool: "distinct",
    ...gpDefaults(setting),
  }),
  needs: ({ pool }) => ({ points: true, edits: false, identity: pool === "distinct" }),
  create: gaussianProcessSearch,
};
