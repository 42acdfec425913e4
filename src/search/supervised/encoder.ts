/**
 * arch2vec's encoder in plain TypeScript, for strategies that train one on labels (paper, section 3.1, equations 1 and 2; the same shape, names and
 * initial values as the model that is trained without labels): GIN layers, each (1 + eps) X + (A + A^T) X and then twice Linear + BatchNorm + ReLU,
 * a linear map of every node to the embedding, and the mean over the nodes, padded ones included. One flat block of parameters, gradients mirror it.
 * Letters: G graphs, N nodes, R = G N rows, H features, D latent dimensions.
 */
import type { Generator } from "../../random/generator.ts";
import { PADDING } from "../../spaces/space.ts";
import { multiply } from "../multiply.ts";
import { fillUniform } from "../sampling.ts";
import type { Graphs } from "../strategy.ts";

/** Layers and latent dimensions of arch2vec. */
const LAYERS = 4;
export const LATENT = 16;
const NORM_EPSILON = 1e-5;
const NORM_MOMENTUM = 0.1;

/** Where a Linear + BatchNorm + ReLU stage has its parameters, and in `running` its mean and variance. */
export interface Stage {
  readonly inputs: number;
  readonly layer: number;
  /** Whether its input is summed over neighbours: the first of the two stages of a layer. */
  readonly aggregates: boolean;
  readonly weight: number;
  readonly bias: number;
  readonly scale: number;
  readonly shift: number;
  readonly mean: number;
  readonly variance: number;
}

export interface Encoder {
  /** Nodes a graph, N. */
  readonly nodes: number;
  /** Length of the operation one-hot, K. */
  readonly kinds: number;
  /** Features of a layer, H. */
  readonly width: number;
  /** eps (LAYERS); of each stage weight (H x inputs), bias, scale and shift (H each); of the map to the embedding weight (D x H) and bias (D). */
  readonly parameters: Float64Array;
  /** Of each stage the running mean and the running variance of its batch norm (H each). */
  readonly running: Float64Array;
  readonly stages: readonly Stage[];
  /** Where the map to the embedding has its weight and bias. */
  readonly head: { readonly weight: number; readonly bias: number };
}

/** An encoder initialised as PyTorch does: linear maps uniform within 1/sqrt(inputs), eps 0, scale 1, shift 0. */
export function initialEncoder({ nodes, operations }: Graphs, width: number, random: Generator): Encoder {
  const kinds = operations.length;
  let at = LAYERS;
  const stages = Array.from({ length: 2 * LAYERS }, (_, number): Stage => {
    const inputs = number === 0 ? kinds : width;
    const weight = at;
    const bias = weight + width * inputs;
    at = bias + 3 * width;
    const mean = number * 2 * width;
    return {
      inputs,
      layer: number >> 1,
      aggregates: number % 2 === 0,
      weight,
      bias,
      scale: bias + width,
      shift: bias + 2 * width,
      mean,
      variance: mean + width,
    };
  });
  const head = { weight: at, bias: at + LATENT * width };
  const parameters = new Float64Array(head.bias + LATENT);
  const running = new Float64Array(stages.length * 2 * width);
  for (const { inputs, weight, scale, shift, variance } of stages) {
    fillUniform(parameters.subarray(weight, scale), 1 / Math.sqrt(inputs), random);
    parameters.fill(1, scale, shift);
    running.fill(1, variance, variance + width);
  }
  fillUniform(parameters.subarray(head.weight), 1 / Math.sqrt(width), random);
  return { nodes, kinds, width, parameters, running, stages, head };
}

/** What a stage leaves behind for the way back. */
export interface StagePass {
  /** Input of the linear map, R x inputs. */
  readonly input: Float64Array;
  /** Before scale and shift, R x H. */
  readonly normalised: Float64Array;
  readonly inverseStd: Float64Array;
  /** R x H. */
  readonly output: Float64Array;
}

/** Up to so many graphs on their way through the encoder, and room for it. */
export interface Pass {
  /** Graphs that were loaded. */
  graphs: number;
  /** One-hot rows, R x K. */
  readonly operations: Float64Array;
  /** Rows next to row r: targets[starts[r]] to targets[starts[r + 1]], that one left out. */
  readonly starts: Int32Array;
  readonly targets: Int32Array;
  readonly stages: readonly StagePass[];
  /** Mean of the last stage's rows a graph, G x H. */
  readonly means: Float64Array;
  /** G x D. */
  readonly embedding: Float64Array;
}

export function passFor({ nodes, kinds, width, stages }: Encoder, graphs: number): Pass {
  const rows = graphs * nodes;
  return {
    graphs: 0,
    operations: new Float64Array(rows * kinds),
    starts: new Int32Array(rows + 1),
    targets: new Int32Array(rows * (nodes - 1)),
    stages: stages.map(({ inputs }) => ({
      input: new Float64Array(rows * inputs),
      normalised: new Float64Array(rows * width),
      inverseStd: new Float64Array(width),
      output: new Float64Array(rows * width),
    })),
    means: new Float64Array(graphs * width),
    embedding: new Float64Array(graphs * LATENT),
  };
}

