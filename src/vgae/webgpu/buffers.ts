import { createBuffer, type Gpu } from "../../gpu/device.ts";
import { COPY_DST, COPY_SRC, STORAGE } from "../../gpu/usage.ts";
import type { Packing } from "../../spaces/packing.ts";
import type { ModelShape, TrainingOptions } from "../config.ts";
import { parameterLayout } from "../layout.ts";
import { headThreads, threadsOf, type Variant } from "./variant.ts";

/**
 * Sizes and offsets of everything the training step keeps on the GPU: a few long buffers, carved up here and nowhere else.
 * Offsets count floats unless a name says quads (vec4f).
 */
export interface Plan {
  readonly shape: ModelShape;
  readonly packing: Packing;
  readonly batch: number;
  /** Stride of a feature-major matrix, in blocks of four rows. */
  readonly blocks: number;
  /** Threads a workgroup of the encoder, each with four rows. */
  readonly threads: number;
  /** Evaluation: no statistics, nothing kept for a backward pass. */
  readonly evaluate: boolean;
  readonly variant: Variant;
  readonly columnGroups: number;
  readonly weightGroups: number;
  readonly parameterFloats: number;
  readonly runningFloats: number;
  readonly activations: {
    readonly floats: number;
    /** Input of stage s (the last is the input of the heads), in quads. */
    readonly inputs: readonly number[];
    readonly normalized: readonly number[];
    /** Gradient of the linear output of stage s (the last is that of the heads), in quads. */
    readonly gradients: readonly number[];
    /** Where threads hand each other rows, in quads; used by variants that do not do it in workgroup memory. */
    readonly exchange: number;
    readonly mu: number;
    readonly logvar: number;
    readonly operationLogits: number;
    readonly adjacencyLogits: number;
    readonly noise: number;
    readonly keep: number;
  };
  readonly partials: {
    readonly floats: number;
    readonly inverseStd: readonly number[];
    readonly sums: number;
    readonly adamStep: number;
  };
  readonly norms: { readonly floats: number; readonly stages: readonly number[] };
  readonly report: { readonly floats: number; readonly prior: number };
}

/** Blocks between one feature and the next that nobody owns: strides of a power of two would crowd a few lines of a cache. */
const PADDING = 4;
/** Words of the uniform `Stage`. */
const STAGE_WORDS = 22;

/** Entries of the metrics ring, and floats an entry. */
export const METRICS = 1024;
export const METRIC_FLOATS = 8;

export function planOf(shape: ModelShape, packing: Packing, options: Pick<TrainingOptions, "batchSize">, variant: Variant): Plan {
  const layout = parameterLayout(shape);
  const { nodes, operations, hidden, latent, layers } = shape;
  const stages = layout.stages.length;
  const batch = options.batchSize;
  const threads = threadsOf(shape, options);
  const blocks = threads + PADDING;
  const head = 2 * latent;
  let quads = 0;
  const take = (count: number): number => {
    const at = quads;
    quads += count;
    return at;
  };
  const takeFloats = (count: number): number => 4 * take(Math.ceil(count / 4));
  const inputs = [...layout.stages.map((stage) => stage.inputs), hidden].map((features) => take(features * blocks));
  const normalized = layout.stages.map((stage) => take(stage.outputs * blocks));
  const gradients = [...layout.stages.map((stage) => stage.outputs), head].map((features) => take(features * blocks));
  const exchange = take(hidden * blocks);
  const cells = batch * nodes * latent;
  const [mu, logvar, noise, keep] = [cells, cells, cells, cells].map(takeFloats) as [number, number, number, number];
  const operationLogits = takeFloats(batch * nodes * operations);
  const adjacencyLogits = takeFloats(batch * nodes * nodes);
  const quadsWide = hidden / 4;
  const { columns } = variant;
  const weightGroups = Math.ceil((quadsWide * hidden) / columns / threads);
  const stageNorms = quadsWide + weightGroups;
  const smallSums = Math.ceil((head + operations * (latent + 1)) / 4) * 4 + 4;
  const sums = stages * hidden;
  return {
    shape,
    packing,
    batch,
    blocks,
    threads,
    evaluate: false,
    variant,
    columnGroups: hidden / columns,
    weightGroups,
    parameterFloats: layout.parameterFloats,
    runningFloats: layout.runningFloats,
    activations: {
      floats: 4 * quads,
      inputs,
      normalized,
      gradients,
      exchange,
      mu,
      logvar,
      operationLogits,
      adjacencyLogits,
      noise,
      keep,
    },
    partials: {
      floats: sums + batch * smallSums + 4,
      inverseStd: layout.stages.map((_, s) => s * quadsWide),
      sums,
      adamStep: sums + batch * smallSums,
    },
    norms: {
      floats: stages * stageNorms + 1 + layers * quadsWide,
      stages: layout.stages.map((_, s) => s * stageNorms),
    },
    report: { floats: METRICS * METRIC_FLOATS + 2 * nodes * latent, prior: METRICS * METRIC_FLOATS },
  };
}

/**
 * The encoder alone in evaluation mode, over up to `graphs` graphs (a multiple of 32) in one go: stages take turns on two
 * activation matrices, workgroups stand side by side over the rows of 32 graphs each.
 */
