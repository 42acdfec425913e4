import * as v from "valibot";
import { generator } from "../../random/generator.ts";
import { type MlpTraining, predictMlp, trainMlp } from "../bananas/network.ts";
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
import { oneOf, positive, whole } from "../options.ts";
import { rowsOf } from "../points.ts";
import { rescale, standardise } from "../standardise.ts";
import { askTell, type StrategyDefinition } from "../strategy.ts";

/**
 * Options of BANANAS; defaults are those of its paper and code. Its mutations are edits, also where the networks read a learnt embedding: nearest points
 * stand for them only where no edits are known.
 */
export interface BananasOptions extends NeighbourOptions, MlpTraining {
  /** Architectures drawn at random before the first networks. Default 10. */
  readonly initial: number;
  /** Architectures asked a round. Default 10. */
  readonly batch: number;
  /** Networks that predict together. Default 5. */
  readonly ensemble: number;
  /** Best architectures so far whose mutants are candidates. Default 10. */
  readonly parents: number;
  /** Mutants that are predicted a round. Default 100. */
  readonly candidates: number;
  /** Points as they are (default for encodings of zeros and ones) or standardised (default for a learnt embedding). */
  readonly inputs: "raw" | "standardised";
}

/**
 * BANANAS (White, Neiswanger and Savani, "BANANAS: Bayesian Optimization with Neural Architectures for Neural Architecture Search", AAAI 2021,
 * algorithm 1): networks trained from scratch each round on everything evaluated predict mutants of the best architectures; independent Thompson
 * sampling, a draw from N(mean, spread of the ensemble) a mutant, chooses among them. Labels are standardised, the original's are not.
 */
export const bananas: StrategyDefinition<BananasOptions> = {
  name: "bananas",
  title: "BANANAS (networks)",
  schema: v.strictObject({
    initial: whole(1, 100_000, "architectures drawn at random before the first networks (BANANAS: 10)"),
    batch: whole(1, 10_000, "architectures asked a round (BANANAS: 10)"),
    ensemble: whole(1, 100, "networks that predict together (BANANAS: 5)"),
    layers: whole(1, 30, "hidden layers of a network (BANANAS: 10)"),
    width: whole(1, 512, "units a hidden layer (BANANAS: 20)"),
    epochs: whole(1, 10_000, "epochs a network is trained from scratch each round (code of BANANAS: 150)"),
    batchSize: whole(1, 10_000, "rows a training step (code of BANANAS: 32)"),
    learningRate: positive(1, "step size of Adam (code of BANANAS: 0.01)"),
    parents: whole(1, 10_000, "best architectures so far, whose mutants are candidates (BANANAS: 10)"),
    candidates: whole(1, 100_000, "mutants that are predicted a round (BANANAS: 100)"),
    inputs: oneOf(["raw", "standardised"], "points as they are (default for encodings) or standardised (default for embeddings)"),
    neighbours: oneOf(NEIGHBOUR_RULES, NEIGHBOURS_WORDS),
    reach: whole(1, 1024, REACH_WORDS),
  }),
  defaults: (setting) => ({
    initial: 10,
    batch: 10,
    ensemble: 5,
    layers: 10,
    width: 20,
    epochs: 150,
    batchSize: 32,
    learningRate: 1e-2,
    parents: 10,
    candidates: 100,
    inputs: (setting.points ?? "embedding") === "embedding" ? "standardised" : "raw",
    ...neighbourDefaults(setting),
    ...(setting.space !== undefined && setting.space !== "darts" && { neighbours: "edits" }),
  }),
  needs: (options) => ({ ...neighbourNeeds(options), points: true }),
  create({ options, seed, ...context }) {
    const { embedding } = context;
    const random = generator(seed, "search");
    const fresh = freshCandidates(context.candidates, embedding.count, random);
    const near = neighbourhood(context, options);
    const asked: number[] = [];
    const values: number[] = [];
    let round = 0;

    /** Mutants of the best in turn, the best first; random architectures where there are no more. */
    const mutants = (): number[] => {
      const order = asked.map((_, i) => i).sort((a, b) => (values[b] as number) - (values[a] as number));
      const parents = order.slice(0, options.parents).map((i) => asked[i] as number);
      const found = new Set<number>();
      const isFree = (index: number): boolean => fresh.has(index) && !found.has(index);
      for (let i = 0; i < options.candidates; i++) {
        const one = mutant(parents[i % parents.length] as number, near, isFree, random);
        if (one !== undefined) found.add(one);
      }
      return [...found];
    };

    /** The points of some architectures, and of others on the same scale. */
    const inputsOf = (indices: readonly number[], others: readonly number[]): [Float64Array, Float64Array] => {
      const rows = [rowsOf(embedding, indices), rowsOf(embedding, others)] as [Float64Array, Float64Array];
      if (options.inputs === "standardised") rescale(rows[1], standardise(rows[0], embedding.dimensions));
      return rows;
    };

    const choose = (among: readonly number[]): number[] => {
      const chance = generator(seed, "search", ++round);
      const labels = Float64Array.from(values);
      standardise(labels, 1);
      const [x, points] = inputsOf(asked, among);
      const predictions = Array.from({ length: options.ensemble }, () =>
        predictMlp(trainMlp(x, labels, options, chance), points),
      );
      const drawn = among.map((index, i) => {
        const said = predictions.map((prediction) => prediction[i] as number);
        const mean = said.reduce((sum, one) => sum + one, 0) / said.length;
        const variance = said.reduce((sum, one) => sum + (one - mean) ** 2, 0) / said.length;
        return { index, value: mean + Math.sqrt(variance) * chance.normal() };
      });
      return drawn
        .sort((a, b) => b.value - a.value)
        .slice(0, options.batch)
        .map(({ index }) => index);
    };

    return askTell(
      () => {
        if (asked.length === 0) return drawSome(fresh, options.initial);
        const among = mutants();
        const batch = among.length > options.batch ? choose(among) : among;
        for (const index of batch) fresh.take(index);
        return batch.length > 0 ? batch : drawSome(fresh, options.batch);
      },
      (batch, told) => {
        asked.push(...batch);
        values.push(...told);
      },
    );
  },
};
