import * as v from "valibot";
import { generator } from "../../random/generator.ts";
import {
  drawSome,
  freshCandidates,
  NEIGHBOUR_RULES,
  NEIGHBOURS_WORDS,
  type NeighbourOptions,
  neighbourDefaults,
  neighbourhood,
  neighbourNeeds,
  REACH_WORDS,
} from "../neighbourhood.ts";
import { oneOf, whole } from "../options.ts";
import { askTell, type StrategyDefinition } from "../strategy.ts";

/** Options of local search; defaults are those of the published code (White et al.), but for `move`. */
export interface LocalSearchOptions extends NeighbourOptions {
  /** Architectures drawn at random at every start; the climb begins at the best of them. Default 10; algorithm 1 has 1. */
  readonly initial: number;
  /** To the best of all neighbours (default, algorithm 1), or to the first better one, in random order (the published code's default). */
  readonly move: "best" | "first";
}

/**
 * Local search (White, Nolen and Savani, "Exploring the Loss Landscape in Neural Architecture Search", UAI 2021, algorithm 1): evaluates the
 * neighbours of the incumbent, moves to a better one, and starts anew at random where none is better. What was evaluated before is
 * remembered, and never asked again.
 */
export const localSearch: StrategyDefinition<LocalSearchOptions> = {
  name: "local-search",
  title: "Local search",
  schema: v.strictObject({
    initial: whole(
      1,
      100_000,
      "architectures drawn at random at every start, the best of which is climbed from (published code: 10)",
    ),
    move: oneOf(["best", "first"], "to the best of all neighbours (White et al., algorithm 1) or to the first better one"),
    neighbours: oneOf(NEIGHBOUR_RULES, NEIGHBOURS_WORDS),
    reach: whole(1, 1024, REACH_WORDS),
  }),
  defaults: (setting) => ({ initial: 10, move: "best", ...neighbourDefaults(setting) }),
  needs: neighbourNeeds,
  create({ options, seed, ...context }) {
    const { candidates, embedding } = context;
    const random = generator(seed, "search");
    const fresh = freshCandidates(candidates, embedding.count, random);
    const near = neighbourhood(context, options);
    const values = new Map<number, number>();
    const worth = (index: number): number => values.get(index) ?? -Infinity;
    const best = (indices: readonly number[]): number | undefined => {
      let found: number | undefined;
      for (const index of indices) if (found === undefined || worth(index) > worth(found)) found = index;
      return found;
    };
    /** Where the climb is; undefined before a start. */
    let here: number | undefined;

    /** Neighbours still to be evaluated before the next move, in random order. Moves as far as what is known leads. */
    const climb = (): number[] => {
      while (here !== undefined) {
        const around = near(here);
        const unseen = random.shuffle(around.filter(fresh.has));
        if (options.move === "best" && unseen.length > 0) return unseen;
        const next = best(around);
        if (next !== undefined && worth(next) > worth(here)) here = next;
        else if (unseen.length > 0) return unseen.slice(0, 1);
        else here = undefined;
      }
      return [];
    };

    return askTell(
      () => {
        const neighbours = climb();
        for (const index of neighbours) fresh.take(index);
        return neighbours.length > 0 ? neighbours : drawSome(fresh, options.initial);
      },
      (batch, told) => {
        for (const [i, index] of batch.entries()) values.set(index, told[i] as number);
        here ??= best(batch);
      },
    );
  },
};
