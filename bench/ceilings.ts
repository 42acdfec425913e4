/** Speeds that the adapter itself reaches: a matrix product of the encoder's sizes and nothing else, a copy, a dispatch that does nothing. */
import { createBuffer, destroyBuffer, type Gpu, submit } from "../src/gpu/device.ts";
import { createKernel, type Dispatch, record } from "../src/gpu/kernel.ts";
import { COPY_DST, COPY_SRC, STORAGE } from "../src/gpu/usage.ts";
import { openBackend } from "../src/vgae/backend.ts";
import type { Say } from "./compare.ts";
import { type Spread, spreadOf } from "./measure.ts";
import type { Ceiling } from "./result.ts";
import type { Workload } from "./workload.ts";

const COPY_BYTES = 64 * 2 ** 20;
/** Dispatches a submit grow until one takes this long. */
const SUBMIT_MS = 40;
const MAX_DISPATCHES = 4096;

async function timeSubmit(gpu: Gpu, encode: (encoder: GPUCommandEncoder) => void): Promise<number> {
  const encoder = gpu.device.createCommandEncoder({ label: "ceiling" });
  encode(encoder);
  const start = performance.now();
  submit(gpu, encoder.finish());
  await gpu.device.queue.onSubmittedWorkDone();
  return performance.now() - start;
}

/** Milliseconds a dispatch, many of them in one submit. */
async function dispatchTimes(gpu: Gpu, dispatch: Dispatch, repeats: number): Promise<number[]> {
  const run = (count: number): Promise<number> =>
    timeSubmit(gpu, (encoder) => {
      const pass = encoder.beginComputePass({ label: "ceiling" });
      for (let i = 0; i < count; i++) record(gpu, pass, [dispatch]);
      pass.end();
    });
  // The first one compiles.
  await run(1);
  let count = 1;
  while (count < MAX_DISPATCHES && (await run(count)) < SUBMIT_MS) count *= 2;
  const times: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) times.push((await run(count)) / count);
  return times;
}

/**
 * Y = W X with X and Y feature-major, as in the step. A thread owns four rows and `4 * blocks` features, whose sums are variables of their
 * own, for arrays seldom stay in registers: so the text is written out by this function.
 */
export function productText(rows: number, features: number, threads: number, blocks: number): string {
  const each = (line: (block: number) => string): string => Array.from({ length: blocks }, (_, block) => line(block)).join("\n");
  const sums = (block: number): string => ["x", "y", "z", "w"].map((part) => `  var s${block}${part} = vec4f();`).join("\n");
  const add = (block: number): string =>
    [
      `    let w${block} = weights[k * ${features / 4}u + first + ${block}u];`,
      ...["x", "y", "z", "w"].map((part) => `    s${block}${part} = fma(vec4f(w${block}.${part}), x, s${block}${part});`),
    ].join("\n");
  const store = (block: number): string =>
    ["x", "y", "z", "w"]
      .map((part, i) => `  outputs[(4u * (first + ${block}u) + ${i}u) * ${rows / 4}u + column] = s${block}${part};`)
      .join("\n");
  return `@group(0) @binding(0) var<storage, read> weights: array<vec4f>;
@group(0) @binding(1) var<storage, read> inputs: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> outputs: array<vec4f>;
@compute @workgroup_size(${threads})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let first = id.y * ${blocks}u;
${each(sums)}
  for (var k = 0u; k < ${features}u; k++) {
    let x = inputs[k * ${rows / 4}u + column];
${each(add)}
  }
${each(store)}
}
`;
}

const DISPATCH_TEXT = `@group(0) @binding(0) var<storage, read_write> counter: array<u32>;
@compute @workgroup_size(1)
fn main() {
  counter[0] += 1u;
}
`;

/** Sizes tried; the fastest is the ceiling. */
const VARIANTS = [16, 32, 64].flatMap((threads) => [1, 2, 4].map((blocks) => ({ threads, blocks })));

