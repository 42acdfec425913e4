import { createBuffer, destroyBuffer, type Gpu, submit } from "../../gpu/device.ts";
import { createKernel, type Dispatch, type Kernel, record } from "../../gpu/kernel.ts";
import { COPY_DST, UNIFORM } from "../../gpu/usage.ts";
import type { Mode, TrainingOptions } from "../config.ts";
import { parameterLayout } from "../layout.ts";
import { SHUFFLE_ROUNDS } from "../schedule.ts";
import { constants, type Plan, stageWords, type TrainingBuffers } from "./buffers.ts";
import { type KernelName, shaderText } from "./shaders.ts";

/** The recorded training step: encoder stages + head + as many stages back + Adam, the same commands for every step of a run. */
export interface TrainingStep {
  readonly tape: readonly Dispatch[];
  /** Writes what holds for the run (`runWords`). */
  configure(run: Uint32Array<ArrayBuffer>): void;
  /** Prepares the batch of a step to begin or go on with; the tape prepares all that follow. */
  start(step: number): void;
  destroy(): void;
}

/** Words of the uniform `Run`. */
export const RUN_WORDS = 13;
/** Workgroups over the parameters in the last dispatch; the first one keeps the books. */
const ADAM_GROUPS = 33;

export async function trainingStep(
  gpu: Gpu,
  plan: Plan,
  buffers: TrainingBuffers,
  variant: { readonly inject: boolean },
): Promise<TrainingStep> {
  const header = constants(plan, variant.inject);
  const compile = (name: KernelName): Promise<Kernel> => createKernel(gpu, name, shaderText(name, header, plan.variant));
  const [prepare, encodeInput, encode, head, backward, backwardFirst, adam] = await Promise.all(
    (["prepare", "encodeInput", "encode", "head", "backward", "backwardFirst", "adam"] as const).map(compile),
  );
  if (!prepare || !encodeInput || !encode || !head || !backward || !backwardFirst || !adam)
    throw new Error("A training kernel is missing.");

  const uniforms: GPUBuffer[] = [];
  const uniform = (label: string, words: Uint32Array): GPUBuffer => {
    const buffer = createBuffer(gpu, label, words.byteLength, UNIFORM | COPY_DST);
    uniforms.push(buffer);
    gpu.device.queue.writeBuffer(buffer, 0, words as Uint32Array<ArrayBuffer>);
    return buffer;
  };
  const stages = stageWords(plan).map((words, s) => uniform(`stage ${s}`, words));
  const runUniform = uniform("run", new Uint32Array(RUN_WORDS));
  const startUniform = uniform("start", new Uint32Array(1));
  const offsets = new Map(parameterLayout(plan.shape).parameters.map(({ name, offset }) => [name, offset / 4]));
  const { activations, partials, report } = plan;
  const outputs = uniform(
    "head outputs",
    Uint32Array.of(
      activations.mu,
      activations.logvar,
      activations.operationLogits,
      activations.adjacencyLogits,
      activations.noise,
      activations.keep,
      partials.sums,
      partials.adamStep,
      offsets.get("decoder.weight.weight") as number,
      offsets.get("decoder.weight.bias") as number,
    ),
  );
  const books = uniform(
    "books",
    Uint32Array.of(plan.parameterFloats / 4, activations.mu, partials.sums, partials.adamStep, report.prior),
  );

  const last = stages.length - 2;
  const bound = (kernel: Kernel, stage: number): GPUBindGroup =>
    kernel.bind({ ...buffers, run: runUniform, stage: stages[stage] as GPUBuffer, outputs, books });
  const tape: Dispatch[] = [];
  for (let s = 0; s <= last; s++) {
    const kernel = s === 0 ? encodeInput : encode;
    tape.push({ kernel, group: bound(kernel, s), workgroups: plan.columnGroups });
  }
  tape.push({ kernel: head, group: bound(head, last + 1), workgroups: plan.batch });
  for (let s = last; s >= 0; s--) {
    const small = s === last ? 1 : 0;
    const kernel = s === 0 ? backwardFirst : backward;
    tape.push({ kernel, group: bound(kernel, s), workgroups: plan.columnGroups + plan.weightGroups + small });
  }
  tape.push({ kernel: adam, group: bound(adam, 0), workgroups: ADAM_GROUPS });
  const prepareGroup = prepare.bind({ ...buffers, run: runUniform, start: startUniform });
  return {
    tape,
    configure: (run) => gpu.device.queue.writeBuffer(runUniform, 0, run),
    start(first) {
      gpu.device.queue.writeBuffer(startUniform, 0, Uint32Array.of(first));
      const encoder = gpu.device.createCommandEncoder({ label: "prepare" });
      const pass = encoder.beginComputePass({ label: "prepare" });
      record(gpu, pass, [{ kernel: prepare, group: prepareGroup, workgroups: 1 }]);
      pass.end();
      submit(gpu, encoder.finish());
    },
    destroy() {
      for (const buffer of uniforms) destroyBuffer(gpu, buffer);
    },
  };
}

/**
 * The uniform `Run` of `shaders/shape.wgsl`.
 * @param check overrides for checks against known steps: graphs in the order given, in one mode throughout
 */
export function runWords(options: TrainingOptions, count: number, check?: { readonly mode: Mode }): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(RUN_WORDS);
  const floats = new Float32Array(words.buffer);
  words[0] = options.seed;
  words[1] = count;
  words[2] = options.batchSize;
  words[3] = check?.mode === "frozen" ? 0 : check || options.protocol === "corrected" ? 0xffffffff : 1;
  words[4] = options.protocol === "released" ? 0 : 1;
  words[5] = check ? 0 : 1;
  words[6] = Math.max(1, Math.ceil(Math.ceil(Math.log2(count)) / 2));
  floats[7] = options.learningRate;
  floats[8] = options.dropout;
  floats[9] = options.clipNorm;
  floats[10] = options.klWeight;
  words[11] = SHUFFLE_ROUNDS;
  words[12] = options.variational ? 1 : 0;
  return words;
}

/** `Run` for the encoder in evaluation mode: `count` graphs in the order given, as one frozen batch. */
export function evaluationRunWords(count: number, batch: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(RUN_WORDS);
  words[1] = count;
  words[2] = batch;
  return words;
}