/** Puts architectures into a pass that has room for them. */
export function load(pass: Pass, { nodes, operations, graph }: Graphs, indices: ArrayLike<number>): void {
  const kinds = operations.length;
  pass.graphs = indices.length;
  pass.operations.fill(0);
  let edges = 0;
  for (let g = 0; g < indices.length; g++) {
    const { operations: labels, adjacency } = graph(indices[g] as number);
    for (let node = 0; node < nodes; node++) {
      const row = g * nodes + node;
      const label = labels[node] as number;
      if (label !== PADDING) pass.operations[row * kinds + label] = 1;
      pass.starts[row] = edges;
      for (let other = 0; other < nodes; other++) {
        if (adjacency[node * nodes + other] || adjacency[other * nodes + node]) pass.targets[edges++] = g * nodes + other;
      }
    }
  }
  pass.starts[indices.length * nodes] = edges;
}

/**
 * Encodes the loaded graphs into `pass.embedding`.
 * @param mode `train`: batch norm takes the statistics of these rows, and the running ones follow; `frozen`: it takes the running ones
 */
export function encode(encoder: Encoder, pass: Pass, mode: "train" | "frozen"): void {
  const { nodes, width, parameters, stages, head } = encoder;
  const rows = pass.graphs * nodes;
  const centres = new Float64Array(width);
  let x = pass.operations;
  for (const [number, stage] of stages.entries()) {
    const { inputs, layer, aggregates, weight, scale, shift } = stage;
    const { input: summed, normalised, inverseStd, output } = pass.stages[number] as StagePass;
    if (aggregates) aggregate(pass, x, inputs, 1 + (parameters[layer] as number), rows, summed);
    multiply(parameters, weight, width, inputs, aggregates ? summed : x, rows, normalised);
    if (mode === "train") takeStatistics(encoder, stage, normalised, rows, centres, inverseStd);
    else recallStatistics(encoder, stage, centres, inverseStd);
    for (let row = 0, at = 0; row < rows; row++) {
      for (let j = 0; j < width; j++, at++) {
        const hat = ((normalised[at] as number) - (centres[j] as number)) * (inverseStd[j] as number);
        const value = hat * (parameters[scale + j] as number) + (parameters[shift + j] as number);
        normalised[at] = hat;
        output[at] = value > 0 ? value : 0;
      }
    }
    x = output;
  }
  average(pass, x, nodes, width);
  multiply(parameters, head.weight, LATENT, width, pass.means, pass.graphs, pass.embedding);
  for (let i = 0; i < pass.graphs * LATENT; i++) {
    pass.embedding[i] = (pass.embedding[i] as number) + (parameters[head.bias + (i % LATENT)] as number);
  }
}

/** own X + (A + A^T) X. The matrix is symmetric: gradients go back the same way. */
export function aggregate(
  { starts, targets }: Pass,
  x: Float64Array,
  features: number,
  own: number,
  rows: number,
  into: Float64Array,
): void {
  for (let row = 0; row < rows; row++) {
    const start = row * features;
    for (let j = 0; j < features; j++) into[start + j] = own * (x[start + j] as number);
    for (let edge = starts[row] as number; edge < (starts[row + 1] as number); edge++) {
      const other = (targets[edge] as number) * features;
      for (let j = 0; j < features; j++) into[start + j] = (into[start + j] as number) + (x[other + j] as number);
    }
  }
}

/** Mean and spread of each column of `sums` (R x H, the bias not yet added: it shifts the running mean and nothing else). */
function takeStatistics(
  { width, parameters, running }: Encoder,
  { bias, mean, variance }: Stage,
  sums: Float64Array,
  rows: number,
  centres: Float64Array,
  inverseStd: Float64Array,
): void {
  const follow = (at: number, value: number): void => {
    running[at] = (1 - NORM_MOMENTUM) * (running[at] as number) + NORM_MOMENTUM * value;
  };
  for (let j = 0; j < width; j++) {
    let sum = 0;
    for (let at = j; at < rows * width; at += width) sum += sums[at] as number;
    const centre = sum / rows;
    let squares = 0;
    for (let at = j; at < rows * width; at += width) squares += ((sums[at] as number) - centre) ** 2;
    centres[j] = centre;
    inverseStd[j] = 1 / Math.sqrt(squares / rows + NORM_EPSILON);
    follow(mean + j, centre + (parameters[bias + j] as number));
    follow(variance + j, squares / (rows - 1));
  }
}

function recallStatistics(
  { width, parameters, running }: Encoder,
  { bias, mean, variance }: Stage,
  centres: Float64Array,
  inverseStd: Float64Array,
): void {
  for (let j = 0; j < width; j++) {
    centres[j] = (running[mean + j] as number) - (parameters[bias + j] as number);
    inverseStd[j] = 1 / Math.sqrt((running[variance + j] as number) + NORM_EPSILON);
  }
}

function average({ graphs, means }: Pass, x: Float64Array, nodes: number, width: number): void {
  for (let g = 0; g < graphs; g++) {
    for (let j = 0; j < width; j++) {
      let sum = 0;
      for (let row = g * nodes; row < (g + 1) * nodes; row++) sum += x[row * width + j] as number;
      means[g * width + j] = sum / nodes;
    }
  }
}
