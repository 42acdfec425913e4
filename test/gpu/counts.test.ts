import { afterEach, describe, expect, it, vi } from "vitest";
import type { Counts, Gpu } from "../../src/gpu/device.ts";
import { METRICS } from "../../src/vgae/webgpu/buffers.ts";
import { openTrainer, set, shape, sharedGpu } from "./helpers.ts";

const since = ({ counts }: Gpu, before: Counts): Counts =>
  Object.fromEntries(
    Object.entries(counts).map(([name, now]) => [name, now - before[name as keyof Counts]]),
  ) as unknown as Counts;
const made = { buffers: 0, liveBuffers: 0, bufferBytes: 0, bindGroups: 0, pipelines: 0 };

afterEach(() => void vi.restoreAllMocks());

/** Holds back every mapping of a staging buffer until it is let go, as a slow browser does. */
function holdReadbacks(): { held: () => number; letGo: () => void } {
  const real = GPUBuffer.prototype.mapAsync;
  const waiting: (() => void)[] = [];
  let open = false;
  vi.spyOn(GPUBuffer.prototype, "mapAsync").mockImplementation(function (this: GPUBuffer, ...args) {
    if (open) return real.apply(this, args);
    return new Promise((resolve, reject) => waiting.push(() => real.apply(this, args).then(resolve, reject)));
  });
  return {
    held: () => waiting.length,
    letGo() {
      open = true;
      for (const go of waiting.splice(0)) go();
    },
  };
}

/** Runs of each step only what keeps the books, the first workgroup of the last dispatch: a thousand steps in a second. */
function keepOnlyBooks(dispatchesPerStep: number): void {
  const real = GPUComputePassEncoder.prototype.dispatchWorkgroups;
  let dispatches = 0;
  vi.spyOn(GPUComputePassEncoder.prototype, "dispatchWorkgroups").mockImplementation(function (this: GPUComputePassEncoder) {
    if (++dispatches % dispatchesPerStep === 0) real.call(this, 1);
  });
}

describe("a training step on the GPU", () => {
  it("is 18 dispatches, sixteen of them one submit, and makes nothing: no buffer, no bind group, no pipeline", async () => {
    const trainer = await openTrainer({ protocol: "corrected" }, { stepsPerSubmit: 16 });
    const { gpu } = trainer;
    expect(trainer.dispatchesPerStep).toBe(18);

    // From the first step on: everything is made when the trainer is.
    const before = { ...gpu.counts };
    await trainer.advance(16);
    expect(since(gpu, before)).toEqual({ ...made, submits: 1, dispatches: 18 * 16 });
    trainer.takeMetrics();
    await trainer.snapshot();
    await trainer.advance(32);
    trainer.restore(await trainer.snapshot());
    await trainer.encode(set.packed);
    await trainer.embed(set.packed);
    await trainer.decode(new Float32Array(3 * shape.nodes * shape.latent));
    expect(since(gpu, before)).toMatchObject(made);
    trainer.destroy();
  });

  it("keeps no more than two submits under way, however many steps are asked for", async () => {
    const trainer = await openTrainer({}, { stepsPerSubmit: 2 });
    const real = GPUQueue.prototype.onSubmittedWorkDone;
    let underWay = 0;
    const seen: number[] = [];
    vi.spyOn(GPUQueue.prototype, "onSubmittedWorkDone").mockImplementation(function (this: GPUQueue) {
      seen.push(++underWay);
      return real.call(this).finally(() => underWay--);
    });
    await trainer.advance(40);
    expect(seen).toHaveLength(20);
    expect(Math.max(...seen)).toBeLessThanOrEqual(2);
    expect(underWay).toBeLessThan(2);
    vi.restoreAllMocks();
    await trainer.finish();
    trainer.destroy();
  });

  it("frees every buffer with its trainer", async () => {
    // The kernels are kept by a trainer of their own (helpers.ts), made before this one.
    (await openTrainer()).destroy();
    const gpu = await sharedGpu();
    const before = { ...gpu.counts };
    const trainer = await openTrainer();
    expect(since(gpu, before).liveBuffers).toBeGreaterThan(0);
    await trainer.advance(2);
    await trainer.finish();
    trainer.destroy();
    expect(since(gpu, before)).toMatchObject({ liveBuffers: 0, bufferBytes: 0 });
  });

  it("reports its metrics exactly once and in order, though nobody waits for them on the way", async () => {
    const trainer = await openTrainer({ protocol: "corrected" }, { stepsPerSubmit: 5 });
    keepOnlyBooks(trainer.dispatchesPerStep);
    await trainer.advance(300);
    const early = trainer.takeMetrics();
    await trainer.finish();
    const metrics = [...early, ...trainer.takeMetrics()];
    expect(metrics.map(({ step }) => step)).toEqual(Array.from({ length: 300 }, (_, i) => i));
    expect(trainer.takeMetrics()).toEqual([]);
    trainer.destroy();
  });

  it("never waits for a readback: training goes on while none returns, and reports all steps when they do", async () => {
    const trainer = await openTrainer({}, { stepsPerSubmit: 2 });
    const readbacks = holdReadbacks();
    await trainer.advance(40);
    expect(trainer.step).toBe(40);
    expect(readbacks.held()).toBeGreaterThan(0);
    expect(trainer.takeMetrics()).toEqual([]);
    readbacks.letGo();
    await trainer.finish();
    expect(trainer.takeMetrics().map(({ step }) => step)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    trainer.destroy();
  });

  it("waits at last where the ring of metrics would lap itself, and loses none", async () => {
    const trainer = await openTrainer({}, { stepsPerSubmit: 64 });
    keepOnlyBooks(trainer.dispatchesPerStep);
    const readbacks = holdReadbacks();
    const all = METRICS + 200;
    const training = trainer.advance(all);
    while (trainer.step < METRICS) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(trainer.step).toBe(METRICS);
    readbacks.letGo();
    await training;
    await trainer.finish();
    expect(trainer.takeMetrics().map(({ step }) => step)).toEqual(Array.from({ length: all }, (_, i) => i));
    trainer.destroy();
  });
});
