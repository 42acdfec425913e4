/**
 * Golden files: optimiser steps computed by the original PyTorch code in float64, with every input (weights, batch, noise,
 * dropout mask) and every result. `readGolden` turns one into step inputs and expected tensors; `compareStep` measures how
 * far an engine is from them. Each step starts from the golden state before it, because five chained float32 steps drift
 * apart: a weight with a tiny gradient gets a wrong first Adam update, and that spreads.
 */
import { InputError } from "../errors.ts";
import { readSafeTensors, type Tensor, toFloat32 } from "../formats/safetensors.ts";
import { pack, packingOf } from "../spaces/packing.ts";
import { PADDING } from "../spaces/space.ts";
import { type Mode, type ModelShape, type TrainingOptions, trainingOptions } from "./config.ts";
import { type Layout, parameterLayout } from "./layout.ts";
import { emptyPrior, type TrainingState } from "./state.ts";
import type { Losses } from "./trainer.ts";

/** Graphs of one batch, in both forms that engines take. B graphs, N nodes, K operations. */
export interface GoldenBatch {
  readonly count: number;
  /** One-hot rows, B x N x K; all zero for a padding node. */
  readonly operations: Float32Array;
  /** 1 where an edge row -> column exists, B x N x N, upper triangular. */
  readonly adjacency: Float32Array;
  /** The same graphs as `src/spaces/packing.ts` packs them. */
  readonly packed: Uint32Array;
}

export interface GoldenStep extends GoldenBatch {
  readonly mode: Mode;
  /** Standard normal noise of the reparameterisation, B x N x D; only in train mode. */
  readonly noise?: Float32Array;
  /** 1 where dropout keeps a latent value, 0 where it drops it, B x N x D; only in train mode. */
  readonly keep?: Float32Array;
  /** The state the step starts from. Adam's moments are recomputed in float64 from the golden gradients. */
  readonly start: TrainingState;
  /** mu, logvar, ops_recon, adj_recon, loss, grad_norm, grad/* (before clipping), after/* by name. */
  readonly expected: ReadonlyMap<string, Float32Array>;
}

export interface Golden {
  readonly space: string;
  readonly shape: ModelShape;
  /** Learning rate, dropout and clip norm of the file; the rest are defaults. */
  readonly options: TrainingOptions;
  readonly steps: readonly GoldenStep[];
  /** The batch of the first step in evaluation mode after all steps. */
  readonly evaluation: GoldenBatch & {
    readonly state: TrainingState;
    /** mu, logvar, ops_recon, adj_recon, embedding by name. */
    readonly expected: ReadonlyMap<string, Float32Array>;
  };
}

/** What an engine computed for one step, in the layout of `layout.ts` where packed. */
export interface StepResult {
  readonly losses: Losses;
  /** Global gradient norm before clipping. */
  readonly gradNorm: number;
  /** Gradients before clipping, packed like the parameters. */
  readonly gradients: Float32Array;
  /** B x N x D each. */
  readonly mu: Float32Array;
  readonly logvar: Float32Array;
  /** Decoder logits, B x N x K. */
  readonly operationsLogits: Float32Array;
  /** z z^T of every graph, B x N x N, symmetric. */
  readonly adjacencyLogits: Float32Array;
  readonly next: TrainingState;
}

export interface Comparison {
  /** Name in the golden file, without the step. */
  readonly name: string;
  readonly error: number;
  readonly tolerance: number;
}

const BETA1 = 0.9;
const BETA2 = 0.999;

/**
 * Reads a golden file.
 * @param source name of the file, for messages
 * @throws InputError where it is not a golden file or its parts do not fit together
 */
export function readGolden(bytes: Uint8Array, source = "the golden file"): Golden {
  const { tensors, metadata } = readSafeTensors(bytes, source);
  const shape = shapeOf(tensors);
  const layout = parameterLayout(shape);
  const options = trainingOptions({
    learningRate: number(metadata, "lr"),
    dropout: number(metadata, "dropout"),
    clipNorm: number(metadata, "clip"),
  });
  const steps: GoldenStep[] = [];
  let state = namedState(tensors, "init/", shape, layout);
  const moments = { m: new Float64Array(layout.parameterFloats), v: new Float64Array(layout.parameterFloats) };
  for (const [index, [count, mode]] of planOf(metadata).entries()) {
    const prefix = `step${index}/`;
    const batch = readBatch(tensors, prefix, shape);
    if (batch.count !== count) {
      throw new InputError(`Golden file: expected ${count} graphs in ${prefix}adj as its plan says, found ${batch.count}.`);
    }
    const noise =
      mode === "train" ? { noise: tensor(tensors, `${prefix}noise`), keep: tensor(tensors, `${prefix}dropout_keep`) } : {};
    const start = { ...state, adamM: Float32Array.from(moments.m), adamV: Float32Array.from(moments.v) };
    steps.push({ ...batch, ...noise, mode, start, expected: under(tensors, prefix, ["adj", "ops", "noise", "dropout_keep"]) });
    foldGradients(moments, tensors, prefix, layout, options.clipNorm);
    state = { ...namedState(tensors, `${prefix}after/`, shape, layout), step: index + 1 };
  }
  const final = { ...state, adamM: Float32Array.from(moments.m), adamV: Float32Array.from(moments.v) };
  const first = readBatch(tensors, "step0/", shape);
  const evaluation = { ...first, state: final, expected: under(tensors, "eval/", []) };
  return { space: metadata["space"] ?? "unknown", shape, options, steps, evaluation };
}

