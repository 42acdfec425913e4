import * as v from "valibot";
import { generator } from "../../random/generator.ts";
import { drawer } from "../sampling.ts";
import { askTell, type StrategyDefinition } from "../strategy.ts";

export type RandomOptions = Record<string, never>;

/** Random search: uniform, without replacement. The baseline of every comparison. */
export const random: StrategyDefinition<RandomOptions> = {
  name: "random",
  title: "Random search",
  schema: v.strictObject({}),
  defaults: () => ({}),
  needs: () => ({ points: false, edits: false }),
  create({ candidates, seed }) {
    const draw = drawer(candidates, generator(seed, "search"));
    return askTell(
      () => {
        const index = draw();
        return index === undefined ? [] : [index];
      },
      () => {},
    );
  },
};
