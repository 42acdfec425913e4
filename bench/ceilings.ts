/** Speeds that the adapter itself reaches: a matrix product of the encoder's sizes and nothing else, copies, a dispatch that does nothing. */
import { createBuffer, destroyBuffer, type Gpu, submit } from "../src/gpu/device.ts";
import { createKernel, type Dispatch, record } from "../src/gpu/kernel.ts";
import { COPY_DST, COPY_SRC, STORAGE, UNIFORM } from "../src/gpu/usage.ts";
import { openBackend } from "../src/vgae/backend.ts";
import type { Say } from "./compare.ts";
import { spreadOf } from "./measure.ts";
import { type ProductSize, productName, productText, productVariants, productWorkgroups, strideOf } from "./product.ts";
import type { Ceiling } from "./result.ts";
import type { Workload } from "./workload.ts";

const COPY_BYTES = 64 * 2 ** 20;
/** About what a step reads and writes; the cache of any adapter holds it. */
const CACHED_BYTES = 2 ** 20;
/** Dispatches a submit grow until one takes this long. */
const SUBMIT_MS = 40;
const MAX_DISPATCHES = 4096;

export interface CeilingPlan {
  readonly repeats: number;
  /** Ways to multiply that are tried. */
  readonly variants: number;
}

async function timeSubmit(gpu: Gpu, encode: (encoder: GPUCommandEncoder) => void): Promise<number> {
  const encoder = gpu.device.createCommandEncoder({ label: "ceiling" });
  encode(encoder);
  const start = performance.now();
  submit(gpu, encoder.finish());
  await gpu.device.queue.onSubmittedWorkDone();
  return performance.now() - start;
}

const times = (gpu: Gpu, dispatch: Dispatch, count: number): Promise<number> =>
  timeSubmit(gpu, (encoder) => {
    const pass = encoder.beginComputePass({ label: "ceiling" });
    for (let i = 0; i < count; i++) record(gpu, pass, [dispatch]);
    pass.end();
  });

/** Milliseconds a dispatch, many of them in one submit, each waiting for the one before. */
async function dispatchTimes(gpu: Gpu, dispatch: Dispatch, repeats: number): Promise<number[]> {
  // The first one compiles.
  await times(gpu, dispatch, 1);
  let count = 1;
  while (count < MAX_DISPATCHES && (await times(gpu, dispatch, count)) < SUBMIT_MS) count *= 2;
  const each: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) each.push((await times(gpu, dispatch, count)) / count);
  return each;
}

/** The best of all ways to multiply; each is tried twice, and the fastest one measured. */
async function productSpeed(gpu: Gpu, size: ProductSize, { repeats, variants }: CeilingPlan): Promise<Ceiling> {
  const { rows, features } = size;
  const matrix = 4 * features * strideOf(size);
  const buffers = {
    weights: createBuffer(gpu, "ceiling weights", 4 * features ** 2, STORAGE),
    inputs: createBuffer(gpu, "ceiling inputs", matrix, STORAGE),
    outputs: createBuffer(gpu, "ceiling outputs", matrix, STORAGE),
    features: createBuffer(gpu, "ceiling features", 16, UNIFORM | COPY_DST),
  };
  gpu.device.queue.writeBuffer(buffers.features, 0, Uint32Array.of(features));
  let best: { dispatch: Dispatch; ms: number; name: string } | undefined;
  for (const variant of productVariants(size, gpu.subgroupSize).slice(0, variants)) {
    const name = productName(variant);
    const kernel = await createKernel(gpu, `product, ${name}`, productText(size, variant));
    const dispatch = { kernel, group: kernel.bind(buffers), workgroups: productWorkgroups(size, variant) };
    const ms = Math.min(...(await dispatchTimes(gpu, dispatch, 2)));
    if (best === undefined || ms < best.ms) best = { dispatch, ms, name };
  }
  if (best === undefined) throw new Error(`No matrix product fits ${rows} rows and ${features} features.`);
  const each = await dispatchTimes(gpu, best.dispatch, repeats);
  for (const buffer of Object.values(buffers)) destroyBuffer(gpu, buffer);
  const gflop = (2 * rows * features ** 2) / 1e9;
  return {
    name: "product",
    title: `Matrix product, ${features} x ${features} by ${features} x ${rows} (fastest of all tried: ${best.name})`,
    unit: "GFLOP/s",
    value: spreadOf(each.map((ms) => (1000 * gflop) / ms)),
  };
}

