import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { generator } from "../../../src/random/generator.ts";
import { hiddenFeatures } from "../../../src/search/dngo/network.ts";
import { withoutPoints } from "../../../src/search/points.ts";
import { type StrategyOptions, strategy } from "../../../src/search/strategies.ts";
import { knowledgeOf } from "../../../src/search/strategy.ts";
import { embed } from "../../../src/search/supervised/embedding.ts";
import {
  type Encoder,
  encode,
  initialEncoder,
  LATENT,
  load,
  type Pass,
  passFor,
} from "../../../src/search/supervised/encoder.ts";
import { addGradients } from "../../../src/search/supervised/gradients.ts";
import { initialPredictor, predictorLoss, stepFor, trainPredictor } from "../../../src/search/supervised/training.ts";
import { nasbench201 } from "../../../src/spaces/nasbench201/index.ts";
import { packingOf, packSpace } from "../../../src/spaces/packing.ts";
import { PADDING } from "../../../src/spaces/space.ts";
import { type Mode, modelShape } from "../../../src/vgae/config.ts";
import { type Layout, parameterLayout } from "../../../src/vgae/layout.ts";
import { openBackend } from "../../../src/vgae/reference/backend.ts";
import { encode as referenceEncode } from "../../../src/vgae/reference/model.ts";
import { type Named, uploadGraphs } from "../../../src/vgae/reference/tensors.ts";
import { gradientError } from "./helpers.ts";

const WIDTH = 12;
const random = generator(5, "search");
const space = nasbench201();
const INDICES = [3, 700, 4321, 15_000, 9];

function encoderOf(width = WIDTH): Encoder {
  const encoder = initialEncoder(space, width, random);
  // Away from where many things are 0 or 1.
  for (let i = 0; i < encoder.parameters.length; i++)
    encoder.parameters[i] = (encoder.parameters[i] as number) + 0.1 * random.normal();
  return encoder;
}

function passOf(encoder: Encoder, indices = INDICES): Pass {
  const pass = passFor(encoder, indices.length);
  load(pass, space, indices);
  return pass;
}

/** A loss that weighs every number of the embeddings by another factor. */
const factors = Float64Array.from({ length: INDICES.length * LATENT }, () => random.normal());
const lossOf = (pass: Pass): number => pass.embedding.reduce((sum, value, i) => sum + value * (factors[i] as number), 0);

/** Parameters or running statistics by the names that PyTorch gives them. */
function namedTensors(encoder: Encoder, layout: Layout, values: Float64Array): Named {
  const at = new Map<string, number>([["eps", 0]]);
  for (const [i, { linear, norm }] of layout.stages.entries()) {
    const stage = encoder.stages[i];
    if (!stage) throw new Error("fewer stages than the model");
    at.set(`${linear}.weight`, stage.weight).set(`${linear}.bias`, stage.bias);
    at.set(`${norm}.weight`, stage.scale).set(`${norm}.bias`, stage.shift);
  }
  at.set("fc1.weight", encoder.head.weight).set("fc1.bias", encoder.head.bias);
  return Object.fromEntries(
    layout.parameters.flatMap(({ name, shape, size }) => {
      const start = at.get(name);
      return start === undefined ? [] : [[name, tf.tensor(Array.from(values.subarray(start, start + size)), [...shape])]];
    }),
  );
}

function namedRunning(encoder: Encoder, layout: Layout): Named {
  return Object.fromEntries(
    layout.running.map(({ name, size }, i) => [name, tf.tensor(Array.from(encoder.running.subarray(i * size, (i + 1) * size)))]),
  );
}

/** Largest difference, relative to the largest number, which counts as 0.1 where all are near 0, as gradients of biases before batch statistics. */
const worst = (ours: ArrayLike<number>, theirs: ArrayLike<number>): number => {
  expect(ours.length).toBe(theirs.length);
  const scale = Array.from(theirs).reduce((a, b) => Math.max(a, Math.abs(b)), 0.1);
  return Array.from(ours).reduce((most, value, i) => Math.max(most, Math.abs(value - (theirs[i] as number)) / scale), 0);
};

