import * as v from "valibot";
import { generator } from "../../random/generator.ts";
import { adam } from "../adam.ts";
import { numberOr, oneOf, positive, whole } from "../options.ts";
import { type NearestRule, nearestUnvisited } from "../reinforce/nearest.ts";
import { backward, type Episode, forward, initialPolicy, reinforceGradients } from "../reinforce/policy.ts";
import { askTell, type StrategyDefinition } from "../strategy.ts";

/** Options of REINFORCE; defaults are the published code's (arch2vec, section 4.2 and released code). */
export interface ReinforceOptions {
  /** Width of the LSTM cell. Default 128. */
  readonly hidden: number;
  /** Steps an episode, i.e. architectures asked between two updates of the policy. Default 16. */
  readonly steps: number;
  /** Adam's step size. Default 0.01. */
  readonly learningRate: number;
  /** What is taken off a reward: 0.95, on NAS-Bench-201 0.4; the mean of all rewards so far for what is not an accuracy. */
  readonly baseline: number | "mean";
  /** Where a step goes. `released` on NAS-Bench-201: never to the very nearest. */
  readonly nearest: NearestRule;
}

/**
 * REINFORCE over the embedding. An episode starts with a fresh LSTM state where the last one ended; each step samples a
 * point around the policy's mean and goes to the nearest architecture not yet visited. The random start of the run is
 * visited, but neither evaluated nor paid. The way of an episode does not depend on its rewards, so it is asked as a whole.
 */
export const reinforce: StrategyDefinition<ReinforceOptions> = {
  name: "reinforce",
  title: "REINFORCE (LSTM policy)",
  schema: v.strictObject({
    hidden: whole(1, 1024, "width of the LSTM cell (arch2vec: 128)"),
    steps: whole(1, 10_000, "steps an episode, i.e. architectures asked between two updates (arch2vec: 16)"),
    learningRate: positive(1, "step size of Adam (arch2vec: 0.01)"),
    baseline: numberOr("mean", "what is taken off a reward (arch2vec: 0.95; 0.4 on NAS-Bench-201)"),
    nearest: oneOf(["first", "after-first"], "where a step goes; released on NAS-Bench-201: never to the very nearest"),
  }),
  defaults({ protocol, space, accuracy }) {
    return {
      hidden: 128,
      steps: 16,
      learningRate: 1e-2,
      baseline: accuracy ? (space === "nasbench201" ? 0.4 : 0.95) : "mean",
      nearest: protocol === "released" && space === "nasbench201" ? "after-first" : "first",
    };
  },
  create({ embedding, candidates, seed, options }) {
    const { dimensions } = embedding;
    const random = generator(seed, "search");
    const policy = initialPolicy(dimensions, options.hidden, random);
    const optimiser = adam(policy.parameters.length, options.learningRate);
    const visited = new Uint8Array(embedding.count);
    let current = candidates[random.integer(candidates.length)] as number;
    visited[current] = 1;

    let episode: Episode = [];
    let means: Float64Array[] = [];
    let actions: Float64Array[] = [];
    let rewards = 0;
    let rewarded = 0;

    return askTell(
      () => {
        episode = [];
        means = [];
        actions = [];
        const batch: number[] = [];
        while (batch.length < options.steps) {
          const here = Float64Array.from(embedding.data.subarray(current * dimensions, (current + 1) * dimensions));
          const mean = forward(policy, episode, here);
          const action = mean.map((m) => m + random.normal());
          const next = nearestUnvisited(embedding, candidates, visited, action, options.nearest);
          if (next === undefined) break;
          means.push(mean);
          actions.push(action);
          visited[next] = 1;
          current = next;
          batch.push(next);
        }
        episode.length = batch.length;
        return batch;
      },
      (_, values) => {
        for (const value of values) rewards += value;
        rewarded += values.length;
        const baseline = options.baseline === "mean" ? rewards / rewarded : options.baseline;
        const dMeans = reinforceGradients(
          means,
          actions,
          values.map((value) => value - baseline),
        );
        optimiser.step(policy.parameters, backward(policy, episode, dMeans));
      },
    );
  },
};
