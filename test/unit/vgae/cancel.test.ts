import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { darts } from "../../../src/spaces/index.ts";
import type { Backend } from "../../../src/vgae/backend.ts";
import { LATENT, trainingOptions } from "../../../src/vgae/config.ts";
import { pretraining } from "../../../src/vgae/pretrain.ts";
import type { Trainer } from "../../../src/vgae/trainer.ts";
import { submits } from "../../../src/vgae/webgpu/pace.ts";

/** 18 steps an epoch, 64 held-out cells. */
const space = darts({ seed: 3, count: 640 });
const { nodes } = space;
const words = 4;

/** A device on which a step takes so many milliseconds of the clock, and the trainer's own way to keep it busy. */
function deviceOf(stepMs: number): Backend {
  let free = 0;
  let step = 0;
  let reported = 0;
  const work = (milliseconds: number): Promise<void> => {
    free = Math.max(performance.now(), free) + milliseconds;
    return new Promise((resolve) => setTimeout(resolve, free - performance.now()));
  };
  const underWay = submits();
  const losses = { operations: 1, adjacency: 1, kl: 1, total: 3, gradNorm: 1 };
  const trainer = {
    shape: { nodes, operations: space.operations.length, latent: LATENT, hidden: 8 },
    get step() {
      return step;
    },
    get stride() {
      return underWay.steps;
    },
    async advance(steps: number) {
      for (let left = steps; left > 0; ) {
        await underWay.room();
        const count = Math.min(left, underWay.steps);
        underWay.add(count, work(count * stepMs));
        step += count;
        left -= count;
      }
      await underWay.room();
    },
    takeMetrics: () => Array.from({ length: step - reported }, () => ({ step: reported++, ...losses })),
    finish: () => work(0),
    async snapshot() {
      await work(1);
      const mean = new Float32Array(nodes * LATENT);
      return { step, prior: { count: 1, mean, m2: mean } };
    },
    // The forward pass of 32 graphs is a third of a step, their decoder a tenth.
    async encode(packed: Uint32Array) {
      const graphs = packed.length / words;
      await work((graphs / 32) * (stepMs / 3));
      const mu = new Float32Array(graphs * nodes * LATENT);
      return { mu, logvar: mu };
    },
    async decode(z: Float32Array) {
      const rows = z.length / LATENT;
      await work((rows / nodes / 32) * (stepMs / 10));
      return { operations: new Float32Array(rows * space.operations.length), adjacency: new Float32Array(rows * nodes) };
    },
    async embed(packed: Uint32Array) {
      const graphs = packed.length / words;
      await work((graphs / 32) * (stepMs / 3));
      return new Float32Array(graphs * LATENT);
    },
  } as unknown as Trainer;
  return { lost: new Promise(() => undefined), createTrainer: async () => trainer } as unknown as Backend;
}

/** Milliseconds from a cancel, so long after the start, to the end of the run; and what the run was doing. */
async function cancelAfter(milliseconds: number, stepMs: number): Promise<{ took: number; epochs: number }> {
  const device = deviceOf(stepMs);
  const run = pretraining(async () => device, {
    space,
    options: trainingOptions({ epochs: 1000 }),
    embedEachEpoch: true,
    epochSamples: 500,
  });
  const ended = run.run(() => undefined).then((outcome) => ({ outcome, at: performance.now() }));
  const begun = performance.now();
  await vi.advanceTimersByTimeAsync(milliseconds);
  run.cancel();
  await vi.advanceTimersByTimeAsync(5000);
  const { outcome, at } = await ended;
  expect(outcome.state).toBe("cancelled");
  return { took: at - begun - milliseconds, epochs: outcome.epochs.length };
}

describe("a cancel", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  it.each([5, 25, 60, 110, 240])(
    "is heard within 100 ms or one step, whichever is longer, at any moment of an epoch, its judging and embedding (%f ms a step)",
    async (stepMs) => {
      const took: number[] = [];
      let epochs = 0;
      // Two epochs: 36 steps, and as much again for judging and embedding. The first submits find the pace.
      const from = 10 * stepMs + 300;
      for (let i = 0; i < 16; i++) {
        const ended = await cancelAfter(from + (i * 80 * stepMs) / 16, stepMs);
        took.push(ended.took);
        epochs = Math.max(epochs, ended.epochs);
      }
      expect(epochs).toBeGreaterThan(0);
      expect(Math.max(...took)).toBeLessThanOrEqual(Math.max(100, stepMs) + 1);
    },
  );
});
