import { md5 } from "js-md5";
import { readSafeTensors, writeSafeTensors } from "../../formats/safetensors.ts";
import { destroyBuffer, type Gpu, submit } from "../../gpu/device.ts";
import { record } from "../../gpu/kernel.ts";
import type { Packing } from "../../spaces/packing.ts";
import type { SpaceCache } from "../../spaces/preparation.ts";
import { VERSION } from "../../version.ts";
import type { ModelShape, TrainingOptions } from "../config.ts";
import { initialState } from "../state.ts";
import type { TrainingSet } from "../trainer.ts";
import { planOf, trainingBuffers } from "./buffers.ts";
import { runWords, trainingStep } from "./step.ts";
import { uploadState } from "./transfer.ts";
import { canRun, likelyVariant, type Variant, variantName, variantNamed, variantsFor } from "./variant.ts";

/** No further variant is tried once so much time would be exceeded. */
const BUDGET_MS = 5000;
/** Time per measurement of a variant; the best of ROUNDS counts, for whatever disturbs one makes it longer. */
const ROUND_MS = 25;
const ROUNDS = 3;
const MAX_STEPS = 64;
/** Graphs trained on. */
const GRAPHS = 256;

export interface Choice {
  /** The variant wanted, by name; taken where the adapter can run it. */
  readonly name?: string | undefined;
  /** Where choices are kept from one start to the next. What it throws is no reason to stop. */
  readonly store?: SpaceCache | undefined;
}

/**
 * The variant that a run computes with: the one it wants, or else the fastest that the adapter can run, measured with steps of the model
 * itself at the first use of an adapter for such a model, and kept. Without a store the most promising one, unmeasured; so too on
 * adapters that compute on the CPU, whose compilers take longer than there is to win.
 * @param measure milliseconds of a step of a variant
 */
export async function chosenVariant(
  gpu: Gpu,
  shape: ModelShape,
  options: TrainingOptions,
  { name, store }: Choice,
  measure: (variant: Variant) => Promise<number>,
): Promise<Variant> {
  const first = likelyVariant(gpu, shape, options);
  const candidates = variantsFor(gpu, shape, options);
  const wanted = name === undefined ? undefined : variantNamed(name);
  if (wanted && canRun(wanted, gpu, shape, options)) return wanted;
  if (!store || candidates.length === 1 || gpu.status === "software-adapter") return first;
  const key = tuningKey(gpu, shape, options);
  const kept = await keptChoice(store, key).catch(() => undefined);
  if (kept && candidates.includes(kept)) return kept;
  const best = await fastest(candidates, measure);
  await keep(store, key, best).catch(() => undefined);
  return best;
}

/** The first counts even where it takes longer than there is time for. */
async function fastest(candidates: readonly Variant[], measure: (variant: Variant) => Promise<number>): Promise<Variant> {
  const begun = performance.now();
  let best: { readonly variant: Variant; readonly ms: number } | undefined;
  let longest = 0;
  for (const variant of candidates) {
    const before = performance.now();
    if (best && before - begun + longest > BUDGET_MS) break;
    const ms = await measure(variant);
    if (!best || ms < best.ms) best = { variant, ms };
    longest = Math.max(longest, performance.now() - before);
  }
  if (!best) throw new Error("There is no kernel variant to choose from.");
  return best.variant;
}

/** What a choice depends on, for people; the name of its file is made of it. */
function tuningKey(
  gpu: Gpu,
  { nodes, operations, hidden, latent, layers, encoder }: ModelShape,
  { batchSize }: TrainingOptions,
): string {
  return `${gpu.adapter}, version ${VERSION}: ${encoder} ${layers} x ${hidden}, ${latent}, ${nodes} x ${operations}, batch ${batchSize}`;
}

const fileOf = (key: string): string => `variant-${md5(key)}`;

async function keptChoice(store: SpaceCache, key: string): Promise<Variant | undefined> {
  const bytes = await store.read(fileOf(key));
  const { metadata } = readSafeTensors(bytes ?? new Uint8Array(), "the kept choice of kernels");
  return metadata["key"] === key ? variantNamed(metadata["variant"] ?? "") : undefined;
}

const keep = (store: SpaceCache, key: string, variant: Variant): Promise<void> =>
  store.write(fileOf(key), writeSafeTensors({ metadata: { key, variant: variantName(variant) }, tensors: new Map() }));

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