async function productSpeed(gpu: Gpu, rows: number, features: number, repeats: number): Promise<Ceiling> {
  const bytes = 4 * features;
  const buffers = {
    weights: createBuffer(gpu, "ceiling weights", bytes * features, STORAGE),
    inputs: createBuffer(gpu, "ceiling inputs", bytes * rows, STORAGE),
    outputs: createBuffer(gpu, "ceiling outputs", bytes * rows, STORAGE),
  };
  let best: { times: number[]; spread: Spread; name: string } | undefined;
  for (const { threads, blocks } of VARIANTS) {
    if ((rows / 4) % threads !== 0 || (features / 4) % blocks !== 0) continue;
    const kernel = await createKernel(gpu, `product ${threads} ${blocks}`, productText(rows, features, threads, blocks));
    const workgroups = [rows / 4 / threads, features / 4 / blocks] as const;
    const times = await dispatchTimes(gpu, { kernel, group: kernel.bind(buffers), workgroups }, repeats);
    const spread = spreadOf(times);
    if (best === undefined || spread.median < best.spread.median) {
      best = { times, spread, name: `${threads} threads, 4 x ${4 * blocks} values each` };
    }
  }
  for (const buffer of Object.values(buffers)) destroyBuffer(gpu, buffer);
  if (best === undefined) throw new Error(`No matrix product fits ${rows} rows and ${features} features.`);
  const gflop = (2 * rows * features ** 2) / 1e9;
  return {
    name: "product",
    title: `Matrix product, ${features} x ${features} by ${features} x ${rows} (${best.name})`,
    unit: "GFLOP/s",
    value: spreadOf(best.times.map((ms) => (1000 * gflop) / ms)),
  };
}

async function copySpeed(gpu: Gpu, repeats: number): Promise<Ceiling> {
  const from = createBuffer(gpu, "ceiling from", COPY_BYTES, COPY_SRC);
  const to = createBuffer(gpu, "ceiling to", COPY_BYTES, COPY_DST);
  const times: number[] = [];
  for (let repeat = 0; repeat <= repeats; repeat++) {
    times.push(await timeSubmit(gpu, (encoder) => encoder.copyBufferToBuffer(from, 0, to, 0, COPY_BYTES)));
  }
  destroyBuffer(gpu, from);
  destroyBuffer(gpu, to);
  const value = spreadOf(times.slice(1).map((ms) => (2 * COPY_BYTES) / (ms * 1e6)));
  return { name: "copy", title: `Copy of ${COPY_BYTES / 2 ** 20} MiB, read and written`, unit: "GB/s", value };
}

async function dispatchSpeed(gpu: Gpu, repeats: number): Promise<Ceiling> {
  const counter = createBuffer(gpu, "ceiling counter", 4, STORAGE);
  const kernel = await createKernel(gpu, "dispatch", DISPATCH_TEXT);
  const times = await dispatchTimes(gpu, { kernel, group: kernel.bind({ counter }), workgroups: 1 }, repeats);
  destroyBuffer(gpu, counter);
  return {
    name: "dispatch",
    title: "Dispatch of one thread, each waiting for the one before",
    unit: "µs",
    value: spreadOf(times.map((ms) => 1000 * ms)),
  };
}

export async function measureCeilings({ shape, options }: Workload, repeats: number, say: Say): Promise<Ceiling[]> {
  const backend = await openBackend({ backend: "webgpu" });
  const { gpu } = backend;
  if (gpu === undefined) throw new Error("Ceilings: expected a backend with a GPU, found none.");
  say("ceilings of the adapter");
  const ceilings = [
    await productSpeed(gpu, options.batchSize * shape.nodes, shape.hidden, repeats),
    await copySpeed(gpu, repeats),
    await dispatchSpeed(gpu, repeats),
  ];
  backend.close();
  return ceilings;
}
