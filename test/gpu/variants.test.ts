/** Models and batches that no golden file has, step by step and over trajectories, on the kernels as on the reference. */
import { describe, expect, it } from "vitest";
import { packingOf } from "../../src/spaces/packing.ts";
import { type Mode, type ModelShape, type TrainingOptions, trainingOptions } from "../../src/vgae/config.ts";
import { compare, type GoldenStep, namedResult, readGolden, relativeError, type StepResult } from "../../src/vgae/golden.ts";
import { parameterLayout } from "../../src/vgae/layout.ts";
import { referenceStep } from "../../src/vgae/reference/step.ts";
import { referenceTrainer } from "../../src/vgae/reference/trainer.ts";
import { initialState, type TrainingState } from "../../src/vgae/state.ts";
import type { Trainer } from "../../src/vgae/trainer.ts";
import { replay } from "../../src/vgae/webgpu/replay.ts";
import { webgpuTrainer } from "../../src/vgae/webgpu/trainer.ts";
import { type Variant, variantName, variantsFor } from "../../src/vgae/webgpu/variant.ts";
import { expectSameBits, fixture, packing, set, sharedGpu, shape as small } from "./helpers.ts";

const SPACES = ["nasbench101", "nasbench201", "darts"] as const;
type Space = (typeof SPACES)[number];
/** As narrow as the golden files, whose batches these tests cut up: cells of the space, noise and masks. */
const golden = (space: Space) => readGolden(fixture(space));
const packingFor = ({ nodes, operations }: ModelShape) => packingOf({ nodes, operations: { length: operations } });

/** Milliseconds: a loaded machine takes minutes for the kernels of a shape that it never saw. */
const COMPILING = 300_000;

/** The first `count` graphs of a golden step, from another state. */
function cut(step: GoldenStep, count: number, shape: ModelShape, start: TrainingState): GoldenStep {
  const { nodes, operations, latent } = shape;
  const { noise, keep } = step;
  return {
    mode: step.mode,
    count,
    start,
    operations: step.operations.slice(0, count * nodes * operations),
    adjacency: step.adjacency.slice(0, count * nodes * nodes),
    packed: step.packed.slice(0, count * packingFor(shape).words),
    ...(noise && keep ? { noise: noise.slice(0, count * nodes * latent), keep: keep.slice(0, count * nodes * latent) } : {}),
    expected: new Map(),
  };
}

/** Each step on the kernels against the reference: losses, mu, logvar, reconstructions, gradients, updated weights and statistics. */
async function checkSteps(
  shape: ModelShape,
  options: TrainingOptions,
  steps: readonly GoldenStep[],
  variant?: Variant,
): Promise<void> {
  const layout = parameterLayout(shape);
  const known = { space: "", shape, options, steps: [], evaluation: undefined as never };
  const engine = await replay(await sharedGpu(), known, variant);
  for (const step of steps) {
    const theirs = namedResult(await referenceStep("tfjs-wasm", shape, step.start, step, options), layout);
    const ours = namedResult(await engine.step(step), layout);
    const expected = new Map([...theirs].map(([name, values]) => [name, Float32Array.from(values)]));
    expect(expected.size).toBe(6 + 2 * layout.parameters.length + layout.running.length + layout.counters.length);
    const beyond = compare(expected, ours).filter(({ error, tolerance }) => !(error <= tolerance));
    expect(beyond, `${step.count} graphs, ${step.mode}${variant ? `, ${variantName(variant)}` : ""}`).toEqual([]);
  }
  engine.destroy();
}

describe("the last batch of an epoch on NAS-Bench-101, 13 graphs", { timeout: COMPILING }, () => {
  // Starts in which no ReLU input lies within rounding of zero: there two correct engines may differ.
  it.each([0, 1])("is computed as the reference does, in both modes, after %i steps of others", async (before) => {
    const { shape, options, steps } = golden("nasbench101");
    const start = (steps[before] as GoldenStep).start;
    const of = (mode: Mode) => steps.find((step) => step.mode === mode) as GoldenStep;
    await checkSteps(shape, options, [cut(of("train"), 13, shape, start), cut(of("frozen"), 13, shape, start)]);
  });
});

describe("the width that models are trained in", { timeout: COMPILING }, () => {
  // Sums over 128 features are made of several chains of products, over 32 of one.
  it("is computed as the reference does, by every kernel variant that the adapter can run", async () => {
    const { options, steps, shape: narrow } = golden("nasbench201");
    const shape = { ...narrow, hidden: 128 };
    const of = (mode: Mode) => cut(steps.find((step) => step.mode === mode) as GoldenStep, 13, shape, initialState(shape, 7));
    for (const variant of variantsFor(await sharedGpu(), shape, options)) {
      await checkSteps(shape, options, [of("train"), of("frozen")], variant);
    }
  });
});

