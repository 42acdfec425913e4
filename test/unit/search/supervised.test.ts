import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { generator } from "../../../src/random/generator.ts";
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