async function copySpeed(gpu: Gpu, repeats: number): Promise<Ceiling> {
  const from = createBuffer(gpu, "ceiling from", COPY_BYTES, COPY_SRC);
  const to = createBuffer(gpu, "ceiling to", COPY_BYTES, COPY_DST);
  const each: number[] = [];
  for (let repeat = 0; repeat <= repeats; repeat++) {
    each.push(await timeSubmit(gpu, (encoder) => encoder.copyBufferToBuffer(from, 0, to, 0, COPY_BYTES)));
  }
  destroyBuffer(gpu, from);
  destroyBuffer(gpu, to);
  const value = spreadOf(each.slice(1).map((ms) => (2 * COPY_BYTES) / (ms * 1e6)));
  return { name: "copy", title: `Copy of ${COPY_BYTES / 2 ** 20} MiB, read and written`, unit: "GB/s", value };
}

const COPY_TEXT = `@group(0) @binding(0) var<storage, read> inputs: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> outputs: array<vec4f>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  outputs[id.x] = inputs[id.x];
}
`;

async function cachedCopySpeed(gpu: Gpu, repeats: number): Promise<Ceiling> {
  const inputs = createBuffer(gpu, "ceiling from", CACHED_BYTES, STORAGE);
  const outputs = createBuffer(gpu, "ceiling to", CACHED_BYTES, STORAGE);
  const kernel = await createKernel(gpu, "copy", COPY_TEXT);
  const each = await dispatchTimes(
    gpu,
    { kernel, group: kernel.bind({ inputs, outputs }), workgroups: CACHED_BYTES / 16 / 64 },
    repeats,
  );
  destroyBuffer(gpu, inputs);
  destroyBuffer(gpu, outputs);
  const value = spreadOf(each.map((ms) => (2 * CACHED_BYTES) / (ms * 1e6)));
  const title = `Copy of ${CACHED_BYTES / 2 ** 20} MiB by a kernel again and again, read and written: in the cache`;
  return { name: "cached-copy", title, unit: "GB/s", value };
}

const DISPATCH_TEXT = `@group(0) @binding(0) var<storage, read_write> counter: array<u32>;
@compute @workgroup_size(1)
fn main() {
  counter[0] += 1u;
}
`;

async function dispatchSpeed(gpu: Gpu, repeats: number): Promise<Ceiling> {
  const counter = createBuffer(gpu, "ceiling counter", 4, STORAGE);
  const kernel = await createKernel(gpu, "dispatch", DISPATCH_TEXT);
  const each = await dispatchTimes(gpu, { kernel, group: kernel.bind({ counter }), workgroups: 1 }, repeats);
  destroyBuffer(gpu, counter);
  return {
    name: "dispatch",
    title: "Dispatch of one thread, each waiting for the one before",
    unit: "µs",
    value: spreadOf(each.map((ms) => 1000 * ms)),
  };
}

export async function measureCeilings({ shape, options }: Workload, plan: CeilingPlan, say: Say): Promise<Ceiling[]> {
  const backend = await openBackend({ backend: "webgpu" });
  const { gpu } = backend;
  if (gpu === undefined) throw new Error("Ceilings: expected a backend with a GPU, found none.");
  say("ceilings of the adapter");
  const ceilings = [
    await productSpeed(gpu, { rows: options.batchSize * shape.nodes, features: shape.hidden }, plan),
    await copySpeed(gpu, plan.repeats),
    await cachedCopySpeed(gpu, plan.repeats),
    await dispatchSpeed(gpu, plan.repeats),
  ];
  backend.close();
  return ceilings;
}
