/** The parts of the self-test on a device: what a run executes, on known numbers, and everything it leaves read back. */
import randomNumbers from "../../../shaders/random.wgsl?raw";
import randomCheck from "../../../shaders/self-test-random.wgsl?raw";
import { createBuffer, destroyBuffer, type Gpu, submit } from "../../gpu/device.ts";
import { createKernel, record } from "../../gpu/kernel.ts";
import { COPY_DST, COPY_SRC, STORAGE, UNIFORM } from "../../gpu/usage.ts";
import { unpack } from "../../spaces/packing.ts";
import { PADDING } from "../../spaces/space.ts";
import type { StepResult } from "../golden.ts";
import { batchAt, batchIndices } from "../schedule.ts";
import { CONTROL_WORDS } from "../webgpu/buffers.ts";
import { staging } from "../webgpu/readback.ts";
import type { WebgpuTrainer } from "../webgpu/trainer.ts";
import { downloadState, stateStaging } from "../webgpu/transfer.ts";
import type { Known } from "./known.ts";

/** Floats of buffers, one behind the other, after everything submitted so far. */
async function readFloats(
  gpu: Gpu,
  parts: readonly { from: GPUBuffer; first?: number; floats: number }[],
): Promise<Float32Array> {
  const total = parts.reduce((sum, { floats }) => sum + floats, 0);
  const back = staging(gpu, "self-test readback", total);
  const encoder = gpu.device.createCommandEncoder({ label: "self-test readback" });
  let at = 0;
  for (const { from, first = 0, floats } of parts) {
    encoder.copyBufferToBuffer(from, 4 * first, back.buffer, 4 * at, 4 * floats);
    at += floats;
  }
  submit(gpu, encoder.finish());
  try {
    return await back.read(total, (view) => view.slice());
  } finally {
    back.destroy();
  }
}

/** Random integers (two words an element) and normal noise, as a step draws them. */
export async function drawRandom(
  gpu: Gpu,
  seed: number,
  step: number,
  elements: number,
): Promise<{ readonly words: Uint32Array; readonly normals: Float32Array }> {
  const kernel = await createKernel(gpu, "self-test-random", `${randomNumbers}\n${randomCheck}`);
  const job = createBuffer(gpu, "self-test job", 16, UNIFORM | COPY_DST);
  const words = createBuffer(gpu, "self-test words", 8 * elements, STORAGE | COPY_SRC);
  const normals = createBuffer(gpu, "self-test normals", 4 * elements, STORAGE | COPY_SRC);
  try {
    gpu.device.queue.writeBuffer(job, 0, Uint32Array.of(seed, step, elements, 0));
    const encoder = gpu.device.createCommandEncoder({ label: "self-test random" });
    const pass = encoder.beginComputePass({ label: "self-test random" });
    record(gpu, pass, [{ kernel, group: kernel.bind({ job, words, normals }), workgroups: Math.ceil(elements / 64) }]);
    pass.end();
    submit(gpu, encoder.finish());
    const read = await readFloats(gpu, [
      { from: words, floats: 2 * elements },
      { from: normals, floats: elements },
    ]);
    return { words: new Uint32Array(read.buffer, 0, 2 * elements), normals: read.subarray(2 * elements) };
  } finally {
    for (const buffer of [job, words, normals]) destroyBuffer(gpu, buffer);
  }
}

/** One step of a run, with its own batch, noise and dropout. Leaves the batch of the next step in the trainer's `control`. */
export async function computeStep(trainer: WebgpuTrainer, known: Known, step: number): Promise<StepResult> {
  const { gpu, plan, buffers } = trainer;
  const { nodes, operations, latent } = known.shape;
  const start = known.start(step);
  trainer.restore(start);
  trainer.takeMetrics();
  await trainer.advance(1);
  await trainer.finish();
  const [metrics] = trainer.takeMetrics();
  if (!metrics) throw new Error("The step reported no losses.");
  const { count, mode } = batchAt(step, known.set.count, known.options);
  const cells = count * nodes;
  const { mu, logvar, operationLogits, adjacencyLogits } = plan.activations;
  const outputs = await readFloats(gpu, [
    { from: buffers.activations, first: mu, floats: cells * latent },
    { from: buffers.activations, first: logvar, floats: cells * latent },
    { from: buffers.activations, first: operationLogits, floats: cells * operations },
    { from: buffers.activations, first: adjacencyLogits, floats: cells * nodes },
  ]);
  let at = 0;
  const take = (floats: number): Float32Array => {
    const part = outputs.subarray(at, at + floats);
    at += floats;
    return part;
  };
  const back = stateStaging(gpu, plan);
  const { gradients, priorMean, priorM2, ...learned } = await downloadState(gpu, plan, buffers, back).finally(back.destroy);
  const { total, operations: ofOperations, adjacency, kl, gradNorm } = metrics;
  return {
    losses: { total, operations: ofOperations, adjacency, kl },
    gradNorm,
    gradients,
    mu: take(cells * latent),
    logvar: take(cells * latent),
    operationsLogits: take(cells * operations),
    adjacencyLogits: take(cells * nodes),
    next: {
      ...learned,
      step: step + 1,
      batchesTracked: start.batchesTracked + (mode === "train" ? 1 : 0),
      prior: { count: start.prior.count + count, mean: priorMean, m2: priorM2 },
    },
  };
}

/** The batch that the trainer has at hand, as the words of `Control` in shaders/shape.wgsl. */
export async function readBatch({ gpu, buffers, plan }: WebgpuTrainer): Promise<Uint32Array> {
  return new Uint32Array((await readFloats(gpu, [{ from: buffers.control, floats: CONTROL_WORDS + 4 * plan.blocks }])).buffer);
}

/** The same words by src/vgae/schedule.ts and src/spaces/packing.ts. */
export function batchWords({ plan }: Pick<WebgpuTrainer, "plan">, { packing, set, options }: Known, step: number): Uint32Array {
  const { epoch, index, count, mode } = batchAt(step, set.count, options);
  const words = new Uint32Array(CONTROL_WORDS + 4 * plan.blocks);
  words.set([step, epoch, index, count, mode === "train" ? 0 : 1]);
  const padding = 2 ** packing.operationBits - 1;
  for (const [position, graph] of batchIndices(step, set.count, options).entries()) {
    const { operations, adjacency } = unpack(packing, set.packed, graph);
    for (let node = 0; node < packing.nodes; node++) {
      const operation = operations[node] as number;
      let word = (operation === PADDING ? padding : operation) << 16;
      for (let other = 0; other < packing.nodes; other++) {
        if (adjacency[node * packing.nodes + other] || adjacency[other * packing.nodes + node]) word |= 1 << other;
      }
      words[CONTROL_WORDS + position * packing.nodes + node] = word;
    }
  }
  return words;
}
