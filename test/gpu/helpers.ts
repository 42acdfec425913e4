/** What the GPU tests share: one device with its errors collected, and a small model on a small set with a partial last batch. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { openDawn } from "../../src/cli/dawn.ts";
import { type Gpu, openDevice } from "../../src/gpu/device.ts";
import { COPY_DST, MAP_MODE_READ, MAP_READ } from "../../src/gpu/usage.ts";
import { nasbench201 } from "../../src/spaces/index.ts";
import { packingOf, packSpace } from "../../src/spaces/packing.ts";
import { modelShape, type TrainingOptions, trainingOptions } from "../../src/vgae/config.ts";
import type { TrainingState } from "../../src/vgae/state.ts";
import type { StepMetrics, TrainingSet } from "../../src/vgae/trainer.ts";
import { type WebgpuTrainer, type WebgpuTrainerSettings, webgpuTrainer } from "../../src/vgae/webgpu/trainer.ts";

export const space = nasbench201();
export const packing = packingOf(space);
/** Narrow, so that software adapters take milliseconds a step: the kernels are the same. */
export const shape = modelShape(space, 32);
/** Batches of 32, 32 and 14: three steps an epoch. */
export const COUNT = 78;
export const set: TrainingSet = {
  packed: packSpace(
    space,
    Array.from({ length: COUNT }, (_, i) => i * 100),
  ),
  count: COUNT,
};

/** Searches that are as in surrogates.test.ts have the same kernels: bo with these options, on the first six of an embedding's numbers. */
export const SMALL_BO = { hidden: 32, batchSize: 6 };
export const SMALL_DIMENSIONS = 6;
export const SHIPPED_EMBEDDING = fileURLToPath(new URL("../../data/nasbench201-released.embedding.safetensors", import.meta.url));

const deviceErrors: string[] = [];

/** A device of its own, for tests that count or lose it. What it reports as an error fails the test (setup.ts). */
export async function ownGpu(): Promise<Gpu> {
  const opened = await openDevice(await openDawn());
  if (!opened.ok) throw new Error(opened.message);
  watch(opened.gpu);
  return opened.gpu;
}

export function watch({ device }: Gpu): void {
  device.addEventListener("uncapturederror", ({ error }) => deviceErrors.push(error.message));
}

export function takeDeviceErrors(): string[] {
  return deviceErrors.splice(0);
}

let shared: Promise<Gpu> | undefined;
/** The device of all tests that only compute. */
export function sharedGpu(): Promise<Gpu> {
  shared ??= ownGpu();
  return shared;
}

let kept: Promise<WebgpuTrainer> | undefined;
/**
 * A trainer that is never used: while it lives, the shared device knows the kernels of this shape, and every other trainer has
 * them at once. Compiling them takes a software adapter longer than most tests.
 */
function keepKernels(gpu: Gpu): Promise<WebgpuTrainer> {
  kept ??= webgpuTrainer(gpu, shape, packing, set, trainingOptions());
  return kept;
}

/** A trainer of the small model on the small set, by default on the shared device. */
export async function openTrainer(
  options: Partial<TrainingOptions> = {},
  settings: WebgpuTrainerSettings = {},
  gpu?: Gpu,
): Promise<WebgpuTrainer> {
  const on = gpu ?? (await sharedGpu());
  if (gpu === undefined) await keepKernels(on);
  return webgpuTrainer(on, shape, packing, set, trainingOptions({ seed: 3, ...options }), settings);
}

/** Trains for some steps from the seed; the trainer is gone afterwards. */
export async function train(
  steps: number,
  options: Partial<TrainingOptions> = {},
  settings: WebgpuTrainerSettings = {},
): Promise<{ state: TrainingState; metrics: StepMetrics[] }> {
  const trainer = await openTrainer(options, settings);
  await trainer.advance(steps);
  const state = await trainer.snapshot();
  const metrics = trainer.takeMetrics();
  trainer.destroy();
  return { state, metrics };
}

/** Words of a buffer, after everything submitted so far. */
export async function readWords(gpu: Gpu, from: GPUBuffer, words = from.size / 4, first = 0): Promise<Uint32Array> {
  const back = gpu.device.createBuffer({ size: 4 * words, usage: MAP_READ | COPY_DST });
  const encoder = gpu.device.createCommandEncoder();
  encoder.copyBufferToBuffer(from, 4 * first, back, 0, 4 * words);
  gpu.device.queue.submit([encoder.finish()]);
  await back.mapAsync(MAP_MODE_READ);
  const copy = new Uint32Array(back.getMappedRange()).slice();
  back.destroy();
  return copy;
}

export const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../fixtures/golden-hidden32-${name}.safetensors`, import.meta.url))));

/** Every array of the two states bit for bit: also tells -0 from 0 and one NaN from another. */
export function expectSameBits(ours: TrainingState, theirs: TrainingState): void {
  const bits = ({ prior, ...state }: TrainingState) =>
    Object.fromEntries(
      Object.entries({ ...state, count: prior.count, mean: prior.mean, m2: prior.m2 }).map(([name, value]) => [
        name,
        typeof value === "number" ? value : Buffer.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)),
      ]),
    );
  const [a, b] = [bits(ours), bits(theirs)];
  for (const [name, value] of Object.entries(a)) {
    const other = b[name];
    if (typeof value === "number" || typeof other === "number") expect(value, name).toBe(other);
    else expect(other?.equals(value), name).toBe(true);
  }
}