function correlation(a: readonly number[], b: readonly number[]): number {
  const centred = (values: readonly number[]): number[] => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const [x, y] = [centred(a), centred(b)];
  const product = (p: number[], q: number[]): number => p.reduce((sum, value, i) => sum + value * (q[i] as number), 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}

describe("the encoder that is trained on labels", () => {
  const shape = modelShape(space, WIDTH);
  const layout = parameterLayout(shape);
  const positions = INDICES.map((_, i) => i);

  /** What the reference model makes of the same cells, by the same weights: mu of every node, and the running statistics. */
  const reference = (encoder: Encoder, weights: Named, mode: Mode) => {
    const graphs = uploadGraphs(packingOf(space), space.operations.length, packSpace(space, INDICES), positions);
    // The second head, which tells no embedding.
    const second = { "fc2.weight": tf.zeros([LATENT, WIDTH]), "fc2.bias": tf.zeros([LATENT]) };
    return referenceEncode({ ...weights, ...second }, namedRunning(encoder, layout), layout, shape, graphs, mode);
  };

  it.each(["train", "frozen"] as const)(
    "gives the embeddings and running statistics of the reference model in mode %s",
    async (mode) => {
      const run = await openBackend("tfjs-cpu");
      const encoder = encoderOf();
      const pass = passOf(encoder);
      // Statistics that are not those of the start.
      encode(encoder, pass, "train");
      const expected = run(() => {
        const { mu, running } = reference(encoder, namedTensors(encoder, layout, encoder.parameters), mode);
        return {
          embedding: tf.mean(mu, 1).dataSync(),
          running: layout.running.flatMap(({ name }) => Array.from(running[name]?.dataSync() ?? [])),
        };
      });
      encode(encoder, pass, mode);
      expect(worst(pass.embedding, expected.embedding)).toBeLessThan(1e-5);
      expect(worst(encoder.running, expected.running)).toBeLessThan(1e-5);
    },
  );

  it("has the gradients of the reference model, tensor by tensor", async () => {
    const run = await openBackend("tfjs-cpu");
    const encoder = encoderOf();
    const pass = passOf(encoder);
    encode(encoder, pass, "train");
    const gradients = new Float64Array(encoder.parameters.length);
    addGradients(encoder, pass, factors, gradients);
    run(() => {
      const weights = namedTensors(encoder, layout, encoder.parameters);
      const names = Object.keys(weights);
      expect(names).toHaveLength(1 + 8 * 4 + 2);
      const weighted = tf.tensor(
        Array.from(factors, (factor) => factor / space.nodes),
        [INDICES.length, 1, LATENT],
      );
      const loss = (...given: tf.Tensor[]): tf.Tensor => {
        const all = Object.fromEntries(names.map((name, i) => [name, given[i] as tf.Tensor]));
        return tf.sum(tf.mul(reference(encoder, all, "train").mu, weighted));
      };
      const theirs = tf.grads(loss)(names.map((name) => weights[name] as tf.Tensor));
      const ours = namedTensors(encoder, layout, gradients);
      for (const [i, name] of names.entries()) {
        expect(worst(ours[name]?.dataSync() ?? [], theirs[i]?.dataSync() ?? []), name).toBeLessThan(1e-4);
      }
    });
  });

  it("has gradients that agree with finite differences", () => {
    const encoder = encoderOf();
    const pass = passOf(encoder);
    const loss = (): number => {
      encode(encoder, pass, "train");
      return lossOf(pass);
    };
    loss();
    const gradients = new Float64Array(encoder.parameters.length);
    addGradients(encoder, pass, factors, gradients);
    expect(gradientError(encoder.parameters, gradients, loss, 300)).toBeLessThan(1e-6);
  });

  it("reads padded cells and edges in both directions", () => {
    const small = { nodes: 3, operations: ["in", "op", "out"] };
    const encoder = initialEncoder(
      { ...small, graph: () => ({ operations: new Uint8Array(3), adjacency: new Uint8Array(9) }) },
      8,
      random,
    );
    const embeddingOf = (operations: number[], edges: readonly (readonly [number, number])[]): number[] => {
      const adjacency = new Uint8Array(9);
      for (const [from, to] of edges) adjacency[from * 3 + to] = 1;
      const pass = passFor(encoder, 1);
      load(pass, { ...small, graph: () => ({ operations: Uint8Array.from(operations), adjacency }) }, [0]);
      encode(encoder, pass, "frozen");
      return Array.from(pass.embedding);
    };
    const chain = embeddingOf(
      [0, 1, 2],
      [
        [0, 1],
        [1, 2],
      ],
    );
    // The same labelled graph, its nodes in another order, its edges the other way.
    expect(
      worst(
        embeddingOf(
          [2, 1, 0],
          [
            [0, 1],
            [1, 2],
          ],
        ),
        chain,
      ),
    ).toBeLessThan(1e-12);
    expect(
      worst(
        embeddingOf(
          [0, 1, 2],
          [
            [0, 1],
            [0, 2],
          ],
        ),
        chain,
      ),
    ).toBeGreaterThan(1e-3);
    expect(worst(embeddingOf([0, 2, PADDING], [[0, 1]]), chain)).toBeGreaterThan(1e-3);
  });
});

describe("encoder and network, trained as one", () => {
  const training = { width: WIDTH, hidden: 7, batchSize: 10, learningRate: 1e-2 };
  const cells = Array.from({ length: 40 }, (_, i) => i * 389);
  /** How many of the six operations are 3x3 convolutions. */
  const convolutions = (index: number): number => space.graph(index).operations.filter((kind) => kind === 2).length / 6;
  const values = Float64Array.from(cells, convolutions);

  it("have gradients of the squared error that agree with finite differences, through the network into the encoder", () => {
    const predictor = initialPredictor(space, training, random);
    const step = stepFor(predictor, INDICES.length);
    load(step.pass, space, INDICES);
    step.batch.y.set(INDICES.map(() => random.normal()));
    predictorLoss(predictor, step);
    const { encoder, network } = { encoder: step.gradients.encoder.slice(), network: step.gradients.network.slice() };
    const loss = (): number => predictorLoss(predictor, step);
    expect(gradientError(predictor.encoder.parameters, encoder, loss, 200)).toBeLessThan(1e-6);
    expect(gradientError(predictor.network.parameters, network, loss, 100)).toBeLessThan(1e-6);
  });

  it("learn what cells have in common: embeddings tell cells apart that were never seen", () => {
    const predictor = initialPredictor(space, { ...training, width: 16, hidden: 16 }, generator(1, "search"));
    trainPredictor(predictor, space, cells, values, 40, 10, generator(2, "search"));
    const others = Array.from({ length: 100 }, (_, i) => i * 151 + 7);
    const points = embed(predictor.encoder, space, others);
    const features = new Float64Array(others.length * 16);
    hiddenFeatures(predictor.network, Float64Array.from(points.data), others.length, features);
    const output = predictor.network.parameters.subarray(-17);
    const predicted = others.map((_, i) =>
      output.subarray(0, 16).reduce((sum, weight, k) => sum + weight * (features[i * 16 + k] as number), 0),
    );
    expect(correlation(predicted, others.map(convolutions))).toBeGreaterThan(0.8);
  });
});

describe("a search that trains its own encoder", () => {
  const size = 400;
  const embedding = withoutPoints(size);
  const candidates = Uint32Array.from({ length: size }, (_, index) => index);
  const value = (index: number): number => space.graph(index).operations.filter((kind) => kind === 2).length / 6;
  const small = { width: 8, hidden: 8 };
  const ask = (name: string, options: StrategyOptions, queries: number, worth = value): number[] => {
    const setting = { protocol: "corrected", space: "nasbench201", accuracy: true, points: "none" } as const;
    const asking = strategy(name, setting, { ...small, ...options }).create({
      ...knowledgeOf(space),
      embedding,
      candidates,
      seed: 3,
    });
    const asked: number[] = [];
    while (asked.length < queries) {
      const batch = asking.ask();
      asked.push(...batch);
      asking.tell(batch.map((index) => ({ index, value: worth(index) })));
    }
    return asked;
  };

  it("needs no points, but graphs, and the edits of the best only where these are chosen among", () => {
    const needs = (options: StrategyOptions) =>
      strategy("supervised-bo", { protocol: "corrected", accuracy: true, points: "none" }, options).needs;
    expect(needs({})).toEqual({ points: false, edits: true, graphs: true });
    expect(needs({ parents: 0 })).toEqual({ points: false, edits: false, graphs: true });
  });

  it("by Bayesian optimisation asks better cells than its random start", () => {
    const asked = ask("supervised-bo", { width: 16, epochs: 30, warmEpochs: 10, candidates: size, parents: 0 }, 46);
    const mean = (some: number[]): number => some.reduce((sum, index) => sum + value(index), 0) / some.length;
    expect(mean(asked.slice(16))).toBeGreaterThan(mean(asked.slice(0, 16)) + 0.1);
  });

  it("by Bayesian optimisation chooses among so many that it draws, and among edits of the best", () => {
    /** How many were asked after the random start that are one edit away from what was asked before. */
    const edits = (parents: number): number => {
      const asked = ask("supervised-bo", { epochs: 1, warmEpochs: 1, candidates: 1, batch: 1, parents }, 36);
      const isNear = (index: number, at: number): boolean =>
        asked.slice(0, at).some((before) => space.editDistance(before, index) === 1);
      return asked.filter((index, at) => at >= 16 && isNear(index, at)).length;
    };
    expect(edits(16)).toBeGreaterThan(edits(0) + 3);
  });

  it("by REINFORCE trains the encoder on the policy's loss: another step size leads elsewhere after the first episode", () => {
    const slow = ask("supervised-reinforce", { steps: 8, candidates: size }, 32);
    const fast = ask("supervised-reinforce", { steps: 8, candidates: size, encoderRate: 0.1 }, 32);
    expect(fast.slice(0, 8)).toEqual(slow.slice(0, 8));
    expect(fast.slice(16)).not.toEqual(slow.slice(16));
    const flat = (encoderRate: number): number[] =>
      ask("supervised-reinforce", { steps: 8, candidates: size, encoderRate, baseline: 0.5 }, 16, () => 0.5);
    expect(flat(0.1)).toEqual(flat(0.001));
  });
});