describe.each(SPACES)("graph convolutions on %s", { timeout: COMPILING }, (space) => {
  const file = golden(space);
  const shape: ModelShape = { ...file.shape, encoder: "gcn" };
  const [first, second, third, frozen] = file.steps as readonly [GoldenStep, GoldenStep, GoldenStep, GoldenStep];
  const start = initialState(shape, 7);

  it.each([true, false])("step as the reference does: whole and partial batches, both modes, variational %s", (variational) =>
    checkSteps(
      shape,
      trainingOptions({ encoder: "gcn", variational }),
      [32, 13].flatMap((count) => [cut(first, count, shape, start), cut(frozen, count, shape, start)]),
    ),
  );

  it("follow the reference over two epochs in train mode and one frozen, and embed like it", async () => {
    const options = trainingOptions({ encoder: "gcn" });
    const engine = await replay(await sharedGpu(), { space, shape, options, steps: [], evaluation: undefined as never });
    const batches = [cut(first, 32, shape, start), cut(second, 32, shape, start), cut(third, 13, shape, start)];
    const terms = ({ losses, gradNorm }: StepResult) => [losses.total, losses.operations, losses.adjacency, losses.kl, gradNorm];
    let [ours, theirs] = [start, start];
    for (let step = 0; step < 9; step++) {
      const { noise, keep, ...batch } = batches[step % 3] as GoldenStep;
      const now: GoldenStep = step < 6 && noise && keep ? { ...batch, noise, keep } : { ...batch, mode: "frozen" };
      const [done, expected] = [await engine.step(now, ours), await referenceStep("tfjs-wasm", shape, theirs, now, options)];
      expect(relativeError(terms(done), terms(expected)), `step ${step}`).toBeLessThan(1e-3);
      [ours, theirs] = [done.next, expected.next];
    }
    const packed = Uint32Array.from(batches.flatMap((batch) => [...batch.packed]));
    const reference = await referenceTrainer("tfjs-wasm", shape, { packed, count: 77 }, options);
    const { mu, embedding } = await engine.evaluate(ours, packed);
    reference.restore(theirs);
    expect(relativeError(mu, (await reference.encode(packed)).mu)).toBeLessThan(1e-3);
    // From the same weights nothing but rounding is left between them.
    reference.restore(ours);
    expect(embedding.length).toBe(77 * shape.latent);
    expect(relativeError(embedding, await reference.embed(packed))).toBeLessThan(1e-5);
    reference.destroy();
    engine.destroy();
  });
});

describe("training graph convolutions without noise", () => {
  const shape: ModelShape = { ...small, encoder: "gcn" };
  const options = trainingOptions({ encoder: "gcn", variational: false, protocol: "corrected", seed: 1 });
  const open = async () => webgpuTrainer(await sharedGpu(), shape, packing, set, options);

  it("takes 10 dispatches a step, and follows the reference", async () => {
    const trainer = await open();
    expect(trainer.dispatchesPerStep).toBe(10);
    const reference = await referenceTrainer("tfjs-wasm", shape, set, options);
    const [ours, theirs] = [await run(trainer, 9), await run(reference, 9)];
    expect(ours.losses.length).toBe(9 * 4);
    expect(relativeError(ours.losses, theirs.losses)).toBeLessThan(1e-3);
    expect(relativeError(ours.embedding, theirs.embedding)).toBeLessThan(1e-3);
    expect(ours.kl).toEqual(Array.from({ length: 9 }, () => 0));
  });

  it("gives the same bits again, and when it goes on from a snapshot", async () => {
    const [straight, resumed] = [await open(), await open()];
    await straight.advance(8);
    await resumed.advance(3);
    const between = await resumed.snapshot();
    await resumed.advance(1);
    resumed.restore(between);
    await resumed.advance(5);
    expectSameBits(await resumed.snapshot(), await straight.snapshot());
    for (const trainer of [straight, resumed]) trainer.destroy();
  });
});

async function run(trainer: Trainer, steps: number): Promise<{ losses: number[]; kl: number[]; embedding: Float32Array }> {
  await trainer.advance(steps);
  await trainer.finish();
  const metrics = trainer.takeMetrics();
  const embedding = await trainer.embed(set.packed);
  trainer.destroy();
  const losses = metrics.flatMap(({ total, operations, adjacency, gradNorm }) => [total, operations, adjacency, gradNorm]);
  return { losses, kl: metrics.map(({ kl }) => Math.abs(kl)), embedding };
}