/** ‖ours - golden‖₂ / max(‖golden‖₂, 1e-6 √n), in float64. Infinite where lengths differ or ours is not a number. */
export function relativeError(ours: ArrayLike<number>, golden: ArrayLike<number>): number {
  if (ours.length !== golden.length) return Infinity;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < golden.length; i++) {
    const expected = golden[i] as number;
    difference += ((ours[i] as number) - expected) ** 2;
    norm += expected ** 2;
  }
  if (Number.isNaN(difference)) return Infinity;
  return Math.sqrt(difference) / Math.max(Math.sqrt(norm), 1e-6 * Math.sqrt(golden.length));
}

/** Largest admissible error of a tensor: losses 1e-5, gradients and their norm 1e-3, activations and updated weights 1e-4. */
export function toleranceOf(name: string): number {
  if (name === "loss") return 1e-5;
  return name.startsWith("grad") ? 1e-3 : 1e-4;
}

export const isWithin = ({ error, tolerance }: Comparison): boolean => error <= tolerance;

/** Every expected tensor of a step against what an engine computed, in the order of the file. */
export function compareStep(step: GoldenStep, ours: StepResult, layout: Layout): Comparison[] {
  return compare(step.expected, namedResult(ours, layout));
}

/** Errors of `ours` for each expected name; a tensor that is missing has an infinite error. */
export function compare(expected: ReadonlyMap<string, Float32Array>, ours: ReadonlyMap<string, ArrayLike<number>>): Comparison[] {
  return [...expected].map(([name, golden]) => ({
    name,
    error: relativeError(ours.get(name) ?? [], golden),
    tolerance: toleranceOf(name),
  }));
}

/** Mean of mu over the N nodes of every graph: B x D (arch2vec.md, section 4). `mu` is B x N x D. */
export function embeddingOf(mu: Float32Array, shape: Pick<ModelShape, "nodes" | "latent">): Float32Array {
  const { nodes, latent } = shape;
  const size = nodes * latent;
  const count = mu.length / size;
  const embedding = new Float32Array(count * latent);
  for (let at = 0; at < embedding.length; at++) {
    const first = Math.floor(at / latent) * size + (at % latent);
    let sum = 0;
    for (let node = 0; node < nodes; node++) sum += mu[first + node * latent] as number;
    embedding[at] = sum / nodes;
  }
  return embedding;
}

export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** A step's results under the names of the golden file. */
export function namedResult(result: StepResult, layout: Layout): Map<string, ArrayLike<number>> {
  const { losses, next } = result;
  const named = new Map<string, ArrayLike<number>>([
    ["mu", result.mu],
    ["logvar", result.logvar],
    ["ops_recon", result.operationsLogits.map(sigmoid)],
    ["adj_recon", result.adjacencyLogits.map(sigmoid)],
    ["loss", [losses.total, losses.operations, losses.adjacency, losses.kl]],
    ["grad_norm", [result.gradNorm]],
  ]);
  for (const { name, offset, size } of layout.parameters) {
    named.set(`grad/${name}`, result.gradients.subarray(offset, offset + size));
    named.set(`after/${name}`, next.parameters.subarray(offset, offset + size));
  }
  for (const { name, offset, size } of layout.running) named.set(`after/${name}`, next.running.subarray(offset, offset + size));
  for (const name of layout.counters) named.set(`after/${name}`, [next.batchesTracked]);
  return named;
}

type Tensors = ReadonlyMap<string, Tensor>;

function find(tensors: Tensors, name: string): Tensor {
  const found = tensors.get(name);
  if (!found) throw new InputError(`Golden file: expected a tensor ${name}, found none.`);
  return found;
}

