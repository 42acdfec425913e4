/** Runs shaders/random.wgsl by itself, in a kernel of one expression an element. */
import random from "../../shaders/random.wgsl?raw";
import { createBuffer, destroyBuffer, type Gpu } from "../../src/gpu/device.ts";
import { createKernel, record } from "../../src/gpu/kernel.ts";
import { COPY_DST, COPY_SRC, STORAGE, UNIFORM } from "../../src/gpu/usage.ts";
import { readWords } from "./helpers.ts";

/**
 * Words that a WGSL expression gives for each element. It may name `element`, `seed`, `step`, and everything of random.wgsl.
 * @param expression two words (vec2u) an element
 */
export async function evaluateRandom(
  gpu: Gpu,
  expression: string,
  seed: number,
  step: number,
  elements: number,
): Promise<Uint32Array> {
  const kernel = await createKernel(
    gpu,
    "random",
    `${random}
    @group(0) @binding(0) var<uniform> job: vec4u;
    @group(0) @binding(1) var<storage, read_write> words: array<vec2u>;
    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let seed = job.x;
      let step = job.y;
      let element = id.x;
      if (element < job.z) { words[element] = ${expression}; }
    }`,
  );
  const job = createBuffer(gpu, "job", 16, UNIFORM | COPY_DST);
  const words = createBuffer(gpu, "words", 8 * elements, STORAGE | COPY_SRC);
  gpu.device.queue.writeBuffer(job, 0, Uint32Array.of(seed, step, elements, 0));
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  record(gpu, pass, [{ kernel, group: kernel.bind({ job, words }), workgroups: Math.ceil(elements / 64) }]);
  pass.end();
  gpu.device.queue.submit([encoder.finish()]);
  const result = await readWords(gpu, words, 2 * elements);
  for (const buffer of [job, words]) destroyBuffer(gpu, buffer);
  return result;
}

/**
 * The noise that the head of a step generates, computed by the same function on the same device: the logarithm and cosine of
 * a device have its own last bits, which no CPU twin can know.
 */
export async function generatedNoise(gpu: Gpu, seed: number, step: number, elements: number): Promise<Float32Array> {
  const expression = "vec2u(bitcast<u32>(normal(vec2u(seed, STREAM_NOISE), vec2u(step, element))), 0u)";
  const pairs = await evaluateRandom(gpu, expression, seed, step, elements);
  return new Float32Array(pairs.filter((_, i) => i % 2 === 0).buffer);
}
