import * as v from "valibot";
import { generator } from "../../random/generator.ts";
import { adam } from "../adam.ts";
import { freshCandidates } from "../neighbourhood.ts";
import { oneOf, positive, whole } from "../options.ts";
import { addGradient, drawChoices, initialCategorical, movingAverage, probabilities } from "../reinforce/categorical.ts";
import { askTell, type StrategyDefinition } from "../strategy.ts";

/** Options of REINFORCE with a categorical policy. */
export interface CategoricalOptions {
  /** Adam's step size. Default 0.01. */
  readonly learningRate: number;
  /** Of the moving average that is taken off a reward. Default 0.9. */
  readonly momentum: number;
  /** Architectures asked between two updates of the policy. Default 1. */
  readonly batch: number;
  /** Whether an architecture may be asked again and is then paid again (`released`, as published), or is drawn anew. */
  readonly pool: "unseen" | "all";
}

/** Draws in vain after which an architecture is taken at random, from which nothing is learnt: the policy has made up its mind. */
const MOST_DRAWS = 1000;

/**
 * REINFORCE as the benchmarks of Ying et al. (ICML 2019) and of Dong and Yang (ICLR 2020) run it on the space itself: a softmax for each operation (and,
 * on NAS-Bench-101, each edge), an exponential moving average as baseline, which counts the reward it is taken off. Decisions that make no
 * architecture, or one without a label, are drawn anew.
 */
export const reinforceCategorical: StrategyDefinition<CategoricalOptions> = {
  name: "reinforce-categorical",
  title: "REINFORCE (categorical)",
  schema: v.strictObject({
    learningRate: positive(1, "step size of Adam (code of NATS-Bench: 0.01)"),
    momentum: positive(0.999, "of the moving average that is taken off a reward (Dong and Yang: 0.9)"),
    batch: whole(1, 10_000, "architectures asked between two updates (Ying et al., Dong and Yang: 1)"),
    pool: oneOf(["unseen", "all"], "what may be asked: unseen ones, or also those evaluated before, paid again (released)"),
  }),
  defaults: ({ protocol }) => ({
    learningRate: 1e-2,
    momentum: 0.9,
    batch: 1,
    pool: protocol === "released" ? "all" : "unseen",
  }),
  needs: () => ({ points: false, edits: false, decisions: true }),
  create({ embedding, decisions, candidates, seed, options }) {
    if (!decisions) throw new Error("A search by decisions was made without decisions.");
    const random = generator(seed, "search");
    const policy = initialCategorical(decisions.choices, random);
    const optimiser = adam(policy.logits.length, options.learningRate);
    const baseline = movingAverage(options.momentum);
    const fresh = freshCandidates(candidates, embedding.count, random);
    const known = new Set(candidates);
    const may = (index: number): boolean => (options.pool === "all" ? known : fresh).has(index);
    let chances = probabilities(policy);
    /** What made each architecture of the batch, in its order; undefined where chance did. */
    let made: (readonly number[] | undefined)[] = [];

    const drawOne = (taken: readonly number[]): { index: number; chosen?: readonly number[] } | undefined => {
      for (let draw = 0; draw < MOST_DRAWS; draw++) {
        const chosen = drawChoices(policy, chances, random);
        const index = decisions.decide(chosen);
        if (index === undefined || !may(index) || taken.includes(index)) continue;
        fresh.take(index);
        return { index, chosen };
      }
      const index = fresh.draw();
      return index === undefined ? undefined : { index };
    };

    return askTell(
      () => {
        const batch: number[] = [];
        made = [];
        while (batch.length < options.batch) {
          const one = drawOne(batch);
          if (!one) break;
          batch.push(one.index);
          made.push(one.chosen);
        }
        return batch;
      },
      (batch, values) => {
        const gradients = new Float64Array(policy.logits.length);
        for (const [i, chosen] of made.entries()) {
          const reward = values[i] as number;
          baseline.add(reward);
          if (chosen) addGradient(policy, chances, chosen, (reward - baseline.value()) / batch.length, gradients);
        }
        optimiser.step(policy.logits, gradients);
        chances = probabilities(policy);
      },
    );
  },
};
