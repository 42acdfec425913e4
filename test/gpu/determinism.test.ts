import { describe, expect, it } from "vitest";
import { expectSameBits, openTrainer, train } from "./helpers.ts";

const STEPS = 40;

describe.each(["released", "corrected"] as const)("training on the GPU, %s", (protocol) => {
  it("gives the same bits for the same seed, whether steps go one or sixteen to a submit, and others for another seed", async () => {
    const first = await train(STEPS, { protocol }, { stepsPerSubmit: 1 });
    expect(first.state.step).toBe(STEPS);
    expect(first.state.parameters.every(Number.isFinite)).toBe(true);
    expect(first.metrics.map(({ step }) => step)).toEqual(Array.from({ length: STEPS }, (_, i) => i));
    for (const { total, operations, adjacency, kl, gradNorm } of first.metrics) {
      expect(total).toBeCloseTo(operations + adjacency + kl, 5);
      expect(gradNorm).toBeGreaterThan(0);
    }
    const again = await train(STEPS, { protocol }, { stepsPerSubmit: 1 });
    expectSameBits(again.state, first.state);
    expect(again.metrics).toEqual(first.metrics);
    const many = await train(STEPS, { protocol }, { stepsPerSubmit: 16 });
    expectSameBits(many.state, first.state);
    expect(many.metrics).toEqual(first.metrics);
    const other = await train(STEPS, { protocol, seed: 4 }, { stepsPerSubmit: 16 });
    expect(other.state.parameters).not.toEqual(first.state.parameters);
    expect(other.metrics[STEPS - 1]?.total).not.toBe(first.metrics[STEPS - 1]?.total);
  });

  it("goes on from a snapshot in the middle of an epoch as if it had never stopped", async () => {
    const straight = await train(STEPS, { protocol });
    const half = await train(19, { protocol });
    expect(half.state.prior.count).toBe(32);
    const resumed = await openTrainer({ protocol });
    resumed.restore(half.state);
    expect(resumed.step).toBe(19);
    await resumed.advance(STEPS - 19);
    expectSameBits(await resumed.snapshot(), straight.state);
    expect(resumed.takeMetrics()).toEqual(straight.metrics.slice(19));
    resumed.destroy();
  });

  it("computes later steps with other values once they are given, whatever is still under way", async () => {
    const values = { learningRate: 1e-4, klWeight: 0, dropout: 0.5 };
    const { state } = await train(6, { protocol });
    const expected = await openTrainer({ protocol, ...values });
    expected.restore(state);
    const tuned = await openTrainer({ protocol });
    await tuned.advance(6);
    tuned.tune(values);
    for (const trainer of [expected, tuned]) await trainer.advance(6);
    expectSameBits(await tuned.snapshot(), await expected.snapshot());
    for (const trainer of [expected, tuned]) trainer.destroy();
  });
});

describe("a snapshot", () => {
  it("is what was restored, the history of weights from elsewhere included", async () => {
    const trainer = await openTrainer();
    const { state } = await train(7);
    trainer.restore(state);
    expectSameBits(await trainer.snapshot(), state);
    const foreign = { ...state, step: 0, batchesTracked: 4400, prior: { ...state.prior, count: 0 } };
    trainer.restore(foreign);
    expectSameBits(await trainer.snapshot(), foreign);
    trainer.destroy();
  });

  it("may be asked for several times at once, also while training goes on", async () => {
    const trainer = await openTrainer({ protocol: "corrected" });
    const training = trainer.advance(20);
    const snapshots = await Promise.all([trainer.snapshot(), trainer.snapshot(), trainer.snapshot()]);
    await training;
    const { state } = await train(20, { protocol: "corrected" });
    expectSameBits(await trainer.snapshot(), state);
    for (const taken of snapshots) {
      trainer.restore(taken);
      await trainer.advance(20 - taken.step);
      expectSameBits(await trainer.snapshot(), state);
    }
    trainer.destroy();
  });

  it("of a model of another width is refused", async () => {
    const trainer = await openTrainer();
    const state = await trainer.snapshot();
    expect(() => trainer.restore({ ...state, parameters: new Float32Array(8) })).toThrow("another shape");
    trainer.destroy();
  });
});
