/**
 * The work that every engine does: arch2vec of full width on NAS-Bench-201, 32 graphs a step, training mode throughout (protocol
 * `corrected`). All start from the same weights. Graphs, noise and dropout masks of the first steps are made here once: ours draws
 * the very same itself, on the device; the others are handed them, resident on their device, and go round in circles. So
 * sampling costs the others nothing.
 */
import { nasbench201 } from "../src/spaces/index.ts";
import { type Packing, packingOf, packSpace, unpack } from "../src/spaces/packing.ts";
import { PADDING } from "../src/spaces/space.ts";
import { HIDDEN, type ModelShape, modelShape, type TrainingOptions, trainingOptions } from "../src/vgae/config.ts";
import { type Layout, parameterLayout } from "../src/vgae/layout.ts";
import { keepMask, normalNoise } from "../src/vgae/reference/noise.ts";
import { batchIndices } from "../src/vgae/schedule.ts";
import { initialState, type TrainingState } from "../src/vgae/state.ts";
import type { TrainingSet } from "../src/vgae/trainer.ts";

/** B graphs, N nodes, K operations, D latent dimensions; row-major. */
export interface WorkloadBatch {
  /** One-hot, B x N x K. */
  readonly operations: Float32Array;
  /** Upper triangular, B x N x N. */
  readonly adjacency: Float32Array;
  /** B x N x D each; `keep` is 1 where a value is kept. */
  readonly noise: Float32Array;
  readonly keep: Float32Array;
}

export interface Workload {
  readonly shape: ModelShape;
  readonly layout: Layout;
  readonly packing: Packing;
  readonly set: TrainingSet;
  readonly options: TrainingOptions;
  readonly state: TrainingState;
  /** Inputs of step 0, 1, … */
  readonly batches: readonly WorkloadBatch[];
}

export interface WorkloadSize {
  /** Width of the encoder: smaller for quick checks only. */
  readonly hidden?: number;
  /** Batches made, at least as many as steps whose losses are compared; step s of the engines that are handed them takes batch s modulo this. */
  readonly batches?: number;
}

/** Whole batches only: 439 of the 440 of an epoch over the training part of 14,062. */
const GRAPHS = 439 * 32;
const SEED = 1;

export function makeWorkload({ hidden = HIDDEN, batches = 8 }: WorkloadSize = {}): Workload {
  const space = nasbench201();
  const shape = modelShape(space, hidden);
  const layout = parameterLayout(shape);
  const packing = packingOf(space);
  const options = trainingOptions({ protocol: "corrected", seed: SEED });
  const packed = packSpace(
    space,
    Array.from({ length: GRAPHS }, (_, i) => i),
  );
  const elements = options.batchSize * shape.nodes * shape.latent;
  return {
    shape,
    layout,
    packing,
    set: { packed, count: GRAPHS },
    options,
    state: initialState(shape, SEED, layout),
    batches: Array.from({ length: batches }, (_, step) => ({
      ...graphsOf(packing, shape, packed, batchIndices(step, GRAPHS, options)),
      noise: normalNoise(SEED, step, elements),
      keep: keepMask(SEED, step, elements, options.dropout),
    })),
  };
}

function graphsOf(
  packing: Packing,
  { nodes, operations: kinds }: ModelShape,
  packed: Uint32Array,
  indices: Uint32Array,
): Pick<WorkloadBatch, "operations" | "adjacency"> {
  const operations = new Float32Array(indices.length * nodes * kinds);
  const adjacency = new Float32Array(indices.length * nodes * nodes);
  for (const [i, index] of indices.entries()) {
    const graph = unpack(packing, packed, index);
    adjacency.set(graph.adjacency, i * nodes * nodes);
    for (const [node, operation] of graph.operations.entries()) {
      if (operation !== PADDING) operations[(i * nodes + node) * kinds + operation] = 1;
    }
  }
  return { operations, adjacency };
}

/** The batch of a step, for engines that are handed theirs. */
export function batchOf<T>(batches: readonly T[], step: number): T {
  const batch = batches[step % batches.length];
  if (batch === undefined) throw new Error("Workload: expected at least one batch, found none.");
  return batch;
}
