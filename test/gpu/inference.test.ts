import { describe, expect, it } from "vitest";
import { destroyBuffer } from "../../src/gpu/device.ts";
import { generator } from "../../src/random/generator.ts";
import { ENCODINGS } from "../../src/spaces/encodings.ts";
import { packingOf } from "../../src/spaces/packing.ts";
import type { SpaceName } from "../../src/spaces/space.ts";
import { modelShape, trainingOptions } from "../../src/vgae/config.ts";
import { relativeError } from "../../src/vgae/golden.ts";
import { referenceTrainer } from "../../src/vgae/reference/trainer.ts";
import { randomGraphs } from "../../src/vgae/self-test/known.ts";
import { initialState } from "../../src/vgae/state.ts";
import { planOf, trainingBuffers } from "../../src/vgae/webgpu/buffers.ts";
import { inference } from "../../src/vgae/webgpu/inference.ts";
import { uploadState } from "../../src/vgae/webgpu/transfer.ts";
import { likelyVariant } from "../../src/vgae/webgpu/variant.ts";
import { openTrainer, sharedGpu } from "./helpers.ts";

/** Two chunks, the second a partial one that is no multiple of anything. */
const COUNT = 300;
const options = trainingOptions();

const graphs = (space: SpaceName): Uint32Array => randomGraphs(space, COUNT, generator(5, "noise"));

/** Inference alone, without kernels to train with, over weights, running statistics and eps that are none of the initial values. */
async function evaluator(space: SpaceName) {
  const gpu = await sharedGpu();
  const shape = modelShape(ENCODINGS[space], 32);
  const plan = planOf(shape, packingOf(ENCODINGS[space]), options, likelyVariant(gpu, shape, options));
  const buffers = trainingBuffers(gpu, plan, 4);
  const random = generator(6, "noise");
  const initial = initialState(shape, 6);
  const state = {
    ...initial,
    parameters: initial.parameters.map((value) => value + 0.05 * random.normal()),
    running: initial.running.map((value) => value + 0.3 * random.uniform()),
  };
  uploadState(gpu, plan, buffers, state);
  const engine = await inference(gpu, plan, buffers);
  const destroy = (): void => {
    engine.destroy();
    for (const buffer of Object.values(buffers)) destroyBuffer(gpu, buffer as GPUBuffer);
  };
  return { ...engine, shape, state, destroy };
}

describe.each(["nasbench101", "nasbench201", "darts"] as const)("evaluation on the GPU, graphs of %s", (space) => {
  it("encodes, embeds and decodes any number of graphs as the reference does", async () => {
    const packed = graphs(space);
    const trainer = await evaluator(space);
    const { shape, state } = trainer;
    const reference = await referenceTrainer("tfjs-wasm", shape, { packed, count: COUNT }, options);
    reference.restore(state);

    const [ours, theirs] = [await trainer.encode(packed), await reference.encode(packed)];
    expect(ours.mu.length).toBe(COUNT * shape.nodes * shape.latent);
    expect(relativeError(ours.mu, theirs.mu)).toBeLessThan(1e-5);
    expect(relativeError(ours.logvar, theirs.logvar)).toBeLessThan(1e-5);

    const embedding = await trainer.embed(packed);
    expect(embedding.length).toBe(COUNT * shape.latent);
    expect(relativeError(embedding, await reference.embed(packed))).toBeLessThan(1e-5);
    const last = Array.from({ length: shape.latent }, (_, d) => {
      const first = (COUNT - 1) * shape.nodes * shape.latent + d;
      return (
        Array.from({ length: shape.nodes }, (_, n) => ours.mu[first + n * shape.latent] as number).reduce((a, b) => a + b) /
        shape.nodes
      );
    });
    expect(relativeError(embedding.slice(-shape.latent), last)).toBeLessThan(1e-5);

    const [logits, expected] = [await trainer.decode(ours.mu), await reference.decode(ours.mu)];
    expect(logits.operations.length).toBe(COUNT * shape.nodes * shape.operations);
    expect(relativeError(logits.operations, expected.operations)).toBeLessThan(1e-5);
    expect(relativeError(logits.adjacency, expected.adjacency)).toBeLessThan(1e-5);
    // Points of several submits: those of before, again and again.
    const many = new Float32Array(8 * ours.mu.length);
    for (let i = 0; i < 8; i++) many.set(ours.mu, i * ours.mu.length);
    const again = await trainer.decode(many.subarray(0, 7.5 * ours.mu.length));
    for (const name of ["operations", "adjacency"] as const) {
      const size = logits[name].length;
      expect(again[name].length).toBe(7.5 * size);
      for (let i = 0; i < 7; i++) expect(again[name].slice(i * size, (i + 1) * size)).toEqual(logits[name]);
      expect(again[name].slice(7 * size)).toEqual(logits[name].slice(0, size / 2));
    }
    reference.destroy();
    trainer.destroy();
  });
});

describe("evaluation on the GPU", () => {
  it("gives a graph the same bits whatever stands beside it, and calls at the same time do not mix", async () => {
    const packed = graphs("nasbench201");
    const { words } = packingOf(ENCODINGS.nasbench201);
    const trainer = await evaluator("nasbench201");
    const size = trainer.shape.nodes * trainer.shape.latent;
    const [whole, one, embedding, nothing] = await Promise.all([
      trainer.encode(packed),
      trainer.encode(packed.slice(270 * words, 271 * words)),
      trainer.embed(packed.slice(0, 5 * words)),
      trainer.encode(new Uint32Array()),
    ]);
    expect(one.mu).toEqual(whole.mu.slice(270 * size, 271 * size));
    expect(embedding).toEqual((await trainer.embed(packed)).slice(0, 5 * trainer.shape.latent));
    expect(nothing.mu.length).toBe(0);
    trainer.destroy();
  });

  it("gives the same for many chunks as for each by itself", async () => {
    const packed = randomGraphs("nasbench201", 5 * 256 + 7, generator(8, "noise"));
    const { words } = packingOf(ENCODINGS.nasbench201);
    const trainer = await evaluator("nasbench201");
    const { latent } = trainer.shape;
    const whole = await trainer.embed(packed);
    for (const chunk of [0, 3, 5]) {
      const alone = await trainer.embed(packed.slice(chunk * 256 * words, (chunk + 1) * 256 * words));
      expect(whole.slice(chunk * 256 * latent, (chunk + 1) * 256 * latent)).toEqual(alone);
    }
    trainer.destroy();
  });

  it("leaves training as it was", async () => {
    const packed = graphs("nasbench201");
    const trainer = await openTrainer();
    await trainer.advance(4);
    const before = await trainer.snapshot();
    await trainer.encode(packed);
    expect(await trainer.snapshot()).toEqual(before);
    trainer.destroy();
  });
});
