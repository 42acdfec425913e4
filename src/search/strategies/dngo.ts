import * as v from "valibot";
import { generator } from "../../random/generator.ts";
import type { ResidualNorm } from "../dngo/linear-regression.ts";
import { drawnChance, fitSurrogate, mostPromising, type Spread } from "../dngo/surrogate.ts";
import { numberOr, oneOf, positive, whole } from "../options.ts";
import { rowsOf } from "../points.ts";
import { drawer } from "../sampling.ts";
import { askTell, type StrategyDefinition } from "../strategy.ts";

/** Options of Bayesian optimisation with DNGO; defaults are the published code's (arch2vec, section 4.2 and released code). */
export interface DngoOptions {
  /** Architectures drawn at random before the first model. Default 16. */
  readonly initial: number;
  /** Architectures asked a round, those of largest expected improvement. Default 5; 1 on NAS-Bench-201. */
  readonly batch: number;
  /** Width of the network's tanh layer, i.e. number of basis functions. Default 128. */
  readonly hidden: number;
  /** Epochs the network is trained from scratch each round. Default 100. */
  readonly epochs: number;
  /** Rows a training step; an epoch's last partial batch is dropped. Default 10. */
  readonly batchSize: number;
  /** Adam's step size. Default 0.01. */
  readonly learningRate: number;
  /** Value to improve on: the best one so far (`corrected`, and whatever is not an accuracy), or a fixed one: 0.95, 1 on NAS-Bench-201. */
  readonly target: number | "incumbent";
  /** What expected improvement takes for the spread of a prediction. `released`: the variance. */
  readonly spread: Spread;
  /** Norm of the residual in the marginal likelihood. `released`: not squared. */
  readonly residual: ResidualNorm;
  /** What may be asked after the random start: architectures not yet evaluated, or (`released`) all, again and again. */
  readonly pool: "unseen" | "all";
  /** Labels as they are (accuracies are fractions) or standardised (whatever is not an accuracy). */
  readonly labels: "raw" | "standardised";
}

/** Bayesian optimisation: DNGO's Bayesian linear regression on learnt features, expected improvement over every candidate. */
export const dngo: StrategyDefinition<DngoOptions> = {
  name: "bo",
  title: "Bayesian optimisation (DNGO)",
  schema: v.strictObject({
    initial: whole(1, 100_000, "architectures drawn at random before the first model (arch2vec: 16)"),
    batch: whole(1, 10_000, "architectures asked a round (arch2vec: 5; 1 on NAS-Bench-201)"),
    hidden: whole(1, 1024, "units of the network, i.e. basis functions (arch2vec: 128)"),
    epochs: whole(1, 10_000, "epochs the network is trained from scratch each round (arch2vec: 100)"),
    batchSize: whole(1, 10_000, "rows a training step (arch2vec: 10)"),
    learningRate: positive(1, "step size of Adam (arch2vec: 0.01)"),
    target: numberOr("incumbent", "value to improve on: the best so far, or a fixed one (arch2vec: 0.95; 1 on NAS-Bench-201)"),
    spread: oneOf(["deviation", "variance"], "what expected improvement takes for the spread (released: the variance)"),
    residual: oneOf(["squared", "unsquared"], "norm of the residual in the marginal likelihood (released: unsquared)"),
    pool: oneOf(["unseen", "all"], "what may be asked: unseen ones, or also those evaluated before, paid again (released)"),
    labels: oneOf(["raw", "standardised"], "labels as they are (accuracies are fractions) or standardised (what is no accuracy)"),
  }),
  defaults({ protocol, space, accuracy }) {
    const released = protocol === "released";
    return {
      initial: 16,
      batch: space === "nasbench201" ? 1 : 5,
      hidden: 128,
      epochs: 100,
      batchSize: 10,
      learningRate: 1e-2,
      target: released && accuracy ? (space === "nasbench201" ? 1 : 0.95) : "incumbent",
      spread: released ? "variance" : "deviation",
      residual: released ? "unsquared" : "squared",
      pool: released ? "all" : "unseen",
      labels: accuracy ? "raw" : "standardised",
    };
  },
  create({ embedding, candidates, seed, options }) {
    const draw = drawer(candidates, generator(seed, "search"));
    const asked: number[] = [];
    const values: number[] = [];
    let round = 0;

    const initialDesign = (): number[] => {
      const batch: number[] = [];
      while (batch.length < options.initial) {
        const index = draw();
        if (index === undefined) break;
        batch.push(index);
      }
      return batch;
    };

    return askTell(
      () => {
        if (asked.length === 0) return initialDesign();
        round++;
        const seen = new Set(options.pool === "unseen" ? asked : []);
        if (seen.size === candidates.length) return [];
        const surrogate = fitSurrogate(
          { rows: rowsOf(embedding, asked), dimensions: embedding.dimensions, values: Float64Array.from(values) },
          options,
          drawnChance(generator(seed, "search", round)),
        );
        return mostPromising(surrogate, embedding, candidates, seen, options);
      },
      (batch, told) => {
        asked.push(...batch);
        values.push(...told);
      },
    );
  },
};
