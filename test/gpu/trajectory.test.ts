import { describe, expect, it } from "vitest";
import { unpack } from "../../src/spaces/packing.ts";
import { trainingOptions } from "../../src/vgae/config.ts";
import type { GoldenStep } from "../../src/vgae/golden.ts";
import { keepMask, normalNoise } from "../../src/vgae/reference/noise.ts";
import { referenceTrainer } from "../../src/vgae/reference/trainer.ts";
import { batchAt, batchIndices } from "../../src/vgae/schedule.ts";
import { initialState, type TrainingState } from "../../src/vgae/state.ts";
import type { StepMetrics, Trainer } from "../../src/vgae/trainer.ts";
import { replay } from "../../src/vgae/webgpu/replay.ts";
import { COUNT, expectSameBits, openTrainer, packing, set, shape, sharedGpu } from "./helpers.ts";
import { generatedNoise } from "./random-kernel.ts";

const STEPS = 36;
const TOLERANCE = 1e-3;

/** Largest |a - b| / max(floor, |b|). */
function furthest(a: ArrayLike<number>, b: ArrayLike<number>, floor: number): number {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const error = Math.abs((a[i] as number) - (b[i] as number)) / Math.max(floor, Math.abs(b[i] as number));
    most = error <= most ? most : error;
  }
  return most;
}

async function run(trainer: Trainer): Promise<{ metrics: StepMetrics[]; mu: Float32Array; state: TrainingState }> {
  await trainer.advance(STEPS);
  await trainer.finish();
  const metrics = trainer.takeMetrics();
  const { mu } = await trainer.encode(set.packed);
  const state = await trainer.snapshot();
  trainer.destroy();
  return { metrics, mu, state };
}

const losses = (metrics: readonly StepMetrics[]): number[] =>
  metrics.flatMap(({ total, operations, adjacency, kl }) => [total, operations, adjacency, kl]);

/** A step of a run as a check sees it: its batch in order, its noise and masks as data. */
function injected(step: number, options: Parameters<typeof batchAt>[2] & { seed: number; dropout: number }, noise: Float32Array) {
  const { mode, count } = batchAt(step, COUNT, options);
  const indices = batchIndices(step, COUNT, options);
  const packed = new Uint32Array(count * packing.words);
  for (const [i, index] of indices.entries()) {
    packed.set(set.packed.subarray(index * packing.words, (index + 1) * packing.words), i * packing.words);
  }
  const graphs = Array.from(indices, (index) => unpack(packing, set.packed, index));
  const keep = keepMask(options.seed, step, noise.length, options.dropout);
  return { mode, count, packed, graphs, ...(mode === "train" ? { noise, keep } : {}) };
}

const asStep = ({ mode, count, packed, noise, keep }: ReturnType<typeof injected>, start: TrainingState): GoldenStep => ({
  mode,
  count,
  packed,
  ...(noise && keep ? { noise, keep } : {}),
  start,
  operations: new Float32Array(),
  adjacency: new Float32Array(),
  expected: new Map(),
});

describe.each(["released", "corrected"] as const)(
  `${STEPS} steps, %s, over ${STEPS / 3} epochs with partial batches`,
  (protocol) => {
    // Rounding alone leaves some 1e-6. But where a value before a ReLU is within rounding of zero, two engines take different branches, and
    // their runs drift apart by some 1e-2 within 30 steps (seeds 2, 3 and 4): correct, and no measure of anything.
    const options = trainingOptions({ protocol, seed: 1 });

    it("follow the reference in losses and mu, with generated and with injected noise", async () => {
      const reference = await run(await referenceTrainer("tfjs-wasm", shape, set, options));
      expect(reference.metrics.length).toBe(STEPS);
      const generated = await run(await openTrainer(options));
      expect(furthest(losses(generated.metrics), losses(reference.metrics), 0)).toBeLessThan(TOLERANCE);
      expect(furthest(generated.mu, reference.mu, 1)).toBeLessThan(TOLERANCE);

      const engine = await replay(await sharedGpu(), {
        space: "nasbench201",
        shape,
        options,
        steps: [],
        evaluation: undefined as never,
      });
      let state = initialState(shape, options.seed);
      const metrics: StepMetrics[] = [];
      for (let step = 0; step < STEPS; step++) {
        const { count } = batchAt(step, COUNT, options);
        const batch = injected(step, options, normalNoise(options.seed, step, count * shape.nodes * shape.latent));
        const { losses: terms, gradNorm, next } = await engine.step(asStep(batch, state), state);
        metrics.push({ step, ...terms, gradNorm });
        state = next;
      }
      const { mu } = await engine.evaluate(state, set.packed);
      engine.destroy();
      expect(furthest(losses(metrics), losses(reference.metrics), 0)).toBeLessThan(TOLERANCE);
      expect(furthest(mu, reference.mu, 1)).toBeLessThan(TOLERANCE);
    });
  },
);

describe("injecting noise", () => {
  it("of the generator gives identical bits: checks run what training runs", async () => {
    const gpu = await sharedGpu();
    const options = trainingOptions({ protocol: "corrected", seed: 3 });
    const trainer = await openTrainer(options);
    const engine = await replay(gpu, { space: "nasbench201", shape, options, steps: [], evaluation: undefined as never });
    // Into the second epoch: a full and a partial batch, in a new order.
    for (let step = 0; step < 6; step++) {
      const start = await trainer.snapshot();
      await trainer.advance(1);
      const after = await trainer.snapshot();
      const { count } = batchAt(step, COUNT, options);
      const noise = await generatedNoise(gpu, options.seed, step, count * shape.nodes * shape.latent);
      const { next } = await engine.step(asStep(injected(step, options, noise), start), start);
      // A check knows no epochs: its sums of mu are those of the one batch.
      expectSameBits({ ...next, prior: after.prior }, after);
    }
    trainer.destroy();
    engine.destroy();
  });
});