export function evaluationPlan(training: Plan, graphs: number): Plan {
  const { shape } = training;
  const layout = parameterLayout(shape);
  const blocks = (graphs * shape.nodes) / 4;
  const matrix = shape.hidden * blocks;
  const inputs = [...layout.stages, undefined].map((_, s) => (s % 2) * matrix);
  const none = { mu: 0, logvar: 0, operationLogits: 0, adjacencyLogits: 0, noise: 0, keep: 0 };
  return {
    ...training,
    // What is judged and embedded is the model of the f32 weights, whatever it was trained with.
    variant: { ...training.variant, held: "f32" },
    batch: graphs,
    blocks,
    threads: (32 * shape.nodes) / 4,
    evaluate: true,
    activations: { floats: 4 * 3 * matrix, inputs, normalized: inputs, gradients: inputs, exchange: 2 * matrix, ...none },
  };
}

/** Constants that stand before every shader text (`shaders/shape.wgsl` derives the rest). */
export function constants(plan: Plan, inject: boolean): string {
  const { shape, packing } = plan;
  const numbers: Record<string, number> = {
    NODES: shape.nodes,
    OPERATIONS: shape.operations,
    HIDDEN: shape.hidden,
    LATENT: shape.latent,
    LAYERS: shape.layers,
    STAGES: parameterLayout(shape).stages.length,
    BATCH: plan.batch,
    BLOCKS: plan.blocks,
    THREADS: plan.threads,
    HEAD_THREADS: headThreads(plan.variant, shape),
    EXCHANGE: plan.activations.exchange,
    COLUMNS: plan.variant.columns,
    SUBGROUP: plan.variant.subgroup,
    ADJACENCY_WORDS: packing.adjacencyWords,
    OPERATION_BITS: packing.operationBits,
    OPERATIONS_PER_WORD: packing.operationsPerWord,
    GRAPH_WORDS: packing.words,
    METRICS,
    METRIC_FLOATS,
  };
  const lines = Object.entries(numbers).map(([name, value]) => `const ${name} = ${value}u;`);
  const flags = { INJECT: inject, EVALUATE: plan.evaluate, CONVOLUTION: shape.encoder === "gcn" };
  return [...lines, ...Object.entries(flags).map(([name, value]) => `const ${name} = ${value};`), ""].join("\n");
}

/** Stages of the plan as the uniform `Stage` of `shaders/stage.wgsl`; one more at the end for the two heads. */
export function stageWords(plan: Plan): Uint32Array[] {
  const layout = parameterLayout(plan.shape);
  const offsets = new Map([...layout.parameters, ...layout.running].map(({ name, offset }) => [name, offset / 4]));
  const at = (name: string): number => offsets.get(name) as number;
  const { activations, partials, norms } = plan;
  const last = layout.stages.length;
  const sums = partials.sums / 4;
  const words = layout.stages.map(({ inputs, linear, norm, layer }, s) =>
    Uint32Array.of(
      inputs,
      plan.threads,
      activations.inputs[s] as number,
      activations.inputs[s + 1] as number,
      activations.normalized[s] as number,
      activations.gradients[s] as number,
      at(`${linear}.weight`),
      at(`${linear}.bias`),
      at(`${norm}.weight`),
      at(`${norm}.bias`),
      at(`${norm}.running_mean`),
      at(`${norm}.running_var`),
      partials.inverseStd[s] as number,
      Math.min(layer + 1, plan.shape.layers - 1),
      layout.stages[s + 1]?.aggregates ? 1 : 0,
      s + 1 < last ? at(`${layout.stages[s + 1]?.linear}.weight`) : at("fc1.weight"),
      s + 1 < last ? at(`${layout.stages[s + 1]?.linear}.bias`) : at("fc1.bias"),
      activations.gradients[s + 1] as number,
      s + 1 < last ? plan.shape.hidden : 2 * plan.shape.latent,
      norms.stages[s] as number,
      sums,
      plan.variant.columns / 4,
    ),
  );
  const heads = new Uint32Array(STAGE_WORDS);
  heads[0] = plan.shape.hidden;
  heads[1] = plan.threads;
  heads[2] = activations.inputs[last] as number;
  heads[5] = activations.gradients[last] ?? 0;
  heads[6] = at("fc1.weight");
  heads[7] = at("fc1.bias");
  return [...words, heads];
}

export interface TrainingBuffers {
  readonly graphs: GPUBuffer;
  readonly parameters: GPUBuffer;
  /** Gradient, first and second moment, one after the other. */
  readonly optimizer: GPUBuffer;
  readonly running: GPUBuffer;
  readonly control: GPUBuffer;
  readonly activations: GPUBuffer;
  readonly partials: GPUBuffer;
  readonly norms: GPUBuffer;
  readonly report: GPUBuffer;
}

/** Words of `Control` before its rows. */
export const CONTROL_WORDS = 5;

export function trainingBuffers(gpu: Gpu, plan: Plan, graphWords: number): TrainingBuffers {
  const storage = (label: string, floats: number): GPUBuffer =>
    createBuffer(gpu, label, 4 * floats, STORAGE | COPY_SRC | COPY_DST);
  return {
    graphs: storage("graphs", graphWords),
    parameters: storage("parameters", plan.parameterFloats),
    optimizer: storage("optimizer", 3 * plan.parameterFloats),
    running: storage("running", plan.runningFloats),
    control: storage("control", CONTROL_WORDS + 4 * plan.blocks),
    activations: storage("activations", plan.activations.floats),
    partials: storage("partials", plan.partials.floats),
    norms: storage("norms", plan.norms.floats),
    report: storage("report", plan.report.floats),
  };
}
