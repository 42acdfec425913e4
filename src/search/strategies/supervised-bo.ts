import * as v from "valibot";
import { type Generator, generator } from "../../random/generator.ts";
import type { ResidualNorm } from "../dngo/linear-regression.ts";
import { mostPromising, regressOn, type Spread } from "../dngo/surrogate.ts";
import { drawSome, freshCandidates } from "../neighbourhood.ts";
import { numberOr, oneOf, positive, whole } from "../options.ts";
import { rowsOf } from "../points.ts";
import { sampleOf } from "../sampling.ts";
import { standardise } from "../standardise.ts";
import { askTell, type StrategyDefinition } from "../strategy.ts";
import { embed } from "../supervised/embedding.ts";
import { initialPredictor, type Predictor, type PredictorTraining, trainPredictor } from "../supervised/training.ts";

/**
 * Options of supervised Bayesian optimisation; sizes are the published code's, which embeds every architecture each round and trains from scratch. How
 * its encoder was trained is not published: that, and what makes a round affordable without a GPU, are ours.
 */
export interface SupervisedBoOptions extends PredictorTraining {
  /** Architectures drawn at random before the first model. Default 16. */
  readonly initial: number;
  /** Architectures asked a round. Default 5. */
  readonly batch: number;
  /** Epochs of training from scratch. Default 100. */
  readonly epochs: number;
  /** Epochs that later rounds go on for from where the last one ended. Default 10; `released`: 0, from scratch each round. */
  readonly warmEpochs: number;
  /** Architectures drawn a round of which expected improvement is worked out. Default 500. */
  readonly candidates: number;
  /** Best architectures so far whose single edits are candidates, too. Default 10; `released`: 0. */
  readonly parents: number;
  /** Value to improve on: see `DngoOptions`. */
  readonly target: number | "incumbent";
  readonly spread: Spread;
  readonly residual: ResidualNorm;
  readonly labels: "raw" | "standardised";
}

/**
 * The supervised counterpart of Bayesian optimisation (arch2vec, section 4.2): the same encoder and the same network of DNGO, but the encoder knows nothing
 * but the labels of this run; both are trained as one. Bayesian linear regression and expected improvement as in `bo`.
 */
export const supervisedBo: StrategyDefinition<SupervisedBoOptions> = {
  name: "supervised-bo",
  title: "Supervised DNGO",
  schema: v.strictObject({
    initial: whole(1, 100_000, "architectures drawn at random before the first model (arch2vec: 16)"),
    batch: whole(1, 10_000, "architectures asked a round (arch2vec: 5)"),
    width: whole(1, 1024, "features of each layer of the encoder (arch2vec: 128)"),
    hidden: whole(1, 1024, "units of the network on the embeddings, i.e. basis functions (arch2vec: 128)"),
    epochs: whole(1, 10_000, "epochs of training from scratch (arch2vec: 100)"),
    warmEpochs: whole(
      0,
      10_000,
      "epochs that later rounds train on; 0: from scratch each round (arch2vec); 10, a tenth of the time",
    ),
    batchSize: whole(1, 10_000, "graphs a training step (arch2vec: 10)"),
    learningRate: positive(1, "step size of Adam (0.001, as arch2vec trains its encoder without labels)"),
    candidates: whole(
      1,
      1_000_000,
      "architectures drawn a round to choose among (arch2vec: all; 500 take a quarter of a second)",
    ),
    parents: whole(0, 10_000, "best architectures so far whose single edits are chosen among, too (BANANAS: 10; released: 0)"),
    target: numberOr("incumbent", "value to improve on: the best so far, or a fixed one (arch2vec: 0.95)"),
    spread: oneOf(["deviation", "variance"], "what expected improvement takes for the spread (released: the variance)"),
    residual: oneOf(["squared", "unsquared"], "norm of the residual in the marginal likelihood (released: unsquared)"),
    labels: oneOf(["raw", "standardised"], "labels as they are (released, for accuracies) or standardised"),
  }),
  defaults({ protocol, space, accuracy }) {
    const released = protocol === "released";
    return {
      initial: 16,
      batch: 5,
      width: 128,
      hidden: 128,
      epochs: 100,
      warmEpochs: released ? 0 : 10,
      batchSize: 10,
      learningRate: 1e-3,
      candidates: 500,
      parents: released ? 0 : 10,
      target: released && accuracy ? (space === "nasbench201" ? 1 : 0.95) : "incumbent",
      spread: released ? "variance" : "deviation",
      residual: released ? "unsquared" : "squared",
      labels: released && accuracy ? "raw" : "standardised",
    };
  },
  needs: ({ parents }) => ({ points: false, edits: parents > 0, graphs: true }),
  create({ embedding, graphs, edits, candidates, seed, options }) {
    if (!graphs) throw new Error("A search that trains an encoder was made without graphs.");
    const fresh = freshCandidates(candidates, embedding.count, generator(seed, "search"));
    const asked: number[] = [];
    const values: number[] = [];
    let predictor: Predictor | undefined;
    let round = 0;

    /** Unseen architectures to choose among, ascending. */
    const pool = (chance: Generator): number[] => {
      const left = candidates.filter(fresh.has);
      const some = new Set(sampleOf(left, options.candidates, chance));
      const order = asked.map((_, i) => i).sort((a, b) => (values[b] as number) - (values[a] as number));
      for (const i of order.slice(0, options.parents)) {
        for (const index of Array.from(edits?.(asked[i] as number) ?? [])) if (fresh.has(index)) some.add(index);
      }
      return [...some].sort((a, b) => a - b);
    };

    const choose = (): number[] => {
      const chance = generator(seed, "search", ++round);
      const targets = Float64Array.from(values);
      const labelScale = options.labels === "standardised" ? standardise(targets, 1) : undefined;
      const warm = predictor !== undefined && options.warmEpochs > 0;
      if (!predictor || !warm) predictor = initialPredictor(graphs, options, chance);
      trainPredictor(predictor, graphs, asked, targets, warm ? options.warmEpochs : options.epochs, options.batchSize, chance);
      const { encoder, network } = predictor;
      const seen = embed(encoder, graphs, asked);
      const rows = rowsOf(seen, Uint32Array.from(asked.keys()));
      const surrogate = regressOn(network, rows, targets, options, [chance.normal(), chance.normal() - 3], labelScale);
      const among = pool(chance);
      const best = mostPromising(surrogate, embed(encoder, graphs, among), Uint32Array.from(among.keys()), new Set(), options);
      return best.map((place) => among[place] as number);
    };

    return askTell(
      () => {
        const batch = asked.length === 0 ? drawSome(fresh, options.initial) : choose();
        for (const index of batch) fresh.take(index);
        return batch;
      },
      (batch, told) => {
        asked.push(...batch);
        values.push(...told);
      },
    );
  },
};
