import { InputError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { ModelShape, TrainingOptions } from "../config.ts";

/** How the kernels of a run are cut: part of its identity, for another variant gives other bits. */
export interface Variant {
  /** Features that a workgroup of the encoder owns for all rows of the batch. */
  readonly columns: 4 | 8 | 16;
  /** Lanes of a subgroup that read for each other; 0: every thread reads for itself. */
  readonly subgroup: 0 | 4 | 8;
  /** What products hold of weights and activations: f16 rounds them, and only them. Sums, gradients, weights and moments are f32 in any case. */
  readonly held: "f32" | "f16";
}

/** By size of subgroup, on adapters that compute on the CPU: what is read serves more columns. */
const BEST_COLUMNS = { 0: 4, 4: 16, 8: 16 } as const;

const CUTS = [
  { columns: 4, subgroup: 0 },
  { columns: 8, subgroup: 0 },
  { columns: 4, subgroup: 4 },
  { columns: 8, subgroup: 4 },
  { columns: 16, subgroup: 4 },
  { columns: 8, subgroup: 8 },
  { columns: 16, subgroup: 8 },
] as const;

export const VARIANTS: readonly Variant[] = (["f32", "f16"] as const).flatMap((held) => CUTS.map((cut) => ({ ...cut, held })));

/** What of a run decides which variants can compute it. */
type Batch = Pick<TrainingOptions, "batchSize">;

/** Fewest threads that the kernels' cooperative parts need (one an operation, eight lanes of a sum). */
const MIN_THREADS = 16;
/** Threads of the encoder come in these, so that no lane of a subgroup is missing. */
const THREADS_STEP = 8;

/** Threads a workgroup of the encoder: one for four rows of the batch. */
export function threadsOf({ nodes }: ModelShape, { batchSize }: Batch): number {
  return Math.max(MIN_THREADS, Math.ceil((batchSize * nodes) / 4 / THREADS_STEP) * THREADS_STEP);
}

/**
 * Threads a workgroup of the head. On adapters that compute on the CPU more than there are outputs to share only repeat each other's work, and
 * those with subgroups of four pay for every thread.
 */
export function headThreads({ columns, subgroup }: Variant, { nodes, latent }: ModelShape): number {
  if (subgroup === 0) return 64;
  if (subgroup === 4) return MIN_THREADS;
  return Math.max(MIN_THREADS, ((2 * latent) / columns) * Math.ceil(nodes / THREADS_STEP) * THREADS_STEP);
}

/** As checkpoints and commands name it: "f32, 8 columns, subgroups of 8". */
export const variantName = ({ columns, subgroup, held }: Variant): string =>
  `${held}, ${columns} columns${subgroup === 0 ? "" : `, subgroups of ${subgroup}`}`;

export const VARIANT_NAMES: readonly string[] = VARIANTS.map(variantName);

/** What the name of a checkpoint or a command means; "f32, 8 columns, subgroups" is what version 0.1 called subgroups of 8. */
export function variantNamed(name: string): Variant | undefined {
  return VARIANTS.find((variant) => variantName(variant) === name.replace(/subgroups$/, "subgroups of 8"));
}

/**
 * The variants that an adapter can run for a model and that may be chosen for it, the most promising first: those whose results differ by no
 * more than rounding to f32. f16 has to be asked for. On adapters that compute on the CPU a read costs more than
 * ten multiplications, so there the lanes of a subgroup read for each other; a GPU has caches for that, and wants many workgroups
 * (measured: docs/development.md).
 */
export function variantsFor(gpu: Gpu, shape: ModelShape, options: Batch): readonly Variant[] {
  const able = VARIANTS.filter((variant) => variant.held === "f32" && canRun(variant, gpu, shape, options));
  if (gpu.status !== "software-adapter") return able;
  const isBest = ({ columns, subgroup }: Variant): number => Number(columns === BEST_COLUMNS[subgroup]);
  return able.sort((a, b) => b.subgroup - a.subgroup || isBest(b) - isBest(a) || a.columns - b.columns);
}

/** The most promising variant, unmeasured. */
export function likelyVariant(gpu: Gpu, shape: ModelShape, options: Batch): Variant {
  const [first] = variantsFor(gpu, shape, options);
  if (!first) throw new InputError(`A model of width ${shape.hidden} has no kernels: expected a multiple of 4.`);
  return first;
}

/** The named variant. @throws InputError where there is none of that name, or the adapter cannot run it */
export function namedVariant(name: string, gpu: Gpu, shape: ModelShape, options: Batch): Variant {
  const variant = variantNamed(name);
  if (!variant)
    throw new InputError(`Kernel variant: expected ${VARIANT_NAMES.map((known) => `"${known}"`).join(", ")}, found "${name}".`);
  if (variant.held === "f16" && !gpu.halfFloats) {
    throw new InputError(
      `Kernel variant "${name}" needs 16-bit floats in shaders, the feature shader-f16, which ${gpu.adapter} lacks.`,
    );
  }
  if (!canRun(variant, gpu, shape, options)) {
    const able = variantsFor(gpu, shape, options).map((known) => `"${variantName(known)}"`);
    throw new InputError(`Kernel variant "${name}" cannot run on ${gpu.adapter} for this model; expected ${able.join(", ")}.`);
  }
  return variant;
}

/** Whether an adapter can run a variant for a model. */
export function canRun(variant: Variant, gpu: Gpu, shape: ModelShape, options: Batch): boolean {
  const { hidden, latent, operations } = shape;
  const { columns, subgroup, held } = variant;
  const whole = hidden % columns === 0 && (2 * latent) % columns === 0 && (subgroup === 0 || (hidden / 4) % subgroup === 0);
  const lanes = subgroup === 0 || gpu.subgroupSize === subgroup;
  return (
    whole &&
    lanes &&
    (held === "f32" || gpu.halfFloats) &&
    workgroupBytes(variant, threadsOf(shape, options), operations) <= gpu.device.limits.maxComputeWorkgroupStorageSize
  );
}

const VEC4_BYTES = 16;

/** Workgroup memory of the kernel that needs most, the last one back: see `exchange`, `reduce` and `backward` in shaders/. */
function workgroupBytes({ columns, subgroup }: Variant, threads: number, operations: number): number {
  const tiles = columns / 4;
  const sharers = threads / Math.max(1, subgroup);
  const exchanged = subgroup === 4 ? 0 : 4 * tiles * threads;
  return VEC4_BYTES * (exchanged + sharers * 3 * tiles + 2 * operations * 4);
}
