import { destroyBuffer, type Gpu, submit } from "../../gpu/device.ts";
import { record } from "../../gpu/kernel.ts";
import type { Packing } from "../../spaces/packing.ts";
import { VERSION } from "../../version.ts";
import type { ModelShape, TrainingOptions } from "../config.ts";
import { initialState } from "../state.ts";
import type { TrainingSet } from "../trainer.ts";
import { planOf, trainingBuffers } from "./buffers.ts";
import { runWords, trainingStep } from "./step.ts";
import { uploadState } from "./transfer.ts";
import { likelyVariant, type Variant, variantName, variantNamed, variantsFor } from "./variant.ts";

/** Where choices are kept from one start to the next: names of variants under a key. What it throws is no reason to stop. */
export interface TuningStore {
  read(key: string): Promise<string | undefined>;
  write(key: string, variant: string): Promise<void>;
}

/** No further variant is tried once so much time would be exceeded: compilers for CPU adapters take longer than there is to win. */
const BUDGET_MS = 5000;
/** Time per measurement of a variant; the best of ROUNDS counts, for whatever disturbs one makes it longer. */
const ROUND_MS = 25;
const ROUNDS = 3;
const MAX_STEPS = 64;
/** Graphs trained on. */
const GRAPHS = 256;

/**
 * The fastest of the variants that the adapter can run: measured with steps of the model itself at the first use of an adapter
 * for such a model, and kept. Without a store the most promising one, unmeasured.
 */
export async function tunedVariant(
  gpu: Gpu,
  shape: ModelShape,
  packing: Packing,
  set: TrainingSet,
  options: TrainingOptions,
  store: TuningStore | undefined,
): Promise<Variant> {
  const first = likelyVariant(gpu, shape, options);
  const candidates = variantsFor(gpu, shape, options);
  if (!store || candidates.length === 1) return first;
  const key = tuningKey(gpu, shape, options);
  const kept = variantNamed((await store.read(key).catch(() => undefined)) ?? "");
  if (kept && candidates.includes(kept)) return kept;

  const begun = performance.now();
  let best = { variant: first, ms: Number.POSITIVE_INFINITY };
  let longest = 0;
  for (const variant of candidates) {
    const before = performance.now();
    if (before - begun + longest > BUDGET_MS) break;
    const ms = await stepTime(gpu, shape, packing, set, options, variant);
    if (ms < best.ms) best = { variant, ms };
    longest = Math.max(longest, performance.now() - before);
  }
  await store.write(key, variantName(best.variant)).catch(() => undefined);
  return best.variant;
}

/** What a choice depends on. */
export function tuningKey(
  gpu: Gpu,
  { nodes, operations, hidden, latent, layers, encoder }: ModelShape,
  { batchSize }: TrainingOptions,
): string {
  return `variant ${VERSION}, ${gpu.adapter}: ${encoder} ${nodes} x ${operations}, ${layers} x ${hidden}, ${latent}, batch ${batchSize}`;
}

/** Milliseconds that a step of the variant takes, kernels compiled. */
export async function stepTime(
  gpu: Gpu,
  shape: ModelShape,
  packing: Packing,
  set: TrainingSet,
  options: TrainingOptions,
  variant: Variant,
): Promise<number> {
  const count = Math.min(GRAPHS, set.count);
  const plan = planOf(shape, packing, options, variant);
  const buffers = trainingBuffers(gpu, plan, count * packing.words);
  gpu.device.queue.writeBuffer(buffers.graphs, 0, set.packed.slice(0, count * packing.words) as Uint32Array<ArrayBuffer>);
  const step = await trainingStep(gpu, plan, buffers, { inject: false });
  try {
    step.configure(runWords(options, count));
    uploadState(gpu, plan, buffers, initialState(shape, options.seed));
    step.start(0);
    const time = async (steps: number): Promise<number> => {
      const encoder = gpu.device.createCommandEncoder({ label: "tuning" });
      const pass = encoder.beginComputePass({ label: "tuning" });
      for (let i = 0; i < steps; i++) record(gpu, pass, step.tape);
      pass.end();
      const begun = performance.now();
      submit(gpu, encoder.finish());
      await gpu.device.queue.onSubmittedWorkDone();
      return (performance.now() - begun) / steps;
    };
    await time(1);
    const steps = Math.min(MAX_STEPS, Math.max(1, Math.round(ROUND_MS / (await time(2)))));
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round++) best = Math.min(best, await time(steps));
    return best;
  } finally {
    step.destroy();
    for (const buffer of Object.values(buffers)) destroyBuffer(gpu, buffer as GPUBuffer);
  }
}