const tensor = (tensors: Tensors, name: string): Float32Array => toFloat32(find(tensors, name));

function shapeOf(tensors: Tensors): ModelShape {
  const [, nodes = 0, operations = 0] = find(tensors, "step0/ops").shape;
  const [latent = 0, hidden = 0] = find(tensors, "init/fc1.weight").shape;
  const [layers = 0] = find(tensors, "init/eps").shape;
  return { encoder: "gin", nodes, operations, hidden, latent, layers };
}

function number(metadata: Readonly<Record<string, string>>, key: string): number {
  const value = Number(metadata[key]);
  if (!Number.isFinite(value)) throw new InputError(`Golden file: expected a number as metadata ${key}, found ${metadata[key]}.`);
  return value;
}

function planOf(metadata: Readonly<Record<string, string>>): [number, Mode][] {
  const refuse = (): never => {
    throw new InputError(
      `Golden file: expected metadata plan as a list of [graphs, "train" | "frozen"], found ${metadata["plan"]}.`,
    );
  };
  let plan: unknown;
  try {
    plan = JSON.parse(metadata["plan"] ?? "");
  } catch {
    return refuse();
  }
  if (!Array.isArray(plan) || plan.length === 0) return refuse();
  return plan.map((entry: unknown): [number, Mode] => {
    const [count, mode] = Array.isArray(entry) ? (entry as unknown[]) : [];
    return typeof count === "number" && (mode === "train" || mode === "frozen") ? [count, mode] : refuse();
  });
}

function readBatch(tensors: Tensors, prefix: string, shape: ModelShape): GoldenBatch {
  const { nodes, operations: kinds } = shape;
  const operations = tensor(tensors, `${prefix}ops`);
  const adjacency = tensor(tensors, `${prefix}adj`);
  const count = adjacency.length / nodes ** 2;
  const packing = packingOf({ nodes, operations: { length: kinds } });
  const packed = new Uint32Array(count * packing.words);
  for (let graph = 0; graph < count; graph++) {
    const labels = Uint8Array.from({ length: nodes }, (_, node) => {
      const start = (graph * nodes + node) * kinds;
      const label = operations.subarray(start, start + kinds).indexOf(1);
      return label < 0 ? PADDING : label;
    });
    const edges = Uint8Array.from(adjacency.subarray(graph * nodes ** 2, (graph + 1) * nodes ** 2));
    pack(packing, { operations: labels, adjacency: edges }, packed, graph);
  }
  return { count, operations, adjacency, packed };
}

/** Weights and running statistics under a prefix; no moments, step 0, no prior statistics. */
function namedState(tensors: Tensors, prefix: string, shape: ModelShape, layout: Layout): TrainingState {
  const parameters = new Float32Array(layout.parameterFloats);
  const running = new Float32Array(layout.runningFloats);
  for (const { name, offset } of layout.parameters) parameters.set(tensor(tensors, prefix + name), offset);
  for (const { name, offset } of layout.running) running.set(tensor(tensors, prefix + name), offset);
  const [batchesTracked = 0] = tensor(tensors, prefix + layout.counters[0]);
  const zeros = new Float32Array(layout.parameterFloats);
  return { parameters, running, adamM: zeros, adamV: zeros, step: 0, batchesTracked, prior: emptyPrior(shape) };
}

/** Adam's moments after a step, from its golden gradients: clipped by `grad_norm` as torch.nn.utils.clip_grad_norm_ does. */
function foldGradients(
  moments: { readonly m: Float64Array; readonly v: Float64Array },
  tensors: Tensors,
  prefix: string,
  layout: Layout,
  clipNorm: number,
): void {
  const [norm = 0] = tensor(tensors, `${prefix}grad_norm`);
  const factor = Math.min(1, clipNorm / (norm + 1e-6));
  for (const { name, offset } of layout.parameters) {
    for (const [i, gradient] of tensor(tensors, `${prefix}grad/${name}`).entries()) {
      const at = offset + i;
      const clipped = gradient * factor;
      moments.m[at] = BETA1 * (moments.m[at] as number) + (1 - BETA1) * clipped;
      moments.v[at] = BETA2 * (moments.v[at] as number) + (1 - BETA2) * clipped ** 2;
    }
  }
}

function under(tensors: Tensors, prefix: string, inputs: readonly string[]): Map<string, Float32Array> {
  const found = new Map<string, Float32Array>();
  for (const [name, values] of tensors) {
    const bare = name.slice(prefix.length);
    if (name.startsWith(prefix) && !inputs.includes(bare)) found.set(bare, toFloat32(values));
  }
  return found;
}
