/** Speeds that the adapter itself reaches: a matrix product of the encoder's sizes and nothing else, copies, a dispatch that does nothing. */
import { createBuffer, destroyBuffer, type Gpu } from "../src/gpu/device.ts";
import { createKernel, type Dispatch } from "../src/gpu/kernel.ts";
import { COPY_DST, STORAGE, UNIFORM } from "../src/gpu/usage.ts";
import type { Say } from "./compare.ts";
import { spreadOf } from "./measure.ts";
import {
  type ProductSize,
  type ProductVariant,
  productName,
  productText,
  productVariants,
  productWorkgroups,
  strideOf,
} from "./product.ts";
import type { Ceiling } from "./result.ts";
import { type Stopwatch, timeEach } from "./stopwatch.ts";
import type { Workload } from "./workload.ts";

export interface CeilingPlan {
  readonly repeats: number;
  /** Ways to multiply that are tried. */
  readonly variants: number;
}

/** Dispatches a pass grow until one takes this long. */
const PASS_MS = 40;
const MOST_DISPATCHES = 4096;

/** Milliseconds a dispatch, many of them in a pass, each waiting for the one before. */
async function timesOf(watch: Stopwatch, dispatch: Dispatch, repeats: number): Promise<number[]> {
  // The first one compiles.
  await timeEach(watch, [dispatch], 1);
  let count = 1;
  while (count < MOST_DISPATCHES && count * (await timeEach(watch, [dispatch], count)) < PASS_MS) count *= 2;
  const times: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) times.push(await timeEach(watch, [dispatch], count));
  return times;
}

export interface ProductBuffers {
  readonly weights: GPUBuffer;
  readonly inputs: GPUBuffer;
  readonly outputs: GPUBuffer;
  readonly features: GPUBuffer;
}

export function productBuffers(gpu: Gpu, size: ProductSize, usage: GPUBufferUsageFlags = 0): ProductBuffers {
  const { features } = size;
  const make = (label: string, floats: number): GPUBuffer => createBuffer(gpu, `product ${label}`, 4 * floats, STORAGE | usage);
  const buffers = {
    weights: make("weights", features ** 2),
    inputs: make("inputs", features * strideOf(size)),
    outputs: make("outputs", features * strideOf(size)),
    features: createBuffer(gpu, "product features", 16, UNIFORM | COPY_DST),
  };
  gpu.device.queue.writeBuffer(buffers.features, 0, Uint32Array.of(features));
  return buffers;
}

/** One way to multiply, ready to run. */
export async function productDispatch(
  gpu: Gpu,
  size: ProductSize,
  variant: ProductVariant,
  buffers: ProductBuffers,
): Promise<Dispatch> {
  const kernel = await createKernel(gpu, productName(variant), productText(size, variant));
  return { kernel, group: kernel.bind({ ...buffers }), workgroups: productWorkgroups(size, variant) };
}

/** The best of all ways to multiply: each is timed twice, and the fastest one measured. */
async function productSpeed(watch: Stopwatch, size: ProductSize, { repeats, variants }: CeilingPlan): Promise<Ceiling> {
  const { rows, features } = size;
  const buffers = productBuffers(watch.gpu, size);
  const tried = productVariants(size, watch.gpu.subgroupSize).slice(0, variants);
  let best: { dispatch: Dispatch; ms: number } | undefined;
  for (const variant of tried) {
    const dispatch = await productDispatch(watch.gpu, size, variant, buffers);
    const ms = Math.min(...(await timesOf(watch, dispatch, 2)));
    if (best === undefined || ms < best.ms) best = { dispatch, ms };
  }
  if (best === undefined) throw new Error(`No matrix product fits ${rows} rows and ${features} features.`);
  const times = await timesOf(watch, best.dispatch, repeats);
  for (const buffer of Object.values(buffers)) destroyBuffer(watch.gpu, buffer);
  const flops = 2 * rows * features ** 2;
  return {
    name: "product",
    title: `Matrix product, ${features} x ${features} by ${features} x ${rows} (fastest of ${tried.length}: ${best.dispatch.kernel.name})`,
    unit: "GFLOP/s",
    value: spreadOf(times.map((ms) => flops / (ms * 1e6))),
  };
}

const THREADS = 256;
const COPY_TEXT = `@group(0) @binding(0) var<storage, read> inputs: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> outputs: array<vec4f>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  outputs[id.x] = inputs[id.x];
}
`;

/** Beyond the caches of most adapters, and about what a step reads and writes, which every cache holds. */
const COPIES = [
  { name: "copy", mebibytes: 64, where: "through memory" },
  { name: "cached-copy", mebibytes: 1, where: "in the cache" },
] as const;

async function copySpeed(
  watch: Stopwatch,
  { name, mebibytes, where }: (typeof COPIES)[number],
  repeats: number,
): Promise<Ceiling> {
  const { gpu } = watch;
  const bytes = mebibytes * 2 ** 20;
  const inputs = createBuffer(gpu, "copy from", bytes, STORAGE);
  const outputs = createBuffer(gpu, "copy to", bytes, STORAGE);
  const kernel = await createKernel(gpu, "copy", COPY_TEXT);
  const dispatch = { kernel, group: kernel.bind({ inputs, outputs }), workgroups: bytes / 16 / THREADS };
  const times = await timesOf(watch, dispatch, repeats);
  destroyBuffer(gpu, inputs);
  destroyBuffer(gpu, outputs);
  const title = `Copy of ${mebibytes} MiB again and again, read and written: ${where}`;
  return { name, title, unit: "GB/s", value: spreadOf(times.map((ms) => (2 * bytes) / (ms * 1e6))) };
}

const DISPATCH_TEXT = `@group(0) @binding(0) var<storage, read_write> counter: array<u32>;
@compute @workgroup_size(1)
fn main() {
  counter[0] += 1u;
}
`;

async function dispatchSpeed(watch: Stopwatch, repeats: number): Promise<Ceiling> {
  const { gpu } = watch;
  const counter = createBuffer(gpu, "dispatch counter", 4, STORAGE);
  const kernel = await createKernel(gpu, "dispatch", DISPATCH_TEXT);
  const times = await timesOf(watch, { kernel, group: kernel.bind({ counter }), workgroups: 1 }, repeats);
  destroyBuffer(gpu, counter);
  const title = "Dispatch of one thread, each waiting for the one before";
  return { name: "dispatch", title, unit: "µs", value: spreadOf(times.map((ms) => 1000 * ms)) };
}

export async function measureCeilings(
  watch: Stopwatch,
  { shape, options }: Workload,
  plan: CeilingPlan,
  say: Say,
): Promise<Ceiling[]> {
  say(`ceilings of the adapter (${watch.clock})`);
  const ceilings = [await productSpeed(watch, { rows: options.batchSize * shape.nodes, features: shape.hidden }, plan)];
  for (const copy of COPIES) ceilings.push(await copySpeed(watch, copy, plan.repeats));
  ceilings.push(await dispatchSpeed(watch, plan.repeats));
  return ceilings;
}
