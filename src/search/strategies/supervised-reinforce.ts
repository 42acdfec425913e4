import * as v from "valibot";
import { generator } from "../../random/generator.ts";
import { adam } from "../adam.ts";
import { numberOr, oneOf, positive, whole } from "../options.ts";
import { nearestUnvisited } from "../reinforce/nearest.ts";
import { backward, type Episode, forward, initialPolicy, reinforceGradients } from "../reinforce/policy.ts";
import { sampleOf } from "../sampling.ts";
import { askTell, type StrategyDefinition } from "../strategy.ts";
import { embed } from "../supervised/embedding.ts";
import { encode, initialEncoder, LATENT, load, type Pass, passFor } from "../supervised/encoder.ts";
import { addGradients } from "../supervised/gradients.ts";

/** Options of supervised REINFORCE; defaults are the published code's but for `candidates`. */
export interface SupervisedReinforceOptions {
  /** Features of a layer of the encoder. Default 128. */
  readonly width: number;
  /** Width of the LSTM cell. Default 128. */
  readonly hidden: number;
  /** Steps an episode, i.e. architectures asked between two updates. Default 16. */
  readonly steps: number;
  /** Adam's step size for the policy. Default 0.01. */
  readonly learningRate: number;
  /** Adam's step size for the encoder. Default 0.001. */
  readonly encoderRate: number;
  /** What is taken off a reward: see `ReinforceOptions`. */
  readonly baseline: number | "mean";
  /** Architectures drawn an episode that a step may lead to. Default 500. */
  readonly candidates: number;
  /** What the policy reads at each step: the architecture it came to, or always the run's random start (`released`). */
  readonly state: "current" | "start";
}

/**
 * The supervised counterpart of REINFORCE (arch2vec, section 4.2): the policy reads an encoder that knows nothing of the space before, and the loss of the policy
 * trains both. An episode embeds the architectures that it may go to by the encoder as it is then; the state of a step is encoded in train mode, one graph a batch.
 */
export const supervisedReinforce: StrategyDefinition<SupervisedReinforceOptions> = {
  name: "supervised-reinforce",
  title: "Supervised REINFORCE",
  schema: v.strictObject({
    width: whole(1, 1024, "features of each layer of the encoder (arch2vec: 128)"),
    hidden: whole(1, 1024, "width of the LSTM cell (arch2vec: 128)"),
    steps: whole(1, 10_000, "steps an episode, i.e. architectures asked between two updates (arch2vec: 16)"),
    learningRate: positive(1, "step size of Adam for the policy (arch2vec: 0.01)"),
    encoderRate: positive(1, "step size of Adam for the encoder (arch2vec: 0.001)"),
    baseline: numberOr("mean", "what is taken off a reward (arch2vec: 0.95; 0.4 on NAS-Bench-201)"),
    candidates: whole(
      1,
      1_000_000,
      "architectures drawn an episode that steps may lead to (arch2vec: all; 500 take a quarter of a second)",
    ),
    state: oneOf(["current", "start"], "what the policy reads: where it has come to, or always the random start (released)"),
  }),
  defaults: ({ protocol, space, accuracy }) => ({
    width: 128,
    hidden: 128,
    steps: 16,
    learningRate: 1e-2,
    encoderRate: 1e-3,
    baseline: accuracy ? (space === "nasbench201" ? 0.4 : 0.95) : "mean",
    candidates: 500,
    state: protocol === "released" ? "start" : "current",
  }),
  needs: () => ({ points: false, edits: false, graphs: true }),
  create({ embedding, graphs, candidates, seed, options }) {
    if (!graphs) throw new Error("A search that trains an encoder was made without graphs.");
    const random = generator(seed, "search");
    const policy = initialPolicy(LATENT, options.hidden, random);
    const encoder = initialEncoder(graphs, options.width, random);
    const policyOptimiser = adam(policy.parameters.length, options.learningRate);
    const encoderOptimiser = adam(encoder.parameters.length, options.encoderRate);
    const visited = new Uint8Array(embedding.count);
    const start = candidates[random.integer(candidates.length)] as number;
    let current = start;
    visited[start] = 1;

    const passes = Array.from({ length: options.steps }, () => passFor(encoder, 1));
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
        const left = candidates.filter((index) => visited[index] === 0);
        const among = sampleOf(left, Math.max(options.candidates, options.steps), random);
        const points = embed(encoder, graphs, among);
        const places = Uint32Array.from(among.keys());
        const taken = new Uint8Array(among.length);
        const batch: number[] = [];
        while (batch.length < options.steps && batch.length < among.length) {
          const pass = passes[batch.length] as Pass;
          load(pass, graphs, [options.state === "start" ? start : current]);
          encode(encoder, pass, "train");
          const mean = forward(policy, episode, pass.embedding.slice());
          const action = mean.map((m) => m + random.normal());
          const place = nearestUnvisited(points, places, taken, action, "first") as number;
          means.push(mean);
          actions.push(action);
          taken[place] = 1;
          current = among[place] as number;
          visited[current] = 1;
          batch.push(current);
        }
        return batch;
      },
      (_, values) => {
        for (const value of values) rewards += value;
        rewarded += values.length;
        const baseline = options.baseline === "mean" ? rewards / rewarded : options.baseline;
        const advantages = values.map((value) => value - baseline);
        const dStates = means.map(() => new Float64Array(LATENT));
        const dPolicy = backward(policy, episode, reinforceGradients(means, actions, advantages), dStates);
        const dEncoder = new Float64Array(encoder.parameters.length);
        for (const [step, dState] of dStates.entries()) addGradients(encoder, passes[step] as Pass, dState, dEncoder);
        policyOptimiser.step(policy.parameters, dPolicy);
        encoderOptimiser.step(encoder.parameters, dEncoder);
      },
    );
  },
};
