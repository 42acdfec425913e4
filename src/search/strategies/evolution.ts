import * as v from "valibot";
import { generator } from "../../random/generator.ts";
import {
  drawSome,
  freshCandidates,
  mutant,
  NEIGHBOUR_RULES,
  NEIGHBOURS_WORDS,
  type NeighbourOptions,
  neighbourDefaults,
  neighbourhood,
  neighbourNeeds,
  REACH_WORDS,
} from "../neighbourhood.ts";
import { oneOf, whole } from "../options.ts";
import { askTell, type StrategyDefinition, type Told } from "../strategy.ts";

/**
 * Options of regularised evolution. Real et al. give the algorithm and use thousands of queries; the sizes are those that White et al.
 * run it with at 150 queries (the code of BANANAS).
 */
export interface EvolutionOptions extends NeighbourOptions {
  /** Architectures drawn at random before the first mutation. Default 10. */
  readonly initial: number;
  /** Architectures alive; of more the oldest dies. Default 30. */
  readonly population: number;
  /** Draws of a tournament, with replacement; its best is mutated. Default 10. */
  readonly sample: number;
  /** Whether a child may be one that was evaluated before, and is then paid again (`released`, as published), or not. */
  readonly pool: "unseen" | "all";
}

/** Regularised evolution (Real et al., "Regularized Evolution for Image Classifier Architecture Search", AAAI 2019, algorithm 1). */
export const evolution: StrategyDefinition<EvolutionOptions> = {
  name: "evolution",
  title: "Regularised evolution",
  schema: v.strictObject({
    initial: whole(1, 100_000, "architectures drawn at random before the first mutation (code of BANANAS: 10)"),
    population: whole(1, 100_000, "architectures alive; of more the oldest dies (code of BANANAS: 30; Real et al.: 100)"),
    sample: whole(
      1,
      100_000,
      "draws of a tournament, with replacement; its best is mutated (code of BANANAS: 10; Real et al.: 25)",
    ),
    pool: oneOf(["unseen", "all"], "children: only unseen ones, or also those evaluated before, paid again (released)"),
    neighbours: oneOf(NEIGHBOUR_RULES, NEIGHBOURS_WORDS),
    reach: whole(1, 1024, REACH_WORDS),
  }),
  defaults: (setting) => ({
    initial: 10,
    population: 30,
    sample: 10,
    pool: setting.protocol === "released" ? "all" : "unseen",
    ...neighbourDefaults(setting),
  }),
  needs: neighbourNeeds,
  create({ options, seed, ...context }) {
    const { candidates, embedding } = context;
    const random = generator(seed, "search");
    const fresh = freshCandidates(candidates, embedding.count, random);
    const near = neighbourhood(context, options);
    /** Oldest first. */
    const alive: Told[] = [];

    const parent = (): number => {
      let best: Told | undefined;
      for (let draw = 0; draw < options.sample; draw++) {
        const drawn = alive[random.integer(alive.length)] as Told;
        if (!best || drawn.value > best.value) best = drawn;
      }
      return (best as Told).index;
    };

    const child = (): number | undefined => {
      const from = parent();
      if (options.pool === "all") return mutant(from, near, () => true, random) ?? from;
      const found = mutant(from, near, fresh.has, random);
      if (found === undefined) return fresh.draw();
      fresh.take(found);
      return found;
    };

    return askTell(
      () => {
        if (alive.length === 0) return drawSome(fresh, options.initial);
        const next = child();
        return next === undefined ? [] : [next];
      },
      (batch, values) => {
        for (const [i, index] of batch.entries()) alive.push({ index, value: values[i] as number });
        alive.splice(0, Math.max(0, alive.length - options.population));
      },
    );
  },
};
