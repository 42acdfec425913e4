import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { nasbench201 } from "../../../src/spaces/index.ts";
import { packSpace } from "../../../src/spaces/packing.ts";
import { modelShape, type TrainingOptions, trainingOptions } from "../../../src/vgae/config.ts";
import type { ReferenceBackend } from "../../../src/vgae/reference/backend.ts";
import { referenceTrainer } from "../../../src/vgae/reference/trainer.ts";
import type { StepMetrics } from "../../../src/vgae/trainer.ts";

const space = nasbench201();
const COUNT = 75; // batches of 32, 32 and 11
const packed = packSpace(
  space,
  Array.from({ length: COUNT }, (_, i) => i * 100),
);
const shape = modelShape(space, 8);

const open = (options: Partial<TrainingOptions> = {}, backend: ReferenceBackend = "tfjs-cpu") =>
  referenceTrainer(backend, shape, { packed, count: COUNT }, trainingOptions({ seed: 3, ...options }));

async function train(steps: number, options: Partial<TrainingOptions> = {}) {
  const trainer = await open(options);
  await trainer.advance(steps);
  await trainer.finish();
  const metrics = trainer.takeMetrics();
  const state = await trainer.snapshot();
  trainer.destroy();
  return { metrics, state };
}

const mean = (metrics: StepMetrics[]): number => metrics.reduce((sum, { total }) => sum + total, 0) / metrics.length;

describe("the reference trainer", () => {
  it("repeats 30 steps bit for bit with the same seed, and not with another", async () => {
    const [first, again, other] = [await train(30), await train(30), await train(30, { seed: 4 })];
    expect(again).toEqual(first);
    expect(other.state.parameters).not.toEqual(first.state.parameters);
  });

  it("reports every step once, in order, with finite losses that add up and fall", async () => {
    const { metrics } = await train(30, { protocol: "corrected" });
    expect(metrics.map(({ step }) => step)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    for (const { total, operations, adjacency, kl } of metrics) expect(total).toBeCloseTo(operations + adjacency + kl, 5);
    expect(mean(metrics.slice(24))).toBeLessThan(mean(metrics.slice(0, 6)));
  });

  it("resumes exactly from a snapshot, in the middle of an epoch", async () => {
    const straight = await train(8, { protocol: "corrected" });
    const { state } = await train(4, { protocol: "corrected" });
    const resumed = await open({ protocol: "corrected" });
    resumed.restore(state);
    expect(resumed.step).toBe(4);
    await resumed.advance(4);
    expect(await resumed.snapshot()).toEqual(straight.state);
    resumed.destroy();
  });

  it("computes later steps with other values once they are given", async () => {
    const { state } = await train(4, { protocol: "corrected" });
    const expected = await open({ protocol: "corrected", learningRate: 1e-4, klWeight: 0, dropout: 0.5 });
    expected.restore(state);
    const tuned = await open({ protocol: "corrected" });
    await tuned.advance(4);
    tuned.tune({ learningRate: 1e-4, klWeight: 0, dropout: 0.5 });
    for (const trainer of [expected, tuned]) await trainer.advance(3);
    expect(await tuned.snapshot()).toEqual(await expected.snapshot());
    for (const trainer of [expected, tuned]) trainer.destroy();
  });

  it("sees all graphs in an epoch whose last batch is smaller: the prior counts them and starts anew", async () => {
    expect((await train(3)).state.prior.count).toBe(COUNT);
    expect((await train(4)).state.prior.count).toBe(32);
  });

  it("collects the mean and variance of mu over an epoch", async () => {
    const trainer = await open({ learningRate: 1e-30 });
    // Frozen epochs with weights that practically stand still: mu of every step is mu of the end.
    await trainer.advance(6);
    const { prior } = await trainer.snapshot();
    const { mu } = await trainer.encode(packed);
    const size = shape.nodes * shape.latent;
    for (let at = 0; at < size; at += 7) {
      const values = Array.from({ length: COUNT }, (_, graph) => mu[graph * size + at] as number);
      const average = values.reduce((a, b) => a + b, 0) / COUNT;
      const m2 = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
      expect(prior.mean[at]).toBeCloseTo(average, 5);
      expect(prior.m2[at]).toBeCloseTo(m2, 4);
    }
    trainer.destroy();
  });

  it("freezes the running statistics after the first epoch under the released protocol only", async () => {
    const after = async (steps: number, protocol: TrainingOptions["protocol"]) => (await train(steps, { protocol })).state;
    const released = [await after(3, "released"), await after(6, "released")] as const;
    expect(released[1].running).toEqual(released[0].running);
    expect(released.map((state) => state.batchesTracked)).toEqual([3, 3]);
    const corrected = [await after(3, "corrected"), await after(6, "corrected")] as const;
    expect(corrected[1].running).not.toEqual(corrected[0].running);
    expect(corrected.map((state) => state.batchesTracked)).toEqual([3, 6]);
  });

  it("encodes and decodes each graph on its own, whatever stands beside it", async () => {
    const trainer = await open();
    await trainer.advance(3);
    const whole = await trainer.encode(packed);
    const words = packed.length / COUNT;
    const one = await trainer.encode(packed.slice(5 * words, 6 * words));
    const size = shape.nodes * shape.latent;
    for (const [i, value] of one.mu.entries()) expect(value).toBeCloseTo(whole.mu[5 * size + i] as number, 5);
    const logits = await trainer.decode(one.mu);
    expect(logits.operations.length).toBe(shape.nodes * shape.operations);
    const dot = one.mu.slice(0, 16).reduce((sum, value, d) => sum + value * (one.mu[16 + d] as number), 0);
    expect(logits.adjacency[1]).toBeCloseTo(dot, 4);
    trainer.destroy();
  });

  it.each([
    ["tfjs-cpu", 4],
    ["tfjs-wasm", 100],
  ] as const)("on %s needs no more tensors and bytes after %d steps, and frees all in the end", async (backend, steps) => {
    const use = () => {
      const { numTensors, numDataBuffers, numBytes } = tf.memory();
      return { numTensors, numDataBuffers, numBytes };
    };
    const before = use();
    const trainer = await open({ protocol: "released" }, backend);
    await trainer.advance(2);
    await trainer.finish();
    const running = use();
    await trainer.advance(steps);
    await trainer.finish();
    trainer.takeMetrics();
    await trainer.encode(packed);
    await trainer.decode(new Float32Array(600 * shape.nodes * shape.latent));
    await trainer.snapshot();
    expect(use()).toEqual(running);
    trainer.destroy();
    expect(use()).toEqual(before);
  });

  it("trains on WebAssembly as on the CPU, step after step", async () => {
    const [cpu, wasm] = [await open(), await open({}, "tfjs-wasm")];
    for (const trainer of [cpu, wasm]) await trainer.advance(1);
    await cpu.advance(3);
    await wasm.advance(3);
    await Promise.all([cpu.finish(), wasm.finish()]);
    const [a, b] = [cpu.takeMetrics(), wasm.takeMetrics()];
    // Float32 sums in another order drift apart from step to step: a wrong term would show far above this.
    for (const [i, { total }] of a.entries()) expect(Math.abs((b[i]?.total ?? Number.NaN) / total - 1)).toBeLessThan(1e-3);
    for (const trainer of [cpu, wasm]) trainer.destroy();
  });
});
